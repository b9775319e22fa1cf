"""Exact numbers against sympy, mpmath, plain fractions and NumPy's arrays of Python integers."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from certificates.exact import LAST_BITS, MAXIMAL_CLASSES, Roots, Undecided
from certificates.format import Rejected
from certificates.matrices import Integers, Matrix, Vector, gram, is_diagonally_dominant

fractions = st.builds(Fraction, st.integers(-40, 40), st.integers(1, 12))
terms = st.lists(st.tuples(st.integers(1, 150), fractions), max_size=5)
roots = st.builds(Roots.collect, terms)
integers = st.one_of(st.integers(-9, 9), st.integers(-(1 << 90), 1 << 90))


def in_sympy(value: Roots) -> sympy.Expr:
    """The same number; sympy pulls squares out of small radicands, so zeros vanish."""
    parts = [sympy.Rational(c.numerator, c.denominator) * sympy.sqrt(n) for n, c in value.terms]
    return sympy.Add(*parts)


def in_mpmath(value: Roots) -> mpmath.mpf:
    """The same number at the current precision."""
    parts = [mpmath.mpf(c.numerator) / c.denominator * mpmath.sqrt(n) for n, c in value.terms]
    return mpmath.fsum(parts)


def sign_by_sympy(value: Roots) -> int:
    """Zero by sympy's normal form, the sign of anything else by 100 digits."""
    expression = in_sympy(value)
    if expression == 0:
        return 0
    with mpmath.workdps(100):
        return 1 if in_mpmath(value) > 0 else -1


# --------------------------------------------------------------------------- square roots


@given(roots)
def test_sign(value: Roots) -> None:
    """Signs agree with sympy, and with those of the negative."""
    assert value.sign() == sign_by_sympy(value)
    assert value.times(Fraction(-1)).sign() == -value.sign()


@given(roots, st.lists(st.integers(1, 30), min_size=5, max_size=5))
def test_sign_of_a_hidden_zero(value: Roots, factors: list[int]) -> None:
    """c sqrt n = (c / k) sqrt(n k^2): rewritten terms cancel, however they are spread."""
    pairs = list(zip(value.terms, factors, strict=False))
    other = Roots.collect((n * k * k, c / k) for (n, c), k in pairs)
    difference = value - other
    assert difference.sign() == 0
    assert difference.collapse() == Roots()
    assert (difference + Roots.rational(Fraction(1, 10**50))).sign() == 1


@given(roots)
def test_collapse(value: Roots) -> None:
    """It keeps the number, leaves one radicand per square class, and nothing of a zero."""
    collapsed = value.collapse()
    assert in_sympy(collapsed) == in_sympy(value)
    free = [sympy.ntheory.factor_.core(n, 2) for n, _ in collapsed.terms]
    assert len(set(free)) == len(free)
    assert (collapsed.terms == ()) == (in_sympy(value) == 0)


@given(roots, st.integers(0, 200))
def test_enclosure(value: Roots, bits: int) -> None:
    """lo <= 2^bits value <= hi, and the width is at most the sum of |c|, plus 2 a term."""
    low, high = value.enclosure(bits)
    with mpmath.workdps(120):
        scaled = mpmath.ldexp(in_mpmath(value), bits)
        slack = mpmath.mpf(10) ** -40
        assert low - slack <= scaled <= high + slack
    width = sum(abs(c) for _, c in value.terms) + 2 * len(value.terms)
    assert 0 <= high - low <= width
    assert (Roots.rational(value.upper(bits)) - value).sign() >= 0
    slack = sum((abs(c) + 1 for _, c in value.terms), Fraction(0)) / (1 << bits)
    assert (value + Roots.rational(slack - value.upper(bits))).sign() >= 0


@given(fractions, st.integers(0, 200))
def test_upper_of_a_rational_number_is_the_number(value: Fraction, bits: int) -> None:
    """However few bits are asked for, and however it is written."""
    assert Roots.rational(value).upper(bits) == value
    assert Roots.sqrt(value * value).upper(bits) == abs(value)


@given(roots, roots, fractions)
def test_arithmetic(a: Roots, b: Roots, factor: Fraction) -> None:
    """Sums, differences, products and multiples, against sympy."""
    rational = sympy.Rational(factor.numerator, factor.denominator)
    assert in_sympy(a + b) == sympy.expand(in_sympy(a) + in_sympy(b))
    assert in_sympy(a - b) == sympy.expand(in_sympy(a) - in_sympy(b))
    assert in_sympy(a * b) == sympy.expand(in_sympy(a) * in_sympy(b))
    assert in_sympy(a.times(factor)) == sympy.expand(in_sympy(a) * rational)
    assert Roots.total([a, b, a]) == a + b + a


@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_square_root(p: int, q: int) -> None:
    """The square of sqrt(p/q) is p/q, and the square root of a square is rational."""
    number = Fraction(p, q)
    assert (Roots.sqrt(number) * Roots.sqrt(number)).as_rational() == number
    assert Roots.sqrt(number * number).as_rational() == number
    assert Roots.sqrt(number).sign() == (1 if p else 0)


@pytest.mark.parametrize("index", [1, 2, 10, 11, 200, 201, 3000, 3001])
def test_near_zeros(index: int) -> None:
    """Convergents p/q of sqrt 2 lie below and above it in turn, within 1/q^2."""
    p, q = 1, 1
    for _ in range(index):
        p, q = p + 2 * q, p + q
    difference = Roots.rational(Fraction(p, q)) - Roots.sqrt(Fraction(2))
    assert difference.sign() == (1 if index % 2 else -1)
    # the same with the root in disguise, as sqrt 8 / 2
    disguised = Roots.rational(Fraction(2 * p, q)) - Roots.sqrt(Fraction(8))
    assert disguised.sign() == difference.sign()


def test_well_known_zeros() -> None:
    """sqrt 8 = 2 sqrt 2, sqrt 2 sqrt 3 = sqrt 6, (1 + sqrt 2)^2 = 3 + 2 sqrt 2."""
    two, three = Roots.sqrt(Fraction(2)), Roots.sqrt(Fraction(3))
    one = Roots.rational(1)
    assert (Roots.sqrt(Fraction(8)) - two.times(Fraction(2))).sign() == 0
    assert (two * three - Roots.sqrt(Fraction(6))).sign() == 0
    assert ((one + two) * (one + two) - Roots.rational(3)).terms == ((2, Fraction(2)),)
    # sqrt 10 + sqrt 11 against sqrt 5 + sqrt 18: they differ in the fourth digit only
    left = Roots.sqrt(Fraction(10)) + Roots.sqrt(Fraction(11))
    right = Roots.sqrt(Fraction(5)) + Roots.sqrt(Fraction(18))
    assert (left - right).sign() == sign_by_sympy(left - right)
    assert Roots().sign() == 0
    assert Roots().as_rational() == 0
    assert two.as_rational() is None


def test_given_up() -> None:
    """A non-zero number below the precision limit is undecided, never taken for zero."""
    with mpmath.workprec(LAST_BITS + 4000):
        near = int(mpmath.floor(mpmath.ldexp(mpmath.sqrt(2), LAST_BITS + 1000)))
    tiny = Roots.sqrt(Fraction(2)) - Roots.rational(Fraction(near, 1 << (LAST_BITS + 1000)))
    with pytest.raises(Undecided):
        tiny.sign()


def test_too_many_roots_for_the_zero_test() -> None:
    """The zero test is quadratic, so its size is limited; other signs are not."""
    many = Roots(tuple((4 * n + 3, Fraction(1)) for n in range(MAXIMAL_CLASSES)))
    assert many.collapse().sign() == 1
    zero = Roots.collect((n, c) for m, d in many.terms for n, c in ((m, 2 * d), (4 * m, -d)))
    with pytest.raises(Undecided, match="whether a sum of 8192 square roots is zero"):
        zero.sign()
    assert (zero + Roots.rational(1)).sign() == 1


# ------------------------------------------------------------------- vectors and matrices

Complex = tuple[Fraction, Fraction]


@st.composite
def vectors(draw: st.DrawFn, dimension: int) -> Vector:
    """Real and complex vectors over a denominator that need not be the least one."""
    lists = st.lists(integers, min_size=dimension, max_size=dimension)
    imag = draw(st.one_of(st.just([]), lists)) if dimension else []
    return Vector.of(draw(lists), imag, draw(st.integers(1, 60)))


@st.composite
def matrices(draw: st.DrawFn, m: int, n: int) -> Matrix:
    """Real and complex matrices, as the problem reader makes them."""
    lists = st.tuples(*[st.tuples(*[integers] * n)] * m)
    real = draw(lists)
    imag = draw(lists) if draw(st.booleans()) else ()
    if not any(any(row) for row in imag):
        imag = ()
    return Matrix.of(real, imag, draw(st.integers(1, 60)), n)


sizes = st.tuples(st.integers(0, 4), st.integers(0, 4))


@given(sizes.flatmap(lambda s: matrices(*s)), st.integers(1, 50))
def test_matrix_is_in_lowest_terms(matrix: Matrix, factor: int) -> None:
    """Numerators and denominator times one factor give the same fields."""
    real, imag = ([[factor * a for a in row] for row in p] for p in (matrix.real, matrix.imag))
    again = Matrix.of(real, imag, factor * matrix.denominator, matrix.columns)
    assert again == matrix
    assert hash(again) == hash(matrix)
    every = [a for part in (matrix.real, matrix.imag) for row in part for a in row]
    assert gcd(matrix.denominator, *every) == 1
    assert matrix.imag == () or any(map(any, matrix.imag))


systems = sizes.flatmap(lambda s: st.tuples(matrices(*s), vectors(s[1])))


def entries(v: Vector) -> list[Complex]:
    """The entries as pairs of fractions."""
    imag = v.imag or (0,) * v.dimension
    return [
        (Fraction(a, v.denominator), Fraction(b, v.denominator))
        for a, b in zip(v.real, imag, strict=True)
    ]


def rows_of(matrix: Matrix) -> list[list[Complex]]:
    """The rows as pairs of fractions."""
    d = matrix.denominator
    imag = matrix.imag or tuple((0,) * matrix.columns for _ in matrix.real)
    return [
        [(Fraction(a, d), Fraction(b, d)) for a, b in zip(x, y, strict=True)]
        for x, y in zip(matrix.real, imag, strict=True)
    ]


def times(a: Complex, b: Complex) -> Complex:
    """The product of two complex numbers."""
    return a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]


@given(st.integers(0, 4).flatmap(vectors), st.integers(1, 50))
def test_vector_is_in_lowest_terms(v: Vector, factor: int) -> None:
    """Numerators and denominator times one factor give the same fields."""
    again = Vector.of(
        [factor * a for a in v.real], [factor * a for a in v.imag], factor * v.denominator
    )
    assert again == v
    assert hash(again) == hash(v)
    assert v.imag == () or any(v.imag)
    assert (
        sum(v.squares())
        == sum((x * x + y * y for x, y in entries(v)), Fraction(0)) * v.denominator**2
    )


@given(
    st.integers(0, 4).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.tuples(fractions, vectors(n)), max_size=4))
    )
)
def test_combination(data: tuple[int, list[tuple[Fraction, Vector]]]) -> None:
    """Linear combinations entry by entry; none at all is the zero vector."""
    dimension, parts = data
    found = Vector.combination(parts, dimension)
    for j in range(dimension):
        for part in (0, 1):
            total = sum((c * entries(v)[j][part] for c, v in parts), Fraction(0))
            assert entries(found)[j][part] == total
    assert found.dimension == dimension


@given(systems)
def test_apply(system: tuple[Matrix, Vector]) -> None:
    """The product with a vector, entry by entry."""
    matrix, v = system
    found = entries(matrix.apply(v))
    assert len(found) == matrix.shape[0]
    for row, entry in zip(rows_of(matrix), found, strict=True):
        products = [times(a, b) for a, b in zip(row, entries(v), strict=True)]
        assert entry == (sum(p[0] for p in products), sum(p[1] for p in products))


@given(systems)
def test_apply_against_numpy(system: tuple[Matrix, Vector]) -> None:
    """The product with a vector, by NumPy on arrays of Python integers."""
    matrix, v = system
    m, n = matrix.shape
    real = np.array(matrix.real, dtype=object).reshape(m, n)
    imag = np.array(matrix.imag or [[0] * n] * m, dtype=object).reshape(m, n)
    x = np.array(v.real, dtype=object)
    y = np.array(v.imag or [0] * n, dtype=object)
    parts = [int(a) for a in real.dot(x) - imag.dot(y)], [int(a) for a in real.dot(y) + imag.dot(x)]
    assert matrix.apply(v) == Vector.of(*parts, matrix.denominator * v.denominator)


@given(systems)
def test_transposed_and_real_form(system: tuple[Matrix, Vector]) -> None:
    """Transposing twice changes nothing; [[X, -Y], [Y, X]] acts as X + iY does."""
    matrix, v = system
    m, n = matrix.shape
    flipped = matrix.transposed()
    assert flipped.shape == (n, m)
    assert rows_of(flipped) == [[row[j] for row in rows_of(matrix)] for j in range(n)]
    assert [entries(row) for row in matrix.row_vectors()] == rows_of(matrix)
    if matrix.imag:
        stacked = Vector.of(v.real + (v.imag or (0,) * n), (), v.denominator)
        found = entries(matrix.as_real().apply(stacked))
        expected = entries(matrix.apply(v))
        assert [x for x, _ in found] == [x for x, _ in expected] + [y for _, y in expected]
    else:
        assert matrix.as_real() is matrix


# ---------------------------------------------------------------- Gram matrices and dominance


@given(
    st.integers(0, 5).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[integers] * n), max_size=5))
    )
)
def test_gram(data: tuple[int, list[Integers]]) -> None:
    """R^T R by NumPy on Python integers: signs, zeros and long entries."""
    n, rows = data
    array = np.array(rows, dtype=object).reshape(len(rows), n)
    expected = array.T.dot(array).tolist() if rows else [[0] * n] * n
    assert gram(rows, n) == expected


@pytest.mark.parametrize("size", [127, 128, 255, 256, 2**63 - 1, 2**63, 2**64, 2**200 - 1])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 255, 256])
def test_gram_fills_its_lanes(size: int, count: int) -> None:
    """The largest sums that fit between two lanes, of both signs."""
    rows = [(size, -size, size - 1)] * count
    array = np.array(rows, dtype=object)
    assert gram(rows, 3) == array.T.dot(array).tolist()


@given(
    st.integers(1, 4).flatmap(
        lambda n: st.lists(
            st.lists(st.integers(-3, 9), min_size=n, max_size=n), min_size=n, max_size=n
        )
    )
)
def test_dominance_gives_semidefiniteness(square: list[list[int]]) -> None:
    """A symmetric matrix that is called dominant has non-negative eigenvalues."""
    n = len(square)
    symmetric = [[square[min(j, k)][max(j, k)] for k in range(n)] for j in range(n)]
    dominant = all(
        symmetric[j][j] >= sum(abs(symmetric[j][k]) for k in range(n) if k != j) for j in range(n)
    )
    assert is_diagonally_dominant(symmetric) == dominant
    if dominant:
        assert sympy.Matrix(symmetric).is_positive_semidefinite


def test_a_gram_matrix_that_would_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its entries are twice as long as those of the rows, and n^2 of them."""
    monkeypatch.setattr("certificates.matrices.GRAM_BITS", 2 * 2 * (2 * 10 + 64))
    assert gram([(1023, -1023)], 2) == [[1023**2, -(1023**2)], [-(1023**2), 1023**2]]
    for rows, n in (([(1024, 0)], 2), ([(1, 0, 0)], 3)):
        with pytest.raises(Rejected, match=f"a Gram matrix of {n} rows of .* is too large"):
            gram(rows, n)


def test_dominance_at_the_edge() -> None:
    """Equality is enough; a negative diagonal never is."""
    assert is_diagonally_dominant([[1, -1], [-1, 1]])
    assert not is_diagonally_dominant([[1, -2], [-2, 4]])
    assert not is_diagonally_dominant([[-1]])
    assert is_diagonally_dominant([[0]])
    assert is_diagonally_dominant([])
