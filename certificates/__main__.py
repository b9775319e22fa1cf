"""python -m certificates STATEMENT PROBLEM CERTIFICATE [--goal VERDICT] [--permit LABEL ...]

Verifies a certificate with the Python standard library alone.  PROBLEM is "-" for a proof for all
spaces.  The folder also runs as a program, without being installed:

    python3 -I -S path/to/certificates STATEMENT PROBLEM CERTIFICATE

The last line and the exit status are

    s VERIFIED certified|refuted|vacuous            0, or 1 if it is not the goal (certified)
    s REJECTED step N (rule): reason                1
    s UNREADABLE reason                             2
    s ASSUMED labels                                5, or 0 if every label is permitted
"""

from __future__ import annotations

import os.path
import sys

if not __package__:  # run as a folder: import the package under its name, and no other file there
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    import certificates

    __package__ = certificates.__name__
    del sys.path[0]

import argparse
from pathlib import Path
from typing import NoReturn

from certificates.format import FILE_BYTES, Rejected, Unreadable
from certificates.kernel import VERDICTS, verify
from certificates.show import report_lines


def read_bytes(path: Path, what: str, limit: int = 4 * FILE_BYTES) -> bytes:
    """The bytes of a regular file.  Raises Unreadable."""
    try:
        if not path.is_file():
            raise Unreadable(f"{what}: there is no file {path.name} in {path.parent}")
        if path.stat().st_size > limit:
            raise Unreadable(f"{what}: {path.name} is larger than {limit} bytes")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise Unreadable(f"{what}: {path.name} cannot be read: {error}") from None


USAGE = "python -m certificates STATEMENT PROBLEM CERTIFICATE [--goal VERDICT] [--permit LABEL]"


class _Parser(argparse.ArgumentParser):
    """Complains in the kernel's own words."""

    def error(self, message: str) -> NoReturn:
        raise Unreadable(f"{self.format_usage().strip()}: {message}")


def one_line(text: str) -> str:
    """The text in printable ASCII: what a path is called must not look like a verdict."""
    return ascii(text)[1:-1].replace("\\'", "'")


def run(arguments: list[str]) -> tuple[list[str], int]:
    """The lines to print and the exit status."""
    parser = _Parser(usage=USAGE, description=__doc__, allow_abbrev=False)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    for name in ("statement", "problem", "certificate"):
        parser.add_argument(name, metavar=name.upper())
    parser.add_argument("--goal", choices=list(VERDICTS), default="certified")
    parser.add_argument("--permit", action="append", default=[], metavar="LABEL")
    try:
        given = parser.parse_args(arguments)
        problem = None if given.problem == "-" else Path(given.problem)
        report = verify(
            read_bytes(Path(given.statement), "statement"),
            None if problem is None else read_bytes(problem, "problem"),
            read_bytes(Path(given.certificate), "certificate"),
            lambda name: read_bytes(Path(given.problem).parent / name, f"array {name}"),
        )
        labels = [hypothesis.label for hypothesis in report.statement.given]
        for label in given.permit:
            if label not in labels:
                raise Unreadable(f"--permit {label}: no such hypothesis among {', '.join(labels)}")
    except Unreadable as error:
        return [one_line(f"s UNREADABLE {error}")], 2
    except Rejected as error:
        return [one_line(f"s REJECTED {error}")], 1
    except (RecursionError, MemoryError) as error:
        return [f"s UNREADABLE too large or nested too deeply ({type(error).__name__})"], 2
    lines = list(report_lines(report))
    if set(report.assumed) - set(given.permit):
        return [*lines, f"s ASSUMED {' '.join(report.assumed)}"], 5
    return [*lines, f"s VERIFIED {report.verdict}"], 0 if report.verdict == given.goal else 1


def main() -> int:
    """Verify the files named on the command line."""
    try:
        lines, status = run(sys.argv[1:])
        print("\n".join(lines), flush=True)
    except (BrokenPipeError, KeyboardInterrupt):
        return 2  # nobody has read the verdict
    return status


if __name__ == "__main__":
    sys.exit(main())
