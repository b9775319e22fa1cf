"""Building a certificate step by step, through the kernel's own rules.

A `Derivation` applies each step with `certificates.kernel.apply`, the function that will verify
it later, so a wrong step fails where it is made, with the same sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from certificates.format import Rejected, digest, write_json, write_number
from certificates.judgments import Judgment
from certificates.kernel import FORMAT, Step, apply, prepare
from certificates.problem import Problem as Data
from certificates.statements import read_statement
from certificates.terms import Scalar, Term

from .inexact import BITS, is_inexact

Argument = str | int | Fraction | Term | Scalar | Judgment | Sequence["Argument"]


@dataclass(frozen=True)
class Fact:
    """A step of a derivation: its position and what it says."""

    position: int
    judgment: Judgment

    def __str__(self) -> str:
        return str(self.judgment)


class Derivation:
    """A certificate under construction.

    `statement_file` are the bytes of a statement; `data` is the problem as the kernel read it,
    with `problem_file` its bytes, or both None for a proof for all spaces.  `choices`,
    `vectors` and `arbitrary` are the certificate's own, in the form of docs/format.md.
    """

    def __init__(
        self,
        statement_file: bytes,
        data: Data | None = None,
        problem_file: bytes | None = None,
        verdict: str = "certified",
        choices: Mapping[str, str] | None = None,
        vectors: Mapping[str, object] | None = None,
        arbitrary: Mapping[str, str] | None = None,
    ) -> None:
        self.header: dict[str, object] = {
            "format": FORMAT,
            "statement": digest(statement_file),
            "problem": "-" if problem_file is None else digest(problem_file),
            "verdict": verdict,
        }
        if choices:
            self.header["choices"] = dict(choices)
        if vectors:
            self.header["vectors"] = dict(vectors)
        if arbitrary:
            self.header["arbitrary"] = dict(arbitrary)
        self.context = prepare(
            statement_file,
            data,
            verdict,
            dict(choices or {}),
            dict(vectors or {}),
            dict(arbitrary or {}),
        )
        self.steps: list[Step] = []
        self.raw: list[dict[str, object]] = []

    def step(self, rule: str, *premises: Fact, **arguments: Argument) -> Fact:
        """Apply a rule.  Raises the kernel's Rejected or Unreadable if it does not follow."""
        raw: dict[str, object] = {
            "rule": rule,
            "premises": [str(premise.position) for premise in premises],
            "arguments": {name: _raw(argument) for name, argument in arguments.items()},
        }
        step = apply(self.context, self.steps, raw, f"step {len(self.steps)}")
        raw["conclusion"] = str(step.conclusion)
        self.steps.append(step)
        self.raw.append(raw)
        return Fact(len(self.steps) - 1, step.conclusion)

    def given(self, label: str) -> Fact:
        """The hypothesis with this label."""
        labels = [hypothesis.label for hypothesis in self.context.statement.given]
        return self.step("given", hypothesis=labels.index(label) + 1)

    def triangle(self, *summands: str | tuple[int, str]) -> Fact:
        """|sum| <= sum of norms; a summand is a term, or a pair (coefficient, term)."""
        pairs = [(1, s) if isinstance(s, str) else s for s in summands]
        return self.step("triangle", summands=pairs)

    def add(self, *premises: Fact, by: Sequence[str | int | Fraction] | None = None) -> Fact:
        """The sum of comparisons, each times its multiplier (1 where none are given)."""
        return self.step("linear", *premises, multipliers=list(by or [1] * len(premises)))

    def compute(self, claim: str) -> Fact:
        """A comparison decided by computing on the data, by enclosures where they are inexact."""
        try:
            return self.step("compute", claim=claim)
        except Rejected:
            if not is_inexact(self.context.problem):
                raise
        return self.enclosed(claim)

    def enclosed(self, claim: str, *limits: Fact, splits: Sequence[Argument] = ()) -> Fact:
        """A comparison for all variables within limits, to as many bits as it takes.

        Raises Rejected as the kernel does, with the most bits.
        """
        for bits in BITS[:-1]:
            try:
                return self.step("enclosed", *limits, claim=claim, bits=bits, splits=splits)
            except Rejected:
                continue
        return self.step("enclosed", *limits, claim=claim, bits=BITS[-1], splits=splits)

    def certificate(self) -> bytes:
        """The canonical bytes of the certificate."""
        return write_json({**self.header, "steps": self.raw})


def _raw(argument: Argument) -> object:
    """An argument as it stands in a certificate: strings, and lists of strings."""
    if isinstance(argument, bool | float):
        raise TypeError(f"{argument!r} is not exact: give an int, a Fraction or a text")
    if isinstance(argument, int | Fraction):
        return write_number(argument)
    if isinstance(argument, list | tuple):
        return [_raw(item) for item in argument]
    return str(argument)


__all__ = ["Argument", "Derivation", "Fact", "read_statement"]
