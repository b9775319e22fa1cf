"""The certificates that ship verify under the kernel alone, and are those that the code makes."""

from __future__ import annotations

from pathlib import Path

import pytest

import certificates
import theorems
from certificates.__main__ import run
from theorems.library import entries

LIBRARY = Path(certificates.__file__).parent / "library"
STATEMENTS = Path(theorems.__file__).parent / "statements"
FILES = sorted(LIBRARY.rglob("*certificate.json"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_it_verifies(path: Path) -> None:
    """Proofs for all spaces against "-", instances against the problem beside them."""
    form = path.relative_to(LIBRARY).parts[0]
    general = path.name == "general.certificate.json"
    problem = "-" if general else str(path.parent / "problem.json")
    lines, status = run([str(STATEMENTS / f"{form}.claim"), problem, str(path)])
    assert lines[-1] == "s VERIFIED certified"
    assert status == 0


def test_it_is_what_the_code_makes() -> None:
    """Byte for byte, but for the hints of instances, which come from floats."""
    made = dict(entries())
    assert {str(p.relative_to(LIBRARY)) for p in LIBRARY.rglob("*.json")} == set(made)
    for name, data in made.items():
        if not name.endswith("/certificate.json"):
            assert (LIBRARY / name).read_bytes() == data, f"run python -m theorems.library: {name}"


def test_every_statement_has_its_proof_for_all_spaces() -> None:
    """But for the statement about details, which is about data only."""
    proved = {path.parent.name for path in FILES if path.name == "general.certificate.json"}
    shipped = {path.stem for path in STATEMENTS.glob("*.claim")} - {"detail"}
    assert proved == shipped
