"""What every layer of the registry must satisfy; a new one is covered the moment it is registered."""

import json
import math
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, dataclass, fields
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gradiente import (
    Dropout,
    Dropout1d,
    Dropout2d,
    Dropout3d,
    Flatten,
    LeakyReLU,
    Linear,
    LogSoftmax,
    MSELoss,
    Network,
    NTKLinear,
    Softmax,
    Unflatten,
    gradcheck,
)
from gradiente.examples import draw_input, layer_examples
from gradiente.layers import REGISTRY, Context, Layer
from gradiente.notation import parse, write

from .normalizations import NORMALIZATIONS
from .resizing import RESIZING
from .windows import WINDOWS

shapes = st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple)
every_layer = pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
pytestmark = pytest.mark.filterwarnings(
    "ignore:Using padding='same' with even kernel"
)  # slower, says PyTorch


@st.composite
def linear(draw, kind):
    layer = kind(draw(st.integers(1, 9)), draw(st.integers(1, 7)), bias=draw(st.booleans()))
    return layer, (*draw(st.sampled_from([(), (), (3,), (2, 3)])), layer.in_features)


@st.composite
def softmax(draw, kind):
    shape = draw(shapes)
    dim = draw(st.integers(1, len(shape)))
    return kind(dim=draw(st.sampled_from([dim, dim - len(shape) - 1]))), shape


@st.composite
def flatten(draw):
    shape = draw(shapes)
    first = draw(st.integers(1, len(shape)))
    dims = [
        draw(st.sampled_from([n, n - len(shape) - 1])) for n in (first, draw(st.integers(first, len(shape))))
    ]
    return Flatten(*dims), shape


@st.composite
def unflatten(draw):
    size, lead, rest = draw(shapes), draw(shapes)[:-1], draw(shapes)[:-1]
    left = draw(st.sampled_from([None, *range(len(size))]))
    dim = draw(st.sampled_from([len(lead) + 1, -len(rest) - 1]))
    layer = Unflatten(dim, tuple(-1 if i == left else n for i, n in enumerate(size)))
    return layer, (*lead, math.prod(size), *rest)


probabilities = st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0])


def channel_dropout(kind):
    return st.tuples(probabilities.map(kind), st.tuples(*(st.integers(1, 4),) * (kind.rank + 1)))


# Layers of random geometry, and the shape of an instance for them. One that is not here is tried on its own examples.
EXAMPLES: dict[type[Layer], st.SearchStrategy[tuple[Layer, tuple[int, ...]]]] = {
    **{kind: linear(kind) for kind in (Linear, NTKLinear)},
    **{kind: softmax(kind) for kind in (Softmax, LogSoftmax)},
    LeakyReLU: st.tuples(st.floats(-2, 2).map(LeakyReLU), shapes),
    Flatten: flatten(),
    Unflatten: unflatten(),
    Dropout: st.tuples(probabilities.map(Dropout), shapes),
    **{kind: channel_dropout(kind) for kind in (Dropout1d, Dropout2d, Dropout3d)},
    **WINDOWS,
    **RESIZING,
    **NORMALIZATIONS,
}


def examples(kind):
    if kind in EXAMPLES:
        return EXAMPLES[kind]
    own = [(parse(notation, REGISTRY), shape[1:]) for notation, shape in layer_examples(kind.__name__, kind)]
    return st.sampled_from(own) if kind.examples else st.tuples(st.just(own[0][0]), shapes)


@dataclass
class Case:
    """A layer, its parameters and buffers, a batch, and ∂J/∂y of it."""

    layer: Layer
    parameters: dict[str, np.ndarray]
    buffers: dict[str, np.ndarray]
    x: np.ndarray
    dy: np.ndarray

    def astype(self, dtype: Any) -> "Case":
        """The same numbers in another type; indices stay what they are."""

        def typed(array: np.ndarray) -> np.ndarray:
            return array.astype(dtype) if array.dtype.kind == "f" else array.copy()

        parameters = {name: typed(value) for name, value in self.parameters.items()}
        buffers = {name: typed(value) for name, value in self.buffers.items()}
        return Case(self.layer, parameters, buffers, typed(self.x), typed(self.dy))

    def modes(self) -> Iterator[bool]:
        """Inference, and training where its batch has a variance: that of a single value has none."""
        alone = self.layer.depends_on_batch and self.x.size <= self.x.shape[1]
        yield False
        if not alone:
            yield True

    def context(self, training: bool = False) -> Context:
        return Context(training=training, generator=np.random.default_rng(7), buffers=self.buffers)

    def forward(self, training: bool = False) -> tuple[np.ndarray, Any]:
        return self.layer.forward(self.parameters, self.x, self.context(training))

    def backward(self, cache: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        return self.layer.backward(self.parameters, cache, self.dy)

    def through_torch(self, mask: np.ndarray | None, training: bool) -> tuple[np.ndarray, np.ndarray, Any]:
        """y, ∂J/∂x and the torch module with its gradients; our mask replaces what PyTorch would draw."""
        module = self.layer.to_torch().to(torch.from_numpy(self.dy).dtype).train(training)
        state = self.parameters | self.buffers
        module.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in state.items()})
        leaf = torch.from_numpy(self.x.copy()).requires_grad_(self.x.dtype.kind == "f")
        y = module(leaf) if mask is None else leaf * torch.from_numpy(mask)
        y.backward(torch.from_numpy(self.dy.copy()))
        dx = np.zeros(self.x.shape) if leaf.grad is None else leaf.grad.numpy()
        return y.detach().numpy(), dx, module


def draw_case(data, kind, *, kinks=True) -> Case:
    layer, shape = data.draw(examples(kind))
    generator = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    x = draw_input(layer, (data.draw(st.integers(1, 8)), *shape), generator)
    indices = layer.index_count is not None
    if layer.depends_on_batch and layer.whole_batch:
        assume(x.size > x.shape[1])  # a single value has no variance
    if kinks:
        x[generator.random(x.shape) < 0.1] = 0
    elif not indices:
        x += 0.05 * np.sign(x)
    parameters = {name: generator.normal(0, 1, spec.shape) for name, spec in layer.parameters().items()}
    buffers = {
        name: np.asarray(value + generator.random(value.shape), float if value.dtype.kind == "f" else int)
        for name, value in layer.buffers().items()
    }
    dy = generator.normal(0, 1, (len(x), *layer.output_shape(shape)))
    return Case(layer, parameters, buffers, x if indices else x.astype(float), dy)


def agree(got: Any, expected: np.ndarray, tolerance: float) -> None:
    assert got.shape == expected.shape
    error = np.abs(got - expected).max(initial=0) / np.abs(expected).max(initial=1)
    assert error <= tolerance


@every_layer
@settings(max_examples=20)
@given(data=st.data())
def test_equals_pytorch(kind, data):
    drawn = draw_case(data, kind)
    for training, (dtype, tolerance) in product(drawn.modes(), ((np.float64, 1e-12), (np.float32, 1e-5))):
        case = drawn.astype(dtype)
        y, cache = case.forward(training)
        dx, gradients = case.backward(cache)
        mask = cache if kind.stochastic and training else None
        torch_y, torch_dx, module = case.through_torch(mask, training)
        agree(y, torch_y, tolerance)
        agree(dx, torch_dx, tolerance)
        torch_gradients = {name: value.grad.numpy() for name, value in module.named_parameters()}
        assert list(gradients) == list(torch_gradients) == list(case.parameters)
        for name, gradient in gradients.items():
            agree(gradient, torch_gradients[name], tolerance)
        assert {array.dtype for array in (y, dx, *gradients.values())} == {np.dtype(dtype)}
        buffers = case.layer.new_buffers(case.buffers, cache)
        assert list(buffers) == [name for name, _ in module.named_buffers()]
        for name, value in module.named_buffers():
            agree(np.asarray(buffers[name]), value.numpy(), tolerance)


@every_layer
@settings(max_examples=8)
@given(data=st.data())
def test_equals_finite_differences(kind, data):
    case = draw_case(data, kind, kinks=False)
    network = Network([case.layer], dtype=np.float64, input_shape=case.x.shape[1:])
    for training in case.modes():
        result = gradcheck(network, MSELoss(reduction="sum"), case.x, case.dy, entries=60, training=training)
        assert result.passed, (training, result.worst)


@every_layer
@settings(max_examples=10)
@given(data=st.data())
def test_shapes_and_names_are_as_declared(kind, data):
    case = draw_case(data, kind)
    y, _ = case.forward()
    assert y.shape == (len(case.x), *case.layer.output_shape(case.x.shape[1:]))
    alone, shape = case.layer.input_shape(), case.x.shape[1:]
    assert alone is None or alone == shape or len(alone) < len(shape)
    module = case.layer.to_torch()
    parameters = [(name, spec.shape) for name, spec in case.layer.parameters().items()]
    assert parameters == [(name, tuple(value.shape)) for name, value in module.named_parameters()]
    buffers = [(name, value.shape) for name, value in case.layer.buffers().items()]
    assert buffers == [(name, tuple(value.shape)) for name, value in module.named_buffers()]
    for name, value in module.named_buffers():
        np.testing.assert_array_equal(case.layer.buffers()[name], value.numpy())


@every_layer
@settings(max_examples=10)
@given(data=st.data())
def test_nothing_that_was_given_is_changed(kind, data):
    case = draw_case(data, kind)
    given = [case.x, case.dy, *case.parameters.values(), *case.buffers.values()]
    before = [array.copy() for array in given]
    for array in given:
        array.flags.writeable = False
    for training in case.modes():
        _, cache = case.forward(training)
        case.backward(cache)
        case.layer.new_buffers(case.buffers, cache)
    for array, kept in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, kept)


@every_layer
@settings(max_examples=10)
@given(data=st.data())
def test_strided_arrays_give_the_same_numbers(kind, data):
    case = draw_case(data, kind)

    def strided(array):
        view = np.repeat(array, 2, axis=-1)[..., ::2]
        return np.asfortranarray(view) if view.shape[0] > 1 else view

    parameters = {name: strided(value) for name, value in case.parameters.items()}
    other = Case(case.layer, parameters, case.buffers, strided(case.x), strided(case.dy))
    for training in case.modes():
        y, cache = case.forward(training)
        dx, gradients = case.backward(cache)
        other_y, cache = other.forward(training)
        other_dx, other_gradients = other.backward(cache)
        agree(other_y, y, 1e-13)
        agree(other_dx, dx, 1e-13)
        for name, gradient in gradients.items():
            agree(other_gradients[name], gradient, 1e-13)


@every_layer
@settings(max_examples=15)
@given(data=st.data())
def test_saturated_inputs_stay_finite(kind, data):
    drawn = draw_case(data, kind)
    if drawn.layer.index_count is None:
        drawn.x = np.where(drawn.x > 0, 1e4, -1e4)
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 1e-5)):
        case, allowed = drawn.astype(dtype), tolerance
        y, cache = case.forward()
        dx, gradients = case.backward(cache)
        for array in (y, dx, *gradients.values()):
            assert np.isfinite(array).all()
        if case.layer.subtracts_mean:
            # PyTorch subtracts μ/σ from x/σ: of equal numbers that leaves the rounding of 1e4/√ε, where ours is 0.
            case, allowed = case.astype(np.float64), max(tolerance, 1e-8)
        agree(y, case.through_torch(None, training=False)[0], allowed)


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
    assert {"x", *_own_parameters(layer)} <= set(layer.derivative)
    for formula in (layer.equation, *layer.derivative.values()):
        assert formula.count("{") == formula.count("}")
        assert formula.count(r"\left") == formula.count(r"\right")


def _own_parameters(layer):
    """Those of a composite layer are its inner layers', with their derivatives."""
    return {} if layer.branches() else layer.parameters()


@every_layer
def test_every_derivative_belongs_to_a_parameter(kind):
    named = {"x"}

    @settings(max_examples=25)
    @given(example=examples(kind))
    def gather(example):
        named.update(_own_parameters(example[0]))

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
    def leaves(kind):
        below = [child for child in kind.__subclasses__() if child.__module__.startswith("gradiente.layers.")]
        return {leaf for child in below for leaf in leaves(child)} or {kind}

    assert set(REGISTRY.values()) == leaves(Layer)
    assert all(name == kind.__name__ for name, kind in REGISTRY.items())
