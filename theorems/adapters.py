"""Operators of other software, as sampled: applied to every unit vector, then kept as stored.

No foreign library is imported.  What an object is, is told by what it has:

    matvec, rmatvec, shape, dtype     SciPy's LinearOperator, PyLops
    A, A_adjoint                      DeepInverse (never physics(x), which adds noise)
    ishape, oshape, H, and *          SigPy
    dot, adj, m, n                    the paper's own code

The claim is then about the sampled matrix.  Which methods were used, with which types, shapes and
layout, that the object is linear, that its adjoint is one, and whether it is normalised is tried in
floats at random vectors and kept in words, as evidence: every report prints them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from .arrays import BadInput
from .operators import Operator

LARGEST = 1 << 14  # more unit vectors are not tried
NOT_LINEAR = 1e-2  # a larger residual is refused, smaller ones are recorded
PROBES = 3
GRAM = 2048  # rows and columns, for the products with the adjoint
NORMAL = 1e-5  # relative deviation of a product from a multiple of the identity
LAYOUTS = ("dtype", "channel", "last")
Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class _Box:
    """A black box on arrays: forward, backward if there is one, and the shape of its inputs."""

    name: str
    forward: Callable[[Any], Any]
    backward: Callable[[Any], Any] | None
    shape: tuple[int, ...]
    dtype: Any
    used: tuple[str, str]  # the names of forward and backward


def sampled(operator: Any, example: Any = None, layout: str | None = None) -> Operator:
    """The matrix of a black box, from its values at all unit vectors, with evidence in words.

    `example` is an input of the right shape and type, needed where the object does not tell them
    (DeepInverse, the paper's code).  `layout` says where complex numbers are: in the "dtype", in
    two real channels ("channel", axis 1), or in a "last" axis of length 2.  It is never guessed.
    Raises BadInput.
    """
    if layout not in (None, *LAYOUTS):
        raise BadInput(f"layout: {layout!r} is not known; known are {', '.join(LAYOUTS)}")
    box = _recognised(operator, example)
    real = not np.issubdtype(box.dtype, np.complexfloating)
    pairs = [axis for axis in (1, -1) if len(box.shape) > 1 and box.shape[axis] == 2]
    if layout is None and real and len(box.shape) > 2 and pairs:
        raise BadInput(
            f"{box.name}: real inputs of shape {box.shape} may be complex numbers in two channels; "
            'name the layout: "channel" (axis 1), "last", or "dtype" if they are real'
        )
    if layout in ("channel", "last") and (
        not real or (1 if layout == "channel" else -1) not in pairs
    ):
        raise BadInput(
            f'{box.name}: the layout "{layout}" needs real inputs with an axis of length 2 there, '
            f"not {np.dtype(box.dtype)} of shape {box.shape}"
        )
    axis = {"channel": 1, "last": -1}.get(layout or "")
    return _materialised(box, _Layout(box.shape, box.dtype, axis, example))


def _recognised(operator: Any, example: Any) -> _Box:
    name = type(operator).__name__
    names = ["A", "A_adjoint", "dot", "adj", "m", "n", "ishape", "oshape", "H", "matvec", "shape"]
    has = {key: hasattr(operator, key) for key in names}
    if has["matvec"] and has["shape"]:
        backward = getattr(operator, "rmatvec", None)
        dtype = np.dtype(getattr(operator, "dtype", None) or float)
        used = "matvec", "rmatvec"
        return _Box(name, operator.matvec, backward, (int(operator.shape[1]),), dtype, used)
    if has["ishape"] and has["oshape"]:
        shape = tuple(int(side) for side in operator.ishape)
        back = (lambda y: operator.H * y) if has["H"] else None
        used = "*", "H"
        return _Box(name, lambda x: operator * x, back, shape, np.dtype(complex), used)
    if has["A"] and has["A_adjoint"]:
        forward, backward, used = operator.A, operator.A_adjoint, ("A", "A_adjoint")
    elif has["dot"] and has["adj"] and has["m"] and has["n"]:
        forward, backward, used = operator.dot, operator.adj, ("dot", "adj")
    else:
        raise BadInput(
            f"operator: {name} is not known; give an array, or something with matvec and rmatvec, "
            "A and A_adjoint, dot and adj, or ishape, oshape and H"
        )
    if example is None:
        raise BadInput(f"{name}: give an example, an input of the right shape and type")
    return _Box(name, forward, backward, tuple(example.shape), _numpy(example).dtype, used)


def _numpy(value: Any) -> Floats:
    """An array, or a tensor that can be detached from its graph, as NumPy's."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.asarray(value)


@dataclass(frozen=True)
class _Layout:
    """How a vector of numbers is an input, and an output a vector."""

    shape: tuple[int, ...]
    dtype: Any
    axis: int | None
    example: Any

    @property
    def dimension(self) -> int:
        return prod(self.shape) // (1 if self.axis is None else 2)

    def pack(self, v: Floats, shape: tuple[int, ...]) -> Any:
        """Numbers (n,) -> an input, or an output for the adjoint, of this shape."""
        if self.axis is None:
            whole = v.reshape(shape)
        else:
            inner = tuple(side for k, side in enumerate(shape) if k != self.axis % len(shape))
            whole = np.stack([v.real.reshape(inner), v.imag.reshape(inner)], self.axis)
        if hasattr(self.example, "new_tensor"):
            return self.example.new_tensor(whole.tolist())
        return whole.astype(self.dtype)

    def unpack(self, value: Any) -> Floats:
        """An output -> numbers."""
        found = _numpy(value)
        if self.axis is None:
            return found.ravel()
        if found.shape[self.axis] != 2:
            raise BadInput(f"the output has shape {found.shape}, without two parts in this layout")
        real, imag = np.moveaxis(found, self.axis, 0)
        return np.asarray(real.astype(float) + 1j * imag).ravel()


def _materialised(box: _Box, layout: _Layout) -> Operator:
    n = layout.dimension
    if n > LARGEST:
        raise BadInput(f"{box.name}: {n} unit vectors are too many, at most {LARGEST} are tried")
    shape_out: tuple[int, ...] = ()

    def value(v: Floats) -> Floats:
        nonlocal shape_out
        found = box.forward(layout.pack(v, layout.shape))
        shape_out = tuple(found.shape)
        return layout.unpack(found)

    # the layout may make numbers complex, and so may the type
    unit = np.zeros(n, dtype=complex if layout.axis is not None else layout.dtype)
    columns = []
    for k in range(n):
        unit[k] = 1
        columns.append(value(unit))
        unit[k] = 0
    matrix = np.stack(columns, axis=1)
    if not np.isfinite(matrix).all():
        raise BadInput(f"{box.name}: a value is not finite")
    if np.iscomplexobj(matrix) and not matrix.imag.any():
        matrix = np.ascontiguousarray(matrix.real)
    random = np.random.default_rng(0)
    many = np.iscomplexobj(unit)
    residuals, mismatches = [], []
    for _ in range(PROBES):
        x, y = (random.standard_normal(size) for size in (n, matrix.shape[0]))
        if many:
            x = x + 1j * random.standard_normal(n)
        expected = matrix @ x
        found = value(x)
        size = float(np.linalg.norm(expected)) or 1.0
        residuals.append(float(np.linalg.norm(found - expected)) / size)
        if box.backward is not None:
            turned = layout.unpack(box.backward(layout.pack(y.astype(unit.dtype), shape_out)))
            gap = abs(np.vdot(y, found) - np.vdot(turned, x))
            mismatches.append(float(gap) / (size * float(np.linalg.norm(y)) or 1.0))
    if max(residuals) > NOT_LINEAR:
        raise BadInput(
            f"{box.name}: not linear, a random vector differs by {max(residuals):.1e} from the sum "
            "of the unit vectors; does it add noise, or is it linear over R only?"
        )
    where = {None: "no complex layout", 1: "real and imaginary part in axis 1"}
    layout_words = where.get(layout.axis, "real and imaginary part in the last axis")
    words = [
        f"as sampled: {box.name} by {box.used[0]} at {n} unit vectors, then as stored",
        f"inputs of type {np.dtype(box.dtype)} and shape {layout.shape}, outputs of shape "
        f"{shape_out}, {layout_words}; numbers row-major",
        f"linear up to a relative residual of {max(residuals):.1e} at {PROBES} random vectors",
    ]
    if mismatches:
        words.append(
            f"adjointness tested on {PROBES} random pairs: {box.used[1]} fits up to "
            f"{max(mismatches):.1e}"
        )
    else:
        words.append("adjointness not tested: it has no adjoint to compare with")
    words.append(_normalisation(matrix))
    return Operator({"kind": "dense", "matrix": matrix}, tuple(words))


def _normalisation(matrix: Floats) -> str:
    """Which convention the scaling follows, where the rows or columns tell it."""
    m, n = matrix.shape
    if max(m, n) > GRAM:
        return "normalisation not tested: the matrix is large"
    for name, product in (("A A*", matrix @ matrix.conj().T), ("A* A", matrix.conj().T @ matrix)):
        c = float(np.trace(product).real) / len(product)
        gap = float(np.abs(product - c * np.eye(len(product))).max())
        if c and gap <= NORMAL * c:
            ortho = ', the convention "ortho"' if abs(c - 1) <= NORMAL else ""
            return f"{name} is {c:.6g} times the identity up to {gap / c:.1e}{ortho}"
    return "neither A A* nor A* A is a multiple of the identity"


def stored(operator: Operator, folder: Path, name: str = "A") -> str:
    """Write a sampled matrix as NAME.npy, and give the line of a problem file that keeps its words.

    Raises BadInput for an operator of another kind, and where there is such a file already.
    """
    if operator.table.get("kind") != "dense":
        raise BadInput(f"{name}: a sampled operator is expected")
    path = folder / f"{name}.npy"
    if path.exists():
        raise BadInput(f"{path}: exists already; name another folder")
    np.save(path, operator.table["matrix"])
    words = json.dumps(list(operator.evidence))
    return f'operator = {{kind = "dense", matrix = "{name}.npy", evidence = {words}}}'
