"""Reads ONNX files from their bytes, exactly and without onnx or protobuf.

An ONNX file is a protobuf message: a list of fields, each a number, one of four wire types and a
value.  The tables below name every field of the messages that are read.  A field that cannot
change what a network computes is skipped, by its number; every other is read or refused.  Weights
are integers or the dyadic rationals of their bits; a file named by a file is never opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from .format import Unreadable, excerpt
from .npy import FILE_BYTES, Tensor, floats, words

ENTRIES = 1 << 26  # of one tensor
AXES = 8
NODES = 1 << 12
OPSETS = range(11, 23)
TEXT = 1000  # bytes of a name
INT64_MAX = (1 << 63) - 1

# What a field holds -> the wire types that may carry it: 0 varint, 1 eight bytes, 2 length and
# bytes, 5 four bytes.  The plural kinds are repeated, packed or one by one.
WIRES = {
    "int": (0,), "ints": (0, 2), "float": (5,), "floats": (5, 2), "doubles": (1, 2),
    "bytes": (2,), "text": (2,), "skip": (0, 1, 2, 5), "refuse": (0, 1, 2, 5),
}  # fmt: skip
Schema = dict[int, tuple[str, str]]
MODEL: Schema = {
    1: ("ir_version", "skip"), 2: ("producer_name", "skip"), 3: ("producer_version", "skip"),
    4: ("domain", "skip"), 5: ("model_version", "skip"), 6: ("doc_string", "skip"),
    7: ("graph", "bytes"), 8: ("opset_import", "bytes"), 14: ("metadata_props", "skip"),
    20: ("training_info", "refuse"), 25: ("functions", "refuse"), 26: ("configuration", "refuse"),
}  # fmt: skip
OPSET: Schema = {1: ("domain", "text"), 2: ("version", "int")}
GRAPH: Schema = {
    1: ("node", "bytes"), 2: ("name", "skip"), 5: ("initializer", "bytes"),
    10: ("doc_string", "skip"), 11: ("input", "bytes"), 12: ("output", "bytes"),
    13: ("value_info", "skip"), 14: ("quantization_annotation", "refuse"),
    15: ("sparse_initializer", "refuse"), 16: ("metadata_props", "skip"),
}  # fmt: skip
NODE: Schema = {
    1: ("input", "text"), 2: ("output", "text"), 3: ("name", "text"), 4: ("op_type", "text"),
    5: ("attribute", "bytes"), 6: ("doc_string", "skip"), 7: ("domain", "text"),
    8: ("overload", "refuse"), 9: ("metadata_props", "skip"),
    10: ("device_configurations", "refuse"),
}  # fmt: skip
ATTRIBUTE: Schema = {
    1: ("name", "text"), 2: ("f", "float"), 3: ("i", "int"), 4: ("s", "text"), 5: ("t", "bytes"),
    6: ("g", "refuse"), 7: ("floats", "floats"), 8: ("ints", "ints"), 9: ("strings", "refuse"),
    10: ("tensors", "refuse"), 11: ("graphs", "refuse"), 13: ("doc_string", "skip"),
    14: ("tp", "refuse"), 15: ("type_protos", "refuse"), 20: ("type", "int"),
    21: ("ref_attr_name", "refuse"), 22: ("sparse_tensor", "refuse"),
    23: ("sparse_tensors", "refuse"),
}  # fmt: skip
TENSOR: Schema = {
    1: ("dims", "ints"), 2: ("data_type", "int"), 3: ("segment", "refuse"),
    4: ("float_data", "floats"), 5: ("int32_data", "refuse"), 6: ("string_data", "refuse"),
    7: ("int64_data", "ints"), 8: ("name", "text"), 9: ("raw_data", "bytes"),
    10: ("double_data", "doubles"), 11: ("uint64_data", "refuse"), 12: ("doc_string", "skip"),
    13: ("external_data", "refuse"), 14: ("data_location", "int"), 16: ("metadata_props", "skip"),
}  # fmt: skip
VALUE: Schema = {
    1: ("name", "text"), 2: ("type", "bytes"), 3: ("doc_string", "skip"),
    4: ("metadata_props", "skip"),
}  # fmt: skip
TYPE: Schema = {
    1: ("tensor_type", "bytes"), 4: ("sequence_type", "refuse"), 5: ("map_type", "refuse"),
    6: ("denotation", "skip"), 7: ("opaque_type", "refuse"), 8: ("sparse_tensor_type", "refuse"),
    9: ("optional_type", "refuse"),
}  # fmt: skip
TENSOR_TYPE: Schema = {1: ("elem_type", "int"), 2: ("shape", "bytes")}
SHAPE: Schema = {1: ("dim", "bytes")}
DIMENSION: Schema = {
    1: ("dim_value", "int"), 2: ("dim_param", "text"), 3: ("denotation", "skip"),
}  # fmt: skip

# data_type -> the field that holds entries unless raw_data does, and the bytes of an entry
TYPES = {1: ("float_data", 4), 11: ("double_data", 8), 7: ("int64_data", 8)}
# type of an attribute -> its field, which is also its kind
VALUES = {1: "f", 2: "i", 3: "s", 4: "t", 6: "floats", 7: "ints"}


@dataclass(frozen=True, slots=True)
class Array:
    """A stored tensor; `whole` if its type is int64, else float32 or float64."""

    numbers: Tensor
    whole: bool


@dataclass(frozen=True, slots=True)
class Attribute:
    """`kind` is f, i, s, t, floats or ints; the value stands in the field that fits."""

    kind: str
    numbers: tuple[Fraction, ...] = ()
    integers: tuple[int, ...] = ()
    text: str = ""
    array: Array | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One operation; an input "" is left out."""

    operator: str
    name: str
    inputs: tuple[str, ...]
    output: str
    attributes: dict[str, Attribute]

    def __str__(self) -> str:
        return f"node {excerpt(self.name or self.output)} ({excerpt(self.operator)})"


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in an order of computation, stored tensors by name, one input and one output."""

    opset: int
    input: str
    shape: tuple[int, ...]
    output: str
    arrays: dict[str, Array]
    nodes: tuple[Node, ...]


def _varint(data: bytes, place: int, where: str) -> tuple[int, int]:
    """Seven bits a byte, the lowest first -> a number below 2^64, and the place behind it."""
    value = 0
    for k, byte in enumerate(data[place : place + 10]):
        value |= (byte & 127) << 7 * k
        if byte < 128:
            if value >> 64:
                break
            return value, place + k + 1
    raise Unreadable(f"{where}: a number is cut off or longer than 64 bits")


def _signed(value: int) -> int:
    return value - (1 << 64) if value > INT64_MAX else value


class _Message:
    """The fields of one message, by name, in the order of the file."""

    def __init__(self, data: bytes, schema: Schema, where: str) -> None:
        self.where = where
        self.integers: dict[str, list[int]] = {}
        self.pieces: dict[str, list[bytes]] = {}
        place = 0
        while place < len(data):
            key, place = _varint(data, place, where)
            number, wire = key >> 3, key & 7
            if number not in schema:
                raise Unreadable(f"{where}: field number {number} is not known here")
            name, kind = schema[number]
            if kind == "refuse":
                raise Unreadable(f"{where}: {name} is not covered; export the model without it")
            if wire not in WIRES[kind]:
                raise Unreadable(f"{where}: {name} has wire type {wire}, which it cannot have")
            if wire == 0:
                integer, place = _varint(data, place, where)
                self.integers.setdefault(name, []).append(_signed(integer))
                continue
            if wire == 2:
                length, place = _varint(data, place, where)
            else:
                length = 8 if wire == 1 else 4
            if length > len(data) - place:
                raise Unreadable(f"{where}: {name} is cut off")
            piece = data[place : place + length]
            place += length
            if kind == "ints":
                self._unpack(name, piece)
            elif kind != "skip":
                self.pieces.setdefault(name, []).append(piece)

    def _unpack(self, name: str, piece: bytes) -> None:
        place = 0
        packed = self.integers.setdefault(name, [])
        while place < len(piece):
            integer, place = _varint(piece, place, self.where)
            packed.append(_signed(integer))

    def has(self, name: str) -> bool:
        return name in self.integers or name in self.pieces

    def integer(self, name: str, otherwise: int | None = None) -> int:
        """The value of a field that occurs once."""
        found = self.integers.get(name, [] if otherwise is None else [otherwise])
        if len(found) != 1:
            raise Unreadable(f"{self.where}: {name} occurs {len(found)} times, not once")
        return found[0]

    def piece(self, name: str, otherwise: bytes | None = None) -> bytes:
        """The bytes of a field that occurs once."""
        found = self.pieces.get(name, [] if otherwise is None else [otherwise])
        if len(found) != 1:
            raise Unreadable(f"{self.where}: {name} occurs {len(found)} times, not once")
        return found[0]

    def text(self, name: str, otherwise: bytes | None = None) -> str:
        return self._decoded(self.piece(name, otherwise), name)

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._decoded(piece, name) for piece in self.pieces.get(name, []))

    def _decoded(self, piece: bytes, name: str) -> str:
        if len(piece) > TEXT:
            raise Unreadable(f"{self.where}: {name} is longer than {TEXT} bytes")
        try:
            return piece.decode("utf-8")
        except UnicodeDecodeError:
            raise Unreadable(f"{self.where}: {name} is not UTF-8") from None

    def joined(self, name: str) -> bytes:
        """All bytes of a repeated field."""
        return b"".join(self.pieces.get(name, []))


def _fractions(data: bytes, where: str) -> tuple[Fraction, ...]:
    """float32 after float32 -> their exact values."""
    if len(data) % 4:
        raise Unreadable(f"{where}: floats are cut off")
    values, denominator = floats(data, 4, "<", where)
    return tuple(Fraction(value, denominator) for value in values)


def check_shape(shape: Sequence[int], where: str) -> None:
    """Raises Unreadable unless there are at most 8 axes, none empty, and 2^26 entries in all."""
    if len(shape) > AXES or any(not 0 < n <= ENTRIES for n in shape) or prod(shape) > ENTRIES:
        raise Unreadable(
            f"{where}: shape {excerpt(str(tuple(shape)), 80)}; at most {AXES} axes, "
            f"none empty, and at most {ENTRIES} entries are read"
        )


def _array(message: _Message) -> Array:
    where = message.where
    if message.integer("data_location", 0) != 0:
        raise Unreadable(f"{where}: the data lie in another file; save the model in one file")
    code = message.integer("data_type")
    if code not in TYPES:
        raise Unreadable(f"{where}: data type {code} is not covered; use float32, float64 or int64")
    field, size = TYPES[code]
    shape = tuple(message.integers.get("dims", []))
    if shape != (0,):  # how exporters write an input that is left out
        check_shape(shape, where)
    filled = [name for name, _ in TYPES.values() if message.has(name)]
    raw = message.has("raw_data")
    if filled not in ([], [field]) or (raw == bool(filled) and (raw or shape != (0,))):
        raise Unreadable(f"{where}: the entries must stand in raw_data or in {field}, in one only")
    if code == 7:
        body = message.piece("raw_data", b"")
        if len(body) % size:
            raise Unreadable(f"{where}: an entry is cut off")
        integers = words(body, "q", "<") if raw else message.integers.get(field, [])
        denominator = 1
    else:
        body = message.piece("raw_data") if raw else message.joined(field)
        if len(body) % size:
            raise Unreadable(f"{where}: an entry is cut off")
        integers, denominator = floats(body, size, "<", where)
    if len(integers) != prod(shape):
        raise Unreadable(f"{where}: {len(integers)} entries, but shape {shape}")
    return Array(Tensor(shape, tuple(integers), (), denominator), code == 7)


def _attribute(message: _Message, where: str) -> Attribute:
    kind = VALUES.get(message.integer("type"))
    filled = [name for name in VALUES.values() if message.has(name)]
    repeated = kind in ("floats", "ints")
    if kind is None or filled not in ([kind], [] if repeated else [kind]):
        raise Unreadable(f"{where}: its type does not say which value it has, or is not covered")
    if kind == "i":
        return Attribute(kind, integers=(message.integer(kind),))
    if kind == "ints":
        return Attribute(kind, integers=tuple(message.integers.get(kind, [])))
    if kind == "f":
        return Attribute(kind, _fractions(message.piece(kind), where))
    if kind == "floats":
        return Attribute(kind, _fractions(message.joined(kind), where))
    if kind == "s":
        return Attribute(kind, text=message.text(kind))
    return Attribute(kind, array=_array(_Message(message.piece(kind), TENSOR, where)))


def _node(data: bytes, where: str) -> Node:
    message = _Message(data, NODE, where)
    operator = message.text("op_type")
    outputs = message.texts("output")
    name = message.text("name", b"")
    here = f"{where}, {excerpt(name)} ({excerpt(operator)})"
    if message.text("domain", b"") not in ("", "ai.onnx"):
        raise Unreadable(f"{here}: the operator is of another domain than ai.onnx")
    if len(outputs) != 1 or not outputs[0]:
        raise Unreadable(f"{here}: {len(outputs)} outputs; one is covered")
    attributes: dict[str, Attribute] = {}
    for piece in message.pieces.get("attribute", []):
        inner = _Message(piece, ATTRIBUTE, f"{here}, an attribute")
        key = inner.text("name")
        if key in attributes:
            raise Unreadable(f"{here}: the attribute {excerpt(key)} occurs twice")
        attributes[key] = _attribute(inner, f"{here}, attribute {excerpt(key)}")
    return Node(operator, name, message.texts("input"), outputs[0], attributes)


def _dimension(data: bytes, where: str, axis: int) -> int:
    """The length of an axis of the input; the first may be symbolic and is then 1."""
    message = _Message(data, DIMENSION, where)
    if message.has("dim_value") and not message.has("dim_param"):
        return message.integer("dim_value")
    if axis or message.has("dim_value"):
        raise Unreadable(f"{where}: axis {axis} has no fixed length; export with a fixed shape")
    return 1


def _input_shape(message: _Message) -> tuple[int, ...]:
    where = message.where
    inner = _Message(_Message(message.piece("type"), TYPE, where).piece("tensor_type"),
                     TENSOR_TYPE, where)  # fmt: skip
    if inner.integer("elem_type") not in (1, 11):
        raise Unreadable(f"{where}: the input must be of type float32 or float64")
    dims = _Message(inner.piece("shape"), SHAPE, where).pieces.get("dim", [])
    shape = tuple(_dimension(piece, where, axis) for axis, piece in enumerate(dims))
    check_shape(shape, where)
    return shape


def read_onnx(data: bytes, what: str) -> Graph:
    """The graph in an ONNX file; `what` names the file in messages.

    Raises Unreadable for everything that is not covered or not well formed: see the tables above.
    Operators and their attributes are judged later, by `networks`.
    """
    if len(data) > FILE_BYTES:
        raise Unreadable(f"{what}: the file has {len(data)} bytes, the limit is {FILE_BYTES}")
    model = _Message(data, MODEL, what)
    imports = [_Message(piece, OPSET, what) for piece in model.pieces.get("opset_import", [])]
    versions = [m.integer("version") for m in imports if m.text("domain", b"") in ("", "ai.onnx")]
    if len(versions) != 1 or versions[0] not in OPSETS:
        raise Unreadable(
            f"{what}: the operator set must be named once and of version {OPSETS[0]} to "
            f"{OPSETS[-1]}, not {versions[:9]}"
        )
    graph = _Message(model.piece("graph"), GRAPH, what)
    arrays: dict[str, Array] = {}
    for number, piece in enumerate(graph.pieces.get("initializer", [])):
        message = _Message(piece, TENSOR, f"{what}: initializer {number}")
        name = message.text("name")
        if name in arrays or not name:
            raise Unreadable(f"{what}: the initializer {excerpt(name)} has no name or occurs twice")
        message.where = f"{what}: initializer {excerpt(name)}"
        arrays[name] = _array(message)
    inputs: dict[str, _Message] = {}
    for piece in graph.pieces.get("input", []):
        message = _Message(piece, VALUE, f"{what}: an input")
        name = message.text("name")
        message.where = f"{what}: input {excerpt(name)}"
        if name in inputs or not name:
            raise Unreadable(f"{message.where}: an input has no name or occurs twice")
        inputs[name] = message
    # up to version 3 of the format every initializer is listed as an input too
    free = [name for name in inputs if name not in arrays]
    outputs = graph.pieces.get("output", [])
    if len(free) != 1 or len(outputs) != 1:
        raise Unreadable(
            f"{what}: {len(free)} inputs that are no weights and {len(outputs)} outputs; "
            "a network with one of each is covered"
        )
    pieces = graph.pieces.get("node", [])
    if len(pieces) > NODES:
        raise Unreadable(f"{what}: {len(pieces)} nodes, at most {NODES} are read")
    nodes = tuple(_node(piece, f"{what}: node {k}") for k, piece in enumerate(pieces))
    output = _Message(outputs[0], VALUE, f"{what}: the output").text("name")
    defined = {*arrays, *free}
    for node in nodes:
        for name in node.inputs:
            if name and name not in defined:
                raise Unreadable(
                    f"{what}: {node}: its input {excerpt(name)} is defined later or not at all"
                )
        if node.output in defined:
            raise Unreadable(f"{what}: {node}: {excerpt(node.output)} is defined twice")
        defined.add(node.output)
    if output not in defined:
        raise Unreadable(f"{what}: the output {excerpt(output)} is defined nowhere")
    return Graph(versions[0], free[0], _input_shape(inputs[free[0]]), output, arrays, nodes)
