"""Networks from PyTorch and back: the same bits, the same outputs, or an error that names the module."""

import copy
import importlib.util
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

import gradiente as gr
from gradiente import ArgumentError, Context, Network, from_torch
from gradiente.examples import layer_examples
from gradiente.layers import REGISTRY
from gradiente.notation import parse

DRAWS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)
# Modules of every kind, each with the shape of an instance that it takes. Others are made of a layer's own examples.
EXAMPLES: dict[str, list[tuple[nn.Module, tuple[int, ...]]]] = {
    "Linear": [(nn.Linear(5, 3), (5,)), (nn.Linear(1, 4, bias=False), (1,))],
    "Sigmoid": [(nn.Sigmoid(), (3,))],
    "Tanh": [(nn.Tanh(), (2, 3))],
    "ReLU": [(nn.ReLU(), (3,)), (nn.ReLU(inplace=True), (4,))],
    "ELU": [(nn.ELU(), (3,)), (nn.ELU(0.3, inplace=True), (4,))],
    "ReLU6": [(nn.ReLU6(), (3,)), (nn.ReLU6(inplace=True), (4,))],
    "Hardtanh": [(nn.Hardtanh(), (3,)), (nn.Hardtanh(-2, 0.5, True), (4,))],
    "Hardswish": [(nn.Hardswish(inplace=True), (4,))],
    "Mish": [(nn.Mish(inplace=True), (4,))],
    "SELU": [(nn.SELU(), (3,)), (nn.SELU(inplace=True), (4,))],
    "SiLU": [(nn.SiLU(), (3,)), (nn.SiLU(True), (4,))],
    "Softplus": [(nn.Softplus(), (3,)), (nn.Softplus(0.5, threshold=1), (2, 4))],
    "PReLU": [(nn.PReLU(), (3,)), (nn.PReLU(3, init=-0.5), (3, 2))],
    "LeakyReLU": [(nn.LeakyReLU(), (3,)), (nn.LeakyReLU(0.3, inplace=True), (3,))],
    "Softmax": [(nn.Softmax(dim=1), (4,)), (nn.Softmax(dim=-2), (4, 3))],
    "Flatten": [(nn.Flatten(), (2, 3, 4)), (nn.Flatten(2), (2, 3, 4)), (nn.Flatten(-2, 3), (2, 3, 4))],
    "Unflatten": [
        (nn.Unflatten(1, (2, 3)), (6,)),
        (nn.Unflatten(1, torch.Size([2, 2])), (4,)),
        (nn.Unflatten(-1, (2, -1)), (3, 6)),
    ],
    "Identity": [(nn.Identity(), (3,)), (nn.Identity(54, unused=True), (3,))],
    "Conv1d": [(nn.Conv1d(2, 4, 3, stride=2, padding=1, dilation=2, groups=2), (2, 11))],
    "Conv2d": [
        (nn.Conv2d(2, 3, 3), (2, 5, 6)),
        (nn.Conv2d(2, 3, (3, 2), (1, 2), (1, 0), bias=False), (2, 5, 6)),
        (nn.Conv2d(2, 4, (3, 5), padding="same", dilation=(1, 2)), (2, 6, 9)),
        (nn.Conv2d(2, 4, 2, padding="valid"), (2, 6, 9)),
        (nn.Conv2d(2, 3, (2, 4), padding="same", dilation=(3, 1)), (2, 6, 9)),
        (nn.Conv2d(2, 3, 3, 2, (2, 1), padding_mode="reflect"), (2, 6, 9)),
    ],
    "Conv3d": [(nn.Conv3d(1, 2, (1, 2, 2), padding=(0, 1, 1)), (1, 3, 4, 4))],
    "ConvTranspose2d": [
        (nn.ConvTranspose2d(4, 3, 4, 2, 1, bias=False), (4, 3, 4)),
        (nn.ConvTranspose2d(4, 6, (3, 2), (2, 3), 1, (1, 2), groups=2, dilation=(1, 2)), (4, 3, 4)),
    ],
    "MaxPool1d": [(nn.MaxPool1d(2), (2, 7)), (nn.MaxPool1d(3, 1, 1, dilation=2), (2, 9))],
    "MaxPool2d": [
        (nn.MaxPool2d((2, 2)), (2, 5, 6)),
        (nn.MaxPool2d((3, 2), stride=(1, 2), padding=1, ceil_mode=True), (2, 5, 6)),
        (nn.MaxPool2d([3, 2], [2, 2], 1, 1, False, True), (2, 5, 6)),  # pyright: ignore[reportArgumentType]
    ],
    "MaxPool3d": [(nn.MaxPool3d(2, stride=(1, 2, 1)), (1, 3, 4, 4))],
    "AvgPool1d": [(nn.AvgPool1d(2), (2, 7)), (nn.AvgPool1d(3, 2, padding=1, ceil_mode=True), (2, 8))],
    "AvgPool2d": [(nn.AvgPool2d((3, 2), 2, (1, 0), count_include_pad=False), (2, 6, 6))],
    "AvgPool3d": [
        (nn.AvgPool3d((1, 2, 2)), (1, 3, 4, 4)),
        (nn.AvgPool3d(2, 1, 1, True, False, 3), (1, 3, 4, 4)),
    ],
    "AdaptiveAvgPool2d": [
        (nn.AdaptiveAvgPool2d(1), (2, 5, 6)),
        (nn.AdaptiveAvgPool2d([3, 3]), (2, 5, 6)),  # pyright: ignore[reportArgumentType]
        (nn.AdaptiveAvgPool2d((None, 2)), (2, 5, 6)),
        (nn.AdaptiveAvgPool2d((None, None)), (2, 5, 6)),
    ],
    "AdaptiveMaxPool1d": [(nn.AdaptiveMaxPool1d((3,)), (2, 7)), (nn.AdaptiveMaxPool1d(2), (2, 7))],
    "Upsample": [
        (nn.Upsample(scale_factor=2), (2, 3)),
        (nn.Upsample(scale_factor=(2, 1.5)), (2, 3, 4)),  # pyright: ignore[reportArgumentType]
        (nn.Upsample((4, 4), mode="bicubic"), (2, 3, 4)),
        (nn.Upsample(None, 2, "bilinear", True), (2, 3, 4)),
        (nn.Upsample(torch.Size([2, 5, 3]), mode="trilinear", align_corners=False), (2, 3, 4, 2)),
    ],
    "BatchNorm1d": [(nn.BatchNorm1d(3), (3,)), (nn.BatchNorm1d(3, eps=0.1, momentum=None), (3, 4))],
    "BatchNorm2d": [
        (nn.BatchNorm2d(2, affine=False, momentum=0.4), (2, 3, 3)),
        (nn.BatchNorm2d(2, track_running_stats=False), (2, 3, 3)),
    ],
    "BatchNorm3d": [(nn.BatchNorm3d(2, bias=False), (2, 2, 3, 2))],
    "InstanceNorm1d": [
        (nn.InstanceNorm1d(3), (3, 6)),
        (nn.InstanceNorm1d(3, 0.1, 0.4, True, True), (3, 6)),
    ],
    "InstanceNorm2d": [(nn.InstanceNorm2d(2, affine=True, bias=False), (2, 3, 3))],
    "InstanceNorm3d": [(nn.InstanceNorm3d(2, track_running_stats=True), (2, 2, 3, 2))],
    "LayerNorm": [
        (nn.LayerNorm(5), (5,)),
        (nn.LayerNorm([3, 3]), (3, 3)),
        (nn.LayerNorm([3, 3], elementwise_affine=False), (2, 3, 3)),
        (nn.LayerNorm([4], 0.1, bias=False), (3, 4)),
    ],
    "GroupNorm": [(nn.GroupNorm(2, 4), (4, 3, 3)), (nn.GroupNorm(1, 2, 0.1, False), (2, 4))],
    "Dropout": [(nn.Dropout(), (3,)), (nn.Dropout(0.1, inplace=True), (3,)), (nn.Dropout(1.0), (3,))],
    "Dropout2d": [(nn.Dropout2d(0.3), (2, 3, 3))],
}
EXAMPLES |= {
    name: [(parse(n, REGISTRY).to_torch(), shape[1:]) for n, shape in layer_examples(name, kind)]
    for name, kind in REGISTRY.items()
    if name not in EXAMPLES
}
every_example = pytest.mark.parametrize(
    ("module", "shape"),
    [example for examples in EXAMPLES.values() for example in examples],
    ids=[f"{name} {i}" for name, examples in EXAMPLES.items() for i in range(len(examples))],
)
both_types = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
pytestmark = pytest.mark.filterwarnings(
    "ignore:Using padding='same' with even kernel"
)  # slower, says PyTorch
TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}


def some(shape, dtype, seed=0, indices=None):
    generator = torch.Generator().manual_seed(seed)
    if indices is not None:
        return torch.randint(indices, (7, *shape), generator=generator)
    return torch.randn(7, *shape, dtype=dtype, generator=generator)


def lived(module, shape, dtype):
    """A copy of that type with parameters of no special value, and running statistics of some batches."""
    module = copy.deepcopy(module).to(dtype).train()
    with torch.no_grad():
        for seed, parameter in enumerate(module.parameters()):
            parameter.copy_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(seed)))
    for seed in range(3):
        if not isinstance(module, nn.Embedding):
            module(3 + 2 * some(shape, dtype, seed))
    return module


def bits(module):
    return {name: (str(t.dtype), t.numpy().tobytes()) for name, t in module.state_dict().items()}


def convnet():
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, bias=False),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(36, 3),
    )


def test_every_layer_has_its_examples():
    assert EXAMPLES.keys() == REGISTRY.keys()
    assert all(type(module).__name__ == name for name, examples in EXAMPLES.items() for module, _ in examples)


@both_types
@every_example
def test_a_module_becomes_our_layer_and_our_layer_the_module(module, shape, dtype):
    module = lived(module, shape, dtype)
    network = from_torch(module)
    if not module.state_dict():
        dtype = torch.float32  # it has none of its own
    tolerance = TOLERANCE[dtype]
    converted = network.to_torch()
    graphs = [isinstance(one, torch.fx.GraphModule) for one in (converted[0], module)]
    assert all(graphs) or type(converted[0]) is type(module)
    assert bits(converted[0]) == bits(module)
    assert from_torch(converted).layers == network.layers
    x = some(shape, dtype, indices=getattr(module, "num_embeddings", None))
    for training in (False, True):
        if training and isinstance(module, DRAWS):
            continue
        y, caches = network.forward(x.numpy().copy(), Context(training=training))
        for same in (module, converted[0]):
            expected = same.train(training)(x.clone()).detach().numpy()
            assert y.dtype == expected.dtype
            np.testing.assert_allclose(y, expected, rtol=tolerance, atol=tolerance)
    network.update_buffers(caches)
    for name, value in module.state_dict().items():
        np.testing.assert_allclose(network.state_dict()[f"0.{name}"], value, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_there_and_back_is_the_same_network(dtype):
    layers = [gr.Conv2d(1, 2, 3), gr.BatchNorm2d(2), gr.Tanh(), gr.Flatten(), gr.Linear(8, 2)]
    network = Network(layers, seed=3, dtype=dtype, input_shape=(1, 4, 4))
    network.buffers["1.running_var"][...] = 1 / 3
    network.freeze(0, 1)
    again = from_torch(network.to_torch(), input_shape=(1, 4, 4))
    assert again.layers == network.layers
    assert again.to_dict() == network.to_dict()
    assert again.theta.tobytes() == network.theta.tobytes()
    for name, buffer in network.buffers.items():
        assert again.buffers[name].tobytes() == buffer.tobytes()
        assert again.buffers[name].dtype == buffer.dtype


def test_a_sequential_inside_another_is_laid_flat():
    inner = nn.Sequential(OrderedDict(first=nn.Linear(3, 4), act=nn.Tanh()))
    module = nn.Sequential(OrderedDict(body=inner, empty=nn.Sequential(), head=nn.Linear(4, 2)))
    network = from_torch(module)
    assert network.layers == (gr.Linear(3, 4), gr.Tanh(), gr.Linear(4, 2))
    x = some((3,), torch.float32)
    np.testing.assert_allclose(network.predict(x), module(x).detach(), rtol=1e-5, atol=1e-6)


def test_a_layer_without_parameters_may_come_twice():
    act = nn.ReLU()
    network = from_torch(nn.Sequential(nn.Linear(3, 4), act, nn.Linear(4, 2), act))
    assert network.layers == (gr.Linear(3, 4), gr.ReLU(), gr.Linear(4, 2), gr.ReLU())


def test_neither_changes_the_other():
    module = convnet()
    before, random_state = bits(module), torch.get_rng_state()
    network = from_torch(module)
    assert torch.equal(torch.get_rng_state(), random_state)
    converted = network.to_torch()
    network.theta += 1
    for buffer in network.buffers.values():
        buffer += 1
    assert bits(module) == bits(converted) == before
    with torch.no_grad():
        for parameter in converted.parameters():
            parameter.zero_()
    assert network.theta.all()


def test_frozen_layers_stay_frozen_both_ways():
    module = convnet()
    module[0].requires_grad_(False)
    module[5].requires_grad_(False)
    network = from_torch(module)
    assert network.frozen == {0, 5}
    requires = {name: p.requires_grad for name, p in network.to_torch().named_parameters()}
    assert requires == {name: p.requires_grad for name, p in module.named_parameters()}


def test_the_module_and_its_network_take_the_same_steps():
    x = np.random.default_rng(0).random((12, 1, 8, 8))
    data = gr.data.Dataset(x, np.arange(12) % 3, "classification", "squares")
    module = convnet().double()
    network = from_torch(module)
    gr.Trainer(network, gr.CrossEntropyLoss(), gr.Adam()).fit(data, epochs=6, batch_size="all")
    optimizer, loss = torch.optim.Adam(module.parameters()), nn.CrossEntropyLoss()
    for _ in range(6):
        optimizer.zero_grad()
        loss(module(torch.from_numpy(data.x)), torch.from_numpy(data.y)).backward()
        optimizer.step()
    for name, value in module.state_dict().items():
        np.testing.assert_allclose(network.state_dict()[name], value, rtol=1e-9, atol=1e-9)


class Block(nn.Module):
    def forward(self, x):
        return x + 1


class OwnLinear(nn.Linear):
    pass


class OwnSequential(nn.Sequential):
    pass


def pruned():
    return prune.l1_unstructured(nn.Linear(3, 2), "weight", amount=0.5)


@pytest.mark.parametrize(
    ("module", "named"),
    [
        (nn.Sequential(nn.Linear(3, 2), nn.Hardshrink(), Block()), r"^1 \(Hardshrink\) has no equivalent"),
        (Block(), r"^add\(x, 1\) in the forward method has no equivalent"),
        (nn.Sequential(OwnLinear(3, 2)), r"0 \(OwnLinear\)"),
        (nn.LazyLinear(2), "LazyLinear"),
        (
            nn.Sequential(
                nn.Identity(),
                nn.ReLU(),
                nn.Sequential(OrderedDict(norm=nn.Identity(), attention=nn.MultiheadAttention(4, 2))),
            ),
            r"^2\.attention \(MultiheadAttention\).* Linear, .*Conv1d–3d, .*Dropout1d–3d.*gradiente\.pytorch\.optim",
        ),
        (parametrizations.weight_norm(nn.Linear(3, 2)), "ParametrizedLinear"),
        (pruned(), "Linear has bias, weight_mask, weight_orig, .* bias, weight: remove"),
        ("net.pt", "^str has no"),
        (nn.Sequential(nn.Flatten(0)), r"0 \(Flatten\) cannot .* the axis of the instances"),
        (nn.Softmax(), r"Softmax cannot be converted .*dim=None"),
        (nn.MaxPool2d(2, return_indices=True), "return_indices=True"),
        (nn.Upsample(scale_factor=1.5, recompute_scale_factor=True), "recompute_scale_factor=True; .*=None"),
        (nn.Unflatten(0, (2, 3)), "Unflatten cannot be converted"),
        (nn.Linear(3, 2).half(), r"float16, .* module\.float\(\)"),
        (nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 3).bfloat16()), "bfloat16, float32"),
        (nn.Sequential(nn.Linear(3, 2).double(), nn.Linear(2, 3)), "float32, float64"),
        (nn.Sequential(), "at least one layer"),
    ],
)
def test_what_cannot_be_taken_over_is_named(module, named):
    with pytest.raises(ArgumentError, match=named):
        from_torch(module)


def test_shared_parameters_are_an_error():
    linear = nn.Linear(3, 3)
    with pytest.raises(ArgumentError, match=r"0\.weight and 2\.weight share one tensor"):
        from_torch(nn.Sequential(linear, nn.Tanh(), linear))
    other = nn.Linear(3, 3)
    other.weight = linear.weight
    tied = nn.Sequential(linear, nn.Sequential(other))
    with pytest.raises(ArgumentError, match=r"0\.weight and 1\.0\.weight share one tensor"):
        from_torch(tied)
    norm = nn.BatchNorm1d(3, affine=False)
    with pytest.raises(ArgumentError, match=r"0\.running_mean and 1\.running_mean"):
        from_torch(nn.Sequential(norm, norm))


def test_a_layer_that_is_frozen_in_part_is_an_error():
    module = convnet()
    module[5].bias.requires_grad_(False)
    with pytest.raises(ArgumentError, match=r"5 \(Linear\) is partly frozen \(bias\)"):
        from_torch(module)


def test_layers_that_do_not_fit_the_input_are_an_error():
    with pytest.raises(gr.ShapeError, match="layer 5"):
        from_torch(convnet(), input_shape=(1, 12, 12))


def test_without_pytorch_both_ways_say_what_to_install(monkeypatch):
    network = Network([gr.Linear(2, 1)])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    for call in (network.to_torch, lambda: from_torch(nn.Linear(2, 1))):
        with pytest.raises(ArgumentError, match=r'pip install "gradiente\[torch\]"'):
            call()
