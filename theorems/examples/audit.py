"""An audit of reconstructions: claims of a manuscript about 200 handwritten digits of scikit-learn.

A is 40 of the 64 rows of the two-dimensional Walsh-Hadamard matrix.  The reconstructions are those
of a ridge regression on the other digits, computed in floats: a table of values, like that of any
other software.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from sklearn.datasets import load_digits

from certificates.matrices import Matrix, Vector

from ..details import into_kernel
from .hadamard import sampled
from .ridge import npy, ridge

COUNT = 200
TEXTS = (
    "problem.toml", "claims.toml", "stable.claim", "error-30-percent.claim",
    "error-10-percent.claim", "best.claim", "no-transfer.claim",
)  # fmt: skip


def make() -> dict[str, bytes]:
    """The files of the folder: a problem, claims, and the manifest of the claims."""
    digits = load_digits().data.astype(np.int64)
    images, training = digits[:COUNT], digits[COUNT:]
    rows = sampled(order=3, rows=40, low=12, seed=1)
    weights, offset = ridge(rows / 8, training.astype(float), alpha=1.0)
    reconstructions = images @ rows.T / 8 @ weights.T + offset
    matrix = Matrix(tuple(tuple(row) for row in rows.tolist()), (), 1, 64)
    found = into_kernel(matrix, Vector.of((digits[8] - digits[3]).tolist()))
    detail = np.array([a * (64 // found.denominator) for a in found.real], dtype=np.int64)
    folder = files("theorems.examples") / "audit"
    return {name: (folder / name).read_bytes() for name in TEXTS} | {
        "A.npy": npy(rows),
        "images.npy": npy(images.astype(np.uint8).reshape(COUNT, 8, 8)),
        "recon.npy": npy(reconstructions.reshape(COUNT, 8, 8)),
        "x_det.npy": npy(detail.reshape(8, 8)),
    }
