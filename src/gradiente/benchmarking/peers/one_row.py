"""Predictions of one row at a time, by the same network in each library; the option is the library."""

# What it measures need not be installed.
# pyright: reportMissingImports=false

from collections.abc import Callable
from typing import Any

import numpy as np

from gradiente.benchmarking import arrays
from gradiente.benchmarking.child import serve
from gradiente.benchmarking.job import Job
from gradiente.benchmarking.peers.ours import network
from gradiente.data import Dataset
from gradiente.losses import CrossEntropyLoss
from gradiente.network import Network
from gradiente.optimizers import Adam
from gradiente.training.trainer import Trainer


class Prediction:
    """So many calls, each with another row of the test data."""

    def __init__(self, job: Job) -> None:
        train_x, train_y, self.test_x, self.test_y = arrays.read(job)
        net = network(job)
        train = Dataset(train_x, train_y, "classification", "benchmark")
        Trainer(net, CrossEntropyLoss(), Adam(lr=job.lr)).fit(train, epochs=1, batch_size=128)
        self.predict = LIBRARIES[job.option](net, job)
        rows = [self.test_x[i : i + 1] for i in range(len(self.test_x))]
        self.rows = [rows[i % len(rows)] for i in range(job.predictions)]

    def run(self) -> None:
        predict = self.predict
        for row in self.rows:
            predict(row)

    def accuracy(self) -> float:
        classes = [int(np.argmax(self.predict(self.test_x[i : i + 1]))) for i in range(len(self.test_x))]
        return float(np.mean(classes == self.test_y))


Predict = Callable[[np.ndarray], Any]


def _ours(net: Network, _job: Job) -> Predict:
    return net.predict


def _torch(net: Network, job: Job) -> Predict:
    import torch

    torch.set_num_threads(job.threads)
    module = net.to_torch().eval()

    def predict(row: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return module(torch.from_numpy(row)).numpy()

    return predict


def _onnxruntime(net: Network, job: Job) -> Predict:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job.threads
    session = onnxruntime.InferenceSession(
        _onnx_model(net).SerializeToString(), options, ["CPUExecutionProvider"]
    )
    return lambda row: session.run(None, {"x": row})[0]


def _onnx_model(net: Network) -> Any:
    """A chain of Linear layers and activations as an ONNX model."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    state = net.state_dict()
    tensors = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in state.items()]
    nodes, value = [], "x"
    for index, layer in enumerate(net.layers):
        kind = type(layer).__name__
        inputs, following = [value], f"y{index}"
        if kind == "Linear":
            inputs += [f"{index}.weight", f"{index}.bias"]
            nodes.append(helper.make_node("Gemm", inputs, [following], transB=1))
        else:
            nodes.append(helper.make_node(kind, inputs, [following]))
        value = following
    widths = [array.shape for name, array in state.items() if name.endswith("weight")]
    shapes = {"x": ("rows", widths[0][1]), value: ("rows", widths[-1][0])}
    ends = [helper.make_tensor_value_info(end, TensorProto.FLOAT, shape) for end, shape in shapes.items()]
    graph = helper.make_graph(nodes, "network", ends[:1], ends[1:], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


LIBRARIES = {"gradiente": _ours, "torch": _torch, "onnxruntime": _onnxruntime}

if __name__ == "__main__":
    serve(Prediction)
