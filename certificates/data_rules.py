"""The rules that compute on a problem's data: comparisons, and Lipschitz bounds of given maps.

They are rows of the one table in `rules`, whose words on rules hold here too.
"""

from __future__ import annotations

from fractions import Fraction

from . import operators
from .chains import layers_of
from .enclosing import Splits, growth, proved
from .exact import Roots
from .format import Rejected, short
from .judgments import Comparison, Judgment, Lipschitz
from .language import Map
from .layers import Cells, LayerBound, Tree, product_of_norms
from .linear import Linear
from .maps import AffineMap, ConstantMap, LayersMap, McShaneMap, NetworkMap
from .matrices import Integers, Matrix
from .norms import Norm
from .terms import Scalar, scalar_variables
from .values import Context


def compute(context: Context, claim: Judgment) -> Judgment:
    """
        ---------
         a <= b       (or a < b, a = b)

    where a and b have no bound variables and the comparison is true on the data: operators and
    maps are applied exactly, norms are sums of square roots, their signs are decided exactly.
    Refuses if it is false, or where a map's value is not known.
    """
    if not isinstance(claim, Comparison):
        raise Rejected("only a comparison of scalars can be computed")
    if not context.holds(claim):
        raise Rejected(f"{claim} is false on the data")
    return claim


def members(context: Context, claim: Judgment) -> Judgment:
    """
        ---------
         a <= b       (or a < b, a = b)

    where every bound variable of a and b runs through a finite set of the problem, and the
    comparison is true for all members within their ranges.  A step that uses it depends on these
    ranges.  Refuses if it is false for some, which it names, or where a value is not known.
    """
    if not isinstance(claim, Comparison):
        raise Rejected("only a comparison of scalars can be computed")
    try:
        for _ in context.cases(scalar_variables(claim.difference)):
            if not context.holds(claim):
                where = ", ".join(f"{name} = {member}" for name, member in context.taken.items())
                raise Rejected(f"{claim} is false for {where}")
    finally:
        context.taken = {}  # or the next step would compute with the members of this one
    return claim


def enclosed(
    context: Context, *limits: Comparison, claim: Judgment, bits: int, splits: Splits
) -> Judgment:
    """
        |e| <= r   ...
        --------------
         a <= b       (or a < b)

    where the comparison has no variables but those e, and is true for all of them, because the
    enclosures of both sides say so: of irrational entries, of activations, of the values on the
    ball (`enclosing`), which may be divided into `splits`.  What is rounded is rounded to `bits`
    bits, the enclosure outwards.  Refuses if this does not prove it.
    """
    if not isinstance(claim, Comparison):
        raise Rejected("only a comparison of scalars can be enclosed")
    if not proved(context, claim, limits, bits, splits):
        raise Rejected(f"enclosures to {bits} bits do not prove {claim}")
    return claim


def network_gains(context: Context, map: str, bound: Fraction) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for a network f, because moduli of differences of its input, at most 1 in the norm of the
    domain, grow at most as the network with moduli of weights, without added constants and with
    the largest slopes of activations says (`network_enclosures.gains`).  Refuses other maps, or
    if this method does not prove it.
    """
    found, entry = context.data.maps.get(map), context.names.get(map)
    if not isinstance(found, NetworkMap) or not isinstance(entry, Map):
        raise Rejected(f"the problem does not give {map!r} as a network")
    spaces = context.data.spaces
    slope = growth(found, spaces[entry.domain], spaces[entry.target])
    return _bounded(map, bound, (Roots.rational(bound) - slope).sign() >= 0)


def constant_map(context: Context, map: str) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= 0

    where the problem gives f as a constant map.  Refuses otherwise.
    """
    if not isinstance(context.data.maps.get(map), ConstantMap):
        raise Rejected(f"the problem does not give {map!r} as a constant map")
    return Lipschitz(map, Scalar())


def mcshane(context: Context, map: str) -> Judgment:
    """
        ---------------------
        Lipschitz(f) <= w K

    where the problem gives f as McShane's extension with slope K into w linf, or into a space of
    dimension 1 with weight w.  Refuses otherwise.
    """
    found = context.data.maps.get(map)
    entry = context.names.get(map)
    if not isinstance(found, McShaneMap) or not isinstance(entry, Map):
        raise Rejected(f"the problem does not give {map!r} as McShane's extension of a table")
    weight = context.data.spaces[entry.target].norm.weight
    return Lipschitz(map, Scalar.number(weight * found.slope))


def operator_rows(context: Context, map: str, bound: Fraction) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for an affine or linear f(y) = W y + b, by the dual norms of the rows of W (`operators.rows`).
    Refuses if f is not affine, or if this method does not prove the bound.
    """
    matrix, domain, target = affine(context, map)
    return _bounded(map, bound, operators.rows(matrix, domain, target, bound))


def operator_columns(context: Context, map: str, bound: Fraction) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for an affine or linear f(y) = W y + b, by the norms of the columns (`operators.columns`).
    Refuses if f is not affine, or if this method does not prove the bound.
    """
    matrix, domain, target = affine(context, map)
    return _bounded(map, bound, operators.columns(matrix, domain, target, bound))


def operator_signs(context: Context, map: str, bound: Fraction) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for an affine or linear f(y) = W y + b over R, from linf or into l1, by enumerating signs
    (`operators.signs`).  Refuses over C, for other norms, for more than 12 signs, or if false.
    """
    matrix, domain, target = affine(context, map)
    if context.data.field != "R":
        raise Rejected("signs are enough over R only")
    return _bounded(map, bound, operators.signs(matrix, domain, target, bound))


def operator_gram(
    context: Context, map: str, bound: Fraction, factor: list[Integers], shift: int
) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for an affine or linear f(y) = W y + b from l2 to l2, because K^2 I - W^* W is positive
    semidefinite, by an approximate Cholesky factor of it (`operators.gram_factor`).
    Refuses for other norms, or if the residual is not diagonally dominant.
    """
    matrix, domain, target = affine(context, map)
    found = operators.gram_factor(matrix, domain, target, bound, factor, shift)
    return _bounded(map, bound, found)


def operator_orthogonal(context: Context, map: str, bound: Fraction) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for a linear f from l2 to l2 given as "hadamard", c times distinct rows of an orthogonal
    matrix, as its adjoint, or as a composition of such (`operators.orthogonal`).
    Refuses other forms and norms, or if K is less than the product of the |c|.
    """
    form, domain, target = linear_part(context, map)
    return _bounded(map, bound, operators.orthogonal(form, domain, target, bound))


def operator_schur(
    context: Context, map: str, bound: Fraction, weights: list[Integers]
) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for an affine or linear f(y) = W y + b from l2 to l2, because  |W|^T |W| p <= K^2 p  for the
    positive integers p = `weights`, one row of them (`operators.schur`).
    Refuses other norms and numbers, or if this is false.
    """
    form, domain, target = linear_part(context, map)
    return _bounded(map, bound, operators.schur(form, domain, target, bound, weights))


def layer_norms(context: Context, map: str, layers: list[LayerBound]) -> Judgment:
    """
        -------------------------------
        Lipschitz(f) <= K_1 K_2 ... K_k

    for a network f given by layers, or an ONNX chain (`chains`), where |W_i v| <= K_i |v| from the
    norm of the layer before (the domain's, for the first) to the one that is named, in the end the
    target's: each by a method of `operators`.  Refuses for other maps, or if a method does not
    prove its bound.
    """
    found, domain, target = network(context, map)
    return Lipschitz(map, Scalar.number(product_of_norms(found.layers, layers, domain, target)))


def cells(context: Context, map: str, bound: Fraction, tree: Tree) -> Judgment:
    """
        -----------------
        Lipschitz(f) <= K

    for a network f given by layers, or an ONNX chain (`chains`), from l1 or linf to l1 or linf, by
    a tree that splits the domain by the signs of neurons, until the Jacobian is bounded on a cell
    or the cell has no interior (`layers`).  Refuses for other maps or norms, or if a leaf does not
    hold what it has to.
    """
    found, domain, target = network(context, map)
    if "l2" in (domain.kind, target.kind):
        raise Rejected(f"cells are for the norms l1 and linf, not {domain.kind} to {target.kind}")
    prepared = Cells(found.layers, found.slope, domain.kind, target.kind)
    prepared.check(tree, operators.ratio(bound, domain, target))
    return Lipschitz(map, Scalar.number(bound))


def network(context: Context, map: str) -> tuple[LayersMap, Norm, Norm]:
    """A network of the problem, as layers, and the norms of its two spaces.

    Raises Rejected for other maps, and for an ONNX network that is no chain (`chains`).
    """
    found, entry = context.data.maps.get(map), context.names.get(map)
    if isinstance(found, NetworkMap):
        found = layers_of(found)
    if not isinstance(found, LayersMap) or not isinstance(entry, Map):
        raise Rejected(f"the problem does not give {map!r} by layers")
    spaces = context.data.spaces
    return found, spaces[entry.domain].norm, spaces[entry.target].norm


def affine(context: Context, map: str) -> tuple[Matrix, Norm, Norm]:
    """The matrix of an affine or linear map of the problem, and the norms of its two spaces.

    Raises Rejected for other maps, and for a linear one that is too large for a matrix.
    """
    form, domain, target = linear_part(context, map)
    return form.dense(), domain, target


def linear_part(context: Context, map: str) -> tuple[Linear, Norm, Norm]:
    """The linear part of an affine or linear map, and the norms.  Raises Rejected for others."""
    entry = context.names.get(map)
    found = context.data.maps.get(map)
    form = found.matrix if isinstance(found, AffineMap) else context.data.operators.get(map)
    if form is None or not isinstance(entry, Map):
        raise Rejected(f"the problem does not give {map!r} as an affine or linear map")
    spaces = context.data.spaces
    return form, spaces[entry.domain].norm, spaces[entry.target].norm


def _bounded(map: str, bound: Fraction, proved: bool | None) -> Judgment:
    if proved is None:
        raise Rejected(f"this method does not fit the norms, the size or the hint for {map}")
    if not proved:
        raise Rejected(f"this method does not prove the bound {short(bound)} for {map}")
    return Lipschitz(map, Scalar.number(bound))
