"""Cases on networks: values, bounds layer by layer, trees of cells.

`make.py` runs them.  Psi(y) = (r(y) - r(c - y), 0) on the line, from linf to l1: both neurons are
active for 0 < y < c only, with slope 2 there and at most 1 elsewhere.
"""

from __future__ import annotations

from parts import Case, Json, Step, affine, changed, entries, one, small, with_problem, write

from certificates.format import write_json

YES = "s VERIFIED certified"
BOUND = ["bound"]


def split(layer: int, neuron: int, active: Json, inactive: Json) -> Json:
    return ["split", str(layer), str(neuron), active, inactive]


def empty(*multipliers: str) -> Json:
    return ["empty", *multipliers]


def layer(rows: Json, offset: Json) -> Json:
    return {"matrix": entries(*rows), "offset": entries(*offset)}


def network(*layers: Json, **more: str) -> Json:
    return {"kind": "layers", "layers": list(layers), **more}


OUT = layer([[1, -1], [0, 0]], [0, 0])


def ramps(c: Json, **more: str) -> Json:
    return network(layer([[1], [-1]], [0, c]), OUT, **more)


# the neuron of the second layer gets r(y) + r(2 - y) - 5: positive for |y - 1| > 4
DEEP = network(layer([[1], [-1]], [0, 2]), layer([[1, 1]], [-5]), layer([[1], [0]], [0, 0]))
# the first neuron gets 0 for every y, the second y
STILL = network(layer([[0], [1]], [0, 0]), layer([[1, 1], [0, 0]], [0, 0]))


def cells(bound: str, tree: Json) -> Step:
    arguments = {"map": "Psi", "bound": bound, "tree": tree}
    return ("cells", [], arguments, f"Lipschitz(Psi) <= {bound}")


def norms(product: str, *layers: Json) -> Step:
    return (
        "layer_norms",
        [],
        {"map": "Psi", "layers": list(layers)},
        f"Lipschitz(Psi) <= {product}",
    )


def computed(claim: str) -> Step:
    return ("compute", [], {"claim": claim}, claim)


def on(psi: Json, conclusion: str, *steps: Step, **more: Json) -> Case:
    """A case about this map."""
    return Case(one(conclusion), steps, small(maps={"Psi": psi}, **more))


BOTH = split(1, 1, split(1, 2, empty("1", "1"), BOUND), BOUND)
LEVELS = split(1, 1, split(1, 2, split(2, 1, empty("0", "0", "1"), BOUND), BOUND), BOUND)
APART = on(ramps(-1), "Lipschitz(Psi) <= 1", cells("1", BOTH))


def accepted() -> None:
    """What follows."""

    def yes(name: str, case: Case, expect: str = YES) -> None:
        write("accepted", name, case, expect)

    yes("cells-active-together-nowhere", APART)
    yes(
        "cells-active-together-at-a-point",
        on(ramps(0), "Lipschitz(Psi) <= 1", cells("1", BOTH)),
    )
    # the least constant: a bound, and two points that have it for their slope
    sharp = "|Psi(2 y) - Psi(y)| >= |2 y - y|"
    yes(
        "cells-and-two-points",
        on(ramps(-1), f"Lipschitz(Psi) <= 1 and {sharp}", cells("1", BOTH), computed(sharp)),
    )
    yes("cells-of-two-layers", on(DEEP, "Lipschitz(Psi) <= 1", cells("1", LEVELS)))
    yes(
        "cells-leaky",
        on(ramps(-1, slope="1/2"), "Lipschitz(Psi) <= 3/2", cells("3/2", BOTH)),
    )
    yes(
        "cells-a-neuron-that-gets-0",
        on(STILL, "Lipschitz(Psi) <= 1", cells("1", split(1, 1, BOUND, BOUND))),
    )
    yes(
        "layer-norms",
        on(
            ramps(-1),
            "Lipschitz(Psi) <= 2",
            norms("2", ["linf", "rows", "1"], ["l1", "signs", "2"]),
        ),
    )
    yes(
        "network-values",
        on(
            ramps(-1, slope="1/2"),
            "|Psi(y)| = 7/2 and |Psi(0 y)| = 1/2 and |Psi(-2 y)| = 5",
            computed("|Psi(y)| = 7/2"),
            computed("|Psi(0 y)| = 1/2"),
            computed("|Psi(-2 y)| = 5"),
        ),
    )
    steep = computed("(1/2) |2 y - y| < |Psi(2 y) - Psi(y)|")
    secant = {"map": "Psi", "left": "2 y", "right": "y", "bound": "1/2"}
    refuted = on(
        ramps(-1),
        "Lipschitz(Psi) <= 1/2",
        steep,
        ("secant", [0], secant, "Lipschitz(Psi) > 1/2"),
    )
    refuted.verdict = "refuted"
    yes("network-steeper-than-claimed", refuted, "s VERIFIED refuted")


def rejected() -> None:
    """What does not follow."""

    def no(name: str, psi: Json, bound: str, tree: Json, expect: str) -> None:
        case = on(psi, f"Lipschitz(Psi) <= {bound}", cells(bound, tree))
        write("rejected", name, case, expect)

    both = "1.1 >= 0, 1.2 >= 0"
    no("cells-that-overlap", ramps(1), "1", BOTH, f"show that the cell {both} has no interior")
    no("cells-that-overlap-a-little", ramps("1/1000000000"), "1", BOTH, "has no interior")
    no("cells-bound-too-small", ramps(-1), "999/1000", BOTH, f"cell {both.replace('2 >', '2 <')}")
    no("cells-without-a-split", ramps(-1), "1", BOUND, "not proved on the whole space")
    no("cells-all-empty", ramps(-1), "0", empty(), "no multiplier is positive")
    nothing = split(1, 1, empty("0"), empty("0"))
    no("cells-empty-by-nothing", ramps(-1), "0", nothing, "no multiplier is positive")
    wrong = split(1, 1, split(1, 2, empty("1", "2"), BOUND), BOUND)
    no("cells-wrong-multiplier", ramps(-1), "1", wrong, "do not show that the cell")
    minus = split(1, 1, split(1, 2, empty("-1", "1"), BOUND), BOUND)
    no("cells-negative-multiplier", ramps(-1), "1", minus, "or one is negative")
    # a function that is 0 everywhere is >= 0 and <= 0 everywhere: no branch of it is empty
    zero = split(1, 1, empty("1"), empty("1"))
    no("cells-zero-makes-both-branches-empty", STILL, "0", zero, "no multiplier is positive")
    later = split(1, 2, split(1, 1, empty("0", "1"), BOUND), BOUND)
    no("cells-zero-makes-a-branch-empty", STILL, "0", later, "no multiplier is positive")
    no("cells-later-layer-first", DEEP, "1", split(2, 1, BOUND, BOUND), "needs all of layer 1")
    no("cells-last-layer", ramps(-1), "1", split(2, 1, BOUND, BOUND), "no hidden layer 2 has")
    twice = split(1, 1, split(1, 1, BOUND, empty("1", "1")), BOUND)
    no("cells-decided-twice", ramps(-1), "1", twice, "a neuron is decided twice")
    no("cells-of-an-affine-map", affine([[1], [0]], [0, 0]), "1", BOUND, "does not give 'Psi' by")
    leaky = ramps(-1, slope="1/2")
    no("cells-leaky-as-if-not", leaky, "1", BOTH, "the bound is not proved on the cell")

    half = on(
        ramps(-1),
        "Lipschitz(Psi) <= 1",
        norms("1", ["linf", "rows", "1/2"], ["l1", "signs", "2"]),
    )
    write("rejected", "layer-norms-first-too-small", half, "the bound 1/2 of layer 1 is not")
    last = on(ramps(-1), "Lipschitz(Psi) <= 1", norms("1", ["linf", "rows", "1"]))
    write("rejected", "layer-norms-last-left-out", last, "2 layers need a bound each")
    other = on(
        ramps(-1),
        "Lipschitz(Psi) <= 1",
        norms("1", ["linf", "rows", "1"], ["linf", "rows", "1"]),
    )
    write("rejected", "layer-norms-into-another-norm", other, "the last into l1")
    more = norms("2", ["linf", "rows", "1"], ["l1", "signs", "2"])
    less = on(ramps(-1), "Lipschitz(Psi) <= 1", (*more[:3], "Lipschitz(Psi) <= 1"))
    write("rejected", "layer-norms-of-a-smaller-product", less, "it gives Lipschitz(Psi) <= 2")


def malformed() -> None:
    """What cannot be read."""

    def bad(name: str, tree: Json, expect: str) -> None:
        case = on(ramps(-1), "Lipschitz(Psi) <= 1", cells("1", tree))
        write("malformed", name, case, expect)

    bad("cells-child-missing", ["split", "1", "1", BOUND], "split at depth 0 takes 4 parts")
    bad("cells-multiplier-missing", split(1, 1, empty(), BOUND), "empty at depth 1 takes 1 parts")
    bad("cells-unknown-leaf", split(1, 1, ["trust"], BOUND), "unknown 'trust'")
    bad("cells-neuron-of-layer-half", ["split", "1/2", "1", BOUND, BOUND], "not a natural number")
    deep: Json = BOUND
    for _ in range(65):
        deep = split(1, 1, deep, BOUND)
    bad("cells-too-deep", deep, "depth 64")

    def map_(name: str, path: list[str | int], new: Json, expect: str) -> None:
        problem = changed(APART.problem, ["maps", "Psi", *path], new)
        data = write_json(problem)
        certificate = with_problem(APART, data)
        write("malformed", name, APART, expect, certificate=certificate, problem=data)

    map_("network-without-layers", ["layers"], [], "a network needs the field R, a layer")
    map_("network-slope-2", ["slope"], "2", "a slope from 0 to 1")
    map_("network-slope-negative", ["slope"], "-1/2", "a slope from 0 to 1")
    map_("network-of-other-widths", ["layers", 1, "matrix"], entries([1], [0]), "shape (2, 1)")
    map_("network-offset-too-long", ["layers", 0, "offset"], entries(0, 1, 2), "need (3, 1)")
    map_("network-offset-of-target", ["layers", 1, "offset"], entries(0), "dimension 2")
    map_("network-layer-without-neurons", ["layers", 0], layer([], []), "at least one neuron")
    map_("network-layer-without-offset", ["layers", 0, "offset"], ..., "'offset' is missing")
    map_("network-layer-with-more", ["layers", 0, "bias"], entries(0), "unknown key 'bias'")
    complex_ = small(field="C", maps={"Psi": ramps(-1)})
    case = Case(APART.statement, APART.steps, complex_)
    write("malformed", "network-over-C", case, "a network needs the field R")
