"""Single judgments decided on the data of a problem, each way with the steps that say so.

Comparisons without variables are computed.  Of Lipschitz bounds `lipschitz` proposes a rule that
proves them, or a pair of points that refutes them; what it proposes is applied here, so that a
decision never rests on a proposal.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count

from certificates.exact import Roots, Undecided
from certificates.format import Rejected, short, write_number
from certificates.judgments import Comparison, Judgment, Lipschitz, NotLipschitz
from certificates.language import Defined, Map
from certificates.maps import NetworkMap
from certificates.rules import RULES
from certificates.terms import Image, Norm, Term, scalar_variables
from certificates.values import Context

from .arrays import inline
from .decimals import decimal
from .derivation import Derivation, Fact
from .inexact import BITS, MINUS, ends, interval, is_inexact, negated, settled
from .lipschitz import Proposal, is_tabulated, rebound, upper
from .slopes import Pair, steepest

Steps = Callable[[Derivation], Fact]


@dataclass(frozen=True)
class Decision:
    """Whether a judgment holds on the data, or None where that is not settled.

    `steps` prove the judgment, or its negation if it is false; they need `vectors` among the
    certificate's own.  `words` say why it is not settled, or by how much it fails.
    """

    judgment: Judgment
    holds: bool | None
    words: str = ""
    steps: Steps | None = None
    vectors: dict[str, object] = field(default_factory=dict)


def decide(judgment: Judgment, context: Context, taken: Container[str] = ()) -> Decision:
    """A judgment without variables, decided; `taken` are names that witnesses must not have."""
    if isinstance(judgment, Comparison):
        return _comparison(judgment, context)
    return _bound(judgment, context, taken)


def sides(claim: Comparison, context: Context) -> tuple[Roots, Roots]:
    """The values of both sides.  Raises Rejected where one is not known exactly."""
    left, right = claim.sides
    return context.scalar(left), context.scalar(right)


def sides_text(claim: Comparison, context: Context) -> str:
    """By how much a comparison that is false fails."""
    left, right = (ends(context, side) for side in claim.sides)
    low, high = ends(context, claim.difference)
    by = high.times(MINUS), low.times(MINUS)
    try:
        texts = interval(left), interval(right), interval(by)
    except Undecided:
        return f"{claim} is false"
    if claim.relation == "=":
        return f"the left side is {texts[0]}, the right side {texts[1]}"
    return f"the left side is {texts[0]}, the right side {texts[1]}, exceeded by {texts[2]}"


def _comparison(claim: Comparison, context: Context) -> Decision:
    unseen = _unseen(claim, context) if is_inexact(context.problem) else None
    if unseen is not None:
        return unseen
    try:
        holds = settled(context, claim)
    except (Rejected, Undecided) as reason:
        return Decision(claim, None, str(reason))
    if holds is None:
        margin = interval(ends(context, claim.difference, BITS[-1]))
        words = f"enclosures to {BITS[-1]} bits do not settle {claim}: the margin is in {margin}"
        return Decision(claim, None, words)
    if holds:
        return Decision(claim, True, "", lambda d: d.compute(str(claim)))
    negation = negated(context, claim)
    return Decision(claim, False, sides_text(claim, context), lambda d: d.compute(negation))


def _unseen(claim: Comparison, context: Context) -> Decision | None:
    """That a Fourier transform is exactly 0, which no enclosure says; None where it is not."""
    unseen = unseen_by(claim)
    if unseen is None:
        return None
    try:
        RULES["fourier_zero"].function(context, map=unseen[0], vector=unseen[1])
    except Rejected:
        return None
    return Decision(claim, True, "", _vanishing(claim, *unseen))


def _vanishing(claim: Comparison, name: str, term: Term) -> Steps:
    """|A t| <= 0, or = 0."""

    def steps(d: Derivation) -> Fact:
        zero = d.step("fourier_zero", map=name, vector=str(term))
        if claim.relation == "<=":
            return zero
        return d.step("equal", zero, d.step("nonnegative", scalar=str(claim.sides[0])))

    return steps


def unseen_by(claim: Comparison) -> tuple[str, Term] | None:
    """The map A and the vector t of a claim |A t| <= 0, or = 0; None for other claims."""
    left, right = claim.sides
    if right.parts or claim.relation == "<" or len(left.parts) != 1 or left.parts[0][1] != 1:
        return None
    quantity = left.parts[0][0][0] if len(left.parts[0][0]) == 1 else None
    if not isinstance(quantity, Norm):
        return None
    atoms = [(c, atom) for atom, c in quantity.term.parts]
    images = [(c, atom) for c, atom in atoms if isinstance(atom, Image)]
    if len(images) < len(atoms) or len({atom.map for _, atom in images}) != 1:
        return None
    space = images[0][1].argument.space
    inner = [(c, Term.of(atom.argument)) for c, atom in images]
    return images[0][1].map, Term.combination(space, inner)


# ------------------------------------------------------------------------- Lipschitz bounds


def _bound(claim: Lipschitz | NotLipschitz, context: Context, taken: Container[str]) -> Decision:
    if scalar_variables(claim.bound):
        return Decision(claim, None, f"the bound {claim.bound} has a variable")
    upward = isinstance(claim, Lipschitz)
    try:
        value = context.scalar(claim.bound)
        proposal = _proposal(claim.map, value, context)
        if proposal is not None:
            number = write_number(proposal.bound)
            words = f"Lipschitz({claim.map}) is at most {number}" if not upward else ""
            return Decision(claim, upward, words, _below(claim, proposal))
        pair = _pair(claim.map, context)
        if pair is not None and (pair.ratio - value).sign() > 0:
            words = f"a pair of points has slope {decimal(pair.ratio)}, more than {decimal(value)}"
            vectors, left, right = points(claim.map, pair, context, taken)
            steps = steeper(claim, left, right)
            return Decision(claim, not upward, words if upward else "", steps, vectors)
        return Decision(claim, None, _interval(claim.map, pair, context))
    except (Rejected, Undecided) as reason:
        return Decision(claim, None, str(reason))


def _proposal(name: str, value: Roots, context: Context) -> Proposal | None:
    """What proves Lipschitz(f) <= a number that is at most `value`, or None."""
    if value.sign() < 0:
        return None
    exact = value.as_rational()
    below = exact if exact is not None else Fraction(value.enclosure(128)[0], 1 << 128)
    best = upper_bound(name, context)
    if best is not None and best.bound > below and best.rule.startswith("operator"):
        best = rebound(context, name, below, best) or _by_entries(name, below, context)
    return best if best is not None and best.bound <= below else None


def _by_entries(name: str, bound: Fraction, context: Context) -> Proposal | None:
    """Row by row or column by column, which is sharp where the matrix has one row or column."""
    for rule in ("operator_rows", "operator_columns"):
        try:
            RULES[rule].function(context, map=name, bound=bound)
        except Rejected:
            continue
        return Proposal(rule, bound)
    return None


def upper_bound(name: str, context: Context) -> Proposal | None:
    """What proves the best bound of Lipschitz(f) that is known, or None."""
    if isinstance(context.names.get(name), Defined):
        try:
            RULES["constant_definition"].function(context, map=name)
        except Rejected:
            return None
        return Proposal("constant_definition", Fraction(0))
    try:
        return upper(context, name)
    except Rejected:
        return None


def _pair(name: str, context: Context) -> Pair | None:
    try:
        return steepest(context, name)
    except Rejected:
        return None


def _below(claim: Lipschitz | NotLipschitz, proposal: Proposal) -> Steps:
    """Lipschitz(f) <= s by a rule, then relaxed."""

    def steps(d: Derivation) -> Fact:
        fact = d.step(proposal.rule, map=claim.map, **proposal.arguments)
        more = d.compute(f"{write_number(proposal.bound)} <= {claim.bound}")
        return d.step("relax", fact, more)

    return steps


def points(
    name: str, pair: Pair, context: Context, taken: Container[str]
) -> tuple[dict[str, object], str, str]:
    """Two points of a map's domain as vectors of a certificate, and the terms that name them."""
    entry = context.names[name]
    if not isinstance(entry, Map):
        raise Rejected(f"{name} is not a map of the problem")
    free = (n for k in count(1) if (n := f"y_{k}") not in taken and n not in context.names)
    u, v = next(free), next(free)
    vectors: dict[str, object] = {u: {"space": entry.domain, "array": inline(pair.left)}}
    if pair.right is None:
        return vectors, u, f"0 {u}"
    return {**vectors, v: {"space": entry.domain, "array": inline(pair.right)}}, u, v


def steeper(claim: Lipschitz | NotLipschitz, left: str, right: str) -> Steps:
    """Lipschitz(f) > s by two points."""

    def steps(d: Derivation) -> Fact:
        name, bound = claim.map, str(claim.bound)
        apart = f"|{name}({left}) - {name}({right})|"
        slope = d.compute(f"({bound}) |{left} - {right}| < {apart}")
        return d.step("secant", slope, map=name, left=left, right=right, bound=bound)

    return steps


def _interval(name: str, pair: Pair | None, context: Context) -> str:
    """What is known of a constant that is not settled."""
    best = upper_bound(name, context)
    if best is None and name in context.data.maps and is_tabulated(context, name):
        if isinstance(context.data.maps[name], NetworkMap):
            low = f"; it is at least {decimal(pair.ratio)}" if pair else ""
            return f"no rule bounds the constant of the network {name}{low}"
        low = f" than {decimal(pair.ratio)}" if pair else ""
        return f"only values of {name} are known; no two are steeper{low}"
    low, high = decimal(pair.ratio) if pair else "0", short(best.bound) if best else "infinity"
    return f"the constant of {name} is at least {low}, at most {high}"
