"""The balls that variables run through, as the ranges of a statement say them.

A range may say more than |e| <= r: what a limit has beside c |e| on its left side is dropped where
it is evidently not negative, and a limit that is no bound of |e| only narrows the range.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from certificates.enclosures import Ball
from certificates.format import Rejected, write_number
from certificates.judgments import Comparison, Judgment
from certificates.statements import Quantified
from certificates.terms import Bound, Norm, Scalar, Term, scalar_variables
from certificates.values import Context, is_nonnegative

from ..derivation import Derivation, Fact
from ..inexact import ends

BITS = 64  # to which irrational radii are rounded, downwards for points
STRICT = 1 - Fraction(1, 1 << 20)  # how much of the radius points may have, where |e| < r


@dataclass(frozen=True)
class Limit:
    """|e| <= radius for a variable e, and the steps that derive it from its range.

    `ball` is that of the kernel, in the norm without weight, of a radius that is rounded upwards;
    every e in it with a norm up to `inner`, without weight too, is in the range of this limit.
    """

    variable: Bound
    radius: Scalar
    ball: Ball
    inner: Fraction
    steps: Callable[[Derivation], Fact]


def limits_of(context: Context, chosen: Sequence[Quantified]) -> list[Limit] | None:
    """A ball for each variable; None if one has none."""
    found = [limit_of(context, quantified) for quantified in chosen]
    limits = [limit for limit in found if limit is not None]
    return limits if limits and len(limits) == len(found) else None


def limit_of(context: Context, quantified: Quantified) -> Limit | None:
    """The smallest ball that the range of a variable is in; None if it says none.

    It may have a radius below 0, and then nothing is in it.
    """
    if quantified.family:
        return None
    numbered = enumerate(quantified.range, 1)
    found = [_limit(context, quantified, number, claim) for number, claim in numbered]
    balls = [limit for limit in found if limit is not None]
    return min(balls, key=lambda limit: limit.inner, default=None)


def _limit(context: Context, quantified: Quantified, number: int, claim: Judgment) -> Limit | None:
    if not isinstance(claim, Comparison):
        return None
    turned = [claim.difference.times(Fraction(sign)) for sign in (1, -1)]
    for difference in turned if claim.relation == "=" else turned[:1]:
        bounded = Comparison(difference, "<=")
        left, right = bounded.sides
        variable = Bound(quantified.name, quantified.space)
        own = (Norm(Term.of(variable)),)
        factor = dict(left.parts).get(own, Fraction(0))
        others = [part for part in left.parts if part[0] != own]
        moving = Scalar(tuple(part for part in others if scalar_variables(Scalar((part,)))))
        still = Scalar(tuple(part for part in others if not scalar_variables(Scalar((part,)))))
        if factor and is_nonnegative(context, moving) and not scalar_variables(right):
            radius = (right - still).times(1 / factor)
            known = Known(quantified, number, claim, bounded, variable, factor, moving, radius)
            try:
                return _made(context, known, bool(still.parts))
            except Rejected:
                continue
    return None


@dataclass(frozen=True)
class Known:
    """What a range says of a variable:  factor |e| + moving <= factor radius.

    `claim` is the judgment number `number` of the range, `bounded` the inequality that it says.
    """

    quantified: Quantified
    number: int
    claim: Comparison
    bounded: Comparison
    variable: Bound
    factor: Fraction
    moving: Scalar
    radius: Scalar


def _made(context: Context, known: Known, numbered: bool) -> Limit:
    """The limit.  A radius is put to a number, where it is `numbered` or can only be enclosed."""
    quantified, claim, radius = known.quantified, known.claim, known.radius
    low, high = ends(context, radius)
    number = high.upper(BITS) if numbered or low != high else None
    space = context.data.spaces[quantified.space]
    weight = space.norm.weight
    outer = (high.upper() if number is None else number) / weight
    exact = low.as_rational()
    least = Fraction(low.enclosure(BITS)[0], 1 << BITS) if exact is None else exact
    inner = least / weight * (STRICT if claim.relation == "<" else 1)
    is_complex = context.data.field == "C"
    ball = Ball(space.dimension, is_complex, space.norm.kind, outer)

    def steps(d: Derivation) -> Fact:
        fact = d.step("range", variable=quantified.name, number=known.number)
        if claim.relation == "=":
            fact = d.step("weaken", fact, claim=str(known.bounded))
        share = 1 / known.factor
        facts, by = [fact], [share]
        if known.moving.parts:
            facts.append(d.step("nonnegative", scalar=str(known.moving)))
            by.append(share)
        if number is not None:
            facts.append(d.compute(f"{radius} <= {write_number(number)}"))
            by.append(Fraction(1))
        return fact if by == [1] else d.add(*facts, by=by)

    stated = radius if number is None else Scalar.number(number)
    return Limit(known.variable, stated, ball, inner, steps)
