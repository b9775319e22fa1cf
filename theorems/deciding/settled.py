"""Claims with numbers of modulus 1, at the values 1 and -1.

A counterexample may choose its units.  1 and -1 exist over R and over C, and with them a claim is
one without units, in the fragment that can be decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from certificates.judgments import Comparison, Judgment, Lipschitz, NotLipschitz
from certificates.statements import Conclusion, Hypothesis, Statement
from certificates.terms import (
    Atom,
    Constant,
    Image,
    Monomial,
    Norm,
    Scalar,
    Term,
    Turned,
    Value,
    image,
    norm,
    value,
)  # fmt: skip

Signs = Mapping[str, int]


def settled(statement: Statement, signs: Signs) -> Statement:
    """The statement with 1 or -1 for each of its numbers of modulus 1."""
    return replace(
        statement,
        given=tuple(Hypothesis(h.label, _judgment(h.judgment, signs)) for h in statement.given),
        for_all=tuple(
            replace(q, range=tuple(_judgment(j, signs) for j in q.range)) for q in statement.for_all
        ),
        conclude=tuple(
            Conclusion(tuple(_judgment(j, signs) for j in c.any), c.scope)
            for c in statement.conclude
        ),
    )


def _judgment(judgment: Judgment, signs: Signs) -> Judgment:
    if isinstance(judgment, Lipschitz):
        return Lipschitz(judgment.map, _scalar(judgment.bound, signs))
    if isinstance(judgment, NotLipschitz):
        return NotLipschitz(judgment.map, _scalar(judgment.bound, signs))
    difference = _scalar(judgment.difference, signs)
    if judgment.relation == "=":
        return Comparison.of(Scalar(), "=", difference)
    return Comparison(difference, judgment.relation)


def _scalar(scalar: Scalar, signs: Signs) -> Scalar:
    total = Scalar()
    for monomial, coefficient in scalar.parts:
        total = total + _monomial(monomial, signs).times(coefficient)
    return total


def _monomial(monomial: Monomial, signs: Signs) -> Scalar:
    product = Scalar.number(1)
    for quantity in monomial:
        if isinstance(quantity, Constant):
            product = product * Scalar.of(quantity)
        elif isinstance(quantity, Norm):
            product = product * norm(_term(quantity.term, signs))
    return product


def _term(term: Term, signs: Signs) -> Term:
    return Term.combination(term.space, [(c, _atom(atom, signs)) for atom, c in term.parts])


def _atom(atom: Atom, signs: Signs) -> Term:
    if isinstance(atom, Turned):
        sign = 1
        for unit, power in atom.units:
            sign *= signs[unit] ** abs(power)
        return _atom(atom.argument, signs).times(Fraction(sign))
    if isinstance(atom, Image):
        return image(atom.map, _atom(atom.argument, signs), atom.space)
    if isinstance(atom, Value):
        return value(atom.map, _term(atom.argument, signs), atom.space)
    return Term.of(atom)
