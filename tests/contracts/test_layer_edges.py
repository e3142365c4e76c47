"""Arrays without entries, infinite numbers and NaN: every layer makes of them what PyTorch does."""

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from gradiente import ShapeError
from gradiente.examples import layer_examples
from gradiente.layers import REGISTRY, Context, Layer
from gradiente.notation import parse

EXAMPLES = [
    (name, parse(notation, REGISTRY), shape)
    for name, kind in REGISTRY.items()
    for notation, shape in layer_examples(name, kind)
]
ELEMENTWISE = [(layer, shape) for _, layer, shape in EXAMPLES if layer.elementwise]
NUMBERS = [-np.inf, -1e4, -21.0, -3.0, -1.0, -0.0, 0.0, 0.5, 1.0, 3.0, 6.0, 21.0, 1e4, np.inf, np.nan]
# Layers that do otherwise, and how. An entry that is no longer true fails.
NO_CHANNELS = "no channels stay no channels, which PyTorch refuses"
NO_PLACES = "a spatial axis without entries is refused, of which PyTorch makes NaN"
GAPS = {
    **{f"{kind}Pool{rank}d": NO_CHANNELS for kind in ("Max", "Avg", "AdaptiveMax") for rank in (1, 2, 3)},
    **{f"AdaptiveAvgPool{rank}d": NO_PLACES for rank in (1, 2, 3)},
    "Upsample": NO_CHANNELS,
    "GroupNorm": NO_PLACES,
    **{f"BatchNorm{rank}d": "the channels are those of the layer, and never none" for rank in (1, 2, 3)},
    **{
        f"InstanceNorm{rank}d": "no instances stay none; PyTorch raises an IndexError of its own"
        for rank in (1, 2, 3)
    },
}


def parameters_of(layer):
    return {name: np.full(spec.shape, 0.3) for name, spec in layer.parameters().items()}


def through_torch(layer, x, training=False) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """y, ∂J/∂x and the gradients of the parameters, for ∂J/∂y = 1."""
    leaf = torch.tensor(x, requires_grad=x.dtype.kind == "f")
    module = layer.to_torch().to(leaf.dtype if leaf.requires_grad else torch.float64).train(training)
    state = {name: torch.tensor(value) for name, value in parameters_of(layer).items()}
    module.load_state_dict(state, strict=False)
    y = module(leaf)
    y.backward(torch.ones_like(y))
    dx = torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
    gradients = {name: parameter.grad.numpy() for name, parameter in module.named_parameters()}
    return y.detach().numpy(), dx.numpy(), gradients


def ours(layer: Layer, x, training=False) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    dtype = x.dtype if x.dtype.kind == "f" else np.float64
    parameters = {name: value.astype(dtype) for name, value in parameters_of(layer).items()}
    y, cache = layer.forward(parameters, x, Context(training, np.random.default_rng(0), layer.buffers()))
    return y, *layer.backward(parameters, cache, np.ones_like(y))


def outcome(make, layer, shape, training, refusal) -> Any:
    """The shapes, and whether gradients of parameters are 0; None for a refusal, and any other error."""
    try:
        x = np.zeros(shape, np.float64 if layer.index_count is None else np.int64)
        y, dx, gradients = make(layer, x, training)
    except refusal:
        return None
    except Exception as error:
        return error
    return y.shape, dx.shape, {name: (value.shape, value.any()) for name, value in gradients.items()}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", REGISTRY)
def test_an_array_without_entries(name):
    different = []
    own = [(layer, shape) for kind, layer, shape in EXAMPLES if kind == name]
    for (layer, shape), training in product(own, (False, True)):
        for empty in [*({axis} for axis in range(len(shape))), set(range(1, len(shape)))]:
            without = tuple(0 if axis in empty else n for axis, n in enumerate(shape))
            expected = outcome(through_torch, layer, without, training, Exception)
            got = outcome(ours, layer, without, training, ShapeError)
            if got != expected:
                different.append(f"{layer} on {without}, training={training}: {got}, not {expected}")
    if name in GAPS:
        assert different, f"{name} does as PyTorch does: take it out of GAPS"
    else:
        assert not different


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("layer", "shape"), ELEMENTWISE, ids=[str(layer) for layer, _ in ELEMENTWISE])
def test_infinite_numbers_and_nan(layer, shape, dtype):
    """PyTorch's number wherever it has one; at NaN its vector and its scalar code may differ in the gradient."""
    channels = shape[1] if layer.parameters() else 1
    x = np.repeat(np.array(NUMBERS, dtype), 32 * channels).reshape(-1, channels)
    with np.errstate(over="raise", divide="raise", invalid="ignore"):
        y, dx, _ = ours(layer, x)
    theirs, their_dx, _ = through_torch(layer, x)
    alone = np.concatenate([through_torch(layer, x[i : i + 1])[1] for i in range(0, len(x), 32)])
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    assert np.isnan(y[np.isnan(x)]).all()
    known = ~np.isnan(theirs)
    np.testing.assert_allclose(y[known], theirs[known], rtol=tolerance, atol=tolerance)
    for i in range(0, len(x), 32):
        answers = [their_dx[i, 0], alone[i // 32, 0]]
        if not np.isnan(answers).all():
            assert any(np.isclose(dx[i, 0], a, tolerance, tolerance, equal_nan=True) for a in answers), x[i]
