"""Tables of the rules that quote the statement: given, range, denied, sign, ..."""

from __future__ import annotations

from .table import GENERAL, World, accept, array, garbled, plane, refuse

DATA = plane({"kind": "constant", "offset": array(["1", "2"])})
CHOSEN = World(
    """\
statement c "a vector is to be chosen"
spaces X, Y
map Phi : Y -> X
linear A : X -> Y
vectors x in X
exists linear W : X -> X
exists b in X
define Psi(y in Y) = W Phi(y) + b
for all e in Y with |e| <= |A b|
conclude
  |Psi(e)| <= |b|
""",
    choices=(("W", "0"), ("b", "2 x")),
)

DENIED = World(
    """\
statement n "conditions, alternatives and bounds"
spaces X, Y
map Psi : Y -> X
vectors x in X
constants delta > 0, L
exists b in X with |b| = 2 |x| and |x - b| <= delta
for all e in X
conclude
  |e| > |x| or |x| > delta or |x| = L
  Lipschitz(Psi) <= L and Lipschitz(Psi) > 1
""",
    choices=(("b", "2 x"),),
)

TABLES = {
    "given": [
        accept("the first hypothesis", GENERAL, hypothesis="1", gives="Lipschitz(Psi) <= L"),
        accept("the last hypothesis", GENERAL, hypothesis="2", gives="|A x| <= delta"),
        accept("a number in other digits", GENERAL, hypothesis="0x2", gives="|A x| <= delta"),
        accept("on data", DATA, hypothesis="1", gives="|x| <= delta"),
        refuse("number nought", GENERAL, hypothesis="0", because="the statement has 2 hypotheses"),
        refuse("one past the last", GENERAL, hypothesis="3", because="has 2 hypotheses"),
        refuse("none in the statement", CHOSEN, hypothesis="1", because="has 0 hypotheses"),
        garbled("by its label", GENERAL, hypothesis="lip", because="is not an exact number"),
        garbled("a negative number", GENERAL, hypothesis="-1", because="not a natural number"),
        garbled("a huge number", GENERAL, hypothesis="4096", because="below 4096"),
    ],
    "range": [
        accept("the first", GENERAL, variable="e", number="1", gives="|e| <= delta"),
        accept("the second", GENERAL, variable="e", number="2", gives="|e - y| < 1"),
        accept("with the chosen vector", CHOSEN, variable="e", number="1", gives="|e| <= 2 |A x|"),
        refuse("number nought", GENERAL, variable="e", number="0", because="no judgment 0"),
        refuse("one past the last", GENERAL, variable="e", number="3", because="no judgment 3"),
        refuse("a variable without", GENERAL, variable="f", number="1", because="variable 'f'"),
        refuse("a datum", GENERAL, variable="y", number="1", because="variable 'y'"),
        refuse("a parameter", GENERAL, variable="v", number="1", because="variable 'v'"),
        refuse("no name at all", GENERAL, variable="", number="1", because="variable ''"),
        garbled("no number", GENERAL, variable="e", number="e", because="not an exact number"),
    ],
    "sign": [
        accept("declared > 0", GENERAL, constant="delta", gives="0 < delta"),
        accept("declared >= 0", GENERAL, constant="L", gives="0 <= L"),
        accept("on data", DATA, constant="delta", gives="delta > 0"),
        refuse("declared without a sign", GENERAL, constant="c", because="'c' is not a constant"),
        refuse("positive on data only", DATA, constant="L", because="with a declared sign"),
        refuse("a vector", GENERAL, constant="x", because="'x' is not a constant"),
        refuse("a map", GENERAL, constant="Psi", because="'Psi' is not a constant"),
        refuse("an unknown name", GENERAL, constant="q", because="'q' is not a constant"),
        refuse("a term", GENERAL, constant="2 delta", because="'2 delta' is not a constant"),
    ],
    "constant_definition": [
        accept("a sum of data", GENERAL, map="Still", gives="Lipschitz(Still) <= 0"),
        accept("a bound variable in the body", GENERAL, map="Shift", gives="Lipschitz(Shift) <= 0"),
        accept("by the choice of W = 0", CHOSEN, map="Psi", gives="Lipschitz(Psi) <= 0"),
        accept("on data", DATA, map="Still", gives="Lipschitz(Still) <= 0"),
        refuse("the parameter in the body", GENERAL, map="Tilt", because="without its parameter"),
        refuse("a map that is declared", GENERAL, map="Psi", because="'Psi' is not defined"),
        refuse("constant on data only", DATA, map="Psi", because="'Psi' is not defined"),
        refuse("a linear map", GENERAL, map="A", because="'A' is not defined"),
        refuse("an unknown name", GENERAL, map="Phi", because="'Phi' is not defined"),
    ],
    "denied": [
        accept("the only one", DENIED, conclusion="3", alternative="2", gives="|x| <= delta"),
        accept("of a strict one", DENIED, conclusion="3", alternative="1", gives="|e| <= |x|"),
        accept("of a bound", DENIED, conclusion="4", alternative="1", gives="Lipschitz(Psi) > L"),
        accept("a bound", DENIED, conclusion="5", alternative="1", gives="Lipschitz(Psi) <= 1"),
        accept("a condition", DENIED, conclusion="2", alternative="1", gives="delta < |x - 2 x|"),
        accept("on data", DATA, conclusion="1", alternative="1", gives="L < |Psi(A x + e)|"),
        refuse(
            "an equation", DENIED, conclusion="1", alternative="1", because="no single judgment"
        ),
        refuse("nought", DENIED, conclusion="0", alternative="1", because="has 5 conclusions"),
        refuse("one past", DENIED, conclusion="6", alternative="1", because="has 5 conclusions"),
        refuse("no such", DENIED, conclusion="2", alternative="2", because="has no alternative 2"),
        refuse("the zeroth", DENIED, conclusion="2", alternative="0", because="no alternative 0"),
        garbled(
            "a label", DENIED, conclusion="all", alternative="1", because="not an exact number"
        ),
        garbled("many", DENIED, conclusion="4096", alternative="1", because="below 4096"),
    ],
}
