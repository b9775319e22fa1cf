"""The kernel's arithmetic against programs that share no code with it: NumPy and `decimal`.

Everything is seeded.  A bound that the kernel proves must survive every vector that is tried.
"""

from __future__ import annotations

import io
import random
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from certificates import operators
from certificates.exact import Roots
from certificates.format import Unreadable
from certificates.matrices import Matrix, Vector, gram
from certificates.norms import KINDS, Norm
from certificates.npy import read_npy

# ------------------------------------------------------------------------------- arrays

TYPES = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
SHAPES = [(), (1,), (7,), (0,), (2, 3), (3, 0, 2), (1, 1, 1), (2, 3, 4)]


def random_array(kind: str, shape: tuple[int, ...], rng: np.random.Generator) -> Any:
    """An array with random bits, its not-a-numbers and infinities replaced."""
    dtype = np.dtype(kind)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(dtype)
    count = int(np.prod(shape, dtype=int))
    with np.errstate(invalid="ignore"):
        flat = np.frombuffer(rng.bytes(count * dtype.itemsize), dtype)
        return np.nan_to_num(flat, nan=1.5, posinf=-2.5, neginf=0.0).astype(dtype).reshape(shape)


@pytest.mark.parametrize("kind", TYPES)
def test_arrays_are_read_as_numpy_writes_them(kind: str) -> None:
    rng = np.random.default_rng(1)
    for shape in SHAPES:
        for order in ("little", "big"):
            for layout in "CF":
                a = random_array(kind, shape, rng).astype(np.dtype(kind).newbyteorder(order))
                a = np.asarray(a, order=layout)  # type: ignore[call-overload]
                file = io.BytesIO()
                np.save(file, a)
                tensor = read_npy(file.getvalue(), "a.npy")
                assert tensor.shape == shape
                real = [Fraction(n, tensor.denominator) for n in tensor.real]
                flat = a.reshape(-1).tolist()
                assert real == [Fraction(z.real) for z in flat]
                imag = [Fraction(n, tensor.denominator) for n in tensor.imag] or [
                    Fraction(0)
                ] * len(flat)
                assert imag == [Fraction(z.imag) for z in flat]


def test_damaged_arrays_are_unreadable_or_read_as_numpy_reads_them() -> None:
    """Bytes of header and body changed: the two readers may not disagree on a number."""
    rng = random.Random("arrays")
    file = io.BytesIO()
    np.save(file, np.array([[1.5, -2.0, 3.25], [0.0, 1e-300, 7.0]]))
    read = 0
    for _ in range(5_000):
        data = bytearray(file.getvalue())
        k = rng.choice([rng.randrange(len(data)), rng.randrange(30), rng.randrange(10, 80)])
        data[k : k + rng.randint(0, 2)] = rng.choice(
            [b"", b"8", b"<", b">", b"|", b"3", b" ", b","]
        )
        try:
            tensor = read_npy(bytes(data), "a.npy")
        except Unreadable:
            continue
        a = np.load(io.BytesIO(bytes(data)))
        assert a.shape == tensor.shape
        flat = [Fraction(z) for z in a.reshape(-1).tolist()]
        assert flat == [Fraction(n, tensor.denominator) for n in tensor.real]
        read += 1
    assert read > 100


# -------------------------------------------------------------------------- square roots


def test_signs_of_sums_of_square_roots() -> None:
    """Random sums, many of them zero or nearly so, against eighty decimal digits."""
    rng = random.Random("roots")
    zeros = 0
    for _ in range(3_000):
        pairs = [
            (rng.randint(1, 60), Fraction(rng.randint(-9, 9), rng.randint(1, 5))) for _ in "1234"
        ]
        total = Roots.total(Roots.sqrt(Fraction(n)).times(c) for n, c in pairs)
        if rng.random() < 0.5:  # the same number with other radicands: 3 sqrt(n) = sqrt(9 n)
            k = rng.randint(2, 7)
            total = total - Roots.collect((n * k * k, c / k) for n, c in pairs)
            pairs = []
        with localcontext() as context:
            context.prec = 80
            exact = sum(
                (Decimal(n).sqrt() * c.numerator / c.denominator for n, c in pairs), Decimal(0)
            )
            sign = 0 if abs(exact) < Decimal("1e-60") else int(exact.copy_sign(1) / exact)
        zeros += sign == 0
        assert total.sign() == sign
    assert zeros > 500


# ------------------------------------------------------------------------ operator norms


def random_matrix(rng: random.Random, m: int, n: int, imaginary: bool) -> Matrix:
    def rows() -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(rng.randint(-3, 3) for _ in range(n)) for _ in range(m))

    real, imag = rows(), rows() if imaginary else ()
    return Matrix(real, imag if any(map(any, imag)) else (), rng.randint(1, 3), n)


def trials(rng: random.Random, n: int, imaginary: bool) -> list[Vector]:
    """Vectors that come close to a norm: unit entries, signs, and some without a pattern."""
    units = [(5, 0), (-5, 0), (0, 0)] + ([(3, 4), (4, -3), (0, 5), (-4, 3)] if imaginary else [])
    found = []
    for _ in range(12):
        entries = [rng.choice([*units, (rng.randint(-9, 9), 0)]) for _ in range(n)]
        found.append(
            Vector.of([a for a, _ in entries], [b for _, b in entries] if imaginary else ())
        )
    return found


def survives(w: Matrix, domain: Norm, target: Norm, bound: Fraction, vectors: list[Vector]) -> bool:
    return all((domain.of(v).times(bound) - target.of(w.apply(v))).sign() >= 0 for v in vectors)


def test_proved_operator_norms_survive_trial_vectors() -> None:
    rng = random.Random("operators")
    proved = 0
    for _ in range(1_500):
        m, n, imaginary = rng.randint(1, 3), rng.randint(1, 3), rng.random() < 0.4
        w = random_matrix(rng, m, n, imaginary)
        domain, target = (
            Norm(rng.choice(list(KINDS.values())), Fraction(rng.randint(1, 4), rng.randint(1, 3)))
            for _ in "XY"
        )
        bound = Fraction(rng.randint(-1, 24), rng.randint(1, 4))
        methods = [operators.rows, operators.columns] + ([] if imaginary else [operators.signs])
        for method in methods:
            if method(w, domain, target, bound):
                proved += 1
                # a bound by signs is about real vectors only
                kind = imaginary if method is operators.signs else rng.random() < 0.5
                assert survives(w, domain, target, bound, trials(rng, n, kind))
    assert proved > 500


def test_gram_factors_prove_no_more_than_the_largest_singular_value() -> None:
    """Bounds around the norm that NumPy finds, with good, bad and missing factors as hints."""
    rng = random.Random("gram")
    proved = refused = 0
    for _ in range(400):
        m, n, imaginary = rng.randint(1, 4), rng.randint(1, 4), rng.random() < 0.4
        w = random_matrix(rng, m, n, imaginary)
        array = np.array(w.real) + (1j * np.array(w.imag) if w.imag else 0)
        largest = float(np.linalg.norm(array / w.denominator, 2))
        domain = Norm("l2", Fraction(rng.randint(1, 3)))
        target = Norm("l2", Fraction(rng.randint(1, 3)))
        true = largest * float(target.weight / domain.weight)
        bound = Fraction(true * rng.choice([0.5, 0.99, 1.01, 1.5])).limit_denominator(1000)
        real = w.as_real()
        if real.shape[0] < real.shape[1]:
            real = real.transposed()
        limit = bound * domain.weight / target.weight * real.denominator
        top, bottom = limit.numerator**2, limit.denominator**2
        a = np.array(real.real, dtype=float).reshape(real.shape)
        size, shift = real.columns, 12
        matrix = top * np.eye(size) - bottom * (a.T @ a)
        values, vectors = np.linalg.eigh(matrix)
        # half of the smallest eigenvalue stays in the residual, which is then dominant
        root = vectors * np.sqrt(np.clip(values - max(values[0], 0) / 2, 0, None))
        lower = np.linalg.qr(root.T)[1].T * 2.0**shift
        noise = rng.choice([0.0, 0.0, 1.0, 1e6])
        factor = [
            tuple(round(float(lower[i, j]) + noise * rng.uniform(-1, 1)) for j in range(i + 1))
            for i in range(size)
        ]
        if operators.gram_factor(w, domain, target, bound, factor, shift):
            proved += 1
            assert float(bound) >= true * (1 - 1e-9)
        else:
            refused += 1
    assert proved > 50
    assert refused > 50


def test_packed_gram_matrices() -> None:
    rng = random.Random("packed")
    for _ in range(300):
        m, n = rng.randint(0, 5), rng.randint(1, 5)
        size = rng.choice([0, 1, 2, 255, 256, 1 << 40, 1 << 200])
        rows = [
            tuple(rng.choice([-size, size, rng.randint(-size, size)]) for _ in range(n))
            for _ in range(m)
        ]
        plain = [[sum(row[i] * row[j] for row in rows) for j in range(n)] for i in range(n)]
        assert gram(rows, n) == plain
