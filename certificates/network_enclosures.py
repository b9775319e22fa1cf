"""Enclosures of a network's values, made from the exact meaning of its operators.

An operator that is linear in its inputs, with constant weights, is applied to the centers; to each
column, with 0 for added constants; and to the radii, with 0 for added constants and the moduli of
weights.  The others are bent functions of differences,

    |t|,  max(a, b) = b + max(a - b, 0),  min(a, b) = a - max(a - b, 0),

or increasing functions with irrational values, 1 / (1 + exp(-t)) and tanh t, which are bounded at
both ends of the span, or have a root in a factor, which is enclosed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial, reduce
from math import isqrt, prod

from .enclosures import (
    NOTHING,
    Enclosure,
    Region,
    bent,
    limited,
    rational,
    scaled,
    zero,
)  # fmt: skip
from .matrices import Vector
from .network_operators import OPERATORS, added, leak, pooled
from .networks import Network, walk
from .onnx import Node
from .tensors import Result, Shape, Use, Value, broadcast, spread

GUARD = 32  # bits beyond those that are asked for
GAIN_BITS = 64  # of the bounds on differences

# for each input of a linear operator: r  its radius, 0 if it is constant;  n  the opposite;
# a  its radius, or the moduli of constant weights;  k  kept, a constant that is no weight;
# the last letter is for all inputs that follow
LINEAR = {
    "Add": "r", "AveragePool": "r", "Concat": "r", "Conv": "aar", "ConvTranspose": "aar",
    "Div": "rk", "Dropout": "rk", "Flatten": "r", "Gemm": "aar", "GlobalAveragePool": "r",
    "Identity": "r", "MatMul": "a", "Mul": "a", "Pad": "rkrk", "Reshape": "rk", "Resize": "rk",
    "Slice": "rk", "Neg": "r", "Squeeze": "rk", "Sub": "rn", "Sum": "r", "Transpose": "r",
    "Unsqueeze": "rk",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """An enclosure of a real tensor, row-major."""

    shape: Shape
    found: Enclosure

    def value(self, v: Vector) -> Value:
        """One of the enclosure's vectors as a tensor."""
        return Value(self.shape, list(v.real), v.denominator, False)


Input = Value | Tensor | None


class _Node:
    """A node with its inputs, constants or tensors."""

    def __init__(
        self, node: Node, inputs: Sequence[Input], opset: int, region: Region, bits: int
    ) -> None:
        self.node, self.inputs, self.opset = node, inputs, opset
        self.region, self.bits = region, bits
        self.count = max(len(x.found.columns) for x in inputs if isinstance(x, Tensor))

    def use(self, select: Callable[[int, Input], Value | None]) -> Use:
        """The node with a value for each input."""
        return Use(self.node, [select(k, x) for k, x in enumerate(self.inputs)], self.opset)

    def centers(self) -> Use:
        return self.use(lambda _, x: x.value(x.found.center) if isinstance(x, Tensor) else x)

    def tensor(self, place: int = 0) -> Tensor:
        """An input; a constant is known exactly."""
        x = self.inputs[place]
        if isinstance(x, Tensor):
            return x
        value = self.centers().value(place)
        return Tensor(value.shape, Enclosure.exact(Vector.of(value.entries, (), value.denominator)))

    def value(self) -> Tensor:
        operator = self.node.operator
        found = self.linear() if operator in LINEAR else OTHERS[operator](self)
        return Tensor(found.shape, found.found.rounded(self.bits))

    # linear operators

    def linear(self) -> Tensor:
        apply = OPERATORS[self.node.operator][0]
        use = self.centers()
        shape, entries, bottom = apply(use)
        limited(self.count, max(len(entries), use.products >> 9))  # 512 products count as an entry
        columns = [_vector(apply(self.use(partial(self.column, k)))) for k in range(self.count)]
        radius = zero(len(entries))
        if any(any(x.found.radius.real) for x in self.inputs if isinstance(x, Tensor)):
            moduli = apply(self.use(self.radius))
            radius = Vector.of([abs(a) for a in moduli[1]], (), moduli[2])
        return Tensor(shape, Enclosure(Vector.of(entries, (), bottom), radius, tuple(columns)))

    def letter(self, place: int) -> str:
        letters = LINEAR.get(self.node.operator, "r")
        return letters[min(place, len(letters) - 1)]

    def column(self, k: int, place: int, x: Input) -> Value | None:
        if isinstance(x, Tensor):
            columns = x.found.columns
            return x.value(columns[k] if columns else zero(x.found.center.dimension))
        if x is None or self.letter(place) in "ak":
            return x
        return Value(x.shape, [0] * len(x.entries), 1, True)

    def radius(self, place: int, x: Input) -> Value | None:
        letter = self.letter(place)
        if isinstance(x, Tensor):
            value = x.value(x.found.radius)
            entries = [-a for a in value.entries] if letter == "n" else value.entries
            return Value(value.shape, entries, value.denominator, False)
        if x is None or letter == "k":
            return x
        entries = [abs(a) if letter == "a" else 0 for a in x.entries]
        return Value(x.shape, entries, x.denominator, True)

    # others

    def larger(self, x: Tensor, y: Tensor, sign: int = 1) -> Tensor:
        """The larger of two, entry by entry; the smaller for sign = -1."""
        shape = broadcast(self.centers(), x.shape, y.shape)
        a, b = (_moved(v, shape, partial(spread, shape=v.shape, target=shape)) for v in (x, y))
        one, size = Fraction(sign), prod(shape)
        gap = Enclosure.combination([(one, a.found), (-one, b.found)], size)
        over = bent(gap, [Fraction(0)] * size, self.region)
        return Tensor(shape, Enclosure.combination([(Fraction(1), b.found), (one, over)], size))

    def leaky(self) -> Tensor:
        """Relu, LeakyRelu, PRelu, Abs: t, and a multiple of t below 0."""
        x = self.tensor()
        return Tensor(x.shape, bent(x.found, self.below(), self.region))

    def below(self) -> list[Fraction]:
        """The slopes below 0, entry by entry."""
        use, operator, shape = self.centers(), self.node.operator, self.tensor().shape
        if operator == "PRelu":
            slope = use.constant(1)
            entries = spread(slope.entries, slope.shape, shape)
            return [Fraction(a, slope.denominator) for a in entries]
        slopes = {"Relu": Fraction(0), "Abs": Fraction(-1), "LeakyRelu": leak(use)}
        return [slopes[operator]] * prod(shape)

    def extreme(self) -> Tensor:
        """Max, Min: of all inputs."""
        if not self.count:
            return self.increasing()
        sign = 1 if self.node.operator == "Max" else -1
        tensors = map(self.tensor, range(len(self.inputs)))
        return reduce(lambda x, y: self.larger(x, y, sign), tensors)

    def increasing(self) -> Tensor:
        """An operator that is increasing in all inputs, by the values at the ends of their span."""
        apply = OPERATORS[self.node.operator][0]
        ends = [_vector(apply(self.use(partial(self.end, which)))) for which in (0, 1)]
        half = Fraction(1, 2)
        found = [Vector.combination([(half, ends[1]), (s * half, ends[0])], ends[0].dimension)
                 for s in (1, -1)]  # fmt: skip
        return Tensor(apply(self.centers())[0], Enclosure(found[0], found[1]))

    def end(self, which: int, place: int, x: Input) -> Value | None:
        """The least or the largest entries of an input."""
        if not isinstance(x, Tensor):
            return x
        *ends, bottom = x.found.spans(self.region)
        return Value(x.shape, ends[which][: prod(x.shape)], bottom, False)

    def clip(self) -> Tensor:
        """Clip: the larger of x and low, and of that and high the smaller."""
        if not self.count:
            return self.increasing()
        x, use = self.tensor(), self.centers()
        for place, sign in ((1, 1), (2, -1)):
            if use.has(place):
                # a single number, whatever its shape: the result has the shape of x
                bound = Tensor((), Enclosure.exact(rational([use.scalar(place)])))
                x = self.larger(bound, x, sign)
        return x

    def max_pool(self) -> Tensor:
        """MaxPool: the largest of the entries that come first, second, ... in their windows."""
        if not self.count:
            return self.increasing()
        x = self.tensor()
        shape, planes, windows = pooled(self.centers())
        size, channels = len(planes[0]), len(planes)
        places = [[c * size + p for p in w] for c in range(channels) for w in windows]

        def chosen(k: int) -> Tensor:
            return _moved(x, shape, lambda row: [row[w[min(k, len(w) - 1)]] for w in places])

        return reduce(self.larger, map(chosen, range(max(map(len, windows)))))

    def smooth(self) -> Tensor:
        """Sigmoid, Tanh: increasing, so bounded by the values at the ends of the span."""
        x = self.tensor()
        low, high, bottom = x.found.spans(self.region)
        n = len(low) // 2  # the imaginary parts are 0
        factor, down = (2, 1) if self.node.operator == "Tanh" else (1, 0)
        ends: list[list[Fraction]] = [[], []]
        for k, entries in enumerate((low[:n], high[:n])):
            for a in entries:
                value = factor * sigmoid(factor * a, bottom, self.bits)[k] - (down << self.bits)
                ends[k].append(Fraction(value, 2 << self.bits))  # half of it
        pairs = list(zip(*ends, strict=True))
        middle, width = (rational([b + s * a for a, b in pairs]) for s in (1, -1))
        return Tensor(x.shape, Enclosure(middle, width))

    def normalization(self) -> Tensor:
        """BatchNormalization: y = f (x - mean) + b, channel by channel."""
        x, use = self.tensor(), self.centers()
        bias, mean = (rational([row[c] for c in self.channels()])
                      for row in (use.constant(k).fractions() for k in (2, 3)))  # fmt: skip
        minus, one, n = Fraction(-1), Fraction(1), bias.dimension
        moved = Vector.combination([(minus, mean)], n)
        inner = Enclosure.combination([(one, x.found)], n, moved)
        low, high, bottom = inner.spans(self.region)
        most = [max(abs(a), abs(b)) for a, b in zip(low[:n], high[:n], strict=True)]
        factors, errors = zip(*self.factors(), strict=True)
        around = scaled(inner.radius, list(map(abs, factors)))
        more = scaled(Vector.of(most, (), bottom), errors)
        center = Vector.combination([(one, scaled(inner.center, factors)), (one, bias)], n)
        radius = Vector.combination([(one, around), (one, more)], n)
        columns = tuple(scaled(column, factors) for column in inner.columns)
        return Tensor(x.shape, Enclosure(center, radius, columns))

    def channels(self) -> list[int]:
        """The channel of each entry."""
        _, count, *sizes = self.tensor().shape
        return [k // prod(sizes) % count for k in range(prod(self.tensor().shape))]

    def factors(self) -> list[tuple[Fraction, Fraction]]:
        """f = s / sqrt(variance + epsilon), which is s sqrt(p q) / p, and an error, each entry."""
        use, bits = self.centers(), self.bits + GUARD
        epsilon = added(use)
        found = []
        for s, v in zip(use.constant(1).fractions(), use.constant(4).fractions(), strict=True):
            p, q = (v + epsilon).numerator, (v + epsilon).denominator
            root = isqrt(p * q << 2 * bits)
            inexact = root * root != p * q << 2 * bits
            found.append((s * Fraction(root, p << bits), abs(s) * Fraction(inexact, p << bits)))
        return [found[c] for c in self.channels()]

    # differences of values

    def gain(self) -> Tensor:
        """How far the result moves, if inputs move by at most their radii."""
        operator, x = self.node.operator, self.tensor()
        if operator in (*LINEAR, "Max", "Min", "MaxPool"):
            apply = OPERATORS["Max" if operator == "Min" else operator][0]
            shape, entries, bottom = apply(self.use(self.radius))
            moved = Vector.of(list(map(abs, entries)), (), bottom)
        else:
            shape, moved = x.shape, scaled(x.found.radius, self.slopes())
        return Tensor(shape, Enclosure(zero(moved.dimension), moved))

    def slopes(self) -> list[Fraction]:
        """The largest slopes of a function of one variable, entry by entry."""
        operator, size = self.node.operator, prod(self.tensor().shape)
        if operator == "BatchNormalization":
            return [abs(f) + error for f, error in self.factors()]
        if operator in ("Clip", "Tanh", "Sigmoid"):
            return [Fraction(1, 4 if operator == "Sigmoid" else 1)] * size
        return [max(abs(c), Fraction(1)) for c in self.below()]


OTHERS: dict[str, Callable[[_Node], Tensor]] = {
    "Abs": _Node.leaky,
    "BatchNormalization": _Node.normalization,
    "Clip": _Node.clip,
    "LeakyRelu": _Node.leaky,
    "Max": _Node.extreme,
    "MaxPool": _Node.max_pool,
    "Min": _Node.extreme,
    "PRelu": _Node.leaky,
    "Relu": _Node.leaky,
    "Sigmoid": _Node.smooth,
    "Tanh": _Node.smooth,
}


def _vector(result: Result) -> Vector:
    return Vector.of(result[1], (), result[2])


def _moved(x: Tensor, shape: Shape, move: Callable[[list[int]], list[int]]) -> Tensor:
    """The tensor whose entries are those of x at places that depend on shapes only."""
    limited(len(x.found.columns), prod(shape))
    center, radius, *columns = (
        Vector.of(move(list(v.real)), (), v.denominator) for v in x.found.parts()
    )
    return Tensor(shape, Enclosure(center, radius, tuple(columns)))


def exponential(top: int, bottom: int, bits: int) -> tuple[int, int]:
    """Integers low <= 2^bits exp(-top / bottom) <= high, for top >= 0.

    Where top / bottom is more than `bits` the value is below 1.  Else exp(-s) is the square,
    taken k times, of exp(-s / 2^k) with s / 2^k <= 1/2, by its series, in units of 2^-inner.
    s / 2^k is rounded down, which raises the value by less than 1.  The first term is exact; each
    other is a rounded down multiple, at most 1/2, of the one before, so its error is below
    1 + 1/2 + 1/4 + ... = 2.  The terms that are left out alternate and decrease from one that was
    rounded down to 0, so they add up to less than 2: in all less than 2 count + 1.
    """
    if top > bits * bottom:
        return 0, 1
    inner = bits + GUARD
    k = max(0, (2 * top // bottom).bit_length())
    s = (top << inner) // (bottom << k)  # rounded down: the value may be smaller by 1
    term, total, count = 1 << inner, 0, 0
    while term:
        total += -term if count % 2 else term
        count += 1
        term = term * s // count >> inner
    low, high = total - 2 * count - 3, total + 2 * count + 3
    for _ in range(k):
        low, high = low * low >> inner, -(-high * high >> inner)
    return max(0, low >> GUARD), min(1 << bits, -(-high >> GUARD))


def sigmoid(top: int, bottom: int, bits: int) -> tuple[int, int]:
    """Integers low <= 2^bits / (1 + exp(-top / bottom)) <= high; it is e/(1 + e) below 0."""
    low, high = exponential(abs(top), bottom, bits)
    one = 1 << bits
    if top < 0:
        return (low << bits) // (one + low), -(-(high << bits) // (one + high))
    return (one << bits) // (one + high), -(-(one << bits) // (one + low))


def enclosed(network: Network, x: Enclosure, region: Region, bits: int) -> Enclosure:
    """The values of a network at a real enclosure of its input, row-major.

    Linear operators are exact; what has a denominator beyond 2^bits is rounded to `bits` bits.
    """

    def meaning(node: Node, inputs: list[Value | Tensor | None]) -> Tensor:
        return _Node(node, inputs, network.graph.opset, region, bits).value()

    if (x, bits) in network.near:
        return network.near[x, bits]
    found = walk(network.graph, network.constants, Tensor(network.graph.shape, x), meaning)
    if isinstance(found, Value):
        return Enclosure.exact(Vector.of(found.entries, (), found.denominator))
    if not x.columns:
        network.near[x, bits] = found.found
    return found.found


def gains(network: Network, moved: Vector) -> Vector:
    """Bounds of |f(u)_i - f(v)_i| for all u, v with |u_j - v_j| <= moved_j; (n,) -> (N,).

    Each operator is monotone in how far its inputs move, as a function of real tensors: a linear
    one by the moduli of its weights, the others by their largest slopes, which for a maximum or
    minimum is that of the largest motion.
    """

    def meaning(node: Node, inputs: list[Value | Tensor | None]) -> Tensor:
        found = _Node(node, inputs, network.graph.opset, NOTHING, GUARD).gain()
        return Tensor(found.shape, found.found.rounded(GAIN_BITS))

    start = Tensor(network.graph.shape, Enclosure(zero(moved.dimension), moved))
    found = walk(network.graph, network.constants, start, meaning)
    return found.found.radius if isinstance(found, Tensor) else zero(prod(found.shape))
