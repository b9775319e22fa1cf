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

SIDE, ROWS, SKIES = 16, 128, 60


def make() -> dict[str, bytes]:
    """The files of the problem folder."""
    rng = np.random.default_rng(7)
    rows = sampled(order=4, rows=ROWS, low=1, seed=5)
    skies = np.zeros((SKIES, SIDE * SIDE), dtype=np.int64)
    for sky in skies:
        sky[rng.choice(SIDE * SIDE, 2, replace=False)] = rng.integers(4, 17, 2)
    x = np.zeros((SIDE, SIDE), dtype=np.int64)
    x[3, 4], x[11, 12] = 16, 12
    down, right = np.mgrid[:SIDE, :SIDE]
    distance = (down - 8) ** 2 + (right - 7) ** 2
    ring = 16 * ((distance >= 9) & (distance <= 20))
    matrix = Matrix(tuple(tuple(row) for row in rows.tolist()), (), 1, SIDE * SIDE)
    found = into_kernel(matrix, Vector.of(ring.ravel().tolist()))
    detail = np.array([a * (256 // found.denominator) for a in found.real], dtype=np.int64)
    images = np.vstack([x.ravel() + detail / 256, skies]).astype(float)
    weights, offset = ridge(rows / 16, images, alpha=0.1)
    return {
        "problem.toml": (files("theorems.examples") / "stars.toml").read_bytes(),
        "A.npy": npy(rows),
        "x.npy": npy(x),
        "x_det.npy": npy(detail.reshape(SIDE, SIDE)),
        "W.npy": npy(weights),
        "b.npy": npy(offset),
    }
