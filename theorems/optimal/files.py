"""The claims about a class with their certificates, verified and written; the optimal map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from certificates.exact import Roots
from certificates.format import digest, write_json, write_number
from certificates.matrices import Vector
from certificates.optimality.__main__ import check

from ..arrays import ExactArray, inline, inline_rows
from ..folder import appearing, refuse_foreign
from ..instance import Instance
from ..maps import Table as TableOf
from .search import value_at
from .study import BEST, NAME, Study, declarations

Table = dict[str, object]
GAP_BITS = 64  # of a gap that is written down


def real(square: Fraction) -> object:
    """A number by its square, as claims have it."""
    root = Roots.sqrt(square).as_rational()
    return {"root": write_number(square)} if root is None else write_number(root)


def ends(low: Fraction, high: Fraction) -> Table:
    """Both ends of what is claimed."""
    return {"low": real(low), "high": real(high)}


def vectors(found: Mapping[str, Vector]) -> Table:
    """Vectors of X, as certificates have them."""
    return {name: {"space": "X", "array": inline(v)} for name, v in found.items()}


def claims(done: Study, epsilon: Fraction | None) -> Iterator[tuple[str, Table, Table]]:
    """What can be said: a name, the claim, and the hints of its certificate."""
    found, best, inner = done.found, done.best, done.inner
    duals: Table = {"duals": [best.dual]} if best.dual else {}
    centres = {"centres": vectors({found.label(k): v for k, v in best.values.items()})}
    yield "c_opt", {"says": "optimum", **ends(best.low, best.high)}, {**duals, **centres}
    values = {found.label(k): found.label(v) for k, v in inner.values.items()}
    far = [found.label(k) for k in inner.far]
    yield (
        "inside",
        {"says": "optimum inside", **ends(inner.low, inner.high)},
        {
            "values": values,
            "far": far,
        },
    )
    bound: Table = {"bound": real(best.low)}
    if done.unique is not None and done.unique.unique:
        yield "unique", {"says": "unique"}, {**bound, **centres, "duals": [*done.unique.duals]}
    elif done.unique is not None and done.unique.points is not None:
        points = vectors(dict(zip(("first", "second"), done.unique.points, strict=True)))
        member = found.label(done.unique.member)
        hints: Table = {**bound, **duals, "points": points, "member": member}
        yield "several", {"says": "not unique"}, hints
    size = done.size
    hints = {} if size.all_pairs else dict(centres)
    if size.pair is not None:
        hints["pair"] = [found.label(k) for k in size.pair]
    noise = {"noise": write_number(done.noise)}
    yield "kernel-size", {"says": "kernel size", **noise, **ends(size.low, size.high)}, hints
    slack = Roots.sqrt(best.high) - Roots.sqrt(best.low)
    over = Fraction(max(slack.enclosure(GAP_BITS)[1], 0), 1 << GAP_BITS) if slack.terms else 0
    claim: Table = {"says": "optimal", "maps": [BEST], "excess": write_number(over)}
    yield "optimal", claim, {**bound, **duals}
    if done.error is None:
        return
    about: Table = {"maps": [*done.maps]}
    place = {"at": found.label(done.error.member)}
    yield "error", {"says": "error", **about, **place, **ends(done.error.low, done.error.high)}, {}
    more = excess(done)
    if more > 0:
        claim = {"says": "not optimal", **about, **place, "excess": write_number(more)}
        yield "gap", claim, {"bound": real(best.high), **centres}
    elif done.error.high <= best.low:
        yield "given-optimal", {"says": "optimal", **about, "excess": "0"}, {**bound, **duals}
    if epsilon is not None and within(done, epsilon):
        claim = {"says": "optimal", **about, "excess": write_number(epsilon)}
        yield "epsilon", claim, {**bound, **duals}


def excess(done: Study) -> Fraction:
    """A rational number at most the gap of the given maps, equal if the gap is rational; or 0."""
    gap = done.gap()
    exact = gap.collapse().as_rational()
    if exact is not None:
        return max(exact, Fraction(0))
    return Fraction(max(gap.enclosure(GAP_BITS)[0], 0), 1 << GAP_BITS)


def within(done: Study, epsilon: Fraction) -> bool:
    """Whether the given maps' errors are at most c_opt + epsilon, as far as that is known."""
    if done.error is None:
        return False
    over = Roots.sqrt(done.error.high) - Roots.sqrt(done.best.low) - Roots.rational(epsilon)
    return over.sign() <= 0


def table_of(done: Study) -> tuple[list[Vector], list[Vector]]:
    """The optimal map that was found: its measurements, and its values there."""
    fibres = done.found.fibres
    return list(fibres), [value_at(done.found, done.best, places) for places in fibres.values()]


def proofs(
    done: Study, epsilon: Fraction | None = None
) -> tuple[dict[str, bytes], list[tuple[str, list[str]]]]:
    """Files: the problem, the map, all claims with certificates; names and verified sentences."""
    inputs, outputs = table_of(done)
    rows = _rows(inputs), _rows(outputs)
    maps = {**done.table["maps"], BEST: TableOf(rows[0], rows[1])}
    case = Instance({**done.table, "maps": maps}, done.folder).case(declarations(maps))
    files, said = {"problem.json": case.problem_file, **case.files}, []
    for name, part in zip(("inputs", "outputs"), rows, strict=True):
        files[f"{name}.json"] = write_json(part.form if part.is_complex else part.form["entries"])
    named = {"problem": digest(case.problem_file), "set": NAME}
    for name, claim, hints in claims(done, epsilon):
        text = write_json({**named, **claim})
        proof = write_json({"claim": digest(text), **hints})
        said.append((name, check(text, case.problem_file, proof, case.files.__getitem__)))
        files[f"{name}.claim.json"], files[f"{name}.certificate.json"] = text, proof
    return files, said


def write(
    done: Study, folder: Path, epsilon: Fraction | None = None
) -> list[tuple[str, list[str]]]:
    """Verify all claims, write them with the problem and the map; their names and sentences.

    Raises BadInput for a folder with other files.
    """
    refuse_foreign(folder, done.folder)
    files, said = proofs(done, epsilon)
    with appearing(folder) as work:
        for name, data in files.items():
            (work / name).write_bytes(data)
    return said


def _rows(listed: list[Vector]) -> ExactArray:
    form = inline_rows(listed)
    return ExactArray((len(listed), listed[0].dimension), form, {}, any(v.imag for v in listed))
