"""The sheets of the course and the notebooks, executed without Jupyter, each in its own folder.

A cell is a block {code-cell} of a MyST file; its options, between lines of --- or behind colons,
are for the page.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import matplotlib as mpl
import pytest

DOCS = Path(__file__).parent.parent / "docs"
SHEETS = [
    path
    for folder in ("course", "notebooks")
    for path in sorted((DOCS / folder).glob("*.md"))
    if path.name != "index.md"
]
CELL = re.compile(r"^(?P<fence>`{3,})\{code-cell\}[^\n]*\n(?P<body>.*?)^(?P=fence)$", re.M | re.S)
OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?::[a-z-]+:[^\n]*\n)+)", re.M | re.S)


def cells(text: str) -> list[tuple[int, str]]:
    """The code of each cell, and the number of its first line."""
    found = []
    for match in CELL.finditer(text):
        code = OPTIONS.sub("", match["body"])
        end = match.start("body") + len(match["body"]) - len(code)
        found.append((text.count("\n", 0, end) + 1, code))
    return found


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_every_cell_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, in one namespace; the last expression of a cell shows itself."""
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg", force=False)
    names: dict[str, object] = {"__name__": path.stem}
    for line, code in cells(path.read_text()):
        tree = ast.parse("\n" * (line - 1) + code, path.name)
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, path.name, "exec"), names)
        if isinstance(last, ast.Expr):
            shown = eval(compile(ast.Expression(last.value), path.name, "eval"), names)
            for form in ("_repr_html_", "_repr_svg_"):
                getattr(shown, form, str)()


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_sheet_has_one_import_and_checked_answers(path: Path) -> None:
    """One line is enough to begin with; an answer is in a fold, and a cell after it asserts it."""
    text = path.read_text()
    code = "\n".join(code for _, code in cells(text))
    imported = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.ImportFrom)]
    assert len(re.findall(r"^(?:from|import) ", code, re.M)) == len(imported) == 1
    for name in imported[0].names:
        assert len(re.findall(rf"\b{name.name}\b", code)) > 1, f"{name.name} is not used"
    exercises = re.split(r"^\*\*Exercise", text, flags=re.M)[1:]
    assert exercises
    for exercise in exercises:
        fold, found, checked = exercise.partition("{dropdown} Answer")
        assert found, fold
        assert ":tags: [hide-cell]" in checked
        assert any("assert " in answer for _, answer in cells(checked)), fold


def test_the_runner_notices() -> None:
    """Lines, options and errors of cells."""
    text = (
        "a\n\n```{code-cell}\n---\nx: 1\n---\n1 / 0\n```\n\n```{code-cell}\n:tags: [a]\n\nb\n```\n"
    )
    assert cells(text) == [(7, "1 / 0\n"), (12, "\nb\n")]
    assert len(SHEETS) >= 13
