"""General problems: values for everything that a statement declares, as a person gives them.

    field       "R" or "C"; by default C if any array is complex
    spaces      X = "l2", or {norm = "1/32 l2", dimension = 64}
    linear      A = an array (m, n), or {kind = ...} as in `operators`
    maps        Psi = {kind = "constant" | "affine" | "table" | "named", ...} as in `maps`
    vectors     x = an array with n entries, or {space = "X", array = ...}
    sets        images = an array (k, ...) with n entries in each of k rows
    constants   delta = an exact number
    units       u = {real = "3/5", imaginary = "4/5"}, or "any" for all numbers of modulus 1

The dimensions come from the arrays.  What the statement does not name is left out, so that one
problem serves several claims.  `docs/data-claims.md` describes the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

from certificates.format import short, write_json, write_number
from certificates.kernel import prepare
from certificates.language import Family, Map, Named, Phrase, Signed, Space, Unit
from certificates.problem import FORMAT, read_problem
from certificates.statements import Statement, read_statement
from certificates.values import Context

from .arrays import BadInput, ExactArray, array, number
from .keys import keys, read_table
from .maps import (
    Affine,
    Constant,
    Layers,
    NetworkFile,
    Place,
    ReconstructionMap,
    Table,
    map_form,
    read_map,
)
from .operators import Realised, realise
from .problem import Case, evidence_of, space_form

SECTIONS = ("spaces", "linear", "maps", "vectors", "sets", "constants", "units")


@dataclass(frozen=True)
class Instance:
    """A general problem: the tables of the module's docstring, with arrays from `folder`.

    From Python the values may be NumPy arrays, and maps may be `Affine`, `Table` and so on.
    `kernel_file` is a problem file of the kernel's own format, if that was given instead.
    """

    table: Mapping[str, Any]
    folder: Path | None = None
    kernel_file: bytes | None = None

    @staticmethod
    def load(path: str | Path) -> Instance:
        """The problem in a TOML or JSON file, or in its folder.  Raises BadInput."""
        path = Path(path)
        if path.is_dir():
            found = [path / name for name in ("problem.toml", "problem.json")]
            path = next((one for one in found if one.is_file()), found[0])
        if not path.is_file():
            raise BadInput(f"there is no problem file {path}; make one with 'kernelcert init'")
        table = read_table(path)
        own = table.get("format") == FORMAT
        return Instance(table, path.parent, path.read_bytes() if own else None)

    def case(self, statement_file: bytes) -> Case:
        """The problem written for one statement.

        Raises BadInput for what is missing, unknown or does not fit, Unreadable for what only the
        kernel sees.
        """
        if self.kernel_file is not None:
            return self._own_case(self.kernel_file, read_statement(statement_file))
        return _Writer(self.table, self.folder, statement_file).case()

    def _own_case(self, problem_file: bytes, statement: Statement) -> Case:
        """A problem of the kernel's own format, as it is."""
        files: dict[str, bytes] = {}

        def read(name: str) -> bytes:
            path = (self.folder or Path()) / name
            if not path.is_file():
                raise BadInput(f"problem: there is no file {name} beside the problem file")
            return files.setdefault(name, path.read_bytes())

        data = read_problem(problem_file, read, statement)
        return Case(problem_file, files, data)


class _Writer:
    """The state of writing a problem for one statement."""

    def __init__(
        self, table: Mapping[str, Any], folder: Path | None, statement_file: bytes
    ) -> None:
        if "operator" in table:
            raise BadInput(
                "problem: this is a problem for the theorems of the catalogue; a claim needs "
                "[spaces], [linear] and so on (docs/data-claims.md)"
            )
        self.table = keys(dict(table), "problem", set(), {"field", *SECTIONS})
        if self.table.get("field") not in (None, "R", "C"):
            raise BadInput(f'field: {self.table["field"]!r} must be "R" or "C"')
        self.folder = folder
        self.statement_file = statement_file
        self.statement = read_statement(statement_file)
        self.sections = {name: self._section(name) for name in SECTIONS}
        self.dimensions: dict[str, tuple[int, str]] = {}
        self.arrays: list[ExactArray | Realised] = []
        self.operators: dict[str, Realised] = {}

    def _section(self, name: str) -> dict[str, Any]:
        found = self.table.get(name, {})
        if not isinstance(found, Mapping):
            raise BadInput(f"{name}: a table is expected, begun by a line [{name}]")
        return dict(found)

    def declared(self, kind: type, section: str, remedy: str) -> Iterator[tuple[str, Any, Any]]:
        """Name, entry of the statement and value for all names of a kind, which must be there."""
        for name, entry in self.statement.names.items():
            if not isinstance(entry, kind) or name in self.quantified():
                continue
            if isinstance(entry, Map) and not entry.linear:
                continue
            found = self.sections[section]
            if name not in found:
                there = f" (there: {', '.join(found)})" if found else ""
                raise BadInput(
                    f"{section}: {name}, which the statement names, is missing{there}; "
                    f"add {name} = {remedy} under [{section}]"
                )
            yield name, entry, found[name]

    def learn(self, space: str, dimension: int, where: str) -> None:
        """Note the dimension of a space; all sources must agree."""
        known, place = self.dimensions.setdefault(space, (dimension, where))
        if known != dimension:
            raise BadInput(
                f"{where}: {space} would have dimension {dimension}, but by {place} it has {known}"
            )

    def dimension(self, space: str) -> int:
        """The dimension of a space.  Raises BadInput where no array tells it."""
        if space not in self.dimensions:
            raise BadInput(
                f"spaces.{space}: no array tells the dimension; "
                f'write {space} = {{norm = "l2", dimension = 64}}'
            )
        return self.dimensions[space][0]

    def case(self) -> Case:
        """The problem file and its arrays, read back by the kernel's own reader."""
        norms = self.norms()
        linear = {
            name: self.operator(name, entry, value).form
            for name, entry, value in self.declared(Map, "linear", '"A.npy"')
        }
        sets = {
            name: {"space": entry.space, "array": self.family(name, entry.space, value).form}
            for name, entry, value in self.declared(Family, "sets", '"images.npy"')
        }
        vectors = {name: self.vector(name, space, v) for name, space, v in self.all_vectors()}
        maps = self.maps()
        for name, (entry, found) in maps.items():
            self.learn_from_map(name, entry, found)
        constants = {
            name: write_number(number(value, f"constants.{name}"))
            for name, _, value in self.declared(Signed, "constants", '"1/100"')
        }
        units = {
            name: self.unit(name, value)
            for name, _, value in self.declared(Unit, "units", '{real = "1"}')
        }
        spaces = {n: space_form(self.dimension(n), norms[n], f"spaces.{n}") for n in norms}
        # until all arrays are known any field serves that they fit into
        real = any(
            isinstance(made, NetworkFile) and made.layout == "real"
            for _, (made, _) in maps.values()
        )
        field = self.statement.field or ("R" if real else "C")
        table: dict[str, Any] = {"format": FORMAT, "field": field, "spaces": spaces}
        table |= {"linear": linear, "sets": sets, "vectors": vectors}
        table |= {"constants": constants, "units": units}
        blank = {"kind": "named", "description": "not read yet"}
        table["maps"] = dict.fromkeys(maps, blank)
        for name, (entry, found) in maps.items():
            table["maps"] = table["maps"] | {name: self.map(name, entry, found, table)}
        is_complex = any(entry.is_complex for entry in self.arrays)
        if self.table.get("field") == "R" and is_complex:
            raise BadInput('field: "R", but an array is complex; set field = "C"')
        field = self.statement.field or ("C" if is_complex else "R")
        table["field"] = self.table.get("field") or field
        return self.read(table)

    def read(self, table: dict[str, Any]) -> Case:
        """A finished table -> the case."""
        problem_file = write_json(table)
        files = {name: data for entry in self.arrays for name, data in entry.files.items()}
        data = read_problem(problem_file, files.__getitem__, self.statement)
        return Case(problem_file, files, data, evidence_of(self.arrays))

    def norms(self) -> dict[str, str]:
        """The norm of each space, from the problem or from the statement."""
        found: dict[str, str] = {}
        for name, entry in self.statement.names.items():
            if not isinstance(entry, Space):
                continue
            if entry.dimension is not None:
                self.learn(name, entry.dimension, "the statement")
            given = self.sections["spaces"].get(name, {})
            if isinstance(given, str):
                given = {"norm": given}
            keys(given, f"spaces.{name}", set(), {"norm", "dimension"})
            size = given.get("dimension")
            if size is not None:
                if type(size) is not int or size < 1:
                    raise BadInput(f"spaces.{name}.dimension: a positive whole number is expected")
                self.learn(name, size, f"spaces.{name}.dimension")
            norm = given.get("norm", entry.norm)
            if norm is None:
                raise BadInput(
                    f'spaces.{name}: the norm is missing; add {name} = "l2" under [spaces]'
                )
            found[name] = norm
        return found

    def operator(self, name: str, entry: Map, value: Any) -> Realised:
        """A linear map (m, n)."""
        found = realise(value, f"linear.{name}", name, self.folder)
        where = f"linear.{name}, shape {found.shape}"
        self.learn(entry.target, found.shape[0], where)
        self.learn(entry.domain, found.shape[1], where)
        self.arrays.append(found)
        self.operators[name] = found
        return found

    def family(self, name: str, space: str, value: Any) -> ExactArray:
        """The members of a finite set, (k, ...)."""
        where = f"sets.{name}"
        found = self.placed(name, space, value, where)
        if not found.shape or not prod(found.shape):
            raise BadInput(f"{where}: shape {found.shape}, one row for each member is expected")
        self.learn(space, prod(found.shape[1:]), f"{where}, one row of shape {found.shape[1:]}")
        self.arrays.append(found)
        return found

    def placed(self, name: str, space: str, value: Any, where: str) -> ExactArray:
        """An array, or {space, array} with the space that the statement says."""
        if isinstance(value, Mapping) and "space" in value:
            inner = keys(dict(value), where, {"space", "array"}, set())
            if inner["space"] != space:
                raise BadInput(f"{where}: the statement puts {name} into {space}")
            value = inner["array"]
        return array(value, name, self.folder)

    def all_vectors(self) -> Iterator[tuple[str, str, Any]]:
        """Name, space and value of the statement's vectors, then of others with a known space."""
        names = self.statement.names
        for name, entry, value in self.declared(Named, "vectors", '"x.npy"'):
            yield name, entry.term.space, value
        for name, value in self.sections["vectors"].items():
            if name in names or not isinstance(value, Mapping) or "space" not in value:
                continue
            if isinstance(names.get(value["space"]), Space):
                yield name, value["space"], value

    def vector(self, name: str, space: str, value: Any) -> dict[str, object]:
        """A vector with its space."""
        found = self.placed(name, space, value, f"vectors.{name}")
        self.learn(space, prod(found.shape), f"vectors.{name}, shape {found.shape}")
        self.arrays.append(found)
        return {"space": space, "array": found.form}

    def unit(self, name: str, value: Any) -> dict[str, object] | str:
        """A number of modulus 1, or a word for many."""
        where = f"units.{name}"
        if value == "any":
            return "any"
        if value == "transcendental":
            return {"kind": "transcendental"}
        parts = keys(value, where, {"real"}, {"imaginary"})
        pair = [number(parts.get(key, 0), f"{where}.{key}") for key in ("real", "imaginary")]
        if sum((part**2 for part in pair), Fraction(0)) != 1:
            raise BadInput(
                f"{where}: {short(pair[0])} + {short(pair[1])} i has not modulus 1; "
                'a Pythagorean pair such as "3/5" and "4/5" has'
            )
        return {
            key: write_number(part) for key, part in zip(("real", "imaginary"), pair, strict=True)
        }

    # maps

    def maps(self) -> dict[str, tuple[Map, tuple[ReconstructionMap, Fraction | None]]]:
        """The maps that the statement declares, with the slope of McShane's extension."""
        found = {}
        for name, entry in self.statement.names.items():
            if not isinstance(entry, Map) or entry.linear:
                continue
            where = f"maps.{name}"
            if name not in self.sections["maps"]:
                raise BadInput(
                    f"maps: {name}, which the statement names, is missing; add a table [{where}]"
                )
            value = self.sections["maps"][name]
            slope = None
            if isinstance(value, Mapping):
                value = dict(value)
                if "slope" in value and value.get("kind") != "layers":
                    slope = number(value.pop("slope"), f"{where}.slope")
                value = read_map(value, where)
            if isinstance(value, Table) and (slope is None) != (value.extend is None):
                raise BadInput(f"{where}: extend and slope belong together; give both or neither")
            found[name] = entry, (value, slope)
        return found

    def learn_from_map(
        self, name: str, entry: Map, found: tuple[ReconstructionMap, Fraction | None]
    ) -> None:
        """The dimensions that a map's own arrays tell, where no other array does."""
        made = found[0]
        known = self.dimensions
        if isinstance(made, Affine) and (entry.domain not in known or entry.target not in known):
            shape = array(made.matrix, f"{name}.matrix", self.folder).shape
            if len(shape) == 2:
                self.learn(entry.target, shape[0], f"maps.{name}.matrix, shape {shape}")
                self.learn(entry.domain, shape[1], f"maps.{name}.matrix, shape {shape}")
        if isinstance(made, NetworkFile) and not {entry.domain, entry.target} <= known.keys():
            network = made.network(f"maps.{name}", self.folder)
            halves = 2 if made.layout == "channels" else 1
            ends = [(entry.target, network.shape)]
            if made.before is None:
                ends.append((entry.domain, network.graph.shape))
            for space, size in ends:
                self.learn(space, prod(size) // halves, f"maps.{name}, of shape {size}")
        if isinstance(made, Layers) and made.matrices:
            for space, place, axis in ((entry.domain, 0, 1), (entry.target, -1, 0)):
                shape = array(made.matrices[place], f"{name}.matrix", self.folder).shape
                if space not in known and len(shape) == 2:
                    self.learn(space, shape[axis], f"maps.{name}.matrices, shape {shape}")
        if isinstance(made, Constant) and not isinstance(made.offset, int):
            shape = array(made.offset, f"{name}.offset", self.folder).shape
            self.learn(entry.target, prod(shape), f"maps.{name}.offset, shape {shape}")
        if isinstance(made, Table) and made.values is None:
            for space, key in ((entry.domain, "inputs"), (entry.target, "outputs")):
                shape = array(getattr(made, key), f"{name}.{key}", self.folder).shape
                if space not in known and shape:
                    self.learn(space, prod(shape[1:]), f"maps.{name}.{key}, shape {shape}")

    def map(
        self,
        name: str,
        entry: Map,
        found: tuple[ReconstructionMap, Fraction | None],
        table: dict[str, Any],
    ) -> dict[str, object]:
        """A map's form; maps before it may occur in the names of its rows."""
        made, slope = found
        where = f"maps.{name}"
        if isinstance(made, Table) and made.values is not None:
            rows = self.in_scope(made.values, f"{where}.values")
            made = Table(values=rows, extend=made.extend)
        back = [
            self.operators[n]
            for n, e in self.statement.names.items()
            if n in self.operators
            and isinstance(e, Map)
            and (e.domain, e.target) == (entry.target, entry.domain)
        ]
        operator = back[0] if len(back) == 1 else None
        place = Place(where, name, entry.domain, "the spaces need", self.folder, operator)
        shape = (self.dimension(entry.target), self.dimension(entry.domain))
        form, used = map_form(made, place, shape, slope or Fraction(1), self.measured(table))
        self.arrays += used
        return form

    def measured(self, table: dict[str, Any]) -> Callable[[], Context]:
        """The data without the maps that are not read yet."""

        def context() -> Context:
            data = self.read(table).data
            return prepare(self.statement_file, data, "vacuous", {}, {}, {})

        return context

    def in_scope(self, values: Any, where: str) -> Mapping[str, Any]:
        """The rows whose names the statement knows; what only the problem names is left out."""
        texts = list(values) if isinstance(values, Mapping) else []
        if not texts or not all(isinstance(text, str) for text in texts):
            raise BadInput(f'{where}: measurements with reconstructions, like "A x" = "rec.npy"')
        known = {*self.statement.names, *(name for name, _, _ in self.all_vectors())}
        sizes = {n: e for n, e in self.statement.names.items() if isinstance(e, Family)}
        elsewhere = {name for section in self.sections.values() for name in section}
        kept = {}
        for text, output in values.items():
            words = set(_names(text, f"{where}: {text}"))
            strange = {word for word in words - known if word.rpartition("_")[0] not in sizes}
            for word in sorted(strange - elsewhere):
                hidden = [n for n, e in self.statement.names.items() if isinstance(e, Space)]
                usable = sorted(known - {*hidden, *self.quantified()})
                raise BadInput(
                    f"{where}: {text}: {word} is not known; known are {', '.join(usable)}"
                )
            if not strange:
                kept[text] = output
        if not kept:
            raise BadInput(f"{where}: no row is named in words of the statement")
        return kept

    def quantified(self) -> Iterable[str]:
        """The variables, which have no values."""
        return [*(v.name for v in self.statement.for_all), *self.statement.exists]


def _names(text: str, where: str) -> Iterator[str]:
    for kind, word, _ in Phrase(text, where).tokens:
        if kind == "name" and word != "conj":
            yield word
