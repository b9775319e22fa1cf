"""Whole certificates: which verdict their steps amount to, and what a certificate cannot do.

Statements are tiny, on purpose: |x| is 5, |z| is the square root of 2, and A turns by a right
angle, on the plane with the l2 norm.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from certificates.format import Rejected, Unreadable, digest, write_json
from certificates.kernel import FORMAT, Report, verify
from certificates.problem import FORMAT as PROBLEM

Raw = dict[str, object]


def step(rule: str, conclusion: str, *premises: int, **arguments: object) -> Raw:
    """A step as it stands in a certificate."""
    return {
        "rule": rule,
        "premises": [str(place) for place in premises],
        "arguments": arguments,
        "conclusion": conclusion,
    }


def compute(claim: str) -> Raw:
    """The step that decides a comparison on the data."""
    return step("compute", claim, claim=claim)


def quoted(number: int, judgment: str) -> Raw:
    """The step that quotes a hypothesis."""
    return step("given", judgment, hypothesis=str(number))


PLANE = {"dimension": "2", "norm": "l2"}


def plane(*entries: str, space: str = "X") -> Raw:
    """A vector of the problem or of a certificate."""
    return {"space": space, "array": {"entries": list(entries)}}


DATA: Raw = {
    "format": PROBLEM,
    "field": "R",
    "spaces": {"X": PLANE},
    "linear": {"A": {"kind": "dense", "matrix": {"entries": [["0", "-1"], ["1", "0"]]}}},
    "vectors": {"x": plane("3", "4"), "z": plane("1", "-1")},
    "constants": {"c": "5"},
}


@dataclass(frozen=True)
class File:
    """A certificate: the body of its statement, its verdict and steps, and what else it says."""

    title: str
    body: str
    verdict: str
    steps: list[Raw]
    says: str
    error: type[Exception] | None = None
    data: bool = True
    more: Raw = field(default_factory=dict)

    def verify(self) -> Report:
        """What the kernel says."""
        head = 'statement t "test"\nspaces X\nlinear A : X -> X\nvectors x, z in X\nconstants c\n'
        statement = (head + self.body).encode()
        problem = write_json(DATA) if self.data else None
        table: Raw = {
            "format": FORMAT,
            "statement": digest(statement),
            "problem": digest(problem) if problem else "-",
            "verdict": self.verdict,
            "steps": self.steps,
        }
        return verify(statement, problem, write_json(table | self.more), _no_files)


def _no_files(name: str) -> bytes:
    raise Unreadable(f"there is no file {name}")


GIVEN = "given\n  size: |x| <= c\n"
CONCLUDE = "conclude\n  |x| <= c\n"
STRICT = "conclude\n  |x| < c\n"
ALL = "for all e in X with |e| <= c\nconclude\n  |e| <= |x|\n"
SOME = "exists b in X\nfor all e in X with |e| <= |b|\nconclude\n  |e| <= |b|\n  |A b| = c\n"
EMPTY = "for all e in X with |e| < 0\nconclude\n  1 <= |x|\n"
RANGE = step("range", "|e| <= c", variable="e", number="1")
CANCEL = step("linear", "0 < 0", 0, 1, multipliers=["1", "1"])
HIDDEN = (
    "exists linear W : X -> X\nexists b in X\ndefine F(v in X) = W v + b\nconclude\n  |F(x)| <= c\n"
)

FILES = [
    # certified
    File("a conclusion is computed", CONCLUDE, "certified", [compute("|x| <= c")], "nothing"),
    File("a hypothesis is assumed", GIVEN + CONCLUDE, "certified", [quoted(1, "|x| <= c")], "size"),
    File(
        "a hypothesis is decided",
        GIVEN + CONCLUDE,
        "certified",
        [quoted(1, "|x| <= c"), compute("|x| <= c")],
        "nothing",
    ),
    File(
        "a hypothesis that no step uses is assumed all the same",
        GIVEN + "conclude\n  |z| <= 2\n",
        "certified",
        [compute("|z| <= 2")],
        "size",
    ),
    File(
        "for all spaces a hypothesis is part of the claim",
        GIVEN + CONCLUDE,
        "certified",
        [quoted(1, "|x| <= c")],
        "nothing",
        data=False,
    ),
    File(
        "a range is no assumption",
        "for all e in X with |e| <= c\nconclude\n  |e| <= |x|\n",
        "certified",
        [RANGE, compute("c <= |x|"), step("linear", "|e| <= |x|", 0, 1, multipliers=["1", "1"])],
        "nothing",
    ),
    File(
        "a witness of one's own",
        SOME,
        "certified",
        [step("range", "|e| <= |w|", variable="e", number="1"), compute("|A w| = c")],
        "nothing",
        more={"choices": {"b": "w"}, "vectors": {"w": plane("0", "-5")}},
    ),
    File(
        "one of two conclusions is missing",
        SOME,
        "certified",
        [compute("|A w| = c")],
        "no step concludes |e| <= |w|",
        Rejected,
        more={"choices": {"b": "w"}, "vectors": {"w": plane("0", "-5")}},
    ),
    File("no steps", CONCLUDE, "certified", [], "no step concludes |x| <= c", Rejected),
    File(
        "weaker than the conclusion",
        STRICT,
        "certified",
        [compute("|x| <= c")],
        "no step concludes |x| < c",
        Rejected,
    ),
    File(
        "stronger than the conclusion, but another text",
        CONCLUDE,
        "certified",
        [compute("|x| = c")],
        "no step concludes |x| <= c",
        Rejected,
    ),
    File(
        "false, but written down",
        STRICT,
        "certified",
        [compute("|x| < c")],
        "step 0 (compute): |x| < c is false on the data",
        Rejected,
    ),
    File(
        "another conclusion than the rule gives",
        STRICT,
        "certified",
        [step("compute", "|x| < c", claim="|x| <= c")],
        "step 0 (compute): it gives |x| <= c, written is '|x| < c'",
        Rejected,
    ),
    File(
        "no written conclusion",
        CONCLUDE,
        "certified",
        [{k: v for k, v in compute("|x| <= c").items() if k != "conclusion"}],
        "step 0 (compute): the conclusion: a string is expected",
        Unreadable,
    ),
    File(
        "a step from itself",
        CONCLUDE,
        "certified",
        [step("weaken", "|x| <= c", 0)],
        "step 0 (weaken): premise 0 is not an earlier step",
        Rejected,
    ),
    File(
        "the value of a variable",
        ALL,
        "certified",
        [compute("|e| <= |x|")],
        "e stands for every vector of its range and has no value",
        Rejected,
    ),
    File(
        "a value smuggled in for a variable",
        ALL,
        "certified",
        [compute("|e| <= |x|")],
        "certificate.vectors: 'e' cannot be a new name",
        Unreadable,
        more={"vectors": {"e": plane("0", "0")}},
    ),
    File(
        "a value smuggled in for a datum",
        STRICT,
        "certified",
        [compute("|x| < c")],
        "certificate.vectors: 'x' cannot be a new name",
        Unreadable,
        more={"vectors": {"x": plane("0", "0")}},
    ),
    File(
        "a choice for a variable",
        ALL,
        "certified",
        [],
        "certificate.choices: unknown key 'e'",
        Unreadable,
        more={"choices": {"e": "x"}},
    ),
    File(
        "no choice",
        SOME,
        "certified",
        [],
        "certificate.choices: the key 'b' is missing",
        Unreadable,
    ),
    File(
        "a witness that depends on a later variable",
        "exists b in X\nfor all e in X\nconclude\n  |e - b| = 0\n",
        "certified",
        [step("nonnegative", "0 <= 0", scalar="0")],
        "the choice for b, column 1: expected one of the names",
        Unreadable,
        more={"choices": {"b": "e"}},
    ),
    File(
        "a witness that depends on an earlier variable",
        "for all e in X\nexists b in X\nconclude\n  |e - b| = 0\n",
        "certified",
        [step("linear", "0 <= 0", multipliers=[]), step("equal", "0 = 0", 0, 0)],
        "nothing",
        more={"choices": {"b": "e"}},
        data=False,
    ),
    File(
        "coordinates without data",
        CONCLUDE,
        "certified",
        [],
        "no coordinates without a problem",
        Unreadable,
        more={"vectors": {"w": plane("0", "0")}},
        data=False,
    ),
    File(
        "computing without data",
        CONCLUDE,
        "certified",
        [compute("|x| <= c")],
        "step 0 (compute): there is no data",
        Rejected,
        data=False,
    ),
    File(
        "another statement",
        CONCLUDE,
        "certified",
        [compute("|x| <= c")],
        "certificate.statement: made for another statement than sha256:",
        Rejected,
        more={"statement": digest(b"")},
    ),
    File(
        "another problem",
        CONCLUDE,
        "certified",
        [compute("|x| <= c")],
        "certificate.problem: made for another problem than sha256:",
        Rejected,
        more={"problem": "-"},
    ),
    File(
        "another format",
        CONCLUDE,
        "certified",
        [],
        "certificate.format: unknown 'kernelcert certificate 2'",
        Unreadable,
        more={"format": "kernelcert certificate 2"},
    ),
    File(
        "another verdict",
        CONCLUDE,
        "true",
        [],
        "certificate.verdict: unknown 'true'; known are certified, refuted, vacuous",
        Unreadable,
    ),
    File(
        "a claim of its own",
        STRICT,
        "certified",
        [compute("|x| <= c")],
        "certificate: unknown key 'conclude'",
        Unreadable,
        more={"conclude": ["|x| <= c"]},
    ),
    File(
        "a linear map that has no matrix",
        HIDDEN,
        "vacuous",
        [compute("|W x| <= 1")],
        "the linear map W has no value here",
        Rejected,
    ),
    File(
        "a choice by a definition that comes later",
        HIDDEN,
        "certified",
        [compute("|b| <= 1")],
        "the choice for b, column 1: expected one of the names",
        Unreadable,
        more={"choices": {"W": "0", "b": "F(x)"}},
    ),
    File(
        "a linear map chosen as nought",
        HIDDEN,
        "certified",
        [compute("|x| <= c")],
        "nothing",
        more={"choices": {"W": "0", "b": "x"}},
    ),
    File(
        "a linear map chosen as another",
        HIDDEN,
        "certified",
        [],
        'the choice for the linear map W must be "0"',
        Unreadable,
        more={"choices": {"W": "A", "b": "x"}},
    ),
    # refuted
    File("the negation", STRICT, "refuted", [compute("|x| >= c")], "|x| < c is false"),
    File(
        "the negation, with a hypothesis",
        GIVEN + STRICT,
        "refuted",
        [compute("|x| >= c"), compute("|x| <= c")],
        "|x| < c is false",
    ),
    File(
        "a hypothesis is open",
        GIVEN + STRICT,
        "refuted",
        [compute("|x| >= c"), quoted(1, "|x| <= c")],
        "no step decides the hypothesis size",
        Rejected,
    ),
    File(
        "the negation rests on a hypothesis",
        "given\n  low: c <= |x|\n" + STRICT,
        "refuted",
        [quoted(1, "c <= |x|"), compute("|x| <= c")],
        "no step decides the hypothesis low",
        Rejected,
    ),
    File(
        "a vector in the range",
        "for all e in X with |e| <= c\nconclude\n  |A e| < |x|\n",
        "refuted",
        [compute("|x| <= c"), compute("|A x| >= |x|")],
        "|A x| < |x| is false",
        more={"choices": {"e": "x"}},
    ),
    File(
        "a vector outside the range",
        "for all e in X with |e| <= c\nconclude\n  |A e| < |x|\n",
        "refuted",
        [compute("|2 A x| >= |x|")],
        "no step decides that 2 |x| <= c for e",
        Rejected,
        more={"choices": {"e": "2 x"}},
    ),
    File(
        "the range decides itself",
        "for all e in X with |e| <= c\nconclude\n  |A e| < |x|\n",
        "refuted",
        [
            step("range", "2 |x| <= c", variable="e", number="1"),
            compute("|2 A x| >= |x|"),
        ],
        "no step decides that 2 |x| <= c for e",
        Rejected,
        more={"choices": {"e": "2 x"}},
    ),
    File(
        "the conclusion is decided",
        CONCLUDE,
        "refuted",
        [compute("|x| <= c")],
        "no step decides the negation of a conclusion",
        Rejected,
    ),
    File(
        "an equation, from either side",
        "conclude\n  |z| = 1\n",
        "refuted",
        [compute("|z| > 1")],
        "|z| = 1 is false",
    ),
    File(
        "no vector for the variable",
        ALL,
        "refuted",
        [],
        "certificate.choices: the key 'e' is missing",
        Unreadable,
    ),
    File(
        "for all spaces",
        STRICT,
        "refuted",
        [],
        "only a statement without 'exists' is refuted, on data",
        Rejected,
        data=False,
    ),
    File(
        "an exists",
        SOME,
        "refuted",
        [],
        "only a statement without 'exists' is refuted, on data",
        Rejected,
        more={"choices": {"b": "x"}},
    ),
    # vacuous
    File(
        "a hypothesis is false",
        "given\n  low: |x| < c\n" + CONCLUDE,
        "vacuous",
        [compute("|x| >= c")],
        "low: |x| < c is false",
    ),
    File(
        "a hypothesis is false by itself",
        "given\n  |x| < 0\n" + CONCLUDE,
        "vacuous",
        [step("nonnegative", "0 <= |x|", scalar="|x|")],
        "given1: |x| < 0 is false",
        data=False,
    ),
    File(
        "two hypotheses contradict each other",
        "given\n  |x| < c\n  |x| >= c\n" + CONCLUDE,
        "vacuous",
        [quoted(1, "|x| < c"), quoted(2, "c <= |x|"), CANCEL],
        "the hypotheses contradict each other",
        data=False,
    ),
    File(
        "an empty range",
        EMPTY,
        "vacuous",
        [
            step("range", "|e| < 0", variable="e", number="1"),
            step("nonnegative", "0 <= |e|", scalar="|e|"),
            CANCEL,
        ],
        "no value of a variable is in its range under the hypotheses",
    ),
    File(
        "nothing false",
        GIVEN + CONCLUDE,
        "vacuous",
        [compute("|x| <= c")],
        "no step decides the negation of a hypothesis, or gives 0 < 0",
        Rejected,
    ),
    File(
        "the negation rests on another hypothesis",
        "given\n  |x| < c\n  |x| >= c\n" + CONCLUDE,
        "vacuous",
        [quoted(2, "c <= |x|")],
        "no step decides the negation of a hypothesis",
        Rejected,
        data=False,
    ),
    File(
        "the conclusion is false",
        GIVEN + STRICT,
        "vacuous",
        [compute("|x| >= c")],
        "no step decides the negation of a hypothesis",
        Rejected,
    ),
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.verdict}: {file.title}")
def test_verdict(file: File) -> None:
    """The verdict with what it assumes or why, or the refusal with its reason."""
    if file.error is not None:
        with pytest.raises(file.error) as caught:
            file.verify()
        assert file.says in str(caught.value)
        return
    report = file.verify()
    assert report.verdict == file.verdict
    if file.verdict == "certified":
        assert report.reason == ""
        assert (" ".join(report.assumed) or "nothing") == file.says
    else:
        assert report.assumed == ()
        assert report.reason == file.says
    assert report.believed == ()
    assert report.digests[1] == (digest(write_json(DATA)) if file.data else "-")


def test_titles() -> None:
    """Each entry has its own."""
    assert len({(file.verdict, file.title) for file in FILES}) == len(FILES)
