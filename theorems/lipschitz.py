"""Lipschitz constants: the bound that can be certified.  `slopes` has pairs that refute one.

Floats propose (a singular value, a Cholesky factor), the kernel's rules dispose.
For an affine map y -> W y + b the constant is the operator norm of W between the two
norms; `certificates.operators` says which pairs are exact and which are bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np

from certificates.chains import layers_of
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
    Mapping,
    McShaneMap,
    NamedMap,
    NetworkMap,
    TableMap,
)  # fmt: skip
from certificates.matrices import Integers, Matrix, Vector
from certificates.norms import DUAL, KINDS, Norm, plain
from certificates.operators import SIGNS, absolute
from certificates.rules import RULES
from certificates.values import Context

from .cells import constant

SLACK = Fraction(1, 10_000)  # how far above the truth a short bound may lie
LARGE = 1 << 9  # a form with more rows and columns is bounded without a matrix where it can be
POWER_STEPS = 40
ENTRIES = 1 << 18  # in a larger layer of an ONNX network nothing is proposed
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
        _, target = norms(context, name)
        return Proposal("mcshane", target.weight * found.slope)
    layers = layered(found)
    if layers is not None:
        ways = [_network(layers, *norms(context, name))]
        ways += [_gains(found, context, name)] if isinstance(found, NetworkMap) else []
        return min((way for way in ways if way), key=lambda way: way.bound, default=None)
    if isinstance(found, NetworkMap):
        return _gains(found, context, name)
    if is_tabulated(context, name):
        return None
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
    if "l2" in (domain.kind, target.kind) or not is_small(found):
        return product
    tree = constant(found.layers, found.slope, domain.kind, target.kind)
    bound = tree.bound * target.weight / domain.weight
    return Proposal("cells", bound, {"tree": tree.tree}) if bound < product.bound else product


def layered(found: Mapping | None) -> LayersMap | None:
    """The layers of a network that is given so, or by an ONNX chain of moderate size."""
    if not isinstance(found, NetworkMap):
        return found if isinstance(found, LayersMap) else None
    try:
        layers = layers_of(found)
    except Rejected:
        return None
    return None if any(prod(w.shape) > ENTRIES for w, _ in layers.layers) else layers


def is_small(found: LayersMap) -> bool:
    """Whether the exact constant is tried."""
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
    """Whether a bound on the constant may be assumed: values of the map are known, or only a name.

    (For an ONNX network that is a chain a rule may still prove one.)
    """
    return isinstance(context.data.maps.get(name), TableMap | NetworkMap | NamedMap)


def norms(context: Context, name: str) -> tuple[Norm, Norm]:
    """The norms of a map's domain and target."""
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
