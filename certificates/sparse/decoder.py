"""What is said of the decoder (B.1), and how it is checked: weak duality, both points given.

For y in Y, weights t > 0 and B = A H*, let

    P(eta) = min { sum of t_j |c_j| :  |B c - y| <= eta },        c = H z.

If w has |(B* w)_j| <= t_j for all j, then for every c with |B c - y| <= eta

    sum of t_j |c_j| >= Re <c, B* w> = Re <y, w> + Re <B c - y, w> >= Re <y, w> - eta |w|,      (1)

so a feasible c bounds P from above and such a w bounds it from below, also for eta = 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from ..exact import Roots
from ..format import Rejected, Unreadable, as_list, read_natural, read_number, short
from ..matrices import Vector
from ..norms import plain
from .data import (
    Data,
    Table,
    check_injective,
    entries,
    from_entries,
    pairing,
    sign,
    tight,
    weighted,
)
from .polytope import MOST, vertices

Check = Callable[[Data, Table, Table], str]
BP = "min {sum} over A z = {y}"
LIMIT = 1 << 26


@dataclass(frozen=True)
class Row:
    """The keys of a claim and of its hints, required and optional, and the checker.

    The checker gets the data, the claim and the hints; it returns the claim in words, or raises
    Rejected if it does not follow, or Unreadable.
    """

    keys: tuple[str, ...]
    optional: tuple[str, ...]
    hints: tuple[str, ...]
    check: Check


def _sum(claim: Table) -> str:
    return f"sum of {claim['weights']}_j |(H z)_j|" if "weights" in claim else "|H z|_l1"


def _program(claim: Table) -> str:
    return f"min {_sum(claim)} subject to A z = {claim['vector']}"


def _number(claim: Table, key: str, least: int | None = None) -> Fraction:
    found = read_number(claim[key], f"claim.{key}")
    if least is not None and found < least:
        raise Unreadable(f"claim.{key}: must be at least {least}, not {short(found)}")
    return found


def _feasible(data: Data, c: Vector, y: Vector, what: str) -> None:
    if data.measure(c) != y:
        raise Rejected(f"{what} is not feasible: A z is not the measured vector")


def _optimal(data: Data, claim: Table, c: Vector, w: Vector) -> tuple[Roots, Vector, list[int]]:
    """The common value of c and w, B* w, and the places where it reaches the weights.

    By (1) with eta = 0, equal values make c a minimiser.
    """
    y, weights = data.vector(claim, "vector", "Y"), data.weights(claim)
    _feasible(data, c, y, "the primal point")
    g = data.dual(w)
    places = tight(g, weights)
    value = weighted(c, weights)
    if sign(value - Roots.rational(pairing(y, w))):
        raise Rejected("the primal and the dual point have different values")
    return value, g, places


def value(data: Data, claim: Table, hints: Table) -> str:
    """P(0) is the number given."""
    c, w = data.hint(hints, "primal", "X"), data.hint(hints, "dual", "Y")
    found = _optimal(data, claim, c, w)[0]
    number = _number(claim, "value")
    if sign(found - Roots.rational(number)):
        raise Rejected("the value of the program is another number")
    return f"{_program(claim)} has the value {short(number)}"


def unique(data: Data, claim: Table, hints: Table) -> str:
    """The vector given is the only minimiser.

    Let T be the places with |(B* w)_j| = t_j.  For a minimiser c' all of (1) are equalities, so
    t_j |c'_j| = Re c'_j conj(B* w)_j, and c'_j = 0 outside T.  So do the entries of c, and
    B (c' - c) = 0.  If the columns of B at T are independent, c' = c.
    """
    w = data.hint(hints, "dual", "Y")
    c = data.h.apply(data.vector(claim, "minimiser", "X"))
    places = _optimal(data, claim, c, w)[2]
    check_injective(data.columns(places), hints["left_inverse"])
    return f"{_program(claim)} has the only minimiser {claim['minimiser']}"


def not_unique(data: Data, claim: Table, hints: Table) -> str:
    """There are two minimisers, hence a segment of them."""
    first, second = (data.hint(hints, key, "X") for key in ("first", "second"))
    w = data.hint(hints, "dual", "Y")
    for c in (first, second):
        _optimal(data, claim, c, w)
    if first == second:
        raise Rejected("the two minimisers are one")
    return f"{_program(claim)} has more than one minimiser"


def all_minimisers(data: Data, claim: Table, hints: Table) -> str:
    """The set of minimisers, by one dual solution w, g = B* w.

    With a minimiser at hand, Re <y, w> is the value, and a feasible c is a minimiser exactly if
    (1) holds with equality, that is t_j |c_j| = Re c_j conj(g_j) for each j.  If |g_j| < t_j this
    means c_j = 0; if |g_j| = t_j, that c_j is g_j times a number >= 0.
    """
    w = data.vector(claim, "dual", "Y")
    _, _, places = _optimal(data, claim, data.hint(hints, "primal", "X"), w)
    bound = f"{claim['weights']}_j" if "weights" in claim else "1"
    return (
        f"the minimisers of {_program(claim)} are all z with A z = {claim['vector']} and, for "
        f"c = H z and g = H A* {claim['dual']}: c_j = 0 where |g_j| < {bound}, c_j = s_j g_j with "
        f"s_j >= 0 elsewhere, at {len(places)} of {data.n} places"
    )


def hull(data: Data, claim: Table, hints: Table) -> str:
    """The minimisers over R are the convex hull of the vectors given, which are its vertices.

    By `all_minimisers` they are the c with c_j = x_j s_j, s_j the sign of g_j, at the places T and
    0 elsewhere, x >= 0, B c = y.  As the sum of t_j |c_j| is constant there, this is bounded, and
    the hull of its vertices; `polytope` tries all of their supports.
    """
    w = data.hint(hints, "dual", "Y")
    names = as_list(claim["vertices"], "claim.vertices")
    given = [data.h.apply(data.vector({"vertices": name}, "vertices", "X")) for name in names]
    if not given:
        raise Unreadable("claim.vertices: at least one name is expected")
    for c in given:
        _, g, places = _optimal(data, claim, c, w)
    y = data.vector(claim, "vector", "Y")
    if data.problem.field == "C" or len(places) > MOST:
        raise Rejected(f"this needs the field R, and at most {MOST} places with |g_j| = t_j")
    found: set[Vector] = set()
    columns = [entries(v, g.real[j]) for j, v in zip(places, data.columns(places), strict=True)]
    for vertex in vertices(columns, entries(y)):
        parts = [Fraction(0)] * data.n
        for k, value in vertex.items():
            parts[places[k]] = value if g.real[places[k]] > 0 else -value
        found.add(from_entries(parts))
    if found != set(given) or len(given) > len(found):
        raise Rejected(f"the set has {len(found)} vertices, and they are not the ones given")
    listed = ", ".join(map(str, names))
    return f"the minimisers of {_program(claim)} are the convex hull of its vertices {listed}"


def least(data: Data, claim: Table, hints: Table) -> str:
    """The vector given is the minimiser with the least l2 norm; no other has that norm.

    Minimisers are the c' with B c' = y, c'_j = 0 off T and c'_j = s_j g_j, s_j >= 0 on T (see
    `all_minimisers`).  With r = c - B* u, Re <c, c' - c> = Re <r, c' - c>, as B (c' - c) = 0.  If
    Re r_j conj(g_j) >= 0 on T, and = 0 where c_j is not 0, every summand is >= 0, so
    |c'|^2 = |c|^2 + 2 Re <c, c' - c> + |c' - c|^2 > |c|^2 for c' other than c.  |z| = |H z|.
    """
    w, u = data.hint(hints, "dual", "Y"), data.hint(hints, "multiplier", "Y")
    c = data.h.apply(data.vector(claim, "minimiser", "X"))
    _, g, places = _optimal(data, claim, c, w)
    one, minus = Fraction(1), Fraction(-1)
    r = Vector.combination([(one, c), (minus, data.dual(u))], data.n)
    parts = [map(int.__mul__, x, y) for x, y in ((r.real, g.real), (r.imag, g.imag)) if x and y]
    slopes = [sum(products) for products in zip(*parts, strict=True)] or [0] * data.n
    moduli = c.squares()
    if any(slopes[j] < 0 or (slopes[j] and moduli[j]) for j in places):
        raise Rejected("the multiplier does not show that no minimiser is shorter")
    return f"of the minimisers of {_program(claim)}, {claim['minimiser']} has the least l2 norm"


def infeasible(data: Data, claim: Table, hints: Table) -> str:
    """No z has |A z - y| <= eta.

    If A* w = 0 then Re <y, w> = Re <y - A z, w> <= |A z - y| |w| for every z, so with
    Re <y, w> > eta |w| the distance of y from the range of A is greater than eta.
    """
    y, w, eta = (
        data.vector(claim, "vector", "Y"),
        data.hint(hints, "dual", "Y"),
        _number(claim, "eta", 0),
    )
    g = data.a.adjoint().apply(w)
    if any(g.real) or any(g.imag):
        raise Rejected("A* w is not 0")
    if sign(Roots.rational(pairing(y, w)) - plain("l2", w).times(eta)) <= 0:
        raise Rejected("Re <y, w> > eta |w| does not hold")
    return f"no z has |A z - {claim['vector']}|_l2 <= {short(eta)}"


def _between(claim: Table, primal: Roots, dual: Roots, program: str) -> str:
    low, high = _number(claim, "low"), _number(claim, "high")
    if sign(Roots.rational(high) - primal) < 0:
        raise Rejected("the value of the primal point is above high")
    if sign(dual - Roots.rational(low)) < 0:
        raise Rejected("the value of the dual point is below low")
    return f"{program} is at least {short(low)} and at most {short(high)}"


def qcbp(data: Data, claim: Table, hints: Table) -> str:
    """low <= P(eta) <= high, by (1)."""
    c, w = data.hint(hints, "primal", "X"), data.hint(hints, "dual", "Y")
    y, weights, eta = (
        data.vector(claim, "vector", "Y"),
        data.weights(claim),
        _number(claim, "eta", 0),
    )
    rest = Vector.combination([(Fraction(1), data.measure(c)), (Fraction(-1), y)], data.m)
    if sum(rest.squares()) * eta.denominator**2 > (eta.numerator * rest.denominator) ** 2:
        raise Rejected("the primal point is not feasible: |A z - y| > eta")
    tight(data.dual(w), weights)
    dual = Roots.rational(pairing(y, w)) - plain("l2", w).times(eta)
    words = f"min {_sum(claim)} subject to |A z - {claim['vector']}|_l2 <= {short(eta)}"
    return _between(claim, weighted(c, weights), dual, words)


def lasso(data: Data, claim: Table, hints: Table) -> str:
    """low <= min of lambda sum of t_j |c_j| + |B c - y|^2 / 2 <= high.

    If |(B* w)_j| <= lambda t_j for all j then, with r = y - B c, lambda sum of t_j |c_j| >=
    Re <c, B* w> = Re <y, w> - Re <r, w>, and |r|^2 / 2 >= Re <r, w> - |w|^2 / 2, so the minimum is
    at least Re <y, w> - |w|^2 / 2.
    """
    c, w = data.hint(hints, "primal", "X"), data.hint(hints, "dual", "Y")
    y, weights, factor = (
        data.vector(claim, "vector", "Y"),
        data.weights(claim),
        _number(claim, "lambda", 0),
    )
    rest = Vector.combination([(Fraction(1), data.measure(c)), (Fraction(-1), y)], data.m)
    tight(data.dual(w), weights, factor)
    half = Fraction(1, 2)
    primal = weighted(c, weights).times(factor) + Roots.rational(half * pairing(rest, rest))
    dual = Roots.rational(pairing(y, w) - half * pairing(w, w))
    words = f"min {short(factor)} {_sum(claim)} + |A z - {claim['vector']}|_l2^2 / 2"
    return _between(claim, primal, dual, words)


def in_class(data: Data, claim: Table, hints: Table) -> str:
    """sigma_s(H x)_l1 <= delta sqrt(s): the best s-term error leaves out the s largest moduli."""
    s, delta, difference = _error(data, claim)
    if difference > 0:
        raise Rejected(f"the error of the best {s} terms is greater")
    return f"{claim['vector']} is in M_1: sigma_{s}(H {claim['vector']})_l1 / sqrt({s}) <= {delta}"


def not_in_class(data: Data, claim: Table, hints: Table) -> str:
    """sigma_s(H x)_l1 > delta sqrt(s)."""
    s, delta, difference = _error(data, claim)
    if difference <= 0:
        raise Rejected(f"the error of the best {s} terms is not greater")
    words = f"sigma_{s}(H {claim['vector']})_l1 / sqrt({s}) > {delta}"
    return f"{claim['vector']} is not in M_1: {words}"


def _error(data: Data, claim: Table) -> tuple[int, str, int]:
    s = read_natural(claim["s"], "claim.s", data.n + 1)
    delta = _number(claim, "delta", 0)
    if not s:
        raise Unreadable("claim.s: at least 1")
    c = data.h.apply(data.vector(claim, "vector", "X"))
    smallest = sorted(c.squares())[: data.n - s]
    moduli = Roots.total(Roots.sqrt(Fraction(square)) for square in smallest if square)
    error = moduli.times(Fraction(1, c.denominator))
    return s, short(delta), sign(error - Roots.sqrt(Fraction(s)).times(delta))


WEIGHTS = ("weights",)
SAYS: dict[str, Row] = {
    "basis pursuit value": Row(("value", "vector"), WEIGHTS, ("dual", "primal"), value),
    "unique minimiser": Row(("minimiser", "vector"), WEIGHTS, ("dual", "left_inverse"), unique),
    "not unique": Row(("vector",), WEIGHTS, ("dual", "first", "second"), not_unique),
    "all minimisers": Row(("dual", "vector"), WEIGHTS, ("primal",), all_minimisers),
    "hull of minimisers": Row(("vector", "vertices"), WEIGHTS, ("dual",), hull),
    "least l2 minimiser": Row(("minimiser", "vector"), WEIGHTS, ("dual", "multiplier"), least),
    "infeasible": Row(("eta", "vector"), (), ("dual",), infeasible),
    "QCBP": Row(("eta", "high", "low", "vector"), WEIGHTS, ("dual", "primal"), qcbp),
    "LASSO": Row(("high", "lambda", "low", "vector"), WEIGHTS, ("dual", "primal"), lasso),
    "in M1": Row(("delta", "s", "vector"), (), (), in_class),
    "not in M1": Row(("delta", "s", "vector"), (), (), not_in_class),
}
