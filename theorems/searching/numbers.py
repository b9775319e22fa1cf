"""Arithmetic on numbers that are exact fractions or real terms of z3, and vector terms in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import z3

from certificates.terms import Atom, Datum, Image, Term, Turned

from .instances import ZERO, Instance, Number, Pair


def plus(a: Number, b: Number) -> Number:
    """a + b."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a + b
    if isinstance(a, Fraction):
        return b + lifted(a, b) if a else b
    return a + lifted(b, a) if not isinstance(b, Fraction) or b else a


def times(a: Number, b: Number) -> Number:
    """a b."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    if isinstance(b, Fraction):
        a, b = b, a
    if isinstance(a, Fraction):
        return ZERO if not a else b if a == 1 else lifted(a, b) * b
    return a * b


def minus(a: Number, b: Number) -> Number:
    """a - b."""
    return plus(a, times(Fraction(-1), b))


def total(numbers: Sequence[Number]) -> Number:
    """The sum."""
    result: Number = ZERO
    for number in numbers:
        result = plus(result, number)
    return result


def lifted(a: Number, like: Number) -> Number:
    """A fraction as a term of the other's context."""
    return z3.RealVal(str(a), ctx=like.ctx) if isinstance(a, Fraction) else a


def product(a: Pair, b: Pair) -> Pair:
    """The product of complex numbers."""
    return (
        minus(times(a[0], b[0]), times(a[1], b[1])),
        plus(times(a[0], b[1]), times(a[1], b[0])),
    )


class Vectors:
    """The values of an instance's vector terms; `at` gives the number of an unknown."""

    def __init__(self, instance: Instance, at: Callable[[str], Number]) -> None:
        self.instance = instance
        self.at = at
        self.known: dict[Atom, list[Pair]] = {}

    def number(self, key: str) -> Pair:
        """A number of the field."""
        parts = [self.at(part) for part in self.instance.parts(key)]
        return parts[0], parts[1] if len(parts) > 1 else ZERO

    def column(self, name: str, dimension: int) -> list[Pair]:
        """(dimension,), a vector of unknowns."""
        return [self.number(f"{name} {j}") for j in range(dimension)]

    def matrix(self, name: str) -> list[list[Pair]]:
        """(m, n), the matrix of a linear or an affine map."""
        entry, size = self.instance.names[name], self.instance.shape.dimensions
        m, n = size[getattr(entry, "target", "")], size[getattr(entry, "domain", "")]
        return [self.column(f"{name} {i}", n) for i in range(m)]

    def term(self, term: Term) -> list[Pair]:
        """(n,), the value of a vector term."""
        found: list[Pair] = [(ZERO, ZERO)] * self.instance.shape.dimensions[term.space]
        for atom, c in term.parts:
            column = self.atom(atom)
            found = [
                (plus(a, times(c, b)), plus(d, times(c, e)))
                for (a, d), (b, e) in zip(found, column, strict=True)
            ]
        return found

    def atom(self, atom: Atom) -> list[Pair]:
        """The value of an atom."""
        if atom not in self.known:
            self.known[atom] = self._fresh(atom)
        return self.known[atom]

    def _fresh(self, atom: Atom) -> list[Pair]:
        size = self.instance.shape.dimensions[atom.space]
        if isinstance(atom, Datum):
            return self.column(atom.name, size)
        if isinstance(atom, Image):
            return self._image(atom.map, self.atom(atom.argument))
        if isinstance(atom, Turned):
            column = self.atom(atom.argument)
            for unit, power in atom.units:
                real, imag = self.number(unit)
                factor = (real, imag if power > 0 else times(Fraction(-1), imag))
                for _ in range(abs(power)):
                    column = [product(factor, entry) for entry in column]
            return column
        argument, name = getattr(atom, "argument", None), getattr(atom, "map", "")
        if not isinstance(argument, Term):
            raise TypeError(f"{atom} has no value")
        if self.instance.plans[name] != "affine":
            return self.column(f"{name} @ {self.instance.points[name].index(argument)}", size)
        offset = self.column(f"{name} +", size)
        column = self._image(name, self.term(argument))
        return [(plus(a, c), plus(b, d)) for (a, b), (c, d) in zip(column, offset, strict=True)]

    def _image(self, name: str, column: list[Pair]) -> list[Pair]:
        found: list[Pair] = []
        for row in self.matrix(name):
            products = [product(a, b) for a, b in zip(row, column, strict=True)]
            found.append((total([p for p, _ in products]), total([q for _, q in products])))
        return found
