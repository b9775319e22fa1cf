"""The robust null space property: what the kernel accepts, against brute force and other tools."""

from __future__ import annotations

import math
from fractions import Fraction as F
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.format import Rejected
from certificates.matrices import Matrix, Vector
from certificates.sparse.null_space import (
    Constants,
    cases,
    duals,
    number_of_cases,
    ratio_at_least,
    violates,
    weights,
)
from certificates.sparse.recovery import bounds, recovers
from theorems.null_complex import complex_search
from theorems.null_constant import null_constant, search
from theorems.null_space import candidates, coherent, floats, prove, recovery_constants
from theorems.null_space_claims import known_constants

Floats = np.ndarray[Any, Any]


def matrix_of(values: Any) -> Matrix:
    """Integers, or complex integers, as an exact matrix."""
    a = np.asarray(values)
    imag = a.imag.astype(int).tolist() if np.iscomplexobj(a) else []
    return Matrix.of(a.real.astype(int).tolist(), imag, 1, a.shape[1])


def signs(m: int, n: int, seed: int) -> Floats:
    """A random matrix of signs."""
    return np.random.default_rng(seed).choice([-1, 1], (m, n))


def characters(m: int, n: int, seed: int) -> Floats:
    """Rows of the Fourier transform of (Z/4)^k, n = 4^k: entries 1, i, -1, -i."""
    one = np.array([[1j ** (a * b) for a in range(4)] for b in range(4)]).round()
    full = np.ones((1, 1))
    while len(full) < n:
        full = np.kron(full, one)
    return full[np.sort(np.random.default_rng(seed).choice(n, m, replace=False))]


def excess(b: Floats, found: Constants, c: Floats) -> float:
    """The largest left side minus right side over S, by sorting, in floats."""
    moduli = np.sort(np.abs(c))[::-1]
    inside, outside = moduli[: found.order], moduli[found.order :].sum()
    rest = found_norm(b @ c)
    rho, gamma = float(found.rho), float(found.gamma)
    if found.norm == "l2":
        return found_norm(inside) - rho / math.sqrt(found.order) * outside - gamma * rest
    return float(inside.sum()) - rho * outside - gamma * rest


def found_norm(v: Floats) -> float:
    """The Euclidean norm."""
    return float(np.linalg.norm(v))


def adversaries(b: Floats, rng: np.random.Generator) -> list[Floats]:
    """Vectors that come near to violating: of the kernel, peaked, random."""
    _, _, v = np.linalg.svd(b)
    kernel = np.conj(v[np.linalg.matrix_rank(b) :]).T
    found = [rng.standard_normal(b.shape[1]) * (1 + 0j if np.iscomplexobj(b) else 1)]
    for j in range(b.shape[1]):
        peak = kernel @ np.conj(kernel[j])
        found += [peak, peak + 0.1 * rng.standard_normal(len(peak))]
    return found


MATRICES = {
    "real, 8 x 12": signs(8, 12, 1),
    "real, 16 x 24": signs(16, 24, 2),
    "complex, 10 x 16": characters(10, 16, 3),
    "integers, 6 x 8": np.random.default_rng(4).integers(-5, 6, (6, 8)),
}


@pytest.mark.parametrize("title", MATRICES)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_what_weights_prove_is_never_violated(title: str, order: int) -> None:
    """Searched in floats, by vectors of the kernel and near to it."""
    b = MATRICES[title]
    found = prove(matrix_of(b), order)
    if found is None:
        return
    rng = np.random.default_rng(5)
    for c in adversaries(b, rng):
        assert excess(b, found.constants, c) <= 1e-9 * found_norm(c)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 3), st.booleans())
def test_any_weights_prove_only_what_is_true(seed: int, order: int, is_complex: bool) -> None:
    """Weights that nobody chose well: where alpha < 1 the inequality holds."""
    rng = np.random.default_rng(seed)
    b = characters(3, 4, seed) if is_complex else rng.integers(-3, 4, (4, 5))
    guess = np.linalg.pinv(b) * 64 + rng.integers(-9, 10, b.T.shape)
    real = np.rint(guess.real).astype(int).tolist()
    imag = np.rint(guess.imag).astype(int).tolist() if is_complex else []
    found = weights(matrix_of(b), Matrix.of(real, imag, 64, len(b)), order)
    left = 1 - float(found.alpha)
    if left <= 0:
        return
    rho = math.sqrt(order * found.beta_square) / left * (1 + 1e-12)
    gamma = math.sqrt(found.omega_square) / left * (1 + 1e-12)
    for norm, factor in (("l2", 1.0), ("l1", math.sqrt(order))):
        proved = Constants(norm, order, F(rho), F(gamma * factor * (1 + 1e-12)))
        assert found.gives(proved)
        for c in adversaries(b, rng):
            assert excess(b, proved, c) <= 1e-9 * found_norm(c)


def test_coherence() -> None:
    """W = B* for normed columns: rho = s mu / (1 - (s - 1) mu)."""
    b = signs(30, 40, 6)
    gram = b.T @ b
    mu = F(int(np.max(np.abs(gram - 30 * np.eye(40)))), 30)
    found = weights(matrix_of(b), coherent(matrix_of(b)), 1)
    assert (found.alpha, found.beta_square, found.omega_square) == (0, mu**2, F(1, 30))
    two = weights(matrix_of(b), coherent(matrix_of(b)), 2)
    assert two.alpha <= mu
    assert two.beta_square <= 2 * mu**2


@pytest.mark.parametrize("seed", range(4))
def test_order_one_loses_nothing(seed: int) -> None:
    """The least rho of the weights is the null space constant, by duality."""
    b = signs(6, 8, seed)
    matrix = matrix_of(b)
    constant = null_constant(matrix, 1)
    assert constant is not None
    ratio = constant.witness.ratio
    if ratio is None:
        return
    found = [weights(matrix, weight, 1) for weight, _ in candidates(matrix, floats(matrix))]
    least = min(math.sqrt(one.beta_square) / (1 - one.alpha) for one in found if one.alpha < 1)
    assert float(ratio) - 1e-9 <= least <= float(ratio) + 1e-5


def elementary(b: Floats) -> list[list[F]]:
    """Kernel vectors of minimal support: the extreme points of the l1 ball in the kernel."""
    found = []
    n = b.shape[1]
    for size in range(1, np.linalg.matrix_rank(b) + 2):
        for support in combinations(range(n), size):
            basis = sympy.Matrix(b[:, list(support)]).nullspace()
            if len(basis) == 1 and all(basis[0]):
                c = [F(0)] * n
                for j, value in zip(support, basis[0], strict=True):
                    c[j] = F(int(value.p), int(value.q))
                found.append(c)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_the_null_space_constant_by_elementary_vectors(seed: int) -> None:
    """A convex function of c is largest at an extreme point: another method, without programs."""
    b = np.random.default_rng(seed).integers(-2, 3, (3, 6))
    matrix, rays = matrix_of(b), elementary(b)
    for order in (1, 2):
        found = null_constant(matrix, order)
        assert found is not None
        best: F | None = F(0)
        for c in rays:
            moduli = sorted(map(abs, c), reverse=True)
            outside = sum(moduli[order:])
            if best is not None:
                best = max(best, sum(moduli[:order]) / outside) if outside else None
        assert found.witness.ratio == best
        searched = search(matrix, order)
        assert searched is not None
        if best is not None:
            assert searched.ratio is not None
            assert searched.ratio <= best
            duals(matrix, order, best, None, found.duals)
            with pytest.raises(Rejected, match="does not prove rho"):
                duals(matrix, order, best * F(999, 1000), None, found.duals)


def test_cases() -> None:
    """All supports, and signs up to one for all."""
    found = list(cases(5, 2))
    assert len(found) == len(set(found)) == number_of_cases(5, 2) == 20
    assert all(signs[0] == 1 for _, signs in found)


SQUARE = matrix_of([[1, 1, 0], [0, 1, 1]])  # kernel (1, -1, 1)
WITNESSES: dict[str, tuple[int, F | None, Vector, list[int], str]] = {
    "the ratio": (1, F(1, 2), Vector.of([1, -1, 1]), [0], ""),
    "a smaller one": (1, F(1, 3), Vector.of([1, -1, 1]), [0], ""),
    "two places": (2, F(2), Vector.of([1, -1, 1]), [0, 2], ""),
    "fewer than the order": (2, F(1, 2), Vector.of([1, -1, 1]), [1], ""),
    "too large": (1, F(3, 5), Vector.of([1, -1, 1]), [0], "the ratio of the vector is below 3/5"),
    "not sparse": (2, None, Vector.of([1, -1, 1]), [0, 1], "entries outside the support"),
    "sparse": (3, None, Vector.of([1, -1, 1]), [0, 1, 2], ""),
    "not in the kernel": (1, F(0), Vector.of([1, 1, 1]), [0], "not in the kernel"),
    "zero": (1, F(0), Vector.of([0, 0, 0]), [0], "the vector is 0"),
    "a support too large": (1, F(1), Vector.of([1, -1, 1]), [0, 1], "2 indices, not at most 1"),
    "an index twice": (2, F(1), Vector.of([1, -1, 1]), [0, 0], "distinct"),
    "an index beyond": (2, F(1), Vector.of([1, -1, 1]), [0, 3], "not below 3"),
    "a size": (1, F(1), Vector.of([1, -1]), [0], "has 2 entries, the matrix 3 columns"),
    "an order": (4, F(1), Vector.of([1, -1, 1]), [0], "the order is 4; it is between 1 and 3"),
    "complex": (1, F(1, 2), Vector.of([0, 0, 0], [1, -1, 1]), [0], ""),
}


@pytest.mark.parametrize("title", WITNESSES)
def test_witnesses(title: str) -> None:
    """Of the null space constant."""
    order, value, c, support, phrase = WITNESSES[title]
    if not phrase:
        ratio_at_least(SQUARE, order, value, c, support)
    else:
        with pytest.raises(Rejected, match=phrase):
            ratio_at_least(SQUARE, order, value, c, support)


VIOLATIONS = {
    "above": (Constants("l2", 1, F(49, 100), F(10)), True),
    "equal": (Constants("l2", 1, F(1, 2), F(0)), False),
    "l2 of two": (Constants("l2", 2, F(199, 100), F(0)), True),
    "l2 of two, equal": (Constants("l2", 2, F(2), F(0)), False),
    "l1 of two": (Constants("l1", 2, F(199, 100), F(10)), True),
    "l1 of two, equal": (Constants("l1", 2, F(2), F(0)), False),
}


@pytest.mark.parametrize("title", VIOLATIONS)
def test_violations(title: str) -> None:
    """Strict, exactly."""
    constants, is_violated = VIOLATIONS[title]
    support = [0, 2][: constants.order]
    if is_violated:
        violates(SQUARE, constants, Vector.of([1, -1, 1]), support)
    else:
        with pytest.raises(Rejected, match="satisfies"):
            violates(SQUARE, constants, Vector.of([1, -1, 1]), support)


def test_a_violation_counts_what_is_measured() -> None:
    """c = (1, 0, 0) has |B c| = 1: gamma from 1 on satisfies the inequality."""
    c = Vector.of([1, 0, 0])
    violates(SQUARE, Constants("l2", 1, F(0), F(999, 1000)), c, [0])
    with pytest.raises(Rejected, match="satisfies"):
        violates(SQUARE, Constants("l2", 1, F(0), F(1)), c, [0])


# -------------------------------------------------------------------------------- recovery


@settings(max_examples=200, deadline=None)
@given(
    st.fractions(F(0), F(99, 100), max_denominator=1000),
    st.fractions(F(1, 4), F(4), max_denominator=50),
    st.integers(1, 9),
)
def test_the_bounds_of_both_norms(rho: F, balance: F, order: int) -> None:
    """Equal at order 1, and C2 never below the l2 form's with gamma / sqrt(s)."""
    l2, l1 = (Constants(norm, order, rho, F(1)) for norm in ("l2", "l1"))
    if order == 1:
        assert bounds(l2, balance) == bounds(l1, balance)
    c1, c2 = recovery_constants(l2, balance)
    recovers(l2, balance, c1, c2)
    square, second = bounds(l1, balance)
    assert square <= order * bounds(l2, balance)[0]
    assert second <= bounds(l2, balance)[1]
    with pytest.raises(Rejected, match="below what"):
        recovers(l2, balance, c1 - F(1, 1000), c2)
    with pytest.raises(Rejected, match="below what"):
        recovers(l2, balance, c1, c2 - F(1, 1000))


@pytest.mark.parametrize("rho", [F(k, 20) for k in range(20)])
def test_they_are_smaller_than_the_known_ones(rho: F) -> None:
    """Both, with one balance, for every rho."""
    found = Constants("l2", 3, rho, F(1))
    ours, known = recovery_constants(found, F(17, 12)), known_constants(found)
    assert ours[0] * 2 <= known[0]
    assert ours[1] * 2 <= known[1]


@pytest.mark.parametrize(("rho", "balance"), [(F(1), F(1)), (F(1, 2), F(0)), (F(2), F(1))])
def test_no_bound_without_rho_below_one(rho: F, balance: F) -> None:
    """Nor with a balance that is not positive."""
    with pytest.raises(Rejected, match="rho < 1"):
        bounds(Constants("l2", 1, rho, F(1)), balance)


@pytest.mark.parametrize("title", MATRICES)
@pytest.mark.parametrize("order", [1, 2])
def test_no_vector_of_smaller_norm_is_farther_away(title: str, order: int) -> None:
    """All that the proof uses of x^: |x^|_l1 <= |x|_l1; so for such z, b = |B (z - x)| / 2."""
    b = MATRICES[title]
    found = prove(matrix_of(b), order)
    if found is None or found.constants.rho >= 1:
        return
    rng = np.random.default_rng(8)
    tried = 0
    for v in adversaries(b, rng):
        for share in (0.1, 0.25, 0.4, 0.5):
            # x takes the peak of v away, so that x + v is short
            x = np.where(np.abs(v) >= np.sort(np.abs(v))[-order], -v, -share * v)
            z = x + v
            if np.abs(z).sum() > np.abs(x).sum():
                continue
            tried += 1
            error = np.sort(np.abs(x))[:-order].sum() / math.sqrt(order)
            for k in (F(1, 2), F(17, 12), F(4)):
                first, second = recovery_constants(found.constants, k)
                bound = float(first) * error + float(second) * found_norm(b @ v) / 2
                assert found_norm(v) <= bound * (1 + 1e-9) + 1e-9
    assert tried


@pytest.mark.parametrize("order", [1, 2, 3])
def test_complex_vectors_of_the_kernel(order: int) -> None:
    """Exact, not below the real ones, and never above what weights prove."""
    for seed in range(2):
        matrix = matrix_of(characters(10, 16, seed))
        found, real, proved = (f(matrix, order) for f in (complex_search, search, prove))
        assert found is not None
        ratio_at_least(matrix, order, found.ratio, found.vector, found.support)
        if found.ratio is not None and real is not None and real.ratio is not None:
            assert found.ratio >= real.ratio - F(1, 10**5)
            assert proved is None or proved.constants.rho >= found.ratio


def test_a_sparse_complex_vector_of_the_kernel() -> None:
    """(i, 1, 0) is in the kernel, and no real vector is."""
    matrix = matrix_of(np.array([[1, -1j, 0], [0, 0, 1]]))
    found = complex_search(matrix, 2)
    assert found is not None
    assert found.ratio is None
    ratio_at_least(matrix, 2, None, found.vector, found.support)
