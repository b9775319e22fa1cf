"""Certificates as text: the claim as it was rebuilt, and the steps as a proof."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from .format import short
from .kernel import Report, Step
from .matrices import Vector
from .problem import Problem

MEMBERS = 3  # so many members of a finite set are shown
FOLD = 400  # a judgment longer than this is folded


def fold(text: str) -> str:
    """A text shortened to what a reader can take in."""
    return text if len(text) <= FOLD else f"{text[: FOLD - 40]} ... ({len(text)} characters)"


def vector_text(v: Vector) -> str:
    """The first entries of a vector, exact."""
    entries = [short(Fraction(a, v.denominator)) for a in v.real[:8]]
    if v.imag:
        imag = [short(Fraction(b, v.denominator)) for b in v.imag[:8]]
        entries = [f"{a} + {b} i" for a, b in zip(entries, imag, strict=True)]
    return f"({', '.join(entries)}{', ...' if v.dimension > 8 else ''})"


def step_line(number: int, step: Step, width: int = 64) -> str:
    """One step: its number, what it says, and why."""
    reason = step.rule.replace("_", " ")
    if step.premises:
        reason += " " + ", ".join(f"({place})" for place in step.premises)
    return f"({number})".rjust(5) + " " + fold(str(step.conclusion)).ljust(width) + "  " + reason


def problem_lines(problem: Problem) -> Iterator[str]:
    """The data that a claim is about, with three words on what A means."""
    for name, space in problem.spaces.items():
        yield f"  {name} = {problem.field}^{space.dimension} with the norm {space.norm}"
    for name, form in problem.operators.items():
        yield f"  {name} is {fold(str(form))}"
    for name, found in problem.maps.items():
        yield f"  {name} is {found}"
    hidden = {member for members in problem.sets.values() for member in members[MEMBERS:]}
    for name, (space_name, vector) in problem.vectors.items():
        if name in hidden:
            continue
        yield f"  {name} in {space_name} is {fold(vector_text(vector))}"
    for name, members in problem.sets.items():
        yield f"  {name} has {len(members)} members, {members[0]} to {members[-1]}"
    for name, number in problem.constants.items():
        yield f"  {name} = {short(number)}"
    for name, unit in problem.units.items():
        if unit is None:
            yield f"  {name} is any number of modulus 1"
            continue
        real, imag = unit
        yield f"  {name} = {short(real)}" + (f" + {short(imag)} i" if imag else "")
    if problem.formal:
        yield f"  {problem.formal} is every transcendental number of modulus 1: e^(i n), n = 1, ..."
    for array in problem.arrays:
        yield f"  {array}"


def claim_lines(report: Report) -> Iterator[str]:
    """The claim as it was rebuilt from statement and problem."""
    yield from report.statement.text.rstrip().split("\n")
    yield ""
    if report.problem is None:
        yield "for all such spaces over " + (report.statement.field or "R or C")
    else:
        yield "on the data"
        yield from problem_lines(report.problem)
    for name, text in report.choices:
        yield f"  with {name} = {fold(text)}"
    for name, vector in report.witnesses:
        yield f"  with {name} = {fold(vector_text(vector))}"
    for name, space in report.arbitrary:
        yield f"  with any {name} in {space}"


def report_lines(report: Report) -> Iterator[str]:
    """Everything that a yes rests on, except the last line."""
    yield from claim_lines(report)
    yield ""
    for number, step in enumerate(report.steps):
        yield step_line(number, step)
    yield ""
    for what, value in zip(("statement", "problem", "certificate"), report.digests, strict=True):
        yield f"{what:<12}{value}"
    assumed = [h for h in report.statement.given if h.label in report.assumed]
    yield "assumed     " + ("; ".join(f"{h.label}: {h.judgment}" for h in assumed) or "nothing")
    yield "believed    " + (", ".join(report.believed) or "nothing beyond this kernel")
    if report.reason:
        yield f"reason      {report.reason}"
