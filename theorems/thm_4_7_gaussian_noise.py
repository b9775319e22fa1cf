"""Theorem 4.7: the probability (4.10) that Gaussian noise makes a reconstruction fail.

The paper asks (4.9) that every x~' of the ball B(x', delta) has an x'' with
|Psi(A x~') - x''| < eta, and takes the infimum of |x - x''| over the set S of all of them.  As it
stands this is no hypothesis: x'' = Psi(A x~') serves for every map (`4.7.any`), and gives more than
the printed bound.  What is left is how large the infimum is.  Here it is bounded by a choice of S
that is named: from one x'' for x' and a Lipschitz constant L of Psi,

    x''(x~')  =  x'' + Psi(A x~') - Psi(A x'),       |x''(x~') - x''|  <=  L delta,

so that inf over S is at least |x - x''| - L delta, and for all e in B(A x' - A x, delta)

    |x - x''| - L delta - 2 eta  <=  |Psi(A x + e) - Psi(A x)|.

That A A^* = I, and that all norms are l2, is used by the paper to find an x~' in B(x', delta) for
every e of the ball; here e itself is enough, so neither is needed.  The probability of the ball is
`certificates.noise`'s, and for the best sigma `kernelcert probability`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from certificates.exact import Roots
from certificates.format import short

from .arrays import BadInput, number
from .constants import prove_lipschitz
from .decimals import decimal
from .derivation import Derivation, Fact
from .noise import Chance, chance
from .noise_estimate import estimated
from .outcome import Claim, Figure, Outcome, Theorem, statement
from .probability_picture import plotted
from .problem import Problem
from .two_images import (
    APART,
    FIT,
    NEAR,
    SECOND,
    Given,
    figures,
    otherwise,
    pictures,
    read,
    short_below,
)  # fmt: skip

MAIN, ANY = "4.7", "4.7.any"
SAYS = (
    "for all |e - (A x' - A x)| <= delta: |x - x''| - L delta - 2 eta <= |Psi(A x + e) - Psi(A x)|"
)
PART = Fraction(1, 2)  # of the |x - x''| - 2 eta that delta is taken to cost
POSITIVE = Fraction(1, 1000)  # stands for any radius where there is nothing to lose


def prove_far(d: Derivation, lipschitz: Fact, fit: Fact, second: Fact) -> Fact:
    """`4.7`."""
    moved = d.step("lipschitz", lipschitz, left="A x + e", right="A x_prime")
    inside = d.step("range", variable="e", number=1)
    chain = d.triangle(
        "x - Psi(A x)",
        "Psi(A x) - Psi(A x + e)",
        "Psi(A x + e) - Psi(A x_prime)",
        "Psi(A x_prime) - x_second",
    )
    less = d.add(chain, moved, inside, fit, second, by=[1, 1, "L", 1, 1])
    return d.step("weaken", less, claim=f"{APART} - L delta - 2 eta <= |Psi(A x + e) - Psi(A x)|")


def prove(identifier: str) -> Derivation:
    """The proof for all normed spaces."""
    if identifier == MAIN:
        d = Derivation(statement(MAIN))
        prove_far(d, *(d.given(label) for label in ("lipschitz", "fit", "second")))
        return d
    d = Derivation(statement(ANY), choices={"x_second": "Psi(A x + e)"})
    d.step("sign", constant="eta")  # |Psi(A x + e) - x''| = 0 < eta
    chain = d.triangle("x - Psi(A x)", "Psi(A x) - Psi(A x + e)")
    less = d.add(chain, d.given("fit"))
    d.step("weaken", less, claim="|x - Psi(A x + e)| - eta <= |Psi(A x + e) - Psi(A x)|")
    return d


def derive(problem: Problem) -> Outcome:
    """Theorem 4.7 on the data.  Raises BadInput where they do not fit."""
    given = read(MAIN, problem, ("delta",), (FIT, SECOND))
    against = otherwise(given, SAYS, given.case({"delta": Fraction(1)}))
    if against is not None:
        return against
    lipschitz = given.chosen.lipschitz
    delta, words = _delta(problem, given)
    case = given.case({"delta": delta})
    d = Derivation(statement(MAIN), case.data, case.problem_file)
    fit, second = d.compute(f"{FIT} < eta"), d.compute(f"{SECOND} < eta")
    prove_far(d, prove_lipschitz(d, given.chosen), fit, second)
    lower = given.low(f"{APART} - 2 eta") - Roots.rational(lipschitz * delta)
    shown = [
        *figures(given),
        Figure("delta", Roots.rational(delta), "the radius of the ball of e"),
        Figure("bound", lower, "|x - x''| - L delta - 2 eta, a lower bound of the change of Psi"),
    ]
    notes = [*given.chosen.words, *words, *_about(given, delta, lower)]
    chances: tuple[Chance, ...] = ()
    if problem.noise is None:
        notes.append("no [noise] is given, so nothing is said of a probability")
    else:
        table, file = dict(problem.noise), statement(MAIN)
        found = chance(MAIN, file, case.problem_file, d.context, "e", table, problem.folder)
        chances = (found,)
        least = float(lower.upper())
        notes.append(
            estimated(problem, case, given.numbers, found, lambda change, _: change >= least)
        )
    claim = Claim(MAIN, statement(MAIN), d, SAYS)
    drawn = tuple(pictures(given))
    return Outcome(
        "certified",
        case,
        (claim,),
        tuple(shown),
        tuple(notes),
        drawn,
        chances=chances,
        plot=plotted(chances),
    )


def _delta(problem: Problem, given: Given) -> tuple[Fraction, list[str]]:
    """The radius of the ball: the problem's, or what costs half of the bound."""
    if problem.delta != "least":
        delta = number(problem.delta, "delta")
        if delta <= 0:
            raise BadInput(f"delta: must be positive, not {short(delta)}")
        return delta, []
    room = given.low(f"{APART} - 2 eta")
    if room.sign() <= 0:
        return POSITIVE, ["delta: |x - x''| <= 2 eta, so no radius says anything; 1/1000 is taken"]
    delta = short_below(room.times(PART / given.chosen.lipschitz))
    return delta, [f"delta: {short(delta)} is taken, with L delta half of |x - x''| - 2 eta"]


def _about(given: Given, delta: Fraction, lower: Roots) -> Iterator[str]:
    if lower.sign() <= 0:
        yield "the bound is not positive: it says nothing; a smaller delta, or smaller errors, will"
    near = given.numbers(NEAR)
    if near is not None:
        far = near - Roots.rational(delta)
        relation = "more" if far.sign() > 0 else "not more"
        yield (
            f"|A x' - A x| = {decimal(near)} is {relation} than delta; the printed theorem asks "
            "for more than delta, which its proof of (4.10) does not use"
        )


THEOREM = Theorem(
    MAIN,
    "with Gaussian noise Psi(A x + E) is far from Psi(A x), with at least the probability (4.10)",
    "operator, x, x_prime, psi; noise, delta, x_second, eta, lipschitz",
    (MAIN, ANY),
    derive,
    prove,
    "random-noise",
)
