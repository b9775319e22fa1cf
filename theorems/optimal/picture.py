"""Pictures: the radii of all fibres, a map's errors against them, and the worst fibre's images."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from pathlib import Path
from typing import Any

from ..arrays import BadInput
from ..pictures import grey
from .radii import nearly, reach
from .search import value_at
from .study import Study

SHOWN = 6  # images of the worst fibre
MOST = 4000  # fibres that are solved for a picture; for others the bound is shown


def draw(done: Study, path: Path) -> None:
    """Write the picture.  Raises BadInput without matplotlib, or for another kind of file."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise BadInput("--plot needs matplotlib: pip install kernelcert[examples]") from None
    if path.suffix not in (".png", ".pdf", ".svg"):
        raise BadInput(f"--plot {path}: the name must end in .png, .pdf or .svg")
    images = worst_images(done)
    figure = Figure(figsize=(7.2, 6.2 if images else 4.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    if not images:
        curve(figure.subplots(), done)
    else:
        parts: Any = figure.subfigures(2, 1, height_ratios=[2, 1])
        curve(parts[0].subplots(), done)
        row(parts[1], images)
    figure.savefig(path)


def root(square: Fraction) -> float:
    """For showing."""
    return sqrt(square)


def curve(axis: Any, done: Study) -> None:
    """Radii of fibres, largest first; what a map misses there; c_opt."""
    found, best = done.found, done.best
    entries = []
    fibres = [places for places in found.fibres.values() if len(places) > 1]
    for places in fibres:
        exact = best.solved.get(places[0])
        if exact is not None:
            radius = exact.high
        elif len(fibres) > MOST:
            radius = reach(found, places, value_at(found, best, places))
        else:
            radius = reach(found, places, nearly(found, places))
        entries.append((root(radius), places[0]))
    entries += [(0.0, places[0]) for places in found.fibres.values() if len(places) == 1]
    entries.sort(reverse=True)
    ranks = range(1, len(entries) + 1)
    if done.error is not None:
        errors = [root(done.errors[k]) for _, k in entries]
        name = ", ".join(done.maps)
        axis.plot(ranks, errors, ".", color="tab:red", markersize=3, label=f"error of {name}")
    axis.plot(ranks, [radius for radius, _ in entries], color="black", label="radius of the fibre")
    axis.axhline(root(best.high), color="tab:blue", linestyle="--", linewidth=0.9, label="c_opt")
    inner = root(done.inner.high)
    axis.axhline(inner, color="tab:green", linestyle=":", linewidth=0.9, label="values in M1")
    axis.set_xlabel("measurements, by radius")
    axis.set_ylabel(f"distance, {found.norm}")
    axis.set_ylim(bottom=0)
    if len(entries) > 20:
        axis.set_xscale("log")
    size = f"{len(set(found.members))} images, {len(found.fibres)} measurements"
    axis.set_title(f"{size}: c_opt ~ {root(best.high):.5g}", fontsize=10)
    axis.legend(fontsize=8)


def worst_images(done: Study) -> list[tuple[str, Any]]:
    """Titles and images of the worst fibre, its optimal value first; none if they are no images."""
    found, places = done.found, done.best.worst
    centre = value_at(found, done.best, list(places))
    listed = [("optimal value", grey(centre))]
    listed += [(f"image {k}", grey(found.members[k])) for k in places[:SHOWN]]
    return [(title, image) for title, image in listed if image is not None]


def row(figure: Any, images: list[tuple[str, Any]]) -> None:
    """Grey images on one scale."""
    low = min(float(image.min()) for _, image in images)
    high = max(float(image.max()) for _, image in images)
    axes = figure.subplots(1, len(images), squeeze=False)[0]
    for axis, (title, image) in zip(axes, images, strict=True):
        axis.imshow(image, cmap="gray", vmin=low, vmax=high)
        axis.set_title(title, fontsize=8)
        axis.set_xticks([])
        axis.set_yticks([])
    figure.suptitle("one measurement, the worst", fontsize=9)
