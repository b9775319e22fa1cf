"""The local epsilon-Lipschitz constant L_eps(Psi, A x), with epsilon = eta: bounds from both sides.

    L_eps(Psi, y)  =  sup of |Psi(y) - Psi(y + e)| / |e|  over  0 < |e| <= epsilon

From below: the best e of some candidates, A x' - A x among them, with its quotient computed
exactly (`4.5.local.lower`).  From above: the global constant, which holds at every y and for every
epsilon (`4.5.local.upper`).  For an affine map both are the norm of its linear part: a direction in
which that is attained may be scaled as one likes.  The supremum of a network over a small ball may
be smaller than its global constant, and then the two ends differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from certificates.exact import Roots
from certificates.format import Rejected, write_number
from certificates.matrices import Vector
from certificates.norms import Norm

from .arrays import inline
from .decimals import decimal
from .derivation import Derivation
from .inexact import is_inexact
from .lipschitz import layered, norms
from .maps import Affine
from .outcome import Claim, Figure, statement
from .slopes import quotient, steepest
from .two_images import GAP, NEAR, Given, short_below

LOWER, UPPER = "4.5.local.lower", "4.5.local.upper"
SAYS = {
    LOWER: "c |e| <= |Psi(A x) - Psi(A x + e)| for some e, 0 < |e| <= epsilon = eta",
    UPPER: "|Psi(y) - Psi(y + e)| <= C |e| for all y, e",
}
CLOSE = Fraction(1, 10**9)  # how much of an irrational quotient is given away
DIRECTIONS = 8  # at random
CORNERS = 6  # coordinates of which all sign patterns are tried
LENGTHS = 2  # epsilon, and a quarter of it
BITS = 10


@dataclass(frozen=True)
class Local:
    """The quotient of a witness e, c just below it, C, and what says so."""

    lower: Fraction | None
    upper: Fraction | None
    claims: tuple[Claim, ...]
    figures: tuple[Figure, ...]
    notes: tuple[str, ...]


def local_of(given: Given) -> Local:
    """Both bounds, where they are known; nothing is assumed."""
    claims: list[Claim] = []
    figures: list[Figure] = []
    low = _lower(given)
    if low is not None:
        claims.append(low[1])
        figures.append(
            Figure("c", Roots.rational(low[0]), "at most L_eps(Psi, A x), eps = eta: by one e")
        )
    high = None
    if given.chosen.proposal is not None:
        high = given.chosen.proposal.bound or given.chosen.lipschitz
        claims.append(_upper(given, high))
        rule = given.chosen.proposal.rule
        note = f"at least L_eps(Psi, y) for all y, eps: the global constant, by {rule}"
        figures.append(Figure("C", Roots.rational(high), note))
    return Local(
        None if low is None else low[0], high, tuple(claims), tuple(figures),
        tuple(_words(given, None if low is None else low[0], high)),
    )  # fmt: skip


def _words(given: Given, low: Fraction | None, high: Fraction | None) -> Iterator[str]:
    if low is None or high is None:
        return
    affine = isinstance(given.problem.psi, Affine)
    if low == high:
        where = "every y and every epsilon" if affine else "y = A x and epsilon = eta"
        number = decimal(Roots.rational(low))
        yield f"the local epsilon-Lipschitz constant is exactly {number}, for {where}"
    elif affine:
        yield (
            "Psi is affine: the local epsilon-Lipschitz constant is the norm of its linear part, "
            "for every y and every epsilon; c and C enclose it"
        )


def _upper(given: Given, bound: Fraction) -> Claim:
    """`4.5.local.upper`, by the rule that proves the constant."""
    proposal = given.chosen.proposal
    assert proposal is not None
    case = given.problem.case(statement(UPPER), {"C": bound}, given.slope)
    d = Derivation(statement(UPPER), case.data, case.problem_file, "certified")
    fact = d.step(proposal.rule, map="Psi", **proposal.arguments)
    fact = d.step("relax", fact, d.compute(f"{write_number(proposal.bound)} <= C"))
    d.step("lipschitz", fact, left="y", right="y + e")
    return Claim(UPPER, statement(UPPER), d, SAYS[UPPER], case)


# --------------------------------------------------------------------------- from below


def _lower(given: Given) -> tuple[Fraction, Claim] | None:
    """The best candidate e, as a claim."""
    found = _best(given)
    if found is None:
        return None
    e, ratio = found
    bound = ratio.as_rational() or short_below(ratio, CLOSE)
    if bound <= 0:
        return None
    file = statement(LOWER)
    case = given.problem.case(file, {"epsilon": given.eta, "c": bound}, given.slope)
    choices, own = {"e": "A x_prime - A x"}, {}
    if e is not None:
        choices, own = {"e": "e_1"}, {"e_1": {"space": "Y", "array": inline(e)}}
    try:
        d = Derivation(file, case.data, case.problem_file, "certified", choices, own)
        text = "|e_1|" if e is not None else NEAR
        d.compute(f"{text} <= epsilon")
        for line in d.context.statement.conclude:
            d.compute(str(line.any[0]))
    except Rejected:
        return None
    return bound, Claim(LOWER, file, d, SAYS[LOWER], case)


def _best(given: Given) -> tuple[Vector | None, Roots] | None:
    """A vector e (None for A x' - A x) and its quotient, or a lower bound of it."""
    best: tuple[Vector | None, Roots] | None = None
    near = given.numbers(NEAR)
    if near is not None and near.sign() > 0 and given.low(GAP).sign() > 0:
        best = None, quotient(given.low(GAP), near)
    context = given.numbers.context
    if is_inexact(context.data):
        return best
    domain, target = norms(context, "Psi")
    found = layered(context.data.maps.get("Psi"))
    if isinstance(given.problem.psi, Affine):
        pair = steepest(context, "Psi")
        if pair is not None and pair.ratio.sign() > 0:
            e = _scaled(pair.left, given.eta, domain)
            if best is None or (pair.ratio - best[1]).sign() > 0:
                best = e, pair.ratio
    elif found is not None:
        y = given.numbers.vector("A x")
        here = found.at(y, domain)
        one, minus = Fraction(1), Fraction(-1)
        for e in _candidates(given, domain, y.dimension):
            there = found.at(Vector.combination([(one, y), (one, e)], y.dimension), domain)
            rise = target.of(Vector.combination([(one, there), (minus, here)], here.dimension))
            ratio = quotient(rise, domain.of(e))
            if best is None or (ratio - best[1]).sign() > 0:
                best = e, ratio
    return best


def _candidates(given: Given, domain: Norm, size: int) -> Iterator[Vector]:
    """Vectors e with |e| <= eta: axes, corners, random ones, each at several lengths."""
    rows = [*np.eye(size), *-np.eye(size)]
    if size <= CORNERS:
        rows += [np.array(signs) for signs in product((1.0, -1.0), repeat=size)]
    rows += list(np.random.default_rng(0).normal(size=(DIRECTIONS, size)))
    for row in rows:
        whole = [round(float(a) * 2**BITS) for a in row]
        if any(whole):
            e = _scaled(Vector.of(whole), given.eta, domain)
            for k in range(LENGTHS):
                yield Vector.combination([(Fraction(1, 4**k), e)], size)


def _scaled(v: Vector, length: Fraction, norm: Norm) -> Vector:
    """A positive multiple of a vector, with a norm of at most `length` and nearly that."""
    size = norm.of(v)
    exact = size.as_rational()
    factor = length / (exact if exact is not None else size.upper(32))
    return Vector.combination([(factor, v)], v.dimension)


__all__ = ["LOWER", "UPPER", "Local", "local_of"]
