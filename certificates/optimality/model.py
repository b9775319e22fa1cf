"""A finite model class M1, its measurements A M1, and the fibres: the members with one measurement.

A problem file (docs/format.md, section 3) has the spaces X and Y, the operator A : X -> Y, any
number of sets in X and any number of maps Y -> X.  The measurement of every member is computed
here, exactly, and two members are in one fibre if and only if their measurements are equal: no
certificate is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import lcm

from ..exact import Undecided
from ..format import Rejected, Unreadable, as_object, as_text, excerpt, read_json
from ..language import is_name
from ..linear import Linear, is_irrational
from ..maps import NoValue
from ..matrices import Integers, Vector
from ..norms import Norm
from ..problem import Problem, ReadFile, read_problem
from ..statements import read_statement

Rows = tuple[Integers, Integers]  # real and imaginary part of one vector


def statement_of(problem: bytes) -> bytes:
    """The declarations that a problem file makes: spaces, operator, and its own maps and sets.

    Raises Unreadable for a name that is none.
    """
    table = as_object(read_json(problem, "problem"), "problem")
    lines = ["statement optimality", "spaces X, Y", "linear A : X -> Y"]
    for key, words in (("maps", "map {} : Y -> X"), ("sets", "sets {} in X")):
        for name in as_object(table.get(key, {}), f"problem.{key}"):
            if not is_name(name):
                raise Unreadable(f"problem.{key}: {excerpt(name)} is no name")
            lines.append(words.format(name))
    return "\n".join([*lines, "conclude", "  0 <= 1", ""]).encode("ascii")


@dataclass(frozen=True)
class Class:
    """A finite set of X with its measurements.

    `members` are the vectors x_1, ..., x_k and `images` the A x_i.  `fibres` has, for every
    measurement, the positions of the members that have it, from 0, increasing.  `rows` are the
    members as integers over the one denominator `bottom`.
    """

    problem: Problem
    name: str
    members: Sequence[Vector]
    images: Sequence[Vector]
    fibres: dict[Vector, list[int]]
    rows: Sequence[Rows]
    bottom: int
    places: dict[str, int]
    known: dict[tuple[str, Vector], Vector] = field(default_factory=dict)

    @property
    def norm(self) -> Norm:
        """The norm of X."""
        return self.problem.spaces["X"].norm

    def position(self, text: object, where: str) -> int:
        """The position of a member that a certificate names.  Raises Unreadable."""
        name = as_text(text, where)
        place = self.places.get(name)
        if place is None:
            raise Unreadable(f"{where}: {excerpt(name)} is no member of {self.name}")
        return place

    def label(self, position: int) -> str:
        """The name of a member."""
        return f"{self.name}_{position + 1}"

    def value(self, name: str, image: Vector) -> Vector:
        """The exact value of a map of the problem at a measurement.  Raises Rejected."""
        found = self.known.get((name, image))
        if found is None:
            try:
                found = self.problem.maps[name].at(image, self.problem.spaces["Y"].norm)
            except (NoValue, Undecided) as reason:
                first = self.label(self.fibres[image][0])
                raise Rejected(f"{name}(A {first}) has no known value: {reason}") from None
            self.known[name, image] = found
        return found


def fibres_of(images: Sequence[Vector]) -> dict[Vector, list[int]]:
    """The positions with one measurement, together; in the order of their first members."""
    found: dict[Vector, list[int]] = {}
    for place, image in enumerate(images):
        found.setdefault(image, []).append(place)
    return found


def measure(form: Linear, members: Sequence[Vector]) -> list[Vector]:
    """The measurements A x.  Raises Rejected for an operator with irrational values."""
    if is_irrational(form):
        raise Rejected("the values of A are irrational, and measurements are compared exactly")
    return [form.apply(x) for x in members]


def integer_rows(vectors: Sequence[Vector]) -> tuple[list[Rows], int]:
    """Vectors as integers over one denominator."""
    bottom = lcm(*{v.denominator for v in vectors})
    found: list[Rows] = []
    for v in vectors:
        factor = bottom // v.denominator
        real, imag = v.real, v.imag
        if factor != 1:
            real, imag = tuple([a * factor for a in real]), tuple([a * factor for a in imag])
        found.append((real, imag))
    return found, bottom


def class_of(problem: Problem, value: object) -> Class:
    """The set of a problem that a claim names, measured.

    Raises Unreadable for a set that is not there.
    """
    name = as_text(value, "claim.set")
    if name not in problem.sets:
        known = ", ".join(problem.sets) or "none"
        raise Unreadable(f"claim.set: the problem has no set {excerpt(name)}; it has {known}")
    members = [problem.vectors[member][1] for member in problem.sets[name]]
    images = measure(problem.operators["A"], members)
    rows, bottom = integer_rows(members)
    places = {member: place for place, member in enumerate(problem.sets[name])}
    return Class(problem, name, members, images, fibres_of(images), rows, bottom, places)


def read_class_problem(problem: bytes, read_file: ReadFile) -> Problem:
    """The problem of a claim on optimal maps.  Raises Unreadable."""
    return read_problem(problem, read_file, read_statement(statement_of(problem)))


def midrange(rows: Sequence[Rows], bottom: int) -> Vector:
    """The middle between the least and the greatest entry, coordinate by coordinate.

    Real and imaginary parts separately; for two points this is their midpoint.
    """
    parts: list[list[int]] = []
    for part in (0, 1):
        listed = [row[part] for row in rows if row[part]]
        if listed and len(listed) < len(rows):
            listed.append((0,) * len(listed[0]))
        columns = zip(*listed, strict=True)
        parts.append([min(column) + max(column) for column in columns])
    return Vector.of(parts[0], parts[1], 2 * bottom)
