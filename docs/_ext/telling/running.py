"""Commands that are run while the site is built: what a page shows is what they print.

    ```{run}
    :status: 0 1
    kernelcert init audit audit
    kernelcert claims audit/claims.toml -o audit/out
    ```

Every page has a folder of its own, empty when the page is read; the commands of a page run there in
the order in which they stand.  `certificates`, `theorems` and `docs` of the repository are in it,
so commands can be pasted into a shell at the root of the repository.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import OptionSpec

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[3]
LIMIT = 120  # seconds for one command
PICTURES = (".png", ".svg")
SHIMS = {
    "kernelcert": "-c 'from theorems.cli import main; main(prog_name=\"kernelcert\")'",
    "python3": "",
    "python": "",
}


def workplace(app: Sphinx, page: str) -> Path:
    """The folder of a page."""
    return Path(app.doctreedir).resolve() / "run" / page.replace("/", "-")


def fresh(app: Sphinx, page: str, source: list[str]) -> None:
    """An empty folder for a page that is read, with the repository's own folders in it."""
    folder = workplace(app, page)
    shutil.rmtree(folder, ignore_errors=True)
    if "{run}" not in source[0]:
        return
    folder.mkdir(parents=True)
    for name in ("certificates", "theorems", "docs"):
        (folder / name).symlink_to(ROOT / name)


def tools(app: Sphinx) -> None:
    """The commands by their names, run by the Python that builds the site."""
    folder = workplace(app, "bin")
    folder.mkdir(parents=True, exist_ok=True)
    for name, words in SHIMS.items():
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (folder / name).chmod(stat.S_IRWXU)


def run(command: str, folder: Path) -> tuple[str, int]:
    """What a command prints, on both streams, and its exit status."""
    path = f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"
    # not the colours of the terminal in which the site is built
    kept = {k: v for k, v in os.environ.items() if k not in ("FORCE_COLOR", "COLUMNS")}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**kept, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=LIMIT,
        check=False,
    )
    text = done.stdout.decode("utf-8", "replace").replace(f"{ROOT}/", "")
    return text.replace(f"{folder}/", ""), done.returncode


def shortened(text: str, first: int | None, last: int | None) -> str:
    """The first and the last lines, and how many are left out."""
    lines = text.rstrip().splitlines()
    if first is None and last is None:
        return "\n".join(lines)
    head, tail = lines[: first or 0], lines[len(lines) - (last or 0) :]
    left = len(lines) - len(head) - len(tail)
    if left <= 1:
        return "\n".join(lines)
    return "\n".join([*head, f"... {left} lines", *tail])


class Run(SphinxDirective):
    """A list of commands, one on each line; a backslash at the end of a line goes on."""

    has_content = True
    option_spec: ClassVar[OptionSpec] = {
        "status": lambda text: [int(word) for word in text.split()],
        "first": directives.nonnegative_int,
        "last": directives.nonnegative_int,
        "silent": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Run them; another exit status than was told is a warning, which fails the build."""
        text = "\n".join(self.content)
        commands = [c for c in re.split(r"(?<!\\)\n", text) if c.strip()]
        expected = self.options.get("status", [])
        folder = workplace(self.env.app, self.env.docname)
        shown = []
        for k, command in enumerate(commands):
            answer, status = run(command, folder)
            if status != (expected[k] if k < len(expected) else 0):
                logger.warning(
                    "%s: exit status %s\n%s", command, status, answer, location=self.get_location()
                )
            shown.append(f"$ {command}")
            cut = shortened(answer, self.options.get("first"), self.options.get("last"))
            if cut and "silent" not in self.options:
                shown.append(cut)
        block = nodes.literal_block("", "\n".join(shown), language="console", force=True)
        return [block]


class Written(SphinxDirective):
    """{written} PATH: a file that a reader would write, put where the commands find it."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[OptionSpec] = {"language": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """The file's name, and its text."""
        path = workplace(self.env.app, self.env.docname) / self.arguments[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(self.content) + "\n")
        name = nodes.paragraph("", "", nodes.literal("", self.arguments[0]), classes=["file-name"])
        language = self.options.get("language", "text")
        return [name, nodes.literal_block("", "\n".join(self.content), language=language)]


class Shown(SphinxDirective):
    """{shown} PATH: a text file that a command of this page wrote, behind a fold if it has one."""

    required_arguments = 1
    option_spec: ClassVar[OptionSpec] = {
        "language": directives.unchanged_required,
        "fold": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """The file's name, and its text."""
        path = workplace(self.env.app, self.env.docname) / self.arguments[0]
        if not path.is_file():
            logger.warning("%s was not written", path.name, location=self.get_location())
            return []
        text = path.read_text("utf-8").rstrip()
        block = nodes.literal_block(text, text, language=self.options.get("language", "text"))
        name = nodes.paragraph("", "", nodes.literal("", self.arguments[0]), classes=["file-name"])
        if "fold" not in self.options:
            return [name, block]
        title = html.escape(self.options["fold"])
        return [
            nodes.raw("", f'<details class="fold"><summary>{title}</summary>', format="html"),
            block,
            nodes.raw("", "</details>", format="html"),
        ]


class Produced(SphinxDirective):
    """A picture, with its caption, or a page that a command of this page wrote."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[OptionSpec] = {
        "alt": directives.unchanged_required,
        "width": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """A figure; of a page a link that opens it."""
        path = workplace(self.env.app, self.env.docname) / self.arguments[0]
        if not path.is_file():
            logger.warning("%s was not written", path.name, location=self.get_location())
            return []
        if path.suffix in PICTURES:
            place = Path(self.env.doc2path(self.env.docname)).parent
            picture = nodes.image(
                uri=os.path.relpath(path, place), alt=self.options.get("alt", path.stem)
            )
            if "width" in self.options:
                picture["width"] = self.options["width"]
            figure = nodes.figure("", picture)
            if self.content:
                words = self.parse_content_to_nodes()
                figure += nodes.caption("", "", *words[0].children)
            return [figure]
        kept = getattr(self.env, "telling_produced", {})
        page = self.env.docname.replace("/", "-")
        kept.setdefault(self.env.docname, []).append((str(path), f"{page}-{path.name}"))
        self.env.telling_produced = kept  # type: ignore[attr-defined]
        up = "../" * self.env.docname.count("/")
        words = html.escape(" ".join(self.content) or path.name)
        link = f'<a href="{up}produced/{page}-{path.name}">{words}</a>'
        return [nodes.raw("", f"<p>{link}</p>", format="html")]


def forget(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """A page that is read again names its files again."""
    getattr(env, "telling_produced", {}).pop(page, None)


def merge(app: Sphinx, env: BuildEnvironment, pages: set[str], other: BuildEnvironment) -> None:
    """Pages that another process has read."""
    kept = getattr(env, "telling_produced", {})
    found = getattr(other, "telling_produced", {})
    kept.update({page: files for page, files in found.items() if page in pages})
    env.telling_produced = kept  # type: ignore[attr-defined]


def copy(app: Sphinx, error: Exception | None) -> None:
    """The pages that commands wrote, beside those of the site."""
    for files in getattr(app.env, "telling_produced", {}).values():
        for source, name in files:
            target = Path(app.outdir) / "produced" / name
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(source, target)


def setup(app: Sphinx) -> None:
    """Directives and their files."""
    app.add_directive("run", Run)
    app.add_directive("written", Written)
    app.add_directive("shown", Shown)
    app.add_directive("produced", Produced)
    app.connect("builder-inited", tools)
    app.connect("source-read", fresh)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    app.connect("build-finished", copy, priority=100)
