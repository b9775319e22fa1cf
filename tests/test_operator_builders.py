"""Operators as people give them: builders, tables of a problem file, what the kernel then reads."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.ndimage
import scipy.sparse

from certificates.arrays import Arrays
from certificates.forms import read_linear
from certificates.linear import Linear
from certificates.matrices import Matrix
from theorems import Affine, BadInput, Instance, Problem, check, check_claim
from theorems.operators import (
    Operator,
    adjoint,
    blur,
    composition,
    differences,
    hadamard,
    radon,
    realise,
    sparse,
)


def made(value: Any, folder: Path | None = None) -> Linear:
    """The linear map, as the kernel reads it."""
    found = realise(value, "operator", "A", folder)
    form = json.loads(json.dumps(found.form))
    return read_linear(form, "A", found.shape, Arrays(found.files.__getitem__).read)


def floats(form: Linear) -> np.ndarray[Any, Any]:
    """Its matrix in floats."""
    matrix = form.dense()
    real = np.array(matrix.real, dtype=float)
    imag = np.array(matrix.imag, dtype=float) if matrix.imag else 0
    return np.asarray((real + 1j * imag) / matrix.denominator)


MASK = np.array([[1, 0, 0, 1], [0, 1, 0, 0]], dtype=bool)


def test_hadamard_of_a_mask() -> None:
    """A mask has the shape of the image; its file is kept as it is."""
    expected = scipy.linalg.hadamard(8)[MASK.ravel()] / 4
    assert np.array_equal(floats(made(hadamard(MASK, scale="1/4"))), expected)
    listed = hadamard(rows=np.flatnonzero(MASK), shape=[2, 4], scale="1/4")
    assert np.array_equal(floats(made(listed)), expected)
    called_rows = hadamard(rows=MASK, shape=[8], scale="1/4")
    assert np.array_equal(floats(made(called_rows)), expected)


def test_products_and_adjoints() -> None:
    """A^* A and a blur before a transform; files of factors do not collide."""
    first, second = np.array([[1.0, 2j], [0, 3]]), np.array([[1, 2, 3], [4, 5, 6]])
    assert np.array_equal(floats(made(composition(first, second))), first @ second)
    assert np.array_equal(floats(made(adjoint(first))), first.conj().T)
    image = np.arange(8).reshape(2, 4) + 1.0
    kernel = [["1/4", "1/2", "1/4"]]
    chain = made(composition(hadamard(MASK), blur(kernel, [2, 4], "periodic")))
    blurred = scipy.ndimage.convolve(image, np.array([[0.25, 0.5, 0.25]]), mode="wrap")
    expected = scipy.linalg.hadamard(8)[MASK.ravel()] @ blurred.ravel()
    assert np.allclose(floats(chain) @ image.ravel(), expected)
    assert made(differences([2, 3])).shape == (7, 6)


@pytest.mark.parametrize("kind", ["csr", "csc", "coo"])
@pytest.mark.parametrize("unit", [1, 1j])
def test_scipy_sparse(kind: str, unit: complex, tmp_path: Path) -> None:
    """The object, and the file that SciPy writes."""
    dense = np.array([[0, 0.1, 0], [unit * 2, 0, 3]])
    matrix = scipy.sparse.csr_array(dense).asformat(kind)
    assert np.array_equal(floats(made(matrix)), dense)
    assert np.array_equal(floats(made(sparse(matrix))), dense)
    scipy.sparse.save_npz(tmp_path / "A.npz", matrix)
    assert np.array_equal(floats(made("A.npz", tmp_path)), dense)


def test_radon_is_the_length_of_rays() -> None:
    """Against lengths by a fine sum along each ray; axis-parallel rays count pixels."""
    n, angles = 6, 5
    found = made(radon(n, angles, 7))
    assert isinstance(found.dense(), Matrix)
    matrix = floats(found).real
    assert matrix.shape == (35, 36)
    steps = np.linspace(-6, 6, 240_001)
    for k in range(angles):
        c, s = np.cos(np.pi * k / angles), np.sin(np.pi * k / angles)
        for j in range(7):
            t = j - 3
            right, down = t * c - steps * s, t * s + steps * c
            columns, rows = (np.floor(v + n / 2 + 1e-9).astype(int) for v in (right, down))
            inside = (rows >= 0) & (rows < n) & (columns >= 0) & (columns < n)
            lengths = np.bincount((rows * n + columns)[inside], minlength=n * n) * 12 / 240_000
            if k:
                assert np.abs(lengths - matrix[k * 7 + j]).max() < 2e-4
    # rays along the edges of pixels have half of each side
    assert matrix[:7].sum(axis=1).tolist() == [3, 6, 6, 6, 6, 6, 3]
    scaled = matrix * 2**18
    assert np.array_equal(scaled, np.rint(scaled))


CLAIM = """\
statement bound "a bound on the operator"
spaces X with l2, Y with l2
linear A : X -> Y
constants K > 0
conclude
  Lipschitz(A) <= K
"""


@pytest.mark.parametrize(
    ("operator", "bound", "rule", "verdict"),
    [
        (hadamard(MASK, scale="1/4"), "708/1000", "operator_orthogonal", "certified"),
        (hadamard(MASK, scale="1/4"), "707/1000", "", "refuted"),
        (composition(adjoint(hadamard(MASK)), hadamard(MASK)), "8", "orthogonal", "certified"),
        (differences([4, 4], "zero"), "283/100", "operator_gram", "certified"),
        (radon(24, 40), "40", "operator_schur", "certified"),
        (radon(24, 40), "20", "", "refuted"),
        (blur([1, 2, 1], [600], "periodic"), "4", "operator_schur", "certified"),
    ],
)
def test_claims_about_operators(
    operator: Operator, bound: str, rule: str, verdict: str, tmp_path: Path
) -> None:
    """The norm of each, by the rule that fits it."""
    (tmp_path / "bound.claim").write_text(CLAIM)
    problem = Instance({"linear": {"A": operator}, "constants": {"K": bound}})
    result = check_claim(str(tmp_path / "bound.claim"), problem, tmp_path / "out")
    assert result.verdict == verdict
    written = (tmp_path / "out" / "bound.certificate.json").read_text()
    assert rule in written


def test_a_problem_file_of_the_catalogue(tmp_path: Path) -> None:
    """A table as operator in TOML, and the same from Python."""
    np.save(tmp_path / "mask.npy", MASK)
    (tmp_path / "problem.toml").write_text(
        """
        operator = {kind = "hadamard", rows = "mask.npy", shape = [2, 4], scale = "1/4"}
        x = [1, 2, 3, 4, 5, 6, 7, 8]
        x_det = [0, 0, 0, 0, 0, 0, 0, 0]
        [psi]
        kind = "constant"
        offset = [1, 2, 3, 4, 5, 6, 7, 8]
        """
    )
    result = check("4.1.i", Problem.load(tmp_path))
    assert result.verdict == "certified"
    assert "3 rows of the Walsh-Hadamard transform of shape [2, 4]" in str(result)
    table = Problem(
        operator=hadamard(MASK, scale=Fraction(1, 4)),
        x=[1] * 8,
        x_det=[0] * 8,
        psi=Affine(np.zeros((8, 3)), [1] * 8),
    )
    assert check("4.1.i", table).verdict == "certified"


TWICE = SimpleNamespace(row=[0, 0], col=[1, 1], data=[0.1, 0.2], shape=(2, 2))

BAD: list[tuple[Any, str]] = [
    ({"kind": "fourier"}, "operator.shape: the sides"),
    ({"kind": "wavelet"}, "operator.kind: 'wavelet' is not known; known are dense, sparse"),
    ({"kind": ["dense"]}, "operator.kind: ['dense'] is not known"),
    ({"kind": "hadamard"}, "operator.shape: the sides"),
    ({"kind": "hadamard", "shape": [4]}, "operator: give either rows, a list, or a mask"),
    ({"kind": "hadamard", "shape": [2.5], "rows": [1]}, "operator.shape: the sides"),
    ({"kind": "hadamard", "shape": [True], "rows": [1]}, "operator.shape: the sides"),
    ({"kind": "hadamard", "shape": [4], "rows": [1], "order": "x"}, "operator.order: 'x'"),
    ({"kind": "hadamard", "shape": [4], "rows": [1], "scale": 0.5}, "0.5 is a float"),
    ({"kind": "hadamard", "shape": [4], "rows": [1], "norm": 1}, "unknown key 'norm'"),
    ({"kind": "hadamard", "shape": [4], "rows": "no.npy"}, "there is no file no.npy"),
    ({"kind": "convolution", "shape": [4], "kernel": [1]}, "the key 'boundary' is missing"),
    (blur([1], [4], "mirror"), "operator.boundary: 'mirror' is not known"),
    (differences([1]), "one pixel has no differences"),
    (composition(), "operator.factors: a list of operators"),
    (composition([[1, 2]], [[1, 2]]), "number 0 has shape (1, 2), number 1 has shape (1, 2)"),
    (composition([1]), "operator.factors[0]: shape (1,)"),
    (adjoint({"kind": "radon"}), "operator.of: the key 'angles' is missing"),
    ({"kind": "radon", "pixels": "4", "angles": 2}, "whole numbers are expected"),
    ({"kind": "radon", "pixels": 0, "angles": 2}, "radon: positive numbers"),
    ({"kind": "sparse", "shape": [2], "rows": [], "columns": [], "values": []}, "shape [m, n]"),
    ("A.npz", "there is no file A.npz"),
]


@pytest.mark.parametrize(("value", "because"), BAD)
def test_bad_input(value: Any, because: str) -> None:
    """A sentence with place and remedy."""
    with pytest.raises(BadInput) as caught:
        realise(value, "operator", "A", None)
    assert because in str(caught.value)


def test_a_sum_is_not_rounded() -> None:
    """SciPy would add entries that occur twice, in floats."""
    with pytest.raises(BadInput, match="occurs twice"):
        sparse(TWICE)
    with pytest.raises(BadInput, match="has no tocoo"):
        sparse([[1]])
