"""The decoder (B.1) as a map: from A, y and a transform to what is certified of the minimisers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from certificates.exact import Roots
from certificates.format import digest, short, write_json, write_number
from certificates.matrices import Vector
from certificates.sparse.__main__ import check
from certificates.sparse.data import entries, from_entries
from certificates.sparse.polytope import MOST, vertices

from ..arrays import BadInput, inline
from .basis_pursuit import Solved, left_inverse, shortest, solve
from .cones import far, lasso, outwards, qcbp
from .hints import hint
from .instance import Instance, floats_of
from .simplex import Stuck

Table = dict[str, Any]
PROBLEM = "problem.json"
CORNERS = 32  # more vertices are not listed


@dataclass
class Answer:
    """What was found: sentences, claims as (name, claim, hints), and the problem they are about.

    `z` is the minimiser that is handed out, or a point near one (`exact` says which); None if
    there is none.
    """

    problem: Instance
    lines: list[str] = field(default_factory=list)
    claims: list[tuple[str, Table, Table]] = field(default_factory=list)
    z: Vector | None = None
    exact: bool = False

    def proofs(self) -> Iterator[tuple[str, bytes, bytes, list[str]]]:
        """Each claim with its certificate, verified: name, both files, and what the kernel says."""
        for name, claim, hints in self.claims:
            text = write_json(claim | {"problem": digest(self.problem.problem_file)})
            proof = write_json(hints | {"claim": digest(text)})
            said = check(text, self.problem.problem_file, proof, self.problem.files.__getitem__)
            yield name, text, proof, said

    def write(self, folder: Path) -> list[str]:
        """Verify all claims, and only then write all files; what the kernel says of each claim.

        Raises BadInput where an array of the person's would be replaced.
        """
        files = {PROBLEM: self.problem.problem_file, **self.problem.files}
        for name, data in self.problem.files.items():
            there = folder / name
            if there.is_file() and there.read_bytes() != data and not (folder / PROBLEM).is_file():
                raise BadInput(
                    f"{there}: would be replaced by another array; choose another folder"
                )
        said: list[str] = []
        for name, claim, proof, words in self.proofs():
            files |= {f"{name}.claim.json": claim, f"{name}.certificate.json": proof}
            said.append(words[-1])
        if self.z is not None:
            files["z.json"] = write_json(_texts(self.z))
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
        if self.z is not None:
            np.save(folder / "z.npy", floats_of(self.z))
        return said


def _texts(z: Vector) -> object:
    """A vector as this program reads it from a .json file."""
    form = inline(z)
    if "entries" in form:
        return form["entries"]
    return {part: form[part]["entries"] for part in ("real", "imaginary")}  # type: ignore[index]


def about(value: Fraction) -> str:
    """A number exactly if it is short, and as a decimal."""
    decimal = decimals(value)
    return decimal if value.denominator == 1 else f"{short(value)}, about {decimal}"


def decimals(value: Fraction) -> str:
    """Twelve significant digits."""
    try:
        return f"{float(value):.12g}"
    except OverflowError:
        return f"{short(value)}"


def recover(
    problem: Instance, eta: Fraction = Fraction(0), factor: Fraction | None = None
) -> Answer:
    """What can be said of min |H z|_l1 subject to |A z - y| <= eta, or of the LASSO form.

    The vector "weights" of the problem, if there is one, are the weights of the l1 norm.
    Raises BadInput for eta < 0 or factor <= 0.
    """
    if eta < 0:
        raise BadInput(f"eta: {short(eta)} is negative; it bounds a norm, give at least 0")
    if factor is not None and factor <= 0:
        raise BadInput(f"lambda: {short(factor)} must be positive")
    named = problem.data.problem.vectors
    more: Table = {"weights": "weights"} if "weights" in named else {}
    weights = problem.data.weights(more)
    y = problem.vector("y")
    answer = Answer(problem)
    try:
        if factor is not None:
            _interval(answer, "lasso", y, weights, factor, {"vector": "y", **more})
            return answer
        w = far(problem, y, eta)
        if w is not None:
            answer.lines.append(
                "y is not in the range of A: the program is infeasible"
                if not eta
                else f"y is farther than eta = {short(eta)} from the range of A: infeasible"
            )
            claim = {"says": "infeasible", "vector": "y", "eta": write_number(eta)}
            answer.claims.append(("infeasible", claim, {"dual": hint(w)}))
        elif eta or problem.matrix.imag or y.imag:
            _interval(answer, "qcbp", y, weights, eta, {"vector": "y", **more})
        else:
            _basis_pursuit(answer, y, weights, {"vector": "y", **more})
    except Stuck as error:
        answer.lines.append(f"undecided: {error}")
    return answer


def _interval(
    answer: Answer, kind: str, y: Vector, weights: Vector, number: Fraction, claim: Table
) -> None:
    """A value between two numbers."""
    problem = answer.problem
    found = (lasso if kind == "lasso" else qcbp)(problem, y, weights, number)
    ends = {"low": write_number(found.low), "high": write_number(found.high)}
    key = "lambda" if kind == "lasso" else "eta"
    claim = claim | ends | {"says": kind.upper(), key: write_number(number)}
    answer.claims.append((kind, claim, {"primal": hint(found.c), "dual": hint(found.w)}))
    answer.z = problem.data.h.adjoint().apply(found.c)
    answer.exact = found.low == found.high
    if answer.exact:
        answer.lines.append(f"the value is {about(found.low)}")
    else:
        answer.lines.append(
            f"the value is between {decimals(found.low)} and {decimals(found.high)}, gap "
            f"{float(found.high - found.low):.1e}: the claim has both numbers exactly"
        )
    _support(answer, found.c, "a minimiser" if answer.exact else "the feasible point")


def _support(answer: Answer, c: Vector, what: str) -> None:
    places = [j for j, a in enumerate(c.squares()) if a]
    listed = ", ".join(map(str, places[:20])) + (", ..." if len(places) > 20 else "")
    where = f" at {listed}" if places else ""
    answer.lines.append(
        f"{what} has {len(places)} of {c.dimension} coefficients that are not 0{where}"
    )


def _basis_pursuit(answer: Answer, y: Vector, weights: Vector, claim: Table) -> None:
    """The exact value, and the minimisers."""
    problem = answer.problem
    found = solve(problem, y, weights)
    answer.lines.append(f"the value is {about(found.value)}")
    _support(answer, found.c, "a minimiser")
    back = problem.data.h.adjoint()
    dual = {"dual": hint(found.w)}
    best, multiplier = found.c, None
    if found.unique is False:
        short_one = shortest(problem, found, y)
        if short_one is not None:
            best, multiplier = short_one
    answer.z, answer.exact = back.apply(best), True
    vectors = {"z": ("X", answer.z)}
    value = {"says": "basis pursuit value", "value": write_number(found.value)}
    answer.claims.append(("value", claim | value, dual | {"primal": hint(found.c)}))
    minimiser = {"minimiser": "z"}
    if found.unique:
        inverse = left_inverse(problem.data.columns(found.places))
        if inverse is None:
            answer.lines.append("whether it is the only one was not settled")
        else:
            answer.lines.append("it is the only minimiser")
            one = claim | minimiser | {"says": "unique minimiser"}
            answer.claims.append(("unique", one, dual | {"left_inverse": inverse}))
    elif found.second is not None:
        answer.lines.append("it is not the only minimiser")
        pair = {"first": hint(found.c), "second": hint(found.second)}
        answer.claims.append(("not-unique", claim | {"says": "not unique"}, dual | pair))
        vectors["w"] = ("Y", found.w)
        every = claim | {"says": "all minimisers", "dual": "w"}
        answer.claims.append(("minimisers", every, {"primal": hint(found.c)}))
        answer.lines.append(
            f"the minimisers are a polytope on {len(found.places)} coefficients, described by a "
            "dual solution"
        )
        corners = _vertices(problem, found, y)
        if corners:
            names = [f"v{k}" for k in range(1, len(corners) + 1)]
            back_to_x = [("X", back.apply(corner)) for corner in corners]
            vectors |= dict(zip(names, back_to_x, strict=True))
            hull = claim | {"says": "hull of minimisers", "vertices": names}
            answer.claims.append(("hull", hull, dual))
            answer.lines.append(f"it has {len(corners)} vertices, v1 to v{len(corners)}")
        if multiplier is not None:
            _support(answer, best, "the minimiser of least l2 norm")
            shortest_claim = claim | minimiser | {"says": "least l2 minimiser"}
            answer.claims.append(
                ("shortest", shortest_claim, dual | {"multiplier": hint(multiplier)})
            )
        else:
            answer.lines.append("the minimiser of least l2 norm was not found")
    else:
        answer.lines.append("whether it is the only minimiser was not settled")
    answer.problem = problem.with_vectors(vectors)


def _vertices(problem: Instance, found: Solved, y: Vector) -> list[Vector]:
    """All vertices of the set of minimisers, if it is small; else none."""
    if len(found.places) > MOST:
        return []
    data, g = problem.data, problem.data.dual(found.w)
    signs = {j: 1 if g.real[j] > 0 else -1 for j in found.places}
    columns = [
        entries(v, signs[j]) for j, v in zip(found.places, data.columns(found.places), strict=True)
    ]
    corners: list[Vector] = []
    for vertex in vertices(columns, entries(y)):
        c = [Fraction(0)] * data.n
        for k, value in vertex.items():
            c[found.places[k]] = value * signs[found.places[k]]
        corners.append(from_entries(c))
    return corners if len(corners) <= CORNERS else []


def best_error(problem: Instance, name: str, s: int) -> Roots:
    """sigma_s(H x)_l1: the sum of the N - s smallest moduli."""
    c = problem.data.h.apply(problem.vector(name))
    smallest = sorted(c.squares())[: max(0, c.dimension - s)]
    moduli = Roots.total(Roots.sqrt(Fraction(a)) for a in smallest if a)
    return moduli.times(Fraction(1, c.denominator))


def best_terms(problem: Instance, name: str, s: int) -> Fraction:
    """A delta of 15 digits at or a little above sigma_s(H x)_l1 / sqrt(s)."""
    error = best_error(problem, name, s) * Roots.sqrt(Fraction(1, s))
    return outwards(error, True)


def model_class(problem: Instance, name: str, s: int, delta: Fraction) -> Answer:
    """Whether sigma_s(H x)_l1 / sqrt(s) <= delta, the model class M_1, for a vector x of X."""
    error = best_error(problem, name, s)
    inside = (error - Roots.sqrt(Fraction(s)).times(delta)).sign() <= 0
    claim = {
        "says": "in M1" if inside else "not in M1",
        "vector": name,
        "s": str(s),
        "delta": write_number(delta),
    }
    exact = error.as_rational()
    size = about(exact) if exact is not None else f"about {decimals(outwards(error, True))}"
    lines = [
        f"sigma_{s}(H {name})_l1 is {size}",
        f"{name} is {'' if inside else 'not '}in M_1 for s = {s} and delta = {short(delta)}",
    ]
    return Answer(problem, lines, [("class", claim, {})])
