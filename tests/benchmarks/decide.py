"""What deciding a claim costs, over the corpus of claims.

    python -m tests.benchmarks.decide [FOLDER ...]

For each claim: CPU seconds to decide it, the same as a multiple of what the kernel needs to verify
the answer, triangle inequalities that were tried, steps and bytes of the certificate.  Then the
median and the slowest of each verdict.  Nothing here is a test.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from certificates.kernel import verify
from theorems.deciding.decide import Decision, Limits, decide
from theorems.refutation import no_files

CLAIMS = Path(__file__).parent.parent / "corpus" / "claims"
SHOWN = 12  # the slowest claims get rows of their own


def verified(found: Decision) -> float:
    """CPU seconds of the kernel on an answer; 0 if there is none."""
    if found.derivation is None:
        return 0.0
    certificate = found.derivation.certificate()
    start = time.process_time()
    verify(found.statement_file, found.problem_file, certificate, no_files)
    return time.process_time() - start


def main(folders: list[Path]) -> None:
    """Print the tables."""
    rows = []
    for path in sorted(file for folder in folders for file in folder.rglob("*.claim")):
        start = time.process_time()
        found = decide(path.read_bytes(), limits=Limits(seconds=60))
        rows.append((time.process_time() - start, path.stem, found, verified(found)))
        print(path.stem, found.verdict, f"{rows[-1][0]:.2f}", file=sys.stderr)
    console = Console(width=110)
    table = Table("slowest claims", "verdict", "CPU s", "/ verify", "triangles", "steps", "bytes")
    for seconds, name, found, check in sorted(rows, key=lambda row: -row[0])[:SHOWN]:
        made = found.derivation
        table.add_row(
            name,
            found.verdict,
            f"{seconds:.2f}",
            f"{seconds / check:.0f}" if check else "-",
            str(found.instances),
            str(len(made.raw)) if made else "-",
            str(len(made.certificate())) if made else "-",
        )
    console.print(table)
    summary = Table("verdict", "claims", "median CPU s", "slowest", "median triangles", "most")
    for verdict in ("certified", "refuted", "vacuous", "undecided", "all"):
        own = [row for row in rows if verdict in (row[2].verdict, "all")]
        if own:
            times, counts = [row[0] for row in own], [row[2].instances for row in own]
            summary.add_row(
                verdict,
                str(len(own)),
                f"{median(times):.3f}",
                f"{max(times):.2f}",
                f"{median(counts):g}",
                str(max(counts)),
            )
    console.print(summary)


if __name__ == "__main__":
    main([Path(word) for word in sys.argv[1:]] or [CLAIMS])
