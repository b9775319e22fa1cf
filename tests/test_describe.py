"""`kernelcert operator`: what is exact is checked again by sympy, and the certificate verifies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sympy
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.__main__ import run
from theorems.arrays import BadInput
from theorems.cli import main
from theorems.describe import describe, given_operator
from theorems.operators import adjoint, blur, composition, hadamard, radon

small = st.integers(-3, 3)
matrices = st.tuples(st.integers(1, 4), st.integers(1, 5)).flatmap(
    lambda s: st.lists(st.lists(small, min_size=s[1], max_size=s[1]), min_size=s[0], max_size=s[0])
)


@given(matrices)
@settings(max_examples=30)
def test_rank_and_kernel_against_sympy(rows: list[list[int]]) -> None:
    """The basis has the right size, lies in the kernel, and is orthogonal."""
    found = describe(np.array(rows))
    expected = sympy.Matrix(rows)
    n = len(rows[0])
    assert f"rank {expected.rank()}, the kernel has dimension {n - expected.rank()}" in str(
        found.lines
    )
    basis = found.basis
    assert basis is not None
    assert len(basis) == n - expected.rank()
    columns = [sympy.Matrix(v.real) for v in basis]
    for k, one in enumerate(columns):
        assert not any(expected * one)
        assert any(one)
        assert all(one.dot(other) == 0 for other in columns[:k])


def test_rank_over_c() -> None:
    """The second row is i times the first."""
    lines = describe(np.array([[1, 1j], [1j, -1]])).lines
    assert "rank 1, the kernel has dimension 1: exact" in lines
    assert "A maps C^2 to C^2" in lines


MASK = np.array([[1, 0, 0, 1], [0, 1, 0, 0]], dtype=bool)


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        (hadamard(MASK, scale="1/2"), "all 3 singular values are ~1.41421: by structure"),
        (hadamard(MASK, scale="1/2"), "an orthogonal basis of the kernel, 5 rational vectors"),
        (hadamard(MASK), "<A x, y> = <x, A* y>, on all unit vectors: exact"),
        (hadamard(MASK, scale=0), "rank 0, the kernel has dimension 8: exact"),
        (composition(adjoint(hadamard(MASK)), hadamard(MASK)), "certified, by operator_orthogonal"),
        (adjoint(hadamard(MASK)), "rank 3, the kernel has dimension 0"),
        (radon(8, 5), "of 40 singular values between 165/1028 and 61/380, of A*: certified"),
        (blur([1, 2, 1], [5000]), "certified, by operator_schur"),
        (blur([1, 2, 1], [5000]), "on 4 pairs of random integer vectors: evidence"),
        (blur([1, 2, 1], [5000]), "smallest singular value not computed"),
        ([[0, 0]], "l2 norm between 0 and 0: certified"),
    ],
)
def test_forms(operator: object, words: str) -> None:
    """A line for each thing, labelled with how it is known."""
    assert words in "\n".join(describe(operator).lines)


def test_the_command(tmp_path: Path) -> None:
    """An array, a problem of the catalogue, a general one; the kernel verifies what is written."""
    np.save(tmp_path / "A.npy", np.array([[1, 1, 0], [0, 1, 1]]))
    problem = tmp_path / "problem.toml"
    problem.write_text('operator = "A.npy"\nx = [1, 1, 1]\nx_det = [1, -1, 1]\n')
    general = tmp_path / "general.toml"
    general.write_text('[linear]\nB = {kind = "adjoint", of = "A.npy"}\n')
    for k, path in enumerate((tmp_path / "A.npy", problem, tmp_path, general)):
        out = tmp_path / f"out{k}"
        done = CliRunner().invoke(main, ["operator", str(path), "-o", str(out)])
        assert done.exit_code == 0, done.output
        assert "certified, by operator_gram" in done.output
        names = ("operator.claim", "problem.json", "operator.certificate.json")
        lines, status = run([str(out / name) for name in names])
        assert (lines[-1], status) == ("s VERIFIED certified", 0)
    done = CliRunner().invoke(main, ["operator", str(problem), "-o", str(tmp_path / "out0")])
    assert done.exit_code == 2


def test_bad_input(tmp_path: Path) -> None:
    """No operator, or several, or no file."""
    (tmp_path / "two.toml").write_text("[linear]\nA = [[1]]\nB = [[1]]\n")
    with pytest.raises(BadInput, match="one operator is expected"):
        given_operator(tmp_path / "two.toml")
    with pytest.raises(BadInput, match="there is no file"):
        given_operator(tmp_path / "no.toml")
    with pytest.raises(BadInput, match=r"there is no file no\.npy"):
        describe(*given_operator(tmp_path / "no.npy"))
