"""`kernelcert decide` as people use it: answers, files, bad input."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from certificates.__main__ import run as kernel
from theorems.cli import main

CLAIMS = Path(__file__).parent / "corpus" / "claims"
HEAD = "statement t\nspaces X, Y\nlinear A : X -> Y\nvectors x, y in X\nconstants c, d >= 0\n"


def run(*arguments: str | Path) -> Result:
    """The command line."""
    return CliRunner().invoke(main, ["decide", *map(str, arguments)])


def written(folder: Path, text: str) -> Path:
    """A claim file."""
    path = folder / "t.claim"
    path.write_text(HEAD + text)
    return path


ANSWERS = [
    ("certified", "conclude\n  |x + y| <= |x| + |y|\n", 0, "t: certified"),
    ("refuted", "conclude\n  |x + y| <= |x|\n", 1, "violated: |x + y| <= |x| is false"),
    (
        "contradictory hypotheses",
        "given\n  |x| < |y|\n  |y| < |x|\nconclude\n  |x| <= 1\n",
        3,
        "t: vacuous (the hypotheses contradict each other: the claim is true and says nothing)",
    ),
    (
        "an empty range",
        "for all e in X with |e| < |x| and |x| < |e|\nconclude\n  |e| <= 1\n",
        3,
        "no value of a variable is in its range under the hypotheses",
    ),
    (
        "no witness",
        "exists b in X\nconclude\n  |b - 5 x| + |b - 7 y| <= |x|\n",
        4,
        "short witnesses serves; name one with --witness NAME=TERM",
    ),
]


@pytest.mark.parametrize(("title", "text", "status", "said"), ANSWERS, ids=[a[0] for a in ANSWERS])
def test_answers(tmp_path: Path, title: str, text: str, status: int, said: str) -> None:
    found = run(written(tmp_path, text))
    assert found.exit_code == status, found.output
    assert said in found.output


BAD = [
    ("a syntax error", "conclude\n  |x| <= 2c\n", [], "line 7, column 10: '2c' is not understood"),
    ("an unknown name", "conclude\n  |q| <= c\n", [], "column 4: expected one of the names A, x"),
    (
        "vectors of two spaces",
        "conclude\n  |A x - y| <= c\n",
        [],
        "column 10: expected a vector of Y to add to the one before, not a vector of X",
    ),
    ("no conclusion", "given\n  |x| <= c\n", [], "there is no conclusion"),
    ("no such constant", "conclude\n  |x| <= c\n", ["--sharpen", "q"], "known are c, d"),
    ("no such hypothesis", "conclude\n  |x| <= c\n", ["--drop", "q"], "--drop q: no such hypo"),
    ("no term", "exists b in X\nconclude\n  |b| <= c\n", ["--witness", "b"], "write NAME=TERM"),
    (
        "a witness in another space",
        "exists b in X\nconclude\n  |b| <= c\n",
        ["--witness", "b=A x"],
        "the choice for b is no vector of X",
    ),
    (
        "a witness for nothing",
        "conclude\n  |x| <= c\n",
        ["--witness", "b=x"],
        "certificate.choices: unknown key 'b'",
    ),
    (
        "two questions at once",
        "given\n  |x| <= 1\nconclude\n  |x| <= c\n",
        ["--sharpen", "c", "--drop", "given1"],
        "--sharpen and --drop: ask one at a time",
    ),
    ("no time", "conclude\n  |x| <= c\n", ["--seconds", "0"], "positive numbers are expected"),
]


@pytest.mark.parametrize(("title", "text", "options", "said"), BAD, ids=[b[0] for b in BAD])
def test_bad_input(tmp_path: Path, title: str, text: str, options: list[str], said: str) -> None:
    out = tmp_path / "out"
    found = run(written(tmp_path, text), "-o", out, *options)
    assert found.exit_code == 2, found.output
    assert said in found.output
    assert len(found.output.strip().split("\n")) == 1
    assert not out.exists()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    found = run(tmp_path / "none.claim")
    assert found.exit_code == 2
    assert "there is no claim file" in found.output


def test_what_is_written_satisfies_the_kernel_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = run(CLAIMS / "refuted" / "hlawka.claim", "-o", out)
    assert found.exit_code == 1
    names = {path.name for path in out.iterdir()}
    assert names == {
        *("hlawka.claim", "hlawka.problem.json", "hlawka.certificate.json"),
        *("report.txt", "files.txt"),
    }
    files = [str(out / f"hlawka.{end}") for end in ("claim", "problem.json", "certificate.json")]
    lines, status = kernel([*files, "--goal", "refuted"])
    assert (lines[-1], status) == ("s VERIFIED refuted", 0)
    # a second run replaces the first; a folder with other files stays
    assert run(CLAIMS / "refuted" / "hlawka.claim", "-o", out).exit_code == 1
    (out / "mine.txt").write_text("mine")
    refused = run(CLAIMS / "refuted" / "hlawka.claim", "-o", out)
    assert refused.exit_code == 2
    assert (out / "mine.txt").read_text() == "mine"


def test_a_sharp_constant_with_its_files(tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = run(CLAIMS / "refuted" / "sharpen_hlawka.claim", "--sharpen", "c", "-o", out)
    assert found.exit_code == 0
    assert "the least c is 3/2, exactly (attained)" in found.output
    certificates = sorted(path.name for path in out.glob("*.certificate.json"))
    assert certificates == [
        "sharpen_hlawka.c-3-2.certificate.json",
        "sharpen_hlawka.c-3-2.strict.certificate.json",
    ]
    verdicts = [json.loads((out / name).read_text())["verdict"] for name in certificates]
    assert verdicts == ["certified", "refuted"]


SHARP = [
    (
        "not attained",
        "conclude\n  |x + y| < c |x| + c |y| or |x| + |y| <= 0\n",
        "the least c is 1, exactly (not attained: the claim fails there)",
    ),
    (
        "the largest",
        "given\n  |x| = 3\n  |y| = 1\nconclude\n  c <= |x - y|\n",
        "the largest c is 2, exactly (attained)",
    ),
    ("none serves", "conclude\n  |x| <= c |y|\n", "it holds for no c that was tried"),
    ("all serve", "conclude\n  |x| <= |x| + c c\n", "it holds for every c that was tried"),
    (
        "the smallest that the sign allows",
        "conclude\n  |x| <= |x| + d |y|\n",
        "the least d is 0, exactly (attained)",
    ),
    (
        "in a range",
        "for all e in X with |e| <= 1\nconclude\n  |x + e| <= |x| + c |e|\n",
        "the least c is 1, exactly (attained)",
    ),
    (
        "a Lipschitz bound of a map with a variable in it",
        "for all e in X\ndefine f(s in X) = 2 s + e\nconclude\n  Lipschitz(f) <= c\n",
        "the least c is 2, exactly (attained)",
    ),
    (
        "a label with the constant's name, and one called better",
        "given\n  c: |x| <= 2\n  better: |y| <= 1\nconclude\n  |x + y| <= c\n",
        "the least c is 3, exactly (attained)",
    ),
    (
        "a hypothesis that a worse constant violates",
        "given\n  |x| <= c\nconclude\n  |x| <= c\n",
        "no least c was found",
    ),
    (
        "better on both sides",
        "conclude\n  |x| < c c |x| or |x| <= 0\n",
        "no least c was found",
    ),
    (
        "the contradictory values are good values",
        "given\n  |x| <= c\n  2 <= |x|\nconclude\n  |x| <= 1\n",
        "holds at every smaller c: t.c-below-2: vacuous",
    ),
    (
        "no value that the sign does not allow",
        "given\n  |x| <= 1\n  1 <= |x|\nconclude\n  d + 3 <= |x|\n",
        "it holds for no d that was tried, last 0",
    ),
    (
        "a range that is none at zero",
        "for all e in X with d |e| <= 1\nconclude\n  |e| <= 5\n",
        "the least d lies between 40/201 and 1/5",
    ),
    (
        "strict hypotheses leave an interval",
        "given\n  |x| < 1\nconclude\n  |x| <= c\n",
        "the least c lies between",
    ),
]


@pytest.mark.parametrize(("title", "text", "said"), SHARP, ids=[s[0] for s in SHARP])
def test_sharpen(tmp_path: Path, title: str, text: str, said: str) -> None:
    constant = "d" if " d " in said or " d |y|" in text else "c"
    found = run(written(tmp_path, text), "--sharpen", constant)
    assert said in found.output, found.output


def test_what_is_not_attained_has_two_files_and_no_contradiction(tmp_path: Path) -> None:
    path = written(tmp_path, "conclude\n  |x + y| < c |x| + c |y| or |x| + |y| <= 0\n")
    found = run(path, "--sharpen", "c", "-o", tmp_path / "out")
    assert "holds at every larger c: t.c-above-1: certified" in found.output
    assert "fails at c = 1: t.c-1: refuted" in found.output
    assert "holds at c" not in found.output
    claims = {file.name: file.read_text() for file in (tmp_path / "out").glob("*.claim")}
    assert set(claims) == {"t.c-1.claim", "t.c-above-1.claim"}
    assert "given\n  better: 1 < c\nconclude\n" in claims["t.c-above-1.claim"]


def test_the_files_of_one_answer_have_different_names(tmp_path: Path) -> None:
    """Even if the identifier is followed by a comment or a title."""
    path = tmp_path / "t.claim"
    for first in ("statement t#no blank", 'statement t "a # b" # c'):
        path.write_text(
            f"{first}\nspaces X\nvectors x in X\nconstants c>0\nconclude\n  |x| <= c|x|\n"
        )
        found = run(path, "--sharpen", "c", "-o", tmp_path / "out")
        assert "the least c is 1, exactly (attained)" in found.output
        claims = {file.name: file.read_text() for file in (tmp_path / "out").glob("*.claim")}
        assert set(claims) == {"t.c-1.claim", "t.c-1.strict.claim"}
        assert "constants" not in claims["t.c-1.claim"]


def test_an_empty_range_says_nothing_of_what_exists_before_it(tmp_path: Path) -> None:
    text = "exists b in X with |b| < 0\nfor all e in X with |e| < 0\nconclude\n  |e| <= 1\n"
    found = run(written(tmp_path, text))
    assert found.exit_code == 3
    assert "the claim is true" not in found.output


def test_an_interrupt_is_not_lost(tmp_path: Path) -> None:
    """Where z3 takes it, or where an object is being deleted, it still ends the command."""
    names = ", ".join(f"x{k}" for k in range(30))
    left = " + ".join(f"|x{k} + x{(7 * k + 3) % 30} - x{(11 * k + 1) % 30}|" for k in range(30))
    right = " + ".join(f"2 |x{k} - x{(13 * k + 5) % 30}|" for k in range(30))
    path = tmp_path / "t.claim"
    path.write_text(f"statement t\nspaces X\nvectors {names} in X\nconclude\n  {left} <= {right}\n")
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "from theorems.cli import main; print('imported', flush=True); "
    code += f"main(['decide', {str(path)!r}])"
    for wait in (1.2, 1.6):
        started = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        # a busy machine may take long to import; from here on the command answers for itself
        assert started.stdout is not None
        assert started.stdout.readline() == b"imported\n"
        time.sleep(wait)
        started.send_signal(signal.SIGINT)
        _, said = started.communicate(timeout=20)
        assert started.returncode == 130
        assert b"interrupted; nothing was written" in said


def test_dropped_hypotheses(tmp_path: Path) -> None:
    text = "given\n  one: |x| <= 1\n  two: |y| <= 1\n  three: |x - y| <= 5\n"
    path = written(tmp_path, text + "conclude\n  |x - y| <= 2\n")
    found = run(path, "--drop", "one", "--drop", "three")
    assert found.exit_code == 0
    assert "without one: one is needed: this example satisfies all other hypo" in found.output
    assert "without three: three is not needed: the claim has a proof without it" in found.output


def test_smtlib_and_cvc5(tmp_path: Path) -> None:
    script = tmp_path / "t.smt2"
    path = written(tmp_path, "conclude\n  |x + y| <= |x| + |y|\n")
    found = run(path, "--smt2", script, "--cross-check")
    assert found.exit_code == 0
    assert "cvc5 on conclusion 1: unsat; agrees" in found.output
    text = script.read_text()
    assert text.startswith("(set-logic QF_LRA)\n(declare-const q1 Real) ; ")
    assert text.count("(check-sat)") == 1
