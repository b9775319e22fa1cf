"""explain and report: certificates as worked proofs and as pages."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.text import Text

from certificates.__main__ import read_bytes
from certificates.format import Rejected

from ..arrays import BadInput
from ..teaching import latex, markdown, mathml, plain
from ..teaching.proof import document, work
from .terminal import console, errors

FORMATS = {
    "text": plain.document,
    "markdown": markdown.document,
    "latex": latex.document,
    "fragment": latex.fragment,
    "html": mathml.document,
}


@click.command("explain")
@click.argument("statement", type=click.Path(path_type=Path))
@click.argument("problem")
@click.argument("certificate", type=click.Path(path_type=Path))
@click.option(
    "--depth",
    type=click.IntRange(1, 3),
    default=2,
    show_default=True,
    help="1 the claim and its numbers, 2 every step, 3 every step with its arithmetic.",
)
@click.option(
    "--format",
    "written",
    type=click.Choice(list(FORMATS)),
    default="text",
    show_default=True,
    help="'latex' compiles alone, 'fragment' is for \\input.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write.")
def explain_command(
    statement: Path, problem: str, certificate: Path, depth: int, written: str, output: Path | None
) -> None:
    """A certificate as the paper's proof with its numbers; PROBLEM is "-" for all spaces.

    The kernel verifies the certificate first; what it refuses is not explained.

    Example: kernelcert explain out/4.1.i.claim out/problem.json out/4.1.i.certificate.json
    """
    folder = Path(problem).parent
    try:
        worked = work(
            read_bytes(statement, "statement"),
            None if problem == "-" else read_bytes(Path(problem), "problem"),
            read_bytes(certificate, "certificate"),
            lambda name: read_bytes(folder / name, f"array {name}"),
        )
    except Rejected as reason:
        console.print(Text(f"s REJECTED {reason}"))
        sys.exit(1)
    text = FORMATS[written](document(worked, depth))
    if output is None:
        console.out(text, end="", highlight=False)
        return
    output.write_text(text, encoding="utf-8")
    errors.print(Text(f"written to {output}"))


@click.command("report")
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="The page to write.",
)
@click.option("--title", default="", help="The page's title; else that of the result.")
def report_command(folders: tuple[Path, ...], output: Path, title: str) -> None:
    """One page, without network or scripts, on the results in FOLDERS.

    A folder is what 'check -o' or 'claims -o' wrote. The kernel verifies every certificate again;
    a refused one is shown as rejected, and the exit status is 1.

    Example: kernelcert report try/out -o report.html
    """
    from ..reporting.collect import collect
    from ..reporting.page import page

    if output.is_dir():
        raise BadInput(f"-o {output}: is a folder; name a file such as {output / 'report.html'}")
    with errors.status("verifying"):
        items = collect(list(folders))
        text = page(items, title)
    output.write_text(text, encoding="utf-8")
    for item in items:
        console.print(Text(f"{item.name}: {item.verdict}"))
        for claim in item.claims:
            if claim.refused:
                console.print(Text(f"  {claim.identifier}: {claim.refused}"))
    console.print(Text(f"written to {output}"))
    sys.exit(1 if any(item.refused for item in items) else 0)
