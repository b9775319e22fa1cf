"""Random noise in a ball: bounds against sampling and closed forms, and what the kernel refuses."""

from __future__ import annotations

import json
from fractions import Fraction as F
from math import exp, pi
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from certificates.format import Rejected, Unreadable, digest, write_json
from certificates.kernel import verify
from certificates.noise.__main__ import Said, check, run
from certificates.noise.ball import ball_of, context_of
from certificates.noise.law import is_semidefinite, read_law
from certificates.noise.mass import is_inside, mass
from certificates.problem import read_problem
from certificates.statements import read_statement
from theorems.arrays import BadInput
from theorems.derivation import Derivation
from theorems.noise import Chance, chance
from theorems.refutation import no_files

Table = dict[str, Any]
STATEMENT = b"""statement ball "the ball is the ball"
spaces Y
vectors c, d in Y
constants r > 0
for all e in Y with |e - c| <= r
conclude
  |e - c| <= r
"""


def problem_of(
    m: int, norm: str = "l2", field: str = "C", radius: str = "1", weight: str = "1"
) -> bytes:
    """R^m or C^m, c = (1, 0, ...), d = (1/2, 0, ...)."""
    rest = ["0"] * (m - 1)
    vectors = {
        name: {"space": "Y", "array": {"entries": [first, *rest]}}
        for name, first in (("c", "1"), ("d", "1/2"))
    }
    return write_json(
        {
            "format": "kernelcert problem 1",
            "field": field,
            "spaces": {"Y": {"dimension": str(m), "norm": norm, "weight": weight}},
            "linear": {},
            "maps": {},
            "vectors": vectors,
            "constants": {"r": radius},
        }
    )


def settle(
    problem: bytes, noise: Table, statement: bytes = STATEMENT
) -> tuple[Chance, list[bytes]]:
    """The best bound that is found, and the five files."""
    data = read_problem(problem, no_files, read_statement(statement))
    d = Derivation(statement, data, problem)
    d.step("range", variable="e", number=1)
    found = chance("ball", statement, problem, d.context, "e", noise, None)
    files = [found.claim_file, statement, problem, d.certificate(), found.hints_file]
    return found, files


def accepted(files: list[bytes]) -> Said:
    """What the kernel says."""
    return check(files, no_files)


Array = npt.NDArray[np.complex128]


def sampled(norm: str, radius: float, away: Array, root: Array, count: int = 200_000) -> float:
    """The share of samples of away + root Z in the ball around 0, Z standard in C^m."""
    rng = np.random.default_rng(7)
    m = len(away)
    z = (rng.standard_normal((count, m)) + 1j * rng.standard_normal((count, m))) / 2**0.5
    size = np.abs(away + z @ root.T)
    lengths = {"l1": size.sum(1), "l2": (size**2).sum(1) ** 0.5, "linf": size.max(1)}[norm]
    return float((lengths <= radius).mean())


HERMITIAN = [["1/9", "1/20"], ["1/20", "1/12"]]
TURNED = {"real": {"entries": HERMITIAN}, "imaginary": {"entries": [["0", "1/30"], ["-1/30", "0"]]}}
# title: norm, m, noise, the true probability's share that is kept at least
LAWS: dict[str, tuple[str, int, Table, float]] = {
    "l2, s I, at the center": ("l2", 3, {"law": "gaussian", "variance": "1/4"}, 1.0),
    "l2, s I, beside it": ("l2", 3, {"law": "gaussian", "mean": "d", "variance": "1/4"}, 1.0),
    "linf, s I": ("linf", 4, {"law": "gaussian", "variance": "1/4"}, 1.0),
    "linf, s I, beside it": ("linf", 4, {"law": "gaussian", "mean": "d", "variance": "1/4"}, 1.0),
    "l1, s I": ("l1", 3, {"law": "gaussian", "variance": "1/40"}, 0.5),
    "l2, diagonal": ("l2", 2, {"law": "gaussian", "variance": ["1/4", "1/25"]}, 0.8),
    "linf, diagonal": ("linf", 2, {"law": "gaussian", "variance": ["1/4", "1/25"]}, 1.0),
    "l1, diagonal, beside it": (
        "l1", 2, {"law": "gaussian", "mean": "d", "variance": ["1/60", "1/25"]}, 0.5),
    "l2, full": ("l2", 2, {"law": "gaussian", "covariance": HERMITIAN}, 0.8),
    "l2, full and complex": ("l2", 2, {"law": "gaussian", "covariance": TURNED}, 0.8),
    "linf, full": ("linf", 2, {"law": "gaussian", "covariance": HERMITIAN}, 0.7),
    "l2, singular": ("l2", 2, {"law": "gaussian", "variance": ["0", "1/4"]}, 0.99),
    "l1, singular and full": ("l1", 2, {"law": "gaussian", "covariance": [["1/9", "1/9"],
                                                                         ["1/9", "1/9"]]}, 0.4),
}  # fmt: skip


def _matrix(noise: Table, m: int) -> Array:
    """A root of the covariance."""
    if "variance" in noise:
        given = noise["variance"]
        values = given if isinstance(given, list) else [given] * m
        return np.diag([complex(float(F(v)) ** 0.5) for v in values])
    raw = noise["covariance"]
    parts = [raw] if isinstance(raw, list) else [raw[k]["entries"] for k in ("real", "imaginary")]
    numbers = [np.array([[float(F(v)) for v in row] for row in part]) for part in parts]
    full = numbers[0] + 1j * (numbers[1] if len(numbers) > 1 else 0)
    values, vectors = np.linalg.eigh(full)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), dtype=complex)


@pytest.mark.parametrize("title", LAWS)
def test_bounds_against_samples(title: str) -> None:
    """Never above what sampling shows, and not much below; verified by the kernel alone."""
    norm, m, noise, kept = LAWS[title]
    found, files = settle(problem_of(m, norm), noise)
    assert accepted(files).report.verdict == "certified"
    away = np.zeros(m, dtype=complex)
    away[0] = -0.5 if noise.get("mean") == "d" else 0.0
    estimate = sampled(norm, 1.0, away, _matrix(noise, m))
    assert float(found.bound) <= estimate + 0.006  # five standard deviations of the estimate
    assert float(found.bound) >= kept * estimate - 0.006


def test_closed_forms() -> None:
    """1 - exp(-r^2/s) in C; its m-th power for linf; the mass of N(0, s) in R^2."""
    one = 1 - exp(-4)
    for norm, m, power in (("l2", 1, 1), ("linf", 5, 5), ("l1", 1, 1)):
        found, _ = settle(problem_of(m, norm), {"law": "gaussian", "variance": "1/4"})
        assert float(found.bound) == pytest.approx(one**power, rel=1e-12)
    found, files = settle(problem_of(2, field="R"), {"law": "gaussian", "variance": "1/4"})
    assert float(found.bound) == pytest.approx(1 - exp(-2), rel=1e-12)  # |E|^2 / (2 s) is Exp(1)
    assert accepted(files).words[0] == "random: e ~ N(c, 1/4 I)"


@pytest.mark.parametrize(("norm", "m"), [("l2", 3), ("l1", 2), ("linf", 4), ("l1", 5)])
def test_real_noise(norm: str, m: int) -> None:
    """R^m, also of odd m, by sampling."""
    found, files = settle(problem_of(m, norm, "R"), {"law": "gaussian", "variance": "1/16"})
    accepted(files)
    rng = np.random.default_rng(3)
    e = np.abs(rng.standard_normal((200_000, m)) / 4)
    lengths = {"l1": e.sum(1), "l2": (e**2).sum(1) ** 0.5, "linf": e.max(1)}[norm]
    estimate = float((lengths <= 1).mean())
    assert 0.4 * estimate <= float(found.bound) <= estimate + 0.006


def test_densities() -> None:
    """The volumes of balls in C^m, with a weight of the norm."""
    for norm, m, volume in (
        ("l2", 2, pi**2 / 2),
        ("linf", 2, pi**2),
        ("l1", 2, (2 * pi) ** 2 / 24),
        ("l1", 1, pi),
    ):
        problem = problem_of(m, norm, radius="1/2", weight="1/2")
        found, files = settle(problem, {"law": "density", "least": "1/100"})
        accepted(files)
        assert float(found.bound) == pytest.approx(volume / 100, rel=1e-12)


def test_a_density_that_none_has() -> None:
    """A density of 1 on the unit disc would have the mass pi."""
    with pytest.raises(BadInput, match="no density is this large"):
        settle(problem_of(1), {"law": "density", "least": "1"})
    assert settle(problem_of(1), {"law": "density", "least": "7/22"})[0].bound <= 1


def test_volumes_against_samples() -> None:
    """The share of a cube that the l1 ball in C^2 takes."""
    rng = np.random.default_rng(1)
    parts = rng.uniform(-1, 1, (400_000, 4))
    size = np.hypot(parts[:, 0], parts[:, 1]) + np.hypot(parts[:, 2], parts[:, 3])
    assert 16 * float((size <= 1).mean()) == pytest.approx((2 * pi) ** 2 / 24, rel=0.02)


def test_a_level() -> None:
    """The largest variance for a probability: with 1 % more it is missed."""
    for norm, level in (("l2", "99/100"), ("linf", "1/2"), ("l1", "999/1000")):
        found, files = settle(problem_of(3, norm), {"law": "gaussian", "level": level})
        said = accepted(files)
        assert found.variance is not None
        assert said.words[-1].endswith(f">= {level}")
        more = {"law": "gaussian", "variance": str(found.variance * F(101, 100))}
        assert settle(problem_of(3, norm), more)[0].bound < F(level)


def test_sigma_0() -> None:
    """Constant noise is in the ball with probability 1, or there is nothing to bound."""
    for mean, away in (("c", "1/3"), ("d", "1/3")):
        found, files = settle(
            problem_of(2, radius="1/2" if mean == "d" else away),
            {"law": "gaussian", "mean": mean, "variance": "0"},
        )
        assert found.bound == 1
        accepted(files)
    with pytest.raises(BadInput, match="not in the ball"):
        settle(problem_of(2, radius="1/3"), {"law": "gaussian", "mean": "d", "variance": "0"})


REFUSED = {
    "real noise": ({"law": "real"}, "no density that is positive everywhere"),
    "a box": ({"law": "uniform"}, "vacuous"),
    "unknown": ({"law": "poisson"}, "known are gaussian and density"),
    "two sizes": ({"law": "gaussian", "variance": "1", "level": "1/2"}, "one of the keys"),
    "no size": ({"law": "gaussian"}, "one of the keys"),
    "a level of 1": ({"law": "gaussian", "level": "1"}, "between 0 and 1"),
    "a mean beside": ({"law": "gaussian", "level": "1/2", "mean": "0 c"}, "not inside"),
    "an unknown key": ({"law": "gaussian", "sigma": "1"}, "noise"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_bad_tables(title: str) -> None:
    """One sentence for each."""
    noise, words = REFUSED[title]
    with pytest.raises(BadInput, match=words):
        settle(problem_of(2), noise)


# ------------------------------------------------------------------------------- the kernel

GOOD, FILES = settle(problem_of(2), {"law": "gaussian", "mean": "d", "variance": "1/4"})
CENTERED = settle(problem_of(2), {"law": "gaussian", "variance": ["1/4", "1/25"]})[1]


def changed(files: list[bytes], **keys: object) -> list[bytes]:
    """The files with another claim, and hints that name it."""
    claim = {**json.loads(files[0]), **keys}
    text = write_json({key: value for key, value in claim.items() if value is not None})
    hints = {**json.loads(files[4]), "claim": digest(text)}
    return [text, *files[1:4], write_json(hints)]


def hinted(files: list[bytes], mass_hints: object) -> list[bytes]:
    """The files with other hints."""
    return [*files[:4], write_json({"claim": digest(files[0]), "mass": mass_hints})]


WINDOW = json.loads(FILES[4])["mass"]["ball"]["window"]
DOUBLE = STATEMENT.replace(b"|e - c| <= r\nconclude", b"|2 e - c| <= r\nconclude")
BALL = json.loads(CENTERED[4])["mass"]
REJECTED: dict[str, tuple[list[bytes], str]] = {
    "a larger probability": (changed(FILES, **{"at least": "99/100"}), "does not follow"),
    "another mean": (
        changed(FILES, noise={"law": "gaussian", "mean": "2 c", "covariance": "1/4"}), "follow"),
    "more variance": (
        changed(FILES, noise={"law": "gaussian", "mean": "d", "covariance": "1/3"}), "follow"),
    "another variable": (changed(FILES, variable="f"), "no 'for all' of f"),
    "another statement": ([*FILES[:1], DOUBLE, *FILES[2:]], "another statement"),
    "another problem": (
        [*FILES[:2], problem_of(2, radius="2"), *FILES[3:]], "another problem"),
    "hints for another claim": (
        [*FILES[:4], settle(problem_of(3), {"law": "gaussian", "variance": "1"})[1][4]],
        "another claim"),
    "a top below an eigenvalue": (
        hinted(CENTERED, {"ball": {"radius": "1", "top": "1/5", "window": WINDOW}}), "eigenvalue"),
    "a ball that sticks out": (
        hinted(FILES, {"ball": {"radius": "3/4", "top": "1/4", "window": WINDOW}}), "not in"),
    "no multiple of I": (hinted(CENTERED, {"ball": {"window": WINDOW}}), "no multiple of I"),
    "radii that stick out": (
        hinted(CENTERED, {"coordinates": {"radii": ["1"], "windows": []}}), "larger than"),
    "too few windows": (
        hinted(CENTERED, {"coordinates": {"radii": ["1/2"], "windows": []}}), "too few"),
    "a volume": (hinted(FILES, {"volume": {"bits": "64"}}), "for densities"),
    "two ways": (hinted(FILES, {"volume": {}, "ball": {}}), "one of"),
}  # fmt: skip


@pytest.mark.parametrize("title", REJECTED)
def test_rejected(title: str) -> None:
    """For the reason that the title says."""
    files, words = REJECTED[title]
    with pytest.raises(Rejected, match=words):
        check(files, no_files)


UNREADABLE: dict[str, tuple[list[bytes], str]] = {
    "no mean": (changed(FILES, noise={"law": "gaussian", "covariance": "1"}), "mean"),
    "a mean in no space": (
        changed(FILES, noise={"law": "gaussian", "mean": "r", "covariance": "1"}), "vector"),
    "a mean with the variable": (
        changed(FILES, noise={"law": "gaussian", "mean": "e", "covariance": "1"}), "variables"),
    "a negative variance": (
        changed(FILES, noise={"law": "gaussian", "mean": "d", "covariance": "-1"}), "negative"),
    "three variances": (
        changed(FILES, noise={"law": "gaussian", "mean": "d", "covariance": ["1"] * 3}), "2 num"),
    "no covariance": (  # [[1, 2], [2, 1]] has the eigenvalue -1
        changed(FILES, noise={"law": "gaussian", "mean": "d",
                              "covariance": {"entries": [["1", "2"], ["2", "1"]]}}), "semi"),
    "not Hermitian": (
        changed(FILES, noise={"law": "gaussian", "mean": "d",
                              "covariance": {"entries": [["1", "2"], ["1", "5"]]}}), "conjugate"),
    "a law": (changed(FILES, noise={"law": "cauchy"}), "law"),
    "a further key": (changed(FILES, more="1"), "more"),
    "no claim": ([b"[]", *FILES[1:]], "claim"),
    "a density below 0": (changed(FILES, noise={"law": "density", "least": "-1"}), "negative"),
}  # fmt: skip


@pytest.mark.parametrize("title", UNREADABLE)
def test_unreadable(title: str) -> None:
    """A sentence that names the place."""
    files, words = UNREADABLE[title]
    with pytest.raises(Unreadable, match=words):
        check(files, no_files)


SHAPES = {
    "a sum": ("with |e + c| <= r", None),
    "turned": ("with |c - e| <= r", None),
    "of a multiple": ("with |2 e - c| <= r", "must have the form"),
    "strict": ("with |e - c| < r", "must have the form"),
    "two limits": ("with |e - c| <= r and |e| <= r", "must have the form"),
    "no center": ("with |e| <= r", None),
    "a multiple of the radius": ("with |e - c| <= 2 r + |c|", None),
    "an irrational radius": ("with |e - c| <= |c - d + c + 0 d| + r", None),
}


@pytest.mark.parametrize("title", SHAPES)
def test_which_balls_are_read(title: str) -> None:
    """Center and radius from the range; the conclusion is the range itself."""
    words, reason = SHAPES[title]
    statement = STATEMENT.replace(b"with |e - c| <= r", words.encode())
    statement = statement.replace(b"  |e - c| <= r", b"  0 <= r")
    problem = problem_of(2)
    data = read_problem(problem, no_files, read_statement(statement))
    d = Derivation(statement, data, problem)
    d.compute("0 <= r")
    report = verify(statement, problem, d.certificate(), no_files)
    if reason:
        with pytest.raises(Rejected, match=reason):
            ball_of(context_of(report), "e")
        return
    ball = ball_of(context_of(report), "e")
    wanted = {"a sum": "-c", "no center": "0"}.get(title, "c")
    assert str(ball.center) == wanted
    assert ball.radius >= 1


def test_a_range_that_depends_on_the_noise() -> None:
    """Then not the whole ball is claimed for every value of the other variable."""
    statement = STATEMENT.replace(b"conclude\n", b"for all p in Y with |p| <= |e|\nconclude\n")
    with pytest.raises(Rejected, match="range of p depends on e"):
        settle(problem_of(2), {"law": "gaussian", "variance": "1"}, statement)


def test_semidefinite() -> None:
    """Against eigenvalues, for integer matrices of any rank."""
    rng = np.random.default_rng(0)
    for _ in range(300):
        n, rank = int(rng.integers(1, 6)), int(rng.integers(0, 6))
        factor = rng.integers(-3, 4, (n, rank))
        matrix = factor @ factor.T - int(rng.integers(0, 2)) * np.eye(n, dtype=int)
        rows = tuple(tuple(int(v) for v in row) for row in matrix)
        smallest = float(np.linalg.eigvalsh(matrix.astype(float))[0])
        if abs(smallest) > 1e-9 or rank <= n:
            assert is_semidefinite(rows) == (smallest > -1e-9)


def test_inside() -> None:
    """radius + d <= q, for all small squares."""
    for away in range(5):
        for square in range(5):
            for top in range(9):
                radius = F(top, 4)
                wanted = float(radius) + away**0.5 <= square**0.5 + 1e-12
                assert is_inside(radius, F(away), F(square)) == wanted


def test_mutation() -> None:
    """A claim or hints with one character changed: refused, or still true by the same bound."""
    rng = np.random.default_rng(5)
    outcomes: dict[str, int] = {"refused": 0, "accepted": 0}
    for place in (0, 4):
        data = FILES[place]
        for _ in range(400):
            k = int(rng.integers(len(data)))
            damaged = data[:k] + bytes([int(rng.integers(32, 127))]) + data[k + 1 :]
            files = [*FILES[:place], damaged, *FILES[place + 1 :]]
            try:
                said = check(files, no_files)
            except (Rejected, Unreadable):
                outcomes["refused"] += 1
                continue
            outcomes["accepted"] += 1
            assert place == 4 or damaged == data  # hints may change, the claim may not
            assert said.words == accepted(FILES).words
    assert outcomes["refused"] > 600


def test_the_command(tmp_path: Path) -> None:
    """The files as a person has them; an assumption is exit status 5."""
    names = ["claim.json", "ball.claim", "problem.json", "certificate.json", "hints.json"]
    for name, data in zip(names, FILES, strict=True):
        (tmp_path / name).write_bytes(data)
    paths = [str(tmp_path / name) for name in names]
    lines, status = run(paths)
    assert (lines[-1], status) == ("s VERIFIED certified", 0)
    assert run(paths[:4])[1] == 2
    assert run([*paths[:4], str(tmp_path / "none")])[1] == 2
    assert run([*paths[:4], paths[0]])[1] == 2
    law = read_law(json.loads(FILES[0])["noise"], *_ball())
    assert mass(law, _ball()[0], "C", json.loads(FILES[4])["mass"]).at_least(GOOD.bound)


def _ball() -> Any:
    context = context_of(verify(FILES[1], FILES[2], FILES[3], no_files))
    return ball_of(context, "e"), context
