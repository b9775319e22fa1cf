"""What a worked proof is made of, before it is text, Markdown, LaTeX or HTML.

Formulas are trees of symbols, numbers and operators; sentences are sequences of words, formulas
and references to steps; a document is a sequence of blocks.  Nothing here knows how it is written:
that is the business of `plain`, `latex` and `mathml`, one of each node.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# ------------------------------------------------------------------------------- formulas


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name of the statement, the problem or the certificate, as it is spelled there."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """Digits, perhaps with a sign, a point or, where they were cut off, "..." at the end."""

    digits: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A relation, an operator or a delimiter: a key of the tables of the back ends."""

    key: str


@dataclass(frozen=True, slots=True)
class Said:
    """Upright words in a formula."""

    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """Parts beside each other."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Over:
    """A fraction."""

    top: Formula
    bottom: Formula


@dataclass(frozen=True, slots=True)
class Root:
    """A square root."""

    inner: Formula


@dataclass(frozen=True, slots=True)
class Raised:
    """A power, or a space of so many dimensions."""

    base: Formula
    exponent: Formula


@dataclass(frozen=True, slots=True)
class Lowered:
    """Something with an index."""

    base: Formula
    index: Formula


@dataclass(frozen=True, slots=True)
class Bars:
    """A modulus (1 bar) or a norm, with 2 or 3 bars; `index` is the space, where that helps."""

    inner: Formula
    bars: int
    index: str = ""


@dataclass(frozen=True, slots=True)
class Brackets:
    """Round brackets."""

    inner: Formula


@dataclass(frozen=True, slots=True)
class Conjugate:
    """The complex conjugate."""

    inner: Formula


Formula = (
    Symbol | Number | Sign | Said | Row | Over | Root | Raised | Lowered | Bars | Brackets
    | Conjugate
)  # fmt: skip


def row(*parts: Formula) -> Row:
    """Parts beside each other."""
    return Row(parts)


def joined(parts: list[Formula], key: str) -> Formula:
    """Parts with a sign between them."""
    found: list[Formula] = []
    for part in parts:
        found += [Sign(key), part] if found else [part]
    return Row(tuple(found))


# ------------------------------------------------------------------------------ sentences


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to a displayed step."""

    number: int


@dataclass(frozen=True, slots=True)
class Code:
    """A word as it is typed: the name of a file, a command, a label."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that matter."""

    text: str


Inline = str | Formula | Ref | Code | Strong
Words = tuple[Inline, ...]


def listed(items: list[Words], last: str = " and ") -> Words:
    """Items as a sentence lists them: a, b and c."""
    found: list[Inline] = []
    for place, item in enumerate(items):
        if place:
            found.append(last if place == len(items) - 1 else ", ")
        found += item
    return tuple(found)


# --------------------------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the title."""

    level: int
    words: Words


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    words: Words


@dataclass(frozen=True, slots=True)
class Display:
    """A formula on a line of its own, with the number of its step; None if it has none."""

    formula: Formula
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Aside:
    """The arithmetic of a step, opened."""

    title: str
    items: tuple[Words, ...]


Block = Heading | Paragraph | Display | Items | Aside


@dataclass(frozen=True)
class Document:
    """A worked proof."""

    blocks: tuple[Block, ...] = field(default=())
