"""Points of a ball at which a claim comes near to failing, or fails.

The kernel's enclosure of a box that is one point is the affine piece of all terms there: their
values and their derivatives, for maps of every kind.  On a piece a norm is convex, so a step to the
point of the ball that is farthest along the gradient does not lower it; where the next piece is
lower after all, the step is halved.  Points are rounded into the ball, and judged exactly.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from certificates.enclosing import Enclosing
from certificates.enclosures import Ball, Enclosure, Region
from certificates.exact import Roots, Undecided
from certificates.format import Rejected
from certificates.judgments import Comparison
from certificates.matrices import Vector
from certificates.norms import Norm as SpaceNorm
from certificates.norms import plain
from certificates.terms import Constant, Norm
from certificates.values import Context

from ..inexact import ends, settled
from .limits import Limit

POINT_BITS = 16  # of the coordinates of a point, relative to the radius
BITS = 64  # of the enclosures that give derivatives
STARTS = 48  # points from which the ascent begins, at random, and in directions
QUIET = 20  # starts without a better point, after which no more are tried
ROUNDS = 30  # steps of one ascent
STEPS = (1.0, 0.5, 0.25, 0.0625)
CORNERS = 24  # coordinates whose signs are turned, one by one

Floats = np.ndarray[Any, Any]
Point = tuple[Fraction, ...]  # the real coordinates of all variables, one after the other


@dataclass(frozen=True)
class Found:
    """A point, and by how much the left side exceeds the right one there, to float precision."""

    point: Point
    excess: float


class Landscape:
    """How far claims are from failing, as a function of the variables' real coordinates.

    The claims are alternatives: where they all fail the statement does.
    """

    def __init__(
        self, context: Context, claims: Sequence[Comparison], limits: Sequence[Limit]
    ) -> None:
        self.claims, self.limits = claims, limits
        self.balls = [limit.ball for limit in limits]
        self.count = sum(ball.count for ball in self.balls)
        self.starts: dict[str, int] = {}
        place = 0
        for limit in limits:
            self.starts[limit.variable.name] = place
            place += limit.ball.count
        self.context = context
        self.ground: dict[Any, Vector] = {}  # what does not depend on the variables, computed once
        start = self.at(self.zero)
        for claim in claims:
            _excess(start, claim)
        self.ground = {key: v for key, v in start._known.items() if not any(key[1])}

    @property
    def zero(self) -> Point:
        """The point at which all variables are 0."""
        return (Fraction(0),) * self.count

    # values at a point

    def vectors(self, point: Point) -> dict[str, Vector]:
        """The variables at a point."""
        found = {}
        for limit, own in zip(self.limits, self.parts(point), strict=True):
            found[limit.variable.name] = _vector(limit.ball, own)
        return found

    def parts(self, point: Any) -> Iterator[Any]:
        """The coordinates of each variable."""
        start = 0
        for ball in self.balls:
            yield point[start : start + ball.count]
            start += ball.count

    def at(self, point: Point) -> Context:
        """The context with the variables put to a point."""
        vectors = dict(self.context.vectors)
        taken = dict(self.context.taken)
        for limit, (name, value) in zip(self.limits, self.vectors(point).items(), strict=True):
            taken[name] = f"the value of {name}"
            vectors[taken[name]] = limit.variable.space, value
        return replace(self.context, vectors=vectors, taken=taken, _known=dict(self.ground))

    def excess(self, point: Point) -> float:
        """The least of left - right over the claims; for an equation the gap.  Raises Rejected."""
        context = self.at(point)
        return min(_excess(context, claim) for claim in self.claims)

    def is_broken(self, point: Point) -> bool:
        """Whether every claim is false there, exactly."""
        context = self.at(point)
        try:
            return all(settled(context, claim) is False for claim in self.claims)
        except (Rejected, Undecided):
            return False

    # derivatives

    def gradient(self, point: Point) -> Floats:
        """Of the excess of the claim that is nearest to holding, (count,)."""
        values = Enclosing(self.context, self.starts, Region(tuple(self.balls), point, point), BITS)
        t = np.array([float(a) for a in point])
        rows = [self._row(values, claim, t) for claim in self.claims]
        return min(rows, key=lambda row: row[0])[1]

    def _row(self, values: Enclosing, claim: Comparison, t: Floats) -> tuple[float, Floats]:
        total, row = 0.0, np.zeros(self.count)
        for monomial, coefficient in claim.difference.parts:
            factors: list[tuple[float, Floats]] = []
            for quantity in monomial:
                if isinstance(quantity, Constant):
                    constant = float(self.context.data.constants[quantity.name])
                    factors.append((constant, np.zeros(self.count)))
                else:
                    factors.append(self._norm(values, quantity, t))
            product = -float(coefficient)
            for value, _ in factors:
                product *= value
            total += product
            for k, (_, slope) in enumerate(factors):
                others = -float(coefficient)
                for j, (value, _) in enumerate(factors):
                    others *= value if j != k else 1.0
                row = row + others * slope
        if claim.relation == "=" and total < 0:
            return -total, -row
        return total, row

    def _norm(self, values: Enclosing, quantity: Norm, t: Floats) -> tuple[float, Floats]:
        value, columns = self._piece(values.term(quantity.term), t)
        norm = self.context.data.spaces[quantity.term.space].norm
        return _length(value, norm), columns @ _direction(value, norm)

    def _piece(self, found: Enclosure, t: Floats) -> tuple[Floats, Floats]:
        """The value at a point, real parts before imaginary ones, and the derivative (count, n)."""
        center = _floats(found.center)
        columns = np.zeros((self.count, len(center)))
        if found.columns:
            columns = np.array([_floats(column) for column in found.columns])
        return center + t @ columns, columns

    # points

    def farthest(self, gradient: Floats) -> Floats:
        """The point of the balls that is farthest along a gradient, before it is rounded."""
        rows = zip(self.limits, self.parts(gradient), strict=True)
        return np.concatenate([_farthest(limit, own) for limit, own in rows])

    def rounded(self, point: Floats) -> Point:
        """A point with short coordinates, within the balls."""
        found: list[Fraction] = []
        for limit, own in zip(self.limits, self.parts(point), strict=True):
            found += _inside(limit, own)
        return tuple(found)

    def starting(self, source: random.Random) -> Iterator[Point]:
        """0, what the piece at 0 sends farthest into each direction, and random points."""
        yield self.zero
        values = Enclosing(
            self.context, self.starts, Region(tuple(self.balls), self.zero, self.zero), BITS
        )
        norms = {
            quantity
            for claim in self.claims
            for monomial, coefficient in claim.difference.parts
            for quantity in monomial
            if isinstance(quantity, Norm) and (coefficient < 0 or claim.relation == "=")
        }
        for quantity in sorted(norms, key=str):
            columns = self._piece(values.term(quantity.term), np.zeros(self.count))[1]
            order = np.argsort(-np.abs(columns).sum(axis=0), kind="stable")
            for j in order[: STARTS // 4].tolist():
                for sign in (1, -1):
                    if np.any(columns[:, j]):
                        yield self.rounded(self.farthest(sign * columns[:, j]))
        for _ in range(STARTS):
            normal = np.array([source.gauss(0, 1) for _ in range(self.count)])
            yield self.rounded(self.farthest(normal))

    def climb(self, start: Point, until: float = math.inf) -> Found:
        """From a point upwards, as long as there is time."""
        best = Found(start, self.excess(start))
        for _ in range(ROUNDS):
            if time.monotonic() > until:
                return best
            target = self.farthest(self.gradient(best.point))
            here = np.array([float(a) for a in best.point])
            for step in STEPS:
                point = self.rounded(here + step * (target - here))
                excess = self.excess(point)
                if excess > best.excess:
                    best = Found(point, excess)
                    break
            else:
                return best
        return best

    def turned(self, found: Found, until: float = math.inf) -> Found:
        """The signs of coordinates turned one by one, as long as that helps and there is time."""
        better = True
        while better:
            better = False
            for k in range(min(self.count, CORNERS)):
                if time.monotonic() > until:
                    return found
                point = (*found.point[:k], -found.point[k], *found.point[k + 1 :])
                excess = self.excess(point) if found.point[k] else found.excess
                if excess > found.excess:
                    found, better = Found(point, excess), True
        return found


def _excess(context: Context, claim: Comparison) -> float:
    low, high = (_float(end) for end in ends(context, claim.difference))
    if claim.relation == "=":
        return min(abs(low), abs(high))
    return -high


def _float(value: Roots) -> float:
    low, high = value.enclosure(BITS)
    return float(Fraction(low + high, 2 << BITS))


def _floats(v: Vector) -> Floats:
    zeros = (0,) * v.dimension
    return np.array([a / v.denominator for a in v.real + (v.imag or zeros)])


def _vector(ball: Ball, coordinates: Sequence[Fraction]) -> Vector:
    bottom = int(np.lcm.reduce([q.denominator for q in coordinates], dtype=object))
    whole = [q.numerator * (bottom // q.denominator) for q in coordinates]
    return Vector.of(whole[: ball.dimension], whole[ball.dimension :], bottom)


def _moduli(parts: Floats) -> Floats:
    """(2n,) real before imaginary parts -> (n,)."""
    n = len(parts) // 2
    return np.asarray(np.hypot(parts[:n], parts[n:]))


def _length(value: Floats, norm: SpaceNorm) -> float:
    order = {"l1": 1, "l2": 2, "linf": np.inf}[norm.kind]
    return float(np.linalg.norm(_moduli(value), order)) * float(norm.weight)


def _direction(value: Floats, norm: SpaceNorm) -> Floats:
    """A gradient of the norm at a value, (2n,); 0 at 0."""
    moduli = _moduli(value)
    if not moduli.any():
        return np.zeros(len(value))
    weight = float(norm.weight)
    if norm.kind == "l2":
        return np.asarray(value / np.linalg.norm(value) * weight)
    if norm.kind == "l1":
        sizes = np.where(moduli > 0, moduli, 1.0)
        return np.asarray(value / np.tile(sizes, 2) * weight)
    k = int(np.argmax(moduli))
    found = np.zeros(len(value))
    found[[k, k + len(moduli)]] = value[[k, k + len(moduli)]] / moduli[k] * weight
    return found


def _farthest(limit: Limit, gradient: Floats) -> Floats:
    """Of one ball: the largest of Re <g, e>."""
    ball, radius = limit.ball, float(limit.inner)
    both = gradient if ball.is_complex else np.concatenate([gradient, np.zeros(ball.dimension)])
    moduli = _moduli(both)
    if not moduli.any():
        return np.zeros(ball.count)
    if ball.kind == "l2":
        return np.asarray(gradient / np.linalg.norm(gradient) * radius)
    units = both / np.tile(np.where(moduli > 0, moduli, 1.0), 2)
    if ball.kind == "l1":
        chosen = np.zeros(len(moduli))
        chosen[int(np.argmax(moduli))] = 1.0
        units = units * np.tile(chosen, 2)
    return np.asarray(units[: ball.count] * radius)


def _inside(limit: Limit, point: Floats) -> list[Fraction]:
    """Short coordinates near a point, with a norm of at most the radius; ends stay ends."""
    radius, count = limit.inner, limit.ball.count
    if not radius:
        return [Fraction(0)] * count
    unit = Fraction(2) ** (radius.numerator.bit_length() - radius.denominator.bit_length())
    unit /= 1 << POINT_BITS
    size = float(radius)
    found = []
    for a in point.tolist():
        if abs(a) >= size * (1 - 1e-9):
            found.append(radius if a > 0 else -radius)
        else:
            found.append(int(a / float(unit)) * unit)
    while (plain(limit.ball.kind, _vector(limit.ball, found)) - Roots.rational(radius)).sign() > 0:
        found = [int(q * (1 - Fraction(1, 1 << 10)) / unit) * unit for q in found]
    return found


def highest(landscape: Landscape, until: float, seed: int = 1) -> Iterator[Found]:
    """A point for each start, until QUIET in a row were no better, or the time is over.

    There is at least one.  Points that do not fulfil further limits may be among them.
    Raises Rejected as `excess` does.
    """
    best: Found | None = None
    quiet = 0
    for start in landscape.starting(random.Random(seed)):
        found = landscape.climb(start, until)
        if any(ball.kind == "linf" for ball in landscape.balls):
            found = landscape.turned(found, until)
        yield found
        quiet += 1
        if best is None or found.excess > best.excess:
            best, quiet = found, 0
        if time.monotonic() > until or quiet == QUIET:
            return
