"""What a theorem module hands over: certificates to be, figures, and words about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Literal

from certificates.exact import Roots
from certificates.format import Rejected
from certificates.kernel import prepare
from certificates.language import read_scalar, read_term
from certificates.matrices import Vector
from certificates.problem import Problem as Data
from certificates.values import Context

from .derivation import Derivation
from .inexact import Bounds, is_inexact
from .noise import Chance
from .problem import Case, Problem

Verdict = Literal["certified", "refuted", "vacuous", "undecided"]


@dataclass(frozen=True)
class Claim:
    """One statement with the derivation that settles it.

    `words` say what it claims, for the table of a report; `case` is its problem, where that is not
    the outcome's.
    """

    identifier: str
    statement_file: bytes
    derivation: Derivation
    words: str
    case: Case | None = None

    @property
    def problem_name(self) -> str:
        """The name of its problem file."""
        return "problem.json" if self.case is None else f"{self.identifier}.problem.json"


@dataclass(frozen=True)
class Figure:
    """A number that the report shows: exact, or None where it is not known."""

    name: str
    value: Roots | None
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """An image of the report, (N,); `difference` images are drawn around zero."""

    title: str
    image: Vector
    caption: str
    difference: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was derived, before the kernel has verified it.

    The first claim is the one that was asked for; `verdict` is "undecided" where there is none.
    `chances` are claims on random noise that rest on one of these.
    `plot` writes a picture of its figures, where the theorem has one.
    """

    verdict: Verdict
    case: Case
    claims: tuple[Claim, ...]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    pictures: tuple[Picture, ...] = ()
    extra_files: dict[str, bytes] = field(default_factory=dict)
    chances: tuple[Chance, ...] = ()
    plot: Callable[[Path], None] | None = None


@dataclass(frozen=True)
class Theorem:
    """A row of the catalogue.

    `derive` makes an outcome from a problem; `prove` makes the proof for all spaces;
    `forms` are the statements that it proves, the one asked for first; `example` is the problem
    in `examples` that is worked for it.
    """

    identifier: str
    says: str
    needs: str
    forms: tuple[str, ...]
    derive: Callable[[Problem], Outcome]
    prove: Callable[[str], Derivation]
    example: str = "teaching"


def statement(identifier: str) -> bytes:
    """The bytes of a statement file that the package ships."""
    return (files("theorems") / "statements" / f"{identifier}.claim").read_bytes()


class Numbers:
    """Reads off values of scalar terms, such as "|A x_det|", on a problem's data."""

    def __init__(self, statement_file: bytes, data: Data) -> None:
        self.statement_file = statement_file
        # without choices every name stands for itself
        self.context: Context = prepare(statement_file, data, "vacuous", {}, {}, {})

        self.bounds = Bounds(self.context) if is_inexact(data) else None

    def __call__(self, text: str) -> Roots | None:
        """The value, or None where a map's value is not known.

        Where it is irrational, the upper end of an enclosure: see `inexact`.
        """
        scalar = read_scalar(text, self.context.names, "figure")
        try:
            return self.bounds.upper(scalar) if self.bounds else self.context.scalar(scalar)
        except Rejected:
            return None

    def ends(self, text: str) -> tuple[Roots, Roots] | None:
        """A lower and an upper bound, equal where the value is exact; None as above."""
        high = self(text)
        if high is None or self.bounds is None:
            return None if high is None else (high, high)
        return self.bounds.lower(read_scalar(text, self.context.names, "figure")), high

    def vector(self, text: str) -> Vector:
        """The value of a vector term, or one near to it.  Raises Rejected."""
        term = read_term(text, self.context.names, "figure")
        return self.bounds.middle(term) if self.bounds else self.context.vector(term)


def bracket(value: Roots, digits: int = 6) -> tuple[Fraction, Fraction]:
    """Decimals low <= value <= high, about so many significant digits apart; value >= 0."""
    exact = value.as_rational()
    if exact is not None and exact.denominator <= 10**digits:
        return exact, exact
    bits = 64
    while True:
        low, high = value.enclosure(bits)
        if (low > 0 and (high - low) << (4 * digits) <= low) or bits > 1 << 14:
            break
        bits *= 2
    scale = 1
    while low * scale < 10 ** (digits - 1) << bits and bits <= 1 << 14:
        scale *= 10
    return Fraction(low * scale >> bits, scale), Fraction(-(-high * scale >> bits), scale)
