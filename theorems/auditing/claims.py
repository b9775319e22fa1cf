"""Claims about concrete data: a statement of one's own, decided on one's own arrays.

    result = check_claim("lipschitz.claim", Instance.load("problem.toml"), "out")

Each hypothesis and each conclusion is decided by itself, exactly: by computing, by the rules for
Lipschitz bounds, or by the rule that goes through all members of finite sets.  What data alone
cannot decide, such as "for all e in Y", is left to a general proof, if there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import Any

from certificates.format import Rejected, Unreadable
from certificates.judgments import Comparison
from certificates.kernel import prepare
from certificates.language import Map
from certificates.matrices import Vector
from certificates.statements import Statement, read_statement
from certificates.terms import Atom, Term
from certificates.values import Context

from ..arrays import BadInput
from ..balls.limits import limit_of
from ..catalogue import CATALOGUE
from ..deciding import decide as deciding
from ..derivation import Derivation, Fact
from ..inexact import is_inexact
from ..instance import Instance
from ..lipschitz import is_tabulated
from ..outcome import Claim, Outcome, Verdict, statement
from ..problem import Case
from ..result import Progress, Result, settle
from ..settling import Decision, decide
from .balls import SECONDS
from .conclusions import Conclusions
from .screen import Case as Members
from .screen import Unknown, combinations
from .settled import EmptyRange, Settled

MOST_CHOICES = 4096  # choices for `exists` that are tried

Recipe = Callable[[Derivation, Mapping[str, Fact]], None]
Prover = Callable[[bytes], Recipe | None]


GENERAL = 10.0  # seconds for a general proof of a claim on data


def general_proof(statement_file: bytes) -> Recipe | None:
    """A recipe that proves the conclusions of a statement for all data; None where none is known.

    A recipe adds its steps to a derivation, given a fact for the label of every hypothesis; it may
    raise Rejected; `replay` makes one from a proof: the catalogue's own, or one that `deciding`
    finds in a few seconds.
    """
    for theorem in CATALOGUE.values():
        for form in theorem.forms:
            if statement(form) == statement_file:
                return replay(theorem.prove(form))
    found = deciding.decide(statement_file, limits=deciding.Limits(seconds=GENERAL))
    if found.verdict != "certified" or found.derivation is None:
        return None
    return replay(found.derivation)


def replay(general: Derivation) -> Recipe:
    """The steps of a proof for all spaces, with what the data decide in place of its hypotheses.

    The recipe raises Rejected for a proof with choices or vectors of its own.
    """

    def recipe(d: Derivation, facts: Mapping[str, Fact]) -> None:
        own = {"choices", "vectors", "arbitrary"} & general.header.keys()
        if own:
            raise Rejected(f"the general proof has {', '.join(sorted(own))} of its own")
        labels = [hypothesis.label for hypothesis in d.context.statement.given]
        made: list[Fact] = []
        for raw in general.raw:
            table: dict[str, Any] = dict(raw)
            if table["rule"] == "given":
                made.append(facts[labels[int(table["arguments"]["hypothesis"]) - 1]])
            else:
                premises = [made[int(place)] for place in table["premises"]]
                made.append(d.step(table["rule"], *premises, **table["arguments"]))

    return recipe


# ---------------------------------------------------------------------------- the front door


def check_claim(
    claim: str | Path,
    problem: Instance,
    output: str | Path | None = None,
    progress: Progress | None = None,
    seconds: float = SECONDS,
    prove: Prover = general_proof,
) -> Result:
    """Settle the claim in a file on a problem; the kernel verifies what was derived.

    `claim` may also be the text of a statement file, of several lines.
    `seconds` are for the parts of a ball that a variable runs through, for each conclusion.
    Writes into `output` as `check` does.  Raises BadInput for what cannot be read or does not fit.
    """
    statement_file = read_claim(claim)
    say = progress or (lambda _: None)

    def derive() -> Outcome:
        return settle_on(statement_file, problem.case(statement_file), say, seconds, prove)

    identifier = read_statement(statement_file).identifier
    return settle(identifier, derive, output, problem.folder, progress)


def read_claim(claim: str | Path) -> bytes:
    """The bytes of a statement, given by its text or the name of its file.  Raises BadInput."""
    if isinstance(claim, str) and "\n" in claim:
        where, data = "claim", claim.strip("\n").encode() + b"\n"
    else:
        path = Path(claim)
        if not path.is_file():
            raise BadInput(f"there is no statement file {path}")
        where, data = path.name, path.read_bytes()
    try:
        read_statement(data)
    except Unreadable as error:
        raise BadInput(f"{where}: {error}") from None
    return data


def settle_on(
    statement_file: bytes,
    case: Case,
    say: Progress,
    seconds: float = SECONDS,
    prove: Prover = general_proof,
) -> Outcome:
    """The outcome of a statement on data.  Raises BadInput where a table lacks a row."""
    try:
        return _Deciding(statement_file, case, say, seconds, prove).outcome()
    except Rejected:
        # a float misled the search for the worst member; everything is computed exactly then
        again = _Deciding(statement_file, case, say, seconds, prove, exact=True)
    try:
        return again.outcome()
    except Rejected as reason:
        if not is_inexact(case.data):
            raise
        # the kernel encloses no values that depend on members
        return again.finished("undecided", None, notes=[f"the values are irrational: {reason}"])


# --------------------------------------------------------------------------------- deciding


class _Deciding:
    """The state of deciding one statement."""

    def __init__(
        self,
        statement_file: bytes,
        case: Case,
        say: Progress,
        seconds: float,
        prove: Prover,
        exact: bool = False,
    ) -> None:
        self.statement_file = statement_file
        self.statement: Statement = read_statement(statement_file)
        self.case = case
        self.data = case.data
        self.say = say
        self.prove = prove
        self.zeros = dict(self._zeros())
        self.parts = Conclusions(self.data, self.zeros, say, exact, seconds)
        self.known: dict[tuple[Atom, tuple[str, ...]], Vector] = {}
        self.hypotheses: dict[str, Decision] = {}
        self.notes: list[str] = []

    def _zeros(self) -> Iterator[tuple[str, dict[str, object]]]:
        """A zero vector for each space through which a variable runs or that is chosen from."""
        names = self.statement.names
        wanted = [q.space for q in self.statement.for_all if not q.family]
        for name, family in self.statement.exists.items():
            if not family and not isinstance(names[name], Map):
                wanted.append(self._space(name))
        for space in dict.fromkeys(wanted):
            own = f"zero_{space}"
            while own in names or own in self.data.vectors:
                own += "_0"
            size = self.data.spaces[space].dimension
            yield own, {"space": space, "array": {"entries": ["0"] * size}}

    def _space(self, name: str) -> str:
        entry = self.statement.names[name]
        term = getattr(entry, "term", None)
        return term.space if isinstance(term, Term) else ""

    def derivation(
        self, verdict: Verdict, choices: Members | None = None, *vectors: Mapping[str, object]
    ) -> Derivation:
        """A certificate to be, with the zero vectors that its choices name."""
        chosen = choices or {}
        own: dict[str, object] = {n: v for n, v in self.zeros.items() if n in chosen.values()}
        for more in vectors:
            own |= more
        return Derivation(
            self.statement_file, self.data, self.case.problem_file, verdict, chosen, own
        )

    # the verdict

    def outcome(self) -> Outcome:
        """Hypotheses first, then conclusions."""
        self.say("deciding the hypotheses")
        context = prepare(self.statement_file, self.data, "vacuous", {}, {}, {})
        taken = {*self.data.vectors, *self.zeros}
        for hypothesis in self.statement.given:
            found = decide(hypothesis.judgment, context, taken)
            taken |= found.vectors.keys()
            self.hypotheses[hypothesis.label] = found
        false = {label: d for label, d in self.hypotheses.items() if d.holds is False}
        if false:
            return self.vacuous(false)
        try:
            return self.conclusions(taken)
        except EmptyRange as empty:
            return self.nothing_in_range(empty.names)

    def vacuous(self, false: Mapping[str, Decision]) -> Outcome:
        """A hypothesis is false."""
        first = next(iter(false.values()))
        d = self.derivation("vacuous", None, first.vectors)
        _apply(first, d)
        notes = [f"{label}: {one.words}" for label, one in false.items()]
        return self.finished("vacuous", d, notes=notes)

    def nothing_in_range(self, names: tuple[str, ...]) -> Outcome:
        """No member is within its range, or the radius of a ball is below 0."""
        d = self.derivation("vacuous")
        for quantified in d.context.statement.for_all:
            limit = limit_of(d.context, quantified) if quantified.name in names else None
            if limit is not None:
                below = d.compute(f"{limit.radius} < 0")
                d.add(limit.steps(d), d.step("nonnegative", scalar=f"|{names[0]}|"), below)
                note = f"|{names[0]}| would be at most {limit.radius} < 0: nothing is claimed"
                return self.finished("vacuous", d, notes=[note])
        total = " + ".join(f"|{name}|" for name in names)
        below = d.step("members", claim=f"{total} < 0")
        d.add(below, d.step("nonnegative", scalar=total))
        note = f"no member is in the range of {', '.join(names)}, so there is nothing to claim"
        return self.finished("vacuous", d, notes=[note])

    def conclusions(self, taken: set[str]) -> Outcome:
        """The verdict on the conclusions, for the first choices that serve."""
        tried, clear = 0, True
        last: list[Settled] = []
        for choices in self.choices():
            tried += 1
            if choices:
                self.say(", ".join(f"{name} = {text}" for name, text in choices.items()))
            context = self.context(choices)
            last = []
            for number, one in enumerate(context.statement.conclude, 1):
                last.append(self.parts.settle(context, number, one, taken))
                if last[-1].holds is not True and choices:
                    clear = clear and last[-1].holds is False
                    break
            if all(one.holds for one in last):
                return self.certified(choices, last)
        if any(one.missing for one in last):
            raise BadInput(next(one.note for one in last if one.missing))
        proved = None if self.statement.exists else self.general(last)
        if proved is not None:
            return proved
        if not self.statement.exists:
            last = [one if one.more is None else one.more() for one in last]
            if all(one.holds for one in last):
                return self.certified({}, last)
        if self.statement.exists:
            self.notes.append(self.none_serves(tried, clear, last[-1].note))
            return self.finished("undecided", None)
        false = [(number, one) for number, one in enumerate(last) if one.holds is False]
        if false:
            return self.refuted(*false[0])
        return self.finished("undecided", None, last)

    def none_serves(self, tried: int, clear: bool, note: str) -> str:
        """Why an `exists` is not settled; `clear` if every choice was found to be false."""
        names = ", ".join(self.statement.exists)
        if clear and all(self.statement.exists.values()) and tried < MOST_CHOICES:
            return (
                f"none of the {tried} choices for {names} serves, by exact computation; an "
                "'exists' cannot be refuted, so claim the opposite with 'for all'"
            )
        return (
            f"{tried} choices for {names} were tried and none was found to serve; the last: {note}"
        )

    def context(self, choices: Members, vectors: Mapping[str, object] | None = None) -> Context:
        """The scope of a certificate with these choices, the zero vectors among its vectors."""
        own = {**self.zeros, **(vectors or {})}
        made = prepare(self.statement_file, self.data, "certified", choices, own, {})
        # a vector has one value whatever is chosen, so what is known stays known
        return replace(made, _known=self.known)

    def choices(self) -> Iterator[Members]:
        """Choices for `exists`: members of the set, named vectors of the space, the zero map."""
        lists: list[list[str]] = []
        for name, family in self.statement.exists.items():
            if family:
                lists.append(list(self.data.sets[family]))
            elif isinstance(self.statement.names[name], Map):
                lists.append(["0"])
            else:
                lists.append(self.parts.points(self._space(name)))
        for texts in islice(product(*lists), MOST_CHOICES):
            yield dict(zip(self.statement.exists, texts, strict=True))

    def finished(
        self,
        verdict: Verdict,
        d: Derivation | None,
        settled: list[Settled] | None = None,
        notes: list[str] | None = None,
    ) -> Outcome:
        """The outcome, with the figures and notes of what was settled."""
        identifier = self.statement.identifier
        words = self.statement.title or " and ".join(map(str, self.statement.conclude))
        claims = () if d is None else (Claim(identifier, self.statement_file, d, words),)
        kept = [one for one in settled or [] if one.note]
        return Outcome(
            verdict=verdict,
            case=self.case,
            claims=claims,
            figures=tuple(figure for one in settled or [] for figure in one.figures),
            notes=(*self.notes, *(notes or []), *(one.note for one in kept)),
            pictures=tuple(picture for one in (settled or [])[:1] for picture in one.pictures),
        )

    def unsettled(self) -> tuple[list[str], list[str]]:
        """Labels of the hypotheses that are assumed, and of those that need a better bound."""
        assumed: list[str] = []
        open_: list[str] = []
        for label, found in self.hypotheses.items():
            if found.holds is None:
                claim = found.judgment
                known = not isinstance(claim, Comparison) and (
                    claim.map in self.data.operators
                    or (claim.map in self.data.maps and not is_tabulated(self._plain, claim.map))
                )
                (open_ if known else assumed).append(label)
        return assumed, open_

    @property
    def _plain(self) -> Context:
        return prepare(self.statement_file, self.data, "vacuous", {}, {}, {})

    def facts(self, d: Derivation) -> dict[str, Fact]:
        """The hypotheses as steps: decided, or quoted where they are assumed."""
        found = {}
        for label, decision in self.hypotheses.items():
            found[label] = _apply(decision, d) if decision.holds else d.given(label)
        return found

    def certified(
        self, choices: Members, settled: list[Settled], recipe: Recipe | None = None
    ) -> Outcome:
        """Every conclusion holds."""
        assumed, open_ = self.unsettled()
        if open_:
            notes = [f"{label} is not settled: {self.hypotheses[label].words}" for label in open_]
            return self.finished("undecided", None, settled, notes)
        self.say("writing the proof")
        more = [d.vectors for d in self.hypotheses.values() if d.holds]
        more += [d.vectors for one in settled for d in one.decided if d.holds]
        d = self.derivation("certified", choices, *more)
        facts = self.facts(d) if recipe else {}
        if not recipe:
            for decision in self.hypotheses.values():
                if decision.holds:
                    _apply(decision, d)
        for one in settled:
            if one.holds and one.steps is not None:
                one.steps(d)
        if recipe is not None:
            recipe(d, facts)
        for name, text in choices.items():
            self.notes.append(f"{name} = {text} serves")
        if recipe is not None:
            settled = [one for one in settled if one.holds]
            self.notes.append("proved for all data that satisfy the hypotheses")
        return self.finished("certified", d, settled, self.assumptions(assumed))

    def assumptions(self, labels: list[str]) -> list[str]:
        """What nobody decided."""
        if not labels:
            return []
        allow = " ".join(f"--permit {label}" for label in labels)
        reasons = "; ".join(f"{label}: {self.hypotheses[label].words}" for label in labels)
        return [f"assumed, and decided by nobody ({reasons}); accept with {allow}"]

    def general(self, settled: list[Settled]) -> Outcome | None:
        """The conclusions that the data leave open, by a proof for all data."""
        if any(one.holds is False for one in settled):
            return None
        recipe = self.prove(self.statement_file)
        if recipe is None:
            return None
        try:
            return self.certified({}, settled, recipe)
        except Rejected as reason:
            self.notes.append(f"the general proof does not serve on these data: {reason}")
            return None

    def refuted(self, number: int, settled: Settled) -> Outcome:
        """A conclusion is false at a combination of members, and everything else is in order."""
        assumed, open_ = self.unsettled()
        if assumed or open_:
            labels = " and ".join(assumed + open_)
            self.notes.append(
                f"the conclusion is false, but {labels} is not decided on the data: either it is "
                "false too, or the claim is refuted"
            )
            return self.finished("undecided", None, [settled])
        choices = self.extended(settled.members, settled.vectors)
        if choices is None:
            self.notes.append("the conclusion is false, but no vector is known in every range")
            return self.finished("undecided", None, [settled])
        more = [d.vectors for d in self.hypotheses.values()]
        more += [d.vectors for d in settled.decided]
        more.append(settled.vectors)
        d = self.derivation("refuted", choices, *more)
        for decision in self.hypotheses.values():
            _apply(decision, d)
        for quantified in d.context.statement.for_all:
            for limit in quantified.range:
                d.compute(str(limit))
        for claim in d.context.statement.conclude[number].any:
            known = [one for one in settled.decided if one.judgment == claim]
            _apply(known[0] if known else decide(claim, d.context), d)
        return self.finished("refuted", d, [settled])

    def extended(self, members: Members, vectors: Mapping[str, object]) -> Members | None:
        """The members with values for the other variables, within their ranges; None for none."""
        context = self.context({}, vectors)
        lists = [
            [members[q.name]] if q.name in members else self.parts.values_of(q)
            for q in context.statement.for_all
        ]
        try:
            places = next(combinations(context, context.statement.for_all, lists), None)
        except Unknown:
            return None
        if places is None:
            return None
        rows = zip(context.statement.for_all, lists, places, strict=True)
        return {q.name: row[place] for q, row, place in rows}


def _apply(decision: Decision, d: Derivation) -> Fact:
    if decision.steps is None:
        raise Rejected(f"{decision.judgment} is not settled: {decision.words}")
    return decision.steps(d)


__all__ = ["Instance", "Prover", "Recipe", "check_claim", "general_proof", "settle_on"]
