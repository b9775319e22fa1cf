"""kernelcert probability: the enclosures of a ball's probability, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from certificates.format import Unreadable, read_number
from certificates.magnitudes import Magnitude

from .arrays import BadInput
from .ball_bound import BallBound

DIGITS = 15
LONGEST = 1 << 17  # exponents whose powers of ten are written out
SQUARE_ROOT = re.compile(r"sqrt\((.*)\)")


def square_of(text: str, where: str) -> Fraction:
    """The square of p, p/q or sqrt(p/q), none below 0.  Raises BadInput."""
    found = SQUARE_ROOT.fullmatch(text.strip())
    number = number_of(found[1] if found else text.strip(), where)
    if number < 0:
        raise BadInput(f"{where}: {text} is negative; a length is expected")
    return number if found else number**2


def number_of(text: str, where: str) -> Fraction:
    """An exact number.  Raises BadInput."""
    try:
        return read_number(text, where)
    except Unreadable as error:
        raise BadInput(str(error)) from None


def between(x: Magnitude) -> str:
    """Both ends, rounded outwards to 15 digits."""
    if not x.high:
        return "is 0"
    if x.exponent < -LONGEST:
        top = x.exponent + x.high.bit_length()
        return f"is below 2^{top} and " + (f"at least 2^{top - 2}" if x.low else "at least 0")
    low, high = x.ends()
    if low == high and low.denominator == 1:
        return f"is {low}"
    return f"is between {rounded(low, 0)} and {rounded(high, 1)}"


def rounded(x: Fraction, up: int) -> str:
    """15 digits of x >= 0, rounded down or up."""
    if not x or x == 1:
        return str(x)
    # 30103/100000 is a little above log10(2), which a loop puts right
    power = (x.numerator.bit_length() - x.denominator.bit_length()) * 30103 // 100000
    while x >= Fraction(10) ** (power + 1):
        power += 1
    while x < Fraction(10) ** power:
        power -= 1
    scaled = x * Fraction(10) ** (DIGITS - 1 - power)
    whole = (
        -(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator
    )
    if whole == 10**DIGITS:
        whole, power = whole // 10, power + 1
    text = str(whole)
    if -4 <= power < 0:
        return f"0.{'0' * (-power - 1)}{text}"
    if power == 0:
        return f"{text[0]}.{text[1:]}"
    return f"{text[0]}.{text[1:]}e{power}"


def lines(
    bound: BallBound, variance: Fraction | None, level: Fraction | None = None
) -> Iterator[str]:
    """What is known about P(|E - c| <= r), with sigma given and over all sigma > 0."""
    m = bound.m
    yield f"E ~ CN(xi, sigma^2 I) in C^{m}, density (pi sigma^2)^-{m} exp(-|u - xi|^2 / sigma^2):"
    yield "each coordinate has the variance sigma^2, half of it in its real part"
    yield "P = P(|E - c| <= r), the right side of (4.10) for c = Ax' - Ax and r = delta"
    yield ""
    if variance is not None:
        found, rest = bound.at(variance)
        yield f"      P {between(found)}"
        yield f"  1 - P {between(rest)}"
        yield ""
    if level is not None:
        low, high = (rounded(end, k) for k, end in enumerate(bound.threshold(level)))
        yield f"  P is at least {level} for 0 < sigma^2 <= {low}, and at most that from {high} on"
        yield ""
    peak, limit = bound.peak(), bound.ceiling()
    if limit is None:
        sign, most = ("<", "1") if bound.c < bound.d else ("=", "1/2")
        yield f"no sigma > 0 is best, as |xi - c| {sign} r: P decreases strictly in sigma,"
        yield f"and its supremum, for sigma to 0, is {most}"
    elif peak is None:
        yield "the ball is a point: P is 0 for every sigma > 0"
    else:
        yield "one sigma_0 is best, as |xi - c| > r: the slope changes its sign once, and there"
        ends = f"{rounded(peak.low, 0)} and {rounded(peak.high, 1)}"
        yield f"  sigma_0^2 is between {ends}"
        # P at a point near sigma_0 bounds the largest P from below, the ceiling from above
        yield f"  P near sigma_0 {between(bound.at((peak.low + peak.high) / 2)[0])}"
        yield f"  P is below 1/2 and below (r/|xi - c|)^{2 * m} for every sigma > 0"
        yield f"  (r/|xi - c|)^{2 * m} {between(limit)}"
