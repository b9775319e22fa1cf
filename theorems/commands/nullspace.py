"""nullspace: the robust null space property, Appendix B.2."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from ..describe import given_operator
from ..null_space_claims import claims, lines, null_space, write
from ..sparse.transforms import NAMES
from .options import transform_option
from .terminal import console


def named_transform(text: str) -> str:
    """A known name, or the whole path of a file."""
    return text if text in NAMES else str(Path(text).resolve())


@click.command("nullspace")
@click.argument("operator", type=click.Path(path_type=Path))
@click.option("--order", type=int, required=True, help="s, how many nonzero coefficients.")
@transform_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def nullspace_command(operator: Path, order: int, transform: str, output: Path | None) -> None:
    """Find out whether l1 minimisation recovers every s-sparse vector from OPERATOR.

    Constants rho and gamma of the robust null space property of order s, of Appendix B.2, with the
    C1 and C2 of (B.2); or a vector that shows that there are none. OPERATOR is a .npy or .npz
    matrix, or a problem file.

    Example: kernelcert nullspace A.npy --order 2 -o out
    """
    value, folder = given_operator(operator)
    found = null_space(value, order, named_transform(transform), folder)
    for line in lines(found):
        console.print(Text(line))
    if output is None:
        console.print(Text("found in floats, measured exactly; for certificates add -o FOLDER"))
        return
    for name, said in write(found.problem, claims(found), output):
        paths = [f"{output / name}.claim.json", str(output / "problem.json")]
        paths.append(f"{output / name}.certificate.json")
        console.print(Text(f"verified: {said[-1]}"))
        console.print(Text(f"  python -m certificates.sparse {' '.join(paths)}"))
