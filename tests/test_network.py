import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from gradiente import (
    ArgumentError,
    FileError,
    Flatten,
    Glorot,
    LeakyReLU,
    Linear,
    Network,
    ReLU,
    ShapeError,
    Sigmoid,
    Softmax,
    Tanh,
    language,
)
from gradiente.layers import Identity, Layer

activations = st.sampled_from([Sigmoid(), Tanh(), ReLU(), LeakyReLU(0.2), Softmax(), Identity()])


@st.composite
def networks(draw, dtype="float64"):
    """A few dense layers with activations between them, sometimes with images at their entrance."""
    image = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    sizes = draw(st.lists(st.integers(1, 7), min_size=2, max_size=4))
    layers: list[Layer] = []
    if image:
        sizes[0] = image[0] * image[1]
        layers.append(Flatten())
    for k, n in pairwise(sizes):
        layers += [Linear(k, n, bias=draw(st.booleans())), draw(activations)]
    network = Network(layers, seed=draw(st.integers(0, 99)), dtype=dtype, input_shape=image)
    return network, image or (sizes[0],)


def in_torch(network) -> torch.nn.Sequential:
    module = torch.nn.Sequential(*(layer.to_torch() for layer in network.layers)).to(
        getattr(torch, network.dtype.name)
    )
    module.load_state_dict({name: torch.from_numpy(value) for name, value in network.state_dict().items()})
    return module


def small(**options) -> Network:
    return Network([Linear(3, 4), Tanh(), Linear(4, 2)], **options)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
@settings(max_examples=40)
@given(data=st.data())
def test_outputs_and_gradients_equal_pytorchs(dtype, tolerance, data):
    network, shape = data.draw(networks(dtype))
    rng = np.random.default_rng(data.draw(st.integers(0, 999)))
    x = rng.normal(0, 1, (data.draw(st.integers(1, 9)), *shape)).astype(dtype)
    y, caches = network.forward(x)
    dy = rng.normal(0, 1, y.shape).astype(dtype)
    dx = network.backward(caches, dy, input_gradient=True)
    module, leaf = in_torch(network), torch.from_numpy(x.copy()).requires_grad_()
    out = module(leaf)
    out.backward(torch.from_numpy(dy))
    assert dx is not None
    assert leaf.grad is not None
    pairs: dict[str, tuple[np.ndarray, Any]] = {"y": (y, out.detach()), "x": (dx, leaf.grad)}
    pairs |= {name: (network.gradients[name], value.grad) for name, value in module.named_parameters()}
    assert len(pairs) == 2 + len(network.parameters)
    for got, expected in pairs.values():
        assert got.dtype == np.dtype(dtype)
        assert got.shape == tuple(expected.shape)
        assert np.abs(got - expected.numpy()).max() <= tolerance * max(1, float(expected.abs().max()))
    assert network.backward(caches, dy) is None
    np.testing.assert_array_equal(network.predict(x), y)


@settings(max_examples=30)
@given(drawn=networks())
def test_names_shapes_and_counts_are_pytorchs(drawn):
    network, shape = drawn
    module = in_torch(network)
    expected = [(name, tuple(value.shape)) for name, value in module.state_dict().items()]
    assert [(name, value.shape) for name, value in network.state_dict().items()] == expected
    summary = network.summary()
    assert summary.total == sum(value.numel() for value in module.parameters()) == network.theta.size
    x = torch.zeros((1, *shape), dtype=torch.float64)
    for row, torch_layer in zip(summary.rows, module, strict=True):
        x = torch_layer(x)
        assert row.output_shape == tuple(x.shape[1:])
        assert row.parameters == sum(value.numel() for value in torch_layer.parameters())


def test_the_summary_is_a_table():
    lines = str(small().summary()).splitlines()
    assert len({len(line) for line in (lines[0], lines[1], lines[-1])}) == 1
    assert "Linear(3, 4" in lines[2]
    assert "(m, 4)" in lines[2]
    assert lines[2].endswith("16")
    assert "26" in lines[-1]
    unknown = str(Network([Tanh()]).summary())
    assert "?" in unknown
    assert "(m, 5)" in str(Network([Tanh()]).summary((5,)))


@pytest.mark.parametrize(("code", "group"), [("en", ","), ("es", "\u202f")])
def test_the_summary_groups_digits_as_the_reader_does(code, group):
    network = Network([Linear(784, 512), Linear(512, 10)])
    network.freeze(1)
    with language(code):
        lines = str(network.summary()).splitlines()
    assert lines[2].endswith(f" 401{group}920")
    assert " 5130 (" in lines[3]
    assert f" 407{group}050, 5130 " in lines[-1]


def test_parameters_and_gradients_are_views_of_the_flat_arrays():
    network = small(dtype="float64")
    for flat, views in ((network.theta, network.parameters), (network.gradient, network.gradients)):
        assert flat.flags.c_contiguous
        assert all(np.shares_memory(flat, view) for view in views.values())
        np.testing.assert_array_equal(flat, np.concatenate([view.ravel() for view in views.values()]))
    network.theta[...] = np.arange(26)
    np.testing.assert_array_equal(network.parameters["2.bias"], [24, 25])
    state = network.state_dict()
    network.theta[...] = 0
    np.testing.assert_array_equal(state["2.bias"], [24, 25])


def test_same_seed_same_bits():
    assert small(seed=7).theta.tobytes() == small(seed=7).theta.tobytes()
    assert small(seed=7).theta.tobytes() != small(seed=8).theta.tobytes()
    glorot = small(initializer=Glorot())
    assert not glorot.parameters["0.bias"].any()
    x = np.random.default_rng(0).normal(size=(5, 3))
    assert small(seed=7).predict(x).tobytes() == small(seed=7).predict(x).tobytes()


def test_the_copy_in_another_precision():
    network = small()
    copy = network.astype(np.float64)
    assert (network.dtype, copy.dtype) == (np.float32, np.float64)
    np.testing.assert_array_equal(copy.theta, network.theta)
    copy.theta += 1
    assert not np.shares_memory(copy.theta, network.theta)
    assert copy.predict(np.ones((1, 3))).dtype == np.float64


@settings(max_examples=20)
@given(rows=st.integers(0, 30), part=st.integers(1, 31))
def test_predicting_in_parts_is_predicting_at_once(rows, part):
    network = small(dtype="float64")
    x = np.random.default_rng(rows).normal(size=(rows, 3))
    got = network.predict(x, batch_size=part)
    np.testing.assert_allclose(got, network.forward(x)[0], rtol=1e-14, atol=1e-14)
    assert got.shape == (rows, 2)


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "2", None])
def test_predicting_in_parts_of_nothing_is_an_error(size):
    with pytest.raises(ArgumentError, match="batch size"):
        small().predict(np.zeros((2, 3)), batch_size=size)


def test_states_travel_to_pytorch_and_back():
    ours = small(seed=1)
    module = in_torch(small(seed=2))
    ours.load_state_dict(module.state_dict())
    for name, value in module.state_dict().items():
        np.testing.assert_array_equal(ours.parameters[name], value.numpy())
    x = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    np.testing.assert_allclose(ours.predict(x), module(torch.from_numpy(x)).detach(), rtol=1e-5, atol=1e-6)


def test_a_saved_file_loads_into_pytorch(tmp_path):
    network = small(seed=3)
    network.save(tmp_path / "net.safetensors")
    module = in_torch(small(seed=4))
    module.load_state_dict(safetensors.torch.load_file(tmp_path / "net.safetensors"), strict=True)
    for name, value in module.state_dict().items():
        np.testing.assert_array_equal(network.parameters[name], value.numpy())


@settings(max_examples=15)
@given(drawn=networks("float32") | networks("float64"))
def test_save_and_load_round_trip(tmp_path_factory, drawn):
    network, _ = drawn
    path = tmp_path_factory.mktemp("saved") / "net.safetensors"
    network.save(path)
    again = Network.load(path)
    assert again.layers == network.layers
    assert again.dtype == network.dtype
    assert again.input_shape == network.input_shape
    assert again.theta.tobytes() == network.theta.tobytes()


def test_parameters_set_from_strided_arrays_are_saved_as_they_are(tmp_path):
    network, weight = small(), np.arange(12.0, dtype=np.float32).reshape(3, 4)
    network.load_state_dict({**network.state_dict(), "0.weight": weight.T})
    network.save(tmp_path / "net.safetensors")
    np.testing.assert_array_equal(Network.load(tmp_path / "net.safetensors").parameters["0.weight"], weight.T)


def test_sizes_that_are_numpy_integers_can_be_saved(tmp_path):
    network = Network([Linear(np.int64(3), np.int32(2)), LeakyReLU(np.float32(0.25))])  # pyright: ignore[reportArgumentType]
    network.save(tmp_path / "net.safetensors")
    assert Network.load(tmp_path / "net.safetensors").layers == network.layers


def write_file(path, tensors, metadata):
    save_file(tensors, path, metadata=metadata)


FORM = {
    "layers": [{"layer": "Linear", "in_features": 3, "out_features": 2}],
    "dtype": "float32",
    "input_shape": None,
}
TENSORS = {"0.weight": np.ones((2, 3), np.float32), "0.bias": np.ones(2, np.float32)}


def test_a_form_with_defaults_left_out_loads(tmp_path):
    path = tmp_path / "net.safetensors"
    write_file(path, TENSORS, {"gradiente": json.dumps({"network": FORM})})
    np.testing.assert_array_equal(Network.load(path).predict([[1, 2, 3]]), [[7, 7]])


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"gradiente": "{"},
        {"gradiente": "[]"},
        {"gradiente": "{}"},
        {"gradiente": json.dumps({"network": {**FORM, "layers": []}})},
        {"gradiente": json.dumps({"network": {**FORM, "layers": 3}})},
        {"gradiente": json.dumps({"network": {**FORM, "layers": ["Linear"]}})},
        {"gradiente": json.dumps({"network": {**FORM, "layers": [{"layer": "Linear", "in_features": 3}]}})},
        {"gradiente": json.dumps({"network": {**FORM, "dtype": "float8"}})},
        {"gradiente": json.dumps({"network": {**FORM, "input_shape": 5}})},
        {"gradiente": json.dumps({"network": {**FORM, "layers": [{"layer": "Tanh", "slope": 1}]}})},
    ],
)
def test_a_file_of_someone_else_is_an_error(tmp_path, metadata):
    path = tmp_path / "other.safetensors"
    write_file(path, TENSORS, metadata)
    with pytest.raises(FileError, match=r"other\.safetensors"):
        Network.load(path)


def test_a_file_with_an_unknown_layer_offers_the_nearest(tmp_path):
    path = tmp_path / "net.safetensors"
    form = {**FORM, "layers": [{**FORM["layers"][0], "layer": "Linaer"}]}
    write_file(path, TENSORS, {"gradiente": json.dumps({"network": form})})
    with pytest.raises(FileError, match=r"Linaer.*did you mean Linear\?"):
        Network.load(path)


def test_a_file_without_some_parameters_is_an_error(tmp_path):
    path = tmp_path / "net.safetensors"
    write_file(path, {"0.weight": TENSORS["0.weight"]}, {"gradiente": json.dumps({"network": FORM})})
    with pytest.raises(FileError, match=r"0\.bias"):
        Network.load(path)


@pytest.mark.parametrize("keep", [0, 1, 7, 8, 60, 200, -1])
def test_a_truncated_file_is_an_error(tmp_path, keep):
    path = tmp_path / "net.safetensors"
    small().save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(FileError, match=r"net\.safetensors"):
        Network.load(path)


@pytest.mark.parametrize(
    "content", [b"not a network", b"\x00" * 64, b"\xff" * 64, b"PK\x03\x04" + b"\x00" * 60]
)
def test_a_corrupt_file_is_an_error(tmp_path, content):
    path = tmp_path / "net.safetensors"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"net\.safetensors"):
        Network.load(path)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileError, match="nowhere"):
        Network.load(tmp_path / "nowhere.safetensors")
    with pytest.raises(FileError, match=tmp_path.name):
        Network.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"0.weight": None}, r"Missing: 0\.weight"),
        ({"9.weight": np.zeros(1)}, r"Unexpected: 9\.weight"),
        ({"0.weight": np.zeros((3, 4))}, r"0\.weight has shape \(3, 4\), expected \(4, 3\)"),
        ({"2.bias": np.array(["a", "b"])}, r"2\.bias"),
        ({"2.bias": np.array([1j, 2])}, r"2\.bias"),
        ({"2.bias": np.array([None, 1.0])}, r"2\.bias"),
    ],
)
def test_parameters_of_another_network_are_named_and_nothing_changes(change, named):
    network = small()
    before = network.theta.tobytes()
    state: dict[str, Any] = {**{name: value + 1 for name, value in network.state_dict().items()}, **change}
    state = {name: value for name, value in state.items() if value is not None}
    with pytest.raises(FileError, match=named):
        network.load_state_dict(state)
    assert network.theta.tobytes() == before


def test_a_layer_of_ones_own_runs_but_cannot_be_saved(tmp_path):
    class Mine(Tanh):
        pass

    network = Network([Linear(2, 2), Mine()])
    assert network.predict(np.zeros((1, 2))).shape == (1, 2)
    with pytest.raises(ArgumentError, match="Mine"):
        network.save(tmp_path / "net.safetensors")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("layers", "named"),
    [
        ([], "at least one"),
        ([Linear(2, 3), "Tanh"], "layer 1"),
        ([Tanh], "layer 0"),
        (Linear(2, 3), r"a list of layers.*Linear"),
        (None, "a list of layers"),
    ],
)
def test_what_is_no_network_is_an_error(layers, named):
    with pytest.raises(ArgumentError, match=named):
        Network(layers)


@pytest.mark.parametrize("dtype", ["float16", "int32", "complex128", "float23", "float64,float64", 3])
def test_other_precisions_are_errors(dtype):
    with pytest.raises(ArgumentError, match="float32 or float64"):
        small(dtype=dtype)


def test_layers_that_do_not_fit_are_named():
    with pytest.raises(ShapeError, match=r"layer 2 .*Linear\(5, 1\).*\(batch, 4\)"):
        Network([Linear(3, 4), Tanh(), Linear(5, 1)])
    with pytest.raises(ShapeError, match="Flatten"):
        Network([Tanh(), Linear(5, 1)], input_shape=(28, 28))
    Network([Flatten(), Linear(784, 1)], input_shape=(28, 28))


@pytest.mark.parametrize(
    ("x", "named"),
    [
        (np.zeros(3), r"\(3,\)"),
        (np.float64(1), r"\(\)"),
        (np.array([["a", "b", "c"]]), "<U1"),
        (np.zeros((2, 3), complex), "complex128"),
        ([[1, None, 2]], "object"),
        ([[1, 2, 3], [4, 5]], "different lengths"),
        (np.zeros((2, 4)), r"\(batch, 3\), got \(2, 4\)"),
        (np.zeros((2, 3, 1)), "Flatten"),
    ],
)
def test_inputs_that_do_not_fit_are_errors(x, named):
    for call in (small().forward, small().predict):
        with pytest.raises(ShapeError, match=named):
            call(x)


@pytest.mark.parametrize(
    "x", [[[1, 2, 3]], np.ones((1, 3), bool), np.ones((1, 3), np.uint8), torch.ones(1, 3)]
)
def test_any_numbers_are_an_input(x):
    assert small().predict(x).dtype == np.float32
