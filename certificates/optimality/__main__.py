"""python -m certificates.optimality CLAIM PROBLEM CERTIFICATE

Verifies one sentence about the optimal maps of a finite model class, with the standard library
alone.  The claim is a file that a person reads, and is printed as a sentence; the problem has the
operator, the class and the maps (docs/format.md, section 3), and the claim names it by its SHA-256;
the certificate only has hints, and names the claim by its SHA-256.  The last line and the exit
status are

    s VERIFIED certified          0
    s REJECTED reason             1
    s UNREADABLE reason           2

A claim has `problem`, `says`, and the keys that stand in `SAYS` beside the words of `says`; a
certificate has `claim`, and the hints that the function of that row reads (docs/optimality.md).
"""

from __future__ import annotations

import os.path
import sys

if not __package__:  # run as a folder: import the package under its name, and no other file there
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    import certificates.optimality

    __package__ = certificates.optimality.__name__
    del sys.path[0]

from collections.abc import Callable, Sequence

from certificates import door
from certificates.arrays import ReadFile
from certificates.format import (
    Rejected,
    as_object,
    as_text,
    choice,
    digest,
    fields,
    read_json,
)
from certificates.optimality import lipschitz, maps, optimum, polytope
from certificates.optimality.model import read_class_problem
from certificates.problem import Problem

Table = dict[str, object]
# the problem, the claim, the hints -> the claim in words; raises Unreadable, Rejected
Checker = Callable[[Problem, Table, Table], list[str]]
SAYS: dict[str, tuple[tuple[str, ...], Checker]] = {
    "optimum": (("high", "low", "set"), optimum.optimum),
    "optimum inside": (("high", "low", "set"), optimum.inside),
    "kernel size": (("high", "low", "noise", "set"), optimum.kernel_size),
    "unique": (("set",), optimum.unique),
    "not unique": (("set",), optimum.not_unique),
    "error": (("at", "high", "low", "maps", "set"), maps.error),
    "optimal": (("excess", "maps", "set"), maps.optimal),
    "lipschitz optimum": (("high", "lipschitz", "low", "over", "set"), lipschitz.optimum),
    "lipschitz curve": (("corners", "over", "set"), lipschitz.curve),
    "slope": (("lipschitz", "maps", "set"), lipschitz.slope),
    "polytope kernel size": (("class", "high", "low", "noise"), polytope.kernel_size),
    "polytope optimum": (("class", "high", "low", "noise"), polytope.optimum),
    "polytope infinite": (("class",), polytope.infinite),
    "polytope empty": (("class",), polytope.empty),
    "not optimal": (("at", "excess", "maps", "set"), maps.not_optimal),
}


def check(claim: bytes, problem: bytes, certificate: bytes, read_file: ReadFile) -> list[str]:
    """The claim in words.  Raises Unreadable, or Rejected if it does not follow."""
    value = as_object(read_json(claim, "claim"), "claim")
    says = as_text(value.get("says", ""), "claim.says")
    keys, checker = choice(says, "claim.says", SAYS)
    table = fields(value, "claim", ("problem", "says", *keys))
    if table["problem"] != digest(problem):
        raise Rejected("the claim is about another problem")
    hints = as_object(read_json(certificate, "certificate"), "certificate")
    if hints.get("claim") != digest(claim):
        raise Rejected("the certificate is for another claim")
    del hints["claim"]
    data = read_class_problem(problem, read_file)
    return [*data.arrays, *checker(data, table, hints)]


def run(arguments: list[str]) -> tuple[list[str], int]:
    """The lines to print and the exit status."""

    def checked(files: Sequence[bytes], read: ReadFile) -> tuple[list[str], tuple[str, ...]]:
        claim, problem, certificate = files
        return check(claim, problem, certificate, read), ()

    return door.run(arguments, "optimality", ("claim", "problem", "certificate"), checked)


if __name__ == "__main__":
    sys.exit(door.main(run))
