"""Numbers >= 0 of any size between two others, and exp, powers and factorials of such.

A magnitude is a pair of integers of at most `bits` bits with a common exponent.  Whatever does
not fit is rounded down in the one and up in the other, so that no error has to be counted by hand:
probabilities such as exp(-10^9) have no other tidy form.  Sources: Moore, Kearfott and Cloud,
Introduction to Interval Analysis, 2009; Stirling's series with its error as in Whittaker and
Watson, A Course of Modern Analysis, 4th ed. 1927, sections 12.33 and 13.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import isqrt, prod

from .format import Rejected
from .fourier import pi
from .network_enclosures import exponential

SMALL = 256  # below it a factorial is a product
STIRLING = 24  # the terms of Stirling's series from there on: the next is below 2^-300
GUARD = 16  # bits beyond those that are asked for
LONGEST = 1 << 20  # the digits, in base 2, of a number that is written out


@dataclass(frozen=True, slots=True)
class Magnitude:
    """A number x with  low 2^exponent <= x <= high 2^exponent,  0 <= low <= high."""

    low: int
    high: int
    exponent: int
    bits: int

    @staticmethod
    def of(low: int, high: int, exponent: int, bits: int) -> Magnitude:
        """The same with at most `bits` bits: low rounded down, high up."""
        spare = high.bit_length() - bits
        if spare > 0:
            low, high, exponent = low >> spare, -(-high >> spare), exponent + spare
        return Magnitude(max(0, low), high, exponent, bits)

    @staticmethod
    def ratio(top: int, bottom: int, bits: int) -> Magnitude:
        """top / bottom, for top >= 0 and bottom > 0."""
        shift = bits + bottom.bit_length() - top.bit_length()
        if shift > 0:
            top <<= shift
        else:
            bottom <<= -shift
        return Magnitude.of(top // bottom, -(-top // bottom), -shift, bits)

    def times(self, other: Magnitude) -> Magnitude:
        """The product."""
        low, high = self.low * other.low, self.high * other.high
        return Magnitude.of(low, high, self.exponent + other.exponent, self.bits)

    def over(self, other: Magnitude) -> Magnitude:
        """The quotient.  Raises Rejected if the divisor may be 0."""
        if not other.low:
            raise Rejected("the divisor may be 0; more bits are needed")
        shift = self.bits + other.high.bit_length()
        low = (self.low << shift) // other.high
        high = -(-(self.high << shift) // other.low)
        return Magnitude.of(low, high, self.exponent - other.exponent - shift, self.bits)

    def power(self, n: int) -> Magnitude:
        """The n-th power, n >= 0, by squaring: about log2(n) bits are lost."""
        found = Magnitude(1, 1, 0, self.bits)
        for digit in f"{n:b}":
            found = found.times(found)
            if digit == "1":
                found = found.times(self)
        return found

    def root(self) -> Magnitude:
        """The square root."""
        shift = 2 * self.bits + self.exponent % 2
        low, high = isqrt(self.low << shift), isqrt(self.high << shift) + 1
        return Magnitude.of(low, high, (self.exponent - shift) // 2, self.bits)

    def plus(self, other: Magnitude) -> Magnitude:
        """The sum."""
        if not (self.high and other.high):
            return self if self.high else other
        # in units of the last of `bits` digits of the larger one
        unit = max(x.exponent + x.high.bit_length() for x in (self, other)) - self.bits
        (low, high), (more, most) = _moved(self, unit), _moved(other, unit)
        return Magnitude.of(low + more, high + most, unit, self.bits)

    def rest(self) -> Magnitude:
        """1 - x, where x <= 1 is known.  Raises Rejected if x > 1 is."""
        low, high = _moved(self, -self.bits)
        one = 1 << self.bits
        if low > one:
            raise Rejected("a number that should be at most 1 is not")
        return Magnitude.of(max(0, one - high), one - low, -self.bits, self.bits)

    def at_least(self, x: Fraction) -> bool:
        """Whether it is proved that the number is at least x."""
        return _sign(self.low, self.exponent, x) >= 0

    def at_most(self, x: Fraction) -> bool:
        """Whether it is proved that the number is at most x."""
        return _sign(self.high, self.exponent, x) <= 0

    def ends(self) -> tuple[Fraction, Fraction]:
        """Both ends.  Raises Rejected if their denominator would have too many digits."""
        if abs(self.exponent) > LONGEST:
            raise Rejected(f"a number near 2^{self.exponent} is not written out")
        if self.exponent < 0:
            bottom = 1 << -self.exponent
            return Fraction(self.low, bottom), Fraction(self.high, bottom)
        return Fraction(self.low << self.exponent), Fraction(self.high << self.exponent)


def _moved(x: Magnitude, unit: int) -> tuple[int, int]:
    """Both ends in units of 2^unit, rounded outwards."""
    shift = x.exponent - unit
    if shift > LONGEST:
        raise Rejected(f"a number near 2^{x.exponent} is not written out")
    if shift >= 0:
        return x.low << shift, x.high << shift
    return x.low >> -shift, -(-x.high >> -shift)


def _sign(top: int, exponent: int, x: Fraction) -> int:
    """The sign of  top 2^exponent - x,  for top >= 0; numbers of different lengths stay short."""
    if not top or x <= 0:
        return (top > 0 or x < 0) - (x > 0)
    left, right = top * x.denominator, x.numerator
    length = left.bit_length() + exponent - right.bit_length()
    if length:
        return 1 if length > 0 else -1
    left, right = left << max(0, exponent), right << max(0, -exponent)
    return (left > right) - (left < right)


def exp_minus(t: Fraction, bits: int) -> Magnitude:
    """exp(-t), for t >= 0: the 2^k-th power of exp(-t / 2^k), with t / 2^k <= 1.

    A power of 2^k loses k bits, so that k more are carried.
    """
    k = (t.numerator // t.denominator).bit_length()
    inner = bits + k + GUARD
    low, high = exponential(t.numerator, t.denominator << k, inner)
    power = Magnitude.of(low, high, -inner, inner).power(1 << k)
    return Magnitude.of(power.low, power.high, power.exponent, bits)


@lru_cache(maxsize=1)
def _stirling() -> tuple[Fraction, ...]:
    """B_2k / (2k (2k - 1)),  k = 1, 2, ...;  sum over j < n of  C(n, j) B_j = 0  for n >= 2."""
    numbers, row = [Fraction(1)], [1, 1]
    for n in range(2, 2 * STIRLING + 2):
        row = [1, *map(sum, pairwise(row)), 1]
        known = sum((row[j] * b for j, b in enumerate(numbers)), Fraction(0))
        numbers.append(-known * Fraction(1, n))
    return tuple(numbers[j] * Fraction(1, j * (j - 1)) for j in range(2, len(numbers), 2))


def factorial(n: int, bits: int) -> Magnitude:
    """n!

    A product for small n.  Else  n^n sqrt(2 pi n) exp(r - n)  with Stirling's series for r: its
    terms  B_2k / (2k (2k - 1) n^(2k-1))  alternate in sign, and r lies between any two sums that
    follow one another.
    """
    if n < SMALL:
        return Magnitude.ratio(prod(range(1, n + 1)), 1, bits)
    inner = bits + n.bit_length() + GUARD
    sums = [Fraction(0)]
    for k, c in enumerate(_stirling()):
        sums.append(sums[-1] + c * Fraction(1, n ** (2 * k + 1)))
    small, large = sorted(sums[-2:])
    least, most = exp_minus(n - small, inner), exp_minus(n - large, inner)
    unit = min(least.exponent, most.exponent)
    exponential_part = Magnitude.of(_moved(least, unit)[0], _moved(most, unit)[1], unit, inner)
    whole, error = pi(inner)
    root = Magnitude.of(2 * n * (whole - error), 2 * n * (whole + error), -inner, inner).root()
    power = Magnitude.ratio(n, 1, inner).power(n)
    found = power.times(root).times(exponential_part)
    return Magnitude.of(found.low, found.high, found.exponent, bits)


def poisson(mean: Fraction, n: int, bits: int) -> Magnitude:
    """exp(-mean) mean^n / n!,  the probability of n >= 0 under Poisson's law; 0^0 = 1."""
    inner = bits + n.bit_length() + GUARD
    power = Magnitude.ratio(mean.numerator, mean.denominator, inner).power(n)
    found = power.times(exp_minus(mean, inner)).over(factorial(n, inner))
    return Magnitude.of(found.low, found.high, found.exponent, bits)
