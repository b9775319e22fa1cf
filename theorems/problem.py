"""Problems as people give them: from Python objects, or from a TOML or JSON file.

    field        "R" or "C": where e and x live; by default C if any array is complex
    object_norm  the norm on C^N: "l1", "l2", "linf", or a multiple such as "1/32 l2"
    data_norm    the norm on C^m
    operator     A, (m, N): an array, or one of `operators`
    x, x_det     (N,), or any shape with N entries, such as an image
    x_prime, x_second   for 4.5: x' and x'' (x' if left out), like x; x_det is then not needed
    psi          the reconstruction map: Constant, Affine, Table, Layers, NetworkFile, Machine
                 or Named
    delta        an exact number, or "least"
    eta          for 4.5: an exact number, or "least"
    members      for 4.10: K, a whole number from 2, or "infinity"
    lipschitz    L, an exact number, or "least"
    perturbations   named vectors e, (m,), at which the exact error is reported
    images       for 4.3: the members of T beside x, (k, N) or (k, ...)
    epsilon      for 4.3: an exact number, or "least"
    mass         for 4.3: q, a bound of the probability of T
    weights      for 4.3: a distribution on M1, see `Weights`
    noise        for 4.6 and 4.7: the law of E, a table, see `noise`
    network      for 4.1.ii: how many features n the family's Phi: C^m -> C^n has, and its name

`docs/problem-files.md` describes the file, key by key.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from certificates.format import excerpt, write_json, write_number
from certificates.kernel import prepare
from certificates.language import Unit, is_name
from certificates.matrices import Vector
from certificates.norms import KINDS
from certificates.problem import FORMAT, read_problem
from certificates.problem import Problem as Data
from certificates.statements import Statement, read_statement
from certificates.values import Context

from .arrays import BadInput, ExactArray, inline, inline_rows, number, sized
from .keys import keys, read_table, words
from .maps import (
    Affine,
    Constant,
    Layers,
    Machine,
    Named,
    NetworkFile,
    Place,
    ReconstructionMap,
    Table,
    map_form,
    read_map,
)
from .operators import Realised, realise

OPTIONAL = {
    "field", "object_norm", "data_norm", "psi", "delta", "lipschitz", "perturbations", "network",
    "images", "epsilon", "mass", "weights", "x_det", "x_prime", "x_second", "eta", "noise",
    "members",
}  # fmt: skip
MEASURED = b"""statement measured
spaces X, Y
linear A : X -> Y
vectors x in X
conclude
  0 <= |A x|
"""
__all__ = [
    "Affine", "Case", "Constant", "Layers", "Machine", "Named", "Network", "NetworkFile", "Problem",
    "ReconstructionMap", "Table", "Weights", "from_table", "norm_of", "space_form",
]  # fmt: skip


@dataclass(frozen=True)
class Network:
    """The family (3.2): its output layer takes `features` numbers from a map Phi, named `phi`."""

    features: int
    phi: str = "Phi"


@dataclass(frozen=True)
class Weights:
    """A distribution on M1 of Theorem 4.3: exact probabilities, 1 in all.

    `T` are those of the members of T, x first; `new` those of the first new members, n = 1, 2, ...,
    and `tail` is that of all further ones together.
    """

    T: Sequence[Any]
    new: Sequence[Any]
    tail: Any = 0


@dataclass(frozen=True)
class Case:
    """A problem written for the kernel: its JSON bytes, the files beside it, and what it reads.

    `evidence` are sentences on where its operators came from, which nobody verifies.
    """

    problem_file: bytes
    files: dict[str, bytes]
    data: Data
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Problem:
    """A concrete instance, as a person gives it.  See the module's docstring for the fields."""

    operator: Any
    x: Any
    x_det: Any = None
    psi: ReconstructionMap | None = None
    delta: Any = "least"
    lipschitz: Any = "least"
    field: Literal["R", "C"] | None = None
    object_norm: str = "l2"
    data_norm: str = "l2"
    perturbations: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    network: Network | None = None
    images: Any = None
    epsilon: Any = "least"
    mass: Any = None
    weights: Weights | None = None
    x_prime: Any = None
    x_second: Any = None
    eta: Any = "least"
    noise: Mapping[str, Any] | None = None
    members: Any = 2
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
        return from_table(read_table(path), path.parent)

    def but(self, **changes: Any) -> Problem:
        """The same with other values of some fields, as in problem.but(delta="1/50")."""
        return dataclasses.replace(self, **changes)

    def case(
        self,
        statement_file: bytes,
        constants: Mapping[str, Fraction],
        slope: Fraction | None = None,
        chosen: Mapping[str, Vector] | None = None,
        sets: Mapping[str, Sequence[Vector]] | None = None,
    ) -> Case:
        """The problem written for one statement, with values for its constants.

        `slope` is the constant of McShane's extension into the plain linf norm; `chosen` are
        further vectors of X, and `sets` its finite sets.  Its units stand for all of them.

        Raises BadInput for arrays that cannot be read or do not fit together.
        """
        statement = read_statement(statement_file)
        operator = realise(self.operator, "operator", "A", self.folder)
        m, n = operator.shape
        vectors = {
            name: ("X", self._vector(value, name, n)) for name, value in self._images(statement)
        }
        for name, vector in (chosen or {}).items():
            vectors[name] = ("X", ExactArray((n,), inline(vector), {}, bool(vector.imag)))
        for name, value in self.perturbations.items():
            if not is_name(name) or name in statement.names or name in vectors:
                raise BadInput(f"perturbations: {excerpt(name)} cannot be used; call it e_1, say")
            try:
                vectors[name] = ("Y", self._vector(value, name, m))
            except BadInput as error:  # the name alone is the stem of its file, not its place
                raise BadInput(f"perturbations.{error}") from None
        spaces: dict[str, object] = {
            "X": space_form(n, self.object_norm, "object_norm"),
            "Y": space_form(m, self.data_norm, "data_norm"),
        }
        maps: dict[str, object] = {}
        arrays: list[ExactArray | Realised] = [operator]
        arrays += [entry for _, entry in vectors.values()]
        if "Psi" in statement.names and "Z" not in statement.names:
            form, used = self._psi(operator, slope or Fraction(1), sets)
            maps["Psi"] = form
            arrays += used
        if "Z" in statement.names:
            if self.network is None:
                raise BadInput("network: 4.1.ii needs a family; add network = {features = 64}")
            spaces["Z"] = space_form(self.network.features, "l2", "network")
            maps["Phi"] = {"kind": "named", "description": self.network.phi}
        found: Literal["R", "C"] = "C" if any(entry.is_complex for entry in arrays) else "R"
        if self.field == "R" and found == "C":
            raise BadInput('field: "R", but an array is complex; set field = "C"')
        table: dict[str, object] = {
            "format": FORMAT,
            "field": self.field or found,
            "spaces": spaces,
            "linear": {"A": operator.form},
            "maps": maps,
            "vectors": {
                name: {"space": space, "array": entry.form}
                for name, (space, entry) in vectors.items()
            },
            "constants": {name: write_number(value) for name, value in constants.items()},
        }
        if sets:
            table["sets"] = {
                name: {"space": "X", "array": inline_rows(members)}
                for name, members in sets.items()
            }
        units: dict[str, object] = {
            name: "any" for name, entry in statement.names.items() if isinstance(entry, Unit)
        }
        table |= {"units": units} if units else {}
        files = {name: data for entry in arrays for name, data in entry.files.items()}
        problem_file = write_json(table)
        data = read_problem(problem_file, files.__getitem__, statement)
        return Case(problem_file, files, data, evidence_of(arrays))

    def _images(self, statement: Statement) -> Iterator[tuple[str, Any]]:
        """The single images that are given, and those that the statement names."""
        second = self.x_prime if self.x_second is None else self.x_second
        for name, value in (
            ("x", self.x), ("x_det", self.x_det), ("x_prime", self.x_prime), ("x_second", second),
        ):  # fmt: skip
            if value is not None:
                yield name, value
            elif name in statement.names:
                raise BadInput(f"problem: the key {name!r} is missing")

    def _measured(self, sets: Mapping[str, Sequence[Vector]] | None) -> Context:
        """The data without the map, for the exact values of measurements."""
        pair = self.x_det is None
        identifier = "4.5.i.point" if pair else "4.3.i" if sets else "4.1.i"
        file = (files("theorems") / "statements" / f"{identifier}.claim").read_bytes()
        names: tuple[str, ...] = ("eta",) if pair else ("delta", "L", "epsilon")
        if pair and self.x_prime is None:  # 4.10 has only x
            file, names = MEASURED, ()
        one = dict.fromkeys(names, Fraction(1))
        blank = dataclasses.replace(self, psi=Named("not read yet"))
        return prepare(file, blank.case(file, one, sets=sets).data, "vacuous", {}, {}, {})

    def _vector(self, value: Any, name: str, dimension: int) -> ExactArray:
        return sized(value, name, dimension, self.folder)

    def _psi(
        self,
        operator: Realised,
        slope: Fraction,
        sets: Mapping[str, Sequence[Vector]] | None,
    ) -> tuple[dict[str, object], Sequence[ExactArray | Realised]]:
        m, n = operator.shape
        place = Place(folder=self.folder, operator=operator)
        return map_form(self.psi, place, (n, m), slope, lambda: self._measured(sets))


def evidence_of(arrays: Sequence[ExactArray | Realised]) -> tuple[str, ...]:
    """The sentences of all operators, each once."""
    found = [text for one in arrays if isinstance(one, Realised) for text in one.evidence]
    return tuple(dict.fromkeys(found))


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


def space_form(dimension: int, norm: str, where: str) -> dict[str, object]:
    """A space as the kernel's problem file has it.  Raises BadInput for an unknown norm."""
    kind, weight = norm_of(norm, where)
    return {"dimension": str(dimension), "norm": kind, "weight": write_number(weight)}


# ----------------------------------------------------------------------------- from a file


def from_table(table: dict[str, Any], folder: Path) -> Problem:
    """The problem that the keys of a file describe; arrays are taken from `folder`."""
    if "format" in table:
        raise BadInput("this is a problem file of the kernel: verify it, or give a problem.toml")
    required = {"operator", "x"}
    keys(table, "problem", required, OPTIONAL)
    given = dict(table)
    if given.get("field") not in (None, "R", "C"):
        raise BadInput(f'field: {given["field"]!r} must be "R" or "C"')
    if "psi" in given:
        given["psi"] = read_map(given["psi"], "psi")
    if "network" in given:
        network = keys(given["network"], "network", {"features"}, {"phi"})
        if type(network["features"]) is not int or network["features"] < 1:
            raise BadInput("network.features: a positive whole number is expected")
        given["network"] = Network(
            network["features"], words(network.get("phi", "Phi"), "network.phi")
        )
    if not isinstance(given.get("noise", {}), dict):
        raise BadInput('noise: a table is expected, such as [noise] with law = "gaussian"')
    if "weights" in given:
        given["weights"] = Weights(**keys(given["weights"], "weights", {"T", "new"}, {"tail"}))
    if not isinstance(given.get("perturbations", {}), dict):
        raise BadInput('perturbations: named vectors are expected, like e_1 = ["1/100", "0"]')
    return Problem(**given, folder=folder)
