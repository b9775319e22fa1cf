"""A worked proof: statement, problem and certificate, verified, as a document of sentences.

    worked = work(statement_file, problem_file, certificate, read_file)
    document(worked, depth=2)

The kernel verifies first; its report says what holds.  The arguments of the steps, which a report
does not keep, are then read from the certificate once more by the kernel's own readers.  The three
depths are: 1 the claim and its numbers, 2 every step, 3 every step with its arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from certificates.arrays import ReadFile
from certificates.exact import Roots, Undecided
from certificates.format import Rejected, as_list, as_object, read_json
from certificates.judgments import FALSE, Comparison, Judgment
from certificates.kernel import Report, prepare, settles, verify
from certificates.language import Map, Named, Signed, Space, Unit
from certificates.rules import RULES
from certificates.show import fold
from certificates.statements import Statement, read_statement
from certificates.terms import Scalar
from certificates.values import Context

from ..inexact import Bounds, is_inexact
from .arithmetic import opened
from .formulas import Reading, norm_name, number, rational, vector, with_digits
from .sentences import MERGED, SENTENCES, Told, mention
from .tree import (
    Aside,
    Block,
    Code,
    Display,
    Document,
    Formula,
    Heading,
    Inline,
    Items,
    Number,
    Paragraph,
    Raised,
    Ref,
    Said,
    Sign,
    Strong,
    Symbol,
    Words,
    listed,
    row,
)

DEPTHS = (1, 2, 3)
MEMBERS = 3  # of a finite set, shown


@dataclass(frozen=True)
class Worked:
    """A verified certificate with the arguments of its steps, and the statement as written."""

    report: Report
    context: Context
    arguments: tuple[dict[str, Any], ...]
    written: Statement  # as the file says it, before anything is chosen
    bounds: Bounds | None  # where values may be irrational

    @property
    def reading(self) -> Reading:
        """How its terms are read."""
        names = self.report.statement.names.items()
        return Reading(name for name, entry in names if isinstance(entry, Space))


def work(
    statement_file: bytes, problem_file: bytes | None, certificate: bytes, read_file: ReadFile
) -> Worked:
    """Verify, and read the arguments.  Raises what `certificates.kernel.verify` raises."""
    report = verify(statement_file, problem_file, certificate, read_file)
    table = as_object(read_json(certificate, "certificate"), "certificate")
    brought = [table.get(key, {}) for key in ("vectors", "arbitrary")]
    choices = as_object(table.get("choices", {}), "choices")
    context = prepare(statement_file, report.problem, report.verdict, choices, *brought)
    arguments: list[dict[str, Any]] = []
    for raw in as_list(table["steps"], "steps"):
        step = as_object(raw, "step")
        readers = RULES[str(step["rule"])].arguments
        given = as_object(step["arguments"], "arguments")
        arguments.append({k: read(given[k], k, context.names) for k, read in readers.items()})
    bounds = Bounds(context) if is_inexact(report.problem) else None
    return Worked(report, context, tuple(arguments), read_statement(statement_file), bounds)


def document(worked: Worked, depth: int = 2) -> Document:
    """The worked proof to a depth of 1, 2 or 3."""
    blocks = [*claim_blocks(worked), *number_blocks(worked)]
    if depth > 1:
        blocks += [Heading(2, ("Proof",)), *step_blocks(worked, depth), *end_blocks(worked)]
    return Document(tuple(blocks))


# ------------------------------------------------------------------------------ the claim


def claim_blocks(worked: Worked) -> Iterator[Block]:
    """Title, setting, hypotheses, conclusions, verdict."""
    report, reading, written = worked.report, worked.reading, worked.written
    yield Heading(1, (written.title,))
    if written.source:
        yield Paragraph((written.source + ".",))
    yield Paragraph(("Let ", *listed(list(_setting(worked)), ", and "), "."))
    yield from _data(worked)
    if written.given:
        yield Paragraph(("Suppose that",))
        yield Items(
            tuple(
                (Code(h.label), ": ", reading.judgment(h.judgment), *_held(worked, h.label))
                for h in written.given
            )
        )
    for variable in written.for_all:
        inside = row(Symbol(variable.name), Sign("in"), Symbol(variable.family or variable.space))
        limits: list[Words] = [(reading.judgment(one),) for one in variable.range]
        yield Paragraph(("For all ", inside, *((" with ", *listed(limits)) if limits else ())))
    if written.exists:
        names: list[Words] = [(Symbol(name),) for name in written.exists]
        yield Paragraph(("there are " if len(names) > 1 else "there is ", *listed(names), " with"))
    elif report.verdict == "certified":
        yield Paragraph(("it follows that" if written.given else "we have",))
    else:
        yield Paragraph(("it is claimed that",))
    for conclusion in written.conclude:
        yield Display(joined_or([reading.judgment(one) for one in conclusion.any]))
    chosen: list[Words] = [_chosen(worked, name, text) for name, text in report.choices]
    chosen += [(row(Symbol(name), Sign("="), vector(v)),) for name, v in report.witnesses[:8]]
    if chosen:
        yield Paragraph(("The certificate takes ", *listed(chosen), "."))
    yield Paragraph(verdict_words(report))


def _chosen(worked: Worked, name: str, text: str) -> Words:
    """What was chosen for a variable."""
    entry = worked.context.names.get(name)
    if isinstance(entry, Named):
        return (row(Symbol(name), Sign("="), worked.reading.term(entry.term)),)
    return (Symbol(name), " as ", Code(fold(text)))


def joined_or(formulas: list[Formula]) -> Formula:
    """Alternatives."""
    found: list[Formula] = []
    for formula in formulas:
        found += [Said(" or "), formula] if found else [formula]
    return row(*found)


def _setting(worked: Worked) -> Iterator[Words]:
    """Spaces, maps and constants, as one writes them."""
    report = worked.report
    spaces = {n: e for n, e in report.statement.names.items() if isinstance(e, Space)}
    if report.problem is None:
        fields = [report.statement.field] if report.statement.field else ["R", "C"]
        over = listed([(Sign(field),) for field in fields], " or ")
        names: list[Words] = [(Symbol(name),) for name in spaces]
        yield (*listed(names), " be normed spaces over ", *over)
    else:
        for name in spaces:
            space = report.problem.spaces[name]
            field: Formula = Sign(report.problem.field)
            power = Raised(field, Number(str(space.dimension))) if space.dimension > 1 else field
            yield (row(Symbol(name), Sign("="), power), " with the norm ", norm_name(space.norm))
    for name, entry in report.statement.names.items():
        if isinstance(entry, Map):
            arrow = row(Symbol(name), Sign(":"), Symbol(entry.domain), Sign("->"))
            kind = " be linear" if entry.linear else " be a map"
            yield (row(arrow, Symbol(entry.target)), kind)
        elif isinstance(entry, Signed) and entry.sign:
            yield (row(Symbol(name), Sign(entry.sign), Number("0")),)
        elif isinstance(entry, Unit):
            yield (row(Sign("|"), Symbol(name), Sign("|"), Sign("="), Number("1")),)


def _data(worked: Worked) -> Iterator[Block]:
    """The data, in exact numbers."""
    problem = worked.report.problem
    if problem is None:
        return
    items: list[Words] = []
    for name, form in problem.operators.items():
        items.append((Symbol(name), f" is {fold(str(form))}"))
    for name, found in problem.maps.items():
        items.append((Symbol(name), f" is {fold(str(found))}"))
    hidden = {m for members in problem.sets.values() for m in members[MEMBERS:]}
    for name, (space, v) in problem.vectors.items():
        if name not in hidden:
            items.append((row(Symbol(name), Sign("="), vector(v), Sign("in"), Symbol(space)),))
    for name, members in problem.sets.items():
        items.append((Symbol(name), f" has {len(members)} members"))
    for name, value in problem.constants.items():
        items.append((row(Symbol(name), Sign("="), rational(value)),))
    for name, unit in problem.units.items():
        if unit is None:
            items.append((Symbol(name), " is any number of modulus 1"))
        else:
            items.append((Symbol(name), f" = {unit[0]} + {unit[1]} i"))
    if items:
        yield Paragraph(("The data are, as stored,",))
        yield Items(tuple(items))


def _held(worked: Worked, label: str) -> Words:
    if worked.report.problem is None:
        return ()
    judgment = next(h.judgment for h in worked.report.statement.given if h.label == label)
    if label in worked.report.assumed:
        return (" (", Strong("assumed"), ", nobody decided it)")
    found = numbers(worked, judgment)
    return (", ", *in_numbers(worked, found)) if found else ()


def verdict_words(report: Report) -> Words:
    """The verdict as a sentence that says no more than was proved."""
    said: dict[str, Words] = {
        "certified": ("The claim is ", Strong("certified"), "."),
        "refuted": ("The claim is ", Strong("refuted"), f": {fold(report.reason)}."),
        "vacuous": ("The claim is ", Strong("vacuous"), f": {fold(report.reason)}."),
    }
    words = said[report.verdict]
    if report.assumed:
        labels: list[Words] = [(Code(label),) for label in report.assumed]
        return ("Assuming ", *listed(labels), ", which nobody decided: ", *words)
    return words


# ---------------------------------------------------------------------------- the numbers


def value_of(worked: Worked, side: Scalar) -> Roots | None:
    """The value on the data, an upper bound where it is irrational; None where it has none."""
    if worked.context.problem is None:
        return None
    try:
        return worked.bounds.upper(side) if worked.bounds else worked.context.scalar(side)
    except (Rejected, Undecided):
        return None


def in_numbers(worked: Worked, found: Formula) -> Words:
    """Numbers in a sentence; irrational data are enclosed, and their numbers are upper ends."""
    return ("in numbers, which are upper ends, " if worked.bounds else
            "in numbers ", found)  # fmt: skip


def relation(worked: Worked, judgment: Comparison, values: list[Roots | None]) -> str:
    """The relation that exact values have: another than the judgment's if that is false."""
    left, right = values
    if left is None or right is None or worked.bounds:
        return judgment.relation
    try:
        sign = (right - left).sign()
    except Undecided:
        return judgment.relation
    if {"<=": sign >= 0, "<": sign > 0, "=": sign == 0}[judgment.relation]:
        return judgment.relation
    return {-1: ">", 0: "=", 1: "<"}[sign]


def numbers(worked: Worked, judgment: Judgment) -> Formula | None:
    """Both sides in numbers; None where the data give no value, or say nothing new."""
    if worked.context.problem is None:
        return None
    reading = worked.reading
    if not isinstance(judgment, Comparison):
        found = value_of(worked, judgment.bound)
        if found is None or judgment.bound.as_number() is not None:
            return None
        return row(reading.scalar(judgment.bound), Sign("="), with_digits(found))
    left, right = judgment.sides
    values = [value_of(worked, side) for side in (left, right)]
    if values == [None, None] or (left.as_number(), right.as_number()) == tuple(
        v.as_rational() if v is not None else None for v in values
    ):
        return None
    shown = [
        reading.scalar(side) if value is None else number(value)
        for side, value in zip((left, right), values, strict=True)
    ]
    if shown == [reading.scalar(left), reading.scalar(right)]:
        return None
    return row(shown[0], Sign(relation(worked, judgment, values)), shown[1])


def number_blocks(worked: Worked) -> Iterator[Block]:
    """What the two sides of each conclusion come to."""
    lines: list[Words] = []
    for conclusion in worked.report.statement.conclude:
        for one in conclusion.any:
            found = numbers(worked, one)
            if found is not None:
                lines.append((worked.reading.judgment(one), ": ", *in_numbers(worked, found)))
    if lines:
        yield Heading(2, ("The numbers",))
        yield Items(tuple(lines))


# ------------------------------------------------------------------------------ the steps


def told_steps(worked: Worked) -> list[Told]:
    """What the sentence of each step may use."""
    found: list[Told] = []
    steps = worked.report.steps
    shown = displayed(worked)
    reading = worked.reading
    for step, arguments in zip(steps, worked.arguments, strict=True):
        refs: list[Words] = [
            (Ref(place),) if place in shown else mention(found[place]) for place in step.premises
        ]
        premises = tuple(steps[place].conclusion for place in step.premises)
        statement = worked.report.statement
        found.append(
            Told(step, arguments, premises, tuple(refs), statement, worked.context, reading)
        )
    return found


def displayed(worked: Worked) -> set[int]:
    """The steps that have a line of their own."""
    steps = worked.report.steps
    used = {place for step in steps for place in step.premises}
    return {
        place
        for place, step in enumerate(steps)
        if step.rule not in MERGED or place not in used or settled_by(worked, place)
    }


def settled_by(worked: Worked, place: int) -> list[int]:
    """The conclusions, counted from 1, that a step settles."""
    if worked.report.verdict != "certified":
        return []
    step = worked.report.steps[place]
    claims = enumerate(worked.report.statement.conclude, 1)
    return [n for n, c in claims if settles(step, n, c) and step.rule != "denied"]


def step_blocks(worked: Worked, depth: int, most: int | None = None) -> Iterator[Block]:
    """Each step: its sentence, its formula, its numbers, and on depth 3 its arithmetic.

    With `most`, the numbers and the arithmetic of no steps beyond that place.
    """
    shown, left = displayed(worked), set(range(1, len(worked.report.statement.conclude) + 1))
    many, beyond = len(left) > 1, False
    for place, told in enumerate(told_steps(worked)):
        if place not in shown:
            continue
        if not left and not beyond:
            beyond = True
            yield Paragraph((Strong("Beyond the claim"), ", the certificate says more:"))
        step = told.step
        yield Paragraph(SENTENCES[step.rule](told))
        yield Display(worked.reading.judgment(step.conclusion), place)
        brief = most is not None and place >= most
        found = None if brief else numbers(worked, step.conclusion)
        if found is not None:
            yield Paragraph((*in_numbers(worked, found), "."))
        for settled in sorted(left & set(settled_by(worked, place))):
            left.discard(settled)
            which = f"conclusion {settled}" if many else "the claim"
            if step.conclusion == FALSE:
                yield Paragraph((f"This is absurd, and so {which} holds.",))
            else:
                yield Paragraph((f"This is {which}.",))
        if depth > 2 and not brief:
            lines = opened(told)
            if lines:
                yield Aside(f"The arithmetic of ({place})", lines)


def end_blocks(worked: Worked) -> Iterator[Block]:
    """The last sentence."""
    report = worked.report
    end: list[Inline] = [Sign("qed")] if report.verdict == "certified" else []
    if report.verdict != "certified":
        end = [*verdict_words(report), " ", Sign("qed")]
    yield Paragraph(tuple(end))
