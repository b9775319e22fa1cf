"""The input of Gamma, the machine of Theorem 4.3 (ii), and what a run of it costs.

`programs/gamma.bss` is the algorithm itself; here is what surrounds it: the tape that it reads, the
formula for its operations, which every run confirms, and its steps, which are the kernel's fuel.

With A of shape (m, N), t images in T, and n features, Gamma computes A x for one image after the
other and compares it with y in all m entries.  If y = A x for the s-th image, it has used

    s m N  of *      s m N  of +                                    s m  of =

and returns Psi.  Else it computes u = A d, finds the first u[l] != 0, one row of A x', the number
c = (y[l] - (A x')[l]) / u[l] and x' + c d, and has used

    (t + 1) m N + 2 N  of *      (t + 1) m N + 2 N  of +      1 of -      1 of /      t m + l  of =

The steps depend on n as well, because W is written out, and on the number q of the entries in which
y differed from some A x; q <= s m, or t m.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from certificates.laurent import Number

Row = Sequence[Number]


@dataclass(frozen=True)
class Sizes:
    """m measurements, N pixels, t images in T, n features."""

    m: int
    N: int
    t: int
    n: int

    def operations_inside(self, s: int) -> dict[str, int]:
        """The operations if y = A x for the s-th image of T, s = 1, ..., t."""
        product = s * self.m * self.N
        return {"+": product, "-": 0, "*": product, "/": 0, "=": s * self.m, "<": 0}

    def operations_outside(self, first: int) -> dict[str, int]:
        """The operations if y is no A x, and the first entry of A d that is not 0 is the l-th."""
        product = (self.t + 1) * self.m * self.N + 2 * self.N
        tests = self.t * self.m + first
        return {"+": product, "-": 1, "*": product, "/": 1, "=": tests, "<": 0}

    def steps_inside(self, s: int, q: int) -> int:
        """The steps if y = A x for the s-th image; q entries differed before."""
        return 19 + s * (7 + self.m * (5 * self.N + 5)) + q + 3 * self.N * (self.n + 1)

    def steps_outside(self, first: int, q: int) -> int:
        """The steps if y is no A x; q entries differed."""
        rows = (self.t + 1) * self.m * (5 * self.N + 5)
        return 35 + 7 * self.t + rows + q + 3 * first + self.N * (3 * self.n + 11)

    def fuel(self) -> int:
        """Steps that are enough for every y, and for the network's value at y."""
        most = self.t * self.m
        gamma = max(self.steps_inside(self.t, most), self.steps_outside(self.m, most))
        return gamma + self.steps_of_value(self.N * self.n)

    def steps_of_value(self, nonzero: int) -> int:
        """The steps of `programs/evaluate.bss` if W has so many entries that are not 0."""
        return 8 + self.N * (5 + 4 * self.n) + 2 * nonzero


def fixed(
    operator: Sequence[Row],
    images: Sequence[Row],
    x_prime: Row,
    direction: Row,
    weight: Sequence[Row],
    bias: Row,
    names: tuple[int, int] = (0, 0),
) -> list[Number]:
    """What stands on Gamma's tape before y.

    A (m, N); T (t, N); x' (N,); d = eta + x_det (N,); W (N, n) and b (N,) of Psi; the names of
    Psi's Phi and of any Phi: places among the maps of a problem.
    """
    sizes = [len(operator), len(x_prime), len(images), len(weight[0])]
    return [*sizes, *names, *chain(*operator, *images, x_prime, direction, *weight, bias)]
