"""Tables whose rows are named by their measurement: {"A(x + x_det)": reconstruction, ...}.

Other software computes A x in floats, so a stored measurement is never exactly the one that a
theorem speaks of.  A row named "A x" is at the exact one: the claim is then about any map that
answers this reconstruction there.  "A images", with the name of a finite set, names one row for
each of its members.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from certificates.exact import Undecided
from certificates.format import Rejected, Unreadable
from certificates.language import Family, Named, read_term
from certificates.matrices import Vector
from certificates.terms import Bound, Term, bound_variables
from certificates.values import Context

from .arrays import BadInput, ExactArray, array, exact_rows, inline

Rows = tuple[ExactArray, ExactArray]


def named_rows(
    values: Mapping[str, Any],
    context: Context,
    folder: Path | None,
    where: str = "psi.values",
    stem: str = "Psi",
    domain: str = "Y",
) -> Rows:
    """Measurement texts with their reconstructions -> inputs (k, m) and outputs (k, N).

    A text with the name of a finite set of j members stands for j rows, and its reconstructions
    have the shape (j, ...); with two sets (j, k, ...).  Raises BadInput for a text that is no
    measurement, for a wrong number of reconstructions, and for two answers to one measurement.
    """
    if not isinstance(values, Mapping) or not values or not all(isinstance(t, str) for t in values):
        raise BadInput(f'{where}: measurements with reconstructions, like "A x" = "rec.npy"')
    sources: list[ExactArray] = []
    rows: list[list[Vector]] = []
    found: dict[Vector, tuple[str, int, int]] = {}
    for number, (text, output) in enumerate(values.items()):
        points = list(_measurements(text, context, where, domain))
        counts = _counts(text, context)
        name = f"{stem}.outputs" if len(values) == 1 else f"{stem}.values[{number}]"
        source = array(output, name, folder)
        if counts:
            _refuse_wrong_count(source, counts, [label for label, _ in points], f"{where}: {text}")
        sources.append(source)
        rows.append(exact_rows(source, len(points)))
        if rows[-1][0].dimension != rows[0][0].dimension:
            raise BadInput(f"{where}: the reconstructions have different sizes")
        for row, (label, point) in enumerate(points):
            first, *place = found.setdefault(point, (label, number, row))
            if rows[-1][row] != rows[place[0]][place[1]]:
                raise BadInput(
                    f"{where}: {first} and {label} are one measurement with two "
                    "reconstructions; no map has these values"
                )
    kept = [(number, row) for _, number, row in found.values()]
    inputs = _inlined(list(found))
    if len(sources) == 1 and len(kept) == len(rows[0]) == sources[0].shape[0]:
        return inputs, sources[0]
    lengths = [len(one) for one in rows]
    stored = _stored_rows(sources, lengths, kept, f"{stem}.outputs")
    return inputs, stored or _inlined([rows[number][row] for number, row in kept])


def _measurements(
    text: str, context: Context, where: str, domain: str
) -> Iterator[tuple[str, Vector]]:
    """The measurements that a text names, each with its own text."""
    names = context.names
    sets = {name: entry for name, entry in names.items() if isinstance(entry, Family)}
    variables = {n: Named(Term.of(Bound(n, entry.space))) for n, entry in sets.items()}
    before = context.taken
    try:
        term = read_term(text, {**names, **variables}, f"{where}: {text}")
        if term.space != domain:
            kind = "an image" if domain == "Y" else f"a vector of {term.space}"
            wanted = "a measurement such as A x" if domain == "Y" else f"a vector of {domain}"
            raise BadInput(f"{where}: {text} is {kind}; name {wanted}")
        families = _in_order(text, bound_variables(term))
        for members in product(*(context.data.sets[family] for family in families)):
            chosen = dict(zip(families, members, strict=True))
            context.taken = {**before, **chosen}
            yield _with_members(text, chosen), context.vector(term)
    except (Unreadable, Rejected, Undecided) as error:
        raise BadInput(f"{where}: {text}: {error}") from None
    finally:
        context.taken = before


def _counts(text: str, context: Context) -> tuple[int, ...]:
    """How many members the sets in a text have, in its order."""
    sets = {name for name in context.data.sets if re.search(_word(name), text)}
    return tuple(len(context.data.sets[name]) for name in _in_order(text, sets))


def _in_order(text: str, names: set[str]) -> list[str]:
    """The names in the order in which a text has them."""
    return sorted(names, key=lambda name: re.search(_word(name), text).start())  # type: ignore[union-attr]


def _word(name: str) -> str:
    return rf"(?<![A-Za-z0-9_]){name}(?![A-Za-z0-9_])"


def _with_members(text: str, members: Mapping[str, str]) -> str:
    """ "A images" with images_3 for images -> "A images_3"."""
    for family, member in members.items():
        text = re.sub(_word(family), member, text)
    return text


def _refuse_wrong_count(
    source: ExactArray, counts: tuple[int, ...], labels: list[str], where: str
) -> None:
    """The first axes of the reconstructions count the members of the sets in the name."""
    axes = source.shape[: len(counts)]
    if axes == counts:
        return
    if len(counts) > 1:
        raise BadInput(
            f"{where}: reconstructions of shape {source.shape}; the first axes must be {counts}, "
            "one for the members of each set in the name"
        )
    found, wanted = (axes or (0,))[0], counts[0]
    if found < wanted:
        raise BadInput(
            f"{where}: {found} reconstructions for {wanted} members; the row for "
            f"{labels[found]} is missing"
        )
    raise BadInput(f"{where}: {found} reconstructions for {wanted} members; drop the rest")


def stacked(rows: list[dict[str, object]], is_complex: bool) -> dict[str, object]:
    """Inline vectors -> one inline array whose rows they are."""
    if not is_complex:
        return {"entries": [row["entries"] for row in rows]}

    def part(key: str, pick: Callable[[dict[str, Any]], object]) -> list[object]:
        return [pick(row) for row in rows]

    real = part("real", lambda row: row["real"]["entries"] if "real" in row else row["entries"])
    zero = ["0"] * len(real[0])  # type: ignore[arg-type]
    imag = part("imaginary", lambda row: row["imaginary"]["entries"] if "real" in row else zero)
    return {"real": {"entries": real}, "imaginary": {"entries": imag}}


def _inlined(points: list[Vector]) -> ExactArray:
    """Vectors -> the inline array whose rows they are, (k, m)."""
    is_complex = any(point.imag for point in points)
    form = stacked([inline(point) for point in points], is_complex)
    return ExactArray((len(points), points[0].dimension), form, {}, is_complex)


def _stored_rows(
    sources: list[ExactArray], counts: list[int], kept: list[tuple[int, int]], where: str
) -> ExactArray | None:
    """The kept rows of stored arrays of one type and scale as one stored array; else None."""
    if not all("file" in source.form for source in sources):
        return None
    scales = {str(source.form.get("scale", "1")) for source in sources}
    loaded = [np.load(io.BytesIO(data)) for s in sources for data in s.files.values()]
    if len(scales) > 1 or len({entry.dtype for entry in loaded}) > 1:
        return None
    flat = [entry.reshape(count, -1) for entry, count in zip(loaded, counts, strict=True)]
    rows = np.stack([flat[number][row] for number, row in kept])
    return array({"array": rows, "scale": scales.pop()}, where)
