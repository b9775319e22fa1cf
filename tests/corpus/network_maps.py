"""Cases whose map is a network in an ONNX file, which is put together here byte by byte.

`make.py` runs them.  They live on the plane of `small`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from hashlib import sha256

from parts import COLUMNS, Case, Json, Step, changed, dense, entries, one, small, space, write

YES = "s VERIFIED certified"
FILE = "phi.onnx"


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def whole(number: int, value: int) -> bytes:
    """A field with an integer."""
    return varint(number << 3) + varint(value)


def piece(number: int, data: bytes | str) -> bytes:
    """A field with bytes, a text or a message."""
    data = data.encode() if isinstance(data, str) else data
    return varint(number << 3 | 2) + varint(len(data)) + data


def weights(name: str, shape: Sequence[int], values: Sequence[float], more: bytes = b"") -> bytes:
    """An initializer of float32."""
    dims = b"".join(whole(1, n) for n in shape)
    raw = struct.pack(f"<{len(values)}f", *values)
    return piece(5, dims + whole(2, 1) + piece(8, name) + piece(9, raw) + more)


def node(operator: str, inputs: str, output: str, axis: int | None = None) -> bytes:
    """A node, perhaps with the attribute axis."""
    body = b"".join(piece(1, name) for name in inputs.split()) + piece(2, output)
    body += piece(4, operator)
    if axis is not None:
        body += piece(5, piece(1, "axis") + whole(3, axis) + whole(20, 2))
    return piece(1, body)


def model(shape: Sequence[int], *parts: bytes, output: str = "z", opset: int = 17) -> bytes:
    """A file with an input "x" of this shape."""
    dims = b"".join(piece(1, whole(1, n)) for n in shape)
    kind = piece(1, whole(1, 1) + piece(2, dims))
    graph = b"".join(parts) + piece(11, piece(1, "x") + piece(2, kind))
    graph += piece(12, piece(1, output))
    return whole(1, 8) + piece(7, graph) + piece(8, whole(2, opset))


# z = (max(x, 0), max(-x, 0))
PARTS = (
    node("MatMul", "x w", "v"),
    node("Relu", "v", "z"),
    weights("w", (1, 2), (1, -1)),
)
FOLD = model((1, 1), *PARTS)
# the real and the imaginary part, each twice, negative ones left out
TWICE = model((1, 2, 1), node("Relu", "x", "v"), node("Concat", "v v", "z", 2))
# 2^60 x + x - 2^60 x, which is 0 in float32
CANCEL = model(
    (1, 1),
    node("MatMul", "x w", "v"),
    node("MatMul", "v u", "z"),
    weights("w", (1, 3), (2.0**60, 1, -(2.0**60))),
    weights("u", (3, 2), (1, 0, 1, 0, 1, 0)),
)


def network(data: bytes, layout: str = "real", **more: Json) -> Json:
    digest = sha256(data).hexdigest()
    return {"kind": "network", "file": FILE, "sha256": digest, "layout": layout, **more}


def case(claim: str, data: bytes = FOLD, psi: Json = None, **more: Json) -> Case:
    """One computation with a network as Psi."""
    problem = small(maps={"Psi": psi or network(data)}, **more)
    step: Step = ("compute", [], {"claim": claim}, claim)
    return Case(one(claim), [step], problem, files={FILE: data})


SPLIT = "|Psi(y) - Psi(-y)| = 4"
COMPLEX = {"spaces": {"X": space(2, "linf"), "Y": space(1, "linf")}, "field": "C"}
POINT = {"real": entries(3), "imaginary": entries(-4)}
VECTORS = {
    "x": {"space": "X", "array": entries(3, -4)},
    "y": {"space": "Y", "array": POINT},
}


def accepted() -> None:
    """What follows."""
    write("accepted", "network", case(SPLIT), YES)
    before = network(FOLD, before=dense(["-1/3"]))
    write("accepted", "network-behind-a-matrix", case("3 |Psi(y) + 2 x| = 40", psi=before), YES)
    channels = case("|Psi(y)| = 3", TWICE, network(TWICE, "channels"), vectors=VECTORS, **COMPLEX)
    write("accepted", "network-of-channels", channels, YES)
    write("accepted", "network-where-floats-cancel", case("|Psi(y)| = 2", CANCEL), YES)
    # |(r(y), r(-y))|_1 = |y|: the neurons get y and -y, so both are active nowhere
    branch = ["split", "1", "2", ["empty", "1", "1"], ["bound"]]
    tree: Json = ["split", "1", "1", branch, ["bound"]]
    write("accepted", "cells-of-a-network-file", cells("1", FOLD, tree), YES)


def cells(bound: str, data: bytes, *more: Json) -> Case:
    """The constant of Psi, from linf to l1, by a tree of one leaf or as given."""
    problem = small(maps={"Psi": network(data)})
    claim = f"Lipschitz(Psi) <= {bound}"
    tree = more[0] if more else ["bound"]
    step: Step = ("cells", [], {"map": "Psi", "bound": bound, "tree": tree}, claim)
    return Case(one(claim), [step], problem, files={FILE: data})


def rejected() -> None:
    """What does not follow."""
    skip = model((1, 1), *PARTS[:1], node("Relu", "v", "u"), node("Add", "u v", "z"), PARTS[2])
    folded = model((1, 1), *PARTS[:1], node("Abs", "v", "z"), PARTS[2])
    write("rejected", "cells-around-an-activation", cells("9", skip), "goes around an activation")
    write("rejected", "cells-of-a-modulus", cells("9", folded), "is neither affine nor")
    write("rejected", "cells-of-a-file-too-small", cells("3/2", FOLD), "the bound is not proved on")
    write("rejected", "network-where-floats-cancel", case("|Psi(y)| <= 1", CANCEL), "is false on")
    write("rejected", "network-is-not-linear", case("|Psi(y) + Psi(-y)| = 0"), "is false on the")
    bounded = case(SPLIT)
    bounded.steps = [*bounded.steps, COLUMNS]
    write("rejected", "network-has-no-matrix", bounded, "as an affine or linear map")


def malformed() -> None:
    """What cannot be read."""

    def bad(name: str, data: bytes, expect: str, psi: Json = None, **more: Json) -> None:
        write("malformed", "network-" + name, case(SPLIT, data, psi, **more), expect)

    wide = weights("w", (1, 2), (1, float("nan")))
    abroad = weights("w", (1, 2), (), whole(14, 1))
    bad("of-another-digest", FOLD, "not the one the problem names", network(TWICE))
    bad("with-a-softmax", model((1, 1), node("Softmax", "x", "z")), "values are irrational")
    bad("with-a-nan", model((1, 1), *PARTS[:2], wide), "is a not-a-number")
    bad("with-external-data", model((1, 1), *PARTS[:2], abroad), "the data lie in another file")
    bad("cut-off", FOLD[:-9], "is cut off")
    bad("of-another-dimension", model((1, 1), node("Relu", "x", "z")), "is an operator missing")
    bad("of-an-old-version", model((1, 1), *PARTS, opset=9), "the operator set must be named")
    bad("with-a-cycle", model((1, 1), node("Add", "x z", "z")), "is defined later")
    bad("of-channels-over-R", FOLD, 'must be "real" over R', network(FOLD, "channels"))
    bad(
        "without-channels-over-C",
        FOLD,
        "not (1, 2, ...)",
        network(FOLD, "channels"),
        vectors=VECTORS,
        **COMPLEX,
    )
    bad("behind-a-wide-matrix", FOLD, "the spaces need (1, 1)", network(FOLD, before=dense([1, 2])))
    lost = changed(network(FOLD), ["layout"], ...)
    bad("without-layout", FOLD, "the key 'layout' is missing", lost)
    bad("in-a-folder", FOLD, "must be a plain file name", network(FOLD) | {"file": "a/phi.onnx"})
