"""Terms of a problem, enclosed: what is known of their values where they are not exact.

Three things make a value inexact: an operator with irrational entries, a network with irrational
values, and a variable e of which only a bound of its norm is known.  Where none of them occurs,
an enclosure is exact, and everything is as in `values`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .enclosures import Ball, Enclosure, Region, applied, bent, rational, reached
from .exact import Roots, Undecided
from .format import Rejected, Unreadable, as_list, as_text, excerpt, read_natural, read_small
from .judgments import Comparison
from .language import Map
from .linear import Linear
from .maps import AffineMap, ConstantMap, LayersMap, Mapping, NetworkMap, NoValue
from .matrices import Vector
from .network_enclosures import enclosed, gains
from .problem import NormedSpace
from .terms import Atom, Bound, Constant, Image, Norm, Scalar, Term, Turned, Value, norm
from .values import MAXIMAL_ROOTS, Context

PARAMETERS = 1 << 10  # more real coordinates of variables are refused
DEPTH = 64  # nor more divisions of a region one in another
NODES = 1 << 14  # nor in all
DIVISION_BITS = 256  # of a number at which is divided; they are added up with all others


class Enclosing:
    """The data of a context with variables in balls: names, and the region of their coordinates."""

    def __init__(
        self, context: Context, variables: dict[str, int], region: Region, bits: int
    ) -> None:
        self.context, self.variables, self.region, self.bits = context, variables, region, bits
        self.known: dict[Atom, Enclosure] = {}

    def term(self, term: Term) -> Enclosure:
        """A vector term; (n,) with n the dimension of its space.  Raises Rejected."""
        parts = [(c, self.atom(atom)) for atom, c in term.parts]
        return Enclosure.combination(parts, self.context.data.spaces[term.space].dimension)

    def atom(self, atom: Atom) -> Enclosure:
        """An atom, enclosed once."""
        if atom not in self.known:
            self.known[atom] = self._fresh(atom)
        return self.known[atom]

    def _fresh(self, atom: Atom) -> Enclosure:
        if isinstance(atom, Bound) and atom.name in self.variables:
            return self._variable(atom)
        if isinstance(atom, Image):
            form = self.context.data.operators.get(atom.map)
            if form is None:
                raise Rejected(f"the linear map {atom.map} has no value here")
            return applied(form, self.atom(atom.argument), self.bits)
        if isinstance(atom, Value):
            return self._value(atom)
        if isinstance(atom, Turned):
            vector = self.atom(atom.argument)
            for unit, power in atom.units:
                real, imag = self.context.data.unit(unit)
                parts = (real, imag if power > 0 else -imag)
                for _ in range(abs(power)):
                    pair = list(zip(parts, (vector, vector.turned()), strict=True))
                    vector = Enclosure.combination(pair, vector.center.dimension)
            return vector
        return Enclosure.exact(self.context.vector(Term.of(atom)))

    def _variable(self, atom: Bound) -> Enclosure:
        """A variable: its coordinates times unit vectors, then times i unit vectors."""
        n = self.context.data.spaces[atom.space].dimension
        start, zeros = self.variables[atom.name], (0,) * n
        columns = [Vector(zeros, (), 1)] * len(self.region.low)
        for k in range(n):
            one = (0,) * k + (1,) + (0,) * (n - k - 1)
            columns[start + k] = Vector(one, (), 1)
            if self.context.data.field == "C":
                columns[start + n + k] = Vector(zeros, one, 1)
        center = Vector(zeros, (), 1)
        return Enclosure(center, center, tuple(columns))

    def _value(self, atom: Value) -> Enclosure:
        entry = self.context.names[atom.map]
        found = self.context.data.maps.get(atom.map)
        if not isinstance(entry, Map) or found is None:
            raise Rejected(f"{atom.map} is no map of the problem")
        x = self.term(atom.argument)
        if isinstance(found, ConstantMap):
            return Enclosure.exact(found.offset)
        if isinstance(found, AffineMap):
            return self._affine(found.matrix, found.offset, x)
        if isinstance(found, LayersMap):
            for place, (matrix, offset) in enumerate(found.layers):
                if place:
                    x = bent(x, [found.slope] * x.center.dimension, self.region)
                x = self._affine(matrix, offset, x).rounded(self.bits)
            return x
        if isinstance(found, NetworkMap):
            return self._network(found, x)
        return self._listed(found, x, atom, entry)

    def _affine(self, matrix: Linear, offset: Vector, x: Enclosure) -> Enclosure:
        parts = [(Fraction(1), applied(matrix, x, self.bits))]
        return Enclosure.combination(parts, offset.dimension, offset)

    def _network(self, found: NetworkMap, x: Enclosure) -> Enclosure:
        """Complex vectors as two channels where the map says so, into the network and out of it."""
        if found.before is not None:
            x = applied(found.before, x, self.bits)

        def real(v: Vector) -> Vector:
            zeros = (0,) * v.dimension
            return Vector(v.real + (v.imag or zeros), (), v.denominator)

        def joined(v: Vector) -> Vector:
            half = v.dimension // 2
            return Vector.of(v.real[:half], v.real[half:], v.denominator)

        if found.channels:
            x = _each(x, real)
        y = enclosed(found.network, x, self.region, self.bits)
        return _each(y, joined) if found.channels else y

    def _listed(self, found: Mapping, x: Enclosure, atom: Value, entry: Map) -> Enclosure:
        """A map that is known at points: the argument must be exact."""
        if x.columns or any(x.radius.real) or x.radius.imag:
            raise Rejected(f"{atom} has no known value: the argument is not exact")
        domain = self.context.data.spaces[entry.domain].norm
        try:
            return Enclosure.exact(found.at(x.center, domain))
        except NoValue as reason:
            raise Rejected(f"{atom} has no known value: {reason}") from None

    # scalars

    def least(self, scalar: Scalar) -> Roots:
        """A lower bound of a scalar term; the value itself if everything is exact."""
        summands: list[Roots] = []
        count = 0
        for monomial, coefficient in scalar.parts:
            factor, ends = coefficient, (Roots.rational(1), Roots.rational(1))
            for quantity in monomial:
                if isinstance(quantity, Constant):
                    factor *= self.context.data.constants[quantity.name]
                    continue
                bounds = self._norm(quantity)
                pairs = list(zip(ends, bounds, strict=True))
                count += max(max(1, len(a.terms)) * max(1, len(b.terms)) for a, b in pairs)
                if count > MAXIMAL_ROOTS:
                    raise Rejected(f"the norms have more than {MAXIMAL_ROOTS} square roots")
                ends = (pairs[0][0] * pairs[0][1], pairs[1][0] * pairs[1][1])
            summands.append(ends[0 if factor >= 0 else 1].times(factor))
        return Roots.total(summands)

    def _norm(self, quantity: Norm) -> tuple[Roots, Roots]:
        """Bounds of a norm, both >= 0."""
        space = self.context.data.spaces[quantity.term.space]
        return self.term(quantity.term).norm(space.norm, self.region)

    def holds(self, comparison: Comparison) -> bool:
        """Whether a comparison is proved for all points of the region."""
        try:
            sign = self.least(comparison.difference).sign()
        except Undecided as reason:
            raise Rejected(f"{comparison} is not settled: {reason}") from None
        return {"<=": sign >= 0, "<": sign > 0, "=": False}[comparison.relation]


def _each(x: Enclosure, move: Callable[[Vector], Vector]) -> Enclosure:
    """The same rearrangement of entries of all vectors of an enclosure."""
    center, radius, *columns = map(move, x.parts())
    return Enclosure(center, radius, tuple(columns))


def growth(found: NetworkMap, domain: NormedSpace, target: NormedSpace) -> Roots:
    """A number s with |f(u) - f(v)| <= s |u - v|, because no entry of the network's input moves
    more than the norm of u - v allows, and none of its output more than `gains` says.
    """
    if found.before is None:
        start = rational([Fraction(1)] * domain.dimension)
    else:
        start = reached(found.before, domain.norm.kind)
    start = Vector.of(start.real * (1 + found.channels), (), start.denominator)
    moved = gains(found.network, start)
    half = moved.dimension // 2 if found.channels else moved.dimension
    moved = Vector.of(moved.real[:half], moved.real[half:], moved.denominator)
    weight = domain.norm.weight
    return target.norm.of(moved).times(Fraction(weight.denominator, weight.numerator))


# ------------------------------------------------------------------------ over whole balls


@dataclass(frozen=True, slots=True)
class Split:
    """A division of the region at  coordinate = value  of a variable; coordinates count from 0."""

    variable: str
    coordinate: int
    value: Fraction
    below: Splits
    above: Splits


Splits = Split | None


def read_splits(raw: object, where: str) -> Splits:
    """A tree of [variable, coordinate, value, below, above] and, for what is not divided, []."""
    nodes = 0

    def read(item: object, depth: int) -> Splits:
        nonlocal nodes
        nodes += 1
        if depth > DEPTH or nodes > NODES:
            raise Unreadable(f"{where}: at most {NODES} divisions, {DEPTH} one in another")
        parts = as_list(item, where)
        if not parts:
            return None
        if len(parts) != 5:
            raise Unreadable(f"{where}: a variable, coordinate, value, and two parts are expected")
        coordinate = read_natural(parts[1], where, PARAMETERS + 1) - 1
        value = read_small(parts[2], where)
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > DIVISION_BITS:
            raise Unreadable(f"{where}: a region is divided at a number of {DIVISION_BITS} bits")
        halves = (read(part, depth + 1) for part in parts[3:])
        return Split(as_text(parts[0], where), coordinate, value, *halves)

    return read(raw, 0)


def proved(
    context: Context, claim: Comparison, limits: Sequence[Comparison], bits: int, splits: Splits
) -> bool:
    """Whether enclosures prove a claim for all variables within `limits`, part by part.

    A limit reads |e| <= r with r free of variables.  Raises Rejected if one does not, or if a
    value in the claim is not known.
    """
    variables: dict[str, int] = {}
    balls: list[Ball] = []
    for limit in limits:
        left, right = limit.sides
        quantity = left.parts[0][0][0] if len(left.parts) == 1 and left.parts[0][0] else None
        if not isinstance(quantity, Norm) or left != norm(quantity.term):
            raise Rejected(f"{limit} is no bound of the norm of a variable")
        atom = quantity.term.parts[0][0]
        if quantity.term != Term.of(atom) or not isinstance(atom, Bound) or limit.relation == "=":
            raise Rejected(f"{limit} is no bound of the norm of a variable")
        if atom.name in variables:
            raise Rejected(f"{atom.name} has two bounds")
        space = context.data.spaces[atom.space]
        radius = context.scalar(right).upper() * Fraction(
            space.norm.weight.denominator, space.norm.weight.numerator
        )
        variables[atom.name] = sum(ball.count for ball in balls)
        is_complex = context.data.field == "C"
        balls.append(Ball(space.dimension, is_complex, space.norm.kind, radius))
    if sum(ball.count for ball in balls) > PARAMETERS:
        raise Rejected(f"the variables have more than {PARAMETERS} coordinates")

    def closed(region: Region, splits: Splits) -> bool:
        if splits is None:
            return region.is_empty() or Enclosing(context, variables, region, bits).holds(claim)
        if splits.variable not in variables:
            raise Rejected(f"{excerpt(splits.variable)} is no variable with a bound")
        start = variables[splits.variable]
        own = dict(zip(variables, balls, strict=True))[splits.variable]
        if not 0 <= splits.coordinate < own.count:
            raise Rejected(f"{splits.variable} has the coordinates 1 to {own.count}")
        halves = region.halves(start + splits.coordinate, splits.value)
        return closed(halves[0], splits.below) and closed(halves[1], splits.above)

    return closed(Region.of(balls), splits)
