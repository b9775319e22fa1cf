"""Theorem 4.10: training need not give an optimal map, and the map that is sought need not exist.

All of it rests on two images x_1 and x_1 + z of M1 that A hardly tells apart.  For values p of
Psi at A x_1 and q at A(x_1 + z)

    |z|  <=  |x_1 - p|  +  |p - q|  +  |q - (x_1 + z)|,       |p - q| <= L |A z|.

(ii)  If 2 delta < |z| - L |A z|, both errors cannot be at most delta (`4.10.ii`).
(i)   If A z = 0, the best value at this measurement is x_1 + z/2, with error |z|/2; a map with
      error at most delta < |z|/2 at x_1 has at least |z| - delta > |z|/2 at x_1 + z, so it is not
      optimal (`4.10.i`) if no other fibre has a radius above |z|/2, as for x_1/j, which have
      different measurements (`4.10.many`); no Lipschitz constant is used.  If A is injective the
      optimum is 0, and L |A z| < |z| is enough for no map with constant L to be optimal
      (`4.10.i.full`); no delta is.

Nothing else is asked of the other members of M1, so K is any number, and infinity.  With
x_1 = h - z/2 the two lie in the unit ball for all h with 2 |h| + |z| <= 2, and so do their
multiples by numbers u of modulus 1: one certificate covers all these sets M1, over R too, where
the paper's multiples are two.  The values p and q are any vectors in the certificates, so they
cover multivalued maps: if the Hausdorff distance of Psi(y) and Psi(y') is at most L |y - y'|, then
for each p of the one and t > 0 there is a q of the other with |p - q| <= L |y - y'| + t, and the
distance of Psi(y) to a point is the supremum of the distances of its values.

|z| = 1/2 gives the printed bound, delta < (1 - L s)/4 with s = |A z|/|z|.  |z| may be as large as
2, which covers all delta < 1 - L s; for s the least |A v|/|v| no larger delta is covered by any M1
(docs/findings.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from certificates.exact import Roots
from certificates.format import Rejected, short, write_json
from certificates.linear import Linear
from certificates.matrices import Vector
from certificates.norms import Norm

from .arrays import BadInput, exact_rows, inline_rows, number, sized
from .constants import Constants, lipschitz_of, prove_lipschitz, settled
from .decimals import decimal
from .derivation import Derivation, Fact
from .near_kernel import direction, is_zero, ratio, scaled, unit
from .operators import realise
from .outcome import Claim, Figure, Numbers, Outcome, Theorem, statement
from .problem import Case, Problem
from .singular import smallest

NONE, KERNEL, FULL, PAIR, MANY = "4.10.ii", "4.10.i", "4.10.i.full", "4.10.pair", "4.10.many"
FAMILY = "4.10.family"
FIRST, SECOND = "u (h - 1/2 z)", "u (h + 1/2 z)"
SAYS = {
    NONE: "no map with constant L has errors of at most delta at x_1 and at x_1 + z",
    KERNEL: "a map with error at most delta at x_1 is not optimal where c_opt is |z|/2: its error "
    "at x_1 + z is larger",
    FULL: "no map with constant L is optimal, whatever its error on T is",
    PAIR: "the two errors of this Psi are at least |z| - L |A z| in all",
    MANY: "x_1, x_1/2, x_1/3, ... serve as T, for every K and for infinitely many",
}
SIZE = Fraction(1, 2)  # of z, in print
LISTED = 10  # members of an infinite T that are written out


# -------------------------------------------------------------------------- the proofs


def _ball(d: Derivation) -> None:
    """Both images are in the unit ball."""
    inside = d.step("range", variable="h", number=1)
    for sign in (-1, 1):
        d.add(d.triangle("u h", (sign, "1/2 u z")), inside, by=[1, Fraction(1, 2)])


def _around(d: Derivation) -> Fact:
    """|z| through p and q."""
    return d.triangle(f"{SECOND} - q", "q - p", f"p - ({FIRST})")


def prove_none(d: Derivation, small: Fact) -> None:
    """`4.10.ii`."""
    _ball(d)
    near, other = (d.step("range", variable=name, number=1) for name in ("p", "q"))
    d.add(_around(d), near, other, small)


def prove_kernel(d: Derivation, kernel: Fact, small: Fact) -> None:
    """`4.10.i`, with c = u h: its distance to both is |1/2 z|, which is read as 1/2 |z|."""
    _ball(d)
    d.add(kernel)
    d.step("nonnegative", scalar="0")
    near = d.step("range", variable="p", number=1)
    far = d.add(d.triangle(f"{SECOND} - p", f"p - ({FIRST})"), near)
    d.add(far, small, by=[2, 1])


def prove_full(d: Derivation) -> None:
    """`4.10.i.full`."""
    _ball(d)
    d.add(_around(d), d.step("range", variable="q", number=1))


def prove_pair(d: Derivation, lipschitz: Fact) -> Fact:
    """`4.10.pair`."""
    change = d.step("lipschitz", lipschitz, left="A(x_1 + z)", right="A x_1")
    apart = d.triangle(
        "x_1 + z - Psi(A(x_1 + z))", "Psi(A(x_1 + z)) - Psi(A x_1)", "Psi(A x_1) - x_1"
    )
    return d.add(apart, change)


def prove_family(d: Derivation, size: Fact, small: Fact, inside: Fact) -> None:
    """`4.10.family`, with p = x_1 + z/2 - w."""
    d.add(inside)
    size = d.step("weaken", size, claim="|z| <= 1/2")
    d.add(d.triangle((-1, "1/2 z"), (-1, "w")), size, small, by=[1, Fraction(1, 2), 1])


CHOICES = {KERNEL: {"c": "u h"}, FAMILY: {"p": "x_1 + 1/2 z - w"}}


def prove(identifier: str) -> Derivation:
    """The proof for all normed spaces.  Raises BadInput for a statement that is about data only."""
    if identifier not in (NONE, KERNEL, FULL, PAIR, FAMILY):
        raise BadInput(f"{identifier} is about concrete data; it has no proof for all spaces")
    d = Derivation(statement(identifier), choices=CHOICES.get(identifier))
    if identifier == NONE:
        prove_none(d, d.given("small"))
    elif identifier == KERNEL:
        prove_kernel(d, d.given("kernel"), d.given("small"))
    elif identifier == FULL:
        d.given("room")
        prove_full(d)
    elif identifier == FAMILY:
        prove_family(d, *(d.given(label) for label in ("size", "small", "inside")))
    else:
        prove_pair(d, d.given("lipschitz"))
    return d


# ------------------------------------------------------------------------------ on the data


@dataclass(frozen=True)
class Setting:
    """The operator and its norms, what of the problem is fixed, and the direction z that serves.

    `low` and `high` bound s = |A z|/|z|; `count` is K, or None for infinity.
    """

    problem: Problem
    form: Linear
    domain: Norm
    target: Norm
    z: Vector
    kernel: bool
    low: Fraction
    high: Fraction
    lipschitz: Fraction
    delta: Fraction
    count: int | None
    words: tuple[str, ...]
    psi: tuple[Constants, Fraction | None] | None

    def case(self, identifier: str, **chosen: Vector) -> Case:
        """The problem of one statement."""
        names = {"L": self.lipschitz, "delta": self.delta}
        slope = self.psi[1] if self.psi else None
        return self.problem.case(statement(identifier), names, slope, {"z": self.z, **chosen})


def derive_none(problem: Problem) -> Outcome:
    """Theorem 4.10 (ii) on the data: a pair of images that no map with constant L recovers.

    Raises BadInput where the data do not fit, or L is missing.
    """
    return _derive(NONE, problem)


def derive_optimal(problem: Problem) -> Outcome:
    """Theorem 4.10 (i) on the data: with a kernel `4.10.i`, for an injective A `4.10.i.full`.

    Raises BadInput where the data do not fit, or L is missing.
    """
    return _derive(KERNEL, problem)


def _derive(identifier: str, problem: Problem) -> Outcome:
    given = _setting(problem, needs_bound=identifier == NONE)
    if identifier == KERNEL and not given.kernel:
        identifier = FULL
    case = given.case(identifier)
    d = Derivation(statement(identifier), case.data, case.problem_file, "certified",
                   CHOICES.get(identifier))  # fmt: skip
    try:
        if identifier == NONE:
            prove_none(d, d.compute("2 delta < |z| - L |A z|"))
        elif identifier == KERNEL:
            prove_kernel(d, d.compute("|A z| <= 0"), d.compute("2 delta < |z|"))
        else:
            d.compute("L |A z| < |z|")
            prove_full(d)
    except Rejected:
        return _vacuous(identifier, given, case)
    claims = [Claim(identifier, statement(identifier), d, SAYS[identifier])]
    h, many = _members(given)
    files: dict[str, bytes] = {}
    notes = [*given.words, *_about(identifier, given)]
    if many is None:
        notes.append(
            "A = 0: all members of M1 have one measurement; T may be x_1 + t z with small t >= 0, "
            "at most 1: u h is within |z|/2 of all of them"
        )
    else:
        claims.append(many)
        rows = _listed(given, h)
        files["M1.json"] = _written(rows)
        notes.append(
            f"M1.json: x_1 + z, then x_1 / j for j = 1, ..., {len(rows) - 1}"
            + ("; and so on for K infinite" if given.count is None else "")
            + "; T is M1 without x_1 + z; all other h, and all u x, serve as well: uncountably many"
        )
    if given.psi is not None:
        x_1 = Vector.combination([(Fraction(1), h), (Fraction(-1, 2), given.z)], h.dimension)
        claim, said = _about_psi(given, x_1)
        claims.append(claim)
        notes += said
    if not given.kernel:
        found = smallest(problem.operator, given.form, None, problem.folder)
        notes.append(found.line + " (in l2)")
        notes.append(
            "that A is injective, and the optimum 0, follows from it"
            if found.files
            else "that A is injective, and the optimum 0, is known by elimination, not certified"
        )
        files |= found.files
    return Outcome("certified", case, tuple(claims), tuple(_figures(given)), tuple(notes),
                   extra_files=files)  # fmt: skip


def _setting(problem: Problem, needs_bound: bool) -> Setting:
    """z, L and delta."""
    words: list[str] = []
    count = _count(problem.members)
    n = realise(problem.operator, "operator", "A", problem.folder).shape[1]
    blank = replace(problem, psi=None)
    zero, file = Fraction(0), statement(NONE)
    read = blank.case(file, {"L": zero, "delta": zero}, chosen={"z": unit(n, 0)}).data
    form, spaces = read.operators["A"], read.spaces
    domain, target = spaces["X"].norm, spaces["Y"].norm
    way = direction(form, domain, target)
    low, high = ratio(form, way.vector, domain, target)
    lipschitz, psi = _lipschitz(problem, way.vector, way.kernel, needs_bound, words)
    room = 1 - lipschitz * high  # of |z|; at least this
    delta = _delta(problem, room, words)
    size = SIZE
    if 0 < SIZE * room * (1 - Fraction(1, 1 << 20)) <= 2 * delta < 2 * room:
        size = delta / room + 1  # half-way from the least to 2
        words.append(
            f"|z| = {short(size)}: delta is at least (1 - L s)/4, for which |z| = 1/2 is too short"
        )
    z = scaled(way.vector, domain, size)
    return Setting(problem, form, domain, target, z, way.kernel, low, high, lipschitz, delta,
                   count, tuple(words), psi)  # fmt: skip


def _count(value: object) -> int | None:
    if value == "infinity":
        return None
    if type(value) is not int or not 2 <= value <= 1000:
        raise BadInput('members: K is a whole number from 2 to 1000, or "infinity"')
    return value


def _lipschitz(
    problem: Problem, z: Vector, kernel: bool, needed: bool, words: list[str]
) -> tuple[Fraction, tuple[Constants, Fraction | None] | None]:
    """L, and what settles it for the Psi that is given."""
    if problem.psi is None:
        if problem.lipschitz != "least":
            bound = number(problem.lipschitz, "lipschitz")
            if bound < 0:
                raise BadInput(f"lipschitz: L must not be negative, it is {short(bound)}")
            return bound, None
        if not kernel:
            raise BadInput(
                "lipschitz: A is injective, and then the theorem is about a number L; give one"
            )
        if needed:
            words.append("L: any number serves, because A z = 0; 1 is taken")
        return Fraction(1), None
    file, one = statement(PAIR), {"L": Fraction(1)}
    chosen = {"x_1": z, "z": z}

    def read(slope: Fraction) -> Case:
        return problem.case(file, one, slope, chosen)

    numbers = Numbers(file, problem.case(file, one, chosen=chosen).data)
    bound, slope, proposal = lipschitz_of(problem, numbers, lambda s: read(s).data, words)
    data = problem.case(file, {"L": bound}, slope, chosen).data
    found = settled(Numbers(file, data), bound, proposal, [])
    return bound, (found, slope)


def _delta(problem: Problem, room: Fraction, words: list[str]) -> Fraction:
    """The problem's delta; for "least" nine tenths of the printed bound."""
    if problem.delta != "least":
        delta = number(problem.delta, "delta")
        if delta < 0:
            raise BadInput(f"delta: must not be negative, it is {short(delta)}")
        return delta
    delta = max(room * Fraction(9, 40), Fraction(0)).limit_denominator(1000)
    words.append(f"delta: {short(delta)} is taken, below the printed bound (1 - L s)/4")
    return delta


def _members(given: Setting) -> tuple[Vector, Claim | None]:
    """h, and the certificate that x_1, x_1/2, ... serve; None where A = 0."""
    n = given.form.shape[1]
    room = 1 - given.domain.of(given.z).upper() / 2
    for v in _seeds(given):
        factor = min(Fraction(1), Fraction(room) / given.domain.of(v).upper())
        for sign in (1, -1):
            h = Vector.combination([(sign * factor, v)], n)
            claim = _many(given, h)
            if claim is not None:
                return h, claim
    nothing = Vector.of([0] * n)
    return nothing, _many(given, nothing)


def _seeds(given: Setting) -> Iterator[Vector]:
    """Directions for h: that of the image x, then unit vectors."""
    n = given.form.shape[1]
    x = exact_rows(sized(given.problem.x, "x", n, given.problem.folder), 1)[0]
    if not is_zero(x):
        yield x
    yield from (unit(n, k) for k in range(n))


def _many(given: Setting, h: Vector) -> Claim | None:
    x_1 = Vector.combination([(Fraction(1), h), (Fraction(-1, 2), given.z)], h.dimension)
    if is_zero(x_1) or is_zero(given.form.apply(x_1)):
        return None
    case = given.case(MANY, x_1=x_1)
    d = Derivation(statement(MANY), case.data, case.problem_file)
    try:
        for text in ("0 < |A x_1|", "0 < |z|", "|x_1| <= |x_1 + z|", "|x_1 + z| <= 1"):
            d.compute(text)
    except Rejected:
        return None
    return Claim(MANY, statement(MANY), d, SAYS[MANY], case)


def _listed(given: Setting, h: Vector) -> list[Vector]:
    """x_1 + z, and K multiples of x_1."""
    one, n = Fraction(1), h.dimension
    x_1 = Vector.combination([(one, h), (Fraction(-1, 2), given.z)], n)
    rows = [Vector.combination([(one, x_1), (one, given.z)], n)]
    count = LISTED if given.count is None else given.count
    return rows + [Vector.combination([(Fraction(1, j), x_1)], n) for j in range(1, count + 1)]


def _written(rows: list[Vector]) -> bytes:
    form = inline_rows(rows)
    if "entries" in form:
        return write_json(form["entries"])
    return write_json({key: part["entries"] for key, part in form.items()})  # type: ignore[index]


def _about_psi(given: Setting, x_1: Vector) -> tuple[Claim, list[str]]:
    """What the theorem says of this Psi, and which of the two images it fails, by how much."""
    case = given.case(PAIR, x_1=x_1)
    d = Derivation(statement(PAIR), case.data, case.problem_file)
    chosen = given.psi[0] if given.psi else None
    prove_pair(d, prove_lipschitz(d, chosen) if chosen else d.given("lipschitz"))
    claim = Claim(PAIR, statement(PAIR), d, SAYS[PAIR], case)
    numbers = Numbers(statement(PAIR), case.data)
    said = list(chosen.words) if chosen else []
    for name, text in (("x_1", "|Psi(A x_1) - x_1|"),
                       ("x_1 + z", "|Psi(A(x_1 + z)) - (x_1 + z)|")):  # fmt: skip
        error = numbers(text)
        if error is None:
            said.append(f"Psi at {name}: no known value")
            continue
        excess = error - Roots.rational(given.delta)
        tail = f"more than delta by {decimal(excess)}" if excess.sign() > 0 else "at most delta"
        said.append(f"Psi at {name}: error {decimal(error)}, {tail}")
    return claim, said


def _vacuous(identifier: str, given: Setting, case: Case) -> Outcome:
    """The certificate that delta, or L, is too large for z."""
    d = Derivation(statement(identifier), case.data, case.problem_file, "vacuous")
    false = {NONE: "|z| - L |A z| <= 2 delta", KERNEL: "|z| <= 2 delta", FULL: "|z| <= L |A z|"}
    d.compute(false[identifier])
    about = (
        "L s < 1 is needed, s = |A z|/|z|: for this z no map is excluded"
        if given.lipschitz * given.high >= 1
        else "delta < 1 - L s is needed: beyond, two points of the unit ball are too near"
    )
    claim = Claim(identifier, statement(identifier), d, SAYS[identifier])
    return Outcome("vacuous", case, (claim,), tuple(_figures(given)), (*given.words, about))


def _figures(given: Setting) -> Iterator[Figure]:
    numbers = Numbers(statement(NONE), given.case(NONE).data)
    yield Figure("|z|", numbers("|z|"), "how far the two images are apart")
    yield Figure("|A z|", numbers("|A z|"), "how far their measurements are apart")
    yield Figure("L", numbers("L"), "Lipschitz constant of Psi")
    yield Figure("delta", numbers("delta"), "error on T")
    slack = 1 - given.lipschitz * given.high
    if slack > 0:
        yield Figure("(1 - L s)/4", Roots.rational(slack / 4), "the printed bound on delta")
        yield Figure("1 - L s", Roots.rational(slack), "up to here (ii) holds, with |z| up to 2")
    low = numbers("|z| - L |A z|")
    if low is not None and low.sign() > 0:
        note = "no map with constant L has a smaller worst error on M1"
        yield Figure("lower bound", low.times(Fraction(1, 2)), note)


def _about(identifier: str, given: Setting) -> Iterator[str]:
    m, n = given.form.shape
    if given.kernel:
        yield (
            f"A has {n} columns and rank below {n}: z is in its kernel exactly, so L plays no part"
            + (
                " (also where A has full row rank and the printed sigma_min is positive)"
                if m < n
                else ""
            )
        )
    else:
        yield f"A is injective: s = |A z|/|z| is at most {decimal(Roots.rational(given.high))}"
    if identifier == KERNEL:
        yield (
            "the optimum over all maps is |z|/2 at this measurement, attained at u h; with the "
            "values x_1 and x_1 + z alone it is |z|, and a map that takes x_1 there is optimal "
            "among those"
        )
        yield "the optimum is missed by |z|/2 - delta at least: no family of such maps comes nearer"
    if identifier == FULL:
        yield "the optimum is 0, the worst error at least (|z| - L |A z|)/2; delta plays no part"


OPTIMAL = Theorem(
    KERNEL,
    "a map that performs well on T need not be optimal on M1, which has one image more",
    "operator, x (the direction of h); delta, lipschitz, members (K), psi",
    (KERNEL, FULL, FAMILY),
    derive_optimal,
    prove,
    "rank-deficient",
)
NO_MAP = Theorem(
    NONE,
    "no map with Lipschitz constant L recovers all of M1 to within delta",
    "operator, x (the direction of h), lipschitz; delta, members (K), psi",
    (NONE, PAIR),
    derive_none,
    prove,
    "near-singular",
)
