"""Claims about the null space: what is accepted, what is refused, and why; the commands."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from certificates.format import Rejected, Unreadable, digest, write_json
from certificates.sparse.__main__ import check, run
from theorems.arrays import array, exact_rows, inline
from theorems.cli import main
from theorems.deciding.decide import decide
from theorems.examples.digits import make as digits
from theorems.examples.stars import make
from theorems.null_space_claims import (
    NullSpace,
    claims,
    constants_table,
    examine,
    lines,
    null_space,
)
from theorems.problem import Problem
from theorems.side_by_side import with_both
from theorems.sparse.instance import instance
from theorems.sparse.recover import recover

Table = dict[str, Any]
Edit = Callable[[Table, Table], None]
ROWS = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1]])  # kernel (1, -1, -1, 1)
RANDOM = np.random.default_rng(2).choice([-1, 1], (8, 10))
TURNS = np.array([[1, 1, 1, 1], [1, 1j, -1, -1j], [1, -1, 1, -1]])


def found_of(rows: Any, order: int, **vectors: Any) -> NullSpace:
    """All about a matrix, with vectors of X in the problem."""
    given = {name: ("X", value) for name, value in vectors.items()}
    return examine(instance(rows, [0] * len(rows), vectors=given), order)


FOUND = found_of(ROWS, 1, x=[0, 3, 0, 0], near=[1, 3, 0, 0], far=[50, -50, -50, 50])
TABLES = {name: (claim, hints) for name, claim, hints in claims(FOUND)}


def settle(found: NullSpace, claim: Table, hints: Table) -> list[str]:
    """What the kernel prints, with digests put in."""
    problem = found.problem
    text = write_json({"problem": digest(problem.problem_file), **claim})
    proof = write_json({"claim": digest(text), **hints})
    return check(text, problem.problem_file, proof, problem.files.__getitem__)


def test_the_claims_of_a_small_matrix() -> None:
    """The kernel is spanned by (1, -1, -1, 1): the constant of order 1 is 1/3."""
    said = {name: settle(FOUND, *tables)[-1] for name, tables in TABLES.items()}
    assert said["constant"].endswith("of R^4 with A H* c = 0 is 1/3")
    assert set(said) == {"constant", "property", "recovery"}
    assert "for all S of at most 1 indices and all c in R^4" in said["property"]
    assert "sigma_1(H x)_l1 / sqrt(1)" in said["recovery"]


def decoded(**claim: str) -> tuple[Table, Table]:
    """A claim about vectors, with the property of order 1 as its proof."""
    proof = {"balance": "17/12", "order": "1", "property": FOUND.property_hint()}
    return claim, {"proof": proof}


def balanced(k: str) -> Table:
    """The same proof with another balance."""
    return {"proof": decoded()[1]["proof"] | {"balance": k}}


X_EXACT = decoded(says="recovery of a vector", vector="x", eta="0", radius="0")
X_NEAR = decoded(says="recovery of a vector", vector="near", eta="0", radius="3")
DECEIVED = decoded(says="not deceived", vector="x", prime="moved", second="moved", eta="1")
WITNESS = {"support": ["0"], "vector": {"over": "1", "real": ["1", "-1", "-1", "1"]}}
FAILS = {"says": "robust null space property fails", "norm": "l2", "gamma": "9", "order": "1"}

SETTLED: dict[str, tuple[Table, Table, str]] = {
    "a sparse vector is recovered": (*X_EXACT, ""),
    "one that is not sparse": (*X_NEAR, ""),
    "not exactly": (X_NEAR[0] | {"radius": "1"}, X_NEAR[1], "below the bound"),
    "with noise": (X_EXACT[0] | {"eta": "1/100", "radius": "1/10"}, X_EXACT[1], ""),
    "with noise, exactly": (X_EXACT[0] | {"eta": "1/100"}, X_EXACT[1], "below the bound"),
    "another balance": (X_NEAR[0], balanced("100"), "below the bound"),
    "no balance": (X_NEAR[0], balanced("0"), "a balance > 0"),
    "the property fails": (FAILS | {"rho": "33/100"}, WITNESS, ""),
    "it does not": (FAILS | {"rho": "1/3"}, WITNESS, "satisfies the inequality"),
    "never": (
        {"says": "never the robust null space property", "order": "2"},
        WITNESS | {"support": ["0", "1"]},
        "",
    ),
    "not never": (
        {"says": "never the robust null space property", "order": "1"},
        WITNESS,
        "the ratio of the vector is below 1",
    ),
    "infinite": (
        {"says": "null space constant infinite", "order": "4"},
        WITNESS | {"support": ["0", "1", "2", "3"]},
        "",
    ),
    "not infinite": (
        {"says": "null space constant infinite", "order": "3"},
        WITNESS | {"support": ["0", "1", "2"]},
        "entries outside the support",
    ),
}


@pytest.mark.parametrize("title", SETTLED)
def test_settled(title: str) -> None:
    """Accepted, or refused with this phrase."""
    claim, hints, phrase = SETTLED[title]
    if not phrase:
        settle(FOUND, claim, hints)
    else:
        with pytest.raises(Rejected, match=phrase):
            settle(FOUND, claim, hints)


def test_not_deceived() -> None:
    """x' = x'' = x + a long vector of the kernel; refused if it is short, or is measured."""
    cases = {"long": ([50, -47, -50, 50], ""), "short": ([1, 2, -1, 1], "not farther apart")}
    cases["measured"] = ([50, 3, 0, 0], "differ by more than eta")
    for moved, phrase in cases.values():
        found = found_of(ROWS, 1, x=[0, 3, 0, 0], moved=moved)
        if phrase:
            with pytest.raises(Rejected, match=phrase):
                settle(found, *DECEIVED)
        else:
            said = settle(found, *DECEIVED)[-1]
            assert said.startswith("|A moved - A x|_l2 <= 1, but for every minimiser x^")
            assert said.endswith("|x^ - moved|_l2 >= 1")


def _smaller(key: str) -> Edit:
    def edit(claim: Table, hints: Table) -> None:
        claim[key] = "1/1000"

    return edit


def _weights(claim: Table, hints: Table) -> None:
    hints["property"]["weights"]["real"][0][0] = "99999999999"


def _missing(claim: Table, hints: Table) -> None:
    del hints["property"]["weights"]["real"][0]


def _norm(claim: Table, hints: Table) -> None:
    claim["norm"] = "l1"


def _order(claim: Table, hints: Table) -> None:
    claim["order"] = "2"


def _set(key: str, value: Any) -> Edit:
    def edit(claim: Table, hints: Table) -> None:
        claim[key] = value

    return edit


def _hint(key: str, value: Any) -> Edit:
    def edit(claim: Table, hints: Table) -> None:
        hints["property"][key] = value

    return edit


EDITS: dict[str, tuple[str, Edit, type[Exception], str]] = {
    "rho": ("property", _smaller("rho"), Rejected, "with other constants"),
    "gamma": ("property", _smaller("gamma"), Rejected, "with other constants"),
    "norm": ("property", _norm, Rejected, "with other constants"),
    "rho of the hint": ("property", _hint("rho", "1/1000"), Rejected, "weights do not prove"),
    "weights": ("property", _weights, Rejected, "the weights do not prove"),
    "a row": ("property", _missing, Unreadable, "weights: 4 rows of 3 integers"),
    "order": ("property", _order, Rejected, "the weights do not prove"),
    "order 0": ("property", _set("order", "0"), Unreadable, "claim.order: at least 1"),
    "order 5": ("property", _set("order", "5"), Unreadable, "is not a natural number below 5"),
    "negative": ("property", _set("rho", "-1"), Unreadable, "claim.rho: must not be negative"),
    "a norm": ("property", _set("norm", "l3"), Unreadable, "claim.norm: unknown 'l3'"),
    "a key": ("property", _set("eta", "1"), Unreadable, "claim: unknown key 'eta'"),
    "duals in l2": ("property", _hint("duals", []), Unreadable, "unknown key 'weights'"),
    "c1": ("recovery", _smaller("c1"), Rejected, "C1 or C2 is below"),
    "c2": ("recovery", _smaller("c2"), Rejected, "C1 or C2 is below"),
    "value": ("constant", _smaller("value"), Rejected, "does not prove rho"),
    "large value": ("constant", _set("value", "1"), Rejected, "the ratio of the vector is below"),
}


@pytest.mark.parametrize("title", EDITS)
def test_edits(title: str) -> None:
    """Each is refused for its reason."""
    name, edit, error, phrase = EDITS[title]
    claim, hints = copy.deepcopy(TABLES[name])
    edit(claim, hints)
    with pytest.raises(error, match=phrase):
        settle(FOUND, claim, hints)


@pytest.mark.parametrize("drop", [0, 1, 5])
def test_duals(drop: int) -> None:
    """Order 2 by duals, as for the l1 form: all of them are needed."""
    found = found_of(RANDOM, 2)
    assert found.duals is not None
    rows = [[str(a) for a in (*w.real, w.denominator)] for w in found.constant.duals]  # type: ignore[union-attr]
    table = constants_table(found.duals)
    claim = {"says": "robust null space property", "order": "2", **table}
    assert "|c_S|_l1" in settle(found, claim, {"property": {**table, "duals": rows}})[-1]
    rest = rows[:drop] + rows[drop + 1 :]
    with pytest.raises(Rejected, match="duals, needed are"):
        settle(found, claim, {"property": {**table, "duals": rest}})
    rows[drop] = ["0"] * 8 + ["1"]
    with pytest.raises(Rejected, match="does not prove rho"):
        settle(found, claim, {"property": {**table, "duals": rows}})


def test_duals_are_not_for_complex_vectors() -> None:
    """A real matrix in a problem over C: the same duals prove nothing."""
    found = found_of(RANDOM, 2)
    assert found.duals is not None
    rows = [[str(a) for a in (*w.real, w.denominator)] for w in found.constant.duals]  # type: ignore[union-attr]
    table = constants_table(found.duals)
    claim = {"says": "robust null space property", "order": "2", **table}
    other = json.loads(found.problem.problem_file)
    other["field"] = "C"
    problem = write_json(other)
    text = write_json({"problem": digest(problem), **claim})
    proof = write_json({"claim": digest(text), "property": {**table, "duals": rows}})
    with pytest.raises(Rejected, match="duals are for a problem over R"):
        check(text, problem, proof, found.problem.files.__getitem__)


def test_complex_rows() -> None:
    """Characters of Z/4 over Q(i): proved for all c in C^4."""
    found = found_of(TURNS, 1)
    said = [settle(found, claim, hints)[-1] for _, claim, hints in claims(found)]
    assert any(line.endswith("all c in C^4") for line in said)


def test_mutants() -> None:
    """A damaged certificate is refused, or proves the very same claim; nothing else happens."""
    draw = random.Random(1)
    outcomes = {"same": 0, "refused": 0}
    for name in TABLES:
        claim, hints = TABLES[name]
        words = settle(FOUND, claim, hints)
        for _ in range(120):
            mutant = copy.deepcopy(hints)
            _damage(mutant, draw)
            try:
                assert settle(FOUND, claim, mutant) == words
                outcomes["same"] += 1
            except (Rejected, Unreadable):
                outcomes["refused"] += 1
    assert outcomes["refused"] > 100


def test_mutants_of_claims() -> None:
    """A damaged claim is refused or is another sentence, true or not: nothing else happens."""
    draw = random.Random(2)
    accepted = 0
    for name in TABLES:
        claim, hints = TABLES[name]
        for _ in range(80):
            mutant = copy.deepcopy(claim)
            _damage(mutant, draw)
            try:
                said = settle(FOUND, mutant, hints)
            except (Rejected, Unreadable):
                continue
            accepted += 1
            if mutant != claim:  # a weaker claim, which is printed
                assert said != settle(FOUND, claim, hints)
    assert accepted


def test_long_fractions_are_rounded_upwards() -> None:
    """A matrix of floats: its constant is long; the property has four places."""
    rows = np.random.default_rng(0).standard_normal((10, 14))
    found = found_of(rows, 1)
    assert found.duals is not None
    assert found.witness is not None
    assert found.witness.ratio is not None
    assert found.witness.ratio <= found.duals.rho < found.witness.ratio + Fraction(1, 10**4)
    assert max(map(len, lines(found))) < 160
    for _, claim, hints in claims(found):
        settle(found, claim, hints)


def _damage(value: Any, draw: random.Random) -> None:
    """One change somewhere below."""
    while isinstance(value, dict | list) and value:
        key = draw.choice(list(value) if isinstance(value, dict) else range(len(value)))
        inner = value[key]
        if not isinstance(inner, dict | list) or draw.random() < 0.15:
            value[key] = draw.choice(["-7", "0", "1/2", "12345", "x", [], {}, inner])
            return
        value = inner


# -------------------------------------------------------------------------------- commands


def call(*words: str) -> tuple[str, int]:
    """What a command prints, and its exit status."""
    done = CliRunner().invoke(main, list(words))
    return done.output, done.exit_code


def test_nullspace_writes_what_the_kernel_verifies(tmp_path: Path) -> None:
    """Each certificate verifies from the files."""
    np.save(tmp_path / "A.npy", ROWS)
    printed, status = call(
        "nullspace", str(tmp_path / "A.npy"), "--order", "1", "-o", str(tmp_path / "out")
    )
    assert status == 0
    assert "null space constant of order s: 1/3, exactly" in printed
    names = sorted(path.name.split(".")[0] for path in (tmp_path / "out").glob("*.claim.json"))
    assert names == ["constant", "property", "recovery"]
    for name in names:
        files = (f"{name}.claim.json", "problem.json", f"{name}.certificate.json")
        lines, code = run([str(tmp_path / "out" / file) for file in files])
        assert (lines[-1], code) == ("s VERIFIED certified", 0)


NULLSPACE = {
    "a bad vector": (["--order", "2"], 0, "no rho < 1 is possible"),
    "the rows' own transform": (
        ["--order", "1", "--transform", "hadamard"],
        0,
        "no nonzero entries but at",
    ),
    "order 0": (["--order", "0"], 2, "--order 0: the order is between 1 and 4"),
    "order 9": (["--order", "9"], 2, "--order 9: the order is between 1 and 4"),
    "no transform": (["--order", "1", "--transform", "gone.npy"], 2, "there is no file"),
}


@pytest.mark.parametrize("title", NULLSPACE)
def test_nullspace(title: str, tmp_path: Path) -> None:
    """One sentence, and nothing written, for bad input."""
    np.save(tmp_path / "A.npy", ROWS)
    words, status, phrase = NULLSPACE[title]
    printed, code = call("nullspace", str(tmp_path / "A.npy"), *words)
    assert code == status
    assert phrase in printed


def test_a_transform_that_is_not_unitary(tmp_path: Path) -> None:
    """|H v| = |v| is what carries the bounds to images."""
    np.save(tmp_path / "A.npy", ROWS)
    np.save(tmp_path / "H.npy", 2 * np.eye(4, dtype=int))
    words = ["nullspace", str(tmp_path / "A.npy"), "--order", "1"]
    printed, code = call(*words, "--transform", str(tmp_path / "H.npy"))
    assert code == 2
    assert "H H* = I must hold exactly" in printed


def test_too_many_columns() -> None:
    """Refused before anything is searched."""
    with pytest.raises(Exception, match="513 columns; the search is made for at most 512"):
        null_space(np.ones((2, 513), dtype=int), 1)


def write_problem(folder: Path, text: str) -> Path:
    """The folder with this problem."""
    (folder / "problem.toml").write_text(text)
    return folder


def exact(problem: Problem) -> dict[str, object]:
    """The detail written out."""
    return inline(exact_rows(array(problem.x_det, "x_det", problem.folder), 1)[0])


def test_compare(tmp_path: Path) -> None:
    """Two stars, 8 x 8: the map is certified to hallucinate, the decoder not to."""
    for name, data in make(order=3).items():
        text = data.replace(b'"1/16"', b'"1/8"')
        (tmp_path / name).write_bytes(text if name.endswith(".toml") else data)
    printed, status = call("compare", str(tmp_path), "--order", "2", "-o", str(tmp_path / "out"))
    assert status == 0, printed
    assert "Theorem 4.1 (i) is certified" in printed
    assert "e = 0: x is the only minimiser at A x" in printed
    assert "|x^ - x_with|_l2 >= " in printed
    assert (tmp_path / "out" / "side-by-side.png").is_file()
    assert (tmp_path / "out" / "map" / "4.1.i.certificate.json").is_file()
    assert "Theorem 4.5 (ii), x' = x + x_det, is certified" in printed
    assert (tmp_path / "out" / "map-4.5" / "4.5.ii.certificate.json").is_file()
    text = (tmp_path / "problem.toml").read_text()
    both = text + 'x_prime = "x.npy"\n' if "[" not in text else 'x_prime = "x.npy"\n' + text
    (tmp_path / "problem.toml").write_text(both)
    printed, status = call("compare", str(tmp_path), "--order", "2")
    assert status == 2
    assert "give one of x_det and x_prime" in printed
    given = Problem.load(write_problem(tmp_path, text))
    turned = dataclasses.replace(given, x_det=None, x_prime=with_both(given).x_prime)
    assert with_both(turned).x_det.form == exact(given)
    (tmp_path / "problem.toml").write_text(text.replace('norm   = "l2"', 'norm   = "1/8 l2"'))
    printed, status = call("compare", str(tmp_path), "--order", "2")
    assert status == 2
    assert "both norms must be l2 without a factor" in printed
    (tmp_path / "problem.toml").write_text(text)
    printed, status = call("compare", str(tmp_path))
    assert status == 0
    assert "a dual vector of x itself, for its 2 largest of 64 coefficients" in printed
    assert "e = 0: x is the only minimiser at A x" in printed
    printed, status = call("compare", str(tmp_path), "--order", "20")
    assert status == 2
    assert "--order 20: the robust null space property is not proved" in printed


STATEMENTS = sorted((Path(__file__).parent.parent / "docs" / "examples").glob("appendix-*.claim"))


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_the_statements_of_the_appendix(path: Path) -> None:
    """B.3 and B.4 follow from (B.2), in all normed spaces."""
    assert decide(path.read_bytes()).verdict == "certified"


def test_the_decoder_with_a_parameter_is_off_by_it() -> None:
    """docs/findings.md on (4.3): min |z| over |z - 5| <= 1 is 4."""
    found = recover(instance([[1]], [5]), Fraction(1))
    assert [claim["says"] for _, claim, _ in found.claims] == ["QCBP"]
    assert (found.claims[0][1]["low"], found.claims[0][1]["high"]) == ("4", "4")


def test_the_digits_of_the_findings() -> None:
    """13 of 64 rows: order 1 with 1/2, no order 2, and none for the Haar transform."""
    rows = np.load(io.BytesIO(digits()["A.npy"]))
    first, second = (null_space(rows, order) for order in (1, 2))
    assert first.witness is not None
    assert second.witness is not None
    assert first.witness.ratio == Fraction(1, 2)
    assert second.witness.is_fatal
    haar = null_space(rows, 1, "haar").witness
    assert haar is not None
    assert haar.ratio is None


def test_the_trained_side_by_side(tmp_path: Path) -> None:
    """A U-Net draws what A does not see; on the same A and x the decoder's only answer is x."""
    assert call("init", "trained-slice", str(tmp_path / "in"))[1] == 0
    printed, status = call(
        "compare", str(tmp_path / "in"), "--transform", "haar", "-o", str(tmp_path / "out")
    )
    assert status == 0, printed
    assert "Theorem 4.1 (i) is certified" in printed
    assert "for its 70 largest of 1024 coefficients" in printed
    assert "e = 0: x is the only minimiser at A x" in printed
    assert "no minimiser at A(x + x_det) is nearer than that to x + x_det" in printed
    decoder = tmp_path / "out" / "decoder"
    for name in ("noiseless", "noisy", "not-deceived"):
        files = (f"{name}.claim.json", "problem.json", f"{name}.certificate.json")
        assert run([str(decoder / file) for file in files])[1] == 0
