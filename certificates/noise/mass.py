"""Lower bounds of the probability that noise lies in a ball.

E is the noise, c the center, r the radius and w |.| the norm, |.| one of l1, l2, linf.  Three ways:

`ball`          a ball in l2 inside of the ball: |v|_l1 <= m^(1/2) |v|_l2 and |v|_linf <= |v|_l2, so
                q^2 = r^2/w^2, over m for l1.  If S = s I its probability is that of `chi_square`.
                Else E - mean = S^(1/2) Z with Z standard, |E - mean|_l2 <= t^(1/2) |Z|_l2 for every
                t >= the largest eigenvalue of S, and around the mean there is a ball of radius
                q - |mean - c|_l2: its probability under t I is a lower bound.
`coordinates`   independent coordinates (S diagonal): if the vector (r_1, ..., r_m) of radii has
                norm at most r, then all |E_k - c_k| <= r_k imply |E - c| <= r, and the probability
                of that is a product.
`volume`        a density of at least g: g times the volume, in C^m
                (pi r^2/w^2)^m / m! for l2, (pi r^2/w^2)^m for linf, (2 pi r^2/w^2)^m / (2m)! for l1
                (Dirichlet's integral, Whittaker and Watson, A Course of Modern Analysis, 4th ed.
                1927, section 12.5).

Over R^m noise s I is dealt with as that of C^k, k = m/2 rounded up, with variance 2 s: two real
coordinates make a complex one, whose real and imaginary part have the variance s each; for odd m a
coordinate with mean 0 and center 0 is added, which makes the ball no more probable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..chi_square import MOST_BITS
from ..format import Rejected, as_list, as_object, fields, read_natural, read_small
from ..fourier import pi
from ..magnitudes import Magnitude, factorial
from ..probability import enclosure
from .ball import Ball
from .law import Density, Gaussian, Law, is_semidefinite

Table = dict[str, object]


@dataclass(frozen=True)
class Pairs:
    """The noise around the center as a complex vector: squares |away_k|^2, and their variances.

    `length` is |away|^2, `variances` one number for all or one for each; empty for a full
    covariance.  `real` is the number of real coordinates if the problem is over R, else 0.
    """

    squares: tuple[Fraction, ...]
    variances: tuple[Fraction, ...]
    real: int

    @property
    def length(self) -> Fraction:
        """|mean - center|^2 in l2."""
        return sum(self.squares, Fraction(0))


def pairs_of(law: Gaussian, field: str) -> Pairs:
    """The law as one of C^k."""
    over = Fraction(1, law.away.denominator**2)
    squares = [square * over for square in law.away.squares()]
    if field == "C":
        return Pairs(tuple(squares), law.variances, 0)
    real = len(squares)
    squares += [Fraction(0)] * (real % 2)
    both = tuple(a + b for a, b in zip(squares[::2], squares[1::2], strict=True))
    return Pairs(both, tuple(2 * s for s in law.variances), real)


def mass(law: Law, ball: Ball, field: str, hints: Table) -> Magnitude:
    """The probability of the ball is at least the lower end.  Raises Unreadable, Rejected."""
    where = "certificate.mass"
    ways = [name for name in ("ball", "coordinates", "volume") if name in hints]
    if len(ways) != 1 or len(hints) != 1:
        raise Rejected(f"{where}: one of ball, coordinates and volume is expected")
    inner = as_object(hints[ways[0]], f"{where}.{ways[0]}")
    if isinstance(law, Density):
        if ways != ["volume"]:
            raise Rejected(f"{where}: of a density only the volume is used")
        bits = read_natural(fields(inner, where, ("bits",))["bits"], where, MOST_BITS + 1)
        least = Magnitude.ratio(law.least.numerator, law.least.denominator, bits)
        found = volume(ball, field, bits).times(least)
        if not found.at_most(Fraction(1)):
            raise Rejected("no density is this large on the ball: with its volume it is above 1")
        return found
    if ways == ["volume"]:
        raise Rejected(f"{where}: the volume is for densities")
    pairs = pairs_of(law, field)
    if ways == ["ball"]:
        return _in_ball(law, pairs, ball, inner)
    return _in_coordinates(pairs, ball, inner)


# --------------------------------------------------------------------------- a ball in l2


def inner_square(ball: Ball) -> Fraction:
    """q^2 of the largest ball in l2 around the same center that lies in the ball."""
    square = Fraction(ball.radius, ball.norm.weight) ** 2
    return square * Fraction(1, ball.dimension) if ball.norm.kind == "l1" else square


def _in_ball(law: Gaussian, pairs: Pairs, ball: Ball, hints: Table) -> Magnitude:
    where = "certificate.mass.ball"
    square, away = inner_square(ball), pairs.length
    if "radius" in hints or "top" in hints:
        fields(hints, where, ("radius", "top", "window"))
        top = read_small(hints["top"], where + ".top")
        radius = read_small(hints["radius"], where + ".radius")
        _check_top(law, pairs, top)
        if not is_inside(radius, away, square):
            raise Rejected(f"{where}: this ball around the mean is not in the ball")
        away, square = Fraction(0), radius**2
    else:
        fields(hints, where, ("window",))
        if len(set(pairs.variances)) != 1:
            raise Rejected(f"{where}: S is no multiple of I; radius and top are needed")
        top = pairs.variances[0]
    if not top:
        if away > square:
            raise Rejected("the noise is constant, and not in the ball")
        return Magnitude(1, 1, 0, MOST_BITS)
    over = Fraction(1, top)
    window = as_object(hints["window"], where + ".window")
    return enclosure(len(pairs.squares), away * over, square * over, window, where + ".window")


def is_inside(radius: Fraction, away: Fraction, square: Fraction) -> bool:
    """Whether  0 <= radius <= q - d,  with d^2 = `away` and q^2 = `square`.

    That is  d <= q - radius,  i.e. radius <= q and  2 q radius <= q^2 + radius^2 - d^2.
    """
    if radius < 0 or radius**2 > square:
        return False
    rest = square + radius**2 - away
    return rest >= 0 and 4 * square * radius**2 <= rest**2


def _check_top(law: Gaussian, pairs: Pairs, top: Fraction) -> None:
    """top I - S is positive semidefinite.  Raises Rejected."""
    if pairs.variances:
        fits = max(pairs.variances) <= top
    else:
        scale = top * law.over
        shifted = tuple(
            tuple(
                (scale.numerator if j == k else 0) - a * scale.denominator
                for k, a in enumerate(row)
            )
            for j, row in enumerate(law.matrix)
        )
        fits = is_semidefinite(shifted)
    if not fits:
        raise Rejected("certificate.mass.ball.top: is below an eigenvalue of the covariance")


# -------------------------------------------------------------------------- coordinates


def _in_coordinates(pairs: Pairs, ball: Ball, hints: Table) -> Magnitude:
    """The product; `windows` are those of the different factors, as they come."""
    where = "certificate.mass.coordinates"
    fields(hints, where, ("radii", "windows"))
    if not pairs.variances:
        raise Rejected(f"{where}: the coordinates are not independent")
    count = len(pairs.squares)
    radii = [read_small(r, where + ".radii") for r in as_list(hints["radii"], where + ".radii")]
    radii = radii * count if len(radii) == 1 else radii
    variances = pairs.variances * count if len(pairs.variances) == 1 else pairs.variances
    if len(radii) != count or min(radii) < 0:
        raise Rejected(f"{where}.radii: {count} numbers >= 0 are expected")
    if not _fit(radii, pairs, ball):
        raise Rejected(f"{where}.radii: their norm is larger than the radius of the ball")
    windows = list(as_list(hints["windows"], where + ".windows"))
    known: dict[tuple[Fraction, Fraction], Magnitude] = {}
    found = Magnitude(1, 1, 0, MOST_BITS)
    for away, radius, variance in zip(pairs.squares, radii, variances, strict=True):
        if not variance:
            if away > radius**2:
                raise Rejected("a coordinate of the noise is constant, and not in its disc")
            continue
        key = (away * Fraction(1, variance), radius**2 * Fraction(1, variance))
        if key not in known:
            if not windows:
                raise Rejected(f"{where}.windows: there are too few")
            window = as_object(windows.pop(0), where + ".windows")
            known[key] = enclosure(1, *key, window, where + ".windows")
        found = found.times(known[key])
    if windows:
        raise Rejected(f"{where}.windows: there are too many")
    return found


def _fit(radii: Sequence[Fraction], pairs: Pairs, ball: Ball) -> bool:
    """Whether discs of these radii are in the ball; over R  |a| + |b| <= 2^(1/2) |a + ib|."""
    limit = Fraction(ball.radius, ball.norm.weight)
    if ball.norm.kind == "linf":
        return max(radii) <= limit
    if ball.norm.kind == "l2":
        return sum(r**2 for r in radii) <= limit**2
    return (2 if pairs.real else 1) * sum(radii) ** 2 <= limit**2


# ------------------------------------------------------------------------------- volume


def volume(ball: Ball, field: str, bits: int) -> Magnitude:
    """The Lebesgue measure of a ball in C^m, enclosed.  Raises Rejected over R."""
    if field != "C":
        raise Rejected("volumes are those of balls in C^m")
    m, r = ball.dimension, Fraction(ball.radius, ball.norm.weight)
    whole, error = pi(bits)
    circle = Magnitude.of(whole - error, whole + error, -bits, bits)
    square = (2 if ball.norm.kind == "l1" else 1) * r**2
    disc = Magnitude.ratio(square.numerator, square.denominator, bits).times(circle)
    power = disc.power(m)
    if ball.norm.kind == "linf":
        return power
    return power.over(factorial(m if ball.norm.kind == "l2" else 2 * m, bits))


__all__ = ["Pairs", "inner_square", "is_inside", "mass", "pairs_of", "volume"]
