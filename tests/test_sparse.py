"""The l1 decoder on small random data: against all bases, SciPy and an independent method."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction as F
from itertools import combinations
from typing import Any

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from certificates.format import Rejected
from certificates.matrices import Vector
from certificates.sparse.data import check_injective, is_unitary, pairing
from theorems.arrays import BadInput
from theorems.sparse.basis_pursuit import left_inverse, out_of_range, solve
from theorems.sparse.cones import far
from theorems.sparse.instance import Instance, instance
from theorems.sparse.recover import Answer, model_class, recover
from theorems.sparse.simplex import Program, Stuck
from theorems.sparse.transforms import transform

SMALL = st.integers(-2, 2)


@st.composite
def problems(draw: Any, most: int = 3) -> tuple[list[list[int]], list[int]]:
    """A small matrix, often of low rank or with equal columns, and measurements, often in range."""
    m, n = draw(st.integers(1, most)), draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(SMALL, min_size=n, max_size=n), min_size=m, max_size=m))
    if draw(st.booleans()):
        x = draw(st.lists(SMALL, min_size=n, max_size=n))
        return rows, [sum(a * b for a, b in zip(row, x, strict=True)) for row in rows]
    return rows, draw(st.lists(SMALL, min_size=m, max_size=m))


def vertices(rows: list[list[int]], y: list[int], weights: Sequence[int]) -> set[tuple[F, ...]]:
    """All feasible points with independent columns on the support, by elimination: brute force."""
    n, found = len(rows[0]), set()
    for size in range(n + 1):
        for places in combinations(range(n), size):
            table = flint.fmpq_mat(
                [[row[j] for j in places] + [b] for row, b in zip(rows, y, strict=True)]
            )
            reduced, rank = table.rref()
            if rank != size or any(
                reduced[k, j] != (k == j) for k in range(size) for j in range(size)
            ):
                continue  # dependent columns, or y outside of their span
            point = [F(0)] * n
            for k, j in enumerate(places):
                point[j] = F(int(reduced[k, size].p), int(reduced[k, size].q))
            found.add(tuple(point))
    return found


@given(problems(), st.lists(st.integers(1, 3), min_size=4, max_size=4))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_basis_pursuit_against_all_supports(case: Any, weights: list[int]) -> None:
    """Value, uniqueness and infeasibility; all claims are verified."""
    rows, y = case
    weights = weights[: len(rows[0])]
    answer = recover(instance(rows, y, vectors={"weights": ("X", weights)}))
    said = {name: words[-1] for name, *_, words in answer.proofs()}
    points = vertices(rows, y, weights)
    if not points:
        assert set(said) == {"infeasible"}
        return
    values = {
        point: sum(t * abs(a) for t, a in zip(weights, point, strict=True)) for point in points
    }
    best = min(values.values())
    minimisers = [point for point, value in values.items() if value == best]
    assert answer.claims[0][1]["value"] == str(best)
    # a polytope of minimisers has as many vertices as there are optimal ones among the points
    assert ("unique" in said) == (len(minimisers) == 1)
    assert ("not-unique" in said) == (len(minimisers) > 1)
    z = answer.z
    assert z is not None
    if len(minimisers) == 1:
        assert tuple(F(a, z.denominator) for a in z.real) == minimisers[0]
        return
    assert set(said) == {"value", "not-unique", "minimisers", "hull", "shortest"}
    corners = next(claim["vertices"] for name, claim, _ in answer.claims if name == "hull")
    listed = [answer.problem.vector(name) for name in corners]
    assert {tuple(F(a, v.denominator) for a in v.real) for v in listed} == set(minimisers)
    # no convex combination of two of them is shorter
    square = pairing(z, z)
    for first, second in combinations(minimisers, 2):
        difference = [b - a for a, b in zip(first, second, strict=True)]
        length = sum(d * d for d in difference)
        t = -sum(a * d for a, d in zip(first, difference, strict=True)) / F(length)
        t = min(F(1), max(F(0), t))
        nearest = sum((a + t * d) ** 2 for a, d in zip(first, difference, strict=True))
        assert square <= nearest


@given(problems(), st.integers(1, 3), st.sampled_from(["qcbp", "lasso"]))
@settings(max_examples=60, deadline=None, derandomize=True)
def test_intervals_against_scipy(case: Any, number: int, kind: str) -> None:
    """QCBP and LASSO between two numbers that a general solver cannot contradict."""
    rows, y = case
    answer = recover(instance(rows, y), **{"eta" if kind == "qcbp" else "factor": F(number, 2)})  # type: ignore[arg-type]
    names = [name for name, *_ in answer.proofs()]
    if not names:
        assert "eta is too near" in answer.lines[-1]
        return
    a, b, n = np.array(rows, float), np.array(y, float), len(rows[0])
    off = np.linalg.lstsq(a, b, rcond=None)[0]
    if names == ["infeasible"]:
        assert np.linalg.norm(a @ off - b) > number / 2 - 1e-9
        return
    low, high = (float(F(answer.claims[0][1][key])) for key in ("low", "high"))
    assert low <= high <= low + 1e-6 * (1 + low)

    def rest(v: Any) -> Any:
        return a @ (v[:n] - v[n:]) - b

    start = np.concatenate([np.maximum(off, 0), np.maximum(-off, 0)])
    bounds = [(0, None)] * (2 * n)
    if kind == "lasso":
        found = minimize(
            lambda v: number / 2 * v.sum() + rest(v) @ rest(v) / 2, start, bounds=bounds
        )
        value = found.fun
    else:
        constraint = {"type": "ineq", "fun": lambda v: number**2 / 4 - rest(v) @ rest(v)}
        found = minimize(
            lambda v: v.sum(), start, bounds=bounds, constraints=constraint, method="SLSQP"
        )
        if not found.success:
            return
        value = found.fun
    assert low <= value + 1e-4 * (1 + value)


@given(st.integers(0, 10**6), st.booleans())
@settings(max_examples=12, deadline=None, derandomize=True)
def test_complex_data(seed: int, exact: bool) -> None:
    """The gap is small, and turning y and A by a unit in Q(i) does not change the value."""
    rng = np.random.default_rng(seed)
    a = rng.integers(-3, 4, (3, 5)) + 1j * rng.integers(-3, 4, (3, 5))
    y = rng.integers(-3, 4, 3) + 1j * rng.integers(-3, 4, 3)
    eta = F(0) if exact else F(1)
    ends = []
    for factor in (1, 1j):
        answer = recover(instance(a * factor, y), eta)
        names = [name for name, *_ in answer.proofs()]
        if names != ["qcbp"]:
            return
        ends.append([F(answer.claims[0][1][key]) for key in ("low", "high")])
    (low, high), (other_low, other_high) = ends
    assert max(low, other_low) <= min(high, other_high)
    assert high - low <= F(1, 1000) * (1 + high)


@given(problems())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_out_of_range(case: Any) -> None:
    """A vector w with A^T w = 0 and <w, y> > 0 exactly if the rank grows; its length is far."""
    rows, y = case
    matrix = flint.fmpz_mat(rows)
    grows = (
        flint.fmpz_mat([[*row, b] for row, b in zip(rows, y, strict=True)]).rank() > matrix.rank()
    )
    w = out_of_range(matrix, y)
    assert (w is not None) == grows
    if w is not None:
        assert not any((matrix.transpose() * flint.fmpz_mat(len(w), 1, w)).entries())
        assert sum(a * b for a, b in zip(w, y, strict=True)) > 0
        problem = instance(rows, y)
        distance = far(problem, problem.vector("y"), F(0))
        assert distance is not None
        rest = np.linalg.lstsq(np.array(rows, float), np.array(y, float), rcond=None)[0]
        assert float(pairing(distance, distance)) == pytest.approx(
            float(np.sum((np.array(rows) @ rest - y) ** 2)), abs=1e-9
        )


@given(problems(), st.booleans())
@settings(max_examples=80, deadline=None, derandomize=True)
def test_linear_programs_against_highs(case: Any, bland: bool) -> None:
    """The exact optimum of min cost . x, M x = y, x >= 0 is that of HiGHS, from any start."""
    rows, y = case
    n = len(rows[0])
    cost = [1 + (7 * j) % 3 for j in range(n)]
    program = Program(flint.fmpz_mat(rows), cost, y)
    found = linprog(cost, A_eq=np.array(rows), b_eq=y, method="highs")
    proposals = [list(order) for order in combinations(range(n), len(rows))]
    proposals = proposals if bland else [*program.proposal(), *proposals]
    try:
        vertex = program.optimum([*proposals, list(range(n))])
    except Stuck:
        # no proposed basis was feasible: nothing is said of the program
        assert found.status == 2 or np.linalg.matrix_rank(np.array(rows)) < len(rows)
        return
    value = sum(F(cost[j] * a, vertex.over) for j, a in vertex.values().items())
    assert found.status == 0
    assert float(value) == pytest.approx(found.fun, abs=1e-7)
    products = [
        sum(a * b for a, b in zip(column, vertex.dual, strict=True))
        for column in zip(*rows, strict=True)
    ]
    assert all(g <= c * vertex.under for g, c in zip(products, cost, strict=True))


@pytest.mark.parametrize("size", [1, 3, 7])
@pytest.mark.parametrize("is_complex", [False, True])
def test_left_inverses(size: int, is_complex: bool) -> None:
    """Independent columns have one, dependent ones have none, and none is accepted for them."""
    rng = np.random.default_rng(size)
    parts = [[tuple(map(int, row)) for row in rng.integers(-9, 9, (size, 9))] for _ in range(2)]
    columns = [Vector.of(a, b if is_complex else ()) for a, b in zip(*parts, strict=True)]
    hint = left_inverse(columns)
    assert hint is not None
    check_injective(columns, hint)
    double = Vector.combination([(F(2), columns[0])], 9)
    turned = double.turned() if is_complex else double
    assert left_inverse([*columns, turned]) is None
    with pytest.raises(Rejected):
        check_injective([*columns, turned], hint)
    with pytest.raises(Rejected):
        check_injective([*columns[:-1], Vector.of((0,) * 9)], hint)


@pytest.mark.parametrize("name", ["identity", "haar", "hadamard"])
@pytest.mark.parametrize("n", [1, 4, 16, 64])
def test_transforms_are_unitary(name: str, n: int) -> None:
    """The kernel finds them so; Haar of a constant image has one coefficient."""
    problem = instance([[1] * n], [1], name, {"x": ("X", [1] * n)})
    assert is_unitary(problem.data.h)
    c = problem.data.h.apply(problem.vector("x"))
    if name != "identity":
        assert [j for j, a in enumerate(c.real) if a] == [0]
        assert F(c.real[0], c.denominator) ** 2 == n


def test_haar_is_the_haar_transform() -> None:
    """Level by level as its definition by averages and differences, on a random image."""
    side = 8
    image = np.random.default_rng(3).integers(-50, 50, (side, side)).astype(float)
    problem = instance([[1] * side**2], [1], "haar", {"x": ("X", image.astype(int).ravel())})
    width = side
    while width > 1:
        part = image[:width, :width]
        low, high = (part[0::2] + part[1::2]) / 2, (part[0::2] - part[1::2]) / 2
        image[:width, :width] = np.block(
            [
                [low[:, 0::2] + low[:, 1::2], low[:, 0::2] - low[:, 1::2]],
                [high[:, 0::2] + high[:, 1::2], high[:, 0::2] - high[:, 1::2]],
            ]
        )
        width //= 2
    c = problem.data.h.apply(problem.vector("x"))
    assert np.allclose(np.array(c.real) / c.denominator, image.ravel(), atol=1e-9)


@pytest.mark.parametrize("n", [2, 8, 9, 36])
def test_no_rational_haar(n: int) -> None:
    """Its factor sqrt(2), or the side, is refused."""
    with pytest.raises(BadInput, match="1, 4, 16, 64"):
        transform("haar", n)


def test_a_bad_proposal_is_repaired() -> None:
    """From the worst start, exact pivots reach the value that HiGHS's basis gives."""
    rng = np.random.default_rng(5)
    rows = rng.integers(-9, 10, (6, 15))
    y = rng.integers(-9, 10, 6).tolist()
    matrix = flint.fmpz_mat(np.hstack([rows, -rows]).tolist())
    program = Program(matrix, [1] * 30, y, 15)
    good, bad = (program.optimum(start) for start in (program.proposal(), [list(range(30))]))
    assert good.pivots == 0
    assert bad.pivots > 0
    values = [F(sum(v.values().values()), v.over) for v in (good, bad)]
    assert values[0] == values[1]


def test_measurements_that_were_rounded() -> None:
    """y = A x rounded to floats: most of the vertex is below HiGHS's tolerance, and found."""
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((20, 40))
    x = np.zeros(40)
    x[:3] = rng.standard_normal(3)
    problem = instance(rows, rows @ x)
    found = solve(problem, problem.vector("y"), Vector.of((1,) * 40))
    assert found.pivots == 0
    assert sum(a != 0 for a in found.c.real) == 20
    assert [name for name, *_ in recover(problem).proofs()] == ["value", "unique"]


def test_a_tiny_eta() -> None:
    """Where first-order methods are slow, the points of basis pursuit bound the value."""
    rng = np.random.default_rng(4)
    problem = instance(rng.integers(-9, 10, (8, 20)), rng.integers(-9, 10, 8))
    answer = recover(problem, F(1, 10**12))
    assert [name for name, *_ in answer.proofs()] == ["qcbp"]
    low, high = (F(answer.claims[0][1][key]) for key in ("low", "high"))
    assert 0 < high - low < F(1, 10**10)


def sparse_problem(m: int, n: int) -> tuple[Instance, list[int]]:
    """Random signs, and a vector with three entries."""
    rng = np.random.default_rng(11)
    x = [0] * n
    x[1], x[5], x[n - 1] = 3, -2, 7
    rows = rng.choice([-1, 1], (m, n))
    return instance(rows, rows @ x), x


def test_a_sparse_vector_is_recovered() -> None:
    """The decoder gives back the vector that was measured, and that is certified."""
    problem, x = sparse_problem(20, 40)
    answer = recover(problem)
    assert [name for name, *_ in answer.proofs()] == ["value", "unique"]
    assert answer.z == Vector.of(x)
    found = solve(problem, problem.vector("y"), Vector.of((1,) * 40))
    assert found.value == 12
    assert set(found.places) >= {1, 5, 39}


def model(answer: Answer) -> str:
    """What the kernel says of a claim on M_1."""
    return next(answer.proofs())[-1][-1]


@given(
    st.lists(st.tuples(SMALL, SMALL), min_size=4, max_size=4), st.integers(1, 4), st.fractions(0, 3)
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_the_model_class(entries: Any, s: int, delta: F) -> None:
    """Against floats, except near equality; one of both claims is certified."""
    x = np.array([complex(*entry) for entry in entries])
    problem = instance([[1, 1, 1, 1]], [1], "hadamard", {"x": ("X", x)})
    said = model(model_class(problem, "x", s, delta))
    signs = np.array([[(-1) ** (j & k).bit_count() for k in range(4)] for j in range(4)])
    error = np.sort(np.abs(signs @ x / 2))[: 4 - s].sum() / s**0.5
    if abs(error - float(delta)) > 1e-9:
        assert ("is in M_1" in said) == (error <= delta)
