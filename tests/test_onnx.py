"""The kernel's reader of ONNX files: the same contents as the onnx package, and no hostile file."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from certificates.format import Unreadable
from certificates.networks import read_network
from certificates.onnx import OPSETS, Graph, read_onnx

from .networks import Builder
from .test_networks import MAKERS, random_graph, unet

# ---------------------------------------------------------------- the same as the onnx package


def same_array(found: Any, wanted: onnx.TensorProto) -> None:
    array = numpy_helper.to_array(wanted)
    assert found.numbers.shape == array.shape
    assert found.whole == (array.dtype == np.int64)
    numbers = found.numbers
    exact = [Fraction(a, numbers.denominator) for a in numbers.real]
    assert exact == [Fraction(v) for v in array.ravel().tolist()]


def same_graph(data: bytes) -> Graph:
    """Compare everything that the reader keeps."""
    graph, wanted = read_onnx(data, "phi.onnx"), onnx.load_from_string(data).graph
    assert set(graph.arrays) == {tensor.name for tensor in wanted.initializer}
    for tensor in wanted.initializer:
        same_array(graph.arrays[tensor.name], tensor)
    assert (graph.input, graph.output) == (wanted.input[-1].name, wanted.output[0].name)
    assert len(graph.nodes) == len(wanted.node)
    for node, other in zip(graph.nodes, wanted.node, strict=True):
        assert (node.operator, node.name) == (other.op_type, other.name)
        assert (node.inputs, (node.output,)) == (tuple(other.input), tuple(other.output))
        assert set(node.attributes) == {attribute.name for attribute in other.attribute}
        for attribute in other.attribute:
            found, value = node.attributes[attribute.name], helper.get_attribute_value(attribute)
            if isinstance(value, onnx.TensorProto):
                same_array(found.array, value)
            elif isinstance(value, bytes):
                assert found.text == value.decode()
            elif found.kind in ("f", "floats"):
                values = value if found.kind == "floats" else [value]
                assert found.numbers == tuple(map(Fraction, values))
            else:
                assert found.integers == (tuple(value) if found.kind == "ints" else (value,))
    return graph


@pytest.mark.parametrize("first", MAKERS)
def test_the_same_as_the_onnx_package(first: str) -> None:
    for seed in range(5):
        for dtype in ("float32", "float64"):
            same_graph(random_graph(seed, first, dtype)[0])


def test_the_same_for_a_large_network() -> None:
    assert len(same_graph(unet(16)[0]).arrays) > 20


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_typed_data_and_raw_data(dtype: str) -> None:
    """Packed or not, little-endian bytes or numbers: the same tensor."""
    rng = np.random.default_rng(3)
    values = (rng.normal(size=(2, 3)) * 1000).astype(dtype)
    if dtype == "int64":
        values[0, :2] = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    raw = numpy_helper.from_array(values, "w")
    code = raw.data_type
    typed = helper.make_tensor("w", code, values.shape, values.ravel().tolist())
    number, wire, size = {1: (4, 5, 4), 11: (10, 1, 8), 7: (7, 0, 0)}[code]
    loose = onnx.TensorProto(name="w", data_type=code, dims=values.shape).SerializeToString()
    for k, value in enumerate(values.ravel().tolist()):
        entry = values.tobytes()[k * size : k * size + size] if size else varint(value % (1 << 64))
        loose += bytes([number << 3 | wire]) + entry
    for data in (raw.SerializeToString(), typed.SerializeToString(), loose):
        same_array(read_onnx(with_initializer(data), "phi.onnx").arrays["w"], raw)


def test_subnormal_weights_are_themselves() -> None:
    b = Builder()
    b.add("Mul", "x", b.array([[2.0**-149, -(2.0**-126)]]))
    weights = same_graph(b.model((1, 1))).arrays["w0"].numbers
    assert (weights.real, weights.denominator) == ((1, -(1 << 23)), 1 << 149)


def test_initializers_that_are_listed_as_inputs() -> None:
    """As files of the third version of the format have it."""
    model = plain()
    model.graph.input.insert(0, helper.make_tensor_value_info("w", TensorProto.FLOAT, [1, 2]))
    assert read_onnx(model.SerializeToString(), "phi.onnx").input == "x"


@pytest.mark.parametrize("first", ["batch", 1, None])
def test_a_symbolic_batch_is_one(first: Any) -> None:
    model = plain()
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info("x", TensorProto.FLOAT, [first, 2]))
    assert read_onnx(model.SerializeToString(), "phi.onnx").shape == (1, 2)


def test_fields_that_say_nothing_are_skipped() -> None:
    model = plain()
    before = read_onnx(model.SerializeToString(), "phi.onnx")
    model.producer_name, model.producer_version, model.doc_string = "a", "b", "c"
    model.domain, model.model_version = "org.example", 7
    model.metadata_props.add(key="a", value="b")
    model.graph.name, model.graph.doc_string = "other", "words"
    model.graph.value_info.append(helper.make_tensor_value_info("y", TensorProto.FLOAT, [9, 9]))
    model.graph.node[0].doc_string = "words"
    model.graph.node[0].metadata_props.add(key="a", value="b")
    model.graph.initializer[0].doc_string = "words"
    model.graph.output[0].doc_string = "words"
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    assert read_onnx(model.SerializeToString(), "phi.onnx") == before


# ------------------------------------------------------------------------------ hostile files


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def piece(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def with_initializer(data: bytes) -> bytes:
    """A model whose only initializer has these bytes."""
    model = plain()
    del model.graph.initializer[:]
    model.graph.node[0].input[1] = "w"
    graph = model.graph.SerializeToString() + piece(5, data)
    model.ClearField("graph")
    return bytes(model.SerializeToString() + piece(7, graph))


def plain() -> Any:
    """y = x + w for x of shape (1, 2)."""
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", "w"], ["y"], "sum")],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])],
        [numpy_helper.from_array(np.array([[1, 2]], dtype="float32"), "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def changed(change: Callable[[Any], object]) -> bytes:
    """The plain model after a change of its protobuf object."""
    model = plain()
    change(model)
    return bytes(model.SerializeToString())


def node(**attributes: Any) -> bytes:
    """The plain model, its node with attributes."""
    return changed(
        lambda m: m.graph.node[0].attribute.extend(
            helper.make_attribute(name, value) for name, value in attributes.items()
        )
    )


def weight(value: float, dtype: str = "float32") -> bytes:
    stored = numpy_helper.from_array(np.array([[1, value]], dtype=dtype), "w")
    return with_initializer(stored.SerializeToString())


def tensor(**fields: Any) -> bytes:
    """The plain model with an initializer of these fields."""
    return with_initializer(onnx.TensorProto(**{"name": "w", **fields}).SerializeToString())


def subgraph(m: Any) -> None:
    m.graph.node[0].attribute.append(helper.make_attribute("body", m.graph))


def sequence(m: Any) -> None:
    m.graph.input[0].type.ClearField("tensor_type")
    m.graph.input[0].type.sequence_type.elem_type.tensor_type.elem_type = 1


def external(m: Any) -> None:
    w = m.graph.initializer[0]
    w.ClearField("raw_data")
    w.data_location = TensorProto.EXTERNAL


def located(m: Any) -> None:
    external(m)
    m.graph.initializer[0].external_data.add(key="location", value="/etc/hostname")


def untyped(m: Any) -> None:
    m.graph.node[0].attribute.add(name="axis", i=1)


def mistyped(m: Any) -> None:
    m.graph.node[0].attribute.add(name="axis", i=1, type=onnx.AttributeProto.FLOAT)


def doubled(m: Any) -> None:
    m.graph.node[0].attribute.extend([helper.make_attribute("axis", 1)] * 2)


def cycle(m: Any) -> None:
    m.graph.node[0].input[1] = "z"
    m.graph.node.append(helper.make_node("Relu", ["y"], ["z"], "back"))


def shaped(*shape: Any) -> bytes:
    info = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    return changed(lambda m: m.graph.input[0].CopyFrom(info))


PLAIN = plain().SerializeToString()
HUGE = [1 << 31, 1 << 31]
HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "the operator set must be named once"),
    "text": (b"not a network", "is not known here"),
    "no graph": (changed(lambda m: m.ClearField("graph")), "graph occurs 0 times"),
    "two graphs": (PLAIN + piece(7, plain().graph.SerializeToString()), "graph occurs 2 times"),
    "an unknown field": (PLAIN + piece(99, b"a"), "field number 99 is not known"),
    "field number 0": (PLAIN + b"\x02\x00", "field number 0 is not known"),
    "a group": (PLAIN + b"\x3b", "graph has wire type 3"),
    "a graph that is a number": (PLAIN + b"\x38\x01", "graph has wire type 0"),
    "a number cut off": (PLAIN + b"\x80", "a number is cut off"),
    "a number too long": (PLAIN + b"\x08" + b"\xff" * 10 + b"\x01", "longer than 64 bits"),
    "a number beyond 64 bits": (PLAIN + b"\x08" + b"\xff" * 9 + b"\x7f", "longer than 64 bits"),
    "a length beyond the end": (PLAIN + b"\x3a\xff\xff\x03a", "graph is cut off"),
    "an early operator set": (
        changed(lambda m: setattr(m.opset_import[0], "version", 10)),
        "not [10]",
    ),
    "a late operator set": (
        changed(lambda m: setattr(m.opset_import[0], "version", OPSETS[-1] + 1)),
        "the operator set must be",
    ),
    "no operator set": (changed(lambda m: m.ClearField("opset_import")), "named once"),
    "two operator sets": (
        changed(lambda m: m.opset_import.append(helper.make_opsetid("ai.onnx", 13))),
        "not [17, 13]",
    ),
    "training": (changed(lambda m: m.training_info.add()), "training_info is not covered"),
    "functions": (changed(lambda m: m.functions.add(name="f")), "functions is not covered"),
    "sparse weights": (
        changed(lambda m: m.graph.sparse_initializer.add(dims=[1])),
        "sparse_initializer is not covered",
    ),
    "quantization": (
        changed(lambda m: m.graph.quantization_annotation.add(tensor_name="w")),
        "quantization_annotation is not covered",
    ),
    "another domain": (
        changed(lambda m: setattr(m.graph.node[0], "domain", "com.example")),
        "'sum' ('Add'): the operator is of another domain",
    ),
    "an overload": (
        changed(lambda m: setattr(m.graph.node[0], "overload", "b")),
        "overload is not covered",
    ),
    "a subgraph": (changed(subgraph), "'sum' ('Add'), an attribute: g is not covered"),
    "a list of texts": (node(modes=["a", "b"]), "strings is not covered"),
    "a reference": (
        changed(lambda m: m.graph.node[0].attribute.add(name="a", ref_attr_name="b")),
        "ref_attr_name is not covered",
    ),
    "an attribute without type": (changed(untyped), "type occurs 0 times"),
    "an attribute of two types": (changed(mistyped), "its type does not say which value"),
    "an attribute twice": (changed(doubled), "'sum' ('Add'): the attribute 'axis' occurs twice"),
    "an unknown attribute": (node(axis=1), "'sum' ('Add'): the attribute 'axis' is unknown"),
    "an infinite attribute": (node(alpha=float("inf")), "attribute 'alpha': entry 0 is an inf"),
    "two outputs": (
        changed(lambda m: m.graph.node[0].output.append("z")),
        "'sum' ('Add'): 2 outputs",
    ),
    "no output of a node": (changed(lambda m: m.graph.node[0].ClearField("output")), "0 outputs"),
    "an undefined input": (
        changed(lambda m: m.graph.node[0].input.__setitem__(1, "v")),
        "node 'sum' ('Add'): its input 'v' is defined later or not at all",
    ),
    "a cycle": (changed(cycle), "its input 'z' is defined later or not at all"),
    "a node that needs itself": (
        changed(lambda m: m.graph.node[0].input.__setitem__(1, "y")),
        "its input 'y' is defined later",
    ),
    "a name twice": (changed(lambda m: m.graph.node.append(m.graph.node[0])), "is defined twice"),
    "a node that redefines the input": (
        changed(lambda m: m.graph.node[0].output.__setitem__(0, "x")),
        "'x' is defined twice",
    ),
    "weights twice": (
        changed(lambda m: m.graph.initializer.append(m.graph.initializer[0])),
        "initializer 'w' has no name or occurs twice",
    ),
    "weights without name": (tensor(name="", dims=[1], data_type=1, raw_data=b"aaaa"), "no name"),
    "an undefined output": (
        changed(lambda m: setattr(m.graph.output[0], "name", "q")),
        "the output 'q' is defined nowhere",
    ),
    "two outputs of the network": (
        changed(lambda m: m.graph.output.append(m.graph.output[0])),
        "1 inputs that are no weights and 2 outputs",
    ),
    "two inputs": (
        changed(lambda m: m.graph.input.add(name="z")),
        "2 inputs that are no weights and 1 outputs",
    ),
    "an input twice": (
        changed(lambda m: m.graph.input.append(m.graph.input[0])),
        "has no name or occurs twice",
    ),
    "no input": (changed(lambda m: m.graph.ClearField("input")), "0 inputs that are no weights"),
    "an input of integers": (
        changed(lambda m: setattr(m.graph.input[0].type.tensor_type, "elem_type", 7)),
        "must be of type float32 or float64",
    ),
    "a sequence as input": (changed(sequence), "sequence_type is not covered"),
    "an input without type": (changed(lambda m: m.graph.input[0].ClearField("type")), "occurs 0"),
    "an input without shape": (
        changed(lambda m: m.graph.input[0].type.tensor_type.ClearField("shape")),
        "shape occurs 0 times",
    ),
    "a symbolic length": (shaped(1, "n"), "axis 1 has no fixed length; export with a fixed shape"),
    "an empty axis": (shaped(1, 0), "none empty"),
    "a negative axis": (shaped(-1, 2), "none empty"),
    "an input of nine axes": (shaped(*[1] * 9), "at most 8 axes"),
    "a huge input": (shaped(*HUGE), "at most 67108864 entries are read"),
    "a not-a-number": (weight(float("nan")), "initializer 'w': entry 1 is a not-a-number"),
    "an infinity": (weight(float("inf"), "float64"), "initializer 'w': entry 1 is an infinity"),
    "half precision": (weight(1, "float16"), "data type 10 is not covered"),
    "external data": (changed(external), "the data lie in another file"),
    "a file that is named": (changed(located), "external_data is not covered"),
    "a segment": (
        changed(lambda m: setattr(m.graph.initializer[0].segment, "begin", 1)),
        "segment is not covered",
    ),
    "huge weights": (tensor(dims=HUGE, data_type=1, raw_data=b"aaaa"), "entries are read"),
    "negative dimensions": (tensor(dims=[-1, -1], data_type=1, raw_data=b"aaaa"), "none empty"),
    "too few entries": (tensor(dims=[2], data_type=1, raw_data=b"aaaa"), "1 entries, but shape"),
    "half an entry": (tensor(dims=[1], data_type=1, raw_data=b"aaa"), "an entry is cut off"),
    "half an integer": (tensor(dims=[1], data_type=7, raw_data=b"aaa"), "an entry is cut off"),
    "no entries": (tensor(dims=[1], data_type=1), "must stand in raw_data or in float_data"),
    "entries twice": (
        tensor(dims=[1], data_type=1, raw_data=b"aaaa", float_data=[1.0]),
        "in one only",
    ),
    "entries of another type": (tensor(dims=[1], data_type=1, int64_data=[1]), "in float_data"),
    "a name that is no text": (
        with_initializer(piece(8, b"\xff") + piece(9, b"aaaa")),
        "name is not UTF-8",
    ),
    "a long name": (tensor(name="a" * 1001, data_type=1), "name is longer than 1000 bytes"),
}  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile(title: str) -> None:
    data, words = HOSTILE[title]
    with pytest.raises(Unreadable) as error:
        read_network(read_onnx(data, "phi.onnx"))
    assert words in str(error.value)
    assert str(error.value).isascii()


def test_too_many_nodes() -> None:
    b = Builder()
    for _ in range(4097):
        b.add("Relu", b.now)
    with pytest.raises(Unreadable, match="4097 nodes, at most 4096"):
        read_onnx(b.model((1, 2)), "phi.onnx")


def survives(data: bytes) -> bool:
    """Whether a file is read; it must not fail in any other way than Unreadable."""
    try:
        read_network(read_onnx(data, "phi.onnx"))
    except Unreadable:
        return False
    return True


def victim() -> bytes:
    """A small file with attributes, constants and most kinds of operators."""
    b = Builder()
    b.add("Conv", "x", b.array(np.ones((2, 1, 2, 2))), b.array([1.0, 2.0]), pads=[1, 0, 1, 0])
    b.add("MaxPool", b.now, kernel_shape=[2, 2], strides=[1, 1])
    b.add("Resize", b.now, "", b.array([1.0, 1.0, 2.0, 2.0]), nearest_mode="round_prefer_floor")
    b.add("LeakyRelu", b.now, alpha=0.25)
    b.add("Slice", b.now, b.whole(0), b.whole(2), b.whole(2), b.whole(1))
    b.add("Flatten", b.now)
    b.add("Clip", b.now, b.array(-1.0), b.array(1.0))
    b.add("Reshape", b.now, b.whole(1, -1))
    return b.model(("batch", 1, 3, 3))


def test_truncations() -> None:
    """No proper beginning of a file is a network of the same input and output."""
    data = victim()
    assert survives(data)
    assert not any(survives(data[:k]) for k in range(len(data)) if k < len(data) - 8)


def test_flipped_bits() -> None:
    """Every bit of a file flipped, one at a time; then random bytes in random places."""
    data = victim()
    for place in range(len(data)):
        for bit in range(8):
            survives(data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :])
    source = random.Random(5)
    for _ in range(3000):
        mutant = bytearray(data)
        for _ in range(source.randint(1, 4)):
            mutant[source.randrange(len(mutant))] = source.randrange(256)
        survives(bytes(mutant))
