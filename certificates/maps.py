"""What a map may be: constant, affine, a table, its extension, layers, a network, or a name.

    constant    Psi(y) = b
    affine      Psi(y) = W y + b
    layers      Psi(y) = W_k r(... r(W_1 y + b_1) ...) + b_k with r(t) = t for t >= 0, else a t
    table       any map with Psi(y_i) = v_i for the listed pairs; nothing else is known of it
    mcshane     Psi_c(y) = min over i of (v_i,c + K |Re y - y_i|), K >= 0, all y_i and v_i real
    named       a map of which nothing is known but its name
    machine     the output of a program on a fixed input and y, or the network that it returns, at y

A McShane map (McShane 1934) is K-Lipschitz into the plain linf norm whatever the table is, because
each coordinate is a minimum of K-Lipschitz functions, and |Re y| <= |y| for our norms; it takes the
value v_i at y_i exactly when no other pair undercuts it there, which is decided for the pair that
is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from .exact import Roots, Undecided
from .formal import Formal
from .format import Rejected, short
from .laurent import Laurent, Number, Unfit
from .linear import Linear
from .machine import Program, Stuck, run
from .matrices import Matrix, Vector
from .networks import Network
from .norms import Norm


class NoValue(Exception):
    """The value of the map at this point is not known; the message says why."""


@dataclass(frozen=True, slots=True)
class ConstantMap:
    """y -> offset."""

    offset: Vector

    def __str__(self) -> str:
        return "a constant map"

    def at(self, point: Vector, domain: Norm) -> Vector:
        """(m,) -> (N,)."""
        return self.offset


@dataclass(frozen=True, slots=True)
class AffineMap:
    """y -> matrix y + offset."""

    matrix: Matrix
    offset: Vector

    def __str__(self) -> str:
        return "affine, y -> W y + b"

    def at(self, point: Vector, domain: Norm) -> Vector:
        """(m,) -> (N,)."""
        parts = [(Fraction(1), self.matrix.apply(point)), (Fraction(1), self.offset)]
        return Vector.combination(parts, self.offset.dimension)


@dataclass(frozen=True, slots=True)
class LayersMap:
    """A real ReLU network, or leaky ReLU with 0 <= slope <= 1: pairs (W, b)."""

    layers: tuple[tuple[Matrix, Vector], ...]
    slope: Fraction

    def __str__(self) -> str:
        sizes = [self.layers[0][0].columns, *(len(matrix.real) for matrix, _ in self.layers)]
        leaky = f", slope {short(self.slope)} below 0" if self.slope else ""
        return f"a ReLU network of sizes {'-'.join(map(str, sizes))}{leaky}"

    def at(self, point: Vector, domain: Norm) -> Vector:
        """(m,) -> (N,)."""
        p, q = self.slope.numerator, self.slope.denominator
        for place, (matrix, offset) in enumerate(self.layers):
            if place:
                bent = [a * (q if a > 0 else p) for a in point.real]
                point = Vector.of(bent, (), point.denominator * q)
            point = AffineMap(matrix, offset).at(point, domain)
        return point


@dataclass(frozen=True, slots=True)
class TableMap:
    """Any map with the listed values."""

    inputs: tuple[Vector, ...]
    outputs: tuple[Vector, ...]
    rows: dict[Vector, int] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.rows.update((point, place) for place, point in enumerate(self.inputs))

    def __str__(self) -> str:
        return f"any map with the {len(self.inputs)} listed values"

    def at(self, point: Vector, domain: Norm) -> Vector:
        """(m,) -> (N,), for a listed point only."""
        place = self.rows.get(point)
        if place is None:
            raise NoValue("the table has no row for this measurement")
        return self.outputs[place]


@dataclass(frozen=True, slots=True)
class McShaneMap:
    """The extension of a real table to all of R^m or C^m with the constant K = `slope`."""

    table: TableMap
    slope: Fraction

    def __str__(self) -> str:
        count, slope = len(self.table.inputs), short(self.slope)
        return f"McShane's extension of a table of {count} values with slope {slope}"

    def at(self, point: Vector, domain: Norm) -> Vector:
        """(m,) -> (N,), for a listed point at which the extension takes the listed value."""
        point = Vector.of(point.real, (), point.denominator)
        value = self.table.at(point, domain)
        minus = Fraction(-1)
        for other, output in zip(self.table.inputs, self.table.outputs, strict=True):
            gap = Vector.combination([(Fraction(1), value), (minus, output)], value.dimension)
            excess = Roots.rational(Fraction(max(gap.real, default=0), gap.denominator))
            between = Vector.combination([(Fraction(1), point), (minus, other)], point.dimension)
            if (domain.of(between).times(self.slope) - excess).sign() < 0:
                raise NoValue("McShane's extension lies below the table's value there")
        return value


@dataclass(frozen=True, slots=True)
class NetworkMap:
    """y -> network(before y), a vector read row-major into the network's input.

    With `channels` the real parts of a vector are the first channel and the imaginary parts the
    second, of the input and of the output.
    """

    network: Network
    channels: bool
    before: Linear | None

    def __str__(self) -> str:
        count = len(self.network.graph.nodes)
        inner = "y" if self.before is None else "K y"
        layout = " (real and imaginary part as channels)" if self.channels else ""
        return f"a network of {count} nodes, {self.network.weights} weights, at {inner}{layout}"

    def at(self, point: Vector, domain: Norm) -> Vector:
        """(m,) -> (N,)."""
        if self.network.irrational:
            raise NoValue("it is irrational; use the rule enclosed")
        v = point if self.before is None else self.before.apply(point)
        zeros = (0,) * v.dimension if self.channels else ()
        value = self.network.values(v.real + (v.imag or zeros), v.denominator)
        half = len(value.entries) // 2 if self.channels else len(value.entries)
        return Vector.of(value.entries[:half], value.entries[half:], value.denominator)


@dataclass(frozen=True, slots=True)
class NamedMap:
    """A map of which nothing is known."""

    description: str

    def __str__(self) -> str:
        return "only named: nothing is known of it"

    def at(self, point: Vector, domain: Norm) -> Vector:
        """Raises NoValue."""
        raise NoValue("nothing is known of this map but its name")


@dataclass(frozen=True, slots=True)
class MachineMap:
    """y -> the output of `program` on the numbers of `tape`, followed by y.

    With `evaluate` the output is a network  W Phi(y) + b  instead, its first number the place of
    Phi among `maps`, and the value is the output of `evaluate` on it, followed by Phi(y).  Both
    together have `fuel` steps.  `maps` have the dimensions of their targets beside them.
    """

    program: Program
    fuel: int
    tape: tuple[Number, ...]
    dimension: int
    real: bool
    evaluate: Program | None
    maps: tuple[tuple[Mapping, int], ...]

    def __str__(self) -> str:
        size, fuel = len(self.tape), self.fuel
        network = "" if self.evaluate is None else "the value at y of the network that is "
        return f"{network}the output of a machine at {size} numbers and y, in at most {fuel} steps"

    def at(self, point: Vector, domain: Norm) -> Vector:
        """(m,) -> (N,)."""
        value = self.at_formal(Formal({0: point}, point.dimension), domain).constant()
        if value is None:
            raise NoValue("it contains the formal unit")
        return value

    def at_formal(self, point: Formal, domain: Norm) -> Formal:
        """(m,) -> (N,), also where the formal unit occurs."""
        try:
            done = run(self.program, [*self.tape, *point.entries()], self.fuel)
            if self.evaluate is not None:
                feature = self.feature(done.output, point, domain)
                done = run(self.evaluate, [*done.output, *feature], self.fuel - done.steps)
            complex_ = any(isinstance(number, Laurent) for number in done.output)
            if len(done.output) != self.dimension or (self.real and complex_):
                kind = "real " if self.real else ""
                raise NoValue(f"the output is not {self.dimension} {kind}numbers")
            return Formal.of(done.output)
        except (Stuck, Unfit) as reason:
            raise NoValue(str(reason)) from None

    def feature(
        self, network: Sequence[Number], point: Formal, domain: Norm
    ) -> Sequence[Number | None]:
        """Phi(y), or cells without value where it is not known."""
        name = network[0] if network else None
        if type(name) is not int or not 0 <= name < len(self.maps):
            raise NoValue("the output names no map of the problem")
        phi, dimension = self.maps[name]
        try:
            return formal_value(phi, point, domain).entries()
        except (NoValue, Rejected, Undecided):  # from the map, from an operator before it, a sign
            return [None] * dimension


Mapping = (
    ConstantMap | AffineMap | LayersMap | TableMap | McShaneMap | NetworkMap | NamedMap | MachineMap
)


def formal_value(found: Mapping, point: Formal, domain: Norm) -> Formal:
    """The value of a map where the formal unit may occur.  Raises NoValue as `at` does."""
    if isinstance(found, MachineMap):
        return found.at_formal(point, domain)
    constant = point.constant()
    if constant is None:
        raise NoValue("only a machine is evaluated where the formal unit occurs")
    value = found.at(constant, domain)
    return Formal({0: value}, value.dimension)
