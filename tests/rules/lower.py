"""Tables of the two rules that bound |A u| from below in l2.

W = [[1, -2], [3, 4]] has W^T W = [[10, 10], [10, 20]] and the smallest singular value 1.954...
100 (W^T W - (19/10)^2 I) = [[639, 1000], [1000, 1639]], and R R^T = [[625, 1000], [1000, 1636]].
"""

from __future__ import annotations

from .data import CONSTANT, MAXIMUM, STEEP
from .operator_bounds import BOTH, LINEAR, MIXED, REAL, TWICE, H, formed
from .table import GENERAL, Case, World, accept, array, garbled, normed, plane, refuse

FACTOR = [["25"], ["40", "6"]]
GRAM: dict[str, object] = {"factor": FACTOR, "shift": "0"}
STILL: dict[str, object] = {"kind": "constant", "offset": array(["0", "0"])}
# V = [[3 + 4i, 0], [i, 1]], V^* V = [[26, -i], [i, 1]]
COMPLEX = plane(STILL, field="C", matrix=array([["3", "0"], ["0", "1"]], [["4", "0"], ["1", "0"]]))
# 4 (V^* V - I / 4) = [[103, -4i], [4i, 3]], as a real matrix of twice the size, times 4^3
UNREAL: dict[str, object] = {
    "factor": [["81"], ["0", "13"], ["0", "-20", "78"], ["3", "0", "0", "13"]],
    "shift": "3",
}


def image_of_rows(rows: list[str], turned: bool) -> World:
    """Chosen rows of a Hadamard matrix of size 4, or their adjoint, halved."""
    form: dict[str, object] = H | {"shape": ["4"], "rows": array(rows)}
    m, n = (4, len(rows)) if turned else (len(rows), 4)
    if turned:
        form = {"kind": "adjoint", "of": form}
    return plane(
        {"kind": "constant", "offset": array(["0"] * n)},
        normed(m, "l2"),
        normed(n, "l2"),
        linear={"A": form},
        vectors={
            name: {"space": space, "array": array(["1"] * size)}
            for name, space, size in (("x", "X", n), ("z", "X", n), ("y", "Y", m))
        },
    )


def weighted(first: int, second: int, kind: str = "l2") -> World:
    """W between l2 and a norm, with weights."""
    ends = normed(2, kind, second), normed(2, "l2", first)
    return plane(STILL, *ends, matrix=REAL)


def yes(title: str, world: World, bound: str, vector: str = "x", **hint: object) -> Case:
    """An entry that gives bound |vector| <= |A(vector)|."""
    gives = f"({bound}) |{vector}| <= |A({vector})|"
    return accept(title, world, map="A", vector=vector, bound=bound, gives=gives, **hint)


def no(
    title: str, world: World, bound: str, because: str, vector: str = "x", **hint: object
) -> Case:
    """An entry that is refused."""
    return refuse(title, world, map="A", vector=vector, bound=bound, because=because, **hint)


def strangers(**hint: object) -> list[Case]:
    """Maps and arguments to which neither rule applies."""
    more: dict[str, object] = {"bound": "0", **hint}
    no_matrix = "as an affine or linear map"
    linear = "does not give 'Psi' as a linear map"
    return [
        refuse("a constant map", CONSTANT, map="Psi", vector="y", because=no_matrix, **more),
        refuse("McShane's extension", STEEP, map="Psi", vector="y", because=no_matrix, **more),
        refuse("an affine map", MAXIMUM, map="Psi", vector="y", because=linear, **more),
        refuse("an unknown name", MAXIMUM, map="Phi", vector="x", because=no_matrix, **more),
        refuse("no data", GENERAL, map="A", vector="x", because="there is no data", **more),
        refuse("of another space", LINEAR, map="A", vector="y", because="not in X", **more),
        garbled("a decimal", LINEAR, map="A", vector="x", because="0.5", **more | {"bound": "0.5"}),
        garbled("an unknown vector", LINEAR, map="A", vector="w", because="'w'", **more),
    ]


TABLES = {
    "lower_gram": [
        yes("just below the value", LINEAR, "19/10", **GRAM),
        yes("of a sum", LINEAR, "19/10", "x - 2 z", **GRAM),
        yes("of nothing", LINEAR, "19/10", "0 x", **GRAM),
        yes("weights 2 and 3", weighted(2, 3), "57/20", **GRAM),
        no("weights 2 and 3, more", weighted(2, 3), "29/10", "factor does not prove", **GRAM),
        yes("complex", COMPLEX, "1/2", **UNREAL),
        no("complex, more", COMPLEX, "1", "factor does not prove the bound 1 for A", **UNREAL),
        yes("nought", LINEAR, "0", factor=[["2"], ["4", "1"]], shift="0"),
        yes("a scaled factor", LINEAR, "19/10", factor=[["50"], ["80", "12"]], shift="1"),
        no("another shift", LINEAR, "19/10", "factor does not prove", factor=FACTOR, shift="1"),
        no("above the value", LINEAR, "2", "does not prove the bound 2 for A", **GRAM),
        no(
            "above the value, with its own factor",
            LINEAR,
            "2",
            "factor does not prove",
            factor=[["2"], ["5", "0"]],
            shift="0",
        ),
        no("nothing as a factor", LINEAR, "19/10", "does not prove", factor=[["0"], ["0", "0"]],
           shift="0"),
        no("a negative bound", LINEAR, "-19/10", "a bound >= 0 is expected", **GRAM),
        no("one row", LINEAR, "1", "a factor with 2 rows", factor=[["3"]], shift="0"),
        no("a square", LINEAR, "1", "2 rows, each one longer", factor=[["3", "0"], ["3", "3"]],
           shift="0"),
        no("into l1", weighted(1, 1, "l1"), "1", "is for l2, not for l2 to l1", **GRAM),
        *strangers(**GRAM),
    ],
    "lower_orthogonal": [
        yes("all rows", formed(BOTH), "7071/10000"),
        no("all rows, more", formed(BOTH), "7072/10000", "is negative or too large"),
        yes("weights 2 and 3", formed(BOTH, 2, 3), "106/100"),
        no("weights 2 and 3, more", formed(BOTH, 2, 3), "107/100", "is negative or too large"),
        yes("a composition, exactly", formed(TWICE), "1/2"),
        yes("over C", formed(TWICE, field="C"), "1/2"),
        no("a composition, more", formed(TWICE), "501/1000", "is negative or too large"),
        yes("the adjoint of two rows, exactly", image_of_rows(["0", "3"], True), "1"),
        no("the adjoint, more", image_of_rows(["0", "3"], True), "101/100", "too large"),
        no("two rows, with a kernel", image_of_rows(["0", "3"], False), "0", "does not show that"),
        no("with another factor", formed(MIXED), "1/2", "does not show that its columns are"),
        no("a dense matrix", LINEAR, "0", "the form of A does not show that its columns are"),
        no("a negative bound", formed(BOTH), "-1", "is negative or too large"),
        no("into l1", formed(BOTH, kind="l1"), "0", "is for l2, not for l2 to l1"),
        *strangers(),
    ],
}  # fmt: skip
