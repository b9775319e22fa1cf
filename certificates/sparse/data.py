"""What a claim on sparse recovery is about: A, a unitary H, vectors, and the hints on them.

The problem file is that of `docs/problem-files.md`, with the spaces X and Y, the linear maps
A : X -> Y and H : X -> X, and named vectors; its norms play no part.  With c = H z the programs of
Appendix B.1 are about  B = A H* : C^N -> C^m  alone,

    min  sum of t_j |c_j|   subject to  |B c - y| <= eta,        t_j > 0 the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import mul

from ..exact import Roots, Undecided
from ..format import (
    Rejected,
    Unreadable,
    as_list,
    as_text,
    excerpt,
    fields,
    read_natural,
    read_number,
)  # fmt: skip
from ..linear import Composition, Hadamard, Linear, Sparse, is_irrational
from ..matrices import Integers, Matrix, Vector, gram
from ..npy import words
from ..problem import Problem, ReadFile, read_problem
from ..statements import read_statement

STATEMENT = b"""statement sparse "The data of Appendix B"
spaces X, Y
linear A : X -> Y
linear H : X -> X
conclude
  0 <= 1
"""
LANE = 16  # bits of an entry of a left inverse
Table = dict[str, object]


@dataclass(frozen=True)
class Data:
    """The problem, with A and H exact and H unitary; m, n are the dimensions of Y and X."""

    problem: Problem
    a: Linear
    h: Linear
    m: int
    n: int

    def measure(self, c: Vector) -> Vector:
        """B c = A H* c; (n,) -> (m,)."""
        return self.a.apply(self.h.adjoint().apply(c))

    def dual(self, w: Vector) -> Vector:
        """B* w = H A* w; (m,) -> (n,)."""
        return self.h.apply(self.a.adjoint().apply(w))

    def vector(self, claim: Table, key: str, space: str) -> Vector:
        """The vector of the problem that the claim names.  Raises Unreadable."""
        name = as_text(claim[key], f"claim.{key}")
        found = self.problem.vectors.get(name)
        if found is None or found[0] != space:
            raise Unreadable(
                f"claim.{key}: {excerpt(name)} is no vector of the problem in the space {space}"
            )
        return found[1]

    def weights(self, claim: Table) -> Vector:
        """The weights t > 0 that the claim names, or ones.  Raises Unreadable."""
        if "weights" not in claim:
            return Vector((1,) * self.n, (), 1)
        found = self.vector(claim, "weights", "X")
        if found.imag or min(found.real) <= 0:
            raise Unreadable("claim.weights: all weights must be positive real numbers")
        return found

    def hint(self, hints: Table, key: str, space: str) -> Vector:
        """A vector of X or Y that the certificate brings along.  Raises Unreadable.

        `real` and `imaginary` are integers over the common denominator `over`; with `places` they
        are the entries there, in increasing order, and all others are 0.
        """
        where, dimension = f"certificate.{key}", self.n if space == "X" else self.m
        table = fields(hints[key], where, ("over", "real"), ("imaginary", "places"))
        over = integers([table["over"]], where + ".over")[0]
        parts = [integers(table.get(part, []), f"{where}.{part}") for part in PARTS]
        places = None
        if "places" in table:
            places = [
                read_natural(place, where + ".places", dimension)
                for place in as_list(table["places"], where + ".places")
            ]
        count = dimension if places is None else len(places)
        lengths = len(parts[0]) == count and len(parts[1]) in (0, count)
        if over < 1 or not lengths or (places and sorted(set(places)) != places):
            raise Unreadable(
                f"{where}: {count} integers over a positive one are expected, places increasing"
            )
        if parts[1] and self.problem.field == "R":
            raise Unreadable(f"{where}: complex entries in a problem over R")
        if places is not None:
            parts = [_spread(part, places, dimension) for part in parts]
        return Vector.of(parts[0], parts[1], over)

    def columns(self, places: Sequence[int]) -> list[Vector]:
        """The columns of B at some places."""
        if isinstance(self.a, Matrix) and _is_identity(self.h):
            rows = self.a.transposed()
            turned = rows.imag or ((),) * self.n
            return [Vector.of(rows.real[k], turned[k], rows.denominator) for k in places]
        units = (Vector(_unit(self.n, place), (), 1) for place in places)
        return [self.measure(unit) for unit in units]


PARTS = ("real", "imaginary")


def integers(value: object, where: str) -> list[int]:
    """The integers of a list of numbers."""
    found = [read_number(entry, where) for entry in as_list(value, where)]
    if any(entry.denominator != 1 for entry in found):
        raise Unreadable(f"{where}: integers are expected, the denominator stands in over")
    return [entry.numerator for entry in found]


def _unit(n: int, place: int) -> Integers:
    return (0,) * place + (1,) + (0,) * (n - place - 1)


def _spread(values: Sequence[int], places: Sequence[int], n: int) -> list[int]:
    # no values at all: an imaginary part that was left out
    found = [0] * n
    for place, value in zip(places, values, strict=bool(values)):
        found[place] = value
    return found


def _is_identity(form: Linear) -> bool:
    if not isinstance(form, Sparse):
        return False
    n, ones = form.shape[0], (1,) * form.shape[0]
    same = tuple(form.rows) == tuple(form.columns) == tuple(range(n))
    return same and form.real == ones and not any(form.imag) and form.denominator == 1


def is_unitary(form: Linear) -> bool:
    """Whether H is proved to be unitary: H H* = I exactly, factor by factor of a product.

    A product of unitary maps is unitary; s times all rows of the Hadamard transform of n entries
    is if n s^2 = 1; a matrix is if its Gram matrix is the identity (of a complex one, that of the
    real matrix of the same map, which is orthogonal exactly then).
    """
    if form.shape[0] != form.shape[1]:
        return False
    if isinstance(form, Composition):
        return all(map(is_unitary, form.factors))
    if isinstance(form, Hadamard):
        return len(form.rows) == form.size and form.size * form.scale**2 == 1
    if isinstance(form, Sparse):
        return _sparse_unitary(form)
    if not isinstance(form, Matrix):
        return False
    real = form.as_real()
    square = real.denominator**2
    found = gram(real.real, real.columns)
    return all(
        entry == (square if j == k else 0)
        for j, row in enumerate(found)
        for k, entry in enumerate(row)
    )


def _sparse_unitary(form: Sparse) -> bool:
    """H H* = I: the sums over k of h_ik conj(h_jk), from the entries in one column each."""
    columns: dict[int, list[tuple[int, int, int]]] = {}
    imag = form.imag or (0,) * len(form.real)
    for j, k, a, b in zip(form.rows, form.columns, form.real, imag, strict=True):
        columns.setdefault(k, []).append((j, a, b))
    sums: dict[tuple[int, int], list[int]] = {}
    for column in columns.values():
        for i, a, b in column:
            for j, c, d in column:
                total = sums.setdefault((i, j), [0, 0])
                total[0] += a * c + b * d
                total[1] += b * c - a * d
    one, n = form.denominator**2, form.shape[0]
    diagonal = all(sums.get((k, k)) == [one, 0] for k in range(n))
    return diagonal and all(i == j or total == [0, 0] for (i, j), total in sums.items())


def read_data(problem_file: bytes, read_file: ReadFile) -> Data:
    """The data in a problem file.  Raises Unreadable, for a H that is not unitary too."""
    problem = read_problem(problem_file, read_file, read_statement(STATEMENT))
    a, h = problem.operators["A"], problem.operators["H"]
    for name, form in (("A", a), ("H", h)):
        if is_irrational(form):
            raise Unreadable(
                f"problem.linear.{name}: a Fourier transform is irrational, and here entries must "
                "be in Q(i)"
            )
    if not is_unitary(h):
        raise Unreadable("problem.linear.H: H H* = I must hold exactly, and is not proved")
    return Data(problem, a, h, *a.shape)


# ---------------------------------------------------------------------------- exact numbers


def pairing(u: Vector, v: Vector) -> Fraction:
    """Re <u, v> = Re of the sum of u_j conj(v_j); for real vectors <u, v>."""
    top = sum(map(mul, u.real, v.real)) + sum(map(mul, u.imag, v.imag))
    return Fraction(top, u.denominator * v.denominator)


def entries(v: Vector, signed: int = 1) -> list[Fraction]:
    """The real entries, all with another sign if `signed` is negative."""
    over = v.denominator if signed > 0 else -v.denominator
    return [Fraction(a, over) for a in v.real]


def from_entries(values: Sequence[Fraction]) -> Vector:
    """The vector with these real entries."""
    over = lcm(*(value.denominator for value in values))
    return Vector.of([value.numerator * (over // value.denominator) for value in values], (), over)


def weighted(c: Vector, weights: Vector) -> Roots:
    """The sum of t_j |c_j|."""
    over = Fraction(1, c.denominator * weights.denominator)
    if not c.imag:
        return Roots.rational(sum(map(mul, map(abs, c.real), weights.real)) * over)
    moduli = (
        Roots.sqrt(Fraction(square)).times(Fraction(t))
        for square, t in zip(c.squares(), weights.real, strict=True)
        if square
    )
    return Roots.total(moduli).times(over)


def sign(value: Roots) -> int:
    """-1, 0, 1.  Raises Rejected where it is too hard."""
    try:
        return value.sign()
    except Undecided as error:
        raise Rejected(f"not decided: {error}") from None


def tight(g: Vector, weights: Vector, factor: Fraction = Fraction(1)) -> list[int]:
    """The places with |g_j| = factor t_j.  Raises Rejected unless |g_j| <= factor t_j for all j."""
    scale = factor * Fraction(g.denominator, weights.denominator)
    top, bottom = scale.numerator**2, scale.denominator**2
    found: list[int] = []
    for place, (square, t) in enumerate(zip(g.squares(), weights.real, strict=True)):
        here, limit = square * bottom, top * t * t
        if here > limit:
            raise Rejected(f"the dual vector is not feasible: |(B* w)_{place}| is too large")
        if here == limit:
            found.append(place)
    return found


# ----------------------------------------------------------------------------- injectivity


def check_injective(columns: Sequence[Vector], hint: object) -> None:
    """The columns are linearly independent over C.  Raises Unreadable, Rejected.

    M: the columns' numerators, m x s (of complex columns X + iY the real matrix [[X, -Y], [Y, X]]
    of the same map).  The hint has a `modulus` q and `rows`, L with  L M = I mod q, (s, m).  Then
    det(L M) = 1 mod q is not 0, so M has rank s over Q, and over C.  q need not be prime.
    Row i of L is the number  sum of L_ik 2^(16 k).
    """
    where = "certificate.left_inverse"
    table = fields(hint, where, ("modulus", "rows"))
    modulus = read_natural(table["modulus"], where + ".modulus", 1 << LANE)
    if modulus < 2:
        raise Unreadable(f"{where}.modulus: from 2 to {(1 << LANE) - 1}")
    real = [column.real for column in columns]
    if any(column.imag for column in columns):
        turned = [column.turned() for column in columns]
        both = [*columns, *turned]
        real = [v.real + (v.imag or (0,) * v.dimension) for v in both]
    size = len(real)
    rows = integers(table["rows"], where + ".rows")
    if len(rows) != size:
        raise Rejected(f"a left inverse of {len(rows)} rows, {size} columns are to be independent")
    if not size:
        return
    m = len(real[0])
    lane = (2 * LANE + m.bit_length() + 7) // 8
    packed = [
        int.from_bytes(b"".join([(a % modulus).to_bytes(lane, "little") for a in row]), "little")
        for row in zip(*real, strict=True)
    ]
    for i, row in enumerate(rows):
        if row < 0 or row.bit_length() > LANE * m:
            raise Unreadable(f"{where}.rows: {m} entries of {LANE} bits are expected in row {i}")
        factors = words(row.to_bytes(2 * m, "little"), "H", "<")
        total = sum(map(mul, factors, packed)).to_bytes(lane * size, "little")
        for j in range(size):
            entry = int.from_bytes(total[lane * j : lane * j + lane], "little") % modulus
            if entry != (i == j):
                raise Rejected(f"{where}: L M is not the identity at ({i}, {j})")
