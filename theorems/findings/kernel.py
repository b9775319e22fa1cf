"""The kernel alone, many times: a bare Python (-I -S) verifies one certificate after another.

Starting Python and reading the kernel takes ten times as long as verifying a short certificate.
Each command still gets its own run of the module's `main`, and what it prints.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import certificates

ROOT = Path(certificates.__file__).parent.parent

# standard input: the words of a command in a line; standard output: its status and what it printed
LOOP = """
import contextlib, io, json, runpy, sys
sys.path.insert(0, sys.argv[1])
for line in sys.stdin:
    module, *sys.argv[1:] = json.loads(line)
    status, printed = 0, io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            runpy.run_module(module, run_name="__main__")
        except SystemExit as ended:
            status = ended.code or 0
        except BaseException as error:
            status = 1
            print(f"{type(error).__name__}: {error}")
    print(json.dumps([status, printed.getvalue()]), flush=True)
"""


class Kernel:
    """A process that verifies; it is started when it is first asked, and again if it has ended."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def verify(self, words: list[str]) -> tuple[int, str]:
        """Exit status and output of `python -m` with these words, in the root of the repository."""
        if self._process is None:
            command = [sys.executable, "-I", "-S", "-W", "ignore", "-c", LOOP, str(ROOT)]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, encoding="utf-8"
            )
        answer = ""
        if self._process.stdin and self._process.stdout:
            with suppress(BrokenPipeError):
                self._process.stdin.write(json.dumps(words) + "\n")
                self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            status = self.close()
            return status, f"the kernel's process ended with status {status}"
        status, printed = json.loads(answer)
        return status, printed

    def close(self) -> int:
        """End the process; its status."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        with suppress(BrokenPipeError):
            process.communicate()
        return process.wait()
