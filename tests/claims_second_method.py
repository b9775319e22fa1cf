"""A second method for claims about all normed spaces: everything at once, one linear program.

It shares the parser with the package and nothing else.  The story:

Numbers n(t) >= 0 for finitely many vector terms t of a space come from a norm exactly if every
minimal linear dependency t_j = sum c_i t_i (a *circuit*) gives n(t_j) <= sum |c_i| n(t_i): the
gauge of the convex hull of all t / n(t), with both signs, is the seminorm wanted, and dividing by
what it sends to 0 makes it a norm.  A map with finitely many given values is
Lipschitz with constant L if the finitely many pairs say so, because the target may be enlarged to
a space of bounded functions, into which such maps extend; the same for linear maps.  A map
without bound needs only to be a map: where u = v is forced, f(u) = f(v).

So the hypotheses together with the denied conclusion have a model if and only if a linear program
in all those numbers has a solution.  Here the program is written down in full, circuits by
exhaustion, and solved in floating point.  A constant that multiplies something is given a few
sample values; then a model refutes, and its absence says only `not refuted`.

Where the program may have too few inequalities (two bounded linear maps in a circle, a bound on a
defined map, a space with a fixed norm), a solution is believed only if a search through examples
on the real line finds one as well.

    opinion(text)  ->  certified | refuted | vacuous | not refuted | unclear
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from math import comb

import numpy as np
from scipy.optimize import linprog

from certificates.judgments import Comparison, Judgment, Lipschitz, NotLipschitz
from certificates.language import Defined, Map, Signed, Space, Unit
from certificates.statements import Statement, read_statement
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
    image,
    norm,
    substitute,
    turned,
    value,
)

SUBSETS = 60_000  # more subsets of the terms of a space are not searched for circuits
SMALL, LARGE = 1e-8, 1e-6  # below the one a number is 0, above the other it is not
SAMPLES = 40
TRIES = 20_000  # examples on the real line
POSITIVE = [Fraction(1), Fraction(2), Fraction(1, 2), Fraction(3), Fraction(1, 4), Fraction(1, 10)]


class Unclear(Exception):
    """This method does not settle the question."""


def opinion(
    text: str, fixed: dict[str, Fraction] | None = None, drop: str = "", tries: int = TRIES
) -> str:
    """What this method says of a claim, with values for some constants, without a hypothesis."""
    statement = read_statement(text.encode())
    if drop:
        assert drop in [h.label for h in statement.given], drop
        kept = tuple(h for h in statement.given if h.label != drop)
        statement = replace(statement, given=kept)
    if statement.exists:
        return "unclear"
    try:
        found = _by_programs(statement, fixed or {}, tries)
    except Unclear:
        found = "unclear"
    if found in ("unclear", "not refuted") and on_the_line(statement, tries, fixed=fixed):
        found = "refuted"
    return found


# ------------------------------------------------------------------- the claim, case by case


def _by_programs(statement: Statement, fixed: dict[str, Fraction], tries: int) -> str:
    """All samples and all values of the units."""
    units = [name for name, entry in statement.names.items() if isinstance(entry, Unit)]
    samples = [{**sample, **fixed} for sample in _samples(statement, set(fixed))]
    possible = on_the_line(statement, tries, False, fixed)
    # over R a unit is 1 or -1, and these are units over C too; `None` keeps it a symbol
    signs = [
        dict(zip(units, s, strict=True)) for s in itertools.product((1, -1), repeat=len(units))
    ]
    found = {_verdict(statement, sample, case, possible) for sample in samples for case in signs}
    if "refuted" in found:
        return "refuted"
    if units and statement.field != "R":
        found = {_verdict(statement, sample, None, possible) for sample in samples}
        # as symbols, u x and x have too many models
        found = {"unclear" if verdict == "refuted" else verdict for verdict in found}
    if "unclear" in found:
        return "unclear"
    if samples != [fixed]:
        return "not refuted"
    return "vacuous" if found == {"vacuous"} else "certified"


def _verdict(
    statement: Statement,
    sample: dict[str, Fraction],
    units: dict[str, int] | None,
    possible: bool,
) -> str:
    """The verdict in one case; `possible` where an example of the hypotheses is known."""
    given = [h.judgment for h in statement.given]
    every = [limit for variable in statement.for_all for limit in variable.range]
    vacuous = _model(statement, given + every, sample, units)
    if vacuous == "no":
        return "vacuous"
    answers = [] if vacuous == "yes" or possible else ["unclear"]
    for conclusion in statement.conclude:
        ranges = [
            limit
            for variable in statement.for_all
            if variable.name in conclusion.scope
            for limit in variable.range
        ]
        for denial in itertools.product(*(_denials(claim) for claim in conclusion.any)):
            answers.append(_model(statement, given + ranges + list(denial), sample, units))
    if "yes" in answers:
        return "refuted"
    return "unclear" if "unclear" in answers else "certified"


def _denials(claim: Judgment) -> list[Judgment]:
    if isinstance(claim, Lipschitz):
        return [NotLipschitz(claim.map, claim.bound)]
    if isinstance(claim, NotLipschitz):
        return [Lipschitz(claim.map, claim.bound)]
    opposite = claim.difference.times(Fraction(-1))
    if claim.relation == "=":
        return [Comparison(opposite, "<"), Comparison(claim.difference, "<")]
    return [Comparison(opposite, "<" if claim.relation == "<=" else "<=")]


def _judgments(statement: Statement) -> list[Judgment]:
    ranges = [limit for variable in statement.for_all for limit in variable.range]
    claims = [claim for conclusion in statement.conclude for claim in conclusion.any]
    return [*(h.judgment for h in statement.given), *ranges, *claims]


def _samples(statement: Statement, known: set[str]) -> Iterator[dict[str, Fraction]]:
    """Values for enough constants that everything else is linear."""
    sampled: set[str] = set()
    for judgment in _judgments(statement):
        bound = not isinstance(judgment, Comparison)
        scalar = judgment.difference if isinstance(judgment, Comparison) else judgment.bound
        for monomial, _ in scalar.parts:
            names = [q.name for q in monomial if isinstance(q, Constant)]
            norms = len(monomial) - len(names) + bound
            names = [name for name in names if name not in known]
            sampled.update(names if norms else names[:-1])
    grids = []
    for name in sorted(sampled):
        entry = statement.names[name]
        assert isinstance(entry, Signed)
        extra = {">": [], ">=": [Fraction(0)], "": [Fraction(0), Fraction(-1)]}[entry.sign]
        grids.append(POSITIVE + extra)
    choices = list(itertools.product(*grids))
    if len(choices) > SAMPLES:
        choices = random.Random(1).sample(choices, SAMPLES)
    for values in choices:
        yield dict(zip(sorted(sampled), values, strict=True))


# ------------------------------------------------------------------------- units as numbers


def _fixed(term: Term, units: dict[str, int] | None) -> Term:
    """The term with 1 or -1 for every unit."""
    if units is None:
        return term
    return Term.combination(term.space, [(c, _fixed_atom(a, units)) for a, c in term.parts])


def _fixed_atom(atom: Atom, units: dict[str, int]) -> Term:
    if isinstance(atom, Turned):
        sign = 1
        for unit, power in atom.units:
            sign *= units[unit] ** abs(power)
        return _fixed_atom(atom.argument, units).times(Fraction(sign))
    if isinstance(atom, Image):
        return image(atom.map, _fixed_atom(atom.argument, units), atom.space)
    if isinstance(atom, Value):
        return value(atom.map, _fixed(atom.argument, units), atom.space)
    return Term.of(atom)


def _fixed_scalar(scalar: Scalar, units: dict[str, int] | None) -> Scalar:
    if not units:
        return scalar
    total = Scalar()
    for monomial, coefficient in scalar.parts:
        product = Scalar.number(coefficient)
        for quantity in monomial:
            one = isinstance(quantity, Norm)
            product = product * (norm(_fixed(quantity.term, units)) if one else Scalar.of(quantity))
        total = total + product
    return total


# ------------------------------------------------------------------------- one linear program


def _model(
    statement: Statement,
    judgments: list[Judgment],
    sample: dict[str, Fraction],
    units: dict[str, int] | None,
) -> str:
    """Whether the judgments hold together somewhere: yes, no, or unclear."""
    program = Program(statement, sample)
    try:
        for number, judgment in enumerate(judgments):
            program.add(judgment, number, units)
        found = program.solve()
    except Unclear:
        return "unclear"
    return "unclear" if found and program.incomplete else "yes" if found else "no"


class Program:
    """The terms that are tracked, and all that is known of their norms."""

    def __init__(self, statement: Statement, sample: dict[str, Fraction]) -> None:
        self.statement = statement
        self.sample = sample
        self.comparisons: list[Comparison] = []
        self.bounds: list[tuple[str, Scalar]] = []
        self.defined: list[tuple[str, Scalar]] = []
        self.tracked: dict[str, dict[Term, None]] = {}
        self.zeros: set[Term] = set()
        spaces = [e for e in statement.names.values() if isinstance(e, Space)]
        # a fixed norm has more properties than those of every norm
        self.incomplete = any(s.norm or s.dimension is not None for s in spaces)

    def add(self, judgment: Judgment, number: int, units: dict[str, int] | None) -> None:
        """One more judgment that is to hold."""
        if isinstance(judgment, Comparison):
            fixed = _fixed_scalar(judgment.difference, units)
            self.comparisons.append(Comparison(fixed, judgment.relation))
            return
        entry = self.statement.names[judgment.map]
        assert isinstance(entry, Map | Defined)
        if isinstance(entry, Defined):
            body = _fixed(entry.body, units)
            entry = Defined(entry.domain, entry.target, entry.parameter, body)
        if isinstance(judgment, Lipschitz):
            if isinstance(entry, Defined):
                self.defined.append((judgment.map, judgment.bound))
            else:
                self.bounds.append((judgment.map, judgment.bound))
            return
        # two new vectors at which the bound fails
        left, right = (Term.of(Datum(f"{side}_{number}_", entry.domain)) for side in "lr")
        difference = _at(entry, judgment.map, left) - _at(entry, judgment.map, right)
        self.comparisons.append(
            Comparison.of(judgment.bound * norm(left - right), "<", norm(difference))
        )

    # what is tracked

    def track(self, term: Term) -> Term | None:
        """The normal form of a term, tracked from now on; None for 0."""
        scalar = norm(term)
        if not scalar.parts:
            return None
        (quantity,) = scalar.parts[0][0]
        assert isinstance(quantity, Norm)
        self.tracked.setdefault(term.space, {}).setdefault(quantity.term)
        return quantity.term

    def arguments(self) -> dict[str, dict[Term, None]]:
        """For each map that is not linear, the vectors at which its value occurs."""
        found: dict[str, dict[Term, None]] = {}

        def look(term: Term) -> None:
            for atom, _ in term.parts:
                inner = atom
                while isinstance(inner, Image | Turned):
                    inner = inner.argument
                if isinstance(inner, Value):
                    found.setdefault(inner.map, {})[inner.argument] = None
                    look(inner.argument)

        for terms in self.tracked.values():
            for term in list(terms):
                look(term)
        return found

    def collect(self) -> None:
        """Track what occurs, and what the bounds speak of."""
        self._instances()
        for comparison in self.comparisons:
            for monomial, _ in comparison.difference.parts:
                for quantity in monomial:
                    if isinstance(quantity, Norm):
                        self.track(quantity.term)
        for name, arguments in self.arguments().items():
            entry = self.statement.names[name]
            assert isinstance(entry, Map)
            for u, v in itertools.combinations(arguments, 2):
                self.track(u - v)
                self.track(_at(entry, name, u) - _at(entry, name, v))
        self.depth = max((t.depth for terms in self.tracked.values() for t in terms), default=0)
        self._close()

    def _instances(self) -> None:
        """A bound on a defined map, at the vectors in sight: never all of its instances."""
        if not self.defined:
            return
        self.incomplete = True
        points: dict[str, dict[Term, None]] = {}
        for entry in self.statement.names.values():
            term = getattr(entry, "term", None)
            if isinstance(term, Term):
                points.setdefault(term.space, {})[term] = None
        for comparison in self.comparisons:
            for monomial, _ in comparison.difference.parts:
                for q in monomial:
                    if isinstance(q, Norm):
                        for atom, _ in q.term.parts:
                            points.setdefault(atom.space, {})[Term.of(atom)] = None
                            if isinstance(atom, Value):
                                points.setdefault(atom.argument.space, {})[atom.argument] = None
        for name, bound in self.defined:
            entry = self.statement.names[name]
            assert isinstance(entry, Defined)
            for u, v in itertools.combinations(points.get(entry.domain, {}), 2):
                values = norm(_at(entry, name, u) - _at(entry, name, v))
                self.comparisons.append(Comparison.of(values, "<=", bound * norm(u - v)))

    def _close(self) -> None:
        """Bounded linear maps: the image of every tracked term, and what has an image."""
        linear = {
            name: entry
            for name, _ in self.bounds
            if isinstance(entry := self.statement.names[name], Map) and entry.linear
        }
        size = -1
        while size != (size := sum(map(len, self.tracked.values()))):
            if size > 60:
                raise Unclear
            for name, entry in linear.items():
                for terms in list(self.tracked.values()):
                    for term in list(terms):
                        for atom, _ in term.parts:
                            inner = atom.argument if isinstance(atom, Turned) else atom
                            if isinstance(inner, Image) and inner.map == name:
                                self.track(Term.of(inner.argument))
                for term in list(self.tracked.get(entry.domain, {})):
                    self._image(name, entry, term)

    def _image(self, name: str, entry: Map, term: Term) -> Term | None:
        """The image of a term, unless it leads deeper than the claim where maps go in a circle."""
        found = image(name, term, entry.target)
        if found.depth > self.depth + 1 and self._circle(entry):
            self.incomplete = True
            return None
        return self.track(found)

    def _circle(self, entry: Map) -> bool:
        reached, size = {entry.target}, 0
        while size != (size := len(reached)):
            for other in self.statement.names.values():
                if isinstance(other, Map) and other.linear and other.domain in reached:
                    reached.add(other.target)
        return entry.domain in reached

    # the rows

    def row(self, scalar: Scalar) -> dict[object, float]:
        """A scalar as a linear form; the key 1 has the number."""
        found: dict[object, float] = {}
        for monomial, coefficient in scalar.parts:
            keys: list[object] = []
            factor = coefficient
            for q in monomial:
                if isinstance(q, Constant) and q.name in self.sample:
                    factor *= self.sample[q.name]
                else:
                    keys.append(q.name if isinstance(q, Constant) else q.term)
            if len(keys) > 1:
                raise Unclear
            key = keys[0] if keys else 1
            found[key] = found.get(key, 0.0) + float(factor)
        return found

    def facts(self) -> Iterator[tuple[dict[object, float], str]]:
        """Rows that are >= 0, > 0 or = 0."""
        for comparison in self.comparisons:
            yield self.row(comparison.difference), comparison.relation
        for name, entry in self.statement.names.items():
            if isinstance(entry, Signed) and entry.sign and name not in self.sample:
                yield {name: 1.0}, {">": "<", ">=": "<="}[entry.sign]
        arguments = self.arguments()
        for name, bound in self.bounds:
            entry = self.statement.names[name]
            assert isinstance(entry, Map)
            pairs: Iterable[tuple[Term, Term]]
            if entry.linear:
                zero = Term(entry.domain, ())
                domain = list(self.tracked.get(entry.domain, {}))
                pairs = [(term, zero) for term in domain if self.known(name, entry, term)]
            else:
                pairs = itertools.combinations(arguments.get(name, {}), 2)
            for u, v in pairs:
                values = norm(_at(entry, name, u) - _at(entry, name, v))
                yield self.row(bound * norm(u - v) - values), "<="
        for terms in self.tracked.values():
            yield from self.circuits(list(terms))
        for term in self.zeros:
            yield {term: 1.0}, "="

    def known(self, name: str, entry: Map, term: Term) -> bool:
        """Whether the image of a term is tracked."""
        parts = norm(image(name, term, entry.target)).parts
        return not parts or parts[0][0][0].term in self.tracked.get(entry.target, {})  # type: ignore

    def circuits(self, terms: list[Term]) -> Iterator[tuple[dict[object, float], str]]:
        """The triangle inequality of every minimal dependency."""
        turns = [(), *{u for t in terms for u in _all_units(t)}]
        turns += [tuple((unit, -power) for unit, power in units) for units in turns[1:]]
        vectors: dict[Term, Term] = {}
        for term in terms:
            for units in dict.fromkeys(turns):
                vectors[turned(units, term)] = term
        rows = list(vectors)
        atoms = {a: i for i, a in enumerate(dict.fromkeys(a for t in rows for a, _ in t.parts))}
        matrix = np.zeros((len(rows), len(atoms)))
        for i, t in enumerate(rows):
            for a, c in t.parts:
                matrix[i, atoms[a]] = float(c)
        if not rows:
            return
        rank = int(np.linalg.matrix_rank(matrix))
        # a term with an atom that no other has is in no circuit
        places = list(range(len(rows)))
        while len(kept := [i for i in places if not _alone(matrix, places, i)]) < len(places):
            places = kept
        rank = int(np.linalg.matrix_rank(matrix[places])) if places else 0
        if sum(comb(len(places), k) for k in range(2, rank + 2)) > SUBSETS:
            raise Unclear
        masks: list[int] = []
        for size in range(2, rank + 2):
            for subset in itertools.combinations(places, size):
                mask = sum(1 << i for i in subset)
                if any(mask & known == known for known in masks):
                    continue
                _, s, v = np.linalg.svd(matrix[list(subset)].T)
                if np.sum(s > 1e-9) != size - 1:
                    continue
                masks.append(mask)
                weights = np.abs(v[-1] / np.max(np.abs(v[-1])))
                for j, own in zip(subset, weights, strict=True):
                    row: dict[object, float] = {}
                    for i, weight in zip(subset, weights, strict=True):
                        key = vectors[rows[i]]
                        row[key] = row.get(key, 0.0) + (-own if i == j else weight)
                    yield row, "<="

    # the solution

    def solve(self) -> bool:
        """Whether there is a model, as far as the rows say."""
        self.collect()
        while True:
            rows = list(self.facts())
            if not self._feasible(rows):
                return False
            before = (len(self.zeros), sum(map(len, self.tracked.values())))
            self._congruences(rows)
            if before == (len(self.zeros), sum(map(len, self.tracked.values()))):
                return True

    def _feasible(self, rows: list[tuple[dict[object, float], str]]) -> bool:
        slack = self._maximum(rows, "slack", True)
        if slack is None:
            return False
        if any(relation == "<" for _, relation in rows) and slack < LARGE:
            if slack > SMALL:
                raise Unclear
            return False
        return True

    def _congruences(self, rows: list[tuple[dict[object, float], str]]) -> None:
        """What is 0 in every model, and what follows for maps."""
        for terms in list(self.tracked.values()):
            for term in terms:
                if term in self.zeros:
                    continue
                largest = self._maximum(rows, term, False)
                assert largest is not None
                if SMALL < largest < LARGE:
                    raise Unclear
                if largest <= SMALL:
                    self.zeros.add(term)
        for name, arguments in self.arguments().items():
            entry = self.statement.names[name]
            assert isinstance(entry, Map)
            for u, v in itertools.combinations(arguments, 2):
                if self.track(u - v) in self.zeros:
                    same = self.track(_at(entry, name, u) - _at(entry, name, v))
                    self.zeros.update([same] if same else [])
        for name, entry in self.statement.names.items():
            if isinstance(entry, Map) and entry.linear:
                for term in [t for t in self.zeros if t.space == entry.domain]:
                    found = self._image(name, entry, term)
                    self.zeros.update([found] if found else [])

    def _maximum(
        self, rows: list[tuple[dict[object, float], str]], key: object, strict: bool
    ) -> float | None:
        """The largest value up to 1 of one unknown; None if there is no solution."""
        terms = [t for terms in self.tracked.values() for t in terms]
        free = [
            name
            for name, entry in self.statement.names.items()
            if isinstance(entry, Signed) and name not in self.sample
        ]
        columns = {k: i for i, k in enumerate([*terms, *free, "slack"])}
        limits: list[tuple[float | None, float | None]] = [(0, None)] * len(terms)
        limits += [(None, None)] * len(free) + [(0, 1)]
        low, high = limits[columns[key]]
        limits[columns[key]] = (low, 1 if high is None else high)
        matrix, right, equal, zero = [], [], [], []
        if key != "slack":  # cap by one more unknown, lest a large value is cut off
            limits[columns[key]] = (low, None)
            limits.append((0, 1))
            cap = np.zeros(len(limits))
            cap[-1], cap[columns[key]] = 1, -1
            matrix.append(cap)
            right.append(0.0)
        for row, relation in rows:
            line = np.zeros(len(limits))
            for k, c in row.items():
                if k != 1:
                    line[columns[k]] += c
            number = row.get(1, 0.0)
            if relation == "=":
                equal.append(line)
                zero.append(-number)
            else:
                line[columns["slack"]] -= relation == "<" and strict
                matrix.append(-line)
                right.append(number)
        target = np.zeros(len(limits))
        target[columns[key] if key == "slack" else -1] = -1
        found = linprog(
            target,
            np.array(matrix) if matrix else None,
            right or None,
            np.array(equal) if equal else None,
            zero or None,
            limits,
            method="highs",
        )
        if found.status == 2:
            return None
        if found.status != 0:
            raise Unclear
        return float(-found.fun)


def _alone(matrix: np.ndarray, places: list[int], i: int) -> bool:
    others = [j for j in places if j != i]
    return not others or bool(np.any((matrix[i] != 0) & np.all(matrix[others] == 0, axis=0)))


def _all_units(term: Term) -> Iterator[tuple[tuple[str, int], ...]]:
    for atom, _ in term.parts:
        if isinstance(atom, Turned):
            yield atom.units


def _at(entry: Map | Defined, name: str, argument: Term) -> Term:
    if isinstance(entry, Defined):
        return substitute(entry.body, entry.parameter, argument)
    make = image if entry.linear else value
    return make(name, argument, entry.target)


# -------------------------------------------------------------------- examples on the real line


class Line:
    """One example with R for every space: vectors are numbers, linear maps multiply.

    A map has the values that are asked for, at random, and is extended as a Lipschitz map by
    McShane's formula; in R^n it acts on the first coordinate.
    """

    def __init__(self, statement: Statement, rng: random.Random) -> None:
        self.statement = statement
        self.rng = rng
        self.values: dict[object, Fraction] = {}
        self.tables: dict[str, dict[Fraction, Fraction]] = {}

    def draw(self, key: object) -> Fraction:
        """A small number, remembered."""
        if key not in self.values:
            self.values[key] = Fraction(self.rng.randint(-4, 4), self.rng.choice((1, 1, 1, 2, 3)))
        return self.values[key]

    def constant(self, name: str) -> Fraction:
        """A number with the sign that is declared."""
        entry = self.statement.names[name]
        assert isinstance(entry, Signed)
        found = self.draw(("constant", name))
        if entry.sign:
            found = abs(found) or Fraction(entry.sign == ">")
        return found

    def atom(self, atom: Atom) -> Fraction:
        """The value of an atom."""
        if isinstance(atom, Turned):
            sign = 1
            for unit, power in atom.units:
                sign *= (1 if self.draw(("unit", unit)) > 0 else -1) ** abs(power)
            return sign * self.atom(atom.argument)
        if isinstance(atom, Image):
            return self.draw(("linear", atom.map)) * self.atom(atom.argument)
        if isinstance(atom, Value):
            return self.apply(atom.map, self.term(atom.argument))
        return self.draw(atom.name)

    def apply(self, name: str, argument: Fraction) -> Fraction:
        """A map at a number."""
        found = self.draw((name, argument))
        self.tables.setdefault(name, {})[argument] = found
        return found

    def term(self, term: Term) -> Fraction:
        """The value of a vector term."""
        return sum((c * self.atom(a) for a, c in term.parts), Fraction(0))

    def scalar(self, scalar: Scalar) -> Fraction:
        """The value of a scalar."""
        total = Fraction(0)
        for monomial, coefficient in scalar.parts:
            for q in monomial:
                one = isinstance(q, Constant)
                coefficient *= self.constant(q.name) if one else abs(self.term(q.term))
            total += coefficient
        return total

    def holds(self, judgment: Judgment) -> bool | None:
        """Whether it holds; None if that is not seen."""
        if isinstance(judgment, Comparison):
            number = self.scalar(judgment.difference)
            return {"<=": number >= 0, "<": number > 0, "=": number == 0}[judgment.relation]
        bound = self.scalar(judgment.bound)
        slope = self.slope(judgment.map)
        if slope is None:
            return None
        return (slope <= bound) == isinstance(judgment, Lipschitz)

    def slope(self, name: str) -> Fraction | None:
        """The Lipschitz constant of a map with the values in its table, McShane's in between."""
        entry = self.statement.names[name]
        if isinstance(entry, Map) and entry.linear:
            return abs(self.draw(("linear", name)))
        if isinstance(entry, Map):
            points = itertools.combinations(self.tables.get(name, {}).items(), 2)
            return max((abs((b - d) / (a - c)) for (a, b), (c, d) in points), default=Fraction(0))
        assert isinstance(entry, Defined)
        if _has_value(entry.body):
            return None
        at = [
            self.term(substitute(entry.body, entry.parameter, term))
            for term in (Term(entry.domain, ()), Term.of(Datum("one_", entry.domain)))
        ]
        one = self.draw("one_")
        return abs((at[1] - at[0]) / one) if one else None


def _has_value(term: Term) -> bool:
    for atom, _ in term.parts:
        while isinstance(atom, Image | Turned):
            atom = atom.argument
        if isinstance(atom, Value):
            return True
    return False


def on_the_line(
    statement: Statement,
    tries: int = TRIES,
    refute: bool = True,
    fixed: dict[str, Fraction] | None = None,
) -> bool:
    """Whether a random example on the real line refutes the claim, exactly.

    With `refute` false: whether one satisfies the hypotheses and the ranges.
    """
    if any(isinstance(e, Space) and e.dimension == 0 for e in statement.names.values()):
        return False
    hypotheses = [h.judgment for h in statement.given]
    ranges = [limit for variable in statement.for_all for limit in variable.range]
    # Lipschitz constants come last, when all values that occur are in the tables
    hypotheses = sorted(hypotheses + ranges, key=lambda j: not isinstance(j, Comparison))
    rng = random.Random(2)
    for _ in range(tries):
        example = Line(statement, rng)
        example.values.update({("constant", c): value for c, value in (fixed or {}).items()})
        for judgment in _judgments(statement):
            if isinstance(judgment, Comparison):
                example.scalar(judgment.difference)
        if not all(example.holds(judgment) for judgment in hypotheses):
            continue
        if not refute:
            return True
        for conclusion in statement.conclude:
            if all(example.holds(claim) is False for claim in conclusion.any):
                return True
    return False
