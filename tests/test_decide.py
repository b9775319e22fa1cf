"""`decide` on the corpus of claims, on random claims, and against other solvers.

Every certified and refuted answer has been verified by the kernel inside `decide`; here the bytes
are verified once more, as a stranger would do it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import z3
from hypothesis import HealthCheck, given, settings

from certificates.kernel import verify
from certificates.statements import read_statement
from tests.claims_second_method import opinion
from tests.random_claims import claims
from tests.test_claims_corpus import DROP, FILES, SHARPEN, name
from theorems.deciding.decide import Decision, Limits, decide
from theorems.deciding.rewrite import with_number, without
from theorems.deciding.sharpen import sharpen, simplest
from theorems.deciding.smtlib import cross_check, smtlib
from theorems.refutation import no_files

HERE = Path(__file__).parent
BRIEF = Limits(2000, 3)  # for what is outside the fragment and would search on
SETTLED = [file for file in FILES if file.parent.name != "undecided"]
FRAGMENT = ("refuted/", "certified/", "vacuous/")
SLIGHTLY = Fraction(999, 1000)


def verified_again(found: Decision) -> str:
    """The verdict of the kernel on the bytes of a decision."""
    assert found.derivation is not None
    certificate = found.derivation.certificate()
    return verify(found.statement_file, found.problem_file, certificate, no_files).verdict


# ---------------------------------------------------------------------------- the corpus


@pytest.mark.parametrize("file", SETTLED, ids=name)
def test_verdict(file: Path) -> None:
    found = decide(file.read_bytes())
    assert found.verdict == file.parent.name, found.words
    assert verified_again(found) == found.verdict
    assert (found.problem_file is not None) == (found.verdict == "refuted")


@pytest.mark.parametrize("file", sorted(set(FILES) - set(SETTLED)), ids=name)
def test_outside_the_fragment_nothing_is_claimed(file: Path) -> None:
    """The true verdict is not reached, and no other one either; it is said why."""
    found = decide(file.read_bytes(), limits=BRIEF)
    assert found.verdict == "undecided"
    assert found.words
    assert found.derivation is None


@pytest.mark.parametrize(
    ("file", "constant", "best"), SHARPEN, ids=[name(f) for f, _, _ in SHARPEN]
)
def test_the_best_constant(file: Path, constant: str, best: str) -> None:
    found = sharpen(file.read_bytes(), constant)
    assert found.exact == Fraction(best)
    assert found.attained
    assert found.holds is not None
    assert found.fails is not None
    assert verified_again(found.holds[1]) == "certified"
    assert verified_again(found.fails[1]) == "refuted"


@pytest.mark.parametrize(
    ("file", "constant", "best"), SHARPEN, ids=[name(f) for f, _, _ in SHARPEN]
)
def test_a_claim_slightly_sharper_than_true_gets_no_proof(
    file: Path, constant: str, best: str
) -> None:
    found = decide(with_number(file.read_bytes(), constant, Fraction(best) * SLIGHTLY))
    assert found.verdict == "refuted"


@pytest.mark.parametrize(
    ("file", "label", "verdict"), DROP, ids=[f"{name(f)}-{label}" for f, label, _ in DROP]
)
def test_a_dropped_hypothesis(file: Path, label: str, verdict: str) -> None:
    found = decide(without(file.read_bytes(), label))
    assert found.verdict == ("certified" if verdict == "not needed" else "refuted")


def test_a_decision_is_the_same_in_each_process(tmp_path: Path) -> None:
    file = HERE / "corpus/claims/refuted/hlawka.claim"
    for folder in ("one", "two"):
        command = ["-m", "theorems.cli", "decide", str(file), "-o", str(tmp_path / folder)]
        subprocess.run([sys.executable, *command], check=False, capture_output=True)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert "hlawka.certificate.json" in names
    for own in names:
        assert (tmp_path / "one" / own).read_bytes() == (tmp_path / "two" / own).read_bytes()


# ---------------------------------------------------------------------------- random claims


@given(claims())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_claim_of_the_fragment_is_decided(text: str) -> None:
    """Completeness, and no contradiction with the second method."""
    found = decide(text.encode())
    assert found.verdict in ("certified", "refuted", "vacuous"), found.words
    assert verified_again(found) == found.verdict
    other = opinion(text, tries=50)
    allowed = {
        "certified": ("certified", "not refuted", "unclear"),
        "refuted": ("refuted", "unclear", "not refuted"),
        "vacuous": ("vacuous", "certified", "not refuted", "unclear"),
    }
    assert other in allowed[found.verdict]


# ---------------------------------------------------------------------------- other solvers


@pytest.mark.parametrize("file", SETTLED[::6], ids=name)
def test_the_questions_as_smtlib(file: Path) -> None:
    """z3, reading the text, and cvc5 do not contradict what the decision rests on."""
    found = decide(file.read_bytes())
    text = smtlib(found.queries)
    solver = z3.Solver()
    solver.set("timeout", 3000)
    expected = [query.expected for query in found.queries]
    assert expected == re.findall(r"; .*; expected: (\w+)", text)
    for query in found.queries:
        alone = smtlib([query]).replace("(check-sat)\n(pop 1)\n", "").replace("(push 1)\n", "")
        solver.reset()
        solver.from_string(alone)
        assert str(solver.check()) in (query.expected, "unknown")
    for query, said in cross_check(found.queries, 3):
        assert said in (query.expected, "unknown"), query.title


def test_a_refuted_claim_is_explained_by_its_own_question() -> None:
    found = decide((HERE / "corpus/claims/refuted/hlawka.claim").read_bytes())
    assert [query.expected for query in found.queries] == ["sat"]


# ---------------------------------------------------------------------------- limits


POLYGON = """statement polygon
spaces X
vectors a, b, c, d, e, f in X
conclude
  |a - f| <= |a - b| + |b - c| + |c - d| + |d - e| + |e - f|
"""


def test_too_many_instances() -> None:
    found = decide(POLYGON.encode(), limits=Limits(instances=2))
    assert found.verdict == "undecided"
    assert "more than 2 triangle inequalities are needed; raise --instances" in found.words


def test_too_long() -> None:
    found = decide(POLYGON.encode(), limits=Limits(seconds=1e-6))
    assert found.verdict == "undecided"
    assert "raise --seconds" in found.words[0]


def test_too_many_norms() -> None:
    names = ", ".join(f"x{k}" for k in range(40))
    values = " + ".join(f"|Psi(x{k})|" for k in range(40))
    text = f"statement t\nspaces X\nmap Psi : X -> X\nvectors {names} in X\n"
    text += f"given\n  Lipschitz(Psi) <= 1\nconclude\n  {values} <= 1\n"
    found = decide(text.encode())
    assert found.verdict == "undecided"
    assert "more than 600 norms" in found.words[0]


# ---------------------------------------------------------------------------- rewriting


def test_a_constant_becomes_a_number() -> None:
    text = (
        "statement a.b\nspaces X\nvectors x in X\nconstants d > 0, c\nconclude\n  |x| <= c d # c\n"
    )
    found = with_number(text.encode(), "c", Fraction(-3, 2)).decode()
    assert found.startswith("statement a.b.c--3-2\n")
    assert "constants d > 0\n" in found
    assert "  |x| <= (-3/2) d" in found
    assert str(read_statement(found.encode()).conclude[0]) == "|x| + 3/2 d <= 0"


@pytest.mark.parametrize(
    ("label", "left"),
    [
        ("a", ["a_2: |y| <= 1", "given3: |z| <= 1"]),
        ("a_2", ["a: |x| <= 1", "given3: |z| <= 1"]),
        ("given3", ["a: |x| <= 1", "a_2: |y| <= 1"]),
    ],
)
def test_a_hypothesis_goes(label: str, left: list[str]) -> None:
    text = "statement t\nspaces X\nvectors x, y, z in X\ngiven\n  a: |x| <= 1 and |y| <= 1\n"
    text += "  |z| <= 1\nconclude\n  |x| <= 2\n"
    found = read_statement(without(text.encode(), label))
    assert [f"{h.label}: {h.judgment}" for h in found.given] == left


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [("-1", "2", "0"), ("1/3", "2/3", "1/2"), ("-2/3", "-1/3", "-1/2"), ("5/2", "7/2", "3")],
)
def test_the_simplest_number(low: str, high: str, found: str) -> None:
    assert simplest(Fraction(low), Fraction(high)) == Fraction(found)


# ---------------------------------------------------------------------------- corners

UNIT = "statement t\nspaces X\nvectors x in X\nunits a, b, c, d, e, f\nconclude\n"
CORNERS = [
    ("no space at all", "statement t\nconstants a > 0\nconclude\n  0 < a\n", "certified"),
    ("no space, and false", "statement t\nconstants a >= 0\nconclude\n  0 < a\n", "refuted"),
    ("numbers only", "statement t\nconclude\n  1 < 0\n", "refuted"),
    (
        "the zero vector",
        "statement t\nspaces X\nvectors x in X\nconclude\n  |x - x| <= 0\n",
        "certified",
    ),
    ("six units", UNIT + "  |a b c d e f x| <= |x|\n", "certified"),
    ("six units, and false", UNIT + "  |x + a x| <= 1\n", "refuted"),
    (
        "means, squared",
        "statement t\nconstants a >= 0, b >= 0\nconclude\n  4 a b <= (a + b) (a + b)\n",
        "certified",
    ),
    (
        "a quantified witness",
        "statement t\nspaces X\nfor all e in X with |e| <= 1\n"
        "exists b in X with |b - e| <= 0\nconclude\n  |b| <= 1\n",
        "certified",
    ),
    (
        "over C",
        "statement t\nfield C\nspaces X, Y\nmap P : Y -> X\nvectors p, q in Y\ngiven\n"
        "  Lipschitz(P) <= 2\nconclude\n  |P(p) - P(q)| <= |p - q|\n",
        "refuted",
    ),
    (
        "a chain of bounded maps",
        "statement t\nspaces X, Y, Z\nlinear A : X -> Y\nlinear B : Y -> Z\nvectors x in X\n"
        "given\n  Lipschitz(A) <= 2\n  Lipschitz(B) <= 3\nconclude\n  |B A x| <= 5 |x|\n",
        "refuted",
    ),
]


@pytest.mark.parametrize(("title", "text", "verdict"), CORNERS, ids=[c[0] for c in CORNERS])
def test_corners(title: str, text: str, verdict: str) -> None:
    found = decide(text.encode())
    assert found.verdict == verdict, found.words
    assert verified_again(found) == verdict


UNITS = """statement t
spaces X
vectors x in X
units a, b, c, d, e
conclude
  |a x + b x + c x + d x + e x| <= |x|
"""


def test_many_numbers_of_modulus_1() -> None:
    assert decide(UNITS.encode()).verdict == "refuted"


def test_too_long_for_all_witnesses() -> None:
    text = "statement t\nspaces X\nvectors x, y in X\nexists b in X\nconclude\n  |b| < |x|\n"
    found = decide(text.encode(), limits=Limits(seconds=1e-6))
    assert found.words[0].startswith("the time limit of 1e-06 s is reached; raise --seconds; none")


def test_too_many_digits() -> None:
    number = "1" + 4000 * "0"
    text = f"statement t\nspaces X\nvectors x in X\nconclude\n  |x| <= {number}\n"
    found = decide(text.encode())
    assert found.verdict == "undecided"
    assert "more than 12000 bits" in found.words[0]


def test_the_values_that_are_tried_do_not_grow_long() -> None:
    """What an example happens to have in an equality can double its digits each time."""
    text = """statement t
spaces X
constants c >= 0
map Phi : X -> X
vectors a, b, d, e in X
given
  |2 a + d| <= 1/2
  |a - 3/2 d| <= 0
  |Phi(Phi(3/2 e - b) - d) - d| = 2
  Lipschitz(Phi) <= 3/2
conclude
  c |1/3 e| + 1/10 <= |a - 3/2 d| + 1/2
"""
    found = sharpen(text.encode(), "c", BRIEF)
    assert found.high is not None
    assert found.high.denominator < 10**9
