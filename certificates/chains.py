"""An ONNX network that is a chain, as layers: y -> W_k r(... r(W_1 y + b_1) ...) + b_k.

The graph is cut at its activations, which are Relu, LeakyRelu or PRelu with one slope.  The level
of a tensor is the number of activations before it.  An operator between them has to be affine and
to take tensors of one level only; then sums and branches within a level do no harm.  One
activation leaves each level, so the next level depends on its value alone.

What lies between two cuts is affine, hence y -> W y + b with b its value at 0 and W e_j its value
at e_j minus b: the same exact evaluation that gives the network's values gives its layers.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import lcm, prod

from .format import Rejected, short
from .linear import COLUMNS, DENSE, Linear
from .maps import LayersMap, NetworkMap
from .matrices import Matrix, Vector
from .network_operators import leak
from .networks import Network
from .onnx import Graph, Node
from .tensors import Use, Value

# affine in all inputs that depend on the network's input together
AFFINE = {
    "Add", "AveragePool", "BatchNormalization", "Concat", "Conv", "ConvTranspose", "Div",
    "Dropout", "Flatten", "Gemm", "GlobalAveragePool", "Identity", "MatMul", "Mul", "Neg", "Pad",
    "Reshape", "Resize", "Slice", "Squeeze", "Sub", "Sum", "Transpose", "Unsqueeze",
}  # fmt: skip

Levels = list[list[Node]]


def layers_of(given: NetworkMap) -> LayersMap:
    """The layers of a network on real numbers; what stands before it goes into the first matrix.

    Raises Rejected if the graph is no such chain, or if a matrix would be too large.
    """
    if given.channels:
        raise Rejected("layers are of real networks; this one has real and imaginary channels")
    network = given.network
    if network.irrational:
        raise Rejected("layers are of rational networks; this one has irrational values")
    levels, bends = _cut(network)
    slopes = {_slope(bend, network) for bend in bends} or {Fraction(0)}
    slope = min(slopes)
    if len(slopes) > 1 or not 0 <= slope <= 1:
        listed = ", ".join(map(short, sorted(slopes)))
        raise Rejected(f"activations with one slope from 0 to 1 are needed, not {listed}")
    layers: list[tuple[Matrix, Vector]] = []
    start, shape = network.graph.input, network.graph.shape
    for place, nodes in enumerate(levels):
        end = bends[place].inputs[0] if place < len(bends) else network.graph.output
        part = replace(network.graph, input=start, shape=shape, output=end, nodes=tuple(nodes))
        layer, shape = _affine(part, network, None if place else given.before)
        layers.append(layer)
        start = bends[place].output if place < len(bends) else end
    return LayersMap(tuple(layers), slope)


def _cut(network: Network) -> tuple[Levels, list[Node]]:
    """The affine nodes of each level, and the activations between two levels."""
    graph, constants = network.graph, network.constants
    needed, kept = {graph.output}, list[Node]()
    for node in reversed(graph.nodes):
        if node.output in needed and node.output not in constants:
            needed.update(node.inputs)
            kept.append(node)
    level = {graph.input: 0}
    levels: Levels = [[]]
    bends: list[Node] = []
    for node in reversed(kept):
        found = {level[name] for name in node.inputs if name and name not in constants}
        if len(found) > 1:
            raise Rejected(f"{node} goes around an activation, so the network is no chain")
        (here,) = found
        if node.operator in AFFINE:
            levels[here].append(node)
            level[node.output] = here
        elif node.operator not in ("Relu", "LeakyRelu", "PRelu"):
            raise Rejected(f"{node} is neither affine nor an activation with one slope")
        elif here < len(bends):
            raise Rejected(f"{node} stands beside the activation {bends[here]}: this is no chain")
        else:
            bends.append(node)
            levels.append([])
            level[node.output] = here + 1
    return levels, bends


def _slope(node: Node, network: Network) -> Fraction:
    """That of an activation below 0."""
    if node.operator == "Relu":
        return Fraction(0)
    if node.operator == "LeakyRelu":
        return leak(Use(node, (), network.graph.opset))
    found = set(network.constants[node.inputs[1]].fractions())
    if len(found) > 1:
        raise Rejected(f"{node} has {len(found)} slopes, one is needed")
    return min(found)


def _affine(
    graph: Graph, network: Network, before: Linear | None
) -> tuple[tuple[Matrix, Vector], tuple[int, ...]]:
    """A part of the network behind a linear map, as W and b; and the shape of its values."""

    def at(point: Vector) -> Value:
        v = point if before is None else before.apply(point)
        # a network of its own, because values are remembered
        part = Network(graph, (), 0, False, network.constants)
        return part.values(v.real, v.denominator)

    n = prod(graph.shape) if before is None else before.shape[1]
    if n > COLUMNS:
        raise Rejected(f"a layer from {n} numbers is too large for a matrix")
    offset = at(Vector((0,) * n, (), 1))
    size = len(offset.entries)
    if n * size > DENSE:
        raise Rejected(f"a layer from {n} to {size} numbers is too large for a matrix")
    columns = [at(Vector((0,) * j + (1,) + (0,) * (n - j - 1), (), 1)) for j in range(n)]
    bottom = lcm(offset.denominator, *(value.denominator for value in columns))
    start = [a * (bottom // offset.denominator) for a in offset.entries]
    turned = [
        [a * (bottom // value.denominator) - b for a, b in zip(value.entries, start, strict=True)]
        for value in columns
    ]
    matrix = Matrix.of(turned, (), bottom, size).transposed()
    return (matrix, Vector.of(offset.entries, (), offset.denominator)), offset.shape
