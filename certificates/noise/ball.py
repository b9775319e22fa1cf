"""The ball that a statement quantifies over, read off its "for all e".

Of a statement with  "for all e in Y with |e - c| <= r"  the center c is a term without variables
and the radius r a scalar without variables; both get their values from the problem, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..format import Rejected
from ..judgments import Comparison
from ..kernel import Report
from ..norms import Norm
from ..statements import Quantified
from ..terms import Bound, Scalar, Term, bound_variables, scalar_variables
from ..terms import Norm as NormOf
from ..values import Context


@dataclass(frozen=True)
class Ball:
    """{e in Y: |e - center| <= radius} over R^m or C^m, with the norm of Y."""

    variable: str
    space: str
    center: Term
    radius: Fraction
    norm: Norm
    dimension: int


def context_of(report: Report) -> Context:
    """Where terms of a verified statement have values: those of its problem.  Raises Rejected."""
    if report.problem is None:
        raise Rejected("a ball has a probability on data only, not in a proof for all spaces")
    names, vectors = report.statement.names, dict(report.problem.vectors)
    return Context(report.statement, names, report.problem, vectors)


def ball_of(context: Context, variable: str) -> Ball:
    """The ball that the variable of a "for all" runs through.  Raises Rejected.

    No other range may depend on the variable: whatever values the other variables have, the whole
    ball is what is claimed.  (An `exists` after it may: what is claimed at every e stays so.)
    """
    ranges = {q.name: q for q in context.statement.for_all}
    if variable not in ranges:
        known = ", ".join(ranges) or "none"
        raise Rejected(f"the statement has no 'for all' of {variable[:40]}, but of: {known}")
    for other in context.statement.for_all:
        inside = [limit for limit in other.range if isinstance(limit, Comparison)]
        names = {name for limit in inside for name in scalar_variables(limit.difference)}
        if other.name != variable and variable in names:
            raise Rejected(f"the range of {other.name} depends on {variable}")
    found = ranges[variable]
    center, radius = _limits(found)
    value = context.scalar(radius).as_rational()
    if value is None:
        raise Rejected(f"the radius {radius} is irrational; state a rational one below it")
    if value < 0:
        raise Rejected(f"the radius {radius} is negative, and the ball empty")
    space = context.data.spaces[found.space]
    return Ball(variable, found.space, center, value, space.norm, space.dimension)


def _limits(found: Quantified) -> tuple[Term, Scalar]:
    """Center and radius of  |e - c| <= r."""
    wrong = Rejected(f"'for all {found.name}' must have the form  with |{found.name} - c| <= r")
    if found.family or len(found.range) != 1:
        raise wrong
    limit = found.range[0]
    if not isinstance(limit, Comparison) or limit.relation != "<=":
        raise wrong
    radius: list[Scalar] = []
    center: Term | None = None
    for monomial, coefficient in limit.difference.parts:
        part = Scalar(((monomial, coefficient),))
        if not scalar_variables(part):
            radius.append(part)
            continue
        quantity = monomial[0]
        if len(monomial) != 1 or coefficient != -1 or center or not isinstance(quantity, NormOf):
            raise wrong
        center = _center(quantity.term, found, wrong)
    if center is None:
        raise wrong
    total = Scalar()
    for part in radius:
        total = total + part
    return center, total


def _center(inside: Term, found: Quantified, wrong: Rejected) -> Term:
    """c of  e - c  or  c - e."""
    variable = Term.of(Bound(found.name, found.space))
    signs = [c for atom, c in inside.parts if atom == Bound(found.name, found.space)]
    if signs not in ([1], [-1]):
        raise wrong
    center = variable - inside.times(signs[0])
    if bound_variables(center):
        raise wrong
    return center
