"""Tensors of rational numbers, and how a node of a network uses them.

A tensor is a list of integers in row-major order over one denominator.  Almost everything is done
by lists of places: an operator takes the entries of x at places that depend on shapes and
attributes only, and multiplies, adds or compares them.

What is refused depends on shapes, attributes and constants only, never on the input.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, prod
from operator import add, mul

from .format import Unreadable, excerpt
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


def places_of(shape: Shape, chosen: Sequence[Sequence[int]]) -> list[int]:
    """For each axis a list of indices -> the places of all their combinations, row-major.

    Index -1 is outside, and so is every combination with it.
    """
    places = [0]
    for n, indices in zip(shape, chosen, strict=True):
        places = [-1 if p < 0 or j < 0 else p * n + j for p in places for j in indices]
    return places


def over(denominator: int, value: Value) -> list[int]:
    """The entries over a multiple of their denominator."""
    factor = denominator // value.denominator
    return value.entries if factor == 1 else [a * factor for a in value.entries]


def spread(entries: list[int], shape: Shape, target: Shape) -> list[int]:
    """Broadcasting: missing axes are put in front, axes of length 1 are repeated."""
    if shape == target:
        return entries
    full = (1,) * (len(target) - len(shape)) + shape
    chosen = [[0] * m if n == 1 else range(m) for n, m in zip(full, target, strict=True)]
    return [entries[p] for p in places_of(full, chosen)]


def broadcast(use: Use, *shapes: Shape) -> Shape:
    """The shape that all are broadcast to."""
    axes = max(map(len, shapes))
    full = [(1,) * (axes - len(shape)) + shape for shape in shapes]
    target = tuple(map(max, zip(*full, strict=True)))
    if any(n not in (1, m) for shape in full for n, m in zip(shape, target, strict=True)):
        raise use.refuse(f"shapes {', '.join(map(str, shapes))} do not fit together")
    return use.spend(target)


def entrywise(use: Use, function: Callable[..., int], *values: Value) -> Result:
    """Add, Sub, Max, Min: the sum, difference, largest or smallest of the inputs, broadcast.

    They may be taken of integers over one denominator.
    """
    target = broadcast(use, *(value.shape for value in values))
    denominator = lcm(*(value.denominator for value in values))
    rows = [spread(over(denominator, value), value.shape, target) for value in values]
    return target, rows[0] if len(rows) == 1 else list(map(function, *rows)), denominator


def of_all(function: Callable[..., int]) -> Callable[[Use], Result]:
    """The operator that takes the function of all its inputs, entry by entry."""
    return lambda use: entrywise(use, function, *map(use.value, range(len(use.inputs))))


def total(*summands: int) -> int:
    """The sum."""
    return sum(summands)


def plus(use: Use, result: Result, shape: Shape, values: Sequence[Fraction]) -> Result:
    """A result, and constants of a shape that is broadcast to the result's."""
    return times_plus(use, result, shape, [Fraction(1)] * len(values), values)


def times_plus(
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


def split(entries: Sequence[int], size: int) -> list[list[int]]:
    """Pieces of a size."""
    return [list(entries[k : k + size]) for k in range(0, len(entries), size)]
