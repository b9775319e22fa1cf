"""Laws of the noise E, as a claim states them.

    {"law": "gaussian", "mean": MEAN, "covariance": COVARIANCE}
        over C  E ~ CN(mean, S):  density  pi^-m det(S)^-1 exp(-(u - mean)* S^-1 (u - mean))
        over R  E ~ N(mean, s I), the real law of variance s in each coordinate
    {"law": "density", "least": g}
        E has a density, and it is at least g on the ball

MEAN is a term of the statement's language, such as "A x_prime - A x", or an array.  COVARIANCE is
a number s for s I, a list of m numbers for a diagonal, or over C a Hermitian matrix (m, m) as
array; it may be singular: then E lies in a subspace, around its mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ..arrays import Arrays, vector_of
from ..format import Rejected, Unreadable, as_object, choice, fields, read_number, read_small, short
from ..language import read_term
from ..matrices import Vector
from ..npy import Tensor
from ..terms import Term, bound_variables
from ..values import Context
from .ball import Ball

LARGEST = 64  # of a full covariance: elimination of 128 x 128 integers that grow


@dataclass(frozen=True)
class Gaussian:
    """E ~ CN(mean, S), or N(mean, s I) over R.

    `away` is mean - center, (m,).  `variances` are one number for all coordinates or one for
    each; of a full covariance they are empty, and `matrix` is 2m x 2m, of integers over `over`: the
    real matrix [[X, -Y], [Y, X]] of X + iY.
    """

    words: str
    away: Vector
    variances: tuple[Fraction, ...]
    matrix: tuple[tuple[int, ...], ...] = ()
    over: int = 1


@dataclass(frozen=True)
class Density:
    """A density that is at least `least` on the ball."""

    words: str
    least: Fraction


Law = Gaussian | Density
LAWS = {"gaussian": ("covariance", "mean"), "density": ("least",)}


def read_law(value: object, ball: Ball, context: Context) -> Law:
    """The law of a claim.  Raises Unreadable, or Rejected where the mean has no exact value."""
    table = as_object(value, "claim.noise")
    keys = choice(table.get("law"), "claim.noise.law", LAWS)
    fields(table, "claim.noise", ("law", *keys))
    if table["law"] == "density":
        least = read_number(table["least"], "claim.noise.least")
        if least < 0:
            raise Unreadable("claim.noise.least: a density is not negative")
        words = f"{ball.variable} has a density of at least {short(least)} on this ball"
        return Density(words, least)
    away, said = _mean(table["mean"], ball, context)
    complex_ = context.data.field == "C"
    covariance = table["covariance"]
    if isinstance(covariance, dict):
        if not complex_:
            raise Unreadable("claim.noise.covariance: over R one number s is expected, for s I")
        matrix, over = _hermitian(covariance, ball.dimension)
        words = f"{ball.variable} ~ CN({said}, S) with the covariance S of the claim"
        return Gaussian(words, away, (), matrix, over)
    if isinstance(covariance, list):
        if not complex_ or len(covariance) != ball.dimension:
            raise Unreadable(
                f"claim.noise.covariance: {ball.dimension} numbers are expected, and only over C"
            )
        variances = tuple(read_small(v, "claim.noise.covariance") for v in covariance)
        shape = f"diag({', '.join(map(short, variances[:4]))}{', ...' * (len(variances) > 4)})"
    else:
        variances = (read_small(covariance, "claim.noise.covariance"),)
        shape = f"{short(variances[0])} I"
    if min(variances) < 0:
        raise Unreadable("claim.noise.covariance: variances are not negative")
    words = f"{ball.variable} ~ {'CN' if complex_ else 'N'}({said}, {shape})"
    return Gaussian(words, away, variances)


def _mean(value: object, ball: Ball, context: Context) -> tuple[Vector, str]:
    """mean - center, and the mean in words; where both are one term, 0 without computing."""
    if isinstance(value, str):
        mean = read_term(value, context.names, "claim.noise.mean")
        if mean.space != ball.space or bound_variables(mean):
            raise Unreadable(f"claim.noise.mean: a term of {ball.space} without variables")
        difference = mean - ball.center
        if not difference.parts:
            return Vector((0,) * ball.dimension, (), 1), str(mean)
        return context.vector(difference), str(mean)
    found = Arrays(None).read(value, "claim.noise.mean")
    mean_vector = vector_of(found, ball.dimension, "claim.noise.mean")
    if mean_vector.imag and context.data.field == "R":
        raise Unreadable("claim.noise.mean: complex entries in a problem over R")
    center = _value(ball.center, ball, context)
    parts = [(Fraction(1), mean_vector), (Fraction(-1), center)]
    return Vector.combination(parts, ball.dimension), "the mean of the claim"


def _value(term: Term, ball: Ball, context: Context) -> Vector:
    return context.vector(term) if term.parts else Vector((0,) * ball.dimension, (), 1)


def _hermitian(value: object, m: int) -> tuple[tuple[tuple[int, ...], ...], int]:
    """A Hermitian positive semidefinite matrix, as a real one.  Raises Unreadable, Rejected."""
    where = "claim.noise.covariance"
    if m > LARGEST:
        raise Rejected(f"{where}: a full matrix for m <= {LARGEST}, a number or m numbers beyond")
    found = Arrays(None).read(value, where)
    if found.shape != (m, m):
        raise Unreadable(f"{where}: shape {found.shape}, expected is ({m}, {m})")
    real, imag = ([part[k * m : k * m + m] for k in range(m)] for part in _parts(found, m))
    for j in range(m):
        for k in range(m):
            if real[j][k] != real[k][j] or imag[j][k] != -imag[k][j]:
                raise Unreadable(f"{where}: entries ({j}, {k}) and ({k}, {j}) are not conjugate")
    upper = [(*x, *(-b for b in y)) for x, y in zip(real, imag, strict=True)]
    lower = [(*y, *x) for x, y in zip(real, imag, strict=True)]
    matrix = (*upper, *lower)
    if not is_semidefinite(matrix):
        raise Unreadable(f"{where}: is not positive semidefinite, so no covariance")
    return matrix, found.denominator


def _parts(found: Tensor, m: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return found.real, found.imag or (0,) * (m * m)


def is_semidefinite(matrix: tuple[tuple[int, ...], ...]) -> bool:
    """Whether a symmetric integer matrix (n, n) is positive semidefinite, decided exactly.

    Symmetric elimination without fractions: of [[a, b^T], [b, C]] with a > 0 the Schur complement
    is a C - b b^T up to the factor a, divided exactly by the pivot before (Bareiss, 1968).  The
    matrix is semidefinite if and only if a >= 0, the complement is, and b = 0 where a = 0.
    """
    rows = [list(row) for row in matrix]
    before = 1
    while rows:
        first = rows.pop(0)
        pivot = first[0]
        if pivot < 0 or (pivot == 0 and any(first)):
            return False
        if pivot == 0:
            rows = [row[1:] for row in rows]
            continue
        rows = [
            [(pivot * c - row[0] * b) // before for c, b in zip(row[1:], first[1:], strict=True)]
            for row in rows
        ]
        before = pivot
    return True
