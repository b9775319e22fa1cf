"""kernelcert recover."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import certificates
from certificates.sparse.__main__ import run
from theorems.cli import main

FILES: dict[str, Any] = {
    "A": [[1, 1, 0, 0], [0, 0, 1, 2]],
    "y": [1, 2],
    "zero": [0, 0],
    "one": [1],
    "O": [[0, 0], [0, 0]],
    "twice": [[1, 2], [2, 4]],
    "C": [[1, 1j, 0, 0], [0, 0, 1, 2]],
    "weights": [1, 2, 3, 7],
    "rotation": [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, -1]],
    "shear": [[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The arrays, as .npy files in the current folder."""
    for name, entries in FILES.items():
        np.save(tmp_path / f"{name}.npy", np.array(entries))
    monkeypatch.chdir(tmp_path)
    return tmp_path


# words: what is printed, and the names of the claims
PRINTS: dict[str, tuple[list[str], list[str]]] = {
    "A.npy y.npy": (
        ["the value is 2\n", "it is not the only minimiser", "of least l2 norm has 3 of 4"],
        ["value", "not-unique", "minimisers", "hull", "shortest"],
    ),
    "A.npy y.npy --weights weights.npy": (
        ["the value is 7\n", "it is the only minimiser", "2 of 4 coefficients that are not 0 at 0"],
        ["value", "unique"],
    ),
    "A.npy y.npy --transform haar": (["the value is "], ["value"]),
    "A.npy y.npy --transform hadamard": (["the value is "], ["value"]),
    "A.npy y.npy --transform rotation.npy": (["the value is 2\n"], ["value"]),
    "A.npy zero.npy": (["the value is 0\n", "it is the only minimiser"], ["value", "unique"]),
    "O.npy y.npy": (["y is not in the range of A: the program is infeasible"], ["infeasible"]),
    "O.npy zero.npy": (["the value is 0\n", "only minimiser"], ["value", "unique"]),
    "twice.npy y.npy": (["the value is 1/2"], ["value"]),
    "twice.npy y.npy --eta 5": (["the value is 0\n", "0 of 2 coefficients"], ["qcbp"]),
    "twice.npy y.npy --eta 1": (["the value is between 0.27"], ["qcbp"]),
    "O.npy y.npy --eta 2": (["farther than eta = 2 from the range of A"], ["infeasible"]),
    "A.npy y.npy --eta 1/10": (["the value is between", "gap"], ["qcbp"]),
    "C.npy y.npy": (["the value is "], ["qcbp"]),
    "C.npy y.npy --eta 1/3": (["the value is between", "the feasible point has"], ["qcbp"]),
    "A.npy y.npy --lasso 1/2": (["the value is "], ["lasso"]),
    "A.npy y.npy --lasso 100": (["the value is 5/2", "0 of 4 coefficients"], ["lasso"]),
}  # fmt: skip


@pytest.mark.parametrize("words", PRINTS)
def test_prints_and_writes(words: str, folder: Path) -> None:
    """What is printed, and that the kernel alone verifies all that was written."""
    texts, names = PRINTS[words]
    out = folder / "out"
    done = CliRunner().invoke(main, ["recover", *words.split(), "-o", str(out)])
    assert done.exit_code == 0, done.output
    for text in texts:
        assert text in done.output
    written = {path.name.split(".")[0] for path in out.glob("*.claim.json")}
    assert set(names) <= written
    for name in written:
        paths = [out / f"{name}.claim.json", out / "problem.json", out / f"{name}.certificate.json"]
        lines, status = run([str(path) for path in paths])
        assert (status, lines[-1]) == (0, "s VERIFIED certified"), lines
        assert f"verified: {lines[-2]}" in done.output
    assert (out / "z.json").is_file() == ("infeasible" not in written)


def test_the_minimiser_is_read_again(folder: Path) -> None:
    """z.json is an array that the command takes: A z = y, and the shortest of all minimisers."""
    CliRunner().invoke(main, ["recover", "A.npy", "y.npy", "-o", "out"])
    assert json.loads((folder / "out" / "z.json").read_text()) == ["1/2", "1/2", "0", "1"]
    assert np.load(folder / "out" / "z.npy").tolist() == [0.5, 0.5, 0, 1]
    np.save("I.npy", np.eye(4, dtype=int))
    done = CliRunner().invoke(main, ["recover", "I.npy", "out/z.json"])
    assert "the value is 2\n" in done.output


def test_the_kernel_alone(folder: Path) -> None:
    """The program of the trusted room, in a Python of its own."""
    CliRunner().invoke(main, ["recover", "A.npy", "y.npy", "-o", "out"])
    words = ["out/value.claim.json", "out/problem.json", "out/value.certificate.json"]
    kernel = Path(certificates.__file__).parent.parent
    command = [sys.executable, "-S", "-m", "certificates.sparse", *words]
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(kernel)})
    assert done.returncode == 0
    assert done.stdout.endswith("has the value 2\ns VERIFIED certified\n")


SPARSITY = {
    "y.npy -s 1": ("sigma_1(H x)_l1 is 1\n", "x is in M_1 for s = 1 and delta = 1\n"),
    "weights.npy -s 2": ("sigma_2(H x)_l1 is 3\n", "in M_1 for s = 2 and delta = "),
    "weights.npy -s 2 --delta 2": ("is 3\n", "x is not in M_1 for s = 2 and delta = 2\n"),
    "weights.npy -s 4 --delta 0": ("is 0\n", "x is in M_1 for s = 4 and delta = 0\n"),
    "weights.npy -s 1 --transform hadamard": ("is 15/2, about 7.5\n", "delta = 15/2\n"),
}


@pytest.mark.parametrize("words", SPARSITY)
def test_sparsity(words: str, folder: Path) -> None:
    """The error of the best terms, and a claim that the kernel verifies."""
    done = CliRunner().invoke(main, ["sparsity", *words.split(), "-o", "out"])
    assert done.exit_code == 0, done.output
    for text in SPARSITY[words]:
        assert text in done.output
    names = ("class.claim.json", "problem.json", "class.certificate.json")
    assert run([str(folder / "out" / name) for name in names])[1] == 0


@pytest.mark.parametrize("words", ["y.npy -s 0", "y.npy -s 3", "y.npy -s 1 --delta=-1"])
def test_no_sparsity(words: str, folder: Path) -> None:
    """One sentence."""
    done = CliRunner().invoke(main, ["sparsity", *words.split()])
    assert done.exit_code == 2
    assert "kernelcert: --" in done.stderr


BAD = {
    "A.npy one.npy": "y: shape (1,) has 1 entries, the operator needs 2",
    "A.npy nothing.npy": "y: there is no file",
    "A.npy y.npy --eta=-1": "eta: -1 is negative",
    "A.npy y.npy --eta 1e-3": "--eta: '1e-3' is not an exact number",
    "A.npy y.npy --lasso 0": "lambda: 0 must be positive",
    "A.npy y.npy --lasso 1 --eta 1": "two programs; give one of them",
    "A.npy y.npy --transform shear.npy": "H H* = I must hold exactly",
    "A.npy y.npy --transform O.npy": "transform: shape (2, 2), but the operator needs (4, 4)",
    "twice.npy y.npy --transform haar": "haar is rational for 1, 4, 16, 64, ... entries, not for 2",
    "A.npy y.npy --transform wavelet": "'wavelet' is no file, and none of identity, haar",
    "A.npy y.npy --weights zero.npy": "weights: shape (2,) has 2 entries",
}


@pytest.mark.parametrize("words", BAD)
def test_bad_input(words: str, folder: Path) -> None:
    """One sentence, exit status 2, and nothing written."""
    done = CliRunner().invoke(main, ["recover", *words.split(), "-o", "out"])
    assert done.exit_code == 2
    assert BAD[words] in done.stderr
    assert not (folder / "out").exists()
    assert not done.stdout


def test_arrays_are_not_replaced(folder: Path) -> None:
    """y.npy of the person is another array than the y of the problem."""
    done = CliRunner().invoke(main, ["recover", "A.npy", "zero.npy", "-o", "."])
    assert done.exit_code == 2
    assert "y.npy: would be replaced by another array" in done.stderr
    assert np.load("y.npy").tolist() == [1, 2]
    assert not (folder / "problem.json").exists()


def test_zero_weights(folder: Path) -> None:
    """The kernel's sentence, before anything is solved."""
    np.save("none.npy", np.zeros(4))
    done = CliRunner().invoke(main, ["recover", "A.npy", "y.npy", "--weights", "none.npy"])
    assert done.exit_code == 2
    assert "all weights must be positive" in done.stderr
