"""Linear beyond the contract of all layers: any number of axes, full batches, and what it says of a wrong shape."""

import numpy as np
import pytest
import torch

from gradiente import Context, Linear, Network, ShapeError


@pytest.mark.parametrize(
    ("layer", "shape", "said"),
    [
        (
            Linear(784, 512),
            (64, 28, 28),
            r"x of shape \(batch, 784\), got \(64, 28, 28\): flatten .* Flatten\(\)",
        ),
        (Linear(48, 2), (5, 3, 4, 4), r"\(batch, 48\), got \(5, 3, 4, 4\): flatten .* Flatten\(\)"),
        (Linear(784, 512), (64, 785), r"\(batch, 784\), got \(64, 785\): its first argument"),
        (
            Linear(5, 2),
            (64, 7, 4),
            r"\(batch, 7, 5\), got \(64, 7, 4\): .* the last axis, 4, or 28 after Flatten",
        ),
        (Linear(4, 2), (4,), r"\(batch, 4\), got \(4\)"),
    ],
)
def test_a_shape_that_does_not_fit(layer, shape, said):
    parameters = {name: np.zeros(spec.shape) for name, spec in layer.parameters().items()}
    with pytest.raises(ShapeError, match=said):
        layer.forward(parameters, np.zeros(shape), Context())


def test_images_before_a_dense_network_are_named_when_it_is_made():
    with pytest.raises(ShapeError, match=r"layer 0 .*got \(batch, 28, 28\): flatten each instance"):
        Network([Linear(784, 10)], input_shape=(28, 28))


@pytest.mark.parametrize("rows", [60_000, 1_000_000])
def test_the_gradient_of_the_bias_is_that_in_float64(rows):
    dy = np.random.default_rng(0).random((rows, 3), np.float32) + np.float32(0.5)
    parameters = {"weight": np.zeros((3, 1), np.float32), "bias": np.zeros(3, np.float32)}
    _, gradients = Linear(1, 3).backward(parameters, np.zeros((rows, 1), np.float32), dy)
    np.testing.assert_allclose(gradients["bias"], dy.astype(np.float64).sum(axis=0), rtol=1e-6)


@pytest.mark.parametrize("shape", [(60_000, 3), (200, 300, 3)])
def test_the_gradient_of_the_bias_keeps_its_digits_in_a_full_batch(shape):
    dy, x = np.full(shape, 0.1, np.float32), np.zeros((*shape[:-1], 2), np.float32)
    parameters = {"weight": np.zeros((3, 2), np.float32), "bias": np.zeros(3, np.float32)}
    _, gradients = Linear(2, 3).backward(parameters, x, dy)
    twin = torch.nn.Linear(2, 3)
    twin(torch.from_numpy(x)).backward(torch.from_numpy(dy))
    assert twin.bias.grad is not None
    np.testing.assert_allclose(gradients["bias"], twin.bias.grad, rtol=2e-6)
