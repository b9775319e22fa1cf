"""Exact numbers in decimals, for people to read; nothing is decided by them."""

from __future__ import annotations

from fractions import Fraction

from certificates.exact import Roots
from certificates.format import short, write_number

DIGITS = 6
ROUNDING_BITS = 128  # of what is rounded outwards
LONGEST = 24  # characters of a number that is shown as it is
SMALL_PRIMES = [p for p in range(2, 100) if all(p % q for q in range(2, p))]


def decimal(value: Roots) -> str:
    """A real number: a rational one with a short fraction as it is, else its digits."""
    exact = value.collapse().as_rational()
    if exact is not None and len(write_number(exact)) <= DIGITS + 2:
        return write_number(exact)
    return digits_of(value)


def digits_of(value: Roots) -> str:
    """A real number in decimals, rounded towards zero to six significant digits.

    "~" marks what was rounded; what was not has no trailing zeros.
    """
    value = value.collapse()
    if not value.terms:
        return "0"
    low, one = _enclosed(value)
    exponent = 0  # the value is mantissa * 10^-exponent with DIGITS digits in the mantissa
    while low * 10**exponent < one * 10 ** (DIGITS - 1):
        exponent += 1
    mantissa, rest = divmod(low * 10**exponent, one)
    rounded = rest != 0 or value.as_rational() is None
    mark = ("~" if rounded else "") + ("-" if value.sign() < 0 else "")
    if exponent == 0:
        return mark + short(mantissa)
    whole = str(mantissa).rjust(exponent + 1, "0")
    left, right, tail = whole[:-exponent], whole[-exponent:], ""
    if exponent > 3 * DIGITS:
        left, right, tail = str(mantissa)[0], str(mantissa)[1:], f"e-{exponent - DIGITS + 1}"
    if not rounded:
        right = right.rstrip("0")
    return f"{mark}{left}.{right}{tail}" if right else f"{mark}{left}{tail}"


def _enclosed(value: Roots) -> tuple[int, int]:
    """p, q with p/q <= |value|, exact for a rational number, else to a few digits more; not 0."""
    exact = value.as_rational()
    if exact is not None:
        return abs(exact.numerator), exact.denominator
    bits = 64
    while True:
        low, high = sorted(abs(end) for end in value.enclosure(bits))
        if low >> 4 * DIGITS >= high - low and low > 10 ** (DIGITS + 2):
            return low, 1 << bits
        bits *= 2


def simplest(value: Roots) -> tuple[int, Fraction] | None:
    """r, c with value = c sqrt(r), small squares taken out of r; None for sums of several roots."""
    value = value.collapse()
    if len(value.terms) > 1:
        return None
    radicand, coefficient = value.terms[0] if value.terms else (1, Fraction(0))
    for prime in SMALL_PRIMES:
        while radicand % (prime * prime) == 0:
            radicand, coefficient = radicand // (prime * prime), coefficient * prime
    top, bottom = abs(coefficient.numerator), coefficient.denominator
    long = max(radicand.bit_length(), top.bit_length(), bottom.bit_length()) > 4 * LONGEST
    return None if long else (radicand, coefficient)


def exact_text(value: Roots) -> str | None:
    """The number as it is, such as "sqrt(3)/100" or "2/7"; None if that is not short."""
    found = simplest(value)
    if found is None:
        return None
    radicand, coefficient = found
    if radicand == 1:
        text = write_number(coefficient)
    else:
        top, bottom = abs(coefficient.numerator), coefficient.denominator
        text = "-" * (coefficient < 0) + f"{top} " * (top != 1) + f"sqrt({write_number(radicand)})"
        text += f"/{write_number(bottom)}" * (bottom != 1)
    return text if len(text) <= LONGEST else None


def both(value: Roots) -> str:
    """The number as it is where that is short, and its digits where those are not the same."""
    exact, digits = exact_text(value), digits_of(value)
    return digits if exact in (None, digits) else f"{exact} ({digits})"


def beyond(value: Roots, upwards: bool) -> Roots:
    """A real number rounded outwards to a short rational one, so that a bound stays a bound."""
    return Roots.rational(Fraction(outward(value, upwards)))


def outward(value: Roots, upwards: bool) -> str:
    """A real number in decimals to six significant digits, rounded down, or up."""
    low, high = value.enclosure(ROUNDING_BITS)
    end = Fraction(high if upwards else low, 1 << ROUNDING_BITS)
    if len(write_number(end)) <= DIGITS + 2:
        return write_number(end)
    places = DIGITS
    while 0 < abs(end) * 10**places < 10 ** (DIGITS - 1) and places < ROUNDING_BITS // 4:
        places += 1
    scaled = end * 10**places
    whole = -(-scaled.numerator // scaled.denominator) if upwards else scaled // 1
    digits = str(abs(whole)).rjust(places + 1, "0")
    return f"{'-' * (whole < 0)}{digits[:-places]}.{digits[-places:]}"
