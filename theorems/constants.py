"""The constants of the theorems: L as it is proved, assumed or refuted; what exceeds delta."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from certificates.exact import Roots
from certificates.format import short, write_number
from certificates.judgments import Lipschitz
from certificates.kernel import prepare
from certificates.language import read_scalar
from certificates.problem import Problem as Data

from .arrays import BadInput, number
from .decimals import both, decimal
from .derivation import Derivation, Fact
from .lipschitz import Proposal, rebound, short_above, upper
from .outcome import Numbers, statement
from .problem import Case, Problem, Table, norm_of
from .settling import points, steeper
from .slopes import Pair, steepest

SMALL = Fraction(1, 1000)  # stands for "any positive number" where an infimum is 0


@dataclass(frozen=True)
class Constants:
    """L as it was chosen, the words on how the constants were, and what settles L."""

    lipschitz: Fraction
    words: tuple[str, ...]
    proposal: Proposal | None
    against: Pair | None


def lipschitz_of(
    problem: Problem, numbers: Numbers, read: Callable[[Fraction], Data], words: list[str]
) -> tuple[Fraction, Fraction | None, Proposal | None]:
    """L, the slope of McShane's extension if the map is one, and the bound that is proved.

    `read` gives the data for a slope.  Raises BadInput where L cannot be chosen.
    """
    tabulated = isinstance(problem.psi, Table)
    pair = steepest(numbers.context, "Psi") if tabulated else None
    proposal = None if tabulated else upper(numbers.context, "Psi")
    lipschitz = _choose(problem, pair, proposal, words)
    if isinstance(problem.psi, Table) and problem.psi.extend == "mcshane":
        slope = lipschitz / norm_of(problem.object_norm, "object_norm")[1]
        context = prepare(numbers.statement_file, read(slope), "vacuous", {}, {}, {})
        return lipschitz, slope, upper(context, "Psi")
    return lipschitz, None, proposal


def settled(
    numbers: Numbers, lipschitz: Fraction, proposal: Proposal | None, words: list[str]
) -> Constants:
    """What settles L on the data with all constants: a proposal that proves it, or a pair."""
    proposal = rebound(numbers.context, "Psi", lipschitz, proposal)
    pair = steepest(numbers.context, "Psi") if proposal is None else None
    found = pair if _steeper(pair, lipschitz) else None
    return Constants(lipschitz, tuple(words), proposal, found)


def _steeper(pair: Pair | None, bound: Fraction) -> bool:
    return pair is not None and (pair.ratio - Roots.rational(bound)).sign() > 0


def _choose(
    problem: Problem, pair: Pair | None, proposal: Proposal | None, words: list[str]
) -> Fraction:
    """The problem's L; for "least" the smallest that is proved, or that the table allows."""
    tabulated = isinstance(problem.psi, Table)
    if problem.lipschitz != "least":
        lipschitz = number(problem.lipschitz, "lipschitz")
        if lipschitz <= 0:
            raise BadInput(f"lipschitz: L must be positive, not {short(lipschitz)}")
        extended = isinstance(problem.psi, Table) and problem.psi.extend == "mcshane"
        if pair is not None and extended and _steeper(pair, lipschitz):
            raise BadInput(
                f"lipschitz: the table's largest slope is {decimal(pair.ratio)}, so McShane's "
                f"extension with L = {short(lipschitz)} misses its values; give a larger L"
            )
        return lipschitz
    if tabulated:
        slope = pair.ratio if pair else Roots()
        lipschitz = short_above(slope)
        words.append(f"L: the table's largest slope is {both(slope)}")
    elif proposal is not None:
        lipschitz = proposal.bound
        words.append(f"L: {short(lipschitz)} is certified by {proposal.rule}")
    else:
        raise BadInput("lipschitz: nothing is known of Psi; give a number for L")
    if lipschitz == 0:
        words.append(f"L: any positive number serves, {SMALL} is taken")
        return SMALL
    return lipschitz


def prove_lipschitz(d: Derivation, chosen: Constants) -> Fact:
    """The hypothesis Lipschitz(Psi) <= L: decided where it can be, else assumed."""
    if chosen.proposal is None:
        return d.given("lipschitz")
    fact = d.step(chosen.proposal.rule, map="Psi", **chosen.proposal.arguments)
    return d.step("relax", fact, d.compute(f"{write_number(chosen.proposal.bound)} <= L"))


def against(identifier: str, case: Case, pair: Pair) -> Derivation:
    """Lipschitz(Psi) > L by a pair of points: the hypothesis `lipschitz` of a statement fails."""
    file = statement(identifier)
    context = prepare(file, case.data, "vacuous", {}, {}, {})
    vectors, left, right = points("Psi", pair, context, case.data.vectors)
    d = Derivation(file, case.data, case.problem_file, "vacuous", None, vectors)
    steeper(Lipschitz("Psi", read_scalar("L", context.names, "L")), left, right)(d)
    return d


def exceeds(numbers: Numbers, left: str) -> bool:
    """Whether a scalar is larger than delta, where it has a value."""
    excess = numbers(f"{left} - delta")
    return excess is not None and excess.sign() > 0
