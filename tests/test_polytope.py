"""The kernel size of polytopal classes: the kernel's rows, the programs, and the command."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from certificates.format import Rejected, Unreadable, digest, write_json
from certificates.optimality.__main__ import check, run
from theorems.cli import main
from theorems.optimal.polytope import proofs

Table = dict[str, Any]
BOX = {"kind": "box", "low": ["0", "0"], "high": ["1", "1"]}
SQUARE = {
    "kind": "halfspaces",
    "rows": [["1", "0"], ["-1", "0"], ["0", "1"], ["0", "-1"]],
    "limits": ["1", "0", "1", "0"],
}
STRIP = {"kind": "halfspaces", "rows": [["1", "0"]], "limits": ["1"]}
NONE = {"kind": "halfspaces", "rows": [["1", "0"], ["-1", "0"]], "limits": ["0", "-1"]}
HULL = {"kind": "hull", "set": "M1"}
POINTS = [["0", "0"], ["2", "0"], ["0", "1"]]
SUM = [["1", "2"]]  # A; in the unit square x - x' = (1, -1/2) is in its kernel


def made(table: Table, noise: str = "0", norms: tuple[str, str] = ("linf", "linf")) -> Any:
    """Files and sentences."""
    points = POINTS if table["kind"] == "hull" else None
    return proofs(SUM, None, table, Fraction(noise), norms, points)


SIZES: dict[str, tuple[Table, str, tuple[str, str], str]] = {
    "box": (BOX, "0", ("linf", "linf"), "= 1"),
    "box, l1": (BOX, "0", ("l1", "linf"), "= 3/2"),
    "box, l2": (BOX, "0", ("l2", "linf"), "= sqrt(5/4) (1.118033...)"),
    "box, weights": (BOX, "0", ("2 l1", "3 l1"), "= 3"),
    "box, noise": (BOX, "1/4", ("l1", "l1"), "= 7/4"),
    "box, l2 noise": (BOX, "1/4", ("l1", "l2"), "= 7/4"),
    "box, weighted noise": (BOX, "1/2", ("l1", "2 linf"), "= 7/4"),
    "square": (SQUARE, "0", ("l1", "linf"), "= 3/2"),
    "square, noise": (SQUARE, "1/4", ("l1", "linf"), "= 7/4"),
    "hull": (HULL, "0", ("linf", "linf"), "= 2"),
    "strip": (STRIP, "0", ("linf", "linf"), "kernel size = infinity"),
    "none": (NONE, "0", ("linf", "linf"), "M1 is empty"),
}


@pytest.mark.parametrize("title", SIZES)
def test_sizes(title: str) -> None:
    """What is found by hand."""
    table, noise, norms, words = SIZES[title]
    assert words in made(table, noise, norms)[1][0][1][-1]


def altered(files: dict[str, bytes], name: str, change: Any) -> None:
    """Check a claim after a change of its claim and hints."""
    claim = json.loads(files[f"{name}.claim.json"])
    hints = json.loads(files[f"{name}.certificate.json"])
    change(claim, hints)
    text = write_json(claim)
    proof = write_json({**hints, "claim": digest(text)})
    check(text, files["problem.json"], proof, files.__getitem__)


def put(*path: Any) -> Any:
    """A change: the last is put at the place; the first is 0 for the claim, 1 for the hints."""

    def change(*tables: Table) -> None:
        here: Any = tables[path[0]]
        for key in path[1:-2]:
            here = here[key]
        here[path[-2]] = path[-1]

    return change


def ends(low: str, high: str) -> Any:
    """A change of both ends of the claim."""
    return lambda claim, _: claim.update(low=low, high=high)


# title: class, claim's name, change, words of the refusal
REJECTED: dict[str, tuple[Table, str, Any, str]] = {
    "too small": (BOX, "kernel-size", ends("1", "1"), "do not show"),
    "too large": (BOX, "kernel-size", ends("3", "2"), "low must be"),
    "pair too near": (BOX, "kernel-size", put(1, "pair", [["0", "0"]] * 2), "nearer than this"),
    "pair apart": (BOX, "kernel-size", put(1, "pair", [["0", "0"], ["1", "1"]]), "measured alike"),
    "pair outside": (
        BOX,
        "kernel-size",
        put(1, "pair", [["2", "0"], ["1", "1"]]),
        "not in the box",
    ),
    "too few duals": (BOX, "kernel-size", put(1, "duals", []), "one dual is needed"),
    "useless dual": (BOX, "kernel-size", put(1, "duals", 0, "u", ["9"]), "do not show"),
    "by nothing": (BOX, "kernel-size", put(1, "by", "name"), "certificate.by"),
    "noise below 0": (BOX, "kernel-size", put(0, "noise", "-1"), "number >= 0"),
    "no class": (BOX, "kernel-size", put(0, "class", "kind", "ball"), "claim.class.kind"),
    "box turned": (BOX, "kernel-size", put(0, "class", "low", ["2", "0"]), "low must be at most"),
    "outside": (SQUARE, "kernel-size", put(1, "pair", 0, ["2", "0"]), "breaks an inequality"),
    "negative": (SQUARE, "kernel-size", put(1, "duals", 0, "left", ["-1"] * 4), "is negative"),
    "no sum": (SQUARE, "kernel-size", put(1, "duals", 0, "left", ["1"] * 4), "do not add up"),
    "weights": (HULL, "kernel-size", put(1, "pair", 0, ["1", "1", "0"]), "with the sum 1"),
    "ray leaves": (STRIP, "kernel-size", put(1, "rays", [["1", "0"], ["0", "0"]]), "leaves"),
    "ray seen": (STRIP, "kernel-size", put(1, "rays", [["0", "1"], ["0", "0"]]), "differently"),
    "one ray": (STRIP, "kernel-size", put(1, "rays", [["0", "0"]] * 2), "two different"),
    "bounded": (STRIP, "kernel-size", put(0, "class", BOX), "are bounded"),
    "no Farkas": (NONE, "empty", put(1, "multipliers", ["1", "2"]), "do not contradict"),
    "0 is none": (NONE, "empty", put(1, "multipliers", ["0", "0"]), "do not contradict"),
    "box has points": (NONE, "empty", put(0, "class", BOX), "have points"),
    "c_opt too small": (BOX, "c_opt", ends("1/2", "1/2"), "do not show"),
}


@pytest.mark.parametrize("title", REJECTED)
def test_refusals(title: str) -> None:
    """Rejected or malformed, for the reason; the unchanged claims verify."""
    table, name, change, words = REJECTED[title]
    norms = ("2 linf", "linf")  # so that the size of the box is 2
    files, _ = made(table, "0", norms)
    altered(files, name, lambda *_: None)
    with pytest.raises((Rejected, Unreadable), match=words):
        altered(files, name, change)


def test_the_optimum_is_for_linf_only() -> None:
    """A claim of c_opt in l1 is refused."""
    files, _ = made(BOX, "0", ("l1", "linf"))
    with pytest.raises(Rejected, match="linf only"):
        altered(files, "kernel-size", put(0, "says", "polytope optimum"))


def test_every_damaged_number_is_judged() -> None:
    """A changed hint is refused or proves the same; a smaller size never verifies."""
    files, _ = made(SQUARE, "1/4")
    hints = json.loads(files["kernel-size.certificate.json"])
    places = [(k, key) for k in range(2) for key in ("u", "left", "right")]
    refused = 0
    for k, key in places:
        for j in range(len(hints["duals"][k][key])):
            changed = copy.deepcopy(hints)
            changed["duals"][k][key][j] = "7/3"
            try:
                altered(files, "kernel-size", put(1, "duals", changed["duals"]))
            except Rejected:
                refused += 1
    assert refused == sum(len(hints["duals"][k][key]) for k, key in places)
    with pytest.raises(Rejected):
        altered(files, "kernel-size", lambda c, _: c.update(low="0", high="99/100"))


small = st.integers(-3, 3)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(small, min_size=3, max_size=3), min_size=1, max_size=2),
    st.sampled_from(["0", "1/2"]),
    st.sampled_from(["linf", "l1"]),
)
def test_against_scipy(matrix: list[list[int]], noise: str, norm: str) -> None:
    """The box [0, 1]^3 in floats: z = x - x' in [-1, 1]^3, |A z| <= 2 noise, all sign vectors."""
    texts = [[str(a) for a in row] for row in matrix]
    box = {"kind": "box", "low": ["0"] * 3, "high": ["1"] * 3}
    files, _ = proofs(texts, None, box, Fraction(noise), (norm, "linf"))
    claim = json.loads(files["kernel-size.claim.json"])
    assert claim["low"] == claim["high"]
    goals = list(product((1, -1), repeat=3)) if norm == "l1" else np.eye(3)
    A, level = np.array(matrix), 2 * float(Fraction(noise))
    sizes = [
        -linprog(
            -np.array(f), np.vstack([A, -A]), [level] * (2 * len(matrix)), bounds=[(-1, 1)] * 3
        ).fun
        for f in goals
    ]
    assert float(Fraction(claim["high"])) == pytest.approx(max(sizes), abs=1e-7)


def called(*words: object) -> Any:
    """The command with these words."""
    return CliRunner().invoke(main, ["kernelsize", *map(str, words)])


def test_the_command(tmp_path: Path) -> None:
    """Each class, and the files that it writes."""
    np.save(tmp_path / "A.npy", np.array([[1, 2]]))
    np.save(tmp_path / "M1.npy", np.array([[0, 0], [2, 0], [0, 1]]))
    (tmp_path / "C.toml").write_text("rows = [[1, 0]]\nlimits = [1]\n")
    operator, out = tmp_path / "A.npy", tmp_path / "out"
    done = called(operator, "--box", 0, 1, "-o", out)
    assert done.exit_code == 0, done.output
    assert "verified: c_opt(A, M1) = 1/2" in done.output
    names = [str(out / f"c_opt.{kind}.json") for kind in ("claim", "certificate")]
    assert run([names[0], str(out / "problem.json"), names[1]])[0][-1] == "s VERIFIED certified"
    assert "= 2" in called(operator, "--hull", tmp_path / "M1.npy").output
    assert "infinity" in called(operator, "--halfspaces", tmp_path / "C.toml").output


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), "one class is needed"),
        (("--box", "1", "0"), "LOW must be at most HIGH"),
        (("--box", "0", "1", "--noise", "-1"), "--noise"),
        (("--halfspaces", "none.toml"), "there is no file"),
        (("--hull", "none.npy"), "none.npy"),
    ],
)
def test_bad_input(tmp_path: Path, words: tuple[str, ...], text: str) -> None:
    """One sentence, status 2."""
    np.save(tmp_path / "A.npy", np.array([[1, 2]]))
    done = called(tmp_path / "A.npy", *words, "-o", tmp_path / "out")
    shown = f"{done.output} {done.exception}"
    assert done.exit_code == 2, shown
    assert text in " ".join(shown.split())
    assert not (tmp_path / "out").exists()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(small, small, st.integers(-2, 4)), min_size=1, max_size=5),
    st.lists(st.tuples(small, small, small), min_size=1, max_size=4),
    st.tuples(small, small),
    st.sampled_from([Fraction(0), Fraction(1, 2)]),
)
def test_halfspaces_and_hulls(
    sides: list[tuple[int, int, int]],
    points: list[tuple[int, int, int]],
    row: tuple[int, int],
    noise: Fraction,
) -> None:
    """Empty, infinite, or the number of SciPy's programs in x and x', or in both weights."""
    C, d = np.array([side[:2] for side in sides], float), np.array([side[2] for side in sides])
    vertices = np.array([point[:2] for point in points], float)
    A, level = np.array([row], float), [2 * float(noise)] * 2
    none = np.zeros_like(C)
    apart = np.hstack([A, -A])
    found = [
        linprog(
            [-f for f in (*e, *-e)],
            np.vstack([np.hstack([C, none]), np.hstack([none, C]), apart, -apart]),
            [*d, *d, *level],
            bounds=(None, None),
        )
        for e in np.eye(2)
    ]
    empty = linprog([0, 0], C, d, bounds=(None, None)).status == 2
    table = {
        "kind": "halfspaces",
        "rows": [[str(a) for a in side[:2]] for side in sides],
        "limits": [str(side[2]) for side in sides],
    }
    matrix = [[str(a) for a in row]]
    files, said = proofs(matrix, None, table, noise)
    if empty:
        assert said[0][1][-1] == "M1 is empty"
    elif any(part.status for part in found):
        assert "infinity" in said[0][1][-1]
    else:
        claim = json.loads(files["kernel-size.claim.json"])
        assert float(Fraction(claim["high"])) == pytest.approx(
            max(-part.fun for part in found), abs=1e-6
        )
    seen = np.hstack([A @ vertices.T, -A @ vertices.T])
    k = len(points)
    weights = [[1] * k + [0] * k, [0] * k + [1] * k]
    sizes = [
        -linprog(
            np.hstack([-vertices[:, j], vertices[:, j]]),
            np.vstack([seen, -seen]),
            level,
            weights,
            [1, 1],
        ).fun
        for j in range(2)
    ]
    named = [[str(a) for a in point[:2]] for point in points]
    files, _ = proofs(matrix, None, HULL, noise, points=named)
    claim = json.loads(files["kernel-size.claim.json"])
    assert claim["low"] == claim["high"]
    assert float(Fraction(claim["high"])) == pytest.approx(max(sizes), abs=1e-6)


def test_noise_in_l2_is_an_interval() -> None:
    """A = I, |x - x'| <= 1/2 in l2: the number 1/2 is in it, as the upper end."""
    files, _ = proofs([["1", "0"], ["0", "1"]], None, BOX, Fraction(1, 4), ("linf", "l2"))
    claim = json.loads(files["kernel-size.claim.json"])
    assert claim["high"] == "1/2"
    assert Fraction(1, 3) < Fraction(claim["low"]) < Fraction(1, 2)
