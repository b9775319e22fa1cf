"""Norms, and bounds on operator norms: sound against exact witnesses, sharp where they say so."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import isqrt
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from certificates import operators
from certificates.exact import Roots
from certificates.matrices import Integers, Matrix, Vector
from certificates.norms import DUAL, KINDS, Kind, Norm, plain

small = st.integers(-5, 5)
weights = st.builds(Fraction, st.integers(1, 9), st.integers(1, 9))
kinds = st.sampled_from(list(KINDS.values()))
norms = st.builds(Norm, kinds, weights)
ORDERS: dict[Kind, float] = {"l1": 1, "l2": 2, "linf": np.inf}
PLAIN = {kind: Norm(kind, Fraction(1)) for kind in KINDS.values()}


@st.composite
def vectors(draw: st.DrawFn, n: int, real: bool = False) -> Vector:
    """Small vectors, many of them signs or coordinate vectors, where bounds are attained."""
    units = st.sampled_from([(0,) * j + (1,) + (0,) * (n - j - 1) for j in range(n)])
    signs = st.tuples(*[st.sampled_from([-1, 1])] * n)
    parts = st.one_of(units, signs, st.tuples(*[small] * n))
    imag = () if real else draw(st.one_of(st.just(()), parts))
    return Vector.of(draw(parts), imag, draw(st.integers(1, 4)))


@st.composite
def matrices(draw: st.DrawFn, m: int, n: int, real: bool = False) -> Matrix:
    """Small matrices over Q or Q(i)."""
    rows = st.tuples(*[st.tuples(*[small] * n)] * m)
    imag = () if real else draw(st.one_of(st.just(()), rows))
    if not any(map(any, imag)):
        imag = ()
    return Matrix(draw(rows), imag, draw(st.integers(1, 6)), n)


sizes = st.tuples(st.integers(1, 3), st.integers(1, 3))
systems = sizes.flatmap(lambda s: st.tuples(matrices(*s), vectors(s[1])))
real_systems = sizes.flatmap(lambda s: st.tuples(matrices(*s, real=True), vectors(s[1], real=True)))


def in_numpy(matrix: Matrix) -> np.ndarray[Any, Any]:
    """The matrix in floats."""
    shape = matrix.shape
    real = np.array(matrix.real, dtype=float).reshape(shape)
    imag = np.array(matrix.imag, dtype=float).reshape(shape) if matrix.imag else np.zeros(shape)
    return np.asarray((real + 1j * imag) / matrix.denominator)


def below(value: Roots, bits: int = 200) -> Fraction:
    """A rational number < value, by less than 2^-180 or so."""
    return Fraction(value.enclosure(bits)[0] - 1, 1 << bits)


def quotient_below(top: Roots, bottom: Roots) -> Fraction:
    """A rational number < top / bottom for top > 0, by a factor 1 + 2^-100 or so."""
    return below(top) / bottom.upper(200) * (1 - Fraction(1, 1 << 100))


# ------------------------------------------------------------------------------------ norms


@given(st.integers(0, 4).flatmap(lambda n: vectors(n) if n else st.just(Vector.of([]))), norms)
def test_norm_against_mpmath(v: Vector, norm: Norm) -> None:
    """All three norms, with a weight, to 60 digits."""
    with mpmath.workdps(70):
        imag = v.imag or (0,) * v.dimension
        moduli = [abs(mpmath.mpc(a, b)) / v.denominator for a, b in zip(v.real, imag, strict=True)]
        expected = {
            "l1": mpmath.fsum(moduli),
            "l2": mpmath.sqrt(mpmath.fsum(m * m for m in moduli)),
            "linf": max(moduli, default=mpmath.mpf(0)),
        }[norm.kind]
        low, high = norm.of(v).enclosure(220)
        found = mpmath.ldexp(mpmath.mpf(low + high) / 2, -220)
        weighted = expected * norm.weight.numerator / norm.weight.denominator
        assert abs(found - weighted) < mpmath.mpf(10) ** -60


@given(sizes.flatmap(lambda s: st.tuples(vectors(s[0]), vectors(s[0]))), norms, weights)
def test_norm_is_a_norm(pair: tuple[Vector, Vector], norm: Norm, factor: Fraction) -> None:
    """Triangle inequality and homogeneity, decided exactly."""
    u, v = pair
    total = Vector.combination([(factor, u), (Fraction(-1), v)], u.dimension)
    slack = norm.of(u).times(factor) + norm.of(v) - norm.of(total)
    assert slack.sign() >= 0
    multiple = Vector.combination([(-factor, u)], u.dimension)
    assert (norm.of(multiple) - norm.of(u).times(factor)).sign() == 0
    assert (norm.of(u).sign() == 0) == (not any(u.real) and not any(u.imag))


# ---------------------------------------------------------------------------------- soundness


@given(systems, norms, norms)
@settings(max_examples=300)
def test_rows_and_columns_are_sound(
    system: tuple[Matrix, Vector], domain: Norm, target: Norm
) -> None:
    """No bound is proved that is smaller than |W v| / |v| for some v, over R and over C."""
    matrix, v = system
    size, image = domain.of(v), target.of(matrix.apply(v))
    assume(size.sign() > 0 and image.sign() > 0)
    bound = quotient_below(image, size)
    assert not operators.rows(matrix, domain, target, bound)
    assert not operators.columns(matrix, domain, target, bound)
    for method in (operators.rows, operators.columns):
        assert not method(matrix, domain, target, Fraction(-1))


@given(real_systems, norms, norms)
@settings(max_examples=300)
def test_signs_are_sound(system: tuple[Matrix, Vector], domain: Norm, target: Norm) -> None:
    """The same for the enumeration of signs over R."""
    matrix, v = system
    size, image = domain.of(v), target.of(matrix.apply(v))
    assume(size.sign() > 0 and image.sign() > 0)
    found = operators.signs(matrix, domain, target, quotient_below(image, size))
    assert found is (False if domain.kind == "linf" or target.kind == "l1" else None)


def test_signs_are_not_enough_over_c() -> None:
    """[[1, 1], [1, -1]] from linf to l1: 2 at all signs, 2 sqrt 2 at (1, i)."""
    matrix = Matrix(((1, 1), (1, -1)), (), 1, 2)
    domain, target = PLAIN["linf"], PLAIN["l1"]
    assert operators.signs(matrix, domain, target, Fraction(2))
    image = target.of(matrix.apply(Vector.of([1, 0], [0, 1])))
    assert (image - Roots.sqrt(Fraction(8))).sign() == 0
    complex_one = Matrix(((1, 1), (1, -1)), ((0, 0), (0, 1)), 1, 2)
    assert operators.signs(complex_one, domain, target, Fraction(100)) is None


@given(systems, weights, weights, st.data())
def test_gram_is_sound(
    system: tuple[Matrix, Vector], domain: Fraction, target: Fraction, data: st.DataObject
) -> None:
    """No factor proves a bound smaller than |W v| / |v|: good ones, rounded, and damaged ones."""
    matrix, v = system
    ends = Norm("l2", domain), Norm("l2", target)
    size, image = ends[0].of(v), ends[1].of(matrix.apply(v))
    assume(size.sign() > 0 and image.sign() > 0)
    bound = quotient_below(image, size)
    shift = data.draw(st.integers(0, 12))
    factor = cholesky(matrix, bound * domain / target, shift)
    change = data.draw(st.lists(st.integers(-2, 2), min_size=sum(map(len, factor))))
    steps = iter(change)
    damaged = [tuple(a + next(steps) for a in row) for row in factor]
    for rows in (factor, damaged, [tuple(-a for a in row) for row in factor]):
        assert operators.gram_factor(matrix, *ends, bound, rows, shift) is False


# ---------------------------------------------------------------------------------- sharpness


def sharp(method: object, matrix: Matrix, domain: Kind, target: Kind, norm: float) -> None:
    """The method proves the norm and a little more, and not a little less."""
    more, less = Fraction(norm * (1 + 1e-9)), Fraction(norm * (1 - 1e-9))
    assert callable(method)
    assert method(matrix, PLAIN[domain], PLAIN[target], more)
    if norm:
        assert method(matrix, PLAIN[domain], PLAIN[target], less) is False


@given(systems, kinds)
def test_rows_are_exact_into_linf(system: tuple[Matrix, Vector], domain: Kind) -> None:
    """Anything -> linf is the largest dual norm of a row."""
    matrix, _ = system
    order = ORDERS[DUAL[domain]]
    norm = float(np.linalg.norm(in_numpy(matrix), order, axis=1).max())
    sharp(operators.rows, matrix, domain, "linf", norm)


@given(systems, kinds)
def test_columns_are_exact_from_l1(system: tuple[Matrix, Vector], target: Kind) -> None:
    """l1 -> anything is the largest norm of a column."""
    matrix, _ = system
    norm = float(np.linalg.norm(in_numpy(matrix), ORDERS[target], axis=0).max())
    sharp(operators.columns, matrix, "l1", target, norm)


@given(real_systems, kinds)
def test_signs_are_exact_over_r(system: tuple[Matrix, Vector], kind: Kind) -> None:
    """linf -> anything over the corners of the cube; anything -> l1 by duality."""
    matrix, _ = system
    array = in_numpy(matrix).real
    m, n = array.shape
    corners = np.array(list(product((-1, 1), repeat=n))).T
    norm = float(np.linalg.norm(array @ corners, ORDERS[kind], axis=0).max())
    sharp(operators.signs, matrix, "linf", kind, norm)
    corners = np.array(list(product((-1, 1), repeat=m))).T
    norm = float(np.linalg.norm(array.T @ corners, ORDERS[DUAL[kind]], axis=0).max())
    sharp(operators.signs, matrix, kind, "l1", norm)


@given(systems)
def test_one_row_or_column(system: tuple[Matrix, Vector]) -> None:
    """Frobenius' bound, l2 to l2, is the norm of a matrix of rank one."""
    matrix, _ = system
    single = Matrix(matrix.real[:1], matrix.imag[:1], matrix.denominator, matrix.columns)
    norm = float(np.linalg.norm(in_numpy(single), 2))
    for method in (operators.rows, operators.columns):
        sharp(method, single, "l2", "l2", norm)
        sharp(method, single.transposed(), "l2", "l2", norm)


@given(real_systems, weights, weights, kinds, kinds)
def test_weights_scale_the_bound(
    system: tuple[Matrix, Vector], wd: Fraction, wt: Fraction, domain: Kind, target: Kind
) -> None:
    """With weights on both sides the bound times wt / wd is what the plain norms need."""
    matrix, _ = system
    for method in (operators.rows, operators.columns, operators.signs):
        for bound in (Fraction(1), Fraction(5), Fraction(12), Fraction(30)):
            weighted = method(matrix, Norm(domain, wd), Norm(target, wt), bound * wt / wd)
            assert weighted == method(matrix, PLAIN[domain], PLAIN[target], bound)


# ------------------------------------------------------------------------------- l2 to l2


def cholesky(matrix: Matrix, bound: Fraction, shift: int) -> list[Integers]:
    """A rounded lower Cholesky factor for `operators.gram_factor`, by floats, never trusted."""
    real = matrix.as_real()
    array = np.array(real.real, dtype=float).reshape(real.shape)
    if array.shape[0] < array.shape[1]:
        array = array.T
    limit = bound * real.denominator
    square = float(limit.numerator**2) * np.eye(array.shape[1])
    square -= float(limit.denominator**2) * (array.T @ array)
    values, basis = np.linalg.eigh(square)
    # half of the least eigenvalue is left to the diagonal, against the roundings
    half = basis * np.sqrt(np.maximum(values - values.min() / 2, 0))
    lower = np.asarray(np.linalg.qr(half.T, mode="r")).T * 2.0**shift
    return [tuple(int(a) for a in row[: k + 1]) for k, row in enumerate(np.rint(lower))]


@given(systems)
def test_gram_against_numpy(system: tuple[Matrix, Vector]) -> None:
    """A per mille above NumPy's spectral norm is proved, a millionth below it never."""
    matrix, _ = system
    norm = float(np.linalg.norm(in_numpy(matrix), 2))
    assume(norm > 0)
    two = PLAIN["l2"]
    above = Fraction(round(norm * 1.001 * 2**20) + 1, 2**20)
    under = Fraction(norm * (1 - 1e-6)).limit_denominator(10**6)
    assume(under < norm)
    assert operators.gram_factor(matrix, two, two, above, cholesky(matrix, above, 20), 20) is True
    for shift in (0, 20):
        factor = cholesky(matrix, under, shift)
        assert operators.gram_factor(matrix, two, two, under, factor, shift) is False


@pytest.mark.parametrize(("m", "n"), [(12, 7), (7, 12), (20, 20)])
@pytest.mark.parametrize("unit", [1, 1j])
def test_gram_of_larger_matrices(m: int, n: int, unit: complex) -> None:
    """Tall, wide and square, real and complex, within a millionth of the norm."""
    random = np.random.default_rng(4)
    real = random.integers(-99, 100, (m, n)).tolist()
    imag = random.integers(-99, 100, (m, n)).tolist() if unit == 1j else []
    matrix = Matrix(tuple(map(tuple, real)), tuple(map(tuple, imag)), 7, n)
    norm = float(np.linalg.norm(in_numpy(matrix), 2))
    bound = Fraction(round(norm * (1 + 1e-6) * 10**7), 10**7)
    two = PLAIN["l2"]
    assert operators.gram_factor(matrix, two, two, bound, cholesky(matrix, bound, 4), 4) is True
    less = Fraction(round(norm * (1 - 1e-6) * 10**7), 10**7)
    assert operators.gram_factor(matrix, two, two, less, cholesky(matrix, less, 4), 4) is False


# ---------------------------------------------------------------------------------- edges


@pytest.mark.parametrize(("m", "n"), [(0, 0), (0, 2), (2, 0)])
@pytest.mark.parametrize("domain", KINDS.values())
@pytest.mark.parametrize("target", KINDS.values())
def test_empty_matrices(m: int, n: int, domain: Kind, target: Kind) -> None:
    """A map from or into the zero space has norm 0."""
    matrix = Matrix(((0,) * n,) * m, (), 1, n)
    ends = PLAIN[domain], PLAIN[target]
    assert operators.rows(matrix, *ends, Fraction(0))
    assert operators.columns(matrix, *ends, Fraction(0))
    assert operators.signs(matrix, *ends, Fraction(0)) in (
        (True,) if domain == "linf" or target == "l1" else (None,)
    )
    if domain == target == "l2":
        assert operators.gram_factor(matrix, *ends, Fraction(0), [], 0) is True


def test_plain_norm_of_a_long_vector() -> None:
    """Entries of 10,000 bits: nothing rounds."""
    long = (1 << 10_000) + 1
    assert plain("l2", Vector.of([3 * long, 4 * long])).as_rational() == 5 * long
    root = plain("l2", Vector.of([long, long]))
    assert root.enclosure(0)[0] == isqrt(2 * long * long)
