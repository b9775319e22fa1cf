"""Theorem 4.1 (ii): every family of networks contains one that hallucinates.

A network is Psi(y) = W Phi(y) + b with Phi from the family (3.2).  Take any Phi, W = 0 and
b = x + x_det: the network answers x + x_det whatever it is shown.  Its Lipschitz constant is 0,
it satisfies (4.1) with error 0, and by part (i) it transfers the detail.  The family must not be
empty; the paper does not say so.
"""

from __future__ import annotations

from fractions import Fraction

from certificates.exact import Roots
from certificates.format import Rejected, short, write_json
from certificates.language import read_term

from .arrays import BadInput, inline, number
from .derivation import Derivation, Fact
from .outcome import Claim, Figure, Numbers, Outcome, Theorem, Verdict, statement
from .problem import Problem
from .thm_4_1_detail_transfer import DETAIL, least_delta

NETWORK = {"W": "0", "b": "x + x_det"}


def prove_network(d: Derivation) -> Fact:
    """The network y -> 0 Phi(y) + (x + x_det): constant, and exact at A(x + x_det)."""
    constant = d.step("constant_definition", map="Psi")
    d.step("relax", constant, d.step("nonnegative", scalar="L"))
    return d.step("nonnegative", scalar="delta")


def derive(problem: Problem) -> Outcome:
    """Theorem 4.1 (ii) on the data: the member of the family with W = 0 and b = x + x_det.

    Raises BadInput where the data do not fit or the family is missing.
    """
    file = statement("4.1.ii")
    lipschitz = (
        Fraction(1) if problem.lipschitz == "least" else number(problem.lipschitz, "lipschitz")
    )
    if lipschitz <= 0:
        raise BadInput(f"lipschitz: L must be positive, not {short(lipschitz)}")
    one = {"delta": Fraction(1), "L": lipschitz}
    numbers = Numbers(file, problem.case(file, one).data)
    words: list[str] = []
    delta = least_delta(problem, Roots(), numbers(DETAIL), words)
    case = problem.case(file, {"delta": delta, "L": lipschitz})
    numbers = Numbers(file, case.data)
    try:
        d = Derivation(file, case.data, case.problem_file, "certified", NETWORK)
        d.compute(f"{DETAIL} <= delta")
        prove_network(d)
    except Rejected:
        d = Derivation(file, case.data, case.problem_file, "vacuous")
        d.compute(f"delta < {DETAIL}")
    bias = numbers.context.vector(read_term("x + x_det", numbers.context.names, "bias"))
    features = case.data.spaces["Z"].dimension
    network = {
        "W": {"zero": [str(bias.dimension), str(features)]},
        "b": inline(bias),
        "Phi": problem.network.phi if problem.network else "Phi",
    }
    figures = [
        Figure("|x_det|", numbers("|x_det|"), "the size of the detail"),
        Figure("|A x_det|", numbers(DETAIL), "how much of it is measured"),
        Figure("delta", numbers("delta"), ""),
        Figure("L", numbers("L"), "the network's constant is 0"),
        Figure("fit", Roots(), "exactly 0, because b = x + x_det"),
    ]
    notes = [
        *words,
        f"the network is Psi(y) = W Phi(y) + b with W = 0 ({bias.dimension} x {features}) and "
        "b = x + x_det; it answers x + x_det whatever it is shown",
    ]
    claim = Claim(
        "4.1.ii", file, d, "the family contains a map with Lipschitz constant 0 that fits"
    )
    verdict: Verdict = "vacuous" if d.header["verdict"] == "vacuous" else "certified"
    return Outcome(
        verdict=verdict,
        case=case,
        claims=(claim,),
        figures=tuple(figures),
        notes=tuple(notes),
        extra_files={"network.json": write_json(network)},
    )


def prove(identifier: str) -> Derivation:
    """The proof for all normed spaces."""
    d = Derivation(statement(identifier), choices=NETWORK)
    prove_network(d)
    return d


THEOREM = Theorem(
    "4.1.ii",
    "every non-empty family of networks contains one that fits and hallucinates",
    "operator, x, x_det, network; delta and lipschitz",
    ("4.1.ii",),
    derive,
    prove,
)
