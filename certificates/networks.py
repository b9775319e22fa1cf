"""Networks: exact evaluation of an ONNX graph on rational numbers, operator by operator.

What an operator refuses depends on shapes, attributes and constants only, never on the input.  So
a graph is evaluated at 0 once when it is read, and can be evaluated everywhere then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm, prod
from typing import TypeVar

from .enclosures import Enclosure
from .format import Unreadable, excerpt
from .network_operators import OPERATORS, REMEDIES
from .onnx import Array, Graph, Node, check_shape
from .tensors import PRODUCTS, Shape, Use, Value


@dataclass(frozen=True)
class Network:
    """A graph that has been checked, from tensors of one shape to tensors of another.

    `irrational` if some of its values are; then they can only be enclosed.  What was computed once
    is kept: `known` values, and enclosures `near` known points, by the bits of their rounding.
    """

    graph: Graph
    shape: Shape
    weights: int
    irrational: bool
    constants: dict[str, Value]
    known: dict[tuple[tuple[int, ...], int], Value] = field(default_factory=dict, compare=False)
    near: dict[tuple[Enclosure, int], Enclosure] = field(default_factory=dict, compare=False)

    def values(self, entries: Sequence[int], denominator: int) -> Value:
        """The value at a tensor of the input's shape, row-major, over a denominator.

        Raises Unreadable if the network is irrational.
        """
        point = tuple(entries), denominator
        if point not in self.known:
            start = Value(self.graph.shape, list(entries), denominator, False)
            self.known[point] = walk(self.graph, self.constants, start, self.exact)
        return self.known[point]

    def exact(self, node: Node, inputs: list[Value | None]) -> Value:
        """The value of one node that is not constant."""
        use = Use(node, inputs, self.graph.opset)
        return Value(*OPERATORS[node.operator][0](use), False)


Found = TypeVar("Found")


def walk(
    graph: Graph,
    constants: dict[str, Value],
    start: Found,
    meaning: Callable[[Node, list[Value | Found | None]], Found],
) -> Value | Found:
    """What the meanings of nodes that are not among the constants make of the input."""
    last = {name: k for k, node in enumerate(graph.nodes) for name in node.inputs}
    found = {graph.input: start}
    for k, node in enumerate(graph.nodes):
        if node.output in constants:
            continue
        found[node.output] = meaning(
            node, [constants.get(name) or found[name] if name else None for name in node.inputs]
        )
        for name in node.inputs:
            if last[name] == k and name != graph.output:
                found.pop(name, None)  # nothing needs it any more
    return constants.get(graph.output) or found[graph.output]


def _stored(array: Array) -> Value:
    tensor = array.numbers
    return Value(tensor.shape, list(tensor.real), tensor.denominator, True, array.whole)


def _constant(node: Node) -> Value:
    """The attribute of a node Constant, which has one: a tensor, a number, or a row of numbers."""
    kinds = {"value": "t", "value_float": "f", "value_floats": "floats"}
    kinds |= {"value_int": "i", "value_ints": "ints"}
    items = list(node.attributes.items())
    if len(items) != 1 or node.inputs or kinds.get(items[0][0]) != items[0][1].kind:
        raise Unreadable(f"{node}: one attribute is expected, a tensor, number or row of numbers")
    found = items[0][1]
    if found.array is not None:
        return _stored(found.array)
    exact = found.numbers or tuple(map(Fraction, found.integers))
    bottom = lcm(*(q.denominator for q in exact))
    shape = (len(exact),) if found.kind.endswith("s") else ()
    check_shape(shape, str(node))
    return Value(shape, [int(q * bottom) for q in exact], bottom, True, found.kind[0] == "i")


def _used(node: Node, inputs: list[Value | None], opset: int) -> Use:
    """A node whose operator is known, and has the inputs and attributes that are given."""
    if node.operator not in OPERATORS:
        raise Unreadable(f"{node}: {REMEDIES.get(node.operator, 'the operator is not covered')}")
    _, least, most, listed = OPERATORS[node.operator]
    kinds = dict(pair.split() for pair in listed.split(", ") if pair)
    if not least <= len(inputs) <= most:
        raise Unreadable(f"{node}: {len(inputs)} inputs, which the operator cannot have")
    for name, attribute in node.attributes.items():
        if kinds.get(name) != attribute.kind:
            raise Unreadable(f"{node}: the attribute {excerpt(name)} is unknown or not covered")
    return Use(node, inputs, opset, shapes=True)


def read_network(graph: Graph) -> Network:
    """A graph whose every operator, attribute and shape is covered, because it has a value at 0.

    Raises Unreadable for the first node that is not.
    """
    constants = {name: _stored(array) for name, array in graph.arrays.items()}
    irrational: list[Node] = []
    products = 0

    def checked(node: Node, inputs: list[Value | None]) -> Value:
        """The value at 0, which goes to the constants if the network's input does not matter."""
        nonlocal products
        if node.operator == "Constant":
            constants[node.output] = _constant(node)
            return constants[node.output]
        use = _used(node, inputs, graph.opset)
        constant = all(value is None or value.constant for value in inputs)
        found = Value(*OPERATORS[node.operator][0](use), constant)
        products += use.products
        if products > PRODUCTS:
            raise use.refuse(f"the network has more than {PRODUCTS} multiplications")
        if use.irrational:
            irrational.append(node)
        if constant:
            if use.irrational:
                raise use.refuse("an irrational constant")
            constants[node.output] = found
        return found

    start = Value(graph.shape, [0] * prod(graph.shape), 1, False)
    value = walk(graph, constants, start, checked)
    if value.whole:
        raise Unreadable("the network's output consists of constant integers")
    weights = sum(len(a.numbers.real) for a in graph.arrays.values() if not a.whole)
    return Network(graph, value.shape, weights, bool(irrational), constants)
