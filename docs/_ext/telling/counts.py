"""How much must be believed: counted while the page is built, by the programs that it names."""

from __future__ import annotations

import ast
import re
import runpy
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[3]
ROOM = ROOT / "certificates"


def budgets() -> dict[str, tuple[int, str]]:
    """The groups of modules and their limits, from the test that holds them."""
    tree = ast.parse((ROOT / "tests/test_boundary.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BUDGETS":
            found: dict[str, tuple[int, str]] = ast.literal_eval(node.value)
            return found
    raise LookupError("tests/test_boundary.py has no BUDGETS")


class CountedLines(SphinxDirective):
    """A table: group, modules, lines, and the limit that a test keeps."""

    def run(self) -> list[nodes.Node]:
        """Counted by docs/count_lines.py."""
        count = runpy.run_path(str(ROOT / "docs/count_lines.py"))["code_lines"]
        lines = ["| group | modules | lines of code | held under |", "|---|---|--:|--:|"]
        total = 0
        for group, (limit, names) in budgets().items():
            paths = [ROOM / f"{name.replace('.', '/')}.py" for name in names.split()]
            size = sum(map(count, paths))
            total += size
            said = ", ".join(n for n in names.split() if not n.endswith("__init__"))
            lines.append(f"| {group} | `{said}` | {size:,} | {limit:,} |")
        lines.append(f"| **in all** | | **{total:,}** | |")
        return self.parse_text_to_nodes("\n".join(lines))


class ExecutedLines(SphinxDirective):
    """Lines of `title = arguments of docs/executed_lines.py`; a table of counts."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Run once each, in a process of its own because it traces."""
        lines = ["| certificate | lines that run |", "|---|--:|"]
        for row in filter(None, self.content):
            title, _, words = row.rpartition(" = ")
            done = subprocess.run(
                [sys.executable, "docs/executed_lines.py", *words.split()],
                cwd=ROOT, capture_output=True, text=True, check=False,
            )  # fmt: skip
            size = re.search(r"(\d+)  lines of the kernel", done.stdout)
            if done.returncode or size is None:
                raise self.error(f"{row}: {done.stdout}{done.stderr}")
            lines.append(f"| {title} | {int(size[1]):,} |")
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Sphinx) -> None:
    """The directives."""
    app.add_directive("counted-lines", CountedLines)
    app.add_directive("executed-lines", ExecutedLines)
