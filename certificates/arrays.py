"""Arrays of a problem: entries written out, or the user's own file, named by its SHA-256.

An entry that is stored as a float is the dyadic rational of its bits.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm, prod

from .format import (
    Unreadable,
    as_list,
    as_object,
    as_text,
    digest,
    excerpt,
    fields,
    read_natural,
    read_number,
    read_small,
    short,
)
from .matrices import Vector
from .npy import Tensor, read_npy

AXES = 8
DENOMINATOR_BITS = 1 << 16  # of the common denominator of an inline array
ReadFile = Callable[[str], bytes]


class Arrays:
    """Reads arrays, inline or from .npy files, and remembers what it read."""

    def __init__(self, read_file: ReadFile | None) -> None:
        self.read_file = read_file
        self.seen: list[str] = []

    def read(self, value: object, where: str) -> Tensor:
        """An array of any of the three forms: entries, file, or real and imaginary part."""
        table = as_object(value, where)
        if "entries" in table or "file" in table:
            return self.simple(table, where)
        fields(table, where, ("real", "imaginary"))
        real = self.simple(table["real"], where + ".real")
        imag = self.simple(table["imaginary"], where + ".imaginary")
        if any(real.imag) or any(imag.imag) or real.shape != imag.shape:
            raise Unreadable(f"{where}: real and imaginary part must be real arrays of one shape")
        bottom = lcm(real.denominator, imag.denominator)
        return Tensor(
            real.shape,
            tuple(a * (bottom // real.denominator) for a in real.real),
            tuple(a * (bottom // imag.denominator) for a in imag.real),
            bottom,
        )

    def simple(self, value: object, where: str) -> Tensor:
        """An array of the forms: entries, file."""
        table = as_object(value, where)
        if "file" in table:
            return self.from_file(table, where)
        fields(table, where, ("entries",))
        return inline(table["entries"], where + ".entries")

    def stored(self, table: dict[str, object], where: str) -> tuple[str, bytes, str]:
        """The file that the keys file and sha256 name: its name, bytes and SHA-256."""
        name = as_text(table["file"], where + ".file")
        if name.startswith(".") or not all(c.isalnum() or c in "._-" for c in name):
            raise Unreadable(
                f"{where}.file: {excerpt(name)} must be a plain file name (letters, digits, "
                "'.', '_', '-') in the problem's own folder"
            )
        if self.read_file is None:
            raise Unreadable(f"{where}: only arrays with inline entries are allowed here")
        data = self.read_file(name)
        found = digest(data).removeprefix("sha256:")
        if found != as_text(table["sha256"], where + ".sha256"):
            raise Unreadable(
                f"{where}: {name} has SHA-256 {found[:16]}..., not the one the problem names; "
                "restore the file, or make problem and certificate anew"
            )
        return name, data, found

    def from_file(self, table: dict[str, object], where: str) -> Tensor:
        """An array in a file, times its scale."""
        fields(table, where, ("file", "sha256", "shape"), ("scale",))
        name, data, found = self.stored(table, where)
        tensor = read_npy(data, name)
        shape = tuple(
            read_natural(n, where + ".shape") for n in as_list(table["shape"], where + ".shape")
        )
        if shape != tensor.shape:
            raise Unreadable(f"{where}: {name} has shape {tensor.shape}, the problem says {shape}")
        scale = read_small(table.get("scale", "1"), where + ".scale")
        factor = f" times {short(scale)}" if scale != 1 else ""
        self.seen.append(f"{where}: {name} as stored{factor}, shape {shape}, sha256:{found}")
        return Tensor(
            shape,
            tuple(a * scale.numerator for a in tensor.real),
            tuple(a * scale.numerator for a in tensor.imag),
            tensor.denominator * scale.denominator,
        )


def inline(value: object, where: str) -> Tensor:
    """Nested lists of numbers as strings, all rows of one length."""
    shape: list[int] = []
    level: object = value
    while type(level) is list:
        shape.append(len(level))
        level = level[0] if level else None
        if len(shape) > AXES:
            raise Unreadable(f"{where}: an array has at most {AXES} axes")
    entries: list[Fraction] = []

    def walk(item: object, depth: int, place: str) -> None:
        if depth == len(shape):
            entries.append(read_number(item, place))
            return
        row = as_list(item, place)
        if len(row) != shape[depth]:
            raise Unreadable(f"{place}: {len(row)} entries where {shape[depth]} are expected")
        for k, inner in enumerate(row):
            walk(inner, depth + 1, f"{place}[{k}]")

    walk(value, 0, where)
    bottom = 1
    for entry in entries:
        bottom = lcm(bottom, entry.denominator)
        if bottom.bit_length() > DENOMINATOR_BITS:
            raise Unreadable(f"{where}: the denominators have no short common multiple")
    numerators = tuple(q.numerator * (bottom // q.denominator) for q in entries)
    return Tensor(tuple(shape), numerators, (), bottom)


def vector_of(tensor: Tensor, dimension: int, where: str) -> Vector:
    """An array of any shape with `dimension` entries, read row by row -> the vector."""
    if prod(tensor.shape) != dimension:
        raise Unreadable(
            f"{where}: shape {tensor.shape} has {prod(tensor.shape)} entries, "
            f"the space has dimension {dimension}"
        )
    return Vector.of(tensor.real, tensor.imag, tensor.denominator)
