"""Exact basis pursuit against floating point (HiGHS) and z3, on the same problems in one run.

    python -m tests.benchmarks.sparse [--quick]

For each size, kind of matrix and kind of y: seconds to the exact minimiser with its certificates,
of HiGHS within that, of the kernel's check of both claims; the ratio of the first to HiGHS alone;
bits of the longest number.  Then how often the float answer is wrong in exact arithmetic: its point
not feasible, its value not the value, its support (entries above 1e-9) not the support.  Then z3's
Optimize with a limit of time.  Nothing here is a test.
"""

from __future__ import annotations

import sys
import time
from fractions import Fraction as F
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import linprog

from theorems.sparse.instance import Instance, instance
from theorems.sparse.recover import recover

SIZES = ((20, 40, 3), (100, 200, 10), (500, 1000, 50))
Z3_SECONDS = 60
TRIALS = 20
Floats = np.ndarray[Any, Any]


def matrix(rng: Any, kind: str, m: int, n: int) -> Floats:
    """Random signs, small integers, a float32 Gaussian, or a badly conditioned Vandermonde."""
    if kind == "signs":
        return np.asarray(rng.choice([-1, 1], (m, n)))
    if kind == "integers":
        return np.asarray(rng.integers(-9, 10, (m, n)))
    if kind == "vandermonde":
        return np.vander(np.linspace(-1, 1, n), m, increasing=True).T.copy()
    return rng.standard_normal((m, n)).astype(np.float32)  # type: ignore[no-any-return]


def problem_of(rng: Any, kind: str, y_kind: str, m: int, n: int, s: int) -> tuple[Instance, Floats]:
    """The problem, and A; y = A x exactly for a sparse x, or generic integers."""
    a = matrix(rng, kind, m, n)
    x = np.zeros(n, dtype=np.int64)
    x[rng.choice(n, s, replace=False)] = rng.integers(1, 9, s) * rng.choice([-1, 1], s)
    if y_kind == "generic":
        return instance(a, rng.integers(-99, 100, m)), a
    if a.dtype.kind == "i":
        return instance(a, a @ x), a
    exact = [
        sum((F(float(e)) * int(b) for e, b in zip(row, x, strict=True) if b), F(0)) for row in a
    ]
    return instance(a, exact), a


def highs(problem: Instance) -> tuple[Any, float]:
    """What floating point says, with the default tolerances, and the seconds it took."""
    b = problem.floats
    y = np.array([a / problem.vector("y").denominator for a in problem.vector("y").real])
    start = time.perf_counter()
    found = linprog(np.ones(2 * b.shape[1]), A_eq=np.hstack([b, -b]), b_eq=y, method="highs")
    return found, time.perf_counter() - start


def wrong(problem: Instance, found: Any) -> tuple[bool, bool, bool]:
    """Whether the float point is infeasible, its value wrong, its support wrong, all exactly."""
    if found.status:
        return True, True, True
    n = problem.data.n
    c = [F(float(a)) - F(float(b)) for a, b in zip(found.x[:n], found.x[n:], strict=True)]
    answer = recover(problem)
    assert answer.z is not None
    exact = [F(a, answer.z.denominator) for a in answer.z.real]
    y, rows = problem.vector("y"), problem.matrix
    infeasible = any(
        sum((a * b for a, b in zip(row, c, strict=True) if a and b), F(0)) / rows.denominator
        != F(b, y.denominator)
        for row, b in zip(rows.real, y.real, strict=True)
    )
    value = F(answer.claims[0][1]["value"]) != F(float(found.fun))
    support = {j for j, a in enumerate(c) if abs(a) > F(1, 10**9)}
    return infeasible, value, support != {j for j, a in enumerate(exact) if a}


def z3_seconds(problem: Instance) -> str:
    """Seconds of z3's Optimize on the same program."""
    import z3

    n, y = problem.data.n, problem.vector("y")
    solver = z3.Optimize()
    solver.set("timeout", Z3_SECONDS * 1000)
    c, u = (
        z3.Reals(" ".join(f"c{j}" for j in range(n))),
        z3.Reals(" ".join(f"u{j}" for j in range(n))),
    )
    for x, bound in zip(c, u, strict=True):
        solver.add(bound >= x, bound >= -x)
    for row, b in zip(problem.matrix.real, y.real, strict=True):
        total = z3.Sum(
            [z3.Q(a, problem.matrix.denominator) * x for a, x in zip(row, c, strict=True)]
        )
        solver.add(total == z3.Q(b, y.denominator))
    solver.minimize(z3.Sum(u))
    start = time.perf_counter()
    done = solver.check()
    seconds = time.perf_counter() - start
    return f"{seconds:.1f}" if done == z3.sat else f"> {seconds:.0f}: {done}"


def main() -> None:
    """Print the tables."""
    quick = "--quick" in sys.argv
    console = Console(width=140)
    names = ("m x N", "A", "y", "exact s", "of HiGHS", "check s", "ratio", "bits", "unique", "z3 s")
    table = Table(*names)
    for m, n, s in SIZES[: 2 if quick else 3]:
        for kind in ("signs", "integers", "float32"):
            for y_kind in ("sparse", "generic"):
                rng = np.random.default_rng(m)
                problem, _ = problem_of(rng, kind, y_kind, m, n, s)
                _, float_seconds = highs(problem)
                start = time.perf_counter()
                answer = recover(problem)
                seconds = time.perf_counter() - start
                start = time.perf_counter()
                proofs = [name for name, *_ in answer.proofs()]
                check = time.perf_counter() - start
                assert answer.z is not None
                limit = z3_seconds(problem) if m == 20 or (m == 100 and not quick) else "-"
                table.add_row(
                    f"{m} x {n}",
                    kind,
                    y_kind,
                    f"{seconds:.2f}",
                    f"{float_seconds:.2f}",
                    f"{check:.2f}",
                    f"{seconds / float_seconds:.1f}",
                    str(answer.z.denominator.bit_length()),
                    str("unique" in proofs),
                    limit,
                )
    console.print(table)
    table = Table(
        "m x N", "A", "y", "of", "infeasible", "value wrong", "support wrong", "claims made"
    )
    for m, n, s in ((10, 30, 2), (20, 40, 3), (100, 200, 10)):
        for kind in ("signs", "integers", "float32", "vandermonde"):
            for y_kind in ("sparse", "generic"):
                counts, made = np.zeros(3, dtype=int), 0
                for seed in range(4 if m == 100 else TRIALS):
                    problem, _ = problem_of(np.random.default_rng(seed), kind, y_kind, m, n, s)
                    answer = recover(problem)
                    made += bool(answer.claims) and answer.claims[0][0] == "value"
                    if answer.claims:
                        counts += np.array(wrong(problem, highs(problem)[0]))
                trials = str(4 if m == 100 else TRIALS)
                table.add_row(f"{m} x {n}", kind, y_kind, trials, *map(str, counts), str(made))
    console.print(table)


if __name__ == "__main__":
    main()
