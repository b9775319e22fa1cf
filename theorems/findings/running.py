"""Running the checks of a row: by the kernel alone, or as commands that find the answer again."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from ..arrays import BadInput
from .kernel import ROOT, Kernel
from .rows import Check, Row

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
    kernels: SimpleQueue[Kernel] = SimpleQueue()
    for _ in range(workers):
        kernels.put(Kernel())

    def one(pair: tuple[Row, Check]) -> Run:
        kernel = kernels.get()
        try:
            return Run(*pair, _fault(pair[1], kernel))
        finally:
            kernels.put(kernel)

    with ThreadPoolExecutor(workers) as pool:
        try:
            yield from pool.map(one, todo)
        finally:
            pool.shutdown(cancel_futures=True)
            for _ in range(workers):
                kernels.get().close()


def _fault(check: Check, kernel: Kernel) -> str:
    status, printed = 0, ""
    if check.by_kernel:
        for words in check.commands:
            status, printed = kernel.verify(words[2:])
    else:
        try:
            status, printed = _in_a_folder(check)
        except subprocess.TimeoutExpired:
            return f"did not end in {SECONDS} seconds"
    last = printed.strip().splitlines()[-1:] or ["nothing"]
    if check.says not in printed:
        return f"expected was {check.says!r}, printed {last[0]!r}"
    if status != check.status:
        return f"expected was the exit status {check.status}, not {status}"
    return ""


def _in_a_folder(check: Check) -> tuple[int, str]:
    """Commands that write files: in a folder of their own, with the repository linked into it."""
    with tempfile.TemporaryDirectory() as folder:
        for name in LINKED:
            if (ROOT / name).is_dir():
                os.symlink(ROOT / name, Path(folder) / name)
        for words in check.commands:
            done = subprocess.run(
                _real(words), cwd=folder, capture_output=True, text=True, timeout=SECONDS
            )
    return done.returncode, done.stdout + done.stderr


def _real(words: list[str]) -> list[str]:
    """The command with this interpreter; the kernel's with nothing but the standard library."""
    if words[0] == "kernelcert":
        return [sys.executable, "-c", "from theorems.cli import main; main()", *words[1:]]
    if words[:2] == ["python", "-m"] and words[2].split(".")[0] == KERNEL:
        start = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r}); import runpy; "
            f"runpy.run_module({words[2]!r}, run_name='__main__')"
        )
        return [sys.executable, "-I", "-S", "-c", start, *words[3:]]
    raise BadInput(f"findings: {words[0]!r} is neither kernelcert nor python -m certificates")
