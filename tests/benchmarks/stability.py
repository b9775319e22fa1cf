"""One image and the l1 decoder: what a dual vector costs to find and to check, and what it proves.

    python -m tests.benchmarks.stability

For random signs, complex integers, and chosen Walsh-Hadamard rows with the Haar transform: seconds
to set up the problem (for a transform the dense B), to find T, w and L, and to check them by the
kernel; kB of the certificate; the bound for eta = |A x| / 1000 as a share of |x|, and the exact
linear program's time as a multiple of finding.  Nothing here is a test.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from certificates.format import write_json
from certificates.matrices import Vector
from theorems.examples.mri_slice import slice_of_the_head
from theorems.operators import hadamard
from theorems.sparse.instance import Instance, floats_of, instance
from theorems.sparse.recover import recover
from theorems.sparse.stability import stability


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """A result, and the seconds it took."""
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


def sparse(rng: Any, n: int, s: int) -> Any:
    """s integers that are not 0."""
    x = np.zeros(n, dtype=np.int64)
    x[rng.choice(n, s, False)] = rng.integers(1, 9, s) * rng.choice([-1, 1], s)
    return x


def signs(m: int, n: int, s: int) -> Instance:
    """Random signs."""
    rng = np.random.default_rng(m)
    rows = rng.choice([-1, 1], (m, n))
    return instance(rows, [0] * m, vectors={"x": ("X", sparse(rng, n, s).tolist())})


def gaussian(m: int, n: int, s: int) -> Instance:
    """Complex integers, and a complex image."""
    rng = np.random.default_rng(m)
    rows = {part: rng.integers(-9, 10, (m, n)).tolist() for part in ("real", "imaginary")}
    support = sparse(rng, n, s)
    image = {"real": support.tolist(), "imaginary": np.roll(support[::-1], 1).tolist()}
    return instance(rows, [0] * m, vectors={"x": ("X", image)})


def haar(m: int, n: int, s: int) -> Instance:
    """m of n Walsh-Hadamard rows, dense near sequency 0; s Haar coefficients of the MRI slice."""
    side = isqrt(n)
    rng = np.random.default_rng(m)
    down, right = np.mgrid[:side, :side]
    mask = down + right < 14 * side // 32
    density = np.exp(-32 * (down + right) / (16 * side)) * ~mask
    density *= (down < side // 2) | (right < side // 2)
    mask.ravel()[rng.choice(n, m - mask.sum(), False, density.ravel() / density.sum())] = True
    rows = [int(k) for k in np.flatnonzero(mask)]
    operator = hadamard(rows=rows, shape=[side, side], order="sequency", scale=f"1/{side}")
    made = instance(operator, [0] * m, "haar")
    width = 256 // side
    picture = slice_of_the_head().reshape(side, width, side, width).sum(axis=(1, 3))
    c = floats_of(made.data.h.apply(Vector.of(picture.ravel().tolist())))
    c.reshape(side, side)[side // 2 :, side // 2 :] = 0
    c[np.argsort(-np.abs(c), kind="stable")[s:]] = 0
    x = made.data.h.adjoint().apply(Vector.of(np.rint(c).astype(int).tolist()))
    return made.with_vectors({"x": ("X", x)})


CASES = (
    ("random signs", signs, 100, 200, 10),
    ("random signs", signs, 500, 1000, 50),
    ("complex integers", gaussian, 100, 200, 10),
    ("complex integers", gaussian, 250, 500, 25),
    ("Hadamard, Haar", haar, 307, 1024, 70),
    ("Hadamard, Haar", haar, 1229, 4096, 250),
)


def main() -> None:
    """The table."""
    console = Console(width=140)
    table = Table(
        "A, H", "m x N", "s", "set up s", "find s", "check s", "kB", "bound / |x|", "LP/find"
    )
    for name, make, m, n, s in CASES:
        problem, setting = timed(lambda f=make, a=m, b=n, c=s: (p := f(a, b, c), p.floats)[0])
        x = problem.vector("x")
        y = problem.data.a.apply(x)
        eta = Fraction(round(float(np.linalg.norm(floats_of(y))) * 10**3), 10**6)
        found, finding = timed(lambda p=problem, e=eta: stability(p, "x", e))
        row = [name, f"{m} x {n}", str(s), f"{setting:.2f}", f"{finding:.2f}"]
        if found is None:
            table.add_row(*row, "-", "-", "none found", "-")
            continue
        bound, checking = timed(lambda p=problem, f=found, e=eta: f.bound(p, e))
        share = float(bound) / float(np.linalg.norm(floats_of(x)))
        size = len(write_json(found.hint())) / 1000
        exact = "-"
        if m <= 100 and make is signs:
            _, program = timed(lambda p=problem, v=y: recover(p.with_vectors({"y": ("Y", v)})))
            exact = f"{program / finding:.1f}"
        row += [f"{checking:.2f}", f"{size:.0f}", f"{share:.4f}", exact]
        table.add_row(*row)
        console.print(" ".join(row))
    console.print(table)


if __name__ == "__main__":
    main()
