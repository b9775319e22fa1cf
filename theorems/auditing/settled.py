"""What became of one conclusion of a statement on data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..outcome import Figure, Picture
from ..settling import Decision, Steps


@dataclass(frozen=True)
class Settled:
    """What became of one conclusion.

    `holds` is None where the data do not settle it; `steps` prove it if it holds; `members` are
    the values of the variables at which it fails, of which `vectors` are the certificate's own;
    `decided` are its alternatives without variables; `missing` says that a table lacks a row;
    `more` settles it with more time.
    """

    holds: bool | None
    note: str = ""
    steps: Steps | None = None
    members: dict[str, str] = field(default_factory=dict)
    vectors: dict[str, object] = field(default_factory=dict)
    decided: tuple[Decision, ...] = ()
    figures: tuple[Figure, ...] = ()
    pictures: tuple[Picture, ...] = ()
    missing: bool = False
    more: Callable[[], Settled] | None = None


class EmptyRange(Exception):
    """No combination of members is within the ranges of the variables, which are named."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(names)
        self.names = names
