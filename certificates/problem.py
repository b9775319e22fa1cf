"""Problems: the concrete operator, images, map and constants that a claim is about.

A problem is a JSON file (`format`) with the user's own arrays beside it, each named by its file,
shape and SHA-256, so that the digest of the problem file covers every number.  Arrays are read
*as stored*: an entry stored as a float is the dyadic rational of its bits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Literal

from .arrays import Arrays, ReadFile, vector_of
from .formal import numbers
from .format import (
    Rejected,
    Unreadable,
    as_list,
    as_object,
    as_text,
    choice,
    excerpt,
    fields,
    read_json,
    read_natural,
    read_number,
    read_small,
    short,
)
from .forms import DIMENSION, matrix_of, read_linear
from .language import Family, Map, Named, Signed, Space, Unit, is_name
from .laurent import Number, Unfit
from .linear import Linear, is_irrational
from .machine import Program, read_program
from .maps import (
    AffineMap,
    ConstantMap,
    LayersMap,
    MachineMap,
    Mapping,
    McShaneMap,
    NamedMap,
    NetworkMap,
    TableMap,
)  # fmt: skip
from .matrices import Matrix, Vector
from .networks import Network, read_network
from .norms import KINDS, Norm
from .npy import Tensor
from .onnx import read_onnx
from .statements import Statement

FORMAT = "kernelcert problem 1"
FUEL = 1 << 30  # the most steps of a machine


@dataclass(frozen=True, slots=True)
class NormedSpace:
    """R^n or C^n with a norm."""

    dimension: int
    norm: Norm


Field = Literal["R", "C"]
FIELDS: dict[str, Field] = {"R": "R", "C": "C"}
Spaces = dict[str, NormedSpace]


@dataclass(frozen=True)
class Problem:
    """The data of a claim, exact.  `arrays` lists what was read: name, shape, digest.

    `sets` names the members of each finite set, which are among the `vectors`; `units` are
    numbers of modulus 1 as pairs (real, imaginary), or None for one that stands for all of them;
    `formal` is the name of the unit that stands for every transcendental one, or empty.
    """

    field: Field
    spaces: Spaces
    operators: dict[str, Linear]
    maps: dict[str, Mapping]
    vectors: dict[str, tuple[str, Vector]]
    constants: dict[str, Fraction]
    sets: dict[str, tuple[str, ...]]
    units: dict[str, tuple[Fraction, Fraction] | None]
    formal: str
    arrays: tuple[str, ...]

    def unit(self, name: str) -> tuple[Fraction, Fraction]:
        """A unit.  Raises Rejected for one that stands for many."""
        found = self.units.get(name)
        if found is None:
            raise Rejected(f"{name} stands for many numbers, and has no value here")
        return found


@lru_cache(maxsize=2)
def _network(data: bytes, name: str) -> Network:
    """The network in a file, read once for all problems that name it."""
    return read_network(read_onnx(data, name))


# ------------------------------------------------------------------------------- problem


class _Reader:
    """The state of reading one problem file."""

    def __init__(
        self, table: dict[str, object], arrays: Arrays, field: Field, spaces: Spaces
    ) -> None:
        self.table = table
        self.arrays = arrays
        self.field = field
        self.spaces = spaces
        # maps that a machine may name: domain, map, dimension of the target
        self.known: dict[str, tuple[NormedSpace, Mapping, int]] = {}

    def section(self, name: str) -> dict[str, object]:
        return as_object(self.table.get(name, {}), f"problem.{name}")

    @staticmethod
    def space(value: object, where: str) -> NormedSpace:
        table = fields(value, where, ("dimension", "norm"), ("weight",))
        dimension = read_natural(table["dimension"], where + ".dimension", DIMENSION)
        if dimension == 0:
            raise Unreadable(f"{where}.dimension: a space has at least dimension 1")
        weight = read_number(table.get("weight", "1"), where + ".weight")
        if weight <= 0:
            raise Unreadable(
                f"{where}.weight: a norm's weight must be positive, not {short(weight)}"
            )
        return NormedSpace(dimension, Norm(choice(table["norm"], where + ".norm", KINDS), weight))

    def space_of(self, name: object, where: str) -> NormedSpace:
        return choice(name, where, self.spaces)

    def real_if_real(self, numbers: Tensor, where: str) -> Tensor:
        if self.field == "R" and any(numbers.imag):
            raise Unreadable(f"{where}: complex entries in a problem over R; set field to C")
        return numbers

    def array(self, value: object, where: str) -> Tensor:
        return self.real_if_real(self.arrays.read(value, where), where)

    def vector(self, value: object, where: str) -> tuple[str, Vector]:
        table = fields(value, where, ("space", "array"))
        space = self.space_of(table["space"], where + ".space")
        inside = where + ".array"
        found = vector_of(self.array(table["array"], inside), space.dimension, inside)
        return as_text(table["space"], where), found

    def operator(self, value: object, where: str, shape: tuple[int, int]) -> Linear:
        """A linear map; `shape` is (dimension of the target, dimension of the domain)."""
        form = read_linear(value, where, shape, self.array)
        if self.field == "R" and is_irrational(form):
            raise Unreadable(f"{where}: a Fourier transform is complex; set field to C")
        return form

    def map(self, value: object, where: str, domain: str, target: str) -> Mapping:
        readers = {
            "constant": self.constant,
            "affine": self.affine,
            "layers": self.layers,
            "table": self.value_table,
            "mcshane": self.mcshane,
            "network": self.network,
            "named": self.named,
            "machine": self.machine,
        }
        table = as_object(value, where)
        reader = choice(table.get("kind", ""), where + ".kind", readers)
        return reader(table, where, self.spaces[domain], self.spaces[target])

    def offset(self, table: dict[str, object], where: str, target: NormedSpace) -> Vector:
        inside = where + ".offset"
        return vector_of(self.array(table["offset"], inside), target.dimension, inside)

    def constant(
        self, table: dict[str, object], where: str, domain: NormedSpace, target: NormedSpace
    ) -> Mapping:
        fields(table, where, ("kind", "offset"))
        return ConstantMap(self.offset(table, where, target))

    def affine(
        self, table: dict[str, object], where: str, domain: NormedSpace, target: NormedSpace
    ) -> Mapping:
        fields(table, where, ("kind", "matrix", "offset"))
        inside = where + ".matrix"
        shape = (target.dimension, domain.dimension)
        matrix = matrix_of(self.array(table["matrix"], inside), shape, inside)
        return AffineMap(matrix, self.offset(table, where, target))

    def layers(
        self, table: dict[str, object], where: str, domain: NormedSpace, target: NormedSpace
    ) -> Mapping:
        fields(table, where, ("kind", "layers"), ("slope",))
        slope = read_small(table.get("slope", "0"), where + ".slope")
        listed = as_list(table["layers"], where + ".layers")
        if self.field != "R" or not listed or not 0 <= slope <= 1:
            raise Unreadable(
                f"{where}: a network needs the field R, a layer and a slope from 0 to 1"
            )
        found: list[tuple[Matrix, Vector]] = []
        width = domain.dimension
        for place, entry in enumerate(listed):
            inside = f"{where}.layers[{place}]"
            parts = fields(entry, inside, ("matrix", "offset"))
            offset = self.array(parts["offset"], inside + ".offset")
            height = target.dimension if place == len(listed) - 1 else prod(offset.shape)
            if not height:
                raise Unreadable(f"{inside}: a layer has at least one neuron")
            numbers = self.array(parts["matrix"], inside + ".matrix")
            matrix = matrix_of(numbers, (height, width), inside + ".matrix")
            found.append((matrix, vector_of(offset, height, inside + ".offset")))
            width = height
        return LayersMap(tuple(found), slope)

    def rows(self, value: object, where: str, space: NormedSpace) -> tuple[Vector, ...]:
        """An array whose first axis counts vectors, (k, ...) -> k >= 1 vectors."""
        stack = self.array(value, where)
        count = stack.shape[0] if stack.shape else 0
        if prod(stack.shape) != count * space.dimension or not count:
            raise Unreadable(
                f"{where}: shape {stack.shape}, expected one row of {space.dimension} entries "
                "for each pair or member"
            )
        shape = (count, space.dimension)
        flat = Tensor(shape, stack.real, stack.imag, stack.denominator)
        return tuple(matrix_of(flat, shape, where).row_vectors())

    def members(self, value: object, where: str) -> tuple[str, tuple[Vector, ...]]:
        """The space and the vectors of a finite set."""
        table = fields(value, where, ("space", "array"))
        space = self.space_of(table["space"], where + ".space")
        return as_text(table["space"], where), self.rows(table["array"], where + ".array", space)

    def unit(self, value: object, where: str) -> tuple[Fraction, Fraction] | None:
        """A number of modulus 1, or None for any of them."""
        if value == "any":
            return None
        table = fields(value, where, ("real",), ("imaginary",))
        real = read_small(table["real"], where)
        imag = read_small(table.get("imaginary", "0"), where)
        if real**2 + imag**2 != 1 or (imag and self.field == "R"):
            raise Unreadable(f"{where}: not a number of modulus 1 of the field {self.field}")
        return real, imag

    def value_table(
        self, table: dict[str, object], where: str, domain: NormedSpace, target: NormedSpace
    ) -> TableMap:
        if table["kind"] == "table":
            fields(table, where, ("kind", "inputs", "outputs"))
        inputs = self.rows(table["inputs"], f"{where}.inputs", domain)
        outputs = self.rows(table["outputs"], f"{where}.outputs", target)
        if len(inputs) != len(outputs):
            raise Unreadable(f"{where}: {len(inputs)} inputs but {len(outputs)} outputs")
        if len(set(inputs)) < len(inputs):
            raise Unreadable(f"{where}.inputs: the same measurement occurs twice; keep one row")
        return TableMap(inputs, outputs)

    def mcshane(
        self, table: dict[str, object], where: str, domain: NormedSpace, target: NormedSpace
    ) -> Mapping:
        fields(table, where, ("kind", "inputs", "outputs", "slope"))
        slope = read_number(table["slope"], where + ".slope")
        found = self.value_table(table, where, domain, target)
        real = not any(v.imag for v in found.inputs + found.outputs)
        if slope < 0 or not real or (target.norm.kind != "linf" and target.dimension > 1):
            raise Unreadable(
                f"{where}: McShane's extension needs real data, a target with the linf norm and "
                "a slope >= 0; use a table, and its Lipschitz constant is assumed"
            )
        return McShaneMap(found, slope)

    def network(
        self, table: dict[str, object], where: str, domain: NormedSpace, target: NormedSpace
    ) -> Mapping:
        fields(table, where, ("kind", "file", "sha256", "layout"), ("before",))
        layout = {"real": "R", "channels": "C"}
        if choice(table["layout"], where + ".layout", layout) != self.field:
            raise Unreadable(f'{where}.layout: must be "real" over R and "channels" over C')
        name, data, found = self.arrays.stored(table, where)
        network = _network(data, name)
        ends = network.graph.shape, network.shape
        channels = self.field == "C"
        if channels and any(len(shape) < 2 or shape[:2] != (1, 2) for shape in ends):
            raise Unreadable(f"{where}: {name} maps {ends[0]} to {ends[1]}, not (1, 2, ...)")
        inner, outer = (prod(shape) // (2 if channels else 1) for shape in ends)
        if outer != target.dimension or ("before" not in table and inner != domain.dimension):
            raise Unreadable(
                f"{where}: {name} maps dimension {inner} to {outer}, the spaces have dimensions "
                f"{domain.dimension} and {target.dimension}; is an operator missing before it?"
            )
        self.arrays.seen.append(
            f"{where}: {name}, a network of {len(network.graph.nodes)} nodes with "
            f"{network.weights} weights as stored, from {ends[0]} to {ends[1]}, sha256:{found}"
        )
        before = None
        if "before" in table:
            shape = (inner, domain.dimension)
            before = self.operator(table["before"], where + ".before", shape)
        return NetworkMap(network, channels, before)

    def named(
        self, table: dict[str, object], where: str, domain: NormedSpace, target: NormedSpace
    ) -> Mapping:
        fields(table, where, ("kind", "description"))
        return NamedMap(as_text(table["description"], where + ".description"))

    def program(self, table: dict[str, object], where: str) -> Program:
        name, data, found = self.arrays.stored(table, where)
        try:
            program = read_program(data)
        except Unreadable as error:
            raise Unreadable(f"{where}: {name}: {error}") from None
        if program.names_unit() and _formal_unit(self):
            raise Unreadable(
                f"{where}: {name}: the constant u is one number, and the claim is about every "
                "transcendental one; a program gets the claim's unit as part of its input"
            )
        count = len(program.nodes)
        self.arrays.seen.append(f"{where}: {name}, a program of {count} nodes, sha256:{found}")
        return program

    def machine(
        self, table: dict[str, object], where: str, domain: NormedSpace, target: NormedSpace
    ) -> Mapping:
        fields(table, where, ("kind", "file", "sha256", "fuel", "tape"), ("network",))
        tape: list[Number] = []
        for place, entry in enumerate(as_list(table["tape"], where + ".tape")):
            inside = f"{where}.tape[{place}]"
            found = self.array(entry, inside)
            try:
                tape += numbers(Vector.of(found.real, found.imag, found.denominator))
            except Unfit as reason:
                raise Unreadable(f"{inside}: {reason}") from None
        program = self.program(table, where)
        fuel = read_natural(table["fuel"], where + ".fuel", FUEL)
        evaluate, maps = None, list[tuple[Mapping, int]]()
        if "network" in table:
            inside = where + ".network"
            parts = fields(table["network"], inside, ("file", "sha256", "maps"))
            evaluate = self.program(parts, inside)
            names = as_list(parts["maps"], inside + ".maps")
            known = {name: entry[1:] for name, entry in self.known.items() if entry[0] is domain}
            maps += [choice(name, inside + ".maps", known) for name in names]
        real = self.field == "R"
        return MachineMap(program, fuel, tuple(tape), target.dimension, real, evaluate, tuple(maps))


def read_problem(data: bytes, read_file: ReadFile, statement: Statement) -> Problem:
    """The problem in a file's bytes, checked against the names that a statement declares.

    `read_file` gives the bytes of an array by its plain file name.
    Raises Unreadable where the file, an array, a shape, a sign or a name does not fit.
    """
    table = fields(
        read_json(data, "problem"),
        "problem",
        ("format", "field", "spaces"),
        ("linear", "maps", "vectors", "sets", "constants", "units"),
    )
    choice(table["format"], "problem.format", {FORMAT: None})
    arrays = Arrays(read_file)
    all_spaces = {
        name: _Reader.space(entry, f"problem.spaces.{name}")
        for name, entry in as_object(table["spaces"], "problem.spaces").items()
    }
    reader = _Reader(table, arrays, choice(table["field"], "problem.field", FIELDS), all_spaces)
    if statement.field not in ("", reader.field):
        raise Unreadable(
            f"problem.field: the statement is over {statement.field}, the problem over "
            f"{reader.field}"
        )
    names = statement.names
    spaces = {name: entry for name, entry in names.items() if isinstance(entry, Space)}
    _same_keys(spaces, reader.spaces, "spaces")
    for name, space in spaces.items():
        if space.norm and reader.spaces[name].norm != Norm(KINDS[space.norm], Fraction(1)):
            raise Unreadable(
                f"problem.spaces.{name}: the statement asks for the {space.norm} norm, weight 1"
            )
        if space.dimension not in (None, reader.spaces[name].dimension):
            raise Unreadable(
                f"problem.spaces.{name}: the statement asks for dimension {space.dimension}"
            )
    arrows = {n: e for n, e in names.items() if isinstance(e, Map) and n not in statement.exists}
    operators: dict[str, Linear] = {}
    maps: dict[str, Mapping] = {}
    for key, linear in (("linear", True), ("maps", False)):
        section = reader.section(key)
        wanted = {n: e for n, e in arrows.items() if e.linear == linear}
        _same_keys(wanted, section, key)
        # machines come last: they may name the other maps
        for name, arrow in sorted(wanted.items(), key=lambda item: _is_machine(section[item[0]])):
            where = f"problem.{key}.{name}"
            if linear:
                shape = (all_spaces[arrow.target].dimension, all_spaces[arrow.domain].dimension)
                operators[name] = reader.operator(section[name], where, shape)
            else:
                maps[name] = reader.map(section[name], where, arrow.domain, arrow.target)
                if not isinstance(maps[name], MachineMap):
                    dimension = all_spaces[arrow.target].dimension
                    reader.known[name] = all_spaces[arrow.domain], maps[name], dimension
    vectors = {
        name: reader.vector(entry, f"problem.vectors.{name}")
        for name, entry in reader.section("vectors").items()
    }
    constants = {
        name: read_number(entry, f"problem.constants.{name}")
        for name, entry in reader.section("constants").items()
    }
    _check_vectors(statement, vectors)
    _check_constants(statement, constants)
    units_wanted = [name for name, entry in names.items() if isinstance(entry, Unit)]
    _same_keys(units_wanted, reader.section("units"), "units")
    formal = _formal_unit(reader)
    return Problem(
        reader.field,
        reader.spaces,
        operators,
        maps,
        vectors,
        constants,
        _read_sets(statement, reader, vectors),
        {
            name: reader.unit(e, f"problem.units.{name}")
            for name, e in reader.section("units").items()
            if name != formal
        },
        formal,
        tuple(arrays.seen),
    )


def _is_machine(entry: object) -> bool:
    return type(entry) is dict and entry.get("kind") == "machine"


def _formal_unit(reader: _Reader) -> str:
    """The unit that stands for every transcendental number of modulus 1, if there is one."""
    units = reader.section("units")
    found = [name for name, entry in units.items() if type(entry) is dict and "kind" in entry]
    for name in found:
        where = f"problem.units.{name}"
        choice(fields(units[name], where, ("kind",))["kind"], where, {"transcendental": None})
        if len(units) > 1 or reader.field == "R":
            raise Unreadable(f"{where}: a formal unit must be the only unit, and the field be C")
    return "".join(found)


def _read_sets(
    statement: Statement, reader: _Reader, vectors: dict[str, tuple[str, Vector]]
) -> dict[str, tuple[str, ...]]:
    """The finite sets; their members S_1, S_2, ... are put among the vectors."""
    wanted = {n: e.space for n, e in statement.names.items() if isinstance(e, Family)}
    _same_keys(wanted, reader.section("sets"), "sets")
    found: dict[str, tuple[str, ...]] = {}
    for name, entry in reader.section("sets").items():
        space, members = reader.members(entry, f"problem.sets.{name}")
        if space != wanted[name]:
            raise Unreadable(f"problem.sets.{name}: must be in {wanted[name]}")
        found[name] = tuple(f"{name}_{k}" for k in range(1, len(members) + 1))
        for member, vector in zip(found[name], members, strict=True):
            if member in statement.names or member in vectors or not is_name(member):
                raise Unreadable(f"problem.sets.{name}: {member} means something else")
            vectors[member] = (space, vector)
    return found


def read_witnesses(value: object, problem: Problem) -> dict[str, tuple[str, Vector]]:
    """The vectors that a certificate brings along, inline, in the spaces of the problem."""
    where = "certificate.vectors"
    reader = _Reader({}, Arrays(None), problem.field, problem.spaces)
    return {
        name: reader.vector(entry, f"{where}.{name}")
        for name, entry in as_object(value, where).items()
    }


def _same_keys(wanted: Iterable[str], found: Iterable[str], key: str) -> None:
    for name in wanted:
        if name not in found:
            raise Unreadable(f"problem.{key}: {name}, which the statement names, is missing")
    for name in found:
        if name not in wanted:
            raise Unreadable(f"problem.{key}: {excerpt(name)} is not in the statement")


def _check_vectors(statement: Statement, vectors: dict[str, tuple[str, Vector]]) -> None:
    _check_names(statement, vectors, Named, "vectors")
    for name, entry in statement.names.items():
        if not isinstance(entry, Named) or name in _quantified(statement):
            continue
        if name not in vectors:
            raise Unreadable(f"problem.vectors: {name}, which the statement names, is missing")
        if vectors[name][0] != entry.term.space:
            raise Unreadable(f"problem.vectors.{name}: must be in {entry.term.space}")


def _check_constants(statement: Statement, constants: dict[str, Fraction]) -> None:
    _check_names(statement, constants, Signed, "constants")
    for name, entry in statement.names.items():
        if not isinstance(entry, Signed):
            continue
        if name not in constants:
            raise Unreadable(f"problem.constants: {name}, which the statement names, is missing")
        value = constants[name]
        if (entry.sign == ">" and value <= 0) or (entry.sign == ">=" and value < 0):
            raise Unreadable(
                f"problem.constants.{name}: the statement asks for {name} {entry.sign} 0, "
                f"not {short(value)}"
            )


def _quantified(statement: Statement) -> set[str]:
    return {variable.name for variable in statement.for_all} | set(statement.exists)


def _check_names(statement: Statement, found: Iterable[str], kind: type, key: str) -> None:
    """Names beyond the statement's are allowed, but none may mean a second thing."""
    for name in found:
        other = name in statement.names and not isinstance(statement.names[name], kind)
        if other or name in _quantified(statement) or not is_name(name):
            raise Unreadable(f"problem.{key}: {excerpt(name)} means something else, or is no name")
