"""ReLU networks, and proofs of bounds on their Lipschitz constants: by layers, and by cells.

    f(y) = W_k r(... r(W_1 y + b_1) ...) + b_k,     r(t) = t for t >= 0,  a t for t <= 0,

with 0 <= a <= 1.  The function here takes a list of pairs (W, b), whatever file they came from.

A tree splits the domain: a node names a neuron, its branches are the parts of the node's cell on
which the neuron's input is >= 0 and <= 0.  There the input is an affine function c . y + d, because
all neurons of the layers before it are decided.  So the leaves' cells are closed polyhedra that
cover the space.  A leaf is closed in one of two ways:

    bound   |J v| <= K |v| for J = W_k D_(k-1) ... D_1 W_1 with diagonal matrices D_i in which a
            decided neuron has its slope, 1 or a, and an undecided one any number from a to 1
    empty   the cell has no interior, because a sum of its inequalities with factors m_i >= 0, which
            are strict inside, reads 0 < d with d <= 0 (Motzkin)

Why this is a proof: f is continuous and piecewise affine.  Outside finitely many pieces of
hyperplanes every point is interior to a leaf's cell, which is then no empty leaf, and f is
differentiable there, with a Jacobian of that leaf.  Almost every segment, of those parallel to any
given one, meets these pieces in finitely many points, so f changes along it by at most K times its
length; by continuity this holds on every segment, and two points of the space are joined by one.
A neuron whose input is 0 on a whole cell decides nothing, and is 0 itself: its slope is any number.

|J| is the maximum of |t J v| over the vertices v of the domain's unit ball and the vertices t of
the dual ball of the target: unit vectors for l1, signs for linf.  For each v and t an interval goes
from W_1 v through the layers to t W_k.  Where the signs are too many, unit vectors take their
place, and what they give is added up.  A pair settled on a cell is settled on all parts of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from operator import mul

from . import operators
from .format import Rejected, Unreadable, as_list, choice, read_natural, read_small, short
from .matrices import Integers, Matrix, Vector
from .norms import DUAL, KINDS, Kind, Norm

DEPTH = 64  # decisions above a leaf
NODES = 1 << 16
NEURONS = 1 << 12  # in a layer, for a tree
BOTH = 8  # coordinates, for signs on both sides
WIDTH = 1 << 10  # of domain and target, for a tree

Layers = Sequence[tuple[Matrix, Vector]]
Neuron = tuple[int, int]  # layer and place, from 0; in messages and files from 1
Decided = dict[Neuron, bool]  # whether it is active
Halves = tuple[Integers, Integers]  # the positive and the negative entries of a row
Span = tuple[list[int], list[int]]  # an interval for each coordinate
Groups = list[tuple[list[Integers], list[list[Halves]]]]  # W_1 v, and the rows t W_k

# ------------------------------------------------------------------------ layer by layer

Methods = dict[str, tuple[Callable[..., bool | None], int]]
METHODS: Methods = {  # and the length of an entry that names it
    "rows": (operators.rows, 3),
    "columns": (operators.columns, 3),
    "signs": (operators.signs, 3),
    "gram": (operators.gram_factor, 5),
}


@dataclass(frozen=True, slots=True)
class LayerBound:
    """A bound on one layer, into a norm of weight 1, and how it is proved."""

    kind: Kind
    method: Callable[..., bool | None]
    bound: Fraction
    hint: tuple[()] | tuple[list[Integers], int]


def read_layer_bounds(raw: object, where: str) -> list[LayerBound]:
    """A list of [norm, method, bound], or [norm, "gram", bound, factor, shift]."""
    found = []
    for item in as_list(raw, where):
        parts = as_list(item, where)
        method, length = choice(parts[1] if len(parts) > 1 else "", where, METHODS)
        if len(parts) != length:
            raise Unreadable(f"{where}: an entry of this method has {length} parts")
        last = length == 5
        hint = (
            (read_integers(parts[3], where), read_natural(parts[4], where, 1 << 12)) if last else ()
        )
        kind, bound = choice(parts[0], where, KINDS), read_small(parts[2], where)
        found.append(LayerBound(kind, method, bound, hint))
    return found


def read_integers(raw: object, where: str) -> list[Integers]:
    """Rows of integers, of any lengths."""
    lists = [as_list(row, where) for row in as_list(raw, where)]
    rows = [[read_small(item, where) for item in row] for row in lists]
    if any(number.denominator != 1 for row in rows for number in row):
        raise Unreadable(f"{where}: rows of integers are expected")
    return [tuple(number.numerator for number in row) for row in rows]


def product_of_norms(
    layers: Layers, bounds: list[LayerBound], domain: Norm, target: Norm
) -> Fraction:
    """A number with |f(u) - f(v)| <= number |u - v|, if the bounds on the layers are proved.

    Raises Rejected if not.  r moves no two numbers apart: its constant in l1, l2 and linf is 1.
    """
    if len(bounds) != len(layers) or bounds[-1].kind != target.kind:
        raise Rejected(f"{len(layers)} layers need a bound each, the last into {target.kind}")
    for place, ((matrix, _), step) in enumerate(zip(layers, bounds, strict=True), 1):
        after = target if place == len(layers) else Norm(step.kind, Fraction(1))
        if not step.method(matrix, domain, after, step.bound, *step.hint):
            raise Rejected(f"the bound {short(step.bound)} of layer {place} is not proved")
        domain = after
    return prod((step.bound for step in bounds), start=Fraction(1))


# -------------------------------------------------------------------------- cell by cell


@dataclass(frozen=True, slots=True)
class Split:
    """A node, with the branches on which the neuron is active and inactive."""

    neuron: Neuron
    branches: tuple[Tree, Tree]


Multipliers = tuple[Fraction, ...]
Tree = Split | Multipliers | None  # an empty cell, and one on which the Jacobian is bounded


def read_tree(raw: object, where: str) -> Tree:
    """A tree of ["split", layer, neuron, active, inactive], ["bound"] and ["empty", m_1, ...]."""
    nodes = 0

    def read(item: object, depth: int) -> Tree:
        nonlocal nodes
        nodes += 1
        if depth > DEPTH or nodes > NODES:
            raise Unreadable(f"{where}: a tree has at most {NODES} nodes and depth {DEPTH}")
        parts = as_list(item, where)
        kinds = {"split": 5, "bound": 1, "empty": depth + 1}
        length = choice(parts[0] if parts else "", where, kinds)
        if len(parts) != length:
            raise Unreadable(f"{where}: {parts[0]} at depth {depth} takes {length - 1} parts")
        if parts[0] == "split":
            layer, place = (read_natural(part, where, NEURONS) - 1 for part in parts[1:3])
            return Split((layer, place), (read(parts[3], depth + 1), read(parts[4], depth + 1)))
        return None if parts[0] == "bound" else tuple(read_small(m, where) for m in parts[1:])

    return read(raw, 0)


class Cells:
    """A network between spaces with the norms l1 or linf, prepared for the checking of trees."""

    def __init__(self, layers: Layers, slope: Fraction, domain: Kind, target: Kind) -> None:
        self.layers = layers
        self.slope = slope
        self.hidden = range(len(layers) - 1)
        self.scale = prod(matrix.denominator for matrix, _ in layers)
        self.scale *= slope.denominator ** len(self.hidden)
        matrices = [matrix.real for matrix, _ in layers]
        if max(layers[0][0].columns, len(matrices[-1])) > WIDTH:
            raise Rejected(f"cells are for spaces of at most {WIDTH} dimensions")
        dual = DUAL[target]
        limit = BOTH if domain == dual == "linf" else operators.SIGNS
        starts = vertices(domain, layers[0][0].columns, limit)
        columns = list(zip(*matrices[-1], strict=True))
        ends = [[_image(columns, t) for t in g] for g in vertices(dual, len(matrices[-1]), limit)]
        if self.hidden:
            starts = [[_image(matrices[0], v) for v in group] for group in starts]
        self.groups = [(group, [[_halves(row) for row in end] for end in ends]) for group in starts]
        self.between = [[_halves(row) for row in matrix] for matrix in matrices[:-1]]

    def unproved(self, groups: Groups, decided: Decided, limit: int) -> Groups:
        """Those t and v of the given ones for which |t J v| times `scale` may be above a limit."""
        found = []
        for group, ends in groups:
            spans = [self.span(start, decided) for start in group]
            above = [end for end in ends if size(spans, end) > limit]
            if above:
                found.append((group, above))
        return found

    def span(self, start: Integers, decided: Decided) -> Span:
        """The interval of D_(k-1) ... D_1 W_1 v, from W_1 v, times denominators."""
        low, high = list(start), list(start)
        for layer in self.hidden:
            if layer:
                pairs = [_through(row, (low, high)) for row in self.between[layer]]
                low, high = [a for a, _ in pairs], [b for _, b in pairs]
            states = [decided.get((layer, j)) for j in range(len(low))]
            pairs = [self._bend(*t) for t in zip(low, high, states, strict=True)]
            low, high = [a for a, _ in pairs], [b for _, b in pairs]
        return low, high

    def _bend(self, low: int, high: int, active: bool | None) -> tuple[int, int]:
        """[low, high] times the slope of a neuron, times the denominator of the slope a."""
        p, q = self.slope.numerator, self.slope.denominator
        if active is None:
            return (p if low > 0 else q) * low, (q if high > 0 else p) * high
        return (q * low, q * high) if active else (p * low, p * high)

    def form(self, neuron: Neuron, decided: Decided) -> Vector:
        """What a neuron gets on a cell, as a function c . y + d: the vector (c, d).

        Raises Rejected if there is no such neuron, or if one of an earlier layer is not decided.
        """
        last, place = neuron
        if last not in self.hidden or not 0 <= place < len(self.layers[last][0].real):
            raise Rejected(f"no hidden layer {last + 1} has a neuron {place + 1}")
        size = self.layers[0][0].columns + 1
        units = [Vector.of([int(j == k) for k in range(size)]) for j in range(size)]
        found, slopes = units[:-1], [Fraction(1)] * (size - 1)
        for layer, (matrix, offset) in enumerate(self.layers[: last + 1]):
            before = [*found, units[-1]]
            found = []
            for j in range(len(matrix.real)) if layer < last else [place]:
                row = zip(matrix.real[j], slopes, strict=True)
                factors = [Fraction(w, matrix.denominator) * slope for w, slope in row]
                factors.append(Fraction(offset.real[j], offset.denominator))
                found.append(Vector.combination(list(zip(factors, before, strict=True)), size))
            states = [decided.get((layer, j)) for j in range(len(found))]
            if layer < last and None in states:
                raise Rejected(f"a neuron of layer {last + 1} needs all of layer {layer + 1}")
            slopes = [Fraction(1) if active else self.slope for active in states]
        return found[0]

    def check(self, tree: Tree, bound: Fraction) -> None:
        """The tree proves |f(u) - f(v)| <= bound |u - v|, without weights.

        Raises Rejected if it does not.
        """
        limit = bound * self.scale
        self._check(tree, limit.numerator // limit.denominator, {}, [], self.groups)

    def _check(
        self,
        tree: Tree,
        limit: int,
        decided: Decided,
        path: list[Vector],
        groups: Groups,
    ) -> None:
        """It proves it on a cell, for those t and v that no cell around this one settles."""
        if isinstance(tree, tuple):
            return check_empty(tree, path, _words(decided))
        groups = self.unproved(groups, decided, limit)
        if isinstance(tree, Split):
            if tree.neuron in decided:
                raise Rejected(f"a neuron is decided twice on {_words(decided)}")
            form = self.form(tree.neuron, decided)
            for active, branch in zip((True, False), tree.branches, strict=True):
                side = Vector.combination([(Fraction(1 if active else -1), form)], form.dimension)
                self._check(branch, limit, {**decided, tree.neuron: active}, [*path, side], groups)
        elif groups:
            raise Rejected(f"the bound is not proved on {_words(decided)}")
        return None


def check_empty(multipliers: Multipliers, path: list[Vector], where: str) -> None:
    """The inequalities 0 < c . y + d, given by the vectors (c, d), hold at no point.

    Raises Rejected if the multipliers do not show it.
    """
    # a function that is 0 everywhere is not positive inside the cell: it says nothing
    parts = [(m, form) for m, form in zip(multipliers, path, strict=True) if any(form.real)]
    if not any(m for m, _ in parts) or min(multipliers) < 0:
        raise Rejected(f"no multiplier is positive, or one is negative, for {where}")
    *linear, constant = Vector.combination(parts, path[0].dimension).real
    if any(linear) or constant > 0:
        raise Rejected(f"the multipliers do not show that {where} has no interior")


def vertices(kind: Kind, n: int, limit: int) -> list[list[Integers]]:
    """The vertices of a unit ball of R^n, up to sign, each alone; or unit vectors, to be summed."""
    if kind == "linf" and n <= limit:
        return [[(1, *corner)] for corner in product((1, -1), repeat=n - 1)]
    units = [tuple(int(j == k) for k in range(n)) for j in range(n)]
    return [[unit] for unit in units] if kind == "l1" else [units]


def size(spans: list[Span], rows: list[Halves]) -> int:
    """The sum of the largest moduli that the rows take on the intervals."""
    pairs = [_through(row, span) for row in rows for span in spans]
    return sum(max(-low, high) for low, high in pairs)


def _through(row: Halves, span: Span) -> tuple[int, int]:
    """The interval of a row times a column, by the positive and the negative entries."""
    (up, down), (low, high) = row, span
    return _dot(up, low) + _dot(down, high), _dot(up, high) + _dot(down, low)


def _halves(row: Integers) -> Halves:
    return tuple(max(a, 0) for a in row), tuple(min(a, 0) for a in row)


def _image(rows: Sequence[Integers], v: Integers) -> Integers:
    return tuple(_dot(row, v) for row in rows)


def _dot(row: Sequence[int], column: Sequence[int]) -> int:
    return sum(map(mul, row, column))


def _words(decided: Decided) -> str:
    words = [f"{k + 1}.{j + 1} {'>=' if on else '<='} 0" for (k, j), on in decided.items()]
    return f"the cell {', '.join(words)}" if words else "the whole space"
