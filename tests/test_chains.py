"""ONNX networks as layers: the same values, the same constants; steep pairs of those that are not.

What a graph's layers should be is told by the kernel's own evaluation at random points, which the
cutting does not use, and by networks that are given as layers.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import chains
from certificates.chains import layers_of
from certificates.format import Rejected
from certificates.maps import LayersMap, NetworkMap
from certificates.matrices import Matrix, Vector
from certificates.norms import Norm
from theorems import Layers, NetworkFile, Problem, check, check_claim
from theorems.cells import constant
from theorems.climbing import steep_direction
from theorems.instance import Instance

from .networks import Builder, kernel

ONE = Norm("linf", Fraction(1))
SETTINGS = settings(max_examples=40, derandomize=True, deadline=None)


def chain(data: bytes, before: Matrix | None = None) -> LayersMap:
    return layers_of(NetworkMap(kernel(data), False, before))


def dense(seed: int, *sizes: int, scale: float = 1 / 4) -> tuple[list[Any], list[Any]]:
    """Matrices and offsets with entries that are multiples of `scale`."""
    rng = np.random.default_rng(seed)
    pairs = list(pairwise(sizes))
    matrices = [rng.integers(-8, 9, (m, n)) * scale for n, m in pairs]
    return matrices, [rng.integers(-8, 9, m) * scale for _, m in pairs]


def onnx_of(matrices: list[Any], offsets: list[Any], bend: str = "Relu", **more: float) -> bytes:
    """The network with Gemm, and with MatMul and Add, in turn."""
    b = Builder()
    for place, (w, c) in enumerate(zip(matrices, offsets, strict=True)):
        if place:
            b.add(bend, b.now, **more)
        if place % 2:
            b.add("Add", b.add("MatMul", b.now, b.array(w.T)), b.array(c))
        else:
            b.add("Gemm", b.now, b.array(w), b.array(c), transB=1)
    return b.model(("n", matrices[0].shape[1]))


@pytest.mark.parametrize("sizes", [(2, 4, 2), (4, 8, 4), (2, 3, 3, 1)])
def test_the_constant_is_that_of_the_same_network_given_as_layers(sizes: tuple[int, ...]) -> None:
    """Layer by layer the same numbers, so the same tree and the same constant."""
    matrices, offsets = dense(sum(sizes), *sizes)
    found = chain(onnx_of(matrices, offsets))
    for (matrix, offset), w, b in zip(found.layers, matrices, offsets, strict=True):
        assert [[Fraction(a, matrix.denominator) for a in row] for row in matrix.real] == w.tolist()
        assert [Fraction(a, offset.denominator) for a in offset.real] == b.tolist()
    assert constant(found.layers, found.slope, "linf", "linf").exact


def small(data: bytes | None, psi: Any = None, **more: Any) -> Problem:
    n = 2
    given = {"operator": np.eye(n), "x": [1, 0], "x_det": [0, 1], "delta": 1000}
    given |= {"lipschitz": "least", "object_norm": "linf", "data_norm": "linf"} | more
    return Problem(psi=NetworkFile(data) if data else psi, **given)


def test_the_least_constant_of_a_network_file() -> None:
    """Theorem 4.1 with the exact constant of a 2-4-2 network, the same as for its layers."""
    matrices, offsets = dense(1, 2, 4, 2)
    one = check("4.1.i", small(onnx_of(matrices, offsets)))
    other = check("4.1.i", small(None, Layers(matrices, offsets)))
    assert (one.verdict, one.assumed) == ("certified", ())
    assert "certified by cells" in str(one)
    figures = [{f.name: str(f.value) for f in r.outcome.figures} for r in (one, other)]
    assert figures[0] == figures[1]
    assert "assumed" not in str(one)
    leaky = check("4.1.i", small(onnx_of(matrices, offsets, "LeakyRelu", alpha=0.25)))
    same = check("4.1.i", small(None, Layers(matrices, offsets, "1/4")))
    assert [str(f.value) for f in leaky.outcome.figures] == [
        str(f.value) for f in same.outcome.figures
    ]
    assert check("4.1.i", small(onnx_of(matrices, offsets), data_norm="l2")).assumed == ()


def test_a_bound_that_is_not_reached_is_assumed() -> None:
    """L between the largest slope that is found and the bound that is proved."""
    data = onnx_of(*dense(3, 2, 6, 6, 2))
    loose = check("4.1.i", small(data, object_norm="l2", data_norm="l2"))
    bound = next(f.value for f in loose.outcome.figures if f.name == "L")
    assert bound is not None
    less = bound.upper() * Fraction(999, 1000)
    one = check("4.1.i", small(data, object_norm="l2", data_norm="l2", lipschitz=less))
    assert (one.verdict, one.assumed) == ("certified", ("lipschitz",))
    assert "--permit lipschitz" in str(one)


# ------------------------------------------------------------------------ the same values


def image_net(draw: st.DrawFn) -> bytes:
    """Convolutions, normalization, pooling, sums inside a segment, on images of 1 x 4 x 4."""
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    b = Builder()

    def weights(*shape: int) -> str:
        return b.array(rng.integers(-4, 5, shape) / 4)

    def bend() -> None:
        kind = draw(st.sampled_from(["LeakyRelu", "PRelu", "none"]))
        if kind == "LeakyRelu":
            b.add("LeakyRelu", b.now, alpha=0.5)
        if kind == "PRelu":
            b.add("PRelu", b.now, b.array([0.5]))

    if draw(st.booleans()):
        bend()
    b.add("Conv", b.now, weights(2, 1, 3, 3), weights(2), pads=[1, 1, 1, 1])
    if draw(st.booleans()):
        here = b.now
        b.add("Add", b.add("Conv", here, weights(2, 2, 1, 1)), here)
        b.add("Concat", b.now, here, axis=1)
        b.add("Slice", b.now, b.whole(1), b.whole(3), b.whole(1))
    bend()
    if draw(st.booleans()):
        ones = [b.array([4.0, 1.0]), b.array([1.0, -1.0]), b.array([0.5, 0.0]), b.array([3.0, 0.0])]
        b.add("BatchNormalization", b.now, *ones, epsilon=1.0)
    b.add("AveragePool", b.now, kernel_shape=[2, 2], strides=[2, 2])
    b.add("Transpose", b.now, perm=[0, 2, 3, 1])
    b.add("Mul", b.now, b.array(2.0))
    bend()
    b.add("Flatten", b.now)
    b.add("Gemm", b.now, weights(3, 8), weights(3), transB=1)
    bend()
    b.add("Sub", b.array([[1.0, 2.0, 3.0]]), b.now)
    return b.model((1, 1, 4, 4))


@given(st.data())
@SETTINGS
def test_the_layers_have_the_network_s_values(data: st.DataObject) -> None:
    """At random points, with and without a matrix before the network."""
    net = kernel(data.draw(st.composite(image_net)()))
    entry = st.integers(-9, 9)
    before = None
    m = 16
    if data.draw(st.booleans()):
        m = 3
        rows = data.draw(
            st.lists(st.lists(entry, min_size=m, max_size=m), min_size=16, max_size=16)
        )
        before = Matrix.of(rows, (), 2, m)
    found = NetworkMap(net, False, before)
    layers = layers_of(found)
    for _ in range(3):
        point = Vector.of(data.draw(st.lists(entry, min_size=m, max_size=m)), (), 4)
        assert layers.at(point, ONE) == found.at(point, ONE)


def test_a_constant_network_is_a_chain() -> None:
    """The output does not depend on the input; what is not needed for it does not matter."""
    b = Builder()
    b.add("Abs", "x")
    b.add("Identity", b.array([[1.0, 2.0]]))
    found = chain(b.model((1, 3)))
    assert found.at(Vector.of([1, 2, 3]), ONE) == Vector.of([1, 2])
    assert len(found.layers) == 1


# ------------------------------------------------------------------------------- refusals


def skip(b: Builder) -> None:
    b.add("Add", b.add("Relu", "x"), "x")


def beside(b: Builder) -> None:
    b.add("Add", b.add("Relu", "x"), b.add("Relu", b.add("Mul", "x", b.array(-1.0))))


def slopes(b: Builder) -> None:
    b.add("LeakyRelu", b.add("Relu", "x"), alpha=0.5)


def many(b: Builder) -> None:
    b.add("PRelu", "x", b.array([0.5, 0.25]))


def steep(b: Builder) -> None:
    b.add("LeakyRelu", "x", alpha=2.0)


def negative(b: Builder) -> None:
    b.add("LeakyRelu", "x", alpha=-0.5)


def absolute(b: Builder) -> None:
    b.add("Abs", "x")


def clipped(b: Builder) -> None:
    b.add("Clip", "x", b.array(0.0))


def largest(b: Builder) -> None:
    b.add("Max", "x", b.array([1.0, 2.0]))


@pytest.mark.parametrize(
    ("build", "because"),
    [
        (skip, "node 'v1' ('Add') goes around an activation, so the network is no chain"),
        (beside, "stands beside the activation"),
        (slopes, "activations with one slope from 0 to 1 are needed, not 0, 1/2"),
        (many, "has 2 slopes, one is needed"),
        (steep, "from 0 to 1 are needed, not 2"),
        (negative, "from 0 to 1 are needed, not -1/2"),
        (absolute, "('Abs') is neither affine nor an activation with one slope"),
        (clipped, "('Clip') is neither"),
        (largest, "('Max') is neither"),
    ],
)
def test_refusals(build: Callable[[Builder], None], because: str) -> None:
    """Each for its own reason."""
    b = Builder()
    build(b)
    with pytest.raises(Rejected) as error:
        chain(b.model((1, 2)))
    assert because in str(error.value)


def test_channels_and_large_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    b = Builder()
    b.add("Relu", "x")
    net = kernel(b.model((1, 2, 2)))
    with pytest.raises(Rejected, match="real and imaginary channels"):
        layers_of(NetworkMap(net, True, None))
    monkeypatch.setattr(chains, "DENSE", 15)
    with pytest.raises(Rejected, match="from 4 to 4 numbers is too large"):
        layers_of(NetworkMap(net, False, None))
    monkeypatch.setattr(chains, "COLUMNS", 3)
    with pytest.raises(Rejected, match="from 4 numbers is too large"):
        layers_of(NetworkMap(net, False, None))


# ------------------------------------------------------------------------------ steep pairs

SLOW = 'statement slow "slow"\nspaces X, Y\nmap f : Y -> X\nconclude\n  Lipschitz(f) <= {bound}\n'


def refuted(tmp_path: Path, made: Any, bound: str, norm: str = "l2", **more: Any) -> str:
    """The verdict on Lipschitz(f) <= bound."""
    path = tmp_path / "slow.claim"
    path.write_text(SLOW.format(bound=bound))
    table = {"spaces": {"X": norm, "Y": norm}, "maps": {"f": made}, **more}
    return check_claim(path, Instance(table)).verdict


@pytest.mark.parametrize("norm", ["l1", "l2", "linf"])
def test_a_bound_that_is_too_small_is_refuted(norm: str, tmp_path: Path) -> None:
    """z = 3 |x| has the constant 3; it is no chain, so that nothing above is proved."""
    b = Builder()
    b.add("Mul", b.add("Abs", "x"), b.array(3.0))
    data = b.model((1, 5))
    assert refuted(tmp_path, NetworkFile(data), "299/100", norm) == "refuted"
    # by moduli of weights the constant is proved for linf
    expected = "certified" if norm == "linf" else "undecided"
    assert refuted(tmp_path, NetworkFile(data), "3", norm) == expected


def normalized() -> bytes:
    """z = r(x / sqrt(4 / 3)), nearly: the root is irrational."""
    b = Builder()
    b.add("Conv", "x", b.array(np.ones((1, 1, 1))))
    scale, zero, variance = b.array([1.0]), b.array([0.0]), b.array([4 / 3])
    b.add("BatchNormalization", b.now, scale, zero, zero, variance)
    b.add("Relu", b.now)
    return b.model((1, 1, 2))


def smooth(shape: tuple[int, ...] = (1, 2)) -> bytes:
    """z = 1 / (1 + exp(-x)), which has the constant 1/4."""
    b = Builder()
    b.add("Sigmoid", "x")
    return b.model(shape)


def test_irrational_networks_are_no_chains_and_are_refuted_by_pairs(tmp_path: Path) -> None:
    """Slopes sqrt(3) / 2 = 0.866 and 1/4; over C too."""
    assert refuted(tmp_path, NetworkFile(normalized()), "86/100") == "refuted"
    assert refuted(tmp_path, NetworkFile(smooth()), "24/100") == "refuted"
    assert refuted(tmp_path, NetworkFile(smooth((1, 2, 2)), "channels"), "24/100") == "refuted"
    assert check("4.1.i", small(smooth(), lipschitz="1/8")).verdict == "vacuous"
    with pytest.raises(Rejected, match="has irrational values"):
        chain(normalized())


def test_networks_of_channels_and_of_layers_are_refuted_by_pairs(tmp_path: Path) -> None:
    """Over C; and real layers in l2, against a bound from dense sampling of Jacobians."""
    b = Builder()
    b.add("Mul", b.add("Relu", "x"), b.array(2.0))
    made = NetworkFile(b.model((1, 2, 3)), "channels")
    assert refuted(tmp_path, made, "19/10") == "refuted"
    matrices, offsets = dense(5, 3, 8, 2)
    rng = np.random.default_rng(0)
    signs = matrices[0] @ (rng.normal(size=(3, 4000)) * 4) + offsets[0][:, None] > 0
    norms = [np.linalg.norm(matrices[1] @ (s[:, None] * matrices[0]), 2) for s in signs.T]
    bound = str(Fraction(int(max(norms) * 990), 1000))
    assert refuted(tmp_path, Layers(matrices, offsets), bound) == "refuted"
    assert refuted(tmp_path, NetworkFile(onnx_of(matrices, offsets)), bound) == "refuted"


def test_a_large_network_is_refuted_by_its_own_vectors(tmp_path: Path) -> None:
    """More coordinates than a Jacobian is made for; x is where it is steep."""
    b = Builder()
    b.add("Abs", b.add("Mul", "x", b.array(2.0)))
    made = NetworkFile(b.model((1, 200)))
    assert refuted(tmp_path, made, "19/10", "linf") == "refuted"


@given(st.integers(0, 10**6))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_the_steep_direction_attains_easy_norms(seed: int) -> None:
    """l1 to any and any to linf are read off columns and rows, l2 to l2 from singular values."""
    rng = np.random.default_rng(seed)
    j = rng.normal(size=(3, 4))
    slope, v = steep_direction(j, "l2", "l2")
    assert slope <= np.linalg.norm(j, 2) * (1 + 1e-12)
    assert slope == pytest.approx(np.linalg.norm(j @ v) / np.linalg.norm(v))
    assert steep_direction(j, "linf", "linf")[0] == pytest.approx(np.abs(j).sum(axis=1).max())
