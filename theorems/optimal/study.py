"""A model class as a person gives it, and what is found about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from certificates.exact import Roots
from certificates.format import Rejected
from certificates.language import is_name
from certificates.optimality.model import Class, class_of

from ..arrays import BadInput, array
from ..instance import Instance
from ..keys import read_table
from ..problem import Case
from .search import (
    Error,
    Inside,
    KernelSize,
    Optimum,
    inside,
    kernel_size,
    optimum,
    worst_error,
)  # fmt: skip
from .uniqueness import Uniqueness, uniqueness

NAME = "M1"
BEST = "Optimal"  # the name of the map that is found


@dataclass(frozen=True)
class Study:
    """A class, its constants, and the errors of the given maps, if there are any.

    `unique` is None where that is not decided; `errors` are those of the fibres, squared, by their
    first members.  `table` is what was given, for a problem file with more maps.
    """

    table: Mapping[str, Any]
    folder: Path | None
    case: Case
    found: Class
    best: Optimum
    inner: Inside
    size: KernelSize
    noise: Fraction
    unique: Uniqueness | None
    maps: tuple[str, ...]
    error: Error | None
    errors: dict[int, Fraction]

    def gap(self) -> Roots:
        """How much the given maps' largest error is above c_opt; exact if both are."""
        low = Fraction(0) if self.error is None else self.error.low
        return Roots.sqrt(low) - Roots.sqrt(self.best.high)


def given_maps(path: Path) -> dict[str, Any]:
    """The maps that a TOML or JSON file describes, under `psi` or under `maps`."""
    if not path.is_file():
        raise BadInput(f"--map: there is no file {path}")
    table = read_table(path)
    found = {"Psi": table["psi"]} if "psi" in table else table.get("maps", {})
    if not isinstance(found, Mapping) or not found:
        raise BadInput(f"--map: {path.name} has neither [psi] nor [maps]")
    for name in found:
        if not is_name(name) or name in (BEST, NAME, "A", "X", "Y"):
            raise BadInput(f"--map: the name {name!r} cannot be used; call the map Psi, say")
    return {name: _placed(value, path.parent) for name, value in found.items()}


def _placed(value: Any, folder: Path) -> Any:
    """The same with the full paths of files in a folder."""
    if isinstance(value, Mapping):
        return {key: _placed(entry, folder) for key, entry in value.items()}
    if isinstance(value, list):
        return [_placed(entry, folder) for entry in value]
    if isinstance(value, str) and len(value) < 200 and (folder / value).is_file():
        return str((folder / value).resolve())
    return value


def study(
    operator: Any,
    images: Any,
    folder: Path | None = None,
    object_norm: str = "l2",
    data_norm: str = "l2",
    field: Literal["R", "C"] | None = None,
    maps: Mapping[str, Any] | None = None,
    noise: Fraction = Fraction(0),
) -> Study:
    """Everything about one class.  `operator` is (m, N), `images` (k, ...) with k N entries.

    Raises BadInput for an empty class, for arrays that do not fit, for an operator with irrational
    values, and for a map without exact values at the measurements.
    """
    maps = dict(maps or {})
    if noise < 0:
        raise BadInput("--noise: a number >= 0 is expected")
    shape = array(images, "images", folder).shape
    if shape and not shape[0]:
        raise BadInput("images: the model class is empty; c_opt needs at least one image")
    table: dict[str, Any] = {
        "spaces": {"X": object_norm, "Y": data_norm},
        "linear": {"A": operator},
        "sets": {NAME: images},
        "maps": maps,
        **({"field": field} if field else {}),
    }
    case = Instance(table, folder).case(declarations(maps))
    try:
        found = class_of(case.data, NAME)
        best = optimum(found)
        size = kernel_size(found, noise, best)
        error, errors = worst_error(found, list(maps)) if maps else (None, {})
    except Rejected as reason:
        raise BadInput(f"optimal: {reason}") from None
    inner, unique = inside(found), uniqueness(found, best)
    names = tuple(maps)
    return Study(
        table, folder, case, found, best, inner, size, noise, unique, names, error, errors
    )  # fmt: skip


def declarations(maps: Mapping[str, Any]) -> bytes:
    """A statement that declares the names of the problem."""
    lines = ["statement optimality", "spaces X, Y", "linear A : X -> Y"]
    lines += [f"map {name} : Y -> X" for name in maps]
    return "\n".join([*lines, f"sets {NAME} in X", "conclude", "  0 <= 1", ""]).encode("ascii")
