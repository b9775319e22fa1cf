"""A second opinion: the claim of Theorem 4.1 (i), re-evaluated without a line of the kernel.

Reads a result folder with NumPy and the json module, samples rational perturbations in the ball,
applies the map in fractions and compares norms with mpmath at sixty digits.
"""

from __future__ import annotations

import json
import random
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np

Complex = tuple[Fraction, Fraction]
mpmath.mp.dps = 60
MARGIN = mpmath.mpf(10) ** -40  # far below any figure, far above the rounding of sixty digits


def exact(value: object) -> Complex:
    """A number of NumPy, or a text "p/q" in decimal or hexadecimal, as a pair of fractions."""
    if isinstance(value, complex):
        return Fraction(value.real), Fraction(value.imag)
    if isinstance(value, str):
        top, _, bottom = value.partition("/")
        return Fraction(int(top, 0), int(bottom or "1", 0)), Fraction(0)
    return Fraction(value), Fraction(0)  # type: ignore[arg-type]


def read_array(form: dict[str, object], folder: Path) -> list[Complex]:
    """The flat entries of an array of a problem file."""
    if "file" in form:
        scale = exact(form.get("scale", "1"))[0]
        stored = np.load(folder / str(form["file"])).ravel().tolist()
        return [(scale * a, scale * b) for a, b in map(exact, stored)]
    if "entries" in form:
        return [exact(v) for v in np.array(form["entries"], dtype=object).ravel().tolist()]
    real = read_array(form["real"], folder)  # type: ignore[arg-type]
    imag = read_array(form["imaginary"], folder)  # type: ignore[arg-type]
    return [(a, b) for (a, _), (b, _) in zip(real, imag, strict=True)]


def combine(*parts: tuple[int, list[Complex]]) -> list[Complex]:
    """An integer combination of vectors."""
    length = len(parts[0][1])
    return [
        (sum(c * v[k][0] for c, v in parts), sum(c * v[k][1] for c, v in parts))
        for k in range(length)
    ]


def apply(matrix: list[Complex], v: list[Complex]) -> list[Complex]:
    """A matrix, row by row, times a vector."""
    n = len(v)
    out = []
    for start in range(0, len(matrix), n):
        row = matrix[start : start + n]
        out.append(
            (
                sum((a * x - b * y for (a, b), (x, y) in zip(row, v, strict=True)), Fraction(0)),
                sum((a * y + b * x for (a, b), (x, y) in zip(row, v, strict=True)), Fraction(0)),
            )
        )
    return out


def norm(space: dict[str, str], v: list[Complex]) -> mpmath.mpf:
    """The norm of a space of a problem file."""

    def real(q: Fraction) -> mpmath.mpf:
        return mpmath.mpf(q.numerator) / q.denominator

    moduli = [mpmath.sqrt(real(a * a + b * b)) for a, b in v]
    plain = {
        "l1": lambda: mpmath.fsum(moduli),
        "l2": lambda: mpmath.sqrt(mpmath.fsum(m * m for m in moduli)),
        "linf": lambda: max(moduli),
    }[space["norm"]]()
    return real(exact(space.get("weight", "1"))[0]) * plain


class Instance:
    """The problem of a result folder."""

    def __init__(self, folder: Path) -> None:
        table = json.loads((folder / "problem.json").read_text())
        self.table = table
        self.x_space, self.y_space = table["spaces"]["X"], table["spaces"]["Y"]
        self.operator = read_array(table["linear"]["A"]["matrix"], folder)
        self.x = read_array(table["vectors"]["x"]["array"], folder)
        self.x_det = read_array(table["vectors"]["x_det"]["array"], folder)
        self.psi = table["maps"]["Psi"]
        self.arrays = {
            key: read_array(self.psi[key], folder)
            for key in ("matrix", "offset", "inputs", "outputs")
            if key in self.psi
        }
        self.constants = {name: exact(text)[0] for name, text in table["constants"].items()}

    def reconstruct(self, y: list[Complex]) -> list[Complex] | None:
        """Psi(y) in fractions; None for a table, which has no value there."""
        if self.psi["kind"] == "constant":
            return self.arrays["offset"]
        if self.psi["kind"] == "affine":
            return combine((1, apply(self.arrays["matrix"], y)), (1, self.arrays["offset"]))
        return None

    def perturbation(self, rng: random.Random, size: Fraction) -> list[Complex]:
        """A random rational vector of Y with norm at most `size`, often nearly that."""
        m = int(self.y_space["dimension"])
        over_c = self.table["field"] == "C"
        sparse = rng.random() < 0.3
        v = [
            (
                Fraction(rng.randint(-99, 99) * (not sparse or rng.random() < 0.2)),
                Fraction(rng.randint(-99, 99)) if over_c else Fraction(0),
            )
            for _ in range(m)
        ]
        length = norm(self.y_space, v)
        if length == 0:
            return v
        reach = mpmath.mpf(size.numerator) / size.denominator / length
        factor = Fraction(int(reach * 2**60), 2**60) * rng.choice([1, 1, Fraction(1, 2)])
        return [(a * factor, b * factor) for a, b in v]


def violations(folder: Path, samples: int, seed: int = 0) -> tuple[int, int]:
    """(points tried, points at which a form of 4.1 (i) fails) over random e in the ball."""
    case = Instance(folder)
    rng = random.Random(seed)
    delta, slope = case.constants["delta"], case.constants["L"]
    y = apply(case.operator, case.x)
    with_detail = combine((1, case.x), (1, case.x_det))
    y_det = apply(case.operator, case.x_det)
    fitted = case.reconstruct(combine((1, y), (1, y_det)))
    tried = failed = 0
    for _ in range(samples):
        e = case.perturbation(rng, delta)
        found = case.reconstruct(combine((1, y), (1, e)))
        if found is None or fitted is None:
            return 0, 0
        error = norm(case.x_space, combine((1, found), (-1, with_detail)))
        paper = (1 + 2 * slope) * delta
        fit = norm(case.x_space, combine((1, fitted), (-1, with_detail)))
        away = norm(case.y_space, combine((1, e), (-1, y_det)))
        sharp = fit + mpmath.mpf(slope.numerator) / slope.denominator * away
        tried += 1
        failed += error > mpmath.mpf(paper.numerator) / paper.denominator + MARGIN
        failed += error > sharp + MARGIN
    return tried, failed
