"""The arithmetic of a step, opened: which entries were multiplied, added, rooted.

What is shown is computed again by the kernel's own evaluation, the one that the step has passed;
long vectors and sums are folded, and one entry of a product stands for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from certificates.data_rules import affine, linear_part
from certificates.exact import Undecided
from certificates.format import Rejected
from certificates.judgments import Comparison
from certificates.language import Map
from certificates.linear import Linear
from certificates.matrices import Matrix, Vector
from certificates.norms import DUAL, plain
from certificates.terms import Atom, Image, Norm, Scalar, Term, Value

from .formulas import digits, entry, exact, indexed, norm_name, number, rational, vector
from .sentences import Told, factor_of
from .tree import Bars, Brackets, Formula, Number, Raised, Root, Said, Sign, Words, joined, row

SHOWN = 4  # products or squares of a sum
DENSE = 4096  # entries: of larger operators no row is shown
MOST = 6  # norms of one step
MOST_ROWS = 6


def opened(told: Told) -> tuple[Words, ...]:
    """The lines under a step; none where nothing was computed beyond what it says."""
    found = ARITHMETIC.get(told.step.rule)
    if found is None:
        return ()
    try:
        return tuple(found(told))
    except (Rejected, Undecided) as reason:
        return ((f"Not opened: {reason}.",),)


def _computed(told: Told) -> Iterator[Words]:
    """Each norm of a comparison: its vector, and how the norm comes about."""
    if not isinstance(told.step.conclusion, Comparison):
        return
    norms = list(_norms(told.step.conclusion.difference))
    seen: set[Atom] = set()
    for found in norms[:MOST]:
        yield from _atoms(told, found.term, seen)
        v = told.context.vector(found.term)
        space = found.term.space
        shown = told.reading.term(found.term)
        if len(found.term.parts) > 1:
            yield (row(shown, Sign("="), vector(v)),)
        norm = told.context.data.spaces[space].norm
        sums = _norm_sum(norm.kind, v)
        value = norm.of(v)
        weight = () if norm.weight == 1 else (rational(norm.weight), Sign("times"))
        close = exact(value)
        tail = (Sign("="), digits(value)) if close is None or digits(value) != close else ()
        first = (Sign("="), close) if close is not None else ()
        whole = row(told.reading.bars(shown, space), Sign("="), *weight, sums, *first, *tail)
        yield ("In the norm ", norm_name(norm), ", ", whole)
    if len(norms) > MOST:
        yield (f"and {len(norms) - MOST} more norms, in the same way.",)


def _norms(scalar: Scalar) -> Iterator[Norm]:
    seen: set[Norm] = set()
    for monomial, _ in scalar.parts:
        for quantity in monomial:
            if isinstance(quantity, Norm) and quantity not in seen:
                seen.add(quantity)
                yield quantity


def _atoms(told: Told, term: Term, seen: set[Atom]) -> Iterator[Words]:
    """The vectors inside a term, the innermost first."""
    for atom, _ in term.parts:
        yield from _atom(told, atom, seen)


def _atom(told: Told, atom: Atom, seen: set[Atom]) -> Iterator[Words]:
    if atom in seen:
        return
    seen.add(atom)
    if isinstance(atom, Value):
        yield from _atoms(told, atom.argument, seen)
    elif isinstance(atom, Image):
        yield from _atom(told, atom.argument, seen)
    v = told.context.vector(Term.of(atom))
    formula: list[Formula] = [told.reading.atom(atom), Sign("="), vector(v)]
    form = told.context.data.operators.get(atom.map) if isinstance(atom, Image) else None
    if isinstance(atom, Image) and form is not None and form.shape[0] * form.shape[1] <= DENSE:
        inner = told.context.vector(Term.of(atom.argument))
        example = _first_row(form, inner, v)
        yield (row(*formula), ", where the first entry is ", example)
    else:
        yield (row(*formula),)


def _first_row(form: Linear, inner: Vector, image: Vector) -> Formula:
    """The first row of A times the vector, multiplied out."""
    matrix: Matrix = form.dense()
    top = Vector.of(matrix.real[0], matrix.imag[0] if matrix.imag else (), matrix.denominator)
    products: list[Formula] = []
    for place in range(top.dimension):
        if not _nonzero(top, place):
            continue
        if len(products) == SHOWN:
            products.append(Sign("..."))
            break
        products.append(row(_entry(top, place), Sign("times"), _entry(inner, place)))
    total = _entry(image, 0)
    return row(joined(products, "+") if products else Number("0"), Sign("="), total)


def _nonzero(v: Vector, place: int) -> bool:
    return bool(v.real[place] or (v.imag and v.imag[place]))


def _entry(v: Vector, place: int) -> Formula:
    imag = v.imag[place] if v.imag else 0
    found = entry(v.real[place], imag, v.denominator)
    compound = bool(imag and v.real[place]) or v.real[place] < 0 or (imag < 0)
    return Brackets(found) if compound else found


def _norm_sum(kind: str, v: Vector) -> Formula:
    """How a norm comes from the entries: a sum, a root of squares, a largest modulus."""
    places = [place for place in range(v.dimension) if _nonzero(v, place)] or [0]
    shown: list[Formula] = []
    for place in places[:SHOWN]:
        found = entry(v.real[place], v.imag[place] if v.imag else 0, v.denominator)
        modulus: Formula = Bars(found, 1)
        shown.append(Raised(modulus, Number("2")) if kind == "l2" else modulus)
    if len(places) > SHOWN:
        shown += [Sign("..."), Said(f"({len(places) - SHOWN} more)")]
    if kind == "linf":
        return row(Said("max"), Sign("("), joined(shown, ","), Sign(")"))
    total = joined(shown, "+")
    return Root(total) if kind == "l2" else total


# --------------------------------------------------------------------------- linear combinations


def _combined(told: Told) -> Iterator[Words]:
    """Every premise with its multiplier."""
    multipliers: list[Scalar] = told.arguments["multipliers"]
    rows = list(zip(multipliers, told.premises, told.refs, strict=True))
    for multiplier, premise, ref in rows[:12]:
        factor = factor_of(told.reading, multiplier)
        yield (*ref, ": ", row(factor, Sign("times"), Brackets(told.reading.judgment(premise))))
    if len(rows) > 12:
        yield (f"and {len(rows) - 12} more.",)


def _rows(told: Told) -> Iterator[Words]:
    """The dual norms of the rows."""
    matrix, domain, _ = affine(told.context, told.arguments["map"])
    yield from _sizes(matrix, "row", DUAL[domain.kind])


def _columns(told: Told) -> Iterator[Words]:
    """The norms of the columns."""
    matrix, _, target = affine(told.context, told.arguments["map"])
    yield from _sizes(matrix.transposed(), "column", target.kind)


def _sizes(matrix: Matrix, what: str, kind: str) -> Iterator[Words]:
    for place, v in enumerate(matrix.row_vectors(), 1):
        if place > MOST_ROWS:
            yield (f"and {matrix.shape[0] - MOST_ROWS} more.",)
            return
        size = plain("l1" if kind == "l1" else "l2" if kind == "l2" else "linf", v)
        yield (f"{what} {place}, ", vector(v), f", has the {kind} norm ", number(size))


def _gram(told: Told) -> Iterator[Words]:
    """What a factor shows."""
    form, _, _ = linear_part(told.context, told.arguments["map"])
    bound: Fraction = told.arguments["bound"]
    rows, columns = form.shape
    yield (f"The matrix has {rows} rows and {columns} columns, the bound is ", rational(bound), ".")
    size = len(told.arguments["factor"])
    yield (f"The certificate brings a lower triangular factor R with {size} rows; the difference "
           "from R R* is diagonally dominant, which was checked in whole numbers.",)  # fmt: skip


def _schur(told: Told) -> Iterator[Words]:
    """The weights."""
    weights = told.arguments["weights"][0]
    shown = [Number(str(p)) for p in weights[:8]]
    more = ", ..." if len(weights) > 8 else ""
    yield ("The weights are ", joined(list(shown), ","), f"{more}; ",
           "|W|* |W| p is at most the square of the bound times p, entry by entry.")  # fmt: skip


def _layers(told: Told) -> Iterator[Words]:
    """The bound of every layer."""
    for place, layer in enumerate(told.arguments["layers"], 1):
        yield (f"Layer {place}: ", row(indexed("K", place), Sign("="), rational(layer.bound)),
               f", by the method {layer.method}.")  # fmt: skip


def _members(told: Told) -> Iterator[Words]:
    """How many members there are."""
    for variable in told.statement.for_all:
        if variable.family and told.context.problem is not None:
            count = len(told.context.problem.sets[variable.family])
            yield (f"{variable.name} runs through the {count} members of {variable.family}.",)


def _points(told: Told) -> Iterator[Words]:
    """The two points on the data, where they have values."""
    entry_ = told.context.names.get(told.arguments["map"])
    if isinstance(entry_, Map) and told.context.problem is not None:
        for key in ("left", "right"):
            v = told.context.vector(told.arguments[key])
            yield (row(told.term(key), Sign("="), vector(v)),)


ARITHMETIC: dict[str, Callable[[Told], Iterator[Words]]] = {
    "compute": _computed,
    "members": _members,
    "linear": _combined,
    "operator_rows": _rows,
    "operator_columns": _columns,
    "operator_gram": _gram,
    "lower_gram": _gram,
    "operator_schur": _schur,
    "layer_norms": _layers,
    "secant": _points,
}
