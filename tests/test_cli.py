"""The command line: every command, and bad input that gets a sentence and leaves nothing behind."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from theorems.cli import main

TOML = """
operator = [["1", "1", "0"], ["0", "1", "1"]]
x = ["2", "0", "1"]
x_det = ["1", "-1", "1"]
delta = "1/50"
[psi]
kind = "affine"
matrix = [["2/3", "-1/3"], ["1/3", "1/3"], ["-1/3", "2/3"]]
offset = ["1.99", "-1.99", "1.99"]
"""


def run(*words: object) -> Result:
    """A command of kernelcert."""
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)


def problem(folder: Path, text: str = TOML, name: str = "problem.toml") -> Path:
    """A problem file."""
    path = folder / name
    path.write_text(text)
    return path


def test_check_writes_files_that_verify_shows(tmp_path: Path) -> None:
    """The whole way: init, check, verify, show, list."""
    assert run("init", "teaching", tmp_path / "p").exit_code == 0
    done = run("check", "4.1.i", tmp_path / "p", "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert "4.1.i: certified" in done.output
    out = tmp_path / "out"
    files = (out / "4.1.i.claim", out / "problem.json", out / "4.1.i.certificate.json")
    verified = run("verify", *files)
    assert verified.exit_code == 0
    assert verified.output.endswith("s VERIFIED certified\n")
    assert run("verify", *files, "--goal", "vacuous").exit_code == 1
    shown = run("show", files[2])
    assert "|Psi(A x + e) - x - x_det| <= delta + 2 L delta" in shown.output
    assert "4.1.ii" in run("list").output


def test_exit_statuses_of_check(tmp_path: Path) -> None:
    """3 for vacuous, 5 for an assumption, 0 once it is permitted."""
    vacuous = problem(tmp_path, TOML.replace("1/50", "1/100"))
    assert run("check", "4.1.i", vacuous).exit_code == 3
    table = 'kind = "table"\ninputs = [["2", "1"]]\noutputs = [["3", "-0.99", "2"]]\n'
    head = TOML[: TOML.index("kind")].replace("delta", 'lipschitz = "1"\ndelta')
    assumed = problem(tmp_path, head + table, "table.toml")
    assert run("check", "4.1.i", assumed, "-o", tmp_path / "out").exit_code == 5
    assert run("check", "4.1.i", assumed, "--permit", "lipschitz").exit_code == 0
    out = tmp_path / "out"
    files = (out / "4.1.i.claim", out / "problem.json", out / "4.1.i.certificate.json")
    assert run("verify", *files).output.endswith("s ASSUMED lipschitz\n")
    assert run("verify", *files).exit_code == 5
    assert run("verify", *files, "--permit", "lipschitz").exit_code == 0


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.complex128])
def test_detail_is_an_exact_element_of_the_kernel(tmp_path: Path, dtype: type) -> None:
    """The written line is pasted into a problem file, and the certificate verifies."""
    rng = np.random.default_rng(5)
    operator = rng.integers(-3, 4, (3, 7)).astype(dtype)
    wanted = rng.integers(-3, 4, 7).astype(dtype)
    if dtype is np.complex128:
        operator = operator + 1j * rng.integers(-3, 4, (3, 7))
    operator = np.vstack([operator, operator[:1] + operator[1:2]])  # dependent rows
    np.save(tmp_path / "A.npy", operator)
    np.save(tmp_path / "w.npy", wanted)
    out = tmp_path / "detail"
    done = run("detail", tmp_path / "A.npy", tmp_path / "w.npy", "-o", out)
    assert done.exit_code == 0, done.output
    line = next(text for text in done.output.splitlines() if text.startswith("  x_det ="))
    files = (out / "detail.claim", out / "problem.json", out / "detail.certificate.json")
    assert run("verify", *files).exit_code == 0
    zero = (
        '{real = ["0","0","0","0","0","0","0"], imaginary = ["0","0","0","0","0","0","0"]}'
        if dtype is np.complex128
        else '["0","0","0","0","0","0","0"]'
    )
    text = f'operator = "A.npy"\nx = {zero}\n{line.strip()}\n[network]\nfeatures = 2\n'
    assert run("check", "4.1.ii", problem(out, text)).exit_code == 0
    # it is the nearest element: w - x_det is orthogonal to it
    table = json.loads((out / "problem.json").read_text())
    assert table["vectors"]["x_det"]["space"] == "X"


BAD = {
    "wrong shape of x": (TOML.replace('["2", "0", "1"]', '["2", "0"]'), "x: shape (2,)"),
    "wrong shape of psi": (
        TOML.replace('["-1/3", "2/3"]]', '["-1/3", "2/3"], ["0", "0"]]'),
        "psi.matrix: shape (4, 2), the operator needs (3, 2)",
    ),
    "ragged rows": (TOML.replace('["0", "1", "1"]]', '["0", "1"]]'), "rows of different lengths"),
    "a float for delta": (
        TOML.replace('"1/50"', "0.02"),
        "delta: 0.02 is a float, that is exactly 5764607523034235/288230376151711744; "
        'write the number that you mean as a text, "0.02"',
    ),
    "a float in an array": (TOML.replace('["2", "0", "1"]', "[0.1, 0, 1]"), "x[0]: 0.1 is a float"),
    "not a number": (TOML.replace('["2", "0", "1"]', "[nan, 0, 1]"), "x[0]: nan is not a number"),
    "infinity": (TOML.replace('["2", "0", "1"]', "[inf, 0, 1]"), "x[0]: inf is not a number"),
    "a perturbation of another size": (
        TOML + '[perturbations]\ne_1 = ["1"]\n',
        "perturbations.e_1: shape (1,) has 1 entries, the operator needs 2",
    ),
    "unknown norm": ('object_norm = "l3"\n' + TOML, "object_norm: unknown norm 'l3'"),
    "negative norm": ('data_norm = "-1 l2"\n' + TOML, "must be positive"),
    "zero delta": (TOML.replace('"1/50"', '"0"'), "delta: must be positive, not 0"),
    "negative delta": (TOML.replace('"1/50"', '"-1/9"'), "delta: must be positive, not -1/9"),
    "zero L": ('lipschitz = "0"\n' + TOML, "lipschitz: L must be positive, not 0"),
    "missing array": (TOML.replace('["2", "0", "1"]', '"x.npy"'), "x: there is no file x.npy"),
    "not a .npy name": (TOML.replace('["2", "0", "1"]', '"x.mat"'), "must be a .npy file"),
    "unknown key": ("colour = 3\n" + TOML, "problem: unknown key 'colour'"),
    "a key with a typing error": (
        TOML.replace("x_det =", "x_dat ="),
        "problem: unknown key 'x_dat'; known are data_norm, delta",
    ),
    "missing key": (TOML.replace("x_det =", "#"), "the key 'x_det' is missing"),
    "no kind of map": (TOML.replace('kind = "affine"', ""), "psi: a table with the key kind"),
    "values that name an image": (
        TOML[: TOML.index("kind")] + 'kind = "table"\nvalues = {"x" = ["1", "2", "3"]}\n',
        "psi.values: x is an image; name a measurement such as A x",
    ),
    "values and inputs": (
        TOML[: TOML.index("kind")] + 'kind = "table"\ninputs = []\nvalues = {"A x" = []}\n',
        "psi: a table needs inputs and outputs, or values",
    ),
    "duplicate key": ('delta = "1"\n' + TOML, "problem.toml: "),
    "unknown map": (TOML.replace('"affine"', '"magic"'), "psi.kind: 'magic' is not known"),
    "unknown extension": (
        TOML[: TOML.index("kind")] + 'kind = "table"\ninputs = []\noutputs = []\nextend = "no"\n',
        "psi.extend: 'no' is not known",
    ),
    "complex over R": (
        'field = "R"\n'
        + TOML.replace(
            'x = ["2", "0", "1"]', 'x = {real = ["2", "0", "1"], imaginary = ["0", "1", "0"]}'
        ),
        'an array is complex; set field = "C"',
    ),
    "not TOML": ("operator = [[", "problem.toml: "),
    "text for a number": (TOML.replace('"1/50"', '"a lot"'), "delta: 'a lot' is not an exact"),
    "true for a number": (TOML.replace('"1/50"', "true"), "delta: a number is expected, not true"),
    "denominator zero": (TOML.replace('"1/50"', '"1/0"'), "has denominator zero"),
    "a perturbation with a taken name": (
        TOML + '\n[perturbations]\nL = ["0", "1"]\n',
        "perturbations: 'L' cannot be used",
    ),
    "10 million digits": (
        TOML.replace('"1/50"', f'"{"9" * 10_000_000}"'),
        "delta: a number of 10000000 digits is too long in decimal",
    ),
}


@pytest.mark.parametrize("title", list(BAD))
def test_bad_input_gets_a_sentence_and_status_2(title: str, tmp_path: Path) -> None:
    """One line on standard error that names the place; nothing is written."""
    text, sentence = BAD[title]
    done = run("check", "4.1.i", problem(tmp_path, text), "-o", tmp_path / "out")
    assert done.exit_code == 2, done.output
    assert sentence in done.output
    assert done.output.startswith("kernelcert: ")
    assert [path.name for path in tmp_path.iterdir()] == ["problem.toml"]


def test_an_unknown_permission_is_refused(tmp_path: Path) -> None:
    """A typing error must not look like a verdict."""
    done = run("check", "4.1.i", problem(tmp_path), "--permit", "lipshitz")
    assert done.exit_code == 2
    assert "no such hypothesis" in done.output


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex64])
def test_details_whose_entries_are_long(tmp_path: Path, dtype: type) -> None:
    """A float operator has a rational kernel with thousands of digits; it is exact all the same."""
    rng = np.random.default_rng(7)
    operator = rng.standard_normal((6, 20)).astype(dtype)
    if dtype is np.complex64:
        operator = (operator + 1j * rng.standard_normal((6, 20))).astype(dtype)
    np.save(tmp_path / "A.npy", operator)
    np.save(tmp_path / "w.npy", rng.standard_normal(20))
    out = tmp_path / "detail"
    done = run("detail", tmp_path / "A.npy", tmp_path / "w.npy", "-o", out)
    assert done.exit_code == 0, done.output
    assert 'x_det = "x_det.json"' in done.output
    np.save(out / "x.npy", rng.standard_normal(20).astype(dtype))
    text = 'operator = "A.npy"\nx = "x.npy"\nx_det = "x_det.json"\n[network]\nfeatures = 2\n'
    checked = run("check", "4.1.ii", problem(out, text))
    assert checked.exit_code == 0, checked.output
    assert "A x_det|                │ 0" in checked.output or "|A x_det| │ 0" in checked.output


def test_a_result_never_deletes_other_files(tmp_path: Path) -> None:
    """Not a foreign file in an earlier result, not the problem, not an empty folder's neighbour."""
    path = problem(tmp_path)
    out = tmp_path / "out"
    assert run("check", "4.1.i", path, "-o", out).exit_code == 0
    assert run("check", "4.1.i", path, "-o", out).exit_code == 0
    (out / "notes.txt").write_text("mine")
    done = run("check", "4.1.i", path, "-o", out)
    assert done.exit_code == 2
    assert "holds notes.txt, which no earlier result wrote" in done.output
    assert (out / "notes.txt").read_text() == "mine"
    (tmp_path / "report.txt").write_text("mine")
    assert "holds the problem itself" in run("check", "4.1.i", path, "-o", tmp_path).output
    assert path.is_file()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "problem.toml", "report.txt"]


def test_other_bad_calls(tmp_path: Path) -> None:
    """Unknown theorem, missing files, JSON that is nested too deeply or has a key twice."""
    assert "no such theorem" in run("check", "9.9", problem(tmp_path)).output
    assert run("check", "4.1.i", tmp_path / "nothing").exit_code == 2
    deep = problem(tmp_path, "[" * 100_000 + "]" * 100_000, "deep.json")
    assert "nested too deeply" in run("check", "4.1.i", deep).output
    twice = problem(tmp_path, '{"x": 1, "x": 2}', "twice.json")
    assert "the key 'x' occurs twice" in run("check", "4.1.i", twice).output
    assert run("check", "4.1.i", twice).exit_code == 2
    assert run("show", tmp_path / "nothing").exit_code == 2
    assert run("init", "teaching", tmp_path).exit_code == 2
    assert run("detail", tmp_path / "a.npy", tmp_path / "b.npy", "-o", "x").exit_code == 2


def test_a_changed_array_is_refused_by_its_digest(tmp_path: Path) -> None:
    """One bit of one pixel."""
    np.save(tmp_path / "x.npy", np.array([2, 0, 1]))
    path = problem(tmp_path, TOML.replace('["2", "0", "1"]', '"x.npy"'))
    out = tmp_path / "out"
    assert run("check", "4.1.i", path, "-o", out).exit_code == 0
    data = bytearray((out / "x.npy").read_bytes())
    data[-1] ^= 1
    (out / "x.npy").write_bytes(data)
    files = (out / "4.1.i.claim", out / "problem.json", out / "4.1.i.certificate.json")
    done = run("verify", *files)
    assert done.exit_code == 2
    assert "s UNREADABLE" in done.output
    assert "x.npy has SHA-256" in done.output


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_non_finite_entries_of_a_file_are_refused(tmp_path: Path, bad: float) -> None:
    """By the position of the first."""
    np.save(tmp_path / "x.npy", np.array([2.0, bad, 1.0]))
    path = problem(tmp_path, TOML.replace('["2", "0", "1"]', '"x.npy"'))
    done = run("check", "4.1.i", path)
    assert done.exit_code == 2
    assert "x: entry 1 is" in done.output


def test_an_unknown_permission_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("check", "4.1.i", problem(tmp_path, TOML), "-o", out, "--permit", "lib")
    assert done.exit_code == 2
    assert "--permit lib: no such hypothesis; known are detail, fit, lipschitz" in done.stderr
    assert not out.exists()


def test_a_detail_of_another_size_is_refused_with_both_numbers(tmp_path: Path) -> None:
    np.save(tmp_path / "A.npy", np.ones((8, 8), dtype=int))
    np.save(tmp_path / "w.npy", np.ones((8, 8), dtype=int))
    done = run("detail", tmp_path / "A.npy", tmp_path / "w.npy", "-o", tmp_path / "out")
    assert done.exit_code == 2
    assert "wanted: shape (8, 8) has 64 entries, the operator needs 8" in done.stderr


def test_a_mask_of_another_size_is_refused_at_its_place(tmp_path: Path) -> None:
    np.save(tmp_path / "mask.npy", np.ones((7, 8), dtype=bool))
    table = '{kind = "hadamard", rows = "mask.npy", shape = [8, 8]}'
    text = f'operator = {table}\nx = "x.npy"\nx_det = "x.npy"\n[network]\nfeatures = 2\n'
    done = run("check", "4.1.ii", problem(tmp_path, text))
    assert done.exit_code == 2
    assert "operator.rows: a mask of 56 entries, the shape [8, 8] needs 64" in done.stderr
