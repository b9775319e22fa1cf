"""The referee's report as data: every row of it can be run again.

The `.toml` files of this folder have the rows, one file for each part of the paper; `rows` reads
them, `running` runs their checks, `kernel` those of the kernel alone, `page` writes
docs/findings.md from them.

A file has a `title`, an `intro` that may be left out, and rows:

    [[row]]
    id      = "4.1.i.constant"          begins with the number of the theorem or section
    place   = "Theorem 4.1 (i), the constant"
    asks    = "constant"                one of `ASKS`
    printed = "1 + 2L"                  what the paper says
    verdict = "certified"               one of `VERDICTS`
    holds   = "..."                     what is true, why, and what to write instead; Markdown

    [[row.check]]                       none for a row that is argued or undecided
    run    = "python -m certificates ..."   from the root of the repository; ; between commands
    says   = "s VERIFIED certified"     a piece of what the last command prints
    status = 0                          its exit status, 0 unless told
    slow   = true                       more than some seconds

A check of `python -m certificates...` is verified by the kernel alone, with nothing installed; one
of `kernelcert ...` finds the answer again.
"""

from .rows import ASKS, VERDICTS, Check, Part, Row, load, statement
from .running import Run, run

__all__ = ["ASKS", "VERDICTS", "Check", "Part", "Row", "Run", "load", "run", "statement"]
