"""The language of terms and judgments, and its one parser.

    expression  =  ["-"] product {("+" | "-") product}
    product     =  factor {["*"] factor}
    factor      =  number | constant | vector | "(" expression ")" | "|" expression "|"
                 | linear-map factor | map "(" expression ")" | unit | "conj" "(" unit ")"
    judgment    =  expression ("<=" | "<" | ">=" | ">" | "=") expression
                 | "Lipschitz" "(" map ")" ("<=" | ">") expression

Statement files, certificates and messages all use it.  What a name means is a table from the
name to a space, map, vector or constant; an expression is read straight into its normal form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from .format import INTEGER, Unreadable, excerpt, read_small
from .judgments import Comparison, Judgment, Lipschitz, NotLipschitz, Relation
from .terms import (
    Constant,
    Scalar,
    Term,
    Units,
    image,
    norm,
    substitute,
    times_units,
    turned,
    value,
)  # fmt: skip

TEXT_LENGTH = 100_000  # a longer expression is refused
DEPTH = 32  # so is a deeper one
NAME = "[A-Za-z][A-Za-z0-9_]{0,99}(?![A-Za-z0-9_])"
TOKEN = re.compile(
    rf"\s+|(?P<number>{INTEGER}(?:/{INTEGER})?)|(?P<name>{NAME})"
    r'|(?P<quoted>"[^"]*")|(?P<symbol><=|>=|->|[-+*()|<>=:,.])'
)
RESERVED = frozenset({
    "statement", "source", "field", "spaces", "linear", "map", "vectors", "constants",
    "given", "for", "all", "in", "with", "and", "or", "exists", "define", "conclude", "Lipschitz",
    "units", "conj", "sets", "of", "dimension",
})  # fmt: skip


def is_name(text: str) -> bool:
    """Whether a text can be a name: a letter, then letters, digits and "_"; not reserved."""
    return re.fullmatch(NAME, text) is not None and text not in RESERVED


# --------------------------------------------------------------------- what a name means


@dataclass(frozen=True, slots=True)
class Space:
    """A normed space; `norm` and `dimension` are None where the statement holds for every one."""

    norm: str | None
    dimension: int | None = None


@dataclass(frozen=True, slots=True)
class Map:
    """A map between two spaces; `zero` for a linear map that a witness put to zero."""

    domain: str
    target: str
    linear: bool
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Defined:
    """A map defined by a term in its parameter."""

    domain: str
    target: str
    parameter: str
    body: Term


@dataclass(frozen=True, slots=True)
class Named:
    """A vector: a datum, a bound variable, or the term that a certificate chose for it."""

    term: Term


@dataclass(frozen=True, slots=True)
class Signed:
    """A constant, with the sign that its declaration gives it: ">", ">=" or none."""

    sign: Literal[">", ">=", ""]


@dataclass(frozen=True, slots=True)
class Unit:
    """A scalar of modulus 1."""


@dataclass(frozen=True, slots=True)
class Family:
    """A finite set of vectors of a space."""

    space: str


Entry = Space | Map | Defined | Named | Signed | Unit | Family
Names = dict[str, Entry]


# ----------------------------------------------------------------------------- the parser


@dataclass
class Phrase:
    """A cursor over the tokens of one line or expression."""

    text: str
    where: str
    tokens: list[tuple[str, str, int]] = field(default_factory=list)
    position: int = 0
    depth: int = 0

    def __post_init__(self) -> None:
        if len(self.text) > TEXT_LENGTH:
            raise Unreadable(f"{self.where}: the expression has over {TEXT_LENGTH} characters")
        place = 0
        while place < len(self.text):
            match = TOKEN.match(self.text, place)
            if match is None:
                found = excerpt(self.text[place : place + 12])
                raise Unreadable(f"{self.where}, column {place + 1}: {found} is not understood")
            if match.lastgroup:
                self.tokens.append((match.lastgroup, match.group(), place + 1))
            place = match.end()
        self.tokens.append(("end", "the end", len(self.text) + 1))

    def error(self, expected: str, position: int | None = None) -> Unreadable:
        """The complaint at the current token, or at the token with this position."""
        kind, text, column = self.tokens[self.position if position is None else position]
        found = text if kind == "end" else excerpt(text)
        return Unreadable(f"{self.where}, column {column}: expected {expected}, found {found}")

    @property
    def kind(self) -> str:
        """The current token's kind: number, name, quoted, symbol or end."""
        return self.tokens[self.position][0]

    def peek(self) -> str:
        """The current token's text."""
        return self.tokens[self.position][1]

    def accept(self, *texts: str) -> str:
        """Take the current token if it is one of these; else ""."""
        if self.peek() in texts and self.kind in ("name", "symbol", "number"):
            self.position += 1
            return self.tokens[self.position - 1][1]
        return ""

    def expect(self, *texts: str) -> str:
        """Take the current token, which must be one of these."""
        found = self.accept(*texts)
        if not found:
            raise self.error(" or ".join(repr(text) for text in texts))
        return found

    def take(self, kind: str, expected: str) -> str:
        """Take the current token, which must be of this kind."""
        if self.kind != kind:
            raise self.error(expected)
        self.position += 1
        return self.tokens[self.position - 1][1]

    def end(self) -> None:
        """Nothing may follow."""
        if self.kind != "end":
            raise self.error("the end of the line")


Part = Scalar | Term | Units


def expression(phrase: Phrase, names: Names, norm_allowed: bool = True) -> Scalar | Term:
    """["-"] product {("+" | "-") product}"""
    phrase.depth += 1
    if phrase.depth > DEPTH:
        raise phrase.error(f"an expression nested at most {DEPTH} deep")
    sign = -1 if phrase.accept("-") else 1
    summands = [(Fraction(sign), _product(phrase, names, norm_allowed))]
    while operator := phrase.accept("+", "-"):
        sign, start = -1 if operator == "-" else 1, phrase.position
        summands.append((Fraction(sign), _product(phrase, names, norm_allowed)))
        if _kind(summands[-1][1]) != _kind(summands[0][1]):
            first, last = _kind(summands[0][1]), _kind(summands[-1][1])
            raise phrase.error(f"{first} to add to the one before, not {last}", start)
    phrase.depth -= 1
    leading = summands[0][1]
    if isinstance(leading, Term):
        return Term.combination(leading.space, [(c, t) for c, t in summands if isinstance(t, Term)])
    scalars = [(c, s) for c, s in summands if isinstance(s, Scalar)]
    return Scalar.collect((m, c * d) for c, s in scalars for m, d in s.parts)


def _kind(part: Scalar | Term) -> str:
    return f"a vector of {part.space}" if isinstance(part, Term) else "a scalar"


def _starts_factor(phrase: Phrase, norm_allowed: bool) -> bool:
    # a number does not start one: "10 000" must not be read as ten times nought
    text, kind = phrase.peek(), phrase.kind
    return (
        (kind == "name" and (text not in RESERVED or text == "conj"))
        or text == "("
        or (text == "|" and norm_allowed)
    )


def _product(phrase: Phrase, names: Names, norm_allowed: bool) -> Scalar | Term:
    factors: list[tuple[int, Part]] = []
    while not factors or phrase.accept("*") or _starts_factor(phrase, norm_allowed):
        factors.append((phrase.position, _factor(phrase, names, norm_allowed)))
    start, result = factors.pop()
    while factors:
        place, factor = factors.pop()
        if isinstance(result, Term):
            result = _multiple(phrase, factor, result, place)
        elif isinstance(factor, Scalar) and isinstance(result, Scalar):
            result = factor * result
        elif isinstance(factor, tuple) and isinstance(result, tuple):
            result = times_units(factor, result)
        elif isinstance(factor, Term):
            raise phrase.error("no vector on the left of a product", place)
        else:
            raise phrase.error("a vector behind the number of modulus 1", start)
        start = place
    if isinstance(result, tuple):
        raise phrase.error("a vector behind the number of modulus 1", start)
    return result


def _multiple(phrase: Phrase, factor: Part, term: Term, place: int) -> Term:
    if isinstance(factor, tuple):
        return turned(factor, term)
    number = factor.as_number() if isinstance(factor, Scalar) else None
    if isinstance(factor, Term):
        raise phrase.error("no vector on the left of a product", place)
    if number is None:
        raise phrase.error("a number as coefficient of the vector", place)
    return term.times(number)


def _factor(phrase: Phrase, names: Names, norm_allowed: bool) -> Part:
    if phrase.kind == "number":
        text = phrase.take("number", "a number")
        return Scalar.number(read_small(text, phrase.where))
    if phrase.accept("("):
        inner = expression(phrase, names)
        phrase.expect(")")
        return inner
    if norm_allowed and phrase.accept("|"):
        # inside bars a bar closes; a norm inside a norm needs brackets, and has no use
        start = phrase.position
        term = expression(phrase, names, norm_allowed=False)
        if not isinstance(term, Term):
            raise phrase.error("a vector between the bars", start)
        phrase.expect("|")
        return norm(term)
    if phrase.accept("conj"):
        phrase.expect("(")
        if not isinstance(names.get(phrase.peek()), Unit):
            raise phrase.error("a number of modulus 1")
        unit = phrase.take("name", "a number of modulus 1")
        phrase.expect(")")
        return ((unit, -1),)
    if phrase.kind != "name" or phrase.peek() in RESERVED:
        raise phrase.error("a number, a name, '(' or '|'")
    return _named(phrase, names, norm_allowed)


def _named(phrase: Phrase, names: Names, norm_allowed: bool) -> Part:
    name = phrase.peek()
    entry = names.get(name)
    if entry is None or isinstance(entry, Space | Family):
        known = ", ".join(n for n, e in names.items() if not isinstance(e, Space | Family))
        raise phrase.error(f"one of the names {known}")
    phrase.position += 1
    start = phrase.position
    if isinstance(entry, Unit):
        return ((name, 1),)
    if isinstance(entry, Signed):
        return Scalar.of(Constant(name))
    if isinstance(entry, Named):
        return entry.term
    if isinstance(entry, Map) and entry.linear:
        phrase.depth += 1
        if phrase.depth > DEPTH:
            raise phrase.error(f"an expression nested at most {DEPTH} deep")
        argument: Part = _factor(phrase, names, norm_allowed)
        if isinstance(argument, tuple):
            phrase.position = start
            argument = _product(phrase, names, norm_allowed)
        phrase.depth -= 1
    else:
        phrase.expect("(")
        start = phrase.position
        argument = expression(phrase, names)
        phrase.expect(")")
    if argument == Scalar():
        argument = Term(entry.domain, ())
    if not isinstance(argument, Term) or argument.space != entry.domain:
        raise phrase.error(f"a vector of {entry.domain}, to which {name} applies", start)
    if isinstance(entry, Defined):
        return substitute(entry.body, entry.parameter, argument)
    if entry.linear:
        return Term(entry.target, ()) if entry.zero else image(name, argument, entry.target)
    return value(name, argument, entry.target)


def judgment(phrase: Phrase, names: Names) -> Judgment:
    """Two expressions and a relation, or a bound on a map's Lipschitz constant."""
    if phrase.accept("Lipschitz"):
        phrase.expect("(")
        name = phrase.take("name", "the name of a map")
        if not isinstance(names.get(name), Map | Defined):
            phrase.position -= 1
            raise phrase.error("the name of a map")
        phrase.expect(")")
        relation = phrase.expect("<=", ">")
        bound = _scalar(phrase, names)
        return Lipschitz(name, bound) if relation == "<=" else NotLipschitz(name, bound)
    left = _scalar(phrase, names)
    symbol = phrase.expect("<=", "<", ">=", ">", "=")
    right = _scalar(phrase, names)
    if symbol in (">=", ">"):
        left, right = right, left
    relations: dict[str, Relation] = {"<=": "<=", "<": "<", ">=": "<=", ">": "<", "=": "="}
    return Comparison.of(left, relations[symbol], right)


def _scalar(phrase: Phrase, names: Names) -> Scalar:
    start = phrase.position
    result = expression(phrase, names)
    if not isinstance(result, Scalar):
        raise phrase.error("a scalar (put bars around the vector)", start)
    return result


def read_judgment(text: str, names: Names, where: str) -> Judgment:
    """The judgment that a text denotes.  Raises Unreadable with column and expected words."""
    phrase = Phrase(text, where)
    result = judgment(phrase, names)
    phrase.end()
    return result


def read_term(text: str, names: Names, where: str) -> Term:
    """The vector term that a text denotes."""
    phrase = Phrase(text, where)
    term = expression(phrase, names)
    phrase.end()
    if not isinstance(term, Term):
        raise Unreadable(f"{where}: {excerpt(text)} is a scalar, a vector is expected")
    return term


def read_scalar(text: str, names: Names, where: str) -> Scalar:
    """The scalar term that a text denotes."""
    phrase = Phrase(text, where)
    scalar = _scalar(phrase, names)
    phrase.end()
    return scalar
