"""The corpus of claims, in folders by their true verdict, against the second method.

A claim file may say more in comments:

    # sharpen c -> 2          2 is the least c with which the claim is true for all spaces
    # drop fit -> needed      without the hypothesis `fit` the claim is false
    # drop fit -> not needed  without it the claim is still true

The second method must agree wherever it is not unclear.  What it leaves open is listed, so that
it does not become more by accident.
"""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from certificates.statements import read_statement
from tests.claims_second_method import opinion

CLAIMS = Path(__file__).parent / "corpus" / "claims"
FILES = sorted(CLAIMS.glob("*/*.claim"))
TRIES = 2000
TRUE = {"certified", "not refuted"}
AGREES = {"certified": TRUE, "refuted": {"refuted"}, "vacuous": {"vacuous", "not refuted"}}
LEFT_OPEN = {
    "certified/data_consistency_network",
    "certified/exists_midpoint",
    "certified/exists_with",
    "certified/pnp_data_step",
    "certified/products_square",
    "refuted/parallelogram",
    "refuted/unit_complex",
}
EPSILON = Fraction(1, 100)


def name(file: Path) -> str:
    """Folder and name, as tests print them."""
    return f"{file.parent.name}/{file.stem}"


def notes(pattern: str) -> list[tuple[Path, str, str]]:
    """The comments of one kind, in all files."""
    return [
        (file, *match)
        for file in FILES
        for match in re.findall(rf"^# {pattern}$", file.read_text(), flags=re.M)
    ]


SHARPEN = notes(r"sharpen (\w+) -> (\S+)")
DROP = notes(r"drop (\w+) -> (needed|not needed)")


@pytest.mark.parametrize("file", FILES, ids=name)
def test_a_claim_says_what_it_tests_and_can_be_read(file: Path) -> None:
    assert re.match(r"# [A-Z].*[.?]\n", file.read_text())
    assert read_statement(file.read_bytes()).identifier == file.stem


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.parent.name != "undecided"], ids=name
)
def test_the_second_method_agrees(file: Path) -> None:
    found = opinion(file.read_text(), tries=TRIES)
    if name(file) in LEFT_OPEN:
        assert found == "unclear"
    else:
        assert found in AGREES[file.parent.name]


@pytest.mark.parametrize(
    ("file", "constant", "best"), SHARPEN, ids=[name(f) for f, _, _ in SHARPEN]
)
def test_the_best_constant_is_enough_and_less_is_not(file: Path, constant: str, best: str) -> None:
    text, value = file.read_text(), Fraction(best)
    assert opinion(text, {constant: value}, tries=TRIES) in TRUE
    assert opinion(text, {constant: value + 1}, tries=TRIES) in TRUE
    assert opinion(text, {constant: value * (1 - EPSILON)}, tries=TRIES) == "refuted"


@pytest.mark.parametrize(
    ("file", "label", "verdict"), DROP, ids=[f"{name(f)}-{label}" for f, label, _ in DROP]
)
def test_what_a_dropped_hypothesis_does(file: Path, label: str, verdict: str) -> None:
    found = opinion(file.read_text(), drop=label, tries=TRIES)
    assert found in (TRUE if verdict == "not needed" else {"refuted"})


def test_the_corpus_has_enough_of_each() -> None:
    assert len(FILES) >= 75
    assert len(SHARPEN) >= 15
    assert len(DROP) >= 10
