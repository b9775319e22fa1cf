"""Details that the operator does not see: exact elements of N(A) near a wanted detail.

The nearest element of N(A) in l2 is the orthogonal projection  w - A^* z  with  A A^* z = A w.
The system is consistent, also where A has dependent rows, and for a rational A its solution on a
maximal set of independent rows is rational; FLINT solves it exactly.
"""

from __future__ import annotations

import json
from fractions import Fraction
from math import prod
from pathlib import Path

import flint
import numpy as np

from certificates.format import write_json
from certificates.kernel import verify
from certificates.matrices import Integers, Matrix, Vector
from certificates.norms import plain
from certificates.problem import FORMAT, read_problem
from certificates.statements import read_statement

from .arrays import BadInput, ExactArray, array, inline
from .decimals import decimal
from .derivation import Derivation
from .outcome import statement


def into_kernel(matrix: Matrix, wanted: Vector) -> Vector:
    """(m, N), (N,) -> (N,): the orthogonal projection of the wanted detail onto N(A), exact.

    A complex matrix is treated as the real one [[X, -Y], [Y, X]], which has the same projection.
    """
    real = matrix.as_real()
    n = wanted.dimension
    target = list(wanted.real)
    if matrix.imag:
        target += list(wanted.imag) or [0] * n
    elif wanted.imag:
        parts = [
            into_kernel(matrix, Vector.of(p, (), wanted.denominator))
            for p in (wanted.real, wanted.imag)
        ]
        return _complex(*parts)
    projected = _project(real.real, Vector.of(target, (), wanted.denominator))
    if not matrix.imag:
        return projected
    bottom = projected.denominator
    return Vector.of(projected.real[:n], projected.real[n:], bottom)


def _complex(real: Vector, imag: Vector) -> Vector:
    bottom = real.denominator * imag.denominator
    return Vector.of(
        [a * imag.denominator for a in real.real],
        [a * real.denominator for a in imag.real],
        bottom,
    )


def _project(rows: tuple[Integers, ...], wanted: Vector) -> Vector:
    """Integer rows (m, n), real (n,) -> the projection onto their common kernel."""
    a = flint.fmpz_mat([list(row) for row in rows])
    independent = _independent_rows(a)
    if not independent:
        return wanted
    a = flint.fmpz_mat([list(rows[k]) for k in independent])
    w = flint.fmpz_mat([[entry] for entry in wanted.real])
    z = (a * a.transpose()).solve(a * w)  # an fmpq_mat
    top, bottom = flint.fmpq_mat(z).numer_denom()  # type: ignore[call-overload]
    shadow = a.transpose() * top
    bottom_int = int(bottom)
    numerators = [entry * bottom_int - int(shadow[k, 0]) for k, entry in enumerate(wanted.real)]
    return Vector.of(numerators, (), wanted.denominator * bottom_int)


def _independent_rows(a: flint.fmpz_mat) -> list[int]:
    """Positions of a maximal set of independent rows: the pivots of the transpose."""
    reduced, _, rank = a.transpose().rref()
    pivots: list[int] = []
    for row in range(rank):
        column = pivots[-1] + 1 if pivots else 0
        while reduced[row, column] == 0:
            column += 1
        pivots.append(column)
    return pivots


def write_detail(operator: str, wanted: str, output: Path) -> tuple[str, str]:
    """Project, certify A x_det = 0, write the files; the line for problem.toml, and the norms.

    `operator` (m, N) and `wanted` (N entries) name .npy files.  Raises BadInput.
    """
    a, w = array(operator, "A"), array(wanted, "wanted")
    if len(a.shape) != 2 or prod(w.shape) != a.shape[1]:
        raise BadInput(f"wanted: shape {w.shape}, but the operator has shape {a.shape}")
    if output.exists():
        raise BadInput(f"{output}: exists already; name a new folder")
    file = statement("detail")
    is_complex = a.is_complex or w.is_complex
    given = a.files | w.files
    before = read_problem(_problem(a, w, is_complex), given.__getitem__, read_statement(file))
    found = into_kernel(before.operators["A"].dense(), before.vectors["x_det"][1])
    detail, line = _as_array(found, w.shape)
    if not detail.files:
        given = {**given, "x_det.json": json.dumps(inline(found)).encode()}
    problem_file = _problem(a, detail, is_complex)
    files = a.files | detail.files | {n: b for n, b in given.items() if n == "x_det.json"}
    data = read_problem(problem_file, files.__getitem__, read_statement(file))
    d = Derivation(file, data, problem_file)
    d.compute("|A x_det| <= 0")
    files |= {
        "detail.claim": file,
        "problem.json": problem_file,
        "detail.certificate.json": d.certificate(),
    }
    verify(file, problem_file, files["detail.certificate.json"], files.__getitem__)
    output.mkdir(parents=True)
    for name, content in files.items():
        (output / name).write_bytes(content)
    kept, asked = (decimal(plain("l2", v)) for v in (found, before.vectors["x_det"][1]))
    if not any(found.real) and not any(found.imag):
        return line, f"nothing of the wanted detail (l2 norm {asked}) is in the kernel of A"
    return line, f"l2 norm {kept} of the wanted {asked}"


def _as_array(v: Vector, shape: tuple[int, ...]) -> tuple[ExactArray, str]:
    """The detail as integers and a scale where they fit into 64 bits, else inline; and its line."""
    scale = f'scale = "1/{v.denominator}"'

    def stored(numerators: Integers, name: str) -> ExactArray:
        values = np.array(numerators, dtype=np.int64).reshape(shape)
        return array({"array": values, "scale": Fraction(1, v.denominator)}, name)

    if max(map(abs, v.real + v.imag), default=0) >= 1 << 63 or v.denominator >= 1 << 63:
        # too long for 64-bit integers: the exact entries as texts, in a file of their own
        return array(inline(v), "x_det"), 'x_det = "x_det.json"'
    if not v.imag:
        return stored(v.real, "x_det"), f'x_det = {{file = "x_det.npy", {scale}}}'
    parts = {"real": stored(v.real, "x_det.real"), "imaginary": stored(v.imag, "x_det.imaginary")}
    line = ", ".join(f'{key} = {{file = "x_det.{key}.npy", {scale}}}' for key in parts)
    return array(parts, "x_det"), f"x_det = {{{line}}}"


def _problem(a: ExactArray, x_det: ExactArray, is_complex: bool) -> bytes:
    m, n = a.shape
    return write_json(
        {
            "format": FORMAT,
            "field": "C" if is_complex else "R",
            "spaces": {
                "X": {"dimension": str(n), "norm": "l2"},
                "Y": {"dimension": str(m), "norm": "l2"},
            },
            "linear": {"A": {"kind": "dense", "matrix": a.form}},
            "vectors": {"x_det": {"space": "X", "array": x_det.form}},
        }
    )
