"""Options that several commands share, so that one thing has one name and one explanation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

transform_option: Decorator = click.option(
    "--transform",
    default="identity",
    show_default=True,
    help="The unitary H: identity, haar, hadamard, or a file with a unitary matrix.",
)


def norm_options(images: str, data: str) -> Decorator:
    """--object-norm, also called --norm, and --data-norm, with these defaults."""
    first: Decorator = click.option(
        "--object-norm",
        "--norm",
        "object_norm",
        default=images,
        show_default=True,
        help="The norm of images.",
    )
    second: Decorator = click.option(
        "--data-norm", default=data, show_default=True, help="The norm of measurements."
    )
    return lambda command: first(second(command))
