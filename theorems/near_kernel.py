"""A direction that an operator does not see, exactly, or hardly sees.

If the rank is below the number N of columns there is a vector z with A z = 0, found by exact
elimination: for m < N always, also where A has full row rank and its smallest singular value is
positive.  For an injective A floats propose a vector near to the last singular vector, and unit
vectors compete with it: in norms other than l2 the singular vector need not be the best.  What is
small about |A z| / |z| is computed exactly for the one that is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import flint

from certificates.exact import Roots
from certificates.format import short
from certificates.linear import Linear, is_irrational
from certificates.matrices import Matrix, Vector
from certificates.norms import Norm

from .arrays import BadInput
from .lipschitz import simplest_between
from .singular import propose
from .two_images import short_below

LARGEST = 1 << 20  # entries of a matrix for exact elimination
CLOSE = Fraction(1, 1 << 40)  # how near a norm comes to the wanted one
UNITS = 256  # unit vectors that are tried


@dataclass(frozen=True)
class Direction:
    """A vector z (N,) other than 0, and whether A z = 0; the rank of A if it is known."""

    vector: Vector
    kernel: bool
    injective: bool


def direction(form: Linear, domain: Norm, target: Norm) -> Direction:
    """A vector of the kernel, or one that A makes small.

    Raises BadInput for operators with irrational entries, and for those that are too large.
    """
    m, n = form.shape
    if is_irrational(form) or m * n > LARGEST:
        raise BadInput(
            "operator: a kernel vector is found by exact elimination, which needs rational entries "
            f"and at most {LARGEST} of them; give a smaller operator, or one that is stored"
        )
    matrix = form.dense()
    found = kernel_vector(matrix)
    if found is not None:
        return Direction(found, True, False)
    proposal = propose(form)
    tried = [Vector.of([int(j == k) for j in range(n)]) for k in range(min(n, UNITS))]
    tried = ([proposal.vector] if proposal else []) + tried
    best = min(tried, key=lambda v: target.of(form.apply(v)).upper() / domain.of(v).upper())
    return Direction(best, False, True)


def kernel_vector(matrix: Matrix) -> Vector | None:
    """(m, N) -> (N,): integers, A z = 0, z not 0; None for an injective matrix."""
    real = matrix.as_real()
    m, n = real.shape
    columns = list(range(n))
    if n > m + 1 and not matrix.imag:
        columns = columns[: m + 1]  # these are dependent already
    rows = [[row[k] for k in columns] for row in real.real] or [[0] * len(columns)]
    basis, nullity = flint.fmpz_mat(rows).nullspace()
    if not nullity:
        return None
    found = [[int(basis[k, j]) for k in range(len(columns))] for j in range(int(nullity))]
    column = min(found, key=lambda entries: max(map(abs, entries)))
    divisor = gcd(*column)
    entries = [0] * n
    for place, entry in zip(columns, column, strict=True):
        entries[place] = entry // divisor
    if next(entry for entry in entries if entry) < 0:
        entries = [-entry for entry in entries]
    half = matrix.columns
    return Vector.of(entries[:half], entries[half:])


def scaled(v: Vector, norm: Norm, size: Fraction) -> Vector:
    """A rational multiple with |v| <= size, equal where the norm is rational."""
    length = norm.of(v)
    exact = length.as_rational()
    if exact is not None:
        factor = size / exact
    else:
        low, high = (Fraction(end, 1 << 128) for end in length.enclosure(128))
        factor = simplest_between(size / high * (1 - CLOSE), size / high)
        if low <= 0:
            raise BadInput(f"z: its norm is too small to be scaled to {short(size)}")
    return Vector.combination([(factor, v)], v.dimension)


def ratio(form: Linear, v: Vector, domain: Norm, target: Norm) -> tuple[Fraction, Fraction]:
    """Rational bounds of |A v| / |v|."""
    image, length = target.of(form.apply(v)), domain.of(v)
    if image.sign() == 0:
        return Fraction(0), Fraction(0)
    return short_below(image, CLOSE) / length.upper(128), image.upper(128) / short_below(
        length, CLOSE
    )


def is_zero(v: Vector) -> bool:
    """Whether a vector is 0."""
    return not any(v.real) and not any(v.imag)


def unit(n: int, place: int) -> Vector:
    """The unit vector (n,) with 1 at `place`."""
    return Vector.of([int(k == place) for k in range(n)])


__all__ = ["Direction", "Roots", "direction", "is_zero", "kernel_vector", "ratio", "scaled", "unit"]
