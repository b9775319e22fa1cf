"""The values of terms on the data of a problem: exact vectors, and sums of square roots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .exact import Roots, Undecided
from .formal import Formal
from .format import Rejected
from .judgments import Comparison, Judgment
from .language import Map, Names
from .maps import Mapping, NoValue, formal_value
from .matrices import Vector
from .norms import Norm
from .problem import Problem
from .statements import Quantified, Statement
from .terms import (
    Atom,
    Bound,
    Constant,
    Datum,
    Image,
    Scalar,
    Term,
    Turned,
    Value,
    bound_variables,
    scalar_variables,
)  # fmt: skip

MAXIMAL_ROOTS = 1 << 17  # a scalar with more square roots is refused
MAXIMAL_CASES = 1 << 20  # so are more combinations of members of finite sets


@dataclass
class Context:
    """What a step may refer to: the statement, the names in scope, and the data, if any.

    `vectors` are those of the problem and of the certificate; `problem` is None in a proof for
    all spaces.  `arbitrary` are variables of the certificate's own, of which nothing is known.
    `taken` gives the variables of finite sets a member, one combination at a time.
    """

    statement: Statement
    names: Names
    problem: Problem | None = None
    vectors: dict[str, tuple[str, Vector]] = field(default_factory=dict)
    arbitrary: dict[str, Bound] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    _known: dict[tuple[Atom, tuple[str, ...]], Vector] = field(default_factory=dict)
    _formals: dict[tuple[Atom, tuple[str, ...]], Formal] = field(default_factory=dict)
    _variables: dict[Atom, tuple[str, ...]] = field(default_factory=dict)

    @property
    def data(self) -> Problem:
        """The problem.  Raises Rejected in a proof for all spaces."""
        if self.problem is None:
            raise Rejected("there is no data: in a proof for all spaces only numbers compute")
        return self.problem

    def vector(self, term: Term) -> Vector:
        """The value of a vector term; (n,) with n the dimension of its space.

        Raises Rejected where a bound variable or an unknown value of a map occurs.
        """
        parts = [(c, self._atom(atom)) for atom, c in term.parts]
        return Vector.combination(parts, self.data.spaces[term.space].dimension)

    def _key(self, atom: Atom) -> tuple[Atom, tuple[str, ...]]:
        if atom not in self._variables:
            self._variables[atom] = tuple(sorted(bound_variables(Term.of(atom))))
        # what is known of an atom is known for the members that its variables have
        return atom, tuple(self.taken.get(name, "") for name in self._variables[atom])

    def _atom(self, atom: Atom) -> Vector:
        key = self._key(atom)
        if key not in self._known:
            self._known[key] = self._fresh(atom)
        return self._known[key]

    def _fresh(self, atom: Atom) -> Vector:
        if isinstance(atom, Bound) and atom.name in self.taken:
            return self.vectors[self.taken[atom.name]][1]
        if isinstance(atom, Turned):
            return self._turned(atom)
        if isinstance(atom, Bound):
            raise Rejected(f"{atom.name} stands for every vector of its range and has no value")
        if isinstance(atom, Datum):
            if atom.name not in self.vectors:
                raise Rejected(f"the vector {atom.name} has no value here")
            return self.vectors[atom.name][1]
        if isinstance(atom, Image):
            if atom.map not in self.data.operators:
                raise Rejected(f"the linear map {atom.map} has no value here")
            return self.data.operators[atom.map].apply(self._atom(atom.argument))
        found, domain = self._map(atom)
        try:
            return found.at(self.vector(atom.argument), domain)
        except NoValue as reason:
            raise Rejected(f"{atom} has no known value: {reason}") from None

    def _map(self, atom: Value) -> tuple[Mapping, Norm]:
        """The map whose value an atom is, and the norm of its domain."""
        entry = self.names[atom.map]
        if not isinstance(entry, Map) or atom.map not in self.data.maps:
            raise Rejected(f"{atom.map} is no map of the problem")
        return self.data.maps[atom.map], self.data.spaces[entry.domain].norm

    def formal(self, term: Term) -> Formal:
        """The value of a vector term that may contain the formal unit; raises as `vector` does."""
        parts = ((c, k, v) for a, c in term.parts for k, v in self._formal(a).parts.items())
        return Formal.total(parts, self.data.spaces[term.space].dimension)

    def _formal(self, atom: Atom) -> Formal:
        key = self._key(atom)
        if key not in self._formals:
            self._formals[key] = self._fresh_formal(atom)
        return self._formals[key]

    def _fresh_formal(self, atom: Atom) -> Formal:
        if isinstance(atom, Turned):  # the formal unit is the only one
            return self._formal(atom.argument).turned(atom.units[0][1])
        if isinstance(atom, Image) and atom.map in self.data.operators:
            return self._formal(atom.argument).apply(self.data.operators[atom.map])
        if isinstance(atom, Value):
            found, domain = self._map(atom)
            try:
                return formal_value(found, self.formal(atom.argument), domain)
            except NoValue as reason:
                raise Rejected(f"{atom} has no known value: {reason}") from None
        vector = self._atom(atom)
        return Formal({0: vector}, vector.dimension)

    def _turned(self, atom: Turned) -> Vector:
        vector = self._atom(atom.argument)
        for unit, power in atom.units:
            real, imag = self.data.unit(unit)
            parts = (real, imag if power > 0 else -imag)
            for _ in range(abs(power)):
                pair = zip(parts, (vector, vector.turned()), strict=True)
                vector = Vector.combination(list(pair), vector.dimension)
        return vector

    def scalar(self, scalar: Scalar) -> Roots:
        """The value of a scalar term, exactly.  Raises Rejected as `vector` does."""
        summands: list[Roots] = []
        count = 0
        for monomial, coefficient in scalar.parts:
            product = Roots.rational(coefficient)
            for quantity in monomial:
                if isinstance(quantity, Constant):
                    product = product.times(self.data.constants[quantity.name])
                    continue
                space = self.data.spaces[quantity.term.space]
                inner = quantity.term
                vector = self.formal(inner).moduli() if self.data.formal else self.vector(inner)
                factor = space.norm.of(vector)
                count += max(1, len(product.terms)) * max(1, len(factor.terms))
                if count > MAXIMAL_ROOTS:
                    raise Rejected(f"the norms have more than {MAXIMAL_ROOTS} square roots")
                product = product * factor
            summands.append(product)
        return Roots.total(summands)

    def holds(self, comparison: Comparison) -> bool:
        """Whether a comparison without bound variables is true on the data, exactly."""
        try:
            sign = self.scalar(comparison.difference).sign()
        except Undecided as reason:
            raise Rejected(f"{comparison} is not settled: {reason}") from None
        return {"<=": sign >= 0, "<": sign > 0, "=": sign == 0}[comparison.relation]

    def cases(self, variables: set[str]) -> Iterator[None]:
        """Takes every combination of members for variables of finite sets, within their ranges.

        The variables that delimit those ranges are taken along.  The caller empties `taken` again.
        Raises Rejected for a variable that runs through a whole space, for too many combinations,
        and as `holds` does.
        """
        chosen = [q for q in self.statement.for_all if q.name in variables]
        limits = {name for q in chosen for limit in q.range for name in _inside(limit)}
        if not limits <= variables:
            yield from self.cases(variables | limits)
            return
        count = 1
        for quantified in chosen:
            if not quantified.family:
                raise Rejected(f"{quantified.name} runs through a whole space, not a finite set")
            count *= len(self.data.sets[quantified.family])
        if len(chosen) < len(variables) or count > MAXIMAL_CASES:
            raise Rejected(f"{count} combinations of members, or a variable that has no set")
        yield from self._cases(chosen)

    def _cases(self, chosen: list[Quantified]) -> Iterator[None]:
        if not chosen:
            yield
            return
        before = self.taken
        for member in self.data.sets[chosen[0].family]:
            self.taken = {**before, chosen[0].name: member}
            if all(
                isinstance(limit, Comparison) and self.holds(limit) for limit in chosen[0].range
            ):
                yield from self._cases(chosen[1:])

    def constant_sign(self, name: str) -> str:
        """The sign ">", ">=" or "" that the statement declares for a constant."""
        entry = self.names[name]
        return getattr(entry, "sign", "")


def _inside(judgment: Judgment) -> set[str]:
    return scalar_variables(judgment.difference) if isinstance(judgment, Comparison) else set()


def is_nonnegative(context: Context, scalar: Scalar) -> bool:
    """Whether a scalar term is >= 0 for the reason that everything in it is.

    Coefficients must be >= 0, constants declared > 0 or >= 0; norms are >= 0.
    """
    return all(
        coefficient > 0
        and all(not isinstance(q, Constant) or context.constant_sign(q.name) for q in monomial)
        for monomial, coefficient in scalar.parts
    )


def is_positive(context: Context, scalar: Scalar) -> bool:
    """Whether a scalar term is > 0 for the reason that it is >= 0 with a summand that is > 0."""
    return is_nonnegative(context, scalar) and any(
        all(isinstance(q, Constant) and context.constant_sign(q.name) == ">" for q in monomial)
        for monomial, _ in scalar.parts
    )
