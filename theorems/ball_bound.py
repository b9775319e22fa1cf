"""The lower bound (4.10) of Theorem 4.7 as a function of sigma, and where it is largest.

For E ~ CN(xi, sigma^2 I) in C^m the bound is P(E in B(Ax' - Ax, delta)).  Only m and the squares
c = |Ax' - Ax - xi|^2 and d = delta^2 matter; both are rational for rational data.

    c > d    one maximiser sigma_0, with  (c - d)/m < sigma_0^2 < (c - d)/(m - 1/2),  and the bound
             is below (d/c)^m for every sigma: it tends to 0 as m grows with c and d fixed.  It is
             also below 1/2, as a plane separates the ball from the mean.
    c <= d   no maximiser: the bound decreases strictly in sigma > 0.  Its supremum is 1 if c < d,
             1/2 if c = d (then N_b - N_a is symmetric, and each of its values gets improbable),
             for sigma to 0.

For c < d and growing m the place where the bound falls from 1 to 0 is sigma^2 = (d - c)/m:
N_b - N_a has the mean b - a and the variance a + b, and by Chebyshev's inequality

    1 - P <= (a + b) / (b - a - m + 1)^2  if b - a > m - 1,
    P     <= (a + b) / (m - b + a)^2      if b - a < m.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from certificates.chi_square import bracket, ceiling, peak, slope
from certificates.format import Rejected
from certificates.magnitudes import Magnitude

from .arrays import BadInput
from .chi_square import BITS, enclose

WIDTH = Fraction(1, 10**12)
COARSE = Fraction(1, 10**6)  # of a threshold, which nobody needs in more digits
STEPS = 1 << 18
LARGEST = 10**6  # of m


@dataclass(frozen=True, slots=True)
class Peak:
    """low < sigma_0^2 < high, as checked by `certificates.chi_square.peak` with these hints."""

    low: Fraction
    high: Fraction
    steps: int
    bits: int


@dataclass(frozen=True, slots=True)
class BallBound:
    """The bound (4.10) for m, c = |Ax' - Ax - xi|^2 and d = delta^2.

    Raises BadInput if m < 1 or m > 10^6, c < 0 or d < 0.
    """

    m: int
    c: Fraction
    d: Fraction

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not 1 <= self.m <= LARGEST or self.c < 0 or self.d < 0:
            raise BadInput(
                f"m, the distance and the radius: 1 <= m <= {LARGEST}, lengths at least 0"
            )

    def at(self, variance: Fraction, bits: int = BITS) -> tuple[Magnitude, Magnitude]:
        """P and 1 - P for sigma^2 = variance; for variance 0, E is xi.  Raises BadInput."""
        if variance < 0:
            raise BadInput(f"sigma^2 = {variance} is negative")
        if not variance:
            inside = Magnitude(int(self.c <= self.d), int(self.c <= self.d), 0, bits)
            return inside, inside.rest()
        return enclose(self.m, self.c / variance, self.d / variance, bits)[:2]

    def ceiling(self) -> Magnitude | None:
        """(d/c)^m, which no sigma reaches, if c > d."""
        return ceiling(self.m, self.c, self.d) if self.c > self.d else None

    def chebyshev(self, variance: Fraction) -> tuple[bool, Fraction] | None:
        """(True, t) with 1 - P <= t, or (False, t) with P <= t; None where neither is below 1.

        With a = c / sigma^2, b = d / sigma^2 as in the module's docstring; rational, no sum.
        """
        a, b = self.c / variance, self.d / variance
        near = b - a > self.m - 1
        gap = b - a - (self.m - 1) if near else self.m - (b - a)
        found = (a + b) / gap**2
        return (near, found) if found < 1 else None

    def peak(self, width: Fraction = WIDTH) -> Peak | None:
        """sigma_0^2 between two numbers of the relative distance `width`; None if c <= d or d = 0.

        From a bracket that is proved for all m, by bisection with signs of the slope.  Raises
        BadInput if the signs are not decided.
        """
        if not 0 < self.d < self.c:
            return None
        low, high = bracket(self.m, self.c, self.d)
        bits = 64 + 2 * (width.denominator // width.numerator).bit_length() + self._length()
        steps = 8
        while high - low > width * low:
            middle = _between(low, high)
            sign, steps = self._sign(middle, steps, bits)
            low, high = (low, middle) if sign > 0 else (middle, high)
        for end in (low, high):
            _, steps = self._sign(end, steps, bits)
        # the ends of the bracket themselves are no zeros, so that the signs there can be proved
        peak(self.m, self.c, self.d, low, high, steps, bits)
        return Peak(low, high, steps, bits)

    def threshold(self, level: Fraction, width: Fraction = COARSE) -> tuple[Fraction, Fraction]:
        """low < high, within `width`, with P >= level at sigma^2 = low and P <= level at high.

        For c < d and 0 < level < 1: P decreases strictly from 1 to 0, so there is one threshold.
        This is the sigma of Theorem 4.6 for the probability 1 - delta = level.  Raises BadInput.
        """
        if not (self.c < self.d and 0 < level < 1):
            raise BadInput("a largest sigma needs a distance below the radius and 0 < level < 1")
        low = high = (self.d - self.c) / self.m  # near it P falls, for large m
        while not self._reaches(low, level):
            low /= 2
        while self._reaches(high, level):
            high *= 2
        while high - low > width * low:
            middle = _between(low, high)
            low, high = (middle, high) if self._reaches(middle, level) else (low, middle)
        return low, high

    def _reaches(self, variance: Fraction, level: Fraction) -> bool:
        """Whether P >= level; decided by P, or by 1 - P."""
        found, rest = self.at(variance)
        if found.at_least(level) or rest.at_most(1 - level):
            return True
        if not (found.at_most(level) or rest.at_least(1 - level)):
            raise BadInput("P is too near to the level to be told from it; take another level")
        return False

    def _length(self) -> int:
        """The bits of a = c / sigma_0^2, which the slope's terms have before the point."""
        return 2 * int(self.m * self.c / (self.c - self.d)).bit_length()

    def _sign(self, variance: Fraction, steps: int, bits: int) -> tuple[int, int]:
        """The sign of the slope in 1 / sigma^2, + if sigma > sigma_0; and the steps it took."""
        a, b = self.c / variance, self.d / variance
        while True:
            try:
                return slope(self.m, a, b, steps, bits), steps
            except Rejected as error:
                steps *= 2
                if steps > STEPS:
                    raise BadInput(f"sigma_0 is not found to this width: {error}") from None


def _between(low: Fraction, high: Fraction) -> Fraction:
    """A short number near the middle: the digits of a bisection would pile up."""
    middle, room = (low + high) / 2, (high - low) / 8
    bottom = 1
    while bottom * room < 1:
        bottom *= 2
    return Fraction(round(middle * bottom), bottom)
