"""Enclosures: vectors that are not known exactly, in exact arithmetic.

Entries may be irrational, or depend on a vector e of which only a bound of its norm is known.
What is known of a vector x is then

    x  =  center  +  sum over k of t_k column_k  +  d,
    |Re d_j| <= Re radius_j  and  |Im d_j| <= Im radius_j,

where t are the coordinates of those e, a real part and an imaginary part each: a zonotope (Girard
2005) with a ball among its parameters.  Columns are there only where x depends on some e.
A function that is linear is applied to center and columns; one that is not says how far it is
from a linear one on the span of its argument.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import repeat
from math import lcm

from .exact import Roots
from .format import Rejected, short
from .fourier import Fourier
from .linear import Composition, Hadamard, Linear, Sparse
from .matrices import Matrix, Vector
from .norms import DUAL, Kind, Norm, plain

SLOPE_BITS = 12  # of the slope of the line that stands for a bent function
SPAN_BITS = 32  # to which the reach of the columns is rounded, upwards
ENTRIES = 1 << 24  # more entries of all columns together are refused


@dataclass(frozen=True, slots=True)
class Ball:
    """All e of R^n or C^n with |e| <= radius, in a norm without weight."""

    dimension: int
    is_complex: bool
    kind: Kind
    radius: Fraction

    @property
    def count(self) -> int:
        """How many real coordinates e has: the real parts, and after them the imaginary parts."""
        return self.dimension * (2 if self.is_complex else 1)


@dataclass(frozen=True, slots=True)
class Region:
    """The parameters t: those of some balls, one after the other, and within [low_k, high_k]."""

    balls: tuple[Ball, ...]
    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]

    @staticmethod
    def of(balls: Sequence[Ball]) -> Region:
        """All of the balls; no coordinate is larger than the norm."""
        high = tuple(ball.radius for ball in balls for _ in range(ball.count))
        return Region(tuple(balls), tuple(-r for r in high), high)

    def halves(self, place: int, value: Fraction) -> tuple[Region, Region]:
        """What lies on either side of t_place = value.  Raises Rejected outside of the region."""
        if not (0 <= place < len(self.low) and self.low[place] < value < self.high[place]):
            raise Rejected(f"nothing lies on one side of {short(value)}: no such division")
        low, high = list(self.low), list(self.high)
        low[place] = high[place] = value
        return replace(self, high=tuple(high)), replace(self, low=tuple(low))

    def parts(self, row: Sequence[int]) -> Iterator[tuple[Ball, Vector, int]]:
        """For each ball the entries of a row that belong to it, and where they begin."""
        start = 0
        for ball in self.balls:
            own = row[start : start + ball.count]
            yield ball, Vector.of(own[: ball.dimension], own[ball.dimension :]), start
            start += ball.count

    def is_empty(self) -> bool:
        """Whether the point of the box that is nearest to 0 lies outside of a ball."""
        near = [max(a, min(b, Fraction(0))) for a, b in zip(self.low, self.high, strict=True)]
        bottom = lcm(*(q.denominator for q in near))
        for ball, point, _ in self.parts([int(q * bottom) for q in near]):
            if (plain(ball.kind, point) - Roots.rational(ball.radius * bottom)).sign() > 0:
                return True
        return False

    def reach(self, row: Sequence[int]) -> tuple[Fraction, Fraction]:
        """Bounds of  sum of t_k row_k:  by the dual norm on the ball, and by the box."""
        low = high = Fraction(0)
        for ball, own, start in self.parts(row):
            most = plain(DUAL[ball.kind], own).upper(SPAN_BITS) * ball.radius
            ends = [
                (self.low[k] * a, self.high[k] * a)
                for k, a in enumerate(row[start : start + ball.count], start)
                if a
            ]
            low += max(-most, sum((min(pair) for pair in ends), Fraction(0)))
            high += min(most, sum((max(pair) for pair in ends), Fraction(0)))
        return low, high


NOTHING = Region((), (), ())


@dataclass(frozen=True, slots=True)
class Enclosure:
    """What is known of a vector; see above.  `columns` are as many as there are parameters, or ().

    All vectors have one dimension; the entries of `radius` are not negative.
    """

    center: Vector
    radius: Vector
    columns: tuple[Vector, ...] = ()

    @staticmethod
    def exact(v: Vector) -> Enclosure:
        """A vector that is known."""
        return Enclosure(v, zero(v.dimension))

    @staticmethod
    def combination(
        parts: Sequence[tuple[Fraction, Enclosure]], dimension: int, offset: Vector | None = None
    ) -> Enclosure:
        """The linear combination with rational coefficients, plus a known vector."""
        known = [] if offset is None else [(Fraction(1), offset)]
        center = Vector.combination([*((c, e.center) for c, e in parts), *known], dimension)
        radius = Vector.combination([(abs(c), e.radius) for c, e in parts], dimension)
        moving = [(c, e.columns) for c, e in parts if e.columns]
        count = len(moving[0][1]) if moving else 0
        columns = (
            Vector.combination([(c, column[k]) for c, column in moving], dimension)
            for k in range(count)
        )
        return Enclosure(center, radius, tuple(columns))

    def turned(self) -> Enclosure:
        """i times the vector."""
        radius = Vector.of(
            self.radius.imag or (0,) * self.radius.dimension,
            self.radius.real,
            self.radius.denominator,
        )
        return Enclosure(self.center.turned(), radius, tuple(g.turned() for g in self.columns))

    def rounded(self, bits: int) -> Enclosure:
        """The same with the center in multiples of 2^-bits, if it has a larger denominator.

        The radius is then rounded upwards, by what the center may have moved too.
        """
        bottom = lcm(self.center.denominator, self.radius.denominator)
        if bottom.bit_length() <= bits + 1:
            return self
        center, radius = self.center, self.radius
        parts = [[(a << bits) // center.denominator for a in p] for p in (center.real, center.imag)]
        zeros = (0,) * center.dimension if center.imag else ()
        moved = [
            [1 - (-(a << bits) // radius.denominator) for a in p]
            for p in (radius.real, radius.imag or zeros)
        ]
        near, around = (Vector.of(a, b, 1 << bits) for a, b in (parts, moved))
        return Enclosure(near, around, self.columns)

    def spans(self, region: Region) -> tuple[list[int], list[int], int]:
        """The least and the largest possible entries, real parts before imaginary parts.

        They are integers over the third result; (n,) -> 2n bounds each.
        """
        n = self.center.dimension
        vectors = (self.center, self.radius, *self.columns)
        bottom = lcm(*(v.denominator for v in vectors))
        rows = []
        for v in vectors:
            factor = bottom // v.denominator
            rows.append([factor * a for a in v.real + (v.imag or (0,) * n)])
        center, radius, *columns = rows
        low = [a - r for a, r in zip(center, radius, strict=True)]
        high = [a + r for a, r in zip(center, radius, strict=True)]
        if not columns:
            return low, high, bottom
        reaches = [region.reach(row) for row in zip(*columns, strict=True)]
        unit = 1 << SPAN_BITS
        low = [a * unit + (p * unit).__floor__() for a, (p, _) in zip(low, reaches, strict=True)]
        high = [a * unit + (q * unit).__ceil__() for a, (_, q) in zip(high, reaches, strict=True)]
        return low, high, bottom * unit

    def norm(self, norm: Norm, region: Region) -> tuple[Roots, Roots]:
        """Bounds of the norm: that of the middle, up to that of the half width of the span."""
        if not self.columns and not any(self.radius.real) and not self.radius.imag:
            exact = norm.of(self.center)
            return exact, exact
        low, high, bottom = self.spans(region)
        n = self.center.dimension
        middle = [a + b for a, b in zip(low, high, strict=True)]
        width = [b - a for a, b in zip(low, high, strict=True)]
        size, most = (norm.of(Vector.of(v[:n], v[n:], 2 * bottom)) for v in (middle, width))
        least = size - most
        return (least if least.sign() > 0 else Roots()), size + most

    def parts(self) -> Iterator[Vector]:
        """Center, radius and columns."""
        yield from (self.center, self.radius, *self.columns)


def limited(columns: int, size: int) -> None:
    """Raises Rejected for too many columns of this dimension."""
    if columns * size > ENTRIES:
        words = f"{columns} coordinates of variables move too many entries"
        raise Rejected(f"{words}, or take too many products; more than {ENTRIES} are not enclosed")


def zero(n: int) -> Vector:
    """The vector 0 of dimension n."""
    return Vector((0,) * n, (), 1)


# ---------------------------------------------------------------------------- linear maps


def spread(form: Linear, radius: Vector) -> Vector:
    """How far a linear map takes what is within `radius` of 0, entry by entry; (n,) -> (m,)."""
    if not any(radius.real) and not radius.imag:
        return zero(form.shape[0])
    if isinstance(form, Composition):
        for factor in reversed(form.factors):
            radius = spread(factor, radius)
        return radius
    if isinstance(form, Hadamard):
        # all entries have the modulus |scale|
        m, scale = form.shape[0], abs(form.scale)
        sums = [sum(part) * scale.numerator for part in (radius.real, radius.imag)]
        bottom = radius.denominator * scale.denominator
        return Vector.of([sums[0]] * m, [sums[1]] * m, bottom)
    if isinstance(form, Fourier):
        # and here the modulus sqrt(square)
        scale = Roots.sqrt(form.square).upper()
        total = Fraction(sum(radius.real) + sum(radius.imag), radius.denominator) * scale
        m = form.shape[0]
        return Vector.of([total.numerator] * m, [total.numerator] * m, total.denominator)
    if isinstance(form, Matrix):
        form = Sparse.of(form)
    # |Re| and |Im| of the entries times |Re| and |Im| of the radius
    real = replace(form, real=tuple(map(abs, form.real)), imag=())
    found = real.apply(radius)
    if not form.imag:
        return found
    imag = replace(form, real=tuple(map(abs, form.imag)), imag=())
    crossed = imag.apply(Vector.of(radius.imag or (0,) * radius.dimension, radius.real,
                                   radius.denominator))  # fmt: skip
    return Vector.combination([(Fraction(1), found), (Fraction(1), crossed)], form.shape[0])


def reached(form: Linear, kind: Kind) -> Vector:
    """Bounds of the moduli of (A v)_j for all |v| <= 1, by the dual norms of rows; (m,)."""
    if isinstance(form, Composition):
        first = reached(form.factors[-1], kind)
        found = Vector.of(first.real, first.real, first.denominator)
        for factor in reversed(form.factors[:-1]):
            found = spread(factor, found)
        # both parts are bounded, hence the modulus by their sum
        pairs = zip(found.real, found.imag or (0,) * found.dimension, strict=True)
        return Vector.of([a + b for a, b in pairs], (), found.denominator)
    m, n = form.shape
    if isinstance(form, Hadamard | Fourier):
        square = form.square if isinstance(form, Fourier) else form.scale**2
        # all entries have one modulus
        size = Roots.sqrt(square * {"l1": 1, "l2": n, "linf": n * n}[kind]).upper()
        return rational([size] * m)
    if isinstance(form, Matrix):
        return rational([plain(DUAL[kind], row).upper() for row in form.row_vectors()])
    # row by row, column by column; entries that are listed for one place are added up
    rows: list[dict[int, tuple[int, int]]] = [{} for _ in range(m)]
    values = zip(form.rows, form.columns, form.real, form.imag or repeat(0), strict=False)
    for j, k, a, b in values:
        p, q = rows[j].get(k, (0, 0))
        rows[j][k] = p + a, q + b
    found_rows = (list(row.values()) for row in rows)
    parts = [Vector.of([a for a, _ in row], [b for _, b in row]) for row in found_rows]
    uppers = [plain(DUAL[kind], part).upper() for part in parts]
    return rational([q * Fraction(1, form.denominator) for q in uppers])


def applied(form: Linear, x: Enclosure, bits: int) -> Enclosure:
    """The image of an enclosure under a linear map; (n,) -> (m,)."""
    if isinstance(form, Composition):
        for factor in reversed(form.factors):
            x = applied(factor, x, bits)
        return x
    if isinstance(form, Fourier):
        if x.columns:
            raise Rejected("a Fourier transform of what depends on a variable is not enclosed")
        return Enclosure(*form.enclosed(x.center, x.radius, bits)).rounded(bits)
    limited(len(x.columns), form.shape[0])
    columns = tuple(form.apply(column) for column in x.columns)
    return Enclosure(form.apply(x.center), spread(form, x.radius), columns)


# ------------------------------------------------------------------------ bent functions


def bent(x: Enclosure, slopes: Sequence[Fraction], region: Region) -> Enclosure:
    """Entry by entry t for t >= 0 and slope * t below, of a real vector.

    On [a, b] with a < 0 < b this function minus c t, for any c, lies between the least and the
    largest of its values at a, 0 and b.  Where there are columns, c is about the slope of the
    chord; without any, c = 0 is best.
    """
    low, high, bottom = x.spans(region)
    unit = 1 << SLOPE_BITS
    factors: list[Fraction] = []
    ends: list[tuple[Fraction, Fraction]] = []
    for a, b, slope in zip(low, high, slopes, strict=False):
        if a >= 0 or b <= 0:
            factors.append(Fraction(1) if a >= 0 else slope)
            ends.append((Fraction(0), Fraction(0)))
            continue
        c = Fraction(0)
        if x.columns:
            c = Fraction((b - slope * a) * unit // (b - a), unit)
        values = [(slope - c) * a, Fraction(0), (1 - c) * b]
        factors.append(c)
        ends.append((min(values), max(values)))
    share, one, n = Fraction(1, 2 * bottom), Fraction(1), x.center.dimension
    middle, half = (rational([(q + sign * p) * share for p, q in ends]) for sign in (1, -1))
    around = scaled(x.radius, [abs(c) for c in factors])
    return Enclosure(
        Vector.combination([(one, scaled(x.center, factors)), (one, middle)], n),
        Vector.combination([(one, around), (one, half)], n),
        tuple(scaled(column, factors) for column in x.columns),
    )


def scaled(v: Vector, factors: Sequence[Fraction]) -> Vector:
    """A real vector, entry by entry times factors."""
    top = lcm(*(c.denominator for c in factors))
    pairs = zip(v.real, factors, strict=True)
    entries = [a * c.numerator * (top // c.denominator) for a, c in pairs]
    return Vector.of(entries, (), v.denominator * top)


def rational(entries: Sequence[Fraction]) -> Vector:
    """A real vector with these entries."""
    bottom = lcm(*(q.denominator for q in entries))
    return Vector.of([q.numerator * (bottom // q.denominator) for q in entries], (), bottom)
