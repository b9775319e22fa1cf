"""run: a program on the machine of Theorem 4.3."""

from __future__ import annotations

import click
from rich.text import Text

from ..arrays import BadInput
from ..machines import as_json, execute, find_program, lines, read_input
from .terminal import console


@click.command("run")
@click.argument("program")
@click.option("--input", "given", default="", help="Numbers, a JSON list, or a file *.json.")
@click.option("--fuel", default=10_000_000, show_default=True, help="The most steps.")
@click.option("--trace", is_flag=True, help="Show each step and what it changed.")
@click.option("--json", "as_text", is_flag=True, help="Output, steps and counts as JSON.")
def run_command(program: str, given: str, fuel: int, trace: bool, as_text: bool) -> None:
    """Run PROGRAM, a file or the name of a shipped one, on exact numbers.

    Numbers may be I, or the formal unit u that stands for e^i. Prints the output, and the count of
    arithmetic operations and comparisons; docs/machine.md describes the language.

    Example: kernelcert run euclid --input "48 18" --trace
    """
    if fuel < 1:
        raise BadInput("--fuel: a positive number is expected")
    if trace and as_text:
        raise BadInput("--trace has no JSON form; leave out --trace or --json")
    node_lines = (lambda line: console.print(Text(line))) if trace else None
    done = execute(find_program(program), read_input(given), fuel, node_lines)
    for line in [as_json(done)] if as_text else lines(done):
        console.print(Text(line))
