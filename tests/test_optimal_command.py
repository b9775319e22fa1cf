"""kernelcert optimal: what it prints, writes and refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sklearn.datasets import load_digits

from certificates.optimality.__main__ import run
from theorems.cli import main

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "docs" / "examples" / "values-in-M1"


def called(*words: object) -> Result:
    """The command with these words."""
    return CliRunner().invoke(main, ["optimal", *map(str, words)])


def test_the_example_of_the_findings(tmp_path: Path) -> None:
    """Values in M1 or anywhere are two numbers; the files of the repository are what it writes."""
    words = [EXAMPLE / "operator.toml", EXAMPLE / "M1.json", "--map", EXAMPLE / "psi.toml"]
    done = called(*words, "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    for text in (
        "c_opt(A, M1), values anywhere = 1/4 (0.25)",
        "with values in M1 only, it = 1/2 (0.5)",
        "there are several optimal maps; the value at the measurement of image 1 (from 0) is free",
        "the largest error of Psi = 1/2 (0.5)",
        "1/4 above c_opt: it is not optimal",
        "verified: Psi is not optimal for (A, M1): its error at M1_3 is at least c_opt + 1/4",
        "kernel size = 1/2",
    ):
        assert text in done.output
    written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert written == {path.name: path.read_bytes() for path in (EXAMPLE / "out").iterdir()}


def test_the_files_of_the_example_verify() -> None:
    """Each claim of the repository, with the kernel."""
    out = EXAMPLE / "out"
    claims = sorted(out.glob("*.claim.json"))
    assert len(claims) == 7
    for claim in claims:
        proof = claim.with_name(claim.name.replace("claim", "certificate"))
        lines, status = run([str(claim), str(out / "problem.json"), str(proof)])
        assert (lines[-1], status) == ("s VERIFIED certified", 0)


def test_the_map_is_one_of_a_problem_file(tmp_path: Path) -> None:
    """The optimal map serves as psi, of this command and of `kernelcert check`."""
    np.save(tmp_path / "A.npy", np.array([[1, 1, 0, 0]]))
    np.save(tmp_path / "M1.npy", np.array([[1, 0, 3, 0], [0, 1, 0, 5], [2, 0, 0, 0]]))
    assert called(tmp_path / "A.npy", tmp_path / "M1.npy", "-o", tmp_path / "out").exit_code == 0
    psi = '[psi]\nkind = "table"\ninputs = "inputs.json"\noutputs = "outputs.json"\n'
    (tmp_path / "out" / "psi.toml").write_text(psi)
    again = called(tmp_path / "A.npy", tmp_path / "M1.npy", "--map", tmp_path / "out" / "psi.toml")
    assert "it is optimal" in again.output
    head = (
        'operator = [["1", "1", "0", "0"]]\nx = ["1", "0", "3", "0"]\nx_det = ["1", "0", "-3", "0"]'
    )
    (tmp_path / "out" / "problem.toml").write_text(f'{head}\ndelta = "3"\nlipschitz = "4"\n{psi}')
    words = ["check", "4.1.i", str(tmp_path / "out"), "-o", str(tmp_path / "checked")]
    found = CliRunner().invoke(main, [*words, "--permit", "lipschitz"])
    assert found.exit_code == 0, found.output


def test_a_multivalued_map_and_noise(tmp_path: Path) -> None:
    """Two maps together, an epsilon, a kernel size with noise."""
    (tmp_path / "A.toml").write_text('[linear]\nA = [["1", "0"]]\n')
    (tmp_path / "M1.json").write_text('[["0", "0"], ["0", "2"], ["1", "1"]]')
    (tmp_path / "maps.toml").write_text(
        '[maps.low]\nkind = "constant"\noffset = ["0", "0"]\n'
        '[maps.high]\nkind = "constant"\noffset = ["0", "1"]\n'
    )
    words = [tmp_path / "A.toml", tmp_path / "M1.json", "--map", tmp_path / "maps.toml"]
    done = called(*words, "--eps", "1", "--noise", "1/2", "--norm", "linf", "-o", tmp_path / "o")
    assert done.exit_code == 0, done.output
    assert "the largest error of the multivalued map low, high = 2\n" in done.output
    assert "  within 1 of c_opt, as (4.12) asks for this epsilon\n" in done.output
    assert "kernel size, with noise up to 1/2 = 2\n" in done.output
    assert "y -> {low(y), high(y)} is not optimal" in done.output
    assert "not within 1/2" in called(*words, "--eps", "1/2", "--norm", "linf").output


def test_says_what_is_unusual(tmp_path: Path) -> None:
    """Repeated rows, one element, elements outside of the ball, measurements that look equal."""
    np.save(tmp_path / "A.npy", np.array([[0.1, 0.1, 0.1, -0.3]]))
    np.save(tmp_path / "M1.npy", np.array([[0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]]))
    done = called(tmp_path / "A.npy", tmp_path / "M1.npy")
    assert "M1: 2 vectors (1 rows repeat others and count once) of R^4, l2" in done.output
    assert "1 of them are outside of the unit ball" in done.output
    assert "2 different measurements" in done.output
    assert "there is just one optimal map" in done.output
    np.save(tmp_path / "M1.npy", np.array([[0, 0, 0, 0], [1, 1, 1, 1], [9, 0, 0, 0]]))
    done = called(tmp_path / "A.npy", tmp_path / "M1.npy")
    assert "only 2 of them differ in 9 digits; equality is judged exactly" in done.output
    np.save(tmp_path / "M1.npy", np.array([[3, 0, 0, 0]]))
    assert "values anywhere = 0\n" in called(tmp_path / "A.npy", tmp_path / "M1.npy").output


def test_pictures(tmp_path: Path) -> None:
    """With images and without; nothing is decided by them."""
    np.save(tmp_path / "digits.npy", load_digits().data[:60].astype(np.int64))
    (tmp_path / "A.toml").write_text(
        '[linear]\nA = {kind = "hadamard", shape = [64], rows = [0]}\n'
    )
    for name in ("p.png", "p.svg"):
        words = [tmp_path / "A.toml", tmp_path / "digits.npy", "--plot", tmp_path / name]
        assert called(*words).exit_code == 0
        assert (tmp_path / name).stat().st_size > 10_000


REFUSED = {
    "no images": (["A.npy", "no.npy"], "there is no file no.npy"),
    "an empty class": (["A.npy", "empty.npy"], "images: the model class is empty"),
    "another length": (["A.npy", "long.npy"], "M1"),
    "another norm": (["A.npy", "M1.npy", "--norm", "l3"], "unknown norm 'l3'"),
    "negative noise": (["A.npy", "M1.npy", "--noise", "-1"], "--noise: a number >= 0"),
    "eps without a map": (["A.npy", "M1.npy", "--eps", "1"], "--eps: a number >= 0, with the map"),
    "no map file": (["A.npy", "M1.npy", "--map", "no.toml"], "--map: there is no file"),
    "a file without maps": (["A.npy", "M1.npy", "--map", "A.toml"], "neither .psi. nor .maps."),
    "a map without values": (["A.npy", "M1.npy", "--map", "named.toml"], "no known value"),
    "another picture": (["A.npy", "M1.npy", "--plot", "p.txt"], "must end in .png"),
    "Fourier": (["F.toml", "M1.npy"], "irrational"),
    "a folder that is not ours": (["A.npy", "M1.npy", "-o", "."], "holds the problem itself"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_refused(title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, exit status 2, nothing written."""
    monkeypatch.chdir(tmp_path)
    np.save("A.npy", np.array([[1, 0]]))
    np.save("M1.npy", np.array([[1, 0], [1, 2]]))
    np.save("empty.npy", np.zeros((0, 2)))
    np.save("long.npy", np.zeros((2, 3)))
    Path("A.toml").write_text("[linear]\nA = [[1, 0]]\n")
    Path("F.toml").write_text('[linear]\nA = {kind = "fourier", shape = [2], rows = [1]}\n')
    Path("named.toml").write_text('[psi]\nkind = "named"\ndescription = "a network"\n')
    before = sorted(tmp_path.iterdir())
    words, message = REFUSED[title]
    done = called(*words)
    assert done.exit_code == 2, done.output
    assert message.replace(".psi.", "[psi]").replace(".maps.", "[maps]") in done.output
    assert done.output.count("kernelcert: ") == 1
    assert sorted(tmp_path.iterdir()) == before
