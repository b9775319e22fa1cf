"""The operators of a network that move entries and do not compute: reshape, slice, pad, resize.

In the formulas x is the first input and y the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm, prod

from .format import excerpt
from .tensors import (
    WINDOWS,
    Result,
    Use,
    over,
    places_of,
    split,
)


def _taken(use: Use, chosen: Sequence[Sequence[int]]) -> Result:
    """The entries of x at chosen indices of each axis."""
    shape = use.spend([len(indices) for indices in chosen])
    places = places_of(use.x.shape, chosen)
    return shape, [use.x.entries[p] for p in places], use.x.denominator


def _reshaped(use: Use, shape: Sequence[int]) -> Result:
    if prod(shape) != prod(use.x.shape):
        raise use.refuse(f"{use.x.shape} cannot be read as {excerpt(str(tuple(shape)), 80)}")
    return use.spend(shape), use.x.entries, use.x.denominator


def _identity(use: Use) -> Result:
    """y = x."""
    return _reshaped(use, use.x.shape)


def _dropout(use: Use) -> Result:
    """y = x: what dropout does outside of training."""
    if use.has(2):
        raise use.refuse("training_mode must be left out; export for inference")
    return _identity(use)


def _concat(use: Use) -> Result:
    """The inputs, one after the other along `axis`."""
    values = [use.value(k) for k in range(len(use.inputs))]
    first = values[0].shape
    (axis,) = use.axes([use.integer("axis", len(first))], len(first))
    if len({(*v.shape[:axis], 0, *v.shape[axis + 1 :]) for v in values}) > 1:
        raise use.refuse("the shapes differ beyond the axis")
    length = sum(v.shape[axis] for v in values)
    shape = use.spend((*first[:axis], length, *first[axis + 1 :]))
    bottom = lcm(*(v.denominator for v in values))
    blocks = [split(over(bottom, v), prod(v.shape[axis:])) for v in values]
    return shape, [a for row in zip(*blocks, strict=True) for b in row for a in b], bottom


def _reshape(use: Use) -> Result:
    """The entries in the same order; 0 keeps the length of an axis, -1 is what remains."""
    use.integer("allowzero", 0, 0)
    old, wanted = use.x.shape, use.whole(1)
    if len(wanted) > len(old):
        old = (*old, *(0,) * (len(wanted) - len(old)))
    shape = [n or m for n, m in zip(wanted, old, strict=False)]
    if shape.count(-1) == 1:
        shape[shape.index(-1)] = prod(use.x.shape) // max(1, -prod(shape))
    return _reshaped(use, shape)


def _flatten(use: Use) -> Result:
    """The axes before `axis` as one axis, and those from it on as another."""
    shape, axis = use.x.shape, use.integer("axis", 1)
    if axis != len(shape):
        (axis,) = use.axes([axis], len(shape))
    return _reshaped(use, (prod(shape[:axis]), prod(shape[axis:])))


def _squeeze(use: Use) -> Result:
    """Without the named axes, which have length 1; without all such axes if none is named."""
    shape, listed = use.x.shape, use.listed_axes()
    if listed is None:
        return _reshaped(use, [n for n in shape if n != 1])
    axes = use.axes(listed, len(shape))
    return _reshaped(use, [n for k, n in enumerate(shape) if k not in axes])


def _unsqueeze(use: Use) -> Result:
    """With axes of length 1 at the named places of the result."""
    listed, shape = use.listed_axes() or (), list(use.x.shape)
    for axis in sorted(use.axes(listed, len(shape) + len(listed))):
        shape.insert(axis, 1)
    return _reshaped(use, shape)


def _transpose(use: Use) -> Result:
    """Axis k of y is axis perm[k] of x; all axes reversed if perm is left out."""
    shape = use.x.shape
    order = use.axes(use.integers("perm", range(len(shape))[::-1]), len(shape))
    result = [shape[axis] for axis in order]
    if len(order) != len(shape):
        raise use.refuse(f"perm does not name all {len(shape)} axes")
    places = [0]
    for axis in order:
        step = prod(shape[axis + 1 :])
        places = [p + step * j for p in places for j in range(shape[axis])]
    return use.spend(result), [use.x.entries[p] for p in places], use.x.denominator


def _slice(use: Use) -> Result:
    """The indices start, start + step, ... before end, on the named axes; steps are positive.

    A negative start or end counts from the end of the axis; both are then moved into 0, ..., n.
    """
    shape, starts, ends = use.x.shape, use.whole(1), use.whole(2)
    axes = use.axes(use.whole(3) if use.has(3) else range(len(starts)), len(shape))
    steps = use.whole(4) if use.has(4) else [1] * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps) or any(s < 1 for s in steps):
        raise use.refuse("starts, ends, axes and steps must fit together, steps be positive")
    chosen = [range(n) for n in shape]
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        chosen[axis] = range(*slice(start, end, step).indices(shape[axis]))
    return _taken(use, chosen)


def _pad(use: Use) -> Result:
    """x with a constant around it, 0 if it is left out; pads are all begins, then all ends."""
    shape, pads = use.x.shape, use.whole(1)
    if use.text("mode", "constant") != "constant" or use.has(3):
        raise use.refuse("only the mode constant is covered, with the pads of all axes")
    if len(pads) != 2 * len(shape) or any(not 0 <= n < WINDOWS for n in pads):
        raise use.refuse("two pads for each axis are needed, none negative")
    sides = list(zip(shape, pads, pads[len(shape) :], strict=False))
    outer = use.spend([n + p + q for n, p, q in sides])
    filler = use.scalar(2) if use.has(2) else Fraction(0)
    bottom = lcm(use.x.denominator, filler.denominator)
    entries = [*over(bottom, use.x), int(filler * bottom)]  # place -1 holds the constant
    chosen = [[-1] * p + list(range(n)) + [-1] * q for n, p, q in sides]
    return outer, [entries[p] for p in places_of(shape, chosen)], bottom


def _resize(use: Use) -> Result:
    """y[o] = x[floor(o / f)] on each axis, with a natural factor f >= 1: nearest neighbours.

    The factors are the input scales, or the input sizes over the lengths of x.  Covered are the
    modes in which the nearest neighbour is this one for every natural factor.
    """
    mode = use.text("coordinate_transformation_mode", "half_pixel")
    nearest = use.text("nearest_mode", "round_prefer_floor")
    plain = (mode, nearest) == ("asymmetric", "floor") or (
        mode in ("half_pixel", "pytorch_half_pixel")
        and nearest in ("round_prefer_floor", "round_prefer_ceil")
    )
    if use.text("mode", "nearest") != "nearest" or not plain:
        raise use.refuse(
            "only nearest neighbours are covered, asymmetric with floor, or half_pixel with "
            "round_prefer_floor or round_prefer_ceil"
        )
    use.integer("antialias", 0, 0)
    shape = use.x.shape
    # an empty tensor is left out, as exporters write it
    scales, sizes = (bool(value and value.entries) for value in [*use.inputs, None][2:4])
    if scales == sizes:
        raise use.refuse("either scales or sizes must be given")
    if scales:
        factors = use.constant(2).fractions()
    else:
        factors = [Fraction(m, n) for m, n in zip(use.whole(3), shape, strict=False)]
        factors += [Fraction(0)] * (len(use.whole(3)) - len(shape))
    if len(factors) != len(shape) or any(f < 1 or f.denominator > 1 for f in factors):
        raise use.refuse("a natural factor for each axis is needed")
    lengths = [n * f.numerator for n, f in zip(shape, factors, strict=True)]
    use.spend(lengths)
    pairs = zip(shape, lengths, strict=True)
    return _taken(use, [[o * n // m for o in range(m)] for n, m in pairs])


# operator -> its meaning, its least and largest number of inputs, its attributes and their kinds
# fmt: off
MOVES: dict[str, tuple[Callable[[Use], Result], int, int, str]] = {
    "Concat": (_concat, 1, 1024, "axis i"),
    "Dropout": (_dropout, 1, 3, "ratio f, seed i"),
    "Flatten": (_flatten, 1, 1, "axis i"),
    "Identity": (_identity, 1, 1, ""),
    "Pad": (_pad, 2, 4, "mode s"),
    "Reshape": (_reshape, 2, 2, "allowzero i"),
    "Resize": (_resize, 3, 4, "antialias i, coordinate_transformation_mode s, cubic_coeff_a f, "
               "mode s, nearest_mode s"),
    "Slice": (_slice, 3, 5, ""),
    "Squeeze": (_squeeze, 1, 2, "axes ints"),
    "Transpose": (_transpose, 1, 1, "perm ints"),
    "Unsqueeze": (_unsqueeze, 1, 2, "axes ints"),
}
# fmt: on
