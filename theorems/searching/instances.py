"""The unknowns of a counterexample in fixed small dimensions, and the problem that they make.

An instance is a statement with a dimension and a norm for every space.  Its *unknowns* are real
numbers with names: coordinates of vectors (`x 0`, and `x 0 i` for an imaginary part), entries of
matrices (`A 1 0`), values of maps at the arguments that occur (`f @ 2 0`: coordinate 0 at argument
number 2), constants under their own names, and `K(f)`, a bound for the Lipschitz constant of f.

How a map is realised is its *plan*:

    table     any map with these values; where no Lipschitz bound of it has to be proved
    mcshane   McShane's extension, over R into linf or dimension 1: its values decide everything
    affine    W y + b, where a bound has to be proved and McShane's extension is not to be had
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from certificates.judgments import Comparison, Judgment, Lipschitz, NotLipschitz, negations
from certificates.language import Defined, Family, Map, Named, Names, Signed, Unit
from certificates.statements import Conclusion, read_statement
from certificates.terms import (
    Atom,
    Constant,
    Datum,
    Image,
    Norm,
    Scalar,
    Term,
    Turned,
    Value,
    bound_variables,
    image,
    norm,
    substitute,
    value,
)  # fmt: skip

Number = Any  # a Fraction, or a real term of z3
Pair = tuple[Number, Number]  # real and imaginary part
ZERO = Fraction(0)


@dataclass(frozen=True)
class Shape:
    """The dimension and the norm (l1, l2 or linf) of every space, and the field R or C."""

    dimensions: Mapping[str, int]
    kinds: Mapping[str, str]
    field: str

    def __str__(self) -> str:
        parts = [f"{n} = {self.field}^{d} with {self.kinds[n]}" for n, d in self.dimensions.items()]
        return ", ".join(parts)


class Instance:
    """A statement in a shape, with a vector for every `for all`.

    Raises certificates.format.Unreadable as `read_statement` does.  The statement has no `exists`.
    """

    def __init__(self, statement_file: bytes, shape: Shape) -> None:
        self.shape = shape
        self.file = statement_file
        before = read_statement(statement_file)
        self.taken = set(before.names)
        self.taken |= {e.parameter for e in before.names.values() if isinstance(e, Defined)}
        self.choices: dict[str, str] = {}
        self.members: dict[str, list[str]] = {
            n: [] for n, e in before.names.items() if isinstance(e, Family)
        }
        self.vectors: dict[str, str] = {}  # name -> space, of every vector of the problem
        for variable in before.for_all:
            if variable.family:
                name = f"{variable.family}_{len(self.members[variable.family]) + 1}"
                self.members[variable.family].append(name)
                self.vectors[name] = variable.space
            else:
                name = self.fresh(variable.name, variable.space)
            self.choices[variable.name] = name
        for name, members in self.members.items():
            entry = before.names[name]
            if not members and isinstance(entry, Family):
                members.append(f"{name}_1")
                self.vectors[members[0]] = entry.space
        extra: Names = {n: Named(Term.of(Datum(n, s))) for n, s in self.vectors.items()}
        self.statement = read_statement(statement_file, self.choices, extra)
        self.names = self.statement.names
        for name, entry in self.names.items():
            if isinstance(entry, Named) and name not in self.choices:
                self.vectors[name] = entry.term.space
        self.secants: dict[NotLipschitz, Comparison] = {}
        self.bounded: set[str] = set()  # maps whose Lipschitz constant has to be bounded
        self.points: dict[str, list[Term]] = {}
        self.required = [*self._hypotheses()]
        self.denials = [self._denial(conclusion) for conclusion in self.statement.conclude]
        self.plans = {
            name: self._plan(name, entry)
            for name, entry in self.names.items()
            if isinstance(entry, Map) and not entry.linear
        }
        for comparison in self.comparisons():
            self._walk(comparison.difference)
        self.required += self._extensions()

    def fresh(self, base: str, space: str) -> str:
        """A new vector of the problem."""
        number = 1
        while f"{base}_{number}" in self.taken | self.vectors.keys():
            number += 1
        self.vectors[f"{base}_{number}"] = space
        return f"{base}_{number}"

    # what has to hold, as comparisons

    def _hypotheses(self) -> Iterator[Comparison]:
        for hypothesis in self.statement.given:
            yield self._comparison(hypothesis.judgment)
        for variable in self.statement.for_all:
            for limit in variable.range:
                yield self._comparison(limit)

    def _denial(self, conclusion: Conclusion) -> list[list[Comparison]]:
        """All of these lists hold, each by one of its comparisons."""
        return [[self._comparison(n) for n in negations(claim)] for claim in conclusion.any]

    def _comparison(self, judgment: Judgment) -> Comparison:
        if isinstance(judgment, Lipschitz):
            return Comparison.of(self._slope(judgment.map), "<=", judgment.bound)
        if isinstance(judgment, NotLipschitz):
            return self._secant(judgment)
        return judgment

    def _slope(self, name: str) -> Scalar:
        """A bound for a map's Lipschitz constant, in the unknowns K(f)."""
        entry = self.names[name]
        if isinstance(entry, Defined):
            return self._spread(entry.body, entry.parameter)
        self.bounded.add(name)
        return Scalar.of(Constant(f"K({name})"))

    def _spread(self, term: Term, y: str) -> Scalar:
        total = Scalar()
        for atom, c in term.parts:
            inner = atom.argument if isinstance(atom, Turned) else atom
            if y not in bound_variables(Term.of(inner)):
                continue
            factor = Scalar.number(1)
            if isinstance(inner, Image | Value):
                below = inner.argument
                argument = below if isinstance(below, Term) else Term.of(below)
                factor = self._slope(inner.map) * self._spread(argument, y)
            total = total + factor.times(abs(c))
        return total

    def _secant(self, judgment: NotLipschitz) -> Comparison:
        if judgment not in self.secants:
            entry = self.names[judgment.map]
            domain = getattr(entry, "domain", "")
            ends = [Term.of(Datum(self.fresh(judgment.map, domain), domain)) for _ in "uv"]
            rise = self.at(judgment.map, ends[0]) - self.at(judgment.map, ends[1])
            run = judgment.bound * norm(ends[0] - ends[1])
            self.secants[judgment] = Comparison.of(run, "<", norm(rise))
        return self.secants[judgment]

    def at(self, name: str, argument: Term) -> Term:
        """A map at a vector."""
        entry = self.names[name]
        if isinstance(entry, Defined):
            return substitute(entry.body, entry.parameter, argument)
        if not isinstance(entry, Map):
            raise TypeError(f"{name} is no map")
        return (image if entry.linear else value)(name, argument, entry.target)

    def comparisons(self) -> Iterator[Comparison]:
        """Everything that may have to hold."""
        yield from self.required
        for denial in self.denials:
            for alternatives in denial:
                yield from alternatives

    # maps

    def _plan(self, name: str, entry: Map) -> str:
        if name not in self.bounded:
            return "table"
        target = self.shape.kinds[entry.target]
        simple = target == "linf" or self.shape.dimensions[entry.target] == 1
        return "mcshane" if simple and self.shape.field == "R" else "affine"

    def _walk(self, scalar: Scalar) -> None:
        for monomial, _ in scalar.parts:
            for quantity in monomial:
                if isinstance(quantity, Norm):
                    self._arguments(quantity.term)

    def _arguments(self, term: Term) -> None:
        for atom, _ in term.parts:
            inner: Atom = atom
            while isinstance(inner, Turned | Image):
                inner = inner.argument
            if isinstance(inner, Value):
                self._arguments(inner.argument)
                points = self.points.setdefault(inner.map, [])
                if inner.argument not in points:
                    points.append(inner.argument)

    def _extensions(self) -> Iterator[Comparison]:
        """McShane's extension takes all values if no two of them are too steep."""
        for name, plan in self.plans.items():
            points = self.points.get(name, [])
            for j, right in enumerate(points):
                for left in points[:j]:
                    if plan == "mcshane":
                        slope = Scalar.of(Constant(f"K({name})"))
                        rise = self.at(name, left) - self.at(name, right)
                        yield Comparison.of(norm(rise), "<=", slope * norm(left - right))

    # unknowns

    def parts(self, key: str) -> list[str]:
        """The unknowns of a number of the field."""
        return [key, f"{key} i"] if self.shape.field == "C" else [key]

    def shapes(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """The arrays of unknowns: (name, shape)."""
        size = self.shape.dimensions
        for name, space in self.vectors.items():
            yield name, (size[space],)
        for name, entry in self.names.items():
            if isinstance(entry, Unit):
                yield name, ()
            if not isinstance(entry, Map):
                continue
            if entry.linear or (self.plans[name] == "affine" and self.points.get(name)):
                yield name, (size[entry.target], size[entry.domain])
            if not entry.linear and self.plans[name] == "affine" and self.points.get(name):
                yield f"{name} +", (size[entry.target],)
            elif not entry.linear:
                for k in range(len(self.points.get(name, []))):
                    yield f"{name} @ {k}", (size[entry.target],)

    def unknowns(self) -> list[str]:
        """The names of all unknowns but the constants."""
        found: list[str] = []
        for name, shape in self.shapes():
            for place in _places(shape):
                found += self.parts(" ".join([name, *map(str, place)]))
        return found

    def units(self) -> list[str]:
        """The names of the numbers of modulus 1."""
        return [name for name, entry in self.names.items() if isinstance(entry, Unit)]

    def constants(self) -> dict[str, str]:
        """The constants with their signs, and the bounds K(f)."""
        found = {n: str(e.sign) for n, e in self.names.items() if isinstance(e, Signed)}
        return found | {f"K({name})": ">=" for name in sorted(self.bounded)}


def _places(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    if not shape:
        yield ()
        return
    for k in range(shape[0]):
        for rest in _places(shape[1:]):
            yield (k, *rest)
