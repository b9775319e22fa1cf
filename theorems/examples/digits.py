"""The handwritten digits of scikit-learn: 8 x 8 images with grey values 0 to 16, exact integers.

A is 13 of the 64 rows of the two-dimensional Walsh-Hadamard matrix.  The detail is what turns a
3 into an 8, projected into the kernel of A.  The map is fitted to ten digits and to the image with
the detail.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from sklearn.datasets import load_digits

from certificates.matrices import Matrix, Vector

from ..details import into_kernel
from .hadamard import sampled
from .ridge import npy, ridge


def make() -> dict[str, bytes]:
    """The files of the problem folder."""
    digits = load_digits().data.astype(np.int64)
    rows = sampled(order=3, rows=13, low=8, seed=41)
    x, other = digits[3], digits[8]
    matrix = Matrix(tuple(tuple(row) for row in rows.tolist()), (), 1, 64)
    found = into_kernel(matrix, Vector.of((other - x).tolist()))
    detail = np.array([a * (64 // found.denominator) for a in found.real], dtype=np.int64)
    images = np.vstack([(64 * x + detail) / 64, digits[20:30]]).astype(float)
    weights, offset = ridge(rows / 8, images, alpha=0.1)
    return {
        "problem.toml": (files("theorems.examples") / "digits.toml").read_bytes(),
        "A.npy": npy(rows),
        "x.npy": npy(x.reshape(8, 8)),
        "x_det.npy": npy(detail.reshape(8, 8)),
        "W.npy": npy(weights),
        "b.npy": npy(offset),
    }
