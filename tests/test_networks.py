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
from certificates.networks import OPERATORS

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
    return lambda b, rng, shape: None if b.add(name, b.now) else None


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


MAKERS: dict[str, Callable[[Builder, Random, Shape], None]] = {
    "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": pool("MaxPool"),
    "AveragePool": pool("AveragePool"), "GlobalAveragePool": global_pool, "Gemm": gemm,
    "MatMul": matmul, "Add": binary("Add"), "Sub": binary("Sub"), "Mul": binary("Mul"),
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
    assert set(OPERATORS) - set(MAKERS) == {"BatchNormalization"}
    assert len(MAKERS) * GRAPHS * INPUTS >= 1000
    seen: Counter[str] = Counter()
    for first in MAKERS:
        for seed in range(GRAPHS):
            model = onnx.load_from_string(random_graph(seed, first, "float32")[0])
            seen.update(node.op_type for node in model.graph.node)
    assert min(seen[name] for name in MAKERS) >= GRAPHS // 2, seen
