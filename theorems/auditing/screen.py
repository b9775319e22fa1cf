"""Comparisons for all members of finite sets: the worst member, found by floats, decided exactly.

Every vector is computed exactly and then rounded; floats compare the many combinations and point
at a few, and those are compared exactly.  That a comparison holds for all members is said by the
kernel's rule `members` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from certificates.exact import Roots, Undecided
from certificates.format import Rejected
from certificates.judgments import Comparison
from certificates.matrices import Vector
from certificates.norms import Norm as SpaceNorm
from certificates.statements import Quantified
from certificates.terms import Atom, Constant, Scalar, Term, bound_variables, scalar_variables
from certificates.values import MAXIMAL_CASES, Context

from ..inexact import settled
from ..settling import sides

Floats = np.ndarray[Any, Any]
Case = dict[str, str]  # variable -> name of a vector

TIES = 16  # combinations with the largest quotient that are compared exactly
NEAR = 1e-6  # quotients nearer to 1 are decided exactly
TINY = 1e-12  # sides smaller than this part of the largest are doubtful
DOUBTFUL = 4096  # at most so many are decided exactly; the kernel decides the others
CHUNK = 1 << 22  # entries of the largest array at a time
BITS = 256  # quotients nearer than 2^-BITS or so are taken for equal


class Unknown(Exception):
    """A value that a comparison needs is not known: the sentence says which, for which member."""


def names_of(comparisons: Sequence[Comparison]) -> set[str]:
    """The variables of some comparisons."""
    return {name for claim in comparisons for name in scalar_variables(claim.difference)}


def limits_of(quantified: Quantified) -> list[Comparison]:
    """The judgments that delimit a variable's range; they are comparisons."""
    return [limit for limit in quantified.range if isinstance(limit, Comparison)]


def closure(names: set[str], for_all: Sequence[Quantified]) -> list[Quantified]:
    """The variables with these names, and those that delimit their ranges, in the file's order."""
    while True:
        chosen = [q for q in for_all if q.name in names]
        limits = names_of([limit for q in chosen for limit in limits_of(q)])
        if limits <= names:
            return chosen
        names = names | limits


@dataclass(frozen=True)
class Cases:
    """Combinations of vectors for variables: `index` (count, v) points into `members`."""

    variables: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    index: Floats

    @property
    def count(self) -> int:
        """How many combinations there are."""
        return len(self.index)

    def case(self, place: int) -> Case:
        """One combination, as it stands in a certificate."""
        row = self.index[place].tolist()
        return {v: m[k] for v, m, k in zip(self.variables, self.members, row, strict=True)}


@contextmanager
def taking(context: Context, case: Case) -> Iterator[None]:
    """The context with the variables of a case put to its members."""
    before = context.taken
    context.taken = {**before, **case}
    try:
        yield
    finally:
        context.taken = before


def cases(
    context: Context, chosen: Sequence[Quantified], members: Mapping[str, Sequence[str]]
) -> Cases:
    """All combinations within the ranges; `members` are the vectors of each variable.

    Raises Rejected for more than the kernel computes, Unknown where a range needs an unknown value.
    """
    names = tuple(q.name for q in chosen)
    lists = tuple(tuple(members[name]) for name in names)
    total = 1
    for one in lists:
        total *= len(one)
    if total > MAXIMAL_CASES:
        raise Rejected(
            f"{' x '.join(str(len(one)) for one in lists)} = {total:,} combinations of members are "
            f"more than the {MAXIMAL_CASES:,} that the kernel computes; take smaller sets"
        )
    if not any(q.range for q in chosen):
        grid = np.indices([len(one) for one in lists], dtype=np.int32)
        return Cases(names, lists, grid.reshape(len(lists), -1).T)
    found = np.array(list(combinations(context, chosen, lists)), dtype=np.int32)
    return Cases(names, lists, found.reshape(-1, len(lists)))


def combinations(
    context: Context, chosen: Sequence[Quantified], members: Sequence[Sequence[str]]
) -> Iterator[tuple[int, ...]]:
    """The places of all combinations of members within the ranges, decided exactly."""
    if not chosen:
        yield ()
        return
    first, limits = chosen[0].name, limits_of(chosen[0])
    for place, member in enumerate(members[0]):
        with taking(context, {first: member}):
            if all(holds(context, limit) for limit in limits):
                for rest in combinations(context, chosen[1:], members[1:]):
                    yield (place, *rest)


def holds(context: Context, claim: Comparison) -> bool:
    """Whether a comparison holds for the members that are taken, exactly.  Raises Unknown."""
    where = ", ".join(f"{name} = {member}" for name, member in context.taken.items())
    try:
        found = settled(context, claim)
    except Rejected as reason:
        raise Unknown(f"{reason}; at {where}") from None
    if found is None:
        raise Unknown(f"enclosures do not settle {claim}; at {where}")
    return found


class Screen:
    """The float values of comparisons at all cases, and exact ones at those that matter."""

    def __init__(self, context: Context, found: Cases) -> None:
        self.context = context
        self.cases = found
        self.stacks: dict[Atom, tuple[Floats, Floats]] = {}

    def worst(self, claims: Sequence[Comparison]) -> tuple[int | None, bool]:
        """The case at which the claims, read as alternatives, come nearest to failing; or fail.

        The second is whether one of them holds there, exactly.  The case is None if the floats say
        nothing of any.  Raises Unknown where a value is not known.
        """
        bad = np.minimum.reduce([self.badness(claim) for claim in claims])
        doubtful = np.flatnonzero(np.isnan(bad))[:DOUBTFUL]
        for place in doubtful.tolist():
            if not self.any_holds(claims, place):
                return place, False
        known = np.flatnonzero(~np.isnan(bad))
        if not len(known):
            return None, True
        ranked = known[np.argsort(-bad[known], kind="stable")]
        top = bad[ranked[0]]
        if top == np.inf:
            close = ranked[bad[ranked] == np.inf][:1]
        else:
            close = ranked[bad[ranked] >= top - abs(top) * TINY][:TIES]
        best = self.largest(claims[0], close.tolist()) if len(claims) == 1 else int(close[0])
        if not self.any_holds(claims, best):
            return best, False
        for place in ranked[bad[ranked] >= 1 - NEAR][:DOUBTFUL].tolist():
            if not self.any_holds(claims, place):
                return place, False
        return best, True

    def first_false(self, claims: Sequence[Comparison]) -> int | None:
        """The first case at which no claim holds, by computing them all exactly."""
        places = range(self.cases.count)
        return next((place for place in places if not self.any_holds(claims, place)), None)

    def any_holds(self, claims: Sequence[Comparison], place: int) -> bool:
        """Whether one of the claims holds at a case, exactly."""
        with taking(self.context, self.cases.case(place)):
            return any(holds(self.context, claim) for claim in claims)

    def largest(self, claim: Comparison, places: list[int]) -> int:
        """The place with the largest quotient of left by right side, exactly but for BITS bits."""
        if len(places) == 1 or claim.relation == "=":
            return places[0]
        best, low = places[0], Fraction(-1)
        for place in places:
            with taking(self.context, self.cases.case(place)):
                left, right = sides(claim, self.context)
            try:
                quotients = _quotients(left, right)
            except Undecided:
                continue
            if quotients[0] > low:
                best, low = place, quotients[1]
        return best

    # floats

    def badness(self, claim: Comparison) -> Floats:
        """left / right for each case, above 1 where the claim fails; nan where floats say nothing.

        For an equation, and where a side is negative, another number that is above 1 likewise.
        """
        left, right = (self.scalar(side) for side in claim.sides)
        size = max(float(np.abs(left).max()), float(np.abs(right).max()))
        with np.errstate(all="ignore"):
            if claim.relation == "=":
                apart = np.abs(left - right) / (np.abs(left) + np.abs(right))
                return np.where(left == right, np.nan, 1 + apart)
            if (left < 0).any() or (right < 0).any():
                return np.asarray(1 + (left - right) / (size or 1.0))
            quotient = np.where(right == 0, np.inf, left / right)
            small = (left <= size * TINY) & (right <= size * TINY)
            return np.where(small, np.nan, quotient)

    def scalar(self, scalar: Scalar) -> Floats:
        """(count,): the values of a scalar term."""
        total = np.zeros(self.cases.count)
        for monomial, coefficient in scalar.parts:
            product = np.full(self.cases.count, _float(coefficient))
            for quantity in monomial:
                if isinstance(quantity, Constant):
                    product *= _float(self.context.data.constants[quantity.name])
                else:
                    product *= self.norm(quantity.term)
            total += product
        return total

    def norm(self, term: Term) -> Floats:
        """(count,): the norms of a vector term."""
        space = self.context.data.spaces[term.space]
        stacks = [(_float(c), *self.stack(atom)) for atom, c in term.parts]
        step = max(1, CHUNK // space.dimension)
        found = np.empty(self.cases.count)
        for start in range(0, self.cases.count, step):
            part = slice(start, start + step)
            total = sum(c * values[places[part]] for c, values, places in stacks)
            found[part] = _lengths(np.asarray(total), space.norm)
        return found

    def stack(self, atom: Atom) -> tuple[Floats, Floats]:
        """The values of an atom, (u, n), and for each case its row among them, (count,)."""
        if atom not in self.stacks:
            variables = self.cases.variables
            columns = [k for k, v in enumerate(variables) if v in bound_variables(Term.of(atom))]
            if columns:
                combinations = self.cases.index[:, columns]
                _, first, places = np.unique(
                    combinations, axis=0, return_index=True, return_inverse=True
                )
            else:
                first, places = np.zeros(1, int), np.zeros(self.cases.count, int)
            rows = [self.vector(atom, self.cases.case(int(place))) for place in first]
            self.stacks[atom] = np.array(rows), places.reshape(-1)
        return self.stacks[atom]

    def vector(self, atom: Atom, case: Case) -> list[complex] | list[float]:
        """The value of an atom at a case, computed exactly and then rounded."""
        with taking(self.context, case):
            try:
                return _rounded(self.context.vector(Term.of(atom)))
            except Rejected as reason:
                inside = bound_variables(Term.of(atom))
                where = [f"{name} = {member}" for name, member in case.items() if name in inside]
                at = "; at " + ", ".join(where) if where else ""
                raise Unknown(f"{reason}{at}") from None


def _float(value: Fraction) -> float:
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _rounded(v: Vector) -> list[complex] | list[float]:
    real = [_float(Fraction(a, v.denominator)) for a in v.real]
    if not v.imag:
        return real
    imag = [_float(Fraction(b, v.denominator)) for b in v.imag]
    return [complex(a, b) for a, b in zip(real, imag, strict=True)]


def _lengths(rows: Floats, norm: SpaceNorm) -> Floats:
    order = {"l1": 1, "l2": 2, "linf": np.inf}[norm.kind]
    return np.asarray(np.linalg.norm(rows, order, axis=1) * _float(norm.weight))


def _quotients(left: Roots, right: Roots) -> tuple[Fraction, Fraction]:
    """An enclosure of left / right, right > 0."""
    low, high = left.enclosure(BITS)
    below, above = right.enclosure(BITS)
    if below <= 0:
        raise Undecided("a quotient by almost nothing")
    return Fraction(low, above), Fraction(high, below)
