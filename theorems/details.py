"""Details that the operator does not see: exact elements of N(A) near a wanted detail.

The nearest element of N(A) in l2 is the orthogonal projection  w - A^* z  with  A A^* z = A w.
The system is consistent, also where A has dependent rows, and for a rational A its solution on a
maximal set of independent rows is rational; FLINT solves it exactly.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import flint
import numpy as np

from certificates.format import Rejected, short, write_json, write_number
from certificates.fourier import Fourier
from certificates.kernel import prepare, verify
from certificates.language import read_scalar
from certificates.matrices import Integers, Matrix, Vector
from certificates.norms import plain
from certificates.problem import FORMAT, read_problem
from certificates.statements import read_statement

from .arrays import BadInput, ExactArray, array, inline, number
from .decimals import decimal
from .derivation import Derivation
from .frequencies import kernels, near_detail, rational_detail
from .inexact import BITS, Bounds
from .lipschitz import short_above, to_floats
from .operators import Realised, realise
from .outcome import statement

EXACT = 32  # larger systems of Tikhonov's method are solved in floats


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


def tikhonov(matrix: Matrix, wanted: Vector, alpha: Fraction) -> Vector:
    """(m, N), (N,) -> (N,): w - A^* (A A^* + alpha I)^-1 A w = alpha (A^* A + alpha I)^-1 w.

    That is w without what Tikhonov's method recovers of it: exact for at most 32 rows or columns,
    else solved in floats and rounded to multiples of 2^-40 of the largest entry.
    """
    real = matrix.as_real()
    over_c = real is not matrix or bool(wanted.imag)
    if over_c and real is matrix:
        zeros = ((0,) * matrix.columns,) * len(matrix.real)
        upper = [x + y for x, y in zip(matrix.real, zeros, strict=True)]
        lower = [y + x for x, y in zip(matrix.real, zeros, strict=True)]
        real = Matrix(tuple(upper + lower), (), matrix.denominator, 2 * matrix.columns)
    n = wanted.dimension
    entries = list(wanted.real) + (list(wanted.imag or (0,) * n) if over_c else [])
    if min(real.shape) <= EXACT:
        found = _tikhonov_exactly(real, entries, alpha)
    else:
        a, w = to_floats(real), np.array([e / wanted.denominator for e in entries])
        short_side = a @ a.T + float(alpha) * np.eye(len(a))
        x = w - a.T @ np.linalg.solve(short_side, a @ w)
        step = 2.0 ** (np.ceil(np.log2(np.abs(x).max() or 1.0)) - 40)
        unit = Fraction(float(step))
        tops = [int(e) * unit.numerator for e in np.rint(x / step)]
        return _parted(Vector.of(tops, (), unit.denominator), n)
    return _parted(Vector.of(found.real, (), found.denominator * wanted.denominator), n)


def _parted(v: Vector, n: int) -> Vector:
    """A vector of R^n or R^2n as one of R^n or C^n."""
    return Vector.of(v.real[:n], v.real[n:], v.denominator)


def _tikhonov_exactly(real: Matrix, entries: list[int], alpha: Fraction) -> Vector:
    """The same for a real matrix, over Q; the smaller of the two systems is solved."""
    # with A = B / D:  (A A^T + alpha I)^-1 = D^2 q (q B B^T + p D^2 I)^-1,  alpha = p / q
    b = flint.fmpz_mat([list(row) for row in real.real])
    w = flint.fmpz_mat([[entry] for entry in entries])
    p, q = alpha.numerator * real.denominator**2, alpha.denominator
    m, n = real.shape
    wide = m <= n
    size = m if wide else n
    eye = flint.fmpz_mat([[int(j == k) for k in range(size)] for j in range(size)])
    products = b * b.transpose() if wide else b.transpose() * b
    system = products * q + eye * p
    z = system.solve(b * w * q if wide else w * p)  # an fmpq_mat
    top, bottom = flint.fmpq_mat(z).numer_denom()  # type: ignore[call-overload]
    if wide:
        top = w * bottom - b.transpose() * top
    return Vector.of([int(top[k, 0]) for k in range(n)], (), int(bottom))


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


@dataclass(frozen=True)
class Detail:
    """A certified detail: the claim, the line for problem.toml, norms in words, all files."""

    says: str
    line: str
    size: str
    vector: Vector
    files: dict[str, bytes]


def write_detail(
    operator: Any,
    wanted: Any,
    output: Path,
    folder: Path | None = None,
    alpha: str | None = None,
    near: bool = False,
) -> tuple[str, str, str]:
    """What `find_detail` finds, written into a new folder; its claim, line and norms."""
    if output.exists():
        raise BadInput(f"{output}: exists already; name a new folder")
    found = find_detail(operator, wanted, folder, alpha, near)
    output.mkdir(parents=True)
    for name, content in found.files.items():
        (output / name).write_bytes(content)
    return found.says, found.line, found.size


def find_detail(
    operator: Any,
    wanted: Any,
    folder: Path | None = None,
    alpha: str | None = None,
    near: bool = False,
) -> Detail:
    """Project, and certify A x_det = 0.

    `operator` (m, N) and `wanted` (N entries) are arrays or name .npy files; the operator may also
    be one of `operators`, with its files in `folder`.  With `alpha` the detail is Tikhonov's, and a
    bound on |A x_det| is certified.  For a Fourier transform it lies in the span of the rational
    vectors of the kernel, or with `near` near to the whole kernel (`frequencies`).

    Raises BadInput.
    """
    a, w = realise(operator, "operator", "A", folder), array(wanted, "wanted")
    if prod(w.shape) != a.shape[1]:
        raise BadInput(
            f"wanted: shape {w.shape} has {prod(w.shape)} entries, the operator needs {a.shape[1]}"
        )
    weight = None if alpha is None else number(alpha, "--alpha")
    if weight is not None and weight <= 0:
        raise BadInput(f"--alpha: a positive number is expected, not {short(weight)}")
    identifier = "detail.near" if near or weight is not None else "detail"
    file = statement(identifier)
    is_complex = a.is_complex or w.is_complex
    given = a.files | w.files
    before = read_problem(_problem(a, w, is_complex), given.__getitem__, read_statement(file))
    form, asked_for = before.operators["A"], before.vectors["x_det"][1]
    delta, about = Fraction(0), ""
    if isinstance(form, Fourier):
        if weight is not None:
            raise BadInput("--method tikhonov: not for a Fourier transform; near, or projection")
        found = (near_detail if near else rational_detail)(form, asked_for)
        about = f"; {kernels(form)}"
    elif near:
        raise BadInput("--method near: for a Fourier transform only; projection is exact here")
    else:
        try:
            matrix = form.dense()
        except Rejected as reason:
            raise BadInput(f"operator: {reason}") from None
        found = into_kernel(matrix, asked_for)
        if weight is not None:
            found = tikhonov(matrix, asked_for, weight)
            delta = short_above(plain("l2", matrix.apply(found)))
    detail, line = _as_array(found, w.shape)
    if not detail.files:
        given = {**given, "x_det.json": json.dumps(inline(found)).encode()}
    if near:
        problem_file = _problem(a, detail, is_complex)
        delta, about = _measured(file, problem_file, given | a.files | detail.files, about)
    problem_file = _problem(a, detail, is_complex, delta)
    files = a.files | detail.files | {n: b for n, b in given.items() if n == "x_det.json"}
    data = read_problem(problem_file, files.__getitem__, read_statement(file))
    d = Derivation(file, data, problem_file)
    if near:
        d.step("enclosed", claim="|A x_det| <= delta", bits=BITS[0], splits=[])
    elif isinstance(form, Fourier):
        d.step("fourier_zero", map="A", vector="x_det")
    else:
        d.compute("|A x_det| <= 0" if weight is None else "|A x_det| <= delta")
    files |= {
        f"{identifier}.claim": file,
        "problem.json": problem_file,
        f"{identifier}.certificate.json": d.certificate(),
    }
    verify(file, problem_file, files[f"{identifier}.certificate.json"], files.__getitem__)
    exact = identifier == "detail"
    says = "A x_det = 0" if exact else f"|A x_det| <= {write_number(delta)}"
    kept, asked = (decimal(plain("l2", v)) for v in (found, asked_for))
    if not any(found.real) and not any(found.imag):
        where = "among the rational vectors of" if isinstance(form, Fourier) else "in"
        nothing = f"nothing of the wanted detail (l2 norm {asked}) is {where} the kernel of A"
        return Detail(says, line, nothing + about, found, files)
    how = ""
    if isinstance(form, Fourier):
        how = ", near the kernel" if near else ", in the span of the kernel's rational vectors"
    size = f"l2 norm {kept} of the wanted {asked}{how}{about}"
    return Detail(says, line, size, found, files)


def _measured(
    file: bytes, problem_file: bytes, files: dict[str, bytes], about: str
) -> tuple[Fraction, str]:
    """A short number above |A x_det| where it is irrational, and whether it is not 0."""
    data = read_problem(problem_file, files.__getitem__, read_statement(file))
    context = prepare(file, data, "vacuous", {}, {}, {})
    size = read_scalar("|A x_det|", context.names, "detail")
    bounds = Bounds(context)
    zero = " and not 0" if bounds.lower(size).sign() > 0 else ""
    return short_above(bounds.upper(size)), f", where |A x_det| is tiny{zero}{about}"


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


def _problem(
    a: Realised, x_det: ExactArray, is_complex: bool, delta: Fraction = Fraction(0)
) -> bytes:
    m, n = a.shape
    return write_json(
        {
            "format": FORMAT,
            "field": "C" if is_complex else "R",
            "spaces": {
                "X": {"dimension": str(n), "norm": "l2"},
                "Y": {"dimension": str(m), "norm": "l2"},
            },
            "linear": {"A": a.form},
            "constants": {"delta": write_number(delta)},
            "vectors": {"x_det": {"space": "X", "array": x_det.form}},
        }
    )
