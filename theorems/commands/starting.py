"""init and list: what there is to begin with."""

from __future__ import annotations

import shlex
from difflib import get_close_matches
from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from ..arrays import BadInput
from ..catalogue import CATALOGUE
from ..examples import EXAMPLES
from .terminal import console


def _named(start: str) -> list[str]:
    """The examples whose name begins so, for the shell's completion."""
    return [name for name in EXAMPLES if name.startswith(start)]


@click.command("init")
@click.argument("name", shell_complete=lambda _, __, start: _named(start))
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def init_command(name: str, folder: Path | None) -> None:
    """Write the example NAME as a problem FOLDER to edit.

    Example: kernelcert init teaching try
    """
    if name not in EXAMPLES:
        near = get_close_matches(name, EXAMPLES, 1)
        hint = f", did you mean {near[0]}?" if near else ""
        raise BadInput(f"there is no example {name!r}{hint}; 'kernelcert list' names all")
    target = folder or Path(name)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BadInput(f"{target}: exists already; name a new folder")
    made = EXAMPLES[name].make()
    target.mkdir(parents=True, exist_ok=True)
    for file, data in made.items():
        (target / file).write_bytes(data)
    command = EXAMPLES[name].run.format(
        folder=shlex.quote(str(target)), output=shlex.quote(str(target / "out"))
    )
    others = f" and {len(made) - 1} more files" if len(made) > 1 else ""
    console.print(Text(f"{target / 'problem.toml'}{others}: edit, then"))
    console.print(Text(f"  {command}"))


@click.command("list")
def list_command() -> None:
    """List the theorems and the examples.

    Example: kernelcert list
    """
    table = Table("theorem", "says", "needs")
    for theorem in CATALOGUE.values():
        table.add_row(theorem.identifier, theorem.says, theorem.needs)
    console.print(table)
    console.print("Also the amended theorems, by the ids of 'kernelcert findings'.")
    examples = Table("example", "is")
    for name, example in EXAMPLES.items():
        examples.add_row(name, example.says)
    console.print(examples)
