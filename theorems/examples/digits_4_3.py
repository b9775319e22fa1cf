"""Theorem 4.3 on scikit-learn's handwritten digits: 8 x 8, grey values 0 to 16.

T are 200 digits whose measurements by 13 Walsh-Hadamard rows differ; Psi is McShane's extension of
the table that knows all of them exactly.  The detail, what turns one digit into another one, is
projected into the kernel of A.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from sklearn.datasets import load_digits

from certificates.matrices import Matrix, Vector

from ..details import into_kernel
from .hadamard import sampled
from .ridge import npy

COUNT = 200


def make() -> dict[str, bytes]:
    """The files of the problem folder."""
    digits = load_digits().data.astype(np.int64)
    rows = sampled(order=3, rows=13, low=8, seed=41)
    _, places = np.unique(digits @ rows.T, axis=0, return_index=True)
    chosen = digits[np.sort(places)[:COUNT]]
    matrix = Matrix(tuple(tuple(row) for row in rows.tolist()), (), 1, 64)
    found = into_kernel(matrix, Vector.of((chosen[8] - chosen[3]).tolist()))
    detail = np.array([a * (64 // found.denominator) for a in found.real], dtype=np.int64)
    return {
        "problem.toml": (files("theorems.examples") / "digits-4.3.toml").read_bytes(),
        "A.npy": npy(rows),
        "x.npy": npy(chosen[3].reshape(8, 8)),
        "images.npy": npy(np.delete(chosen, 3, axis=0)),
        "x_det.npy": npy(detail.reshape(8, 8)),
        "inputs.npy": npy(chosen @ rows.T),
        "outputs.npy": npy(chosen),
    }
