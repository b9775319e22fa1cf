"""What a network file is, exactly: `kernelcert network`.

Read by the kernel's reader; the value at a point by FLINT, with a proved bound on the rounding of
float32.  What onnxruntime says is evidence.
"""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from math import prod
from pathlib import Path

import numpy as np

from certificates.format import Unreadable, digest, write_number
from certificates.networks import read_network
from certificates.npy import read_npy
from certificates.onnx import read_onnx

from .arrays import BadInput
from .evaluation import value_at
from .rounding import bounded


def describe_network(path: Path, at: Path | None = None, output: Path | None = None) -> list[str]:
    """Lines to print; with `output` the exact value at the point is written there as JSON.

    Raises BadInput, or Unreadable with the first node that the kernel does not cover.
    """
    for file in (path, at):
        if file is not None and not file.is_file():
            raise BadInput(f"there is no file {file}")
    if output is not None and (at is None or output.exists()):
        raise BadInput(
            f"{output}: exists already, or --at is missing; name a new file, and a point"
        )
    data = path.read_bytes()
    try:
        graph = read_onnx(data, path.name)
    except Unreadable as error:
        hint = "" if path.suffix == ".onnx" else "; name an ONNX file"
        raise BadInput(f"{error}{hint}") from None
    try:
        network = read_network(graph)
    except Unreadable as error:
        raise BadInput(f"{path.name}: the kernel does not cover it: {error}") from None
    counts = Counter(node.operator for node in graph.nodes)
    lines = [
        f"{path.name}, {digest(data)}",
        f"from {graph.shape} to {network.shape}, operator set {graph.opset}",
        f"{len(graph.nodes)} nodes: " + ", ".join(f"{n} {k}" for k, n in sorted(counts.items())),
        f"{network.weights} weights as stored; the kernel covers every node",
    ]
    if at is None:
        return lines
    point = read_npy(at.read_bytes(), at.name)
    if point.imag or len(point.real) != prod(graph.shape):
        raise BadInput(
            f"{at.name}: {prod(graph.shape)} real entries are needed, {graph.shape}; complex data "
            "are two channels, numpy.stack([z.real, z.imag])"
        )
    value = value_at(network, point.real, point.denominator)
    exact = value.fractions()
    size = max(map(abs, exact))
    lines.append(f"its exact value at {at.name}: largest entry {float(size):.6g} in modulus")
    try:
        bound = bounded(network, point.real, point.denominator).largest
        lines.append(f"float32 in any order of summation is off by at most {float(bound):.3g}, "
                     "computed from exact bounds (model: theorems/rounding.py)")  # fmt: skip
        lines.append(_evidence(data, graph.shape, point.real, point.denominator, exact))
    except BadInput as reason:
        lines.append(f"no bound on the rounding: {reason}")
    if output is not None:
        output.write_text(json.dumps([write_number(q) for q in exact]) + "\n")
    return lines


def _evidence(
    data: bytes, shape: tuple[int, ...], real: tuple[int, ...], bottom: int, exact: list[Fraction]
) -> str:
    try:
        import onnxruntime
    except ImportError:
        return "onnxruntime is not installed; nothing is compared"
    x = np.array([a / bottom for a in real], dtype=np.float32).reshape(shape)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {session.get_inputs()[0].name: x})
    gap = max(abs(Fraction(float(a)) - b) for a, b in zip(found.ravel(), exact, strict=True))
    return f"evidence, not verified: onnxruntime is off by {float(gap):.3g} here"
