"""A traced step is the step that is trained: every quantity of it against the engine's, and opened."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradiente import (
    L1,
    L2,
    SGD,
    Adam,
    Adamax,
    AdamW,
    BatchNorm1d,
    BCELoss,
    Clip,
    Context,
    CrossEntropyLoss,
    Dropout,
    LeakyReLU,
    Linear,
    Lion,
    MSELoss,
    NAdam,
    Network,
    RAdam,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    course,
    trace,
)
from gradiente.engines import NumpyEngine
from gradiente.objective import Objective
from gradiente.parameter_groups import ParameterGroups

ACTIVATIONS = [Tanh(), ReLU(), Sigmoid(), LeakyReLU(0.1), Softmax()]
OPTIMIZERS = [SGD(lr=0.1), SGD(lr=0.1, momentum=0.9, nesterov=True), Adam(lr=0.01), AdamW(), course.RMSprop()]
OPTIMIZERS += [Adamax(), NAdam(weight_decay=0.1), RAdam(betas=(0.9, 0.9)), Lion()]


@st.composite
def trainings(draw):
    """A network with its objective, a rule, and what parameters have of their own."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    layers = []
    for inputs, outputs in itertools.pairwise(sizes):
        layers += [
            Linear(inputs, outputs, bias=draw(st.booleans())),
            *([BatchNorm1d(outputs)] if draw(st.booleans()) else []),
            draw(st.sampled_from(ACTIVATIONS)),
            *([Dropout(0.3)] if draw(st.booleans()) else []),
        ]
    network = Network(layers, seed=draw(st.integers(0, 99)), dtype="float64")
    if len(sizes) > 2 and draw(st.booleans()):
        network.freeze(0)
    penalties = draw(st.lists(st.sampled_from([L1(0.01), L2(0.1)]), max_size=2, unique=True))
    bounds = st.sampled_from([None, 0.05, 10.0])
    clip = Clip(norm=draw(bounds), value=draw(bounds))
    loss = draw(st.sampled_from([MSELoss(), MSELoss(reduction="sum"), CrossEntropyLoss()]))
    own = draw(st.dictionaries(st.just(0), st.sampled_from([0.0, 0.1, 3.0]), max_size=1))
    groups = ParameterGroups.of(network, own, draw(st.sampled_from(["all", "weights"])))
    return Objective(network, loss, penalties, clip), draw(st.sampled_from(OPTIMIZERS)), groups


@settings(max_examples=60)
@given(training=trainings(), seed=st.integers(0, 999), earlier=st.integers(0, 3))
def test_every_quantity_is_the_engines(training, seed, earlier):
    objective, optimizer, groups = training
    network, rng = objective.network, np.random.default_rng(seed)
    engine = NumpyEngine(objective, optimizer, parameter_groups=groups)
    outputs = network.forward(np.zeros((1, network.layers[0].in_features)))[0].shape[1]
    draws = np.random.default_rng(seed + 1)
    context = Context(training=True, generator=draws)
    traced, done = None, None
    for step in range(earlier + 1):
        x = rng.normal(size=(6, network.layers[0].in_features))
        multiclass = objective.loss.is_multiclass
        y = rng.integers(outputs, size=6) if multiclass else rng.normal(size=(6, outputs))
        if step == earlier:
            traced = trace(
                network,
                objective.loss,
                x,
                y,
                penalties=objective.penalties,
                clip=objective.clip,
                optimizer=optimizer,
                lr_factors=groups.lr_factors,
                weight_decay_on=groups.weight_decay_on,
                slots={name: slot.copy() for name, slot in engine.slots.items()},
                t=engine.t + 1,
                seed=draws,
            )
        done = engine.step(x, y, context, optimizer)
    assert traced is not None
    assert done is not None
    np.testing.assert_array_equal(traced["J"].value, done.value)
    if objective.penalties:
        np.testing.assert_array_equal(traced["R"].value, done.penalty)
    outputs_traced = [quantity for quantity in traced if quantity.role == "output"]
    np.testing.assert_array_equal(outputs_traced[-1].value, done.prediction)
    gradient = "clipped gradient" if objective.clip else "parameter gradient"
    slots = {name: network.named(slot) for name, slot in engine.slots.items()}
    for quantity in traced:
        if quantity.role == gradient:
            np.testing.assert_array_equal(quantity.value, network.gradients[str(quantity.parameter)])
        if quantity.role == "slot":
            np.testing.assert_array_equal(quantity.value, slots[str(quantity.slot)][str(quantity.parameter)])
        if quantity.role == "new parameter":
            np.testing.assert_array_equal(quantity.value, network.parameters[str(quantity.parameter)])
    for quantity in traced:
        entry = traced.entry(
            quantity.name, *(int(rng.integers(n)) for n in quantity.shape), differences=False, torch=False
        )
        if entry.opened:
            scale = max([1e-9, abs(entry.value), *(abs(term.value) for term in entry.terms)])
            assert entry.total == pytest.approx(entry.value, rel=0, abs=1e-9 * scale), quantity.name
            sources = {f.source for t in entry.terms for f in t.factors} - {None}
            assert sources <= set(quantity.sources), quantity.name


def regularized(**options):
    network = Network([Linear(3, 4), Sigmoid(), Linear(4, 1, bias=False), Sigmoid()], seed=1)
    x, y = np.random.default_rng(0).normal(size=(5, 3)), np.array([[0.0], [1], [1], [0], [1]])
    return trace(network, BCELoss(), x, y, **options)


def test_penalties_and_clip_by_all_who_know_the_number():
    step = regularized(penalties=[L1(0.01), L2(0.1)], clip=Clip(norm=0.05, value=0.02), optimizer=Adam())
    symbols = [term.symbol for term in step.entry("dW[1]", 2, 1).terms]
    assert symbols[-2:] == ["0.01·sign(w[2,1])", "0.1·w[2,1]"]
    for name in ("J", "L", "R", "dW[1]", "dW[2]", "db[1]", "g(W[1])", "g(b[1])", "m(W[2])", "W[1]⁺"):
        quantity = step[name]
        entry = step.entry(name, *(0,) * len(quantity.shape))
        assert entry.total == pytest.approx(entry.value, rel=1e-12)
        assert entry.torch == pytest.approx(entry.value, rel=1e-10)
        if quantity.role == "parameter gradient":
            assert entry.finite_difference == pytest.approx(entry.value, rel=1e-6)
    assert step["J"].formula == "J = L + R"
    assert step["m(W[1])"].sources == ("g(W[1])",)


def test_the_error_of_the_output_is_the_difference_and_is_shown_to_become_it():
    step = regularized()
    formula = step["dZ[2]"].formula
    assert formula.count(" = ") == 3
    assert formula.endswith(r"= \frac{1}{m} \left( A^{[2]} - y \right)")
    np.testing.assert_allclose(step["dZ[2]"].value, (step["A[2]"].value - step["y"].value) / 5)
    scores = trace(Network([Linear(3, 2)]), CrossEntropyLoss(), np.eye(3), np.array([0, 1, 1]))
    assert scores["dZ[1]"].formula.endswith(r"= \frac{1}{m} \left( \hat{y}_{k} - y_{k} \right)")


def test_in_inference_and_frozen_the_formulas_are_those_of_inference():
    network = Network([Linear(2, 3), BatchNorm1d(3), Dropout(0.5), Linear(3, 1)], dtype="float64")
    x, y = np.random.default_rng(0).normal(size=(4, 2)), np.zeros((4, 1))
    quiet = trace(network, MSELoss(), x, y, training=False)
    assert quiet["D[1]"].formula == "D^{[1]} = N^{[1]}"
    assert "overline" not in quiet["dZ[1]"].formula
    assert "overline" in trace(network, MSELoss(), x, y)["dZ[1]"].formula
    network.freeze(1, 2)
    assert "overline" not in trace(network, MSELoss(), x, y)["dZ[1]"].formula
    plain = Network([Linear(2, 3, bias=False), BatchNorm1d(3, affine=False)], dtype="float64")
    step = trace(plain, MSELoss(), x, np.zeros((4, 3)))
    assert "b" not in step["Z[1]"].formula
    assert r"\gamma" not in step["N[1]"].formula + step["dZ[1]"].formula
