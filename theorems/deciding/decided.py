"""Decisions shown to people, and written as files that the kernel verifies again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from certificates.format import write_number
from certificates.kernel import verify
from certificates.language import Signed
from certificates.show import problem_lines, step_line
from certificates.statements import read_statement

from ..explain import explain
from ..folder import appearing, refuse_foreign
from .decide import Decision
from .sharpen import Sharpened

STATUS = {"certified": 0, "refuted": 1, "vacuous": 3, "undecided": 4}
MEANING = {
    "certified": "true in all normed spaces",
    "refuted": "false: here is an exact counterexample",
    "vacuous": "the claim says nothing",
    "undecided": "not settled",
}


def identifier(decision: Decision) -> str:
    """What the statement calls itself."""
    return read_statement(decision.statement_file).identifier


def headline(decision: Decision) -> str:
    """The verdict in a few words."""
    statement = read_statement(decision.statement_file)
    said = MEANING[decision.verdict]
    fixed = any(getattr(entry, "norm", None) for entry in statement.names.values())
    if decision.verdict == "certified" and (fixed or statement.field):
        said = "true in all such spaces"
    if decision.verdict == "certified" and any(
        isinstance(entry, Signed) for entry in statement.names.values()
    ):
        said += ", for all values of the constants"
    if decision.report is not None and decision.verdict == "vacuous":
        # an empty range leaves open what has to exist before it
        rest = "the claim is true and says nothing"
        if statement.exists and not decision.report.reason.startswith("the hypotheses"):
            rest = "what is claimed for its values says nothing"
        said = f"{decision.report.reason}: {rest}"
    return f"{statement.identifier}: {decision.verdict} ({said})"


def lines(decision: Decision) -> Iterator[str]:
    """The whole answer as text: claim, proof or counterexample, what it rests on."""
    yield headline(decision)
    yield ""
    yield from decision.statement_file.decode().rstrip().split("\n")
    yield ""
    if decision.report is not None:
        for name, text in decision.report.choices if decision.verdict == "certified" else ():
            yield f"with {name} = {text}"
        if decision.verdict == "refuted" and decision.problem_file is not None:
            yield "Counterexample"
            if decision.report.problem is not None:
                yield from problem_lines(decision.report.problem)
            yield ""
            for line in explain(decision.statement_file, decision.problem_file, decision.choices):
                yield f"* {line}"
        else:
            yield "Proof" if decision.verdict == "certified" else "Contradiction"
            for number, step in enumerate(decision.report.steps):
                yield step_line(number, step)
    for word in decision.words:
        yield f"* {word}"
    if decision.verdict == "undecided" and decision.outside:
        yield "* outside the complete fragment: " + ", ".join(decision.outside)
    yield ""
    count = decision.instances
    yield f"{count} triangle inequalit{'y was' if count == 1 else 'ies were'} tried"


def sharpened_lines(found: Sharpened) -> Iterator[str]:
    """The best constant, with what shows it."""
    name, value = found.name, found.exact
    side = "smaller" if (found.direction == "least") == bool(found.attained) else "larger"
    if value is not None:
        end = "attained" if found.attained else "not attained: the claim fails there"
        yield f"the {found.direction} {name} is {write_number(value)}, exactly ({end})"
    elif found.low is not None and found.high is not None:
        low, high = write_number(found.low), write_number(found.high)
        yield f"the {found.direction} {name} lies between {low} and {high}"
    else:
        yield f"no {found.direction} {name} was found"
    if found.holds:
        at = f"{name} = {write_number(found.holds[0])}"
        if value is not None and not found.attained:
            at = f"every {side} {name}"
        yield f"  holds at {at}: {headline(found.holds[1])}"
    if found.fails:
        at = f"{name} = {write_number(found.fails[0])}"
        if found.attained and value is not None and found.fails[0] == value:
            yield f"  its strict form fails at {at}: {headline(found.fails[1])}"
            yield f"  that example has equality, so no {side} value will do"
        else:
            yield f"  fails at {at}: {headline(found.fails[1])}"
    for word in found.words:
        yield f"* {word}"


def files(decision: Decision) -> dict[str, bytes]:
    """The files that a verdict rests on, by name."""
    name = identifier(decision)
    found = {f"{name}.claim": decision.statement_file}
    if decision.derivation is not None:
        found[f"{name}.certificate.json"] = decision.derivation.certificate()
    if decision.problem_file is not None:
        found[f"{name}.problem.json"] = decision.problem_file
    return found


def write(decisions: list[Decision], output: str | Path, report: str) -> None:
    """Write decisions and a report into a folder; the kernel verifies what was written.

    Raises BadInput for a folder with other files in it.
    """
    refuse_foreign(Path(output))
    with appearing(Path(output)) as work:
        for decision in decisions:
            for name, data in files(decision).items():
                (work / name).write_bytes(data)
        for decision in decisions:
            if decision.derivation is not None:
                _verified(decision, work)
        (work / "report.txt").write_text(report + "\n")


def _verified(decision: Decision, folder: Path) -> None:
    name = identifier(decision)
    problem = folder / f"{name}.problem.json"
    verify(
        (folder / f"{name}.claim").read_bytes(),
        problem.read_bytes() if problem.is_file() else None,
        (folder / f"{name}.certificate.json").read_bytes(),
        lambda array: (folder / array).read_bytes(),
    )
