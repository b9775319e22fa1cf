"""Vectors and matrices over Q(i), and integer Gram matrices.

Entries are integers over one common denominator, because a sum of integer products is the
fastest exact operation that Python has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from operator import add, mul, neg, sub
from typing import TypeVar

from .format import Rejected

Integers = tuple[int, ...]
GRAM_BITS = 1 << 35  # of all entries of a Gram matrix together
Part = TypeVar("Part", Integers, tuple[Integers, ...])


def _lowest(denominator: int, *rows: Sequence[int]) -> int:
    """The greatest common divisor of the denominator and of all entries."""
    divisor = denominator
    for row in rows:
        divisor = gcd(divisor, *row)
        if divisor == 1:
            break
    return divisor


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector of Q(i)^n: (real + i imag) / denominator, in lowest terms.

    `imag` is () for a real vector, so two vectors are equal exactly when their fields are.
    """

    real: Integers
    imag: Integers
    denominator: int

    @staticmethod
    def of(real: Sequence[int], imag: Sequence[int] = (), denominator: int = 1) -> Vector:
        """Integers (n,), integers (n,) or (), a positive integer -> the vector, reduced."""
        divisor = _lowest(denominator, real, imag)
        if divisor != 1:
            real = [a // divisor for a in real]
            imag = [a // divisor for a in imag]
        return Vector(tuple(real), tuple(imag) if any(imag) else (), denominator // divisor)

    @staticmethod
    def combination(parts: Sequence[tuple[Fraction, Vector]], dimension: int) -> Vector:
        """The linear combination of vectors in Q(i)^dimension with rational coefficients."""
        denominator = lcm(*(v.denominator * c.denominator for c, v in parts))
        real = [0] * dimension
        imag = [0] * dimension
        for c, v in parts:
            factor = c.numerator * (denominator // (v.denominator * c.denominator))
            real = [a + factor * b for a, b in zip(real, v.real, strict=True)]
            if v.imag:
                imag = [a + factor * b for a, b in zip(imag, v.imag, strict=True)]
        return Vector.of(real, imag, denominator)

    @property
    def dimension(self) -> int:
        """n."""
        return len(self.real)

    def turned(self) -> Vector:
        """i times the vector."""
        real = tuple(-b for b in self.imag) or (0,) * len(self.real)
        return Vector(real, self.real if any(self.real) else (), self.denominator)

    def squares(self) -> list[int]:
        """|v_j|^2 times denominator^2, for j = 1, ..., n."""
        real = list(map(mul, self.real, self.real))
        return list(map(add, real, map(mul, self.imag, self.imag))) if self.imag else real


def complex_product(
    product: Callable[[Part, Integers], list[int]], real: Part, imag: Part, v: Vector, bottom: int
) -> Vector:
    """(real + i imag) / bottom times v, by a product of integers; `imag` is () for a real map."""
    top = product(real, v.real)
    turned: list[int] = []
    if imag and v.imag:
        top = list(map(sub, top, product(imag, v.imag)))
    if imag:
        turned = product(imag, v.real)
    if v.imag:
        other = product(real, v.imag)
        turned = list(map(add, turned, other)) if turned else other
    return Vector.of(top, turned, bottom * v.denominator)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix of Q(i)^(m x n), m rows of n columns, over one positive denominator.

    `imag` is () for a real matrix; `of` brings it to lowest terms.
    """

    real: tuple[Integers, ...]
    imag: tuple[Integers, ...]
    denominator: int
    columns: int

    @staticmethod
    def of(
        real: Sequence[Sequence[int]], imag: Sequence[Sequence[int]], denominator: int, columns: int
    ) -> Matrix:
        """Rows of integers (m, n), rows (m, n) or (), a positive integer -> the matrix, reduced."""
        divisor = _lowest(denominator, *real, *imag)
        x, y = (tuple(tuple(a // divisor for a in row) for row in part) for part in (real, imag))
        return Matrix(x, y if any(map(any, y)) else (), denominator // divisor, columns)

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n)."""
        return len(self.real), self.columns

    def apply(self, v: Vector) -> Vector:
        """(m, n), (n,) -> (m,): the product with a vector."""

        def product(rows: tuple[Integers, ...], column: Integers) -> list[int]:
            return [sum(map(mul, row, column)) for row in rows]

        return complex_product(product, self.real, self.imag, v, self.denominator)

    def adjoint(self) -> Matrix:
        """(m, n) -> (n, m): the conjugate transpose."""
        turned = self.transposed()
        imag = tuple(tuple(map(neg, row)) for row in turned.imag)
        return Matrix(turned.real, imag, turned.denominator, turned.columns)

    def dense(self) -> Matrix:
        """The matrix itself, as every form of a linear map gives one."""
        return self

    def __str__(self) -> str:
        return f"a dense {len(self.real)} x {self.columns} matrix, as stored"

    def row_vectors(self) -> Iterable[Vector]:
        """The m rows, as vectors of Q(i)^n."""
        for j, row in enumerate(self.real):
            yield Vector.of(row, self.imag[j] if self.imag else (), self.denominator)

    def transposed(self) -> Matrix:
        """(m, n) -> (n, m), without conjugation."""
        if not self.real:
            return Matrix(((),) * self.columns, (), self.denominator, 0)
        imag = tuple(zip(*self.imag, strict=True)) if self.imag else ()
        return Matrix(tuple(zip(*self.real, strict=True)), imag, self.denominator, len(self.real))

    def as_real(self) -> Matrix:
        """The matrix [[X, -Y], [Y, X]] of the same map X + iY on R^2n; (m, n) -> (2m, 2n).

        A real matrix is returned as it is.  The Euclidean operator norm is the same.
        """
        if not self.imag:
            return self
        rows = list(zip(self.real, self.imag, strict=True))
        upper = [x + tuple(map(neg, y)) for x, y in rows]
        lower = [y + x for x, y in rows]
        return Matrix(tuple(upper + lower), (), self.denominator, 2 * self.columns)


def gram(rows: Sequence[Integers], columns: int) -> list[list[int]]:
    """Integer rows (m, n) -> R^T R, (n, n).

    All n entries of a row are packed into one long integer, a lane each, so that one
    multiplication by a small integer does n of them: n m products of long integers in all.
    Raises Rejected if they would fill the memory.
    """
    longest = max((abs(a) for row in rows for a in row), default=0).bit_length()
    if columns * columns * (2 * longest + 64) > GRAM_BITS:
        raise Rejected(f"a Gram matrix of {columns} rows of {longest} bits is too large")
    lane = (2 * longest + len(rows).bit_length() + 2 + 7) // 8  # bytes
    half = 1 << (8 * lane - 1)
    offset = int.from_bytes(half.to_bytes(lane, "little") * columns, "little")
    sums = [0] * columns
    for row in rows:
        lanes = b"".join([(a + half).to_bytes(lane, "little") for a in row])
        packed = int.from_bytes(lanes, "little") - offset
        sums = [total + a * packed if a else total for total, a in zip(sums, row, strict=True)]
    result: list[list[int]] = []
    for total in sums:
        data = (total + offset).to_bytes(lane * columns + 1, "little")
        lanes_of = range(0, lane * columns, lane)
        result.append([int.from_bytes(data[k : k + lane], "little") - half for k in lanes_of])
    return result


def is_diagonally_dominant(matrix: Iterable[Sequence[int]]) -> bool:
    """Symmetric integer (n, n): every diagonal entry >= the sum of the moduli in its row.

    By Gershgorin's theorem such a matrix is positive semidefinite.
    """
    return all(2 * row[j] >= sum(map(abs, row)) and row[j] >= 0 for j, row in enumerate(matrix))
