"""The corpus: cases that must be accepted, rejected or unreadable, each for the right reason.

A case is a folder under `corpus/`; `corpus/make.py` writes them.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from certificates.__main__ import run

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "corpus"
STATUS = {"accepted": (0, 5), "rejected": (1,), "malformed": (2,)}

# Runs every case of the three folders in one bare interpreter; prints status and last line.
BARE = """
import runpy, sys
sys.argv = [sys.argv[1]]
run = runpy.run_path(sys.argv[0])["run"]
for line in sys.stdin.read().splitlines():
    lines, status = run(line.split("|"))
    print(status, lines[-1])
"""


def cases(*kinds: str) -> list[Path]:
    """The folders of these kinds, in a fixed order."""
    return [folder for kind in kinds for folder in sorted((CORPUS / kind).iterdir())]


def arguments(case: Path) -> list[str]:
    """The command line that verifies a case, its own verdict as the goal."""
    problem = case / "problem.json"
    names = [
        str(case / "statement.claim"),
        str(problem) if problem.exists() else "-",
        str(case / "certificate.json"),
    ]
    words = expected(case).split()
    return [*names, "--goal", words[2]] if words[:2] == ["s", "VERIFIED"] else names


def expected(case: Path) -> str:
    return (case / "expect.txt").read_text().rstrip("\n")


def complaint(case: Path, status: int, last: str) -> str:
    """What is wrong with an answer; "" if nothing is."""
    text = expected(case)
    right = last == text if case.parent.name == "accepted" else text in last
    if right and status in STATUS[case.parent.name]:
        return ""
    return f"{case.parent.name}/{case.name}: wanted {text!r}, got {status} {last[:300]!r}"


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{case.parent.name}/{case.name}") for case in cases(*STATUS)],
)
def test_the_kernel_answers_as_expected(case: Path) -> None:
    lines, status = run(arguments(case))
    assert complaint(case, status, lines[-1]) == ""


def test_every_case_in_a_bare_optimised_python() -> None:
    """Nothing installed, no `assert` executed, the folder run as a program: the same answers."""
    folders = cases("accepted", "rejected", "malformed")
    done = subprocess.run(
        [sys.executable, "-O", "-I", "-S", "-c", BARE, str(ROOT / "certificates")],
        input="\n".join("|".join(arguments(case)) for case in folders),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = [line.split(" ", 1) for line in done.stdout.splitlines()]
    assert len(answers) == len(folders)
    wrong = [
        complaint(case, int(status), last)
        for case, (status, last) in zip(folders, answers, strict=True)
    ]
    assert not any(wrong), "\n".join(filter(None, wrong))


def case_of(name: str) -> list[str]:
    """The three file names of a case."""
    return arguments(CORPUS / name)[:3]


COMMANDS = {
    "a permitted assumption": (
        ["accepted/4.1.i-table"],
        ["--permit", "lipschitz"],
        0,
        "s VERIFIED certified",
    ),
    "another one permitted": (
        ["accepted/4.1.i-table"],
        ["--permit", "detail"],
        5,
        "s ASSUMED lipschitz",
    ),
    "one of three permitted": (
        ["accepted/4.1.i-named-map"],
        ["--permit", "fit"],
        5,
        "s ASSUMED lipschitz detail fit",
    ),
    "a refutation is no yes": (["accepted/refuted-with-a-witness"], [], 1, "s VERIFIED refuted"),
    "vacuous is no yes": (["accepted/vacuous-by-secant"], [], 1, "s VERIFIED vacuous"),
    "certified is no refutation": (
        ["accepted/4.1.i-for-all-spaces"],
        ["--goal", "refuted"],
        1,
        "s VERIFIED certified",
    ),
    "an unknown goal": (
        ["accepted/4.1.i-for-all-spaces"],
        ["--goal", "true"],
        2,
        "s UNREADABLE usage: python -m certificates",
    ),
    "a goal without a word": (
        ["accepted/4.1.i-for-all-spaces"],
        ["--goal"],
        2,
        "s UNREADABLE usage: python -m certificates",
    ),
    "a word too many": (["accepted/4.1.i-for-all-spaces"], ["--force"], 2, "s UNREADABLE usage"),
}


@pytest.mark.parametrize("title", COMMANDS)
def test_command_line(title: str) -> None:
    (name,), more, status, last = COMMANDS[title]
    lines, found = run([*case_of(name), *more])
    assert (found, lines[-1][: len(last)]) == (status, last)


def test_a_report_says_how_far_the_claim_reaches() -> None:
    """For all spaces over a field or both, or on the data that it lists."""
    lines, _ = run(case_of("accepted/4.1.i-for-all-spaces"))
    assert "for all such spaces over R or C" in [line.removeprefix("c ") for line in lines]
    assert not any("on the data" in line for line in lines)
    lines, _ = run(case_of("accepted/4.1.i-table"))
    assert "on the data" in [line.removeprefix("c ") for line in lines]
    assert not any("for all such spaces" in line for line in lines)


def test_files_that_are_not_there(tmp_path: Path) -> None:
    statement, problem, certificate = case_of("accepted/4.1.i-table")
    for names in (
        [str(tmp_path / "no"), problem, certificate],
        [statement, str(tmp_path), certificate],
        [statement, problem, "/dev/null"],
    ):
        lines, status = run(names)
        assert status == 2
        assert "there is no file" in lines[-1]


def replaced(case: str, old: bytes, new: bytes, folder: Path) -> list[str]:
    """The case's command line with bytes of its certificate replaced."""
    statement, problem, certificate = case_of(case)
    content = Path(certificate).read_bytes()
    assert old in content
    (folder / "certificate.json").write_bytes(content.replace(old, new, 1))
    return [statement, problem, str(folder / "certificate.json")]


def test_ten_million_digits(tmp_path: Path) -> None:
    """Too large for the repository: decimal digits are refused, none is ever converted."""
    long = b'"' + b"7" * 10_000_000 + b'"'
    lines, status = run(replaced("accepted/4.1.i-for-all-spaces", b'"-1"', long, tmp_path))
    assert status == 2
    assert "at most 4300 digits" in lines[-1]
    bare = b"7" * 10_000_000
    lines, status = run(replaced("accepted/4.1.i-for-all-spaces", b'"-1"', bare, tmp_path))
    assert status == 2
    assert "bare number" in lines[-1]


def test_a_bound_of_a_million_bits(tmp_path: Path) -> None:
    """Too large for the repository: the bound is refused, no matrix is multiplied by it."""
    for rule in ("rows", "columns", "signs", "gram"):
        case = f"malformed/once-long-bound-{rule}"
        old = b'"0x1' + b"0" * 4096 + b'/3"'
        lines, status = run(replaced(case, old, b'"0x' + b"f" * 262_000 + b'/3"', tmp_path))
        assert status == 2
        assert "a number in a term has at most 16384 bits" in lines[-1]


def test_a_coefficient_of_ninety_thousand_digits(tmp_path: Path) -> None:
    """The same for a coefficient."""
    case = "malformed/once-long-coefficient"
    for digits in (b"f" * 90_000, b"0" * 90_000 + b"f" * 4_097):
        lines, status = run(replaced(case, b"0x1" + b"0" * 4096, b"0x" + digits, tmp_path))
        assert status == 2
        assert "a number in a term has at most 16384 bits" in lines[-1]


def test_deep_nesting_of_every_kind(tmp_path: Path) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        for depth in (500, 2_000, 200_000):
            new = (opening * depth + '"1"' + closing * depth).encode()
            lines, status = run(replaced("accepted/4.1.i-for-all-spaces", b'"-1"', new, tmp_path))
            assert status == 2, lines[-1][:200]


def test_very_long_lines(tmp_path: Path) -> None:
    statement, problem, certificate = case_of("accepted/4.1.i-for-all-spaces")
    text = (
        Path(statement)
        .read_text()
        .replace("|Psi(A x + e)", "|" + "x + " * 30_000 + "Psi(A x + e)", 1)
    )
    (tmp_path / "statement.claim").write_text(text)
    lines, status = run([str(tmp_path / "statement.claim"), problem, certificate])
    assert status == 2
    assert "over 100000 characters" in lines[-1]
    name = replaced(
        "accepted/4.1.i-for-all-spaces", b"A x + e", b"A x + " * 30_000 + b"e", tmp_path
    )
    lines, status = run(name)
    assert status == 2
    assert "over 100000 characters" in lines[-1]
