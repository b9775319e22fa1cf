"""The rules: every way in which a step can follow, in one table at the end of this file.

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

from . import operators
from .format import (
    Rejected,
    Unreadable,
    as_list,
    as_text,
    read_natural,
    read_small,
    short,
)
from .judgments import Comparison, Judgment, Lipschitz, NotLipschitz
from .language import Defined, Map, Names, Signed, read_judgment, read_scalar, read_term
from .maps import AffineMap, ConstantMap, McShaneMap
from .matrices import Integers, Matrix
from .norms import Norm
from .terms import Constant, Scalar, Term, bound_variables, image, norm, substitute, value
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
    difference = _at(context, premise.map, left) - _at(context, premise.map, right)
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
    rise = norm(_at(context, map, left) - _at(context, map, right))
    expected = Comparison.of(bound * norm(left - right), "<", rise)
    if premise != expected:
        raise Rejected(f"the premise reads {premise}, expected is {expected}")
    return NotLipschitz(map, bound)


def _at(context: Context, map: str, argument: Term) -> Term:
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


# -------------------------------------------------------------------- computing on the data


def compute(context: Context, claim: Judgment) -> Judgment:
    """
        ---------
         a <= b       (or a < b, a = b)

    where a and b have no bound variables and the comparison is true on the data: operators and
    maps are applied exactly, norms are sums of square roots, their signs are decided exactly.
    Refuses if it is false, or where a map's value is not known.
    """
    if not isinstance(claim, Comparison):
        raise Rejected("only a comparison of scalars can be computed")
    if not context.holds(claim):
        raise Rejected(f"{claim} is false on the data")
    return claim


def constant_map(context: Context, map: str) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= 0

    where the problem gives f as a constant map.  Refuses otherwise.
    """
    if not isinstance(context.data.maps.get(map), ConstantMap):
        raise Rejected(f"the problem does not give {map!r} as a constant map")
    return Lipschitz(map, Scalar())


def mcshane(context: Context, map: str) -> Judgment:
    """
        ---------------------
        Lipschitz(f) <= w K

    where the problem gives f as McShane's extension with slope K into w linf, over R.
    Refuses otherwise.
    """
    found = context.data.maps.get(map)
    entry = context.names.get(map)
    if not isinstance(found, McShaneMap) or not isinstance(entry, Map):
        raise Rejected(f"the problem does not give {map!r} as McShane's extension of a table")
    weight = context.data.spaces[entry.target].norm.weight
    return Lipschitz(map, Scalar.number(weight * found.slope))


def operator_rows(context: Context, map: str, bound: Fraction) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for an affine or linear f(y) = W y + b, by the dual norms of the rows of W (`operators.rows`).
    Refuses if f is not affine, or if this method does not prove the bound.
    """
    matrix, domain, target = affine(context, map)
    return _bounded(map, bound, operators.rows(matrix, domain, target, bound))


def operator_columns(context: Context, map: str, bound: Fraction) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for an affine or linear f(y) = W y + b, by the norms of the columns (`operators.columns`).
    Refuses if f is not affine, or if this method does not prove the bound.
    """
    matrix, domain, target = affine(context, map)
    return _bounded(map, bound, operators.columns(matrix, domain, target, bound))


def operator_signs(context: Context, map: str, bound: Fraction) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for an affine or linear f(y) = W y + b over R, from linf or into l1, by enumerating signs
    (`operators.signs`).  Refuses over C, for other norms, for more than 12 signs, or if false.
    """
    matrix, domain, target = affine(context, map)
    if context.data.field != "R":
        raise Rejected("signs are enough over R only")
    return _bounded(map, bound, operators.signs(matrix, domain, target, bound))


def operator_gram(
    context: Context, map: str, bound: Fraction, factor: list[Integers], shift: int
) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for an affine or linear f(y) = W y + b from l2 to l2, because K^2 I - W^* W is positive
    semidefinite, by an approximate Cholesky factor of it (`operators.gram_factor`).
    Refuses for other norms, or if the residual is not diagonally dominant.
    """
    matrix, domain, target = affine(context, map)
    found = operators.gram_factor(matrix, domain, target, bound, factor, shift)
    return _bounded(map, bound, found)


def affine(context: Context, map: str) -> tuple[Matrix, Norm, Norm]:
    """The matrix of an affine or linear map of the problem, and the norms of its two spaces.

    Raises Rejected for other maps.
    """
    entry = context.names.get(map)
    found = context.data.maps.get(map)
    matrix = found.matrix if isinstance(found, AffineMap) else context.data.operators.get(map)
    if matrix is None or not isinstance(entry, Map):
        raise Rejected(f"the problem does not give {map!r} as an affine or linear map")
    spaces = context.data.spaces
    return matrix, spaces[entry.domain].norm, spaces[entry.target].norm


def _bounded(map: str, bound: Fraction, proved: bool | None) -> Judgment:
    if proved is None:
        raise Rejected(f"this method does not fit the norms, the size or the hint for {map}")
    if not proved:
        raise Rejected(f"this method does not prove the bound {short(bound)} for {map}")
    return Lipschitz(map, Scalar.number(bound))


# ------------------------------------------------------------------------- the types of arguments

Reader = Callable[[object, str, Names], Any]


def _number(raw: object, where: str, names: Names) -> Fraction:
    return read_small(raw, where)


def _natural(raw: object, where: str, names: Names) -> int:
    return read_natural(raw, where, 1 << 12)


def _name(raw: object, where: str, names: Names) -> str:
    return as_text(raw, where)


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


def _integer_rows(raw: object, where: str, names: Names) -> list[Integers]:
    lists = [as_list(row, where) for row in as_list(raw, where)]
    rows = [[read_small(item, where) for item in row] for row in lists]
    if any(number.denominator != 1 for row in rows for number in row):
        raise Unreadable(f"{where}: rows of integers are expected")
    return [tuple(number.numerator for number in row) for row in rows]


# ------------------------------------------------------------------------------ the table


@dataclass(frozen=True)
class Rule:
    """A row of the table.  `premises` ending in `...` repeats the type before it."""

    function: Callable[..., Judgment]
    premises: tuple[Any, ...]
    arguments: dict[str, Reader]


BOUND: dict[str, Reader] = {"map": _name, "bound": _number}
PAIR: dict[str, Reader] = {"left": _term, "right": _term}

RULES: dict[str, Rule] = {
    "given": Rule(given, (), {"hypothesis": _natural}),
    "range": Rule(range_, (), {"variable": _name, "number": _natural}),
    "sign": Rule(sign, (), {"constant": _name}),
    "nonnegative": Rule(nonnegative, (), {"scalar": _scalar}),
    "triangle": Rule(triangle, (), {"summands": _summands}),
    "linear": Rule(linear, (Comparison, ...), {"multipliers": _scalars}),
    "weaken": Rule(weaken, (Comparison,), {"claim": _judgment}),
    "equal": Rule(equal, (Comparison, Comparison), {}),
    "lipschitz": Rule(lipschitz, (Lipschitz,), PAIR),
    "relax": Rule(relax, (Lipschitz, Comparison), {}),
    "constant_definition": Rule(constant_definition, (), {"map": _name}),
    "secant": Rule(secant, (Comparison,), {"map": _name, **PAIR, "bound": _scalar}),
    "compute": Rule(compute, (), {"claim": _judgment}),
    "constant_map": Rule(constant_map, (), {"map": _name}),
    "mcshane": Rule(mcshane, (), {"map": _name}),
    "operator_rows": Rule(operator_rows, (), BOUND),
    "operator_columns": Rule(operator_columns, (), BOUND),
    "operator_signs": Rule(operator_signs, (), BOUND),
    "operator_gram": Rule(operator_gram, (), {**BOUND, "factor": _integer_rows, "shift": _natural}),
}
