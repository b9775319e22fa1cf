"""Statements: text files that a mathematician reads, and what a yes will mean.

A statement file declares spaces, maps, vectors and constants, lists hypotheses under `given`,
names its quantifiers, and ends with `conclude`.  Nothing in a certificate can change what a
statement says: a certificate may only choose a witness for an `exists`, or, to refute, for a
`for all`.  `docs/statements.md` has the grammar of the whole file, with examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from .format import Unreadable
from .judgments import Judgment
from .language import (
    RESERVED,
    Defined,
    Entry,
    Map,
    Named,
    Names,
    Phrase,
    Signed,
    Space,
    expression,
    judgment,
)
from .terms import Bound, Datum, Term, bound_variables

Zero = Literal["0"]


@dataclass(frozen=True, slots=True)
class Quantified:
    """A variable of a `for all`, with the judgments that delimit its range."""

    name: str
    space: str
    range: tuple[Judgment, ...]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A line under `given`, with the name under which an assumption is permitted."""

    label: str
    judgment: Judgment


@dataclass(frozen=True)
class Statement:
    """A statement file, read.

    `exists` names what a certificate has to choose, in the file's order; `names` is the scope in
    which the certificate's own terms are read.
    """

    identifier: str
    title: str
    source: str
    text: str
    field: Literal["R", "C", ""]
    names: Names
    given: tuple[Hypothesis, ...]
    for_all: tuple[Quantified, ...]
    exists: tuple[str, ...]
    conclude: tuple[Judgment, ...]


# --------------------------------------------------------------------- the statement file


class _File:
    """The state of reading one statement file, line by line."""

    def __init__(self, choices: Mapping[str, Term | Zero]) -> None:
        self.choices = choices
        self.names: Names = {}
        self.header: dict[str, str] = {}
        self.given: list[Hypothesis] = []
        self.for_all: list[Quantified] = []
        self.exists: list[str] = []
        self.conclude: list[Judgment] = []
        self.section = ""

    def declare(self, phrase: Phrase, name: str, entry: Entry) -> None:
        if name in self.names:
            raise Unreadable(f"{phrase.where}: the name {name!r} is declared twice")
        if name in RESERVED:
            raise Unreadable(f"{phrase.where}: the word {name!r} cannot be used as a name")
        self.names[name] = entry

    def head(self, phrase: Phrase, key: str, value: str) -> None:
        if key in self.header:
            raise Unreadable(f"{phrase.where}: the {key} is given twice")
        self.header[key] = value

    def space(self, phrase: Phrase) -> str:
        if not isinstance(self.names.get(phrase.peek()), Space):
            raise phrase.error("the name of a space")
        return phrase.take("name", "the name of a space")

    def arrow(self, phrase: Phrase, linear: bool) -> tuple[str, Map]:
        name = phrase.take("name", "the name of a map")
        phrase.expect(":")
        domain = self.space(phrase)
        phrase.expect("->")
        return name, Map(domain, self.space(phrase), linear)

    def chosen(self, phrase: Phrase, name: str, space: str) -> Term | None:
        """The term that the certificate chose for `name`; it may use only what stands before."""
        choice = self.choices.get(name)
        if choice is None:
            return None
        if choice == "0" or not isinstance(choice, Term) or choice.space != space:
            raise Unreadable(f"{phrase.where}: the choice for {name} is no vector of {space}")
        for variable in bound_variables(choice):
            if variable not in self.names:
                raise Unreadable(
                    f"{phrase.where}: the choice for {name} uses {variable}, quantified after it"
                )
        return choice

    def hypothesis(self, phrase: Phrase) -> None:
        """[label ":"] judgment"""
        label = f"given{len(self.given) + 1}"
        if phrase.peek_kind() == "name" and [t[1] for t in phrase.tokens[1:2]] == [":"]:
            label = phrase.take("name", "a label")
            phrase.expect(":")
        if label in [hypothesis.label for hypothesis in self.given]:
            raise Unreadable(f"{phrase.where}: the label {label!r} is used twice")
        self.given.append(Hypothesis(label, judgment(phrase, self.names)))

    # one method for each kind of line

    def line_statement(self, phrase: Phrase) -> None:
        match = re.fullmatch(r'statement +([A-Za-z0-9._-]+)(?: +"([^"]*)")?', phrase.text)
        if match is None:
            raise phrase.error('an identifier and a title: statement 4.1.i "..."')
        self.head(phrase, "identifier", match.group(1))
        self.header["title"] = match.group(2) or ""

    def line_source(self, phrase: Phrase) -> None:
        self.head(phrase, "source", phrase.take("quoted", "a quoted source")[1:-1])
        phrase.end()

    def line_field(self, phrase: Phrase) -> None:
        self.head(phrase, "field", phrase.expect("R", "C"))
        phrase.end()

    def line_spaces(self, phrase: Phrase) -> None:
        while True:
            name = phrase.take("name", "the name of a space")
            kind = phrase.expect("l1", "l2", "linf") if phrase.accept("with") else None
            self.declare(phrase, name, Space(kind))
            if not phrase.accept(","):
                return phrase.end()

    def line_linear(self, phrase: Phrase) -> None:
        name, arrow = self.arrow(phrase, linear=True)
        self.declare(phrase, name, arrow)
        phrase.end()

    def line_map(self, phrase: Phrase) -> None:
        name, arrow = self.arrow(phrase, linear=False)
        self.declare(phrase, name, arrow)
        phrase.end()

    def line_vectors(self, phrase: Phrase) -> None:
        found = [phrase.take("name", "the name of a vector")]
        while phrase.accept(","):
            found.append(phrase.take("name", "the name of a vector"))
        phrase.expect("in")
        space = self.space(phrase)
        phrase.end()
        for name in found:
            self.declare(phrase, name, Named(Term.of(Datum(name, space))))

    def line_constants(self, phrase: Phrase) -> None:
        while True:
            name = phrase.take("name", "the name of a constant")
            found = phrase.accept(">", ">=")
            if found:
                phrase.expect("0")
            sign: Literal[">", ">=", ""] = ">" if found == ">" else ">=" if found else ""
            self.declare(phrase, name, Signed(sign))
            if not phrase.accept(","):
                return phrase.end()

    def line_for(self, phrase: Phrase) -> None:
        phrase.expect("all")
        name = phrase.take("name", "the name of a variable")
        phrase.expect("in")
        space = self.space(phrase)
        choice = self.chosen(phrase, name, space)
        own = Term.of(Bound(name, space))
        self.declare(phrase, name, Named(own if choice is None else choice))
        limits: list[Judgment] = []
        if phrase.accept("with"):
            limits.append(judgment(phrase, self.names))
            while phrase.accept("and"):
                limits.append(judgment(phrase, self.names))
        phrase.end()
        self.for_all.append(Quantified(name, space, tuple(limits)))

    def line_exists(self, phrase: Phrase) -> None:
        if phrase.accept("linear"):
            name, arrow = self.arrow(phrase, linear=True)
            choice = self.choices.get(name)
            if choice not in (None, "0"):
                raise Unreadable(
                    f'{phrase.where}: the choice for the linear map {name} must be "0"'
                )
            self.declare(phrase, name, replace(arrow, zero=choice == "0"))
        else:
            name = phrase.take("name", "the name of a vector")
            phrase.expect("in")
            space = self.space(phrase)
            # until a certificate chooses, the name stands for itself
            choice = self.chosen(phrase, name, space)
            own = Term.of(Datum(name, space))
            self.declare(phrase, name, Named(own if choice is None else choice))
        self.exists.append(name)
        phrase.end()

    def line_define(self, phrase: Phrase) -> None:
        name = phrase.take("name", "the name of a map")
        phrase.expect("(")
        parameter = phrase.take("name", "the name of the parameter")
        phrase.expect("in")
        domain = self.space(phrase)
        phrase.expect(")")
        phrase.expect("=")
        inner = dict(self.names)
        if parameter in inner or parameter in RESERVED:
            raise Unreadable(f"{phrase.where}: the name {parameter!r} is declared twice")
        inner[parameter] = Named(Term.of(Bound(parameter, domain)))
        body = expression(phrase, inner)
        phrase.end()
        if not isinstance(body, Term):
            raise phrase.error("a vector as the value of the map")
        self.declare(phrase, name, Defined(domain, body.space, parameter, body))

    def line_given(self, phrase: Phrase) -> None:
        if self.for_all or self.exists:
            raise Unreadable(f"{phrase.where}: 'given' must stand before every quantifier")
        self.section = "given"
        phrase.end()

    def line_conclude(self, phrase: Phrase) -> None:
        self.section = "conclude"
        phrase.end()


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        content = line.split("#")[0].rstrip()
        if content.strip():
            yield number, content


def read_statement(data: bytes, choices: Mapping[str, Term | Zero] | None = None) -> Statement:
    """The statement in a file's bytes, with `choices` put in for quantified names.

    Raises Unreadable with line, column and the words that were expected.
    """
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise Unreadable(f"statement: byte {error.start} is not ASCII; spell Psi, x_det") from None
    if not text.replace("\n", "").isprintable():
        raise Unreadable("statement: tabs and control characters are not allowed, use blanks")
    file = _File(choices or {})
    for number, content in _lines(text):
        phrase = Phrase(content, f"statement line {number}")
        if content[0] == " ":
            if file.section not in ("given", "conclude"):
                raise phrase.error("'given' or 'conclude' before an indented line; nothing here")
            if file.section == "given":
                file.hypothesis(phrase)
            else:
                file.conclude.append(judgment(phrase, file.names))
            phrase.end()
            continue
        if file.section == "conclude":
            raise phrase.error("an indented conclusion, or the end of the file")
        word = phrase.take("name", "a word such as 'statement' or 'given'")
        handler = getattr(file, "line_" + word, None)
        if handler is None or word not in RESERVED:
            phrase.position = 0
            raise phrase.error(
                "statement, source, field, spaces, linear, map, vectors, constants, given, "
                "for, exists, define or conclude"
            )
        if word not in ("given", "conclude"):
            file.section = ""
        handler(phrase)
    if "identifier" not in file.header:
        raise Unreadable('statement line 1: expected a first line like: statement 4.1.i "title"')
    if not file.conclude:
        raise Unreadable("statement: there is no conclusion; end the file with 'conclude'")
    return Statement(
        identifier=file.header["identifier"],
        title=file.header["title"],
        source=file.header.get("source", ""),
        text=text,
        field="R" if file.header.get("field") == "R" else "C" if "field" in file.header else "",
        names=file.names,
        given=tuple(file.given),
        for_all=tuple(file.for_all),
        exists=tuple(file.exists),
        conclude=tuple(file.conclude),
    )
