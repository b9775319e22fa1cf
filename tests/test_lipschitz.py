"""Proposals for Lipschitz constants: short numbers, bounds near the truth, steep pairs."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.exact import Roots
from theorems import Affine, Problem, Table
from theorems.lipschitz import SLACK, rebound, short_above, simplest_between, upper
from theorems.outcome import Numbers, statement
from theorems.slopes import steepest

POSITIVE = st.fractions(min_value=0, max_value=1000, max_denominator=500)
SETTINGS = settings(max_examples=200, derandomize=True, deadline=None)


@given(POSITIVE, POSITIVE)
@SETTINGS
def test_the_simplest_rational_has_the_smallest_denominator(a: Fraction, b: Fraction) -> None:
    """Against trying all smaller denominators."""
    low, high = min(a, b), max(a, b)
    found = simplest_between(low, high)
    assert low <= found <= high
    for q in range(1, min(found.denominator, 60)):
        assert -(-low.numerator * q // low.denominator) > high * q


@given(POSITIVE)
@SETTINGS
def test_a_short_number_above_a_square_root(square: Fraction) -> None:
    """value <= short <= (1 + slack) value, exactly."""
    root = Roots.sqrt(square)
    short = short_above(root)
    assert (Roots.rational(short) - root).sign() >= 0
    assert (root.times(1 + SLACK) - Roots.rational(short)).sign() >= 0


def numbers(psi: list[list[object]], field: str, data: str, objects: str) -> Numbers:
    """The context of a problem with this map."""
    n, m = len(psi), len(psi[0])
    problem = Problem(
        operator=[[1] * n] * m,
        x=[0] * n,
        x_det=[0] * n,
        psi=Affine(psi),
        field=field,  # type: ignore[arg-type]
        data_norm=data,
        object_norm=objects,
    )
    one = {"delta": Fraction(1), "L": Fraction(1), "r": Fraction(1)}
    return Numbers(statement("4.1.i"), problem.case(statement("4.1.i"), one).data)


@pytest.mark.parametrize("seed", range(6))
def test_the_l2_bound_is_just_above_the_singular_value(seed: int) -> None:
    """Against NumPy's singular values; and a pair of points nearly attains it."""
    rng = np.random.default_rng(seed)
    w = rng.integers(-99, 100, (2 + seed, 3))
    context = numbers(w.tolist(), "R", "l2", "2 l2").context
    proposal = upper(context, "Psi")
    assert proposal is not None
    sigma = 2 * np.linalg.norm(w, 2)
    assert sigma <= float(proposal.bound) <= sigma * 1.0002
    pair = steepest(context, "Psi")
    assert pair is not None
    low = Fraction(pair.ratio.enclosure(64)[0], 1 << 64)
    assert low <= proposal.bound
    assert float(low) == pytest.approx(sigma, rel=1e-6)


def test_a_bound_between_truth_and_short_number_is_still_proved() -> None:
    """The exact constant itself, where the first proposal was rounded up."""
    context = numbers([["1/3", "1/1000003"], [0, 1]], "R", "l1", "l1").context
    exact = Fraction(1_000_004, 1_000_003)
    proposal = upper(context, "Psi")
    assert proposal is not None
    found = rebound(context, "Psi", exact, proposal)
    assert found is not None
    assert found.bound <= exact
    assert rebound(context, "Psi", exact - Fraction(1, 10**9), proposal) is None


def test_steepest_pairs_never_exceed_the_proved_bound() -> None:
    """For every pair of norms over both fields, on a map where all bounds differ."""
    psi = [[3, -1, 2], [0, 5, 1]]
    for field in "RC":
        for data in ("l1", "l2", "linf"):
            for objects in ("l1", "l2", "linf"):
                context = numbers(psi, field, data, objects).context  # type: ignore[arg-type]
                proposal, pair = upper(context, "Psi"), steepest(context, "Psi")
                assert proposal is not None
                assert pair is not None
                assert (Roots.rational(proposal.bound) - pair.ratio).sign() >= 0


@given(st.integers(2, 7), st.randoms(use_true_random=False), st.sampled_from(["l1", "l2", "linf"]))
@settings(max_examples=80, derandomize=True, deadline=None)
def test_the_steepest_pair_of_a_table_is_the_steepest(
    k: int, rng: random.Random, kind: str
) -> None:
    """The filter by floats loses nothing, also where rows nearly agree."""
    near = [Fraction(rng.randint(-5, 5)) + Fraction(rng.randint(-9, 9), 10**9) for _ in range(4)]
    inputs = [[rng.choice(near), Fraction(n)] for n in range(k)]
    outputs = [[Fraction(rng.randint(-50, 50)), rng.choice(near), Fraction(1)] for _ in range(k)]
    problem = Problem(
        operator=[[1, 0, 0], [0, 1, 0]],
        x=[0, 0, 0],
        x_det=[0, 0, 0],
        psi=Table(inputs, outputs),
        data_norm=kind,
        object_norm=kind,
    )
    one = {"delta": Fraction(1), "L": Fraction(1), "r": Fraction(1)}
    context = Numbers(statement("4.1.i"), problem.case(statement("4.1.i"), one).data).context
    pair = steepest(context, "Psi")
    assert pair is not None
    for y, v in zip(inputs, outputs, strict=True):
        for z, w in zip(inputs, outputs, strict=True):
            if y == z:
                continue
            rise = length(kind, [a - b for a, b in zip(v, w, strict=True)])
            run = length(kind, [a - b for a, b in zip(y, z, strict=True)])
            assert (pair.ratio * run - rise).sign() >= 0


def length(kind: str, v: list[Fraction]) -> Roots:
    """A norm, written down again."""
    if kind == "l2":
        return Roots.sqrt(sum((a * a for a in v), Fraction(0)))
    return Roots.rational(sum(map(abs, v), Fraction(0)) if kind == "l1" else max(map(abs, v)))
