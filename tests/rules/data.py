"""Tables of the rules that compute on the data: compute, constant_map, mcshane.

The vectors are x = (3, 4), z = (1, -1) in X and y = (0, 2) in Y; delta = 5 and L = 2/3.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from certificates.format import write_json
from certificates.problem import FORMAT

from .table import (
    GENERAL,
    World,
    accept,
    affine,
    array,
    garbled,
    normed,
    plane,
    refuse,
)  # fmt: skip

CONSTANT = plane({"kind": "constant", "offset": array(["1", "2"])})
NAMED = plane({"kind": "named", "description": "a network that nobody has seen"})
TABLE = plane(
    {
        "kind": "table",
        "inputs": array([["3", "4"], ["0", "2"]]),
        "outputs": array([["1", "1"], ["0", "1/2"]]),
    }
)
TURN = plane(  # Psi(y) = i y + (1, 1) over C, with the l1 norm on X
    affine(array([["0", "0"], ["0", "0"]], [["1", "0"], ["0", "1"]])),
    target=normed(2, "l1"),
    field="C",
)
MAXIMUM = plane(
    affine(array([["1", "1"], ["0", "1/3"]])),
    domain=normed(2, "l1"),
    target=normed(2, "linf", Fraction(1, 2)),
)


def extension(slope: str, weight: int = 1) -> dict[str, object]:
    """A McShane map from l2 into a multiple of linf, through (3, 4) and (0, 2)."""
    psi = {
        "kind": "mcshane",
        "inputs": array([["3", "4"], ["0", "2"]]),
        "outputs": array([["1", "1"], ["-1", "0"]]),
        "slope": slope,
    }
    return {"psi": psi, "target": normed(2, "linf", weight)}


# |(3, 4) - (0, 2)| = sqrt 13, and 2 / sqrt 13 = 0.5547...
STEEP = plane(**extension("1/2"))  # type: ignore[arg-type]
SLANT = plane(**extension("5/9", weight=3))  # type: ignore[arg-type]
FLAT = plane(**extension("0"))  # type: ignore[arg-type]

# S = {1, -3}, T = {0, 1, 2, 3, 4} on the line; Psi(t) = -t; u = -1
MANY_NAMES = [f"t{k}" for k in range(9)]
MANY = " + ".join(f"|{name}|" for name in MANY_NAMES) + " >= 0"
SETS = """\
statement s "variables of finite sets"
spaces X
map Psi : X -> X
sets S, T in X
units u
constants L
for all s in S
for all p in S with |p - s| <= 1
for all r in T with |r| <= 2 and |r| > 0
for all none in T with |none| > 4
for all e in X
for all far in T with |far - e| <= 1
"""
SETS += "".join(f"for all {name} in T\n" for name in MANY_NAMES) + "conclude\n  0 <= L\n"


def line(psi: dict[str, object]) -> World:
    """The world with these sets, on the line."""
    table = {
        "format": FORMAT,
        "field": "R",
        "spaces": {"X": normed(1, "l2")},
        "maps": {"Psi": psi},
        "sets": {
            "S": {"space": "X", "array": array([["1"], ["-3"]])},
            "T": {"space": "X", "array": array(["0", "1", "2", "3", "4"])},
        },
        "units": {"u": {"real": "-1"}},
        "constants": {"L": "6"},
    }
    return World(SETS, write_json(table), arbitrary=(("own", "X"),))


FAMILY = line({"kind": "affine", "matrix": array([["-1"]]), "offset": array(["0"])})
HIDDEN = line({"kind": "named", "description": "a network"})

TABLES = {
    "compute": [
        accept("an equation", CONSTANT, claim="|x| = 5", gives="|x| = 5"),
        accept("not strict", CONSTANT, claim="|x| <= delta", gives="|x| <= delta"),
        accept(
            "a root, from above",
            CONSTANT,
            claim="|z| < 1414213563/1000000000",
            gives="|z| < 1414213563/1000000000",
        ),
        accept("two roots", CONSTANT, claim="2 |z| = |2 z|", gives="2 |z| = 2 |z|"),
        accept("a product of roots", CONSTANT, claim="|z| |z| = 2", gives="|z| |z| = 2"),
        accept("roots of one class", TURN, claim="|A z - A x| >= 0", gives="0 <= |A x - A z|"),
        accept("the constant L", CONSTANT, claim="3 L |y| = 4", gives="3 L |y| = 4"),
        accept(
            "a constant map",
            CONSTANT,
            claim="|Psi(y) - Psi(A x)| = 0",
            gives="|Psi(y) - Psi(A x)| = 0",
        ),
        accept("a defined map", CONSTANT, claim="|Still(y)| = 5", gives="|x| = 5"),
        accept("an affine map over C", TURN, claim="|Psi(y)| > 3", gives="|Psi(y)| > 3"),
        accept("weight and maximum", MAXIMUM, claim="|Psi(y)| = 3/2", gives="|Psi(y)| = 3/2"),
        accept("the sum norm", MAXIMUM, claim="|A x| = 7", gives="|A x| = 7"),
        accept("a table", TABLE, claim="|Psi(A x)| < 3/2", gives="|Psi(A x)| < 3/2"),
        accept("McShane at a pair it keeps", SLANT, claim="|Psi(y)| = 3", gives="|Psi(y)| = 3"),
        accept("no data needed", NAMED, claim="0 < 1", gives="0 < 1"),
        refuse("false", CONSTANT, claim="|x| < 5", because="|x| < 5 is false on the data"),
        refuse(
            "a root, from below", CONSTANT, claim="|z| <= 1414213562/1000000000", because="is false"
        ),
        refuse("false by a root", CONSTANT, claim="|z| |z| < 2", because="is false on the data"),
        refuse("a variable", CONSTANT, claim="|e| >= 0", because="e stands for every vector"),
        refuse(
            "a variable in an argument",
            TABLE,
            claim="|Psi(A x + e)| >= 0",
            because="e stands for every",
        ),
        refuse(
            "a value that is not listed",
            TABLE,
            claim="|Psi(A z)| >= 0",
            because="the table has no row",
        ),
        refuse(
            "a map that is only named",
            NAMED,
            claim="|Psi(y)| >= 0",
            because="nothing is known of this map",
        ),
        refuse(
            "McShane at a pair it undercuts",
            STEEP,
            claim="|Psi(A x)| <= 9",
            because="lies below the table's value",
        ),
        refuse("no data", GENERAL, claim="|x| >= 0", because="there is no data"),
        refuse("no data, for a constant", GENERAL, claim="delta >= 0", because="there is no data"),
        refuse(
            "a Lipschitz bound", CONSTANT, claim="Lipschitz(Psi) <= 0", because="only a comparison"
        ),
        garbled("no relation", CONSTANT, claim="|x|", because="expected '<=' or '<'"),
        garbled("a vector", CONSTANT, claim="x = x", because="put bars around the vector"),
    ],
    "constant_map": [
        accept("a constant map", CONSTANT, map="Psi", gives="Lipschitz(Psi) <= 0"),
        refuse("an affine map", TURN, map="Psi", because="does not give 'Psi' as a constant map"),
        refuse("a table", TABLE, map="Psi", because="does not give 'Psi' as a constant map"),
        refuse("a map that is only named", NAMED, map="Psi", because="as a constant map"),
        refuse("a flat McShane map", FLAT, map="Psi", because="as a constant map"),
        refuse("a linear map", CONSTANT, map="A", because="does not give 'A' as a constant map"),
        refuse("a defined map", CONSTANT, map="Still", because="does not give 'Still'"),
        refuse("an unknown name", CONSTANT, map="Phi", because="does not give 'Phi'"),
        refuse("no data", GENERAL, map="Psi", because="there is no data"),
    ],
    "mcshane": [
        accept("into plain linf", STEEP, map="Psi", gives="Lipschitz(Psi) <= 1/2"),
        accept("into three times linf", SLANT, map="Psi", gives="Lipschitz(Psi) <= 5/3"),
        accept("with slope nought", FLAT, map="Psi", gives="Lipschitz(Psi) <= 0"),
        refuse("a table", TABLE, map="Psi", because="as McShane's extension of a table"),
        refuse("a constant map", CONSTANT, map="Psi", because="as McShane's extension"),
        refuse("an unknown name", STEEP, map="Phi", because="does not give 'Phi'"),
        refuse("a linear map", STEEP, map="A", because="does not give 'A' as McShane's"),
        refuse("no data", GENERAL, map="Psi", because="there is no data"),
    ],
    "members": [
        accept("all of them", FAMILY, claim="|s| <= 3", gives="|s| <= 3"),
        accept("those in its range", FAMILY, claim="|r| <= 2", gives="|r| <= 2"),
        accept("values of a map", FAMILY, claim="|Psi(s) - s| <= L", gives="|s - Psi(s)| <= L"),
        accept("a pair", FAMILY, claim="|s| + |p| <= 6", gives="|p| + |s| <= 6"),
        accept("a range with another", FAMILY, claim="|p - s| <= 1", gives="|p - s| <= 1"),
        accept("a turned one", FAMILY, claim="|u s - s| <= 6", gives="|s - u s| <= 6"),
        accept("one cancels the other", FAMILY, claim="|u s| = |s|", gives="0 = 0"),
        accept("an empty range", FAMILY, claim="|none| < 0", gives="|none| < 0"),
        accept("no variable", FAMILY, claim="|S_2| = 3", gives="|S_2| = 3"),
        refuse("false for one", FAMILY, claim="|s| < 3", because="|s| < 3 is false for s = S_2"),
        refuse(
            "false for a pair", FAMILY, claim="|p| < |s|", because="is false for s = S_1, p = S"
        ),
        refuse("a whole space", FAMILY, claim="|e| >= 0", because="e runs through a whole space"),
        refuse("its range", FAMILY, claim="|far| >= 0", because="e runs through a whole space"),
        refuse("its own vector", FAMILY, claim="|own| >= 0", because="a variable that has no set"),
        refuse("a value", HIDDEN, claim="|Psi(s)| >= 0", because="nothing is known of this map"),
        refuse("a bound", FAMILY, claim="Lipschitz(Psi) <= 1", because="only a comparison"),
        refuse("no data", replace(FAMILY, problem=None), claim="|s| >= 0", because="no data"),
        refuse("too many", FAMILY, claim=MANY, because="1953125 combinations of members"),
        garbled("no relation", FAMILY, claim="|s|", because="expected '<=' or '<'"),
        garbled("the set", FAMILY, claim="|S| <= 1", because="expected one of the names"),
    ],
}
