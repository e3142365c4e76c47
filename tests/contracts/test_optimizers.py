"""What every optimizer of the registry must satisfy; a new one is covered the moment it is registered."""

import inspect
import math
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import rosen, rosen_der

from gradiente import SGD, ArgumentError, Optimizer
from gradiente.engines.compiled.rules import record_rule
from gradiente.examples import rule_examples
from gradiente.notation import parse, write
from gradiente.optimizers import REGISTRY

every_optimizer = pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
WITH_PYTORCH_CLASS = {name: kind for name, kind in REGISTRY.items() if hasattr(kind, "to_torch")}
with_pytorch_class = pytest.mark.parametrize("kind", WITH_PYTORCH_CLASS.values(), ids=WITH_PYTORCH_CLASS)

# What each hyperparameter may be at random; one that is not here keeps its default, and varies in the examples.
HYPERPARAMETERS: dict[str, st.SearchStrategy[Any]] = {
    "lr": st.floats(1e-4, 2e-2),
    "momentum": st.sampled_from([0.0, 0.5, 0.9]),
    "dampening": st.sampled_from([0.0, 0.1, 0.5]),
    "weight_decay": st.sampled_from([0.0, 1e-4, 0.1]),
    "nesterov": st.booleans(),
    "maximize": st.booleans(),
    "lr_decay": st.sampled_from([0.0, 1e-3, 0.1]),
    "initial_accumulator_value": st.sampled_from([0.0, 0.5]),
    "eps": st.sampled_from([1e-10, 1e-8, 1e-3]),
    "rho": st.sampled_from([0.5, 0.9, 0.99]),
    "alpha": st.sampled_from([0.9, 0.99]),
    "beta": st.sampled_from([0.0, 0.5, 0.9]),
    "centered": st.booleans(),
    "amsgrad": st.booleans(),
    "decoupled_weight_decay": st.booleans(),
    "momentum_decay": st.sampled_from([0.0, 4e-3, 0.5]),
    "betas": st.tuples(st.sampled_from([0.5, 0.9]), st.sampled_from([0.9, 0.99, 0.999])),
}
EXAMPLES = [
    (name, notation) for name, kind in WITH_PYTORCH_CLASS.items() for notation in rule_examples(name, kind)
]


def draw_optimizer(data, kind) -> Any:
    options = {}
    for field in fields(kind):
        if field.name in HYPERPARAMETERS:
            options[field.name] = data.draw(HYPERPARAMETERS[field.name], label=field.name)
    assume(not options.get("nesterov") or (options["momentum"] > 0 and options["dampening"] == 0))
    return kind(**options)


def descend(optimizer, theta, gradient, steps):
    slots = optimizer.initial_slots(theta)
    for t in range(1, steps + 1):
        theta, slots = optimizer.rule(theta, gradient(theta), slots, t)
    return theta


def assert_same_course(optimizer, seed, steps, dtype, tolerance):
    """200 steps down a quadratic of condition 10⁵ whose minimum keeps moving: every step another gradient."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(7, 7)))[0]
    H = (basis * np.logspace(-4, 1, 7) @ basis.T).astype(dtype)
    theta = rng.normal(0, 1, 7).astype(dtype)
    pushes = rng.normal(0, 1, (steps, 7)).astype(dtype)
    leaf = torch.from_numpy(theta.copy()).requires_grad_()
    reference = optimizer.to_torch([leaf])
    slots = optimizer.initial_slots(theta)
    for t, push in enumerate(pushes, start=1):
        theta, slots = optimizer.rule(theta, H @ theta + push, slots, t)
        leaf.grad = torch.from_numpy(H @ leaf.detach().numpy() + push)
        reference.step()
        expected = leaf.detach().numpy()
        assert np.abs(theta - expected).max() <= tolerance * max(1, np.abs(expected).max()), t
    assert theta.dtype == dtype


@pytest.mark.parametrize(("name", "notation"), EXAMPLES)
def test_every_example_equals_pytorch(name, notation):
    optimizer = parse(notation, REGISTRY)
    assert_same_course(optimizer, 1, 200, np.float64, 1e-10)
    assert_same_course(optimizer, 2, 50, np.float32, 1e-5)


@every_optimizer
def test_the_examples_try_every_option(kind):
    name = next(name for name, known in REGISTRY.items() if known is kind)
    tried = [parse(notation, REGISTRY) for notation in rule_examples(name, kind)]
    for field in fields(kind):
        assert any(getattr(one, field.name) != field.default for one in tried), field.name


@with_pytorch_class
@settings(max_examples=15)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_any_options_equal_pytorch(kind, data, seed):
    assert_same_course(draw_optimizer(data, kind), seed, 200, np.float64, 1e-10)


@with_pytorch_class
def test_names_and_defaults_are_pytorchs(kind):
    ignored = {"params", "foreach", "capturable", "differentiable", "fused"}
    reference = inspect.signature(getattr(torch.optim, kind.__name__))
    expected = {n: p.default for n, p in reference.parameters.items() if n not in ignored}
    assert {field.name: field.default for field in fields(kind)} == expected


def best_end(kind, start, cost, gradient, steps):
    """Where the best of five learning rates ends: the lowest cost."""
    with np.errstate(all="ignore"):  # with the largest of them, some run away
        ends = [descend(kind(lr=lr), start, gradient, steps) for lr in (10, 1, 0.1, 0.01, 0.001)]
        return min(float(cost(end)) for end in ends if np.isfinite(end).all())


@every_optimizer
def test_descends_a_parabola(kind):
    h, start = np.array([1.0, 3.0]), np.array([2.0, -1.5])
    end = best_end(kind, start, lambda theta: h @ theta**2 / 2, lambda theta: h * theta, 500)
    assert end < 1e-2 * (h @ start**2 / 2)


@every_optimizer
def test_improves_on_rosenbrock(kind):
    """From the classic start, whose cost is 24.2, down into the valley and along it."""
    assert best_end(kind, np.array([-1.2, 1.0]), rosen, rosen_der, 1000) < 4


@every_optimizer
@settings(max_examples=15)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_the_rule_is_pure_and_element_wise(kind, data, seed):
    optimizer, rng = draw_optimizer(data, kind), np.random.default_rng(seed)
    dtype, size = data.draw(st.sampled_from([np.float32, np.float64])), data.draw(st.integers(1, 70))
    theta = rng.normal(0, 1, size).astype(dtype)
    slots = optimizer.initial_slots(theta)
    names, cut = list(slots), data.draw(st.integers(0, size))
    for t in (1, 2, 3):
        gradient = rng.normal(0, 1, size).astype(dtype)
        for array in (theta, gradient, *slots.values()):
            array.flags.writeable = False
        new, new_slots = optimizer.rule(theta, gradient, slots, t)
        assert sorted(new_slots) == sorted(names)
        for array in (new, *new_slots.values()):
            assert array.dtype == dtype
            assert array.shape == theta.shape
        for piece in (slice(0, cut), slice(cut, None)):
            part, part_slots = optimizer.rule(
                theta[piece], gradient[piece], {n: s[piece] for n, s in slots.items()}, t
            )
            assert part.tobytes() == new[piece].tobytes()
            assert all(part_slots[n].tobytes() == new_slots[n][piece].tobytes() for n in names)
        theta, slots = new, new_slots


@every_optimizer
def test_its_steps_share_their_compiled_programs(kind):
    """One program, and another where the first steps have a rule of their own: nothing is compiled at every step."""
    name = next(name for name, known in REGISTRY.items() if known is kind)
    for notation in rule_examples(name, kind):
        optimizer = parse(notation, REGISTRY)
        slots = optimizer.initial_slots(np.zeros(1))
        sources = [record_rule(optimizer, list(slots), range(t, t + 1)).lines for t in (*range(1, 60), 10**6)]
        assert len(set(sources)) <= 2
        assert len(set(sources[20:])) == 1


@every_optimizer
def test_hyperparameters_out_of_range_are_errors(kind):
    for field in fields(kind):
        flag = isinstance(field.default, bool)
        wrong = [math.nan, math.inf, "0.1", None] if field.name != "betas" else []
        wrong += [1, 0, "False", np.array([True, False])] if flag else [True]
        if field.name not in ("dampening", "betas"):
            wrong.append(-0.1)
        if field.name in ("beta", "alpha", "rho"):
            wrong.append(1.01)
        if field.name == "betas":
            wrong += [(1.0, 0.9), (0.9, 1.0), (-0.1, 0.9), (0.9, math.nan), ("0.9", 0.99)]
        for value in wrong:
            with pytest.raises(ArgumentError, match="beta" if field.name == "betas" else field.name):
                kind(**{field.name: value})


@pytest.mark.parametrize("kind", [k for k in REGISTRY.values() if "betas" in {f.name for f in fields(k)}])
@pytest.mark.parametrize("betas", [0.9, (0.9,), (0.9, 0.99, 0.999), None])
def test_betas_are_two_numbers(kind, betas):
    with pytest.raises(ArgumentError, match="beta"):
        kind(betas=betas)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "dampening": 0.1}])
def test_nesterov_needs_momentum_and_no_dampening(options):
    with pytest.raises(ArgumentError, match="nesterov"):
        SGD(nesterov=True, **options)


@every_optimizer
def test_is_frozen_keyword_only_and_has_its_equation(kind):
    optimizer = kind(lr=0.5)
    for name in [*(field.name for field in fields(kind)), "anything"]:
        with pytest.raises(FrozenInstanceError):
            setattr(optimizer, name, 1)
    with pytest.raises(ArgumentError, match="expects"):
        kind(0.5)
    assert optimizer.equation
    assert optimizer.equation.count("{") == optimizer.equation.count("}")
    assert replace(optimizer, lr=0.5) == optimizer


@every_optimizer
@settings(max_examples=15)
@given(data=st.data())
def test_round_trips_as_notation(kind, data):
    optimizer = draw_optimizer(data, kind)
    assert parse(write(optimizer, REGISTRY), REGISTRY) == optimizer


def test_the_registry_holds_every_optimizer():
    concrete = {k for k in Optimizer.__subclasses__() if k.__module__.startswith("gradiente.optimizers.")}
    assert set(REGISTRY.values()) == concrete
    for name, kind in REGISTRY.items():
        assert name == ("course." if kind.__module__.endswith(".course") else "") + kind.__name__
