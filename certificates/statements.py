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

from .format import Unreadable, read_natural
from .judgments import Comparison, Judgment
from .language import (
    RESERVED,
    Defined,
    Entry,
    Family,
    Map,
    Named,
    Names,
    Phrase,
    Signed,
    Space,
    Unit,
    expression,
    judgment,
    read_term,
)
from .terms import Bound, Datum, Term, scalar_variables

LINES = (
    *("source", "field", "spaces", "linear", "map", "vectors", "sets", "constants", "units"),
    *("given", "for", "exists", "define", "conclude"),
)
DECLARATIONS = LINES[2:10]


@dataclass(frozen=True, slots=True)
class Quantified:
    """A variable of a `for all`, with the judgments that delimit its range.

    `family` is the finite set that it runs through, or "" for the whole space.
    """

    name: str
    space: str
    family: str
    range: tuple[Judgment, ...]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A line under `given`, with the name under which an assumption is permitted."""

    label: str
    judgment: Judgment


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is claimed: one of the judgments holds, for all values of the variables in `scope`."""

    any: tuple[Judgment, ...]
    scope: frozenset[str]

    def __str__(self) -> str:
        return " or ".join(map(str, self.any))


@dataclass(frozen=True)
class Statement:
    """A statement file, read.

    `exists` names what a certificate has to choose, in the file's order, with the set that it is
    chosen from, or ""; `names` is the scope in which the certificate's own terms are read.
    """

    identifier: str
    title: str
    source: str
    text: str
    field: Literal["R", "C", ""]
    names: Names
    given: tuple[Hypothesis, ...]
    for_all: tuple[Quantified, ...]
    exists: dict[str, str]
    conclude: tuple[Conclusion, ...]


# --------------------------------------------------------------------- the statement file


class _File:
    """The state of reading one statement file, line by line."""

    def __init__(self, choices: Mapping[str, str], extra: Names) -> None:
        self.choices = choices
        self.extra = extra
        self.names: Names = {}
        self.header: dict[str, str] = {}
        self.given: list[Hypothesis] = []
        self.for_all: list[Quantified] = []
        self.exists: dict[str, str] = {}
        self.conclude: list[Conclusion] = []
        self.section = ""
        self.concluded = False

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

    def domain(self, phrase: Phrase) -> tuple[str, str]:
        """The space of a quantified vector, and its finite set or ""."""
        entry = self.names.get(phrase.peek())
        if not isinstance(entry, Family):
            return self.space(phrase), ""
        return entry.space, phrase.take("name", "the name of a set")

    def conjunction(self, phrase: Phrase) -> list[Judgment]:
        """judgment {"and" judgment}"""
        found = [judgment(phrase, self.names)]
        while phrase.accept("and"):
            found.append(judgment(phrase, self.names))
        return found

    def claim(self, alternatives: list[Judgment]) -> None:
        """A conclusion in the scope of the quantifiers so far."""
        scope = frozenset(variable.name for variable in self.for_all)
        self.conclude.append(Conclusion(tuple(alternatives), scope))

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

    def listed(self, phrase: Phrase) -> tuple[list[str], str]:
        """name {"," name} "in" space"""
        found = [phrase.take("name", "a name")]
        while phrase.accept(","):
            found.append(phrase.take("name", "a name"))
        phrase.expect("in")
        return found, self.space(phrase)

    def vector(self, phrase: Phrase, name: str, own: Term) -> None:
        """Declare a quantified vector: itself, or the term that the certificate chose for it."""
        text = self.choices.get(name)
        if text is not None:
            # only what stands before the name is in scope, so quantifiers keep their order
            scope = {**self.names, **self.extra}
            chosen = read_term(text, scope, f"the choice for {name}")
            if chosen.space != own.space:
                raise Unreadable(f"the choice for {name} is no vector of {own.space}")
            own = chosen
        self.declare(phrase, name, Named(own))

    def indented(self, phrase: Phrase) -> None:
        """A hypothesis or a conclusion."""
        if self.section == "given":
            self.hypothesis(phrase)
        elif self.section == "conclude":
            self.concluded = True
            claims = self.conjunction(phrase)
            if len(claims) == 1 and phrase.peek() == "or":
                while phrase.accept("or"):
                    claims.append(judgment(phrase, self.names))
                self.claim(claims)
            else:
                for claim in claims:
                    self.claim([claim])
        else:
            raise phrase.error("no indented line but under 'given' or 'conclude'")

    def line(self, phrase: Phrase) -> None:
        """Any other line, by its first word."""
        if self.section == "conclude":
            raise phrase.error("an indented conclusion, or the end of the file")
        word = phrase.peek()
        if word not in LINES:
            raise phrase.error(", ".join(LINES))
        phrase.position += 1
        if word in DECLARATIONS and (self.for_all or self.exists):
            # a witness must not be able to use what is declared after it
            raise Unreadable(f"{phrase.where}: {word!r} must stand before every quantifier")
        self.section = word
        getattr(self, "line_" + word)(phrase)

    def hypothesis(self, phrase: Phrase) -> None:
        """[label ":"] judgment {"and" judgment}; the second and later are label_2, ..."""
        own = ""
        if phrase.kind == "name" and [t[1] for t in phrase.tokens[1:2]] == [":"]:
            own = phrase.take("name", "a label")
            phrase.expect(":")
        for number, found in enumerate(self.conjunction(phrase), 1):
            label = own + (f"_{number}" if number > 1 else "") if own else ""
            label = label or f"given{len(self.given) + 1}"
            if label in [hypothesis.label for hypothesis in self.given]:
                raise Unreadable(f"{phrase.where}: the label {label!r} is used twice")
            self.given.append(Hypothesis(label, found))

    # one method for each kind of line

    def title(self, content: str, where: str) -> None:
        """The first line; its identifier need not be a word of the language."""
        match = re.fullmatch(r'statement +([A-Za-z0-9._-]+)(?: +"([^"]*)")?', content)
        if match is None:
            raise Unreadable(f'{where}: expected a first line like: statement 4.1.i "title"')
        self.header = {"identifier": match.group(1), "title": match.group(2) or ""}

    def line_source(self, phrase: Phrase) -> None:
        self.head(phrase, "source", phrase.take("quoted", "a quoted source")[1:-1])

    def line_field(self, phrase: Phrase) -> None:
        self.head(phrase, "field", phrase.expect("R", "C"))

    def line_spaces(self, phrase: Phrase) -> None:
        while True:
            name = phrase.take("name", "the name of a space")
            dimension = None
            if phrase.accept("of"):
                phrase.expect("dimension")
                dimension = read_natural(phrase.take("number", "a dimension"), phrase.where)
            kind = phrase.expect("l1", "l2", "linf") if phrase.accept("with") else None
            self.declare(phrase, name, Space(kind, dimension))
            if not phrase.accept(","):
                return

    def line_linear(self, phrase: Phrase) -> None:
        self.declare(phrase, *self.arrow(phrase, linear=True))

    def line_map(self, phrase: Phrase) -> None:
        self.declare(phrase, *self.arrow(phrase, linear=False))

    def line_vectors(self, phrase: Phrase) -> None:
        names, space = self.listed(phrase)
        for name in names:
            self.declare(phrase, name, Named(Term.of(Datum(name, space))))

    def line_sets(self, phrase: Phrase) -> None:
        names, space = self.listed(phrase)
        for name in names:
            self.declare(phrase, name, Family(space))

    def line_units(self, phrase: Phrase) -> None:
        self.declare(phrase, phrase.take("name", "the name of a number"), Unit())
        while phrase.accept(","):
            self.declare(phrase, phrase.take("name", "the name of a number"), Unit())

    def line_constants(self, phrase: Phrase) -> None:
        while True:
            name = phrase.take("name", "the name of a constant")
            found = phrase.accept(">", ">=")
            if found:
                phrase.expect("0")
            sign: Literal[">", ">=", ""] = ">" if found == ">" else ">=" if found else ""
            self.declare(phrase, name, Signed(sign))
            if not phrase.accept(","):
                return

    def line_for(self, phrase: Phrase) -> None:
        phrase.expect("all")
        name = phrase.take("name", "the name of a variable")
        phrase.expect("in")
        space, family = self.domain(phrase)
        self.vector(phrase, name, Term.of(Bound(name, space)))
        limits = self.conjunction(phrase) if phrase.accept("with") else []
        for limit in limits:
            # otherwise a hypothesis could hide here, where it is not reported as assumed
            inside = isinstance(limit, Comparison) and name in scalar_variables(limit.difference)
            if not inside and not self.choices:  # without choices it has been read before
                raise Unreadable(
                    f"{phrase.where}: {limit} does not limit {name}; put it under 'given'"
                )
        self.for_all.append(Quantified(name, space, family, tuple(limits)))

    def line_exists(self, phrase: Phrase) -> None:
        if phrase.accept("linear"):
            name, arrow = self.arrow(phrase, linear=True)
            choice = self.choices.get(name)
            if choice not in (None, "0"):
                raise Unreadable(f'the choice for the linear map {name} must be "0"')
            self.declare(phrase, name, replace(arrow, zero=choice == "0"))
            self.exists[name] = ""
            return
        name = phrase.take("name", "the name of a vector")
        phrase.expect("in")
        space, family = self.domain(phrase)
        # until a certificate chooses, the name stands for itself
        self.vector(phrase, name, Term.of(Datum(name, space)))
        self.exists[name] = family
        for condition in self.conjunction(phrase) if phrase.accept("with") else []:
            self.claim([condition])

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
        start = phrase.position
        body = expression(phrase, inner)
        if not isinstance(body, Term):
            raise phrase.error("a vector as the value of the map", start)
        self.declare(phrase, name, Defined(domain, body.space, parameter, body))

    def line_given(self, phrase: Phrase) -> None:
        """Hypotheses follow."""

    def line_conclude(self, phrase: Phrase) -> None:
        """Conclusions follow."""


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        # a comment goes, but not one that stands in quotes
        content = re.sub(r'("[^"]*")|#.*', lambda match: match.group(1) or "", line).rstrip()
        if content.strip():
            yield number, content


def read_statement(
    data: bytes, choices: Mapping[str, str] | None = None, extra: Names | None = None
) -> Statement:
    """The statement in a file's bytes, with the terms `choices` put in for quantified names.

    A choice may use the names that stand before it, and the vectors in `extra`.
    Raises Unreadable with line, column and the words that were expected.
    """
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError as error:
        raise Unreadable(f"statement: byte {error.start} is not ASCII; spell Psi, x_det") from None
    if not text.replace("\n", "").isprintable():
        raise Unreadable("statement: tabs and control characters are not allowed, use blanks")
    file = _File(choices or {}, extra or {})
    for number, content in _lines(text):
        where = f"statement line {number}"
        if not file.header:
            file.title(content, where)
            continue
        phrase = Phrase(content, where)
        if any(kind == "number" and text.startswith("0x") for kind, text, _ in phrase.tokens):
            raise Unreadable(f"{where}: write numbers in decimal; 0x1 reads like a name")
        if content[0] == " ":
            file.indented(phrase)
        else:
            file.line(phrase)
        phrase.end()
    if not file.header:
        raise Unreadable('statement: expected a first line like: statement 4.1.i "title"')
    if file.section != "conclude" or not file.concluded:
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
        exists=file.exists,
        conclude=tuple(file.conclude),
    )
