"""Chebyshev centres in l1: a linear program in floats, and what makes its answer exact.

    least r with  sum over j of t_ij <= r  and  t_ij >= Re conj(u) (x_ij - c_j)  for all i, j, u

Real entries need u = 1 and u = -1 only; complex ones need all u of modulus 1, of which a few come
first and others where they cut most.  Members that are near anyway join only when they are
violated.  The multipliers of the first kind of constraint are weights w_i, those of the second add
up to functionals with |y_ij| <= w_i and sum over i of y_ij = 0: the dual certificate.

For real entries a vertex is solved for exactly, from the signs of x_ij - c_j that the floats show,
in both programs.  Where that fails, and for complex entries, both ends are rounded so that they
stay bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from ..arrays import BadInput

Floats = np.ndarray[Any, Any]
ROUNDS = 60
ENOUGH = 1e-11  # relative, of what floats may still gain
SAME = 1e-9  # relative, of entries that are taken for equal
BITS = 48  # of rounded weights
JOIN = 8  # members, at most, that join at once


@dataclass(frozen=True)
class Guess:
    """What floats say: the centre (N,), the members that matter, their weights, functionals."""

    centre: Floats
    places: list[int]
    weights: Floats
    functionals: Floats


def guess(rows: Floats) -> Guess:
    """(n, N) real or complex -> a centre and a dual, nearly.  Raises BadInput without scipy."""
    try:
        from scipy.optimize import linprog
        from scipy.sparse import csr_array
    except ImportError:
        raise BadInput("--norm l1 needs scipy: pip install kernelcert[examples]") from None
    width = rows.shape[1]
    over_c = np.iscomplexobj(rows)
    scale = float(np.abs(rows - rows[0]).max()) or 1.0
    rows = (rows - rows[0]) / scale
    middle = rows.mean(axis=0)
    first = int(np.argmax(np.abs(rows - middle).sum(axis=1)))
    second = int(np.argmax(np.abs(rows - rows[first]).sum(axis=1)))
    active = list(dict.fromkeys([first, second]))
    start = np.exp(2j * np.pi * np.arange(8) / 8) if over_c else np.array([1.0, -1.0])
    cuts = [(k, j, u) for k in active for j in range(width) for u in start]
    reals = width * (1 + over_c)
    for _ in range(ROUNDS):
        place = {k: t for t, k in enumerate(active)}
        size = reals + 1 + len(active) * width
        a, b = [], []  # entries (row, column, value); right sides
        for t in range(len(active)):
            a += [(t, reals + 1 + t * width + j, 1.0) for j in range(width)] + [(t, reals, -1.0)]
            b.append(0.0)
        for row, (k, j, u) in enumerate(cuts, len(active)):
            a += [(row, reals + 1 + place[k] * width + j, -1.0), (row, j, -u.real)]
            if over_c:
                a.append((row, width + j, -u.imag))
            b.append(-(np.conj(u) * rows[k, j]).real)
        r, c, v = zip(*a, strict=True)
        matrix = csr_array((v, (r, c)), shape=(len(b), size))
        cost = np.zeros(size)
        cost[reals] = 1
        free = [(None, None)] * reals + [(0, None)] * (size - reals)
        done = linprog(cost, A_ub=matrix, b_ub=b, bounds=free, method="highs")
        if done.x is None:
            break
        centre = done.x[:width] + 1j * done.x[width:reals] if over_c else done.x[:width]
        moduli = np.abs(rows - centre)
        far = np.argsort(-moduli.sum(axis=1))
        more = [int(k) for k in far[:JOIN] if moduli[k].sum() > done.x[reals] + ENOUGH]
        new = [k for k in more if k not in place]
        missing = []
        if over_c:
            known = done.x[reals + 1 :].reshape(len(active), width)
            for k, t in place.items():
                short = moduli[k] - known[t] > ENOUGH / width
                gap = rows[k] - centre
                missing += [(k, int(j), gap[j] / abs(gap[j])) for j in np.flatnonzero(short)]
        if not new and not missing:
            break
        active += new
        cuts += [(k, j, u) for k in new for j in range(width) for u in start] + missing
    slopes = -done.ineqlin.marginals
    weights = np.maximum(slopes[: len(place)], 0)
    functionals = np.zeros((len(place), width), dtype=complex if over_c else float)
    for (k, j, u), slope in zip(cuts, slopes[len(place) :], strict=False):
        if k in place:
            functionals[place[k], j] += slope * u
    return Guess(centre * scale, list(place), weights, functionals)


# --------------------------------------------------------------------------------- exactly


@dataclass(frozen=True)
class Vertex:
    """An exact centre, and the dual over whole numbers: members, weights, rows of functionals."""

    centre: list[Fraction]
    places: list[int]
    weights: list[int]
    functionals: list[list[int]]


def vertex(rows: Sequence[Sequence[int]], found: Guess) -> Vertex | None:
    """The vertices of both programs near a guess; real integer rows.  None where none is found.

    The guess is relative to the first row.
    """
    first, kept = rows[0], [t for t, w in enumerate(found.weights) if w > SAME]
    points = [[a - b for a, b in zip(rows[k], first, strict=True)] for k in found.places]
    width = len(first)
    reach = SAME * (max((abs(a) for row in points for a in row), default=0) or 1)
    every = [_signs(row, found.centre, reach) for row in points]
    sums = [sum(abs(a - c) for a, c in zip(row, found.centre, strict=True)) for row in points]
    tight = [t for t, total in enumerate(sums) if total >= max(sums) - width * reach]
    # members at the radius fix the vertex, but those with a weight alone are surely at it
    solved = _centre(points, every, tight, found) or _centre(points, every, kept, found)
    signs = [every[t] for t in kept]
    # the weights, and the entries that are free where the sign is 0
    free = [(t, j) for t, sign in enumerate(signs) for j in range(width) if not sign[j]]
    fixed: dict[tuple[int, int], int] = {}
    for t, j in free:
        weight, entry = found.weights[kept[t]], found.functionals[kept[t], j]
        if abs(entry) >= weight * (1 - 1e-7):
            fixed[t, j] = 1 if entry > 0 else -1
    free = [pair for pair in free if pair not in fixed]
    size = len(kept) + len(free)
    lines = [[1] * len(kept) + [0] * len(free) + [1]]
    for j in range(width):
        line = [sign[j] or fixed.get((t, j), 0) for t, sign in enumerate(signs)]
        lines.append(line + [int(pair[1] == j) for pair in free] + [0])
    starts = [*(found.weights[t] for t in kept), *(found.functionals[kept[t], j] for t, j in free)]
    dual = solution(lines, size, [float(a) for a in starts])
    if solved is None or dual is None:
        return None
    bottom = lcm(*(int(a.q) for a in dual))
    whole = [int(a.p) * (bottom // int(a.q)) for a in dual]
    weights, entries = whole[: len(kept)], dict(zip(free, whole[len(kept) :], strict=True))
    functionals = [
        [entries.get((t, j), (sign[j] or fixed.get((t, j), 0)) * weights[t]) for j in range(width)]
        for t, sign in enumerate(signs)
    ]
    centre = [Fraction(int(a.p), int(a.q)) + b for a, b in zip(solved[:width], first, strict=True)]
    return Vertex(centre, [found.places[t] for t in kept], weights, functionals)


def _signs(row: Sequence[int], centre: Floats, reach: float) -> list[int]:
    """Of x_j - c_j, 0 where they are taken for equal."""
    pairs = zip(row, centre, strict=True)
    return [0 if abs(a - c) <= reach else (1 if a > c else -1) for a, c in pairs]


def _centre(
    points: list[list[int]], signs: list[list[int]], chosen: list[int], found: Guess
) -> list[fmpq] | None:
    """The centre and r from c_j = x_ij where the sign is 0, and sum s_ij (x_ij - c_j) = r."""
    width = len(points[0])
    lines: list[list[int]] = []
    for row, sign in ((points[t], signs[t]) for t in chosen):
        for j in range(width):
            if not sign[j]:
                lines.append([int(k == j) for k in range(width)] + [0, row[j]])
        lines.append([*sign, 1, sum(s * a for s, a in zip(sign, row, strict=True))])
    return solution(lines, width + 1, [*map(float, found.centre), 0.0])


def solution(lines: list[list[int]], size: int, near: list[float]) -> list[fmpq] | None:
    """One solution of linear equations, right sides last; what they leave free is rounded.

    None if there is none.
    """
    reduced, rank = fmpq_mat(len(lines), size + 1, [fmpq(a) for row in lines for a in row]).rref()
    pivots = []
    for row in range(rank):
        pivot = next(k for k in range(size + 1) if reduced[row, k] != 0)
        if pivot == size:
            return None
        pivots.append(pivot)
    others = sorted(set(range(size)) - set(pivots))
    found = [fmpq(0)] * size
    for k in others:
        found[k] = fmpq(round(near[k] * 2**20), 2**20)
    for row, pivot in enumerate(pivots):
        rest = sum((reduced[row, k] * found[k] for k in others), fmpq(0))
        found[pivot] = reduced[row, size] - rest
    return found


def rounded(found: Guess) -> tuple[list[int], list[list[int]], list[list[int]]]:
    """Weights, real and imaginary parts of functionals over whole numbers, feasible exactly.

    What the rounded columns do not add up to is taken from their first row, and the weights are
    raised above all entries.
    """
    unit = float(2**BITS)
    real = [[round(float(a.real) * unit) for a in row] for row in found.functionals]
    imag = [[round(float(a.imag) * unit) for a in row] for row in found.functionals]
    for part in (real, imag):
        for j in range(len(part[0])):
            part[0][j] -= sum(row[j] for row in part)
    weights = []
    for weight, u, v in zip(found.weights, real, imag, strict=True):
        most = max(a * a + b * b for a, b in zip(u, v, strict=True))
        least = max(round(float(weight) * unit), 0)
        weights.append(max(least, _above(most)))
    return weights, real, imag if np.iscomplexobj(found.functionals) else []


def _above(square: int) -> int:
    root = isqrt(square)
    return root + (root * root < square)
