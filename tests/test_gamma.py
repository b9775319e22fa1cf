"""Gamma, the machine of Theorem 4.3: against a direct implementation, and what it costs."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest

from certificates.laurent import IMAGINARY, UNIT, Number, collect, minus, plus, rational, times
from certificates.machine import Run, Stuck, run
from theorems.gamma import Sizes, fixed
from theorems.machines import find_program

from .test_machine_random import function_of, gaussian_of

GAMMA, EVALUATE = find_program("gamma"), find_program("evaluate")
Vector = list[Number]


def product(rows: Sequence[Vector], v: Vector) -> Vector:
    """A v."""
    result = []
    for row in rows:
        total: Number = 0
        for a, b in zip(row, v, strict=True):
            total = plus(total, times(a, b))
        result.append(total)
    return result


class Case:
    """Random small data: A (m, N), T, x' in T, d with A d != 0, Psi's W and b."""

    def __init__(self, rng: random.Random, draw: Callable[[], Number]) -> None:
        m, width, t, n = (rng.randint(1, 4) for _ in range(4))
        self.sizes = Sizes(m, width, t, n)
        rows = [[draw() for _ in range(width)] for _ in range(m)]
        self.A = [row if rng.random() < 0.6 else [0] * width for row in rows]
        self.A[rng.randrange(m)][0] = 1
        self.T = [[draw() for _ in range(width)] for _ in range(t)]
        self.x = rng.choice(self.T)
        self.d: Vector = [draw() for _ in range(width)]
        while not any(product(self.A, self.d)):
            self.d = [draw() for _ in range(width)]
        self.W = [[draw() for _ in range(n)] for _ in range(width)]
        self.b = [draw() for _ in range(width)]
        self.tape = fixed(self.A, self.T, self.x, self.d, self.W, self.b, (0, 1))

    def run(self, y: Vector) -> Run:
        return run(GAMMA, [*self.tape, *y], self.sizes.fuel())

    def on_the_line(self, c: Number) -> Vector:
        """x' + c d."""
        return [plus(a, times(c, b)) for a, b in zip(self.x, self.d, strict=True)]


def direct(case: Case, y: Vector, to: Callable[[Number], Any]) -> tuple[int, list[Any], list[Any]]:
    """Gamma as the proof says it, with numbers of another kind: the name, W and b."""
    A = [[to(a) for a in row] for row in case.A]
    measured = [to(a) for a in y]
    zero = to(0)

    def image(x: Vector) -> list[Any]:
        column = [to(a) for a in x]
        return [sum((p * q for p, q in zip(row, column, strict=True)), zero) for row in A]

    for x in case.T:
        if image(x) == measured:
            return 0, [to(w) for row in case.W for w in row], [to(a) for a in case.b]
    u = image(case.d)
    at = next(k for k, value in enumerate(u) if value != zero)
    gap = measured[at] - image(case.x)[at]
    # b = x' + c d, without a division:  u b = u x' + gap d
    scaled = [u[at] * to(a) + gap * to(b) for a, b in zip(case.x, case.d, strict=True)]
    return 1, [zero] * (case.sizes.N * case.sizes.n), [u[at], *scaled]


def check(case: Case, y: Vector, to: Callable[[Number], Any]) -> str:
    """One run against the direct implementation, with the counts and the value at y."""
    done = case.run(y)
    name, weight, bias = direct(case, y, to)
    sizes = case.sizes
    width, n = sizes.N, sizes.n
    assert list(done.output[:3]) == [name, width, n]
    assert [to(w) for w in done.output[3 : 3 + width * n]] == weight
    found = list(done.output[3 + width * n :])
    if name == 1:
        assert [bias[0] * to(a) for a in found] == bias[1:]
    else:
        assert [to(a) for a in found] == bias
    images = [product(case.A, x) for x in case.T]
    visited = images[: images.index(y) + 1] if y in images else images
    differ = sum(a != b for image in visited for a, b in zip(image, y, strict=True))
    kinds = ("+", "-", "*", "/", "=", "<")
    if name == 0:
        expected = sizes.operations_inside(len(visited))
        assert done.steps == sizes.steps_inside(len(visited), differ)
    else:
        first = next(k for k, value in enumerate(product(case.A, case.d), 1) if value)
        expected = sizes.operations_outside(first)
        assert done.steps == sizes.steps_outside(first, differ)
    assert {kind: done.counts[kind] for kind in kinds} == expected
    value(case, done, weight, to)
    return "inside" if name == 0 else "outside"


def value(case: Case, done: Run, weight: list[Any], to: Callable[[Number], Any]) -> None:
    """The second program: W Phi(y) + b, and without Phi(y) where W = 0."""
    width, n = case.sizes.N, case.sizes.n
    features: Vector = [rational(Fraction(k + 1, 2)) for k in range(n)]
    found = run(EVALUATE, [*done.output, *features], case.sizes.fuel())
    rows = [weight[k * n : k * n + n] for k in range(width)]
    offset = done.output[3 + width * n :]
    expected = [
        sum((w * to(f) for w, f in zip(row, features, strict=True)), to(b))
        for row, b in zip(rows, offset, strict=True)
    ]
    assert [to(a) for a in found.output] == expected
    nonzero = sum(w != to(0) for w in weight)
    assert found.steps == case.sizes.steps_of_value(nonzero)
    assert (found.counts["*"], found.counts["+"]) == (nonzero, nonzero)
    assert found.counts["="] == width * n
    if not nonzero:
        unknown: list[Number | None] = [*done.output, *[None] * n]
        assert run(EVALUATE, unknown, case.sizes.fuel()) == found


def small(rng: random.Random) -> Number:
    return rational(Fraction(rng.randint(-2, 2), rng.choice([1, 1, 2])))


def small_complex(rng: random.Random) -> Number:
    return plus(small(rng), times(IMAGINARY, small(rng)) if rng.random() < 0.5 else 0)


@pytest.mark.parametrize("over", ["Q", "Q(i)"])
def test_gamma_is_the_algorithm_of_the_proof(over: str) -> None:
    """Its network, its value, its operations and its steps, on random small data."""
    rng = random.Random(43)
    seen = {"inside": 0, "outside": 0}
    for _ in range(150):
        make = small if over == "Q" else small_complex

        def draw(make: Callable[[random.Random], Number] = make) -> Number:
            return make(rng)

        case = Case(rng, draw)
        for y in (
            product(case.A, rng.choice(case.T)),
            product(case.A, case.on_the_line(plus(draw(), 3))),
            [draw() for _ in case.A],
        ):
            seen[check(case, y, gaussian_of)] += 1
    assert min(seen.values()) > 100, seen


def test_gamma_recovers_the_members_of_m1_for_every_n() -> None:
    """y = A(x' + u^n d) with the formal u: the offset is x' + u^n d, whatever n is."""
    rng = random.Random(44)
    for _ in range(60):
        case = Case(rng, lambda: small_complex(rng))
        powers = collect([(rng.choice([1, 2, 3, 7]), Fraction(1), Fraction(0))])
        member = case.on_the_line(powers)
        done = case.run(product(case.A, member))
        assert list(done.output[-case.sizes.N :]) == member
        assert check(case, product(case.A, member), function_of) == "outside"


def test_the_operations_over_many_sizes() -> None:
    """No data matter but where the loops stop: all sizes to 4, every s and every l."""
    for m in range(1, 5):
        for width in range(1, 5):
            for t in range(1, 4):
                sizes = Sizes(m, width, t, 1)
                for first in range(1, m + 1):
                    A: list[Vector] = [[0] * width for _ in range(m)]
                    A[first - 1] = [1] * width
                    T: list[Vector] = [[k + 1] * width for k in range(t)]
                    d: Vector = [1] * width
                    tape = fixed(A, T, T[0], d, [[1]] * width, [0] * width)
                    for s in range(1, t + 1):
                        done = run(GAMMA, [*tape, *product(A, T[s - 1])], sizes.fuel())
                        expected = sizes.operations_inside(s)
                        assert {k: done.counts[k] for k in expected} == expected
                    done = run(GAMMA, [*tape, *product(A, [-9] * width)], sizes.fuel())
                    expected = sizes.operations_outside(first)
                    assert {k: done.counts[k] for k in expected} == expected
                    assert done.output[-1] == -9


def test_a_direction_in_the_kernel_of_a_is_refused_at_its_line() -> None:
    """No such direction exists for the theorem; Gamma stops with a division by zero."""
    tape = fixed([[1, 0]], [[1, 1]], [1, 1], [0, 1], [[1], [1]], [0, 0])
    with pytest.raises(Stuck, match="division by zero") as caught:
        run(GAMMA, [*tape, 5], 1000)
    line = int(str(caught.value).split()[2].rstrip(":"))
    assert "A d = 0" in GAMMA.lines[line - 1]


def test_a_measurement_of_nothing_in_m1() -> None:
    """Gamma answers for every y; what it returns means something for y in A M1 only."""
    tape = fixed([[1, 0], [0, 1]], [[1, 1]], [1, 1], [1, 0], [[1], [1]], [0, 0])
    done = run(GAMMA, [*tape, 5, 7], 1000)
    assert done.output[-2:] == (5, 1)
    assert minus(done.output[-1], 7) != 0


def test_a_unit_and_its_square_are_told_apart() -> None:
    tape = fixed([[1]], [[0]], [0], [1], [[1]], [0])
    first, second = (run(GAMMA, [*tape, y], 1000) for y in (UNIT, times(UNIT, UNIT)))
    assert (first.output[-1], second.output[-1]) == (UNIT, times(UNIT, UNIT))
    assert first.counts == second.counts
