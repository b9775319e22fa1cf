"""Theorem 4.5 (i) by the values of Psi: radii attacked in fractions, local constants, plots.

The maps are computed here from their formulas, in `Fraction`s; nothing of the kernel is used.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from theorems import Affine, BadInput, Layers, Problem, Table, check
from theorems.cli import main
from theorems.examples import EXAMPLES
from theorems.local_constant import LOWER, UPPER
from theorems.result import Result
from theorems.thm_4_5_hallucination import MAIN as BALLS
from theorems.thm_4_5_instability import MAIN
from theorems.true_radius import FAILING, FAR, INSIDE, OUTSIDE

from .test_theorem_4_5 import A, bent, complex_problem, identifiers, real_problem

Point = tuple[Fraction, ...]
KINDS = ["l1", "linf"]


def size(v: Point, kind: str) -> Fraction:
    moduli = [abs(a) for a in v]
    return sum(moduli, Fraction(0)) if kind == "l1" else max(moduli)


def kinked(y: Point) -> Point:
    """(y_1, 0, y_2) + 20 max(y_1 - 1, 0) (1, -1, 1)."""
    kink = 20 * max(y[0] - 1, Fraction(0))
    return y[0] + kink, -kink, y[1] + kink


def minus(u: Point, v: Point) -> Point:
    return tuple(a - b for a, b in zip(u, v, strict=True))


def plus(u: Point, v: Point) -> Point:
    return tuple(a + b for a, b in zip(u, v, strict=True))


def attack(kind: str, radius: Fraction, source: random.Random) -> list[Point]:
    """Corners and axes, random points on the sphere and inside it."""
    shapes = [tuple(map(Fraction, row)) for row in product((-1, 0, 1), repeat=2) if any(row)]
    shapes += [tuple(Fraction(source.randint(-99, 99), 100) for _ in range(2)) for _ in range(60)]
    found = [(Fraction(0), Fraction(0))]
    for shape in shapes:
        if any(shape):
            scale = radius / size(shape, kind)
            for part in (Fraction(1), Fraction(source.randint(1, 99), 100)):
                found.append(tuple(part * scale * a for a in shape))
    return found


def constants(result: Result, identifier: str) -> dict[str, Fraction]:
    (claim,) = (v.claim for v in result.verified if v.claim.identifier == identifier)
    assert claim.case is not None
    return claim.case.data.constants


def header(result: Result, identifier: str) -> dict[str, Any]:
    (claim,) = (v.claim for v in result.verified if v.claim.identifier == identifier)
    found: dict[str, Any] = json.loads(claim.derivation.certificate())
    return found


def own(header: dict[str, Any], name: str) -> Point:
    return tuple(map(Fraction, header["vectors"][name]["array"]["entries"]))


@pytest.mark.parametrize(("object_norm", "data_norm"), list(product(KINDS, KINDS)))
def test_radii_attacked(object_norm: str, data_norm: str) -> None:
    """No point inside violates the claim; the point outside does, for every e that is tried."""
    result = check(MAIN, real_problem(object_norm=object_norm, data_norm=data_norm))
    y, eta, source = (Fraction(1), Fraction(1)), Fraction(3, 20), random.Random(4)
    bound = size((Fraction("2.12"), Fraction(-2), Fraction(2)), object_norm) - 2 * eta
    inside, found = constants(result, INSIDE), header(result, INSIDE)
    step, text = own(found, "e_1"), found["choices"]["e"]
    assert text in ("e_1", "e_1 - h")
    for h in attack(data_norm, inside["R_in"], source):
        e = minus(step, h) if text == "e_1 - h" else step
        point = plus(y, h)
        assert size(e, data_norm) <= eta
        assert bound <= size(minus(kinked(point), kinked(plus(point, e))), object_norm)
    outside = constants(result, OUTSIDE)["R_out"]
    h = own(header(result, OUTSIDE), "h_1")
    assert size(h, data_norm) <= outside
    point = plus(y, h)
    for e in attack(data_norm, eta, source):
        assert size(minus(kinked(point), kinked(plus(point, e))), object_norm) < bound
    # around a third point the quotients of all e stay below (4.5) itself
    fails = constants(result, FAILING)
    h = own(header(result, FAILING), "h_1")
    assert size(h, data_norm) <= fails["R_fail"]
    assert fails["B"] < bound / eta
    point = plus(y, h)
    for e in attack(data_norm, eta, source):
        change = size(minus(kinked(point), kinked(plus(point, e))), object_norm)
        assert change <= fails["B"] * size(e, data_norm)
    # the first two are near to each other, and far from what the Lipschitz constant proves
    wide = result.outcome.case.data.constants["R"]
    assert 4 * wide < inside["R_in"] < outside < Fraction(6, 5) * inside["R_in"]


@pytest.mark.parametrize(
    ("object_norm", "data_norm"), list(product(["l1", "l2", "linf"], repeat=2))
)
def test_local_constant_of_an_affine_map(object_norm: str, data_norm: str) -> None:
    """The norm of the linear part from both sides, in the nine pairs of norms."""
    norms = {"object_norm": object_norm, "data_norm": data_norm}
    given = Problem([[1, 0], [0, 1]], [0, 0], psi=Affine([[3, 0], [0, -2]]), eta="1/9",
                    x_prime=["1/10", 0], x_second=["3/10", 0], **norms)  # fmt: skip
    result = check(MAIN, given)
    low, high = constants(result, LOWER)["c"], constants(result, UPPER)["C"]
    true = {  # of diag(3, -2) from the second norm to the first
        ("l1", "l1"): 9, ("l2", "l1"): 9, ("linf", "l1"): 9, ("l1", "linf"): 25,
        ("l2", "linf"): 13, ("linf", "linf"): 9, ("l1", "l2"): 13, ("l2", "l2"): 9,
        ("linf", "l2"): 9,
    }[object_norm, data_norm]  # fmt: skip
    assert low**2 <= true <= high**2
    assert (high - low) / high < Fraction(1, 1000)
    if true in (9, 25) and (object_norm, data_norm) != ("l2", "l2"):
        assert low == high
        assert "is exactly" in str(result)
    e = header(result, LOWER)["choices"]["e"]
    assert e in ("e_1", "A x_prime - A x")


def test_an_affine_map_has_no_largest_radius() -> None:
    """In real and complex data; the radius that is certified stands for all."""
    for given in (complex_problem(), complex_problem(data_norm="l1", object_norm="linf")):
        result = check(MAIN, given)
        assert constants(result, INSIDE)["R_in"] == FAR
        assert OUTSIDE not in identifiers(result)
        assert "the largest radius is infinite" in str(result)


def test_a_network_whose_bound_says_nothing() -> None:
    """|x - x''| <= 2 eta: every ball serves, and no radius is looked for."""
    result = check(MAIN, real_problem(eta=3))
    assert INSIDE not in identifiers(result)
    assert "the theorem says nothing" in str(result)


def test_a_network_with_many_measurements_has_no_geometry() -> None:
    """Seven coordinates: the radii by L stand, and the local constant."""
    rows = [[int(j == k) for k in range(7)] for j in range(7)]
    psi = Layers([rows, [[9 * a for a in row] for row in rows]], [0, 0])
    norms = {"object_norm": "linf", "data_norm": "linf"}
    given = Problem(rows, [0] * 7, psi=psi, x_prime=["1/10", *[0] * 6], eta="1/9",
                    x_second=["9/10", *[0] * 6], **norms)  # fmt: skip
    result = check(MAIN, given)
    assert INSIDE not in identifiers(result)
    assert constants(result, LOWER)["c"] == constants(result, UPPER)["C"] == 9


def test_nothing_is_assumed_for_the_local_constant() -> None:
    """Of a table only the quotient of its own pair is known, and no upper bound."""
    values = {"A x": [1, 0, 1], "A x_prime": ["3.1", -2, 3]}
    result = check(MAIN, real_problem(psi=Table(values=values), data_norm="linf"))
    found = {v.claim.identifier: v.report.assumed for v in result.verified}
    assert found[LOWER] == ()
    assert UPPER not in found


# ------------------------------------------------------------------------------ plots


@pytest.mark.parametrize(
    ("theorem", "name", "start"),
    [(MAIN, "plot.svg", b"<?xml"), (BALLS, "plot.pdf", b"%PDF"), (BALLS, "plot.png", b"\x89PNG")],
)
def test_plots_are_written(theorem: str, name: str, start: bytes, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    check(theorem, complex_problem()).plot(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_plot_from_the_command_line(tmp_path: Path) -> None:
    """Beside the report; a plot that cannot be is bad input."""
    pytest.importorskip("matplotlib")
    for name, data in EXAMPLES["two-images"].make().items():
        (tmp_path / name).write_bytes(data)
    words = ["check", "4.5.ii", str(tmp_path), "--plot", str(tmp_path / "a.svg")]
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 0, found.output
    assert (tmp_path / "a.svg").is_file()
    found = CliRunner().invoke(main, [*words[:-1], str(tmp_path / "a.doc")])
    assert found.exit_code == 2


def test_plots_that_cannot_be(tmp_path: Path) -> None:
    result = check(MAIN, complex_problem())
    with pytest.raises(BadInput, match=r"the name must end in .png, .pdf or .svg"):
        result.plot(tmp_path / "plot.jpeg")
    with pytest.raises(BadInput, match="there is no folder"):
        result.plot(tmp_path / "none" / "plot.png")
    with pytest.raises(BadInput, match=r"no picture of 4.5.i with the verdict vacuous"):
        check(MAIN, real_problem(eta="1/50")).plot(tmp_path / "plot.png")
    assert not list(tmp_path.iterdir())


def test_the_example(tmp_path: Path) -> None:
    """The network of `kernelcert init unstable-network`, from its file to its plot."""
    pytest.importorskip("matplotlib")
    made = EXAMPLES["unstable-network"].make()
    (tmp_path / "problem.toml").write_bytes(made["problem.toml"])
    problem = Problem.load(tmp_path)
    assert isinstance(problem.psi, Layers)
    result = check(MAIN, problem, tmp_path / "out")
    assert result.verdict == "certified"
    assert INSIDE in identifiers(result)
    assert OUTSIDE in identifiers(result)
    assert (tmp_path / "out" / "plot.png").is_file()
    assert (tmp_path / "out" / f"{OUTSIDE}.problem.json").is_file()
    y = tuple(sum(map(int.__mul__, row, (1, 0, 1))) for row in A)
    assert y == (1, 1)
    texts = [[[str(a) for a in row] for row in matrix] for matrix in bent().matrices]
    assert problem.psi.matrices == texts
