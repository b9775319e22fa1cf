"""The least worst error of maps with a Lipschitz constant: accuracy against stability, exactly.

For L >= 0 let r(L) be the least of  max |Psi(A x) - x|  over x in M1, of all maps Psi with

    |Psi(y) - Psi(y')| <= L |y - y'|.

Such a map has values v_i = Psi(A x_i) with |v_i - v_j| <= L d_ij, where d_ij = |A x_i - A x_j|.

From below, in every norm: |x_i - x_j| <= |x_i - v_i| + |v_i - v_j| + |v_j - x_j| gives

    r(L)  >=  (|x_i - x_j| - L d_ij) / 2                                        for all i, j,

also for multivalued maps that are Lipschitz in the Hausdorff distance; and `by_flow` more.

From above for real linf: with 2 r >= |x_i - x_j| - L d_ij for all i, j, and r >= 0, the map with
the coordinates

    Psi_c(y)  =  min over j of  x_jc + r + L |y - A x_j|                        (McShane)

has the constant L, as each coordinate is a minimum of functions that have it; it is at most
x_ic + r at A x_i (take j = i), and at least x_ic - r, as x_jc + L d_ij >= x_ic - 2 r.  So the
pairs tell r(L), over A M1 and over all of Y, and it is the upper envelope of their lines and of 0:
convex, decreasing, piecewise linear in L.  In other norms values v_i show the upper end, over
A M1; from l2 to l2 a map on A M1 has an extension to Y with the same constant (Kirszbraun).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from operator import mul, sub

from ..exact import Roots
from ..format import (
    Rejected,
    Unreadable,
    as_list,
    choice,
    fields,
    read_small,
    short,
)  # fmt: skip
from ..matrices import Vector
from ..norms import DUAL, Norm, plain
from ..problem import Problem, read_witnesses
from .bounds import Bound, Centre, distance, read_integers, sign
from .maps import read_maps
from .model import Class, Rows, class_of, integer_rows
from .optimum import PAIRS, about, is_between, read_ends

Table = dict[str, object]
TERMS = 1 << 20  # of the cost of a flow, square roots in all
OVER = {"measurements": "A {}", "space": "all of Y"}


@dataclass(frozen=True)
class Gap:
    """Two members: |x - x'| is `far` and |A x - A x'| the root of `near`, in the units of a front.

    `pair` are their positions.
    """

    near: int
    far: int
    pair: tuple[int, int]


@dataclass(frozen=True)
class Front:
    """All pairs that matter: `near` and `far` strictly increasing from (0, 0) or a fibre's pair.

    Every other pair of the class has one of these with a `far` at least as large and a `near` that
    is no larger, so its line lies below for all L >= 0.  `units` are those of far and root of near.
    """

    gaps: list[Gap]
    units: tuple[Fraction, Fraction]

    def excess(self, gap: Gap, bound: Fraction) -> Roots:
        """|x - x'| - L |A x - A x'|."""
        measured = self.root(gap).times(bound * self.units[1])
        return Roots.rational(gap.far * self.units[0]) - measured

    @staticmethod
    def root(gap: Gap) -> Roots:
        """|A x - A x'|, in its unit."""
        return Roots.sqrt(Fraction(gap.near))


# -------------------------------------------------------------------------- all pairs


def measurements(found: Class) -> tuple[list[Rows], int]:
    """A x_1, ..., A x_k as integers over one denominator."""
    return integer_rows(found.images)


def _square(kind: str, u: Rows, v: Rows) -> int:
    """|u - v|^2 for integer rows.  Raises Rejected for l1 of complex rows."""
    real = list(map(sub, u[0], v[0]))
    if not u[1] and not v[1]:
        if kind == "l2":
            return sum(map(mul, real, real))
        return int((sum if kind == "l1" else max)(map(abs, real))) ** 2
    zero = (0,) * len(real)
    imag = list(map(sub, u[1] or zero, v[1] or zero))
    squares = [a * a + b * b for a, b in zip(real, imag, strict=True)]
    if kind == "l1":
        raise Rejected("complex measurements in l1: their distances are sums of roots")
    return sum(squares) if kind == "l2" else max(squares)


def is_flat(found: Class) -> bool:
    """Whether McShane's formula applies: real members, in linf or in one dimension."""
    real = not any(imag for _, imag in found.rows)
    return real and (found.norm.kind == "linf" or len(found.rows[0][0]) == 1)


def front_of(found: Class) -> Front:
    """The front of a class in real linf, from all pairs.

    Raises Rejected for other norms, for complex members or l1 of complex measurements, and for
    more than 16,777,216 pairs.
    """
    rows = [row[0] for row in found.rows]
    if not is_flat(found):
        raise Rejected("pairs alone tell the optimum for real members in linf; values are needed")
    if len(rows) * (len(rows) - 1) // 2 > PAIRS:
        raise Rejected(f"{len(rows)} members have too many pairs")
    images, bottom = measurements(found)
    target = found.problem.spaces["Y"].norm
    square = partial(_square, target.kind)
    least: dict[int, Gap] = {0: Gap(0, 0, (0, 0))}  # of all pairs with one `far`
    for i, (row, image) in enumerate(zip(rows, images, strict=True)):
        for j in range(i):
            far = max(map(abs, map(sub, row, rows[j])))
            near = square(image, images[j])
            known = least.get(far)
            if known is None or near < known.near:
                least[far] = Gap(near, far, (j, i))
    gaps: list[Gap] = []
    for gap in sorted(least.values(), key=lambda gap: (gap.near, -gap.far)):
        if not gaps or gap.far > gaps[-1].far:
            gaps.append(gap)
    units = found.norm.weight * Fraction(1, found.bottom), target.weight * Fraction(1, bottom)
    return Front(gaps, units)


def steeper(
    found: Class, norm: Norm, values: Sequence[Vector], bound: Fraction
) -> tuple[int, int] | None:
    """The first two members with |v_i - v_j| > L |A x_i - A x_j|; k values v in X."""
    if len(values) * (len(values) - 1) // 2 > PAIRS:
        raise Rejected(f"{len(values)} members have too many pairs")
    (rows, bottom), (images, below) = integer_rows(values), measurements(found)
    target = found.problem.spaces["Y"].norm
    # |v_i - v_j| = rise root(top), L |A x_i - A x_j| = run root(square), integers under the roots
    rise, run = norm.weight * Fraction(1, bottom), bound * target.weight * Fraction(1, below)
    ratio = rise.numerator * run.denominator, run.numerator * rise.denominator
    one, other = ratio[0] ** 2, ratio[1] ** 2
    mixed = _is_mixed(norm, rows) or _is_mixed(target, images)
    for i in range(len(rows)):
        for j in range(i):
            if rows[i] == rows[j]:
                continue
            if mixed:
                apart = distance(norm, rows[i], rows[j], bottom).exact()
                limit = distance(target, images[i], images[j], below).exact().times(bound)
                if sign(apart - limit) > 0:
                    return j, i
            elif one * _square(norm.kind, rows[i], rows[j]) > other * _square(
                target.kind, images[i], images[j]
            ):
                return j, i
    return None


def _is_mixed(norm: Norm, rows: Sequence[Rows]) -> bool:
    """Whether distances may be sums of several roots: l1 of complex rows."""
    return norm.kind == "l1" and any(imag for _, imag in rows)


# ------------------------------------------------------------------------- from below


def by_flow(found: Class, bound: Fraction, value: object, low: Roots) -> None:
    """A lower bound of r(L) in any norm, real or complex: `low` <= r(L).  Raises Rejected.

    Each entry has two members i, j and a functional g, (N,).  With f_i the sum of the g of entries
    (i, j) minus that of entries (j, i), and |.|* the dual norm, for all values v as above

        r sum |f_i|*  >=  sum Re f_i (x_i - v_i)
                       =  sum Re f_i x_i - sum over entries Re g (v_i - v_j)
                      >=  sum Re f_i x_i - L sum over entries |g|* d_ij.

    Two members and one functional give the pairs; members of one fibre Chebyshev's radius.
    """
    n, norm, problem = found.members[0].dimension, found.norm, found.problem
    target, dual = problem.spaces["Y"].norm, DUAL[found.norm.kind]
    sums: dict[int, list[list[int]]] = {}
    costs: list[Roots] = []
    count = 0
    for place, entry in enumerate(as_list(value, "certificate.flow")):
        where = f"certificate.flow[{place}]"
        table = fields(entry, where, ("members", "real"), ("imaginary",))
        ends = _pair(table["members"], f"{where}.members", found)
        real, imag = (read_integers(table.get(key, []), f"{where}.{key}") for key in PARTS)
        if len(real) != n or len(imag) not in (0, n):
            raise Unreadable(f"{where}: one number for each coordinate is expected")
        size = plain(dual, Vector.of(real, imag))
        images = [(Fraction(s), found.images[k]) for s, k in zip((1, -1), ends, strict=True)]
        gap = target.of(Vector.combination(images, images[0][1].dimension))
        count += max(len(size.terms) * len(gap.terms), 1)
        if count > TERMS:
            raise Rejected("the flow costs a sum of too many square roots")
        costs.append((size * gap).times(bound))
        for k, sense in zip(ends, (1, -1), strict=True):
            old = sums.setdefault(k, [[0] * n, [0] * n])
            for part, entries in enumerate((real, imag)):
                if entries:
                    old[part] = [a + sense * b for a, b in zip(old[part], entries, strict=True)]
    gain = Fraction(0)
    sizes: list[Roots] = []
    for k, (real, imag) in sums.items():
        row = found.rows[k]
        top = sum(map(mul, real, row[0])) + sum(map(mul, imag, row[1] or (0,) * n))
        gain += Fraction(top, found.bottom)
        sizes.append(plain(dual, Vector.of(real, imag)))
    total = Roots.total(sizes)
    # |x| = weight |x|_plain, so r and L d are divided by the weight
    needed = (total * low + Roots.total(costs)).times(
        Fraction(norm.weight.denominator, norm.weight.numerator)
    )
    if not total.terms or sign(Roots.rational(gain) - needed) < 0:
        raise Rejected("the flow does not show that the optimum is this large")


PARTS = ("real", "imaginary")


def _pair(value: object, where: str, found: Class) -> tuple[int, int]:
    names = as_list(value, where)
    if len(names) != 2:
        raise Unreadable(f"{where}: two members are expected")
    return found.position(names[0], where), found.position(names[1], where)


# ------------------------------------------------------------------------------ claims


def read_bound(claim: Table) -> Fraction:
    """L >= 0.  Raises Unreadable."""
    bound = read_small(claim["lipschitz"], "claim.lipschitz")
    if bound < 0:
        raise Unreadable("claim.lipschitz: a number >= 0 is expected")
    return bound


def _values(found: Class, hints: Table) -> list[Vector]:
    """The value at every measurement, named by a member that has it; for all members.

    Raises Rejected where one is missing.
    """
    chosen: dict[Vector, Vector] = {}
    for name, (space, vector) in read_witnesses(hints["values"], found.problem).items():
        if space != "X":
            raise Unreadable(f"certificate.values.{name}: must be in X")
        chosen[found.images[found.position(name, "certificate.values")]] = vector
    for place, image in enumerate(found.images):
        if image not in chosen:
            raise Rejected(f"there is no value for the measurement of {found.label(place)}")
    return [chosen[image] for image in found.images]


def values_within(found: Class, values: Sequence[Vector], bound: Fraction, limit: Bound) -> None:
    """Values v_1, ..., v_k have the constant L and errors within the limit.  Raises Rejected."""
    pair = steeper(found, found.norm, values, bound)
    if pair is not None:
        raise Rejected(f"the values at {' and '.join(map(found.label, pair))} are too far apart")
    for place, value in enumerate(values):
        if not Centre(found, value).distance(place).at_most(limit):
            raise Rejected(f"the value at {found.label(place)} has a larger error")


def first_above(front: Front, bound: Fraction, error: Roots) -> Gap | None:
    """The first pair with (|x - x'| - L |A x - A x'|) / 2 > error, or else one with equality."""
    equal = None
    for gap in front.gaps:
        found = sign(front.excess(gap, bound) - error.times(Fraction(2)))
        if found > 0:
            return gap
        equal = gap if found == 0 else equal
    return equal


def optimum(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """low <= r(L) <= high, over A M1 or over Y.

    Without `values` the pairs tell both ends (real linf).  Else `values` show the upper end, and
    a `flow` the lower one.
    """
    fields(hints, "certificate", (), ("flow", "values"))
    found, bound, ends = class_of(problem, str(claim["set"])), read_bound(claim), read_ends(claim)
    over = choice(claim["over"], "claim.over", OVER).format(found.name)
    low, high = map(Roots.sqrt, ends)
    front = None if "values" in hints else front_of(found)
    if front is None:
        kinds = {problem.spaces[name].norm.kind for name in "XY"}
        if claim["over"] == "space" and kinds != {"l2"}:
            raise Rejected("values at A M1 need not extend to Y; only from l2 to l2 do they")
        values_within(found, _values(found, hints), bound, Bound.root(ends[1]))
    else:
        gap = first_above(front, bound, high)
        if gap is not None and sign(front.excess(gap, bound) - high.times(Fraction(2))) > 0:
            names = " and ".join(map(found.label, gap.pair))
            raise Rejected(f"no map with this constant has smaller errors at both of {names}")
    if "flow" in hints:
        by_flow(found, bound, hints["flow"], low)
    elif low.terms and (front is None or first_above(front, bound, low) is None):
        raise Rejected("no pair, and no flow, shows that the optimum is this large")
    what = f"the least worst error over {found.name} of maps from {over} to X"
    what += f" with Lipschitz constant at most {short(bound)}"
    return [*about(found), is_between(what + ",", ends)]


def curve(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """r(L) for all L >= 0 at once: the largest of 0 and of the lines of the pairs `corners`.

    The corners have increasing |x - x'| and |A x - A x'|.  Every pair of the front lies below the
    chain of the origin and the corners: with a and d its two distances, and (a_0, d_0), (a_1, d_1)
    neighbours with d_0 <= d < d_1,

        (a - a_0) (d_1 - d_0)  <=  (a_1 - a_0) (d - d_0),

    so its line is below a mean of theirs, for every L; and a is at most that of the last corner.
    """
    fields(hints, "certificate", ())
    found = class_of(problem, str(claim["set"]))
    over = choice(claim["over"], "claim.over", OVER).format(found.name)
    front = front_of(found)
    images = measurements(found)[0]
    kind = problem.spaces["Y"].norm.kind
    chain, lines = [Gap(0, 0, (0, 0))], []
    for place, entry in enumerate(as_list(claim["corners"], "claim.corners")):
        i, j = _pair(entry, f"claim.corners[{place}]", found)
        far = max(map(abs, map(sub, found.rows[i][0], found.rows[j][0])))
        gap = Gap(_square(kind, images[i], images[j]), far, (i, j))
        last = chain[-1]
        if gap.far <= last.far or gap.near < last.near or (place and gap.near == last.near):
            raise Rejected(f"corner {place} does not increase")
        chain.append(gap)
        a, d = gap.far * front.units[0], front.root(gap).times(front.units[1])
        exact = d.as_rational()
        slope = f"sqrt({short((d * d).as_rational() or 0)})" if exact is None else short(exact)
        names = f"{found.label(i)}, {found.label(j)}"
        lines.append(f"  ({short(a)} - L {slope}) / 2   of {names}")
    for gap in front.gaps:
        _below(found, chain, front, gap)
    head = f"the least worst error over {found.name} of maps from {over} to X"
    return [*about(found), f"{head} with Lipschitz constant at most L is the largest of",
            "  0", *lines, "for every L >= 0"]  # fmt: skip


def _below(found: Class, chain: list[Gap], front: Front, gap: Gap) -> None:
    """A pair lies below the chain.  Raises Rejected."""
    place = bisect_right([corner.near for corner in chain], gap.near)
    before = chain[place - 1]
    if gap.far <= before.far:
        return
    if place < len(chain):
        after = chain[place]
        d, d0, d1 = map(front.root, (gap, before, after))
        left = (d1 - d0).times(Fraction(gap.far - before.far))
        if sign((d - d0).times(Fraction(after.far - before.far)) - left) >= 0:
            return
    names = " and ".join(map(found.label, gap.pair))
    raise Rejected(f"the line of {names} is above the corners for some L")


def slope(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """A map of the problem has the Lipschitz constant L on A M1."""
    fields(hints, "certificate", ())
    found, bound = class_of(problem, str(claim["set"])), read_bound(claim)
    names = read_maps(claim, problem)
    if len(names) > 1:
        raise Unreadable("claim.maps: one map is expected")
    values = [found.value(names[0], image) for image in found.images]
    pair = steeper(found, found.norm, values, bound)
    if pair is not None:
        raise Rejected(f"{names[0]} is steeper between {' and '.join(map(found.label, pair))}")
    what = f"|{names[0]}(y) - {names[0]}(y')| <= {short(bound)} |y - y'|"
    return [*about(found), f"{what} for all y, y' of A {found.name}"]
