"""kernelcert probability."""

from __future__ import annotations

from fractions import Fraction as F
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from theorems.cli import main
from theorems.describe_probability import rounded

PRINTS = {
    "the best sigma of the table": (
        ["100", "--distance", "1", "--radius", "99/100", "--sigma", "sqrt(1/5000)"],
        [
            "      P is between 0.0227487685485427 and 0.0227487685485428",
            "  sigma_0^2 is between 0.0001999898",
            "  P near sigma_0 is between 0.02274876858",
            "  (r/|xi - c|)^200 is between 0.1339796748",
        ],
    ),
    "m = 10,000": (["10000", "--distance", "2", "--radius", "1"], ["e-6023 and 1.03514962445739e"]),
    "on the sphere": (["2", "--distance", "3", "--radius", "3"], ["c| = r", "sigma to 0, is 1/2"]),
    "inside": (["2", "--distance", "3", "--radius", "4"], ["c| < r", "sigma to 0, is 1\n"]),
    "no noise": (
        ["2", "--distance", "3", "--radius", "3", "--sigma", "0"],
        ["      P is 1\n  1 - P is 0\n"],
    ),
    "a level": (
        ["1", "--distance", "0", "--radius", "1", "--level", "1/2"],
        ["P is at least 1/2 for 0 < sigma^2 <= 1.44269", ", and at most that from 1.44269"],
    ),
    "a point": (["2", "--distance", "1", "--radius", "0"], ["the ball is a point"]),
    "a tail beyond fractions": (
        ["3", "--distance", "1", "--radius", "2", "--sigma", "1/1000000000"],
        ["1 - P is below 2^-1442695040888963405 and at least 0"],
    ),
}


@pytest.mark.parametrize("title", PRINTS)
def test_prints(title: str) -> None:
    """The enclosures, and what they are."""
    words, found = PRINTS[title]
    done = CliRunner().invoke(main, ["probability", *words])
    assert done.exit_code == 0
    for text in (*found, "nothing is said about a reconstruction"):
        assert text in done.output


FINDINGS = {
    "no best sigma, inside": ("10 --distance 1 --radius 2", "no sigma > 0 is best"),
    "no best sigma, on the sphere": ("10 --distance 1 --radius 1", "for sigma to 0, is 1/2"),
    "the best sigma": ("10000 --distance 2 --radius 1", "is between 0.000300005999947"),
    "the bound there": ("10000 --distance 2 --radius 1", "P near sigma_0 is between 1.035"),
    "its ceiling": ("10000 --distance 2 --radius 1", "^20000 is between 2.512"),
    "m = 100": ("100 --distance 1 --radius 99/100", "P near sigma_0 is between 0.0227"),
    "m = 10,000": ("10000 --distance 1 --radius 99/100", "P near sigma_0 is between 1.01"),
    "theta = 1/2": (
        "10000 --distance 1 --radius sqrt(2) --sigma sqrt(1/20000)",
        "1 - P is between 9.17",
    ),
    "theta = 1": (
        "10000 --distance 1 --radius sqrt(2) --sigma sqrt(1/10000)",
        "P is between 0.5010",
    ),
    "theta = 2": ("10000 --distance 1 --radius sqrt(2) --sigma sqrt(1/5000)", "P is between 1.77"),
    "t = xi": ("10 --distance 0 --radius 1 --sigma 1/1000", "P is between 0.999999999999999 and 1"),
}


@pytest.mark.parametrize("title", FINDINGS)
def test_the_numbers_of_the_findings(title: str) -> None:
    """What docs/findings.md says of Theorem 4.7 is what its commands print."""
    words, text = FINDINGS[title]
    assert text in CliRunner().invoke(main, ["probability", *words.split()]).output


@pytest.mark.parametrize("words", ["10 --distance 2 --radius 1", "10 --distance 0 --radius 1"])
def test_a_picture(words: str, tmp_path: Path) -> None:
    """With and without a best sigma; the enclosures that are drawn are those that are printed."""
    place = tmp_path / "p.svg"
    done = CliRunner().invoke(main, ["probability", *words.split(), "--plot", str(place)])
    assert done.exit_code == 0
    assert place.read_text().startswith("<?xml")


BAD = {
    "a picture of another kind": (
        ["3", "--distance", "1", "--radius", "1", "--plot", "p.txt"],
        "the name must end in .png, .pdf or .svg",
    ),
    "a decimal": (["3", "--distance", "1.5", "--radius", "1"], "--distance: '1.5' is not an exact"),
    "negative": (["3", "--distance=-1", "--radius", "1"], "--distance: -1 is negative"),
    "no dimension": (["0", "--distance", "1", "--radius", "1"], "1 <= m <= 1000000"),
    "a level outside": (
        ["3", "--distance", "2", "--radius", "1", "--level", "1/2"],
        "a distance below the radius and 0 < level < 1",
    ),
    "a level that is no number": (
        ["3", "--distance", "0", "--radius", "1", "--level", "50%"],
        "--level: '50%' is not an exact number",
    ),
    "too large": (
        ["3", "--distance", "1", "--radius", "1", "--sigma", "1/100000000"],
        "sigma is too small against the lengths",
    ),
}


@pytest.mark.parametrize("title", BAD)
def test_bad_input(title: str) -> None:
    """One sentence, and nothing half-printed."""
    words, sentence = BAD[title]
    done = CliRunner().invoke(main, ["probability", *words])
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert not done.stdout


@given(st.fractions(0, 1), st.integers(-30, 30))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_numbers_arerounded_outwards(x: F, power: int) -> None:
    """Fifteen digits below, fifteen above."""
    x *= F(10) ** power
    low, high = F(rounded(x, 0)), F(rounded(x, 1))
    assert low <= x <= high <= low * (1 + F(1, 10**14))
