"""The smallest singular value between two certified numbers, for the statement `sigma`.

For a matrix with at least as many rows as columns it is the largest s with |A u| >= s |u| for all
u, else that of the adjoint.  A form whose columns are orthogonal tells it.  Else floats propose s
just below the smallest singular value, with a Cholesky factor of W^* W - s^2 I.  Where floats are
too short for that, inverse iteration over Q finds the value and the factor is made of long
integers.  The kernel verifies all of it; the upper end is |A v| / |v| at a vector v.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Any

import flint
import numpy as np

from certificates.exact import Roots
from certificates.format import Rejected, write_number
from certificates.kernel import verify
from certificates.linear import COLUMNS, DENSE, Linear, is_irrational
from certificates.matrices import Matrix, Vector, gram
from certificates.norms import Norm, plain
from certificates.singular import stretch

from .arrays import inline
from .decimals import decimal
from .derivation import Derivation, Fact
from .instance import Instance
from .lipschitz import SLACK, SPARE_BITS, short_above, simplest_between, to_floats
from .operators import adjoint
from .outcome import statement
from .slopes import image_size, quotient

LARGEST = 512  # columns of the real matrix, for floats
EXACT = 96  # columns, for exact arithmetic
ROUNDS = 12  # of inverse iteration
DIGITS = 40  # bits of a vector from floats
LONG = 160  # bits of one from inverse iteration

Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Proposal:
    """A bound s, the rule that proves it with its hint, and a vector with |A v| near s |v|."""

    rule: str
    bound: Fraction
    vector: Vector
    hint: dict[str, Any]


@dataclass(frozen=True)
class Smallest:
    """A line to print, and the files of a certificate of the statement `sigma`."""

    line: str
    files: dict[str, bytes]


def below(value: Roots) -> Fraction:
    """A short rational number below a real number >= 0, by a factor of at least 1 - SLACK."""
    exact = value.as_rational()
    if exact is not None and len(write_number(exact)) <= 12:
        return exact
    low = Fraction(value.enclosure(64)[0], 1 << 64)
    return simplest_between(low * (1 - SLACK), low) if low > 0 else Fraction(0)


def propose(form: Linear) -> Proposal | None:
    """For a form (m, n), m >= n, with a trivial kernel; None if it is too large or too near one."""
    square = stretch(form)
    n = form.shape[1]
    unit = Vector((1,) + (0,) * (n - 1), (), 1)
    if square is not None:
        return Proposal("lower_orthogonal", below(Roots.sqrt(square)), unit, {})
    if is_irrational(form) or form.shape[0] * n > DENSE or n > COLUMNS:
        return None
    matrix = form.dense()
    real = matrix.as_real()
    if real.columns > LARGEST:
        return None
    return _by_floats(real, n) or (_exactly(real, n) if real.columns <= EXACT else None)


def _complex(v: Floats, n: int) -> Vector:
    """A real vector (n,) or (2 n,), rounded, as one of R^n or C^n."""
    whole = [int(a) for a in np.rint(v / np.abs(v).max() * 2.0**DIGITS)]
    return Vector.of(whole[:n], whole[n:], 1 << DIGITS)


def _by_floats(real: Matrix, n: int) -> Proposal | None:
    """None where the matrix is so ill-conditioned that rounding hides the smallest value."""
    w = to_floats(real)
    _, values, rows = np.linalg.svd(w, full_matrices=False)
    sigma, top = float(values[-1]), float(values[0])
    if not 0 < top < float("inf") or sigma < top * 1e-6:
        return None
    low = Fraction(sigma) * (1 - SLACK)
    bound = simplest_between(low, low * (1 + SLACK / 2))
    gap = sigma**2 - float(bound) ** 2
    size = real.columns
    try:
        root = np.linalg.cholesky(w.T @ w - (float(bound) ** 2 + gap / 2) * np.eye(size))
    except np.linalg.LinAlgError:
        return None
    scale = (bound * real.denominator).denominator * real.denominator
    bits = SPARE_BITS + int(np.log2(size**2 * top**2 / gap))
    shift = max(0, bits - int(np.log2(top)) - scale.bit_length())
    factor = [
        tuple(
            (2 * a * (scale << shift) + b) // (2 * b)
            for a, b in (float(root[j, k]).as_integer_ratio() for k in range(j + 1))
        )
        for j in range(size)
    ]
    hint = {"factor": factor, "shift": shift}
    return Proposal("lower_gram", bound, _complex(rows[-1], n), hint)


def _exactly(real: Matrix, n: int) -> Proposal | None:
    """With rational inverse iteration and a factor of long integers."""
    size = real.columns
    squares = gram(real.real, size)  # times denominator^2
    system = flint.fmpz_mat(squares)
    v = [1] * size
    for _ in range(ROUNDS):
        top, _ = flint.fmpq_mat(system.solve(flint.fmpz_mat([[a] for a in v]))).numer_denom()  # type: ignore[call-overload]
        column = [int(top[k, 0]) for k in range(size)]
        spare = max(0, max(map(abs, column)).bit_length() - LONG)
        v = [a >> spare for a in column]
    vector = Vector.of(v[:n], v[n:])
    image = real.apply(Vector.of(v)).squares()
    value = Roots.sqrt(Fraction(sum(image), sum(a * a for a in v)))
    value = value.times(Fraction(1, real.apply(Vector.of(v)).denominator))
    # the iteration may not have come close: step back until there is a factor
    for back in (SLACK / 4, 16 * SLACK, 256 * SLACK, Fraction(1, 2)):
        bound = below(value.times(1 - back))
        limit = bound * real.denominator
        p, q = limit.numerator**2, limit.denominator**2
        matrix = [[a * q - (p if j == k else 0) for k, a in enumerate(row)]
                  for j, row in enumerate(squares)]  # fmt: skip
        # half of what is left over stays on the diagonal, and rounding may take as much
        spare = int(p * back) // 4
        bits = max(0, max(matrix[j][j] for j in range(size)).bit_length() - spare.bit_length())
        shift = bits + 2 * size.bit_length() + SPARE_BITS
        rows = _factor(matrix, spare, shift) if shift < 1 << 12 else None
        if rows is not None:
            return Proposal("lower_gram", bound, vector, {"factor": rows, "shift": shift})
    return None


def _factor(matrix: list[list[int]], spare: int, shift: int) -> list[tuple[int, ...]] | None:
    """A rounded Cholesky factor of 4^shift (M - spare I); None if that is not positive."""
    rows: list[list[int]] = []
    for j, line in enumerate(matrix):
        row: list[int] = []
        for k in range(j + 1):
            entry = (line[k] - (spare if j == k else 0)) << 2 * shift
            entry -= sum(map(int.__mul__, row, rows[k] if k < j else row))
            if k < j:
                row.append((2 * entry + rows[k][k]) // (2 * rows[k][k]))
            elif entry <= 0:
                return None
            else:
                row.append(isqrt(entry))
        rows.append(row)
    return [tuple(row) for row in rows]


def smallest(value: Any, form: Linear, rank: int | None, folder: Any = None) -> Smallest:
    """What can be said of the smallest singular value of an operator as a person gives it.

    `rank` is the exact rank, or None where it is not known.
    """
    m, n = form.shape
    count = min(m, n)
    if rank is not None and rank < count:
        return Smallest(f"the smallest of {count} singular values is 0: exact, by the rank", {})
    tall = m >= n
    proposal = propose(form if tall else form.adjoint())
    if proposal is None or proposal.bound <= 0:
        return Smallest(_doubtful(form, count), {})
    v = proposal.vector
    most = image_size(form if tall else form.adjoint(), v, Norm("l2", Fraction(1)))[1]
    upper = short_above(quotient(most, plain("l2", v)))
    problem = {
        "linear": {"A": value if tall else adjoint(value)},
        "vectors": {"v": inline(v)},
        "constants": {"s": proposal.bound, "t": upper},
    }
    file = statement("sigma")
    try:
        case = Instance(problem, folder).case(file)
        d = Derivation(file, case.data, case.problem_file)
        prove(d, proposal)
    except Rejected:
        return Smallest(_doubtful(form, count), {})
    certificate = d.certificate()
    verify(file, case.problem_file, certificate, case.files.__getitem__)
    ends = decimal(Roots.rational(proposal.bound)), decimal(Roots.rational(upper))
    whose = "" if tall else ", of A*"
    line = f"smallest of {count} singular values between {ends[0]} and {ends[1]}{whose}: "
    files = {
        **case.files,
        "sigma.claim": file,
        "sigma.problem.json": case.problem_file,
        "sigma.certificate.json": certificate,
    }
    return Smallest(line + f"certified, by {proposal.rule}", files)


def prove(d: Derivation, proposal: Proposal) -> Fact:
    """The three conclusions of the statement."""
    rule, bound = proposal.rule, proposal.bound
    lower = d.step(rule, map="A", vector="u", bound=bound, **proposal.hint)
    d.add(lower, d.compute(f"s <= {write_number(bound)}"), by=[1, "|u|"])
    d.compute("|A v| <= t |v|")
    return d.compute("0 < |v|")


def _doubtful(form: Linear, count: int) -> str:
    """What floats say, where nothing was certified."""
    m, n = form.shape
    if is_irrational(form):
        return "smallest singular value not computed: the matrix is irrational"
    if m * n > DENSE or max(m, n) > COLUMNS // 2:
        return "smallest singular value not computed: the matrix is too large"
    values = np.linalg.svd(to_floats(form.dense().as_real()), compute_uv=False)
    return f"smallest of {count} singular values {float(values[-1]):.6g}: floats, not certified"
