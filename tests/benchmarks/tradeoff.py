"""What the best error with a Lipschitz constant costs, against linear programs.

    python -m tests.benchmarks.tradeoff [SIZES ...]

For SIZES (8 16 32 64) random images of 4 pixels in linf, measured by 2 x 4 in l2: the seconds of a
linear program for one L, and as multiples of these seconds the whole curve, and the kernel's check
of the curve.  Then for scikit-learn's 1,797 digits under 13 Walsh-Hadamard rows the seconds of
NumPy's pass over all pairs, and the kernel's check as a multiple.  Nothing here is a test.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import linprog
from scipy.sparse import coo_array

from certificates.optimality.__main__ import check
from theorems.operators import hadamard
from theorems.tradeoff.curve import tradeoff
from theorems.tradeoff.files import curve_claim

Array = np.ndarray[Any, Any]


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """How long it takes, and its result."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def program(a: Array, images: Array, bound: float) -> float:
    """min r with |v_i - x_i| <= r and |v_i - v_j| <= L d_ij in linf, one L."""
    k, n = images.shape
    entries: list[tuple[int, int, float]] = []
    right: list[float] = []

    def add(*row: tuple[int, float], limit: float) -> None:
        entries.extend((len(right), column, value) for column, value in row)
        right.append(limit)

    for i in range(k):
        for c in range(n):
            for s in (1.0, -1.0):
                add((i * n + c, s), (k * n, -1.0), limit=s * float(images[i, c]))
    for i, j in combinations(range(k), 2):
        run = bound * float(np.linalg.norm(a @ (images[i] - images[j])))
        for c in range(n):
            for s in (1.0, -1.0):
                add((i * n + c, s), (j * n + c, -s), limit=run)
    places = [r for r, _, _ in entries], [c for _, c, _ in entries]
    matrix = coo_array(([v for *_, v in entries], places), shape=(len(right), k * n + 1))
    cost = np.eye(k * n + 1)[-1]
    found = linprog(cost, A_ub=matrix.tocsr(), b_ub=right, bounds=(None, None), method="highs")
    return float(found.fun)


def small(size: int) -> list[str]:
    """A row of the first table."""
    source = np.random.default_rng(size)
    a, images = source.integers(-5, 6, (2, 4)), source.integers(-50, 51, (size, 4))
    alone, _ = seconds(lambda: program(a, images, 0.5))
    given = tradeoff(a, images)
    whole, _ = seconds(lambda: given.corners)
    claim = curve_claim(given)
    kernel, _ = seconds(
        lambda: check(claim.claim, given.case.problem_file, claim.certificate,
                      given.case.files.__getitem__)
    )  # fmt: skip
    return [str(size), f"{alone:.3f}", f"{whole / alone:.3f}", f"{kernel / alone:.3f}",
            str(len(given.corners))]  # fmt: skip


def digits() -> list[str]:
    """The row of the second."""
    from sklearn.datasets import load_digits

    images = load_digits().data.astype(np.int64)
    given = tradeoff(hadamard(rows=list(range(13)), shape=[8, 8]), images)
    fast, _ = seconds(lambda: given.corners)
    claim = curve_claim(given)
    kernel, _ = seconds(
        lambda: check(claim.claim, given.case.problem_file, claim.certificate,
                      given.case.files.__getitem__)
    )  # fmt: skip
    return [str(len(images)), f"{fast:.2f}", f"{kernel / fast:.1f}", str(len(claim.certificate))]


def run(sizes: list[int]) -> None:
    """Print both tables."""
    table = Table("images", "linear program, one L [s]", "curve", "kernel", "corners")
    for size in sizes:
        table.add_row(*small(size))
    more = Table("digits", "curve [s]", "kernel", "certificate [bytes]")
    more.add_row(*digits())
    Console().print(table, more)


if __name__ == "__main__":
    run([int(word) for word in sys.argv[1:]] or [8, 16, 32, 64])
