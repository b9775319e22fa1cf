"""Which numbers to put in place of what stands in products, so that a claim becomes linear.

In (1 + 2 L) delta it is enough to fix L; in |x| |y| one of the two norms.  First the number 1 for
all of them, then what z3's nonlinear solver proposes, then a small grid.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import z3

from certificates.judgments import Comparison
from certificates.language import Signed
from certificates.terms import Constant, Norm, Quantity, Scalar

from ..asking import asked
from .oracle import Clock, fraction, rational
from .system import System, monomials

GRID = [Fraction(n) for n in ("1", "1/10", "10", "1/2", "2", "3/2", "100", "0", "-1")]
CHOICES = 30
PROPOSALS = 4
MILLISECONDS = 1500  # for one nonlinear question

Numbers = dict[Quantity, Fraction]


def cover(system: System, goals: Sequence[Comparison]) -> list[Quantity]:
    """Quantities such that every product has at most one other factor; constants first."""
    scalars = [known.difference for known in system.knowns]
    found = monomials([*scalars, *(goal.difference for goal in goals)])
    fixed: list[Quantity] = []
    while True:
        rests = [[q for q in monomial if q not in fixed] for monomial in found]
        open_ = [q for rest in rests if len(rest) > 1 for q in rest]
        if not open_:
            return fixed
        names = sorted(set(open_), key=lambda q: (isinstance(q, Norm), -open_.count(q), str(q)))
        fixed.append(names[0])


def numbers(
    system: System, goals: Sequence[Comparison], against: Sequence[Comparison], clock: Clock
) -> Iterator[Numbers]:
    """Numbers for the cover, one choice after the other; {} alone if nothing stands in products.

    `against` is what a counterexample must satisfy beyond the system's facts.
    """
    fixed = cover(system, goals)
    if not fixed:
        yield {}
        return
    seen: set[tuple[Fraction, ...]] = set()
    for row in _rows(system, fixed, against, clock):
        if row not in seen and _allowed(system, dict(zip(fixed, row, strict=True))):
            seen.add(row)
            yield dict(zip(fixed, row, strict=True))
        if len(seen) >= CHOICES:
            return


def _rows(
    system: System, fixed: list[Quantity], against: Sequence[Comparison], clock: Clock
) -> Iterator[tuple[Fraction, ...]]:
    yield (Fraction(1),) * len(fixed)
    for _ in range(PROPOSALS):
        found = _proposal(system, fixed, against, clock)
        if found is None:
            break
        yield found
    for number in GRID:
        yield (number,) * len(fixed)
    yield from product(GRID, repeat=len(fixed))


def _allowed(system: System, values: Numbers) -> bool:
    """Whether the signs are as declared."""
    for quantity, value in values.items():
        sign = ">="
        if isinstance(quantity, Constant):
            entry = system.names[quantity.name]
            sign = entry.sign if isinstance(entry, Signed) else ""
        if (value < 0 and sign) or (value == 0 and sign == ">"):
            return False
    return True


def _proposal(
    system: System, fixed: list[Quantity], against: Sequence[Comparison], clock: Clock
) -> tuple[Fraction, ...] | None:
    """What z3 gives to the fixed quantities in the whole nonlinear system, to a few digits."""
    variables: dict[Quantity, Any] = {}

    def form(scalar: Scalar) -> Any:
        summands = []
        for monomial, coefficient in scalar.parts:
            part = rational(coefficient)
            for quantity in monomial:
                part = part * variables.setdefault(quantity, z3.Real(f"q{len(variables)}"))
            summands.append(part)
        return z3.Sum(summands) if summands else rational(Fraction(0))

    solver = z3.Solver()
    solver.set("timeout", int(min(MILLISECONDS, 1000 * clock.left())))
    for fact in [*(known.comparison for known in system.knowns), *against]:
        left = form(fact.difference)
        solver.add(left > 0 if fact.relation == "<" else left >= 0)
    for quantity, variable in list(variables.items()):
        if isinstance(quantity, Norm):
            solver.add(variable >= 0)
    if asked(solver) != z3.sat:
        return None
    model = solver.model()
    found = []
    for quantity in fixed:
        value = model.eval(variables.get(quantity, z3.Real("free")), model_completion=True)
        if z3.is_algebraic_value(value):
            value = value.approx(6)
        found.append(fraction(value))
    return tuple(found)
