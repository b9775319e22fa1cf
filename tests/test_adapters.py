"""Operators of other software, by small look-alikes; nothing foreign is imported but SciPy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse.linalg

from theorems import BadInput, Constant, Problem, check, check_claim
from theorems.adapters import sampled, stored
from theorems.describe import describe
from theorems.instance import Instance
from theorems.operators import realise

RANDOM = np.random.default_rng(1)
REAL = RANDOM.standard_normal((5, 8))
COMPLEX = RANDOM.standard_normal((3, 4)) + 1j * RANDOM.standard_normal((3, 4))


def matrix(operator: Any, *words: Any, **more: Any) -> np.ndarray[Any, Any]:
    """The sampled matrix."""
    return np.asarray(sampled(operator, *words, **more).table["matrix"])


class Tensor:
    """As much of a torch tensor as the adapter may use."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values, dtype=np.float32)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.values.shape

    def new_tensor(self, values: Any) -> Tensor:
        return Tensor(values)

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> np.ndarray[Any, Any]:
        return self.values


class Physics:
    """Like DeepInverse: tensors (1, 2, H, W) for complex images; a call adds noise."""

    def __init__(self, noise: float = 0.0, axis: int = 1) -> None:
        self.noise, self.axis = noise, axis

    def __call__(self, x: Tensor) -> Tensor:
        raise AssertionError("never physics(x)")

    def turn(self, x: Tensor, kernel: np.ndarray[Any, Any]) -> Tensor:
        parts = np.moveaxis(x.values.astype(float), self.axis, 0)
        flat = (parts[0] + 1j * parts[1]).ravel()
        found = kernel @ flat + self.noise * RANDOM.standard_normal(len(kernel))
        found = found.reshape(1, -1, 1)
        return Tensor(np.stack([found.real, found.imag], self.axis))

    def A(self, x: Tensor) -> Tensor:
        return self.turn(x, COMPLEX)

    def A_adjoint(self, y: Tensor) -> Tensor:
        return self.turn(y, COMPLEX.conj().T)


class Linop:
    """Like SigPy: shapes, * and H."""

    ishape, oshape = (2, 2), (3,)

    def __init__(self, kernel: np.ndarray[Any, Any] = COMPLEX) -> None:
        self.kernel = kernel

    def __mul__(self, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.asarray(self.kernel @ x.ravel())

    @property
    def H(self) -> Linop:
        return Linop(self.kernel.conj().T)


class Paper:
    """Like the paper's code: dot, adj, m and n on (B, 2, ...)."""

    m, n = 3, (2, 2)
    inner = Physics()

    def dot(self, x: Tensor) -> Tensor:
        return self.inner.A(x)

    def adj(self, y: Tensor) -> Tensor:
        return self.inner.A_adjoint(y)


def test_scipy_linear_operators() -> None:
    """Real and complex, by matvec."""
    for dense in (REAL, COMPLEX):
        found = sampled(scipy.sparse.linalg.aslinearoperator(dense))
        assert np.array_equal(found.table["matrix"], dense)
        assert "as sampled" in found.evidence[0]
    written = realise(scipy.sparse.linalg.aslinearoperator(REAL), "operator", "A")
    assert written.shape == (5, 8)
    assert any("unit vectors" in text for text in written.evidence)


def test_tensors_with_two_channels() -> None:
    """DeepInverse and the paper's code, with the layout that is named."""
    example = Tensor(np.zeros((1, 2, 2, 2)))
    for box in (Physics(), Paper()):
        assert np.allclose(matrix(box, example, "channel"), COMPLEX, atol=1e-6)
    last = Tensor(np.zeros((1, 4, 1, 2)))
    assert np.allclose(matrix(Physics(axis=-1), last, "last"), COMPLEX, atol=1e-6)


def test_sigpy() -> None:
    assert np.allclose(matrix(Linop()), COMPLEX)


def test_the_layout_is_never_guessed() -> None:
    """Real tensors that may be complex numbers are refused until the layout is named."""
    example = Tensor(np.zeros((1, 2, 2, 2)))
    with pytest.raises(BadInput, match="may be complex numbers in two channels"):
        sampled(Physics(), example)
    with pytest.raises(BadInput, match="may be complex numbers in two channels"):
        sampled(Physics(), Tensor(np.zeros((1, 3, 4, 2))))
    with pytest.raises(BadInput, match="needs real inputs with an axis of length 2"):
        sampled(Physics(), Tensor(np.zeros((1, 3, 4, 4))), "channel")
    with pytest.raises(BadInput, match="layout: 'guess' is not known"):
        sampled(Physics(), example, "guess")


def test_what_is_refused() -> None:
    """Noise, maps that are not linear, unknown objects, too many unit vectors."""
    example = Tensor(np.zeros((1, 2, 2, 2)))
    with pytest.raises(BadInput, match="not linear"):
        sampled(Physics(noise=0.5), example, "channel")

    class Conjugate:
        shape, dtype = (3, 4), np.dtype(complex)

        def matvec(self, x: Any) -> Any:
            return COMPLEX @ x.conj()

    with pytest.raises(BadInput, match="is it linear over R only"):
        sampled(Conjugate())
    with pytest.raises(BadInput, match="object is not known"):
        sampled(object())
    with pytest.raises(BadInput, match="give an example"):
        sampled(Physics())
    large = scipy.sparse.linalg.aslinearoperator(scipy.sparse.eye_array(20_000))
    with pytest.raises(BadInput, match="20000 unit vectors are too many"):
        sampled(large)


def test_a_wrong_adjoint_is_recorded() -> None:
    """It does not matter to the matrix, and is said."""

    class Wrong:
        shape, dtype = REAL.shape, REAL.dtype

        def matvec(self, x: Any) -> Any:
            return REAL @ x

        def rmatvec(self, y: Any) -> Any:
            return 2 * REAL.T @ y

    found = sampled(Wrong())
    assert np.array_equal(found.table["matrix"], REAL)
    assert found.evidence[3].startswith("adjointness tested on 3 random pairs: rmatvec fits up to ")
    assert float(found.evidence[3].split()[-1]) > 1e-3
    lines = describe(found).lines
    assert any(
        line.startswith("evidence, not verified: A: as sampled: Wrong by matvec") for line in lines
    )


# ------------------------------------------------------------------------------ in reports


class Fourier:
    """A DFT of 4 numbers, scaled."""

    shape, dtype = (4, 4), np.dtype(complex)

    def __init__(self, norm: Any) -> None:
        self.norm = norm

    def matvec(self, x: Any) -> Any:
        return np.fft.fft(x, norm=self.norm)


@pytest.mark.parametrize(
    ("norm", "words"),
    [
        ("ortho", 'A A* is 1 times the identity up to .*, the convention "ortho"'),
        (None, "A A* is 4 times the identity up to "),
    ],
)
def test_the_normalisation_is_said(norm: Any, words: str) -> None:
    """And that there is no adjoint."""
    said = sampled(Fourier(norm)).evidence
    assert re.fullmatch(words.replace("*", r"\*").replace(r".\*", ".*") + ".*", said[-1])
    assert said[-2] == "adjointness not tested: it has no adjoint to compare with"
    assert "type complex128 and shape (4,), outputs of shape (4,), no complex layout" in said[1]
    assert sampled(scipy.sparse.linalg.aslinearoperator(REAL)).evidence[-1].startswith("neither A")


SAMPLED = (
    "evidence, not verified: A: as sampled: Physics by A at 4 unit vectors, then as stored",
    "evidence, not verified: A: adjointness tested on 3 random pairs: A_adjoint fits up to ",
    "shape (1, 2, 2, 2), outputs of shape (1, 2, 3, 1), real and imaginary part in axis 1",
)


def physics() -> Any:
    return sampled(Physics(), Tensor(np.zeros((1, 2, 2, 2))), "channel")


def test_a_report_prints_what_was_sampled(tmp_path: Path) -> None:
    """Of a theorem, of a claim, and of a problem file that keeps the words."""
    vectors: dict[str, Any] = {"x": [1, 0, 0, 1], "x_det": [0, 1, 0, 0]}
    psi = Constant([0] * 4)
    result = check("4.1.i", Problem(operator=physics(), psi=psi, **vectors), tmp_path / "out")
    line = stored(physics(), tmp_path)
    (tmp_path / "problem.toml").write_text(
        f"{line}\nx = [1, 0, 0, 1]\nx_det = [0, 1, 0, 0]\n"
        '[psi]\nkind = "constant"\noffset = [0, 0, 0, 0]\n'
    )
    again = check("4.1.i", Problem.load(tmp_path))
    (tmp_path / "mine.claim").write_text(
        'statement mine "mine"\nspaces X with l2, Y with l2\nlinear A : X -> Y\n'
        "vectors x in X\nconclude\n  |A x| <= 100\n"
    )
    table = {"linear": {"A": physics()}, "vectors": {"x": [1, 0, 0, 1]}}
    claim = check_claim(tmp_path / "mine.claim", Instance(table))
    assert claim.verdict == "certified"
    for text in (
        str(result),
        (tmp_path / "out" / "report.txt").read_text(),
        str(again),
        str(claim),
    ):
        for words in SAMPLED:
            assert words in text
        assert "A is a dense 3 x 4 matrix, as stored" in text
    assert "as sampled: Physics" in result._repr_html_()
    with pytest.raises(BadInput, match="exists already"):
        stored(physics(), tmp_path)
    with pytest.raises(BadInput, match="a list of sentences is expected"):
        realise({"kind": "dense", "matrix": [[1]], "evidence": "yes"}, "operator", "A")
