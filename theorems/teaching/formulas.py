"""Terms, judgments and exact numbers of the kernel as formulas, in the paper's symbols.

`docs/notation.md` fixes the letters.  The measurements, the space Y, have the norm with three bars,
every other space the one with two, with the space as an index where there are more than X and Y.
What is long is folded: the sign "..." stands for what is left out, and the words say how much.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from certificates.exact import Roots
from certificates.format import write_number
from certificates.judgments import Comparison, Judgment, Lipschitz
from certificates.matrices import Vector
from certificates.norms import Norm as SpaceNorm
from certificates.terms import Atom, Image, Norm, Quantity, Scalar, Term, Turned, Value

from ..decimals import LONGEST, digits_of, exact_text, simplest
from .tree import (
    Bars,
    Brackets,
    Conjugate,
    Formula,
    Lowered,
    Number,
    Over,
    Raised,
    Root,
    Row,
    Said,
    Sign,
    Symbol,
    joined,
    row,
)

SUMMANDS = 12  # a sum of more shows the first ones and the last
SIZE = 60  # atoms: a larger argument is folded
ENTRIES = 6  # of a vector
MEASUREMENTS = "Y"


class Reading:
    """Formulas of a statement whose spaces have these names."""

    def __init__(self, spaces: Iterable[str]) -> None:
        self.indexed = bool(set(spaces) - {"X", MEASUREMENTS})

    def bars(self, inner: Formula, space: str) -> Bars:
        """The norm of a space."""
        bars = 3 if space == MEASUREMENTS else 2
        return Bars(inner, bars, space if self.indexed and bars == 2 else "")

    def term(self, term: Term) -> Formula:
        """A vector term."""
        if term.size > SIZE and len(term.parts) <= SUMMANDS:
            return Said(f"a term with {term.size} vectors")
        positive_first = sorted(term.parts, key=lambda part: part[1] < 0)
        return _sum([(c, self.atom(atom)) for atom, c in positive_first])

    def atom(self, atom: Atom) -> Formula:
        """An atom of a vector term."""
        if isinstance(atom, Image):
            return row(Symbol(atom.map), Sign("thin"), self.atom(atom.argument))
        if isinstance(atom, Value):
            return row(Symbol(atom.map), Brackets(self.term(atom.argument)))
        if isinstance(atom, Turned):
            powers = [_power(unit, power) for unit, power in atom.units]
            return joined([*powers, self.atom(atom.argument)], "thin")
        return Symbol(atom.name)

    def scalar(self, scalar: Scalar) -> Formula:
        """A scalar term."""
        products = [
            (c, joined([self.quantity(q) for q in monomial], "thin") if monomial else None)
            for monomial, c in scalar.parts
        ]
        return _sum(products)

    def quantity(self, quantity: Quantity) -> Formula:
        """A constant or a norm."""
        if isinstance(quantity, Norm):
            return self.bars(self.term(quantity.term), quantity.term.space)
        return Symbol(quantity.name)

    def judgment(self, judgment: Judgment) -> Formula:
        """What a step says."""
        if isinstance(judgment, Comparison):
            left, right = judgment.sides
            return row(self.scalar(left), Sign(judgment.relation), self.scalar(right))
        relation = "<=" if isinstance(judgment, Lipschitz) else ">"
        bound = self.scalar(judgment.bound)
        return row(Said("Lip"), Brackets(Symbol(judgment.map)), Sign(relation), bound)


def _power(unit: str, power: int) -> Formula:
    base: Formula = Symbol(unit) if power > 0 else Conjugate(Symbol(unit))
    return base if abs(power) == 1 else Raised(base, Number(str(abs(power))))


def _sum(summands: list[tuple[Fraction, Formula | None]] | list[tuple[Fraction, Formula]]) -> Row:
    found: list[Formula] = []
    left_out = range(SUMMANDS // 2, len(summands) - 1) if len(summands) > SUMMANDS else range(0)
    for place, (coefficient, inner) in enumerate(summands):
        if place in left_out:
            if place == left_out.start:
                found += [Sign("+"), Sign("..."), Said(f"({len(left_out)} more)")]
            continue
        if found or coefficient < 0:
            found.append(Sign("-" if coefficient < 0 else "+"))
        size = abs(coefficient)
        if inner is None:
            found.append(rational(size))
        elif size == 1:
            found.append(inner)
        else:
            found += [rational(size), Sign("thin"), inner]
    return Row(tuple(found) or (Number("0"),))


# -------------------------------------------------------------------------------- numbers


def rational(value: Fraction | int) -> Formula:
    """A rational number as a fraction; one that is long by its first digits and "..."."""
    value = Fraction(value)
    if len(write_number(value)) > LONGEST:
        return digits(Roots.rational(value))
    sign = "-" if value < 0 else ""
    if value.denominator == 1:
        return Number(str(value.numerator))
    over = Over(Number(str(abs(value.numerator))), Number(str(value.denominator)))
    return row(Sign("negative"), over) if sign else over


def digits(value: Roots) -> Formula:
    """The first digits, with "..." where there are more."""
    text = digits_of(value)
    cut, text = text.startswith("~"), text.removeprefix("~")
    text, _, exponent = text.partition("e")
    if "(" in text:  # an integer that is folded
        return Said(text)
    mantissa = Number(text + ("..." if cut else ""))
    return row(mantissa, Sign("times"), Raised(Number("10"), Number(exponent))) if exponent else (
        mantissa
    )  # fmt: skip


def exact(value: Roots) -> Formula | None:
    """The number as it is, if that is short: a fraction, or one of a square root."""
    found = simplest(value)
    if found is None or exact_text(value) is None:
        return None
    radicand, coefficient = found
    if radicand == 1:
        return rational(coefficient)
    root = Root(Number(str(radicand)))
    top: Formula = root
    if abs(coefficient.numerator) != 1:
        top = row(Number(str(abs(coefficient.numerator))), Sign("thin"), root)
    whole = top if coefficient.denominator == 1 else Over(top, Number(str(coefficient.denominator)))
    return row(Sign("negative"), whole) if coefficient < 0 else whole


def number(value: Roots) -> Formula:
    """A number for people: as it is where that is short, else its first digits."""
    return exact(value) or digits(value)


def with_digits(value: Roots) -> Formula:
    """The number as it is, and its digits where these say more."""
    found, decimals = exact(value), digits(value)
    whole = value.as_rational()
    if found is None:
        return decimals
    if found == decimals or (whole is not None and whole.denominator == 1):
        return found
    return row(found, Sign("="), decimals)


def norm_name(norm: SpaceNorm) -> Formula:
    """A norm of the problem: l2, or a multiple of it."""
    index: Formula = Sign("infinity") if norm.kind == "linf" else Number(norm.kind[1:])
    name = Lowered(Sign("ell"), index)
    return name if norm.weight == 1 else row(rational(norm.weight), Sign("thin"), name)


def entry(real: int, imag: int, denominator: int) -> Formula:
    """An entry of a vector."""
    a, b = Fraction(real, denominator), Fraction(imag, denominator)
    if not b:
        return rational(a)
    size: list[Formula] = [] if abs(b) == 1 else [rational(abs(b)), Sign("thin")]
    i = Row((*size, Said("i")))
    if not a:
        return row(Sign("negative"), i) if b < 0 else i
    return row(rational(a), Sign("-" if b < 0 else "+"), i)


def vector(v: Vector) -> Formula:
    """A vector; a long one is folded, and says how many entries it has."""
    imag = v.imag or (0,) * v.dimension
    shown = [entry(a, b, v.denominator) for a, b in zip(v.real[:ENTRIES], imag, strict=False)]
    if v.dimension <= ENTRIES:
        return Brackets(joined(shown, ","))
    more = Said(f"({v.dimension} entries)")
    return row(Brackets(joined([*shown, Sign("...")], ",")), Sign("thin"), more)


def indexed(name: str, index: int) -> Formula:
    """An entry of a vector by its place."""
    return Lowered(Symbol(name), Number(str(index)))
