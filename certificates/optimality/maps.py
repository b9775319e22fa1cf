"""The maps of a problem against the optimum: exact worst errors, optimal or not.

One name is a map, several are the multivalued map whose set of values at y has the value of each
at y; the distance d_H of this set from x is that of the value farthest from x.
"""

from __future__ import annotations

from fractions import Fraction

from ..format import Rejected, Unreadable, as_list, as_text, choice, fields, read_number, short
from ..problem import Problem
from .bounds import Bound, Centre
from .model import Class, class_of
from .optimum import (
    about,
    is_between,
    optimum_at_least,
    radii_at_most,
    read_centres,
    read_ends,
    read_real,
)  # fmt: skip

Table = dict[str, object]


def read_maps(claim: Table, problem: Problem) -> list[str]:
    """The names of the maps of a claim, at least one."""
    listed = as_list(claim["maps"], "claim.maps")
    names = [as_text(name, "claim.maps") for name in listed]
    for name in names:
        choice(name, "claim.maps", problem.maps)
    if not names:
        raise Unreadable("claim.maps: at least one map is expected")
    return names


def called(names: list[str]) -> str:
    """What the maps are called together."""
    return names[0] if len(names) == 1 else f"y -> {{{', '.join(f'{name}(y)' for name in names)}}}"


def errors_at_most(found: Class, names: list[str], bound: Bound) -> None:
    """No error is above the bound.  Raises Rejected."""
    for image, places in found.fibres.items():
        for name in names:
            far = Centre(found, found.value(name, image)).first_beyond(places, bound)
            if far is not None:
                raise Rejected(f"the error of {name} at {found.label(far)} is larger")


def error_at_least(found: Class, names: list[str], claim: Table, bound: Bound) -> str:
    """The error at the member `at` of a claim is at least the bound; its name.  Raises Rejected."""
    place = found.position(claim["at"], "claim.at")
    image = found.images[place]
    if not any(
        Centre(found, found.value(name, image)).distance(place).at_least(bound) for name in names
    ):
        raise Rejected(f"the error at {found.label(place)} is smaller")
    return found.label(place)


def read_excess(claim: Table) -> Fraction:
    """How much more than c_opt, >= 0."""
    excess = read_number(claim["excess"], "claim.excess")
    if excess < 0:
        raise Unreadable("claim.excess: a number >= 0 is expected")
    return excess


def error(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """low <= the largest error of the maps over M1 <= high; the error at `at` is at least low."""
    fields(hints, "certificate", ())
    found, ends = class_of(problem, claim["set"]), read_ends(claim)
    names = read_maps(claim, problem)
    errors_at_most(found, names, Bound.root(ends[1]))
    where = error_at_least(found, names, claim, Bound.root(ends[0]))
    what = f"the largest error of {called(names)} over {found.name}"
    what += f", that at {where}," if ends[0] == ends[1] else ""
    return [*about(found), is_between(what, ends)]


def optimal(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """No error of the maps over M1 is above c_opt + excess; Definitions 4.8 and, eps = excess, 4.9.

    `bound` is at most c_opt, shown by a dual, and the errors are at most bound + excess.
    """
    fields(hints, "certificate", ("bound",), ("duals",))
    found, names = class_of(problem, claim["set"]), read_maps(claim, problem)
    excess, bound = read_excess(claim), Bound.root(read_real(hints["bound"], "certificate.bound"))
    optimum_at_least(found, hints, bound)
    errors_at_most(found, names, bound.plus(excess))
    if excess:
        return [
            *about(found),
            f"the errors of {called(names)} over {found.name} are at most c_opt + {short(excess)}",
        ]
    return [*about(found), f"{called(names)} is an optimal map for (A, {found.name})"]


def not_optimal(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """The error of the maps at `at` is at least c_opt + excess, with excess > 0.

    `bound` is at least c_opt, shown by centres.
    """
    fields(hints, "certificate", ("bound",), ("centres",))
    found, names = class_of(problem, claim["set"]), read_maps(claim, problem)
    excess, square = read_excess(claim), read_real(hints["bound"], "certificate.bound")
    if not excess:
        raise Unreadable("claim.excess: a number > 0 is expected")
    bound = Bound.root(square)
    radii_at_most(found, bound, read_centres(hints, found))
    where = error_at_least(found, names, claim, bound.plus(excess))
    what = f"{called(names)} is not optimal for (A, {found.name})"
    return [*about(found), f"{what}: its error at {where} is at least c_opt + {short(excess)}"]
