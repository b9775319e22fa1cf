"""What Theorem 4.3 costs for each member of M1: on T, and for the new members.

    python -m tests.benchmarks.theorem_4_3

First T with up to 1,000 handwritten digits, Psi a table: CPU seconds to derive and to verify all
certificates of part (i), and milliseconds a member.  Then Gamma on the machine at the measurements
of x + u^n (eta + x_det), n = 1, ..., 1000, with u for e^i: milliseconds a member, for each block of
250 members, and its operations, which are the same for all n.  Nothing here is a test.
"""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_digits

from certificates.kernel import verify
from certificates.laurent import UNIT, Number, plus, times
from certificates.machine import run
from theorems import Problem
from theorems import Table as Rows
from theorems.examples.hadamard import sampled
from theorems.gamma import Sizes, fixed
from theorems.machines import find_program
from theorems.thm_4_3_in_distribution import derive


def digits(console: Console) -> None:
    """T of growing size."""
    rows = sampled(order=3, rows=13, low=8, seed=41)
    images = load_digits().data.astype(np.int64)
    _, places = np.unique(images @ rows.T, axis=0, return_index=True)
    images = images[np.sort(places)]
    console.print(f"{len(images)} digits with different measurements")
    table = Table("|T|", "derive s", "verify s", "ms a member")
    full = sampled(order=3, rows=64, low=8, seed=41)
    unseen = next(row for row in full if not (rows @ row).any())
    for count in (125, 250, 500, 1000):
        chosen = images[:count]
        problem = Problem(
            operator=rows, x=chosen[0], images=chosen[1:], x_det=100 * unseen, delta="1/10",
            lipschitz=3, psi=Rows(chosen @ rows.T, chosen),
        )  # fmt: skip
        before = time.process_time()
        outcome = derive(problem)
        derived = time.process_time() - before
        before = time.process_time()
        for claim in outcome.claims:
            verify(
                claim.statement_file,
                outcome.case.problem_file,
                claim.derivation.certificate(),
                outcome.case.files.__getitem__,
            )
        verified = time.process_time() - before
        each = 1000 * (derived + verified) / count
        table.add_row(str(count), f"{derived:.2f}", f"{verified:.2f}", f"{each:.1f}")
    console.print(table)


def machine(console: Console) -> None:
    """Gamma for 1,000 new members."""
    rows = [[1, 1, 0, 2], [0, 1, 1, 1], [3, 0, 1, 1]]
    images = [[2, 0, 1, 1], [1, 2, 3, 4], [0, 0, 1, 7]]
    direction: list[Number] = [10, Fraction(-1, 3), 10, 1]
    weight = [[int(j == k) for k in range(4)] for j in range(4)]
    tape = fixed(rows, images, images[0], direction, weight, [0] * 4)
    sizes, gamma = Sizes(3, 4, 3, 4), find_program("gamma")
    seen = [_dot(row, images[0]) for row in rows]
    moved = [_dot(row, direction) for row in rows]
    table = Table("n", "ms a member", "operations")
    power: Number = 1
    before, counts = time.process_time(), set[int]()
    for n in range(1, 1001):
        power = times(power, UNIT)
        y = [plus(a, times(power, b)) for a, b in zip(seen, moved, strict=True)]
        done = run(gamma, [*tape, *y], sizes.fuel())
        expected = [plus(a, times(power, b)) for a, b in zip(images[0], direction, strict=True)]
        if list(done.output[-4:]) != expected:
            raise RuntimeError(f"n = {n} is not recovered")
        counts.add(sum(done.counts[key] for key in sizes.operations_outside(1)))
        if n % 250 == 0:
            spent = (time.process_time() - before) / 250
            table.add_row(f"{n - 249} to {n}", f"{1000 * spent:.2f}", ", ".join(map(str, counts)))
            before = time.process_time()
    console.print(table)


def _dot(row: list[int], v: list[Number]) -> Number:
    total: Number = 0
    for a, b in zip(row, v, strict=True):
        total = plus(total, times(a, b))
    return total


if __name__ == "__main__":
    console = Console()
    digits(console)
    machine(console)
