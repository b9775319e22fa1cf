"""One conclusion of a statement on data: what holds, what fails and where, what stays open.

An alternative without variables is decided by itself.  One whose variables run through finite sets
is decided for all members at once.  One with a variable of a whole space can only be refuted here,
at a point that has a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from certificates.exact import Roots, Undecided
from certificates.format import Rejected
from certificates.judgments import Comparison, Judgment
from certificates.maps import NamedMap
from certificates.problem import Problem as Data
from certificates.statements import Conclusion, Quantified
from certificates.terms import Atom, Bound, Norm, Term, Value, bound_variables, scalar_variables
from certificates.values import Context

from ..decimals import beyond
from ..inexact import ends, is_inexact, settled
from ..outcome import Figure, Picture
from ..result import Progress
from ..settling import Decision, Steps, decide, sides_text
from ..slopes import quotient
from .balls import NoBall, Question
from .screen import Case as Members
from .screen import Cases, Screen, Unknown, cases, closure, combinations, taking
from .settled import EmptyRange, Settled

MOST_POINTS = 4096  # points for a `for all` over a space that are tried


class Conclusions:
    """What conclusions need beside their context.

    `zeros` are zero vectors, by name, in the form of a certificate; `say` takes words on the
    progress; with `exact` floats are asked for nothing but the figures; `seconds` are for balls.
    """

    def __init__(
        self,
        data: Data,
        zeros: Mapping[str, Mapping[str, object]],
        say: Progress,
        exact: bool,
        seconds: float,
    ) -> None:
        self.data = data
        self.zeros = zeros
        self.say = say
        self.exact = exact
        self.seconds = seconds
        self.members = {name for members in data.sets.values() for name in members}

    def points(self, space: str) -> list[str]:
        """Vectors of a space that have a name: 0, and those of the problem."""
        own = [name for name, value in self.zeros.items() if value["space"] == space]
        other = [n for n, (s, _) in self.data.vectors.items() if s == space]
        return own + [name for name in other if name not in self.members]

    def values_of(self, quantified: Quantified) -> list[str]:
        """The members of a variable's set, or the points of its space that have a name."""
        if quantified.family:
            return list(self.data.sets[quantified.family])
        return self.points(quantified.space)

    def settle(
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
                    return Settled(True, "", found.steps, decided=(found,), figures=tuple(figures))
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
                note = f"{prefix}false: {conclusion}: {false.words}"
                return Settled(False, note, decided=tuple(decided), figures=tuple(figures))
        except Unknown as error:
            return self.unknown(str(error), conclusion, prefix)
        except Rejected as error:
            return Settled(None, f"{prefix}{error}")
        if unknown:
            return self.unknown(unknown[0].words, conclusion, prefix)
        return self.at_points(context, conclusion, prefix, decided, taken)

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
        if not found.count and not context.statement.exists:
            raise EmptyRange(found.variables)
        if not found.count:
            words = f"{prefix}no member is in the range of {', '.join(found.variables)}"
            return Settled(True, words, _by_members(claims[0]))
        what = _counted(found.count, found.variables)
        self.say(f"{prefix}{what}")
        try:
            return self.exact_members(context, claims, found, prefix, what)
        except Unknown:
            if not is_inexact(self.data):
                raise
            return _inexact_members(context, claims, found, prefix, what)

    def exact_members(
        self, context: Context, claims: list[Comparison], found: Cases, prefix: str, what: str
    ) -> Settled:
        """All members, computed exactly.  Raises Unknown where a value is not known."""
        screen = Screen(context, found)
        failing: int | None = None
        for claim in claims:
            place, good = self.worst(screen, [claim])
            if good:
                shown = self.shown(screen, claim, place, prefix, what)
                return Settled(True, "", _by_members(claim), figures=shown[0], pictures=shown[1])
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
            words = "; ".join(f"{claim}: {sides_text(claim, context)}" for claim in claims)
        note = f"{prefix}false at {where}: {words}"
        shown = self.shown(screen, claims[0], failing, prefix, what)
        return Settled(False, note, None, members, figures=shown[0], pictures=shown[1])

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
        self,
        context: Context,
        conclusion: Conclusion,
        prefix: str,
        decided: list[Decision],
        taken: set[str],
    ) -> Settled:
        """A variable runs through a whole space: points that have a name may refute it, or others.

        What it proves it proves for a ball, or by constants of maps.
        """
        comparisons = [claim for claim in conclusion.any if isinstance(claim, Comparison)]
        names = {name for claim in comparisons for name in _variables(claim)}
        chosen = closure(names, context.statement.for_all)
        lists = [self.values_of(q) for q in chosen]
        whole = ", ".join(f"{q.name} runs through all of {q.space}" for q in chosen if not q.family)
        if len(comparisons) + sum(not isinstance(d.judgment, Comparison) for d in decided) < len(
            conclusion.any
        ):
            return Settled(None, f"{prefix}{conclusion} is not settled by the data")
        moving = [claim for claim in comparisons if _variables(claim)]
        question = Question(context, moving, chosen, prefix, taken, self.say, self.seconds)
        tried = 0  # points at which it is known to hold
        try:
            for places in islice(combinations(context, chosen, lists), MOST_POINTS):
                rows = zip(chosen, lists, places, strict=True)
                members = {q.name: row[place] for q, row, place in rows}
                with taking(context, members):
                    true = _any_true(comparisons, context)
                    tried += true is True
                    if true is not False:
                        continue
                    words = "; ".join(sides_text(claim, context) for claim in comparisons)
                note = f"{prefix}false at {_where(members)}: {words}"
                known = Settled(False, note, None, members, decided=tuple(decided))
                return self.worse(question, known)
        except Unknown:
            pass
        words = (
            f"{prefix}{whole}, so the data alone do not settle it, and no general proof is known"
        )
        points = f"; it holds at {tried} points that have a name, such as 0" if tried else ""
        try:
            return with_decided(question.settle(), decided)
        except NoBall:
            return Settled(None, words + points)

    def worse(self, question: Question, known: Settled) -> Settled:
        """What is false at a point that has a name, at a worse point if one is found."""
        try:
            found = question.refute()
        except NoBall:
            return known
        if found is None:
            return known
        note = f"{found.note}; {known.note.removeprefix(question.prefix)}"
        return replace(found, note=note, decided=known.decided)


def with_decided(settled: Settled, decided: list[Decision]) -> Settled:
    """The same with the alternatives that have no variables, also with more time."""
    more = settled.more
    later = None if more is None else lambda: with_decided(more(), decided)
    return replace(settled, decided=tuple(decided), more=later)


def _inexact_members(
    context: Context, claims: list[Comparison], found: Cases, prefix: str, what: str
) -> Settled:
    """Members one by one, by enclosures: one may refute; the kernel has no rule for all of them."""
    for place in range(min(found.count, MOST_POINTS)):
        members = found.case(place)
        with taking(context, members):
            known = [settled(context, claim) for claim in claims]
            if all(one is False for one in known):
                words = "; ".join(f"{claim}: {sides_text(claim, context)}" for claim in claims)
                note = f"{prefix}false at {_where(members)}: {words}"
                return Settled(False, note, None, members)
            if True not in known:
                words = f"{prefix}enclosures do not settle it at {_where(members)}"
                return Settled(None, words)
    some = f"the first {MOST_POINTS} of " if found.count > MOST_POINTS else ""
    return Settled(
        None,
        f"{prefix}enclosures say that it holds for {some}{what}, but the kernel encloses no values "
        "that depend on members; claim it for single vectors",
    )


def _variables(claim: Judgment) -> set[str]:
    if isinstance(claim, Comparison):
        return scalar_variables(claim.difference)
    return scalar_variables(claim.bound)


def _by_members(claim: Comparison) -> Steps:
    return lambda d: d.step("members", claim=str(claim))


def _any_true(claims: list[Comparison], context: Context) -> bool | None:
    """Whether one of the comparisons holds for what is taken; None if that is not known."""
    try:
        found = [settled(context, claim) for claim in claims]
    except Rejected:
        return None
    return True if True in found else None if None in found else False


def _counted(count: int, names: tuple[str, ...]) -> str:
    kind = {1: "members", 2: "pairs"}.get(len(names), "combinations")
    return f"{count:,} {kind} ({', '.join(names)})"


def _where(members: Members) -> str:
    return ", ".join(f"{name} = {member}" for name, member in members.items())


def _sides(claim: Judgment, context: Context, prefix: str, where: str) -> Iterator[Figure]:
    """Both sides of a comparison, and their quotient; two ends where they are enclosed."""
    if not isinstance(claim, Comparison):
        return
    try:
        at = f" at {where}" if where else ""
        both = [ends(context, side) for side in claim.sides]
        for name, side, (low, high) in zip(("left", "right"), claim.sides, both, strict=True):
            if low == high:
                yield Figure(f"{prefix}{name} side", low, f"{side}{at}")
                continue
            yield Figure(f"{prefix}{name} side, at least", beyond(low, False), f"{side}{at}")
            yield Figure(f"{prefix}{name} side, at most", beyond(high, True), "by an enclosure")
        left, right = both[0][1], both[1][0]
        if right.sign() > 0 and left.sign() >= 0 and len(right.terms) == 1:
            value, most = quotient(left, right), ""
            if both[0][0] != left or both[1][1] != right:
                value, most = beyond(value, True), ", at most"
            yield Figure(f"{prefix}left / right{most}", value, "at most 1 is claimed")
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
