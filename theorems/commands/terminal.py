"""Where commands print, and how a refusal of input ends."""

from __future__ import annotations

import os
import shlex
import sys
from ctypes import ArgumentError
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

import certificates
from certificates.format import Rejected, Unreadable

from ..arrays import BadInput

BAD_INPUT = 2
INTERRUPTED = 130
WIDTH = None if sys.stdout.isatty() else 120
console = Console(highlight=False, soft_wrap=True, width=WIDTH)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class Commands(click.Group):
    """A group whose commands turn a refusal of input into one sentence and exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; BadInput and Unreadable become a message on standard error."""
        try:
            return super().invoke(ctx)
        except (BadInput, Unreadable) as error:
            errors.print(Text(f"kernelcert: {error}"))
        except Rejected as error:
            errors.print(Text(f"kernelcert: the kernel refused what was derived: {error}"))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(INTERRUPTED)
        except (KeyboardInterrupt, ArgumentError) as error:
            # ctypes turns an interrupt in the middle of a call into its own error
            if isinstance(error, ArgumentError) and "KeyboardInterrupt" not in str(error):
                raise
            errors.print(Text("kernelcert: interrupted; nothing was written"))
            sys.exit(INTERRUPTED)
        except OSError as error:
            errors.print(Text(f"kernelcert: {error.filename}: {error.strerror}"))
        sys.exit(BAD_INPUT)


def kernel_command(output: Path, identifier: str, problem: str = "problem.json") -> str:
    """The command that verifies a written certificate with nothing but Python."""
    kernel = Path(certificates.__file__).parent
    files = (f"{identifier}.claim", problem, f"{identifier}.certificate.json")
    words = [kernel, *(output / name for name in files)]
    return "python3 -I -S " + " ".join(shlex.quote(str(word)) for word in words)


def noise_command(output: Path, identifier: str) -> str:
    """The command that verifies a claim on random noise."""
    names = ("noise.json", "claim", "problem.json", "certificate.json", "noise.hints.json")
    files = [output / (f"{identifier}.{name}" if "problem" not in name else name) for name in names]
    return "python3 -m certificates.noise " + " ".join(shlex.quote(str(file)) for file in files)
