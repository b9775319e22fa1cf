"""The library's certificates on a page: verified by the kernel, then told as proofs in MathML."""

from __future__ import annotations

import html
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import OptionSpec

from certificates.__main__ import run as verify
from certificates.noise.__main__ import run as verify_noise
from theorems.examples import EXAMPLES
from theorems.teaching import mathml
from theorems.teaching.proof import document, work
from theorems.teaching.tree import Heading

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[3]
LIBRARY, STATEMENTS = ROOT / "certificates/library", ROOT / "theorems/statements"
GENERAL = "general"


class WorkedProof(SphinxDirective):
    """{worked-proof} STATEMENT [EXAMPLE]: the proof for all spaces, or the one on the data."""

    required_arguments = 1
    optional_arguments = 1
    option_spec: ClassVar[OptionSpec] = {"depth": directives.positive_int, "open": directives.flag}

    def run(self) -> list[nodes.Node]:
        """The kernel verifies first; what it refuses raises, and fails the build."""
        form, example = self.arguments[0], (self.arguments[1:] or [GENERAL])[0]
        folder = LIBRARY / form
        shown = form.removeprefix("findings/")
        if shown != form:  # a finding has its files in one folder
            statement, problem = folder / "statement.claim", folder / "problem.json"
            certificate, example = folder / "certificate.json", "" if problem.exists() else GENERAL
        else:
            statement, problem = STATEMENTS / f"{form}.claim", folder / example / "problem.json"
            certificate = folder / example / "certificate.json"
            if example == GENERAL:
                certificate = folder / "general.certificate.json"
        worked = work(
            statement.read_bytes(),
            None if example == GENERAL else problem.read_bytes(),
            certificate.read_bytes(),
            lambda file: (problem.parent / file).read_bytes(),
        )
        depth = self.options.get("depth", 2)
        blocks = tuple(
            block
            for block in document(worked, depth).blocks
            if not (isinstance(block, Heading) and block.level == 1)
        )
        said = "for all spaces" if example == GENERAL else f"on the data of {example or shown}"
        what = {1: "the claim", 2: "every step", 3: "every step with its arithmetic"}[depth]
        state = " open" if "open" in self.options else ""
        text = (
            f'<details class="worked"{state}><summary>{html.escape(shown)} {html.escape(said)}: '
            f"{what}</summary>\n{mathml.blocks(blocks, below=1)}\n</details>"
        )
        self.env.note_dependency(str(certificate))
        return [nodes.raw("", text, format="html")]


def instances(form: str) -> list[tuple[str, str, list[str], str]]:
    """Of a statement: where, what it is about, the words of the command, the kernel's answer."""
    found = []
    statement = f"theorems/statements/{form}.claim"
    for path in sorted((LIBRARY / form).rglob("*certificate.json")):
        place = path.parent.relative_to(ROOT)
        if path.parent.name == form:
            words = [statement, "-", str(path.relative_to(ROOT))]
            about = "all spaces, maps, vectors and constants"
        else:
            words = [statement, f"{place}/problem.json", f"{place}/certificate.json"]
            example = EXAMPLES.get(path.parent.name)
            about = f"{path.parent.name}: {example.says if example else ''}"
        answer = verify([str(ROOT / word) if word != "-" else word for word in words])[0][-1]
        found.append((form, about, ["python3 -m certificates", *words], answer))
        noise = path.parent / "noise.json"
        if noise.exists():
            words = [f"{place}/noise.json", *words, f"{place}/noise.hints.json"]
            answer = verify_noise([str(ROOT / word) for word in words])[0][-1]
            found.append((form, f"{about}, with noise", ["python3 -m certificates.noise", *words],
                          answer))  # fmt: skip
    return found


class Instances(SphinxDirective):
    """{instances} STATEMENT ...: a table of what the library has for these."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Verified one by one; a refusal is a warning, which fails the build."""
        lines = ["| statement | about | the kernel says |", "|---|---|---|"]
        commands = []
        for form in self.arguments[0].split():
            for name, about, words, answer in instances(form):
                if not answer.startswith(("s VERIFIED", "s ASSUMED")):
                    logger.warning("%s: %s", name, answer, location=self.get_location())
                lines.append(f"| `{name}` | {about} | `{answer}` |")
                commands.append(" ".join(words))
        table = self.parse_text_to_nodes("\n".join(lines))
        block = nodes.literal_block("", "\n".join(commands), language="text")
        title = "The commands, at the root of the repository"
        fold = f'<details class="fold"><summary>{title}</summary>'
        return [
            *table,
            nodes.raw("", fold, format="html"),
            block,
            nodes.raw("", "</details>", format="html"),
        ]


def setup(app: Sphinx) -> None:
    """The directives."""
    app.add_directive("worked-proof", WorkedProof)
    app.add_directive("instances", Instances)
