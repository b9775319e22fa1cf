"""The side-by-side of Appendix B: on one A and one image, a trained map and the l1 decoder.

Theorems 4.1 (i) and 4.5 (ii) are settled for the trained map, x' = x + x_det; then the decoder's
answers at A x + e are put within a certified distance of x, and of those at A (x + x_det) it is
said that none is near x + x_det (Appendix B.3 and B.4).  What puts them there is the robust null
space property of an order, or a dual vector of x itself (`Knowledge`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from certificates.exact import Roots
from certificates.format import write_number
from certificates.matrices import Vector
from certificates.norms import Norm, plain

from .arrays import BadInput, ExactArray, array, exact_rows, inline
from .catalogue import CATALOGUE
from .decimals import decimal
from .null_space import root_above
from .null_space_claims import Claim, NullSpace, claims, constants_table, examine, figure
from .outcome import Outcome, Picture
from .problem import Problem
from .result import Result, check
from .sparse.instance import Instance, instance
from .sparse.recover import recover
from .sparse.stability import Stability, rounded, stability

FIRST, SECOND = "4.1.i", "4.5.ii"
WITH = "x_with"  # the name of x + x_det in the problem of the decoder
Settled = list[tuple[Claim, tuple[Fraction, Fraction]]]
BALANCES = [Fraction(k, 8) for k in range(2, 65)]


@dataclass(frozen=True)
class SideBySide:
    """What was settled for the map, what was found for the decoder, and the pictures of both."""

    trained: Result
    balls: Result
    decoder: Instance
    claims: tuple[Claim, ...]
    lines: tuple[str, ...]
    outcome: Outcome


class Knowledge(Protocol):
    """Why the decoder's answers are near x."""

    def bound(self, eta: Fraction) -> tuple[Fraction, dict[str, Any]]:
        """A radius about x for all |e| <= eta and all minimisers, and the hint `proof` of it."""
        ...

    def words(self) -> str:
        """What is known, in one line."""
        ...

    def claims(self) -> Iterator[Claim]:
        """Claims about A H* alone."""
        ...


@dataclass(frozen=True)
class ByOrder:
    """The robust null space property, which speaks of all s-sparse images; `error` is sigma_s."""

    found: NullSpace
    error: Fraction

    def bound(self, eta: Fraction) -> tuple[Fraction, dict[str, Any]]:
        """C1 sigma_s / sqrt(s) + C2 eta."""
        value, k = radius_of(self.found, self.error, eta)
        hint = {"balance": write_number(k), "order": str(self.found.order)}
        return value, {**hint, "property": self.found.property_hint()}

    def words(self) -> str:
        """rho and gamma."""
        constants = self.found.best[0]  # type: ignore[index]
        table = constants_table(constants)
        return (
            f"robust null space property of order {self.found.order} in {table['norm']}, "
            f"rho = {figure(constants.rho)}, gamma = {figure(constants.gamma)}"
        )

    def claims(self) -> Iterator[Claim]:
        """The property, and what it gives."""
        return claims(self.found)


@dataclass(frozen=True)
class ByDual:
    """A dual vector and a left inverse of x alone."""

    problem: Instance
    found: Stability

    def bound(self, eta: Fraction) -> tuple[Fraction, dict[str, Any]]:
        """The kernel's own bound."""
        return self.found.bound(self.problem, eta), self.found.hint()

    def words(self) -> str:
        """How many coefficients."""
        return (
            f"a dual vector of x itself, for its {len(self.found.places)} largest of "
            f"{self.problem.data.n} coefficients"
        )

    def claims(self) -> Iterator[Claim]:
        """None: it says nothing about other images."""
        return iter(())


def compare(problem: Problem, order: int | None, transform: Any, output: Path | None) -> SideBySide:
    """Both sides, with Theorem 4.1's files in a folder below `output`, if that is given.

    Without an order, the decoder's side is proved by a dual vector of x.
    Raises BadInput where the data do not fit, or nothing is proved of the decoder.
    """
    problem = with_both(problem)
    outcome = CATALOGUE[FIRST].derive(problem)
    data = outcome.case.data
    x, x_det = (data.vectors[name][1] for name in ("x", "x_det"))
    if any(data.spaces[name].norm != Norm("l2", Fraction(1)) for name in ("X", "Y")):
        raise BadInput("compare: both norms must be l2 without a factor, as in Appendix B")
    both = Vector.combination([(Fraction(1), x), (Fraction(1), x_det)], x.dimension)
    measured = data.operators["A"].apply(x)
    made = instance(problem.operator, [0] * measured.dimension, transform, folder=problem.folder)
    made = made.with_vectors({"x": ("X", x), WITH: ("X", both), "y": ("Y", measured)})
    noise = data.constants["delta"]
    known = _known(made, order, noise)
    trained = check(FIRST, problem, None if output is None else output / "map")
    balls = check(SECOND, problem, None if output is None else output / "map-4.5")
    more = list(_about_x(known, noise))
    more += _deceived(known, made, data.operators["A"].apply(x_det), noise)
    lines = tuple(_lines(known, outcome, balls, more))
    pictures = tuple(_pictures(made, outcome, more))
    chosen = (*known.claims(), *(claim for claim, _ in more))
    return SideBySide(trained, balls, made, chosen, lines, replace(outcome, pictures=pictures))


def _known(made: Instance, order: int | None, noise: Fraction) -> Knowledge:
    if order is None:
        dual = stability(made, "x", noise)
        if dual is None:
            raise BadInput(
                "compare: no dual vector proves that the decoder recovers x; take an image with "
                "fewer coefficients (--transform), more rows, or give --order"
            )
        return ByDual(made, dual)
    found = examine(made, order)
    if found.best is None:
        reason = "a kernel vector refutes it" if found.witness and found.witness.is_fatal else ""
        raise BadInput(
            f"--order {order}: the robust null space property is not proved {reason}; take a "
            "smaller order, more rows, or leave --order out; see 'kernelcert nullspace'"
        )
    return ByOrder(found, sigma(made.data.h.apply(made.vector("x")), order))


def with_both(problem: Problem) -> Problem:
    """The problem with x_det and x' = x + x_det, of which one is given.

    Raises BadInput if both are, or none.
    """
    if (problem.x_det is None) == (problem.x_prime is None):
        raise BadInput("compare: give one of x_det and x_prime, with x_prime = x + x_det")
    if problem.x_det is not None:
        x, det = (_entries(problem, name) for name in ("x", "x_det"))
        return replace(problem, x_prime=_array(x, det, 1), x_second=None)
    x, prime = (_entries(problem, name) for name in ("x", "x_prime"))
    return replace(problem, x_det=_array(prime, x, -1), x_second=None)


def _entries(problem: Problem, name: str) -> Vector:
    """An image of the problem as a vector."""
    return exact_rows(array(getattr(problem, name), name, problem.folder), 1)[0]


def _array(one: Vector, other: Vector, factor: int) -> ExactArray:
    """one + factor other, as a problem has it."""
    if one.dimension != other.dimension:
        raise BadInput(f"compare: images of {one.dimension} and of {other.dimension} entries")
    parts = [(Fraction(1), one), (Fraction(factor), other)]
    found = Vector.combination(parts, one.dimension)
    return ExactArray((one.dimension,), inline(found), {}, bool(found.imag))


def sigma(c: Vector, order: int) -> Fraction:
    """sigma_s(c)_l1, rounded upwards where it is irrational."""
    smallest = sorted(c.squares())[: c.dimension - order]
    total = Roots.total(Roots.sqrt(Fraction(a)) for a in smallest if a)
    return total.upper() / c.denominator


def radius_of(found: NullSpace, error: Fraction, eta: Fraction) -> tuple[Fraction, Fraction]:
    """The least C1 error / sqrt(s) + C2 eta over some balances, and the balance."""
    from certificates.sparse.recovery import bounds

    constants, _ = found.best  # type: ignore[misc]
    best: tuple[Fraction, Fraction] | None = None
    for k in BALANCES:
        square, second = bounds(constants, k)
        value = root_above(square / found.order) * error + second * eta
        if best is None or value < best[0]:
            best = value, k
    return best  # type: ignore[return-value]


def _about_x(known: Knowledge, noise: Fraction) -> Settled:
    """Recovery of x without noise, and with |e| <= delta: claims, and (eta, radius)."""
    found: Settled = []
    for name, eta in (("noiseless", Fraction(0)), ("noisy", noise)):
        value, proof = known.bound(eta)
        claim = {
            "says": "recovery of a vector",
            "vector": "x",
            "eta": write_number(eta),
            "radius": write_number(rounded(value)),
        }
        found.append(((name, claim, {"proof": proof}), (eta, rounded(value))))
    return found


def _deceived(known: Knowledge, made: Instance, image: Vector, noise: Fraction) -> Settled:
    """Appendix B.4 with x' = x'' = x + x_det, if |A x_det| <= delta and x_det is long enough."""
    x, both = made.vector("x"), made.vector(WITH)
    apart = Vector.combination([(Fraction(1), both), (Fraction(-1), x)], x.dimension)
    value, proof = known.bound(noise)
    near = (Roots.rational(noise) - plain("l2", image)).sign() >= 0
    if not near or (plain("l2", apart) - Roots.rational(rounded(value) + noise)).sign() < 0:
        return []
    claim = {
        "says": "not deceived",
        "vector": "x",
        "prime": WITH,
        "second": WITH,
        "eta": write_number(noise),
    }
    return [(("not-deceived", claim, {"proof": proof}), (noise, rounded(value)))]


def _lines(known: Knowledge, outcome: Outcome, balls: Result, more: Settled) -> Iterator[str]:
    """The two sides in words."""
    values = {entry.name: entry.value for entry in outcome.figures}
    yield f"the trained map: Theorem 4.1 (i) is {outcome.verdict}"
    for name in ("|x_det|", "delta", "paper's bound", "distance to truth, e = 0"):
        value = values.get(name)
        if value is not None:
            yield f"  {name} = {decimal(value)}"
    yield f"  Theorem 4.5 (ii), x' = x + x_det, is {balls.verdict}"
    radii = {entry.name: entry.value for entry in balls.outcome.figures}
    for name in ("eta", "r_x", "r_e", "r_z"):
        value = radii.get(name)
        if value is not None and balls.verdict == "certified":
            yield f"    {name} = {decimal(value)}"
    yield f"the l1 decoder: {known.words()}"
    for (name, _, _), (eta, radius) in more:
        if name == "not-deceived":
            yield (
                f"  with the parameter {write_number(eta)}, no minimiser at A(x + x_det) is nearer "
                "than that to x + x_det"
            )
        elif eta:
            yield (
                f"  |e| <= {write_number(eta)}, the decoder's parameter: |x^ - x| <= "
                f"{figure(radius)} for every minimiser x^ at A x + e"
            )
        elif radius:
            yield f"  e = 0: |x^ - x| <= {figure(radius)} for every minimiser x^ at A x"
        else:
            yield "  e = 0: x is the only minimiser at A x"


def _pictures(made: Instance, outcome: Outcome, more: Settled) -> Iterator[Picture]:
    """Truth, with the detail, the map's and the decoder's answers at A x."""
    wanted = ("truth", "with detail", "Psi(A x)")
    for picture in outcome.pictures:
        if picture.title.startswith(wanted):
            title = picture.title.replace("Psi(A x)", "trained map at A x")
            yield replace(picture, title=title)
    (_, exact), (eta, radius) = more[0][1], more[1][1]
    # where x is proved to be the only minimiser there is nothing to compute
    image = made.vector("x") if not exact else recover(made).z
    if image is None:
        return
    x = made.vector("x")
    apart = Vector.combination([(Fraction(1), image), (Fraction(-1), x)], x.dimension)
    first = "x, the only minimiser: certified"
    if exact:
        first = f"|x^ - x| = {decimal(plain('l2', apart))}, at most {figure(exact)}"
    caption = f"{first}\nat most {figure(radius)} off if |e| <= {write_number(eta)}"
    yield Picture("l1 decoder at A x", image, caption)
