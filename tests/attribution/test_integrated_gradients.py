"""Integrated gradients: completeness, closed forms where the integral has one, PyTorch's derivatives."""

import numpy as np
import pytest
import torch

import gradiente as gr
from gradiente.attribution.integrated_gradients import slope

LAYERS = {
    "tanh": [gr.Linear(5, 9), gr.Tanh(), gr.Linear(9, 3)],
    "relu": [gr.Linear(5, 16), gr.ReLU(), gr.Linear(16, 16), gr.ReLU(), gr.Linear(16, 3)],
    "norm": [gr.Linear(5, 9), gr.BatchNorm1d(9), gr.Tanh(), gr.Dropout(0.5), gr.Linear(9, 3)],
    "residual": [gr.Linear(5, 6), gr.Residual([gr.Linear(6, 6), gr.SiLU()]), gr.Linear(6, 3)],
    "softmax": [gr.Linear(5, 9), gr.Tanh(), gr.Linear(9, 3), gr.LogSoftmax()],
}


def network(name="tanh", seed=3, dtype="float32"):
    net = gr.Network(LAYERS[name], seed=seed, dtype=dtype)
    for buffer in net.buffers.values():
        buffer += np.array(0.3).astype(buffer.dtype)
    return net


def loss_of(name):
    return gr.NLLLoss() if name == "softmax" else gr.CrossEntropyLoss()


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("output", [0, 2])
def test_the_attributions_sum_to_the_difference_of_the_answers(name, output):
    generator = np.random.default_rng(7)
    net, loss = network(name), loss_of(name)
    for _ in range(5):
        x, baseline = 2 * generator.normal(size=(2, 5))
        found = gr.integrated_gradients(net, loss, x, baseline, output=output)
        p = loss.estimate(net.astype("float64").predict(np.stack([baseline, x])))[:, output]
        assert (found.at_baseline, found.answer) == pytest.approx(tuple(p))
        assert found.values.sum() == pytest.approx(p[1] - p[0], rel=2e-3, abs=1e-9)


@pytest.mark.parametrize("name", LAYERS)
def test_they_are_the_mean_of_pytorchs_derivatives_times_the_way(name):
    generator = np.random.default_rng(8)
    net, loss = network(name, dtype="float64"), loss_of(name)
    x, baseline = generator.normal(size=(2, 5))
    found = gr.integrated_gradients(net, loss, x, baseline, output=1)
    module = net.to_torch().eval()
    alphas = (np.arange(found.points) + 0.5) / found.points
    way = torch.tensor(baseline + alphas[:, None] * (x - baseline), requires_grad=True)
    y = module(way)
    p = y.exp() if name == "softmax" else y.softmax(dim=1)
    (slopes,) = torch.autograd.grad(p[:, 1].sum(), way)
    np.testing.assert_allclose(
        found.values, (x - baseline) * slopes.mean(dim=0).numpy(), rtol=1e-8, atol=1e-12
    )


def test_a_linear_model_adds_its_weights_times_its_inputs():
    net = gr.Network([gr.Linear(4, 2)], seed=1, dtype="float64")
    x, baseline = np.random.default_rng(0).normal(size=(2, 4))
    found = gr.integrated_gradients(net, gr.MSELoss(), x, baseline, output=1)
    np.testing.assert_allclose(found.values, net.parameters["0.weight"][1] * (x - baseline))


def test_an_integral_that_has_a_closed_form():
    """F = σ(w·x): every ∂F/∂xⱼ on the way is wⱼ σ′, so aⱼ = wⱼ xⱼ (F(x) − ½) / (w·x)."""
    net = gr.Network([gr.Linear(3, 1, bias=False)], dtype="float64")
    w, x = np.array([2.0, -1.0, 0.5]), np.array([0.7, 0.2, -1.5])
    net.theta[...] = w
    found = gr.integrated_gradients(net, gr.BCEWithLogitsLoss(), x)
    z = w @ x
    np.testing.assert_allclose(found.values, w * x * (1 / (1 + np.exp(-z)) - 0.5) / z, rtol=1e-3)


def test_a_convolutional_network_and_an_input_that_is_not_used():
    layers = [gr.Conv2d(1, 4, 3), gr.ReLU(), gr.MaxPool2d(2), gr.Flatten(), gr.Linear(4 * 3 * 3, 3)]
    net = gr.Network([gr.Unflatten(1, (1, 8, 8)), *layers], seed=2)
    x = np.random.default_rng(0).random(64)
    found = gr.integrated_gradients(net, gr.CrossEntropyLoss(), x)
    assert abs(found.missing) <= 2e-3 * abs(found.answer - found.at_baseline)
    unused = gr.Network([gr.Linear(2, 3), gr.Tanh(), gr.Linear(3, 1)], seed=2)
    unused.parameters["0.weight"][:, 1] = 0
    assert gr.integrated_gradients(unused, gr.MSELoss(), [1.0, 5.0]).values[1] == 0


@pytest.mark.parametrize(
    "loss",
    [gr.MSELoss(), gr.BCEWithLogitsLoss(), gr.NLLLoss(), gr.CrossEntropyLoss()],
    ids=lambda loss: loss.link,
)
def test_the_slope_of_the_estimate_is_that_of_finite_differences(loss):
    prediction, step = np.random.default_rng(3).normal(size=(6, 4)), 1e-6
    expected = np.zeros((6, 4))
    for j in range(4):
        moved = np.eye(4)[j] * step
        up, down = (loss.estimate(prediction + sign * moved)[:, 2] for sign in (1, -1))
        expected[:, j] = (up - down) / (2 * step)
    np.testing.assert_allclose(slope(loss, prediction, 2), expected, atol=1e-8)


def test_the_network_is_not_changed():
    net = network("norm")
    net.gradient[...] = 5
    before = net.state_dict()
    gr.integrated_gradients(net, gr.CrossEntropyLoss(), np.ones(5))
    assert all(net.state_dict()[name].tobytes() == value.tobytes() for name, value in before.items())
    assert (net.gradient == 5).all()
    assert not net.frozen


def test_what_cannot_be_explained_is_refused():
    indices = gr.Network([gr.Embedding(5, 3), gr.Flatten(), gr.Linear(6, 2)])
    with pytest.raises(gr.ArgumentError, match="indices"):
        gr.integrated_gradients(indices, gr.CrossEntropyLoss(), [1, 2])
    together = gr.Network([gr.Linear(2, 3), gr.BatchNorm1d(3, track_running_stats=False), gr.Linear(3, 2)])
    with pytest.raises(gr.ArgumentError, match="predicted with it"):
        gr.integrated_gradients(together, gr.CrossEntropyLoss(), [1.0, 2.0])
    with pytest.raises(gr.ArgumentError, match="0 to 2"):
        gr.integrated_gradients(network(), gr.CrossEntropyLoss(), np.ones(5), output=3)
    with pytest.raises(gr.ShapeError, match="baseline"):
        gr.integrated_gradients(network(), gr.CrossEntropyLoss(), np.ones(5), np.ones(4))
