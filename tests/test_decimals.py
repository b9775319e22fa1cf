"""Numbers for people: never above the truth, marked where rounded, as they are where short."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.exact import Roots
from theorems.decimals import both, digits_of

VALUES = st.fractions(min_value=Fraction(1, 10**6), max_value=10**9, max_denominator=10**6)


@given(VALUES, st.booleans())
@settings(max_examples=300, derandomize=True, deadline=None)
def test_six_digits_rounded_towards_zero(value: Fraction, root: bool) -> None:
    """Against mpmath at forty digits."""
    number = Roots.sqrt(value) if root else Roots.rational(value)
    text = digits_of(number)
    shown = Fraction(Decimal(text.lstrip("~")))
    with mpmath.workdps(40):
        truth = mpmath.mpf(value.numerator) / value.denominator
        truth = mpmath.sqrt(truth) if root else truth
        gap = truth - mpmath.mpf(shown.numerator) / shown.denominator
        assert -(mpmath.mpf(10) ** -30) <= gap <= truth * mpmath.mpf(10) ** -5
    if not text.startswith("~"):
        assert number.as_rational() == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Roots(), "0"),
        (Roots.sqrt(Fraction(3)), "sqrt(3) (~1.73205)"),
        (Roots.sqrt(Fraction(3, 10_000)), "sqrt(3)/100 (~0.0173205)"),
        (Roots.sqrt(Fraction(8)) - Roots.sqrt(Fraction(2)).times(Fraction(2)), "0"),
        (Roots.rational(Fraction(10_001, 10_000)), "10001/10000 (1.0001)"),
        (Roots.rational(Fraction(-7, 2)), "-7/2 (-3.5)"),
        (Roots.rational(5), "5"),
        (Roots.sqrt(Fraction(2)) + Roots.rational(1), "~2.41421"),
    ],
)
def test_numbers_as_they_are(value: Roots, text: str) -> None:
    """Short exact forms, with digits where they differ."""
    assert both(value) == text
