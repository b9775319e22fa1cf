"""Exact Lipschitz constants of small ReLU networks: finds the tree that the rule `cells` checks.

Best first: of all leaves of the tree the one with the largest bound is taken.  On its cell the
vertex of the unit ball, the coordinate and the signs of the neurons that make the bound are asked
for an interior point.  If there is one, the bound is attained there.  If there is none, the signs
that contradict each other (z3 names them, exact linear algebra finds their multipliers) become
splits of the tree, the one that costs the bound most first; so every branch but the empty one loses
the summand of a neuron.  A tree that is stopped early proves the largest bound of its leaves.

Floats order and propose; what is stored is exact.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import count
from typing import Any

import numpy as np
import z3

from certificates.format import Rejected, write_number
from certificates.layers import BOTH, DEPTH, Cells, Decided, Neuron, size, vertices
from certificates.matrices import Matrix, Vector
from certificates.norms import DUAL, Kind
from certificates.operators import SIGNS

from .deciding.exactly import kernel
from .deciding.oracle import fraction

NEAR = 1e-9  # relative differences of floats below this are left to exact arithmetic
SECONDS = 20.0
NODES = 20_000

Floats = np.ndarray[Any, Any]
Layers = tuple[tuple[Matrix, Vector], ...]
Path = Sequence[tuple[Neuron, bool]]


@dataclass(frozen=True)
class Constant:
    """What was found of a network's constant, between norms without weights.

    `tree` proves `bound`, in the form of a certificate.  `left` and `right` are two points with
    the slope `lower`; it is `bound` if the search came to its end.
    """

    bound: Fraction
    tree: list[Any]
    lower: Fraction
    left: Vector
    right: Vector

    @property
    def exact(self) -> bool:
        """Whether bound and slope agree, so that this is the Lipschitz constant."""
        return self.bound == self.lower


@dataclass
class _Node:
    """A cell: what is decided, in the order of the tree, and what grows below it."""

    path: tuple[tuple[Neuron, bool], ...] = ()
    groups: Floats = field(default_factory=lambda: np.zeros(0, int))  # still above the lower bound
    bound: float = math.inf
    neuron: Neuron | None = None
    branches: tuple[_Node, ...] = ()
    multipliers: list[Fraction] | None = None

    @property
    def decided(self) -> Decided:
        return dict(self.path)


@lru_cache(maxsize=64)
def constant(
    layers: Layers,
    slope: Fraction,
    domain: Kind,
    target: Kind,
    seconds: float = SECONDS,
    nodes: int = NODES,
) -> Constant:
    """The Lipschitz constant between l1 or linf and l1 or linf, or bounds if the limits are met."""
    return _Search(layers, slope, domain, target).run(seconds, nodes)


def _floats(matrix: Matrix) -> Floats:
    rows = [[Fraction(a, matrix.denominator) for a in row] for row in matrix.real]
    return np.array(rows, dtype=float).reshape(matrix.shape)


class _Search:
    def __init__(self, layers: Layers, slope: Fraction, domain: Kind, target: Kind) -> None:
        self.cells = Cells(layers, slope, domain, target)
        self.layers, self.slope, self.domain, self.target = layers, slope, domain, target
        self.widths = [len(matrix.real) for matrix, _ in layers[:-1]]
        self.n, self.m = layers[0][0].columns, len(layers[-1][0].real)
        self.weights = [_floats(matrix) for matrix, _ in layers]
        self.halves = [(np.maximum(w, 0), np.minimum(w, 0)) for w in self.weights]
        dual = DUAL[target]
        limit = BOTH if domain == dual == "linf" else SIGNS
        self.sources = np.array(vertices(domain, self.n, limit))  # (G, g, n)
        self.aims = np.array(vertices(dual, self.m, limit))  # (T, r, m)
        self.starts = self.sources @ self.weights[0].T if self.widths else self.sources
        rows = self.aims @ self.weights[-1]
        self.ends = np.maximum(rows, 0), np.minimum(rows, 0)
        self.leak = float(slope)
        self.lower = Fraction(-1)
        self.pair: tuple[Vector, Vector] | None = None
        self.solver = z3.SolverFor("QF_LRA")
        self.points = [z3.Real(f"y{k}") for k in range(self.n)]
        self.marks: dict[tuple[Vector, bool], Any] = {}
        self.forms: dict[tuple[Any, ...], Vector] = {}
        self.settled: list[_Node] = []
        self.end = math.inf

    # ---------------------------------------------------------------- bounds

    def sizes(self, groups: Floats, decided: Decided) -> Floats:
        """Bounds of -t J v and t J v in floats, for all t; (groups, T, g, r, 2)."""
        low = high = self.starts[groups]
        for layer, width in enumerate(self.widths):
            if layer:
                low, high = _through(self.halves[layer], low, high)
            least, most = np.full(width, self.leak), np.ones(width)
            for (k, j), active in decided.items():
                if k == layer:
                    least[j] = most[j] = 1.0 if active else self.leak
            low, high = (
                np.minimum(low * least, low * most),
                np.maximum(high * least, high * most),
            )
        up, down = (half.reshape(-1, half.shape[-1]) for half in self.ends)
        low, high = _through((up, down), low, high)
        shape = (*low.shape[:2], *self.aims.shape[:2])
        both = np.stack([-low.reshape(shape), high.reshape(shape)], axis=-1)
        return both.transpose(0, 2, 1, 3, 4)

    def totals(self, groups: Floats, decided: Decided) -> Floats:
        """The largest for each group."""
        sums = self.sizes(groups, decided).max(axis=-1).sum(axis=(2, 3))
        return np.asarray(sums.max(axis=1))

    def exactly(self, group: int, decided: Decided) -> Fraction:
        """The kernel's bound for a group."""
        start, ends = self.cells.groups[group]
        spans = [self.cells.span(v, decided) for v in start]
        return Fraction(max(size(spans, end) for end in ends), self.cells.scale)

    def pair_of(self, group: int, decided: Decided) -> tuple[Floats, Floats]:
        """Vertices t and v for which t J v has the bound of a group, or nearly."""
        sizes = self.sizes(np.array([group]), decided)[0]  # (T, g, r, 2)
        best = sizes[int(sizes.max(axis=-1).sum(axis=(1, 2)).argmax())]
        place = int(sizes.max(axis=-1).sum(axis=(1, 2)).argmax())
        signs = np.where(best[..., 1] >= best[..., 0], 1.0, -1.0)  # (g, r)
        if len(self.sources[group]) > 1:
            return self.aims[place].sum(axis=0), signs[:, :1].T[0] @ self.sources[group]
        return signs[0] @ self.aims[place], self.sources[group][0].astype(float)

    # ---------------------------------------------------------------- interior points

    def form(self, neuron: Neuron, decided: Decided) -> Vector:
        """The affine function that a neuron gets on a cell."""
        layer = neuron[0]
        key = (neuron, *(decided[k, j] for k in range(layer) for j in range(self.widths[k])))
        if key not in self.forms:
            self.forms[key] = self.cells.form(neuron, decided)
        return self.forms[key]

    def mark(self, form: Vector, active: bool) -> Any:
        """An assumption for z3: the function is > 0, or < 0."""
        if (form, active) not in self.marks:
            *linear, last = form.real
            value = z3.Sum([c * y for c, y in zip(linear, self.points, strict=True) if c]) + last
            mark = z3.Bool(f"m{len(self.marks)}")
            self.solver.add(z3.Implies(mark, value > 0 if active else value < 0))
            self.marks[form, active] = mark
        return self.marks[form, active]

    def interior(self, path: Path) -> tuple[list[Fraction], list[Neuron]]:
        """An interior point of a cell; or none, and the neurons of a minimal contradiction.

        The neurons that come last in the path are left out first.  Neither, if time is over.
        """
        decided = dict(path)
        asked = {
            neuron: self.mark(form, active)
            for neuron, active in path
            if any((form := self.form(neuron, decided)).real)
        }
        answer = self.ask(asked.values())
        if answer == z3.unknown:
            return [], []
        if answer == z3.sat:
            model = self.solver.model()
            return [fraction(model.eval(y, model_completion=True)) for y in self.points], []
        names = {str(mark) for mark in self.solver.unsat_core()}
        core = [neuron for neuron, mark in asked.items() if str(mark) in names]
        for neuron in reversed(list(core)):
            rest = [k for k in core if k != neuron]
            answer = self.ask(asked[k] for k in rest)
            if answer == z3.unknown:
                return [], []
            if answer == z3.unsat:
                core = rest
        return [], core

    def ask(self, marks: Iterable[Any]) -> Any:
        """z3's answer, within the time that is left."""
        left = self.end - time.monotonic()
        self.solver.set("timeout", max(1, int(1000 * left)))
        return self.solver.check(*marks) if left > 0 else z3.unknown

    def multipliers(self, path: Path, core: Iterable[Neuron]) -> list[Fraction]:
        """Those of the rule, for a path on which a minimal contradiction lies."""
        decided, members = dict(path), set(core)
        signed = []
        for neuron, active in path:
            form = self.form(neuron, decided)
            sign = Fraction(1 if active else -1, form.denominator)
            signed.append([sign * c for c in form.real])
        chosen = [row for (neuron, _), row in zip(path, signed, strict=True) if neuron in members]
        columns = [[row[k] for row in chosen] for k in range(self.n)]
        (found,) = kernel(columns, len(chosen))
        if sum(found) < 0:
            found = [-m for m in found]
        scale = Fraction(math.lcm(*(m.denominator for m in found)))
        scale /= math.gcd(*((m * scale).numerator for m in found))
        ready = iter(found)
        return [next(ready) * scale if neuron in members else Fraction(0) for neuron, _ in path]

    # ---------------------------------------------------------------- lower bounds

    def all_inputs(self, y: Sequence[Fraction]) -> tuple[Decided, list[tuple[Neuron, Vector]]]:
        """The signs of all neurons at a point, and the functions that they get around it."""
        point = _vector([*y, Fraction(1)])
        decided: Decided = {}
        forms = []
        for layer, width in enumerate(self.widths):
            for j in range(width):
                form = self.form((layer, j), decided)
                forms.append(((layer, j), form))
            for neuron, form in forms[-width:]:
                decided[neuron] = sum(map(int.__mul__, form.real, point.real)) > 0
        return decided, forms

    def attain(self, y: Sequence[Fraction]) -> None:
        """The slope in the cell of a point, if there is one, may be the largest so far."""
        if not y:
            return
        decided, forms = self.all_inputs(y)
        totals = self.totals(np.arange(len(self.starts)), decided)
        if float(totals.max()) < float(self.lower) * (1 - NEAR):
            return
        slope, direction = self.slope_at(decided, *self.pair_of(int(totals.argmax()), decided))
        if slope > self.lower:
            pair = self.step(self.short(y, decided, forms), direction, forms)
            if pair is not None:
                self.lower, self.pair = slope, pair

    def slope_at(self, decided: Decided, t: Floats, v: Floats) -> tuple[Fraction, list[int]]:
        """|J v| / |v| exactly, for v or for the signs that t J has."""
        jacobian = self.jacobian(decided)
        direction = [int(c) for c in v]
        if self.domain == "linf" and len(self.sources[0]) > 1:
            aims = [int(c) for c in t]
            row = [
                sum(c * a for c, a in zip(aims, q, strict=True))
                for q in zip(*jacobian, strict=True)
            ]
            direction = [1 if a >= 0 else -1 for a in row]
        values = [abs(_sum(a * c for a, c in zip(q, direction, strict=True))) for q in jacobian]
        return _sum(values) if self.target == "l1" else max(values), direction

    def jacobian(self, decided: Decided) -> list[list[Fraction]]:
        """Exactly; (m, n)."""
        found: list[list[Fraction]] = []
        for layer, (matrix, _) in enumerate(self.layers):
            rows = [[Fraction(a, matrix.denominator) for a in row] for row in matrix.real]
            if layer:
                slopes = [
                    Fraction(1) if decided[layer - 1, j] else self.slope for j in range(len(found))
                ]
                bent = [[s * a for a in row] for s, row in zip(slopes, found, strict=True)]
                columns = list(zip(*bent, strict=True))
                rows = [
                    [sum(map(Fraction.__mul__, row, c), Fraction(0)) for c in columns]
                    for row in rows
                ]
            found = rows
        return found

    def short(
        self, y: Sequence[Fraction], decided: Decided, forms: list[tuple[Neuron, Vector]]
    ) -> list[Fraction]:
        """A point with short coordinates in the same cell."""
        for bits in range(0, 64, 2):
            rounded = [Fraction(round(a * 2**bits), 2**bits) for a in y]
            point = _vector([*rounded, Fraction(1)])
            if all(
                not any(form.real) or (1 if decided[neuron] else -1) * _at(form, point) > 0
                for neuron, form in forms
            ):
                return rounded
        return list(y)

    def step(
        self, y: list[Fraction], direction: list[int], forms: list[tuple[Neuron, Vector]]
    ) -> tuple[Vector, Vector] | None:
        """A second point in the cell of the first, in a direction; None at a boundary."""
        length = Fraction(1)
        for _, form in forms:
            here = _sum(c * a for c, a in zip(form.real, [*y, Fraction(1)], strict=True))
            change = _sum(Fraction(c * a) for c, a in zip(form.real, direction, strict=False))
            if here * change < 0:
                length = min(length, abs(here / change))
            elif not here and change:
                return None
        length = Fraction(1, 1 << (-(-length.denominator // length.numerator) - 1).bit_length())
        return _vector(y), _vector([a + length * c for a, c in zip(y, direction, strict=True)])

    # ---------------------------------------------------------------- the tree

    def run(self, seconds: float, limit: int) -> Constant:
        """Best first, until no leaf is above the lower bound."""
        self.end = time.monotonic() + seconds
        rng = np.random.default_rng(0)
        for point in np.rint(rng.normal(size=(4, self.n)) * 64).astype(int).tolist():
            self.attain([Fraction(a, 64) for a in point])
        root = _Node(groups=np.arange(len(self.starts)))
        root.bound = float(self.totals(root.groups, {}).max())
        ticket = count()
        heap = [(-root.bound, next(ticket), root)]
        created = 1
        while heap:
            _, _, node = heap[0]
            if node.bound < float(self.lower) * (1 - NEAR):
                break  # so are all others
            if node.bound <= float(self.lower) * (1 + NEAR) and self.proved(node):
                heapq.heappop(heap)
                continue
            if time.monotonic() > self.end or created > limit or len(node.path) >= DEPTH:
                break
            heapq.heappop(heap)
            for child in self.expand(node):
                created += 1
                heapq.heappush(heap, (-child.bound, next(ticket), child))
        if self.pair is None:
            raise Rejected("no interior point was found")
        bound = self.lower
        for node in (*(node for _, _, node in heap), *self.settled):
            if node.bound >= float(self.lower) * (1 - NEAR):
                bound = max(bound, *(self.exactly(int(g), node.decided) for g in node.groups))
        return Constant(bound, self.raw(root), self.lower, *self.pair)

    def proved(self, node: _Node) -> bool:
        """Whether the lower bound is an upper bound on the cell, exactly."""
        decided = node.decided
        sizes = self.totals(node.groups, decided)
        near = node.groups[sizes >= float(self.lower) * (1 - NEAR)]
        return all(self.exactly(int(group), decided) <= self.lower for group in near)

    def expand(self, node: _Node) -> Iterator[_Node]:
        """Split a leaf, once or along a contradiction; the new leaves that are not empty."""
        decided = node.decided
        layer = next(
            (k for k, w in enumerate(self.widths) if any((k, j) not in decided for j in range(w))),
            None,
        )
        if layer is None:
            point, core = self.interior(node.path)
            if core:
                node.multipliers = self.multipliers(node.path, core)
            else:  # all is decided, and sums of unit vectors are no exact bound
                self.attain(point)
                self.settled.append(node)
            return
        group = int(node.groups[self.totals(node.groups, decided).argmax()])
        free = [(layer, j) for j in range(self.widths[layer]) if (layer, j) not in decided]
        wanted = self.wanted(group, decided, layer)
        free.sort(key=lambda neuron: -abs(wanted[neuron[1]]))
        pattern = [(neuron, bool(wanted[neuron[1]] > 0)) for neuron in free if wanted[neuron[1]]]
        point, core = self.interior([*node.path, *pattern])
        if not core:
            self.attain(point)
            if node.bound <= float(self.lower) * (1 + NEAR) and self.proved(node):
                yield node
            else:
                yield from self.split(node, self.strongest(node, free))
            return
        sides = dict(pattern)
        for neuron in (n for n in free if n in core):
            other, node = self.branches(node, neuron, sides[neuron])
            yield other
        node.multipliers = self.multipliers(node.path, core)

    def wanted(self, group: int, decided: Decided, layer: int) -> Floats:
        """What the slope of each neuron of a layer adds to the bound, roughly but for the last."""
        t, v = self.pair_of(group, decided)
        for k, w in enumerate(self.weights[: layer + 1]):
            v = w @ v
            if k < layer:
                v = v * [1.0 if decided[k, j] else self.leak for j in range(len(v))]
        low = high = t
        for k in range(len(self.weights) - 1, layer, -1):
            w = self.weights[k].T
            up, down = np.maximum(w, 0), np.minimum(w, 0)
            low, high = up @ low + down @ high, up @ high + down @ low
            if k - 1 > layer:
                states = [decided.get((k - 1, j)) for j in range(len(low))]
                least = np.array([1.0 if s else self.leak for s in states])
                most = np.array([self.leak if s is False else 1.0 for s in states])
                low, high = (
                    np.minimum(low * least, low * most),
                    np.maximum(high * least, high * most),
                )
        return np.asarray(v * (low + high) / 2)

    def strongest(self, node: _Node, free: list[Neuron]) -> Neuron:
        """The neuron whose decision lowers the bounds most."""
        best, chosen = (math.inf, math.inf), free[0]
        for neuron in free:
            sides = [
                float(self.totals(node.groups, {**node.decided, neuron: side}).max())
                for side in (True, False)
            ]
            score = (max(sides), min(sides))
            if score < best:
                best, chosen = score, neuron
        return chosen

    def split(self, node: _Node, neuron: Neuron) -> Iterator[_Node]:
        """The children of a node that have interior points."""
        for child in self.branches(node, neuron, True):
            point, core = self.interior(child.path)
            if core:
                child.multipliers = self.multipliers(child.path, core)
            else:
                self.attain(point)
                yield child

    def branches(self, node: _Node, neuron: Neuron, side: bool) -> tuple[_Node, _Node]:
        """The two children of a node: the other side first."""
        made = []
        for active in (not side, side):
            path = (*node.path, (neuron, active))
            sizes = self.totals(node.groups, dict(path))
            kept = node.groups[sizes >= float(self.lower) * (1 - NEAR)]
            made.append(_Node(path, kept, float(sizes.max()) if len(sizes) else -1.0))
        other, same = made
        node.neuron, node.branches = neuron, (same, other) if side else (other, same)
        return other, same

    def raw(self, root: _Node) -> list[Any]:
        """The tree as it stands in a certificate."""
        if root.multipliers is not None:
            return ["empty", *map(write_number, root.multipliers)]
        if root.neuron is None:
            return ["bound"]
        layer, place = root.neuron
        active, inactive = root.branches
        return ["split", str(layer + 1), str(place + 1), self.raw(active), self.raw(inactive)]


def _sum(numbers: Iterable[Fraction]) -> Fraction:
    return sum(numbers, Fraction(0))


def _through(halves: tuple[Floats, Floats], low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """An interval through a matrix."""
    up, down = halves
    return low @ up.T + high @ down.T, high @ up.T + low @ down.T


def _vector(numbers: Sequence[Fraction]) -> Vector:
    bottom = math.lcm(*(a.denominator for a in numbers))
    return Vector.of([a.numerator * (bottom // a.denominator) for a in numbers], (), bottom)


def _at(form: Vector, point: Vector) -> int:
    """A function at a point (y, 1), times the two denominators."""
    return sum(c * a for c, a in zip(form.real, point.real, strict=True))
