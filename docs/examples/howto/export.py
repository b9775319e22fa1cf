"""Write the network as an ONNX file; with torch it is torch.onnx.export."""

import numpy as np
import onnx
from onnx import helper, numpy_helper

first, second, one, two = (np.load("network.npz")[f"arr_{k}"].astype(np.float32) for k in range(4))
weights = {"W1": first.T, "b1": one, "W2": second.T, "b2": two}
nodes = [
    helper.make_node("Gemm", ["y", "W1", "b1"], ["a"], transB=1),
    helper.make_node("Relu", ["a"], ["h"]),
    helper.make_node("Gemm", ["h", "W2", "b2"], ["z"], transB=1),
]
graph = helper.make_graph(
    nodes,
    "net",
    [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 24])],
    [helper.make_tensor_value_info("z", onnx.TensorProto.FLOAT, [1, 64])],
    [numpy_helper.from_array(value, name) for name, value in weights.items()],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
onnx.save(model, "phi.onnx")
