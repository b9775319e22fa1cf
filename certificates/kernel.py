"""The kernel: apply a step, verify a certificate, report what a yes means.

What it exports:

    apply(context, steps, raw)          the one door to the rules, for builder and verifier alike
    verify(statement, problem, certificate, read_file)  ->  Report

A yes means: the claim printed by the report, rebuilt from the statement file and the problem file
and never from the certificate, follows by the listed steps.  The verdicts are

    certified   of every conclusion an alternative is the conclusion of a step, or 0 < 0 follows
                from its denial; hypotheses that no step decides are listed in `assumed` (in a
                proof for all spaces they are part of the claim)
    refuted     every hypothesis is decided true on the data, the certificate names a vector for
                every "for all", in its range, and the negation of a conclusion is decided
    vacuous     the negation of a hypothesis is decided on the data, or 0 < 0 follows from the
                hypotheses

A step *depends* on the hypotheses ("given"), on ranges of variables ("range e") and on what it
denies ("denied 1"), if it or a premise uses them.  It *decides* if it depends on nothing.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from .arrays import ReadFile
from .exact import Undecided
from .format import (
    Rejected,
    Unreadable,
    as_list,
    as_object,
    as_text,
    choice,
    digest,
    excerpt,
    fields,
    read_json,
    read_natural,
)
from .judgments import FALSE, Judgment, negations
from .language import Defined, Named, Names, Space, is_name, read_judgment
from .matrices import Vector
from .problem import Problem, read_problem, read_witnesses
from .rules import RULES, Rule
from .statements import Conclusion, Statement, read_statement
from .terms import Bound, Datum, Term
from .values import Context

FORMAT = "kernelcert certificate 1"
VERDICTS = {"certified": "certified", "refuted": "refuted", "vacuous": "vacuous"}


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was applied: what it says, from which steps, and on what it depends."""

    rule: str
    premises: tuple[int, ...]
    conclusion: Judgment
    depends: frozenset[str]


@dataclass(frozen=True)
class Report:
    """What was verified.

    `digests` are those of statement, problem ("-" for all spaces) and certificate; `choices` are
    the witnesses of `exists`, or the vectors that refute a `for all`; `witnesses` are vectors that
    the certificate brought along, `arbitrary` its own variables with their spaces; `assumed` are
    labels of hypotheses; `believed` are components beyond the kernel; `reason` names the
    hypothesis of a vacuous verdict or the conclusion of a refuted one.
    """

    verdict: str
    statement: Statement
    problem: Problem | None
    digests: tuple[str, str, str]
    choices: tuple[tuple[str, str], ...]
    witnesses: tuple[tuple[str, Vector], ...]
    arbitrary: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    assumed: tuple[str, ...]
    believed: tuple[str, ...]
    reason: str


# ------------------------------------------------------------------------------- one step


def apply(context: Context, steps: list[Step], raw: object, where: str) -> Step:
    """The step that a raw step, as it stands in a certificate, makes after the given steps.

    Raises Unreadable if it cannot be read, Rejected if it does not follow; both name the place.
    """
    table = fields(raw, where, ("rule", "premises", "arguments"), ("conclusion",))
    name = as_text(table["rule"], where + ".rule")
    rule = choice(name, where + ".rule", RULES)
    where = f"{where} ({name})"
    places = [read_natural(item, where + " premises") for item in as_list(table["premises"], where)]
    for place in places:
        if place >= len(steps):
            raise Rejected(f"{where}: premise {place} is not an earlier step")
    premises = [steps[place].conclusion for place in places]
    _check_types(rule, premises, where)
    raw_arguments = fields(table["arguments"], where + " arguments", tuple(rule.arguments))
    arguments = {
        key: reader(raw_arguments[key], f"{where} {key}", context.names)
        for key, reader in rule.arguments.items()
    }
    try:
        conclusion = rule.function(context, *premises, **arguments)
    except (Rejected, Unreadable) as reason:
        raise Rejected(f"{where}: {reason}") from None
    except Undecided as reason:
        raise Rejected(f"{where}: not settled: {reason}") from None
    depends = frozenset[str]().union(*(steps[place].depends for place in places))
    depends |= rule.depends(conclusion, **arguments)
    return Step(name, tuple(places), conclusion, depends)


def _check_types(rule: Rule, premises: list[Judgment], where: str) -> None:
    wanted = list(rule.premises)
    if wanted and wanted[-1] is ...:
        wanted = [wanted[0]] * len(premises)
    if len(premises) != len(wanted):
        raise Rejected(f"{where}: {len(premises)} premises, {len(wanted)} are needed")
    for premise, kind in zip(premises, wanted, strict=True):
        if type(premise) is not kind:
            raise Rejected(f"{where}: the premise {premise} is not of type {kind.__name__}")


# ------------------------------------------------------------------------- a whole certificate


def verify(
    statement_file: bytes, problem_file: bytes | None, certificate: bytes, read_file: ReadFile
) -> Report:
    """Verify a certificate; `problem_file` is None for a proof for all spaces.

    `read_file` gives the bytes of the problem's arrays by their plain names.
    Raises Unreadable or Rejected with a sentence that names the place.
    """
    statement = read_statement(statement_file)
    problem = None
    if problem_file is not None:
        problem = read_problem(problem_file, read_file, statement)
    table = fields(
        read_json(certificate, "certificate"),
        "certificate",
        ("format", "statement", "problem", "verdict", "steps"),
        ("choices", "vectors", "arbitrary"),
    )
    choice(table["format"], "certificate.format", {FORMAT: None})
    verdict = choice(table["verdict"], "certificate.verdict", VERDICTS)
    digests = (
        digest(statement_file),
        "-" if problem_file is None else digest(problem_file),
        digest(certificate),
    )
    for key, found in (("statement", digests[0]), ("problem", digests[1])):
        if as_text(table[key], f"certificate.{key}") != found:
            raise Rejected(f"certificate.{key}: made for another {key} than {found}")
    choices = as_object(table.get("choices", {}), "certificate.choices")
    vectors, arbitrary = table.get("vectors", {}), table.get("arbitrary", {})
    context = prepare(statement_file, problem, verdict, choices, vectors, arbitrary)
    steps: list[Step] = []
    for number, raw in enumerate(as_list(table["steps"], "certificate.steps")):
        step = apply(context, steps, raw, f"step {number}")
        written = as_object(raw, f"step {number}").get("conclusion")
        where = f"step {number} ({step.rule})"
        text = as_text(written, f"{where}: the conclusion")
        if read_judgment(text, context.names, f"{where} conclusion") != step.conclusion:
            raise Rejected(f"{where}: it gives {step.conclusion}, written is {excerpt(text, 200)}")
        steps.append(step)
    assumed, reason = conclude(context, verdict, steps)
    return Report(
        verdict=verdict,
        statement=context.statement,
        problem=problem,
        digests=digests,
        choices=tuple((name, str(text)) for name, text in choices.items()),
        witnesses=tuple(
            (name, context.vectors[name][1]) for name in as_object(vectors, "certificate.vectors")
        ),
        arbitrary=tuple((name, bound.space) for name, bound in context.arbitrary.items()),
        steps=tuple(steps),
        assumed=assumed,
        believed=(),
        reason=reason,
    )


def prepare(
    statement_file: bytes,
    problem: Problem | None,
    verdict: str,
    choices: object,
    vectors: object,
    arbitrary: object,
) -> Context:
    """The scope of a certificate's terms: the statement with its choices, and all vectors.

    To certify, every `exists` must be chosen; to refute, every `for all`; nothing else may be.
    What is chosen from a finite set must be one of its members, by name.
    """
    statement = read_statement(statement_file)
    vectors_of = dict(problem.vectors) if problem else {}
    extra: Names = {}
    if problem is None:
        fields(vectors, "certificate.vectors (no coordinates without a problem)", ())
    else:
        witnesses = read_witnesses(vectors, problem)
        for name in witnesses:
            if name in statement.names or name in vectors_of or not is_name(name):
                raise Unreadable(f"certificate.vectors: {excerpt(name)} cannot be a new name")
        vectors_of |= witnesses
        for name, (space, _) in vectors_of.items():
            if name not in statement.names:
                extra[name] = Named(Term.of(Datum(name, space)))
    free = _arbitrary(arbitrary, statement, vectors_of)
    parameters = {e.parameter for e in statement.names.values() if isinstance(e, Defined)}
    for name in sorted(parameters & (vectors_of.keys() | free.keys())):
        raise Unreadable(f"the vector {name!r} has the name of a definition's parameter")
    variables = {variable.name: variable.family for variable in statement.for_all}
    wanted = {"certified": statement.exists, "refuted": variables, "vacuous": {}}[verdict]
    if verdict == "refuted" and (problem is None or statement.exists):
        raise Rejected("certificate.verdict: only a statement without 'exists' is refuted, on data")
    raw = fields(choices, "certificate.choices", tuple(wanted))
    texts = {name: as_text(raw[name], f"certificate.choices.{name}") for name in wanted}
    for name, family in wanted.items():
        if family and (problem is None or texts[name] not in problem.sets[family]):
            raise Rejected(f"the choice for {name} is not the name of a member of {family}")
    resolved = read_statement(statement_file, texts, extra)
    names = {**resolved.names, **extra, **{name: Named(Term.of(v)) for name, v in free.items()}}
    return Context(resolved, names, problem, vectors_of, free)


def _arbitrary(value: object, statement: Statement, taken: Container[str]) -> dict[str, Bound]:
    """The certificate's own arbitrary vectors: name -> space."""
    where = "certificate.arbitrary"
    found: dict[str, Bound] = {}
    spaces = {name: entry for name, entry in statement.names.items() if isinstance(entry, Space)}
    for name, space in as_object(value, where).items():
        if name in statement.names or name in taken or not is_name(name):
            raise Unreadable(f"{where}: {excerpt(name)} cannot be a new name")
        choice(space, f"{where}.{name}", spaces)
        found[name] = Bound(name, as_text(space, where))
    return found


def settles(step: Step, number: int, conclusion: Conclusion) -> bool:
    """Whether a step proves conclusion `number`: an alternative, or 0 < 0 from its denial."""
    denial = f"denied {number}"
    allowed = {"given", denial, *(f"range {name}" for name in conclusion.scope)}
    reached = denial in step.depends if step.conclusion == FALSE else True
    named = step.conclusion == FALSE or step.conclusion in conclusion.any
    return named and reached and step.depends <= allowed


def conclude(context: Context, verdict: str, steps: list[Step]) -> tuple[tuple[str, ...], str]:
    """What the steps amount to: the labels of what is assumed, and the reason of the verdict.

    Raises Rejected if they do not reach the claimed verdict.
    """
    statement = context.statement
    decided = {step.conclusion for step in steps if not step.depends}
    undecided = [h.label for h in statement.given if h.judgment not in decided]
    if verdict == "certified":
        for number, conclusion in enumerate(statement.conclude, 1):
            if not any(settles(step, number, conclusion) for step in steps):
                raise Rejected(f"certificate: no step concludes {conclusion}")
        return (() if context.problem is None else tuple(undecided)), ""
    if verdict == "vacuous":
        for hypothesis in statement.given:
            for negation in negations(hypothesis.judgment):
                if negation in decided:
                    return (), f"{hypothesis.label}: {hypothesis.judgment} is false"
        ranges = {"given", *(f"range {variable.name}" for variable in statement.for_all)}
        false = [step.depends for step in steps if step.conclusion == FALSE]
        if any(depends <= {"given"} for depends in false):
            return (), "the hypotheses contradict each other"
        if any(depends <= ranges for depends in false):
            return (), "no value of a variable is in its range under the hypotheses"
        raise Rejected("certificate: no step decides the negation of a hypothesis, or gives 0 < 0")
    if undecided:
        raise Rejected(f"certificate: no step decides the hypothesis {undecided[0]}")
    for variable in statement.for_all:
        for limit in variable.range:
            if limit not in decided:
                raise Rejected(f"certificate: no step decides that {limit} for {variable.name}")
    for conclusion in statement.conclude:
        if all(any(n in decided for n in negations(claim)) for claim in conclusion.any):
            return (), f"{conclusion} is false"
    raise Rejected("certificate: no step decides the negation of a conclusion")
