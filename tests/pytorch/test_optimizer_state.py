"""A training that changes sides: NumPy, PyTorch and NumPy again take the steps that NumPy takes alone."""

import copy
import importlib.util
from dataclasses import dataclass

import numpy as np
import pytest
import torch

import gradiente as gr
from gradiente import ArgumentError, Network, course
from gradiente.optimizers import REGISTRY, Optimizer
from gradiente.pytorch import optim, optimizer_from_torch, optimizer_to_torch, torch_optimizer
from gradiente.pytorch.optimizer_state import read_slots, write_slots

OPTIONS = {
    "SGD": [
        {},
        {"momentum": 0.9},
        {"momentum": 0.8, "dampening": 0.3, "maximize": True, "lr": 1e-3},
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01},
    ],
    "Adagrad": [{}, {"lr_decay": 0.1, "initial_accumulator_value": 0.5}, {"weight_decay": 0.1}],
    "Adadelta": [{}, {"rho": 0.7, "weight_decay": 0.01}],
    "RMSprop": [{}, {"momentum": 0.5}, {"centered": True}, {"centered": True, "momentum": 0.9, "alpha": 0.9}],
    "Adam": [
        {},
        {"amsgrad": True},
        {"weight_decay": 0.1, "decoupled_weight_decay": True},
        {"betas": (0.7, 0.9), "weight_decay": 0.1, "eps": 1e-3},
    ],
    "AdamW": [{}, {"amsgrad": True, "weight_decay": 0.3}],
    "Adamax": [{}, {"betas": (0.7, 0.9), "weight_decay": 0.1}],
    "NAdam": [{}, {"betas": (0.99, 0.9), "momentum_decay": 0.1}, {"weight_decay": 0.1}],
    "RAdam": [{}, {"betas": (0.7, 0.8)}, {"weight_decay": 0.1, "decoupled_weight_decay": True}],
    "Lion": [{}, {"weight_decay": 0.1}],
    "course.Momentum": [{}, {"beta": 0.5}],
    "course.Nesterov": [{}, {"beta": 0.5}],
    "course.Adagrad": [{}, {"eps": 1e-2}],
    "course.Adadelta": [{}, {"beta": 0.5}],
    "course.RMSprop": [{}, {"beta": 0.5, "eps": 1e-2}],
    "course.Adam": [{}, {"betas": (0.5, 0.9), "eps": 1e-2}],
}
RULES = [
    REGISTRY[name](**{"lr": 0.01, **options}) for name, several in OPTIONS.items() for options in several
]
every_rule = pytest.mark.parametrize("rule", RULES, ids=repr)
STEPS = 12
generator = np.random.default_rng(1)
PUSHES = generator.normal(size=(3 * STEPS, 200))


def network(*frozen):
    layers = [gr.Linear(3, 4), gr.BatchNorm1d(4), gr.Tanh(), gr.Linear(4, 2, bias=False)]
    made = Network(layers, seed=2, dtype="float64")
    made.freeze(*frozen)
    return made


def gradient(theta, t):
    """Of a bowl whose bottom moves; that of what does not learn is never looked at."""
    return np.linspace(0.1, 3, theta.size) * theta + PUSHES[t - 1, : theta.size]


def in_numpy(net, rule, slots, start, steps):
    learns = np.zeros(net.theta.size, bool)
    for piece in net.trainable:
        learns[piece] = True
    for t in range(start, start + steps):
        theta, new = rule.rule(net.theta, gradient(net.theta, t), slots, t)
        net.theta[...] = np.where(learns, theta, net.theta)
        slots = {name: np.where(learns, new[name], slots[name]) for name in new}
    return slots


def in_torch(net, module, in_pytorch, start, steps):
    for t in range(start, start + steps):
        for name, parameter in module.named_parameters():
            net.parameters[name][...] = parameter.detach().numpy()
        views = net.named(gradient(net.theta, t))
        for name, parameter in module.named_parameters():
            parameter.grad = torch.from_numpy(views[name].copy()) if parameter.requires_grad else None
        in_pytorch.step()
    for name, parameter in module.named_parameters():
        net.parameters[name][...] = parameter.detach().numpy()


def assert_close(got, expected):
    assert np.abs(got - expected).max() <= 1e-12 * max(1, np.abs(expected).max())


def test_every_optimizer_has_its_options():
    assert OPTIONS.keys() == REGISTRY.keys()


@pytest.mark.parametrize("frozen", [(), (0,)], ids=["all learn", "one frozen"])
@every_rule
def test_numpy_then_pytorch_then_numpy_is_numpy_alone(rule, frozen):
    alone, changing = network(*frozen), network(*frozen)
    expected = in_numpy(alone, rule, rule.initial_slots(alone.theta), 1, 3 * STEPS)

    slots = in_numpy(changing, rule, rule.initial_slots(changing.theta), 1, STEPS)
    module = changing.to_torch()
    in_pytorch = optimizer_to_torch(rule, changing, module, slots=slots, t=STEPS)
    before = {name: slot.copy() for name, slot in slots.items()}
    in_torch(changing, module, in_pytorch, STEPS + 1, STEPS)
    t, back = optimizer_from_torch(in_pytorch, rule, changing, module)
    for name, slot in slots.items():
        np.testing.assert_array_equal(slot, before[name])
    end = in_numpy(changing, rule, back, 2 * STEPS + 1, STEPS)

    counted = not isinstance(rule, gr.SGD) and not type(rule).__module__.endswith("course")
    begun = 1 if back else 0
    assert t == (2 * STEPS if counted else begun)
    assert_close(changing.theta, alone.theta)
    assert end.keys() == expected.keys()
    for name in end:
        assert_close(end[name], expected[name])


@every_rule
def test_pytorch_from_the_start_then_numpy_is_numpy_alone(rule):
    alone, changing = network(), network()
    in_numpy(alone, rule, rule.initial_slots(alone.theta), 1, 3 * STEPS)
    module = changing.to_torch()
    in_pytorch = optimizer_to_torch(rule, changing, module)
    in_torch(changing, module, in_pytorch, 1, STEPS)
    _, slots = optimizer_from_torch(in_pytorch, rule, changing, module)
    in_numpy(changing, rule, slots, STEPS + 1, 2 * STEPS)
    assert_close(changing.theta, alone.theta)


def entries(state):
    return {
        index: {name: (value.dtype, value.shape, value.device) for name, value in entry.items()}
        for index, entry in state["state"].items()
    }


@every_rule
def test_the_state_is_the_one_that_pytorch_itself_has_after_as_many_steps(rule):
    net = network()
    theirs = net.to_torch()
    native = torch_optimizer(rule, theirs.parameters())
    slots = in_numpy(network(), rule, rule.initial_slots(net.theta), 1, STEPS)
    written = optimizer_to_torch(rule, net, net.to_torch(), slots=slots, t=STEPS)
    in_torch(net, theirs, native, 1, STEPS)
    got, expected = written.state_dict(), native.state_dict()
    assert got["param_groups"] == expected["param_groups"]
    assert entries(got) == entries(expected)
    for index, entry in expected["state"].items():
        for name, value in entry.items():
            torch.testing.assert_close(got["state"][index][name], value, rtol=1e-11, atol=1e-12)
    again = copy.deepcopy(native)
    again.load_state_dict(got)


@every_rule
def test_before_the_first_step_the_state_is_pytorchs_and_the_slots_are_the_rules(rule):
    net = network(1)
    module = net.to_torch()
    in_pytorch = optimizer_to_torch(rule, net, module, slots=rule.initial_slots(net.theta), t=0)
    native = torch_optimizer(rule, [p for p in net.to_torch().parameters() if p.requires_grad])
    assert repr(in_pytorch.state_dict()) == repr(native.state_dict())
    t, slots = optimizer_from_torch(in_pytorch, rule, net, module)
    initial = rule.initial_slots(net.theta)
    assert t == 0
    assert slots.keys() == initial.keys()
    for name, slot in slots.items():
        assert slot.tobytes() == initial[name].tobytes()


@every_rule
def test_a_torch_optimizer_under_way_can_be_sent_back_to_its_start(rule):
    net = network()
    module = net.to_torch()
    start = net.theta.copy()
    in_pytorch = optimizer_to_torch(rule, net, module)
    in_torch(net, module, in_pytorch, 1, STEPS)
    once = net.theta.copy()
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(torch.from_numpy(net.named(start)[name]))
    write_slots(in_pytorch, rule, dict(module.named_parameters()), {}, 0)
    in_torch(net, module, in_pytorch, 1, STEPS)
    assert net.theta.tobytes() == once.tobytes()


@every_rule
def test_what_does_not_learn_keeps_the_slots_it_begins_with(rule):
    net = network(0)
    module = net.to_torch()
    in_pytorch = optimizer_to_torch(rule, net, module)
    in_torch(net, module, in_pytorch, 1, STEPS)
    _, slots = optimizer_from_torch(in_pytorch, rule, net, module)
    initial = rule.initial_slots(net.theta)
    for name, slot in slots.items():
        views, starts = net.named(slot), net.named(initial[name])
        assert all((views[n] == starts[n]).all() for n in ("0.weight", "0.bias"))
        assert (views["3.weight"] != starts["3.weight"]).all()


def test_the_torch_optimizers_are_pytorchs_and_the_lectures_are_ours():
    parameter = torch.zeros(2, requires_grad=True)
    without = {"Lion"}  # executed by RuleOptimizer
    for name, kind in REGISTRY.items():
        if name in without:
            assert not hasattr(torch.optim, name)
            continue
        in_pytorch = torch_optimizer(kind(lr=0.125), iter([parameter]))
        room = optim if name.startswith("course.") else torch.optim
        assert type(in_pytorch) is getattr(room, name.removeprefix("course."))
        assert in_pytorch.param_groups[0]["lr"] == 0.125
        assert in_pytorch.param_groups[0]["params"] == [parameter]


@dataclass(frozen=True, kw_only=True)
class SignDescent(Optimizer):
    """A rule of somebody's own, without a class in PyTorch."""

    lr: float = 0.1

    def initial_slots(self, theta):
        return {}

    def rule(self, theta, gradient, slots, t):
        return theta - self.lr * np.sign(gradient), {}


@dataclass(frozen=True, kw_only=True)
class FusedAdam(gr.Adam):
    """One with a class in PyTorch, which wants the steps counted where the parameter is."""

    def to_torch(self, parameters):
        return torch.optim.Adam(parameters, lr=self.lr, fused=True)


@dataclass(frozen=True, kw_only=True)
class OwnAdam(course.Adam):
    """A subclass may have another rule: that of the lecture's is not its equivalent."""


@pytest.mark.parametrize("rule", [SignDescent(), OwnAdam()])
def test_a_rule_of_ones_own_is_executed_by_pytorch(rule):
    """From NumPy to PyTorch in the middle of a training: as if it had been left alone."""
    alone, changing = network(), network()
    in_numpy(alone, rule, rule.initial_slots(alone.theta), 1, 2 * STEPS)
    slots = in_numpy(changing, rule, rule.initial_slots(changing.theta), 1, STEPS)
    module = changing.to_torch()
    optimizer = optimizer_to_torch(rule, changing, module, slots=slots, t=STEPS)
    in_torch(changing, module, optimizer, STEPS + 1, STEPS)
    assert_close(changing.theta, alone.theta)
    assert optimizer_from_torch(optimizer, rule, changing, module)[0] == 2 * STEPS


def test_a_function_that_pytorch_does_not_have_is_named():
    @dataclass(frozen=True, kw_only=True)
    class Cubic(SignDescent):
        def rule(self, theta, gradient, slots, t):
            return theta - self.lr * np.cbrt(gradient), {}

    parameter = torch.zeros(1, requires_grad=True)
    parameter.grad = torch.ones(1)
    with pytest.raises(ArgumentError, match="cbrt"):
        torch_optimizer(Cubic(), [parameter]).step()


def test_a_rule_of_ones_own_with_a_class_in_pytorch_changes_sides_too():
    rule, alone, changing = FusedAdam(lr=0.01), network(), network()
    in_numpy(alone, rule, rule.initial_slots(alone.theta), 1, 2 * STEPS)
    slots = in_numpy(changing, rule, rule.initial_slots(changing.theta), 1, STEPS)
    module = changing.to_torch()
    in_pytorch = optimizer_to_torch(rule, changing, module, slots=slots, t=STEPS)
    in_torch(changing, module, in_pytorch, STEPS + 1, STEPS)
    assert_close(changing.theta, alone.theta)
    assert optimizer_from_torch(in_pytorch, rule, changing, module)[0] == 2 * STEPS


@pytest.mark.parametrize("group", ["capturable", "fused"])
def test_steps_are_counted_on_the_device_where_the_group_asks_for_it(group):
    """The device "meta" stands in for one that this machine may not have."""
    parameter = torch.zeros(2, device="meta", requires_grad=True)
    in_pytorch = torch.optim.Adam([parameter])
    slots = {"m": {"0.weight": torch.zeros_like(parameter)}, "v": {"0.weight": torch.zeros_like(parameter)}}
    for on_device in (False, True):
        in_pytorch.param_groups[0][group] = on_device
        write_slots(in_pytorch, gr.Adam(), {"0.weight": parameter}, slots, 3)
        step = in_pytorch.state[parameter]["step"]
        assert (step.device.type, step.dtype) == ("meta" if on_device else "cpu", torch.float32)


def test_slots_are_read_and_written_as_tensors_of_any_parameters():
    net = network()
    module = net.to_torch()
    all_of_them = dict(module.named_parameters())
    some = {name: all_of_them[name] for name in ("0.weight", "3.weight")}
    in_pytorch = torch_optimizer(gr.Adam(), module.parameters())
    given = {slot: {name: torch.randn_like(p) ** 2 for name, p in some.items()} for slot in ("m", "v")}
    write_slots(in_pytorch, gr.Adam(), some, given, 5)
    got = read_slots(in_pytorch, gr.Adam(), all_of_them)
    assert got.keys() == given.keys()
    for slot, tensors in got.items():
        assert tensors.keys() == all_of_them.keys()
        for name, tensor in tensors.items():
            assert tensor is given[slot][name] if name in some else not tensor.any()
            assert not tensor.requires_grad


@pytest.mark.parametrize(
    ("slots", "t", "named"),
    [
        ({"m": np.zeros(32)}, 3, "v"),
        ({"m": np.zeros(32), "v": np.zeros(31)}, 3, r"\(31,\)"),
        ({"S": np.zeros(32)}, 3, "'S'"),
        ({"m": np.ones(32), "v": np.zeros(32)}, 0, "t is 0"),
        (None, -1, "got -1"),
        (None, 2.5, r"got 2\.5"),
    ],
)
def test_slots_that_are_not_the_optimizers_are_an_error(slots, t, named):
    net = network()
    assert net.theta.size == 32
    with pytest.raises(ArgumentError, match=named):
        optimizer_to_torch(gr.Adam(), net, net.to_torch(), slots=slots, t=t)


def test_a_module_of_another_network_is_an_error():
    net, other = network(), Network([gr.Linear(3, 5), gr.BatchNorm1d(5)])
    for module in (
        other.to_torch(),
        torch.nn.Sequential(net.to_torch()),
        torch.nn.DataParallel(net.to_torch()),
    ):
        with pytest.raises(ArgumentError, match=r"not this network.*0\.bias"):
            optimizer_to_torch(gr.Adam(), net, module)
    in_pytorch = torch_optimizer(gr.Adam(), other.to_torch().parameters())
    with pytest.raises(ArgumentError, match="not this network"):
        optimizer_from_torch(in_pytorch, gr.Adam(), net, other.to_torch())


def test_the_torch_optimizer_of_another_rule_is_an_error():
    net = network()
    module = net.to_torch()
    in_pytorch = optimizer_to_torch(gr.RMSprop(), net, module)
    in_torch(net, module, in_pytorch, 1, 2)
    for rule in (gr.Adam(), gr.RMSprop(centered=True)):
        with pytest.raises(ArgumentError, match=f"RMSprop has no state .*{type(rule).__name__}"):
            optimizer_from_torch(in_pytorch, rule, net, module)


def test_without_pytorch_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ArgumentError, match=r'pip install "gradiente\[torch\]"'):
        torch_optimizer(gr.Adam(), [])


@pytest.mark.parametrize("rule", [gr.SGD(lr=0.1, momentum=0.9, weight_decay=0.2), gr.AdamW(lr=0.1)], ids=repr)
def test_a_training_with_rates_by_layer_goes_on_in_parameter_groups(rule):
    own = {"lr_factors": {0: 0.1, -1: 2}, "weight_decay_on": "weights"}
    x, y = generator.normal(size=(9, 3)), np.arange(9) % 2
    train = gr.data.Dataset(x, y, "classification", "nine")
    alone, part = (gr.Trainer(network(), gr.CrossEntropyLoss(), rule, **own) for _ in range(2))
    alone.fit(train, epochs=8, batch_size="all")
    part.fit(train, epochs=3, batch_size="all")
    module, state = part.network.to_torch().train(), part.engine.state()
    in_pytorch = optimizer_to_torch(rule, part.network, module, slots=state.slots, t=state.t, **own)
    assert [group["lr"] for group in in_pytorch.param_groups] == pytest.approx([0.01, 0.01, 0.1, 0.2])
    for _ in range(5):
        in_pytorch.zero_grad()
        torch.nn.functional.cross_entropy(module(torch.tensor(x)), torch.tensor(y)).backward()
        in_pytorch.step()
    for name, parameter in module.named_parameters():
        if name != "0.bias":  # the normalization subtracts it again: its gradient is rounding error
            assert_close(alone.network.parameters[name], parameter.detach().numpy())
