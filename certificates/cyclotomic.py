"""When a Fourier transform of a rational vector is exactly 0 at a frequency: no enclosure can say.

With w = exp(-2 pi i / n), n the least common multiple of the sides, the value at a frequency f is a
unit times  sum over j of  x_j w^e(j),  e(j) = sum over axes of (n / side) j f  mod n.  That is the
value at w of a polynomial with rational coefficients.  w is a primitive root of unity, whose
minimal polynomial over Q is the cyclotomic polynomial of n: so the value is 0 exactly if that one
divides the other.  Entries a + b i count as well: i is a power of a primitive root of order n' =
lcm(n, 4), which then takes the place of w.

Galois: an automorphism of Q(w) over Q takes w to w^u, u prime to n, and fixes x.  So the value at f
is 0 exactly if it is at u f; over Q(i) for the u that fix i, those with u = 1 mod 4 (u prime to
n').  One frequency of each such orbit is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from math import gcd, lcm, prod

from .format import Rejected
from .fourier import Fourier
from .judgments import Comparison, Judgment
from .language import Map
from .matrices import Integers, Vector
from .terms import Scalar, Term, image, norm
from .values import Context

ORDER = 1 << 12  # of a larger root nothing is said
PRODUCTS = 1 << 28  # entries times orbits


def fourier_zero(context: Context, map: str, vector: Term) -> Judgment:
    """
        ----------
        |A t| <= 0

    where A is given as "fourier" and the vector t has an exact value, whose transform is 0 at all
    chosen rows, by cyclotomic polynomials.  Refuses other forms, or if it is not 0.
    """
    form = context.data.operators.get(map)
    entry = context.names.get(map)
    if not isinstance(form, Fourier) or form.turned or not isinstance(entry, Map):
        raise Rejected(f"the problem does not give {map!r} as a Fourier transform")
    if vector.space != entry.domain:
        raise Rejected(f"{vector} is not in {entry.domain}, the domain of {map}")
    if not vanishes(context.vector(vector), form.sides, frequencies(form)):
        raise Rejected(f"the transform of {vector} is not 0 at all rows of {map}")
    return Comparison.of(norm(image(map, vector, entry.target)), "<=", Scalar())


def frequencies(form: Fourier) -> list[Integers]:
    """The frequencies of the chosen rows, an index from 0 for each axis."""
    found = []
    for row in form.rows:
        index = []
        for side in reversed(form.sides):
            row, k = divmod(row, side)
            index.append((k - (side // 2 if form.centred else 0)) % side)
        found.append(tuple(reversed(index)))
    return found


def units(sides: Sequence[int], over_i: bool) -> list[int]:
    """The exponents u of the automorphisms that fix Q, or Q(i)."""
    order = lcm(*sides, 4) if over_i else lcm(*sides)
    return [u for u in range(order) if gcd(u, order) == 1 and (not over_i or u % 4 == 1)]


def orbit(frequency: Integers, sides: Integers, exponents: Iterable[int]) -> set[Integers]:
    """All u f."""
    return {
        tuple(u * f % side for f, side in zip(frequency, sides, strict=True)) for u in exponents
    }


def vanishes(v: Vector, sides: Integers, chosen: Iterable[Integers]) -> bool:
    """Whether the transform of v, an array of shape `sides`, is 0 at the chosen frequencies.

    Raises Rejected if that is too large to be decided.
    """
    over_i = bool(v.imag)
    order = lcm(*sides, 4) if over_i else lcm(*sides)
    if order > ORDER:
        raise Rejected(f"roots of unity of order {order} are too many")
    exponents = units(sides, over_i)
    left, count = set(chosen), 0
    modulus = cyclotomic(order)
    while left:
        frequency = left.pop()
        left -= orbit(frequency, sides, exponents)
        count += 1
        if count * prod(sides) > PRODUCTS:
            raise Rejected("the vector and its frequencies are too large to be decided exactly")
        if any(remainder(_polynomial(v, sides, frequency, order), modulus)):
            return False
    return True


def _polynomial(v: Vector, sides: Integers, frequency: Integers, order: int) -> list[int]:
    """Coefficients of  sum of x_j w^e(j),  with i = w^(3 order / 4), since w = exp(-2 pi i / .)."""
    steps = [order // side * f for side, f in zip(sides, frequency, strict=True)]
    found = [0] * order
    places = [sum(a * b for a, b in zip(j, steps, strict=True)) % order
              for j in product(*map(range, sides))]  # fmt: skip
    for part, turn in ((v.real, 0), (v.imag, 3 * order // 4)):
        for place, value in zip(places, part, strict=bool(part)):
            found[(place + turn) % order] += value
    return found


@lru_cache(maxsize=64)
def cyclotomic(n: int) -> Integers:
    """The coefficients of the n-th cyclotomic polynomial, the constant one first.

    z^n - 1 is the product of those of all divisors of n.
    """
    found = [-1, *[0] * (n - 1), 1]
    for d in range(1, n):
        if n % d == 0:
            found = _quotient(found, cyclotomic(d))
    return tuple(found)


def remainder(polynomial: Sequence[int], modulus: Integers) -> list[int]:
    """What division by a polynomial with leading coefficient 1 leaves."""
    found = list(polynomial)
    degree = len(modulus) - 1
    terms = [(k, c) for k, c in enumerate(modulus) if c]
    for top in range(len(found) - 1, degree - 1, -1):
        factor = found[top]
        if factor:
            for k, c in terms:
                found[top - degree + k] -= factor * c
    return found[:degree]


def _quotient(polynomial: Sequence[int], divisor: Integers) -> list[int]:
    """The quotient of a division that leaves nothing, by a leading coefficient 1."""
    found, degree, result = list(polynomial), len(divisor) - 1, []
    for top in range(len(found) - 1, degree - 1, -1):
        factor = found[top]
        result.append(factor)
        for k, c in enumerate(divisor):
            found[top - degree + k] -= factor * c
    return result[::-1]
