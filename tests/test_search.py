"""The search finds what it should, says why it found nothing, and obeys its limits."""

from __future__ import annotations

from fractions import Fraction
from time import monotonic

import pytest

pytest.importorskip("z3")

from certificates.format import Rejected, Unreadable
from certificates.kernel import verify
from certificates.problem import Problem, read_problem
from certificates.statements import read_statement
from theorems.explain import explain
from theorems.refutation import no_files, refute
from theorems.searching.candidates import on_spheres, rounded, simplest
from theorems.searching.instances import Instance, Shape
from theorems.searching.search import Found, NotFound, search
from theorems.searching.smt import Encoding

SQUARES = "|x + y| |x + y| + |x - y| |x - y| = 2 |x| |x| + 2 |y| |y|"
TRANSFER = (
    "spaces X{x}, Y with l2\nlinear A : X -> Y\nmap Psi : Y -> X\nvectors x, z in X\n"
    "constants delta > 0, L > 0\ngiven\n  Lipschitz(Psi) <= L\n  |A z| <= delta\n"
    "  |Psi(A(x + z)) - (x + z)| <= delta\nfor all e in Y with |e| <= delta\n"
    "conclude\n  |Psi(A x + e) - (x + z)| <= {bound} delta"
)

FALSE = {
    "sum": "spaces X with l2\nvectors x, y in X\ngiven\n  |x - y| >= 1\nconclude\n  |x + y| <= |x|",
    "parallelogram, any norm": f"spaces X\nvectors x, y in X\nconclude\n  {SQUARES}",
    "parallelogram, l1": f"spaces X with l1\nvectors x, y in X\nconclude\n  {SQUARES}",
    "Hlawka": "spaces X of dimension 3 with linf\nvectors x, y, z in X\nconclude\n"
    "  |x + y| + |y + z| + |z + x| <= |x| + |y| + |z| + |x + y + z|",
    "Ptolemy": "spaces X with l1\nvectors x, y, z in X\nconclude\n"
    "  |x - y| |z| <= |x - z| |y| + |y - z| |x|",
    "a matrix": "spaces X of dimension 2 with l2\nlinear A : X -> X\nvectors x, y in X\ngiven\n"
    "  |A x| = |x|\n  |A y| = |y|\n  |x - y| = |x + y|\nconclude\n  |A(x + y)| = |x + y|",
    "a bounded matrix": "spaces X of dimension 2 with l2\nlinear A : X -> X\nvectors x in X\n"
    "given\n  Lipschitz(A) <= 1\n  |x| > 0\nconclude\n  |A x| < |x|",
    "two matrices": "spaces X of dimension 2 with l2\nlinear A : X -> X\nlinear B : X -> X\n"
    "vectors x in X\ngiven\n  Lipschitz(A) <= 1\n  Lipschitz(B) <= 1\nconclude\n"
    "  |A B x - B A x| <= 19/10 |x|",
    "McShane": TRANSFER.format(x=" with linf", bound="(1 + L)"),
    "affine": "spaces X, Y of dimension 2 with l2\nmap f : Y -> X\nvectors y, z in Y\n"
    "constants L > 0\ngiven\n  Lipschitz(f) <= L\n  |f(y)| >= 1\n  |f(z)| >= 1\nconclude\n"
    "  |f(y) + f(z)| >= 1",
    "nested values": "spaces X with linf\nmap f : X -> X\nvectors x in X\ngiven\n"
    "  Lipschitz(f) <= 1\nconclude\n"
    "  |f(f(x)) - f(x)| < |f(x) - x| or |x| = 0 or |f(x) - x| = 0",
    "products of constants": "spaces X with l2\nconstants a >= 0, b >= 0, c\nvectors x in X\n"
    "given\n  a b <= |x|\n  |x| <= 2\n  c c <= a\nconclude\n  a + b + c <= 6",
    "constants alone": "constants c, d\ngiven\n  c d = 6\n  c + d = 5\nconclude\n  c <= 2",
    "a unit": "field R\nspaces X with l2\nunits u\nvectors x, y in X\nconclude\n"
    "  |x + u y| <= |x| + |y| - |x - y|",
    "a complex unit": "field C\nspaces X of dimension 1 with l2\nunits u\nvectors x in X\n"
    "conclude\n  |x + u x| = 0 or |x + u x| = 2 |x|",
    "two complex units": "field C\nspaces X with linf\nvectors x, y in X\nunits u, v\ngiven\n"
    "  |x| = 1\n  |y| = 1\nconclude\n  |u x + v y| >= 1/10",
    "or": "spaces X with l2\nvectors x, y in X\ngiven\n  |x| = 1\n  |y| = 1\n"
    "conclude\n  |x + y| <= 1 or |x - y| <= 1",
    "sets": "spaces X with l2\nsets S, T in X\nfor all z in S with |z| <= 2\n"
    "for all w in S with |w| <= 1\nconclude\n  |z - w| <= 2",
    "a steep map": "spaces X with linf\nmap f : X -> X\nvectors x in X\ngiven\n"
    "  Lipschitz(f) > 1\n  |f(x)| = 1\nconclude\n  |x| = 0",
    "a concluded bound": "spaces X with l2\nmap f : X -> X\nvectors x in X\ngiven\n"
    "  |f(x)| <= 1\nconclude\n  Lipschitz(f) <= 2",
    "a defined map": "spaces X with l2\nlinear W : X -> X\nvectors b, x in X\nconstants K >= 0\n"
    "define g(t in X) = 2 W t + b\ngiven\n  Lipschitz(g) <= K\nconclude\n  |g(x)| <= K |x|",
    "rational points of a sphere": "spaces X of dimension 2 with l2\nvectors x, y in X\ngiven\n"
    "  |x| = 1\n  |y| = 1\n  |x - y| <= 1\nconclude\n  |x + y| >= 9/5",
}


def found(text: str, **options: object) -> tuple[Found, Problem]:
    """The counterexample, verified anew, and its data."""
    statement = f"statement t\n{text}\n".encode()
    result = search(statement, **options)  # type: ignore[arg-type]
    assert isinstance(result, Found), result
    certificate = refute(statement, result.problem_file, result.choices).certificate()
    report = verify(statement, result.problem_file, certificate, no_files)
    assert report.verdict == "refuted"
    assert result.words[-1].startswith("violated: ")
    return result, read_problem(result.problem_file, no_files, read_statement(statement))


def not_found(text: str, **options: object) -> str:
    """Why nothing was found."""
    result = search(f"statement t\n{text}\n".encode(), **options)  # type: ignore[arg-type]
    assert isinstance(result, NotFound), result
    return result.reason


@pytest.mark.parametrize("name", FALSE)
def test_false_claims_are_refuted(name: str) -> None:
    found(FALSE[name])


@pytest.mark.parametrize("name", ["sum", "McShane", "a bounded matrix"])
def test_twice_the_same(name: str) -> None:
    assert found(FALSE[name])[0] == found(FALSE[name])[0]


def test_small_dimensions_come_first() -> None:
    _, data = found(FALSE["sum"])
    assert data.spaces["X"].dimension == 1
    _, data = found(FALSE["parallelogram, any norm"])
    assert (data.spaces["X"].dimension, data.spaces["X"].norm.kind) == (2, "linf")


def test_over_c_where_the_statement_leaves_it_open() -> None:
    _, data = found(FALSE["sum"], field="C")
    assert data.field == "C"
    claim = TRANSFER.format(x=" with l2", bound="1/2")
    _, data = found(claim, field="C", dimensions=[{"X": 2, "Y": 2}])
    assert data.field == "C"


def test_the_parallelogram_law_is_not_refuted() -> None:
    text = f"spaces X with l2\nvectors x, y in X\nconclude\n  {SQUARES}"
    reason = not_found(text, dimensions=[{"X": 1}, {"X": 2}])
    assert reason == "z3 says unsat: X = R^1 with l2 | X = R^2 with l2"


def test_restrictions_are_named() -> None:
    text = (
        "spaces X of dimension 2 with l2\nmap f : X -> X\nvectors x, y in X\ngiven\n"
        "  Lipschitz(f) <= 0\nconclude\n  |f(x) - f(y)| <= 0"
    )
    assert "z3 says unsat for affine f" in not_found(text)


def test_an_irrational_triangle_is_out_of_reach() -> None:
    text = (
        "spaces X of dimension 2 with l2\nvectors x, y in X\ngiven\n"
        "  |x| = 1\n  |y| = 1\n  |x - y| = 1\nconclude\n  |x + y| <= 1"
    )
    assert not_found(text).startswith("only solutions with irrational numbers")


def test_exists_is_refused_with_a_sentence() -> None:
    reason = not_found("spaces X\nvectors x in X\nexists y in X\nconclude\n  |y| < |x|")
    assert "no single example refutes that" in reason


def test_too_many_unknowns() -> None:
    reason = not_found(FALSE["McShane"], dimensions=[{"X": 9, "Y": 9}])
    assert "more than 80 unknown numbers" in reason


def test_the_time_limit() -> None:
    text = "spaces X with l2\nvectors x, y, z in X\nconclude\n  " + (
        "|x + y| + |y + z| + |z + x| <= |x| + |y| + |z| + |x + y + z|"
    )
    start = monotonic()
    reason = not_found(text, dimensions=[{"X": 2}, {"X": 3}, {"X": 4}], seconds=1)
    assert monotonic() - start < 2.5
    assert "z3 gave up" in reason
    assert "not tried for lack of time" in not_found(text, seconds=0)


def test_what_is_asked_is_heard() -> None:
    heard: list[str] = []
    found(FALSE["Hlawka"], on_query=heard.append)
    assert heard == ["X = R^3 with linf: 9 unknown numbers"]


def test_bad_requests() -> None:
    with pytest.raises(ValueError, match="dimensions for X, Y are needed"):
        search(f"statement t\n{FALSE['McShane']}\n".encode(), dimensions=[{"X": 1}])
    with pytest.raises(Unreadable):
        search(b"statement t\nnonsense\n")


# ---------------------------------------------------------------------------- the parts


def test_simplest_fractions() -> None:
    width = Fraction(1, 100)
    assert simplest(Fraction(333, 1000), width) == Fraction(1, 3)
    assert simplest(Fraction(-333, 1000), width) == Fraction(-1, 3)
    assert simplest(Fraction(1, 200), width) == 0


def test_numbers_stay_on_circle_and_sphere() -> None:
    text = b"statement t\nspaces X\nunits u\nvectors x in X\nconclude\n  |x + u x| = 0\n"
    instance = Instance(text, Shape({"X": 2}, {"X": "l2"}, "C"))
    near_half = Fraction(70710678118654752440, 10**20)
    parts = {"u": near_half, "u i": near_half}
    numbers = parts | dict.fromkeys(["x 0", "x 0 i", "x 1", "x 1 i"], Fraction(1, 2))
    for width in (Fraction(1, 10), Fraction(1, 1000)):
        near = rounded(instance, numbers, width)
        assert near["u"] ** 2 + near["u i"] ** 2 == 1
        kept = on_spheres(instance, numbers, near, width)
        assert sum(kept[key] ** 2 for key in numbers if key[0] == "x") == 1


def test_known_numbers_decide_exactly() -> None:
    text = b"statement t\nspaces X\nvectors x, y in X\ngiven\n  |x| = |y|\nconclude\n  |x| <= 1\n"
    instance = Instance(text, Shape({"X": 2}, {"X": "l2"}, "R"))
    numbers = {"x 0": 1, "x 1": -1, "y 0": 1, "y 1": 1}
    assert Encoding(instance, {k: Fraction(n) for k, n in numbers.items()}).formula() is True
    numbers["y 1"] = 2
    assert Encoding(instance, {k: Fraction(n) for k, n in numbers.items()}).formula() is False


def test_explanations() -> None:
    statement = (
        b"statement t\nspaces X\nvectors x in X\nconstants d > 0\ngiven\n  small: |x| <= d\n"
        b"for all e in X with |e| <= 1\nconclude\n  |x + e| <= d or |x| = 0\n"
    )
    result = search(statement)
    assert isinstance(result, Found)
    words = explain(statement, result.problem_file, result.choices)
    assert words == result.words
    assert [line.split(":")[0] for line in words] == [
        "take e = e_1 = (1)",
        "small",
        "range of e",
        "violated",
        "violated",
    ]
    assert words[1].startswith("small: |x| <= d is true: ")
    assert "is false" in words[3]
    assert "a difference of" in words[3]
    with pytest.raises(Rejected):
        explain(statement, result.problem_file, {"e": "x - x"})
