"""How often sampled noise makes the event itself happen: an estimate beside the certified bound.

Values of Psi are exact, the noise and all lengths are floats.  Nobody verifies this.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np

from certificates.format import short
from certificates.matrices import Vector
from certificates.norms import Norm

from .maps import Affine, Constant, Layers
from .noise import SEED, Chance, Samples
from .outcome import Numbers
from .problem import Case, Problem

COUNT = 400
LARGEST = 1 << 14  # entries of A; beyond, a value of Psi is not cheap
SCALE = 1 << 48  # noise is rounded to multiples of 1 / SCALE
Event = Callable[
    [float, float], bool
]  # |Psi(A x + e) - Psi(A x)|, |Psi(A x + e) - x''| -> it is so


def estimated(problem: Problem, case: Case, numbers: Numbers, found: Chance, event: Event) -> str:
    """The share of samples for which the event holds, in words."""
    data = case.data
    m, n = data.spaces["Y"].dimension, data.spaces["X"].dimension
    cheap = isinstance(problem.psi, Affine | Constant | Layers)
    if found.draw is None or not cheap or m * n > LARGEST:
        return "no estimate by sampling: only for Gaussian noise, small A and cheap maps"
    psi, norm = data.maps["Psi"], data.spaces["Y"].norm
    at_x, second = numbers.vector("Psi(A x)"), numbers.vector("x_second")
    start = _floats(numbers.vector("A x"))
    count = 0
    for e in found.draw(COUNT):
        value = _floats(psi.at(_vector(start + e, data.field), norm))
        object_norm = data.spaces["X"].norm
        count += event(
            _length(value - _floats(at_x), object_norm),
            _length(value - _floats(second), object_norm),
        )
    share = count / COUNT
    near = (count + 1) / (COUNT + 2)  # so that no error of 0 is told where all or none are so
    error = sqrt(near * (1 - near) / COUNT)
    return (
        f"estimate, not verified: the event itself at x holds for {count} of {COUNT} samples of e "
        f"(seed {SEED}), a share of {share:.3f} with the standard error {error:.3f}"
    )


def about(found: Chance) -> list[str]:
    """What is to be said of the law."""
    words: list[str] = []
    if found.variance is not None:
        size = short(found.variance)
        words.append(f"sigma^2 = {size} is, up to 1/1000, the largest that is found to do")
    if found.singular:
        words.append(
            "the covariance is singular: this noise has no density, so that the printed theorem "
            "says nothing of it; the bound holds all the same"
        )
    return words


def _vector(y: Samples, field: str) -> Vector:
    def scaled(part: Samples) -> tuple[int, ...]:
        return tuple(round(float(v) * SCALE) for v in part)

    return Vector.of(scaled(y.real), scaled(y.imag) if field == "C" else (), SCALE)


def _floats(v: Vector) -> Samples:
    imag = np.array([float(a) for a in v.imag]) if v.imag else 0.0
    return np.asarray((np.array([float(a) for a in v.real]) + 1j * imag) / float(v.denominator))


def _length(v: Samples, norm: Norm) -> float:
    size = np.abs(v)
    plain = {"l1": size.sum(), "l2": np.sqrt((size**2).sum()), "linf": size.max()}[norm.kind]
    return float(norm.weight) * float(plain)
