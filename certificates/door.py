"""The door of the kinds of certificate with a claim of their own: files in, a verdict out.

s VERIFIED certified          0
s REJECTED reason             1
s UNREADABLE reason           2
s ASSUMED labels              5
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .__main__ import one_line, read_bytes
from .arrays import ReadFile
from .format import Rejected, Unreadable

# the files in the order of their names, and a reader of arrays beside the problem -> the claim in
# words, and labels of what is assumed; raises Unreadable, Rejected
Checker = Callable[[Sequence[bytes], ReadFile], tuple[list[str], tuple[str, ...]]]


def run(
    arguments: Sequence[str], kind: str, names: Sequence[str], check: Checker
) -> tuple[list[str], int]:
    """The lines to print and the exit status; `names` are those of the files."""
    try:
        if len(arguments) != len(names):
            words = " ".join(names).upper()
            raise Unreadable(f"usage: python -m certificates.{kind} {words}")
        paths = dict(zip(names, map(Path, arguments), strict=True))
        files = [read_bytes(path, name) for name, path in paths.items()]

        def beside(name: str) -> bytes:
            return read_bytes(paths["problem"].parent.joinpath(name), f"array {name}")

        lines, assumed = check(files, beside)
    except Rejected as error:
        return [one_line(f"s REJECTED {error}")], 1
    except Unreadable as error:
        return [one_line(f"s UNREADABLE {error}")], 2
    except (RecursionError, MemoryError) as error:
        return [f"s UNREADABLE too large or nested too deeply ({type(error).__name__})"], 2
    if assumed:
        return [*lines, f"s ASSUMED {' '.join(assumed)}"], 5
    return [*lines, "s VERIFIED certified"], 0


def main(run_kind: Callable[[list[str]], tuple[list[str], int]]) -> int:
    """Verify the files named on the command line."""
    try:
        lines, status = run_kind(sys.argv[1:])
        print("\n".join(lines), flush=True)
    except (BrokenPipeError, KeyboardInterrupt):
        return 2  # nobody has read the verdict
    return status
