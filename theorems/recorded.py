"""`result.json`: what a run found, for machines and for reports.

The verdicts of a report come from the kernel alone, which verifies the files again; what stands
here beside them, figures, notes and pictures, was computed by the run and is not verified.

    format      "kernelcert result 1"
    identifier  the theorem or the claim file that was asked for
    verdict     certified, refuted, vacuous or undecided; `status` is the exit status
    assumed     labels of hypotheses that nobody decided;  believed  components beyond the kernel
    claims      a list of identifier, words, title, text, verdict, assumed, believed, digests and
                the files `statement`, `problem` and `certificate`; the one asked for is first
    figures     a list of name, exact (null if it is long), decimals (null if unknown), note
    notes, evidence     sentences;  pictures  title, caption, difference, png (base64)
"""

from __future__ import annotations

import json
import struct
import zlib
from base64 import b64encode
from typing import Any

import numpy as np
import numpy.typing as npt

from .decimals import digits_of, exact_text
from .outcome import Figure, Outcome
from .result import Result, Verified, value_text

FORMAT = "kernelcert result 1"
NAME = "result.json"


def record(result: Result, status: int | None = None) -> dict[str, Any]:
    """The result as a table for JSON, without its pictures."""
    first = result.verified[0].report if result.verified else None
    return {
        "format": FORMAT,
        "identifier": result.identifier,
        "verdict": result.verdict,
        "status": result.status() if status is None else status,
        "assumed": list(result.assumed),
        "believed": list(first.believed) if first else [],
        "claims": [_claim(item) for item in result.verified],
        "figures": [_figure(figure) for figure in result.outcome.figures],
        "notes": list(result.outcome.notes),
        "evidence": list(result.evidence),
    }


def write(result: Result) -> bytes:
    """The bytes of `result.json`."""
    table = record(result) | {"pictures": pictures(result.outcome)}
    return (json.dumps(table, indent=1, sort_keys=True) + "\n").encode()


def _claim(item: Verified) -> dict[str, Any]:
    report, name = item.report, item.claim.identifier
    digests = dict(zip(("statement", "problem", "certificate"), report.digests, strict=True))
    return {
        "identifier": name,
        "words": item.claim.words,
        "title": report.statement.title,
        "text": report.statement.text,
        "verdict": report.verdict,
        "reason": report.reason,
        "assumed": list(report.assumed),
        "believed": list(report.believed),
        "digests": digests,
        "statement": f"{name}.claim",
        "problem": item.claim.problem_name,
        "certificate": f"{name}.certificate.json",
    }


def _figure(figure: Figure) -> dict[str, str | None]:
    known = figure.value
    return {
        "name": figure.name,
        "exact": None if known is None else exact_text(known),
        "decimals": None if known is None else digits_of(known),
        "shown": value_text(figure),
        "note": figure.note,
    }


# ------------------------------------------------------------------------------- pictures


def pictures(outcome: Outcome) -> list[dict[str, Any]]:
    """Square images as grey PNG files on one scale; differences each around zero."""
    try:
        from .pictures import grey
    except ImportError:  # matplotlib comes with the extra "examples"
        return []
    greys = [(picture, grey(picture.image)) for picture in outcome.pictures]
    panels = [(picture, image) for picture, image in greys if image is not None]
    plain = [image for picture, image in panels if not picture.difference]
    low = min((float(image.min()) for image in plain), default=0.0)
    high = max((float(image.max()) for image in plain), default=1.0)
    found: list[dict[str, Any]] = []
    for picture, image in panels:
        reach = float(np.abs(image).max()) or 1.0
        ends = (-reach, reach) if picture.difference else (low, high)
        found.append({
            "title": picture.title,
            "caption": picture.caption,
            "difference": picture.difference,
            "side": str(image.shape[0]),
            "png": b64encode(png(image, *ends)).decode(),
        })  # fmt: skip
    return found


def png(image: npt.NDArray[np.float64], low: float, high: float) -> bytes:
    """(n, m) floats -> a grey PNG file of 8 bits, `low` black and `high` white."""
    scaled = (image - low) * (255.0 / ((high - low) or 1.0))
    pixels = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    rows = b"".join(b"\0" + line.tobytes() for line in pixels)
    head = struct.pack(">IIBBBBB", image.shape[1], image.shape[0], 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
