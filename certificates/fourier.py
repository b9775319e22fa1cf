"""The discrete Fourier transform as meant: irrational entries, enclosed by integers.

With sides n_1, ..., n_a, centres c (0, or n // 2 where it is centred) and n the product of sides,
row k of the transform of x has the value

    scale * sum over j of  x_j exp(-2 pi i sum over axes of (j - c)(k - c) / side),

both k and j counted row-major.  `square` is scale^2, so that 1 / sqrt(n) is there too.  pi comes
from Machin's formula  pi = 16 arctan(1/5) - 4 arctan(1/239)  (1706), cosine and sine from their
power series; all are sums of integers, each rounded down, and the errors are counted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import isqrt, lcm, prod
from operator import mul

from .format import Rejected, short
from .matrices import Integers, Matrix, Vector

GUARD = 32  # bits beyond those that are asked for
Grid = list[int]


def _arctan(q: int, bits: int) -> tuple[int, int]:
    """2^bits arctan(1/q) for q > 1, and a bound of the error.

    The k terms of  sum of (-1)^j q^-(2j+1) / (2j+1)  that are taken are rounded down, by less than
    1 each; those after them are below 1, decrease and alternate, so they add up to less than 1.
    """
    total, k = 0, 0
    while term := (1 << bits) // (q ** (2 * k + 1) * (2 * k + 1)):
        total += -term if k % 2 else term
        k += 1
    return total, k + 1


@lru_cache(maxsize=8)
def pi(bits: int) -> tuple[int, int]:
    """2^bits pi, and a bound of the error."""
    (a, first), (b, second) = _arctan(5, bits), _arctan(239, bits)
    return 16 * a - 4 * b, 16 * first + 4 * second


def _series(theta: int, bits: int, odd: int) -> tuple[int, int]:
    """2^bits cos (or sin, if odd is 1) of theta / 2^bits, |theta / 2^bits| < 3.15, and the error.

    Term k is the one before times theta^2 / (m (m + 1)), rounded down, m = 1, 3, 5, ... or
    2, 4, 6, ...  The first is exact, the second has an error below 1, the third below
    9.93/12 + 1 < 2, and each later one below 2 * 9.93/30 + 1 < 2, as theta^2 < 9.93.  Of the first
    k terms this makes less than 2 (k - 1).  Term k, where it stops, is at most 1 + 2 in modulus,
    and each later one less than half of the one before (if k = 1, theta^2 is at most 4 / 2^bits):
    less than 6 in all.
    """
    term = theta if odd else 1 << bits
    square, total, k = theta * theta, 0, 0
    while term:
        total += -term if k % 2 else term
        first = 2 * k + 1 + odd
        term = term * square // (first * (first + 1)) >> 2 * bits
        k += 1
        if k > 6 and abs(term) <= 1:
            break  # rounding down would keep a negative term at -1
    return total, 2 * k + 6


@lru_cache(maxsize=32)
def roots(n: int, bits: int) -> tuple[Integers, Integers, int]:
    """2^bits cos and sin of  2 pi k / n  for k = 0, ..., n - 1, and a bound of all their errors."""
    whole, error = pi(bits)
    angles = [2 * whole * (k if 2 * k <= n else k - n) // n for k in range(n)]
    pairs = [[_series(angle, bits, odd) for angle in angles] for odd in (0, 1)]
    # |2 k / n| <= 1, the quotient is rounded, and cosine and sine have slopes of at most 1
    largest = max(e for column in pairs for _, e in column) + error + 1
    cosines, sines = (tuple(value for value, _ in column) for column in pairs)
    return cosines, sines, largest


@dataclass(frozen=True, slots=True)
class Fourier:
    """sqrt(square) times distinct `rows` of the transform of an array of shape `sides`."""

    sides: Integers
    rows: Integers
    square: Fraction
    centred: bool
    turned: bool = False

    def __str__(self) -> str:
        size = prod(self.sides)
        factor = "1/sqrt(n)" if self.square * size == 1 else f"sqrt({short(self.square)})"
        where = "indices from the centre n//2" if self.centred else "indices from 0"
        words = (
            f"{len(self.rows)} rows of the Fourier transform of shape {list(self.sides)}, "
            f"exp(-2 pi i j k / n), {where}, times {factor}, as meant, enclosed"
        )
        return f"the adjoint of {words}" if self.turned else words

    @property
    def size(self) -> int:
        """The number of entries of the array that is transformed."""
        return prod(self.sides)

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n)."""
        ends = len(self.rows), self.size
        return ends[::-1] if self.turned else ends

    def adjoint(self) -> Fourier:
        """The conjugate transpose."""
        return replace(self, turned=not self.turned)

    def apply(self, v: Vector) -> Vector:
        """Raises Rejected, but for v = 0: the values are irrational."""
        if any(v.real) or v.imag:
            raise Rejected("values of a Fourier transform are irrational; use the rule enclosed")
        return Vector((0,) * self.shape[0], (), 1)

    def dense(self) -> Matrix:
        """Raises Rejected: there is no rational matrix."""
        raise Rejected("a Fourier transform has no rational matrix; use operator_orthogonal")

    def scale(self, bits: int) -> tuple[Fraction, Fraction]:
        """The factor sqrt(square), and a bound of the error."""
        p, q = self.square.numerator, self.square.denominator
        root = isqrt(p * q << 2 * bits)
        exact = root * root == p * q << 2 * bits
        return Fraction(root, q << bits), Fraction(0 if exact else 1, q << bits)

    def enclosed(self, center: Vector, radius: Vector, bits: int) -> tuple[Vector, Vector]:
        """(n,), (n,) -> (m,), (m,): center and radius of what vectors around a center go to.

        The radius bounds the moduli of real and of imaginary parts, as everywhere in enclosures.
        """
        bits += GUARD
        zeros = (0,) * center.dimension
        bottom = lcm(center.denominator, radius.denominator)
        up, out = bottom // center.denominator, bottom // radius.denominator
        grids = [
            self.full([a * factor for a in part or zeros])
            for factor, vector in ((up, center), (out, radius))
            for part in (vector.real, vector.imag)
        ]
        real, imag, *spread = grids
        near = [a + b for a, b in zip(*spread, strict=True)]
        step = self.size
        for side in self.sides:
            step //= side
            real, imag, near = self.along(real, imag, near, side, step, bits)
        bottom <<= bits * len(self.sides)
        real, imag, near = (self.kept(grid) for grid in (real, imag, near))
        factor, error = self.scale(bits)
        found = Vector.of(real, imag, bottom)
        moduli = Vector.of([max(abs(a), abs(b)) for a, b in zip(real, imag, strict=True)])
        around = Vector.of(near, near, bottom)
        more = Vector.of(moduli.real, moduli.real, bottom)
        m = len(real)
        center = Vector.combination([(factor, found)], m)
        return center, Vector.combination([(factor + error, around), (error, more)], m)

    def along(
        self, real: Grid, imag: Grid, near: Grid, side: int, step: int, bits: int
    ) -> tuple[Grid, Grid, Grid]:
        """The transform along one axis, whose entries are `step` apart.

        With w the true root and v what stands for it,  sum of w (c + d)  is  sum of v c,  up to
        sum of |w - v| |c|  and  sum of |d|, which `near` bounds: moduli, not parts.  Both parts of
        w - v are at most `error`, so |w - v| is less than twice that, and |c| is at most the sum
        of the moduli of its parts.
        """
        cosines, sines, error = roots(side, bits)
        sign = 1 if self.turned else -1
        middle = side // 2 if self.centred else 0
        size = self.size
        new_real, new_imag, new_near = [0] * size, [0] * size, [0] * size
        lines: list[tuple[int, Grid, Grid]] = []
        for first in range(size):
            if first // step % side:
                continue  # a line begins where the index along the axis is 0
            line = slice(first, first + step * side, step)
            x, y = real[line], imag[line]
            far = 2 * error * (sum(map(abs, x)) + sum(map(abs, y))) + (sum(near[line]) << bits)
            new_near[line] = [far] * side
            lines.append((first, x, y))
        for k in range(side):  # one row at a time: all would be side^2 references
            places = [(j - middle) * (k - middle) % side for j in range(side)]
            c, s = [cosines[p] for p in places], [sign * sines[p] for p in places]
            for first, x, y in lines:
                new_real[first + k * step] = sum(map(mul, c, x)) - sum(map(mul, s, y))
                new_imag[first + k * step] = sum(map(mul, s, x)) + sum(map(mul, c, y))
        return new_real, new_imag, new_near

    def full(self, part: Grid) -> Grid:
        """A part of what is transformed: the array, or the chosen rows with zeros elsewhere."""
        if not self.turned:
            return part
        spread = [0] * self.size
        for row, value in zip(self.rows, part, strict=True):
            spread[row] = value
        return spread

    def kept(self, grid: Grid) -> Grid:
        """A part of the result: the chosen rows, or the array."""
        return grid if self.turned else [grid[row] for row in self.rows]
