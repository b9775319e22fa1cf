"""The referee's report on the page of the theorem that it is about."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from theorems.findings import Row, load

LINK = re.compile(r"\]\((?!https?:)([\w./-]+)")  # those of the rows are relative to docs/


def words(row: Row, up: str) -> str:
    """A row in Markdown."""
    printed = " ".join(row.printed.split())
    says = f"{row.place}: {printed}" if printed else row.place
    lines = [f"**{row.verdict}.** {says}", "", row.holds.strip(), ""]
    return LINK.sub(rf"]({up}\1", "\n".join(lines))


def commands(row: Row) -> list[nodes.Node]:
    """What shows it, behind a fold."""
    text = "\n".join(check.run for check in row.checks)
    return [
        nodes.raw("", '<details class="again"><summary>run it again</summary>', format="html"),
        nodes.literal_block(text, text, language="text"),
        nodes.raw("", "</details>", format="html"),
    ]


class Findings(SphinxDirective):
    """{findings} 4.5: the rows whose names begin so."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A block for each row, and how many of each verdict."""
        up = "../" * self.env.docname.count("/")
        found: list[nodes.Node] = []
        begins = self.arguments[0]
        rows = [row for part in load() for row in part.rows]
        for row in rows:
            if row.identifier == begins or row.identifier.startswith(begins + "."):
                box = nodes.container(classes=["finding", row.verdict])
                box += self.parse_text_to_nodes(words(row, up))
                if row.checks:
                    box += commands(row)
                found.append(box)
        if not found:
            raise self.error(f"no finding begins with {begins}")
        return found


def setup(app: Sphinx) -> None:
    """The directive."""
    app.add_directive("findings", Findings)
