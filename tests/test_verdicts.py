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


def step(rule: str, says: str, /, *premises: int, **arguments: object) -> Raw:
    """A step as it stands in a certificate."""
    return {
        "rule": rule,
        "premises": [str(place) for place in premises],
        "arguments": arguments,
        "conclusion": says,
    }


def compute(claim: str) -> Raw:
    """The step that decides a comparison on the data."""
    return step("compute", claim, claim=claim)


def quoted(number: int, judgment: str) -> Raw:
    """The step that quotes a hypothesis."""
    return step("given", judgment, hypothesis=str(number))


def denied(number: int, judgment: str, alternative: int = 1) -> Raw:
    """The step that denies an alternative of a conclusion."""
    return step("denied", judgment, conclusion=str(number), alternative=str(alternative))


def member(claim: str) -> Raw:
    """The step that decides a comparison for all members of finite sets."""
    return step("members", claim, claim=claim)


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
# with two finite sets, S = {x, z} and T = {3 x}, and a number of modulus 1
SETS: Raw = DATA | {
    "field": "C",
    "sets": {
        "S": {"space": "X", "array": {"entries": [["3", "4"], ["1", "-1"]]}},
        "T": {"space": "X", "array": {"entries": [["9", "12"]]}},
    },
    "units": {"u": {"real": "3/5", "imaginary": "4/5"}},
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
    data: bool | Raw = True
    more: Raw = field(default_factory=dict)

    def problem(self) -> bytes | None:
        """The data, if it is about data."""
        if not self.data:
            return None
        return write_json(DATA if self.data is True else self.data)

    def verify(self) -> Report:
        """What the kernel says."""
        head = 'statement t "test"\nspaces X\nlinear A : X -> X\nvectors x, z in X\nconstants c\n'
        statement = (head + self.body).encode()
        problem = self.problem()
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

EITHER = "conclude\n  |x| <= c + 1 or |z| > 1\n"
MEMBERS = "sets S, T in X\nunits u\nfor all s in S\nconclude\n  |s| <= c\n  |u s - s| <= 2 |s|\n"
CHOICE = "sets S, T in X\nunits u\nexists b in S\nconclude\n  |b| < 2\n"
TWICE = "define F(v in X) = 2 v + x\nconclude\n  Lipschitz(F) <= 2\n"

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
    # certified: alternatives, conditions of an exists, denials
    File("the first alternative", EITHER, "certified", [compute("|x| <= 1 + c")], "nothing"),
    File("the second alternative", EITHER, "certified", [compute("|z| > 1")], "nothing"),
    File("no alternative", EITHER, "certified", [], "concludes |x| <= 1 + c or 1 < |z|", Rejected),
    File(
        "an alternative of another conclusion",
        EITHER + "  |z| < |x|\n",
        "certified",
        [compute("|z| > 1")],
        "no step concludes |z| < |x|",
        Rejected,
    ),
    File(
        "two conclusions on one line",
        "conclude\n  |x| <= c and |z| > 1\n",
        "certified",
        [compute("|x| <= c")],
        "no step concludes 1 < |z|",
        Rejected,
    ),
    File(
        "by contradiction",
        "given\n  size: |x| <= c\nconclude\n  |x| <= c + 1\n",
        "certified",
        [
            quoted(1, "|x| <= c"),
            denied(1, "c + 1 < |x|"),
            step("linear", "1 < 0", 0, 1, multipliers=["1", "1"]),
            compute("0 < 1"),
            step("linear", "0 < 0", 2, 3, multipliers=["1", "1"]),
        ],
        "nothing",
        data=False,
    ),
    File(
        "one alternative from the denial of the other",
        "conclude\n  |x| <= c or c < |x|\n",
        "certified",
        [denied(1, "c < |x|")],
        "nothing",
        data=False,
    ),
    File(
        "the denial of another conclusion",
        "conclude\n  |x| <= c\n  c < |x|\n",
        "certified",
        [denied(1, "c < |x|"), denied(2, "|x| <= c", 1)],
        "no step concludes |x| <= c",
        Rejected,
        data=False,
    ),
    File(
        "both denied contradict each other, which proves neither",
        "conclude\n  |x| <= c\n  c < |x|\n",
        "certified",
        [denied(1, "c < |x|"), denied(2, "|x| <= c", 1), CANCEL],
        "no step concludes |x| <= c",
        Rejected,
        data=False,
    ),
    File(
        "hypotheses that contradict each other prove what they do not say by a denial only",
        "given\n  a: |x| < c\n  b: |x| >= c\nconclude\n  |z| < 0\n",
        "certified",
        [quoted(1, "|x| < c"), quoted(2, "c <= |x|"), CANCEL],
        "no step concludes |z| < 0",
        Rejected,
        data=False,
    ),
    File(
        "an empty range proves anything",
        "for all e in X with |e| < 0\nconclude\n  |z| < 0\n",
        "certified",
        [
            step("range", "|e| < 0", variable="e", number="1"),
            step("nonnegative", "0 <= |e|", scalar="|e|"),
            denied(1, "0 <= |z|"),
            step("linear", "0 < 0", 0, 1, 2, multipliers=["1", "1", "0"]),
        ],
        "nothing",
        data=False,
    ),
    File(
        "a condition before a variable rests on its range",
        "exists b in X with |b| < 0\nfor all e in X with |e| < 0\nconclude\n  |b| <= |e|\n",
        "certified",
        [
            step("range", "|e| < 0", variable="e", number="1"),
            step("nonnegative", "0 <= |e|", scalar="|e|"),
            denied(1, "0 <= |x|"),
            step("linear", "0 < 0", 0, 1, 2, multipliers=["1", "1", "0"]),
            denied(2, "|e| < |x|"),
            step("linear", "0 < 0", 0, 1, 4, multipliers=["1", "1", "0"]),
        ],
        "no step concludes |x| < 0",
        Rejected,
        more={"choices": {"b": "x"}},
        data=False,
    ),
    File(
        "a condition behind the variable",
        "for all e in X with |e| <= c\nexists b in X with |b| <= c\nconclude\n  |e - b| <= 0\n",
        "certified",
        [RANGE, step("nonnegative", "0 <= 0", scalar="0")],
        "nothing",
        more={"choices": {"b": "e"}},
    ),
    File(
        "a condition is no hypothesis",
        "exists b in X with |b| < 0\nconclude\n  |b| <= c\n",
        "certified",
        [quoted(1, "|x| < 0")],
        "the statement has 0 hypotheses",
        Rejected,
        more={"choices": {"b": "x"}},
    ),
    File(
        "a condition is not met",
        "exists b in X with |b| < c\nconclude\n  |b| <= c\n",
        "certified",
        [compute("|x| <= c")],
        "no step concludes |x| < c",
        Rejected,
        more={"choices": {"b": "x"}},
    ),
    # certified: finite sets and numbers of modulus 1
    File(
        "every member",
        MEMBERS,
        "certified",
        [member("|s| <= c"), member("|u s - s| <= 2 |s|")],
        "nothing",
        data=SETS,
    ),
    File(
        "one member for all",
        MEMBERS,
        "certified",
        [compute("|S_1| <= c"), member("|u s - s| <= 2 |s|")],
        "no step concludes |s| <= c",
        Rejected,
        data=SETS,
    ),
    File(
        "a variable of a set computes no more than another",
        MEMBERS,
        "certified",
        [compute("|s| <= c")],
        "s stands for every vector of its range",
        Rejected,
        data=SETS,
    ),
    File(
        "what holds in a later variable's range",
        "sets S, T in X\nunits u\nexists b in S with |b| < c\nfor all s in S with |s| < c\n"
        "conclude\n  |s| < c\n",
        "certified",
        [member("|s| < c"), denied(1, "c <= |S_1|")],
        "no step concludes |S_1| < c",
        Rejected,
        data=SETS,
        more={"choices": {"b": "S_1"}},
    ),
    File(
        "a member is chosen",
        CHOICE,
        "certified",
        [compute("|S_2| < 2")],
        "nothing",
        data=SETS,
        more={"choices": {"b": "S_2"}},
    ),
    *(
        File(
            f"chosen from a set: {choice}",
            CHOICE,
            "certified",
            [],
            "the choice for b is not the name of a member of S",
            Rejected,
            data=SETS,
            more={"choices": {"b": choice}, "vectors": {"S_3": plane("0", "0")}},
        )
        for choice in ("z", "T_1", "S_3", "S_2 + 0 x", "0", "S_02", " S_2", "s")
    ),
    File(
        "a member in a proof for all spaces",
        CHOICE,
        "certified",
        [],
        "the choice for b is not the name of a member of S",
        Rejected,
        data=False,
        more={"choices": {"b": "S_1"}},
    ),
    File(
        "a vector with a member's name",
        CHOICE,
        "certified",
        [],
        "certificate.vectors: 'S_2' cannot be a new name",
        Unreadable,
        data=SETS,
        more={"choices": {"b": "S_2"}, "vectors": {"S_2": plane("0", "0")}},
    ),
    File(
        "a number of modulus 1 keeps norms",
        "units u\nconclude\n  |A u x - u A z| = |A x - A z|\n",
        "certified",
        [
            step("nonnegative", "0 <= 0", scalar="|A u x - u A z| - |A z - A x|"),
            step("equal", "0 = 0", 0, 0),
        ],
        "nothing",
        data=False,
    ),
    File(
        "but moves vectors",
        "sets S, T in X\nunits u\nconclude\n  |u x - x| = 0\n",
        "certified",
        [compute("|u x - x| = 0")],
        "is false on the data",
        Rejected,
        data=SETS,
    ),
    # certified: the certificate's own arbitrary vectors
    File(
        "a bound from two vectors of its own",
        TWICE,
        "certified",
        [
            step("triangle", "2 |p - q| <= 2 |p - q|", summands=[["2", "p - q"]]),
            step("everywhere", "Lipschitz(F) <= 2", 0, map="F", left="p", right="q", bound="2"),
        ],
        "nothing",
        data=False,
        more={"arbitrary": {"p": "X", "q": "X"}},
    ),
    File(
        "an arbitrary vector has no value",
        TWICE,
        "certified",
        [compute("|p| >= 0")],
        "p stands for every vector",
        Rejected,
        more={"arbitrary": {"p": "X"}},
    ),
    *(
        File(
            f"arbitrary: {name}",
            TWICE.replace("conclude", "for all e in X\nconclude"),
            "certified",
            [],
            because,
            Unreadable,
            more={"arbitrary": {name: "X"}, "vectors": {"w": plane("0", "0")}},
        )
        for name, because in (
            ("x", "certificate.arbitrary: 'x' cannot be a new name"),
            ("e", "certificate.arbitrary: 'e' cannot be a new name"),
            ("w", "certificate.arbitrary: 'w' cannot be a new name"),
            ("F", "certificate.arbitrary: 'F' cannot be a new name"),
            ("all", "certificate.arbitrary: 'all' cannot be a new name"),
            ("", "certificate.arbitrary: '' cannot be a new name"),
            ("v", "the vector 'v' has the name of a definition's parameter"),
        )
    ),
    File(
        "arbitrary in no space",
        TWICE,
        "certified",
        [],
        "certificate.arbitrary.p: unknown 'A'; known are X",
        Unreadable,
        more={"arbitrary": {"p": "A"}},
    ),
    File(
        "chosen as an arbitrary vector",
        "exists b in X\nconclude\n  |b| <= |b|\n",
        "certified",
        [],
        "the choice for b, column 1: expected one of the names",
        Unreadable,
        data=False,
        more={"arbitrary": {"p": "X"}, "choices": {"b": "p"}},
    ),
    # refuted
    File(
        "both alternatives",
        "conclude\n  |x| < c or |z| < 1\n",
        "refuted",
        [compute("c <= |x|"), compute("1 <= |z|")],
        "|x| < c or |z| < 1 is false",
    ),
    File(
        "one of two alternatives",
        "conclude\n  |x| < c or |z| < 2\n",
        "refuted",
        [compute("c <= |x|")],
        "no step decides the negation of a conclusion",
        Rejected,
    ),
    File(
        "one of two conclusions",
        "conclude\n  |x| <= c and |z| < 1\n",
        "refuted",
        [compute("1 <= |z|")],
        "|z| < 1 is false",
    ),
    File(
        "by what is denied",
        "conclude\n  |x| < c\n",
        "refuted",
        [denied(1, "c <= |x|")],
        "no step decides the negation of a conclusion",
        Rejected,
    ),
    File(
        "by a member",
        MEMBERS.replace("<= c", "< c"),
        "refuted",
        [compute("|u z - z| > 1"), compute("|S_1| >= c")],
        "|S_1| < c is false",
        data=SETS,
        more={"choices": {"s": "S_1"}},
    ),
    File(
        "by a vector that is no member",
        MEMBERS,
        "refuted",
        [compute("|2 x| > c")],
        "the choice for s is not the name of a member of S",
        Rejected,
        data=SETS,
        more={"choices": {"s": "2 x"}},
    ),
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
        "what is denied contradicts the hypotheses",
        GIVEN + CONCLUDE,
        "vacuous",
        [quoted(1, "|x| <= c"), denied(1, "c < |x|"), CANCEL],
        "no step decides the negation of a hypothesis, or gives 0 < 0",
        Rejected,
        data=False,
    ),
    File(
        "no member in the range",
        "sets S, T in X\nunits u\nfor all s in S with |s| < 1\nconclude\n  |s| <= c\n",
        "vacuous",
        [
            member("|s| < 0"),
            step("nonnegative", "0 <= |s|", scalar="|s|"),
            CANCEL,
        ],
        "no value of a variable is in its range under the hypotheses",
        data=SETS,
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
    assert report.digests[1] == (digest(file.problem() or b"") if file.data else "-")


def test_titles() -> None:
    """Each entry has its own."""
    assert len({(file.verdict, file.title) for file in FILES}) == len(FILES)
