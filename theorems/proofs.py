"""Decisions and results as a person at a blackboard wants them: `decide` and `worked_proof`.

print(decide(text, sharpen="c"))
worked_proof(check("4.1.i", problem))
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from html import escape
from pathlib import Path

from .answer import fold
from .arrays import BadInput
from .asking import listening
from .auditing.claims import read_claim
from .catalogue import CATALOGUE
from .deciding.decide import Decision, Limits
from .deciding.request import Answer as Answered
from .deciding.request import Request
from .outcome import Theorem, statement
from .refutation import no_files
from .result import Result
from .teaching import latex, markdown, mathml, plain
from .teaching.proof import document, work
from .teaching.tree import Document

DEPTHS = (1, 2, 3)
STYLES = {"d": "display:flex;gap:1rem;margin:.4rem 0 1rem", "f": "overflow-x:auto;min-width:0"}


@dataclass(frozen=True)
class WorkedProof:
    """A verified certificate as the paper's proof with its numbers; a notebook shows formulas."""

    document: Document

    def __str__(self) -> str:
        """As text."""
        return plain.document(self.document).rstrip("\n")

    def _repr_html_(self) -> str:
        text = mathml.blocks(self.document.blocks, below=2)
        for name, style in STYLES.items():  # a part of a page has no style sheet of its own
            text = text.replace(f'<div class="{name}">', f'<div class="{name}" style="{style}">')
        return text

    @property
    def markdown(self) -> str:
        """As Markdown."""
        return markdown.document(self.document)

    @property
    def latex(self) -> str:
        """As LaTeX that compiles alone."""
        return latex.document(self.document)

    @property
    def html(self) -> str:
        """As a page of its own."""
        return mathml.document(self.document)


def worked_proof(result: Result | Decided, depth: int = 2, claim: str | None = None) -> WorkedProof:
    """The proof behind a result of `check` or `check_claim`, or a decision of `decide`.

    `depth` is 1 for the claim and its numbers, 2 for every step, 3 for the arithmetic of each;
    `claim` names one of the claims of a result, the one that was asked for if it is left out.
    Raises BadInput for another depth or name, and where nothing was certified or refuted.
    """
    if depth not in DEPTHS:
        raise BadInput(f"depth: 1, 2 or 3, not {depth}")
    if isinstance(result, Decided):
        decision = result.decision
        if decision.derivation is None:
            raise BadInput("worked_proof: the claim is undecided, so there is no proof to show")
        certificate = decision.derivation.certificate()
        worked = work(decision.statement_file, decision.problem_file, certificate, no_files)
        return WorkedProof(document(worked, depth))
    found = {item.claim.identifier: item.claim for item in result.verified}
    if not found:
        raise BadInput("worked_proof: the claim is undecided, so there is no proof to show")
    if claim is not None and claim not in found:
        raise BadInput(f"claim: {claim} is none of {', '.join(found)}")
    chosen = found[claim] if claim is not None else result.verified[0].claim
    case = chosen.case or result.outcome.case
    files = (chosen.statement_file, case.problem_file, chosen.derivation.certificate())
    return WorkedProof(document(work(*files, case.files.__getitem__), depth))


def _forms() -> dict[str, Theorem]:
    """The statements with a proof for all spaces, and the theorems that they belong to."""
    return {form: theorem for theorem in CATALOGUE.values() for form in theorem.forms}


def general_proof(identifier: str, depth: int = 2) -> WorkedProof:
    """The proof of a theorem for all normed spaces, verified anew.  Raises BadInput."""
    if depth not in DEPTHS:
        raise BadInput(f"depth: 1, 2 or 3, not {depth}")
    forms = _forms()
    if identifier not in forms:
        raise BadInput(f"{identifier}: no such statement; known are {', '.join(forms)}")
    certificate = forms[identifier].prove(identifier).certificate()
    worked = work(statement(identifier), None, certificate, no_files)
    return WorkedProof(document(worked, depth))


def statement_text(identifier: str) -> str:
    """The statement of a theorem as a text for `decide` and `check_claim`.  Raises BadInput."""
    if identifier not in _forms():
        raise BadInput(f"{identifier}: no such statement; known are {', '.join(_forms())}")
    return statement(identifier).decode()


@dataclass(frozen=True)
class Decided:
    """What `decide` found; it prints as the command does."""

    answer: Answered

    @property
    def decision(self) -> Decision:
        """The decision; of a best constant the proof at it, else the example against it.

        Raises BadInput where there is neither.
        """
        found = self.answer.decisions()
        if not found:
            raise BadInput("decide: nothing was decided")
        return found[0]

    @property
    def verdict(self) -> str:
        """certified, refuted, vacuous or undecided."""
        return self.decision.verdict

    @property
    def best(self) -> str:
        """The best constant that was asked for, exactly.  Raises BadInput if there is none."""
        found = self.answer.sharpened
        if found is None or found.exact is None:
            raise BadInput("best: no best constant was asked for, or it is not known exactly")
        return str(found.exact)

    @property
    def without(self) -> Mapping[str, str]:
        """The verdicts without each hypothesis that was dropped."""
        return {label: decision.verdict for label, decision in self.answer.dropped}

    def __str__(self) -> str:
        """Everything as text."""
        return "\n".join(self.answer.lines())

    def _repr_html_(self) -> str:
        first, *rest = self.answer.lines()
        text = "\n".join(rest).strip("\n")
        return f"<p><b>{escape(first)}</b></p>" + fold("All that was found", text)


def decide(
    claim: str | Path,
    sharpen: str | None = None,
    drop: tuple[str, ...] | list[str] = (),
    witness: Mapping[str, str] | None = None,
    seconds: float = 60.0,
    instances: int = 2000,
) -> Decided:
    """A claim for all normed spaces, as `kernelcert decide`: a proof, or an exact counterexample.

    `claim` is the text of a statement, or the name of its file; `sharpen` names a constant whose
    best value is wanted, `drop` the hypotheses that are tried without.  Raises BadInput.
    """
    limits = Limits(instances, seconds)
    request = Request(read_claim(claim), dict(witness or {}), limits, sharpen, tuple(drop))
    main = threading.current_thread() is threading.main_thread()  # which alone has signals
    with listening() if main else nullcontext():
        return Decided(request.run(lambda _: None))
