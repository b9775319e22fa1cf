"""Lipschitz constants: the bound that can be certified, and a pair of points that refutes one.

Floats propose (a singular value, a Cholesky factor, a singular vector), the kernel's rules
dispose.  For an affine map y -> W y + b the constant is the operator norm of W between the two
norms; `certificates.operators` says which pairs are exact and which are bounds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from certificates.data_rules import affine, linear_part
from certificates.enclosing import growth
from certificates.exact import Roots
from certificates.format import Rejected, write_integer, write_number
from certificates.language import Map
from certificates.layers import WIDTH
from certificates.linear import Linear, Sparse, squared_norm
from certificates.maps import (
    ConstantMap,
    LayersMap,
    McShaneMap,
    NamedMap,
    NetworkMap,
    TableMap,
)  # fmt: skip
from certificates.matrices import Integers, Matrix, Vector
from certificates.norms import DUAL, KINDS, Kind, Norm, plain
from certificates.operators import SIGNS, absolute
from certificates.rules import RULES
from certificates.values import Context

from .cells import constant

SLACK = Fraction(1, 10_000)  # how far above the truth a short bound may lie
DOUBTFUL = 1e-6  # relative differences below this are left to exact arithmetic
LARGE = 1 << 9  # a form with more rows and columns is bounded without a matrix where it can be
POWER_STEPS = 40
NEURONS = 64  # of a network whose exact constant is tried
SPARE_BITS = 5  # of the entries of an integer Cholesky factor, beyond what its rounding needs

Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Proposal:
    """A rule, the bound that it is expected to prove, and the hint that it needs beside it."""

    rule: str
    bound: Fraction
    hint: dict[str, Any] = field(default_factory=dict)

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of the step, but for the map's name."""
        bounded = self.rule.startswith("operator") or self.rule in ("cells", "network_gains")
        own = {"bound": self.bound} if bounded else {}
        return own | self.hint


@dataclass(frozen=True)
class Pair:
    """Two points u, v of the domain with |f(u) - f(v)| >= ratio |u - v|; v = 0 where it is None."""

    left: Vector
    right: Vector | None
    ratio: Roots


# ------------------------------------------------------------------------- short rationals


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The rational number with the smallest denominator in [low, high], 0 <= low <= high."""
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    floor = low.numerator // low.denominator
    return floor + 1 / simplest_between(1 / (high - floor), 1 / (low - floor))


def short_above(value: Roots, slack: Fraction = SLACK) -> Fraction:
    """A short rational number between a real number >= 0 and (1 + slack) times it."""
    exact = value.as_rational()
    if exact is not None and len(write_number(exact)) <= 12:
        return exact
    bits = 64
    while True:
        low, high = (Fraction(end, 1 << bits) for end in value.enclosure(bits))
        if low > 0 and high <= low * (1 + slack / 4):
            return simplest_between(high, low * (1 + slack))
        if bits > 1 << 14:
            return high
        bits *= 2


# --------------------------------------------------------------------------- upper bounds


def upper(context: Context, name: str) -> Proposal | None:
    """The best certified bound that this module knows for a map of the problem; None for tables."""
    found = context.data.maps.get(name)
    if isinstance(found, ConstantMap):
        return Proposal("constant_map", Fraction(0))
    if isinstance(found, McShaneMap):
        _, target = _norms(context, name)
        return Proposal("mcshane", target.weight * found.slope)
    if isinstance(found, NetworkMap):
        return _gains(found, context, name)
    if is_tabulated(context, name):
        return None
    if isinstance(found, LayersMap):
        return _network(found, *_norms(context, name))
    form, domain, target = linear_part(context, name)
    if domain.kind == target.kind == "l2" and not isinstance(form, Matrix):
        structured = _structured(form, target.weight / domain.weight)
        if structured is not None:
            return structured
    return _operator_bound(form.dense(), domain, target, context.data.field)


def _gains(found: NetworkMap, context: Context, name: str) -> Proposal:
    """The crude bound of a network that moduli of weights give."""
    entry, spaces = context.names[name], context.data.spaces
    if not isinstance(entry, Map):
        raise TypeError(f"{name} is no map")
    slope = growth(found, spaces[entry.domain], spaces[entry.target])
    return Proposal("network_gains", short_above(slope))


def _structured(form: Linear, ratio: Fraction) -> Proposal | None:
    """A bound on l2 -> l2 without a matrix, where the form tells it or a matrix is too large."""
    square = squared_norm(form)
    if square is not None:
        return Proposal("operator_orthogonal", short_above(Roots.sqrt(square).times(ratio)))
    if isinstance(form, Sparse) and min(form.shape) > LARGE:
        return schur(form, ratio)
    return None


def power_vector(form: Sparse) -> Floats:
    """Near the right singular vector of the largest singular value, its largest modulus 1; (n,)."""
    rows, columns = np.array(form.rows, dtype=int), np.array(form.columns, dtype=int)
    imag = form.imag or (0,) * len(form.real)
    values = np.array([complex(a, b) for a, b in zip(form.real, imag, strict=True)])
    values /= np.abs(values).max(initial=0) or 1.0
    m, n = form.shape
    p: Floats = np.ones(n)
    for _ in range(POWER_STEPS):
        q: Floats = np.zeros(m, dtype=complex)
        np.add.at(q, rows, values * p[columns])
        p = np.zeros(n, dtype=complex)
        np.add.at(p, columns, values.conj() * q[rows])
        p = p / (np.abs(p).max() or 1.0)
    return p if form.imag else p.real


def schur(form: Linear, ratio: Fraction) -> Proposal:
    """Schur's test with weights from power iteration, or with ones if that gives less."""
    moduli = absolute(form)
    p, n = power_vector(moduli), moduli.shape[1]
    best: tuple[Fraction, Integers] | None = None
    for weights in ((1,) * n, tuple(max(1, int(a * 2**30)) for a in p.tolist())):
        image = moduli.adjoint().apply(moduli.apply(Vector(weights, (), 1)))
        top = max(Fraction(a, b) for a, b in zip(image.real, weights, strict=True))
        if best is None or top / image.denominator < best[0]:
            best = top / image.denominator, weights
    square, weights = best or (Fraction(0), ())
    bound = short_above(Roots.sqrt(square).times(ratio))
    return Proposal("operator_schur", bound, {"weights": [weights]})


def _network(found: LayersMap, domain: Norm, target: Norm) -> Proposal:
    """The exact constant by cells, where the norms and the size allow it; else layer by layer."""
    product = _product_of_norms(found, domain, target)
    if "l2" in (domain.kind, target.kind) or not _is_small(found):
        return product
    tree = constant(found.layers, found.slope, domain.kind, target.kind)
    bound = tree.bound * target.weight / domain.weight
    return Proposal("cells", bound, {"tree": tree.tree}) if bound < product.bound else product


def _is_small(found: LayersMap) -> bool:
    neurons = sum(len(matrix.real) for matrix, _ in found.layers[:-1])
    ends = found.layers[0][0].columns, len(found.layers[-1][0].real)
    return neurons <= NEURONS and max(ends) <= WIDTH


def _product_of_norms(found: LayersMap, domain: Norm, target: Norm) -> Proposal:
    """The smallest product of norms of layers, over the norms of the hidden spaces."""
    best: dict[Norm, tuple[Fraction, list[Any]]] = {domain: (Fraction(1), [])}
    for place, (matrix, _) in enumerate(found.layers, 1):
        last = place == len(found.layers)
        reached: dict[Norm, tuple[Fraction, list[Any]]] = {}
        for after in [target] if last else [Norm(kind, Fraction(1)) for kind in KINDS.values()]:
            for before, (sofar, entries) in best.items():
                step = _operator_bound(matrix, before, after, "R")
                if step is None or (after in reached and sofar * step.bound >= reached[after][0]):
                    continue
                method = step.rule.removeprefix("operator_")
                entry: list[Any] = [after.kind, method, write_number(step.bound)]
                hint = step.hint
                entry += [_texts(hint["factor"]), str(hint["shift"])] if hint else []
                reached[after] = sofar * step.bound, [*entries, entry]
        best = reached
    bound, entries = best[target]
    return Proposal("layer_norms", bound, {"layers": entries})


def _texts(rows: list[tuple[int, ...]]) -> list[list[str]]:
    return [[write_integer(a) for a in row] for row in rows]


def is_tabulated(context: Context, name: str) -> bool:
    """Whether only values of the map are known, or can be, so that no rule bounds its constant."""
    return isinstance(context.data.maps.get(name), TableMap | NetworkMap | NamedMap)


def _norms(context: Context, name: str) -> tuple[Norm, Norm]:
    entry = context.names[name]
    if not isinstance(entry, Map):
        raise TypeError(f"{name} is not a map of the problem")
    spaces = context.data.spaces
    return spaces[entry.domain].norm, spaces[entry.target].norm


def operator(matrix: Matrix, domain: str, target: str, scalars: str) -> Proposal | None:
    """`upper` for a matrix between spaces with the norms l1, l2 or linf, weight 1."""
    one, other = (Norm(KINDS[kind], Fraction(1)) for kind in (domain, target))
    return _operator_bound(matrix, one, other, scalars)


def _operator_bound(matrix: Matrix, domain: Norm, target: Norm, scalars: str) -> Proposal | None:
    ratio = target.weight / domain.weight
    m, n = matrix.shape
    if domain.kind == "l1":
        return _largest("operator_columns", _columns(matrix, target), ratio)
    if target.kind == "linf":
        return _largest("operator_rows", _rows(matrix, domain), ratio)
    if domain.kind == target.kind == "l2":
        return _gram(matrix, ratio)
    if scalars == "R" and domain.kind == "linf" and n <= SIGNS:
        return _largest("operator_signs", _corners(matrix, target.kind), ratio)
    if scalars == "R" and target.kind == "l1" and m <= SIGNS:
        turned = matrix.transposed()
        return _largest("operator_signs", _corners(turned, DUAL[domain.kind]), ratio)
    by_rows = _mixed("operator_rows", target.kind, _rows(matrix, domain), ratio)
    by_columns = _mixed("operator_columns", DUAL[domain.kind], _columns(matrix, target), ratio)
    return min(by_rows, by_columns, key=lambda proposal: proposal.bound)


def _rows(matrix: Matrix, domain: Norm) -> list[Roots]:
    return [plain(DUAL[domain.kind], row) for row in matrix.row_vectors()]


def _columns(matrix: Matrix, target: Norm) -> list[Roots]:
    return [plain(target.kind, column) for column in matrix.transposed().row_vectors()]


def _corners(matrix: Matrix, kind: Any) -> list[Roots]:
    corners = product((1, -1), repeat=matrix.columns - 1)
    return [plain(kind, matrix.apply(Vector.of((1, *corner)))) for corner in corners]


def _largest(rule: str, values: list[Roots], ratio: Fraction) -> Proposal:
    return Proposal(rule, short_above(largest(values).times(ratio)))


def largest(values: list[Roots]) -> Roots:
    """The largest of some real numbers, 0 for none; exact."""
    top = Roots()
    for value in values:
        if (value - top).sign() > 0:
            top = value
    return top


def _mixed(rule: str, kind: str, values: list[Roots], ratio: Fraction) -> Proposal:
    uppers = [value.upper() for value in values]
    total = (
        sum(uppers)
        if kind == "l1"
        else short_above(Roots.sqrt(sum((u * u for u in uppers), Fraction(0))))
    )
    return Proposal(rule, short_above(Roots.rational(Fraction(total) * ratio)))


def _gram(matrix: Matrix, ratio: Fraction, bound: Fraction | None = None) -> Proposal | None:
    """A bound above the largest singular value, with its integer Cholesky factor.

    `ratio` is target weight / domain weight; without `bound` a short one is chosen.
    Returns None if `bound` is not above the singular value that floats see.
    """
    real = matrix.as_real()
    if real.shape[0] < real.shape[1]:
        real = real.transposed()
    w = to_floats(real)
    squares = w.T @ w
    sigma = float(np.sqrt(max(np.linalg.eigvalsh(squares)[-1], 0.0))) if w.size else 0.0
    if sigma == 0.0:
        return Proposal("operator_rows", Fraction(0))
    if bound is None:
        low = Fraction(sigma) * ratio * (1 + SLACK / 2)
        bound = simplest_between(low, low * (1 + SLACK / 2))
    limit = bound / ratio
    gap = float(limit) ** 2 - sigma**2
    if gap <= 0:
        return None
    size = real.columns
    # half of the gap stays on the diagonal, to dominate what rounding leaves beside it
    root = np.linalg.cholesky((float(limit) ** 2 - gap / 2) * np.eye(size) - squares)
    # the kernel's integer matrix is scale^2 (limit^2 I - W^T W) with this scale
    scale = (limit * real.denominator).denominator * real.denominator
    # rounding the factor moves a row of the residual by about size^2 2^-bits limit^2 in all
    bits = SPARE_BITS + int(np.log2(size**2 * float(limit) ** 2 / gap))
    shift = max(0, bits - int(np.log2(float(limit))) - scale.bit_length())
    rows = [
        tuple(_scaled(float(root[j, k]), scale << shift) for k in range(j + 1)) for j in range(size)
    ]
    return Proposal("operator_gram", bound, {"factor": rows, "shift": shift})


def _scaled(value: float, factor: int) -> int:
    """value * factor, to the nearest integer."""
    top, bottom = value.as_integer_ratio()
    return (2 * top * factor + bottom) // (2 * bottom)


def to_floats(matrix: Matrix) -> Floats:
    """The nearest floats of a real matrix; (m, n)."""
    rows = [[a / matrix.denominator for a in row] for row in matrix.real]
    return np.array(rows, dtype=float).reshape(matrix.shape)


# --------------------------------------------------------------------------- lower bounds


def steepest(context: Context, name: str) -> Pair | None:
    """A pair of points with a large slope; for a table the pair of rows with the largest.

    (McShane's extension takes the table's values exactly when no pair of rows is steeper.)
    """
    found = context.data.maps.get(name)
    if isinstance(found, TableMap):
        return _steepest_pair(found, *_norms(context, name))
    if isinstance(found, McShaneMap):
        return _steepest_pair(found.table, *_norms(context, name))
    if isinstance(found, ConstantMap | NetworkMap | NamedMap):
        return None
    if isinstance(found, LayersMap):
        return _steepest_in_a_cell(found, *_norms(context, name)) if _is_small(found) else None
    form, domain, target = linear_part(context, name)
    if isinstance(form, Matrix) or min(form.shape) <= LARGE:
        form = form.dense()
    candidates = _candidates(form, domain) if isinstance(form, Matrix) else _rows_of(form)
    pairs = [_slope(form, v, domain, target) for v in candidates if any(v.real) or any(v.imag)]
    best: Pair | None = None
    for pair in pairs:
        if best is None or (pair.ratio - best.ratio).sign() > 0:
            best = pair
    return best


def _rows_of(form: Linear) -> Iterator[Vector]:
    """Some rows; they attain the norm if all are orthogonal and of one length.

    For sparse entries also what power iteration gives.
    """
    if isinstance(form, Sparse):
        yield _rounded(power_vector(form))
    m = form.shape[0]
    for j in {0, m // 2, m - 1}:
        yield form.adjoint().apply(Vector.of([int(k == j) for k in range(m)]))


def _steepest_in_a_cell(found: LayersMap, domain: Norm, target: Norm) -> Pair:
    """Two points in one cell of a network; the largest slope if the search for it ends."""
    one, other = ("linf" if norm.kind == "l2" else norm.kind for norm in (domain, target))
    tree = constant(found.layers, found.slope, one, other)
    return Pair(tree.left, tree.right, _quotient_at(found, tree.left, tree.right, domain, target))


def _quotient_at(found: LayersMap, u: Vector, v: Vector, domain: Norm, target: Norm) -> Roots:
    def apart(p: Vector, q: Vector) -> Vector:
        return Vector.combination([(Fraction(1), p), (Fraction(-1), q)], p.dimension)

    rise = target.of(apart(found.at(u, domain), found.at(v, domain)))
    return quotient(rise, domain.of(apart(u, v)))


def _slope(matrix: Linear, v: Vector, domain: Norm, target: Norm) -> Pair:
    return Pair(v, None, quotient(target.of(matrix.apply(v)), domain.of(v)))


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


def rebound(
    context: Context, name: str, bound: Fraction, proposal: Proposal | None
) -> Proposal | None:
    """A proposal that proves `bound` or a smaller number, given the one of `upper`; or None."""
    if proposal is None or proposal.bound <= bound:
        return proposal
    # the short bound lies a little above the truth: the method may prove `bound` itself
    if not proposal.rule.startswith("operator"):
        return None
    exact: Proposal | None = replace(proposal, bound=bound)
    if proposal.rule == "operator_gram":
        matrix, domain, target = affine(context, name)
        exact = _gram(matrix, target.weight / domain.weight, bound)
    if exact is None:
        return None
    try:
        RULES[exact.rule].function(context, map=name, **exact.arguments)
    except Rejected:
        return None
    return exact
