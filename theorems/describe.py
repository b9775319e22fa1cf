"""What an operator is, exactly where it can be: `kernelcert operator`.

Rank and kernel are found with FLINT, exactly; the l2 norm is enclosed by a certificate of the
statement `operator`; what floats say is labelled so.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import flint
import numpy as np

from certificates.exact import Roots
from certificates.format import Rejected, write_number
from certificates.fourier import Fourier
from certificates.kernel import prepare, verify
from certificates.linear import COLUMNS, DENSE, Hadamard, Linear, is_irrational, squared_norm
from certificates.matrices import Matrix, Vector

from .arrays import BadInput, inline
from .decimals import decimal
from .derivation import Derivation
from .frequencies import kernels
from .instance import Instance
from .keys import read_table
from .lipschitz import upper
from .operators import realise
from .outcome import statement
from .singular import below, smallest
from .slopes import steepest

RANK_ENTRIES = 1 << 20  # the rank of a larger matrix is not computed
BASIS = 48  # nor is a basis of the kernel in more dimensions, but of a Hadamard form
BASIS_BITS = 4000  # nor one with longer entries
PAIRS = 4  # random vectors for a sampled adjoint


@dataclass(frozen=True)
class Description:
    """Lines to print, files to write, and the orthogonal basis of the kernel where it is known."""

    lines: tuple[str, ...]
    files: dict[str, bytes]
    basis: tuple[Vector, ...] | None


def given_operator(path: Path) -> tuple[Any, Path]:
    """The operator that a file names, and its folder: an array, or the one of a problem file."""
    if path.is_dir():
        path = path / "problem.toml"
    if path.suffix not in (".toml", ".json"):
        return path.name, path.parent
    if not path.is_file():
        raise BadInput(f"there is no file {path}")
    table = read_table(path)
    linear = table.get("linear")
    if "operator" in table:
        return table["operator"], path.parent
    if isinstance(linear, dict) and len(linear) == 1 and "format" not in table:
        return next(iter(linear.values())), path.parent
    raise BadInput(f"{path.name}: one operator is expected: the key operator, or one of [linear]")


def describe(value: Any, folder: Path | None = None) -> Description:
    """All that can be said of an operator.  Raises BadInput."""
    found = realise(value, "operator", "A", folder)
    file = statement("operator")
    problem: dict[str, Any] = {
        "linear": {"A": value},
        "vectors": {"v": ["0"] * found.shape[1]},
        "constants": {"K": 0, "k": 0},
    }
    data = Instance(problem, folder).case(file).data
    form = data.operators["A"]
    m, n = form.shape
    lines = [f"A is {form}", f"A maps {data.field}^{n} to {data.field}^{m}"]
    lines += [f"evidence, not verified: {text}" for text in found.evidence]
    matrix = _matrix(form)
    basis = None
    exact_rank: int | None = None
    chosen = isinstance(form, Hadamard | Fourier)
    if chosen or (matrix is not None and m * n <= RANK_ENTRIES):
        rank = _rank(matrix)
        if isinstance(form, Fourier) or (isinstance(form, Hadamard) and form.scale):
            rank = len(form.rows)
        exact_rank = rank
        lines.append(f"rank {rank}, the kernel has dimension {n - rank}: exact")
        basis = _basis(form, matrix)
    else:
        why = "irrational" if is_irrational(form) else "too large"
        lines.append(f"rank not computed: the matrix is {why}")
    if isinstance(form, Fourier) and not form.turned:
        lines.append(f"{kernels(form)}: exact")
    if basis is not None:
        lines.append(f"an orthogonal basis of the kernel, {len(basis)} rational vectors: exact")
    lines.append(_adjointness(form, matrix))
    context = prepare(file, data, "vacuous", {}, {}, {})
    try:
        proposal, pair = upper(context, "A"), steepest(context, "A")
    except Rejected as reason:
        known = "no rule for this product of a Fourier transform"
        why = known if is_irrational(form) else str(reason)
        return Description((*lines, f"the l2 norm is not bounded: {why}"), {}, basis)
    if proposal is None:
        raise BadInput("operator: no bound on its norm was found")
    lower = below(pair.ratio) if pair else Fraction(0)
    if pair is not None:
        problem["vectors"] = {"v": inline(pair.left)}
    problem["constants"] = {"K": proposal.bound, "k": lower}
    case = Instance(problem, folder).case(file)
    d = Derivation(file, case.data, case.problem_file)
    bound = d.step(proposal.rule, map="A", **proposal.arguments)
    d.step("relax", bound, d.compute(f"{write_number(proposal.bound)} <= K"))
    d.compute("k |v| <= |A v|")
    certificate = d.certificate()
    verify(file, case.problem_file, certificate, case.files.__getitem__)
    ends = decimal(Roots.rational(lower)), decimal(Roots.rational(proposal.bound))
    lines.append(f"l2 norm between {ends[0]} and {ends[1]}: certified, by {proposal.rule}")
    square = squared_norm(form) if chosen else None
    if square is not None and isinstance(form, Hadamard | Fourier):
        value_of_all = decimal(Roots.sqrt(square))
        lines.append(f"all {len(form.rows)} singular values are {value_of_all}: by structure")
    found_smallest = smallest(value, form, exact_rank, folder)
    lines.append(found_smallest.line)
    files = {
        **found_smallest.files,
        **case.files,
        "operator.claim": file,
        "problem.json": case.problem_file,
        "operator.certificate.json": certificate,
    }
    if basis is not None:
        files["kernel_basis.json"] = json.dumps([inline(v) for v in basis]).encode() + b"\n"
    return Description(tuple(lines), files, basis)


def _matrix(form: Linear) -> Matrix | None:
    """The matrix, where it is small."""
    m, n = form.shape
    if is_irrational(form):
        return None
    return form.dense() if isinstance(form, Matrix) or (m * n <= DENSE and n <= COLUMNS) else None


def _rank(matrix: Matrix | None) -> int:
    """The rank over Q(i), exactly: half of that of the real matrix of twice the size."""
    if matrix is None:
        return 0
    rank = int(flint.fmpz_mat([list(row) for row in matrix.as_real().real]).rank())
    return rank // 2 if matrix.imag else rank


def _basis(form: Linear, matrix: Matrix | None) -> tuple[Vector, ...] | None:
    """An orthogonal basis of the kernel, or None where it is complex or too large."""
    n = form.shape[1]
    if isinstance(form, Hadamard) and form.scale and not form.turned and n <= COLUMNS // 4:
        # the rows that are not measured
        kept = tuple(sorted(set(range(n)) - set(form.rows)))
        rest = Hadamard(n, kept, Fraction(1), "the other rows").dense()
        return tuple(Vector.of(row) for row in rest.real)
    if matrix is None or matrix.imag or n > BASIS:
        return None
    nullspace, dimension = flint.fmpz_mat([list(row) for row in matrix.real]).nullspace()
    found: list[list[Fraction]] = []
    for k in range(dimension):
        entries = [Fraction(int(nullspace[j, k])) for j in range(n)]
        for other in found:
            square = sum(b * b for b in other)
            share = sum((a * b for a, b in zip(entries, other, strict=True)), Fraction(0)) / square
            entries = [a - share * b for a, b in zip(entries, other, strict=True)]
        bottom = np.lcm.reduce([a.denominator for a in entries], dtype=object)
        whole = [a * int(bottom) for a in entries]
        top = int(np.gcd.reduce([a.numerator for a in whole], dtype=object))
        entries = [a / top for a in whole]
        if max(a.numerator.bit_length() for a in entries) > BASIS_BITS:
            return None
        found.append(entries)
    return tuple(Vector.of([a.numerator for a in entries]) for entries in found)


def _adjointness(form: Linear, matrix: Matrix | None) -> str:
    """Whether <A x, y> = <x, A* y>, and how that is known."""
    if is_irrational(form):
        return "A* is the conjugate transpose by the definition of the form, and enclosed as A is"
    if isinstance(form, Matrix):
        return "A* is the conjugate transpose of the stored matrix"
    if matrix is not None and form.shape[0] <= COLUMNS:
        same = form.adjoint().dense() == matrix.adjoint()
        how = "on all unit vectors: exact"
    else:
        source = random.Random(0)
        same = all(_paired(form, source) for _ in range(PAIRS))
        how = f"on {PAIRS} pairs of random integer vectors: evidence"
    return f"<A x, y> {'=' if same else 'is not always'} <x, A* y>, {how}"


def _paired(form: Linear, source: random.Random) -> bool:
    m, n = form.shape
    x, y = (Vector.of([source.randint(-99, 99) for _ in range(size)]) for size in (n, m))
    image, turned = form.apply(x), form.adjoint().apply(y)

    def product(u: tuple[int, ...], v: tuple[int, ...]) -> int:
        return sum(a * b for a, b in zip(u, v, strict=False))

    # x and y are real: <A x, y> and <x, A* y>
    pairs = [(image.real, turned.real, 1), (image.imag, turned.imag, -1)]
    return all(
        product(a, y.real) * turned.denominator == sign * product(b, x.real) * image.denominator
        for a, b, sign in pairs
    )


def write_description(value: Any, folder: Path, output: Path | None) -> tuple[str, ...]:
    """Describe and, with an output, write the certificate and its files; the lines to print."""
    if output is not None and output.exists():
        raise BadInput(f"{output}: exists already; name a new folder")
    found = describe(value, folder)
    if output is not None and found.files:
        output.mkdir(parents=True)
        for name, content in found.files.items():
            (output / name).write_bytes(content)
    return found.lines
