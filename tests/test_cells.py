"""Exact constants of small networks: against an enumeration of all cells, and against damage.

The enumeration shares no code with the search or the kernel: cells by Fourier and Motzkin's
elimination, Jacobians by the chain rule, norms from their definition.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.format import Rejected, Unreadable
from certificates.layers import Cells, read_tree
from certificates.maps import LayersMap
from certificates.matrices import Matrix, Vector
from certificates.norms import Kind, Norm
from theorems import Layers, Problem, check
from theorems.cells import Constant, constant

Row = list[Fraction]
Net = list[tuple[list[list[int]], list[int]]]
NORMS: list[tuple[Kind, Kind]] = [("linf", "linf"), ("l1", "l1"), ("l1", "linf"), ("linf", "l1")]
SLOPES = [Fraction(0), Fraction(0), Fraction(1, 3), Fraction(1)]


def prepared(net: Net, scale: int = 1) -> tuple[tuple[Matrix, Vector], ...]:
    """The network as the kernel has it, every entry over `scale`."""
    return tuple(
        (Matrix.of(rows, (), scale, len(rows[0])), Vector.of(offset, (), scale))
        for rows, offset in net
    )


# ------------------------------------------------------------------ the other method


def has_points(rows: list[Row]) -> bool:
    """Whether all of 0 < c . y + d, rows (c, d), hold somewhere: variable after variable goes."""
    rows = [row for row in rows if any(row[:-1]) or row[-1] <= 0]
    if not rows:
        return True
    if len(rows[0]) == 1:
        return False
    up = [[a / row[0] for a in row[1:]] for row in rows if row[0] > 0]
    down = [[a / -row[0] for a in row[1:]] for row in rows if row[0] < 0]
    rest = [row[1:] for row in rows if not row[0]]
    both = [[a + b for a, b in zip(p, q, strict=True)] for p in up for q in down]
    return has_points(rest + both)


def jacobians(net: Net, slope: Fraction) -> Iterator[list[Row]]:
    """Those of all cells with an interior."""
    n = len(net[0][0][0])
    start = [[Fraction(int(j == k)) for k in range(n + 1)] for j in range(n)]
    yield from _jacobians(net, slope, start, [])


def _jacobians(net: Net, slope: Fraction, forms: list[Row], cell: list[Row]) -> Iterator[list[Row]]:
    (rows, offset), rest = net[0], net[1:]
    found = []
    for row, b in zip(rows, offset, strict=True):
        total = [sum((w * f[k] for w, f in zip(row, forms, strict=True)), Fraction(0)) for k in range(len(forms[0]))]  # fmt: skip # noqa: E501
        total[-1] += b
        found.append(total)
    if not rest:
        yield [form[:-1] for form in found]
        return
    for signs in product((1, -1), repeat=len(found)):
        # a function that is 0 everywhere has one side only
        if any(sign < 0 and not any(f) for sign, f in zip(signs, found, strict=True)):
            continue
        sides = [[s * a for a in f] for s, f in zip(signs, found, strict=True) if any(f)]
        if has_points(cell + sides):
            bent = [[a if s > 0 else slope * a for a in f] for s, f in zip(signs, found, strict=True)]  # fmt: skip # noqa: E501
            yield from _jacobians(rest, slope, bent, cell + sides)


def norm_of(jacobian: list[Row], domain: Kind, target: Kind) -> Fraction:
    """The operator norm, from the vertices of the unit ball."""
    n = len(jacobian[0])
    units = [[int(j == k) for k in range(n)] for j in range(n)]
    values = []
    for v in units if domain == "l1" else product((1, -1), repeat=n):
        image = [abs(sum(a * c for a, c in zip(row, v, strict=True))) for row in jacobian]
        values.append(sum(image) if target == "l1" else max(image))
    return Fraction(max(values))


def brute(net: Net, slope: Fraction, domain: Kind, target: Kind) -> Fraction:
    """The Lipschitz constant."""
    return max(norm_of(jacobian, domain, target) for jacobian in jacobians(net, slope))


# --------------------------------------------------------------------------- networks


@st.composite
def networks(draw: st.DrawFn) -> Net:
    """One or two hidden layers, few small entries, many of them 0."""
    sizes = draw(st.sampled_from([(1, 3, 1), (2, 3, 2), (2, 4, 1), (3, 3, 2), (2, 2, 2, 2), (1, 3, 2, 1)]))  # fmt: skip # noqa: E501
    entry = st.sampled_from([0, 0, 0, 1, -1, 2, -2, 3, -3])
    return [
        (
            draw(st.lists(st.lists(entry, min_size=n, max_size=n), min_size=m, max_size=m)),
            draw(st.lists(entry, min_size=m, max_size=m)),
        )
        for n, m in pairwise(sizes)
    ]


def checked(net: Net, slope: Fraction, kinds: tuple[Kind, Kind], found: Constant) -> Cells:
    """The kernel accepts the tree, and the two points have the slope that they are said to."""
    layers = prepared(net)
    cells = Cells(layers, slope, *kinds)
    cells.check(read_tree(found.tree, "tree"), found.bound)
    domain, target = (Norm(kind, Fraction(1)) for kind in kinds)
    f = LayersMap(layers, slope)
    one, minus = Fraction(1), Fraction(-1)
    values = [(one, f.at(found.left, domain)), (minus, f.at(found.right, domain))]
    points = [(one, found.left), (minus, found.right)]
    rise = target.of(Vector.combination(values, len(net[-1][0]))).as_rational()
    run = domain.of(Vector.combination(points, found.left.dimension)).as_rational()
    assert rise is not None
    assert run
    assert rise == found.lower * run
    return cells


@given(networks(), st.sampled_from(NORMS), st.sampled_from(SLOPES))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_the_constant_is_that_of_an_enumeration(
    net: Net, kinds: tuple[Kind, Kind], slope: Fraction
) -> None:
    """Exactly; and the tree proves nothing smaller."""
    found = constant(prepared(net), slope, *kinds)
    assert found.exact
    assert found.bound == brute(net, slope, *kinds)
    cells = checked(net, slope, kinds, found)
    if found.bound:
        with pytest.raises(Rejected):
            cells.check(read_tree(found.tree, "tree"), found.bound * Fraction(999, 1000))


def random_net(sizes: tuple[int, ...], seed: int, top: int = 9) -> Net:
    """Entries from -top to top."""
    rng = random.Random(seed)
    return [
        (
            [[rng.randint(-top, top) for _ in range(n)] for _ in range(m)],
            [rng.randint(-top, top) for _ in range(m)],
        )
        for n, m in pairwise(sizes)
    ]


@pytest.mark.parametrize("kinds", NORMS)
@pytest.mark.parametrize("sizes", [(4, 8, 4), (8, 16, 8), (2, 4, 4, 2), (2, 20, 2), (14, 5, 14)])
def test_larger_networks_end(sizes: tuple[int, ...], kinds: tuple[Kind, Kind]) -> None:
    """Bound and slope meet, and the kernel agrees; also with more coordinates than signs."""
    for seed in range(2):
        net = random_net(sizes, seed, 1 << 23)
        found = constant(prepared(net), Fraction(0), *kinds)
        checked(net, Fraction(0), kinds, found)
        assert found.exact or len(net[0][0][0]) > 8


def test_a_search_that_is_stopped_proves_a_bound() -> None:
    """With a limit on the nodes the tree proves what its leaves allow."""
    net = random_net((2, 20, 2), 1)
    whole = constant(prepared(net), Fraction(0), "linf", "linf")
    part = constant(prepared(net), Fraction(0), "linf", "linf", nodes=2)
    assert part.lower <= whole.bound <= part.bound
    assert len(str(part.tree)) < len(str(whole.tree))
    checked(net, Fraction(0), ("linf", "linf"), part)


# ----------------------------------------------------------------------------- damage


def places(tree: list[Any], path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Where the nodes are."""
    yield path
    for k, part in enumerate(tree):
        if isinstance(part, list):
            yield from places(tree[k], (*path, k))


def damaged(tree: list[Any], rng: random.Random) -> list[Any]:
    """One change: a leaf or a branch is replaced, exchanged, cut, or a number is changed."""
    result = copy.deepcopy(tree)
    everywhere = list(places(result))

    def at(path: tuple[int, ...]) -> list[Any]:
        node = result
        for k in path:
            node = node[k]
        return node

    path = rng.choice(everywhere)
    node, other = at(path), copy.deepcopy(at(rng.choice(everywhere)))
    kind = rng.randrange(5)
    if kind == 0:
        node[:] = ["empty", *(rng.choice(["0", "1", "2"]) for _ in path)]
    elif kind == 1:
        node[:] = ["bound"]
    elif kind == 2:
        node[:] = other
    elif kind == 3 and len(node) == 5:
        node[3], node[4] = node[4], node[3]
    elif node:
        place = rng.randrange(len(node))
        if isinstance(node[place], str):
            node[place] = rng.choice(["0", "1", "2", "-1", "3", "1/2"])
        else:
            del node[place]
    return result


@pytest.mark.parametrize("sizes", [(2, 8, 2), (2, 4, 4, 2), (3, 12, 3)])
def test_no_damage_proves_a_smaller_constant(sizes: tuple[int, ...]) -> None:
    """A damaged tree is refused, unless it proves what is true."""
    rng = random.Random(sum(sizes))
    survived = 0
    for seed in range(6):
        net = random_net(sizes, seed)
        found = constant(prepared(net), Fraction(0), "linf", "linf")
        cells = checked(net, Fraction(0), ("linf", "linf"), found)
        for _ in range(150):
            tree = found.tree
            for _ in range(rng.randint(1, 3)):
                tree = damaged(tree, rng)
            for bound in (found.bound, found.bound - Fraction(1, 1000)):
                try:
                    cells.check(read_tree(tree, "tree"), bound)
                except (Rejected, Unreadable):
                    continue
                assert bound == found.bound
                survived += 1
    assert survived  # some damage does no harm


# --------------------------------------------------------------------------- problems

A = [[1, 1, 0], [0, 1, 1]]
FIRST = [[1, -2], [3, 1], ["-1/2", 2], [1, 1]]
SECOND = [[1, -1, 2, 1], [0, 3, -1, 1], [1, 1, 1, -1]]
PSI = Layers([FIRST, SECOND], [[1, 0, -1, 2], 0], "1/5")


@pytest.mark.parametrize(
    ("data", "objects", "rule"),
    [
        ("linf", "1/2 linf", "cells"),
        ("2 l1", "linf", "cells"),
        ("l1", "l1", "cells"),
        ("l2", "l2", "layer_norms"),
        ("l2", "linf", "layer_norms"),
        ("linf", "l2", "layer_norms"),
    ],
)
def test_a_network_in_the_catalogue(data: str, objects: str, rule: str) -> None:
    """Theorem 4.1 (i) with the least constant that can be certified."""
    problem = Problem(
        operator=A,
        x=[2, 0, 1],
        x_det=[1, -1, 1],
        psi=PSI,
        data_norm=data,
        object_norm=objects,
        delta=100,
    )
    result = check("4.1.i", problem)
    assert result.verdict == "certified"
    assert rule in str(result)
