"""Cases on linear maps that are not dense matrices, and on the two rules for them.

`make.py` runs them.  Where nothing else is said, X = R^4 and Y = R^2 with l2, x = (1, 2, 3, 4).
"""

from __future__ import annotations

from parts import Case, Json, Step, data, dense, entries, npy, space, stored, vector, write

YES = "s VERIFIED certified"
HEAD = 'statement forms "a linear map"\nspaces X, Y\nlinear A : X -> Y\nvectors x in X\n'
HADAMARD = {
    "kind": "hadamard", "shape": ["2", "2"], "order": "sequency", "scale": "1/2",
    "rows": entries(0, 3),
}  # fmt: skip
SPARSE = {
    "kind": "sparse", "rows": entries(0, 0, 1), "columns": entries(1, 3, 0),
    "values": entries(1, "1/2", -1),
}  # fmt: skip
BLUR = {
    "kind": "convolution", "shape": ["4"], "boundary": "zero", "kernel": entries(1, 2, 0)
}  # fmt: skip
IDENTITY = {"kind": "identity"}
CHAIN = {"kind": "composition", "factors": [SPARSE, BLUR], "between": ["4"]}
NORM = "Lipschitz(A) <= 1"


def computed(claim: str) -> Step:
    return ("compute", [], {"claim": claim}, claim)


def bound(rule: str, number: str, **hint: Json) -> Step:
    return (rule, [], {"map": "A", "bound": number, **hint}, f"Lipschitz(A) <= {number}")


def case(
    form: Json,
    conclusion: str,
    *steps: Step,
    m: int = 2,
    n: int = 4,
    norm: str = "l2",
    **more: Json,
) -> Case:
    """A conclusion on A x; without steps it is computed."""
    values = list(range(1, n + 1))
    problem = data(
        more.pop("field", "R"),
        {"X": space(n, "l2"), "Y": space(m, norm)},
        linear={"A": form},
        vectors={"x": vector("X", *values)},
    )
    text = f"{HEAD}conclude\n  {conclusion}\n"
    return Case(text, steps or [computed(conclusion)], problem, **more)


SIGMA = 'statement low "how small"\nspaces X, Y\nlinear A : X -> Y\nfor all u in X\nconclude\n'
TURNED = {"kind": "adjoint", "of": HADAMARD}
SQUARE = dense([1, -2], [3, 4])
# R R^T = [[625, 1000], [1000, 1636]] and 100 (W^T W - (19/10)^2 I) = [[639, 1000], [1000, 1639]]
GRAM = {"factor": [["25"], ["40", "6"]], "shift": "0"}


def low(form: Json, m: int, n: int, number: str, norm: str = "l2", **hint: Json) -> Case:
    """A bound from below on all u."""
    problem = data("R", {"X": space(n, "l2"), "Y": space(m, norm)}, linear={"A": form})
    rule = "lower_gram" if hint else "lower_orthogonal"
    claim = f"({number}) |u| <= |A u|"
    step: Step = (rule, [], {"map": "A", "vector": "u", "bound": number, **hint}, claim)
    return Case(f"{SIGMA}  {claim}\n", [step], problem)


def unseen(x: list[int], *rows: int) -> Case:
    """The transform of x at chosen rows is 0."""
    form = {"kind": "fourier", "shape": [str(len(x))], "scale": "ortho", "centred": "no"}
    problem = data(
        "C",
        {"X": space(len(x), "l2"), "Y": space(len(rows), "l2")},
        linear={"A": form | {"rows": entries(*rows)}},
        vectors={"x": vector("X", *x)},
    )
    step: Step = ("fourier_zero", [], {"map": "A", "vector": "x"}, "|A x| <= 0")
    return Case(f"{HEAD}conclude\n  |A x| <= 0\n", [step], problem)


def accepted() -> None:
    """Values and norms."""
    # 1 + z^4 is the cyclotomic polynomial of order 8
    write(
        "accepted", "zero-by-a-cyclotomic-polynomial", unseen([1, 0, 0, 0, 1, 0, 0, 0], 3, 1), YES
    )
    write("accepted", "low-by-a-factor", low(SQUARE, 2, 2, "19/10", **GRAM), YES)
    write("accepted", "low-by-structure", low(TURNED, 4, 2, "1"), YES)

    def yes(name: str, made: Case) -> None:
        write("accepted", f"form-{name}", made, YES)

    # (1 + 2 + 3 + 4) / 2 = 5, and (1 - 2 - 3 + 4) / 2 = 0
    yes("hadamard-value", case(HADAMARD, "|A x| = 5"))
    yes("hadamard-norm", case(HADAMARD, NORM, bound("operator_orthogonal", "1")))
    mask = npy("|b1", "(2, 2)", bytes([1, 0, 0, 1]))
    masked = {k: v for k, v in HADAMARD.items() if k != "rows"}
    masked["mask"] = stored("mask.npy", mask, 2, 2)
    yes("hadamard-of-a-mask", case(masked, "|A x| = 5", files={"mask.npy": mask}))
    yes("adjoint", case({"kind": "adjoint", "of": HADAMARD}, "|A x| |A x| = 5", m=4, n=2))
    # A x = (2 + 4/2, -1)
    yes("sparse-value", case(SPARSE, "|A x| |A x| = 17"))
    yes(
        "sparse-norm",
        case(SPARSE, "Lipschitz(A) <= 5/4", bound("operator_schur", "5/4", weights=[["1"] * 4])),
    )
    yes("sparse-norm-by-rows", case(SPARSE, "Lipschitz(A) <= 2", bound("operator_rows", "2")))
    # the blur is (2 x_1 + x_2, 2 x_2 + x_3, ...) = (4, 7, 10, 8)
    yes("composition", case(CHAIN, "|A x| |A x| = 137"))
    yes("convolution", case(BLUR, "|A x| = 10", m=4, norm="linf"))
    yes(
        "differences",
        case(
            {"kind": "differences", "shape": ["2", "2"], "boundary": "inside"},
            "|A x| = 6",
            m=4,
            norm="l1",
        ),
    )
    yes("mask", case({"kind": "mask", "rows": entries(3, 0)}, "|A x| |A x| = 17"))
    yes("identity-over-C", case(IDENTITY, "|A x - A x| = 0", m=4, field="C"))


def rejected() -> None:
    """What does not follow."""

    def no(name: str, made: Case, because: str) -> None:
        write("rejected", f"form-{name}", made, because)

    seen = unseen([1, 0, 0, 0, 1, 0, 0, 0], 3, 2)
    write("rejected", "zero-at-one-of-two-rows", seen, "is not 0 at all rows of A")
    # 1393 + 985 (z + 1/z) is -0.00036 at z = exp(-6 pi i / 8), because 1393/985 is near sqrt(2)
    tiny = unseen([1393, 985, 0, 0, 0, 0, 0, 985], 3)
    write("rejected", "zero-only-nearly", tiny, "is not 0 at all rows of A")
    write(
        "rejected", "low-above-the-value", low(SQUARE, 2, 2, "2", **GRAM), "factor does not prove"
    )
    write("rejected", "low-with-a-kernel", low(HADAMARD, 2, 4, "1/2"), "does not show that its")
    write("rejected", "low-into-l1", low(SQUARE, 2, 2, "1", "l1", **GRAM), "is for l2, not for")
    write("rejected", "low-of-more", low(TURNED, 4, 2, "101/100"), "negative or too large")
    less = "Lipschitz(A) <= 99/100"
    no(
        "hadamard-norm-too-small",
        case(HADAMARD, less, bound("operator_orthogonal", "99/100")),
        "does not prove the bound 99/100 for A",
    )
    no(
        "orthogonal-of-a-sparse-map",
        case(SPARSE, "Lipschitz(A) <= 9", bound("operator_orthogonal", "9")),
        "does not fit the norms, the size or the hint for A",
    )
    no(
        "schur-too-small",
        case(SPARSE, "Lipschitz(A) <= 1", bound("operator_schur", "1", weights=[["1"] * 4])),
        "does not prove the bound 1 for A",
    )
    no(
        "schur-with-a-zero-weight",
        case(
            SPARSE,
            "Lipschitz(A) <= 9",
            bound("operator_schur", "9", weights=[["1", "1", "0", "1"]]),
        ),
        "does not fit the norms, the size or the hint for A",
    )
    no(
        "schur-into-l1",
        case(
            SPARSE,
            "Lipschitz(A) <= 9",
            bound("operator_schur", "9", weights=[["1"] * 4]),
            norm="l1",
        ),
        "does not fit the norms, the size or the hint for A",
    )
    no("natural-for-sequency", case(HADAMARD | {"order": "natural"}, "|A x| > 5"), "is false")
    large = {"kind": "composition", "factors": [IDENTITY], "between": []}
    no(
        "too-large-for-a-matrix",
        case(large, "Lipschitz(A) <= 1", bound("operator_rows", "1"), m=5000, n=5000),
        "one of 5000 x 5000 is too large",
    )


def malformed() -> None:
    """What is no linear map."""

    def bad(name: str, form: Json, because: str, **more: Json) -> None:
        write("malformed", f"form-{name}", case(form, "|A x| = 5", **more), because)

    bad("hadamard-side", HADAMARD | {"shape": ["3"]}, "must be powers of two", n=3)
    bad("hadamard-row-out-of-range", HADAMARD | {"rows": entries(0, 4)}, "natural numbers below 4")
    bad("hadamard-row-twice", HADAMARD | {"rows": entries(3, 3)}, "1 of them different")
    bad("hadamard-rows-missing", HADAMARD | {"rows": entries(3)}, "1 rows are chosen")
    bad("hadamard-huge", HADAMARD | {"shape": ["0x4000000"]}, "problem.linear.A.shape")
    bad("hadamard-order", HADAMARD | {"order": "paley"}, "unknown 'paley'")
    bad("sparse-twice", SPARSE | {"columns": entries(1, 1, 0)}, "the entry (0, 1) does not come")
    bad("sparse-lengths", SPARSE | {"values": entries(1)}, "3 rows, 3 columns, 1 values")
    bad("sparse-column", SPARSE | {"columns": entries(1, 4, 0)}, "natural numbers below 4")
    imag = {"real": entries(1, 1, 1), "imaginary": entries(0, 0, 1)}
    bad("sparse-complex-over-R", SPARSE | {"values": imag}, "complex entries in a problem over R")
    bad("kernel-even", BLUR | {"kernel": entries(1, 2)}, "odd sides", m=4)
    bad("identity-not-square", IDENTITY, "problem.linear.A: not square")
    bad("composition-between", CHAIN | {"between": ["5"]}, "linear.A.factors[1]: not square")
    nested: Json = IDENTITY
    for _ in range(40):
        nested = {"kind": "adjoint", "of": nested}
    bad("nested", nested, "a linear map of more than 32 parts", m=4)
