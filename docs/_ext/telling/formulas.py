"""Formulas as MathML, made by docutils: nothing to load, and every browser shows them."""

from __future__ import annotations

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)


def _mathml(node: nodes.Element, block: bool) -> str:
    """The formula of a node; one that cannot be read is a warning, which fails the build."""
    try:
        return str(tex2mathml(node.astext(), as_block=block))
    except (MathError, IndexError, SyntaxError) as error:
        logger.warning("a formula cannot be read: %s", error, location=node)
        return ""


def visit_math(self: HTML5Translator, node: nodes.Element) -> None:
    """A formula in a sentence."""
    self.body.append(_mathml(node, False))
    raise nodes.SkipNode


def visit_display(self: HTML5Translator, node: nodes.Element) -> None:
    """A formula on a line of its own."""
    self.body.append(f'<div class="formula">{_mathml(node, True)}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Registered as html_math_renderer = "mathml"."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
