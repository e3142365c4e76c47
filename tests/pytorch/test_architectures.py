"""Well-known structures from PyTorch and back: the same bits in the arrays and in the outputs."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

import gradiente as gr
from gradiente import ArgumentError, from_torch

from .architectures import ARCHITECTURES, LeNet5

every_architecture = pytest.mark.parametrize("name", ARCHITECTURES)
both_types = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


def drawn(name, dtype):
    make, shape, indices = ARCHITECTURES[name]
    torch.manual_seed(4)
    module, generator = make().to(dtype), torch.Generator().manual_seed(5)
    if indices is not None:
        return module, torch.randint(indices, (6, *shape), generator=generator)
    return module, torch.randn(6, *shape, dtype=dtype, generator=generator)


@every_architecture
@both_types
def test_both_ways_are_equal_bit_by_bit(name, dtype):
    module, x = drawn(name, dtype)
    modes = [part.training for part in module.modules()]
    network = from_torch(module, input_shape=tuple(x.shape[1:]))
    assert [part.training for part in module.modules()] == modes
    converted = network.to_torch()
    ours, theirs = [p.detach().numpy().tobytes() for p in converted.parameters()], list(module.parameters())
    assert sorted(ours) == sorted(p.detach().numpy().tobytes() for p in theirs)
    with torch.no_grad():
        expected = module.eval()(x)
        assert torch.equal(converted.eval()(x), expected)
    again = from_torch(converted, input_shape=network.input_shape)
    assert again.layers == network.layers
    assert again.theta.tobytes() == network.theta.tobytes()
    assert all(np.array_equal(value, again.buffers[key]) for key, value in network.buffers.items())
    tolerance = 1e-4 if dtype == torch.float32 else 1e-11
    np.testing.assert_allclose(network.predict(x.numpy()), expected, rtol=tolerance, atol=tolerance)


@every_architecture
def test_training_gives_pytorchs_gradients(name):
    module, x = drawn(name, torch.float64)
    for part in module.modules():
        if isinstance(part, nn.Dropout | nn.Dropout2d):
            part.p = 0.0
    source = copy.deepcopy(module)
    source.training = True
    network = from_torch(module, input_shape=tuple(x.shape[1:]))
    layers = [
        gr.Dropout(0.0) if isinstance(one, gr.Dropout | gr.Dropout2d) else one for one in network.layers
    ]
    plain = gr.Network(layers, dtype="float64", input_shape=network.input_shape)
    plain.load_state_dict(network.state_dict())
    converted = plain.to_torch().train()
    y = converted(x)
    weights = torch.randn(y.shape, dtype=y.dtype, generator=torch.Generator().manual_seed(1))
    (y * weights).sum().backward()
    ours, caches = plain.forward(x.numpy(), gr.Context(training=True, generator=np.random.default_rng(0)))
    plain.backward(caches, weights.numpy())
    np.testing.assert_allclose(ours, y.detach(), rtol=1e-10, atol=1e-11)
    for key, parameter in converted.named_parameters():
        assert parameter.grad is not None
        expected = parameter.grad.numpy()
        largest = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(plain.gradients[key], expected, rtol=1e-8, atol=1e-9 * largest)


class Concatenated(nn.Module):
    def forward(self, x):
        return torch.cat([x, F.relu(x)], 1)


class TwoInputs(nn.Module):
    def forward(self, x, y):
        return x + y


class TwoOutputs(nn.Module):
    def forward(self, x):
        return F.relu(x), x


class Deciding(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else F.relu(x)


class AlwaysDropped(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5)


class Unused(LeNet5):
    def __init__(self):
        super().__init__()
        self.fc4 = nn.Linear(3, 3)


class UsedTwice(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 3)

    def forward(self, x):
        return self.linear(self.linear(x))


class OutsideTheBranch(nn.Module):
    def forward(self, x):
        y = F.relu(x)
        z = y + x
        return z + F.tanh(y)


class Scaled(nn.Module):
    def forward(self, x):
        return 2 * F.relu(x)


class Everything(nn.Module):
    def forward(self, x):
        return torch.flatten(x)


class Doubled(nn.Module):
    def forward(self, x):
        return x + x


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (Concatenated, "Concatenated is more than layers .* cat"),
        (TwoInputs, "TwoInputs uses 2 inputs"),
        (TwoOutputs, "TwoOutputs must return one tensor"),
        (Deciding, "Deciding cannot be traced"),
        (AlwaysDropped, r"dropout\(x, p=0\.5, training=True.*F\.dropout\(x, p, self\.training\)"),
        (Unused, r"fc4\.weight, fc4\.bias"),
        (UsedTwice, r"linear\.weight and linear\.weight share|share one tensor"),
        (OutsideTheBranch, "OutsideTheBranch is more than layers"),
        (Scaled, r"mul\(relu, 2\)|mul\(2, relu\)"),
        (Everything, "the axis of the instances"),
        (Doubled, r"x \+ x"),
    ],
)
def test_what_has_no_equivalent_is_named(make, named):
    with pytest.raises(ArgumentError, match=named):
        from_torch(make())


@pytest.mark.parametrize(
    "register",
    [
        lambda module: module.register_forward_hook(lambda m, i, o: 2 * o),
        lambda module: module.conv1.register_forward_pre_hook(lambda m, i: (i[0] + 1,)),
        lambda module: module.fc1.register_full_backward_hook(lambda m, gi, go: gi),
        lambda module: module.fc1.register_full_backward_pre_hook(lambda m, go: go),
        lambda module: module.fc2.weight.register_hook(lambda gradient: 3 * gradient),
        lambda module: module.fc2.bias.register_post_accumulate_grad_hook(lambda bias: bias.grad.zero_()),
        lambda module: module.conv1.register_state_dict_post_hook(
            lambda m, state, prefix, local: state.update()
        ),
        lambda module: module.fc1.register_state_dict_pre_hook(lambda m, prefix, keep: None),
    ],
)
def test_hooks_are_refused_wherever_they_are(register):
    module = LeNet5()
    register(module)
    with pytest.raises(ArgumentError, match="has hooks"):
        from_torch(module)
    for wrapped in (nn.Sequential(nn.Sequential(module)), nn.Sequential(module)):
        with pytest.raises(ArgumentError, match="has hooks"):
            from_torch(wrapped)


@pytest.mark.parametrize("place", ["", "conv1", "fc2"])
def test_a_forward_method_of_one_module_alone_is_refused(place):
    module = LeNet5()
    module.get_submodule(place).forward = lambda x: 2 * x
    for wrapped in (module, nn.Sequential(module)):
        with pytest.raises(ArgumentError, match="forward method of its own"):
            from_torch(wrapped)


class InPlace(nn.Module):
    """Two layers, and one between them that may write over its input."""

    def __init__(self, between=None):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(4, 4), nn.Linear(4, 4)
        self.between = between or nn.Identity()


class PreActivated(InPlace):
    def forward(self, x):
        x = self.fc1(x)
        return x + self.fc2(self.between(x))


class SkipFirst(InPlace):
    def forward(self, x):
        x = self.fc1(x)
        return self.fc2(self.between(x)) + x


class Underscored(InPlace):
    def forward(self, x):
        x = self.fc1(x)
        return x + self.fc2(torch.tanh_(x))


class WithOption(InPlace):
    def forward(self, x):
        x = self.fc1(x)
        return x + self.fc2(F.elu(x, 0.5, True))


class ThroughAView(InPlace):
    def forward(self, x):
        x = self.fc1(x)
        return x + self.fc2(torch.relu_(x.flatten(1)))


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: PreActivated(nn.ReLU(inplace=True)), "fc1 again after between"),
        (
            lambda: PreActivated(nn.Sequential(nn.Identity(), nn.SiLU(inplace=True))),
            "fc1 again after between_1",
        ),
        (lambda: SkipFirst(nn.LeakyReLU(0.1, inplace=True)), "fc1 again after between"),
        (Underscored, "fc1 again after tanh_"),
        (WithOption, "fc1 again after elu"),
        (ThroughAView, "fc1 again after relu_"),
    ],
)
def test_a_value_that_is_used_after_a_change_in_place_is_refused(make, named):
    module = make()
    for wrapped in (module, nn.Sequential(module)):
        with pytest.raises(ArgumentError, match=named):
            from_torch(wrapped)


class OneAfterTheOther(InPlace):
    def forward(self, x):
        y = self.between(self.fc1(x))
        y += self.fc2(torch.relu(y))
        return torch.relu_(y)


def test_what_is_changed_in_place_for_the_last_time_is_read():
    module = OneAfterTheOther(nn.ReLU(inplace=True)).double()
    x = torch.randn(3, 4, dtype=torch.float64)
    np.testing.assert_allclose(from_torch(module).predict(x.numpy()), module(x).detach().numpy(), atol=1e-12)
