"""What a claim for all e in a ball costs, against z3 with the same question.

    python -m tests.benchmarks.balls [SECONDS [SIZES ...]]

For the random networks of `cells`, linf to linf, and |Psi(y + e) - Psi(y)| <= s for |e| <= r:
the largest value at a point; what is proved without divisions and after 16, 64, 256, as multiples
of that value; then, for s 1/20 above the value, the seconds until the claim is proved, the parts,
the bytes of their tree, and as multiples of these seconds the kernel's check, z3 with activations
by if-then-else and z3 by big-M with bounds from intervals.  What does not end within SECONDS (30)
is shown as `> ...`, or as `open` with the bound reached.  Nothing here is a test.
"""

from __future__ import annotations

import json
import sys
import time
from fractions import Fraction
from itertools import product
from typing import Any

import z3
from rich.console import Console
from rich.table import Table

from certificates.format import write_number
from certificates.kernel import prepare
from certificates.matrices import Matrix
from theorems.balls.ascent import Landscape, highest
from theorems.balls.branching import Branching
from theorems.balls.limits import limits_of
from theorems.derivation import Derivation
from theorems.instance import Instance
from theorems.maps import Layers as LayersForm
from theorems.problem import Case

from .cells import Clock, Late, Layers, exactly, network, rational

SIZES = ("2-4-2", "4-8-4", "8-16-8")
STAGES = (0, 16, 64, 256)
RADII = (Fraction(1, 4), Fraction(1))
MARGIN = Fraction(21, 20)
TEXT = """statement ball "stable near a point"
field R
spaces X, Y
map Psi : Y -> X
vectors y in Y
constants r, s
for all e in Y with |e| <= r
conclude
  |Psi(y + e) - Psi(y)| <= s
"""


def case(layers: Layers, radius: Fraction, bound: Fraction) -> Case:
    """The claim on data: y = 0."""

    def text(matrix: Matrix) -> list[list[str]]:
        return [[write_number(a) for a in row] for row in exactly(matrix)]

    offsets = [[write_number(Fraction(b, v.denominator)) for b in v.real] for _, v in layers]
    table = {
        "spaces": {"X": "linf", "Y": "linf"},
        "maps": {"Psi": LayersForm([text(m) for m, _ in layers], offsets)},
        "vectors": {"y": [0] * layers[0][0].columns},
        "constants": {"r": write_number(radius), "s": write_number(bound)},
    }
    return Instance(table).case(TEXT.encode())


def asked(found: Case) -> tuple[Landscape, Branching, Any]:
    """The search for points, the proof, and the limits of a claim."""
    context = prepare(TEXT.encode(), found.data, "certified", {}, {}, {})
    limits = limits_of(context, context.statement.for_all)
    assert limits is not None
    claim = context.statement.conclude[0].any[0]
    return Landscape(context, [claim], limits), Branching(context, claim, limits), limits


# ---------------------------------------------------------------------- z3, two encodings


def broken(layers: Layers, radius: Fraction, bound: Fraction, clock: Clock, large: bool) -> bool:
    """Whether z3 finds a point at which the claim fails; by big-M if `large`, or if-then-else."""
    solver = z3.SolverFor("QF_LRA")
    n = layers[0][0].columns
    values: list[Any] = [z3.Real(f"e{k}") for k in range(n)]
    for value in values:
        solver.add(value <= rational(radius), value >= rational(-radius))
    start = [Fraction(0)] * n
    size = [radius] * n
    for place, (matrix, offset) in enumerate(layers):
        rows = exactly(matrix)
        shift = [Fraction(b, offset.denominator) for b in offset.real]
        inputs = [
            z3.Sum([rational(a) * v for a, v in zip(row, values, strict=True)]) + rational(b)
            for row, b in zip(rows, shift, strict=True)
        ]
        start = [
            sum((a * v for a, v in zip(row, start, strict=True)), b)
            for row, b in zip(rows, shift, strict=True)
        ]
        size = [sum((abs(a) * s for a, s in zip(r, size, strict=True)), Fraction(0)) for r in rows]
        if place == len(layers) - 1:
            break
        values = []
        for j, t in enumerate(inputs):
            value = z3.Real(f"v{place}_{j}")
            most = rational(abs(start[j]) + size[j] + 1)
            if large:
                on = z3.Bool(f"b{place}_{j}")
                step = z3.If(on, z3.RealVal(1), z3.RealVal(0))
                solver.add(value >= 0, value >= t, value <= most * step)
                solver.add(value <= t + most * (1 - step))
            else:
                solver.add(value == z3.If(t > 0, t, 0))
            values.append(value)
        start = [max(a, Fraction(0)) for a in start]
    gaps = [t - rational(a) for t, a in zip(inputs, start, strict=True)]
    solver.add(z3.Or([z3.Or(g > rational(bound), -g > rational(bound)) for g in gaps]))
    solver.set("timeout", int(1000 * clock.left()))
    answer = solver.check()
    if answer == z3.unknown:
        raise Late
    return bool(answer == z3.sat)


# ------------------------------------------------------------------------------- the table


def proof(
    layers: Layers, radius: Fraction, bound: Fraction, seconds: float
) -> tuple[float, Branching, float]:
    """Seconds to prove the claim, the parts, and the seconds of the kernel's step."""
    found = case(layers, radius, bound)
    start = time.monotonic()
    _, branching, limits = asked(found)
    branching.run(start + seconds, 1 << 20)
    made = time.monotonic() - start
    if not branching.holds:
        return made, branching, 0.0
    d = Derivation(TEXT.encode(), found.data, found.problem_file)
    facts = [limit.steps(d) for limit in limits]
    start = time.monotonic()
    d.enclosed(str(branching.claim), *facts, splits=branching.splits())
    return made, branching, time.monotonic() - start


def main(seconds: float, names: list[str]) -> None:
    """Print the table."""
    columns = ["found", "find s", *(f"/{stage}" for stage in STAGES)]
    columns += ["proof s", "parts", "bytes", "check"]
    table = Table("network", "seed", "r", *columns, "z3 if", "z3 big-M")
    for name, seed, radius in product(names, range(2), RADII):
        layers = network(tuple(map(int, name.split("-"))), seed)
        start = time.monotonic()
        landscape, branching, _ = asked(case(layers, radius, Fraction(0)))
        best = max(found.excess for found in highest(landscape, start + seconds))
        row = [f"{best:.6g}", f"{time.monotonic() - start:.3f}"]
        for before, stage in zip((0, *STAGES), STAGES, strict=False):
            branching.run(time.monotonic() + seconds, stage - before)
            row.append(f"{float(branching.bound) / best:.4f}")
        bound = Fraction(round(MARGIN * Fraction(best) * 2**20), 2**20)
        made, found, check = proof(layers, radius, bound, seconds)
        size = len(json.dumps(found.splits(), separators=(",", ":")))
        if found.holds:
            row += [f"{made:.3f}", str(found.parts), str(size), f"{check / made:.2f}"]
        else:
            reached = float(found.bound + bound) / best
            row += [f"open {reached:.4f}", str(found.parts), str(size), "-"]
        for large in (False, True):
            start = time.monotonic()
            try:
                fails = broken(layers, radius, bound, Clock(start + seconds), large)
                taken = f"{(time.monotonic() - start) / made:.3g}"
                row.append(f"{taken}: fails" if fails else taken)
            except Late:
                row.append(f"> {seconds / made:.3g}")
            print(name, seed, radius, large, row[-1], file=sys.stderr)
        table.add_row(name, str(seed), str(radius), *row)
    Console(width=140).print(table)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0, sys.argv[2:] or list(SIZES))
