"""Numbers and arrays from people, made exact: what is read how, and what is refused.

Text and integers are exact.  The floats of a NumPy array or of a .npy file are read *as stored*:
each is the dyadic rational of its bits, and the file itself, byte for byte, is what the kernel
will read.  A float where one exact number is asked for is refused, because 0.1 is not 1/10.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm, prod
from pathlib import Path
from typing import Any

import numpy as np

from certificates.format import DECIMAL_DIGITS, digest, excerpt, read_number, short, write_number
from certificates.matrices import Vector
from certificates.npy import Tensor, read_npy

DECIMAL = re.compile(r"-?\d{1,1000}\.\d{1,1000}")


class BadInput(Exception):
    """Something a person gave cannot be used: the sentence names the place and the remedy."""


def number(value: object, where: str) -> Fraction:
    """An exact rational number from an int, a Fraction, or a text such as "1/50" or "0.02".

    Raises BadInput for floats (saying how one would be read) and for anything else.
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        raise BadInput(f"{where}: a number is expected, not {str(value).lower()}")
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float):
        return _refuse_float(value, where)
    if isinstance(value, str):
        text = value.strip()
        if DECIMAL.fullmatch(text):
            return Fraction(text)
        if sum(c.isdigit() for c in text) > DECIMAL_DIGITS and not text.startswith(("0x", "-0x")):
            raise BadInput(
                f"{where}: a number of {len(text)} digits is too long in decimal; "
                f"at most {DECIMAL_DIGITS} digits, or hexadecimal 0x..."
            )
        try:
            return read_number(text, where)
        except Exception as error:
            hint = "" if "denominator zero" in str(error) else ', or as a decimal text "0.02"'
            raise BadInput(f"{error}{hint}") from None
    top, bottom = getattr(value, "p", None), getattr(value, "q", None)  # sympy's Rational
    if isinstance(top, int) and isinstance(bottom, int):
        return Fraction(top, bottom)
    raise BadInput(f'{where}: {type(value).__name__} is no exact number; write it like "1/50"')


def _refuse_float(value: float, where: str) -> Fraction:
    if value != value or value in (float("inf"), float("-inf")):
        raise BadInput(f"{where}: {value} is not a number; a finite exact number is needed")
    raise BadInput(
        f"{where}: {value!r} is a float, that is exactly {short(Fraction(value))}; "
        f'write the number that you mean as a text, "{value!r}" for the decimal'
    )


@dataclass(frozen=True)
class ExactArray:
    """An array as the kernel will read it: its shape, its JSON form, and the files beside it."""

    shape: tuple[int, ...]
    form: dict[str, object]
    files: dict[str, bytes] = field(default_factory=dict)
    is_complex: bool = False


def array(value: object, where: str, folder: Path | None = None) -> ExactArray:
    """An exact array from what a person gave; `where` is its place and the stem of its file.

    `value` is a NumPy array; nested lists of exact numbers; the name of a .npy file in `folder`;
    {"file": NAME or "array": ndarray, "scale": "1/32"}; or {"real": ..., "imaginary": ...}.
    Raises BadInput.
    """
    if isinstance(value, ExactArray):
        return value
    if isinstance(value, np.ndarray):
        return _from_numpy(value, where)
    if isinstance(value, str):
        return _from_file(value, where, folder)
    if isinstance(value, dict):
        return _from_table(value, where, folder)
    if isinstance(value, Sequence):
        value = list(value)
        shape = _shape(value, where)
        return ExactArray(shape, {"entries": _entries(value, where)})
    listed = getattr(value, "tolist", None)
    if callable(listed):
        return array(listed(), where, folder)
    raise BadInput(f"{where}: {type(value).__name__} is no array; give lists, NumPy or a .npy file")


def sized(
    value: object,
    where: str,
    dimension: int,
    folder: Path | None = None,
    needs: str = "the operator needs",
) -> ExactArray:
    """An exact array of any shape with `dimension` entries.  Raises BadInput."""
    found = array(value, where, folder)
    if prod(found.shape) != dimension:
        raise BadInput(
            f"{where}: shape {found.shape} has {prod(found.shape)} entries, {needs} {dimension}"
        )
    return found


def exact_rows(source: ExactArray, count: int) -> list[Vector]:
    """An array whose entries divide into `count` rows, read row by row -> the rows, exactly."""
    form = source.form
    if "real" in form:
        real, imag = (_tensor(form[key], source.files) for key in ("real", "imaginary"))
        bottom = lcm(real.denominator, imag.denominator)
        upper = [a * (bottom // real.denominator) for a in real.real]
        lower = [a * (bottom // imag.denominator) for a in imag.real]
    else:
        whole = _tensor(form, source.files)
        upper, lower, bottom = list(whole.real), list(whole.imag), whole.denominator
    size = len(upper) // count
    places = [k * size for k in range(count)]
    return [Vector.of(upper[k : k + size], lower[k : k + size], bottom) for k in places]


def _tensor(form: Any, files: Mapping[str, bytes]) -> Tensor:
    """A simple array, from its JSON form."""
    if "file" in form:
        found = read_npy(files[form["file"]], form["file"])
        scale = Fraction(read_number(form.get("scale", "1"), "scale"))
        parts = [tuple(a * scale.numerator for a in part) for part in (found.real, found.imag)]
        return Tensor(found.shape, parts[0], parts[1], found.denominator * scale.denominator)
    numbers = [read_number(text, "entries") for text in _flat(form["entries"])]
    bottom = lcm(*(number.denominator for number in numbers))
    tops = tuple(number.numerator * (bottom // number.denominator) for number in numbers)
    return Tensor((len(tops),), tops, (), bottom)


def _flat(entries: Any) -> Iterator[str]:
    if isinstance(entries, str):
        yield entries
    else:
        for inner in entries:
            yield from _flat(inner)


def _from_table(table: dict[str, Any], where: str, folder: Path | None) -> ExactArray:
    keys = set(table)
    if keys == {"real", "imaginary"}:
        real = array(table["real"], where + ".real", folder)
        imag = array(table["imaginary"], where + ".imaginary", folder)
        if real.shape != imag.shape:
            raise BadInput(
                f"{where}: real part {real.shape} and imaginary part {imag.shape} differ"
            )
        form: dict[str, object] = {"real": real.form, "imaginary": imag.form}
        return ExactArray(real.shape, form, real.files | imag.files, True)
    if keys in ({"file", "scale"}, {"array", "scale"}, {"file"}):
        inner = array(table["array"] if "array" in table else table["file"], where, folder)
        scale = number(table.get("scale", 1), where + ".scale")
        if "file" not in inner.form:
            raise BadInput(f"{where}.scale: only an array in a .npy file can be scaled")
        form = inner.form if scale == 1 else {**inner.form, "scale": write_number(scale)}
        return ExactArray(inner.shape, form, inner.files, inner.is_complex)
    if keys == {"entries"}:
        return array(table["entries"], where, folder)
    raise BadInput(
        f"{where}: the keys {', '.join(sorted(keys))} are not known; "
        "use file and scale, or real and imaginary"
    )


def _from_numpy(value: np.ndarray[Any, Any], where: str) -> ExactArray:
    if value.dtype == object:
        return array(value.tolist(), where)
    if value.dtype.kind not in "biufc" or value.dtype.itemsize > (
        16 if value.dtype.kind == "c" else 8
    ):
        raise BadInput(
            f"{where}: entries of type {value.dtype} are not covered; use int64 or float64"
        )
    if value.dtype.kind in "fc" and not np.isfinite(value).all():
        place = np.argwhere(~np.isfinite(value))[0].tolist()
        raise BadInput(f"{where}: entry {place} is {value[tuple(place)]}; only finite numbers")
    stream = io.BytesIO()
    np.save(stream, value)
    return _stored(stream.getvalue(), where)


def _from_file(name: str, where: str, folder: Path | None) -> ExactArray:
    path = (folder or Path()) / name
    if path.suffix == ".json" and path.is_file():
        return array(_json(path, where), where, folder)
    if path.suffix != ".npy":
        raise BadInput(f"{where}: {excerpt(name)} must be a .npy file; save it with numpy.save")
    if not path.is_file():
        raise BadInput(f"{where}: there is no file {name} in {path.parent.resolve().name}/")
    return _stored(path.read_bytes(), where)


def _json(path: Path, where: str) -> object:
    """Exact entries as texts, nested lists or the form with real and imaginary part."""
    try:
        value = json.loads(path.read_text("utf-8"), parse_float=str)
    except (ValueError, RecursionError):
        raise BadInput(f"{where}: {path.name} is not a JSON array of texts") from None
    if not isinstance(value, list | dict):
        raise BadInput(f"{where}: {path.name} is not a JSON array of texts")
    return value


def _stored(data: bytes, where: str) -> ExactArray:
    """The bytes of a .npy file, read with the kernel's own reader to find what it will refuse."""
    try:
        tensor = read_npy(data, where)
    except Exception as error:
        raise BadInput(str(error)) from None
    name = re.sub(r"[^A-Za-z0-9_.]", "_", where) + ".npy"
    form: dict[str, object] = {
        "file": name,
        "sha256": digest(data).removeprefix("sha256:"),
        "shape": [str(n) for n in tensor.shape],
    }
    return ExactArray(tensor.shape, form, {name: data}, bool(tensor.imag))


def _shape(value: object, where: str) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        return ()
    inner = {_shape(item, where) for item in value}
    if len(inner) > 1:
        raise BadInput(f"{where}: rows of different lengths or depths: {sorted(inner)}")
    return (len(value), *(inner.pop() if inner else ()))


def _entries(value: object, where: str) -> object:
    if isinstance(value, list | tuple):
        return [_entries(item, f"{where}[{k}]") for k, item in enumerate(value)]
    if isinstance(value, complex):
        raise BadInput(f"{where}: write complex arrays as real and imaginary part, or as NumPy")
    return write_number(number(value, where))


def inline(v: Vector) -> dict[str, object]:
    """A vector as an inline array of a certificate."""

    def entries(numerators: tuple[int, ...]) -> dict[str, object]:
        return {"entries": [write_number(Fraction(a, v.denominator)) for a in numerators]}

    return {"real": entries(v.real), "imaginary": entries(v.imag)} if v.imag else entries(v.real)


def inline_rows(rows: Sequence[Vector]) -> dict[str, object]:
    """Vectors as the rows of an inline array (k, n)."""

    def entries(part: Callable[[Vector], Sequence[int]]) -> dict[str, object]:
        return {
            "entries": [[write_number(Fraction(a, v.denominator)) for a in part(v)] for v in rows]
        }

    real = entries(lambda v: v.real)
    if not any(v.imag for v in rows):
        return real
    return {"real": real, "imaginary": entries(lambda v: v.imag or (0,) * v.dimension)}
