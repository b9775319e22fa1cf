"""tradeoff: accuracy against stability on a finite model class, Theorem 4.10."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from certificates.exact import Roots
from certificates.optimality.optimum import about

from ..arrays import BadInput, array, number
from ..decimals import both, decimal, outward
from ..describe import given_operator
from ..keys import read_table
from ..maps import Affine, NetworkFile, read_map
from ..tradeoff.curve import Tradeoff, tradeoff
from ..tradeoff.files import (
    Point,
    Verified,
    curve_claim,
    optimum_claim,
    point,
    write,
)  # fmt: skip
from ..tradeoff.picture import Brackets, draw, refuse_name
from ..tradeoff.picture import number as shown
from .options import norm_options
from .terminal import console

ROWS = 20  # corners that are printed


@click.command("tradeoff")
@click.argument("operator", type=click.Path(path_type=Path))
@click.argument("images", type=click.Path(path_type=Path))
@click.option("--lipschitz", multiple=True, metavar="L", help="A constant; repeat for more.")
@norm_options("linf", "l2")
@click.option(
    "--map",
    "psi",
    type=click.Path(path_type=Path),
    help="A map to compare: a .npy matrix (N, m), an .onnx network, or a .toml with [psi].",
)
@click.option("--plot", type=click.Path(path_type=Path), help="A picture of the curve.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def tradeoff_command(
    operator: Path,
    images: Path,
    lipschitz: tuple[str, ...],
    object_norm: str,
    data_norm: str,
    psi: Path | None,
    plot: Path | None,
    output: Path | None,
) -> None:
    """Find the least worst error on IMAGES of any map with a Lipschitz constant.

    OPERATOR is a .npy or .npz matrix, or a problem file; IMAGES a .npy file, a row for each. For
    real images in linf the error is found for all constants at once, and exactly; in l1 and l2
    there are bounds from both sides for the constants that --lipschitz names.

    Example: kernelcert tradeoff A.npy images.npy --plot curve.png -o out
    """
    bounds = [number(text, "--lipschitz") for text in lipschitz]
    if any(bound < 0 for bound in bounds):
        raise BadInput("--lipschitz: a constant is not negative")
    if plot is not None:
        refuse_name(plot)
    value, folder = given_operator(operator)
    if isinstance(value, str):  # a file beside the operator's own
        value = _at(folder / value)
        folder = Path() if psi is None else psi.parent  # of the arrays that a map names
    given = tradeoff(value, _at(images), object_norm, data_norm, _map(psi), folder)
    if not given.flat and not bounds:
        raise BadInput(
            f"--lipschitz: the whole curve is for real images in linf; in {object_norm} name "
            "constants, such as --lipschitz 1"
        )
    claims: list[Verified] = [curve_claim(given)] if given.flat else []
    brackets: Brackets = []
    for k, bound in enumerate(bounds):
        claim, ends = optimum_claim(given, bound)
        name = "optimum" if len(bounds) == 1 else f"optimum-{k + 1}"
        claims.append(Verified(name, claim.claim, claim.certificate, claim.said))
        brackets.append((bound, ends))
    mine, about_map = (None, []) if psi is None else point(given)
    claims += about_map
    if output is not None:
        write(given, claims, output)
    if plot is not None:
        draw(given, brackets, mine, plot)
    for line in about(given.found):
        console.print(Text(line))
    if given.flat:
        console.print(_corners(given))
    for line in _words(given, brackets, mine):
        console.print(Text(line))
    if plot is not None:
        console.print(Text(f"picture, for the eye: {plot}"))
    console.print(Text("verified by the kernel: " + ", ".join(claim.name for claim in claims)))
    if output is not None:
        for claim in claims:
            files = [output / f"{claim.name}.claim.json", output / "problem.json",
                     output / f"{claim.name}.certificate.json"]  # fmt: skip
            text = " ".join(shlex.quote(str(file)) for file in files)
            console.print(Text(f"  python -m certificates.optimality {text}"))


def _at(path: Path) -> Any:
    """A file by its own place, whatever the folder of the others is."""
    if not path.is_file():
        raise BadInput(f"there is no file {path}")
    if path.suffix == ".npz":
        return str(path)
    return array(path.name, path.stem, path.parent)


def _map(path: Path | None) -> Any:
    """The map that a file describes."""
    if path is None:
        return None
    if not path.is_file():
        raise BadInput(f"--map: there is no file {path}")
    if path.suffix == ".npy":
        return Affine(_at(path))
    if path.suffix == ".onnx":
        return NetworkFile(path.read_bytes())
    table = read_table(path)
    if "psi" not in table:
        raise BadInput(f"--map {path.name}: a table [psi] is expected (docs/problem-files.md)")
    return read_map(table["psi"], "psi")


def _corners(given: Tradeoff) -> Table:
    """The pieces of the curve, from L = 0 on."""
    table = Table("from L =", "r(L) =", "images (from 0)", "|x - x'|", "|A(x - x')|")
    breaks = given.breaks()
    pieces = list(reversed(given.corners))
    starts = ["0"] + [decimal_quotient(*pair) for pair in reversed(breaks)]
    for start, corner in list(zip(starts, pieces, strict=False))[:ROWS]:
        far, near = Roots.rational(corner.apart), corner.measured
        says = f"({decimal(far)} - {decimal(near)} L) / 2"
        table.add_row(start, says, f"{corner.members[0]}, {corner.members[1]}", both(far),
                      both(near))  # fmt: skip
    if len(pieces) > ROWS:
        table.add_row("...", f"{len(pieces) - ROWS} more pieces", "", "", "")
    elif len(starts) > len(pieces):
        table.add_row(starts[-1], "0", "", "", "")
    return table


def decimal_quotient(top: Fraction, bottom: Roots) -> str:
    """(a - a_0) / (d - d_0), in decimals."""
    exact = bottom.collapse().as_rational()
    if exact is not None:
        return decimal(Roots.rational(top / exact))
    return f"~{float(top) / shown(bottom):.6g}"


def _words(given: Tradeoff, brackets: Brackets, mine: Point | None) -> Iterator[str]:
    kind = given.found.problem.spaces["X"].norm
    if given.flat:
        yield "r(L) is reached, over A M1 and over the whole space, by McShane's extension"
        if given.corners and not given.corners[0].measured.terms:
            yield f"for large L it is c_opt = {both(given.corners[0].at(Fraction(0)))}"
    for bound, (low, high) in brackets:
        text = (
            both(Roots.rational(low))
            if low == high
            else f"between {outward(Roots.rational(low), False)} and "
            f"{outward(Roots.rational(high), True)}"
        )
        yield f"L = {both(Roots.rational(bound))}: the least worst error in {kind} is {text}"
    if mine is not None:
        where = f"{both(mine.error)} at image {mine.member}"
        yield f"the map that is given: constant {both(Roots.rational(mine.constant))} on A M1, "\
              f"worst error {where}"  # fmt: skip
        if given.flat:
            best = given.least(mine.constant)
            gap = mine.error - best
            yield (
                f"with this constant {decimal(best)} can be had: the map is "
                + ("the best possible" if gap.sign() <= 0 else f"worse by {decimal(gap)}")
            )
