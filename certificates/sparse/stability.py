"""How far any minimiser is from one image: a dual vector and a left inverse of that image alone.

The null space property speaks of all s-sparse images at once, and is provable for small s only.
What the decoder does at one image has a proof of its own, at any size.  Let c = H x and B = A H*.
Given are

    T       a set of places, those of the large entries of c
    w       a vector of Y, g = B* w: nearly c_j / |c_j| on T, smaller than 1 in modulus off T
    L       a matrix, |T| x m: nearly a left inverse of the columns B_T

and with d = the l2 norm of (d_j), j in T, d_j = |g_j - c_j / |c_j||, or max(0, |g_j| - 1) if
c_j = 0; the Frobenius norm E of L B_T - I; sigma = the sum of |c_j| off T; and

    kappa = max over j off T of  sqrt(1 + |L b_j|^2) / (1 - |g_j|),    b_j the columns of B,

all e with |e|_l2 <= eta and *all* minimisers x^ of |H z|_l1 over |A z - (A x + e)|_l2 <= eta have

    |x^ - x|_l2  <=  2 (eta |L| + kappa (sigma + eta |w|)) / (1 - E - kappa d),

if the number below is positive.

Proof.  v = H (x^ - x) has |B v| <= |A x^ - A x - e| + |e| <= 2 eta, and |v| = |x^ - x|.  x is
feasible, so the sum of |c_j + v_j| - |c_j| is at most 0.  For j in T, |c_j + v_j| - |c_j| is at
least Re v_j conj(c_j / |c_j|), or |v_j| where c_j = 0, hence at least Re v_j conj(g_j) - d_j |v_j|.
For j off T it is at least |v_j| - 2 |c_j| >= Re v_j conj(g_j) + (1 - |g_j|) |v_j| - 2 |c_j|.  The
sum of all Re v_j conj(g_j) is Re <B v, w> >= -2 eta |w|.  So with Cauchy and Schwarz on T

    sum off T of (1 - |g_j|) |v_j|  <=  2 sigma + 2 eta |w| + d |v|.                       (1)

Let W be the N x m matrix with the rows of L at T and 0 elsewhere.  v = W B v + (I - W B) v, and
column j of I - W B has the norm sqrt(1 + |L b_j|^2) off T, while those in T together have the
Frobenius norm E.  So |v| <= 2 eta |L| + E |v| + sum off T of sqrt(1 + |L b_j|^2) |v_j|, where by
(1) the sum is at most kappa (2 sigma + 2 eta |w| + d |v|).  Collect |v|.

With w and L exact (E = d = 0) this is an exact dual certificate as in Foucart and Rauhut, A
Mathematical Introduction to Compressive Sensing (2013), Theorem 4.33, which has other constants.
For sigma = eta = 0 the radius is 0: x is the only minimiser, though w and L may be rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import isqrt

from ..exact import Roots
from ..format import Rejected
from ..matrices import Matrix, Vector
from .data import Data
from .null_space import stacked

FINER = 64  # moduli of complex numbers are rounded to multiples of 2^-64 / denominator


def radius(
    data: Data, c: Vector, eta: Fraction, places: Sequence[int], w: Vector, left: Matrix
) -> Fraction:
    """The bound of the module's text, rounded upwards; c in Q(i)^n, w in Q(i)^m, left |T| x m.

    Raises Rejected where kappa does not exist or the number below is not positive.
    """
    inside = set(places)
    off = [j for j in range(data.n) if j not in inside]
    g, moduli = data.dual(w), [root for _, root in _moduli(c)]
    sizes = [root for _, root in _moduli(g)]
    lengths, error = _columns(data, places, left)
    kappa = Fraction(0)
    for j in off:
        if sizes[j] >= 1:
            raise Rejected(f"|(B* w)_{j}| is not below 1, and {j} is none of the places")
        kappa = max(kappa, _root(1 + lengths[j]) * Fraction(1, 1 - sizes[j]))
    inexact = _root(_sum(_defect(c, g, j) for j in places))
    below = 1 - error - kappa * inexact
    if below <= 0:
        raise Rejected("the dual vector or the left inverse is too inexact")
    sigma = _sum(moduli[j] for j in off)
    length = _root(Fraction(sum(w.squares()), w.denominator**2))
    return 2 * (eta * _norm(left) + kappa * (sigma + eta * length)) * Fraction(1, below)


def _root(square: Fraction) -> Fraction:
    """The square root, rounded upwards where it is irrational."""
    return Roots.sqrt(square).upper()


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def _moduli(v: Vector) -> list[tuple[Fraction, Fraction]]:
    """Bounds from below and from above of each |v_j|; equal for rational moduli."""
    found: list[tuple[Fraction, Fraction]] = []
    over = v.denominator << FINER
    for square in v.squares():
        low = isqrt(square << 2 * FINER)
        high = low + (low * low < square << 2 * FINER)
        found.append((Fraction(low, over), Fraction(high, over)))
    return found


def _defect(c: Vector, g: Vector, j: int) -> Fraction:
    """d_j^2, rounded upwards: |g_j|^2 + 1 - 2 Re g_j conj(c_j) / |c_j|, or max(0, |g_j| - 1)^2."""
    entry, dual = (Vector.of(v.real[j : j + 1], v.imag[j : j + 1], v.denominator) for v in (c, g))
    [(_, size)], [(low, high)] = _moduli(dual), _moduli(entry)
    if not high:
        return max(Fraction(0), size - 1) ** 2
    real = entry.real[0] * dual.real[0] + sum(entry.imag) * sum(dual.imag)
    along = Fraction(real, entry.denominator * dual.denominator)
    square = Fraction(dual.squares()[0], dual.denominator**2)
    return square + 1 - 2 * along * Fraction(1, high if real >= 0 else low)


def _columns(data: Data, places: Sequence[int], left: Matrix) -> tuple[list[Fraction], Fraction]:
    """|L b_j|^2 for all j, and E rounded upwards.

    Row i of L B is the conjugate of B* applied to the conjugate of row i of L.
    """
    rows = [data.dual(_conjugate(row)) for row in left.row_vectors()]
    product = stacked([_conjugate(row) for row in rows], data.n)
    over = product.denominator**2
    parts = (product.real, product.imag) if product.imag else (product.real,)
    squares = [sum(row[j] ** 2 for part in parts for row in part) for j in range(data.n)]
    wrong = 0
    for k, j in enumerate(places):
        # | . - 1|^2 = | . |^2 - 2 Re + 1, over the square of the denominator
        wrong += squares[j] - 2 * product.real[k][j] * product.denominator + over
    return [Fraction(square, over) for square in squares], _root(Fraction(wrong, over))


def _conjugate(v: Vector) -> Vector:
    return Vector.of(v.real, tuple(-b for b in v.imag), v.denominator)


def _norm(left: Matrix) -> Fraction:
    """A bound of |L|: |L|^2 = |L L*| is at most the largest row sum of moduli, and the trace."""
    turned = [[-b for b in row] for row in left.imag]
    conjugate = Matrix.of(left.real, turned, left.denominator, left.columns)
    trace, largest = Fraction(0), Fraction(0)
    for row in left.row_vectors():
        trace += Fraction(sum(row.squares()), row.denominator**2)
        largest = max(largest, _sum(high for _, high in _moduli(conjugate.apply(row))))
    return _root(min(trace, largest))
