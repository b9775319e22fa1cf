"""Two points on which a network is steep, by a search in floats.

A climb begins at vectors of the problem and at random points.  At a point the Jacobian J is formed:
of layers by the chain rule, of other networks column by column from differences of values.  Boyd's
power method finds a direction v with large |J v| / |v|; random steps look for points where it is
larger.  The ends y and y + h v, for several lengths h, are then proposed as rational vectors.

Nothing here is believed: the caller computes the slope of each pair exactly.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from certificates.enclosures import NOTHING, Enclosure, applied
from certificates.linear import is_irrational
from certificates.maps import LayersMap, NetworkMap
from certificates.matrices import Matrix, Vector
from certificates.network_enclosures import enclosed
from certificates.norms import Kind, Norm

STARTS = 24
STEPS = 150
KEPT = 3  # climbs that go on from the best starts
COLUMNS = 96  # coordinates of a network that is no chain, for a Jacobian
PRECISION = 40  # bits of a coordinate, below the largest
SECONDS = 10.0
ENCLOSURE = 96  # bits of irrational values

Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class _Climb:
    """A function on real coordinates, its Jacobian, and the kinds of the two norms."""

    value: Callable[[Floats], Floats]
    jacobian: Callable[[Floats], Floats]
    domain: Kind
    target: Kind

    def steep(self, y: Floats) -> tuple[float, Floats]:
        """|J v| / |v| at a point, and the direction v."""
        return steep_direction(self.jacobian(y), self.domain, self.target)


def proposals(
    found: LayersMap | NetworkMap,
    layers: LayersMap | None,
    norms: tuple[Norm, Norm],
    dimension: int,
    own: Iterable[Vector],
) -> Iterator[tuple[Vector, Vector]]:
    """Pairs of points of the domain, which has this dimension; `own` are vectors of the problem.

    `layers` are those of `found`, if it has any.
    """
    channels = isinstance(found, NetworkMap) and found.channels
    size = dimension * (2 if channels else 1)
    starts = [_coordinates(v, channels) for v in own]
    scale = max([1.0, *(float(np.abs(y).max()) for y in starts)])
    unit = 2.0 ** (np.ceil(np.log2(scale)) - PRECISION)

    def rational(y: Floats) -> Vector:
        whole = [int(a) for a in np.rint(y / unit)]
        top, bottom = float(unit).as_integer_ratio()
        whole = [a * top for a in whole]
        return Vector.of(whole[:dimension], whole[dimension:], bottom)

    def exactly(y: Floats) -> Floats:
        return _coordinates(value_of(found, rational(y), norms[0]).center, channels)

    def differences(y: Floats) -> Floats:
        step, here = scale * 2.0**-14, exactly(y)
        shifts = step * np.eye(size)
        return np.stack([(exactly(y + shift) - here) / step for shift in shifts], axis=1)

    kinds = norms[0].kind, norms[1].kind
    rng = np.random.default_rng(0)
    end = time.monotonic() + SECONDS
    if layers is None and size > COLUMNS:
        for y in (*starts, rng.normal(size=size) * scale):
            v = rng.normal(size=size)
            yield rational(y), rational(y + scale * 2.0**-10 * v)
            if time.monotonic() > end:
                return
        return
    climb = (
        _Climb(exactly, differences, *kinds)
        if layers is None
        else _Climb(*_of_layers(layers), *kinds)
    )
    budget = STEPS if layers is not None else 2 * STARTS // 3
    for y, v in _climbs(climb, starts, scale, size, budget, end, rng):
        lengths = scale * 2.0 ** -np.arange(0, 20, 4.0)
        here = climb.value(y)
        slopes = [_size(climb.value(y + h * v) - here, kinds[1]) / h for h in lengths]
        yield rational(y), rational(y + lengths[int(np.argmax(slopes))] * v)


def value_of(found: LayersMap | NetworkMap, point: Vector, domain: Norm) -> Enclosure:
    """The value at a point, exact where it is rational."""
    if not isinstance(found, NetworkMap):
        return Enclosure.exact(found.at(point, domain))
    before = found.before
    if not found.network.irrational and (before is None or not is_irrational(before)):
        return Enclosure.exact(found.at(point, domain))
    x = Enclosure.exact(point)
    if before is not None:
        x = applied(before, x, ENCLOSURE)
    if found.channels:
        zeros = (0,) * x.center.dimension
        pair = [Vector(v.real + (v.imag or zeros), (), v.denominator) for v in (x.center, x.radius)]
        x = Enclosure(pair[0], pair[1])
    y = enclosed(found.network, x, NOTHING, ENCLOSURE)
    if not found.channels:
        return y
    n = y.center.dimension // 2
    pair = [Vector.of(v.real[:n], v.real[n:], v.denominator) for v in (y.center, y.radius)]
    return Enclosure(pair[0], pair[1])


def _climbs(
    climb: _Climb,
    starts: list[Floats],
    scale: float,
    size: int,
    budget: int,
    end: float,
    rng: np.random.Generator,
) -> Iterator[tuple[Floats, Floats]]:
    """Points, and directions in which the function is steep there, the steepest first."""
    count = STARTS if budget == STEPS else 4
    points = [*starts[:count], *(rng.normal(size=(count, size)) * scale)]
    found: list[tuple[float, Floats, Floats]] = []
    for y in points:
        found.append((*climb.steep(y), y))
        if time.monotonic() > end:
            break
    found.sort(key=lambda item: -item[0])
    best = found[:KEPT]
    for step in range(budget):
        if time.monotonic() > end:
            break
        place = step % len(best)
        top, _, y = best[place]
        other = y + rng.normal(size=size) * scale * 2.0 ** -(step % 8)
        slope, v = climb.steep(other)
        if slope > top:
            best[place] = slope, v, other
    best.sort(key=lambda item: -item[0])
    for _, v, y in best:
        yield y, v


def steep_direction(jacobian: Floats, domain: Kind, target: Kind) -> tuple[float, Floats]:
    """|J v| / |v| and v with largest modulus 1, nearly as large as possible; (m, n).

    The power method of Boyd (1974): v is the vector of the unit ball that makes <g, v> largest, for
    g = J^T w, where w makes <J v, w> largest in the dual ball.
    """
    if not jacobian.any():
        return 0.0, np.ones(jacobian.shape[1])
    row = jacobian[int(np.abs(jacobian).sum(axis=1).argmax())]
    best, chosen = 0.0, row
    for start in (row, jacobian.T @ np.sign(jacobian @ row), np.ones(jacobian.shape[1])):
        v = start
        for _ in range(12):
            image = jacobian @ v
            if not image.any():
                break
            # largest in the dual ball of l1 is a sign vector, of linf a unit vector
            kinds: dict[str, Kind] = {"l1": "linf", "l2": "l2", "linf": "l1"}
            v = _aligned(jacobian.T @ _aligned(image, kinds[target]), domain)
        slope = _size(jacobian @ v, target) / _size(v, domain)
        if slope > best:
            best, chosen = slope, v
    return best, chosen / np.abs(chosen).max()


def _aligned(g: Floats, kind: Kind) -> Floats:
    """The vector v of a unit ball with the largest <g, v>."""
    if kind == "linf":
        return np.where(g >= 0, 1.0, -1.0)
    if kind == "l2":
        return np.asarray(g / np.linalg.norm(g))
    v = np.zeros_like(g)
    place = int(np.abs(g).argmax())
    v[place] = 1.0 if g[place] >= 0 else -1.0
    return v


def _size(v: Floats, kind: Kind) -> float:
    order = {"l1": 1, "l2": 2, "linf": np.inf}[kind]
    return float(np.linalg.norm(v, order))


def _of_layers(
    found: LayersMap,
) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """The value and the Jacobian of a network given by layers, in floats."""
    weights = [_floats(matrix) for matrix, _ in found.layers]
    offsets = [_coordinates(offset, False) for _, offset in found.layers]
    slope = float(found.slope)

    def value(y: Floats) -> Floats:
        for place, (w, b) in enumerate(zip(weights, offsets, strict=True)):
            y = w @ (np.where(y > 0, y, slope * y) if place else y) + b
        return y

    def jacobian(y: Floats) -> Floats:
        found = np.eye(len(y))
        for place, (w, b) in enumerate(zip(weights, offsets, strict=True)):
            if place:
                found = np.where(y > 0, 1.0, slope)[:, None] * found
                y = np.where(y > 0, y, slope * y)
            y, found = w @ y + b, w @ found if place else w
        return found

    return value, jacobian


def _floats(matrix: Matrix) -> Floats:
    rows = [[a / matrix.denominator for a in row] for row in matrix.real]
    return np.array(rows, dtype=float).reshape(matrix.shape)


def _coordinates(v: Vector, channels: bool) -> Floats:
    """Real coordinates: the real parts, with channels followed by the imaginary ones."""
    entries = v.real + (v.imag or (0,) * v.dimension) if channels else v.real
    return np.array([a / v.denominator for a in entries], dtype=float)
