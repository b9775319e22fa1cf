"""The norms l1, l2 and linf on C^n, and their positive multiples; exact values.

For v in C^n:  |v|_l1 = sum |v_j|,  |v|_l2 = (sum |v_j|^2)^(1/2),  |v|_linf = max |v_j|,
with |v_j| = (re^2 + im^2)^(1/2).  A complex norm is a sum of square roots of rationals.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from .exact import Roots
from .format import write_number
from .matrices import Vector

Kind = Literal["l1", "l2", "linf"]
KINDS: dict[str, Kind] = {"l1": "l1", "l2": "l2", "linf": "linf"}
DUAL: dict[Kind, Kind] = {"l1": "linf", "l2": "l2", "linf": "l1"}


def plain(kind: Kind, v: Vector) -> Roots:
    """|v| of the given kind, without weight; (n,) -> a non-negative real number."""
    if kind == "l2":
        return Roots.sqrt(Fraction(sum(v.squares()), v.denominator**2))
    if kind == "linf":
        return Roots.sqrt(Fraction(max(v.squares(), default=0), v.denominator**2))
    if not v.imag:
        return Roots.rational(Fraction(sum(map(abs, v.real)), v.denominator))
    moduli = Roots.total(Roots.sqrt(Fraction(square)) for square in v.squares())
    return moduli.times(Fraction(1, v.denominator))


@dataclass(frozen=True, slots=True)
class Norm:
    """The norm  weight * |v|  with |v| the l1, l2 or linf norm and weight > 0."""

    kind: Kind
    weight: Fraction

    def of(self, v: Vector) -> Roots:
        """The norm of a vector, exactly."""
        return plain(self.kind, v).times(self.weight)

    def __str__(self) -> str:
        return self.kind if self.weight == 1 else f"{write_number(self.weight)} {self.kind}"
