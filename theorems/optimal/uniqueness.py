"""Whether there is just one optimal map.

An optimal map may take any common point of the balls of radius c_opt around a fibre's members.
Where a fibre, or in linf one of its coordinates, has a smaller radius there are others; else in l2
and linf there are none.  In l1 a fibre of the largest radius is not decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from certificates.exact import Roots
from certificates.format import write_integer
from certificates.matrices import Vector
from certificates.optimality.model import Class

from .radii import Table, disc, distinct, from_fractions, radius, reach
from .search import Optimum, value_at

BITS = 64  # of a step, and more where that is 0


@dataclass(frozen=True)
class Uniqueness:
    """One optimal map with the duals that show it; or two values at a member's measurement."""

    unique: bool
    duals: tuple[Table, ...] = ()
    member: int = 0
    points: tuple[Vector, Vector] | None = None


def uniqueness(found: Class, best: Optimum) -> Uniqueness | None:
    """What is the case, or None where that is not decided."""
    if not best.high:
        return Uniqueness(True)
    if best.low != best.high:
        return None
    duals: list[Table] = []
    for places in found.fibres.values():
        for square, shown, centre, j in _parts(found, best, places):
            if square < best.low:
                moved = _moved(found, centre, j, _step(square, best.low, found.norm.weight))
                return Uniqueness(False, (), places[0], (centre, moved))
            if shown is None:
                return None
            duals.append(shown)
    return Uniqueness(True, tuple(duals))


def _parts(
    found: Class, best: Optimum, places: Sequence[int]
) -> Iterator[tuple[Fraction, Table | None, Vector, int]]:
    """Squares of radii with duals, centres within the largest radius, directions to move in."""
    places = distinct(found, places)
    value = value_at(found, best, places)
    above = reach(found, places, value)
    if above < best.low:
        yield above, None, value, 0
        return
    if found.norm.kind == "linf":
        for j in range(found.members[0].dimension):
            square, shown, middle = disc(found, places, j)
            yield square, shown, _replaced(value, j, middle), j
        return
    exact = radius(found, places)
    dual: Table | None = None
    if found.norm.kind == "l2" and exact.dual is not None:
        ones = [write_integer(1)] * 2
        dual = {**exact.dual, "kind": "weights", "coordinate": "all"}
        dual.setdefault("weights", ones)
    yield exact.high, dual, value if exact.centre is None else exact.centre, 0


def _replaced(v: Vector, j: int, middle: tuple[Fraction, Fraction]) -> Vector:
    parts = [[Fraction(a, v.denominator) for a in part] for part in (v.real, v.imag)]
    parts[1] = parts[1] or [Fraction(0)] * v.dimension
    parts[0][j], parts[1][j] = middle
    return from_fractions(parts[0], parts[1])


def _step(square: Fraction, top: Fraction, weight: Fraction) -> Fraction:
    """A positive number at most (sqrt(top) - sqrt(square)) / weight."""
    gap = (Roots.sqrt(top) - Roots.sqrt(square)).times(1 / weight)
    bits = BITS
    while gap.enclosure(bits)[0] <= 0:
        bits *= 2
    low = gap.enclosure(bits)[0]
    # its leading bits are enough
    shift = max(0, low.bit_length() - 8)
    return Fraction(low >> shift << shift, 1 << bits)


def _moved(found: Class, v: Vector, j: int, step: Fraction) -> Vector:
    entry = [Fraction(int(k == j)) for k in range(v.dimension)]
    return Vector.combination([(Fraction(1), v), (step, from_fractions(entry))], v.dimension)
