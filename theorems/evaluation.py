"""Exact values of networks, fast: the kernel's reading of the file, products done by FLINT.

The kernel's own functions move, compare and add entries here too.  Only Conv, ConvTranspose, Gemm
and MatMul are done otherwise: the windows become the columns of an integer matrix, and FLINT
multiplies it with the filters, over one common denominator.  The result is the same rational
numbers; a certificate never rests on it, because the kernel evaluates the network again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import flint

from certificates.network_operators import (
    OPERATORS,
    _each_window,
    _filters,
    _turned_windows,
    _windows,
)
from certificates.networks import Network
from certificates.tensors import Axes, Result, Shape, Use, Value, plus

Rows = list[list[Any]]


def _multiplied(rows: Rows, columns: Rows) -> list[Any]:
    """(m, k) and n columns of k -> (m, n), row-major."""
    k = len(rows[0])
    left = flint.fmpz_mat(len(rows), k, [a for row in rows for a in row])
    right = flint.fmpz_mat(len(columns), k, [a for column in columns for a in column])
    found: list[Any] = (left * right.transpose()).entries()
    return found


def _split(entries: Sequence[Any], size: int) -> Rows:
    return [list(entries[k : k + size]) for k in range(0, len(entries), size)]


def _turned(rows: Rows) -> Rows:
    return list(map(list, zip(*rows, strict=True)))


def _with_bias(use: Use, result: Result, outer: int, axes: int) -> Result:
    if not use.has(2):
        return result
    return plus(use, result, (outer,) + (1,) * axes, use.constant(2).fractions())


def _correlated(use: Use, rows: Rows, groups: int, axes: Axes) -> Result:
    """As the kernel's: the products of all rows with all windows, plus the bias."""
    batch, channels, *sizes = use.x.shape
    inner, outer = channels // groups, len(rows) // groups
    out = [len(axis) for axis in axes]
    shape: Shape = (batch, len(rows), *out)
    # FLINT's integers are made once and then shared by all windows
    whole = list(map(flint.fmpz, use.x.entries))
    planes = [[*plane, flint.fmpz(0)] for plane in _split(whole, prod(sizes))]
    windows = list(_each_window(use, axes))
    entries: list[Any] = []
    for k in range(batch * groups):
        group = planes[k * inner : (k + 1) * inner]
        columns = [[plane[p] for plane in group for p in places] for places in windows]
        entries += _multiplied(rows[k % groups * outer :][:outer], columns)
    result = shape, entries, use.x.denominator * use.value(1).denominator
    return _with_bias(use, result, len(rows), len(out))


def _conv(use: Use) -> Result:
    pieces, (_, inner, *kernel), groups = _filters(use)
    rows = _split([a for piece in pieces for a in piece], inner * prod(kernel))
    return _correlated(use, rows, groups, _windows(use, tuple(kernel)))


def _conv_transpose(use: Use) -> Result:
    pieces, (channels, outer, *kernel), groups = _filters(use)
    inner = channels // groups
    rows = [
        [a for c in range(g * inner, (g + 1) * inner) for a in pieces[c * outer + m]]
        for g in range(groups)
        for m in range(outer)
    ]
    return _correlated(use, rows, groups, _turned_windows(use, tuple(kernel)))


def _matmul(use: Use) -> Result:
    left, right = use.x, use.value(1)
    columns = _turned(_split(right.entries, right.shape[1]))
    entries = _multiplied(_split(left.entries, left.shape[-1]), columns)
    shape = (*left.shape[:-1], right.shape[1])
    return shape, entries, left.denominator * right.denominator


def _gemm(use: Use) -> Result:
    left, right = use.x, use.constant(1)
    rows, columns = _split(left.entries, left.shape[1]), _split(right.entries, right.shape[1])
    rows = _turned(rows) if use.integer("transA", 0) else rows
    columns = columns if use.integer("transB", 0) else _turned(columns)
    alpha, beta = use.number("alpha", Fraction(1)), use.number("beta", Fraction(1))
    entries = [a * alpha.numerator for a in _multiplied(rows, columns)]
    shape = len(rows), len(columns)
    result: Result = shape, entries, left.denominator * right.denominator * alpha.denominator
    if not use.has(2):
        return result
    added = use.constant(2)
    return plus(use, result, added.shape, [beta * q for q in added.fractions()])


HEAVY: dict[str, Callable[[Use], Result]] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Gemm": _gemm,
    "MatMul": _matmul,
}


def computed(use: Use) -> Result:
    """What a node gives, by FLINT if it is heavy, else by the kernel's function."""
    function = HEAVY.get(use.node.operator) or OPERATORS[use.node.operator][0]
    shape, entries, denominator = function(use)
    return tuple(shape), entries, denominator


def walk(network: Network, entries: Sequence[int], denominator: int) -> Iterator[tuple[Use, Value]]:
    """Each node that computes something, in order, with its inputs and its exact value.

    `entries` over `denominator` is a tensor of the input's shape, row-major.
    """
    graph = network.graph
    last = {name: k for k, node in enumerate(graph.nodes) for name in node.inputs}
    found = {graph.input: Value(graph.shape, list(entries), denominator, False)}
    for k, node in enumerate(graph.nodes):
        if node.operator == "Constant":
            continue
        constants = network.constants
        inputs = [constants.get(name) or found[name] if name else None for name in node.inputs]
        use = Use(node, inputs, graph.opset)
        value = constants.get(node.output) or Value(*computed(use), False)
        found[node.output] = value
        yield use, value
        for name in node.inputs:
            if last[name] == k:
                found.pop(name, None)


def value_at(network: Network, entries: Sequence[int], denominator: int) -> Value:
    """The network's value at a tensor of the input's shape, row-major, over a denominator."""
    graph = network.graph
    value = network.constants.get(graph.output)
    if graph.output == graph.input:
        value = Value(graph.shape, list(entries), denominator, False)
    if value is not None:
        return value
    for use, found in walk(network, entries, denominator):
        if use.node.output == graph.output:
            value = found
    if value is None:
        raise LookupError(f"no node computes {graph.output}")
    return Value(value.shape, list(map(int, value.entries)), value.denominator, False)
