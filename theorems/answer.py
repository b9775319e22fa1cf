"""What the questions of `questions` are answered with, and how it shows itself.

An answer prints itself as text; a notebook shows what the kernel has verified as a table, and the
other lines behind a fold.  `picture` is for the eye, and drawn anew each time.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np

from certificates.matrices import Vector

from .arrays import BadInput
from .folder import appearing, refuse_foreign

Draw = Callable[[Path], object]


@dataclass(frozen=True)
class Picture:
    """A picture that a notebook shows.  `svg` is its text."""

    svg: str

    @staticmethod
    def drawn(draw: Draw) -> Picture:
        """What `draw` writes into a file.  Raises what it raises."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.svg"
            draw(path)
            return Picture(path.read_text(encoding="utf-8"))

    def _repr_svg_(self) -> str:
        return self.svg


@dataclass(frozen=True)
class Answer:
    """What was found, and which of it the kernel has verified.

    `lines` are sentences, those that the command of the same question prints; `verified` are
    claims by name, each with the sentence of the kernel; `files` are all files by name, as `write`
    writes them; `vector` is the vector that was asked for, exactly, if one was; `found` holds the
    figures themselves.
    """

    lines: tuple[str, ...]
    verified: Mapping[str, str]
    files: Mapping[str, bytes]
    found: Any
    vector: Entries | None = None
    draw: Draw | None = None

    def line(self, words: str) -> str:
        """The first line with these words, without the blanks before it.  Raises BadInput."""
        for line in self.lines:
            if words in line:
                return line.strip()
        raise BadInput(f"line: none of the {len(self.lines)} lines has {words!r}")

    def write(self, folder: str | Path) -> None:
        """All files, together or not at all.  Raises BadInput for a folder with other files."""
        refuse_foreign(Path(folder))
        with appearing(Path(folder)) as work:
            for name, data in self.files.items():
                (work / name).write_bytes(data)

    @property
    def picture(self) -> Picture:
        """The picture.  Raises BadInput where there is none, and without matplotlib."""
        if self.draw is None:
            raise BadInput("picture: this question has none")
        return Picture.drawn(self.draw)

    def __str__(self) -> str:
        """The lines, and then what was verified."""
        told = [f"verified, {name}: {said}" for name, said in self.verified.items()]
        return "\n".join([*self.lines, *told])

    def _repr_html_(self) -> str:
        """For a notebook."""
        rows = [(name, "verified", said) for name, said in self.verified.items()]
        return table(("claim", "kernel", "says"), rows) + fold(
            "All that was found", "\n".join(self.lines)
        )


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table in HTML; nothing without rows."""
    if not rows:
        return ""
    style = "padding:.1rem 1rem .1rem 0;text-align:left;vertical-align:top"
    first = "".join(f'<th scope="col" style="{style}">{escape(name)}</th>' for name in head)
    others = "".join(
        "<tr>" + "".join(f'<td style="{style}">{escape(text)}</td>' for text in row) + "</tr>"
        for row in rows
    )
    inside = f"<thead><tr>{first}</tr></thead><tbody>{others}</tbody>"
    return f'<table style="margin:0 0 .8rem">{inside}</table>'


def fold(title: str, text: str) -> str:
    """A text behind a fold, in HTML; nothing without a text."""
    if not text:
        return ""
    return f"<details><summary>{escape(title)}</summary><pre>{escape(text)}</pre></details>"


def show_images(**images: Any) -> Picture:
    """Square images (n, n) or (n n,) of real numbers, side by side on one scale of grey.

    Raises BadInput for another shape, and without matplotlib.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise BadInput("show_images needs matplotlib: pip install kernelcert[examples]") from None
    squares = {}
    for name, image in images.items():
        values = np.asarray(image, dtype=float)
        side = isqrt(values.size)
        if not values.size or side * side != values.size:
            raise BadInput(f"{name}: {values.size} entries are no square image")
        squares[name.replace("_", " ")] = values.reshape(side, side)
    if not squares:
        raise BadInput("show_images: name at least one image, as in show_images(x=x)")
    low = min(float(values.min()) for values in squares.values())
    high = max(float(values.max()) for values in squares.values())

    def draw(path: Path) -> None:
        figure = Figure(figsize=(2.2 * len(squares), 2.6), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(1, len(squares), squeeze=False)[0]
        for axis, (title, values) in zip(axes, squares.items(), strict=True):
            axis.imshow(values, cmap="gray", vmin=low, vmax=high)
            axis.set_title(title, fontsize=10)
            axis.set_axis_off()
        figure.savefig(path)

    return Picture.drawn(draw)


class Entries(tuple[Fraction, ...]):
    """The entries of a vector, which print as a mathematician writes them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"({', '.join(map(str, self))})"


def entries(v: Vector) -> Entries:
    """The entries of a real vector.  Raises BadInput for a complex one."""
    if v.imag:
        raise BadInput("this vector is complex; its parts are in the field 'found'")
    return Entries(Fraction(a, v.denominator) for a in v.real)
