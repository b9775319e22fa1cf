"""Exact numbers: finite sums of square roots.

Nothing in this package rounds.  A norm is in general not rational (the Euclidean norm of (1, 1)
is the square root of 2), but it is always a finite sum of rational multiples of square roots of
integers; `Roots` holds such sums and finds their signs, so that two norms can be compared without
any tolerance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

FIRST_BITS = 64  # precision of the first enclosure of a sum of square roots
ZERO_TEST_BITS = 256  # from here on a sum that still straddles zero is tested for being zero
MAXIMAL_CLASSES = 1 << 12  # more square roots are not tested for a sum of zero
LAST_BITS = 1 << 16  # beyond this precision a sign is given up


class Undecided(Exception):
    """A sign was not settled within the precision limit of this module."""


@dataclass(frozen=True, slots=True)
class Roots:
    """The real number  sum of c * sqrt(n)  over `terms` = ((n, c), ...), n >= 1, c rational.

    Radicands are distinct and increasing, coefficients are not zero; n = 1 is the rational part.
    Different `terms` may still be the same number (sqrt 8 = 2 sqrt 2): compare by `sign`.
    """

    terms: tuple[tuple[int, Fraction], ...] = ()

    @staticmethod
    def collect(terms: Iterable[tuple[int, Fraction]]) -> Roots:
        """Add up the terms with equal radicands."""
        table: dict[int, Fraction] = {}
        for radicand, coefficient in terms:
            table[radicand] = table.get(radicand, Fraction(0)) + coefficient
        return Roots(tuple(sorted((n, c) for n, c in table.items() if c)))

    @staticmethod
    def rational(value: Fraction | int) -> Roots:
        """The rational number `value`."""
        return Roots(((1, Fraction(value)),)) if value else Roots()

    @staticmethod
    def sqrt(value: Fraction) -> Roots:
        """The square root of a rational `value` >= 0, as sqrt(p/q) = sqrt(p q) / q."""
        radicand = value.numerator * value.denominator
        root = isqrt(radicand)
        if root * root == radicand:
            return Roots.rational(Fraction(root, value.denominator))
        return Roots(((radicand, Fraction(1, value.denominator)),))

    @staticmethod
    def total(summands: Iterable[Roots]) -> Roots:
        """The sum of many."""
        return Roots.collect(term for summand in summands for term in summand.terms)

    def __add__(self, other: Roots) -> Roots:
        return Roots.collect(self.terms + other.terms)

    def __sub__(self, other: Roots) -> Roots:
        return self + other.times(Fraction(-1))

    def times(self, factor: Fraction) -> Roots:
        """The product with a rational number."""
        return Roots(tuple((n, c * factor) for n, c in self.terms)) if factor else Roots()

    def __mul__(self, other: Roots) -> Roots:
        return Roots.collect(
            (n, c * c1 * c2)
            for n1, c1 in self.terms
            for n2, c2 in other.terms
            for n, c in Roots.sqrt(Fraction(n1 * n2)).terms
        )

    def as_rational(self) -> Fraction | None:
        """The value, if no square root occurs in `terms`; else None."""
        if not self.terms:
            return Fraction(0)
        return self.terms[0][1] if self.terms[-1][0] == 1 else None

    def enclosure(self, bits: int) -> tuple[int, int]:
        """Integers lo <= hi with  lo <= 2^bits * self <= hi."""
        low = high = 0
        for radicand, coefficient in self.terms:
            below = isqrt(radicand << 2 * bits)
            above = below if below * below == radicand << 2 * bits else below + 1
            if coefficient < 0:
                below, above = above, below
            p, q = coefficient.numerator, coefficient.denominator
            low += p * below // q
            high -= -p * above // q
        return low, high

    def upper(self, bits: int = FIRST_BITS) -> Fraction:
        """A rational number >= self: itself if rational, else within (|c| + 1) 2^-bits a term."""
        exact = self.as_rational()
        if exact is not None:
            return exact
        return Fraction(self.enclosure(bits)[1], 1 << bits)

    def collapse(self) -> Roots:
        """The same number with radicands no two of which have a perfect square as product.

        Square roots of integers in distinct classes of Q*/Q*^2 are linearly independent over Q
        (Besicovitch 1940), so the result has no terms exactly when the number is zero.
        The cost is quadratic: raises Undecided for more than 4,096 terms.
        """
        if len(self.terms) > MAXIMAL_CLASSES:
            raise Undecided(f"whether a sum of {len(self.terms)} square roots is zero")
        classes: dict[int, Fraction] = {}
        for radicand, coefficient in self.terms:
            for representative in classes:
                product = radicand * representative
                root = isqrt(product)
                if root * root == product:
                    # sqrt(n) = sqrt(n r) / r * sqrt(r)
                    classes[representative] += coefficient * Fraction(root, representative)
                    break
            else:
                classes[radicand] = coefficient
        return Roots(tuple(sorted((n, c) for n, c in classes.items() if c)))

    def sign(self) -> int:
        """-1, 0 or 1, exactly.

        Raises Undecided for a non-zero number that is about 2^-65536 times its summands, and as
        `collapse` does for one that might be zero.
        """
        if all(c > 0 for _, c in self.terms):
            return 1 if self.terms else 0
        if all(c < 0 for _, c in self.terms):
            return -1
        value, bits = self, FIRST_BITS
        while bits <= LAST_BITS:
            low, high = value.enclosure(bits)
            if low > 0 or high < 0:
                return 1 if low > 0 else -1
            if bits == ZERO_TEST_BITS:
                value = value.collapse()
                if not value.terms:
                    return 0
            bits *= 2
        raise Undecided(f"the sign of a sum of {len(self.terms)} square roots")
