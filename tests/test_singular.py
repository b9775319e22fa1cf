"""The smallest singular value between two certified numbers: against numpy and mpmath."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.__main__ import run
from certificates.exact import Roots
from certificates.matrices import Matrix
from certificates.norms import plain
from theorems import singular
from theorems.cli import main
from theorems.describe import describe
from theorems.operators import blur, composition, hadamard
from theorems.singular import propose

ENTRY = st.integers(-9, 9)


@st.composite
def tall(draw: st.DrawFn) -> Matrix:
    """A matrix with at least as many rows as columns, sometimes complex."""
    n = draw(st.integers(1, 4))
    m = draw(st.integers(n, 5))
    rows = st.lists(st.lists(ENTRY, min_size=n, max_size=n), min_size=m, max_size=m)
    return Matrix.of(draw(rows), draw(rows) if draw(st.booleans()) else (), draw(ENTRY) or 1, n)


def value_of(matrix: Matrix) -> Any:
    """The smallest singular value, in 60 digits."""
    real = matrix.as_real()
    with mpmath.workdps(60):
        w = mpmath.matrix([[mpmath.mpf(a) / matrix.denominator for a in row] for row in real.real])
        return min(mpmath.sqrt(abs(e)) for e in mpmath.eigsy(w.T * w, eigvals_only=True))


@given(tall(), st.booleans())
@settings(max_examples=80, derandomize=True, deadline=None)
def test_both_ends_enclose_the_value(matrix: Matrix, exactly: bool) -> None:
    """By floats, and by exact arithmetic; what is proposed is near the value."""
    matrix = Matrix.of(matrix.real, matrix.imag, abs(matrix.denominator), matrix.columns)
    value = value_of(matrix)
    if value < 1e-20:
        return
    real = matrix.as_real()
    n = matrix.columns
    found = singular._exactly(real, n) if exactly else propose(matrix)
    assert found is not None
    upper = plain("l2", matrix.apply(found.vector))
    assert (upper - plain("l2", found.vector).times(found.bound)).sign() >= 0
    assert mpmath.mpf(found.bound.numerator) / found.bound.denominator <= value * (1 + 1e-30)
    assert float(found.bound) >= float(value) * 0.9997
    run = plain("l2", found.vector)
    assert float(upper.upper() / run.upper()) <= float(value) * 1.0003


HILBERT = np.array([[1 / (i + j + 1) for j in range(10)] for i in range(12)])
MASK = np.array([[1, 0, 0, 1], [0, 1, 0, 0]], dtype=bool)
FACTORS = composition(
    hadamard(rows=[0, 1, 2, 3], shape=[4]), hadamard(rows=[2, 0, 3, 1], shape=[4])
)


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        ([[1, -2], [3, 4]], "between 299/153 and 43/22: certified, by lower_gram"),
        ([[1, 1, 0], [0, 1, 1]], "of 2 singular values between 0.9999 and 1, of A*: certified"),
        (HILBERT, "between ~0.000000000000577718 and ~0.000000000000577790: certified"),
        (HILBERT.T, "of A*: certified, by lower_gram"),
        ([[1, 1], [1, 1]], "the smallest of 2 singular values is 0: exact, by the rank"),
        ([[0, 0]], "the smallest of 1 singular values is 0: exact, by the rank"),
        (np.array([[1, 1j], [1j, 1]]), "of 2 singular values between"),
        (hadamard(MASK, scale="1/2"), "140/99 and 99/70, of A*: certified, by lower_orthogonal"),
        (FACTORS, "of 4 singular values between 4 and 4: certified, by lower_orthogonal"),
        (blur([1, 4, 1], [5000]), "smallest singular value not computed"),
    ],
)
def test_lines(operator: object, words: str) -> None:
    """Each with how it is known."""
    assert words in "\n".join(describe(operator).lines)


def test_a_form_that_is_too_large_for_exact_arithmetic(monkeypatch: pytest.MonkeyPatch) -> None:
    """What floats say is labelled."""
    monkeypatch.setattr(singular, "EXACT", 4)
    line = describe(HILBERT).lines[-1]
    assert re.fullmatch(r"smallest of 10 singular values 5.*e-13: floats, not certified", line)


def test_the_command(tmp_path: Path) -> None:
    """The second certificate verifies with the kernel alone, and says what it should."""
    np.save(tmp_path / "A.npy", np.array([[1, 1, 0], [0, 1, 1]]))
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["operator", str(tmp_path / "A.npy"), "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert "sigma.problem.json" in done.output
    names = ("sigma.claim", "sigma.problem.json", "sigma.certificate.json")
    lines, status = run([str(out / name) for name in names])
    assert (lines[-1], status) == ("s VERIFIED certified", 0)
    assert any("problem.linear.A.of.matrix" in line for line in lines)
    assert any("s |u| <= |A u|" in line for line in lines)


def test_a_short_number_below() -> None:
    """Between (1 - slack) times the value and the value."""
    for square in (Fraction(2), Fraction(1, 10**9), Fraction(9, 4), Fraction(0)):
        root = Roots.sqrt(square)
        low = singular.below(root)
        assert (root - Roots.rational(low)).sign() >= 0
        assert (Roots.rational(low) - root.times(1 - singular.SLACK)).sign() >= 0
