"""The rules: every way in which a step can follow, in one table at the end of this file.

Those that need a problem's data are in `data_rules`.

A rule is a function of the context, of its premises and of its arguments; the table gives their
types, which the kernel checks before it calls the rule, so a rule says only mathematics.  Each
docstring is the inference figure (premises over the bar, conclusion under it), then the side
condition, then when the rule refuses.  Adding a rule is one function and one row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from . import cyclotomic, data_rules, enclosing, layers, singular
from .format import (
    Rejected,
    Unreadable,
    as_list,
    as_text,
    read_natural,
    read_small,
)
from .judgments import Comparison, Judgment, Lipschitz, NotLipschitz, negations
from .language import Defined, Map, Names, Signed, read_judgment, read_scalar, read_term
from .terms import (
    Constant,
    Scalar,
    Term,
    bound_variables,
    image,
    norm,
    scalar_variables,
    substitute,
    value,
)  # fmt: skip
from .values import Context, is_nonnegative, is_positive

MAXIMAL_PRODUCTS = 1 << 17  # more products of terms in one linear combination are refused

# --------------------------------------------------------------- what the statement gives


def given(context: Context, hypothesis: int) -> Judgment:
    """
        ---------------------
        hypothesis number k

    A step that uses it depends on it; on data the report lists it as assumed, unless another
    step decides it.  Refuses if there is no such hypothesis.
    """
    if not 1 <= hypothesis <= len(context.statement.given):
        raise Rejected(f"the statement has {len(context.statement.given)} hypotheses")
    return context.statement.given[hypothesis - 1].judgment


def range_(context: Context, variable: str, number: int) -> Judgment:
    """
        -------------------------------------------
        judgment number k that delimits "for all e"

    Refuses if the statement has no such variable, or not so many judgments for it.
    """
    for quantified in context.statement.for_all:
        if quantified.name == variable and 1 <= number <= len(quantified.range):
            return quantified.range[number - 1]
    raise Rejected(f"no judgment {number} delimits a variable {variable!r}")


def denied(context: Context, conclusion: int, alternative: int) -> Judgment:
    """
        -------------------------------------------------------
        the negation of alternative number k of conclusion number j

    For a proof of this conclusion by contradiction, and of "a or b" from "not a".  A step that
    uses it serves no other conclusion.  Refuses an equation, whose negation is no judgment.
    """
    claims = context.statement.conclude
    if not 1 <= conclusion <= len(claims):
        raise Rejected(f"the statement has {len(claims)} conclusions")
    if not 1 <= alternative <= len(claims[conclusion - 1].any):
        raise Rejected(f"conclusion {conclusion} has no alternative {alternative}")
    claim = claims[conclusion - 1].any[alternative - 1]
    found = negations(claim)
    if len(found) != 1:
        raise Rejected(f"the negation of {claim} is no single judgment")
    return found[0]


def sign(context: Context, constant: str) -> Judgment:
    """
        ---------   where the statement declares  c > 0  (or c >= 0, then with <=)
          0 < c

    Refuses for a constant without a declared sign.
    """
    entry = context.names.get(constant)
    if not isinstance(entry, Signed) or not entry.sign:
        raise Rejected(f"{constant!r} is not a constant with a declared sign")
    positive = entry.sign == ">"
    return Comparison.of(Scalar(), "<" if positive else "<=", Scalar.of(Constant(constant)))


# -------------------------------------------------------------- norms and linear arithmetic


def nonnegative(context: Context, scalar: Scalar) -> Judgment:
    """
        ----------
          0 <= s

    where s is a sum of products of norms and of constants declared > 0 or >= 0, with
    coefficients >= 0.  Refuses if a coefficient is negative or a constant has no declared sign.
    """
    if not is_nonnegative(context, scalar):
        raise Rejected(f"{scalar} has a negative coefficient or a constant without a sign")
    return Comparison.of(Scalar(), "<=", scalar)


def triangle(context: Context, summands: list[tuple[Fraction, Term]]) -> Judgment:
    """
        -------------------------------------------------------
        |c_1 t_1 + ... + c_k t_k|  <=  |c_1| |t_1| + ... + |c_k| |t_k|

    The triangle inequality and |c t| = |c| |t|.  Refuses if there are no summands, or not all in
    one space.
    """
    spaces = {term.space for _, term in summands}
    if len(spaces) != 1:
        raise Rejected("the summands must be one or more vectors of one space")
    total = Term.combination(spaces.pop(), summands)
    norms = [norm(term).times(abs(coefficient)) for coefficient, term in summands]
    bound = Scalar.collect(part for scalar in norms for part in scalar.parts)
    return Comparison.of(norm(total), "<=", bound)


def linear(context: Context, *premises: Comparison, multipliers: list[Scalar]) -> Judgment:
    """
        a_1 <= b_1   ...   a_k <= b_k
        ---------------------------------------------------
        m_1 a_1 + ... + m_k a_k  <=  m_1 b_1 + ... + m_k b_k

    where each multiplier is >= 0 for the reason that `nonnegative` gives.  Terms on both sides
    cancel.  The conclusion is strict if a strict premise has a multiplier that is > 0.  Refuses
    equations (`weaken` them first), a wrong number of multipliers, a multiplier that is not
    evidently >= 0, and more than 131,072 products of terms.
    """
    if len(multipliers) != len(premises):
        raise Rejected(f"{len(multipliers)} multipliers for {len(premises)} premises")
    pairs = zip(premises, multipliers, strict=True)
    if sum(len(p.difference.parts) * len(m.parts) for p, m in pairs) > MAXIMAL_PRODUCTS:
        raise Rejected(f"more than {MAXIMAL_PRODUCTS} products of terms; take several steps")
    products: list[Scalar] = []
    strict = False
    for premise, multiplier in zip(premises, multipliers, strict=True):
        if premise.relation == "=":
            raise Rejected(f"{premise} is an equation: weaken it to an inequality first")
        if not is_nonnegative(context, multiplier):
            raise Rejected(f"the multiplier {multiplier} is not evidently >= 0")
        products.append(premise.difference * multiplier)
        strict = strict or (premise.relation == "<" and is_positive(context, multiplier))
    total = Scalar.collect(part for scalar in products for part in scalar.parts)
    return Comparison.of(Scalar(), "<" if strict else "<=", total)


def product(context: Context, one: Comparison, other: Comparison) -> Judgment:
    """
        a <= b     c <= d
        --------------------
        0 <= (b - a) (d - c)

    Strict if both premises are.  Refuses equations.
    """
    if "=" in (one.relation, other.relation):
        raise Rejected("an equation among the premises: weaken it to an inequality first")
    strict = one.relation == other.relation == "<"
    return Comparison.of(Scalar(), "<" if strict else "<=", one.difference * other.difference)


def square(context: Context, scalar: Scalar) -> Judgment:
    """
        ---------
        0 <= s s

    Never refuses.
    """
    return Comparison.of(Scalar(), "<=", scalar * scalar)


def weaken(context: Context, premise: Comparison, claim: Judgment) -> Judgment:
    """
        a < b        a = b        a = b
        ------  or  ------  or  ------
        a <= b      a <= b      b <= a

    where `claim` is the conclusion.  Refuses any other claim.
    """
    turned = premise.difference.times(Fraction(-1))
    allowed = [premise.difference, turned] if premise.relation == "=" else [premise.difference]
    if claim not in [Comparison(difference, "<=") for difference in allowed]:
        raise Rejected(f"{claim} is not {premise} with <= for its relation")
    return claim


def equal(context: Context, one: Comparison, other: Comparison) -> Judgment:
    """
        a <= b     b <= a
        -----------------
             a = b

    Refuses premises that do not read like this, up to terms on both sides.
    """
    opposite = one.difference.times(Fraction(-1)) == other.difference
    if not opposite or one.relation != "<=" or other.relation != "<=":
        raise Rejected(f"{one} and {other} are not a <= b and b <= a")
    return Comparison.of(Scalar(), "=", one.difference)


# ------------------------------------------------------------------------ Lipschitz bounds


def lipschitz(context: Context, premise: Lipschitz, left: Term, right: Term) -> Judgment:
    """
             Lipschitz(f) <= s
        ----------------------------
        |f(u) - f(v)|  <=  s |u - v|

    Refuses if u or v is not in the domain of f.
    """
    difference = at(context, premise.map, left) - at(context, premise.map, right)
    return Comparison.of(norm(difference), "<=", premise.bound * norm(left - right))


def relax(context: Context, premise: Lipschitz, comparison: Comparison) -> Judgment:
    """
        Lipschitz(f) <= s     s <= t
        ----------------------------
             Lipschitz(f) <= t

    where t is s plus the difference of the second premise's sides.  Refuses an equation.
    """
    if comparison.relation == "=":
        raise Rejected(f"{comparison} is an equation: weaken it to an inequality first")
    return Lipschitz(premise.map, premise.bound + comparison.difference)


def constant_definition(context: Context, map: str) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= 0

    where the statement defines f(y) by a term in which y does not occur.  Refuses otherwise.
    """
    entry = context.names.get(map)
    if not isinstance(entry, Defined) or entry.parameter in bound_variables(entry.body):
        raise Rejected(f"{map!r} is not defined by a term without its parameter")
    return Lipschitz(map, Scalar())


def secant(
    context: Context, premise: Comparison, map: str, left: Term, right: Term, bound: Scalar
) -> Judgment:
    """
        s |u - v|  <  |f(u) - f(v)|
        ---------------------------
            Lipschitz(f) > s

    Refuses if u or v is not in the domain of f, or if the premise does not read like this.
    """
    rise = norm(at(context, map, left) - at(context, map, right))
    expected = Comparison.of(bound * norm(left - right), "<", rise)
    if premise != expected:
        raise Rejected(f"the premise reads {premise}, expected is {expected}")
    return NotLipschitz(map, bound)


def at(context: Context, map: str, argument: Term) -> Term:
    """A map of the statement at a term.  Raises Rejected for another name or another space."""
    entry = context.names.get(map)
    if not isinstance(entry, Map | Defined):
        raise Rejected(f"{map!r} is not a map")
    if argument.space != entry.domain:
        raise Rejected(f"{argument} is not in the domain {entry.domain} of {map}")
    if isinstance(entry, Defined):
        return substitute(entry.body, entry.parameter, argument)
    if entry.linear:
        zero = Term(entry.target, ())
        return zero if entry.zero else image(map, argument, entry.target)
    return value(map, argument, entry.target)


def congruence(
    context: Context, premise: Comparison, map: str, left: Term, right: Term
) -> Judgment:
    """
           |u - v| <= 0
        -------------------
        |f(u) - f(v)| <= 0

    because u = v; f is any map, linear or not.  Refuses if u or v is not in the domain of f, or
    if the premise does not read like this.
    """
    values = norm(at(context, map, left) - at(context, map, right))
    expected = Comparison.of(norm(left - right), "<=", Scalar())
    if premise != expected:
        raise Rejected(f"the premise reads {premise}, expected is {expected}")
    return Comparison.of(values, "<=", Scalar())


def everywhere(
    context: Context, premise: Comparison, map: str, left: str, right: str, bound: Scalar
) -> Judgment:
    """
        |f(u) - f(v)|  <=  s |u - v|
        ----------------------------
              Lipschitz(f) <= s

    where u and v are two of the certificate's own arbitrary vectors, and s is without them.
    Nothing is known of these, as no statement mentions them.  Refuses otherwise.
    """
    entries = [context.arbitrary.get(name) for name in (left, right)]
    if left == right or None in entries or {left, right} & scalar_variables(bound):
        raise Rejected(f"{left!r} and {right!r} are not two arbitrary vectors, absent from {bound}")
    u, v = (Term.of(entry) for entry in entries if entry)
    expected = Comparison.of(
        norm(at(context, map, u) - at(context, map, v)), "<=", bound * norm(u - v)
    )
    if premise != expected:
        raise Rejected(f"the premise reads {premise}, expected is {expected}")
    return Lipschitz(map, bound)


# ------------------------------------------------------------------------- the types of arguments

Reader = Callable[[object, str, Names], Any]


def _alone(read: Callable[[object, str], Any]) -> Reader:
    """A reader that needs no names."""
    return lambda raw, where, names: read(raw, where)


def _natural(raw: object, where: str, names: Names) -> int:
    return read_natural(raw, where, 1 << 12)


def _ranges(conclusion: Comparison, claim: Judgment) -> set[str]:
    return {f"range {name}" for name in scalar_variables(conclusion.difference)}


def _term(raw: object, where: str, names: Names) -> Term:
    return read_term(as_text(raw, where), names, where)


def _scalar(raw: object, where: str, names: Names) -> Scalar:
    return read_scalar(as_text(raw, where), names, where)


def _judgment(raw: object, where: str, names: Names) -> Judgment:
    return read_judgment(as_text(raw, where), names, where)


def _scalars(raw: object, where: str, names: Names) -> list[Scalar]:
    return [_scalar(item, where, names) for item in as_list(raw, where)]


def _summands(raw: object, where: str, names: Names) -> list[tuple[Fraction, Term]]:
    pairs = [as_list(item, where) for item in as_list(raw, where)]
    if any(len(pair) != 2 for pair in pairs):
        raise Unreadable(f"{where}: a summand is a list of a number and a vector term")
    return [(read_small(c, where), _term(t, where, names)) for c, t in pairs]


_name, _number = _alone(as_text), _alone(read_small)
_integer_rows, _layer_bounds = _alone(layers.read_integers), _alone(layers.read_layer_bounds)
_splits, _tree = _alone(enclosing.read_splits), _alone(layers.read_tree)

# ------------------------------------------------------------------------------ the table


@dataclass(frozen=True)
class Rule:
    """A row of the table.  `premises` ending in `...` repeats the type before it.

    `depends` names, from the conclusion and the arguments, what a step depends on beyond its
    premises: a hypothesis, the range of a variable, a denied conclusion.
    """

    function: Callable[..., Judgment]
    premises: tuple[Any, ...]
    arguments: dict[str, Reader]
    depends: Callable[..., set[str]] = lambda conclusion, **arguments: set()


BOUND: dict[str, Reader] = {"map": _name, "bound": _number}
LOWER: dict[str, Reader] = {"map": _name, "vector": _term, "bound": _number}
FACTOR: dict[str, Reader] = {"factor": _integer_rows, "shift": _natural}
PAIR: dict[str, Reader] = {"left": _term, "right": _term}

RULES: dict[str, Rule] = {
    "given": Rule(given, (), {"hypothesis": _natural}, lambda _, hypothesis: {"given"}),
    "range": Rule(
        range_,
        (),
        {"variable": _name, "number": _natural},
        lambda _, variable, number: {f"range {variable}"},
    ),
    "denied": Rule(
        denied,
        (),
        {"conclusion": _natural, "alternative": _natural},
        lambda _, conclusion, alternative: {f"denied {conclusion}"},
    ),
    "sign": Rule(sign, (), {"constant": _name}),
    "nonnegative": Rule(nonnegative, (), {"scalar": _scalar}),
    "triangle": Rule(triangle, (), {"summands": _summands}),
    "linear": Rule(linear, (Comparison, ...), {"multipliers": _scalars}),
    "product": Rule(product, (Comparison, Comparison), {}),
    "square": Rule(square, (), {"scalar": _scalar}),
    "weaken": Rule(weaken, (Comparison,), {"claim": _judgment}),
    "equal": Rule(equal, (Comparison, Comparison), {}),
    "lipschitz": Rule(lipschitz, (Lipschitz,), PAIR),
    "relax": Rule(relax, (Lipschitz, Comparison), {}),
    "constant_definition": Rule(constant_definition, (), {"map": _name}),
    "secant": Rule(secant, (Comparison,), {"map": _name, **PAIR, "bound": _scalar}),
    "congruence": Rule(congruence, (Comparison,), {"map": _name, **PAIR}),
    "everywhere": Rule(
        everywhere,
        (Comparison,),
        {"map": _name, "left": _name, "right": _name, "bound": _scalar},
    ),
    "compute": Rule(data_rules.compute, (), {"claim": _judgment}),
    "members": Rule(data_rules.members, (), {"claim": _judgment}, _ranges),
    "enclosed": Rule(
        data_rules.enclosed,
        (Comparison, ...),
        {"claim": _judgment, "bits": _natural, "splits": _splits},
    ),
    "network_gains": Rule(data_rules.network_gains, (), BOUND),
    "constant_map": Rule(data_rules.constant_map, (), {"map": _name}),
    "mcshane": Rule(data_rules.mcshane, (), {"map": _name}),
    "operator_rows": Rule(data_rules.operator_rows, (), BOUND),
    "operator_columns": Rule(data_rules.operator_columns, (), BOUND),
    "operator_signs": Rule(data_rules.operator_signs, (), BOUND),
    "operator_orthogonal": Rule(data_rules.operator_orthogonal, (), BOUND),
    "operator_schur": Rule(data_rules.operator_schur, (), {**BOUND, "weights": _integer_rows}),
    "operator_gram": Rule(data_rules.operator_gram, (), {**BOUND, **FACTOR}),
    "fourier_zero": Rule(cyclotomic.fourier_zero, (), {"map": _name, "vector": _term}),
    "lower_gram": Rule(singular.lower_gram, (), {**LOWER, **FACTOR}),
    "lower_orthogonal": Rule(singular.lower_orthogonal, (), LOWER),
    "layer_norms": Rule(data_rules.layer_norms, (), {"map": _name, "layers": _layer_bounds}),
    "cells": Rule(data_rules.cells, (), {**BOUND, "tree": _tree}),
}
