"""Every accepted claim of the corpus about a concrete map, judged without the kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.opinion import violations

CORPUS = Path(__file__).parent / "corpus" / "accepted"
TRANSFERS = [
    folder
    for folder in sorted(CORPUS.iterdir())
    if (folder / "problem.json").is_file()
    and folder.name.startswith("4.1.i-")
    and "VERIFIED certified" in (folder / "expect.txt").read_text()
]


@pytest.mark.parametrize("folder", TRANSFERS, ids=lambda folder: folder.name)
def test_random_points_agree(folder: Path) -> None:
    """Random rational perturbations in the ball never violate the bound."""
    tried, failed = violations(folder, samples=60)
    assert failed == 0
    assert tried == 60 or "mcshane" in folder.name


def test_there_are_such_claims() -> None:
    """The filter above finds the instances over both fields."""
    assert len(TRANSFERS) >= 15
    assert {"-R-", "-C-"} <= {mark for mark in ("-R-", "-C-") for f in TRANSFERS if mark in f.name}
