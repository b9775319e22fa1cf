"""The data of a problem in sentences: what is short in full, what is long by its size."""

from __future__ import annotations

from collections.abc import Iterator

from certificates.format import Rejected
from certificates.linear import Linear
from certificates.maps import AffineMap, ConstantMap, McShaneMap, TableMap
from certificates.matrices import Matrix
from certificates.problem import Problem
from certificates.show import fold

from .formulas import rational, vector
from .tree import Inline, Sign, Symbol, Words, listed, row

MEMBERS = 3  # of a finite set, shown
LISTED = 4  # values of a table
AFFINE = ", y -> W y + b"
SMALL = 12  # entries of a matrix that is shown


def data_items(problem: Problem) -> Iterator[Words]:
    """An item for each operator, map, vector, set and constant."""
    for name, form in problem.operators.items():
        yield (Symbol(name), f" is {_typeset(str(form))}", *_entries(form))
    for name, found in problem.maps.items():
        yield (
            Symbol(name),
            f" is {_typeset(str(found)).removesuffix(AFFINE)}",
            *_values(name, found),
        )
    hidden = {m for members in problem.sets.values() for m in members[MEMBERS:]}
    for name, (space, v) in problem.vectors.items():
        if name not in hidden:
            yield (row(Symbol(name), Sign("="), vector(v), Sign("in"), Symbol(space)),)
    for name, members in problem.sets.items():
        shown: list[Words] = [(Symbol(one),) for one in members[:MEMBERS]]
        if len(members) > MEMBERS:
            shown.append((f"{len(members) - MEMBERS} more",))
        count = f"{len(members)} members" if len(members) != 1 else "1 member"
        yield (Symbol(name), f" has {count}, ", *listed(shown))
    for name, value in problem.constants.items():
        yield (row(Symbol(name), Sign("="), rational(value)),)
    for name, unit in problem.units.items():
        if unit is None:
            yield (Symbol(name), " is any number of modulus 1")
        else:
            yield (Symbol(name), f" = {unit[0]} + {unit[1]} i")


def _typeset(text: str) -> str:
    return fold(text).replace(" x ", " \u00d7 ")


def _entries(form: Linear) -> Words:
    """The rows of a small operator; a Fourier transform has no rational ones."""
    if form.shape[0] * form.shape[1] > SMALL:
        return ()
    try:
        return (", with ", *_rows(form.dense()))
    except Rejected:
        return ()


def _rows(matrix: Matrix) -> Words:
    rows: list[Words] = [(vector(v),) for v in matrix.row_vectors()]
    return ("the rows " if len(rows) > 1 else "the row ", *listed(rows))


def _values(name: str, found: object) -> Words:
    """What a map is made of, where that is short."""
    if isinstance(found, ConstantMap):
        return (", ", vector(found.offset))
    if isinstance(found, AffineMap):
        y, matrix = Symbol("y"), Symbol("W")
        value = row(matrix, Sign("thin"), y, Sign("+"), Symbol("b"))
        maps: Words = (", ", row(y, Sign("mapsto"), value))
        if found.matrix.shape[0] * found.matrix.shape[1] > SMALL:
            return maps
        offset = row(Symbol("b"), Sign("="), vector(found.offset))
        return (*maps, ", where ", matrix, " has ", *_rows(found.matrix), ", and ", offset)
    table = found.table if isinstance(found, McShaneMap) else found
    if not isinstance(table, TableMap):
        return ()
    pairs = list(zip(table.inputs, table.outputs, strict=True))
    values: list[Words] = [
        (row(Symbol(name), vector(point), Sign("="), vector(value)),)
        for point, value in pairs[:LISTED]
    ]
    if len(pairs) > LISTED:
        values.append((f"{len(pairs) - LISTED} more",))
    start: Inline = ": " if values else ""
    return (start, *listed(values))
