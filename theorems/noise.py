"""Random noise on top of a claim for all e of a ball: the law that a person gives, and the bound.

A problem file says in its table `noise`

    law         "gaussian", or "density"
    mean        a term such as "A x_prime - A x" (the center of the ball, and what is taken if the
                key is left out), or an array of m entries
    variance    s for s I, a list of m numbers for a diagonal covariance
    covariance  a Hermitian matrix, (m, m)
    level       in place of a variance: the largest s, up to rounding, for which the probability is
                at least this
    least       of a density: what it is at least on the ball

The bound is found with the kernel's own functions in `certificates.noise.mass`: what is proposed
here are only ways to find it, and the best one is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpz_mat

from certificates.format import Rejected, digest, short, write_json, write_number
from certificates.matrices import Vector
from certificates.noise.ball import Ball, ball_of
from certificates.noise.law import Gaussian, Law, read_law
from certificates.noise.mass import Pairs, inner_square, mass, pairs_of
from certificates.values import Context

from .arrays import BadInput, array, number, sized
from .ball_bound import BallBound
from .chi_square import BITS, hinted
from .describe_probability import rounded
from .keys import keys
from .lipschitz import simplest_between

KEYS = {"mean", "variance", "covariance", "level", "least"}
POSITIVE = (
    "real noise on C^m and noise on a box have no density that is positive everywhere, so the "
    'printed theorem is vacuous for them; use law = "density" with a lower bound on the ball'
)
NARROW = Fraction(1, 1000)  # of the variance that belongs to a level
Table = dict[str, Any]
Samples = npt.NDArray[Any]
SEED = 0


@dataclass(frozen=True)
class Chance:
    """A claim about random noise that rests on the claim `identifier`, with its hints.

    `variance` is the one that was found for a level, `singular` if the noise has no density, so
    that the printed theorem says nothing of it.  `ball` is the l2 ball in C^m whose
    probability the bound is, as a function of sigma, if there is one; `draw` gives samples of the
    noise, (count, m), for estimates.
    """

    identifier: str
    claim_file: bytes
    hints_file: bytes
    bound: Fraction
    variance: Fraction | None = None
    singular: bool = False
    ball: BallBound | None = None
    draw: Callable[[int], Samples] | None = None


def chance(
    identifier: str,
    statement_file: bytes,
    problem_file: bytes,
    context: Context,
    variable: str,
    given: Table,
    folder: Path | None,
) -> Chance:
    """The best bound that is found.  Raises BadInput where the law cannot be read, or none is."""
    ball = ball_of(context, variable)
    table, level = read_noise(given, ball, folder)
    variance = None
    if level is not None:
        variance = _variance_for(level, table, ball, context)
        table["covariance"] = write_number(variance)
    bound, hints = _best(table, ball, context)
    if level is not None:
        bound = level
    claim = write_json(
        {
            "statement": digest(statement_file),
            "problem": digest(problem_file),
            "variable": variable,
            "noise": table,
            "at least": write_number(bound),
        }
    )
    proof = write_json({"claim": digest(claim), "mass": hints})
    law = read_law(table, ball, context)
    if not isinstance(law, Gaussian):
        return Chance(identifier, claim, proof, bound)
    pairs = pairs_of(law, context.data.field)
    picture = BallBound(len(pairs.squares), pairs.length, inner_square(ball))
    alone = picture if len(set(pairs.variances)) == 1 else None

    def draw(count: int) -> Samples:
        return samples(law, ball, context, count)

    singular = not all(law.variances) if law.variances else not _definite(law)
    return Chance(identifier, claim, proof, bound, variance, singular, alone, draw)


def _definite(law: Gaussian) -> bool:
    """Whether a covariance is positive definite: its determinant is not 0."""
    return bool(fmpz_mat([list(row) for row in law.matrix]).det())


def samples(law: Gaussian, ball: Ball, context: Context, count: int) -> Samples:
    """Noise from a fixed seed, in floats: (count, m)."""
    m, complex_ = ball.dimension, context.data.field == "C"
    center = _floats(context.vector(ball.center)) if ball.center.parts else np.zeros(m)
    rng = np.random.default_rng(SEED)
    normal = rng.standard_normal((count, m))
    if complex_:
        normal = (normal + 1j * rng.standard_normal((count, m))) / sqrt(2.0)
    if law.variances:
        roots = np.sqrt([float(s) for s in law.variances])
        return np.asarray(center + _floats(law.away) + normal * roots)
    both = np.array([[float(Fraction(a, law.over)) for a in row] for row in law.matrix])
    values, vectors = np.linalg.eigh(both[:m, :m] + 1j * both[m:, :m])
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(center + _floats(law.away) + normal @ root.T)


def _floats(v: Vector) -> Samples:
    real = np.array(v.real, dtype=float)
    return np.asarray((real + 1j * np.array(v.imag or [0], dtype=float)) / v.denominator)


# ------------------------------------------------------------------------------ what is given


def read_noise(given: Table, ball: Ball, folder: Path | None) -> tuple[Table, Fraction | None]:
    """The law as the kernel's claim has it, without a covariance if a level is given."""
    keys(given, "noise", {"law"}, KEYS)
    law = given["law"]
    if law in ("real", "uniform"):
        raise BadInput(f"noise.law: {POSITIVE}")
    if law == "density":
        keys(given, "noise", {"law", "least"}, set())
        return {"law": law, "least": write_number(number(given["least"], "noise.least"))}, None
    if law != "gaussian":
        raise BadInput(f"noise.law: {law!r} is unknown; known are gaussian and density")
    sizes = [name for name in ("variance", "covariance", "level") if name in given]
    if len(sizes) != 1 or "least" in given:
        raise BadInput("noise: a Gaussian has one of the keys variance, covariance and level")
    table: Table = {"law": law, "mean": _mean(given.get("mean"), ball, folder)}
    if sizes == ["level"]:
        level = number(given["level"], "noise.level")
        if not 0 < level < 1:
            raise BadInput(f"noise.level: {short(level)} must be between 0 and 1")
        return table, level
    value = given[sizes[0]]
    if sizes == ["covariance"]:
        found = array(value, "noise.covariance", folder)
        if found.files:
            raise BadInput("noise.covariance: write the matrix out, a file is not read here")
        table["covariance"] = _diagonal(found.form) or found.form
    elif isinstance(value, list):
        table["covariance"] = [write_number(number(v, "noise.variance")) for v in value]
    else:
        table["covariance"] = write_number(number(value, "noise.variance"))
    return table, None


def _diagonal(form: dict[str, object]) -> list[str] | None:
    """The diagonal of a real matrix whose other entries are 0: its coordinates are independent."""
    rows = form.get("entries")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return None
    if any(a != "0" for j, row in enumerate(rows) for k, a in enumerate(row) if j != k):
        return None
    return [row[j] for j, row in enumerate(rows)] if {len(r) for r in rows} == {len(rows)} else None


def _mean(value: Any, ball: Ball, folder: Path | None) -> object:
    if value is None:
        return str(ball.center)
    if isinstance(value, str) and not value.endswith(".npy"):
        return value
    found = sized(value, "noise.mean", ball.dimension, folder)
    if found.files:
        raise BadInput("noise.mean: write the entries out, a file is not read here")
    return found.form


# -------------------------------------------------------------------------------- the bound


def _best(table: Table, ball: Ball, context: Context) -> tuple[Fraction, Table]:
    """The largest lower bound of all ways that apply, to 15 digits, and its hints."""
    law = read_law(table, ball, context)
    field = context.data.field
    best: tuple[Fraction, Table] | None = None
    reason = "the mean is outside of the ball, and the coordinates are not independent"
    for hints in _ways(law, ball, field):
        try:
            found = mass(law, ball, field, hints)
            low = Fraction(rounded(found.ends()[0], 0))
        except Rejected as error:
            reason = str(error)
            continue
        if best is None or low > best[0]:
            best = low, hints
    if best is None:
        raise BadInput(f"noise: no bound of the probability was found: {reason}")
    return best


def _ways(law: Law, ball: Ball, field: str) -> Iterator[Table]:
    """Hints to try."""
    if not isinstance(law, Gaussian):
        yield {"volume": {"bits": str(BITS)}}
        return
    pairs = pairs_of(law, field)
    square = inner_square(ball)
    if len(set(pairs.variances)) == 1:
        s = pairs.variances[0]
        yield {"ball": {"window": _window(len(pairs.squares), pairs.length, square, s)}}
    else:
        radius = _root(square, False) - _root(pairs.length, True)
        if radius > 0:
            top = _top(law, pairs)
            window = _window(len(pairs.squares), Fraction(0), radius**2, top)
            named = {"radius": write_number(radius), "top": write_number(top)}
            yield {"ball": {**named, "window": window}}
    if pairs.variances and (ball.norm.kind != "l2" or len(set(pairs.variances)) > 1):
        radii = _radii(pairs, ball)
        if radii is not None:
            yield {"coordinates": _discs(pairs, radii)}


def _window(m: int, away: Fraction, square: Fraction, variance: Fraction) -> Table:
    """How P(|E - c| <= r) is enclosed for E ~ CN(xi, variance I)."""
    if not variance:
        return {}
    return hinted(m, away / variance, square / variance)[1]


def _root(square: Fraction, up: bool) -> Fraction:
    """A square root to about 96 bits, rounded; exact where it is short."""
    shift = max(0, 96 + (square.denominator.bit_length() - square.numerator.bit_length()) // 2)
    scaled = square * (1 << 2 * shift)
    root = isqrt(scaled.numerator // scaled.denominator)
    exact = Fraction(root * root) == scaled
    return Fraction(root + (up and not exact), 1 << shift)


def _top(law: Gaussian, pairs: Pairs) -> Fraction:
    """At least the largest eigenvalue; for a full covariance about it, by floats."""
    if pairs.variances:
        return max(pairs.variances)
    matrix = np.array([[float(Fraction(a, law.over)) for a in row] for row in law.matrix])
    largest = float(np.linalg.eigvalsh(matrix)[-1])
    return Fraction(max(largest, 0.0)) * (1 + Fraction(1, 10**9)) + Fraction(1, 10**15)


def _radii(pairs: Pairs, ball: Ball) -> list[Fraction] | None:
    """|away_k| + t s_k^(1/2), as large as the ball allows; None if there is no room."""
    count = len(pairs.squares)
    limit = Fraction(ball.radius) / ball.norm.weight
    if ball.norm.kind == "linf":
        return [limit] * count
    variances = pairs.variances * count if len(pairs.variances) == 1 else pairs.variances
    centers = [sqrt(float(square)) for square in pairs.squares]
    widths = [sqrt(float(s)) for s in variances]
    room = float(limit) * (1 - 2.0**-30)
    if ball.norm.kind == "l1":
        room /= sqrt(2.0) if pairs.real else 1.0

    def size(t: float) -> float:
        found = [c + t * w for c, w in zip(centers, widths, strict=True)]
        return sum(found) if ball.norm.kind == "l1" else sqrt(sum(r * r for r in found))

    if size(0.0) >= room or not any(widths):
        return None
    low, high = 0.0, 1.0
    while size(high) < room:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if size(middle) < room else (low, middle)
    return [
        Fraction(c + low * w).limit_denominator(1 << 48)
        for c, w in zip(centers, widths, strict=True)
    ]


def _discs(pairs: Pairs, radii: list[Fraction]) -> Table:
    """The hints of a product over the coordinates: a window for each different factor."""
    count = len(pairs.squares)
    variances = pairs.variances * count if len(pairs.variances) == 1 else pairs.variances
    seen: dict[tuple[Fraction, Fraction], Table] = {}
    for away, radius, s in zip(pairs.squares, radii, variances, strict=True):
        if s and (away / s, radius**2 / s) not in seen:
            seen[away / s, radius**2 / s] = _window(1, away, radius**2, s)
    short_radii = radii[:1] if len(set(radii)) == 1 else radii
    return {"radii": [write_number(r) for r in short_radii], "windows": list(seen.values())}


# -------------------------------------------------------------------------------- a level


def _variance_for(level: Fraction, table: Table, ball: Ball, context: Context) -> Fraction:
    """A variance s for s I with a probability of at least the level, about the largest.

    Raises BadInput if the mean is not inside of the ball: then none may do.
    """

    def reaches(variance: Fraction) -> bool:
        try:
            return _best({**table, "covariance": write_number(variance)}, ball, context)[0] >= level
        except BadInput:
            return False

    law = read_law({**table, "covariance": "1"}, ball, context)
    away = pairs_of(law, context.data.field).length if isinstance(law, Gaussian) else Fraction(0)
    if away >= inner_square(ball) and ball.norm.kind != "linf":
        raise BadInput("noise.level: the mean is not inside of the ball; leave it out")
    high = Fraction(ball.radius**2).limit_denominator(1 << 40) or Fraction(1, 1 << 40)
    while not reaches(high):
        high /= 2
        if high < ball.radius**2 / (1 << 60):
            raise BadInput("noise.level: no variance that reaches it was found")
    low, high = high, 2 * high
    while reaches(high):
        low, high = high, 2 * high
    while high - low > NARROW * low:
        middle = ((low + high) / 2).limit_denominator(10**40)
        low, high = (middle, high) if reaches(middle) else (low, middle)
    shorter = simplest_between(low * (1 - NARROW), low)
    return shorter if reaches(shorter) else low
