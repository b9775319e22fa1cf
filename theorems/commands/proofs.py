"""verify and show: certificates that are written."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.text import Text

from certificates.__main__ import run as run_kernel
from certificates.format import as_list, as_object, as_text, read_json
from certificates.show import fold

from ..arrays import BadInput
from .terminal import console


@click.command("verify")
@click.argument("statement")
@click.argument("problem")
@click.argument("certificate")
@click.option("--goal", default="certified", help="The verdict that exits with 0.")
@click.option("--permit", multiple=True, metavar="LABEL", help="Accept this assumption.")
def verify_command(
    statement: str, problem: str, certificate: str, goal: str, permit: tuple[str, ...]
) -> None:
    """Verify a certificate with the kernel; PROBLEM is "-" for a proof for all spaces.

    Example: kernelcert verify out/4.1.i.claim out/problem.json out/4.1.i.certificate.json
    """
    permitted = [word for label in permit for word in ("--permit", label)]
    lines, status = run_kernel([statement, problem, certificate, "--goal", goal, *permitted])
    console.print(Text("\n".join(lines)))
    sys.exit(status)


@click.command("show")
@click.argument("certificate", type=click.Path(path_type=Path))
def show_command(certificate: Path) -> None:
    """Print the steps of a CERTIFICATE as they are written; nothing is verified.

    Example: kernelcert show out/4.1.i.certificate.json
    """
    if not certificate.is_file():
        raise BadInput(f"there is no file {certificate}")
    table = as_object(read_json(certificate.read_bytes(), certificate.name), certificate.name)
    for key in ("verdict", "statement", "problem"):
        console.print(Text(f"{key:<10}{as_text(table.get(key, ''), key)}"))
    for name, text in as_object(table.get("choices", {}), "choices").items():
        console.print(Text(f"with      {name} = {text}"))
    for number, raw in enumerate(as_list(table.get("steps", []), "steps")):
        step = as_object(raw, f"step {number}")
        premises = as_list(step.get("premises", []), f"step {number} premises")
        reason = as_text(step.get("rule", ""), "rule").replace("_", " ")
        reason += " " + ", ".join(f"({place})" for place in premises) if premises else ""
        conclusion = fold(as_text(step.get("conclusion", ""), f"step {number} conclusion"))
        console.print(Text(f"({number})".rjust(5) + f" {conclusion:<64}  {reason}"))
    console.print(Text("as written; 'kernelcert verify' says whether it is so"))
