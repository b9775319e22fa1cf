"""Where commands print, and how a refusal of input ends."""

from __future__ import annotations

import json
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


VERIFIED, COMMAND = "verified: ", "  python -m certificates"


def for_machines(name: str, text: str, status: int) -> str:
    """What a command printed, as JSON: the sentences that the kernel verified stand apart."""
    lines = text.splitlines()
    verified = [line.removeprefix(VERIFIED) for line in lines if line.startswith(VERIFIED)]
    commands = [line.strip() for line in lines if line.startswith(COMMAND)]
    table = {"command": name, "status": status, "verified": verified, "verify": commands}
    return json.dumps({**table, "printed": lines}, indent=1)


def _capture(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        ctx.find_root().meta["machine"] = str(ctx.info_name)
        console.begin_capture()


class Commands(click.Group):
    """A group whose commands turn a refusal of input into one sentence and exit status 2.

    Commands without a form of their own for machines get one from what they print.
    """

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add it, with `--json` if it has none."""
        if not any("--json" in parameter.opts for parameter in cmd.params):
            words = "What is printed as JSON, with the verified sentences apart."
            option = click.Option(
                ["--json"], is_flag=True, expose_value=False, callback=_capture, help=words
            )
            cmd.params.append(option)
        super().add_command(cmd, name)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; what it prints becomes JSON where that was asked for."""
        status = 0
        try:
            return self._run(ctx)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else BAD_INPUT
            raise
        finally:
            name = ctx.meta.get("machine")
            text = console.end_capture() if name else ""
            if name and status not in (BAD_INPUT, INTERRUPTED):
                click.echo(for_machines(name, text, status))

    def _run(self, ctx: click.Context) -> object:
        """BadInput and Unreadable become a message on standard error."""
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
