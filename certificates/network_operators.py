"""What the operators of a network mean, exactly, on tensors of rational numbers.

Every operator is a function of a node and the values of its inputs (`tensors`).  In the formulas
x is the first input and y the result; an index that lies outside of x stands for the number 0,
unless something else is said.  The operators that only move entries are in `network_moves`; the
table of all of them is at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import isqrt, lcm, prod
from operator import add, mul, sub

from .format import short
from .network_moves import MOVES
from .tensors import (
    DIVISOR_BITS,
    WINDOWS,
    Axes,
    Result,
    Shape,
    Use,
    Value,
    broadcast,
    entrywise,
    of_all,
    places_of,
    plus,
    split,
    spread,
    times_plus,
    total,
)

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
            result = entrywise(use, function, Value(*result, False), bound)
    return result


# ----------------------------------------------------------------------- products and sums


def _transposed(rows: list[list[int]]) -> list[list[int]]:
    return list(map(list, zip(*rows, strict=True)))


def _matrix(value: Value, flip: int) -> list[list[int]]:
    """The rows of a matrix, or of its transpose."""
    rows = split(value.entries, value.shape[1])
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
    result = _product(split(left.entries, k), _matrix(right, 1))
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
    return plus(use, result, added.shape, [beta * q for q in added.fractions()])


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
            yield places_of(use.x.shape[2:], (upper, lower))


def _correlated(use: Use, rows: list[list[int]], groups: int, axes: Axes) -> Result:
    """For each output place the products of all rows with the window there, plus the bias.

    Channels are divided into `groups`, rows too; a row is multiplied with the windows of all
    channels of its group.
    """
    batch, channels, *sizes = use.x.shape
    inner, outer = channels // groups, len(rows) // groups
    out = [len(axis) for axis in axes]
    shape = use.spend((batch, len(rows), *out), batch * prod(out) * sum(map(len, rows)))
    planes = [[*plane, 0] for plane in split(use.x.entries, prod(sizes))]  # place -1 holds 0
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
    return plus(use, result, (len(rows),) + (1,) * len(out), bias.fractions())


def _filters(use: Use) -> tuple[list[list[int]], Shape, int]:
    """The weights, one kernel after the other; their shape; the number of groups."""
    weights = use.constant(1)
    shape, groups = weights.shape, use.integer("group", 1)
    if len(shape) != len(use.x.shape) or use.integers("kernel_shape", shape[2:]) != shape[2:]:
        raise use.refuse(f"weights of shape {shape} do not fit {use.x.shape} or kernel_shape")
    if groups < 1 or shape[0] % groups:
        raise use.refuse(f"weights of shape {shape} cannot be divided into {groups} groups")
    return split(weights.entries, prod(shape[2:])), shape, groups


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
    return times_plus(use, result, (shape[1],) + (1,) * (len(shape) - 2), factors, terms)


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
    return shape, split(use.x.entries, prod(use.x.shape[2:])), inside


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
    entries = [sum(plane) for plane in split(use.x.entries, size)]
    result = use.spend(shape[:2] + (1,) * (len(shape) - 2), len(use.x.entries))
    return result, entries, use.x.denominator * size


# ------------------------------------------------------------------------------ the table

_WINDOW = "auto_pad s, kernel_shape ints, pads ints, strides ints, dilations ints"
# operator -> its meaning, its least and largest number of inputs, its attributes and their kinds
# fmt: off
OPERATORS: dict[str, tuple[Callable[[Use], Result], int, int, str]] = {
    "Abs": (_absolute, 1, 1, ""),
    "Add": (of_all(add), 2, 2, ""),
    "AveragePool": (_average_pool, 1, 1, _WINDOW + ", ceil_mode i, count_include_pad i"),
    "BatchNormalization": (
        _batch_normalization, 5, 5, "epsilon f, momentum f, training_mode i"),
    "Clip": (_clip, 1, 3, ""),
    "Conv": (_conv, 2, 3, _WINDOW + ", group i"),
    "ConvTranspose": (_conv_transpose, 2, 3, _WINDOW + ", group i, output_padding ints"),
    "Div": (_divide, 2, 2, ""),
    "Gemm": (_gemm, 2, 3, "alpha f, beta f, transA i, transB i"),
    "GlobalAveragePool": (_global_average_pool, 1, 1, ""),
    "LeakyRelu": (_leaky_relu, 1, 1, "alpha f"),
    "MatMul": (_matmul, 2, 2, ""),
    "Max": (of_all(max), 1, 1024, ""),
    "MaxPool": (_max_pool, 1, 1, _WINDOW + ", ceil_mode i, storage_order i"),
    "Min": (of_all(min), 1, 1024, ""),
    "Mul": (_multiply, 2, 2, ""),
    "Neg": (_negative, 1, 1, ""),
    "PRelu": (_prelu, 2, 2, ""),
    "Relu": (_relu, 1, 1, ""),
    "Sigmoid": (_smooth, 1, 1, ""),
    "Sub": (of_all(sub), 2, 2, ""),
    "Sum": (of_all(total), 1, 1024, ""),
    "Tanh": (_smooth, 1, 1, ""),
    **MOVES,
}
# fmt: on
IRRATIONAL = "its values are irrational, and its enclosures are not covered"
REMEDIES = {
    "Softmax": IRRATIONAL,
    "Upsample": "it ended with operator set 9; export with a later one, which has Resize",
}
