"""The robust null space property of a matrix B of C^(m x N), and what proves or denies it.

Of order s with constants rho > 0 and gamma > 0 it says, for all S of at most s indices and all c,

    "l2"    |c_S|_l2  <=  rho / sqrt(s) |c_Sc|_l1 + gamma |B c|_l2        (Appendix B.2)
    "l1"    |c_S|_l1  <=  rho |c_Sc|_l1 + gamma |B c|_l2

with c_S the entries in S and c_Sc the others.  "l2" with (rho, gamma) gives "l1" with
(rho, sqrt(s) gamma), since |c_S|_l1 <= sqrt(s) |c_S|_l2.  Both hold for all |S| <= s if they hold
for all |S| = s: a larger S has the larger left side and the smaller |c_Sc|.

    weights      one matrix W of C^(N x m) for all S at once: over Q(i), in time N^2 m
    duals        a vector of R^m for each S and each choice of signs on S: real B, l1 only
    witness      a vector c and a set S for which it is false

The null space constant of order s is the largest |c_S|_l1 / |c_Sc|_l1 over |S| <= s and c in N(B).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import nlargest
from itertools import combinations, product
from math import comb, isqrt, lcm
from operator import mul

from ..exact import Roots
from ..format import Rejected, short
from ..matrices import Integers, Matrix, Vector
from ..norms import plain
from .data import sign

CASES = 1 << 16  # more supports with signs are refused
FINER = 32  # moduli of complex numbers are rounded upwards to multiples of 2^-32 / denominator


@dataclass(frozen=True, slots=True)
class Constants:
    """The property: its norm "l1" or "l2", its order s >= 1, rho and gamma >= 0."""

    norm: str
    order: int
    rho: Fraction
    gamma: Fraction


def stacked(rows: Sequence[Vector], columns: int) -> Matrix:
    """Vectors of Q(i)^columns -> the matrix with these rows."""
    bottom = lcm(*(row.denominator for row in rows))
    real = [[a * (bottom // v.denominator) for a in v.real] for v in rows]
    imag = [[a * (bottom // v.denominator) for a in v.imag or (0,) * columns] for v in rows]
    return Matrix.of(real, imag, bottom, columns)


# -------------------------------------------------------------- one matrix for all supports


@dataclass(frozen=True, slots=True)
class Measures:
    """What a matrix W gives at order s: alpha, beta^2 and omega^2 of `weights`."""

    alpha: Fraction
    beta_square: Fraction
    omega_square: Fraction

    def gives(self, claimed: Constants) -> bool:
        """Whether the property follows, by `weights`."""
        left, s = 1 - self.alpha, claimed.order
        if left <= 0:
            return False
        gamma_square = claimed.gamma**2 * (1 if claimed.norm == "l2" else Fraction(1, s))
        return (
            s * self.beta_square <= (claimed.rho * left) ** 2
            and self.omega_square <= gamma_square * left**2
        )


def weights(matrix: Matrix, weight: Matrix, order: int) -> Measures:
    """B (m, N), W (N, m), s -> numbers that prove the property of order s.

    Let R = I - W B, so that c = R c + W B c.  For |S| = s

        |c_S|_l2 <= |R_SS| |c_S|_l2 + |R_(S, Sc) c_Sc|_l2 + |W_S| |B c|_l2,

    with operator norms l2 -> l2.  Of any matrix M the square |M|^2 = |M* M| is at most the
    product of the largest row sum and the largest column sum of the moduli of M, and
    |W_S|^2 = |W_S W_S*| is at most the largest row sum of that matrix's moduli; the middle term is
    at most sum over j in Sc of |c_j| times the l2 norm of column j of R_(S, Sc).  So with

        alpha^2   = max_i (|R_ii| + the s - 1 largest |R_ij|, j != i)  *  the same of columns
        beta^2    = max_j of the sum of the s largest |R_ij|^2, i != j
        omega^2   = max_i (|w_i|^2 + the s - 1 largest |<w_i, w_k>|, k != i),  w_i the rows of W,

    and alpha < 1, the property "l2" holds with rho = sqrt(s) beta / (1 - alpha) and
    gamma = omega / (1 - alpha).  Irrational numbers are rounded upwards.

    W = B* for B with columns of norm 1 and coherence mu gives the known
    rho = s mu / (1 - (s - 1) mu).  At s = 1 nothing is lost: by duality the property holds with
    rho and gamma only if some W has R_ii = 0, |R_ij| <= rho for i != j, and |w_i| <= gamma.
    Raises Rejected for another shape of W, or an order that is not between 1 and N.
    """
    _order(matrix, order)
    if weight.shape != (matrix.columns, len(matrix.real)):
        raise Rejected(
            f"the weights are {weight.shape[0]} x {weight.shape[1]}, "
            f"needed is {matrix.columns} x {len(matrix.real)}"
        )
    columns = matrix.transposed()
    product_real, product_imag = _products(weight, columns)
    bottom = weight.denominator * matrix.denominator
    for j, row in enumerate(product_real):
        row[j] -= bottom
    rest = _moduli(product_real, product_imag)
    bottom <<= FINER if product_imag else 0
    turned = [list(column) for column in zip(*rest, strict=True)]
    alpha = _root(_row_sum(rest, order) * _row_sum(turned, order))
    beta = max(
        sum(a * a for a in nlargest(order, _without(row, j))) for j, row in enumerate(turned)
    )
    if order == 1:  # no inner product is needed
        parts = zip(weight.real, weight.imag or ((),) * len(weight.real), strict=True)
        omega = max(sum(a * a for part in row for a in part) for row in parts)
        finer = 0
    else:
        gram_real, gram_imag = _products(weight, weight.adjoint().transposed())
        omega = _row_sum(_moduli(gram_real, gram_imag), order)
        finer = FINER if gram_imag else 0
    return Measures(
        Fraction(alpha, bottom),
        Fraction(beta, bottom**2),
        Fraction(omega, weight.denominator**2 << finer),
    )


def _order(matrix: Matrix, order: int) -> None:
    if not 1 <= order <= matrix.columns:
        raise Rejected(f"the order is {order}; it is between 1 and {matrix.columns}")


def _without(row: Sequence[int], j: int) -> Iterable[int]:
    return (a for k, a in enumerate(row) if k != j)


def _row_sum(rows: list[list[int]], order: int) -> int:
    """max_i of entry i of row i and the s - 1 largest others."""
    return max(row[i] + sum(nlargest(order - 1, _without(row, i))) for i, row in enumerate(rows))


def _root(square: int) -> int:
    """The square root, rounded upwards."""
    return isqrt(square - 1) + 1 if square else 0


def _products(left: Matrix, right: Matrix) -> tuple[list[list[int]], list[list[int]]]:
    """Real and imaginary parts of  sum_k left_ik right_jk,  as integers; the latter may be []."""

    def times(a: tuple[Integers, ...], b: tuple[Integers, ...]) -> list[list[int]]:
        return [[sum(map(mul, row, other)) for other in b] for row in a]

    def plus(a: list[list[int]], b: list[list[int]], sign: int) -> list[list[int]]:
        rows = zip(a, b, strict=True)
        return [[x + sign * y for x, y in zip(*pair, strict=True)] for pair in rows]

    real = times(left.real, right.real)
    imag: list[list[int]] = []
    if left.imag and right.imag:
        real = plus(real, times(left.imag, right.imag), -1)
        imag = plus(times(left.imag, right.real), times(left.real, right.imag), 1)
    elif left.imag:
        imag = times(left.imag, right.real)
    elif right.imag:
        imag = times(left.real, right.imag)
    return real, imag


def _moduli(real: list[list[int]], imag: list[list[int]]) -> list[list[int]]:
    """Moduli of real integers; of complex ones 2^32 times, rounded upwards."""
    if not imag:
        return [list(map(abs, row)) for row in real]
    return [
        [_root((a * a + b * b) << 2 * FINER) for a, b in zip(*rows, strict=True)]
        for rows in zip(real, imag, strict=True)
    ]


# ------------------------------------------------------------- one vector for each support


def cases(size: int, order: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """All supports of `order` of `size` indices, with all signs of which the first is 1."""
    for support in combinations(range(size), order):
        for others in product((1, -1), repeat=order - 1):
            yield support, (1, *others)


def number_of_cases(size: int, order: int) -> int:
    """How many `cases` gives."""
    return comb(size, order) << (order - 1)


def duals(
    matrix: Matrix, order: int, rho: Fraction, gamma: Fraction | None, vectors: Sequence[Vector]
) -> None:
    """B (m, N) real, one w of R^m for each of `cases`: the property "l1" with rho and gamma.

    Let sigma be the signs of c on S, r = B^T w, t = max |r_j| over j outside S and
    kappa = max |sigma_j - r_j| over j in S.  Then

        |c_S|_l1 = <w, B c> + sum_S (sigma_j - r_j) c_j - sum_Sc r_j c_j
                <= |w|_l2 |B c|_l2 + kappa |c_S|_l1 + t |c_Sc|_l1,

    so kappa < 1, t <= rho (1 - kappa) and |w|_l2 <= gamma (1 - kappa) prove it for all c with
    these signs.  -sigma has the dual -w, and a sign of an entry 0 may be either.  Without gamma,
    only c in N(B) is meant: this bounds the null space constant, and by the duality of linear
    programming such w exist whenever the bound is true.
    Raises Rejected for a complex B, too many cases, or a w that does not prove its case.
    """
    _order(matrix, order)
    if matrix.imag:
        raise Rejected("duals need a real matrix: a complex sign has infinitely many values")
    if number_of_cases(matrix.columns, order) > CASES:
        raise Rejected(f"more than {CASES} supports with signs")
    if len(vectors) != number_of_cases(matrix.columns, order):
        raise Rejected(f"{len(vectors)} duals, needed are {number_of_cases(matrix.columns, order)}")
    turned = matrix.transposed()
    for (support, signs), w in zip(cases(matrix.columns, order), vectors, strict=True):
        if w.imag or w.dimension != len(matrix.real):
            raise Rejected(f"the dual of {list(support)} is not a vector of R^{len(matrix.real)}")
        found = turned.apply(w)
        moduli = list(map(abs, found.real))
        kappa = Fraction(0)
        for j, one in zip(support, signs, strict=True):
            kappa = max(kappa, abs(one - Fraction(found.real[j], found.denominator)))
            moduli[j] = 0
        off = Fraction(max(moduli), found.denominator)
        about = f"the dual of support {list(support)}, signs {list(signs)}"
        if kappa >= 1 or off > rho * (1 - kappa):
            raise Rejected(f"{about} does not prove rho = {short(rho)}")
        square = Fraction(sum(w.squares()), w.denominator**2)
        if gamma is not None and square > (gamma * (1 - kappa)) ** 2:
            raise Rejected(f"{about} does not prove gamma = {short(gamma)}")


# --------------------------------------------------------------------------------- witnesses


def _parts(
    matrix: Matrix, order: int, c: Vector, support: Sequence[int]
) -> tuple[Vector, Vector, Vector]:
    """c_S, c_Sc and B c.  Raises Rejected for a wrong size, S of more than s or odd indices."""
    _order(matrix, order)
    if c.dimension != matrix.columns:
        raise Rejected(f"the vector has {c.dimension} entries, the matrix {matrix.columns} columns")
    chosen = set(support)
    if len(chosen) != len(support) or len(chosen) > order:
        raise Rejected(f"the support has {len(support)} indices, not at most {order} distinct ones")
    if not chosen <= set(range(c.dimension)):
        raise Rejected(f"the support has an index that is not below {c.dimension}")

    def kept(wanted: Callable[[int], bool]) -> Vector:
        real, imag = (
            [a if wanted(j) else 0 for j, a in enumerate(part)] for part in (c.real, c.imag)
        )
        return Vector.of(real, imag, c.denominator)

    inside, outside = kept(chosen.__contains__), kept(lambda j: j not in chosen)
    return inside, outside, matrix.apply(c)


def violates(matrix: Matrix, claimed: Constants, c: Vector, support: Sequence[int]) -> None:
    """c of Q(i)^N and S show that the property is false.  Raises Rejected if they do not."""
    inside, outside, image = _parts(matrix, claimed.order, c, support)
    s = claimed.order if claimed.norm == "l2" else 1
    # times sqrt(s)
    size = Fraction(sum(image.squares()), image.denominator**2)
    left = plain("l1", inside)
    if claimed.norm == "l2":
        left = Roots.sqrt(Fraction(s * sum(inside.squares()), inside.denominator**2))
    right = plain("l1", outside).times(claimed.rho) + Roots.sqrt(s * size).times(claimed.gamma)
    if sign(left - right) <= 0:
        raise Rejected("the vector satisfies the inequality")


def ratio_at_least(
    matrix: Matrix, order: int, value: Fraction | None, c: Vector, support: Sequence[int]
) -> None:
    """c in N(B), c != 0:  |c_S|_l1 >= value |c_Sc|_l1,  or c_Sc = 0 for the value None.

    With value = 1 neither form holds for any rho < 1 and any gamma: B c = 0, so the right sides
    are rho |c_Sc|_l1, and rho |c_Sc|_l1 / sqrt(s) for the norm |c_S|_l2 >= |c_S|_l1 / sqrt(s).
    And basis pursuit cannot recover c_S, which is s-sparse: B (-c_Sc) = B c_S, and |-c_Sc|_l1 is
    not larger.
    Raises Rejected if c is not so.
    """
    inside, outside, image = _parts(matrix, order, c, support)
    if any(image.real) or any(image.imag):
        raise Rejected("the vector is not in the kernel")
    if not (any(c.real) or any(c.imag)):
        raise Rejected("the vector is 0")
    off = plain("l1", outside)
    if value is None:
        if off.terms:
            raise Rejected("the vector has entries outside the support")
    elif sign(plain("l1", inside) - off.times(value)) < 0:
        raise Rejected(f"the ratio of the vector is below {short(value)}")
