"""An instance as a formula of z3, with some of its unknowns already known.

Where the unknowns in a comparison are known but for constants, its coefficients are exact sums of
square roots; irrational ones are enclosed, and the formula asks that the comparison holds for all
numbers in the enclosures.  So what z3 finds for the constants is rational and has a little room.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm

import z3

from certificates.exact import Roots
from certificates.judgments import Comparison
from certificates.matrices import Matrix
from certificates.terms import Constant, Norm, Scalar

from ..lipschitz import operator
from .instances import ZERO, Instance, Number, Pair
from .numbers import Vectors, lifted, minus, plus, product, times, total

BITS = 48  # of an enclosure
DUAL = {"l1": "linf", "l2": "l2", "linf": "l1"}


class Encoding:
    """The formula of an instance; `known` gives numbers to unknowns, the others are z3's."""

    def __init__(self, instance: Instance, known: Mapping[str, Fraction] | None = None) -> None:
        self.instance = instance
        self.known = known or {}
        self.context = z3.Context()
        self.side: list[z3.BoolRef] = []  # what defines auxiliary variables
        self.count = 0
        self.vectors = Vectors(instance, self.at)
        self.norms: dict[tuple[str, str], Number] = {}

    def at(self, key: str) -> Number:
        """The number of an unknown."""
        return self.known[key] if key in self.known else z3.Real(key, ctx=self.context)

    def auxiliary(self) -> z3.ArithRef:
        """A new variable."""
        self.count += 1
        return z3.Real(f"| {self.count}", ctx=self.context)

    # formulas with Python's True and False simplified away

    def all(self, parts: list[z3.BoolRef | bool]) -> z3.BoolRef | bool:
        """The conjunction."""
        if False in [p for p in parts if isinstance(p, bool)]:
            return False
        terms = [p for p in parts if not isinstance(p, bool)]
        return z3.And(*terms) if len(terms) > 1 else terms[0] if terms else True

    def any(self, parts: list[z3.BoolRef | bool]) -> z3.BoolRef | bool:
        """The disjunction."""
        if True in [p for p in parts if isinstance(p, bool)]:
            return True
        terms = [p for p in parts if not isinstance(p, bool)]
        return z3.Or(*terms) if len(terms) > 1 else terms[0] if terms else False

    def sign(self, number: Number, relation: str) -> z3.BoolRef | bool:
        """0 <= number, 0 < number or 0 = number."""
        if isinstance(number, Fraction):
            return {"<=": number >= 0, "<": number > 0, "=": number == 0}[relation]
        found: z3.BoolRef = {"<=": number >= 0, "<": number > 0, "=": number == 0}[relation]
        return found

    # the whole

    def formula(self) -> z3.BoolRef | bool:
        """A counterexample: all hypotheses, and the denial of one conclusion."""
        parts: list[z3.BoolRef | bool] = []
        for comparison in self.instance.required:
            parts.append(self.comparison(comparison))
            if parts[-1] is False:
                return False
        parts.append(
            self.any(
                [
                    self.all([self.any([self.comparison(c) for c in one]) for one in denial])
                    for denial in self.instance.denials
                ]
            )
        )
        parts += [self.sign(self.at(c), "<" if s == ">" else "<=") for c, s in self._signed()]
        parts += [self._modulus(unit) for unit in self.instance.units()]
        parts += [self._congruent(name) for name in self.instance.points]
        parts += [self._bounded(name) for name in sorted(self.instance.bounded)]
        return self.all([*parts, *self.side])

    def _signed(self) -> list[tuple[str, str]]:
        return [(c, sign) for c, sign in self.instance.constants().items() if sign]

    def _modulus(self, unit: str) -> z3.BoolRef | bool:
        real, imag = self.vectors.number(unit)
        return self.sign(minus(self._square((real, imag)), Fraction(1)), "=")

    def _congruent(self, name: str) -> z3.BoolRef | bool:
        if self.instance.plans[name] != "table":
            return True
        points, parts = self.instance.points[name], list[z3.BoolRef | bool]()
        for j, right in enumerate(points):
            for left in points[:j]:
                values = self.instance.at(name, left) - self.instance.at(name, right)
                apart = self._nonzero(self.vectors.term(left - right))
                parts.append(self.any([apart, self.none(self._nonzero(self.vectors.term(values)))]))
        return self.all(parts)

    def none(self, part: z3.BoolRef | bool) -> z3.BoolRef | bool:
        """The negation."""
        return not part if isinstance(part, bool) else z3.Not(part)

    def _nonzero(self, column: list[Pair]) -> z3.BoolRef | bool:
        return self.any([self.none(self.sign(n, "=")) for entry in column for n in entry])

    # comparisons

    def comparison(self, comparison: Comparison) -> z3.BoolRef | bool:
        """A comparison of scalars."""
        numeric = all(
            isinstance(n, Fraction)
            for found in _norms(comparison.difference)
            for entry in self.vectors.term(found.term)
            for n in entry
        )
        if numeric:
            return self._robust(comparison)
        summands = [self._monomial(m, c) for m, c in comparison.difference.parts]
        return self.sign(total(summands), comparison.relation)

    def _monomial(self, monomial: tuple[Constant | Norm, ...], c: Fraction) -> Number:
        """A product; of an l2 norm that occurs twice it takes the square, without a root."""
        result: Number = c
        left = list(monomial)
        while left:
            first = left.pop()
            if isinstance(first, Constant):
                result = times(result, self.at(first.name))
                continue
            kind = self.instance.shape.kinds[first.term.space]
            if first in left and kind == "l2":
                left.remove(first)
                column = self.vectors.term(first.term)
                result = times(result, total([self._square(entry) for entry in column]))
            else:
                result = times(result, self.norm(first))
        return result

    def _robust(self, comparison: Comparison) -> z3.BoolRef | bool:
        """A comparison in which all norms are known."""
        table: dict[tuple[str, ...], Roots] = {}
        for monomial, c in comparison.difference.parts:
            names = tuple(q.name for q in monomial if isinstance(q, Constant))
            value = Roots.rational(c)
            for quantity in monomial:
                if isinstance(quantity, Norm):
                    value = value * self.exact(quantity)
            unknown = tuple(name for name in names if name not in self.known)
            for name in names:
                value = value.times(self.known[name]) if name in self.known else value
            table[unknown] = table.get(unknown, Roots()) + value
        if set(table) <= {()}:
            sign = table.get((), Roots()).sign()
            return {"<=": sign >= 0, "<": sign > 0, "=": sign == 0}[comparison.relation]
        summands: list[Number] = []
        for names, value in table.items():
            value = value.collapse()
            constants: Number = Fraction(1)
            for name in names:
                constants = times(constants, self.at(name))
            exact = value.as_rational()
            if exact is not None:
                summands.append(times(exact, constants))
                continue
            if comparison.relation == "=":
                return False
            low, high = (Fraction(end, 1 << BITS) for end in value.enclosure(BITS))
            least = ZERO if not names else self.auxiliary()
            if isinstance(least, Fraction):
                summands.append(low)
                continue
            self.side += [least <= times(low, constants), least <= times(high, constants)]
            summands.append(least)
        return self.sign(total(summands), comparison.relation)

    # norms

    def exact(self, norm: Norm) -> Roots:
        """The value of a norm whose vector is known."""
        return _roots(self.vectors.term(norm.term), self.instance.shape.kinds[norm.term.space])

    def norm(self, norm: Norm) -> Number:
        """The value of a norm as a term of z3."""
        key = (norm.term.space, str(norm.term))
        if key not in self.norms:
            kind = self.instance.shape.kinds[norm.term.space]
            self.norms[key] = self.length(self.vectors.term(norm.term), kind)
        return self.norms[key]

    def length(self, column: list[Pair], kind: str) -> Number:
        """|v|, at least: equal to it as a term of z3, a rational upper bound if it is known."""
        if all(isinstance(n, Fraction) for entry in column for n in entry):
            return _roots(column, kind).upper(BITS)
        if kind == "l2" and len(column) > 1:
            return self._root(total([self._square(entry) for entry in column]))
        moduli = [self._modulus_of(entry) for entry in column]
        if kind == "l1":
            return total(moduli)
        top = moduli[0]
        for modulus in moduli[1:]:
            a, b = (lifted(n, self.auxiliary()) for n in (top, modulus))
            top = z3.If(a >= b, a, b)
        return top

    def _modulus_of(self, entry: Pair) -> Number:
        real, imag = entry
        if isinstance(real, Fraction) and isinstance(imag, Fraction):
            return Roots.sqrt(real * real + imag * imag).upper(BITS)
        if isinstance(imag, Fraction) and not imag:
            return z3.If(real >= 0, real, -real)
        return self._root(self._square(entry))

    def _square(self, entry: Pair) -> Number:
        return plus(times(entry[0], entry[0]), times(entry[1], entry[1]))

    def _root(self, square: Number) -> Number:
        root = self.auxiliary()
        self.side += [root >= 0, root * root == square]
        return root

    # bounds of operators that the kernel can prove

    def _bounded(self, name: str) -> z3.BoolRef | bool:
        """K(f) is a bound, by norms of rows or of columns, or by all that is known of it."""
        if self.instance.plans.get(name, "affine") != "affine":
            return True
        entry = self.instance.names[name]
        if name in self.instance.plans and not self.instance.points.get(name):
            return True
        kinds = self.instance.shape.kinds
        p, q = kinds[getattr(entry, "domain", "")], kinds[getattr(entry, "target", "")]
        rows = self.vectors.matrix(name)
        columns = [list(column) for column in zip(*rows, strict=True)]
        bound = self.at(f"K({name})")
        if p == "l1":
            ways = [self._mixed([self.length(c, q) for c in columns], DUAL[p], bound)]
        elif p == q == "l2":
            squares = total([self._square(entry) for row in rows for entry in row])
            ways = [self.sign(minus(times(bound, bound), squares), "<=")]
        else:
            ways = [self._mixed([self.length(r, DUAL[p]) for r in rows], q, bound)]
        if p == q == "l2" and len(rows) > 1 and len(columns) > 1:
            ways.append(self._orthogonal(columns if len(rows) >= len(columns) else rows, bound))
        if all(isinstance(n, Fraction) for row in rows for pair in row for n in pair):
            proposal = operator(_matrix(rows), p, q, self.instance.shape.field)
            ways += [self.sign(minus(bound, proposal.bound), "<=")] if proposal else []
        return self.all([self.any(ways)])

    def _mixed(self, lengths: list[Number], kind: str, bound: Number) -> z3.BoolRef | bool:
        if kind == "linf":
            return self.all([self.sign(minus(bound, n), "<=") for n in lengths])
        if kind == "l1":
            return self.sign(minus(bound, total(lengths)), "<=")
        squares = total([times(n, n) for n in lengths])
        return self.sign(minus(times(bound, bound), squares), "<=")

    def _orthogonal(self, columns: list[list[Pair]], bound: Number) -> z3.BoolRef | bool:
        """Orthogonal columns: then the norm is that of the longest, and the kernel sees it."""
        parts: list[z3.BoolRef | bool] = []
        for j, right in enumerate(columns):
            square = total([self._square(entry) for entry in right])
            parts.append(self.sign(minus(times(bound, bound), square), "<="))
            for left in columns[:j]:
                products = [
                    product((a, b), (c, times(Fraction(-1), d)))
                    for (a, b), (c, d) in zip(left, right, strict=True)
                ]
                for k in (0, 1):
                    parts.append(self.sign(total([pair[k] for pair in products]), "="))
        return self.all(parts)


def _matrix(rows: list[list[Pair]]) -> Matrix:
    """(m, n), of known numbers."""
    bottom = lcm(*(n.denominator for row in rows for pair in row for n in pair))
    real, imag = ([[int(pair[k] * bottom) for pair in row] for row in rows] for k in (0, 1))
    return Matrix.of(real, imag if any(any(row) for row in imag) else (), bottom, len(rows[0]))


def _norms(scalar: Scalar) -> set[Norm]:
    return {q for monomial, _ in scalar.parts for q in monomial if isinstance(q, Norm)}


def _roots(column: list[Pair], kind: str) -> Roots:
    squares = [real * real + imag * imag for real, imag in column]
    if kind == "l2":
        return Roots.sqrt(sum(squares, ZERO))
    if kind == "linf":
        return Roots.sqrt(max(squares))
    return Roots.total(Roots.sqrt(square) for square in squares)
