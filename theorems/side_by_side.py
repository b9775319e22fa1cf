"""The side-by-side of Appendix B: on one A and one image, a trained map and the l1 decoder.

Theorems 4.1 (i) and 4.5 (ii) are settled for the trained map, x' = x + x_det; then, by the robust
null space property, the decoder's answers at A x + e are put within a certified distance of x, and
of those at A (x + x_det) it is said that none is near x + x_det (Appendix B.3 and B.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

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

FIRST, SECOND = "4.1.i", "4.5.ii"
WITH = "x_with"  # the name of x + x_det in the problem of the decoder
BALANCES = [Fraction(k, 8) for k in range(2, 65)]


@dataclass(frozen=True)
class SideBySide:
    """What was settled for the map, what was found for the decoder, and the pictures of both."""

    trained: Result
    balls: Result
    decoder: NullSpace
    claims: tuple[Claim, ...]
    lines: tuple[str, ...]
    outcome: Outcome


def compare(problem: Problem, order: int, transform: Any, output: Path | None) -> SideBySide:
    """Both sides, with Theorem 4.1's files in a folder below `output`, if that is given.

    Raises BadInput where the data do not fit, or no property of this order is proved.
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
    found = examine(made, order)
    if found.best is None:
        reason = "a kernel vector refutes it" if found.witness and found.witness.is_fatal else ""
        raise BadInput(
            f"--order {order}: the robust null space property is not proved {reason}; take a "
            "smaller order, more rows, or see 'kernelcert nullspace'"
        )
    trained = check(FIRST, problem, None if output is None else output / "map")
    balls = check(SECOND, problem, None if output is None else output / "map-4.5")
    noise = data.constants["delta"]
    more = list(_about_x(found, x, noise))
    more += _deceived(found, both, data.operators["A"].apply(x_det), noise)
    lines = tuple(_lines(found, outcome, balls, more))
    pictures = _pictures(made, outcome, found, more)
    chosen = (*claims(found), *(claim for claim, _ in more))
    return SideBySide(
        trained, balls, found, chosen, lines, replace(outcome, pictures=tuple(pictures))
    )


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


def _rounded(value: Fraction) -> Fraction:
    """Upwards, to four places of decimals; 0 stays 0."""
    return Fraction(-(-value.numerator * 10**4 // value.denominator), 10**4)


def _about_x(
    found: NullSpace, x: Vector, noise: Fraction
) -> Iterator[tuple[Claim, tuple[Fraction, Fraction]]]:
    """Recovery of x without noise, and with |e| <= delta: claims, and (eta, radius)."""
    error = sigma(found.problem.data.h.apply(x), found.order)
    for name, eta in (("noiseless", Fraction(0)), ("noisy", noise)):
        value, k = radius_of(found, error, eta)
        radius = _rounded(value)
        claim = {
            "says": "recovery of a vector",
            "order": str(found.order),
            "vector": "x",
            "eta": write_number(eta),
            "radius": write_number(radius),
        }
        hints = {"balance": write_number(k), "property": found.property_hint()}
        yield (name, claim, hints), (eta, radius)


def _deceived(
    found: NullSpace, both: Vector, image: Vector, noise: Fraction
) -> Iterator[tuple[Claim, tuple[Fraction, Fraction]]]:
    """Appendix B.4 with x' = x'' = x + x_det, if |A x_det| <= delta and x_det is long enough."""
    x = found.problem.vector("x")
    apart = Vector.combination([(Fraction(1), both), (Fraction(-1), x)], x.dimension)
    error = sigma(found.problem.data.h.apply(x), found.order)
    value, k = radius_of(found, error, noise)
    near = (Roots.rational(noise) - plain("l2", image)).sign() >= 0
    if not near or (plain("l2", apart) - Roots.rational(_rounded(value) + noise)).sign() < 0:
        return
    claim = {
        "says": "not deceived",
        "order": str(found.order),
        "vector": "x",
        "prime": WITH,
        "second": WITH,
        "eta": write_number(noise),
    }
    hints = {"balance": write_number(k), "property": found.property_hint()}
    yield ("not-deceived", claim, hints), (noise, _rounded(value))


Settled = list[tuple[Claim, tuple[Fraction, Fraction]]]


def _lines(found: NullSpace, outcome: Outcome, balls: Result, more: Settled) -> Iterator[str]:
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
    constants = found.best[0]  # type: ignore[index]
    table = constants_table(constants)
    yield (
        f"the l1 decoder: robust null space property of order {found.order} in {table['norm']}, "
        f"rho = {figure(constants.rho)}, gamma = {figure(constants.gamma)}"
    )
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


def _pictures(
    made: Instance, outcome: Outcome, found: NullSpace, more: Settled
) -> Iterator[Picture]:
    """Truth, with the detail, the map's and the decoder's answers at A x."""
    wanted = ("truth", "with detail", "Psi(A x)")
    for picture in outcome.pictures:
        if picture.title.startswith(wanted):
            title = picture.title.replace("Psi(A x)", "trained map at A x")
            yield replace(picture, title=title)
    answer = recover(made)
    image = answer.z
    if image is None and not more[0][1][1]:
        image = made.vector("x")  # proved to be the only minimiser
    if image is None:
        return
    x = made.vector("x")
    apart = Vector.combination([(Fraction(1), image), (Fraction(-1), x)], x.dimension)
    (_, exact), (eta, radius) = more[0][1], more[1][1]
    caption = "\n".join(
        [
            f"|x^ - x| = {decimal(plain('l2', apart))}, at most {figure(exact)}",
            f"at most {figure(radius)} if |e| <= {write_number(eta)}",
        ]
    )
    yield Picture("l1 decoder at A x", image, caption)
