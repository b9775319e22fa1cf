"""Two handwritten digits, a 5 and a 2, whose difference is nearly in the kernel of A.

A is 13 of the 64 rows of the two-dimensional Walsh-Hadamard matrix.  Of all 1,613,706 pairs of the
1,797 digits it is this one for which |A(x - x')| is smallest against |x - x'|: `kernelcert pairs`
finds it.  The map is fitted to ten other digits and to both of them, as if all had been trained on.
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from sklearn.datasets import load_digits

from .hadamard import sampled
from .ridge import npy, ridge

FIRST, SECOND = 401, 723  # what `kernelcert pairs` says


def make() -> dict[str, bytes]:
    """The files of the problem folder; digits.npy is there for `kernelcert pairs`."""
    digits = load_digits().data.astype(np.int64)
    rows = sampled(order=3, rows=13, low=8, seed=41)
    pair = digits[[FIRST, SECOND]]
    weights, offset = ridge(rows / 8, np.vstack([pair, digits[20:30]]).astype(float), alpha=0.1)
    return {
        "problem.toml": (files("theorems.examples") / "near-digits.toml").read_bytes(),
        "digits.npy": npy(digits.astype(np.uint8).reshape(-1, 8, 8)),
        "A.npy": npy(rows),
        "x.npy": npy(pair[0].reshape(8, 8)),
        "x_prime.npy": npy(pair[1].reshape(8, 8)),
        "W.npy": npy(weights),
        "b.npy": npy(offset),
    }
