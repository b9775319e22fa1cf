"""Numbers for the norms, or a contradiction: the loop of the decision procedure.

Ask z3 for values of all tracked norms that satisfy the facts, positive wherever they can be.  Are
they the norms of vectors?  For each vector t_j the linear program

    minimise  sum |c_i| n_i   subject to   sum c_i t_i = t_j

says so: if the minimum is below n_j, a triangle inequality was missing, which is added for good;
else its dual gives a functional f with |f(t_i)| <= n_i for all i and f(t_j) = n_j.  A norm that
is forced to 0 makes its vector zero, and so the images of the vector and the values of maps at
equal arguments.  Each round adds a fact; there are finitely many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

from certificates.judgments import Comparison
from certificates.language import Map
from certificates.terms import Atom, Monomial, Norm, Quantity, Scalar, Term, image, norm

from .exactly import in_span, intersection, solve
from .infer import at, infer, row
from .known import Known, congruence, triangle
from .oracle import Clock, Functional, Inequalities, Norming, Row, Shorter, TooLarge
from .system import System, Tracked, monomials

SIMPLE = [Fraction(1), Fraction(2), Fraction(1, 2)]
SIMPLER = 3  # so often simpler numbers are tried
PINNED = 24  # for so many quantities


@dataclass
class Limits:
    """How much may be tried: triangle instances, and seconds of one claim."""

    instances: int = 2000
    seconds: float = 60.0


@dataclass(frozen=True)
class Model:
    """Values of norms and constants, and for each space functionals that realise the norms.

    `functionals[space][i]` belongs to tracked vector i of the space; its values are on the atoms
    of the space, in their order.  `zeros[space]` span what must be zero.
    """

    values: dict[Monomial, Fraction]
    functionals: dict[str, list[tuple[Fraction, ...]]]
    zeros: dict[str, list[list[Fraction]]]


class NeedsDenial(Exception):
    """A zero follows only if the target is denied: prove by contradiction."""


@dataclass
class Saturation:
    """The loop for one target, with numbers for some constants.

    `against` are comparisons beyond the facts: the negated target.  `fixed` are numbers for
    quantities that stand in products.  Facts that are found are put into the system; those that
    hold for these numbers only stay here, in `local`.
    """

    system: System
    against: Sequence[Comparison]
    fixed: Mapping[Quantity, Fraction]
    clock: Clock
    limits: Limits
    direct: bool = False
    local: list[Row] = field(default_factory=list)
    _equal: set[tuple[str, str, str]] = field(default_factory=set)
    _size: Mapping[Norm, Fraction] = field(default_factory=dict)

    def run(self) -> Model | None:
        """A model, or None if the rows contradict each other.

        Raises TooLarge at a limit, and NeedsDenial where a direct proof is not enough.
        """
        inequalities = Inequalities(self.clock)
        for denial in self.against:
            inequalities.add(Row(at(denial.difference, self.fixed), denial.relation == "<"))
        for quantity, value in self.fixed.items():
            # in products the number stands for it; elsewhere it has to have this value
            for sign in (1, -1):
                inequalities.add(Row({(quantity,): Fraction(sign), (): -sign * value}, False))
        done, local = 0, 0
        norms: dict[Norm, None] = {}
        attempts = SIMPLER
        while True:
            for known in self.system.knowns[done:]:
                inequalities.add(row(known, self.fixed))
            done = len(self.system.knowns)
            for size_of in self.system.norms():
                if size_of not in norms:
                    norms[size_of] = None
                    inequalities.add(Row({(size_of,): Fraction(1)}, False))
            for form in self.local[local:]:
                inequalities.add(form)
            local = len(self.local)
            values = inequalities.interior([(quantity,) for quantity in norms])
            if values is None:
                return None
            size = {quantity: values.get((quantity,), Fraction(0)) for quantity in norms}
            self._size = size
            if self._zeros(size):
                continue
            functionals = self._functionals(size)
            if functionals is None:
                continue
            model = Model(values, functionals, self._null(size))
            if attempts == 0:
                return model
            attempts -= 1
            # the same with simpler numbers, if they are norms as well
            values = inequalities.pinned(values, self._worth_pinning(norms), SIMPLE)
            size = {quantity: values.get((quantity,), Fraction(0)) for quantity in norms}
            null = self._null(size)
            if any(len(null[s]) > len(model.zeros[s]) for s in null):
                return model
            functionals = self._functionals(size)
            if functionals is not None:
                return Model(values, functionals, null)

    def _worth_pinning(self, norms: Iterable[Norm]) -> list[Monomial]:
        """Constants, then the norms that hypotheses and the target are about."""
        own = [k.difference for k in self.system.knowns if k.origin in ("given", "range", "denied")]
        wanted = monomials([*own, *(c.difference for c in self.against)])
        quantities = {q for monomial in wanted for q in monomial if q not in self.fixed}
        ranked = sorted(quantities, key=lambda q: (isinstance(q, Norm), str(q)))
        return [(quantity,) for quantity in ranked[:PINNED]]

    # ------------------------------------------------------------------ triangle inequalities

    def _functionals(
        self, size: Mapping[Norm, Fraction]
    ) -> dict[str, list[tuple[Fraction, ...]]] | None:
        """Functionals for every tracked vector; None if an inequality had to be added."""
        found: dict[str, list[tuple[Fraction, ...]]] = {}
        missing: list[Known] = []
        for space in self.system.tracked:
            tracked, vectors = self.system.coordinates(space)
            if not tracked:
                continue
            norming = Norming(vectors, [size[t.norm] for t in tracked], self.clock)
            found[space] = []
            for place, entry in enumerate(tracked):
                answer = norming.ask(place)
                if isinstance(answer, Functional):
                    found[space].append(answer.values)
                else:
                    missing.append(_triangle(entry, tracked, answer))
        for known in missing:
            self.system.know(known)
        used = sum(known.origin == "triangle" for known in self.system.knowns)
        if used > self.limits.instances:
            raise TooLarge(
                f"more than {self.limits.instances} triangle inequalities are needed; "
                "raise --instances"
            )
        return None if missing else found

    # ------------------------------------------------------------------ forced zeros

    def _null(self, size: Mapping[Norm, Fraction]) -> dict[str, list[list[Fraction]]]:
        """For each space the tracked vectors that are zero."""
        found: dict[str, list[list[Fraction]]] = {}
        for space in self.system.tracked:
            tracked, vectors = self.system.coordinates(space)
            pairs = zip(tracked, vectors, strict=True)
            found[space] = [vector for entry, vector in pairs if not size[entry.norm]]
        return found

    def _zeros(self, size: Mapping[Norm, Fraction]) -> bool:
        """Add what equal vectors make equal; whether anything was added."""
        before = (len(self.system.knowns), len(self.local), self.system.count())
        null = self._null(size)
        for name, values in list(self.system.values.items()):
            for left, right in combinations(list(values), 2):
                gap = left.argument - right.argument
                if self._is_zero(gap, null):
                    self._equate(name, left.argument, right.argument, gap)
        for name, entry in self.system.names.items():
            if isinstance(entry, Map) and entry.linear:
                for term in self._seen(name, entry, null):
                    zero = Term(term.space, ())
                    self.system.track(term)
                    self._equate(name, term, zero, term)
        self.system.close()
        return before != (len(self.system.knowns), len(self.local), self.system.count())

    def _is_zero(self, term: Term, null: Mapping[str, list[list[Fraction]]]) -> bool:
        atoms = self.system.atoms.get(term.space, {})
        coefficients = dict(term.parts)
        return in_span([coefficients.get(atom, Fraction(0)) for atom in atoms], null[term.space])

    def _seen(self, name: str, entry: Map, null: Mapping[str, list[list[Fraction]]]) -> list[Term]:
        """Vectors that are zero and whose images occur: a basis of the two spans' intersection."""
        domain = self.system.atoms.get(entry.domain, {})
        images = self.system.atoms.get(entry.target, {})
        seen = [k for k, a in enumerate(domain) if _occurs(name, a, entry, images)]
        vectors = intersection(null.get(entry.domain, []), seen, len(domain))
        return [
            Term.combination(
                entry.domain, [(c, Term.of(a)) for a, c in zip(domain, vector, strict=True) if c]
            )
            for vector in vectors
        ]

    def _shorten(self, gap: Term) -> None:
        """|u - v| is at most a sum of norms that are zero."""
        tracked, vectors = self.system.coordinates(gap.space)
        size = {t.norm: self._size.get(t.norm, Fraction(0)) for t in tracked}
        zeros = [k for k, t in enumerate(tracked) if not size[t.norm]]
        coefficients = dict(gap.parts)
        wanted = [coefficients.get(atom, Fraction(0)) for atom in self.system.atoms[gap.space]]
        columns = list(zip(*(vectors[k] for k in zeros), strict=True))
        found = solve(columns, [[c] for c in wanted]) if zeros else None
        if found is not None:
            summands = [(c, tracked[k].term) for k, (c,) in zip(zeros, found, strict=True) if c]
            if len(summands) > 1:
                self.system.know(triangle(Norm(gap), summands))

    def _equate(self, name: str, left: Term, right: Term, gap: Term) -> None:
        """|u - v| <= 0 gives |f(u) - f(v)| <= 0."""
        key = (name, str(left), str(right))
        if key in self._equal or key in self.system.equated:
            return
        self._equal.add(key)
        values = self.system.apply(name, left) - self.system.apply(name, right)
        if not values.parts:
            return
        target = Comparison.of(norm(gap), "<=", Scalar())
        if gap.parts:
            self._shorten(gap)
        proved = infer(self.system, target, self.clock)
        if proved is None:
            if self.direct:
                raise NeedsDenial
            self.system.look(norm(values))
            self.local.append(Row(at(norm(values).times(Fraction(-1)), self.fixed), False))
            return
        self.system.equated.add(key)
        zero = Known(target.difference, False, proved.fact, "zero")
        self.system.know(congruence(zero, name, left, right, values))


def _occurs(name: str, atom: Atom, entry: Map, images: Mapping[Atom, None]) -> bool:
    found = image(name, Term.of(atom), entry.target)
    return bool(found.parts) and all(inner in images for inner, _ in found.parts)


def _triangle(entry: Tracked, tracked: Sequence[Tracked], shorter: Shorter) -> Known:
    summands = [(c, tracked[i].term) for i, c in shorter.summands]
    return triangle(Norm(entry.term), summands)


def triangles(system: System) -> Iterator[Known]:
    """The triangle inequalities between three tracked vectors of one space."""
    for space in system.tracked:
        tracked, vectors = system.coordinates(space)
        for i, j, k in combinations(range(len(tracked)), 3):
            for whole, one, other in ((i, j, k), (j, i, k), (k, i, j)):
                columns = list(zip(vectors[one], vectors[other], strict=True))
                found = solve(columns, [[c] for c in vectors[whole]])
                if found is not None and all(c for (c,) in found):
                    parts = [(found[0][0], tracked[one].term), (found[1][0], tracked[other].term)]
                    yield triangle(Norm(tracked[whole].term), parts)
