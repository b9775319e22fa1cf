"""Cases on finite sets, numbers of modulus 1, alternatives, conditions, denials, own vectors.

`make.py` runs them.  They live on the plane of `small`, or on nothing.
"""

from __future__ import annotations

from parts import Case, Json, Step, changed, entries, one, small, space, table, vector, write

YES = "s VERIFIED certified"
VACUOUS = "s VERIFIED vacuous"
REFUTED = "s VERIFIED refuted"


def computed(claim: str) -> Step:
    return ("compute", [], {"claim": claim}, claim)


def member(claim: str) -> Step:
    return ("members", [], {"claim": claim}, claim)


def evident(scalar: str) -> Step:
    return ("nonnegative", [], {"scalar": scalar}, f"0 <= {scalar}")


def given(number: int, judgment: str) -> Step:
    return ("given", [], {"hypothesis": str(number)}, judgment)


def ranged(name: str, number: int, judgment: str) -> Step:
    return ("range", [], {"variable": name, "number": str(number)}, judgment)


def denied(conclusion: int, alternative: int, judgment: str) -> Step:
    arguments = {"conclusion": str(conclusion), "alternative": str(alternative)}
    return ("denied", [], arguments, judgment)


def added(*premises: int, says: str = "0 < 0") -> Step:
    return ("linear", list(premises), {"multipliers": ["1"] * len(premises)}, says)


HEAD = "sets S in X\nunits u"
FAMILY = {"S": {"space": "X", "array": entries([3, -4], [0, 1], [-7, 0])}}
UNITS = {"u": {"real": "3/5", "imaginary": "4/5"}}
SETS = small(field="C", sets=FAMILY, units=UNITS)
REAL = small(sets=FAMILY, units={"u": {"real": "-1"}})
EACH = "for all s in S with |s| <= 7"


def on_sets(
    conclusion: str, *steps: Step, quantifier: str = EACH, given: str = "", **more: Json
) -> Case:
    """A case on the data with sets."""
    text = one(conclusion, given, quantifier, HEAD)
    return Case(text, steps, more.pop("problem", SETS), **more)


def general(conclusion: str, *steps: Step, quantifier: str = "", given: str = "") -> Case:
    """A case without data."""
    return Case(one(conclusion, given, quantifier, HEAD), steps)


OWN = one("Lipschitz(F) <= 2", quantifier="define F(v in X) = 2 v + x", head=HEAD)
OWN_STEPS: list[Step] = [
    ("triangle", [], {"summands": [["2", "p - q"]]}, "2 |p - q| <= 2 |p - q|"),
    ("everywhere", [0], {"map": "F", "left": "p", "right": "q", "bound": "2"}, "Lipschitz(F) <= 2"),
]
MEMBERS = on_sets(
    "|s| <= 7 and |Psi(A s)| <= 7",
    member("|s| <= 7"),
    member("|Psi(A s)| <= 7"),
    evident("0"),
)
BY_CONTRADICTION = general(
    "|x| <= a + b",
    given(1, "|x| <= a"),
    denied(1, 1, "a + b < |x|"),
    evident("b"),
    added(0, 1, 2),
    given="|x| <= a",
)
# the arithmetic and geometric mean, by a square; a product of two differences
MEAN = general(
    "2 |x| |y| <= |x| |x| + |y| |y| and a a + |x| c < a c + |x| a",
    ("square", [], {"scalar": "|x| - |y|"}, "2 |x| |y| <= |x| |x| + |y| |y|"),
    given(1, "|x| < a"),
    given(2, "a < c"),
    ("linear", [1], {"multipliers": ["1"]}, "|x| < a"),
    ("product", [1, 2], {}, "a a + |x| c < a c + |x| a"),
    given="|x| < a and a < c",
)
SAME = general(
    "|Psi(A x) - Psi(y)| <= 0",
    given(1, "|A x - y| <= 0"),
    (
        "congruence",
        [0],
        {"map": "Psi", "left": "A x", "right": "y"},
        "|Psi(A x) - Psi(y)| <= 0",
    ),
    given="|A x - y| <= 0",
)
CONDITIONS = "for all e in Y with |e| <= a\nexists d in X with |d| <= 2 |x| and |A d| = 2 |A x|"


def own(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "X")


def accepted() -> None:
    """What follows."""

    def yes(name: str, case: Case, expect: str = YES) -> None:
        write("accepted", name, case, expect)

    yes("set-every-member", MEMBERS)
    yes("set-every-member-over-R", on_sets("|s| <= 7", member("|s| <= 7"), problem=REAL))
    yes(
        "set-a-range-excludes-a-member",
        on_sets("|s| <= 1", member("|s| <= 1"), quantifier="for all s in S with |s| <= 2"),
    )
    pairs = "for all s in S\nfor all t in S with |A t - A s| <= 2"
    yes(
        "set-of-pairs-in-a-range",
        on_sets("|t - s| <= 8", member("|t - s| <= 8"), quantifier=pairs),
    )
    yes(
        "set-a-member-is-chosen",
        on_sets(
            "|d| <= 1",
            computed("|S_2| <= 1"),
            computed("|A S_2| = 1"),
            quantifier="exists d in S with |A d| = 1",
            choices={"d": "S_2"},
        ),
    )
    yes(
        "set-refuted-by-a-member",
        on_sets(
            "|s| < 7",
            computed("|S_3| <= 7"),
            computed("|S_3| >= 7"),
            verdict="refuted",
            choices={"s": "S_3"},
        ),
        REFUTED,
    )
    yes(
        "set-vacuous-range",
        on_sets(
            "|s| <= 7",
            member("|s| < 0"),
            evident("|s|"),
            added(0, 1),
            quantifier="for all s in S with |s| < 1",
            verdict="vacuous",
        ),
        VACUOUS,
    )
    yes("unit-over-C", on_sets("|u x + x| < 14", computed("|u x + x| < 14"), quantifier=""))
    yes("unit-over-R", on_sets("|u x + x| = 0", computed("|x + u x| = 0"), problem=REAL))
    yes(
        "unit-of-a-norm",
        general(
            "|A u x - conj(u) y| <= |u u A x - y|",
            evident("0"),
        ),
    )
    yes("or-the-first", on_sets("|x| = 7 or |x| = 8", computed("|x| = 7"), quantifier=""))
    yes("or-the-second", on_sets("|x| = 8 or |x| = 7", computed("|x| = 7"), quantifier=""))
    yes("or-by-denial", general("|x| <= a or a < |x|", denied(1, 1, "a < |x|")))
    yes(
        "or-refuted",
        on_sets(
            "|x| < 7 or |y| > 2",
            computed("|x| >= 7"),
            computed("|y| <= 2"),
            quantifier="",
            verdict="refuted",
        ),
        REFUTED,
    )
    yes("by-contradiction", BY_CONTRADICTION)
    yes("by-a-square-and-a-product", MEAN)
    yes("congruence", SAME)
    yes(
        "conditions-of-an-exists",
        Case(
            one("|d - x| <= |x|", quantifier=CONDITIONS),
            [evident("0"), ("equal", [0, 0], {}, "0 = 0")],
            choices={"d": "2 x"},
        ),
    )
    yes("own-vectors", with_own(Case(OWN, OWN_STEPS), "p", "q"))
    yes("own-vectors-on-data", with_own(Case(OWN, OWN_STEPS, SETS), "p", "q"))
    empty = general(
        "|x| < 0",
        ranged("e", 1, "|e| < 0"),
        evident("|e|"),
        denied(1, 1, "0 <= |x|"),
        ("linear", [0, 1, 2], {"multipliers": ["1", "1", "0"]}, "0 < 0"),
        quantifier="for all e in Y with |e| < 0",
    )
    yes("an-empty-range-proves-anything", empty)
    complex_table = {**table([[1, 0]], [[1]]), "kind": "mcshane", "slope": "2"}
    over_c = small(
        field="C",
        spaces={"X": space(1, "l2", weight="3"), "Y": space(2, "l1")},
        linear={"A": {"kind": "dense", "matrix": entries([1], [0])}},
        maps={"Psi": complex_table},
        vectors={
            "x": {"space": "X", "array": {"real": entries(1), "imaginary": entries(5)}},
            "y": {
                "space": "Y",
                "array": {"real": entries(1, 0), "imaginary": entries("-7/2", "1/9")},
            },
        },
    )
    yes(
        "mcshane-over-C",
        Case(
            one("Lipschitz(Psi) <= 6 and |Psi(y)| = 3 and |Psi(A x)| = 3"),
            [
                ("mcshane", [], {"map": "Psi"}, "Lipschitz(Psi) <= 6"),
                computed("|Psi(y)| = 3"),
                computed("|Psi(A x)| = 3"),
            ],
            over_c,
        ),
    )


def with_own(case: Case, *names: str) -> Case:
    """The case with arbitrary vectors of X."""
    case.arbitrary = own(*names)
    return case


def rejected() -> None:
    """What does not follow."""

    def no(name: str, case: Case, expect: str) -> None:
        write("rejected", name, case, expect)

    no(
        "set-false-for-one-member",
        on_sets("|s| < 7", member("|s| < 7")),
        "|s| < 7 is false for s = S_1",
    )
    no(
        "set-one-member-for-all",
        on_sets("|s| <= 7", computed("|S_1| <= 7")),
        "no step concludes |s| <= 7",
    )
    no(
        "set-variable-computed",
        on_sets("|s| <= 7", computed("|s| <= 7")),
        "s stands for every vector of its range",
    )
    no(
        "set-variable-of-a-space",
        on_sets("|e| >= 0", member("|e| >= 0"), quantifier="for all e in X"),
        "e runs through a whole space",
    )
    no(
        "set-range-with-a-variable-of-a-space",
        on_sets(
            "|s| < 0",
            member("|s| < 0"),
            quantifier="for all e in X\nfor all s in S with |s - e| < 0",
        ),
        "e runs through a whole space",
    )
    no(
        "set-range-used-before-it",
        on_sets(
            "|s| <= 1",
            member("|s| < 7"),
            denied(1, 1, "7 <= |S_1|"),
            ("linear", [0], {"multipliers": ["1"]}, "|s| < 7"),
            quantifier="exists d in S with |d| < 7\nfor all s in S with |s| <= 1",
            choices={"d": "S_1"},
        ),
        "no step concludes |S_1| < 7",
    )
    for title, choice in (("vector", "x"), ("term", "S_1 + 0 x"), ("beyond", "S_4")):
        no(
            f"set-chosen-{title}-is-no-member",
            on_sets(
                "|d| <= 7",
                computed("|S_1| <= 7"),
                quantifier="exists d in S",
                choices={"d": choice},
                vectors={"S_4": vector("X", 0, 0)},
            ),
            "the choice for d is not the name of a member of S",
        )
    no(
        "set-refuted-by-no-member",
        on_sets("|s| < 7", computed("|x| >= 7"), verdict="refuted", choices={"s": "x"}),
        "the choice for s is not the name of a member of S",
    )
    no(
        "set-member-without-data",
        Case(
            one("0 <= |d|", quantifier="exists d in S", head=HEAD),
            [evident("|S_1|")],
            choices={"d": "S_1"},
        ),
        "the choice for d is not the name of a member of S",
    )
    no(
        "unit-moves-a-vector",
        general("|u x - x| <= 0", evident("0")),
        "no step concludes |x - u x| <= 0",
    )
    no(
        "unit-is-not-its-conjugate",
        general("|u x - conj(u) x| <= 0", evident("0")),
        "no step concludes",
    )
    no(
        "unit-passes-no-map",
        general("|Psi(u y)| <= |Psi(y)|", evident("0")),
        "no step concludes |Psi(u y)| <= |Psi(y)|",
    )
    no(
        "unit-value",
        on_sets("|u x + x| < 10", computed("|u x + x| < 10"), quantifier=""),
        "is false on the data",
    )
    no(
        "denial-of-another-conclusion",
        Case(
            one("|x| <= a\n  a < |x|"),
            [denied(2, 1, "|x| <= a"), denied(1, 1, "a < |x|"), added(0, 1)],
        ),
        "no step concludes |x| <= a",
    )
    no(
        "denial-is-no-hypothesis",
        Case(
            one("|x| <= a", given="0 < a"),
            [
                given(1, "0 < a"),
                denied(1, 1, "a < |x|"),
                ("weaken", [1], {"claim": "a <= |x|"}, "a <= |x|"),
            ],
        ),
        "no step concludes |x| <= a",
    )
    no(
        "denial-refutes",
        on_sets("|x| <= 8", denied(1, 1, "8 < |x|"), quantifier="", verdict="refuted"),
        "no step decides the negation of a conclusion",
    )
    vacuous = general(
        "|x| <= a",
        given(1, "|x| <= a"),
        denied(1, 1, "a < |x|"),
        added(0, 1),
        given="|x| <= a",
    )
    vacuous.verdict = "vacuous"
    no("denial-makes-vacuous", vacuous, "no step decides the negation of a hypothesis")
    no(
        "denial-of-an-equation",
        Case(one("|x| = a"), [denied(1, 1, "a < |x|")]),
        "the negation of |x| = a is no single judgment",
    )
    no(
        "condition-by-the-range-of-a-later-variable",
        Case(
            one(
                "|e| <= |d|",
                quantifier="exists d in Y with |d| < 0\nfor all e in Y with |e| < 0",
            ),
            [
                ranged("e", 1, "|e| < 0"),
                evident("|e|"),
                denied(1, 1, "0 <= |y|"),
                ("linear", [0, 1, 2], {"multipliers": ["1", "1", "0"]}, "0 < 0"),
                denied(2, 1, "|y| < |e|"),
                ("linear", [0, 1, 4], {"multipliers": ["1", "1", "0"]}, "0 < 0"),
            ],
            choices={"d": "y"},
        ),
        "no step concludes |y| < 0",
    )
    no(
        "condition-not-shown",
        Case(
            one("|d - x| <= |x|", quantifier=CONDITIONS),
            [evident("0")],
            choices={"d": "2 x"},
        ),
        "no step concludes 0 = 0",
    )
    no(
        "or-refuted-by-one",
        on_sets("|x| < 7 or |y| = 2", computed("|x| >= 7"), quantifier="", verdict="refuted"),
        "no step decides the negation of a conclusion",
    )
    no(
        "own-vectors-are-two",
        with_own(
            Case(
                OWN,
                [
                    evident("0"),
                    (
                        "everywhere",
                        [0],
                        {"map": "F", "left": "p", "right": "p", "bound": "2"},
                        "Lipschitz(F) <= 2",
                    ),
                ],
            ),
            "p",
        ),
        "are not two arbitrary vectors",
    )
    limited = OWN.replace("conclude", "for all p in X with |p| <= a\nfor all q in X\nconclude")
    no("own-vectors-are-own", Case(limited, OWN_STEPS), "are not two arbitrary vectors")
    no(
        "own-vector-computed",
        with_own(Case(OWN, [computed("|p| >= 0")], SETS), "p"),
        "p stands for every vector",
    )
    no(
        "congruence-of-a-small-distance",
        general(
            "|Psi(A x) - Psi(y)| <= 0",
            given(1, "|A x - y| <= a"),
            (
                "congruence",
                [0],
                {"map": "Psi", "left": "A x", "right": "y"},
                "|Psi(A x) - Psi(y)| <= 0",
            ),
            given="|A x - y| <= a",
        ),
        "expected is |A x - y| <= 0",
    )
    no(
        "product-of-a-strict-and-another",
        general(
            "a |x| < a c",
            given(1, "|x| < c"),
            evident("a"),
            ("product", [0, 1], {}, "a |x| < a c"),
            given="|x| < c",
        ),
        "it gives a |x| <= a c, written is",
    )


def malformed() -> None:
    """What cannot be read."""

    def bad(name: str, case: Case, expect: str) -> None:
        write("malformed", name, case, expect)

    # once read as |x|, the number of modulus 1 forgotten
    for title, text in (("norm", "u |x|"), ("constant", "u a"), ("number", "u * 2")):
        bad(
            f"once-unit-before-a-{title}",
            general(f"0 <= {text}", evident(text)),
            "expected a vector behind the number of modulus 1",
        )
    bad("unit-alone", general("|u| <= 1", evident("1")), "expected a vector behind the number of")
    bad(
        "or-and-and",
        general("|x| <= a or a < |x| and 0 <= a", denied(1, 1, "a < |x|")),
        "expected the end of the line, found 'and'",
    )
    bad("or-among-hypotheses", general("0 <= a", given="|x| <= a or |x| > a"), "found 'or'")
    for title, problem, expect in (
        ("no-member", changed(SETS, ["sets", "S", "array"], entries()), "expected one row of 2"),
        ("missing", changed(SETS, ["sets"], ...), "problem.sets: S, which the statement names"),
        ("wrong-space", changed(SETS, ["sets", "S", "space"], "Y"), "expected one row of 1"),
        (
            "member-named-twice",
            changed(SETS, ["vectors", "S_2"], vector("X", 0, 0)),
            "S_2 means something else",
        ),
    ):
        bad(f"set-{title}", on_sets("|s| <= 7", member("|s| <= 7"), problem=problem), expect)
    for title, unit, expect in (
        ("too-long", {"real": "3/5", "imaginary": "3/5"}, "not a number of modulus 1"),
        ("zero", {"real": "0"}, "not a number of modulus 1"),
        ("without-real-part", {"imaginary": "1"}, "the key 'real' is missing"),
    ):
        bad(
            f"unit-{title}",
            on_sets("|s| <= 7", member("|s| <= 7"), problem=changed(SETS, ["units", "u"], unit)),
            expect,
        )
    bad(
        "unit-complex-over-R",
        on_sets("|s| <= 7", problem=changed(REAL, ["units"], UNITS)),
        "not a number of modulus 1 of the field R",
    )
    plane = one("|x| = 7").replace("spaces X,", "spaces X of dimension 3,")
    bad("dimension-of-a-space", Case(plane, [computed("|x| = 7")], small()), "asks for dimension 3")
    for title, name, expect in (
        ("of-the-statement", "x", "'x' cannot be a new name"),
        ("of-a-member", "S_1", "'S_1' cannot be a new name"),
        ("of-a-parameter", "v", "has the name of a definition's parameter"),
        ("reserved", "or", "'or' cannot be a new name"),
    ):
        bad(f"own-vector-with-the-name-{title}", with_own(Case(OWN, OWN_STEPS, SETS), name), expect)
    strange = Case(OWN, OWN_STEPS)
    strange.arbitrary = {"p": "W", "q": "X"}
    bad("own-vector-in-no-space", strange, "certificate.arbitrary.p: unknown 'W'; known are X, Y")
    bad(
        "own-vector-as-a-choice",
        with_own(
            Case(one("0 <= |d|", quantifier="exists d in X"), [evident("|p|")], choices={"d": "p"}),
            "p",
        ),
        "the choice for d, column 1: expected one of the names",
    )
    bad(
        "set-member-with-the-name-of-a-witness",
        on_sets("|s| <= 7", member("|s| <= 7"), vectors={"S_1": vector("X", 0, 0)}),
        "certificate.vectors: 'S_1' cannot be a new name",
    )
    real = small()["spaces"] | {"X": space(2, "linf")}
    rows: Json = {"real": entries([1]), "imaginary": entries([1])}
    psi = {"kind": "mcshane", "inputs": rows, "outputs": entries([1, 1]), "slope": "1"}
    case = Case(one("|x| = 7"), [], small(field="C", spaces=real, maps={"Psi": psi}))
    bad("problem-mcshane-complex-inputs", case, "McShane's extension needs real data")
    psi = {
        **psi,
        "inputs": entries([1]),
        "outputs": {"real": entries([1, 1]), "imaginary": entries([0, 1])},
    }
    case = Case(one("|x| = 7"), [], small(field="C", spaces=real, maps={"Psi": psi}))
    bad("problem-mcshane-complex-outputs", case, "McShane's extension needs real data")
