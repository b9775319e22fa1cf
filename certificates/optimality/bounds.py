"""Bounds on distances and on Chebyshev radii: from above by a centre, from below by a dual.

The radius of a finite set F of X is the least r for which some c in X has |x - c| <= r for all x
of F.  Any c shows r <= max |x - c|.  That nothing smaller is possible is shown by one of

    pair          |x - x'| / 2 <= r, by the triangle inequality; for every norm
    weights       for l2, and in one coordinate for linf: `by_weights`
    functionals   for l1: `by_functionals`
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import mul, sub

from ..exact import Roots, Undecided
from ..format import Rejected, Unreadable, as_list, choice, fields, read_number
from ..matrices import Vector
from ..norms import Norm
from .model import Class, Rows

BITS = 128  # of the rational numbers that a bound is compared with first


@dataclass(frozen=True)
class Bound:
    """A real number >= 0, with rational squares below and above its own for quick comparisons."""

    exact: Roots
    below: Fraction
    above: Fraction

    @staticmethod
    def root(square: Fraction) -> Bound:
        """The square root of a rational number >= 0."""
        return Bound(Roots.sqrt(square), square, square)

    @staticmethod
    def of(value: Roots) -> Bound:
        """Any number; what is negative counts as 0 from above, and never as at least something."""
        low, high = value.enclosure(BITS)
        square = Fraction(max(low, 0) ** 2, 1 << 2 * BITS)
        return Bound(value, square, Fraction(max(high, 0) ** 2, 1 << 2 * BITS))

    def times(self, factor: Fraction) -> Bound:
        """The product with a rational number >= 0."""
        square = factor**2
        return Bound(self.exact.times(factor), square * self.below, square * self.above)

    def plus(self, other: Fraction) -> Bound:
        """The sum with a rational number >= 0."""
        return Bound.of(self.exact + Roots.rational(other)) if other else self


def sign(value: Roots) -> int:
    """-1, 0 or 1.  Raises Rejected where that is not settled."""
    try:
        return value.sign()
    except Undecided as reason:
        raise Rejected(f"not settled: {reason}") from None


@dataclass(frozen=True)
class Length:
    """A norm of a vector: the square root of the rational number `square`, or else `roots`."""

    square: Fraction | None
    roots: Roots

    def exact(self) -> Roots:
        """The number."""
        return self.roots if self.square is None else Roots.sqrt(self.square)

    def at_most(self, bound: Bound) -> bool:
        """Whether it is at most the bound."""
        if self.square is not None:
            if self.square <= bound.below:
                return True
            if self.square > bound.above:
                return False
        return sign(self.exact() - bound.exact) <= 0

    def at_least(self, bound: Bound) -> bool:
        """Whether it is at least the bound."""
        if self.square is not None:
            if self.square >= bound.above:
                return True
            if self.square < bound.below:
                return False
        return sign(self.exact() - bound.exact) >= 0


def length(norm: Norm, real: Sequence[int], imag: Sequence[int], bottom: int) -> Length:
    """The norm of (real + i imag) / bottom; its square is rational, but seldom in complex l1.

    Integers (n,), integers (n,) or (), a positive integer.
    """
    if norm.kind == "l2":
        top = sum(map(mul, real, real)) + sum(map(mul, imag, imag))
    elif any(imag):
        squares = [a * a + b * b for a, b in zip(real, imag, strict=True)]
        if norm.kind == "l1":
            moduli = Roots.total(Roots.sqrt(Fraction(square)) for square in squares)
            found = moduli.times(Fraction(norm.weight, bottom))
            # one square root has a rational square
            alone = found.terms[0] if len(found.terms) == 1 else None
            return Length(None if alone is None else alone[0] * alone[1] ** 2, found)
        top = max(squares)
    else:
        top = (sum if norm.kind == "l1" else max)(map(abs, real)) ** 2
    weight = norm.weight
    square = Fraction(top * weight.numerator**2, (bottom * weight.denominator) ** 2)
    return Length(square, Roots())


def distance(norm: Norm, u: Rows, v: Rows, bottom: int) -> Length:
    """|u - v| for rows of integers over one denominator."""
    real = list(map(sub, u[0], v[0]))
    if u[1] and v[1]:
        return length(norm, real, list(map(sub, u[1], v[1])), bottom)
    return length(norm, real, u[1] or v[1], bottom)


class Centre:
    """A point to measure distances from, brought to the denominator of a class."""

    def __init__(self, found: Class, point: Vector) -> None:
        self.found = found
        self.bottom = lcm(found.bottom, point.denominator)
        self.factor = self.bottom // found.bottom
        own = self.bottom // point.denominator
        self.row: Rows = tuple(a * own for a in point.real), tuple(b * own for b in point.imag)

    def distance(self, place: int) -> Length:
        """From the member at a position."""
        row, factor = self.found.rows[place], self.factor
        if factor != 1:
            row = tuple([a * factor for a in row[0]]), tuple([b * factor for b in row[1]])
        return distance(self.found.norm, row, self.row, self.bottom)

    def first_beyond(self, places: Iterable[int], bound: Bound) -> int | None:
        """The first of some members that is farther away than the bound."""
        return next((k for k in places if not self.distance(k).at_most(bound)), None)


def between(found: Class, i: int, j: int) -> Length:
    """The distance of two members."""
    return distance(found.norm, found.rows[i], found.rows[j], found.bottom)


# ------------------------------------------------------------------------- from below


def read_integers(value: object, where: str) -> list[int]:
    """A list of whole numbers.  Raises Unreadable."""
    numbers = [read_number(entry, where) for entry in as_list(value, where)]
    if any(number.denominator != 1 for number in numbers):
        raise Unreadable(f"{where}: whole numbers are expected")
    return [number.numerator for number in numbers]


@dataclass(frozen=True)
class Dual:
    """What bounds the radius of one fibre from below; `members` are different, of one fibre."""

    kind: str
    members: list[int]
    weights: list[int]
    coordinate: int
    rows: list[Rows]


KEYS = {
    "pair": ("members",),
    "weights": ("coordinate", "members", "weights"),
    "functionals": ("functionals", "members", "weights"),
}


def read_dual(value: object, where: str, found: Class) -> Dual:
    """A dual of a certificate.  Raises Unreadable, or Rejected for members of several fibres."""
    kind = value.get("kind") if isinstance(value, dict) else None
    table = fields(value, where, ("kind", *choice(kind, f"{where}.kind", KEYS)))
    names = as_list(table["members"], f"{where}.members")
    members = [found.position(name, f"{where}.members") for name in names]
    weights = read_integers(table.get("weights", []), f"{where}.weights")
    coordinate = -1
    if kind == "weights" and table["coordinate"] != "all":
        numbers = read_integers([table["coordinate"]], f"{where}.coordinate")
        coordinate = numbers[0]
        if not 0 <= coordinate < found.members[0].dimension:
            raise Unreadable(f"{where}.coordinate: 'all', or a coordinate from 0")
    rows: list[Rows] = []
    for entry in as_list(table.get("functionals", []), f"{where}.functionals"):
        pair = fields(entry, f"{where}.functionals", ("real",), ("imaginary",))
        parts = [
            tuple(read_integers(pair.get(key, []), f"{where}.functionals.{key}"))
            for key in ("real", "imaginary")
        ]
        if len(parts[0]) != found.members[0].dimension or len(parts[1]) not in (0, len(parts[0])):
            raise Unreadable(f"{where}.functionals: one number for each coordinate is expected")
        rows.append((parts[0], parts[1]))
    sizes = {len(members)} | ({len(weights)} if kind != "pair" else set())
    if len(sizes | ({len(rows)} if kind == "functionals" else set())) > 1 or not members:
        raise Unreadable(f"{where}: one weight, and one functional, for each member is expected")
    if kind == "pair" and len(members) != 2:
        raise Unreadable(f"{where}.members: two members are expected")
    if len(set(members)) < len(members) or len({found.images[k] for k in members}) > 1:
        raise Rejected("a dual names a member twice, or members with different measurements")
    return Dual(str(kind), members, weights, coordinate, rows)


def radius_at_least(found: Class, dual: Dual, bound: Bound) -> bool:
    """Whether a dual shows that the radius of its fibre is at least the bound.

    Raises Rejected for weights or functionals that show nothing.
    """
    if dual.kind == "pair":
        return between(found, *dual.members).at_least(bound.times(Fraction(2)))
    if min(dual.weights) < 0 or not sum(dual.weights):
        raise Rejected("weights are not negative, and not all 0")
    show = by_weights if dual.kind == "weights" else by_functionals
    return show(found, dual).at_least(bound)


def by_weights(found: Class, dual: Dual) -> Length:
    """A lower bound of the radius in l2, or in linf from one coordinate.

    With w_i >= 0, W = sum w_i and m = (sum w_i x_i) / W, for every c

        W max |x_i - c|^2  >=  sum w_i |x_i - c|^2  =  sum w_i |x_i - m|^2 + W |c - m|^2
                           >=  sum w_i |x_i|^2 - |sum w_i x_i|^2 / W,

    all norms Euclidean.  In linf this is used for the entries at one coordinate, because
    |x_i - c| >= |x_ij - c_j|.  Raises Rejected for other norms.
    """
    kind, j = found.norm.kind, dual.coordinate
    if (kind, j < 0) not in (("l2", True), ("linf", False)):
        raise Rejected(f"weights bound a radius in l2, or in linf at one coordinate, not in {kind}")
    total, squares = sum(dual.weights), 0
    sums: dict[tuple[int, int], int] = {}
    for weight, member in zip(dual.weights, dual.members, strict=True):
        for part, row in enumerate(found.rows[member]):
            chosen = row if j < 0 else row[j : j + 1]
            squares += weight * sum(map(mul, chosen, chosen))
            for place, entry in enumerate(chosen):
                sums[part, place] = sums.get((part, place), 0) + weight * entry
    top = total * squares - sum(entry * entry for entry in sums.values())
    return Length(found.norm.weight**2 * Fraction(top, (total * found.bottom) ** 2), Roots())


def by_functionals(found: Class, dual: Dual) -> Length:
    """A lower bound of the radius in l1.

    With W = sum w_i and rows y_i for which |y_ij| <= w_i and sum over i of y_ij = 0, for every c

        W max |x_i - c|  >=  sum w_i |x_i - c|  >=  sum Re conj(y_ij) (x_ij - c_j)
                          =  sum Re conj(y_ij) x_ij.

    Raises Rejected for another norm, for rows that are too long or whose sum is not 0.
    """
    if found.norm.kind != "l1":
        raise Rejected(f"functionals bound a radius in l1, not in {found.norm.kind}")
    value = 0
    sums: list[list[int]] = [[0] * found.members[0].dimension for _ in range(2)]
    for weight, member, y in zip(dual.weights, dual.members, dual.rows, strict=True):
        imag = y[1] or (0,) * len(y[0])
        if any(a * a + b * b > weight * weight for a, b in zip(y[0], imag, strict=True)):
            raise Rejected("a functional has an entry above its weight")
        for part, entries in enumerate((y[0], imag)):
            sums[part] = [a + b for a, b in zip(sums[part], entries, strict=True)]
            value += sum(map(mul, entries, found.rows[member][part] or (0,)))
    if any(map(any, sums)):
        raise Rejected("the sum of the functionals is not 0")
    value = max(value, 0)
    found_value = found.norm.weight * Fraction(value, sum(dual.weights) * found.bottom)
    return Length(found_value**2, Roots())
