"""Exact numbers in decimals, for people to read; nothing is decided by them."""

from __future__ import annotations

from certificates.exact import Roots
from certificates.format import short, write_number


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
