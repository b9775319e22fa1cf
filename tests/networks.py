"""Random graphs with the onnx package, and what floats may differ from the exact value by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from certificates.networks import Network, read_network
from certificates.onnx import read_onnx

Floats = np.ndarray[Any, Any]
CODES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE}


@dataclass
class Builder:
    """A chain of nodes; `now` is the name of the last value."""

    dtype: str = "float32"
    opset: int = 17
    now: str = "x"
    nodes: list[Any] = field(default_factory=list)
    arrays: list[Any] = field(default_factory=list)

    def array(self, value: Any, dtype: str | None = None) -> str:
        name = f"w{len(self.arrays)}"
        stored = np.asarray(value, dtype=dtype or self.dtype)
        self.arrays.append(numpy_helper.from_array(stored, name))
        return name

    def whole(self, *values: int) -> str:
        return self.array(values, "int64")

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name, **attributes))
        self.now = name
        return name

    def model(self, shape: Sequence[int | str], rank: int | None = None) -> bytes:
        code = CODES[self.dtype]
        graph = helper.make_graph(
            self.nodes,
            "graph",
            [helper.make_tensor_value_info("x", code, shape)],
            [helper.make_tensor_value_info(self.now, code, None)],
            self.arrays,
        )
        opset = [helper.make_opsetid("", self.opset)]
        data: bytes = helper.make_model(
            graph, opset_imports=opset, ir_version=8
        ).SerializeToString()
        return data


def kernel(data: bytes) -> Network:
    return read_network(read_onnx(data, "phi.onnx"))


def exact(network: Network, x: Floats) -> tuple[tuple[int, ...], list[Fraction]]:
    """The kernel's value at an array of floats."""
    entries = [Fraction(float(v)) for v in x.ravel()]
    bottom = max([1, *(q.denominator for q in entries)])
    value = network.values([int(q * bottom) for q in entries], bottom)
    return value.shape, value.fractions()


def runtime(data: bytes, x: Floats) -> Floats:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    (value,) = session.run(None, {name: x})
    return np.asarray(value)


def majorant(data: bytes) -> bytes:
    """A graph whose value at |x| bounds the moduli of all sums and products of the given one.

    All weights are replaced by their moduli, differences by sums, Min by Max, and Clip by the
    largest of its inputs.  Slopes of LeakyRelu and PRelu must be at most 1 in modulus.
    """
    model = onnx.load_from_string(data)
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.INT64:
            stored = np.abs(numpy_helper.to_array(tensor))
            tensor.CopyFrom(numpy_helper.from_array(np.asarray(stored), tensor.name))
    for node in model.graph.node:
        node.op_type = {"Sub": "Add", "Min": "Max", "Clip": "Max", "Neg": "Identity"}.get(
            node.op_type, node.op_type
        )
        if node.op_type == "Max":
            kept = [name for name in node.input if name]
            del node.input[:]
            node.input.extend(kept)
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.FLOAT:
                attribute.f = abs(attribute.f)
            if attribute.type == onnx.AttributeProto.TENSOR:
                stored = np.abs(numpy_helper.to_array(attribute.t))
                attribute.t.CopyFrom(numpy_helper.from_array(np.asarray(stored)))
    bound: bytes = model.SerializeToString()
    return bound


def roundings(data: bytes) -> int:
    """More than the roundings on any way from the input to the output, sum by sum."""
    model = onnx.load_from_string(data)
    sizes = {t.name: int(np.prod(t.dims)) for t in model.graph.initializer}
    total = 0
    for node in model.graph.node:
        windows = [list(a.ints) for a in node.attribute if a.name == "kernel_shape"]
        total += 8 + int(np.prod(windows[0])) if windows else 8
        # a sum has at most as many terms as weights, or as entries of a small image
        if node.op_type in ("Conv", "ConvTranspose", "Gemm", "MatMul"):
            total += max(sizes.get(name, 0) for name in node.input)
        if node.op_type == "GlobalAveragePool":
            total += 1000
    return total


def floats_agree(data: bytes, network: Network, bound: Network, x: Floats) -> bool:
    """Whether onnxruntime's value lies within a proved bound of the kernel's.

    Every sum of n products that is computed in some order, fused or not, differs from the exact
    one by at most gamma_n times the sum of the moduli; so does a chain of such sums, with the
    numbers of roundings added up and the majorant's value in place of the moduli.
    """
    unit = Fraction(1, 1 << (24 if x.dtype == np.float32 else 53))
    count = roundings(data)
    gamma = count * unit / (1 - count * unit)
    shape, wanted = exact(network, x)
    _, moduli = exact(bound, np.abs(x))
    found = runtime(data, x)
    gaps = [abs(Fraction(float(v)) - w) for v, w in zip(found.ravel(), wanted, strict=True)]
    tiny = Fraction(1, 1 << 100)  # more than all underflow
    return shape == found.shape and all(
        gap <= gamma * size + tiny for gap, size in zip(gaps, moduli, strict=True)
    )
