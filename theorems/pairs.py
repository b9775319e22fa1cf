"""Pairs of images that Theorem 4.5 is about: far apart, with measurements that are near.

For the pairs x, x' of a set of images with x != x' the quotient  |A(x - x')| / |x - x'|  is made as
small as possible.  A map that recovers both up to eta has a local Lipschitz constant of at least
(|x - x'| - 2 eta) / |A(x - x')| there.

Floats go through all pairs, block by block, and exact arithmetic judges what they propose.  Images
and measurements are brought to integers first.  If all sums stay below 2^53 the floats are exact up
to the last roundings, a quotient is off by less than MARGIN, and no nearer pair can be missed:
`proved`.  Else the pairs that are named are exact, but that no other is nearer is not proved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from math import lcm
from pathlib import Path
from typing import Any

import numpy as np

from certificates.exact import Roots
from certificates.format import Rejected
from certificates.linear import is_irrational
from certificates.matrices import Vector
from certificates.norms import Kind

from .arrays import BadInput, array
from .decimals import decimal
from .folder import appearing, refuse_foreign
from .instance import Instance

STATEMENT = b"""statement pairs
spaces X, Y
linear A : X -> Y
sets images in X
conclude
  0 <= 1
"""
BLOCK = 1 << 22  # entries of an array of differences
EXACT = 1 << 53  # integers below it are floats
MARGIN = 1e-9  # relative; more than what square roots and sums of moduli lose in floats
LARGEST = 400  # bits of integers whose squares are floats
TINY = 1e-300
CANDIDATES = 4096  # judged exactly, at most

Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Pair:
    """Two images by their positions from 0, and both distances, exactly; apart > 0."""

    first: int
    second: int
    apart: Roots
    measured: Roots

    @property
    def line(self) -> tuple[str, str, str, str]:
        """Positions, |x - x'|, |A(x - x')|, and |x - x'| / |A(x - x')| for people to read."""
        top, bottom = self.apart.upper(), self.measured.upper()
        slope = decimal(Roots.rational(top / bottom)) if bottom else "infinite"
        where = f"{self.first}, {self.second}"
        return where, decimal(self.apart), decimal(self.measured), slope


@dataclass(frozen=True)
class Found:
    """The nearest pairs, first the nearest; `unseen` of all `pairs` have A x = A x'.

    `proved` says that no pair that is left out is nearer than one that is named.
    """

    nearest: tuple[Pair, ...]
    pairs: int
    unseen: int
    proved: bool


class Rows:
    """Vectors as rows of floats over one denominator, and distances from blocks of them."""

    def __init__(self, vectors: Sequence[Vector], kind: Kind) -> None:
        bottom = lcm(*(v.denominator for v in vectors))
        parts = [
            [[a * (bottom // v.denominator) for a in part] for part in (v.real, v.imag)]
            for v in vectors
        ]
        over_c = any(v.imag for v in vectors)
        self.n, self.kind, self.over_c = vectors[0].dimension, kind, over_c
        rows = [real + ((imag or [0] * self.n) if over_c else []) for real, imag in parts]
        top = max((abs(a) for row in rows for a in row), default=0)
        width = self.n * (1 + over_c)
        sums = width * (2 * top) ** 2 if kind == "l2" or over_c else width * 2 * top
        self.exact = sums < EXACT
        if top.bit_length() > LARGEST:
            # floats only propose here, and a common factor does not change the order of quotients
            rows = [[a >> (top.bit_length() - LARGEST) for a in row] for row in rows]
        numbers = {v: k for k, v in enumerate(vectors)}
        self.images: Floats = np.array([numbers[v] for v in vectors])
        self.rows: Floats = np.array(rows, dtype=float).reshape(len(rows), width)
        if kind == "l2":
            self.squares = np.einsum("ij,ij->i", self.rows, self.rows)

    def step(self) -> int:
        """How many rows make a block."""
        width = 1 if self.kind == "l2" else self.rows.shape[1]
        return max(1, BLOCK // (len(self.rows) * max(1, width)))

    def distances(self, start: int, stop: int) -> Floats:
        """(stop - start, k): the distances of a block of rows from all rows."""
        block = self.rows[start:stop]
        if self.kind == "l2":
            products = block @ self.rows.T
            squares = self.squares[start:stop, None] + self.squares - 2 * products
            return np.asarray(np.sqrt(np.maximum(squares, 0)))
        apart = np.abs(block[:, None, :] - self.rows)
        if self.over_c:
            apart = np.hypot(apart[..., : self.n], apart[..., self.n :])
        return np.asarray(apart.sum(axis=2) if self.kind == "l1" else apart.max(axis=2))


def nearest_pairs(
    operator: Any,
    images: Any,
    count: int = 10,
    object_norm: str = "l2",
    data_norm: str = "l2",
    folder: Path | None = None,
) -> Found:
    """The pairs of images with the smallest |A(x - x')| / |x - x'|; ties: far apart first.

    `operator` is (m, N) or one of `operators`, `images` (k, ...) with k N entries, both also names
    of files in `folder`.  Raises BadInput where they do not fit, for fewer than two different
    images, and for an operator with irrational values.
    """
    if count < 1:
        raise BadInput("--count: a positive number is expected")
    data = Instance(
        {
            "spaces": {"X": object_norm, "Y": data_norm},
            "linear": {"A": operator},
            "sets": {"images": images},
        },
        folder,
    ).case(STATEMENT).data  # fmt: skip
    form = data.operators["A"]
    if is_irrational(form):
        raise BadInput("operator: its values are irrational, and pairs are compared exactly")
    vectors = [data.vectors[name][1] for name in data.sets["images"]]
    norms = data.spaces["X"].norm, data.spaces["Y"].norm
    measured = [form.apply(v) for v in vectors]
    here, there = Rows(vectors, norms[0].kind), Rows(measured, norms[1].kind)
    same = _twice(vectors)
    pairs = len(vectors) * (len(vectors) - 1) // 2 - same
    if not pairs:
        raise BadInput("images: at least two different images are needed")
    places, kept = _proposed(here, there, count)
    judged = []
    for i, j in places:
        apart = norms[0].of(_difference(vectors[i], vectors[j]))
        seen = norms[1].of(_difference(measured[i], measured[j]))
        judged.append(Pair(i, j, apart, seen))
    judged.sort(key=cmp_to_key(_compared))
    proved = here.exact and there.exact and kept
    return Found(tuple(judged[:count]), pairs, _twice(measured) - same, proved)


def _twice(vectors: Sequence[Vector]) -> int:
    """How many pairs are two times the same vector."""
    return sum(k * (k - 1) // 2 for k in Counter(vectors).values())


def _difference(u: Vector, v: Vector) -> Vector:
    return Vector.combination([(1, u), (-1, v)], u.dimension)  # type: ignore[list-item]


def _compared(a: Pair, b: Pair) -> int:
    """The smaller quotient first, then the larger distance, then the first positions."""
    by_slope = (a.measured * b.apart - b.measured * a.apart).sign()
    by_distance = (b.apart - a.apart).sign()
    return by_slope or by_distance or ((a.first, a.second) > (b.first, b.second)) * 2 - 1


def _proposed(here: Rows, there: Rows, count: int) -> tuple[list[tuple[int, int]], bool]:
    """Positions of pairs that may be among the nearest, and whether no candidate was left out."""
    size, step = len(here.rows), min(here.step(), there.step())
    candidates = np.zeros((0, 4))  # quotient, minus the distance, two positions
    kept = True
    for start in range(0, size, step):
        stop = min(start + step, size)
        apart, measured = here.distances(start, stop), there.distances(start, stop)
        later = np.arange(size) > np.arange(start, stop)[:, None]
        different = here.images[start:stop, None] != here.images
        rows, columns = np.nonzero(later & different)
        # different images whose floats are the same are left to exact arithmetic
        distance = np.maximum(apart[rows, columns], TINY)
        quotient = measured[rows, columns] / distance
        found = np.stack([quotient, -distance, rows + start, columns], axis=1)
        candidates, whole = _best(np.vstack([candidates, found]), count)
        kept = kept and whole
    return [(int(i), int(j)) for i, j in candidates[:, 2:]], kept


def _best(candidates: Floats, count: int) -> tuple[Floats, bool]:
    """The candidates that may be among the `count` best, and whether these are all of them."""
    if len(candidates) <= count:
        return candidates, True
    limit = np.partition(candidates[:, 0], count - 1)[count - 1] * (1 + MARGIN)
    within = candidates[candidates[:, 0] <= limit]
    most = max(CANDIDATES, 4 * count)
    if len(within) <= most:
        return within, True
    order = np.lexsort((within[:, 1], within[:, 0]))[:most]
    # left out are only ties with A x = A x', which are not farther apart than those that stay
    last, first_out = within[order[count - 1]], np.lexsort((within[:, 1], within[:, 0]))[most]
    clear = last[0] == within[first_out, 0] == 0 and last[1] * (1 - MARGIN) < within[first_out, 1]
    return within[order], bool(clear)


def write_pairs(
    operator: Any,
    images: Path,
    output: Path | None = None,
    count: int = 10,
    object_norm: str = "l2",
    data_norm: str = "l2",
    folder: Path | None = None,
) -> Found:
    """`nearest_pairs` for a .npy file; the first pair goes to x.npy and x_prime.npy in `output`.

    Raises BadInput as `nearest_pairs`, and for a folder with other files.
    """
    if output is not None:
        refuse_foreign(output)
    array(images.name, "images", images.parent)  # the kernel's reader refuses what it cannot read
    rows = np.load(images, allow_pickle=False)
    try:
        found = nearest_pairs(operator, rows, count, object_norm, data_norm, folder)
    except Rejected as reason:
        raise BadInput(f"operator: {reason}") from None
    if output is not None:
        best = found.nearest[0]
        with appearing(output) as work:
            np.save(work / "x.npy", rows[best.first])
            np.save(work / "x_prime.npy", rows[best.second])
    return found
