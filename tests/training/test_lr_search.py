"""The search for a learning rate: against steps taken by PyTorch, a parabola, and nothing changed."""

import copy

import numpy as np
import pytest
import torch

import gradiente as gr
from gradiente.data import Dataset
from gradiente.training.lr_search import LRSearch

ENGINES = ["numpy", "compiled", "torch"]


def network():
    return gr.Network(
        [gr.Linear(2, 8), gr.BatchNorm1d(8), gr.Tanh(), gr.Dropout(0.2), gr.Linear(8, 3)], seed=4
    )


def trainer(engine="numpy", **options):
    return gr.Trainer(network(), gr.CrossEntropyLoss(), gr.Adam(lr=0.01), engine=engine, **options)


@pytest.mark.parametrize("engine", ENGINES)
def test_everything_is_afterwards_as_it_was(clouds, engine):
    searched, other = trainer(engine), trainer(engine)
    for one in (searched, other):
        one.fit(clouds, epochs=2, batch_size=16)
        one.partial_fit(clouds)
        one.network.gradient[...] = 7
    before = copy.deepcopy(searched.network)
    state = searched.engine.state()
    searched.network.gradient[...] = 7
    search = searched.lr_find(clouds, batch_size=16, steps=30)
    assert len(search.rates) > 5
    net = searched.network
    assert net.theta.tobytes() == before.theta.tobytes()
    assert net.gradient.tobytes() == before.gradient.tobytes()
    assert {name: each.tobytes() for name, each in net.buffers.items()} == {
        name: each.tobytes() for name, each in before.buffers.items()
    }
    after = searched.engine.state()
    assert after.t == state.t
    assert {name: each.tobytes() for name, each in after.slots.items()} == {
        name: each.tobytes() for name, each in state.slots.items()
    }
    results = [one.partial_fit(clouds).value for one in (searched, other)]  # what layers draw next, too
    assert results[0] == results[1]
    for one in (searched, other):
        one.fit(clouds, epochs=4, batch_size=16)
    assert searched.network.theta.tobytes() == other.network.theta.tobytes()


def test_the_steps_are_those_of_pytorch_with_growing_rates(clouds):
    net = gr.Network([gr.Linear(2, 5), gr.Tanh(), gr.Linear(5, 3)], seed=4, dtype="float64")
    module = net.to_torch()
    search = gr.Trainer(net, gr.CrossEntropyLoss(), gr.SGD(lr=1.0)).lr_find(
        clouds, batch_size="all", lowest=1e-3, highest=1.0, steps=20
    )
    np.testing.assert_allclose(search.rates, np.geomspace(1e-3, 1.0, 20))
    losses, x, y = [], torch.from_numpy(clouds.x.astype(np.float64)), torch.from_numpy(clouds.y)
    for lr in np.geomspace(1e-3, 1.0, 20):
        optimizer = torch.optim.SGD(module.parameters(), lr=lr)
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(module(x), y)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
    np.testing.assert_allclose(search.losses, losses, rtol=1e-9)


def test_a_parabola_is_left_where_its_steps_grow():
    """J = (w x)² with x² = 1: plain descent multiplies w by 1 − 2α, which grows in size from α = 1 on."""
    x = np.where(np.arange(40) % 2, 1.0, -1.0)[:, None]
    data = Dataset(x, np.zeros(40), "regression", "parabola")
    net = gr.Network([gr.Linear(1, 1, bias=False)], dtype="float64")
    net.theta[...] = 1.0
    search = gr.Trainer(net, gr.MSELoss(), gr.SGD(lr=1.0)).lr_find(
        data, batch_size="all", lowest=1e-3, highest=100.0, steps=120
    )
    factors = (1 - 2 * search.rates) ** 2
    expected = np.concatenate([[1.0], np.cumprod(factors)[:-1]])
    np.testing.assert_allclose(search.losses, expected, rtol=1e-6)
    assert search.diverged
    assert search.suggestion == search.lowest / 10
    assert search.suggestion is not None
    assert 0.05 < search.suggestion < 1
    assert search.steepest < search.lowest


def test_the_smoothed_loss_is_the_corrected_moving_average():
    losses = np.random.default_rng(0).random(50)
    smoothed = LRSearch(np.geomspace(1e-5, 1, 50), losses, False).smoothed
    t = np.arange(50)
    weights = 0.9 ** (t[:, None] - t[None, :]) * (t[:, None] >= t[None, :])
    np.testing.assert_allclose(smoothed, (weights @ losses) / weights.sum(axis=1))


def test_the_suggestion_trains_and_a_loss_that_does_not_fall_has_none(clouds):
    found = trainer().lr_find(clouds, batch_size=16)
    assert found.suggestion is not None
    best = gr.Trainer(network(), gr.CrossEntropyLoss(), gr.Adam(lr=found.suggestion))
    assert best.fit(clouds, epochs=20, batch_size=16)["loss"][-1] < 0.5
    flat = LRSearch(np.geomspace(1e-7, 1, 40), np.ones(40), False)
    assert flat.suggestion is None


@pytest.mark.parametrize(
    "wrong", [{"lowest": 0.0}, {"lowest": 1.0, "highest": 0.1}, {"steps": 3}, {"highest": float("inf")}]
)
def test_rates_that_are_none_are_refused(clouds, wrong):
    with pytest.raises(gr.ArgumentError):
        trainer().lr_find(clouds, **wrong)


def test_a_plot_has_both_curves_and_the_suggestion(clouds):
    from matplotlib import pyplot

    search = trainer().lr_find(clouds, batch_size=16)
    axes = search.plot()
    points, line, mark = axes.lines
    np.testing.assert_allclose(np.asarray(points.get_ydata()), search.losses)
    np.testing.assert_allclose(np.asarray(line.get_ydata()), search.smoothed)
    assert np.asarray(mark.get_xdata())[0] == search.suggestion
    assert axes.get_xscale() == "log"
    pyplot.close("all")
