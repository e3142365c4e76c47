"""The lecture's optimizers as PyTorch's: the steps of the rules in NumPy, and all that PyTorch asks of an optimizer."""

import copy
import inspect
import io
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from gradiente import ArgumentError, course
from gradiente.optimizers import REGISTRY
from gradiente.pytorch import optim

OPTIONS: dict[type, list[dict[str, Any]]] = {
    course.Momentum: [{}, {"lr": 0.02, "beta": 0.7}, {"beta": 0.0}],
    course.Nesterov: [{}, {"lr": 0.02, "beta": 0.7}],
    course.Adagrad: [{}, {"lr": 0.05, "eps": 1e-3}],
    course.Adadelta: [{}, {"lr": 0.005, "beta": 0.5, "eps": 1e-3}],
    course.RMSprop: [{}, {"lr": 0.005, "beta": 0.5, "eps": 1e-3}],
    course.Adam: [{}, {"lr": 0.02, "betas": (0.5, 0.9), "eps": 1e-3}],
}
every_rule = pytest.mark.parametrize("rule", OPTIONS, ids=lambda rule: rule.__name__)
every_option = pytest.mark.parametrize(
    ("rule", "options"), [(rule, options) for rule, several in OPTIONS.items() for options in several]
)
SHAPES = [(3, 2), (), (4,)]


def parameters(dtype=torch.float64):
    generator = torch.Generator().manual_seed(3)
    return [torch.randn(shape, generator=generator, dtype=dtype).requires_grad_() for shape in SHAPES]


def gradient(theta, t):
    """Of a bowl whose bottom keeps moving; the same for arrays and for tensors."""
    return 3 * theta + (-1) ** t * 0.5 + 1 / t


def drive(optimizer, steps, start=1, schedule=None):
    thetas = [theta for group in optimizer.param_groups for theta in group["params"]]
    for t in range(start, start + steps):
        for theta in thetas:
            theta.grad = gradient(theta.detach(), t)
        optimizer.step()
        if schedule is not None:
            schedule.step()
    return [theta.detach().numpy().copy() for theta in thetas]


def in_numpy(rules, steps, rates=None):
    """Where each parameter ends by its rule, and what is remembered of it; `rates` are α at every step."""
    ends = []
    for theta, rule in zip([p.detach().numpy() for p in parameters()], rules, strict=True):
        slots = rule.initial_slots(theta)
        for t in range(1, steps + 1):
            rule = replace(rule, lr=rates[t - 1]) if rates else rule
            theta, slots = rule.rule(theta, gradient(theta, t), slots, t)
        ends.append((theta, slots))
    return ends


def assert_same(got, expected, tolerance=1e-10):
    for one, (other, _) in zip(got, expected, strict=True):
        assert np.abs(one - other).max() <= tolerance * max(1, np.abs(other).max())


@every_rule
def test_names_defaults_and_order_are_those_of_the_rule(rule):
    signature = inspect.signature(getattr(optim, rule.__name__))
    given = [(p.name, p.default) for p in signature.parameters.values()]
    assert given[0][0] == "params"
    assert given[1:] == [(field.name, field.default) for field in fields(rule)]


def test_every_optimizer_of_the_lecture_has_its_torch_class():
    lectures = {rule for name, rule in REGISTRY.items() if name.startswith("course.")}
    assert set(optim.TORCH_OPTIMIZERS) == set(OPTIONS) == lectures
    for rule, torch_class in optim.TORCH_OPTIMIZERS.items():
        assert torch_class is getattr(optim, rule.__name__)
        assert list(rule(lr=1).initial_slots(np.zeros(1))) == list(torch_class.slots)
        equations = [(kind.__doc__ or "").split("\n\n")[1] for kind in (rule, torch_class)]
        assert equations[0] == equations[1]


@every_option
def test_200_steps_are_those_of_the_rule_in_numpy(rule, options):
    optimizer = getattr(optim, rule.__name__)(parameters(), **options)
    got = drive(optimizer, 200)
    expected = in_numpy([rule(**options)] * len(SHAPES), 200)
    assert_same(got, expected)
    for theta, (_, slots) in zip(optimizer.param_groups[0]["params"], expected, strict=True):
        state = optimizer.state[theta]
        assert state.keys() == slots.keys()
        for name, slot in slots.items():
            np.testing.assert_allclose(state[name], slot, rtol=1e-10, atol=1e-13)


@every_rule
def test_groups_have_hyperparameters_of_their_own(rule):
    first, second, third = parameters()
    other = {"lr": 0.004, "eps": 1e-2} if hasattr(rule, "eps") else {"lr": 0.004}
    optimizer = getattr(optim, rule.__name__)([{"params": [first]}, {"params": second, **other}], lr=0.03)
    optimizer.add_param_group({"params": [third], "lr": 0.01})
    rules = [rule(lr=0.03), rule(**other), rule(lr=0.01)]
    assert_same(drive(optimizer, 200), in_numpy(rules, 200))


@every_rule
def test_a_training_goes_on_from_a_copy_and_from_a_file(rule):
    kind = getattr(optim, rule.__name__)
    whole = drive(kind(parameters(), lr=0.02), 40)

    optimizer = kind(parameters(), lr=0.02)
    drive(optimizer, 15)
    copied = copy.deepcopy(optimizer)
    copied.add_param_group({"params": [torch.zeros(2, dtype=torch.float64, requires_grad=True)]})
    file = io.BytesIO()
    torch.save({"optimizer": optimizer.state_dict(), "theta": optimizer.param_groups[0]["params"]}, file)
    file.seek(0)
    saved = torch.load(file, weights_only=True)
    read = kind([theta.detach().clone().requires_grad_() for theta in saved["theta"]])
    read.load_state_dict(saved["optimizer"])

    for again in (optimizer, copied, read):
        for one, other in zip(drive(again, 25, start=16), whole, strict=False):
            assert one.tobytes() == other.tobytes()


def one_cycle(optimizer):
    return lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=201, cycle_momentum=False)


@pytest.mark.parametrize(
    "make",
    [
        lambda optimizer: lr_scheduler.StepLR(optimizer, 20, gamma=0.7),
        lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 60),
        one_cycle,
    ],
    ids=["StepLR", "CosineAnnealingLR", "OneCycleLR"],
)
@every_rule
def test_schedulers_of_pytorch_drive_them(rule, make):
    optimizer = getattr(optim, rule.__name__)(parameters(), lr=0.03)
    probe = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.03)
    schedule, rates = make(probe), []
    for _ in range(200):
        rates.append(probe.param_groups[0]["lr"])
        probe.step()
        schedule.step()
    got = drive(optimizer, 200, schedule=make(optimizer))
    assert len(set(rates)) > 3
    assert_same(got, in_numpy([rule()] * len(SHAPES), 200, rates))


@every_rule
def test_a_closure_computes_the_gradients_and_its_loss_is_returned(rule):
    theta = torch.tensor([2.0, -1.0], dtype=torch.float64, requires_grad=True)
    optimizer = getattr(optim, rule.__name__)([theta], lr=0.01)

    def closure():
        optimizer.zero_grad()
        loss = (theta**2).sum()
        loss.backward()
        return loss

    losses = [optimizer.step(closure).item() for _ in range(5)]
    assert losses[0] == 5
    assert losses == sorted(losses, reverse=True)
    slots = rule().initial_slots(np.zeros(2))
    expected = np.array([2.0, -1.0])
    for t in range(1, 6):
        expected, slots = rule(lr=0.01).rule(expected, 2 * expected, slots, t)
    np.testing.assert_allclose(theta.detach(), expected, rtol=1e-12)


@every_rule
def test_what_has_no_gradient_stays(rule):
    moved, still = parameters()[:2]
    optimizer = getattr(optim, rule.__name__)([moved, still])
    before = still.item()
    moved.grad = torch.ones_like(moved)
    assert optimizer.step() is None
    assert still.item() == before
    assert list(optimizer.state) == [moved]


@every_rule
def test_parameters_of_any_layout_and_type_are_moved_in_place(rule):
    expected = None
    for dtype, tolerance in ((torch.float64, 1e-12), (torch.float32, 1e-5), (torch.bfloat16, 0.05)):
        theta = parameters(torch.float64)[0].detach().to(dtype).T.requires_grad_()
        assert not theta.is_contiguous()
        optimizer, place = getattr(optim, rule.__name__)([theta], lr=0.01), theta.data_ptr()
        for t in range(1, 11):
            theta.grad = gradient(theta.detach(), t)
            optimizer.step()
        assert theta.data_ptr() == place
        assert {tensor.dtype for tensor in optimizer.state[theta].values()} == {dtype}
        end = theta.detach().double()
        expected = end if expected is None else expected
        torch.testing.assert_close(end, expected, rtol=tolerance, atol=tolerance)


@every_rule
def test_sparse_gradients_are_refused(rule):
    embedding = nn.Embedding(5, 2, sparse=True)
    optimizer = getattr(optim, rule.__name__)(embedding.parameters())
    embedding(torch.tensor([1, 3])).sum().backward()
    with pytest.raises(ArgumentError, match=f"{rule.__name__} needs dense gradients.*sparse=False"):
        optimizer.step()


@every_rule
def test_hyperparameters_out_of_range_are_refused_with_the_rules_words(rule):
    kind, theta = getattr(optim, rule.__name__), parameters()[0]
    for name in [field.name for field in fields(rule)]:
        wrong = -1.0 if name != "betas" else (0.9, 1.0)
        with pytest.raises(ArgumentError, match=rf"course\.{rule.__name__}: {name.rstrip('s')}"):
            kind([theta], **{name: wrong})
        with pytest.raises(ArgumentError, match=rf"course\.{rule.__name__}"):
            kind([{"params": [theta], name: wrong}])
        optimizer = kind([theta])
        with pytest.raises(ArgumentError):
            optimizer.add_param_group({"params": [parameters()[1]], name: wrong})
        assert len(optimizer.param_groups) == 1


@every_rule
def test_it_trains_a_module_of_ones_own(rule):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Embedding(10, 4), nn.Flatten(), nn.Linear(12, 3), nn.GELU(), nn.Linear(3, 2))
    x, y = torch.randint(10, (64, 3)), torch.randint(2, (64,))
    optimizer, losses = getattr(optim, rule.__name__)(module.parameters(), lr=0.05), []
    for _ in range(60):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(module(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]
