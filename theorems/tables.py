"""Tables whose rows are named by their measurement: {"A(x + x_det)": reconstruction, ...}.

Other software computes A x in floats, so a stored measurement is never exactly the one that a
theorem speaks of.  A row named "A x" is at the exact one: the claim is then about any map that
answers this reconstruction there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from certificates.exact import Undecided
from certificates.format import Rejected, Unreadable
from certificates.language import read_term
from certificates.matrices import Vector
from certificates.values import Context

from .arrays import BadInput, ExactArray, array, inline

Rows = tuple[ExactArray, ExactArray]


def named_rows(values: Mapping[str, Any], context: Context, folder: Path | None) -> Rows:
    """Measurement texts with their reconstructions -> inputs (k, m) and outputs (k, N).

    Raises BadInput for a text that is no measurement, and for two answers to one measurement.
    """
    if not isinstance(values, Mapping) or not values:
        raise BadInput('psi.values: measurements with reconstructions, like "A x" = "rec.npy"')
    rows: dict[Vector, tuple[str, Any]] = {}
    for text, output in values.items():
        point = _measurement(text, context)
        if point in rows and not _same(rows[point][1], output, folder):
            raise BadInput(
                f"psi.values: {rows[point][0]} and {text} are one measurement with two "
                "reconstructions; no map has these values"
            )
        rows[point] = (text, output)
    points = list(rows)
    form = stacked([inline(point) for point in points], any(point.imag for point in points))
    inputs = ExactArray((len(points), points[0].dimension), form)
    return inputs, _stack([output for _, output in rows.values()], folder)


def _measurement(text: str, context: Context) -> Vector:
    try:
        term = read_term(text, context.names, f"psi.values: {text}")
        if term.space != "Y":
            raise BadInput(f"psi.values: {text} is an image; name a measurement such as A x")
        return context.vector(term)
    except (Unreadable, Rejected, Undecided) as error:
        raise BadInput(f"psi.values: {text}: {error}") from None


def _same(one: Any, other: Any, folder: Path | None) -> bool:
    forms = [array(value, "Psi.value", folder) for value in (one, other)]
    return forms[0].form == forms[1].form


def stacked(rows: list[dict[str, object]], is_complex: bool) -> dict[str, object]:
    """Inline vectors -> one inline array whose rows they are."""
    if not is_complex:
        return {"entries": [row["entries"] for row in rows]}

    def part(key: str, pick: Callable[[dict[str, Any]], object]) -> list[object]:
        return [pick(row) for row in rows]

    real = part("real", lambda row: row["real"]["entries"] if "real" in row else row["entries"])
    zero = ["0"] * len(real[0])  # type: ignore[arg-type]
    imag = part("imaginary", lambda row: row["imaginary"]["entries"] if "real" in row else zero)
    return {"real": {"entries": real}, "imaginary": {"entries": imag}}


def _stack(outputs: list[Any], folder: Path | None) -> ExactArray:
    """Reconstructions in .npy files or arrays of one type -> one array (k, N), exactly."""
    loaded: list[np.ndarray[Any, Any]] = []
    for number, output in enumerate(outputs):
        where = f"Psi.values[{number}]"
        array(output, where, folder)  # refuses what is not exact or not finite
        if isinstance(output, str):
            output = np.load((folder or Path()) / output, allow_pickle=False)
        loaded.append(np.asarray(output, dtype=None if isinstance(output, np.ndarray) else object))
    flat = [entry.ravel() for entry in loaded]
    if len({entry.size for entry in flat}) > 1:
        raise BadInput("psi.values: the reconstructions have different sizes")
    if len({entry.dtype for entry in flat}) == 1:
        return array(np.stack(flat), "Psi.outputs", folder)
    raise BadInput("psi.values: give all reconstructions in one type, such as float64 arrays")
