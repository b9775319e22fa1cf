"""Problems as people give them: from Python objects, or from a TOML or JSON file.

    field        "R" or "C": where e and x live; by default C if any array is complex
    object_norm  the norm on C^N: "l1", "l2", "linf", or a multiple such as "1/32 l2"
    data_norm    the norm on C^m
    operator     A, (m, N)
    x, x_det     (N,), or any shape with N entries, such as an image
    psi          the reconstruction map: Constant, Affine, Table or Named
    delta        an exact number, or "least"
    lipschitz    L, an exact number, or "least"
    perturbations   named vectors e, (m,), at which the exact error is reported
    network      for 4.1.ii: how many features n the family's Phi: C^m -> C^n has, and its name

`docs/problem-files.md` describes the file, key by key.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from math import prod
from pathlib import Path
from typing import Any, Literal

from certificates.format import excerpt, write_json, write_number
from certificates.kernel import prepare
from certificates.language import is_name
from certificates.norms import KINDS
from certificates.problem import FORMAT, read_problem
from certificates.problem import Problem as Data
from certificates.statements import read_statement
from certificates.values import Context

from .arrays import BadInput, ExactArray, array, number
from .tables import named_rows

OPTIONAL = {
    "field", "object_norm", "data_norm", "psi", "delta", "lipschitz", "perturbations", "network",
}  # fmt: skip


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


ReconstructionMap = Constant | Affine | Table | Named


@dataclass(frozen=True)
class Network:
    """The family (3.2): its output layer takes `features` numbers from a map Phi, named `phi`."""

    features: int
    phi: str = "Phi"


@dataclass(frozen=True)
class Case:
    """A problem written for the kernel: its JSON bytes, the files beside it, and what it reads."""

    problem_file: bytes
    files: dict[str, bytes]
    data: Data


@dataclass(frozen=True)
class Problem:
    """A concrete instance, as a person gives it.  See the module's docstring for the fields."""

    operator: Any
    x: Any
    x_det: Any
    psi: ReconstructionMap | None = None
    delta: Any = "least"
    lipschitz: Any = "least"
    field: Literal["R", "C"] | None = None
    object_norm: str = "l2"
    data_norm: str = "l2"
    perturbations: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    network: Network | None = None
    folder: Path | None = None

    @staticmethod
    def load(path: str | Path) -> Problem:
        """The problem in a TOML or JSON file; arrays are taken from its folder.

        Raises BadInput with the place and the remedy.
        """
        path = Path(path)
        if path.is_dir():
            path = path / "problem.toml"
        if not path.is_file():
            raise BadInput(f"there is no problem file {path}; make one with 'kernelcert init'")
        return from_table(_read_table(path), path.parent)

    def case(
        self,
        statement_file: bytes,
        constants: Mapping[str, Fraction],
        slope: Fraction | None = None,
    ) -> Case:
        """The problem written for one statement, with values for its constants.

        `slope` is the constant of McShane's extension into the plain linf norm.

        Raises BadInput for arrays that cannot be read or do not fit together.
        """
        statement = read_statement(statement_file)
        operator = array(self.operator, "A", self.folder)
        if len(operator.shape) != 2 or 0 in operator.shape:
            raise BadInput(f"operator: shape {operator.shape}, a matrix (m, N) is expected")
        m, n = operator.shape
        vectors = {
            "x": ("X", self._vector(self.x, "x", n)),
            "x_det": ("X", self._vector(self.x_det, "x_det", n)),
        }
        for name, value in self.perturbations.items():
            if not is_name(name) or name in statement.names or name in vectors:
                raise BadInput(f"perturbations: {excerpt(name)} cannot be used; call it e_1, say")
            vectors[name] = ("Y", self._vector(value, name, m))
        spaces: dict[str, object] = {
            "X": _space(n, self.object_norm, "object_norm"),
            "Y": _space(m, self.data_norm, "data_norm"),
        }
        maps: dict[str, object] = {}
        arrays = [operator, *(entry for _, entry in vectors.values())]
        if "Psi" in statement.names and "Z" not in statement.names:
            form, used = self._psi(m, n, slope or Fraction(1))
            maps["Psi"] = form
            arrays += used
        if "Z" in statement.names:
            if self.network is None:
                raise BadInput("network: 4.1.ii needs a family; add network = {features = 64}")
            spaces["Z"] = _space(self.network.features, "l2", "network")
            maps["Phi"] = {"kind": "named", "description": self.network.phi}
        found: Literal["R", "C"] = "C" if any(entry.is_complex for entry in arrays) else "R"
        if self.field == "R" and found == "C":
            raise BadInput('field: "R", but an array is complex; set field = "C"')
        table = {
            "format": FORMAT,
            "field": self.field or found,
            "spaces": spaces,
            "linear": {"A": {"kind": "dense", "matrix": operator.form}},
            "maps": maps,
            "vectors": {
                name: {"space": space, "array": entry.form}
                for name, (space, entry) in vectors.items()
            },
            "constants": {name: write_number(value) for name, value in constants.items()},
        }
        files = {name: data for entry in arrays for name, data in entry.files.items()}
        problem_file = write_json(table)
        return Case(problem_file, files, read_problem(problem_file, files.__getitem__, statement))

    def _measured(self) -> Context:
        """The data without the map, for the exact values of measurements."""
        file = (files("theorems") / "statements" / "4.1.i.claim").read_bytes()
        one = {"delta": Fraction(1), "L": Fraction(1)}
        blank = dataclasses.replace(self, psi=Named("not read yet"))
        return prepare(file, blank.case(file, one).data, "vacuous", {}, {}, {})

    def _vector(self, value: Any, name: str, dimension: int) -> ExactArray:
        found = array(value, name, self.folder)
        if prod(found.shape) != dimension:
            raise BadInput(
                f"{name}: shape {found.shape} has {prod(found.shape)} entries, "
                f"the operator needs {dimension}"
            )
        return found

    def _psi(self, m: int, n: int, slope: Fraction) -> tuple[dict[str, object], list[ExactArray]]:
        psi = self.psi
        if psi is None:
            raise BadInput("psi: the reconstruction map is missing; give it as affine or table")
        if not isinstance(psi, ReconstructionMap):
            raise BadInput(
                f"psi: {type(psi).__name__} is no map that can be read; evaluate it where you need "
                "it and give Table(inputs, outputs), or give Affine(matrix, offset)"
            )
        if isinstance(psi, Named):
            return {"kind": "named", "description": psi.description}, []
        if isinstance(psi, Table):
            if psi.values is not None:
                inputs, outputs = named_rows(psi.values, self._measured(), self.folder)
            else:
                inputs = array(psi.inputs, "Psi.inputs", self.folder)
                outputs = array(psi.outputs, "Psi.outputs", self.folder)
            for name, entry, size in (("inputs", inputs, m), ("outputs", outputs, n)):
                rows = entry.shape[0] if entry.shape else 0
                if not rows or prod(entry.shape) != rows * size:
                    raise BadInput(f"psi.{name}: shape {entry.shape}, expected (k, {size})")
            if inputs.shape[0] != outputs.shape[0]:
                raise BadInput(
                    f"psi: {inputs.shape[0]} measurements but {outputs.shape[0]} reconstructions"
                )
            form: dict[str, object] = {
                "kind": "table",
                "inputs": inputs.form,
                "outputs": outputs.form,
            }
            if psi.extend == "mcshane":
                form |= {"kind": "mcshane", "slope": write_number(slope)}
            return form, [inputs, outputs]
        offset = psi.offset if not isinstance(psi.offset, int) else [psi.offset] * n
        offset_array = self._vector(offset, "Psi.offset", n)
        if isinstance(psi, Constant):
            return {"kind": "constant", "offset": offset_array.form}, [offset_array]
        matrix = array(psi.matrix, "Psi.matrix", self.folder)
        if matrix.shape != (n, m):
            raise BadInput(f"psi.matrix: shape {matrix.shape}, the operator needs {(n, m)}")
        form = {"kind": "affine", "matrix": matrix.form, "offset": offset_array.form}
        return form, [matrix, offset_array]


def norm_of(text: str, where: str) -> tuple[str, Fraction]:
    """ "l2" -> ("l2", 1);  "1/32 l2" -> ("l2", 1/32).  Raises BadInput."""
    words = text.split() if isinstance(text, str) else []
    if not words or len(words) > 2 or words[-1] not in KINDS:
        raise BadInput(
            f"{where}: unknown norm {text!r}; known are l1, l2, linf and multiples like '1/32 l2'"
        )
    weight = number(words[0], where) if len(words) == 2 else Fraction(1)
    if weight <= 0:
        raise BadInput(f"{where}: the factor {weight} of a norm must be positive")
    return words[-1], weight


def _space(dimension: int, norm: str, where: str) -> dict[str, object]:
    kind, weight = norm_of(norm, where)
    return {"dimension": str(dimension), "norm": kind, "weight": write_number(weight)}


# ----------------------------------------------------------------------------- from a file


def _read_table(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8-sig")
        if path.suffix == ".json":
            table = json.loads(text, object_pairs_hook=_no_duplicates)
        else:
            table = tomllib.loads(text)
    except UnicodeDecodeError:
        raise BadInput(f"{path.name}: is not a text file in UTF-8; save it as UTF-8") from None
    except BadInput as error:
        raise BadInput(f"{path.name}: {error}") from None
    except RecursionError:
        raise BadInput(f"{path.name}: the file is nested too deeply") from None
    except ValueError as error:  # JSON, TOML and Unicode errors, and integers over 4,300 digits
        raise BadInput(f"{path.name}: {error}") from None
    if not isinstance(table, dict):
        raise BadInput(f"{path.name}: the file must hold keys and values")
    return table


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise BadInput(f"the key {name!r} occurs twice in one object; keep one")
    return dict(pairs)


def _words(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise BadInput(f"{where}: a text of printable ASCII characters is expected")
    return value


def _keys(table: Any, where: str, required: set[str], optional: set[str]) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise BadInput(f"{where}: a table with the keys {', '.join(sorted(required))} is expected")
    for name in sorted(set(table) - required - optional):
        known = ", ".join(sorted(required | optional))
        raise BadInput(f"{where}: unknown key {excerpt(name)}; known are {known}")
    for name in sorted(required - set(table)):
        raise BadInput(f"{where}: the key {name!r} is missing")
    return table


def from_table(table: dict[str, Any], folder: Path) -> Problem:
    """The problem that the keys of a file describe; arrays are taken from `folder`."""
    if "format" in table:
        raise BadInput("this is a problem file of the kernel: verify it, or give a problem.toml")
    required = {"operator", "x", "x_det"}
    _keys(table, "problem", required, OPTIONAL)
    given = dict(table)
    if given.get("field") not in (None, "R", "C"):
        raise BadInput(f'field: {given["field"]!r} must be "R" or "C"')
    if "psi" in given:
        given["psi"] = _psi_from(given["psi"])
    if "network" in given:
        network = _keys(given["network"], "network", {"features"}, {"phi"})
        if type(network["features"]) is not int or network["features"] < 1:
            raise BadInput("network.features: a positive whole number is expected")
        given["network"] = Network(
            network["features"], _words(network.get("phi", "Phi"), "network.phi")
        )
    if not isinstance(given.get("perturbations", {}), dict):
        raise BadInput('perturbations: named vectors are expected, like e_1 = ["1/100", "0"]')
    return Problem(**given, folder=folder)


def _psi_from(table: Any) -> ReconstructionMap:
    kinds: dict[str, tuple[Any, set[str], set[str]]] = {
        "constant": (Constant, {"offset"}, set()),
        "affine": (Affine, {"matrix"}, {"offset"}),
        "table": (Table, set(), {"inputs", "outputs", "values", "extend"}),
        "named": (Named, {"description"}, set()),
    }
    kind = table.get("kind") if isinstance(table, dict) else None
    if kind is None:
        raise BadInput(f"psi: a table with the key kind is expected, one of {', '.join(kinds)}")
    if kind not in kinds:
        raise BadInput(f"psi.kind: {kind!r} is not known; known are {', '.join(kinds)}")
    make, required, optional = kinds[kind]
    found = dict(_keys(table, "psi", required | {"kind"}, optional))
    del found["kind"]
    if "description" in found:
        _words(found["description"], "psi.description")
    if kind == "table" and ("values" in found) == ("inputs" in found or "outputs" in found):
        raise BadInput("psi: a table needs inputs and outputs, or values")
    if kind == "table" and "values" not in found:
        _keys(found, "psi", {"inputs", "outputs"}, {"extend"})
    if found.get("extend") not in (None, "mcshane"):
        raise BadInput(f"psi.extend: {found['extend']!r} is not known; leave it out or 'mcshane'")
    made: ReconstructionMap = make(**found)
    return made
