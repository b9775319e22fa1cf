"""From numbers for the norms to a concrete problem: matrix, images, map.

The functionals f_1, ..., f_p that realise the norms of a space put its vectors into Q^p with the
linf norm:  v -> (f_1(v), ..., f_p(v)).  In these coordinates

* a linear map without a bound is any matrix with the right images;
* a linear map A with |A v| <= K |v| gets a coordinate g(A v) / K in its domain for every
  coordinate g of its target.  They change no norm of a tracked vector, since
  |g(A t)| <= |A t| <= K |t|, and A becomes K times the choice of these coordinates: its bound is
  K on the whole space, whatever else happens;
* a map is a table of its values, or McShane's extension of the table if it has a Lipschitz bound
  (its target has the linf norm, where that extension keeps the constant).

Then the example is made smaller: coordinates go as long as the claim stays violated, which only
the kernel decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from certificates.format import write_json, write_number
from certificates.language import Family, Map, Named, Signed, Space, Unit
from certificates.problem import FORMAT
from certificates.statements import Statement
from certificates.terms import Atom, Bound, Datum, Term, bound_variables

from .exactly import in_span, kernel, rank, solve
from .known import Bounded
from .oracle import Clock, combination, extension
from .saturate import Model
from .system import Outside, System

ROUNDS = 3  # for bounded linear maps that lead back to their space
Row = tuple[Fraction, ...]
Rows = dict[str, list[Row]]  # functionals of each space, on its atoms


@dataclass(frozen=True)
class Example:
    """A problem that violates a claim: the kernel's JSON, and the vector chosen for each `for all`.

    `arbitrary` names the vectors that stand for the certificate's own variables.
    """

    problem_file: bytes
    choices: dict[str, str]


@dataclass
class Builder:
    """Builds problems from a model, for any choice of functionals."""

    statement: Statement
    system: System
    model: Model
    units: Mapping[str, int]
    clock: Clock

    def constant(self, name: str) -> Fraction:
        """The number for a constant; one that occurs nowhere gets 1."""
        entry = self.system.names[name]
        for monomial, number in self.model.values.items():
            if len(monomial) == 1 and getattr(monomial[0], "name", None) == name:
                return number
        return Fraction(1 if isinstance(entry, Signed) else 0)

    def bound(self, name: str) -> Fraction | None:
        """The smallest Lipschitz bound of a map, as a number."""
        found = [self._number(b) for b in self.system.bounds if b.map == name]
        return min(found, default=None)

    def _number(self, bounded: Bounded) -> Fraction:
        total = Fraction(0)
        for monomial, coefficient in bounded.bound.parts:
            for quantity in monomial:
                name = getattr(quantity, "name", None)
                known = self.model.values.get((quantity,))
                coefficient *= self.constant(name) if name else (known or Fraction(0))
            total += coefficient
        return total

    # ------------------------------------------------------------------ functionals

    def rows(self) -> Rows:
        """Functionals that realise every norm and tell vectors apart, as few as a greedy choice
        finds."""
        found: Rows = {}
        for space in self.spaces():
            tracked, vectors = self.system.coordinates(space)
            sizes = [self.model.values.get((t.norm,), Fraction(0)) for t in tracked]
            candidates = list(
                dict.fromkeys(f for f in self.model.functionals.get(space, []) if any(f))
            )
            realised = {
                f: {k for k, v in enumerate(vectors) if abs(_dot(f, v)) == sizes[k]}
                for f in candidates
            }
            open_ = {k for k, size in enumerate(sizes) if size}
            chosen: list[Row] = []
            while open_:
                best = max(candidates, key=lambda f: len(realised[f] & open_))
                if not realised[best] & open_:
                    break
                chosen.append(best)
                open_ -= realised[best]
            chosen += self._separating(space, chosen, vectors, sizes)
            found[space] = chosen
        return found

    def spaces(self) -> Iterator[str]:
        """The names of the spaces."""
        return (n for n, e in self.system.names.items() if isinstance(e, Space))

    def _separating(
        self, space: str, chosen: list[Row], vectors: list[list[Fraction]], sizes: list[Fraction]
    ) -> list[Row]:
        """More functionals, small enough to change no norm, until only zero vectors vanish."""
        width = len(self.system.atoms.get(space, {}))
        more: list[Row] = []
        for h in kernel(self.model.zeros.get(space, []), width):
            if in_span(h, [*chosen, *more]):
                continue
            ratios = [
                size / abs(value)
                for vector, size in zip(vectors, sizes, strict=True)
                if (value := _dot(h, vector))
            ]
            scale = min(ratios, default=Fraction(1))
            more.append(tuple(scale * c for c in h))
        return more

    # ------------------------------------------------------------------ the problem

    def lifted(self, rows: Rows) -> tuple[Rows, dict[str, list[Row]]]:
        """The rows with those that bounded linear maps need, and the matrices of these maps.

        For each coordinate g of the target, g(A v) must be a combination of the coordinates of v
        whose coefficients have absolute values that add up to at most K.  Where there is none, a
        multiple of an extension of g(A v) becomes a new coordinate.  Raises Outside where this
        does not end, which can happen only if bounded maps lead back to their space.
        """
        full = {space: list(own) for space, own in rows.items()}
        matrices: dict[str, list[Row]] = {}
        maps = self._in_order()
        for _ in range(1 + len(maps) * ROUNDS):
            before = sum(map(len, full.values()))
            for name in maps:
                matrices[name] = [
                    self._preimage(name, g, full) for g in self._coordinates(name, full)
                ]
            if before == sum(map(len, full.values())):
                return full, matrices
        raise Outside("bounds on linear maps that lead back to their own space")

    def _coordinates(self, name: str, full: Rows) -> list[Row]:
        return list(full[self._arrow(name).target])

    def _arrow(self, name: str) -> Map:
        entry = self.system.names[name]
        if not isinstance(entry, Map):
            raise Outside(f"{name} is not declared as a map")
        return entry

    def _preimage(self, name: str, g: Row, full: Rows) -> Row:
        """Coefficients of v -> g(A v) on the coordinates of v; a new coordinate if need be."""
        entry, bound = self._arrow(name), self.bound(name) or Fraction(0)
        own = full[entry.domain]
        values = dict(zip(self.atoms(entry.target), g, strict=True))
        wanted: dict[int, Fraction] = {}
        for place, atom in enumerate(self.atoms(entry.domain)):
            parts = self.system.apply(name, Term.of(atom)).parts
            if all(a in values for a, _ in parts):
                wanted[place] = sum((c * values[a] for a, c in parts), Fraction(0))
        if not bound or not any(wanted.values()):
            return (Fraction(0),) * len(own)
        for place, row in enumerate(own):
            for sign in (1, -1):
                if all(sign * bound * row[k] == value for k, value in wanted.items()):
                    return tuple(sign * bound * (k == place) for k in range(len(own)))
        if len(wanted) < len(self.atoms(entry.domain)):
            known = combination(own, wanted, bound, self.clock)
            if known is not None:
                return known
        tracked, vectors = self.system.coordinates(entry.domain)
        sizes = [bound * self.model.values.get((t.norm,), Fraction(0)) for t in tracked]
        found = extension(vectors, sizes, wanted, self.clock)
        if found is None:
            raise Outside(f"the bound of {name}, which leads back to its own space")
        own.append(tuple(c / bound for c in found))
        return tuple(bound * (k == len(own) - 1) for k in range(len(own)))

    def _in_order(self) -> list[str]:
        """Bounded linear maps, where possible each after those that start where it ends."""
        left = {
            name: entry
            for name, entry in self.system.names.items()
            if isinstance(entry, Map) and entry.linear and self.bound(name) is not None
        }
        order: list[str] = []
        while left:
            ready = [
                name
                for name, entry in left.items()
                if not any(e.domain == entry.target for e in left.values())
            ]
            name = ready[0] if ready else next(iter(left))
            order.append(name)
            del left[name]
        return order

    def atoms(self, space: str) -> list[Atom]:
        """The atoms of a space, in the order of the functionals' values."""
        return list(self.system.atoms.get(space, {}))

    def example(self, rows: Rows) -> Example | None:
        """The problem in these coordinates; None if a linear map would not be well-defined."""
        full, matrices = self.lifted(rows)
        position = _Coordinates(self, full)
        linear: dict[str, object] = {}
        maps: dict[str, object] = {}
        for name, entry in self.statement.names.items():
            if not isinstance(entry, Map) or name in self.statement.exists:
                continue
            if not entry.linear:
                maps[name] = self._map(name, entry, position)
                continue
            bounded = matrices.get(name)
            if bounded is None:
                matrix = self._matrix(name, entry, position)
            else:
                matrix = position.padded(bounded, entry)
            if matrix is None:
                return None
            linear[name] = {"kind": "dense", "matrix": _array(matrix)}
        vectors, sets, choices = self._vectors(position)
        table = {
            "format": FORMAT,
            "field": self.statement.field or "R",
            "spaces": {n: self._space(n, position.dimension(n)) for n in self.spaces()},
            "linear": linear,
            "maps": maps,
            "vectors": vectors,
            "sets": sets,
            "constants": {
                name: write_number(self.constant(name))
                for name, entry in self.statement.names.items()
                if isinstance(entry, Signed)
            },
            "units": {name: {"real": str(sign)} for name, sign in self.units.items()},
        }
        return Example(write_json({k: v for k, v in table.items() if v != {}}), choices)

    def _space(self, name: str, dimension: int) -> dict[str, str]:
        entry = self.statement.names[name]
        declared = entry.norm if isinstance(entry, Space) else None
        # in dimension 1 all norms are the same
        kind = declared if declared and dimension == 1 else "linf"
        return {"dimension": str(dimension), "norm": kind}

    def _matrix(self, name: str, entry: Map, position: _Coordinates) -> list[list[Fraction]] | None:
        """A matrix with the right images, for a map without a bound; None if there is none."""
        p, q = position.dimension(entry.domain), position.dimension(entry.target)
        zero = [[Fraction(0)] * p for _ in range(q)]
        pairs = [
            (position.of(Term.of(atom)), position.of(image))
            for atom in self.atoms(entry.domain)
            if position.knows(image := self.system.apply(name, Term.of(atom)))
        ]
        if not pairs:
            return zero
        found = solve([a for a, _ in pairs], [b for _, b in pairs])
        return None if found is None else [list(column) for column in zip(*found, strict=True)]

    def _map(self, name: str, entry: Map, position: _Coordinates) -> dict[str, object]:
        values = self.system.values.get(name, {})
        rows: dict[Row, Row] = {}
        for atom in values:
            rows.setdefault(tuple(position.of(atom.argument)), tuple(position.of(Term.of(atom))))
        if not rows:
            rows[(Fraction(0),) * position.dimension(entry.domain)] = (
                Fraction(0),
            ) * position.dimension(entry.target)
        form: dict[str, object] = {
            "kind": "table",
            "inputs": _array([list(row) for row in rows]),
            "outputs": _array([list(row) for row in rows.values()]),
        }
        bound = self.bound(name)
        if bound is not None:
            form |= {"kind": "mcshane", "slope": write_number(bound)}
        return form

    def _vectors(
        self, position: _Coordinates
    ) -> tuple[dict[str, object], dict[str, object], dict[str, str]]:
        vectors: dict[str, object] = {}
        choices: dict[str, str] = {}
        members: dict[str, list[list[Fraction]]] = {}
        families = {q.name: q.family for q in self.statement.for_all}
        used = set(self.system.names)
        for name, entry in self.system.names.items():
            if not isinstance(entry, Named):
                continue
            (atom, _), *_ = entry.term.parts
            place = position.of(entry.term)
            if isinstance(atom, Datum):
                vectors[name] = {"space": atom.space, "array": _array(place)}
            elif families.get(name):
                family = members.setdefault(families[name], [])
                if place not in family:
                    family.append(place)
                choices[name] = f"{families[name]}_{family.index(place) + 1}"
            else:
                own = next(n for k in range(1, 99) if (n := f"{name}_{k}") not in used)
                used.add(own)
                vectors[own] = {"space": entry.term.space, "array": _array(place)}
                if name in families:
                    choices[name] = own
        sets: dict[str, object] = {}
        for name, found in self.statement.names.items():
            if isinstance(found, Family):
                zero = [Fraction(0)] * position.dimension(found.space)
                sets[name] = {"space": found.space, "array": _array(members.get(name, [zero]))}
        return vectors, sets, choices


class _Coordinates:
    """Where the vectors of the claim lie."""

    def __init__(self, builder: Builder, rows: Rows) -> None:
        self.builder = builder
        self.rows = rows
        self.declared = {
            name: entry.dimension
            for name, entry in builder.statement.names.items()
            if isinstance(entry, Space)
        }

    def dimension(self, space: str) -> int:
        """At least 1, and at least what the statement declares."""
        return max(1, len(self.rows.get(space, [])), self.declared.get(space) or 1)

    def padded(self, rows: list[Row], entry: Map) -> list[list[Fraction]]:
        """The matrix with these rows, and zeros up to the dimensions of the spaces."""
        p, q = self.dimension(entry.domain), self.dimension(entry.target)
        full = [[*row, *[Fraction(0)] * (p - len(row))] for row in rows]
        return full + [[Fraction(0)] * p for _ in range(q - len(full))]

    def knows(self, term: Term) -> bool:
        """Whether all atoms of a term occur."""
        atoms = self.builder.atoms(term.space)
        return bool(term.parts) and all(atom in atoms for atom, _ in term.parts)

    def of(self, term: Term) -> list[Fraction]:
        """The coordinates of a vector; an atom that occurs nowhere is zero."""
        coefficients = dict(term.parts)
        vector = [coefficients.get(atom, Fraction(0)) for atom in self.builder.atoms(term.space)]
        found = [_dot(row, vector) for row in self.rows.get(term.space, [])]
        return found + [Fraction(0)] * (self.dimension(term.space) - len(found))


def smaller(
    builder: Builder, rows: Rows, violates: Callable[[Example], bool]
) -> tuple[Rows, Example] | None:
    """Coordinates that suffice, tried one by one; None if not even all of them violate."""
    best = builder.example(rows)
    if best is None or not violates(best):
        return None
    for space in rows:
        for row in list(rows[space]):
            fewer = {s: [r for r in own if s != space or r is not row] for s, own in rows.items()}
            found = builder.example(fewer)
            if found is not None and violates(found):
                rows, best = fewer, found
    return rows, best


def _dot(one: Row | list[Fraction], other: Row | list[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(one, other, strict=True) if a and b), Fraction(0))


def _array(entries: list[list[Fraction]] | list[Fraction]) -> dict[str, object]:
    def text(value: object) -> object:
        return [text(v) for v in value] if isinstance(value, list) else write_number(value)  # type: ignore[arg-type]

    return {"entries": text(entries)}


__all__ = ["Bound", "Builder", "Example", "Unit", "bound_variables", "rank", "smaller"]
