"""Claims about concrete data: a statement of one's own, decided on one's own arrays.

    result = check_claim("lipschitz.claim", Instance.load("problem.toml"), "out")

Each hypothesis and each conclusion is decided by itself, exactly: by computing, by the rules for
Lipschitz bounds, or by the rule that goes through all members of finite sets.  What data alone
cannot decide, such as "for all e in Y", is left to a general proof, if there is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, product
from pathlib import Path

from certificates.exact import Roots, Undecided
from certificates.format import Rejected, Unreadable
from certificates.judgments import Comparison, Judgment
from certificates.kernel import prepare
from certificates.language import Map
from certificates.maps import NamedMap
from certificates.statements import Conclusion, Quantified, Statement, read_statement
from certificates.terms import Atom, Bound, Norm, Term, Value, bound_variables, scalar_variables
from certificates.values import Context

from .arrays import BadInput
from .decisions import Decision, Steps, decide, sides, sides_text
from .derivation import Derivation, Fact
from .instance import Instance
from .lipschitz import is_tabulated, quotient
from .outcome import Claim, Figure, Outcome, Picture, Verdict
from .problem import Case
from .result import Progress, Result, settle
from .screen import Case as Members
from .screen import Screen, Unknown, cases, closure, combinations, taking

MOST_CHOICES = 4096  # choices for `exists`, and points for a `for all` over a space, that are tried

Recipe = Callable[[Derivation, Mapping[str, Fact]], None]
Prover = Callable[[bytes], Recipe | None]


def general_proof(statement_file: bytes) -> Recipe | None:
    """A recipe that proves the conclusions of a statement for all data, or None.

    The recipe adds its steps to a derivation, given a fact for the label of every hypothesis.
    """
    return None


@dataclass(frozen=True)
class Settled:
    """What became of one conclusion.

    `holds` is None where the data do not settle it; `steps` prove it if it holds; `members` are
    the values of the variables at which it fails; `decided` are its alternatives without
    variables; `missing` says that a table lacks a row.
    """

    holds: bool | None
    note: str = ""
    steps: Steps | None = None
    members: Members = field(default_factory=dict)
    decided: tuple[Decision, ...] = ()
    figures: tuple[Figure, ...] = ()
    pictures: tuple[Picture, ...] = ()
    missing: bool = False


class EmptyRange(Exception):
    """No combination of members is within the ranges of the variables, which are named."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(names)
        self.names = names


# ---------------------------------------------------------------------------- the front door


def check_claim(
    claim: str | Path,
    problem: Instance,
    output: str | Path | None = None,
    progress: Progress | None = None,
    prove: Prover = general_proof,
) -> Result:
    """Settle the claim in a file on a problem; the kernel verifies what was derived.

    Writes into `output` as `check` does.  Raises BadInput for what cannot be read or does not fit.
    """
    statement_file = read_claim(Path(claim))
    say = progress or (lambda _: None)

    def derive() -> Outcome:
        return settle_on(statement_file, problem.case(statement_file), say, prove)

    identifier = read_statement(statement_file).identifier
    return settle(identifier, derive, output, problem.folder, progress)


def read_claim(path: Path) -> bytes:
    """The bytes of a statement file that can be read.  Raises BadInput."""
    if not path.is_file():
        raise BadInput(f"there is no statement file {path}")
    data = path.read_bytes()
    try:
        read_statement(data)
    except Unreadable as error:
        raise BadInput(f"{path.name}: {error}") from None
    return data


def settle_on(
    statement_file: bytes, case: Case, say: Progress, prove: Prover = general_proof
) -> Outcome:
    """The outcome of a statement on data.  Raises BadInput where a table lacks a row."""
    try:
        return _Deciding(statement_file, case, say, prove).outcome()
    except Rejected:
        # a float misled the search for the worst member; everything is computed exactly then
        return _Deciding(statement_file, case, say, prove, exact=True).outcome()


# --------------------------------------------------------------------------------- deciding


class _Deciding:
    """The state of deciding one statement."""

    def __init__(
        self,
        statement_file: bytes,
        case: Case,
        say: Progress,
        prove: Prover,
        exact: bool = False,
    ) -> None:
        self.statement_file = statement_file
        self.statement: Statement = read_statement(statement_file)
        self.case = case
        self.data = case.data
        self.say = say
        self.prove = prove
        self.exact = exact
        self.members = {name for members in self.data.sets.values() for name in members}
        self.zeros = dict(self._zeros())
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

    def points(self, space: str) -> list[str]:
        """Vectors of a space that have a name: 0, and those of the problem."""
        own = [name for name, value in self.zeros.items() if value["space"] == space]
        other = [n for n, (s, _) in self.data.vectors.items() if s == space]
        return own + [name for name in other if name not in self.members]

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
        """No member is within its range."""
        d = self.derivation("vacuous")
        total = " + ".join(f"|{name}|" for name in names)
        below = d.step("members", claim=f"{total} < 0")
        d.add(below, d.step("nonnegative", scalar=total))
        note = f"no member is in the range of {', '.join(names)}, so there is nothing to claim"
        return self.finished("vacuous", d, notes=[note])

    def conclusions(self, taken: set[str]) -> Outcome:
        """The verdict on the conclusions, for the first choices that serve."""
        tried = 0
        last: list[Settled] = []
        for choices in self.choices():
            tried += 1
            if choices:
                self.say(", ".join(f"{name} = {text}" for name, text in choices.items()))
            context = self.context(choices)
            last = []
            for number, one in enumerate(context.statement.conclude, 1):
                last.append(self.conclusion(context, number, one, taken))
                if last[-1].holds is not True and choices:
                    break
            if all(one.holds for one in last):
                return self.certified(choices, last)
        if any(one.missing for one in last):
            raise BadInput(next(one.note for one in last if one.missing))
        proved = None if self.statement.exists else self.general(last)
        if proved is not None:
            return proved
        if self.statement.exists:
            self.notes.append(
                f"{tried} choices for {', '.join(self.statement.exists)} were tried and none "
                "serves; that there is none is not shown"
            )
            return self.finished("undecided", None)
        false = [(number, one) for number, one in enumerate(last) if one.holds is False]
        if false:
            return self.refuted(*false[0])
        return self.finished("undecided", None, last)

    def context(self, choices: Members) -> Context:
        """The scope of a certificate with these choices, the zero vectors among its vectors."""
        return prepare(self.statement_file, self.data, "certified", choices, self.zeros, {})

    def choices(self) -> Iterator[Members]:
        """Choices for `exists`: members of the set, named vectors of the space, the zero map."""
        lists: list[list[str]] = []
        for name, family in self.statement.exists.items():
            if family:
                lists.append(list(self.data.sets[family]))
            elif isinstance(self.statement.names[name], Map):
                lists.append(["0"])
            else:
                lists.append(self.points(self._space(name)))
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
        choices = self.extended(settled.members)
        if choices is None:
            self.notes.append("the conclusion is false, but no vector is known in every range")
            return self.finished("undecided", None, [settled])
        more = [d.vectors for d in self.hypotheses.values()]
        more += [d.vectors for d in settled.decided]
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

    def extended(self, members: Members) -> Members | None:
        """The members with values for the other variables, within their ranges; None for none."""
        context = self.context({})
        lists = [
            [members[q.name]] if q.name in members else self.values_of(q)
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

    def values_of(self, quantified: Quantified) -> list[str]:
        """The members of a variable's set, or the points of its space that have a name."""
        if quantified.family:
            return list(self.data.sets[quantified.family])
        return self.points(quantified.space)

    # one conclusion

    def conclusion(
        self, context: Context, number: int, conclusion: Conclusion, taken: set[str]
    ) -> Settled:
        """What the data say on one conclusion."""
        several = len(context.statement.conclude) > 1
        prefix = f"conclusion {number}: " if several else ""
        for_all = context.statement.for_all
        decided: list[Decision] = []
        finite: list[Comparison] = []
        open_: list[Judgment] = []
        for claim in conclusion.any:
            names = _variables(claim)
            if not names:
                found = decide(claim, context, taken)
                taken |= found.vectors.keys()
                if found.holds:
                    figures = _sides(claim, context, prefix, "")
                    return Settled(True, "", found.steps, {}, (found,), tuple(figures))
                decided.append(found)
            elif isinstance(claim, Comparison) and all(q.family for q in closure(names, for_all)):
                finite.append(claim)
            else:
                open_.append(claim)
        unknown = [one for one in decided if one.holds is None]
        settled: Settled | None = None
        try:
            if finite:
                settled = self.over_members(context, finite, prefix)
                if settled.holds or (not unknown and not open_):
                    return replace(settled, decided=tuple(decided))
            if not finite and not unknown and not open_:
                false = decided[0]
                figures = _sides(false.judgment, context, prefix, "")
                note = f"{prefix}{conclusion}: {false.words}"
                return Settled(False, note, None, {}, tuple(decided), tuple(figures))
        except Unknown as error:
            return self.unknown(str(error), conclusion, prefix)
        except Rejected as error:
            return Settled(None, f"{prefix}{error}")
        if unknown:
            return self.unknown(unknown[0].words, conclusion, prefix)
        return self.at_points(context, conclusion, prefix, decided)

    def unknown(self, words: str, conclusion: Conclusion, prefix: str) -> Settled:
        """A value is not known: the person adds a row to a table, or nothing can be done."""
        text = str(conclusion)
        used = {n: m for n, m in self.data.maps.items() if re.search(rf"\b{n}\(", text)}
        missing = bool(used) and not any(isinstance(m, NamedMap) for m in used.values())
        if missing and "row" in words:
            words += '; add the row, or name rows by a set, values = {"A images" = "recon.npy"}'
            return Settled(None, f"maps.{next(iter(used))}: {words}", missing=True)
        return Settled(None, f"{prefix}{conclusion}: {words}")

    def over_members(self, context: Context, claims: list[Comparison], prefix: str) -> Settled:
        """Alternatives whose variables all run through finite sets."""
        names = {name for claim in claims for name in _variables(claim)}
        chosen = closure(names, context.statement.for_all)
        lists = {q.name: self.data.sets[q.family] for q in chosen}
        found = cases(context, chosen, lists)
        if not found.count:
            raise EmptyRange(found.variables)
        what = _counted(found.count, found.variables)
        self.say(f"{prefix}{what}")
        screen = Screen(context, found)
        failing: int | None = None
        for claim in claims:
            place, good = self.worst(screen, [claim])
            if good:
                shown = self.shown(screen, claim, place, prefix, what)
                return Settled(True, "", _by_members(claim), {}, (), *shown)
            failing = place
        if len(claims) > 1:
            failing, good = self.worst(screen, claims)
            if good:
                return Settled(
                    None,
                    f"{prefix}every one of {what} satisfies one of the alternatives, but not all "
                    "the same one; claim them apart, for smaller sets",
                )
        assert failing is not None
        members = found.case(failing)
        where = _where(members)
        with taking(context, members):
            words = " and ".join(f"of {claim} {sides_text(claim, context)}" for claim in claims)
        note = f"{prefix}at {where} {words}"
        shown = self.shown(screen, claims[0], failing, prefix, what)
        return Settled(False, note, None, members, (), *shown)

    def worst(self, screen: Screen, claims: list[Comparison]) -> tuple[int | None, bool]:
        """The worst case and whether it holds; by computing all of them if floats misled."""
        if self.exact:
            place = screen.first_false(claims)
            if place is not None:
                return place, False
        return screen.worst(claims)

    def shown(
        self, screen: Screen, claim: Comparison, place: int | None, prefix: str, what: str
    ) -> tuple[tuple[Figure, ...], tuple[Picture, ...]]:
        """Figures and pictures of the worst case."""
        count = Figure(f"{prefix}computed exactly", Roots.rational(screen.cases.count), what)
        if place is None:
            return (count,), ()
        members = screen.cases.case(place)
        with taking(screen.context, members):
            figures = tuple(_sides(claim, screen.context, f"{prefix}worst ", _where(members)))
            return (count, *figures), tuple(_pictures(claim, screen.context, members))

    def at_points(
        self, context: Context, conclusion: Conclusion, prefix: str, decided: list[Decision]
    ) -> Settled:
        """A variable runs through a whole space: the points that have a name may refute it."""
        comparisons = [claim for claim in conclusion.any if isinstance(claim, Comparison)]
        names = {name for claim in comparisons for name in _variables(claim)}
        chosen = closure(names, context.statement.for_all)
        lists = [self.values_of(q) for q in chosen]
        whole = ", ".join(f"{q.name} runs through all of {q.space}" for q in chosen if not q.family)
        if len(comparisons) + sum(not isinstance(d.judgment, Comparison) for d in decided) < len(
            conclusion.any
        ):
            return Settled(None, f"{prefix}{conclusion} is not settled by the data")
        tried = 0
        try:
            for places in islice(combinations(context, chosen, lists), MOST_CHOICES):
                rows = zip(chosen, lists, places, strict=True)
                members = {q.name: row[place] for q, row, place in rows}
                with taking(context, members):
                    if not _all_false(comparisons, context):
                        tried += 1
                        continue
                    words = " and ".join(sides_text(claim, context) for claim in comparisons)
                note = f"{prefix}at {_where(members)} {words}"
                return Settled(False, note, None, members, tuple(decided))
        except Unknown:
            pass
        return Settled(
            None,
            f"{prefix}{whole}, so the data alone do not settle it, and no general proof is known; "
            f"it does not fail at the {tried} points that have a name",
        )


# ------------------------------------------------------------------------------ small things


def _variables(claim: Judgment) -> set[str]:
    if isinstance(claim, Comparison):
        return scalar_variables(claim.difference)
    return scalar_variables(claim.bound)


def _apply(decision: Decision, d: Derivation) -> Fact:
    if decision.steps is None:
        raise Rejected(f"{decision.judgment} is not settled: {decision.words}")
    return decision.steps(d)


def _by_members(claim: Comparison) -> Steps:
    return lambda d: d.step("members", claim=str(claim))


def _all_false(claims: list[Comparison], context: Context) -> bool:
    """Whether all comparisons are false for the members that are taken; no if one is unknown."""
    try:
        return not any(context.holds(claim) for claim in claims)
    except Rejected:
        return False


def _counted(count: int, names: tuple[str, ...]) -> str:
    kind = {1: "members", 2: "pairs"}.get(len(names), "combinations")
    return f"{count:,} {kind} ({', '.join(names)})"


def _where(members: Members) -> str:
    return ", ".join(f"{name} = {member}" for name, member in members.items())


def _sides(claim: Judgment, context: Context, prefix: str, where: str) -> Iterator[Figure]:
    """Both sides of a comparison, and their quotient."""
    if not isinstance(claim, Comparison):
        return
    try:
        left, right = sides(claim, context)
        both = claim.sides
        at = f" at {where}" if where else ""
        yield Figure(f"{prefix}left side", left, f"{both[0]}{at}")
        yield Figure(f"{prefix}right side", right, f"{both[1]}{at}")
        if right.sign() > 0 and left.sign() >= 0 and len(right.terms) == 1:
            yield Figure(f"{prefix}left / right", quotient(left, right), "at most 1 is claimed")
    except (Rejected, Undecided):
        return


def _pictures(claim: Comparison, context: Context, members: Members) -> Iterator[Picture]:
    """The images at a case: the variables, and the values of maps."""
    atoms: dict[Atom, None] = {}
    for monomial, _ in claim.difference.parts:
        for quantity in monomial:
            if isinstance(quantity, Norm):
                for atom, _ in quantity.term.parts:
                    if isinstance(atom, Bound | Value):
                        atoms[atom] = None
    for atom in sorted(atoms, key=lambda one: (isinstance(one, Value), str(one))):
        inside = bound_variables(Term.of(atom)) & members.keys()
        where = ", ".join(f"{name} = {members[name]}" for name in sorted(inside))
        yield Picture(str(atom), context.vector(Term.of(atom)), where)


__all__ = ["Instance", "Prover", "Recipe", "check_claim", "general_proof", "settle_on"]
