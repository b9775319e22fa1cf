"""python -m certificates.sparse: what it accepts, what it rejects and why, what it cannot read."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from certificates.format import Rejected, Unreadable, digest, write_json
from certificates.sparse.__main__ import check, run
from certificates.sparse.table import SAYS

Table = dict[str, Any]


def inline(entries: Any) -> Table:
    """Nested lists of texts or integers as an inline array."""
    walk = lambda e: [walk(x) for x in e] if isinstance(e, list) else str(e)  # noqa: E731
    return {"entries": walk(entries)}


def vector(space: str, *entries: Any) -> Table:
    """A real vector of the problem."""
    return {"space": space, "array": inline(list(entries))}


def dense(rows: Any) -> Table:
    """A real matrix."""
    return {"kind": "dense", "matrix": inline(rows)}


def hint(*real: int, over: int = 1, **more: Any) -> Table:
    """A vector of the certificate."""
    return {"over": str(over), "real": [str(a) for a in real], **more}


PROBLEM: Table = {  # min |c|_1, c_1 + c_2 = 1, c_3 = 0: a segment of minimisers
    "format": "kernelcert problem 1",
    "field": "R",
    "spaces": {"X": {"dimension": "3", "norm": "l2"}, "Y": {"dimension": "2", "norm": "l2"}},
    "linear": {"A": dense([[1, 1, 0], [0, 0, 1]]), "H": {"kind": "identity"}},
    "vectors": {
        "y": vector("Y", 1, 0),
        "w": vector("Y", 1, 0),
        "z": vector("X", "1/2", "1/2", 0),
        "corner": vector("X", 1, 0, 0),
        "other": vector("X", 0, 1, 0),
        "t": vector("X", 1, 2, 1),
        "negative": vector("X", 1, -2, 1),
        "slope": vector("X", 4, 2, -1),
    },
}
TURNED = deepcopy(PROBLEM)  # A z = y has no solution: the second row of A is twice the first
TURNED["linear"]["A"] = dense([[1, 1, 0], [2, 2, 0]])
COMPLEX = deepcopy(PROBLEM)  # c_1 + i c_2 = 3 + 4i, |c_1 + i c_2| = 5
COMPLEX["field"] = "C"
COMPLEX["linear"]["A"]["matrix"] = {
    "real": inline([[1, 0, 0], [0, 0, 1]]),
    "imaginary": inline([[0, 1, 0], [0, 0, 0]]),
}
COMPLEX["vectors"]["y"]["array"] = {"real": inline([3, 0]), "imaginary": inline([4, 0])}
ROTATED = deepcopy(PROBLEM)  # H = (3, 4; 4, -3)/5 on the first two coordinates
ROTATED["linear"]["H"] = dense([["3/5", "4/5", 0], ["4/5", "-3/5", 0], [0, 0, 1]])

PRIMAL, DUAL = hint(1, 0, 0), hint(1, 0)
BP = {"vector": "y"}
INVERSE = {"modulus": "7", "rows": ["0x1"]}
PHASE = hint(3, 0, over=5, imaginary=["4", "0"])
HALF = hint(1, over=2, places=["0"])

# title: problem, claim, hints, what the sentence ends with
ACCEPTED: dict[str, tuple[Table, Table, Table, str]] = {
    "value": (
        PROBLEM,
        {"says": "basis pursuit value", "value": "1", **BP},
        {"primal": PRIMAL, "dual": DUAL},
        "has the value 1",
    ),
    "value, sparse hints": (
        PROBLEM,
        {"says": "basis pursuit value", "value": "1", **BP},
        {"primal": hint(1, places=["1"]), "dual": hint(1, places=["0"])},
        "has the value 1",
    ),
    "value, with weights": (
        PROBLEM,
        {"says": "basis pursuit value", "value": "1", "weights": "t", **BP},
        {"primal": PRIMAL, "dual": DUAL},
        "min sum of t_j |(H z)_j| subject to A z = y has the value 1",
    ),
    "value, rotated": (
        ROTATED,
        {"says": "basis pursuit value", "value": "5/7", **BP},
        # B = ((7/5, 1/5, 0), (0, 0, 1))
        {"primal": hint(5, 0, 0, over=7), "dual": hint(5, 0, over=7)},
        "has the value 5/7",
    ),
    "value, complex": (
        COMPLEX,
        {"says": "basis pursuit value", "value": "5", **BP},
        {"primal": hint(3, 0, 0, imaginary=["4", "0", "0"]), "dual": PHASE},
        "has the value 5",
    ),
    "unique by weights": (
        PROBLEM,
        {"says": "unique minimiser", "minimiser": "corner", "weights": "t", **BP},
        {"dual": DUAL, "left_inverse": INVERSE},
        "has the only minimiser corner",
    ),
    "not unique": (
        PROBLEM,
        {"says": "not unique", **BP},
        {"dual": DUAL, "first": PRIMAL, "second": hint(0, 1, 0)},
        "has more than one minimiser",
    ),
    "all minimisers": (
        PROBLEM,
        {"says": "all minimisers", "dual": "w", **BP},
        {"primal": PRIMAL},
        "s_j >= 0 elsewhere, at 2 of 3 places",
    ),
    "hull": (
        PROBLEM,
        {"says": "hull of minimisers", "vertices": ["corner", "other"], **BP},
        {"dual": DUAL},
        "are the convex hull of its vertices corner, other",
    ),
    "hull, by weights a point": (
        PROBLEM,
        {"says": "hull of minimisers", "vertices": ["corner"], "weights": "t", **BP},
        {"dual": DUAL},
        "of its vertices corner",
    ),
    "shortest": (
        PROBLEM,
        {"says": "least l2 minimiser", "minimiser": "z", **BP},
        {"dual": DUAL, "multiplier": HALF},
        "z has the least l2 norm",
    ),
    "infeasible": (
        TURNED,
        {"says": "infeasible", "eta": "0", **BP},
        {"dual": hint(2, -1)},
        "no z has |A z - y|_l2 <= 0",
    ),
    "infeasible, with eta below 2/sqrt(5)": (
        TURNED,
        {"says": "infeasible", "eta": "8944/10000", **BP},
        {"dual": hint(2, -1)},
        "<= 559/625",
    ),
    "QCBP": (
        PROBLEM,
        {"says": "QCBP", "eta": "1/2", "low": "1/2", "high": "1/2", **BP},
        {"primal": hint(1, 0, 0, over=2), "dual": DUAL},
        "is at least 1/2 and at most 1/2",
    ),
    "QCBP, complex": (
        COMPLEX,
        {"says": "QCBP", "eta": "5/2", "low": "5/2", "high": "5/2", **BP},
        {"primal": hint(3, 0, 0, over=2, imaginary=["4", "0", "0"]), "dual": PHASE},
        "at most 5/2",
    ),
    "LASSO": (
        PROBLEM,
        {"says": "LASSO", "lambda": "1/2", "low": "3/8", "high": "3/8", **BP},
        {"primal": hint(1, 0, 0, over=2), "dual": hint(1, 0, over=2)},
        "is at least 3/8 and at most 3/8",
    ),
    "in M1": (
        PROBLEM,
        {"says": "in M1", "vector": "slope", "s": "1", "delta": "3"},
        {},
        "slope is in M_1: sigma_1(H slope)_l1 / sqrt(1) <= 3",
    ),
    "in M1, s = 2: 1/sqrt(2) <= 5/7 = 0.714": (
        PROBLEM,
        {"says": "in M1", "vector": "slope", "s": "2", "delta": "5/7"},
        {},
        "<= 5/7",
    ),
    "not in M1: 1/sqrt(2) > 7/10": (
        PROBLEM,
        {"says": "not in M1", "vector": "slope", "s": "2", "delta": "7/10"},
        {},
        "> 7/10",
    ),
}  # fmt: skip


def files(problem: Table, claim: Table, hints: Table) -> tuple[bytes, bytes, bytes]:
    """The three files."""
    data = write_json(problem)
    text = write_json({"problem": digest(data)} | claim)
    return text, data, write_json({"claim": digest(text)} | hints)


def said(problem: Table, claim: Table, hints: Table) -> str:
    """The sentence."""
    return check(*files(problem, claim, hints), {}.__getitem__)[-1]


@pytest.mark.parametrize("title", ACCEPTED)
def test_accepted(title: str) -> None:
    """The claim follows, and is printed back."""
    *given, words = ACCEPTED[title]
    assert said(*given).endswith(words)


def test_every_claim_is_in_the_table() -> None:
    """Each row has an accepted entry."""
    claims = {claim["says"] for _, claim, _, _ in ACCEPTED.values()}
    assert claims >= {
        says for says, row in SAYS.items() if row.check.__module__.endswith("decoder")
    }


# title: the accepted entry, changes of the claim, changes of the hints, the reason
REJECTED: dict[str, tuple[str, Table, Table, str]] = {
    "another value": ("value", {"value": "2"}, {}, "the value of the program is another number"),
    "the primal point is not feasible": (
        "value", {}, {"primal": hint(1, 1, 0)}, "the primal point is not feasible"
    ),
    "the dual point is not feasible": (
        "value", {}, {"dual": hint(2, 0)}, "not feasible: |(B* w)_0| is too large"
    ),
    "the dual point is too small": ("value", {}, {"dual": HALF}, "have different values"),
    "weights make the other corner worse": (
        "value, with weights", {}, {"primal": hint(0, 1, 0)}, "have different values"
    ),
    "unique without weights": (
        "unique by weights", {"weights": ...}, {}, "a left inverse of 1 rows, 2 columns"
    ),
    "a second column that is the first": (
        "unique by weights",
        {"weights": ...},
        {"left_inverse": {"modulus": "7", "rows": ["0x1", "0x1"]}},
        "L M is not the identity at (0, 1)",
    ),
    "no left inverse": (
        "unique by weights",
        {},
        {"left_inverse": {"modulus": "7", "rows": ["0x2"]}},
        "L M is not the identity at (0, 0)",
    ),
    "not a minimiser": (
        "unique by weights", {"minimiser": "slope"}, {}, "the primal point is not feasible"
    ),
    "twice the same minimiser": (
        "not unique", {}, {"second": PRIMAL}, "the two minimisers are one"
    ),
    "the second is longer": (
        "not unique", {}, {"second": hint(2, -1, 0)}, "have different values"
    ),
    "a dual vector without a minimiser": (
        "all minimisers", {}, {"primal": hint(2, -1, 0)}, "have different values"
    ),
    "a vertex is missing": ("hull", {"vertices": ["corner"]}, {}, "has 2 vertices, and they are"),
    "a point between": (
        "hull", {"vertices": ["corner", "other", "z"]}, {}, "has 2 vertices, and they are not"
    ),
    "a vertex twice": (
        "hull", {"vertices": ["corner", "other", "other"]}, {}, "has 2 vertices, and they are not"
    ),
    "a corner is not shortest": (
        "shortest", {"minimiser": "corner"}, {}, "no minimiser is shorter"
    ),
    "a wrong multiplier": ("shortest", {}, {"multiplier": DUAL}, "no minimiser is shorter"),
    "A* w is not 0": ("infeasible", {}, {"dual": hint(1, 0)}, "A* w is not 0"),
    "w the other way": ("infeasible", {}, {"dual": hint(-2, 1)}, "> eta |w| does not hold"),
    "eta beyond the distance": (
        "infeasible", {"eta": "8945/10000"}, {}, "> eta |w| does not hold"
    ),
    "QCBP too far": ("QCBP", {}, {"primal": hint(1, 0, 0, over=4)}, "|A z - y| > eta"),
    "QCBP, a smaller eta": ("QCBP", {"eta": "1/4"}, {}, "|A z - y| > eta"),
    "QCBP low": ("QCBP", {"low": "51/100"}, {}, "below low"),
    "QCBP high": ("QCBP", {"high": "49/100"}, {}, "above high"),
    "QCBP dual": ("QCBP", {}, {"dual": hint(1, 2)}, "dual vector is not feasible"),
    "QCBP, complex low": ("QCBP, complex", {"low": "251/100"}, {}, "below low"),
    "LASSO low": ("LASSO", {"low": "2/5"}, {}, "below low"),
    "LASSO high": ("LASSO", {"high": "1/3"}, {}, "above high"),
    "LASSO dual, lambda counts": ("LASSO", {}, {"dual": DUAL}, "dual vector is not feasible"),
    "outside M1": ("in M1", {"delta": "2"}, {}, "the error of the best 1 terms is greater"),
    "inside M1": (
        "not in M1: 1/sqrt(2) > 7/10", {"delta": "5/7"}, {}, "best 2 terms is not greater"
    ),
    "another claim": ("value", {}, {"claim": "sha256:0"}, "for another claim"),
}  # fmt: skip

UNREADABLE: dict[str, tuple[str, Table, Table, str]] = {
    "another problem": ("value", {"problem": "sha256:0"}, {}, "about another problem file"),
    "unknown": ("value", {"says": "perfect"}, {}, "claim.says: unknown 'perfect'; known are"),
    "a vector of the wrong space": ("value", {"vector": "z"}, {}, "in the space Y"),
    "no such vector": ("value", {"vector": "q"}, {}, "'q' is no vector of the problem"),
    "negative weights": (
        "value, with weights", {"weights": "negative"}, {}, "must be positive real numbers"
    ),
    "a missing hint": ("value", {}, {"dual": ...}, "certificate: the key 'dual' is missing"),
    "weights where there are none": (
        "in M1", {"weights": "t"}, {}, "unknown key 'weights'"
    ),
    "too short": ("value", {}, {"primal": hint(1, 0)}, "3 integers over a positive one"),
    "over 0": ("value", {}, {"primal": hint(1, 0, 0, over=0)}, "over a positive one"),
    "a place twice": (
        "value", {}, {"primal": hint(1, 1, places=["0", "0"])}, "places increasing"
    ),
    "a place outside": ("value", {}, {"primal": hint(1, places=["3"])}, "below 3"),
    "fractions as entries": (
        "value", {}, {"primal": {"over": "1", "real": ["1/2", "0", "0"]}}, "integers are expected"
    ),
    "complex entries over R": (
        "value", {}, {"dual": hint(1, 0, imaginary=["1", "0"])}, "in a problem over R"
    ),
    "modulus 1": (
        "unique by weights",
        {},
        {"left_inverse": {"modulus": "1", "rows": ["0x0"]}},
        "modulus: from 2 to 65535",
    ),
    "a row too long": (
        "unique by weights",
        {},
        {"left_inverse": {"modulus": "7", "rows": ["0x100000000"]}},
        "2 entries of 16 bits are expected in row 0",
    ),
    "no vertex": ("hull", {"vertices": []}, {}, "claim.vertices: at least one name"),
    "a vertex that is no name": ("hull", {"vertices": [[]]}, {}, "a string is expected"),
    "eta < 0": ("QCBP", {"eta": "-1"}, {}, "claim.eta: must be at least 0, not -1"),
    "lambda < 0": ("LASSO", {"lambda": "-1"}, {}, "claim.lambda: must be at least 0"),
    "delta < 0": ("in M1", {"delta": "-1"}, {}, "claim.delta: must be at least 0"),
    "s = 0": ("in M1", {"s": "0"}, {}, "claim.s: at least 1"),
    "s beyond N": ("in M1", {"s": "4"}, {}, "claim.s: '4' is not a natural number below 4"),
    "a float": ("QCBP", {"eta": "0.5"}, {}, "'0.5' is not an exact number"),
}  # fmt: skip


def changed(title: str, claim: Table, hints: Table) -> tuple[Table, Table, Table]:
    """An accepted entry with changes; ... takes a key out."""
    problem, first, second, _ = ACCEPTED[title]
    both = (first | claim, second | hints)
    return problem, *({k: v for k, v in table.items() if v is not ...} for table in both)  # type: ignore[return-value]


@pytest.mark.parametrize("title", REJECTED)
def test_rejected(title: str) -> None:
    """It does not follow, for the right reason."""
    *given, reason = REJECTED[title]
    with pytest.raises(Rejected) as error:
        said(*changed(*given))
    assert reason in str(error.value)


@pytest.mark.parametrize("title", UNREADABLE)
def test_unreadable(title: str) -> None:
    """It cannot be read, and the sentence names the place."""
    *given, reason = UNREADABLE[title]
    with pytest.raises(Unreadable) as error:
        said(*changed(*given))
    assert reason in str(error.value)


TRANSFORMS: dict[str, Table] = {
    "a shear": dense([[1, 1, 0], [0, 1, 0], [0, 0, 1]]),
    "a multiple": dense([[2, 0, 0], [0, 2, 0], [0, 0, 2]]),
    "a projection": {
        "kind": "sparse",
        "rows": inline([0, 1]),
        "columns": inline([0, 1]),
        "values": inline([1, 1]),
    },
    "two equal rows": {
        "kind": "sparse",
        "rows": inline([0, 1, 2]),
        "columns": inline([0, 0, 2]),
        "values": inline([1, 1, 1]),
    },
    "a product with a shear": {
        "kind": "composition",
        "between": ["3"],
        "factors": [{"kind": "identity"}, dense([[1, 1, 0], [0, 1, 0], [0, 0, 1]])],
    },
}


@pytest.mark.parametrize("title", TRANSFORMS)
def test_a_transform_that_is_not_unitary(title: str) -> None:
    """H H* = I is checked."""
    problem = deepcopy(PROBLEM)
    problem["linear"]["H"] = TRANSFORMS[title]
    _, claim, hints, _ = ACCEPTED["value"]
    with pytest.raises(Unreadable, match="must hold exactly"):
        said(problem, claim, hints)


def test_mutations() -> None:
    """A certificate with one number changed is refused, proves the same, and never crashes."""
    for problem, claim, hints, words in ACCEPTED.values():
        for key, value in hints.items():
            for inner, entry in value.items():
                for place in range(len(entry) if isinstance(entry, list) else 1):
                    for new in ("0", "-3", "2", "1/2", "0x" + "f" * 5000, "x"):
                        other = deepcopy(hints)
                        if isinstance(entry, list):
                            other[key][inner][place] = new
                        else:
                            other[key][inner] = new
                        with suppress(Rejected, Unreadable):
                            assert said(problem, claim, other).endswith(words)


def test_the_program(tmp_path: Path, capsys: Any) -> None:
    """The last lines and the exit statuses."""
    problem, claim, hints, _ = ACCEPTED["value"]
    paths = [tmp_path / name for name in ("claim", "problem", "certificate")]
    for path, data in zip(paths, files(problem, claim, hints), strict=True):
        path.write_bytes(data)
    words = [str(path) for path in paths]
    lines, status = run(words)
    assert (lines[-1], status) == ("s VERIFIED certified", 0)
    assert lines[0] == "A: R^3 -> R^2 is a dense 2 x 3 matrix, as stored"
    assert json.loads(paths[0].read_bytes())["says"] == "basis pursuit value"
    for path, data in zip(paths, files(problem, claim | {"value": "3"}, hints), strict=True):
        path.write_bytes(data)
    lines, status = run(words)
    assert (lines[-1][:10], status) == ("s REJECTED", 1)
    paths[1].unlink()
    lines, status = run(words)
    assert (lines[-1][:12], status) == ("s UNREADABLE", 2)
    assert run([])[1] == 2
