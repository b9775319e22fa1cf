"""Details that a subsampled Fourier transform does not see: in its rational kernel, or near N(A).

A rational vector whose transform is 0 at a frequency f has it 0 at all u f with u prime to the
order n (Galois; `certificates.cyclotomic` tells why).  So the rational vectors in N(A) are those
whose transform is 0 on the closure C of the sampled frequencies under these u, which may be far
more.  They are spanned by rational vectors, because the projection onto them,

    x  ->  x - h * x,      h_j = (1/N) sum over f in C of exp(2 pi i <j, f>),

has rational h: an automorphism permutes C.  N h_j is a sum of roots of unity, so an algebraic
integer, so a whole number (over Q(i), with the u = 1 mod 4, a Gaussian integer).

All of N(A) consists of the vectors with a transform that is 0 on the sampled frequencies; for real
vectors also on their negatives.  A dyadic vector near the projection is not in N(A), but near.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import flint
import numpy as np

from certificates.cyclotomic import frequencies, orbit, units
from certificates.fourier import Fourier
from certificates.matrices import Integers, Vector

BITS = 40  # of a dyadic detail, below its largest entry

Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Kernels:
    """Dimensions of the kernels of chosen rows of a transform of `pixels` entries.

    `rational` that of the rational vectors in it, over Q; `gaussian` that over Q(i); `whole` that
    of all complex vectors, over C; `real` that of all real vectors, over R.
    """

    pixels: int
    rational: int
    gaussian: int
    whole: int
    real: int

    def __str__(self) -> str:
        return (
            f"of {self.pixels} dimensions the kernel has {self.whole} over C ({self.real} for real "
            f"vectors over R); its rational vectors have {self.rational} over Q "
            f"({self.gaussian} over Q(i))"
        )


def closure(form: Fourier, over_i: bool) -> set[Integers]:
    """The frequencies that are 0 with the sampled ones, for vectors over Q or over Q(i)."""
    exponents = units(form.sides, over_i)
    found: set[Integers] = set()
    for frequency in frequencies(form):
        if frequency not in found:
            found |= orbit(frequency, form.sides, exponents)
    return found


def kernels(form: Fourier) -> Kernels:
    """The dimensions."""
    n, chosen = form.size, set(frequencies(form))
    both = chosen | _negatives(form, chosen)
    counts = len(closure(form, False)), len(closure(form, True))
    return Kernels(n, n - counts[0], n - counts[1], n - len(chosen), n - len(both))


def _negatives(form: Fourier, chosen: set[Integers]) -> set[Integers]:
    return {frequency for one in chosen for frequency in orbit(one, form.sides, [-1])}


def _grid(form: Fourier, chosen: set[Integers]) -> Floats:
    """1 at the chosen frequencies."""
    found = np.zeros(form.sides)
    for frequency in chosen:
        found[frequency] = 1
    return found


def rational_detail(form: Fourier, wanted: Vector) -> Vector:
    """(N,) -> (N,): the projection onto the span of the rational vectors in N(A), exact."""
    kernel = np.fft.ifftn(_grid(form, closure(form, bool(wanted.imag)))) * form.size
    # whole numbers, up to rounding: the kernel of the certificates looks whether they are right
    real, imag = (np.rint(part).astype(int).ravel().tolist() for part in (kernel.real, kernel.imag))
    zeros = [0] * form.size
    x, y = list(wanted.real), list(wanted.imag) or zeros
    seen_real = _minus(_convolved(real, x, form.sides), _convolved(imag, y, form.sides))
    seen_imag = _minus(
        _convolved(real, y, form.sides), _convolved(imag, [-a for a in x], form.sides)
    )
    n = form.size
    left, right = ([n * a for a in part] for part in (x, y))
    return Vector.of(_minus(left, seen_real), _minus(right, seen_imag), wanted.denominator * n)


def _minus(left: list[int], right: list[int]) -> list[int]:
    return [a - b for a, b in zip(left, right, strict=True)]


def _convolved(left: list[int], right: list[int], sides: Integers) -> list[int]:
    """The periodic convolution of two arrays, as a product of polynomials that is folded."""
    if not any(left) or not any(right):
        return [0] * prod(sides)
    rows, width = prod(sides[:-1]), sides[-1]
    stride = 2 * width - 1  # a product of two rows has so many entries

    def spread(values: list[int]) -> flint.fmpz_poly:
        padded: list[int] = []
        for k in range(rows):
            padded += values[k * width : (k + 1) * width] + [0] * (stride - width)
        return flint.fmpz_poly(padded)

    product = spread(left) * spread(right)
    found = [0] * (rows * width)
    for place, value in enumerate(map(int, product.coeffs())):
        row, column = divmod(place, stride)
        found[row % rows * width + column % width] += value
    return found


def near_detail(form: Fourier, wanted: Vector) -> Vector:
    """(N,) -> (N,): near the projection onto N(A), rounded to dyadic numbers.

    Real for a real detail: then onto the real vectors in N(A).
    """
    top = np.array([a / wanted.denominator for a in wanted.real])
    chosen = set(frequencies(form))
    if wanted.imag:
        top = top + 1j * np.array([b / wanted.denominator for b in wanted.imag])
    else:
        chosen |= _negatives(form, chosen)
    spectrum = np.fft.fftn(top.reshape(form.sides)) * (1 - _grid(form, chosen))
    x = np.fft.ifftn(spectrum).ravel()
    largest = float(np.abs(x).max())
    if largest == 0:
        return Vector.of([0] * form.size)
    step = 2.0 ** (np.ceil(np.log2(largest)) - BITS)
    numerator, denominator = float(step).as_integer_ratio()
    parts = [[int(a) * numerator for a in np.rint(part / step)] for part in (x.real, x.imag)]
    return Vector.of(parts[0], parts[1] if wanted.imag else (), denominator)
