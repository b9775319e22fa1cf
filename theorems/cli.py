"""The command line: check, claims, decide, init, detail, operator, network, pairs and others.

Exit statuses: 0 certified, 1 refuted or rejected, 2 bad input, 3 vacuous, 4 undecided,
5 certified under assumptions that were not permitted.
"""

from __future__ import annotations

import click

from .commands.compare import compare_command
from .commands.deciding import decide_command
from .commands.describing import detail_command, network_command, operator_command, pairs_command
from .commands.findings import findings_command
from .commands.kernelsize import kernelsize_command
from .commands.nullspace import nullspace_command
from .commands.optimal import optimal_command
from .commands.probability import probability_command
from .commands.proofs import show_command, verify_command
from .commands.recover import recover_command
from .commands.running import run_command
from .commands.settling import check_command, claims_command
from .commands.sparsity import sparsity_command
from .commands.stability import stability_command
from .commands.starting import init_command, list_command
from .commands.teaching import explain_command, report_command
from .commands.terminal import Commands
from .commands.tradeoff import tradeoff_command

COMMANDS = (
    check_command,
    claims_command,
    decide_command,
    init_command,
    detail_command,
    operator_command,
    network_command,
    pairs_command,
    verify_command,
    show_command,
    explain_command,
    report_command,
    run_command,
    probability_command,
    tradeoff_command,
    optimal_command,
    kernelsize_command,
    recover_command,
    sparsity_command,
    nullspace_command,
    stability_command,
    compare_command,
    findings_command,
    list_command,
)


@click.group(cls=Commands)
@click.version_option(package_name="kernelcert")
def main() -> None:
    """Exact, independently checkable certificates for 'The troublesome kernel'."""


for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main()
