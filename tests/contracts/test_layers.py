"""What every layer of the registry must satisfy; a new one is covered the moment it is registered."""

import json
from dataclasses import FrozenInstanceError, fields
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradiente import Flatten, LeakyReLU, Linear, MSELoss, Network, Softmax, gradcheck
from gradiente.layers import REGISTRY, Context, Layer
from gradiente.notation import parse, write

shapes = st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple)
every_layer = pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)


@st.composite
def linear(draw):
    layer = Linear(draw(st.integers(1, 9)), draw(st.integers(1, 7)), bias=draw(st.booleans()))
    return layer, (layer.in_features,)


@st.composite
def softmax(draw):
    shape = draw(shapes)
    dim = draw(st.integers(1, len(shape)))
    return Softmax(dim=draw(st.sampled_from([dim, dim - len(shape) - 1]))), shape


# A layer and the shape of an instance for it. One that is not here is built without arguments, for any shape.
EXAMPLES: dict[type[Layer], st.SearchStrategy[tuple[Layer, tuple[int, ...]]]] = {
    Linear: linear(),
    Softmax: softmax(),
    LeakyReLU: st.tuples(st.floats(-2, 2).map(LeakyReLU), shapes),
    Flatten: st.tuples(st.just(Flatten()), shapes),
}


def examples(kind):
    if kind in EXAMPLES:
        return EXAMPLES[kind]
    try:
        layer = kind()
    except TypeError:
        pytest.fail(f"{kind.__name__} needs arguments: add a strategy for it to EXAMPLES in {__file__}")
    return st.tuples(st.just(layer), shapes)


def draw_case(data, kind, dtype=np.float64, *, kinks=True, scale=1.0):
    """A layer, its parameters, a batch, ∂J/∂y of a batch and a generator for more."""
    layer, shape = data.draw(examples(kind))
    generator = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    x = scale * generator.normal(0, 1.5, (data.draw(st.integers(1, 8)), *shape))
    if kinks:
        x[generator.random(x.shape) < 0.1] = 0
    else:
        x += 0.05 * np.sign(x)
    parameters = {
        name: generator.normal(0, 1, spec.shape).astype(dtype) for name, spec in layer.parameters().items()
    }
    dy = generator.normal(0, 1, (len(x), *layer.output_shape(shape)))
    return layer, parameters, x.astype(dtype), dy.astype(dtype)


def through_torch(layer, parameters, x, dy) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    twin = layer.to_torch().to(torch.from_numpy(x).dtype)
    twin.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in parameters.items()})
    leaf = torch.from_numpy(x.copy()).requires_grad_()
    y = twin(leaf)
    y.backward(torch.from_numpy(dy.copy()))
    gradients = {name: value.grad.numpy() for name, value in twin.named_parameters()}
    assert leaf.grad is not None
    return y.detach().numpy(), leaf.grad.numpy(), gradients


def agree(got: Any, expected: np.ndarray, tolerance: float) -> None:
    assert got.shape == expected.shape
    error = np.abs(got - expected).max(initial=0) / np.abs(expected).max(initial=1)
    assert error <= tolerance


@every_layer
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@settings(max_examples=40)
@given(data=st.data())
def test_equals_pytorch(kind, dtype, tolerance, data):
    layer, parameters, x, dy = draw_case(data, kind, dtype)
    y, cache = layer.forward(parameters, x, Context())
    dx, gradients = layer.backward(parameters, cache, dy)
    torch_y, torch_dx, torch_gradients = through_torch(layer, parameters, x, dy)
    agree(y, torch_y, tolerance)
    agree(dx, torch_dx, tolerance)
    assert list(gradients) == list(torch_gradients) == list(parameters)
    for name, gradient in gradients.items():
        agree(gradient, torch_gradients[name], tolerance)
    assert {array.dtype for array in (y, dx, *gradients.values())} == {np.dtype(dtype)}


@every_layer
@settings(max_examples=15)
@given(data=st.data())
def test_equals_finite_differences(kind, data):
    layer, _, x, dy = draw_case(data, kind, kinks=False)
    network = Network([layer], dtype=np.float64, input_shape=x.shape[1:])
    result = gradcheck(network, MSELoss(reduction="sum"), x, dy)
    assert result.passed, result.worst


@every_layer
@settings(max_examples=20)
@given(data=st.data())
def test_shapes_and_names_are_as_declared(kind, data):
    layer, parameters, x, _ = draw_case(data, kind)
    y, _ = layer.forward(parameters, x, Context())
    assert y.shape == (len(x), *layer.output_shape(x.shape[1:]))
    assert layer.input_shape() in (None, x.shape[1:])
    declared = [(name, spec.shape) for name, spec in layer.parameters().items()]
    assert declared == [(name, tuple(value.shape)) for name, value in layer.to_torch().state_dict().items()]


@every_layer
@settings(max_examples=20)
@given(data=st.data())
def test_nothing_that_was_given_is_changed(kind, data):
    layer, parameters, x, dy = draw_case(data, kind)
    given = [x, dy, *parameters.values()]
    before = [array.copy() for array in given]
    for array in given:
        array.flags.writeable = False
    _, cache = layer.forward(parameters, x, Context())
    layer.backward(parameters, cache, dy)
    for array, kept in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, kept)


@every_layer
@settings(max_examples=20)
@given(data=st.data())
def test_strided_arrays_give_the_same_numbers(kind, data):
    layer, parameters, x, dy = draw_case(data, kind)

    def strided(array):
        view = np.repeat(array, 2, axis=-1)[..., ::2]
        return np.asfortranarray(view) if view.shape[0] > 1 else view

    y, cache = layer.forward(parameters, x, Context())
    dx, _ = layer.backward(parameters, cache, dy)
    other, cache = layer.forward({n: strided(p) for n, p in parameters.items()}, strided(x), Context())
    other_dx, _ = layer.backward(parameters, cache, strided(dy))
    agree(other, y, 1e-14)
    agree(other_dx, dx, 1e-14)


@every_layer
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@settings(max_examples=15)
@given(data=st.data())
def test_saturated_inputs_stay_finite(kind, dtype, data):
    layer, parameters, x, dy = draw_case(data, kind, dtype)
    x = np.where(x > 0, 1e4, -1e4).astype(dtype)
    y, cache = layer.forward(parameters, x, Context())
    dx, gradients = layer.backward(parameters, cache, dy)
    for array in (y, dx, *gradients.values()):
        assert np.isfinite(array).all()
    agree(y, through_torch(layer, parameters, x, dy)[0], 1e-12 if dtype == np.float64 else 1e-5)


@every_layer
@settings(max_examples=10)
@given(data=st.data())
def test_is_frozen(kind, data):
    layer, _ = data.draw(examples(kind))
    for name in [*(field.name for field in fields(layer)), "anything"]:
        with pytest.raises(FrozenInstanceError):
            setattr(layer, name, 1)
    assert hash(layer) == hash(parse(write(layer, REGISTRY), REGISTRY))


@every_layer
@settings(max_examples=10)
@given(data=st.data())
def test_has_its_formulas(kind, data):
    layer, _ = data.draw(examples(kind))
    assert layer.equation
    assert {"x", *layer.parameters()} <= set(layer.derivative)
    for formula in (layer.equation, *layer.derivative.values()):
        assert formula.count("{") == formula.count("}")
        assert formula.count(r"\left") == formula.count(r"\right")


@every_layer
def test_every_derivative_belongs_to_a_parameter(kind):
    named = {"x"}

    @settings(max_examples=25)
    @given(example=examples(kind))
    def gather(example):
        named.update(example[0].parameters())

    gather()
    assert named == set(kind.derivative)


@every_layer
@settings(max_examples=15)
@given(data=st.data())
def test_round_trips_as_data_and_as_notation(kind, data):
    layer, shape = data.draw(examples(kind))
    form = json.loads(json.dumps(Network([layer], input_shape=shape).to_dict()))
    again = Network.from_dict(form)
    assert again.layers == (layer,)
    assert again.input_shape == shape
    assert parse(write(layer, REGISTRY), REGISTRY) == layer


def test_the_registry_holds_every_layer_under_its_own_name():
    concrete = {kind for kind in Layer.__subclasses__() if kind.__module__.startswith("gradiente.layers.")}
    assert set(REGISTRY.values()) == concrete
    assert all(name == kind.__name__ for name, kind in REGISTRY.items())
