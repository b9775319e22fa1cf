"""The curve r(L), or a bracket at some L, and the point of a user's map."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from certificates.exact import Roots

from ..arrays import BadInput
from .curve import Tradeoff
from .files import Point

Brackets = list[tuple[Fraction, tuple[Fraction, Fraction]]]


def refuse_name(path: Path) -> None:
    """Raises BadInput for a picture that cannot be written."""
    if path.suffix not in (".png", ".pdf", ".svg"):
        raise BadInput(f"--plot {path}: the name must end in .png, .pdf or .svg")
    try:
        import matplotlib as mpl
    except ImportError:
        raise BadInput("--plot needs matplotlib: pip install kernelcert[examples]") from None
    del mpl


def number(value: Roots) -> float:
    """For showing."""
    low, high = value.enclosure(64)
    return (low + high) / 2.0**65


def quotient(top: Fraction, bottom: Roots) -> float:
    """For showing."""
    return float(top) / number(bottom)


def draw(given: Tradeoff, brackets: Brackets, mine: Point | None, path: Path) -> None:
    """Write the picture: below the curve there is no map, on it there is one."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axis = figure.subplots()
    bends = [quotient(top, bottom) for top, bottom in given.breaks()] if given.flat else []
    seen = [*bends, *(float(bound) for bound, _ in brackets)]
    if mine is not None:
        seen.append(float(mine.constant))
    right = 1.15 * max(seen, default=1.0) or 1.0
    if given.flat:
        at = sorted({0.0, right, *(bend for bend in bends if bend < right)})
        heights = [
            max([0.0, *((float(c.apart) - x * number(c.measured)) / 2 for c in given.corners)])
            for x in at
        ]
        axis.fill_between(at, heights, color="0.85", label="no map is here")
        axis.plot(at, heights, color="black", label="r(L)")
        axis.plot(bends, [heights[at.index(bend)] for bend in bends], "k.")
    for k, (bound, (low, high)) in enumerate(brackets):
        label = "r(L) at the L that is asked for" if not k else None
        axis.plot([float(bound)] * 2, [float(low), float(high)], "s-", color="tab:blue",
                  markersize=4, label=label)  # fmt: skip
    if mine is not None:
        axis.plot([float(mine.constant)], [number(mine.error)], "*", color="tab:red",
                  markersize=12, label="the map that is given")  # fmt: skip
    axis.set_xlim(0, right)
    axis.set_ylim(bottom=0)
    axis.set_xlabel("Lipschitz constant L of the map")
    axis.set_ylabel("worst error on M1")
    spaces = given.found.problem.spaces
    axis.set_title(
        f"{len(given.found.members)} images, {spaces['X'].norm}; measurements, {spaces['Y'].norm}",
        fontsize=10,
    )
    axis.legend(fontsize=8)
    figure.savefig(path)
