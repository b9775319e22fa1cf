"""Theorem 4.5 (i): a map that recovers two images with near measurements is unstable on a ball.

With e = A x' - A x, |e| <= eta, the triangle inequality gives at y = A x

    |x - x''|  <=  |x - Psi(A x)|  +  |Psi(y) - Psi(y + e)|  +  |Psi(A x') - x''|,

so the quotient |Psi(y) - Psi(y + e)| / |e| is at least (|x - x''| - 2 eta) / eta.  That is the
claim at y itself (`4.5.i.point`), for any map.  The paper goes on by continuity, to a ball of which
only the existence is known.  With a Lipschitz constant L the ball has a radius.  Moving y by h
and y + e by t h, 0 <= t <= 1, costs (1 + t) L |h| in the gap G = |Psi(A x) - Psi(A x')|, and
(1 - t) |h| in |e|.  So the claim holds on the ball of radius r if for some t

    (1 + t) r  <=  k := (G - |x - x''| + 2 eta) / L,      (1 - t) r  <=  eta - |A(x - x')|.

Adding gives 2 r <= k + eta - |A(x - x')|, and the first gives r <= k: the largest radius by this
method is the smaller of k and half of k + eta - |A(x - x')|, and is reached (`4.5.i.wide`).
No proof from these numbers gives a larger one: docs/examples/edge-4.5 has maps for which the claim
fails just beyond.
For t = 1 and the errors in place of the gap it is `4.5.i`, with a proof for all spaces.  Where Psi
is piecewise linear or affine, `true_radius` finds the radius from its values.

If A x = A x' then Psi has one value there, and |x - x''| < 2 eta for every map (`4.5.same`): the
bound (4.5) is then negative, and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from certificates.exact import Roots
from certificates.format import short, write_number

from .arrays import BadInput
from .constants import prove_lipschitz
from .decimals import decimal
from .derivation import Derivation, Fact
from .local_constant import UPPER, local_of
from .outcome import Claim, Figure, Outcome, Theorem, statement
from .problem import Case, Problem
from .true_radius import radii_of
from .two_images import (
    APART,
    FIT,
    GAP,
    NEAR,
    SECOND,
    Given,
    figures,
    otherwise,
    pictures,
    read,
    short_below,
)
from .two_images_picture import Instability

MAIN, POINT, WIDE, SLOPE = "4.5.i", "4.5.i.point", "4.5.i.wide", "4.5.i.slope"
SAME = "4.5.same"
SAYS = {
    MAIN: "for all |h| <= r there is |e| <= eta: |x - x''| - 2 eta <= |Psi(y) - Psi(y + e)|, "
    "y = A x + h",
    POINT: "the same at y = A x, with < and for any map",
    WIDE: "the same for all |h| <= R",
    SLOPE: "for all |h| <= rho: M |e| <= |Psi(y) - Psi(y + e)|, e = A x' - A x",
    SAME: "A x = A x', so |x - x''| < 2 eta for every map: (4.5) is negative",
}
E = "A x_prime - A x"
PART = Fraction(9, 10)  # of the slope between the two measurements, kept on the ball


# -------------------------------------------------------------------------- the proofs


def chained(d: Derivation) -> Fact:
    """|x - x''| through Psi(A x) and Psi(A x')."""
    return d.triangle("x - Psi(A x)", "Psi(A x) - Psi(A x_prime)", "Psi(A x_prime) - x_second")


def moved(d: Derivation, lipschitz: Fact, back: Fraction) -> Fact:
    """|Psi(A x) - Psi(A x')| <= |Psi(A x + h) - Psi(A x' + t h)| + (1 + t) L |h|, t = `back`."""
    point, other = "A x + h", f"A x_prime{_times(back, 'h')}"
    split = d.triangle(
        f"Psi(A x) - Psi({point})", f"Psi({point}) - Psi({other})", f"Psi({other}) - Psi(A x_prime)"
    )
    changes = [d.step("lipschitz", lipschitz, left="A x", right=point)]
    if back:
        changes.append(d.step("lipschitz", lipschitz, left="A x_prime", right=other))
    return d.add(split, *changes)


def prove_ball(d: Derivation, lipschitz: Fact, radius: Fact) -> Fact:
    """`4.5.i`: the errors are small enough for moving both points by h."""
    near = moved(d, lipschitz, Fraction(1))
    inside = d.step("range", variable="h", number=1)
    return d.add(chained(d), near, inside, radius, by=[1, 1, "2 L", 1])


def prove_slope(d: Derivation, lipschitz: Fact, steep: Fact) -> Fact:
    """`4.5.i.slope`."""
    near = moved(d, lipschitz, Fraction(1))
    return d.add(near, d.step("range", variable="h", number=1), steep, by=[1, "2 L", 1])


def prove_wide(d: Derivation, lipschitz: Fact, back: Fraction) -> None:
    """`4.5.i.wide` on data, with t = `back` and e = A x' - A x - (1 - t) h."""
    left = 1 - back
    inside = d.step("range", variable="h", number=1)
    small = d.compute(f"{NEAR} + {write_number(left)} R <= eta")
    if left:
        d.add(d.triangle(E, _times(-left, "h").strip()), inside, small, by=[1, left, 1])
    rise = f"{write_number(1 + back)} L"
    gap = d.compute(f"{APART} - 2 eta + {rise} R <= {GAP}")
    d.add(moved(d, lipschitz, back), inside, gap, by=[1, rise, 1])


def prove_same(d: Derivation, same: Fact, fit: Fact, second: Fact) -> Fact:
    """`4.5.same`."""
    equal = d.step("congruence", same, map="Psi", left="A x", right="A x_prime")
    return d.add(chained(d), equal, fit, second)


def _times(factor: Fraction, name: str) -> str:
    """ " + 1/2 h", " - 1/2 h", or nothing for the factor 0."""
    if not factor:
        return ""
    return f" {'-' if factor < 0 else '+'} {write_number(abs(factor))} {name}"


def prove(identifier: str) -> Derivation:
    """The proof for all normed spaces.  Raises BadInput for a statement that is about data only."""
    if identifier not in (MAIN, POINT, SLOPE, SAME, UPPER):
        raise BadInput(f"{identifier} is about concrete data; it has no proof for all spaces")
    choices = {"e": E} if identifier in (MAIN, POINT) else None
    d = Derivation(statement(identifier), choices=choices)
    if identifier == UPPER:
        d.step("lipschitz", d.given("lipschitz"), left="y", right="y + e")
        return d
    if identifier == SLOPE:
        prove_slope(d, d.given("lipschitz"), d.given("steep"))
        return d
    if identifier == MAIN:
        d.given("near")  # the condition on e
        prove_ball(d, d.given("lipschitz"), d.given("radius"))
        return d
    fit, second = d.given("fit"), d.given("second")
    if identifier == POINT:
        d.given("near")
        d.add(chained(d), fit, second)
        return d
    prove_same(d, d.given("same"), fit, second)
    return d


# ------------------------------------------------------------------------------ on the data


def derive(problem: Problem) -> Outcome:
    """Theorem 4.5 (i) on the data: at y = A x, and on balls with radii.

    Raises BadInput where the data do not fit, or a constant cannot be chosen.
    """
    given = read(MAIN, problem, ("r",))
    against = otherwise(given, SAYS[MAIN], given.case({"r": Fraction(1)}))
    if against is not None:
        return against
    lipschitz, gap = given.chosen.lipschitz, given.low(f"{GAP} - {APART} + 2 eta")
    errors = given.low(f"2 eta - {FIT} - {SECOND}")
    wide, back = _widest(gap.times(1 / lipschitz), given.low(f"eta - {NEAR}"))
    constants = {"r": short_below(errors.times(1 / (2 * lipschitz))), "R": wide}
    slope = _slope(given)
    kept = short_below(Roots.rational(slope * PART)) if slope else Fraction(0)
    if slope and kept > 0:
        rest = given.low(f"{GAP} - {write_number(kept)} {NEAR}")
        constants |= {"M": kept, "rho": short_below(rest.times(1 / (2 * lipschitz)))}
    case = given.case(constants)
    local, true = local_of(given), radii_of(given, wide)
    claims = (*_claims(given, case, back), *true.claims, *local.claims)
    shown = [*figures(given), *_figures(given, case, slope), *true.figures, *local.figures]
    said = [claim.identifier for claim in claims]
    about = (*_about(given, said, back, slope), *true.notes, *local.notes)
    notes = (*given.chosen.words, *about)
    images, plot = tuple(pictures(given)), Instability(given, tuple(shown))
    return Outcome("certified", case, claims, tuple(shown), notes, images, plot=plot)


def _widest(most: Roots, room: Roots) -> tuple[Fraction, Fraction]:
    """The largest radius, just below: min(k, (k + room) / 2), and its t."""
    spare = short_below(room) if room.sign() > 0 else Fraction(0)
    half = (most + Roots.rational(spare)).times(Fraction(1, 2))
    radius = short_below(most if (most - half).sign() < 0 else half)
    return radius, max(Fraction(0), 1 - spare / radius)


def _slope(given: Given) -> Fraction:
    """A lower bound of |Psi(A x) - Psi(A x')| / |A(x - x')|; 0 where it is 0 or A x = A x'."""
    near = given.numbers(NEAR) or Roots()
    if near.sign() <= 0:
        return Fraction(0)
    return max(short_below(given.low(GAP)), Fraction(0)) / near.upper()


def _claims(given: Given, case: Case, back: Fraction) -> Iterator[Claim]:
    def derivation(identifier: str, e: str | None) -> Derivation:
        choices = {"e": e} if e else None
        return Derivation(statement(identifier), case.data, case.problem_file, "certified", choices)

    def hypotheses(d: Derivation) -> list[Fact]:
        return [d.compute(f"{FIT} < eta"), d.compute(f"{SECOND} < eta"),
                d.compute(f"{NEAR} <= eta")]  # fmt: skip

    d = derivation(MAIN, E)
    hypotheses(d)
    radius = d.compute(f"2 L r <= 2 eta - {FIT} - {SECOND}")
    prove_ball(d, prove_lipschitz(d, given.chosen), radius)
    yield Claim(MAIN, statement(MAIN), d, SAYS[MAIN])
    d = derivation(POINT, E)
    fit, second, _ = hypotheses(d)
    d.add(chained(d), fit, second)
    yield Claim(POINT, statement(POINT), d, SAYS[POINT])
    d = derivation(WIDE, E + _times(back - 1, "h"))
    prove_wide(d, prove_lipschitz(d, given.chosen), back)
    yield Claim(WIDE, statement(WIDE), d, SAYS[WIDE])
    if "M" in case.data.constants:
        d = derivation(SLOPE, None)
        steeper = d.compute(f"M {NEAR} + 2 L rho <= {GAP}")
        prove_slope(d, prove_lipschitz(d, given.chosen), steeper)
        yield Claim(SLOPE, statement(SLOPE), d, SAYS[SLOPE])
    if given.numbers.bounds is None and given.low(NEAR).sign() == 0:
        d = derivation(SAME, None)
        fit, second, _ = hypotheses(d)
        prove_same(d, d.compute(f"{NEAR} <= 0"), fit, second)
        yield Claim(SAME, statement(SAME), d, SAYS[SAME])


def _figures(given: Given, case: Case, slope: Fraction) -> Iterator[Figure]:
    apart = given.low(f"{APART} - 2 eta")
    yield Figure("(4.5)", apart.times(1 / given.eta), "the paper's bound (|x - x''| - 2 eta) / eta")
    yield Figure("slope", Roots.rational(slope), "at least: gap / |A(x - x')|, for eps >= it")
    for name, note in (
        ("r", "the ball of 4.5.i"),
        ("R", "the ball of 4.5.i.wide, the largest by this method up to rounding"),
        ("M", "the slope kept on the ball of radius rho"),
        ("rho", "the ball of 4.5.i.slope"),
    ):
        if name not in case.data.constants:
            continue
        yield Figure(name, Roots.rational(case.data.constants[name]), note)


def _about(given: Given, said: Sequence[str], back: Fraction, slope: Fraction) -> Iterator[str]:
    if SAME in said:
        yield (
            "A x = A x': Psi has one value there, so (4.3) forces |x - x''| < 2 eta whatever Psi "
            "is; (4.5) is negative and says nothing"
        )
    elif given.low(f"{APART} - 2 eta").sign() > 0:
        yield (
            "the bound (4.5) is positive: e is not 0, and every epsilon >= eta is covered because "
            "|e| <= eta"
        )
    else:
        yield "the bound (4.5) is not positive: |x - x''| <= 2 eta, so the theorem says nothing"
    yield f"the ball of radius R is reached with Psi at A x' + t h, t = {short(back)}"
    if slope:
        yield (
            "M and rho may be traded: M |A(x - x')| + 2 L rho <= gap; without a ball M is "
            f"{decimal(Roots.rational(slope))}"
        )


THEOREM = Theorem(
    MAIN,
    "a map that recovers two images with near measurements is unstable on a ball of radius r",
    "operator, x, x_prime, psi; x_second, eta, lipschitz",
    (MAIN, POINT, SLOPE, SAME, UPPER),
    derive,
    prove,
    "two-images",
)
