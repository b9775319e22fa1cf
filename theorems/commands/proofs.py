"""verify and show: certificates that are written."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from certificates.__main__ import run as run_kernel
from certificates.format import as_list, as_object, as_text, read_json
from certificates.kernel import verify
from certificates.show import claim_lines, fold

from ..arrays import BadInput
from .terminal import console


@click.command("verify")
@click.argument("statement")
@click.argument("problem")
@click.argument("certificate")
@click.option("--goal", default="certified", help="The verdict that exits with 0.")
@click.option("--permit", multiple=True, metavar="LABEL", help="Accept this assumption.")
@click.option("--json", "machine", is_flag=True, help="Print the verdict as JSON.")
def verify_command(
    statement: str,
    problem: str,
    certificate: str,
    goal: str,
    permit: tuple[str, ...],
    machine: bool,
) -> None:
    """Verify a certificate with the kernel; PROBLEM is "-" for a proof for all spaces.

    Example: kernelcert verify out/4.1.i.claim out/problem.json out/4.1.i.certificate.json
    """
    permitted = [word for label in permit for word in ("--permit", label)]
    files = [statement, problem, certificate]
    lines, status = run_kernel([*files, "--goal", goal, *permitted])
    if machine:
        print(json.dumps(_table(files, lines[-1], status), indent=1, sort_keys=True))
        sys.exit(status)
    console.print(Text("\n".join(lines)))
    sys.exit(status)


def _table(files: list[str], last: str, status: int) -> dict[str, Any]:
    """The kernel's last line by its fields, and what a yes rests on."""
    _, word, words = last.split(" ", 2)
    table: dict[str, Any] = {"answer": word, "status": status, "verdict": None, "reason": words}
    if word not in ("VERIFIED", "ASSUMED"):
        return table
    problem = None if files[1] == "-" else Path(files[1])
    report = verify(
        Path(files[0]).read_bytes(),
        None if problem is None else problem.read_bytes(),
        Path(files[2]).read_bytes(),
        lambda name: (Path(files[1]).parent / name).read_bytes(),
    )
    names = ("statement", "problem", "certificate")
    return table | {
        "verdict": report.verdict,
        "reason": report.reason,
        "claim": list(claim_lines(report)),
        "assumed": list(report.assumed),
        "believed": list(report.believed),
        "digests": dict(zip(names, report.digests, strict=True)),
    }


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
