"""Linear maps by their forms: against matrices, SciPy and NumPy; adjoints; hostile entries."""

from __future__ import annotations

import contextlib
import io
import json
from fractions import Fraction
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import scipy.ndimage
import scipy.sparse
from hypothesis import assume, given
from hypothesis import strategies as st

from certificates import operators
from certificates.arrays import Arrays
from certificates.format import Rejected, Unreadable, write_json
from certificates.forms import natural_order, read_linear
from certificates.linear import Composition, Hadamard, Linear, Sparse, squared_norm, transform
from certificates.matrices import Matrix, Vector
from certificates.norms import Norm
from certificates.npy import Tensor

small = st.integers(-6, 6)
TWO = Norm("l2", Fraction(1))


def entries(value: Any) -> dict[str, Any]:
    """An inline array."""

    def text(item: Any) -> Any:
        return [text(inner) for inner in item] if isinstance(item, list) else str(item)

    return {"entries": text(value)}


def read(form: Any, m: int, n: int) -> Linear:
    """The linear map of a form."""
    return read_linear(json.loads(write_json(form)), "A", (m, n), Arrays(None).read)


def floats(matrix: Matrix) -> np.ndarray[Any, Any]:
    """The matrix, as NumPy has it."""
    real = np.array(matrix.real, dtype=float).reshape(matrix.shape)
    imag = np.array(matrix.imag, dtype=float).reshape(matrix.shape) if matrix.imag else 0
    return np.asarray((real + 1j * imag) / matrix.denominator)


# -------------------------------------------------------------------------------- any form


@st.composite
def hadamards(draw: st.DrawFn) -> tuple[Any, int, int]:
    """A form, and its shape."""
    sides = draw(st.sampled_from([[1], [2], [8], [2, 4], [4, 4], [1, 8]]))
    n = int(np.prod(sides))
    rows = draw(st.lists(st.integers(0, n - 1), unique=True, min_size=1))
    form = {
        "kind": "hadamard",
        "shape": [str(side) for side in sides],
        "order": draw(st.sampled_from(["natural", "sequency"])),
        "scale": draw(st.sampled_from(["1", "-1/4", "3/7", "0"])),
    }
    if draw(st.booleans()):
        return form | {"rows": entries(rows)}, len(rows), n
    return form | {"mask": entries([int(k in rows) for k in range(n)])}, len(rows), n


@st.composite
def sparses(draw: st.DrawFn, m: int, n: int) -> Any:
    """A sparse form of this shape, real or complex."""
    places = draw(st.lists(st.integers(0, m * n - 1), unique=True))
    places.sort()
    values: Any = entries([f"{draw(small)}/{draw(st.integers(1, 4))}" for _ in places])
    if draw(st.booleans()):
        values = {"real": values, "imaginary": entries([draw(small) for _ in places])}
    rows, columns = ([f(p, n) for p in places] for f in (int.__floordiv__, int.__mod__))
    return {
        "kind": "sparse", "rows": entries(rows), "columns": entries(columns), "values": values
    }  # fmt: skip


@st.composite
def squares(draw: st.DrawFn) -> tuple[Any, int, int]:
    """Convolutions and the identity."""
    sides = draw(st.sampled_from([[1], [5], [6], [3, 4], [1, 3], [3, 3]]))
    n = int(np.prod(sides))
    if draw(st.booleans()):
        return {"kind": "identity"}, n, n
    shape = [draw(st.sampled_from([k for k in (1, 3, 5) if k <= side])) for side in sides]
    kernel = np.array([draw(small) for _ in range(int(np.prod(shape)))]).reshape(shape).tolist()
    form = {
        "kind": "convolution",
        "shape": [str(side) for side in sides],
        "kernel": entries(kernel),
        "boundary": draw(st.sampled_from(["zero", "periodic"])),
    }
    return form, n, n


@st.composite
def differences(draw: st.DrawFn) -> tuple[Any, int, int]:
    """Finite differences of every boundary."""
    sides = draw(st.sampled_from([[2], [5], [3, 4], [1, 3], [1]]))
    boundary = draw(st.sampled_from(["inside", "zero", "periodic"]))
    n = int(np.prod(sides))
    inside = sum(n // side * (side - 1) for side in sides)
    m = inside if boundary == "inside" else n * len(sides)
    assume(m)
    shape = [str(side) for side in sides]
    return {"kind": "differences", "shape": shape, "boundary": boundary}, m, n


@st.composite
def shaped(draw: st.DrawFn) -> tuple[Any, int, int]:
    """A sparse, dense or mask form."""
    m, n = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    kind = draw(st.sampled_from(["sparse", "dense", "mask"]))
    if kind == "sparse":
        return draw(sparses(m, n)), m, n
    if kind == "dense":
        rows = [[draw(small) for _ in range(n)] for _ in range(m)]
        return {"kind": "dense", "matrix": entries(rows)}, m, n
    rows = draw(st.lists(st.integers(0, n - 1), unique=True, min_size=1))
    return {"kind": "mask", "rows": entries(rows)}, len(rows), n


@st.composite
def any_form(draw: st.DrawFn) -> tuple[Any, int, int]:
    """Every kind, its adjoint, and products with sparse ones."""
    kinds = st.one_of(hadamards(), squares(), differences(), shaped())
    form, m, n = draw(kinds)
    if draw(st.booleans()):
        form, m, n = {"kind": "adjoint", "of": form}, n, m
    if draw(st.booleans()):
        k = draw(st.integers(1, 4))
        left = draw(sparses(k, m))
        form = {"kind": "composition", "factors": [left, form], "between": [str(m)]}
        m = k
    return form, m, n


def vector(draw: Any, n: int) -> Vector:
    """A small vector over Q(i)."""
    imag = [draw(small) for _ in range(n)] if draw(st.booleans()) else []
    return Vector.of([draw(small) for _ in range(n)], imag, draw(st.integers(1, 5)))


def inner(u: Vector, v: Vector) -> tuple[Fraction, Fraction]:
    """<u, v>, conjugate in the second argument: real and imaginary part."""
    a, b = np.array(u.real, object), np.array(u.imag or (0,) * u.dimension, object)
    c, d = np.array(v.real, object), np.array(v.imag or (0,) * v.dimension, object)
    bottom = u.denominator * v.denominator
    return Fraction(int(a @ c + b @ d), bottom), Fraction(int(b @ c - a @ d), bottom)


@given(any_form(), st.data())
def test_every_form_is_its_matrix(case: tuple[Any, int, int], data: st.DataObject) -> None:
    """Shape, product and adjoint are those of the matrix; <A x, y> = <x, A* y> exactly."""
    form, m, n = case
    found = read(form, m, n)
    x, y = vector(data.draw, n), vector(data.draw, m)
    matrix = found.dense()
    assert found.shape == matrix.shape == (m, n)
    assert found.apply(x) == matrix.apply(x)
    turned = found.adjoint()
    assert turned.shape == (n, m)
    assert turned.apply(y) == matrix.adjoint().apply(y)
    assert turned.dense() == matrix.adjoint()
    assert turned.adjoint().apply(x) == found.apply(x)
    assert inner(found.apply(x), y) == inner(x, turned.apply(y))
    assert "as stored" in str(found) or "as meant" in str(found)


@given(st.one_of(any_form()), st.integers(1, 60), st.data())
def test_norms_from_structure_are_bounds(
    case: tuple[Any, int, int], half: int, data: st.DataObject
) -> None:
    """No bound below |A v| / |v| is proved, by Schur's test or by orthogonality."""
    form, m, n = case
    found = read(form, m, n)
    sigma = float(np.linalg.norm(floats(found.dense()), 2))
    bound = Fraction(half, 2)
    weights = [tuple(data.draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)))]
    for proved in (
        operators.schur(found, TWO, TWO, bound, weights),
        operators.orthogonal(found, TWO, TWO, bound),
    ):
        assert not proved or sigma <= float(bound) * (1 + 1e-9)


# ----------------------------------------------------------------------- each kind against others


@pytest.mark.parametrize("size", [1, 2, 8, 64])
def test_transform_is_scipys_matrix(size: int) -> None:
    """In natural order, and it is its own inverse up to the size."""
    matrix = scipy.linalg.hadamard(size)
    values = list(range(3, size + 3))
    assert transform(values) == (matrix @ values).tolist()
    assert transform(transform(values)) == [size * a for a in values]


@pytest.mark.parametrize("size", [1, 2, 8, 32])
def test_sequency_counts_changes_of_sign(size: int) -> None:
    """Row k in sequency order has k of them."""
    matrix = scipy.linalg.hadamard(size)
    changes = [int((np.diff(matrix[natural_order(k, [size])]) != 0).sum()) for k in range(size)]
    assert changes == list(range(size))


@pytest.mark.parametrize("order", ["natural", "sequency"])
def test_hadamard_of_an_image(order: str) -> None:
    """The transform along both axes, the rows of a mask, and the scale."""
    random = np.random.default_rng(1)
    image, mask = random.integers(-9, 10, (4, 8)), random.integers(0, 2, (4, 8))
    one, other = scipy.linalg.hadamard(4), scipy.linalg.hadamard(8)
    if order == "sequency":
        one = one[[natural_order(k, [4]) for k in range(4)]]
        other = other[[natural_order(k, [8]) for k in range(8)]]
    expected = (one @ image @ other.T)[mask == 1].tolist()
    form = {"kind": "hadamard", "shape": ["4", "8"], "order": order, "scale": "1/2"}
    found = read(form | {"mask": entries(mask.tolist())}, len(expected), 32)
    assert found.apply(Vector.of(image.ravel().tolist())) == Vector.of(expected, (), 2)
    assert squared_norm(found) == 8
    product = floats(found.dense()) @ floats(found.dense()).T
    assert np.array_equal(product, 8 * np.eye(len(expected)))


def test_hadamard_of_a_large_image() -> None:
    """256 x 256 without a matrix, there and back."""
    n = 1 << 16
    found = Hadamard(n, tuple(range(0, n, 5)), Fraction(1, 256), "as meant")
    v = Vector.of([k % 17 - 8 for k in range(n)])
    y = found.apply(v)
    assert found.apply(found.adjoint().apply(y)) == y
    with pytest.raises(Rejected, match="this rule needs a matrix"):
        found.dense()
    assert operators.orthogonal(found, TWO, TWO, Fraction(1))
    assert not operators.orthogonal(found, TWO, TWO, Fraction(999, 1000))
    assert operators.orthogonal(found, Norm("l1", Fraction(1)), TWO, Fraction(9)) is None
    both = Composition((found.adjoint(), found))
    assert squared_norm(both) == 1
    assert operators.orthogonal(both, Norm("l2", Fraction(2)), TWO, Fraction(1, 2))


@pytest.mark.parametrize(("boundary", "mode"), [("zero", "constant"), ("periodic", "wrap")])
@pytest.mark.parametrize("sides", [[7], [4, 5]])
def test_convolution_is_scipys(boundary: str, mode: str, sides: list[int]) -> None:
    """scipy.ndimage.convolve, with an unsymmetric kernel."""
    random = np.random.default_rng(2)
    image = random.integers(-9, 10, sides)
    kernel = random.integers(-9, 10, [3, 5][-len(sides) :])
    form = {
        "kind": "convolution", "shape": [str(k) for k in sides], "boundary": boundary,
        "kernel": entries(kernel.tolist()),
    }  # fmt: skip
    expected = scipy.ndimage.convolve(image, kernel, mode=mode)  # type: ignore[call-overload]
    found = read(form, image.size, image.size).apply(Vector.of(image.ravel().tolist()))
    assert found == Vector.of(expected.ravel().tolist())


def test_differences_are_numpys() -> None:
    """Along the first axis, then along the second."""
    image = np.random.default_rng(3).integers(-9, 10, (3, 4))
    v = Vector.of(image.ravel().tolist())
    form = {"kind": "differences", "shape": ["3", "4"], "boundary": "inside"}
    expected = [*np.diff(image, axis=0).ravel(), *np.diff(image, axis=1).ravel()]
    assert read(form, 17, 12).apply(v) == Vector.of([int(a) for a in expected])
    around = [(np.roll(image, -1, axis) - image).ravel() for axis in (0, 1)]
    found = read(form | {"boundary": "periodic"}, 24, 12).apply(v)
    assert found == Vector.of([int(a) for part in around for a in part])
    wide = np.pad(image, ((0, 1), (0, 1)))
    zero = [np.diff(wide, axis=0)[:, :4].ravel(), np.diff(wide, axis=1)[:3].ravel()]
    found = read(form | {"boundary": "zero"}, 24, 12).apply(v)
    assert found == Vector.of([int(a) for part in zero for a in part])


def test_sparse_is_scipys() -> None:
    """Dyadic values from files, against the product in floats that are exact here."""
    matrix = scipy.sparse.random_array((30, 40), density=0.1, rng=np.random.default_rng(4))
    coo = scipy.sparse.csr_array(np.round(matrix.toarray() * 64) / 64).tocoo()
    files = {}
    form: dict[str, Any] = {"kind": "sparse"}
    for key, values in (("rows", coo.row), ("columns", coo.col), ("values", coo.data)):
        stream = io.BytesIO()
        np.save(stream, values)
        files[key] = stream.getvalue()
        sha = sha256(files[key]).hexdigest()
        form[key] = {"file": key, "sha256": sha, "shape": [str(len(values))]}
    found = read_linear(form, "A", (30, 40), Arrays(files.__getitem__).read)
    v = list(range(40))
    expected = [Fraction(a) for a in (coo @ np.array(v)).tolist()]
    image = found.apply(Vector.of(v))
    assert [Fraction(a, image.denominator) for a in image.real] == expected
    assert np.array_equal(floats(found.dense()), coo.toarray())


def test_schur_is_sharp_for_positive_matrices() -> None:
    """With the singular vector, rounded, as weights; with ones it is the product of the sums."""
    random = np.random.default_rng(5)
    dense = random.integers(0, 9, (7, 6))
    found = Sparse.of(Matrix.of(dense.tolist(), (), 3, 6))
    sigma = float(np.linalg.norm(dense / 3, 2))
    weights = [tuple(int(abs(a) * 2**40) + 1 for a in np.linalg.svd(dense)[2][0])]
    above, below = Fraction(sigma * (1 + 1e-9)), Fraction(sigma * (1 - 1e-9))
    assert operators.schur(found, TWO, TWO, above, weights)
    assert operators.schur(found, TWO, TWO, below, weights) is False
    sums = int(dense.sum(0).max()) * int(dense.sum(1).max())
    assert operators.schur(found, TWO, TWO, Fraction(int(sums**0.5) + 1, 3), [(1,) * 6])
    for wrong in ([], [(1,) * 5], [(1,) * 6] * 2, [(1,) * 5 + (0,)], [(1,) * 5 + (-1,)]):
        assert operators.schur(found, TWO, TWO, Fraction(99), wrong) is None


# ----------------------------------------------------------------------------------- hostile

H = {"kind": "hadamard", "shape": ["4"], "order": "natural", "scale": "1", "rows": entries([0, 3])}
S = {
    "kind": "sparse",
    "rows": entries([0, 1]),
    "columns": entries([1, 0]),
    "values": entries([1, 2]),
}
CONVOLUTION = {
    "kind": "convolution", "shape": ["4"], "boundary": "zero", "kernel": entries([1, 2, 3])
}  # fmt: skip
DIFFERENCES = {"kind": "differences", "shape": ["4"], "boundary": "inside"}
EYE = {"kind": "identity"}
FOURIER = {
    "kind": "fourier", "shape": ["4"], "scale": "ortho", "centred": "no", "rows": entries([1, 3])
}  # fmt: skip
deep: Any = EYE
for _ in range(200):
    deep = {"kind": "adjoint", "of": deep}

HOSTILE: list[tuple[Any, tuple[int, int], str]] = [
    (H | {"shape": ["3"]}, (2, 3), "A.shape: the sides [3] must be powers of two"),
    (H | {"shape": ["0"]}, (2, 4), "A.shape: one or two sides with product 4"),
    (H | {"shape": ["2", "2", "1"]}, (2, 4), "one or two sides with product 4"),
    (H | {"shape": ["67108864"]}, (2, 4), "A.shape: '67108864' is not a natural number below"),
    (H | {"shape": ["8"]}, (2, 4), "with product 4"),
    (H | {"shape": "4"}, (2, 4), "A.shape: a list is expected"),
    (H | {"rows": entries([0, 4])}, (2, 4), "A.rows: natural numbers below 4 are expected"),
    (H | {"rows": entries([0, -1])}, (2, 4), "natural numbers below 4"),
    (H | {"rows": entries(["1/2", 1])}, (2, 4), "natural numbers below 4"),
    (H | {"rows": {"real": entries([1]), "imaginary": entries([1])}}, (1, 4), "natural numbers"),
    (H | {"rows": entries([3, 3])}, (2, 4), "2 rows are chosen, 1 of them different"),
    (H | {"rows": entries([3])}, (2, 4), "A: 1 rows are chosen"),
    (H | {"mask": entries([1, 0, 0, 1])}, (2, 4), "A: either rows or a mask"),
    ({k: v for k, v in H.items() if k != "rows"}, (2, 4), "either rows or a mask"),
    ({"kind": "mask", "mask": entries([1, 1, 1])}, (3, 4), "A.mask: 3 entries, expected are 4"),
    ({"kind": "mask", "mask": entries([1, 2, 0, 0])}, (2, 4), "natural numbers below 2"),
    ({"kind": "mask", "mask": entries([1, 1, 1, 0])}, (2, 4), "3 rows are chosen"),
    (H | {"order": "dyadic"}, (2, 4), "A.order: unknown 'dyadic'; known are natural, sequency"),
    (H | {"scale": "0.5"}, (2, 4), "A.scale"),
    (H | {"scale": "0x1" + "0" * 5000}, (2, 4), "A.scale: a number in a term has at most"),
    (H | {"norm": "ortho"}, (2, 4), "A: unknown key 'norm'"),
    (S | {"rows": entries([1, 0])}, (2, 2), "the entry (0, 0) does not come after"),
    (S | {"columns": entries([1, 0, 1])}, (2, 2), "2 rows, 3 columns, 2 values"),
    (S | {"values": entries([1])}, (2, 2), "2 rows, 2 columns, 1 values"),
    (S | {"rows": entries([0, 0]), "columns": entries([1, 1])}, (2, 2), "each once"),
    (S | {"rows": entries([0, 2])}, (2, 2), "A.rows: natural numbers below 2"),
    (S | {"columns": entries([1, 2])}, (2, 2), "A.columns: natural numbers below 2"),
    (CONVOLUTION, (3, 4), "A: not square"),
    (CONVOLUTION | {"kernel": entries([1, 2])}, (4, 4), "A.kernel: shape (2,), expected are odd"),
    (CONVOLUTION | {"kernel": entries([1] * 5)}, (4, 4), "A.kernel: shape (5,)"),
    (CONVOLUTION | {"kernel": entries([[1]])}, (4, 4), "A.kernel: shape (1, 1)"),
    (CONVOLUTION | {"boundary": "mirror"}, (4, 4), "A.boundary: unknown 'mirror'"),
    (DIFFERENCES, (4, 4), "A: 3 differences, the target has dimension 4"),
    (DIFFERENCES | {"shape": ["33554432"]}, (33554431, 33554432), "A: 0 differences"),
    (EYE, (2, 3), "A: not square"),
    (EYE, (1 << 25, 1 << 25), "A: 33554432 entries, at most 4194304"),
    (FOURIER | {"shape": ["3"]}, (2, 4), "A.shape: one or two sides with product 4"),
    (FOURIER | {"scale": "-1/2"}, (2, 4), "A.scale: positive, or 'ortho' for 1/sqrt(n)"),
    (FOURIER | {"centred": "maybe"}, (2, 4), "A.centred: unknown 'maybe'"),
    (FOURIER, (3, 4), "A: 2 rows are chosen, 2 of them different; the target has dimension 3"),
    (
        FOURIER | {"shape": ["4096", "4096"], "rows": entries([1, 2])},
        (2, 4096 * 4096),
        "A.shape: [4096, 4096] is too large to be transformed",
    ),
    ({"kind": "radon"}, (2, 2), "A.kind: unknown 'radon'; known are dense, sparse, hadamard"),
    ({"kind": ["dense"]}, (2, 2), "A.kind: a string is expected"),
    ({}, (2, 2), "A.kind: unknown ''"),
    ({"kind": "composition", "factors": [], "between": []}, (2, 2), "A: 0 factors"),
    ({"kind": "composition", "factors": [EYE], "between": ["2"]}, (2, 2), "A: 1 factors"),
    (
        {"kind": "composition", "factors": [EYE, EYE], "between": ["0"]},
        (2, 2),
        "between k factors there are k - 1, positive",
    ),
    (
        {"kind": "composition", "factors": [EYE, EYE], "between": ["3"]},
        (2, 2),
        "A.factors[0]: not square",
    ),
    (
        {"kind": "composition", "factors": [EYE] * 40, "between": ["2"] * 39},
        (2, 2),
        "A.factors[31]: a linear map of more than 32 parts",
    ),
    (deep, (2, 2), "a linear map of more than 32 parts"),
    ({"kind": "adjoint", "of": "A"}, (2, 2), "A.of: an object is expected"),
]  # fmt: skip


@pytest.mark.parametrize(("form", "shape", "because"), HOSTILE)
def test_hostile_forms(form: Any, shape: tuple[int, int], because: str) -> None:
    """Each is refused with a sentence that names its place."""
    with pytest.raises(Unreadable) as caught:
        read(form, *shape)
    assert because in str(caught.value)
    assert str(caught.value).startswith("A")


JUNK = st.recursive(
    st.sampled_from(["", "1", "-1", "1/2", "x", "zero", "natural", "67108863", True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=4,
)


@given(any_form(), st.data())
def test_junk_is_bad_input(case: tuple[Any, int, int], data: st.DataObject) -> None:
    """Any value in any place of any form: it is read, or refused as unreadable."""
    form, m, n = case
    inside = form
    while True:
        key = data.draw(st.sampled_from(list(inside) if isinstance(inside, dict) else [0]))
        if not isinstance(inside[key], dict | list) or not inside[key] or data.draw(st.booleans()):
            break
        inside = inside[key]
    inside[key] = data.draw(JUNK)
    with contextlib.suppress(Unreadable):
        assert read(form, m, n).apply(Vector.of([1] * n)).dimension == m


def test_too_large_for_a_matrix() -> None:
    """A rule that needs the matrix says so, and names the remedy."""
    with pytest.raises(Rejected, match="use operator_orthogonal or operator_schur"):
        read(CONVOLUTION | {"shape": ["4096"]}, 4096, 4096).dense()
    tall = Composition((read(EYE, 5000, 5000),))
    with pytest.raises(Rejected, match="5000 x 5000 is too large"):
        tall.dense()


def test_a_tensor_of_another_form() -> None:
    """Positions may come from any array whose entries are whole numbers."""
    form = {"kind": "mask", "rows": {}}
    for whole in (Tensor((2,), (0, 6), (), 1), Tensor((2,), (0, 12), (0, 0), 2)):
        found = read_linear(form, "A", (2, 8), lambda value, where, whole=whole: whole)
        assert found.dense().real == ((1, *[0] * 7), (0,) * 6 + (1, 0))
    half = Tensor((2,), (0, 5), (), 2)
    with pytest.raises(Unreadable, match="natural numbers below 8"):
        read_linear(form, "A", (2, 8), lambda value, where: half)
