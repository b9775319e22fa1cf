"""A reconstruction map fitted to images by ridge regression, rounded to dyadic numbers.

Floats fit the map; after the rounding its weights are exact numbers, and everything that is said
of it afterwards is about exactly these.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BITS = 20  # weights are multiples of 2^-20


def ridge(operator: Floats, images: Floats, alpha: float) -> tuple[Floats, Floats]:
    """(m, N), (k, N) -> matrix (N, m) and offset (N,) of  y -> W y + b  with dyadic entries.

    W minimises  sum |W (y_i - mean y) - (x_i - mean x)|^2 + alpha |W|^2  before the rounding.
    """
    mean = images.mean(axis=0)
    centred = images - mean
    data = centred @ operator.T
    gram = data @ data.T + alpha * np.eye(len(images))
    matrix = _dyadic(centred.T @ np.linalg.solve(gram, data))
    return matrix, _dyadic(mean - matrix @ (operator @ mean))


def _dyadic(values: Any) -> Floats:
    return np.asarray(np.rint(values * 2.0**BITS) / 2.0**BITS)


def npy(values: npt.NDArray[Any]) -> bytes:
    """The bytes of an array's .npy file."""
    stream = io.BytesIO()
    np.save(stream, np.ascontiguousarray(values))
    return stream.getvalue()
