"""The best constant of a claim, and which of its hypotheses are needed.

`sharpen` looks for the least c (or the largest) for which a claim still holds: it puts numbers in
place of c and decides, narrowing the interval between a counterexample and a proof.  An exact
answer has two certificates: of the claim at the best value, and one of these three for what is
beyond it:

    attained        at the best value the claim with < for <= is refuted, by an example in which
                    the conclusion really depends on the constant (that is put in as a hypothesis,
                    `better`, or as the limit of a range).  It has equality, and its hypotheses
                    hold for every worse value too, so it refutes the claim there
    not attained    a larger constant only makes the claim weaker (or only stronger); at the best
                    value it is refuted, for every better one it is proved
    the sign        the best value is the smallest that the declared sign of c allows
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from certificates.format import Rejected, Unreadable, write_number
from certificates.judgments import Comparison, Judgment, Lipschitz
from certificates.kernel import prepare
from certificates.language import Defined, Map, Signed, read_scalar
from certificates.rules import at
from certificates.statements import Statement, read_statement
from certificates.terms import Constant, Datum, Monomial, Scalar, Term, norm, scalar_variables
from certificates.values import Context

from ..arrays import BadInput
from ..lipschitz import simplest_between
from .decide import Decision, Limits, decide
from .rewrite import (
    renamed,
    with_conclusion,
    with_hypothesis,
    with_limit,
    with_number,
    with_vectors,
)

LARGEST = Fraction(1 << 20)
WIDTH = Fraction(1, 1000)
LONGEST = 10**9  # denominators of values that are tried because an example has equality there
TRIALS = 60
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Sharpened:
    """The best value of a constant, between `low` and `high`; exact if they are equal.

    `direction` is "least" or "largest"; `holds` is a decision with a proof, `fails` one with a
    counterexample, each at the value named beside it; `attained` says whether the claim holds at
    the best value itself, None if the best value is not known exactly.
    """

    name: str
    direction: str
    low: Fraction | None
    high: Fraction | None
    attained: bool | None
    holds: tuple[Fraction, Decision] | None
    fails: tuple[Fraction, Decision] | None
    words: tuple[str, ...]

    @property
    def exact(self) -> Fraction | None:
        """The best value, if it is known exactly."""
        return self.low if self.low == self.high else None


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The rational number with the smallest denominator in [low, high], of any sign."""
    if low <= 0 <= high:
        return Fraction(0)
    return simplest_between(low, high) if low > 0 else -simplest_between(-high, -low)


# ------------------------------------------------------------------ what depends on the constant


@dataclass(frozen=True)
class Edge:
    """A conclusion  0 <= rest + c slope,  its strict form, and "a better c makes it easier".

    For a Lipschitz bound the conclusion is that of two new vectors of the domain.
    """

    rest: Scalar
    slope: Scalar
    strict: Comparison
    depends: Comparison
    vectors: tuple[str, ...] = ()
    space: str = ""


def strictly(statement_file: bytes, name: str, value: Fraction, edge: Edge) -> bytes:
    """At a value of the constant: one conclusion, strict, where it depends on the constant."""
    file = with_conclusion(statement_file, str(edge.strict))
    if edge.vectors:
        file = with_vectors(file, edge.vectors, edge.space)
    if edge.slope.as_number() is None:
        inside = scalar_variables(edge.slope)
        variables = [q.name for q in read_statement(file).for_all if q.name in inside]
        if variables:
            file = with_limit(file, variables[-1], str(edge.depends))
        else:
            file = with_hypothesis(file, str(edge.depends), "better")
    return renamed(with_number(file, name, value), "strict")


def edges(statement_file: bytes, name: str, turn: int) -> list[Edge]:
    """The conclusions that are one <= and in which the constant has degree 1."""
    context = prepare(statement_file, None, "vacuous", {}, {}, {})
    found = []
    for conclusion in context.statement.conclude:
        claim: Judgment = conclusion.any[0]
        vectors: tuple[str, ...] = ()
        space = ""
        if isinstance(claim, Lipschitz):
            claim, vectors, space = _secant(context, claim)
        if len(conclusion.any) > 1 or not isinstance(claim, Comparison) or claim.relation != "<=":
            continue
        constant = Constant(name)
        parts = claim.difference.parts
        if max((m.count(constant) for m, _ in parts), default=0) != 1:
            continue
        slope = Scalar.collect((_rest(m, constant), c) for m, c in parts if constant in m)
        rest = Scalar.collect((m, c) for m, c in parts if constant not in m)
        if (slope.as_number() or turn) * turn < 0:
            continue
        depends = Comparison(slope.times(Fraction(turn)), "<")
        strict = Comparison(claim.difference, "<")
        found.append(Edge(rest, slope, strict, depends, vectors, space))
    return found


def _rest(monomial: Monomial, constant: Constant) -> Monomial:
    place = monomial.index(constant)
    return monomial[:place] + monomial[place + 1 :]


def _secant(context: Context, claim: Lipschitz) -> tuple[Comparison, tuple[str, ...], str]:
    """|f(u) - f(v)| <= s |u - v| for two new vectors."""
    entry = context.names[claim.map]
    space = entry.domain if isinstance(entry, Map | Defined) else ""
    parameters = {e.parameter for e in context.names.values() if isinstance(e, Defined)}
    free = (n for k in range(99) for n in (f"u_{k}", f"v_{k}"))
    one, two = islice((n for n in free if n not in context.names and n not in parameters), 2)
    left, right = (Term.of(Datum(n, space)) for n in (one, two))
    rise = norm(at(context, claim.map, left) - at(context, claim.map, right))
    return Comparison.of(rise, "<=", claim.bound * norm(left - right)), (one, two), space


# ------------------------------------------------------------------ the best constant


def monotone(statement: Statement, name: str) -> str:
    """ "up" if a larger constant only makes the claim weaker, "down" if stronger, else "".

    Read off the coefficients: everything that multiplies the constant is >= 0, because norms are
    and constants with a declared sign.
    """
    found: set[str] = set()
    for hypothesis in statement.given:
        found.add(_turned(_direction(hypothesis.judgment, statement, name)))
    for variable in statement.for_all:
        found |= {_turned(_direction(j, statement, name)) for j in variable.range}
    for conclusion in statement.conclude:
        found |= {_direction(j, statement, name) for j in conclusion.any}
    found.discard("none")
    return found.pop() if len(found) == 1 else ""


def _turned(direction: str) -> str:
    return {"up": "down", "down": "up"}.get(direction, direction)


def _direction(judgment: Judgment, statement: Statement, name: str) -> str:
    """Whether a judgment becomes easier ("up") or harder ("down") when the constant grows."""
    if isinstance(judgment, Comparison):
        if judgment.relation == "=" and _signs(judgment.difference, statement, name):
            return ""
        signs = _signs(judgment.difference, statement, name)
    else:
        signs = _signs(judgment.bound, statement, name)
        if not isinstance(judgment, Lipschitz):
            signs = {-sign for sign in signs}
    if not signs:
        return "none"
    return "up" if signs == {1} else "down" if signs == {-1} else ""


def _signs(scalar: Scalar, statement: Statement, name: str) -> set[int]:
    """The signs with which a constant enters; {1, -1} where that is not known."""
    found: set[int] = set()
    for monomial, coefficient in scalar.parts:
        constants = [q.name for q in monomial if isinstance(q, Constant)]
        if name not in constants:
            continue
        others = [n for n in constants if n != name or constants.count(name) > 1]
        entries = [statement.names[n] for n in others]
        if all(isinstance(e, Signed) and e.sign for e in entries):
            found.add(1 if coefficient > 0 else -1)
        else:
            found |= {1, -1}
    return found


def sharpen(
    statement_file: bytes,
    name: str,
    limits: Limits | None = None,
    progress: Progress | None = None,
    choices: dict[str, str] | None = None,
) -> Sharpened:
    """The best value of a constant for which the claim still holds.

    Raises BadInput if the statement has no such constant, Unreadable if it cannot be read.
    """
    statement = read_statement(statement_file)
    entry = statement.names.get(name)
    if not isinstance(entry, Signed):
        known = [n for n, e in statement.names.items() if isinstance(e, Signed)]
        raise BadInput(
            f"--sharpen {name}: no such constant; known are {', '.join(known) or 'none'}"
        )
    search = _Search(statement_file, name, limits or Limits(), progress, choices or {})
    return search.run(entry.sign)


class _Search:
    """Narrowing the interval between what fails and what holds."""

    def __init__(
        self,
        statement_file: bytes,
        name: str,
        limits: Limits,
        progress: Progress | None,
        choices: dict[str, str],
    ) -> None:
        self.file = statement_file
        self.name = name
        self.limits = limits
        self.say = progress or (lambda _: None)
        self.choices = choices
        self.holds: tuple[Fraction, Decision] | None = None
        self.fails: tuple[Fraction, Decision] | None = None
        self.words: list[str] = []
        self.statement = statement = read_statement(statement_file)
        claims = [claim for conclusion in statement.conclude for claim in conclusion.any]
        inside = [h.judgment for h in statement.given]
        inside += [limit for variable in statement.for_all for limit in variable.range]
        self.inside = {_direction(judgment, statement, name) for judgment in inside} - {"none"}
        # otherwise what holds for all better values holds at the best one
        self.open = bool(self.inside) or any(getattr(c, "relation", "") == "<" for c in claims)
        self.direction = monotone(statement, name)

    def trial(self, value: Fraction) -> str:
        """Decide at a value, and remember the answer."""
        self.say(f"{self.name} = {value}")
        at_value = f"at {self.name} = {write_number(value)}"
        try:
            found = decide(with_number(self.file, self.name, value), self.choices, self.limits)
        except Unreadable as reason:
            self.words.append(f"{at_value} the statement cannot be written: {reason}")
            return "unreadable"
        if found.verdict in ("certified", "vacuous"):
            self.holds = (value, found)
        elif found.verdict == "refuted":
            self.fails = (value, found)
        else:
            self.words.append(f"{at_value} the claim is undecided")
            self.words += found.words
        return found.verdict

    def run(self, sign: str) -> Sharpened:
        """The least value for which it holds; the largest if the direction is "down"."""
        direction = self.direction
        turn = -1 if direction == "down" else 1
        word = "largest" if turn < 0 else "least"
        if not direction:
            self.words.append(
                f"it is not proved that the claim only gets weaker as {self.name} grows: nothing "
                "is said of values that were not tried, unless an example has equality"
            )
        exact, attained = self._best(turn, sign)
        holds = self.holds[0] if self.holds else None
        fails = self.fails[0] if self.fails else None
        low, high = (fails, holds) if turn > 0 else (holds, fails)
        if exact is not None or not direction:
            low = high = exact
        return Sharpened(
            self.name, word, low, high, attained, self.holds, self.fails, tuple(self.words)
        )

    def _best(self, turn: int, sign: str) -> tuple[Fraction | None, bool | None]:
        """The exact value and whether the claim holds there, or (None, None)."""
        own = edges(self.file, self.name, turn)
        value: Fraction | None = Fraction(1)
        step = Fraction(1)
        for number in range(TRIALS):
            verdict = self.trial(value) if value is not None else "undecided"
            if verdict == "unreadable" and value == 0:
                sign = ">"
                value = self._outward(step, turn, sign, own)
                continue
            if value is None or verdict not in ("certified", "vacuous", "refuted"):
                return None, None
            if self.holds and self.holds[0] == value and self._sharp(value, own, turn):
                return value, True
            if self.holds and sign == ">=" and turn > 0 and self.holds[0] == 0:
                self.words.append(f"it holds for {self.name} = 0, the smallest that is allowed")
                return Fraction(0), True
            if (
                self.open
                and self.direction
                and self.fails
                and self._all_better(self.fails[0], turn)
            ):
                return self.fails[0], False
            if self.holds and self.fails:
                good, bad = self.holds[0], self.fails[0]
                if abs(good - bad) <= WIDTH * max(Fraction(1), abs(good)):
                    self.words.append("the interval is as narrow as was asked for")
                    return None, None
                value = self._between(good, bad, own, number % 2 == 0)
                continue
            step *= 2
            value = self._outward(step, turn, sign, own)
        return None, None

    def _between(self, good: Fraction, bad: Fraction, own: list[Edge], exactly: bool) -> Fraction:
        """What the counterexample needs, or the simplest number in the middle."""
        needed = self._needed(own) if exactly else None
        if needed is not None and min(good, bad) < needed < max(good, bad):
            return needed
        third = (good - bad) / 3
        return simplest(*sorted((bad + third, good - third)))

    def _outward(self, step: Fraction, turn: int, sign: str, own: list[Edge]) -> Fraction | None:
        """A better value while it fails, a worse one while it holds; None at the end of trials."""
        last = (self.holds or self.fails or (Fraction(1), None))[0]
        value = last - turn * step if self.holds else last + turn * step
        needed = None if self.holds else self._needed(own)
        if needed is not None and turn * needed > turn * last:
            value = needed
        allowed = not sign or value > 0 or (value == 0 and sign == ">=")
        if step <= LARGEST and allowed:
            return value
        if not allowed and sign == ">=" and last > 0:
            return Fraction(0)
        if not allowed and sign == ">" and last > 1 / LARGEST:
            return last / step
        kind = "every" if self.holds else "no"
        self.words.append(
            f"it holds for {kind} {self.name} that was tried, last {write_number(last)}"
        )
        return None

    def _needed(self, own: list[Edge]) -> Fraction | None:
        """The value at which the last counterexample has equality, if it is rational."""
        derivation = self.fails[1].derivation if self.fails else None
        if derivation is None:
            return None
        context = derivation.context
        for edge in own:
            try:
                rest, slope = (
                    context.scalar(read_scalar(str(part), context.names, "edge")).as_rational()
                    for part in (edge.rest, edge.slope)
                )
            except (Rejected, Unreadable):
                continue
            # a long number is one that the example happens to have
            if rest is not None and slope and (needed := -rest / slope).denominator < LONGEST:
                return needed
        return None

    def _sharp(self, value: Fraction, own: list[Edge], turn: int) -> bool:
        """Whether an example has equality at a value, so that no worse value will do."""
        # the hypotheses must stay true where the constant gets worse; no example refutes 'exists'
        if not self.inside <= {"down" if turn > 0 else "up"} or self.statement.exists:
            return False
        for edge in own:
            self.say(f"{self.name} = {value}, strict")
            file = strictly(self.file, self.name, value, edge)
            found = decide(file, self.choices, self.limits)
            if found.verdict == "refuted":
                self.fails = (value, found)
                return True
        return False

    def _all_better(self, value: Fraction, turn: int) -> bool:
        """Whether the claim is proved for every better value than this one, where it fails."""
        number = write_number(value)
        better = f"{number} < {self.name}" if turn > 0 else f"{self.name} < {number}"
        self.say(better)
        side = "above" if turn > 0 else "below"
        file = renamed(
            with_hypothesis(self.file, better, "better"),
            f"{self.name}-{side}-{number.replace('/', '-')}",
        )
        found = decide(file, self.choices, self.limits)
        if found.verdict not in ("certified", "vacuous"):
            return False
        self.holds = (value, found)
        return True
