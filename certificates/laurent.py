"""The numbers of the machine: Q, Q(i), and Laurent polynomials over Q(i) in a formal unit u.

A number is an `int`, a `Fraction` that is not an integer, or a `Laurent` that is not rational, so
that equal numbers are equal objects.  The unit u stands for e^i, and as well for e^(i n) with any
n = 1, 2, ...: these are transcendental (Lindemann 1882).  At a transcendental z no Laurent
polynomial p but 0 vanishes, because with q, which has the conjugate coefficients, z^k p(z) q(z) is
for some k a polynomial in z over Q, not 0.  So to put z for u is a one-to-one map that commutes
with + - * and /, and formal numbers are equal, or rational, exactly if the complex numbers are that
they stand for.  Only c u^k has an inverse among Laurent polynomials.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from .format import short, write_number

BITS = 1 << 16  # a number with more bits is not made,
POWERS = 1 << 8  # nor one with more powers of u,
EXPONENT = 1 << 40  # nor a higher one

Entry = tuple[int, Fraction, Fraction]  # (k, a, b) is (a + b i) u^k


class Unfit(Exception):
    """An operation has no result among these numbers; the message says why."""


@dataclass(frozen=True, slots=True)
class Laurent:
    """The sum of (a + b i) u^k over `terms`, with increasing k and no zeros; not rational."""

    terms: tuple[Entry, ...]

    def __str__(self) -> str:
        return " + ".join(_monomial(*term) for term in self.terms)


Number = int | Fraction | Laurent


def rational(value: int | Fraction) -> Number:
    """A rational number in the one form that it has here.  Raises Unfit for more than 2^16 bits."""
    if size(value) > BITS:
        raise Unfit(f"a number of more than {BITS} bits")
    return value.numerator if value.denominator == 1 else value


def size(number: Number) -> int:
    """The bits of all numerators and denominators, counted together."""
    if not isinstance(number, Laurent):
        return number.numerator.bit_length() + number.denominator.bit_length()
    parts = [part for _, a, b in number.terms for q in (a, b) for part in q.as_integer_ratio()]
    return sum(part.bit_length() for part in parts)


def collect(terms: Iterable[Entry]) -> Number:
    """The sum of monomials, in any order.  Raises Unfit if it is too long."""
    table: dict[int, tuple[Fraction, Fraction]] = {}
    for k, a, b in terms:
        re, im = table.get(k, (Fraction(0), Fraction(0)))
        table[k] = re + a, im + b
    found = tuple((k, *table[k]) for k in sorted(table) if any(table[k]))
    if not found:
        return 0
    if len(found) == 1 and found[0][0] == 0 and not found[0][2]:
        return rational(found[0][1])
    result = Laurent(found)
    if size(result) > BITS or len(found) > POWERS:
        raise Unfit(f"a number of more than {BITS} bits or {POWERS} powers of u")
    if max(found[-1][0], -found[0][0]) > EXPONENT:
        raise Unfit(f"a power of u beyond {EXPONENT}")
    return result


def terms_of(number: Number) -> tuple[Entry, ...]:
    """The monomials of a number."""
    if isinstance(number, Laurent):
        return number.terms
    return ((0, Fraction(number), Fraction(0)),) if number else ()


IMAGINARY = Laurent(((0, Fraction(0), Fraction(1)),))
UNIT = Laurent(((1, Fraction(1), Fraction(0)),))


def plus(a: Number, b: Number) -> Number:
    """a + b.  Raises Unfit if it is too long."""
    if isinstance(a, Laurent) or isinstance(b, Laurent):
        return collect(terms_of(a) + terms_of(b))
    return rational(a + b)


def minus(a: Number, b: Number) -> Number:
    """a - b.  Raises Unfit if it is too long."""
    if isinstance(a, Laurent) or isinstance(b, Laurent):
        return collect((*terms_of(a), *((k, -x, -y) for k, x, y in terms_of(b))))
    return rational(a - b)


def times(a: Number, b: Number) -> Number:
    """a b.  Raises Unfit if it is too long."""
    if isinstance(a, Laurent) or isinstance(b, Laurent):
        pairs = ((p, q) for p in terms_of(a) for q in terms_of(b))
        return collect((k + n, x * v - y * w, x * w + y * v) for (k, x, y), (n, v, w) in pairs)
    return rational(a * b)


def over(a: Number, b: Number) -> Number:
    """a / b.  Raises Unfit if b is 0 or no monomial, or if the quotient is too long."""
    terms = terms_of(b)
    if not terms:
        raise Unfit("division by zero")
    if len(terms) > 1:
        raise Unfit(f"division by {shown(b)}: only c u^k has an inverse among Laurent polynomials")
    ((k, x, y),) = terms
    square = x * x + y * y
    inverse = Fraction(square.denominator, square.numerator)
    return times(a, collect([(-k, x * inverse, -y * inverse)]))


def below(a: Number, b: Number) -> bool:
    """a < b, for rational numbers.  Raises Unfit for others."""
    if isinstance(a, Laurent) or isinstance(b, Laurent):
        raise Unfit("numbers that are not real have no order")
    return a < b


def shown(number: Number) -> str:
    """A number fit for a message, however long it is."""
    if not isinstance(number, Laurent):
        return short(number)
    text = str(number)
    return text if len(text) <= 60 else f"{text[:40]}...({len(text)} characters)"


def _monomial(power: int, a: Fraction, b: Fraction) -> str:
    unit = "" if power == 0 else "u" if power == 1 else f"u^{power}"
    if a and b:
        text = f"({write_number(a)} + {write_number(b)} I)"
    elif b:
        text = "I" if b == 1 else f"{write_number(b)} I"
    else:
        text = "" if a == 1 and unit else write_number(a)
    return " ".join(word for word in (text, unit) if word)
