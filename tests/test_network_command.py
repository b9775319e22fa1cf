"""kernelcert network; torch modules; the trained example; claims that floats judge wrongly."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.linalg import hadamard

from theorems import NetworkFile, Problem, check, check_claim
from theorems.arrays import BadInput
from theorems.cli import main
from theorems.examples import EXAMPLES
from theorems.instance import Instance

from .networks import Builder, runtime


def test_what_a_network_is(tmp_path: Path) -> None:
    b = Builder()
    b.add("Mul", "x", b.array(0.5))
    (tmp_path / "phi.onnx").write_bytes(b.model((1, 2)))
    np.save(tmp_path / "y.npy", np.array([[1, 3]], dtype="float32"))
    words = ["network", str(tmp_path / "phi.onnx"), "--at", str(tmp_path / "y.npy")]
    found = CliRunner().invoke(main, [*words, "-o", str(tmp_path / "v.json")])
    assert found.exit_code == 0
    assert "1 nodes: 1 Mul" in found.output
    assert "evidence, not verified: onnxruntime is off by 0" in found.output
    assert json.loads((tmp_path / "v.json").read_text()) == ["1/2", "3/2"]


def test_the_node_that_is_not_covered(tmp_path: Path) -> None:
    b = Builder()
    b.add("Erf", "x")
    (tmp_path / "phi.onnx").write_bytes(b.model((1, 2)))
    found = CliRunner().invoke(main, ["network", str(tmp_path / "phi.onnx")])
    assert found.exit_code == 2


@pytest.mark.parametrize(
    ("weights", "point"),
    [([1e8, -1e8, 1.0], [1, 1, 1]), ([1e8, 1.0, -1e8], [1, 1, 1]), ([1e-30, 0, 0], [1e-30, 0, 0])],
    ids=["cancels", "order of summation", "underflow"],
)
def test_claims_that_floats_judge_wrongly(
    weights: list[float], point: list[float], tmp_path: Path
) -> None:
    """The value is positive, whatever floats say."""
    b = Builder()
    b.add("Add", b.add("MatMul", "x", b.array([[w] for w in weights])), b.array([0.0]))
    y = np.array([point], dtype="float32")
    claim = tmp_path / "positive.claim"
    claim.write_text(
        'statement positive "the value is positive"\nspaces X, Y\nmap Psi : Y -> X\n'
        "vectors y in Y\nconclude\n  |Psi(y)| > 0\n"
    )
    table = {
        "spaces": {"X": "l2", "Y": "l2"},
        "vectors": {"y": y},
        "maps": {"Psi": NetworkFile(b.model((1, 3)))},
    }
    assert check_claim(claim, Instance(table)).verdict == "certified"
    if point[0] < 1:
        assert not runtime(b.model((1, 3)), y).any()


def test_the_trained_network(tmp_path: Path) -> None:
    """It transfers a detail in the kernel; not one that is measured; undertrained, it is no fit."""
    for name, data in EXAMPLES["trained-hadamard"].make().items():
        (tmp_path / name).write_bytes(data)
    result = check("4.1.i", Problem.load(tmp_path))
    assert (result.verdict, result.assumed) == ("certified", ())
    figures = {figure.name: figure.value for figure in result.outcome.figures}
    assert figures["exact error, e = 0"].upper() < figures["|x_det|"].upper() / 100
    problem = (tmp_path / "problem.toml").read_text().replace('"least"', '"1/50"', 1)
    for old, new in (('"phi.onnx"', '"early.onnx"'), ('"x_det.npy"', '"x_large.npy"')):
        changed = problem.replace(f"file   = {old}", f"file   = {new}")
        changed = changed.replace(f"x_det    = {{file = {old}", f"x_det    = {{file = {new}")
        (tmp_path / "problem.toml").write_text(changed)
        assert check("4.1.i", Problem.load(tmp_path)).verdict == "vacuous"


@pytest.mark.parametrize("name", ["hadamard", "fourier"])
def test_floats_agree_with_the_figures_of_the_trained_networks(name: str, tmp_path: Path) -> None:
    """|Psi(A x) - (x + x_det)| by SciPy's matrix, NumPy's transform and onnxruntime."""
    files = EXAMPLES[f"trained-{name}"].make()
    for file, data in files.items():
        (tmp_path / file).write_bytes(data)
    mask, x, detail = (np.load(tmp_path / f"{key}.npy") for key in ("mask", "x", "x_det"))
    if name == "hadamard":
        x, detail = x / 256, detail / 256
        matrix = hadamard(32) / np.sqrt(32)
        changes = np.abs(np.diff(matrix, axis=1)).sum(axis=1).argsort(kind="stable")
        matrix = matrix[changes]  # sequency order: by the number of changes of sign
        seen = matrix.T @ (mask * (matrix @ x @ matrix.T)) @ matrix
        value = runtime(files["phi.onnx"], seen[None, None].astype("float32"))[0, 0]
    else:
        seen = np.fft.ifft2(mask * np.fft.fft2(x, norm="ortho"), norm="ortho")
        stacked = np.stack([seen.real, seen.imag])[None].astype("float32")
        real, imag = runtime(files["phi.onnx"], stacked)[0]
        value = real + 1j * imag
    error = np.linalg.norm(value - (x + detail))
    result = check("4.1.i", Problem.load(tmp_path))
    figures = {figure.name: figure.value for figure in result.outcome.figures}
    assert abs(float(figures["exact error, e = 0"].upper()) - error) < 1e-4 * error


def test_the_trained_network_on_a_fourier_transform(tmp_path: Path) -> None:
    """Irrational from the first step on, and nothing is believed."""
    for name, data in EXAMPLES["trained-fourier"].make().items():
        (tmp_path / name).write_bytes(data)
    result = check("4.1.i", Problem.load(tmp_path), tmp_path / "out")
    assert (result.verdict, result.assumed) == ("certified", ())
    figures = {figure.name: figure.value for figure in result.outcome.figures}
    assert figures["exact error, e = 0"].upper() < figures["|x_det|"].upper() / 10
    claim = tmp_path / "measured.claim"
    claim.write_text(
        'statement measured "a detail that is measured is not transferred"\n'
        "spaces X, Y\nlinear A : X -> Y\nmap Psi : Y -> X\nvectors x, x_det, x_large in X\n"
        "conclude\n  |x_large| < 2 |Psi(A x) - (x + x_det + x_large)|\n"
    )
    given = tomllib.loads((tmp_path / "problem.toml").read_text())
    table = {
        "spaces": {"X": "l2", "Y": "l2"},
        "linear": {"A": given["operator"]},
        "maps": {"Psi": given["psi"]},
        "vectors": {name: f"{name}.npy" for name in ("x", "x_det", "x_large")},
    }
    assert check_claim(claim, Instance(table, tmp_path)).verdict == "certified"


def test_a_torch_module() -> None:
    with pytest.raises(BadInput, match="no torch module"):
        NetworkFile.of(3, (1, 2))
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(2, 2)
    psi = NetworkFile.of(layer, (1, 2))
    assert psi.network("psi", None).weights == 6
