"""A sentence for every rule of the kernel: how a step is introduced in the paper's manner.

A sentence introduces the formula that is displayed under it, so it ends with a comma, a colon or
without a mark.  `SENTENCES` has a row for each row of `certificates.rules.RULES`; a test compares
the two.  The rules in `MERGED` only rewrite or remind: a step by one of them has no line of its
own where a later step uses it, and is said inside the sentence of that step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from certificates.format import Rejected
from certificates.judgments import Comparison, Judgment, Lipschitz
from certificates.kernel import Step
from certificates.statements import Statement
from certificates.terms import Scalar, Term
from certificates.values import Context

from .formulas import Reading, number, rational
from .tree import Brackets, Code, Formula, Inline, Number, Raised, Sign, Symbol, Words, listed, row

LISTED = 8  # premises: more are folded


@dataclass(frozen=True)
class Told:
    """What a sentence may use: the step, its arguments, and how its premises are referred to."""

    step: Step
    arguments: dict[str, Any]
    premises: tuple[Judgment, ...]
    refs: tuple[Words, ...]
    statement: Statement
    context: Context
    reading: Reading

    def all_refs(self) -> Words:
        """All premises: (1), (2) and (4)."""
        return folded([*self.refs])

    def term(self, name: str) -> Formula:
        """An argument that is a vector term."""
        term: Term = self.arguments[name]
        return self.reading.term(term)

    def map(self) -> Formula:
        """The argument that names a map."""
        return Symbol(self.arguments["map"])


def folded(items: list[Words]) -> Words:
    """A list of items, folded if it is long."""
    if len(items) > LISTED:
        items = [*items[: LISTED - 1], (f"{len(items) - LISTED + 1} more",)]
    return listed(items)


Sentence = Callable[[Told], Words]


def fixed(words: str) -> Sentence:
    """A sentence that is always the same."""
    return lambda told: (words,)


def of_map(before: str, after: str) -> Sentence:
    """A sentence about the map of the step."""
    return lambda told: (before, told.map(), after)


# ------------------------------------------------------------------ what the statement gives


def given(told: Told) -> Words:
    """The hypothesis by its label."""
    hypothesis = told.statement.given[told.arguments["hypothesis"] - 1]
    return ("By the hypothesis ", Code(hypothesis.label), ",")


def range_(told: Told) -> Words:
    """The range of a variable."""
    return ("Let ", Symbol(told.arguments["variable"]), " be as in the claim, so that")


def denied(told: Told) -> Words:
    """The start of a proof by contradiction."""
    several = len(told.statement.conclude) > 1
    which = f"conclusion {told.arguments['conclusion']}" if several else "the conclusion"
    claim = told.statement.conclude[told.arguments["conclusion"] - 1]
    if len(claim.any) > 1:
        return (f"Suppose that alternative {told.arguments['alternative']} of {which} fails, so",)
    return (f"Suppose, to the contrary of {which}, that",)


def sign(told: Told) -> Words:
    """The declared sign of a constant."""
    return ("The sign of the constant ", Symbol(told.arguments["constant"]), " is declared:")


# --------------------------------------------------------------- norms and linear arithmetic


def triangle(told: Told) -> Words:
    """The triangle inequality, with the vectors it is applied to."""
    summands: list[tuple[Fraction, Term]] = told.arguments["summands"]
    if len(summands) == 1:
        return ("A number is taken out of a norm by its modulus:",)
    items: list[Words] = [(told.reading.term(term.times(c)),) for c, term in summands]
    if all(term.parts for _, term in summands):
        return ("By the triangle inequality, applied to the sum of ", *folded(items), ",")
    return ("By the triangle inequality,",)


def linear(told: Told) -> Words:
    """Adding inequalities, each with its multiplier."""
    multipliers: list[Scalar] = told.arguments["multipliers"]
    if not multipliers:
        return ("Trivially,",)
    if len(multipliers) == 1 and multipliers[0].as_number() == 1:
        return ("That is, by ", *told.refs[0], ",")
    items = [times(told.reading, m, ref) for m, ref in zip(multipliers, told.refs, strict=True)]
    if len(items) == 1:
        return ("Taking ", *items[0], ",")
    return ("Adding ", *folded(items), ", we get")


def times(reading: Reading, multiplier: Scalar, ref: Words) -> Words:
    """So many times an inequality."""
    value = multiplier.as_number()
    if value == 1:
        return ref
    if value is not None:
        return (rational(value), " times ", *ref)
    return (factor_of(reading, multiplier), " times ", *ref)


def factor_of(reading: Reading, multiplier: Scalar) -> Formula:
    """A multiplier, a sum in brackets."""
    found = reading.scalar(multiplier)
    return Brackets(found) if len(multiplier.parts) > 1 else found


def nonnegative(told: Told) -> Words:
    """Positivity; a conclusion whose sides are the same term is 0 <= 0."""
    conclusion = told.step.conclusion
    if isinstance(conclusion, Comparison) and not conclusion.difference.parts:
        return ("Both sides are the same, which is to say",)
    return ("Norms, and constants with a declared sign, are not negative:",)


def product(told: Told) -> Words:
    """The product of two inequalities; a positive factor is called so."""
    for place in (0, 1):
        premise, other = told.premises[place], told.refs[1 - place]
        if isinstance(premise, Comparison) and not premise.sides[0].parts:
            by = told.reading.scalar(premise.sides[1])
            how = "positive" if premise.relation == "<" else "not negative"
            return ("Multiplying ", *other, " by ", by, f", which is {how},")
    return ("Multiplying the differences of the sides of ", *told.all_refs(), ",")


# ------------------------------------------------------------------------- Lipschitz bounds


def lipschitz(told: Told) -> Words:
    """The Lipschitz bound of a premise at two points; with its number, where the data give it."""
    premise = told.premises[0]
    if not isinstance(premise, Lipschitz):
        return ("By ", *told.all_refs(), ",")
    bound: list[Inline] = [told.reading.scalar(premise.bound)]
    if premise.bound.as_number() is None:
        try:
            value = number(told.context.scalar(premise.bound))
            bound = [row(told.reading.scalar(premise.bound), Sign("="), value)]
        except Rejected:
            pass
    ends: list[Words] = [(told.term(n),) for n in ("left", "right") if told.arguments[n].parts]
    points: Words = ("; at ", *ends[0]) if len(ends) == 1 else ("; between ", *listed(ends))
    known: Words = (Symbol(premise.map), " is Lipschitz with constant ", *bound)
    return ("By ", *told.refs[0], ", ", *known, *(points if ends else ()), " this says that")


def secant(told: Told) -> Words:
    """A slope between two points."""
    bound = told.reading.scalar(told.arguments["bound"])
    between: Words = (" between ", told.term("left"), " and ", told.term("right"))
    return (
        "By ",
        *told.refs[0],
        " the slope of ",
        told.map(),
        *between,
        " exceeds ",
        bound,
        ", so",
    )


def congruence(told: Told) -> Words:
    """Equal arguments have equal values."""
    points: Words = (told.term("left"), " and ", told.term("right"))
    return ("By ", *told.refs[0], " the vectors ", *points, " agree, hence ", told.map(),
            " takes the same value at both:")  # fmt: skip


def everywhere(told: Told) -> Words:
    """Arbitrary points."""
    points: Words = (
        *(Symbol(told.arguments["left"]), " and "),
        Symbol(told.arguments["right"]),
    )
    return ("Since ", *points, " were arbitrary, ", *told.refs[0], " says that")


# -------------------------------------------------------------------------------- the data


def gram(told: Told) -> Words:
    """A bound by a positive semidefinite difference."""
    square = Raised(Symbol("K"), Number("2"))
    product = row(Raised(Symbol("W"), Sign("star")), Symbol("W"))
    matrix = row(square, Sign("thin"), Symbol("I"), Sign("-"), product)
    which: Words = ("With ", Symbol("W"), " the matrix of ", told.map(), " and ", Symbol("K"))
    return (*which, " the bound, the matrix ", matrix, " is positive semidefinite, so")


def computed(told: Told) -> Words:
    """Exact values; numbers alone where there are no data."""
    return ("Clearly,",) if told.context.problem is None else ("By exact computation on the data,",)


def enclosed(told: Told) -> Words:
    """Interval arithmetic, on a ball if there is a premise."""
    bits, splits = told.arguments["bits"], told.arguments["splits"]
    parts: list[Inline] = []
    if told.refs:
        parts += ["For all vectors that satisfy ", *told.all_refs(), ", enclosing"]
    else:
        parts.append("Enclosing")
    parts.append(f" both sides, rounded outwards to {bits} bits")
    parts.append(", on each part into which the ball is divided," if splits else ",")
    return tuple(parts)


def fourier_zero(told: Told) -> Words:
    """Exact zeros of Fourier sums."""
    return ("The frequencies that ", told.map(), " samples vanish on ", told.term("vector"),
            ", because the sums are divisible by a cyclotomic polynomial:")  # fmt: skip


def lower(reason: str) -> Sentence:
    """A lower bound of |A v|."""
    return lambda told: ("For ", told.map(), f", {reason}, the value at ", told.term("vector"),
                         " is at least so long:")  # fmt: skip


SENTENCES: dict[str, Sentence] = {
    "given": given,
    "range": range_,
    "denied": denied,
    "sign": sign,
    "nonnegative": nonnegative,
    "triangle": triangle,
    "linear": linear,
    "product": product,
    "square": fixed("A square is not negative:"),
    "weaken": lambda told: ("In particular, by ", *told.all_refs(), ","),
    "equal": lambda told: ("By ", *told.all_refs(), " there is equality:"),
    "lipschitz": lipschitz,
    "relax": lambda told: (
        "A fortiori, by ", *told.all_refs(), ",",
    ),
    "constant_definition": of_map("By its definition ", " is constant, so"),
    "secant": secant,
    "congruence": congruence,
    "everywhere": everywhere,
    "compute": computed,
    "members": fixed("By exact computation for every member of the finite sets,"),
    "enclosed": enclosed,
    "network_gains": of_map(
        "Differences pass through the network ",
        " at most as through the one with the moduli of its weights and the largest slopes of its"
        " activations, so",
    ),
    "constant_map": of_map("On the data ", " is constant, so"),
    "mcshane": of_map(
        "On the data ", " is McShane's extension of a table, which is as steep as the table says:"
    ),
    "operator_rows": of_map("By the dual norms of the rows of the matrix of ", ","),
    "operator_columns": of_map("By the norms of the columns of the matrix of ", ","),
    "operator_signs": of_map("By going through all vectors of signs, for the matrix of ", ","),
    "operator_orthogonal": of_map(
        "Since ", " is composed of multiples of distinct rows, or columns, of orthogonal matrices,"
    ),
    "operator_schur": of_map("By Schur's test with positive weights, for the matrix of ", ","),
    "operator_gram": gram,
    "fourier_zero": fourier_zero,
    "lower_gram": lower("whose Gram matrix less a multiple of the identity is not negative"),
    "lower_orthogonal": lower("whose form shows a multiple of a map that keeps norms"),
    "layer_norms": of_map("Multiplying the norms of the layers of ", ","),
    "cells": of_map(
        "Splitting the domain of ",
        " by the signs of its neurons and bounding the Jacobian on every cell,",
    ),
}  # fmt: skip

MERGED = frozenset({"given", "range", "sign", "nonnegative", "square", "weaken"})


def mention(told: Told) -> Words:
    """How a later sentence refers to a merged step."""
    rule = told.step.rule
    if rule == "given":
        return (
            "the hypothesis ",
            Code(told.statement.given[told.arguments["hypothesis"] - 1].label),
        )
    if rule == "weaken":
        return told.refs[0]
    if rule == "range":
        variable = told.arguments["variable"]
        if any(v.name == variable and len(v.range) > 1 for v in told.statement.for_all):
            return ("the bound ", told.reading.judgment(told.step.conclusion))
        return ("the bound on ", Symbol(variable))
    conclusion = told.step.conclusion
    if isinstance(conclusion, Comparison) and len(conclusion.difference.parts) > LISTED:
        return ("the positivity of norms",)
    return (told.reading.judgment(conclusion),)
