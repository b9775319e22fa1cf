"""probability: Gaussian noise in a ball, Theorem 4.7."""

from __future__ import annotations

from pathlib import Path

import click
from rich.text import Text

from ..ball_bound import BallBound
from ..describe_probability import lines as probability_lines
from ..describe_probability import number_of, square_of
from ..probability_claims import write as write_probabilities
from ..probability_picture import draw as draw_probability
from .terminal import console


@click.command("probability")
@click.argument("m", type=int)
@click.option("--distance", required=True, help="|Ax' - Ax - xi|, from the mean to the center.")
@click.option("--radius", required=True, help="delta, the radius of the ball.")
@click.option("--sigma", help="E ~ CN(xi, sigma^2 I); without it, the best sigma only.")
@click.option("--level", help="Find the largest sigma for which P is at least this.")
@click.option("--plot", type=click.Path(path_type=Path), help="A picture of P against sigma.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder for the files.")
def probability_command(
    m: int,
    distance: str,
    radius: str,
    sigma: str | None,
    level: str | None,
    plot: Path | None,
    output: Path | None,
) -> None:
    """Enclose the probability that Gaussian noise in C^M is in a ball, and find the best sigma.

    This is the right side of (4.10) in Theorem 4.7. Lengths are fractions, or sqrt(p/q).

    Example: kernelcert probability 100 --distance 1 --radius 99/100 --sigma "sqrt(1/5000)"
    """
    bound = BallBound(m, square_of(distance, "--distance"), square_of(radius, "--radius"))
    variance = None if sigma is None else square_of(sigma, "--sigma")
    least = None if level is None else number_of(level, "--level")
    found = [*probability_lines(bound, variance, least), ""]  # all of them, or none
    if plot is not None:
        draw_probability(bound, plot)
        found.append(f"picture, for the eye: {plot}")
    if output is None:
        found.append("enclosures in rational arithmetic; no certificate was asked for (-o FOLDER)")
    else:
        for name, said in write_probabilities(bound, variance, output, least):
            paths = " ".join(
                str(output / f"{name}.{kind}.json") for kind in ("claim", "certificate")
            )
            found += [f"verified: {said[-1]}", f"  python -m certificates.probability {paths}"]
    found.append("nothing is said about a reconstruction")
    for line in found:
        console.print(Text(line))
