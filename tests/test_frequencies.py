"""Vectors that a subsampled Fourier transform does not see: against mpmath, sympy and ranks."""

from __future__ import annotations

import cmath
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import cyclotomic
from certificates.__main__ import run
from certificates.cyclotomic import frequencies, vanishes
from certificates.format import Rejected
from certificates.fourier import Fourier
from certificates.matrices import Integers, Vector
from theorems import check_claim
from theorems.arrays import BadInput
from theorems.cli import main
from theorems.describe import describe
from theorems.details import write_detail
from theorems.frequencies import closure, kernels, near_detail, rational_detail
from theorems.instance import Instance
from theorems.operators import adjoint, blur, composition, fourier, realise

SIDES = st.sampled_from([(4,), (5,), (8,), (9,), (12,), (15,), (2, 4), (3, 4), (4, 4), (2, 6)])


@pytest.mark.parametrize("n", [*range(1, 31), 64, 105])
def test_cyclotomic_polynomials(n: int) -> None:
    """Against sympy's; 105 is the first with another coefficient than 0, 1, -1."""
    z = sympy.Symbol("z")
    wanted = sympy.Poly(sympy.cyclotomic_poly(n, z), z).all_coeffs()[::-1]
    assert list(cyclotomic.cyclotomic(n)) == wanted


@st.composite
def forms(draw: st.DrawFn) -> tuple[Fourier, Vector]:
    """Some rows, and a vector of Z^N or Z[i]^N."""
    sides = draw(SIDES)
    n = prod(sides)
    rows = draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=3))
    entry = st.lists(st.integers(-9, 9), min_size=n, max_size=n)
    wanted = Vector.of(draw(entry), draw(entry) if draw(st.booleans()) else (), 5)
    return Fourier(sides, tuple(sorted(rows)), Fraction(1, n), draw(st.booleans())), wanted


def value(v: Vector, sides: Integers, frequency: Integers) -> Any:
    """The transform at a frequency, in 50 digits."""
    with mpmath.workdps(50):
        total = mpmath.mpc(0)
        for place, index in enumerate(np.ndindex(*sides)):
            turn = sum(Fraction(j * f, n) for j, f, n in zip(index, frequency, sides, strict=True))
            angle = -2 * mpmath.pi * turn.numerator / turn.denominator
            entry = mpmath.mpc(v.real[place], v.imag[place] if v.imag else 0)
            total += entry * mpmath.expj(angle)
        return abs(total)


@given(forms())
@settings(max_examples=120, derandomize=True, deadline=None)
def test_zero_is_decided(case: tuple[Fourier, Vector]) -> None:
    """For vectors that are 0 at some frequencies, at each frequency, against 50 digits."""
    form, wanted = case
    for v in (wanted, rational_detail(form, wanted)):
        for index in np.ndindex(*form.sides):
            assert vanishes(v, form.sides, [index]) == (value(v, form.sides, index) < 1e-40)


@given(forms())
@settings(max_examples=60, derandomize=True, deadline=None)
def test_the_rational_detail_is_a_projection_into_the_kernel(case: tuple[Fourier, Vector]) -> None:
    """It is 0 on the sampled rows, stays if projected again, and is orthogonal to the rest."""
    form, wanted = case
    found = rational_detail(form, wanted)
    assert vanishes(found, form.sides, frequencies(form))
    assert bool(found.imag) <= bool(wanted.imag)
    if bool(found.imag) == bool(wanted.imag):
        assert rational_detail(form, found) == found
    apart = Vector.combination([(Fraction(1), wanted), (Fraction(-1), found)], form.size)
    pairs = [(apart.real, found.real), (apart.imag, found.imag)]
    assert sum(sum(map(int.__mul__, a, b)) for a, b in pairs) == 0


@pytest.mark.parametrize("sides", [(8,), (12,), (4, 4), (2, 6)])
@pytest.mark.parametrize("seed", range(3))
def test_dimensions_against_ranks(sides: tuple[int, ...], seed: int) -> None:
    """Of the projections of all unit vectors, and of the matrix in floats."""
    n = prod(sides)
    rng = np.random.default_rng(seed)
    rows = tuple(sorted(rng.choice(n, 3, replace=False).tolist()))
    form = Fourier(sides, rows, Fraction(1), bool(seed % 2))
    found = kernels(form)
    units = [Vector.of([int(j == k) for k in range(n)]) for j in range(n)]
    over_q = sympy.Matrix([rational_detail(form, v).real for v in units]).rank()
    assert found.rational == over_q == n - len(closure(form, False))
    f = np.array([_row(frequency, sides) for frequency in frequencies(form)])
    assert found.whole == n - np.linalg.matrix_rank(f)
    assert found.real == n - np.linalg.matrix_rank(np.vstack([f.real, f.imag]))
    twice = [rational_detail(form, Vector.of([0] * n, v.real)) for v in units]
    # i times a unit vector is no real vector, so this is the projection over Q(i)
    gaussian = [[a + b * sympy.I for a, b in zip(v.real, v.imag or (0,) * n, strict=True)]
                for v in twice]  # fmt: skip
    assert found.gaussian == np.linalg.matrix_rank(np.array(gaussian, dtype=complex))
    assert found.rational <= found.gaussian <= found.whole
    assert found.rational <= found.real <= found.whole


def _row(frequency: Integers, sides: Integers) -> list[complex]:
    turns = [sum(j * f / n for j, f, n in zip(index, frequency, sides, strict=True))
             for index in np.ndindex(*sides)]  # fmt: skip
    return [cmath.exp(-2j * cmath.pi * turn) for turn in turns]


@given(forms())
@settings(max_examples=40, derandomize=True, deadline=None)
def test_the_near_detail_is_near(case: tuple[Fourier, Vector]) -> None:
    """Its transform is tiny, and it is no shorter than the one of the rational kernel."""
    form, wanted = case
    found, exact = near_detail(form, wanted), rational_detail(form, wanted)
    assert not found.imag or wanted.imag
    size = sum(found.squares()) / found.denominator**2
    for frequency in frequencies(form):
        assert value(found, form.sides, frequency) / found.denominator < 1e-9 * (1 + size)
    assert size >= sum(exact.squares()) / exact.denominator**2 * (1 - 1e-9)


def test_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Roots of a large order, and many orbits."""
    with pytest.raises(Rejected, match="roots of unity of order 4100"):
        vanishes(Vector.of([1] * 4100), (4100,), [(1,)])
    monkeypatch.setattr(cyclotomic, "PRODUCTS", 15)
    with pytest.raises(Rejected, match="too large to be decided"):
        vanishes(Vector.of([0] * 8), (8,), [(1,), (2,)])


# --------------------------------------------------------------------------- the builder

MASK = np.array([[1, 0, 0, 1], [0, 1, 0, 0]], dtype=bool)


def test_the_builder_writes_the_form() -> None:
    """Keys, defaults and the field."""
    made = realise(fourier(MASK, centred=True), "operator", "A")
    kept = {key: made.form[key] for key in ("kind", "shape", "scale", "centred")}
    assert kept == {"kind": "fourier", "shape": ["2", "4"], "scale": "ortho", "centred": "yes"}
    assert "mask" in made.form
    assert (made.shape, made.is_complex) == ((3, 8), True)
    made = realise(fourier(rows=[1, 0], shape=[4], scale="1/2"), "operator", "A")
    kept = {key: made.form[key] for key in ("kind", "shape", "scale", "centred")}
    assert kept == {"kind": "fourier", "shape": ["4"], "scale": "1/2", "centred": "no"}
    table = {"kind": "fourier", "rows": [0], "shape": [4]}
    assert realise(table, "operator", "A").shape == (1, 4)
    for bad, words in (
        ({"centred": "yes"}, "operator.centred: true or false is expected, not 'yes'"),
        ({"scale": 0}, 'operator.scale: a positive number or "ortho" is expected'),
        ({"scale": "orthogonal"}, "operator.scale"),
        ({"order": "natural"}, "order"),
    ):
        with pytest.raises(BadInput) as error:
            realise(table | bad, "operator", "A")
        assert words in str(error.value)


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        (fourier(MASK), "rank 3, the kernel has dimension 5: exact"),
        (
            fourier(MASK, centred=True),
            "of 8 dimensions the kernel has 5 over C (3 for real vectors over R); its rational "
            "vectors have 3 over Q (5 over Q(i)): exact",
        ),
        (fourier(MASK, centred=True), "indices from the centre n//2, times 1/sqrt(n), as meant"),
        (fourier(MASK), "all 3 singular values are 1: by structure"),
        (fourier(MASK), "l2 norm between 0.9999 and 1: certified, by operator_orthogonal"),
        (fourier(MASK), "values between 1 and ~1.00009, of A*: certified, by lower_orthogonal"),
        (adjoint(fourier(MASK)), "the kernel has dimension 0: exact"),
        (composition(adjoint(fourier(MASK)), fourier(MASK)), "not computed: the matrix is irratio"),
        (
            composition(fourier(rows=[1], shape=[4]), blur([1, 2, 1], [4])),
            "the l2 norm is not bounded: no rule for this product of a Fourier transform",
        ),
    ],
)
def test_descriptions(operator: object, words: str) -> None:
    """Each line of `kernelcert operator`."""
    assert words in "\n".join(describe(operator).lines)


@pytest.mark.parametrize("method", ["projection", "near"])
def test_details_on_the_command_line(method: str, tmp_path: Path) -> None:
    """The kernel verifies both; the line says which of the two, and how large both kernels are."""
    rng = np.random.default_rng(1)
    np.save(tmp_path / "m.npy", rng.random((8, 8)) < 0.2)
    np.save(tmp_path / "w.npy", rng.integers(0, 99, (8, 8)))
    problem = tmp_path / "p.toml"
    problem.write_text('operator = {kind = "fourier", mask = "m.npy", centred = true}\n')
    out = tmp_path / "out"
    command = ["detail", str(problem), str(tmp_path / "w.npy"), "-o", str(out), "--method", method]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    near = method == "near"
    says = (
        "near the kernel, where |A x_det| is tiny and not 0" if near else "A x_det = 0, certified"
    )
    assert says in done.output
    how = "" if near else "in the span of the kernel's rational vectors"
    assert how in done.output
    assert "for real vectors over R); its rational vectors have" in done.output
    identifier = "detail.near" if near else "detail"
    names = (f"{identifier}.claim", "problem.json", f"{identifier}.certificate.json")
    lines, status = run([str(out / name) for name in names])
    assert (lines[-1], status) == ("s VERIFIED certified", 0)


def test_methods_that_do_not_fit(tmp_path: Path) -> None:
    """Tikhonov's for a Fourier transform, and near for a matrix."""
    np.save(tmp_path / "w.npy", np.arange(8))
    wanted = str(tmp_path / "w.npy")
    with pytest.raises(BadInput, match="not for a Fourier transform"):
        write_detail(fourier(MASK), wanted, tmp_path / "a", None, "1/10")
    with pytest.raises(BadInput, match="near: for a Fourier transform only"):
        write_detail(np.ones((2, 8)), wanted, tmp_path / "a", None, None, True)
    assert not (tmp_path / "a").exists()
    # rows 1, 3 are all of an orbit: nothing rational but what is 0 there
    says, _, size = write_detail(fourier(rows=[0, 1, 2, 4], shape=[8]), wanted, tmp_path / "b")
    assert says == "A x_det = 0"
    assert "nothing of the wanted detail" in size
    assert "among the rational vectors of the kernel of A; of 8 dimensions" in size


@pytest.mark.parametrize(
    ("conclusion", "verdict"),
    [
        ("|A x| <= 0", "certified"),
        ("|A x| = 0", "certified"),
        ("|A(2 x - w)| <= 0", "certified"),
        ("|A z| < 1 + |z|", "certified"),
        ("|A z| <= 299/100", "refuted"),
        ("|A z| <= 0", "refuted"),
        ("|A z| = 0", "refuted"),
        ("|A z| <= 3", "undecided"),  # |A z| is 3: enclosures never say so
    ],
)
def test_claims_about_irrational_values(conclusion: str, verdict: str, tmp_path: Path) -> None:
    """By enclosures, or exactly where it is 0."""
    path = tmp_path / "c.claim"
    path.write_text(
        'statement c "c"\nspaces X with l2, Y with l2\nlinear A : X -> Y\n'
        f"vectors x, z, w in X\nconclude\n  {conclusion}\n"
    )
    vectors = {
        "x": [1, 0, 0, 0, 1, 0, 0, 0],
        "w": [0, 1, 0, 0, 0, 1, 0, 0],
        "z": [3, 1, 2, 0, 0, 0, 1, 5],
    }
    table = {"linear": {"A": fourier(rows=[1, 3], shape=[8])}, "vectors": vectors}
    assert check_claim(path, Instance(table)).verdict == verdict
