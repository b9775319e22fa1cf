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
from pathlib import Path

from ..__main__ import one_line, read_bytes
from ..format import Rejected, Unreadable, as_object, choice, digest, fields, read_json
from ..problem import ReadFile
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
    try:
        if len(arguments) != 3:
            raise Unreadable("usage: python -m certificates.sparse CLAIM PROBLEM CERTIFICATE")
        paths = [Path(argument) for argument in arguments]
        names = ("claim", "problem", "certificate")
        claim, problem, certificate = map(read_bytes, paths, names)
        folder = paths[1].parent
        lines = check(
            claim, problem, certificate, lambda name: read_bytes(folder / name, f"array {name}")
        )
        return [*lines, "s VERIFIED certified"], 0
    except Rejected as error:
        return [one_line(f"s REJECTED {error}")], 1
    except Unreadable as error:
        return [one_line(f"s UNREADABLE {error}")], 2
    except (RecursionError, MemoryError) as error:
        return [f"s UNREADABLE too large or nested too deeply ({type(error).__name__})"], 2


if __name__ == "__main__":
    found, status = run(sys.argv[1:])
    print("\n".join(found), flush=True)
    sys.exit(status)
