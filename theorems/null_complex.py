"""Kernel vectors of complex matrices with a large |c_S|_l1 / |c_Sc|_l1.

The programs are those of `null_constant` on the real matrix [[X, -Y], [Y, X]] with |Re c_j| +
|Im c_j| in place of |c_j|, and phases in place of signs; they propose supports, on which the kernel
is found exactly.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from certificates.exact import Roots
from certificates.matrices import Matrix, Vector
from certificates.norms import plain

from .null_constant import NEAR, ROUNDS, STARTS, Witness, exact_solution, vector_of
from .null_space import solver

Floats = np.ndarray[Any, Any]


def _proposal(rows: Floats, phases: dict[int, complex]) -> Floats | None:
    """The c that makes Re of the sum of conj(phase_j) c_j over S largest, (n,) complex.

    None where the program is not solved; a direction without end is cut off at 1,000.
    """
    n = rows.shape[1] // 2
    free = np.array([j % n in phases for j in range(2 * n)])
    equal = np.hstack([rows, -rows])  # z = p - q
    above = np.tile(np.where(free, 0.0, 1.0), 2)[None, :]
    cost = np.zeros(2 * n)
    for j, phase in phases.items():
        cost[j], cost[j + n] = -phase.real, -phase.imag
    made = solver()(
        np.r_[cost, -cost], above, [1.0], equal, np.zeros(len(rows)), (0, 1000), method="highs"
    )
    if made.status:
        return None
    z = made.x[: 2 * n] - made.x[2 * n :]
    return np.asarray(z[:n] + 1j * z[n:])


def complex_witness(matrix: Matrix, order: int, near: Floats) -> Witness | None:
    """An exact kernel vector on the support of `near`, and its s largest entries; None if 0.

    The ratio is rounded downwards, but not below 1 if it is 1 or more.
    """
    n = matrix.columns
    parts = np.r_[near.real, near.imag]
    places = np.flatnonzero(np.abs(parts) > NEAR * np.max(np.abs(parts), initial=0))
    rows = [[Fraction(row[int(k)]) for k in places] for row in matrix.as_real().real]
    inner = exact_solution(rows, [Fraction(0)] * len(rows), parts[places])
    if inner is None or not any(inner):
        return None
    entries = [Fraction(0)] * (2 * n)
    for place, value in zip(places, inner, strict=True):
        entries[int(place)] = value
    both = vector_of(entries)
    c = Vector.of(both.real[:n], both.real[n:], both.denominator)
    squares = c.squares()
    support = tuple(sorted(sorted(range(n), key=lambda j: -squares[j])[:order]))
    outside = _part(c, [j for j in range(n) if j not in support])
    if not outside.terms:
        return Witness(c, support, None)
    inside = _part(c, support)
    ratio = inside.enclosure(64)[0] / Fraction(outside.enclosure(64)[1])
    least = Fraction(int(ratio * 10**6), 10**6)
    return Witness(c, support, max(least, Fraction((inside - outside).sign() >= 0)))


def _part(c: Vector, places: Any) -> Roots:
    """The l1 norm of the entries at some places."""
    imag = [c.imag[j] for j in places] if c.imag else ()
    return plain("l1", Vector.of([c.real[j] for j in places], imag, c.denominator))


def complex_search(matrix: Matrix, order: int) -> Witness | None:
    """The kernel vector with the largest ratio that was found."""
    real = matrix.as_real()
    rows = np.array(real.real, dtype=float) / real.denominator
    best: Witness | None = None
    for start in range(0, matrix.columns, max(1, matrix.columns // STARTS)):
        phases: dict[int, complex] = {start: 1 + 0j}
        for _ in range(ROUNDS):
            near = _proposal(rows, phases)
            found = None if near is None else complex_witness(matrix, order, near)
            if near is None or found is None:
                break
            if best is None or found.ratio is None or found.ratio > (best.ratio or 0):
                best = found
            if best.ratio is None:
                return best
            if set(found.support) == set(phases):
                break
            phases = {j: complex(near[j] / (abs(near[j]) or 1)) for j in found.support}
    return best
