"""Exact vectors and matrices as the hints of a certificate."""

from __future__ import annotations

from typing import Any

from certificates.format import write_number
from certificates.matrices import Matrix, Vector

Table = dict[str, Any]


def hint(v: Vector) -> Table:
    """A vector as a hint: integers over one denominator, only the entries that are not 0."""
    moduli = v.squares()
    places = [j for j, a in enumerate(moduli) if a]
    found: Table = {
        "over": write_number(v.denominator),
        "places": [str(j) for j in places],
        "real": [write_number(v.real[j]) for j in places],
    }
    if v.imag:
        found["imaginary"] = [write_number(v.imag[j]) for j in places]
    return found


def matrix_hint(matrix: Matrix) -> Table:
    """A matrix of a certificate."""
    table: Table = {"over": write_number(matrix.denominator)}
    table["real"] = [[write_number(a) for a in row] for row in matrix.real]
    if matrix.imag:
        table["imaginary"] = [[write_number(a) for a in row] for row in matrix.imag]
    return table
