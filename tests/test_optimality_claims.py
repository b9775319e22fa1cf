"""Certificates about optimal maps: what verifies, what is refused and why, and damaged ones.

A table of claims on one problem: six members of R^2 in three fibres under A = (1, 0), a map with a
table and one that is constant.
"""

from __future__ import annotations

import copy
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import certificates
from certificates.format import Rejected, Unreadable, digest, write_json
from certificates.optimality.__main__ import SAYS, check, run
from theorems.optimal.files import proofs, write
from theorems.optimal.study import study

Table = dict[str, Any]
MEMBERS = [["0", "0"], ["0", "4"], ["0", "1"], ["1", "0"], ["1", "1"], ["3", "9"]]


def problem(norm: str = "l2", field: str = "R", members: Any = None, **more: Any) -> bytes:
    """The problem file; `more` are further keys."""
    n = len((members or MEMBERS)[0])
    table: Table = {
        "format": "kernelcert problem 1",
        "field": field,
        "spaces": {
            "X": {"dimension": str(n), "norm": norm},
            "Y": {"dimension": "1", "norm": "l2"},
        },
        "linear": {
            "A": {"kind": "dense", "matrix": {"entries": [["1"] + ["0"] * (n - 1)]}},
        },
        "sets": {"M1": {"space": "X", "array": {"entries": members or MEMBERS}}},
        "maps": {},
    }
    if n == 2:
        table["maps"] = {
            "Psi": {
                "kind": "table",
                "inputs": {"entries": [["0"], ["1"], ["3"]]},
                "outputs": {"entries": [["0", "2"], ["1", "0"], ["3", "9"]]},
            },
            "Zero": {"kind": "constant", "offset": {"entries": ["0", "0"]}},
            "Some": {
                "kind": "table",
                "inputs": {"entries": [["0"]]},
                "outputs": {"entries": [["0", "2"]]},
            },
        }
    return write_json(table | more)


BASE = problem()
PAIR = {"kind": "pair", "members": ["M1_1", "M1_2"]}
WEIGHTS = {
    "kind": "weights",
    "members": ["M1_1", "M1_2"],
    "weights": ["1", "1"],
    "coordinate": "all",
}


def point(*entries: str) -> Table:
    """A vector of X."""
    return {"space": "X", "array": {"entries": list(entries)}}


BEYOND = "0x1" + "0" * 20000  # more than 4,300 decimal digits
POINTS = {"first": point("1", "0"), "second": point("1", "1/2")}
TWO = {"low": "2", "high": "2"}
# title: claim without problem and set, hints, the last sentence
ACCEPTED: dict[str, tuple[Table, Table, str]] = {
    "optimum, a pair": ({"says": "optimum", **TWO}, {"duals": [PAIR]}, "c_opt(A, M1) = 2"),
    "optimum, weights": ({"says": "optimum", **TWO}, {"duals": [WEIGHTS]}, "c_opt(A, M1) = 2"),
    "optimum, a centre": (
        {"says": "optimum", "low": "2", "high": "5/2"},
        {"duals": [PAIR], "centres": {"M1_3": point("1/2", "9/4")}},
        "2 <= c_opt(A, M1) <= 5/2",
    ),
    "optimum, from above only": (
        {"says": "optimum", "low": "0", "high": {"root": "5"}},
        {},
        "0 <= c_opt(A, M1) <= sqrt(5) (2.236067...)",
    ),
    "inside": (
        {"says": "optimum inside", "low": "3", "high": "3"},
        {"values": {"M1_1": "M1_3"}, "far": ["M1_2", "M1_1"]},
        "maps with values in M1 only, = 3",
    ),
    "kernel size": (
        {"says": "kernel size", "noise": "0", "low": "4", "high": "4"},
        {"pair": ["M1_1", "M1_2"]},
        "with |A x - A x'| <= 0, = 4",
    ),
    "kernel size, by centres": (
        {"says": "kernel size", "noise": "0", "low": "4", "high": "4"},
        {"pair": ["M1_1", "M1_2"], "centres": {}},
        "= 4",
    ),
    "kernel size, noise": (
        {"says": "kernel size", "noise": "1/2", "low": {"root": "17"}, "high": {"root": "17"}},
        {"pair": ["M1_2", "M1_4"]},
        "<= 1, = sqrt(17) (4.123105...)",
    ),
    "error": (
        {"says": "error", "maps": ["Psi"], "at": "M1_2", **TWO},
        {},
        "the largest error of Psi over M1, that at M1_2, = 2",
    ),
    "error, between": (
        {"says": "error", "maps": ["Psi"], "at": "M1_1", "low": "1", "high": "3"},
        {},
        "1 <= the largest error of Psi over M1 <= 3",
    ),
    "error, multivalued": (
        {
            "says": "error",
            "maps": ["Psi", "Zero"],
            "at": "M1_6",
            "low": {"root": "90"},
            "high": "10",
        },
        {},
        "the largest error of y -> {Psi(y), Zero(y)} over M1 <= 10",
    ),
    "optimal": (
        {"says": "optimal", "maps": ["Psi"], "excess": "0"},
        {"duals": [PAIR], "bound": "2"},
        "Psi is an optimal map for (A, M1)",
    ),
    "optimal, epsilon": (
        {"says": "optimal", "maps": ["Zero"], "excess": "15/2"},
        {"duals": [PAIR], "bound": "2"},
        "the errors of Zero over M1 are at most c_opt + 15/2",
    ),
    "not optimal": (
        {"says": "not optimal", "maps": ["Zero"], "at": "M1_6", "excess": "7"},
        {"bound": "2"},
        "its error at M1_6 is at least c_opt + 7",
    ),
    "not unique": (
        {"says": "not unique"},
        {"duals": [PAIR], "bound": "2", "member": "M1_4", "points": POINTS},
        "there are several optimal maps",
    ),
}


def settle(claim: Table, hints: Table, data: bytes = BASE) -> list[str]:
    """The kernel's sentences, with the digests and the set put in."""
    text = write_json({"problem": digest(data), "set": "M1", **claim})
    return check(text, data, write_json({"claim": digest(text), **hints}), lambda name: b"")


@pytest.mark.parametrize("title", ACCEPTED)
def test_accepted(title: str) -> None:
    """What follows, in words."""
    claim, hints, words = ACCEPTED[title]
    assert words in settle(claim, hints)[-1]


def test_every_word_is_covered() -> None:
    """The table above, and that of uniqueness below, have all of ours."""
    told = {claim["says"] for claim, _, _ in ACCEPTED.values()} | {"unique"}
    ours = {says for says, (_, f) in SAYS.items() if f.__module__.endswith((".optimum", ".maps"))}
    assert told == ours


# title: members, norm, duals, bound
ONE: dict[str, tuple[list[list[str]], str, list[Table], str]] = {
    "every fibre of one element": ([["0", "5"], ["1", "5"]], "l1", [], "0"),
    "a line": ([["0"]], "l2", [], "0"),
    "l2": ([["0", "0"], ["0", "4"]], "l2", [WEIGHTS], "2"),
}


@pytest.mark.parametrize("title", ONE)
def test_unique(title: str) -> None:
    """One optimal map."""
    members, norm, duals, bound = ONE[title]
    data = problem(norm, members=members)
    hints = {"bound": bound, "duals": duals}
    assert "there is one optimal map only" in settle({"says": "unique"}, hints, data)[-1]


def test_linf_leaves_room() -> None:
    """A dual for two of three coordinates: the first has other values."""
    members = [["0", "0", "0"], ["0", "4", "4"], ["0", "4", "0"]]
    duals = [WEIGHTS | {"coordinate": "1"}, WEIGHTS | {"coordinate": "2"}]
    with pytest.raises(Rejected, match="one of its coordinates, has no dual"):
        settle({"says": "unique"}, {"bound": "2", "duals": duals}, problem("linf", members=members))

    members = [["4", "0", "0"], ["0", "1", "0"]]
    last = {"A": {"kind": "dense", "matrix": {"entries": [["0", "0", "1"]]}}}
    data = problem("linf", members=members, linear=last)
    with pytest.raises(Rejected, match="one of its coordinates, has no dual"):
        settle({"says": "unique"}, {"bound": "2", "duals": [WEIGHTS | {"coordinate": "0"}]}, data)


@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
@pytest.mark.parametrize("field", ["R", "C"])
def test_all_pairs(norm: str, field: str) -> None:
    """The kernel size of 1, 2 and 7, and of three complex numbers: 6, and nothing below."""
    data = problem(norm, field, [["0", "1"], ["0", "2"], ["0", "7"]])
    if field == "C":
        parts = {"real": {"entries": [["0", "1"], ["0", "2"], ["0", "1"]]}}
        parts |= {"imaginary": {"entries": [["0", "1"], ["0", "2"], ["0", "7"]]}}
        data = problem(norm, field, sets={"M1": {"space": "X", "array": parts}})
    claim = {"says": "kernel size", "noise": "0", "low": "6", "high": "6"}
    assert settle(claim, {"pair": ["M1_1", "M1_3"]}, data)[-1].endswith("= 6")
    for low, high, words in (("1", "59/10", "farther apart"), ("61/10", "7", "nearer than this")):
        with pytest.raises(Rejected, match=words):
            settle(claim | {"low": low, "high": high}, {"pair": ["M1_1", "M1_3"]}, data)


def changed(title: str, claim: Table, hints: Table) -> tuple[Table, Table]:
    """An entry of ACCEPTED, with some keys replaced, or left out for None."""
    first, second, _ = ACCEPTED[title]
    return tuple(  # type: ignore[return-value]
        {key: value for key, value in (old | new).items() if value is not None}
        for old, new in ((first, claim), (second, hints))
    )


FUNCTIONALS = {
    "kind": "functionals",
    "members": ["M1_1", "M1_2"],
    "weights": ["1", "1"],
    "functionals": [{"real": ["0", "-1"]}, {"real": ["0", "1"]}],
}
REJECTED: dict[str, tuple[tuple[Table, Table], str]] = {
    "too large": (changed("optimum, a pair", {"low": "21/10", "high": "3"}, {}), "this large"),
    "too small": (
        changed("optimum, a pair", {"low": "1", "high": "199/100"}, {}),
        "M1_1 is farther from the centre",
    ),
    "no dual": (changed("optimum, a pair", {}, {"duals": []}), "this large"),
    "a dual across fibres": (
        changed("optimum, a pair", {}, {"duals": [PAIR | {"members": ["M1_1", "M1_6"]}]}),
        "different measurements",
    ),
    "a dual twice at one": (
        changed("optimum, a pair", {}, {"duals": [PAIR | {"members": ["M1_1", "M1_1"]}]}),
        "names a member twice",
    ),
    "a near pair": (
        changed("optimum, a pair", {}, {"duals": [PAIR | {"members": ["M1_1", "M1_3"]}]}),
        "this large",
    ),
    "negative weights": (
        changed("optimum, weights", {}, {"duals": [WEIGHTS | {"weights": ["2", "-1"]}]}),
        "weights are not negative",
    ),
    "weights of 0": (
        changed("optimum, weights", {}, {"duals": [WEIGHTS | {"weights": ["0", "0"]}]}),
        "not all 0",
    ),
    "uneven weights": (
        changed("optimum, weights", {}, {"duals": [WEIGHTS | {"weights": ["1", "2"]}]}),
        "this large",
    ),
    "a coordinate in l2": (
        changed("optimum, weights", {}, {"duals": [WEIGHTS | {"coordinate": "1"}]}),
        "in linf at one coordinate, not in l2",
    ),
    "functionals in l2": (
        changed("optimum, a pair", {}, {"duals": [FUNCTIONALS]}),
        "in l1, not in l2",
    ),
    "a bad centre": (
        changed("optimum, a pair", {}, {"centres": {"M1_1": point("0", "1")}}),
        "M1_2 is farther",
    ),
    "a bad centre elsewhere": (
        changed("optimum, a pair", {}, {"centres": {"M1_6": point("3", "6")}}),
        "M1_6 is farther",
    ),
    "inside, too large": (
        changed("inside", {"low": "31/10", "high": "4"}, {}),
        "M1_3 is nearer to all members",
    ),
    "inside, too small": (
        changed("inside", {"low": "0", "high": "29/10"}, {}),
        "fibre of M1_1 is not near M1_3",
    ),
    "inside, the default": (changed("inside", {}, {"values": None}), "is not near M1_1"),
    "inside, one far": (changed("inside", {}, {"far": ["M1_1"]}), "M1_1 is nearer to all"),
    "inside, none far": (changed("inside", {}, {"far": None}), "M1_1 is nearer to all"),
    "inside, far across": (
        changed("inside", {}, {"far": ["M1_2", "M1_6"]}),
        "have different measurements",
    ),
    "kernel size, another pair": (
        changed("kernel size", {}, {"pair": ["M1_1", "M1_6"]}),
        "may be measured alike",
    ),
    "kernel size, a near pair": (
        changed("kernel size", {}, {"pair": ["M1_1", "M1_3"]}),
        "nearer than this",
    ),
    "kernel size, no pair": (changed("kernel size", {}, {"pair": None}), "measured alike"),
    "kernel size, too small": (
        changed("kernel size", {"low": "1", "high": "399/100"}, {}),
        "M1_1 and M1_2 are farther apart",
    ),
    "kernel size, too small by centres": (
        changed("kernel size, by centres", {"low": "1", "high": "399/100"}, {}),
        "farther from the centre",
    ),
    "kernel size, less noise": (
        changed("kernel size, noise", {"noise": "49/100"}, {}),
        "may be measured alike",
    ),
    "kernel size, more noise": (
        changed("kernel size, noise", {"noise": "1"}, {}),
        "M1_4 and M1_6 are farther apart",
    ),
    "kernel size, noise and centres": (
        changed("kernel size, noise", {}, {"centres": {}}),
        "without noise only",
    ),
    "error, too small": (
        changed("error", {"low": "1", "high": "199/100"}, {}),
        "the error of Psi at M1_1 is larger",
    ),
    "error, elsewhere": (changed("error", {"at": "M1_3"}, {}), "the error at M1_3 is smaller"),
    "error, of two": (changed("error", {"maps": ["Psi", "Zero"]}, {}), "error of Zero at M1_2"),
    "error, no value": (changed("error", {"maps": ["Some"]}, {}), r"Some\(A M1_4\) has no known"),
    "optimal, a large bound": (changed("optimal", {}, {"bound": "201/100"}), "this large"),
    "optimal, a small bound": (changed("optimal", {}, {"bound": "1"}), "M1_1 is larger"),
    "optimal, another": (changed("optimal", {"maps": ["Zero"]}, {}), "error of Zero at M1_2"),
    "optimal, epsilon": (
        changed("optimal, epsilon", {"excess": "7"}, {}),
        "error of Zero at M1_6 is larger",
    ),
    "not optimal, too much": (
        changed("not optimal", {"excess": "15/2"}, {}),
        "error at M1_6 is smaller",
    ),
    "not optimal, a small bound": (
        changed("not optimal", {}, {"bound": "1"}),
        "farther from the centre",
    ),
    "not optimal, but it is": (
        changed("not optimal", {"maps": ["Psi"], "at": "M1_2", "excess": "1/1000"}, {}),
        "error at M1_2 is smaller",
    ),
    "not unique, one point": (
        changed("not unique", {}, {"points": POINTS | {"second": point("1", "0")}}),
        "the same",
    ),
    "not unique, a far point": (
        changed("not unique", {}, {"points": POINTS | {"second": point("1", "5/2")}}),
        "M1_4 is farther from one of the points",
    ),
    "not unique, a large bound": (
        changed("not unique", {}, {"bound": "3"}),
        "this large",
    ),
    "not unique, elsewhere": (
        changed("not unique", {}, {"member": "M1_1"}),
        "M1_2 is farther from one of the points",
    ),
    "unique": (({"says": "unique"}, {"bound": "2", "duals": [WEIGHTS]}), "has no dual"),
    "unique, pairs": (({"says": "unique"}, {"bound": "2", "duals": [PAIR]}), "kind weights"),
    "unique, a small radius": (
        (
            {"says": "unique"},
            {"bound": "2", "duals": [WEIGHTS | {"members": ["M1_4", "M1_5"]}]},
        ),
        "a dual does not show",
    ),
    "another problem": (({"says": "optimum", **TWO, "problem": "sha256:0"}, {}), "another problem"),
    "another claim": (changed("optimum, a pair", {}, {"claim": "sha256:0"}), "another claim"),
}


@pytest.mark.parametrize("title", REJECTED)
def test_rejected(title: str) -> None:
    """A claim that is false, or hints that do not prove it, for the right reason."""
    (claim, hints), words = REJECTED[title]
    with pytest.raises(Rejected, match=words):
        settle(claim, hints)


UNREADABLE: dict[str, tuple[tuple[Table, Table], str]] = {
    "another word": (({"says": "best"}, {}), "claim.says: unknown 'best'"),
    "another set": (changed("optimum, a pair", {"set": "M2"}, {}), "no set 'M2'; it has M1"),
    "another map": (changed("error", {"maps": ["Phi"]}, {}), "claim.maps: unknown 'Phi'"),
    "no map": (changed("error", {"maps": []}, {}), "at least one map"),
    "another member": (changed("error", {"at": "M1_7"}, {}), "'M1_7' is no member of M1"),
    "a padded member": (changed("error", {"at": "M1_01"}, {}), "'M1_01' is no member"),
    "ends the wrong way": (changed("optimum, a pair", {"low": "3"}, {}), "low must be at most"),
    "a negative end": (changed("optimum, a pair", {"low": "-1"}, {}), "claim.low: a number >= 0"),
    "a negative root": (
        changed("optimum, a pair", {"low": {"root": "-1"}}, {}),
        "claim.low: a number >= 0",
    ),
    "a decimal": (changed("optimum, a pair", {"high": "2.0"}, {}), "claim.high"),
    "a key more": (changed("optimum, a pair", {"noise": "0"}, {}), "unknown key 'noise'"),
    "a key less": (changed("kernel size", {"noise": None}, {}), "'noise' is missing"),
    "a hint more": (changed("optimum, a pair", {}, {"pair": []}), "unknown key 'pair'"),
    "a hint less": (changed("optimal", {}, {"bound": None}), "'bound' is missing"),
    "negative noise": (changed("kernel size", {"noise": "-1"}, {}), "claim.noise: a number >= 0"),
    "negative excess": (changed("optimal", {"excess": "-1"}, {}), "claim.excess: a number >= 0"),
    "excess 0": (changed("not optimal", {"excess": "0"}, {}), "claim.excess: a number > 0"),
    "another dual": (
        changed("optimum, a pair", {}, {"duals": [{"kind": "sum"}]}),
        "duals.0..kind: unknown 'sum'",
    ),
    "three in a pair": (
        changed("optimum, a pair", {}, {"duals": [PAIR | {"members": ["M1_1", "M1_2", "M1_3"]}]}),
        "two members are expected",
    ),
    "no members": (
        changed("optimum, weights", {}, {"duals": [WEIGHTS | {"members": [], "weights": []}]}),
        "for each member",
    ),
    "a weight less": (
        changed("optimum, weights", {}, {"duals": [WEIGHTS | {"weights": ["1"]}]}),
        "one weight, and one functional, for each member",
    ),
    "half a weight": (
        changed("optimum, weights", {}, {"duals": [WEIGHTS | {"weights": ["1/2", "1/2"]}]}),
        "whole numbers",
    ),
    "a coordinate beyond": (
        changed("optimum, weights", {}, {"duals": [WEIGHTS | {"coordinate": "2"}]}),
        "a coordinate from 0",
    ),
    "a short functional": (
        changed(
            "optimum, a pair", {}, {"duals": [FUNCTIONALS | {"functionals": [{"real": ["1"]}] * 2}]}
        ),
        "one number for each coordinate",
    ),
    "a centre in Y": (
        changed(
            "optimum, a pair",
            {},
            {"centres": {"M1_1": {"space": "Y", "array": {"entries": ["0"]}}}},
        ),
        "must be in X",
    ),
    "one point": (
        changed("not unique", {}, {"points": {"first": point("1", "0")}}),
        "first and second",
    ),
}


@pytest.mark.parametrize("title", UNREADABLE)
def test_unreadable(title: str) -> None:
    """A file that is not in the format."""
    (claim, hints), words = UNREADABLE[title]
    with pytest.raises(Unreadable, match=words):
        settle(claim, hints)


PROBLEMS = {
    "a set in Y": (
        problem(sets={"M1": {"space": "Y", "array": {"entries": [["0"]]}}}),
        "must be in X",
    ),
    "no members": (problem(sets={"M1": {"space": "X", "array": {"entries": []}}}), "one row of 2"),
    "a name with a line": (problem(maps={"P\x20Q": {}}), "'P Q' is no name"),
    "another operator": (problem(linear={"B": {"kind": "identity"}}), "A, which the statement"),
}


@pytest.mark.parametrize("title", PROBLEMS)
def test_unreadable_problem(title: str) -> None:
    """A problem that has no model class."""
    data, words = PROBLEMS[title]
    with pytest.raises(Unreadable, match=words):
        settle({"says": "optimum", **TWO}, {"duals": [PAIR]}, data)


def test_functionals() -> None:
    """In l1: accepted over R and over C; refused above their weights, or with another sum."""
    members = [["0", "0"], ["0", "4"], ["0", "1"]]
    data = problem("l1", members=members)
    claim = {"says": "optimum", **TWO}
    assert settle(claim, {"duals": [FUNCTIONALS]}, data)[-1] == "c_opt(A, M1) = 2"
    for rows, words in {
        (("0", "-1"), ("0", "2")): "above its weight",
        (("0", "-1"), ("1", "1")): "sum of the functionals is not 0",
        (("0", "1"), ("0", "-1")): "this large",
    }.items():
        dual = FUNCTIONALS | {"functionals": [{"real": list(row)} for row in rows]}
        with pytest.raises(Rejected, match=words):
            settle(claim, {"duals": [dual]}, data)
    turned = problem("l1", "C", members=members)
    # 3/5 + 4/5 i has modulus 1: the bound is 3/5 of the real one
    rows = [
        {"real": ["0", "-3"], "imaginary": ["0", "-4"]},
        {"real": ["0", "3"], "imaginary": ["0", "4"]},
    ]
    dual = FUNCTIONALS | {"functionals": rows, "weights": ["5", "5"]}
    lower = {"says": "optimum", "low": "6/5", "high": "2"}
    assert "6/5 <= c_opt" in settle(lower, {"duals": [dual]}, turned)[-1]
    with pytest.raises(Rejected, match="above its weight"):
        settle(lower, {"duals": [dual | {"weights": ["5", "4"]}]}, turned)


def broken(value: Any, source: random.Random) -> Any:
    """The same with one thing changed: a number, a name, an entry left out or twice."""
    if isinstance(value, dict) and value:
        key = source.choice(sorted(value))
        if source.random() < 0.2:
            return {k: v for k, v in value.items() if k != key}
        return value | {key: broken(value[key], source)}
    if isinstance(value, list) and value:
        place = source.randrange(len(value))
        if source.random() < 0.3:
            return value[:place] + value[place + 1 :] * source.choice([1, 2])
        return [*value[:place], broken(value[place], source), *value[place + 1 :]]
    return source.choice(["0", "1", "-1", "1/2", "7/3", "M1_1", "M1_4", "", [], {}, True, "all"])


def test_mutation() -> None:
    """A damaged certificate proves the same claim or is refused; it never does anything else."""
    source = random.Random(5)
    accepted = refused = 0
    for title, (claim, hints, words) in ACCEPTED.items():
        for _ in range(60):
            try:
                lines = settle(claim, broken(copy.deepcopy(hints), source) if hints else {"x": "1"})
            except (Rejected, Unreadable):
                refused += 1
            else:
                accepted += 1
                assert words.split(": ")[0] in lines[-1], title
    assert refused > 5 * accepted > 0


def test_false_claims_never_verify() -> None:
    """With damaged claims and hints, whatever is accepted on this problem is true."""
    source = random.Random(6)
    truth = {"optimum": (2.0, 2.0), "optimum inside": (3.0, 3.0)}
    for says, (_, value) in truth.items():
        for _ in range(400):
            low, high = sorted(source.choice(range(13)) for _ in range(2))
            base = next(h for c, h, _ in ACCEPTED.values() if c["says"] == says)
            hints = broken(copy.deepcopy(base), source)
            claim = {"says": says, "low": f"{low}/3", "high": f"{high}/3"}
            try:
                settle(claim, hints)
            except (Rejected, Unreadable):
                continue
            assert low / 3 <= value <= high / 3


def test_the_files_verify_with_python_alone(tmp_path: Path) -> None:
    """What is written, in a bare Python; and a changed claim, problem, array."""
    images = np.array([[0, 0], [0, 4], [1, 1]])
    said = write(study(np.array([[1, 0]]), images), tmp_path / "out")
    folder = Path(certificates.__file__).parent / "optimality"
    out = tmp_path / "out"
    for name, _ in said:
        files = [out / f"{name}.claim.json", out / "problem.json", out / f"{name}.certificate.json"]
        command = [sys.executable, "-I", "-S", str(folder), *map(str, files)]
        found = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (found.stdout.split("\n")[-2], found.returncode) == ("s VERIFIED certified", 0)
    names = ("c_opt.claim.json", "problem.json", "c_opt.certificate.json")
    files = [out / name for name in names]
    assert run([str(file) for file in files])[1] == 0
    claim = files[0].read_bytes()
    files[0].write_bytes(claim.replace(b'"high":"2"', b'"high":"3"'))
    lines, status = run([str(file) for file in files])
    assert (lines, status) == (["s REJECTED the certificate is for another claim"], 1)
    files[0].write_bytes(claim)
    array = out / "M1.npy"
    array.write_bytes(array.read_bytes()[:-1] + b"\x01")
    lines, status = run([str(file) for file in files])
    assert status == 2
    assert "not the one the problem names" in lines[0]


def test_the_command_line(tmp_path: Path) -> None:
    """A missing file, a wrong number of files: one line, status 2."""
    assert run([str(tmp_path / "no"), "x", "y"])[1] == 2
    usage = "s UNREADABLE usage: python -m certificates.optimality CLAIM PROBLEM CERTIFICATE"
    assert run(["x"]) == ([usage], 2)


def test_complex_linf_is_unique() -> None:
    """Two coordinates over C with one radius: proved; a kernel hint less: refused."""
    images = np.array([[1, 1j], [-1, -1j]])
    done = study(np.array([[0, 0]]), images, object_norm="linf")
    assert done.unique is not None
    assert done.unique.unique
    files, _ = proofs(done)
    assert b'"says":"unique"' in files["unique.claim.json"]


@pytest.mark.parametrize("high", [BEYOND, {"root": BEYOND}], ids=["number", "root"])
def test_a_number_that_python_does_not_write_in_decimals(high: object) -> None:
    """An interrupted proof would be a traceback; the sentence names the number in short."""
    words = settle({"says": "optimum", "low": "0", "high": high}, {})[-1]
    assert "0x100000000000000000...(" in words
    assert len(words) < 200


def test_far_is_not_gone_through_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member counts once in `far`, however often it stands there; too many are refused."""
    claim: Table = {"says": "optimum inside", "low": "3", "high": "3"}
    hints: Table = {"values": {"M1_1": "M1_3"}, "far": ["M1_1", "M1_2"] * 50}
    monkeypatch.setattr(certificates.optimality.optimum, "PAIRS", 12)
    assert settle(claim, hints)
    monkeypatch.setattr(certificates.optimality.optimum, "PAIRS", 11)
    with pytest.raises(Rejected, match="2 members of 'far' are too many"):
        settle(claim, hints)
