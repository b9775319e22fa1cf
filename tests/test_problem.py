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
from certificates.maps import McShaneMap, NoValue, TableMap
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


def test_mcshane_over_c_and_into_a_line() -> None:
    """Real pairs over C; the value at a complex point is that at its real part; any norm on C."""
    pairs = {"inputs": inline(["1", "2", "3"], ["0"] * 3), "outputs": inline(["1"], ["5/2"])}
    psi = {"kind": "mcshane", "slope": "2", **pairs}
    table = changed("maps.Psi", psi)
    table["spaces"]["X"] = {"dimension": "1", "norm": "l2", "weight": "3"}
    table["linear"]["A"]["matrix"] = inline(["1"], ["1"], ["1"])
    table["vectors"]["x"]["array"] = inline("1")
    found = read(table, STATEMENT.replace(" with l2", ""))
    extended, domain = found.maps["Psi"], found.spaces["Y"].norm
    assert isinstance(extended, McShaneMap)
    assert extended.at(Vector.of([1, 2, 3]), domain) == Vector.of([1])
    assert extended.at(Vector.of([1, 2, 3], [7, 0, -1]), domain) == Vector.of([1])
    assert extended.at(Vector.of([0, 0, 0], [1, 1, 1]), domain) == Vector.of([5], (), 2)
    with pytest.raises(NoValue, match="no row for this measurement"):
        extended.at(Vector.of([7, 0, -1], [1, 2, 3]), domain)
    for part in ("inputs", "outputs"):
        real = pairs[part]
        shape = [["0"] * len(row) for row in real["entries"]]
        for imaginary, refused in (("0", False), ("1/9", True)):
            shape[1][-1] = imaginary
            both = {"real": real, "imaginary": inline(*shape)}
            again = copy.deepcopy(table) | {"maps": {"Psi": {**psi, part: both}}}
            if refused:
                with pytest.raises(Unreadable, match="McShane's extension needs real data"):
                    read(again, STATEMENT.replace(" with l2", ""))
            else:
                assert read(again, STATEMENT.replace(" with l2", "")).maps["Psi"] == extended
    table["maps"]["Psi"]["slope"] = "-1"
    with pytest.raises(Unreadable, match="a slope >= 0"):
        read(table, STATEMENT.replace(" with l2", ""))


# --------------------------------------------------- finite sets, units, dimensions

FINITE = """\
statement f "sets, units and dimensions"
spaces X of dimension 2 with l1, Y of dimension 1, Z
sets images, more in X
sets data in Y
units u, v
vectors x in X
for all s in images
exists t in more
conclude
  |s - u t| <= |x|
"""
SETS: dict[str, Any] = {
    "format": FORMAT,
    "field": "C",
    "spaces": {
        "X": {"dimension": "2", "norm": "l1"},
        "Y": {"dimension": "1", "norm": "l2", "weight": "5"},
        "Z": {"dimension": "7", "norm": "l2"},
    },
    "vectors": {"x": {"space": "X", "array": inline("1", "2")}},
    "sets": {
        "images": {"space": "X", "array": stored("int.npy", 3, 2, scale="1/2")},
        "more": {
            "space": "X",
            "array": {"real": inline(["1", "2"]), "imaginary": inline(["0", "3"])},
        },
        "data": {"space": "Y", "array": inline([[["1"]]], [[["1"]]])},
    },
    "units": {"u": {"real": "-3/5", "imaginary": "4/5"}, "v": {"real": "-1"}},
}


def finite(path: str = "", value: object = None) -> Problem:
    """The problem with sets, one place exchanged; None takes the key out."""
    table = copy.deepcopy(SETS)
    *outer, last = path.split(".")
    inside: Any = table
    for key in outer:
        inside = inside[key]
    if path and value is None:
        del inside[last]
    elif path:
        inside[last] = value
    return read(table, FINITE)


def test_sets_and_units() -> None:
    """The members are vectors with a number behind the name, equal ones counted twice."""
    found = finite()
    assert found.sets == {
        "images": ("images_1", "images_2", "images_3"),
        "more": ("more_1",),
        "data": ("data_1", "data_2"),
    }
    assert found.vectors["images_2"] == ("X", Vector.of([2, 3], (), 2))
    assert found.vectors["more_1"] == ("X", Vector.of([1, 2], [0, 3]))
    assert found.vectors["data_1"] == found.vectors["data_2"] == ("Y", Vector.of([1]))
    assert "images_4" not in found.vectors
    assert found.units["u"] == (Fraction(-3, 5), Fraction(4, 5))
    assert found.units["v"] == (Fraction(-1), Fraction(0))
    assert any("problem.sets.images.array: int.npy as stored times 1/2" in a for a in found.arrays)


LONG = "i" * 98
BROKEN_SETS: list[tuple[str, object, str]] = [
    ("sets", None, "problem.sets: images, which the statement names, is missing"),
    ("sets.data", None, "problem.sets: data, which the statement names, is missing"),
    ("sets.own", SETS["sets"]["data"], "problem.sets: 'own' is not in the statement"),
    ("sets.images.space", "Y", "problem.sets.images.array: shape (3, 2), expected one row of 1"),
    ("sets.images.space", "W", "problem.sets.images.space: unknown 'W'; known are X, Y, Z"),
    ("sets.images.array", inline(), "problem.sets.images.array: shape (0,), expected one row of 2"),
    ("sets.images.array", inline("1", "2"), "shape (2,), expected one row of 2 entries"),
    ("sets.images.array", inline(["1", "2", "3"]), "shape (1, 3), expected one row of 2 entries"),
    ("sets.images.array", {"entries": "1"}, "shape (), expected one row of 2 entries"),
    ("sets.images.members", "3", "problem.sets.images: unknown key 'members'"),
    ("sets.more", {"space": "Y", "array": inline(["1"])}, "problem.sets.more: must be in X"),
    (
        "vectors.images_2",
        {"space": "X", "array": inline("0", "0")},
        "problem.sets.images: images_2 means something else",
    ),
    (
        "vectors.images",
        {"space": "X", "array": inline("0", "0")},
        "problem.vectors: 'images' means something else",
    ),
    ("vectors.u", SETS["vectors"]["x"], "problem.vectors: 'u' means something else"),
    ("constants", {"images": "1"}, "problem.constants: 'images' means something else"),
    ("constants", {"u": "1"}, "problem.constants: 'u' means something else"),
    ("units", None, "problem.units: u, which the statement names, is missing"),
    ("units.v", None, "problem.units: v, which the statement names, is missing"),
    ("units.w", {"real": "1"}, "problem.units: 'w' is not in the statement"),
    ("units.u", {"real": "1/2"}, "problem.units.u: not a number of modulus 1 of the field C"),
    ("units.u", {"real": "0"}, "problem.units.u: not a number of modulus 1"),
    ("units.u", {"real": "3/5", "imaginary": "3/5"}, "not a number of modulus 1 of the field C"),
    ("units.u", {"imaginary": "1"}, "problem.units.u: the key 'real' is missing"),
    ("units.u", "1", "problem.units.u: an object is expected"),
    ("units.u", {"real": "0x1" + "0" * 4096}, "a number in a term has at most 16384 bits"),
    ("spaces.X.dimension", "3", "problem.spaces.X: the statement asks for dimension 2"),
    ("spaces.Y.dimension", "2", "problem.spaces.Y: the statement asks for dimension 1"),
    ("spaces.X.norm", "linf", "problem.spaces.X: the statement asks for the l1 norm, weight 1"),
]


@pytest.mark.parametrize(("path", "value", "phrase"), BROKEN_SETS)
def test_broken_sets(path: str, value: object, phrase: str) -> None:
    """One place is exchanged; the message names it."""
    with pytest.raises(Unreadable) as caught:
        finite(path, value)
    assert phrase in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "phrase"),
    [
        (
            "for all s",
            "vectors images_3 in X\nfor all s",
            "images_3, which the statement names, is",
        ),
        ("for all s in", "for all images_3 in", "problem.sets.images: images_3 means something"),
        ("exists t in", "exists data_1 in", "problem.sets.data: data_1 means something else"),
        ("units u, v", "units u, v\nconstants more_1", "more_1, which the statement names, is"),
        ("sets images, more", "sets images, more, images_1", "images_1, which the statement"),
    ],
)
def test_names_of_members(old: str, new: str, phrase: str) -> None:
    """A member's name means nothing else in the statement."""
    text = FINITE.replace(old, new).replace("|s - u t|", "|x|")
    table = copy.deepcopy(SETS)
    with pytest.raises(Unreadable) as caught:
        read(table, text)
    assert phrase in str(caught.value)


def test_long_names_of_members() -> None:
    """A member's name is a name, so it has at most 100 letters."""
    text = FINITE.replace("images", LONG)
    table = copy.deepcopy(SETS)
    table["sets"][LONG] = table["sets"].pop("images")
    assert read(table, text).sets[LONG][2] == LONG + "_3"
    table["sets"][LONG]["array"] = inline(*[["1", "2"]] * 10)
    with pytest.raises(Unreadable, match="_10 means something else"):
        read(table, text)


def test_units_over_r() -> None:
    """Over R there are two."""
    table = copy.deepcopy(SETS) | {"field": "R"}
    table["sets"]["more"]["array"] = inline(["1", "2"])
    table["units"] = {"u": {"real": "1", "imaginary": "0"}, "v": {"real": "-1"}}
    assert read(table, FINITE).units == {
        "u": (Fraction(1), Fraction(0)),
        "v": (Fraction(-1), Fraction(0)),
    }
    table["units"]["u"] = {"real": "0", "imaginary": "1"}
    with pytest.raises(Unreadable, match="not a number of modulus 1 of the field R"):
        read(table, FINITE)
    table["sets"]["more"] = SETS["sets"]["more"]
    with pytest.raises(Unreadable, match="complex entries in a problem over R"):
        read(table, FINITE)


# ------------------------------------------------------------------------------ what is refused

MATRIX = "linear.A.matrix"
BROKEN: list[tuple[str, object, str | None]] = [
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
    ("linear.A.kind", "small", "problem.linear.A.kind: unknown 'small'; known are dense, sparse"),
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
    ("maps.Psi", {"kind": "magic"}, "problem.maps.Psi.kind: unknown 'magic'"),
    ("maps.Psi", {}, "problem.maps.Psi.kind: unknown ''; known are constant, affine, "),
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
        "problem.maps.Psi.inputs: shape (0,), expected one row of 3 entries",
    ),
    *(
        (
            "maps.Psi",
            {"kind": "mcshane", "inputs": inputs, "outputs": outputs, "slope": slope},
            "McShane's extension needs real data, a target with the linf norm",
        )
        for inputs, outputs, slope in (
            (inline(["1"] * 3), inline(["1"] * 2), "1"),  # the target has the l2 norm
            (inline(["1"] * 3), inline(["1"] * 2), "-1"),
        )
    ),
    ("sets", {}, None),
    ("units", {}, None),
    ("sets", {"x": {"space": "X", "array": inline(["1", "2"])}}, "problem.sets: 'x' is not in"),
    ("units", {"x": {"real": "1"}}, "problem.units: 'x' is not in the statement"),
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
def test_broken(path: str, value: object, phrase: str | None) -> None:
    """One place is exchanged; the message names it."""
    if value == 2:  # a bare number cannot be written by the kernel's own writer in this form
        data = write_json(changed(path, "@")).replace(b'"@"', b"2")
    else:
        data = write_json(changed(path, value))
    if phrase is None:  # an empty section may stand there
        read_problem(data, read_file, read_statement(STATEMENT.encode()))
        return
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
