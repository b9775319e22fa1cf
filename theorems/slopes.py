"""Pairs of points on which a map is steep: lower bounds of Lipschitz constants.

Floats propose (a singular vector, a corner of the cube, a climb on the Jacobians of a network), the
slope between two points is then computed exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, product

import numpy as np

from certificates.data_rules import linear_part
from certificates.enclosures import NOTHING, Enclosure, applied
from certificates.exact import Roots
from certificates.language import Map
from certificates.linear import Linear, Sparse, is_irrational
from certificates.maps import ConstantMap, LayersMap, McShaneMap, NamedMap, NetworkMap, TableMap
from certificates.matrices import Matrix, Vector
from certificates.norms import Kind, Norm
from certificates.operators import SIGNS
from certificates.values import Context

from .cells import constant
from .climbing import proposals, value_of
from .lipschitz import LARGE, Floats, is_small, layered, norms, power_vector

PRECISION = 128  # bits of enclosures
OWN = 8  # vectors of the problem at which a climb begins
SIGNED = 8  # rows of a matrix of which all signed sums are tried
DOUBTFUL = 1e-6  # relative differences below this are left to exact arithmetic


@dataclass(frozen=True)
class Pair:
    """Two points u, v of the domain with |f(u) - f(v)| >= ratio |u - v|; v = 0 where it is None."""

    left: Vector
    right: Vector | None
    ratio: Roots


# --------------------------------------------------------------------------- lower bounds


def steepest(context: Context, name: str) -> Pair | None:
    """A pair of points with a large slope; for a table the pair of rows with the largest.

    (McShane's extension takes the table's values exactly when no pair of rows is steeper.)
    """
    found = context.data.maps.get(name)
    if isinstance(found, TableMap):
        return _steepest_pair(found, *norms(context, name))
    if isinstance(found, McShaneMap):
        return _steepest_pair(found.table, *norms(context, name))
    if isinstance(found, ConstantMap | NamedMap):
        return None
    if isinstance(found, LayersMap | NetworkMap):
        return _steepest_of_network(context, name, found)
    form, domain, target = linear_part(context, name)
    if is_irrational(form):
        candidates = _irrational_rows(form)
    else:
        if isinstance(form, Matrix) or min(form.shape) <= LARGE:
            form = form.dense()
        candidates = _candidates(form, domain) if isinstance(form, Matrix) else _rows_of(form)
        if isinstance(form, Matrix) and (domain.kind, target.kind) == ("l2", "l1"):
            candidates = chain(candidates, _signed_sums(form))
    pairs = [_slope(form, v, domain, target) for v in candidates if any(v.real) or any(v.imag)]
    best: Pair | None = None
    for pair in pairs:
        if best is None or (pair.ratio - best.ratio).sign() > 0:
            best = pair
    return best


def _signed_sums(matrix: Matrix) -> Iterator[Vector]:
    """W^T s for all signs s: one of them attains the norm from l2 to l1 of a real matrix."""
    if matrix.imag or matrix.shape[0] > SIGNED:
        return
    turned = matrix.transposed()
    for signs in product((1, -1), repeat=matrix.shape[0] - 1):
        yield turned.apply(Vector.of((1, *signs)))


def _rows_of(form: Linear) -> Iterator[Vector]:
    """Some rows; they attain the norm if all are orthogonal and of one length.

    For sparse entries also what power iteration gives.
    """
    if isinstance(form, Sparse):
        yield _rounded(power_vector(form))
    m = form.shape[0]
    for j in {0, m // 2, m - 1}:
        yield form.adjoint().apply(Vector.of([int(k == j) for k in range(m)]))


def _irrational_rows(form: Linear) -> Iterator[Vector]:
    """The same rows, rounded to rational vectors."""
    m = form.shape[0]
    for j in sorted({0, m // 2, m - 1}):
        unit = Enclosure.exact(Vector.of([int(k == j) for k in range(m)]))
        row = applied(form.adjoint(), unit, PRECISION).center
        imag = row.imag or (0,) * row.dimension
        entries = np.array([complex(a, b) for a, b in zip(row.real, imag, strict=True)])
        yield _rounded(entries / (np.abs(entries).max() or 1.0))


def image_size(form: Linear, v: Vector, target: Norm) -> tuple[Roots, Roots]:
    """Bounds of |A v|, equal where the form is rational."""
    if not is_irrational(form):
        exact = target.of(form.apply(v))
        return exact, exact
    return applied(form, Enclosure.exact(v), PRECISION).norm(target, NOTHING)


def _steepest_of_network(context: Context, name: str, found: LayersMap | NetworkMap) -> Pair | None:
    """Two points in one cell, the steepest if the search for it ends; or two of a climb."""
    domain, target = norms(context, name)
    layers = layered(found)
    pairs: list[tuple[Vector, Vector]] = []
    if layers is not None and is_small(layers):
        one, other = ("linf" if norm.kind == "l2" else norm.kind for norm in (domain, target))
        tree = constant(layers.layers, layers.slope, one, other)
        pairs.append((tree.left, tree.right))
        if tree.exact and (one, other) == (domain.kind, target.kind):
            return _between(layers, *pairs[0], domain, target)
    entry = context.names[name]
    space = entry.domain if isinstance(entry, Map) else ""
    own = [v for where, v in context.data.vectors.values() if where == space]
    size = context.data.spaces[space].dimension
    pairs += proposals(found, layers, (domain, target), size, own[:OWN])
    best: Pair | None = None
    for left, right in pairs:
        pair = _between(found, left, right, domain, target)
        if best is None or (pair.ratio - best.ratio).sign() > 0:
            best = pair
    return best


def _between(
    found: LayersMap | NetworkMap, u: Vector, v: Vector, domain: Norm, target: Norm
) -> Pair:
    ends = [(Fraction(1), value_of(found, u, domain)), (Fraction(-1), value_of(found, v, domain))]
    rise = Enclosure.combination(ends, ends[0][1].center.dimension).norm(target, NOTHING)[0]
    run = domain.of(Vector.combination([(Fraction(1), u), (Fraction(-1), v)], u.dimension))
    return Pair(u, v, quotient(rise, run))


def _slope(matrix: Linear, v: Vector, domain: Norm, target: Norm) -> Pair:
    return Pair(v, None, quotient(image_size(matrix, v, target)[0], domain.of(v)))


def quotient(rise: Roots, run: Roots) -> Roots:
    """rise / run, exactly where run is one square root or rational, else from below."""
    if len(run.terms) == 1:
        radicand, coefficient = run.terms[0]
        inverse = Roots.sqrt(Fraction(1, radicand)).times(1 / coefficient)
        return rise * inverse
    return rise.times(1 / run.upper(128))


def _candidates(matrix: Matrix, domain: Norm) -> Iterator[Vector]:
    """Points at which the operator norm is attained, exactly or nearly."""
    n = matrix.columns
    if domain.kind == "l1":
        for j in range(n):
            yield Vector.of([int(k == j) for k in range(n)])
        return
    as_complex: Floats = np.array(matrix.real, dtype=float) / matrix.denominator
    if matrix.imag:
        as_complex = as_complex + 1j * np.array(matrix.imag, dtype=float) / matrix.denominator
    top = np.linalg.svd(as_complex, full_matrices=False)[2][0].conj()
    yield _rounded(top)
    for row in as_complex[:64]:
        if domain.kind == "linf":
            moduli = np.where(row == 0, 1, np.abs(row))
            yield _rounded(np.where(row == 0, 1, row.conj() / moduli))
        else:
            yield _rounded(row.conj() / (np.abs(row).max() or 1))
    if domain.kind == "linf" and n <= SIGNS:
        for corner in product((1, -1), repeat=n - 1):
            yield Vector.of((1, *corner))


def _rounded(v: Floats) -> Vector:
    scaled = np.rint(v * 2**24)
    imag = [int(t) for t in scaled.imag] if np.iscomplexobj(v) else []
    return Vector.of([int(t) for t in scaled.real], imag, 1 << 24)


def _steepest_pair(table: TableMap, domain: Norm, target: Norm) -> Pair | None:
    """The pair of rows with the largest slope; None for a single row."""
    one, minus = Fraction(1), Fraction(-1)
    best: Pair | None = None
    for i, j in _steep_rows(table, domain, target):
        y, z, v, w = table.inputs[i], table.inputs[j], table.outputs[i], table.outputs[j]
        rise = target.of(Vector.combination([(one, v), (minus, w)], v.dimension))
        run = domain.of(Vector.combination([(one, y), (minus, z)], y.dimension))
        pair = Pair(y, z, quotient(rise, run))
        if best is None or (pair.ratio - best.ratio).sign() > 0:
            best = pair
    return best


def _steep_rows(table: TableMap, domain: Norm, target: Norm) -> list[tuple[int, int]]:
    """The pairs of rows that may be the steepest: floats rule out the others by a wide margin.

    A pair whose inputs nearly agree is kept, because there floats say nothing.
    """
    inputs, outputs = _stack(table.inputs), _stack(table.outputs)
    size = np.abs(inputs).max() + np.abs(outputs).max()
    slopes: list[tuple[float, int, int]] = []
    kept: list[tuple[int, int]] = []
    for i in range(1, len(inputs)):
        runs = _lengths(inputs[:i] - inputs[i], domain.kind)
        rises = _lengths(outputs[:i] - outputs[i], target.kind)
        for j, (rise, run) in enumerate(zip(rises.tolist(), runs.tolist(), strict=True)):
            if run < size * DOUBTFUL or not np.isfinite(rise):
                kept.append((j, i))
            else:
                slopes.append((rise / run, j, i))
    top = max((slope for slope, _, _ in slopes), default=0.0)
    # what rounding can do to a slope, given that its run is not doubtful
    margin = (1 - DOUBTFUL) * top - DOUBTFUL
    return kept + [(j, i) for slope, j, i in slopes if slope >= margin]


def _stack(vectors: tuple[Vector, ...]) -> Floats:
    rows = [[a / v.denominator for a in v.real] for v in vectors]
    imag = [[b / v.denominator for b in v.imag or (0,) * v.dimension] for v in vectors]
    return np.array(rows) + 1j * np.array(imag)


def _lengths(rows: Floats, kind: Kind) -> Floats:
    order = {"l1": 1, "l2": 2, "linf": np.inf}[kind]
    return np.asarray(np.linalg.norm(rows, order, axis=1))
