"""The affine piece at a point: a network is affine near almost every point, and this says how far.

    piece = piece_at("noise.claim", Instance.load("problem.toml"), "Psi(A x + e)", "e")
    piece.columns, piece.offset      Psi(A x + e) = offset + sum of e_k column_k
    piece.radius                     for all |e| <= radius

That no neuron changes its side on the ball is found by the kernel's own enclosures: they are
exact, without a radius, as long as nothing bends.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from certificates.enclosing import Enclosing
from certificates.enclosures import Ball, Enclosure, Region
from certificates.format import Rejected, Unreadable
from certificates.kernel import prepare
from certificates.language import Named, read_term
from certificates.matrices import Vector
from certificates.statements import read_statement
from certificates.terms import Bound, Term
from certificates.values import Context

from .arrays import BadInput
from .instance import Instance

BITS = 1 << 12  # shorter denominators are not rounded
EXPONENT = 64  # radii from 2^-EXPONENT to 2^EXPONENT are tried
DIGITS = 10  # bits of the radius after the first


@dataclass(frozen=True)
class Piece:
    """A vector term is  offset + sum of t_k columns[k]  for all e with |e| <= radius.

    t are the real coordinates of e, over C the real parts and then the imaginary parts; `radius`
    is in the norm of e's space, None if the term is affine everywhere, or to 2^64 at least.
    """

    columns: tuple[Vector, ...]
    offset: Vector
    radius: Fraction | None


def affine_piece(context: Context, text: str, name: str, space: str = "") -> Piece | None:
    """The affine piece of a vector term, such as "Psi(A x + e)", at e = 0.

    The variable is declared by the statement ("for all e in Y"), or lies in `space`.  None where
    no radius is found: the term bends at 0 itself, or has irrational values.
    Raises Rejected where a value is not known.
    """
    if space:
        variable = Bound(name, space)
    else:
        variable = next(Bound(q.name, q.space) for q in context.statement.for_all if q.name == name)
    names = {**context.names, name: Named(Term.of(variable))}
    return piece_of(context, [read_term(text, names, "term")], variable)


def piece_at(claim: str | Path, problem: Instance, text: str, name: str) -> Piece | None:
    """`affine_piece` for a claim's file, one of its variables, and a problem.

    Raises BadInput for what cannot be read or does not fit.
    """
    path = Path(claim)
    if not path.is_file():
        raise BadInput(f"there is no statement file {path}")
    data = path.read_bytes()
    try:
        statement = read_statement(data)
        variables = [q.name for q in statement.for_all if not q.family]
        if name not in variables:
            known = ", ".join(variables) or "none"
            raise BadInput(f"{name} is no variable of a whole space in {path.name}; known: {known}")
        context = prepare(data, problem.case(data).data, "vacuous", {}, {}, {})
        return affine_piece(context, text, name)
    except (Unreadable, Rejected) as error:
        raise BadInput(f"{path.name}: {error}") from None


def piece_of(context: Context, terms: list[Term], variable: Bound) -> Piece | None:
    """The piece on which all terms are affine; columns and offset are those of the first."""
    norm = context.data.spaces[variable.space].norm

    def found(radius: Fraction) -> list[Enclosure]:
        return enclosed(context, terms, variable, radius / norm.weight)

    def affine(radius: Fraction) -> bool:
        return all(_is_exact(one) for one in found(radius))

    def made(radius: Fraction, shown: Fraction | None) -> Piece:
        first = found(radius)[0]
        return Piece(first.columns, first.center, shown)

    low, high = -EXPONENT - 1, EXPONENT + 1  # exponents: affine at low, not at high
    if affine(_power(EXPONENT)):
        return made(_power(EXPONENT), None)
    if not affine(_power(-EXPONENT)):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if affine(_power(middle)) else (low, middle)
    radius = _power(low)
    for bit in range(1, DIGITS + 1):
        more = radius + _power(low - bit)
        radius = more if affine(more) else radius
    return made(radius, radius)


def enclosed(
    context: Context, terms: list[Term], variable: Bound, radius: Fraction
) -> list[Enclosure]:
    """Enclosures of terms for all e in a ball, in the norm without weight."""
    space = context.data.spaces[variable.space]
    ball = Ball(space.dimension, context.data.field == "C", space.norm.kind, radius)
    values = Enclosing(context, {variable.name: 0}, Region.of([ball]), BITS)
    return [values.term(term) for term in terms]


def is_affine(context: Context, terms: list[Term], variable: Bound, radius: Fraction) -> bool:
    """Whether terms are affine in e for |e| <= radius, in the norm without weight."""
    return all(_is_exact(one) for one in enclosed(context, terms, variable, radius))


def _is_exact(found: Enclosure) -> bool:
    return not any(found.radius.real) and not any(found.radius.imag)


def _power(exponent: int) -> Fraction:
    return Fraction(2) ** exponent
