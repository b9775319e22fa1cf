"""What a step may say.

    Comparison      left <= right,  left < right,  left = right      of scalar terms
    Lipschitz       Lipschitz(f) <= s        |f(u) - f(v)| <= s |u - v|  for all u, v
    NotLipschitz    Lipschitz(f) > s         the negation of that

A comparison is kept as one scalar term, `right - left`, so that it has one normal form; its text
puts the terms with negative coefficients on the left.  `Lipschitz(f)` is no number of the
language: it may be infinite, and infinities must not enter linear arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from .terms import Scalar

Relation = Literal["<=", "<", "="]


@dataclass(frozen=True, slots=True)
class Comparison:
    """0 <= difference,  0 < difference  or  0 = difference."""

    difference: Scalar
    relation: Relation

    @staticmethod
    def of(left: Scalar, relation: Relation, right: Scalar) -> Comparison:
        """`left relation right`; of the two forms of an equation the one that leads with +."""
        difference = right - left
        if relation == "=" and difference.parts and difference.parts[0][1] > 0:
            difference = difference.times(Fraction(-1))
        return Comparison(difference, relation)

    @property
    def sides(self) -> tuple[Scalar, Scalar]:
        """(left, right), both without negative coefficients."""
        left = tuple((m, -c) for m, c in self.difference.parts if c < 0)
        right = tuple((m, c) for m, c in self.difference.parts if c > 0)
        return Scalar(left), Scalar(right)

    def __str__(self) -> str:
        left, right = self.sides
        return f"{left} {self.relation} {right}"


@dataclass(frozen=True, slots=True)
class Lipschitz:
    """|f(u) - f(v)| <= bound |u - v| for all u, v of the domain of the map f."""

    map: str
    bound: Scalar

    def __str__(self) -> str:
        return f"Lipschitz({self.map}) <= {self.bound}"


@dataclass(frozen=True, slots=True)
class NotLipschitz:
    """|f(u) - f(v)| > bound |u - v| for some u, v of the domain of the map f."""

    map: str
    bound: Scalar

    def __str__(self) -> str:
        return f"Lipschitz({self.map}) > {self.bound}"


Judgment = Comparison | Lipschitz | NotLipschitz

FALSE = Comparison(Scalar(), "<")  # 0 < 0


def negations(judgment: Judgment) -> tuple[Judgment, ...]:
    """The judgments any one of which says that `judgment` is false."""
    if isinstance(judgment, Lipschitz):
        return (NotLipschitz(judgment.map, judgment.bound),)
    if isinstance(judgment, NotLipschitz):
        return (Lipschitz(judgment.map, judgment.bound),)
    opposite = judgment.difference.times(Fraction(-1))
    if judgment.relation == "<=":
        return (Comparison(opposite, "<"),)
    if judgment.relation == "<":
        return (Comparison(opposite, "<="),)
    return (Comparison(opposite, "<"), Comparison(judgment.difference, "<"))
