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
    "M1": "M<sub>1</sub>",
    "c_opt": "c<sub>opt</sub>",
}
LETTERS = "|".join(sorted((n for n in GREEK if n != "pi"), key=len, reverse=True))
ROOT = re.compile(r"\bsqrt\((\d+)\)")
INDEXED = re.compile(rf"\b([A-Za-z]|{LETTERS})_(det|[a-z]|\d+)\b")
LETTER = re.compile(rf"\b({LETTERS})\b")
SIZES = re.compile(r"(?<=\d) x (?=\d)")


def typeset(text: str) -> Markup:
    """A sentence, a name or a number as HTML; characters of HTML have no power."""
    found = escape(ROOT.sub(r"√\1", SIZES.sub(" \u00d7 ", text)), quote=False)
    found = INDEXED.sub(lambda m: f"{m[1]}<sub>{m[2]}</sub>", found)
    found = LETTER.sub(lambda m: GREEK[m[1]], found)
    for typed, sign in SIGNS.items():
        found = found.replace(escape(typed, quote=False), sign)
    return Markup(found)
