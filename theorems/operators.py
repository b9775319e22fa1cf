"""Operators as people give them: arrays, tables with the key `kind`, and the builders below.

    hadamard(mask)            chosen rows of the Walsh-Hadamard transform, exact as meant
    fourier(mask, shape)      chosen rows of the Fourier transform, irrational, as meant
    blur(kernel, shape)       convolution with a kernel of odd sides, exact as meant
    differences(shape)        finite differences along the axes, exact as meant
    sparse(A)                 a SciPy sparse matrix, as stored
    radon(n, angles)          lengths of rays in pixels, rounded to multiples of 2^-18, as stored
    composition(A, B, ...)    A B ...;   adjoint(A)

Each gives an `Operator`, a table like those of a problem file; `realise` writes it for the kernel.
`docs/operators.md` has the keys.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from certificates.format import write_number

from .arrays import BadInput, ExactArray, array, exact_rows, number
from .keys import keys

RADON_BITS = 18
Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Operator:
    """A linear map in words of a problem file: a table with the key `kind`.

    `evidence` are sentences on where it came from, which nobody verifies.
    """

    table: dict[str, Any]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Realised:
    """A linear map as the kernel will read it: its shape (m, n), its JSON form, and its files.

    `evidence` are sentences of those who gave it, each beginning with the name of the map.
    """

    shape: tuple[int, int]
    form: dict[str, object]
    files: dict[str, bytes] = field(default_factory=dict)
    is_complex: bool = False
    evidence: tuple[str, ...] = ()


# --------------------------------------------------------------------------------- builders


def hadamard(
    mask: Any = None,
    *,
    rows: Any = None,
    shape: Sequence[int] | None = None,
    order: str = "natural",
    scale: Any = 1,
) -> Operator:
    """Chosen rows of the transform of a signal or image; a mask has the shape of the image.

    Rows are counted row-major, in natural or in sequency order along each axis.
    """
    table: dict[str, Any] = {"kind": "hadamard", "order": order, "scale": scale}
    table |= {"mask": mask} if mask is not None else {"rows": rows}
    if shape is not None:
        table["shape"] = list(shape)
    return Operator(table)


def fourier(
    mask: Any = None,
    shape: Sequence[int] | None = None,
    scale: Any = "ortho",
    centred: bool = False,
    *,
    rows: Any = None,
) -> Operator:
    """Chosen rows k of  scale * sum over j of x_j exp(-2 pi i (j - c)(k - c) / n),  axis by axis.

    c = n // 2 with `centred`, as in MRI (fftshift, fft, ifftshift), else 0.  `scale` is a number,
    or "ortho" for 1 / sqrt(number of pixels).  Rows are counted row-major.
    """
    table: dict[str, Any] = {"kind": "fourier", "scale": scale, "centred": centred}
    table |= {"mask": mask} if mask is not None else {"rows": rows}
    if shape is not None:
        table["shape"] = list(shape)
    return Operator(table)


def blur(kernel: Any, shape: Sequence[int], boundary: str = "zero") -> Operator:
    """The convolution with a kernel of odd sides; boundary "zero" or "periodic"."""
    return Operator(
        {"kind": "convolution", "kernel": kernel, "shape": list(shape), "boundary": boundary}
    )


def differences(shape: Sequence[int], boundary: str = "inside") -> Operator:
    """x(next) - x(here) along each axis; boundary "inside", "zero" or "periodic"."""
    return Operator({"kind": "differences", "shape": list(shape), "boundary": boundary})


def sparse(matrix: Any) -> Operator:
    """Anything with `tocoo`, or with the parts row, col, data and shape, as stored.

    Raises BadInput where an entry occurs twice: its sum might be rounded.
    """
    parts = matrix.tocoo() if hasattr(matrix, "tocoo") else matrix
    if not all(hasattr(parts, name) for name in ("row", "col", "data", "shape")):
        raise BadInput(f"sparse: {type(matrix).__name__} has no tocoo, nor row, col and data")
    rows, columns, values = (np.asarray(getattr(parts, key)) for key in ("row", "col", "data"))
    return _entries(rows, columns, values, tuple(int(side) for side in parts.shape))


def _entries(rows: Floats, columns: Floats, values: Floats, shape: tuple[int, ...]) -> Operator:
    order = np.lexsort((columns, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    twice = (np.diff(rows) == 0) & (np.diff(columns) == 0)
    if twice.any():
        place = int(np.argmax(twice))
        raise BadInput(
            f"sparse: the entry ({rows[place]}, {columns[place]}) occurs twice; "
            "call sum_duplicates() first"
        )
    table = {"rows": rows.astype(np.int64), "columns": columns.astype(np.int64), "values": values}
    return Operator({"kind": "sparse", "shape": list(shape), **table})


def radon(n: int, angles: int, detectors: int | None = None) -> Operator:
    """Parallel rays through n x n unit pixels: `angles` directions over half a turn.

    Row (k, j) are the lengths in the pixels of ray j, at distance j - (detectors - 1)/2 of the
    centre, in direction k pi / angles; each rounded to a multiple of 2^-18.  There are n detectors
    if nothing is said.
    """
    if n < 1 or angles < 1 or (detectors or 1) < 1:
        raise BadInput("radon: positive numbers of pixels, angles and detectors are expected")
    width = detectors or n
    middle = np.arange(n) - (n - 1) / 2
    down, right = np.meshgrid(middle, middle, indexing="ij")
    found: list[tuple[Floats, Floats, Floats]] = []
    for k in range(angles):
        c, s = np.cos(np.pi * k / angles), np.sin(np.pi * k / angles)
        across = (right * c + down * s).ravel()
        nearest = np.floor(across + (width - 1) / 2).astype(np.int64)
        for step in (-1, 0, 1, 2):
            j = nearest + step
            length = _chord(np.abs(across - (j - (width - 1) / 2)), abs(c), abs(s))
            numerators = np.rint(length * (1 << RADON_BITS)).astype(np.int64)
            kept = np.flatnonzero((numerators > 0) & (j >= 0) & (j < width))
            found.append((k * width + j[kept], kept, numerators[kept]))
    rows, columns, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    made = _entries(rows, columns, values, (angles * width, n * n))
    scaled = {"array": made.table["values"], "scale": Fraction(1, 1 << RADON_BITS)}
    return Operator({**made.table, "values": scaled})


def _chord(distance: Floats, c: float, s: float) -> Floats:
    """The length in a unit square of the line at a distance of its centre, of normal (c, s)."""
    if c * s < 1e-12:
        return np.where(distance < 0.5 - 1e-12, 1.0, np.where(distance < 0.5 + 1e-12, 0.5, 0.0))
    return np.clip(((c + s) / 2 - distance) / (c * s), 0, 1 / max(c, s))


def composition(*factors: Any) -> Operator:
    """The product, applied from the last to the first."""
    return Operator({"kind": "composition", "factors": list(factors)})


def adjoint(operator: Any) -> Operator:
    """The conjugate transpose."""
    return Operator({"kind": "adjoint", "of": operator})


# ---------------------------------------------------------------------------- for the kernel


def realise(value: Any, where: str, stem: str, folder: Path | None = None) -> Realised:
    """What a person gave as an operator -> its form for the kernel.

    `where` is its place in messages, `stem` the beginning of the names of its files.
    Raises BadInput.
    """
    if isinstance(value, Operator):
        made = _Realiser(value.table, where, stem, folder).made()
        own = tuple(f"{stem}: {text}" for text in value.evidence)
        return Realised(made.shape, made.form, made.files, made.is_complex, own + made.evidence)
    if isinstance(value, Mapping) and "kind" in value:
        return _Realiser(dict(value), where, stem, folder).made()
    if hasattr(value, "tocoo"):
        return realise(sparse(value), where, stem, folder)
    if any(hasattr(value, name) for name in ("matvec", "ishape", "A_adjoint", "adj")):
        from .adapters import sampled  # which itself needs this module

        return realise(sampled(value), where, stem, folder)
    if isinstance(value, str) and value.endswith(".npz"):
        return realise(_from_npz((folder or Path()) / value, where), where, stem, folder)
    matrix = array(value, stem, folder)
    if len(matrix.shape) != 2 or 0 in matrix.shape:
        raise BadInput(f"{where}: shape {matrix.shape}, a matrix (m, N) is expected")
    form: dict[str, object] = {"kind": "dense", "matrix": matrix.form}
    return Realised((matrix.shape[0], matrix.shape[1]), form, matrix.files, matrix.is_complex)


def _from_npz(path: Path, where: str) -> Operator:
    """A sparse matrix as scipy.sparse.save_npz writes it."""
    if not path.is_file():
        raise BadInput(f"{where}: there is no file {path.name} in {path.parent.resolve().name}/")
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as parts:
            kind = parts["format"].item()
            kind = kind.decode() if isinstance(kind, bytes) else kind
            shape = tuple(int(side) for side in parts["shape"])
            if kind == "coo":
                return _entries(parts["row"], parts["col"], parts["data"], shape)
            if kind not in ("csr", "csc"):
                raise BadInput(f"{where}: {path.name} is stored as {kind}; store it as csr")
            long, short = (
                np.repeat(np.arange(len(parts["indptr"]) - 1), np.diff(parts["indptr"])),
                parts["indices"],
            )
            rows, columns = (long, short) if kind == "csr" else (short, long)
            return _entries(rows, columns, parts["data"], shape)
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(
            f"{where}: {path.name} is no sparse matrix of scipy.sparse.save_npz: {error}"
        ) from None


class _Realiser:
    """The state of writing one table for the kernel."""

    def __init__(self, table: dict[str, Any], where: str, stem: str, folder: Path | None) -> None:
        self.table, self.where, self.stem, self.folder = table, where, stem, folder
        self.files: dict[str, bytes] = {}
        self.is_complex = False
        self.evidence: tuple[str, ...] = ()

    def made(self) -> Realised:
        """The form that the table describes."""
        kinds = {
            "dense": self.dense,
            "sparse": self.sparse,
            "hadamard": self.hadamard,
            "fourier": self.fourier,
            "convolution": self.convolution,
            "differences": self.differences,
            "mask": self.mask,
            "identity": self.identity,
            "radon": self.radon,
            "composition": self.composition,
            "adjoint": self.adjoint,
        }
        kind = self.table["kind"]
        if not isinstance(kind, str) or kind not in kinds:
            raise BadInput(
                f"{self.where}.kind: {kind!r} is not known; known are {', '.join(kinds)}"
            )
        shape, form = kinds[kind]()
        return Realised(shape, {"kind": kind, **form}, self.files, self.is_complex, self.evidence)

    def only(self, *required: str, optional: Sequence[str] = ()) -> None:
        keys(self.table, self.where, {"kind", *required}, set(optional))

    def array(self, key: str) -> ExactArray:
        found = array(self.table[key], f"{self.stem}.{key}", self.folder)
        self.files |= found.files
        self.is_complex = self.is_complex or found.is_complex
        return found

    def word(self, key: str, *known: str, default: str | None = None) -> str:
        found = self.table.get(key, default)
        if found not in known:
            raise BadInput(f"{self.where}.{key}: {found!r} is not known; name {' or '.join(known)}")
        return str(found)

    def sides(self) -> list[int]:
        """The shape of the images, given or that of the mask."""
        found = self.table.get("shape")
        if found is None and self.table.get("mask") is not None:
            found = list(array(self.table["mask"], f"{self.stem}.mask", self.folder).shape)
        if (
            not isinstance(found, list | tuple)
            or len(found) not in (1, 2)
            or not all(type(side) is int and side > 0 for side in found)
        ):
            raise BadInput(
                f"{self.where}.shape: the sides of the signal or image are expected, like [32, 32]"
            )
        return list(found)

    def chosen(self) -> tuple[int, dict[str, object]]:
        """How many positions are chosen, and the key that says which."""
        given = [key for key in ("rows", "mask") if self.table.get(key) is not None]
        if len(given) != 1:
            raise BadInput(f"{self.where}: give either rows, a list, or a mask")
        key = given[0]
        found = self.array(key)
        bits = [int(a) for a in exact_rows(found, 1)[0].real] if prod(found.shape) else []
        # a file of truth values is a mask, whatever it was called
        if key == "mask" or any(b"'|b1'" in data[:128] for data in found.files.values()):
            sides = self.sides()
            if len(bits) != prod(sides):
                raise BadInput(
                    f"{self.where}.{key}: a mask of {len(bits)} entries, the shape {sides} needs "
                    f"{prod(sides)}; correct one of the two"
                )
            return sum(bits), {"mask": found.form}
        return len(bits), {"rows": found.form}

    # kinds: the shape, and the keys of the kernel's form beside `kind`

    def dense(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only("matrix", optional=("evidence",))
        inner = realise(self.table["matrix"], self.where, self.stem, self.folder)
        self.take(inner)
        said = self.table.get("evidence", [])
        if not isinstance(said, list | tuple) or not all(isinstance(text, str) for text in said):
            raise BadInput(f"{self.where}.evidence: a list of sentences is expected")
        self.evidence += tuple(f"{self.stem}: {text}" for text in said)
        return inner.shape, {"matrix": inner.form["matrix"]}

    def take(self, inner: Realised) -> None:
        self.files |= inner.files
        self.is_complex = self.is_complex or inner.is_complex
        self.evidence += inner.evidence

    def sparse(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only("shape", "rows", "columns", "values")
        m, n = self.two("shape")
        return (m, n), {key: self.array(key).form for key in ("rows", "columns", "values")}

    def two(self, key: str) -> tuple[int, int]:
        found = self.table[key]
        if not isinstance(found, list | tuple) or len(found) != 2:
            raise BadInput(f"{self.where}.{key}: the shape [m, n] is expected")
        if not all(type(side) is int and side > 0 for side in found):
            raise BadInput(f"{self.where}.{key}: two positive whole numbers are expected")
        return found[0], found[1]

    def hadamard(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only(optional=("shape", "rows", "mask", "order", "scale"))
        sides, (m, which) = self.sides(), self.chosen()
        order = self.word("order", "natural", "sequency", default="natural")
        scale = write_number(number(self.table.get("scale", 1), f"{self.where}.scale"))
        return (m, prod(sides)), {"shape": _texts(sides), "order": order, "scale": scale, **which}

    def fourier(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only(optional=("shape", "rows", "mask", "scale", "centred"))
        sides, (m, which) = self.sides(), self.chosen()
        scale, centred = self.table.get("scale", "ortho"), self.table.get("centred", False)
        if type(centred) is not bool:
            raise BadInput(f"{self.where}.centred: true or false is expected, not {centred!r}")
        if scale != "ortho":
            exact = number(scale, f"{self.where}.scale")
            if exact <= 0:
                raise BadInput(f'{self.where}.scale: a positive number or "ortho" is expected')
            scale = write_number(exact)
        self.is_complex = True
        form = {"shape": _texts(sides), "scale": scale, "centred": "yes" if centred else "no"}
        return (m, prod(sides)), {**form, **which}

    def convolution(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only("kernel", "shape", "boundary")
        sides, boundary = self.sides(), self.word("boundary", "zero", "periodic")
        kernel = self.array("kernel").form
        form: dict[str, object] = {"shape": _texts(sides), "boundary": boundary, "kernel": kernel}
        return (prod(sides), prod(sides)), form

    def differences(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only("shape", "boundary")
        sides, boundary = self.sides(), self.word("boundary", "inside", "zero", "periodic")
        n = prod(sides)
        inside = sum(n // side * (side - 1) for side in sides)
        m = inside if boundary == "inside" else n * len(sides)
        if not m:
            raise BadInput(f"{self.where}: one pixel has no differences")
        return (m, n), {"shape": _texts(sides), "boundary": boundary}

    def mask(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only(optional=("shape", "rows", "mask"))
        n, (m, which) = prod(self.sides()), self.chosen()
        return (m, n), which

    def identity(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only("shape")
        n = prod(self.sides())
        return (n, n), {}

    def radon(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only("pixels", "angles", optional=("detectors",))
        given = [self.table.get(key) for key in ("pixels", "angles", "detectors")]
        if not all(type(k) is int or k is None for k in given):
            raise BadInput(f"{self.where}: whole numbers are expected, pixels = 32, angles = 50")
        self.table = {**radon(*given).table}  # type: ignore[arg-type]
        shape, form = self.sparse()
        return shape, form | {"kind": "sparse"}

    def composition(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only("factors")
        given = self.table["factors"]
        if not isinstance(given, list | tuple) or not given:
            raise BadInput(f"{self.where}.factors: a list of operators is expected")
        found = [
            realise(f, f"{self.where}.factors[{k}]", f"{self.stem}.{k}", self.folder)
            for k, f in enumerate(given)
        ]
        for k, (left, right) in enumerate(pairwise(found)):
            if left.shape[1] != right.shape[0]:
                raise BadInput(
                    f"{self.where}.factors: number {k} has shape {left.shape}, "
                    f"number {k + 1} has shape {right.shape}; they cannot be multiplied"
                )
        for inner in found:
            self.take(inner)
        between = _texts([inner.shape[1] for inner in found[:-1]])
        shape = found[0].shape[0], found[-1].shape[1]
        return shape, {"factors": [inner.form for inner in found], "between": between}

    def adjoint(self) -> tuple[tuple[int, int], dict[str, object]]:
        self.only("of")
        inner = realise(self.table["of"], f"{self.where}.of", f"{self.stem}.of", self.folder)
        self.take(inner)
        return (inner.shape[1], inner.shape[0]), {"of": inner.form}


def _texts(numbers: Sequence[int]) -> list[str]:
    return [str(k) for k in numbers]
