"""From numbers for the unknowns to a problem file, and the vectors that the search tries first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import isqrt
from random import Random

from certificates.format import write_json, write_number
from certificates.language import Family, Map, Signed
from certificates.problem import FORMAT

from ..lipschitz import simplest_between
from .instances import ZERO, Instance, Pair
from .numbers import Vectors

SEED = 4
SIMPLE = 64  # the largest denominator of a norm that is kept
GRID = [Fraction(n) for n in (0, 1, -1, 2, -2, 3)] + [Fraction(1, 2), Fraction(-1, 2)]
CIRCLE = [(5, 0), (-5, 0), (0, 5), (0, -5), (3, 4), (-4, 3)]  # times 1/5
EXHAUSTED = 3000  # so many choices of 0, 1, -1 are tried in turn
Numbers = Mapping[str, Fraction]


def problem_file(instance: Instance, numbers: Numbers) -> bytes:
    """The problem that gives the unknowns these numbers; those of constants included."""
    vectors = Vectors(instance, numbers.__getitem__)
    size, kinds = instance.shape.dimensions, instance.shape.kinds
    members = {name for names in instance.members.values() for name in names}
    table: dict[str, dict[str, object]] = {
        "spaces": {n: {"dimension": str(d), "norm": kinds[n]} for n, d in size.items()},
        "vectors": {
            name: {"space": space, "array": _array(vectors.column(name, size[space]))}
            for name, space in instance.vectors.items()
            if name not in members
        },
        "linear": {},
        "maps": {},
        "sets": {},
        "constants": {},
        "units": {},
    }
    for name, entry in instance.names.items():
        if isinstance(entry, Map) and entry.linear:
            matrix = {"kind": "dense", "matrix": _rows(vectors.matrix(name))}
            table["linear"][name] = matrix
        elif isinstance(entry, Map):
            table["maps"][name] = _map(instance, name, entry, vectors, numbers)
        elif isinstance(entry, Family):
            rows = [vectors.column(member, size[entry.space]) for member in instance.members[name]]
            table["sets"][name] = {"space": entry.space, "array": _rows(rows)}
        elif isinstance(entry, Signed):
            table["constants"][name] = write_number(numbers[name])
    for name in instance.units():
        real, imag = vectors.number(name)
        table["units"][name] = {"real": write_number(real)}
        if imag:
            table["units"][name] = {"real": write_number(real), "imaginary": write_number(imag)}
    head: dict[str, object] = {"format": FORMAT, "field": instance.shape.field}
    return write_json(
        {**head, **{key: part for key, part in table.items() if part or key == "spaces"}}
    )


def _array(column: list[Pair]) -> dict[str, object]:
    real = {"entries": [write_number(entry[0]) for entry in column]}
    if not any(entry[1] for entry in column):
        return {**real}
    return {"real": real, "imaginary": {"entries": [write_number(entry[1]) for entry in column]}}


def _rows(rows: list[list[Pair]]) -> dict[str, object]:
    parts = [
        {"entries": [[write_number(entry[k]) for entry in row] for row in rows]} for k in (0, 1)
    ]
    if any(entry[1] for row in rows for entry in row):
        return {"real": parts[0], "imaginary": parts[1]}
    return {**parts[0]}


def _map(
    instance: Instance, name: str, entry: Map, vectors: Vectors, numbers: Numbers
) -> dict[str, object]:
    size = instance.shape.dimensions
    points, plan = instance.points.get(name, []), instance.plans[name]
    if not points:
        zero = [(ZERO, ZERO)] * size[entry.target]
        return {"kind": "constant", "offset": _array(zero)}
    if plan == "affine":
        matrix, offset = vectors.matrix(name), vectors.column(f"{name} +", size[entry.target])
        if not any(part for row in matrix for pair in row for part in pair):
            return {"kind": "constant", "offset": _array(offset)}
        return {"kind": "affine", "matrix": _rows(matrix), "offset": _array(offset)}
    values: dict[tuple[Pair, ...], list[Pair]] = {}
    for k, point in enumerate(points):
        values[tuple(vectors.term(point))] = vectors.column(f"{name} @ {k}", size[entry.target])
    rows: dict[str, object] = {
        "kind": plan,
        "inputs": _rows([list(point) for point in values]),
        "outputs": _rows(list(values.values())),
    }
    if plan == "mcshane":
        rows["slope"] = write_number(numbers[f"K({name})"])
    return rows


# ----------------------------------------------------------------------------- guesses


def guesses(instance: Instance, count: int, seed: int = 0) -> Iterator[dict[str, Fraction]]:
    """Small numbers for all unknowns but the constants: 0, 1, -1 in turn if few, then at random.

    The random ones are the same in every run with one `seed`, and only seed 0 has the first kind.
    """
    units = {
        part: (unit, k) for unit in instance.units() for k, part in enumerate(instance.parts(unit))
    }
    free = [key for key in instance.unknowns() if key not in units]
    circle = CIRCLE if instance.shape.field == "C" else CIRCLE[:2]

    def filled(entries: tuple[Fraction, ...], points: tuple[int, ...]) -> dict[str, Fraction]:
        found = dict(zip(free, entries, strict=True))
        for unit, point in zip(instance.units(), points, strict=True):
            for k, part in enumerate(instance.parts(unit)):
                found[part] = Fraction(circle[point][k], 5)
        return found

    turns = list(product(range(len(circle)), repeat=len(instance.units())))
    if not seed and 3 ** len(free) * len(turns) <= EXHAUSTED:
        for entries in sorted(product(GRID[:3], repeat=len(free)), key=lambda e: sum(map(abs, e))):
            for points in turns:
                yield filled(entries, points)
    random = Random(SEED + seed)
    for k in range(min(count, len(GRID) ** len(free))):
        grid = GRID[: 3 + 5 * (k % 2)]
        found = filled(tuple(random.choice(grid) for _ in free), random.choice(turns))
        if k % 4 < 2:
            found |= _sparse_matrices(instance, random)
        yield found


def _sparse_matrices(instance: Instance, random: Random) -> dict[str, Fraction]:
    """Matrices with at most one entry in a row and in a column: their norms are rational."""
    found: dict[str, Fraction] = {}
    for name, shape in instance.shapes():
        if len(shape) < 2:
            continue
        columns = random.sample(range(max(shape)), max(shape))
        for i, j in product(range(shape[0]), range(shape[1])):
            found |= dict.fromkeys(instance.parts(f"{name} {i} {j}"), ZERO)
            if columns[i] == j:
                found[f"{name} {i} {j}"] = Fraction(random.choice((1, 1, 1, -1, -1, 0)))
    return found


# ----------------------------------------------------------------------------- rounding


def rounded(instance: Instance, numbers: Numbers, width: Fraction) -> dict[str, Fraction]:
    """The simplest fractions within `width`; numbers of modulus 1 stay on the unit circle."""
    found = {key: simplest(number, width) for key, number in numbers.items()}
    for unit in instance.units():
        parts = instance.parts(unit)
        real = numbers[parts[0]]
        if len(parts) == 1:
            found[unit] = Fraction(1 if real > 0 else -1)
            continue
        imag = numbers[parts[1]]
        if real <= -1 + width:
            found[parts[0]], found[parts[1]] = Fraction(-1), ZERO
            continue
        t = simplest(imag / (1 + real), width)
        found[parts[0]] = (1 - t * t) / (1 + t * t)
        found[parts[1]] = 2 * t / (1 + t * t)
    return found


def on_spheres(
    instance: Instance, numbers: Numbers, near: Numbers, width: Fraction
) -> dict[str, Fraction]:
    """`near`, but vectors of an l2 space whose norm is a simple fraction keep this norm.

    A rational point of the sphere comes from a rational point of a plane, by projection from the
    pole that is farthest away.
    """
    found = dict(near)
    for name, space in instance.vectors.items():
        if instance.shape.kinds[space] != "l2":
            continue
        size = instance.shape.dimensions[space]
        keys = [part for j in range(size) for part in instance.parts(f"{name} {j}")]
        point = [numbers[key] for key in keys]
        square = sum((a * a for a in point), ZERO)
        radius = simplest(Fraction(isqrt(int(square * (1 << 120))), 1 << 60), Fraction(1, 1 << 30))
        if len(keys) < 2 or not radius or radius.denominator > SIMPLE:
            continue
        point = [a / radius for a in point]
        pole = max(range(len(point)), key=lambda k: abs(point[k]))
        sign = 1 if point[pole] > 0 else -1
        plane = [simplest(a / (1 + abs(point[pole])), width) for a in point]
        plane[pole] = ZERO
        scale = sum((a * a for a in plane), ZERO)
        for k, key in enumerate(keys):
            top = sign * (1 - scale) if k == pole else 2 * plane[k]
            found[key] = radius * top / (1 + scale)
    return found


def simplest(number: Fraction, width: Fraction) -> Fraction:
    """The fraction with the smallest denominator within `width` of a number."""
    if abs(number) <= width:
        return ZERO
    if number < 0:
        return -simplest_between(-number - width, -number + width)
    return simplest_between(number - width, number + width)
