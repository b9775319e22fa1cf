"""Reads linear maps: the JSON forms of `docs/format.md` -> the forms of `linear`.

Positions, sides and orders are checked here; what is computed with them is in `linear`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod

from .format import (
    Unreadable,
    as_list,
    as_object,
    as_text,
    choice,
    fields,
    read_natural,
    read_small,
    short,
)  # fmt: skip
from .fourier import Fourier
from .linear import Composition, Hadamard, Linear, Sparse
from .matrices import Integers, Matrix, Vector
from .npy import Tensor

DIMENSION = 1 << 26  # a larger space is refused
ENTRIES = 1 << 22  # more entries of a map that is made here are refused
PRODUCTS = 1 << 26  # a Fourier transform that takes more is refused
FORMS = 32  # more factors and adjoints in one linear map are refused
ReadArray = Callable[[object, str], Tensor]
Entries = list[tuple[int, int, int, int]]  # row, column, real and imaginary part


def matrix_of(tensor: Tensor, shape: tuple[int, int], where: str) -> Matrix:
    """An array (m, n) -> the matrix."""
    if tensor.shape != shape:
        raise Unreadable(f"{where}: shape {tensor.shape}, but the spaces need {shape}")
    m, n = shape
    starts = range(0, m * n, n)
    parts = [[part[k : k + n] for k in starts] for part in (tensor.real, tensor.imag) if part]
    return Matrix.of(parts[0], parts[1] if len(parts) > 1 else (), tensor.denominator, n)


def natural_order(place: int, sides: Sequence[int]) -> int:
    """The row in natural order of a row in sequency order, along every axis; sides are powers of 2.

    Row k in sequency order has k changes of sign: its row in natural order has the binary digits
    of the Gray code of k, read backwards.
    """
    found, stride = 0, 1
    for side in reversed(sides):
        place, k = divmod(place, side)
        digits = f"{k ^ k >> 1:b}".zfill(side.bit_length() - 1)
        found += stride * int(digits[::-1], 2)
        stride *= side
    return found


def moved(sides: Sequence[int], shift: Sequence[int], around: bool) -> Iterator[tuple[int, int]]:
    """Positions of an image, each with the one that is `shift` further on.

    Only those whose partner is inside; or all, if one comes `around` at the edge.
    """
    for row, here in enumerate(product(*map(range, sides))):
        column = 0
        for a, b, side in zip(here, shift, sides, strict=True):
            if not around and not 0 <= a + b < side:
                break
            column = column * side + (a + b) % side
        else:
            yield row, column


class _Form:
    """The state of reading one form: its keys, its place, and the shape that it must have."""

    def __init__(
        self, value: object, where: str, shape: tuple[int, int], read: ReadArray, left: list[None]
    ) -> None:
        if not left:
            raise Unreadable(f"{where}: a linear map of more than {FORMS} parts; multiply some out")
        left.pop()
        self.table = as_object(value, where)
        self.where, self.shape, self.read, self.left = where, shape, read, left

    def form(self) -> Linear:
        """The linear map."""
        readers = {
            "dense": self.dense,
            "sparse": self.sparse,
            "hadamard": self.hadamard,
            "fourier": self.fourier,
            "convolution": self.convolution,
            "differences": self.differences,
            "mask": self.mask,
            "identity": self.identity,
            "composition": self.composition,
            "adjoint": self.adjoint,
        }
        kind = as_text(self.table.get("kind", ""), self.where + ".kind")
        return choice(kind, self.where + ".kind", readers)()

    # keys

    def only(self, *required: str, optional: tuple[str, ...] = ()) -> None:
        fields(self.table, self.where, ("kind", *required), optional)

    def option(self, key: str, *known: str) -> str:
        return choice(self.table[key], f"{self.where}.{key}", {word: word for word in known})

    def array(self, key: str) -> Tensor:
        return self.read(self.table[key], f"{self.where}.{key}")

    def naturals(self, key: str, limit: int) -> Integers:
        """The entries of an array of natural numbers below a limit."""
        tensor = self.array(key)
        bottom = tensor.denominator
        whole = not any(tensor.imag) and not any(a % bottom for a in tensor.real)
        found = tuple(a // bottom for a in tensor.real)
        if not whole or min(found, default=0) < 0 or max(found, default=0) >= limit:
            raise Unreadable(f"{self.where}.{key}: natural numbers below {limit} are expected")
        return found

    def chosen(self) -> Integers:
        """The distinct positions that `rows` lists, or at which `mask` is 1."""
        m, n = self.shape
        if ("rows" in self.table) == ("mask" in self.table):
            raise Unreadable(f"{self.where}: either rows or a mask is expected")
        if "rows" in self.table:
            found = self.naturals("rows", n)
        else:
            bits = self.naturals("mask", 2)
            found = tuple(k for k, bit in enumerate(bits) if bit)
            if len(bits) != n:
                raise Unreadable(f"{self.where}.mask: {len(bits)} entries, expected are {n}")
        if len(found) != m or len(set(found)) < m:
            words = f"{len(found)} rows are chosen, {len(set(found))} of them different"
            raise Unreadable(f"{self.where}: {words}; the target has dimension {m}")
        return found

    def sides(self) -> list[int]:
        """The sides of a signal or an image with n entries."""
        where, n = self.where + ".shape", self.shape[1]
        found = [read_natural(k, where, DIMENSION) for k in as_list(self.table["shape"], where)]
        if len(found) not in (1, 2) or prod(found) != n:
            raise Unreadable(f"{where}: one or two sides with product {n} are expected")
        return found

    def square(self, entries: int) -> None:
        """Refuse a form that changes the dimension, or with too many entries."""
        m, n = self.shape
        if m != n or entries > ENTRIES:
            words = f"{entries} entries, at most {ENTRIES} are allowed" if m == n else "not square"
            raise Unreadable(f"{self.where}: {words}; the spaces need the shape {self.shape}")

    def made(self, entries: Entries, bottom: int, words: str) -> Sparse:
        rows, columns, real, imag = zip(*entries, strict=True) if entries else ((),) * 4
        return self.listed(rows, columns, Vector.of(real, imag, bottom), words + ", as meant")

    def listed(self, rows: Integers, columns: Integers, values: Vector, words: str) -> Sparse:
        parts = values.real, values.imag, values.denominator
        return Sparse(self.shape, rows, columns, *parts, words)

    # kinds

    def dense(self) -> Linear:
        self.only("matrix")
        return matrix_of(self.array("matrix"), self.shape, self.where + ".matrix")

    def sparse(self) -> Linear:
        self.only("rows", "columns", "values")
        m, n = self.shape
        rows, columns = self.naturals("rows", m), self.naturals("columns", n)
        values = self.array("values")
        count, last = len(values.real), -1
        if not len(rows) == len(columns) == count:
            words = f"{len(rows)} rows, {len(columns)} columns, {count} values"
            raise Unreadable(f"{self.where}: {words}; each entry has one of each")
        for j, k in zip(rows, columns, strict=True):
            if j * n + k <= last:
                words = f"the entry ({j}, {k}) does not come after the one before it"
                raise Unreadable(f"{self.where}: {words}; list them row by row, each once")
            last = j * n + k
        words = f"a sparse {m} x {n} matrix with {count} entries, as stored"
        reduced = Vector.of(values.real, values.imag, values.denominator)
        return self.listed(rows, columns, reduced, words)

    def hadamard(self) -> Linear:
        self.only("shape", "order", "scale", optional=("rows", "mask"))
        sides, order = self.sides(), self.option("order", "natural", "sequency")
        if any(side.bit_count() != 1 for side in sides):
            raise Unreadable(f"{self.where}.shape: the sides {sides} must be powers of two")
        rows = self.chosen()
        if order == "sequency":
            rows = tuple(natural_order(row, sides) for row in rows)
        scale = read_small(self.table["scale"], self.where + ".scale")
        words = f"{len(rows)} rows of the Walsh-Hadamard transform of shape {sides}"
        words += f" in {order} order, times {short(scale)}, as meant"
        return Hadamard(self.shape[1], rows, scale, words)

    def fourier(self) -> Linear:
        self.only("shape", "scale", "centred", optional=("rows", "mask"))
        sides = self.sides()
        if prod(sides) * sum(sides) > PRODUCTS:
            raise Unreadable(f"{self.where}.shape: {sides} is too large to be transformed")
        square = Fraction(1, prod(sides))
        if self.table["scale"] != "ortho":
            scale = read_small(self.table["scale"], self.where + ".scale")
            if scale <= 0:
                raise Unreadable(f"{self.where}.scale: positive, or 'ortho' for 1/sqrt(n)")
            square = scale**2
        centred = self.option("centred", "no", "yes") == "yes"
        return Fourier(tuple(sides), self.chosen(), square, centred)

    def mask(self) -> Linear:
        self.only(optional=("rows", "mask"))
        m, n = self.shape
        entries = [(j, k, 1, 0) for j, k in enumerate(self.chosen())]
        return self.made(entries, 1, f"the choice of {m} of {n} entries")

    def identity(self) -> Linear:
        self.only()
        self.square(self.shape[1])
        return self.made([(k, k, 1, 0) for k in range(self.shape[1])], 1, "the identity")

    def convolution(self) -> Linear:
        self.only("shape", "kernel", "boundary")
        sides, boundary = self.sides(), self.option("boundary", "zero", "periodic")
        kernel = self.array("kernel")
        self.square(self.shape[1] * len(kernel.real))
        fits = len(kernel.shape) == len(sides) and all(k % 2 for k in kernel.shape)
        if not fits or any(k > side for k, side in zip(kernel.shape, sides, strict=True)):
            words = f"shape {kernel.shape}, expected are odd sides, none longer than of {sides}"
            raise Unreadable(f"{self.where}.kernel: {words}; fill up with zeros")
        entries: Entries = []
        imag = kernel.imag or (0,) * len(kernel.real)
        places = product(*map(range, kernel.shape))
        for place, a, b in zip(places, kernel.real, imag, strict=True):
            # entry i of the result is the sum over k of kernel_k x_(i - k + middle)
            shift = [side // 2 - k for k, side in zip(place, kernel.shape, strict=True)]
            entries += [(j, k, a, b) for j, k in moved(sides, shift, boundary == "periodic")]
        words = f"the convolution of shape {sides} with a kernel of shape {list(kernel.shape)}"
        return self.made(entries, kernel.denominator, f"{words}, {boundary} boundary")

    def differences(self) -> Linear:
        self.only("shape", "boundary")
        (m, n), sides = self.shape, self.sides()
        boundary = self.option("boundary", "inside", "zero", "periodic")
        entries: Entries = []
        row = 0
        for axis in range(len(sides) if n <= ENTRIES // 4 else 0):
            shift = [int(k == axis) for k in range(len(sides))]
            ahead = dict(moved(sides, shift, boundary == "periodic"))
            for here in range(n):
                if here in ahead:
                    entries.append((row, ahead[here], 1, 0))
                if here in ahead or boundary == "zero":
                    entries.append((row, here, -1, 0))
                    row += 1
        if row != m:
            raise Unreadable(f"{self.where}: {row} differences, the target has dimension {m}")
        words = f"the differences along the axes of shape {sides}, {boundary} boundary"
        return self.made(entries, 1, words)

    def composition(self) -> Linear:
        self.only("factors", "between")
        where = self.where + ".factors"
        factors = as_list(self.table["factors"], where)
        inner = as_list(self.table["between"], self.where + ".between")
        between = [read_natural(k, self.where + ".between", DIMENSION) for k in inner]
        if len(between) != len(factors) - 1 or 0 in between:
            words = f"{len(factors)} factors with the dimensions {between} between them"
            raise Unreadable(f"{self.where}: {words}; between k factors there are k - 1, positive")
        ends = zip([self.shape[0], *between], [*between, self.shape[1]], strict=True)
        parts = [
            _Form(factor, f"{where}[{k}]", end, self.read, self.left).form()
            for k, (factor, end) in enumerate(zip(factors, ends, strict=True))
        ]
        return Composition(tuple(parts))

    def adjoint(self) -> Linear:
        self.only("of")
        m, n = self.shape
        inner = _Form(self.table["of"], self.where + ".of", (n, m), self.read, self.left)
        return inner.form().adjoint()


def read_linear(value: object, where: str, shape: tuple[int, int], read: ReadArray) -> Linear:
    """The linear map (m, n) of a JSON form; `read` gives the arrays in it.  Raises Unreadable."""
    return _Form(value, where, shape, read, [None] * FORMS).form()
