"""Certificates that ship or stand in the corpus, for tests of worked proofs and reports."""

from __future__ import annotations

from pathlib import Path

import certificates
import theorems
from theorems.teaching.proof import Worked, work

ROOT = Path(__file__).parent.parent
LIBRARY = Path(certificates.__file__).parent / "library"
STATEMENTS = Path(theorems.__file__).parent / "statements"

Files = tuple[Path, Path | None, Path]


def _cases() -> dict[str, Files]:
    found: dict[str, Files] = {}
    for path in sorted(LIBRARY.rglob("*certificate.json")):
        name, folder = str(path.relative_to(LIBRARY).parent), path.parent
        form = path.relative_to(LIBRARY).parts[0]
        own = folder / "statement.claim"
        statement = own if own.is_file() else STATEMENTS / f"{form}.claim"
        problem = folder / "problem.json"
        if statement.is_file():  # a finding may be of another kind
            data = None if path.name.startswith("general") or not problem.is_file() else problem
            found[name] = (statement, data, path)
    for folder in sorted((ROOT / "tests" / "corpus" / "accepted").iterdir()):
        problem = folder / "problem.json"
        found[folder.name] = (
            folder / "statement.claim",
            problem if problem.is_file() else None,
            folder / "certificate.json",
        )
    return found


CASES = _cases()


def worked(name: str) -> Worked:
    """A case, verified."""
    statement, problem, certificate = CASES[name]
    return work(
        statement.read_bytes(),
        None if problem is None else problem.read_bytes(),
        certificate.read_bytes(),
        lambda array: (certificate.parent / array).read_bytes(),
    )
