"""Networks as maps of problems: the kernel's problem files, the theorems, general claims."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certificates.format import Unreadable, write_json
from certificates.maps import NetworkMap
from certificates.matrices import Vector
from certificates.norms import Norm
from certificates.problem import Problem as Data
from certificates.problem import read_problem
from certificates.statements import read_statement
from theorems import Affine, NetworkFile, Problem, check, check_claim
from theorems.arrays import BadInput
from theorems.instance import Instance

from .networks import Builder

STATEMENT = read_statement(b'statement s "s"\nspaces X, Y\nmap Psi : Y -> X\nconclude\n  0 = 0\n')


def absolute(shape: tuple[int, ...], factor: float = 1.0) -> bytes:
    """z = factor |x|."""
    b = Builder()
    b.add("Mul", b.add("Abs", "x"), b.array(factor))
    return b.model(shape)


def psi(data: bytes, layout: str, field: str, m: int, n: int, **more: Any) -> Data:
    form = {"kind": "network", "file": "phi.onnx", "sha256": sha256(data).hexdigest()}
    table = {
        "format": "kernelcert problem 1",
        "field": field,
        "spaces": {
            "X": {"dimension": str(n), "norm": "l2"},
            "Y": {"dimension": str(m), "norm": "l2"},
        },
        "maps": {"Psi": {**form, "layout": layout, **more}},
    }
    return read_problem(write_json(table), {"phi.onnx": data}.__getitem__, STATEMENT)


def value(problem: Data, point: Vector) -> Vector:
    return problem.maps["Psi"].at(point, Norm("l2", Fraction(1)))


def test_a_vector_is_read_row_by_row() -> None:
    b = Builder()
    b.add("Transpose", "x", perm=[0, 2, 1])
    problem = psi(b.model(("n", 2, 3)), "real", "R", 6, 6)
    assert value(problem, Vector.of([1, 2, 3, 4, 5, 6])) == Vector.of([1, 4, 2, 5, 3, 6])


def test_real_and_imaginary_part_are_channels() -> None:
    problem = psi(absolute((1, 2, 1, 2)), "channels", "C", 2, 2)
    assert value(problem, Vector.of([1, -2], [-3, 4], 5)) == Vector.of([1, 2], [3, 4], 5)
    assert value(problem, Vector.of([1, -2])) == Vector.of([1, 2])
    assert str(problem.maps["Psi"]) == (
        "a network of 2 nodes, 1 weights, at y (real and imaginary part as channels)"
    )


def test_an_operator_stands_before_it() -> None:
    rows = {"real": {"entries": [["0"], ["1"]]}, "imaginary": {"entries": [["1"], ["0"]]}}
    before = {"kind": "dense", "matrix": rows}
    problem = psi(absolute((1, 2, 2)), "channels", "C", 1, 2, before=before)
    assert value(problem, Vector.of([2], [-3])) == Vector.of([3, 2], [2, 3])


def test_the_report_lists_the_file() -> None:
    data = absolute((1, 3))
    (line,) = psi(data, "real", "R", 3, 3).arrays
    assert line == (
        "problem.maps.Psi: phi.onnx, a network of 2 nodes with 1 weights as stored, "
        f"from (1, 3) to (1, 3), sha256:{sha256(data).hexdigest()}"
    )


@pytest.mark.parametrize(
    ("shape", "layout", "field", "m", "n", "words"),
    [
        ((1, 3), "real", "R", 2, 3, "maps dimension 3 to 3, the spaces have dimensions 2 and 3"),
        ((1, 3), "real", "R", 3, 2, "maps dimension 3 to 3, the spaces have dimensions 3 and 2"),
        ((1, 3), "channels", "C", 3, 3, "maps (1, 3) to (1, 3), not (1, 2, ...)"),
        ((2, 2, 3), "channels", "C", 6, 6, "not (1, 2, ...)"),
        ((1, 3), "real", "C", 3, 3, '"real" over R and "channels" over C'),
        ((1, 3), "channel", "C", 3, 3, "unknown 'channel'"),
    ],
)
def test_layouts_that_do_not_fit(
    shape: tuple[int, ...], layout: str, field: str, m: int, n: int, words: str
) -> None:
    with pytest.raises(Unreadable) as error:
        psi(absolute(shape), layout, field, m, n)
    assert words in str(error.value)


# -------------------------------------------------------------------------------- theorems

A = np.array([[1, 1, 0], [0, 1, 1]])


def learned(layout: str = "real", bend: str = "Abs") -> bytes:
    """A network that answers (3, -1, 2) to K y = A^T A (x + x_det) = (2, 3, 1)."""
    b = Builder()
    shape = (1, 3) if layout == "real" else (1, 2, 3)
    target = np.array([[3, -1, 2]], dtype="float32")
    image = A.T @ (A @ np.array([3, -1, 2]))
    b.add("Sub", "x", b.array(image[None] if layout == "real" else [[image, 0 * image]]))
    b.add(bend, b.now)
    b.add("Add", b.now, b.array(target if layout == "real" else [[target[0], 0 * target[0]]]))
    return b.model(shape)


def problem(**more: Any) -> Problem:
    psi = more.pop("psi", NetworkFile(learned(), before="adjoint"))
    given = {"operator": A, "x": [2, 0, 1], "x_det": [1, -1, 1], "delta": "1/50", "lipschitz": "3"}
    return Problem(psi=psi, **{**given, **more})


def test_theorem_4_1_with_a_network(tmp_path: Path) -> None:
    result = check("4.1.i", problem(), tmp_path / "out")
    assert (result.verdict, result.assumed, result.status()) == ("certified", (), 0)
    assert (tmp_path / "out" / "Psi.onnx").read_bytes() == learned()
    assert {figure.name: str(figure.value) for figure in result.outcome.figures}["fit"]
    assert check("4.1.i", problem(delta="least")).verdict == "certified"


def test_a_constant_below_what_is_proved_is_assumed(tmp_path: Path) -> None:
    """|W| <= 2 by moduli, roots rounded upwards; the constant is sqrt 3 at most."""
    assert check("4.1.i", problem(lipschitz="2.01")).assumed == ()
    assert check("4.1.i", problem(lipschitz="1")).verdict == "vacuous"
    result = check("4.1.i", problem(lipschitz="1.9"), tmp_path / "out")
    assert (result.verdict, result.assumed, result.status()) == ("certified", ("lipschitz",), 5)
    assert "the real function that this network computes" in str(result)


def smooth(name: str) -> bytes:
    """A network that answers about (3, 0, 3) to K y = (2, 3, 1): irrational values."""
    b = Builder()
    b.add("Sub", "x", b.array([[2, 3, 1]]))
    b.add(name, b.now)
    middle = 0.5 if name == "Sigmoid" else 0
    b.add("Add", b.now, b.array([[3 - middle, -1 - middle, 2 - middle]]))
    return b.model((1, 3))


@pytest.mark.parametrize("name", ["Sigmoid", "Tanh"])
def test_theorem_4_1_with_a_smooth_network(name: str) -> None:
    """Values that are irrational are enclosed; the kernel verifies the same steps."""
    learned_here = problem(psi=NetworkFile(smooth(name), before="adjoint"), x=[2, 0, 1], delta=1)
    result = check("4.1.i", learned_here)
    assert (result.verdict, result.assumed) == ("certified", ())
    assert "figures are upper ends of enclosures" in str(result)
    assert b'"enclosed"' in result.outcome.claims[0].derivation.certificate()
    elsewhere = problem(psi=NetworkFile(smooth(name), before="adjoint"), x=[9, 9, 9], delta=1)
    assert check("4.1.i", elsewhere).verdict == "vacuous"


def test_theorem_4_1_with_a_fourier_transform() -> None:
    """Rows 0 and 2 of the transform of 4 entries: (1, 0, -1, 0) is not seen at all.

    The map answers what is seen, and the detail.
    """
    b = Builder()
    b.add("Add", "x", b.array([[[1, 0, -1, 0], [0, 0, 0, 0]]]))
    psi = NetworkFile(b.model((1, 2, 4)), "channels", "adjoint")
    rows = {"kind": "fourier", "shape": [4], "rows": [0, 2], "scale": "ortho", "centred": False}
    given = Problem(operator=rows, x=[3, 1, 3, 1], x_det=[1, 0, -1, 0], psi=psi, lipschitz="least")
    result = check("4.1.i", given)
    assert (result.verdict, result.assumed) == ("certified", ())
    assert "the detail is transferred" in str(result)


def test_theorem_4_1_over_c() -> None:
    psi = NetworkFile(learned("channels"), "channels", "adjoint")
    assert check("4.1.i", problem(psi=psi)).assumed == ()
    real = NetworkFile(learned("channels"), "real", "adjoint")
    with pytest.raises((BadInput, Unreadable), match="dimension"):
        check("4.1.i", problem(psi=real))


def test_a_network_that_does_not_fit_makes_the_claim_vacuous() -> None:
    assert check("4.1.i", problem(x=[2, 0, 0])).verdict == "vacuous"


def test_the_least_constant_that_is_proved() -> None:
    result = check("4.1.i", problem(lipschitz="least"))
    assert result.assumed == ()
    assert "is certified by" in str(result)


def test_from_toml(tmp_path: Path) -> None:
    """The same as from Python, and with a matrix in a file in place of the adjoint."""
    (tmp_path / "phi.onnx").write_bytes(learned())
    np.save(tmp_path / "K.npy", A.T)
    text = (
        'operator = [["1", "1", "0"], ["0", "1", "1"]]\nx = ["2", "0", "1"]\n'
        'x_det = ["1", "-1", "1"]\ndelta = "1/50"\nlipschitz = "3"\n'
        '[psi]\nkind = "network"\nfile = "phi.onnx"\nlayout = "real"\nbefore = '
    )
    for before in ('"adjoint"', '"K.npy"'):
        (tmp_path / "problem.toml").write_text(text + before)
        result = check("4.1.i", Problem.load(tmp_path))
        assert (result.verdict, result.assumed) == ("certified", ())
    for bad, words in (
        (text.replace("phi", "psi") + '"adjoint"', "there is no file psi.onnx"),
        (text.replace('"real"', '"rows"') + '"adjoint"', "'real' or 'channels'"),
        (text.replace('"phi.onnx"', "3") + '"adjoint"', "the name of an ONNX file"),
        (text + '["1"]', "a matrix (m, N) is expected"),
        (text + '[["1"]]', "the spaces need"),
    ):
        (tmp_path / "problem.toml").write_text(bad)
        with pytest.raises((BadInput, Unreadable)) as error:
            check("4.1.i", Problem.load(tmp_path))
        assert words in str(error.value)


def test_a_file_that_is_not_covered_is_bad_input() -> None:
    b = Builder()
    b.add("Softmax", "x")
    with pytest.raises((BadInput, Unreadable), match="Softmax"):
        check("4.1.i", problem(psi=NetworkFile(b.model((1, 3)), before="adjoint")))


def test_a_refusal_names_the_file_that_was_given(tmp_path: Path) -> None:
    """And not the copy Psi.onnx, which its owner has never seen."""
    b = Builder()
    b.add("Softmax", "x")
    file = tmp_path / "mine.onnx"
    file.write_bytes(b.model((1, 3)))
    with pytest.raises(BadInput, match=r"^psi\.file, mine\.onnx: the kernel does not cover it"):
        check("4.1.i", problem(psi=NetworkFile(file, before="adjoint")), tmp_path / "out")
    assert not (tmp_path / "out").exists()


CLAIM = (
    'statement mine "mine"\nspaces X, Y\nlinear A : X -> Y\nmap Psi : Y -> X\n'
    "vectors x in X\nconclude\n  |Psi(A x)| <= 10\n"
)


@pytest.mark.parametrize("before", ["adjoint", None])
def test_a_general_problem(before: str | None, tmp_path: Path) -> None:
    data = learned() if before else absolute((1, 2))
    table = {
        "spaces": {"X": "l1", "Y": "l1"},
        "linear": {"A": A if before else np.eye(2)},
        "vectors": {"x": [2, 0, 1] if before else [1, -2]},
        "maps": {"Psi": NetworkFile(data, before=before)},
    }
    case = Instance(table).case(CLAIM.encode())
    found = case.data.maps["Psi"]
    assert isinstance(found, NetworkMap)
    path = tmp_path / "mine.claim"
    path.write_text(CLAIM)
    assert check_claim(path, Instance(table), tmp_path / "out").verdict == "certified"


def test_a_network_tells_dimensions() -> None:
    table = {
        "spaces": {"X": "l1", "Y": "l1"},
        "maps": {"Psi": NetworkFile(absolute((1, 4)))},
    }
    text = CLAIM.replace("linear A : X -> Y\n", "").replace("vectors x in X\n", "")
    statement = text.replace("  |Psi(A x)| <= 10", "  0 <= 1")
    case = Instance(table).case(statement.encode())
    assert {space.dimension for space in case.data.spaces.values()} == {4}


def test_an_affine_map_as_a_network_is_the_same() -> None:
    """The same value, whether a matrix is given as a map or as a network."""
    w = np.array([[2, -1], [1, 1], [-1, 2]], dtype="float32")
    b = Builder()
    b.add("Gemm", "x", b.array(w), b.array([[2.0, -2.0, 2.0]]), transB=1)
    given: dict[str, Any] = {"lipschitz": "4", "delta": "least"}
    one = check("4.1.i", problem(psi=Affine(w, [2, -2, 2]), **given))
    other = check("4.1.i", problem(psi=NetworkFile(b.model((1, 2))), **given))
    figures = [{f.name: str(f.value) for f in r.outcome.figures} for r in (one, other)]
    assert figures[0] == figures[1]
