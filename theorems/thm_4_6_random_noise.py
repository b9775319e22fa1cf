"""Theorem 4.6: instabilities and hallucinations are no rare events, with explicit probabilities.

The paper finds by continuity a ball B_x around x and an epsilon so that the inequality holds for
all x~ in B_x and e in B(A x' - A x, epsilon), and bounds the probability from below by that of the
second ball.  With a Lipschitz constant L of Psi and K of A both have radii.  Part (i), x~ = x + p:

    |Psi(A x~ + e) - Psi(A x')|  <=  L (K |p| + |e - (A x' - A x)|),
    |Psi(A x~) - Psi(A x)|       <=  L K |p|,

and |Psi(A x) - Psi(A x')| >= |x - x''| - |Psi(A x) - x| - |Psi(A x') - x''|.  So all radii with
2 L K r_x + L r <= 2 eta - (the two errors) serve.  Part (ii) is Theorem 4.5 (ii) with the ball of e
around A x' - A x: (L K + 1) r_x + L r + r_z <= eta - |Psi(A x') - x''|.

The probability of the ball is a claim of its own (`certificates.noise`), which rests on this one.
The more room r has, the larger it is; nine tenths of the right side are given to it here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from certificates.exact import Roots
from certificates.format import short

from .arrays import BadInput
from .constants import SMALL, prove_lipschitz
from .decimals import decimal
from .derivation import Derivation, Fact
from .lipschitz import upper
from .noise import Chance, chance
from .noise_estimate import Event, about, estimated
from .outcome import Claim, Figure, Outcome, Theorem, statement
from .probability_picture import plotted
from .problem import Problem
from .thm_4_5_hallucination import prove_operator
from .thm_4_5_instability import chained
from .two_images import (
    APART,
    FIT,
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

FIRST, BOTH = "4.6.i", "4.6.ii"
SAYS = {
    FIRST: "for all |p| <= r_x, |e - (A x' - A x)| <= r: |x - x''| - 2 eta <= "
    "|Psi(A(x + p) + e) - Psi(A(x + p))|",
    BOTH: "for all |p| <= r_x, |w| <= r_z, |e - (A x' - A x)| <= r: "
    "|Psi(A(x + p) + e) - (x + p + x'' - x + w)| <= eta",
}
SHARE = Fraction(9, 10)  # of the right side, for the ball of e


@dataclass(frozen=True)
class Part:
    """What differs between the two parts: radii, hypotheses, right side, and the proof."""

    radii: tuple[str, ...]
    left: tuple[str, ...]
    rest: str
    room: str
    gains: Callable[[Fraction, Fraction], tuple[Fraction, ...]]
    prove: Callable[[Derivation, Fact, Fact, Fact], Fact]


# ------------------------------------------------------------------------------ the proofs


def _moved(d: Derivation, lipschitz: Fact, operator: Fact) -> tuple[list[Fact], list[str]]:
    """|Psi(A x + A p + e) - Psi(A x')| <= L |A p| + L |e - c|, |A p| <= K r_x, |e - c| <= r."""
    facts = [
        d.step("lipschitz", lipschitz, left="A x + A p + e", right="A x_prime"),
        d.triangle("A p", "A x + e - A x_prime"),
        d.step("range", variable="e", number=1),
    ]
    return facts, ["1", "L", "L"]


def prove_unstable(d: Derivation, lipschitz: Fact, operator: Fact, radii: Fact) -> Fact:
    """`4.6.i`."""
    far, by = _moved(d, lipschitz, operator)
    near = d.step("lipschitz", lipschitz, left="A x + A p", right="A x")
    size = d.step("lipschitz", operator, left="p", right="0 p")
    inside = d.step("range", variable="p", number=1)
    gap = d.triangle(
        "Psi(A x) - Psi(A x + A p)",
        "Psi(A x + A p) - Psi(A x + A p + e)",
        "Psi(A x + A p + e) - Psi(A x_prime)",
    )
    facts = [*far, chained(d), gap, near, size, inside, radii]
    return d.add(*facts, by=[*by, 1, 1, 1, "2 L", "2 L K", 1])


def prove_hallucinates(d: Derivation, lipschitz: Fact, operator: Fact, radii: Fact) -> Fact:
    """`4.6.ii`."""
    far, by = _moved(d, lipschitz, operator)
    size = d.step("lipschitz", operator, left="p", right="0 p")
    p, w = (d.step("range", variable=name, number=1) for name in ("p", "w"))
    apart = d.triangle(
        "Psi(A x + A p + e) - Psi(A x_prime)",
        "Psi(A x_prime) - x_second",
        (-1, "p"),
        (-1, "w"),
    )
    return d.add(*far, apart, size, p, w, radii, by=[*by, 1, "L", "L K + 1", 1, 1])


PARTS = {
    FIRST: Part(
        ("r_x", "r"),
        (FIT, SECOND, NEAR),
        f"2 eta - {FIT} - {SECOND}",
        "2 L K r_x + L r",
        lambda lipschitz, bound: (2 * lipschitz * bound, lipschitz),
        prove_unstable,
    ),
    BOTH: Part(
        ("r_x", "r_z", "r"),
        FOR_BALLS,
        f"eta - {SECOND}",
        "(L K + 1) r_x + L r + r_z",
        lambda lipschitz, bound: (lipschitz * bound + 1, Fraction(1), lipschitz),
        prove_hallucinates,
    ),
}


def prove(identifier: str) -> Derivation:
    """The proof for all normed spaces."""
    d = Derivation(statement(identifier))
    given = (d.given(label) for label in ("lipschitz", "operator", "radii"))
    PARTS[identifier].prove(d, *given)
    return d


# ------------------------------------------------------------------------------ on the data


def derive_first(problem: Problem) -> Outcome:
    """Theorem 4.6 (i) on the data.  Raises BadInput where they do not fit."""
    return _derive(FIRST, problem)


def derive_both(problem: Problem) -> Outcome:
    """Theorem 4.6 (ii) on the data.  Raises BadInput where they do not fit."""
    return _derive(BOTH, problem)


def _derive(identifier: str, problem: Problem) -> Outcome:
    part = PARTS[identifier]
    given = read(identifier, problem, ("K", *part.radii), part.left)
    proposal = upper(given.numbers.context, "A")
    if proposal is None:
        raise BadInput("operator: no bound on its norm can be certified here")
    bound = proposal.bound or SMALL
    ones = dict.fromkeys(part.radii, Fraction(1))
    against = otherwise(given, SAYS[identifier], given.case({"K": bound, **ones}))
    if against is not None:
        return against
    rest = given.low(part.rest)
    gains = dict(zip(part.radii, part.gains(given.chosen.lipschitz, bound), strict=True))
    small = (1 - SHARE) / (len(gains) - 1)
    radii = {
        name: short_below(rest.times((SHARE if name == "r" else small) / gain))
        for name, gain in gains.items()
    }
    case = given.case({"K": bound, **radii})
    d = Derivation(statement(identifier), case.data, case.problem_file)
    for text in part.left:
        d.compute(f"{text} {'<=' if text == NEAR else '<'} eta")
    room = d.compute(f"{part.room} <= {part.rest}")
    part.prove(d, prove_lipschitz(d, given.chosen), prove_operator(d, proposal), room)
    shown = [
        *figures(given),
        Figure("K", Roots.rational(bound), f"at least the norm of A, by {proposal.rule}"),
        *(Figure(name, Roots.rational(value)) for name, value in radii.items()),
    ]
    notes = [*given.chosen.words, *_about(identifier, given, rest, gains)]
    chances: tuple[Chance, ...] = ()
    if problem.noise is None:
        notes.append("no [noise] is given, so nothing is said of a probability")
    else:
        table, file = dict(problem.noise), statement(identifier)
        found = chance(identifier, file, case.problem_file, d.context, "e", table, problem.folder)
        chances = (found,)
        notes.append(estimated(problem, case, given.numbers, found, _event(identifier, given)))
        notes += about(found)
    claims = (Claim(identifier, statement(identifier), d, SAYS[identifier]),)
    drawn = tuple(pictures(given))
    return Outcome(
        "certified",
        case,
        claims,
        tuple(shown),
        tuple(notes),
        drawn,
        chances=chances,
        plot=plotted(chances),
    )


def _event(identifier: str, given: Given) -> Event:
    """(4.7) or (4.8) at x~ = x and z~ = x'' - x, in floats."""
    eta = float(given.eta)
    least = float(given.low(f"{APART} - 2 eta").upper())
    return lambda change, off: change >= least if identifier == FIRST else off <= eta


def _about(identifier: str, given: Given, rest: Roots, gains: dict[str, Fraction]) -> Iterator[str]:
    sums = " + ".join(f"{short(gain)} {name}" for name, gain in gains.items())
    yield f"radii that L and K prove: {sums} <= {decimal(rest)}; r takes nine tenths"
    large = given.low(f"{APART} - 2 eta").sign() > 0
    if identifier == FIRST:
        near = given.numbers(NEAR)
        if near is not None and near.sign() == 0:
            yield "A x = A x': the ball of e is around 0, and |x - x''| < 2 eta for every Psi"
        elif not large:
            yield "|x - x''| <= 2 eta: what is claimed is that a norm is not negative"
    elif not large:
        yield "the hallucination may be invisible: |z| = |x - x''| <= 2 eta"


INSTABLE = Theorem(
    FIRST,
    "with noise in a ball around A x' - A x, Psi is unstable at all x~ near x: with a probability",
    "operator, x, x_prime, psi; noise, x_second, eta, lipschitz",
    (FIRST,),
    derive_first,
    prove,
    "random-noise",
)
HALLUCINATES = Theorem(
    BOTH,
    "with noise in a ball around A x' - A x, Psi hallucinates x'' - x near x: with a probability",
    "operator, x, x_prime, psi; noise, x_second, eta, lipschitz",
    (BOTH,),
    derive_both,
    prove,
    "random-noise",
)
