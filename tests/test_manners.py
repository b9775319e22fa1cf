"""Manners of the command line: each help has an example that works, a refusal is a sentence."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from theorems.cli import COMMANDS, main
from theorems.examples.hadamard import walsh

ROOT = Path(__file__).parent.parent
TEACHING = ROOT / "docs" / "examples" / "teaching"
NAMES = {str(command.name): command for command in COMMANDS}
EXAMPLE = re.compile(r"Example: (.*)", re.DOTALL)
SLOW = {"compare"}  # tried in test_null_space_claims
PSI = """
[psi]
kind = "constant"
offset = "x.npy"
"""


def example(name: str) -> list[list[str]]:
    """The commands of the example in a help."""
    found = EXAMPLE.search(NAMES[name].help or "")
    assert found, f"{name}: no example"
    return [shlex.split(part) for part in " ".join(found.group(1).split()).split(";")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that the examples name: images of 4 x 4 pixels, 8 rows."""
    monkeypatch.chdir(tmp_path)
    rows, x = np.kron(walsh(2), walsh(2))[:8].astype(int), np.zeros(16, dtype=int)
    x[3] = 5
    images = np.stack([x, np.arange(16), np.roll(x, 1)])
    arrays = {"A": rows, "x": x, "y": rows @ x, "images": images, "drawing": images[1]}
    for name, values in arrays.items():
        np.save(f"{name}.npy", values)
    Path("problem.toml").write_text(PSI)
    Path("my.claim").write_bytes((ROOT / "docs" / "examples" / "best-constant.claim").read_bytes())
    return tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_the_help(name: str, folder: Path) -> None:
    """It runs as it stands, on files with the names it uses."""
    steps = example(name)
    assert steps[-1][:2] == ["kernelcert", name]
    if name in SLOW:
        return
    if name in ("verify", "show", "explain"):
        shutil.copytree(TEACHING, "out")
    if name == "network":
        import onnx
        from onnx import helper

        node = helper.make_node("Relu", ["y"], ["z"])
        value = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, [8]) for n in "yz"]
        graph = helper.make_graph([node], "g", value[:1], value[1:])
        opset = [helper.make_opsetid("", 17)]
        onnx.save(helper.make_model(graph, opset_imports=opset), "phi.onnx")
    if name == "report":
        for step in example("check"):
            step = ["teaching" if word == "slice" else word for word in step]
            assert CliRunner().invoke(main, step[1:]).exit_code == 0
    for step in steps:
        done = CliRunner().invoke(main, step[1:])
        statuses = (0, 1) if name == "claims" else (0,)  # its example is about refuted claims
        assert done.exit_code in statuses, done.output
        assert "Traceback" not in done.output
        assert "\x1b[" not in done.output


def options() -> list[tuple[str, click.Option]]:
    """All options of all commands."""
    return [
        (name, option)
        for name, command in NAMES.items()
        for option in command.params
        if isinstance(option, click.Option)
    ]


@pytest.mark.parametrize(("name", "option"), options(), ids=lambda value: str(value)[:20])
def test_every_option_is_explained(name: str, option: click.Option) -> None:
    """And one thing has one name: -o is --output, norms are --object-norm and --data-norm."""
    assert option.help, f"{name} {option.opts[0]}: no help"
    if "-o" in option.opts:
        assert "--output" in option.opts
    if "--norm" in option.opts:
        assert option.opts[0] == "--object-norm"


MISSING = {
    "check": "4.1.i nowhere",
    "claims": "nowhere.toml",
    "decide": "nowhere.claim",
    "detail": "nowhere.npy x.npy -o made",
    "operator": "nowhere.npy",
    "network": "nowhere.onnx",
    "pairs": "nowhere.npy images.npy",
    "verify": "nowhere.claim - nowhere.json",
    "show": "nowhere.json",
    "explain": "nowhere.claim - nowhere.json",
    "report": "nowhere -o made",
    "run": "nowhere.program",
    "tradeoff": "A.npy nowhere.npy",
    "optimal": "A.npy nowhere.npy -o made",
    "kernelsize": "nowhere.npy --box 0 1",
    "recover": "A.npy nowhere.npy -o made",
    "sparsity": "nowhere.npy -s 1 -o made",
    "nullspace": "nowhere.npy --order 1 -o made",
    "stability": "A.npy nowhere.npy -o made",
    "compare": "nowhere -o made",
    "init": "nothing made",
    "findings": "nothing",
}


@pytest.mark.parametrize("name", MISSING)
def test_what_is_not_there(name: str, folder: Path) -> None:
    """One sentence that names it, exit status 2, nothing made."""
    before = {str(path) for path in folder.rglob("*")}
    done = CliRunner().invoke(main, [name, *MISSING[name].split()])
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert "no" in done.output
    assert len(done.output.strip().splitlines()) <= 4, done.output
    assert {str(path) for path in folder.rglob("*")} == before


SPOILT = {
    "nan": np.array([[np.nan, 1.0]]),
    "infinite": np.array([[np.inf, 1.0]]),
    "words": np.array([["a", "b"]]),
    "empty": np.zeros((0, 0)),
    "three axes": np.zeros((2, 2, 2)),
}
READS = {
    "operator": "bad.npy",
    "detail": "bad.npy x.npy -o made",
    "pairs": "bad.npy images.npy",
    "tradeoff": "bad.npy images.npy",
    "optimal": "bad.npy images.npy -o made",
    "kernelsize": "bad.npy --box 0 1",
    "recover": "bad.npy y.npy -o made",
    "nullspace": "bad.npy --order 1 -o made",
    "stability": "bad.npy x.npy -o made",
}


@pytest.mark.parametrize("name", READS)
@pytest.mark.parametrize("title", SPOILT)
def test_an_array_that_is_none(title: str, name: str, folder: Path) -> None:
    """Refused in a sentence, with nothing made."""
    np.save("bad.npy", SPOILT[title])
    done = CliRunner().invoke(main, [name, *READS[name].split()])
    assert done.exit_code == 2, done.output
    assert "kernelcert: " in done.output
    assert not Path("made").exists()


def test_completion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands, options and the names of examples, as a shell asks for them."""
    asked = {"kernelcert stab": "plain,stability", "kernelcert init trained-s": "trained-slice"}
    for words, expected in asked.items():
        environment = {
            "_KERNELCERT_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        }
        done = CliRunner().invoke(main, prog_name="kernelcert", env=environment)
        assert expected in done.output


@pytest.mark.parametrize("name", ["stability", "recover", "optimal", "operator", "init"])
def test_json_for_machines(name: str, folder: Path) -> None:
    """Every command has it: exit status, lines, and the verified sentences apart."""
    step = example(name)[-1][1:]
    plain = CliRunner().invoke(main, step)
    shutil.rmtree("out", ignore_errors=True)
    shutil.rmtree("try", ignore_errors=True)
    done = CliRunner().invoke(main, [*step, "--json"])
    found = json.loads(done.output)
    assert (found["command"], found["status"]) == (name, plain.exit_code)
    assert found["printed"] == plain.output.splitlines()
    if name in ("stability", "recover"):
        assert found["verified"]
        assert len(found["verify"]) == len(found["verified"])


def test_json_of_a_refusal() -> None:
    """A sentence on standard error, nothing else."""
    done = CliRunner().invoke(main, ["operator", "nowhere.npy", "--json"])
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "nowhere.npy" in done.stderr
    assert CliRunner().invoke(main, ["list"]).output.strip()
