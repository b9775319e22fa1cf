"""A claim on a whole ball, proved on parts of it: the region that is worst is divided again.

Bounds are those of the kernel's rule `enclosed`, by its own functions; the tree of divisions that
is left in the end is the argument of that rule.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from typing import Any

import numpy as np

from certificates.enclosing import DEPTH, NODES, Enclosing
from certificates.enclosures import Enclosure, Region
from certificates.format import write_number
from certificates.judgments import Comparison
from certificates.terms import Norm
from certificates.values import Context

from ..derivation import Argument
from ..inexact import BITS
from .limits import Limit

TRIED = 3  # coordinates that are divided on trial
MANY = 32  # of more coordinates only the one that seems best is divided
BOUND_BITS = 64
FAR = Fraction(1 << 256)  # beyond all bounds

Floats = np.ndarray[Any, Any]


@dataclass(eq=False)
class Part:
    """A region and a bound of left - right on it, None if the region is empty; divided, or not."""

    region: Region
    bound: Fraction | None
    holds: bool
    depth: int
    weights: Sequence[float]
    cut: tuple[int, Fraction] | None = None
    halves: tuple[Part, ...] = ()


class Branching:
    """The parts of a ball on which a claim is bounded.

    Raises Rejected, when made, where a value in the claim cannot be enclosed.
    """

    def __init__(self, context: Context, claim: Comparison, limits: Sequence[Limit]) -> None:
        self.context, self.claim = context, claim
        self.starts: dict[str, int] = {}
        place = 0
        for limit in limits:
            self.starts[limit.variable.name] = place
            place += limit.ball.count
        self.tried = 0  # regions that were bounded
        self.parts = 1  # of which the ball now consists
        self.stuck = False  # whether the limits of the kernel are reached
        self.numbers = count()  # so that parts with one bound need no order
        self.open: list[tuple[Fraction, int, Part]] = []  # a heap: the worst comes first
        self.closed: list[Fraction] = []  # the bounds on the other parts
        self.root = self.part(Region.of([limit.ball for limit in limits]), None, 0)
        self.add(self.root)

    @property
    def bound(self) -> Fraction:
        """What left - right is at most, on the whole ball."""
        return max([*self.closed, *(-key for key, _, _ in self.open[:1])])

    @property
    def holds(self) -> bool:
        """Whether the claim is proved."""
        return not self.open

    def part(self, region: Region, above: Fraction | None, depth: int) -> Part:
        """A region, bounded; `above` is a bound that is known already."""
        self.tried += 1
        if depth and region.is_empty():
            return Part(region, None, True, depth, ())
        values = Enclosing(self.context, self.starts, region, BITS[0])
        least = values.least(self.claim.difference)
        bound = -Fraction(least.enclosure(BOUND_BITS)[0], 1 << BOUND_BITS)
        bound = bound if above is None else min(bound, above)
        return Part(region, bound, values.holds(self.claim), depth, self.weights(values))

    def add(self, part: Part) -> None:
        """A part that is not divided, or not yet."""
        if part.bound is None:
            return
        if part.holds:
            self.closed.append(part.bound)
        else:
            heappush(self.open, (-part.bound, next(self.numbers), part))

    def weights(self, values: Enclosing) -> list[float]:
        """How much each coordinate moves the norms of the claim, in its range."""
        region = values.region
        total = np.zeros(len(region.low))
        for monomial, _ in self.claim.difference.parts:
            for quantity in monomial:
                if isinstance(quantity, Norm):
                    total += _influence(values.term(quantity.term), len(total))
        widths = [float(b - a) for a, b in zip(region.low, region.high, strict=True)]
        return [w * (s + 1e-9) for w, s in zip(widths, total.tolist(), strict=True)]

    def run(self, until: float, divisions: int) -> bool:
        """Divide so often, or until the claim is proved or the time is over."""
        for _ in range(divisions):
            if self.holds or self.stuck or time.monotonic() > until:
                break
            self.divide()
        return self.holds

    def worst(self) -> Floats:
        """The middle of the region with the largest bound."""
        region = self.open[0][2].region
        pairs = zip(region.low, region.high, strict=True)
        return np.array([float(a + b) / 2 for a, b in pairs])

    def divide(self) -> None:
        """Divide the worst part, at the coordinate that helps most; or be stuck."""
        part = self.open[0][2]
        tried = TRIED if len(part.weights) <= MANY else 1
        places = sorted(range(len(part.weights)), key=lambda k: -part.weights[k])[:tried]
        places = [k for k in places if part.region.low[k] < part.region.high[k]]
        if not places or part.depth + 1 >= DEPTH or 2 * self.parts >= NODES:
            self.stuck = True
            return
        cuts = [self.halves(part, place) for place in places]
        part.cut, part.halves = min(cuts, key=lambda cut: _rank(cut[1]))
        heappop(self.open)
        self.parts += 1
        for half in part.halves:
            self.add(half)

    def halves(self, part: Part, place: int) -> tuple[tuple[int, Fraction], tuple[Part, ...]]:
        """A part divided near its middle, at one coordinate."""
        value = middle(part.region.low[place], part.region.high[place])
        regions = part.region.halves(place, value)
        made = tuple(self.part(one, part.bound, part.depth + 1) for one in regions)
        return (place, value), made

    def splits(self) -> list[Argument]:
        """The tree, as the rule `enclosed` reads it."""

        def written(part: Part) -> list[Argument]:
            if part.cut is None:
                return []
            place, value = part.cut
            name = max((start, name) for name, start in self.starts.items() if start <= place)[1]
            coordinate = place - self.starts[name] + 1
            halves = [written(half) for half in part.halves]
            return [name, str(coordinate), write_number(value), *halves]

        return written(self.root)


def _rank(halves: Sequence[Part]) -> tuple[Fraction, Fraction]:
    """The worse bound first; what is closed or empty counts little."""
    bounds = [half.bound for half in halves if half.bound is not None and not half.holds]
    return max(bounds, default=-FAR), sum(bounds, Fraction(0))


def middle(low: Fraction, high: Fraction) -> Fraction:
    """The shortest dyadic number in the middle quarter of an interval."""
    quarter = (high - low) / 8
    below, above = (low + high) / 2 - quarter, (low + high) / 2 + quarter
    step = Fraction(1)
    while step < above - below:
        step *= 2
    while True:
        found = -(-below // step) * step
        if found <= above:
            return found
        step /= 2


def _influence(found: Enclosure, size: int) -> Floats:
    if not found.columns:
        return np.zeros(size)
    return np.array([sum(map(abs, v.real + v.imag)) / v.denominator for v in found.columns])
