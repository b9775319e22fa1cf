"""A claim as a system of inequalities between norms, closed under what must not be forgotten.

`System` tracks vectors: all whose norms occur, every atom inside them, and for each map the
differences of its arguments.  For tracked vectors it knows the Lipschitz bounds, and for a linear
map with a bound, the images.  What is missing, the triangle inequalities between tracked vectors
and the equalities that forced zeros bring, is added by need (`decide`), never all at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

from certificates.judgments import Judgment, NotLipschitz
from certificates.language import Map, Names, Signed
from certificates.terms import (
    Atom,
    Bound,
    Constant,
    Datum,
    Image,
    Monomial,
    Norm,
    Scalar,
    Term,
    Turned,
    Units,
    Value,
    image,
    norm,
    times_units,
    turned,
    value,
)  # fmt: skip

from ..derivation import Fact
from .known import Bounded, Known, Proof, from_judgment, lipschitz, nonnegative, one, sign
from .oracle import TooLarge

MAXIMAL_TRACKED = 600


class Outside(Exception):
    """The claim is outside what is decided here; the message says in which respect."""


@dataclass(frozen=True)
class Tracked:
    """A vector with the norm that it has; `norm` is that of the vector up to a unit."""

    term: Term
    norm: Norm


@dataclass
class System:
    """Facts and tracked vectors of a claim; see the module's story.

    `names` is the scope; `incomplete` says in which respects the system is not complete.
    """

    names: Names
    knowns: list[Known] = field(default_factory=list)
    bounds: list[Bounded] = field(default_factory=list)
    tracked: dict[str, dict[Term, Tracked]] = field(default_factory=dict)
    values: dict[str, dict[Value, None]] = field(default_factory=dict)
    atoms: dict[str, dict[Atom, None]] = field(default_factory=dict)
    incomplete: dict[str, None] = field(default_factory=dict)
    depth: int = 0
    learned: dict[Known, None] = field(default_factory=dict)
    equated: set[tuple[str, str, str]] = field(default_factory=set)
    _pairs: set[tuple[int, str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.knowns.append(one())
        for name, entry in self.names.items():
            if isinstance(entry, Signed) and entry.sign:
                self.knowns.append(sign(name, entry.sign == ">"))

    # ------------------------------------------------------------------ what is put in

    def suppose(self, judgment: Judgment, steps: object, origin: str) -> None:
        """A hypothesis, a range, or a denial, with the recipe of its step."""
        if isinstance(judgment, NotLipschitz):
            self.incomplete[f"the hypothesis {judgment}"] = None
        for found in from_judgment(judgment, steps, origin):  # type: ignore[arg-type]
            if isinstance(found, Known):
                self.knowns.append(found)
                self.look(found.difference)
            elif isinstance(self.names.get(found.map), Map):
                self.bounds.append(found)
                self.look(found.bound)
            else:
                self.incomplete[f"a bound for the defined map {found.map}"] = None

    def look(self, scalar: Scalar) -> None:
        """Track the norms in a scalar."""
        for monomial, _ in scalar.parts:
            if sum(isinstance(q, Norm) for q in monomial) > 1:
                self.incomplete["products of norms"] = None
            for quantity in monomial:
                if isinstance(quantity, Norm):
                    self.track(quantity.term)
                elif not self.signed(quantity) and len(monomial) > 1:
                    self.incomplete[f"products with {quantity}, which has no sign"] = None

    def signed(self, constant: Constant) -> bool:
        """Whether a constant is declared > 0 or >= 0."""
        entry = self.names.get(constant.name)
        return isinstance(entry, Signed) and bool(entry.sign)

    def track(self, term: Term) -> None:
        """A vector that is not zero, and every atom in it."""
        known = self.tracked.setdefault(term.space, {})
        found = norm(term)
        if not found.parts:
            return
        quantity = found.parts[0][0][0]
        if not isinstance(quantity, Norm) or quantity.term in known:
            return
        known[quantity.term] = Tracked(quantity.term, quantity)
        if sum(map(len, self.tracked.values())) > MAXIMAL_TRACKED:
            raise TooLarge(f"the claim needs more than {MAXIMAL_TRACKED} norms")
        for atom, _ in quantity.term.parts:
            self.atom(atom)

    def atom(self, atom: Atom) -> None:
        """An atom, and those inside it."""
        known = self.atoms.setdefault(atom.space, {})
        if atom in known:
            return
        known[atom] = None
        self.track(Term.of(atom))
        if isinstance(atom, (Turned, Image)):
            self.atom(atom.argument)
        elif isinstance(atom, Value):
            self.values.setdefault(atom.map, {})[atom] = None
            for inner, _ in atom.argument.parts:
                self.atom(inner)

    # ------------------------------------------------------------------ what follows at once

    def close(self) -> None:
        """Add what the bounds say of tracked vectors, until nothing is new."""
        self.depth = self.depth or self._deepest()
        before = -1
        while before != (before := self._size()):
            self._values()
            self._images()
            self._turns()

    def _size(self) -> int:
        return len(self.knowns) + sum(map(len, self.tracked.values()))

    def _deepest(self) -> int:
        linear = sum(isinstance(e, Map) and e.linear for e in self.names.values())
        deepest = max((t.depth for table in self.tracked.values() for t in table), default=0)
        return deepest + linear

    def _values(self) -> None:
        for name, values in list(self.values.items()):
            for left, right in combinations(list(values), 2):
                self.track(left.argument - right.argument)
                for number, bounded in enumerate(self.bounds):
                    if bounded.map == name and self._new(number, left, right):
                        difference = Term.of(left) - Term.of(right)
                        fact = lipschitz(bounded, left.argument, right.argument, difference)
                        self.know(fact)

    def _images(self) -> None:
        for number, bounded in enumerate(self.bounds):
            entry = self.names[bounded.map]
            if not isinstance(entry, Map) or not entry.linear:
                continue
            for term in list(self.tracked.get(entry.domain, {})):
                if not self._new(number, term, ""):
                    continue
                found = image(bounded.map, term, entry.target)
                if found.depth > self.depth:
                    self.incomplete["bounds on linear maps that lead back to their space"] = None
                else:
                    self.know(lipschitz(bounded, term, Term(term.space, ()), found))

    def _turns(self) -> None:
        """|u t| = |t|: other multiples by units of a tracked vector, where their atoms occur."""
        for space, table in list(self.tracked.items()):
            atoms = self.atoms.get(space, {})
            units = {a.units if isinstance(a, Turned) else () for a in atoms}
            if units <= {()}:
                continue
            steps: set[Units] = {times_units(u, _conjugate(v)) for u in units for v in units}
            for tracked in list(table.values()):
                for factor in steps - {()}:
                    other = turned(factor, tracked.term)
                    if other not in table and all(atom in atoms for atom, _ in other.parts):
                        table[other] = Tracked(other, tracked.norm)

    def _new(self, number: int, one: object, other: object) -> bool:
        key = (number, str(one), str(other))
        if key in self._pairs:
            return False
        self._pairs.add(key)
        return True

    def know(self, fact: Known) -> None:
        """One more fact, with its norms."""
        self.knowns.append(fact)
        self.look(fact.difference)

    def apply(self, name: str, argument: Term) -> Term:
        """A map at a term; a linear map at the zero term is zero."""
        entry = self.names[name]
        if not isinstance(entry, Map):
            raise Outside(f"{name} is not declared as a map")
        if entry.linear:
            return image(name, argument, entry.target)
        return value(name, argument, entry.target)

    def count(self) -> int:
        """How many vectors are tracked."""
        return sum(map(len, self.tracked.values()))

    def copy(self) -> System:
        """A system that can grow on its own."""
        return System.__new__(System)._take(self)

    def learn(self, other: System) -> None:
        """Take over the triangle inequalities that another system between these norms found."""
        for known in other.knowns:
            if known.origin == "triangle" and known not in self.learned:
                self.learned[known] = None

    def _take(self, other: System) -> System:
        self.names = other.names
        self.knowns, self.bounds = list(other.knowns), list(other.bounds)
        self.tracked = {space: dict(table) for space, table in other.tracked.items()}
        self.values = {name: dict(table) for name, table in other.values.items()}
        self.atoms = {space: dict(table) for space, table in other.atoms.items()}
        self.incomplete, self.depth = dict(other.incomplete), other.depth
        self.learned = dict(other.learned)
        self._pairs, self.equated = set(other._pairs), set(other.equated)
        return self

    # ------------------------------------------------------------------ what is asked of it

    def coordinates(self, space: str) -> tuple[list[Tracked], list[list[Fraction]]]:
        """The tracked vectors of a space, and their coefficients on its atoms."""
        places = {atom: k for k, atom in enumerate(self.atoms.get(space, {}))}
        rows = []
        for term in self.tracked.get(space, {}):
            row = [Fraction(0)] * len(places)
            for atom, coefficient in term.parts:
                row[places[atom]] = coefficient
            rows.append(row)
        return list(self.tracked.get(space, {}).values()), rows

    def norms(self) -> Iterator[Norm]:
        """Every tracked norm, once."""
        seen: set[Norm] = set()
        for table in self.tracked.values():
            for tracked in table.values():
                if tracked.norm not in seen:
                    seen.add(tracked.norm)
                    yield tracked.norm

    def rows_of_norms(self) -> Iterable[Known]:
        """0 <= |t| for every tracked vector."""
        return [nonnegative(Scalar.of(found)) for found in self.norms()]


def _conjugate(units: Units) -> Units:
    return tuple((unit, -power) for unit, power in units)


def monomials(scalars: Iterable[Scalar]) -> set[Monomial]:
    """The monomials that occur, without 1."""
    return {m for scalar in scalars for m, _ in scalar.parts if m}


__all__ = ["Bound", "Datum", "Fact", "Outside", "Proof", "System", "Tracked", "monomials"]
