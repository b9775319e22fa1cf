"""The questions of the command line from Python: the same claims, verified, and shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from threading import Thread

import pytest

from certificates.optimality.__main__ import check as check_optimality
from theorems import (
    Affine,
    Answer,
    BadInput,
    Problem,
    check,
    compare,
    decide,
    detail,
    general_proof,
    kernel,
    kernelsize,
    nullspace,
    operator,
    optimal_map,
    pairs,
    probability,
    recover,
    show_images,
    sparsity,
    stability,
    statement_text,
    tradeoff_curve,
    worked_proof,
)

A = [[1, 1, 0], [0, 1, 1]]
PSI = Affine([["2/3", "-1/3"], ["1/3", "1/3"], ["-1/3", "2/3"]], [2, -2, 2])
CONSTANT = Path(__file__).parent.parent / "docs" / "examples" / "best-constant.claim"
CLAIM = """statement t "the triangle inequality with a factor"
spaces X
vectors x, y in X
constants c >= 0
conclude
  |x + y| <= c |x| + c |y|
"""
GUESS = Affine(PSI.matrix, ["2/3", "-2/3", "2/3"])
PLAIN = CLAIM.replace("constants c >= 0\n", "").replace("c |", "|")
QUESTIONS: dict[str, tuple[Callable[[], Answer], str, str]] = {
    "what A is": (lambda: operator(A), "norm", "l2 norm between 168/97 and 97/56: certified"),
    "a detail": (lambda: detail(A, [1, 0, 0]), "detail", "A x_det = 0"),
    "the optimum": (
        lambda: optimal_map(A, [[2, 0, 1], [3, -1, 2]], norm="linf"),
        "c_opt",
        "c_opt(A, M1) = 1/2",
    ),
    "one image and the decoder": (
        lambda: stability(A, [0, 2, 0]),
        "stability",
        "x is the only minimiser of |H z|_l1 over A z = A x",
    ),
    "within epsilon": (
        lambda: optimal_map(A, [[2, 0, 1], [3, -1, 2]], maps={"Psi": PSI}, eps=1),
        "epsilon",
        "errors of Psi over M1 are at most c_opt + 1",
    ),
    "accuracy and stability": (
        lambda: tradeoff_curve(A, [[2, 0, 1], [3, -1, "41/20"]], [5]),
        "L = 5",
        "at most 5, = 2/5",
    ),
    "the point of a map": (
        lambda: tradeoff_curve(A, [[2, 0, 1], [3, -1, 2]], psi=PSI),
        "error",
        "that at M1_1, = 1",
    ),
    "a probability": (
        lambda: probability(10, distance=1, radius=1),
        "best",
        "decreases strictly",
    ),
    "a level": (
        lambda: probability(1, 0, 1, level="9/10"),
        "reached",
        "P(|E - c| <= r) >= 9/10",
    ),
    "the null space": (lambda: nullspace(A, 1), "constant", "is 1/2"),
    "the decoder": (lambda: recover(A, [1, 1]), "unique", "has the only minimiser z"),
    "the model class": (lambda: sparsity([1, 0, 2], 1, delta=1), "class", "sigma_1"),
    "side by side": (
        lambda: compare(Problem(operator=A, x=[0, 1, 0], x_det=[1, -1, 1], psi=GUESS), order=1),
        "decoder, recovery",
        "every minimiser",
    ),
    "a box": (lambda: kernelsize(A, box=(0, 1)), "c_opt", "c_opt(A, M1) = 1/2"),
    "a polyhedron": (
        lambda: kernelsize([[1, 0]], halfspaces=([[0, 1], [0, -1]], [3, 0])),
        "kernel-size",
        "= 3",
    ),
    "a hull": (lambda: kernelsize([[1, 0]], hull=[[0, 0], [0, 1]]), "kernel-size", "= 1"),
}


@pytest.mark.parametrize(("ask", "name", "said"), QUESTIONS.values(), ids=QUESTIONS)
def test_what_the_kernel_says_is_in_the_answer(
    ask: Callable[[], Answer], name: str, said: str, tmp_path: Path
) -> None:
    """By the name of the claim, in the text, and for a notebook; its files are all there."""
    answer = ask()
    assert said in answer.verified[name]
    assert said in str(answer)
    assert answer._repr_html_().count("<tr>") == len(answer.verified) + 1
    answer.write(tmp_path / "out")
    for file, data in answer.files.items():
        assert (tmp_path / "out" / file).read_bytes() == data


def test_the_files_are_those_that_the_kernel_reads() -> None:
    """A claim of an answer, verified once more."""
    files = tradeoff_curve(A, [[2, 0, 1], [3, -1, "41/20"]], [5]).files
    names = ("optimum-1.claim.json", "problem.json", "optimum-1.certificate.json")
    said = check_optimality(*(files[name] for name in names), files.__getitem__)
    assert said[-1].endswith("= 2/5")


def test_lines_by_their_words() -> None:
    """The first, as a sentence."""
    found = probability(1, 0, 1, sigma=1)
    assert found.line("1 - P").startswith("1 - P is between 0.36787944117144")
    with pytest.raises(BadInput, match="'xyz'"):
        found.line("xyz")


def test_pairs() -> None:
    """The first is the one that A hardly tells apart."""
    found = pairs(A, [[2, 0, 1], [0, 0, 1], [3, -1, "41/20"]])
    assert (found.found.nearest[0].first, found.found.nearest[0].second) == (0, 2)
    assert found.lines[1].startswith("0, 2: ")
    assert "3 pairs; none of them nearer: proved" in str(found)
    assert found.verified == {}
    assert "<table" not in found._repr_html_()


def test_vectors_are_exact() -> None:
    """As Fractions."""
    third = Fraction(1, 3)
    assert detail(A, [1, 0, 0]).vector == (third, -third, third)
    assert recover(A, [1, 1]).vector == (0, 1, 0)


def test_pictures() -> None:
    """As SVG; and a sentence where there is none."""
    curve = tradeoff_curve(A, [[2, 0, 1], [3, -1, "41/20"]])
    assert "</svg>" in curve.picture._repr_svg_()
    pair = Problem(operator=A, x=[2, 0, 1], x_prime=[3, -1, "41/20"], psi=PSI)
    assert "</svg>" in check("4.5.i", pair).picture.svg
    with pytest.raises(BadInput, match="this question has none"):
        _ = nullspace(A, 1).picture


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "eps without a map": (lambda: optimal_map(A, [[0, 0, 0]], eps=1), "with the map"),
    "a negative constant": (lambda: tradeoff_curve(A, [[0, 0, 0]], [-1]), "not negative"),
    "l2 without constants": (lambda: tradeoff_curve(A, [[0, 0, 0]], norm="l2"), "such as"),
    "two classes": (lambda: kernelsize(A, box=(0, 1), hull=[[0, 0, 0]]), "one class"),
    "an empty box": (lambda: kernelsize(A, box=(1, 0)), "low must be at most high"),
    "no terms": (lambda: sparsity([1, 2], 3), "from 1 to 2"),
    "a negative delta": (lambda: sparsity([1, 2], 1, delta=-1), "at least 0"),
    "a float": (lambda: probability(1, 0, 0.1), "radius"),
    "no square": (lambda: show_images(x=[1, 2]), "x: 2 entries are no square"),
    "no image": (show_images, "name at least one"),
    "a complex kernel": (lambda: kernel({"real": [[1, 0]], "imaginary": [[0, 1]]}), "rational"),
    "no such theorem": (lambda: general_proof("5.1"), "5.1: no such statement"),
    "no such text": (lambda: statement_text("5.1"), "5.1: no such statement"),
    "no such depth": (lambda: general_proof("4.1.i", 0), "1, 2 or 3"),
    "no such claim file": (lambda: decide("nowhere.claim"), "no statement file nowhere.claim"),
    "a claim that cannot be read": (lambda: decide("statement\n"), "claim: statement line 1"),
    "no best constant": (lambda: decide(PLAIN).best, "no best constant"),
}


@pytest.mark.parametrize(("ask", "said"), REFUSED.values(), ids=REFUSED)
def test_refusals_name_the_place(ask: Callable[[], object], said: str) -> None:
    """In one sentence."""
    with pytest.raises(BadInput, match=re.escape(said)):
        ask()


def test_decisions() -> None:
    """Of a text or a file; the best constant; without a hypothesis."""
    best = decide(CLAIM, sharpen="c")
    assert (best.verdict, best.best) == ("certified", "1")
    assert "the least c is 1, exactly" in str(best)
    assert "the least c is 1" in best._repr_html_()
    assert decide(PLAIN.replace("|x| +", "1/2 |x| +")).verdict == "refuted"
    text = CONSTANT.read_text().replace("c L", "2 L").replace("c >= 0, ", "")
    assert decide(text, drop=["detail"]).without == {"detail": "refuted"}


def test_decisions_off_the_main_thread() -> None:
    """Where signals cannot be caught."""
    found: list[str] = []
    thread = Thread(target=lambda: found.append(decide(PLAIN).verdict))
    thread.start()
    thread.join()
    assert found == ["certified"]


def test_worked_proofs() -> None:
    """Of results and decisions, in three depths and four forms."""
    result = check("4.1.i", Problem(operator=A, x=[2, 0, 1], x_det=[1, -1, 1], psi=PSI))
    texts = [str(worked_proof(result, depth)) for depth in (1, 2, 3)]
    assert [len(text) for text in texts] == sorted({len(text) for text in texts})
    proof = worked_proof(result)
    assert "<math" in proof._repr_html_()
    assert "<h1" not in proof._repr_html_()
    assert proof.latex.startswith("\\documentclass")
    assert proof.html.startswith("<!DOCTYPE html>")
    assert "certified" in proof.markdown
    assert "whatever" not in str(worked_proof(result, claim="4.1.i.exact"))
    assert "triangle" in str(worked_proof(decide(PLAIN)))
    for wrong in ({"depth": 4}, {"claim": "4.5.i"}):
        with pytest.raises(BadInput):
            worked_proof(result, **wrong)  # type: ignore[arg-type]


def test_general_proofs() -> None:
    """For all spaces; and statements to edit."""
    proof = general_proof("4.1.i")
    assert "This is the claim." in str(proof)
    assert len(str(general_proof("4.1.i", 1))) < len(str(proof))
    found = decide(statement_text("4.1.i.exact"), drop=["fit"])
    assert (found.verdict, found.without) == ("certified", {"fit": "refuted"})


def test_the_kernel_of_a_matrix() -> None:
    """An orthogonal basis, exactly."""
    assert kernel(A) == ((-1, 1, -1),)
    assert str(kernel([[2, 1]])) == "((1, -2),)"
    assert kernel([[1, 0], [0, 1]]) == ()


def test_images() -> None:
    """Grey, side by side."""
    shown = show_images(one=[[0, 1], [1, 0]], with_detail=[Fraction(1, 2)] * 4)
    assert shown.svg.count("<image") == 2


def test_a_problem_but_for_a_field() -> None:
    """The rest stays, and so does the first."""
    given = Problem(operator=A, x=[2, 0, 1], x_det=[1, -1, 1], psi=PSI)
    other = given.but(delta="1/50")
    assert (given.delta, other.delta, other.x) == ("least", "1/50", [2, 0, 1])


BARE = """
import sys


class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("matplotlib", "scipy", "sklearn", "onnx", "torch", "cvc5"):
            raise ImportError(name)


sys.meta_path.insert(0, Missing())
import theorems.cli

A = [[1, 1, 0], [0, 1, 1]]
print(theorems.optimal_map(A, [[2, 0, 1], [3, -1, 2]], norm="linf").verified["c_opt"])
psi = theorems.Affine([[1, 0], [0, 0], [0, 1]])
given = theorems.Problem(operator=A, x=[2, 0, 1], x_prime=[3, -1, "2.05"], psi=psi)
print(theorems.check("4.5.i", given, "out").verdict)
for show in (lambda: theorems.show_images(x=[1]), lambda: theorems.probability(1, 0, 1).picture):
    try:
        show()
    except theorems.BadInput as error:
        print(error)
"""


def test_without_the_extras(tmp_path: Path) -> None:
    """Everything but pictures is there with the packages that are always installed."""
    root = str(Path(__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", BARE],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": root},
        check=False,
    )
    assert done.stderr == ""
    said = done.stdout.splitlines()
    assert said[0] == "c_opt(A, M1) = 1/2"
    assert (tmp_path / "out" / "report.txt").is_file()
    assert [line.partition(":")[2] for line in said[2:]] == [
        " pip install kernelcert[examples]"
    ] * 2


def test_figures_by_name() -> None:
    """As the report has them."""
    result = check("4.1.i", Problem(operator=A, x=[2, 0, 1], x_det=[1, -1, 1], psi=PSI))
    assert result.figure("|x_det|") == "sqrt(3) (~1.73205)"
    with pytest.raises(BadInput, match="none of"):
        result.figure("x")
