"""Data with irrational values: where they are, and bounds of scalar terms on them.

A Fourier transform, Sigmoid, Tanh or the root in a normalization have no exact values.  Figures
are then upper ends of enclosures, and a comparison is proved by the rule `enclosed`.
"""

from __future__ import annotations

from fractions import Fraction

from certificates.enclosing import Enclosing
from certificates.enclosures import NOTHING
from certificates.exact import Roots
from certificates.linear import is_irrational
from certificates.maps import NetworkMap
from certificates.matrices import Vector
from certificates.problem import Problem as Data
from certificates.terms import Scalar, Term
from certificates.values import Context

PRECISIONS = (128, 512, 2048)  # bits, tried one after the other


def is_inexact(data: Data) -> bool:
    """Whether an operator or a network of the problem has irrational values."""
    networks = [found for found in data.maps.values() if isinstance(found, NetworkMap)]
    forms = [*data.operators.values(), *(n.before for n in networks if n.before is not None)]
    return any(map(is_irrational, forms)) or any(n.network.irrational for n in networks)


class Bounds:
    """Bounds of scalar terms, and middles of vectors, on the data of a context."""

    def __init__(self, context: Context, bits: int = PRECISIONS[0]) -> None:
        self.enclosing = Enclosing(context, {}, NOTHING, bits)

    def upper(self, scalar: Scalar) -> Roots:
        """An upper bound.  Raises Rejected where a value is not known."""
        return self.enclosing.least(scalar.times(Fraction(-1))).times(Fraction(-1))

    def lower(self, scalar: Scalar) -> Roots:
        """A lower bound.  Raises Rejected where a value is not known."""
        return self.enclosing.least(scalar)

    def middle(self, term: Term) -> Vector:
        """A vector near to the value, (n,).  Raises Rejected where it is not known."""
        return self.enclosing.term(term).center
