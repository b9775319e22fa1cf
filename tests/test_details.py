"""Details in the kernel: exact, nearest, for real and complex operators of any rank."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.__main__ import run
from certificates.matrices import Matrix, Vector
from theorems import details
from theorems.cli import main
from theorems.details import into_kernel, tikhonov

ENTRY = st.integers(-9, 9)
SETTINGS = settings(max_examples=60, derandomize=True, deadline=None)


@st.composite
def operators(draw: st.DrawFn) -> tuple[Matrix, Vector]:
    """A matrix of Q(i)^(m x n), sometimes real, sometimes of low rank, and a vector."""
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    over_c = draw(st.booleans())

    def rows() -> list[tuple[int, ...]]:
        table = [tuple(draw(ENTRY) for _ in range(n)) for _ in range(m)]
        return [*table[:-1], table[0]] if draw(st.booleans()) else table

    imag = tuple(rows()) if over_c else ()
    vector_imag = [draw(ENTRY) for _ in range(n)] if draw(st.booleans()) else []
    wanted = Vector.of([draw(ENTRY) for _ in range(n)], vector_imag, draw(st.integers(1, 7)))
    return Matrix(tuple(rows()), imag, draw(st.integers(1, 5)), n), wanted


def as_sympy(v: Vector) -> sympy.Matrix:
    """The vector in sympy's own numbers."""
    imag = v.imag or (0,) * v.dimension
    entries = [sympy.Rational(a, v.denominator) + sympy.I * sympy.Rational(b, v.denominator)
               for a, b in zip(v.real, imag, strict=True)]  # fmt: skip
    return sympy.Matrix(entries)


@given(operators())
@SETTINGS
def test_it_is_in_the_kernel_and_nearest(case: tuple[Matrix, Vector]) -> None:
    """A d = 0, and w - d is orthogonal to every vector of the kernel (by sympy)."""
    matrix, wanted = case
    found = into_kernel(matrix, wanted)
    assert not any(matrix.apply(found).real)
    assert not matrix.apply(found).imag
    rows = sympy.Matrix([as_sympy(row).T for row in matrix.row_vectors()])
    apart = as_sympy(wanted) - as_sympy(found)
    for direction in rows.nullspace():
        assert sympy.simplify((direction.H * apart)[0]) == 0


@given(operators())
@SETTINGS
def test_projecting_twice_changes_nothing(case: tuple[Matrix, Vector]) -> None:
    """A projection is idempotent, exactly."""
    matrix, wanted = case
    once = into_kernel(matrix, wanted)
    assert into_kernel(matrix, once) == once


def test_an_injective_operator_keeps_nothing() -> None:
    """The kernel is trivial: the nearest detail is zero."""
    identity = Matrix(((1, 0), (0, 1)), (), 1, 2)
    assert into_kernel(identity, Vector.of([3, 4])) == Vector.of([0, 0])


@given(operators(), st.builds(Fraction, st.integers(1, 9), st.integers(1, 9)))
@SETTINGS
def test_tikhonov_solves_its_equation(case: tuple[Matrix, Vector], alpha: Fraction) -> None:
    """(A^* A + alpha I) d = alpha w, exactly, for real and complex operators and details."""
    matrix, wanted = case
    found = tikhonov(matrix, wanted, alpha)
    seen = matrix.adjoint().apply(matrix.apply(found))
    parts = [(Fraction(1), seen), (alpha, found)]
    expected = Vector.combination([(alpha, wanted)], wanted.dimension)
    assert Vector.combination(parts, wanted.dimension) == expected


@given(operators())
@SETTINGS
def test_tikhonov_in_floats(case: tuple[Matrix, Vector]) -> None:
    """The rounded solution is near the exact one."""
    matrix, wanted = case
    exact = as_sympy(tikhonov(matrix, wanted, Fraction(1, 3)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(details, "EXACT", 0)
        found = as_sympy(tikhonov(matrix, wanted, Fraction(1, 3)))
    assert float(abs((found - exact).norm())) < 1e-8


def test_tikhonov_on_the_command_line(tmp_path: Path) -> None:
    """The bound is certified, whatever the detail is; both options are needed."""
    rng = np.random.default_rng(1)
    np.save(tmp_path / "A.npy", rng.standard_normal((40, 50)))
    np.save(tmp_path / "m.npy", rng.random(64) < 0.6)
    (tmp_path / "p.toml").write_text('operator = {kind="hadamard", mask="m.npy", shape=[64]}\n')
    for operator, n in (("A.npy", 50), ("p.toml", 64)):
        np.save(tmp_path / "w.npy", rng.standard_normal(n))
        names = [str(tmp_path / name) for name in (operator, "w.npy", operator + "-out")]
        command = ["detail", *names[:2], "-o", names[2], "--method", "tikhonov"]
        done = CliRunner().invoke(main, [*command, "--alpha", "1/1000"])
        assert done.exit_code == 0, done.output
        assert "|A x_det| <= " in done.output
        out = tmp_path / (operator + "-out")
        files = ("detail.near.claim", "problem.json", "detail.near.certificate.json")
        lines, status = run([str(out / name) for name in files])
        assert (lines[-1], status) == ("s VERIFIED certified", 0)
        assert CliRunner().invoke(main, command).exit_code == 2
        assert CliRunner().invoke(main, [*command, "--alpha", "-1"]).exit_code == 2
