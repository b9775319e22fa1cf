"""Enclosures contain what they enclose: random networks, operators and points against exact values.

An enclosure of a network on a ball is attacked with random and extreme points of the ball; with
radius 0 it is the exact value.  What is irrational is compared with mpmath and NumPy.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.enclosures import (
    NOTHING,
    Ball,
    Enclosure,
    Region,
    applied,
    bent,
    rational,
    reached,
    spread,
    zero,
)
from certificates.fourier import Fourier, pi, roots
from certificates.linear import Composition, Hadamard, Linear, Sparse
from certificates.matrices import Matrix, Vector
from certificates.network_enclosures import enclosed, exponential, gains, sigmoid
from certificates.norms import KINDS, Norm, plain

from .networks import Builder, kernel
from .test_networks import MAKERS, random_graph

Q = Fraction


@pytest.fixture(autouse=True)
def _long_floats() -> Iterator[None]:
    with mpmath.workprec(500):
        yield


def vector(values: list[Fraction]) -> Vector:
    return rational(values)


def entries(v: Vector) -> list[Fraction]:
    return [Q(a, v.denominator) for a in v.real + (v.imag or (0,) * v.dimension)]


def contains(found: Enclosure, region: Region, value: Vector) -> bool:
    """Whether the span of an enclosure contains a vector."""
    low, high, bottom = found.spans(region)
    ends = zip(low, entries(value), high, strict=True)
    return all(Q(a, bottom) <= v <= Q(b, bottom) for a, v, b in ends)


# ------------------------------------------------------------------------------ irrationals


@pytest.mark.parametrize("bits", [40, 100, 333])
def test_pi_and_roots_of_unity(bits: int) -> None:
    value, error = pi(bits)
    assert abs(value - mpmath.pi * 2**bits) < error < 40 * bits
    for n in (1, 2, 3, 5, 12, 31, 64):
        cosines, sines, error = roots(n, bits)
        for k in range(n):
            angle = 2 * mpmath.pi * k / n
            assert abs(cosines[k] - mpmath.cos(angle) * 2**bits) < error < 50 * bits
            assert abs(sines[k] - mpmath.sin(angle) * 2**bits) < error


def test_exponential_and_sigmoid() -> None:
    source = random.Random(1)
    for _ in range(400):
        bottom = source.randint(1, 1000)
        top = source.randint(0, source.choice([1, 10, 100, 10_000, 10**6]))
        bits = source.choice([1, 8, 64, 200])
        low, high = exponential(top, bottom, bits)
        true = mpmath.exp(-mpmath.mpf(top) / bottom) * 2**bits
        assert low <= true <= high <= low + 2
        for sign in (1, -1):
            low, high = sigmoid(sign * top, bottom, bits)
            true = 2**bits / (1 + mpmath.exp(-mpmath.mpf(sign * top) / bottom))
            assert low <= true <= high <= low + 3


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("sides", [(1,), (5,), (8,), (4, 6), (3, 3)])
def test_fourier_against_numpy(sides: tuple[int, ...], centred: bool) -> None:
    """numpy.fft with ortho; centred as in MRI: fftshift of the transform of the ifftshift."""
    rng = np.random.default_rng(3)
    size = int(np.prod(sides))
    rows = tuple(int(k) for k in rng.permutation(size)[: size // 2 + 1])
    form = Fourier(sides, rows, Q(1, size), centred)
    x = rng.integers(-9, 10, sides) + 1j * rng.integers(-9, 10, sides)
    v = Vector.of([int(a) for a in x.real.ravel()], [int(a) for a in x.imag.ravel()], 1)

    def shifted(array: np.ndarray, transform: object) -> np.ndarray:
        if not centred:
            return transform(array, norm="ortho")  # type: ignore[operator]
        return np.fft.fftshift(transform(np.fft.ifftshift(array), norm="ortho"))  # type: ignore

    expected = shifted(x, np.fft.fftn).ravel()[list(rows)]
    found = applied(form, Enclosure.exact(v), 80)
    assert max(entries(found.radius), default=Q(0)) < Q(1, 2**70)
    assert np.allclose(_floats(found.center), expected, rtol=0, atol=1e-12)
    y = Vector.of([3 * k - 4 for k in range(len(rows))], [k * k for k in range(len(rows))], 1)
    spread_out = np.zeros(size, dtype=complex)
    spread_out[list(rows)] = _floats(y)
    back = applied(form.adjoint(), Enclosure.exact(y), 80)
    expected = shifted(spread_out.reshape(sides), np.fft.ifftn).ravel()
    assert np.allclose(_floats(back.center), expected, rtol=0, atol=1e-12)


def test_fourier_is_adjoint_up_to_its_radius() -> None:
    """<F x, y> and <x, F* y> have enclosures that meet, and are narrow."""
    source = random.Random(5)
    form = Fourier((4, 5), (0, 3, 7, 19), Q(1, 20), False)
    x = Vector.of([source.randint(-9, 9) for _ in range(20)])
    y = Vector.of([source.randint(-9, 9) for _ in range(4)])
    left, right = (applied(f, Enclosure.exact(v), 90) for f, v in ((form, x), (form.adjoint(), y)))

    def paired(found: Enclosure, other: Vector) -> Fraction:
        pairs = zip(found.center.real, other.real, strict=True)
        return Q(sum(a * b for a, b in pairs), found.center.denominator)

    assert abs(paired(left, y) - paired(right, x)) < Q(1, 2**75)


def _floats(v: Vector) -> np.ndarray:
    found = [float(q) for q in entries(v)]
    return np.array(found[: v.dimension]) + 1j * np.array(found[v.dimension :])


# ------------------------------------------------------------------------------ linear maps


def forms() -> dict[str, Linear]:
    source = random.Random(2)

    def rows(m: int, n: int) -> list[list[int]]:
        return [[source.randint(-9, 9) for _ in range(n)] for _ in range(m)]

    dense = Matrix.of(rows(3, 4), rows(3, 4), 7, 4)
    sparse = Sparse((3, 4), (0, 0, 2), (1, 3, 0), (5, -2, 3), (1, 1, -4), 3, "sparse")
    hadamard = Hadamard(4, (1, 3, 0), Q(-1, 3), "rows")
    fourier = Fourier((4,), (1, 3, 0), Q(1, 4), False)
    return {
        "dense": dense,
        "sparse": sparse,
        "hadamard": hadamard,
        "hadamard, turned": hadamard.adjoint(),
        "fourier": fourier,
        "fourier, turned": fourier.adjoint(),
        "composition": Composition((sparse.adjoint(), dense)),
        "with fourier": Composition((dense, fourier.adjoint(), hadamard)),
    }


@pytest.mark.parametrize("name", forms())
def test_linear_maps_of_boxes(name: str) -> None:
    """Points of a box go into the enclosure of its image, and as far as `spread` says."""
    form = forms()[name]
    n = form.shape[1]
    source = random.Random(4)

    def some(limit: int) -> Vector:
        parts = [[source.randint(-limit, limit) for _ in range(n)] for _ in range(2)]
        return Vector.of(parts[0], parts[1], 5)

    for _ in range(10):
        center = some(9)
        around = Vector.of(*([abs(a) for a in part] for part in (some(3).real, some(3).real)), 10)
        box = Enclosure(center, around)
        image = applied(form, box, 60)
        for _ in range(5):
            signs = [[source.choice([-1, 0, 1]) for _ in range(n)] for _ in range(2)]
            pairs = zip(signs, (around.real, around.imag or (0,) * n), strict=True)
            moved = [[s * a for s, a in zip(*pair, strict=True)] for pair in pairs]
            step = Vector.of(moved[0], moved[1], around.denominator)
            point = Vector.combination([(Q(1), center), (Q(1), step)], n)
            value = applied(form, Enclosure.exact(point), 120).center
            assert contains(image, NOTHING, value)
            far = applied(form, Enclosure.exact(step), 120).center
            limits = entries(spread(form, around))
            pairs = zip(entries(far), limits, strict=True)
            assert all(abs(v) <= limit + Q(1, 2**100) for v, limit in pairs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", forms())
def test_reached(name: str, kind: str) -> None:
    """No entry of A v is larger than what is said for |v| <= 1; some is nearly as large."""
    form = forms()[name]
    n = form.shape[1]
    source = random.Random(6)
    limits = entries(reached(form, KINDS[kind]))[: form.shape[0]]
    best = Q(0)
    for trial in range(200):
        real, imag = ([source.randint(-9, 9) for _ in range(n)] for _ in range(2))
        if trial % 3 == 0:
            k = source.randrange(n)
            real, imag = [int(j == k) for j in range(n)], [0] * n
        v = Vector.of(real, imag, 1)
        size = plain(KINDS[kind], v).upper()
        if not size:
            continue
        image = applied(form, Enclosure.exact(v), 80).center
        for square, limit in zip(image.squares(), limits, strict=True):
            most = (size * limit * image.denominator) ** 2 * (1 + Q(1, 2**60))
            assert square <= most
            best = max(best, square / most if most else Q(0))
    assert best > (Q(1, 1000) if name == "with fourier" else Q(1, 50))


# ------------------------------------------------------------------------------ parameters


def region_of(*balls: tuple[int, bool, str, Fraction]) -> Region:
    return Region.of([Ball(n, c, KINDS[kind], r) for n, c, kind, r in balls])


@given(st.lists(st.integers(-20, 20), min_size=5, max_size=5), st.sampled_from(sorted(KINDS)))
@settings(max_examples=60, deadline=None)
def test_reach_is_the_dual_norm(row: list[int], kind: str) -> None:
    """On a whole ball the bound is the dual norm, up to the rounding of roots."""
    region = region_of((3, False, kind, Q(2)), (1, True, "l2", Q(1, 3)))
    low, high = region.reach(row)
    first = {"l1": max, "l2": lambda v: mpmath.sqrt(sum(a * a for a in v)), "linf": sum}[kind](
        [abs(a) for a in row[:3]]
    )
    expected = 2 * first + mpmath.sqrt(row[3] ** 2 + row[4] ** 2) / 3
    assert low == -high
    assert expected <= float(high) + 1e-12
    assert float(high) <= expected + 1e-8


def test_divided_regions() -> None:
    region = region_of((2, False, "l2", Q(1)))
    below, above = region.halves(0, Q(1, 2))
    assert below.reach([1, 0]) == (-1, Q(1, 2))
    assert above.reach([1, 0]) == (Q(1, 2), 1)
    corner = above.halves(1, Q(9, 10))[1]
    assert corner.is_empty()
    assert not above.is_empty()


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_bent_functions(data: st.DataObject) -> None:
    """c + g t + d bent at 0: for random t and d the value is in the span, for any slope."""
    number = st.fractions(-3, 3, max_denominator=8)
    region = region_of((2, False, data.draw(st.sampled_from(sorted(KINDS))), Q(1)))
    center, slope = (data.draw(number) for _ in range(2))
    columns = [data.draw(number), data.draw(number)] if data.draw(st.booleans()) else []
    radius = abs(data.draw(number))
    x = Enclosure(vector([center]), vector([radius]), tuple(vector([c]) for c in columns))
    y = bent(x, [slope], region)
    for _ in range(6):
        t = [data.draw(st.fractions(-1, 1, max_denominator=9)) for _ in columns]
        if columns and region.balls[0].kind != "linf" and sum(map(abs, t)) > 1:
            t = [a / 2 for a in t]
        d = radius * data.draw(st.fractions(-1, 1, max_denominator=5))
        value = center + sum((a * b for a, b in zip(columns, t, strict=True)), d)
        expected = value if value >= 0 else slope * value
        # the same t: the columns of y must follow
        center_y = entries(y.center)[0]
        moved = sum((entries(g)[0] * a for g, a in zip(y.columns, t, strict=True)), center_y)
        assert abs(expected - moved) <= entries(y.radius)[0]
        assert contains(y, region, vector([expected]))


# -------------------------------------------------------------------------------- networks


@pytest.mark.parametrize("first", MAKERS)
def test_networks_on_balls(first: str) -> None:
    """Random graphs: exact at a point; on a box and on a ball around it, values stay inside."""
    for seed in range(5):
        data, size = random_graph(seed, first, "float64")
        network = kernel(data)
        n = int(np.prod(size))
        rng = np.random.default_rng(seed)
        point = Vector.of([int(a) for a in rng.integers(-40, 41, n)], (), 16)
        exact = _value(network, point)
        found = enclosed(network, Enclosure.exact(point), NOTHING, 4096)
        assert found == Enclosure.exact(exact)
        width = Vector.of([int(a) for a in rng.integers(0, 9, n)], (), 16)
        box = enclosed(network, Enclosure(point, width), NOTHING, 80)
        ball = region_of((n, False, "linf", Q(1, 4)))
        units = tuple(Vector.of([int(j == k) for j in range(n)]) for k in range(n))
        around = enclosed(network, Enclosure(point, zero(n), units), ball, 80) if n < 30 else None
        limit = entries(gains(network, width))
        for trial in range(6):
            share = rng.integers(-8, 9, n) if trial else 8 * rng.choice([-1, 1], n)
            step = vector(
                [Q(int(s) * a, 8) for s, a in zip(share, entries(width)[:n], strict=True)]
            )
            value = _value(network, _sum(point, step))
            assert contains(box, NOTHING, value)
            gap = Vector.combination([(Q(1), value), (Q(-1), exact)], value.dimension)
            assert all(abs(a) <= b for a, b in zip(entries(gap), limit, strict=True))
            if around is not None:
                step = vector([Q(int(s), 32) for s in share])
                assert contains(around, ball, _value(network, _sum(point, step)))


def test_where_no_neuron_changes_its_side_a_ball_is_exact() -> None:
    """The affine piece: no radius, and the columns are the Jacobian."""
    b = Builder("float64")
    b.add("MatMul", "x", b.array([[1, -2], [3, 1]]))
    b.add("Add", b.now, b.array([5, 1]))
    b.add("Relu", b.now)
    b.add("MatMul", b.now, b.array([[1], [4]]))
    network = kernel(b.model((1, 2)))
    units = (Vector.of([1, 0]), Vector.of([0, 1]))
    region = region_of((2, False, "l2", Q(1, 4)))
    found = enclosed(network, Enclosure(Vector.of([0, 0]), zero(2), units), region, 200)
    assert found == Enclosure(Vector.of([9]), zero(1), (Vector.of([-7]), Vector.of([7])))


def _sum(a: Vector, b: Vector) -> Vector:
    return Vector.combination([(Q(1), a), (Q(1), b)], a.dimension)


def _value(network: object, point: Vector) -> Vector:
    value = network.values(point.real, point.denominator)  # type: ignore[attr-defined]
    return Vector.of(value.entries, (), value.denominator)


SMOOTH = {
    "Sigmoid": lambda t: 1 / (1 + mpmath.exp(-t)),
    "Tanh": mpmath.tanh,
}


@pytest.mark.parametrize("name", SMOOTH)
def test_smooth_activations(name: str) -> None:
    """At points and on boxes; the values cannot be had exactly, and that is said."""
    b = Builder("float64")
    b.add("Mul", "x", b.array(3.0))
    b.add(name, b.now)
    network = kernel(b.model((1, 7)))
    assert network.irrational
    points = [Q(k, 8) for k in (-900, -20, -1, 0, 1, 13, 700)]
    found = enclosed(network, Enclosure.exact(vector(points)), NOTHING, 120)
    for point, center, radius in zip(
        points, entries(found.center), entries(found.radius), strict=False
    ):
        true = SMOOTH[name](mpmath.mpf(3 * point.numerator) / point.denominator)
        assert radius < Q(1, 2**110)
        middle = mpmath.mpf(center.numerator) / center.denominator
        assert abs(middle - true) <= mpmath.mpf(radius.numerator) / radius.denominator
    box = enclosed(network, Enclosure(vector(points), vector([Q(1, 8)] * 7)), NOTHING, 60)
    other = enclosed(network, Enclosure.exact(vector([p - Q(1, 9) for p in points])), NOTHING, 200)
    assert contains(box, NOTHING, other.center)
    limit = gains(network, vector([Q(1, 8)] * 7))
    slope = Q(3, 4) if name == "Sigmoid" else Q(3)
    assert entries(limit)[:7] == [slope / 8] * 7


def test_a_normalization_with_an_irrational_root() -> None:
    """Enclosed, and as near to floats as it should be."""
    rng = np.random.default_rng(2)
    b = Builder("float64", 15)
    scale, bias, mean = (rng.normal(size=2) for _ in range(3))
    variance = np.array([0.3, 2.0])
    b.add("BatchNormalization", "x", *(b.array(v) for v in (scale, bias, mean, variance)))
    network = kernel(b.model((1, 2, 3)))
    assert network.irrational
    x = rng.integers(-9, 9, (1, 2, 3))
    found = enclosed(network, Enclosure.exact(Vector.of([int(a) for a in x.ravel()])), NOTHING, 90)
    epsilon = float(np.float32(1e-5))
    shape = (1, 2, 1)
    expected = (x - mean.reshape(shape)) * scale.reshape(shape) / np.sqrt(
        variance + epsilon
    ).reshape(shape) + bias.reshape(shape)
    assert np.allclose(_floats(found.center).real, expected.ravel(), rtol=0, atol=1e-12)
    assert Q(0) < max(entries(found.radius)) < Q(1, 2**80)


# ---------------------------------------------------------------------------------- norms


@pytest.mark.parametrize("kind", KINDS)
def test_norms_of_enclosures(kind: str) -> None:
    """Between the bounds, at random points; and the bounds are norms where nothing is uncertain."""
    norm = Norm(KINDS[kind], Q(2, 3))
    x = Enclosure(Vector.of([3, -4], [1, 0]), Vector.of([1, 1], [0, 1], 7))
    low, high = x.norm(norm, NOTHING)
    source = random.Random(3)
    for _ in range(50):
        a, b, c = (Q(source.randint(-7, 7), 49) for _ in range(3))
        point = Vector.combination(
            [
                (Q(1), x.center),
                (a, Vector.of([1, 0])),
                (b, Vector.of([0, 1])),
                (c, Vector.of([0, 0], [0, 1])),
            ],
            2,
        )
        value = norm.of(point)
        assert (value - low).sign() >= 0
        assert (high - value).sign() >= 0
    exact = Enclosure.exact(x.center).norm(norm, NOTHING)
    assert exact == (norm.of(x.center),) * 2
