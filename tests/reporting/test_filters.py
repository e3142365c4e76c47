import numpy as np
import pytest
import torch

from gradiente.data import Dataset
from gradiente.layers import BatchNorm2d, Conv1d, Conv2d, ConvTranspose2d, Flatten, Linear, Unflatten
from gradiente.network import Network
from gradiente.reporting.filters import filters

from .pictures import pictures, signed


def images(*shape):
    x = np.random.default_rng(0).random((2, int(np.prod(shape))))
    return Dataset(x, np.array([0, 1]), "classification", "p", image_shape=shape)


def network(channels, side, *layers):
    return Network([Unflatten(1, (channels, side, side)), *layers], seed=1)


def shares(weight):
    """Weights as shares of that which is larger than 995 in 1000 of them, at most ±1."""
    limit = torch.quantile(weight.abs().double().flatten(), 0.995)
    return (weight.double() / limit).clamp(-1, 1).numpy()


@pytest.mark.parametrize(("channels", "shape"), [(1, (9, 9)), (1, (1, 9, 9)), (3, (3, 9, 9))])
def test_every_filter_has_a_picture_for_each_channel(channels, shape):
    net = network(channels, 9, Conv2d(channels, 5, (3, 4)))
    section = filters(net, images(*shape))
    assert section is not None
    weight = torch.from_numpy(net.parameters["1.weight"])
    order = torch.linalg.vector_norm(weight.flatten(1), dim=1).argsort(descending=True).tolist()
    expected = shares(weight)
    shown = pictures(section)
    assert len(shown) == 5 * channels
    for place, (alt, picture) in enumerate(shown):
        number, channel = order[place // channels], place % channels
        assert alt == f"Filter {number}" + (f", channel {channel}" if channels > 1 else "")
        assert np.abs(signed(picture) - expected[number, channel]).max() < 1 / 255
    assert ("channels of the input" in section) == (channels > 1)


def test_there_are_at_most_32_filters_the_strongest():
    net = network(1, 9, Conv2d(1, 40, 3))
    section = filters(net, images(9, 9))
    assert section is not None
    norms = torch.from_numpy(net.parameters["1.weight"]).flatten(1).norm(dim=1)
    assert [alt for alt, _ in pictures(section)] == [f"Filter {number}" for number in norms.topk(32).indices]
    assert "32 of the 40 filters of Conv2d(1, 40, 3)" in section


def test_a_normalization_before_the_convolution_changes_nothing():
    assert filters(network(1, 9, BatchNorm2d(1), Conv2d(1, 4, 3)), images(9, 9)) is not None


@pytest.mark.parametrize(
    "net",
    [
        Network([Linear(81, 81), Unflatten(1, (1, 9, 9)), Conv2d(1, 4, 3)]),
        Network([Unflatten(1, (9, 9)), Conv1d(9, 4, 3)]),
        Network([Unflatten(1, (9, 3, 3)), Conv2d(9, 4, 3)]),
        Network([Unflatten(1, (1, 9, 9)), ConvTranspose2d(1, 4, 3)]),
        Network([Flatten()]),
    ],
    ids=[
        "a linear layer first",
        "along one axis",
        "not the channels of the image",
        "transposed",
        "no weights",
    ],
)
def test_other_first_layers_have_no_pictures(net):
    assert filters(net, images(9, 9)) is None


def test_what_is_no_image_has_no_pictures():
    rows = Dataset(np.eye(4), np.array([0, 1, 0, 1]), "classification", "rows")
    assert filters(network(1, 2, Conv2d(1, 4, 1)), rows) is None
    assert filters(network(5, 2, Conv2d(5, 4, 1)), images(5, 2, 2)) is None
