"""python -m certificates.sparse CLAIM PROBLEM CERTIFICATE

Verifies one sentence about sparse recovery, Appendix B, with the standard library alone.  The claim
is a file that a person reads, and is printed as a sentence; PROBLEM has the spaces X and Y, the
linear maps A : X -> Y and H : X -> X, unitary, and vectors; the certificate only has hints.  The
last line and the exit status are

    s VERIFIED certified          0
    s REJECTED reason             1
    s UNREADABLE reason           2

The claim has `says`, one of the names in the table of the module `table`, the SHA-256 of the
problem as `problem`, and the keys of that name; the certificate has the claim's as `claim`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .. import door
from ..arrays import ReadFile
from ..format import Rejected, Unreadable, as_object, choice, digest, fields, read_json
from .data import Data, read_data
from .table import SAYS


def check(claim: bytes, problem: bytes, certificate: bytes, read_file: ReadFile) -> list[str]:
    """What is claimed, in words.  Raises Unreadable, or Rejected if it does not follow."""
    value = as_object(read_json(claim, "claim"), "claim")
    row = choice(value.get("says", ""), "claim.says", SAYS)
    table = fields(value, "claim", ("problem", "says", *row.keys), row.optional)
    if table["problem"] != digest(problem):
        raise Unreadable("claim.problem: the claim is about another problem file")
    hints = fields(read_json(certificate, "certificate"), "certificate", ("claim", *row.hints))
    if hints["claim"] != digest(claim):
        raise Rejected("the certificate is for another claim")
    data = read_data(problem, read_file)
    words = row.check(data, table, hints)
    return [*about(data), f"claim {digest(claim)}", words]


def about(data: Data) -> list[str]:
    """The data in words."""
    field = data.problem.field
    return [
        f"A: {field}^{data.n} -> {field}^{data.m} is {data.a}",
        f"H, unitary, is {data.h}",
        *data.problem.arrays,
    ]


def run(arguments: list[str]) -> tuple[list[str], int]:
    """The lines to print and the exit status."""

    def checked(files: Sequence[bytes], read: ReadFile) -> tuple[list[str], tuple[str, ...]]:
        claim, problem, certificate = files
        return check(claim, problem, certificate, read), ()

    return door.run(arguments, "sparse", ("claim", "problem", "certificate"), checked)


if __name__ == "__main__":
    sys.exit(door.main(run))
