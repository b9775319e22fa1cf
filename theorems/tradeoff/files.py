"""Claims about r(L) and about a user's map, verified by the kernel and written as files.

curve      r(L) for all L at once, for real images in linf
optimum    low <= r(L) <= high at one L
slope      a Lipschitz constant of the user's map on A M1
error      its worst error on M1
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from certificates.exact import Roots
from certificates.format import Rejected, digest, write_json, write_number
from certificates.matrices import Vector
from certificates.optimality.__main__ import check

from ..arrays import BadInput, inline
from ..folder import appearing, refuse_foreign
from ..lipschitz import largest, simplest_between
from .bounds import Bracket, bracket
from .curve import Tradeoff

ROUNDING = 50  # bits of what is rounded outwards
CLOSE = Fraction(1, 10**6)  # how far above a map's constant a short number may lie
ORDERS = {"l1": 1, "l2": 2, "linf": np.inf}
Table = dict[str, object]


@dataclass(frozen=True)
class Verified:
    """A claim with its certificate, and what the kernel said of it."""

    name: str
    claim: bytes
    certificate: bytes
    said: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """A user's map: a constant on A M1 and its worst error, with the member that has it."""

    constant: Fraction
    error: Roots
    member: int


def verified(given: Tradeoff, name: str, claim: Table, hints: Table) -> Verified:
    """The files of a claim.  Raises the kernel's Rejected if it does not follow."""
    case = given.case
    text = write_json({**claim, "problem": digest(case.problem_file), "set": "M1"})
    proof = write_json({**hints, "claim": digest(text)})
    said = check(text, case.problem_file, proof, case.files.__getitem__)
    return Verified(name, text, proof, tuple(said))


def curve_claim(given: Tradeoff) -> Verified:
    """r(L) for all L."""
    names = [[given.found.label(k) for k in corner.members] for corner in given.corners]
    claim: Table = {"says": "lipschitz curve", "over": "space", "corners": names}
    return verified(given, "curve", claim, {})


def ends(value: Roots) -> tuple[Fraction, Fraction]:
    """A rational number twice, or two that enclose an irrational one."""
    exact = value.collapse().as_rational()
    if exact is not None:
        return exact, exact
    low, high = value.enclosure(ROUNDING)
    return Fraction(low, 1 << ROUNDING), Fraction(high, 1 << ROUNDING)


def optimum_claim(given: Tradeoff, bound: Fraction) -> tuple[Verified, tuple[Fraction, Fraction]]:
    """Both ends of r(L).  Raises BadInput where it is not computed."""
    claim: Table = {"says": "lipschitz optimum", "lipschitz": write_number(bound)}
    hints: Table = {}
    if given.flat:
        low, high = ends(given.least(bound))
        claim["over"] = "space"
    else:
        found = bracket(given.found, bound)
        low, high, hints = found.low, found.high, _hints(given, found)
        both = {space.norm.kind for space in given.found.problem.spaces.values()}
        claim["over"] = "space" if both == {"l2"} else "measurements"
    low = max(low, Fraction(0))
    return verified(given, "optimum", claim | between(low, high), hints), (low, high)


def _hints(given: Tradeoff, found: Bracket) -> Table:
    firsts = [given.found.label(places[0]) for places in given.found.fibres.values()]
    values = {
        name: {"space": "X", "array": inline(value)}
        for name, value in zip(firsts, found.values, strict=True)
    }
    return {"values": values} | ({"flow": list(found.flow)} if found.flow else {})


# ---------------------------------------------------------------------------- a user's map


def point(given: Tradeoff) -> tuple[Point, list[Verified]]:
    """The map Psi of the problem: its constant on A M1 and its worst error, both claims verified.

    Raises BadInput where it has no value at a measurement.
    """
    found, one = given.found, Fraction(1)
    try:
        values = [found.value("Psi", image) for image in found.images]
    except Rejected as reason:
        raise BadInput(f"--map: {reason}") from None
    n = found.members[0].dimension
    errors = [
        found.norm.of(Vector.combination([(one, v), (-one, x)], n))
        for v, x in zip(values, found.members, strict=True)
    ]
    worst = largest(errors)
    member = next(k for k, error in enumerate(errors) if (error - worst).sign() == 0)
    slope = Fraction(_steepest(given, values))
    for more in (CLOSE, 100 * CLOSE, 10**4 * CLOSE):
        short = simplest_between(slope * (1 + more / 2), slope * (1 + more)) if slope else slope
        claim: Table = {"says": "slope", "maps": ["Psi"], "lipschitz": write_number(short)}
        try:
            proved = verified(given, "slope", claim, {})
        except Rejected:
            continue
        return Point(short, worst, member), [proved, _error(given, worst, member)]
    raise BadInput("--map: its constant on A M1 is not settled; floats are too short for it")


def _steepest(given: Tradeoff, values: list[Vector]) -> float:
    """The largest slope between two measurements, in floats."""
    spaces = given.found.problem.spaces
    tables = [_floats(vectors) for vectors in (values, list(given.found.images))]
    orders = [ORDERS[spaces[name].norm.kind] for name in "XY"]
    weights = [float(spaces[name].norm.weight) for name in "XY"]
    best = 0.0
    for k in range(1, len(values)):
        rise, run = (
            weight * np.linalg.norm(table[:k] - table[k], order, axis=1)
            for table, order, weight in zip(tables, orders, weights, strict=True)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            best = max(best, float(np.where(run > 0, rise / run, 0.0).max()))
    return best


def _floats(vectors: list[Vector]) -> np.ndarray[Any, Any]:
    rows = [[a / v.denominator for a in v.real] for v in vectors]
    if not any(v.imag for v in vectors):
        return np.array(rows)
    imag = [[b / v.denominator for b in v.imag or (0,) * v.dimension] for v in vectors]
    return np.array(rows) + 1j * np.array(imag)


def _error(given: Tradeoff, worst: Roots, member: int) -> Verified:
    low, high = ends(worst)
    claim: Table = {"says": "error", "maps": ["Psi"], "at": given.found.label(member)}
    return verified(given, "error", claim | between(low, high), {})


def between(low: Fraction, high: Fraction) -> Table:
    """Both ends as a claim has them."""
    return {"low": write_number(low), "high": write_number(high)}


def write(given: Tradeoff, claims: list[Verified], folder: Path) -> None:
    """All files, together or not at all.  Raises BadInput for a folder with other files."""
    refuse_foreign(folder)
    with appearing(folder) as work:
        for name, data in {"problem.json": given.case.problem_file, **given.case.files}.items():
            (work / name).write_bytes(data)
        for claim in claims:
            (work / f"{claim.name}.claim.json").write_bytes(claim.claim)
            (work / f"{claim.name}.certificate.json").write_bytes(claim.certificate)
