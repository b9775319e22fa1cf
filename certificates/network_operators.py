"""What the operators of a network mean, exactly, on tensors of rational numbers.

A tensor is a list of integers in row-major order over one denominator.  Every operator is a
function of a node and the values of its inputs.  In the formulas x is the first input and y the
result; an index that lies outside of x stands for the number 0, unless something else is said.
Almost everything is done by lists of places: an operator takes the entries of x at places that
depend on shapes and attributes only, and multiplies, adds or compares them.

What is refused depends on shapes, attributes and constants only, never on the input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm, prod
from operator import add, mul, sub

from .format import Unreadable, excerpt, short
from .onnx import Node, check_shape

PRODUCTS = 1 << 33  # multiplications or comparisons of one network
DIVISOR_BITS = 1 << 12  # of a common multiple of divisors
WINDOWS = 1 << 24  # window places along one axis
Shape = tuple[int, ...]
Result = tuple[Shape, list[int], int]  # shape, entries row-major, their denominator
Axes = list[list[list[int]]]  # axis by axis, window by window, the indices that it takes


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor, entries over a denominator; `whole` for int64, else the entries are real numbers.

    `constant` if it does not depend on the network's input.
    """

    shape: Shape
    entries: list[int]
    denominator: int
    constant: bool
    whole: bool = False

    def fractions(self) -> list[Fraction]:
        """The entries."""
        return [Fraction(a, self.denominator) for a in self.entries]


class Use:
    """A node with the values of its inputs; checks what an operator asks for.

    When a network is read, only `shapes` count: an operator with irrational values then gives
    zeros and says that it is `irrational`.
    """

    def __init__(
        self, node: Node, inputs: Sequence[Value | None], opset: int, shapes: bool = False
    ) -> None:
        self.node = node
        self.inputs = inputs
        self.opset = opset
        self.shapes = shapes
        self.irrational = False
        self.products = 0

    def refuse(self, reason: str) -> Unreadable:
        """The error that names the node."""
        return Unreadable(f"{self.node}: {reason}")

    def zeros(self, shape: Sequence[int], reason: str) -> Result:
        """What stands for irrational values when only shapes count.  Raises Unreadable if not."""
        self.irrational = True
        if not self.shapes:
            raise self.refuse(reason)
        return self.spend(shape), [0] * prod(shape), 1

    def has(self, place: int) -> bool:
        """Whether an input is there."""
        return place < len(self.inputs) and self.inputs[place] is not None

    def value(self, place: int, whole: bool = False) -> Value:
        """An input, of floats or of integers; as every method here, raises Unreadable if not."""
        found = self.inputs[place] if place < len(self.inputs) else None
        if found is None or found.whole != whole or not found.entries:
            kind = "integers" if whole else "floats"
            raise self.refuse(f"input {place} is missing or empty, or not of {kind}")
        return found

    @property
    def x(self) -> Value:
        """The first input."""
        return self.value(0)

    def constant(self, place: int, whole: bool = False) -> Value:
        """An input that does not depend on the network's input."""
        found = self.value(place, whole)
        if not found.constant:
            raise self.refuse(f"input {place} must not depend on the network's input")
        return found

    def scalar(self, place: int) -> Fraction:
        """A constant with one entry."""
        found = self.constant(place).fractions()
        if len(found) != 1:
            raise self.refuse(f"input {place} must be a single number")
        return found[0]

    def whole(self, place: int) -> list[int]:
        """A constant int64 tensor of at most one axis."""
        found = self.constant(place, whole=True)
        if len(found.shape) > 1:
            raise self.refuse(f"input {place} must be one row of integers")
        return found.entries

    def integer(self, name: str, otherwise: int, *allowed: int) -> int:
        """An attribute, one of the allowed integers if any are listed."""
        found = self.node.attributes.get(name)
        value = found.integers[0] if found else otherwise
        if allowed and value not in allowed:
            raise self.refuse(f"{name} is {value}; export with {' or '.join(map(str, allowed))}")
        return value

    def integers(self, name: str, otherwise: Sequence[int]) -> tuple[int, ...]:
        """An attribute with a list of integers."""
        found = self.node.attributes.get(name)
        return found.integers if found else tuple(otherwise)

    def number(self, name: str, otherwise: Fraction) -> Fraction:
        """An attribute with a float, exactly."""
        found = self.node.attributes.get(name)
        return found.numbers[0] if found else otherwise

    def text(self, name: str, otherwise: str) -> str:
        """An attribute with a word."""
        found = self.node.attributes.get(name)
        return found.text if found else otherwise

    def axes(self, values: Sequence[int], count: int) -> list[int]:
        """Distinct axes among `count`; negative ones count from the end."""
        axes = [value % count for value in values if -count <= value < count]
        if len(set(axes)) < len(values):
            raise self.refuse(f"{excerpt(str(values))} are no distinct axes among {count}")
        return axes

    def listed_axes(self) -> Sequence[int] | None:
        """The attribute axes before version 13 of the operators, the second input since."""
        if self.opset < 13:
            return self.integers("axes", ()) if "axes" in self.node.attributes else None
        if "axes" in self.node.attributes:
            raise self.refuse("axes is no attribute in this version of the operators")
        return self.whole(1) if self.has(1) else None

    def spend(self, shape: Sequence[int], products: int = 0) -> Shape:
        """The shape of a result, within the limits; `products` is what it costs."""
        check_shape(shape, str(self.node))
        self.products = max(self.products, prod(shape) + products)
        if self.products > PRODUCTS:
            raise self.refuse(f"more than {PRODUCTS} multiplications")
        return tuple(shape)


# ------------------------------------------------------------------------------ small parts


def _places(shape: Shape, chosen: Sequence[Sequence[int]]) -> list[int]:
    """For each axis a list of indices -> the places of all their combinations, row-major.

    Index -1 is outside, and so is every combination with it.
    """
    places = [0]
    for n, indices in zip(shape, chosen, strict=True):
        places = [-1 if p < 0 or j < 0 else p * n + j for p in places for j in indices]
    return places


def _over(denominator: int, value: Value) -> list[int]:
    """The entries over a multiple of their denominator."""
    factor = denominator // value.denominator
    return value.entries if factor == 1 else [a * factor for a in value.entries]


def spread(entries: list[int], shape: Shape, target: Shape) -> list[int]:
    """Broadcasting: missing axes are put in front, axes of length 1 are repeated."""
    if shape == target:
        return entries
    full = (1,) * (len(target) - len(shape)) + shape
    chosen = [[0] * m if n == 1 else range(m) for n, m in zip(full, target, strict=True)]
    return [entries[p] for p in _places(full, chosen)]


def broadcast(use: Use, *shapes: Shape) -> Shape:
    """The shape that all are broadcast to."""
    axes = max(map(len, shapes))
    full = [(1,) * (axes - len(shape)) + shape for shape in shapes]
    target = tuple(map(max, zip(*full, strict=True)))
    if any(n not in (1, m) for shape in full for n, m in zip(shape, target, strict=True)):
        raise use.refuse(f"shapes {', '.join(map(str, shapes))} do not fit together")
    return use.spend(target)


def _entrywise(use: Use, function: Callable[..., int], *values: Value) -> Result:
    """Add, Sub, Max, Min: the sum, difference, largest or smallest of the inputs, broadcast.

    They may be taken of integers over one denominator.
    """
    target = broadcast(use, *(value.shape for value in values))
    denominator = lcm(*(value.denominator for value in values))
    rows = [spread(_over(denominator, value), value.shape, target) for value in values]
    return target, rows[0] if len(rows) == 1 else list(map(function, *rows)), denominator


def _all(function: Callable[..., int]) -> Callable[[Use], Result]:
    """The operator that takes the function of all its inputs, entry by entry."""
    return lambda use: _entrywise(use, function, *map(use.value, range(len(use.inputs))))


def _total(*summands: int) -> int:
    return sum(summands)


def _plus(use: Use, result: Result, shape: Shape, values: Sequence[Fraction]) -> Result:
    """A result, and constants of a shape that is broadcast to the result's."""
    return _times_plus(use, result, shape, [Fraction(1)] * len(values), values)


def _times_plus(
    use: Use, result: Result, shape: Shape, factors: Sequence[Fraction], terms: Sequence[Fraction]
) -> Result:
    """A result times constants plus constants, both of a shape that is broadcast to its own."""
    target, entries, denominator = result
    if broadcast(use, target, shape) != target:
        raise use.refuse(f"a constant of shape {shape} does not fit {target}")
    bottom = lcm(*(q.denominator for q in factors), *(q.denominator for q in terms))
    slopes = spread([int(q * bottom) for q in factors], shape, target)
    offsets = spread([int(q * bottom) * denominator for q in terms], shape, target)
    return target, list(map(add, map(mul, entries, slopes), offsets)), denominator * bottom


# -------------------------------------------------------------------------- entry by entry


def _multiply(use: Use) -> Result:
    """y = x b, broadcast; one of the two is constant."""
    left, right = use.x, use.value(1)
    if not left.constant and not right.constant:
        raise use.refuse("one of the two factors must not depend on the network's input")
    target = broadcast(use, left.shape, right.shape)
    rows = [spread(value.entries, value.shape, target) for value in (left, right)]
    return target, list(map(mul, *rows)), left.denominator * right.denominator


def _divide(use: Use) -> Result:
    """y = x / b, broadcast, with a constant b without zeros."""
    left, right = use.x, use.constant(1)
    common = lcm(*right.entries)
    if not common or common.bit_length() > DIVISOR_BITS:
        raise use.refuse("a divisor is 0, or they have no short common multiple")
    target = broadcast(use, left.shape, right.shape)
    # x / (b / d) is x times d c / b, over c
    factors = [common // b * right.denominator for b in right.entries]
    rows = [spread(left.entries, left.shape, target), spread(factors, right.shape, target)]
    return target, list(map(mul, *rows)), left.denominator * common


def _negative(use: Use) -> Result:
    """y = -x."""
    return use.spend(use.x.shape), [-a for a in use.x.entries], use.x.denominator


def _relu(use: Use) -> Result:
    """y = max(x, 0)."""
    return use.spend(use.x.shape), [max(a, 0) for a in use.x.entries], use.x.denominator


def _absolute(use: Use) -> Result:
    """y = |x|."""
    return use.spend(use.x.shape), list(map(abs, use.x.entries)), use.x.denominator


def _leaky(use: Use, slope: Value) -> Result:
    """y = x if x >= 0, else s x, where the slope s is broadcast to the shape of x."""
    shape, one = use.x.shape, slope.denominator
    if broadcast(use, shape, slope.shape) != shape:
        raise use.refuse("the slope does not fit the input")
    pairs = zip(use.x.entries, spread(slope.entries, slope.shape, shape), strict=True)
    return shape, [a * (s if a < 0 else one) for a, s in pairs], use.x.denominator * one


def _prelu(use: Use) -> Result:
    """y = x if x >= 0, else s x, with a constant s."""
    return _leaky(use, use.constant(1))


def leak(use: Use) -> Fraction:
    """The slope below 0 of LeakyRelu; it is float32, 10737418 / 2^30 if it is left out."""
    return use.number("alpha", Fraction(10737418, 1 << 30))


def _leaky_relu(use: Use) -> Result:
    """y = x if x >= 0, else alpha x."""
    alpha = leak(use)
    return _leaky(use, Value((), [alpha.numerator], alpha.denominator, True))


def _smooth(use: Use) -> Result:
    """Sigmoid y = 1 / (1 + exp(-x)), Tanh y = (1 - exp(-2x)) / (1 + exp(-2x)): enclosed only."""
    return use.zeros(use.x.shape, "its values are irrational")


def _clip(use: Use) -> Result:
    """y = min(max(x, low), high); a bound that is left out does not bound."""
    result = use.spend(use.x.shape), use.x.entries, use.x.denominator
    for place, function in ((1, max), (2, min)):
        if use.has(place):
            bound = Value((), [use.scalar(place).numerator], use.scalar(place).denominator, True)
            result = _entrywise(use, function, Value(*result, False), bound)
    return result


# ----------------------------------------------------------------------- products and sums


def _split(entries: Sequence[int], size: int) -> list[list[int]]:
    return [list(entries[k : k + size]) for k in range(0, len(entries), size)]


def _transposed(rows: list[list[int]]) -> list[list[int]]:
    return list(map(list, zip(*rows, strict=True)))


def _matrix(value: Value, flip: int) -> list[list[int]]:
    """The rows of a matrix, or of its transpose."""
    rows = _split(value.entries, value.shape[1])
    return _transposed(rows) if flip else rows


def _product(rows: list[list[int]], columns: list[list[int]]) -> list[int]:
    """(m, k) and n columns of k -> (m, n), row-major."""
    return [sum(map(mul, row, column)) for row in rows for column in columns]


def _matmul(use: Use) -> Result:
    """y = x W, the last axis of x times the first of the matrix W; one of the two is constant."""
    left, right = use.x, use.value(1)
    if not left.constant and not right.constant:
        raise use.refuse("one of the two factors must not depend on the network's input")
    *outer, k = left.shape or (0,)
    if len(right.shape) != 2 or not outer or right.shape[0] != k:
        raise use.refuse(f"shapes {left.shape} and {right.shape} do not fit, or are not covered")
    shape = use.spend((*outer, right.shape[1]), prod(outer) * prod(right.shape))
    result = _product(_split(left.entries, k), _matrix(right, 1))
    return shape, result, left.denominator * right.denominator


def _gemm(use: Use) -> Result:
    """y = alpha x' B' + beta C; x' is x, transposed if transA is 1, and B' likewise with transB.

    B is constant, C too; C may be left out and is broadcast to the shape of y.
    """
    left, right = use.x, use.constant(1)
    flip, turn = use.integer("transA", 0, 0, 1), use.integer("transB", 0, 0, 1)
    if len(left.shape) != 2 or len(right.shape) != 2:
        raise use.refuse("both factors must be matrices")
    (m, k), (inner, n) = left.shape[:: 1 - 2 * flip], right.shape[:: 1 - 2 * turn]
    if inner != k:
        raise use.refuse(f"shapes {left.shape} and {right.shape} do not fit together")
    shape = use.spend((m, n), m * k * n)
    alpha, beta = use.number("alpha", Fraction(1)), use.number("beta", Fraction(1))
    entries = [a * alpha.numerator for a in _product(_matrix(left, flip), _matrix(right, 1 - turn))]
    result = shape, entries, left.denominator * right.denominator * alpha.denominator
    if not use.has(2):
        return result
    added = use.constant(2)
    return _plus(use, result, added.shape, [beta * q for q in added.fractions()])


def _steps(use: Use, kernel: Shape) -> Iterator[tuple[int, int, int, int, int, int]]:
    """For each axis of the image its length, kernel, stride, dilation, pad before and after."""
    sizes = use.x.shape[2:]
    count = len(sizes)
    if use.text("auto_pad", "NOTSET") != "NOTSET":
        raise use.refuse("auto_pad is not covered; export with explicit pads")
    strides, dilations = (use.integers(name, (1,) * count) for name in ("strides", "dilations"))
    pads = use.integers("pads", (0,) * (2 * count))
    lengths = len(kernel), len(strides), len(dilations), len(pads)
    if count not in (1, 2) or lengths != (count, count, count, 2 * count):
        raise use.refuse("one or two axes are covered; kernel, strides, dilations, pads must fit")
    positive = all(0 < n < WINDOWS for n in (*kernel, *strides, *dilations))
    if not positive or not all(0 <= n < WINDOWS for n in pads):
        raise use.refuse("kernel, strides and dilations must be positive, pads not negative")
    return zip(sizes, kernel, strides, dilations, pads[:count], pads[count:], strict=True)


def _window_count(use: Use, count: int, kernel: int) -> range:
    if count < 1 or count * kernel > WINDOWS:
        raise use.refuse("the result is empty or too large")
    return range(count)


def _windows(use: Use, kernel: Shape) -> Axes:
    """The window of output o takes the indices  o stride + k dilation - pad,  k = 0, 1, ..."""
    axes: Axes = []
    for n, k, s, d, p, q in _steps(use, kernel):
        outputs = _window_count(use, (n + p + q - (k - 1) * d - 1) // s + 1, k)
        indices = [[o * s + j * d - p for j in range(k)] for o in outputs]
        axes.append([[i if 0 <= i < n else -1 for i in window] for window in indices])
    return axes


def _turned_windows(use: Use, kernel: Shape) -> Axes:
    """The window of o takes the indices i with  o = i stride + k dilation - pad,  k = 0, 1, ..."""
    extra = use.integers("output_padding", (0,) * len(kernel))
    if len(extra) != len(kernel) or not all(0 <= n < WINDOWS for n in extra):
        raise use.refuse("output_padding does not fit")
    axes: Axes = []
    for (n, k, s, d, p, q), r in zip(_steps(use, kernel), extra, strict=True):
        outputs = _window_count(use, (n - 1) * s + r + (k - 1) * d + 1 - p - q, k)
        indices = [[o + p - j * d for j in range(k)] for o in outputs]
        hit = {i * s: i for i in range(n)}
        axes.append([[hit.get(i, -1) for i in window] for window in indices])
    return axes


def _each_window(use: Use, axes: Axes) -> Iterator[list[int]]:
    """For each output place, row-major, the places of its window in one channel."""
    if len(axes) == 1:
        yield from axes[0]
        return
    for upper in axes[0]:
        for lower in axes[1]:
            yield _places(use.x.shape[2:], (upper, lower))


def _correlated(use: Use, rows: list[list[int]], groups: int, axes: Axes) -> Result:
    """For each output place the products of all rows with the window there, plus the bias.

    Channels are divided into `groups`, rows too; a row is multiplied with the windows of all
    channels of its group.
    """
    batch, channels, *sizes = use.x.shape
    inner, outer = channels // groups, len(rows) // groups
    out = [len(axis) for axis in axes]
    shape = use.spend((batch, len(rows), *out), batch * prod(out) * sum(map(len, rows)))
    planes = [[*plane, 0] for plane in _split(use.x.entries, prod(sizes))]  # place -1 holds 0
    entries: list[int] = []
    for k in range(batch * groups):
        group = planes[k * inner : (k + 1) * inner]
        filters = rows[k % groups * outer :][:outer]
        at_places: list[list[int]] = []
        for places in _each_window(use, axes):
            patch = [plane[p] for plane in group for p in places]
            at_places.append([sum(map(mul, row, patch)) for row in filters])
        entries.extend(a for channel in zip(*at_places, strict=True) for a in channel)
    result = shape, entries, use.x.denominator * use.value(1).denominator
    if not use.has(2):
        return result
    bias = use.constant(2)
    if bias.shape != (len(rows),):
        raise use.refuse(f"the bias has shape {bias.shape}, {len(rows)} entries are needed")
    return _plus(use, result, (len(rows),) + (1,) * len(out), bias.fractions())


def _filters(use: Use) -> tuple[list[list[int]], Shape, int]:
    """The weights, one kernel after the other; their shape; the number of groups."""
    weights = use.constant(1)
    shape, groups = weights.shape, use.integer("group", 1)
    if len(shape) != len(use.x.shape) or use.integers("kernel_shape", shape[2:]) != shape[2:]:
        raise use.refuse(f"weights of shape {shape} do not fit {use.x.shape} or kernel_shape")
    if groups < 1 or shape[0] % groups:
        raise use.refuse(f"weights of shape {shape} cannot be divided into {groups} groups")
    return _split(weights.entries, prod(shape[2:])), shape, groups


def _conv(use: Use) -> Result:
    """y[b, m, o] = bias[m] + sum over c, k of w[m, c, k] x[b, g C + c, o stride + k dilation - pad]

    for one or two axes o, k; c runs over the C channels of the group g of m.
    """
    pieces, (_, inner, *kernel), groups = _filters(use)
    if use.x.shape[1] != inner * groups:
        raise use.refuse(f"{use.x.shape[1]} channels in {groups} groups do not fit the weights")
    rows = [[a for piece in pieces[k : k + inner] for a in piece]
            for k in range(0, len(pieces), inner)]  # fmt: skip
    return _correlated(use, rows, groups, _windows(use, tuple(kernel)))


def _conv_transpose(use: Use) -> Result:
    """y[b, m, o] = bias[m] + sum over c, k and i with  o = i stride + k dilation - pad  of
    w[c, m, k] x[b, c, i]

    where c runs over the channels of the group of m, and w counts m within the group.  The length
    of an axis is  (n - 1) stride + output_padding + (k - 1) dilation + 1 - pads.
    """
    pieces, (channels, outer, *kernel), groups = _filters(use)
    if use.x.shape[1] != channels:
        raise use.refuse(f"{use.x.shape[1]} channels do not fit the weights")
    inner = channels // groups
    rows = [
        [a for c in range(g * inner, (g + 1) * inner) for a in pieces[c * outer + m]]
        for g in range(groups)
        for m in range(outer)
    ]
    return _correlated(use, rows, groups, _turned_windows(use, tuple(kernel)))


def added(use: Use) -> Fraction:
    """epsilon of BatchNormalization: 1e-5 in float32, 10995116 / 2^40, if it is left out."""
    return use.number("epsilon", Fraction(10995116, 1 << 40))


def _batch_normalization(use: Use) -> Result:
    """y = s (x - mean) / sqrt(variance + epsilon) + b, channel by channel, if the root is rational.

    The inputs are x, s, b, mean, variance.
    """
    use.integer("training_mode", 0, 0)
    shape = use.spend(use.x.shape)
    if len(shape) < 2 or any(use.constant(k).shape != (shape[1],) for k in range(1, 5)):
        raise use.refuse("scale, bias, mean and variance must have an entry for each channel")
    epsilon = added(use)
    factors: list[Fraction] = []
    terms: list[Fraction] = []
    columns = [use.constant(k).fractions() for k in range(1, 5)]
    least = min(columns[3]) + epsilon  # of all channels, before any root that is irrational
    if least <= 0:
        raise use.refuse(f"variance + epsilon = {short(least)} is not positive")
    for scale, bias, mean, variance in zip(*columns, strict=True):
        square = variance + epsilon
        root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
        if root * root != square:
            reason = f"the square root of variance + epsilon = {short(square)} is not rational"
            return use.zeros(shape, reason)
        factors.append(Fraction(scale, root))
        terms.append(bias - mean * factors[-1])
    result = shape, use.x.entries, use.x.denominator
    return _times_plus(use, result, (shape[1],) + (1,) * (len(shape) - 2), factors, terms)


# --------------------------------------------------------------------------------- pooling


def pooled(use: Use) -> tuple[Shape, list[list[int]], list[list[int]]]:
    """The result's shape, the channels, and for each output place the window's places inside."""
    use.integer("ceil_mode", 0, 0)
    kernel = use.integers("kernel_shape", ())
    axes = _windows(use, kernel)
    if any(max(window) < 0 for axis in axes for window in axis):
        raise use.refuse("a window lies outside of the image")
    shape = (*use.x.shape[:2], *(len(axis) for axis in axes))
    use.spend(shape, prod(shape) * prod(kernel))
    inside = [[p for p in places if p >= 0] for places in _each_window(use, axes)]
    return shape, _split(use.x.entries, prod(use.x.shape[2:])), inside


def _max_pool(use: Use) -> Result:
    """y[b, c, o] = max over k of x[b, c, o stride + k dilation - pad], indices outside left out."""
    use.integer("storage_order", 0, 0)
    shape, planes, windows = pooled(use)
    entries = [max([plane[p] for p in places]) for plane in planes for places in windows]
    return shape, entries, use.x.denominator


def _average_pool(use: Use) -> Result:
    """y[b, c, o] = (sum over k of x[b, c, o stride + k dilation - pad]) / count

    where count is the size of the window if count_include_pad is 1, else the number of its
    indices inside.
    """
    shape, planes, windows = pooled(use)
    full = prod(use.integers("kernel_shape", ()))
    padded = use.integer("count_include_pad", 0, 0, 1)
    counted = [(places, full if padded else len(places)) for places in windows]
    common = lcm(*(count for _, count in counted))
    entries = [
        sum([plane[p] for p in places]) * (common // count)
        for plane in planes
        for places, count in counted
    ]
    return shape, entries, use.x.denominator * common


def _global_average_pool(use: Use) -> Result:
    """y[b, c] = the mean of all x[b, c, ...], with axes of length 1."""
    shape = use.x.shape
    if len(shape) < 3:
        raise use.refuse("an input with batch, channels and further axes is needed")
    size = prod(shape[2:])
    entries = [sum(plane) for plane in _split(use.x.entries, size)]
    result = use.spend(shape[:2] + (1,) * (len(shape) - 2), len(use.x.entries))
    return result, entries, use.x.denominator * size


# ------------------------------------------------------------------------- moving entries


def _taken(use: Use, chosen: Sequence[Sequence[int]]) -> Result:
    """The entries of x at chosen indices of each axis."""
    shape = use.spend([len(indices) for indices in chosen])
    places = _places(use.x.shape, chosen)
    return shape, [use.x.entries[p] for p in places], use.x.denominator


def _reshaped(use: Use, shape: Sequence[int]) -> Result:
    if prod(shape) != prod(use.x.shape):
        raise use.refuse(f"{use.x.shape} cannot be read as {excerpt(str(tuple(shape)), 80)}")
    return use.spend(shape), use.x.entries, use.x.denominator


def _identity(use: Use) -> Result:
    """y = x."""
    return _reshaped(use, use.x.shape)


def _dropout(use: Use) -> Result:
    """y = x: what dropout does outside of training."""
    if use.has(2):
        raise use.refuse("training_mode must be left out; export for inference")
    return _identity(use)


def _concat(use: Use) -> Result:
    """The inputs, one after the other along `axis`."""
    values = [use.value(k) for k in range(len(use.inputs))]
    first = values[0].shape
    (axis,) = use.axes([use.integer("axis", len(first))], len(first))
    if len({(*v.shape[:axis], 0, *v.shape[axis + 1 :]) for v in values}) > 1:
        raise use.refuse("the shapes differ beyond the axis")
    length = sum(v.shape[axis] for v in values)
    shape = use.spend((*first[:axis], length, *first[axis + 1 :]))
    bottom = lcm(*(v.denominator for v in values))
    blocks = [_split(_over(bottom, v), prod(v.shape[axis:])) for v in values]
    return shape, [a for row in zip(*blocks, strict=True) for b in row for a in b], bottom


def _reshape(use: Use) -> Result:
    """The entries in the same order; 0 keeps the length of an axis, -1 is what remains."""
    use.integer("allowzero", 0, 0)
    old, wanted = use.x.shape, use.whole(1)
    if len(wanted) > len(old):
        old = (*old, *(0,) * (len(wanted) - len(old)))
    shape = [n or m for n, m in zip(wanted, old, strict=False)]
    if shape.count(-1) == 1:
        shape[shape.index(-1)] = prod(use.x.shape) // max(1, -prod(shape))
    return _reshaped(use, shape)


def _flatten(use: Use) -> Result:
    """The axes before `axis` as one axis, and those from it on as another."""
    shape, axis = use.x.shape, use.integer("axis", 1)
    if axis != len(shape):
        (axis,) = use.axes([axis], len(shape))
    return _reshaped(use, (prod(shape[:axis]), prod(shape[axis:])))


def _squeeze(use: Use) -> Result:
    """Without the named axes, which have length 1; without all such axes if none is named."""
    shape, listed = use.x.shape, use.listed_axes()
    if listed is None:
        return _reshaped(use, [n for n in shape if n != 1])
    axes = use.axes(listed, len(shape))
    return _reshaped(use, [n for k, n in enumerate(shape) if k not in axes])


def _unsqueeze(use: Use) -> Result:
    """With axes of length 1 at the named places of the result."""
    listed, shape = use.listed_axes() or (), list(use.x.shape)
    for axis in sorted(use.axes(listed, len(shape) + len(listed))):
        shape.insert(axis, 1)
    return _reshaped(use, shape)


def _transpose(use: Use) -> Result:
    """Axis k of y is axis perm[k] of x; all axes reversed if perm is left out."""
    shape = use.x.shape
    order = use.axes(use.integers("perm", range(len(shape))[::-1]), len(shape))
    result = [shape[axis] for axis in order]
    if len(order) != len(shape):
        raise use.refuse(f"perm does not name all {len(shape)} axes")
    places = [0]
    for axis in order:
        step = prod(shape[axis + 1 :])
        places = [p + step * j for p in places for j in range(shape[axis])]
    return use.spend(result), [use.x.entries[p] for p in places], use.x.denominator


def _slice(use: Use) -> Result:
    """The indices start, start + step, ... before end, on the named axes; steps are positive.

    A negative start or end counts from the end of the axis; both are then moved into 0, ..., n.
    """
    shape, starts, ends = use.x.shape, use.whole(1), use.whole(2)
    axes = use.axes(use.whole(3) if use.has(3) else range(len(starts)), len(shape))
    steps = use.whole(4) if use.has(4) else [1] * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or any(s < 1 for s in steps):
        raise use.refuse("starts, ends, axes and steps must fit together, steps be positive")
    chosen = [range(n) for n in shape]
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        chosen[axis] = range(*slice(start, end, step).indices(shape[axis]))
    return _taken(use, chosen)


def _pad(use: Use) -> Result:
    """x with a constant around it, 0 if it is left out; pads are all begins, then all ends."""
    shape, pads = use.x.shape, use.whole(1)
    if use.text("mode", "constant") != "constant" or use.has(3):
        raise use.refuse("only the mode constant is covered, with the pads of all axes")
    if len(pads) != 2 * len(shape) or any(not 0 <= n < WINDOWS for n in pads):
        raise use.refuse("two pads for each axis are needed, none negative")
    sides = list(zip(shape, pads, pads[len(shape) :], strict=False))
    outer = use.spend([n + p + q for n, p, q in sides])
    filler = use.scalar(2) if use.has(2) else Fraction(0)
    bottom = lcm(use.x.denominator, filler.denominator)
    entries = [*_over(bottom, use.x), int(filler * bottom)]  # place -1 holds the constant
    chosen = [[-1] * p + list(range(n)) + [-1] * q for n, p, q in sides]
    return outer, [entries[p] for p in _places(shape, chosen)], bottom


def _resize(use: Use) -> Result:
    """y[o] = x[floor(o / f)] on each axis, with a natural factor f >= 1: nearest neighbours.

    The factors are the input scales, or the input sizes over the lengths of x.  Covered are the
    modes in which the nearest neighbour is this one for every natural factor.
    """
    mode = use.text("coordinate_transformation_mode", "half_pixel")
    nearest = use.text("nearest_mode", "round_prefer_floor")
    plain = (mode, nearest) == ("asymmetric", "floor") or (
        mode in ("half_pixel", "pytorch_half_pixel")
        and nearest in ("round_prefer_floor", "round_prefer_ceil")
    )
    if use.text("mode", "nearest") != "nearest" or not plain:
        raise use.refuse(
            "only nearest neighbours are covered, asymmetric with floor, or half_pixel with "
            "round_prefer_floor or round_prefer_ceil"
        )
    use.integer("antialias", 0, 0)
    shape = use.x.shape
    # an empty tensor is left out, as exporters write it
    scales, sizes = (bool(value and value.entries) for value in [*use.inputs, None][2:4])
    if scales == sizes:
        raise use.refuse("either scales or sizes must be given")
    if scales:
        factors = use.constant(2).fractions()
    else:
        factors = [Fraction(m, n) for m, n in zip(use.whole(3), shape, strict=False)]
        factors += [Fraction(0)] * (len(use.whole(3)) - len(shape))
    if len(factors) != len(shape) or any(f < 1 or f.denominator > 1 for f in factors):
        raise use.refuse("a natural factor for each axis is needed")
    lengths = [n * f.numerator for n, f in zip(shape, factors, strict=True)]
    use.spend(lengths)
    pairs = zip(shape, lengths, strict=True)
    return _taken(use, [[o * n // m for o in range(m)] for n, m in pairs])


# ------------------------------------------------------------------------------ the table

_WINDOW = "auto_pad s, kernel_shape ints, pads ints, strides ints, dilations ints"
# operator -> its meaning, its least and largest number of inputs, its attributes and their kinds
# fmt: off
OPERATORS: dict[str, tuple[Callable[[Use], Result], int, int, str]] = {
    "Abs": (_absolute, 1, 1, ""),
    "Add": (_all(add), 2, 2, ""),
    "AveragePool": (_average_pool, 1, 1, _WINDOW + ", ceil_mode i, count_include_pad i"),
    "BatchNormalization": (
        _batch_normalization, 5, 5, "epsilon f, momentum f, training_mode i"),
    "Clip": (_clip, 1, 3, ""),
    "Concat": (_concat, 1, 1024, "axis i"),
    "Conv": (_conv, 2, 3, _WINDOW + ", group i"),
    "ConvTranspose": (_conv_transpose, 2, 3, _WINDOW + ", group i, output_padding ints"),
    "Div": (_divide, 2, 2, ""),
    "Dropout": (_dropout, 1, 3, "ratio f, seed i"),
    "Flatten": (_flatten, 1, 1, "axis i"),
    "Gemm": (_gemm, 2, 3, "alpha f, beta f, transA i, transB i"),
    "GlobalAveragePool": (_global_average_pool, 1, 1, ""),
    "Identity": (_identity, 1, 1, ""),
    "LeakyRelu": (_leaky_relu, 1, 1, "alpha f"),
    "MatMul": (_matmul, 2, 2, ""),
    "Max": (_all(max), 1, 1024, ""),
    "MaxPool": (_max_pool, 1, 1, _WINDOW + ", ceil_mode i, storage_order i"),
    "Min": (_all(min), 1, 1024, ""),
    "Mul": (_multiply, 2, 2, ""),
    "Neg": (_negative, 1, 1, ""),
    "PRelu": (_prelu, 2, 2, ""),
    "Pad": (_pad, 2, 4, "mode s"),
    "Relu": (_relu, 1, 1, ""),
    "Reshape": (_reshape, 2, 2, "allowzero i"),
    "Resize": (_resize, 3, 4, "antialias i, coordinate_transformation_mode s, cubic_coeff_a f, "
               "mode s, nearest_mode s"),
    "Sigmoid": (_smooth, 1, 1, ""),
    "Slice": (_slice, 3, 5, ""),
    "Squeeze": (_squeeze, 1, 2, "axes ints"),
    "Sub": (_all(sub), 2, 2, ""),
    "Sum": (_all(_total), 1, 1024, ""),
    "Tanh": (_smooth, 1, 1, ""),
    "Transpose": (_transpose, 1, 1, "perm ints"),
    "Unsqueeze": (_unsqueeze, 1, 2, "axes ints"),
}
# fmt: on
IRRATIONAL = "its values are irrational, and its enclosures are not covered"
REMEDIES = {
    "Softmax": IRRATIONAL,
    "Upsample": "it ended with operator set 9; export with a later one, which has Resize",
}
