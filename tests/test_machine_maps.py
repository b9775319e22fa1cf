"""Maps that are machines, from a person's files to the verdict; and the document on machines."""

from __future__ import annotations

import re
import shlex
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from certificates.__main__ import run as run_kernel
from certificates.format import Unreadable
from certificates.fourier import Fourier
from certificates.machine import read_program
from certificates.maps import MachineMap, NetworkMap, NoValue
from certificates.matrices import Vector
from certificates.networks import read_network
from certificates.norms import Norm
from certificates.onnx import read_onnx
from theorems import Machine, check_claim
from theorems.arrays import BadInput
from theorems.cli import main
from theorems.gamma import Sizes, fixed
from theorems.instance import Instance
from theorems.machines import PROGRAMS, find_program

from .networks import Builder

DOCUMENT = (Path(__file__).parent.parent / "docs" / "machine.md").read_text("ascii")
TRANSCRIPTS = re.findall(r"```\n\$ kernelcert (run [^\n]+)\n(.*?)```", DOCUMENT, re.S)
CLAIM = re.findall(r"```\n(statement m1.*?)```", DOCUMENT, re.S)[0]
PROBLEM = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.S)[0]


@pytest.mark.parametrize("place", range(3))
def test_the_transcripts_of_the_document(place: int) -> None:
    words, expected = TRANSCRIPTS[place]
    done = CliRunner().invoke(main, shlex.split(words), catch_exceptions=False)
    assert done.output == expected
    assert len(TRANSCRIPTS) == 3


def files(folder: Path, claim: str = CLAIM, problem: str = PROBLEM) -> Path:
    (folder / "m1.claim").write_text(claim)
    (folder / "problem.toml").write_text(problem)
    return folder


def test_the_worked_example_of_the_document(tmp_path: Path) -> None:
    """As the document says: certified, and verified again by the kernel alone."""
    folder, out = files(tmp_path), tmp_path / "out"
    words = ["check", str(folder / "m1.claim"), str(folder), "-o", str(out)]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    names = ("m1.claim", "problem.json", "m1.certificate.json")
    lines, status = run_kernel([str(out / name) for name in names])
    assert (lines[-1], status) == ("s VERIFIED certified", 0)
    assert "believed    nothing beyond this kernel" in lines


def verdict(tmp_path: Path, claim: str = CLAIM, problem: str = PROBLEM) -> str:
    folder = files(tmp_path, claim, problem)
    return check_claim(str(folder / "m1.claim"), Instance.load(folder), None).verdict


def test_the_fuel_that_the_formulas_give_is_enough(tmp_path: Path) -> None:
    """And one step less is not."""
    sizes = Sizes(2, 3, 2, 3)
    steps = sizes.steps_inside(2, 2) + sizes.steps_of_value(3)
    most = max(steps, sizes.steps_outside(1, 3) + sizes.steps_of_value(0))
    assert most <= sizes.fuel() < 1000
    assert verdict(tmp_path, problem=PROBLEM.replace("1000", str(most))) == "certified"
    assert verdict(tmp_path, problem=PROBLEM.replace("1000", str(most - 1))) == "undecided"


def test_a_false_claim_is_refuted(tmp_path: Path) -> None:
    """Psi is off by 1/20 on T, and so is the network that Gamma returns there."""
    claim = CLAIM.replace("|Gamma(A t) - t| <= delta", "|Gamma(A t) - t| < 1/2 delta")
    assert verdict(tmp_path, claim) == "refuted"


def test_a_value_that_an_operator_before_a_network_does_not_give() -> None:
    """Phi(y) is irrational: as many cells without a value as it has entries, and no refusal."""
    b = Builder()
    b.add("Relu", "x")
    transform = Fourier((2,), (0, 1), Fraction(1), False)
    phi = NetworkMap(read_network(read_onnx(b.model((1, 2, 2)), "phi")), True, transform)
    machine = read_program(b"over C\noutput 0\nhalt")
    counts = read_program(b"over C\noutput size\nhalt")
    looks = read_program(b"over C\noutput [1]\nhalt")
    one = Norm("l2", Fraction(1))
    for point, program, value in (([1, 2], counts, 3), ([0, 0], looks, 0)):
        found = MachineMap(machine, 9, (), 1, False, program, ((phi, 2),))
        assert found.at(Vector.of(point), one) == Vector.of([value])
    with pytest.raises(NoValue, match=r"the cell \[1\] has no value"):
        MachineMap(machine, 9, (), 1, False, looks, ((phi, 2),)).at(Vector.of([1, 2]), one)


def test_a_machine_from_python(tmp_path: Path) -> None:
    """A multiple of its argument, over R."""
    text = b"over R\nnumber r\n  r = [0] * [1]\n  output r\n  halt\n"
    claim = b"""statement s "twice"
field R
spaces X, Y
map Psi : Y -> X
vectors y in Y
conclude
  |Psi(y)| = 2 |y|
"""
    line = {"norm": "l1", "dimension": 1}
    table: dict[str, Any] = {
        "spaces": {"X": line, "Y": line},
        "maps": {"Psi": Machine(text, [["2"]], 10)},
        "vectors": {"y": ["-7/3"]},
    }
    path = tmp_path / "s.claim"
    path.write_bytes(claim)
    assert check_claim(path, Instance(table)).verdict == "certified"


BAD = {
    "unknown program": ('"gamma"', '"gama"', "maps.Gamma.program: there is no program file gama"),
    "number for a program": ('"gamma"', "3", "maps.Gamma.program: the name of a program file"),
    "no list": ('["Psi"]', '"Psi"', "maps.Gamma.maps: a list is expected"),
    "unknown map": ('["Psi"]', '["Phi"]', "unknown 'Phi'; known are Psi"),
    "no fuel": ("= 1000", "= 0", "maps.Gamma.fuel: a positive whole number is expected"),
    "maps alone": ('evaluate = "evaluate"\n', "", "maps.Gamma.maps: only a network uses maps"),
    "unknown key": ("fuel  ", "fuels ", "maps.Gamma"),
    "a float on the tape": ('["1", "0", "0"],\n', "[1.5, 0, 0],\n", "1.5 is a float"),
    "unit": ('"transcendental"', '"algebraic"', "units.u"),
}


@pytest.mark.parametrize("title", BAD)
def test_bad_input(title: str, tmp_path: Path) -> None:
    old, new, phrase = BAD[title]
    assert old in PROBLEM
    with pytest.raises((BadInput, Unreadable)) as caught:
        verdict(tmp_path, problem=PROBLEM.replace(old, new, 1))
    assert phrase in str(caught.value)


def test_the_tape_of_the_document_is_that_of_the_module() -> None:
    rows, identity = [[1, 1, 0], [0, 1, 1]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    tape = fixed(rows, [[2, 0, 1], [0, 1, 3]], [2, 0, 1], [1, 0, 0], identity, [0, 0, 0])
    written = PROBLEM[PROBLEM.index("tape ") :]
    assert [int(digits) for digits in re.findall(r'"(\d+)"', written)] == tape


def test_the_document_names_every_shipped_program() -> None:
    for file in PROGRAMS.glob("*.bss"):
        assert f"| `{file.stem}` | {find_program(file.stem).field} |" in DOCUMENT
