"""From a counterexample to a certificate: every hypothesis decided, one conclusion denied.

`refute` takes a problem and a vector for every `for all`, and lets the kernel's rules decide what
the verdict "refuted" needs:

    a <= b, a < b, a = b     by computing on the data
    Lipschitz(f) <= s        by the rule that fits the map, for a map that the statement defines by
                             adding up the bounds of the maps inside; then by computing that the
                             number proved is at most s
    Lipschitz(f) > s         by two points whose secant is steeper than s

and for a conclusion one of its negations, for every alternative of an "or".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product

from certificates.arrays import ReadFile
from certificates.exact import Roots
from certificates.format import Rejected
from certificates.judgments import Comparison, Judgment, Lipschitz, NotLipschitz, negations
from certificates.kernel import prepare
from certificates.language import Defined, read_judgment
from certificates.matrices import Vector
from certificates.problem import read_problem
from certificates.statements import read_statement
from certificates.terms import Image, Scalar, Term, Turned, Value, bound_variables, substitute
from certificates.values import Context

from .arrays import inline
from .decimals import decimal
from .derivation import Derivation, Fact
from .lipschitz import Proposal, is_tabulated, rebound, upper
from .slopes import steepest

NAMED = 16  # so many named vectors of a space are tried as ends of a secant
SMALL = 6  # in spaces of at most this dimension sign vectors are tried too
BITS = 64  # of a rational number just below an irrational bound


def no_files(name: str) -> bytes:
    """The reader of a problem that has all its arrays inside.  Raises Rejected."""
    raise Rejected(f"the problem names the file {name}, but no reader of files was given")


def refute(
    statement_file: bytes,
    problem_file: bytes,
    choices: Mapping[str, str],
    read_file: ReadFile = no_files,
) -> Derivation:
    """A derivation with the verdict "refuted", which the kernel will accept.

    `choices` name a vector term for every `for all`; one for a variable of a finite set is the
    name of a member.  Raises Rejected, with a sentence, if a hypothesis or a limit of a range is
    false or cannot be decided, if no conclusion is violated, or if the statement has an `exists`;
    raises Unreadable for files that are not in the format.
    """
    data = read_problem(problem_file, read_file, read_statement(statement_file))
    probe = prepare(statement_file, data, "refuted", dict(choices), {}, {})
    chosen = dict(choices)
    ends = _Ends(probe, lambda new: prepare(statement_file, data, "refuted", chosen, new, {}))
    arbitrary: dict[str, str] = {}
    for judgment in _wanted(probe):
        if isinstance(judgment, NotLipschitz):
            ends.find(judgment)
        entry = probe.names.get(judgment.map) if isinstance(judgment, Lipschitz) else None
        if isinstance(entry, Defined):
            for base in ("u", "v"):
                arbitrary[_fresh(f"{base}_{entry.domain}", probe)] = entry.domain
    d = Derivation(statement_file, data, problem_file, "refuted", choices, ends.vectors, arbitrary)
    _Decider(d, ends.pairs).everything()
    return d


def _wanted(context: Context) -> Iterator[Judgment]:
    """All judgments that may have to be decided."""
    for hypothesis in context.statement.given:
        yield hypothesis.judgment
    for variable in context.statement.for_all:
        yield from variable.range
    for conclusion in context.statement.conclude:
        for claim in conclusion.any:
            yield from negations(claim)


def _fresh(base: str, context: Context) -> str:
    """A name that means nothing yet."""
    used = context.names.keys() | context.vectors.keys()
    used |= {e.parameter for e in context.names.values() if isinstance(e, Defined)}
    name, number = base, 1
    while name in used:
        name, number = f"{base}_{number}", number + 1
    return name


# ---------------------------------------------------------------------------- steep secants


class _Ends:
    """Finds two points for each judgment Lipschitz(f) > s, named ones if there are any."""

    def __init__(
        self, probe: Context, with_vectors: Callable[[dict[str, object]], Context]
    ) -> None:
        self.probe = probe
        self.with_vectors = with_vectors
        self.vectors: dict[str, object] = {}
        self.pairs: dict[NotLipschitz, tuple[str, str]] = {}

    def find(self, judgment: NotLipschitz) -> None:
        """Enter the pair, and the new vectors that it needs; nothing if there is none."""
        entry = self.probe.names[judgment.map]
        domain = getattr(entry, "domain", "")
        names = [n for n, (space, _) in self.probe.vectors.items() if space == domain][:NAMED]
        if self._among(judgment, self.probe, names):
            return
        found = self._proposed(judgment, domain)
        table: dict[str, object] = {
            _fresh(f"secant_{len(self.vectors) + k}", self.probe): {
                "space": domain,
                "array": inline(vector),
            }
            for k, vector in enumerate(found, 1)
        }
        if table and self._among(judgment, self.with_vectors(table), list(table)):
            used = " ".join(self.pairs[judgment]).split()
            self.vectors |= {name: entry for name, entry in table.items() if name in used}

    def _among(self, judgment: NotLipschitz, context: Context, names: list[str]) -> bool:
        pairs = [*((n, f"0 {n}") for n in names), *combinations(names, 2)]
        for left, right in pairs:
            claim = read_judgment(secant_claim(judgment, left, right), context.names, "secant")
            try:
                if isinstance(claim, Comparison) and context.holds(claim):
                    self.pairs[judgment] = (left, right)
                    return True
            except Rejected:
                continue
        return False

    def _proposed(self, judgment: NotLipschitz, domain: str) -> list[Vector]:
        n = self.probe.data.spaces[domain].dimension
        if not isinstance(self.probe.names[judgment.map], Defined):
            pair = steepest(self.probe, judgment.map)
            return [v for v in (pair.left, pair.right) if v] if pair else []
        if n > SMALL:
            return []
        units = [Vector.of([int(j == k) for j in range(n)]) for k in range(n)]
        signs = [Vector.of((1, *signs)) for signs in product((1, -1), repeat=n - 1)]
        return units + signs


def secant_claim(judgment: NotLipschitz, left: str, right: str) -> str:
    """The text of  s |u - v| < |f(u) - f(v)|."""
    f = judgment.map
    return f"({judgment.bound}) |{left} - {right}| < |{f}({left}) - {f}({right})|"


# ---------------------------------------------------------------------------- decisions


class _Decider:
    """Adds the steps that decide judgments to a derivation."""

    def __init__(self, d: Derivation, pairs: Mapping[NotLipschitz, tuple[str, str]]) -> None:
        self.d = d
        self.pairs = pairs

    def everything(self) -> None:
        """What the verdict needs.  Raises Rejected."""
        statement = self.d.context.statement
        for hypothesis in statement.given:
            self.decide(hypothesis.judgment, f"the hypothesis {hypothesis.label}")
        for variable in statement.for_all:
            for limit in variable.range:
                self.decide(limit, f"the range of {variable.name}")
        reasons: list[str] = []
        for conclusion in statement.conclude:
            before = len(self.d.steps)
            try:
                for claim in conclusion.any:
                    self.deny(claim)
                return
            except Rejected as reason:
                del self.d.steps[before:], self.d.raw[before:]
                reasons.append(str(reason))
        raise Rejected("no conclusion is violated: " + "; ".join(reasons))

    def deny(self, claim: Judgment) -> None:
        """Decide a negation of a claim.  Raises Rejected if none can be decided."""
        reason = ""
        for negation in negations(claim):
            try:
                return self.decide(negation, "the negation")
            except Rejected as found:
                reason = str(found)
        if isinstance(claim, Comparison) and (values := values_text(self.d.context, claim)):
            raise Rejected(f"{claim} holds: {values}")
        raise Rejected(f"{claim} is not refuted: {reason}")

    def decide(self, judgment: Judgment, what: str) -> None:
        """Decide a judgment on the data.  Raises Rejected if it is false or not settled."""
        try:
            if isinstance(judgment, Comparison):
                self.d.step("compute", claim=judgment)
            elif isinstance(judgment, Lipschitz):
                self.bounded(judgment)
            else:
                self.steep(judgment)
        except Rejected as reason:
            values = ""
            if isinstance(judgment, Comparison):
                values = values_text(self.d.context, judgment)
            if values:
                raise Rejected(f"{what}, {judgment}, is false: {values}") from None
            raise Rejected(f"{what}, {judgment}, is not decided: {reason}") from None

    def steep(self, judgment: NotLipschitz) -> None:
        """Lipschitz(f) > s by a secant."""
        if judgment not in self.pairs:
            raise Rejected(f"no two points were found where {judgment.map} is so steep")
        left, right = self.pairs[judgment]
        fact = self.d.compute(secant_claim(judgment, left, right))
        self.d.step("secant", fact, map=judgment.map, left=left, right=right, bound=judgment.bound)

    def bounded(self, judgment: Lipschitz) -> None:
        """Lipschitz(f) <= s."""
        context = self.d.context
        limit = _below(context.scalar(judgment.bound))
        if isinstance(context.names[judgment.map], Defined):
            fact = self.defined(judgment.map)
        else:
            fact = self.proved(judgment.map, limit)
        found = fact.judgment.bound if isinstance(fact.judgment, Lipschitz) else Scalar()
        if found != judgment.bound:
            claim = Comparison.of(found, "<=", judgment.bound)
            self.d.step("relax", fact, self.d.step("compute", claim=claim))

    def proved(self, name: str, limit: Fraction | None) -> Fact:
        """A step that bounds the constant of a map of the problem, by `limit` if one can."""
        for proposal in _proposals(self.d.context, name, limit):
            try:
                return self.d.step(proposal.rule, map=name, **proposal.arguments)
            except Rejected:
                continue
        if is_tabulated(self.d.context, name):
            raise Rejected(f"only values of {name} are known, which bound no Lipschitz constant")
        at_most = "" if limit is None else f" by {decimal(Roots.rational(limit))}"
        raise Rejected(f"no rule bounds the Lipschitz constant of {name}{at_most}")

    # maps that the statement defines

    def defined(self, name: str) -> Fact:
        """A bound for a defined map: the bounds of what is inside, multiplied and added up."""
        context = self.d.context
        entry = context.names[name]
        if not isinstance(entry, Defined):
            raise TypeError(f"{name} is not defined by the statement")
        if entry.parameter not in bound_variables(entry.body):
            return self.d.step("constant_definition", map=name)
        u, v = [n for n, bound in context.arbitrary.items() if bound.space == entry.domain][:2]
        ends = (Term.of(context.arbitrary[u]), Term.of(context.arbitrary[v]))
        fact, factor = self.spread(entry.body, entry.parameter, ends)
        if fact is None:
            raise Rejected(f"{name} cancels out to a constant map, which no rule bounds")
        return self.d.step("everywhere", fact, map=name, left=u, right=v, bound=factor)

    def spread(self, term: Term, y: str, ends: tuple[Term, Term]) -> tuple[Fact | None, Fraction]:
        """|t(u) - t(v)| <= K |u - v|, and K; no step where t(u) = t(v)."""
        u, v = (substitute(term, y, end) for end in ends)
        if not (u - v).parts:
            return None, Fraction(0)
        if len(term.parts) == 1:
            return self.spread_atom(term, y, ends)
        summands: list[tuple[Fraction, Term]] = []
        facts: list[tuple[Fraction, Fact]] = []
        total = Fraction(0)
        for atom, c in term.parts:
            one = Term.of(atom)
            fact, factor = self.spread(one, y, ends)
            if fact is not None:
                difference = substitute(one, y, ends[0]) - substitute(one, y, ends[1])
                summands.append((c, difference))
                facts.append((abs(c), fact))
                total += abs(c) * factor
        first = self.d.step("triangle", summands=summands)
        by = [Fraction(1), *(c for c, _ in facts)]
        return self.d.add(first, *(fact for _, fact in facts), by=by), total

    def spread_atom(
        self, term: Term, y: str, ends: tuple[Term, Term]
    ) -> tuple[Fact | None, Fraction]:
        """`spread` for a multiple of one atom."""
        (atom, c), (u, v) = term.parts[0], ends
        if isinstance(atom, Turned):
            fact, factor = self.spread(Term.of(atom.argument), y, ends)
        elif isinstance(atom, Image | Value):
            argument = Term.of(atom.argument) if isinstance(atom, Image) else atom.argument
            below, slope = self.spread(argument, y, ends)
            bound = self.proved(atom.map, None)
            left, right = (substitute(argument, y, end) for end in ends)
            own = bound.judgment.bound.as_number() if isinstance(bound.judgment, Lipschitz) else 0
            fact = self.d.step("lipschitz", bound, left=left, right=right)
            factor = Fraction(own or 0) * slope
            if below is not None and fact is not None:
                fact = self.d.add(fact, below, by=[Fraction(1), Fraction(own or 0)])
        else:
            # y itself
            fact, factor = self.d.step("triangle", summands=[(1, u - v)]), Fraction(1)
        if fact is not None and abs(c) != 1:
            fact = self.d.add(fact, by=[abs(c)])
        return fact, abs(c) * factor


def _below(value: Roots) -> Fraction:
    """The number if it is rational, else a rational one just below."""
    exact = value.collapse().as_rational()
    return Fraction(value.enclosure(BITS)[0], 1 << BITS) if exact is None else exact


def _proposals(context: Context, name: str, limit: Fraction | None) -> Iterator[Proposal]:
    """Ways to bound a map's constant: by at most `limit` if that is given."""
    best = upper(context, name)
    found = best if limit is None else rebound(context, name, limit, best)
    if found is not None:
        yield found
    if best is not None and best.rule == "operator_gram" and limit is not None:
        # a multiple of an isometry attains its bound: there the zero factor is exact
        entry = context.names[name]
        spaces = context.data.spaces
        sizes = [spaces[getattr(entry, end)].dimension for end in ("domain", "target")]
        field = 2 if context.data.field == "C" else 1
        for size in sorted({min(sizes), field * min(sizes)}):
            rows = [(0,) * (j + 1) for j in range(size)]
            yield Proposal("operator_gram", limit, {"factor": rows, "shift": 0})


# ---------------------------------------------------------------------------- words


def values_text(context: Context, comparison: Comparison) -> str:
    """The values of both sides, such as "3 > 2"; "" where one has no value on the data."""
    try:
        left, right = (context.scalar(side) for side in comparison.sides)
    except Rejected:
        return ""
    relation = {-1: "<", 0: "=", 1: ">"}[(left - right).sign()]
    return f"{decimal(left)} {relation} {decimal(right)}"
