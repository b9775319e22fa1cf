"""Accuracy against stability: the least worst error r(L) of maps with Lipschitz constant L.

The lower bound (|x - x'| - L |A x - A x'|) / 2 of every pair of images holds in all norms; for real
images in linf the largest of them, and 0, is r(L) itself (`certificates/optimality/lipschitz.py`
has the proof).  So r is the upper envelope of lines, one for each pair, and all of it is found at
once: of the pairs with the distances (a, d) = (|x - x'|, |A x - A x'|) only those matter that no
other pair beats in both, and of these the corners of the upper hull of (0, 0) and all (a, d).
Integers throughout: NumPy's where the sums fit into 62 bits, else Python's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from certificates.exact import Roots
from certificates.format import Rejected
from certificates.optimality.lipschitz import Front, Gap, front_of, is_flat, measurements
from certificates.optimality.model import Class, class_of, read_class_problem

from ..arrays import BadInput, array
from ..instance import Instance
from ..problem import Case

STATEMENT = """statement tradeoff
spaces X, Y
linear A : X -> Y
{}sets M1 in X
conclude
  0 <= 1
"""
SAFE = 62  # bits of a sum of NumPy's integers
ZERO = Fraction(0)


@dataclass(frozen=True)
class Corner:
    """A line of the envelope: `members` counted from 0, a = |x - x'|, d = |A x - A x'|."""

    members: tuple[int, int]
    apart: Fraction
    measured: Roots

    def at(self, bound: Fraction) -> Roots:
        """(a - L d) / 2."""
        return (Roots.rational(self.apart) - self.measured.times(bound)).times(Fraction(1, 2))


@dataclass(frozen=True)
class Tradeoff:
    """A model class M1, measured by A, as the kernel reads it; `case` are its files."""

    case: Case
    found: Class
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def flat(self) -> bool:
        """Whether pairs tell r(L) exactly: real images in linf."""
        return is_flat(self.found)

    @cached_property
    def front(self) -> Front:
        """All pairs that matter.  Raises BadInput where the kernel does not cover them."""
        try:
            return fast_front(self.found) or front_of(self.found)
        except Rejected as reason:
            raise BadInput(f"images: {reason}") from None

    @cached_property
    def corners(self) -> tuple[Corner, ...]:
        """The lines of the envelope, from the one for large L to the one for L = 0."""
        unit, own = self.front.units
        return tuple(
            Corner(gap.pair, gap.far * unit, Front.root(gap).times(own))
            for gap in hull(self.front.gaps)
            if gap.far
        )

    def least(self, bound: Fraction) -> Roots:
        """r(L), exactly, for real images in linf."""
        best = Roots()
        for corner in self.corners:
            value = corner.at(bound)
            if (value - best).sign() > 0:
                best = value
        return best

    def breaks(self) -> list[tuple[Fraction, Roots]]:
        """Where the slope of r changes: (a - a_0, d - d_0) with L = (a - a_0) / (d - d_0).

        From large L down; the first is where r becomes 0, if no two images have one measurement.
        """
        chain = list(self.corners)
        if not chain or chain[0].measured.sign() > 0:
            chain.insert(0, Corner((0, 0), ZERO, Roots()))
        return [
            (after.apart - before.apart, after.measured - before.measured)
            for before, after in pairwise(chain)
        ]


def tradeoff(
    operator: Any,
    images: Any,
    object_norm: str = "linf",
    data_norm: str = "l2",
    psi: Any = None,
    folder: Path | None = None,
) -> Tradeoff:
    """A model class of images (k, N) or (k, ...) under an operator (m, N); `psi` is a user's map.

    Raises BadInput for what cannot be read or does not fit.
    """
    stack = array(images, "images", folder)
    if not stack.shape or stack.shape[0] < 1:
        raise BadInput(f"images: shape {stack.shape}; one row for each image is expected")
    table = {
        "spaces": {"X": object_norm, "Y": data_norm},
        "linear": {"A": operator},
        "sets": {"M1": stack},
        "maps": {} if psi is None else {"Psi": psi},
    }
    words = "" if psi is None else "map Psi : Y -> X\n"
    case = Instance(table, folder).case(STATEMENT.format(words).encode())
    try:
        data = read_class_problem(case.problem_file, case.files.__getitem__)
        return Tradeoff(case, class_of(data, "M1"))
    except Rejected as reason:
        raise BadInput(f"operator: {reason}") from None


def hull(gaps: list[Gap]) -> list[Gap]:
    """The upper hull, from the first gap to that with the largest `far`; exact signs."""
    chain: list[Gap] = []
    for gap in gaps:
        while len(chain) > 1 and not _turns(chain[-2], chain[-1], gap):
            chain.pop()
        chain.append(gap)
    return chain


def _turns(first: Gap, middle: Gap, last: Gap) -> bool:
    """Whether the middle lies strictly above the segment."""
    d0, d, d1 = (Front.root(gap) for gap in (first, middle, last))
    over = (d1 - d0).times(Fraction(middle.far - first.far))
    return (over - (d - d0).times(Fraction(last.far - first.far))).sign() > 0


def fast_front(found: Class) -> Front | None:
    """The front by NumPy's integers; None where they might overflow, or the kernel's own is due.

    A sum of squares of differences of rows is below n (2 top)^2.
    """
    images, bottom = measurements(found)
    target = found.problem.spaces["Y"].norm
    if not is_flat(found) or any(imag for _, imag in images) or len(images) < 3:
        return None
    rows = [row for row, _ in found.rows]
    measured = [row for row, _ in images]
    for listed in (rows, measured):
        top = max(abs(a) for row in listed for a in row)
        if (len(listed[0]) * (2 * top) ** 2).bit_length() > SAFE:
            return None
    x, y = (np.array(listed, dtype=np.int64) for listed in (rows, measured))
    near_parts, far_parts = [], []
    for k in range(1, len(x)):
        far_parts.append(np.abs(x[:k] - x[k]).max(axis=1))
        gap = np.abs(y[:k] - y[k])
        if target.kind == "l2":
            near_parts.append((gap * gap).sum(axis=1))
        else:
            near_parts.append((gap.sum(axis=1) if target.kind == "l1" else gap.max(axis=1)) ** 2)
    near, far = np.concatenate(near_parts), np.concatenate(far_parts)
    order = np.lexsort((-far, near))
    far_sorted = far[order]
    best = np.maximum.accumulate(far_sorted)
    new = np.concatenate(([far_sorted[0] > 0], best[1:] > best[:-1]))
    gaps = [Gap(0, 0, (0, 0))]
    for place in order[new].tolist():
        second = int((1 + (1 + 8 * place) ** 0.5) / 2)
        while second * (second - 1) // 2 > place:
            second -= 1
        while second * (second + 1) // 2 <= place:
            second += 1
        first = place - second * (second - 1) // 2
        gap_ = Gap(int(near[place]), int(far[place]), (first, second))
        if not gap_.near and len(gaps) == 1:
            gaps = []
        gaps.append(gap_)
    units = found.norm.weight * Fraction(1, found.bottom), target.weight * Fraction(1, bottom)
    return Front(gaps, units)
