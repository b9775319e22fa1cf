"""The probability that a complex Gaussian vector lies in a ball, between two rational numbers.

Z in C^m is standard if it has the density  pi^-m exp(-|u|^2):  its coordinates are independent,
E |Z_j|^2 = 1, and real and imaginary parts have the variance 1/2.  This is the CN(0, I) of the
paper (section 3.4, density after Andersen et al.), and E = xi + sigma Z is its CN(xi, sigma^2 I).
2 |E|^2 / sigma^2 has the noncentral chi-square law with 2 m degrees of freedom and parameter
2 |xi|^2 / sigma^2: given J with Poisson's law of mean a = |xi|^2 / sigma^2, it is central with
2 (m + J) degrees (Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, vol. 2,
2nd ed. 1995, chapter 29), and

    P(|Z| <= s, Z in C^n)  =  1 - exp(-b) (1 + b + ... + b^(n-1) / (n-1)!)  =  Pr(N_b >= n)

for b = s^2: Erlang's law, the incomplete gamma function at integers (NIST Handbook, 8.4.10).  So

    P(|xi + sigma Z| <= r)  =  Pr(N_b - N_a >= m),     a = |xi|^2 / sigma^2,  b = r^2 / sigma^2,

with independent N_a, N_b of Poisson's law.  With p_v(n) = exp(-v) v^n / n! there are two sums of
positive terms:

    P      =                    sum over i >= 0 of  p_a(i)     Pr(N_b >= m + i)
    1 - P  =  Pr(N_b < m)   +   sum over i >= 0 of  p_b(m + i) Pr(N_a >= 1 + i),

the second because N_b - N_a < m means that N_b < m, or that N_b = m + i and N_a > i.  Either tail
is found with a small relative error, however small it is.  Of a sum only a window of terms is
added; a proved bound of the others goes to the upper end.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .format import Rejected
from .magnitudes import GUARD, Magnitude, exp_minus, poisson

MOST_TERMS = 1 << 22
MOST_BITS = 4096
CEILING_BITS = 128


@dataclass(frozen=True, slots=True)
class Window:
    """Which terms of a sum are added: any are allowed, and good ones give a narrow result.

    Those of first <= i <= last; `more` steps beyond are taken where Pr(N >= n) is begun.  With
    `rest`, 1 - P is summed and P is the difference from 1; then `lower` steps are taken for
    Pr(N_b < m).
    """

    first: int
    last: int
    more: int
    rest: bool = False
    lower: int = 0

    def __post_init__(self) -> None:
        """Raises Rejected if it is empty or has too many terms."""
        if not (0 <= self.first <= self.last and self.more >= 0 and self.lower >= 0):
            raise Rejected("a window needs 0 <= first <= last, more >= 0 and lower >= 0")
        if self.last - self.first + self.more + self.lower > MOST_TERMS:
            raise Rejected(f"more than {MOST_TERMS} terms")


def _fixed(x: Fraction, bits: int) -> tuple[int, int, int]:
    """low 2^-w <= x <= high 2^-w with about `bits` bits, x > 0; and w."""
    w = bits + x.denominator.bit_length() - x.numerator.bit_length()
    top, bottom = x.numerator << max(0, w), x.denominator << max(0, -w)
    if w < 0:
        return (top // bottom) << -w, -(-top // bottom) << -w, 0
    return top // bottom, -(-top // bottom), w


def tail_sum(u: Fraction, p: int, v: Fraction, q: int, window: Window, bits: int) -> Magnitude:
    """The sum over i >= 0 of  p_u(p + i) Pr(N_v >= q + i),  for u, v >= 0, p >= 0, q >= 1.

    Pr(N_v >= n) = p_v(n) h(n) with

        h(n)  =  1 + v/(n+1) + v^2/((n+1)(n+2)) + ...  =  1 + v/(n+1) h(n+1),

    a decreasing function of n, and 1 <= h(n) <= 1 / (1 - v/(n+1)) if v < n + 1: a geometric
    series.  This begins where n is large and goes down; terms are positive, so relative errors do
    not grow.  Likewise, with t_i for term i,

        sum over i >= k of t_i  =  p_u(p + k) p_v(q + k) H(k),
        H(k)  =  h(q + k) + u v / ((p+k+1)(q+k+1)) H(k+1).

    Above the window.  t_(i+1) / t_i is u/(p+i+1) times Pr(N_v > n) / Pr(N_v >= n), n = q + i,
    which is at most 1 and at most v/(n+1), because h decreases.  So from i = last on the terms
    add up to at most t_last / (1 - s) with  s = u/(p+last+1) min(1, v/(q+last+1)) < 1.

    Below it.  t_(i-1) / t_i  =  (p+i)/u (1 + p_v(n-1) / Pr(N_v >= n))  =  (p+i)/u (1 + n/(v h(n)))
    grows with i.  So the terms below i = first add up to at most  t_first s / (1 - s),  where s < 1
    is this ratio at first.

    Raises Rejected if one of the geometric series does not converge: the window is too small.
    """
    if bits > MOST_BITS:
        raise Rejected(f"more than {MOST_BITS} bits")
    if not v or (not u and p):
        return Magnitude(0, 0, 0, bits)
    if not u:
        window = Window(0, 0, window.more)
    inner = bits + GUARD + (window.last - window.first + window.more).bit_length()
    low, high = _relative(u, p, v, q, window, inner)
    found = Magnitude.of(low, high, -inner, inner)
    for mean, n in ((u, p + window.first), (v, q + window.first)):
        found = found.times(poisson(mean, n, inner))
    return Magnitude.of(found.low, found.high, found.exponent, bits)


def _relative(
    u: Fraction, p: int, v: Fraction, q: int, window: Window, bits: int
) -> tuple[int, int]:
    """2^bits times the sum of `tail_sum`, as multiple of p_u(p + first) p_v(q + first)."""
    first, last, one = window.first, window.last, 1 << bits
    top = q + last + window.more
    low, high = one, _raised(one, v * Fraction(1, top + 1), "more")
    v_low, v_high, v_shift = _fixed(v, bits)
    for n in range(top, q + last, -1):
        low = one + (low * v_low >> v_shift) // n
        high = one - (-high * v_high >> v_shift) // n
    ratio = u * Fraction(1, p + last + 1) * min(Fraction(1), v * Fraction(1, q + last + 1))
    total, most = low, _raised(high, ratio, "last")
    if last > first:
        w_low, w_high, w_shift = _fixed(u * v, bits)
        for i in range(last, first, -1):
            low = one + (low * v_low >> v_shift) // (q + i)
            high = one - (-high * v_high >> v_shift) // (q + i)
            both = (p + i) * (q + i)
            total = low + (total * w_low >> w_shift) // both
            most = high - (-most * w_high >> w_shift) // both
    if first:
        rise = (q + first) * Fraction(one, low) * Fraction(1, v)
        ratio = (p + first) * (1 + rise) * Fraction(1, u)
        most += _raised(high, ratio, "first") - high
    return total, most


def _raised(value: int, ratio: Fraction, place: str) -> int:
    """value / (1 - ratio), rounded up."""
    if ratio >= 1:
        raise Rejected(f"the window's {place} leaves out terms that are not bounded")
    top, bottom = ratio.numerator, ratio.denominator
    return -(-value * bottom // (bottom - top))


def below(v: Fraction, n: int, steps: int, bits: int) -> Magnitude:
    """Pr(N_v <= n) = p_v(n) g(n), n >= 0, with  g(n) = 1 + n/v + n (n-1)/v^2 + ... + n!/v^n.

    g(n) = 1 + n/v g(n-1), g(0) = 1; and 1 <= g(n) <= 1 / (1 - n/v) if n < v.
    Raises Rejected if it is begun at an n >= v other than 0.
    """
    if not v:
        return Magnitude(1, 1, 0, bits)
    inner = bits + GUARD + min(n, steps).bit_length()
    low, high = _below(v, n, max(0, n - steps), inner)
    found = Magnitude.of(low, high, -inner, inner).times(poisson(v, n, inner))
    return Magnitude.of(found.low, found.high, found.exponent, bits)


def _below(v: Fraction, n: int, start: int, bits: int) -> tuple[int, int]:
    """2^bits g(n), begun at `start`."""
    low = one = 1 << bits
    high = _raised(one, start * Fraction(1, v), "lower")
    i_low, i_high, shift = _fixed(Fraction(1, v), bits)
    for k in range(start + 1, n + 1):
        low = one + (low * k * i_low >> shift)
        high = one - (-high * k * i_high >> shift)
    return low, high


def probability(
    m: int, a: Fraction, b: Fraction, window: Window, bits: int
) -> tuple[Magnitude, Magnitude]:
    """(P, 1 - P),  P = Pr(N_b - N_a >= m) = P(|xi + sigma Z| <= r) with Z in C^m.

    Raises Rejected if m < 1, a < 0, b < 0, or the window leaves out what cannot be bounded.
    """
    if m < 1 or a < 0 or b < 0:
        raise Rejected("expected are m >= 1, a >= 0 and b >= 0")
    if window.rest:
        found = below(b, m - 1, window.lower, bits).plus(tail_sum(b, m, a, 1, window, bits))
        return found.rest(), found
    found = tail_sum(a, 0, b, m, window, bits)
    return found, found.rest()


def chernoff(m: int, a: Fraction, b: Fraction, x: Fraction, bits: int) -> Magnitude:
    """From 0 to a bound of P if x > 1, or of 1 - P if 0 < x < 1, at no cost for huge a and b.

    With D = N_b - N_a,  E x^D = exp(b (x - 1) + a (1/x - 1)), and by Markov's inequality
    Pr(D >= n) <= x^-n E x^D for x > 1, Pr(D <= n) <= x^-n E x^D for x < 1; n is m, or m - 1.

    Raises Rejected if the exponent is positive, or x is 1 or not positive.
    """
    if x <= 0 or x == 1 or m < 1 or a < 0 or b < 0 or bits > MOST_BITS:
        raise Rejected("expected are 0 < x, x not 1, m >= 1, a >= 0 and b >= 0")
    exponent = b * (1 - x) + a * (1 - Fraction(1, x))
    if exponent < 0:
        raise Rejected("this x gives no bound")
    n = m if x > 1 else m - 1
    power = Magnitude.ratio(x.denominator, x.numerator, bits).power(n)
    found = exp_minus(exponent, bits).times(power)
    return Magnitude(0, found.high, found.exponent, bits)


def slope(m: int, a: Fraction, b: Fraction, steps: int, bits: int) -> int:
    """The sign of the derivative of P = Pr(N_(b s) - N_(a s) >= m) in s, at s = 1; a, b > 0.

    With S(n) = Pr(N_b - N_a = n) the derivatives of P in b and a are S(m-1) and -S(m), because
    p_v(n)' = p_v(n-1) - p_v(n).  So that in s is  b S(m-1) - a S(m),  and is positive if and only
    if  y(m) < b,  y(n) = a S(n) / S(n-1).  From  n S(n) = b S(n-1) - a S(n+1)  (Bessel's
    recurrence, NIST Handbook, 10.29.1)

        y(n)  =  a b / (n + y(n+1)),      0 < y(n) <= a b / n,

    so y(m) < b means  a < m + y(m+1),  and y(m+1) is enclosed by this continued fraction, from
    `steps` further down.

    Raises Rejected if the enclosure does not tell the sign.
    """
    if m < 1 or a <= 0 or b <= 0:
        raise Rejected("expected are m >= 1, a > 0 and b > 0")
    if steps > MOST_TERMS or bits > MOST_BITS:
        raise Rejected(f"more than {MOST_TERMS} steps or {MOST_BITS} bits")
    scaled = a * b * (1 << 2 * bits)
    least = scaled.numerator // scaled.denominator
    most = least + 1
    start = m + 2 + max(0, steps)
    low, high = 0, -(-most // (start << bits))  # of y(start)
    for n in range(start - 1, m, -1):
        whole = n << bits
        low, high = least // (whole + high), -(-most // (whole + low))
    gap = (a - m) * (1 << bits)
    if gap < low:
        return 1
    if gap > high:
        return -1
    raise Rejected("the sign of the slope is not decided; more bits or steps are needed")


def peak(
    m: int, c: Fraction, d: Fraction, low: Fraction, high: Fraction, steps: int, bits: int
) -> None:
    """Check that P, as a function of sigma > 0, has exactly one maximiser, low < sigma^2 < high.

    Here |xi|^2 = c and r^2 = d are fixed, P(s) = Pr(N_(d s) - N_(c s) >= m), s = 1 / sigma^2.
    With z = 2 sqrt(c d) s, S(m) / S(m-1) is sqrt(d / c) R(z) for R = I_m(z) / I_(m-1)(z), so the
    slope d S(m-1) - c S(m) has the sign of  sqrt(d / c) - R(z).  From  I_m' = I_(m-1) - (m/z) I_m
    and  I_(m-1)' = I_m + ((m-1)/z) I_(m-1)  (NIST Handbook, 10.29.2)

        R'  =  1 - R^2 - (2 m - 1) R / z.

    R increases strictly: it does near 0, where R is about z / (2 m), and where R' = 0 it is
    R'' = (2 m - 1) R / z^2 > 0, so that R' cannot come down to 0.  So 1 - R^2 > R' > 0, and R has
    a limit, which is 1, for else R' would stay away from 0.  Hence

        c <= d:  the slope is positive for all s: P decreases strictly in sigma, and has no
                 maximiser; its supremum, for sigma to 0, is 1 if c < d (and 1/2 if c = d);
        c > d:   the slope changes its sign exactly once, from + to -, and P has one maximiser.

    The slope must be proved to be positive at sigma^2 = high and negative at low.

    Raises Rejected if c <= d, or if this is not proved.
    """
    if not (0 < d < c and 0 < low < high):
        raise Rejected("a maximiser needs 0 < r^2 < |xi|^2 and 0 < low < high")
    for variance, sign in ((high, 1), (low, -1)):
        if slope(m, Fraction(c, variance), Fraction(d, variance), steps, bits) != sign:
            raise Rejected(f"the maximiser is not between {low} and {high}")


def bracket(m: int, c: Fraction, d: Fraction) -> tuple[Fraction, Fraction]:
    """(c - d) / m < sigma_0^2 < (c - d) / (m - 1/2),  for the maximiser of `peak`, c > d.

    Where R(z) = k = sqrt(d / c): from R' > 0 there,  1 - k^2 > (2 m - 1) k / z,  the upper end.
    For the lower, with R_m = I_m / I_(m-1), the recurrence gives  1 / R_m = 2 m / z + R_(m+1),  and
    R_(m+1) < R_m: their difference D has, by the equation of `peak`,

        D'  =  -(R_m + R_(m+1)) D - (2 m - 1) D / z + 2 R_(m+1) / z,

    it is positive near 0, and at a first zero D' = 2 R_(m+1) / z would be positive.  So
    1 < 2 m k / z + k^2.  With z = 2 sqrt(c d) / sigma_0^2 and
    k = sqrt(d / c) these are the two ends: 2 k / z = sigma_0^2 / c, and 1 - k^2 = (c - d) / c.

    Raises Rejected if c <= d or d <= 0: there is no maximiser.
    """
    if not 0 < d < c or m < 1:
        raise Rejected("a maximiser needs m >= 1 and 0 < r^2 < |xi|^2")
    return Fraction(c - d, m), Fraction(2 * (c - d), 2 * m - 1)


def ceiling(m: int, c: Fraction, d: Fraction) -> Magnitude:
    """(d / c)^m, which P is below for every sigma > 0, c > d.

    With D = N_b - N_a and x > 0,  E x^D = exp(b (x - 1) + a (1/x - 1)).  For x = c / d = a / b > 1
    the exponent is  (a - b) + (b - a) = 0,  so  Pr(D >= m) <= x^-m E x^D = x^-m  (Markov), with
    inequality because x^D is not constant.

    Raises Rejected if c <= d or d < 0.
    """
    if not 0 <= d < c or m < 1:
        raise Rejected("the ceiling needs m >= 1 and 0 <= r^2 < |xi|^2")
    ratio = Fraction(d, c)
    return Magnitude.ratio(ratio.numerator, ratio.denominator, CEILING_BITS).power(m)


def rate(c: Fraction, d: Fraction, theta: Fraction) -> Fraction:
    """K with  1 - P <= K / n  for all n >= 1 and all variances s <= theta (d - c) / n, c < d.

    P decreases in s (see `peak`), so let s = theta (d - c) / n.  Then N_b - N_a has the mean
    b - a = n / theta and the variance a + b = (c + d) n / (theta (d - c)), and by Chebyshev's
    inequality, for n / theta > n - 1,

        1 - P  =  Pr(N_b - N_a <= n - 1)  <=  (a + b) / (n / theta - n + 1)^2
               <=  (c + d) / (d - c) theta / (1 - theta)^2 / n.

    Raises Rejected unless 0 <= c < d and 0 < theta < 1.
    """
    if not (0 <= c < d and 0 < theta < 1):
        raise Rejected("the limit needs |xi - c| < r and 0 < theta < 1")
    return Fraction(c + d, d - c) * theta * Fraction(1, (1 - theta) ** 2)
