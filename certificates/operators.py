"""Linear maps and exact proofs of bounds on their operator norms.

Every function here decides whether  |W v|_target <= bound |v|_domain  for all v is *proved* by
one method; False means that this method does not prove it.  With p the domain's kind, q the
target's, p* the dual kind, r_i the rows and c_j the columns of W:

    rows      |W v|_q <= | (|r_i|_{p*})_i |_q |v|_p                 exact for q = linf
    columns   |W v|_q <= | (|c_j|_q)_j |_{p*} |v|_p                 exact for p = l1
    signs     max over s in {-1, 1}^n of |W s|_q   (p = linf), or
              max over s in {-1, 1}^m of |W^T s|_{p*}   (q = l1)    exact over R, refused over C
    gram      bound^2 I - W^* W is positive semidefinite            exact in the limit, l2 to l2
    schur     |W|^T |W| p <= bound^2 p  for a vector p > 0          l2 to l2; exact in the limit
                                                                    for matrices >= 0
    orthogonal  W is c times distinct rows of an orthogonal matrix  l2 to l2

The norms linf -> l1, linf -> l2 and l2 -> l1 are NP-hard to compute (Rohn 2000; Steinberg 2005):
`signs` takes small sizes only, `rows` and `columns` are bounds for them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import isqrt

from .exact import Roots
from .linear import Linear, Sparse, squared_norm
from .matrices import Integers, Matrix, Vector, gram, is_diagonally_dominant
from .norms import DUAL, Kind, Norm, plain

SIGNS = 12  # sign enumeration is refused for more variables than this


def ratio(bound: Fraction, domain: Norm, target: Norm) -> Fraction:
    """The bound between the norms without their weights."""
    return bound * domain.weight / target.weight


def _all_at_most(values: Iterable[Roots], bound: Fraction) -> bool:
    limit = Roots.rational(bound)
    return all((limit - value).sign() >= 0 for value in values)


def _mixed(kind: Kind, values: Iterable[Roots], bound: Fraction) -> bool:
    """|values|_kind <= bound, exactly for linf, by rational upper bounds for l1 and l2."""
    if kind == "linf":
        return _all_at_most(values, bound)
    uppers = [value.upper() for value in values]
    if kind == "l1":
        return sum(uppers) <= bound
    return sum(u * u for u in uppers) <= bound * bound


def rows(matrix: Matrix, domain: Norm, target: Norm, bound: Fraction) -> bool:
    """The bound follows from the dual norms of the rows."""
    duals = (plain(DUAL[domain.kind], row) for row in matrix.row_vectors())
    return bound >= 0 and _mixed(target.kind, duals, ratio(bound, domain, target))


def columns(matrix: Matrix, domain: Norm, target: Norm, bound: Fraction) -> bool:
    """The bound follows from the norms of the columns."""
    norms = (plain(target.kind, column) for column in matrix.transposed().row_vectors())
    return bound >= 0 and _mixed(DUAL[domain.kind], norms, ratio(bound, domain, target))


def signs(matrix: Matrix, domain: Norm, target: Norm, bound: Fraction) -> bool | None:
    """The bound over R follows by enumerating signs; None if the norms or the size rule that out.

    Over C it would not: unit-modulus vectors beyond signs can give a real matrix a larger norm.
    """
    m, n = matrix.shape
    if matrix.imag or bound < 0:
        return None
    if domain.kind == "linf" and n <= SIGNS:
        enumerated, kind, count = matrix, target.kind, n
    elif target.kind == "l1" and m <= SIGNS:
        enumerated, kind, count = matrix.transposed(), DUAL[domain.kind], m
    else:
        return None
    if count == 0:
        return True
    # s and -s give one norm, so the first sign is fixed
    corners = product((1, -1), repeat=count - 1)
    norms = (plain(kind, enumerated.apply(Vector.of((1, *corner)))) for corner in corners)
    return _all_at_most(norms, ratio(bound, domain, target))


def gram_factor(
    matrix: Matrix, domain: Norm, target: Norm, bound: Fraction, factor: list[Integers], shift: int
) -> bool | None:
    """The bound on l2 -> l2 follows from an approximate Cholesky factor; None for other norms.

    With M a positive integer multiple of  bound^2 I - W^* W  (or of  bound^2 I - W W^*,  whichever
    is smaller),  R = `factor` (rows of integers, lower triangular) and k = `shift`, the matrix
    4^k M - R R^T is diagonally dominant, hence M = 4^-k (R R^T + that) is positive semidefinite.
    """
    if domain.kind != "l2" or target.kind != "l2" or bound < 0:
        return None
    real = matrix.as_real()
    if real.shape[0] < real.shape[1]:
        real = real.transposed()
    size = real.columns
    if [len(row) for row in factor] != list(range(1, size + 1)):
        return None
    limit = ratio(bound, domain, target) * real.denominator
    top, bottom = limit.numerator**2, limit.denominator**2
    multiple = [[-a * bottom for a in row] for row in gram(real.real, size)]
    for j in range(size):
        multiple[j][j] += top
    return remainder_is_dominant(multiple, factor, shift)


def remainder_is_dominant(matrix: list[list[int]], factor: list[Integers], shift: int) -> bool:
    """Symmetric M (n, n), R lower triangular (rows of 1, ..., n entries), k: 4^k M - R R^T is
    diagonally dominant, so M is positive semidefinite.
    """
    size = len(matrix)
    # R R^T is the Gram matrix of the columns of R^T
    padded = [row + (0,) * (size - len(row)) for row in factor]
    squares = gram(list(zip(*padded, strict=True)), size) if size else []
    residual = (  # one row at a time: all of them are as long as 4^k
        [(a << 2 * shift) - b for a, b in zip(row, square, strict=True)]
        for row, square in zip(matrix, squares, strict=True)
    )
    return is_diagonally_dominant(residual)


def schur(
    form: Linear, domain: Norm, target: Norm, bound: Fraction, weights: list[Integers]
) -> bool | None:
    """The bound on l2 -> l2 follows from positive `weights`, one row (n,); None for others.

    Schur's test: with q = |W| p and  |W|^T q <= c p,  Cauchy's inequality gives
    |(W v)_i|^2 <= q_i * sum over j of |w_ij| |v_j|^2 / p_j, and the sum over i is at most c |v|^2.
    Moduli of complex entries are rounded upwards; an entry listed twice counts with both moduli.
    """
    sizes = len(weights) == 1 and len(weights[0]) == form.shape[1]
    if domain.kind != "l2" or target.kind != "l2" or bound < 0 or not sizes or min(weights[0]) <= 0:
        return None
    moduli = absolute(form)
    p = Vector(weights[0], (), 1)
    found = moduli.adjoint().apply(moduli.apply(p))
    limit = ratio(bound, domain, target) ** 2 * found.denominator
    return all(
        a * limit.denominator <= limit.numerator * b
        for a, b in zip(found.real, p.real, strict=True)
    )


def absolute(form: Linear) -> Sparse:
    """A sparse matrix whose entries are at least the moduli of those of W; equal if W is real."""
    if not isinstance(form, Sparse):
        form = Sparse.of(form.dense())
    if not form.imag:
        return replace(form, real=tuple(map(abs, form.real)))
    # in steps of 2^-32 of the denominator, upwards
    squares = zip(form.real, form.imag, strict=True)
    real = tuple(isqrt((a * a + b * b) << 64) + 1 for a, b in squares)
    return replace(form, real=real, imag=(), denominator=form.denominator << 32)


def orthogonal(form: Linear, domain: Norm, target: Norm, bound: Fraction) -> bool | None:
    """The bound on l2 -> l2 follows from the structure; None for other norms and forms."""
    square = squared_norm(form)
    if square is None or domain.kind != "l2" or target.kind != "l2" or bound < 0:
        return None
    return ratio(bound, domain, target) ** 2 >= square
