"""Two-sided bounds of r(L) where pairs alone do not tell it: l1 of real images, and l2.

Floats find the best values v at the measurements: a linear program in l1, sequential quadratic
programming in l2.  The values are made rational and pulled together until their constant on A M1
is at most L, exactly; their exact error is the upper bound.  The forces that hold the best values
in place make a flow (`certificates/optimality/lipschitz.py`, `by_flow`), the lower bound: in l1
the multipliers of the program; in l2 multiples of x_i - v_i and of v_i - v_j that are in balance.
Nothing that floats say is believed: a bad guess makes a wide bracket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np

from certificates.exact import Roots
from certificates.format import Rejected, write_number
from certificates.matrices import Vector
from certificates.norms import DUAL
from certificates.optimality.lipschitz import by_flow, steeper
from certificates.optimality.model import Class

from ..arrays import BadInput

LARGEST = 600  # coordinates of all values together
VARIABLES = 25_000  # of a linear program
BITS = 40  # of a value
WEIGHT_BITS = 30  # of a functional
BACK = [Fraction(1, 1 << bits) for bits in (44, 40, 36, 30, 24, 16)]  # how far a bound steps back

Floats = np.ndarray[Any, Any]
Edge = tuple[int, int, Floats]  # two members and a functional


@dataclass(frozen=True)
class Bracket:
    """low <= r(L) <= high, with the value at every measurement and the entries of the flow.

    `values` has one vector for each fibre, in their order.
    """

    low: Fraction
    high: Fraction
    values: tuple[Vector, ...]
    flow: tuple[dict[str, object], ...]


@dataclass(frozen=True)
class _Shape:
    """A class in floats: members (k, n), fibre of each, distances of measurements (p, p).

    Complex members are real ones with twice as many coordinates.
    """

    x: Floats
    fibre: Floats
    first: list[int]
    apart: Floats


def bracket(found: Class, bound: Fraction) -> Bracket:
    """Bounds of r(L) in l2, or in l1 for real members.  Raises BadInput for others, or too many."""
    over_c = any(any(imag) for _, imag in found.rows)
    kind = found.norm.kind
    if kind == "linf" or (kind == "l1" and over_c):
        raise BadInput(
            f"images: for complex images in {kind} the optimum is not computed; give real ones, "
            "or use l2"
        )
    if len(found.fibres) == len(set(found.members)) and not _moved(found, bound):
        return Bracket(Fraction(0), Fraction(0), _firsts(found), ())
    places = len(found.fibres) if bound else 1
    width = len(found.rows[0][0]) * (1 + over_c)
    if places * width > LARGEST:
        raise BadInput(
            f"images: {places} measurements with {width} coordinates are too many for {kind}, "
            f"where {LARGEST} in all are the most; in linf there is no such limit"
        )
    shape = _shape(found, bound, over_c)
    v, edges = (_linear if kind == "l1" else _quadratic)(shape, float(bound))
    values, high = _upper(found, shape, v, bound)
    low, flow = _lower(found, [edges, *_pairs(found, shape, bound)], bound, high)
    return Bracket(low, high, values, flow)


def _moved(found: Class, bound: Fraction) -> bool:
    """Whether the images themselves, as values, have a constant above L."""
    return steeper(found, found.norm, found.members, bound) is not None


def _firsts(found: Class) -> tuple[Vector, ...]:
    return tuple(found.members[places[0]] for places in found.fibres.values())


def _shape(found: Class, bound: Fraction, over_c: bool) -> _Shape:
    x = np.array([[a / found.bottom for a in row[0]] for row in found.rows])
    if over_c:
        imag = [[b / found.bottom for b in row[1] or (0,) * x.shape[1]] for row in found.rows]
        x = np.hstack([x, np.array(imag)])
    groups = list(found.fibres.values()) if bound else [list(range(len(x)))]
    fibre = np.zeros(len(x), dtype=int)
    for place, group in enumerate(groups):
        fibre[group] = place
    target = found.problem.spaces["Y"].norm
    apart = np.zeros((len(groups), len(groups)))
    for i, j in combinations(range(len(groups)), 2):
        ends = [found.images[groups[k][0]] for k in (i, j)]
        gap = Vector.combination([(Fraction(1), ends[0]), (Fraction(-1), ends[1])],
                                 ends[0].dimension)  # fmt: skip
        apart[i, j] = apart[j, i] = float(target.of(gap).upper()) / float(found.norm.weight)
    return _Shape(x, fibre, [group[0] for group in groups], apart)


# ------------------------------------------------------------------------------ in floats


def _scipy() -> Any:
    """The solvers, which only this module uses."""
    try:
        import scipy.optimize
        import scipy.sparse
    except ImportError:
        raise BadInput(
            "--norm: bounds in l1 and l2 need scipy: pip install 'kernelcert[examples]'"
        ) from None
    return scipy


def _linear(shape: _Shape, bound: float) -> tuple[Floats, list[Edge]]:
    """min r with |v - x_i| <= r and |v_i - v_j| <= L d_ij, both sums of bounds of coordinates."""
    scipy = _scipy()
    (k, n), p = shape.x.shape, len(shape.first)
    pairs = list(combinations(range(p), 2))
    sizes = [p * n, k * n, len(pairs) * n, 1]
    starts = np.cumsum([0, *sizes])
    if starts[-1] > VARIABLES:
        raise BadInput(
            f"images: {p} measurements are too many for l1 in {n} coordinates; give fewer images"
        )
    rows: list[list[tuple[int, float]]] = []
    right: list[float] = []

    def add(entries: list[tuple[int, float]], limit: float) -> None:
        rows.append(entries)
        right.append(limit)

    for i in range(k):
        for c in range(n):
            v, s = int(shape.fibre[i]) * n + c, int(starts[1]) + i * n + c
            add([(v, 1.0), (s, -1.0)], shape.x[i, c])
            add([(v, -1.0), (s, -1.0)], -shape.x[i, c])
    for q, (i, j) in enumerate(pairs):
        for c in range(n):
            t = int(starts[2]) + q * n + c
            add([(i * n + c, 1.0), (j * n + c, -1.0), (t, -1.0)], 0.0)
            add([(i * n + c, -1.0), (j * n + c, 1.0), (t, -1.0)], 0.0)
    for i in range(k):
        own = [(int(starts[1]) + i * n + c, 1.0) for c in range(n)]
        add([*own, (int(starts[3]), -1.0)], 0.0)
    for q, (i, j) in enumerate(pairs):
        add([(int(starts[2]) + q * n + c, 1.0) for c in range(n)], bound * shape.apart[i, j])
    entries = [(r, c, a) for r, row in enumerate(rows) for c, a in row]
    places = [r for r, *_ in entries], [c for _, c, _ in entries]
    matrix = scipy.sparse.coo_array(
        ([a for *_, a in entries], places), shape=(len(rows), int(starts[-1]))
    )
    cost = np.zeros(int(starts[-1]))
    cost[-1] = 1.0
    limits = [(None, None)] * (p * n) + [(0, None)] * int(starts[-1] - p * n)
    found = scipy.optimize.linprog(
        cost, A_ub=matrix.tocsr(), b_ub=right, bounds=limits, method="highs"
    )
    if found.x is None:
        raise BadInput("images: the linear program was not solved")
    force = found.ineqlin.marginals
    edges: list[Edge] = []
    inner = force[: 2 * k * n].reshape(k, n, 2)
    for i in range(k):
        hub = shape.first[int(shape.fibre[i])]
        if i != hub:
            edges.append((i, hub, inner[i, :, 1] - inner[i, :, 0]))
    outer = force[2 * k * n : 2 * (k + len(pairs)) * n].reshape(len(pairs), n, 2)
    for q, (i, j) in enumerate(pairs):
        edges.append((shape.first[i], shape.first[j], outer[q, :, 0] - outer[q, :, 1]))
    signed = [(i, j, -g) for i, j, g in edges]
    return found.x[: p * n].reshape(p, n), signed


def _quadratic(shape: _Shape, bound: float) -> tuple[Floats, list[Edge]]:
    """min r  with  |v_i - x_i|^2 <= r^2  and  |v_i - v_j|^2 <= L^2 d_ij^2."""
    scipy = _scipy()
    (k, n), p = shape.x.shape, len(shape.first)
    pairs = np.array(list(combinations(range(p), 2)), dtype=int).reshape(-1, 2)
    left, right = pairs[:, 0], pairs[:, 1]
    limits = (bound * shape.apart[left, right]) ** 2
    scale = float(np.abs(shape.x - shape.x.mean(axis=0)).max()) or 1.0
    middle = shape.x.mean(axis=0)
    x, limits = (shape.x - middle) / scale, limits / scale**2

    def split(z: Floats) -> tuple[Floats, float]:
        return z[:-1].reshape(p, n), float(z[-1])  # the last is r^2, in which all is convex

    def slack(z: Floats) -> Floats:
        v, square = split(z)
        own = square - ((v[shape.fibre] - x) ** 2).sum(axis=1)
        return np.concatenate([own, limits - ((v[left] - v[right]) ** 2).sum(axis=1)])

    def jacobian(z: Floats) -> Floats:
        v, _ = split(z)
        rows = np.zeros((k + len(pairs), p, n))
        rows[np.arange(k), shape.fibre] = -2 * (v[shape.fibre] - x)
        gap, place = 2 * (v[left] - v[right]), k + np.arange(len(pairs))
        rows[place, left], rows[place, right] = -gap, gap
        last = np.zeros((k + len(pairs), 1))
        last[:k] = 1.0
        return np.hstack([rows.reshape(len(rows), -1), last])

    start = np.zeros(p * n + 1)
    start[-1] = float((x**2).sum(axis=1).max())
    gradient = np.zeros(p * n + 1)
    gradient[-1] = 1.0
    found = scipy.optimize.minimize(lambda z: z[-1], start, jac=lambda _: gradient, method="SLSQP",
                     constraints={"type": "ineq", "fun": slack, "jac": jacobian},
                     options={"maxiter": 500, "ftol": 1e-14})  # fmt: skip
    v, square = split(found.x)
    r = float(np.sqrt(max(square, 0.0)))
    return v * scale + middle, _balanced(shape, v, x, r, pairs, limits)


def _balanced(
    shape: _Shape, v: Floats, x: Floats, r: float, pairs: Floats, limits: Floats
) -> list[Edge]:
    """Multiples >= 0 of x_i - v_i (active) and of v_i - v_j (active) in balance at every value."""
    scipy = _scipy()
    p, n = v.shape
    own = x - v[shape.fibre]
    size = np.sqrt((own**2).sum(axis=1))
    near = [i for i in range(len(x)) if size[i] > r - 1e-6 * max(r, 1e-9) and size[i] > 0]
    gaps = v[pairs[:, 0]] - v[pairs[:, 1]]
    tight = [q for q in range(len(pairs)) if (gaps[q] ** 2).sum() > limits[q] * (1 - 1e-5)
             and limits[q] > 0]  # fmt: skip
    system = np.zeros((p * n + 1, len(near) + len(tight)))
    for column, i in enumerate(near):
        f = int(shape.fibre[i])
        system[f * n : f * n + n, column] = own[i] / size[i]
        system[-1, column] = 1.0
    for column, q in enumerate(tight, start=len(near)):
        i, j = (int(a) for a in pairs[q])
        unit = gaps[q] / np.sqrt((gaps[q] ** 2).sum())
        system[i * n : i * n + n, column], system[j * n : j * n + n, column] = -unit, unit
    if not near:
        return []
    wanted = np.zeros(p * n + 1)
    wanted[-1] = 1.0
    weights, _ = scipy.optimize.nnls(system, wanted)
    edges: list[Edge] = []
    for column, i in enumerate(near):
        hub = shape.first[int(shape.fibre[i])]
        if i != hub:
            edges.append((i, hub, weights[column] * own[i] / size[i]))
    for column, q in enumerate(tight, start=len(near)):
        i, j = (shape.first[int(a)] for a in pairs[q])
        edges.append((i, j, weights[column] * gaps[q] / np.sqrt((gaps[q] ** 2).sum())))
    return edges


# -------------------------------------------------------------------------------- exactly


def _rational(row: Floats, n: int) -> Vector:
    numbers = [round(float(a) * 2.0**BITS) for a in row]
    return Vector.of(numbers[:n], numbers[n:], 1 << BITS)


def _upper(
    found: Class, shape: _Shape, v: Floats, bound: Fraction
) -> tuple[tuple[Vector, ...], Fraction]:
    """Values whose constant is at most L, exactly, and a rational number above their errors."""
    n = found.members[0].dimension
    middle = _rational(v.mean(axis=0), n)
    made = [_rational(row, n) for row in v]
    most = 0.0
    for i, j in combinations(range(len(v)), 2):
        order = 1 if found.norm.kind == "l1" else 2
        run = float(bound) * shape.apart[i, j]
        most = max(most, float(np.linalg.norm(v[i] - v[j], order)) / run if run else 0.0)
    for back in (*BACK, Fraction(1)):
        factor = (1 - back) / max(Fraction(1), Fraction(most)) if back < 1 else Fraction(0)
        pulled = [Vector.combination([(factor, w), (1 - factor, middle)], n) for w in made]
        values = [pulled[int(f)] for f in shape.fibre]
        if steeper(found, found.norm, values, bound) is None:
            break
    errors = [
        found.norm.of(Vector.combination([(Fraction(1), w), (Fraction(-1), x)], n))
        for w, x in zip(values, found.members, strict=True)
    ]
    high = max(Fraction(-(-error.upper() * (1 << 60) // 1), 1 << 60) for error in errors)
    by_image = dict(zip(found.images, values, strict=True))
    return tuple(by_image[image] for image in found.fibres), high


def _pairs(found: Class, shape: _Shape, bound: Fraction) -> list[list[Edge]]:
    """The pair with the largest |x - x'| - L |A x - A x'|, as a flow."""
    order = 1 if found.norm.kind == "l1" else 2
    best, chosen = 0.0, None
    for i, j in combinations(range(len(shape.x)), 2):
        apart = float(np.linalg.norm(shape.x[i] - shape.x[j], order))
        gain = apart - float(bound) * shape.apart[shape.fibre[i], shape.fibre[j]]
        if gain > best:
            best, chosen = gain, (i, j)
    if chosen is None:
        return []
    gap = shape.x[chosen[0]] - shape.x[chosen[1]]
    return [[(*chosen, np.sign(gap) if order == 1 else gap / np.sqrt((gap**2).sum()))]]


def _lower(
    found: Class, flows: Sequence[list[Edge]], bound: Fraction, high: Fraction
) -> tuple[Fraction, tuple[dict[str, object], ...]]:
    """The best lower bound that the kernel accepts, with its flow; 0 with none."""
    best: tuple[Fraction, tuple[dict[str, object], ...]] = (Fraction(0), ())
    for edges in flows:
        entries = tuple(_entry(found, edge) for edge in edges)
        entries = tuple(entry for entry in entries if entry)
        value = _worth(found, entries, bound) if entries else 0.0
        for back in BACK:
            low = Fraction(int(value * 2.0**60), 1 << 60) * (1 - back)
            if low <= best[0]:
                break
            low = min(low, high)
            try:
                by_flow(found, bound, list(entries), Roots.rational(low))
            except Rejected:
                continue
            best = (low, entries)
            break
    return best


def _entry(found: Class, edge: Edge) -> dict[str, object]:
    """An entry of a certificate's flow; empty for a functional that is 0."""
    i, j, g = edge
    n = found.members[0].dimension
    numbers = [round(float(a) * 2.0**WEIGHT_BITS) for a in g]
    if not any(numbers):
        return {}
    form: dict[str, object] = {
        "members": [found.label(i), found.label(j)],
        "real": [write_number(a) for a in numbers[:n]],
    }
    return form | ({"imaginary": [write_number(a) for a in numbers[n:]]} if numbers[n:] else {})


def _worth(found: Class, entries: Sequence[dict[str, Any]], bound: Fraction) -> float:
    """The lower bound of a flow, in floats."""
    order = {"l1": 1, "l2": 2, "linf": np.inf}[DUAL[found.norm.kind]]
    weight, target = float(found.norm.weight), found.problem.spaces["Y"].norm
    sums: dict[int, Floats] = {}
    cost = gain = 0.0
    for entry in entries:
        g = np.array([complex(int(a)) for a in entry["real"]])
        if "imaginary" in entry:
            g = g + 1j * np.array([int(b) for b in entry["imaginary"]])
        i, j = (found.places[name] for name in entry["members"])
        gap = [(Fraction(1), found.images[i]), (Fraction(-1), found.images[j])]
        run = target.of(Vector.combination(gap, found.images[i].dimension))
        cost += float(bound) * float(run.upper()) * float(np.linalg.norm(g, order)) / weight
        sums[i] = sums.get(i, 0) + g
        sums[j] = sums.get(j, 0) - g
    total = sum(float(np.linalg.norm(f, order)) for f in sums.values())
    for k, f in sums.items():
        row = found.rows[k]
        x = np.array(row[0], dtype=float) + 1j * np.array(row[1] or (0,) * len(row[0]), dtype=float)
        gain += float((np.conj(f) * x).real.sum()) / found.bottom
    return (gain - cost) * weight / total if total else 0.0
