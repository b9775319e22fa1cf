"""Claims about the probability of a ball, with their certificates, as files."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from certificates.format import digest, write_json, write_number
from certificates.magnitudes import Magnitude
from certificates.probability import check

from .ball_bound import BallBound
from .chi_square import hinted
from .describe_probability import rounded

Table = dict[str, str]


def claims(
    bound: BallBound, variance: Fraction | None, level: Fraction | None = None
) -> Iterator[tuple[str, Table, Table]]:
    """What can be said: a name, the claim, and the hints of its certificate.

    Both ends of the enclosure, to 15 digits, and what is the case over all sigma > 0.
    """
    m, c, d = bound.m, bound.c, bound.d
    same = {"m": str(m), "distance_square": write_number(c), "radius_square": write_number(d)}
    if variance:
        found, hints = _hints(bound, variance)
        for name, says in (("lower", "at least"), ("upper", "at most")):
            if abs(found.exponent) > 1 << 17:
                end = Fraction(0 if name == "lower" else 1, 1 if name == "lower" else 10**1000)
            else:
                end = Fraction(rounded(found.ends()[name == "upper"], name == "upper"))
            more = {"says": says, "bound": write_number(end), "variance": write_number(variance)}
            yield name, same | more, hints
    if level is not None:
        ends = zip(
            ("reached", "missed"), ("at least", "at most"), bound.threshold(level), strict=True
        )
        for name, says, end in ends:
            more = {"says": says, "bound": write_number(level), "variance": write_number(end)}
            yield name, same | more, _hints(bound, end)[1]
    peak, limit = bound.peak(), bound.ceiling()
    if peak is not None and limit is not None:
        place = {"low": write_number(peak.low), "high": write_number(peak.high)}
        hints = {"steps": str(peak.steps), "bits": str(peak.bits)}
        yield "best", same | place | {"says": "best"}, hints
        if limit.exponent > -(1 << 17):
            top = Fraction(rounded(limit.ends()[1], True))
            yield "every", same | {"says": "never above", "bound": write_number(top)}, {}
    elif c <= d and d:
        yield "best", same | {"says": "none best"}, {}


def _hints(bound: BallBound, variance: Fraction) -> tuple[Magnitude, Table]:
    """P, and how it was enclosed."""
    return hinted(bound.m, bound.c / variance, bound.d / variance)


def proofs(
    bound: BallBound, variance: Fraction | None, level: Fraction | None = None
) -> tuple[dict[str, bytes], list[tuple[str, list[str]]]]:
    """Files: all claims with certificates; names and verified sentences."""
    files: dict[str, bytes] = {}
    said = []
    for name, claim, hints in claims(bound, variance, level):
        text = write_json(claim)
        proof = write_json({**hints, "claim": digest(text)})
        said.append((name, check(text, proof)))
        files[f"{name}.claim.json"], files[f"{name}.certificate.json"] = text, proof
    return files, said


def write(
    bound: BallBound, variance: Fraction | None, folder: Path, level: Fraction | None = None
) -> list[tuple[str, list[str]]]:
    """Verify all claims, write them into a folder, and return their names and sentences."""
    files, said = proofs(bound, variance, level)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return said
