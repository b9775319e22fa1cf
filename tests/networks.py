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
    """The graph with all weights replaced by their moduli.

    Its value at |x| bounds what any order of summation can reach, where every operator is monotone.
    """
    model = onnx.load_from_string(data)
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.INT64:
            stored = np.abs(numpy_helper.to_array(tensor))
            tensor.CopyFrom(numpy_helper.from_array(stored, tensor.name))
    for node in model.graph.node:
        if node.op_type in ("Sub",):
            node.op_type = "Add"
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.FLOAT:
                attribute.f = abs(attribute.f)
    bound: bytes = model.SerializeToString()
    return bound
