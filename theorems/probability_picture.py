"""The probability of a ball against sigma: enclosures as bars, sigma_0, and the ceiling."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import log, log10
from pathlib import Path

from certificates.magnitudes import Magnitude

from .arrays import BadInput
from .ball_bound import BallBound
from .noise import Chance

POINTS = 81
DECADES = 1  # of sigma^2, to both sides


def logarithm(x: Magnitude, high: bool) -> float:
    """log10 of an end, for showing."""
    end = x.high if high else x.low
    return (log(end) + x.exponent * log(2.0)) / log(10.0) if end else float("-inf")


def plotted(chances: tuple[Chance, ...]) -> Callable[[Path], None] | None:
    """What draws the bound of a claim on random noise, where it is that of a ball in l2."""
    bounds = [chance.ball for chance in chances if chance.ball is not None]
    return (lambda path: draw(bounds[0], path)) if bounds else None


def draw(bound: BallBound, path: Path) -> None:
    """Write the picture.  Raises BadInput without matplotlib, or where there is nothing to show."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise BadInput("--plot needs matplotlib: pip install kernelcert[examples]") from None
    if not bound.d:
        raise BadInput("--plot: the ball is a point, and P is 0 for every sigma")
    if path.suffix not in (".png", ".pdf", ".svg"):
        raise BadInput(f"--plot {path}: the name must end in .png, .pdf or .svg")
    peak, limit = bound.peak(), bound.ceiling()
    middle = peak.low if peak else (abs(bound.d - bound.c) or bound.d) / bound.m
    variances, low, high = [], [], []
    for k in range(POINTS):
        power = DECADES * (2 * k / (POINTS - 1) - 1)
        variance = middle * Fraction(10**power)
        found, _ = bound.at(variance)
        variances.append(float(variance) ** 0.5)
        low.append(logarithm(found, False))
        high.append(logarithm(found, True))
    figure = Figure(figsize=(6.4, 4.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axis = figure.subplots()
    axis.fill_between(variances, low, high, color="0.6", label="enclosure of P")
    axis.plot(variances, high, color="black", linewidth=0.8)
    if peak is not None and limit is not None:
        root = float(peak.low) ** 0.5
        axis.axvline(root, color="tab:red", linewidth=0.8, label=f"sigma_0 ~ {root:.4g}")
        ceiling = logarithm(limit, True)
        axis.axhline(ceiling, color="tab:blue", linestyle="--", label="no sigma is above this")
    axis.set_xscale("log")
    axis.set_xlabel("sigma")
    axis.set_ylabel("log10 P")
    gap = log10(bound.c / bound.d) / 2 if bound.c else float("-inf")
    axis.set_title(f"P(|E - c| <= r) in C^{bound.m}, |xi - c| / r = {_short(gap)}", fontsize=10)
    axis.legend(fontsize=8)
    figure.savefig(path)


def _short(gap: float) -> str:
    """10^gap in four digits."""
    return f"{10**gap:.4g}" if gap > float("-inf") else "0"
