"""compare: the side-by-side of Appendix B."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.text import Text

from ..null_space_claims import write
from ..pictures import draw
from ..problem import Problem
from ..side_by_side import compare
from .nullspace import named_transform
from .options import transform_option
from .terminal import console


@click.command("compare")
@click.argument("problem", type=click.Path(path_type=Path))
@click.option(
    "--order",
    type=int,
    help="s: by the robust null space property, for all s-sparse images; else by a dual of x.",
)
@transform_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def compare_command(problem: Path, order: int | None, transform: str, output: Path | None) -> None:
    """Set the map of PROBLEM beside the l1 decoder: Theorems 4.1, 4.5 and Appendix B on one A.

    Settles Theorem 4.1 (i), and 4.5 (ii) with x' = x + x_det, for psi, and bounds the distance
    from x of every answer that the l1 decoder may give: by a dual vector of x itself, or by the
    robust null space property of an order.

    Example: kernelcert init trained-slice try; kernelcert compare try --transform haar -o try/out
    """
    found = compare(Problem.load(problem), order, named_transform(transform), output)
    for line in found.lines:
        console.print(Text(line))
    if output is not None:
        decoder = output / "decoder"
        for name, said in write(found.decoder, iter(found.claims), decoder):
            files = (f"{name}.claim.json", "problem.json", f"{name}.certificate.json")
            console.print(Text(f"verified: {said[-1]}"))
            words = " ".join(str(decoder / file) for file in files)
            console.print(Text(f"  python -m certificates.sparse {words}"))
        if draw(found.outcome, output / "side-by-side.png"):
            console.print(Text(f"picture: {output / 'side-by-side.png'}"))
    sys.exit(found.trained.status())
