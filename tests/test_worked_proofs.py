"""Worked proofs: a sentence for every rule, every certificate in every format, no harm by names."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from fractions import Fraction as F
from pathlib import Path

import html5lib
import pytest
from click.testing import CliRunner

from certificates.exact import Roots
from certificates.matrices import Vector
from certificates.rules import RULES
from theorems.cli import main
from theorems.teaching import formulas, latex, markdown, mathml, plain
from theorems.teaching.arithmetic import ARITHMETIC
from theorems.teaching.proof import document, settled_by, step_blocks
from theorems.teaching.sentences import MERGED, SENTENCES
from theorems.teaching.tree import Aside, Display, Document, Formula, Heading, Paragraph, Symbol

from .worked import CASES, worked


def test_every_rule_has_a_sentence() -> None:
    """And no sentence is left without its rule."""
    assert set(SENTENCES) == set(RULES)
    assert set(ARITHMETIC) <= set(RULES)
    assert set(RULES) > MERGED


def test_the_cases_use_every_rule() -> None:
    """So that every sentence is written below."""
    texts = [files[2].read_text() for files in CASES.values()]
    used = {rule for text in texts for rule in re.findall(r'"rule":"([a-z_]+)"', text)}
    assert used == set(RULES)


@pytest.mark.parametrize("name", CASES)
def test_it_is_written_in_every_format_and_depth(name: str) -> None:
    """Deeper says more; the page is HTML to a strict reader; braces and dollars of LaTeX match."""
    found = worked(name)
    texts = [plain.document(document(found, depth)) for depth in (1, 2, 3)]
    assert texts[0].rstrip() in texts[1]
    assert len(texts[0]) < len(texts[1]) <= len(texts[2])
    whole = document(found, 3)
    page = mathml.document(whole)
    html5lib.HTMLParser(strict=True).parse(page)
    assert "http" not in page
    source = latex.document(whole).replace(r"\{", "").replace(r"\}", "").replace(r"\$", "")
    assert source.count("{") == source.count("}")
    assert source.count("$") % 2 == 0
    assert latex.fragment(whole).startswith("%")
    assert markdown.document(whole).count("$$") == 2 * sum(
        isinstance(block, Display) for block in whole.blocks
    )


@pytest.mark.parametrize("name", ["4.1.i/teaching", "or-refuted", "by-contradiction"])
def test_every_step_is_shown_or_said(name: str) -> None:
    """A step has a line of its own, or is merged into the sentence of one that has."""
    found = worked(name)
    blocks = list(step_blocks(found, 2))
    shown = {b.number for b in blocks if isinstance(b, Display)}
    steps = found.report.steps
    used = {place for step in steps for place in step.premises}
    for place, step in enumerate(steps):
        assert place in shown or (step.rule in MERGED and place in used), place
        if settled_by(found, place):
            assert place in shown


SAYS = {
    "triangle": ("4.1.i", "By the triangle inequality, applied to the sum of e and −A x_det,"),
    "a sum": ("4.1.i", "Adding (4), the bound on e and the hypothesis detail, we get"),
    "a multiple": ("4.1.i", "Adding (6) and L times (5), we get"),
    "a constant": (
        "4.1.i/teaching",
        "By (4), Ψ is Lipschitz with constant L = 10001/10000; between A x + e and A x + A x_det",
    ),
    "numbers": ("4.1.i/teaching", "in numbers (√3)/100 ≤ 1/50."),
    "products": ("4.1.i/teaching", "the first entry is 1 · 1 + 1 · (−1) = 0"),
    "a norm": ("4.1.i/teaching", "√(|−1/100|^2 + |1/100|^2 + |−1/100|^2) = (√3)/100 = 0.0173205…"),
    "the end": ("4.1.i/teaching", "This is the claim."),
    "more": ("4.1.i/teaching", "Beyond the claim, the certificate says more:"),
    "spaces": ("4.1.i", "Let X and Y be normed spaces over R or C, A : X → Y be linear,"),
    "an assumption": (
        "4.1.i-table",
        "Assuming lipschitz, which nobody decided, the claim is certified.",
    ),
    "refuted": ("set-refuted-by-a-member", "The claim is refuted:"),
    "vacuous": ("vacuous-by-computing", "The claim is vacuous:"),
    "a false relation is not written": (
        "findings/4.1.i.constant",
        "δ + 2 L δ, where both sides are 3",
    ),
    "a counterexample": (
        "findings/4.1.i.constant",
        "A counterexample is e = e_1, where e_1 = (−1).",
    ),
    "what is refuted": ("set-refuted-by-a-member", "refuted: it is false that ‖S_3‖ < 7."),
    "what fails": (
        "findings/4.1.i.constant",
        "every hypothesis holds, but not the conclusion ‖Ψ(A x + e_1) − x − x_det‖ < δ + 2 L δ.",
    ),
    "a hypothesis that fails": (
        "vacuous-by-computing",
        "the hypothesis detail, |||A x_det||| ≤ δ, fails, and so nothing is claimed here.",
    ),
    "for all": (
        "4.5.ii/two-images",
        "Then for all p ∈ X with ‖p‖ ≤ r_x, all q ∈ Y with |||q||| ≤ r_e and all w ∈ X with"
        " ‖w‖ ≤ r_z, there are z and e with",
    ),
    "what exists": ("4.5.ii/two-images", "We take e = A x′ − A x and z = x″ − x."),
    "a small matrix": ("4.1.i/teaching", "with the rows (1, 1, 0) and (0, 1, 1)"),
    "a table": ("4.1.i-table", "the 2 listed values: Ψ(1) = (1, 1) and Ψ(2) = (2, 1)"),
    "a factor": ("4.3.i/in-distribution", "Multiplying (14) by L, which is positive,"),
    "one of two bounds": ("4.3.i/in-distribution", "1/4 times the bound 4 L |||A η||| ≤ δ"),
    "again": ("4.1.i/teaching", "Likewise,\n   (1)"),
    "a point and zero": ("4.5.ii/two-images", "A is Lipschitz with constant K = 99/35; at p this"),
    "no data": ("vacuous-by-contradiction", "Clearly,\n   (3)  0 < 1"),
    "an affine map": ("4.1.i/teaching", "Ψ is affine, y ↦ W y + b, where W has the rows"),
    "a square": ("4.1.i/teaching", "the matrix K^2 I − W^*W is positive semidefinite, so"),
    "a source": ("4.1.i", "Theorem 4.1 (i), with z = Ψ(A x + e) - (x + x_det)."),
    "a sum as a factor": ("4.5.ii/two-images", "the bound on p: (1 + K L) · (‖p‖ ≤ r_x)"),
    "times a sum": ("4.5.ii/two-images", "(1 + K L) times the bound on p,"),
    "absurd": ("by-contradiction", "This is absurd, and so the claim holds."),
}


def test_where_nothing_is_claimed_no_bound_is_given() -> None:
    """A vacuous claim has no numbers that could be taken for a result."""
    assert "The numbers" not in plain.document(document(worked("vacuous-by-computing"), 3))
    assert "3/100" not in plain.document(document(worked("vacuous-by-computing"), 3))


@pytest.mark.parametrize("title", SAYS)
def test_says(title: str) -> None:
    """A sentence of a worked proof."""
    name, sentence = SAYS[title]
    assert sentence in plain.document(document(worked(name), 3))


NUMBERS = {
    "a fraction": (Roots.rational(F(7, 2)), "7/2", r"\tfrac{7}{2}"),
    "a negative one": (Roots.rational(F(-7, 2)), "−7/2", r"-\tfrac{7}{2}"),
    "a root": (Roots.sqrt(F(3)), "√3", r"\sqrt{3}"),
    "a multiple of a root": (Roots.sqrt(F(12, 25)), "(2 √3)/5", r"\tfrac{2\,\sqrt{3}}{5}"),
    "a sum of roots": (Roots.sqrt(F(2)) + Roots.sqrt(F(3)), "3.14626…", r"3.14626\ldots "),
    "a long fraction": (Roots.rational(F(1, 10**30 + 1)), "9.99999…", r"9.99999\ldots "),
}


@pytest.mark.parametrize("title", NUMBERS)
def test_numbers(title: str) -> None:
    """As they are where that is short; cut off, never rounded up, elsewhere."""
    value, text, source = NUMBERS[title]
    assert plain.formula(formulas.number(value)).startswith(text)
    assert latex.formula(formulas.number(value)).startswith(source)


def test_a_long_vector_is_folded() -> None:
    """Six entries, and how many there are."""
    text = plain.formula(formulas.vector(Vector.of(list(range(1000)))))
    assert text == "(0, 1, 2, 3, 4, 5, …) (1000 entries)"


SYMBOLS = {
    "x_det": ("x_det", r"{x_{\mathrm{det}}}", "<msub><mi>x</mi><mtext>det</mtext></msub>"),
    "Psi": ("Ψ", r"{\Psi }", "<mi>Ψ</mi>"),
    "x_prime": ("x′", "{x'}", "<msup><mi>x</mi><mo>′</mo></msup>"),
    "images_1": ("images_1", r"{\mathrm{images}_{1}}", "<msub><mi>images</mi><mn>1</mn></msub>"),
    "a_b_c": ("a_b,c", r"{a_{\mathrm{b,c}}}", "<msub><mi>a</mi><mtext>b,c</mtext></msub>"),
}


@pytest.mark.parametrize("name", SYMBOLS)
def test_symbols(name: str) -> None:
    """The paper's letters."""
    found: Formula = Symbol(name)
    written = (plain.formula(found), latex.formula(found), mathml.formula(found))
    assert written == SYMBOLS[name]


EVIL = r"""50% of $x$ & <b>y</b> \input{z} #1 _a_ ^ ~ {" '` ]] | * [l](http://h) Ψ 漢"""


def test_what_a_person_writes_has_no_power() -> None:
    """Titles with the special characters of every format."""
    made = Document((Heading(1, (EVIL,)), Paragraph((EVIL,))))
    page = mathml.document(made)
    html5lib.HTMLParser(strict=True).parse(page)
    assert "<b>" not in page
    source = latex.fragment(made).split("\n", 1)[1]
    # every backslash starts a command of our own, and no special character is bare
    assert r"\input" not in source
    assert not re.search(r"(?<!\\)[%&#_^~]", re.sub(r"\$[^$]*\$", "", source))
    text = markdown.document(made)
    assert "<b>" not in text
    assert "[l]" not in text


def test_a_step_that_cannot_be_opened_says_nothing_false() -> None:
    """Proofs for all spaces have no numbers."""
    for block in document(worked("4.1.i"), 3).blocks:
        assert not isinstance(block, Aside) or "In the norm" not in plain.block(block)


def test_explain(tmp_path: Path) -> None:
    """The command, in its formats; what the kernel refuses is not explained."""
    statement, problem, certificate = CASES["4.1.i/teaching"]
    files = [str(statement), str(problem), str(certificate)]
    for name, start in {
        "text": "Ψ h",
        "markdown": "# ${\\Ps",
        "latex": "\\doc",
        "html": "<!DO",
    }.items():
        done = CliRunner().invoke(main, ["explain", *files, "--format", name])
        assert (done.exit_code, done.output[: len(start)]) == (0, start)
    out = tmp_path / "p.tex"
    assert CliRunner().invoke(main, ["explain", *files, "-o", str(out)]).exit_code == 0
    assert out.is_file()
    false = tmp_path / "certificate.json"
    false.write_text(certificate.read_text().replace("2 delta", "3 delta"))
    words = ["explain", *files[:2], str(false), "-o", str(tmp_path / "q")]
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 1
    assert refused.output.startswith("s REJECTED step")
    assert not (tmp_path / "q").exists()


def compiled(folder: Path, name: str) -> None:
    """A file of LaTeX compiles, without a line that is too wide."""
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=240)
    assert done.returncode == 0, done.stdout[-2000:]
    assert b"Overfull" not in done.stdout


# what a paper needs to \input a worked proof
ARTICLE = r"\documentclass{article}\usepackage{amsmath,amssymb}\begin{document}"
# the others alone in .ci/latex only: each is a run of its own
ALONE = ["4.1.i", "4.5.ii/two-images", "findings/4.1.i.constant", "vacuous-by-computing"]
NEEDS_TEX = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


@NEEDS_TEX
def test_latex_compiles_as_input(tmp_path: Path) -> None:
    """All certificates that ship or are accepted, in an article with the usual packages."""
    inputs = []
    for number, name in enumerate(CASES):
        (tmp_path / f"{number}.tex").write_text(latex.fragment(document(worked(name), 3)))
        inputs.append(f"\\input{{{number}}}")
    evil = Document((Heading(1, (EVIL,)), Paragraph((EVIL,))))
    (tmp_path / "evil.tex").write_text(latex.fragment(evil))
    body = "\n".join([ARTICLE, *inputs, "\\input{evil}", "\\end{document}"])
    (tmp_path / "all.tex").write_text(body)
    compiled(tmp_path, "all")


@NEEDS_TEX
@pytest.mark.parametrize("name", CASES if os.environ.get("KERNELCERT_LATEX") == "all" else ALONE)
def test_latex_compiles_alone(name: str, tmp_path: Path) -> None:
    """As a document."""
    (tmp_path / "alone.tex").write_text(latex.document(document(worked(name), 3)))
    compiled(tmp_path, "alone")
