"""c_opt of a class, with values anywhere and with values in the class; the kernel size; a map.

Fibres are gone through from the largest bound downwards, and only those that can still matter are
solved exactly, so that the cost is nearly that of measuring the members.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from certificates.exact import Roots
from certificates.format import Rejected
from certificates.matrices import Vector
from certificates.optimality.bounds import Bound, Centre, between
from certificates.optimality.model import Class, midrange
from certificates.optimality.optimum import PAIRS, alike, far_pairs

from ..pairs import Rows
from .radii import Radius, distinct, nearly, quick, radius, reach, square_above, square_below

Table = dict[str, object]
BLOCK = 1 << 22  # entries of an array of differences
MARGIN = 1e-9  # relative, of floats
NEIGHBOURS = 4  # near the middle of a fibre, tried as its value
NEAREST = 64  # candidates that are compared exactly


@dataclass(frozen=True)
class Optimum:
    """c_opt: two squares, the fibre that shows the lower one, and values at some measurements.

    `values` has a centre by the first member of its fibre; elsewhere the `midrange` does it.
    `solved` has the radii that were found, `quick` bounds of all squares of radii other than 0.
    """

    low: Fraction
    high: Fraction
    worst: tuple[int, ...]
    dual: Table | None
    values: dict[int, Vector]
    solved: dict[int, Radius]
    quick: dict[int, Fraction]


def optimum(found: Class) -> Optimum:
    """c_opt(A, M1), and an optimal map."""
    fibres = list(found.fibres.values())
    bounds = [(quick(found, places), places) for places in fibres if len(places) > 1]
    bounds.sort(key=lambda pair: (-pair[0], pair[1]))
    low = high = Fraction(0)
    dual, worst = None, bounds[0][1] if bounds else fibres[0]
    values: dict[int, Vector] = {}
    solved: dict[int, Radius] = {}
    for bound, places in bounds:
        if bound <= low:
            break  # the midrange is near enough here, and for all that follow
        near = nearly(found, places) if low else None
        if near is not None and reach(found, places, near) <= low:
            values[places[0]] = near
            continue
        exact = solved[places[0]] = radius(found, places)
        if exact.centre is not None:
            values[places[0]] = exact.centre
        if exact.low > low or dual is None:
            low, dual, worst = exact.low, exact.dual, places
        high = max(high, exact.high)
    rough = {places[0]: bound for bound, places in bounds}
    kept = {k: v for k, v in values.items() if rough[k] > high}
    return Optimum(low, high, tuple(worst), dual, kept, solved, rough)


def value_at(found: Class, best: Optimum, places: Sequence[int]) -> Vector:
    """The value of the optimal map at the measurement of a fibre."""
    given = best.values.get(places[0])
    return midrange([found.rows[k] for k in places], found.bottom) if given is None else given


# ------------------------------------------------------------------------ values in M1


@dataclass(frozen=True)
class Inside:
    """The same with values in M1: squares, members as values, and what shows the lower end."""

    low: Fraction
    high: Fraction
    values: dict[int, int]
    far: tuple[int, ...]


def inside(found: Class) -> Inside:
    """c_opt over maps with values in M1."""
    once = distinct(found, range(len(found.members)))
    floats = Rows([found.members[k] for k in once], found.norm.kind)
    ranked = []
    for places in found.fibres.values():
        own = distinct(found, places)
        if len(own) > 1:
            value, cost = _inner(found, own)
            ranked.append((cost, own, value))
    ranked.sort(key=lambda entry: (-entry[0], entry[1]))
    high = Fraction(0)
    values: dict[int, int] = {}
    judged: list[tuple[Fraction, Fraction, list[int], list[int]]] = []
    rows = {k: row for row, k in enumerate(once)}
    near = _near(floats, [[rows[k] for k in own] for _, own, _ in ranked])
    for place, (cost, own, value) in enumerate(ranked):
        values[own[0]] = value
        if cost <= high:
            continue
        listed = near[place] if judged else ()
        fit = next((once[r] for r in listed if _error(found, own, once[r])[1] <= high), None)
        if fit is not None:
            values[own[0]] = fit
            continue
        values[own[0]], shown = _over_all(found, own, rows, floats)
        least, above = _error(found, own, values[own[0]])
        judged.append((above, least, own, shown))
        high = max(high, above)
    while judged:
        above, least, own, shown = judged.pop(judged.index(max(judged)))
        far = _needed(found, shown, once, Bound.root(least))
        if far is not None:
            return Inside(least, max(above, *(entry[0] for entry in judged), least), values, far)
        # floats did not see a nearer value: look at all of them exactly
        values[own[0]] = min(once, key=lambda value: _error(found, own, value)[1])
        least, above = _error(found, own, values[own[0]])
        judged.append((above, least, own, shown))
    return Inside(Fraction(0), Fraction(0), values, ())


def _error(found: Class, places: Sequence[int], value: int) -> tuple[Fraction, Fraction]:
    """How far a fibre is from a value in M1, squared, from below and from above."""
    lengths = [between(found, k, value) for k in places]
    return max(map(square_below, lengths)), max(map(square_above, lengths))


def _near(floats: Rows, fibres: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
    """Rows near the middle of each fibre, as floats see it; none without scipy."""
    try:
        from scipy.spatial import cKDTree
    except ImportError:
        return [()] * len(fibres)
    if not fibres:
        return []
    middles = [floats.rows[own].max(axis=0) + floats.rows[own].min(axis=0) for own in fibres]
    count = min(NEIGHBOURS, len(floats.rows))
    power = {"l1": 1, "l2": 2, "linf": np.inf}[floats.kind]
    _, found = cKDTree(floats.rows).query(np.array(middles) / 2, k=count, p=power)
    return np.asarray(found).reshape(len(fibres), count).tolist()


def _inner(found: Class, places: Sequence[int]) -> tuple[int, Fraction]:
    """A member of the fibre near its middle, and how far the others are, squared."""
    centre = Centre(found, midrange([found.rows[k] for k in places], found.bottom))
    value = min(places, key=lambda k: square_above(centre.distance(k)))
    return value, max(square_above(between(found, k, value)) for k in places)


def _over_all(
    found: Class, places: Sequence[int], rows: dict[int, int], floats: Rows
) -> tuple[int, list[int]]:
    """The best value in M1 for a fibre, and its members, those first that are far from many."""
    once = list(rows)
    most = np.zeros(len(once))
    farthest = np.zeros(len(once), dtype=int)
    for k in places:
        apart = floats.distances(rows[k], rows[k] + 1)[0]
        farther = apart > most
        most[farther], farthest[farther] = apart[farther], k
    order = np.argsort(most, kind="stable")[:NEAREST]
    limit = most[order[0]] * (1 + MARGIN)
    candidates = [once[int(row)] for row in order if most[row] <= limit]
    chosen = min(candidates, key=lambda value: _error(found, places, value)[1])
    kinds, counts = np.unique(farthest, return_counts=True)
    shown = [int(k) for k in kinds[np.argsort(-counts)] if int(k) in places]
    return chosen, [*shown, *(k for k in places if k not in shown)]


def _needed(
    found: Class, shown: Sequence[int], once: Sequence[int], bound: Bound
) -> tuple[int, ...] | None:
    """The members from which every value in M1 is this far, in their order; None if one is not."""
    used = set()
    for value in once:  # exactly, as the kernel will do it
        far = next((k for k in shown if between(found, k, value).at_least(bound)), None)
        if far is None:
            return None
        used.add(far)
    return tuple(k for k in shown if k in used)


# ------------------------------------------------------------------------- kernel size


@dataclass(frozen=True)
class KernelSize:
    """Squares of both ends, a pair with the lower one; `all_pairs` says that they are compared."""

    low: Fraction
    high: Fraction
    pair: tuple[int, int] | None
    all_pairs: bool


def kernel_size(found: Class, noise: Fraction, best: Optimum) -> KernelSize:
    """The largest distance of two members that may be measured alike.

    Raises Rejected where noise makes more pairs than the kernel goes through.
    """
    groups = [list(range(len(found.members)))] if noise else list(found.fibres.values())
    many = sum(len(group) * (len(group) - 1) // 2 for group in groups) > PAIRS
    if many and noise:
        raise Rejected(f"{len(found.members)} members have too many pairs; leave out --noise")
    pair, low, high = None, Fraction(0), Fraction(0)
    rough = {} if noise else best.quick
    ranked = groups if noise else [group for group in groups if group[0] in rough]
    ranked.sort(key=lambda group: -rough.get(group[0], Fraction(0)))
    for group in ranked:
        if not noise and 4 * rough[group[0]] <= low:
            continue
        for i, j in _far_apart(found, group, noise):
            length = between(found, i, j)
            if alike(found, i, j, noise) and square_below(length) > low:
                pair, low, high = (i, j), square_below(length), square_above(length)
    if many:
        return KernelSize(low, max(low, 4 * best.high), pair, False)
    if found.norm.kind == "linf" and not noise and low == 4 * best.high:
        return KernelSize(low, low, pair, False)
    for group in ranked:  # exactly, as the kernel will do it
        if not noise and 4 * rough[group[0]] <= low:
            continue
        missed = [p for p in far_pairs(found, group, Bound.root(high)) if alike(found, *p, noise)]
        for i, j in missed:
            length = between(found, i, j)
            if square_below(length) > low:
                pair, low = (i, j), square_below(length)
            high = max(high, square_above(length))
    return KernelSize(low, high, pair, True)


def _far_apart(found: Class, group: list[int], noise: Fraction) -> Iterator[tuple[int, int]]:
    """Pairs that floats find farthest apart, of those that they find to be measured alike."""
    rows = Rows([found.members[k] for k in group], found.norm.kind)
    images = [found.images[k] for k in group]
    measured = Rows(images, found.problem.spaces["Y"].norm.kind) if noise else None
    scale = 1.0
    if measured is not None:
        weight = found.problem.spaces["Y"].norm.weight
        scale = float(2 * noise / weight) * float(_bottom(images)) * (1 + MARGIN)
    step = rows.step() if measured is None else min(rows.step(), measured.step())
    most, candidates = 0.0, []
    for start in range(0, len(group), step):
        stop = min(start + step, len(group))
        apart = rows.distances(start, stop)
        if measured is not None:
            apart = np.where(measured.distances(start, stop) <= scale, apart, 0.0)
        top = float(apart.max())
        if top >= most * (1 - MARGIN):
            most = max(most, top)
            places = np.argwhere(apart >= most * (1 - MARGIN))[:NEAREST]
            candidates += [(start + int(i), int(j)) for i, j in places]
    for i, j in candidates[-NEAREST:]:
        if i != j:
            yield group[min(i, j)], group[max(i, j)]


def _bottom(vectors: Sequence[Vector]) -> int:
    return lcm(*{v.denominator for v in vectors})


# ------------------------------------------------------------------------------- a map


@dataclass(frozen=True)
class Error:
    """The largest error of maps over the class: squares of both ends, and where it is."""

    low: Fraction
    high: Fraction
    member: int

    def exact(self) -> Roots:
        """From below; exactly where the ends are equal."""
        return Roots.sqrt(self.low)


def worst_error(found: Class, names: Sequence[str]) -> tuple[Error, dict[int, Fraction]]:
    """The largest error, and that of every fibre by its first member, squared and from above.

    Raises Rejected where a map has no exact value.
    """
    low, high, member = Fraction(-1), Fraction(0), 0
    errors: dict[int, Fraction] = {}
    for image, places in found.fibres.items():
        for name in names:
            centre = Centre(found, found.value(name, image))
            for k in places:
                length = centre.distance(k)
                above = square_above(length)
                errors[places[0]] = max(errors.get(places[0], Fraction(0)), above)
                high = max(high, above)
                below = square_below(length)
                if below > low:
                    low, member = below, k
    return Error(low, high, member), errors
