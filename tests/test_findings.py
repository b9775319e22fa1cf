"""The referee's report: its rows are in form, its certificates verify, its page is up to date."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import certificates
from theorems.arrays import BadInput
from theorems.cli import main
from theorems.findings import Check, Row, load, run
from theorems.findings.kernel import Kernel
from theorems.findings.page import markdown

ROOT = Path(__file__).parent.parent
LIBRARY = Path(certificates.__file__).parent / "library" / "findings"
PARTS = load()
ROWS = [row for part in PARTS for row in part.rows]
PATH = re.compile(r"(?:certificates|theorems|docs)/[\w./-]+")


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_the_kernel_alone_verifies_every_certificate(part: object) -> None:
    """With nothing but the standard library: python -I -S."""
    rows = part.rows  # type: ignore[attr-defined]
    done = list(run(rows, everything=False))
    assert [entry.fault for entry in done if entry.fault] == []
    assert len(done) == sum(check.by_kernel for row in rows for check in row.checks)


def test_every_row_that_says_so_has_a_certificate() -> None:
    """A row that is certified, amended or refuted is checked by the kernel."""
    settled = [row for row in ROWS if row.verdict in ("certified", "amended", "refuted")]
    without = [row.identifier for row in settled if not any(c.by_kernel for c in row.checks)]
    assert len(settled) >= 40
    # it rests on a command that certifies in passing, and says so
    assert set(without) <= {"4.5.i.true-radius"}


def test_every_path_exists_and_every_certificate_is_used() -> None:
    """Nothing is named that is not there, nothing lies there that no row names."""
    runs = "\n".join(check.run for row in ROWS for check in row.checks)
    for path in set(PATH.findall(runs)):
        assert (ROOT / path).exists(), path
    for folder in LIBRARY.iterdir():
        assert f"library/findings/{folder.name}/" in runs, folder.name


def test_what_the_kernel_verifies_is_installed() -> None:
    """The certificates are package data; docs/ is not there where only the packages are."""
    for check in (check for row in ROWS for check in row.checks if check.by_kernel):
        assert "docs/" not in check.run


# the numbered displays of the paper
NUMBERED = {"2": 3, "3": 2, "4": 14, "5": 21, "B": 3}


def test_every_numbered_display_has_a_row() -> None:
    """Its number stands where a row says its place, or what is printed there."""
    said = "\n".join(f"{row.place} {row.printed}" for row in ROWS)
    numbers = {f"{start}.{k + 1}" for start, count in NUMBERED.items() for k in range(count)}
    assert [number for number in sorted(numbers) if f"({number})" not in said] == []


def test_the_page_is_what_the_rows_say() -> None:
    """`kernelcert findings --markdown docs/findings.md` has been run."""
    assert (ROOT / "docs" / "findings.md").read_text("utf-8") == markdown(PARTS)


def test_a_check_that_comes_out_otherwise() -> None:
    """Wrong words, a wrong status, a certificate that is not there."""
    words = "python -m certificates theorems/statements/4.1.i.claim - "
    good = words + "certificates/library/4.1.i/general.certificate.json"
    cases = {
        Check(good, "s VERIFIED certified"): "",
        Check(good, "s VERIFIED refuted"): "expected was 's VERIFIED refuted', printed 's VERIFIED",
        Check(good, "s VERIFIED", 1): "expected was the exit status 1, not 0",
        Check(words + "nothing.json", "s VERIFIED"): "printed 's UNREADABLE",
    }
    row = Row("1", "place", "remark", "", "certified", "", tuple(cases))
    for entry, fault in zip(run([row], everything=False), cases.values(), strict=True):
        assert entry.fault.startswith(fault) if fault.startswith("exp") else fault in entry.fault
        assert bool(entry.fault) == bool(fault)


def test_the_kernel_s_process() -> None:
    """Nothing installed is found in it; an error or an end of it is told, and it starts again."""
    kernel = Kernel()
    words = ["certificates", "theorems/statements/4.1.i.claim", "-"]
    good = [*words, "certificates/library/4.1.i/general.certificate.json"]
    try:
        assert kernel.verify([*words, "nothing.json"])[0] == 2
        assert kernel.verify(good) == kernel.verify(good)
        assert kernel.verify(good)[1].endswith("s VERIFIED certified\n")
        for module in ("rich", "numpy", "click"):
            status, printed = kernel.verify([module])
            assert (status, f"No module named {module}" in printed) == (1, True)
        kernel._process.kill()  # type: ignore[union-attr]
        status, printed = kernel.verify(good)
        assert "the kernel's process ended with status -9" in printed
        assert status != 0
        assert kernel.verify(good)[0] == 0
    finally:
        kernel.close()


def test_commands_are_divided_at_semicolons() -> None:
    """Quotes are kept together; a kernel's check has no other command in it."""
    check = Check('kernelcert init a b; kernelcert check "4.1 i" b', "")
    assert check.commands == [
        ["kernelcert", "init", "a", "b"],
        ["kernelcert", "check", "4.1 i", "b"],
    ]
    assert not check.by_kernel
    assert Check("python -m certificates.sparse a b c", "").by_kernel
    assert not Check("python -m certificatesque a", "").by_kernel
    with pytest.raises(BadInput, match="'rm' is neither"):
        list(run([Row("1", "", "", "", "", "", (Check("rm -r x", ""),))], everything=True))


ROW = """title = "t"
[[row]]
id = "4.1.x"
place = "p"
asks = "remark"
printed = ""
verdict = "argued"
holds = "h"
"""
CHECK = '[[row.check]]\nrun = "a"\n'
REFUSED = {
    "no rows": ('title = "t"\n', "expected are title, intro and"),
    "no TOML": ("title = ", "part.toml: "),
    "a verdict": (ROW.replace("argued", "true"), "verdict is one of certified, amended"),
    "asks": (ROW.replace("remark", "what"), "asks is one of statement"),
    "a key missing": (ROW.replace("holds", "holding"), "row 1: 'holds' is missing"),
    "a key too many": (ROW + 'more = "1"\n', "unknown key 'more'"),
    "an id": (ROW.replace('"4.1.x"', '"x y"'), "begins with the number of a section"),
    "no check": (ROW.replace("argued", "refuted"), "refuted needs a check"),
    "a check": (ROW + CHECK, "check: 'says' is missing"),
    "a status": (
        ROW + '[[row.check]]\nrun = "a"\nsays = "b"\nstatus = "0"\n',
        "status is a number",
    ),
    "twice": (ROW + ROW[ROW.index("[[") :], "two rows have the id '4.1.x'"),
    "no text": (ROW.replace('"h"', "1"), "holds must be a text"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_rows_that_are_not_in_form(title: str, tmp_path: Path) -> None:
    """Refused, with the place."""
    text, phrase = REFUSED[title]
    (tmp_path / "part.toml").write_text(text)
    with pytest.raises(BadInput, match=re.escape(phrase)):
        load(tmp_path)


def test_the_command(tmp_path: Path) -> None:
    """One theorem, as a table and for machines; no row; the page."""
    printed = CliRunner().invoke(main, ["findings", "4.6"])
    assert printed.exit_code == 0
    assert re.search(r"\d+ of \d+ checks came out as told", printed.output)
    found = json.loads(CliRunner().invoke(main, ["findings", "4.6", "--json"]).output)
    assert {"4.6.i", "4.6.ii"} <= {row["id"] for row in found}
    assert all(check["fault"] in ("", None) for row in found for check in row["checks"])
    whole = CliRunner().invoke(main, ["findings", "4.3.ii.coincide"]).output
    assert "transcendental (Lindemann)" in " ".join(re.sub("[│┃]", " ", whole).split())
    assert "findings/4.3.ii.coincide/problem.json" in re.sub(r"[│┃\s]", "", whole)
    theorem_4_1 = CliRunner().invoke(main, ["findings", "4.1", "--json"]).output
    assert {row["part"] for row in json.loads(theorem_4_1)} == {
        "Section 4.1: Theorem 4.1, transfer of details"
    }
    nothing = CliRunner().invoke(main, ["findings", "9"])
    assert nothing.exit_code == 2
    assert "no row begins with 9" in nothing.output
    page = tmp_path / "page.md"
    assert CliRunner().invoke(main, ["findings", "--markdown", str(page)]).exit_code == 0
    assert page.read_text("utf-8") == markdown(PARTS)


def test_the_finding_of_the_document(tmp_path: Path) -> None:
    """docs/adding.md: the claim and the instance against it, as written; the row is in form."""
    text = (ROOT / "docs" / "adding.md").read_text("utf-8")
    section = text[text.index("## A finding") :]
    claim, problem, row = re.findall(r"```(?:toml)?\n(.*?)```", section, re.DOTALL)
    (tmp_path / "guess.claim").write_text(claim)
    (tmp_path / "guess.toml").write_text(problem)
    files = [str(tmp_path / name) for name in ("guess.claim", "guess.toml")]
    assert "3/2 <= 2" in CliRunner().invoke(main, ["check", *files]).output
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "part.toml").write_text(f'title = "t"\n{row}')
    assert [found.identifier for found in load(tmp_path / "rows")[0].rows] == ["4.3.guess"]


PAIR = """
field = "R"
[spaces]
X = "l2"
Y = "l2"
[linear]
A = [[1, 0], [0, "1/10"]]
[vectors]
x = [0, 0]
x_prime = [0, 1]
x_second = [0, 1]
[constants]
M = 10
a = 0
b = 0
[maps.Psi]
kind = "affine"
matrix = [[1, 0], [0, 10]]
offset = [0, 0]
"""


def test_an_amended_theorem_on_data(tmp_path: Path) -> None:
    """By its id, as the theorems of the catalogue; an id without a statement is refused."""
    (tmp_path / "my.toml").write_text(PAIR)
    words = [
        "check",
        "4.5.text.overperforms",
        str(tmp_path / "my.toml"),
        "-o",
        str(tmp_path / "out"),
    ]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "4.5.text.overperforms: certified" in done.output
    unknown = CliRunner().invoke(main, ["check", "4.5.ball", str(tmp_path / "my.toml")])
    assert unknown.exit_code == 2
    assert "4.5.ball" in unknown.output
