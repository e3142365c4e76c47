"""Every layer of the library, in its examples, runs as ONNX and as NumPy with the numbers that it has here."""

from dataclasses import dataclass

import numpy as np
import pytest

from gradiente import ArgumentError, Linear, Network, ReLU, export
from gradiente.examples import draw_input, layer_examples
from gradiente.layers import REGISTRY, Layer
from gradiente.notation import parse

from .elsewhere import answers, outputs_of_python, session

EXAMPLES = [
    (notation, shape) for name in REGISTRY for notation, shape in layer_examples(name, REGISTRY[name])
]
every_example = pytest.mark.parametrize(
    ("notation", "shape"), EXAMPLES, ids=[f"{n}-{s}" for n, s in EXAMPLES]
)


def example(notation, shape):
    """(a network of that layer alone, with running statistics of its own; a batch for it)"""
    generator = np.random.default_rng(0)
    layer = parse(notation, REGISTRY)
    network = Network([layer], input_shape=shape[1:], seed=3)
    for buffer in network.buffers.values():
        if buffer.ndim:
            buffer[...] = generator.uniform(0.5, 2, buffer.shape)
    return network, network.as_batch(draw_input(layer, shape, generator))


def close(found, expected):
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("opset", [13, 18])
@every_example
def test_as_onnx(notation, shape, opset, tmp_path):
    network, x = example(notation, shape)
    path = export(network, tmp_path / "layer.onnx", opset=opset)
    (found,) = answers(session(path), {"x": x})
    close(found, network.predict(x))


def test_as_python_where_only_numpy_is_installed(tmp_path):
    networks = {}
    for number, (notation, shape) in enumerate(EXAMPLES):
        network, x = example(notation, shape)
        export(network, tmp_path / f"{number}.py")
        np.save(tmp_path / f"{number}.x.npy", x)
        networks[str(number)] = network, x, notation
    found = outputs_of_python(tmp_path)
    assert found.keys() == networks.keys()
    for name, (network, x, notation) in networks.items():
        np.testing.assert_allclose(
            found[name], network.predict(x), rtol=1e-5, atol=1e-5, err_msg=notation, strict=True
        )


def test_another_number_of_rows(tmp_path):
    network = Network([Linear(3, 4), ReLU(), Linear(4, 2)])
    exported = session(export(network, tmp_path / "network.onnx"))
    x = np.random.default_rng(1).normal(size=(11, 3)).astype(np.float32)
    for rows in (1, 11):
        close(answers(exported, {"x": x[:rows]})[0], network.predict(x[:rows]))


def test_double_precision(tmp_path):
    network = Network([Linear(3, 4), ReLU(), Linear(4, 2)], dtype="float64")
    x = np.random.default_rng(1).normal(size=(5, 3))
    export(network, tmp_path / "1.py")
    np.save(tmp_path / "1.x.npy", x)
    onnx = session(export(network, tmp_path / "network.onnx"))
    for found in (answers(onnx, {"x": x})[0], outputs_of_python(tmp_path)["1"]):
        np.testing.assert_allclose(found, network.predict(x), rtol=1e-13, strict=True)


@dataclass(frozen=True)
class Bent(Layer):
    """x for x above 0, sin x below: elementwise, so its own forward is enough."""

    elementwise = True

    def forward(self, parameters, x, context):
        return np.where(x > 0, x, np.sin(x)), x

    def input_gradient(self, parameters, cache, dy):
        return dy * np.where(cache > 0, 1, np.cos(cache))


@dataclass(frozen=True)
class Sorted(Bent):
    """No formula that could be noted: neither elementwise nor with an `exported`."""

    elementwise = False

    def forward(self, parameters, x, context):
        return np.sort(x, axis=1), x


@dataclass(frozen=True)
class Looped(Bent):
    """Elementwise, but with a loop over the numbers."""

    def forward(self, parameters, x, context):
        return np.array([[v if v > 0 else -v for v in row] for row in x]), x


def test_a_custom_elementwise_layer_needs_nothing(tmp_path):
    network = Network([Linear(3, 4), Bent()])
    x = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    close(answers(session(export(network, tmp_path / "network.onnx")), {"x": x})[0], network.predict(x))


@pytest.mark.parametrize("ending", ["onnx", "py"])
@pytest.mark.parametrize("layer", [Sorted(), Looped()])
def test_a_custom_layer_without_such_a_form_is_named(layer, ending, tmp_path):
    path = tmp_path / f"network.{ending}"
    with pytest.raises(ArgumentError, match=rf"layer 1: {type(layer).__name__} .*exported\(\)"):
        export(Network([Linear(3, 4), layer]), path)
    assert not path.exists()
