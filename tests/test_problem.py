"""Problem files: arrays of every form read exactly, and broken files refused at their place."""

from __future__ import annotations

import copy
import io
from fractions import Fraction
from hashlib import sha256
from typing import Any

import numpy as np
import pytest

from certificates.format import Unreadable, write_json
from certificates.maps import McShaneMap, TableMap
from certificates.matrices import Vector
from certificates.problem import FORMAT, Problem, read_problem, read_witnesses
from certificates.statements import read_statement

STATEMENT = """\
statement p "a problem for every section"
spaces X with l2, Y
linear A : X -> Y
map Psi : Y -> X
vectors x in X
constants delta > 0, L >= 0, c
exists linear W : X -> X
exists b in X
for all e in Y with |e| <= delta
define Phi(v in Y) = Psi(v) + b
conclude
  |Phi(A x + e)| <= L
"""
COMPLEX = np.array([[1.5, 2 - 0.25j], [0, 1j], [3, 4]])


def saved(array: np.ndarray[Any, Any]) -> bytes:
    """The bytes of a .npy file."""
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


FILES = {
    "a.npy": saved(COMPLEX),
    "x.npy": saved(np.array([[0.5], [0.1]])),
    "int.npy": saved(np.arange(6, dtype=np.int16).reshape(3, 2)),
    "nan.npy": saved(np.array([1.0, np.nan])),
}


def stored(name: str, *shape: int, **more: str) -> dict[str, object]:
    """An array in a file."""
    shape_text = [str(n) for n in shape]
    return {"file": name, "sha256": sha256(FILES[name]).hexdigest(), "shape": shape_text, **more}


def inline(*entries: object) -> dict[str, object]:
    """An array in the problem itself."""
    return {"entries": list(entries)}


GOOD: dict[str, Any] = {
    "format": FORMAT,
    "field": "C",
    "spaces": {
        "X": {"dimension": "2", "norm": "l2"},
        "Y": {"dimension": "3", "norm": "linf", "weight": "2/3"},
    },
    "linear": {"A": {"kind": "dense", "matrix": stored("a.npy", 3, 2)}},
    "maps": {"Psi": {"kind": "constant", "offset": inline("1", "-1/3")}},
    "vectors": {
        "x": {"space": "X", "array": {"real": inline("1", "2"), "imaginary": inline("1/2", "0")}},
        "own": {"space": "Y", "array": inline("1", "2", "3")},
    },
    "constants": {"delta": "1/10", "L": "0", "c": "-3", "unused": "0x10"},
}


def read_file(name: str) -> bytes:
    """The file of this name."""
    if name not in FILES:
        raise Unreadable(f"there is no file {name}")
    return FILES[name]


def read(table: dict[str, Any], statement: str = STATEMENT) -> Problem:
    """The problem of a table."""
    return read_problem(write_json(table), read_file, read_statement(statement.encode()))


def changed(path: str, value: object) -> dict[str, Any]:
    """The good problem with one place exchanged; None takes the key out."""
    table = copy.deepcopy(GOOD)
    *outer, last = path.split(".")
    inside: Any = table
    for key in outer:
        inside = inside[key]
    if value is None:
        del inside[last]
    else:
        inside[last] = value
    return table


# ------------------------------------------------------------------------------ what is read


def test_everything_that_is_read() -> None:
    """Spaces, operator, map, vectors and constants, exactly."""
    found = read(GOOD)
    assert (found.field, found.spaces["Y"].dimension) == ("C", 3)
    assert str(found.spaces["Y"].norm) == "2/3 linf"
    matrix = found.operators["A"]
    for real, imag, row in zip(matrix.real, matrix.imag, COMPLEX.tolist(), strict=True):
        assert [Fraction(a, matrix.denominator) for a in real] == [a.real for a in row]
        assert [Fraction(b, matrix.denominator) for b in imag] == [a.imag for a in row]
    assert found.vectors["x"] == ("X", Vector.of([2, 4], [1, 0], 2))
    assert found.constants["delta"] == Fraction(1, 10)
    digest = sha256(FILES["a.npy"]).hexdigest()
    assert found.arrays == (
        f"problem.linear.A.matrix: a.npy as stored, shape (3, 2), sha256:{digest}",
    )


def test_arrays_of_other_shapes() -> None:
    """An image of any shape is a vector, row by row; a scale is exact and is reported."""
    table = changed("vectors.x.array", stored("x.npy", 2, 1, scale="-1/3"))
    found = read(table)
    tenth = Fraction(0.1)
    vector = found.vectors["x"][1]
    assert [Fraction(a, vector.denominator) for a in vector.real] == [
        Fraction(-1, 6),
        -tenth / 3,
    ]
    assert "x.npy as stored times -1/3, shape (2, 1)" in found.arrays[-1]
    nested = changed("vectors.own.array", inline([["1"], ["2"]], [["3"], ["4"]]))
    nested["spaces"]["Y"]["dimension"] = "4"
    nested["linear"]["A"]["matrix"] = inline(*[["0", "1"]] * 4)
    assert read(nested).vectors["own"][1] == Vector.of([1, 2, 3, 4])


def test_real_and_imaginary_file() -> None:
    """Two real arrays of one shape, from different kinds of place."""
    table = changed(
        "linear.A.matrix",
        {"real": stored("int.npy", 3, 2), "imaginary": inline(*[["1/2", "0"]] * 3)},
    )
    matrix = read(table).operators["A"]
    assert matrix.real == ((0, 2), (4, 6), (8, 10))
    assert matrix.imag == ((1, 0),) * 3
    assert matrix.denominator == 2


def test_tables() -> None:
    """The pairs of a table, and McShane's extension of it."""
    pairs = {"inputs": inline(["1", "2", "3"]), "outputs": inline(["1", "2/4"])}
    found = read(changed("maps.Psi", {"kind": "table", **pairs})).maps["Psi"]
    assert found == TableMap((Vector.of([1, 2, 3]),), (Vector.of([2, 1], (), 2),))
    table = changed("maps.Psi", {"kind": "mcshane", "slope": "7/2", **pairs})
    table["field"] = "R"
    table["spaces"]["X"]["norm"] = "linf"
    table["linear"]["A"]["matrix"] = stored("int.npy", 3, 2)
    table["vectors"]["x"]["array"] = inline("1", "2")
    statement = STATEMENT.replace(" with l2", "")
    assert isinstance(found, TableMap)
    assert read(table, statement).maps["Psi"] == McShaneMap(found, Fraction(7, 2))


# ------------------------------------------------------------------------------ what is refused

MATRIX = "linear.A.matrix"
BROKEN: list[tuple[str, object, str]] = [
    ("format", "kernelcert problem 2", "problem.format: unknown 'kernelcert problem 2'"),
    ("format", None, "problem: the key 'format' is missing"),
    ("field", "Q", "problem.field: unknown 'Q'; known are R, C"),
    ("title", "mine", "problem: unknown key 'title'"),
    ("spaces.X", None, "problem.spaces: X, which the statement names, is missing"),
    ("spaces.Z", {"dimension": "1", "norm": "l1"}, "problem.spaces: 'Z' is not in the statement"),
    ("spaces.X.dimension", "0", "problem.spaces.X.dimension: a space has at least dimension 1"),
    ("spaces.X.dimension", "-1", "problem.spaces.X.dimension: '-1' is not a natural number"),
    ("spaces.X.dimension", "1/2", "problem.spaces.X.dimension: '1/2' is not a natural number"),
    ("spaces.X.dimension", "0x8000000", "is not a natural number below 67108864"),
    ("spaces.X.dimension", 2, "a bare number stands in the file"),
    ("spaces.X.norm", "l3", "problem.spaces.X.norm: unknown 'l3'; known are l1, l2, linf"),
    ("spaces.X.norm", "l1", "problem.spaces.X: the statement asks for the l2 norm, weight 1"),
    ("spaces.X.weight", "2", "problem.spaces.X: the statement asks for the l2 norm, weight 1"),
    ("spaces.Y.weight", "0", "problem.spaces.Y.weight: a norm's weight must be positive, not 0"),
    ("spaces.Y.weight", "-1", "problem.spaces.Y.weight: a norm's weight must be positive, not -1"),
    ("linear", None, "problem.linear: A, which the statement names, is missing"),
    ("linear.W", GOOD["linear"]["A"], "problem.linear: 'W' is not in the statement"),
    ("linear.A.kind", "sparse", "problem.linear.A.kind: unknown 'sparse'; known are dense"),
    (MATRIX, inline(["1", "2"]), f"problem.{MATRIX}: shape (1, 2), but the spaces need (3, 2)"),
    (MATRIX, inline(*["1"] * 6), f"problem.{MATRIX}: shape (6,), but the spaces need (3, 2)"),
    (MATRIX, inline(["1", "2"], ["3"]), f"problem.{MATRIX}.entries[1]: 1 entries where 2 are"),
    (MATRIX, inline(["1"], "2"), f"problem.{MATRIX}.entries[1]: a list is expected"),
    (MATRIX, inline(["1", ["2"]]), f"problem.{MATRIX}.entries[0][1]: a number must be written"),
    (MATRIX, inline(["1", "0.5"]), f"problem.{MATRIX}.entries[0][1]: '0.5' is not an exact"),
    (
        MATRIX,
        inline([[[[[[[[["1"]]]]]]]]]),
        f"problem.{MATRIX}.entries: an array has at most 8 axes",
    ),
    (MATRIX, [["1"]], f"problem.{MATRIX}: an object is expected, not a list"),
    (MATRIX, {"rows": []}, f"problem.{MATRIX}: the key 'real' is missing"),
    (MATRIX, {"real": inline("1")}, f"problem.{MATRIX}: the key 'imaginary' is missing"),
    (
        MATRIX,
        {"real": {"real": inline("1"), "imaginary": inline("1")}, "imaginary": inline("1")},
        f"problem.{MATRIX}.real: the key 'entries' is missing",
    ),
    (
        MATRIX,
        {"real": inline(["1"]), "imaginary": inline("1")},
        "real and imaginary part must be real arrays of one shape",
    ),
    (
        MATRIX,
        {"real": stored("a.npy", 3, 2), "imaginary": stored("int.npy", 3, 2)},
        "real and imaginary part must be real arrays of one shape",
    ),
    (MATRIX + ".file", "b.npy", "there is no file b.npy"),
    (MATRIX + ".file", "x.npy", "x.npy has SHA-256"),
    (MATRIX + ".file", "../a.npy", f"problem.{MATRIX}.file: '../a.npy' must be a plain file name"),
    (MATRIX + ".file", "/etc/passwd", "must be a plain file name"),
    (MATRIX + ".file", ".a.npy", "must be a plain file name"),
    (MATRIX + ".file", "a b.npy", "must be a plain file name"),
    (MATRIX + ".sha256", "0" * 64, "a.npy has SHA-256"),
    (MATRIX + ".shape", ["2", "3"], "a.npy has shape (3, 2), the problem says (2, 3)"),
    (MATRIX + ".shape", ["6"], "a.npy has shape (3, 2), the problem says (6,)"),
    (MATRIX + ".scale", "0.1", f"problem.{MATRIX}.scale: '0.1' is not an exact number"),
    (MATRIX + ".dtype", "f8", "unknown key 'dtype'"),
    ("maps.Psi", {"kind": "network"}, "problem.maps.Psi.kind: unknown 'network'"),
    ("maps.Psi", {}, "problem.maps.Psi.kind: unknown ''; known are constant, affine, table"),
    (
        "maps.Psi.offset",
        inline("1"),
        "problem.maps.Psi.offset: shape (1,) has 1 entries, the space",
    ),
    ("maps.Phi", GOOD["maps"]["Psi"], "problem.maps: 'Phi' is not in the statement"),
    (
        "maps.Psi",
        {"kind": "affine", "matrix": inline(["1"]), "offset": inline("1", "2")},
        "problem.maps.Psi.matrix: shape (1, 1), but the spaces need (2, 3)",
    ),
    (
        "maps.Psi",
        {"kind": "table", "inputs": inline(*[["1"] * 3] * 2), "outputs": inline(*[["1"] * 2] * 2)},
        "problem.maps.Psi.inputs: the same measurement occurs twice",
    ),
    (
        "maps.Psi",
        {"kind": "table", "inputs": inline(["1"] * 3), "outputs": inline(*[["1"] * 2] * 2)},
        "problem.maps.Psi: 1 inputs but 2 outputs",
    ),
    (
        "maps.Psi",
        {"kind": "table", "inputs": inline(["1"] * 2), "outputs": inline(["1"] * 2)},
        "problem.maps.Psi.inputs: shape (1, 2), expected one row of 3 entries for each pair",
    ),
    (
        "maps.Psi",
        {"kind": "table", "inputs": inline(), "outputs": inline()},
        "problem.maps.Psi.inputs: shape (0,), expected one row",
    ),
    (
        "maps.Psi",
        {"kind": "table", "inputs": inline(["1"] * 3), "outputs": inline(["1"] * 2), "slope": "1"},
        "problem.maps.Psi: unknown key 'slope'; known are kind, inputs, outputs",
    ),
    (
        "maps.Psi",
        {"kind": "mcshane", "inputs": inline(["1"] * 3), "outputs": inline(["1"] * 2)},
        "problem.maps.Psi: the key 'slope' is missing",
    ),
    (
        "maps.Psi",
        {"kind": "mcshane", "inputs": inline(), "outputs": inline(), "slope": "1"},
        "McShane's extension needs real data, a target with the linf norm",
    ),
    ("vectors.x", None, "problem.vectors: x, which the statement names, is missing"),
    ("vectors.x.space", "Y", "problem.vectors.x.array: shape (2,) has 2 entries, the space has"),
    ("vectors.x.space", "Z", "problem.vectors.x.space: unknown 'Z'; known are X, Y"),
    ("vectors.x.array", stored("nan.npy", 2), "nan.npy: entry 1 is a not-a-number"),
    (
        "vectors.x",
        {"space": "Y", "array": inline("1", "2", "3")},
        "problem.vectors.x: must be in X",
    ),
    *(
        (f"vectors.{name}", {"space": "X", "array": inline("1", "2")}, f"problem.vectors: '{name}'")
        for name in ("e", "b", "A", "Psi", "W", "Phi", "X", "delta", "for", "2x", "_x", "x-y")
    ),
    *(
        (f"constants.{name}", "1", f"problem.constants: '{name}' means something else, or is no")
        for name in ("e", "b", "A", "Psi", "W", "Phi", "X", "x", "Lipschitz", "")
    ),
    ("constants.delta", None, "problem.constants: delta, which the statement names, is missing"),
    ("constants.delta", "0", "problem.constants.delta: the statement asks for delta > 0, not 0"),
    ("constants.L", "-1/9", "problem.constants.L: the statement asks for L >= 0, not -1/9"),
    ("constants.L", "1e9", "problem.constants.L: '1e9' is not an exact number"),
]


@pytest.mark.parametrize(("path", "value", "phrase"), BROKEN)
def test_broken(path: str, value: object, phrase: str) -> None:
    """One place is exchanged; the message names it."""
    if value == 2:  # a bare number cannot be written by the kernel's own writer in this form
        data = write_json(changed(path, "@")).replace(b'"@"', b"2")
    else:
        data = write_json(changed(path, value))
    with pytest.raises(Unreadable) as caught:
        read_problem(data, read_file, read_statement(STATEMENT.encode()))
    assert phrase in str(caught.value)


def test_complex_entries_over_r() -> None:
    """The field is the problem's word, and the statement may ask for the other one."""
    with pytest.raises(Unreadable, match="complex entries in a problem over R; set field to C"):
        read(changed("field", "R"))
    with pytest.raises(Unreadable, match="the statement is over R, the problem over C"):
        read(GOOD, STATEMENT.replace("spaces", "field R\nspaces"))


def test_denominators_without_a_short_multiple() -> None:
    """Each entry is short, but the common denominator would not be."""
    odd = [f"1/0x{(1 << 40_000) + k:x}" for k in (1, 3)]
    with pytest.raises(Unreadable, match="the denominators have no short common multiple"):
        read(changed("vectors.x.array", inline(*odd)))


def test_witnesses() -> None:
    """A certificate brings vectors inline, in spaces of the problem; it opens no files."""
    problem = read(GOOD)
    found = read_witnesses({"w": {"space": "Y", "array": inline("1", "0", "2")}}, problem)
    assert found == {"w": ("Y", Vector.of([1, 0, 2]))}
    broken: list[tuple[object, str]] = [
        ({"space": "X", "array": stored("x.npy", 2, 1)}, "only arrays with inline entries"),
        ({"space": "Z", "array": inline("1")}, "certificate.vectors.w.space: unknown 'Z'"),
        ({"space": "X", "array": inline("1")}, "certificate.vectors.w.array: shape (1,)"),
        ([], "certificate.vectors.w: an object is expected"),
    ]
    for value, phrase in broken:
        with pytest.raises(Unreadable) as caught:
            read_witnesses({"w": value}, problem)
        assert phrase in str(caught.value)


@pytest.mark.parametrize("path", ["spaces", "spaces.X", "linear", "maps.Psi", "vectors.x.array"])
@pytest.mark.parametrize("value", [True, "text", [], {}, [[]], {"": ""}])
def test_wrong_kinds(path: str, value: object) -> None:
    """A value of another kind is unreadable; nothing else happens."""
    table = changed(path, value)
    with pytest.raises(Unreadable):
        read(table)
