"""Exact basis pursuit against floating point (HiGHS) and z3, on the same problems in one run.

    python -m tests.benchmarks.sparse [--quick]

For each size, kind of matrix and kind of y: seconds to the exact minimiser with its hints, of HiGHS
alone (SciPy's defaults), of the kernel's check of both claims; the ratio of the first two; bits of
the minimiser's denominator; seconds of z3's Optimize, in a process that ends at a limit.

Then how often the float answer is wrong in exact arithmetic: its point off A z = y at all, its
value off by more than 10^-9 of it, its support (entries above 1e-9) not that of the only
minimiser.  Nothing here is a test.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from fractions import Fraction as F
from typing import Any

import numpy as np
from scipy.optimize import linprog

from theorems.sparse.instance import Instance, instance
from theorems.sparse.recover import recover

SIZES = ((20, 40, 3), (100, 200, 10), (500, 1000, 50))
Z3_SECONDS = 60
TRIALS = 20
WIDTHS = (11, 11, 8, 9, 9, 8, 14, 14, 8, 8)
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
    best = F(answer.claims[0][1]["value"])
    value = abs(F(float(found.fun)) - best) > best / 10**9
    support = {j for j, a in enumerate(c) if abs(a) > F(1, 10**9)}
    unique = any(name == "unique" for name, *_ in answer.claims)
    return infeasible, value, unique and support != {j for j, a in enumerate(exact) if a}


def z3_solves(problem: Instance, done: Any) -> None:
    """Put what z3's Optimize says of the same program into a queue."""
    import z3

    n, y = problem.data.n, problem.vector("y")
    solver = z3.Optimize()
    c, u = ([z3.Real(f"{name}{j}") for j in range(n)] for name in "cu")
    for x, bound in zip(c, u, strict=True):
        solver.add(bound >= x, bound >= -x)
    for row, b in zip(problem.matrix.real, y.real, strict=True):
        over = problem.matrix.denominator
        total = z3.Sum([z3.Q(a, over) * x for a, x in zip(row, c, strict=True)])
        solver.add(total == z3.Q(b, y.denominator))
    solver.minimize(z3.Sum(u))
    start = time.perf_counter()
    solver.check()
    done.put(time.perf_counter() - start)


def z3_seconds(problem: Instance) -> str:
    """Seconds that z3 takes, in a process of its own, which ends at the limit."""
    context = multiprocessing.get_context("fork")
    done = context.Queue()
    process = context.Process(target=z3_solves, args=(problem, done))
    process.start()
    process.join(Z3_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
        return f"> {Z3_SECONDS}"
    return f"{done.get():.1f}"


def line(*entries: object) -> None:
    """A row of a table, at once."""
    print(" ".join(str(a).rjust(w) for a, w in zip(entries, WIDTHS, strict=False)), flush=True)


def speed(quick: bool) -> None:
    """The table of seconds."""
    line(
        "m x N",
        "A",
        "y",
        "exact s",
        "HiGHS s",
        "check s",
        "exact / HiGHS",
        "bits",
        "unique",
        "z3 s",
    )
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
                limit = (
                    z3_seconds(problem)
                    if m == 20 or (m == 100 and not quick and kind == "signs")
                    else "-"
                )
                line(
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


def floats() -> None:
    """The table of wrong answers."""
    line("m x N", "A", "y", "of", "off A z=y", "value", "support wrong", "exact value")
    for m, n, s in ((10, 30, 2), (20, 40, 3), (100, 200, 10)):
        for kind in ("signs", "integers", "float32", "vandermonde"):
            if kind == "vandermonde" and m == 100:
                continue  # thousands of digits at every exact pivot
            for y_kind in ("sparse", "generic"):
                counts, made = np.zeros(3, dtype=int), 0
                for seed in range(4 if m == 100 else TRIALS):
                    problem, _ = problem_of(np.random.default_rng(seed), kind, y_kind, m, n, s)
                    answer = recover(problem)
                    made += bool(answer.claims) and answer.claims[0][0] == "value"
                    if answer.claims:
                        counts += np.array(wrong(problem, highs(problem)[0]))
                trials = str(4 if m == 100 else TRIALS)
                line(f"{m} x {n}", kind, y_kind, trials, *counts, made)


def main() -> None:
    """Print both tables."""
    speed("--quick" in sys.argv)
    floats()


if __name__ == "__main__":
    main()
