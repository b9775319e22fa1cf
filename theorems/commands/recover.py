"""recover: the l1 decoder of Appendix B, exactly or between certified bounds."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
from rich.text import Text

from ..arrays import BadInput, number
from ..describe import given_operator
from ..sparse.instance import instance
from ..sparse.recover import PROBLEM, recover
from ..sparse.transforms import given_transform
from .options import transform_option
from .terminal import console


@click.command("recover")
@click.argument("operator", type=click.Path(path_type=Path))
@click.argument("y", type=click.Path(path_type=Path))
@transform_option
@click.option("--weights", type=click.Path(path_type=Path), help="Positive weights of |(H z)_j|.")
@click.option("--eta", help="Allow |A z - y|_l2 <= eta; without it A z = y.")
@click.option("--lasso", help="Minimise LASSO |H z|_l1 + |A z - y|_l2^2 / 2 instead.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def recover_command(
    operator: Path,
    y: Path,
    transform: str,
    weights: Path | None,
    eta: str | None,
    lasso: str | None,
    output: Path | None,
) -> None:
    """Recover z from Y = A z: minimise |H z|_l1 subject to A z = Y (Appendix B.1).

    Real data with A z = Y are solved exactly: the value, a minimiser, whether it is the only one,
    and which is shortest. Otherwise the value is put between two certified numbers. OPERATOR is a
    .npy or .npz matrix or a problem file, Y a .npy or .json array.

    Example: kernelcert recover A.npy y.npy --transform haar -o out
    """
    if eta is not None and lasso is not None:
        raise BadInput("--eta and --lasso: two programs; give one of them")
    value, folder = given_operator(operator)
    vectors = {} if weights is None else {"weights": ("X", str(weights.resolve()))}
    problem = instance(value, str(y.resolve()), given_transform(transform), vectors, folder)
    level = number("0" if eta is None else eta, "--eta")
    answer = recover(problem, level, None if lasso is None else number(lasso, "--lasso"))
    found = [f"A is {problem.data.a}", f"H is {problem.data.h}"]
    found += [f"evidence, not verified: {text}" for text in problem.evidence]
    found += answer.lines
    if output is None:
        found += [f"verified: {said[-1]}" for *_, said in answer.proofs()]
        found.append("nothing was written (-o FOLDER)")
    else:
        for (name, *_), said in zip(answer.claims, answer.write(output), strict=True):
            files = (output / f"{name}.claim.json", output / PROBLEM)
            words = [*map(str, files), str(output / f"{name}.certificate.json")]
            found += [f"verified: {said}", f"  python -m certificates.sparse {shlex.join(words)}"]
        if answer.z is not None:
            what = "the minimiser" if answer.exact else "a feasible point near a minimiser"
            found.append(f"{output / 'z.json'}: {what}, exactly; z.npy is rounded, for the eye")
    for line in found:
        console.print(Text(line))
