"""What the operators of a network mean: exact evaluation of an ONNX graph on rational numbers.

A tensor is a list of integers in row-major order over one denominator.  Every operator is a
function that checks shapes, attributes and constants when the file is read, and returns the shape
of its result and a function that computes it.  In the formulas x is the operator's first input and
y its output; an index that lies outside of x stands for the number 0, unless something else is
said.  Almost everything is done by lists of places: an operator takes the entries of x at places
that depend on shapes and attributes only, and multiplies, adds or compares them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm, prod
from operator import add, mul, sub

from .format import Unreadable, excerpt, short
from .onnx import Graph, Node, check_shape

PRODUCTS = 1 << 33  # multiplications or comparisons of one network
WINDOWS = 1 << 24  # entries of a list of places
Numbers = tuple[list[int], int]  # integers and their denominator
Shape = tuple[int, ...]
Run = Callable[[list[Numbers]], Numbers]
Plan = tuple[Shape, Run]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a tensor when the file is read: its shape; its entries if constant."""

    shape: Shape
    numbers: Numbers | None = None
    whole: bool = False


class _Use:
    """A node with what is known of its inputs; gives its operator checked attributes."""

    def __init__(self, node: Node, inputs: list[_Known | None], opset: int) -> None:
        self.node = node
        self.inputs = inputs
        self.opset = opset
        self.products = 0

    def refuse(self, reason: str) -> Unreadable:
        return Unreadable(f"{self.node}: {reason}")

    def has(self, place: int) -> bool:
        return place < len(self.inputs) and self.inputs[place] is not None

    def known(self, place: int, whole: bool = False) -> _Known:
        found = self.inputs[place] if place < len(self.inputs) else None
        if found is None:
            raise self.refuse(f"input {place} is missing")
        if found.whole != whole:
            raise self.refuse(f"input {place} must be of {'integers' if whole else 'floats'}")
        return found

    def shape(self, place: int = 0) -> Shape:
        return self.known(place).shape

    def constant(self, place: int) -> Numbers:
        found = self.known(place).numbers
        if found is None:
            raise self.refuse(f"input {place} must not depend on the network's input")
        return found

    def scalar(self, place: int) -> Fraction:
        """A constant with one entry."""
        numbers, denominator = self.constant(place)
        if len(numbers) != 1:
            raise self.refuse(f"input {place} must be a single number")
        return Fraction(numbers[0], denominator)

    def whole(self, place: int) -> tuple[int, ...]:
        """A constant int64 tensor of at most one axis."""
        found = self.known(place, whole=True)
        if len(found.shape) > 1 or found.numbers is None:
            raise self.refuse(f"input {place} must be one row of constant integers")
        return tuple(found.numbers[0])

    def integer(self, name: str, otherwise: int) -> int:
        found = self.node.attributes.get(name)
        return found.integers[0] if found else otherwise

    def integers(self, name: str, otherwise: Sequence[int]) -> tuple[int, ...]:
        found = self.node.attributes.get(name)
        return found.integers if found else tuple(otherwise)

    def number(self, name: str, otherwise: Fraction) -> Fraction:
        found = self.node.attributes.get(name)
        return found.numbers[0] if found else otherwise

    def text(self, name: str, otherwise: str) -> str:
        found = self.node.attributes.get(name)
        return found.text if found else otherwise

    def only(self, name: str, value: int, remedy: str) -> None:
        """Refuse an attribute other than its default."""
        if self.integer(name, value) != value:
            raise self.refuse(f"{name} must be {value}; {remedy}")

    def axis(self, value: int, count: int) -> int:
        """-count <= value < count -> the axis that is meant, negative ones from the end."""
        if not -count <= value < count:
            raise self.refuse(f"there is no axis {value} among {count}")
        return value % count

    def axes(self, version: int, count: int) -> list[int] | None:
        """An attribute before a version of the operator set, the second input since; or None."""
        if self.opset < version:
            if "axes" not in self.node.attributes:
                return None
            found = self.integers("axes", ())
        else:
            if "axes" in self.node.attributes:
                raise self.refuse("axes is no attribute in this version of the operators")
            if not self.has(1):
                return None
            found = self.whole(1)
        axes = [self.axis(value, count) for value in found]
        if len(set(axes)) < len(axes):
            raise self.refuse("an axis is named twice")
        return axes

    def ready(self, shape: Shape, products: int = 0) -> Shape:
        """A result's shape, within the limits; `products` is what it costs."""
        check_shape(shape, str(self.node))
        self.products = prod(shape) + products
        if self.products > PRODUCTS:
            raise self.refuse(f"more than {PRODUCTS} multiplications")
        return shape


# ------------------------------------------------------------------------------ small parts


def _places(shape: Shape, chosen: Sequence[Sequence[int]]) -> list[int]:
    """For each axis a list of indices -> the places of all their combinations, row-major.

    Index -1 is outside, and so is every combination with it.
    """
    places = [0]
    for n, indices in zip(shape, chosen, strict=True):
        places = [-1 if p < 0 or j < 0 else p * n + j for p in places for j in indices]
    return places


def _taken(shape: Shape, places: Callable[[], list[int]]) -> Plan:
    """The tensor whose entries are those of x at the places."""
    return shape, lambda inputs: ([inputs[0][0][p] for p in places()], inputs[0][1])


def _same(inputs: list[Numbers]) -> Numbers:
    return inputs[0]


def _numbers(values: Iterable[Fraction]) -> Numbers:
    exact = list(values)
    denominator = lcm(*(value.denominator for value in exact))
    return [v.numerator * (denominator // v.denominator) for v in exact], denominator


def _common(parts: Sequence[Numbers]) -> tuple[list[list[int]], int]:
    """The same tensors over one denominator."""
    denominator = lcm(*(d for _, d in parts))
    scaled = [
        numbers if d == denominator else [a * (denominator // d) for a in numbers]
        for numbers, d in parts
    ]
    return scaled, denominator


def _spread(numbers: list[int], shape: Shape, target: Shape) -> list[int]:
    """Broadcasting: missing axes are put in front, axes of length 1 are repeated."""
    if shape == target:
        return numbers
    full = (1,) * (len(target) - len(shape)) + shape
    chosen = [[0] * m if n == 1 else range(m) for n, m in zip(full, target, strict=True)]
    return [numbers[p] for p in _places(full, chosen)]


def _broadcast(use: _Use, shapes: Sequence[Shape]) -> Shape:
    axes = max(len(shape) for shape in shapes)
    full = [(1,) * (axes - len(shape)) + shape for shape in shapes]
    target = tuple(map(max, zip(*full, strict=True))) if axes else ()
    if any(n not in (1, m) for shape in full for n, m in zip(shape, target, strict=True)):
        raise use.refuse(f"shapes {', '.join(map(str, shapes))} do not fit together")
    return use.ready(target)


def _entrywise(function: Callable[..., int], shapes: Sequence[Shape], target: Shape) -> Run:
    """An integer function of entries over one denominator that is positively homogeneous."""

    def run(inputs: list[Numbers]) -> Numbers:
        scaled, denominator = _common(inputs)
        rows = [_spread(row, shape, target) for row, shape in zip(scaled, shapes, strict=True)]
        return list(map(function, *rows)), denominator

    return run


def _times(left: Numbers, right: Numbers) -> Numbers:
    return list(map(mul, left[0], right[0])), left[1] * right[1]


def _plus(x: Numbers, shape: Shape, other: Numbers, other_shape: Shape) -> Numbers:
    return _entrywise(add, (shape, other_shape), shape)([x, other])


def _combine(use: _Use, function: Callable[..., int]) -> Plan:
    shapes = [use.shape(k) for k in range(len(use.inputs))]
    target = _broadcast(use, shapes)
    if len(shapes) == 1:
        return target, _same
    return target, _entrywise(function, shapes, target)


# -------------------------------------------------------------------------- entry by entry


def _add(use: _Use) -> Plan:
    """y = x + b, broadcast."""
    return _combine(use, add)


def _subtract(use: _Use) -> Plan:
    """y = x - b, broadcast."""
    return _combine(use, sub)


def _maximum(use: _Use) -> Plan:
    """The largest of all inputs, entry by entry, broadcast."""
    return _combine(use, max)


def _minimum(use: _Use) -> Plan:
    """The smallest of all inputs, entry by entry, broadcast."""
    return _combine(use, min)


def _multiply(use: _Use) -> Plan:
    """y = x b, broadcast; one of the two is constant."""
    left, right = use.known(0), use.known(1)
    if left.numbers is None and right.numbers is None:
        raise use.refuse("one of the two factors must not depend on the network's input")
    shapes = left.shape, right.shape
    target = _broadcast(use, shapes)

    def run(inputs: list[Numbers]) -> Numbers:
        spread = [(_spread(n, s, target), d) for (n, d), s in zip(inputs, shapes, strict=True)]
        return _times(spread[0], spread[1])

    return target, run


def _relu(use: _Use) -> Plan:
    """y = max(x, 0)."""
    return use.ready(use.shape()), lambda inputs: ([max(a, 0) for a in inputs[0][0]], inputs[0][1])


def _absolute(use: _Use) -> Plan:
    """y = |x|."""
    return use.ready(use.shape()), lambda inputs: (list(map(abs, inputs[0][0])), inputs[0][1])


def _leaky_relu(use: _Use) -> Plan:
    """y = x if x >= 0, else alpha x; alpha is float32, 10737418 / 2^30 if it is left out."""
    alpha = use.number("alpha", Fraction(10737418, 1 << 30))
    top, bottom = alpha.numerator, alpha.denominator

    def run(inputs: list[Numbers]) -> Numbers:
        numbers, denominator = inputs[0]
        return [a * (top if a < 0 else bottom) for a in numbers], denominator * bottom

    return use.ready(use.shape()), run


def _prelu(use: _Use) -> Plan:
    """y = x if x >= 0, else s x, where the constant s is broadcast to the shape of x."""
    shape, inner = use.ready(use.shape()), use.shape(1)
    if _broadcast(use, (shape, inner)) != shape:
        raise use.refuse("the slope does not fit the input")
    slope, bottom = use.constant(1)

    def run(inputs: list[Numbers]) -> Numbers:
        numbers, denominator = inputs[0]
        slopes = _spread(slope, inner, shape)
        pairs = zip(numbers, slopes, strict=True)
        return [a * (s if a < 0 else bottom) for a, s in pairs], denominator * bottom

    return shape, run


def _clip(use: _Use) -> Plan:
    """y = min(max(x, low), high); a bound that is left out does not bound."""
    shape = use.ready(use.shape())
    low = _numbers([use.scalar(1)]) if use.has(1) else None
    high = _numbers([use.scalar(2)]) if use.has(2) else None

    def run(inputs: list[Numbers]) -> Numbers:
        x = inputs[0]
        for bound, function in ((low, max), (high, min)):
            if bound is not None:
                x = _entrywise(function, (shape, ()), shape)([x, bound])
        return x

    return shape, run


# ----------------------------------------------------------------------- products and sums


def _product(rows: list[list[int]], columns: list[list[int]]) -> list[int]:
    """(m, k) and n columns of k -> (m, n), row-major."""
    return [sum(map(mul, row, column)) for row in rows for column in columns]


def _split(numbers: Sequence[int], size: int) -> list[list[int]]:
    return [list(numbers[k : k + size]) for k in range(0, len(numbers), size)]


def _transposed(rows: list[list[int]]) -> list[list[int]]:
    return list(map(list, zip(*rows, strict=True)))


def _matmul(use: _Use) -> Plan:
    """y = x W, over the last two axes of x; or y = W x.  The constant W is a matrix."""
    left, right = use.known(0), use.known(1)
    constant, other = (right, left) if right.numbers is not None else (left, right)
    if constant.numbers is None:
        raise use.refuse("one of the two factors must not depend on the network's input")
    if len(constant.shape) != 2 or len(other.shape) < 2:
        raise use.refuse("the constant must be a matrix, the other factor have two axes or more")
    if left.shape[-1] != right.shape[-2]:
        raise use.refuse(f"shapes {left.shape} and {right.shape} do not fit together")
    *outer, m, k = left.shape if constant is right else (*right.shape[:-2], *left.shape)
    n = right.shape[-1]
    shape = use.ready((*outer, m, n), prod(outer) * m * k * n)

    def run(inputs: list[Numbers]) -> Numbers:
        (a, bottom), (b, other_bottom) = inputs
        if constant is right:
            result = _product(_split(a, k), _transposed(_split(b, n)))
        else:
            rows = _split(a, k)
            blocks = _split(b, k * n)
            result = [c for block in blocks for c in _product(rows, _transposed(_split(block, n)))]
        return result, bottom * other_bottom

    return shape, run


def _gemm(use: _Use) -> Plan:
    """y = alpha x' B' + beta C; x' is x, transposed if transA is 1, B' likewise; B is constant.

    C, which may be left out, is broadcast to the shape of y.
    """
    if len(use.shape()) != 2 or len(use.shape(1)) != 2:
        raise use.refuse("both factors must be matrices")
    flip, turn = use.integer("transA", 0), use.integer("transB", 0)
    if flip not in (0, 1) or turn not in (0, 1):
        raise use.refuse("transA and transB must be 0 or 1")
    (m, k), (inner, n) = use.shape()[:: 1 - 2 * flip], use.shape(1)[:: 1 - 2 * turn]
    if inner != k:
        raise use.refuse(f"shapes {use.shape()} and {use.shape(1)} do not fit together")
    alpha, beta = use.number("alpha", Fraction(1)), use.number("beta", Fraction(1))
    weights, bottom = use.constant(1)
    rows = _split(weights, use.shape(1)[1])
    columns = rows if turn else _transposed(rows)
    shape = use.ready((m, n), m * k * n)
    added = use.shape(2) if use.has(2) else ()
    if use.has(2) and _broadcast(use, (shape, added)) != shape:
        raise use.refuse(f"C of shape {added} does not fit {shape}")
    use.products = m * k * n + m * n

    def run(inputs: list[Numbers]) -> Numbers:
        numbers, denominator = inputs[0]
        left = _transposed(_split(numbers, m)) if flip else _split(numbers, k)
        result = [alpha.numerator * a for a in _product(left, columns)]
        total: Numbers = (result, denominator * bottom * alpha.denominator)
        if len(inputs) < 3 or not inputs[2][0]:
            return total
        bias, under = inputs[2]
        scaled = [beta.numerator * a for a in bias], under * beta.denominator
        return _plus(total, shape, scaled, added)

    return shape, run


def _steps(use: _Use, sizes: Shape, kernel: Shape) -> tuple[Shape, Shape, Shape, Shape]:
    """Strides, dilations, pads before and pads after, one for each axis of an image."""
    if use.text("auto_pad", "NOTSET") != "NOTSET":
        raise use.refuse("auto_pad is not covered; export with explicit pads")
    count = len(sizes)
    strides, dilations = (use.integers(name, (1,) * count) for name in ("strides", "dilations"))
    pads = use.integers("pads", (0,) * (2 * count))
    if (len(kernel), len(strides), len(dilations), len(pads)) != (count, count, count, 2 * count):
        raise use.refuse(f"kernel, strides, dilations or pads do not fit {count} axes")
    small = all(0 < n < WINDOWS for n in (*kernel, *strides, *dilations))
    if not small or not all(0 <= n < WINDOWS for n in pads):
        raise use.refuse("kernel, strides and dilations must be positive, pads not negative")
    return strides, dilations, pads[:count], pads[count:]


def _windows(use: _Use, kernel: Shape) -> tuple[Shape, list[list[list[int]]]]:
    """The image that a window of the size of `kernel` is moved over, axis by axis.

    The window of output index o takes the indices  o stride + k dilation - pad,  k = 0, 1, ...
    """
    sizes = use.shape()[2:]
    strides, dilations, before, after = _steps(use, sizes, kernel)
    axes: list[list[list[int]]] = []
    for n, k, s, d, p, q in zip(sizes, kernel, strides, dilations, before, after, strict=True):
        room = n + p + q - (k - 1) * d - 1
        count = room // s + 1
        if room < 0 or count * k > WINDOWS:
            raise use.refuse("the window does not fit into the image, or there are too many")
        starts = range(-p, count * s - p, s)
        axes.append([[j if 0 <= j < n else -1 for j in range(i, i + k * d, d)] for i in starts])
    return tuple(map(len, axes)), axes


def _each_window(sizes: Shape, axes: list[list[list[int]]]) -> Iterable[list[int]]:
    """For each output place, row-major, the places of its window in one channel."""
    if len(axes) == 1:
        return axes[0]
    return (_places(sizes, (upper, lower)) for upper in axes[0] for lower in axes[1])


def _image(use: _Use) -> None:
    if len(use.shape()) not in (3, 4):
        raise use.refuse("an input with batch, channels and one or two further axes is covered")


def _correlated(
    use: _Use,
    rows: list[list[int]],
    bottom: int,
    groups: int,
    out: Shape,
    axes: list[list[list[int]]],
) -> Plan:
    """For each output place the products of all rows with the window there, plus the bias.

    Channels are divided into `groups`, rows too; a row is multiplied with the windows of all
    channels of its group.
    """  # fmt: skip
    batch, channels, *rest = use.shape()
    sizes = tuple(rest)
    inner, outer = channels // groups, len(rows) // groups
    shape = use.ready((batch, len(rows), *out), batch * prod(out) * sum(map(len, rows)))
    bias_shape = (len(rows),) + (1,) * len(out)
    bias = use.constant(2) if use.has(2) else None
    if bias is not None and use.shape(2) != (len(rows),):
        raise use.refuse(f"the bias has shape {use.shape(2)}, {len(rows)} entries are needed")

    def run(inputs: list[Numbers]) -> Numbers:
        numbers, denominator = inputs[0]
        planes = [[*plane, 0] for plane in _split(numbers, prod(sizes))]  # place -1 holds 0
        result: list[int] = []
        for k in range(batch * groups):
            group = planes[k * inner : (k + 1) * inner]
            first = k % groups * outer
            filters = rows[first : first + outer]
            at_places: list[list[int]] = []
            for places in _each_window(sizes, axes):
                patch = [plane[p] for plane in group for p in places]
                at_places.append([sum(map(mul, row, patch)) for row in filters])
            for channel in zip(*at_places, strict=True):
                result.extend(channel)
        total: Numbers = (result, denominator * bottom)
        return total if bias is None else _plus(total, shape, bias, bias_shape)

    return shape, run


def _groups(use: _Use, channels: int) -> int:
    groups = use.integer("group", 1)
    if groups < 1 or use.shape()[1] != channels * groups:
        raise use.refuse(f"{use.shape()[1]} channels in {groups} groups do not fit the weights")
    return groups


def _kernel(use: _Use) -> Shape:
    """The lengths of the weights' axes behind the first two."""
    _image(use)
    weights = use.shape(1)
    if len(weights) != len(use.shape()):
        raise use.refuse(f"weights of shape {weights} do not fit an input of {use.shape()}")
    if use.integers("kernel_shape", weights[2:]) != weights[2:]:
        raise use.refuse("kernel_shape is not the shape of the weights")
    return weights[2:]


def _conv(use: _Use) -> Plan:
    """y[b, m, o] = bias[m] + sum over c, k of w[m, c, k] x[b, g C + c, o stride + k dilation - pad]

    for one or two axes o, k; c runs over the C channels of the group g of m.
    """
    kernel = _kernel(use)
    m, inner = use.shape(1)[:2]
    groups = _groups(use, inner)
    if m % groups:
        raise use.refuse(f"{m} output channels cannot be divided into {groups} groups")
    out, axes = _windows(use, kernel)
    weights, bottom = use.constant(1)
    return _correlated(use, _split(weights, inner * prod(kernel)), bottom, groups, out, axes)


def _conv_transpose(use: _Use) -> Plan:
    """y[b, m, o] = bias[m] + sum over c, k, i with o = i stride + k dilation - pad of w[c, m, k]
    x[b, c, i]

    where c runs over the channels of the group of m, and w counts m within the group.  The length
    of an axis is  (n - 1) stride + output_padding + (k - 1) dilation + 1 - pads.
    """
    kernel = _kernel(use)
    channels, outer = use.shape(1)[:2]
    groups = use.integer("group", 1)
    if groups < 1 or channels % groups or use.shape()[1] != channels:
        raise use.refuse(f"{use.shape()[1]} channels in {groups} groups do not fit the weights")
    inner, sizes = channels // groups, use.shape()[2:]
    strides, dilations, before, after = _steps(use, sizes, kernel)
    extra = use.integers("output_padding", (0,) * len(sizes))
    if len(extra) != len(sizes) or not all(0 <= n < WINDOWS for n in extra):
        raise use.refuse("output_padding does not fit")
    axes: list[list[list[int]]] = []
    for n, k, s, d, p, q, r in zip(
        sizes, kernel, strides, dilations, before, after, extra, strict=True
    ):
        count = (n - 1) * s + r + (k - 1) * d + 1 - p - q
        if count < 1 or count * k > WINDOWS:
            raise use.refuse("the output is empty or too large")
        # the input index i with o = i s + j d - p
        axes.append(
            [
                [i // s if i % s == 0 and 0 <= i < n * s else -1 for i in range(o, o - k * d, -d)]
                for o in range(p, p + count)
            ]
        )
    weights, bottom = use.constant(1)
    size = prod(kernel)
    pieces = _split(weights, size)
    rows = [
        [a for c in range(g * inner, (g + 1) * inner) for a in pieces[c * outer + m]]
        for g in range(groups)
        for m in range(outer)
    ]
    return _correlated(use, rows, bottom, groups, tuple(map(len, axes)), axes)


def _batch_normalization(use: _Use) -> Plan:
    """y = s (x - mean) / sqrt(var + epsilon) + b, channel by channel, if the roots are rational.

    epsilon is float32, 11258999 / 2^40 if it is left out.
    """
    use.only("training_mode", 0, "export for inference")
    shape = use.ready(use.shape())
    if len(shape) < 2 or any(use.shape(k) != (shape[1],) for k in range(1, 5)):
        raise use.refuse("scale, bias, mean and variance must have an entry for each channel")
    epsilon = use.number("epsilon", Fraction(11258999, 1 << 40))
    columns = [[Fraction(a, d) for a in row] for row, d in (use.constant(k) for k in range(1, 5))]
    factors: list[Fraction] = []
    offsets: list[Fraction] = []
    for scale, bias, mean, variance in zip(*columns, strict=True):
        square = variance + epsilon
        root = Fraction(isqrt(max(square.numerator, 0)), isqrt(square.denominator))
        if root <= 0 or root * root != square:
            raise use.refuse(
                f"the square root of variance + epsilon = {short(square)} is not rational; fold "
                "the normalization into the convolution before it, as exporters do on request"
            )
        factors.append(scale * (1 / root))
        offsets.append(bias - mean * factors[-1])
    factor, offset = _numbers(factors), _numbers(offsets)
    inner = (shape[1],) + (1,) * (len(shape) - 2)

    def run(inputs: list[Numbers]) -> Numbers:
        spread = _spread(factor[0], inner, shape), factor[1]
        return _plus(_times(inputs[0], spread), shape, offset, inner)

    return shape, run


# --------------------------------------------------------------------------------- pooling


def _pooled(use: _Use) -> tuple[Shape, list[list[list[int]]], Shape]:
    """The windows of a pooling operator; each holds an index of the image."""
    _image(use)
    use.only("ceil_mode", 0, "export with ceil_mode = 0")
    kernel = use.integers("kernel_shape", ())
    out, axes = _windows(use, kernel)
    if any(max(window) < 0 for axis in axes for window in axis):
        raise use.refuse("a window lies outside of the image")
    shape = use.ready((*use.shape()[:2], *out), prod((*use.shape()[:2], *out, *kernel)))
    return shape, axes, kernel


def _over_windows(
    sizes: Shape, axes: list[list[list[int]]], value: Callable[[list[int]], int]
) -> Callable[[list[int]], list[int]]:
    """Channel by channel, `value` of the entries of each window that lie inside."""

    def run(numbers: list[int]) -> list[int]:
        inside = [[p for p in places if p >= 0] for places in _each_window(sizes, axes)]
        planes = _split(numbers, prod(sizes))
        return [value([plane[p] for p in places]) for plane in planes for places in inside]

    return run


def _max_pool(use: _Use) -> Plan:
    """y[b, c, o] = max over k of x[b, c, o stride + k dilation - pad], indices outside left out."""
    use.only("storage_order", 0, "it is meant for indices only")
    shape, axes, _ = _pooled(use)
    largest = _over_windows(use.shape()[2:], axes, max)
    return shape, lambda inputs: (largest(inputs[0][0]), inputs[0][1])


def _average_pool(use: _Use) -> Plan:
    """y[b, c, o] = (sum over k of x[b, c, o stride + k dilation - pad]) / count

    where count is the size of the window if count_include_pad is 1, else the number of its
    indices inside.
    """
    shape, axes, kernel = _pooled(use)
    padded = use.integer("count_include_pad", 0)
    if padded not in (0, 1):
        raise use.refuse("count_include_pad must be 0 or 1")
    inside = [[sum(j >= 0 for j in window) for window in axis] for axis in axes]
    common = prod(kernel) if padded else prod(lcm(*counts) for counts in inside)
    sizes = use.shape()[2:]

    def mean(entries: list[int]) -> int:
        return sum(entries) * (1 if padded else common // len(entries))

    means = _over_windows(sizes, axes, mean)
    return shape, lambda inputs: (means(inputs[0][0]), inputs[0][1] * common)


def _global_average_pool(use: _Use) -> Plan:
    """y[b, c] = the mean of all x[b, c, ...], with axes of length 1."""
    batch, channels, *sizes = use.shape() if len(use.shape()) > 2 else (0, 0)
    size = prod(sizes)
    shape = use.ready((batch, channels) + (1,) * len(sizes), batch * channels * size)

    def run(inputs: list[Numbers]) -> Numbers:
        numbers, denominator = inputs[0]
        return [sum(plane) for plane in _split(numbers, size)], denominator * size

    return shape, run


# ------------------------------------------------------------------------ moving entries


def _identity(use: _Use) -> Plan:
    """y = x."""
    return use.ready(use.shape()), _same


def _dropout(use: _Use) -> Plan:
    """y = x: what dropout does outside of training."""
    if use.has(2):
        raise use.refuse("training_mode must be left out; export for inference")
    return _identity(use)


def _concat(use: _Use) -> Plan:
    """The inputs, one after the other along `axis`."""
    shapes = [use.shape(k) for k in range(len(use.inputs))]
    first = shapes[0]
    axis = use.axis(use.integer("axis", len(first)), len(first))
    rests = {shape[:axis] + (0,) + shape[axis + 1 :] for shape in shapes}
    if len(rests) > 1 or any(len(shape) != len(first) for shape in shapes):
        raise use.refuse(f"shapes {', '.join(map(str, shapes))} do not fit together")
    lengths = [prod(shape[axis:]) for shape in shapes]
    shape = first[:axis] + (sum(s[axis] for s in shapes),) + first[axis + 1 :]

    def run(inputs: list[Numbers]) -> Numbers:
        scaled, denominator = _common(inputs)
        blocks = [_split(row, length) for row, length in zip(scaled, lengths, strict=True)]
        return [a for row in zip(*blocks, strict=True) for b in row for a in b], denominator

    return use.ready(shape), run


def _reshaped(use: _Use, shape: Sequence[int]) -> Plan:
    if prod(shape) != prod(use.shape()):
        raise use.refuse(f"{use.shape()} cannot be read as {excerpt(str(tuple(shape)), 80)}")
    return use.ready(tuple(shape)), _same


def _reshape(use: _Use) -> Plan:
    """The entries in the same order; 0 keeps the length of an axis, -1 is what remains."""
    use.only("allowzero", 0, "no axis may be empty")
    wanted = use.whole(1)
    old = use.shape()
    if any(n < -1 or (n == 0 and k >= len(old)) for k, n in enumerate(wanted)):
        raise use.refuse(f"{excerpt(str(wanted), 80)} is no shape for {old}")
    new = [old[k] if n == 0 else n for k, n in enumerate(wanted)]
    if new.count(-1) == 1:
        new[new.index(-1)] = prod(old) // max(1, -prod(new))
    return _reshaped(use, new)


def _flatten(use: _Use) -> Plan:
    """The axes before `axis` as one axis, and those from it on as another."""
    shape = use.shape()
    axis = use.integer("axis", 1)
    axis = axis if axis == len(shape) else use.axis(axis, len(shape))
    return _reshaped(use, (prod(shape[:axis]), prod(shape[axis:])))


def _squeeze(use: _Use) -> Plan:
    """Without the named axes, which have length 1; without all such axes if none is named."""
    shape = use.shape()
    axes = use.axes(13, len(shape))
    if axes is None:
        axes = [k for k, n in enumerate(shape) if n == 1]
    return _reshaped(use, [n for k, n in enumerate(shape) if k not in axes])


def _unsqueeze(use: _Use) -> Plan:
    """With axes of length 1 at the named places of the result."""
    count = len(use.whole(1)) if use.opset >= 13 else len(use.integers("axes", ()))
    rest = list(use.shape())
    axes = use.axes(13, len(rest) + count) or []
    for axis in sorted(axes):
        rest.insert(axis, 1)
    return _reshaped(use, rest)


def _transpose(use: _Use) -> Plan:
    """Axis k of y is axis perm[k] of x; all axes reversed if perm is left out."""
    shape = use.shape()
    order = use.integers("perm", range(len(shape))[::-1])
    if sorted(order) != list(range(len(shape))):
        raise use.refuse(f"perm {excerpt(str(order), 80)} is no order of {len(shape)} axes")

    def places() -> list[int]:
        found = [0]
        for axis in order:
            step = prod(shape[axis + 1 :])
            found = [p + step * j for p in found for j in range(shape[axis])]
        return found

    return _taken(use.ready(tuple(shape[axis] for axis in order)), places)


def _slice(use: _Use) -> Plan:
    """The indices start, start + step, ... before end, on the named axes; steps are positive.

    A negative start or end counts from the end of the axis; both are then moved into 0, ..., n.
    """
    shape = use.shape()
    starts, ends = use.whole(1), use.whole(2)
    axes = use.whole(3) if use.has(3) else tuple(range(len(starts)))
    steps = use.whole(4) if use.has(4) else (1,) * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or any(s < 1 for s in steps):
        raise use.refuse("starts, ends, axes and steps must fit together, steps be positive")
    chosen = [range(n) for n in shape]
    named = [use.axis(axis, len(shape)) for axis in axes]
    if len(set(named)) < len(named):
        raise use.refuse("an axis is named twice")
    for axis, start, end, step in zip(named, starts, ends, steps, strict=True):
        chosen[axis] = range(*slice(start, end, step).indices(shape[axis]))
    return _taken(use.ready(tuple(map(len, chosen))), lambda: _places(shape, chosen))


def _pad(use: _Use) -> Plan:
    """x with a constant around it, 0 if it is left out; pads are all begins, then all ends."""
    if use.text("mode", "constant") != "constant":
        raise use.refuse("only the mode constant is covered")
    if use.has(3):
        raise use.refuse("axes are not covered; name the pads of all axes")
    shape, pads = use.shape(), use.whole(1)
    before, after = pads[: len(shape)], pads[len(shape) :]
    if len(after) != len(shape) or any(not 0 <= n < WINDOWS for n in pads):
        raise use.refuse("two pads for each axis are needed, none negative")
    outer = use.ready(tuple(n + p + q for n, p, q in zip(shape, before, after, strict=True)))
    constant = _numbers([use.scalar(2) if use.has(2) else Fraction(0)])

    def run(inputs: list[Numbers]) -> Numbers:
        (numbers, (filler,)), denominator = _common([inputs[0], constant])
        sides = zip(shape, before, after, strict=True)
        chosen = [[-1] * p + list(range(n)) + [-1] * q for n, p, q in sides]
        extended = [*numbers, filler]  # place -1
        return [extended[p] for p in _places(shape, chosen)], denominator

    return outer, run


def _resize(use: _Use) -> Plan:
    """y[o] = x[floor(o / f)] on each axis, with a natural factor f >= 1: nearest neighbours.

    The factors are the input scales, or the input sizes over the lengths of x.  Covered are the
    modes in which the nearest neighbour is this one for every natural factor.
    """
    mode = use.text("coordinate_transformation_mode", "half_pixel")
    nearest = use.text("nearest_mode", "round_prefer_floor")
    halves = mode in ("half_pixel", "pytorch_half_pixel", "half_pixel_symmetric")
    plain = (mode == "asymmetric" and nearest == "floor") or (
        halves and nearest in ("round_prefer_floor", "round_prefer_ceil")
    )
    if use.text("mode", "nearest") != "nearest" or not plain:
        raise use.refuse(
            "only nearest neighbours are covered, asymmetric with floor or half_pixel with "
            "round_prefer_floor or round_prefer_ceil"
        )
    use.only("antialias", 0, "it is not covered")
    shape = use.shape()
    if use.has(3) and not use.has(2):
        factors = [Fraction(m, n) for m, n in zip(use.whole(3), shape, strict=False)]
        count = len(use.whole(3))
    else:
        numbers, bottom = use.constant(2)
        factors = [Fraction(a, bottom) for a in numbers]
        count = len(numbers) if not use.has(3) else 0
    if count != len(shape) or any(f < 1 or f.denominator > 1 for f in factors):
        raise use.refuse("a natural factor for each axis is needed, by scales or by sizes")
    whole = [f.numerator for f in factors]
    outer = use.ready(tuple(n * f for n, f in zip(shape, whole, strict=True)))
    return _taken(
        outer,
        lambda: _places(
            shape, [[o // f for o in range(n * f)] for n, f in zip(shape, whole, strict=True)]
        ),
    )


# ------------------------------------------------------------------------------ the network

_WINDOW = {"auto_pad": "s", "kernel_shape": "ints", "pads": "ints", "strides": "ints"}
_CONV = {**_WINDOW, "dilations": "ints", "group": "i"}
# operator -> its meaning, how many inputs it may have, the kinds of its attributes
OPERATORS: dict[str, tuple[Callable[[_Use], Plan], range, dict[str, str]]] = {
    "Abs": (_absolute, range(1, 2), {}),
    "Add": (_add, range(2, 3), {}),
    "AveragePool": (
        _average_pool,
        range(1, 2),
        {**_WINDOW, "dilations": "ints", "ceil_mode": "i", "count_include_pad": "i"},
    ),
    "BatchNormalization": (
        _batch_normalization,
        range(5, 6),
        {"epsilon": "f", "momentum": "f", "training_mode": "i"},
    ),
    "Clip": (_clip, range(1, 4), {}),
    "Concat": (_concat, range(1, 1025), {"axis": "i"}),
    "Conv": (_conv, range(2, 4), _CONV),
    "ConvTranspose": (_conv_transpose, range(2, 4), {**_CONV, "output_padding": "ints"}),
    "Dropout": (_dropout, range(1, 4), {"ratio": "f", "seed": "i"}),
    "Flatten": (_flatten, range(1, 2), {"axis": "i"}),
    "Gemm": (_gemm, range(2, 4), {"alpha": "f", "beta": "f", "transA": "i", "transB": "i"}),
    "GlobalAveragePool": (_global_average_pool, range(1, 2), {}),
    "Identity": (_identity, range(1, 2), {}),
    "LeakyRelu": (_leaky_relu, range(1, 2), {"alpha": "f"}),
    "MatMul": (_matmul, range(2, 3), {}),
    "Max": (_maximum, range(1, 1025), {}),
    "MaxPool": (
        _max_pool,
        range(1, 2),
        {**_WINDOW, "dilations": "ints", "ceil_mode": "i", "storage_order": "i"},
    ),
    "Min": (_minimum, range(1, 1025), {}),
    "Mul": (_multiply, range(2, 3), {}),
    "PRelu": (_prelu, range(2, 3), {}),
    "Pad": (_pad, range(2, 5), {"mode": "s"}),
    "Relu": (_relu, range(1, 2), {}),
    "Reshape": (_reshape, range(2, 3), {"allowzero": "i"}),
    "Resize": (
        _resize,
        range(3, 5),
        {
            "antialias": "i",
            "coordinate_transformation_mode": "s",
            "cubic_coeff_a": "f",
            "mode": "s",
            "nearest_mode": "s",
        },
    ),
    "Slice": (_slice, range(3, 6), {}),
    "Squeeze": (_squeeze, range(1, 3), {"axes": "ints"}),
    "Sub": (_subtract, range(2, 3), {}),
    "Transpose": (_transpose, range(1, 2), {"perm": "ints"}),
    "Unsqueeze": (_unsqueeze, range(1, 3), {"axes": "ints"}),
}
REMEDIES = {
    "Sigmoid": "its values are irrational, and enclosures are not covered",
    "Tanh": "its values are irrational, and enclosures are not covered",
    "Softmax": "its values are irrational, and enclosures are not covered",
    "Upsample": "it ended with operator set 9; export with a later one, which has Resize",
}


@dataclass(frozen=True)
class Network:
    """A graph that has been checked, from tensors of one shape to tensors of another."""

    input: str
    shape: Shape
    output: str
    result: Shape
    weights: int
    constants: dict[str, Numbers]
    steps: tuple[tuple[tuple[str, ...], str, Run], ...]

    def values(self, entries: Sequence[int], denominator: int) -> Numbers:
        """The value at a tensor, row-major, as integers over a denominator."""
        last = {name: k for k, (inputs, _, _) in enumerate(self.steps) for name in inputs}
        found: dict[str, Numbers] = {self.input: (list(entries), denominator)}
        for k, (inputs, output, run) in enumerate(self.steps):
            given = [self.constants.get(name) or found.get(name, ([], 1)) for name in inputs]
            found[output] = run(given)
            for name in inputs:
                if last[name] == k and name != self.output:
                    found.pop(name, None)
        return self.constants.get(self.output) or found[self.output]


def _constant(node: Node) -> _Known:
    """The one attribute of a node Constant: a tensor, a number, or a row of numbers."""
    names = {
        "value": "t", "value_float": "f", "value_floats": "floats",
        "value_int": "i", "value_ints": "ints",
    }  # fmt: skip
    items = list(node.attributes.items())
    if len(items) != 1 or names.get(items[0][0]) != items[0][1].kind or node.inputs:
        raise Unreadable(f"{node}: one attribute is expected, a tensor, number or row of numbers")
    found = items[0][1]
    if found.array is not None:
        tensor = found.array.numbers
        return _Known(tensor.shape, (list(tensor.real), tensor.denominator), found.array.whole)
    whole = found.kind in ("i", "ints")
    numbers = (list(found.integers), 1) if whole else _numbers(found.numbers)
    shape = (len(numbers[0]),) if found.kind.endswith("s") else ()
    check_shape(shape, str(node))
    return _Known(shape, numbers, whole)


def read_network(graph: Graph) -> Network:
    """A graph, with every operator, attribute and shape checked.

    What does not depend on the input is computed here.  Raises Unreadable for what is not covered.
    """
    known = {
        name: _Known(a.numbers.shape, (list(a.numbers.real), a.numbers.denominator), a.whole)
        for name, a in graph.arrays.items()
    }
    known[graph.input] = _Known(graph.shape)
    steps: list[tuple[tuple[str, ...], str, Run]] = []
    products = 0
    for node in graph.nodes:
        if node.operator == "Constant":
            known[node.output] = _constant(node)
            continue
        if node.operator not in OPERATORS:
            reason = REMEDIES.get(node.operator, "the operator is not covered")
            raise Unreadable(f"{node}: {reason}")
        meaning, counts, kinds = OPERATORS[node.operator]
        if len(node.inputs) not in counts:
            raise Unreadable(f"{node}: {len(node.inputs)} inputs, which the operator cannot have")
        for name, attribute in node.attributes.items():
            if kinds.get(name) != attribute.kind:
                raise Unreadable(f"{node}: the attribute {excerpt(name)} is unknown or not covered")
        inputs = [known[name] if name else None for name in node.inputs]
        use = _Use(node, inputs, graph.opset)
        shape, run = meaning(use)
        products += use.products
        if products > PRODUCTS:
            raise use.refuse(f"the network has more than {PRODUCTS} multiplications")
        given = [(entry.numbers if entry else ([], 1)) for entry in inputs]
        constants = [numbers for numbers in given if numbers is not None]
        if len(constants) == len(given):
            known[node.output] = _Known(shape, run(constants))
        else:
            known[node.output] = _Known(shape)
            steps.append((node.inputs, node.output, run))
    if known[graph.output].whole:
        raise Unreadable("the network's output consists of constant integers")
    return Network(
        graph.input,
        graph.shape,
        graph.output,
        known[graph.output].shape,
        sum(prod(array.numbers.shape) for array in graph.arrays.values() if not array.whole),
        {name: entry.numbers for name, entry in known.items() if entry.numbers is not None},
        tuple(steps),
    )
