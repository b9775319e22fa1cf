"""Random claims, as texts: about half of them true.

A claim is drawn in one of two ways.  *Built*: a few true inequalities (of the triangle, of a
Lipschitz bound, of an operator norm) are added up with non-negative weights, norms with a
hypothesis `|t| <= r` are replaced by `r`, and the sum is claimed, often after a small change
that may or may not make it false: a weight a little less, `<` or `=` for `<=`, one summand
forgotten, one hypothesis forgotten.  *Drawn*: hypotheses and conclusion have nothing to do with
each other, which gives false claims, contradictory hypotheses, and now and then a truth.

Everything lies in the fragment that `decide` settles: rational coefficients and constants, norms
of combinations of vectors, of `A v` and of `Psi(t)`.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from hypothesis import strategies as st

NUMBERS = [Fraction(n) for n in ("1/3", "1/2", "1", "1", "1", "3/2", "2", "3")]
RADII = [Fraction(n) for n in ("0", "1/10", "1/2", "1", "1", "2")]
CHANGES = ["none"] * 5 + ["less", "less", "more", "strict", "equal", "forget", "forget", "given"]
RELATIONS = ["<=", "<=", "<=", "<", "="]


@dataclass
class World:
    """What is declared."""

    rng: random.Random
    spaces: list[str]
    vectors: dict[str, list[str]]
    linear: bool  # A : X -> Y
    norm: Fraction | None
    psi: bool  # Psi : last space -> X
    slope: Fraction | None
    given: list[str] = field(default_factory=list)

    def one(self, choices: list) -> object:
        """One of several things."""
        return self.rng.choice(choices)

    def chance(self, percent: int) -> bool:
        """True so often."""
        return self.rng.randrange(100) < percent

    def point(self, space: str, depth: int = 2) -> str:
        """One vector: a name, or a map at something."""
        kinds = ["name"] * 3 if self.vectors[space] else []
        if depth and self.linear and space == "Y":
            kinds += ["image"] * (2 if kinds else 1)
        if depth and self.psi and space == "X":
            kinds += ["value"]
        kind = self.one(kinds or ["zero"])
        if kind == "name":
            return str(self.one(self.vectors[space]))
        if kind == "image":
            return f"A ({self.combination('X', depth - 1)})"
        if kind == "value":
            return f"Psi({self.combination(self.spaces[-1], depth - 1)})"
        return f"A ({self.vectors['X'][0]} - {self.vectors['X'][0]})"

    def combination(self, space: str, depth: int = 2) -> str:
        """A sum of one to three multiples."""
        text = ""
        for place in range(int(self.one([1, 2, 2, 3]))):
            sign = self.one(["+", "-"]) if place else ""
            text += f" {sign} {number(self.one(NUMBERS))} {self.point(space, depth)}"
        return text.strip()

    def bound(self, terms: list[str]) -> None:
        """A hypothesis on one of these norms, mostly."""
        relation = self.one(RELATIONS)
        self.given.append(f"|{self.one(terms)}| {relation} {number(self.one(RADII))}")


def number(value: object) -> str:
    """A rational number of the language."""
    assert isinstance(value, Fraction)
    return str(value)


def world(rng: random.Random) -> World:
    """Spaces, maps and vectors."""
    two = rng.random() < 0.6
    count = rng.randint(1, 4)
    in_y = rng.randint(0, min(2, count - 1)) if two else 0
    names = ["a", "b", "c", "d"][:count]
    linear = two and rng.random() < 0.75
    two = linear or in_y > 0  # otherwise nothing would lie in Y
    return World(
        rng,
        spaces=["X", "Y"] if two else ["X"],
        vectors={"X": names[in_y:], "Y": names[:in_y]},
        linear=linear,
        norm=rng.choice([None, *NUMBERS]),
        psi=rng.random() < 0.6,
        slope=rng.choice([None, *NUMBERS]),
    )


Sum = list[tuple[Fraction, str]]


def inequality(found: World) -> tuple[tuple[Fraction, str], Sum]:
    """A true one: a norm, and a bound for it as a sum of norms."""
    kinds = ["triangle"] * 3
    if found.linear and found.norm is not None:
        kinds += ["operator", "operator"]
    if found.psi and found.slope is not None:
        kinds += ["lipschitz"] * 3
    kind = found.one(kinds)
    if kind == "operator":
        term = found.combination("X", 1)
        return (Fraction(1), f"A ({term})"), [(found.norm or Fraction(0), term)]
    if kind == "lipschitz":
        u, v = (found.combination(found.spaces[-1], 1) for _ in range(2))
        return (Fraction(1), f"Psi({u}) - Psi({v})"), [
            (found.slope or Fraction(0), f"({u}) - ({v})")
        ]
    space = str(found.one(found.spaces))
    terms = [found.combination(space, 1) for _ in range(int(found.one([2, 2, 3])))]
    weights = [found.one(NUMBERS) for _ in terms]
    whole = " - ".join(f"{number(w)} ({t})" for w, t in zip(weights, terms, strict=True))
    return (Fraction(1), whole), [
        (w, t) for w, t in zip(weights, terms, strict=True) if isinstance(w, Fraction)
    ]


def written(summands: list[tuple[Fraction, str]], constant: Fraction) -> str:
    """A sum of norms and a number."""
    norms = [f"{number(w)} |{t}|" for w, t in summands if w > 0]
    return " + ".join([*norms, number(constant)])


def built(found: World) -> str:
    """A sum of true inequalities, changed a little."""
    left: Sum = []
    right: Sum = []
    constant = Fraction(0)
    for _ in range(int(found.one([1, 1, 2, 3]))):
        weight = found.one(NUMBERS)
        assert isinstance(weight, Fraction)
        (_, whole), parts = inequality(found)
        left.append((weight, whole))
        right += [(weight * w, t) for w, t in parts]
    for place, (weight, term) in enumerate(right):
        if len(found.given) < 3 and found.chance(35):
            radius = found.one(RADII)
            assert isinstance(radius, Fraction)
            found.given.append(f"|{term}| <= {number(radius)}")
            constant += weight * radius
            right[place] = (Fraction(0), term)
    relation = "<="
    change = found.one(CHANGES)
    kept = [place for place, (weight, _) in enumerate(right) if weight]
    if change in ("less", "more", "forget") and kept:
        place = int(found.one(kept))
        factor = {"less": Fraction(9, 10), "more": Fraction(11, 10), "forget": Fraction(0)}
        right[place] = (right[place][0] * factor[str(change)], right[place][1])
    elif change == "less":
        constant *= Fraction(9, 10)
    elif change == "strict":
        relation = "<"
    elif change == "equal":
        relation = "="
    elif change == "given" and found.given:
        found.given.pop()
    return f"{written(left, Fraction(0))} {relation} {written(right, constant)}"


def drawn(found: World) -> str:
    """Hypotheses and a conclusion without connection."""
    terms = [found.combination(str(found.one(found.spaces))) for _ in range(3)]
    for _ in range(int(found.one([0, 1, 2, 3]))):
        found.bound(terms)
    alternatives = []
    for _ in range(int(found.one([1, 1, 1, 2]))):
        sides = [
            written([(found.one(NUMBERS), found.one(terms))], found.one(RADII))  # type: ignore
            for _ in range(2)
        ]
        alternatives.append(f"{sides[0]} {found.one(RELATIONS)} {sides[1]}")
    return " or ".join(alternatives)


@st.composite
def claims(draw: Callable[..., random.Random]) -> str:
    """The text of a claim.

    Hypothesis draws the seed only: examples that it makes by changing others differ too little
    here, and a claim is short enough to be read as it is.
    """
    found = world(draw(st.randoms(use_true_random=True)))
    conclusion = built(found) if found.chance(75) else drawn(found)
    lines = ["statement random", f"spaces {', '.join(found.spaces)}"]
    if found.linear:
        lines.append("linear A : X -> Y")
    if found.psi:
        lines.append(f"map Psi : {found.spaces[-1]} -> X")
    for space in found.spaces:
        if found.vectors[space]:
            lines.append(f"vectors {', '.join(found.vectors[space])} in {space}")
    given = list(found.given)
    if found.linear and found.norm is not None:
        given.append(f"Lipschitz(A) <= {number(found.norm)}")
    if found.psi and found.slope is not None:
        given.append(f"Lipschitz(Psi) <= {number(found.slope)}")
    if given:
        lines += ["given", *(f"  {line}" for line in given)]
    return "\n".join([*lines, "conclude", f"  {conclusion}", ""])
