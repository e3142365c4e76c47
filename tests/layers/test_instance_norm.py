"""Instance normalization beyond the contract of all layers: its statistics over a training, bad input."""

import numpy as np
import pytest
import torch

from gradiente import (
    Adam,
    ArgumentError,
    Context,
    CrossEntropyLoss,
    Flatten,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
    Linear,
    Network,
    ShapeError,
    Trainer,
    Unflatten,
)
from gradiente.data import Dataset


def test_every_channel_of_an_instance_comes_out_with_mean_0_and_variance_1():
    x = np.random.default_rng(0).normal(5, 3, (7, 4, 6, 6))
    y, _ = InstanceNorm2d(4).forward({}, x, Context())
    np.testing.assert_allclose(y.mean(axis=(2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(2, 3)), 1, rtol=1e-4)


@pytest.mark.parametrize("momentum", [0.1, 0.0, 1.0, None])
def test_the_statistics_follow_many_batches_as_pytorchs_do(momentum):
    net = Network([InstanceNorm1d(3, momentum=momentum, track_running_stats=True)], dtype="float64")
    module = torch.nn.InstanceNorm1d(3, momentum=momentum, track_running_stats=True).double()  # pyright: ignore
    generator = np.random.default_rng(0)
    for size in (5, 9, 1, 7):
        x = generator.normal(2, 3, (size, 3, 4))
        _, caches = net.forward(x, Context(training=True))
        net.update_buffers(caches)
        module(torch.from_numpy(x))
    for name, value in module.named_buffers():
        np.testing.assert_allclose(net.buffers[f"0.{name}"], value.numpy(), rtol=1e-12)
    expected = module.eval()(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(net.predict(x, batch_size=2), expected, rtol=1e-12)


def test_the_statistics_of_many_instances_keep_their_digits():
    x = np.random.default_rng(0).normal(3, 2, (300_000, 1, 4)).astype(np.float32)
    layer = InstanceNorm1d(1, momentum=1.0, track_running_stats=True)
    buffers = {name: value.astype(np.float32) for name, value in layer.buffers().items()}
    _, cache = layer.forward({}, x, Context(training=True, buffers=buffers))
    followed = layer.new_buffers(buffers, cache)
    exact = x.astype(np.float64)
    np.testing.assert_allclose(followed["running_mean"], exact.mean(), rtol=1e-6)
    np.testing.assert_allclose(followed["running_var"], exact.var(axis=2, ddof=1).mean(), rtol=1e-6)


def test_a_single_position_has_no_variance():
    one = np.ones((4, 3, 1))
    for training in (False, True):
        with pytest.raises(ShapeError, match=r"shape \(4, 3, 1\).*LayerNorm"):
            InstanceNorm1d(3).forward({}, one, Context(training=training))
    tracked = InstanceNorm1d(3, track_running_stats=True)
    buffers = tracked.buffers()
    with pytest.raises(ShapeError, match="more than one position"):
        tracked.forward({}, one, Context(training=True, buffers=buffers))
    y, _ = tracked.forward({}, one, Context(buffers=buffers))
    expected = torch.nn.InstanceNorm1d(3, track_running_stats=True).double().eval()(torch.from_numpy(one))
    np.testing.assert_allclose(y, expected.numpy(), rtol=1e-12)


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_a_training_on_single_positions_does_not_begin(engine):
    data = Dataset(np.eye(6), np.arange(6) % 2, "classification", "ones")
    norm = InstanceNorm1d(6, track_running_stats=True)
    network = Network([Unflatten(1, (6, 1)), norm, Flatten(), Linear(6, 2)])
    with pytest.raises(ShapeError, match="more than one position"):
        Trainer(network, CrossEntropyLoss(), Adam(), engine=engine).fit(data)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("shape", [(0, 3, 4), (2, 3, 0)])
def test_of_nothing_comes_nothing(shape, tracked, training):
    layer = InstanceNorm1d(3, affine=True, track_running_stats=tracked)
    x, buffers = np.empty(shape), layer.buffers()
    parameters = {name: np.ones(3) for name in layer.parameters()}
    y, cache = layer.forward(parameters, x, Context(training=training, buffers=buffers))
    assert y.shape == shape
    dx, gradients = layer.backward(parameters, cache, x)
    assert dx.shape == shape
    assert not any(gradient.any() for gradient in gradients.values())
    followed = layer.new_buffers(
        buffers, cache
    )  # PyTorch's are NaN then, and its own γ without instances an error
    assert {name: value.tolist() for name, value in followed.items()} == {
        name: value.tolist() for name, value in buffers.items()
    }


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (InstanceNorm1d(3), (3,), r"\(batch, 3\).*and LayerNorm rows"),
        (InstanceNorm1d(3), (3, 6, 6), r"Use InstanceNorm2d"),
        (InstanceNorm2d(3), (3, 6, 6, 6), r"Use InstanceNorm3d"),
        (InstanceNorm3d(3), (3, 6), r"Use InstanceNorm1d"),
        (InstanceNorm2d(3), (4, 2, 2), r"normalizes 3 channels.*num_features=4"),
    ],
)
def test_other_shapes(layer, shape, message):
    with pytest.raises(ShapeError, match=message):
        Network([layer], input_shape=shape)


def test_bad_arguments():
    with pytest.raises(ArgumentError, match="running statistics"):
        InstanceNorm1d(3, track_running_stats=True).forward({}, np.ones((2, 3, 4)), Context())
    with pytest.raises(ArgumentError, match="track_running_stats is True or False"):
        InstanceNorm1d(3, track_running_stats=1)  # pyright: ignore[reportArgumentType]
    for options in ({"eps": -1e-5}, {"momentum": 2.0}, {"num_features": 0}):
        with pytest.raises(ArgumentError, match=next(iter(options))):
            InstanceNorm2d(**{"num_features": 3, **options})


def test_the_formulas_have_the_terms_of_the_options():
    plain, scaled = InstanceNorm1d(3), InstanceNorm1d(3, affine=True)
    assert r"\gamma" not in plain.equation_with() + plain.derivative_with("x")
    assert plain.equation_with().startswith(r"Y_{i,c} = \frac{X_{i,c} - \mu_{i,c}}")
    assert scaled.equation_with() == scaled.equation
    assert scaled.derivative_with("x") == scaled.derivative["x"]
    assert (
        InstanceNorm1d(3, affine=True, bias=False).equation_with().endswith(r"\gamma_c \odot \hat{X}_{i,c}")
    )
    tracked = InstanceNorm1d(3, affine=True, track_running_stats=True)
    assert tracked.equation_with() == scaled.equation
    assert r"X_{i,c} - \mu_c}{\sqrt{\sigma_c^2" in tracked.equation_with(training=False)
    quiet = tracked.derivative_with("x", training=False)
    assert quiet == (
        r"\frac{\partial J}{\partial X_{i,c}} = \frac{\gamma_c}{\sqrt{\sigma_c^2 + \varepsilon}} \odot \delta_{i,c}"
    )
