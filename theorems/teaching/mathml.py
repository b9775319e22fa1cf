"""A worked proof in HTML with MathML: no scripts, no fonts and no files from elsewhere."""

from __future__ import annotations

from html import escape

from .plain import formula as spoken
from .plain import sentence as plainly
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

FENCES = {1: ("|",), 2: ("‖",), 3: ("|", "|", "|")}  # few fonts have three bars in one

MARKS = tuple(",.:;")
CLOSE = 'stretchy="false" lspace="0" rspace="0"'


def name(text: str) -> str:
    """A name of a statement."""
    base, index = parts(text)
    letter = f"<mi>{escape(GREEK.get(base, base))}</mi>"
    if index in PRIMES:
        return f"<msup>{letter}<mo>{PRIMES[index]}</mo></msup>"
    if not index:
        return letter
    low = f"<mn>{index}</mn>" if index.isdigit() else f"<mtext>{escape(index)}</mtext>"
    return f"<msub>{letter}{low}</msub>"


def formula(found: Formula) -> str:
    """A formula, without the math element around it."""
    match found:
        case Symbol(text):
            return name(text)
        case Number(digits):
            text = digits.replace("...", "…").replace("-", "−")
            return f"<mn>{escape(text)}</mn>"
        case Sign("thin"):
            return '<mspace width="0.17em"></mspace>'
        case Sign("negative"):
            return '<mo form="prefix">−</mo>'
        case Sign(key):
            return f"<{SIGNS[key].kind}>{SIGNS[key].html}</{SIGNS[key].kind}>"
        case Said(words):
            return f"<mtext>{escape(words)}</mtext>"
        case Row(inside):
            return f"<mrow>{''.join(map(formula, inside))}</mrow>"
        case Over(top, bottom):
            return f"<mfrac>{formula(top)}{formula(bottom)}</mfrac>"
        case Root(inner):
            return f"<msqrt>{formula(inner)}</msqrt>"
        case Raised(base, exponent):
            return f"<msup>{formula(base)}{formula(exponent)}</msup>"
        case Lowered(base, index):
            return f"<msub>{formula(base)}{formula(index)}</msub>"
        case Bars(inner, bars, index):
            fence = "".join(f'<mo class="b" {CLOSE}>{bar}</mo>' for bar in FENCES[bars])
            whole = f"<mrow>{fence}{formula(inner)}{fence}</mrow>"
            return f"<msub>{whole}{name(index)}</msub>" if index else whole
        case Brackets(inner):
            return (
                '<mrow><mo stretchy="false">(</mo>' + formula(inner)
                + '<mo stretchy="false">)</mo></mrow>'
            )  # fmt: skip
        case Conjugate(inner):
            return f"<mover>{formula(inner)}<mo>‾</mo></mover>"


def math(found: Formula, light: bool = False, large: bool = False) -> str:
    """A formula; `light` as characters, for proofs of very many steps; `large` if displayed."""
    if light:
        return f'<span class="m">{escape(spoken(found))}</span>'
    style = ' displaystyle="true"' if large else ""
    return f"<math{style}>{formula(found)}</math>"


def inline(found: Inline, light: bool = False) -> str:
    """A part of a sentence."""
    match found:
        case str():
            return escape(found)
        case Ref(number):
            return f"({number})"
        case Code(text):
            return f"<code>{escape(text)}</code>"
        case Strong(text):
            return f"<strong>{escape(text)}</strong>"
        case Sign("qed"):
            return '<span class="qed">∎</span>'
        case _:
            return math(found, light)


def sentence(words: Words, light: bool = False) -> str:
    """A sentence; a mark behind a formula stays on its line."""
    found: list[str] = []
    for word in words:
        text = inline(word, light)
        mark = isinstance(word, str) and text[:1] in MARKS and text[:1]
        if mark and found and found[-1].endswith("</math>"):
            found[-1] = f'<span class="k">{found[-1]}{mark}</span>'
            text = text[1:]
        found.append(text)
    return "".join(found)


def block(found: Block, light: bool = False, below: int = 0) -> str:
    """A block; headings are so many levels below their own."""
    match found:
        case Heading(level, words):
            return f"<h{level + below}>{sentence(words, light)}</h{level + below}>"
        case Paragraph(words):
            return f"<p>{sentence(words, light)}</p>"
        case Display(inside, number):
            tag = "" if number is None else f'<span class="n">({number})</span>'
            return f'<div class="d">{tag}<div class="f">{math(inside, light, True)}</div></div>'
        case Items(items):
            return _list(items, light)
        case Aside(title, items):
            return (
                f'<details class="a"><summary>{escape(title)}</summary>'
                f"{_list(items, light)}</details>"
            )


def _list(items: tuple[Words, ...], light: bool) -> str:
    lines = "".join(f"<li>{sentence(words, light)}</li>" for words in items)
    return f"<ul>{lines}</ul>"


def blocks(found: tuple[Block, ...], light: bool = False, below: int = 0) -> str:
    """Blocks as a fragment of a page."""
    return "\n".join(block(one, light, below) for one in found)


STYLE = """
body{font:1.05rem/1.55 Georgia,"Times New Roman",serif;max-width:46rem;margin:2rem auto;
padding:0 1rem;color:#1b1b1b;background:#fff}
.d{display:flex;gap:1rem;margin:.4rem 0}.n{min-width:3rem;color:#555}
.f{overflow-x:auto;min-width:0}.k{white-space:nowrap}
details.a{margin:.3rem 0 .6rem 4rem;font-size:.92rem}
"""


def document(found: Document) -> str:
    """A page of its own."""
    titles = [one.words for one in found.blocks if isinstance(one, Heading) and one.level == 1]
    title = escape(plainly(titles[0]))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main>\n"
        f"{blocks(found.blocks)}\n</main></body></html>\n"
    )
