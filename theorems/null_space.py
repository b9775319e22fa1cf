"""Weights that prove the robust null space property: proposed in floats, measured exactly.

`certificates.sparse.null_space.weights` turns any W of C^(N x m) into constants.  Proposed are

    coherence    W = B* with rows divided by the squared norms of the columns of B
    diagonal     W = B* D, the D that makes the entries of I - W B off the diagonal least; for rows
                 of characters of a group (Hadamard, DFT) no W makes them less
    rows         each row of W on its own, by linear programming (Juditsky and Nemirovski, On
                 verifiable sufficient conditions for sparse signal recovery, 2011)

and mixtures of the first with the others, which trade rho for gamma.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, isqrt
from typing import Any

import numpy as np

from certificates.matrices import Matrix
from certificates.sparse.null_space import Constants, Measures, weights
from certificates.sparse.recovery import bounds

from .arrays import BadInput

DIGITS = 10**4  # rho, gamma, C1 and C2 are rounded upwards to multiples of its inverse
BITS = 30  # of the proposed weights
DIRECTIONS = 16  # a modulus is replaced by its parts in so many directions
ROW_PROGRAMS = 128  # more columns are not treated one by one
MIXTURES = (0, 0.5, 0.9)
Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Proved:
    """The property "l2" with the W that proves it, and how W was found; rho may be 1 or more."""

    constants: Constants
    weight: Matrix
    measures: Measures
    words: str

    @property
    def balance(self) -> Fraction:
        """A k near the square root of 2, which makes C2 least."""
        return Fraction(17, 12)

    def constants_of_recovery(self) -> tuple[Fraction, Fraction]:
        """C1 and C2, rounded upwards; rho < 1 is needed."""
        return recovery_constants(self.constants, self.balance)


def recovery_constants(found: Constants, balance: Fraction) -> tuple[Fraction, Fraction]:
    """C1 and C2, rounded upwards.  Raises Rejected unless rho < 1."""
    square, second = bounds(found, balance)
    return root_above(square), Fraction(ceil(second * DIGITS), DIGITS)


def root_above(square: Fraction) -> Fraction:
    """The square root if it is a fraction with a small denominator; else rounded upwards."""
    top, bottom = isqrt(square.numerator), isqrt(square.denominator)
    if top * top == square.numerator and bottom * bottom == square.denominator < DIGITS**2:
        return Fraction(top, bottom)
    scaled = square * DIGITS**2
    return Fraction(isqrt(ceil(scaled) - 1) + 1 if scaled else 0, DIGITS)


def floats(matrix: Matrix) -> Floats:
    """(m, N) as floats, complex only if it is."""
    real = np.array(matrix.real, dtype=object) / matrix.denominator
    if not matrix.imag:
        return real.astype(float)
    imag = np.array(matrix.imag, dtype=object) / matrix.denominator
    return np.asarray(real.astype(float) + 1j * imag.astype(float))


def prove(matrix: Matrix, order: int) -> Proved | None:
    """The best that was found: the least C1 + C2 (norm of a column), else the least rho.

    None if no candidate gives any rho, because alpha >= 1.
    """
    b = floats(matrix)
    size = float(np.sqrt(np.min(np.sum(np.abs(b) ** 2, axis=0))))
    found: list[tuple[tuple[int, float], Proved]] = []
    for weight, words in candidates(matrix, b):
        measures = weights(matrix, weight, order)
        left = 1 - measures.alpha
        if left <= 0:
            continue
        rho, gamma = (
            root_above(square / left**2)
            for square in (order * measures.beta_square, measures.omega_square)
        )
        proved = Proved(Constants("l2", order, rho, gamma), weight, measures, words)
        if rho < 1:
            first, second = proved.constants_of_recovery()
            rank = (0, float(first + second * Fraction(size)))
        else:
            rank = (1, float(rho))
        found.append((rank, proved))
    return min(found, key=lambda entry: entry[0])[1] if found else None


# ------------------------------------------------------------------------------- candidates


def candidates(matrix: Matrix, b: Floats) -> Iterator[tuple[Matrix, str]]:
    """W with words on how it was found.  A column of zeros has no candidate."""
    squares = [sum(v.squares()) for v in matrix.transposed().row_vectors()]
    if not all(squares):
        return
    yield coherent(matrix), "W = B* with normed columns (coherence)"
    first = np.conj(b.T) / np.sum(np.abs(b) ** 2, axis=0)[:, None]
    better, words = _diagonal(b), "W = B* D, D by linear programming"
    if better is None and b.shape[1] <= ROW_PROGRAMS:
        better, words = _by_rows(b), "W row by row, by linear programming"
    if better is not None:
        for share in MIXTURES:
            mixed = share * first + (1 - share) * better
            yield rounded(mixed), words if not share else f"{words}, mixed with B*"


def coherent(matrix: Matrix) -> Matrix:
    """Row j is the conjugate of column j, divided by its squared norm; exact."""
    adjoint = matrix.adjoint()
    norms = [
        sum(a * a for part in (adjoint.real, adjoint.imag) if part for a in part[j])
        for j in range(matrix.columns)
    ]
    over = int(np.lcm.reduce(np.array(norms, dtype=object)))
    real, imag = (
        [
            [a * (over // norm) * matrix.denominator for a in row]
            for row, norm in zip(part, norms, strict=True)
        ]
        if part
        else []
        for part in (adjoint.real, adjoint.imag)
    )
    return Matrix.of(real, imag, over, adjoint.columns)


def rounded(values: Floats) -> Matrix:
    """Rounded to BITS bits of the largest entry."""
    shift = BITS - int(np.ceil(np.log2(np.max(np.abs(values)))))
    over = 1 << max(shift, 0)
    parts = [values.real, values.imag] if np.iscomplexobj(values) else [values]
    real, *imag = ([[int(a) for a in row] for row in np.rint(part * over)] for part in parts)
    return Matrix.of(real, imag[0] if imag else [], over, values.shape[1])


def solver() -> Any:
    """SciPy's linear programming, which is slow to import.  Raises BadInput without SciPy."""
    try:
        from scipy.optimize import linprog
    except ImportError:
        raise BadInput("nullspace needs SciPy: pip install 'kernelcert[recover]'") from None
    return linprog


def _linprog(cost: Floats, above: Floats, limits: Floats, **more: Any) -> Floats | None:
    linprog = solver()
    found = linprog(cost, above, limits, bounds=(None, None), method="highs", **more)
    return np.asarray(found.x) if found.status == 0 else None


def _parts(values: Floats) -> Floats:
    """The real parts in all directions, (k, n) -> (k directions, n)."""
    if not np.iscomplexobj(values):
        return np.concatenate([values, -values])
    turns = np.exp(2j * np.pi * np.arange(DIRECTIONS) / DIRECTIONS)
    return np.concatenate([(turn * values).real for turn in turns])


def _diagonal(b: Floats) -> Floats | None:
    """B* D with real D: one program, if it sees all entries of I - W B; else None."""
    m, n = b.shape
    moduli = np.abs(b) ** 2
    if np.ptp(moduli, axis=1).max() > 1e-9 or n < 2:
        return None
    products = np.unique((np.conj(b[:, :1]) * b[:, 1:]).T.round(12), axis=0)
    sides = _parts(products)
    above = np.hstack([sides, -np.ones((len(sides), 1))])
    cost = np.r_[np.zeros(m), 1.0]
    equal = np.r_[moduli[:, 0], 0.0][None, :]
    found = _linprog(cost, above, np.zeros(len(sides)), A_eq=equal, b_eq=[1.0])
    if found is None:
        return None
    weight = np.asarray(np.conj(b.T) * found[:m])
    rest = np.abs(np.eye(n) - weight @ b)
    return weight if rest.max() <= np.abs(products @ found[:m]).max() + 1e-7 else None


def _by_rows(b: Floats) -> Floats | None:
    """For each i the w with (w B)_i = 1 and the least largest other entry of w B."""
    m, n = b.shape
    wide = b if not np.iscomplexobj(b) else np.concatenate([b, 1j * b])
    rows: list[Floats] = []
    for i in range(n):
        sides = _parts(np.delete(wide, i, axis=1).T)
        above = np.hstack([sides, -np.ones((len(sides), 1))])
        column = np.r_[wide[:, i], 0.0]
        equal = np.stack([column.real, column.imag]) if np.iscomplexobj(b) else column[None, :]
        cost = np.r_[np.zeros(len(wide)), 1.0]
        right = [1.0, 0.0][: len(equal)]
        found = _linprog(cost, above, np.zeros(len(sides)), A_eq=equal, b_eq=right)
        if found is None:
            return None
        rows.append(found[:m] if len(wide) == m else found[:m] + 1j * found[m : 2 * m])
    return np.stack(rows)
