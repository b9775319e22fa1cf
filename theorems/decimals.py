"""Exact numbers in decimals, for people to read; nothing is decided by them."""

from __future__ import annotations

from fractions import Fraction

from certificates.exact import Roots
from certificates.format import short, write_number

LONGEST = 24  # characters of a number that is shown as it is
SMALL_PRIMES = [p for p in range(2, 100) if all(p % q for q in range(2, p))]


def decimal(value: Roots, digits: int = 6) -> str:
    """A real number in decimals, rounded towards zero to so many significant digits.

    A rational number with a short fraction is written as it is; "~" marks what was rounded.
    """
    value = value.collapse()
    if not value.terms:
        return "0"
    exact = value.as_rational()
    if exact is not None and len(write_number(exact)) <= digits + 2:
        return write_number(exact)
    sign = "-" if value.sign() < 0 else ""
    bits = 64
    while True:
        ends = sorted(abs(end) for end in value.enclosure(bits))
        # enough bits when the enclosure is narrow against the value, which is not zero
        if ends[0] >> 4 * digits >= ends[1] - ends[0] and ends[0] > 10 ** (digits + 2):
            break
        bits *= 2
    exponent = 0  # the value is mantissa * 10^-exponent with `digits` digits in the mantissa
    while ends[0] * 10**exponent < 10 ** (digits - 1) << bits:
        exponent += 1
    mantissa = (ends[0] * 10**exponent) >> bits
    if exponent == 0:
        return f"{sign}~{short(mantissa)}"
    if exponent > 3 * digits:
        text = str(mantissa)
        return f"{sign}~{text[0]}.{text[1:]}e-{exponent - digits + 1}"
    text = str(mantissa).rjust(exponent + 1, "0")
    return f"{sign}~{text[:-exponent]}.{text[-exponent:]}"


def exact_text(value: Roots) -> str | None:
    """The number as it is, such as "sqrt(3)/100" or "2/7"; None if that is not short."""
    value = value.collapse()
    if len(value.terms) > 1:
        return None
    radicand, coefficient = value.terms[0] if value.terms else (1, Fraction(0))
    for prime in SMALL_PRIMES:
        while radicand % (prime * prime) == 0:
            radicand, coefficient = radicand // (prime * prime), coefficient * prime
    if radicand == 1:
        text = write_number(coefficient)
    else:
        top, bottom = abs(coefficient.numerator), coefficient.denominator
        text = "-" * (coefficient < 0) + f"{top} " * (top != 1) + f"sqrt({write_number(radicand)})"
        text += f"/{write_number(bottom)}" * (bottom != 1)
    return text if len(text) <= LONGEST else None


def both(value: Roots) -> str:
    """The number as it is where that is short, and in decimals where those are not the same."""
    exact, rounded = exact_text(value), decimal(value)
    return rounded if exact in (None, rounded) else f"{exact} ({rounded})"
