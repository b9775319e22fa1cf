"""Words of a run, which are written for a terminal, in the paper's symbols for the page.

Only letters and signs change: `Psi` becomes Ψ, `x_det` gets its index, `<=` becomes ≤.  What is
behind a fold or is to be copied stays as it was typed.
"""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup

from ..teaching.symbols import GREEK

SIGNS = {
    "<=": "≤",
    ">=": "≥",
    "->": "→",
    " - ": " − ",
    "x''": "x″",
    "x'": "x′",
    "x^ ": "x\u0302 ",
    "x^|": "x\u0302|",
    "c_opt": "c<sub>opt</sub>",
}
LETTERS = "|".join(sorted((n for n in GREEK if n != "pi"), key=len, reverse=True))
ROOT = re.compile(r"\bsqrt\(([\d/]+)\)")
INDEXED = re.compile(rf"\b([A-Za-z]|{LETTERS})_([A-Za-z]+|\d+)\b(?!\.\w|_)")
CLASS = re.compile(r"\bM1(_\d+)?\b(?!\.\w|_)")
NORM = re.compile(r"\|_(l\d|linf)\b")
POWER = re.compile(r"\b([RC])\^(\w+)")
LETTER = re.compile(rf"\b({LETTERS})\b")
SQUARE = re.compile(r"(?<=[^\W\d_])\^(\d)\b")
SIZES = re.compile(r"(?<=\d) x (?=\d)")


DECIMAL = re.compile(r"\b(\d+)/1(0{4,30})\b")


def _decimal(found: re.Match[str]) -> str:
    """A fraction over a power of ten as the decimal that it is."""
    places = len(found[2])
    digits = found[1].zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]}"


def _root(found: re.Match[str]) -> str:
    return f"√({found[1]})" if "/" in found[1] else f"√{found[1]}"


def _class(found: re.Match[str]) -> str:
    """The model class and its members."""
    return f"M<sub>1{(found[1] or '').replace('_', ',')}</sub>"


def typeset(text: str) -> Markup:
    """A sentence, a name or a number as HTML; characters of HTML have no power."""
    found = escape(ROOT.sub(_root, SIZES.sub(" \u00d7 ", DECIMAL.sub(_decimal, text))), quote=False)
    found = INDEXED.sub(lambda m: f"{m[1]}<sub>{m[2]}</sub>", found)
    found = CLASS.sub(_class, found)
    found = NORM.sub(r"|<sub>\1</sub>", found)
    found = POWER.sub(r"\1<sup>\2</sup>", found)
    found = SQUARE.sub(r"<sup>\1</sup>", found)
    found = LETTER.sub(lambda m: GREEK[m[1]], found)
    for typed, sign in SIGNS.items():
        found = found.replace(escape(typed, quote=False), sign)
    return Markup(found)
