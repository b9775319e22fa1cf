"""A worked proof in Markdown, with its formulas in LaTeX between dollar signs."""

from __future__ import annotations

import re

from . import latex
from .tree import (
    Aside,
    Block,
    Code,
    Display,
    Document,
    Heading,
    Inline,
    Items,
    Paragraph,
    Ref,
    Strong,
    Words,
)


def escape(text: str) -> str:
    """Any text as Markdown: nothing in it is markup, and nothing is HTML."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]#|~$!])", r"\\\1", text).replace("\n", " ")


def inline(found: Inline) -> str:
    """A part of a sentence."""
    match found:
        case str():
            return escape(found)
        case Ref(number):
            return f"({number})"
        case Code(text):
            return f"`{text}`" if "`" not in text and "\n" not in text else escape(text)
        case Strong(text):
            return f"**{escape(text)}**"
        case _:
            return f"${latex.formula(found).strip()}$"


def sentence(words: Words) -> str:
    """A sentence."""
    return "".join(map(inline, words))


def block(found: Block) -> str:
    """A block."""
    match found:
        case Heading(level, words):
            return f"{'#' * level} {sentence(words)}"
        case Paragraph(words):
            return sentence(words)
        case Display(inside, number):
            tag = "" if number is None else f" \\tag{{{number}}}"
            return f"$$\n{latex.formula(inside).strip()}{tag}\n$$"
        case Items(items):
            return "\n".join(f"- {sentence(words)}" for words in items)
        case Aside(title, items):
            lines = "\n".join(f"> - {sentence(words)}" for words in items)
            return f"> {escape(title)}\n>\n{lines}"


def document(found: Document) -> str:
    """The whole proof as Markdown."""
    return "\n\n".join(map(block, found.blocks)) + "\n"
