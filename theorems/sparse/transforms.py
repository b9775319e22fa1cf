"""Sparsifying transforms with rational entries: the identity, Hadamard and the Haar transform."""

from __future__ import annotations

from itertools import product
from math import isqrt
from pathlib import Path
from typing import Any

from ..arrays import BadInput
from ..operators import Operator, composition, hadamard

NAMES = ("identity", "haar", "hadamard")


def transform(value: Any, n: int) -> Any:
    """A named transform of n entries, or the operator that was given.  Raises BadInput.

    Hadamard's matrix of order n, divided by sqrt(n), and the Haar transform of an image of
    sqrt(n) x sqrt(n) pixels are rational if n is a power of 4; others are refused.
    """
    if value not in NAMES if isinstance(value, str) else True:
        return value
    if value == "identity":
        return Operator({"kind": "identity", "shape": [n]})
    side = isqrt(n)
    if side * side != n or side.bit_count() != 1:
        raise BadInput(
            f"transform: {value} is rational for 1, 4, 16, 64, ... entries, not for {n}; pad the "
            "image, or give a unitary matrix"
        )
    if value == "hadamard":
        return hadamard(rows=list(range(n)), shape=[n], scale=f"1/{side}")
    return haar(side)


def given_transform(text: str) -> str:
    """What a person names on the command line: a known transform, or a file.  Raises BadInput."""
    if text in NAMES:
        return text
    if not Path(text).is_file():
        raise BadInput(f"--transform: {text!r} is no file, and none of {', '.join(NAMES)}")
    return str(Path(text).resolve())


def haar(side: int) -> Any:
    """The orthonormal Haar transform of an image of side x side pixels, side = 2^k.

    One factor for each level: of each 2 x 2 block (a, b; c, d) of the averages before it makes
    (a + b + c + d)/2, (a - b + c - d)/2, (a + b - c - d)/2 and (a - b - c + d)/2, which stand in
    the four quarters of the square that held the averages.  Each factor is orthogonal.
    """
    factors: list[Any] = []
    width = side
    while width > 1:
        factors.insert(0, _level(side, width))
        width //= 2
    if not factors:
        return Operator({"kind": "identity", "shape": [1]})
    return composition(*factors) if len(factors) > 1 else factors[0]


def _level(side: int, width: int) -> Operator:
    """One step on the width x width square of averages at the upper left; (n, n)."""
    half = width // 2
    signs = [(1, 1, 1, 1), (1, -1, 1, -1), (1, 1, -1, -1), (1, -1, -1, 1)]
    rows: list[int] = []
    columns: list[int] = []
    values: list[str] = []
    for i, j in product(range(side), repeat=2):
        if i >= width or j >= width:
            entries = [(i * side + j, "1")]
        else:
            pattern = signs[2 * (i >= half) + (j >= half)]
            corner = 2 * (i % half) * side + 2 * (j % half)
            places = (corner, corner + 1, corner + side, corner + side + 1)
            entries = [
                (k, "1/2" if s > 0 else "-1/2") for k, s in zip(places, pattern, strict=True)
            ]
        for column, entry in entries:
            rows.append(i * side + j)
            columns.append(column)
            values.append(entry)
    n = side * side
    return Operator(
        {"kind": "sparse", "shape": [n, n], "rows": rows, "columns": columns, "values": values}
    )
