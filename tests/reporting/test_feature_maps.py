import numpy as np
import pytest
import torch

from gradiente.data import Dataset
from gradiente.layers import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    BatchNorm2d,
    Context,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Dropout2d,
    Flatten,
    LeakyReLU,
    Linear,
    MaxPool2d,
    Tanh,
    Unflatten,
    Upsample,
)
from gradiente.network import Network
from gradiente.reporting.feature_maps import blocks, feature_maps, instances, stages

from .pictures import pictures, signed

CLASSES = ("ape", "bee", "cow", "dog")


def images(*shape, count=12, classified=True):
    generator = np.random.default_rng(0)
    x = generator.integers(0, 256, (count, int(np.prod(shape)))) / 255
    x[0, :2] = 0, 1
    y = generator.integers(0, 4, count)
    if not classified:
        return Dataset(x, y, "regression", "p", image_shape=shape)
    return Dataset(x, y, "classification", "p", CLASSES, image_shape=shape)


@pytest.fixture(scope="module")
def network():
    """All that a convolutional network has, its running statistics no longer as they began."""
    layers = [
        *(Unflatten(1, (3, 12, 12)), Conv2d(3, 10, 3), BatchNorm2d(10), LeakyReLU(0.1), MaxPool2d(2)),
        *(Dropout2d(0.5), Conv2d(10, 4, 3, padding="same"), Tanh(), AvgPool2d(5)),
        *(Flatten(), Dropout(0.5), Linear(4, 4)),
    ]
    net = Network(layers, seed=3)
    generator = np.random.default_rng(1)
    for _ in range(3):
        x = generator.random((8, 432))
        _, caches = net.forward(x, Context(training=True, generator=generator))
        net.update_buffers(caches)
    return net


def torch_outputs(net, x):
    """What comes out of every layer of the same network in PyTorch."""
    module = torch.nn.Sequential(*(layer.to_torch() for layer in net.layers)).eval()
    module.load_state_dict({name: torch.tensor(value) for name, value in net.state_dict().items()})
    y, outputs = torch.from_numpy(x).float(), []
    with torch.no_grad():
        for layer in module:
            y = layer(y)
            outputs.append(y)
    return outputs


def test_the_stages_are_those_of_pytorch(network):
    x = images(3, 12, 12).x
    expected = torch_outputs(network, x)
    found = stages(network, x)
    assert [stage.node.path for stage in found] == list("1234678")
    for stage in found:
        place = int(stage.node.path)
        assert stage.node.layer is network.layers[place]
        assert np.abs(stage.maps - expected[place].numpy()).max() < 1e-5


def test_a_block_begins_with_every_convolution_and_where_channels_change(network):
    parts = blocks(stages(network, images(3, 12, 12).x))
    assert ["".join(stage.node.path for stage in block) for block in parts] == ["1234", "678"]
    laid_out = Network([Unflatten(1, (4, 3, 3)), Tanh(), Flatten(), Unflatten(1, (1, 6, 6)), Tanh()])
    parts = blocks(stages(laid_out, np.zeros((1, 36))))
    assert ["".join(stage.node.path for stage in block) for block in parts] == ["1", "4"]


def test_a_transposed_convolution_begins_a_block_and_its_maps_are_those_of_pytorch():
    layers = [Conv2d(1, 4, 3, 2, 1), Tanh(), ConvTranspose2d(4, 4, 3, 2, 1, 1), Tanh(), Flatten()]
    net = Network([Unflatten(1, (1, 6, 4)), *layers], seed=2)
    data = images(6, 4)
    parts = blocks(stages(net, data.x))
    assert [[int(stage.node.path) for stage in block] for block in parts] == [[1, 2], [3, 4]]
    expected = torch_outputs(net, data.x)
    assert np.abs(parts[1][0].maps - expected[3].numpy()).max() < 1e-5
    section = feature_maps(net, data)
    assert section is not None
    assert section.count("output_padding=1)</code><small>4 × 6 × 4</small>") == 3


def test_a_picture_has_the_values_of_its_map(network):
    data = images(3, 12, 12)
    rows = [int(np.flatnonzero(data.y == label)[0]) for label in (0, 1, 2)]
    section = feature_maps(network, data)
    assert section is not None
    shown = iter(pictures(section))
    outputs = torch_outputs(network, data.x[rows])
    names = {1: "Conv2d", 2: "BatchNorm2d", 3: "LeakyReLU", 4: "MaxPool2d"}
    names |= {6: "Conv2d", 7: "Tanh", 8: "AvgPool2d"}
    for place, row in enumerate(rows):
        alt, picture = next(shown)
        assert alt == f"Test instance {row}"
        assert np.array_equal(picture.transpose(2, 0, 1).ravel(), np.rint(255 * data.x[row]))
        for index, name in names.items():
            last = outputs[4 if index < 5 else 8].abs().mean(dim=(0, 2, 3))
            channels = last.argsort(descending=True)[:8].tolist()
            maps = outputs[index][:, channels].double()
            limit = torch.quantile(maps.abs().flatten(), 0.995)
            for channel, values in zip(channels, maps[place], strict=True):
                alt, picture = next(shown)
                assert alt == f"{index} {name}, channel {channel}"
                expected = (values / limit).clamp(-1, 1).numpy()
                assert np.abs(signed(picture) - expected).max() < 1 / 255
    assert next(shown, None) is None


def test_every_layer_is_named_with_its_shape(network):
    section = feature_maps(network, images(3, 12, 12))
    assert section is not None
    assert section.count("<code>1 Conv2d(3, 10, 3)</code><small>10 × 10 × 10</small>") == 3
    assert section.count("<code>8 AvgPool2d(5)</code><small>4 × 1 × 1</small>") == 3
    assert section.count("input<small>3 × 12 × 12</small>") == 3
    assert [f"<b>{name}</b>" in section for name in CLASSES] == [True, True, True, False]


def test_instances_are_of_different_classes():
    labels = np.array([2, 2, 3, 1, 3, 1])
    data = Dataset(np.eye(6), labels, "classification", "d", CLASSES)
    assert sorted(labels[instances(data)]) == [1, 2, 3]
    assert instances(Dataset(np.eye(2), np.array([0.5, 0.1]), "regression", "r")).tolist() == [0, 1]


def test_a_regression_on_images_has_its_maps():
    section = feature_maps(
        Network([Unflatten(1, (1, 6, 6)), Conv2d(1, 2, 3), Flatten(), Linear(32, 1)]),
        images(6, 6, classified=False),
    )
    assert section is not None
    assert len(pictures(section)) == 3 * (1 + 2)


def test_large_maps_are_shown_smaller():
    net = Network([Unflatten(1, (1, 150, 300)), Conv2d(1, 1, 1)])
    section = feature_maps(net, images(150, 300, count=4))
    assert section is not None
    assert {picture.shape[:2] for alt, picture in pictures(section) if "Conv2d" in alt} == {(50, 100)}


def test_pooled_and_upsampled_maps_are_shown():
    layers = [Unflatten(1, (1, 6, 6)), Conv2d(1, 2, 3), Upsample(scale_factor=2.5, mode="bilinear")]
    net = Network([*layers, AdaptiveMaxPool2d((3, 5)), AdaptiveAvgPool2d(1)], seed=1)
    section = feature_maps(net, images(6, 6))
    assert section is not None
    sides = {alt.split(",")[0]: picture.shape[:2] for alt, picture in pictures(section)[1:9]}
    assert sides == {
        "1 Conv2d": (4, 4),
        "2 Upsample": (10, 10),
        "3 AdaptiveMaxPool2d": (3, 5),
        "4 AdaptiveAvgPool2d": (1, 1),
    }


def test_other_networks_and_what_is_no_image_have_no_maps():
    assert feature_maps(Network([Linear(36, 2)]), images(6, 6)) is None
    assert feature_maps(Network([Unflatten(1, (6, 6)), Conv1d(6, 2, 3)]), images(6, 6)) is None
    rows = Dataset(np.eye(4), np.array([0, 1, 0, 1]), "classification", "rows")
    assert feature_maps(Network([Unflatten(1, (1, 2, 2)), Conv2d(1, 4, 1)]), rows) is None
