"""What no map can do better: the constant c_opt, and the kernel size.

    c_opt(A, M1)  =  inf over maps Psi : A M1 => X of sup over x in M1 of d_H(Psi(A x), x)  (4.11)

A map chooses a bounded set of values at every measurement by itself, d_H(V, x) is the largest
distance of x from V, and one point of V does no worse.  So c_opt is the largest Chebyshev radius
of a fibre, and it is reached: closed balls of X are compact.  With values in M1 alone the radius is
that with a centre in M1, which is another number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from math import isqrt
from operator import sub

from ..exact import Roots
from ..format import (
    Rejected,
    Unreadable,
    as_list,
    as_object,
    fields,
    read_number,
    read_small,
    short,
)  # fmt: skip
from ..matrices import Vector, gram
from ..problem import Problem, read_witnesses
from .bounds import (
    Bound,
    Centre,
    Dual,
    between,
    distance,
    radius_at_least,
    read_dual,
    sign,
)  # fmt: skip
from .model import Class, class_of, midrange

Table = dict[str, object]
DECIMALS = 6  # of numbers in words
LONG = 128  # bits of a whole part that is not written beside a number in words
PAIRS = 1 << 24  # more pairs of members are not gone through


def read_real(value: object, where: str) -> Fraction:
    """The square of a number >= 0: "3/7", or {"root": "3/7"} for a square root."""
    if isinstance(value, dict):
        square = read_number(fields(value, where, ("root",))["root"], where)
    else:
        number = read_number(value, where)
        square = number**2 if number >= 0 else number
    if square < 0:
        raise Unreadable(f"{where}: a number >= 0 is expected")
    return square


def words_of(square: Fraction) -> str:
    """The number whose square this is, and its first decimals where they say more."""
    exact = Roots.sqrt(square).as_rational()
    if exact is not None and len(short(exact)) <= 12:
        return short(exact)
    whole = isqrt(square.numerator * 10 ** (2 * DECIMALS) // square.denominator)
    left, right = divmod(whole, 10**DECIMALS)
    text = f"sqrt({short(square)})" if exact is None else short(exact)
    # a longer whole part says nothing to a reader, and Python need not write it in decimals
    return text if left.bit_length() > LONG else f"{text} ({left}.{right:0{DECIMALS}}...)"


def read_ends(claim: Table) -> tuple[Fraction, Fraction]:
    """The squares of the two ends, low <= high."""
    low, high = (read_real(claim[key], f"claim.{key}") for key in ("low", "high"))
    if low > high:
        raise Unreadable("claim: low must be at most high")
    return low, high


def is_between(what: str, ends: tuple[Fraction, Fraction]) -> str:
    """`what` equals a number, or lies between two."""
    low, high = map(words_of, ends)
    return f"{what} = {low}" if ends[0] == ends[1] else f"{low} <= {what} <= {high}"


def about(found: Class) -> list[str]:
    """What is given, in words."""
    problem = found.problem
    n, m = (problem.spaces[name].dimension for name in "XY")
    space = f"{problem.field}^{n} with the norm {found.norm}"
    different = len(set(found.members))
    twice = len(found.members) - different
    again = f" ({twice} rows repeat others)" if twice else ""
    first = f"{found.name}: {different} vectors{again} of X = {space}"
    fibres = f"{len(found.fibres)} different measurements A x in {problem.field}^{m}"
    return [f"A: {problem.operators['A']}", f"{first}; {fibres}"]


# ------------------------------------------------------------------------------ hints


def read_centres(hints: Table, found: Class) -> dict[Vector, Vector]:
    """The centres that a certificate brings along, each named by a member of its fibre."""
    listed = read_witnesses(hints.get("centres", {}), found.problem)
    centres: dict[Vector, Vector] = {}
    for name, (space, vector) in listed.items():
        if space != "X":
            raise Unreadable(f"certificate.centres.{name}: must be in X")
        centres[found.images[found.position(name, "certificate.centres")]] = vector
    return centres


def radii_at_most(found: Class, bound: Bound, centres: Mapping[Vector, Vector]) -> None:
    """Every fibre is within the bound of a centre: the given one, else its `midrange`.

    Raises Rejected.
    """
    for image, places in found.fibres.items():
        if image in centres:
            centre = centres[image]
        elif len(places) == 1:
            continue  # the member itself
        else:
            centre = midrange([found.rows[k] for k in places], found.bottom)
        far = Centre(found, centre).first_beyond(places, bound)
        if far is not None:
            raise Rejected(f"{found.label(far)} is farther from the centre of its fibre")


def read_duals(hints: Table, found: Class) -> Iterator[Dual]:
    """The duals of a certificate."""
    for place, entry in enumerate(as_list(hints.get("duals", []), "certificate.duals")):
        yield read_dual(entry, f"certificate.duals[{place}]", found)


def optimum_at_least(found: Class, hints: Table, bound: Bound) -> None:
    """One dual of the certificate shows that c_opt is at least the bound, or the bound is 0.

    Raises Rejected.
    """
    duals = list(read_duals(hints, found))
    if bound.exact.terms and not any(radius_at_least(found, dual, bound) for dual in duals):
        raise Rejected("the duals do not show that c_opt is this large")


# ------------------------------------------------------------------------------ claims


def optimum(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """low <= c_opt(A, M1) <= high: centres for all fibres, and a dual for one."""
    fields(hints, "certificate", (), ("centres", "duals"))
    found, ends = class_of(problem, claim["set"]), read_ends(claim)
    radii_at_most(found, Bound.root(ends[1]), read_centres(hints, found))
    optimum_at_least(found, hints, Bound.root(ends[0]))
    return [*about(found), is_between(f"c_opt(A, {found.name})", ends)]


def inside(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """The same with all values in M1.

    `values` names a member for every fibre, by a member of it; without one it is the fibre's
    first.  For the other end, `far` are members of one fibre, and every member of M1 is at least
    as far as `low` from one of them.
    """
    fields(hints, "certificate", (), ("far", "values"))
    found, ends = class_of(problem, claim["set"]), read_ends(claim)
    low, high = map(Bound.root, ends)
    where = "certificate.values"
    chosen = {
        found.images[found.position(name, where)]: found.position(value, where)
        for name, value in as_object(hints.get("values", {}), where).items()
    }
    for image, places in found.fibres.items():
        value = chosen.get(image, places[0])
        if any(not between(found, k, value).at_most(high) for k in places):
            first = found.label(places[0])
            raise Rejected(f"the fibre of {first} is not near {found.label(value)}")
    listed = as_list(hints.get("far", []), "certificate.far")
    far = list(dict.fromkeys(found.position(name, "certificate.far") for name in listed))
    if len({found.images[k] for k in far}) > 1:
        raise Rejected("the members of 'far' have different measurements")
    if ends[0]:
        if len(far) * len(found.members) > PAIRS:
            raise Rejected(f"{len(far)} members of 'far' are too many")
        for value in range(len(found.members)):
            if not any(between(found, k, value).at_least(low) for k in far):
                raise Rejected(f"{found.label(value)} is nearer to all members of 'far'")
    name = f"c_opt(A, {found.name}), maps with values in {found.name} only,"
    return [*about(found), is_between(name, ends)]


def unique(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """There is just one optimal map: `bound` is c_opt, and every fibre has one best value.

    An optimal map takes at A x any point of the balls of radius c_opt around the fibre's members.
    These balls have just one common point if

    * c_opt = 0;
    * l2: the fibre has the radius c_opt.  Of two common points the middle would be nearer to all;
    * linf: at every coordinate the entries have the radius c_opt, for the same reason.

    The duals are one for every fibre, in linf for every fibre and coordinate.  Refuses l1, unless
    c_opt = 0.
    """
    fields(hints, "certificate", ("bound",), ("centres", "duals"))
    found = class_of(problem, claim["set"])
    square = read_real(hints["bound"], "certificate.bound")
    bound = Bound.root(square)
    radii_at_most(found, bound, read_centres(hints, found))
    shown: set[tuple[Vector, int]] = set()
    for dual in read_duals(hints, found):
        if not radius_at_least(found, dual, bound):
            raise Rejected("a dual does not show that the radius is this large")
        image = found.images[dual.members[0]]
        if dual.kind != "weights":
            raise Rejected("uniqueness is shown by duals of the kind weights")
        shown.add((image, dual.coordinate))
    n = found.members[0].dimension if found.norm.kind == "linf" else 0
    coordinates = range(n) if n else (-1,)
    if square and not all((image, j) in shown for image in found.fibres for j in coordinates):
        raise Rejected("a fibre, or one of its coordinates, has no dual")
    return [*about(found), f"there is one optimal map only; c_opt = {words_of(square)}"]


def not_unique(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """There are several optimal maps.

    A lower `bound` of c_opt with its dual, a `member`, and two different `points` within the bound
    of all of its fibre: maps that are optimal elsewhere may take either value there.
    """
    fields(hints, "certificate", ("bound", "member", "points"), ("duals",))
    found = class_of(problem, claim["set"])
    bound = Bound.root(read_real(hints["bound"], "certificate.bound"))
    optimum_at_least(found, hints, bound)
    points = read_witnesses(hints["points"], problem)
    if set(points) != {"first", "second"} or any(space != "X" for space, _ in points.values()):
        raise Unreadable("certificate.points: first and second, in X, are expected")
    first, second = points["first"][1], points["second"][1]
    if first == second:
        raise Rejected("the two points are the same")
    member = found.position(hints["member"], "certificate.member")
    places = found.fibres[found.images[member]]
    for point in (first, second):
        far = Centre(found, point).first_beyond(places, bound)
        if far is not None:
            raise Rejected(f"{found.label(far)} is farther from one of the points")
    return [
        *about(found),
        f"there are several optimal maps: A {found.label(member)} has two values",
    ]


# ------------------------------------------------------------------------- kernel size


def kernel_size(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """low <= sup of |x - x'| over x, x' in M1 with |A x - A x'| <= 2 noise <= high.

    With measurements A x + e, |e| <= noise, these are the pairs that may be measured alike: if
    A x + e = A x' + e', then |A x - A x'| <= 2 noise, and if this holds, e = A(x' - x) / 2 = -e'
    does it.  A map has one value (a set) there, so its worst error is at least half of the
    distance.  `pair` shows the lower end.  For the other all pairs are gone through; or, without
    noise, `centres` are within high / 2 of their fibres.
    """
    fields(hints, "certificate", (), ("centres", "pair"))
    found, ends = class_of(problem, claim["set"]), read_ends(claim)
    noise = read_small(claim["noise"], "claim.noise")
    if noise < 0:
        raise Unreadable("claim.noise: a number >= 0 is expected")
    low, high = map(Bound.root, ends)
    if ends[0]:
        names = as_list(hints.get("pair", []), "certificate.pair")
        pair = [found.position(name, "certificate.pair") for name in names]
        if len(pair) != 2 or not alike(found, pair[0], pair[1], noise):
            raise Rejected("the pair must be two members that may be measured alike")
        if not between(found, *pair).at_least(low):
            raise Rejected("the pair is nearer than this")
    if "centres" in hints:
        if noise:
            raise Rejected("centres bound the kernel size without noise only")
        radii_at_most(found, high.times(Fraction(1, 2)), read_centres(hints, found))
    else:
        all_pairs(found, high, noise)
    what = f"sup of |x - x'| over x, x' in {found.name} with |A x - A x'| <= {short(2 * noise)}"
    return [*about(found), is_between(f"kernel size, the {what},", ends)]


def alike(found: Class, i: int, j: int, noise: Fraction) -> bool:
    """Whether two members may have one measurement with noise."""
    if found.images[i] == found.images[j]:
        return True
    if not noise:
        return False
    parts = [(Fraction(1), found.images[i]), (Fraction(-1), found.images[j])]
    gap = Vector.combination(parts, found.images[i].dimension)
    measured = found.problem.spaces["Y"].norm.of(gap)
    return sign(measured - Roots.rational(2 * noise)) <= 0


def all_pairs(found: Class, bound: Bound, noise: Fraction) -> None:
    """No two members that may be measured alike are farther apart than the bound.

    Raises Rejected, also for more than 16,777,216 pairs.
    """
    groups = [list(range(len(found.members)))] if noise else list(found.fibres.values())
    count = sum(len(group) * (len(group) - 1) // 2 for group in groups)
    if count > PAIRS:
        raise Rejected(f"{count} pairs are too many; use centres, which give up to twice c_opt")
    for group in groups:
        for i, j in far_pairs(found, group, bound):
            if alike(found, i, j, noise):
                raise Rejected(f"{found.label(i)} and {found.label(j)} are farther apart")


def far_pairs(found: Class, group: list[int], bound: Bound) -> Iterator[tuple[int, int]]:
    """The pairs of a group that are farther apart than the bound, the root of a rational number.

    In l2 by one Gram matrix, in l1 and linf of real vectors by integers, else one by one.
    """
    rows = [found.rows[k] for k in group]
    kind, weight, n = found.norm.kind, found.norm.weight, found.members[0].dimension
    # weight |z| / bottom > root, for z over the integers, if and only if |z|^2 > this limit
    limit = bound.below * Fraction(found.bottom * weight.denominator, weight.numerator) ** 2
    floor = limit.numerator // limit.denominator
    if kind == "l2":
        columns = [row[0] + (row[1] or (0,) * n) for row in rows]
        products = gram(list(zip(*columns, strict=True)), len(rows))
        # |u - v|^2 = |u|^2 + |v|^2 - 2 (u, v)
        squares = [products[k][k] for k in range(len(rows))]
        for i, line in enumerate(products):
            own = squares[i] - floor
            for j in range(i):
                if own + squares[j] > 2 * line[j]:
                    yield group[j], group[i]
    elif any(row[1] for row in rows):
        for (i, u), (j, v) in combinations(zip(group, rows, strict=True), 2):
            if not distance(found.norm, u, v, found.bottom).at_most(bound):
                yield i, j
    else:
        size, reach = sum if kind == "l1" else max, isqrt(floor)
        real = [row[0] for row in rows]
        for (i, a), (j, b) in combinations(zip(group, real, strict=True), 2):
            if size(map(abs, map(sub, a, b))) > reach:
                yield i, j
