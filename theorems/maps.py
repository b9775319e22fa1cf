"""Maps as people give them: constant, affine, a table, layers, a network, or only a name.

The same tables stand under `psi` in a problem of the catalogue, and under `maps` in a general
one; `Place` says which, for the messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any, Literal

from certificates.format import Unreadable, digest, short, write_number
from certificates.networks import Network, read_network
from certificates.onnx import read_onnx
from certificates.values import Context

from .arrays import BadInput, ExactArray, array, number, sized
from .keys import keys, words
from .machines import program_text
from .modules import onnx_bytes
from .operators import Realised, realise
from .tables import named_rows


@dataclass(frozen=True)
class Constant:
    """Psi(y) = offset; offset (N,)."""

    offset: Any


@dataclass(frozen=True)
class Affine:
    """Psi(y) = matrix y + offset; matrix (N, m), offset (N,) or 0."""

    matrix: Any
    offset: Any = 0


@dataclass(frozen=True)
class Layers:
    """A ReLU network: matrices[i] (n_i, n_(i-1)), offsets[i] (n_i,) or 0.

    `slope` is that of the activation below 0, from 0 to 1.
    """

    matrices: Sequence[Any]
    offsets: Sequence[Any]
    slope: Any = 0


@dataclass(frozen=True)
class Table:
    """Psi known by its values: inputs (k, m), outputs (k, N).

    Or `values`, reconstructions named by their measurement, such as {"A x": image}: the row is
    then at the exact measurement.

    `extend` is None (any map with these values) or "mcshane" (real data, linf target), which
    extends them with the constant L; then L is certified, else it is assumed.
    """

    inputs: Any = None
    outputs: Any = None
    values: Mapping[str, Any] | None = None
    extend: Literal["mcshane"] | None = None


@dataclass(frozen=True)
class Named:
    """A map of which only the name is known."""

    description: str


@dataclass(frozen=True)
class NetworkFile:
    """Psi(y) = phi(K y) with a network phi in an ONNX file.

    `layout` is "real", or "channels" for real and imaginary part as the two channels.  K is
    `before`: a matrix (n, m), "adjoint" for the conjugate transpose of the problem's operator, or
    None for none.  `file` may also be the bytes of the file.
    """

    file: str | Path | bytes
    layout: Literal["real", "channels"] = "real"
    before: Any = None

    def stored(self, where: str, folder: Path | None) -> bytes:
        """The bytes of the file.  Raises BadInput if there is none."""
        if isinstance(self.file, bytes):
            return self.file
        path = (folder or Path()) / self.file
        if not path.is_file():
            raise BadInput(f"{where}.file: there is no file {path.name} in the problem's folder")
        return path.read_bytes()

    @staticmethod
    def of(
        module: Any,
        shape: Sequence[int],
        layout: Literal["real", "channels"] = "real",
        before: Any = None,
    ) -> NetworkFile:
        """A torch module for inputs of this shape, exported; the file is certified, not the module.

        Raises BadInput where torch is missing or does not export it.
        """
        return NetworkFile(onnx_bytes(module, shape), layout, before)

    def network(self, where: str, folder: Path | None) -> Network:
        """The network as the kernel reads it.  Raises BadInput for what it does not cover."""
        place = f"{where}.file"
        if isinstance(self.file, str | Path):
            place += f", {Path(self.file).name}"
        return _read(self.stored(where, folder), place)


@lru_cache(maxsize=4)
def _read(data: bytes, place: str) -> Network:
    """The network in a file, read once; refusals name `place`."""
    try:
        graph = read_onnx(data, place)
    except Unreadable as error:
        raise BadInput(str(error)) from None
    try:
        return read_network(graph)
    except Unreadable as error:
        raise BadInput(f"{place}: the kernel does not cover it: {error}") from None


@dataclass(frozen=True)
class Machine:
    """Psi(y) = the output of a program (`docs/machine.md`) on the numbers of `tape`, then y.

    `program` is the name of a file or of a shipped program, or the bytes of one; `tape` lists
    arrays; `fuel` is the most steps.  With a second program `evaluate` the output is a network,
    and its value at y is meant; `maps` names the maps that a network may use.
    """

    program: str | bytes
    tape: Sequence[Any]
    fuel: int = 10_000_000
    evaluate: str | bytes | None = None
    maps: Sequence[str] = ()


ReconstructionMap = Constant | Affine | Table | Layers | NetworkFile | Machine | Named


@dataclass(frozen=True)
class Place:
    """Where a map stands and what it maps.

    `where` is its place in the problem file and `stem` its name, and that of its files; `domain`
    is the name of the space that it maps from; `needs` are the words before an expected shape;
    `operator` is the one whose adjoint is meant by "adjoint".
    """

    where: str = "psi"
    stem: str = "Psi"
    domain: str = "Y"
    needs: str = "the operator needs"
    folder: Path | None = None
    operator: Realised | None = None


def read_map(table: Any, where: str) -> ReconstructionMap:
    """The map that the keys of a file describe.  Raises BadInput for what is unknown or missing."""
    kinds: dict[str, tuple[Any, set[str], set[str]]] = {
        "constant": (Constant, {"offset"}, set()),
        "affine": (Affine, {"matrix"}, {"offset"}),
        "layers": (Layers, {"matrices", "offsets"}, {"slope"}),
        "table": (Table, set(), {"inputs", "outputs", "values", "extend"}),
        "network": (NetworkFile, {"file"}, {"layout", "before"}),
        "machine": (Machine, {"program", "tape"}, {"fuel", "evaluate", "maps"}),
        "named": (Named, {"description"}, set()),
    }
    kind = table.get("kind") if isinstance(table, dict) else None
    if kind is None:
        raise BadInput(f"{where}: a table with the key kind is expected, one of {', '.join(kinds)}")
    if not isinstance(kind, str) or kind not in kinds:
        raise BadInput(f"{where}.kind: {kind!r} is not known; known are {', '.join(kinds)}")
    make, required, optional = kinds[kind]
    found = dict(keys(table, where, required | {"kind"}, optional))
    del found["kind"]
    if "description" in found:
        words(found["description"], f"{where}.description")
    if kind == "network" and found.get("layout", "real") not in ("real", "channels"):
        raise BadInput(f"{where}.layout: {found['layout']!r} is not known; 'real' or 'channels'")
    if kind == "network" and not isinstance(found["file"], str):
        raise BadInput(f"{where}.file: the name of an ONNX file is expected")
    if kind == "table" and ("values" in found) == ("inputs" in found or "outputs" in found):
        raise BadInput(f"{where}: a table needs inputs and outputs, or values")
    if kind == "table" and "values" not in found:
        keys(found, where, {"inputs", "outputs"}, {"extend"})
    if found.get("extend") not in (None, "mcshane"):
        raise BadInput(
            f"{where}.extend: {found['extend']!r} is not known; leave it out or 'mcshane'"
        )
    made: ReconstructionMap = make(**found)
    return made


def map_form(
    psi: ReconstructionMap | None,
    place: Place,
    shape: tuple[int, int],
    slope: Fraction,
    measured: Callable[[], Context],
) -> tuple[dict[str, object], Sequence[ExactArray | Realised]]:
    """A map as the kernel's problem file has it, and the arrays that it names.

    `shape` is (N, m), the dimensions of target and domain; `slope` is that of McShane's
    extension; `measured` gives the data without the map, for rows named by their measurement.
    Raises BadInput.
    """
    where, stem, folder = place.where, place.stem, place.folder
    n, m = shape
    if psi is None:
        raise BadInput(f"{where}: the reconstruction map is missing; give it as affine or table")
    if not isinstance(psi, ReconstructionMap):
        raise BadInput(
            f"{where}: {type(psi).__name__} is no map that can be read; evaluate it where you need "
            "it and give Table(inputs, outputs), or give Affine(matrix, offset)"
        )
    if isinstance(psi, Named):
        return {"kind": "named", "description": psi.description}, []
    if isinstance(psi, Table):
        if psi.values is not None:
            inputs, outputs = named_rows(
                psi.values, measured(), folder, f"{where}.values", stem, place.domain
            )
        else:
            inputs = array(psi.inputs, f"{stem}.inputs", folder)
            outputs = array(psi.outputs, f"{stem}.outputs", folder)
        for name, entry, size in (("inputs", inputs, m), ("outputs", outputs, n)):
            rows = entry.shape[0] if entry.shape else 0
            if not rows or prod(entry.shape) != rows * size:
                raise BadInput(f"{where}.{name}: shape {entry.shape}, expected (k, {size})")
        if inputs.shape[0] != outputs.shape[0]:
            raise BadInput(
                f"{where}: {inputs.shape[0]} measurements but {outputs.shape[0]} reconstructions"
            )
        form: dict[str, object] = {
            "kind": "table",
            "inputs": inputs.form,
            "outputs": outputs.form,
        }
        if psi.extend == "mcshane":
            form |= {"kind": "mcshane", "slope": write_number(slope)}
        return form, [inputs, outputs]
    if isinstance(psi, NetworkFile):
        return _network_form(psi, place)
    if isinstance(psi, Machine):
        return _machine_form(psi, place)
    if isinstance(psi, Layers):
        return _layers_form(psi, place, shape)
    offset = psi.offset if not isinstance(psi.offset, int) else [psi.offset] * n
    offset_array = sized(offset, f"{stem}.offset", n, folder, place.needs)
    if isinstance(psi, Constant):
        return {"kind": "constant", "offset": offset_array.form}, [offset_array]
    matrix = array(psi.matrix, f"{stem}.matrix", folder)
    if matrix.shape != shape:
        raise BadInput(f"{where}.matrix: shape {matrix.shape}, {place.needs} {shape}")
    form = {"kind": "affine", "matrix": matrix.form, "offset": offset_array.form}
    return form, [matrix, offset_array]


def _layers_form(
    psi: Layers, place: Place, shape: tuple[int, int]
) -> tuple[dict[str, object], list[ExactArray]]:
    """A network; the sizes of the hidden layers are those of its matrices."""
    where, folder = place.where, place.folder
    for name, found in (("matrices", psi.matrices), ("offsets", psi.offsets)):
        if not isinstance(found, Sequence) or isinstance(found, str) or not found:
            raise BadInput(f"{where}.{name}: a list with an array for each layer is expected")
    if len(psi.matrices) != len(psi.offsets):
        raise BadInput(f"{where}: {len(psi.matrices)} matrices but {len(psi.offsets)} offsets")
    slope = number(psi.slope, f"{where}.slope")
    if not 0 <= slope <= 1:
        raise BadInput(f"{where}.slope: {short(slope)} is not from 0 to 1")
    n, width = shape
    listed: list[dict[str, object]] = []
    arrays: list[ExactArray] = []
    for k, (matrix, offset) in enumerate(zip(psi.matrices, psi.offsets, strict=True), 1):
        weights = array(matrix, f"{place.stem}.matrix_{k}", folder)
        height = n if k == len(psi.matrices) else (weights.shape or (0,))[0]
        if weights.shape != (height, width) or not height:
            rows = "k" if k < len(psi.matrices) else str(n)
            raise BadInput(
                f"{where}.matrices: number {k} has shape {weights.shape}, "
                f"expected ({rows}, {width})"
            )
        if isinstance(offset, int):
            offset = [offset] * height
        added = sized(offset, f"{place.stem}.offset_{k}", height, folder, f"layer {k} has")
        listed.append({"matrix": weights.form, "offset": added.form})
        arrays += [weights, added]
        width = height
    form: dict[str, object] = {"kind": "layers", "layers": listed}
    return form | ({"slope": write_number(slope)} if slope else {}), arrays


def _machine_form(psi: Machine, place: Place) -> tuple[dict[str, object], list[ExactArray]]:
    """A machine as the kernel's problem file has it, with its programs as files."""
    where, stem, folder = place.where, place.stem, place.folder
    if type(psi.fuel) is not int or psi.fuel < 1:
        raise BadInput(f"{where}.fuel: a positive whole number is expected")
    for key, value in (("tape", psi.tape), ("maps", psi.maps)):
        if isinstance(value, str | bytes) or not isinstance(value, Sequence):
            raise BadInput(f"{where}.{key}: a list is expected")
    if psi.maps and psi.evaluate is None:
        raise BadInput(f"{where}.maps: only a network uses maps; add evaluate, or leave them out")
    used: list[ExactArray] = []

    def program(given: str | bytes, key: str, name: str) -> dict[str, object]:
        data = program_text(given, f"{where}.{key}", folder)
        used.append(ExactArray((), {}, {name: data}))
        return {"file": name, "sha256": digest(data).removeprefix("sha256:")}

    form: dict[str, object] = {"kind": "machine", "fuel": str(psi.fuel)}
    form |= program(psi.program, "program", f"{stem}.bss")
    tape = [array(entry, f"{stem}.tape_{k}", folder) for k, entry in enumerate(psi.tape, 1)]
    form["tape"] = [entry.form for entry in tape]
    if psi.evaluate is not None:
        network = program(psi.evaluate, "evaluate", f"{stem}.evaluate.bss")
        form["network"] = {**network, "maps": [words(name, f"{where}.maps") for name in psi.maps]}
    return form, [*used, *tape]


def _network_form(
    psi: NetworkFile, place: Place
) -> tuple[dict[str, object], list[ExactArray | Realised]]:
    """A network as the kernel's problem file has it; its shapes are judged by the kernel."""
    data = psi.stored(place.where, place.folder)
    psi.network(place.where, place.folder)  # a refusal names the person's file, not the copy
    name = f"{place.stem}.onnx"
    form: dict[str, object] = {
        "kind": "network",
        "file": name,
        "sha256": digest(data).removeprefix("sha256:"),
        "layout": psi.layout,
    }
    # two channels say that the scalars are complex
    used: list[ExactArray | Realised] = [ExactArray((), {}, {name: data}, psi.layout == "channels")]
    if psi.before is None:
        return form, used
    stem = f"{place.stem}.before"
    if isinstance(psi.before, str) and psi.before == "adjoint":
        if place.operator is None:
            raise BadInput(
                f"{place.where}.before: it is not clear which adjoint is meant; give a matrix"
            )
        form["before"] = {"kind": "adjoint", "of": place.operator.form}
        return form, [*used, place.operator]
    before = realise(psi.before, f"{place.where}.before", stem, place.folder)
    form["before"] = before.form
    return form, [*used, before]
