"""c_opt of small random classes against brute force, and every claim through the kernel.

The brute force shares no code with what is tested: all supports for l2 and for discs, ranges for
real linf, one large linear program for l1 (a polygon for moduli), double loops for the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction as F
from itertools import combinations, product
from math import cos, pi, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sklearn.datasets import load_digits

from theorems.arrays import BadInput
from theorems.optimal.files import proofs
from theorems.optimal.study import Study, study

Point = tuple[F, ...]
SIDES = 48  # of the polygon in place of a disc


def solve(rows: list[list[F]]) -> list[F] | None:
    """The unique solution of linear equations, right sides last; None if there is none."""
    size = len(rows[0]) - 1
    for k in range(size):
        pivot = next((r for r in range(k, len(rows)) if rows[r][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [a / rows[k][k] for a in rows[k]]
        for r in range(len(rows)):
            if r != k:
                rows[r] = [a - rows[r][k] * b for a, b in zip(rows[r], rows[k], strict=True)]
    return [row[-1] for row in rows[:size]]


def square(u: Iterable[F], v: Iterable[F]) -> F:
    """|u - v|^2."""
    return sum(((a - b) ** 2 for a, b in zip(u, v, strict=True)), F(0))


def enclosing(points: Sequence[Point]) -> F:
    """The smallest squared radius of the spheres through 1, 2, ... points that hold all."""
    best = None
    for size in range(1, min(len(points), len(points[0]) + 1) + 1):
        for chosen in combinations(points, size):
            # the centre is a mean with weights w: sum w = 1, and equally far from all
            products = [
                [sum(a * b for a, b in zip(u, v, strict=True)) for v in chosen] for u in chosen
            ]
            rows = [[F(1)] * size + [F(1)]]
            rows += [
                [2 * (products[0][k] - products[i][k]) for k in range(size)]
                + [products[0][0] - products[i][i]]
                for i in range(1, size)
            ]
            weights = solve(rows)
            if weights is None:
                continue
            centre = [
                sum((w * p[j] for w, p in zip(weights, chosen, strict=True)), F(0))
                for j in range(len(points[0]))
            ]
            found = square(centre, chosen[0])
            if all(square(centre, p) <= found for p in points) and (best is None or found < best):
                best = found
    assert best is not None
    return best


def in_l1(points: Sequence[Sequence[complex]]) -> float:
    """The radius in l1; of complex points, that for moduli by a polygon, from below."""
    over_c = any(complex(a).imag for row in points for a in row)
    units = np.exp(2j * pi * np.arange(SIDES) / SIDES) if over_c else np.array([1, -1])
    n, width = len(points), len(points[0])
    size = 2 * width + 1 + n * width
    a, b = [], []
    for i, row in enumerate(points):
        total = np.zeros(size)
        total[2 * width], total[2 * width + 1 + i * width : 2 * width + 1 + (i + 1) * width] = -1, 1
        a.append(total)
        b.append(0.0)
        for (j, x), u in product(enumerate(row), units):
            line = np.zeros(size)
            line[j], line[width + j], line[2 * width + 1 + i * width + j] = -u.real, -u.imag, -1
            a.append(line)
            b.append(-(np.conj(u) * complex(x)).real)
    cost = np.zeros(size)
    cost[2 * width] = 1
    done = linprog(cost, A_ub=np.array(a), b_ub=b, bounds=[(None, None)] * size)
    return float(done.fun)


Given = tuple[list[list[complex]], list[list[int]]]


@st.composite
def classes(draw: st.DrawFn, over_c: bool) -> Given:
    """Up to 7 vectors of Z^n or Z[i]^n, n <= 3, half of them often, and one or two rows."""
    n = draw(st.integers(1, 2 if over_c else 3))
    entry = st.integers(-3, 3)
    numbers: Any = st.builds(complex, entry, entry) if over_c else entry
    members = draw(st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=1, max_size=7))
    row = st.lists(st.integers(-1, 1), min_size=n, max_size=n)
    return members, draw(st.lists(row, min_size=1, max_size=2))


def groups(given: Given) -> list[list[list[complex]]]:
    """The fibres."""
    found: dict[tuple[complex, ...], list[list[complex]]] = {}
    members, rows = given
    for x in members:
        image = tuple(sum(a * b for a, b in zip(row, x, strict=True)) for row in rows)
        if x not in found.setdefault(image, []):
            found[image].append(x)
    return list(found.values())


def norm_of(kind: str, u: Sequence[complex], v: Sequence[complex]) -> float:
    """|u - v|."""
    moduli = [abs(a - b) for a, b in zip(u, v, strict=True)]
    return {"l1": sum(moduli), "l2": sqrt(sum(m * m for m in moduli)), "linf": max(moduli)}[kind]


def real_parts(x: Sequence[complex]) -> Point:
    """C^n as R^2n."""
    return tuple(F(int(part)) for a in map(complex, x) for part in (a.real, a.imag))


def radius(kind: str, fibre: list[list[complex]]) -> F | float:
    """The square of the Chebyshev radius: a Fraction where it is exact."""
    if kind == "l2":
        return enclosing([real_parts(x) for x in fibre])
    if kind == "linf":
        return max(enclosing([real_parts([x[j]]) for x in fibre]) for j in range(len(fibre[0])))
    return in_l1(fibre) ** 2


def made(given: Given, kind: str, over_c: bool, **more: Any) -> Study:
    """What the program finds."""
    members, rows = given
    array = np.array(members, dtype=complex if over_c else np.int64)
    return study(np.array(rows), array, object_norm=kind, field="C" if over_c else "R", **more)


CASES = [(kind, over_c) for kind in ("l2", "linf", "l1") for over_c in (False, True)]


@pytest.mark.parametrize(("kind", "over_c"), CASES)
@settings(deadline=None)
@given(data=st.data())
def test_against_brute_force(kind: str, over_c: bool, data: st.DataObject) -> None:
    """c_opt, c_opt with values in M1, kernel size, uniqueness; all claims verify."""
    given_ = data.draw(classes(over_c))
    done = made(given_, kind, over_c)
    fibres, members = groups(given_), given_[0]
    assert len(done.found.fibres) == len(fibres)
    radii = [radius(kind, fibre) for fibre in fibres]
    if kind != "l1":
        assert done.best.low == done.best.high == max(radii)
    else:
        low, high = sqrt(done.best.low), sqrt(done.best.high)
        expected = sqrt(max(radii))
        above = expected / cos(pi / SIDES) if over_c else expected
        assert low <= above + 1e-7
        assert high >= expected - 1e-7
        assert high - low <= 1e-6 * (1 + high)
        assert over_c or low == high
    inside = max(min(max(norm_of(kind, x, z) for x in f) for z in members) for f in fibres)
    assert sqrt(done.inner.low) == pytest.approx(inside)
    assert sqrt(done.inner.high) == pytest.approx(inside)
    size = max(norm_of(kind, x, y) for f in fibres for x in f for y in f)
    assert sqrt(done.size.low) == pytest.approx(size)
    assert done.inner.high <= done.size.high
    assert done.best.high <= done.inner.high * (1 + F(int(kind == "l1" and over_c), 10**6))
    assert done.size.low <= 4 * done.best.high
    if kind != "l1" and done.unique is not None:
        parts = radii
        if kind == "linf" and max(radii):
            n = len(members[0])
            parts = [enclosing([real_parts([x[j]]) for x in f]) for f in fibres for j in range(n)]
        assert done.unique.unique == (min(parts) == max(radii) or not max(radii))
    _, said = proofs(done)
    assert len(said) >= 3


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_noise(data: st.DataObject) -> None:
    """The kernel size with noise, by two loops."""
    kind = data.draw(st.sampled_from(["l1", "l2", "linf"]))
    given_ = data.draw(classes(False))
    noise = data.draw(st.sampled_from([F(1, 2), F(1), F(7, 10)]))
    done = made(given_, kind, False, noise=noise, data_norm="linf")
    members, rows = given_
    images = [[sum(a * b for a, b in zip(row, x, strict=True)) for row in rows] for x in members]
    pairs = zip(members, images, strict=True)
    size = max(
        norm_of(kind, x, y)
        for (x, u), (y, v) in product(list(pairs), repeat=2)
        if norm_of("linf", u, v) <= 2 * float(noise)
    )
    assert sqrt(done.size.low) == pytest.approx(size)
    assert done.size.low == done.size.high
    proofs(done)


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_a_map(data: st.DataObject) -> None:
    """The largest error of an affine map, or of two, and its gap, in every norm."""
    kind, over_c = data.draw(st.sampled_from(CASES))
    given_ = data.draw(classes(over_c))
    members, rows = given_
    n, m = len(members[0]), len(rows)
    matrices = data.draw(
        st.lists(
            st.lists(st.lists(st.integers(-1, 1), min_size=m, max_size=m), min_size=n, max_size=n),
            min_size=1,
            max_size=2,
        )
    )
    maps = {
        f"Psi{k}": {"kind": "affine", "matrix": matrix, "offset": [0] * n}
        for k, matrix in enumerate(matrices)
    }
    done = made(given_, kind, over_c, maps=maps)
    errors = []
    for x, matrix in product(members, matrices):
        y = [sum(a * b for a, b in zip(row, x, strict=True)) for row in rows]
        value = [sum(a * b for a, b in zip(row, y, strict=True)) for row in matrix]
        errors.append(norm_of(kind, value, x))
    assert done.error is not None
    assert sqrt(done.error.low) == pytest.approx(max(errors))
    assert done.error.high >= done.best.low
    names = {name for name, _ in proofs(done, F(100))[1]}
    assert {"error", "epsilon"} <= names
    exact = done.best.low == done.best.high and done.error.low == done.error.high
    assert not exact or ("gap" in names) == (done.error.low > done.best.high)


def test_digits() -> None:
    """Three hundred digits under one row, verified: the number is that of another program."""
    images = load_digits().data[:300].astype(np.int64)
    operator = {"kind": "hadamard", "shape": [8, 8], "rows": [0]}
    for kind in ("l2", "linf", "l1"):
        done = study(operator, images, object_norm=kind)
        fibres: dict[int, list[int]] = {}
        for k, x in enumerate(images):
            fibres.setdefault(int(x.sum()), []).append(k)
        assert len(done.found.fibres) == len(fibres)
        assert done.best.low == done.best.high
        proofs(done)
        if kind == "linf":
            spans = [np.ptp(images[places], axis=0).max() for places in fibres.values()]
            assert done.best.high == F(int(max(spans)) ** 2, 4)


TRAPS = {
    "a tiny entry": ([[1.0, 2.0**-60]], [[0, 0], [0, 1], [1, 0]], 3),
    "a tiny entry twice": ([[1.0, 2.0**-60]], [[0, 0], [1, -(2**60)]], 1),
    "tenths as stored": ([[0.1, 0.1, 0.1, -0.3]], [[0, 0, 0, 0], [1, 1, 1, 1]], 2),
    "tenths as texts": ([["1/10", "1/10", "1/10", "-3/10"]], [[0, 0, 0, 0], [1, 1, 1, 1]], 1),
}


@pytest.mark.parametrize("title", TRAPS)
def test_float_traps(title: str) -> None:
    """Measurements are equal or not as stored, exactly."""
    rows, members, fibres = TRAPS[title]
    exact = isinstance(rows[0][0], str)
    done = study(rows if exact else np.array(rows), np.array(members, dtype=np.int64))
    assert len(done.found.fibres) == fibres
    assert bool(done.best.high) == (fibres < len(members))
    proofs(done)


def test_floats_that_differ_in_size() -> None:
    """Entries from 2^-70 to 2^50 in one class: exact numbers confirm or repair what floats say."""
    source = np.random.default_rng(7)
    for kind in ("l2", "linf", "l1"):
        images = source.integers(-3, 4, (6, 3)) * 2.0 ** source.choice([-70, 0, 50], (6, 3))
        done = study(np.zeros((1, 3), dtype=np.int64), images, object_norm=kind)
        proofs(done)
        assert done.best.low <= done.best.high <= done.best.low * (1 + F(1, 10**6))
        if kind == "l2":
            assert done.best.low == enclosing([tuple(map(F, x)) for x in images.tolist()])


REFUSED = {
    "empty": (np.zeros((0, 2)), "images: the model class is empty"),
    "another length": (np.zeros((3, 5)), "needs 2|shape|dimension"),
    "no rows": (np.array(1.0), "one row for each member"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_refused(title: str) -> None:
    """A sentence with the place."""
    images, words = REFUSED[title]
    with pytest.raises(BadInput, match=words):
        study(np.array([[1, 0]]), images)


def test_other_refusals() -> None:
    """Irrational values, a map without a value, noise below 0."""
    one = np.array([[1, 0], [0, 1]])
    with pytest.raises(BadInput, match="irrational"):
        study({"kind": "fourier", "shape": [2], "rows": [0]}, one)
    table = {"kind": "table", "inputs": [[0]], "outputs": [[0, 0]]}
    with pytest.raises(BadInput, match="no known value: the table has no row"):
        study(one[:1], one, maps={"Psi": table})
    with pytest.raises(BadInput, match="--noise"):
        study(one, one, noise=F(-1))


def test_weights_and_duplicates() -> None:
    """A multiple of a norm, a vector twice, one element only, elements outside the unit ball."""
    twice = np.array([[0, 0], [4, 0], [0, 0]])
    for kind in ("l1", "l2", "linf"):
        done = study(np.array([[0, 1]]), twice, object_norm=f"3/2 {kind}")
        assert (done.best.low, done.best.high) == (9, 9)
        assert done.inner.high == done.size.high == 36
        proofs(done)
        assert study(np.array([[0, 1]]), twice[:1], object_norm=kind).best.high == 0
