"""The certificates that ship: each printed theorem's proof for all spaces, and worked instances.

    python -m theorems.library

writes them anew into certificates/library; a test compares the files with what this makes, and
verifies each with the kernel alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from .catalogue import CATALOGUE
from .problem import from_table


def entries() -> Iterator[tuple[str, bytes]]:
    """File names below certificates/library, and their bytes."""
    for theorem in CATALOGUE.values():
        for form in theorem.forms:
            yield f"{form}/general.certificate.json", theorem.prove(form).certificate()
        table = (files("theorems.examples") / f"{theorem.example}.toml").read_text()
        outcome = theorem.derive(from_table(tomllib.loads(table), Path()))
        for claim in outcome.claims:
            folder = f"{claim.identifier}/{theorem.example}"
            case = claim.case or outcome.case
            yield f"{folder}/problem.json", case.problem_file
            yield from ((f"{folder}/{name}", data) for name, data in case.files.items())
            yield f"{folder}/certificate.json", claim.derivation.certificate()
        for chance in outcome.chances:
            folder = f"{chance.identifier}/{theorem.example}"
            yield f"{folder}/noise.json", chance.claim_file
            yield f"{folder}/noise.hints.json", chance.hints_file


def write(folder: Path) -> int:
    """Write all entries below a folder; how many there are."""
    count = 0
    for name, data in entries():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        count += 1
    return count


if __name__ == "__main__":
    target = Path(str(files("certificates"))) / "library"
    print(f"{write(target)} files in certificates/library")
