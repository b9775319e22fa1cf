"""Tables of the four rules that bound an operator norm, over R and C, for all norms and weights.

W = [[1, -2], [3, 4]] has rows of l1, l2, linf norm (3, 7), (sqrt 5, 5), (2, 4) and columns of norm
(4, 6), (sqrt 10, sqrt 20), (3, 4).  V = [[3 + 4i, 0], [i, 1]] has rows (5, 2), (5, sqrt 2), (5, 1)
and columns (6, 1), (sqrt 26, 1), (5, 1).
"""

from __future__ import annotations

from fractions import Fraction

from .data import CONSTANT, MAXIMUM, NAMED, STEEP, TABLE
from .table import GENERAL, Case, World, accept, affine, array, garbled, normed, plane, refuse

REAL = array([["1", "-2"], ["3", "4"]])
COMPLEX = array([["3", "0"], ["0", "1"]], [["4", "0"], ["1", "0"]])


def real(domain: str, target: str, weights: tuple[int, int] = (1, 1), field: str = "R") -> World:
    """Psi(y) = W y + (1, 1) between these norms, with these weights."""
    ends = normed(2, domain, weights[0]), normed(2, target, weights[1])
    return plane(affine(REAL), *ends, field=field)


def unreal(domain: str, target: str) -> World:
    """Psi(y) = V y + (1, 1) between these norms, over C."""
    return plane(affine(COMPLEX), normed(2, domain), normed(2, target), field="C")


def proved(title: str, world: World, bound: str, **arguments: object) -> Case:
    """An entry that gives Lipschitz(Psi) <= bound."""
    gives = f"Lipschitz(Psi) <= {bound}"
    return accept(title, world, map="Psi", bound=bound, gives=gives, **arguments)


def open_(title: str, world: World, bound: str, **arguments: object) -> Case:
    """An entry whose bound the method does not prove."""
    because = f"does not prove the bound {Fraction(bound)} for Psi"
    return refuse(title, world, map="Psi", bound=bound, because=because, **arguments)


def unfit(title: str, world: World, bound: str = "100", **arguments: object) -> Case:
    """An entry that the method is not made for."""
    because = "does not fit the norms, the size or the hint for Psi"
    return refuse(title, world, map="Psi", bound=bound, because=because, **arguments)


def strangers(**arguments: object) -> list[Case]:
    """Maps to which no method applies, the same for every rule."""
    more: dict[str, object] = {"bound": "9", **arguments}
    because = "as an affine or linear map"
    return [
        refuse("a constant map", CONSTANT, map="Psi", because=because, **more),
        refuse("a table", TABLE, map="Psi", because=because, **more),
        refuse("McShane's extension", STEEP, map="Psi", because=because, **more),
        refuse("a map that is only named", NAMED, map="Psi", because=because, **more),
        refuse("a defined map", MAXIMUM, map="Still", because=because, **more),
        refuse("a vector", MAXIMUM, map="x", because=because, **more),
        refuse("an unknown name", MAXIMUM, map="Phi", because=because, **more),
        refuse("no data", GENERAL, map="Psi", because="there is no data", **more),
        garbled(
            "a symbol", MAXIMUM, map="Psi", because="bound: 'L' is not", **more | {"bound": "L"}
        ),
        garbled("a decimal", MAXIMUM, map="Psi", because="'0.5'", **more | {"bound": "0.5"}),
    ]


LINEAR = plane({"kind": "constant", "offset": array(["0", "0"])}, matrix=REAL)


def square(size: int) -> World:
    """A diagonal of ones in linf^size -> l1^size: enumeration is refused from 13 on."""
    rows = [["1" if j == k else "0" for k in range(size)] for j in range(size)]
    return plane(
        {"kind": "affine", "matrix": array(rows), "offset": array(["0"] * size)},
        normed(size, "linf"),
        normed(size, "l1"),
        matrix=array(rows),
        vectors={
            name: {"space": space, "array": array(["1"] * size)}
            for name, space in (("x", "X"), ("z", "X"), ("y", "Y"))
        },
    )


H = {"kind": "hadamard", "shape": ["2"], "order": "natural", "scale": "1/2"}
BOTH: dict[str, object] = H | {"rows": array(["0", "1"])}  # its norm is 1 / sqrt 2


def formed(form: dict[str, object], *weights: int, kind: str = "l2", field: str = "R") -> World:
    """A as a linear form from l2 to a plane with this norm, weights 1 and 1 or as given."""
    first, second = weights or (1, 1)
    psi = {"kind": "constant", "offset": array(["0", "0"])}
    ends = normed(2, kind, second), normed(2, "l2", first)
    return plane(psi, *ends, field=field, linear={"A": form})


def bounded(title: str, world: World, bound: str, **arguments: object) -> Case:
    """An entry that gives Lipschitz(A) <= bound."""
    gives = f"Lipschitz(A) <= {bound}"
    return accept(title, world, map="A", bound=bound, gives=gives, **arguments)


def unbounded(title: str, world: World, bound: str, because: str, **arguments: object) -> Case:
    """An entry on A that is refused."""
    return refuse(title, world, map="A", bound=bound, because=because, **arguments)


LESS, UNFIT = "does not prove the bound", "does not fit the norms, the size or the hint for A"
TWICE = {
    "kind": "composition",
    "factors": [BOTH, {"kind": "adjoint", "of": BOTH}],
    "between": ["2"],
}
MIXED = {"kind": "composition", "factors": [BOTH, {"kind": "identity"}], "between": ["2"]}
ONES = [["1", "1"]]

FACTOR = [["82"], ["-49", "19"]]  # for 25 * 16 * ((26/5)^2 I - W^T W) = [[6816, -4000], ...]

TABLES = {
    "operator_rows": [
        proved("linf to linf, sharp", real("linf", "linf"), "7"),
        open_("linf to linf, less", real("linf", "linf"), "699/100"),
        proved("l2 to linf, sharp", real("l2", "linf"), "5"),
        open_("l2 to linf, less", real("l2", "linf"), "499/100"),
        proved("l1 to linf, sharp", real("l1", "linf"), "4"),
        open_("l1 to linf, less", real("l1", "linf"), "399/100"),
        proved("l1 to l1", real("l1", "l1"), "6"),
        proved("l2 to l1", real("l2", "l1"), "724/100"),
        open_("l2 to l1, less", real("l2", "l1"), "723/100"),
        proved("l2 to l2 by Frobenius", real("l2", "l2"), "5478/1000"),
        open_("l2 to l2, less", real("l2", "l2"), "5477/1000"),
        proved("linf to l1", real("linf", "l1"), "10"),
        open_("linf to l1, true but not proved", real("linf", "l1"), "8"),
        proved("weights 2 and 3", real("linf", "linf", (2, 3)), "21/2"),
        open_("weights 2 and 3, less", real("linf", "linf", (2, 3)), "1049/100"),
        proved("real entries over C", real("linf", "linf", field="C"), "7"),
        proved("complex, linf to linf", unreal("linf", "linf"), "5"),
        open_("complex, linf to linf, less", unreal("linf", "linf"), "49/10"),
        proved("complex, linf to l1", unreal("linf", "l1"), "7"),
        proved("complex, l2 to l1", unreal("l2", "l1"), "6415/1000"),
        open_("complex, l2 to l1, less", unreal("l2", "l1"), "6414/1000"),
        accept("linear", LINEAR, map="A", bound="6", gives="Lipschitz(A) <= 6"),
        open_("a negative bound", real("linf", "linf"), "-7"),
        open_("nought", real("linf", "linf"), "0"),
        *strangers(),
    ],
    "operator_columns": [
        proved("l1 to l1, sharp", real("l1", "l1"), "6"),
        open_("l1 to l1, less", real("l1", "l1"), "599/100"),
        proved("l1 to l2, sharp", real("l1", "l2"), "447214/100000"),
        open_("l1 to l2, less", real("l1", "l2"), "447213/100000"),
        proved("l1 to linf, sharp", real("l1", "linf"), "4"),
        proved("linf to linf", real("linf", "linf"), "7"),
        open_("linf to linf, less", real("linf", "linf"), "699/100"),
        proved("linf to l1", real("linf", "l1"), "10"),
        proved("l2 to linf is 5", real("l2", "linf"), "5"),
        open_("l2 to l1, true but not proved", real("l2", "l1"), "72/10"),
        proved("l2 to l1", real("l2", "l1"), "722/100"),
        proved("weights 2 and 3", real("l1", "l1", (2, 3)), "9"),
        open_("weights 2 and 3, less", real("l1", "l1", (2, 3)), "899/100"),
        proved("complex, l1 to l1", unreal("l1", "l1"), "6"),
        open_("complex, l1 to l1, less", unreal("l1", "l1"), "599/100"),
        proved("complex, l1 to l2", unreal("l1", "l2"), "509902/100000"),
        open_("complex, l1 to l2, less", unreal("l1", "l2"), "509901/100000"),
        accept("linear", LINEAR, map="A", bound="6", gives="Lipschitz(A) <= 6"),
        open_("a negative bound", real("l1", "l1"), "-6"),
        *strangers(),
    ],
    "operator_signs": [
        proved("linf to l1, sharp", real("linf", "l1"), "8"),
        open_("linf to l1, less", real("linf", "l1"), "799/100"),
        proved("linf to l2, sharp", real("linf", "l2"), "70711/10000"),
        open_("linf to l2, less", real("linf", "l2"), "70710/10000"),
        proved("linf to linf, sharp", real("linf", "linf"), "7"),
        proved("l2 to l1, sharp", real("l2", "l1"), "63246/10000"),
        open_("l2 to l1, less", real("l2", "l1"), "63245/10000"),
        proved("l1 to l1, sharp", real("l1", "l1"), "6"),
        open_("l1 to l1, less", real("l1", "l1"), "599/100"),
        proved("weights 2 and 3", real("linf", "l1", (2, 3)), "12"),
        open_("weights 2 and 3, less", real("linf", "l1", (2, 3)), "1199/100"),
        proved("twelve signs", square(12), "12"),
        unfit("thirteen signs", square(13), "13"),
        unfit("l2 to l2", real("l2", "l2")),
        unfit("l1 to linf", real("l1", "linf")),
        unfit("a negative bound", real("linf", "l1"), "-8"),
        refuse(
            "real entries over C",
            real("linf", "l1", field="C"),
            map="Psi",
            bound="100",
            because="signs are enough over R only",
        ),
        refuse(
            "complex entries", unreal("linf", "l1"), map="Psi", bound="100", because="over R only"
        ),
        *strangers(),
    ],
    "operator_gram": [
        proved("no factor needed", real("l2", "l2"), "6", factor=[["0"], ["0", "0"]], shift="0"),
        proved("with a factor", real("l2", "l2"), "26/5", factor=FACTOR, shift="2"),
        proved(
            "weights 2 and 3",
            real("l2", "l2", (2, 3)),
            "78/10",
            factor=FACTOR,
            shift="2",
        ),
        proved(
            "complex",
            unreal("l2", "l2"),
            "6",
            factor=[["0"], ["0", "0"], ["0"] * 3, ["0"] * 4],
            shift="0",
        ),
        open_(
            "the factor is too small",
            real("l2", "l2"),
            "26/5",
            factor=[["0"], ["0", "0"]],
            shift="2",
        ),
        open_(
            "the factor is too large",
            real("l2", "l2"),
            "26/5",
            factor=[["83"], ["-49", "19"]],
            shift="2",
        ),
        open_("another shift", real("l2", "l2"), "26/5", factor=FACTOR, shift="1"),
        open_(
            "the transposed sign",
            real("l2", "l2"),
            "26/5",
            factor=[["82"], ["49", "19"]],
            shift="2",
        ),
        open_("a false bound", real("l2", "l2"), "51/10", factor=FACTOR, shift="2"),
        unfit("a negative bound", real("l2", "l2"), "-6", factor=[["0"], ["0", "0"]], shift="0"),
        unfit("l1 to l2", real("l1", "l2"), factor=FACTOR, shift="2"),
        unfit("l2 to linf", real("l2", "linf"), factor=FACTOR, shift="2"),
        unfit("too few rows", real("l2", "l2"), factor=[["0"]], shift="0"),
        unfit("no triangle", real("l2", "l2"), factor=[["0", "0"], ["0", "0"]], shift="0"),
        unfit("the size over C is doubled", unreal("l2", "l2"), factor=FACTOR, shift="2"),
        garbled(
            "fractions",
            real("l2", "l2"),
            map="Psi",
            bound="6",
            factor=[["1/2"]],
            shift="0",
            because="rows of integers",
        ),
        garbled(
            "a shift of 4096",
            real("l2", "l2"),
            map="Psi",
            bound="6",
            factor=FACTOR,
            shift="4096",
            because="below 4096",
        ),
        *strangers(factor=FACTOR, shift="2"),
    ],
    "operator_orthogonal": [
        bounded("half of a Hadamard matrix", formed(BOTH), "7072/10000"),
        unbounded("less", formed(BOTH), "7071/10000", LESS),
        bounded("one row", formed(H | {"rows": array(["1", "0"])}), "3/4"),
        bounded("its adjoint", formed({"kind": "adjoint", "of": BOTH}), "7072/10000"),
        bounded("a composition, exactly", formed(TWICE), "1/2"),
        unbounded("a composition, less", formed(TWICE), "499/1000", LESS),
        bounded("over C", formed(TWICE, field="C"), "1/2"),
        bounded("weights 2 and 3", formed(TWICE, 2, 3), "3/4"),
        unbounded("weights 2 and 3, less", formed(TWICE, 2, 3), "74/100", LESS),
        unbounded("into l1", formed(BOTH, kind="l1"), "9", UNFIT),
        unbounded("a negative bound", formed(BOTH), "-9", UNFIT),
        unbounded("a dense matrix", LINEAR, "100", UNFIT),
        unbounded("with another factor", formed(MIXED), "100", UNFIT),
        unfit("an affine map", real("l2", "l2")),
        *strangers(),
    ],
    "operator_schur": [
        proved("ones, real", real("l2", "l2"), "5831/1000", weights=ONES),
        open_("ones, less", real("l2", "l2"), "583/100", weights=ONES),
        proved("better weights", real("l2", "l2"), "5466/1000", weights=[["576", "817"]]),
        open_("better weights, less", real("l2", "l2"), "546/100", weights=[["576", "817"]]),
        open_("worse weights", real("l2", "l2"), "648/100", weights=[["1", "9"]]),
        proved("weights 2 and 3", real("l2", "l2", (2, 3)), "8747/1000", weights=ONES),
        open_("weights 2 and 3, less", real("l2", "l2", (2, 3)), "8746/1000", weights=ONES),
        proved("complex", unreal("l2", "l2"), "5197/1000", weights=ONES),
        open_("complex, less", unreal("l2", "l2"), "5196/1000", weights=ONES),
        accept("linear", LINEAR, map="A", bound="7", gives="Lipschitz(A) <= 7", weights=ONES),
        bounded("a form", formed(TWICE), "1/2", weights=ONES),
        unfit("into linf", real("l2", "linf"), weights=ONES),
        unfit("from l1", real("l1", "l2"), weights=ONES),
        unfit("a negative bound", real("l2", "l2"), "-9", weights=ONES),
        unfit("a zero weight", real("l2", "l2"), weights=[["1", "0"]]),
        unfit("a negative weight", real("l2", "l2"), weights=[["1", "-1"]]),
        unfit("too few weights", real("l2", "l2"), weights=[["1"]]),
        unfit("two rows", real("l2", "l2"), weights=[["1", "1"], ["1", "1"]]),
        unfit("no row", real("l2", "l2"), weights=[]),
        garbled(
            "fractions",
            real("l2", "l2"),
            map="Psi",
            bound="9",
            weights=[["1/2", "1"]],
            because="rows of integers",
        ),
        *strangers(weights=ONES),
    ],
}
