"""From a problem to verified files: `check`, and the result that shows itself.

`check` derives, writes statements, problem and certificates, and has the kernel verify what was
written.  Files appear together or not at all: they are made in a folder beside the wanted one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from certificates.arrays import ReadFile
from certificates.exact import Roots
from certificates.format import Rejected
from certificates.judgments import FALSE, Comparison
from certificates.kernel import Report, Step, settles, verify
from certificates.noise.__main__ import Said
from certificates.noise.__main__ import check as check_noise
from certificates.show import claim_lines, fold, step_line
from certificates.terms import Scalar
from certificates.values import Context

from .answer import Picture, table
from .answer import fold as folded
from .arrays import BadInput
from .catalogue import CATALOGUE
from .decimals import both, decimal
from .folder import appearing, refuse_foreign
from .inexact import Bounds, is_inexact
from .noise import Chance
from .outcome import Claim, Figure, Outcome
from .problem import Problem

STATUS = {"certified": 0, "refuted": 1, "vacuous": 3, "undecided": 4}
ASSUMING = 5
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Verified:
    """A claim whose certificate the kernel has verified."""

    claim: Claim
    report: Report

    @property
    def verdict(self) -> str:
        """The verdict, with its assumptions."""
        assumed = ", ".join(self.report.assumed)
        return self.report.verdict + (f", assuming {assumed}" if assumed else "")


@dataclass(frozen=True)
class Result:
    """What `check` found; it prints itself in a terminal and in a notebook.

    `verdict` is certified, refuted, vacuous or undecided; `assumed` are the hypotheses that
    nobody decided; `status` is the exit status of the command line without permissions.
    """

    identifier: str
    outcome: Outcome
    verified: tuple[Verified, ...]
    chances: tuple[Said, ...] = ()

    @property
    def verdict(self) -> str:
        """The verdict on the claim that was asked for."""
        return self.verified[0].report.verdict if self.verified else "undecided"

    @property
    def assumed(self) -> tuple[str, ...]:
        """Labels of the hypotheses that nobody decided."""
        return self.verified[0].report.assumed if self.verified else ()

    def status(self, permitted: Iterable[str] = ()) -> int:
        """The exit status of the command line, given the permitted assumptions."""
        if set(self.assumed) - set(permitted):
            return ASSUMING
        return STATUS[self.verdict]

    @property
    def proof(self) -> str:
        """The worked proof of the claim that was asked for, with the concrete numbers."""
        return "\n".join(worked_proof(self.verified[0])) if self.verified else ""

    def __rich_console__(self, console: Console, options: object) -> Iterable[object]:
        """The report, in colours where the terminal has them."""
        yield Text(f"{self.identifier}: {self.headline()}", style="bold")
        yield Text("")
        if self.verified:
            yield Text("\n".join(shown_claim(self.verified[0].report)) + "\n", no_wrap=True)
        for line in self.evidence:
            yield Text(line)
        if self.verified:
            yield self._claims()
        for said in self.chances:
            yield Text("\n".join(("With random noise, certified too:", *said.words, "")))
        if self.outcome.figures:
            yield self._figures()
        for note in self.outcome.notes:
            yield Text(f"* {note}")
        if self.verified:
            yield Text("\nProof, with the numbers of the data", style="bold")
            yield Text(self.proof, no_wrap=True, overflow="ignore")

    def plot(self, path: str | Path) -> None:
        """Write the figures as a picture, *.png, *.pdf or *.svg.

        Raises BadInput for another ending, without matplotlib, and where there is no picture.
        """
        if self.outcome.plot is None:
            raise BadInput(
                f"--plot: there is no picture of {self.identifier} with the verdict {self.verdict}"
            )
        if not Path(path).absolute().parent.is_dir():
            raise BadInput(f"--plot {path}: there is no folder {Path(path).parent}")
        self.outcome.plot(Path(path))

    @property
    def picture(self) -> Picture:
        """The figures as a picture for a notebook.  Raises BadInput as `plot` does."""
        return Picture.drawn(self.plot)

    def figure(self, name: str) -> str:
        """A figure of the report by its name, exactly.  Raises BadInput for another name."""
        for figure in self.outcome.figures:
            if figure.name == name:
                return value_text(figure)
        known = ", ".join(figure.name for figure in self.outcome.figures)
        raise BadInput(f"figure: {name} is none of {known}")

    def headline(self) -> str:
        """The verdict in a few words."""
        if not self.verified:
            return "undecided"
        reason = self.verified[0].report.reason
        return self.verified[0].verdict + (f" ({reason})" if reason else "")

    @property
    def evidence(self) -> tuple[str, ...]:
        """What sampled operators said of themselves; the claim is about what is stored."""
        return tuple(f"evidence, not verified: {text}" for text in self.outcome.case.evidence)

    def _claims(self) -> RichTable:
        table = RichTable("claim", "verdict", "says", title=None)
        for item in self.verified:
            table.add_row(item.claim.identifier, item.verdict, item.claim.words)
        return table

    def _figures(self) -> RichTable:
        table = RichTable("figure", "value", "is")
        for figure in self.outcome.figures:
            table.add_row(figure.name, value_text(figure), Text(figure.note))
        return table

    def __str__(self) -> str:
        """The report as plain text."""
        console = Console(width=120, color_system=None, force_terminal=False, soft_wrap=True)
        with console.capture() as capture:
            console.print(self)
        return capture.get()

    def _repr_html_(self) -> str:
        """The report in a notebook."""
        rows = [(v.claim.identifier, v.verdict, v.claim.words) for v in self.verified]
        claims = table(("claim", "verdict", "says"), rows)
        chances = "".join(f"<p>{escape(w)}</p>" for said in self.chances for w in said.words)
        figures = table(
            ("figure", "value", "is"),
            [(f.name, value_text(f), f.note) for f in self.outcome.figures],
        )
        notes = "".join(
            f"<li>{escape(note)}</li>" for note in (*self.evidence, *self.outcome.notes)
        )
        claim = escape("\n".join(shown_claim(self.verified[0].report))) if self.verified else ""
        return (
            f"<p><b>{escape(self.identifier)}: {escape(self.headline())}</b></p>"
            f"<pre>{claim}</pre>{claims}{chances}{figures}<ul>{notes}</ul>"
            + folded("Proof, step by step", self.proof)
        )


def shown_claim(report: Report) -> Iterator[str]:
    """The claim as the kernel rebuilt it, with one line for all members of a finite set."""
    sets = report.problem.sets if report.problem else {}
    first = {members[0]: (name, members) for name, members in sets.items()}
    others = {member for members in sets.values() for member in members[1:]}
    for line in claim_lines(report):
        words = line.split(" ")
        named = words[2] if words[:2] == ["", ""] and words[3:4] == ["in"] else ""
        if named in first:
            name, members = first[named]
            yield f"  {name} are {len(members):,} vectors of {words[4]}, {named} to {members[-1]}"
        elif named not in others:
            yield line


def _draw(result: Result, path: Path) -> None:
    from .pictures import draw

    try:
        import matplotlib as mpl
    except ImportError:  # it comes with the extra "examples"
        return
    del mpl
    draw(result.outcome, path)
    if result.outcome.plot is not None:
        result.plot(path.with_name("plot.png"))


def _recorded(result: Result) -> bytes:
    from .recorded import write  # which builds on this module

    return write(result)


def check(
    identifier: str,
    problem: Problem,
    output: str | Path | None = None,
    progress: Progress | None = None,
) -> Result:
    """Settle a theorem on a problem; the kernel verifies what was derived.

    With `output` statements, problem, arrays, certificates, report and pictures are written into
    that folder, and it is the written files that the kernel verifies.  They appear together or
    not at all; an earlier result is replaced, a folder with other files is not touched.
    Raises BadInput for an unknown theorem, for data that do not fit and for such a folder.
    """
    require(identifier)
    derive = CATALOGUE[identifier].derive
    return settle(identifier, lambda: derive(problem), output, problem.folder, progress)


def require(identifier: str) -> None:
    """Raises BadInput for an unknown theorem."""
    if identifier not in CATALOGUE:
        raise BadInput(f"{identifier}: no such theorem; known are {', '.join(CATALOGUE)}")


def settle(
    identifier: str,
    derive: Callable[[], Outcome],
    output: str | Path | None = None,
    home: Path | None = None,
    progress: Progress | None = None,
) -> Result:
    """Derive, write and verify, as `check` does; `home` is the folder of the problem itself."""
    say = progress or (lambda _: None)
    if output is not None:
        refuse_foreign(Path(output), home)
    say("deriving")
    outcome = derive()
    if output is None:
        return _settled(identifier, outcome, _files(outcome).__getitem__, say)
    with appearing(Path(output)) as work:
        say("writing")
        for name, data in _files(outcome).items():
            (work / name).write_bytes(data)
        result = _settled(identifier, outcome, lambda name: (work / name).read_bytes(), say)
        (work / "report.txt").write_text(str(result))
        (work / "result.json").write_bytes(_recorded(result))
        _draw(result, work / "pictures.png")
    return result


def _files(outcome: Outcome) -> dict[str, bytes]:
    """Every file that a verdict rests on, by name."""
    files = dict(outcome.extra_files)
    if outcome.claims:
        files |= {"problem.json": outcome.case.problem_file, **outcome.case.files}
    for chance in outcome.chances:
        files[f"{chance.identifier}.noise.json"] = chance.claim_file
        files[f"{chance.identifier}.noise.hints.json"] = chance.hints_file
    for claim in outcome.claims:
        if claim.case is not None:
            files |= {claim.problem_name: claim.case.problem_file, **claim.case.files}
        files[f"{claim.identifier}.claim"] = claim.statement_file
        files[f"{claim.identifier}.certificate.json"] = claim.derivation.certificate()
    return files


def _settled(identifier: str, outcome: Outcome, read: ReadFile, say: Progress) -> Result:
    """The outcome, each claim verified by the kernel from the files that `read` gives."""
    verified: list[Verified] = []
    for claim in outcome.claims:
        say(f"verifying {claim.identifier}")
        statement_file = read(f"{claim.identifier}.claim")
        certificate = read(f"{claim.identifier}.certificate.json")
        report = verify(statement_file, read(claim.problem_name), certificate, read)
        verified.append(Verified(claim, report))
    said = tuple(_chance(chance, read, say) for chance in outcome.chances)
    return Result(identifier, outcome, tuple(verified), said)


def _chance(chance: Chance, read: ReadFile, say: Progress) -> Said:
    """What a claim on random noise says, verified from the files that `read` gives."""
    say(f"verifying {chance.identifier} with random noise")
    names = (
        f"{chance.identifier}.noise.json",
        f"{chance.identifier}.claim",
        "problem.json",
        f"{chance.identifier}.certificate.json",
        f"{chance.identifier}.noise.hints.json",
    )
    return check_noise([read(name) for name in names], read)


# ------------------------------------------------------------------------ the worked proof


def value_text(figure: Figure) -> str:
    """A figure's value for people: as it is if that is short, and rounded towards zero."""
    return "unknown" if figure.value is None else both(figure.value)


def worked_proof(item: Verified) -> Iterable[str]:
    """Each step with its reason, and the numbers that its sides have on the data."""
    derivation = item.claim.derivation
    left = dict(enumerate(derivation.context.statement.conclude, 1))
    beyond = False
    for number, (step, raw) in enumerate(zip(item.report.steps, derivation.raw, strict=True)):
        if beyond:
            yield "Beyond the claim:"
        yield step_line(number, step) + _multipliers(raw)
        numbers = step_numbers(derivation.context, step)
        if numbers:
            yield f"        {numbers}"
        done = [n for n, c in left.items() if settles(step, n, c) and step.rule != "denied"]
        for place in done:
            del left[place]
        beyond = bool(done) and not left and item.report.verdict == "certified"
        if done and step.conclusion == FALSE:
            yield f"        which is absurd, so conclusion {done[0]} holds."
        elif beyond:
            yield "        which is the claim."


def _multipliers(raw: dict[str, object]) -> str:
    """For a linear combination with other multipliers than 1: what they are."""
    arguments = raw["arguments"]
    found = arguments.get("multipliers") if isinstance(arguments, dict) else None
    if not isinstance(found, list) or set(found) <= {"1"}:
        return ""
    return ", times " + ", ".join(str(multiplier) for multiplier in found)


def step_numbers(context: Context, step: Step) -> str:
    """The values of the sides of a comparison, where the data give them one."""
    if not isinstance(step.conclusion, Comparison):
        return ""
    left, right = step.conclusion.sides
    values = [_value(context, side) for side in (left, right)]
    if values == [None, None]:
        return ""
    texts = [
        fold(str(side)) if value is None else decimal(value)
        for side, value in zip((left, right), values, strict=True)
    ]
    if texts == [str(left), str(right)]:
        return ""
    return f"{texts[0]} {step.conclusion.relation} {texts[1]}"


def _value(context: Context, side: Scalar) -> Roots | None:
    try:
        if is_inexact(context.data):
            return Bounds(context).upper(side)
        return context.scalar(side)
    except Rejected:
        return None
