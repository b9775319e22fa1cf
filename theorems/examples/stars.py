"""Two stars on a dark sky, 16 x 16: an image that really is sparse.

A is 128 of the 256 rows of the two-dimensional Walsh-Hadamard matrix, chosen at random with the
first.  The detail is a ring of gas, projected into the kernel of A.  The map is fitted to sixty
skies with two stars and to one with the ring.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from certificates.matrices import Matrix, Vector

from ..details import into_kernel
from .hadamard import sampled
from .ridge import npy, ridge

SKIES = 60  # at most


def make(order: int = 4) -> dict[str, bytes]:
    """The files of the problem folder; images of 2^order x 2^order pixels."""
    rng = np.random.default_rng(7)
    side = 1 << order
    n = side * side
    rows = sampled(order=order, rows=n // 2, low=1, seed=5)
    skies = np.zeros((min(SKIES, n // 4), n), dtype=np.int64)
    for sky in skies:
        sky[rng.choice(n, 2, replace=False)] = rng.integers(4, 17, 2)
    x = np.zeros((side, side), dtype=np.int64)
    x[side // 5, side // 4], x[11 * side // 16, 3 * side // 4] = 16, 12
    down, right = np.mgrid[:side, :side] * (16 // side)
    distance = (down - 8) ** 2 + (right - 7) ** 2
    ring = 16 * ((distance >= 9) & (distance <= 20))
    matrix = Matrix(tuple(tuple(row) for row in rows.tolist()), (), 1, n)
    found = into_kernel(matrix, Vector.of(ring.ravel().tolist()))
    detail = np.array([a * (256 // found.denominator) for a in found.real], dtype=np.int64)
    images = np.vstack([x.ravel() + detail / 256, skies]).astype(float)
    weights, offset = ridge(rows / side, images, alpha=0.1)
    return {
        "problem.toml": (files("theorems.examples") / "stars.toml").read_bytes(),
        "A.npy": npy(rows),
        "x.npy": npy(x),
        "x_det.npy": npy(detail.reshape(side, side)),
        "W.npy": npy(weights),
        "b.npy": npy(offset),
    }
