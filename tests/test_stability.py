"""A dual vector of one image: what the kernel takes, what it refuses, and what minimisers do."""

from __future__ import annotations

import copy
import functools
import itertools
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from click.testing import CliRunner

from certificates.format import Rejected, Unreadable, digest, write_json
from certificates.matrices import Matrix, Vector
from certificates.sparse.__main__ import check, run
from certificates.sparse.stability import radius
from theorems.cli import main
from theorems.sparse.cones import qcbp
from theorems.sparse.instance import Instance, floats_of, instance
from theorems.sparse.recover import recover
from theorems.sparse.stability import stability

Table = dict[str, Any]
ROWS = [[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1]]  # kernel (1, 1, 1, -1)
HALF = Fraction(1, 2)


def problem_of(rows: Any, **vectors: Any) -> Instance:
    """A problem with vectors of X."""
    made = {name: ("X", value) for name, value in vectors.items()}
    return instance(rows, [0] * len(rows), vectors=made)


SMALL = problem_of(ROWS, x=[4, 0, 0, 0], near=[4, 0, 1, 0], other=[4, 0, 0, -9])
PROOF: Table = {
    "dual": {"over": "1", "real": ["1", "0", "0"]},  # g = (1, 0, 0, 1)
    "left": {"over": "1", "real": [["1", "0", "0"], ["0", "0", "0"]]},
    "places": ["0", "3"],
}
# g = (1, -1/3, -1/3, 1/3), L b = (1, -1/4, -1/4, 1/2): kappa is sqrt(5)/2 * 3/2, |L| sqrt(18)/4
GOOD: Table = {
    "dual": {"over": "3", "real": ["3", "-1", "-1"]},
    "left": {"over": "4", "real": [["4", "-1", "-1"]]},
    "places": ["0"],
}
CLAIM = {"says": "recovery of a vector", "vector": "x", "eta": "0", "radius": "0"}
NEAR = CLAIM | {"vector": "near"}


def settle(claim: Table, proof: Any, problem: Instance = SMALL) -> str:
    """What the kernel prints last, with digests put in."""
    text = write_json({"problem": digest(problem.problem_file), **claim})
    hints = write_json({"claim": digest(text), "proof": proof})
    return check(text, problem.problem_file, hints, problem.files.__getitem__)[-1]


def changed(*path: str | int, value: Any) -> Table:
    """GOOD with one entry replaced, or removed for None."""
    found = copy.deepcopy(GOOD)
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return found


def vector(over: str, *real: str) -> Table:
    """A hint for a dual vector."""
    return {"over": over, "real": list(real)}


def row(over: str, *real: str) -> Table:
    """A hint for a left inverse of one column."""
    return {"over": over, "real": [list(real)]}


def test_the_bound_by_hand() -> None:
    """sigma = 1 for near, so 2 kappa; with noise 2 eta (|L| + kappa |w|) more."""
    data, w = SMALL.data, Vector.of([3, -1, -1], (), 3)
    left = Matrix.of([[4, -1, -1]], [], 4, 3)
    c, eta = SMALL.vector("near"), Fraction(1, 10)
    kappa = np.sqrt(1 + 1 / 4) / (1 - 1 / 3)
    assert float(radius(data, c, Fraction(0), [0], w, left)) == pytest.approx(2 * kappa)
    more = 2 * 0.1 * (np.sqrt(18) / 4 + kappa * np.sqrt(11) / 3)
    assert float(radius(data, c, eta, [0], w, left)) == pytest.approx(2 * kappa + more)


SETTLED: dict[str, tuple[Table, Any, str]] = {
    "the only minimiser": (CLAIM, GOOD, ""),
    "negative entry": (NEAR | {"radius": "4"}, GOOD, ""),
    "too small a radius": (NEAR | {"radius": "3"}, GOOD, "the radius is below the bound"),
    "noise": (CLAIM | {"eta": "1/10", "radius": "1"}, GOOD, ""),
    "noise, too small": (CLAIM | {"eta": "1/10", "radius": "1/2"}, GOOD, "below the bound"),
    "not quite exact": (CLAIM, changed("dual", "real", 0, value="301/100"), "integers"),
    "a dual of another image": (NEAR | {"vector": "other", "radius": "9"}, GOOD, "below the bound"),
    "a rounded dual": (
        CLAIM,
        changed("dual", value={"over": "300", "real": ["299", "-100", "-99"]}),
        "",
    ),
    "a bad dual": (
        CLAIM,
        changed("dual", value={"over": "3", "real": ["1", "1", "-1"]}),
        "too inexact",
    ),
    "a dual that is 1 elsewhere": (
        CLAIM,
        changed("dual", value=vector("1", "1", "0", "0")),
        r"\|\(B\* w\)_3\| is not below 1",
    ),
    "a rounded left inverse": (
        CLAIM,
        changed("left", value={"over": "9", "real": [["8", "0", "0"]]}),
        "",
    ),
    "no left inverse": (
        CLAIM,
        changed("left", value={"over": "9", "real": [["0", "9", "0"]]}),
        "too inexact",
    ),
    "a rank that is too small": (CLAIM, PROOF, "too inexact"),
    "a row too many": (
        CLAIM,
        changed("left", "real", value=[["1", "0", "0"], ["1", "0", "0"]]),
        "left: 1 rows of 3 integers",
    ),
    "no place": (CLAIM, changed("places", value=[]), "at least one index, increasing"),
    "places twice": (CLAIM, changed("places", value=["0", "0"]), "at least one index, increasing"),
    "a place beyond": (CLAIM, changed("places", value=["4"]), "natural number below 4"),
    "a dual too short": (CLAIM, changed("dual", "real", value=["3", "-1"]), "3 integers"),
    "a key too many": (CLAIM, GOOD | {"order": "1"}, "unknown key 'order'"),
    "a key missing": (CLAIM, changed("left", value=None), "left"),
    "no proof": (CLAIM, [], "an object"),
    "an order in the claim": (CLAIM | {"order": "1"}, GOOD, "unknown key 'order'"),
}


@pytest.mark.parametrize("title", SETTLED)
def test_settled(title: str) -> None:
    """Accepted, or refused with this phrase."""
    claim, proof, phrase = SETTLED[title]
    if not phrase:
        only = (claim["eta"], claim["radius"]) == ("0", "0")
        start = "x is the only" if only else f"for all e with |e|_l2 <= {claim['eta']} and every"
        assert settle(claim, proof).startswith(start)
        return
    with pytest.raises((Rejected, Unreadable), match=phrase):
        settle(claim, proof)


def test_a_complex_image() -> None:
    """x = (3 + 4i, 0, 0, 0): w has (3 + 4i)/5 in place of 1; conjugated, it is refused."""
    problem = instance(
        {"real": ROWS, "imaginary": [[0] * 4] * 3},
        [0] * 3,
        vectors={"x": ("X", {"real": [3, 0, 0, 0], "imaginary": [4, 0, 0, 0]})},
    )
    turned = {"over": "15", "real": ["9", "-3", "-3"], "imaginary": ["12", "-4", "-4"]}
    proof = changed("dual", value=turned)
    if problem.data.problem.field == "R":
        pytest.skip("read as real")
    settle(CLAIM, proof, problem)
    against = copy.deepcopy(proof)
    against["dual"]["imaginary"] = ["-12", "4", "4"]
    with pytest.raises(Rejected, match="too inexact"):
        settle(CLAIM, against, problem)


def rounded(values: Any) -> Any:
    """Integers, 64 times the values."""
    return np.rint(values * 64).astype(int)


def random_problem(seed: int, kind: str) -> tuple[Instance, Any]:
    """12 x 20, three large entries and, in some, a small rest; A and x both times 64."""
    rng = np.random.default_rng(seed)
    rows, x = rng.normal(size=(12, 20)), np.zeros(20)
    x[rng.choice(20, 3, False)] = rng.integers(2, 9, 3) * rng.choice([-1, 1], 3)
    if seed % 2:
        x += rng.integers(-1, 2, 20) / 64
    if kind == "real":
        return problem_of(rounded(rows).tolist(), x=rounded(x).tolist()), rng
    more, phase = rng.normal(size=(12, 20)), np.exp(2j * np.pi * rng.random(20))
    form = {"real": rounded(rows).tolist(), "imaginary": rounded(more).tolist()}
    image = {name: rounded(getattr(x * phase, name[:4])).tolist() for name in form}
    return instance(form, [0] * 12, vectors={"x": ("X", image)}), rng


@functools.cache
def proved(seed: int, kind: str) -> tuple[Instance, Any, Any]:
    """A random problem and what is found for it at eta = 4096, 1 before the scaling."""
    problem, rng = random_problem(seed, kind)
    return problem, rng, stability(problem, "x", Fraction(4096))


def away(problem: Instance, z: Vector) -> float:
    """|z - x|."""
    return float(np.linalg.norm(floats_of(z) - floats_of(problem.vector("x"))))


@pytest.mark.parametrize("seed", range(12))
def test_minimisers_without_noise(seed: int) -> None:
    """The exact minimiser of an exact linear program is within the bound."""
    problem, _, found = proved(seed, "real")
    if found is None:
        return
    y = problem.data.a.apply(problem.vector("x"))
    answer = recover(problem.with_vectors({"y": ("Y", y)}))
    assert answer.z is not None
    assert away(problem, answer.z) <= float(found.bound(problem, Fraction(0)))


@pytest.mark.parametrize("kind", ["real", "complex"])
@pytest.mark.parametrize("seed", range(6))
def test_minimisers_with_noise(seed: int, kind: str) -> None:
    """Nearly minimal points of QCBP, at noise of the length eta, are within the bound."""
    problem, rng, found = proved(seed, kind)
    if found is None:
        return
    y = problem.data.a.apply(problem.vector("x"))
    e = rng.normal(size=12)
    e = Vector.of(np.trunc(e / np.linalg.norm(e) * 2**32).astype(int).tolist(), (), 2**20)
    noisy = Vector.combination([(Fraction(1), y), (Fraction(1), e)], 12)
    ones = Vector((1,) * 20, (), 1)
    near = qcbp(problem, noisy, ones, Fraction(4096))
    assert near.high - near.low <= Fraction(1, 10**6) * near.high
    assert away(problem, near.c) <= float(found.bound(problem, Fraction(4096)))


@pytest.mark.parametrize("kind", ["real", "complex"])
def test_something_is_proved(kind: str) -> None:
    """The two tests above are about something, and sparse images are the only minimisers."""
    found = [proved(seed, kind) for seed in range(6)]
    assert sum(entry is not None for _, _, entry in found) >= 4
    exact = [(problem, entry) for problem, _, entry in found[::2] if entry is not None]
    assert exact
    assert not any(entry.bound(problem, Fraction(0)) for problem, entry in exact)


def test_nothing_is_found() -> None:
    """Two equal columns: mass may move from one to the other."""
    assert stability(problem_of([[1, 1]], x=[1, 0]), "x", Fraction(0)) is None
    assert stability(problem_of([[1, 1]], x=[0, 0]), "x", Fraction(0)) is None


def test_the_command(tmp_path: Path) -> None:
    """Real and complex images, the files verified again, undecided, and bad input."""
    np.save(tmp_path / "A.npy", np.array(ROWS))
    np.save(tmp_path / "x.npy", np.array([4, 0, 0, 0]))
    np.save(tmp_path / "z.npy", np.array([3 + 4j, 0, 0, 0]))
    operator = str(tmp_path / "A.npy")
    for name in ("x.npy", "z.npy"):
        out = tmp_path / f"out-{name}"
        words = ["stability", operator, str(tmp_path / name), "-o", str(out)]
        printed = CliRunner().invoke(main, words)
        assert printed.exit_code == 0, printed.output
        assert "x is the only minimiser at A x" in printed.output
        files = ("stability.claim.json", "problem.json", "stability.certificate.json")
        assert run([str(out / file) for file in files])[1] == 0
    noisy = CliRunner().invoke(main, ["stability", operator, str(tmp_path / "x.npy"), "--eta", "1"])
    assert "1 of 4 coefficients: |x^ - x|_l2 <= " in noisy.output
    np.save(tmp_path / "A.npy", np.array([[1, 1, 1, 1]]))
    undecided = CliRunner().invoke(main, ["stability", operator, str(tmp_path / "x.npy")])
    assert undecided.exit_code == 4
    assert "no dual vector was found" in undecided.output
    wrong = CliRunner().invoke(
        main, ["stability", operator, str(tmp_path / "x.npy"), "--eta", "-1"]
    )
    assert wrong.exit_code == 2
    assert "--eta: it bounds a norm" in wrong.output


@pytest.mark.parametrize("seed", range(0, 6, 2))
def test_a_wrong_image_is_never_the_only_minimiser(seed: int) -> None:
    """The dual of x with the signs of one entry turned is no proof for x turned there."""
    problem, _, found = proved(seed, "real")
    if found is None:
        return
    real = list(found.c.real)
    real[found.places[0]] *= -1
    turned = Vector.of(real, (), found.c.denominator)
    with pytest.raises(Rejected):
        radius(problem.data, turned, Fraction(0), found.places, found.w, found.left)


def test_a_search_that_degenerates() -> None:
    """24 rows and an image of 40 coefficients: almost as many places as rows are tried."""
    rng = np.random.default_rng(0)
    rows, x = rng.choice([-1, 1], (24, 64)), np.zeros(64, dtype=int)
    x[:40] = rng.integers(1, 9, 40)
    found = stability(problem_of(rows.tolist(), x=x.tolist()), "x", Fraction(1, 100))
    assert found is not None
    assert len(found.places) < 24


def minimisers(rows: list[list[int]], y: list[int]) -> list[list[Fraction]]:
    """All vertices of the set of minimisers of |z|_l1 over A z = y, by trying all supports."""
    found: dict[Fraction, list[list[Fraction]]] = {}
    n = len(rows[0])
    for size in range(min(len(rows), n) + 1):
        for support in itertools.combinations(range(n), size):
            part = sympy.Matrix(len(rows), size, lambda i, k, s=support: rows[i][s[k]])
            if size and part.rank() < size:
                continue
            inner = (part.T * part).LUsolve(part.T * sympy.Matrix(y)) if size else sympy.Matrix([])
            if (size and part * inner != sympy.Matrix(y)) or (not size and any(y)):
                continue
            z = [Fraction(0)] * n
            for place, value in zip(support, inner, strict=True):
                z[place] = Fraction(int(value.p), int(value.q))
            found.setdefault(sum(map(abs, z), Fraction(0)), []).append(z)
    return found[min(found)]


@pytest.mark.parametrize("seed", range(4))
def test_no_false_bound_is_proved_by_any_hint(seed: int) -> None:
    """Random hints, good and bad, on tiny problems: a bound that is accepted is true."""
    rng = np.random.default_rng(seed)
    accepted = near = 0
    for _ in range(12):
        rows = rng.integers(-2, 3, (2, 3)).tolist()
        x = (rng.integers(-3, 4, 3) * rng.integers(0, 2, 3)).tolist()
        problem = problem_of(rows, x=x)
        y = [sum(a * b for a, b in zip(row, x, strict=True)) for row in rows]
        points = minimisers(rows, y)
        worst = max(sum((a - b) ** 2 for a, b in zip(z, x, strict=True)) for z in points)
        for _ in range(12):
            places = sorted(rng.choice(3, rng.integers(1, 4), False).tolist())
            inside, over = np.array(rows, float)[:, places], int(rng.choice([4, 12, 1000]))
            guess, noise = np.linalg.pinv(inside), rng.integers(0, 2)
            bent = guess * over + noise * rng.integers(-1, 2, guess.shape)
            left = Matrix.of(np.rint(bent).astype(int).tolist(), [], over, 2)
            w = guess.T @ np.sign(np.array(x)[places]) * over
            dual = Vector.of(
                np.rint(w + noise * rng.integers(-1, 2, 2)).astype(int).tolist(), (), over
            )
            try:
                bound = radius(problem.data, problem.vector("x"), Fraction(0), places, dual, left)
            except Rejected:
                continue
            accepted += 1
            near += bool(worst) and 9 * worst >= bound**2
            assert worst <= bound**2
    assert accepted > 20
    assert near
