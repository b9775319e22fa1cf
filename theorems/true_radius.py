"""Theorem 4.5 (i) by the values of Psi: a ball on which it holds, and a point beyond which not.

A Lipschitz constant proves a radius that may be far from the truth.  Where Psi is piecewise linear
its values are enclosed on parts of a ball, and the claim of `4.5.i` is decided there, for one e, or
for one e - h: `4.5.i.inside`.  From the other side, at a point A x + h of
which all |e| <= eta are enclosed, no e serves: `4.5.i.outside`.  Between the two radii nothing is
said.  There a shorter e may still have a large quotient; around a third point Psi is affine for all
|e| <= eta and less steep than (4.5), and so the theorem's own conclusion fails: `4.5.i.failing`.
For an affine map nothing depends on h, and one enclosure serves a ball of any radius.

The work is limited by counts, not by time, so that the radii are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import inf
from typing import Any

import numpy as np

from certificates.exact import Roots
from certificates.format import (
    Rejected,
    Unreadable,
    as_object,
    read_json,
    write_json,
    write_number,
)
from certificates.judgments import Comparison
from certificates.kernel import prepare
from certificates.maps import LayersMap
from certificates.matrices import Vector
from certificates.problem import read_problem
from certificates.statements import read_statement

from .arrays import inline
from .balls.branching import Branching
from .balls.limits import Limit, limits_of
from .derivation import Derivation
from .inexact import is_inexact
from .lipschitz import is_small, layered, norms, to_floats, upper
from .maps import Affine, Constant
from .outcome import Claim, Figure, statement
from .problem import Case
from .two_images import APART, Given

INSIDE, OUTSIDE, FAILING = "4.5.i.inside", "4.5.i.outside", "4.5.i.failing"
SAYS = {
    INSIDE: "the same for all |h| <= R_in, by the values of Psi on the ball",
    FAILING: "at a point with |h| <= R_fail: L_eps(Psi, y) <= B, eps = eta, and B is below (4.5)",
    OUTSIDE: "at a point with |h| <= R_out: |Psi(y) - Psi(y + e)| < |x - x''| - 2 eta, |e| <= eta",
}
COORDINATES = 6  # real ones of Y; with more, parts of a ball are too many
DIVISIONS = 192  # for one radius
FAR = Fraction(1 << 20)  # the radius that is certified for an affine map
SHARES = (Fraction(49, 50), Fraction(9, 10), Fraction(3, 4))  # of what floats see
POINTS, SPREAD = 32, 96  # directions of h, vectors e, at random
SCALES = 1.04 ** np.arange(160.0)  # radii, from the one that is known
TRIES = 6  # points that are handed to the enclosures
BENT = 1e-9  # relative differences below this are rounding
KEPT = 24  # vectors e, of those with the largest gaps at A x

ORDER = {"l1": 1.0, "l2": 2.0, "linf": np.inf}
Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Radii:
    """What was found: claims to be verified, figures, words."""

    claims: tuple[Claim, ...] = ()
    figures: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()


def radii_of(given: Given, start: Fraction) -> Radii:
    """The radii of `4.5.i.inside` and `4.5.i.outside`; `start` is one that L proves.

    Nothing where Psi is not piecewise linear, the data are inexact, Y has too many coordinates for
    a network, or the bound (4.5) is not positive.
    """
    data = given.numbers.context.data
    if is_inexact(data) or given.low(f"{APART} - 2 eta").sign() <= 0:
        return Radii()
    if isinstance(given.problem.psi, Affine | Constant):
        return _affine(given, max(FAR, start))
    found = layered(data.maps.get("Psi"))
    small = found is not None and is_small(found) and data.field == "R"
    if found is None or not small or data.spaces["Y"].dimension > COORDINATES:
        return Radii()
    seen = Landscape(given, found)
    inside = _largest(given, seen, start)
    claims = [inside[1]] if inside else []
    figures = [_figure("R_in", inside[0], "the ball of 4.5.i.inside")] if inside else []
    low = inside[0] if inside else start
    outside = _nearest(given, seen, low)
    if outside is None:
        note = "no point was found at which the claim of 4.5.i fails: R_in may be too small"
        return Radii(tuple(claims), tuple(figures), (note,))
    claims.append(outside[1])
    figures.append(_figure("R_out", outside[0], "no ball of this radius serves: 4.5.i.outside"))
    fails = _flat(given, found, seen, low)
    if fails is not None:
        claims.append(fails[1])
        figures.append(_figure("R_fail", fails[0], "(4.5) itself fails there: 4.5.i.failing"))
    note = "the largest radius of 4.5.i is at least R_in and below R_out; L alone proves R"
    return Radii(tuple(claims), tuple(figures), (note,))


def _affine(given: Given, radius: Fraction) -> Radii:
    claim = _inside(given, radius, None, Fraction(1), 0)
    if claim is None:
        return Radii()
    note = (
        "Psi is affine, so the largest radius is infinite: Psi(y + e) - Psi(y) does not depend on "
        "y; 4.5.i.inside is certified for R_in, and any other number would do"
    )
    return Radii((claim,), (_figure("R_in", radius, "Psi is affine: any radius"),), (note,))


def _figure(name: str, value: Fraction, note: str) -> Figure:
    return Figure(name, Roots.rational(value), note)


# ------------------------------------------------------------------------------ inside


def _largest(given: Given, seen: Landscape, start: Fraction) -> tuple[Fraction, Claim] | None:
    """The largest radius that was proved, and its claim: nearly what floats see, or `start`."""
    for e, back, most in seen.witnesses(float(start)):
        for share in SHARES:
            radius = _rounded(Fraction(most) * share)
            if radius > start:
                claim = _inside(given, radius, e, back, DIVISIONS)
                if claim is not None:
                    return radius, claim
    claim = _inside(given, _rounded(start), None, Fraction(1), DIVISIONS)
    return None if claim is None else (_rounded(start), claim)


def _rounded(value: Fraction) -> Fraction:
    """A number with a few bits after the first, not above the given one, which is positive."""
    step = Fraction(1)
    while step * 256 > value:
        step /= 2
    while step * 512 <= value:
        step *= 2
    return value // step * step


def _inside(
    given: Given, radius: Fraction, e: Vector | None, back: Fraction, divisions: int
) -> Claim | None:
    """`4.5.i.inside` with e - (1 - back) h, back = 0 or 1, if so many divisions prove it.

    Without e it is A x' - A x.
    """
    case = _case(given, INSIDE, {"eta": given.eta, "R_in": radius})
    name = "A x_prime - A x" if e is None else "e_1"
    own = None if e is None else {"e_1": {"space": "Y", "array": inline(e)}}
    choice = {"e": name if back else f"{name} - h"}
    d = Derivation(statement(INSIDE), case.data, case.problem_file, "certified", choice, own)
    try:
        small = d.compute(f"|{name}| + {write_number(1 - back)} R_in <= eta")
        if not back:
            within = d.step("range", variable="h", number=1)
            d.add(d.triangle(name, (-1, "h")), within, small)
    except Rejected:
        return None
    return _enclosed(d, INSIDE, case, divisions)


def _enclosed(d: Derivation, identifier: str, case: Case, divisions: int) -> Claim | None:
    """The conclusion by enclosures on parts of the ball, with the steps before it."""
    file = d.context.statement
    (claim,) = file.conclude[-1].any
    limits = limits_of(d.context, file.for_all)
    if limits is None or not isinstance(claim, Comparison):
        return None
    try:
        branching = Branching(d.context, claim, limits)
        if not branching.run(inf, divisions):
            return None
        d.enclosed(str(claim), *_facts(d, limits), splits=branching.splits())
    except (Rejected, Unreadable):
        return None
    return Claim(identifier, statement(identifier), d, SAYS[identifier], case)


def _facts(d: Derivation, limits: list[Limit]) -> Iterator[Any]:
    for limit in limits:
        yield limit.steps(d)


def _case(given: Given, identifier: str, constants: dict[str, Fraction]) -> Case:
    return given.problem.case(statement(identifier), constants, given.slope)


# ------------------------------------------------------------------------------ outside


def _nearest(given: Given, seen: Landscape, least: Fraction) -> tuple[Fraction, Claim] | None:
    """A point near A x at which no e serves, and the claim that says so."""
    domain = norms(given.numbers.context, "Psi")[0]
    for h in seen.failing(float(least)):
        size = domain.of(h)
        radius = size.as_rational() or size.upper(32)
        case = _case(given, OUTSIDE, {"eta": given.eta, "R_out": radius})
        own = {"h_1": {"space": "Y", "array": inline(h)}}
        file, choice = statement(OUTSIDE), {"h": "h_1"}
        d = Derivation(file, case.data, case.problem_file, "certified", choice, own)
        d.compute("|h_1| <= R_out")
        claim = _enclosed(d, OUTSIDE, case, 2 * DIVISIONS)
        if claim is not None:
            return radius, claim
    return None


def _flat(
    given: Given, found: LayersMap, seen: Landscape, least: Fraction
) -> tuple[Fraction, Claim] | None:
    """A point around which Psi is affine, and less steep than (4.5), for all |e| <= eta."""
    domain = norms(given.numbers.context, "Psi")[0]
    y, file = given.numbers.vector("A x"), statement(FAILING)
    for h in seen.failing(float(least), flat=True):
        size = domain.of(h)
        radius = size.as_rational() or size.upper(32)
        point = Vector.combination([(Fraction(1), y), (Fraction(1), h)], y.dimension)
        case = _with_slope(given, radius, jacobian(found, point))
        own = {"h_1": {"space": "Y", "array": inline(h)}}
        d = Derivation(file, case.data, case.problem_file, "certified", {"h": "h_1"}, own)
        limits = limits_of(d.context, d.context.statement.for_all)
        proposal = upper(d.context, "W")
        if limits is None or proposal is None:
            return None
        change = "Psi(A x + h_1) - Psi(A x + h_1 + e)"
        try:
            d.compute("|h_1| <= R_fail")
            affine = d.enclosed(f"|{change} + W e| <= 0", *_facts(d, limits))
            fact = d.step(proposal.rule, map="W", **proposal.arguments)
            fact = d.step("relax", fact, d.compute(f"{write_number(proposal.bound)} <= B"))
            rise = d.step("lipschitz", fact, left="e", right="0 e")
            d.add(d.triangle(f"{change} + W e", (-1, "W e")), affine, rise)
            d.compute("B eta < |x - x_second| - 2 eta")
        except (Rejected, Unreadable):
            continue
        return radius, Claim(FAILING, file, d, SAYS[FAILING], case)
    return None


def _with_slope(given: Given, radius: Fraction, slope: list[list[Fraction]]) -> Case:
    """The problem of `4.5.i.failing`: W beside A, and a bound B of it."""
    case = _case(given, OUTSIDE, {"eta": given.eta, "R_out": radius})
    table = as_object(read_json(case.problem_file, "problem"), "problem")
    linear, known = (as_object(table[key], key) for key in ("linear", "constants"))
    entries = [[write_number(a) for a in row] for row in slope]
    linear["W"] = {"kind": "dense", "matrix": {"entries": entries}}
    known["R_fail"], known["B"] = known.pop("R_out"), "1"

    def made() -> Case:
        file = write_json(table)
        data = read_problem(file, case.files.__getitem__, read_statement(statement(FAILING)))
        return Case(file, case.files, data, case.evidence)

    context = prepare(statement(FAILING), made().data, "vacuous", {}, {}, {})
    proposal = upper(context, "W")
    if proposal is not None and proposal.bound:
        known["B"] = write_number(proposal.bound)
    return made()


def jacobian(found: LayersMap, point: Vector) -> list[list[Fraction]]:
    """(N, m): the linear part of a network on the piece of a point, exactly."""
    z = [Fraction(a, point.denominator) for a in point.real]
    rows = [[Fraction(int(j == k)) for k in range(len(z))] for j in range(len(z))]
    for place, (matrix, offset) in enumerate(found.layers):
        if place:
            bent = [Fraction(1) if a > 0 else found.slope for a in z]
            z = [s * a for s, a in zip(bent, z, strict=True)]
            rows = [[s * a for a in row] for s, row in zip(bent, rows, strict=True)]
        weights = [[Fraction(a, matrix.denominator) for a in row] for row in matrix.real]
        shift = [Fraction(a, offset.denominator) for a in offset.real]
        z = [_dot(w, z) + b for w, b in zip(weights, shift, strict=True)]
        columns = list(zip(*rows, strict=True))
        rows = [[_dot(w, column) for column in columns] for w in weights]
    return rows


def _dot(one: Sequence[Fraction], other: Sequence[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(one, other, strict=True)), Fraction(0))


# ------------------------------------------------------------------------------ floats


class Landscape:
    """The values of a network around A x, in floats: they propose, and nothing is believed."""

    def __init__(self, given: Given, found: LayersMap) -> None:
        self.layers = [(to_floats(matrix).T, _floats(offset)) for matrix, offset in found.layers]
        self.slope = float(found.slope)
        domain, target = norms(given.numbers.context, "Psi")
        self.domain, self.target = ORDER[domain.kind], ORDER[target.kind]
        self.y, other = (_floats(given.numbers.vector(text)) for text in ("A x", "A x_prime"))
        self.step = other - self.y
        self.eta = float(given.eta) / float(domain.weight)
        self.weight = float(domain.weight)
        apart = given.low(f"{APART} - 2 eta")
        self.bound = float(Fraction(apart.enclosure(64)[0], 1 << 64) / target.weight)
        rng = np.random.default_rng(0)
        sphere = self.sphere(rng.normal(size=(SPREAD, len(self.y))))
        parts = [sphere * self.eta * part for part in (1.0, 0.75, 0.5, 0.25)]
        self.ball = np.concatenate([self.step[None], *parts])
        self.directions = self.sphere(rng.normal(size=(POINTS, len(self.y))))

    def sphere(self, more: Floats) -> Floats:
        """Axes, corners, the way to A x' and others, all of norm 1."""
        n = len(self.y)
        corners = np.array(list(product((1.0, -1.0), repeat=n)))
        way = self.step[None] if self.step.any() else np.ones((1, n))
        rows = np.concatenate([way, -way, np.eye(n), -np.eye(n), corners, more])
        return np.asarray(rows / np.linalg.norm(rows, self.domain, axis=1)[:, None])

    def values(self, points: Floats) -> Floats:
        """(..., m) -> (..., N)."""
        z = points
        for place, (matrix, offset) in enumerate(self.layers):
            if place:
                z = np.where(z > 0, z, self.slope * z)
            z = z @ matrix + offset
        return z

    def gaps(self, points: Floats, others: Floats) -> Floats:
        """(..., m), (..., m) -> (...): norms of differences of values."""
        apart = self.values(points) - self.values(others)
        return np.asarray(np.linalg.norm(apart, self.target, axis=-1))

    def failing(self, least: float, flat: bool = False) -> Iterator[Vector]:
        """Points h at which no e of a sample serves, those of small norm first.

        If `flat`, those around which Psi seems to be affine too.
        """
        hits = []
        for direction in self.directions:
            for scale in SCALES * least / self.weight:
                point = self.y + scale * direction
                fails = self.gaps(point + self.ball, point).max() < self.bound
                if fails and (not flat or self.is_flat(point)):
                    hits.append((float(scale), direction))
                    break
        hits.sort(key=lambda hit: hit[0])
        for scale, direction in hits[:TRIES]:
            for more in (1.0, 1.03):
                yield _short(scale * more * direction)

    def is_flat(self, point: Floats) -> bool:
        """Whether Psi bends nowhere that a sample of |e| <= eta sees."""
        ends = self.values(point + self.ball) + self.values(point - self.ball)
        middle = self.values(point)
        size = 1 + float(np.abs(middle).max())
        return bool(np.abs(ends - 2 * middle).max() < BENT * size)

    def witnesses(self, least: float) -> list[tuple[Vector, Fraction, float]]:
        """Vectors e, 1 or 0 for e or e - h, and radii that a sample allows; the largest first."""
        radii = least / self.weight * SCALES
        points = self.y + radii[:, None, None] * self.directions  # (radii, directions, m)
        here = self.values(points)
        order = np.argsort(-self.gaps(self.y + self.ball, self.y), kind="stable")
        found = []
        for e in self.ball[order[:KEPT]]:
            room = self.eta - float(np.linalg.norm(e, self.domain))
            for back, most in ((1, np.inf), (0, room)):
                if most < radii[0]:
                    continue
                there = self.values(points + e if back else self.y + e)
                gaps = np.linalg.norm(there - here, self.target, axis=-1).min(axis=1)
                good = (gaps >= self.bound) & (radii <= most)
                count = len(good) if good.all() else int(np.argmin(good))
                if count:
                    radius = float(radii[count - 1]) * self.weight
                    found.append((_short(e * (1 - 2.0**-11)), Fraction(back), radius))
        found.sort(key=lambda one: -one[2])
        return found[:2]


def _floats(v: Vector) -> Floats:
    return np.array(v.real, dtype=float) / v.denominator


def _short(h: Floats) -> Vector:
    """A dyadic vector near to a given one, which is not 0."""
    scale = Fraction(2) ** (12 - int(np.floor(np.log2(float(np.abs(h).max())))))
    whole = [round(float(a) * float(scale)) for a in h]
    return Vector.of([a * scale.denominator for a in whole], (), scale.numerator)
