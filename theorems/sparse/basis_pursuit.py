"""min sum of t_j |c_j| subject to B c = y over R, exactly: value, minimisers, and dual solutions.

Unbounded it cannot be: the objective is at least 0.  It is infeasible exactly if y is not in the
range of B, and then some w has B^T w = 0 and <y, w> > 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import lcm
from typing import Any

import flint
import numpy as np

from certificates.matrices import Vector
from certificates.sparse.data import from_entries, pairing, tight

from .instance import Instance
from .simplex import Program, Stuck, chosen, fractions, independent

MODULI = (65521, 65519, 65497, 65479)


@dataclass(frozen=True)
class Solved:
    """The value, a vertex c of the minimisers and a dual solution w.

    `second` is another minimiser, if there is one; `unique` says that there is none, None that it
    was not settled.  If the minimiser is unique, |(B* w)_j| = t_j only where the columns of B are
    independent; if not, only where some minimiser is not 0 or the search for one gave up.
    """

    value: Fraction
    c: Vector
    w: Vector
    places: list[int]
    unique: bool | None
    second: Vector | None
    pivots: int


def out_of_range(matrix: flint.fmpz_mat, y: Sequence[int]) -> list[int] | None:
    """Integers w with M^T w = 0 and w . y > 0, or None if y is in the range of M."""
    m = matrix.nrows()
    right = flint.fmpz_mat(m, 1, list(y))
    rows = independent(matrix.transpose())
    whole = flint.fmpz_mat([[*row, b] for row, b in zip(matrix.tolist(), y, strict=True)])
    # equal ranks modulo a prime leave it to the exact solution
    extra = [k for k in independent(whole.transpose()) if k not in rows]
    if not extra:
        columns = independent(matrix)
        table = matrix.tolist()
        square = flint.fmpq_mat(flint.fmpz_mat([[table[i][j] for j in columns] for i in rows]))
        if not rows:
            extra = [k for k, b in enumerate(y) if b]
        else:
            side = flint.fmpq_mat(flint.fmpz_mat([[y[i]] for i in rows]))
            tops, over = fractions(square.solve(side, "dixon"))
            found = (chosen(matrix, columns) * flint.fmpz_mat(len(tops), 1, tops)).entries()
            extra = [
                i
                for i, (a, b) in enumerate(zip(found, right.entries(), strict=True))
                if a != b * over
            ]
    if not extra:
        return None
    nullspace, rank = matrix.transpose().nullspace()
    for k in range(int(rank)):
        w = [int(nullspace[i, k]) for i in range(m)]
        product = sum(a * b for a, b in zip(w, y, strict=True))
        if product:
            return w if product > 0 else [-a for a in w]
    return None


def solve(problem: Instance, y: Vector, weights: Vector) -> Solved:
    """The program over R.  `y` is in the range of B.  Raises Stuck."""
    data, over = problem.data, problem.matrix.denominator
    n, matrix = data.n, problem.integers
    doubled = flint.fmpz_mat([[*row, *(-a for a in row)] for row in matrix.tolist()])
    program = Program(doubled, weights.real * 2, y.real, n)
    vertex = program.optimum(chain(program.proposal(), [list(range(2 * n))]))
    # B c = y in integers is  M c' = y',  c = c' over / (denominator of y)
    tops = [0] * n
    for j, a in vertex.values().items():
        tops[j % n] += a if j < n else -a
    c = Vector.of([a * over for a in tops], (), vertex.over * y.denominator)
    w = Vector.of([a * over for a in vertex.dual], (), vertex.under * weights.denominator)
    value = pairing(y, w)
    g = data.dual(w)
    places = tight(g, weights)
    support = [j for j, a in enumerate(c.real) if a]
    if len(independent(chosen(matrix, places))) == len(places):
        return Solved(value, c, w, places, True, None, vertex.pivots)
    signs = {j: 1 if g.real[j] > 0 else -1 for j in places}
    return _face(
        problem, Solved(value, c, w, places, None, None, vertex.pivots), y, weights, signs, support
    )


def _face(
    problem: Instance,
    found: Solved,
    y: Vector,
    weights: Vector,
    signs: dict[int, int],
    support: list[int],
) -> Solved:
    """Look for a minimiser with a support beyond that of c, or move w so that none is possible.

    On the face x_j = s_j c_j >= 0 at the places of w; maximise the sum of the x_j off the support.
    If the maximum is 0, its dual u has B* u = 0 on the support and s_j (B* u)_j <= -1 elsewhere at
    the places, and w + e u is strictly feasible there for small e > 0.
    """
    data, over, places = problem.data, problem.matrix.denominator, found.places
    table = problem.integers.tolist()
    matrix = flint.fmpz_mat([[row[j] * signs[j] for j in places] for row in table])
    inside = set(support)
    cost = [0 if j in inside else -1 for j in places]
    program = Program(matrix, cost, y.real)
    order = [k for k, c in enumerate(cost) if not c]
    try:
        vertex = program.optimum(
            chain(program.proposal(), [[*order, *(~i for i in range(data.m))]])
        )
    except Stuck:
        return found
    beyond = {places[k]: a for k, a in vertex.values().items()}
    if any(j not in inside for j in beyond):
        tops = [signs.get(j, 0) * beyond.get(j, 0) * over for j in range(data.n)]
        second = Vector.of(tops, (), vertex.over * y.denominator)
        return Solved(found.value, found.c, found.w, places, False, second, found.pivots)
    u = Vector.of(vertex.dual, (), vertex.under)
    h, g = data.dual(u), data.dual(found.w)
    steps = [Fraction(1)]
    for j in range(data.n):
        if j not in inside and h.real[j]:
            slope = Fraction(h.real[j], h.denominator)
            here, t = (
                Fraction(g.real[j], g.denominator),
                Fraction(weights.real[j], weights.denominator),
            )
            # |here + e slope| < t
            room = (t - here) / slope if slope > 0 else (-t - here) / slope
            if room > 0:
                steps.append(room)
    step = min(steps) / 2
    step = Fraction(1, 1 << max(0, (1 / step).__ceil__().bit_length())) if step < 1 else Fraction(1)
    w = Vector.combination([(Fraction(1), found.w), (step, u)], data.m)
    moved = tight(data.dual(w), weights)
    return Solved(found.value, found.c, w, moved, True, None, found.pivots)


def left_inverse(columns: Sequence[Vector]) -> dict[str, object] | None:
    """The hint that some columns are independent; None if no modulus shows it."""
    real = [v.real for v in columns]
    if any(v.imag for v in columns):
        both = [*columns, *(v.turned() for v in columns)]
        real = [v.real + (v.imag or (0,) * v.dimension) for v in both]
    size = len(real)
    for modulus in MODULI:
        if not size:
            return {"modulus": str(modulus), "rows": []}
        m = len(real[0])
        turned = flint.nmod_mat(size, m, [a % modulus for row in real for a in row], modulus)
        reduced, rank = turned.rref()
        if rank < size:
            continue
        rows, start = [], 0
        for k in range(size):
            start = next(j for j in range(start, m) if int(reduced[k, j]))
            rows.append(start)
            start += 1
        square = flint.nmod_mat(
            size, size, [real[k][i] % modulus for i in rows for k in range(size)], modulus
        )
        inverse = square.inv()
        hints: list[str] = []
        for k in range(size):
            lanes = np.zeros(m, dtype="<u2")
            for j, i in enumerate(rows):
                lanes[i] = int(inverse[k, j])
            hints.append(hex(int.from_bytes(lanes.tobytes(), "little")))
        return {"modulus": str(modulus), "rows": hints}
    return None


def shortest(problem: Instance, found: Solved, y: Vector) -> tuple[Vector, Vector] | None:
    """The minimiser c of least l2 norm and a multiplier u, or None if no guess of it was right.

    On the face c_j = s_j x_j, x >= 0, E x = y: where x > 0 is guessed from floats; the shortest x
    there is exact, and an exact linear program finds u with (E^T u)_j = x_j there and <= 0 at the
    other places.
    """
    data, places = problem.data, found.places
    g = data.dual(found.w)
    signs = [1 if g.real[j] > 0 else -1 for j in places]
    table = problem.integers.tolist()
    pairs = list(zip(places, signs, strict=True))
    e = flint.fmpz_mat([[row[j] * s for j, s in pairs] for row in table])
    rows = independent(e.transpose())
    reduced = flint.fmpz_mat([[int(e[i, k]) for k in range(len(places))] for i in rows])
    right = [y.real[i] for i in rows]
    for active in _guesses(reduced, right):
        x = _least_norm(reduced, right, active)
        if x is None or min(x) < 0:
            continue
        u = _multiplier(reduced, x)
        if u is None:
            continue
        # B c = y in integers is  E x = y';  c = x factor, and B = E / over
        over = problem.matrix.denominator
        factor = Fraction(over, y.denominator)
        c, multiplier = [Fraction(0)] * data.n, [Fraction(0)] * data.m
        for (j, s), value in zip(pairs, x, strict=True):
            c[j] = s * value * factor
        for i, value in zip(rows, u, strict=True):
            multiplier[i] = value * factor * over
        return from_entries(c), from_entries(multiplier)
    return None


def _guesses(e: flint.fmpz_mat, right: Sequence[int]) -> Iterator[list[int]]:
    """Where x might be positive: everywhere, then what non-negative least squares says."""
    count = e.ncols()
    yield list(range(count))
    try:
        from scipy.optimize import nnls
    except ModuleNotFoundError:
        return
    matrix = np.array(e.tolist(), dtype=float)
    y = np.array([float(b) for b in right])
    for heavy in (1e3, 1e5):
        whole = np.vstack([np.eye(count), heavy * matrix])
        try:
            x, _ = nnls(whole, np.concatenate([np.zeros(count), heavy * y]))
        except RuntimeError:
            continue
        for small in (1e-7, 1e-5, 1e-3):
            yield [k for k in range(count) if x[k] > small * x.max(initial=0.0)]


def _least_norm(
    e: flint.fmpz_mat, right: Sequence[int], active: Sequence[int]
) -> list[Fraction] | None:
    """The shortest x with E x = y, 0 off the active places; None if there is none."""
    part = chosen(e, active)
    rows = independent(part.transpose()) if active else []
    if not rows:
        return None
    table = part.tolist()
    block = flint.fmpq_mat(flint.fmpz_mat([table[i] for i in rows]))
    side = flint.fmpq_mat(flint.fmpz_mat([[right[i]] for i in rows]))
    values = block.transpose() * (block * block.transpose()).solve(side)
    whole = (flint.fmpq_mat(part) * values).entries()
    if any(a != b for a, b in zip(whole, right, strict=True)):
        return None
    x = [Fraction(0)] * e.ncols()
    for k, a in zip(active, values.entries(), strict=True):
        x[k] = Fraction(int(a.p), int(a.q))
    return x


def _multiplier(e: flint.fmpz_mat, x: Sequence[Fraction]) -> list[Fraction] | None:
    """u with (E^T u)_k = x_k where x_k > 0 and <= 0 elsewhere, or None."""
    over = lcm(*(a.denominator for a in x))
    free = [k for k, a in enumerate(x) if not a]
    table = e.transpose().tolist()
    lines: list[list[Any]] = [
        [*row, *(-a for a in row), *(int(k == j) for j in free)] for k, row in enumerate(table)
    ]
    program = Program(
        flint.fmpz_mat(lines),
        [0] * len(lines[0]),
        [a.numerator * (over // a.denominator) for a in x],
    )
    try:
        vertex = program.optimum(chain(program.proposal(), [list(range(2 * e.nrows()))]))
    except Stuck:
        return None
    u = [Fraction(0)] * e.nrows()
    for j, a in vertex.values().items():
        if j < 2 * len(u):
            u[j % len(u)] += Fraction(a if j < len(u) else -a, vertex.over * over)
    return u
