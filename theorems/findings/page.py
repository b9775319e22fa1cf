"""docs/findings.md, written from the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from .rows import VERDICTS, Part, Row

HEAD = """\
# Findings

What reading the paper with machines turned up: a referee's report that anyone can run again.

```
kernelcert findings
```

verifies every certificate below by the kernel alone and prints the table; `--all` also runs the
commands that find the answers again (minutes), `kernelcert findings 4.5` only the rows of Theorem
4.5. Each row says what the paper prints, whether that is so, and what holds; below each table are
the commands of its rows, to be run from the root of the repository. This page is written by
`kernelcert findings --markdown docs/findings.md` from the data in `theorems/findings`.

The statements are claim files, so each can be asked of data of your own, as in
[data-claims.md](data-claims.md): `kernelcert check 4.1.i.local my.toml` settles the amended theorem
with this id on the data of `my.toml`.
"""


def counts(parts: Iterable[Part]) -> Counter[str]:
    """How many rows have each verdict."""
    return Counter(row.verdict for part in parts for row in part.rows)


def markdown(parts: Sequence[Part]) -> str:
    """The page."""
    return "\n".join(_lines(parts)) + "\n"


def _lines(parts: Sequence[Part]) -> Iterator[str]:
    yield HEAD
    yield from _summary(parts)
    for part in parts:
        yield f"\n## {part.title}\n"
        if part.intro:
            yield f"{part.intro.strip()}\n"
        yield from table_of(part)


def table_of(part: Part) -> Iterator[str]:
    """The rows of one part, and their commands."""
    yield "| id | place | printed | verdict | what holds |"
    yield "|---|---|---|---|---|"
    for row in part.rows:
        yield _cells(row)
    yield from _commands(part)


def _summary(parts: Sequence[Part]) -> Iterator[str]:
    """How many rows have each verdict, in all and by part, and which are refuted."""
    yield "| verdict | means |"
    yield "|---|---|"
    for verdict, means in VERDICTS.items():
        yield f"| {verdict} | {means} |"
    yield "\n| part | " + " | ".join([*VERDICTS, "rows"]) + " |"
    yield "|---|" + "---|" * (len(VERDICTS) + 1)
    for title, group in [*((part.title, [part]) for part in parts), ("**all**", parts)]:
        found = counts(group)
        numbers = [found[verdict] for verdict in VERDICTS]
        yield f"| {title} | " + " | ".join(map(str, [*numbers, sum(numbers)])) + " |"
    yield "\nRefuted, with the smallest instances that were found, in the order of the paper:\n"
    for row in (row for part in parts for row in part.rows if row.verdict == "refuted"):
        yield f"* `{row.identifier}` {row.place}: {' '.join(row.printed.split())}"


def _cells(row: Row) -> str:
    cells = (f"`{row.identifier}`", row.place, row.printed, f"**{row.verdict}**", row.holds)
    return "| " + " | ".join(_cell(text) for text in cells) + " |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _commands(part: Part) -> Iterator[str]:
    """Below the table, because the long paths would leave its other columns no room."""
    checked = [row for row in part.rows if row.checks]
    if checked:
        yield "\nHow to see it:\n\n```"
        for row in checked:
            yield f"# {row.identifier}"
            yield from (check.run for check in row.checks)
        yield "```"
