"""Vectors that contain the formal unit u: the sum of u^k v_k, with vectors v_k over Q(i).

The claim of a problem with a formal unit is about every transcendental number u of modulus 1, such
as e^(i n), n = 1, 2, ... (`laurent`).  The norm of such a vector is known where it is the same for
all of them: where each entry is a single c u^k, because |c u^k| = |c|.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from .format import Rejected
from .laurent import BITS, POWERS, Number, Unfit, collect, terms_of
from .linear import Linear
from .matrices import Vector

ENTRIES = 1 << 24  # more entries of all v_k together are refused


def numbers(v: Vector) -> list[Number]:
    """The entries of a vector; (n,)."""
    return Formal({0: v}, v.dimension).entries()


@dataclass(frozen=True, slots=True)
class Formal:
    """The sum of u^k v_k over `parts`, each of dimension n; no v_k is zero, except for k = 0."""

    parts: dict[int, Vector]
    dimension: int

    @staticmethod
    def total(summands: Iterable[tuple[Fraction, int, Vector]], dimension: int) -> Formal:
        """The sum of c u^k v."""
        table: dict[int, list[tuple[Fraction, Vector]]] = {0: []}
        for c, k, v in summands:
            table.setdefault(k, []).append((c, v))
        found = {k: Vector.combination(parts, dimension) for k, parts in table.items()}
        return Formal({k: v for k, v in found.items() if not k or any(v.squares())}, dimension)

    @staticmethod
    def of(entries: Sequence[Number]) -> Formal:
        """The vector with these entries; (n,).

        Raises Unfit for more than 256 powers of u or 2^24 entries of all parts, or a common
        denominator of more than 2^16 bits: every entry of a vector is stored over this one.
        """
        table: dict[int, list[tuple[Fraction, Fraction]]] = {}
        zero = Fraction(0), Fraction(0)
        bottom = 1
        for place, entry in enumerate(entries):
            for k, a, b in terms_of(entry):
                table.setdefault(k, [zero] * len(entries))[place] = (a, b)
                bottom = lcm(bottom, a.denominator, b.denominator)
            if len(table) > POWERS or (len(table) - 1) * len(entries) > ENTRIES:
                raise Unfit(f"more than {POWERS} powers of u in one vector, or {ENTRIES} entries")
            if bottom.bit_length() > BITS:
                raise Unfit("the denominators of a vector have no short common multiple")
        summands = []
        for k, pairs in table.items():
            real, imag = ([(pair[i] * bottom).numerator for pair in pairs] for i in (0, 1))
            summands.append((Fraction(1), k, Vector.of(real, imag, bottom)))
        return Formal.total(summands, len(entries))

    def entries(self) -> list[Number]:
        """The entries, as numbers of the machine; (n,)."""
        return [
            collect(
                (k, Fraction(v.real[j], v.denominator), Fraction(imag, v.denominator))
                for k, v in self.parts.items()
                for imag in [v.imag[j] if v.imag else 0]
            )
            for j in range(self.dimension)
        ]

    def constant(self) -> Vector | None:
        """The vector itself, if u does not occur in it."""
        return self.parts[0] if len(self.parts) == 1 else None

    def turned(self, power: int) -> Formal:
        """u^power times the vector."""
        one = Fraction(1)
        return Formal.total(((one, k + power, v) for k, v in self.parts.items()), self.dimension)

    def apply(self, form: Linear) -> Formal:
        """The image under a linear map of shape (m, n); (m,)."""
        images = ((Fraction(1), k, form.apply(v)) for k, v in self.parts.items())
        return Formal.total(images, form.shape[0])

    def moduli(self) -> Vector:
        """A vector whose entries have the same moduli, whatever unit u is.

        Raises Rejected if an entry is no single c u^k.
        """
        squares = [v.squares() for v in self.parts.values()]
        if any(sum(map(bool, column)) > 1 for column in zip(*squares, strict=True)):
            raise Rejected("a norm depends on the formal unit: an entry has two powers of it")
        return Vector.combination([(Fraction(1), v) for v in self.parts.values()], self.dimension)
