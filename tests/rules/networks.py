"""Tables of the two rules for networks given by layers: layer_norms and cells.

The ramps are f(y) = (r(y_1) - r(c - y_1), 0): of its two neurons both are active for 0 < y_1 < c
only, and then f has slope 2, else at most 1.  For c = 0 they are active together on a line, for
c = -1 nowhere.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from ..networks import Builder
from .data import CONSTANT, MAXIMUM, NAMED, TABLE
from .table import GENERAL, Case, World, accept, array, garbled, normed, plane, refuse

Layer = tuple[list[list[str]], list[str]]
OUT: Layer = [["1", "-1"], ["0", "0"]], ["0", "0"]


def network(
    *layers: Layer,
    domain: str = "linf",
    target: str = "linf",
    weights: tuple[int, int] = (1, 1),
    slope: str = "0",
) -> World:
    """Psi given by layers between these norms."""
    psi = {
        "kind": "layers",
        "slope": slope,
        "layers": [{"matrix": array(rows), "offset": array(offset)} for rows, offset in layers],
    }
    return plane(psi, normed(2, domain, weights[0]), normed(2, target, weights[1]))


def ramps(c: str, **more: object) -> World:
    """The map above."""
    first: Layer = [["1", "0"], ["-1", "0"]], ["0", c]
    return network(first, OUT, **more)  # type: ignore[arg-type]


def stored(data: bytes) -> World:
    """Psi given by an ONNX file, from linf to linf."""
    form = {"kind": "network", "file": "f.onnx", "layout": "real"}
    form["sha256"] = sha256(data).hexdigest()
    world = plane(form, normed(2, "linf"), normed(2, "linf"))
    return replace(world, files=(("f.onnx", data),))


def ramps_file(bend: str = "Relu") -> bytes:
    """The map above for c = -1, as a graph."""
    b = Builder()
    b.add("Gemm", "x", b.array([[1, 0], [-1, 0]]), b.array([0, -1]), transB=1)
    b.add(bend, b.now)
    b.add("MatMul", b.now, b.array([[1, 0], [-1, 0]]))
    return b.model((1, 2))


def around() -> bytes:
    """z = r(x) + x, which goes around its activation."""
    b = Builder()
    b.add("Add", b.add("Relu", "x"), "x")
    return b.model((1, 2))


def split(layer: int, neuron: int, active: object, inactive: object) -> list[object]:
    """A node."""
    return ["split", str(layer), str(neuron), active, inactive]


def empty(*multipliers: str) -> list[object]:
    """A leaf without interior."""
    return ["empty", *multipliers]


BOUND: list[object] = ["bound"]
BOTH = split(1, 1, split(1, 2, empty("1", "1"), BOUND), BOUND)


def proved(title: str, world: World, bound: str, tree: object) -> Case:
    """An entry that gives Lipschitz(Psi) <= bound."""
    gives = f"Lipschitz(Psi) <= {bound}"
    return accept(title, world, map="Psi", bound=bound, tree=tree, gives=gives)


def wrong(title: str, world: World, bound: str, tree: object, because: str) -> Case:
    """A tree that can be read and proves nothing."""
    return refuse(title, world, map="Psi", bound=bound, tree=tree, because=because)


def bad(title: str, tree: object, because: str) -> Case:
    """A tree that cannot be read."""
    return garbled(title, ramps("-1"), map="Psi", bound="1", tree=tree, because=because)


def nested(depth: int) -> list[object]:
    """A tree with a branch of this depth."""
    tree = BOUND
    for _ in range(depth):
        tree = split(1, 1, tree, BOUND)
    return tree


def normal(title: str, world: World, *layers: list[object], gives: str) -> Case:
    """Layers that are bounded one by one."""
    return accept(title, world, map="Psi", layers=list(layers), gives=f"Lipschitz(Psi) <= {gives}")


def abnormal(title: str, world: World, *layers: list[object], because: str) -> Case:
    """Layers whose bounds do not follow."""
    return refuse(title, world, map="Psi", layers=list(layers), because=because)


def strangers(**arguments: object) -> list[Case]:
    """Maps that are no networks, the same for both rules."""
    because = "by layers"
    return [
        refuse("a constant map", CONSTANT, map="Psi", because=because, **arguments),
        refuse("a table", TABLE, map="Psi", because=because, **arguments),
        refuse("a map that is only named", NAMED, map="Psi", because=because, **arguments),
        refuse("an affine map", MAXIMUM, map="Psi", because=because, **arguments),
        refuse("a linear map", MAXIMUM, map="A", because=because, **arguments),
        refuse("a defined map", MAXIMUM, map="Still", because=because, **arguments),
        refuse("an unknown name", MAXIMUM, map="Phi", because=because, **arguments),
        refuse("no data", GENERAL, map="Psi", because="there is no data", **arguments),
    ]


LINE: Layer = [["1", "-2"], ["3", "4"]], ["1", "1"]
ONE: list[object] = ["linf", "rows", "1"]
TWO: list[object] = ["linf", "rows", "2"]
SLOW = ramps("-1")
FILE, FOLDED, AROUND = stored(ramps_file()), stored(ramps_file("Abs")), stored(around())
# r(y_1) and r(2 - y_1) into r(their sum - 5), which is y_1 - 5 beyond 5 and -3 - y_1 before -3
DEEP = network(
    ([["1", "0"], ["-1", "0"]], ["0", "2"]), ([["1", "1"]], ["-5"]), ([["1"], ["0"]], ["0", "0"])
)
DEEP_TREE = split(
    1,
    1,
    split(1, 2, split(2, 1, empty("0", "0", "1"), BOUND), BOUND),
    BOUND,
)
# neurons that get 0, 1 and -1 everywhere, whatever y is
STILL = network(
    ([["0", "0"], ["0", "0"], ["0", "0"], ["1", "0"]], ["0", "1", "-1", "0"]),
    ([["1", "1", "1", "1"], ["0", "0", "0", "0"]], ["0", "0"]),
)
BENT = [["82"], ["-49", "19"]]

TABLES = {
    "layer_norms": [
        normal("two layers, rows", SLOW, ONE, TWO, gives="2"),
        normal("more than it needs", SLOW, ["linf", "rows", "3/2"], TWO, gives="3"),
        normal("through l1", SLOW, ["l1", "signs", "2"], ["linf", "rows", "1"], gives="2"),
        normal("through l2", SLOW, ["l2", "signs", "3/2"], ["linf", "columns", "3/2"], gives="9/4"),
        normal(
            "weights 2 and 3",
            ramps("-1", weights=(2, 3)),
            ["linf", "rows", "1/2"],
            ["linf", "rows", "6"],
            gives="3",
        ),
        normal("one layer", network(LINE), ["linf", "rows", "7"], gives="7"),
        normal("leaky", ramps("-1", slope="1/3"), ONE, TWO, gives="2"),
        normal("three layers", DEEP, ONE, TWO, ONE, gives="2"),
        normal("a network file", FILE, ONE, TWO, gives="2"),
        abnormal("a file, too small", FILE, ONE, ONE, because="the bound 1 of layer 2 is not"),
        abnormal(
            "a file with Abs", FOLDED, ONE, TWO, because="is neither affine nor an activation"
        ),
        abnormal("around an activation", AROUND, ONE, because="goes around an activation"),
        normal(
            "by a factor",
            network(LINE, domain="l2", target="l2"),
            ["l2", "gram", "26/5", BENT, "2"],
            gives="26/5",
        ),
        abnormal(
            "the first is too small",
            SLOW,
            ["linf", "rows", "99/100"],
            TWO,
            because="the bound 99/100 of layer 1 is not proved",
        ),
        abnormal(
            "the second is too small",
            SLOW,
            ONE,
            ["linf", "rows", "19/10"],
            because="the bound 19/10 of layer 2 is not proved",
        ),
        abnormal(
            "negative twice",
            SLOW,
            ["linf", "rows", "-1"],
            ["linf", "rows", "-2"],
            because="the bound -1 of layer 1 is not proved",
        ),
        abnormal(
            "the weight of the target",
            ramps("-1", weights=(1, 3)),
            ONE,
            TWO,
            because="the bound 2 of layer 2",
        ),
        abnormal("a layer is missing", SLOW, TWO, because="2 layers need a bound each"),
        abnormal("a layer too many", SLOW, ONE, ONE, TWO, because="2 layers need a bound each"),
        abnormal("none", SLOW, because="2 layers need a bound each, the last into linf"),
        abnormal(
            "another target",
            SLOW,
            ONE,
            ["l1", "rows", "9"],
            because="need a bound each, the last into linf",
        ),
        abnormal(
            "a factor for other norms",
            SLOW,
            ["linf", "gram", "9", BENT, "2"],
            TWO,
            because="the bound 9 of layer 1 is not proved",
        ),
        garbled(
            "no hint", SLOW, map="Psi", layers=[["l2", "gram", "9"], TWO], because="has 5 parts"
        ),
        garbled(
            "a hint for rows",
            SLOW,
            map="Psi",
            layers=[["linf", "rows", "1", [], "0"], TWO],
            because="has 3 parts",
        ),
        garbled(
            "an unknown norm", SLOW, map="Psi", layers=[["l3", "rows", "1"]], because="unknown 'l3'"
        ),
        garbled(
            "an unknown method",
            SLOW,
            map="Psi",
            layers=[["l1", "trust", "1"]],
            because="unknown 'trust'",
        ),
        garbled(
            "a decimal", SLOW, map="Psi", layers=[["linf", "rows", "0.5"], TWO], because="'0.5'"
        ),
        garbled(
            "a huge shift",
            SLOW,
            map="Psi",
            layers=[["l2", "gram", "1", [["1"]], "4096"]],
            because="below 4096",
        ),
        garbled(
            "half an entry of a factor",
            SLOW,
            map="Psi",
            layers=[["l2", "gram", "1", [["1/2"]], "1"]],
            because="rows of integers",
        ),
        *strangers(layers=[ONE]),
    ],
    "cells": [
        proved("active together nowhere", SLOW, "1", BOTH),
        proved("active together on a line", ramps("0"), "1", BOTH),
        proved("a network file", FILE, "1", BOTH),
        wrong("a file, too small", FILE, "99/100", BOTH, "the bound is not proved on the cell"),
        wrong("a file with Abs", FOLDED, "9", BOTH, "is neither affine nor an activation"),
        wrong("around an activation", AROUND, "9", BOUND, "goes around an activation"),
        proved("active together on a strip", ramps("1"), "2", BOUND),
        proved("from l1 to l1", ramps("-1", domain="l1", target="l1"), "1", BOTH),
        proved("from l1 to linf", ramps("-1", domain="l1"), "1", BOTH),
        proved("from linf to l1", ramps("-1", target="l1"), "1", BOTH),
        proved("weights 2 and 3", ramps("-1", weights=(2, 3)), "3/2", BOTH),
        proved(
            "other multipliers",
            SLOW,
            "1",
            split(1, 1, split(1, 2, empty("1/7", "1/7"), BOUND), BOUND),
        ),
        proved(
            "the other neuron first",
            SLOW,
            "1",
            split(1, 2, split(1, 1, empty("2", "2"), BOUND), BOUND),
        ),
        proved("a tree that is not needed", ramps("0"), "2", BOTH),
        proved("one layer has no neurons to split", network(LINE), "7", BOUND),
        proved("leaky, slope 1/2", ramps("-1", slope="1/2"), "3/2", BOTH),
        proved("a neuron of the second layer", DEEP, "1", DEEP_TREE),
        proved("a neuron that gets 1", STILL, "1", split(1, 2, BOUND, empty("1"))),
        proved("a neuron that gets -1", STILL, "1", split(1, 3, empty("1"), BOUND)),
        proved("a neuron that gets 0", STILL, "1", split(1, 1, BOUND, BOUND)),
        wrong(
            "they overlap",
            ramps("1"),
            "1",
            BOTH,
            "do not show that the cell 1.1 >= 0, 1.2 >= 0 has no",
        ),
        wrong("they overlap a little", ramps("1/1000000"), "1", BOTH, "has no interior"),
        wrong(
            "a factor is wrong",
            SLOW,
            "1",
            split(1, 1, split(1, 2, empty("1", "2"), BOUND), BOUND),
            "has no interior",
        ),
        wrong(
            "a factor is negative",
            SLOW,
            "1",
            split(1, 1, split(1, 2, empty("1", "-1"), BOUND), BOUND),
            "or one is negative",
        ),
        wrong(
            "all factors are negative",
            SLOW,
            "1",
            split(1, 1, split(1, 2, empty("-1", "-1"), BOUND), BOUND),
            "or one is negative",
        ),
        wrong(
            "all factors are 0",
            SLOW,
            "1",
            split(1, 1, split(1, 2, empty("0", "0"), BOUND), BOUND),
            "no multiplier is positive",
        ),
        wrong(
            "the wrong branch is empty",
            SLOW,
            "1",
            split(1, 1, split(1, 2, BOUND, empty("1", "1")), BOUND),
            "not proved on the cell 1.1 >= 0, 1.2 >= 0",
        ),
        wrong(
            "a half space is not empty",
            SLOW,
            "1",
            split(1, 1, empty("1"), BOUND),
            "the cell 1.1 >= 0 has no interior",
        ),
        wrong(
            "the whole space is not empty",
            SLOW,
            "1",
            empty(),
            "no multiplier is positive, or one is negative, for the whole",
        ),
        wrong(
            "too small by a millionth",
            SLOW,
            "999999/1000000",
            BOTH,
            "not proved on the cell 1.1 >= 0, 1.2 <= 0",
        ),
        wrong("no split", SLOW, "1", BOUND, "not proved on the whole space"),
        wrong("a negative bound", SLOW, "-1", BOTH, "the bound is not proved"),
        wrong(
            "leaky, the slope counts",
            ramps("-1", slope="1/2"),
            "1",
            BOTH,
            "the bound is not proved",
        ),
        wrong(
            "the weights count", ramps("-1", weights=(1, 3)), "1", BOTH, "the bound is not proved"
        ),
        wrong(
            "a neuron that gets 0 empties no branch",
            STILL,
            "0",
            split(1, 1, empty("1"), empty("1")),
            "no multiplier is positive",
        ),
        wrong(
            "nor does it help another",
            STILL,
            "0",
            split(1, 4, split(1, 1, empty("0", "1"), BOUND), BOUND),
            "no multiplier is positive",
        ),
        wrong(
            "a neuron that gets 1 is active",
            STILL,
            "1",
            split(1, 2, empty("1"), BOUND),
            "has no interior",
        ),
        wrong(
            "decided twice",
            SLOW,
            "1",
            split(1, 1, split(1, 1, BOUND, BOUND), BOUND),
            "decided twice on the cell 1.1 >= 0",
        ),
        wrong(
            "no such neuron",
            SLOW,
            "1",
            split(1, 3, BOUND, BOUND),
            "no hidden layer 1 has a neuron 3",
        ),
        wrong("neuron 0", SLOW, "1", split(1, 0, BOUND, BOUND), "no hidden layer 1 has a neuron 0"),
        wrong(
            "the last layer has no neurons",
            SLOW,
            "1",
            split(2, 1, BOUND, BOUND),
            "no hidden layer 2",
        ),
        wrong("layer 0", SLOW, "1", split(0, 1, BOUND, BOUND), "no hidden layer 0"),
        wrong(
            "the second layer first",
            DEEP,
            "1",
            split(2, 1, BOUND, BOUND),
            "a neuron of layer 2 needs all of layer 1",
        ),
        wrong(
            "the second layer too early",
            DEEP,
            "1",
            split(1, 1, split(2, 1, BOUND, BOUND), BOUND),
            "needs all of layer 1",
        ),
        wrong(
            "a sum of the second layer's inputs",
            DEEP,
            "1",
            split(1, 1, split(1, 2, split(2, 1, BOUND, empty("0", "0", "1")), BOUND), BOUND),
            "has no interior",
        ),
        wrong(
            "from l2",
            ramps("-1", domain="l2"),
            "9",
            BOUND,
            "cells are for the norms l1 and linf, not l2 to linf",
        ),
        wrong("to l2", ramps("-1", target="l2"), "9", BOUND, "not linf to l2"),
        bad("a child is missing", ["split", "1", "1", BOUND], "split at depth 0 takes 4 parts"),
        bad("three children", [*split(1, 1, BOUND, BOUND), BOUND], "takes 4 parts"),
        bad(
            "too few multipliers",
            split(1, 1, split(1, 2, empty("1"), BOUND), BOUND),
            "empty at depth 2 takes 2 parts",
        ),
        bad(
            "too many multipliers",
            split(1, 1, empty("1", "1"), BOUND),
            "empty at depth 1 takes 1 parts",
        ),
        bad("a bound with an argument", ["bound", "1"], "bound at depth 0 takes 0 parts"),
        bad("an unknown leaf", ["trust"], "unknown 'trust'"),
        bad("an empty list", [], "unknown ''"),
        bad("a leaf that is text", split(1, 1, "bound", BOUND), "a list is expected"),
        bad(
            "a multiplier that is no number",
            split(1, 1, empty("x"), BOUND),
            "'x' is not an exact number",
        ),
        bad("half a neuron", ["split", "1", "1/2", BOUND, BOUND], "not a natural number"),
        bad("too deep", nested(65), "at most 65536 nodes and depth 64"),
        wrong("deep", SLOW, "2", nested(64), "decided twice"),
        garbled("a symbol", SLOW, map="Psi", bound="L", tree=BOUND, because="bound: 'L' is not"),
        *strangers(bound="9", tree=BOUND),
    ],
}
