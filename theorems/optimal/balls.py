"""The smallest ball around integer points, exactly: its centre as a mean with weights >= 0.

The centre is the point of the convex hull at which  sum w_i |x_i|^2 - |sum w_i x_i|^2  is largest
over all weights w >= 0 with sum 1.  Wolfe's way of finding nearest points (Math. Programming 11,
1976) does this: a point outside of the present ball joins the support, the best weights on the
plane of the support are solved for, and while some are not positive one goes towards them until a
weight is 0, and leaves its point out.  Floats go this way first, quickly, and exact numbers go on
from there: most often they only confirm it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from operator import mul
from typing import Any

import numpy as np
from flint import fmpq, fmpz_mat

Floats = np.ndarray[Any, Any]
Points = Sequence[Sequence[int]]
BITS = 300  # of integers that become floats
NEARLY = 1e-12  # relative, of float distances
NOTHING = 1e-14  # of float weights
ROUNDS = 100  # of the float search, beside four for every dimension


@dataclass(frozen=True)
class Ball:
    """Points with their positive weights; their mean is the centre; the square of the radius."""

    places: tuple[int, ...]
    weights: tuple[int, ...]
    square: Fraction

    def centre(self, points: Points) -> tuple[list[int], int]:
        """The weighted mean, as integers over one denominator."""
        total = sum(self.weights)
        chosen = [points[k] for k in self.places]
        return [sum(map(mul, self.weights, column)) for column in zip(*chosen, strict=True)], total


def as_floats(points: Points, bits: int = BITS) -> Floats:
    """(n, d) integers, less the first point, as floats; what is longer than `bits` is cut off."""
    first = points[0]
    apart = [[a - b for a, b in zip(row, first, strict=True)] for row in points]
    top = max((abs(a) for row in apart for a in row), default=0).bit_length()
    if top > bits:
        apart = [[a >> (top - bits) for a in row] for row in apart]
    return np.array(apart, dtype=float).reshape(len(points), len(first))


def float_ball(rows: Floats) -> tuple[list[int], Floats]:
    """(n, d) -> a support and its weights, near those of the smallest ball."""
    first = int(np.argmax(((rows - rows[0]) ** 2).sum(axis=1)))
    second = int(np.argmax(((rows - rows[first]) ** 2).sum(axis=1)))
    if first == second:
        return [first], np.ones(1)
    support, weights = [first, second], np.array([0.5, 0.5])
    for _ in range(ROUNDS + 4 * rows.shape[1]):
        squares = ((rows - weights @ rows[support]) ** 2).sum(axis=1)
        far = int(np.argmax(squares))
        if far in support or squares[far] <= squares[support].max() * (1 + NEARLY):
            break
        support, weights = [*support, far], np.append(weights, 0.0)
        support, weights = _settled(rows, support, weights)
    return support, weights


def _settled(rows: Floats, support: list[int], weights: Floats) -> tuple[list[int], Floats]:
    """The best weights, after leaving out points until all are positive."""
    while True:
        apart = rows[support[1:]] - rows[support[0]]
        products = apart @ apart.T
        try:
            inner = np.linalg.solve(products, products.diagonal() / 2)
        except np.linalg.LinAlgError:
            inner = np.linalg.lstsq(products, products.diagonal() / 2, rcond=None)[0]
        best = np.concatenate([[1 - inner.sum()], inner])
        if len(support) == 1 or best.min() > NOTHING:
            return support, best
        down = best <= NOTHING
        steps = weights[down] / np.maximum(weights[down] - best[down], NOTHING)
        weights = weights + min(1.0, float(steps.min())) * (best - weights)
        drop = np.flatnonzero(down)[int(np.argmin(steps))]
        weights = np.maximum(np.delete(weights, drop), 0)
        weights /= weights.sum() or 1.0
        support = [k for place, k in enumerate(support) if place != drop]


def smallest_ball(points: Points) -> Ball:
    """The smallest ball around n >= 1 points of Z^d, exactly."""
    guess, found = float_ball(as_floats(points))
    weights = [fmpq(max(1, round(float(weight) * 2**40))) for weight in found]
    total = sum(weights, fmpq(0))
    support, exact = _exactly(points, list(guess), [weight / total for weight in weights])
    while True:
        bottom = lcm(*(int(weight.q) for weight in exact))
        whole = tuple(int(weight.p) * (bottom // int(weight.q)) for weight in exact)
        ball = Ball(tuple(support), whole, Fraction(0))
        centre, total_weight = ball.centre(points)
        squares = [
            sum((total_weight * a - b) ** 2 for a, b in zip(row, centre, strict=True))
            for row in points
        ]
        far = max(range(len(points)), key=squares.__getitem__)
        own = squares[support[0]]
        if squares[far] <= own:
            return Ball(ball.places, whole, Fraction(own, total_weight**2))
        support, exact = _exactly(points, [*support, far], [*exact, fmpq(0)])


def _exactly(
    points: Points, support: list[int], weights: list[fmpq]
) -> tuple[list[int], list[fmpq]]:
    """The same as `_settled`, in rational numbers; what is left has positive weights."""
    while len(support) > 1:
        first = points[support[0]]
        apart = [[a - b for a, b in zip(points[k], first, strict=True)] for k in support[1:]]
        products = fmpz_mat([[sum(map(mul, u, v)) for v in apart] for u in apart])
        size = len(apart)
        squares = fmpz_mat([[products[k, k]] for k in range(size)])
        try:
            solved = products.solve(squares)
            inner = [solved[k, 0] / 2 for k in range(size)]
            best = [1 - sum(inner, fmpq(0)), *inner]
            towards = [a - b for a, b in zip(best, weights, strict=True)]
            if min(best) > 0:
                return support, best
        except ZeroDivisionError:  # the points are dependent: go along a dependency, upwards
            kernel, _ = products.nullspace()
            inner = [fmpq(kernel[k, 0]) for k in range(size)]
            slope = sum((a * products[k, k] for k, a in enumerate(inner)), fmpq(0))
            inner = [-a for a in inner] if slope < 0 else inner
            towards = [-sum(inner, fmpq(0)), *inner]
        steps = [
            (-w / d, k) for k, (w, d) in enumerate(zip(weights, towards, strict=True)) if d < 0
        ]
        step, drop = min(steps)
        weights = [w + step * d for w, d in zip(weights, towards, strict=True)]
        support = [k for place, k in enumerate(support) if place != drop]
        weights = [w for place, w in enumerate(weights) if place != drop]
    return support, [fmpq(1)]
