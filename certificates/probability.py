"""python -m certificates.probability CLAIM CERTIFICATE

Verifies one sentence about the probability P that complex Gaussian noise lies in a ball, with the
standard library alone.  The claim is a file that a person reads, and is printed as a sentence;
the certificate only has hints, and names the claim by its SHA-256.  Both are canonical JSON
(docs/format.md, section 2).  The last line and the exit status are

    s VERIFIED certified          0
    s REJECTED reason             1
    s UNREADABLE reason           2

The claim has `m`, `distance_square` = |xi - c|^2 and `radius_square` = r^2, of E ~ CN(xi, s I) in
C^m and the closed ball of radius r around c, and `says`:

    at least, at most     P >= `bound`, P <= `bound`, for s = `variance` > 0
    best                  as a function of s > 0, P has one maximiser, and low < it < high
    none best             as a function of s > 0, P decreases strictly and has no maximiser
    never above           P < `bound` for all s > 0
    limit                 P >= 1 - `rate` / n in C^n, for all n >= m and
                          0 < s <= `theta` (r^2 - |xi - c|^2) / n, both squares the same for all n

The certificate has `claim`, and hints: for the first two `bits` and either `first`, `last`,
`more`, `lower` and `sums`, "P" or "1 - P", of a window of terms; or `base`, the x of Chernoff's
bound.  For "best" it has `bits` and `steps`.  The last three are decided without.
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from fractions import Fraction

from . import door
from .chi_square import MOST_BITS, Window, ceiling, chernoff, peak, probability, rate
from .format import (
    Rejected,
    Unreadable,
    choice,
    digest,
    fields,
    read_json,
    read_natural,
    read_number,
    read_small,
    short,
)  # fmt: skip
from .magnitudes import Magnitude

LARGEST = 10**6  # of m
COMMON = ("distance_square", "m", "radius_square", "says")
SAYS = {
    "at least": ("bound", "variance"),
    "at most": ("bound", "variance"),
    "best": ("high", "low"),
    "limit": ("rate", "theta"),
    "none best": (),
    "never above": ("bound",),
}
WINDOW = ("first", "last", "lower", "more")
SUMS = {"P": False, "1 - P": True}
Table = dict[str, object]


def read_claim(data: bytes) -> tuple[str, int, dict[str, Fraction]]:
    """What is claimed, m, and the numbers.  Raises Unreadable."""
    value = read_json(data, "claim")
    says = value.get("says") if isinstance(value, dict) else None
    names = choice(says, "claim.says", SAYS)
    table = fields(value, "claim", (*COMMON, *names))
    m = read_natural(table["m"], "claim.m", LARGEST + 1)
    numbers = {
        name: (read_number if name == "bound" else read_small)(table[name], f"claim.{name}")
        for name in ("distance_square", "radius_square", *names)
    }
    if m < 1 or any(numbers[name] < 0 for name in numbers) or numbers.get("variance") == 0:
        raise Unreadable("claim: m and the variance are positive, other numbers not negative")
    return str(says), m, numbers


def sentence(says: str, m: int, numbers: dict[str, Fraction]) -> list[str]:
    """The claim in words."""
    about = {name: short(value) for name, value in numbers.items()}
    law = "E ~ CN(xi, s I), density (pi s)^-m exp(-|u - xi|^2 / s) on C^m, m = " + str(m)
    sizes = f"|xi - c|^2 = {about['distance_square']}, r^2 = {about['radius_square']}"
    words = {
        "at least": "for s = {variance}:  P(|E - c| <= r) >= {bound}",
        "at most": "for s = {variance}:  P(|E - c| <= r) <= {bound}",
        "best": "P(|E - c| <= r) has one maximiser in s > 0, between {low} and {high}",
        "limit": "for all n >= m in place of m and 0 < s <= {theta} (r^2 - |xi - c|^2) / n:  "
        "P(|E - c| <= r) >= 1 - {rate} / n",
        "none best": "P(|E - c| <= r) decreases strictly in s > 0, and has no maximiser",
        "never above": "for all s > 0:  P(|E - c| <= r) < {bound}",
    }
    return [law, sizes, words[says].format(**about)]


def check(claim: bytes, certificate: bytes) -> list[str]:
    """The claim in words.  Raises Unreadable, or Rejected if it does not follow."""
    says, m, numbers = read_claim(claim)
    value = read_json(certificate, "certificate")
    given = set(value) if isinstance(value, dict) else set()
    names: tuple[str, ...] = ("claim",)
    if "variance" in numbers:
        names += window_keys(given)
    elif says == "best":
        names += ("bits", "steps")
    hints = fields(value, "certificate", names)
    if hints["claim"] != digest(claim):
        raise Rejected("the certificate is for another claim")
    c, d = numbers["distance_square"], numbers["radius_square"]
    if "variance" in numbers:
        s, bound = numbers["variance"], numbers["bound"]
        del hints["claim"]
        found = enclosure(m, c * Fraction(1, s), d * Fraction(1, s), hints, "certificate")
        if not (found.at_least(bound) if says == "at least" else found.at_most(bound)):
            raise Rejected(
                f"P {'>=' if says == 'at least' else '<='} {short(bound)} does not follow"
            )
    elif says == "best":
        bits, steps = _natural(hints, "bits"), _natural(hints, "steps")
        peak(m, c, d, numbers["low"], numbers["high"], steps, bits)
    elif says == "limit":
        if not numbers["rate"] >= rate(c, d, numbers["theta"]):
            raise Rejected("the rate is below what Chebyshev's inequality gives")
    elif says == "none best":
        if not c <= d or not d:
            raise Rejected("it has a maximiser if |xi - c| > r, and it is 0 if r = 0")
    elif not (c > d > 0 and ceiling(m, c, d).at_most(numbers["bound"])):
        raise Rejected("this needs |xi - c| > r > 0 and a bound of at least (r/|xi - c|)^(2m)")
    return sentence(says, m, numbers)


def _natural(hints: Table, name: str, where: str = "certificate") -> int:
    limit = MOST_BITS + 1 if name == "bits" else 1 << 40
    return read_natural(hints[name], f"{where}.{name}", limit)


def window_keys(given: Collection[str]) -> tuple[str, ...]:
    """The keys of the hints for an enclosure: a window of sums, or the x of Chernoff's bound."""
    return ("bits", "base") if "base" in given else ("bits", "sums", *WINDOW)


def enclosure(m: int, a: Fraction, b: Fraction, hints: Table, where: str) -> Magnitude:
    """P by the sums of a window, or by Chernoff's bound.  Raises Unreadable, Rejected."""
    fields(hints, where, window_keys(hints))
    bits = _natural(hints, "bits", where)
    if "base" in hints:
        base = read_small(hints["base"], f"{where}.base")
        found = chernoff(m, a, b, base, bits)
        return found if base > 1 else found.rest()
    first, last, lower, more = (_natural(hints, name, where) for name in WINDOW)
    rest = choice(hints["sums"], f"{where}.sums", SUMS)
    return probability(m, a, b, Window(first, last, more, rest, lower), bits)[0]


def run(arguments: list[str]) -> tuple[list[str], int]:
    """The lines to print and the exit status."""
    names = ("claim", "certificate")
    return door.run(arguments, "probability", names, lambda files, _: (check(*files), ()))


if __name__ == "__main__":
    sys.exit(door.main(run))
