"""check and claims: settle theorems and claims on data."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.text import Text

from certificates.statements import read_statement

from ..arrays import BadInput
from ..auditing.balls import SECONDS
from ..auditing.claims import check_claim, read_claim
from ..auditing.manifest import (
    Row,
    counts,
    labels_of,
    read_manifest,
    settle_all,
    severest,
    table_of,
)
from ..catalogue import CATALOGUE
from ..findings import statement
from ..instance import Instance
from ..outcome import statement as theorem_file
from ..problem import Problem
from ..recorded import record
from ..result import check, require
from .terminal import INTERRUPTED, console, errors, kernel_command, noise_command


@click.command("check")
@click.argument("theorem")
@click.argument("problem", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
@click.option(
    "--permit", multiple=True, metavar="LABEL", help="Accept this assumption; repeat for more."
)
@click.option(
    "--seconds",
    default=SECONDS,
    show_default=True,
    help="For each conclusion on a ball of a claim of your own.",
)
@click.option("--plot", type=click.Path(path_type=Path), help="A picture, for 4.5 to 4.7.")
@click.option("--json", "machine", is_flag=True, help="Print the result as JSON.")
def check_command(
    theorem: str,
    problem: Path,
    output: Path | None,
    permit: tuple[str, ...],
    seconds: float,
    plot: Path | None,
    machine: bool,
) -> None:
    """Settle THEOREM on the data of PROBLEM, a TOML or JSON file or its folder.

    THEOREM is one of 'kernelcert list', the path of a statement file of your own, *.claim, or the
    id of a finding that has a statement, such as an amended theorem of 'kernelcert findings'.

    Decides every hypothesis, derives, writes statement, problem and certificate into the output
    folder, verifies the written files with the kernel, and prints the worked proof.

    Example: kernelcert init slice try; kernelcert check 4.1.i try -o try/out
    """
    amended = None if theorem in CATALOGUE else statement(theorem)
    theorem = theorem if amended is None else str(amended)
    claim = theorem.endswith(".claim")
    _refuse_no_time(seconds)
    if claim:
        _refuse_unknown(permit, labels_of(read_claim(Path(theorem))))
    else:  # before anything is read, derived or written
        require(theorem)
        _refuse_unknown(permit, {h.label for h in read_statement(theorem_file(theorem)).given})
    with errors.status("deriving") as status:
        if claim:
            data = Instance.load(problem)
            result = check_claim(theorem, data, output, status.update, seconds=seconds)
        else:
            result = check(theorem, Problem.load(problem), output, status.update)
    if machine:
        print(json.dumps(record(result, result.status(permit)), indent=1, sort_keys=True))
        sys.exit(result.status(permit))
    console.print(result)
    if plot is not None:
        result.plot(plot)
        console.print(Text(f"\npicture, for the eye: {plot}"))
    if output is not None:
        console.print(Text(f"\nwritten to {output}; verify it again with the kernel alone:"))
        if result.verified:
            console.print(Text("  " + kernel_command(output, result.identifier)))
        for chance in result.outcome.chances:
            console.print(Text("  " + noise_command(output, chance.identifier)))
        for name in ("pictures.png", "plot.png"):
            if (output / name).is_file():
                console.print(Text(f"{name.partition('.')[0]}: {output / name}"))
    sys.exit(result.status(permit))


def _refuse_no_time(seconds: float) -> None:
    if not 0 < seconds < float("inf"):
        raise BadInput("--seconds: a positive number is expected")


def _refuse_unknown(permit: tuple[str, ...], labels: set[str]) -> None:
    for label in permit:
        if label not in labels:
            known = ", ".join(sorted(labels)) or "none"
            raise BadInput(f"--permit {label}: no such hypothesis; known are {known}")


@click.command("claims")
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the results.")
@click.option(
    "--seconds",
    default=SECONDS,
    show_default=True,
    help="For each conclusion on a ball of a claim of your own.",
)
def claims_command(manifest: Path, output: Path | None, seconds: float) -> None:
    """Settle all claims of a MANIFEST, a TOML file with a table [[claim]] for each.

    Writes a folder for each claim below the output folder and prints one table. What has not
    changed since an earlier run is not derived again, only verified. The exit status is 0 if all
    are certified, else that of the most severe verdict: 2 bad input, 1 refuted, 3 vacuous,
    4 undecided, 5 certified under assumptions that were not permitted.

    Example: kernelcert init audit try; kernelcert claims try/claims.toml -o try/out
    """
    _refuse_no_time(seconds)
    entries = read_manifest(manifest)
    _refuse_no_folder(output)
    rows: list[Row] = []
    try:
        with errors.status("reading") as status:
            for row in settle_all(entries, output, status.update, seconds):
                rows.append(row)
                errors.print(Text(f"{len(rows)} of {len(entries)}  {row.name}: {row.verdict}"))
    except KeyboardInterrupt:
        console.print(table_of(rows))
        left = len(entries) - len(rows)
        errors.print(Text(f"kernelcert: interrupted, {left} claims left; run it again to go on"))
        sys.exit(INTERRUPTED)
    console.print(table_of(rows))
    console.print(Text(counts(rows)))
    if output is not None:
        console.print(Text(f"written below {output}, a folder for each claim"))
    sys.exit(severest(rows))


def _refuse_no_folder(output: Path | None) -> None:
    if output is not None and output.exists() and not output.is_dir():
        raise BadInput(f"{output}: is a file; name a folder for the results")
