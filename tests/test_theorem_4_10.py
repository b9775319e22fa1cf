"""Theorem 4.10 from problems: the sets M1 in floats, and the maps that fail on them."""

from __future__ import annotations

import json
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from certificates.matrices import Matrix
from theorems import Affine, BadInput, Named, Problem, Table, check
from theorems.cli import main
from theorems.examples import EXAMPLES
from theorems.near_kernel import kernel_vector
from theorems.operators import fourier, hadamard
from theorems.result import Result
from theorems.thm_4_10_optimal_maps import FAMILY, FULL, KERNEL, MANY, NONE, PAIR, prove

Array = np.ndarray[Any, Any]
ORDER = {"l1": 1, "l2": 2, "linf": np.inf}
WIDE = [[1, 2, 0], [0, 1, 1]]  # full row rank, m < N
LOW = [[1, 1, 1], [2, 2, 2], [1, 1, 1]]  # rank 1, square
TALL = [[3, 1], [1, 2], [0, 1]]  # injective
TURNED = {"real": WIDE, "imaginary": [[0, 1, 1], [1, 0, 2]]}
MATRICES: dict[str, tuple[Any, dict[str, Any]]] = {
    "full row rank": (WIDE, {}),
    "rank deficient": (LOW, {}),
    "complex": (TURNED, {}),
    "injective": (TALL, {"lipschitz": "1/20"}),
    "A = 0": ([[0, 0, 0]], {}),
}


def matrix(value: Any) -> Array:
    """An operator in floats."""
    if isinstance(value, dict):
        return np.array(value["real"]) + 1j * np.array(value["imaginary"])
    return np.array(value, dtype=float)


def listed(result: Result) -> Array:
    """M1.json, in floats: x_1 + z, x_1, x_1/2, ..."""
    form = json.loads(result.outcome.extra_files["M1.json"])
    if isinstance(form, dict):
        return listed_part(form["real"]) + 1j * listed_part(form["imaginary"])
    return listed_part(form)


def listed_part(rows: list[list[str]]) -> Array:
    """Rows of numbers as texts."""
    return np.array([[float(F(entry)) for entry in row] for row in rows])


def identifiers(result: Result) -> list[str]:
    """What was certified."""
    return [item.claim.identifier for item in result.verified]


# ------------------------------------------------------------------------------ the proofs


def test_the_proofs_for_all_spaces() -> None:
    for identifier in (NONE, KERNEL, FULL, PAIR, FAMILY):
        d = prove(identifier)
        wanted = {claim.any[0] for claim in d.context.statement.conclude}
        assert wanted <= {step.conclusion for step in d.steps}
    with pytest.raises(BadInput, match="no proof for all spaces"):
        prove(MANY)


# ------------------------------------------------------------------------------ the sets M1


@pytest.mark.parametrize(
    ("norm", "members"),
    [("l2", 2), ("l2", 3), ("l1", 10), ("l2", "infinity"), ("linf", "infinity"), ("1/4 l2", 2)],
)
@pytest.mark.parametrize("kind", MATRICES)
def test_the_sets(kind: str, norm: str, members: Any) -> None:
    """In floats: in the ball, all different, x_1 + z seen as x_1 or hardly differently."""
    value, more = MATRICES[kind]
    n = matrix(value).shape[1]
    result = check(KERNEL, Problem(value, [1] * n, object_norm=norm, members=members, **more))
    assert (result.verdict, result.assumed) == ("certified", ())
    if kind == "A = 0":
        assert identifiers(result) == [KERNEL]
        assert "all members of M1 have one measurement" in str(result)
        return
    assert identifiers(result) == [FULL if kind == "injective" else KERNEL, MANY]
    m1 = listed(result)
    assert len(m1) == 1 + (10 if members == "infinity" else members)
    weight, plain = (0.25, "l2") if " " in norm else (1.0, norm)
    sizes = weight * np.linalg.norm(m1, ORDER[plain], axis=1)
    assert sizes.max() <= 1 + 1e-12
    measured = m1 @ matrix(value).T
    for table in (m1, measured[1:]):
        gaps = [np.abs(a - b).max() for k, a in enumerate(table) for b in table[:k]]
        assert min(gaps) > 1e-9
    if kind == "injective":
        assert np.abs(measured[0] - measured[1:]).max(axis=1).min() > 1e-9
    else:
        assert np.abs(measured[0] - measured[1]).max() < 1e-12
    z = weight * np.linalg.norm(m1[0] - m1[1], ORDER[plain])
    assert 0.5 - 1e-9 <= z <= 0.5 + 1e-12


@pytest.mark.parametrize(
    ("kind", "delta", "verdict"),
    [
        ("rank deficient", "249/1000", "certified"),
        ("rank deficient", "999/1000", "certified"),  # beyond print: |z| near to 2
        ("rank deficient", "1", "vacuous"),
        ("injective", "1/5", "certified"),
        ("injective", "4/5", "certified"),
        ("injective", "1", "vacuous"),
    ],
)
def test_the_bound_on_delta(kind: str, delta: str, verdict: str) -> None:
    """(ii) holds up to 1 - L s."""
    value, more = MATRICES[kind]
    problem = Problem(value, [1] * matrix(value).shape[1], delta=delta, **more)
    result = check(NONE, problem)
    assert result.verdict == verdict
    if verdict == "vacuous":
        assert "delta < 1 - L s is needed" in str(result)


def test_delta_plays_no_part_for_an_injective_operator() -> None:
    assert check(KERNEL, Problem(TALL, [1, 1], lipschitz="1/20", delta=100)).verdict == "certified"
    result = check(KERNEL, Problem(TALL, [1, 1], lipschitz=1000))
    assert result.verdict == "vacuous"
    assert "L s < 1 is needed" in str(result)


# ------------------------------------------------------------------------------- a user's map


def test_which_image_a_map_fails() -> None:
    """The inverse is recovered badly where it was shrunk; nothing is assumed."""
    table = EXAMPLES["near-singular"].make()["problem.toml"]
    folder = Path(__file__).parent.parent / "theorems" / "examples" / "near-singular.toml"
    assert folder.read_bytes() == table
    result = check(NONE, Problem.load(folder))
    assert identifiers(result) == [NONE, MANY, PAIR]
    assert all(not item.report.assumed for item in result.verified)
    assert "Psi at x_1 + z: error ~0.12" in str(result)
    assert "more than delta by" in str(result)
    assert "smallest of 2 singular values between" in str(result)


def test_a_map_of_which_nothing_is_known() -> None:
    problem = Problem(LOW, [1, 0, 0], psi=Named("unknown"), lipschitz=3)
    result = check(KERNEL, problem)
    assert result.verdict == "certified"
    assert result.verified[-1].report.assumed == ("lipschitz",)
    assert "Psi at x_1: no known value" in str(result)


def test_a_map_with_a_certified_constant() -> None:
    psi = Affine([["1/3", 0, 0], ["1/3", 0, 0], ["1/3", 0, 0]])
    result = check(KERNEL, Problem(LOW, [1, 0, 0], psi=psi, delta="1/5"))
    assert all(not item.report.assumed for item in result.verified)


def test_mcshane_s_extension() -> None:
    """Of a table that knows x; its constant is certified, its values are known in its rows only."""
    psi = Table(values={"A x": [1, 0, 0]}, extend="mcshane")
    result = check(NONE, Problem(LOW, [1, 0, 0], psi=psi, object_norm="linf", lipschitz="1/2"))
    assert [item.claim.identifier for item in result.verified] == [NONE, MANY, PAIR]
    assert all(not item.report.assumed for item in result.verified)
    assert "Psi at x_1: no known value" in str(result)


def test_too_large_for_a_certificate_of_injectivity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("theorems.singular.LARGEST", 1)
    result = check(KERNEL, Problem(TALL, [1, 1], lipschitz="1/20"))
    assert result.verdict == "certified"
    assert "known by elimination, not certified" in str(result)


# ------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("title", "given", "message"),
    [
        ("no L", {"operator": TALL}, "the theorem is about a number L"),
        ("K = 1", {"operator": LOW, "members": 1}, "members: K is a whole number from 2"),
        ("K = 3.0", {"operator": LOW, "members": 3.0}, "members: K is a whole number from 2"),
        ("delta < 0", {"operator": LOW, "delta": "-1"}, "delta: must not be negative"),
        ("L < 0", {"operator": TALL, "lipschitz": -1}, "lipschitz: L must not be negative"),
        ("irrational", {"operator": fourier(rows=[0, 1, 2])}, "needs rational entries"),
    ],
)
def test_bad_input(title: str, given: dict[str, Any], message: str) -> None:
    n = {"irrational": 8}.get(title, len(LOW[0]) if given["operator"] is LOW else 2)
    if title == "irrational":
        given = {"operator": fourier(rows=[0, 1, 2], shape=[8])}
    with pytest.raises(BadInput, match=message):
        check(KERNEL, Problem(x=[1] * n, **given))


# -------------------------------------------------------------------------------- the kernel


@pytest.mark.parametrize(
    ("rows", "kernel"),
    [
        ([[1, 1, 0], [0, 1, 1]], (1, -1, 1)),
        ([[0, 0]], (1, 0)),
        ([[1, 0], [0, 1]], None),
        ([[2, 4], [1, 2]], (2, -1)),
        ([[1 << 60, 1]], (1, -(1 << 60))),  # a float trap
    ],
)
def test_kernel_vectors(rows: list[list[int]], kernel: tuple[int, ...] | None) -> None:
    found = kernel_vector(Matrix.of(rows, (), 1, len(rows[0])))
    assert (found.real if found else None) == kernel


def test_floats_as_stored() -> None:
    """(1/10, 1/10, 1/10, -3/10) in floats does not take (1, 1, 1, 1) to 0, and has a kernel."""
    row = np.array([[0.1, 0.1, 0.1, -0.3]])
    z = check(KERNEL, Problem(row, [1, 1, 1, 1])).outcome.case.data.vectors["z"][1]
    exact = [F(float(a)) for a in row[0]]
    assert sum(a * b for a, b in zip(exact, z.real, strict=True)) == 0
    assert any(z.real)


def test_a_large_operator() -> None:
    """205 rows of the Walsh-Hadamard transform of 1,024 pixels."""
    operator = hadamard(rows=list(range(205)), shape=[32, 32])
    result = check(KERNEL, Problem(operator, [1] * 1024, object_norm="linf"))
    assert (result.verdict, identifiers(result)) == ("certified", [KERNEL, MANY])


@pytest.mark.parametrize("name", ["rank-deficient", "near-singular"])
def test_the_commands_of_the_examples(name: str, tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(main, ["init", name, str(tmp_path / "in")]).exit_code == 0
    words = EXAMPLES[name].run.format(folder=tmp_path / "in", output=tmp_path / "out").split()[1:]
    found = runner.invoke(main, words)
    assert (found.exit_code, "certified" in found.output) == (0, True)
    assert (tmp_path / "out" / "M1.json").is_file()
