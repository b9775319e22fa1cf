"""The best constant of a claim, and which of its hypotheses are needed.

`sharpen` looks for the least c (or the largest) for which a claim still holds: it puts numbers in
place of c and decides, narrowing the interval between a counterexample and a proof.  An exact
answer has two certificates: of the claim at the best value, and one of these three for what is
beyond it:

    attained        at the best value the claim with < for <= is refuted, by an example in which
                    the conclusion really depends on the constant (that is put in as a hypothesis,
                    `better`).  It has equality, so it refutes the claim for every worse value
    not attained    at the best value the claim is refuted, for every better one it is proved
    the sign        the best value is the smallest that the declared sign of c allows

`without` decides a claim again without one of its hypotheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from certificates.format import Rejected, Unreadable, write_number
from certificates.judgments import Comparison, Judgment, Lipschitz
from certificates.kernel import prepare
from certificates.language import Defined, Map, Phrase, Signed, read_scalar
from certificates.rules import at
from certificates.statements import Statement, read_statement
from certificates.terms import Constant, Datum, Monomial, Scalar, Term, norm
from certificates.values import Context

from ..arrays import BadInput
from ..lipschitz import simplest_between
from .decide import Decision, Limits, decide

LARGEST = Fraction(1 << 20)
WIDTH = Fraction(1, 1000)
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


# ------------------------------------------------------------------ statements, rewritten


def with_number(statement_file: bytes, name: str, value: Fraction) -> bytes:
    """The statement with a number for a constant; its identifier says so."""
    lines = []
    for line in statement_file.decode().split("\n"):
        word = line.split(" ")[0]
        if word == "statement":
            line = _renamed(line, f"{name}-{write_number(value).replace('/', '-')}")
        elif word == "constants":
            line = _without_constant(line, name)
        elif word not in ("source", "#"):
            line = _substituted(line, name, value)
        lines.append(line)
    return "\n".join(lines).encode()


def strictly(statement_file: bytes, name: str, value: Fraction, edge: Edge) -> bytes:
    """At a value of the constant: one conclusion, strict, where it depends on the constant."""
    text = statement_file.decode()
    if edge.vectors:
        line = f"vectors {', '.join(edge.vectors)} in {edge.space}\n"
        place = re.search(r"^(given|for|exists|define|conclude)\b", text, re.MULTILINE)
        text = text[: place.start()] + line + text[place.start() :] if place else text
    head = text[: [m.start() for m in re.finditer(r"^conclude\b", text, re.MULTILINE)][-1]]
    whole = f"{head}conclude\n  {edge.strict}\n".encode()
    file = with_number(with_hypothesis(whole, f"better: {edge.depends}"), name, value)
    return "\n".join(_renamed(line, "strict") for line in file.decode().split("\n")).encode()


def _renamed(line: str, suffix: str) -> str:
    return re.sub(r"^statement +([^ ]+)", rf"statement \1.{suffix}", line)


def _without_constant(line: str, name: str) -> str:
    content, _, comment = line.partition("#")
    kept = [c for c in content.removeprefix("constants").split(",") if c.split()[:1] != [name]]
    return f"constants{','.join(kept)}" if kept else f"# constants {name} {comment}"


def _substituted(line: str, name: str, value: Fraction) -> str:
    content = line.partition("#")[0]
    found = content
    for kind, text, column in reversed(Phrase(content, "statement").tokens):
        start = column - 1
        if kind == "name" and text == name:
            number = f"({write_number(value)})"
            found = found[:start] + number + found[start + len(text) :]
    return found


def with_hypothesis(statement_file: bytes, text: str) -> bytes:
    """The statement with one more hypothesis."""
    lines = statement_file.decode().split("\n")
    words = [line.split(" ")[0] for line in lines]
    if "given" in words:
        lines.insert(words.index("given") + 1, f"  {text}")
    else:
        place = next(k for k, w in enumerate(words) if w in ("for", "exists", "define", "conclude"))
        lines[place:place] = ["given", f"  {text}"]
    return "\n".join(lines).encode()


def without(statement_file: bytes, label: str) -> bytes:
    """The statement without the hypothesis of this label.

    Raises BadInput if there is no such hypothesis.
    """
    statement = read_statement(statement_file)
    labels = [hypothesis.label for hypothesis in statement.given]
    if label not in labels:
        raise BadInput(f"--drop {label}: no such hypothesis; known are {', '.join(labels)}")
    place = labels.index(label)
    lines, section, seen = [], "", 0
    for line in statement_file.decode().split("\n"):
        content = line.partition("#")[0]
        word = content.split(" ")[0] if content.strip() else ""
        section = word or section
        if section == "given" and not word and content.strip():
            parts = re.split(r"\band\b", content)
            if seen <= place < seen + len(parts):
                kept = [part for k, part in enumerate(parts) if k != place - seen]
                line = "  " + " and ".join(part.strip() for part in kept) if kept else ""
                if kept and place == seen and re.match(r"\s*\w+\s*:", content):
                    line = "  " + content.partition(":")[0].strip() + ": " + line.strip()
            seen += len(parts)
        if word == "statement":
            line = _renamed(line, f"without-{label}")
        lines.append(line)
    return "\n".join(lines).encode()


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The rational number with the smallest denominator in [low, high], of any sign."""
    if low <= 0 <= high:
        return Fraction(0)
    return simplest_between(low, high) if low > 0 else -simplest_between(-high, -low)


# ------------------------------------------------------------------ what depends on the constant


@dataclass(frozen=True)
class Edge:
    """A conclusion  0 <= rest + c slope,  with the texts of its strict form and of "slope > 0".

    For a Lipschitz bound the conclusion is that of two new vectors of the domain.
    """

    rest: Scalar
    slope: Scalar
    strict: Comparison
    depends: Comparison
    vectors: tuple[str, ...] = ()
    space: str = ""


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
    return search.run(monotone(statement, name), entry.sign)


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
        statement = read_statement(statement_file)
        claims = [claim for conclusion in statement.conclude for claim in conclusion.any]
        inside = [h.judgment for h in statement.given]
        inside += [limit for variable in statement.for_all for limit in variable.range]
        # otherwise what holds for all better values holds at the best one
        self.open = any(getattr(c, "relation", "") == "<" for c in claims) or any(
            _direction(judgment, statement, name) != "none" for judgment in inside
        )

    def trial(self, value: Fraction) -> str:
        """Decide at a value, and remember the answer."""
        self.say(f"{self.name} = {value}")
        found = decide(with_number(self.file, self.name, value), self.choices, self.limits)
        if found.verdict in ("certified", "vacuous"):
            self.holds = (value, found)
        elif found.verdict == "refuted":
            self.fails = (value, found)
        else:
            self.words.append(f"at {self.name} = {write_number(value)} the claim is undecided")
        return found.verdict

    def run(self, direction: str, sign: str) -> Sharpened:
        """The least value for which it holds; the largest if the direction is "down"."""
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
            if value is None or self.trial(value) == "undecided":
                return None, None
            if self.holds and self.holds[0] == value and self._sharp(value, own):
                return value, True
            if self.holds and sign == ">=" and turn > 0 and self.holds[0] == 0:
                self.words.append(f"it holds for {self.name} = 0, the smallest that is allowed")
                return Fraction(0), True
            if self.open and self.fails and self._all_better(self.fails[0], turn):
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
        """A better value while it holds, a worse one while it fails; None at the end of trials."""
        if step > LARGEST:
            kind = "no" if self.holds is None else "every"
            self.words.append(f"it holds for {kind} value that was tried, up to {step}")
            return None
        if self.holds is None:
            needed = self._needed(own)
            last = self.fails[0] if self.fails else Fraction(1)
            if needed is not None and turn * needed > turn * last:
                return needed
            value = last + turn * step
        else:
            value = self.holds[0] - turn * step
        if not sign or value > 0:
            return value
        if sign == ">=" and (self.holds is None or self.holds[0] > 0):
            return Fraction(0)
        if self.holds and self.holds[0] > 1 / LARGEST and sign == ">":
            return self.holds[0] / step
        self.words.append(f"it holds for every {self.name} {sign} 0 that was tried")
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
            if rest is not None and slope:
                return -rest / slope
        return None

    def _sharp(self, value: Fraction, own: list[Edge]) -> bool:
        """Whether an example has equality at a value, so that no worse value will do."""
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
        better = f"{write_number(value)} < {self.name}" if turn > 0 else f"{self.name} < {value}"
        self.say(better)
        found = decide(with_hypothesis(self.file, better), self.choices, self.limits)
        if found.verdict != "certified":
            return False
        self.holds = (value, found)
        self.words.append(f"proved for all {self.name} with {better}")
        return True
