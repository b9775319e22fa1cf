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

import sys
from pathlib import Path

if not __package__:  # run as a folder: import the package under its name, and no other file there
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    import certificates

    __package__ = certificates.__name__
    del sys.path[0]

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


def run(arguments: list[str]) -> tuple[list[str], int]:
    """The lines to print and the exit status."""
    names: list[str] = []
    goal, permitted = "certified", set[str]()
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in ("--goal", "--permit"):
            if not rest:
                return [f"s UNREADABLE {word} needs a value"], 2
            value = rest.pop(0)
            if word == "--permit":
                permitted.add(value)
            elif value in VERDICTS:
                goal = value
            else:
                return [f"s UNREADABLE --goal must be one of {', '.join(VERDICTS)}"], 2
        else:
            names.append(word)
    if len(names) != 3:
        usage = "usage: python -m certificates STATEMENT PROBLEM CERTIFICATE"
        return [f"s UNREADABLE {usage}"], 2
    statement, problem, certificate = names
    folder = Path(problem).parent
    try:
        report = verify(
            read_bytes(Path(statement), "statement"),
            None if problem == "-" else read_bytes(Path(problem), "problem"),
            read_bytes(Path(certificate), "certificate"),
            lambda name: read_bytes(folder / name, f"array {name}"),
        )
    except Unreadable as error:
        return [f"s UNREADABLE {error}"], 2
    except Rejected as error:
        return [f"s REJECTED {error}"], 1
    except (RecursionError, MemoryError) as error:
        return [f"s UNREADABLE too large or nested too deeply ({type(error).__name__})"], 2
    lines = list(report_lines(report))
    if set(report.assumed) - permitted:
        return [*lines, f"s ASSUMED {' '.join(report.assumed)}"], 5
    return [*lines, f"s VERIFIED {report.verdict}"], 0 if report.verdict == goal else 1


def main() -> int:
    """Verify the files named on the command line."""
    lines, status = run(sys.argv[1:])
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
