"""Random derivations: whatever the rules conclude is true where their hypotheses are.

Steps are drawn at random from the rules of a proof for all spaces and applied through the kernel's
own door.  Each conclusion is printed, read again with a number in the place of the bound variable,
and evaluated on concrete data on which the hypotheses hold.  A wrong side condition (a strict sign
from a multiplier that may be zero, a Lipschitz bound relaxed downwards) shows as a false sentence.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from certificates.format import Rejected, Unreadable, write_json
from certificates.judgments import Comparison, Judgment, Lipschitz, NotLipschitz
from certificates.kernel import Step, apply, prepare
from certificates.language import Named, read_judgment, read_scalar, read_term
from certificates.problem import read_problem
from certificates.rules import RULES
from certificates.statements import read_statement
from certificates.terms import Datum, Term, scalar_variables
from certificates.values import Context

STATEMENT = b"""statement random "the scope of random derivations"
spaces X, Y
linear A : X -> Y
map Psi : Y -> X
vectors x, u in X
vectors y, w, g in Y
units i, j
constants a > 0, b >= 0, c
define F(t in Y) = Psi(t + y) - 2 x
define G(t in Y) = u - Psi(y)
given
  Lipschitz(Psi) <= a
  |A x - y| < |A x| + |y| + a
  |x| = c + b
  b |y - w| < |Psi(y) - Psi(w)|
  |g - y| <= 0 and |A x| <= |A x - i A x| + |A x|
for all e in Y with |e| <= b + 1 and |e - y| < a + |e| + |y|
conclude
  c <= 0 - 20 or |y| < 0 or a = 0
  Lipschitz(Psi) > a
"""
ARBITRARY = {"p": "Y", "q": "Y"}  # the certificate's own
MAPS = ["Psi", "F", "G", "A"]


def problem(rng: random.Random) -> bytes:
    """Data on which the hypotheses hold and the conclusions fail; `w` (for e) is in its range."""
    norm = rng.choice(["l1", "linf"])
    x = [rng.randint(-3, 3), rng.randint(-3, 3)]
    b = rng.randint(0, 2)
    size = abs(x[0]) + abs(x[1]) if norm == "l1" else max(abs(x[0]), abs(x[1]))
    slope = [rng.choice([-1, 1]) * rng.randint(b + 1, b + 2), rng.randint(-2, 2)]
    field = rng.choice("RC")
    y = rng.choice([0, 0, 4, -4, "1/3"])
    units = [("1", "0"), ("-1", "0")]
    if field == "C":
        units += [("3/5", "4/5"), ("0", "-1"), ("-5/13", "12/13")]
    lipschitz = sum(map(abs, slope)) if norm == "l1" else max(map(abs, slope))

    def entries(*numbers: object) -> dict[str, Any]:
        return {"entries": [n if isinstance(n, list) else str(n) for n in numbers]}

    return write_json(
        {
            "format": "kernelcert problem 1",
            "field": field,
            "spaces": {
                "X": {"dimension": "2", "norm": norm},
                "Y": {"dimension": "1", "norm": rng.choice(["l1", "l2", "linf"])},
            },
            "linear": {
                "A": {
                    "kind": "dense",
                    "matrix": entries([str(rng.randint(-2, 2)), str(rng.randint(-2, 2))]),
                }
            },
            "maps": {
                "Psi": {
                    "kind": "affine",
                    "matrix": entries([str(slope[0])], [str(slope[1])]),
                    "offset": entries(rng.randint(-2, 2), rng.randint(-2, 2)),
                }
            },
            "vectors": {
                "x": {"space": "X", "array": entries(*x)},
                "u": {"space": "X", "array": entries(rng.randint(-3, 3), 0)},
                "y": {"space": "Y", "array": entries(y)},
                "g": {"space": "Y", "array": entries(y)},
                "p": {"space": "Y", "array": entries(rng.randint(-3, 3))},
                "q": {"space": "Y", "array": entries(rng.randint(-3, 3))},
                "w": {"space": "Y", "array": entries(rng.choice(["1/9", b + 1, -b - 1, "1/2"]))},
            },
            "constants": {"a": str(max(lipschitz, 1)), "b": str(b), "c": str(size - b)},
            "units": {
                name: dict(zip(("real", "imaginary"), rng.choice(units), strict=True))
                for name in "ij"
            },
        }
    )


class Source:
    """Random texts: vectors of X and Y, scalars, and non-negative scalars."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def vector(self, space: str, depth: int = 2) -> str:
        atoms = {"X": ["x", "u", "x", "(0 x)"], "Y": ["y", "e", "w", "e", "p", "(0 y)"]}[space]
        if depth and self.rng.random() < 0.6:
            inner = self.vector("Y", depth - 1)
            maps = [f"{name}({inner})" for name in ("Psi", "F", "G")]
            atoms = maps if space == "X" else [f"A ({self.vector('X', depth - 1)})"]
        first = self.rng.choice(["", "", "", "i ", "conj(i) j "]) + self.rng.choice(atoms)
        if self.rng.random() < 0.5:
            sign = self.rng.choice(["+", "-", "- 1/2", "+ 3"])
            return f"({first} {sign} ({self.vector(space, depth - 1) if depth else first}))"
        return first

    def scalar(self) -> str:
        atoms = ["a", "b", "c", "0", "1", "2/3", f"|{self.vector(self.rng.choice('XY'))}|"]
        text = self.rng.choice(atoms)
        if self.rng.random() < 0.4:
            text += " * " + self.rng.choice(["a", "b", "2", f"|{self.vector('Y', 0)}|"])
        if self.rng.random() < 0.3:
            text = f"({text} {self.rng.choice('+-')} {self.rng.choice(['a', 'b', 'c', '1'])})"
        return text

    def arguments(self, rule: str, premises: int) -> dict[str, Any]:
        """Arguments of the right types for a rule."""
        draw: dict[str, Callable[[], Any]] = {
            "hypothesis": lambda: self.rng.choice("12345556"),
            "conclusion": lambda: str(self.rng.randint(1, 2)),
            "alternative": lambda: str(self.rng.randint(1, 3)),
            "variable": lambda: "e",
            "number": lambda: str(self.rng.randint(1, 2)),
            "constant": lambda: self.rng.choice("abc"),
            "scalar": self.scalar,
            "summands": lambda: [
                [self.rng.choice(["1", "-1", "2", "-1/3", "0"]), self.vector(space)]
                for space in self.rng.choice("XY") * self.rng.randint(1, 3)
            ],
            "multipliers": lambda: [self.scalar() for _ in range(premises)],
            "left": lambda: self.vector("Y"),
            "right": lambda: self.vector("Y"),
            "map": lambda: self.rng.choice(MAPS),
            "bound": self.scalar,
        }
        return {name: draw.get(name, lambda: "0 <= 0")() for name in RULES[rule].arguments}


GENERAL = [
    "given", "range", "sign", "nonnegative", "triangle", "linear", "linear", "linear",
    "weaken", "weaken", "weaken", "equal", "equal", "equal",
    "lipschitz", "lipschitz", "relax", "constant_definition", "secant", "secant", "secant",
    "denied", "product", "square", "congruence", "congruence", "everywhere", "everywhere",
]  # fmt: skip


START: list[dict[str, Any]] = [  # what `congruence` and `everywhere` seldom meet by chance
    {"rule": "given", "premises": [], "arguments": {"hypothesis": "5"}},
    {"rule": "given", "premises": [], "arguments": {"hypothesis": "1"}},
    {"rule": "lipschitz", "premises": ["1"], "arguments": {"left": "p", "right": "q"}},
]


def random_step(source: Source, steps: list[Step]) -> dict[str, Any]:
    rng = source.rng
    rule = rng.choice(GENERAL)
    wanted = RULES[rule].premises
    if wanted and wanted[-1] is ...:
        wanted = (wanted[0],) * rng.randint(1, 3)
    premises = []
    for kind in wanted:
        fitting = [k for k, step in enumerate(steps) if isinstance(step.conclusion, kind)]
        premises.append(str(rng.choice(fitting)) if fitting else "0")
    arguments = source.arguments(rule, len(premises))
    if rule == "secant" and rng.random() < 0.8:  # the fourth hypothesis, rarely met by chance
        arguments |= {"map": "Psi", "left": "y", "right": "w", "bound": rng.choice("ab0")}
    if rule == "lipschitz" and rng.random() < 0.3:
        arguments |= {"left": "p", "right": "q"}
    if rule == "congruence" and rng.random() < 0.9:  # the fifth hypothesis, likewise
        places = [k for k, step in enumerate(steps) if str(step.conclusion) == "|g - y| <= 0"]
        premises = [str(rng.choice(places))] if places else premises
        arguments |= {"left": "g", "right": "y"}
    if rule == "everywhere":  # a step of `lipschitz` about p and q, sometimes with other names
        places = [k for k, step in enumerate(steps) if {"p", "q"} <= inside(step.conclusion)]
        place = rng.choice(places) if places else 0
        premises = [str(place)]
        arguments |= {"left": "p", "right": rng.choice("qqqqpyw")}
        if steps and steps[place].rule == "lipschitz":
            bound = steps[steps[place].premises[0]].conclusion
            arguments |= {
                "map": getattr(bound, "map", ""),
                "bound": str(getattr(bound, "bound", "")),
            }
    equations = [k for k, step in enumerate(steps) if is_equation(step.conclusion)]
    if rule == "weaken" and equations and rng.random() < 0.5:  # there are few
        premises = [str(rng.choice(equations))]
    if rule == "weaken" and steps:  # the premise, mostly with <=, sometimes turned around
        left, right = sides(steps[int(premises[0])].conclusion)
        turned = rng.random() < 0.4
        relation = rng.choice(["<=", "<=", "<=", "<", "="])
        arguments["claim"] = (
            f"{right} {relation} {left}" if turned else f"{left} {relation} {right}"
        )
    if rule == "equal" and rng.random() < 0.7:  # by chance, a premise never meets its opposite
        pairs = opposites(steps)
        premises = [str(place) for place in rng.choice(pairs)] if pairs else premises
    return {"rule": rule, "premises": premises, "arguments": arguments}


def is_equation(judgment: Judgment) -> bool:
    """Whether it is a = b, a and b not the same."""
    return (
        isinstance(judgment, Comparison) and judgment.relation == "=" and str(judgment) != "0 = 0"
    )


def inside(judgment: Judgment) -> set[str]:
    """The bound variables of a comparison."""
    return scalar_variables(judgment.difference) if isinstance(judgment, Comparison) else set()


def opposites(steps: list[Step]) -> list[tuple[int, int]]:
    """The pairs of steps on a <= b and b <= a (a and b not the same), whatever their relation."""
    found = [(k, step.conclusion) for k, step in enumerate(steps)]
    compared = [(k, c.difference) for k, c in found if isinstance(c, Comparison)]
    places = {difference: k for k, difference in compared if difference.parts}
    turned = [(k, places.get(difference.times(Fraction(-1)))) for k, difference in compared]
    return [(k, other) for k, other in turned if other is not None]


def sides(judgment: Judgment) -> tuple[str, str]:
    """The two sides of a comparison, as texts; of another judgment two zeros."""
    if isinstance(judgment, Comparison):
        left, right = judgment.sides
        return str(left), str(right)
    return "0", "0"


def scope(file: bytes) -> Context:
    """Where conclusions are evaluated: e is the vector w, p and q are vectors of the problem."""
    statement = read_statement(STATEMENT)
    read = read_problem(file, lambda name: b"", statement)
    variables = {"e": "w", "p": "p", "q": "q"}
    data = {name: Named(Term.of(Datum(vector, "Y"))) for name, vector in variables.items()}
    names = {**statement.names, **data}
    return Context(statement, names, read, dict(read.vectors))


def is_true(context: Context, judgment: Judgment, source: Source) -> bool:
    """A comparison is computed; a Lipschitz bound is tried at random points."""
    found = read_judgment(str(judgment), context.names, "conclusion")
    if isinstance(found, Comparison):
        return context.holds(found)
    points = [(source.vector("Y"), source.vector("Y")) for _ in range(4)]
    if isinstance(found, NotLipschitz):
        # for Psi alone, whose constant |Psi(y) - Psi(y + v)| / |v| is the same at all points
        found, points = Lipschitz(found.map, found.bound), [("y", "y + v")]
    for left, right in points:
        line = f"|{found.map}({left}) - {found.map}({right})| <= ({found.bound}) |{left} - {right}|"
        claim = read_judgment(line, context.names, "trial")
        assert isinstance(claim, Comparison)
        if context.holds(claim) == isinstance(judgment, NotLipschitz):
            return False
    return True


@pytest.mark.parametrize("seed", range(6))
def test_random_derivations_conclude_what_is_true(seed: int) -> None:
    rng = random.Random(f"soundness {seed}")
    source = Source(rng)
    general = prepare(STATEMENT, None, "certified", {}, {}, ARBITRARY)
    worlds = [scope(problem(rng)) for _ in range(6)]
    for world in worlds:  # the hypotheses hold, so what is derived from them must
        for hypothesis in general.statement.given:
            if not isinstance(hypothesis.judgment, Lipschitz):
                assert is_true(world, hypothesis.judgment, source)
        for claim in general.statement.conclude[0].any:  # and a contradiction is none of them
            assert not is_true(world, claim, source)
        world.vectors["v"] = ("Y", world.vectors["y"][1].of([1], (), 1))
        world.names["v"] = Named(Term.of(Datum("v", "Y")))
    steps: list[Step] = []
    for raw in START:
        steps.append(apply(general, steps, raw, "start"))
    used: Counter[str] = Counter()
    while len(steps) < 240:
        raw = random_step(source, steps)
        try:
            step = apply(general, steps, raw, "step")
        except (Rejected, Unreadable):
            continue
        if len(str(step.conclusion)) > 600:
            continue
        steps.append(step)
        used[step.rule] += 1
        # what is printed is what was meant
        assert read_judgment(str(step.conclusion), general.names, "again") == step.conclusion
        for world in worlds:
            if isinstance(step.conclusion, Lipschitz) and step.conclusion.map == "A":
                continue
            assert is_true(world, step.conclusion, source), (raw, str(step.conclusion))
    assert len(used) >= 10, used
    assert min(used["weaken"], used["equal"], used["product"]) >= 2, used
    assert min(used["congruence"], used["everywhere"], used["denied"], used["square"]) >= 1, used


def test_texts_of_random_terms_are_read_back() -> None:
    """`str` of a term or scalar denotes the same term or scalar."""
    source = Source(random.Random("texts"))
    names = prepare(STATEMENT, None, "certified", {}, {}, ARBITRARY).names
    for _ in range(1_500):
        term = read_term(source.vector(source.rng.choice("XY"), 3), names, "term")
        scalar = read_scalar(source.scalar(), names, "scalar")
        if term.parts:  # the zero vector is printed without its space
            assert read_term(str(term), names, "again") == term
        assert read_scalar(str(scalar), names, "again") == scalar
