"""The page of a report: one HTML file with everything in it.

Nothing is fetched: the style is inline, pictures and files are data URIs, and no script runs; what
a second kernel needs lies in elements of data (`embedded`).  A proof of more than `LIGHT` steps has
its formulas as characters instead of MathML, and only its first steps are opened, so that it opens
at once in a browser.
"""

from __future__ import annotations

from base64 import b64encode
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from certificates.show import fold, problem_lines

from ..teaching import latex, mathml
from ..teaching.proof import (
    claim_blocks,
    claimed,
    displayed,
    end_blocks,
    number_blocks,
    step_blocks,
    verdict_words,
)
from ..teaching.tree import Aside, Block, Display, Heading, Paragraph
from .collect import Claimed, Item
from .embedded import Embedded
from .panels import sentence
from .typeset import typeset

LIGHT = 300  # displayed steps
BYTES = "application/octet-stream"
EMBEDDED = 1 << 21  # bytes: larger arrays are named, not embedded
MEANING = {
    "certified": "every conclusion follows, on these data, by the listed steps",
    "refuted": "every hypothesis holds on these data, and a conclusion fails",
    "vacuous": "the hypotheses fail on these data, or contradict each other",
    "undecided": "no certificate: neither a proof nor a counterexample was found",
    "rejected": "the kernel refused the certificate: nothing is shown by it",
}
MARK = {"certified": "✓", "refuted": "✗", "vacuous": "∅", "undecided": "?", "rejected": "!"}


def page(items: list[Item], title: str = "") -> str:
    """The report on these results as HTML."""
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    folder = files("theorems.reporting")
    environment.filters["typeset"] = typeset
    template = environment.from_string((folder / "report.html.jinja").read_text("utf-8"))
    shown = [_shown(item, place) for place, item in enumerate(items, 1)]
    one = f"Report on {shown[0]['name']}" if shown else "Report"
    heading = title or (one if len(shown) == 1 else f"Report on {len(shown)} results")
    style = Markup((folder / "report.css").read_text("utf-8"))
    inside = Embedded(EMBEDDED)
    for item, one_shown in zip(items, shown, strict=True):
        places = [claim["id"] for claim in one_shown["claims"]]
        roles = map(_roles, item.claims)
        inside.add(item, one_shown["id"], list(zip(item.claims, places, roles, strict=True)))
    words = {"mark": MARK, "version": _version(), "embedded": inside.elements()}
    text: str = template.render(title=heading, items=shown, style=style, **words)
    return text


def _version() -> str:
    try:
        return version("kernelcert")
    except PackageNotFoundError:
        return "from its source"


def _meaning(item: Item) -> str:
    """What the verdict means, and no more."""
    first = item.claims[0] if item.claims else None
    if first is None or item.verdict != "certified":
        return MEANING[item.verdict]
    if first.worked is None:
        return "the checker of this kind of claim proves the sentences below"
    if first.assumed:
        return "every conclusion follows if these hypotheses hold, which nobody decided"
    if first.worked.report.problem is None:
        return "every conclusion follows from the hypotheses, whatever the data are"
    return MEANING["certified"]


def _shown(item: Item, place: int) -> dict[str, Any]:
    recorded = item.recorded
    if item.refused:  # what rests on a refused certificate is not repeated
        recorded = {key: recorded[key] for key in recorded.keys() & {"identifier", "claims"}}
    titles = " ".join(str(one.get("title")) for one in recorded.get("pictures", []))
    said = ("x_det" in titles, "x'" in titles)
    claims = [_claim(claim, f"r{place}c{n}", recorded) for n, claim in enumerate(item.claims, 1)]
    title = claims[0]["title"] if claims else recorded.get("identifier", item.name)
    return {
        "id": f"r{place}",
        "name": item.name,
        "title": title,
        "verdict": item.verdict,
        "meaning": _meaning(item),
        "assumed": item.claims[0].assumed if item.claims else (),
        "claims": claims,
        "figures": recorded.get("figures", []),
        "notes": [*recorded.get("evidence", []), *recorded.get("notes", [])],
        "pictures": [_picture(one, *said) for one in recorded.get("pictures", [])],
        "arrays": [
            {
                "id": f"r{place}-array{n}",
                "name": name,
                "size": f"{len(data):,}",
                "link": _link(data, BYTES),
            }
            for n, (name, data) in enumerate(item.arrays.items(), 1)
        ],
    }


def _picture(one: dict[str, Any], detail: bool, pair: bool) -> dict[str, Any]:
    title, caption = str(one.get("title", "")), str(one.get("caption", ""))
    said = sentence(title, bool(one.get("difference")), detail, pair)
    numbers = "; ".join(caption.split("\n"))
    side = str(one.get("side", ""))
    return {
        "title": title,
        "lines": [line for line in caption.split("\n") if line],
        "says": said,
        "alt": f"Grey image of {side} by {side} pixels: {title}" + (f"; {numbers}" * bool(numbers)),
        "link": "data:image/png;base64," + str(one.get("png", "")),
    }


def _link(data: bytes, kind: str) -> str:
    """A data URI; "" for what is too large."""
    if len(data) > EMBEDDED:
        return ""
    return f"data:{kind};base64,{b64encode(data).decode()}"


def _claim(claim: Claimed, anchor: str, recorded: dict[str, Any]) -> dict[str, Any]:
    words = {
        entry.get("identifier"): entry.get("words", "") for entry in recorded.get("claims", [])
    }
    shown: dict[str, Any] = {
        "id": anchor,
        "identifier": claim.identifier,
        "words": words.get(claim.identifier, ""),
        "title": claim.identifier,
        "verdict": claim.verdict,
        "assumed": claim.assumed,
        "believed": (),
        "refused": claim.refused,
        "sentences": claim.sentences,
        "command": claim.command,
        "steps": 0,
        "files": [
            {
                "name": name,
                "role": role,
                "digest": claim.digests[name],
                "size": f"{len(data):,}",
                "link": _link(data, BYTES),
            }
            for role, (name, data) in zip(_roles(claim), claim.files.items(), strict=True)
        ],
    }
    if claim.sentences:
        shown["title"] = claim.sentences[-1]
    if claim.worked is not None:
        shown |= _proved(claim)
    return shown | _pasted(claim, shown)


def _roles(claim: Claimed) -> tuple[str, ...]:
    if claim.module != "certificates":
        if len(claim.files) == 5:
            return ("claim", "statement", "problem", "certificate", "hints")
        return ("claim", "problem", "certificate")[:: 1 if len(claim.files) == 3 else 2]
    return ("statement", "problem", "certificate")[:: 1 if len(claim.files) == 3 else 2]


def _proved(claim: Claimed) -> dict[str, Any]:
    """What a worked proof gives to the page, as HTML."""
    worked = claim.worked
    if worked is None:
        return {}
    report = worked.report
    count = len(displayed(worked))
    light = count > LIGHT
    blocks = list(step_blocks(worked, 3, LIGHT if light else None))
    opened = sum(isinstance(block, Aside) for block in blocks)
    given = {h.label: h.judgment for h in report.statement.given}
    assumed = [f"{label}: {fold(str(given[label]))}" for label in report.assumed]
    start = claimed(worked, alone=True)
    conclusions: list[Block] = [
        block for block in claim_blocks(worked) if isinstance(block, Display)
    ]
    return {
        "title": report.statement.title,
        "assumptions": assumed,
        "believed": report.believed,
        "says": _html(list(claim_blocks(worked))),
        "brief": _html([Paragraph(start)] * bool(start) + conclusions),
        "summary": Markup(mathml.sentence(verdict_words(worked))),
        "numbers": _html(list(number_blocks(worked))),
        "proof": _html([*blocks, *end_blocks(worked)], light),
        "steps": count,
        "all_steps": len(report.steps),
        "opened": opened,
        "light": light,
        "data": [fold(line.strip()) for line in problem_lines(report.problem)]
        if report.problem
        else [],
    }


def _html(blocks: list[Block], light: bool = False) -> Markup:
    """Blocks without their headings, which the page has itself."""
    kept = tuple(block for block in blocks if not isinstance(block, Heading))
    return Markup(mathml.blocks(kept, light))


def _pasted(claim: Claimed, shown: dict[str, Any]) -> dict[str, str]:
    """A paragraph and a row of a LaTeX table."""
    first = next(iter(claim.files))
    last = list(claim.files)[-1]
    digests = claim.digests
    if claim.refused:
        return {"paragraph": "", "table_row": ""}
    under = f", assuming {', '.join(claim.assumed)}, which was not decided" * bool(claim.assumed)
    believed = ", ".join(shown["believed"]) or "nothing beyond the kernel"
    paragraph = (
        f"The claim \u201c{shown['title']}\u201d ({claim.identifier}) is {claim.verdict}{under}, "
        f"in exact arithmetic, by a certificate that kernelcert {_version()} verifies; "
        f"believed: {believed}. SHA-256 of {first}: {digests[first].removeprefix('sha256:')}; "
        f"of {last}: {digests[last].removeprefix('sha256:')}."
    )
    cells = (
        latex.escape(claim.identifier),
        latex.escape(str(shown["title"])),
        claim.verdict,
        latex.escape(", ".join(claim.assumed)) or "--",
        rf"\texttt{{{digests[last].removeprefix('sha256:')[:12]}}}",
    )
    return {"paragraph": paragraph, "table_row": " & ".join(cells) + r" \\"}
