"""The words of the language of statements, for colours in claims."""

from __future__ import annotations

from typing import ClassVar

from pygments.lexer import RegexLexer, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text
from sphinx.application import Sphinx

DECLARED = "statement source field spaces linear map vectors sets constants units matrices define"
SAID = "given conclude exists for all in with or"


class ClaimLexer(RegexLexer):
    """*.claim"""

    name = "claim"
    aliases: ClassVar[list[str]] = ["claim"]
    tokens: ClassVar = {
        "root": [
            (r"#.*$", Comment.Single),
            (r'"[^"]*"', String),
            (words(DECLARED.split(), prefix=r"^", suffix=r"\b"), Keyword.Declaration),
            (words(SAID.split(), prefix=r"\b", suffix=r"\b"), Keyword),
            (r"\bLipschitz\b", Name.Builtin),
            (r"^\s+[\w.-]+:", Name.Label),
            (r"\d+(/\d+)?", Number),
            (r"->|<=|<|=|[-+|*/]", Operator),
            (r"[(),:]", Punctuation),
            (r"[\w.']+", Name),
            (r"\s+", Text),
            (r".", Text),
        ]
    }


def setup(app: Sphinx) -> None:
    """As ```claim."""
    app.add_lexer("claim", ClaimLexer)
