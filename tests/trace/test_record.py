"""A step as data: names, order, sources, formulas, what is copied, and what is refused."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from gradiente import (
    SGD,
    Adadelta,
    Adam,
    ArgumentError,
    BatchNorm1d,
    BatchNorm2d,
    BCELoss,
    Context,
    Conv2d,
    CrossEntropyLoss,
    DataError,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    MSELoss,
    Network,
    ReLU,
    ShapeError,
    Sigmoid,
    trace,
)
from gradiente.trace import torch_step
from gradiente.trace.step import TracedStep

X = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
Y = np.array([[0.0], [1], [1], [0]])


def xor(**options):
    network = Network([Linear(3, 4), Sigmoid(), Linear(4, 1), Sigmoid()], seed=1)
    return trace(network, BCELoss(), X, Y, **options)


def images():
    stack = [Conv2d(1, 2, 3), BatchNorm2d(2), ReLU(), MaxPool2d(2), Flatten(), Dropout(), Linear(8, 3)]
    rng = np.random.default_rng(0)
    return trace(Network(stack), CrossEntropyLoss(), rng.normal(size=(4, 1, 6, 6)), np.array([0, 2, 1, 1]))


def test_the_lectures_names_in_the_order_of_computation():
    forward = ["X", "W[1]", "b[1]", "Z[1]", "A[1]", "W[2]", "b[2]", "Z[2]", "A[2]", "y", "J"]
    backward = ["dA[2]", "dZ[2]", "dW[2]", "db[2]", "dA[1]", "dZ[1]", "dW[1]", "db[1]", "dX"]
    assert xor().names == forward + backward
    update = xor(optimizer=Adam()).names[len(forward + backward) :]
    assert update[:4] == ["m(W[1])", "v(W[1])", "W[1]⁺", "m(b[1])"]
    assert len(update) == 12


def test_layers_for_which_the_lecture_has_no_letter():
    outputs = [quantity.name for quantity in images() if quantity.role == "output"]
    assert outputs == ["Z[1]", "N[1]", "A[1]", "P[1]", "F[1]", "D[1]", "Z[2]"]
    assert {"γ[1]", "dβ[1]", "dP[1]", "ŷ"} <= set(images().names)


def test_the_lectures_shortcut_of_the_last_layer():
    """∂J/∂Z[2] = (A[2] − Y) / m, and ∂J/∂W[1] from it as on the slides."""
    step = xor()
    a1, a2, w2 = (step[name].value for name in ("A[1]", "A[2]", "W[2]"))
    dz2 = (a2 - Y) / 4
    np.testing.assert_allclose(step["dZ[2]"].value, dz2, rtol=1e-12)
    np.testing.assert_allclose(step["dW[1]"].value, (dz2 @ w2 * a1 * (1 - a1)).T @ X, rtol=1e-12)


@pytest.mark.parametrize("step", [xor(optimizer=Adam(weight_decay=0.1)), images()], ids=["xor", "images"])
def test_sources_are_computed_before_what_is_made_of_them(step):
    names = step.names
    assert len(set(names)) == len(names)
    for quantity in step:
        assert all(names.index(source) < names.index(quantity.name) for source in quantity.sources)
        assert bool(quantity.sources) == (quantity.role not in ("input", "parameter", "target"))


def test_formulas_are_the_layers_own_in_the_names_of_the_step():
    step = xor(optimizer=SGD())
    assert step["dW[2]"].layer == Linear(4, 1)
    d = r"\frac{{\partial J}}{{\partial {}^{{[{}]}}}}".format
    assert step["Z[2]"].formula == r"Z^{[2]} = A^{[1]} W^{[2]\top} + b^{[2]}"
    assert step["dW[2]"].formula == rf"{d('W', 2)} = \left({d('Z', 2)}\right)^{{\top}} A^{{[1]}}"
    assert step["dA[1]"].formula == f"{d('A', 1)} = {d('Z', 2)} W^{{[2]}}"
    assert step["dZ[1]"].formula == rf"{d('Z', 1)} = {d('A', 1)} \odot A^{{[1]}} \odot (1 - A^{{[1]}})"
    assert step["J"].formula.startswith(r"J = \frac{1}{m} \sum L, \quad L = -\left( y \log A^{[2]}")
    assert step["dA[2]"].formula.endswith(r"= \frac{1}{m} \frac{A^{[2]} - y}{A^{[2]} (1 - A^{[2]})}")
    assert step["W[1]⁺"].formula == rf"W^{{[1]+}} = W^{{[1]}} - \alpha {d('W', 1)}"
    assert (step["dW[2]"].label, step["dW[2]"].place) == ("∂J/∂W[2]", 2)
    assert step["dW[2]"].latex == r"\frac{\partial J}{\partial W^{[2]}}"


@pytest.mark.parametrize("name", ["dW[2]", "dW2", "dw2", " ∂J/∂W[2] ", "∂J/∂W2", "DW[2]"])
def test_many_spellings_of_one_name(name):
    assert xor()[name].name == "dW[2]"


@pytest.mark.parametrize(
    ("name", "meant"),
    {
        "A[0]": "X",
        "a0": "X",
        "dA0": "dX",
        "x": "X",
        "Y": "y",
        "ŷ": "A[2]",
        "y\u0302": "A[2]",
        "y_hat": "A[2]",
        "dŷ": "dA[2]",
        "W1+": "W[1]⁺",
        "m(W1)": "m(W[1])",
    }.items(),
)
def test_other_names_of_the_lecture(name, meant):
    assert xor(optimizer=Adam())[name].name == meant


def test_greek_letters_can_be_spelled():
    assert images()["dgamma1"].name == "dγ[1]"
    assert images()["yhat"].name == "ŷ"


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ArgumentError, match=r"dW\[2\]"):
        xor()["dWW[2]"]
    with pytest.raises(ArgumentError, match="Z"):
        xor()["dZ[3]"]


def test_what_only_differs_in_case_must_be_written_exactly():
    step = xor(optimizer=Adadelta())
    assert step["dW[1]"].name == "dW[1]"
    assert step["D(W[1])"].name == "D(W[1])"
    with pytest.raises(ArgumentError):
        step["dw1"]


def test_the_network_and_the_batch_stay_as_they_are():
    network = Network([Linear(3, 2), BatchNorm1d(2), Dropout(), Linear(2, 1)], seed=3)
    before, x = network.state_dict(), X.copy()
    step = trace(network, MSELoss(), x, Y, optimizer=Adam())
    step.entry("dW[1]", 0, 0)
    for name, value in network.state_dict().items():
        np.testing.assert_array_equal(value, before[name])
    assert not network.gradient.any()
    kept = step["X"].value.copy()
    x += 1
    network.theta += 1
    np.testing.assert_array_equal(step["X"].value, kept)
    np.testing.assert_array_equal(step["W[1]"].value, before["0.weight"])
    assert all(quantity.value.dtype == np.float64 for quantity in step)
    with pytest.raises(ValueError, match="read-only"):
        step["dW[1]"].value[0, 0] = 1


def test_the_same_numbers_as_the_network_itself():
    network = Network([Linear(3, 5), Dropout(), Linear(5, 4), Dropout(0.3)], dtype="float64")
    step = trace(network, MSELoss(), X, np.ones((4, 4)), seed=7)
    y, _ = network.forward(X, Context(training=True, generator=np.random.default_rng(7)))
    np.testing.assert_array_equal(step["D[2]"].value, y)


def test_frozen_layers_have_no_gradients_and_stay():
    network = Network([Linear(3, 4), Sigmoid(), Linear(4, 1)])
    network.freeze(0)
    step = trace(network, MSELoss(), X, Y, optimizer=Adam())
    assert not {"dW[1]", "db[1]", "W[1]⁺"} & set(step.names)
    assert step.entry("dX", 0, 0).torch == pytest.approx(step.entry("dX", 0, 0).value)
    assert "W[2]⁺" in step.names


@pytest.mark.parametrize("columns", [False, True])
def test_all_of_it_as_json(columns):
    step = xor(optimizer=Adam(), columns=columns)
    data = json.loads(json.dumps(step.to_dict()))
    assert [quantity["name"] for quantity in data["quantities"]] == step.names
    np.testing.assert_array_equal(data["quantities"][3]["value"], step["Z[1]"].value)
    assert data["quantities"][3]["layer"] == "Linear(3, 4)"
    assert (data["loss"], data["optimizer"]) == ("BCELoss()", "Adam()")
    entry = json.loads(json.dumps(step.entry("dW[2]", 0, 1).to_dict()))
    assert sum(term["value"] for term in entry["terms"]) == pytest.approx(entry["value"])


def test_without_pytorch_its_value_is_missing(monkeypatch):
    monkeypatch.setattr(torch_step, "find_spec", lambda name: None)
    step = xor(optimizer=SGD())
    assert [step.entry(name, 0, 0).torch for name in ("Z[1]", "dW[1]", "W[1]⁺")] == [None] * 3
    assert step.entry("J").torch is None
    assert step.entry("J").terms


def test_the_witnesses_can_stay_at_home(monkeypatch):
    monkeypatch.setattr(torch_step, "find_spec", lambda name: pytest.fail("PyTorch was asked for"))
    entry = xor().entry("dW[2]", 0, 1, differences=False, torch=False)
    assert (entry.finite_difference, entry.torch) == (None, None)
    assert entry.total == pytest.approx(entry.value, rel=1e-12)


@dataclass(frozen=True)
class Doubled(Layer):
    equation = "Y = 2 X"
    derivative = {"x": r"2 \delta"}

    def forward(self, parameters, x, context):
        return 2 * x, None

    def input_gradient(self, parameters, cache, dy):
        return 2 * dy


def test_a_layer_of_ones_own_is_opened_by_its_own_derivative():
    step = trace(Network([Linear(3, 2), Doubled()]), MSELoss(), X, np.ones((4, 2)))
    output, through = step.entry("Y[1]", 0, 0), step.entry("dZ[1]", 0, 1)
    assert output.total == output.value
    assert [(term.symbol, term.factors[1].value) for term in through.terms] == [("dy[0,1]·∂y[0,1]/∂z", 2.0)]
    assert through.total == pytest.approx(through.value)
    assert through.finite_difference == pytest.approx(through.value, rel=1e-6)
    assert through.torch is None
    assert step["Y[1]"].formula == "Y = 2 X"


@dataclass(frozen=True)
class Halved(MSELoss):
    def unreduced(self, prediction, target):
        return super().unreduced(prediction, target) / 2

    def unreduced_gradient(self, prediction, target):
        return super().unreduced_gradient(prediction, target) / 2


def test_a_loss_of_ones_own_is_traced_too(monkeypatch):
    monkeypatch.setattr(torch_step, "find_spec", lambda name: None)
    step = trace(Network([Linear(3, 1)]), Halved(), X, Y)
    cost, delta = step.entry("J"), step.entry("dZ[1]", 1, 0)
    assert cost.total == pytest.approx(cost.value)
    assert delta.total == pytest.approx(delta.value)
    assert delta.finite_difference == pytest.approx(delta.value, rel=1e-6)
    assert step.entry("dW[1]", 0, 0).opened


def test_on_the_edge_of_what_the_loss_takes_there_is_no_finite_difference():
    step = trace(Network([Dropout()]), BCELoss(), [[1.0], [0.5]], [[1.0], [0.0]], training=False)
    assert step.entry("dX", 0, 0).finite_difference is None
    assert step.entry("dX", 1, 0).finite_difference == pytest.approx(step["dX"].value[1, 0])


@pytest.mark.parametrize("index", [(), (0,), (0, 4), (-2, 0), (0, 0, 0), (0.0, 1), ("a", 0), (True, 0)])
def test_a_place_that_is_not_there(index):
    with pytest.raises(ArgumentError, match=r"W\[2\]"):
        xor().entry("W[2]", *index)


def test_the_last_place():
    assert xor().entry("dW[2]", -1, -1).index == (0, 3)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"t": 0}, ArgumentError),
        ({"t": 1.5}, ArgumentError),
        ({"slots": {}}, ArgumentError),
        ({"optimizer": Adam(), "slots": {"m": np.zeros(21)}}, ArgumentError),
        ({"optimizer": Adam(), "slots": {"m": np.zeros(21), "v": np.zeros(3)}}, ShapeError),
    ],
)
def test_what_cannot_be(options, error):
    with pytest.raises(error):
        xor(**options)


def test_class_numbers_that_are_no_whole_numbers_are_an_error():
    with pytest.raises(ShapeError, match="CrossEntropyLoss"):
        trace(Network([Linear(2, 3)]), CrossEntropyLoss(), np.zeros((2, 2)), np.array([0.0, 2.0]))


def test_a_batch_that_does_not_fit():
    network = Network([Linear(3, 1)])
    with pytest.raises(DataError):
        trace(network, MSELoss(), np.zeros((0, 3)), np.zeros((0, 1)))
    with pytest.raises(ShapeError):
        trace(network, MSELoss(), X[:, :2], Y)
    with pytest.raises(ShapeError):
        trace(network, MSELoss(), X, Y[:2])


def test_a_finite_difference_changes_nothing_that_another_thread_may_read(monkeypatch):
    """PyTorch's values are computed beside it, from the same network."""
    step = xor()
    read, before = step._step.network, step._step.network.theta.copy()
    cost_from, same = TracedStep.cost_from, []

    def observed(own, *arguments):
        same.append(np.array_equal(read.theta, before))
        return cost_from(own, *arguments)

    monkeypatch.setattr(TracedStep, "cost_from", observed)
    entry = step.entry("dW[1]", 0, 0, torch=False)
    assert same == [True, True]
    assert entry.finite_difference == pytest.approx(entry.value, rel=1e-8)
