"""Claims decided: a proof for all normed spaces, or a concrete exact counterexample.

For each conclusion the facts of the claim and the negated conclusion go into `saturate`:

    a contradiction      the multipliers make a proof, which the kernel checks: `certified`
    numbers that fit     they are norms of real vectors; `counterexample` writes them down as a
                         matrix, images and a map, which the kernel checks: `refuted`

Constants in products (L delta) are given numbers first, one choice after the other.  Each choice
yields a counterexample or triangle inequalities; those hold for all constants, and with them a
proof for all constants is attempted.  In the fragment that docs/decide.md describes, and with
rational constants, the answer is always a proof or a counterexample.  z3 is asked for numbers and
never believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice, product

from certificates.format import Rejected, Unreadable
from certificates.judgments import Comparison, negations
from certificates.kernel import Report, prepare, verify
from certificates.language import Names, Space, Unit
from certificates.statements import Statement, read_statement

from ..derivation import Derivation, Fact
from ..refutation import no_files, refute
from ..searching.search import NotFound, search
from .counterexample import Builder, Example, smaller
from .goals import Goal, Goals, own_variables
from .infer import infer, negation
from .known import Proof
from .oracle import Clock, TooLarge
from .saturate import Limits, Model, NeedsDenial, Saturation, triangles
from .settled import settled
from .smtlib import Query
from .system import Outside, System
from .trials import Numbers, numbers
from .witnesses import witnesses

MINUS = Fraction(-1)
SIGNS = 16  # so many choices of 1 and -1 are tried for numbers of modulus 1
SEARCH = 10.0  # seconds for the last resort
TRIANGLES = 300  # so many triangle inequalities are put in at once where norms are multiplied
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Decision:
    """The answer: verdict, and the files that the kernel has verified.

    `derivation` and `report` are None for "undecided"; `problem_file` is the counterexample of
    "refuted"; `words` say what was found; `instances` counts triangle inequalities tried;
    `outside` says in which respects the claim is outside the complete fragment.
    """

    verdict: str
    statement_file: bytes
    derivation: Derivation | None = None
    problem_file: bytes | None = None
    choices: dict[str, str] = field(default_factory=dict)
    report: Report | None = None
    words: tuple[str, ...] = ()
    instances: int = 0
    outside: tuple[str, ...] = ()
    queries: tuple[Query, ...] = ()


@dataclass(frozen=True)
class Absurd:
    """A recipe for 0 < 0 from what a conclusion denies."""

    steps: Callable[[Proof], Fact]


def decide(
    statement_file: bytes,
    choices: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Decision:
    """Decide a claim; `choices` are witnesses for its `exists`, which are searched if left out.

    Raises Unreadable for a statement that cannot be read, or a witness that does not fit.
    """
    limits = limits or Limits()
    clock = Clock(limits.seconds)
    statement = read_statement(statement_file)
    if not statement.exists or choices:
        return _Decider(statement_file, dict(choices or {}), limits, clock, progress).run()
    tried, limit = 0, ""
    for row in witnesses(statement):
        try:
            clock.left()
        except TooLarge as reason:
            limit = f"{reason}; "
            break
        tried += 1
        if progress is not None:
            progress("witness " + ", ".join(f"{name} = {text}" for name, text in row.items()))
        try:
            found = _Decider(statement_file, row, limits, clock, None).run()
        except Unreadable:
            continue
        if found.verdict in ("certified", "vacuous"):
            return found
    return Decision(
        "undecided",
        statement_file,
        words=(
            f"{limit}none of {tried} short witnesses serves; name one with --witness NAME=TERM "
            "(an 'exists' is never refuted by an example)",
        ),
    )


class _Decider:
    """One run of the procedure."""

    def __init__(
        self,
        statement_file: bytes,
        choices: dict[str, str],
        limits: Limits,
        clock: Clock,
        progress: Progress | None,
    ) -> None:
        self.file = statement_file
        self.choices = choices
        self.limits = limits
        self.clock = clock
        self.say = progress or (lambda _: None)
        bare = prepare(statement_file, None, "vacuous", {}, {}, {})
        self.arbitrary = own_variables(bare.statement, bare.names)
        context = prepare(statement_file, None, "certified", choices, {}, self.arbitrary)
        self.statement: Statement = context.statement
        self.context = context
        self.names: Names = context.names
        self.signs: dict[str, int] = {}
        self.units = [name for name, entry in self.names.items() if isinstance(entry, Unit)]
        self.outside: dict[str, None] = {}
        self.instances = 0
        self.queries: dict[str, Query] = {}
        self.title = "hypotheses"

    # ------------------------------------------------------------------ the whole claim

    def run(self) -> Decision:
        """Hypotheses first, then each conclusion."""
        try:
            found = self._run()
            whole = self.statement
            choices = product((1, -1), repeat=len(self.units)) if self.units else iter(())
            for signs in islice(choices, SIGNS):
                if found.verdict != "undecided":
                    break
                # a counterexample may take 1 or -1 for a number of modulus 1
                self.signs = dict(zip(self.units, signs, strict=True))
                self.statement = settled(whole, self.signs)
                tried = self._run()
                if tried.verdict == "refuted":
                    return tried
            self.statement, self.signs = whole, {}
            return self._searched(found) if found.verdict == "undecided" else found
        except TooLarge as reason:
            return self._undecided(str(reason))

    def _searched(self, found: Decision) -> Decision:
        """The last resort: small dimensions, and z3's nonlinear solver."""
        if self.statement.exists:
            return found
        self.say("searching in small dimensions")
        try:
            answer = search(self.file, None, min(SEARCH, self.clock.left()))
        except Rejected as reason:
            return replace(found, words=(*found.words, str(reason)))
        if isinstance(answer, NotFound):
            return replace(
                found, words=(*found.words, f"search in small dimensions: {answer.reason}")
            )
        derivation = refute(self.file, answer.problem_file, answer.choices)
        return self._verified("refuted", derivation, answer.problem_file, answer.choices)

    def _run(self) -> Decision:
        base = self._base()
        self.say("are the hypotheses consistent?")
        found = self._contradiction(base)
        if found is not None:
            return found
        proofs: list[Callable[[Proof], Fact]] = []
        unproved: list[str] = []
        for number, conclusion in enumerate(self.statement.conclude, 1):
            self.say(f"conclusion {number} of {len(self.statement.conclude)}")
            goals = Goals(self.context, self.arbitrary).of(conclusion)
            steps: list[Callable[[Proof], Fact]] = []
            for part, goal in enumerate(goals, 1):
                self.title = f"conclusion {number}" + (f", case {part}" if len(goals) > 1 else "")
                answer = self._settle(base, number, goal)
                if isinstance(answer, Decision):
                    return answer
                if isinstance(answer, str):
                    unproved.append(answer)
                elif isinstance(answer, Absurd):
                    # what is denied is absurd already, which ends this conclusion
                    steps.append(answer.steps)
                    break
                else:
                    steps.append(answer)
            proofs += steps
        if unproved or self.signs:
            return self._undecided(*unproved)
        return self._certified(proofs)

    def _base(self) -> System:
        """The hypotheses and ranges."""
        system = System(self.names)
        for number, hypothesis in enumerate(self.statement.given, 1):

            def given(proof: Proof, number: int = number) -> Fact:
                return proof.derivation.step("given", hypothesis=number)

            system.suppose(hypothesis.judgment, given, "given")
        for variable in self.statement.for_all:
            for place, limit in enumerate(variable.range, 1):

                def inside(proof: Proof, name: str = variable.name, place: int = place) -> Fact:
                    return proof.derivation.step("range", variable=name, number=place)

                system.suppose(limit, inside, "range")
        return system

    def _contradiction(self, base: System) -> Decision | None:
        """The verdict "vacuous", if the hypotheses contradict each other."""
        system = base.copy()
        system.close()
        for values in numbers(system, (), (), self.clock):
            model = self._saturate(system, (), values, direct=False)
            base.learn(system)
            if model is not None:
                return None
            found = infer(system, None, self.clock)
            if found is not None and not self.signs:
                derivation = Derivation(self.file, None, None, "vacuous", None)
                found.fact(Proof(derivation))
                self._expect("unsat")
                return self._verified("vacuous", derivation, None, {})
        return None

    # ------------------------------------------------------------------ one conclusion

    def _settle(
        self, base: System, number: int, goal: Goal
    ) -> Decision | str | Absurd | Callable[[Proof], Fact]:
        """A proof recipe, a refutation of the claim, or why there is neither."""
        try:
            answer = self._attempt(base, number, goal)
        except NeedsDenial:
            answer = "a proof would have to deny an equation or a Lipschitz bound"
        if isinstance(answer, str) and goal.target in self.statement.conclude[number - 1].any:
            return self._attempt(base, number, Goal(None, (0,), goal.finish))
        return answer

    def _attempt(
        self, base: System, number: int, goal: Goal
    ) -> Decision | str | Absurd | Callable[[Proof], Fact]:
        system = base.copy()
        for place in goal.denied:
            claim = self.statement.conclude[number - 1].any[place]

            def deny(proof: Proof, place: int = place) -> Fact:
                return proof.derivation.step("denied", conclusion=number, alternative=place + 1)

            system.suppose(negations(claim)[0], deny, "denied")
        wanted = [goal.target] if goal.target else []
        against = [*map(negation, wanted), *goal.against]
        for comparison in against:
            system.look(comparison.difference)
        for known in base.learned:
            system.know(known)
        system.close()
        self.outside |= system.incomplete
        if self.units:
            self.outside["numbers of modulus 1"] = None
        reasons: list[str] = []
        self._products_of_norms(system)
        for values in numbers(system, against, against, self.clock):
            model = self._saturate(system, against, values, goal.target is not None)
            base.learn(system)
            if model is not None:
                found = self._refute(system, model, reasons)
                if found is not None:
                    return found
                continue
            proved = None if goal.against else infer(system, goal.target, self.clock)
            if proved is not None:
                self._expect("unsat")
                if proved.target is None and goal.denied:
                    return Absurd(proved.fact)
                return lambda proof: goal.finish(proof, proved.fact(proof))
        if goal.against and not reasons:
            return (
                f"conclusion {number} has several alternatives that are equations or Lipschitz "
                "bounds; no counterexample was found, and there is no form of proof for it: "
                "claim them one by one"
            )
        return "; ".join(dict.fromkeys(reasons)) or (
            "for some numbers in place of the constants it is true, but no proof for all was found"
        )

    def _products_of_norms(self, system: System) -> None:
        """Where norms are multiplied, triangle inequalities are wanted before any numbers."""
        if "products of norms" not in system.incomplete:
            return
        for known in islice(triangles(system), TRIANGLES):
            system.know(known)

    def _saturate(
        self, system: System, against: Sequence[Comparison], values: Numbers, direct: bool
    ) -> Model | None:
        before = sum(known.origin == "triangle" for known in system.knowns)
        saturation = Saturation(system, against, values, self.clock, self.limits, direct)
        try:
            return saturation.run()
        finally:
            self.instances += sum(k.origin == "triangle" for k in system.knowns) - before
            facts = (*(k.comparison for k in system.knowns), *against)
            self.queries[self.title] = Query(self.title, facts, tuple(values.items()), "")

    def _expect(self, answer: str, fixed: bool = False) -> None:
        """What the last question to z3 must come to; a proof is for all values of constants."""
        query = self.queries[self.title]
        numbers = query.fixed if fixed else ()
        self.queries[self.title] = replace(query, expected=answer, fixed=numbers)

    # ------------------------------------------------------------------ answers

    def _refute(self, system: System, model: Model, reasons: list[str]) -> Decision | None:
        if self.units and not self.signs:
            reasons.append("numbers of modulus 1 are chosen next")
            return None
        if self.statement.exists:
            reasons.append("the witness does not serve, which refutes no 'exists'")
            return None
        norms = [
            f"{name} with {entry.norm}"
            for name, entry in self.names.items()
            if isinstance(entry, Space) and entry.norm in ("l1", "l2")
        ]
        if norms:
            reasons.append(f"it has no proof for all norms, which leaves {', '.join(norms)} open")
            return None
        builder = Builder(self.statement, system, model, self.signs, self.clock)
        try:
            rows = builder.rows()
            found = smaller(builder, rows, self._violates)
        except Outside as reason:
            reasons.append(str(reason))
            return None
        if found is None:
            first = builder.example(rows)
            reasons.append(self._why(first) if first else "no linear map has these values")
            return None
        _, example = found
        derivation = refute(self.file, example.problem_file, example.choices)
        self._expect("sat", fixed=True)
        return self._verified("refuted", derivation, example.problem_file, example.choices)

    def _violates(self, example: Example) -> bool:
        return not self._why(example)

    def _why(self, example: Example) -> str:
        """Why a problem does not refute the claim; "" if it does."""
        try:
            refute(self.file, example.problem_file, example.choices)
        except (Rejected, Unreadable) as reason:
            return f"the numbers found are no counterexample: {reason}"
        return ""

    def _certified(self, proofs: Sequence[Callable[[Proof], Fact]]) -> Decision:
        derivation = Derivation(
            self.file, None, None, "certified", self.choices, None, self.arbitrary
        )
        proof = Proof(derivation)
        for steps in proofs:
            steps(proof)
        return self._verified("certified", derivation, None, {})

    def _verified(
        self,
        verdict: str,
        derivation: Derivation,
        problem_file: bytes | None,
        choices: dict[str, str],
    ) -> Decision:
        report = verify(self.file, problem_file, derivation.certificate(), no_files)
        return Decision(
            verdict=verdict,
            statement_file=self.file,
            derivation=derivation,
            problem_file=problem_file,
            choices=choices,
            report=report,
            instances=self.instances,
            outside=tuple(self.outside),
            queries=tuple(q for q in self.queries.values() if q.expected),
        )

    def _undecided(self, *reasons: str) -> Decision:
        return Decision(
            verdict="undecided",
            statement_file=self.file,
            words=tuple(dict.fromkeys(reasons)),
            instances=self.instances,
            outside=tuple(self.outside),
            queries=tuple(self.queries.values()),
        )


__all__ = ["Decision", "Limits", "decide"]
