"""From facts to a target: which multipliers, found by z3, added up by the kernel.

A fact may be multiplied by products of norms and of constants with a sign.  `expand` makes the
multiples that have a chance to matter: those whose monomials occur elsewhere.  With numbers for
the constants nothing needs to be multiplied, and the method is complete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement

from certificates.judgments import FALSE, Comparison
from certificates.terms import Constant, Monomial, Norm, Quantity, Scalar

from ..derivation import Fact
from .known import Known, Proof, nonnegative, product, square
from .oracle import Clock, Inequalities, Row, multipliers
from .system import System, monomials

MAXIMAL_ROWS = 6000
ROUNDS = 2
ESSENTIAL = 10  # so many hypotheses are multiplied with each other


@dataclass(frozen=True)
class Multiple:
    """A fact times a monomial."""

    known: Known
    monomial: Monomial

    def scalar(self) -> Scalar:
        """0 <= this."""
        return self.known.difference * _power(self.monomial)


@dataclass(frozen=True)
class Combination:
    """Facts with multipliers (polynomials with coefficients >= 0) that add up to the target.

    `factor` is what the target is multiplied by: 1, or 0 where the facts contradict each other.
    """

    parts: tuple[tuple[Known, Scalar], ...]
    target: Comparison | None

    def fact(self, proof: Proof) -> Fact:
        """The step `linear`; its conclusion is the target, or 0 < 0."""
        facts = [proof.fact(known) for known, _ in self.parts]
        wanted = self.target or FALSE
        if len(facts) == 1 and facts[0].judgment == wanted:
            return facts[0]
        found = proof.derivation.step(
            "linear", *facts, multipliers=[multiplier for _, multiplier in self.parts]
        )
        if found.judgment != wanted and wanted.relation == "<=":
            return proof.derivation.step("weaken", found, claim=wanted)
        return found


def text(monomial: Monomial) -> list[str]:
    """A monomial for sorting."""
    return [str(quantity) for quantity in monomial]


def _power(monomial: Monomial) -> Scalar:
    return Scalar(((monomial, Fraction(1)),))


def at(scalar: Scalar, values: Mapping[Quantity, Fraction]) -> dict[Monomial, Fraction]:
    """A scalar with numbers for some quantities: monomial -> coefficient."""
    found: dict[Monomial, Fraction] = {}
    for monomial, coefficient in scalar.parts:
        rest = []
        for quantity in monomial:
            if quantity in values:
                coefficient *= values[quantity]
            else:
                rest.append(quantity)
        key = tuple(rest)
        found[key] = found.get(key, Fraction(0)) + coefficient
    return {monomial: c for monomial, c in found.items() if c}


def row(known: Known, values: Mapping[Quantity, Fraction]) -> Row:
    """A fact as a row, with numbers for some quantities."""
    return Row(at(known.difference, values), known.strict)


def negation(target: Comparison) -> Comparison:
    """What to add to the facts to refute a target."""
    opposite = target.difference.times(Fraction(-1))
    return Comparison(opposite, "<" if target.relation == "<=" else "<=")


def infer(system: System, target: Comparison | None, clock: Clock) -> Combination | None:
    """The target from the facts of a system, for all values of its constants; None if not found.

    Without a target: 0 < 0.  Where products occur, products of facts and squares are tried last.
    Raises TooLarge at a limit.
    """
    if all(len(m) <= 1 for m in _all_monomials(system, target)):
        return _infer(system, target, clock, [Multiple(known, ()) for known in system.knowns])
    found = _infer(system, target, clock, expand(system, target, system.knowns))
    if found is not None:
        return found
    facts = [*system.knowns, *_products(system, target)]
    return _infer(system, target, clock, expand(system, target, facts))


def _products(system: System, target: Comparison | None) -> list[Known]:
    """Products of two hypotheses, and squares of differences whose product occurs."""
    own = [k for k in system.knowns if k.origin in ("given", "range", "denied")][:ESSENTIAL]
    found = [product(a, b) for a, b in combinations_with_replacement(own, 2)]
    pairs = [m for m in _all_monomials(system, target) if len(m) == 2 and m[0] != m[1]]
    for one, other in pairs[:ESSENTIAL]:
        found.append(square(Scalar.of(one) - Scalar.of(other)))
    return found


def _infer(
    system: System, target: Comparison | None, clock: Clock, rows: list[Multiple]
) -> Combination | None:
    rows.sort(key=lambda multiple: multiple.known.origin != "number" or multiple.monomial != ())
    inequalities = Inequalities(clock)
    scalars = [multiple.scalar() for multiple in rows]
    signs = [
        nonnegative(_power(monomial))
        for monomial in sorted(
            monomials([*scalars, *([target.difference] if target else [])]), key=text
        )
        if all(isinstance(q, Norm) or system.signed(q) for q in monomial)
    ]
    rows = [*rows, *(Multiple(known, ()) for known in signs)]
    scalars += [known.difference for known in signs]
    forms = [
        Row(dict(scalar.parts), multiple.known.strict and _keeps_strict(system, multiple.monomial))
        for scalar, multiple in zip(scalars, rows, strict=True)
    ]
    if target is not None:
        denial = negation(target)
        forms.append(Row(dict(denial.difference.parts), denial.relation == "<"))
    for form in forms:
        inequalities.add(form)
    if inequalities.feasible():
        return None
    # z3 knows that 0 < 1; the multipliers need it as a row
    core = sorted({0, *inequalities.core()})
    found = multipliers([forms[k] for k in core], clock)
    weights = dict(zip(core, found, strict=True))
    own = weights.pop(len(rows), Fraction(0)) if target is not None else Fraction(0)
    parts: dict[int, tuple[Known, Scalar]] = {}
    leftover = Scalar()
    for place, weight in weights.items():
        if not weight:
            continue
        weight /= own or 1
        multiple = rows[place]
        if multiple.known.origin == "norm":
            leftover = leftover + multiple.known.difference.times(weight)
            continue
        _, before = parts.get(id(multiple.known), (multiple.known, Scalar()))
        parts[id(multiple.known)] = (
            multiple.known,
            before + _power(multiple.monomial).times(weight),
        )
    if leftover.parts:
        parts[0] = (nonnegative(leftover), Scalar.number(1))
    return Combination(tuple(parts.values()), target if own else None)


def _keeps_strict(system: System, monomial: Monomial) -> bool:
    return all(
        isinstance(q, Constant) and getattr(system.names[q.name], "sign", "") == ">"
        for q in monomial
    )


def _all_monomials(system: System, target: Comparison | None) -> set[Monomial]:
    scalars = [known.difference for known in system.knowns]
    return monomials([*scalars, *([target.difference] if target else [])])


def expand(system: System, target: Comparison | None, facts: Sequence[Known]) -> list[Multiple]:
    """Every fact, and its multiples that share their monomials with what is there.

    A multiple by mu is made if one of its monomials occurs in the target or in an earlier row,
    round by round; mu is a product of norms and of constants with a sign.
    """
    relevant = monomials([target.difference]) if target else set()
    relevant |= monomials(known.difference for known in facts)
    bound = max((len(m) for m in relevant), default=1)
    found: dict[tuple[int, Monomial], Multiple] = {
        (id(known), ()): Multiple(known, ()) for known in facts
    }
    fresh = relevant
    for _ in range(ROUNDS):
        added: set[Monomial] = set()
        for known in facts:
            if known.origin == "norm":
                continue
            for factor in _quotients(system, known, fresh):
                key = (id(known), factor)
                if key in found:
                    continue
                multiple = Multiple(known, factor)
                inside = monomials([multiple.scalar()]) or {factor}
                if max(map(len, inside)) > bound:
                    continue
                found[key] = multiple
                added |= inside
                if len(found) > MAXIMAL_ROWS:
                    return list(found.values())
        fresh = added - relevant
        relevant |= added
    return list(found.values())


def _quotients(system: System, known: Known, wanted: set[Monomial]) -> list[Monomial]:
    factors: set[Monomial] = set()
    inner = [m for m, _ in known.difference.parts]
    for monomial in wanted:
        if len(monomial) < 2:
            continue
        for part in inner:
            factor = _divide(monomial, part)
            if factor and all(isinstance(q, Norm) or system.signed(q) for q in factor):
                factors.add(factor)
    return sorted(factors, key=lambda m: (len(m), text(m)))


def _divide(monomial: Monomial, part: Monomial) -> Monomial | None:
    rest = list(monomial)
    for quantity in part:
        if quantity not in rest:
            return None
        rest.remove(quantity)
    return tuple(rest)


def contradiction(parts: Sequence[tuple[Known, Scalar]]) -> Combination:
    """A combination that gives 0 < 0."""
    return Combination(tuple(parts), None)
