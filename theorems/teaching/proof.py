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
from .data import data_items
from .formulas import Reading, norm_name, number, vector, with_digits
from .sentences import MERGED, SENTENCES, Told, mention
from .symbols import pieces
from .tree import (
    Aside,
    Bars,
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
PROOF = {"certified": "Proof", "refuted": "Refutation", "vacuous": "Proof that it is vacuous"}


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
        blocks += [
            Heading(2, (PROOF[worked.report.verdict],)),
            *step_blocks(worked, depth),
            *end_blocks(worked),
        ]
    return Document(tuple(blocks))


# ------------------------------------------------------------------------------ the claim


def claim_blocks(worked: Worked) -> Iterator[Block]:
    """Title, setting, hypotheses, conclusions, verdict."""
    report, reading, written = worked.report, worked.reading, worked.written
    yield Heading(1, prose(written.title))
    if written.source:
        yield Paragraph((*prose(written.source), "."))
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
    yield Paragraph(claimed(worked))
    for conclusion in written.conclude:
        yield Display(joined_or([reading.judgment(one) for one in conclusion.any]))
    chosen: list[Words] = [_chosen(worked, name, text) for name, text in report.choices]
    brought: list[Words] = [
        (row(Symbol(name), Sign("="), vector(v)),) for name, v in report.witnesses[:8]
    ]
    if chosen or brought:
        start = "A counterexample is " if report.verdict == "refuted" else "We take "
        where: Words = (", where ", *listed(brought)) if chosen and brought else ()
        yield Paragraph((start, *listed(chosen or brought), *where, "."))
    yield Paragraph(verdict_words(worked))


def claimed(worked: Worked, alone: bool = False) -> Words:
    """What stands before the conclusions: then for all e in Y with |e| <= delta, ...

    `alone` is without the hypotheses before it: for all e in Y, ...; () where nothing is left.
    """
    written, reading = worked.written, worked.reading
    variables: list[Words] = []
    for variable in written.for_all:
        inside = row(Symbol(variable.name), Sign("in"), Symbol(variable.family or variable.space))
        limits: list[Words] = [(reading.judgment(one),) for one in variable.range]
        ranged: Words = (" with ", *listed(limits)) if limits else ()
        variables.append(("all ", inside, *ranged))
    names: list[Words] = [(Symbol(name),) for name in written.exists]
    words: list[Inline] = []
    if variables:
        words += ["for ", *listed(variables), ","]
    if names:
        words += [" " * bool(words) + ("there are " if len(names) > 1 else "there is ")]
        words += [*listed(names), " with"]
    if worked.report.verdict != "certified":
        start = "It is claimed that"
    elif alone:
        first = str(words[0]) if words else ""
        return (first.capitalize(), *words[1:]) if words else ()
    else:
        start = "Then" if written.given else "In this setting,"
    return (start, " ", *words) if words else (start,)


def prose(text: str) -> Words:
    """What a person wrote, with its names as symbols."""
    return tuple(Symbol(piece) if named else piece for piece, named in pieces(text))


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
            yield (row(Bars(Symbol(name), 1), Sign("="), Number("1")),)


def _data(worked: Worked) -> Iterator[Block]:
    """The data, in exact numbers."""
    problem = worked.report.problem
    if problem is None:
        return
    items = tuple(data_items(problem))
    if items:
        yield Paragraph(("The data, in exact numbers, are",))
        yield Items(items)


def _held(worked: Worked, label: str) -> Words:
    if worked.report.problem is None:
        return ()
    judgment = next(h.judgment for h in worked.report.statement.given if h.label == label)
    if label in worked.report.assumed:
        return (" (", Strong("assumed"), ", nobody decided it)")
    found = comes_to(worked, judgment)
    return (", ", *found) if found else ()


def verdict_words(worked: Worked) -> Words:
    """The verdict as a sentence that says no more than was proved."""
    report = worked.report
    words: Words = ("claim is ", Strong(report.verdict), *_reason(worked), ".")
    if report.assumed:
        labels: list[Words] = [(Code(label),) for label in report.assumed]
        which: Words = ("Assuming ", *listed(labels), ", which nobody decided")
        return (*which, ", the ", *words)
    return ("The ", *words)


def _reason(worked: Worked) -> Words:
    """The kernel's reason of a verdict, with its formulas in the paper's symbols."""
    report, reading = worked.report, worked.reading
    for h in report.statement.given:
        if report.reason == f"{h.label}: {h.judgment} is false":
            said: Words = (": the hypothesis ", Code(h.label), ", ", reading.judgment(h.judgment))
            return (*said, ", fails, and so nothing is claimed here")
    for conclusion in report.statement.conclude:
        if report.reason == f"{conclusion} is false":
            held = ": every hypothesis holds, but not the conclusion "
            start = held if report.statement.given else ": it is false that "
            return (start, joined_or([reading.judgment(one) for one in conclusion.any]))
    return (f": {fold(report.reason)}",) if report.reason else ()


# ---------------------------------------------------------------------------- the numbers


def value_of(worked: Worked, side: Scalar) -> Roots | None:
    """The value on the data, an upper bound where it is irrational; None where it has none."""
    if worked.context.problem is None:
        return None
    try:
        return worked.bounds.upper(side) if worked.bounds else worked.context.scalar(side)
    except (Rejected, Undecided):
        return None


def comes_to(worked: Worked, judgment: Judgment) -> Words:
    """A judgment in numbers, as part of a sentence; () where the data say nothing new.

    On irrational data numbers are upper ends of enclosures, and that is said.
    """
    found = numbers(worked, judgment)
    if found is None:
        return ()
    if not isinstance(judgment, Comparison):
        return ("with ", found)
    if worked.bounds:
        return ("in numbers, which are upper ends, ", found)
    left, right = (value_of(worked, side) for side in judgment.sides)
    if left is not None and right is not None and relation(worked, judgment, [left, right]) == "=":
        return ("where both sides are ", number(left))
    return ("in numbers ", found)


def relation(worked: Worked, judgment: Comparison, values: list[Roots | None]) -> str:
    """The relation that exact values have: `=` where they are equal, `>` where it is false."""
    left, right = values
    if left is None or right is None or worked.bounds:
        return judgment.relation
    try:
        sign = (right - left).sign()
    except Undecided:
        return judgment.relation
    if {"<=": sign > 0, "<": sign > 0, "=": sign == 0}[judgment.relation]:
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
    """What the two sides of each conclusion come to; nothing where nothing is claimed."""
    lines: list[Words] = []
    for conclusion in worked.report.statement.conclude:
        for one in conclusion.any:
            found = comes_to(worked, one) if worked.report.verdict != "vacuous" else ()
            if found:
                lines.append((worked.reading.judgment(one), ", ", *found))
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
    many, beyond, before = len(left) > 1, False, ""
    for place, told in enumerate(told_steps(worked)):
        if place not in shown:
            continue
        if not left and not beyond:
            beyond = True
            yield Paragraph((Strong("Beyond the claim"), ", the certificate says more:"))
        step = told.step
        likewise = before == step.rule == "compute" and worked.report.problem is not None
        yield Paragraph(("Likewise,",) if likewise else SENTENCES[step.rule](told))
        before = step.rule
        yield Display(worked.reading.judgment(step.conclusion), place)
        brief = most is not None and place >= most
        found = () if brief else comes_to(worked, step.conclusion)
        if found:
            yield Paragraph((*found, "."))
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
        end = [*verdict_words(worked), " ", Sign("qed")]
    yield Paragraph(tuple(end))
