"""What is enclosed is true at points: random terms on random data, and what once went wrong.

A scalar term in two variables is bounded from below on a region, and evaluated exactly at points
of it, by the part of the kernel that knows no enclosures.  No bound may be above a value.
"""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from hashlib import sha256
from typing import Any

import mpmath
import numpy as np
import pytest

from certificates.enclosing import Enclosing
from certificates.enclosures import (
    ENTRIES,
    NOTHING,
    Ball,
    Enclosure,
    Region,
    applied,
    rational,
    reached,
    zero,
)  # fmt: skip
from certificates.format import Rejected, Unreadable, write_json, write_number
from certificates.fourier import Fourier, _series
from certificates.kernel import prepare
from certificates.language import Named, read_scalar
from certificates.linear import Composition, Sparse
from certificates.matrices import Matrix, Vector
from certificates.network_enclosures import enclosed, gains
from certificates.norms import KINDS, plain
from certificates.problem import read_problem
from certificates.statements import read_statement
from certificates.terms import Datum, Term

from .networks import Builder, kernel

mpmath.mp.prec = 400
Q = Fraction
STATEMENT = b"""statement random "terms in two variables"
spaces X, Y
linear A : X -> Y
map Psi : Y -> X
vectors x, q in X
vectors y, p in Y
units i
constants c, d, k
define F(t in Y) = Psi(t + y) - 2 x
for all e in Y with |e| <= c
for all f in X with |f| <= d
conclude
  0 <= c
"""
VECTORS = {
    "Y": ["e", "y", "A f", "A(x + 2 f)", "i e", "e - conj(i) y", "A Psi(e)", "conj(i) A Psi(e)"],
    "X": ["f", "x - f", "Psi(e)", "Psi(y)", "F(e)", "Psi(e + A f)", "i f + Psi(1/2 e)", "F(-e)"],
}


def entries(*numbers: Any) -> dict[str, Any]:
    return {"entries": [list(map(str, n)) if isinstance(n, list) else str(n) for n in numbers]}


def chain(rng: random.Random, channels: bool) -> bytes:
    """A small network with a way around a bent function."""
    b = Builder("float64")
    shape = [1, 2, 2] if channels else [1, 2]

    def some(low: int, high: int, *sizes: int) -> str:
        count = int(np.prod(sizes))
        values = [rng.randint(low, high) / 2 for _ in range(count)]
        return b.array(np.reshape(values, sizes))

    b.add("MatMul", "x", some(-4, 4, 2, 2))
    first = b.add("Add", b.now, some(-4, 4, 2))
    kind = rng.choice(["Relu", "Abs", "PRelu", "LeakyRelu", "Clip", "Max", "Min", "Sub"])
    if kind == "PRelu":
        b.add(kind, first, some(-5, 5, 2))
    elif kind == "LeakyRelu":
        b.add(kind, first, alpha=rng.choice([-1.5, 0.25, 2.0]))
    elif kind == "Clip":
        b.add(kind, first, b.array([rng.choice([-1.0, 2.0])]), b.array([[1.0]]))
    elif kind in ("Max", "Min"):
        b.add(kind, first, some(-2, 2, 2), "x")
    elif kind == "Sub":
        b.add("Sub", b.add("Abs", first), b.add("Relu", first))
        b.add("Sub", some(-2, 2, 1), b.now)
        b.add("Relu", b.now)
    else:
        b.add(kind, first)
    b.add("Sub", b.now, first)
    if channels and rng.random() < 0.3:  # one of the parts
        b.add("Mul", b.now, b.array(rng.choice([[[1.0], [0.0]], [[0.0], [1.0]]])))
    return b.model(shape)


def data(rng: random.Random) -> tuple[bytes, dict[str, bytes]]:
    """A random problem, the files beside it; p and q are in the balls of e and f."""
    field = rng.choice("RC")
    norms = {name: rng.choice(list(KINDS)) for name in "XY"}
    weights = {name: rng.choice([Q(1), Q(2), Q(1, 3)]) for name in "XY"}
    radii = {name: rng.choice([Q(1, 100), Q(1), Q(3)]) for name in "XY"}

    def rows() -> dict[str, Any]:
        numbers = [[[rng.randint(-4, 4) for _ in "12"] for _ in "12"] for _ in "ab"]
        parts = [entries(*part) for part in numbers]
        return {"real": parts[0], "imaginary": parts[1]} if field == "C" else parts[0]

    def row(values: Any) -> dict[str, Any]:
        parts = [entries(*(v[k] for v in values)) for k in range(2)]
        return {"real": parts[0], "imaginary": parts[1]} if field == "C" else parts[0]

    def point(name: str) -> Any:
        """In the ball, mostly at its edge, in one or in all coordinates."""
        v = [[rng.choice([-2, -1, 0, 1, 2]), rng.choice([-1, 0, 1])] for _ in range(2)]
        if rng.random() < 0.4:
            v[rng.randrange(2)] = [0, 0]
        if field == "R":
            v = [[a, 0] for a, _ in v]
        found = plain(KINDS[norms[name]], Vector.of([a for a, _ in v], [b for _, b in v]))
        share = radii[name] / weights[name] / found.upper() if found.terms else Q(0)
        return [[write_number(a * share), write_number(b * share)] for a, b in v]

    files: dict[str, bytes] = {}
    kind = rng.choice(["affine", "constant", "layers", "network", "network"])
    if kind == "layers" and field == "C":
        kind = "affine"
    offset = row([[rng.randint(-2, 2), 0] for _ in range(2)])
    psi: dict[str, Any] = {"kind": kind}
    if kind == "network":
        files["phi.onnx"] = chain(rng, field == "C")
        digest = sha256(files["phi.onnx"]).hexdigest()
        psi |= {"file": "phi.onnx", "sha256": digest}
        psi["layout"] = "channels" if field == "C" else "real"
        if rng.random() < 0.5:
            psi["before"] = {"kind": "dense", "matrix": rows()}
    elif kind == "layers":
        listed = [{"matrix": rows(), "offset": offset}, {"matrix": rows(), "offset": offset}]
        psi |= {"layers": listed, "slope": rng.choice(["0", "1/4"])}
    else:
        psi |= {"offset": offset} | ({"matrix": rows()} if kind == "affine" else {})
    walsh = {"kind": "hadamard", "shape": ["2"], "order": "natural", "scale": "-2/3"}
    walsh["rows"] = entries(1, 0)
    dense = {"kind": "dense", "matrix": rows()}
    both = {"kind": "composition", "factors": [dense, walsh], "between": ["2"]}
    table = {
        "format": "kernelcert problem 1",
        "field": field,
        "spaces": {
            name: {"dimension": "2", "norm": norms[name], "weight": write_number(weights[name])}
            for name in "XY"
        },
        "linear": {"A": rng.choice([dense, walsh, both, {"kind": "adjoint", "of": both}])},
        "maps": {"Psi": psi},
        "vectors": {
            "x": {"space": "X", "array": row([[rng.randint(-3, 3), 0] for _ in range(2)])},
            "y": {"space": "Y", "array": row([[rng.randint(-3, 3), 0] for _ in range(2)])},
            "p": {"space": "Y", "array": row(point("Y"))},
            "q": {"space": "X", "array": row(point("X"))},
        },
        "constants": {"c": write_number(radii["Y"]), "d": write_number(radii["X"]), "k": "-2"},
        "units": {"i": {"real": "-1"} if field == "R" else {"real": "3/5", "imaginary": "-4/5"}},
    }
    return write_json(table), files


def scalar(rng: random.Random) -> str:
    """A polynomial in norms."""
    summands = []
    for _ in range(rng.randint(1, 3)):
        space = rng.choice("XY")
        first, second = (rng.choice(VECTORS[space]) for _ in range(2))
        factor = rng.choice(["", f"|{second}| ", "c ", "k "])
        summands.append(f"{factor}|{first} - ({second})|")
    return rng.choice(["", "- "]) + rng.choice([" + ", " - "]).join(summands)


def coordinates(v: Vector, is_complex: bool) -> list[Fraction]:
    parts = v.real + (v.imag or (0,) * v.dimension) if is_complex else v.real
    return [Q(a, v.denominator) for a in parts]


def test_no_bound_is_above_a_value() -> None:
    """Random terms, data, regions and points; and enclosures of small balls are narrow."""
    rng = random.Random("enclosing")
    seen: Counter[str] = Counter()
    for _ in range(250):
        problem, files = data(rng)
        read = read_problem(problem, files.__getitem__, read_statement(STATEMENT))
        context = prepare(STATEMENT, read, "certified", {}, {}, {})
        chosen = {"e": Named(Term.of(Datum("p", "Y"))), "f": Named(Term.of(Datum("q", "X")))}
        is_complex = read.field == "C"
        ends = ((read.spaces[s].norm, read.constants[c]) for s, c in (("Y", "c"), ("X", "d")))
        balls = [Ball(2, is_complex, norm.kind, radius / norm.weight) for norm, radius in ends]
        point = [t for n in "pq" for t in coordinates(read.vectors[n][1], is_complex)]
        region = Region.of(balls)
        for _ in range(rng.randint(0, 3)):
            k = rng.randrange(len(point))
            value = region.low[k] + (region.high[k] - region.low[k]) * Q(rng.randint(1, 3), 4)
            if region.low[k] < region.high[k]:
                region = region.halves(k, value)[point[k] > value]
        assert not region.is_empty()  # the point is in it
        start = {"e": 0, "f": balls[0].count}
        for _ in range(3):
            text = scalar(rng)
            term = read_scalar(text, context.names, "term")
            exact = context.scalar(read_scalar(text, {**context.names, **chosen}, "term"))
            bound = Enclosing(context, start, region, rng.choice([0, 8, 64])).least(term)
            gap = exact - bound
            assert gap.sign() >= 0, (text, problem)
            seen["bounds"] += 1
            seen["narrow"] += (gap - exact.rational(Q(1, 4))).sign() < 0
            seen["exact"] += gap.sign() == 0
    assert seen["bounds"] == 750
    assert seen["narrow"] > 50, seen
    assert seen["exact"] > 5, seen


def test_differences_of_values_are_within_the_gains() -> None:
    """Slopes above 1 and below -1 too; some difference is as large as it may be."""
    rng = random.Random("gains")
    reached_some = 0
    for _ in range(80):
        network = kernel(chain(rng, False))
        ends = [[rng.randint(-8, 8) for _ in "12"] for _ in "ab"]
        moved = rational([Q(abs(a - b)) for a, b in zip(*ends, strict=True)])
        limit = gains(network, moved)
        values = [network.values(v, 1).fractions() for v in ends]
        for u, v, most in zip(*values, limit.real, strict=True):
            assert abs(u - v) * limit.denominator <= most
            reached_some += 0 < abs(u - v) * limit.denominator == most
    assert reached_some > 3


# ----------------------------------------------------------------- what random terms seldom meet


def test_constants_that_are_added_move_nothing() -> None:
    """A linear network: the columns are its Jacobian, and the radius goes by moduli of weights."""
    b = Builder("float64")
    b.add("Pad", "x", b.whole(0, 0, 1, 0, 0, 1), b.array(5.0))
    b.add("Conv", b.now, b.array([[[1.0, -2.0]], [[3.0, 1.0]]]), b.array([7.0, -7.0]))
    b.add("AveragePool", b.now, kernel_shape=[2], pads=[1, 0])
    b.add("Flatten", b.now)
    rows = np.arange(-6.0, 6.0).reshape(6, 2)
    b.add("Gemm", b.now, b.array(rows), b.array([1.0, 9.0]), alpha=-2.0, beta=3.0)
    b.add("Sub", b.array([4.0, 5.0]), b.now)
    b.add("Mul", b.array([[-1.0], [2.0]]), b.now)
    b.add("Concat", b.now, b.array([[8.0, 8.0]]), axis=0)
    network = kernel(b.model((1, 1, 2)))

    def at(*point: int) -> Vector:
        value = network.values(point, 1)
        return Vector.of(value.entries, (), value.denominator)

    center, around = Vector.of([3, -4]), Vector.of([1, 2])
    region = Region.of([Ball(2, False, "l2", Q(1))])
    found = enclosed(network, Enclosure(center, around, units(2)), region, 4000)
    minus = (Q(-1), at(3, -4))
    columns = [Vector.combination([(Q(1), v), minus], 6) for v in (at(4, -4), at(3, -3))]
    assert found.center == at(3, -4)
    assert found.columns == tuple(columns)
    sizes = [Vector.of([abs(a) for a in g.real], (), g.denominator) for g in columns]
    # no two weights of one entry have opposite signs, but where windows overlap
    least = Vector.combination([(Q(1), sizes[0]), (Q(2), sizes[1])], 6)
    pairs = zip(found.radius.real, least.real, strict=True)
    assert all(a * least.denominator >= b * found.radius.denominator for a, b in pairs)
    assert found.radius.real[4:] == (0, 0)
    assert gains(network, around) == found.radius


@pytest.mark.parametrize("bits", [32, 50])
def test_series_are_as_near_as_they_say(bits: int) -> None:
    """Cosine and sine of angles that are integers over 2^bits, and the transform of one entry."""
    unit = mpmath.mpf(2) ** bits
    rng = random.Random("series")
    worst = 0
    for _ in range(300):
        theta = rng.randint(-(3 << bits), 3 << bits)
        for odd, true in ((0, mpmath.cos), (1, mpmath.sin)):
            value, error = _series(theta, bits, odd)
            gap = abs(value - true(theta / unit) * unit)
            assert gap <= error < 60
            worst = max(worst, gap)
    assert worst > 1
    form = Fourier((7,), (1, 2, 3), Q(2), False)
    source = Vector.of([0, 1 << 40, 0, 0, 0, 0, 0])
    center, radius = form.enclosed(source, zero(7), bits)
    for k in range(3):
        true = mpmath.sqrt(2) * mpmath.exp(-2j * mpmath.pi * (k + 1) / 7) * 2**40
        for part, middle, around in (
            (true.real, center.real[k], radius.real[k]),
            (true.imag, center.imag[k], radius.imag[k]),
        ):
            gap = abs(mpmath.mpf(middle) / center.denominator - part)
            assert 0 < gap <= mpmath.mpf(around) / radius.denominator


def test_a_root_times_a_large_number() -> None:
    """The error of the factor of a normalization is not hidden by rounding."""
    b = Builder("float64", 15)
    b.add("BatchNormalization", "x", *map(b.array, ([3.0], [0.0], [0.0], [2.0])))
    network = kernel(b.model((1, 1, 1)))
    x = Enclosure.exact(Vector.of([1 << 90]))
    near, true = (enclosed(network, x, NOTHING, bits) for bits in (20, 400))
    gap = Vector.combination([(Q(1), near.center), (Q(-1), true.center)], 1)
    assert (
        1 < Q(abs(gap.real[0]), gap.denominator) <= Q(near.radius.real[0], near.radius.denominator)
    )


def test_a_corner_that_touches_a_ball_is_not_empty() -> None:
    """One point of the ball is in it; beyond it there is none."""
    region = Region.of([Ball(2, False, "l2", Q(5))]).halves(0, Q(3))[1]
    assert not region.halves(1, Q(4))[1].is_empty()
    assert region.halves(1, Q(41, 10))[1].is_empty()


# ------------------------------------------------------------------------- once went wrong


def units(n: int) -> tuple[Vector, ...]:
    return tuple(Vector.of([int(j == k) for j in range(n)]) for k in range(n))


def test_a_bound_with_more_axes_does_not_give_its_shape_to_the_result() -> None:
    """Clip keeps the shape of x; the axes decide how the entries are ordered in the end."""
    b = Builder("float64")
    rows = []
    for k, factors in enumerate(([1.0, 2.0, 3.0], [10.0, 20.0, 30.0])):
        b.add("Slice", "x", b.whole(k), b.whole(k + 1))
        b.add("Squeeze", b.now)
        b.add("Clip", b.now, b.array([[-100.0]]), b.array([[[100.0]]]))
        rows.append(b.add("Mul", b.now, b.array(factors)))
    b.add("Concat", *rows, axis=0)
    b.add("Transpose", b.now)
    network = kernel(b.model((2,)))
    region = Region.of([Ball(2, False, "linf", Q(1, 4))])
    found = enclosed(network, Enclosure(Vector.of([1, 1]), zero(2), units(2)), region, 60)
    assert network.values([1, 1], 1).entries == [1, 2, 3, 10, 20, 30]
    assert found.center == Vector.of([1, 2, 3, 10, 20, 30])


def test_a_product_that_is_nothing_but_zero() -> None:
    """One factor, and its rows are 0."""
    form = Composition((Matrix.of([[0, 0]], (), 1, 2),))
    assert reached(form, "l2") == zero(1)


def test_entries_that_are_listed_twice_are_added_up() -> None:
    """The norm of a row is that of the sums."""
    form = Sparse((1, 2), (0, 0, 0), (1, 1, 0), (2, 3, 4), (), 1, "listed twice")
    assert [reached(form, KINDS[k]).real[0] for k in ("l1", "linf")] == [5, 9]


@pytest.mark.parametrize("variance", [-2.0, -1.0])
def test_a_variance_below_zero_behind_an_irrational_root(variance: float) -> None:
    """The first channel's root is irrational, the second has none."""
    b = Builder("float64", 15)
    rows = ([1.0, 1.0], [0.0, 0.0], [0.0, 0.0], [2.0, variance])
    b.add("BatchNormalization", "x", *map(b.array, rows), epsilon=1.0)
    with pytest.raises(Unreadable, match="is not positive"):
        kernel(b.model((1, 2, 1)))


def test_columns_are_counted_before_they_are_made() -> None:
    """Of a linear map, of a product, of a sum, and of windows."""
    size = 1 << 10
    region = Region.of([Ball(size, False, "l2", Q(1))])
    start = Enclosure(zero(size), zero(size), units(size))
    wide = Sparse((1 << 15, size), (), (), (), (), 1, "nothing")
    assert size << 15 > ENTRIES
    with pytest.raises(Rejected, match="1024 coordinates of variables move too many entries"):
        applied(wide, start, 60)
    for operator in ("Add", "Max"):
        b = Builder("float64")
        b.add(operator, "x", b.array(np.zeros((32, size))))
        with pytest.raises(Rejected, match="move too many entries"):
            enclosed(kernel(b.model((1, size))), start, region, 60)


def test_smooth_functions_beside_a_ball() -> None:
    """What has columns and what has none are added up, normalised, and contain the values."""
    b = Builder("float64", 15)
    b.add("Sigmoid", "x")
    b.add("Add", b.now, "x")
    rows = ([-3.0, 2.0], [0.5, 1.0], [1.0, -1.0], [0.3, 2.0])
    b.add("BatchNormalization", b.now, *map(b.array, rows))
    b.add("Tanh", b.now)
    b.add("Sub", "x", b.now)
    network = kernel(b.model((1, 2, 1)))
    center, radius = Vector.of([1, -1]), Q(1, 3)
    region = Region.of([Ball(2, False, "l2", radius)])
    around = enclosed(network, Enclosure(center, zero(2), units(2)), region, 70)
    limit = gains(network, rational([radius] * 2))
    middle = enclosed(network, Enclosure.exact(center), NOTHING, 200).center
    low, high, bottom = around.spans(region)
    for t in ((0, 0), (1, 0), (0, -1), (Q(3, 5), Q(4, 5)), (Q(-5, 13), Q(12, 13))):
        step = Vector.combination([(t[k] * radius, v) for k, v in enumerate(units(2))], 2)
        point = Vector.combination([(Q(1), center), (Q(1), step)], 2)
        value = enclosed(network, Enclosure.exact(point), NOTHING, 200).center
        for k in range(2):
            found = Q(value.real[k], value.denominator)
            assert Q(low[k], bottom) <= found <= Q(high[k], bottom)
            gap = found - Q(middle.real[k], middle.denominator)
            assert abs(gap) <= Q(limit.real[k], limit.denominator)
        x = np.array([float(Q(a, point.denominator)) for a in point.real])
        inner = x + 1 / (1 + np.exp(-x))
        roots = np.sqrt(np.array(rows[3]) + np.float32(1e-5))
        inner = (inner - rows[2]) * rows[0] / roots + rows[1]
        found_floats = [float(Q(a, value.denominator)) for a in value.real]
        assert np.allclose(x - np.tanh(inner), found_floats, rtol=0, atol=1e-12)


def test_long_fourier_lines_need_no_square_of_memory() -> None:
    """A side of 1,000: one row of roots at a time, and the sum of all roots is 0."""
    form = Fourier((1000,), (0, 1, 999), Q(1), False)
    found = applied(form, Enclosure.exact(Vector.of([1] * 1000)), 40)
    assert found.center.real[0] == 1000 * found.center.denominator
    for part in (found.center.real[1:], found.center.imag):
        assert all(abs(Q(a, found.center.denominator)) < Q(1, 2**38) for a in part)
