"""Theorem 4.3 (i) from problems: verdicts, the choice of eta, and attacks with concrete units."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certificates.kernel import prepare
from certificates.language import read_scalar
from theorems import Affine, BadInput, Layers, Problem, Table, Weights, check
from theorems.derivation import Derivation
from theorems.examples import EXAMPLES
from theorems.examples.ridge import ridge
from theorems.outcome import statement
from theorems.problem import from_table
from theorems.thm_4_3_in_distribution import APART, ETA, FIT, MAIN, prove

A = [[1, 1, 0], [0, 1, 1]]
IMAGES = [[1, 2, 3], [0, 0, 1]]
VALUES = {"A x": [2, 0, 1], "A T_2": IMAGES[0], "A T_3": IMAGES[1]}


def problem(**more: Any) -> Problem:
    given = {
        "operator": A,
        "x": [2, 0, 1],
        "x_det": [10, -10, 10],
        "images": IMAGES,
        "psi": Table(values=VALUES, extend="mcshane"),
        "object_norm": "linf",
        "delta": "1/10",
    }
    return Problem(**{**given, **more})


def test_the_proof_for_all_spaces() -> None:
    assert prove(MAIN).steps[10].conclusion == prove(MAIN).context.statement.conclude[0].any[0]
    with pytest.raises(BadInput, match="no proof for all spaces"):
        prove(ETA)


def test_four_certificates_and_no_assumption() -> None:
    result = check("4.3.i", problem(mass="1/4"))
    assert (result.verdict, result.assumed, result.status()) == ("certified", (), 0)
    assert [claim.identifier for claim in result.outcome.claims] == [MAIN, FIT, ETA, APART]
    assert "probability at least P(X not in T) >= 3/4" in str(result)
    assert "the hallucination is visible" in str(result)
    assert "e^(ni)" in str(result)


def test_a_table_leaves_the_constant_assumed() -> None:
    result = check("4.3.i", problem(psi=Table(values=VALUES), object_norm="l1"))
    assert (result.verdict, result.assumed) == ("certified", ("lipschitz",))


@pytest.mark.parametrize(
    ("title", "more", "words"),
    [
        ("the map is wrong at x", {"x": [3, -1, 2]}, "|Psi(A x) - x| exceeds delta"),
        ("the detail is measured", {"x_det": [1, 0, 0]}, "4 L |A x_det| exceeds delta"),
    ],
)
def test_vacuous(title: str, more: dict[str, Any], words: str) -> None:
    result = check("4.3.i", problem(**more))
    assert result.verdict == "vacuous"
    assert words in str(result)


def test_vacuous_by_a_pair_of_points() -> None:
    steep = Affine([[100, 0], [0, 0], [0, 0]], [-198, 0, 1])
    result = check("4.3.i", problem(psi=steep, lipschitz=1, images=None, delta=5))
    assert result.verdict == "vacuous"


def test_a_member_of_t_that_is_not_recovered() -> None:
    """The certificate of the theorem stays: it needs x only; that of T is left out, and said."""
    values = {**VALUES, "A T_3": [0, 0, 2]}
    result = check("4.3.i", problem(psi=Table(values=values), object_norm="l2", lipschitz=2))
    assert [claim.identifier for claim in result.outcome.claims] == [MAIN, ETA, APART]
    assert "T = T_3" in str(result) or "t = T_3" in str(result)


def test_bad_input() -> None:
    for more, words in (
        ({"operator": [[0, 0, 0]], "psi": Affine([[0], [0], [0]], [2, 0, 1])}, "for A = 0"),
        ({"images": [[1, 2]]}, "images: rows of 2 entries, x has 3"),
        ({"epsilon": "1/1000", "images": IMAGES}, "epsilon: the theorem asks for"),
        ({"delta": 0, "images": IMAGES}, "delta: must be positive"),
        ({"mass": 2, "images": IMAGES}, "mass: 2 is no probability"),
        ({"images": [[5, 5, 5]], "psi": Table(values={"A x": [2, 0, 1]})}, "no value at A T"),
    ):
        with pytest.raises(BadInput) as error:
            check("4.3.i", problem(**{"images": None, **more}))
        assert words in str(error.value)


def test_eta_moves_away_from_the_measurements_of_t() -> None:
    """T has an image whose measurement is exactly where the first eta would put the new ones."""
    first = check("4.3.i", problem())
    eta = json.loads(first.outcome.case.problem_file)["vectors"]["eta_1"]["array"]["entries"]
    size = Fraction(eta[0])
    collides = [2 + size, 0, 1]  # A collides = A x + A eta, and A x_det = 0
    values = {"A x": [2, 0, 1], "A T_2": collides}
    second = check("4.3.i", problem(images=[collides], psi=Table(values=values)))
    other = json.loads(second.outcome.case.problem_file)["vectors"]["eta_1"]["array"]["entries"]
    assert other != eta
    assert APART in [claim.identifier for claim in second.outcome.claims]


UNITS = [(Fraction(a * a - b * b, a * a + b * b), Fraction(2 * a * b, a * a + b * b))
         for a in range(1, 5) for b in range(4)]  # fmt: skip


@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
def test_concrete_units_never_violate_it(norm: str) -> None:
    """For an affine map over C: random units and admissible eta, evaluated without the kernel."""
    source = random.Random(7)
    matrix = np.linalg.pinv(np.array(A, dtype=float))
    rows = [[Fraction(float(v)) for v in row] for row in matrix]
    x = [Fraction(1), Fraction(2), Fraction(1)]  # orthogonal to the kernel, nearly recovered
    given = problem(x=x, psi=Affine(rows, [0, 0, 0]), images=None, object_norm=norm, data_norm=norm)
    result = check("4.3.i", given)
    assert (result.verdict, result.assumed) == ("certified", ())
    data = result.outcome.case.data
    delta, slope = (float(data.constants[name]) for name in ("delta", "L"))
    size = {"l1": 1, "l2": 2, "linf": np.inf}[norm]
    detail, image = np.array([10, -10, 10]), np.array([float(v) for v in x])
    for _ in range(200):
        real, imag = source.choice(UNITS)
        u = complex(real, imag) * source.choice([1, -1, 1j])
        eta = np.array([complex(source.gauss(0, 1), source.gauss(0, 1)) for _ in range(3)])
        limit = min(delta / (4 * slope * np.linalg.norm(np.array(A) @ eta, size)),
                    delta / (2 * np.linalg.norm(eta, size)))  # fmt: skip
        eta *= limit * source.choice([1, 0.5])
        new = image + u * (eta + detail)
        gap = matrix @ (np.array(A) @ new) - (new - u * detail)
        assert np.linalg.norm(gap, size) <= 2 * delta + 1e-9


def test_over_r_there_are_two_units() -> None:
    """A network given by layers is real; then M1 has two new members."""
    psi = Layers([[[1, 0], [0, 1]], [[1, 0], [0, 0], [0, 0]]], [0, [0, 0, 1]])
    result = check("4.3.i", problem(psi=psi, images=None, object_norm="l2"))
    assert (result.verdict, result.assumed) == ("certified", ())
    assert "over R the only units are 1 and -1" in str(result)


def test_a_unit_that_stands_for_all_has_no_value() -> None:
    """So nothing that depends on it can be computed; norms do not depend on it."""
    case = check("4.3.i", problem()).outcome.case
    context = prepare(statement(APART), case.data, "vacuous", {}, {}, {})
    free = read_scalar("|u x_det|", context.names, "free")
    assert context.scalar(free).as_rational() == 10
    d = Derivation(statement(APART), case.data, case.problem_file)
    with pytest.raises(Exception, match="u stands for many numbers, and has no value here"):
        d.step("compute", claim="|x + u x_det| <= 100")


def test_from_a_file() -> None:
    table = {
        "operator": A, "x": ["2", "0", "1"], "x_det": ["10", "-10", "10"], "images": IMAGES,
        "delta": "1/10", "mass": "1/3", "epsilon": "1",
        "psi": {"kind": "named", "description": "an oracle"}, "lipschitz": "2",
    }  # fmt: skip
    with pytest.raises(BadInput, match="psi: no value at A T_1"):
        check("4.3.i", from_table(table, None))  # type: ignore[arg-type]


def test_distributions() -> None:
    """What the theorem promises, and what is true; exact sums."""
    weights = Weights(T=["1/8", "1/16", "1/16"], new=["1/2", "1/8"], tail="1/8")
    text = str(check("4.3.i", problem(weights=weights)))
    assert "P(X in T) = 1/4, so Psi hallucinates with probability at least 3/4" in text
    assert "the probability is exactly 3/4" in text
    invisible = problem(weights=weights, x_det=["1/4", "-1/4", "1/4"])
    assert "between 3/4 and 1: |x_det| <= 3 delta" in str(check("4.3.i", invisible))
    for bad, words in (
        (Weights(T=[1], new=[0]), "weights.T: 1 probabilities, T has 3 members"),
        (Weights(T=["1/2", 0, 0], new=["1/4"]), "1 in all, not 3/4"),
        (Weights(T=["3/2", 0, 0], new=["-1/2"]), "not negative"),
    ):
        with pytest.raises(BadInput) as error:
            check("4.3.i", problem(weights=bad))
        assert words in str(error.value)


def test_digits_with_a_ridge_map_and_with_a_table(tmp_path: Path) -> None:
    """100 digits.  A ridge map fits badly, so that delta is large and the detail has to be."""
    for name, data in EXAMPLES["digits-4.3"].make().items():
        (tmp_path / name).write_bytes(data)
    given = Problem.load(tmp_path)
    images = np.load(tmp_path / "images.npy")[:100]
    rows = np.load(tmp_path / "A.npy")
    x = np.load(tmp_path / "x.npy")
    detail = np.load(tmp_path / "x_det.npy")
    weights, offset = ridge(rows / 8, np.vstack([x.ravel(), images]).astype(float), alpha=0.1)
    ridged = replace(
        given, images=images, psi=Affine(weights, offset), object_norm="l2", delta="least",
        x_det=detail.astype(np.int64), mass=None, weights=None,
    )  # fmt: skip
    result = check("4.3.i", ridged)
    assert (result.verdict, result.assumed) == ("certified", ())
    assert len(result.outcome.claims) == 4
    assert "the hallucination is visible" in str(result)
    inputs, outputs = np.vstack([x.ravel(), images]) @ rows.T, np.vstack([x.ravel(), images])
    table = Table({"array": inputs, "scale": "1/8"}, outputs)
    result = check("4.3.i", replace(ridged, psi=table, delta="1/10"))
    assert (result.verdict, result.assumed) == ("certified", ("lipschitz",))


# -------------------------------------------------------------------------- the algorithm


def test_gamma_recovers_all_of_m1() -> None:
    result = check("4.3.ii", problem())
    assert (result.verdict, result.assumed) == ("certified", ())
    (claim,) = result.outcome.claims
    assert claim.problem_name == "4.3.ii.problem.json"
    assert "u is every transcendental number of modulus 1" in str(result)
    assert "Gamma used at most 70 operations" in str(result)


def test_gamma_over_gaussian_rationals() -> None:
    """Complex A, x and detail; Psi is affine, and only right on x."""
    rows = np.array([[1, 1j, 0], [0, 2, 1j]])
    x, detail = np.array([1j, 2, 1 - 1j]), np.array([1, 1j, -2])
    assert not (rows @ detail).any()
    given = problem(
        operator=rows, x=x, x_det=detail, images=None, object_norm="l2", lipschitz=1,
        psi=Affine(np.zeros((3, 2)), x),
    )  # fmt: skip
    assert check("4.3.ii", given).verdict == "certified"


def test_what_gamma_is_not_run_on() -> None:
    psi = Layers([[[1, 0], [0, 1]], [[1, 0], [0, 0], [0, 0]]], [0, [0, 0, 1]])
    many = [[k, 0, k * k] for k in range(3000)]
    for more, words in (
        ({"psi": psi, "images": None, "object_norm": "l2"}, "field: the algorithm meets"),
        (
            {"images": many, "psi": Affine([[0, 0]] * 3, 0), "delta": 10**8},
            "at most 20000000 are run",
        ),
    ):
        with pytest.raises(BadInput) as error:
            check("4.3.ii", problem(**more))
        assert words in str(error.value)


def test_gamma_needs_the_first_part() -> None:
    assert check("4.3.ii", problem(x=[3, -1, 2])).verdict == "vacuous"
