"""The MRI head slice that matplotlib brings along, with a detail drawn by hand.

The 256 x 256 slice of 16-bit integers is block-summed exactly to 32 x 32.  A is 205 of the 1,024
rows of the two-dimensional Walsh-Hadamard matrix (m/N = 20 %).  The detail is projected into the
kernel of A in exact arithmetic.  The map is fitted to the image with the detail, to shifts of the
slice and to ellipses; the image without the detail is not among them.
"""

from __future__ import annotations

import gzip
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from matplotlib import cbook

from certificates.matrices import Matrix, Vector

from ..details import into_kernel
from .hadamard import sampled
from .ridge import Floats, npy, ridge

SCALE = 1 << 14  # block sums (at most 13,760) over this are grey values around 1
ALPHA = 1e-3
DRAWING = """
##...##
##...##
.#####.
##.#.##
#######
.#...#.
..###..
"""


def make() -> dict[str, bytes]:
    """The files of the problem folder."""
    rng = np.random.default_rng(41)
    picture = slice_of_the_head()
    x = block_sum(picture)
    rows = sampled(order=5, rows=205, low=120, seed=41)
    detail = _projected(rows, _drawing() * 7000)
    images = [(x.ravel() * 1024 + detail) / (1024 * SCALE)]
    for _ in range(24):
        images.append(block_sum(shifted(picture, rng)).ravel() / SCALE)
    images += [_ellipses(rng).ravel() for _ in range(16)]
    matrix, offset = ridge(rows / 32, np.array(images), ALPHA)
    return {
        "problem.toml": (files("theorems.examples") / "slice.toml").read_bytes(),
        "A.npy": npy(rows),
        "x.npy": npy(x),
        "x_det.npy": npy(detail.reshape(32, 32)),
        "W.npy": npy(matrix),
        "b.npy": npy(offset),
    }


def slice_of_the_head() -> npt.NDArray[np.int64]:
    """(256, 256): the slice as matplotlib has it."""
    path = cbook.get_sample_data("s1045.ima.gz", asfileobj=False)
    with gzip.open(str(path)) as file:
        return np.frombuffer(file.read(), dtype=">u2").reshape(256, 256).astype(np.int64)


def block_sum(picture: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(256, 256) -> (32, 32): sums over 8 x 8 blocks, exact."""
    return np.asarray(picture.reshape(32, 8, 32, 8).sum(axis=(1, 3)))


def _drawing() -> npt.NDArray[np.int64]:
    """The hand-drawn detail, 0 and 1, on the 32 x 32 grid."""
    canvas = np.zeros((32, 32), dtype=np.int64)
    for i, line in enumerate(DRAWING.split()):
        for j, mark in enumerate(line):
            canvas[11 + i, 13 + j] = mark == "#"
    return canvas


def _projected(rows: npt.NDArray[np.int8], wanted: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The wanted detail's projection onto the kernel, times 1,024 (then it is integer)."""
    matrix = Matrix(tuple(tuple(row) for row in rows.tolist()), (), 1, rows.shape[1])
    found = into_kernel(matrix, Vector.of(wanted.ravel().tolist()))
    factor = 1024 // found.denominator
    return np.array([a * factor for a in found.real], dtype=np.int64)


def shifted(picture: npt.NDArray[np.int64], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """The slice moved by up to 24 pixels in each direction, by at least 3 in one."""
    while True:
        down, right = (int(s) for s in rng.integers(-24, 25, 2))
        if max(abs(down), abs(right)) >= 3:
            return np.roll(picture, (down, right), axis=(0, 1))


def _ellipses(rng: np.random.Generator) -> Floats:
    """(32, 32): four random ellipses."""
    down, right = np.mgrid[:32, :32]
    picture = np.zeros((32, 32))
    for _ in range(4):
        (ci, cj), (a, b), turn = rng.uniform(8, 24, 2), rng.uniform(2, 9, 2), rng.uniform(0, np.pi)
        u = (right - cj) * np.cos(turn) + (down - ci) * np.sin(turn)
        v = (down - ci) * np.cos(turn) - (right - cj) * np.sin(turn)
        picture += ((u / a) ** 2 + (v / b) ** 2 < 1) * rng.uniform(0.1, 0.6)
    return picture
