"""Running the checks of a row: each in a folder of its own, with the repository linked into it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import certificates

from ..arrays import BadInput
from .rows import Check, Row

ROOT = Path(certificates.__file__).parent.parent
LINKED = ("certificates", "theorems", "docs")
SECONDS = 1200
KERNEL = "certificates"


@dataclass(frozen=True)
class Run:
    """What a check did: `fault` is "" where it came out as told."""

    row: Row
    check: Check
    fault: str


def run(rows: Sequence[Row], everything: bool, workers: int = 2) -> Iterator[Run]:
    """Run the checks that the kernel does alone, or all of them, in the order of the rows.

    Raises BadInput for a command that is neither `kernelcert` nor `python -m certificates`.
    """
    todo = [(row, check) for row in rows for check in row.checks if everything or check.by_kernel]
    with ThreadPoolExecutor(workers) as pool:
        try:
            yield from pool.map(_run, todo)
        finally:
            pool.shutdown(cancel_futures=True)


def _run(pair: tuple[Row, Check]) -> Run:
    row, check = pair
    return Run(row, check, _fault(check))


def _fault(check: Check) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for name in LINKED:
            if (ROOT / name).is_dir():
                os.symlink(ROOT / name, Path(folder) / name)
        status, printed = 0, ""
        for words in check.commands:
            try:
                done = subprocess.run(
                    _real(words), cwd=folder, capture_output=True, text=True, timeout=SECONDS
                )
            except subprocess.TimeoutExpired:
                return f"did not end in {SECONDS} seconds"
            status, printed = done.returncode, done.stdout + done.stderr
    last = printed.strip().splitlines()[-1:] or ["nothing"]
    if check.says not in printed:
        return f"expected was {check.says!r}, printed {last[0]!r}"
    if status != check.status:
        return f"expected was the exit status {check.status}, not {status}"
    return ""


def _real(words: list[str]) -> list[str]:
    """The command with this interpreter; the kernel's with nothing but the standard library."""
    if words[0] == "kernelcert":
        return [sys.executable, "-c", "from theorems.cli import main; main()", *words[1:]]
    if words[:2] == ["python", "-m"] and words[2].split(".")[0] == KERNEL:
        kind = words[2].split(".")[1:]
        start = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); import runpy; "
            f"runpy.run_module({'.'.join([KERNEL, *kind])!r}, run_name='__main__')"
        )
        return [sys.executable, "-I", "-S", "-c", start, *words[3:]]
    raise BadInput(f"findings: {words[0]!r} is neither kernelcert nor python -m certificates")
