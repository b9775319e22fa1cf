"""Linear algebra over the rationals, for the few coordinates of a counterexample."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Rows = Sequence[Sequence[Fraction]]


def reduced(rows: Rows) -> tuple[list[list[Fraction]], list[int]]:
    """(k, n) -> the rows of the reduced echelon form that are not zero, and their pivot columns."""
    work = [list(row) for row in rows]
    pivots: list[int] = []
    width = len(work[0]) if work else 0
    for column in range(width):
        place = next((k for k in range(len(pivots), len(work)) if work[k][column]), None)
        if place is None:
            continue
        work[len(pivots)], work[place] = work[place], work[len(pivots)]
        lead = work[len(pivots)]
        inverse = 1 / lead[column]
        lead[:] = [a * inverse for a in lead]
        for row in work:
            if row is not lead and row[column]:
                factor = row[column]
                row[:] = [a - factor * b for a, b in zip(row, lead, strict=True)]
        pivots.append(column)
    return work[: len(pivots)], pivots


def rank(rows: Rows) -> int:
    """The dimension of the span of the rows."""
    return len(reduced(rows)[1])


def in_span(vector: Sequence[Fraction], rows: Rows) -> bool:
    """Whether a vector is a combination of the rows."""
    return not any(vector) or rank([*rows, vector]) == rank(rows)


def kernel(rows: Rows, width: int) -> list[list[Fraction]]:
    """(k, n) -> a basis of the vectors on which all rows vanish."""
    echelon, pivots = reduced(rows)
    basis = []
    for free in range(width):
        if free in pivots:
            continue
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for row, pivot in zip(echelon, pivots, strict=True):
            vector[pivot] = -row[free]
        basis.append(vector)
    return basis


def intersection(rows: Rows, seen: Sequence[int], width: int) -> list[list[Fraction]]:
    """A basis of the span of the rows, cut with the vectors that live on the places `seen`."""
    hidden = [k for k in range(width) if k not in seen]
    independent = reduced(rows)[0]
    # combinations of the rows that vanish on the hidden places
    conditions = [[row[k] for row in independent] for k in hidden]
    weights = kernel(conditions, len(independent)) if independent else []
    return [
        [
            sum((w * row[k] for w, row in zip(weight, independent, strict=True)), Fraction(0))
            for k in range(width)
        ]
        for weight in weights
    ]


def solve(rows: Rows, right: Rows) -> list[list[Fraction]] | None:
    """(k, n), (k, q) -> X, (n, q), with rows X = right, zero but at the pivots; or None."""
    width = len(rows[0])
    joined = [[*row, *values] for row, values in zip(rows, right, strict=True)]
    echelon, pivots = reduced(joined)
    if any(pivot >= width for pivot in pivots):
        return None
    count = len(right[0])
    found = [[Fraction(0)] * count for _ in range(width)]
    for row, pivot in zip(echelon, pivots, strict=True):
        found[pivot] = row[width:]
    return found
