"""Vector terms and scalar terms, each in a normal form, so that equality is comparison.

A *vector term* is a linear combination, with rational coefficients, of atoms of one space:

    Datum   x           a vector named by the statement, the problem or a witness
    Bound   e           the variable of a "for all e"; never the same thing as a datum
    Image   A x         a linear map at one atom (A is pushed through sums)
    Value   Psi(t)      a map at a vector term
    Turned  u x         an atom times numbers of modulus 1 and their conjugates

A *scalar term* is a polynomial with rational coefficients in constants (delta, L) and norms |t|.
Norms are normalised by |c t| = |c| |t| and |0| = 0, also for c of modulus 1, so |u - v| and |v - u|
are one atom.

`str` of a term is its text in the language of the statement files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .format import SMALL_BITS, Unreadable, write_number

MAXIMAL_TERMS = 4096  # a polynomial with more summands, a vector term with more atoms is refused
MAXIMAL_DEPTH = 20  # of arguments; an expression may be nested a little deeper
MAXIMAL_DEGREE = 16
ONE = Fraction(1)
Units = tuple[tuple[str, int], ...]  # numbers of modulus 1, with their powers, sorted, not 0

# ------------------------------------------------------------------------- vector terms


@dataclass(frozen=True, slots=True)
class Datum:
    """A named vector: of the statement, of the problem, or a witness."""

    name: str
    space: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Bound:
    """The variable of a "for all": it has no value, whatever the problem holds."""

    name: str
    space: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Image:
    """A linear map applied to one atom."""

    map: str
    argument: Atom
    space: str

    def __str__(self) -> str:
        return f"{self.map} {self.argument}"


@dataclass(frozen=True, slots=True)
class Value:
    """A map applied to a vector term."""

    map: str
    argument: Term
    space: str

    def __str__(self) -> str:
        return f"{self.map}({self.argument})"


@dataclass(frozen=True, slots=True)
class Turned:
    """An atom times powers of units: (("u", 2), ("v", -1)) stands for u u conj(v)."""

    units: Units
    argument: Datum | Bound | Image | Value
    space: str

    def __str__(self) -> str:
        powers = (word for unit, power in self.units for word in _power(unit, power))
        return " ".join([*powers, str(self.argument)])


Atom = Datum | Bound | Image | Value | Turned

# The order in which a sum is printed, and the order that picks the positive one of t and -t.
PRINTED = {Value: 0, Image: 1, Datum: 2, Turned: 3, Bound: 4}
LEADING = {Value: 0, Bound: 1, Image: 2, Datum: 3}


@dataclass(frozen=True, slots=True)
class Term:
    """A vector term: distinct atoms of one space, with non-zero coefficients, in printed order."""

    space: str
    parts: tuple[tuple[Atom, Fraction], ...]
    size: int = field(default=0, compare=False)  # the atoms inside, arguments counted
    depth: int = field(default=0, compare=False)  # how deep arguments are nested
    text: str = field(default="0", compare=False)  # written once, so that sorting stays cheap

    @staticmethod
    def of(atom: Atom) -> Term:
        """The term that is one atom."""
        return Term.combination(atom.space, [(ONE, Term(atom.space, ((atom, ONE),)))])

    @staticmethod
    def combination(space: str, summands: Iterable[tuple[Fraction, Term]]) -> Term:
        """A linear combination of terms of one space."""
        table: dict[Atom, Fraction] = {}
        for factor, term in summands:
            for atom, coefficient in term.parts:
                table[atom] = table.get(atom, Fraction(0)) + factor * coefficient
        kept = [(atom, c) for atom, c in table.items() if c]
        _check_coefficients(c for _, c in kept)
        size = sum(_size(atom) for atom, _ in kept)
        depth = max((_depth(atom) for atom, _ in kept), default=0)
        if size > MAXIMAL_TERMS or depth > MAXIMAL_DEPTH:
            raise Unreadable(
                f"a vector term has more than {MAXIMAL_TERMS} atoms, or is nested deeper than "
                f"{MAXIMAL_DEPTH}"
            )
        ordered = sorted(kept, key=lambda part: _rank(PRINTED, part[0]))
        positive_first = sorted(ordered, key=lambda part: part[1] < 0)
        text = _sum_text([(c, str(atom)) for atom, c in positive_first])
        return Term(space, tuple(ordered), size, depth, text)

    def __add__(self, other: Term) -> Term:
        return Term.combination(self.space, [(ONE, self), (ONE, other)])

    def __sub__(self, other: Term) -> Term:
        return Term.combination(self.space, [(ONE, self), (-ONE, other)])

    def times(self, factor: Fraction) -> Term:
        """The multiple by a rational number."""
        return Term.combination(self.space, [(factor, self)])

    def __str__(self) -> str:
        return self.text

    def __hash__(self) -> int:
        return hash((self.space, self.text))


def _check_coefficients(coefficients: Iterable[Fraction]) -> None:
    for c in coefficients:
        if max(c.numerator.bit_length(), c.denominator.bit_length()) > SMALL_BITS:
            raise Unreadable(f"a coefficient of a term has more than {SMALL_BITS} bits")


def _rank(order: Mapping[type, int], atom: Atom) -> tuple[int, str]:
    return order[type(atom)], str(atom)


def _power(unit: str, power: int) -> list[str]:
    return [unit if power > 0 else f"conj({unit})"] * abs(power)


def _units(atom: Atom) -> Units:
    return atom.units if type(atom) is Turned else ()


def _size(atom: Atom) -> int:
    if isinstance(atom, Image | Turned):
        return 1 + _size(atom.argument)
    return 1 + atom.argument.size if type(atom) is Value else 1


def _depth(atom: Atom) -> int:
    if isinstance(atom, Image | Turned):
        return 1 + _depth(atom.argument)
    return 1 + atom.argument.depth if type(atom) is Value else 0


def image(map: str, term: Term, space: str) -> Term:
    """A linear map at a term: pushed through the sum and past the units."""

    def at(atom: Atom) -> Term:
        if type(atom) is Turned:
            return turned(atom.units, at(atom.argument))
        return Term.of(Image(map, atom, space))

    return Term.combination(space, [(c, at(atom)) for atom, c in term.parts])


def times_units(one: Units, other: Units) -> Units:
    """The product; u conj(u) = 1."""
    powers = dict(one)
    for unit, power in other:
        powers[unit] = powers.get(unit, 0) + power
    found = tuple(sorted((unit, power) for unit, power in powers.items() if power))
    if sum(abs(power) for _, power in found) > MAXIMAL_DEGREE:
        raise Unreadable(f"a product of more than {MAXIMAL_DEGREE} units")
    return found


def turned(units: Units, term: Term) -> Term:
    """A term times units."""

    def at(atom: Atom) -> Term:
        inner = atom.argument if isinstance(atom, Turned) else atom
        product = times_units(units, _units(atom))
        return Term.of(Turned(product, inner, atom.space) if product else inner)

    return Term.combination(term.space, [(c, at(atom)) for atom, c in term.parts])


def value(map: str, term: Term, space: str) -> Term:
    """A map at a term."""
    return Term.of(Value(map, term, space))


def bound_variables(term: Term) -> set[str]:
    """The names of the bound variables that occur in a term, inside arguments too."""
    found: set[str] = set()

    def look(atom: Atom) -> None:
        if type(atom) is Bound:
            found.add(atom.name)
        elif isinstance(atom, Image | Turned):
            look(atom.argument)
        elif type(atom) is Value:
            found.update(bound_variables(atom.argument))

    for atom, _ in term.parts:
        look(atom)
    return found


def scalar_variables(scalar: Scalar) -> set[str]:
    """The names of the bound variables that occur in a scalar term."""
    norms = {q for monomial, _ in scalar.parts for q in monomial if isinstance(q, Norm)}
    return {name for found in norms for name in bound_variables(found.term)}


def substitute(term: Term, name: str, replacement: Term) -> Term:
    """The term with a bound variable replaced everywhere, inside arguments too."""

    def replaced(atom: Atom) -> Term:
        if type(atom) is Bound and atom.name == name:
            return replacement
        if type(atom) is Image:
            return image(atom.map, replaced(atom.argument), atom.space)
        if type(atom) is Turned:
            return turned(atom.units, replaced(atom.argument))
        if type(atom) is Value:
            return value(atom.map, substitute(atom.argument, name, replacement), atom.space)
        return Term.of(atom)

    return Term.combination(term.space, [(c, replaced(atom)) for atom, c in term.parts])


# ------------------------------------------------------------------------- scalar terms


@dataclass(frozen=True, slots=True)
class Constant:
    """A named real constant of the statement."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Norm:
    """The norm of a vector term whose leading coefficient is 1; made by `norm` alone."""

    term: Term

    def __str__(self) -> str:
        return f"|{self.term}|"


Quantity = Constant | Norm
Monomial = tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar term: distinct monomials with non-zero coefficients, in a fixed order."""

    parts: tuple[tuple[Monomial, Fraction], ...] = field(default=())

    @staticmethod
    def number(number: Fraction | int) -> Scalar:
        """A rational number."""
        return Scalar((((), Fraction(number)),)) if number else Scalar()

    @staticmethod
    def of(quantity: Quantity) -> Scalar:
        """A constant or a norm."""
        return Scalar((((quantity,), ONE),))

    @staticmethod
    def collect(parts: Iterable[tuple[Monomial, Fraction]]) -> Scalar:
        """Add up equal monomials (each already sorted)."""
        table: dict[Monomial, Fraction] = {}
        for monomial, coefficient in parts:
            table[monomial] = table.get(monomial, Fraction(0)) + coefficient
            if len(table) > MAXIMAL_TERMS:
                raise Unreadable(f"a scalar term has more than {MAXIMAL_TERMS} summands")
        kept = [(monomial, c) for monomial, c in table.items() if c]
        _check_coefficients(c for _, c in kept)
        return Scalar(tuple(sorted(kept, key=lambda part: _monomial_rank(part[0]))))

    def __add__(self, other: Scalar) -> Scalar:
        return Scalar.collect(self.parts + other.parts)

    def __sub__(self, other: Scalar) -> Scalar:
        return self + other.times(-ONE)

    def times(self, factor: Fraction) -> Scalar:
        """The multiple by a rational number."""
        return Scalar(tuple((m, c * factor) for m, c in self.parts)) if factor else Scalar()

    def __mul__(self, other: Scalar) -> Scalar:
        degrees = [max((len(m) for m, _ in side.parts), default=0) for side in (self, other)]
        if sum(degrees) > MAXIMAL_DEGREE or len(self.parts) * len(other.parts) > MAXIMAL_TERMS:
            raise Unreadable(
                f"a product has more than {MAXIMAL_TERMS} summands or {MAXIMAL_DEGREE} factors"
            )
        return Scalar.collect(
            (tuple(sorted(m + n, key=_quantity_rank)), c * d)
            for m, c in self.parts
            for n, d in other.parts
        )

    def as_number(self) -> Fraction | None:
        """The number, if no constant and no norm occurs."""
        if not self.parts:
            return Fraction(0)
        return self.parts[0][1] if len(self.parts) == 1 and not self.parts[0][0] else None

    def __str__(self) -> str:
        return _sum_text([(c, " ".join(map(str, monomial))) for monomial, c in self.parts])


def _quantity_rank(quantity: Quantity) -> tuple[bool, str]:
    return type(quantity) is Norm, str(quantity)


def _monomial_rank(monomial: Monomial) -> tuple[int, int, list[tuple[bool, str]]]:
    norms = sum(type(quantity) is Norm for quantity in monomial)
    return -norms, len(monomial), [_quantity_rank(quantity) for quantity in monomial]


def norm(term: Term) -> Scalar:
    """|t|, normalised: |0| = 0, and a factor is taken out so that the leading coefficient is 1."""
    if not term.parts:
        return Scalar()
    units = sorted({unit for atom, _ in term.parts for unit, _ in _units(atom)})

    def rank(part: tuple[Atom, Fraction]) -> tuple[tuple[int, str], list[int]]:
        # the powers decide last, and in an order that no common unit changes
        atom, powers = part[0], dict(_units(part[0]))
        inner = atom.argument if type(atom) is Turned else atom
        return _rank(LEADING, inner), [powers.get(unit, 0) for unit in units]

    atom, leading = min(term.parts, key=rank)
    if type(atom) is Turned:
        return norm(turned(tuple((unit, -power) for unit, power in atom.units), term))
    return Scalar.of(Norm(term.times(1 / leading))).times(abs(leading))


# --------------------------------------------------------------------------------- text


def _sum_text(summands: list[tuple[Fraction, str]]) -> str:
    text = ""
    for coefficient, name in summands:
        minus = coefficient < 0
        sign = (" - " if minus else " + ") if text else ("-" if minus else "")
        size = abs(coefficient)
        factor = write_number(size) if size != 1 or not name else ""
        text += sign + " ".join(part for part in (factor, name) if part)
    return text or "0"
