"""Reads NumPy's .npy files from their bytes, exactly and without NumPy.

Integers are themselves, floats are the dyadic rationals that their bits denote.  Not-a-number
and infinity are refused by position.  The header is matched, never evaluated.
"""

from __future__ import annotations

import re
import sys
from array import array
from dataclasses import dataclass
from functools import reduce
from math import prod
from operator import or_

from .format import Unreadable, excerpt

MAGIC = b"\x93NUMPY"
FILE_BYTES = 1 << 30  # a larger array is refused
LENGTH = r"(?:0|[1-9]\d{0,11})"
HEADER = re.compile(
    r"\{'descr': '([<>|])([biufc])([1-9]\d?)', 'fortran_order': (True|False), "
    rf"'shape': \((|{LENGTH},|{LENGTH}(?:, {LENGTH}){{1,7}})\), \}} *\n"
)
SIGNED = {1: "b", 2: "h", 4: "i", 8: "q"}
UNSIGNED = {1: "B", 2: "H", 4: "I", 8: "Q"}
# bytes: (bits of the significand after the leading one, bits of the exponent)
FLOATS = {2: (10, 5), 4: (23, 8), 8: (52, 11)}


@dataclass(frozen=True, slots=True)
class Tensor:
    """Numbers (real + i imag) / denominator in row-major order; `imag` is () for real data."""

    shape: tuple[int, ...]
    real: tuple[int, ...]
    imag: tuple[int, ...]
    denominator: int


def words(data: bytes, code: str, order: str) -> list[int]:
    """Integers of one size; `code` is that of the module array, `order` "<" or ">"."""
    words = array(code)
    words.frombytes(data)
    if words.itemsize > 1 and order != ("<" if sys.byteorder == "little" else ">"):
        words.byteswap()
    return words.tolist()


def floats(data: bytes, size: int, order: str, what: str) -> tuple[list[int], int]:
    """The exact values of floats, as integers over one power of two."""
    fraction_bits, exponent_bits = FLOATS[size]
    hidden, top = 1 << fraction_bits, (1 << exponent_bits) - 1
    sign_bit = 1 << (fraction_bits + exponent_bits)
    parts: list[tuple[int, int]] = []
    for place, word in enumerate(words(data, UNSIGNED[size], order)):
        exponent = word >> fraction_bits & top
        significand = word & (hidden - 1)
        if exponent == top:
            name = "a not-a-number" if significand else "an infinity"
            raise Unreadable(f"{what}: entry {place} is {name}; replace it by a finite number")
        if exponent:
            significand |= hidden
        else:
            exponent = 1
        parts.append((-significand if word & sign_bit else significand, exponent))
    lowest = min((exponent for significand, exponent in parts if significand), default=0)
    values = [s << (e - lowest) if s else 0 for s, e in parts]
    # short integers make everything later fast: take out the power of two that all share
    bits = reduce(or_, values, 0)
    shared = (bits & -bits).bit_length() - 1 if bits else 0
    values = [v >> shared for v in values]
    # a float is significand * 2^(exponent - bias - fraction_bits)
    shift = lowest - (top >> 1) - fraction_bits + shared
    return ([v << shift for v in values], 1) if shift >= 0 else (values, 1 << -shift)


def read_npy(data: bytes, what: str) -> Tensor:
    """The exact contents of a .npy file; `what` names the file in messages.

    Raises Unreadable for versions, types or shapes that are not covered and for non-finite floats.
    """
    if len(data) > FILE_BYTES:
        raise Unreadable(f"{what}: the file has {len(data)} bytes, the limit is {FILE_BYTES}")
    if data[:6] != MAGIC or data[6:8] not in (b"\x01\x00", b"\x02\x00"):
        raise Unreadable(f"{what}: not a .npy file of version 1 or 2; save it with numpy.save")
    wide = 2 if data[6] == 1 else 4
    start = 8 + wide + int.from_bytes(data[8 : 8 + wide], "little")
    header = data[8 + wide : start].decode("latin-1")
    match = HEADER.fullmatch(header)
    if match is None:
        raise Unreadable(f"{what}: the header {excerpt(ascii(header), 60)} is not covered")
    order, letter, digits, fortran, dimensions = match.groups()
    size = int(digits)
    if order == "|" and size > 1:
        raise Unreadable(f"{what}: the header does not name the byte order; save it again")
    shape = tuple(int(n) for n in dimensions.split(",") if n.strip())
    body = data[start:]
    count = prod(shape)
    if len(body) != count * size:
        raise Unreadable(
            f"{what}: {len(body)} bytes of data, but shape {shape} of {size}-byte entries "
            f"needs {count * size}"
        )
    imag: list[int] = []
    denominator = 1
    if letter in "iu" and size in SIGNED:
        real = words(body, (SIGNED if letter == "i" else UNSIGNED)[size], order)
    elif letter == "b" and size == 1:
        real = list(body)
        if not set(real) <= {0, 1}:
            raise Unreadable(f"{what}: a truth value is neither 0 nor 1")
    elif letter == "f" and size in FLOATS:
        real, denominator = floats(body, size, order, what)
    elif letter == "c" and size in (8, 16):
        both, denominator = floats(body, size // 2, order, what)
        real, imag = both[0::2], both[1::2]
    else:
        raise Unreadable(
            f"{what}: entries of type {letter}{size} are not covered; "
            "save integers, float16/32/64 or complex64/128"
        )
    if fortran == "True" and len(shape) > 1:
        real, imag = _row_major(real, shape), _row_major(imag, shape)
    return Tensor(shape, tuple(real), tuple(imag), denominator)


def _row_major(values: list[int], shape: tuple[int, ...]) -> list[int]:
    """Column-major order -> row-major order."""
    if not values:
        return values
    places, stride = [0], 1
    for n in shape:
        places = [place + stride * k for place in places for k in range(n)]
        stride *= n
    return [values[place] for place in places]
