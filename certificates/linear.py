"""Linear maps other than dense matrices: exact, applied without a matrix, each with its meaning.

    sparse          sum of the listed entries, as stored
    hadamard        chosen rows of the Walsh-Hadamard transform of a signal or an image, as meant
    fourier         chosen rows of the discrete Fourier transform, as meant: see `fourier`
    composition     A_1 A_2 ... A_k, applied from the last to the first

A convolution, finite differences, a mask and the identity are sparse: `forms` makes their few
entries from their definition, so they are exact as meant.  Every form has `shape`, `apply`,
`adjoint` (the conjugate transpose, a form again), `dense` (the matrix, for the rules that need
one, up to a size) and `str`, which says whether it is as stored or as meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm, prod
from operator import add, neg, sub

from .format import Rejected
from .fourier import Fourier
from .matrices import Integers, Matrix, Vector, complex_product

DENSE = 1 << 22  # a matrix with more entries is not made from another form
COLUMNS = 1 << 12  # nor is one with more columns, but from sparse entries


def _refuse_large(shape: tuple[int, int], columns: int = DENSE) -> None:
    if prod(shape) > DENSE or shape[1] > columns:
        raise Rejected(
            f"this rule needs a matrix, and one of {shape[0]} x {shape[1]} is too large to be made "
            "from another form; use operator_orthogonal or operator_schur, or store it as dense"
        )


@dataclass(frozen=True, slots=True)
class Sparse:
    """The sum over k of (real_k + i imag_k) / denominator at place (rows_k, columns_k)."""

    shape: tuple[int, int]
    rows: Sequence[int]
    columns: Sequence[int]
    real: Integers
    imag: Integers
    denominator: int
    words: str

    def __str__(self) -> str:
        return self.words

    @staticmethod
    def of(matrix: Matrix) -> Sparse:
        """A dense matrix, with all its entries, zeros too."""
        (m, n), parts = matrix.shape, (matrix.real, matrix.imag)
        rows, columns = [j for j in range(m) for _ in range(n)], [*range(n)] * m
        real, imag = (tuple(entry for row in part for entry in row) for part in parts)
        return Sparse((m, n), rows, columns, real, imag, matrix.denominator, str(matrix))

    def apply(self, v: Vector) -> Vector:
        """(n,) -> (m,)."""

        def multiply(values: Integers, column: Integers) -> list[int]:
            total = [0] * self.shape[0]
            for j, k, value in zip(self.rows, self.columns, values, strict=True):
                total[j] += value * column[k]
            return total

        return complex_product(multiply, self.real, self.imag, v, self.denominator)

    def adjoint(self) -> Sparse:
        """The conjugate transpose."""
        turned = self.shape[::-1]
        imag, words = tuple(map(neg, self.imag)), f"the adjoint of {self.words}"
        return Sparse(turned, self.columns, self.rows, self.real, imag, self.denominator, words)

    def dense(self) -> Matrix:
        """The matrix.  Raises Rejected for one that is too large."""
        _refuse_large(self.shape)
        m, n = self.shape
        parts: list[list[list[int]]] = []
        for values in (self.real, self.imag):
            parts.append([[0] * n for _ in range(m if values else 0)])
            for j, k, value in zip(self.rows, self.columns, values, strict=bool(values)):
                parts[-1][j][k] += value
        return Matrix.of(parts[0] or [[0] * n] * m, parts[1], self.denominator, n)


def transform(values: Sequence[int]) -> list[int]:
    """The Walsh-Hadamard transform in natural order of 2^b integers, without any factor.

    Entry j of the result is the sum over k of (-1)^(number of common binary ones of j and k)
    times entry k.  Each pass transforms the last binary digit of the index and makes it the first.
    """
    found = list(values)
    for _ in range(len(found).bit_length() - 1):
        even, odd = found[0::2], found[1::2]
        found = [*map(add, even, odd), *map(sub, even, odd)]
    return found


@dataclass(frozen=True, slots=True)
class Hadamard:
    """scale times distinct `rows` of the transform of `size` = 2^b entries; or its adjoint."""

    size: int
    rows: Integers
    scale: Fraction
    words: str
    turned: bool = False

    def __str__(self) -> str:
        return self.words

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n)."""
        return (self.size, len(self.rows)) if self.turned else (len(self.rows), self.size)

    def apply(self, v: Vector) -> Vector:
        """(n,) -> (m,).  The transform is its own transpose."""

        def one(part: Integers) -> list[int]:
            if not self.turned:
                found = transform(part)
                return [found[row] for row in self.rows]
            spread = [0] * self.size
            for row, value in zip(self.rows, part, strict=True):
                spread[row] = value
            return transform(spread)

        top = self.scale.numerator
        parts = [[top * a for a in one(part)] if part else [] for part in (v.real, v.imag)]
        return Vector.of(parts[0], parts[1], v.denominator * self.scale.denominator)

    def adjoint(self) -> Hadamard:
        """The transpose; everything is real."""
        words = f"the adjoint of {self.words}"
        return Hadamard(self.size, self.rows, self.scale, words, not self.turned)

    def dense(self) -> Matrix:
        """The matrix.  Raises Rejected for one that is too large."""
        return _by_columns(self)


@dataclass(frozen=True, slots=True)
class Composition:
    """The product of one or more factors, whose shapes fit."""

    factors: tuple[Linear, ...]

    def __str__(self) -> str:
        parts = [f"({k}) {factor}" for k, factor in enumerate(self.factors, 1)]
        return f"the product of {'; '.join(parts)}"

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n)."""
        return self.factors[0].shape[0], self.factors[-1].shape[1]

    def apply(self, v: Vector) -> Vector:
        """(n,) -> (m,)."""
        for factor in reversed(self.factors):
            v = factor.apply(v)
        return v

    def adjoint(self) -> Composition:
        """The adjoints of the factors in opposite order."""
        return Composition(tuple(factor.adjoint() for factor in reversed(self.factors)))

    def dense(self) -> Matrix:
        """The matrix.  Raises Rejected for one that is too large."""
        return _by_columns(self)


Linear = Matrix | Sparse | Hadamard | Composition | Fourier


def is_irrational(form: Linear) -> bool:
    """Whether its values can only be enclosed."""
    parts = form.factors if isinstance(form, Composition) else (form,)
    return any(
        isinstance(part, Fourier) or (isinstance(part, Composition) and is_irrational(part))
        for part in parts
    )


def _by_columns(form: Linear) -> Matrix:
    """The images of the coordinate vectors, side by side."""
    _refuse_large(form.shape, COLUMNS)
    m, n = form.shape
    found = [form.apply(Vector((0,) * k + (1,) + (0,) * (n - k - 1), (), 1)) for k in range(n)]
    bottom = lcm(*(v.denominator for v in found))
    real = [[a * (bottom // v.denominator) for a in v.real] for v in found]
    imag = [[b * (bottom // v.denominator) for b in v.imag or (0,) * m] for v in found]
    return Matrix.of(real, imag, bottom, m).transposed()


def squared_norm(form: Linear) -> Fraction | None:
    """A number c with |A v|^2 <= c |v|^2 in l2 that the structure tells; None if it does not.

    Distinct rows of s H satisfy (s H_rows) (s H_rows)^T = n s^2 I, and so with F and its adjoint.
    """
    if isinstance(form, Hadamard):
        return form.size * form.scale**2
    if isinstance(form, Fourier):
        return form.size * form.square
    if isinstance(form, Composition):
        found = [squared_norm(factor) for factor in form.factors]
        known = [c for c in found if c is not None]
        return prod(known, start=Fraction(1)) if len(known) == len(found) else None
    return None
