"""z3 as an oracle for linear arithmetic: it is asked, and never believed.

Each answer comes with something exact that is used instead of it: values that satisfy, or
multipliers that add up to a contradiction (Farkas), which the kernel adds up again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import z3

from certificates.terms import Monomial

from ..asking import asked
from .exactly import solve

MAXIMAL_BITS = 12_000  # well within the 4300 digits that Python converts

Linear = Mapping[Monomial, Fraction]


class TooLarge(Exception):
    """A limit was reached; the message says which."""


@dataclass(frozen=True)
class Row:
    """0 <= form, or 0 < form, with monomials as independent variables; () is the constant 1."""

    form: Linear
    strict: bool


@dataclass
class Clock:
    """A time limit in seconds, for all queries together."""

    seconds: float

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.seconds

    def left(self) -> float:
        """Seconds left.  Raises TooLarge if there are none."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TooLarge(f"the time limit of {self.seconds:g} s is reached; raise --seconds")
        return left


def rational(number: Fraction) -> Any:
    """A number for z3.  Raises TooLarge for one with too many digits."""
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > MAXIMAL_BITS:
        raise TooLarge(f"a number has more than {MAXIMAL_BITS} bits")
    return z3.Q(number.numerator, number.denominator)


def fraction(value: Any) -> Fraction:
    """A rational number from a z3 model.  Raises TooLarge for one with too many digits."""
    try:
        return Fraction(value.numerator_as_long(), value.denominator_as_long())
    except ValueError as reason:  # Python's own limit
        raise TooLarge(f"a number has too many digits: {reason}") from None


def check(solver: Any, clock: Clock, *assumptions: Any) -> bool:
    """Whether it is satisfiable.  Raises TooLarge when z3 gives up."""
    solver.set("timeout", max(1, int(1000 * clock.left())))
    answer = asked(solver, *assumptions)
    if answer == z3.unknown:
        clock.left()
        raise TooLarge(f"z3 gave up: {solver.reason_unknown()}")
    return bool(answer == z3.sat)


class Inequalities:
    """A growing list of rows, in one z3 solver."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.solver = z3.SolverFor("QF_LRA")
        self.rows: list[Row] = []
        self.marks: list[Any] = []
        self.variables: dict[Monomial, Any] = {}

    def add(self, row: Row) -> None:
        """One more row."""
        mark = z3.Bool(f"row{len(self.rows)}")
        self.solver.add(z3.Implies(mark, self._holds(row)))
        self.rows.append(row)
        self.marks.append(mark)

    def _holds(self, row: Row) -> Any:
        summands = [
            rational(c) * self._variable(m) if m else rational(c) for m, c in row.form.items()
        ]
        form = z3.Sum(summands) if summands else rational(Fraction(0))
        return form > 0 if row.strict else form >= 0

    def _variable(self, monomial: Monomial) -> Any:
        if monomial not in self.variables:
            self.variables[monomial] = z3.Real(f"v{len(self.variables)}")
        return self.variables[monomial]

    def feasible(self) -> bool:
        """Whether all rows can hold."""
        return check(self.solver, self.clock, *self.marks)

    def values(self) -> dict[Monomial, Fraction]:
        """The values of the last answer `feasible`."""
        model = self.solver.model()
        return {
            m: fraction(model.eval(variable, model_completion=True))
            for m, variable in self.variables.items()
        }

    def interior(self, wanted: Iterable[Monomial]) -> dict[Monomial, Fraction] | None:
        """Values in which every wanted variable that can be positive is; None if infeasible.

        The wanted variables must be >= 0 by the rows.
        """
        if not self.feasible():
            return None
        found = [self.values()]
        zeros = [m for m in wanted if m in self.variables and found[0][m] == 0]
        while zeros:
            positive = z3.Bool("positive")
            self.solver.push()
            self.solver.add(z3.Implies(positive, z3.Or([self.variables[m] > 0 for m in zeros])))
            more = check(self.solver, self.clock, *self.marks, positive)
            if more:
                found.append(self.values())
            self.solver.pop()
            if not more:
                break
            zeros = [m for m in zeros if found[-1][m] == 0]
        share = Fraction(1, len(found))
        return {m: share * sum(values[m] for values in found) for m in found[0]}

    def pinned(
        self,
        start: dict[Monomial, Fraction],
        wanted: Iterable[Monomial],
        simple: Sequence[Fraction],
    ) -> dict[Monomial, Fraction]:
        """Values that satisfy the rows, with simple numbers where one by one that is possible."""
        best = start
        self.solver.push()
        try:
            for monomial in wanted:
                if monomial not in self.variables:
                    continue
                for number in dict.fromkeys([*simple, Fraction(round(best[monomial]))]):
                    pin = z3.Bool(f"pin{len(self.marks)}_{number}_{monomial!s}")
                    exactly = self.variables[monomial] == rational(number)
                    self.solver.add(z3.Implies(pin, exactly))
                    if number and check(self.solver, self.clock, *self.marks, pin):
                        best = self.values()
                        self.solver.add(exactly)
                        break
        finally:
            self.solver.pop()
        return best

    def core(self) -> list[int]:
        """After an answer `infeasible`: rows that cannot hold together, none of which can go."""
        names = {str(mark) for mark in self.solver.unsat_core()}
        kept = [k for k, mark in enumerate(self.marks) if str(mark) in names]
        for place in list(kept):
            rest = [k for k in kept if k != place]
            if not check(self.solver, self.clock, *(self.marks[k] for k in rest)):
                kept = rest
        return kept


def multipliers(rows: Sequence[Row], clock: Clock) -> list[Fraction]:
    """For rows that cannot hold together: m >= 0 with sum m_k form_k = 0, some strict m_k > 0.

    The rows must contain 0 < 1 where the constant is needed.  Raises TooLarge if z3 gives up.
    """
    solver = z3.SolverFor("QF_LRA")
    unknowns = [z3.Real(f"m{k}") for k in range(len(rows))]
    for unknown in unknowns:
        solver.add(unknown >= 0)
    table: dict[Monomial, list[Any]] = {}
    for unknown, row in zip(unknowns, rows, strict=True):
        for monomial, coefficient in row.form.items():
            table.setdefault(monomial, []).append(rational(coefficient) * unknown)
    for summands in table.values():
        solver.add(z3.Sum(summands) == 0)
    solver.add(z3.Sum([u for u, row in zip(unknowns, rows, strict=True) if row.strict]) > 0)
    if not check(solver, clock):
        raise TooLarge("z3's core has no multipliers")
    model = solver.model()
    return [fraction(model.eval(unknown, model_completion=True)) for unknown in unknowns]


@dataclass(frozen=True)
class Functional:
    """A linear functional by its values on the coordinates, with |f| <= 1 and f(t) = |t|."""

    values: tuple[Fraction, ...]


@dataclass(frozen=True)
class Shorter:
    """t = sum of c_i t_i with  sum |c_i| n_i < n(t): pairs (i, c_i)."""

    summands: tuple[tuple[int, Fraction], ...]


class Norming:
    """Vectors t_i in Q^k with numbers n_i >= 0: which of the n_i are the norms of the t_i?

    They are for the largest norm with |t_i| <= n_i, or some t is a shorter combination.
    """

    def __init__(
        self, vectors: Sequence[Sequence[Fraction]], norms: Sequence[Fraction], clock: Clock
    ) -> None:
        self.vectors = vectors
        self.norms = norms
        self.clock = clock
        self.solver = z3.SolverFor("QF_LRA")
        self.unknowns = [z3.Real(f"f{k}") for k in range(len(vectors[0]))]
        self.forms = [self._form(vector) for vector in vectors]
        self.marks: dict[str, tuple[int, int]] = {}
        self.assumptions: list[Any] = []
        for place, (form, size) in enumerate(zip(self.forms, norms, strict=True)):
            for sign in (1, -1):
                mark = z3.Bool(f"b{place}_{sign}")
                self.solver.add(z3.Implies(mark, sign * form <= rational(size)))
                self.marks[str(mark)] = (place, sign)
                self.assumptions.append(mark)

    def _form(self, vector: Sequence[Fraction]) -> Any:
        pairs = zip(vector, self.unknowns, strict=True)
        return z3.Sum([rational(c) * unknown for c, unknown in pairs if c])

    def ask(self, place: int) -> Functional | Shorter:
        """A functional that norms vector number `place`, or the combination that is shorter."""
        self.solver.push()
        try:
            self.solver.add(self.forms[place] == rational(self.norms[place]))
            if check(self.solver, self.clock, *self.assumptions):
                model = self.solver.model()
                return Functional(
                    tuple(fraction(model.eval(u, model_completion=True)) for u in self.unknowns)
                )
            core = [self.marks[str(mark)] for mark in self.solver.unsat_core()]
        finally:
            self.solver.pop()
        return self._shorter(place, core)

    def _shorter(self, place: int, core: list[tuple[int, int]]) -> Shorter:
        places = list(dict.fromkeys(i for i, _ in core))
        columns = list(zip(*(self.vectors[i] for i in places), strict=True))
        solved = solve(columns, [[c] for c in self.vectors[place]])
        if solved is not None:
            # mostly the core is independent, and this is the only combination
            pairs = [(i, c) for i, (c,) in zip(places, solved, strict=True) if c]
            if sum(abs(c) * self.norms[i] for i, c in pairs) < self.norms[place]:
                return Shorter(tuple(pairs))
        solver = z3.SolverFor("QF_LRA")
        sizes = [z3.Real(f"c{k}") for k in range(len(core))]
        for size in sizes:
            solver.add(size >= 0)
        for k, wanted in enumerate(self.vectors[place]):
            summands = [
                rational(sign * self.vectors[i][k]) * size
                for size, (i, sign) in zip(sizes, core, strict=True)
            ]
            solver.add(z3.Sum(summands) == rational(wanted))
        cost = [rational(self.norms[i]) * size for size, (i, _) in zip(sizes, core, strict=True)]
        solver.add(z3.Sum(cost) < rational(self.norms[place]))
        if not check(solver, self.clock):
            raise TooLarge("z3's core has no combination")
        model = solver.model()
        found: dict[int, Fraction] = {}
        for size, (i, sign) in zip(sizes, core, strict=True):
            value = fraction(model.eval(size, model_completion=True))
            found[i] = found.get(i, Fraction(0)) + sign * value
        return Shorter(tuple((i, c) for i, c in found.items() if c))


def combination(
    rows: Sequence[Sequence[Fraction]],
    wanted: Mapping[int, Fraction],
    bound: Fraction,
    clock: Clock,
) -> tuple[Fraction, ...] | None:
    """m with  sum m_i rows[i][k] = wanted[k]  for all k, and  sum |m_i| <= bound; or None."""
    solver = z3.SolverFor("QF_LRA")
    pairs = [(z3.Real(f"p{i}"), z3.Real(f"n{i}")) for i in range(len(rows))]
    for pair in pairs:
        solver.add(*(part >= 0 for part in pair))
    solver.add(z3.Sum([part for pair in pairs for part in pair]) <= rational(bound))
    for k, value in wanted.items():
        summands = [rational(row[k]) * (p - n) for row, (p, n) in zip(rows, pairs, strict=True)]
        solver.add(z3.Sum(summands) == rational(value))
    if not check(solver, clock):
        return None
    model = solver.model()
    return tuple(fraction(model.eval(p - n, model_completion=True)) for p, n in pairs)


def extension(
    vectors: Sequence[Sequence[Fraction]],
    sizes: Sequence[Fraction],
    wanted: Mapping[int, Fraction],
    clock: Clock,
) -> tuple[Fraction, ...] | None:
    """A functional with the wanted values on some coordinates and |f(t_i)| <= sizes[i]; or None."""
    norming = Norming(vectors, sizes, clock)
    for k, value in wanted.items():
        norming.solver.add(norming.unknowns[k] == rational(value))
    if not check(norming.solver, clock, *norming.assumptions):
        return None
    model = norming.solver.model()
    return tuple(fraction(model.eval(u, model_completion=True)) for u in norming.unknowns)
