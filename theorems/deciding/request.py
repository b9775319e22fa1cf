"""What a person asks about a claim: decide it, sharpen a constant, drop a hypothesis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..arrays import BadInput
from .decide import Decision, Limits, decide
from .decided import STATUS, headline, lines, sharpened_lines, write
from .rewrite import without
from .sharpen import Sharpened, sharpen
from .smtlib import cross_check, smtlib

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """A claim and the questions about it."""

    statement_file: bytes
    witnesses: dict[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    sharpen: str | None = None
    drop: tuple[str, ...] = ()

    def run(self, progress: Progress) -> Answer:
        """All the answers.  Raises BadInput for an unknown constant or label,
        or both."""
        if self.sharpen is not None and self.drop:
            raise BadInput("--sharpen and --drop: ask one at a time")
        for label in self.drop:
            without(self.statement_file, label)
        if self.sharpen is not None:
            found = sharpen(
                self.statement_file, self.sharpen, self.limits, progress, self.witnesses
            )
            return Answer(None, found, ())
        decision = decide(self.statement_file, self.witnesses, self.limits, progress)
        dropped = []
        for label in self.drop:
            progress(f"without {label}")
            file = without(self.statement_file, label)
            dropped.append((label, decide(file, self.witnesses, self.limits, progress)))
        return Answer(decision, None, tuple(dropped))


@dataclass(frozen=True)
class Answer:
    """The decision of a claim, or its best constant, and what is without some hypotheses."""

    decision: Decision | None
    sharpened: Sharpened | None
    dropped: tuple[tuple[str, Decision], ...]

    def decisions(self) -> list[Decision]:
        """Every decision that the answer shows."""
        found = [self.decision] if self.decision else []
        if self.sharpened:
            pairs = (self.sharpened.holds, self.sharpened.fails)
            found += [pair[1] for pair in pairs if pair]
        return [*found, *(decision for _, decision in self.dropped)]

    def lines(self) -> Iterator[str]:
        """Everything as text."""
        if self.sharpened:
            yield from sharpened_lines(self.sharpened)
            for pair in (self.sharpened.holds, self.sharpened.fails):
                if pair:
                    yield "\n" + "-" * 72
                    yield from lines(pair[1])
        if self.decision:
            yield from lines(self.decision)
        for label, decision in self.dropped:
            yield ""
            yield f"without {label}: {self._needed(label, decision)}"
            yield from ("  " + line for line in lines(decision))

    def _needed(self, label: str, decision: Decision) -> str:
        if self.decision is None or self.decision.verdict != "certified":
            return headline(decision)
        return {
            "certified": f"{label} is not needed: the claim has a proof without it",
            "refuted": f"{label} is needed: this example satisfies all other hypotheses, violates "
            "the conclusion, and so violates it alone",
            "vacuous": "the other hypotheses contradict each other already",
            "undecided": "whether it is needed is not settled",
        }[decision.verdict]

    def status(self) -> int:
        """The exit status: that of the verdict; 0 for a best constant that is exact, else 4."""
        if self.decision:
            return STATUS[self.decision.verdict]
        return 0 if self.sharpened and self.sharpened.exact is not None else STATUS["undecided"]

    def smtlib(self) -> str:
        """The questions behind the decisions, as SMT-LIB 2."""
        return smtlib([query for decision in self.decisions() for query in decision.queries])

    def cross_check(self) -> Iterator[str]:
        """What cvc5 says to each question.  Raises BadInput if it is not installed."""
        for decision in self.decisions():
            for query, said in cross_check(decision.queries):
                agrees = {query.expected: "agrees", "unknown": "does not settle it"}.get(said, "")
                words = agrees or "DISAGREES: please report this claim"
                yield f"cvc5 on {query.title}: {said}; {words if query.expected else 'no answer'}"

    def write(self, output: Path) -> None:
        """Write all decisions into a folder.  Raises BadInput for a folder with other files."""
        write(self.decisions(), output, "\n".join(self.lines()))
