"""Statement files rewritten: a number for a constant, one hypothesis more, one less.

Every new file has a new identifier, so that the files of one answer have different names, and the
hypotheses that stay keep their labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from certificates.format import write_number
from certificates.language import Phrase
from certificates.statements import read_statement

from ..arrays import BadInput

QUANTIFIED = ("for", "exists", "conclude")  # before these a hypothesis can stand
BODY = ("given", "define", *QUANTIFIED)  # before these a vector can be declared


def lines_of(statement_file: bytes) -> Iterator[tuple[str, str, str]]:
    """For each line the word that it begins with, "" if it is indented, and it without comment."""
    for line in statement_file.decode().split("\n"):
        content = re.sub(r'("[^"]*")|#.*', lambda match: match.group(1) or "", line).rstrip()
        word = re.match(r"\w*", content)
        yield word.group() if word else "", content, line


def renamed(statement_file: bytes, suffix: str) -> bytes:
    """The statement with a longer identifier."""
    pattern = rb"^(statement +[A-Za-z0-9._-]+)"
    return re.sub(pattern, rb"\1." + suffix.encode(), statement_file, count=1, flags=re.MULTILINE)


def with_number(statement_file: bytes, name: str, value: Fraction) -> bytes:
    """The statement with a number for a constant; comments go."""
    found = []
    for word, content, _ in lines_of(statement_file):
        if word == "constants":
            kept = [c for c in content[len(word) :].split(",") if _first(c) != name]
            content = f"constants{','.join(kept)}" if kept else ""
        elif word not in ("statement", "source"):
            content = _substituted(content, name, value)
        if content:
            found.append(content)
    text = "\n".join(found) + "\n"
    return renamed(text.encode(), f"{name}-{write_number(value).replace('/', '-')}")


def _first(text: str) -> str:
    found = re.search(r"\w+", text)
    return found.group() if found else ""


def _substituted(content: str, name: str, value: Fraction) -> str:
    tokens = Phrase(content, "statement").tokens
    found = content
    for (kind, text, column), after in reversed(list(pairwise(tokens))):
        # a label may have the name of the constant
        if kind == "name" and text == name and after[1] != ":":
            start = column - 1
            found = f"{found[:start]}({write_number(value)}){found[start + len(text) :]}"
    return found


def with_hypothesis(statement_file: bytes, text: str, label: str) -> bytes:
    """The statement with one more hypothesis, the last, under a label that may get a number."""
    used = {hypothesis.label for hypothesis in read_statement(statement_file).given}
    label = next(
        n for k in range(len(used) + 1) if (n := f"{label}_{k}" if k else label) not in used
    )
    found, section, open_ = [], "", True
    for word, _, line in lines_of(statement_file):
        if open_ and word in QUANTIFIED:
            found += [*(["given"] if section != "given" else []), f"  {label}: {text}"]
            open_ = False
        section = word or section
        found.append(line)
    return "\n".join(found).encode()


def with_limit(statement_file: bytes, variable: str, text: str) -> bytes:
    """The statement with one more limit to the range of a `for all`."""
    found = []
    for word, content, line in lines_of(statement_file):
        tokens = [token for _, token, _ in Phrase(content, "").tokens] if word == "for" else []
        if tokens[2:3] == [variable]:
            line = f"{content} {'and' if 'with' in tokens else 'with'} {text}"
        found.append(line)
    return "\n".join(found).encode()


def with_vectors(statement_file: bytes, names: tuple[str, ...], space: str) -> bytes:
    """The statement with more vectors."""
    found, open_ = [], True
    for word, _, line in lines_of(statement_file):
        if open_ and word in BODY:
            found.append(f"vectors {', '.join(names)} in {space}")
            open_ = False
        found.append(line)
    return "\n".join(found).encode()


def with_conclusion(statement_file: bytes, text: str) -> bytes:
    """The statement with one conclusion in place of its own."""
    found = []
    for word, _, line in lines_of(statement_file):
        found.append(line)
        if word == "conclude":
            break
    return "\n".join([*found, f"  {text}", ""]).encode()


def without(statement_file: bytes, label: str) -> bytes:
    """The statement without the hypothesis of this label.

    Raises BadInput if there is no such hypothesis.
    """
    labels = [hypothesis.label for hypothesis in read_statement(statement_file).given]
    if label not in labels:
        raise BadInput(
            f"--drop {label}: no such hypothesis; known are {', '.join(labels) or 'none'}"
        )
    found, section, left, gone = [], "", labels, False
    for word, content, line in lines_of(statement_file):
        section = word or section
        if section == "given" and not word and content.strip():
            own = re.fullmatch(r"\s*(?:(\w+)\s*:)?(.*)", content)
            head, judgments = own.groups() if own else (None, content)
            parts = [part.strip() for part in re.split(r"\band\b", judgments)]
            names, left = left[: len(parts)], left[len(parts) :]
            if label in names or (gone and not head):
                pairs = zip(names, parts, strict=True)
                found += [f"  {name}: {part}" for name, part in pairs if name != label]
                gone = True
                continue
        found.append(line)
    return renamed("\n".join(found).encode(), f"without-{label}")
