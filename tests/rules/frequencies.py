"""Table of the rule fourier_zero: transforms that are exactly 0 at the chosen rows.

On 8 points the frequencies 1, 3, 5, 7 are one orbit over Q, and 1, 5 and 3, 7 are two over Q(i).
x = (1, 0, 0, 0, 1, 0, 0, 0) is 0 at all of them, z = (1, i, -1, -i, ...) at all but 2.
"""

from __future__ import annotations

from .data import CONSTANT, MAXIMUM
from .lower import STILL
from .table import GENERAL, Case, World, accept, array, garbled, normed, plane, refuse

Z = (["1", "0", "-1", "0"] * 2, ["0", "1", "0", "-1"] * 2)
NINTH = ["1", "0", "0", "-1", "0", "0", "0", "0", "0"]


def transform(
    rows: list[str], centred: str = "no", kind: str = "fourier", x: list[str] | None = None
) -> World:
    """Chosen rows of the transform of 8 numbers, or of as many as x has."""
    x = x or ["1", "0", "0", "0", "1", "0", "0", "0"]
    n, m = len(x), len(rows)
    form: dict[str, object] = {"shape": [str(n)], "scale": "ortho", "rows": array(rows)}
    form |= {"kind": "fourier", "centred": centred}
    if kind == "hadamard":
        form = {"kind": kind, "order": "natural", "shape": ["8"], "scale": "1", "rows": array(rows)}
    ends = normed(m, "l2"), normed(n, "l2")
    if kind == "adjoint":
        form, ends = {"kind": kind, "of": form}, ends[::-1]
        x = x[:m]
    z = array(*Z) if n == 8 and kind != "adjoint" else array(x)
    vectors = {
        "x": {"space": "X", "array": array(x)},
        "z": {"space": "X", "array": z},
        "y": {"space": "Y", "array": array(["1"] * (n if kind == "adjoint" else m))},
    }
    still = STILL | {"offset": array(["0"] * len(x))}
    return plane(still, *ends, field="C", linear={"A": form}, vectors=vectors)


def yes(title: str, world: World, vector: str) -> Case:
    """An entry that gives |A(vector)| <= 0."""
    return accept(title, world, map="A", vector=vector, gives=f"|A({vector})| <= 0")


def no(title: str, world: World, vector: str, because: str) -> Case:
    """An entry that is refused."""
    return refuse(title, world, map="A", vector=vector, because=because)


ODD = transform(["1", "7"])
NOT_ZERO, NO_FORM = "is not 0 at all rows of A", "does not give 'A' as a Fourier transform"

TABLES = {
    "fourier_zero": [
        yes("a rational vector", ODD, "x"),
        yes("a multiple", ODD, "(-1/3) x"),
        yes("one over Q(i)", ODD, "z"),
        yes("a sum", ODD, "x + 2 z"),
        yes("nothing", transform(["0"]), "0 x"),
        yes("from the centre", transform(["5", "3"], "yes"), "x"),
        yes("of order 9", transform(["3", "6"], x=NINTH), "x"),
        no("of order 9, another row", transform(["3", "1"], x=NINTH), "x", NOT_ZERO),
        no("from the centre, another row", transform(["5", "4"], "yes"), "x", NOT_ZERO),
        no("one row of three is seen", transform(["1", "2", "3"]), "x", NOT_ZERO),
        no("z has frequency 2", transform(["1", "2"]), "z", NOT_ZERO),
        yes("and not 6", transform(["1", "6"]), "z"),
        no("the mean", transform(["0"]), "x", NOT_ZERO),
        no("another space", ODD, "y", "y is not in X, the domain of A"),
        no("a bound variable", ODD, "A x - A x", "is not in X"),
        no("the adjoint", transform(["1", "7"], kind="adjoint"), "x", NO_FORM),
        no("a Hadamard form", transform(["1", "7"], kind="hadamard"), "x", NO_FORM),
        no("a dense matrix", MAXIMUM, "0 x", NO_FORM),
        refuse("a constant map", CONSTANT, map="Psi", vector="y", because="as a Fourier"),
        refuse("no data", GENERAL, map="A", vector="x", because="there is no data"),
        garbled("an unknown vector", ODD, map="A", vector="w", because="'w'"),
    ],
}
