"""A worked proof for the terminal."""

from __future__ import annotations

from .symbols import GREEK, PRIMES, SIGNS, parts
from .tree import (
    Aside,
    Bars,
    Block,
    Brackets,
    Code,
    Conjugate,
    Display,
    Document,
    Formula,
    Heading,
    Inline,
    Items,
    Lowered,
    Number,
    Over,
    Paragraph,
    Raised,
    Ref,
    Root,
    Row,
    Said,
    Sign,
    Strong,
    Symbol,
    Words,
)


def formula(found: Formula) -> str:
    """A formula in a line of Unicode."""
    match found:
        case Symbol(name):
            base, index = parts(name)
            if index in PRIMES:
                return GREEK.get(base, base) + PRIMES[index]
            return GREEK.get(base, base) + (f"_{index}" if index else "")
        case Number(digits):
            return digits.replace("...", "…").replace("-", "−")
        case Sign(key):
            return SIGNS[key].plain
        case Said(words):
            return words
        case Row(inside):
            text = "".join(map(formula, inside))
            # a leading sign of a sum stands close
            return text[1:].replace(" ", "", 1) if text.startswith((" − ", " + ")) else text
        case Over(top, bottom):
            return f"{_close(top)}/{formula(bottom)}"
        case Root(inner):
            return f"√{formula(inner)}" if isinstance(inner, Number) else f"√({formula(inner)})"
        case Raised(base, exponent):
            return f"{formula(base)}^{formula(exponent)}"
        case Lowered(Sign("ell"), index):
            return "l" + formula(index)
        case Lowered(base, index):
            return f"{formula(base)}_{formula(index)}"
        case Bars(inner, bars, index):
            fence = {1: "|", 2: "‖", 3: "|||"}[bars]
            return f"{fence}{formula(inner)}{fence}" + (f"_{index}" if index else "")
        case Brackets(inner):
            return f"({formula(inner)})"
        case Conjugate(inner):
            return f"conj({formula(inner)})"


def _close(top: Formula) -> str:
    return formula(top) if isinstance(top, Number) else f"({formula(top)})"


def inline(found: Inline) -> str:
    """A part of a sentence."""
    match found:
        case str():
            return found
        case Ref(number):
            return f"({number})"
        case Code(text) | Strong(text):
            return text
        case _:
            return formula(found)


def sentence(words: Words) -> str:
    """A sentence."""
    return "".join(map(inline, words))


def block(found: Block) -> str:
    """A block, without the empty line behind it."""
    match found:
        case Heading(level, words):
            text = sentence(words)
            return text if level > 1 else f"{text}\n{'=' * len(text)}"
        case Paragraph(words):
            return sentence(words)
        case Display(inside, number):
            return ("" if number is None else f"({number})").rjust(6) + "  " + formula(inside)
        case Items(items):
            return "\n".join(f"  - {sentence(words)}" for words in items)
        case Aside(title, items):
            lines = "\n".join(f"      {sentence(words)}" for words in items)
            return f"      [{title}]\n{lines}"


def document(found: Document) -> str:
    """The whole proof as plain text."""
    lines: list[str] = []
    for one in found.blocks:
        if isinstance(one, Heading) and one.level > 1:
            lines.append("")
        lines.append(block(one))
        if isinstance(one, Heading):
            lines.append("")
    return "\n".join(lines).strip() + "\n"
