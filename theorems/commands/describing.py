"""operator, network, pairs and detail: what is given, and what can be made of it."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table
from rich.text import Text

from ..arrays import BadInput
from ..describe import given_operator, write_description
from ..describe_network import describe_network
from ..details import write_detail
from ..pairs import write_pairs
from .options import norm_options
from .terminal import console, kernel_command


@click.command("operator")
@click.argument("operator", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def operator_command(operator: Path, output: Path | None) -> None:
    """Say what OPERATOR is: a .npy or .npz matrix, or the operator of a problem file.

    Its meaning, rank and kernel, exactly; its l2 norm and its smallest singular value, each between
    two certified numbers; what only floats say is labelled so.

    Example: kernelcert operator A.npy -o out
    """
    value, folder = given_operator(operator)
    for line in write_description(value, folder, output):
        console.print(Text(line))
    if output is not None and output.is_dir():
        console.print(Text(f"written to {output}; verify it again with the kernel alone:"))
        console.print(Text("  " + kernel_command(output, "operator")))
        if (output / "sigma.problem.json").is_file():
            console.print(Text("  " + kernel_command(output, "sigma", "sigma.problem.json")))


@click.command("network")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--at", type=click.Path(path_type=Path), help="A .npy file: the value there.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File for the exact value.")
def network_command(file: Path, at: Path | None, output: Path | None) -> None:
    """Say what the network in an ONNX FILE is, and with --at its exact value there.

    Example: kernelcert network phi.onnx --at y.npy -o value.json
    """
    for line in describe_network(file, at, output):
        console.print(Text(line))


@click.command("pairs")
@click.argument("operator", type=click.Path(path_type=Path))
@click.argument("images", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the best pair.")
@click.option("--count", default=10, show_default=True, help="How many pairs to print.")
@norm_options("l2", "l2")
def pairs_command(
    operator: Path, images: Path, output: Path | None, count: int, object_norm: str, data_norm: str
) -> None:
    """Find pairs of IMAGES, a .npy file, that OPERATOR hardly tells apart, for Theorem 4.5.

    Prints the pairs with the smallest |A(x - x')| / |x - x'|, exactly compared, and writes the
    first as x.npy and x_prime.npy. OPERATOR is a .npy or .npz matrix, or a problem file.

    Example: kernelcert pairs A.npy images.npy -o pair
    """
    value, folder = given_operator(operator)
    found = write_pairs(value, images, output, count, object_norm, data_norm, folder)
    table = Table("images", "|x - x'|", "|A(x - x')|", "|x - x'| / |A(x - x')|")
    for pair in found.nearest:
        table.add_row(*pair.line)
    console.print(table)
    how = "none of them nearer: proved" if found.proved else "that none is nearer is not proved"
    console.print(Text(f"of {found.pairs:,} pairs; {how}; A x = A x' for {found.unseen:,}"))
    if output is not None:
        console.print(Text(f"written to {output}; copy both files, and in problem.toml write"))
        console.print(Text('  x = "x.npy"\n  x_prime = "x_prime.npy"'))


@click.command("detail")
@click.argument("operator", type=click.Path(path_type=Path))
@click.argument("wanted")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder for the files.",
)
@click.option(
    "--method",
    type=click.Choice(["projection", "near", "tikhonov"]),
    default="projection",
    show_default=True,
    help="near is for Fourier transforms, whose kernel has few rational vectors; tikhonov leaves "
    "out what this method recovers of the detail, and needs --alpha.",
)
@click.option("--alpha", metavar="NUMBER", help='An exact number, such as "1/1000".')
def detail_command(
    operator: Path, wanted: str, output: Path, method: str, alpha: str | None
) -> None:
    """Move the WANTED detail, a .npy file, into the kernel of OPERATOR, exactly, or near it.

    OPERATOR is a .npy or .npz matrix, or a problem file. Writes x_det, the certificate of
    A x_det = 0 or of a bound on |A x_det|, and the line for a problem file.

    Example: kernelcert detail A.npy drawing.npy -o detail
    """
    if (method == "tikhonov") != (alpha is not None):
        raise BadInput("--method tikhonov and --alpha belong together; give both or neither")
    value, folder = given_operator(operator)
    near = method == "near"
    says, line, size = write_detail(value, wanted, output, folder, alpha, near)
    console.print(Text(f"{says}, certified in {output}; {size}; in problem.toml write"))
    console.print(Text(f"  {line}"))
