"""What every loss of the registry must satisfy; a new one is covered the moment it is registered."""

import math
import pickle
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from gradiente import (
    ArgumentError,
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    DataError,
    HuberLoss,
    KLDivLoss,
    Loss,
    MSLELoss,
    NLLLoss,
    ShapeError,
    SmoothL1Loss,
)
from gradiente.examples import draw_prediction, draw_target, loss_examples, target_kinds
from gradiente.losses import REGISTRY
from gradiente.losses.weights import torch_weighted_sum
from gradiente.notation import parse, write

from ..losses.compared import assert_equals_torch

REDUCTIONS = ("mean", "sum", "none")
every_loss = pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
shapes = st.lists(st.integers(1, 7), min_size=1, max_size=3).map(tuple)
classified = st.tuples(
    st.integers(1, 9), st.integers(1, 6), st.lists(st.integers(1, 3), max_size=3).map(tuple)
).map(lambda sizes: (*sizes[:2], *sizes[2]))
rows = st.lists(st.integers(1, 7), min_size=2, max_size=3).map(tuple)


def some(strategy):
    return st.none() | strategy


def weights(shape):
    """Nested lists of positive numbers."""
    if not shape:
        return st.floats(0.1, 4)
    return st.lists(weights(shape[1:]), min_size=shape[0], max_size=shape[0])


@st.composite
def broadcast(draw, shape):
    """Weights that can be broadcast to a shape: some of its last axes, of their length or of 1."""
    last = shape[draw(st.integers(0, len(shape))) :]
    return draw(weights(tuple(draw(st.sampled_from([1, n])) for n in last)))


def class_options(shape):
    return {
        "weight": some(weights(shape[1:2])),
        "ignore_index": st.sampled_from([-100, *range(shape[1])]),
    }


# Options of every loss for predictions of a shape. One that is not here has none but its reduction.
OPTIONS = {
    CrossEntropyLoss: lambda shape: (
        class_options(shape) | {"label_smoothing": st.sampled_from([0, 0.1, 0.7, 1])}
    ),
    NLLLoss: class_options,
    BCELoss: lambda shape: {"weight": some(broadcast(shape))},
    BCEWithLogitsLoss: lambda shape: {
        "weight": some(broadcast(shape)),
        "pos_weight": some(broadcast(shape)),
    },
    SmoothL1Loss: lambda shape: {"beta": st.sampled_from([0, 0.2, 1, 5.0])},
    HuberLoss: lambda shape: {"delta": st.sampled_from([0.2, 1, 5.0])},
    KLDivLoss: lambda shape: {"log_target": st.booleans()},
}


def draw_case(data, kind, dtype=np.float64, *, reductions=REDUCTIONS):
    """A loss with random options, a prediction and a target for it."""
    shape = data.draw(classified if kind.is_multiclass else rows if kind is KLDivLoss else shapes)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    reduction = data.draw(st.sampled_from(reductions))
    drawn = {name: data.draw(one) for name, one in OPTIONS.get(kind, lambda shape: {})(shape).items()}
    target_kind = data.draw(st.sampled_from([*target_kinds(kind), *["amounts"] * kind.soft_targets]))
    if drawn.get("log_target"):
        target_kind = "logarithms"
    target = draw_target(kind, target_kind, shape, rng)
    if target.dtype.kind == "f":
        target = target.astype(dtype)
        drawn.pop("ignore_index", None)
    elif drawn["ignore_index"] < 0:
        target[rng.random(target.shape) < 0.3] = drawn["ignore_index"]
    prediction = draw_prediction(kind, shape, rng).astype(dtype)
    return kind(reduction=reduction, **drawn), prediction, target


@every_loss
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@settings(max_examples=100)
@given(data=st.data())
def test_equals_pytorch(kind, dtype, tolerance, data):
    assert_equals_torch(*draw_case(data, kind, dtype), tolerance)


@every_loss
@settings(max_examples=40)
@given(data=st.data())
def test_gradient_equals_finite_differences(kind, data):
    loss, prediction, target = draw_case(data, kind)
    if loss.divisor(target) == 0:
        return
    expected = approx_fprime(
        prediction.ravel(), lambda flat: np.sum(loss.value(flat.reshape(prediction.shape), target)), 1e-7
    )
    got = loss.gradient(prediction, target).ravel()
    assert np.abs(got - expected).max() <= 1e-3 * np.abs(got).max(initial=1e-3)


def draw_weights(data, target, least=0.0):
    return np.array(
        [
            data.draw(st.sampled_from([w for w in (0.0, 0.25, 1.0, 3.5) if w >= least]), label="weight")
            for _ in target
        ]
    )


@every_loss
@settings(max_examples=40)
@given(data=st.data())
def test_weighted_gradient_equals_finite_differences(kind, data):
    loss, prediction, target = draw_case(data, kind)
    w = draw_weights(data, target, least=0.25)
    if loss.divisor(target, w) == 0:
        return
    expected = approx_fprime(
        prediction.ravel(), lambda flat: np.sum(loss.value(flat.reshape(prediction.shape), target, w)), 1e-7
    )
    got = loss.gradient(prediction, target, w).ravel()
    assert np.abs(got - expected).max() <= 1e-3 * np.abs(got).max(initial=1e-3)


@every_loss
@settings(max_examples=40)
@given(data=st.data())
def test_whole_weights_are_repeated_rows(kind, data):
    loss, prediction, target = draw_case(data, kind, reductions=("mean", "sum"))
    times = np.array([data.draw(st.integers(0, 3), label="times") for _ in target])
    own = (np.array(getattr(loss, name, None)) for name in ("weight", "pos_weight"))
    if not times.any() or any(w.ndim == prediction.ndim for w in own):  # weights of the rows themselves
        return
    repeated = np.repeat(prediction, times, axis=0), np.repeat(target, times, axis=0)
    np.testing.assert_allclose(loss.value(prediction, target, times), loss.value(*repeated), rtol=1e-12)
    first = np.repeat(np.arange(len(target)), times)
    summed = np.zeros_like(prediction)
    np.add.at(summed, first, loss.gradient(*repeated))
    np.testing.assert_allclose(
        loss.gradient(prediction, target, times), summed, rtol=1e-12, atol=1e-12 * np.abs(summed).max()
    )


@every_loss
@settings(max_examples=20)
@given(data=st.data())
def test_weights_of_one_change_no_bit(kind, data):
    loss, prediction, target = draw_case(data, kind)
    ones = np.ones(len(target))
    np.testing.assert_array_equal(loss.value(prediction, target, ones), loss.value(prediction, target))
    np.testing.assert_array_equal(loss.gradient(prediction, target, ones), loss.gradient(prediction, target))


@every_loss
@settings(max_examples=30)
@given(data=st.data())
def test_a_weighted_loss_by_pytorch(kind, data):
    loss, prediction, target = draw_case(data, kind, reductions=("mean", "sum"))
    w = draw_weights(data, target)
    divisor = loss.divisor(target, w)
    if divisor == 0:
        return
    leaf = torch.from_numpy(prediction.copy()).requires_grad_()
    J = torch_weighted_sum(loss)(leaf, torch.from_numpy(target.copy()), torch.from_numpy(w)) / divisor
    J.backward()
    assert leaf.grad is not None
    np.testing.assert_allclose(loss.value(prediction, target, w), J.item(), rtol=1e-10, atol=1e-12)
    largest = np.abs(leaf.grad.numpy()).max()
    np.testing.assert_allclose(
        loss.gradient(prediction, target, w), leaf.grad.numpy(), rtol=1e-9, atol=1e-10 * largest + 1e-300
    )


@pytest.mark.parametrize("name", ["CrossEntropyLoss", "NLLLoss"])
def test_class_weights_by_instance_are_pytorchs_class_weights(name):
    generator, by_class = np.random.default_rng(0), np.array([0.5, 2.0, 7.0])
    z, y = generator.normal(size=(40, 3)), generator.integers(0, 3, 40)
    theirs = getattr(torch.nn, name)(weight=torch.tensor(by_class))(torch.tensor(z), torch.tensor(y))
    assert REGISTRY[name]().value(z, y, by_class[y]) == pytest.approx(theirs.item(), rel=1e-13)


def test_weights_of_yes_and_no_are_pytorchs_over_their_sum():
    generator = np.random.default_rng(1)
    z, y, w = generator.normal(size=(40, 2)), generator.random((40, 2)), generator.uniform(0, 3, 40)
    theirs = torch.nn.BCEWithLogitsLoss(weight=torch.tensor(w[:, None]), reduction="sum")
    whole = theirs(torch.tensor(z), torch.tensor(y)).item()
    assert BCEWithLogitsLoss(reduction="sum").value(z, y, w) == pytest.approx(whole, rel=1e-13)
    assert BCEWithLogitsLoss().value(z, y, w) == pytest.approx(whole / (2 * w.sum()), rel=1e-13)


@pytest.mark.parametrize(
    ("weights", "error", "said"),
    [
        ([1.0, 2.0], ShapeError, "one number per instance"),
        ([[1.0], [2.0], [3.0]], ShapeError, "one number per instance"),
        ([1.0, -2.0, 3.0], DataError, "instance 1 is -2.0"),
        ([1.0, 2.0, math.nan], DataError, "instance 2 is nan"),
        ([1.0, 2.0, math.inf], DataError, "instance 2 is inf"),
    ],
)
def test_weights_that_do_not_fit(weights, error, said):
    z, y = np.zeros((3, 2)), np.array([0, 1, 1])
    for of in (CrossEntropyLoss().value, CrossEntropyLoss().gradient):
        with pytest.raises(error, match=said):
            of(z, y, weights)


def test_what_has_no_weight_counts_nothing_be_it_infinite():
    z, y = np.array([[0.0, 0.0], [-np.inf, 0.0]]), np.array([0, 0])
    assert CrossEntropyLoss().value(z, y, [1.0, 0.0]) == pytest.approx(np.log(2))
    assert math.isnan(CrossEntropyLoss().value(z, y, [0.0, 0.0]))
    assert not CrossEntropyLoss().gradient(z, y, [0.0, 0.0]).any()


@every_loss
@settings(max_examples=20)
@given(data=st.data())
def test_nothing_that_was_given_is_changed(kind, data):
    loss, prediction, target = draw_case(data, kind)
    for array in (prediction, target):
        array.flags.writeable = False
    loss.value(prediction, target)
    loss.gradient(prediction, target)


@every_loss
@settings(max_examples=20)
@given(data=st.data())
def test_strided_arrays_give_the_same_numbers(kind, data):
    loss, *arrays = draw_case(data, kind)
    strided = [np.asfortranarray(np.repeat(array, 2, axis=-1)[..., ::2]) for array in arrays]
    for of in (loss.value, loss.gradient):
        np.testing.assert_allclose(of(*strided), of(*arrays), rtol=1e-13)


@every_loss
def test_lists_and_whole_numbers_are_taken_too(kind):
    loss = kind((0.5, 2.5)) if kind in (CrossEntropyLoss, NLLLoss, BCELoss) else kind()
    prediction = (
        [[1, 0], [0, 1]] if kind is BCELoss else [[0, -3], [2, 1]] if kind is not MSLELoss else [[0, 3]] * 2
    )
    target = [1, 0] if kind.is_multiclass else [[1, 0], [0, 1]]
    floats = np.array(prediction, float), np.array(target, int if kind.is_multiclass else float)
    assert loss.value(prediction, target) == loss.value(*floats)
    np.testing.assert_array_equal(loss.gradient(prediction, target), loss.gradient(*floats))


@every_loss
@settings(max_examples=30)
@given(data=st.data())
def test_every_reduction_is_of_the_same_terms(kind, data):
    loss, prediction, target = draw_case(data, kind, reductions=("mean",))
    total, every = replace(loss, reduction="sum"), replace(loss, reduction="none")
    count = loss.count(target)
    assert loss.divisor(target) == count
    assert total.divisor(target) == every.divisor(target) == 1
    np.testing.assert_allclose(
        np.sum(every.value(prediction, target)), total.value(prediction, target), rtol=1e-13
    )
    np.testing.assert_array_equal(every.gradient(prediction, target), total.gradient(prediction, target))
    if count == 0:
        assert math.isnan(loss.value(prediction, target))
        assert not loss.gradient(prediction, target).any()
        return
    for of in ("value", "gradient"):
        mean = getattr(loss, of)(prediction, target)
        np.testing.assert_allclose(mean * count, getattr(total, of)(prediction, target), rtol=1e-13)


@every_loss
@settings(max_examples=20)
@given(data=st.data())
def test_the_estimate_has_the_shape_of_the_prediction(kind, data):
    loss, prediction, _ = draw_case(data, kind)
    estimate = loss.estimate(prediction)
    assert estimate.shape == prediction.shape
    if loss.is_multiclass:
        np.testing.assert_allclose(estimate.sum(axis=1), 1, rtol=1e-12)


@every_loss
@settings(max_examples=30)
@given(data=st.data())
def test_is_frozen_and_has_its_formulas(kind, data):
    loss, _, target = draw_case(data, kind)
    for name in [*(field.name for field in fields(loss)), "anything"]:
        with pytest.raises(FrozenInstanceError):
            setattr(loss, name, "sum")
    assert kind().equation_with() == kind.equation
    assert kind().derivative_with() == kind.derivative
    for formula in (loss.equation_with(target), loss.derivative_with(target), loss.count_with(target)):
        assert formula
        assert formula.count("{") == formula.count("}")
        assert formula.count(r"\left") == formula.count(r"\right")


@every_loss
@settings(max_examples=30)
@given(data=st.data())
def test_round_trips_as_notation(kind, data):
    loss, _, _ = draw_case(data, kind)
    assert parse(write(loss, REGISTRY), REGISTRY) == loss
    assert hash(pickle.loads(pickle.dumps(loss))) == hash(loss)


def test_the_registry_holds_every_loss_under_its_own_name():
    def leaves(kind):
        below = [child for child in kind.__subclasses__() if child.__module__.startswith("gradiente.losses.")]
        return {leaf for child in below for leaf in leaves(child)} or {kind}

    assert set(REGISTRY.values()) == leaves(Loss)
    assert all(name == kind.__name__ for name, kind in REGISTRY.items())


@every_loss
def test_arguments_are_those_of_pytorch_also_by_position(kind):
    if kind is MSLELoss:
        return
    theirs = getattr(torch.nn, kind.__name__).__init__
    names = theirs.__code__.co_varnames[1 : theirs.__code__.co_argcount]
    defaults = dict(zip(names, theirs.__defaults__, strict=True))
    old = ("size_average", "reduce")
    assert [field.name for field in fields(kind)] == [name for name in names if name not in old]
    assert not any(field.kw_only for field in fields(kind))
    assert {field.name: field.default for field in fields(kind)} == {
        name: default for name, default in defaults.items() if name not in old
    }
    for name in old:
        with pytest.raises(ArgumentError, match=f"has no argument {name}"):
            kind(**{name: True})


@every_loss
def test_shapes_that_differ_are_named(kind):
    rng = np.random.default_rng(0)
    prediction, target = (
        draw_prediction(kind, (4, 3), rng),
        draw_target(kind, target_kinds(kind)[0], (4, 3), rng),
    )
    for call in (kind().value, kind().gradient):
        with pytest.raises(ShapeError, match=r"\(4, 3\)") as raised:
            call(prediction, target[:3])
        assert str(target[:3].shape) in str(raised.value)


@every_loss
@pytest.mark.parametrize("reduction", ["Mean", None, 1, [2.0, 1.0]])
def test_an_unknown_reduction_is_an_error_with_the_known_ones(kind, reduction):
    with pytest.raises(ArgumentError, match=r'reduction must be one of "mean", .*"sum", "none"'):
        kind(reduction=reduction)


@every_loss
def test_the_examples_of_a_loss_fit_it(kind):
    rng = np.random.default_rng(0)
    for notation, shape, where, target in loss_examples(kind.__name__, kind):
        loss = parse(notation, REGISTRY)
        assert isinstance(loss, kind)
        assert_equals_torch(
            loss, draw_prediction(kind, shape, rng, where), draw_target(kind, target, shape, rng), 1e-12
        )
