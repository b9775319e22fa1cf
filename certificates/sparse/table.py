"""The one table of what a claim on sparse recovery may say: name -> keys, hints, checker."""

from __future__ import annotations

from . import decoder, properties
from .decoder import Row

SAYS: dict[str, Row] = {**decoder.SAYS, **properties.SAYS}
