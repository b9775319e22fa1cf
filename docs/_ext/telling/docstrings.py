"""Docstrings for autodoc, and a page for each module.

The docstrings are plain text with `code` in backticks and figures in indented lines, and mean what
they look like: the bars of |x| or the stars of A* must not be read as markup.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[3]
ROOMS = {
    "certificates": ("The trusted room", "`certificates`: all that one must believe."),
    "theorems": ("The untrusted room", "`theorems`: derives certificates; none of it is believed."),
}
LEFT_OUT = ("__main__", "theorems.commands", "theorems.examples.training", "theorems.cli")
STRESSED = re.compile(r"(?<![\w)^\\])\\\*([A-Za-z][\w -]*)\\\*(?!\w)")  # *word*, but not A* w
ITEM = re.compile(r"( *)([*-]|\d+\.) ")


def plain(text: str) -> str:
    """A line of words as reStructuredText that shows exactly this line."""
    pieces = re.split(r"`([^`]+)`", text)
    for k, piece in enumerate(pieces):
        if k % 2:
            pieces[k] = f"``{piece}``"
        else:
            escaped = re.sub(r"([\\*|_`<>])", r"\\\1", piece)
            pieces[k] = STRESSED.sub(r"*\1*", escaped)
    # markup begins and ends at the edge of a word; an escaped space makes one
    return "\\ ".join(pieces)


def paragraphs(lines: list[str]) -> Iterator[list[str]]:
    """Runs of lines without an empty one."""
    run: list[str] = []
    for line in [*lines, ""]:
        if line.strip():
            run.append(line.rstrip())
        elif run:
            yield run
            run = []


def written(lines: list[str]) -> list[str]:
    """A docstring as reStructuredText."""
    found: list[str] = []
    literal = False  # blocks of indented lines belong together
    for run in paragraphs(lines):
        if all(line.startswith(" ") for line in run):
            if not literal:
                found += [".. code-block:: text", ""]
            found += [*(f"   {line}" for line in run), ""]
            literal = True
            continue
        literal = False
        if ITEM.match(run[0]) or any(line.startswith("  ") for line in run[1:]):
            found += ["", *(f"| {plain(line)}" for line in run), ""]
        else:
            found += [*(plain(line) for line in run), ""]
    return found


def process(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Called by autodoc."""
    lines[:] = written(lines)


def command(app: Sphinx, context: Any, lines: list[str]) -> None:
    """The words of a command's help; its example becomes a block of its own."""
    found: list[str] = []
    for run in paragraphs(lines):
        said = " ".join(line.strip() for line in run)
        if said.startswith("Example: "):
            example = [".. code-block:: console", "", f"   $ {said.removeprefix('Example: ')}", ""]
            found += ["Example:", "", *example]
        else:
            found += [plain(said), ""]
    lines[:] = found


def options(app: Sphinx, context: Any, lines: list[str]) -> None:
    """The words of options, between the markup that sphinx-click makes."""
    lines[:] = [
        line if line.lstrip().startswith(("..", ":")) or not line.strip() else plain(line)
        for line in lines
    ]


def modules(room: str) -> dict[str, list[str]]:
    """The dotted names of a room's modules, those of a sub-folder together."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / room).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name != room and not name.endswith(LEFT_OUT[0]) and not name.startswith(LEFT_OUT[1:]):
            found.setdefault(".".join(parts[:2]), []).append(name)
    return found


def first_line(name: str) -> str:
    """What a module says of itself."""
    path = ROOT / f"{name.replace('.', '/')}.py"
    if not path.exists():
        path = path.with_suffix("") / "__init__.py"
    words = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return plain(" ".join(words.split("\n\n")[0].split()))


def heading(text: str, line: str = "=") -> str:
    """A heading."""
    text = text.replace("_", "\\_")
    return f"{text}\n{line * len(text)}\n\n"


def write(app: Sphinx) -> None:
    """A page for each module or sub-folder, one for each room; written only if it changes."""
    folder = Path(app.srcdir) / "reference" / "modules"
    folder.mkdir(exist_ok=True)
    pages = {}
    for room, (title, says) in ROOMS.items():
        found = modules(room)
        pages[room + ".room"] = (
            f"{heading(title)}{says.replace('`', '``')}\n\n.. automodule:: {room}\n\n"
            ".. toctree::\n   :hidden:\n\n" + "".join(f"   {name}\n" for name in found)
        )
        pages[room + ".room"] += "\n" + "".join(
            f"* :doc:`{page.removeprefix(room + '.')} <{page}>`: {first_line(names[0])}\n"
            for page, names in found.items()
        )
        for page, names in found.items():
            pages[page] = heading(page)
            for name in names:
                pages[page] += heading(name, "-") if len(names) > 1 and name != page else ""
                pages[page] += f".. automodule:: {name}\n   :members:\n   :ignore-module-all:\n\n"
    for old in folder.glob("*.rst"):
        if old.stem not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def setup(app: Sphinx) -> None:
    """Before anything is read."""
    app.connect("builder-inited", write)
    app.connect("autodoc-process-docstring", process)
    app.connect("sphinx-click-process-description", command)
    app.connect("sphinx-click-process-options", options)
    app.connect("sphinx-click-process-arguments", options)
