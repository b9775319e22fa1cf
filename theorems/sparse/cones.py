"""QCBP and the LASSO form over R or C: points from floats, made exactly feasible on both sides.

    QCBP   min  sum of t_j |c_j|                          subject to  |B c - y| <= eta
    LASSO  min  lambda sum of t_j |c_j| + |B c - y|^2 / 2

The first-order method of Chambolle and Pock (2011) finds a support; Newton's method on the
conditions of optimality makes both points accurate; then they are rounded to dyadic numbers, the
dual one is scaled until it is feasible, the primal one is moved a little into the feasible set.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, isqrt
from typing import Any

import flint
import numpy as np

from certificates.exact import Roots
from certificates.matrices import Vector
from certificates.norms import plain
from certificates.sparse.data import from_entries, pairing, weighted

from .basis_pursuit import out_of_range, solve
from .instance import Floats, Instance, floats_of
from .simplex import Stuck, chosen, fractions, independent

GRID = 70  # bits of rounded entries, below the largest
STEPS = 40_000
NEWTON = 12
DIGITS = 15


@dataclass(frozen=True)
class Bounds:
    """A primal and a dual point, and rational numbers below and above the value."""

    c: Vector
    w: Vector
    low: Fraction
    high: Fraction


@dataclass(frozen=True)
class Program:
    """What is minimised: `factor` is lambda, or 1; eta is None for the LASSO form."""

    b: Floats
    y: Floats
    t: Floats
    factor: float
    eta: float | None

    def primal(self, c: Floats) -> float:
        """The objective at c; of QCBP it leaves out the constraint."""
        value = self.factor * float(np.sum(self.t * np.abs(c)))
        if self.eta is None:
            value += 0.5 * float(np.sum(np.abs(self.b @ c - self.y) ** 2))
        return value

    def dual(self, w: Floats) -> float:
        """The objective at w, made feasible."""
        top = float(np.max(np.abs(self.b.conj().T @ w) / (self.factor * self.t), initial=1.0))
        w = w / max(top, 1.0)
        value = float(np.real(np.vdot(w, self.y)))
        size = float(np.linalg.norm(w))
        return value - (0.5 * size**2 if self.eta is None else self.eta * size)

    def rest(self, w: Floats) -> Floats:
        """y - B c at the optimum, as a function of w."""
        if self.eta is None:
            return w
        size = float(np.linalg.norm(w))
        return self.eta * w / size if size else 0 * w


def first_order(program: Program) -> tuple[Floats, Floats]:
    """c and w, roughly."""
    b, y, t = program.b, program.y, program.t * program.factor
    norm = float(np.linalg.norm(b, 2)) or 1.0
    # the ratio of the two steps balances |c| against |w|
    size = float(np.linalg.norm(np.linalg.lstsq(b, y, rcond=None)[0])) or 1.0
    scale = size / max(float(np.linalg.norm(t)), 1e-300) * norm
    tau, sigma = 0.99 * scale / norm, 0.99 / (scale * norm)
    c = np.zeros(b.shape[1], dtype=b.dtype if np.iscomplexobj(b) else y.dtype)
    p, bar = np.zeros(y.shape, dtype=c.dtype), c.copy()
    for step in range(STEPS):
        q = p + sigma * (b @ bar - y)
        if program.eta is None:
            p = q / (1 + sigma)
        else:
            length = float(np.linalg.norm(q))
            p = q * max(0.0, 1 - sigma * program.eta / length) if length else q
        v = c - tau * (b.conj().T @ p)
        moduli = np.abs(v)
        shrunk = v * np.maximum(0, 1 - tau * t / np.maximum(moduli, 1e-300))
        bar, c = 2 * shrunk - c, shrunk
        if step % 200 == 199:
            off = float(np.linalg.norm(b @ c - y)) - (program.eta or 0.0)
            gap = program.primal(c) - program.dual(-p)
            small = 1e-8 * (1e-300 + abs(program.primal(c)))
            if abs(gap) < small and (program.eta is None or off < 1e-8 * float(np.linalg.norm(y))):
                break
    return c, -p


def newton(program: Program, c: Floats, w: Floats) -> tuple[Floats, Floats]:
    """The conditions  B_S* w = factor t_S c_S/|c_S|,  y - B_S c_S = rest(w)  solved on a support.

    S is where |c_j| is not tiny.  Complex unknowns are pairs of real ones.
    """
    support = np.flatnonzero(np.abs(c) > 1e-7 * np.abs(c).max(initial=0.0))
    is_complex = np.iscomplexobj(c) or np.iscomplexobj(program.b)
    b, t = program.b[:, support], program.factor * program.t[support]
    k, m = len(support), len(program.y)

    def real(a: Floats) -> Floats:
        return np.concatenate([a.real, a.imag]) if is_complex else a

    def back(a: Floats) -> Floats:
        half = len(a) // 2
        return a[:half] + 1j * a[half:] if is_complex else a

    big = np.block([[b.real, -b.imag], [b.imag, b.real]]) if is_complex else b

    def turning(v: Floats, scales: Floats) -> Floats:
        """The derivative of v_j/|v_j| for each j."""
        if not is_complex:
            return np.zeros((len(v), len(v)))
        u = v / np.abs(v)
        x, z, s = u.real, u.imag, scales / np.abs(v)
        return np.block(
            [[np.diag(s * z * z), np.diag(-s * x * z)], [np.diag(-s * x * z), np.diag(s * x * x)]]
        )

    c_s, size = c[support].copy(), big.shape[1]
    for _ in range(NEWTON):
        if not k:
            break
        wr, length = real(w), float(np.linalg.norm(w))
        inner: Floats = np.eye(len(wr))
        if program.eta is not None:
            unit = wr / length if length else wr
            inner = program.eta / max(length, 1e-300) * (np.eye(len(wr)) - np.outer(unit, unit))
        residual = np.concatenate(
            [
                real(b.conj().T @ w - t * c_s / np.abs(c_s)),
                real(program.y - b @ c_s - program.rest(w)),
            ]
        )
        jacobian = np.block([[-turning(c_s, t), big.T], [-big, -inner]])
        step = np.linalg.lstsq(jacobian, -residual, rcond=1e-14)[0]
        c_s = c_s + back(step[:size])
        w = w + back(step[size:])
        if not np.all(np.isfinite(c_s)) or float(np.abs(c_s).min(initial=1.0)) == 0.0:
            break
    found = np.zeros(len(c), dtype=c_s.dtype)
    found[support] = c_s
    return found, w[:m]


def rounded(v: Floats) -> Vector:
    """Floats to the nearest multiples of a power of two."""
    top = float(np.abs(v).max(initial=0.0))
    shift = GRID - int(np.frexp(top)[1]) if top else 0
    factor = Fraction(2) ** shift
    real = [round(Fraction(float(a)) * factor) for a in v.real]
    imag = [round(Fraction(float(a)) * factor) for a in v.imag] if np.iscomplexobj(v) else []
    if shift >= 0:
        return Vector.of(real, imag, 1 << shift)
    return Vector.of([a << -shift for a in real], [a << -shift for a in imag], 1)


def dual_feasible(problem: Instance, w: Vector, weights: Vector, factor: Fraction) -> Vector:
    """w divided by a number >= 1, so that |(B* w)_j| <= factor t_j holds exactly."""
    g = problem.data.dual(w)
    scale = Fraction(weights.denominator, g.denominator)
    top = (
        max(
            (Fraction(a, t * t) for a, t in zip(g.squares(), weights.real, strict=True)),
            default=Fraction(0),
        )
        * (scale / factor) ** 2
    )
    if top <= 1:
        return w
    root = Fraction(isqrt(ceil(top * (1 << 160))) + 1, 1 << 80)
    return Vector.combination([(1 / root, w)], problem.data.m)


def residual(problem: Instance, c: Vector, y: Vector) -> Vector:
    """y - B c, exactly."""
    parts = [(Fraction(1), y), (Fraction(-1), problem.data.measure(c))]
    return Vector.combination(parts, problem.data.m)


def square(v: Vector) -> Fraction:
    """|v|^2 in l2."""
    return pairing(v, v)


def move_inside(problem: Instance, c: Vector, y: Vector, eta: Fraction) -> Vector:
    """A point near c with |B c - y| <= eta exactly.  Raises Stuck."""
    if square(residual(problem, c, y)) <= eta**2:
        return c
    if not eta:
        return solve_exactly(problem, c, y)
    inner = np.linalg.lstsq(problem.floats, floats_of(y), rcond=None)[0]
    centre = rounded(inner)
    for power in range(60, -1, -2):
        part = Fraction(1, 1 << power)
        moved = Vector.combination([(1 - part, c), (part, centre)], problem.data.n)
        if square(residual(problem, moved, y)) <= eta**2:
            return moved
    raise Stuck("eta is too near to the distance of y from the range of A")


def solve_exactly(problem: Instance, c: Vector, y: Vector) -> Vector:
    """The point near c with B c = y exactly, by a change of few entries.  Raises Stuck."""
    data, matrix = problem.data, problem.integers
    rest = residual(problem, c, y)
    is_complex = bool(problem.matrix.imag)
    if is_complex or not rest.imag:
        right = [*rest.real, *(rest.imag or (0,) * data.m)] if is_complex else list(rest.real)
        sizes = c.squares()
        order = sorted(range(data.n), key=lambda j: -sizes[j])
        order = [k for j in order for k in ((j, j + data.n) if is_complex else (j,))]
        moved = _correction(matrix, order, right)
        real, imag = moved[: data.n], moved[data.n :]
        over = Fraction(problem.matrix.denominator, rest.denominator)
        parts = [[a * over for a in real], [a * over for a in imag] or [Fraction(0)] * data.n]
    else:
        parts = [
            [
                a * Fraction(problem.matrix.denominator, rest.denominator)
                for a in _correction(matrix, range(data.n), half)
            ]
            for half in (list(rest.real), list(rest.imag))
        ]

    whole = [(Fraction(1), c), (Fraction(1), from_entries(parts[0]))]
    if any(parts[1]):
        whole.append((Fraction(1), from_entries(parts[1]).turned()))
    return Vector.combination(whole, data.n)


def _correction(matrix: flint.fmpz_mat, order: Any, right: list[int]) -> list[Fraction]:
    """A solution of M x = b on few columns, the first independent ones in an order."""
    columns = [list(order)[k] for k in independent(chosen(matrix, list(order)))]
    part = chosen(matrix, columns)
    rows = independent(part.transpose())
    table = part.tolist()
    block = flint.fmpq_mat(flint.fmpz_mat([table[i] for i in rows]))
    tops, over = fractions(
        block.solve(flint.fmpq_mat(flint.fmpz_mat([[right[i]] for i in rows])), "dixon")
    )
    found = [Fraction(0)] * matrix.ncols()
    for j, a in zip(columns, tops, strict=True):
        found[j] = Fraction(a, over)
    return found


def outwards(value: Roots, up: bool) -> Fraction:
    """A decimal number of 15 digits at or above a value; at or below it if not `up`."""
    exact = value.as_rational()
    high = (
        exact
        if exact is not None
        else (value.upper(200) if up else -value.times(Fraction(-1)).upper(200))
    )
    if not high or (high.denominator == 1 and abs(high) < 10**DIGITS):
        return high
    power = len(str(abs(high.numerator))) - len(str(high.denominator)) - DIGITS
    unit = Fraction(10) ** power
    count = high / unit
    return (Fraction(ceil(count)) if up else Fraction(-ceil(-count))) * unit


def qcbp(problem: Instance, y: Vector, weights: Vector, eta: Fraction) -> Bounds:
    """Both points of QCBP, exactly feasible.  Raises Stuck."""
    data = problem.data
    if square(y) <= eta**2:
        zero_c, zero_w = Vector((0,) * data.n, (), 1), Vector((0,) * data.m, (), 1)
        return Bounds(zero_c, zero_w, Fraction(0), Fraction(0))
    c, w = _points(problem, y, weights, Fraction(1), eta)
    c = move_inside(problem, c, y, eta)
    w = dual_feasible(problem, w, weights, Fraction(1))
    best = _bounds(c, w, y, weights, eta)
    if best.high - best.low > best.high / 10**9 and not (problem.matrix.imag or y.imag):
        # a small eta: the two points of basis pursuit are feasible, and eta |w| apart
        try:
            exact = solve(problem, y, weights)
        except Stuck:
            return best
        for other_c, other_w in ((exact.c, w), (c, exact.w), (exact.c, exact.w)):
            other = _bounds(other_c, other_w, y, weights, eta)
            best = other if other.high - other.low < best.high - best.low else best
    return best


def _bounds(c: Vector, w: Vector, y: Vector, weights: Vector, eta: Fraction) -> Bounds:
    """What two feasible points say; w = 0 is better than one with a negative value."""
    dual = Roots.rational(pairing(y, w)) - plain("l2", w).times(eta)
    if dual.sign() < 0:
        w, dual = Vector((0,) * w.dimension, (), 1), Roots()
    return Bounds(c, w, outwards(dual, False), outwards(weighted(c, weights), True))


def _points(
    problem: Instance, y: Vector, weights: Vector, factor: Fraction, eta: Fraction | None
) -> tuple[Vector, Vector]:
    """A primal and a dual point, rounded, the better ones of two methods."""
    program = Program(
        problem.floats,
        floats_of(y),
        floats_of(weights),
        float(factor),
        None if eta is None else float(eta),
    )
    rough = first_order(program)
    fine = newton(program, *rough)
    error = [program.primal(c) - program.dual(w) for c, w in (rough, fine)]
    if eta is not None:
        for k, (c, _) in enumerate((rough, fine)):
            error[k] = abs(error[k]) + float(np.linalg.norm(program.b @ c - program.y)) - float(eta)
    good = bool(np.isfinite(error[1])) and abs(error[1]) <= abs(error[0])
    c, w = fine if good else rough
    return rounded(c), rounded(w)


def lasso(problem: Instance, y: Vector, weights: Vector, factor: Fraction) -> Bounds:
    """Both points of the LASSO form, factor > 0; real data whose support is found: equal values."""
    c, w = _points(problem, y, weights, factor, None)
    exact = None
    if not (problem.matrix.imag or y.imag):
        exact = _lasso_exactly(problem, c, y, weights, factor)
    if exact is not None:
        c, w = exact, residual(problem, exact, y)
    best = dual_feasible(problem, w, weights, factor)
    rest = residual(problem, c, y)
    half = Fraction(1, 2)
    primal = weighted(c, weights).times(factor) + Roots.rational(half * square(rest))
    dual = pairing(y, best) - half * square(best)
    if (primal - Roots.rational(dual)).sign() == 0:
        return Bounds(c, best, dual, dual)
    return Bounds(c, best, outwards(Roots.rational(dual), False), outwards(primal, True))


def _lasso_exactly(
    problem: Instance, c: Vector, y: Vector, weights: Vector, factor: Fraction
) -> Vector | None:
    """The point with  B_S^T (y - B_S c_S) = factor t_S sign(c_S)  on the support of c, or None."""
    top = max(map(abs, c.real), default=0)
    support = [j for j, a in enumerate(c.real) if abs(a) > top >> 26]
    columns = flint.fmpq_mat(chosen(problem.integers, support))
    scale = Fraction(1, problem.matrix.denominator)
    pull = (columns.transpose() * flint.fmpq_mat(flint.fmpz_mat([[a] for a in y.real]))).entries()
    right = []
    for j, a in zip(support, pull, strict=True):
        slope = (
            factor * Fraction(weights.real[j], weights.denominator) * (1 if c.real[j] > 0 else -1)
        )
        value = scale * Fraction(int(a.p), int(a.q)) / y.denominator - slope
        right.append([flint.fmpq(value.numerator, value.denominator)])
    entries = [Fraction(0)] * problem.data.n
    if support:
        try:
            found = (columns.transpose() * columns).solve(flint.fmpq_mat(right)).entries()
        except ZeroDivisionError:
            return None
        for j, a in zip(support, found, strict=True):
            entries[j] = Fraction(int(a.p), int(a.q)) / scale**2
            if entries[j] * c.real[j] <= 0:
                return None

    return from_entries(entries)


def far(problem: Instance, y: Vector, eta: Fraction) -> Vector | None:
    """w with A* w = 0 and Re <y, w> > eta |w|, or None if the distance of y is at most eta."""
    data, is_complex = problem.data, bool(problem.matrix.imag)
    columns = problem.integers
    parts = [y.real, y.imag] if y.imag else [y.real]
    if is_complex:
        parts = [(*y.real, *(y.imag or (0,) * data.m))]
    outside = [out_of_range(columns, part) for part in parts]
    if not any(outside):
        return None
    nullspace, rank = columns.transpose().nullspace()
    rows = nullspace.nrows()
    k = flint.fmpq_mat(
        flint.fmpz_mat([[nullspace[i, j] for j in range(int(rank))] for i in range(rows)])
    )
    found = []
    for part in parts:
        side = flint.fmpq_mat(flint.fmpz_mat([[a] for a in part]))
        inner = (k.transpose() * k).solve(k.transpose() * side)
        found.append(fractions(k * inner))

    lists = [[Fraction(a, over) for a in tops] for tops, over in found]
    if is_complex:
        lists = [lists[0][: data.m], lists[0][data.m :]]
    w = Vector.combination(
        [(Fraction(1), v if not i else v.turned()) for i, v in enumerate(map(from_entries, lists))],
        data.m,
    )
    w = Vector.combination([(Fraction(1, y.denominator), w)], data.m)
    return w if square(w) > eta**2 else None
