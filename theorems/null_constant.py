"""The null space constant of order s of a real matrix, exactly; and vectors of a kernel.

For each support S and signs sigma a linear program proposes the kernel vector with the largest
sigma . c_S / |c_Sc|_l1 and its dual.  The largest ratio is made exact on the support of its
vector, by an exact solution in FLINT; then each dual is made exact on the places where it is tight.
Nothing of it is believed: `certificates.sparse.null_space` checks the vector and the duals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

import flint
import numpy as np

from certificates.matrices import Matrix, Vector
from certificates.sparse.null_space import cases, number_of_cases

from .null_space import solver

SETTLED = 600  # more supports with signs are not all solved
STARTS = 24  # programs from which a search for a witness starts
ROUNDS = 4
NEAR = 1e-7  # a float that near to its bound is proposed as equal to it
BITS = 40  # of numbers that may be rounded
Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Witness:
    """c in N(B) and S with |c_S|_l1 / |c_Sc|_l1 = ratio, None if c_Sc = 0."""

    vector: Vector
    support: tuple[int, ...]
    ratio: Fraction | None

    @property
    def is_fatal(self) -> bool:
        """Whether no rho < 1 is possible."""
        return self.ratio is None or self.ratio >= 1


@dataclass(frozen=True)
class NullConstant:
    """The witness, whose ratio is the constant, and a dual for each of `cases`, if finite."""

    witness: Witness
    duals: tuple[Vector, ...]


def exact_solution(
    rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction], guess: Floats
) -> list[Fraction] | None:
    """A solution of linear equations near the guess: free unknowns are rounded, others computed.

    (k, n), (k,), floats (n,) -> (n,), or None if there is none.
    """
    n = len(guess)
    table = [[*map(_fmpq, row), _fmpq(a)] for row, a in zip(rows, right, strict=True)]
    free = [Fraction(round(float(a) * (1 << BITS)), 1 << BITS) for a in guess]
    if not table:
        return free
    reduced, rank = flint.fmpq_mat(table).rref()
    pivots = [next(k for k in range(n + 1) if reduced[i, k] != 0) for i in range(rank)]
    if n in pivots:
        return None
    found = list(free)
    others = [k for k in range(n) if k not in set(pivots)]
    for i, pivot in enumerate(pivots):
        found[pivot] = _fraction(reduced[i, n]) - sum(
            (_fraction(reduced[i, k]) * free[k] for k in others), Fraction(0)
        )
    return found


def _fmpq(value: Fraction) -> flint.fmpq:
    return flint.fmpq(value.numerator, value.denominator)


def _fraction(value: flint.fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def vector_of(entries: Sequence[Fraction]) -> Vector:
    """The vector with these entries."""
    over = int(np.lcm.reduce(np.array([a.denominator for a in entries], dtype=object)))
    return Vector.of([int(a * over) for a in entries], (), over)


def witness_of(matrix: Matrix, order: int, near: Floats) -> Witness | None:
    """An exact kernel vector on the support of `near`, with its s largest entries; None if 0."""
    places = np.flatnonzero(np.abs(near) > NEAR * np.max(np.abs(near), initial=0))
    rows = [
        [Fraction(part[int(k)]) for k in places]
        for side in (matrix.real, matrix.imag)
        for part in side
    ]
    inner = exact_solution(rows, [Fraction(0)] * len(rows), near[places])
    if inner is None or not any(inner):
        return None
    largest = max(map(abs, inner))
    entries = [Fraction(0)] * matrix.columns
    for place, value in zip(places, inner, strict=True):
        entries[int(place)] = value / largest
    moduli = [abs(value) for value in entries]
    support = tuple(sorted(sorted(range(matrix.columns), key=lambda j: -moduli[j])[:order]))
    inside = sum((moduli[j] for j in support), Fraction(0))
    outside = sum(moduli, Fraction(0)) - inside
    return Witness(vector_of(entries), support, inside / outside if outside else None)


class Programs:
    """The linear programs  max sigma . c_S  over c in N(B), |c_Sc|_l1 <= 1,  in floats."""

    def __init__(self, matrix: Matrix, order: int) -> None:
        self.matrix, self.order = matrix, order
        parts = [np.array(part, dtype=float) for part in (matrix.real, matrix.imag) if part]
        self.rows = np.concatenate(parts) / matrix.denominator

    def solve(self, support: Sequence[int], signs: Sequence[int]) -> tuple[Floats, Floats] | Floats:
        """c and w; or, where the program is unbounded, c alone, with c_Sc = 0."""
        chosen, n = list(support), self.matrix.columns
        others = [j for j in range(n) if j not in set(chosen)]
        inside, outside = self.rows[:, chosen], self.rows[:, others]
        # c = (c_S, p, q) with c_Sc = p - q
        equal = np.hstack([inside, outside, -outside])
        above = np.r_[np.zeros(len(chosen)), np.ones(2 * len(others))][None, :]
        cost = np.r_[-np.array(signs, dtype=float), np.zeros(2 * len(others))]
        bounds = [(None, None)] * len(chosen) + [(0, None)] * (2 * len(others))
        right = np.zeros(len(equal))
        made = solver()(cost, above, [1.0], equal, right, bounds=bounds, method="highs")
        c = np.zeros(n)
        if made.status:  # a direction without end: B_S has a kernel
            c[chosen] = np.linalg.svd(inside)[2][-1]
            return c
        c[chosen] = made.x[: len(chosen)]
        c[others] = made.x[len(chosen) : len(chosen) + len(others)] - made.x[-len(others) :]
        return c, -np.asarray(made.eqlin.marginals)


def null_constant(matrix: Matrix, order: int) -> NullConstant | None:
    """The constant with its certificate; None if the matrix is complex or there are too many cases.

    None too if a proposed dual cannot be made exact.
    """
    if matrix.imag or number_of_cases(matrix.columns, order) > SETTLED:
        return None
    programs, best = Programs(matrix, order), None
    proposals: list[Floats] = []
    for support, signs in cases(matrix.columns, order):
        solved = programs.solve(support, signs)
        near = solved if isinstance(solved, np.ndarray) else solved[0]
        found = witness_of(matrix, order, near)
        if found is not None and found.ratio is None:
            return NullConstant(found, ())
        if isinstance(solved, np.ndarray):
            return None
        proposals.append(solved[1])
        if found is not None and (best is None or (found.ratio or 0) > (best.ratio or 0)):
            best = found
    if best is None or best.ratio is None:
        return None
    columns = [[Fraction(a, matrix.denominator) for a in row] for row in matrix.transposed().real]
    duals: list[Vector] = []
    for (support, signs), near in zip(cases(matrix.columns, order), proposals, strict=True):
        made = _dual(columns, support, signs, best.ratio, near)
        if made is None:
            return None
        duals.append(made)
    return NullConstant(best, tuple(duals))


def _dual(
    columns: list[list[Fraction]],
    support: Sequence[int],
    signs: Sequence[int],
    value: Fraction,
    near: Floats,
) -> Vector | None:
    """w with (B^T w)_S = sigma and the others at most `value`, exact where it is tight."""
    wanted = dict(zip(support, map(Fraction, signs), strict=True))
    for j, column in enumerate(columns):
        entry = float(np.dot([float(a) for a in column], near))
        if j not in wanted and abs(abs(entry) - float(value)) < NEAR:
            wanted[j] = value if entry > 0 else -value
    found = exact_solution([columns[j] for j in wanted], list(wanted.values()), near)
    return None if found is None else vector_of(found)


def search(matrix: Matrix, order: int) -> Witness | None:
    """A real kernel vector with a large ratio, from programs of single places, then of several."""
    programs, best = Programs(matrix, order), None
    step = max(1, matrix.columns // STARTS)
    for start in islice(range(0, matrix.columns, step), STARTS):
        support: tuple[int, ...] = (start,)
        signs: tuple[int, ...] = (1,)
        for _ in range(ROUNDS):
            solved = programs.solve(support, signs)
            c = solved if isinstance(solved, np.ndarray) else solved[0]
            found = witness_of(matrix, order, c)
            if found is None:
                break
            if best is None or (
                best.ratio is not None and (found.ratio is None or found.ratio > best.ratio)
            ):
                best = found
            if best.ratio is None or found.support == support:
                break
            support = found.support
            signs = tuple(1 if found.vector.real[j] >= 0 else -1 for j in support)
    return best
