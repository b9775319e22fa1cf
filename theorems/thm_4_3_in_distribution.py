"""Theorem 4.3 (i): a map that performs well on T hallucinates on larger sets M1.

Take x in T (the paper's x'), a detail x_det and a small eta.  For u of modulus 1 the image

    X = x + u (eta + x_det)        (the paper has u = e^(ni), n = 1, 2, ...)

has a measurement near to that of x, and |Psi(A x) - x| <= delta.  So Psi(A X) is near to x, that
is, to X + lambda x_det with lambda = -u, up to eta:

    |Psi(A X) - (X - u x_det)|
        <=  |Psi(A X) - Psi(A x)|  +  |Psi(A x) - x|  +  |u eta|
        <=  L (|A eta| + |A x_det|)  +  delta  +  |eta|   <=   delta/4 + delta/4 + delta + delta/2.

One certificate covers every u, hence every n at once, and every eta with 4 L |A eta| <= delta and
2 |eta| <= delta, hence all sets M1 of the family.  A second one covers the hypothesis on T, and
others the eta that is chosen here: it is admissible, A(eta + x_det) is not 0, and no new member of
M1 shares its measurement with a member of T.  The paper's proof does not ask for the last; without
it the algorithm of part (ii) would return Psi where it must not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from certificates.exact import Roots
from certificates.format import Rejected, short
from certificates.matrices import Vector

from .arrays import BadInput, array, exact_rows, number
from .constants import Constants, against, exceeds, lipschitz_of, prove_lipschitz, settled
from .decimals import both, decimal
from .derivation import Derivation, Fact
from .inexact import is_inexact
from .lipschitz import largest, short_above
from .outcome import Claim, Figure, Numbers, Outcome, Picture, Theorem, Verdict, statement
from .problem import Case, Layers, NetworkFile, Problem, Weights

MAIN, FIT, ETA, APART, ZERO = "4.3.i", "4.3.fit", "4.3.eta", "4.3.apart", "4.3.zero"
NEW, FIXED = "x + u (eta + x_det)", "x + u (eta_1 + x_det)"
AT_X = "|Psi(A x) - x|"
SAYS = {
    MAIN: "for every u, |u| = 1, and every admissible eta: |Psi(A X) - (X - u x_det)| <= 2 delta",
    FIT: "for all t in T: |Psi(A t) - t| <= delta",
    ETA: "the chosen eta is admissible, and A(eta + x_det) is not 0",
    APART: "for all t in T and every u: the new member of M1 does not have the measurement A t",
}
HALVINGS = 40  # of a candidate for eta


# -------------------------------------------------------------------------- the proofs


def prove_member(d: Derivation, lipschitz: Fact, detail: Fact, fit: Fact, epsilon: Fact) -> Fact:
    """Both conclusions of `4.3.i`, from the four hypotheses."""
    close, small = (d.step("range", variable="eta", number=k) for k in (1, 2))
    change = d.step("lipschitz", lipschitz, left=f"A({NEW})", right="A x")
    apart = d.triangle("A eta", "A x_det")
    split = d.triangle(f"Psi(A({NEW})) - Psi(A x)", "Psi(A x) - x", (-1, "u eta"))
    quarter, half = Fraction(1, 4), Fraction(1, 2)
    moved = d.add(change, apart, close, detail, by=[1, "L", quarter, quarter])
    found = d.add(split, moved, fit, small, by=[1, 1, 1, half])
    # 2 L |A(eta + x_det)| <= delta <= 2 L epsilon, and L > 0
    near = d.add(apart, close, detail, epsilon, by=["2 L", half, half, 1])
    over = d.step("denied", conclusion=2, alternative=1)
    d.add(d.step("product", d.step("sign", constant="L"), over), near, by=[2, 1])
    return found


def prove(identifier: str) -> Derivation:
    """The proof for all normed spaces.  Raises BadInput for a statement that is about data only."""
    if identifier == ZERO:
        return _prove_zero()
    if identifier != MAIN:
        raise BadInput(f"{identifier} is about concrete data; it has no proof for all spaces")
    d = Derivation(statement(MAIN))
    prove_member(d, *(d.given(label) for label in ("lipschitz", "detail", "fit", "epsilon")))
    return d


def _prove_zero() -> Derivation:
    """Why A = 0 has to be excluded: all of M1 has one measurement, so it lies in one ball."""
    d = Derivation(statement(ZERO))
    labels = ("fit", "hallucination", "recovered", "recovered_too")
    facts = [d.given(label) for label in labels]
    d.add(d.triangle("new + lambda x_det - p", "p - x", "x - q", (-1, "new - q")), *facts)
    return d


def prove_apart(d: Derivation) -> Fact:
    """If the measurements were the same, the distances a = |A t - A x| and b = |A(eta + x_det)|

    would be: a <= b and b <= a by the triangle inequality, so (b - a)(a - b) >= 0, while on the
    data (a - b)^2 > 0 for every t in T.
    """
    new = f"A({FIXED})"
    same = d.step("denied", conclusion=1, alternative=1)
    inside = d.add(d.triangle(f"{new} - A t", "A t - A x"), same)
    outside = d.add(d.triangle((-1, f"{new} - A t"), "u A(eta_1 + x_det)"), same)
    a, b = "|A t - A x|", "|A(eta_1 + x_det)|"
    unequal = d.step("members", claim=f"0 < {a} {a} - 2 {a} {b} + {b} {b}")
    return d.add(d.step("product", inside, outside), unequal)


# ------------------------------------------------------------------------------ on the data


def derive(problem: Problem) -> Outcome:
    """Theorem 4.3 (i) on the data: the family of sets M1, and the eta of one of them.

    Raises BadInput where the data do not fit, a constant cannot be chosen, or no eta exists.
    """
    words: list[str] = []
    if problem.field is None and not isinstance(problem.psi, Layers | NetworkFile):
        problem = replace(problem, field="C")  # e^(ni) is not real
    file, one = statement(MAIN), {"delta": Fraction(1), "L": Fraction(1), "epsilon": Fraction(1)}
    members = _members(problem)
    sets = {"T": members}
    numbers = Numbers(file, problem.case(file, one, sets=sets).data)
    lipschitz, slope, proposal = lipschitz_of(
        problem, numbers, lambda slope: problem.case(file, one, slope, sets=sets).data, words
    )
    if slope is not None:
        numbers = Numbers(file, problem.case(file, one, slope, sets=sets).data)
    fits = _fits(numbers)
    delta = _delta(problem, fits, numbers("|A x_det|"), lipschitz, words)
    epsilon = _epsilon(problem, delta / (2 * lipschitz))
    constants = {"delta": delta, "L": lipschitz, "epsilon": epsilon}
    case = problem.case(file, constants, slope, sets=sets)
    numbers = Numbers(file, case.data)
    chosen = settled(numbers, lipschitz, proposal, words)
    failing = [left for left in ("4 L |A x_det|", AT_X) if exceeds(numbers, left)]
    if failing or chosen.against is not None:
        return _vacuous(case, numbers, chosen, failing)
    for place, eta in _candidates(numbers):  # noqa: B007
        case = problem.case(file, constants, slope, {"eta_1": eta}, sets)
        try:
            claims = list(_about_eta(case))
        except Rejected:
            continue
        break
    else:
        raise BadInput(
            "operator: no eta was found with A(eta + x_det) not 0; for A = 0 there is none, and "
            "then Theorem 4.3 fails (docs/findings.md)"
        )
    numbers = Numbers(file, case.data)
    notes = [*chosen.words, *_choice(place, eta, is_inexact(case.data))]
    try:
        d = Derivation(statement(FIT), case.data, case.problem_file)
        d.step("members", claim="|Psi(A t) - t| <= delta")
        claims.insert(0, Claim(FIT, statement(FIT), d, SAYS[FIT]))
    except Rejected as reason:
        notes.append(f"T: that Psi performs well on all of it is not certified: {reason}")
    figures = [*_figures(numbers, problem, fits)]
    measured = Numbers(statement(ETA), case.data)("|A(eta_1 + x_det)|")
    note = "how far the new measurements are from A x"
    figures.append(Figure("|A(eta + x_det)|", measured, note))
    return Outcome(
        verdict="certified",
        case=case,
        claims=(_main(case, chosen), *claims),
        figures=tuple(figures),
        notes=(*notes, *_about(numbers, problem, len(members))),
        pictures=tuple(_pictures(numbers)),
    )


def _members(problem: Problem) -> tuple[Vector, ...]:
    """T, with x first; an image that occurs twice counts once."""
    first = array(problem.x, "x", problem.folder)
    (x,) = exact_rows(first, 1)
    rest: list[Vector] = []
    if problem.images is not None:
        found = array(problem.images, "images", problem.folder)
        if not found.shape or found.shape[0] < 1:
            raise BadInput(f"images: shape {found.shape}; one row for each image is expected")
        rest = exact_rows(found, found.shape[0])
        if any(row.dimension != x.dimension for row in rest):
            raise BadInput(
                f"images: rows of {rest[0].dimension} entries, x has {x.dimension} entries"
            )
    return tuple(dict.fromkeys([x, *rest]))


def _fits(numbers: Numbers) -> list[Roots]:
    """|Psi(A t) - t| for all t in T.  Raises BadInput where Psi has no value."""
    found = []
    for name in numbers.context.data.sets["T"]:
        value = numbers(f"|Psi(A {name}) - {name}|")
        if value is None:
            raise BadInput(
                f"psi: no value at A {name}, and the hypothesis of 4.3 is about all of T; "
                "add this measurement to the table"
            )
        found.append(value)
    return found


def _delta(
    problem: Problem, fits: list[Roots], detail: Roots | None, lipschitz: Fraction, words: list[str]
) -> Fraction:
    """The problem's delta; for "least" a short number above the infimum."""
    if problem.delta != "least":
        delta = number(problem.delta, "delta")
        if delta <= 0:
            raise BadInput(f"delta: must be positive, not {short(delta)}")
        return delta
    infimum = largest([*fits, (detail or Roots()).times(4 * lipschitz)])
    if infimum.sign() == 0:
        words.append("delta: the infimum is 0, not attained because delta > 0; 1/1000 is taken")
        return Fraction(1, 1000)
    delta = short_above(infimum)
    words.append(
        f"delta: the least is max(fit on T, 4 L |A x_det|) = {both(infimum)}; "
        f"{short(delta)} is taken"
    )
    return delta


def _epsilon(problem: Problem, least: Fraction) -> Fraction:
    if problem.epsilon == "least":
        return least
    epsilon = number(problem.epsilon, "epsilon")
    if epsilon < least:
        raise BadInput(
            f"epsilon: the theorem asks for epsilon >= delta / (2 L) = {short(least)}, "
            f"not {short(epsilon)}"
        )
    return epsilon


def _main(case: Case, chosen: Constants) -> Claim:
    """The certificate for every n and every admissible eta, with what can be seen of the detail."""
    d = Derivation(statement(MAIN), case.data, case.problem_file)
    detail, fit = d.compute("4 L |A x_det| <= delta"), d.compute(f"{AT_X} <= delta")
    epsilon = d.compute("delta <= 2 L epsilon")
    found = prove_member(d, prove_lipschitz(d, chosen), detail, fit, epsilon)
    try:
        d.compute("2 delta < |x_det|")
    except Rejected:
        d.compute("|x_det| <= 2 delta")
    else:
        # what it means: the reconstruction of X is wrong by at least |x_det| - 2 delta
        apart = d.triangle((-1, f"Psi(A({NEW})) - ({NEW})"), f"Psi(A({NEW})) - (x + u eta)")
        d.add(apart, found)
    return Claim(MAIN, statement(MAIN), d, SAYS[MAIN])


def _about_eta(case: Case) -> Iterator[Claim]:
    """The certificates on the chosen eta.  Raises Rejected where one of them is not to be had."""
    d = Derivation(statement(ETA), case.data, case.problem_file)
    for text in ("4 L |A eta_1| <= delta", "2 |eta_1| <= delta", "0 < |A(eta_1 + x_det)|"):
        d.compute(text)
    yield Claim(ETA, statement(ETA), d, SAYS[ETA])
    if not is_inexact(case.data):
        d = Derivation(statement(APART), case.data, case.problem_file)
        prove_apart(d)
        yield Claim(APART, statement(APART), d, SAYS[APART])


def _choice(place: int, eta: Vector, inexact: bool) -> Iterator[str]:
    size = Fraction(eta.real[place], eta.denominator)
    yield (
        f"eta: {short(size)} in entry {place + 1}, 0 elsewhere; with s eta for 0 < s <= 1 the "
        "new members of M1 differ from x in that entry by a modulus that increases with s, so "
        "the sets M1 are different: uncountably many; for part (ii) leave out those s for which "
        "u A(s eta + x_det) = A(t - x) for a t in T, at most two for each t: where an entry of "
        "A eta is not 0 the moduli there give a quadratic equation for s"
    )
    if inexact:
        yield "T: values are irrational; that M1 keeps apart from T is not decided"


def _candidates(numbers: Numbers) -> Iterator[tuple[int, Vector]]:
    """Multiples of unit vectors within the limits, large ones first, with their entry.

    The sign is that of x_det there: then |s t + x_det_j| increases with s.
    """
    context = numbers.context
    n = context.data.spaces["X"].dimension
    weight = context.data.spaces["X"].norm.weight
    detail = context.vectors["x_det"][1]
    most = context.data.constants["delta"] / (2 * weight)
    start = Fraction(1)
    while start > most:
        start /= 2
    while 2 * start <= most:
        start *= 2
    for place in range(n):
        sign = -1 if detail.real[place] < 0 else 1
        for k in range(HALVINGS):
            size = start / 2**k * sign
            entries = [0] * n
            entries[place] = size.numerator
            yield place, Vector.of(entries, (), size.denominator)


def _vacuous(case: Case, numbers: Numbers, chosen: Constants, failing: list[str]) -> Outcome:
    """The certificate that a hypothesis is false."""
    if chosen.against is None:
        d = Derivation(statement(MAIN), case.data, case.problem_file, "vacuous")
        d.compute(f"delta < {failing[0]}")
        excess = numbers(f"{failing[0]} - delta")
        about = f"{failing[0]} exceeds delta by {decimal(excess or Roots())}"
    else:
        d = against(MAIN, case, chosen.against)
        about = f"a pair of points has a slope above L = {short(chosen.lipschitz)}"
    claim = Claim(MAIN, statement(MAIN), d, SAYS[MAIN])
    verdict: Verdict = "vacuous"
    return Outcome(verdict, case, (claim,), tuple(_figures(numbers, None, [])),
                   (*chosen.words, about))  # fmt: skip


def _figures(numbers: Numbers, problem: Problem | None, fits: list[Roots]) -> Iterator[Figure]:
    for name, text, note in (
        ("|x_det|", "|x_det|", "the size of the detail"),
        ("|A x_det|", "|A x_det|", "how much of it is measured"),
        ("fit at x", AT_X, "|Psi(A x) - x|"),
        ("delta", "delta", ""),
        ("L", "L", "Lipschitz constant of Psi used"),
        ("epsilon", "epsilon", "A M1 is within epsilon of A T"),
        ("2 delta", "2 delta", "how near Psi(A X) is to X with another detail"),
    ):
        yield Figure(name, numbers(text), note)
    if fits:
        yield Figure("fit on T", largest(fits), f"the largest |Psi(A t) - t| of {len(fits)}")
    if problem is not None and problem.mass is not None:
        rest = Fraction(1) - number(problem.mass, "mass")
        yield Figure(
            "1 - q", Roots.rational(rest), "the probability of a hallucination is at least"
        )


def _about(numbers: Numbers, problem: Problem, size: int) -> Iterator[str]:
    members = f"M1 is T with {size} member{'s' * (size > 1)}, and "
    if numbers.context.data.field == "C":
        yield (
            members + "x + e^(ni) (eta + x_det) for n = 1, 2, ... (all, or finitely many); e^(ni) "
            "is not rational, and no value of it is used"
        )
    else:
        yield members + "x + eta + x_det and x - eta - x_det: over R the only units are 1 and -1"
    excess = numbers("2 delta - |x_det|")
    if excess is not None and excess.sign() < 0:
        yield (
            "the hallucination is visible: |x_det| > 2 delta, so the reconstruction of each new "
            "member X is wrong by at least |x_det| - 2 delta"
        )
    else:
        yield "the hallucination may be invisible: |x_det| <= 2 delta"
    if problem.weights is not None:
        yield from _distribution(numbers, problem.weights, size)
    if problem.mass is not None:
        q = number(problem.mass, "mass")
        if not 0 <= q <= 1:
            raise BadInput(f"mass: {short(q)} is no probability; write one from 0 to 1")
        yield (
            f"for every distribution on M1 with P(X in T) <= {short(q)}: Psi hallucinates with "
            f"probability at least P(X not in T) >= {short(1 - q)}, because it does at every X "
            "outside of T"
        )


def _distribution(numbers: Numbers, weights: Weights, size: int) -> Iterator[str]:
    """The probability that the theorem promises on a distribution, and the actual one.

    A member t of T is no hallucination, because |Psi(A t) - (t + lambda x_det)| is at least
    |x_det| - delta, if that is more than 2 delta.
    """
    lists = {"T": weights.T, "new": weights.new, "tail": [weights.tail]}
    exact = {
        key: [number(value, f"weights.{key}[{k}]") for k, value in enumerate(values)]
        for key, values in lists.items()
    }
    total = sum((sum(values, Fraction(0)) for values in exact.values()), Fraction(0))
    if len(exact["T"]) != size:
        raise BadInput(f"weights.T: {len(exact['T'])} probabilities, T has {size} members")
    if total != 1 or any(value < 0 for values in exact.values() for value in values):
        raise BadInput(f"weights: probabilities are not negative, and 1 in all, not {short(total)}")
    promised = sum(exact["new"], exact["tail"][0])
    yield (
        f"under the distribution that is given P(X in T) = {short(1 - promised)}, so Psi "
        f"hallucinates with probability at least {short(promised)}"
    )
    excess = numbers("3 delta - |x_det|")
    if excess is not None and excess.sign() < 0:
        yield (
            f"the probability is exactly {short(promised)}: no member of T is hallucinated, as "
            "|Psi(A t) - (t + lambda x_det)| >= |x_det| - delta > 2 delta for all lambda"
        )
    elif promised < 1:
        yield f"the probability is between {short(promised)} and 1: |x_det| <= 3 delta"


def _pictures(numbers: Numbers) -> Iterator[Picture]:
    """The images of the report for u = 1, eta left out: what is seen, and what comes out."""
    for title, text in (
        ("x in T", "x"),
        ("x + x_det, up to eta a new X", "x + x_det"),
        ("Psi(A x)", "Psi(A x)"),
        ("Psi(A(x + x_det))", "Psi(A(x + x_det))"),
    ):
        try:
            image: Any = numbers.vector(text)
        except Rejected:
            continue
        error = numbers(f"|{text} - x - x_det|")
        words = "" if error is None else f"distance to x + x_det: {decimal(error)}"
        yield Picture(title, image, words)


THEOREM = Theorem(
    MAIN,
    "a map that performs well on T hallucinates on larger sets M1, with probability 1 - q",
    "operator, x (the paper's x'), x_det, psi; images (the rest of T), delta, lipschitz, epsilon, "
    "mass (q)",
    (MAIN, ZERO),
    derive,
    prove,
    "in-distribution",
)
