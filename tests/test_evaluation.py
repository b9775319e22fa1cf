"""Fast exact values against the kernel's, and onnxruntime's within the proved rounding bound."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from theorems.arrays import BadInput
from theorems.evaluation import value_at
from theorems.rounding import bounded, float32

from .networks import Builder, exact, kernel, runtime
from .test_networks import MAKERS, random_graph, unet


def point(x: Any) -> tuple[list[int], int]:
    entries = [Fraction(float(v)) for v in x.ravel()]
    bottom = max([1, *(q.denominator for q in entries)])
    return [int(q * bottom) for q in entries], bottom


def gaps(data: bytes, x: Any) -> list[tuple[Fraction, Fraction]]:
    """(bound, |onnxruntime's value - exact|), entry by entry."""
    found = bounded(kernel(data), *point(x))
    values = zip(runtime(data, x).ravel(), found.value.fractions(), strict=True)
    actual = [abs(Fraction(float(a)) - b) for a, b in values]
    return list(zip(found.errors, actual, strict=True))


@pytest.mark.parametrize("first", MAKERS)
def test_random_graphs(first: str) -> None:
    """The kernel's value exactly, and onnxruntime's within the bound."""
    for seed in range(6):
        data, size = random_graph(seed, first, "float32")
        x = np.random.default_rng(seed).normal(size=size).astype("float32")
        network = kernel(data)
        value = value_at(network, *point(x))
        assert (value.shape, value.fractions()) == exact(network, x)
        assert all(actual <= bound for bound, actual in gaps(data, x))


def dense(seed: int) -> bytes:
    """A ReLU network 8 - 16 - 16 - 4."""
    rng = np.random.default_rng(seed)
    b = Builder()
    widths = [8, 16, 16, 4]
    for k, (inner, outer) in enumerate(pairwise(widths)):
        weights = b.array(rng.normal(size=(outer, inner)) / np.sqrt(inner))
        b.add("Gemm", b.now, weights, b.array(rng.normal(size=outer)), transB=1)
        if k < 2:
            b.add("Relu", b.now)
    return b.model((1, 8))


def test_a_thousand_inputs_of_small_networks() -> None:
    ratios = []
    for seed in range(10):
        data = dense(seed)
        rng = np.random.default_rng(seed)
        for _ in range(100):
            pairs = gaps(data, rng.normal(size=(1, 8)).astype("float32"))
            assert all(actual <= bound for bound, actual in pairs)
            ratios.append(float(max(b for b, _ in pairs) / max(a for _, a in pairs)))
    print(f"bound over actual error: median {np.median(ratios):.0f}")
    assert np.median(ratios) < 1000  # it says something


def test_a_u_net() -> None:
    """The bound holds, and is far too large: errors may grow by 20 in each of 14 layers."""
    data, _ = unet(4)
    x = np.random.default_rng(0).normal(size=(1, 2, 32, 32)).astype("float32")
    pairs = gaps(data, x)
    assert all(actual <= bound for bound, actual in pairs)
    print(f"bound over actual error: {float(max(pairs)[0] / max(a for _, a in pairs)):.1e}")


def test_what_has_no_bound() -> None:
    b = Builder()
    b.add("Mul", "x", b.array(3e38))
    with pytest.raises(BadInput, match="overflow"):
        bounded(kernel(b.model((1,))), [4], 1)
    with pytest.raises(BadInput, match="no float32"):
        bounded(kernel(b.model((1,))), [1], 3)


def test_what_is_float32() -> None:
    for q in (Fraction(0), Fraction(1, 1 << 149), Fraction(-((1 << 24) - 1))):
        assert float32(q)
    for q in (Fraction(1, 1 << 150), Fraction((1 << 24) + 1), Fraction(1, 3), Fraction(1 << 128)):
        assert not float32(q)
