"""Where to look: floats that choose the terms of `certificates.chi_square`, which believes none.

The logarithm of a term of the sum is a concave function of its index, so that its peak, and the
places where it has fallen by a factor of 2^-bits, are found by bisection.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf, lgamma, log

from certificates.chi_square import Window, chernoff, probability
from certificates.format import Rejected, write_number
from certificates.magnitudes import Magnitude

from .arrays import BadInput

BITS = 96
LARGEST = 10**15  # beyond, floats do not tell neighbouring terms apart


def log_of(x: Fraction) -> float:
    """The logarithm of a fraction of any length; -inf of 0."""
    return log(x.numerator) - log(x.denominator) if x else -inf


def first_true(holds: Callable[[int], bool], start: int) -> int:
    """The first n >= start where a condition, false and then true, is true."""
    step = 1
    while not holds(start + step):
        step *= 2
        if step > 4 * LARGEST:
            raise BadInput("no window of terms was found; take a larger sigma")
    low, high = start - 1, start + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def window(m: int, a: Fraction, b: Fraction, bits: int = BITS) -> Window:
    """A window that gives P to about `bits` bits, of P or of 1 - P, whichever is small."""
    rest = b > a + m
    u, p, v, q = (b, m, a, 1) if rest else (a, 0, b, m)
    lower = _lower(b, m - 1, bits) if rest else 0
    if not u or not v:
        more = _steps(float(v), log_of(v), q, bits) if v else 0
        return Window(0, 0, more, rest, lower)
    x, log_x, y, log_y = float(u), log_of(u), float(v), log_of(v)

    def term(i: int) -> float:
        return log_x * (p + i) - x - lgamma(p + i + 1) + _log_tail(y, log_y, q + i)

    def rise(i: int) -> float:
        """log of t_(i+1) / t_i, from the ratio and not from a difference of large numbers."""
        n = q + i
        gain = log_y - log(n + 1) if n > y else 0.0
        return log_x - log(p + i + 1) + min(0.0, gain)

    peak = first_true(lambda i: rise(i) < 0, 0)
    fall = bits * log(2.0) + 8
    height = term(peak)
    last = first_true(lambda i: term(i) < height - fall and rise(i) < -1e-9, peak)
    first = 0
    if term(0) < height - fall:
        first = first_true(lambda i: i >= peak or term(i) >= height - fall, 0) - 1
    return Window(first, last, _steps(y, log_y, q + last, bits), rest, lower)


def _log_tail(y: float, log_y: float, n: int) -> float:
    """About log Pr(N_y >= n)."""
    return 0.0 if n <= y else log_y * n - y - lgamma(n + 1)


def _steps(y: float, log_y: float, n: int, bits: int) -> int:
    """How far beyond n the series for Pr(N_y >= n) may be begun."""
    goal = _log_tail(y, log_y, n) - bits * log(2.0) - 8
    return first_true(lambda k: n + k > y and _log_tail(y, log_y, n + k) < goal, 1)


def _lower(b: Fraction, n: int, bits: int) -> int:
    """How far below n < b the series for Pr(N_b <= n) may be begun."""
    log_y, fall = log_of(b), bits * log(2.0) + 8

    def drop(k: int) -> float:
        return k * log_y - lgamma(n + 1) + lgamma(n - k + 1)

    return first_true(lambda k: k >= n or drop(k) > fall, 0)


def enclose(
    m: int, a: Fraction, b: Fraction, bits: int = BITS
) -> tuple[Magnitude, Magnitude, Window | None]:
    """P = Pr(N_b - N_a >= m) and 1 - P, and the window of terms that they were found with.

    a = |xi|^2 / sigma^2, b = r^2 / sigma^2.  Where the terms would be too many, and P or 1 - P is
    tiny, it is between 0 and Chernoff's bound, and the window is None.  Raises BadInput for
    parameters that make no sense, or are too large and in the middle.
    """
    if m < 1 or a < 0 or b < 0:
        raise BadInput("a probability needs m >= 1, and a and b >= 0")
    try:
        if max(Fraction(m), a, b) > LARGEST:
            raise Rejected("the sums of such parameters are not begun")
        terms = window(m, a, b, bits)
        return *probability(m, a, b, terms, bits), terms
    except Rejected as error:
        bound = _tiny(m, a, b, bits)
        if bound is None:
            raise BadInput(
                f"sigma is too small against the lengths: {error}; take a larger sigma"
            ) from None
        return (*bound, None)


def _tiny(m: int, a: Fraction, b: Fraction, bits: int) -> tuple[Magnitude, Magnitude] | None:
    """P and 1 - P from Chernoff's bound, if that is below 2^-bits, so that nothing is lost."""
    if not a or not b:
        return None
    try:
        base = chernoff_base(m, a, b)
        found = chernoff(m, a, b, base, bits)
    except (Rejected, BadInput):
        return None
    if not found.at_most(Fraction(1, 1 << bits)):
        return None
    return (found, found.rest()) if base > 1 else (found.rest(), found)


def chernoff_base(m: int, a: Fraction, b: Fraction) -> Fraction:
    """The x of the best Chernoff's bound, about.  Raises BadInput where floats do not reach."""
    # where b x - a / x = m, about, in units of the larger one, which floats can hold
    unit = max(a, b)
    share, low, high = (float(v / unit) for v in (Fraction(m), a, b))
    place = (share + (share**2 + 4 * low * high) ** 0.5) / (2 * high) if high else 0.0
    if not 0.0 < place < inf:
        raise BadInput("|xi| and r are too different for Chernoff's bound")
    return Fraction(place)


def hinted(m: int, a: Fraction, b: Fraction) -> tuple[Magnitude, dict[str, str]]:
    """P, and the hints by which the kernel encloses it again.  Raises BadInput as `enclose`."""
    found, _, terms = enclose(m, a, b)
    if terms is None:
        return found, {"bits": str(BITS), "base": write_number(chernoff_base(m, a, b))}
    hints = {name: str(getattr(terms, name)) for name in ("first", "last", "lower", "more")}
    return found, hints | {"bits": str(BITS), "sums": "1 - P" if terms.rest else "P"}
