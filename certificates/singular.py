"""How small a linear map can make a vector: two rules that prove  s |u| <= |A u|  in l2, for all u.

The largest such s is the smallest singular value of an injective A.  For an A with more columns
than rows there is none but 0; its smallest singular value is that of A^*, given as "adjoint".

    lower_gram         W^* W - s^2 I is positive semidefinite, by an approximate Cholesky factor
    lower_orthogonal   W is c times a matrix with orthonormal columns, by its structure
"""

from __future__ import annotations

from fractions import Fraction
from math import prod

from .data_rules import linear_part
from .format import Rejected, short
from .fourier import Fourier
from .judgments import Comparison, Judgment
from .language import Map
from .linear import Composition, Hadamard, Linear
from .matrices import Integers, gram
from .norms import Norm
from .operators import ratio, remainder_is_dominant
from .terms import Term, image, norm
from .values import Context


def lower_gram(
    context: Context, map: str, vector: Term, bound: Fraction, factor: list[Integers], shift: int
) -> Judgment:
    """
        --------------
        s |u| <= |A u|

    for any u, where A is a linear map of the problem, from l2 to l2, with the matrix W: because
    W^* W - s^2 I is positive semidefinite.  With M a positive integer multiple of it, R = `factor`
    (rows of integers, lower triangular) and k = `shift`, the matrix  4^k M - R R^T  is diagonally
    dominant.  Refuses other maps and norms, or if it is not.
    """
    form, domain, target = _ends(context, map, vector)
    real = form.dense().as_real()
    size = real.columns
    if bound < 0 or [len(row) for row in factor] != list(range(1, size + 1)):
        raise Rejected(f"a bound >= 0 is expected, and a factor with {size} rows, each one longer")
    limit = ratio(bound, domain, target) * real.denominator
    top, bottom = limit.numerator**2, limit.denominator**2
    matrix = [[a * bottom for a in row] for row in gram(real.real, size)]
    for j in range(size):
        matrix[j][j] -= top
    if not remainder_is_dominant(matrix, factor, shift):
        raise Rejected(f"this factor does not prove the bound {short(bound)} for {map}")
    return _concluded(context, map, vector, bound)


def lower_orthogonal(context: Context, map: str, vector: Term, bound: Fraction) -> Judgment:
    """
        --------------
        s |u| <= |A u|

    for any u, where A is a linear map of the problem, from l2 to l2, which its form shows to be c
    times a map that keeps norms (`stretch`), and s <= c.  Refuses other forms and norms, or if s is
    larger.
    """
    form, domain, target = _ends(context, map, vector)
    square = stretch(form)
    if square is None:
        raise Rejected(f"the form of {map} does not show that its columns are orthogonal")
    if bound < 0 or ratio(bound, domain, target) ** 2 > square:
        raise Rejected(f"the bound {short(bound)} for {map} is negative or too large")
    return _concluded(context, map, vector, bound)


def stretch(form: Linear) -> Fraction | None:
    """The number c with |A v|^2 = c |v|^2 for all v, where the structure tells it, else None.

    H H^T = n I: all rows of s H, and the adjoint of any distinct ones, stretch by n s^2; so with F.
    """
    if isinstance(form, Hadamard):
        whole = form.turned or len(form.rows) == form.size
        return form.size * form.scale**2 if whole else None
    if isinstance(form, Fourier):
        whole = form.turned or len(form.rows) == form.size
        return form.size * form.square if whole else None
    if isinstance(form, Composition):
        found = [stretch(factor) for factor in form.factors]
        known = [c for c in found if c is not None]
        return prod(known, start=Fraction(1)) if len(known) == len(found) else None
    return None


def _ends(context: Context, map: str, vector: Term) -> tuple[Linear, Norm, Norm]:
    """A linear map of the problem and its norms.  Raises Rejected unless both are l2."""
    form, domain, target = linear_part(context, map)
    entry = context.names[map]
    if map not in context.data.operators or not isinstance(entry, Map):
        raise Rejected(f"the problem does not give {map!r} as a linear map")
    if vector.space != entry.domain:
        raise Rejected(f"{vector} is not in {entry.domain}, the domain of {map}")
    if (domain.kind, target.kind) != ("l2", "l2"):
        raise Rejected(f"this bound is for l2, not for {domain.kind} to {target.kind}")
    return form, domain, target


def _concluded(context: Context, map: str, vector: Term, bound: Fraction) -> Judgment:
    entry = context.names[map]
    target = entry.target if isinstance(entry, Map) else ""
    return Comparison.of(norm(vector).times(bound), "<=", norm(image(map, vector, target)))
