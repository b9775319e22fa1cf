"""sparsity: how near an image is to the s-sparse ones, the model class M_1 of Appendix B."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from ..arrays import BadInput, array, number
from ..sparse.instance import instance
from ..sparse.recover import PROBLEM, best_terms, model_class
from ..sparse.transforms import given_transform
from .options import transform_option
from .terminal import console


@click.command("sparsity")
@click.argument("x", type=click.Path(path_type=Path))
@click.option("-s", "--terms", type=int, required=True, help="How many coefficients may be kept.")
@click.option(
    "--delta", help="Decide whether x is in M_1 for this delta; else a near one is found."
)
@transform_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def sparsity_command(
    x: Path, terms: int, delta: str | None, transform: str, output: Path | None
) -> None:
    """Compute sigma_s(H x)_l1, the error of the best s terms of the image X, and decide x in M_1.

    M_1 is the set of all x with sigma_s(H x)_l1 / sqrt(s) <= delta.

    Example: kernelcert sparsity x.npy -s 10 --transform haar -o out
    """
    entries = array(str(x.resolve()), "x")
    count = 1
    for side in entries.shape:
        count *= side
    if not 1 <= terms <= count:
        raise BadInput(f"--terms: from 1 to {count}, the number of entries, not {terms}")
    identity: Any = {"kind": "identity", "shape": [count]}
    zero = ["0"] * count
    problem = instance(identity, zero, given_transform(transform), {"x": ("X", entries)})
    bound = best_terms(problem, "x", terms) if delta is None else number(delta, "--delta")
    if bound < 0:
        raise BadInput("--delta: it bounds a norm, give at least 0")
    answer = model_class(problem, "x", terms, bound)
    found = [f"H is {problem.data.h}", *answer.lines]
    if output is None:
        found += [f"verified: {said[-1]}" for *_, said in answer.proofs()]
    else:
        found += [f"verified: {said}" for said in answer.write(output)]
        paths = (f"{output}/class.claim.json", f"{output}/{PROBLEM}")
        command = "  python -m certificates.sparse"
        found.append(" ".join((command, *paths, f"{output}/class.certificate.json")))
    for line in found:
        console.print(Text(line))
