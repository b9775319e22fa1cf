"""z3 asked so that an interrupt from the keyboard is not lost.

z3 would take an interrupt for itself, and may forget it; Python forgets one that comes while an
object is being deleted.  `listening` remembers it, and `asked` raises it after the question.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class _Keyboard:
    """Whether there was an interrupt."""

    pressed = False


@contextmanager
def listening() -> Iterator[None]:
    """Inside, an interrupt counts even where Python forgets it.  For the main thread."""

    def stop(number: int, frame: FrameType | None) -> None:
        _Keyboard.pressed = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        _Keyboard.pressed = False


def asked(solver: Any, *assumptions: Any) -> Any:
    """z3's answer.  Raises KeyboardInterrupt if there was an interrupt."""
    solver.set("ctrl_c", False)
    answer = solver.check(*assumptions)
    if _Keyboard.pressed:
        raise KeyboardInterrupt
    return answer
