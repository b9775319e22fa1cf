"""Two images whose measurements are near: the hypotheses (4.3), (4.4) of Theorem 4.5 on data.

    |Psi(A x) - x| < eta,      |Psi(A x') - x''| < eta,      |A(x - x')| <= eta

The infimum of the eta that the data allow is the largest of the three left sides.  It is attained
only if the third is larger than the two others, because (4.3) is strict.  Part (ii) does not use
the first; there it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from certificates.exact import Roots
from certificates.format import Rejected, short, write_number

from .arrays import BadInput, number
from .constants import Constants, against, lipschitz_of, settled
from .decimals import both, decimal
from .derivation import Derivation
from .lipschitz import SLACK, largest, simplest_between
from .outcome import Claim, Figure, Numbers, Outcome, Picture, statement
from .problem import Case, Problem

FIT, SECOND, NEAR = "|Psi(A x) - x|", "|Psi(A x_prime) - x_second|", "|A(x - x_prime)|"
APART, GAP = "|x - x_second|", "|Psi(A x) - Psi(A x_prime)|"
ABOVE = Fraction(1, 100)  # how far above an infimum eta is taken
POSITIVE = Fraction(1, 1000)  # stands for "any positive number" where the infimum is 0
FOR_BALLS = (SECOND, NEAR)  # what part (ii) asks for


@dataclass(frozen=True)
class Given:
    """The hypotheses on data: eta, what settles L, and the values of scalars.

    `left` are the left sides of the hypotheses; `slope` is that of McShane's extension.
    """

    identifier: str
    problem: Problem
    numbers: Numbers
    eta: Fraction
    chosen: Constants
    slope: Fraction | None
    left: tuple[str, ...]

    def low(self, text: str) -> Roots:
        """A lower bound of a scalar whose maps have values, exact where the data are rational."""
        found = self.numbers.ends(text)
        if found is None:
            raise BadInput(f"psi: no value of {text}; Theorem 4.5 needs Psi at A x and A x_prime")
        return found[0]

    def case(self, more: dict[str, Fraction]) -> Case:
        """The problem with eta, L and further constants."""
        constants = {"eta": self.eta, "L": self.chosen.lipschitz, **more}
        return self.problem.case(statement(self.identifier), constants, self.slope)

    def failing(self) -> str | None:
        """The left side of a hypothesis that is false."""
        for text in self.left:
            rest = self.low(f"eta - {text}").sign()
            if rest < 0 or (rest == 0 and text != NEAR):
                return text
        return None


def read(
    identifier: str,
    problem: Problem,
    names: Iterable[str],
    left: tuple[str, ...] = (FIT, SECOND, NEAR),
) -> Given:
    """eta and L chosen on the data; `names` are the other constants of the statement.

    Raises BadInput where Psi has no value that is needed, or a constant cannot be chosen.
    """
    words: list[str] = []
    file = statement(identifier)
    one = dict.fromkeys(("eta", "L", *names), Fraction(1))
    numbers = Numbers(file, problem.case(file, one).data)
    lipschitz, slope, proposal = lipschitz_of(
        problem, numbers, lambda slope: problem.case(file, one, slope).data, words
    )
    if slope is not None:
        numbers = Numbers(file, problem.case(file, one, slope).data)
    eta = _eta(problem, numbers, left, words)
    constants = {**one, "eta": eta, "L": lipschitz}
    numbers = Numbers(file, problem.case(file, constants, slope).data)
    chosen = settled(numbers, lipschitz, proposal, words)
    return Given(identifier, problem, numbers, eta, chosen, slope, left)


def _eta(problem: Problem, numbers: Numbers, left: tuple[str, ...], words: list[str]) -> Fraction:
    """The problem's eta; for "least" a short number above the infimum, or the infimum itself."""
    values = {}
    for text in left:
        value = numbers(text)
        if value is None:
            where = "A x_prime" if text == SECOND else "A x"
            raise BadInput(f"psi: no value at {where}, and (4.3) is about it; add it to the table")
        values[text] = value
    near = values.pop(NEAR, Roots())  # 4.7 does not ask for it
    worst = largest(list(values.values()))
    infimum = largest([near, worst])
    attained = numbers.bounds is None and (near - worst).sign() > 0
    says = f"eta: the infimum is {both(infimum)}, {'' if attained else 'not '}attained"
    if problem.eta != "least":
        eta = number(problem.eta, "eta")
        if eta <= 0:
            raise BadInput(f"eta: must be positive, not {short(eta)}")
        words.append(says)
        return eta
    exact = infimum.as_rational()
    if infimum.sign() == 0:
        eta = POSITIVE
    elif attained and exact is not None and len(write_number(exact)) <= 12:
        eta = exact
    else:
        above = infimum.upper()
        eta = simplest_between(above * (1 + ABOVE / 4), above * (1 + ABOVE))
    words.append(f"{says}; {short(eta)} is taken")
    return eta


def short_below(value: Roots, slack: Fraction = SLACK) -> Fraction:
    """A short rational number between (1 - slack) times a real number >= 0 and this number."""
    exact = value.as_rational()
    if exact is not None and len(write_number(exact)) <= 12:
        return exact
    bits = 64
    while True:
        low, high = (Fraction(end, 1 << bits) for end in value.enclosure(bits))
        if low > 0 and high - low <= low * slack / 4:
            return simplest_between(low * (1 - slack / 2), low)
        if bits > 1 << 14:
            return max(low, Fraction(0))
        bits *= 2


def otherwise(given: Given, says: str, case: Case) -> Outcome | None:
    """The outcome where a hypothesis is false, with its deficit, or not settled; None if all hold.

    That L is a Lipschitz constant may still be assumed.
    """
    identifier, failing, chosen = given.identifier, given.failing(), given.chosen
    if failing is not None:
        d = Derivation(statement(identifier), case.data, case.problem_file, "vacuous")
        try:
            d.compute(f"eta < {failing}" if failing == NEAR else f"eta <= {failing}")
        except Rejected:
            relation = "<=" if failing == NEAR else "<"
            about = f"enclosures do not settle {failing} {relation} eta; another eta will do"
            shown, notes = tuple(figures(given)), (*chosen.words, about)
            return Outcome("undecided", case, (), shown, notes)
        deficit = given.low(f"{failing} - eta")
        about = f"{failing} exceeds eta = {short(given.eta)} by {both(deficit)}"
        if deficit.sign() == 0:
            about = f"{failing} is equal to eta = {short(given.eta)}; (4.3) asks for less"
    elif chosen.against is not None:
        d = against(identifier, case, chosen.against)
        about = f"a pair of points has a slope above L = {short(chosen.lipschitz)}"
    elif given.numbers(GAP) is not None and given.low(f"{GAP} - L {NEAR}").sign() > 0:
        d = Derivation(statement(identifier), case.data, case.problem_file, "vacuous")
        steep = d.compute(f"L {NEAR} < {GAP}")
        d.step("secant", steep, map="Psi", left="A x", right="A x_prime", bound="L")
        about = f"between A x and A x_prime the slope is above L = {short(chosen.lipschitz)}"
    else:
        return None
    claim = Claim(identifier, statement(identifier), d, says)
    return Outcome("vacuous", case, (claim,), tuple(figures(given)), (*chosen.words, about))


def figures(given: Given) -> Iterator[Figure]:
    """The numbers of the hypotheses."""
    for name, text, note in (
        ("|x - x''|", APART, "how far the two images are apart"),
        ("|A(x - x')|", NEAR, "how far their measurements are apart"),
        ("fit at x", FIT, "|Psi(A x) - x|"),
        ("fit at x'", SECOND, "|Psi(A x') - x''|"),
        ("gap", GAP, "|Psi(A x) - Psi(A x')|"),
        ("eta", "eta", "bounds the two fits and |A(x - x')|"),
        ("L", "L", "Lipschitz constant of Psi used"),
    ):
        yield Figure(name, given.numbers(text), note)


def pictures(given: Given) -> Iterator[Picture]:
    """The two images and what Psi makes of their measurements."""
    for title, text, other in (
        ("x", "x", "x_second"),
        ("x'", "x_prime", "x"),
        ("Psi(A x)", "Psi(A x)", "x"),
        ("Psi(A x') = Psi(A x + e)", "Psi(A x_prime)", "x"),
    ):
        try:
            image = given.numbers.vector(text)
        except Rejected:
            continue
        distance = given.numbers(f"|{text} - {other}|")
        shown = "x''" if other == "x_second" else other
        words = "" if distance is None else f"distance to {shown}: {decimal(distance)}"
        yield Picture(title, image, words)
