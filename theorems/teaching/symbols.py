"""How names and signs are written: one table for all back ends.

A name of a statement is a letter or a Greek letter's name, perhaps with an index behind "_".
`x_det` is x with the upright index det, `Psi` a Greek letter, `images_1` an upright word with the
index 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GREEK = dict(
    zip(
        (
            *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota"),
            *("kappa", "lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon"),
            *("phi", "chi", "psi", "omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi"),
            *("Sigma", "Upsilon", "Phi", "Psi", "Omega"),
        ),
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
        strict=True,
    )
)
PRIMES = {"prime": "\u2032", "second": "\u2033"}


@dataclass(frozen=True, slots=True)
class Written:
    """A sign as plain text, in LaTeX and as a character of MathML; `kind` is its element there."""

    plain: str
    latex: str
    html: str
    kind: str = "mo"


SIGNS = {
    "<=": Written(" ≤ ", r"\le ", "≤"),
    "<": Written(" < ", "<", "&lt;"),
    "=": Written(" = ", "=", "="),
    ">": Written(" > ", ">", "&gt;"),
    ">=": Written(" ≥ ", r"\ge ", "≥"),
    "+": Written(" + ", "+", "+"),
    "-": Written(" − ", "-", "−"),
    "negative": Written("−", "-", "−"),
    "in": Written(" ∈ ", r"\in ", "∈"),
    "times": Written(" · ", r"\cdot ", "·"),
    "thin": Written(" ", r"\,", "\u2009", "mspace"),
    ",": Written(", ", ",\\allowbreak ", ","),
    ":": Written(" : ", r"\colon ", ":"),
    "mapsto": Written(" \u21a6 ", r"\mapsto ", "\u21a6"),
    "star": Written("*", "*", "\u2217"),
    "->": Written(" → ", r"\to ", "→"),
    "|": Written("|", "|", "|"),
    "(": Written("(", "(", "("),
    ")": Written(")", ")", ")"),
    "...": Written("…", r"\dots ", "…"),
    "R": Written("R", r"\mathbb{R}", "ℝ", "mi"),
    "C": Written("C", r"\mathbb{C}", "ℂ", "mi"),
    "ell": Written("l", r"\ell ", "ℓ", "mi"),
    "infinity": Written("inf", r"\infty ", "∞", "mi"),
    "qed": Written("∎", r"\square ", "∎"),
}


def parts(name: str) -> tuple[str, str]:
    """The letter or word, and the index, "" if there is none."""
    base, _, index = name.partition("_")
    return (base, index.replace("_", ",")) if base else (name, "")


WORD = re.compile(
    r"\b([A-Za-z]|" + "|".join(GREEK) + r")_([A-Za-z0-9]+)\b|\b(" + "|".join(GREEK) + r")\b"
)


def pieces(text: str) -> list[tuple[str, bool]]:
    """A title or a source cut into words and names, such as Psi and x_det; True for a name."""
    found: list[tuple[str, bool]] = []
    end = 0
    for name in WORD.finditer(text):
        found += [(text[end : name.start()], False), (name[0], True)]
        end = name.end()
    return [piece for piece in [*found, (text[end:], False)] if piece[0]]
