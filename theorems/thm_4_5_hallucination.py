"""Theorem 4.5 (ii): a map that makes x'' of A x' hallucinates near x, on balls with radii.

With z = x'' - x and e = A x' - A x the measurement A x + e is A x', where Psi is near to
x'' = x + z.  For points x + p, e + q, z + w of three balls

    |Psi(A(x + p) + e + q) - (x + p + z + w)|
        <=  |Psi(A x' + A p + q) - Psi(A x')|  +  |Psi(A x') - x''|  +  |p|  +  |w|
        <=  L (K |p| + |q|)  +  |p|  +  |w|  +  |Psi(A x') - x''|

with K >= |A|.  So all radii of the simplex (L K + 1) r_x + L r_e + r_z <= eta - |Psi(A x') - x''|
serve.  The point that is taken here gives a third of the right side to each ball.  That Psi
recovers x is not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from certificates.exact import Roots
from certificates.format import short, write_number

from .arrays import BadInput
from .constants import SMALL, prove_lipschitz
from .decimals import decimal
from .derivation import Derivation, Fact
from .lipschitz import Proposal, upper
from .outcome import Claim, Figure, Outcome, Theorem, statement
from .problem import Problem
from .two_images import (
    APART,
    FOR_BALLS,
    NEAR,
    SECOND,
    Given,
    figures,
    otherwise,
    pictures,
    read,
    short_below,
)
from .two_images_picture import Hallucination

MAIN = "4.5.ii"
RADII = ("r_x", "r_e", "r_z")
CHOICES = {"z": "x_second - x", "e": "A x_prime - A x"}
SAYS = "for all points of three balls: |Psi(A(x + p) + e + q) - (x + p + z + w)| <= eta"


def prove_balls(d: Derivation, lipschitz: Fact, operator: Fact, radii: Fact) -> Fact:
    """`4.5.ii`; the step before these is the condition on e."""
    d.step("nonnegative", scalar="0")  # |x - x''| <= |z|: the two are one number
    p, q, w = (d.step("range", variable=name, number=1) for name in ("p", "q", "w"))
    change = d.step("lipschitz", lipschitz, left="A x_prime + A p + q", right="A x_prime")
    sum_ = d.triangle("A p", "q")
    size = d.step("lipschitz", operator, left="p", right="0 p")
    apart = d.triangle(
        "Psi(A x_prime + A p + q) - Psi(A x_prime)", "Psi(A x_prime) - x_second", (-1, "p"),
        (-1, "w"),
    )  # fmt: skip
    return d.add(
        apart, change, sum_, size, p, q, w, radii, by=[1, 1, "L", "L", "L K + 1", "L", 1, 1]
    )


def prove(identifier: str) -> Derivation:
    """The proof for all normed spaces."""
    d = Derivation(statement(identifier), choices=CHOICES)
    d.given("near")
    prove_balls(d, *(d.given(label) for label in ("lipschitz", "operator", "radii")))
    return d


def derive(problem: Problem) -> Outcome:
    """Theorem 4.5 (ii) on the data, with radii of the three balls.

    Raises BadInput where the data do not fit, or a constant cannot be chosen.
    """
    given = read(MAIN, problem, ("K", *RADII), FOR_BALLS)
    context = given.numbers.context
    proposal = upper(context, "A")
    if proposal is None:
        raise BadInput("operator: no bound on its norm can be certified here")
    bound = proposal.bound or SMALL
    ones = dict.fromkeys(RADII, Fraction(1))
    against = otherwise(given, SAYS, given.case({"K": bound, **ones}))
    if against is not None:
        return against
    rest, lipschitz = given.low(f"eta - {SECOND}"), given.chosen.lipschitz
    gains = dict(zip(RADII, (lipschitz * bound + 1, lipschitz, Fraction(1)), strict=True))
    radii = {name: short_below(rest.times(1 / (3 * gain))) for name, gain in gains.items()}
    case = given.case({"K": bound, **radii})
    d = Derivation(statement(MAIN), case.data, case.problem_file, "certified", CHOICES)
    d.compute(f"{SECOND} < eta")
    d.compute(f"{NEAR} <= eta")
    room = d.compute(f"(L K + 1) r_x + L r_e + r_z <= eta - {SECOND}")
    prove_balls(d, prove_lipschitz(d, given.chosen), prove_operator(d, proposal), room)
    shown = [
        *figures(given),
        Figure("K", Roots.rational(bound), f"at least the norm of A, by {proposal.rule}"),
        *(Figure(name, Roots.rational(value)) for name, value in radii.items()),
    ]
    notes = (*given.chosen.words, *_about(given, rest, gains))
    claim = Claim(MAIN, statement(MAIN), d, SAYS)
    plot = Hallucination(given, float(rest.upper()), _floats(gains), _floats(radii))
    images = tuple(pictures(given))
    return Outcome("certified", case, (claim,), tuple(shown), notes, images, plot=plot)


def _floats(values: dict[str, Fraction]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}


def prove_operator(d: Derivation, proposal: Proposal) -> Fact:
    """Lipschitz(A) <= K."""
    fact = d.step(proposal.rule, map="A", **proposal.arguments)
    return d.step("relax", fact, d.compute(f"{write_number(proposal.bound)} <= K"))


def _about(given: Given, rest: Roots, gains: dict[str, Fraction]) -> Iterator[str]:
    sums = " + ".join(f"{short(gain)} {name}" for name, gain in gains.items())
    yield f"radii that L and K prove: {sums} <= {decimal(rest)}"
    alone = (f"{name} < {decimal(rest.times(1 / gain))}" for name, gain in gains.items())
    yield f"the corners of this simplex: {', '.join(alone)}; a third of each is taken"
    if given.low(f"{APART} - 2 eta").sign() > 0:
        yield (
            "the hallucination is visible: |z| = |x - x''| > 2 eta, so Psi(A x + e) is nearer to "
            "x + z than to x"
        )
    else:
        yield "the hallucination may be invisible: |z| = |x - x''| <= 2 eta"


THEOREM = Theorem(
    MAIN,
    "a map that makes x'' of A x' hallucinates x'' - x near x, on balls of radii r_x, r_e, r_z",
    "operator, x, x_prime, psi; x_second, eta, lipschitz",
    (MAIN,),
    derive,
    prove,
    "two-images",
)
