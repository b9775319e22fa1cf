"""stability: how far the answers of the l1 decoder can be from one image."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.text import Text

from certificates.format import write_number

from ..arrays import BadInput, number
from ..describe import given_operator
from ..null_space_claims import write
from ..operators import realise
from ..result import STATUS
from ..sparse.instance import instance
from ..sparse.stability import stability, told
from ..sparse.transforms import given_transform
from .options import transform_option
from .terminal import console


@click.command("stability")
@click.argument("operator", type=click.Path(path_type=Path))
@click.argument("x", type=click.Path(path_type=Path))
@click.option("--eta", default="0", show_default=True, help="Noise: all e with |e|_l2 <= eta.")
@transform_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def stability_command(
    operator: Path, x: Path, eta: str, transform: str, output: Path | None
) -> None:
    """Bound |x^ - X| for all minimisers x^ of |H z|_l1 over |A z - (A X + e)| <= eta, |e| <= eta.

    For eta = 0 and an image that is sparse enough it says that the image X is the only minimiser.
    OPERATOR is a .npy or .npz matrix or a problem file, X a .npy or .json array, real or complex.

    Example: kernelcert stability A.npy x.npy --transform haar --eta 1/100 -o out
    """
    value, folder = given_operator(operator)
    level = number(eta, "--eta")
    if level < 0:
        raise BadInput("--eta: it bounds a norm, give at least 0")
    m, _ = realise(value, "operator", "A", folder).shape
    images = {"x": ("X", str(x.resolve()))}
    problem = instance(value, [0] * m, given_transform(transform), images, folder)
    found = stability(problem, "x", level)
    words, claims = told(found, problem, "x", level)
    lines = [f"A is {problem.data.a}", f"H is {problem.data.h}", *words]
    if claims and output is None:
        lines.append(f"for the certificate at eta = {write_number(level)} add -o FOLDER")
    elif claims and output is not None:
        for name, said in write(problem, iter(claims), output):
            files = (f"{name}.claim.json", "problem.json", f"{name}.certificate.json")
            lines.append(f"verified: {said[-1]}")
            lines.append(
                f"  python -m certificates.sparse {' '.join(str(output / f) for f in files)}"
            )
    for line in lines:
        console.print(Text(line))
    if found is None:
        sys.exit(STATUS["undecided"])
