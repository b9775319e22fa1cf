"""The .npy reader against numpy.load: every covered type, order and shape; refusals."""

from __future__ import annotations

import io
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from certificates.format import Unreadable
from certificates.npy import Tensor, read_npy

COVERED = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
DTYPES = [np.dtype(order + name) for name in COVERED for order in "<>"]
shapes = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


def saved(array: np.ndarray[Any, Any], version: tuple[int, int] | None = None) -> bytes:
    """The bytes that numpy.save writes."""
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asanyarray(array), version=version)
    return stream.getvalue()


def numbers(tensor: Tensor) -> list[tuple[Fraction, Fraction]]:
    """The entries, in row-major order."""
    imag = tensor.imag or (0,) * len(tensor.real)
    d = tensor.denominator
    return [(Fraction(a, d), Fraction(b, d)) for a, b in zip(tensor.real, imag, strict=True)]


def expected(array: np.ndarray[Any, Any]) -> list[tuple[Fraction, Fraction]]:
    """The entries by NumPy: Python's own ints and floats, which are exact."""
    found = []
    for item in array.reshape(-1).tolist():
        parts = (item.real, item.imag) if isinstance(item, complex) else (item, 0)
        found.append((Fraction(parts[0]), Fraction(parts[1])))
    return found


def finite(dtype: np.dtype[Any]) -> st.SearchStrategy[Any]:
    """Entries of this type without infinities and not-a-numbers, subnormals included."""
    if dtype.kind in "fc":
        return arrays.from_dtype(dtype, allow_nan=False, allow_infinity=False)
    return arrays.from_dtype(dtype)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@given(data=st.data())
def test_against_numpy(dtype: np.dtype[Any], data: st.DataObject) -> None:
    """Values, shape and order; both memory layouts; versions 1 and 2."""
    array = data.draw(arrays.arrays(dtype, shapes, elements=finite(dtype)))
    if data.draw(st.booleans()):
        array = np.asfortranarray(array)
    raw = saved(array, data.draw(st.sampled_from([(1, 0), (2, 0)])))
    tensor = read_npy(raw, "array")
    loaded = np.load(io.BytesIO(raw))
    assert tensor.shape == loaded.shape == array.shape
    assert len(tensor.real) == prod(array.shape)
    assert numbers(tensor) == expected(loaded)
    assert all(type(a) is int for a in tensor.real + tensor.imag)
    assert len(tensor.imag) == (len(tensor.real) if dtype.kind == "c" else 0)


@pytest.mark.parametrize("name", ["f2", "f4", "f8"])
@pytest.mark.parametrize("order", "<>")
def test_extreme_floats(name: str, order: str) -> None:
    """Zeros of both signs, the least subnormal, the largest number, all in one array."""
    dtype = np.dtype(order + name)
    info = np.finfo(dtype)
    values = [0.0, -0.0, info.smallest_subnormal, -info.tiny, info.max, -info.max, info.eps, 1.0]
    array = np.array(values, dtype=dtype)
    for part in (array, array[:1], array[1:2], array[:2], array[2:3], array[4:5], array[:0]):
        assert numbers(read_npy(saved(part), "array")) == expected(part)


def test_every_half_float() -> None:
    """All 63,488 finite half-precision numbers."""
    array = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    array = array[np.isfinite(array)]
    assert numbers(read_npy(saved(array), "array")) == expected(array)


@pytest.mark.parametrize("name", ["f2", "f4", "f8", "c8", "c16"])
@pytest.mark.parametrize(
    ("value", "words"),
    [(np.nan, "a not-a-number"), (np.inf, "an infinity"), (-np.inf, "an infinity")],
)
def test_not_finite(name: str, value: float, words: str) -> None:
    """The position of what is no number is named."""
    array = np.zeros(5, dtype=name)
    array[3] = value
    place = 6 if name.startswith("c") else 3
    with pytest.raises(Unreadable, match=f"kspace: entry {place} is {words}; replace it"):
        read_npy(saved(array), "kspace")


def test_fortran_order_of_three_axes() -> None:
    """Every axis its own length; also a vector and a number, where the layout says nothing."""
    array = np.arange(24).reshape(2, 3, 4)
    flipped = np.asfortranarray(array)
    raw = saved(flipped)
    assert b"'fortran_order': True" in raw
    assert read_npy(raw, "a").real == tuple(range(24))
    assert read_npy(header(fortran_order="True"), "a") == read_npy(GOOD, "a")
    assert read_npy(saved(np.array(7)), "a") == Tensor((), (7,), (), 1)


GOOD = saved(np.array([1.0, 2.5]))


def header(**changes: str) -> bytes:
    """A .npy file whose header has some of its words exchanged."""
    words = {"descr": "'<f8'", "fortran_order": "False", "shape": "(2,)"} | changes
    text = "{" + "".join(f"{name!r}: {value}, " for name, value in words.items()) + "}\n"
    return GOOD[:8] + len(text).to_bytes(2, "little") + text.encode("latin-1") + GOOD[-16:]


REFUSED = {
    "nothing": (b"", "not a .npy file of version 1 or 2"),
    "magic only": (GOOD[:6], "not a .npy file of version 1 or 2"),
    "another magic": (b"\x92" + GOOD[1:], "not a .npy file of version 1 or 2"),
    "version 3": (GOOD[:6] + b"\x03\x00" + GOOD[8:], "not a .npy file of version 1 or 2"),
    "version 1.1": (GOOD[:6] + b"\x01\x01" + GOOD[8:], "not a .npy file of version 1 or 2"),
    "no header length": (GOOD[:8], "the header"),
    "half a header": (GOOD[:40], "the header"),
    "header length too long": (GOOD[:8] + b"\xff\xff" + GOOD[10:], "the header"),
    "no entries": (GOOD[:-16], "0 bytes of data"),
    "half an entry": (GOOD[:-1], "15 bytes of data, but shape (2,) of 8-byte entries needs 16"),
    "one byte more": (GOOD + b"\0", "17 bytes of data"),
    "another shape": (header(shape="(3,)"), "16 bytes of data, but shape (3,)"),
    "a negative shape": (header(shape="(-2,)"), "the header"),
    "no comma": (header(shape="(2 2)"), "the header"),
    "a shape that is a product": (header(shape="(1*2,)"), "the header"),
    "a long shape": (header(shape="(2000000000000,)"), "the header"),
    "code": (header(descr="__import__('os')"), "the header"),
    "an object": (header(descr="'|O'"), "the header"),
    "a structure": (header(descr="[('a', '<f8')]"), "the header"),
    "text": (header(descr="'<U2'"), "the header"),
    "a date": (header(descr="'<M8[s]'"), "the header"),
    "native order": (header(descr="'=f8'"), "the header"),
    "another key": (header(more="1"), "the header"),
    "keys twice": (header(descr="'<f8', 'descr': '<f4'"), "the header"),
    "a truth value": (header(fortran_order="0"), "the header"),
    "long doubles": (header(descr="'<f16'", shape="(1,)"), "entries of type f16 are not covered"),
    "long complex": (header(descr="'<c32'", shape="(0,)"), "16 bytes of data"),
    "three bytes": (header(descr="'<i3'", shape="(0,)"), "16 bytes of data"),
    "size nought": (header(descr="'<f0'"), "is not covered"),
    "two-byte truth": (header(descr="'<b2'", shape="(8,)"), "entries of type b2 are not covered"),
    "half complex": (header(descr="'<c4'", shape="(4,)"), "entries of type c4 are not covered"),
    "not a truth value": (header(descr="'|b1'", shape="(16,)"), "is neither 0 nor 1"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_refused(title: str) -> None:
    """A file that is damaged, or of a kind that is not covered, for its own reason."""
    data, phrase = REFUSED[title]
    with pytest.raises(Unreadable) as caught:
        read_npy(data, "here.npy")
    assert str(caught.value).startswith("here.npy: ")
    assert phrase in str(caught.value)


def test_byte_order_of_long_entries_is_named() -> None:
    """'|' names no order: NumPy reads such entries as native ones, so guessing is refused."""
    for dtype in ("'|f8'", "'|i8'", "'|u8'", "'|c16'"):
        shape = "(1,)" if dtype == "'|c16'" else "(2,)"
        with pytest.raises(Unreadable):
            read_npy(header(descr=dtype, shape=shape), "here.npy")
    assert read_npy(header(descr="'|u1'", shape="(16,)"), "here.npy").real == tuple(GOOD[-16:])


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255), st.sampled_from([1, 2, 8]))
def test_damage(place: int, change: int, size: int) -> None:
    """A changed byte gives what NumPy reads, or is refused; nothing else happens."""
    array = np.arange(1, 9, dtype=np.uint8).view(f"u{size}")
    raw = bytearray(saved(array))
    place %= len(raw)
    raw[place] ^= change
    try:
        tensor = read_npy(bytes(raw), "damaged")
    except Unreadable:
        return
    loaded = np.load(io.BytesIO(bytes(raw)))
    assert tensor.shape == loaded.shape
    assert numbers(tensor) == expected(loaded)
