"""Cases on enclosures: all e in a ball, Fourier transforms, smooth activations, gains of networks.

`make.py` runs them.  They live on the plane of `small`: Y is a line, A x = x_1 + x_2, Psi(y) is
(y, 0) or as given, x = (3, -4), y = 2, a = 1, b = 0, c = -5.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from cells_and_layers import ramps
from network_maps import FILE, FOLD, PARTS, model, network, node, piece, weights, whole
from parts import (
    COLUMNS,
    Case,
    Json,
    Step,
    changed,
    data,
    entries,
    one,
    small,
    space,
    vector,
    write,
)

YES = "s VERIFIED certified"
BALL = "for all e in Y with |e| <= a"
RANGE: Step = ("range", [], {"variable": "e", "number": "1"}, "|e| <= a")
SIGN = ["e", "1", "0", [], []]


def enclosed(claim: str, *premises: int, splits: Json = (), bits: str = "64") -> Step:
    arguments = {"claim": claim, "bits": bits, "splits": list(splits)}
    return ("enclosed", list(premises), arguments, claim)


def gains(bound: str) -> Step:
    arguments = {"map": "Psi", "bound": bound}
    return ("network_gains", [], arguments, f"Lipschitz(Psi) <= {bound}")


def on_ball(claim: str, psi: Json = None, splits: Json = (), **more: Json) -> Case:
    """A claim for all e in a ball."""
    files = more.pop("files", {})
    sections = {"maps": {"Psi": psi}} if psi else {}
    steps = [RANGE, enclosed(claim, 0, splits=splits)]
    return Case(one(claim, "", BALL), steps, small(**sections, **more), files=files)


def on_network(content: bytes, conclusion: str, *steps: Step, given: str = "") -> Case:
    """A claim about a network."""
    problem = small(maps={"Psi": network(content)})
    return Case(one(conclusion, given), steps, problem, files={FILE: content})


# ------------------------------------------------------------------------------- networks


def integers(name: str, *values: int) -> bytes:
    """An initializer of int64, one row."""
    raw = struct.pack(f"<{len(values)}q", *values)
    return piece(5, whole(1, len(values)) + whole(2, 7) + piece(8, name) + piece(9, raw))


def normalization(variances: Sequence[float]) -> bytes:
    """z = x / sqrt(variance + epsilon), in two channels, behind a product with (1, -1)."""
    rows = {"s": (1, 1), "m": (0, 0), "v": variances}
    return model(
        (1, 1),
        node("MatMul", "x w", "u"),
        node("BatchNormalization", "u s m m v", "z"),
        weights("w", (1, 2), (1, -1)),
        *(weights(name, (2,), values) for name, values in rows.items()),
    )


# z = (1 / (1 + exp(-y)), 1 / (1 + exp(y)))
SOFT = model((1, 1), node("MatMul", "x w", "v"), node("Sigmoid", "v", "z"), PARTS[2])
# (y_1, 2 y_1, 3 y_1, 10 y_2, 20 y_2, 30 y_2); each y is clipped to at least -100, a bound with two
# axes for a number without any, and a row is transposed in the end, which does nothing to a row
CLIPPED = model(
    (2,),
    *(
        part
        for k in "01"
        for part in (
            node("Slice", f"x k{k} k{int(k) + 1}", f"a{k}"),
            node("Squeeze", f"a{k}", f"b{k}"),
            node("Clip", f"b{k} low", f"c{k}"),
            node("Mul", f"c{k} w{k}", f"d{k}"),
        )
    ),
    node("Concat", "d0 d1", "row", 0),
    node("Transpose", "row", "z"),
    *(integers(f"k{k}", k) for k in range(3)),
    weights("low", (1, 1), (-100,)),
    weights("w0", (3,), (1, 2, 3)),
    weights("w1", (3,), (10, 20, 30)),
)
SIX = small(
    spaces={"X": space(6, "linf"), "Y": space(2, "linf")},
    linear={"A": {"kind": "mask", "rows": entries(0, 1)}},
    maps={"Psi": network(CLIPPED)},
    vectors={"y": vector("Y", 1, 1), "x": vector("X", 1, 2, 3, 10, 20, 30)},
)
SIX_CLAIM = "|Psi(y + 1/100 e) - x| <= 1/2"


def on_six(problem: dict[str, Json]) -> Case:
    steps = [RANGE, enclosed(SIX_CLAIM, 0)]
    return Case(one(SIX_CLAIM, "", BALL), steps, problem, files={FILE: CLIPPED})


# ---------------------------------------------------------------------------- Fourier rows

FOURIER = {
    "kind": "fourier", "shape": ["4"], "scale": "ortho", "centred": "no", "rows": entries(0, 1)
}  # fmt: skip
HEAD = 'statement waves "a Fourier transform"\nspaces X, Y\nlinear A : X -> Y\nvectors x in X\n'


def waves(form: Json, conclusion: str, *steps: Step, field: str = "C", m: int = 2) -> Case:
    """x = (1, 2, 3, 4), from l2 to l2."""
    problem = data(
        field,
        {"X": space(4, "l2"), "Y": space(m, "l2")},
        linear={"A": form},
        vectors={"x": vector("X", 1, 2, 3, 4)},
    )
    return Case(f"{HEAD}conclude\n  {conclusion}\n", steps or [enclosed(conclusion)], problem)


BACK = {
    "kind": "composition", "between": ["2"],
    "factors": [{"kind": "adjoint", "of": FOURIER}, FOURIER],
}  # fmt: skip
MEANT = {**FOURIER, "centred": "yes", "shape": ["2", "2"], "scale": "1/3", "rows": entries(3)}


def accepted() -> None:
    """What follows."""
    write("accepted", "enclosed-ball", on_ball("|Psi(y + e)| <= 3"), YES)
    write("accepted", "enclosed-ball-from-below", on_ball("|Psi(y + e)| >= 1"), YES)
    apart = on_ball("|Psi(e)| <= 1", ramps(0), SIGN)
    write("accepted", "enclosed-ball-divided", apart, YES)
    fold = on_ball("|Psi(e)| <= 1", network(FOLD), SIGN, files={FILE: FOLD})
    write("accepted", "enclosed-network-divided", fold, YES)
    claim = "|e - x| <= 9"
    text = one(claim, quantifier="for all e in X with |e| <= a")
    plain = Case(text, [RANGE, enclosed(claim, 0)], small())
    write("accepted", "enclosed-without-maps", plain, YES)
    # |A x|^2 = 5^2 + |(1 - 3) + i (4 - 2)|^2 / 4 = 27
    near = "|A x| |A x| <= 27 + 1/1000000000000 and |A x| |A x| >= 27 - 1/1000000000000"
    parts = [enclosed(part) for part in near.split(" and ")]
    write("accepted", "fourier-value", waves(FOURIER, near, *parts), YES)
    # the last row is that of the frequency 0
    centre = waves(MEANT, "|3 A x| <= 10 + 1/1000000000000", m=1)
    write("accepted", "fourier-of-an-image-from-the-centre", centre, YES)
    orthogonal: Step = ("operator_orthogonal", [], {"map": "A", "bound": "1"}, "Lipschitz(A) <= 1")
    write("accepted", "fourier-norm", waves(BACK, "Lipschitz(A) <= 1", orthogonal, m=4), YES)
    soft = "|Psi(y)| <= 1 + 1/1000000000000"
    limits = "|Psi(y)| <= 2"
    both = on_network(SOFT, soft, enclosed(soft), enclosed(limits), given=limits)
    write("accepted", "enclosed-sigmoid-decides-a-hypothesis", both, YES)
    slow, fast = (f"Lipschitz(Psi) <= {k}" for k in ("1/2", "2"))
    write("accepted", "gains-of-a-sigmoid", on_network(SOFT, slow, gains("1/2")), YES)
    write("accepted", "gains-of-a-fold", on_network(FOLD, fast, gains("2")), YES)
    empty = "for all e in Y with |e| <= c"
    steps: list[Step] = [
        ("range", [], {"variable": "e", "number": "1"}, "|e| <= c"),
        enclosed("0 < 0", 0),
        enclosed("a <= b", 0),
    ]
    vacuous = Case(one("|x| <= 0", "", empty), steps, small(), verdict="vacuous")
    write("accepted", "enclosed-in-an-empty-ball", vacuous, "s VERIFIED vacuous")
    # what holds in an empty range decides no hypothesis
    vain = Case(one("a <= b", "a <= b", empty), steps, small())
    write("accepted", "enclosed-in-an-empty-ball-decides-nothing", vain, "s ASSUMED given1")
    refuted = on_network(SOFT, "|Psi(e)| <= 1/2", enclosed("|Psi(y)| > 1/2"))
    refuted.statement = one("|Psi(e)| <= 1/2", quantifier="for all e in Y")
    refuted.verdict, refuted.choices = "refuted", {"e": "y"}
    write("accepted", "enclosed-refutes", refuted, "s VERIFIED refuted")
    write("accepted", "clip-with-more-axes", on_six(SIX), YES)


def rejected() -> None:
    """What does not follow."""

    def no(name: str, case: Case, because: str) -> None:
        write("rejected", name, case, because)

    no("enclosed-ball-false", on_ball("|Psi(y + e)| < 3"), "do not prove |Psi(y + e)| < 3")
    no("enclosed-ball-from-below-false", on_ball("|Psi(y + e)| > 1"), "do not prove 1 < |Psi")
    no("enclosed-ball-not-divided", on_ball("|Psi(e)| <= 1", ramps(0)), "do not prove |Psi(e)|")
    free = on_ball("|Psi(y + e)| <= 3")
    free.steps = [enclosed("|Psi(y + e)| <= 3")]
    no("enclosed-without-a-limit", free, "e stands for every vector of its range")
    wide = Case(one("|e| <= 9", "", "for all e in Y with |e - y| <= a"), [], small())
    wide.steps = [
        ("range", [], {"variable": "e", "number": "1"}, "|e - y| <= a"),
        enclosed("|e| <= 9", 0),
    ]
    no("enclosed-limit-of-a-difference", wide, "is no bound of the norm of a variable")
    beyond = on_ball("|Psi(e)| <= 1", ramps(0), ["e", "2", "0", [], []])
    no("enclosed-division-of-another-coordinate", beyond, "e has the coordinates 1 to 1")
    outside = on_ball("|Psi(e)| <= 1", ramps(0), ["e", "1", "2", [], SIGN])
    no("enclosed-division-outside", outside, "nothing lies on one side of 2")
    # what was believed of the entries' order
    turned = changed(SIX, ["vectors", "x"], vector("X", 1, 10, 2, 20, 3, 30))
    no("once-clip-with-more-axes", on_six(turned), "enclosures to 64 bits do not prove")
    computed: Step = ("compute", [], {"claim": "|A x| >= 0"}, "|A x| >= 0")
    because = "irrational; use the rule enclosed"
    no("fourier-computed", waves(FOURIER, "|A x| >= 0", computed), because)
    rows: Step = ("operator_rows", [], {"map": "A", "bound": "9"}, "Lipschitz(A) <= 9")
    no("fourier-has-no-matrix", waves(FOURIER, "Lipschitz(A) <= 9", rows), "has no rational matrix")
    less: Step = ("operator_orthogonal", [], {"map": "A", "bound": "1/2"}, "Lipschitz(A) <= 1/2")
    no("fourier-norm-too-small", waves(FOURIER, "Lipschitz(A) <= 1/2", less), "does not prove the")
    no("fourier-value-exactly", waves(FOURIER, "|A x| |A x| <= 27"), "enclosures to 64 bits do not")
    exact = "|Psi(y)| <= 2"
    step: Step = ("compute", [], {"claim": exact}, exact)
    no("sigmoid-computed", on_network(SOFT, exact, step), "it is irrational; use the rule enclosed")
    no("gains-too-small", on_network(SOFT, "Lipschitz(Psi) <= 2/5", gains("2/5")), "does not prove")
    affine = Case(one("Lipschitz(Psi) <= 1"), [gains("1")], small())
    no("gains-of-an-affine-map", affine, "does not give 'Psi' as a network")
    no("gains-are-no-columns", on_network(FOLD, "Lipschitz(Psi) <= 2", COLUMNS), "as an affine or")


def malformed() -> None:
    """What cannot be read."""

    def bad(name: str, form: Json, because: str, **more: Json) -> None:
        write("malformed", f"fourier-{name}", waves(form, "|A x| <= 9", **more), because)

    bad("over-R", FOURIER, "a Fourier transform is complex; set field to C", field="R")
    deep = {"kind": "adjoint", "of": {"kind": "adjoint", "of": FOURIER}}
    chain = {"kind": "composition", "between": [], "factors": [deep]}
    bad("over-R-inside", chain, "a Fourier transform is complex", field="R")
    bad("of-another-shape", FOURIER | {"shape": ["3"]}, "with product 4 are expected")
    bad("of-three-axes", FOURIER | {"shape": ["2", "2", "1"]}, "one or two sides")
    bad("scale-nought", FOURIER | {"scale": "0"}, "positive, or 'ortho' for 1/sqrt(n)")
    bad("scale-negative", FOURIER | {"scale": "-1"}, "positive, or 'ortho' for 1/sqrt(n)")
    bad("scale-unknown", FOURIER | {"scale": "forward"}, "is not an exact number")
    bad("centre-unknown", FOURIER | {"centred": "true"}, "unknown 'true'; known are no, yes")
    bad("row-twice", FOURIER | {"rows": entries(1, 1)}, "1 of them different")
    bad("row-out-of-range", FOURIER | {"rows": entries(1, 4)}, "natural numbers below 4")
    bad("without-scale", changed(FOURIER, ["scale"], ...), "the key 'scale' is missing")
    bad("with-an-order", FOURIER | {"order": "natural"}, "unknown key 'order'")

    def unread(name: str, because: str, splits: Json = (), **more: Json) -> None:
        case = on_ball("|e| <= 1")
        arguments = {"claim": "|e| <= 1", "bits": "64", "splits": list(splits)} | more
        case.steps = [RANGE, ("enclosed", [0], arguments, "|e| <= 1")]
        write("malformed", f"enclosed-{name}", case, because)

    unread("splits-of-four", "a variable, coordinate, value, and two parts", SIGN[:4])
    unread("splits-by-a-word", "a list is expected", ["e", "1", "0", "below", []])
    unread("splits-of-no-coordinate", "natural number below 1025", ["e", "1025", "0", [], []])
    long = ["e", "1", "0x" + "f" * 4096, [], []]
    unread("divided-at-a-long-number", "is divided at a number of 256 bits", long)
    unread("many-bits", "not a natural number below 4096", bits="4096")
    unread("with-a-hint", "unknown key 'slopes'", slopes=[])

    def file(name: str, content: bytes, because: str) -> None:
        case = on_network(content, "|Psi(y)| <= 9", enclosed("|Psi(y)| <= 9"))
        write("malformed", f"network-{name}", case, because)

    constant = model((1, 1), node("Sigmoid", "w", "v"), node("Mul", "x v", "z"), PARTS[2])
    file("with-an-irrational-constant", constant, "an irrational constant")
    file("once-with-a-variance-below-zero", normalization((2, -3)), "is not positive")
