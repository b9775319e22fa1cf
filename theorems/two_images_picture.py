"""Plots of Theorem 4.5: the bound against eta, the errors between two measurements, the radii.

Everything is drawn from certified figures, rounded for the eye; exact values on the way from A x to
A x' are dots, and what the Lipschitz constant says of all points between is the band.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from certificates.format import write_number

from .arrays import BadInput
from .outcome import Figure, Numbers, statement
from .true_radius import FAR
from .two_images import FIT, NEAR, SECOND, Given

ENDINGS = (".png", ".pdf", ".svg")
DOTS = 16  # parts of the segment
NEARBY = 1.15  # of the largest curve that is shown
ANY = float(FAR)  # a radius of this size stands for all
DARK, RED, BLUE, GREEN, GREY = "#1b1b1b", "#b2182b", "#2166ac", "#1b7837", "#9a9a9a"
RADII = {
    "r": ("$r$: the paper's proof", GREY),
    "rho": (r"$\rho$: slope at least $M$", GREY),
    "R": ("$R$: by $L$ and the gap", DARK),
    "R_in": (r"$R_{in}$: by the values of $\Psi$", GREEN),
    "R_out": (r"$R_{out}$: at one point no $e$ serves", RED),
    "R_fail": (r"$R_{fail}$: at one point $L_\eta(\Psi, y)$ is below (4.5)", RED),
}


@dataclass(frozen=True)
class Instability:
    """The plot of 4.5 (i): three panels.  `figures` are those of the report."""

    given: Given
    figures: tuple[Figure, ...]

    def __call__(self, path: Path) -> None:
        """Write it.  Raises BadInput without matplotlib, or for another ending."""
        figure = _figure(path, 13.2)
        axes = figure.subplots(1, 3)
        values = {f.name: _float(f.value) for f in self.figures if f.value is not None}
        _against_eta(axes[0], self.given, values)
        _segment(axes[1], self.given)
        _bars(axes[2], values)
        figure.savefig(path)


@dataclass(frozen=True)
class Hallucination:
    """The plot of 4.5 (ii): the errors on the segment, and the simplex of radii."""

    given: Given
    rest: float
    gains: Mapping[str, float]
    radii: Mapping[str, float]

    def __call__(self, path: Path) -> None:
        """Write it.  Raises BadInput without matplotlib, or for another ending."""
        figure = _figure(path, 9.0)
        axes = figure.subplots(1, 2)
        _segment(axes[0], self.given)
        _simplex(axes[1], self.rest, self.gains, self.radii)
        figure.savefig(path)


def _figure(path: Path, width: float) -> Any:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure as Canvas
    except ImportError:
        raise BadInput("--plot needs matplotlib: pip install kernelcert[examples]") from None
    if path.suffix not in ENDINGS:
        raise BadInput(f"--plot {path}: the name must end in .png, .pdf or .svg")
    figure = Canvas(figsize=(width, 4.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _float(value: Any) -> float:
    low, high = value.enclosure(64)
    return float(Fraction(low + high, 1 << 65))


def _tidy(axis: Any, title: str) -> None:
    axis.set_title(title, fontsize=10)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(labelsize=8)


# --------------------------------------------------------------------------- the panels


def _against_eta(axis: Any, given: Given, values: Mapping[str, float]) -> None:
    """(|x - x''| - 2 eta) / eta where it is positive, and what is known of the constant."""
    apart = values["|x - x''|"]
    least = max(_float(given.low(text)) for text in (FIT, SECOND, NEAR))
    eta = values["eta"]
    reach = max(apart / 2, 1.3 * eta)
    start = max(least, reach / 200)
    grid = np.geomspace(start, reach, 200)
    bound = apart / grid - 2
    axis.plot(grid, bound, color=DARK, label=r"$(\|x - x''\| - 2\eta)/\eta$, the bound (4.5)")
    axis.axvspan(0, least, color="0.93", linewidth=0)
    axis.plot([eta], [apart / eta - 2], "o", color=RED, label=rf"here, $\eta$ = {eta:.4g}")
    shown = [float(bound.max())]
    for name, text, colour, style in (
        ("C", r"upper bound of $L_\epsilon(\Psi, y)$, all $y$, $\epsilon$", BLUE, "-"),
        ("c", r"lower bound of $L_\epsilon(\Psi, Ax)$, by one $e$", GREEN, "--"),
    ):
        if name in values:
            first = 0.0 if name == "C" else eta  # the witness may be as long as eta
            ends = [values[name]] * 2
            axis.plot([first, reach], ends, color=colour, linestyle=style, label=text)
            shown.append(values[name])
    axis.set_xlim(0.9 * start, reach)
    axis.set_ylim(min(0.0, apart / reach - 2), NEARBY * max(shown))
    axis.set_xlabel(r"$\eta$  (grey: (4.3) or (4.4) is false)")
    axis.set_ylabel(r"local $\epsilon$-Lipschitz constant")
    axis.legend(fontsize=7.5, frameon=False, loc="center right")
    _tidy(axis, r"Instability at $y = Ax$")


def _segment(axis: Any, given: Given) -> None:
    """|Psi(y_t) - x| and |Psi(y_t) - x''| on y_t = A x + t (A x' - A x)."""
    numbers = Numbers(statement(given.identifier), given.numbers.context.data)
    slope = float(given.chosen.lipschitz) * _float(given.low(NEAR))
    t = np.linspace(0, 1, 201)
    for image, name, colour in (("x", "x", BLUE), ("x_second", "x''", RED)):
        ends = [numbers.ends(f"|Psi({at}) - {image}|") for at in ("A x", "A x_prime")]
        if ends[0] is not None and ends[1] is not None:
            left, right = (_float(end[1]) for end in ends if end is not None)
            high = np.minimum(left + slope * t, right + slope * (1 - t))
            low = np.maximum(np.maximum(left - slope * t, right - slope * (1 - t)), 0)
            axis.fill_between(t, low, high, color=colour, alpha=0.15, linewidth=0)
        found = []
        for k in range(DOTS + 1):
            place = write_number(Fraction(k, DOTS))
            value = numbers(f"|Psi(A x + {place} (A x_prime - A x)) - {image}|")
            if value is not None:
                found.append((k / DOTS, _float(value)))
        if found:
            label = rf"$\|\Psi(y_t) - {name}\|$"
            axis.plot(*zip(*found, strict=True), ".-", color=colour, markersize=4, label=label)
    eta = float(given.eta)
    axis.axhline(eta, color=DARK, linestyle=":", linewidth=1, label=rf"$\eta$ = {eta:.4g}")
    axis.set_xlim(0, 1)
    axis.set_ylim(bottom=0)
    axis.set_xlabel(r"$t$,  $y_t = Ax + t\,(Ax' - Ax)$")
    axis.set_ylabel("error")
    axis.legend(fontsize=8, frameon=False)
    _tidy(axis, "From one measurement to the other (band: by $L$)")


def _bars(axis: Any, values: Mapping[str, float]) -> None:
    """The radii on a logarithmic scale."""
    shown = [name for name in RADII if 0 < values.get(name, 0) < ANY]
    if not shown:
        axis.set_axis_off()
        return
    sizes = [values[name] for name in shown]
    left = min(sizes) / 4
    for place, (name, size) in enumerate(zip(shown, sizes, strict=True)):
        text, colour = RADII[name]
        filled = colour if colour != RED else "none"
        axis.barh(place, size - left, left=left, color=filled, edgecolor=colour, height=0.45)
        axis.text(left * 1.06, place + 0.34, f"{text}", fontsize=8, color=DARK)
        axis.text(size * 1.06, place, f"{size:.3g}", fontsize=8, va="center", color=colour)
    if values.get("R_in", 0) >= ANY:
        words = r"$\Psi$ is affine: every radius serves"
        axis.text(0.04, 0.03, words, fontsize=9, color=GREEN, transform=axis.transAxes)
    axis.set_xscale("log")
    axis.set_xlim(left, max(sizes) * (max(sizes) / left) ** 0.25)
    axis.set_ylim(len(shown) - 0.4, -0.5)
    axis.invert_yaxis()
    axis.set_yticks([])
    axis.set_xlabel("radius, in the norm of measurements")
    _tidy(axis, r"Radii of balls around $Ax$")
    axis.spines["left"].set_visible(False)


def _simplex(
    axis: Any, rest: float, gains: Mapping[str, float], radii: Mapping[str, float]
) -> None:
    """r_x against r_e: the simplex at r_z = 0, and at the r_z that was taken."""
    for r_z, colour, label in (
        (0.0, BLUE, "$r_z = 0$"),
        (radii["r_z"], GREEN, rf"$r_z$ = {radii['r_z']:.3g}"),
    ):
        left = max(rest - r_z * gains["r_z"], 0.0)
        corners = [(0, 0), (left / gains["r_x"], 0), (0, left / gains["r_e"])]
        axis.fill(*zip(*corners, strict=True), color=colour, alpha=0.18, linewidth=0)
        axis.plot(*zip(*corners[1:], strict=True), color=colour, label=label)
    axis.plot([radii["r_x"]], [radii["r_e"]], "o", color=RED, label="certified: a third of each")
    axis.set_xlim(left=0)
    axis.set_ylim(bottom=0)
    axis.locator_params(nbins=5)
    axis.ticklabel_format(style="sci", scilimits=(-2, 3))
    axis.set_xlabel("$r_x$, radius of $B_x$")
    axis.set_ylabel("$r_e$, radius of $B_e$")
    axis.legend(fontsize=8, frameon=False)
    _tidy(axis, r"$(L\|A\| + 1)\,r_x + L\,r_e + r_z \leq \eta - \|\Psi(Ax') - x''\|$")


__all__ = ["Hallucination", "Instability"]
