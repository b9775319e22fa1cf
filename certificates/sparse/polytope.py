"""All vertices of a small polytope { x >= 0 : E x = f }, by every choice of a support."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

Rows = list[list[Fraction]]
MOST = 12  # places; there are 2^12 choices


def echelon(rows: Sequence[Sequence[Fraction]]) -> tuple[Rows, list[int]]:
    """Gauss and Jordan: the rows in reduced echelon form without zero rows, and the pivots."""
    table, pivots = [list(row) for row in rows], list[int]()
    for column in range(len(table[0]) if table else 0):
        top = len(pivots)
        place = next((k for k in range(top, len(table)) if table[k][column]), None)
        if place is None:
            continue
        table[top], table[place] = table[place], table[top]
        inverse = Fraction(1, table[top][column])
        table[top] = pivot = [a * inverse for a in table[top]]
        for k, row in enumerate(table):
            if k != top and row[column]:
                factor = row[column]
                table[k] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
        pivots.append(column)
    return table[: len(pivots)], pivots


def vertices(
    columns: Sequence[Sequence[Fraction]], f: Sequence[Fraction]
) -> Iterator[dict[int, Fraction]]:
    """Columns (n, m) and f (m,) -> the vertices, each as its positive entries by their places.

    x is a vertex exactly if the columns at its support are independent: then it is the only
    solution there, and else it can move both ways within its support.
    """
    small, _ = echelon(list(zip(*columns, f, strict=True)))
    n = len(columns)
    for size in range(n + 1):
        for places in combinations(range(n), size):
            found, pivots = echelon([[row[k] for k in (*places, n)] for row in small])
            values = [row[-1] for row in found]
            if pivots == list(range(size)) and all(value > 0 for value in values):
                yield dict(zip(places, values, strict=True))
