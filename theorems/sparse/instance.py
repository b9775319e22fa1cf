"""The data of one recovery problem: as the kernel reads it, and as integer matrices for FLINT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from pathlib import Path
from typing import Any

import flint
import numpy as np

from certificates.format import Unreadable, write_json
from certificates.matrices import Matrix, Vector
from certificates.problem import FORMAT
from certificates.sparse.data import Data, read_data

from ..arrays import BadInput, ExactArray, inline, sized
from ..operators import Realised, realise
from .transforms import transform

Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Instance:
    """A problem file for the kernel, the files beside it, and what the kernel read from them."""

    problem_file: bytes
    files: dict[str, bytes]
    data: Data
    evidence: tuple[str, ...] = ()

    def vector(self, name: str) -> Vector:
        """A vector of the problem."""
        return self.data.problem.vectors[name][1]

    @cached_property
    def matrix(self) -> Matrix:
        """B = A H* as one matrix (m, n)."""
        data = self.data
        if isinstance(data.a, Matrix) and data.columns([0]) and "identity" in str(data.h):
            return data.a
        units = (Vector((0,) * k + (1,) + (0,) * (data.m - k - 1), (), 1) for k in range(data.m))
        rows = [data.dual(unit) for unit in units]
        over = lcm(*(row.denominator for row in rows))
        real = [[a * (over // row.denominator) for a in row.real] for row in rows]
        imag = [[-b * (over // row.denominator) for b in row.imag or (0,) * data.n] for row in rows]
        return Matrix.of(real, imag, over, data.n)

    @cached_property
    def integers(self) -> flint.fmpz_mat:
        """The numerators of B, of a complex B those of [[X, -Y], [Y, X]]."""
        return flint.fmpz_mat([list(row) for row in self.matrix.as_real().real])

    @cached_property
    def floats(self) -> Floats:
        """B in floating point."""
        matrix = self.matrix

        def part(rows: Sequence[Sequence[int]]) -> Floats:
            over = matrix.denominator
            return np.array([[_float(a, over) for a in row] for row in rows], dtype=float)

        real = part(matrix.real)
        return real + 1j * part(matrix.imag) if matrix.imag else real

    def with_vectors(self, more: Mapping[str, tuple[str, Vector]]) -> Instance:
        """The same problem with further vectors, in the problem file too."""
        import json

        table = json.loads(self.problem_file)
        for name, (space, v) in more.items():
            table["vectors"][name] = {"space": space, "array": inline(v)}
        return read_instance(write_json(table), self.files, self.evidence)


def _float(a: int, over: int) -> float:
    return float(Fraction(a, over))


def floats_of(v: Vector) -> Floats:
    """A vector in floating point."""
    real = np.array([_float(a, v.denominator) for a in v.real], dtype=float)
    if not v.imag:
        return real
    return real + 1j * np.array([_float(b, v.denominator) for b in v.imag], dtype=float)


def read_instance(
    problem_file: bytes, files: dict[str, bytes], evidence: tuple[str, ...] = ()
) -> Instance:
    """The instance in a problem file, as the kernel reads it.  Raises BadInput."""
    try:
        return Instance(problem_file, files, read_data(problem_file, files.__getitem__), evidence)
    except Unreadable as error:
        raise BadInput(str(error)) from None


def instance(
    operator: Any,
    y: Any,
    sparsifier: Any = "identity",
    vectors: Mapping[str, tuple[str, Any]] | None = None,
    folder: Path | None = None,
) -> Instance:
    """The problem of an operator (m, N), measurements (m,) and a sparsifying transform (N, N).

    `sparsifier` is identity, haar, hadamard, or an operator that is exactly unitary; `vectors` are
    further ones, as name -> (space, array).  Raises BadInput, for a wrong shape too.
    """
    a = realise(operator, "operator", "A", folder)
    m, n = a.shape
    h = realise(transform(sparsifier, n), "transform", "H", folder)
    if h.shape != (n, n):
        raise BadInput(f"transform: shape {h.shape}, but the operator needs ({n}, {n})")
    given = {"y": ("Y", y), **(vectors or {})}
    arrays = {
        name: (space, sized(value, name, n if space == "X" else m, folder))
        for name, (space, value) in given.items()
    }
    used: list[ExactArray | Realised] = [a, h, *(entry for _, entry in arrays.values())]
    table = {
        "format": FORMAT,
        "field": "C" if any(entry.is_complex for entry in used) else "R",
        "spaces": {
            "X": {"dimension": str(n), "norm": "l2"},
            "Y": {"dimension": str(m), "norm": "l2"},
        },
        "linear": {"A": a.form, "H": h.form},
        "vectors": {
            name: {"space": space, "array": entry.form} for name, (space, entry) in arrays.items()
        },
    }
    files = {name: data for entry in used for name, data in entry.files.items()}
    return read_instance(write_json(table), files, (*a.evidence, *h.evidence))
