"""Theorems 4.6 and 4.7 on data: radii that are attacked, noise that is sampled, what is vacuous."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Callable
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

from certificates.matrices import Vector
from theorems.arrays import BadInput
from theorems.cli import main
from theorems.examples import EXAMPLES
from theorems.maps import Affine, Layers, Table
from theorems.problem import Problem, from_table
from theorems.result import Result, check

Array = npt.NDArray[np.complex128]
FIRST, BOTH, LAST = "4.6.i", "4.6.ii", "4.7"
TEXT = EXAMPLES["random-noise"].make()["problem.toml"].decode()
EXACT = from_table(tomllib.loads(TEXT), Path())
RIDGE = Problem(
    [[1, 1, 0], [0, 1, 1]],
    [2, 0, 1],
    psi=Affine([["2/3", "-1/3"], ["1/3", "1/3"], ["-1/3", "2/3"]]),
    x_prime=[3, -1, "41/20"],
    x_second=["4/3", 1, 0],
    field="C",
    noise={"law": "gaussian", "variance": "1/1000"},
)
TURNED = Problem(
    [[1, 0]],
    {"real": [1, 0], "imaginary": [0, 1]},
    psi=Affine(
        {"real": [[1], [0]], "imaginary": [[0], [0]]}, {"real": [0, 0], "imaginary": [0, 1]}
    ),
    x_prime={"real": [1, 0], "imaginary": ["1/10", 1]},
    noise={"law": "gaussian", "level": "9/10"},
)
RELU = Problem(
    [[1, 1, 0], [0, 1, 1]],
    [2, 0, 1],
    psi=Layers(
        [[[0, 20], [0, -20]], [[1, -1], [-1, 1], ["21/20", "-21/20"]]],
        [[-20, 20], [2, 0, 1]],
    ),
    x_prime=[3, -1, "41/20"],
    object_norm="linf",
    data_norm="linf",
    field="R",
    noise={"law": "gaussian", "variance": "1/100000"},
)
MCSHANE = Problem(
    [[1, 1, 0], [0, 1, 1]],
    [2, 0, 1],
    psi=Table(
        [[2, 1], [2, "21/20"], [0, 1]], [[2, 0, 1], [3, -1, "41/20"], [0, 0, 1]], extend="mcshane"
    ),
    x_prime=[3, -1, "41/20"],
    object_norm="linf",
    field="R",
    noise={"law": "gaussian", "variance": "1/100000"},
)
PROBLEMS = {
    "exact fit": EXACT, "ridge": RIDGE, "turned": TURNED, "relu": RELU, "mcshane": MCSHANE,
}  # fmt: skip


def constants(result: Result) -> dict[str, float]:
    """The constants of the problem, for sampling."""
    return {name: float(v) for name, v in result.outcome.case.data.constants.items()}


def unit(count: int, rng: np.random.Generator, real: bool, norm: str) -> Array:
    """A random vector of norm 1, on the sphere; sparse ones among them."""
    v = rng.standard_normal(count) + (0 if real else 1j) * rng.standard_normal(count)
    v = v * (rng.random(count) < 0.7)
    v[int(rng.integers(count))] = 1
    size = {"l1": np.abs(v).sum(), "l2": np.linalg.norm(v), "linf": np.abs(v).max()}[norm]
    return np.asarray(v / size, dtype=complex)


def value_of(problem: Problem) -> Callable[[Array], Array]:
    """Psi in floats, computed here."""
    psi: Any = problem.psi
    if isinstance(psi, Table):
        inputs = np.array([[float(F(v)) for v in row] for row in psi.inputs])
        outputs = np.array([[float(F(v)) for v in row] for row in psi.outputs])
        slope = float(check(BOTH, problem).outcome.case.data.constants["L"])

        def extended(y: Array) -> Array:
            far = slope * np.linalg.norm(y.real - inputs, axis=1)
            return np.asarray((outputs + far[:, None]).min(axis=0), dtype=complex)

        return extended
    data = check(BOTH, problem).outcome.case.data
    space = data.spaces["Y"]

    def exact(y: Array) -> Array:
        scale = 1 << 40
        real, imag = (tuple(int(v * scale) for v in part) for part in (y.real, y.imag))
        found = data.maps["Psi"].at(Vector.of(real, imag if any(imag) else (), scale), space.norm)
        parts = np.array(found.real, dtype=float), np.array(found.imag or [0], dtype=float)
        return np.asarray((parts[0] + 1j * parts[1]) / found.denominator)

    return exact


def vector(problem: Problem, name: str) -> Array:
    """A vector of the problem in floats."""
    data = check(BOTH, problem).outcome.case.data
    v = data.vectors[name][1]
    imag = np.array(v.imag, dtype=float) if v.imag else 0
    return np.asarray((np.array(v.real, dtype=float) + 1j * imag) / v.denominator)


SIZES = {
    "l1": lambda v: float(np.abs(v).sum()),
    "l2": lambda v: float(np.linalg.norm(v)),
    "linf": lambda v: float(np.abs(v).max()),
}


@pytest.mark.parametrize("title", PROBLEMS)
def test_points_of_the_balls(title: str) -> None:
    """Random and sparse points on the spheres never violate a part; noise is verified on top."""
    problem = PROBLEMS[title]
    rng = np.random.default_rng(4)
    psi, matrix = (
        value_of(problem),
        np.array([[float(F(v)) for v in row] for row in problem.operator]),
    )
    x, other, second = (vector(problem, name) for name in ("x", "x_prime", "x_second"))
    size, real = SIZES[problem.object_norm], problem.field == "R"
    for identifier in (FIRST, BOTH, LAST):
        used = problem
        if title == "ridge" and identifier != BOTH:
            used = dataclasses.replace(problem, eta=2)
        result = check(identifier, used)
        assert result.verdict == "certified"
        assert len(result.chances) == 1
        c = constants(result)
        for _ in range(60):
            e = matrix @ (other - x) + c.get("r", c.get("delta", 0)) * unit(
                matrix.shape[0], rng, real, problem.data_norm
            )
            p = c.get("r_x", 0.0) * unit(len(x), rng, real, problem.object_norm)
            w = c.get("r_z", 0.0) * unit(len(x), rng, real, problem.object_norm)
            there = psi(matrix @ (x + p) + e)
            if identifier == BOTH:
                assert size(there - (second + p + w)) <= c["eta"] + 1e-9
            else:
                loss = c["L"] * c["delta"] if identifier == LAST else 0.0
                change = size(there - psi(matrix @ (x + p)))
                assert change >= size(x - second) - 2 * c["eta"] - loss - 1e-9


def test_the_event_is_at_least_as_probable() -> None:
    """Sampling (4.8) itself for the exact fit: the share of noise that makes x'' of A x."""
    result = check(BOTH, EXACT)
    claim = json.loads(result.outcome.chances[0].claim_file)
    variance = float(F(claim["noise"]["covariance"]))
    assert claim["at least"] == "99/100"
    rng = np.random.default_rng(2)
    parts = rng.standard_normal((20_000, 2, 2)) * (variance / 2) ** 0.5
    noise = parts[..., 0] + 1j * parts[..., 1] + np.array([0, 0.05])
    psi = np.array([2, 0, 1]) + np.outer(noise[:, 1], [20, -20, 21])
    failed = np.abs(psi - np.array([3, -1, 2.05])).max(axis=1) <= 0.1
    assert failed.mean() >= 0.99


COVARIANCES: list[dict[str, Any]] = [
    {"variance": "1/100000"},
    {"variance": ["1/10000", "1/100000"]},
    {"covariance": [["1/10000", "1/50000"], ["1/50000", "1/20000"]]},
]


def test_the_estimate() -> None:
    """(4.8) at x is 21 |e_2 - 1/20| <= 1/10 here: of probability 1/2 for this variance."""
    variance = F((0.1 / 21) ** 2 / float(np.log(2))).limit_denominator(10**9)
    noise = {"law": "gaussian", "variance": str(variance)}
    result = check(BOTH, dataclasses.replace(EXACT, noise=noise))
    found = re.search(r"holds for (\d+) of 400 samples .* standard error 0.025", str(result))
    assert found
    assert 140 <= int(found[1]) <= 260  # six standard errors
    assert float(result.outcome.chances[0].bound) < 0.5
    turned = {"law": "gaussian", "covariance": [["1/10000", "1/50000"], ["1/50000", str(variance)]]}
    found = re.search(
        r"holds for (\d+) of 400", str(check(BOTH, dataclasses.replace(EXACT, noise=turned)))
    )
    assert found
    assert 140 <= int(found[1]) <= 260
    assert "no estimate" in str(
        check(BOTH, dataclasses.replace(EXACT, noise={"law": "density", "least": "1"}))
    )


def test_the_plot(tmp_path: Path) -> None:
    """Where the ball is one of l2; else there is nothing to draw."""
    check(BOTH, EXACT).plot(tmp_path / "p.png")
    assert (tmp_path / "p.png").read_bytes()[:4] == b"\x89PNG"
    noise = {"law": "gaussian", "covariance": [["1/10000", "0"], ["0", "1/20000"]]}
    assert check(BOTH, dataclasses.replace(EXACT, noise=noise)).outcome.plot is None


@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
@pytest.mark.parametrize("covariance", COVARIANCES)
def test_norms_and_covariances(norm: str, covariance: dict[str, Any]) -> None:
    """Every norm of the data with every kind of Gaussian."""
    noise = {"law": "gaussian", **covariance}
    result = check(BOTH, dataclasses.replace(EXACT, data_norm=norm, noise=noise))
    assert result.verdict == "certified"
    assert 0 < result.outcome.chances[0].bound < 1


def test_singular_covariances() -> None:
    """No density, so nothing printed applies, and it says so; the bound holds."""
    for covariance in (
        {"variance": "0"},
        {"variance": ["1/100000", "0"]},
        {"covariance": [["1/100000", "1/100000"], ["1/100000", "1/100000"]]},
    ):
        noise = {"law": "gaussian", **covariance}
        result = check(BOTH, dataclasses.replace(EXACT, noise=noise))
        assert "the covariance is singular" in str(result)
    assert "singular" not in str(check(BOTH, EXACT))


def test_a_diagonal_matrix_is_a_diagonal() -> None:
    """The same bound, also with a mean outside of the ball, where a full one is refused."""
    for mean in (None, ["0", "0"]):
        given = {"law": "gaussian"} | ({"mean": mean} if mean else {})
        matrix = {**given, "covariance": [["1/100000", "0"], ["0", "1/1000"]]}
        diagonal = {**given, "variance": ["1/100000", "1/1000"]}
        if mean:
            for noise in (matrix, diagonal):
                with pytest.raises(BadInput, match="noise: no bound"):
                    check(BOTH, dataclasses.replace(EXACT, noise=noise))
            continue
        bounds = [
            check(BOTH, dataclasses.replace(EXACT, noise=noise)).outcome.chances[0].bound
            for noise in (matrix, diagonal)
        ]
        assert bounds[0] == bounds[1]


def test_a_density() -> None:
    """The volume of the ball in C^2, times the density."""
    noise = {"law": "density", "least": "1000"}
    result = check(BOTH, dataclasses.replace(EXACT, noise=noise))
    radius = result.outcome.case.data.constants["r"]
    volume = np.pi**2 / 2 * float(radius) ** 4
    assert float(result.outcome.chances[0].bound) == pytest.approx(1000 * volume, rel=1e-12)


VACUOUS: dict[str, tuple[str, dict[str, Any], str]] = {
    "(4.3) at x": (FIRST, {"x": [0, 2, -1], "eta": "1/10"}, "fit"),
    "(4.3) at x'": (BOTH, {"x_second": [0, 0, 0], "eta": "1/10"}, "exceeds eta = 1/10 by"),
    "(4.4)": (BOTH, {"eta": "1/100"}, "exceeds eta = 1/100 by 1/25"),
    "(4.3) for 4.7": (LAST, {"x_second": [0, 0, 0], "eta": "1/10"}, "exceeds eta"),
}


@pytest.mark.parametrize("title", VACUOUS)
def test_vacuous(title: str) -> None:
    """Which hypothesis fails, and by how much; nothing is said of a probability then."""
    identifier, changes, words = VACUOUS[title]
    result = check(identifier, dataclasses.replace(EXACT, **changes))
    assert result.verdict == "vacuous"
    assert not result.chances
    assert words in str(result)


def test_images_that_are_the_same() -> None:
    """x = x' = x'': true and empty, and it says so."""
    same = dataclasses.replace(EXACT, x_prime=[2, 0, 1], eta="1/10")
    assert "the ball of e is around 0" in str(check(FIRST, same))
    assert "may be invisible" in str(check(BOTH, same))
    assert "says nothing" in str(check(LAST, same))


def test_without_noise() -> None:
    """The balls are certified, and no probability is claimed."""
    result = check(FIRST, dataclasses.replace(EXACT, noise=None))
    assert not result.chances
    assert "nothing is said of a probability" in str(result)


def test_refused_noise() -> None:
    """A law without a positive density, and tables that cannot be read."""
    with pytest.raises(BadInput, match="vacuous"):
        check(FIRST, dataclasses.replace(EXACT, noise={"law": "uniform"}))
    with pytest.raises(BadInput, match="noise: a table"):
        from_table({**tomllib.loads(TEXT), "noise": "gaussian"}, Path())


def test_the_command(tmp_path: Path) -> None:
    """Files, and the command that verifies the probability with the kernel alone."""
    (tmp_path / "problem.toml").write_text(TEXT)
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["check", BOTH, str(tmp_path), "-o", str(out)])
    assert done.exit_code == 0, done.output
    assert "P(all conclusions hold for e) >= 99/100, whatever p, w" in done.output
    assert "python3 -m certificates.noise" in done.output
    assert {path.name for path in out.iterdir()} >= {"4.6.ii.noise.json", "4.6.ii.noise.hints.json"}
    bad = TEXT.replace('law   = "gaussian"', 'law   = "real"')
    (tmp_path / "problem.toml").write_text(bad)
    done = CliRunner().invoke(main, ["check", BOTH, str(tmp_path)])
    assert done.exit_code == 2
