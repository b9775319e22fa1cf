"""Linear programs over the integers, solved exactly.

    min  cost . x    subject to  M x = y,  x >= 0.

HiGHS (in SciPy) proposes which columns are in the basis; a prime field chooses independent ones
among them; FLINT solves the two systems of the basis exactly (p-adic lifting).  Where the basis is
not optimal, exact pivots go on from it: first the steepest, then Bland's rule, which ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from time import monotonic
from typing import Any

import flint
import numpy as np

PRIME = (1 << 61) - 1
STEEPEST = 40  # pivots before Bland's rule
PIVOTS = 2000
SECONDS = 300  # of exact pivots
REFINED = 4
OPTIONS = {
    "presolve": False,
    "primal_feasibility_tolerance": 1e-10,
    "dual_feasibility_tolerance": 1e-10,
}
Floats = np.ndarray[Any, Any]


class Stuck(Exception):
    """The program was not settled within the limits."""


@dataclass(frozen=True)
class Vertex:
    """An optimal vertex: x_j = tops[k] / over for j = basis[k] >= 0, and the dual w = dual / under.

    Negative entries of `basis` stand for unit columns, which are 0.
    """

    basis: list[int]
    tops: list[int]
    over: int
    dual: list[int]
    under: int
    pivots: int

    def values(self) -> dict[int, int]:
        """The numerators of the entries that are not 0."""
        return {j: a for j, a in zip(self.basis, self.tops, strict=True) if j >= 0 and a}


def fractions(vector: flint.fmpq_mat) -> tuple[list[int], int]:
    """A column of rationals -> numerators and their common denominator."""
    tops, over = vector.numer_denom()
    return [int(a) for a in tops.entries()], int(over)


def independent(columns: flint.fmpz_mat) -> list[int]:
    """The first columns that are linearly independent modulo a prime, so over Q too."""
    reduced, rank = flint.nmod_mat(columns, PRIME).rref()
    found, start = [], 0
    rows, width = columns.nrows(), columns.ncols()
    for row in range(min(rank, rows)):
        start = next(k for k in range(start, width) if int(reduced[row, k]))
        found.append(start)
        start += 1
    return found


def chosen(matrix: flint.fmpz_mat, columns: Sequence[int]) -> flint.fmpz_mat:
    """The columns with these numbers; ~i stands for unit column i."""
    m = matrix.nrows()
    rows: list[list[Any]] = [[0] * len(columns) for _ in range(m)]
    table = matrix.tolist()
    for place, j in enumerate(columns):
        if j < 0:
            rows[~j][place] = 1
    for i, row in enumerate(table):
        here = rows[i]
        for place, j in enumerate(columns):
            if j >= 0:
                here[place] = row[j]
    return flint.fmpz_mat(rows) if columns else flint.fmpz_mat(m, 0)


class Program:
    """min cost . x subject to M x = y, x >= 0, in integers; M is (m, n).

    `mirror` is n/2 if column j + n/2 is minus column j, with the same cost; then every basis is
    feasible after an exchange of columns, and no first phase is needed.
    """

    def __init__(
        self, matrix: flint.fmpz_mat, cost: Sequence[int], y: Sequence[int], mirror: int = 0
    ) -> None:
        self.matrix, self.cost, self.mirror = matrix, list(cost), mirror
        self.m, self.n = matrix.nrows(), matrix.ncols()
        self.turned = matrix.transpose()
        self.y = flint.fmpz_mat(self.m, 1, list(y))

    def basis(self, order: Sequence[int]) -> list[int]:
        """m independent columns, the first of `order` and then unit columns."""
        candidates = [*order, *(~i for i in range(self.m))]
        return [candidates[k] for k in independent(chosen(self.matrix, candidates))]

    def primal(self, basis: list[int]) -> tuple[list[int], list[int], int] | None:
        """The basis, with mirrored columns, and its x, or None if it is not feasible."""
        square = chosen(self.matrix, basis)
        tops, over = fractions(flint.fmpq_mat(square).solve(flint.fmpq_mat(self.y), "dixon"))
        found = list(basis)
        for place, (j, a) in enumerate(zip(basis, tops, strict=True)):
            if j < 0 and a:
                return None
            if a < 0:
                if not self.mirror:
                    return None
                found[place] = (j + self.mirror) % self.n
                tops[place] = -a
        return found, tops, over

    def prices(self, basis: list[int]) -> tuple[list[int], int, list[int]]:
        """The dual vector of a basis, its denominator, and the slacks cost - M^T w times that."""
        square = flint.fmpq_mat(chosen(self.matrix, basis))
        costs = [[self.cost[j] if j >= 0 else 0] for j in basis]
        right = flint.fmpq_mat(flint.fmpz_mat(costs))
        dual, under = fractions(square.transpose().solve(right, "dixon"))
        products = (self.turned * flint.fmpz_mat(self.m, 1, dual)).entries()
        slacks = [c * under - int(g) for c, g in zip(self.cost, products, strict=True)]
        return dual, under, slacks

    def optimum(self, proposals: Iterable[Sequence[int]]) -> Vertex:
        """An optimal vertex: that of a proposed order of columns, or by pivots from the best one.

        Raises Stuck if none is feasible, if the program is unbounded, or after too many pivots.
        """
        start, fewest = None, self.n + 1
        for order in proposals:
            found = self.primal(self.basis(order))
            if found is not None:
                dual, under, slacks = self.prices(found[0])
                count = sum(slack < 0 for slack in slacks)
                if not count:
                    return Vertex(*found, dual, under, 0)
                if count < fewest:
                    start, fewest = found, count
        if start is None:
            raise Stuck("no proposed basis is feasible")
        return self.pivoted(*start)

    def pivoted(self, basis: list[int], tops: list[int], over: int) -> Vertex:
        """An optimal vertex, by exact pivots from a feasible one.  Raises Stuck."""
        end = monotonic() + SECONDS
        for pivots in range(PIVOTS):
            if pivots and monotonic() > end:
                raise Stuck(f"exact pivots took more than {SECONDS} seconds")
            square = flint.fmpq_mat(chosen(self.matrix, basis))
            dual, under, slacks = self.prices(basis)
            wrong = [j for j, slack in enumerate(slacks) if slack < 0]
            if not wrong:
                return Vertex(basis, tops, over, dual, under, pivots)
            entering = min(wrong, key=slacks.__getitem__) if pivots < STEEPEST else wrong[0]
            column = flint.fmpq_mat(chosen(self.matrix, [entering]))
            moved, below = fractions(square.solve(column, "dixon"))
            leaving = self._leaving(basis, tops, moved)
            basis = [*basis]
            basis[leaving] = entering
            step = tops[leaving], moved[leaving]
            # x_k - t d_k with t = (tops / over) / (moved / below) at the one that leaves
            tops = [a * step[1] - step[0] * d for a, d in zip(tops, moved, strict=True)]
            tops[leaving] = step[0] * below
            over *= step[1]
            if over < 0:
                over, tops = -over, [-a for a in tops]
            shrink = gcd(over, *tops)
            over, tops = over // shrink, [a // shrink for a in tops]
        raise Stuck(f"{PIVOTS} exact pivots did not end at an optimal basis")

    @staticmethod
    def _leaving(basis: list[int], tops: list[int], moved: list[int]) -> int:
        """The place of the column that leaves: a unit column, or the first that reaches 0."""
        best = -1
        for place, d in enumerate(moved):
            if basis[place] < 0 and d:
                return place
            if d <= 0:
                continue
            if best < 0:
                best = place
                continue
            here, there = tops[place] * moved[best], tops[best] * d
            if here < there or (here == there and basis[place] < basis[best]):
                best = place
        if best < 0:
            raise Stuck("the program is unbounded")
        return best

    def proposal(self) -> Iterator[list[int]]:
        """Orders of columns that HiGHS suggests; none if it fails.

        After the first, each is from a refined program: the point found so far is subtracted and
        what is left magnified, so that entries below the tolerance of floats come to light.
        """
        try:
            from scipy.optimize import linprog
        except ModuleNotFoundError:
            return
        matrix, cost = to_floats(self.matrix), scaled(np.array(self.cost, dtype=object))
        y = np.array(self.y.entries(), dtype=object)
        tops = [max((abs(int(a)) for a in part), default=0) or 1 for part in (y, self._entries())]
        right = scaled(y)
        point: dict[int, Fraction] = {}  # M' x = y' for M' = M / its top, y' = y / its top
        scale = Fraction(1)
        for _ in range(REFINED):
            bounds = [
                (float(-point[j] / scale) if j in point else 0.0, None) for j in range(self.n)
            ]
            found = linprog(
                cost, A_eq=matrix, b_eq=right, bounds=bounds, method="highs-ds", options=OPTIONS
            )
            if found.status:
                return
            dual, slack = found.eqlin.marginals, cost - matrix.T @ found.eqlin.marginals
            x = found.x
            size = max(1e-300, float(np.abs(x).max()))
            grown = [int(j) for j in np.argsort(-x) if x[j] > 1e-9 * size and int(j) not in point]
            yield self._order([*point, *grown], slack, dual, float(np.abs(cost).max(initial=0.0)))
            for j in (*point, *grown):
                point[j] = point.get(j, Fraction(0)) + scale * Fraction(float(x[j]))
            point = {j: a for j, a in point.items() if a > 0}
            left = [Fraction(int(a), tops[0]) for a in y]
            for i, row in enumerate(self.matrix.tolist()):
                left[i] -= sum((int(row[j]) * a for j, a in point.items()), Fraction(0)) / tops[1]
            scale = max(map(abs, left))
            if not scale:
                return
            right = np.array([float(a / scale) for a in left])

    def _entries(self) -> list[Any]:
        return [a for row in self.matrix.tolist() for a in row]

    def _order(self, first: list[int], slack: Floats, dual: Floats, cost: float) -> list[int]:
        """Basic columns, then those without slack, unit columns without a price, the others."""
        seen = set(first)
        order = [int(j) for j in np.argsort(slack) if int(j) not in seen]
        near = [j for j in order if slack[j] <= 1e-7 * max(cost, 1e-300)]
        units = [~int(i) for i in np.argsort(np.abs(dual)) if abs(dual[i]) < 1e-9]
        return [*first, *near, *units, *order[len(near) :]]


def to_floats(matrix: flint.fmpz_mat) -> Floats:
    """An integer matrix divided by its largest entry, in floats."""
    return scaled(np.array(matrix.tolist(), dtype=object))


def scaled(values: Floats) -> Floats:
    """Integers divided by the largest, in floats."""
    top = max((abs(int(a)) for a in values.ravel()), default=0) or 1
    shift = max(0, top.bit_length() - 1000)
    return np.array(
        [float(int(a) >> shift) / float(top >> shift) for a in values.ravel()], dtype=float
    ).reshape(values.shape)
