"""decide: a claim for all normed spaces."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.text import Text

from ..arrays import BadInput
from ..asking import listening
from ..deciding.decide import Limits
from ..deciding.request import Request
from ..folder import refuse_foreign
from .terminal import console, errors


@click.command("decide")
@click.argument("claim", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
@click.option("--sharpen", metavar="NAME", help="The best value of this constant.")
@click.option("--drop", multiple=True, metavar="LABEL", help="Is this hypothesis needed?")
@click.option(
    "--witness", multiple=True, metavar="NAME=TERM", help="What to take for an 'exists'; repeat."
)
@click.option("--smt2", type=click.Path(path_type=Path), help="Write the questions as SMT-LIB 2.")
@click.option("--cross-check", is_flag=True, help="Ask cvc5 the same questions.")
@click.option("--seconds", default=60.0, show_default=True, help="Time limit for each decision.")
@click.option(
    "--instances", default=2000, show_default=True, help="Limit of triangle inequalities."
)
def decide_command(
    claim: Path,
    output: Path | None,
    sharpen: str | None,
    drop: tuple[str, ...],
    witness: tuple[str, ...],
    smt2: Path | None,
    cross_check: bool,
    seconds: float,
    instances: int,
) -> None:
    """Decide CLAIM for all normed spaces: a proof, or an exact counterexample.

    Example: kernelcert decide my.claim --sharpen c -o out
    """
    if seconds <= 0 or instances < 1:
        raise BadInput("--seconds and --instances: positive numbers are expected")
    if not claim.is_file():
        raise BadInput(f"there is no claim file {claim}; docs/statements.md says how to write one")
    if output is not None:
        refuse_foreign(output)
    request = Request(
        claim.read_bytes(), _witnesses(witness), Limits(instances, seconds), sharpen, drop
    )
    with listening(), errors.status("deciding") as status:
        answer = request.run(status.update)
        checked = list(answer.cross_check()) if cross_check else []
    console.print(Text("\n".join([*answer.lines(), *checked]), no_wrap=True))
    if smt2 is not None:
        smt2.write_text(answer.smtlib())
    if output is not None:
        answer.write(output)
        console.print(Text(f"written to {output}"))
    sys.exit(answer.status())


def _witnesses(texts: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, term = text.partition("=")
        if not equals or not name.strip() or not term.strip():
            raise BadInput(f"--witness {text}: write NAME=TERM, such as b=x - y")
        found[name.strip()] = term.strip()
    return found
