"""What the site shows of the programs is made by the programs while the site is built.

    {proof} STATEMENT PROBLEM|- CERTIFICATE     the worked proof; option depth
    {findings} PART ...                         rows of the referee's report
    {counted}                                   the lines of the trusted room
    {run}                                       commands, and what they print; option status
    {commands}                                  the help of every command

Docstrings are plain text, so what reStructuredText would read as markup is escaped.

Paths are from the root of the repository.  The commands of one page run one after another in one
folder, which has the repository's folders in it; a status that is not the expected one is an error.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import click
from docutils import nodes
from docutils.parsers.rst import Directive, directives
from docutils.statemachine import StringList

from theorems.cli import COMMANDS
from theorems.findings import load
from theorems.findings.page import table_of
from theorems.teaching import mathml
from theorems.teaching.proof import document, work
from theorems.teaching.tree import Heading

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "docs"))
LINKED = ("certificates", "theorems", "docs")


class Proof(Directive):
    """A worked proof in MathML."""

    required_arguments = 3
    option_spec: ClassVar[dict[str, Any]] = {"depth": int}

    def run(self) -> list[nodes.Node]:
        """The kernel verifies, then explains."""
        statement, problem, certificate = self.arguments
        folder = (ROOT / problem).parent
        worked = work(
            (ROOT / statement).read_bytes(),
            None if problem == "-" else (ROOT / problem).read_bytes(),
            (ROOT / certificate).read_bytes(),
            lambda name: (folder / name).read_bytes(),
        )
        found = document(worked, self.options.get("depth", 2)).blocks
        shown = tuple(b for b in found if not (isinstance(b, Heading) and b.level == 1))
        text = "\n".join(_block(block) for block in shown)
        command = f"kernelcert explain {statement} {problem} {certificate}"
        end = f"<p><code>{escape(command)}</code></p>"
        return [nodes.raw("", f'<div class="proof">{text}</div>\n{end}', format="html")]


def _block(block: Any) -> str:
    # headings inside a page of the site would break its outline
    if isinstance(block, Heading):
        return f"<p><strong>{mathml.sentence(block.words)}</strong></p>"
    return mathml.block(block)


class Findings(Directive):
    """Rows of the referee's report."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """One table for each part that is named."""
        names = self.arguments[0].split()
        parts = [part for part in load() if part.name in names]
        if len(parts) != len(names):
            raise self.error(f"parts of the findings: {', '.join(p.name for p in load())}")
        place = nodes.container()
        for part in parts:
            lines = [*part.intro.splitlines(), "", *table_of(part)]
            lines = [re.sub(r"\]\((?=[\w-]+\.md)", "](/", line) for line in lines]
            self.state.nested_parse(StringList(lines, "findings"), self.content_offset, place)
        return [place]


class Counted(Directive):
    """The lines of code of the trusted room, by module."""

    def run(self) -> list[nodes.Node]:
        """As `python docs/count_lines.py` prints them, by folder."""
        from count_lines import code_lines

        folder = ROOT / "certificates"
        counts: dict[str, int] = {}
        for path in sorted(folder.rglob("*.py")):
            inner = path.relative_to(folder).parts
            kind = inner[0] if len(inner) > 1 else "logic, data, machine, readers, probability"
            counts[kind] = counts.get(kind, 0) + code_lines(path)
        lines = ["| part | lines of code |", "|---|---|"]
        lines += [f"| {kind} | {count:,} |" for kind, count in counts.items()]
        lines.append(f"| all | {sum(counts.values()):,} |")
        place = nodes.container()
        self.state.nested_parse(StringList(lines, "counted"), self.content_offset, place)
        return [place]


class Run(Directive):
    """Commands and what they print."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "status": directives.nonnegative_int,
        "lines": directives.positive_int,
        "hide": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Each line of the content is one command."""
        folder = _folder(self.state.document.settings.env)
        shown: list[str] = []
        for command in self.content:
            words = shlex.split(command)
            done = subprocess.run(
                _real(words), cwd=folder, capture_output=True, text=True, timeout=300,
                env=os.environ | {"COLUMNS": "96", "NO_COLOR": "1"},
            )  # fmt: skip
            if done.returncode != self.options.get("status", 0):
                printed = done.stdout + done.stderr
                raise self.error(f"{command}: exit status {done.returncode}: {printed}")
            printed = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
            lines = printed.replace(f"{ROOT}/", "").rstrip().splitlines()
            most = self.options.get("lines", 60)
            if len(lines) > most:
                lines = [*lines[:most], f"... {len(lines) - most} more lines"]
            shown += [f"$ {command}", *lines, ""]
        if "hide" in self.options:
            return []
        block = nodes.literal_block("\n".join(shown), "\n".join(shown))
        block["language"] = "console"
        return [block]


class Commands(Directive):
    """The help of every command, as it prints it."""

    def run(self) -> list[nodes.Node]:
        """A section for each."""
        found: list[nodes.Node] = []
        for command in COMMANDS:
            name = str(command.name)
            with click.Context(command, info_name=f"kernelcert {name}", max_content_width=90) as at:
                text = command.get_help(at)
            section = nodes.section(ids=[f"kernelcert-{name}"], names=[f"kernelcert {name}"])
            section += nodes.title("", f"kernelcert {name}")
            block = nodes.literal_block(text, text)
            block["language"] = "text"
            section += block
            found.append(section)
        return found


def _plain(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Escape the marks of reStructuredText; indented blocks stay as they are."""
    literal = False
    made: list[str] = []
    for line in lines:
        indented = line.startswith("    ")
        if indented and not literal and made and not made[-1]:
            made += ["::", ""]
        literal = indented or (literal and not line.strip())
        made.append(line if literal else re.sub(r"([|*`_])", r"\\\1", line))
    lines[:] = made


def _folder(env: Any) -> str:
    """The folder of the page, made when it is first needed."""
    folders = env.live_folders
    if env.docname not in folders:
        folders[env.docname] = tempfile.TemporaryDirectory()
        for name in LINKED:
            os.symlink(ROOT / name, Path(folders[env.docname].name) / name)
    return str(folders[env.docname].name)


def _real(words: list[str]) -> list[str]:
    if words[0] == "kernelcert":
        start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
        return [sys.executable, "-c", start + "from theorems.cli import main; main()", *words[1:]]
    if words[0] in ("python", "python3"):
        return [sys.executable, *words[1:]]
    return words


def _start(app: Any) -> None:
    app.env.live_folders = {}


def _end(app: Any, _: Exception | None) -> None:
    for folder in getattr(app.env, "live_folders", {}).values():
        folder.cleanup()
    app.env.live_folders = {}


def setup(app: Any) -> dict[str, Any]:
    """Sphinx calls this."""
    for name, directive in {
        "proof": Proof, "findings": Findings, "counted": Counted, "run": Run, "commands": Commands
    }.items():  # fmt: skip
        app.add_directive(name, directive)
    app.connect("autodoc-process-docstring", _plain)
    app.connect("builder-inited", _start)
    app.connect("build-finished", _end)
    return {"version": "1", "parallel_read_safe": False}
