"""What is certified of null spaces, and what it costs.

    python -m tests.benchmarks.null_space

For Hadamard rows, random signs and rows of the Fourier transform of (Z/4)^k, at orders 1 to 3: rho
by coherence and by the best weights, gamma times the norm of a column, a lower bound of the null
space constant, C1 as a share of the known formula's, seconds to search and to check.  Then how many
rows of N = 64 are needed, and what all supports with signs cost against one matrix of weights.
Nothing here is a test.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from certificates.matrices import Matrix
from certificates.sparse.null_space import duals, number_of_cases, weights
from theorems.null_complex import complex_search
from theorems.null_constant import Witness, null_constant, search
from theorems.null_space import coherent, prove, recovery_constants, root_above
from theorems.null_space_claims import balance, known_constants

from ..test_null_space import characters, matrix_of, signs

SEEDS = range(5)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """A result, and the seconds it took."""
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


def hadamard(m: int, n: int, seed: int) -> np.ndarray[Any, Any]:
    """Row 0 and m - 1 random ones of the Hadamard matrix."""
    h = np.ones((1, 1), dtype=int)
    while len(h) < n:
        h = np.block([[h, h], [h, -h]])
    chosen = np.random.default_rng(seed).choice(np.arange(1, n), m - 1, replace=False)
    return h[np.sort(np.r_[0, chosen])]


KINDS = {"Hadamard": hadamard, "random signs": signs, "DFT of (Z/4)^k": characters}


def worst_of(matrix: Matrix, order: int) -> Witness | None:
    """A kernel vector with a large ratio."""
    return (complex_search if matrix.imag else search)(matrix, order)


def constants(console: Console) -> None:
    """The first table."""
    table = Table("rows", "m x N", "s", "coherence", "rho", "gamma |b|", "NSC >=", "C1", "C1 known")
    table.add_column("search s")
    table.add_column("check s")
    for name, make in KINDS.items():
        for m, n in ((10, 16), (32, 64), (48, 64), (128, 256)):
            if n == 256 and make is signs:
                continue
            b = make(m, n, 1)
            matrix = matrix_of(b)
            for order in (1, 2, 3):
                first = weights(matrix, coherent(matrix), order)
                old = "-"
                if first.alpha < 1:
                    square = order * first.beta_square / (1 - first.alpha) ** 2
                    old = f"{float(root_above(square)):.3f}"
                found, seconds = timed(lambda a=matrix, s=order: prove(a, s))
                worst = worst_of(matrix, order)
                least = "-" if worst is None else "inf"
                if worst is not None and worst.ratio is not None:
                    least = f"{float(worst.ratio):.3f}"
                row = [name, f"{m} x {n}", str(order), old]
                if found is None:
                    table.add_row(*row, "-", "-", least, "-", "-", f"{seconds:.2f}", "-")
                    continue
                _, cost = timed(lambda a=matrix, w=found.weight, s=order: weights(a, w, s))
                one = found.constants
                more = ["-", "-"]
                if one.rho < 1:
                    ours, known = recovery_constants(one, balance(one)), known_constants(one)
                    more = [f"{float(ours[0]):.2f}", f"{float(known[0]):.2f}"]
                size = float(np.linalg.norm(b[:, 0]))
                numbers = [f"{float(one.rho):.3f}", f"{float(one.gamma) * size:.2f}", least, *more]
                table.add_row(*row, *numbers, f"{seconds:.2f}", f"{cost:.3f}")
    console.print(table)


def thresholds(console: Console) -> None:
    """The least m of N = 64 at which rho < 1 is proved, and at which nothing refutes it."""
    table = Table("rows", "s", "proved from m", "refuted below m")
    for name, make in KINDS.items():
        for order in (1, 2, 3):
            proved = refuted = "-"
            for m in range(8, 64, 4):
                matrices = [matrix_of(make(m, 64, seed)) for seed in SEEDS]
                if refuted == "-":
                    found = [worst_of(a, order) for a in matrices]
                    if not any(w is not None and w.is_fatal for w in found):
                        refuted = str(m)
                made = [prove(a, order) for a in matrices]
                if all(p is not None and p.constants.rho < 1 for p in made):
                    proved = str(m)
                    break
            table.add_row(name, str(order), proved, refuted)
    console.print(table, f"each for {len(SEEDS)} choices of rows, all of them")


def ways(console: Console) -> None:
    """All supports with signs, by linear programs, against one matrix of weights."""
    table = Table("m x N", "s", "cases", "constant", "rho", "programs s", "weights s", "ratio")
    table.add_column("check duals s")
    table.add_column("check weights s")
    for (m, n), order, seed in (((12, 16), 1, 1), ((12, 16), 2, 1), ((18, 24), 2, 2)):
        matrix = matrix_of(signs(m, n, seed))
        exact, first = timed(lambda a=matrix, s=order: null_constant(a, s))
        found, second = timed(lambda a=matrix, s=order: prove(a, s))
        row = [f"{m} x {n}", str(order), str(number_of_cases(n, order))]
        if exact is None or exact.witness.ratio is None or not exact.duals or found is None:
            table.add_row(*row, "not settled")
            continue
        value = exact.witness.ratio
        _, slow = timed(lambda a=matrix, s=order, e=exact, v=value: duals(a, s, v, None, e.duals))
        _, fast = timed(lambda a=matrix, s=order, p=found: weights(a, p.weight, s))
        row += [f"{float(value):.3f}", f"{float(found.constants.rho):.3f}"]
        row += [f"{first:.2f}", f"{second:.2f}", f"{first / second:.1f}"]
        table.add_row(*row, f"{slow:.4f}", f"{fast:.4f}")
    console.print(table)


def main() -> None:
    """Print the three tables."""
    console = Console(width=140)
    constants(console)
    ways(console)
    thresholds(console)


if __name__ == "__main__":
    main()
