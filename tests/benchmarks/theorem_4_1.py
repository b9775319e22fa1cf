"""Costs of Theorem 4.1 (i) against (m, N): derive, verify, their ratio, certificate size.

    python -m tests.benchmarks.theorem_4_1

Figures are ratios within one run: the time of an exact product W^T W of a matrix of the map's
size, made by the kernel's own arithmetic, is the unit.  The dearest step is timed alone.  Nothing
here is a test.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from certificates.kernel import Step, apply, verify
from certificates.matrices import Integers, gram
from theorems import Affine, Problem
from theorems.outcome import Claim
from theorems.thm_4_1_detail_transfer import derive

SIZES = [(2, 3), (8, 16), (26, 64), (64, 256), (128, 512), (205, 1024)]
REPEATS = 3


def seconds(work: Callable[[], Any]) -> float:
    """The least CPU time of a few runs."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def problem(m: int, n: int, over_c: bool, norms: str) -> Problem:
    """A random map with 16-bit weights, a random operator of signs, a detail that is measured."""
    rng = np.random.default_rng(m * n)

    def integers(*shape: int) -> Any:
        real = rng.integers(-(1 << 15), 1 << 15, shape)
        return real + 1j * rng.integers(-(1 << 15), 1 << 15, shape) if over_c else real

    return Problem(
        operator=rng.integers(0, 2, (m, n)) * 2 - 1,
        x=integers(n),
        x_det=integers(n),
        psi=Affine({"array": integers(n, m), "scale": "1/65536"}, integers(n)),
        object_norm=norms,
        data_norm=norms,
    )


def product_unit(m: int, n: int, over_c: bool) -> float:
    """CPU seconds of one exact product W^T W of the size of the data (real form)."""
    factor = 2 if over_c else 1
    rng = np.random.default_rng(1)
    rows: list[Integers] = [
        tuple(row) for row in rng.integers(-(1 << 15), 1 << 15, (factor * n, factor * m)).tolist()
    ]
    return seconds(lambda: gram(rows, factor * m))


def dearest_step(claim: Claim) -> tuple[str, float]:
    """The rule of the dearest step, and its CPU seconds."""
    derivation = claim.derivation
    costs: list[tuple[float, str]] = []
    steps: list[Step] = []
    context = dataclasses.replace(derivation.context, _known={})
    for raw in derivation.raw:
        start = time.process_time()
        steps.append(apply(context, steps, raw, "step"))
        costs.append((time.process_time() - start, str(raw["rule"])))
    cost, rule = max(costs)
    return rule, cost


def main() -> None:
    """Print the table."""
    table = Table("m", "N", "field", "norms", "derive s", "verify s", "verify/derive",
                  "verify/product", "dearest step", "step/product", "certificate kB")  # fmt: skip
    for m, n in SIZES:
        for over_c in (False, True):
            for norms in ("l2", "linf"):
                given = problem(m, n, over_c, norms)
                outcome = derive(given)
                claim, case = outcome.claims[0], outcome.case
                certificate = claim.derivation.certificate()
                made = seconds(lambda given=given: derive(given))  # type: ignore[misc]
                checked = seconds(
                    lambda claim=claim, case=case, certificate=certificate: verify(  # type: ignore[misc]
                        claim.statement_file,
                        case.problem_file,
                        certificate,
                        case.files.__getitem__,
                    )
                )
                rule, cost = dearest_step(claim)
                unit = product_unit(m, n, over_c)
                table.add_row(
                    str(m), str(n), "C" if over_c else "R", norms, f"{made:.3f}", f"{checked:.3f}",
                    f"{checked / made:.2f}", f"{checked / unit:.1f}",
                    rule, f"{cost / unit:.1f}",
                    f"{len(certificate) / 1000:.1f}",
                )  # fmt: skip
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
