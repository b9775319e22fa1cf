"""What a step of the machine costs, and whether the time grows with the steps alone.

    python -m tests.benchmarks.machine

First a loop of 10^4 to 10^7 steps over integers, fractions, Gaussian rationals and Laurent
polynomials whose numbers do not grow: nanoseconds a step, and the ratio to the run before, which
is 10 for a time linear in steps.  Then Gamma at the size of 8 x 8 images, m = 13, N = 64.
Times are CPU seconds.  Nothing here is a test.
"""

from __future__ import annotations

import random
import time
from fractions import Fraction

from rich.console import Console
from rich.table import Table

from certificates.laurent import IMAGINARY, UNIT, Number, plus, times
from certificates.machine import Program, Run, read_program, run
from theorems.gamma import Sizes, fixed
from theorems.machines import find_program

LOOP = b"""over C
index i, end
number s
    end = [1]
    i = 0
again:
    s = [0] * [0]
    s = s - [0]
    i = i + 1
    if i != end goto again
    halt
"""
START = 3  # steps of the loop beside its rounds of 4
NUMBERS: dict[str, Number] = {
    "integer": 7,
    "fraction": Fraction(22, 7),
    "Q(i)": plus(Fraction(3, 5), times(IMAGINARY, Fraction(4, 5))),
    "Laurent": plus(UNIT, Fraction(1, 2)),
}


def timed(program: Program, tape: list[Number], fuel: int) -> tuple[Run, float]:
    """A run, and its CPU seconds."""
    before = time.process_time()
    done = run(program, tape, fuel)
    return done, time.process_time() - before


def loops(console: Console) -> None:
    """Time against steps."""
    table = Table("numbers", "steps", "seconds", "ns a step", "ratio")
    program = read_program(LOOP)
    for name, number in NUMBERS.items():
        last = 0.0
        for power in range(4, 8 if name in ("integer", "fraction") else 7):
            rounds = (10**power - START) // 4
            done, spent = timed(program, [number, rounds], 10**8)
            ratio = f"{spent / last:.2f}" if last else ""
            each = f"{spent / done.steps * 1e9:.0f}"
            table.add_row(name, f"{done.steps:,}", f"{spent:.3f}", each, ratio)
            last = spent
    console.print(table)


def gamma(console: Console) -> None:
    """One run for each number of images, for y outside A T."""
    table = Table("t", "steps", "operations", "seconds", "us a step")
    rng = random.Random(7)
    m, width = 13, 64
    rows: list[list[Number]] = [[rng.choice([-1, 1]) for _ in range(width)] for _ in range(m)]
    direction: list[Number] = [Fraction(rng.randint(-9, 9), 64) for _ in range(width)]
    identity: list[list[Number]] = [[int(j == k) for j in range(width)] for k in range(width)]
    program = find_program("gamma")
    for t in (10, 100, 300):
        images: list[list[Number]] = [[rng.randint(0, 16) for _ in range(width)] for _ in range(t)]
        tape = fixed(rows, images, images[0], direction, identity, [0] * width)
        member = [plus(a, times(UNIT, b)) for a, b in zip(images[0], direction, strict=True)]
        y: list[Number] = []
        for row in rows:
            total: Number = 0
            for a, b in zip(row, member, strict=True):
                total = plus(total, times(a, b))
            y.append(total)
        sizes = Sizes(m, width, t, width)
        done, spent = timed(program, [*tape, *y], sizes.fuel())
        operations = sum(done.counts[kind] for kind in "+-*/")
        each = f"{spent / done.steps * 1e6:.2f}"
        table.add_row(str(t), f"{done.steps:,}", f"{operations:,}", f"{spent:.2f}", each)
    console.print(table)


if __name__ == "__main__":
    loops(Console())
    gamma(Console())
