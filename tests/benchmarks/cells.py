"""What the exact constant of a small network costs, against solvers and enumeration.

    python -m tests.benchmarks.cells [SECONDS [SIZES ...]]

For random float32 networks, linf to linf: seconds to find the constant with its tree; then, as
multiples of that, the kernel's check, z3 as an optimiser (activations by if-then-else), z3 by
bisection on K (activations by big-M, in a box of radius 64), and enumeration of the sign patterns
with exact linear feasibility.  A method that does not end within SECONDS (30) is shown as `> ...`.
Sizes are written 4-8-4.  z3 and the enumeration give no certificate.  Nothing here is a test.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import z3
from rich.console import Console
from rich.table import Table

from certificates.layers import Cells, Decided, read_tree
from certificates.matrices import Matrix, Vector
from theorems.cells import Constant, constant

SIZES = ("2-4-2", "4-8-4", "8-16-8", "2-16-2", "2-4-4-2")
SHIFT = 40
RADIUS = 64
ZERO = Fraction(0)
Layers = tuple[tuple[Matrix, Vector], ...]


class Late(Exception):
    """The time is over."""


@dataclass
class Clock:
    """A time limit."""

    end: float

    def left(self) -> float:
        """Seconds left.  Raises Late if there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise Late
        return left


def network(sizes: tuple[int, ...], seed: int) -> Layers:
    """Normal weights over the root of the width, normal offsets, as float32."""
    rng = np.random.default_rng(seed)
    found = []
    for n, m in pairwise(sizes):
        weights = (rng.normal(size=(m, n)) / np.sqrt(n)).astype(np.float32)
        offset = rng.normal(size=m).astype(np.float32)
        whole = [[int(Fraction(float(a)) * 2**SHIFT) for a in row] for row in (*weights, offset)]
        found.append((Matrix.of(whole[:-1], (), 2**SHIFT, n), Vector.of(whole[-1], (), 2**SHIFT)))
    return tuple(found)


def exactly(matrix: Matrix) -> list[list[Fraction]]:
    """The entries."""
    return [[Fraction(a, matrix.denominator) for a in row] for row in matrix.real]


def rational(a: Fraction) -> Any:
    """A number for z3."""
    return z3.Q(a.numerator, a.denominator)


# ---------------------------------------------------------------------- z3, two encodings


def jacobian_row_sums(
    layers: Layers, solver: Any, active: Callable[[Any, str], tuple[Any, Any]]
) -> list[Any]:
    """The row sums |J_i1| + ... + |J_in| for a point; `active` gives r(t) and whether t > 0."""
    n = layers[0][0].columns
    values: list[Any] = [z3.Real(f"y{k}") for k in range(n)]
    slopes: list[list[Any]] = [
        [z3.RealVal(int(j == k)) for k in range(n)] for j in range(n)
    ]  # dv/dy
    for layer, (matrix, offset) in enumerate(layers):
        rows = exactly(matrix)
        inputs = [
            z3.Sum([rational(a) * v for a, v in zip(row, values, strict=True)])
            + rational(Fraction(b, offset.denominator))
            for row, b in zip(rows, offset.real, strict=True)
        ]
        changes = [
            [
                z3.Sum([rational(a) * s[k] for a, s in zip(row, slopes, strict=True)])
                for k in range(n)
            ]
            for row in rows
        ]
        if layer == len(layers) - 1:
            return [z3.Sum([z3.If(c >= 0, c, -c) for c in row]) for row in changes]
        values, slopes = [], []
        for j, (t, row) in enumerate(zip(inputs, changes, strict=True)):
            bent, on = active(t, f"{layer}_{j}")
            values.append(bent)
            slopes.append([])
            for k, change in enumerate(row):
                slope = z3.Real(f"s{layer}_{j}_{k}")
                solver.add(slope == z3.If(on, change, 0))
                slopes[-1].append(slope)
    raise ValueError("no layers")


def optimised(layers: Layers, clock: Clock) -> Fraction:
    """z3 maximises the largest row sum over all points that lie on no kink."""
    solver = z3.Optimize()

    def active(t: Any, name: str) -> tuple[Any, Any]:
        value = z3.Real(f"v{name}")
        solver.add(value == t, value != 0)
        return z3.If(value > 0, value, 0), value > 0

    sums = jacobian_row_sums(layers, solver, active)
    top = z3.Real("K")
    solver.add(z3.Or([top == s for s in sums]))
    handle = solver.maximize(top)
    solver.set("timeout", int(1000 * clock.left()))
    if solver.check() != z3.sat:
        raise Late
    found = solver.upper(handle)
    return Fraction(found.numerator_as_long(), found.denominator_as_long())


def bisected(layers: Layers, clock: Clock) -> Fraction:
    """Bisection on K to a relative 1/1000; each query asks for a point with a larger row sum."""
    solver = z3.SolverFor("QF_LRA")
    box = [RADIUS] * layers[0][0].columns
    big: list[list[Fraction]] = []
    size = [Fraction(b) for b in box]
    for matrix, offset in layers[:-1]:
        size = [
            sum((abs(a) * s for a, s in zip(row, size, strict=True)), ZERO)
            + abs(Fraction(b, offset.denominator))
            for row, b in zip(exactly(matrix), offset.real, strict=True)
        ]
        big.append(size)

    def active(t: Any, name: str) -> tuple[Any, Any]:
        layer, place = map(int, name.split("_"))
        most, on, value = rational(big[layer][place] + 1), z3.Bool(f"b{name}"), z3.Real(f"v{name}")
        step = z3.If(on, z3.RealVal(1), z3.RealVal(0))
        solver.add(value >= 0, value >= t, value <= most * step, value <= t + most * (1 - step))
        solver.add(z3.Implies(on, t > 0), z3.Implies(z3.Not(on), t < 0))
        return value, on

    sums = jacobian_row_sums(layers, solver, active)
    for k in range(len(box)):
        solver.add(z3.Real(f"y{k}") <= RADIUS, z3.Real(f"y{k}") >= -RADIUS)
    low, high = ZERO, Fraction(1)
    for matrix, _ in layers:
        high *= max(sum(map(abs, row), ZERO) for row in exactly(matrix))
    while high - low > high / 1000:
        middle = (low + high) / 2
        solver.push()
        solver.add(z3.Or([s > rational(middle) for s in sums]))
        solver.set("timeout", int(1000 * clock.left()))
        answer = solver.check()
        solver.pop()
        if answer == z3.unknown:
            raise Late
        low, high = (middle, high) if answer == z3.sat else (low, middle)
    return high


# ---------------------------------------------------------------------------- enumeration


def enumerated(layers: Layers, clock: Clock) -> Fraction:
    """All sign patterns that have an interior point, one neuron after the other."""
    cells = Cells(layers, ZERO, "linf", "linf")
    neurons = [(k, j) for k, (matrix, _) in enumerate(layers[:-1]) for j in range(len(matrix.real))]
    points = [z3.Real(f"y{k}") for k in range(layers[0][0].columns)]
    solver = z3.SolverFor("QF_LRA")

    def patterns(decided: Decided) -> Iterator[Decided]:
        clock.left()
        if len(decided) == len(neurons):
            yield decided
            return
        neuron = neurons[len(decided)]
        *linear, constant_ = cells.form(neuron, decided).real
        t = z3.Sum([c * y for c, y in zip(linear, points, strict=True)]) + constant_
        for on in (True, False):
            solver.push()
            solver.add(t > 0 if on else t < 0)
            if solver.check() == z3.sat:
                yield from patterns({**decided, neuron: on})
            solver.pop()

    best = ZERO
    for decided in patterns({}):
        for group, ends in cells.groups:
            low, _ = cells.span(group[0], decided)
            for ((up, down),) in ends:
                value = sum((a + b) * c for a, b, c in zip(up, down, low, strict=True))
                best = max(best, Fraction(abs(value), cells.scale))
    return best


# ------------------------------------------------------------------------------- the table


def main(seconds: float, names: list[str]) -> None:
    """Print the table."""
    methods: list[tuple[str, Callable[[Layers, Clock], Fraction]]] = [
        ("z3 optimises", optimised),
        ("z3 bisects", bisected),
        ("enumeration", enumerated),
    ]
    table = Table(
        "network", "seed", "constant", "make s", "bytes", "check", *(m for m, _ in methods)
    )
    for name in names:
        for seed in range(2):
            layers = network(tuple(map(int, name.split("-"))), seed)
            start = time.monotonic()
            found: Constant = constant(layers, ZERO, "linf", "linf")
            made = time.monotonic() - start
            start = time.monotonic()
            Cells(layers, ZERO, "linf", "linf").check(read_tree(found.tree, "tree"), found.bound)
            check = time.monotonic() - start
            row = [f"{check / made:.2f}"]
            for title, method in methods:
                start = time.monotonic()
                try:
                    value = method(layers, Clock(start + seconds))
                    taken = f"{(time.monotonic() - start) / made:.3g}"
                    # bisection gives an upper end, in a box
                    right = value == found.bound or title == "z3 bisects"
                    row.append(taken if right else f"{taken}: {float(value):.6g}")
                except Late:
                    row.append(f"> {seconds / made:.3g}")
                print(name, seed, title, row[-1], file=sys.stderr)
            size = len(json.dumps(found.tree, separators=(",", ":")))
            shown = f"{float(found.bound):.6g}" + ("" if found.exact else " at most")
            table.add_row(name, str(seed), shown, f"{made:.3f}", str(size), *row)
    Console(width=120).print(table)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0, sys.argv[2:] or list(SIZES))
