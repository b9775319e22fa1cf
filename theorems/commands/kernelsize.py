"""kernelsize: how far apart images of a polytopal class may be that are measured alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from certificates.format import write_number

from ..arrays import BadInput, array, number
from ..describe import given_operator
from ..folder import refuse_foreign
from ..keys import read_table
from ..operators import realise
from ..optimal.polytope import NAME, proofs, write
from .options import norm_options
from .terminal import console


@click.command("kernelsize")
@click.argument("operator", type=click.Path(path_type=Path))
@click.option("--box", nargs=2, help="LOW HIGH: all images with entries between two numbers.")
@click.option("--halfspaces", type=click.Path(path_type=Path), help="A file with rows and limits.")
@click.option("--hull", type=click.Path(path_type=Path), help="Images, one a row: their hull.")
@click.option("--noise", default="0", show_default=True, help="The noise of each measurement.")
@norm_options("linf", "linf")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def kernelsize_command(
    operator: Path,
    box: tuple[str, str] | None,
    halfspaces: Path | None,
    hull: Path | None,
    noise: str,
    object_norm: str,
    data_norm: str,
    output: Path | None,
) -> None:
    """Find the kernel size of OPERATOR over a box, a polyhedron or a convex hull.

    Half of it bounds the worst error of every map; in linf it is the least worst error.

    Example: kernelcert kernelsize A.npy --box 0 1 -o out
    """
    if sum(given is not None for given in (box, halfspaces, hull)) != 1:
        raise BadInput("kernelsize: one class is needed: --box, --halfspaces or --hull")
    value, folder = given_operator(operator)
    if output is not None:
        refuse_foreign(output, folder)
    points: Any = None
    if box is not None:
        n = realise(value, "operator", "A", folder).shape[1]
        low, high = (number(text, "--box") for text in box)
        if low > high:
            raise BadInput("--box: LOW must be at most HIGH")
        table: dict[str, Any] = {
            "kind": "box",
            "low": [write_number(low)] * n,
            "high": [write_number(high)] * n,
        }
    elif halfspaces is not None:
        table = _halfspaces(halfspaces)
    elif hull is not None:
        points = array(hull.name, NAME, hull.parent)
        table = {"kind": "hull", "set": NAME}
    level = number(noise, "--noise")
    files, said = proofs(value, folder, table, level, (object_norm, data_norm), points)
    if output is not None:
        write(files, output, folder)
    for line in said[0][1][:-1]:
        console.print(Text(line))
    for name, sentences in said:
        console.print(Text(f"verified: {sentences[-1]}"))
        if output is not None:
            claim, proof = (output / f"{name}.{kind}.json" for kind in ("claim", "certificate"))
            problem = output / "problem.json"
            words = f"  python -m certificates.optimality {claim} {problem} {proof}"
            console.print(Text(words))


def _halfspaces(path: Path) -> dict[str, Any]:
    """The rows and limits of a TOML or JSON file.  Raises BadInput."""
    if not path.is_file():
        raise BadInput(f"--halfspaces: there is no file {path}")
    table = read_table(path)
    rows, limits = table.get("rows"), table.get("limits")
    if set(table) != {"rows", "limits"} or not isinstance(rows, list) or not rows:
        raise BadInput(f"{path.name}: the keys rows (of C) and limits (d) are expected")
    if not isinstance(limits, list) or len(limits) != len(rows):
        raise BadInput(f"{path.name}: limits must have one number for each row")
    if not all(isinstance(row, list) and len(row) == len(rows[0]) for row in rows):
        raise BadInput(f"{path.name}: rows must be lists of one length")
    return {
        "kind": "halfspaces",
        "rows": [[write_number(number(a, "rows")) for a in row] for row in rows],
        "limits": [write_number(number(a, "limits")) for a in limits],
    }
