"""Comparisons on data whose values may be irrational: one place decides between two rules.

Where a problem has a Fourier transform, or a network with smooth activations, a scalar term has no
exact value, and the kernel's rule `enclosed` takes the place of `compute`: it encloses both sides
with more and more bits.  What is true with equality is then never settled.
"""

from __future__ import annotations

from fractions import Fraction

from certificates.enclosing import Enclosing
from certificates.enclosures import NOTHING
from certificates.exact import Roots, Undecided
from certificates.format import Rejected
from certificates.judgments import Comparison, negations
from certificates.linear import Linear, is_irrational
from certificates.maps import AffineMap, NetworkMap
from certificates.matrices import Vector
from certificates.problem import Problem as Data
from certificates.terms import Scalar, Term
from certificates.values import Context

from .decimals import decimal, outward

BITS = (128, 512, 2048)  # of enclosures, one after the other

MINUS = Fraction(-1)

Ends = tuple[Roots, Roots]


def is_inexact(data: Data | None) -> bool:
    """Whether values on these data may be irrational, so that they can only be enclosed."""
    if data is None:
        return False
    forms: list[Linear | None] = list(data.operators.values())
    for found in data.maps.values():
        if isinstance(found, NetworkMap):
            if found.network.irrational:
                return True
            forms.append(found.before)
        if isinstance(found, AffineMap):
            forms.append(found.matrix)
    return any(form is not None and is_irrational(form) for form in forms)


def ends(context: Context, scalar: Scalar, bits: int = BITS[0]) -> Ends:
    """Numbers low <= value <= high of a scalar term; equal where it has an exact value.

    Raises Rejected where a value is not known, not even approximately.
    """
    try:
        exact = context.scalar(scalar)
    except Rejected:
        if not is_inexact(context.problem):
            raise
        values = Enclosing(context, {}, NOTHING, bits)
        high = values.least(scalar.times(MINUS)).times(MINUS)
        return values.least(scalar), high
    return exact, exact


class Bounds:
    """Bounds of scalar terms, and middles of vectors, on inexact data; each atom enclosed once."""

    def __init__(self, context: Context, bits: int = BITS[0]) -> None:
        self.enclosing = Enclosing(context, {}, NOTHING, bits)

    def upper(self, scalar: Scalar) -> Roots:
        """An upper bound.  Raises Rejected where a value is not known."""
        return self.enclosing.least(scalar.times(MINUS)).times(MINUS)

    def lower(self, scalar: Scalar) -> Roots:
        """A lower bound.  Raises Rejected where a value is not known."""
        return self.enclosing.least(scalar)

    def middle(self, term: Term) -> Vector:
        """A vector near to the value, (n,).  Raises Rejected where it is not known."""
        return self.enclosing.term(term).center


def settled(context: Context, claim: Comparison) -> bool | None:
    """Whether a comparison without variables holds; None where enclosures do not say so.

    Raises Rejected where a value is not known or a sign is not settled.
    """
    for bits in BITS:
        low, high = ends(context, claim.difference, bits)
        try:
            below, above = low.sign(), high.sign()
        except Undecided as reason:
            raise Rejected(f"{claim} is not settled: {reason}") from None
        if low == high:
            return {"<=": below >= 0, "<": below > 0, "=": below == 0}[claim.relation]
        if above < 0 or (above == 0 and claim.relation == "<"):
            return False
        if below > 0 or (below == 0 and claim.relation == "<="):
            return claim.relation != "="
    return None


def negated(context: Context, claim: Comparison) -> str:
    """The text of the negation of a false comparison that holds; an equation has two."""
    first, *others = negations(claim)
    if others and ends(context, claim.difference, BITS[-1])[0].sign() > 0:
        return str(others[0])
    return str(first)


def interval(found: Ends) -> str:
    """An enclosure in decimals, rounded outwards, such as "[0.577350, 0.577351]"."""
    low, high = found
    if low == high:
        return decimal(low)
    return f"[{outward(low, False)}, {outward(high, True)}]"
