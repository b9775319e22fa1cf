"""Writes the corpus: run it again when a format changes, then read the difference.

    python tests/corpus/make.py

Every case is a folder holding `statement.claim`, `certificate.json`, if it is about data also
`problem.json` and arrays, and `expect.txt`: what the kernel's last line must contain (for an
accepted case: the whole line).  The folders say how the kernel must answer:

    accepted    exit status 0, or 5 with an assumption
    rejected    1: it can be read, and does not prove what it has to
    malformed   2: it cannot be read
"""

from __future__ import annotations

import shutil

import cells_and_layers
import enclosures
import linear_forms
import machines
import network_maps
import sets_and_denials
from parts import (
    COLUMNS,
    FALSE_TRANSFER,
    FIT,
    GRAM,
    HERE,
    MCSHANE,
    NETWORK,
    NETWORK_PROOF,
    REFUTING,
    ROWS,
    SIGNS,
    TRANSFER,
    TRANSFER_PROOF,
    Case,
    Json,
    Step,
    affine,
    changed,
    data,
    decided,
    dense,
    entries,
    extension,
    npy,
    one,
    refutation,
    small,
    space,
    stored,
    table,
    transfer_data,
    vector,
    with_problem,
    with_statement,
    write,
)

from certificates.format import write_json

KINDS = ("accepted", "rejected", "malformed")
YES = "s VERIFIED certified"


def computed(claim: str) -> Step:
    return ("compute", [], {"claim": claim}, claim)


def evident(scalar: str) -> Step:
    return ("nonnegative", [], {"scalar": scalar}, f"0 <= {scalar}")


def given(number: int, judgment: str) -> Step:
    return ("given", [], {"hypothesis": str(number)}, judgment)


GENERAL = Case(TRANSFER, TRANSFER_PROOF)
CHOSEN = Case(NETWORK, NETWORK_PROOF, choices={"W": "0", "b": "x + x_det"})
INSTANCE = Case(TRANSFER, decided(COLUMNS), transfer_data())
WITNESS = {"w": vector("Y", -1)}
REFUTED = Case(
    FALSE_TRANSFER, refutation("w"), REFUTING, "refuted", choices={"e": "w"}, vectors=WITNESS
)

# ------------------------------------------------------------------------------- accepted


def accepted() -> None:
    def yes(name: str, case: Case, expect: str = YES) -> None:
        write("accepted", name, case, expect)

    yes("4.1.i-for-all-spaces", GENERAL)
    yes("4.1.ii-for-all-spaces", CHOSEN)
    for field in "RC":
        for x in ("l1", "l2", "linf"):
            for y, bound in (("l1", COLUMNS), ("l2", GRAM if x == "l2" else COLUMNS)):
                case = Case(TRANSFER, decided(bound), transfer_data(field, x, y))
                yes(f"4.1.i-{field}-{y}-to-{x}", case)
    yes(
        "4.1.i-R-linf-to-linf-rows",
        Case(TRANSFER, decided(ROWS), transfer_data("R", "linf", "linf")),
    )
    yes(
        "4.1.i-R-linf-to-l1-signs", Case(TRANSFER, decided(SIGNS), transfer_data("R", "l1", "linf"))
    )
    yes(
        "4.1.i-mcshane",
        Case(TRANSFER, decided(MCSHANE), transfer_data("R", "linf", "l1", extension())),
    )
    rows = transfer_data("R", psi=table([[1], [2]], [[1, 1], [2, 1]]))
    yes("4.1.i-table", Case(TRANSFER, [*TRANSFER_PROOF, *FIT], rows), "s ASSUMED lipschitz")
    named = transfer_data("R", psi={"kind": "named", "description": "a network"})
    yes("4.1.i-named-map", Case(TRANSFER, TRANSFER_PROOF, named), "s ASSUMED lipschitz detail fit")
    instance = data(
        "C",
        {"X": space(2, "l2"), "Y": space(1, "l1"), "Z": space(3, "linf")},
        linear={"A": dense([1, 0])},
        maps={"Phi": {"kind": "named", "description": "any network"}},
        vectors={"x": vector("X", 1, 0), "x_det": vector("X", 0, 1)},
        constants={"delta": "1/3", "L": "1/7"},
    )
    proof = [*NETWORK_PROOF, computed("|A x_det| <= delta")]
    yes("4.1.ii-instance", Case(NETWORK, proof, instance, choices=CHOSEN.choices))
    whole = transfer_data("R", psi={"kind": "constant", "offset": entries(1, 1)})
    constant: Step = ("constant_map", [], {"map": "Psi"}, "Lipschitz(Psi) <= 0")
    n = len(TRANSFER_PROOF)
    steps = [
        *TRANSFER_PROOF,
        constant,
        ("nonnegative", [], {"scalar": "L"}, "0 <= L"),
        ("relax", [n, n + 1], {}, "Lipschitz(Psi) <= L"),
        *FIT,
    ]
    yes("4.1.i-constant-map", Case(TRANSFER, steps, whole))

    false_detail = transfer_data() | {"constants": {"delta": "1/100", "L": "1"}}
    false_detail = changed(false_detail, ["vectors", "x_det"], vector("X", 1, 0))
    yes(
        "vacuous-by-computing",
        Case(TRANSFER, [computed("|A x_det| > delta")], false_detail, "vacuous"),
        "s VERIFIED vacuous",
    )
    steep = transfer_data("R", psi=table([[1], [2]], [[1, 1], [9, 1]]))
    secant = [
        computed("|A x| < |Psi(A x) - Psi(2 A x)|"),
        computed("L = 1"),
        ("weaken", [1], {"claim": "L <= 1"}, "L <= 1"),
        ("linear", [2], {"multipliers": ["|A x|"]}, "L |A x| <= |A x|"),
        (
            "linear",
            [0, 3],
            {"multipliers": ["1", "1"]},
            "L |A x| < |Psi(A x) - Psi(2 A x)|",
        ),
        (
            "secant",
            [4],
            {"map": "Psi", "left": "A x", "right": "2 A x", "bound": "L"},
            "Lipschitz(Psi) > L",
        ),
    ]
    yes("vacuous-by-secant", Case(TRANSFER, secant, steep, "vacuous"), "s VERIFIED vacuous")
    contradiction = one("|x| <= 0", "|x| <= 1\n  2 <= |x|")
    steps = [
        given(1, "|x| <= 1"),
        given(2, "2 <= |x|"),
        ("linear", [0, 1], {"multipliers": ["1", "1"]}, "1 <= 0"),
        computed("0 < 1"),
        ("linear", [2, 3], {"multipliers": ["1", "1"]}, "0 < 0"),
    ]
    yes(
        "vacuous-by-contradiction",
        Case(contradiction, steps, verdict="vacuous"),
        "s VERIFIED vacuous",
    )
    no = "s VERIFIED refuted"
    yes("refuted-with-a-witness", REFUTED, no)
    term = Case(FALSE_TRANSFER, refutation("(-A x_det)"), REFUTING, "refuted", {"e": "-A x_det"})
    yes("refuted-with-a-term", term, no)
    weights = small(spaces={"X": space(2, "l2", weight="1/2"), "Y": space(1, "linf", weight="7")})
    claim = "2 |x| = 5"
    yes("weighted-norm", Case(one(claim), [computed(claim)], weights))
    # |(1, 1)| + |(2, 2)| = |(3, 3)|, three multiples of the square root of 2
    roots = small(spaces={"X": space(2, "l2"), "Y": space(1, "linf")})
    roots["vectors"] = {n: vector("X", k, k) for n, k in (("x", 1), ("u", 2), ("v", 3))} | {
        "y": vector("Y", 0)
    }
    claim = "|x| + |u| = |v|"
    yes(
        "square-roots-cancel",
        Case(
            one("|x| <= |v|", head="vectors u, v in X"),
            [
                computed(claim),
                evident("|u|"),
                ("weaken", [0], {"claim": "|x| + |u| <= |v|"}, "|x| + |u| <= |v|"),
                ("linear", [1, 2], {"multipliers": ["1", "1"]}, "|x| <= |v|"),
            ],
            roots,
        ),
    )
    pinched = one("|x| = a", "|x| <= a\n  a <= |x|")
    steps = [given(1, "|x| <= a"), given(2, "a <= |x|"), ("equal", [1, 0], {}, "|x| = a")]
    yes("equal-from-both-sides", Case(pinched, steps), "s VERIFIED certified")
    body = bytes([0, 0, 0, 0, 0, 0, 8, 64, 0, 0, 0, 0, 0, 0, 16, 192])  # 3.0 and -4.0
    stored_x = npy("<f8", "(2,)", body)
    problem = changed(small(), ["vectors", "x", "array"], stored("x.npy", stored_x, 2, scale="1/7"))
    case = Case(one("|x| = 1"), [computed("|x| = 1")], problem, files={"x.npy": stored_x})
    yes("array-file-with-scale", case)
    turned = npy("|i1", "(2, 2)", bytes([1, 2, 3, 4]), "True")
    square = small(spaces={"X": space(2, "l1"), "Y": space(2, "linf")})
    square |= {
        "linear": {"A": {"kind": "dense", "matrix": stored("a.npy", turned, 2, 2)}},
        "vectors": {"x": vector("X", 1, 0), "y": vector("Y", 1, 2)},
        "maps": {"Psi": {"kind": "named", "description": "unused"}},
    }
    case = Case(one("|A x - y| <= 0"), [computed("|A x - y| <= 0")], square)
    case.files = {"a.npy": turned}
    yes("array-in-column-order", case)


# ------------------------------------------------------------------------------- rejected


def rejected() -> None:
    def no(name: str, case: Case, expect: str, certificate: bytes | None = None) -> None:
        write("rejected", name, case, expect, certificate)

    def step(
        name: str, conclusion: str, steps: list[Step], expect: str, problem: Json = None
    ) -> None:
        no(name, Case(one(conclusion), steps, problem), expect)

    def edited(name: str, case: Case, path: list[str | int], new: Json, expect: str) -> None:
        no(name, case, expect, write_json(changed(case.certificate(), path, new)))

    # claims that the steps do not reach
    no("no-steps", Case(TRANSFER), "no step concludes")
    edited("last-step-missing", GENERAL, ["steps", 9], ..., "no step concludes |Psi(A x + e)")
    no("true-proof-of-a-stronger-claim", Case(FALSE_TRANSFER, TRANSFER_PROOF), "no step concludes")
    strict = TRANSFER.replace("<= (1 + 2 L) delta", "< (1 + 2 L) delta")
    no("strict-from-non-strict", Case(strict, TRANSFER_PROOF), "no step concludes")
    two = one("|x| <= |x|\n  |x| <= 1")
    no("one-of-two-conclusions", Case(two, [evident("0")]), "no step concludes |x| <= 1")
    edited("another-statement", GENERAL, ["statement"], "sha256:00", "made for another statement")
    edited("another-problem", INSTANCE, ["problem"], "sha256:00", "made for another problem")
    edited("general-proof-for-data", INSTANCE, ["problem"], "-", "made for another problem")
    edited("data-without-problem", GENERAL, ["problem"], "sha256:00", "made for another problem")

    # steps that do not follow
    edited(
        "written-conclusion-differs",
        GENERAL,
        ["steps", 3, "conclusion"],
        "|e - A x_det| <= delta",
        "step 3 (linear): it gives",
    )
    edited("premise-of-itself", GENERAL, ["steps", 3, "premises", 0], "3", "not an earlier step")
    edited("premise-from-later", GENERAL, ["steps", 3, "premises", 0], "9", "not an earlier step")
    edited("premise-of-wrong-type", GENERAL, ["steps", 3, "premises", 0], "0", "it gives")
    edited("too-few-premises", GENERAL, ["steps", 5, "premises"], [], "0 premises, 1 are needed")
    edited("lipschitz-from-comparison", GENERAL, ["steps", 5, "premises"], ["3"], "not of type")
    edited(
        "multiplier-missing",
        GENERAL,
        ["steps", 3, "arguments", "multipliers"],
        ["1", "1"],
        "2 multipliers for 3 premises",
    )
    edited(
        "multiplier-negative",
        GENERAL,
        ["steps", 3, "arguments", "multipliers", 1],
        "-1",
        "not evidently >= 0",
    )
    edited(
        "no-such-hypothesis", GENERAL, ["steps", 1, "arguments", "hypothesis"], "4", "3 hypotheses"
    )
    edited("hypothesis-zero", GENERAL, ["steps", 1, "arguments", "hypothesis"], "0", "3 hypotheses")
    edited("no-such-variable", GENERAL, ["steps", 0, "arguments", "variable"], "x", "no judgment 1")
    edited("no-such-range", GENERAL, ["steps", 0, "arguments", "number"], "2", "no judgment 2")
    edited(
        "argument-outside-the-domain",
        GENERAL,
        ["steps", 5, "arguments", "left"],
        "x",
        "not in the domain Y",
    )
    edited(
        "summands-of-two-spaces",
        GENERAL,
        ["steps", 2, "arguments", "summands", 0],
        ["1", "x"],
        "one space",
    )
    edited("no-summands", GENERAL, ["steps", 2, "arguments", "summands"], [], "one space")

    # signs and strictness
    step("constant-without-sign", "0 <= c", [evident("c")], "without a sign")
    step(
        "sign-of-an-unsigned-constant",
        "0 < c",
        [("sign", [], {"constant": "c"}, "0 < c")],
        "declared sign",
    )
    step("sign-of-a-vector", "0 < a", [("sign", [], {"constant": "x"}, "0 < a")], "declared sign")
    step(
        "sign-is-not-strict-for-b",
        "0 < b",
        [("sign", [], {"constant": "b"}, "0 < b")],
        "it gives 0 <= b",
    )
    step(
        "norm-is-not-positive",
        "0 < |x|",
        [
            ("sign", [], {"constant": "a"}, "0 < a"),
            ("linear", [0], {"multipliers": ["|x|"]}, "0 < a |x|"),
        ],
        "it gives 0 <= a |x|",
    )
    step(
        "strict-by-a-zero-multiplier",
        "0 < b",
        [
            ("sign", [], {"constant": "a"}, "0 < a"),
            ("linear", [0], {"multipliers": ["0"]}, "0 < 0"),
        ],
        "it gives 0 <= 0",
    )
    step(
        "strict-by-b",
        "0 < b",
        [
            ("sign", [], {"constant": "a"}, "0 < a"),
            ("linear", [0], {"multipliers": ["b"]}, "0 < a b"),
        ],
        "it gives 0 <= a b",
    )
    step(
        "unsigned-multiplier",
        "0 <= |x|",
        [
            evident("|x|"),
            ("linear", [0], {"multipliers": ["c"]}, "0 <= c |x|"),
        ],
        "the multiplier c is not evidently >= 0",
    )
    step(
        "negative-square",
        "0 <= |x|",
        [evident("|x| |x| - 2 |x| |y| + |y| |y|")],
        "negative coefficient",
    )
    step(
        "equation-from-inequality",
        "|x| = |x|",
        [
            evident("|x|"),
            ("linear", [0], {"multipliers": ["1"]}, "|x| = 0"),
        ],
        "it gives 0 <= |x|",
    )
    step(
        "weaken-strengthens",
        "0 < |x|",
        [
            evident("|x|"),
            ("weaken", [0], {"claim": "0 < |x|"}, "0 < |x|"),
        ],
        "0 < |x| is not 0 <= |x| with <= for its relation",
    )
    step(
        "weaken-turned-around",
        "|x| <= 0",
        [
            evident("|x|"),
            ("weaken", [0], {"claim": "|x| <= 0"}, "|x| <= 0"),
        ],
        "|x| <= 0 is not 0 <= |x| with <= for its relation",
    )
    norms: list[Step] = [evident("|x|"), ("triangle", [], {"summands": [["1", "x"]]}, "|x| <= |x|")]
    unequal: Step = ("equal", [0, 1], {}, "|x| = 0")
    step("equal-of-one-side", "|x| = 0", [*norms, unequal], "are not a <= b and b <= a")
    no(
        "equal-of-a-strict-one",
        Case(
            one("|x| = a", "|x| <= a\n  a < |x|"),
            [given(1, "|x| <= a"), given(2, "a < |x|"), ("equal", [0, 1], {}, "|x| = a")],
        ),
        "|x| <= a and a < |x| are not a <= b and b <= a",
    )
    equation = "|x| = a"
    for title, multiplier in (("an-equation", "1"), ("nought-times-an-equation", "0")):
        times: Step = ("linear", [0], {"multipliers": [multiplier]}, "|x| <= a")
        no(
            f"linear-of-{title}",
            Case(one("|x| <= a", equation), [given(1, equation), times]),
            "|x| = a is an equation: weaken it to an inequality first",
        )
    no(
        "weaken-to-a-multiple",
        Case(
            one("2 |x| <= 2 a", equation),
            [given(1, equation), ("weaken", [0], {"claim": "2 |x| <= 2 a"}, "2 |x| <= 2 a")],
        ),
        "2 |x| <= 2 a is not |x| = a with <= for its relation",
    )
    step(
        "triangle-below",
        "|x| <= 0",
        [
            ("triangle", [], {"summands": [["1", "x"], ["-1", "x"]]}, "0 >= 2 |x|"),
        ],
        "it gives 0 <= 2 |x|",
    )

    # Lipschitz bounds
    bound = "Lipschitz(Psi) <= a"
    no(
        "relax-downwards",
        Case(
            one("Lipschitz(Psi) <= 0", bound),
            [
                given(1, bound),
                ("sign", [], {"constant": "a"}, "0 < a"),
                ("relax", [0, 1], {}, "Lipschitz(Psi) <= 0"),
            ],
        ),
        "it gives Lipschitz(Psi) <= 2 a",
    )
    no(
        "relax-another-map",
        Case(
            one("Lipschitz(A) <= a", bound),
            [
                given(1, bound),
                evident("0"),
                ("relax", [0, 1], {}, "Lipschitz(A) <= a"),
            ],
        ),
        "it gives Lipschitz(Psi) <= a",
    )
    no(
        "relax-by-an-equation",
        Case(
            one("Lipschitz(Psi) <= b", bound + "\n  a = b"),
            [given(1, bound), given(2, "a = b"), ("relax", [0, 1], {}, "Lipschitz(Psi) <= b")],
        ),
        "a = b is an equation: weaken it to an inequality first",
    )
    secant = {"map": "Psi", "left": "y", "right": "A x", "bound": "a"}
    step(
        "secant-not-strict",
        "Lipschitz(Psi) > a",
        [
            evident("0"),
            ("secant", [0], secant, "Lipschitz(Psi) > a"),
        ],
        "the premise reads 0 <= 0, expected is a |",
    )
    step(
        "secant-of-one-point",
        "Lipschitz(Psi) > a",
        [
            evident("0"),
            ("secant", [0], secant | {"right": "y"}, "Lipschitz(Psi) > a"),
        ],
        "expected is 0 < 0",
    )
    step(
        "secant-of-no-map",
        "Lipschitz(Psi) > a",
        [
            evident("0"),
            ("secant", [0], secant | {"map": "Phi"}, "Lipschitz(Psi) > a"),
        ],
        "'Phi' is not a map",
    )
    step(
        "definition-of-an-undefined-map",
        "Lipschitz(Psi) <= 0",
        [
            ("constant_definition", [], {"map": "Psi"}, "Lipschitz(Psi) <= 0"),
        ],
        "not defined by a term without its parameter",
    )
    defined = one("Lipschitz(F) <= 0", head="define F(t in Y) = Psi(t) + x")
    no(
        "definition-with-its-parameter",
        Case(
            defined,
            [
                ("constant_definition", [], {"map": "F"}, "Lipschitz(F) <= 0"),
            ],
        ),
        "not defined by a term without its parameter",
    )
    hidden = one("Lipschitz(F) <= 0", head="define F(t in Y) = Psi(y + A Psi(2 t)) + x")
    no(
        "definition-with-a-hidden-parameter",
        Case(
            hidden,
            [
                ("constant_definition", [], {"map": "F"}, "Lipschitz(F) <= 0"),
            ],
        ),
        "not defined by a term without its parameter",
    )

    # computing
    step("computing-without-data", "|x| <= 1", [computed("|x| <= 1")], "there is no data")
    step("false-on-the-data", "|x| <= 6", [computed("|x| <= 6")], "is false on the data", small())
    step("equal-is-not-below", "|x| < 7", [computed("|x| < 7")], "is false on the data", small())
    forall = one("|e| <= 1", quantifier="for all e in Y with |e| <= 1")
    no("value-of-a-bound-variable", Case(forall, [computed("|e| <= 1")], small()), "has no value")
    inside = one("|Psi(e)| <= 1", quantifier="for all e in Y")
    no(
        "bound-variable-inside-a-map",
        Case(inside, [computed("|Psi(y + e)| <= 1")], small()),
        "has no value",
    )
    step(
        "lipschitz-cannot-be-computed",
        "Lipschitz(Psi) <= 1",
        [computed("Lipschitz(Psi) <= 1")],
        "only a comparison",
        small(),
    )
    rows = small(maps={"Psi": table([[1]], [[1, 1]])})
    step("table-without-the-row", "|Psi(y)| <= 9", [computed("|Psi(y)| <= 9")], "no row", rows)
    named = small(maps={"Psi": {"kind": "named", "description": "a net"}})
    step(
        "value-of-a-named-map",
        "|Psi(y)| <= 9",
        [computed("|Psi(y)| <= 9")],
        "nothing is known",
        named,
    )
    low = {**table([[1], [2]], [[0, 0], [9, 0]]), "kind": "mcshane", "slope": "1"}
    line = {"X": space(2, "linf"), "Y": space(1, "linf")}
    step(
        "mcshane-undercut",
        "|Psi(y)| = 9",
        [computed("|Psi(y)| = 9")],
        "lies below",
        small(spaces=line, maps={"Psi": low}),
    )
    step("mcshane-of-a-table", "Lipschitz(Psi) <= 1", [MCSHANE], "McShane's extension", rows)
    heavy = {"X": space(2, "linf", weight="3"), "Y": space(1, "linf")}
    step(
        "mcshane-forgets-the-weight",
        "Lipschitz(Psi) <= 1",
        [MCSHANE],
        "it gives Lipschitz(Psi) <= 3",
        small(spaces=heavy, maps={"Psi": low}),
    )
    step(
        "affine-is-not-constant",
        "Lipschitz(Psi) <= 0",
        [("constant_map", [], {"map": "Psi"}, "Lipschitz(Psi) <= 0")],
        "as a constant map",
        small(),
    )

    # operator norms
    wide: dict[str, Json] = {"X": space(2, "linf"), "Y": space(1, "linf")}

    def norm_of_a(
        name: str, rule: str, bound: str, problem: Json, expect: str, **more: Json
    ) -> None:
        line = f"Lipschitz(A) <= {bound}"
        steps: list[Step] = [(rule, [], {"map": "A", "bound": bound, **more}, line)]
        step(name, line, steps, expect, problem)

    for rule in ("rows", "columns", "signs"):
        norm_of_a(
            f"norm-too-small-{rule}",
            f"operator_{rule}",
            "199/100",
            small(spaces=wide),
            "does not prove the bound",
        )
    norm_of_a(
        "norm-negative", "operator_rows", "-1", small(linear={"A": dense([0, 0])}), "does not prove"
    )
    # over C a real matrix can have a larger norm from linf to l1 than over the signs
    twist = {"X": space(2, "linf"), "Y": space(2, "l1")}
    over = small(
        spaces=twist,
        field="C",
        linear={"A": dense([1, 1], [1, -1])},
        vectors={"x": vector("X", 1, 0), "y": vector("Y", 1, 0)},
        maps={"Psi": {"kind": "named", "description": "unused"}},
    )
    norm_of_a("signs-over-C", "operator_signs", "2", over, "signs are enough over R only")
    norm_of_a("rows-of-that-matrix", "operator_rows", "2", over, "does not prove the bound 2")
    norm_of_a("signs-between-l2", "operator_signs", "9", small(), "does not fit")
    euclid = {"X": space(2, "l2"), "Y": space(1, "l2")}
    norm_of_a(
        "gram-other-norms", "operator_gram", "2", small(), "does not fit", factor=[["0"]], shift="0"
    )
    plane = small(spaces=euclid)
    norm_of_a(
        "gram-too-small", "operator_gram", "1", plane, "does not prove", factor=[["0"]], shift="0"
    )
    norm_of_a(
        "gram-factor-too-long",
        "operator_gram",
        "2",
        plane,
        "does not fit",
        factor=[["0"], ["0", "0"]],
        shift="0",
    )
    norm_of_a(
        "gram-factor-not-triangular",
        "operator_gram",
        "2",
        plane,
        "does not fit",
        factor=[["0", "1"]],
        shift="0",
    )
    norm_of_a(
        "gram-factor-too-large",
        "operator_gram",
        "2",
        plane,
        "does not prove",
        factor=[["99"]],
        shift="0",
    )
    heavy = small(spaces={"X": space(2, "l2", weight="1/9"), "Y": space(1, "l2")})
    norm_of_a(
        "gram-forgets-the-weight",
        "operator_gram",
        "2",
        heavy,
        "does not prove",
        factor=[["0"]],
        shift="0",
    )
    step(
        "norm-of-a-table",
        "Lipschitz(Psi) <= 9",
        [
            ("operator_rows", [], {"map": "Psi", "bound": "9"}, "Lipschitz(Psi) <= 9"),
        ],
        "as an affine or linear map",
        rows,
    )

    # the verdicts
    for variant, text in (("witness", "w"), ("term", "(-A x_det)")):
        true = Case(TRANSFER, refutation(text), REFUTING, "refuted", {"e": text}, WITNESS)
        no(f"refuting-a-true-claim-{variant}", true, "no step decides the negation of a conclusion")
    far = Case(
        FALSE_TRANSFER, refutation("w")[:6], REFUTING, "refuted", {"e": "w"}, {"w": vector("Y", -9)}
    )
    no("refuting-outside-the-range", far, "no step decides that |w| <= delta for e")
    edited(
        "refuting-without-a-hypothesis", REFUTED, ["steps", 5], ..., "decides the hypothesis fit"
    )
    assumed = Case(
        FALSE_TRANSFER,
        [
            given(1, "Lipschitz(Psi) <= L"),
            *refutation("w")[4:],
        ],
        REFUTING,
        "refuted",
        {"e": "w"},
        WITNESS,
    )
    no("refuting-under-an-assumption", assumed, "no step decides the hypothesis lipschitz")
    ranged = Case(
        FALSE_TRANSFER,
        [
            *refutation("w")[:6],
            ("range", [], {"variable": "e", "number": "1"}, "|w| <= delta"),
        ],
        REFUTING,
        "refuted",
        {"e": "w"},
        {"w": vector("Y", -9)},
    )
    no("range-does-not-decide-itself", ranged, "no step decides that |w| <= delta")
    no(
        "refuting-without-data",
        Case(FALSE_TRANSFER, verdict="refuted", choices={"e": "x"}),
        "on data",
    )
    no("refuting-an-existence", Case(NETWORK, verdict="refuted"), "without 'exists'")
    no("vacuous-for-no-reason", Case(TRANSFER, verdict="vacuous"), "no step decides the negation")
    contradiction = one("|x| <= 0", "|x| <= 1\n  2 <= |x|")
    no(
        "vacuous-under-a-hypothesis",
        Case(
            contradiction,
            [
                given(2, "2 <= |x|"),
                computed("1 < 2"),
                ("linear", [0, 1], {"multipliers": ["1", "1"]}, "1 < |x|"),
            ],
            verdict="vacuous",
        ),
        "no step decides the negation",
    )
    no(
        "certified-because-vacuous",
        Case(
            TRANSFER,
            [
                computed("|A x_det| > delta"),
            ],
            changed(transfer_data(), ["vectors", "x_det"], vector("X", 1, 0)),
        ),
        "no step concludes",
    )


# ------------------------------------------------------------------------------ malformed


def malformed() -> None:
    general = GENERAL.certificate()
    good = write_json(general)

    def certificate(name: str, content: bytes, expect: str, case: Case = GENERAL) -> None:
        write("malformed", f"certificate-{name}", case, expect, content)

    def edited(
        name: str, path: list[str | int], new: Json, expect: str, case: Case = GENERAL
    ) -> None:
        certificate(name, write_json(changed(case.certificate(), path, new)), expect, case)

    # JSON that is not canonical
    certificate("empty", b"", "not JSON at line 1, column 1")
    certificate("truncated", good[:-9], "not JSON")
    certificate("twice", good + good, "not JSON at line 2, column 1: Extra data")
    certificate("not-ascii", good.replace(b"delta", b"\xce\xb4", 1), "is not ASCII")
    certificate("byte-order-mark", b"\xef\xbb\xbf" + good, "byte 0 is not ASCII")
    certificate("no-final-newline", good[:-1], "not in canonical form")
    certificate("blank", good.replace(b":", b": ", 1), "not in canonical form")
    certificate("unsorted", b'{"verdict":"certified","format":"x"}\n', "not in canonical form")
    certificate("escaped", good.replace(b"delta", b"\\u0064elta", 1), "not in canonical form")
    certificate("surrogate", good.replace(b"delta", b"\\ud800", 1), "beyond printable ASCII")
    certificate(
        "control-character", good.replace(b"delta", b"\\u001b[2K", 1), "beyond printable ASCII"
    )
    certificate("duplicate-key", good.replace(b"{", b'{"format":"x",', 1), "'format' occurs twice")
    for number in ("1", "-7", "1.5", "1e999", "NaN", "Infinity", "-Infinity"):
        content = good.replace(b'"0"', number.encode(), 1)
        name = f"bare-{number.strip('-').replace('.', '-')}" + (
            "-negative" if "-" in number else ""
        )
        certificate(name, content, "a bare number stands in the file")
    certificate("null", good.replace(b'"certified"', b"null", 1), "null stands in the file")
    certificate("deep", b"[" * 2_000, "nested too deeply")
    certificate("a-list", b"[]\n", "an object is expected, not a list")

    # keys, rules, numbers and terms
    edited("unknown-key", ["comment"], "hello", "unknown key 'comment'")
    edited("key-missing", ["verdict"], ..., "the key 'verdict' is missing")
    edited(
        "other-format", ["format"], "kernelcert certificate 9", "unknown 'kernelcert certificate 9'"
    )
    edited("verdict-unknown", ["verdict"], "true", "unknown 'true'")
    edited("verdict-a-boolean", ["verdict"], True, "a string is expected, not true or false")
    edited("steps-an-object", ["steps"], {}, "a list is expected, not an object")
    edited("step-a-string", ["steps", 0], "range", "an object is expected, not a string")
    edited("rule-unknown", ["steps", 0, "rule"], "trust_me", "step 0.rule: unknown 'trust_me'")
    edited("step-unknown-key", ["steps", 0, "because"], "x", "step 0: unknown key 'because'")
    edited("conclusion-missing", ["steps", 0, "conclusion"], ..., "the conclusion")
    edited("argument-missing", ["steps", 0, "arguments"], {}, "the key 'variable' is missing")
    edited("argument-unknown", ["steps", 3, "arguments", "hint"], "1", "unknown key 'hint'")
    edited("premise-negative", ["steps", 3, "premises", 0], "-1", "not a natural number")
    edited("premise-fraction", ["steps", 3, "premises", 0], "1/2", "not a natural number")
    edited("premise-huge", ["steps", 3, "premises", 0], "0x" + "f" * 99, "not a natural number")
    edited(
        "number-decimal-point",
        ["steps", 2, "arguments", "summands", 0, 0],
        "0.5",
        "is not an exact number",
    )
    edited(
        "number-blank", ["steps", 2, "arguments", "summands", 0, 0], " 1", "is not an exact number"
    )
    edited(
        "number-plus", ["steps", 2, "arguments", "summands", 0, 0], "+1", "is not an exact number"
    )
    edited(
        "number-underscore",
        ["steps", 2, "arguments", "summands", 0, 0],
        "1_0",
        "is not an exact number",
    )
    edited(
        "number-over-zero", ["steps", 2, "arguments", "summands", 0, 0], "1/0", "denominator zero"
    )
    edited(
        "number-too-long",
        ["steps", 2, "arguments", "summands", 0, 0],
        "9" * 4301,
        "at most 4300 digits",
    )
    edited(
        "summand-of-three",
        ["steps", 2, "arguments", "summands", 0],
        ["1", "e", "e"],
        "a list of a number and",
    )
    edited(
        "term-unknown-name",
        ["steps", 5, "arguments", "left"],
        "A x + f",
        "column 7: expected one of the names",
    )
    edited("term-a-scalar", ["steps", 5, "arguments", "left"], "delta", "a vector is expected")
    edited("term-over-zero", ["steps", 5, "arguments", "left"], "1/0 e", "denominator zero")
    edited("term-two-spaces", ["steps", 5, "arguments", "left"], "x + e", "a vector of X")
    edited("term-unfinished", ["steps", 5, "arguments", "left"], "A x +", "found the end")
    edited("term-quoted", ["steps", 5, "arguments", "left"], '"e"', "expected a number, a name")
    edited(
        "term-deep",
        ["steps", 5, "arguments", "left"],
        "(" * 99 + "e" + ")" * 99,
        "nested at most 32 deep",
    )
    edited(
        "term-deep-images",
        ["steps", 5, "arguments", "left"],
        "A " * 99 + "x",
        "nested at most 32 deep",
    )
    edited(
        "conclusion-unreadable",
        ["steps", 0, "conclusion"],
        "|e| <= delta delta <= 1",
        "column 20: expected the end",
    )
    edited("conclusion-no-relation", ["steps", 0, "conclusion"], "|e|", "found the end")
    edited(
        "multipliers-a-string", ["steps", 3, "arguments", "multipliers"], "1", "a list is expected"
    )
    edited(
        "map-a-list",
        ["steps", 0, "arguments", "variable"],
        ["e"],
        "a string is expected, not a list",
    )

    # choices and vectors
    edited("choice-missing", ["choices"], {"W": "0"}, "the key 'b' is missing", CHOSEN)
    edited("choice-for-a-datum", ["choices", "x"], "x_det", "unknown key 'x'", CHOSEN)
    edited(
        "choice-of-a-linear-map",
        ["choices", "W"],
        "x",
        "the choice for the linear map W must",
        CHOSEN,
    )
    edited("choice-in-another-space", ["choices", "b"], "A x", "no vector of X", CHOSEN)
    edited("choice-of-itself", ["choices", "b"], "b", "expected one of the names", CHOSEN)
    edited("choice-to-certify-for-all", ["choices"], {"e": "A x"}, "unknown key 'e'")
    edited("choice-missing-to-refute", ["choices"], ..., "the key 'e' is missing", REFUTED)
    edited("verdict-with-choices", ["verdict"], "vacuous", "unknown key 'e'", REFUTED)
    later = one("|b0 - e| <= 0", quantifier="exists b0 in Y\nfor all e in Y")
    swapped = Case(later, choices={"b0": "e"})
    write(
        "malformed",
        "choice-of-a-later-variable",
        swapped,
        "the choice for b0, column 1: expected one of the names",
    )
    edited("vector-without-problem", ["vectors"], WITNESS, "no coordinates without a problem")
    for name in ("e", "x", "delta", "X", "Psi", "A"):
        case = Case(TRANSFER, decided(COLUMNS), transfer_data(), vectors={name: vector("Y", 0)})
        write("malformed", f"vector-called-{name}", case, "cannot be a new name")
    for title, name in (
        ("reserved", "all"),
        ("underscore", "_w"),
        ("blank", "w w"),
        ("empty", ""),
        ("number", "1"),
    ):
        case = Case(TRANSFER, decided(COLUMNS), transfer_data(), vectors={name: vector("Y", 0)})
        write("malformed", f"vector-called-{title}", case, "cannot be a new name")
    case = Case(TRANSFER, decided(COLUMNS), transfer_data(), vectors={"w": vector("Y", 0, 0)})
    write("malformed", "vector-too-long", case, "the space has dimension 1")
    malformed_problems()
    malformed_arrays()
    malformed_statements()


def malformed_problems() -> None:
    case = Case(one("|x| = 7"), [computed("|x| = 7")], small())

    def edited(name: str, path: list[str | int], new: Json, expect: str) -> None:
        content = write_json(changed(small(), path, new))
        write("malformed", f"problem-{name}", case, expect, with_problem(case, content), content)

    edited("unknown-key", ["note"], "x", "problem: unknown key 'note'")
    edited("field", ["field"], "Q", "problem.field: unknown 'Q'; known are R, C")
    edited("norm", ["spaces", "X", "norm"], "l3", "problem.spaces.X.norm: unknown 'l3'")
    edited("weight-zero", ["spaces", "X", "weight"], "0", "must be positive, not 0")
    edited("weight-negative", ["spaces", "X", "weight"], "-1/2", "must be positive, not -1/2")
    edited(
        "dimension-huge", ["spaces", "X", "dimension"], "0x4000001", "not a natural number below"
    )
    edited("dimension-negative", ["spaces", "X", "dimension"], "-2", "not a natural number")
    edited(
        "space-missing", ["spaces", "Y"], ..., "problem.spaces: Y, which the statement names, is"
    )
    edited("space-unknown", ["spaces", "Z"], space(1, "l1"), "'Z' is not in the statement")
    edited("constant-zero", ["constants", "a"], "0", "the statement asks for a > 0, not 0")
    edited("constant-negative", ["constants", "a"], "-1", "the statement asks for a > 0, not -1")
    edited("constant-below-zero", ["constants", "b"], "-1/9", "asks for b >= 0, not -1/9")
    edited("constant-missing", ["constants", "c"], ..., "c, which the statement names, is missing")
    edited("constant-called-x", ["constants", "x"], "1", "means something else, or is no name")
    edited("vector-missing", ["vectors", "x"], ..., "x, which the statement names, is missing")
    edited("vector-space", ["vectors", "x"], vector("Y", 1), "problem.vectors.x: must be in X")
    edited("vector-no-space", ["vectors", "x", "space"], "Q", "unknown 'Q'; known are X, Y")
    edited("vector-too-short", ["vectors", "x"], vector("X", 1), "the space has dimension 2")
    edited(
        "vector-ragged",
        ["vectors", "x"],
        vector("X", [1, 2], [3]),
        "1 entries where 2 are expected",
    )
    edited(
        "vector-complex-over-R",
        ["vectors", "x", "array"],
        {"real": entries(0, 0), "imaginary": entries(0, 1)},
        "complex entries in a problem over R",
    )
    edited(
        "vector-called-a",
        ["vectors", "a"],
        vector("X", 1, 1),
        "means something else, or is no name",
    )
    edited("entry-decimal", ["vectors", "x", "array"], entries("1.5", 0), "is not an exact number")
    edited("entry-nan", ["vectors", "x", "array"], entries("nan", 0), "is not an exact number")
    edited("entry-over-zero", ["vectors", "x", "array"], entries("7/0", 0), "denominator zero")
    edited("array-many-axes", ["vectors", "x"], vector("X", [[[[[[[[1]]]]]]]]), "at most 8 axes")
    edited(
        "array-and-file", ["vectors", "x", "array", "file"], "x.npy", "the key 'sha256' is missing"
    )
    edited(
        "matrix-shape", ["linear", "A"], dense([1], [1]), "shape (2, 1), but the spaces need (1, 2)"
    )
    edited("matrix-kind", ["linear", "A", "kind"], "magic", "unknown 'magic'")
    edited(
        "linear-missing",
        ["linear"],
        ...,
        "problem.linear: A, which the statement names, is missing",
    )
    edited("map-as-linear", ["linear", "Psi"], dense([1, 1]), "'Psi' is not in the statement")
    edited("map-kind", ["maps", "Psi"], {"kind": "magic"}, "unknown 'magic'")
    edited("map-no-kind", ["maps", "Psi"], {}, "problem.maps.Psi.kind: unknown ''")
    edited("affine-offset", ["maps", "Psi"], affine([[1], [0]], [0]), "the space has dimension 2")
    edited("table-uneven", ["maps", "Psi"], table([[1], [2]], [[1, 1]]), "2 inputs but 1 outputs")
    edited("table-twice", ["maps", "Psi"], table([[1], ["2/2"]], [[1, 1], [2, 2]]), "occurs twice")
    edited("table-empty", ["maps", "Psi"], table([], []), "expected one row of 1 entries")
    edited(
        "table-width", ["maps", "Psi"], table([[1, 2]], [[1, 1]]), "expected one row of 1 entries"
    )
    edited("mcshane-into-l1", ["maps", "Psi"], extension(), "a target with the linf norm")
    line = changed(small(), ["spaces", "X", "norm"], "linf")
    content = write_json(line | {"maps": {"Psi": extension("-1")}})
    write(
        "malformed",
        "problem-mcshane-negative",
        case,
        "McShane's extension needs",
        with_problem(case, content),
        content,
    )
    asks = Case(one("|x| = 7").replace("spaces X, Y", "spaces X with l2, Y"), (), small())
    write("malformed", "problem-other-norm", asks, "the statement asks for the l2 norm")
    over = Case(one("|x| = 7").replace("spaces", "field C\nspaces", 1), (), small())
    write("malformed", "problem-other-field", over, "the statement is over C, the problem over R")
    ranged = Case(one("|e| <= 1", quantifier="for all e in Y with |e| <= 1"), (), small())
    content = write_json(changed(small(), ["vectors", "e"], vector("Y", 0)))
    write(
        "malformed",
        "problem-value-of-a-bound-variable",
        ranged,
        "means something else, or is no name",
        with_problem(ranged, content),
        content,
    )


def malformed_arrays() -> None:
    def array(
        name: str, content: bytes, expect: str, shape: tuple[int, ...] = (2,), **more: str
    ) -> None:
        reference = stored("x.npy", content, *shape) | more
        problem = changed(small(), ["vectors", "x", "array"], reference)
        case = Case(one("|x| = 7"), [computed("|x| = 7")], problem, files={"x.npy": content})
        write("malformed", f"array-{name}", case, expect)

    numbers = bytes([3, 256 - 4])
    good = npy("|i1", "(2,)", numbers)
    array("digest", good, "not the one the problem names", sha256="0" * 64)
    array("missing", good, "there is no file y.npy", file="y.npy")
    for title, path in (
        ("parent", "../x.npy"),
        ("absolute", "/x.npy"),
        ("folder", "a/x.npy"),
        ("hidden", ".x"),
        ("backslash", "a\\x.npy"),
        ("nul", "x%00.npy"),
    ):
        array(f"path-{title}", good, "must be a plain file name", file=path)
    array("path-empty", good, "there is no file", file="")
    array("shape", good, "has shape (2,), the problem says (1, 2)", (1, 2))
    array("scale", good, "denominator zero", scale="1/0")
    array("unknown-key", good, "unknown key 'dtype'", dtype="i1")
    array("not-npy", b"PK\x03\x04 a zip file", "not a .npy file")
    array("empty", b"", "not a .npy file")
    array("header-cut", good[:30], "is not covered")
    array("body-cut", good[:-1], "1 bytes of data")
    array("body-long", good + b"\0", "3 bytes of data")
    array("object", npy("|O8", "(2,)", bytes(16)), "is not covered")
    array("text", npy("<U4", "(2,)", bytes(32)), "is not covered")
    array(
        "record", npy("|i1", "(2,)", numbers).replace(b"'|i1'", b"[('a', '|i1')]"), "is not covered"
    )
    array("code", npy("|i1", "__import__('os')", numbers), "is not covered")
    array("negative-shape", npy("|i1", "(-2,)", numbers), "is not covered")
    array("long-double", npy("<f16", "(2,)", bytes(32)), "f16 are not covered")
    array(
        "version-3", good.replace(b"NUMPY\x01", b"NUMPY\x03"), "not a .npy file of version 1 or 2"
    )
    array("truth-value", npy("|b1", "(2,)", bytes([1, 2])), "neither 0 nor 1")
    for title, low, high in (
        ("nan", 0xF8, 0x7F),
        ("infinity", 0xF0, 0x7F),
        ("minus-infinity", 0xF0, 0xFF),
    ):
        body = bytes(14) + bytes([low, high])
        said = "entry 1 is a not-a-number" if title == "nan" else "entry 1 is an infinity"
        array(title, npy("<f8", "(2,)", body), said)
    array("complex-nan", npy("<c8", "(2,)", bytes(14) + b"\xc0\x7f"), "entry 3 is a not-a-number")
    array("complex-over-R", npy("<c8", "(2,)", bytes(14) + b"\x80\x3f"), "complex entries")


def malformed_statements() -> None:
    base = one("|x| = 7")

    def text(name: str, content: str | bytes, expect: str) -> None:
        raw = content if isinstance(content, bytes) else content.encode()
        case = Case(base, [evident("0")])
        write(
            "malformed", f"statement-{name}", case, expect, with_statement(case, raw), statement=raw
        )

    def line(name: str, new: str, expect: str) -> None:
        text(name, base.replace("  |x| = 7", f"  {new}"), "statement line 9, " + expect)

    text("empty", "", "expected a first line like")
    text("no-conclusion", base[: base.index("conclude")], "there is no conclusion")
    text("greek", base.replace("Psi", "\u03a8").encode(), "is not ASCII")
    text("tab", base.replace("  |x|", "\t|x|"), "tabs and control characters")
    text("carriage-return", base.replace("\n", "\r\n"), "tabs and control characters")
    text("two-words", base.replace("small", "small thing"), "expected a first line like")
    text(
        "unknown-word",
        base.replace("spaces", "lemma x\nspaces"),
        "line 2, column 1: expected source",
    )
    text(
        "private-word",
        base.replace("spaces", "space X\nspaces"),
        "line 2, column 1: expected source",
    )
    text("declared-twice", base.replace("vectors y", "vectors x"), "the name 'x' is declared twice")
    text("reserved", base.replace("vectors y", "vectors all"), "'all' cannot be used as a name")
    text(
        "space-unknown", base.replace("y in Y", "y in Z"), "expected the name of a space, found 'Z'"
    )
    text("norm-unknown", base.replace("X, Y", "X with l3, Y"), "column 15: expected 'l1' or 'l2'")
    text(
        "field-unknown",
        base.replace("spaces", "field Q\nspaces", 1),
        "column 7: expected 'R' or 'C', found 'Q'",
    )
    text("constant-negative", base.replace("c\n", "c > 1\n"), "expected '0', found '1'")
    text(
        "constant-below", base.replace("c\n", "c < 0\n"), "expected the end of the line, found '<'"
    )
    text(
        "indented-too-early",
        base.replace("linear", "  linear"),
        "expected no indented line but under 'given' or 'conclude'",
    )
    text(
        "after-the-end", base + "vectors z in X\n", "an indented conclusion, or the end of the file"
    )
    text(
        "given-after-for-all",
        one("|x| = 7", quantifier="for all e in X\ngiven\n  |x| <= 1"),
        "before every quantifier",
    )
    text("label-twice", one("|x| = 7", "p: |x| <= 1\n  p: |x| <= 2"), "the label 'p' is used twice")
    text(
        "label-of-a-number",
        one("|x| = 7", "given2: |x| <= 1\n  |x| <= 2"),
        "'given2' is used twice",
    )
    text("parameter-taken", one("|x| = 7", head="define F(x in X) = x"), "'x' is declared twice")
    text(
        "scalar-map",
        one("|x| = 7", head="define F(t in X) = |t|"),
        "a vector as the value of the map",
    )
    text(
        "recursive-map", one("|x| = 7", head="define F(t in X) = F(t)"), "expected one of the names"
    )
    line("unknown-name", "|z| = 7", "column 4: expected one of the names")
    line("no-relation", "|x|", "column 6: expected '<=' or '<'")
    line("two-relations", "0 <= |x| <= 7", "column 12: expected the end of the line")
    line("scalar-in-bars", "|a| = 7", "column 4: expected a vector between the bars")
    line("vector-compared", "x = 7", "column 3: expected a scalar (put bars around the vector)")
    line(
        "two-spaces",
        "|x + y| = 7",
        "column 8: expected a vector of X to add to the one before, not a vector of Y",
    )
    line(
        "wrong-domain",
        "|A y| = 7",
        "column 6: expected a vector of X, to which A applies, found 'y'",
    )
    line("vector-product", "|x x| = 7", "column 4: expected no vector on the left of a product")
    line("symbolic-factor", "|a x| = 7", "column 4: expected a number as coefficient of the vector")
    line("strange-character", "|x| = 7 ^ 2", "column 11: '^ 2' is not understood")
    line("decimal-number", "|x| = 7.5", "column 10: expected the end of the line, found '.'")
    line("lipschitz-of-a-vector", "Lipschitz(x) <= 1", "column 13: expected the name of a map")
    line("lipschitz-below", "Lipschitz(Psi) < 1", "column 18: expected '<=' or '>', found '<'")
    line("bracket-open", "(|x| = 7", "column 8: expected ')', found '='")


# -------------------------------------------------------------------------- found by attack


def once_accepted() -> None:
    """What an earlier kernel accepted, or answered with a traceback or not at all."""

    def weak(name: str, case: Case, expect: str, kind: str = "malformed") -> None:
        write(kind, f"once-{name}", case, expect)

    text = 'statement t "t"\nspaces X\nexists b in X\nvectors x in X\nconclude\n  |b - x| <= 0\n'
    weak(
        "datum-declared-after-exists",
        Case(text, [evident("0")], choices={"b": "x"}),
        "'vectors' must stand before every quantifier",
    )
    exists = one(
        "|v| <= 0", quantifier="exists linear W : X -> Y\nexists v in Y\ndefine F(t in X) = W t + v"
    )
    value = changed(small(), ["vectors", "v"], vector("X", 1, 1))
    weak(
        "value-of-an-exists-in-another-space",
        Case(exists, [computed("|v| <= 0")], value, "vacuous"),
        "means something else, or is no name",
    )
    weak(
        "computing-an-open-linear-map",
        Case(exists, [computed("|W x| <= 0")], small(), "vacuous"),
        "has no value",
        "rejected",
    )
    weak(
        "choice-through-its-own-definition",
        Case(exists, [evident("0")], small(), choices={"W": "0", "v": "F(x)"}),
        "the choice for v, column 1: expected one of the names",
    )
    limits = one("|Psi(e)| <= 1", quantifier="for all e in Y with Lipschitz(Psi) <= a")
    weak(
        "hypothesis-inside-a-range",
        Case(limits, [computed("0 <= 1")], small()),
        "does not limit e; put it under 'given'",
    )
    weighted = changed(small(), ["spaces", "X", "weight"], "1/1000")
    asks = one("|x| <= 1").replace("spaces X,", "spaces X with l1,")
    weak(
        "weight-of-a-named-norm",
        Case(asks, [computed("|x| <= 1")], weighted),
        "the statement asks for the l1 norm, weight 1",
    )
    deep = one("0 <= a", head="linear B : X -> X\ndefine F(t in X) = " + "B " * 18 + "t")
    weak(
        "deep-by-definition",
        Case(deep, [evident("|" + "F(" * 18 + "x" + ")" * 18 + "|")]),
        "nested deeper than",
    )
    zero = small(
        spaces={"X": space(0, "linf"), "Y": space(1, "linf")}, linear={"A": {"kind": "named"}}
    )
    empty = npy("|i1", "(1, 0)", b"")
    zero |= {
        "linear": {"A": {"kind": "dense", "matrix": stored("a.npy", empty, 1, 0)}},
        "vectors": {"x": vector("X"), "y": vector("Y", 1)},
        "maps": {"Psi": {**table([[1]], [[]]), "kind": "mcshane", "slope": "1"}},
    }
    case = Case(one("|Psi(y)| <= 0"), [computed("|Psi(y)| <= 0")], zero, files={"a.npy": empty})
    weak("mcshane-into-dimension-zero", case, "at least dimension 1")
    many = npy("|i1", "(" + "999999999999, " * 400 + "1)", b"")
    problem = changed(small(), ["vectors", "x", "array"], stored("x.npy", many, 2))
    weak(
        "array-of-many-axes",
        Case(one("|x| = 7"), (), problem, files={"x.npy": many}),
        "is not covered",
    )
    native = npy("|f8", "(2,)", bytes(16))
    problem = changed(small(), ["vectors", "x", "array"], stored("x.npy", native, 2))
    weak(
        "array-without-byte-order",
        Case(one("|x| = 0"), [computed("|x| = 0")], problem, files={"x.npy": native}),
        "does not name the byte order",
    )
    weak(
        "power-of-a-constant",
        Case(one("0 <= a"), [evident("a " * 300), evident("a")]),
        "or 16 factors",
    )
    escape = one("0 <= |x|").replace("conclude", "# \x1b[2K\x0c\nconclude")
    weak(
        "control-characters-in-a-comment",
        Case(escape, [evident("|x|")]),
        "tabs and control characters",
    )
    twice = one("0 <= |x|").replace("spaces", "field C\nfield R\nspaces", 1)
    weak("field-twice", Case(twice, [evident("|x|")]), "the field is given twice")
    junk = one("0 <= |x|").replace('"one line"', '"one line" and | more')
    weak("words-after-the-title", Case(junk, [evident("|x|")]), "expected a first line like")
    extra = changed(small(), ["constants", "= 1 nothing"], "1")
    weak(
        "constant-with-a-strange-name",
        Case(one("0 <= |x|"), [evident("|x|")], extra),
        "means something else, or is no name",
    )
    # small files that kept it busy for hours; `test_costs.py` has them in full size
    chain = "linear B : X -> X\ndefine F(t in X) = " + " + ".join(
        "B " * k + "t" for k in (1, 9, 19)
    )
    factors = " + ".join(f"|F(x) + {k} x|" for k in range(1, 20))
    product = [evident(f"({factors})"), evident(f"({factors}) ({factors})"), evident("a")]
    weak(
        "norms-of-long-terms",
        Case(one("0 <= a", head=chain), product),
        YES,
        "accepted",
    )
    deeper = chain.replace("define", "define E(t in X) = " + "B " * 21 + "t\ndefine")
    weak("norms-of-deep-terms", Case(one("0 <= a", head=deeper), product), "nested deeper than")
    long = "0x1" + "0" * 4096  # the shortest number with more than 16,384 bits
    small_numbers = "a number in a term has at most 16384 bits"
    coefficient = computed(f"|1/{long} x| <= a")
    weak("long-coefficient", Case(one("|x| <= a"), [coefficient], small()), small_numbers)
    summand: Step = ("triangle", [], {"summands": [[long, "x"]]}, "0 <= 0")
    weak("long-factor-of-a-summand", Case(one("|x| <= a"), [summand]), small_numbers)
    for rule in ("rows", "columns", "signs", "gram"):
        arguments = {"map": "Psi", "bound": f"{long}/3"}
        arguments |= {"factor": [["0"]], "shift": "3"} if rule == "gram" else {}
        bound_step: Step = (f"operator_{rule}", [], arguments, "Lipschitz(Psi) <= a")
        case = Case(one("Lipschitz(Psi) <= a"), [bound_step], small())
        weak(f"long-bound-{rule}", case, small_numbers)
    terms = [
        " + ".join(f"|{v} + {k} {w}|" for k in range(1, 64)) for v, w in (("x", "u"), ("y", "v"))
    ]
    many = f"({terms[0]}) ({terms[1]})"  # 3,969 summands
    again: Step = ("linear", [0] * 400, {"multipliers": ["1"] * 400}, f"0 <= 400 {many}")
    head = "vectors u in X\nvectors v in Y"
    weak(
        "one-long-premise-many-times",
        Case(one("0 <= a", head=head), [evident(many), again]),
        "more than 131072 products of terms; take several steps",
        "rejected",
    )


def second_attack() -> None:
    """What a second attack found; `FINDINGS.md` has the reasons."""

    def weak(name: str, case: Case, expect: str, kind: str = "malformed") -> None:
        write(kind, f"once-{name}", case, expect)

    weak(
        "thousands-with-a-blank",
        Case(one("10 000 a <= |x|"), [evident("|x|")]),
        "statement line 9",
    )
    weak("mixed-number", Case(one("3 1/2 <= 2"), [computed("3 1/2 <= 2")]), "statement line 9")
    head = "constants x1 > 0"
    numbers = {"a": "1", "b": "0", "c": "-5", "x1": "7"}
    half = {"x": vector("X", "1/2", 0), "y": vector("Y", 2)}
    weak(
        "hexadecimal-in-a-statement",
        Case(
            one("|x| <= 0x1", head=head),
            [computed("|x| <= 0x1")],
            small(vectors=half, constants=numbers),
        ),
        "statement line 10",
    )
    text = (
        'statement t "t"\nspaces X\nvectors x in X\nexists b in X\n'
        "define f(y in X) = y + b - x\nconclude\n  |f(x)| = |b|\n"
    )
    same = [evident("0"), ("equal", [0, 0], {}, "0 = 0")]
    line = data("R", {"X": space(1, "l1")}, vectors={"x": vector("X", 1)})
    five = vector("X", 5)
    weak(
        "witness-named-like-a-parameter",
        Case(text, same, line, choices={"b": "y"}, vectors={"y": five}),
        "has the name of a definition's parameter",
    )
    weak(
        "vector-named-like-a-parameter",
        Case(text, same, changed(line, ["vectors", "y"], five), choices={"b": "y"}),
        "has the name of a definition's parameter",
    )
    plain = npy("<f08", "(2,)", bytes(16))
    at_x = ["vectors", "x", "array"]
    weak(
        "array-size-with-leading-zero",
        Case(
            one("|x| = 0"),
            [computed("|x| = 0")],
            changed(small(), at_x, stored("x.npy", plain, 2)),
            files={"x.npy": plain},
        ),
        "is not covered",
    )
    ones = npy("|i1", "(1000,)", bytes([1]) * 1000)
    weak(
        "scale-too-long",
        Case(
            'statement t "t"\nspaces X\nvectors x in X\nconclude\n  0 <= |x|\n',
            [evident("|x|")],
            data(
                "R",
                {"X": space(1000, "l1")},
                vectors={
                    "x": {
                        "space": "X",
                        "array": stored("x.npy", ones, 1000, scale="0x" + "f" * 20_000),
                    }
                },
            ),
            files={"x.npy": ones},
        ),
        ".scale",
    )
    long = "v" * 2_000
    weak(
        "name-too-long",
        Case(one("0 <= |x|", head=f"vectors {long} in X"), [evident("|x|")]),
        "statement line 8",
    )
    for name, choice, middle, limit, conclusion in (
        (
            "zero-map",
            {"W": "0"},
            "exists linear W : X -> X\ndefine f(t in Y) = W Psi(t) + x\n",
            "|f(e)| <= a",
            "|x| <= a",
        ),
        (
            "vector",
            {"v": "d"},
            "for all d in Y\nexists v in Y\n",
            "|e - v| <= |e - d| + b",
            "0 <= b",
        ),
    ):
        quantifier = f"{middle}for all e in Y with {limit}"
        weak(
            f"limit-that-a-choice-removes-{name}",
            Case(
                one(conclusion, quantifier=quantifier),
                [("range", [], {"variable": "e", "number": "1"}, conclusion)],
                choices=choice,
            ),
            YES,
            "accepted",
        )


def main() -> None:
    """Write all cases anew."""
    for kind in KINDS:
        shutil.rmtree(HERE / kind, ignore_errors=True)
    third = (sets_and_denials.accepted, sets_and_denials.rejected, sets_and_denials.malformed)
    fourth = (linear_forms.accepted, linear_forms.rejected, linear_forms.malformed)
    nets = (network_maps.accepted, network_maps.rejected, network_maps.malformed)
    trees = (cells_and_layers.accepted, cells_and_layers.rejected, cells_and_layers.malformed)
    balls = (enclosures.accepted, enclosures.rejected, enclosures.malformed)
    runs = (machines.accepted, machines.rejected, machines.malformed)
    first = (accepted, rejected, malformed, once_accepted, second_attack)
    for part in (*first, *third, *fourth, *nets, *trees, *balls, *runs):
        part()
    for kind in KINDS:
        print(f"{kind:<10} {len(list((HERE / kind).glob('*')))}")


if __name__ == "__main__":
    main()
