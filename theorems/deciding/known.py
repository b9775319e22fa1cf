"""What is known in a claim: comparisons, each with the kernel's steps that prove it.

A `Known` is a comparison `0 <= difference` or `0 < difference` together with a recipe.  The
decision procedure collects them (hypotheses, signs, triangle inequalities, Lipschitz bounds),
finds out which of them matter, and only then lets a `Proof` make the steps: each recipe runs once,
and calls the recipes of what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from certificates.judgments import Comparison, Judgment, Lipschitz
from certificates.terms import Constant, Norm, Scalar, Term, norm

from ..derivation import Derivation, Fact

ZERO = Scalar()
ONE = Scalar.number(1)


class Proof:
    """A derivation, and the facts that it has already."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self._made: dict[int, tuple[object, Fact]] = {}

    def fact(self, known: Known | Bounded) -> Fact:
        """The step that says what is known, made when it is first asked for."""
        if id(known) not in self._made:
            self._made[id(known)] = (known, known.steps(self))
        return self._made[id(known)][1]


@dataclass(frozen=True, eq=False)
class Known:
    """0 <= difference, or 0 < difference; `steps` proves it, `origin` is the kind of fact."""

    difference: Scalar
    strict: bool
    steps: Callable[[Proof], Fact]
    origin: str

    def __str__(self) -> str:
        return str(self.comparison)

    @property
    def comparison(self) -> Comparison:
        """The judgment of the step that proves it."""
        return Comparison(self.difference, "<" if self.strict else "<=")


@dataclass(frozen=True, eq=False)
class Bounded:
    """Lipschitz(map) <= bound, with its recipe."""

    map: str
    bound: Scalar
    steps: Callable[[Proof], Fact]


def from_judgment(
    judgment: Judgment, steps: Callable[[Proof], Fact], origin: str
) -> list[Known | Bounded]:
    """What a judgment makes known: two comparisons for an equation; [] for Lipschitz(f) > s."""
    if isinstance(judgment, Lipschitz):
        return [Bounded(judgment.map, judgment.bound, steps)]
    if not isinstance(judgment, Comparison):
        return []
    if judgment.relation != "=":
        return [Known(judgment.difference, judgment.relation == "<", steps, origin)]
    found: list[Known | Bounded] = []
    whole = Source(steps)
    for sign in (1, -1):
        side = Comparison(judgment.difference.times(Fraction(sign)), "<=")

        def weakened(proof: Proof, side: Comparison = side) -> Fact:
            return proof.derivation.step("weaken", proof.fact(whole), claim=side)

        found.append(Known(side.difference, False, weakened, origin))
    return found


class Source(Bounded):
    """A recipe alone, so that the two halves of an equation share its step."""

    def __init__(self, steps: Callable[[Proof], Fact]) -> None:
        super().__init__("", ZERO, steps)


def one() -> Known:
    """0 < 1."""
    return Known(ONE, True, lambda proof: proof.derivation.compute("0 < 1"), "number")


def sign(constant: str, strict: bool) -> Known:
    """The declared sign of a constant."""

    def steps(proof: Proof) -> Fact:
        return proof.derivation.step("sign", constant=constant)

    return Known(Scalar.of(Constant(constant)), strict, steps, "sign")


def nonnegative(scalar: Scalar) -> Known:
    """A sum of products of norms and of constants with a sign."""
    return Known(
        scalar, False, lambda proof: proof.derivation.step("nonnegative", scalar=scalar), "norm"
    )


def triangle(whole: Norm, summands: Sequence[tuple[Fraction, Term]]) -> Known:
    """|c_1 t_1 + ...| <= |c_1| |t_1| + ..., where the sum is `whole` up to a factor."""
    bound = ZERO
    for coefficient, term in summands:
        bound = bound + norm(term).times(abs(coefficient))
    total = Term.combination(whole.term.space, summands)

    def steps(proof: Proof) -> Fact:
        return proof.derivation.step("triangle", summands=[[c, t] for c, t in summands])

    return Known(bound - norm(total), False, steps, "triangle")


def lipschitz(bounded: Bounded, left: Term, right: Term, values: Term) -> Known:
    """|f(u) - f(v)| <= s |u - v|; `values` is f(u) - f(v)."""

    def steps(proof: Proof) -> Fact:
        return proof.derivation.step(
            "lipschitz",
            proof.fact(bounded),
            left=written(left, right),
            right=written(right, left),
        )

    difference = bounded.bound * norm(left - right) - norm(values)
    return Known(difference, False, steps, "lipschitz")


def congruence(zero: Known, map: str, left: Term, right: Term, values: Term) -> Known:
    """|f(u) - f(v)| <= 0 from |u - v| <= 0; `values` is f(u) - f(v)."""

    def steps(proof: Proof) -> Fact:
        return proof.derivation.step(
            "congruence",
            proof.fact(zero),
            map=map,
            left=written(left, right),
            right=written(right, left),
        )

    return Known(norm(values).times(Fraction(-1)), False, steps, "congruence")


def product(one: Known, other: Known) -> Known:
    """0 <= (b - a) (d - c)."""

    def steps(proof: Proof) -> Fact:
        return proof.derivation.step("product", proof.fact(one), proof.fact(other))

    strict = one.strict and other.strict
    return Known(one.difference * other.difference, strict, steps, "product")


def square(scalar: Scalar) -> Known:
    """0 <= s s."""
    return Known(
        scalar * scalar,
        False,
        lambda proof: proof.derivation.step("square", scalar=scalar),
        "square",
    )


def written(term: Term, near: Term) -> str:
    """A term as text; the zero of its space needs a vector to be nought of."""
    if term.parts:
        return str(term)
    return f"0 {near.parts[0][0]}"
