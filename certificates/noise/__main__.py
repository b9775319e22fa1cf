"""python -m certificates.noise CLAIM STATEMENT PROBLEM CERTIFICATE HINTS

Verifies that what a statement says for all e of a ball holds with a probability when e is random,
with the standard library alone.  STATEMENT, PROBLEM and CERTIFICATE are those of
`python -m certificates`, and the certificate must verify; the claim names the first two by their
SHA-256, and its `variable`, one with  "for all e in Y with |e - c| <= r";  `noise` is the law of e
(`certificates.noise.law`), and `at least` the probability.  The hints name the claim by its
SHA-256, and have the `mass` that `certificates.noise.mass` reads.

The claim is printed back.  The last line and the exit status are

    s VERIFIED certified          0
    s REJECTED reason             1
    s UNREADABLE reason           2
    s ASSUMED labels              5
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from .. import door
from ..arrays import ReadFile
from ..format import (
    Rejected,
    as_object,
    as_text,
    digest,
    fields,
    read_json,
    read_number,
    short,
)
from ..kernel import Report, verify
from ..show import claim_lines
from .ball import ball_of, context_of
from .law import read_law
from .mass import mass

NAMES = ("claim", "statement", "problem", "certificate", "hints")
KEYS = ("at least", "noise", "problem", "statement", "variable")


@dataclass(frozen=True)
class Said:
    """What was verified: the statement's report, and what it says of the random variable."""

    report: Report
    words: tuple[str, ...]


def check(files: Sequence[bytes], read_file: ReadFile) -> Said:
    """What is claimed; `files` in the order of NAMES.  Raises Unreadable, or Rejected."""
    claim, statement, problem, certificate, hints = files
    table = fields(read_json(claim, "claim"), "claim", KEYS)
    for key, data in (("statement", statement), ("problem", problem)):
        if table[key] != digest(data):
            raise Rejected(f"the claim is about another {key}")
    found = fields(read_json(hints, "hints"), "hints", ("claim", "mass"))
    if found["claim"] != digest(claim):
        raise Rejected("the hints are for another claim")
    bound = read_number(table["at least"], "claim.at least")
    report = verify(statement, problem, certificate, read_file)
    if report.verdict != "certified":
        raise Rejected(f"the certificate's verdict is {report.verdict}, and nothing holds for e")
    context = context_of(report)
    ball = ball_of(context, as_text(table["variable"], "claim.variable"))
    law = read_law(table["noise"], ball, context)
    inside = as_object(found["mass"], "hints.mass")
    if not mass(law, ball, context.data.field, inside).at_least(bound):
        raise Rejected(f"P >= {short(bound)} does not follow")
    others = [q.name for q in report.statement.for_all if q.name != ball.variable]
    whatever = f", whatever {', '.join(others)} of their ranges are" if others else ""
    words = (
        f"random: {law.words}",
        f"ball: |{ball.variable} - c| <= {short(ball.radius)}, c = {ball.center}, "
        f"in {ball.norm}, dimension {ball.dimension}",
        f"P(all conclusions hold for {ball.variable}) >= {short(bound)}{whatever}",
    )
    return Said(report, words)


def run(arguments: list[str]) -> tuple[list[str], int]:
    """The lines to print and the exit status."""

    def checked(files: Sequence[bytes], read_file: ReadFile) -> tuple[list[str], tuple[str, ...]]:
        said = check(files, read_file)
        return [*claim_lines(said.report), *said.words], said.report.assumed

    return door.run(arguments, "noise", NAMES, checked)


if __name__ == "__main__":
    sys.exit(door.main(run))
