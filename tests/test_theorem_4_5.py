"""Theorem 4.5 from problems: verdicts, radii, and attacks with points of the certified balls."""

from __future__ import annotations

import random
import re
import tomllib
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from theorems import Affine, BadInput, Constant, Layers, Named, Problem, Table, check
from theorems import constants as constants_module
from theorems.auditing.claims import check_claim
from theorems.examples import EXAMPLES
from theorems.instance import Instance
from theorems.local_constant import LOWER, UPPER
from theorems.operators import fourier
from theorems.result import Result
from theorems.thm_4_5_hallucination import MAIN as BALLS
from theorems.thm_4_5_instability import MAIN, POINT, SAME, SLOPE, WIDE, prove
from theorems.true_radius import FAILING, INSIDE, OUTSIDE
from theorems.two_images import short_below

ROOT = Path(__file__).parent.parent
A = [[1, 1, 0], [0, 1, 1]]
STEEP = 20  # how much of the kernel's (1, -1, 1) Psi adds
NORMS = ["l1", "l2", "linf"]
ORDER = {"l1": 1, "l2": 2, "linf": np.inf}
Array = np.ndarray[Any, Any]


def bent() -> Layers:
    """y -> (y_1, 0, y_2) + 20 max(y_1 - 1, 0) (1, -1, 1) where y > -10; A Psi(y) = y there."""
    s = STEEP
    return Layers(
        [[[1, 0], [0, 1], [1, 0]], [[1, 0, s], [0, 0, -s], [0, 1, s]]],
        [[10, 10, -1], [-10, 0, -10]],
    )


def turned() -> Affine:
    """y -> (y_1, 0, y_2) + 20 i y_1 (1, -1, 1); A Psi(y) = y."""
    s = STEEP
    return Affine({"real": [[1, 0], [0, 0], [0, 1]], "imaginary": [[s, 0], [-s, 0], [s, 0]]})


def value_bent(y: Array) -> Array:
    """The same as `bent`, in floats."""
    kink = STEEP * max(y[0] - 1, 0)
    return np.array([y[0] + kink, -kink, y[1] + kink])


def value_turned(y: Array) -> Array:
    """The same as `turned`, in floats."""
    kink = STEEP * 1j * y[0]
    return np.array([y[0] + kink, -kink, y[1] + kink])


def real_problem(**more: Any) -> Problem:
    """x = Psi(1, 1) at the kink, x' = Psi(11/10, 1), x'' = x' + (1/50, 0, 0)."""
    given = {
        "operator": A, "x": [1, 0, 1], "x_prime": ["3.1", -2, 3], "x_second": ["3.12", -2, 3],
        "psi": bent(), "eta": "3/20",
    }  # fmt: skip
    return Problem(**{**given, **more})


def complex_problem(**more: Any) -> Problem:
    """x = Psi(0, 1), x' = Psi((1 + i)/20, 1), x'' = x' + (0, i/50, 0)."""
    imaginary = ["1.05", -1, 1]
    given = {
        "operator": A, "x": [0, 0, 1], "psi": turned(), "eta": "3/20",
        "x_prime": {"real": ["-0.95", 1, 0], "imaginary": imaginary},
        "x_second": {"real": ["-0.95", 1, 0], "imaginary": ["1.05", "-0.98", 1]},
    }  # fmt: skip
    return Problem(**{**given, **more})


def identifiers(result: Result) -> list[str]:
    """The claims of a result."""
    return [v.claim.identifier for v in result.verified]


def numbers(result: Result) -> dict[str, float]:
    """The constants of a result, in floats."""
    return {name: float(value) for name, value in result.outcome.case.data.constants.items()}


def vectors(result: Result) -> dict[str, Array]:
    """The vectors of a result, in floats."""
    found = {}
    for name, (_, v) in result.outcome.case.data.vectors.items():
        parts = np.array([v.real, v.imag or (0,) * v.dimension], dtype=float) / v.denominator
        found[name] = parts[0] + 1j * parts[1] if v.imag else parts[0]
    return found


def points(size: int, norm: str, radius: float, over_c: bool, source: random.Random) -> list[Array]:
    """Corners of the cube, unit vectors and random vectors, all with this norm."""
    shapes = [np.array(signs, dtype=float) for signs in product((1, -1), repeat=size)]
    shapes += [sign * row for row in np.eye(size) for sign in (1.0, -1.0)]
    shapes += [np.array([source.gauss(0, 1) for _ in range(size)]) for _ in range(20)]
    if over_c:
        shapes += [1j * shape for shape in shapes]
        pairs = [(source.gauss(0, 1), source.gauss(0, 1)) for _ in range(20 * size)]
        shapes += list(np.array([complex(*pair) for pair in pairs]).reshape(20, size))
    return [shape * (radius / np.linalg.norm(shape, ORDER[norm])) for shape in shapes]


CASES = [
    (kind, object_norm, data_norm)
    for kind in ("real", "complex")
    for object_norm in NORMS
    for data_norm in NORMS
]


def made(kind: str, object_norm: str, data_norm: str) -> tuple[Problem, Any]:
    more = {"object_norm": object_norm, "data_norm": data_norm}
    if kind == "real":
        return real_problem(**more), value_bent
    return complex_problem(**more), value_turned


# ------------------------------------------------------------------------------ the proofs


def test_the_proofs_for_all_spaces() -> None:
    for identifier in (MAIN, POINT, SLOPE, SAME):
        d = prove(identifier)
        assert d.steps[-1].conclusion == d.context.statement.conclude[-1].any[0]
    with pytest.raises(BadInput, match="no proof for all spaces"):
        prove(WIDE)


@pytest.mark.parametrize(("kind", "object_norm", "data_norm"), CASES)
def test_instability_on_the_balls(kind: str, object_norm: str, data_norm: str) -> None:
    """Every claim on its ball, at corners and at random points, without the kernel."""
    problem, value = made(kind, object_norm, data_norm)
    result = check(MAIN, problem)
    assert (result.verdict, result.assumed) == ("certified", ())
    outside = [OUTSIDE, FAILING] if kind == "real" else []  # an affine map has no such point
    assert identifiers(result) == [MAIN, POINT, WIDE, SLOPE, INSIDE, *outside, LOWER, UPPER]
    assert "the bound (4.5) is positive" in str(result)
    c, v = numbers(result), vectors(result)
    far, near = ORDER[object_norm], ORDER[data_norm]
    y, other = np.array(A) @ v["x"], np.array(A) @ v["x_prime"]
    bound = np.linalg.norm(v["x"] - v["x_second"], far) - 2 * c["eta"]
    text = result.outcome.claims[2].derivation.header["choices"]["e"]  # type: ignore[index]
    found = re.search(r"- (\S+) h$", text)
    left = float(Fraction(found[1])) if found else 0.0
    source = random.Random(5)
    for name, part in (("r", 0.0), ("R", left), ("rho", 0.0)):
        for h in points(2, data_norm, c[name], kind == "complex", source):
            e = other - y - part * h
            gap = np.linalg.norm(value(y + h) - value(y + h + e), far)
            assert np.linalg.norm(e, near) <= c["eta"] + 1e-12
            if name == "rho":
                assert c["M"] * np.linalg.norm(e, near) <= gap + 1e-12
            else:
                assert bound <= gap + 1e-12


@pytest.mark.parametrize(("kind", "object_norm", "data_norm"), CASES)
def test_hallucination_on_the_balls(kind: str, object_norm: str, data_norm: str) -> None:
    problem, value = made(kind, object_norm, data_norm)
    result = check(BALLS, problem)
    assert (result.verdict, result.assumed) == ("certified", ())
    assert "the hallucination is visible" in str(result)
    c, v = numbers(result), vectors(result)
    over_c, source = kind == "complex", random.Random(6)
    matrix = np.array(A)
    e, z = matrix @ (v["x_prime"] - v["x"]), v["x_second"] - v["x"]
    balls = [
        points(size, norm, c[name], over_c, source)
        for size, norm, name in ((3, object_norm, "r_x"), (2, data_norm, "r_e"))
    ]
    balls.append(points(3, object_norm, c["r_z"], over_c, source))
    for _ in range(500):
        p, q, w = (source.choice(ball) for ball in balls)
        gap = value(matrix @ (v["x"] + p) + e + q) - (v["x"] + p + z + w)
        assert np.linalg.norm(gap, ORDER[object_norm]) <= c["eta"] + 1e-12


def test_the_simplex_of_radii_is_reached() -> None:
    """For Psi(y) = -y on one dimension a corner of the balls has an error just below eta."""
    problem = Problem([[1]], [0], psi=Affine([[-1]]), x_prime=[0], x_second=["1/4"], eta=1)
    c = numbers(check(BALLS, problem))
    error = 0.25 + 2 * c["r_x"] + c["r_e"] + c["r_z"]
    assert error == pytest.approx(abs(-(c["r_x"] + c["r_e"]) - (0.25 + c["r_x"] + c["r_z"])))
    assert 0.999 < error <= 1


def test_the_widest_ball() -> None:
    """min(k, (k + room)/2) in two cases that can be computed by hand; t is 0, then positive."""
    toml = EXAMPLES["two-images"].make()["problem.toml"].decode()
    wide = {}
    for eta in ("1/10", "1/20"):
        result = check(MAIN, Problem(**_table(toml, eta)))
        wide[eta] = (result.outcome.case.data.constants["R"], str(result))
    assert wide["1/10"][0] == Fraction(1, 105)  # k = (21/20 - 21/20 + 2/10)/21, room = 1/20
    assert wide["1/20"][0] == Fraction(1, 420)  # k = 1/210, room = 0
    assert "t = 0" in wide["1/10"][1]
    assert "t = 1" in wide["1/20"][1]


def _table(toml: str, eta: str) -> dict[str, Any]:
    table = tomllib.loads(toml)
    del table["psi"]["kind"]
    return {**table, "psi": Table(**table["psi"]), "eta": eta}


def test_points_of_the_widest_ball_for_mcshane() -> None:
    """The extension is computed here from its formula; e depends on h as the certificate says."""
    toml = EXAMPLES["two-images"].make()["problem.toml"].decode()
    given = _table(toml, "53/1000")  # between the two cases: t is neither 0 nor 1
    result = check(MAIN, Problem(**given))
    c = numbers(result)
    inputs = np.array(given["psi"].inputs, dtype=float)
    outputs = np.array(given["psi"].outputs, dtype=float)
    y, other = inputs[0], inputs[1]
    text = result.outcome.claims[2].derivation.header["choices"]["e"]  # type: ignore[index]
    found = re.search(r"- (\S+) h$", text)
    assert found
    assert 0 < float(Fraction(found[1])) < 1

    def value(point: Array) -> Array:
        slopes = c["L"] * np.linalg.norm(point - inputs, axis=1)
        return np.asarray((outputs + slopes[:, None]).min(axis=0))

    for h in points(2, "l2", c["R"], False, random.Random(8)):
        e = other - y - float(Fraction(found[1])) * h
        assert np.linalg.norm(e) <= c["eta"] + 1e-12
        assert 1.05 - 2 * c["eta"] <= np.abs(value(y + h) - value(y + h + e)).max() + 1e-12


@pytest.mark.parametrize(("name", "radius"), [("gap", Fraction(1, 6)), ("room", Fraction(1, 12))])
def test_no_larger_ball(name: str, radius: Fraction) -> None:
    """The radius of `4.5.i.wide`, and a certified point 1 % farther out where no e serves."""
    folder = ROOT / "docs" / "examples" / "edge-4.5"
    table = tomllib.loads((folder / f"{name}.toml").read_text())
    given, psi = table["vectors"], table["maps"]["Psi"]
    inside = check(
        MAIN,
        Problem(
            table["linear"]["A"],
            given["x"],
            x_prime=given["x_prime"],
            eta=1,
            data_norm="l1",
            x_second=given["x_second"],
            psi=Layers(psi["matrices"], psi["offsets"]),
            object_norm="linf",
        ),
    )
    assert inside.outcome.case.data.constants["R"] == radius
    assert abs(Fraction(given["h"][0])) == radius * Fraction(101, 100)
    outside = check_claim(folder / f"{name}.claim", Instance.load(folder / f"{name}.toml"))
    assert (outside.verdict, outside.assumed) == ("certified", ())


# ------------------------------------------------------------------------------ verdicts


@pytest.mark.parametrize(
    ("title", "more", "words"),
    [
        ("x is not recovered", {"x": [0, 0, 0]}, "|Psi(A x) - x| is equal to"),
        ("x'' is not made of A x'", {"x_second": None, "x_prime": ["3.1", -2, 4]},
         "|Psi(A x_prime) - x_second| exceeds eta = 1/2 by 1/2"),
        ("the measurements are apart", {"eta": "1/20"}, "|A(x - x_prime)| exceeds eta = 1/20 by"),
        ("equality is not enough for (4.3)", {"eta": "1/50", "x_prime": [1, 0, 1],
         "x_second": ["1.02", 0, 1]}, "(4.3) asks for less"),
    ],
)  # fmt: skip
def test_vacuous(title: str, more: dict[str, Any], words: str) -> None:
    if title == "x is not recovered":
        same = {"x_prime": ["1/10", 0, 0], "x_second": ["3/20", 0, 0]}
        more = {**more, "psi": Constant(["3/20", 0, 0]), **same}
    if title.startswith("x'' is not"):
        more = {**more, "psi": Constant(["3.1", -2, 3]), "x": ["3.1", -2, 3], "eta": "1/2"}
    for theorem in (MAIN, BALLS):
        result = check(theorem, real_problem(**more))
        if theorem == BALLS and title == "x is not recovered":
            assert result.verdict == "certified"  # part (ii) does not ask for it
        else:
            assert result.verdict == "vacuous"
            assert words in str(result)


def test_vacuous_by_a_slope(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a pair that was searched for, and by the two measurements where none was found."""
    assert check(MAIN, real_problem(lipschitz=1)).verdict == "vacuous"
    monkeypatch.setattr(constants_module, "steepest", lambda *_: None)
    result = check(BALLS, real_problem(lipschitz=1))
    assert result.verdict == "vacuous"
    assert "between A x and A x_prime the slope is above L = 1" in str(result)


def test_one_measurement() -> None:
    """A x = A x': (4.3) then forces |x - x''| < 2 eta, so the theorem says nothing."""
    inside = real_problem(x_prime=[2, -1, 2], x_second=["1.1", 0, 1])
    result = check(MAIN, inside)
    assert identifiers(result) == [MAIN, POINT, WIDE, SAME, LOWER, UPPER]
    assert "(4.5) is negative and says nothing" in str(result)
    outside = check(MAIN, real_problem(x_prime=[2, -1, 2], x_second=None))
    assert outside.verdict == "vacuous"


def test_one_value() -> None:
    """A x and A x' differ, but a constant map does not see it: there is no slope."""
    result = check(MAIN, real_problem(psi=Constant([1, 0, 1]), x_second=[1, 0, 1]))
    assert identifiers(result) == [MAIN, POINT, WIDE, UPPER]
    assert "A x = A x'" not in str(result)
    assert "the theorem says nothing" in str(result)


def test_a_zero_pair() -> None:
    """x = x' = x'' = 0 and Psi(0) = 0: the infimum of eta is 0 and not attained."""
    zero = Problem([[1]], [0], psi=Affine([[2]]), x_prime=[0])
    for theorem in (MAIN, BALLS):
        result = check(theorem, zero)
        assert result.verdict == "certified"
        assert "eta: the infimum is 0, not attained; 1/1000 is taken" in str(result)


def test_the_least_eta() -> None:
    """Attained if |A(x - x')| is the largest of the three; else a short number above it."""
    close = check(MAIN, real_problem(eta="least", data_norm="l1"))
    assert close.outcome.case.data.constants["eta"] == Fraction(1, 10)
    assert "eta: the infimum is 1/10 (0.1), attained" in str(close)
    wrong = check(MAIN, real_problem(eta="least", x_second=["4.1", -2, 3]))
    assert 1 < wrong.outcome.case.data.constants["eta"] <= Fraction(101, 100)
    assert "the infimum is 1, not attained" in str(wrong)
    assert "the theorem says nothing" not in str(wrong)


def test_a_table_leaves_the_constant_assumed() -> None:
    """But at A x itself nothing is assumed."""
    values = {"A x": [1, 0, 1], "A x_prime": ["3.1", -2, 3]}
    result = check(MAIN, real_problem(psi=Table(values=values)))
    assert (result.verdict, result.assumed) == ("certified", ("lipschitz",))
    found = {v.claim.identifier: v.report.assumed for v in result.verified}
    assert found[POINT] == ()
    assert check(BALLS, real_problem(psi=Table(values=values))).assumed == ("lipschitz",)
    del values["A x"]
    alone = check(BALLS, real_problem(psi=Table(values=values), lipschitz=40))
    assert (alone.verdict, alone.assumed) == ("certified", ("lipschitz",))


def test_irrational_measurements() -> None:
    """Two signals of length 4 and two frequencies: everything is enclosed."""
    problem = Problem(
        fourier(rows=[0, 1], shape=[4]), [1, 2, 1, 0], x_prime=["1.1", 2, 1, 0], eta="1/4",
        psi=Constant([1, 2, 1, 0]),
    )  # fmt: skip
    for theorem in (MAIN, BALLS):
        result = check(theorem, problem)
        assert (result.verdict, result.assumed) == ("certified", ())


def test_equality_of_irrational_numbers_is_not_settled() -> None:
    """All four frequencies: |A(x - x')| is 1/10, which enclosures do not say."""
    problem = Problem(
        fourier(rows=[0, 1, 2, 3], shape=[4]), [1, 2, 1, 0], x_prime=["1.1", 2, 1, 0], eta="1/10",
        x_second=[1, 2, 1, 0], psi=Constant([1, 2, 1, 0]),
    )  # fmt: skip
    for theorem in (MAIN, BALLS):
        result = check(theorem, problem)
        assert (result.verdict, result.status()) == ("undecided", 4)
        assert "enclosures do not settle |A(x - x_prime)| <= eta" in str(result)


def test_digits_in_a_folder(tmp_path: Path) -> None:
    for name, data in EXAMPLES["near-digits"].make().items():
        (tmp_path / name).write_bytes(data)
    problem = Problem.load(tmp_path)
    result = check(MAIN, problem, tmp_path / "out")
    assert result.verdict == "certified"
    assert (tmp_path / "out" / f"{WIDE}.certificate.json").is_file()
    assert check(BALLS, problem).verdict == "certified"


def test_bad_input() -> None:
    for more, words in (
        ({"x_prime": None, "x_second": None}, "the key 'x_prime' is missing"),
        ({"x_second": [1]}, "x_second: shape (1,) has 1 entries"),
        ({"eta": 0}, "eta: must be positive, not 0"),
        ({"eta": 0.1}, "eta: 0.1 is a float"),
        ({"psi": Named("an oracle")}, "lipschitz: nothing is known of Psi"),
        ({"psi": Named("an oracle"), "lipschitz": 2}, "psi: no value at A x, and (4.3)"),
        ({"psi": Table(values={"A x": [1, 0, 1]})}, "psi: no value at A x_prime, and (4.3)"),
    ):
        with pytest.raises(BadInput) as error:
            check(MAIN, real_problem(**more))
        assert words in str(error.value)


def test_a_short_number_below() -> None:
    from certificates.exact import Roots

    for value in (Roots.sqrt(Fraction(2)), Roots.rational(Fraction(10**9, 10**12 + 7))):
        found = Roots.rational(short_below(value))
        assert (value - found).sign() >= 0
        assert (found - value.times(Fraction(9999, 10_000))).sign() > 0
    assert short_below(Roots()) == 0
