"""What is said of the robust null space property and of what it gives, and how it is checked.

B = A H*.  The certificate brings the property along as `property`, an object with `norm`, `rho`,
`gamma` and one of

    weights     a matrix: see `null_space.weights`
    duals       one vector for each support with signs: see `null_space.duals`

and the claim on recovery adds `balance`: see `recovery`.  The claims about one image have the hint
`proof`, either these two and `order`, or what `stability` needs: `dual`, `left`, `places`.
"""

from __future__ import annotations

from fractions import Fraction

from ..exact import Roots
from ..format import (
    SMALL_BITS,
    Rejected,
    Unreadable,
    as_list,
    as_object,
    choice,
    fields,
    read_natural,
    read_small,
    short,
)  # fmt: skip
from ..matrices import Matrix, Vector
from ..norms import plain
from .data import PARTS, Data, Table, integers, sign
from .decoder import Row
from .null_space import Constants, duals, ratio_at_least, stacked, violates, weights
from .recovery import bounds, recovers
from .stability import radius

LARGEST = 1 << 10  # columns of B; the check takes N^2 m steps
NORMS = {"l1": "l1", "l2": "l2"}
FORMS = {
    "l1": "|c_S|_l1 <= {rho} |c_Sc|_l1 + {gamma} |A H* c|_l2",
    "l2": "|c_S|_l2 <= {rho} / sqrt({order}) |c_Sc|_l1 + {gamma} |A H* c|_l2",
}
DECODER = "every minimiser x^ of |H z|_l1 over |A z - {y}|_l2 <= {eta}"


def analysed(data: Data) -> Matrix:
    """B = A H*, (m, N).  Raises Rejected if it is too large."""
    if data.n > LARGEST:
        raise Rejected(f"{data.n} columns; this is for at most {LARGEST}")
    return stacked(data.columns(range(data.n)), data.m).transposed()


def _order(data: Data, table: Table, where: str = "claim") -> int:
    found = read_natural(table["order"], where + ".order", data.n + 1)
    if not found:
        raise Unreadable(f"{where}.order: at least 1")
    return found


def _number(table: Table, key: str, where: str) -> Fraction:
    found = read_small(table[key], f"{where}.{key}")
    if found < 0:
        raise Unreadable(f"{where}.{key}: must not be negative")
    return found


def _constants(table: Table, order: int, where: str) -> Constants:
    norm = choice(table["norm"], f"{where}.norm", NORMS)
    return Constants(norm, order, _number(table, "rho", where), _number(table, "gamma", where))


def _matrix(value: object, where: str, shape: tuple[int, int]) -> Matrix:
    """Rows of integers over one positive number."""
    table = fields(value, where, ("over", "real"), ("imaginary",))
    over = read_natural(table["over"], where + ".over", 1 << SMALL_BITS)
    real, imag = [
        [integers(row, f"{where}.{part}") for row in as_list(table.get(part, []), where)]
        for part in PARTS
    ]
    sizes = [(len(part), {len(row) for row in part}) for part in (real, imag)]
    if not over or sizes[0] != (shape[0], {shape[1]}) or sizes[1] not in (sizes[0], (0, set())):
        raise Unreadable(f"{where}: {shape[0]} rows of {shape[1]} integers over a positive one")
    return Matrix.of(real, imag, over, shape[1])


def _vectors(value: object, where: str, dimension: int) -> list[Vector]:
    """Real vectors of one dimension: rows of integers, each with its denominator last."""
    found: list[Vector] = []
    for entry in as_list(value, where):
        row = integers(entry, where)
        if len(row) != dimension + 1 or row[-1] <= 0:
            raise Unreadable(f"{where}: {dimension} integers and a positive denominator")
        found.append(Vector.of(row[:-1], (), row[-1]))
    return found


def _proved(data: Data, value: object, order: int, where: str = "certificate") -> Constants:
    """The property that the hint `property` proves.  Raises Unreadable, Rejected."""
    where += ".property"
    kind = "duals" if "duals" in as_object(value, where) else "weights"
    table = fields(value, where, ("gamma", "norm", "rho", kind))
    found, matrix = _constants(table, order, where), analysed(data)
    if kind == "duals":
        _real(data)
    if kind == "weights":
        weight = _matrix(table[kind], f"{where}.{kind}", (data.n, data.m))
        if not weights(matrix, weight, order).gives(found):
            raise Rejected(
                f"the weights do not prove rho = {short(found.rho)}, gamma = {short(found.gamma)}"
            )
    elif found.norm == "l2":
        raise Unreadable(f"{where}: duals are for the norm l1")
    else:
        vectors = _vectors(table[kind], f"{where}.{kind}", data.m)
        duals(matrix, order, found.rho, found.gamma, vectors)
    return found


def _real(data: Data) -> None:
    """Duals are about c in R^N.  Raises Rejected for a problem over C."""
    if data.problem.field != "R":
        raise Rejected("duals are for a problem over R: a complex sign has infinitely many values")


def _space(data: Data) -> str:
    return f"{data.problem.field}^{data.n}"


def _inequality(data: Data, claimed: Constants) -> str:
    form = FORMS[claimed.norm].format(
        rho=short(claimed.rho), gamma=short(claimed.gamma), order=claimed.order
    )
    return f"{form} for all S of at most {claimed.order} indices and all c in {_space(data)}"


def has_property(data: Data, claim: Table, hints: Table) -> str:
    """The property with the numbers of the claim."""
    claimed = _constants(claim, _order(data, claim), "claim")
    found = _proved(data, hints["property"], claimed.order)
    if found.norm != claimed.norm or found.rho > claimed.rho or found.gamma > claimed.gamma:
        raise Rejected("the certificate proves the property with other constants")
    return f"robust null space property: {_inequality(data, claimed)}"


def _witness(data: Data, hints: Table) -> tuple[Vector, list[int]]:
    support = [
        read_natural(j, "certificate.support", data.n)
        for j in as_list(hints["support"], "certificate.support")
    ]
    return data.hint(hints, "vector", "X"), support


def fails(data: Data, claim: Table, hints: Table) -> str:
    """The property is false for the numbers of the claim, for one c and S."""
    claimed = _constants(claim, _order(data, claim), "claim")
    violates(analysed(data), claimed, *_witness(data, hints))
    return f"it is false that {_inequality(data, claimed)}"


def never(data: Data, claim: Table, hints: Table) -> str:
    """The property is false for all rho < 1 and all gamma."""
    order = _order(data, claim)
    ratio_at_least(analysed(data), order, Fraction(1), *_witness(data, hints))
    return (
        f"no rho < 1 and gamma give the robust null space property of order {order}, and some "
        f"vector of at most {order} nonzero coefficients is not the only minimiser of |H z|_l1"
    )


def constant(data: Data, claim: Table, hints: Table) -> str:
    """The null space constant is a number: no less by a vector, no more by the duals."""
    _real(data)
    order, value, matrix = _order(data, claim), _number(claim, "value", "claim"), analysed(data)
    duals(matrix, order, value, None, _vectors(hints["duals"], "certificate.duals", data.m))
    ratio_at_least(matrix, order, value, *_witness(data, hints))
    return (
        f"the largest |c_S|_l1 / |c_Sc|_l1 over |S| <= {order} and all c != 0 of "
        f"{_space(data)} with A H* c = 0 is {short(value)}"
    )


def infinite(data: Data, claim: Table, hints: Table) -> str:
    """The null space constant is infinite: the kernel has a sparse vector."""
    order = _order(data, claim)
    ratio_at_least(analysed(data), order, None, *_witness(data, hints))
    return f"A H* c = 0 for some c != 0 with at most {order} nonzero entries"


def recovery(data: Data, claim: Table, hints: Table) -> str:
    """(B.2) with the claim's C1 and C2, for all x and e and every minimiser."""
    order = _order(data, claim)
    c1, c2 = (_number(claim, key, "claim") for key in ("c1", "c2"))
    found = _proved(data, hints["property"], order)
    recovers(found, _number(hints, "balance", "certificate"), c1, c2)
    about = DECODER.format(y="(A x + e)", eta="eta")
    return (
        f"for all x in {_space(data)}, all e with |e|_l2 <= eta and {about}: |x^ - x|_l2 <= "
        f"{short(c1)} sigma_{order}(H x)_l1 / sqrt({order}) + {short(c2)} eta"
    )


def _error_bound(data: Data, claim: Table, hints: Table, eta: Fraction) -> Roots:
    """A bound of |x^ - x| for the claim's x, all |e| <= eta and all minimisers x^.

    By the property it is C1 sigma_s(H x)_l1 / sqrt(s) + C2 eta, C1 / sqrt(s) rounded upwards.
    """
    where = "certificate.proof"
    c = data.h.apply(data.vector(claim, "vector", "X"))
    if "property" not in as_object(hints["proof"], where):
        proof = fields(hints["proof"], where, ("dual", "left", "places"))
        listed = as_list(proof["places"], where + ".places")
        places = [read_natural(j, where + ".places", data.n) for j in listed]
        if not places or sorted(set(places)) != places:
            raise Unreadable(f"{where}.places: at least one index, increasing")
        left = _matrix(proof["left"], where + ".left", (len(places), data.m))
        return Roots.rational(radius(data, c, eta, places, data.hint(proof, "dual", "Y"), left))
    proof = fields(hints["proof"], where, ("balance", "order", "property"))
    order = _order(data, proof, where)
    found = _proved(data, proof["property"], order, where)
    square, c2 = bounds(found, _number(proof, "balance", where))
    smallest = sorted(c.squares())[: data.n - order]
    sigma = Roots.total(Roots.sqrt(Fraction(a)) for a in smallest if a)
    factor = Roots.sqrt(square * Fraction(1, order)).upper() * Fraction(1, c.denominator)
    return sigma.times(factor) + Roots.rational(c2 * eta)


def recovers_vector(data: Data, claim: Table, hints: Table) -> str:
    """(B.2), or `stability`, for one x: no minimiser is farther from x than the radius."""
    eta, radius = (_number(claim, key, "claim") for key in ("eta", "radius"))
    if sign(Roots.rational(radius) - _error_bound(data, claim, hints, eta)) < 0:
        raise Rejected("the radius is below the bound")
    x = claim["vector"]
    if not eta and not radius:
        return f"{x} is the only minimiser of |H z|_l1 over A z = A {x}"
    about = DECODER.format(y=f"(A {x} + e)", eta=short(eta))
    return f"for all e with |e|_l2 <= {short(eta)} and {about}: |x^ - {x}|_l2 <= {short(radius)}"


def not_deceived(data: Data, claim: Table, hints: Table) -> str:
    """Appendix B.4: (4.4) holds for x, x', and (4.3) is false for x', x'' and the decoder.

    e = A x' - A x has |e| <= eta, so |x^ - x| <= r for the minimisers x^ at A x', r the bound of
    `recovers_vector`; if |x - x''| is greater than this by eta or more, |x^ - x''| >= eta.
    """
    eta = _number(claim, "eta", "claim")
    x, prime, second = (data.vector(claim, key, "X") for key in ("vector", "prime", "second"))
    one, minus = Fraction(1), Fraction(-1)
    change = data.a.apply(Vector.combination([(one, prime), (minus, x)], data.n))
    if sign(Roots.rational(eta) - plain("l2", change)) < 0:
        raise Rejected("the measurements of the two images differ by more than eta")
    apart = plain("l2", Vector.combination([(one, x), (minus, second)], data.n))
    if sign(apart - _error_bound(data, claim, hints, eta) - Roots.rational(eta)) < 0:
        raise Rejected("the images are not farther apart than the bound")
    names = {key: claim[key] for key in ("vector", "prime", "second")}
    about = DECODER.format(y=f"(A {names['prime']})", eta=short(eta))
    return (
        f"|A {names['prime']} - A {names['vector']}|_l2 <= {short(eta)}, but for {about}: "
        f"|x^ - {names['second']}|_l2 >= {short(eta)}"
    )


CONSTANTS = ("gamma", "norm", "order", "rho")
WITNESS = ("support", "vector")
DECODED = ("balance", "property")
SAYS: dict[str, Row] = {
    "robust null space property": Row(CONSTANTS, (), ("property",), has_property),
    "robust null space property fails": Row(CONSTANTS, (), WITNESS, fails),
    "never the robust null space property": Row(("order",), (), WITNESS, never),
    "null space constant": Row(("order", "value"), (), ("duals", *WITNESS), constant),
    "null space constant infinite": Row(("order",), (), WITNESS, infinite),
    "recovery": Row(("c1", "c2", "order"), (), DECODED, recovery),
    "recovery of a vector": Row(("eta", "radius", "vector"), (), ("proof",), recovers_vector),
    "not deceived": Row(("eta", "prime", "second", "vector"), (), ("proof",), not_deceived),
}
