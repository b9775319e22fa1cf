"""The kernel's exact values of networks, against onnxruntime and against fractions."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from certificates.format import Unreadable
from certificates.network_operators import OPERATORS

from .networks import Builder, exact, floats_agree, kernel, majorant, runtime

Random = np.random.Generator
Shape = tuple[int, ...]


class Misfit(Exception):
    """An operator does not fit the shape."""


def need(condition: bool) -> None:
    if not condition:
        raise Misfit


def pick(rng: Random, low: int, high: int) -> int:
    """low <= k <= high."""
    return int(rng.integers(low, high + 1))


def picks(rng: Random, low: int, high: int, count: int) -> list[int]:
    return [pick(rng, low, high) for _ in range(count)]


def normal(rng: Random, *shape: int) -> Any:
    return rng.normal(size=shape)


def broadcastable(rng: Random, shape: Shape) -> list[int]:
    kept = [n if rng.random() < 0.7 else 1 for n in shape]
    return kept[pick(rng, 0, max(0, len(kept) - 1)) :]


# ----------------------------------------------------------- one random node of each operator


def conv(b: Builder, rng: Random, shape: Shape) -> None:
    need(len(shape) in (3, 4))
    axes = len(shape) - 2
    group = int(rng.choice([g for g in (1, 2, 3) if shape[1] % g == 0]))
    kernel_shape = picks(rng, 1, 3, axes)
    dilations = picks(rng, 1, 2, axes)
    pads = picks(rng, 0, 2, 2 * axes)
    for k in range(axes):
        need(shape[2 + k] + pads[k] + pads[axes + k] > (kernel_shape[k] - 1) * dilations[k])
    outer = group * pick(rng, 1, 3)
    inputs = [b.now, b.array(normal(rng, outer, shape[1] // group, *kernel_shape))]
    if rng.random() < 0.5:
        inputs.append(b.array(normal(rng, outer)))
    more = {"kernel_shape": kernel_shape} if rng.random() < 0.5 else {}
    strides = picks(rng, 1, 3, axes)
    b.add("Conv", *inputs, group=group, strides=strides, pads=pads, dilations=dilations, **more)


def conv_transpose(b: Builder, rng: Random, shape: Shape) -> None:
    need(len(shape) in (3, 4))
    axes = len(shape) - 2
    group = int(rng.choice([g for g in (1, 2, 3) if shape[1] % g == 0]))
    kernel_shape, strides = picks(rng, 1, 3, axes), picks(rng, 1, 3, axes)
    dilations, pads = picks(rng, 1, 2, axes), picks(rng, 0, 1, 2 * axes)
    extra = [pick(rng, 0, s - 1) for s in strides]
    for k in range(axes):
        size = (shape[2 + k] - 1) * strides[k] + extra[k] + (kernel_shape[k] - 1) * dilations[k] + 1
        need(size > pads[k] + pads[axes + k])
    outer = pick(rng, 1, 2)
    inputs = [b.now, b.array(normal(rng, shape[1], outer, *kernel_shape))]
    if rng.random() < 0.5:
        inputs.append(b.array(normal(rng, outer * group)))
    b.add(
        "ConvTranspose",
        *inputs,
        group=group,
        strides=strides,
        pads=pads,
        dilations=dilations,
        output_padding=extra,
    )


def pool(name: str) -> Callable[[Builder, Random, Shape], None]:
    def make(b: Builder, rng: Random, shape: Shape) -> None:
        need(len(shape) in (3, 4))
        axes = len(shape) - 2
        kernel_shape = picks(rng, 1, 3, axes)
        pads = [pick(rng, 0, k - 1) for k in kernel_shape * 2]
        more: dict[str, Any] = {}
        dilations = [1] * axes
        if name == "MaxPool" or b.opset >= 19:
            dilations = picks(rng, 1, 2, axes)
            more["dilations"] = dilations
        if max(dilations) > 1:
            pads = [0] * (2 * axes)  # else a window may lie outside of the image
        if name == "AveragePool":
            more["count_include_pad"] = pick(rng, 0, 1)
        for k in range(axes):
            need(shape[2 + k] + pads[k] + pads[axes + k] > (kernel_shape[k] - 1) * dilations[k])
        more["strides"] = picks(rng, 1, 3, axes)
        b.add(name, b.now, kernel_shape=kernel_shape, pads=pads, **more)

    return make


def global_pool(b: Builder, rng: Random, shape: Shape) -> None:
    need(len(shape) in (3, 4))
    b.add("GlobalAveragePool", b.now)


def gemm(b: Builder, rng: Random, shape: Shape) -> None:
    need(len(shape) == 2)
    flip, turn = pick(rng, 0, 1), pick(rng, 0, 1)
    m, k = shape[::-1] if flip else shape
    n = pick(rng, 1, 5)
    inputs = [b.now, b.array(normal(rng, *((n, k) if turn else (k, n))))]
    if rng.random() < 0.6:
        inputs.append(b.array(normal(rng, *broadcastable(rng, (m, n)))))
    more = {"alpha": float(rng.normal()), "beta": float(rng.normal())} if pick(rng, 0, 1) else {}
    b.add("Gemm", *inputs, transA=flip, transB=turn, **more)


def matmul(b: Builder, rng: Random, shape: Shape) -> None:
    need(len(shape) >= 2)
    if len(shape) == 2 and rng.random() < 0.5:
        b.add("MatMul", b.array(normal(rng, pick(rng, 1, 4), shape[0])), b.now)
    else:
        b.add("MatMul", b.now, b.array(normal(rng, shape[-1], pick(rng, 1, 4))))


def binary(name: str) -> Callable[[Builder, Random, Shape], None]:
    def make(b: Builder, rng: Random, shape: Shape) -> None:
        other = b.array(normal(rng, *broadcastable(rng, shape)))
        inputs = [b.now, other][:: int(rng.choice([1, -1]))]
        if name in ("Max", "Min") and rng.random() < 0.3:
            inputs.append(b.array(normal(rng)))
        if name in ("Add", "Sub", "Max", "Min") and rng.random() < 0.3:
            inputs = [b.now, b.add("Abs", b.now)]
        b.add(name, *inputs)

    return make


def simple(name: str) -> Callable[[Builder, Random, Shape], None]:
    def make(b: Builder, rng: Random, shape: Shape) -> None:
        b.add(name, b.now)

    return make


def leaky(b: Builder, rng: Random, shape: Shape) -> None:
    b.add("LeakyRelu", b.now, **({"alpha": float(rng.uniform(-1, 1))} if pick(rng, 0, 1) else {}))


def prelu(b: Builder, rng: Random, shape: Shape) -> None:
    slopes = rng.uniform(-1, 1, size=broadcastable(rng, shape))
    b.add("PRelu", b.now, b.array(slopes))


def clip(b: Builder, rng: Random, shape: Shape) -> None:
    low = b.array(rng.normal() - 0.5) if pick(rng, 0, 2) else ""
    high = b.array(rng.normal() + 0.5) if pick(rng, 0, 2) or not low else ""
    b.add("Clip", b.now, *([low, high] if high else [low]))


def concat(b: Builder, rng: Random, shape: Shape) -> None:
    need(len(shape) >= 1)
    axis = pick(rng, 0, len(shape) - 1)
    other = [*shape[:axis], pick(rng, 1, 3), *shape[axis + 1 :]]
    parts = [b.now, b.array(normal(rng, *other)), b.add("Relu", b.now)]
    order = rng.permutation(3)[: pick(rng, 2, 3)]
    need(0 in order or 2 in order)
    b.add("Concat", *(parts[k] for k in order), axis=axis - len(shape) * pick(rng, 0, 1))


def constant(b: Builder, rng: Random, shape: Shape) -> None:
    before = b.now
    stored = onnx.numpy_helper.from_array(np.asarray(normal(rng, *shape), dtype=b.dtype))
    b.add("Add", before, b.add("Constant", value=stored))


def reshape(b: Builder, rng: Random, shape: Shape) -> None:
    size = int(np.prod(shape))
    divisor = int(rng.choice([k for k in range(1, size + 1) if size % k == 0]))
    forms = [[divisor, size // divisor], [divisor, -1], [-1], [1, divisor, -1], [1, 1, size, 1]]
    if len(shape) > 1:
        forms.append([0, -1])
    b.add("Reshape", b.now, b.whole(*forms[pick(rng, 0, len(forms) - 1)]))


def flatten(b: Builder, rng: Random, shape: Shape) -> None:
    need(len(shape) >= 1)
    b.add("Flatten", b.now, **({"axis": pick(rng, -len(shape), len(shape))} if shape else {}))


def axes_of(b: Builder, name: str, axes: list[int]) -> None:
    if b.opset < 13:
        b.add(name, b.now, axes=axes)
    else:
        b.add(name, b.now, b.whole(*axes))


def squeeze(b: Builder, rng: Random, shape: Shape) -> None:
    ones = [k for k, n in enumerate(shape) if n == 1]
    need(bool(ones))
    if rng.random() < 0.3:
        b.add("Squeeze", b.now)
        return
    axes_of(b, "Squeeze", [k - len(shape) * pick(rng, 0, 1) for k in ones[: pick(rng, 1, 2)]])


def unsqueeze(b: Builder, rng: Random, shape: Shape) -> None:
    need(len(shape) <= 3)
    count = pick(rng, 1, 2)
    full = len(shape) + count
    axes = [int(k) for k in rng.permutation(full)[:count]]
    axes_of(b, "Unsqueeze", [k - full * pick(rng, 0, 1) for k in axes])


def transpose(b: Builder, rng: Random, shape: Shape) -> None:
    perm = [int(k) for k in rng.permutation(len(shape))]
    b.add("Transpose", b.now, **({"perm": perm} if rng.random() < 0.8 else {}))


def slice_(b: Builder, rng: Random, shape: Shape) -> None:
    need(len(shape) >= 1)
    axes = [int(k) for k in rng.permutation(len(shape))[: pick(rng, 1, len(shape))]]
    steps = picks(rng, 1, 2, len(axes))
    starts, ends = [], []
    for axis in axes:
        n = shape[axis]
        start = pick(rng, 0, n - 1)
        end = pick(rng, start + 1, n)
        starts.append(start - n * pick(rng, 0, 1))
        ends.append(int(rng.choice([end, end - n])) if end < n else int(rng.choice([n, 1 << 62])))
    signed = [k - len(shape) * pick(rng, 0, 1) for k in axes]
    b.add("Slice", b.now, b.whole(*starts), b.whole(*ends), b.whole(*signed), b.whole(*steps))


def pad(b: Builder, rng: Random, shape: Shape) -> None:
    need(1 <= len(shape) <= 4)
    pads = picks(rng, 0, 2, 2 * len(shape))
    more = [b.array(rng.normal())] if pick(rng, 0, 1) else []
    b.add("Pad", b.now, b.whole(*pads), *more, mode="constant")


def resize(b: Builder, rng: Random, shape: Shape) -> None:
    need(len(shape) in (3, 4) and np.prod(shape) < 200)
    factors = [1, 1, *picks(rng, 1, 3, len(shape) - 2)]
    modes = [("asymmetric", "floor"), ("half_pixel", "round_prefer_floor")]
    modes += [("half_pixel", "round_prefer_ceil"), ("pytorch_half_pixel", "round_prefer_floor")]
    mode, nearest = modes[pick(rng, 0, 3)]
    more = {"coordinate_transformation_mode": mode, "nearest_mode": nearest, "mode": "nearest"}
    empty = "" if b.opset >= 13 else b.array([], "float32")
    if rng.random() < 0.5:
        b.add("Resize", b.now, empty, b.array(factors, "float32"), **more)
    else:
        sizes = [n * f for n, f in zip(shape, factors, strict=True)]
        b.add("Resize", b.now, empty, empty, b.whole(*sizes), **more)


def division(b: Builder, rng: Random, shape: Shape) -> None:
    divisors = rng.integers(1, 9, broadcastable(rng, shape)) * rng.choice([-0.5, 0.25, 1])
    b.add("Div", b.now, b.array(divisors))


def summation(b: Builder, rng: Random, shape: Shape) -> None:
    others = [b.array(normal(rng, *broadcastable(rng, shape))) for _ in range(pick(rng, 0, 2))]
    b.add("Sum", b.now, *others, b.now)


MAKERS: dict[str, Callable[[Builder, Random, Shape], None]] = {
    "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": pool("MaxPool"),
    "AveragePool": pool("AveragePool"), "GlobalAveragePool": global_pool, "Gemm": gemm,
    "MatMul": matmul, "Add": binary("Add"), "Sub": binary("Sub"), "Mul": binary("Mul"),
    "Div": division, "Neg": simple("Neg"), "Sum": summation,
    "Max": binary("Max"), "Min": binary("Min"), "Abs": simple("Abs"), "Relu": simple("Relu"),
    "Identity": simple("Identity"), "Dropout": simple("Dropout"), "LeakyRelu": leaky,
    "PRelu": prelu, "Clip": clip, "Concat": concat, "Constant": constant, "Reshape": reshape,
    "Flatten": flatten, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Transpose": transpose,
    "Slice": slice_, "Pad": pad, "Resize": resize,
}  # fmt: skip
OPSETS = (11, 12, 13, 15, 17, 18, 19, 21, 22)
# of the operators below onnxruntime has no double precision
SINGLE = {"Conv", "ConvTranspose", "AveragePool", "GlobalAveragePool", "LeakyRelu", "Resize"}


def random_graph(seed: int, first: str, dtype: str) -> tuple[bytes, Shape]:
    """A chain of one to four random nodes that begins with the operator `first`."""
    rng = np.random.default_rng(seed)
    while True:
        axes = pick(rng, 1, 2) if first in ("Conv", "ConvTranspose", "Resize") else pick(rng, 0, 2)
        size: Shape = tuple(picks(rng, 1, 3, 2) + picks(rng, 1, 5, axes))
        b = Builder(dtype, int(rng.choice(OPSETS)))
        shape = size
        for k in range(pick(rng, 1, 4)):
            name = first if k == 0 else str(rng.choice(list(MAKERS)))
            try:
                MAKERS[name](b, rng, shape)
            except Misfit:
                if k == 0:
                    break
                continue
            shape = kernel(b.model(size)).shape
            if np.prod(shape) > 600:
                break
        if b.nodes:
            return b.model(size), size


INPUTS = 3
GRAPHS = 14


@pytest.mark.parametrize("first", MAKERS)
def test_against_onnxruntime(first: str) -> None:
    """Random graphs at random inputs: floats lie within what rounding can do."""
    for seed in range(GRAPHS):
        data, size = random_graph(seed, first, "float64")
        try:
            runtime(data, np.zeros(size))
            dtype = "float64"
        except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented:
            dtype = "float32"
            data, size = random_graph(seed, first, dtype)
        network, bound = kernel(data), kernel(majorant(data))
        rng = np.random.default_rng(seed)
        for _ in range(INPUTS):
            x = np.asarray(rng.normal(size=size), dtype=dtype)
            assert floats_agree(data, network, bound, x), onnx.printer.to_text(
                onnx.load_from_string(data)
            )


def test_the_random_graphs_cover_every_operator() -> None:
    """Each is the first of a dozen graphs, and a thousand inputs are compared in all."""
    assert set(OPERATORS) - set(MAKERS) == {"BatchNormalization", "Sigmoid", "Tanh"}
    assert len(MAKERS) * GRAPHS * INPUTS >= 1000
    seen: Counter[str] = Counter()
    for first in MAKERS:
        for seed in range(GRAPHS):
            model = onnx.load_from_string(random_graph(seed, first, "float32")[0])
            seen.update(node.op_type for node in model.graph.node)
    assert min(seen[name] for name in MAKERS) >= GRAPHS // 2, seen


# ------------------------------------------------------------- where floats are no help


def values(b: Builder, x: Any) -> list[Fraction]:
    """The exact values of a graph that is built for this input."""
    x = np.asarray(x, dtype=b.dtype)
    return exact(kernel(b.model(x.shape)), x)[1]


def test_large_weights_that_cancel() -> None:
    """2^60 + 1 - 2^60 is 1 for the kernel; for float32 it is 0."""
    b = Builder()
    b.add("Gemm", "x", b.array([[2.0**60], [1.0], [-(2.0**60)]]))
    x = np.ones((1, 3), dtype="float32")
    assert values(b, x) == [1]
    assert runtime(b.model(x.shape), x).tolist() == [[0.0]]


def test_products_below_the_range_of_floats() -> None:
    """2^-140 times 2^-140 is no float, and after 2^127 three times it is 1/4 of 2^103."""
    b = Builder()
    b.add("Mul", "x", b.array(2.0**-140))
    for _ in range(3):
        b.add("Mul", b.now, b.array(2.0**127))
    x = np.array([[2.0**-140]], dtype="float32")
    assert values(b, x) == [Fraction(2) ** (3 * 127 - 280)]
    assert runtime(b.model(x.shape), x).tolist() == [[0.0]]


def test_a_sign_that_floats_get_wrong() -> None:
    """Relu of a small negative number that float32 rounds to 0, blown up afterwards."""
    b = Builder()
    b.add("Add", "x", b.array(1.0))
    b.add("Sub", b.now, b.array(1.0))
    b.add("LeakyRelu", b.now, alpha=0.5)
    assert values(b, [[-(2.0**-30), 2.0**-30]]) == [Fraction(-1, 1 << 31), Fraction(1, 1 << 30)]


def test_leaky_relu_has_a_slope_of_float32() -> None:
    b = Builder()
    b.add("LeakyRelu", "x")
    assert values(b, [[-1.0]]) == [-Fraction(float(np.float32(0.01)))]
    b = Builder()
    b.add("LeakyRelu", "x", alpha=0.1)
    assert values(b, [[-1.0]]) == [-Fraction(float(np.float32(0.1)))]


def test_averages_are_exact_thirds() -> None:
    b = Builder()
    b.add("AveragePool", "x", kernel_shape=[3])
    assert values(b, [[[1.0, 0.0, 0.0, 1.0]]]) == [Fraction(1, 3), Fraction(1, 3)]
    b = Builder()
    b.add("AveragePool", "x", kernel_shape=[3], pads=[1, 1])
    assert values(b, [[[1.0, 0.0, 1.0]]]) == [Fraction(1, 2), Fraction(2, 3), Fraction(1, 2)]


def normalization(variance: float, **attributes: Any) -> Builder:
    b = Builder()
    rows = [b.array([value]) for value in (3.0, 1.0, 5.0, variance)]
    b.add("BatchNormalization", "x", *rows, **attributes)
    return b


def test_batch_normalization_with_a_rational_root() -> None:
    """3 (7 - 5) / sqrt(9/4) + 1 = 5; with another root it is refused with the remedy."""
    x = np.full((1, 1, 2), 7.0, dtype="float32")
    b = normalization(2.0, epsilon=0.25)
    assert values(b, x) == [5, 5]
    assert np.allclose(runtime(b.model(x.shape), x), 5)
    with pytest.raises(Unreadable, match="is not positive"):
        values(normalization(-1.0, epsilon=0.0), x)
    assert not kernel(b.model(x.shape)).irrational
    irrational = kernel(normalization(2.0).model(x.shape))
    assert irrational.irrational
    with pytest.raises(Unreadable, match="is not rational"):
        irrational.values([7, 7], 1)


def test_divisors_need_a_short_common_multiple() -> None:
    """A few hundred random ones have none; that is refused, not computed with."""
    rng = np.random.default_rng(0)
    for channels, fits in ((2, True), (40, False)):
        shape = (1, channels, 4, 4)
        b = Builder()
        b.add("Div", "x", b.array(rng.normal(size=shape)))
        if fits:
            assert floats_agree(b.model(shape), kernel(b.model(shape)), kernel(
                majorant(b.model(shape))), rng.normal(size=shape).astype("float32"))  # fmt: skip
            continue
        with pytest.raises(Unreadable, match="no short common multiple"):
            kernel(b.model(shape))


# --------------------------------------------------------------------------- refusals


def one(operator: str, *arrays: Any, opset: int = 17, **attributes: Any) -> Builder:
    """A single node on an input of shape (1, 2, 4, 4); lists of integers are int64 constants."""
    b = Builder(opset=opset)
    inputs = ["x"]
    for value in arrays:
        if value is None:
            inputs.append("")
        elif isinstance(value, str):
            inputs.append(value)
        else:
            stored = np.asarray(value)
            inputs.append(b.array(stored, "int64" if stored.dtype.kind == "i" else None))
    b.add(operator, *inputs, **attributes)
    return b


KERNEL = np.ones((2, 2, 3, 3))
REFUSED: dict[str, tuple[Builder, str]] = {
    "an irrational function": (one("Softmax"), "values are irrational"),
    "a divisor that is 0": (one("Div", [0.0]), "a divisor is 0"),
    "a divisor that is not constant": (one("Div", "x"), "input 1 must not depend"),
    "an operator that ended": (one("Upsample", [1.0, 1.0, 2.0, 2.0]), "export with a later one"),
    "an operator that is not covered": (one("Floor"), "the operator is not covered"),
    "an unknown attribute": (one("Relu", slope=1), "attribute 'slope' is unknown or not covered"),
    "an attribute of another kind": (one("LeakyRelu", alpha=1), "'alpha' is unknown or not"),
    "too many inputs": (one("Relu", "x"), "2 inputs, which the operator cannot have"),
    "too few inputs": (one("Add"), "1 inputs, which the operator cannot have"),
    "an input left out": (one("Add", None), "input 1 is missing or empty"),
    "an empty input": (one("Add", np.zeros(0)), "input 1 is missing or empty"),
    "integers for floats": (one("Add", [1]), "input 1 is missing or empty, or not of floats"),
    "floats for integers": (one("Reshape", [4.0, 8.0]), "or not of integers"),
    "a product of two signals": (one("Mul", "x"), "must not depend on the network's input"),
    "a matrix product of two signals": (one("MatMul", "x"), "must not depend on the network's"),
    "weights that are a signal": (one("Conv", "x"), "input 1 must not depend on the network's"),
    "shapes that do not broadcast": (one("Add", np.ones(3)), "do not fit together"),
    "a slope that is too large": (one("PRelu", np.ones((2, 1, 2, 4, 4))), "slope does not fit"),
    "weights of too few axes": (one("Conv", np.ones((2, 2, 3))), "weights of shape"),
    "weights of too many channels": (one("Conv", np.ones((2, 3, 3, 3))), "2 channels in 1 groups"),
    "groups that do not divide": (
        one("Conv", np.ones((3, 1, 1, 1)), group=2),
        "cannot be divided into 2 groups",
    ),
    "no groups": (one("Conv", KERNEL, group=0), "cannot be divided into 0 groups"),
    "a kernel shape that lies": (one("Conv", KERNEL, kernel_shape=[1, 1]), "or kernel_shape"),
    "a bias of another length": (one("Conv", KERNEL, np.ones(3)), "the bias has shape"),
    "automatic pads": (one("Conv", KERNEL, auto_pad="SAME_UPPER"), "auto_pad is not covered"),
    "negative pads": (one("Conv", KERNEL, pads=[-1, 0, 0, 0]), "pads not negative"),
    "pads for one axis": (one("Conv", KERNEL, pads=[1, 1]), "kernel, strides, dilations, pads"),
    "a stride of 0": (one("Conv", KERNEL, strides=[0, 1]), "and dilations must be positive"),
    "a kernel beyond the image": (one("Conv", KERNEL, dilations=[2, 2]), "the result is empty or"),
    "pads beyond all limits": (one("Conv", KERNEL, pads=[1 << 40, 0, 0, 0]), "pads not negative"),
    "large pads": (one("Conv", KERNEL, pads=[1 << 23, 1 << 23, 0, 0]), "empty or too large"),
    "many large pads": (one("Conv", KERNEL, pads=[1 << 13] * 4), "shape '(1, 2,"),
    "an output shape": (one("ConvTranspose", KERNEL, output_shape=[6, 6]), "'output_shape' is"),
    "an output padding for one axis": (
        one("ConvTranspose", KERNEL, output_padding=[1]),
        "output_padding does not fit",
    ),
    "no kernel": (one("MaxPool"), "kernel, strides, dilations, pads must fit"),
    "a window outside": (one("MaxPool", kernel_shape=[1, 1], pads=[1, 0, 0, 0]), "lies outside"),
    "rounding up": (one("MaxPool", kernel_shape=[3, 3], ceil_mode=1), "export with 0"),
    "columns first": (one("MaxPool", kernel_shape=[3, 3], storage_order=1), "export with 0"),
    "a bound for each entry": (one("Clip", np.ones(4)), "input 1 must be a single number"),
    "training": (one("Dropout", 0.5, True), "training_mode must be left out"),
    "no axis": (one("Concat", "x"), "are no distinct axes among 4"),
    "different shapes": (one("Concat", np.ones((1, 2, 4, 5)), axis=1), "the shapes differ"),
    "a shape of another size": (one("Reshape", [3, -1]), "cannot be read as"),
    "a negative shape": (one("Reshape", [-2, -16]), "none empty"),
    "two lengths to find": (one("Reshape", [-1, -1]), "cannot be read as"),
    "an axis to keep that is not there": (one("Reshape", [1, 2, 4, 4, 0]), "cannot be read as"),
    "a zero that is meant": (one("Reshape", [2, 16], allowzero=1), "export with 0"),
    "a shape of two axes": (one("Reshape", [[2, 16]]), "one row of integers"),
    "a long axis that goes": (one("Squeeze", [1]), "cannot be read as"),
    "an axis twice": (one("Squeeze", [0, -4]), "are no distinct axes"),
    "axes of another version": (one("Squeeze", opset=13, axes=[0]), "no attribute in this version"),
    "axes of an older version": (one("Squeeze", [0], opset=11, axes=[1]), "cannot be read as"),
    "no order": (one("Transpose", perm=[0, 1, 2]), "perm does not name all 4 axes"),
    "an order with an axis twice": (one("Transpose", perm=[0, 1, 2, 2]), "no distinct axes"),
    "a step backwards": (one("Slice", [3], [0], [2], [-1]), "steps be positive"),
    "nothing left": (one("Slice", [3], [3], [2]), "none empty"),
    "starts without ends": (one("Slice", [0, 0], [1], [2]), "must fit together"),
    "reflection": (one("Pad", [0] * 8, mode="reflect"), "only the mode constant is covered"),
    "pads cut off": (one("Pad", [0, 0, -1, 0] * 2), "none negative"),
    "too few pads": (one("Pad", [0] * 6), "two pads for each axis"),
    "interpolation": (
        one("Resize", None, [1.0, 1.0, 2.0, 2.0], mode="linear"),
        "only nearest neighbours",
    ),
    "another nearest neighbour": (
        one("Resize", None, [1.0, 1.0, 2.0, 2.0], nearest_mode="floor"),
        "only nearest neighbours",
    ),
    "a factor of 3/2": (one("Resize", None, [1.0, 1.0, 1.5, 2.0]), "a natural factor"),
    "a factor of 0": (one("Resize", None, [1.0, 1.0, 0.0, 2.0]), "a natural factor"),
    "three factors": (one("Resize", None, [1.0, 1.0, 2.0]), "a natural factor for each axis"),
    "five sizes": (one("Resize", None, None, [1, 2, 4, 4, 4]), "a natural factor for each axis"),
    "scales and sizes": (
        one("Resize", None, [1.0, 1.0, 2.0, 2.0], [1, 2, 8, 8]),
        "either scales or sizes",
    ),
    "neither scales nor sizes": (one("Resize", None, None), "either scales or sizes"),
    "too large a result": (one("Resize", None, None, [1, 2, 1 << 20, 1 << 20]), "are read"),
    "a vector for a matrix": (one("Gemm", np.ones((4, 4))), "both factors must be matrices"),
    "a transpose of 2": (one("Gemm", np.ones((4, 4)), transA=2), "transA is 2"),
    "factors that do not fit": (one("MatMul", np.ones((5, 4))), "do not fit, or are not covered"),
}  # fmt: skip


@pytest.mark.parametrize("title", REFUSED)
def test_refused(title: str) -> None:
    b, words = REFUSED[title]
    with pytest.raises(Unreadable) as error:
        kernel(b.model((1, 2, 4, 4)))
    assert words in str(error.value)
    assert f"({b.nodes[0].op_type!r})" in str(error.value)


def test_a_constant_node_has_one_attribute() -> None:
    for attributes in ({}, {"value_float": 1.0, "value_int": 1}, {"value_string": "a"}):
        b = Builder()
        b.add("Constant", **attributes)
        b.add("Add", "x", b.now)
        with pytest.raises(Unreadable):
            kernel(b.model((1, 1)))
    for attributes in ({"value_float": 2.0}, {"value_floats": [2.0]}):
        b = Builder()
        b.add("Constant", **attributes)
        b.add("Add", "x", b.now)
        assert values(b, [[1.0]]) == [3]
    for attributes, shape in (({"value_ints": [1, 1, 1]}, (1, 1, 1)), ({"value_int": -1}, ())):
        b = Builder()
        b.add("Constant", **attributes)
        b.add("Reshape", "x", b.now)
        if shape:
            assert kernel(b.model((1, 1))).shape == shape


def test_constants_are_computed_once() -> None:
    """A chain on weights is evaluated when the file is read."""
    b = Builder()
    b.add("Transpose", b.array([[1.0, 2.0, 3.0]]))
    b.add("MatMul", "x", b.now)
    network = kernel(b.model((1, 3)))
    assert network.constants["v0"].entries == [1, 2, 3]
    assert values(b, [[1.0, 1.0, 1.0]]) == [6]


def test_a_network_may_answer_with_a_constant_or_its_input() -> None:
    b = Builder()
    b.add("Constant", value_floats=[1.0, 2.0])
    assert values(b, [[1.0]]) == [1, 2]
    assert values(Builder(), [[5.0]]) == [5]


# ---------------------------------------------------------------------------------- costs


def unet(channels: int, seed: int = 7) -> tuple[bytes, int]:
    """A U-Net of three levels for two channels of 32 x 32, random weights; and its products."""
    rng = np.random.default_rng(seed)
    b = Builder()
    products = 0

    def block(source: str, inner: int, outer: int, size: int) -> str:
        nonlocal products
        now = source
        for n in (inner, outer):
            weights = b.array(rng.normal(size=(outer, n, 3, 3)) / np.sqrt(9 * n))
            b.add("Conv", now, weights, b.array(rng.normal(size=outer) / 10), pads=[1] * 4)
            now = b.add("Relu", b.now)
            products += 9 * n * outer * size * size
        return now

    def up(source: str, inner: int, outer: int, skip: str, size: int) -> str:
        nonlocal products
        weights = b.array(rng.normal(size=(inner, outer, 2, 2)) / np.sqrt(inner))
        b.add("ConvTranspose", source, weights, b.array(rng.normal(size=outer)), strides=[2, 2])
        products += 4 * inner * outer * size * size
        return b.add("Concat", b.now, skip, axis=1)

    c = channels
    first = block("x", 2, c, 32)
    second = block(b.add("MaxPool", first, kernel_shape=[2, 2], strides=[2, 2]), c, 2 * c, 16)
    low = block(b.add("MaxPool", second, kernel_shape=[2, 2], strides=[2, 2]), 2 * c, 4 * c, 8)
    middle = block(up(low, 4 * c, 2 * c, second, 16), 4 * c, 2 * c, 16)
    last = block(up(middle, 2 * c, c, first, 32), 2 * c, c, 32)
    b.add("Conv", last, b.array(rng.normal(size=(2, c, 1, 1)) / np.sqrt(c)))
    return b.model(("batch", 2, 32, 32)), products + 2 * c * 1024


def test_a_u_net_of_120000_weights() -> None:
    """About 28 million products; seconds, and within rounding of onnxruntime's answer."""
    data, products = unet(16)
    began = time.process_time()
    network = kernel(data)
    reading = time.process_time() - began
    x = np.random.default_rng(1).normal(size=(1, 2, 32, 32)).astype("float32")
    began = time.process_time()
    _, wanted = exact(network, x)
    seconds = time.process_time() - began
    print(f"{network.weights} weights, {products} products, read {reading:.1f} s, {seconds:.1f} s")
    found = runtime(data, x).ravel()
    assert 110_000 < network.weights < 130_000
    assert np.allclose(found, [float(value) for value in wanted], rtol=0, atol=1e-4)
    assert seconds < 60  # about 5 on an idle machine
