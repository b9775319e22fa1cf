"""Norms that depend on variables, bounded by Lipschitz constants and the triangle inequality.

    |Psi(A x + e) - z|  <=  |Psi(A x) - z|  +  |Psi(A x + e) - Psi(A x)|  <=  |Psi(A x) - z| + L |e|

with L by a rule for operator norms, layers, cells or networks.  Where f is affine and norms are
Euclidean this is nearer to the truth than an enclosure entry by entry; and it needs no ball, where
|e| stands on the right side.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from certificates.format import Rejected
from certificates.judgments import Comparison, Lipschitz, Relation
from certificates.rules import at
from certificates.terms import (
    Atom,
    Bound,
    Constant,
    Image,
    Norm,
    Scalar,
    Term,
    Turned,
    Value,
    bound_variables,
    norm,
    substitute,
)
from certificates.values import Context

from ..derivation import Derivation, Fact
from ..inexact import ends
from ..lipschitz import Proposal
from ..settling import Steps, upper_bound
from .limits import Limit

ONE = Scalar.number(1)
BITS = 64  # of the bound that is shown
MOST = 64  # steps of one argument


class Stuck(Exception):
    """A norm for which no bound is known."""


@dataclass(frozen=True)
class Raised:
    """A claim 0 <= D as  D = sum of facts times multipliers + rest, the rest without variables."""

    facts: tuple[tuple[Scalar, Steps], ...]
    rest: Scalar

    def prove(self, d: Derivation, relation: Relation) -> Fact:
        """The claim.  Raises Rejected where the rest is not >= 0, or not > 0 for "<"."""
        made = [(str(by), steps(d)) for by, steps in self.facts]
        made.append(("1", d.compute(str(Comparison.of(Scalar(), relation, self.rest)))))
        found = d.add(*(fact for _, fact in made), by=[by for by, _ in made])
        shown = found.judgment
        if isinstance(shown, Comparison) and shown.relation != relation:
            return d.step("weaken", found, claim=str(Comparison(shown.difference, "<=")))
        return found


@dataclass
class Growth:
    """What constants of maps say; `limits` are the balls of variables, by name.

    `proposals` are the constants that were found, by the names of maps.
    """

    context: Context
    limits: Mapping[str, Limit]
    proposals: dict[str, Proposal | None] = field(default_factory=dict)

    def raised(self, claim: Comparison) -> Raised | None:
        """A claim reduced to one without variables; None where this argument does not apply."""
        if claim.relation == "=":
            return None
        try:
            return self._raised(claim.difference)
        except (Stuck, Rejected):
            return None

    def bound(self, raised: Raised) -> Fraction:
        """What left - right is at most.  Raises Rejected where a value is not known."""
        low, _ = ends(self.context, raised.rest)
        return -Fraction(low.enclosure(BITS)[0], 1 << BITS)

    def _raised(self, difference: Scalar) -> Raised:
        facts: list[tuple[Scalar, Steps]] = []
        while (found := _next(difference)) is not None:
            factor, quantity, below = found
            step = self._numbered(factor, quantity)
            if step is not None:
                by, (steps, gained) = ONE, step
            elif below:
                by, (steps, gained) = factor.times(Fraction(-1)), self._grown(quantity.term)
            else:
                by, (steps, gained) = ONE, _dropped(factor * Scalar.of(quantity))
            facts.append((by, steps))
            difference = difference - by * gained
            if len(facts) > MOST:
                raise Stuck
        return Raised(tuple(facts), difference)

    def _numbered(self, factor: Scalar, quantity: Norm) -> tuple[Steps, Scalar] | None:
        """0 <= (c - value of c) |t|, which is 0, for a product c of constants before a norm."""
        constants = factor.parts[0][0]
        if not constants or not all(isinstance(q, Constant) for q in constants):
            return None
        value = ends(self.context, factor)[0].as_rational()
        if value is None:
            return None
        apart = factor - Scalar.number(value)

        def steps(d: Derivation) -> Fact:
            zero = d.compute(str(Comparison.of(Scalar(), "<=", apart)))
            return d.step("product", zero, d.step("nonnegative", scalar=str(quantity)))

        return steps, apart * Scalar.of(quantity)

    def _grown(self, term: Term) -> tuple[Steps, Scalar]:
        """A fact 0 <= S - |t|, with simpler norms in S."""
        if len(term.parts) == 1:
            return self._single(term.parts[0][0])
        variable = [(a, c) for a, c in term.parts if bound_variables(Term.of(a))]
        if len(term.parts) == len(variable) == 2:
            (one, c), (other, k) = variable
            if (
                isinstance(one, Value)
                and isinstance(other, Value)
                and (c, one.map)
                == (
                    -k,
                    other.map,
                )
            ):
                return self._lipschitz(one.map, one.argument, other.argument)
        fixed = [Term.of(a).times(c) for a, c in term.parts if (a, c) not in variable]
        moved: list[Term] = []
        for atom, c in variable:
            zero = _at_zero(Term.of(atom))
            fixed.append(zero.times(c))
            moved.append((Term.of(atom) - zero).times(c))
        still = Term.combination(term.space, [(Fraction(1), part) for part in fixed])
        if not still.parts and len(moved) == 1:
            return self._difference(variable[0][0])
        return _triangle([still, *moved] if still.parts else moved)

    def _single(self, atom: Atom) -> tuple[Steps, Scalar]:
        """|e| by the ball of e, |A t| by |t|, and |Psi(t)| by its value for variables 0."""
        if isinstance(atom, Bound):
            limit = self.limits.get(atom.name)
            if limit is None:
                raise Stuck
            return limit.steps, limit.radius - norm(Term.of(atom))
        if isinstance(atom, Image):
            inner = Term.of(atom.argument)
            return self._lipschitz(atom.map, inner, Term(inner.space, ()))
        zero = _at_zero(Term.of(atom))
        return _triangle([zero, Term.of(atom) - zero])

    def _difference(self, atom: Atom) -> tuple[Steps, Scalar]:
        """The difference of an atom and its value for variables 0, by the constant of its map."""
        if isinstance(atom, Turned):
            atom = atom.argument
        if isinstance(atom, Value):
            return self._lipschitz(atom.map, atom.argument, _at_zero(atom.argument))
        if isinstance(atom, Image):
            inner = Term.of(atom.argument)
            return self._lipschitz(atom.map, inner, _at_zero(inner))
        raise Stuck

    def _lipschitz(self, name: str, left: Term, right: Term) -> tuple[Steps, Scalar]:
        """0 <= L |u - v| - |f(u) - f(v)|."""
        if name not in self.proposals:
            self.proposals[name] = upper_bound(name, self.context)
        proposal = self.proposals[name]
        if proposal is None:
            raise Stuck
        bound = Lipschitz(name, Scalar.number(proposal.bound))

        def steps(d: Derivation) -> Fact:
            known = (k for k, s in enumerate(d.steps) if s.conclusion == bound and not s.depends)
            place = next(known, None)
            if place is None:
                fact = d.step(proposal.rule, map=name, **proposal.arguments)
            else:
                fact = Fact(place, bound)
            other = str(right) if right.parts else f"0 ({left})"
            return d.step("lipschitz", fact, left=str(left), right=other)

        apart = at(self.context, name, left) - at(self.context, name, right)
        return steps, norm(left - right).times(proposal.bound) - norm(apart)


def _next(difference: Scalar) -> tuple[Scalar, Norm, bool] | None:
    """The monomial to be replaced next: its factor, its norm, and whether it has a minus.

    Norms of single variables come last, so that what cancels has cancelled.  Raises Stuck for a
    product of two norms with variables.
    """
    found: list[tuple[tuple[int, int], Scalar, Norm, bool]] = []
    for monomial, c in difference.parts:
        moving = [q for q in monomial if isinstance(q, Norm) and bound_variables(q.term)]
        if not moving:
            continue
        if len(moving) > 1:
            raise Stuck
        others = tuple(q for q in monomial if q is not moving[0])
        last = len(moving[0].term.parts) == 1 and isinstance(moving[0].term.parts[0][0], Bound)
        rank = 1 if last else 0, -moving[0].term.size
        constant = any(isinstance(q, Constant) for q in others)
        if constant:
            rank = -1, 0
        if c > 0 and not constant:
            rank = 2, 0
        found.append((rank, Scalar(((others, c),)), moving[0], c < 0))
    first = min(found, key=lambda one: one[0], default=None)
    return None if first is None else first[1:]


def _at_zero(term: Term) -> Term:
    """A term with all variables put to 0."""
    for name, space in sorted(_variables(term)):
        term = substitute(term, name, Term(space, ()))
    return term


def _variables(term: Term) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for atom, _ in term.parts:
        inner: Atom | Term = atom
        while isinstance(inner, Image | Turned):
            inner = inner.argument
        if isinstance(inner, Bound):
            found.add((inner.name, inner.space))
        if isinstance(inner, Value):
            found |= _variables(inner.argument)
    return found


def _triangle(summands: list[Term]) -> tuple[Steps, Scalar]:
    """0 <= |t_1| + ... + |t_k| - |t_1 + ... + t_k|."""
    one = Fraction(1)
    total = Term.combination(summands[0].space, [(one, summand) for summand in summands])
    sizes = Scalar()
    for summand in summands:
        sizes = sizes + norm(summand)
    texts = [str(summand) for summand in summands]
    return (lambda d: d.triangle(*texts)), sizes - norm(total)


def _dropped(scalar: Scalar) -> tuple[Steps, Scalar]:
    """0 <= a norm with a factor that is evidently not negative."""
    text = str(scalar)
    return (lambda d: d.step("nonnegative", scalar=text)), scalar
