"""The certificates that ship verify under the kernel alone, and are those that the code makes."""

from __future__ import annotations

from pathlib import Path

import pytest

import certificates
import theorems
from certificates.__main__ import run
from certificates.noise.__main__ import run as run_noise
from theorems.library import entries

LIBRARY = Path(certificates.__file__).parent / "library"
STATEMENTS = Path(theorems.__file__).parent / "statements"
FILES = sorted(path for path in LIBRARY.rglob("*certificate.json") if "findings" not in path.parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(LIBRARY)))
def test_it_verifies(path: Path) -> None:
    """Proofs for all spaces against "-", instances against the problem beside them."""
    form = path.relative_to(LIBRARY).parts[0]
    general = path.name == "general.certificate.json"
    problem = "-" if general else str(path.parent / "problem.json")
    lines, status = run([str(STATEMENTS / f"{form}.claim"), problem, str(path)])
    assert lines[-1] == "s VERIFIED certified"
    assert status == 0


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("noise.json")), ids=str)
def test_random_noise_verifies(path: Path) -> None:
    """On top of the certificate beside it."""
    statement = STATEMENTS / f"{path.relative_to(LIBRARY).parts[0]}.claim"
    beside = [path.with_name(name) for name in ("problem.json", "certificate.json")]
    files = [path, statement, *beside, path.with_name("noise.hints.json")]
    lines, status = run_noise([str(file) for file in files])
    assert (lines[-1], status) == ("s VERIFIED certified", 0)


def test_it_is_what_the_code_makes() -> None:
    """Byte for byte, but for the hints of instances, which come from floats."""
    made = dict(entries())
    files = filter(Path.is_file, LIBRARY.rglob("*"))
    found = {str(path.relative_to(LIBRARY)) for path in files}
    assert {name for name in found if not name.startswith("findings/")} == set(made)
    for name, data in made.items():
        if not name.endswith(("/certificate.json", "/noise.hints.json")):
            assert (LIBRARY / name).read_bytes() == data, f"run python -m theorems.library: {name}"


def test_every_statement_has_its_proof_for_all_spaces() -> None:
    """But for the statements about details, operators and choices, which are about data only."""
    proved = {path.parent.name for path in FILES if path.name == "general.certificate.json"}
    shipped = {path.stem for path in STATEMENTS.glob("*.claim")} - {
        "detail",
        "detail.near",
        "operator",
        "4.3.fit",
        "4.3.eta",
        "4.3.apart",
        "4.3.ii",
        "4.5.i.failing",
        "4.5.i.inside",
        "4.5.i.outside",
        "4.5.i.wide",
        "4.10.many",
        "4.5.local.lower",
        "sigma",
    }
    assert proved == shipped
