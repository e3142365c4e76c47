"""Batch normalization beyond the contract of all layers: its statistics over a training, bad input."""

import numpy as np
import pytest
import torch

from gradiente import ArgumentError, BatchNorm1d, BatchNorm2d, Context, Network, ShapeError


def test_the_batch_comes_out_with_mean_0_and_variance_1():
    x = np.random.default_rng(0).normal(5, 3, (50, 4, 6, 6))
    y, _ = BatchNorm2d(4, affine=False).forward({}, x, Context(training=True))
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1, rtol=1e-5)


@pytest.mark.parametrize("momentum", [0.1, 0.0, 1.0, None])
def test_the_statistics_follow_many_batches_as_pytorchs_do(momentum):
    layer = BatchNorm1d(3, momentum=momentum)
    net = Network([layer], dtype="float64")
    module = torch.nn.BatchNorm1d(3, momentum=momentum).double()
    generator = np.random.default_rng(0)
    for size in (5, 9, 2, 7):
        x = generator.normal(2, 3, (size, 3))
        _, caches = net.forward(x, Context(training=True))
        net.update_buffers(caches)
        module(torch.from_numpy(x))
    for name, value in module.named_buffers():
        np.testing.assert_allclose(net.buffers[f"0.{name}"], value.numpy(), rtol=1e-12)
    np.testing.assert_allclose(
        net.predict(x), module.eval()(torch.from_numpy(x)).detach().numpy(), rtol=1e-12
    )


def test_a_single_value_has_no_variance():
    with pytest.raises(ShapeError, match=r"shape \(1, 3\).*batch_size"):
        BatchNorm1d(3).forward({}, np.ones((1, 3)), Context(training=True))
    with pytest.raises(ShapeError, match="batch_size"):
        BatchNorm2d(3).forward({}, np.ones((1, 3, 1, 1)), Context(training=True))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"eps": 0}, "eps"), ({"momentum": 1.1}, "momentum"), ({"momentum": -0.1}, "momentum")],
)
def test_bad_hyperparameters(options, message):
    with pytest.raises(ArgumentError, match=message):
        BatchNorm1d(3, **options)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (BatchNorm2d(3), (5,), r"\(batch, 5\).*Use BatchNorm1d"),
        (BatchNorm2d(3), (3, 3), r"Use BatchNorm1d"),
        (BatchNorm1d(3), (3, 6, 6), r"\(batch, 3, 6, 6\).*Use BatchNorm2d"),
        (BatchNorm2d(3), (4, 2, 2), r"normalizes 3 channels.*num_features=4"),
        (BatchNorm1d(3), (4,), r"num_features=4"),
    ],
)
def test_other_shapes(layer, shape, message):
    with pytest.raises(ShapeError, match=message):
        Network([layer], input_shape=shape)


def test_bad_arguments():
    with pytest.raises(ArgumentError, match="running statistics"):
        BatchNorm1d(3).forward({}, np.ones((2, 3)), Context())
    with pytest.raises(ArgumentError, match="affine is True or False"):
        BatchNorm1d(3, affine="no")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match="num_features"):
        BatchNorm2d(0)
