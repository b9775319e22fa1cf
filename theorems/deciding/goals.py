"""What has to be derived for a conclusion, and what a counterexample to it must satisfy.

a <= b                   is derived directly
a = b                    both a <= b and b <= a
a or b or ...            0 < 0 from the denial of all; one alternative may be an equation or a
                         Lipschitz bound, which is then derived from the denial of the others
Lipschitz(f) <= s        |f(u) - f(v)| <= s |u - v| for two vectors of which nothing is known
Lipschitz(f) > s         0 < 0 from Lipschitz(f) <= s
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from certificates.judgments import Comparison, Judgment, Lipschitz, negations
from certificates.language import Defined, Map, Names
from certificates.rules import at
from certificates.statements import Conclusion, Statement
from certificates.terms import Bound, Term, norm
from certificates.values import Context

from ..derivation import Fact
from .infer import negation
from .known import Proof


@dataclass(frozen=True)
class Goal:
    """What is to be derived for one conclusion, and the step that ends it.

    Without a target: a contradiction from `denied` alternatives.  `against` are comparisons that
    a counterexample must satisfy, for which there is no form of proof.
    """

    target: Comparison | None
    denied: tuple[int, ...]
    finish: Callable[[Proof, Fact], Fact]
    against: tuple[Comparison, ...] = ()


@dataclass(frozen=True)
class Goals:
    """Makes the goals of conclusions; `arbitrary` are the certificate's own vectors."""

    context: Context
    arbitrary: Mapping[str, str]

    def of(self, conclusion: Conclusion) -> list[Goal]:
        """The goals of a conclusion, all of which are needed."""
        kinds = [
            isinstance(c, Lipschitz) or (isinstance(c, Comparison) and c.relation == "=")
            for c in conclusion.any
        ]
        others = tuple(place for place, kind in enumerate(kinds) if not kind)
        if not any(kinds):
            (target, *more) = conclusion.any
            if not more and isinstance(target, Comparison):
                return [Goal(target, (), lambda proof, fact: fact)]
            return [Goal(None, others, lambda proof, fact: fact)]
        if sum(kinds) > 1:
            several = [c for c, kind in zip(conclusion.any, kinds, strict=True) if kind]
            cases = product(*(self._negations(claim) for claim in several))
            return [Goal(None, others, lambda proof, fact: fact, case) for case in cases]
        special = conclusion.any[kinds.index(True)]
        if isinstance(special, Lipschitz):
            return [self._everywhere(special, others)]
        return list(_both_sides(special, others))

    def _everywhere(self, claim: Lipschitz, others: tuple[int, ...]) -> Goal:
        """|f(u) - f(v)| <= s |u - v| for two arbitrary vectors."""
        u, v, target = self._secant(claim)

        def finish(proof: Proof, fact: Fact) -> Fact:
            return proof.derivation.step(
                "everywhere", fact, map=claim.map, left=u, right=v, bound=claim.bound
            )

        return Goal(target, others, finish)

    def _secant(self, claim: Lipschitz) -> tuple[str, str, Comparison]:
        """Two arbitrary vectors u, v, and |f(u) - f(v)| <= s |u - v|."""
        entry = self.context.names[claim.map]
        space = entry.domain if isinstance(entry, Map | Defined) else ""
        u, v = [name for name, own in self.arbitrary.items() if own == space][:2]
        left, right = (Term.of(Bound(name, space)) for name in (u, v))
        rise = at(self.context, claim.map, left) - at(self.context, claim.map, right)
        return u, v, Comparison.of(norm(rise), "<=", claim.bound * norm(left - right))

    def _negations(self, claim: Judgment) -> list[Comparison]:
        """Comparisons any one of which refutes an equation or a Lipschitz bound."""
        if isinstance(claim, Lipschitz):
            return [negation(self._secant(claim)[2])]
        return [found for found in negations(claim) if isinstance(found, Comparison)]


def _both_sides(claim: Judgment, others: tuple[int, ...]) -> Iterator[Goal]:
    """a <= b, then b <= a, then a = b."""
    if not isinstance(claim, Comparison):
        return
    sides: list[Fact] = []
    one = Comparison(claim.difference, "<=")
    other = Comparison(claim.difference.times(Fraction(-1)), "<=")

    def first(proof: Proof, fact: Fact) -> Fact:
        sides[:] = [fact]
        return fact

    def second(proof: Proof, fact: Fact) -> Fact:
        return proof.derivation.step("equal", sides[0], fact)

    yield Goal(one, others, first)
    yield Goal(other, others, second)


def own_variables(statement: Statement, names: Names) -> dict[str, str]:
    """Two arbitrary vectors for the domain of each map whose Lipschitz constant is concluded."""
    found: dict[str, str] = {}
    parameters = {e.parameter for e in names.values() if isinstance(e, Defined)}
    for conclusion in statement.conclude:
        for claim in conclusion.any:
            entry = names.get(claim.map) if isinstance(claim, Lipschitz) else None
            if not isinstance(entry, Map | Defined) or entry.domain in found.values():
                continue
            for base in "uv":
                free = (n for k in range(99) if (n := base + (f"_{k}" if k else "")) not in names)
                own = next(n for n in free if n not in parameters and n not in found)
                found[own] = entry.domain
    return found
