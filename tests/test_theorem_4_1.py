"""Theorem 4.1 from problems to verified files: verdicts, norms, fields, maps, second opinions."""

from __future__ import annotations

import dataclasses
import itertools
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import certificates
from tests.opinion import violations
from theorems import Affine, BadInput, Constant, Named, Network, Problem, Table, check
from theorems.examples import EXAMPLES

A = [[1, 1, 0], [0, 1, 1]]
PINV = [["2/3", "-1/3"], ["1/3", "1/3"], ["-1/3", "2/3"]]
TEACHING = Problem(
    operator=A,
    x=[2, 0, 1],
    x_det=[1, -1, 1],
    psi=Affine(PINV, ["1.99", "-1.99", "1.99"]),
    delta="1/50",
)
NORMS = ("l1", "l2", "linf")


def example(name: str, folder: Path) -> Problem:
    """An example's problem, written out and read back."""
    for file, data in EXAMPLES[name].make().items():
        (folder / file).write_bytes(data)
    return Problem.load(folder)


# the trained networks have a second opinion of their own, in test_network_command
UNTRAINED = [n for n, one in EXAMPLES.items() if "4.1.i" in one.run and "trained" not in n]


@pytest.mark.parametrize("name", UNTRAINED)
def test_every_example_is_certified_in_three_forms(name: str, tmp_path: Path) -> None:
    """The kernel verifies the files of each example, and random points agree."""
    out = tmp_path / "out"
    result = check("4.1.i", example(name, tmp_path), out)
    assert [item.verdict for item in result.verified] == ["certified"] * 3
    assert result.status() == 0
    tried, failed = violations(out, samples=2 if name == "slice" else 40)
    assert failed == 0
    assert tried or name == "table"


@pytest.mark.parametrize("name", ["teaching", "slice"])
def test_the_kernel_alone_verifies_the_files(name: str, tmp_path: Path) -> None:
    """With nothing installed: isolated mode, no site-packages, and no asserts."""
    out = tmp_path / "out"
    check("4.1.i", example(name, tmp_path), out)
    kernel = Path(certificates.__file__).parent
    files = [out / "4.1.i.claim", out / "problem.json", out / "4.1.i.certificate.json"]
    command = [sys.executable, "-I", "-S", "-O", kernel, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "s VERIFIED certified"
    assert done.returncode == 0
    assert done.stderr == ""


@pytest.mark.parametrize(("domain", "target", "field"), [*itertools.product(NORMS, NORMS, "RC")])
def test_all_norms_over_both_fields(domain: str, target: str, field: str, tmp_path: Path) -> None:
    """Any pair of norms, with weights, gets a certified L, and no random point violates it."""
    problem = dataclasses.replace(
        TEACHING,
        field=field,  # type: ignore[arg-type]
        data_norm=f"3/2 {domain}",
        object_norm=f"1/7 {target}",
        delta="least",
    )
    if field == "C":
        problem = dataclasses.replace(
            problem,
            psi=Affine({"real": PINV, "imaginary": [[0, "1/5"], [0, 0], ["1/9", 0]]}, ["2", -2, 2]),
        )
    result = check("4.1.i", problem, tmp_path / "out")
    assert result.verdict == "certified"
    assert result.assumed == ()
    assert violations(tmp_path / "out", samples=60)[1] == 0


def value(result: object, name: str) -> Fraction:
    """A rational figure of a result."""
    figures = {figure.name: figure.value for figure in result.outcome.figures}  # type: ignore[attr-defined]
    found = figures[name].as_rational()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("psi", "norms", "expected"),
    [
        (PINV, ("l1", "l1"), Fraction(4, 3)),  # largest column sum
        (PINV, ("linf", "linf"), Fraction(1)),  # largest row sum
        (PINV, ("l1", "linf"), Fraction(2, 3)),  # largest entry
        ([[1, 1], [1, -1], [0, 0]], ("linf", "l1"), Fraction(2)),  # by signs: (1, 1) -> (2, 0, 0)
        ([[3, 4], [0, 0], [0, 0]], ("l2", "linf"), Fraction(5)),  # l2 norm of a row
    ],
)
def test_the_least_lipschitz_constant_is_exact_where_it_can_be(
    psi: list[list[object]], norms: tuple[str, str], expected: Fraction
) -> None:
    """Textbook operator norms, from the data space into the object space."""
    data, objects = norms
    problem = dataclasses.replace(
        TEACHING, psi=Affine(psi), data_norm=data, object_norm=objects, delta="1000"
    )
    assert value(check("4.1.i", problem), "L") == expected


@pytest.mark.parametrize(
    ("change", "reason", "words"),
    [
        ({"delta": "1/100"}, "fit", "fit: "),
        ({"x_det": ["1", "0", "0"]}, "detail", "detail: "),
        ({"lipschitz": "9/10"}, "lipschitz", "a pair of points has slope"),
    ],
)
def test_a_false_hypothesis_makes_the_claim_vacuous(
    change: dict[str, object], reason: str, words: str, tmp_path: Path
) -> None:
    """The certificate proves which hypothesis fails, and the report says by how much."""
    result = check("4.1.i", dataclasses.replace(TEACHING, **change), tmp_path / "out")  # type: ignore[arg-type]
    assert result.verdict == "vacuous"
    assert result.status() == 3
    assert result.verified[0].report.reason.startswith(reason)
    assert any(words in note for note in result.outcome.notes)
    others = {item.claim.identifier: item.verdict for item in result.verified[1:]}
    assert others.get("4.1.i.exact") == "certified"


def test_a_lipschitz_constant_between_the_bounds_is_undecided() -> None:
    """linf -> l2 over C is bounded, not computed: in between nothing is said."""
    psi = Affine({"real": [[1, 1], [1, -1], [0, 0]], "imaginary": [[0, 0], [0, 1], [0, 0]]})
    problem = dataclasses.replace(
        TEACHING, psi=psi, field="C", data_norm="linf", object_norm="l2", delta="9"
    )
    least = value(check("4.1.i", problem), "L")
    verdicts = {
        check("4.1.i", dataclasses.replace(problem, lipschitz=least * k / 100)).verdict
        for k in range(70, 101, 3)
    }
    assert "undecided" in verdicts
    assert check("4.1.i", dataclasses.replace(problem, lipschitz=least * 99 / 100)).status() == 4


def test_a_table_is_certified_under_an_assumption() -> None:
    """Values from any software: the Lipschitz constant of the map is assumed, and said so."""
    table = Table([[2, 1], [1, 1]], [[3, "-0.99", 2], [2, -1, 2]])
    result = check("4.1.i", dataclasses.replace(TEACHING, psi=table))
    assert (result.verdict, result.assumed, result.status()) == ("certified", ("lipschitz",), 5)
    assert result.status(permitted=["lipschitz"]) == 0
    forms = {item.claim.identifier: item.verdict for item in result.verified}
    assert forms["4.1.i.exact"] == "certified"


def test_rows_named_by_their_measurement() -> None:
    """Reconstructions of other software, at the exact measurements that the theorem speaks of."""
    noisy = np.array([2.999, -0.999, 2.001])
    values = {"A(x + x_det)": noisy, "A x + e_1": np.array([2.5, 0.1, 2.2])}
    problem = dataclasses.replace(
        TEACHING,
        x=np.array([2.1, 0.3, 1.7]),
        psi=Table(values=values),
        perturbations={"e_1": np.array([0.1, 0.7])},
        delta="least",
    )
    result = check("4.1.i", problem)
    assert (result.verdict, result.assumed) == ("certified", ("lipschitz",))
    figures = {figure.name: figure.value for figure in result.outcome.figures}
    assert figures["exact error, e = e_1"] is not None
    twice = {"A(x + x_det)": noisy, "A x": noisy + 1}
    with pytest.raises(BadInput, match="one measurement with two reconstructions"):
        check("4.1.i", dataclasses.replace(problem, psi=Table(values=twice)))
    same = {"A(x + x_det)": noisy, "A x": noisy}
    assert check("4.1.i", dataclasses.replace(problem, psi=Table(values=same))).assumed


def test_a_map_that_cannot_be_read_is_refused() -> None:
    """A Python function is no exact map."""
    with pytest.raises(BadInput, match="function is no map that can be read"):
        check("4.1.i", dataclasses.replace(TEACHING, psi=lambda y: y))  # type: ignore[arg-type]


def test_a_steep_table_refutes_its_lipschitz_constant() -> None:
    """Two rows are enough to decide that no map with these values has the constant L."""
    table = Table([[2, 1], [1, 1]], [[3, "-0.99", 2], [2, -1, 2]])
    result = check("4.1.i", dataclasses.replace(TEACHING, psi=table, lipschitz="1/2"))
    assert result.verdict == "vacuous"
    assert result.verified[0].report.steps[-1].rule == "secant"


def test_mcshane_needs_no_assumption_over_r_and_linf_and_is_refused_elsewhere() -> None:
    """The extension is Lipschitz into linf only."""
    table = Table([[2, 1], [1, 1]], [[3, "-0.99", 2], [2, -1, 2]], extend="mcshane")
    problem = dataclasses.replace(TEACHING, psi=table)
    weighted = dataclasses.replace(problem, object_norm="5 linf", delta="least")
    assert check("4.1.i", weighted).status() == 0
    with pytest.raises(Exception, match="needs real data, a target with the linf norm"):
        check("4.1.i", problem)
    with pytest.raises(BadInput, match="misses its values"):
        check("4.1.i", dataclasses.replace(problem, object_norm="linf", lipschitz="1/2"))


def test_a_constant_map_transfers_with_any_positive_constant() -> None:
    """The least L is 0, which the theorem excludes: a small number is taken and said so."""
    result = check("4.1.i", dataclasses.replace(TEACHING, psi=Constant([3, -1, 2])))
    assert result.verdict == "certified"
    assert any("any positive number serves" in note for note in result.outcome.notes)


def test_a_named_map_leaves_both_hypotheses_assumed() -> None:
    """Nobody has decided anything about a map that is only named."""
    problem = dataclasses.replace(TEACHING, psi=Named("vendor software"), lipschitz=1)
    result = check("4.1.i", problem)
    assert result.assumed == ("lipschitz", "fit")


def test_the_network_of_part_ii(tmp_path: Path) -> None:
    """W = 0 and b = x + x_det, for real, complex and irrational-norm data."""
    for field in ("R", "C"):
        problem = dataclasses.replace(TEACHING, network=Network(7), field=field)
        result = check("4.1.ii", problem, tmp_path / field)
        assert result.verdict == "certified"
        assert result.verified[0].report.choices == (("W", "0"), ("b", "x + x_det"))
        assert (tmp_path / field / "network.json").is_file()
    shifted = dataclasses.replace(problem, x_det=[1, 0, 0])
    assert check("4.1.ii", shifted).verdict == "vacuous"


def test_least_delta_is_the_infimum_from_above() -> None:
    """The fit error is sqrt(3)/100: the number taken lies within 1/10,000 above it."""
    result = check("4.1.i", dataclasses.replace(TEACHING, delta="least"))
    delta = value(result, "delta")
    assert 3 < (100 * delta) ** 2 < 3 * Fraction(10_001, 10_000) ** 2


def test_perturbations_are_reported_and_certified() -> None:
    """The exact error at a given e is a figure and a step."""
    problem = dataclasses.replace(TEACHING, perturbations={"e_1": ["1/100", 0]})
    result = check("4.1.i", problem)
    assert any("Psi(A x + e_1)" in str(s.conclusion) for s in result.verified[0].report.steps)
    assert any(figure.name == "exact error, e = e_1" for figure in result.outcome.figures)


def test_arrays_of_numpy_are_read_as_stored(tmp_path: Path) -> None:
    """0.1 in a float array is the dyadic number of its bits, in the file and in the claim."""
    problem = dataclasses.replace(TEACHING, x=np.array([0.1, 0.0, 1.0]), delta="3")
    check("4.1.i", problem, tmp_path / "out")
    assert np.load(tmp_path / "out" / "x.npy").tolist() == [0.1, 0.0, 1.0]
    assert violations(tmp_path / "out", samples=20) == (20, 0)


def test_the_result_shows_itself() -> None:
    """Plain text and HTML carry verdict, figures and proof; markup in labels is inert."""
    result = check("4.1.i", TEACHING)
    assert "|Psi(A x + e) - x - x_det| <= delta + 2 L delta" in str(result)
    assert "certified" in result._repr_html_()
    assert "<script" not in result._repr_html_()


def test_an_earlier_result_is_replaced_and_other_files_are_not(tmp_path: Path) -> None:
    """A folder with somebody's files is left as it was."""
    check("4.1.i", TEACHING, tmp_path / "out")
    check("4.1.i", TEACHING, tmp_path / "out")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    (tmp_path / "out" / "notes.txt").write_text("beside a result")
    foreign = "holds notes.txt, which no earlier result wrote; name a new folder"
    for folder, text in (("mine", "mine"), ("out", "beside a result")):
        before = sorted((tmp_path / folder).iterdir())
        with pytest.raises(BadInput, match=foreign):
            check("4.1.i", TEACHING, tmp_path / folder)
        assert sorted((tmp_path / folder).iterdir()) == before
        assert (tmp_path / folder / "notes.txt").read_text() == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "out"]
