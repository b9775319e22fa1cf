"""The values of terms on the data of a problem: exact vectors, and sums of square roots."""

from __future__ import annotations

from dataclasses import dataclass, field

from .exact import Roots, Undecided
from .format import Rejected
from .judgments import Comparison
from .language import Map, Names
from .maps import NoValue
from .matrices import Vector
from .problem import Problem
from .statements import Statement
from .terms import Atom, Bound, Constant, Datum, Image, Scalar, Term

MAXIMAL_ROOTS = 1 << 17  # a scalar with more square roots is refused


@dataclass
class Context:
    """What a step may refer to: the statement, the names in scope, and the data, if any.

    `vectors` are those of the problem and of the certificate; `problem` is None in a proof for
    all spaces.
    """

    statement: Statement
    names: Names
    problem: Problem | None = None
    vectors: dict[str, tuple[str, Vector]] = field(default_factory=dict)
    _known: dict[Atom, Vector] = field(default_factory=dict)

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

    def _atom(self, atom: Atom) -> Vector:
        if atom not in self._known:
            self._known[atom] = self._fresh(atom)
        return self._known[atom]

    def _fresh(self, atom: Atom) -> Vector:
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
        entry = self.names[atom.map]
        if not isinstance(entry, Map) or atom.map not in self.data.maps:
            raise Rejected(f"{atom.map} is no map of the problem")
        domain = self.data.spaces[entry.domain].norm
        try:
            return self.data.maps[atom.map].at(self.vector(atom.argument), domain)
        except NoValue as reason:
            raise Rejected(f"{atom} has no known value: {reason}") from None

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
                factor = space.norm.of(self.vector(quantity.term))
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

    def constant_sign(self, name: str) -> str:
        """The sign ">", ">=" or "" that the statement declares for a constant."""
        entry = self.names[name]
        return getattr(entry, "sign", "")


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
