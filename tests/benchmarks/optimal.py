"""What c_opt of a finite model class costs, to find and to verify.

    python -m tests.benchmarks.optimal

First all 1,797 digits under m rows of the Hadamard transform, in every norm: seconds to measure and
find everything, seconds of the kernel alone for the claim on c_opt, and the ratio.  Then short
random vectors, twice as many each time: the last column is the ratio to the row before.  Nothing
here is a test.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_digits

from certificates.optimality.__main__ import run
from theorems.optimal.files import write
from theorems.optimal.study import Study, study

ROWS = (1, 2, 4, 8, 13)
SIZES = (12_500, 25_000, 50_000, 100_000)
NORMS = ("l2", "linf", "l1")


def timed(operator: Any, images: Any, norm: str) -> tuple[Study, float, float, float]:
    """What is found; seconds to find, to write with all claims verified, to verify c_opt."""
    start = time.perf_counter()
    done = study(operator, images, object_norm=norm)
    middle = time.perf_counter()
    with TemporaryDirectory() as name:
        folder = Path(name) / "out"
        write(done, folder)
        written = time.perf_counter()
        names = ("c_opt.claim.json", "problem.json", "c_opt.certificate.json")
        _, status = run([str(folder / file) for file in names])
        if status:
            raise SystemExit("a certificate was refused")
        end = time.perf_counter()
    return done, middle - start, written - middle, end - written


def digits(console: Console) -> None:
    """All digits."""
    images = load_digits().data.astype(np.int64)
    table = Table("norm", "m", "fibres", "c_opt", "find s", "write s", "verify s", "verify/find")
    for norm in NORMS:
        for m in ROWS:
            rows = {
                "kind": "hadamard",
                "shape": [8, 8],
                "order": "sequency",
                "rows": list(range(m)),
            }
            done, find, written, verify = timed(rows, images, norm)
            numbers = [str(len(done.found.fibres)), f"{float(done.best.high) ** 0.5:.5f}"]
            seconds = [f"{find:.2f}", f"{written:.2f}", f"{verify:.2f}", f"{verify / find:.2f}"]
            table.add_row(norm, str(m), *numbers, *seconds)
    console.print(table)


def vectors(console: Console) -> None:
    """Short vectors with entries from 0 to 99, measured by two rows of small numbers."""
    table = Table("norm", "vectors", "fibres", "c_opt", "find s", "write s", "verify s", "ratio")
    source = np.random.default_rng(1)
    for norm in NORMS:
        before = 0.0
        for size in SIZES:
            images = source.integers(0, 100, (size, 4))
            operator = np.array([[1, 2, 0, 0], [0, 0, 1, 2]])
            done, find, written, verify = timed(operator, images, norm)
            numbers = [str(len(done.found.fibres)), f"{float(done.best.high) ** 0.5:.4f}"]
            ratio = f"{(find + verify) / before:.2f}" if before else ""
            before = find + verify
            seconds = [f"{find:.2f}", f"{written:.2f}", f"{verify:.2f}", ratio]
            table.add_row(norm, str(size), *numbers, *seconds)
    console.print(table)


def main() -> None:
    """Print both tables."""
    console = Console(width=110)
    digits(console)
    vectors(console)


if __name__ == "__main__":
    main()
