"""Data with irrational values: a Fourier transform, a network with a sigmoid.

A is the unitary transform of C^4, two rows of it; x = (1, 2, 3, 4), so that A x has the entries
5 and (-1 + i), |A x|^2 = 27, which no rational number shows exactly by `compute`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certificates.__main__ import run as run_kernel
from certificates.exact import Roots
from certificates.format import Rejected, write_json
from certificates.kernel import prepare
from certificates.problem import read_problem
from certificates.statements import read_statement
from theorems import Instance, NetworkFile, check_claim
from theorems.decimals import outward
from theorems.derivation import Derivation
from theorems.inexact import ends, interval, is_inexact, settled

from .networks import Builder

HEAD = """statement t "test"
spaces X, Y
linear A : X -> Y
map Psi : Y -> X
vectors x in X
sets images in X
constants c
"""


def entries(*values: object) -> dict[str, object]:
    return {"entries": [str(v) for v in values]}


def fourier(field: str = "C") -> dict[str, Any]:
    """The problem in the kernel's own form."""
    return {
        "format": "kernelcert problem 1",
        "field": field,
        "spaces": {
            "X": {"dimension": "4", "norm": "l2"},
            "Y": {"dimension": "2", "norm": "l2"},
        },
        "linear": {
            "A": {
                "kind": "fourier", "shape": ["4"], "scale": "ortho", "centred": "no",
                "rows": entries(0, 1),
            }
        },
        "maps": {"Psi": {"kind": "constant", "offset": entries(1, 2, 3, 4)}},
        "vectors": {"x": {"space": "X", "array": entries(1, 2, 3, 4)}},
        "sets": {"images": {"space": "X", "array": {"entries": [list("1234"), list("0021")]}}},
        "constants": {"c": "5"},
    }  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What follows the head, the verdict, its exit status, words of the report."""

    title: str
    body: str
    verdict: str
    status: int
    says: str = ""


CASES = [
    Case("holds", "conclude\n  |A x| <= 5.2\n".replace("5.2", "26/5"), "certified", 0, "5.19615"),
    Case("strict", "conclude\n  |A x| < 26/5\n", "certified", 0, "enclosed"),
    Case(
        "fails",
        "conclude\n  |A x| <= 5\n",
        "refuted",
        1,
        "the left side is [5.196152, 5.196153], the right side 5, exceeded by [0.196152, 0.196153]",
    ),
    Case("equation fails", "conclude\n  |A x| = 5\n", "refuted", 1, "the right side 5"),
    Case("equation fails above", "conclude\n  |A x| = 6\n", "refuted", 1, "the right side 6"),
    Case(
        "equality",
        "conclude\n  |A x| |A x| <= 27\n",
        "undecided",
        4,
        "enclosures to 2048 bits do not settle",
    ),
    Case("hypothesis", "given\n  h: |A x| <= 6\nconclude\n  c <= 5\n", "certified", 0),
    Case(
        "false hypothesis",
        "given\n  h: |A x| <= 5\nconclude\n  c <= 5\n",
        "vacuous",
        3,
        "h: the left side is [5.19615",
    ),
    Case(
        "open hypothesis",
        "given\n  h: |A x| |A x| <= 27\nconclude\n  c <= 5\n",
        "certified",
        5,
        "accept with --permit h",
    ),
    Case("exact all the same", "conclude\n  |Psi(A x) - x| <= 0\n", "certified", 0, "enclosed"),
    Case("or", "conclude\n  c < 5 or |A x| < 26/5\n", "certified", 0),
    Case(
        "noise on the measurement",
        "for all e in Y with |e| <= 1/10\nconclude\n  |A x + e| <= 53/10\n",
        "certified",
        0,
        "proved",
    ),
    Case(
        "noise, refuted",
        "for all e in Y with |e| <= 1/10\nconclude\n  |A x + e| <= 26/5\n",
        "refuted",
        1,
        "false at e = ",
    ),
    Case(
        "members, exact all the same", "for all y in images\nconclude\n  |y| <= 6\n",
        "certified", 0, "members",
    ),
    Case(
        "members, refuted", "for all y in images\nconclude\n  |A y| <= 5\n",
        "refuted", 1, "false at y = images_1",
    ),
    Case(
        "members", "for all y in images\nconclude\n  |A y| <= 6\n",
        "undecided", 4, "enclosures say that it holds for 2 members (y)",
    ),
    Case(
        "members in an irrational range",
        "for all y in images with |A y| <= 5\nconclude\n  |y| <= 6\n",
        "undecided", 4, "the values are irrational",
    ),
    Case(
        "a member that serves", "exists y in images\nconclude\n  |A y| <= 5\n",
        "certified", 0, "y = images_2 serves",
    ),
    Case(
        "a radius that is irrational",
        "for all e in Y with |e| <= 1/10 |A x|\nconclude\n  |A x + e| <= 572/100\n",
        "certified",
        0,
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_fourier(case: Case, tmp_path: Path) -> None:
    """The verdict and its words; the kernel alone says the same of the written files."""
    (tmp_path / "t.claim").write_text(HEAD + case.body)
    (tmp_path / "problem.json").write_bytes(write_json(fourier()))
    out = tmp_path / "out"
    result = check_claim(tmp_path / "t.claim", Instance.load(tmp_path), out)
    assert (result.verdict, result.status()) == (case.verdict, case.status), str(result)
    assert case.says in str(result)
    if result.verified:
        names = ("t.claim", "problem.json", "t.certificate.json")
        lines, _ = run_kernel([*(str(out / n) for n in names), "--goal", case.verdict])
        word = "s ASSUMED h" if case.status == 5 else f"s VERIFIED {case.verdict}"
        assert lines[-1] == word


def sigmoid() -> bytes:
    """y -> the logistic function of 2 y, for y in R^2."""
    b = Builder()
    b.add("Mul", "x", b.array(2.0))
    b.add("Sigmoid", b.now)
    return b.model((1, 2))


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        # the logistic function of 2 is 0.8807970..., that of -2 is 0.1192029...
        ("conclude\n  |Psi(A x)| <= 8808/10000\n", "certified"),
        ("conclude\n  |Psi(A x)| <= 8807/10000\n", "refuted"),
        ("conclude\n  8807/10000 < |Psi(A x)|\n", "certified"),
        ("for all e in Y with |e| <= 1/4\nconclude\n  |Psi(A x + e)| <= 925/1000\n", "certified"),
        ("for all e in Y with |e| <= 1/4\nconclude\n  |Psi(A x + e)| <= 92/100\n", "refuted"),
        ("for all e in Y\nconclude\n  |Psi(A x + e) - Psi(A x)| <= 1/2 |e|\n", "certified"),
    ],
)
def test_sigmoid(body: str, verdict: str, tmp_path: Path) -> None:
    """Values between known numbers; and the gain 2/4 of the network."""
    data = {
        "spaces": {"X": "linf", "Y": "linf"},
        "linear": {"A": [[1, 0], [0, 1]]},
        "maps": {"Psi": NetworkFile(sigmoid())},
        "vectors": {"x": [1, -1]},
        "sets": {"images": [[1, -1]]},
        "constants": {"c": 5},
    }
    (tmp_path / "t.claim").write_text(HEAD + body)
    result = check_claim(tmp_path / "t.claim", Instance(data), tmp_path / "out")
    assert result.verdict == verdict, str(result)


def context(text: str = HEAD + "conclude\n  |A x| <= 5\n") -> Any:
    data = read_problem(write_json(fourier()), lambda _: b"", read_statement(text.encode()))
    return data, prepare(text.encode(), data, "certified", {}, {}, {})


def test_ends_enclose() -> None:
    """|A x| = sqrt 27 lies between them, nearer with more bits."""
    data, found = context()
    assert is_inexact(data)
    assert not is_inexact(None)
    claim = found.statement.conclude[0].any[0]
    left, _ = claim.sides
    for bits in (64, 128):
        low, high = ends(found, left, bits)
        true = Roots.sqrt(Fraction(27))
        assert (true - low).sign() >= 0 <= (high - true).sign()
        assert (high - low).upper() < Fraction(1, 2 ** (bits - 20))
    assert settled(found, claim) is False


def test_derivations_fall_back() -> None:
    """`compute` gives a step `enclosed` where data are inexact, and says why it cannot."""
    text = HEAD + "conclude\n  |A x| <= 26/5\n"
    data, _ = context(text)
    d = Derivation(text.encode(), data, write_json(fourier()))
    d.compute("|A x| <= 26/5")
    d.compute("c <= 5")
    assert [raw["rule"] for raw in d.raw] == ["enclosed", "compute"]
    with pytest.raises(Rejected, match="enclosures to 2048 bits do not prove"):
        d.compute("|A x| <= 5")


def test_outward_rounding() -> None:
    """Six digits, never inwards; against floats of either sign and size."""
    rng = np.random.default_rng(2)
    for value in [*rng.normal(size=40), *(rng.normal(size=40) * 1e-7), 1e9 / 7]:
        exact = Roots.rational(Fraction(float(value)))
        low, high = Fraction(outward(exact, False)), Fraction(outward(exact, True))
        assert low <= Fraction(float(value)) <= high
        assert high - low <= max(abs(Fraction(float(value))) / 10**4, Fraction(1, 10**5))
    root = Roots.sqrt(Fraction(2))
    assert interval((root, root + Roots.rational(Fraction(1, 10**9)))) == "[1.414213, 1.414214]"
