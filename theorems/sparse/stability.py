"""A bound for one image: a dual vector that is small off its large coefficients, a left inverse.

The kernel's side is `certificates/sparse/stability.py`.  The left inverse is the pseudo-inverse of
the columns B_T.  Of all w with B_T* w = the signs of c the one with the least maximum off T is
approached by Lawson's method (1961), least squares with weights that grow where the residual is
large, from the shortest w; of all steps the one with the best bound is kept.  Everything is
rounded to dyadic numbers; what the bound loses by that is part of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from certificates.exact import Roots
from certificates.format import Rejected, write_number
from certificates.matrices import Matrix, Vector
from certificates.sparse.stability import radius

from ..decimals import decimal
from .hints import hint, matrix_hint
from .instance import Floats, Instance, floats_of

STEPS, PATIENCE = 60, 6  # without a gain of 1 %
FINE, COARSE = 44, 26  # bits of w and of L
Table = dict[str, Any]


@dataclass(frozen=True)
class Stability:
    """T, w and L for one image x, with the kernel's `bound` at one eta.

    Shapes: w in Y, L of |T| x m.
    """

    c: Vector
    places: tuple[int, ...]
    w: Vector
    left: Matrix

    def bound(self, problem: Instance, eta: Fraction) -> Fraction:
        """What the kernel computes: no minimiser is farther from x.  Raises Rejected."""
        return radius(problem.data, self.c, eta, self.places, self.w, self.left)

    def hint(self) -> Table:
        """The hint `proof`."""
        places = [str(j) for j in self.places]
        return {"dual": hint(self.w), "left": matrix_hint(self.left), "places": places}


def stability(problem: Instance, name: str, eta: Fraction) -> Stability | None:
    """The best that is found for the vector `name` of X and noise up to eta, or None."""
    c = problem.data.h.apply(problem.vector(name))
    values, matrix = floats_of(c), problem.floats
    best: tuple[Fraction, Stability] | None = None
    for count in _sizes(int(np.count_nonzero(values)), len(matrix)):
        places = np.sort(np.argsort(-np.abs(values), kind="stable")[:count])
        proposed = _propose(matrix, values, places, float(eta))
        if proposed is None:
            continue
        w, left = proposed
        found = Stability(c, tuple(map(int, places)), _vector(w), _matrix(left, matrix.shape[0]))
        try:
            value = found.bound(problem, eta)
        except Rejected:
            continue
        if best is None or value < best[0]:
            best = value, found
        if not np.delete(values, places).any():
            break  # with fewer places sigma would not be 0
    return best[1] if best else None


def rounded(value: Fraction) -> Fraction:
    """Upwards, to four places of decimals; 0 stays 0."""
    return Fraction(-(-value.numerator * 10**4 // value.denominator), 10**4)


def image_claim(
    found: Stability, problem: Instance, name: str, eta: Fraction
) -> tuple[tuple[str, Table, Table], Fraction]:
    """(name, claim, hints) for the vector `name`, and its radius, rounded upwards."""
    radius = rounded(found.bound(problem, eta))
    claim = {
        "says": "recovery of a vector",
        "vector": name,
        "eta": write_number(eta),
        "radius": write_number(radius),
    }
    return ("stability", claim, {"proof": found.hint()}), radius


def told(
    found: Stability | None, problem: Instance, name: str, eta: Fraction
) -> tuple[tuple[str, ...], list[tuple[str, Table, Table]]]:
    """What was found, in words, and the claims: one, or none."""
    if found is None:
        return (
            "undecided: no dual vector was found; take more rows, or an image with fewer "
            "coefficients ('kernelcert recover' at A x settles for real data what is recovered)",
        ), []
    claim, radius = image_claim(found, problem, name, eta)
    kept = f"{len(found.places)} of {problem.data.n} coefficients"
    lines = [f"by a dual vector for {kept}: |x^ - {name}|_l2 <= {decimal(Roots.rational(radius))}"]
    if not eta and not radius:
        lines.append(f"{name} is the only minimiser at A {name}")
    return tuple(lines), [claim]


def _sizes(nonzero: int, most: int) -> Iterator[int]:
    """How many of the largest coefficients are tried: all that are not 0, then fewer."""
    count = nonzero
    while count > 0:
        if count < most:
            yield count
        if count == 1:
            return
        count = max(1, min(3 * count // 4, most - 1))


def _propose(matrix: Floats, c: Floats, places: Floats, eta: float) -> tuple[Floats, Floats] | None:
    """w and L in floating point, with the least bound of all steps."""
    inside = matrix[:, places]
    off = np.setdiff1d(np.arange(matrix.shape[1]), places)
    values, rest = np.linalg.svd(inside, compute_uv=False), matrix[:, off]
    if values[-1] < 1e-9 * values[0]:
        return None
    left = np.linalg.pinv(inside)
    lengths = np.sqrt(1 + (np.abs(left @ rest) ** 2).sum(axis=0))
    signs = c[places] / np.abs(c[places])
    shortest = left.conj().T @ signs
    free = np.linalg.svd(inside, full_matrices=True)[0][:, len(places) :]
    slopes, start = rest.conj().T @ free, rest.conj().T @ shortest
    error, norm = np.abs(np.delete(c, places)).sum(), 1 / values[-1]
    weights, w = np.full(len(off), 1 / max(len(off), 1)), shortest
    best: tuple[float, Floats] | None = None
    last = 0
    for step in range(STEPS):
        sizes = np.abs(rest.conj().T @ w)
        if not sizes.size or sizes.max() < 1:
            kappa = (lengths / (1 - sizes)).max(initial=0)
            value = eta * norm + kappa * (error + eta * np.linalg.norm(w))
            if best is None or value < 0.99 * best[0]:
                best, last = (float(value), w), step
        if not sizes.any() or not free.size or (best and step - last > PATIENCE):
            break
        weights = weights * sizes
        weights /= weights.sum()
        scaled = weights[:, None] * slopes
        normal = slopes.conj().T @ scaled
        normal += 1e-12 * np.trace(normal).real * np.eye(len(normal))
        try:
            w = shortest - free @ np.linalg.solve(normal, scaled.conj().T @ start)
        except np.linalg.LinAlgError:
            break  # weights that are all but 0 say no more
    return (best[1], left) if best else None


def _dyadic(values: Floats, bits: int) -> tuple[list[Any], list[Any], int]:
    """Numerators of the real and the imaginary parts, over a power of 2."""
    largest = float(np.abs(values).max(initial=0.0)) or 1.0
    over = 1 << max(0, bits - int(np.ceil(np.log2(largest))))
    real = np.rint(values.real * float(over)).astype(np.int64).tolist()
    imag = np.rint(values.imag * float(over)).astype(np.int64).tolist()
    return real, imag if np.iscomplexobj(values) else [], over


def _vector(values: Floats) -> Vector:
    return Vector.of(*_dyadic(values, FINE))


def _matrix(values: Floats, columns: int) -> Matrix:
    real, imag, over = _dyadic(values, COARSE)
    return Matrix.of(real, imag, over, columns)
