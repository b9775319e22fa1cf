"""What the probability of a ball and its best sigma cost.

    python -m tests.benchmarks.probability

For each distance, radius and m: seconds to find sigma_0^2 to 12 digits, and to check the interval;
seconds for P at sigma_0 and its relative width; and log10 of P.  Then the slowest of 500 random
triples with m <= 1,000.  Nothing here is a test.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from fractions import Fraction as F
from math import log10
from typing import Any

from rich.console import Console
from rich.table import Table

from certificates.chi_square import peak
from certificates.magnitudes import Magnitude
from theorems.ball_bound import BallBound
from theorems.chi_square import enclose

PAIRS = [(F(2), F(1)), (F(1), F(9, 10)), (F(1), F(99, 100)), (F(1), F(9999, 10000))]
SIZES = (1, 2, 5, 10, 100, 1000, 10000)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """A result, and the seconds it took."""
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


def width(x: Magnitude) -> float:
    """The relative width."""
    return float(F(x.high - x.low, x.low))


def main() -> None:
    """Print both tables."""
    table = Table("g", "delta", "m", "find s", "check s", "width", "P s", "width", "log10 P")
    for distance, radius in PAIRS:
        for m in SIZES:
            bound = BallBound(m, distance**2, radius**2)
            found, seconds = timed(bound.peak)
            ends = found.low, found.high
            _, check = timed(
                lambda b=bound, p=found: peak(b.m, b.c, b.d, p.low, p.high, p.steps, p.bits)
            )
            (inside, _), cost = timed(lambda b=bound, e=ends: b.at(sum(e) / 2))
            size = log10(inside.high) + inside.exponent * log10(2)
            numbers = [
                f"{seconds:.3f}",
                f"{check:.4f}",
                f"{float((ends[1] - ends[0]) / ends[0]):.0e}",
            ]
            numbers += [f"{cost:.3f}", f"{width(inside):.0e}", f"{size:.4f}"]
            table.add_row(str(distance), str(radius), str(m), *numbers)
    Console(width=110).print(table)
    source, costs, widths = random.Random(1), [], []
    for _ in range(500):
        m = source.randint(1, 1000)
        a, b = (F(source.randint(1, 10**6), source.randint(1, 10**4)) for _ in range(2))
        (inside, rest, _), cost = timed(lambda m=m, a=a, b=b: enclose(m, a, b))
        costs.append(cost)
        widths += [width(inside), width(rest)]
    print(f"500 triples, m <= 1,000: {max(costs):.3f} s at most, width {max(widths):.0e} at most")


if __name__ == "__main__":
    main()
