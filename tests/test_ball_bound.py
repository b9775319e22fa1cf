"""The bound (4.10) and its maximiser: against Arb, and every case of |Ax' - Ax - xi| and delta."""

from __future__ import annotations

from fractions import Fraction as F

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.chi_square import bracket, ceiling, peak, slope
from certificates.format import Rejected
from theorems.arrays import BadInput
from theorems.ball_bound import BallBound

OUTSIDE = [(F(1), F(99, 100)), (F(1), F(9, 10)), (F(2), F(1)), (F(1), F(1, 1000)), (F(7, 5), F(1))]
SIZES = (1, 2, 5, 10, 100, 1000, 10000)


def bessel_sign(m: int, c: F, d: F, variance: F) -> int:
    """The sign of sqrt(d) I_(m-1)(z) - sqrt(c) I_m(z), z = 2 sqrt(c d) / variance, by Arb."""
    before, ctx.prec = ctx.prec, 256
    root_c, root_d = (arb(fmpq(x.numerator, x.denominator)).sqrt() for x in (c, d))
    z = 2 * root_c * root_d / arb(fmpq(variance.numerator, variance.denominator))
    gap = root_d * z.bessel_i(arb(m - 1), scaled=True) - root_c * z.bessel_i(arb(m), scaled=True)
    ctx.prec = before
    return 1 if gap > 0 else -1 if gap < 0 else 0


@pytest.mark.parametrize("m", SIZES)
@pytest.mark.parametrize(("gamma", "delta"), OUTSIDE)
def test_the_maximiser(m: int, gamma: F, delta: F) -> None:
    """An interval of relative width 10^-12, in the bracket for all m; Arb sees both signs."""
    bound = BallBound(m, gamma**2, delta**2)
    found = bound.peak()
    assert found is not None
    assert found.high - found.low <= F(1, 10**12) * found.low
    least, most = bracket(m, bound.c, bound.d)
    assert least <= found.low < found.high <= most
    assert bessel_sign(m, bound.c, bound.d, found.low) == -1
    assert bessel_sign(m, bound.c, bound.d, found.high) == 1
    # P there is above P beside, below the ceiling and below 1/2
    middle = (found.low + found.high) / 2
    top, _ = bound.at(middle)
    low, high = top.ends()
    for factor in (F(9, 10), F(11, 10)):
        assert bound.at(middle * factor)[0].ends()[1] < low
    limit = bound.ceiling()
    assert limit is not None
    assert high < min(limit.ends()[0], F(1, 2))
    assert low / limit.ends()[1] > F(1, 20 * m)  # it is no worse than that


@given(st.integers(1, 300), st.fractions(F(1, 9), 9), st.fractions(F(1, 9), 9))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_bracket_for_all_m(m: int, c: F, more: F) -> None:
    """The two-sided bound on sigma_0 of the docstring, by signs at its ends."""
    d, c = c, c + more
    least, most = bracket(m, c, d)
    assert bessel_sign(m, c, d, least) == -1
    assert bessel_sign(m, c, d, most) == 1


@given(st.integers(1, 50), st.fractions(F(1, 9), 9), st.fractions(0, 3), st.fractions(F(1, 9), 9))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_no_maximiser_inside(m: int, c: F, more: F, variance: F) -> None:
    """For |Ax' - Ax - xi| <= delta the bound falls as sigma grows: smaller noise, larger bound."""
    bound = BallBound(m, c, c + more)
    assert bound.peak() is None
    assert bound.ceiling() is None
    assert slope(m, c / variance, (c + more) / variance, 1000, 200) == 1
    near, far = (bound.at(variance * k)[0].ends() for k in (F(1, 2), F(1)))
    assert far[1] < near[0]
    if not more:
        assert near[1] < F(1, 2)


def test_what_tends_to_one() -> None:
    """delta^2 - |gamma|^2 = 1: below sigma^2 = 1/m it tends to 1, above to 0, at it to 1/2."""
    for theta, least, most in (
        (F(1, 2), "0.999", "1"),
        (F(2), "0", "0.001"),
        (F(1), "0.49", "0.52"),
    ):
        low, high = BallBound(10000, F(1), F(2)).at(theta / 10000)[0].ends()
        assert F(least) < low <= high <= F(most)


@given(
    st.integers(1, 2000), st.fractions(0, 4), st.fractions(0, 9), st.fractions(F(1, 5000), 2)
)  # fmt: skip
@settings(max_examples=150, deadline=None, derandomize=True)
def test_chebyshev(m: int, c: F, d: F, variance: F) -> None:
    """The explicit rate holds."""
    bound = BallBound(m, c, d)
    rate = bound.chebyshev(variance)
    if rate is None:
        return
    near, limit = rate
    found, rest = bound.at(variance)
    assert (rest if near else found).at_most(limit)


@pytest.mark.parametrize(
    ("m", "c", "level"),
    [
        (1, F(0), F(1, 2)),
        (10, F(1, 2), F(99, 100)),
        (5, F(0), 1 - F(1, 10**20)),
        (1000, F(9, 10), F(999, 1000)),
        (10000, F(0), F(1, 10**6)),
    ],
)
def test_the_largest_sigma(m: int, c: F, level: F) -> None:
    """Reached at one end, missed at the other; for m = 1, c = 0 it is s = -1 / log(1 - level)."""
    bound = BallBound(m, c, F(1))
    low, high = bound.threshold(level)
    assert low < high <= low * (1 + F(1, 10**6))
    assert bound.at(low)[1].at_most(1 - level)
    assert bound.at(high)[0].at_most(level)
    assert bound.at(high)[1].at_least(1 - level)
    if m == 1:
        assert low < F(1442695041, 10**9) < high


def test_sigma_zero() -> None:
    """Noise that is its mean: 1 in the closed ball, else 0."""
    for c, value in ((F(0), 1), (F(4), 1), (F(401, 100), 0)):
        found, rest = BallBound(3, c, F(4)).at(F(0))
        assert found.ends() == (value, value)
        assert rest.ends() == (1 - value, 1 - value)


GOOD = BallBound(10, F(4), F(1)).peak()

REFUSED = {
    "another place": lambda: peak(10, F(4), F(1), F(1, 4), F(1, 3) - F(1, 30), 99, 128),
    "ends exchanged": lambda: peak(10, F(4), F(1), F(1, 3), F(1, 4), 99, 128),
    "inside": lambda: peak(10, F(1), F(4), F(1, 4), F(1, 3), 99, 128),
    "on the sphere": lambda: bracket(10, F(4), F(4)),
    "no ball": lambda: bracket(10, F(4), F(0)),
    "no ceiling": lambda: ceiling(10, F(1), F(2)),
}


@pytest.mark.parametrize("title", REFUSED)
def test_refused(title: str) -> None:
    """No maximiser is accepted where it is not, or where there is none."""
    assert GOOD is not None
    peak(10, F(4), F(1), GOOD.low, GOOD.high, GOOD.steps, GOOD.bits)
    with pytest.raises(Rejected):
        REFUSED[title]()


@pytest.mark.parametrize(("m", "c", "d"), [(0, 1, 1), (1, -1, 1), (1, 1, -1)])
def test_bad_input(m: int, c: int, d: int) -> None:
    """One sentence."""
    with pytest.raises(BadInput, match="1 <= m"):
        BallBound(m, F(c), F(d))
