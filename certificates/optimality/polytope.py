"""The kernel size of polytopal model classes: boxes, convex hulls, and { x : C x <= d }.

    kernel size  =  sup of |x - x'|  over  x, x' in M1  with  |A x - A x'| <= 2 noise

over R.  From below a pair shows it.  From above, weak duality: for a functional f and any u in R^m,
with g = f - A^T u,

    f (x - x')  =  g x + (-g) x' + u (A x - A x')  <=  h(g) + h(-g) + 2 noise |u|_dual,

where h(g) is at least the sup of g over M1.  In a box h(g) is the sum of the larger of g_j low_j
and g_j high_j; in a hull the largest g v of its points v; for C x <= d it is s d, for any s >= 0
with C^T s = g, as g x = s C x.  No solver is believed: u and s are hints.

Half of the kernel size bounds the worst error of every map from below: if x and x' are such a
pair, e = A(x' - x)/2 and e' = -e, then A x + e = A x' + e', so Psi has one value (a set) there,
and if all of it were nearer than |x - x'|/2 to both, x and x' would be nearer than they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from ..arrays import inline, vector_of
from ..exact import Roots
from ..format import (
    Rejected,
    Unreadable,
    as_list,
    as_object,
    choice,
    fields,
    read_small,
    short,
)
from ..linear import Linear, is_irrational
from ..matrices import Vector
from ..norms import DUAL, plain
from ..problem import Problem
from .bounds import sign
from .model import class_of
from .optimum import Table, is_between, read_ends

SIGNS = 10  # l1 in more dimensions is not gone through by signs
ONE = Fraction(1)


def dot(u: Vector, v: Vector) -> Fraction:
    """The sum of u_j v_j; (n,), (n,)."""
    top = sum(a * b for a, b in zip(u.real, v.real, strict=True))
    return Fraction(top, u.denominator * v.denominator)


def minus(u: Vector, v: Vector) -> Vector:
    """u - v; (n,), (n,) -> (n,)."""
    return Vector.combination([(ONE, u), (-ONE, v)], u.dimension)


def read_vector(value: object, n: int, where: str) -> Vector:
    """A list of n numbers.  Raises Unreadable."""
    return vector_of(inline(value, where), n, where)


def at_least_0(v: Vector) -> bool:
    """Whether no entry is negative."""
    return all(a >= 0 for a in v.real)


@dataclass(frozen=True)
class Box:
    """low_j <= x_j <= high_j."""

    low: Vector
    high: Vector

    def __str__(self) -> str:
        ends = [f"{short(Fraction(v.real[0], v.denominator))}" for v in (self.low, self.high)]
        if any(len(set(v.real)) > 1 for v in (self.low, self.high)):
            return f"the box of the claim in R^{self.low.dimension}"
        return f"the box [{ends[0]}, {ends[1]}]^{self.low.dimension}"

    def point(self, value: object, where: str) -> Vector:
        """A vector of the box, by its entries.  Raises Unreadable, Rejected."""
        x = read_vector(value, self.low.dimension, where)
        if not (at_least_0(minus(x, self.low)) and at_least_0(minus(self.high, x))):
            raise Rejected(f"{where} is not in the box")
        return x

    def most(self, g: Vector, _hint: object, _where: str) -> Fraction:
        """The largest g x over the box."""
        ends = zip(g.real, self.low.real, self.high.real, strict=True)
        a, b = self.low.denominator, self.high.denominator
        total = sum(s * high * a if s > 0 else s * low * b for s, low, high in ends)
        return Fraction(total, a * b * g.denominator)


@dataclass(frozen=True)
class Hull:
    """All weighted means of finitely many points, at least one."""

    points: Sequence[Vector]
    name: str

    def __str__(self) -> str:
        return f"the convex hull of {len(self.points)} points, the rows of {self.name}"

    def point(self, value: object, where: str) -> Vector:
        """A weighted mean, by its weights.  Raises Unreadable, Rejected."""
        weights = read_vector(value, len(self.points), where)
        if not at_least_0(weights) or sum(weights.real) != weights.denominator:
            raise Rejected(f"{where}: weights must be >= 0 with the sum 1")
        pairs = zip(weights.real, self.points, strict=True)
        parts = [(Fraction(a, weights.denominator), v) for a, v in pairs]
        return Vector.combination([part for part in parts if part[0]], parts[0][1].dimension)

    def most(self, g: Vector, _hint: object, _where: str) -> Fraction:
        """The largest g x over the hull: that of a point."""
        return max(dot(g, v) for v in self.points)


@dataclass(frozen=True)
class Halfspaces:
    """C x <= d, with `rows` the rows of C."""

    rows: Sequence[Vector]
    limits: Vector
    n: int

    def __str__(self) -> str:
        return f"the set of all x in R^{self.n} with C x <= d, {len(self.rows)} rows"

    def times(self, x: Vector) -> list[Fraction]:
        """C x; (n,) -> (k,)."""
        return [dot(row, x) for row in self.rows]

    def point(self, value: object, where: str) -> Vector:
        """A vector of the set, by its entries.  Raises Unreadable, Rejected."""
        x, d = read_vector(value, self.n, where), self.limits
        if any(a * d.denominator > b for a, b in zip(self.times(x), d.real, strict=True)):
            raise Rejected(f"{where} breaks an inequality of C x <= d")
        return x

    def combined(self, value: object, where: str) -> tuple[Vector, Vector]:
        """s >= 0 -> s and C^T s.  Raises Unreadable, Rejected."""
        s = read_vector(value, len(self.rows), where)
        if not at_least_0(s):
            raise Rejected(f"{where}: a multiplier is negative")
        pairs = zip(s.real, self.rows, strict=True)
        parts = [(Fraction(a, s.denominator), row) for a, row in pairs if a]
        return s, Vector.combination(parts, self.n)

    def most(self, g: Vector, hint: object, where: str) -> Fraction:
        """An upper bound of g x over the set, by its multipliers.  Raises Unreadable, Rejected."""
        s, sums = self.combined(hint, where)
        if sums != g:
            raise Rejected(f"{where}: the multipliers do not add up to the functional")
        return dot(s, self.limits)


Polytope = Box | Hull | Halfspaces


def read_polytope(problem: Problem, value: object) -> Polytope:
    """The class of a claim.  Raises Unreadable, and Rejected for complex or irrational data."""
    if problem.field != "R" or is_irrational(problem.operators["A"]):
        raise Rejected("polytopal classes are over R, with an operator of rational values")
    where, n = "claim.class", problem.spaces["X"].dimension
    table = as_object(value, where)
    kinds = {"box": ("high", "low"), "hull": ("set",), "halfspaces": ("limits", "rows")}
    keys = choice(table.get("kind", ""), where + ".kind", kinds)
    fields(table, where, ("kind", *keys))
    if "set" in table:
        found = class_of(problem, table["set"])
        return Hull(found.members, found.name)
    if "rows" in table:
        listed = as_list(table["rows"], where + ".rows")
        rows = [read_vector(row, n, f"{where}.rows[{k}]") for k, row in enumerate(listed)]
        return Halfspaces(rows, read_vector(table["limits"], len(rows), where + ".limits"), n)
    box = Box(*(read_vector(table[key], n, f"{where}.{key}") for key in ("low", "high")))
    if not at_least_0(minus(box.high, box.low)):
        raise Unreadable(f"{where}: low must be at most high, at every coordinate")
    return box


def functionals(n: int, signs: bool) -> Iterator[Vector]:
    """The coordinates of R^n; or its sign vectors with +1 first, whose negatives are the others.

    x and x' may be exchanged, so of f and -f one is enough.
    """
    if signs:
        yield from (Vector((1, *rest), (), 1) for rest in product((1, -1), repeat=n - 1))
    else:
        yield from (Vector((0,) * j + (1,) + (0,) * (n - j - 1), (), 1) for j in range(n))


def upper(
    problem: Problem, found: Polytope, f: Vector, noise: Fraction, entry: object, where: str
) -> Roots:
    """The bound of f (x - x') that u, and for half-spaces s and s', prove.

    Raises Unreadable, Rejected.
    """
    form, norm = problem.operators["A"], problem.spaces["Y"].norm
    more = ("left", "right") if isinstance(found, Halfspaces) else ()
    table = fields(entry, where, ("u", *more))
    u = read_vector(table["u"], form.shape[0], where + ".u")
    g = minus(f, form.adjoint().apply(u))
    turned = Vector.of([-a for a in g.real], (), g.denominator)
    total = found.most(g, table.get("left"), where + ".left")
    total += found.most(turned, table.get("right"), where + ".right")
    # |u (A x - A x')| <= |u|_dual times the unweighted norm, at most 2 noise / weight
    return Roots.rational(total) + plain(DUAL[norm.kind], u).times(Fraction(2 * noise, norm.weight))


def kernel_size(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """low <= kernel size <= high: a pair, and a dual for every functional.

    `by` is "coordinates" or, in l1 with N <= 10, "signs": |z|_l1 is the largest f z over the
    sign vectors f.  With b_j >= |z_j| by coordinates, |z| is at most the norm of b.
    """
    found, noise, ends = shown(problem, claim, hints, ONE)
    what = f"sup of |x - x'| over x, x' in M1 with |A x - A x'| <= {short(2 * noise)}"
    return [*about(problem, found), is_between(f"kernel size, the {what},", ends)]


def optimum(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """low <= the least worst error of any map <= high, in linf: half of the kernel size.

    The x with one measurement y, |A x - y| <= noise, are a set F.  In real linf the middle between
    the infimum and the supremum at every coordinate is within half of the diameter of F, and no
    point is nearer to all of F.  The pairs of some F are just those of the kernel size: such a pair
    has y = A(x + x')/2.  So the supremum of the radii is half of the supremum of the distances.
    Refuses other norms.
    """
    if problem.spaces["X"].norm.kind != "linf":
        raise Rejected("the optimum is half of the kernel size in linf only")
    found, noise, ends = shown(problem, claim, hints, Fraction(2))
    what = f"least worst error over M1 of any map, with noise at most {short(noise)},"
    name = "c_opt(A, M1)" if not noise else f"the {what}"
    return [*about(problem, found), is_between(name, ends)]


def shown(
    problem: Problem, claim: Table, hints: Table, factor: Fraction
) -> tuple[Polytope, Fraction, tuple[Fraction, Fraction]]:
    """The kernel size is between factor low and factor high; raises Unreadable, Rejected."""
    fields(hints, "certificate", ("by", "duals", "pair"))
    found, ends = read_polytope(problem, claim["class"]), read_ends(claim)
    noise = read_small(claim["noise"], "claim.noise")
    if noise < 0:
        raise Unreadable("claim.noise: a number >= 0 is expected")
    low, high = (Roots.sqrt(end * factor**2) for end in ends)
    norm, n = problem.spaces["X"].norm, problem.spaces["X"].dimension
    pair = as_list(hints["pair"], "certificate.pair")
    if len(pair) != 2:
        raise Unreadable("certificate.pair: two points are expected")
    x, other = (found.point(p, f"certificate.pair[{k}]") for k, p in enumerate(pair))
    gap = minus(x, other)
    measured = problem.spaces["Y"].norm.of(problem.operators["A"].apply(gap))
    if sign(measured - Roots.rational(2 * noise)) > 0:
        raise Rejected("the pair cannot be measured alike")
    if sign(norm.of(gap) - low) < 0:
        raise Rejected("the pair is nearer than this")
    signs = choice(hints["by"], "certificate.by", {"coordinates": False, "signs": True})
    if signs and (norm.kind != "l1" or n > SIGNS):
        raise Rejected(f"signs are for l1 in at most {SIGNS} dimensions")
    duals = as_list(hints["duals"], "certificate.duals")
    if len(duals) != (1 << (n - 1) if signs else n):
        raise Rejected("one dual is needed for each functional")
    bounds = [
        upper(problem, found, f, noise, entry, f"certificate.duals[{k}]").times(norm.weight)
        for k, (f, entry) in enumerate(zip(functionals(n, signs), duals, strict=True))
    ]
    # M1 has the pair, so no bound is negative
    if norm.kind == "linf" or signs:
        enough = all(sign(bound - high) <= 0 for bound in bounds)
    elif norm.kind == "l1":
        enough = sign(Roots.total(bounds) - high) <= 0
    else:
        enough = sign(Roots.total(b * b for b in bounds) - high * high) <= 0
    if not enough:
        raise Rejected("the duals do not show that no pair is farther apart")
    return found, noise, ends


def infinite(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """The kernel size is infinite, without noise: a point p and directions r, r'.

    C r <= 0, C r' <= 0, A r = A r' and r is not r': then p + t r and p + t r' are in M1 for all
    t >= 0, are measured alike, and t |r - r'| grows beyond all bounds.
    """
    fields(hints, "certificate", ("point", "rays"))
    found = read_polytope(problem, claim["class"])
    if not isinstance(found, Halfspaces):
        raise Rejected("boxes and hulls are bounded")
    found.point(hints["point"], "certificate.point")
    listed = as_list(hints["rays"], "certificate.rays")
    rays = [read_vector(r, found.n, f"certificate.rays[{k}]") for k, r in enumerate(listed)]
    if len(rays) != 2 or rays[0] == rays[1]:
        raise Rejected("the rays must be two different ones")
    if any(a > 0 for ray in rays for a in found.times(ray)):
        raise Rejected("a ray leaves the class")
    form: Linear = problem.operators["A"]
    if any(form.apply(minus(*rays)).real):
        raise Rejected("the rays are measured differently")
    return [*about(problem, found), "kernel size = infinity; so is the worst error of every map"]


def empty(problem: Problem, claim: Table, hints: Table) -> list[str]:
    """C x <= d has no solution (Farkas): s >= 0, C^T s = 0 and s d < 0, so 0 = s C x <= s d < 0."""
    fields(hints, "certificate", ("multipliers",))
    found = read_polytope(problem, claim["class"])
    if not isinstance(found, Halfspaces):
        raise Rejected("boxes and hulls have points")
    s, sums = found.combined(hints["multipliers"], "certificate.multipliers")
    if any(sums.real) or dot(s, found.limits) >= 0:
        raise Rejected("the multipliers do not contradict C x <= d")
    return [*about(problem, found), "M1 is empty"]


def about(problem: Problem, found: Polytope) -> list[str]:
    """What is given, in words."""
    spaces = [f"{name} = R^{s.dimension} with {s.norm}" for name, s in problem.spaces.items()]
    return [f"A: {problem.operators['A']}; {', '.join(spaces)}", f"M1: {found}"]
