"""Probabilities of balls under complex Gaussians: against Arb, SciPy and identities."""

from __future__ import annotations

import random
from fractions import Fraction as F
from math import exp, lgamma, log

import pytest
from flint import acb, arb, ctx, fmpq
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import ncx2

from certificates.chi_square import (
    Window,
    _below,
    _relative,
    below,
    chernoff,
    probability,
    slope,
    tail_sum,
)
from certificates.format import Rejected
from certificates.magnitudes import Magnitude, exp_minus, factorial, poisson
from theorems.arrays import BadInput
from theorems.chi_square import enclose

NARROW = F(1, 10**12)


@pytest.fixture(autouse=True)
def _precision() -> object:
    """Arb at 160 bits, unless a test needs more."""
    before, ctx.prec = ctx.prec, 160
    yield
    ctx.prec = before


def as_arb(x: F) -> arb:
    """A fraction as a ball."""
    return arb(fmpq(x.numerator, x.denominator))


def scaled(x: Magnitude, unit: int) -> arb:
    """A magnitude in units of 2^unit, from end to end."""
    return (arb(x.low).union(arb(x.high))) * arb(2) ** (x.exponent - unit)


def agrees(x: Magnitude, reference: arb, narrow: F = NARROW) -> bool:
    """Whether they overlap, and both are narrow, so that this says something."""
    unit = x.exponent
    ratio = (reference * arb(2) ** -unit) / scaled(x, unit)
    tight = F(x.high - x.low, x.low) <= narrow if x.low else False
    return tight and bool(ratio.contains(arb(1))) and bool(ratio.rad() < 1e-10)


# ------------------------------------------------------------------------------ the parts


@pytest.mark.parametrize("n", [0, 1, 2, 20, 255, 256, 257, 1000, 12345, 10**6, 10**9])
def test_factorial(n: int) -> None:
    """By a product, and by Stirling's series from 256 on."""
    assert agrees(factorial(n, 128), arb(n + 1).gamma(), F(1, 2**100))
    ctx.prec = 1000  # beyond 300 bits the error of the series is what there is
    assert agrees(factorial(n, 700), arb(n + 1).gamma(), F(1, 2**300))


@pytest.mark.parametrize("t", ["0", "1/3", "1", "17", "1/1000000007", "123456", "98765432123"])
def test_exponential(t: str) -> None:
    """For tiny and for huge arguments."""
    assert agrees(exp_minus(F(t), 128), (-as_arb(F(t))).exp(), F(1, 2**100))


@pytest.mark.parametrize(
    ("mean", "n"), [("3/7", 0), ("3/7", 5), ("1000", 990), ("1/10000", 300), ("1000000", 10**6)]
)
def test_poisson(mean: str, n: int) -> None:
    """One probability of Poisson's law."""
    v = as_arb(F(mean))
    assert agrees(poisson(F(mean), n, 128), (-v).exp() * v**n / arb(n + 1).gamma(), F(1, 2**90))


small = st.fractions(min_value=0, max_value=1000, max_denominator=997)


@given(small, small, st.integers(1, 40))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_magnitudes_enclose(x: F, y: F, bits: int) -> None:
    """Every operation's exact value lies between the ends, with few bits too."""

    def of(z: F) -> Magnitude:
        return Magnitude.ratio(z.numerator, z.denominator, bits)

    pairs = [(of(x).times(of(y)), x * y), (of(x).plus(of(y)), x + y), (of(x).power(5), x**5)]
    if of(y).low:
        pairs.append((of(x).over(of(y)), x / y))
    if x <= 1:
        pairs.append((of(x).rest(), 1 - x))
    for found, value in pairs:
        low, high = found.ends()
        assert low <= value <= high
        assert found.at_least(low)
        assert found.at_most(high)
        assert not found.at_least(high + F(1, 9**40))
        assert low == 0 or not found.at_most(low - F(1, 9**40)) or low == high
    low, high = of(x).root().ends()
    assert low**2 <= x <= high**2


# ------------------------------------------------------------------------ against Arb


def by_integral(m: int, a: F, b: F, near: Magnitude) -> tuple[arb, int]:
    """P in units of 2^unit: the density of |E|^2 / sigma^2, integrated; no Poisson law in it."""
    unit = near.exponent + near.high.bit_length()
    mean, end, top = as_arb(a), as_arb(b), arb(m).lgamma()
    scale = arb(2).log() * unit

    def density(t: acb, _: bool) -> acb:
        hypergeometric = acb(mean * t).hypgeom_0f1(acb(m))
        return t ** (m - 1) * hypergeometric * (-mean - t - top - scale).exp()

    goal = arb(2) ** -60
    return acb.integral(density, acb(0), acb(end), abs_tol=goal, rel_tol=goal).real, unit


def by_gamma(m: int, a: F, b: F) -> arb:
    """P as a mixture of regularised incomplete gamma functions, all terms from the first."""
    mean, end = as_arb(a), as_arb(b)
    count = int(a + 30 * (a + 1) ** F(1, 2)) + 60
    weight = (-mean).exp()
    central = end.gamma_lower(m, regularized=1)
    density = (-end).exp() * end**m / arb(m + 1).gamma()
    total = arb(0)
    for j in range(count):
        total += weight * central
        weight *= mean / (j + 1)
        central -= density
        density *= end / (m + j + 1)
    # the weights beyond fall at least as fast as those of a geometric series
    beyond = weight * central / (1 - mean / (count + 1))
    return total + beyond.union(arb(0))


def triples(count: int, sizes: tuple[int, ...]) -> list[tuple[int, F, F]]:
    """Parameters tiny and huge, near the middle and far in both tails."""
    source = random.Random(47)
    found = []
    for _ in range(count):
        m = source.choice(sizes)
        a = F(source.randint(0, 2000), 1000) * source.choice([F(1, 10**9), F(1, 100), 1, 3, m])
        if m * a > 2000:
            a /= m  # Arb's integral of a narrow peak would take minutes
        spread = source.choice([F(1, 10**12), F(1, 100), 1, m, m + a])
        found.append((m, a, F(source.randint(1, 2000), 1000) * spread))
    return found


def test_the_grid_of_integrals() -> None:
    """400 triples: P overlaps with Arb's integral of the density, and both are narrow."""
    for m, a, b in triples(400, (1, 2, 3, 5, 10, 30, 100)):
        found, rest, _ = enclose(m, a, b)
        reference, unit = by_integral(m, a, b, found)
        ratio = reference / scaled(found, unit)
        assert ratio.contains(arb(1)), (m, a, b)
        assert ratio.rad() < 1e-15, (m, a, b)
        for x in (found, rest):
            assert F(x.high - x.low, x.low) <= NARROW, (m, a, b)


GRID = [
    (m, F(m) * a, F(m) * b)
    for m in (1, 10, 100, 1000)
    for a in (F(0), F(1, 1000), F(1, 3), F(1), F(5, 2))
    for b in (F(1, 100), F(1, 2), F(1), F(2), F(5))
]


def test_the_grid_of_mixtures() -> None:
    """100 triples up to m = 1,000: P and 1 - P, each where Arb's sum over all terms is narrow."""
    ctx.prec = 4000  # Pr(N >= n + 1) as a difference cancels
    seen = 0
    for m, a, b in GRID:
        found, rest, _ = enclose(m, a, b)
        reference = by_gamma(m, a, b)
        for x, value in ((found, reference), (rest, 1 - reference)):
            if value.rad() < 1e-20 * abs(value.mid()):
                assert agrees(x, value), (m, a, b)
                seen += 1
    assert seen > 180


HUGE = {
    "m = 1, both 10^8": (1, F(10**8), F(10**8)),
    "m = 1000, the middle of 10^6": (1000, F(10**6), F(10**6 + 1000)),
    "m = 1000, a lower tail": (1000, F(10**6), F(10**6 - 20000)),
    "m = 1000, an upper tail": (1000, F(10**6), F(10**6 + 20000)),
    "m = 10000, a far tail": (10000, F(40000, 3), F(10000, 3)),
    "m = 10000, near the sphere": (10000, F(502512), F(492512)),
    "m = 10000, no mean": (10000, F(0), F(9800)),
    "tiny": (7, F(1, 10**30), F(1, 10**40)),
    "a ball far away": (1, F(10**9), F(1)),
    "almost certain": (3, F(1, 7), F(10**5)),
}


@pytest.mark.parametrize("title", HUGE)
def test_neighbouring_dimensions(title: str) -> None:
    """P for m minus P for m + 1 is a Bessel function: exp(-a-b) (b/a)^(m/2) I_m(2 sqrt(a b))."""
    m, a, b = HUGE[title]
    ctx.prec = 400
    mean, end = as_arb(a), as_arb(b)
    if a:
        bessel = (2 * (mean * end).sqrt()).bessel_i(arb(m), scaled=True)
        mass = (2 * (mean * end).sqrt() - mean - end).exp() * (end / mean).sqrt() ** m * bessel
    else:
        mass = (-end).exp() * end**m / arb(m + 1).gamma()
    one, rest, _ = enclose(m, a, b, 256)
    two, more, _ = enclose(m + 1, a, b, 256)
    tail = b > a + m + 1
    unit = (more if tail else one).exponent
    gap = scaled(more, unit) - scaled(rest, unit) if tail else scaled(one, unit) - scaled(two, unit)
    ratio = gap / (mass * arb(2) ** -unit)
    assert ratio.contains(arb(1))
    assert ratio.rad() < 1e-12


def test_scipy() -> None:
    """SciPy's noncentral chi-square, 2m degrees and twice the parameters, where it is right."""
    seen = 0
    for m, a, b in triples(200, (1, 2, 10, 100, 1000)):
        found, _, _ = enclose(m, a, b)
        value = found.low * 2.0 ** max(-1070, found.exponent) if found.exponent > -900 else 0.0
        if a and value > 1e-200:
            assert float(ncx2.cdf(float(2 * b), 2 * m, float(2 * a))) == pytest.approx(value, 1e-8)
            seen += 1
    assert seen > 50


# ------------------------------------------------------------------ conventions, hints, refusals


def test_the_variance_of_the_paper() -> None:
    """For m = 1, mean 0, P = 1 - exp(-r^2 / sigma^2), as pi^-1 sigma^-2 exp(-|u|^2/sigma^2) says.

    With variance sigma^2 of real and imaginary parts each, it would be 1 - exp(-r^2 / (2 sigma^2)).
    """
    found, rest, _ = enclose(1, F(0), F(9, 4))
    assert agrees(rest, (-arb(9) / 4).exp())
    assert agrees(found, 1 - (-arb(9) / 4).exp())


def test_a_sample() -> None:
    """Points xi + sigma Z fall into the ball about as often as P says: the roles of a and b."""
    source = random.Random(5)
    m, count, hits = 3, 4000, 0
    for _ in range(count):
        point = [complex(source.gauss(0, 0.5**0.5), source.gauss(0, 0.5**0.5)) for _ in range(m)]
        point[0] += 1  # |xi| = 1, sigma = 1, r^2 = 5
        hits += sum(abs(z) ** 2 for z in point) <= 5
    low, high = enclose(m, F(1), F(5))[0].ends()
    assert abs(hits / count - float((low + high) / 2)) < 0.03


DEGENERATE = {
    "a ball of radius 0": (5, F(3), F(0), 0),
    "a ball of radius 0 about the mean": (5, F(0), F(0), 0),
}


@pytest.mark.parametrize("title", DEGENERATE)
def test_degenerate(title: str) -> None:
    """A point has no mass."""
    m, a, b, value = DEGENERATE[title]
    found, rest, _ = enclose(m, a, b)
    assert found.ends() == (value, value)
    assert rest.ends() == (1 - value, 1 - value)


windows = st.builds(
    lambda first, more_terms, more, rest, lower: Window(
        first, first + more_terms, more, rest, lower
    ),
    st.integers(0, 30), st.integers(0, 40), st.integers(0, 40), st.booleans(), st.integers(0, 40),
)  # fmt: skip
parameters = st.fractions(min_value=0, max_value=60, max_denominator=50)


@given(st.integers(1, 30), parameters, parameters, windows, st.integers(8, 64))
@example(1, F(20), F(1), Window(18, 18, 0), 20)
@example(3, F(20), F(25), Window(0, 3, 30), 64)
@example(3, F(30), F(25), Window(25, 70, 30), 64)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_window_is_true(m: int, a: F, b: F, window: Window, bits: int) -> None:
    """A bad hint makes the enclosure wide, or is refused; it is never false."""
    good, good_rest, _ = enclose(m, a, b, 128)
    try:
        found, rest = probability(m, a, b, window, bits)
    except Rejected as error:
        assert "leaves out terms" in str(error)  # noqa: PT017
        return
    for x, y in ((found, good), (rest, good_rest)):
        (low, high), (least, most) = x.ends(), y.ends()
        assert low <= most
        assert least <= high


positive = parameters.map(lambda x: x + F(1, 7))


@given(st.integers(0, 9), positive, st.integers(1, 9), positive, windows, st.integers(1, 12))
@example(0, F(1), 1, F(1), Window(0, 3, 40), 2)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_few_bits_round_outwards(p: int, u: F, q: int, v: F, window: Window, bits: int) -> None:
    """The inner sums with a few bits, against sums of fractions: every rounding is outwards."""
    try:
        low, high = _relative(u, p, v, q, window, bits)
    except Rejected:
        return
    first, terms = window.first, window.last - window.first + 1
    h, tails = F(1), []  # h(n) of no fewer terms than the window has, and what is beyond left out
    for n in range(q + first + 90, q + first, -1):
        h = 1 + v / n * h
        tails.append(h)
    tails.reverse()
    total, weight = F(0), F(1)
    for i in range(terms):
        total += weight * tails[i]
        weight *= u * v / ((p + first + i + 1) * (q + first + i + 1))
    assert low <= total * (1 << bits) <= high


@given(positive, st.integers(0, 60), st.integers(1, 12))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_few_bits_of_the_lower_sum(v: F, n: int, bits: int) -> None:
    """g(n) = 1 + n/v g(n-1), in fractions."""
    g = F(1)
    for k in range(1, n + 1):
        g = 1 + k / v * g
    low, high = _below(v, n, 0, bits)
    assert low <= g * (1 << bits) <= high
    for start in range(min(n, int(v))):
        low, high = _below(v, n, start, bits)
        assert low <= g * (1 << bits) <= high


def test_a_window_of_few_terms_is_near() -> None:
    """That bad windows are wide and not empty of meaning: the middle one of three is in between."""
    wide = probability(3, F(30), F(25), Window(15, 40, 30), 64)[0]
    assert wide.high > wide.low > 0
    narrow = probability(3, F(30), F(25), Window(0, 90, 60), 64)[0]
    assert wide.ends()[0] < narrow.ends()[0] <= narrow.ends()[1] < wide.ends()[1]


REFUSED = {
    "no dimension": (lambda: probability(0, F(1), F(1), Window(0, 9, 9), 64), "m >= 1"),
    "a negative square": (lambda: probability(1, F(-1), F(1), Window(0, 9, 9), 64), "a >= 0"),
    "an empty window": (lambda: Window(3, 2, 0), "first <= last"),
    "negative": (lambda: Window(-1, 2, 0), "0 <= first"),
    "too long": (lambda: Window(0, 1 << 23, 0), "more than 4194304 terms"),
    "too many bits": (lambda: tail_sum(F(1), 0, F(1), 1, Window(0, 1, 1), 5000), "4096 bits"),
    "begun too low": (lambda: tail_sum(F(1), 0, F(9), 1, Window(0, 2, 1), 64), "more leaves out"),
    "ended too early": (lambda: tail_sum(F(90), 0, F(9), 9, Window(0, 5, 9), 64), "last leaves"),
    "begun too late": (lambda: tail_sum(F(1), 0, F(9), 1, Window(50, 60, 9), 64), "first leaves"),
    "the lower sum": (lambda: below(F(3), 9, 2, 64), "lower leaves out"),
    "Chernoff at 1": (lambda: chernoff(1, F(1), F(1), F(1), 64), "x not 1"),
    "Chernoff, no bound": (lambda: chernoff(1, F(1), F(9), F(2), 64), "gives no bound"),
    "a slope near 0": (lambda: slope(1, F(2), F(1), 0, 64), "not decided"),
    "a slope at a = 0": (lambda: slope(1, F(0), F(1), 0, 64), "a > 0"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_refused(title: str) -> None:
    """Each refusal, by its words."""
    call, words = REFUSED[title]
    with pytest.raises(Rejected, match=words):
        call()


def test_no_window_is_proposed() -> None:
    """Parameters beyond the reach of floats are refused in one sentence."""
    for size in (13, 400):
        with pytest.raises(BadInput, match="sigma is too small against the lengths"):
            enclose(1, F(10**size), F(10**size))
    with pytest.raises(BadInput, match="m >= 1"):
        enclose(0, F(1), F(1))


@given(st.integers(1, 40), parameters, parameters, st.fractions(F(1, 5), 5))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_chernoff(m: int, a: F, b: F, x: F) -> None:
    """Every x that is not refused gives a bound of the tail that it is for."""
    try:
        found = chernoff(m, a, b, x, 64)
    except Rejected:
        return
    inside, rest, _ = enclose(m, a, b)
    assert (inside if x > 1 else rest).at_most(found.ends()[1])


@pytest.mark.parametrize("size", [12, 30, 400])
def test_huge_parameters_in_the_tails(size: int) -> None:
    """With a, b of size 10^400 the tail is between 0 and a bound; the other one is near 1."""
    for b, k in ((4, 0), (F(1, 4), 1)):
        found, rest, terms = enclose(3, F(10**size), b * 10**size)
        small, large = (rest, found) if not k else (found, rest)
        assert terms is None
        assert small.low == 0
        assert small.at_most(F(1, 10**1000))
        assert large.at_least(1 - F(1, 1 << 90))
    # exp(-(sqrt b - sqrt a)^2), where the sum is still taken
    found, rest, terms = enclose(3, F(10**5), F(4 * 10**5))
    assert terms is not None
    assert log(rest.high) + rest.exponent * log(2) == pytest.approx(-1e5, rel=1e-3)


def test_long_numbers_are_not_written_out() -> None:
    """exp(-10^9) has an enclosure; as a fraction it would have 10^9 digits."""
    found, _, _ = enclose(1, F(10**9), F(1))
    with pytest.raises(Rejected, match="not written out"):
        found.ends()
    assert found.at_most(F(1, 10**300))
    assert not found.at_least(F(1, 10**300))


# ----------------------------------------------------------------------------- slopes


@given(st.integers(1, 60), parameters, parameters)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_slopes(m: int, a: F, b: F) -> None:
    """The sign of b S(m-1) - a S(m), from Arb's Bessel functions."""
    a, b = a + F(1, 50), b + F(1, 50)
    z = 2 * (as_arb(a) * as_arb(b)).sqrt()
    gap = (
        as_arb(b) * z.bessel_i(arb(m - 1))
        - as_arb(a) * z.bessel_i(arb(m)) * (as_arb(b) / as_arb(a)).sqrt()
    )
    assert slope(m, a, b, 200, 128) == (1 if gap > 0 else -1)
    assert gap > 0 or gap < 0


def test_the_text_of_the_tails() -> None:
    """log P of a far tail by Stirling's formula, in floats."""
    found, _, _ = enclose(1000, F(0), F(1))
    estimate = -1 - lgamma(1001)
    value = log(found.low) + found.exponent * log(2)
    assert value == pytest.approx(estimate + log(1 + 1 / 1001), abs=1e-5)
    assert exp(estimate) == 0.0
