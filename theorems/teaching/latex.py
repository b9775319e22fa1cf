"""A worked proof in LaTeX: a document that compiles alone, or a fragment for `\\input`."""

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

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\char34{}",
    "²": r"\textsuperscript{2}", "−": "$-$", "…": r"\dots{}", "\u2032": "$'$", "\u2033": "$''$",
    "\u00d7": r"$\times$", "\u21a6": r"$\mapsto$",
    "'": "'{}", "`": r"\textasciigrave{}",
}  # fmt: skip

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\usepackage{amsmath,amssymb}
\usepackage[a4paper,margin=2.7cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{3pt plus 1pt}
\emergencystretch=4em
\allowdisplaybreaks
\begin{document}
"""

NEEDED = "% needs \\usepackage{amsmath,amssymb}; LaTeX of 2020 or later\n"


def escape(text: str) -> str:
    """Any text as LaTeX: what a person writes in a title has no power."""
    return "".join(SPECIAL.get(c, _other(c)) for c in text)


def _other(character: str) -> str:
    greek = {letter: name for name, letter in GREEK.items()}
    if character in greek:
        return f"$\\{greek[character]}$" if greek[character] not in NO_COMMAND else character
    if character in "\n\t":
        return " "
    known = character.isascii() or 0xC0 <= ord(character) <= 0xFF
    return character if known and character.isprintable() else f"[U+{ord(character):04X}]"


NO_COMMAND = ("omicron",)


def name(text: str) -> str:
    """A name of a statement."""
    base, index = parts(text)
    letter = f"\\{base} " if base in GREEK else base if len(base) == 1 else _upright(base)
    if index in PRIMES:
        return letter + ("'" if index == "prime" else "''")
    if not index:
        return letter
    return f"{letter}_{{{index if index.isdigit() else _upright(index)}}}"


def _upright(word: str) -> str:
    return f"\\mathrm{{{word.replace('_', chr(92) + '_')}}}"


def formula(found: Formula) -> str:
    """A formula, for maths mode."""
    match found:
        case Symbol(text):
            return f"{{{name(text)}}}"
        case Number(digits):
            return digits.replace("...", r"\ldots ")
        case Sign(key):
            return SIGNS[key].latex
        case Said(words):
            return f"\\text{{{escape(words)}}}"
        case Row(inside):
            return "".join(map(formula, inside))
        case Over(top, bottom):
            return f"\\tfrac{{{formula(top)}}}{{{formula(bottom)}}}"
        case Root(inner):
            return f"\\sqrt{{{formula(inner)}}}"
        case Raised(base, exponent):
            return f"{{{formula(base)}}}^{{{formula(exponent)}}}"
        case Lowered(base, index):
            return f"{{{formula(base)}}}_{{{formula(index)}}}"
        case Bars(inner, bars, index):
            left = {1: r"\lvert ", 2: r"\lVert ", 3: r"\lvert\mkern-1.5mu\lvert\mkern-1.5mu\lvert "}
            fence = left[bars]
            low = f"_{{{name(index)}}}" if index else ""
            return f"{fence}{formula(inner)}{fence.replace('lv', 'rv').replace('lV', 'rV')}{low}"
        case Brackets(inner):
            return f"({formula(inner)})"
        case Conjugate(inner):
            return f"\\overline{{{formula(inner)}}}"


def inline(found: Inline) -> str:
    """A part of a sentence."""
    match found:
        case str():
            return escape(found)
        case Ref(number):
            return f"({number})"
        case Code(text):
            return f"\\texttt{{{escape(text)}}}"
        case Strong(text):
            return f"\\textbf{{{escape(text)}}}"
        case _:
            return f"${formula(found)}$"


def sentence(words: Words) -> str:
    """A sentence."""
    return "".join(map(inline, words))


def display(found: Formula, number: int | None) -> str:
    """A formula that may break over lines, with its number at the left."""
    tag = f"\\makebox[3.2em][l]{{{'' if number is None else f'({number})'}}}"
    return (
        "\\par\\smallskip\\noindent\\begingroup\\raggedright\\hangindent=4.2em\\hangafter=1 "
        f"{tag}$\\displaystyle {formula(found)}$\\par\\endgroup\\smallskip\\noindent"
    )


def block(found: Block) -> str:
    """A block."""
    match found:
        case Heading(level, words):
            return f"\\{'sub' * (level - 1)}section*{{{sentence(words)}}}"
        case Paragraph(words):
            return sentence(words)
        case Display(inside, number):
            return display(inside, number)
        case Items(items):
            return _list(items)
        case Aside(title, items):
            return f"{{\\small\\par {escape(title)}.\n{_list(items)}}}"


def _list(items: tuple[Words, ...]) -> str:
    lines = "\n".join(f"\\item {sentence(words)}" for words in items)
    return f"\\begin{{itemize}}\\raggedright\n{lines}\n\\end{{itemize}}"


def fragment(found: Document) -> str:
    """For `\\input` into a document that loads amsmath and amssymb."""
    body = "\n\n".join(map(block, found.blocks))
    return f"{NEEDED}\\begingroup\\sloppy\n{body}\n\\par\\endgroup\n"


def document(found: Document) -> str:
    """A document that compiles alone."""
    body = "\n\n".join(map(block, found.blocks))
    return f"{PREAMBLE}{body}\n\\end{{document}}\n"
