"""What the documents say is what the programs do: messages, examples, links."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import theorems
from certificates.__main__ import run
from certificates.format import Unreadable
from certificates.statements import read_statement

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [
    page
    for page in sorted(DOCS.rglob("*.md"))
    if not {"_build", "examples"} & set(page.relative_to(DOCS).parts)
]
ROW = re.compile(r"\| `([^`]+)` \| `(statement line [^`]+)`")
START = """statement t "t"
spaces X, Y
linear A : X -> Y
map Psi : Y -> X
vectors x, y in X
constants d > 0, c
"""


def rows() -> list[tuple[str, str]]:
    """The lines of the table of errors that are written out, with their messages."""
    text = (DOCS / "statements.md").read_text()
    assert START in text
    found = ROW.findall(text)
    return [(line.replace("\\|", "|"), message.replace("\\|", "|")) for line, message in found]


@pytest.mark.parametrize(("line", "message"), rows())
def test_the_messages_of_the_statement_table(line: str, message: str) -> None:
    """Word by word, with line and column."""
    end = f"conclude\n{line}\n" if line.startswith("  ") else f"{line}\nconclude\n  0 <= d\n"
    with pytest.raises(Unreadable) as caught:
        read_statement((START + end).encode())
    assert str(caught.value) == message


def test_the_table_has_rows() -> None:
    """The pattern above finds most of them."""
    assert len(rows()) >= 15


def test_the_example_of_the_format_verifies() -> None:
    """And the document quotes its certificate."""
    folder = DOCS / "examples" / "teaching"
    names = ("4.1.i.claim", "problem.json", "4.1.i.certificate.json")
    lines, status = run([str(folder / name) for name in names])
    assert (lines[-1], status) == ("s VERIFIED certified", 0)
    text = (DOCS / "format.md").read_text()
    certificate = (folder / "4.1.i.certificate.json").read_text()
    for hint in re.findall(r'"factor":(\[\[.*?\]\])', certificate):
        assert hint.replace('","', '", "').replace("],[", "], [") in text


@pytest.mark.parametrize("path", [ROOT / "README.md", *PAGES], ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    """Relative links and pictures."""
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text()):
        # pages that are made for each module are there only after a build
        if "://" not in target and not target.startswith("project:"):
            assert (path.parent / target).exists(), target


def test_the_lines_of_the_readme_are_counted() -> None:
    """The one number that is typed; the site counts."""
    typed = re.search(r"about ([\d,]+) lines of Python", (ROOT / "README.md").read_text())
    code_lines = runpy.run_path(str(DOCS / "count_lines.py"))["code_lines"]
    counted = sum(map(code_lines, (ROOT / "certificates").rglob("*.py")))
    assert typed is not None
    assert abs(int(typed[1].replace(",", "")) - counted) <= 100


def test_the_page_on_python_has_every_name() -> None:
    """What `from theorems import` gives is on the page, and nothing else."""
    page = (DOCS / "reference" / "python.md").read_text()
    assert sorted(re.findall(r":: theorems\.(\w+)", page)) == sorted(theorems.__all__)


EXAMPLE = re.compile(r"```python\n([^`]*?)```\n\n```text\n([^`]*?)```")
EXAMPLES = [
    pytest.param(*found, id=f"{path.stem}-{k}")
    for path in PAGES
    for k, found in enumerate(EXAMPLE.findall(path.read_text()))
]


@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_examples_print_what_stands_below_them(
    code: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A block of Python that is followed by a block of text."""
    exec(compile(code, "example", "exec"), {})
    assert capsys.readouterr().out == printed


def test_there_are_examples() -> None:
    """The pattern above finds them."""
    assert len(EXAMPLES) >= 3
