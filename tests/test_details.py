"""Details in the kernel: exact, nearest, for real and complex operators of any rank."""

from __future__ import annotations

import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.matrices import Matrix, Vector
from theorems.details import into_kernel

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
