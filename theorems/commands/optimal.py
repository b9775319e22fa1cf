"""optimal: what no map can do better on a finite model class, Definitions 4.8 and 4.9."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Literal

import click
from rich.text import Text

from ..arrays import BadInput, array, number
from ..describe import given_operator
from ..folder import refuse_foreign
from ..optimal.describe import lines
from ..optimal.files import write
from ..optimal.picture import draw
from ..optimal.study import given_maps, study
from .options import norm_options
from .terminal import console


@click.command("optimal")
@click.argument("operator", type=click.Path(path_type=Path))
@click.argument("images", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
@norm_options("l2", "l2")
@click.option("--field", type=click.Choice(["R", "C"]), help="Where images and values lie.")
@click.option("--map", "maps", type=click.Path(path_type=Path), help="A file with [psi] or [maps].")
@click.option("--eps", help="Is the map within this of c_opt, as in (4.12)?")
@click.option("--noise", default="0", show_default=True, help="For the kernel size.")
@click.option("--plot", type=click.Path(path_type=Path), help="A picture of radii and errors.")
def optimal_command(
    operator: Path,
    images: Path,
    output: Path | None,
    object_norm: str,
    data_norm: str,
    field: Literal["R", "C"] | None,
    maps: Path | None,
    eps: str | None,
    noise: str,
    plot: Path | None,
) -> None:
    """Find c_opt of OPERATOR and the finite model class IMAGES exactly, and an optimal map.

    OPERATOR is a .npy or .npz matrix, or a problem file; a map to compare is given by --map;
    IMAGES a .npy or .json file, one image a row. Equality of measurements is exact.

    Example: kernelcert optimal A.npy images.npy --map problem.toml -o out
    """
    value, folder = given_operator(operator)
    epsilon = None if eps is None else number(eps, "--eps")
    given = given_maps(maps) if maps is not None else {}
    if epsilon is not None and (epsilon < 0 or not given):
        raise BadInput("--eps: a number >= 0, with the map that is meant (--map)")
    if output is not None:
        refuse_foreign(output, folder)
    rows = array(images.name, "M1", images.parent)
    level: Fraction = number(noise, "--noise")
    done = study(value, rows, folder, object_norm, data_norm, field, given, level)
    said = [*lines(done, epsilon), ""]  # all of them, or none
    if plot is not None:
        draw(done, plot)
        said.append(f"picture, for the eye: {plot}")
    if output is None:
        said.append("exact arithmetic; no certificate was asked for (-o FOLDER)")
    else:
        problem = output / "problem.json"
        for name, sentences in write(done, output, epsilon):
            claim, proof = (output / f"{name}.{kind}.json" for kind in ("claim", "certificate"))
            said += [f"verified: {sentences[-1]}"]
            said += [f"  python -m certificates.optimality {claim} {problem} {proof}"]
        said.append("the map: copy inputs.json and outputs.json, and in problem.toml write")
        said.append(
            '  [psi]\n  kind = "table"\n  inputs = "inputs.json"\n  outputs = "outputs.json"'
        )
    for line in said:
        console.print(Text(line))
