"""findings: the referee's report on the paper, run again."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import click
from rich.progress import track
from rich.table import Table
from rich.text import Text

from ..arrays import BadInput
from ..findings import VERDICTS, Part, Row, load, run
from ..findings.page import counts, markdown
from .terminal import console

STYLES = {"certified": "green", "amended": "yellow", "refuted": "red", "argued": "cyan"}
LONGEST = 160  # characters of what holds, in the table
FEW = 3  # so many rows are printed whole, with their commands


@click.command("findings")
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Also find the answers again: minutes.")
@click.option("--json", "as_json", is_flag=True, help="The rows and what was run, for machines.")
@click.option("--markdown", "page", type=click.Path(path_type=Path), help="Write the page here.")
def findings_command(
    names: tuple[str, ...], everything: bool, as_json: bool, page: Path | None
) -> None:
    """Verify the findings about the paper again and print them, all or those that begin with NAMES.

    Each certificate is verified by the kernel alone, with nothing installed; with --all the
    commands that found the answers are run as well. The name of one row prints the whole of it.

    Example: kernelcert findings 4.5
    """
    parts = load()
    if page is not None:
        page.write_text(markdown(parts), "utf-8")
        console.print(Text(f"{page}: {sum(counts(parts).values())} rows"))
        return
    parts = _chosen(parts, names)
    rows = [row for part in parts for row in part.rows]
    total = sum(everything or check.by_kernel for row in rows for check in row.checks)
    runs = run(rows, everything)
    shown = track(
        runs, "verifying", total, console=console, transient=True, disable=not console.is_terminal
    )
    done = list(shown)
    faults = [entry for entry in done if entry.fault]
    if as_json:
        click.echo(json.dumps(_table(parts, {e.check.run: e.fault for e in done}), indent=1))
        sys.exit(bool(faults))
    if len(rows) <= FEW:
        for row in rows:
            console.print(_whole(row))
    else:
        for part in parts:
            console.print(_rich(part))
    found = counts(parts)
    words = ", ".join(f"{found[verdict]} {verdict}" for verdict in VERDICTS if found[verdict])
    many = "rows" if len(rows) > 1 else "row"
    console.print(Text(f"{len(rows)} {many}: {words}"))
    left = sum(not check.by_kernel for row in rows for check in row.checks) * (not everything)
    more = f"; {left} that find answers again were not run (--all)" if left else ""
    console.print(Text(f"{len(done) - len(faults)} of {len(done)} checks came out as told{more}"))
    for entry in faults:
        console.print(Text(f"{entry.row.identifier}: {entry.check.run}: {entry.fault}", "red"))
    sys.exit(bool(faults))


def _chosen(parts: list[Part], names: tuple[str, ...]) -> list[Part]:
    """The parts with the rows that were named.  Raises BadInput if there are none."""
    if not names:
        return parts
    found = []
    # 4.1 does not mean 4.10
    wanted = re.compile("|".join(rf"{re.escape(name)}(?!\d)" for name in names))
    for part in parts:
        rows = tuple(row for row in part.rows if wanted.match(row.identifier))
        if rows:
            found.append(Part(part.name, part.title, part.intro, rows))
    if not found:
        raise BadInput(f"findings: no row begins with {' or '.join(names)}; try 4.1, 4.5, 4.10, B")
    return found


def _whole(row: Row) -> Table:
    """One row, with nothing left out."""
    table = Table(title=row.identifier, title_justify="left", show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in (("place", row.place), ("printed", row.printed), ("verdict", row.verdict)):
        table.add_row(name, Text(text, STYLES.get(text, "")))
    table.add_row("what holds", Text(" ".join(row.holds.replace("**", "").split())))
    for check in row.checks:
        table.add_row("run", Text(check.run))
        table.add_row("says", Text(check.says))
    return table


def _rich(part: Part) -> Table:
    table = Table(title=part.title, title_justify="left", show_lines=True)
    table.add_column("place", ratio=2)
    table.add_column("printed", ratio=2)
    table.add_column("verdict")
    table.add_column("what holds", ratio=4)
    for row in part.rows:
        holds = " ".join(row.holds.replace("**", "").split())
        short = holds if len(holds) <= LONGEST else holds[: LONGEST - 4] + " ..."
        verdict = Text(row.verdict, STYLES.get(row.verdict, ""))
        table.add_row(
            Text(f"{row.place}\n{row.identifier}"), Text(row.printed), verdict, Text(short)
        )
    return table


def _table(parts: list[Part], faults: dict[str, str]) -> list[dict[str, object]]:
    return [
        {
            "id": row.identifier,
            "part": part.title,
            "place": row.place,
            "asks": row.asks,
            "printed": row.printed,
            "verdict": row.verdict,
            "holds": row.holds,
            "checks": [
                {"run": check.run, "says": check.says, "fault": faults.get(check.run)}
                for check in row.checks
            ],
        }
        for part in parts
        for row in part.rows
    ]
