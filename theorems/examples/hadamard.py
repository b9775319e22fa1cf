"""The two-dimensional Walsh-Hadamard transform in sequency order, as integers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Signs = npt.NDArray[np.int8]


def walsh(order: int) -> Signs:
    """The (2^order, 2^order) Hadamard matrix, rows ordered by their number of sign changes."""
    h = np.ones((1, 1), dtype=np.int8)
    for _ in range(order):
        h = np.block([[h, h], [h, -h]]).astype(np.int8)
    changes = (np.diff(h, axis=1) != 0).sum(axis=1)
    return h[np.argsort(changes)]


def sampled(order: int, rows: int, low: int, seed: int) -> Signs:
    """(rows, 4^order): rows of the 2-D transform, `low` of lowest sequency and a random rest.

    Divided by 2^order the rows are orthonormal.
    """
    side = 1 << order
    ranked = sorted(range(side * side), key=lambda k: (k // side + k % side, k))
    rest = np.random.default_rng(seed).choice(ranked[low:], rows - low, replace=False)
    chosen = sorted([*ranked[:low], *(int(k) for k in rest)])
    h = walsh(order)
    return np.kron(h, h)[chosen]
