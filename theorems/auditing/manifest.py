"""Several claims at once: `kernelcert claims claims.toml -o OUT`.

A manifest names claims, the problems that they are about, and what the manuscript says in words.
Each is settled by itself and written into a folder of its own; a bad one does not stop the others.
A folder whose statement, problem and arrays are still the same is not derived again, but its
certificate is verified again: every verdict in the table is one that the kernel gave in this run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table as RichTable
from rich.text import Text

from certificates.exact import Undecided
from certificates.format import Rejected, Unreadable
from certificates.kernel import Report, verify
from certificates.statements import read_statement

from ..arrays import BadInput
from ..catalogue import CATALOGUE
from ..instance import Instance
from ..keys import keys, read_table
from ..problem import Problem
from ..result import ASSUMING, STATUS, Progress, Result, check
from .balls import SECONDS
from .claims import check_claim, read_claim

BAD_INPUT = 2
# exit statuses of single claims, the most severe first
SEVERITY = (BAD_INPUT, STATUS["refuted"], STATUS["vacuous"], STATUS["undecided"], ASSUMING, 0)
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
KEYS = {"claim", "problem", "says", "permit", "name"}


@dataclass(frozen=True)
class Entry:
    """One claim of a manifest: its name, what is said, the files, the permitted assumptions."""

    name: str
    says: str
    claim: str
    problem: Path
    permit: tuple[str, ...]
    folder: Path


@dataclass(frozen=True)
class Row:
    """What became of a claim: `verdict` in words, the exit status, and the first note on it."""

    name: str
    says: str
    verdict: str
    status: int
    note: str = ""
    kept: bool = False


def read_manifest(path: str | Path) -> list[Entry | Row]:
    """The claims of a manifest in their order; a claim that cannot be read is a row already.

    Raises BadInput if the file is no manifest.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "claims.toml"
    if not path.is_file():
        raise BadInput(f"there is no manifest {path}; 'kernelcert init audit' writes one")
    table = keys(read_table(path), path.name, {"claim"}, {"problem"})
    if not isinstance(table["claim"], list) or not table["claim"]:
        raise BadInput(f"{path.name}: claims are expected, each begun by a line [[claim]]")
    found: list[Entry | Row] = []
    for number, raw in enumerate(table["claim"], 1):
        where = f"{path.name}: claim {number}"
        try:
            entry = _entry(raw, where, path.parent, table.get("problem"))
            if entry.name in [one.name for one in found]:
                raise BadInput(f"{where}: a second claim named {entry.name}; give it a name = ...")
            found.append(entry)
        except BadInput as error:
            said = raw.get("says", "") if isinstance(raw, dict) else ""
            found.append(Row(f"claim {number}", str(said), "bad input", BAD_INPUT, str(error)))
    return found


def _entry(raw: Any, where: str, folder: Path, default: Any) -> Entry:
    required = {"claim", "says"} if default is not None else {"claim", "says", "problem"}
    table = keys(raw, where, required, KEYS)
    claim = _text(table["claim"], f"{where}.claim")
    name = _text(table.get("name", Path(claim).name.removesuffix(".claim")), f"{where}.name")
    if not NAME.fullmatch(name):
        raise BadInput(f"{where}.name: {name!r} must be a plain name: letters, digits, '_', '-'")
    permit = table.get("permit", [])
    if not isinstance(permit, list) or not all(isinstance(label, str) for label in permit):
        raise BadInput(f'{where}.permit: labels are expected, like ["lipschitz"]')
    problem = _text(table.get("problem", default), f"{where}.problem")
    says = _text(table["says"], f"{where}.says")
    return Entry(name, says, claim, folder / problem, tuple(permit), folder)


def _text(value: Any, where: str) -> str:
    """One line in any script: it is shown, and never part of a certificate."""
    if not isinstance(value, str) or not value.isprintable() or not value.strip():
        raise BadInput(f"{where}: a text of one line is expected")
    return value


# ------------------------------------------------------------------------------ settling


def settle_entry(
    entry: Entry, output: Path | None, progress: Progress, seconds: float = SECONDS
) -> Row:
    """One claim, settled and written into `output`; bad input becomes a row that says so."""
    try:
        report = _kept(entry, output, progress)
        if report is not None:
            _refuse_unknown(entry, {hypothesis.label for hypothesis in report.statement.given})
            return _row(entry, report.verdict, report.assumed, report.reason, kept=True)
        result = _fresh(entry, output, progress, seconds)
    except (BadInput, Unreadable) as error:
        return Row(entry.name, entry.says, "bad input", BAD_INPUT, str(error))
    except (Rejected, Undecided) as error:
        note = f"the kernel refused what was derived: {error}"
        return Row(entry.name, entry.says, "bad input", BAD_INPUT, note)
    except OSError as error:
        note = f"{error.filename}: {error.strerror}"
        return Row(entry.name, entry.says, "bad input", BAD_INPUT, note)
    note = "" if result.verdict == "certified" else " ".join(result.outcome.notes[:1])
    return _row(entry, result.verdict, result.assumed, note)


def _row(
    entry: Entry, verdict: str, assumed: tuple[str, ...], note: str, kept: bool = False
) -> Row:
    text = verdict + (f", assuming {', '.join(assumed)}" if assumed else "")
    status = ASSUMING if set(assumed) - set(entry.permit) else STATUS[verdict]
    if assumed and status != ASSUMING:
        text += " (permitted)"
    return Row(entry.name, entry.says, text, status, note, kept)


def _refuse_unknown(entry: Entry, labels: set[str]) -> None:
    for label in entry.permit:
        if label not in labels:
            known = ", ".join(sorted(labels)) or "none"
            raise BadInput(f"permit {label}: no such hypothesis; known are {known}")


def _fresh(entry: Entry, output: Path | None, progress: Progress, seconds: float) -> Result:
    """Derived, written and verified."""
    if entry.claim in CATALOGUE:
        result = check(entry.claim, Problem.load(entry.problem), output, progress)
        labels = {h.label for item in result.verified for h in item.report.statement.given}
        if result.verified:
            _refuse_unknown(entry, labels)
        return result
    path = entry.folder / entry.claim
    _refuse_unknown(entry, labels_of(read_claim(path)))
    return check_claim(path, Instance.load(entry.problem), output, progress, seconds)


def labels_of(statement_file: bytes) -> set[str]:
    """The labels of a statement's hypotheses."""
    return {hypothesis.label for hypothesis in read_statement(statement_file).given}


def _kept(entry: Entry, output: Path | None, progress: Progress) -> Report | None:
    """The verified report of an earlier run, if nothing has changed since; else None.

    The written statement, problem and arrays are compared byte for byte with what would be
    written now.
    """
    if output is None or entry.claim in CATALOGUE:
        return None
    statement_file = read_claim(entry.folder / entry.claim)
    identifier = read_statement(statement_file).identifier
    names = (f"{identifier}.claim", "problem.json", f"{identifier}.certificate.json")
    if not all((output / name).is_file() for name in names):
        return None
    progress("comparing with the earlier result")
    case = Instance.load(entry.problem).case(statement_file)
    files = {names[0]: statement_file, names[1]: case.problem_file, **case.files}
    for name, data in files.items():
        if not (output / name).is_file() or (output / name).read_bytes() != data:
            return None
    progress("verifying the earlier result")
    certificate = (output / names[2]).read_bytes()
    try:
        return verify(statement_file, case.problem_file, certificate, case.files.__getitem__)
    except (Rejected, Unreadable):
        return None


def settle_all(
    entries: list[Entry | Row],
    output: Path | None,
    progress: Progress,
    seconds: float = SECONDS,
) -> Iterator[Row]:
    """The claims one after the other, each with its folder below `output`."""
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, Row):
            yield entry
            continue
        place = f"{number} of {len(entries)}, {entry.name}: "
        target = None if output is None else output / entry.name

        def say(text: str, place: str = place) -> None:
            progress(place + text)

        yield settle_entry(entry, target, say, seconds)


# ------------------------------------------------------------------------------ the table


def severest(rows: list[Row]) -> int:
    """The exit status of a run: that of its most severe row, by the order of SEVERITY."""
    return min((row.status for row in rows), key=SEVERITY.index, default=0)


def table_of(rows: list[Row]) -> RichTable:
    """One line for each claim."""
    table = RichTable("claim", "verdict", "the manuscript says", "note")
    styles = {0: "green", 1: "red", BAD_INPUT: "red"}
    for row in rows:
        verdict = Text(row.verdict, style=styles.get(row.status, "yellow"))
        note = row.note + (" (unchanged: verified again)" if row.kept else "")
        table.add_row(Text(row.name), verdict, Text(row.says), Text(note.strip()))
    return table


def counts(rows: list[Row]) -> str:
    """How many claims got which verdict, in words."""
    kinds: dict[str, int] = {}
    for row in rows:
        kind = row.verdict.replace(" (permitted)", "").partition(",")[0]
        kind += ", with assumptions" if row.verdict.startswith("certified,") else ""
        kinds[kind] = kinds.get(kind, 0) + 1
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())
