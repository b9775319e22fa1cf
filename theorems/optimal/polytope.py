"""The kernel size of a polytopal class, found: linear programs, then claims that are verified.

One exact linear program for each functional f (`certificates.optimality.polytope`): the largest
f (x - x').  Its columns are those of a description of M1 by x >= 0 twice, and, with noise, the
positive and negative part of A(x' - x).  The dual solution has u, and the multipliers of C x <= d.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from math import isqrt, lcm
from pathlib import Path
from typing import Any

import flint

from certificates.exact import Roots
from certificates.format import Rejected, Unreadable, digest, write_json, write_number
from certificates.matrices import Matrix, Vector
from certificates.optimality.__main__ import check
from certificates.optimality.polytope import (
    SIGNS,
    Box,
    Halfspaces,
    Hull,
    Polytope,
    functionals,
    minus,
    read_polytope,
    upper,
)
from certificates.problem import Problem

from ..arrays import BadInput, array
from ..folder import appearing, refuse_foreign
from ..instance import Instance
from ..sparse.simplex import Program, Stuck
from .files import ends
from .study import declarations

Table = dict[str, Any]
Row = list[Fraction]
NAME = "M1"
FINE = 1 << 20  # of roots in linear programs


@dataclass(frozen=True)
class Best:
    """An optimal pair of points, as the certificate has them, and the dual."""

    pair: list[Row]
    dual: Table


def row_of(v: Vector) -> Row:
    """The entries."""
    return [Fraction(a, v.denominator) for a in v.real]


def texts(row: Sequence[Fraction]) -> list[str]:
    """Numbers as certificates have them."""
    return [write_number(a) for a in row]


def linear_program(cost: Row, rows: list[Row], right: Row) -> tuple[Row, Row]:
    """min cost x, rows x = right, x >= 0 -> x and the dual of the rows.  Raises Stuck."""
    whole: list[list[int]] = []
    factors: list[int] = []
    for row, b in zip(rows, right, strict=True):
        factor = lcm(b.denominator, *(a.denominator for a in row))
        factors.append(factor)
        whole.append([int(a * factor) for a in (*row, b)])
    top = lcm(*(a.denominator for a in cost))
    program = Program(
        flint.fmpz_mat([row[:-1] for row in whole]),
        [int(a * top) for a in cost],
        [row[-1] for row in whole],
    )
    vertex = program.optimum(chain(program.proposal(), [list(range(len(cost)))]))
    x = [Fraction(0)] * len(cost)
    for j, a in vertex.values().items():
        x[j] = Fraction(a, vertex.over)
    dual = [Fraction(w * f, vertex.under * top) for w, f in zip(vertex.dual, factors, strict=True)]
    return x, dual


@dataclass(frozen=True)
class Standard:
    """M1 as { shift + E p : p >= 0, F p = e }: E has n rows, and p is read off by `point`."""

    embed: list[Row]
    shift: Row
    rows: list[Row]
    right: Row
    point: Callable[[Row], Row]


def standard(found: Polytope) -> Standard:
    """Boxes and half-spaces with slacks; a hull by its weights."""
    one, none = Fraction(1), Fraction(0)

    def unit(size: int, place: int, value: Fraction = one) -> Row:
        return [value if k == place else none for k in range(size)]

    if isinstance(found, Hull):
        points = [row_of(v) for v in found.points]
        embed = [list(column) for column in zip(*points, strict=True)]
        k = len(points)
        return Standard(embed, [none] * len(embed), [[one] * k], [one], lambda p: p)
    if isinstance(found, Box):
        low, n = row_of(found.low), found.low.dimension
        widths = row_of(minus(found.high, found.low))
        embed = [unit(2 * n, j) for j in range(n)]
        rows = [
            [a + b for a, b in zip(unit(2 * n, j), unit(2 * n, n + j), strict=True)]
            for j in range(n)
        ]
        return Standard(
            embed, low, rows, widths, lambda p: [a + b for a, b in zip(low, p[:n], strict=True)]
        )
    n, k = found.n, len(found.rows)
    embed = [[*unit(n, j), *unit(n, j, -one), *[none] * k] for j in range(n)]
    rows = []
    for place, vector in enumerate(found.rows):
        row = row_of(vector)
        rows.append([*row, *(-a for a in row), *unit(k, place)])
    return Standard(
        embed,
        [none] * n,
        rows,
        row_of(found.limits),
        lambda p: [a - b for a, b in zip(p[:n], p[n : 2 * n], strict=True)],
    )


def farthest(found: Polytope, matrix: list[Row], f: Row, kind: str, level: Fraction) -> Best:
    """The largest f (x - x') with |A x - A x'|_kind <= level, for l1 and linf.  Raises Stuck."""
    form, m, none = standard(found), len(matrix), Fraction(0)
    count = len(form.right)
    width = len(form.embed[0])

    def through(row: Row) -> Row:
        """row E."""
        total = [none] * width
        for a, line in zip(row, form.embed, strict=True):
            if a:
                total = [t + a * b for t, b in zip(total, line, strict=True)]
        return total

    own, slacks = (2 * m if level else 0), (0 if not level else 1 if kind == "l1" else m)
    end = [none] * (own + slacks)
    goal = through(f)
    cost = [*(-a for a in goal), *goal, *end]
    rows = [[*row, *[none] * width, *end] for row in form.rows]
    rows += [[*[none] * width, *row, *end] for row in form.rows]
    for i, line in enumerate(matrix):
        row = through(line)
        rest = list(end)
        if level:
            rest[i], rest[m + i] = Fraction(1), Fraction(-1)
        rows.append([*row, *(-a for a in row), *rest])
    for k in range(slacks):
        rest = list(end)
        for i in range(m) if kind == "l1" else (k,):
            rest[i] = rest[m + i] = Fraction(1)
        rest[own + k] = Fraction(1)
        rows.append([*[none] * (2 * width), *rest])
    right = [*form.right, *form.right, *[none] * m, *[level] * slacks]
    x, dual = linear_program(cost, rows, right)
    entry: Table = {"u": texts([-a for a in dual[2 * count : 2 * count + m]])}
    if isinstance(found, Halfspaces):
        entry |= {"left": texts([-a for a in dual[:count]])}
        entry |= {"right": texts([-a for a in dual[count : 2 * count]])}
    return Best([form.point(x[:width]), form.point(x[width : 2 * width])], entry)


def contradiction(found: Halfspaces) -> Row | None:
    """Farkas: s >= 0 with C^T s = 0, s d < 0 and the sum 1, or None.  Raises Stuck."""
    rows = [list(column) for column in zip(*map(row_of, found.rows), strict=True)]
    rows.append([Fraction(1)] * len(found.rows))
    limits = row_of(found.limits)
    try:
        s, _ = linear_program(limits, rows, [*[Fraction(0)] * found.n, Fraction(1)])
    except Stuck:
        return None  # no such s at all, or not found: then no claim is made
    return s if sum(a * b for a, b in zip(s, limits, strict=True)) < 0 else None


def rays(found: Halfspaces, matrix: list[Row]) -> list[Row] | None:
    """Directions r and r' of an infinite kernel size, or None.  Raises Stuck."""
    n, k = found.n, len(found.rows)
    units = [*functionals(n, False)]
    # of the cone C r <= 0 the part in the unit cube, which is bounded, has all directions
    cone = [*found.rows, *units, *map(negative, units)]
    limits = Vector((*(0,) * k, *(1,) * (2 * n)), (), 1)
    for f in units:
        pair = farthest(Halfspaces(cone, limits, n), matrix, row_of(f), "linf", Fraction(0)).pair
        if pair[0] != pair[1]:
            return pair
    return None


def negative(v: Vector) -> Vector:
    """-v."""
    return Vector.of([-a for a in v.real], (), v.denominator)


def claims(problem: Problem, table: Table, noise: Fraction) -> list[tuple[str, Table, Table]]:
    """Names, claims and hints of all that is found.  Raises BadInput."""
    try:
        return list(_claims(problem, table, noise))
    except (Rejected, Unreadable) as reason:
        raise BadInput(f"kernelsize: {reason}") from None
    except Stuck as reason:
        raise BadInput(f"kernelsize: a linear program was not settled: {reason}") from None


def _claims(problem: Problem, table: Table, noise: Fraction) -> list[tuple[str, Table, Table]]:
    found = read_polytope(problem, table)
    dense: Matrix = problem.operators["A"].dense()
    matrix = [row_of(row) for row in dense.row_vectors()]
    about: Table = {"class": table}
    if isinstance(found, Halfspaces):
        wrong = contradiction(found)
        if wrong is not None:
            return [("empty", {"says": "polytope empty", **about}, {"multipliers": texts(wrong)})]
        directions = rays(found, matrix)
        if directions is not None:
            start = farthest(found, matrix, [Fraction(0)] * found.n, "linf", Fraction(0)).pair[0]
            hints: Table = {"point": texts(start), "rays": [texts(r) for r in directions]}
            return [("kernel-size", {"says": "polytope infinite", **about}, hints)]
    norm, measured = problem.spaces["X"].norm, problem.spaces["Y"].norm
    n, m = problem.spaces["X"].dimension, len(matrix)
    by_signs = norm.kind == "l1" and n <= SIGNS
    level = 2 * noise / measured.weight
    kind = "linf" if measured.kind == "l2" else measured.kind
    # the l2 ball has the cube of the half-side level / sqrt(m), and lies in that of level
    root = Fraction(isqrt((FINE**2 - 1) // m) if m > 1 else FINE, FINE)
    duals, pairs, bounds = [], [], []
    for f in functionals(n, by_signs):
        best = farthest(found, matrix, row_of(f), kind, level)
        inner = best
        if measured.kind == "l2" and noise and m > 1:
            inner = farthest(found, matrix, row_of(f), kind, level * root)
        duals.append(best.dual)
        pairs.append([texts(p) for p in inner.pair])
        bounds.append(upper(problem, found, f, noise, best.dual, "dual").times(norm.weight))
    gaps = [squared(norm.of(minus(*(found.point(p, "pair") for p in pair)))) for pair in pairs]
    low = max(gaps)
    if norm.kind == "linf" or by_signs:
        high = max(squared(b) for b in bounds)
    elif norm.kind == "l1":
        high = squared(Roots.total(bounds))
    else:
        high = squared_sum(bounds)
    hints = {
        "by": "signs" if by_signs else "coordinates",
        "duals": duals,
        "pair": pairs[gaps.index(low)],
    }
    about |= {"noise": write_number(noise)}
    said = [("kernel-size", {"says": "polytope kernel size", **about, **ends(low, high)}, hints)]
    if norm.kind == "linf":
        claim = {"says": "polytope optimum", **about, **ends(low / 4, high / 4)}
        said.append(("c_opt", claim, hints))
    return said


def squared(value: Roots) -> Fraction:
    """The square of a number >= 0, rounded up if it is not rational."""
    whole = value.as_rational()
    if whole is None:
        square = (value * value).as_rational()
        return square if square is not None else value.upper() ** 2
    return whole**2


def squared_sum(bounds: Sequence[Roots]) -> Fraction:
    """The sum of squares, rounded up if it is not rational."""
    total = Roots.total(b * b for b in bounds)
    exact = total.as_rational()
    return total.upper() if exact is None else exact


def proofs(
    operator: Any,
    folder: Path | None,
    table: Table,
    noise: Fraction,
    norms: tuple[str, str] = ("linf", "linf"),
    points: Any = None,
) -> tuple[dict[str, bytes], list[tuple[str, list[str]]]]:
    """Files: problem, claims, certificates; the names and verified sentences.  Raises BadInput."""
    if noise < 0:
        raise BadInput("--noise: a number >= 0 is expected")
    given: Mapping[str, Any] = {
        "spaces": {"X": norms[0], "Y": norms[1]},
        "linear": {"A": operator},
        "field": "R",
    }
    text = declarations({})
    if points is None:
        text = text.replace(f"sets {NAME} in X\n".encode(), b"")
    else:
        shape = array(points, "images", folder).shape
        if shape and not shape[0]:
            raise BadInput("images: the hull of no points is empty; give at least one image")
        given = {**given, "sets": {NAME: points}}
    case = Instance(given, folder).case(text)
    files, said = {"problem.json": case.problem_file, **case.files}, []
    for name, claim, hints in claims(case.data, table, noise):
        written = write_json({"problem": digest(case.problem_file), **claim})
        proof = write_json({"claim": digest(written), **hints})
        said.append((name, check(written, case.problem_file, proof, case.files.__getitem__)))
        files[f"{name}.claim.json"], files[f"{name}.certificate.json"] = written, proof
    return files, said


def write(files: Mapping[str, bytes], output: Path, folder: Path | None) -> None:
    """The files, all or none.  Raises BadInput for a folder with others."""
    refuse_foreign(output, folder)
    with appearing(output) as work:
        for name, data in files.items():
            (work / name).write_bytes(data)
