"""Claims about concrete data: every verdict, the worst member, and bad input.

Three images of the plane, (3, 4), (0, 1), (1, -1), of which A sees the first coordinate; Psi
answers (3, 3), (0, 1), (1, 0), so that its errors are 1, 0 and 1.  u = (3, 4), c = 5.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from certificates.__main__ import run as run_kernel
from theorems import Affine, BadInput, Table
from theorems.auditing.claims import check_claim, settle_on
from theorems.auditing.screen import Screen
from theorems.cli import main
from theorems.derivation import Derivation, Fact
from theorems.instance import Instance
from theorems.outcome import statement

HEAD = """statement t "test"
spaces X, Y
linear A : X -> Y
map Psi : Y -> X
sets images in X
vectors u in X
constants c
"""
IMAGES = [[3, 4], [0, 1], [1, -1]]
DATA: dict[str, Any] = {
    "spaces": {"X": "l2", "Y": "l2"},
    "linear": {"A": [[1, 0]]},
    "maps": {"Psi": Table(values={"A images": [[3, 3], [0, 1], [1, 0]]})},
    "sets": {"images": IMAGES},
    "vectors": {"u": [3, 4]},
    "constants": {"c": 5},
}


@dataclass(frozen=True)
class Case:
    """A claim: its title, what follows the head, the verdict, the exit status, words of notes."""

    title: str
    body: str
    verdict: str
    status: int
    says: str = ""


ALL = "for all x in images\n"
PAIRS = ALL + "for all z in images\n"
CASES = [
    Case("members", ALL + "conclude\n  |Psi(A x) - x| <= 1\n", "certified", 0),
    Case("strict", ALL + "conclude\n  |Psi(A x) - x| < 1\n", "refuted", 1, "exceeded by 0"),
    Case(
        "worst member",
        ALL + "conclude\n  |x| <= 1\n",
        "refuted",
        1,
        "false at x = images_1: |x| <= 1: the left side is 5, the right side 1, exceeded by 4",
    ),
    Case("pairs", PAIRS + "conclude\n  |Psi(A x) - Psi(A z)| <= 2 |A x - A z|\n", "certified", 0),
    Case(
        "worst pair",
        PAIRS + "conclude\n  |Psi(A x) - Psi(A z)| <= 1/2 |A x - A z|\n",
        "refuted",
        1,
        # slopes: sqrt(13)/3 for the first two images, sqrt(13)/2 and sqrt(2) for the others
        "false at x = images_1, z = images_3",
    ),
    Case("range", ALL[:-1] + " with |x| <= 2\nconclude\n  |x| <= 3/2\n", "certified", 0),
    Case(
        "range of a pair",
        PAIRS[:-1] + " with |x - z| <= 0\nconclude\n  |x - z| <= 0\n",
        "certified",
        0,
    ),
    Case(
        "range, refuted",
        ALL[:-1] + " with |x| <= 2\nconclude\n  |x| <= 1\n",
        "refuted",
        1,
        "x = images_3",
    ),
    Case(
        "a variable that the conclusion does not name",
        "for all e in Y with |e| <= 1\n" + ALL + "conclude\n  |x| <= 1\n",
        "refuted",
        1,
    ),
    Case(
        "nothing in range",
        ALL[:-1] + " with |x| < 0\nconclude\n  |x| <= 1\n",
        "vacuous",
        3,
        "no member is in the range of x",
    ),
    Case("equation", ALL + "conclude\n  |A x| |A x| <= |x| |x|\n", "certified", 0),
    Case("equation, false", ALL + "conclude\n  |x| = 5\n", "refuted", 1, "the right side 5"),
    Case("no variable", "conclude\n  |u| = c\n", "certified", 0),
    Case("no variable, false", "conclude\n  |u| < c\n", "refuted", 1, "exceeded by 0"),
    Case(
        "false hypothesis",
        "given\n  small: |u| <= 4\nconclude\n  c <= 1\n",
        "vacuous",
        3,
        "small: the left side is 5, the right side 4, exceeded by 1",
    ),
    Case("true hypothesis", "given\n  small: |u| <= 5\nconclude\n  5 <= c\n", "certified", 0),
    Case(
        "a false one of a true hypothesis",
        "given\n  small: |u| <= 5\nconclude\n  c < 5\n",
        "refuted",
        1,
    ),
    Case(
        "a table's constant is assumed",
        "given\n  lip: Lipschitz(Psi) <= 4\nconclude\n  5 <= c\n",
        "certified",
        5,
        "accept with --permit lip",
    ),
    Case(
        "a table's constant is broken",
        "given\n  lip: Lipschitz(Psi) <= 1/2\nconclude\n  5 <= c\n",
        "vacuous",
        3,
        "a pair of points has slope",
    ),
    Case(
        "false under an assumption",
        "given\n  lip: Lipschitz(Psi) <= 4\nconclude\n  c < 5\n",
        "undecided",
        4,
        "the conclusion is false, but lip is not decided",
    ),
    Case("or, no variable", "conclude\n  c < 5 or |u| <= 5\n", "certified", 0),
    Case("or, both false", "conclude\n  c < 5 or |u| < 5\n", "refuted", 1),
    Case("or, one for all", ALL + "conclude\n  |x| <= 1 or |Psi(A x) - x| <= 1\n", "certified", 0),
    Case("or, ground", ALL + "conclude\n  |x| <= 1 or |u| <= 5\n", "certified", 0),
    Case(
        "or, both false for a member",
        ALL + "conclude\n  |x| <= 1 or |Psi(A x) - x| < 1\n",
        "refuted",
        1,
        "|x| <= 1: the left side is",
    ),
    Case(
        "or, each its own",
        ALL + "conclude\n  |x| <= 2 or 2 < |A x|\n",
        "undecided",
        4,
        "but not all the same one",
    ),
    Case(
        "or, in general",
        ALL + "conclude\n  |x| <= 2 or 2 < |x|\n",
        "certified",
        0,
        "which is absurd, so conclusion 1 holds.",
    ),
    Case("exists", "exists x in images\nconclude\n  |x| <= 1\n", "certified", 0, "x = images_2"),
    Case(
        "exists with a condition",
        "exists x in images with 1 < |x|\nconclude\n  |x| <= 2\n",
        "certified",
        0,
        "x = images_3 serves",
    ),
    Case(
        "exists for all",
        "exists x in images\nfor all z in images\nconclude\n  |z| <= |x|\n",
        "certified",
        0,
        "x = images_1 serves",
    ),
    Case(
        "exists, and nothing is in range",
        "exists z in images\nfor all x in images with |x| + |z| < 0\nconclude\n  |x| <= 1\n",
        "certified",
        0,
        "no member is in the range of x",
    ),
    Case(
        "none exists",
        "exists x in images\nconclude\n  |x| < 1\n",
        "undecided",
        4,
        "none of the 3 choices for x serves, by exact computation",
    ),
    Case("a vector exists", "exists b in X\nconclude\n  |b - u| <= 0\n", "certified", 0, "b = u"),
    Case("zero exists", "exists b in X\nconclude\n  |b| <= 0\n", "certified", 0, "zero_X"),
    Case("a linear map", "exists linear W : X -> Y\nconclude\n  |W u| <= 0\n", "certified", 0),
    Case("operator norm", "conclude\n  Lipschitz(A) <= 1\n", "certified", 0),
    Case("operator norm, false", "conclude\n  Lipschitz(A) <= 1/2\n", "refuted", 1),
    Case("not Lipschitz", "conclude\n  Lipschitz(A) > 1/2\n", "certified", 0),
    Case("not Lipschitz, false", "conclude\n  Lipschitz(A) > 1\n", "refuted", 1),
    Case("a table's norm", "conclude\n  Lipschitz(Psi) <= 9\n", "undecided", 4, "only values"),
    Case("a table's norm, false", "conclude\n  Lipschitz(Psi) <= 1/2\n", "refuted", 1),
    Case("two conclusions", ALL + "conclude\n  |x| <= 5\n  |A x| <= 3\n", "certified", 0),
    Case(
        "the second is false",
        ALL + "conclude\n  |x| <= 5\n  |A x| <= 2\n",
        "refuted",
        1,
        "conclusion 2: false at x = images_1",
    ),
    Case(
        "a whole space, refuted at zero",
        "for all e in Y with |e| <= 1\nconclude\n  |A u + e| <= 1\n",
        "refuted",
        1,
        "e = zero_Y",
    ),
    Case(
        "a whole space",
        "for all e in Y with |e| <= 1\nconclude\n  |Psi(A u + e)| <= 5\n",
        "undecided",
        4,
        "e runs through all of Y, so the data alone do not settle it, and no general proof is "
        "known; it holds at 1 points that have a name",
    ),
    Case(
        "constant map by definition",
        "define f(y in Y) = u\nconclude\n  Lipschitz(f) <= 0\n",
        "certified",
        0,
    ),
]


def settle(body: str, folder: Path, data: Mapping[str, Any] = DATA, **more: Any) -> Any:
    """The result of a claim, written below a folder."""
    path = folder / "t.claim"
    path.write_text(HEAD + body)
    return check_claim(path, Instance(data, folder), folder / "out", **more)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_verdicts(case: Case, tmp_path: Path) -> None:
    """The verdict, its exit status and its words; the kernel alone says the same of the files."""
    result = settle(case.body, tmp_path)
    assert (result.verdict, result.status()) == (case.verdict, case.status), str(result)
    assert case.says in str(result)
    assert result._repr_html_().startswith("<p><b>t: ")
    out = tmp_path / "out"
    if case.verdict == "undecided":
        assert sorted(path.name for path in out.iterdir()) == [
            "files.txt",
            "report.txt",
            "result.json",
        ]
        return
    names = [str(out / name) for name in ("t.claim", "problem.json", "t.certificate.json")]
    lines, status = run_kernel([*names, "--goal", case.verdict])
    assert status == (5 if case.status == 5 else 0), lines[-1]


def test_the_figures_of_the_worst_pair(tmp_path: Path) -> None:
    """Both sides, and their quotient: the slope sqrt(13)/2 over the bound 2."""
    result = settle(PAIRS + "conclude\n  |Psi(A x) - Psi(A z)| <= 2 |A x - A z|\n", tmp_path)
    found = {figure.name: figure for figure in result.outcome.figures}
    assert found["computed exactly"].value.as_rational() == 9
    assert found["worst left side"].note == "|Psi(A x) - Psi(A z)| at x = images_1, z = images_3"
    quotient = found["worst left / right"].value
    assert (quotient * quotient).as_rational() == Fraction(13, 16)


def test_members_are_one_line_of_the_report(tmp_path: Path) -> None:
    """Not a line for each."""
    text = str(settle(ALL + "conclude\n  |x| <= 5\n", tmp_path))
    assert "images are 3 vectors of X, images_1 to images_3" in text
    assert "images_2 in X" not in text


def test_a_general_proof_is_taken(tmp_path: Path) -> None:
    """The hook for what data alone do not settle, with the hypotheses as facts."""

    def recipe(d: Derivation, facts: Mapping[str, Fact]) -> None:
        d.add(d.triangle("A u", "A Psi(e)"), facts["seen"])

    body = "given\n  seen: |A u| <= 3\nfor all e in Y\n"
    body += "conclude\n  |A u + A Psi(e)| <= 3 + |A Psi(e)|\n"
    result = settle(body, tmp_path, prove=lambda _: recipe)
    assert result.verdict == "certified"
    assert result.assumed == ()
    assert result.outcome.notes == ("proved for all data that satisfy the hypotheses",)


def test_the_proof_of_a_theorem_is_replayed(tmp_path: Path) -> None:
    """Theorem 4.1 (i) as a claim of one's own: what the data decide replaces its hypotheses."""
    path = tmp_path / "mine.claim"
    path.write_bytes(statement("4.1.i"))
    data = {
        "spaces": {"X": "l2", "Y": "l2"},
        "linear": {"A": [[1, 1, 0], [0, 1, 1]]},
        "vectors": {"x": [2, 0, 1], "x_det": [1, -1, 1]},
        "constants": {"delta": "1/50", "L": "10001/10000"},
        "maps": {
            "Psi": Affine(
                [["2/3", "-1/3"], ["1/3", "1/3"], ["-1/3", "2/3"]], ["1.99", "-1.99", "1.99"]
            )
        },
    }
    result = check_claim(path, Instance(data), tmp_path / "out")
    assert (result.verdict, result.assumed) == ("certified", ())
    assert "|Psi(A x + e) - x - x_det| <= delta + 2 L delta" in result.proof
    data["constants"] = {"delta": "1/50", "L": "1/2"}
    assert check_claim(path, Instance(data)).verdict == "vacuous"


def test_a_general_proof_that_fails_is_said(tmp_path: Path) -> None:
    """The verdict stays undecided."""

    def recipe(d: Derivation, facts: Mapping[str, Fact]) -> None:
        d.compute("1 <= 0")

    body = "for all e in Y with |e| <= 1\nconclude\n  |Psi(A u + e)| <= 5\n"
    result = settle(body, tmp_path, prove=lambda _: recipe)
    assert result.verdict == "undecided"
    assert "the general proof does not serve" in str(result)


integers = st.integers(-4, 4)
images = st.lists(st.tuples(integers, integers), min_size=1, max_size=5, unique=True)


@given(
    images=images,
    answers=st.lists(st.tuples(integers, integers), min_size=5, max_size=5),
    c=st.integers(0, 20),
    strict=st.booleans(),
)
def test_pairs_against_brute_force(
    images: list[tuple[int, int]], answers: list[tuple[int, int]], c: int, strict: bool
) -> None:
    """Squares of integers decide |Psi(x) - Psi(z)| <= sqrt(c) |x - z| without a root."""
    relation = "<" if strict else "<="
    text = f"""statement t "t"
spaces X with l2
map Psi : X -> X
sets images in X
for all x in images
for all z in images
conclude
  |Psi(x) - Psi(z)| |Psi(x) - Psi(z)| {relation} {c} |x - z| |x - z|
"""
    maps = {"Psi": Table(values={"images": [list(row) for row in answers[: len(images)]]})}
    data = {"sets": {"images": [list(row) for row in images]}, "maps": maps}
    outcome = settle_on(text.encode(), Instance(data).case(text.encode()), lambda _: None)

    def square(one: tuple[int, int], other: tuple[int, int]) -> int:
        return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2

    places = list(itertools.product(range(len(images)), repeat=2))
    gaps = [c * square(images[i], images[j]) - square(answers[i], answers[j]) for i, j in places]
    true = all(gap > 0 if strict else gap >= 0 for gap in gaps)
    assert outcome.verdict == ("certified" if true else "refuted")
    assert outcome.claims[0].derivation.header["verdict"] == outcome.verdict


def test_floats_that_mislead_do_not_decide(tmp_path: Path) -> None:
    """1 + 10^-40 exceeds 1, though no float shows it; and the kernel has the last word."""
    tiny = str(1 + Fraction(1, 10**40))
    data = {**DATA, "sets": {"images": [["1", "0"], ["0", tiny], ["1/2", "0"]]}}
    data["maps"] = {"Psi": Affine([[0], [0]])}
    body = ALL + "conclude\n  |x| <= 1\n"
    result = settle(body, tmp_path, data)
    assert result.verdict == "refuted"
    assert "x = images_2" in str(result)


@pytest.mark.parametrize("low", [0.0, float("nan"), float("inf")])
def test_a_search_that_is_wrong_changes_no_verdict(
    low: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the floats say: zero hides every failure, infinity sees one everywhere."""
    monkeypatch.setattr(Screen, "badness", lambda self, _: np.full(self.cases.count, low))
    true = settle(PAIRS + "conclude\n  |Psi(A x) - Psi(A z)| <= 2 |A x - A z|\n", tmp_path)
    assert true.verdict == "certified"
    false = settle(PAIRS + "conclude\n  |Psi(A x) - Psi(A z)| <= 1/2 |A x - A z|\n", tmp_path)
    assert false.verdict == "refuted"


@pytest.mark.parametrize(
    ("title", "data", "assumed"),
    [
        ("affine map, bounded", {"maps": {"Psi": Affine([[1], [0]])}}, ()),
        (
            "McShane",
            {
                "spaces": {"X": "linf", "Y": "l2"},
                "maps": {
                    "Psi": {
                        "kind": "table",
                        "values": {"A images": [[3, 3], [0, 1], [1, 0]]},
                        "extend": "mcshane",
                        "slope": "2",
                    }
                },
            },
            (),
        ),
        ("named", {"maps": {"Psi": {"kind": "named", "description": "a network"}}}, ("lip",)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_kinds_of_maps(
    title: str, data: dict[str, Any], assumed: tuple[str, ...], tmp_path: Path
) -> None:
    """Which of them have a constant that can be certified."""
    body = "given\n  lip: Lipschitz(Psi) <= 2\nconclude\n  5 <= c\n"
    result = settle(body, tmp_path, {**DATA, **data})
    assert (result.verdict, result.assumed) == ("certified", assumed)


def test_an_affine_constant_that_is_not_settled_is_undecided(tmp_path: Path) -> None:
    """From linf to l2 in many dimensions only bounds are known."""
    rng = np.random.default_rng(3)
    data = {
        **DATA,
        "spaces": {"X": "l2", "Y": "linf"},
        "linear": {"A": rng.integers(-3, 4, (20, 2))},
    }
    data["maps"] = {"Psi": Affine(rng.integers(-3, 4, (2, 20)))}
    result = settle("given\n  lip: Lipschitz(Psi) <= 45\nconclude\n  5 <= c\n", tmp_path, data)
    assert (result.verdict, result.status()) == ("undecided", 4)
    assert "lip is not settled: the constant of Psi is at least" in str(result)


def test_one_problem_serves_several_claims(tmp_path: Path) -> None:
    """What a statement does not name is left out, rows of tables included."""
    rows = {"A images": [[3, 3], [0, 1], [1, 0]], "A v": [0, 0], "A u + n": [1, 1]}
    data = {**DATA, "maps": {"Psi": Table(values=rows)}}
    data["vectors"] = {"u": [3, 4], "v": [9, 9], "n": {"space": "Y", "array": [7]}}
    result = settle("conclude\n  |Psi(A u) - u| <= 1\n", tmp_path, data)
    assert result.verdict == "certified"
    assert "any map with the 4 listed values" in str(result)


def test_rows_of_one_measurement_are_one_row(tmp_path: Path) -> None:
    """If their reconstructions are equal; A u = A images_1."""
    rows = {"A images": [[3, 3], [0, 1], [1, 0]], "A u": [3, 3]}
    result = settle(
        "conclude\n  |u| <= 5\n", tmp_path, {**DATA, "maps": {"Psi": Table(values=rows)}}
    )
    assert "any map with the 3 listed values" in str(result)


def test_rows_named_by_two_sets(tmp_path: Path) -> None:
    """The first axis counts the first set of the name, the second the second."""
    noise = [["1/2"], ["-1/4"]]
    answers = np.array([[[x + e, y] for e in (0.5, -0.25)] for x, y in IMAGES])
    data = {**DATA, "sets": {"images": IMAGES, "noise": noise}}
    data["maps"] = {"Psi": Table(values={"A images + noise": answers, "A images": IMAGES})}
    body = "sets noise in Y\n" + ALL + "for all e in noise\nconclude\n"
    result = settle(body + "  |Psi(A x + e) - Psi(A x)| <= |e|\n", tmp_path, data)
    assert (result.verdict, result.status()) == ("certified", 0)
    false = settle(body + "  |Psi(A x + e) - Psi(A x)| < |e|\n", tmp_path, data)
    assert "e = noise_" in str(false)
    data["maps"] = {"Psi": Table(values={"A images + noise": answers.reshape(6, 2)})}
    with pytest.raises(BadInput, match=r"the first axes must be \(3, 2\)"):
        settle(body + "  |Psi(A x + e) - Psi(A x)| <= |e|\n", tmp_path, data)


def test_stored_rows_stay_as_stored(tmp_path: Path) -> None:
    """A file of reconstructions is the file that the kernel reads; two are put together."""
    np.save(tmp_path / "recon.npy", np.array([[3, 3], [0, 1], [1, 0]]) / 3)
    np.save(tmp_path / "other.npy", np.array([0.5, 0.25]))
    whole = {"A images": "recon.npy"}
    body = ALL + "conclude\n  |Psi(A x) - x| <= 5\n"
    settle(body, tmp_path, {**DATA, "maps": {"Psi": Table(values=whole)}})
    written = (tmp_path / "out" / "Psi.outputs.npy").read_bytes()
    assert written == (tmp_path / "recon.npy").read_bytes()
    both = {**whole, "2 A u": "other.npy"}
    settle(body, tmp_path, {**DATA, "maps": {"Psi": Table(values=both)}})
    assert np.load(tmp_path / "out" / "Psi.outputs.npy").shape == (4, 2)


def test_complex_data(tmp_path: Path) -> None:
    """Units, a complex set, and the field that follows from the arrays."""
    text = """statement t "t"
spaces X with l2
units w
sets images in X
for all x in images
conclude
  |x + w x| <= 2 |x|
"""
    (tmp_path / "t.claim").write_text(text)
    data = {
        "sets": {"images": np.array([[1 + 1j], [2 - 1j]])},
        "units": {"w": {"real": "3/5", "imaginary": "4/5"}},
    }
    result = check_claim(tmp_path / "t.claim", Instance(data))
    assert result.verdict == "certified"
    assert "X = C^1" in str(result)


# ---------------------------------------------------------------------------------- bad input


def change(**sections: Any) -> dict[str, Any]:
    """The data with some sections replaced."""
    return {**DATA, **sections}


ROWS = [[3, 3], [0, 1], [1, 0]]
BAD: list[tuple[str, dict[str, Any], str]] = [
    (
        "unknown set",
        change(sets={"pictures": IMAGES}),
        "sets: images, which the statement names, is missing (there: pictures)",
    ),
    ("no set", change(sets={}), 'add images = "images.npy" under [sets]'),
    ("no vector", change(vectors={}), "vectors: u, which the statement names, is missing"),
    (
        "no operator",
        change(linear={}),
        'linear: A, which the statement names, is missing; add A = "A.npy"',
    ),
    (
        "no map",
        change(maps={}),
        "maps: Psi, which the statement names, is missing; add a table [maps.Psi]",
    ),
    ("no constant", change(constants={}), "constants: c, which the statement names, is missing"),
    ("no norm", change(spaces={"X": "l2"}), 'spaces.Y: the norm is missing; add Y = "l2"'),
    ("unknown norm", change(spaces={"X": "l2", "Y": "l3"}), "spaces.Y: unknown norm 'l3'"),
    (
        "wrong shape",
        change(vectors={"u": [3, 4, 5]}),
        "u, shape (3,): X would have dimension 3, but by linear.A, shape (1, 2) it has 2",
    ),
    (
        "wrong rows",
        change(sets={"images": [[1], [2]]}),
        "sets.images, one row of shape (1,): X would have dimension 1",
    ),
    (
        "stated dimension",
        change(spaces={"X": {"norm": "l2", "dimension": 3}, "Y": "l2"}),
        "by spaces.X.dimension it has 3",
    ),
    (
        "empty set",
        change(sets={"images": []}),
        "sets.images: shape (0,), one row for each member is expected",
    ),
    (
        "no matrix",
        change(linear={"A": [1, 0]}),
        "linear.A: shape (2,), a matrix (m, N) is expected",
    ),
    (
        "missing row",
        change(maps={"Psi": Table(values={"A images": ROWS[:2]})}),
        "maps.Psi.values: A images: 2 reconstructions for 3 members; the row for A "
        "images_3 is missing",
    ),
    (
        "too many rows",
        change(maps={"Psi": Table(values={"A images": [*ROWS, [0, 0]]})}),
        "4 reconstructions for 3 members; drop the rest",
    ),
    (
        "row not in the table",
        change(maps={"Psi": Table([[3], [0]], ROWS[:2])}),
        "maps.Psi: Psi(A x) has no known value: the table has no row for this "
        "measurement; at x = images_3; add the row",
    ),
    (
        "two answers",
        change(maps={"Psi": Table(values={"A images": ROWS, "A u": [0, 0]})}),
        "A images_1 and A u are one measurement with two reconstructions",
    ),
    (
        "unknown word in a row",
        change(maps={"Psi": Table(values={"A image": ROWS})}),
        "maps.Psi.values: A image: image is not known; known are A, Psi, c, images, u",
    ),
    (
        "a row that is an image",
        change(maps={"Psi": Table(values={"images": ROWS})}),
        "images is an image; name a measurement such as A x",
    ),
    (
        "rows of other sizes",
        change(maps={"Psi": Table(values={"A images": ROWS, "A u + A u": [1]})}),
        "the reconstructions have different sizes",
    ),
    (
        "no rows",
        change(maps={"Psi": Table(values={})}),
        "maps.Psi.values: measurements with reconstructions",
    ),
    (
        "wrong target",
        change(maps={"Psi": Table([[3]], [[1, 2, 3]])}),
        "maps.Psi.outputs: shape (1, 3), expected (k, 2)",
    ),
    (
        "affine of a wrong shape",
        change(maps={"Psi": Affine([[1, 0]])}),
        "maps.Psi.matrix: shape (1, 2), the spaces need (2, 1)",
    ),
    ("unknown kind", change(maps={"Psi": {"kind": "net"}}), "maps.Psi.kind: 'net' is not known"),
    (
        "kind is no text",
        change(maps={"Psi": {"kind": ["table"]}}),
        "maps.Psi.kind: ['table'] is not known",
    ),
    (
        "slope alone",
        change(maps={"Psi": {"kind": "table", "inputs": [[3]], "outputs": [[1, 2]], "slope": 1}}),
        "maps.Psi: extend and slope belong together",
    ),
    ("float", change(constants={"c": 0.1}), "constants.c: 0.1 is a float, that is exactly"),
    (
        "unknown key",
        change(images=IMAGES),
        "problem: unknown key 'images'; known are constants, field, linear",
    ),
    ("no table", change(sets=IMAGES), "sets: a table is expected, begun by a line [sets]"),
    (
        "a problem of the catalogue",
        {"operator": [[1]]},
        "a problem for the theorems of the catalogue",
    ),
    ("field", change(field="Q"), 'field: \'Q\' must be "R" or "C"'),
    ("complex in R", change(field="R", vectors={"u": np.array([1j, 0])}), 'set field = "C"'),
    (
        "not a number",
        change(vectors={"u": np.array([1.0, np.nan])}),
        "u: entry [1] is nan; only finite numbers",
    ),
    ("missing file", change(vectors={"u": "no.npy"}), "u: there is no file no.npy"),
    (
        "another space",
        change(vectors={"u": {"space": "Y", "array": [1]}}),
        "vectors.u: the statement puts u into X",
    ),
    (
        "dimension no number",
        change(spaces={"X": {"norm": "l2", "dimension": "2"}, "Y": "l2"}),
        "spaces.X.dimension: a positive whole number is expected",
    ),
]


@pytest.mark.parametrize(("title", "data", "says"), BAD, ids=[row[0] for row in BAD])
def test_bad_data(title: str, data: dict[str, Any], says: str, tmp_path: Path) -> None:
    """One sentence with the place, and nothing is written."""
    with pytest.raises(BadInput) as caught:
        settle(ALL + "conclude\n  |Psi(A x) - x| <= c\n", tmp_path, data)
    assert says in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_too_many_combinations_are_said(tmp_path: Path) -> None:
    """2^20 are computed, more are not."""
    data = {**DATA, "sets": {"images": np.stack([np.arange(1100), np.zeros(1100, int)], 1)}}
    data["maps"] = {"Psi": Affine([[1], [0]])}
    result = settle(PAIRS + "conclude\n  |x| <= 1 + |z|\n", tmp_path, data)
    assert result.verdict == "undecided"
    assert "1100 x 1100 = 1,210,000 combinations" in str(result)


# ------------------------------------------------------------------------------- command line

TOML = """
[spaces]
X = "l2"
Y = "l2"
[linear]
A = [["1", "0"]]
[maps.Psi]
kind = "table"
values = {"A images" = "recon.npy"}
[sets]
images = {space = "X", array = "images.npy"}
[vectors]
u = ["3", "4"]
[constants]
c = 5
"""


def run(*words: object) -> Any:
    """A command of kernelcert."""
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A problem folder with the data of the module's docstring, and a claim."""
    (tmp_path / "problem.toml").write_text(TOML)
    np.save(tmp_path / "images.npy", np.array(IMAGES))
    np.save(tmp_path / "recon.npy", np.array(ROWS))
    lip = "given\n  lip: Lipschitz(Psi) <= 4\n"
    (tmp_path / "my.claim").write_text(HEAD + lip + ALL + "conclude\n  |Psi(A x) - x| <= 1\n")
    return tmp_path


def test_check_takes_a_path(folder: Path) -> None:
    """And permits assumptions; the written kernel problem is a PROBLEM as well."""
    claim, out = folder / "my.claim", folder / "out"
    done = run("check", claim, folder, "-o", out)
    assert done.exit_code == 5
    assert "t: certified, assuming lip" in done.output
    assert "t.certificate.json" in done.output
    assert run("check", claim, folder, "--permit", "lip").exit_code == 0
    again = run("check", claim, out / "problem.json", "--permit", "lip", "-o", folder / "again")
    assert again.exit_code == 0
    for name in ("problem.json", "t.certificate.json", "images.npy", "Psi.outputs.npy"):
        assert (folder / "again" / name).read_bytes() == (out / name).read_bytes()
    assert run("check", claim, out, "--permit", "lip").exit_code == 0


def bad(name: str) -> Callable[[Path], list[object]]:
    """A command line by its title."""

    def words(folder: Path) -> list[object]:
        claim = folder / "my.claim"
        if name == "unknown permit":
            return ["check", claim, folder, "--permit", "lib"]
        if name == "no claim":
            return ["check", folder / "no.claim", folder]
        if name == "no problem":
            return ["check", claim, folder / "no.toml"]
        if name == "bad claim":
            claim.write_text(HEAD + "conclude\n  |v| <= 1\n")
        if name == "nan":
            np.save(folder / "images.npy", np.array([[1.0, float("nan")]] * 3))
        if name == "no array":
            (folder / "recon.npy").unlink()
        if name == "foreign folder":
            return ["check", claim, folder, "-o", folder]
        if name == "no kernel array":
            run("check", claim, folder, "-o", folder / "out")
            (folder / "out" / "images.npy").unlink()
            return ["check", claim, folder / "out" / "problem.json"]
        return ["check", claim, folder]

    return words


COMMANDS = [
    ("unknown permit", "--permit lib: no such hypothesis; known are lip"),
    ("no claim", "there is no statement file"),
    ("no problem", "there is no problem file"),
    ("bad claim", "my.claim: statement line 9, column 4: expected one of the names"),
    ("nan", "images: entry 1 is a not-a-number; replace it by a finite number"),
    ("no array", "there is no file recon.npy"),
    ("foreign folder", "holds the problem itself; name another folder"),
    ("no kernel array", "there is no file images.npy beside the problem file"),
]


@pytest.mark.parametrize(("title", "says"), COMMANDS, ids=[row[0] for row in COMMANDS])
def test_bad_commands(title: str, says: str, folder: Path) -> None:
    """One sentence and exit status 2."""
    done = run(*bad(title)(folder))
    assert done.exit_code == 2, done.output
    assert says in " ".join(done.output.split())
