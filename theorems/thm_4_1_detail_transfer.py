"""Theorem 4.1: a map that recovers an image with a detail transfers the detail.

Let x_det have small measurements, |A x_det| <= delta, and let Psi recover the image that has the
detail, |Psi(A(x + x_det)) - (x + x_det)| <= delta.  The measurements of the image *without* the
detail, A x + e, are within 2 delta of those of the image with it, so an L-Lipschitz map must
answer within 2 L delta of what it answers there, that is, within (1 + 2 L) delta of x + x_det:

    |Psi(A x + e) - (x + x_det)|
        <=  |Psi(A x + e) - Psi(A(x + x_det))|  +  |Psi(A(x + x_det)) - (x + x_det)|
        <=  L |e - A x_det|  +  delta
        <=  (1 + 2 L) delta.

The module proves three forms of part (i) (`FORMS`): the paper's, with its single delta; the sharp
one, with fit error, |A x_det| and |e| kept apart; and the one at e = A x_det, which needs no
Lipschitz constant at all.  Part (ii) is in `thm_4_1_network`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from certificates.exact import Roots
from certificates.format import Rejected, short, write_number
from certificates.maps import NetworkMap, TableMap

from .arrays import BadInput, number
from .constants import (
    SMALL,
    Constants,
    against,
    exceeds,
    lipschitz_of,
    prove_lipschitz,
    settled,
)  # fmt: skip
from .decimals import both, decimal
from .derivation import Derivation, Fact
from .inexact import is_inexact
from .lipschitz import is_tabulated, largest, short_above, upper
from .outcome import Claim, Figure, Numbers, Outcome, Picture, Theorem, Verdict, bracket, statement
from .problem import Case, Problem
from .slopes import steepest

FIT = "|Psi(A(x + x_det)) - (x + x_det)|"
DETAIL = "|A x_det|"
PAPER, SHARP, EXACT = "4.1.i", "4.1.i.sharp", "4.1.i.exact"
FORMS = {
    PAPER: "for every e with |e| <= delta: |Psi(A x + e) - (x + x_det)| <= (1 + 2 L) delta",
    SHARP: "for every e: |Psi(A x + e) - (x + x_det)| <= fit + L |e - A x_det|",
    EXACT: "at e = A x_det: |Psi(A x + e) - (x + x_det)| <= fit, whatever L is",
}

# ------------------------------------------------------------------------- the proofs


def split(d: Derivation) -> Fact:
    """|Psi(Ax+e) - (x+x_det)| <= |Psi(Ax+e) - Psi(A(x+x_det))| + |Psi(A(x+x_det)) - (x+x_det)|."""
    return d.triangle("Psi(A x + e) - Psi(A(x + x_det))", "Psi(A(x + x_det)) - (x + x_det)")


def prove_paper(d: Derivation, lipschitz: Fact, detail: Fact, fit: Fact) -> Fact:
    """The paper's proof, from the three hypotheses."""
    e = d.step("range", variable="e", number=1)
    near = d.add(d.triangle("e", (-1, "A x_det")), e, detail)
    change = d.step("lipschitz", lipschitz, left="A x + e", right="A(x + x_det)")
    change = d.add(change, near, by=[1, "L"])
    return d.add(split(d), change, fit)


def prove_sharp(d: Derivation, lipschitz: Fact) -> Fact:
    """The paper's proof with its three figures kept apart."""
    change = d.step("lipschitz", lipschitz, left="A x + e", right="A(x + x_det)")
    return d.add(split(d), change)


def prove(identifier: str) -> Derivation:
    """The proof for all normed spaces of one of the statements."""
    d = Derivation(statement(identifier))
    if identifier == PAPER:
        prove_paper(d, d.given("lipschitz"), d.given("detail"), d.given("fit"))
    elif identifier == SHARP:
        prove_sharp(d, d.given("lipschitz"))
    else:
        d.given("fit")
    return d


# ------------------------------------------------------------------- part (i) on the data


def derive(problem: Problem) -> Outcome:
    """Theorem 4.1 (i) in its three forms on the data of a problem.

    Raises BadInput where the data do not fit or a constant cannot be chosen.
    """
    case, numbers, chosen = choose(problem)
    figures = tuple(_figures(numbers, problem))
    failing = [left for left in (DETAIL, FIT) if exceeds(numbers, left)]
    settled = chosen.proposal is not None or chosen.against is not None
    if not failing and not settled and not is_tabulated(numbers.context, "Psi"):
        return Outcome("undecided", case, (), figures, (*chosen.words, _interval(numbers)))
    paper = _paper(case, numbers, chosen, failing)
    claims = [Claim(PAPER, statement(PAPER), paper, FORMS[PAPER])]
    if paper.header["verdict"] == "certified":
        _remark(paper, problem)
    if chosen.against is None:
        d = _derivation(SHARP, case)
        prove_sharp(d, prove_lipschitz(d, chosen))
        claims.append(Claim(SHARP, statement(SHARP), d, FORMS[SHARP]))
    if numbers(FIT) is not None:
        d = _derivation(EXACT, case)
        d.compute(f"{FIT} <= r")
        claims.append(Claim(EXACT, statement(EXACT), d, FORMS[EXACT]))
    verdict: Verdict = "vacuous" if paper.header["verdict"] == "vacuous" else "certified"
    about = _visibility(numbers) if verdict == "certified" else _deficits(numbers, chosen)
    if verdict == "certified":
        about = [*_assumptions(numbers, chosen), *about]
    notes = [*chosen.words, *about]
    if is_inexact(case.data):
        notes.append("values are irrational here: figures are upper ends of enclosures")
    return Outcome(
        verdict=verdict,
        case=case,
        claims=tuple(claims),
        figures=figures,
        notes=tuple(notes),
        pictures=tuple(_pictures(numbers)),
    )


def choose(problem: Problem) -> tuple[Case, Numbers, Constants]:
    """The case with its constants; "least" becomes a short rational just above the infimum."""
    file = statement(PAPER)
    one = {"delta": Fraction(1), "L": Fraction(1), "r": Fraction(0)}
    numbers = Numbers(file, problem.case(file, one).data)
    words: list[str] = []
    lipschitz, slope, proposal = lipschitz_of(
        problem, numbers, lambda slope: problem.case(file, one, slope).data, words
    )
    if slope is not None:
        numbers = Numbers(file, problem.case(file, one, slope).data)
    fit = numbers(FIT)
    constants = {
        "delta": least_delta(problem, fit, numbers(DETAIL), words),
        "L": lipschitz,
        "r": short_above(fit) if fit is not None else Fraction(0),
    }
    case = problem.case(file, constants, slope)
    numbers = Numbers(file, case.data)
    return case, numbers, settled(numbers, lipschitz, proposal, words)


def least_delta(
    problem: Problem, fit: Roots | None, detail: Roots | None, words: list[str]
) -> Fraction:
    """The problem's delta; for "least" a short number above the infimum, said in `words`."""
    if problem.delta != "least":
        delta = number(problem.delta, "delta")
        if delta <= 0:
            raise BadInput(f"delta: must be positive, not {short(delta)}")
        return delta
    if fit is None:
        raise BadInput(
            'delta: "least" needs the value Psi(A(x + x_det)), which psi does not have; '
            "add that measurement to the table, or give a number"
        )
    infimum = largest([fit, detail or Roots()])
    if infimum.sign() == 0:
        words.append(f"delta: the infimum is 0, not attained because delta > 0; {SMALL} is taken")
        return SMALL
    delta = short_above(infimum)
    words.append(
        f"delta: the least is max(fit, |A x_det|) = {both(infimum)}, attained; "
        f"{short(delta)} is taken"
    )
    return delta


def _derivation(
    identifier: str, case: Case, vectors: dict[str, object] | None = None
) -> Derivation:
    verdict = "certified" if vectors is None else "vacuous"
    return Derivation(statement(identifier), case.data, case.problem_file, verdict, None, vectors)


def _paper(case: Case, numbers: Numbers, chosen: Constants, failing: list[str]) -> Derivation:
    """The paper's form, or the certificate that one of its hypotheses is false."""
    if failing:
        d = _derivation(PAPER, case, {})
        d.compute(f"delta < {failing[0]}")
        return d
    if chosen.against is not None:
        return against(PAPER, case, chosen.against)
    d = _derivation(PAPER, case)
    detail = d.compute(f"{DETAIL} <= delta")
    fit = d.given("fit") if numbers(FIT) is None else d.compute(f"{FIT} <= delta")
    prove_paper(d, prove_lipschitz(d, chosen), detail, fit)
    return d


def _remark(d: Derivation, problem: Problem) -> None:
    """Steps beyond the claim: is the detail visible, and the exact errors where Psi is known."""
    try:
        d.compute("(1 + 2 L) delta < |x_det|")
    except Rejected:
        d.compute("|x_det| <= (1 + 2 L) delta")
    else:
        # what it means: the reconstruction of x is wrong by at least |x_det| - (1 + 2 L) delta
        bound = next(
            Fact(place, step.conclusion)
            for place, step in enumerate(d.steps)
            if step.conclusion == d.context.statement.conclude[0].any[0]
        )
        apart = d.triangle("Psi(A x + e) - x", (-1, "Psi(A x + e) - x - x_det"))
        d.add(apart, bound)
    numbers = Numbers(statement(PAPER), d.context.data)
    for point in ["A x", *(f"A x + {name}" for name in problem.perturbations)]:
        text = f"|Psi({point}) - x - x_det|"
        ends = numbers.ends(text)
        if ends is not None:
            low, high = bracket(ends[0])[0], bracket(ends[1])[1]
            d.compute(f"{text} <= {write_number(high)}")
            if low > 0:
                d.compute(f"{write_number(low)} <= {text}")


def _figures(numbers: Numbers, problem: Problem) -> list[Figure]:
    one_by_one = [
        ("|x_det|", "|x_det|", "the size of the detail"),
        ("|A x_det|", DETAIL, "how much of it is measured"),
        ("fit", FIT, "|Psi(A(x + x_det)) - (x + x_det)|"),
        ("delta", "delta", "the paper's single figure"),
        ("L", "L", "Lipschitz constant of Psi used"),
        ("paper's bound", "(1 + 2 L) delta", "(1 + 2 L) delta, for |e| <= delta"),
        ("sharp bound", f"{FIT} + L delta + L {DETAIL}", "fit + L (delta + |A x_det|)"),
        ("sharp bound, e = 0", f"{FIT} + L {DETAIL}", "fit + L |A x_det|"),
        ("sharp bound, e = A x_det", FIT, "fit, no L at all"),
        ("exact error, e = 0", "|Psi(A x) - x - x_det|", "|Psi(A x) - (x + x_det)|"),
        ("distance to truth, e = 0", "|Psi(A x) - x|", "|Psi(A x) - x|"),
    ]
    for name in problem.perturbations:
        text = f"|Psi(A x + {name}) - x - x_det|"
        one_by_one.append((f"exact error, e = {name}", text, text))
        one_by_one.append((f"size of {name}", f"|{name}|", f"|{name}|"))
    return [Figure(name, numbers(text), note) for name, text, note in one_by_one]


def _visibility(numbers: Numbers) -> list[str]:
    notes = []
    size, paper = numbers("|x_det|"), numbers("(1 + 2 L) delta")
    sharp = numbers(f"{FIT} + L {DETAIL}")
    if size is not None and paper is not None and (size - paper).sign() > 0:
        notes.append(
            "the detail is transferred: |x_det| > (1 + 2 L) delta, so for every |e| <= delta the "
            "reconstruction of x differs from x by at least |x_det| - (1 + 2 L) delta > 0"
        )
    else:
        notes.append(
            "the paper's bound says little here: |x_det| <= (1 + 2 L) delta, the detail may be "
            "absent from a reconstruction that satisfies it"
        )
        if size is not None and sharp is not None and (size - sharp).sign() > 0:
            notes.append(
                "the sharp bound does say it: at e = 0 the reconstruction is within "
                "fit + L |A x_det| < |x_det| of x + x_det"
            )
    return notes


def _deficits(numbers: Numbers, chosen: Constants) -> list[str]:
    """By how much the hypotheses fail that do."""
    notes = []
    for name, left in (("fit", FIT), ("detail", DETAIL)):
        excess = numbers(f"{left} - delta")
        if excess is not None and excess.sign() > 0:
            notes.append(f"{name}: {left} exceeds delta by {decimal(excess)}")
    if chosen.against is not None:
        notes.append(
            f"lipschitz: a pair of points has slope {decimal(chosen.against.ratio)}, more than "
            f"L = {short(chosen.lipschitz)}"
        )
    return notes


def _assumptions(numbers: Numbers, chosen: Constants) -> list[str]:
    """What the report's words rest on, where a hypothesis is not decided."""
    labels = ["lipschitz"] if chosen.proposal is None else []
    labels += ["fit"] if numbers(FIT) is None else []
    if not labels:
        return []
    found = numbers.context.data.maps["Psi"]
    about = "any map with this name"
    if isinstance(found, TableMap):
        about = f"any map with these {len(found.inputs)} values"
    if isinstance(found, NetworkMap):
        about = "the real function that this network computes with its stored weights"
    if not labels:
        return [f"the claim is about {about}"]
    allow = " ".join(f"--permit {label}" for label in labels)
    return [
        f"the claim is about {about}; it is assumed, and decided by nobody, that "
        f"{' and '.join(labels)} hold (accept with {allow}); what follows is under this condition"
    ]


def _interval(numbers: Numbers) -> str:
    """What is known where the bounds do not settle L."""
    best, pair = upper(numbers.context, "Psi"), steepest(numbers.context, "Psi")
    low = decimal(pair.ratio) if pair else "0"
    high = short(best.bound) if best else "infinity"
    return f"Lipschitz(Psi) <= L is not settled: the constant is at least {low}, at most {high}"


def _pictures(numbers: Numbers) -> Iterator[Picture]:
    """The images of the report, with certified figures under them."""
    for title, text, figures in (
        ("truth x", "x", ("|x|",)),
        ("with detail x + x_det", "x + x_det", ("|x_det|", "|A x_det|")),
        ("Psi(A(x + x_det))", "Psi(A(x + x_det))", (FIT,)),
        ("Psi(A x)", "Psi(A x)", ("|Psi(A x) - (x + x_det)|", "|Psi(A x) - x|")),
        ("transferred: Psi(A x) - x", "Psi(A x) - x", ("|Psi(A x) - x|",)),
    ):
        try:
            image = numbers.vector(text)
        except Rejected:
            continue
        values = [(figure, numbers(figure)) for figure in figures]
        texts = [f"{figure} = {decimal(v)}" for figure, v in values if v is not None]
        caption = "\n".join(text.replace("= ~", "\N{ALMOST EQUAL TO} ") for text in texts)
        yield Picture(title, image, caption, title.startswith("transferred"))


THEOREM = Theorem(
    PAPER,
    "a map that recovers an image with a detail transfers the detail to the image without it",
    "operator, x, x_det, psi; delta and lipschitz, each a number or 'least'",
    (PAPER, SHARP, EXACT),
    derive,
    prove,
)
