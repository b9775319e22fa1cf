"""A conclusion for all e in a ball: refuted at a point, proved on parts, or left between bounds.

First points: where the claim fails at one, exactly, that is the end.  Then proofs: on the whole
ball at once by enclosures, or by constants of maps; and, with more time, on parts of the ball.
What stays open is reported as an interval: the largest value that was found at a point, and the
smallest bound that was proved.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import islice, product

from certificates.enclosing import PARAMETERS
from certificates.exact import Roots
from certificates.format import Rejected, Unreadable, short
from certificates.judgments import Comparison
from certificates.maps import LayersMap, NetworkMap
from certificates.matrices import Vector
from certificates.statements import Quantified
from certificates.terms import Norm, Term, bound_variables, scalar_variables
from certificates.values import Context

from ..arrays import inline
from ..balls.ascent import Found, Landscape, highest
from ..balls.branching import Branching
from ..balls.growth import Growth, Raised
from ..balls.limits import Limit, limit_of
from ..decimals import beyond
from ..derivation import Derivation, Fact
from ..inexact import ends, settled
from ..local import is_affine, piece_of
from ..outcome import Figure
from ..result import Progress
from ..settling import Steps, sides_text
from .settled import EmptyRange, Settled

SECONDS = 10.0  # for the parts of a ball
SHOWN = 8  # coordinates of a point that are printed
MOST_MEMBERS = 64  # combinations of members for which points are looked for
CHECKED = 16  # divisions after which points are looked for again
DOUBTFUL = 1e-6  # an excess above minus this is judged exactly
PIECES = 40  # enclosures that the search for an affine piece takes, at most


class NoBall(Exception):
    """Nothing can be said here: a variable has no ball, or a value is not known near a point."""


@dataclass(frozen=True)
class Question:
    """One conclusion whose alternatives `claims` have variables; the other ones are false.

    `chosen` are its variables, `prefix` the words before what is said; `taken` are the names that
    vectors already have, and gets those of new ones.
    """

    context: Context
    claims: Sequence[Comparison]
    chosen: Sequence[Quantified]
    prefix: str
    taken: set[str]
    say: Progress
    seconds: float

    def settle(self) -> Settled:
        """Refuted, proved without divisions, or open, with `more`.  Raises NoBall."""
        for ball in self.balls():
            if ball.broken is not None:
                return ball.refuted()
            if not ball.members:
                return ball.proved()
        if any(q.family for q in self.chosen):
            raise NoBall
        return self.near(self.limits(), {}).proved()

    def refute(self) -> Settled | None:
        """The worst point that is found, if the claim fails there."""
        for ball in self.balls():
            if ball.broken is not None:
                return ball.refuted()
        return None

    def limits(self) -> list[Limit]:
        """The balls of variables.  Raises NoBall for too many coordinates, EmptyRange for none."""
        found = [limit_of(self.context, q) for q in self.chosen]
        limits = [limit for limit in found if limit is not None]
        empty = [limit.variable.name for limit in limits if limit.inner < 0]
        if empty:
            raise NoBall if self.context.statement.exists else EmptyRange((empty[0],))
        if sum(limit.ball.count for limit in limits) > PARAMETERS:
            raise NoBall
        return limits

    def balls(self) -> Iterator[_Ball]:
        """The question for each combination of members, points looked for; none without balls."""
        families, limits = [q for q in self.chosen if q.family], self.limits()
        if not limits or len(limits) + len(families) < len(self.chosen):
            return
        self.say(f"{self.prefix}looking for a point at which it fails")
        combinations = list(self.combinations(families))
        for members in combinations:
            yield self.near(limits, members, self.seconds / 2 / len(combinations))

    def combinations(self, families: Sequence[Quantified]) -> Iterator[dict[str, str]]:
        """Members for the variables of finite sets."""
        lists = [self.context.data.sets[q.family] for q in families]
        for names in islice(product(*lists), MOST_MEMBERS):
            yield {q.name: name for q, name in zip(families, names, strict=True)}

    def near(
        self, limits: Sequence[Limit], members: dict[str, str], seconds: float | None = None
    ) -> _Ball:
        """The question for one combination of members; points are looked for in `seconds`."""
        context = replace(self.context, taken={**self.context.taken, **members})
        return _Ball(replace(self, context=context), limits, members, seconds)


class _Ball:
    """A question on one ball, or product of balls.

    Points are looked for in `seconds`; without any, where a variable has no ball, not at all.
    """

    def __init__(
        self,
        question: Question,
        limits: Sequence[Limit],
        members: dict[str, str],
        seconds: float | None,
    ) -> None:
        self.question, self.limits, self.members = question, limits, members
        self.context, self.claims = question.context, question.claims
        self.best: Found | None = None  # the point that comes nearest to failing
        self.broken: Found | None = None  # one at which the statement fails
        self.landscape: Landscape | None = None
        if seconds is not None:
            self.search(time.monotonic() + seconds)

    # points

    def search(self, until: float) -> None:
        """Look for the worst point; at least one ascent is made."""
        try:
            self.landscape = Landscape(self.context, self.claims, self.limits)
            for found in highest(self.landscape, until):
                self.seen(found)
        except (Rejected, OverflowError):
            self.landscape = None if self.best is None else self.landscape

    def seen(self, found: Found) -> None:
        """Keep a point that is in range and better than those before."""
        if self.landscape is None or not self.in_range(found):
            return
        if self.best is not None and found.excess <= self.best.excess:
            return
        self.best = found
        if found.excess > -DOUBTFUL and self.landscape.is_broken(found.point):
            self.broken = found

    def in_range(self, found: Found) -> bool:
        """Whether all limits hold at a point, exactly."""
        assert self.landscape is not None
        context = self.landscape.at(found.point)
        limits = [limit for q in self.question.chosen for limit in q.range]
        return all(isinstance(c, Comparison) and settled(context, c) for c in limits)

    def refuted(self) -> Settled:
        """False at the point that was found."""
        assert self.landscape is not None
        assert self.broken is not None
        vectors: dict[str, object] = {}
        members = dict(self.members)
        words = [f"{name} = {member}" for name, member in members.items()]
        found = self.landscape.vectors(self.broken.point)
        for limit in self.limits:
            variable = limit.variable
            name = self.fresh(variable.name)
            vectors[name] = {"space": variable.space, "array": inline(found[variable.name])}
            members[variable.name] = name
            words.append(f"{variable.name} = {point_text(found[variable.name], name)}")
        context = self.landscape.at(self.broken.point)
        fails = "; ".join(f"{claim}: {sides_text(claim, context)}" for claim in self.claims)
        note = f"{self.question.prefix}false at {', '.join(words)}: {fails}"
        return Settled(False, note, None, members, vectors, (), tuple(self.figures(None)))

    def fresh(self, name: str) -> str:
        """A name for a value of a variable."""
        number = 1
        while f"{name}_{number}" in self.question.taken | self.context.names.keys():
            number += 1
        self.question.taken.add(f"{name}_{number}")
        return f"{name}_{number}"

    # proofs

    def proved(self) -> Settled:
        """Proved without divisions, or open."""
        attempts = [self.attempt(claim) for claim in self.claims]
        if all(one.bound is None for one in attempts):
            raise NoBall
        for one in attempts:
            if one.steps is not None:
                return self.certified(one)
        deeper = any(one.branching is not None for one in attempts)
        more = (lambda: self.longer(attempts)) if deeper else None
        return replace(self.open(attempts), more=more)

    def attempt(self, claim: Comparison) -> _Attempt:
        """One alternative by an enclosure of the whole ball, and by constants of maps."""
        found = _Attempt(claim)
        if claim.relation == "=":
            return found
        growth = Growth(self.context, {limit.variable.name: limit for limit in self.limits})
        raised = growth.raised(claim)
        if raised is not None:
            try:
                found.growth = growth.bound(raised)
                rest = Comparison(raised.rest, claim.relation)
                if settled(self.context, rest):
                    found.steps = _by_constants(raised, claim)
                    found.how = "by constants of maps"
            except Rejected:
                found.growth = None
        if self.landscape is not None:
            try:
                found.branching = Branching(self.context, claim, self.limits)
            except (Rejected, Unreadable):
                return found
            better = found.growth is None or found.branching.bound < found.growth
            if found.branching.holds and (better or found.steps is None):
                found.steps = self.by_enclosure(found.branching)
                found.how = "by an enclosure of the whole ball"
        return found

    def by_enclosure(self, branching: Branching) -> Steps:
        """The rule `enclosed`, with the tree that was found."""
        claim, splits = str(branching.claim), branching.splits()

        def steps(d: Derivation) -> Fact:
            limits = [limit.steps(d) for limit in self.limits]
            return d.enclosed(claim, *limits, splits=splits)

        return steps

    def longer(self, attempts: Sequence[_Attempt]) -> Settled:
        """Parts of the ball, as long as there is time."""
        until = time.monotonic() + self.question.seconds
        running = [one for one in attempts if one.branching is not None]
        while running and time.monotonic() < until:
            for one in list(running):
                assert one.branching is not None
                if one.branching.run(until, CHECKED):
                    parts = one.branching.parts
                    one.steps = self.by_enclosure(one.branching)
                    one.how = f"by enclosures of {parts} parts of the ball"
                    return self.certified(one)
                if one.branching.stuck:
                    running.remove(one)
                self.question.say(f"{self.question.prefix}{one.branching.parts} parts of the ball")
                if self.climbed(one.branching, until):
                    return self.refuted()
        return self.open(attempts)

    def climbed(self, branching: Branching, until: float) -> bool:
        """Whether a point of the worst part leads to one at which the claim fails."""
        if self.landscape is None or not branching.open:
            return False
        try:
            start = self.landscape.rounded(branching.worst())
            self.seen(self.landscape.climb(start, until))
        except (Rejected, OverflowError):
            return False
        return self.broken is not None

    # words

    def certified(self, one: _Attempt) -> Settled:
        """An alternative that holds on the whole ball."""
        notes, more = self.affine
        note = "; ".join([f"{self.question.prefix}proved {one.how}", *notes])
        figures = [*self.figures(one), *more]
        return Settled(True, note, one.steps, {}, {}, (), tuple(figures))

    def open(self, attempts: Sequence[_Attempt]) -> Settled:
        """What is known of a conclusion that is not settled."""
        one = min(attempts, key=lambda a: (a.bound is None, a.bound or 0))
        notes, more = self.affine
        figures = [*self.figures(one), *more]
        parts = one.branching.parts if one.branching is not None else 1
        words = f"{self.question.prefix}{one.claim} is not settled"
        if self.landscape is not None:
            words += f": no point was found at which it fails, and on {parts} " + (
                "part of the ball it is not proved" if parts == 1 else "parts it is not proved"
            )
        words += "; what is known stands between the two figures; --seconds gives more time"
        return Settled(None, "; ".join([words, *notes]), figures=tuple(figures))

    def figures(self, one: _Attempt | None) -> Iterator[Figure]:
        """The largest value at a point, and the smallest bound that was proved."""
        claim = one.claim if one is not None else self.claims[0]
        left, right = claim.sides
        alone = not scalar_variables(right)
        name = self.question.prefix + ("left side" if alone else "left - right")
        shown = left if alone else left - right
        if self.landscape is not None and self.best is not None:
            low, _ = ends(self.landscape.at(self.best.point), shown)
            where = [
                f"{key} = {point_text(v, '...')}"
                for key, v in self.landscape.vectors(self.best.point).items()
            ]
            yield Figure(f"{name}, largest found", low, f"{shown} at {', '.join(where)}")
        if one is not None and one.bound is not None:
            offset = ends(self.context, right)[1] if alone else Roots()
            value = beyond(Roots.rational(one.bound) + offset, True)
            how = "constants of maps" if one.bound == one.growth else "enclosures"
            yield Figure(f"{name}, at most", value, f"by {how}, on the whole range")
        if alone:
            yield Figure(
                f"{self.question.prefix}right side", ends(self.context, right)[0], f"{right}"
            )

    @cached_property
    def affine(self) -> tuple[list[str], list[Figure]]:
        """Whether a network is affine on the ball, and how far it is."""
        maps = self.context.data.maps.values()
        if not any(isinstance(m, LayersMap | NetworkMap) for m in maps) or len(self.limits) != 1:
            return [], []
        variable, ball = self.limits[0].variable, self.limits[0].ball
        terms = [term for claim in self.claims for term in _moving(claim)]
        if not terms:
            return [], []
        start = time.monotonic()
        try:
            whole = is_affine(self.context, terms, variable, ball.radius)
            if (time.monotonic() - start) * PIECES > self.question.seconds:
                piece = None
            else:
                piece = piece_of(self.context, terms, variable)
        except Rejected:
            return [], []
        notes, figures = [], []
        if whole:
            notes.append(
                f"for |{variable}| <= {self.limits[0].radius} no neuron changes its side: what "
                "the claim says is about one affine piece"
            )
        if piece is not None and piece.radius is not None:
            figures.append(
                Figure(
                    f"{self.question.prefix}affine for |{variable}| up to",
                    Roots.rational(piece.radius),
                    "no neuron changes its side; the largest radius found",
                )
            )
        return notes, figures


@dataclass
class _Attempt:
    """What was found of one alternative: bounds of left - right, and steps if it is proved."""

    claim: Comparison
    growth: Fraction | None = None
    branching: Branching | None = None
    steps: Steps | None = None
    how: str = ""

    @property
    def bound(self) -> Fraction | None:
        """The smaller of the bounds."""
        known = [self.growth] if self.growth is not None else []
        known += [self.branching.bound] if self.branching is not None else []
        return min(known, default=None)


def _by_constants(raised: Raised, claim: Comparison) -> Callable[[Derivation], Fact]:
    return lambda d: raised.prove(d, claim.relation)


def _moving(claim: Comparison) -> list[Term]:
    """The terms of the norms of a claim that have variables and values of maps."""
    norms = {q for monomial, _ in claim.difference.parts for q in monomial if isinstance(q, Norm)}
    terms = [q.term for q in norms if bound_variables(q.term) and "(" in str(q.term)]
    return sorted(terms, key=str)


def point_text(v: Vector, name: str) -> str:
    """The coordinates of a point, or its name where they are many."""
    if v.dimension > SHOWN:
        return name
    real = [Fraction(a, v.denominator) for a in v.real]
    imag = [Fraction(b, v.denominator) for b in v.imag or (0,) * v.dimension]
    texts = []
    for a, b in zip(real, imag, strict=True):
        turned = f" {'-' if b < 0 else '+'} {short(abs(b))} i" if b else ""
        texts.append(short(a) + turned)
    return f"({', '.join(texts)})"
