"""Counterexamples become certificates that the kernel accepts, and others are refused."""

from __future__ import annotations

import pytest

from certificates.format import Rejected, write_json
from certificates.kernel import verify
from certificates.problem import FORMAT
from theorems.refutation import no_files, refute

Raw = dict[str, object]


def space(dimension: int, norm: str = "l2") -> Raw:
    """A space of a problem."""
    return {"dimension": str(dimension), "norm": norm}


def vector(name: str, *entries: object) -> Raw:
    """A vector of a problem."""
    return {"space": name, "array": {"entries": [str(entry) for entry in entries]}}


def matrix(*rows: tuple[object, ...]) -> Raw:
    """A matrix of a problem."""
    return {"entries": [[str(entry) for entry in row] for row in rows]}


def problem(spaces: Raw, field: str = "R", **sections: Raw) -> bytes:
    """The bytes of a problem."""
    return write_json({"format": FORMAT, "field": field, "spaces": spaces, **sections})


def rules(statement: str, data: bytes, choices: dict[str, str] | None = None) -> list[str]:
    """The rules of a refutation that the kernel has accepted."""
    d = refute(statement.encode(), data, choices or {})
    report = verify(statement.encode(), data, d.certificate(), no_files)
    assert report.verdict == "refuted"
    return [step.rule for step in report.steps]


TURN = matrix((0, -1), (1, 0))

CASES: dict[str, tuple[str, bytes, dict[str, str], list[str]]] = {
    "a comparison": (
        "spaces X with l2\nvectors x, y in X\ngiven\n  |x - y| >= 1\nconclude\n  |x + y| <= |x|",
        problem({"X": space(2)}, vectors={"x": vector("X", 1, 0), "y": vector("X", 0, 1)}),
        {},
        ["compute", "compute"],
    ),
    "a chosen variable": (
        "spaces X\nvectors x in X\nfor all e in X with |e| <= 1\nconclude\n  |x + e| <= |x|",
        problem({"X": space(1)}, vectors={"x": vector("X", 1), "e_1": vector("X", 1)}),
        {"e": "e_1"},
        ["compute", "compute"],
    ),
    "an isometry attains its bound": (
        "spaces X with l2\nlinear A : X -> X\nvectors x in X\n"
        "given\n  Lipschitz(A) <= 1\nconclude\n  |A x| < |x|",
        problem(
            {"X": space(2)},
            linear={"A": {"kind": "dense", "matrix": TURN}},
            vectors={"x": vector("X", 1, 1)},
        ),
        {},
        ["operator_gram", "compute"],
    ),
    "a bound that is a norm": (
        "spaces X with l2\nlinear A : X -> X\nvectors x in X\n"
        "given\n  Lipschitz(A) <= |x|\nconclude\n  |A x| < |x|",
        problem(
            {"X": space(2)},
            linear={"A": {"kind": "dense", "matrix": TURN}},
            vectors={"x": vector("X", 1, 1)},
        ),
        {},
        ["operator_gram", "compute", "relax", "compute"],
    ),
    "a steep map": (
        "spaces X with linf\nmap f : X -> X\nvectors x in X\n"
        "given\n  Lipschitz(f) > 1\nconclude\n  |f(x)| = 0",
        problem(
            {"X": space(1, "linf")},
            maps={"f": {"kind": "affine", "matrix": matrix((2,)), "offset": {"entries": ["0"]}}},
            vectors={"x": vector("X", 1)},
        ),
        {},
        ["compute", "secant", "compute"],
    ),
    "a steep map, no named points": (
        "spaces X with linf\nmap f : X -> X\nconclude\n  Lipschitz(f) <= 1",
        problem(
            {"X": space(2, "linf")},
            maps={
                "f": {
                    "kind": "affine",
                    "matrix": matrix((1, -1), (0, 1)),
                    "offset": {"entries": ["0", "1"]},
                }
            },
        ),
        {},
        ["compute", "secant"],
    ),
    "a conclusion that a map is steep": (
        "spaces X with linf\nmap f : X -> X\nconclude\n  Lipschitz(f) > 1",
        problem(
            {"X": space(1, "linf")},
            maps={"f": {"kind": "constant", "offset": {"entries": ["0"]}}},
        ),
        {},
        ["constant_map", "compute", "relax"],
    ),
    "a defined map": (
        "spaces X, Y\nlinear W : X -> X\nmap f : Y -> X\nvectors x, b in X\nvectors y in Y\n"
        "define g(t in Y) = 2 W f(t) + f(t) - b\n"
        "given\n  |x| <= 1\nconclude\n  Lipschitz(g) > 5",
        problem(
            {"X": space(2, "linf"), "Y": space(1)},
            linear={"W": {"kind": "dense", "matrix": TURN}},
            maps={
                "f": {
                    "kind": "mcshane",
                    "inputs": matrix((0,), (1,)),
                    "outputs": matrix((0, 0), (1, 1)),
                    "slope": "3/2",
                }
            },
            vectors={n: vector("X", 1, 0) for n in "xb"} | {"y": vector("Y", 0)},
        ),
        {},
        ["compute"],
    ),
    "a defined map is steep": (
        "spaces X\nlinear W : X -> X\ndefine g(t in X) = 2 W t + t\nconclude\n  Lipschitz(g) <= 1",
        problem({"X": space(2)}, linear={"W": {"kind": "dense", "matrix": TURN}}),
        {},
        ["compute", "secant"],
    ),
    "the second alternative": (
        "spaces X with l2\nvectors x in X\nconclude\n  |x| <= 1 or |x| = 2 or |x| > 5",
        problem({"X": space(1)}, vectors={"x": vector("X", 3)}),
        {},
        ["compute"] * 3,
    ),
    "the second conclusion": (
        "spaces X with l2\nvectors x in X\nconclude\n  |x| <= 1 or |x| = 3\n  |x| > 3",
        problem({"X": space(1)}, vectors={"x": vector("X", 3)}),
        {},
        ["compute"],
    ),
    "a unit": (
        "spaces X with l2\nunits u\nvectors x in X\nconclude\n  |x + u x| >= |x|",
        problem({"X": space(1)}, vectors={"x": vector("X", 1)}, units={"u": {"real": "-1"}}),
        {},
        ["compute"],
    ),
    "a member of a set": (
        "spaces X with l2\nsets S in X\nfor all z in S\nconclude\n  |z| <= 1",
        problem({"X": space(1)}, sets={"S": {"space": "X", "array": matrix((1,), (2,))}}),
        {"z": "S_2"},
        ["compute"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_refuted(name: str) -> None:
    statement, data, choices, expected = CASES[name]
    assert rules(f"statement t\n{statement}\n", data, choices)[: len(expected)] == expected


X1 = problem({"X": space(1)}, vectors={"x": vector("X", 1)})


@pytest.mark.parametrize(
    ("text", "data", "message"),
    [
        (
            "spaces X\nvectors x in X\ngiven\n  small: |x| < 1\nconclude\n  |x| = 0",
            X1,
            r"the hypothesis small, \|x\| < 1, is false: 1 = 1",
        ),
        (
            "spaces X\nvectors x in X\nconclude\n  |x| <= 1",
            X1,
            r"no conclusion is violated: \|x\| <= 1 holds: 1 = 1",
        ),
        (
            "spaces X\nvectors x in X\nexists y in X\nconclude\n  |x + y| <= 0",
            X1,
            "only a statement without 'exists' is refuted",
        ),
        (
            "spaces X\nvectors x in X\nmap f : X -> X\ngiven\n  Lipschitz(f) <= 9\nconclude\n"
            "  |f(x)| <= 1",
            problem(
                {"X": space(1)},
                vectors={"x": vector("X", 1)},
                maps={"f": {"kind": "table", "inputs": matrix((1,)), "outputs": matrix((2,))}},
            ),
            "only values of f are known",
        ),
        (
            "spaces X\nlinear A : X -> X\nvectors x in X\ngiven\n  Lipschitz(A) <= 1\n"
            "conclude\n  |A x| <= 1",
            problem(
                {"X": space(1)},
                vectors={"x": vector("X", 1)},
                linear={"A": {"kind": "dense", "matrix": matrix((2,))}},
            ),
            "no rule bounds the Lipschitz constant of A by 1",
        ),
    ],
)
def test_refused(text: str, data: bytes, message: str) -> None:
    with pytest.raises(Rejected, match=message):
        refute(f"statement t\n{text}\n".encode(), data, {})


def test_arrays_in_files_need_a_reader() -> None:
    array = {"file": "x.npy", "sha256": "0" * 64, "shape": ["1"]}
    data = problem({"X": space(1)}, vectors={"x": {"space": "X", "array": array}})
    with pytest.raises(Rejected, match="no reader of files"):
        refute(b"statement t\nspaces X\nvectors x in X\nconclude\n  |x| <= 1\n", data, {})
