"""The Chebyshev radius of a fibre, with a centre and a dual, in every norm.

All numbers that leave this module are exact, and are bounds; where a radius is known exactly, both
are equal.  In l1 of complex vectors only two members, or 0, give that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import lcm

from certificates.format import write_integer
from certificates.matrices import Vector
from certificates.optimality.bounds import Centre, Length, between
from certificates.optimality.model import Class, Rows, midrange

from .balls import as_floats, float_ball, smallest_ball
from .crosses import Floats, Guess, guess, rounded, vertex

Table = dict[str, object]
SHORT = 40  # bits of a rounded centre, relative to the fibre
L1_BITS = 900  # of entries whose sums are floats
MEMBERS = 8  # that are tried as centres and as pairs
ENDS = 96  # bits of a rational square near one that is not


@dataclass(frozen=True)
class Radius:
    """The square of a radius lies between two numbers, often equal; what shows it.

    `centre` is None where the kernel's own choice, the `midrange`, does it; `dual` is None for 0.
    """

    low: Fraction
    high: Fraction
    centre: Vector | None
    dual: Table | None


def square_above(value: Length) -> Fraction:
    """A rational number at least the square of a length, equal where that is rational."""
    if value.square is not None:
        return value.square
    return Fraction(value.roots.enclosure(ENDS)[1] ** 2, 1 << 2 * ENDS)


def square_below(value: Length) -> Fraction:
    """A rational number at most the square of a length, equal where that is rational."""
    if value.square is not None:
        return value.square
    return Fraction(max(value.roots.enclosure(ENDS)[0], 0) ** 2, 1 << 2 * ENDS)


def reach(found: Class, places: Sequence[int], centre: Vector) -> Fraction:
    """The largest distance of some members from a point, squared and from above."""
    middle = Centre(found, centre)
    return max(square_above(middle.distance(k)) for k in places)


def quick(found: Class, places: Sequence[int]) -> Fraction:
    """The same from the midrange: the radius is at most this."""
    if len(places) == 1:
        return Fraction(0)
    return reach(found, places, midrange([found.rows[k] for k in places], found.bottom))


def pair(found: Class, i: int, j: int) -> Table:
    """Two members as a dual."""
    return {"kind": "pair", "members": [found.label(i), found.label(j)]}


def _dual(found: Class, kind: str, places: Sequence[int], weights: Sequence[int]) -> Table:
    names = [found.label(k) for k in places]
    return {"kind": kind, "members": names, "weights": [write_integer(w) for w in weights]}


def distinct(found: Class, places: Sequence[int]) -> list[int]:
    """The positions without those that repeat an earlier vector."""
    first: dict[Vector, int] = {}
    for k in places:
        first.setdefault(found.members[k], k)
    return list(first.values())


def nearly(found: Class, places: Sequence[int]) -> Vector:
    """A centre that floats propose, with short numbers."""
    places = distinct(found, places)
    if found.norm.kind == "l1" and len(places) > 2:
        return _rounded(found, places, _float_l1(found, places).centre)
    if found.norm.kind == "linf":
        return midrange([found.rows[k] for k in places], found.bottom)
    flat = [_flat(found, k) for k in places]
    support, weights = float_ball(as_floats(flat))
    whole = [max(0, round(float(w) * 2**SHORT)) for w in weights]
    return _mean(found, [places[k] for k in support], whole)


def _flat(found: Class, place: int) -> list[int]:
    """Real and imaginary parts of a member, one after the other."""
    real, imag = found.rows[place]
    over_c = any(v.imag for v in found.members)
    return [*real, *(imag or ((0,) * len(real) if over_c else ()))]


def _mean(found: Class, places: Sequence[int], weights: Sequence[int]) -> Vector:
    total = sum(weights)
    parts = [(Fraction(w, total), found.members[k]) for w, k in zip(weights, places, strict=True)]
    return Vector.combination(parts, found.members[0].dimension)


def radius(found: Class, places: Sequence[int]) -> Radius:
    """Of one fibre, as exactly as this norm allows."""
    places = distinct(found, places)
    if len(places) == 1:
        return Radius(Fraction(0), Fraction(0), None, None)
    if len(places) == 2:
        length = between(found, places[0], places[1])
        low, high = square_below(length) / 4, square_above(length) / 4
        return Radius(low, high, None, pair(found, places[0], places[1]))
    kinds = {"l1": _in_l1, "l2": _in_l2, "linf": _in_linf}
    return kinds[found.norm.kind](found, places)


def _in_l2(found: Class, places: list[int]) -> Radius:
    ball = smallest_ball([_flat(found, k) for k in places])
    members = [places[k] for k in ball.places]
    square = ball.square * (found.norm.weight / found.bottom) ** 2
    dual = _dual(found, "weights", members, ball.weights) | {"coordinate": "all"}
    return Radius(square, square, _mean(found, members, ball.weights), dual)


def _in_linf(found: Class, places: list[int]) -> Radius:
    """By coordinates: intervals where all entries are real, else discs."""
    rows = [found.rows[k] for k in places]
    width = found.members[0].dimension
    factor = (found.norm.weight / found.bottom) ** 2
    if not any(row[1] for row in rows):
        columns = list(zip(*(row[0] for row in rows), strict=True))
        j = max(range(width), key=lambda j: max(columns[j]) - min(columns[j]))
        ends = [columns[j].index(end(columns[j])) for end in (min, max)]
        square = Fraction(max(columns[j]) - min(columns[j])) ** 2 / 4 * factor
        return Radius(square, square, None, pair(found, *(places[k] for k in ends)))
    discs = [disc(found, places, j) for j in range(width)]
    j = max(range(width), key=lambda j: discs[j][0])
    square, dual, _ = discs[j]
    centres = [middle for _, _, middle in discs]
    centre = from_fractions([c[0] for c in centres], [c[1] for c in centres])
    return Radius(square, square, centre, dual)


def disc(
    found: Class, places: Sequence[int], j: int
) -> tuple[Fraction, Table, tuple[Fraction, Fraction]]:
    """The smallest disc around the entries at one coordinate: radius squared, dual, centre."""
    rows = [found.rows[k] for k in places]
    entries = [(row[0][j], row[1][j] if row[1] else 0) for row in rows]
    once = list(dict.fromkeys(entries))
    ball = smallest_ball(once)
    members = [places[entries.index(once[k])] for k in ball.places]
    dual = _dual(found, "weights", members, ball.weights) | {"coordinate": str(j)}
    (a, b), bottom = ball.centre(once)
    middle = Fraction(a, bottom * found.bottom), Fraction(b, bottom * found.bottom)
    return ball.square * (found.norm.weight / found.bottom) ** 2, dual, middle


def from_fractions(real: Sequence[Fraction], imag: Sequence[Fraction] = ()) -> Vector:
    """The vector with these entries."""
    bottom = lcm(*(a.denominator for a in (*real, *imag)))
    whole = [[a.numerator * (bottom // a.denominator) for a in part] for part in (real, imag)]
    return Vector.of(whole[0], whole[1], bottom)


def _float_l1(found: Class, places: Sequence[int]) -> Guess:
    flat = as_floats([_flat(found, k) for k in places], L1_BITS)
    n = found.members[0].dimension
    return guess(flat if flat.shape[1] == n else flat[:, :n] + 1j * flat[:, n:])


def _rounded(found: Class, places: Sequence[int], centre: Floats) -> Vector:
    """A float point relative to the first member, as a short vector."""
    unit = Fraction(1, 1 << SHORT) * _reach(found, places)
    first = found.rows[places[0]]
    real = [
        Fraction(round(float(c.real) / float(unit)) * unit + a) / found.bottom
        for c, a in zip(centre, first[0], strict=True)
    ]
    imag = [
        Fraction(round(float(c.imag) / float(unit)) * unit + a) / found.bottom
        for c, a in zip(centre, first[1] or (0,) * len(real), strict=True)
    ]
    return from_fractions(real, imag if any(imag) else ())


def _reach(found: Class, places: Sequence[int]) -> int:
    """A power of two near the largest entry of a difference of members."""
    first = found.rows[places[0]]
    top = 1
    for k in places:
        for part in (0, 1):
            ends = zip(found.rows[k][part] or (0,), first[part] or (0,), strict=False)
            top = max(top, *(abs(a - b) for a, b in ends))
    return 1 << top.bit_length()


def _in_l1(found: Class, places: list[int]) -> Radius:
    near = _float_l1(found, places)
    rows = [found.rows[k] for k in places]
    scale = found.norm.weight / found.bottom
    if not any(row[1] for row in rows):
        exact = vertex([row[0] for row in rows], near)
        if exact is not None:
            centre = from_fractions([a / found.bottom for a in exact.centre])
            high = reach(found, places, centre)
            low = _value(rows, exact.places, exact.weights, exact.functionals, []) * scale
            if low >= 0 and low**2 == high and min(exact.weights) >= 0:
                feasible = all(
                    abs(a) <= w
                    for w, row in zip(exact.weights, exact.functionals, strict=True)
                    for a in row
                )
                if feasible:
                    members = [places[k] for k in exact.places]
                    dual = _with_rows(
                        _dual(found, "functionals", members, exact.weights), exact.functionals, []
                    )
                    return Radius(high, high, centre, dual)
    weights, real, imag = rounded(near)
    members = [places[k] for k in near.places]
    dual = _with_rows(_dual(found, "functionals", members, weights), real, imag)
    low = max(_value(rows, near.places, weights, real, imag) * scale, Fraction(0)) ** 2
    # two members, or a member or the midrange as centre, may do what rounded numbers do not
    middle = Centre(found, midrange(rows, found.bottom))
    ends = sorted(places, key=lambda k: -square_below(middle.distance(k)))[:MEMBERS]
    i, j = max(combinations(ends, 2), key=lambda two: square_below(between(found, *two)))
    if square_below(between(found, i, j)) / 4 >= low:
        low, dual = square_below(between(found, i, j)) / 4, pair(found, i, j)
    centres = [midrange(rows, found.bottom), *(found.members[k] for k in places[:MEMBERS])]
    centres.append(_rounded(found, places, near.centre))
    high, best = min((reach(found, places, centre), -k) for k, centre in enumerate(centres))
    return Radius(low, high, centres[-best], dual)


def _value(
    rows: Sequence[Rows],
    places: Sequence[int],
    weights: Sequence[int],
    real: Sequence[Sequence[int]],
    imag: Sequence[Sequence[int]],
) -> Fraction:
    """What functionals show, over the denominator of the class and without the norm's weight."""
    total = 0
    for part, entries in ((0, real), (1, imag)):
        for k, y in zip(places, entries, strict=bool(entries)):
            total += sum(a * b for a, b in zip(y, rows[k][part] or (0,) * len(y), strict=True))
    return Fraction(total, sum(weights) or 1)


def _with_rows(dual: Table, real: Sequence[Sequence[int]], imag: Sequence[Sequence[int]]) -> Table:
    listed: list[Table] = []
    for place, row in enumerate(real):
        entry: Table = {"real": [write_integer(a) for a in row]}
        if imag:
            entry["imaginary"] = [write_integer(a) for a in imag[place]]
        listed.append(entry)
    return {**dual, "functionals": listed}
