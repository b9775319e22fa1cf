"""The pictures of a report: truth, with detail, reconstructions, the transferred detail."""

from __future__ import annotations

from math import isqrt
from pathlib import Path

import numpy as np
import numpy.typing as npt

from certificates.matrices import Vector

from .outcome import Outcome

SMALLEST = 64  # images of fewer pixels are no pictures


def draw(outcome: Outcome, path: Path) -> bool:
    """Write one row of grey images on a shared scale.

    False if they are not square, and without matplotlib, which comes with the extra "examples".
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        return False
    mpl.use("Agg", force=False)
    greys = [(picture, grey(picture.image)) for picture in outcome.pictures]
    panels = [(picture, image) for picture, image in greys if image is not None]
    if not panels:
        return False
    images = [image for picture, image in panels if not picture.difference]
    low = min(float(image.min()) for image in images)
    high = max(float(image.max()) for image in images)
    figure = Figure(figsize=(2.6 * len(panels), 3.4), dpi=120, layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, (picture, image) in zip(axes, panels, strict=True):
        if picture.difference:
            reach = float(np.abs(image).max()) or 1.0
            axis.imshow(image, cmap="gray", vmin=-reach, vmax=reach)
        else:
            axis.imshow(image, cmap="gray", vmin=low, vmax=high)
        axis.set_title(picture.title, fontsize=9)
        axis.set_xlabel(picture.caption, fontsize=8)
        axis.set_xticks([])
        axis.set_yticks([])
    figure.savefig(path)
    return True


def grey(v: Vector) -> npt.NDArray[np.float64] | None:
    """(N,) -> (n, n) floats for showing, moduli of complex entries; None if N is no square."""
    side = isqrt(v.dimension)
    if side * side != v.dimension or v.dimension < SMALLEST:
        return None
    values = np.array([a / v.denominator for a in v.real])
    if v.imag:
        values = np.hypot(values, np.array([b / v.denominator for b in v.imag]))
    return values.reshape(side, side)
