"""What `kernelcert optimal` prints."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from certificates.exact import Roots
from certificates.format import short

from ..decimals import both, decimal, outward
from .files import within
from .study import Study

LARGEST = 5  # fibres that are listed
NEAR = 9  # digits of measurements that look equal


def number(square: Fraction) -> str:
    """The root, exactly where that is short, and in decimals."""
    return both(Roots.sqrt(square))


def span(low: Fraction, high: Fraction, what: str) -> str:
    """`what` with its value, or with both ends."""
    if low == high:
        return f"{what} = {number(low)}"
    ends = outward(Roots.sqrt(low), False), outward(Roots.sqrt(high), True)
    return f"{what} is between {ends[0]} and {ends[1]}"


def lines(done: Study, epsilon: Fraction | None) -> Iterator[str]:
    """All that is found, in sentences."""
    found, best = done.found, done.best
    problem = found.problem
    members = len(set(found.members))
    twice = len(found.members) - members
    again = f" ({twice} rows repeat others and count once)" if twice else ""
    yield f"A: {problem.operators['A']}"
    n = found.members[0].dimension
    yield f"M1: {members} vectors{again} of {problem.field}^{n}, {found.norm}"
    outside = sum(found.norm.of(v).upper() > 1 for v in set(found.members))
    if outside:
        yield f"  {outside} of them are outside of the unit ball, which Definition 4.8 allows"
    yield from fibre_lines(done)
    yield ""
    yield span(best.low, best.high, "c_opt(A, M1), values anywhere")
    yield span(done.inner.low, done.inner.high, "  with values in M1 only, it")
    yield "  reached at the measurement of " + named(done, best.worst)
    if done.unique is None:
        yield "  whether there is just one optimal map is not decided"
    elif done.unique.unique:
        yield "  there is just one optimal map"
    else:
        where = named(done, (done.unique.member,))
        yield f"  there are several optimal maps; the value at the measurement of {where} is free"
    if best.low != best.high:
        yield "  an interval: the map that is written is optimal up to the difference"
    noise = f", with noise up to {short(done.noise)}" if done.noise else ""
    yield span(done.size.low, done.size.high, f"kernel size{noise}")
    if done.size.pair is not None:
        under = " under this noise" if done.noise else ""
        pair = named(done, done.size.pair)
        yield f"  from {pair}: every map's worst error{under} is at least half"
    if done.error is not None:
        yield ""
        yield from map_lines(done, epsilon)


def named(done: Study, places: tuple[int, ...]) -> str:
    """Some members by their positions from 0."""
    shown = ", ".join(str(k) for k in places[:LARGEST])
    more = f" and {len(places) - LARGEST} more" if len(places) > LARGEST else ""
    return f"image{'s' * (len(places) > 1)} {shown}{more} (from 0)"


def fibre_lines(done: Study) -> Iterator[str]:
    """How the measurements divide the class."""
    fibres = sorted(done.found.fibres.values(), key=lambda places: (-len(places), places))
    single = sum(len(places) == 1 for places in fibres)
    yield f"{len(fibres)} different measurements; {single} of them belong to one row only"
    for places in fibres[:LARGEST]:
        if len(places) > 1:
            yield f"  {len(places)} rows have one measurement: {named(done, tuple(places))}"
    alike = near(done)
    if alike:
        yield f"  only {alike} of them differ in {NEAR} digits; equality is judged exactly"


def near(done: Study) -> int:
    """How many measurements floats tell apart, if these are fewer than there are; else 0."""
    images = list(done.found.fibres)
    real = np.array([[a / v.denominator for a in v.real] for v in images])
    imag = np.array([[a / v.denominator for a in v.imag or (0,) * len(v.real)] for v in images])
    both_parts = np.hstack([real, imag])
    top = float(np.abs(both_parts).max()) or 1.0
    count = len(np.unique(np.round(both_parts / top, NEAR), axis=0))
    return count if count < len(images) else 0


def map_lines(done: Study, epsilon: Fraction | None) -> Iterator[str]:
    """The given maps against the optimum."""
    error = done.error
    if error is None:
        return
    name = done.maps[0] if len(done.maps) == 1 else f"the multivalued map {', '.join(done.maps)}"
    yield span(error.low, error.high, f"the largest error of {name}")
    yield f"  at image {error.member} (from 0)"
    exact = error.low == error.high and done.best.low == done.best.high
    gap = done.gap().collapse()
    if exact and not gap.terms:
        yield "  it is optimal"
    elif gap.terms and gap.sign() > 0:
        mark = "" if exact else "at least "
        yield f"  {mark}{decimal(gap)} above c_opt: it is not optimal"
    else:
        yield "  whether it is optimal is not decided"
    if epsilon is not None:
        said = "within" if within(done, epsilon) else "not within"
        if not exact and said == "not within":
            said = "not shown to be within"
        yield f"  {said} {short(epsilon)} of c_opt, as (4.12) asks for this epsilon"
