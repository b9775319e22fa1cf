"""Theorem 4.3 (ii): the algorithm Gamma, run by the kernel's machine on all of M1.

Gamma is the program `programs/gamma.bss`: it gets A, T, x, eta + x_det, Psi as a network W Phi + b
and a measurement y, and returns a network.  The map of the statement is y -> the value at y of the
network that Gamma returns for y, by a second program, `programs/evaluate.bss`.

Psi may be any map here: it is the network with Phi = Psi, W = I, b = 0.  For a new member of M1 the
measurement A x + u A(eta + x_det) is on the tape with a formal unit u, which stands for e^(ni) for
all n at once: e^i is transcendental (Lindemann 1882), so the machine's tests come out the same for
every n.  There the network is right exactly; on T it is Psi, right up to delta.
"""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from importlib.resources import files

from certificates.format import Rejected, digest, write_json
from certificates.matrices import Matrix, Vector
from certificates.problem import read_problem
from certificates.statements import read_statement

from .arrays import BadInput, inline
from .derivation import Derivation
from .gamma import Sizes
from .outcome import Claim, Outcome, Theorem, statement
from .problem import Case, Problem
from .thm_4_3_in_distribution import derive as derive_first_part

ALGORITHM = "4.3.ii"
SAYS = "for all t in T: |Gamma(A t) - t| <= delta; for every n: Gamma recovers the new X exactly"
STEPS = 20_000_000  # of the machine for all of M1; more are not run
PROGRAMS = {"file": "gamma", "network": "evaluate"}


def derive(problem: Problem) -> Outcome:
    """Theorem 4.3 (ii) on the data.

    Raises BadInput where part (i) is not certified, where the numbers are not complex rational
    ones, or where the runs are too long.
    """
    found = derive_first_part(problem)
    if found.verdict != "certified":
        return replace(found, claims=found.claims[:1])
    claim = run(found.case)
    sizes = _sizes(found.case)
    notes = [
        note for note in found.notes if note.startswith(("eta", "M1", "delta", "L:"))
    ]  # fmt: skip
    notes.append(
        f"Gamma used at most {sum(sizes.operations_outside(sizes.m).values())} operations for one "
        f"measurement: (t + 1) m N + 2 N of each of + and *, one - and one /, t m + l of =, with "
        f"m = {sizes.m}, N = {sizes.N}, t = {sizes.t}"
    )
    return replace(found, claims=(claim,), notes=tuple(notes))


def run(case: Case) -> Claim:
    """The certificate: two runs of Gamma for each member of T, and one for every n at once."""
    case = _with_gamma(case)
    d = Derivation(statement(ALGORITHM), case.data, case.problem_file)
    try:
        d.step("members", claim="|Gamma(A t) - t| <= delta")
        d.compute(
            "|Gamma(A(x + u (eta_1 + x_det))) - (x + u (eta_1 + x_det))| <= 0"
        )  # fmt: skip
    except Rejected as reason:
        raise BadInput(f"psi: the algorithm does not recover M1: {reason}") from None
    return Claim(ALGORITHM, statement(ALGORITHM), d, SAYS, case)


def _sizes(case: Case) -> Sizes:
    data = case.data
    m, n = (data.spaces[name].dimension for name in ("Y", "X"))
    return Sizes(m, n, len(data.sets["T"]), n)


def _with_gamma(case: Case) -> Case:
    """The problem with the algorithm as a map, and the unit as a formal one."""
    data, sizes = case.data, _sizes(case)
    if data.field != "C":
        raise BadInput('field: the algorithm meets e^(ni), so the field must be "C"')
    steps = sizes.fuel() * (sizes.t + 1)
    if steps > STEPS:
        raise BadInput(
            f"images: up to {steps} steps of the machine for m = {sizes.m}, N = {sizes.N} and "
            f"{sizes.t} images in T; at most {STEPS} are run, so take fewer images"
        )
    try:
        rows = data.operators["A"].dense()
    except Rejected as reason:
        raise BadInput(f"operator: the algorithm needs the entries of A: {reason}") from None
    sources = {
        f"{stem}.bss": (files("theorems.programs") / f"{stem}.bss").read_bytes()
        for stem in PROGRAMS.values()
    }
    own = {key: _stored(f"{stem}.bss", sources) for key, stem in PROGRAMS.items()}
    gamma = {
        "kind": "machine",
        **own["file"],
        "fuel": str(sizes.fuel()),
        "tape": [inline(v) for v in _tape(case, rows, sizes)],
        "network": own["network"] | {"maps": ["Psi"]},
    }
    table = json.loads(case.problem_file)
    table["maps"]["Gamma"] = gamma
    table["units"] = {"u": {"kind": "transcendental"}}
    problem_file = write_json(table)
    together = {**case.files, **sources}
    read = read_problem(
        problem_file, together.__getitem__, read_statement(statement(ALGORITHM))
    )  # fmt: skip
    return Case(problem_file, together, read, case.evidence)


def _stored(name: str, sources: dict[str, bytes]) -> dict[str, object]:
    return {"file": name, "sha256": digest(sources[name]).removeprefix("sha256:")}


def _tape(case: Case, rows: Matrix, sizes: Sizes) -> list[Vector]:
    """What stands before y: sizes, names of Phi, A, T, x, eta + x_det, W = I, b = 0."""
    data, one = case.data, Fraction(1)
    x, detail, eta = (data.vectors[name][1] for name in ("x", "x_det", "eta_1"))
    direction = Vector.combination([(one, eta), (one, detail)], sizes.N)
    units = [Vector.of([int(j == k) for j in range(sizes.N)]) for k in range(sizes.N)]
    return [
        Vector.of([sizes.m, sizes.N, sizes.t, sizes.n, 0, 0]),
        *rows.row_vectors(),
        *(data.vectors[name][1] for name in data.sets["T"]),
        x,
        direction,
        *units,
        Vector.of([0] * sizes.N),
    ]


def prove(identifier: str) -> Derivation:
    """Raises BadInput: a machine runs on concrete data."""
    raise BadInput(f"{identifier} is about concrete data; it has no proof for all spaces")


THEOREM = Theorem(
    ALGORITHM,
    "there is an algorithm whose networks do not hallucinate on M1",
    "as 4.3.i, over C, few images",
    (),
    derive,
    prove,
    "in-distribution",
)
