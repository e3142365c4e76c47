"""Optimizers: gradients against finite differences, paths against torch.optim, slices against the run that they cut."""

import itertools
import re

import numpy as np
import pytest
import torch

from gradiente.data import Dataset, batches
from gradiente.errors import ArgumentError
from gradiente.lab.descent import descend
from gradiente.lab.frame import read_frame
from gradiente.lab.messages import message_of
from gradiente.lab.rooms.optimizers import Concepts, Descend, Ground, Look, Rules
from gradiente.lab.run import LabRun
from gradiente.lab.slice import filter_normalized, least_squares, slice_of
from gradiente.lab.surfaces import Beale, Rosenbrock, Saddle, Valley
from gradiente.layers import Context
from gradiente.network import Network
from gradiente.notation import parse
from gradiente.objective import Objective
from gradiente.optimizers import REGISTRY, SGD, course
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.schedules import ExponentialLR
from gradiente.streams import Purpose, stream
from gradiente.training.config import Config
from gradiente.training.targets import targets

MOONS = Config().changed(name="moons", samples=80, hidden=[5, 4], batch_size=8, penalty=["L2(strength=0.01)"])
MOONS_RUN = LabRun(MOONS)
SURFACES = {
    "valley": Valley(30.0),
    "rosenbrock": Rosenbrock(),
    "beale": Beale(),
    "saddle": Saddle(),
    "line": least_squares(),
    "slice": slice_of(MOONS_RUN, "random", 3),
}
# The same functions, as they stand in the literature, for autograd.
FORMULAS = {
    "valley": lambda x, y: (x**2 + 30 * y**2) / 2,
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    "saddle": lambda x, y: x**2 / 2 - y**2 / 2 + y**4 / 4,
}
PYTORCH = [name for name in REGISTRY if not name.startswith("course.") and name != "Lion"]


@pytest.mark.parametrize("name", SURFACES)
def test_gradients_are_those_of_finite_differences(name):
    surface, h = SURFACES[name], 1e-6
    for point in np.random.default_rng(1).uniform(surface.low, surface.high, (20, 2)):
        expected = [(surface.value(point + e) - surface.value(point - e)) / (2 * h) for e in h * np.eye(2)]
        np.testing.assert_allclose(surface.gradient(point), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["valley", "rosenbrock", "beale", "saddle", "line"])
def test_minima_are_the_lowest_points_of_the_surface(name):
    surface = SURFACES[name]
    for point in map(np.array, surface.minima):
        np.testing.assert_allclose(surface.gradient(point), 0, atol=1e-12)
        assert surface.value(point) == pytest.approx(surface.lowest, abs=1e-15)
    assert surface.grid(41).min() >= surface.lowest


def test_a_grid_has_a_row_for_each_height():
    valley = Valley(4.0)
    grid = valley.grid(3)
    assert grid.tolist() == [[10, 8, 10], [2, 0, 2], [10, 8, 10]]
    assert Rosenbrock().grid(3)[0, 2] == (1 - 2) ** 2 + 100 * (-1 - 2**2) ** 2


@pytest.mark.parametrize(("name", "surface"), list(itertools.product(PYTORCH, FORMULAS)))
def test_paths_are_those_of_torch_optim(name, surface):
    ground = SURFACES[surface]
    optimizer = parse(f"{name}(lr=0.002)", REGISTRY)
    path = descend(ground, optimizer, np.array(ground.start), 60)
    theta = torch.tensor(ground.start, dtype=torch.float64, requires_grad=True)
    twin = optimizer.to_torch([theta])  # pyright: ignore[reportAttributeAccessIssue]
    points = [theta.detach().numpy().copy()]
    for _ in range(60):
        twin.zero_grad()
        FORMULAS[surface](*theta).backward()
        twin.step()
        points.append(theta.detach().numpy().copy())
    np.testing.assert_allclose(
        path.points, points, rtol=1e-5, atol=1e-6
    )  # NAdam has single precision in PyTorch
    assert not path.diverged


def test_the_lectures_momentum_is_pytorchs_with_a_smaller_rate():
    start = np.array([-1.0, 1.0])
    averaged = descend(Valley(20.0), course.Momentum(lr=0.1, beta=0.9), start, 80)
    added = descend(Valley(20.0), SGD(lr=0.01, momentum=0.9), start, 80)
    np.testing.assert_allclose(averaged.points, added.points, rtol=1e-9)
    np.testing.assert_allclose(averaged.slots["m"], 0.1 * added.slots["m"], rtol=1e-9)


@pytest.mark.parametrize(("lr", "diverged"), [(0.019, False), (0.021, True)])
def test_batch_descent_diverges_beyond_two_over_the_curvature(lr, diverged):
    valley = Valley(100.0)
    assert valley.curvature(np.array([0.3, -0.2])) == pytest.approx(100)
    path = descend(valley, SGD(lr=lr), np.array([1.0, 1.0]), 2000)
    assert path.diverged == diverged
    assert np.isfinite(path.points).all()
    assert (len(path.points) < 2001) == diverged


def test_learning_rates_follow_the_schedule():
    path = descend(Valley(2.0), SGD(lr=0.2), np.array([1.0, 0.0]), 3, schedule=ExponentialLR(gamma=0.5))
    np.testing.assert_allclose(path.rates, [0.2, 0.1, 0.05])
    np.testing.assert_allclose(path.points[:, 0], [1, 0.8, 0.8 * 0.9, 0.8 * 0.9 * 0.95])


@pytest.mark.parametrize("size", [1, 8, 24])
def test_a_step_has_the_gradient_of_its_batch_and_an_epoch_every_instance(size):
    line = least_squares()
    path = descend(line, SGD(lr=0.01), np.array(line.start), 2 * 24 // size, batch_size=size, seed=5)
    orders = [batches(np.arange(24), size, stream(Purpose.ORDER, 5, epoch)) for epoch in (1, 2)]
    rows = [batch for order in orders for batch in order]
    for (w, b), gradient, batch in zip(path.points, path.gradients, rows, strict=False):
        x, y = line.x[batch, 0], line.y[batch, 0]
        error = w * x + b - y
        np.testing.assert_allclose(gradient, [2 * (error * x).mean(), 2 * error.mean()])


def cost(run, theta):
    """J of a run's network with other parameters, over the training data."""
    network = Network(run.network.layers, dtype="float64")
    network.theta[...] = theta
    prediction, _ = network.forward(run.train.x, Context())
    penalty = sum(0.01 / 2 * (weight**2).sum() for weight, _ in network.weights())
    return run.loss.value(prediction, targets(run.train, run.loss, prediction.shape[1])), penalty


def test_a_slice_goes_through_the_network_where_it_is():
    run = LabRun(MOONS)
    run.go_to(30)
    surface = slice_of(run, "random", 0)
    loss, penalty = cost(run, run.snapshot.state.theta)
    assert surface.value(np.zeros(2)) == pytest.approx(loss + penalty)
    one, two = filter_normalized(run.network.astype("float64"), 0)
    loss, penalty = cost(run, run.snapshot.state.theta + 0.3 * one - 0.7 * two)
    assert surface.value(np.array([0.3, -0.7])) == pytest.approx(loss + penalty, rel=1e-6)
    assert surface.instances == len(run.train)


NETWORKS = {
    "a linear network": ["Linear(2, 1)"],
    "one hidden layer without biases": ["Linear(2, 5, bias=False)", "Tanh()", "Linear(5, 1)"],
    "normalized": ["Linear(2, 6)", "BatchNorm1d(6)", "ReLU()", "Linear(6, 3)", "Tanh()", "Linear(3, 1)"],
    "normalized first": ["BatchNorm1d(2)", "Linear(2, 4)", "Sigmoid()", "Linear(4, 1)"],
}


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("penalty", [None, ["L2(strength=0.01)"], ["L1(strength=0.02)", "L2(strength=0.1)"]])
def test_a_slice_has_the_cost_and_the_gradient_of_the_whole_network(layers, penalty):
    """With the first layer's products made once, as without: by the objective of the network where the point is."""
    run = LabRun(MOONS.changed(hidden=None, layers=layers, penalty=penalty))
    run.go_to(12)
    surface = slice_of(run, "random", 4)
    network = run.network.astype("float64")
    origin, directions = network.theta.copy(), filter_normalized(network, 4)
    objective = Objective(network, run.loss, run.config.make("penalty") or [])
    x, y = network.as_batch(run.train.x), run.train.y[:, None].astype(float)
    rows = np.array([3, 40, 41, 7])
    for point in np.random.default_rng(0).uniform(-1, 1, (4, 2)):
        network.theta[...] = origin + point @ directions
        for some in (None, rows):
            batch = (x, y) if some is None else (x[some], y[some])
            evaluation = objective.forward(*batch, Context())
            objective.backward(evaluation, batch[1])
            np.testing.assert_allclose(
                surface.gradient(point, some), directions @ network.gradient, atol=1e-12
            )
            if some is None:
                assert surface.value(point) == pytest.approx(evaluation.value, rel=1e-12)


def test_of_many_instances_some_are_taken_evenly():
    rows = np.arange(4_000)
    data = Dataset(
        np.column_stack([rows, rows]) / 4000.0, rows // 2000, "classification", "sorted", ("a", "b")
    )
    run = LabRun(MOONS)
    run.train = data
    surface = slice_of(run, "random", 0)
    assert surface.instances == 2_000
    network = run.network.astype("float64")
    prediction, _ = network.forward(data.x[np.linspace(0, 3999, 2000).astype(int)], Context())
    expected = run.loss.value(prediction, (np.arange(2000)[:, None] >= 1000).astype(float))
    penalty = sum(0.01 / 2 * (weight**2).sum() for weight, _ in network.weights())
    assert surface.value(np.zeros(2)) == pytest.approx(expected + penalty, rel=1e-6)


def test_random_directions_have_filters_as_long_as_the_networks():
    network = MOONS_RUN.network
    for direction in filter_normalized(Network(network.layers, dtype="float64", seed=2), 7):
        parts = Network(network.layers).named(direction.astype(np.float32))
        own = Network(network.layers, dtype="float64", seed=2).parameters
        for name, part in parts.items():
            axis = 1 if part.ndim > 1 else None
            expected = np.linalg.norm(own[name], axis=axis)
            np.testing.assert_allclose(np.linalg.norm(part, axis=axis), expected, rtol=1e-5)


def test_the_plane_of_the_way_holds_where_the_run_was():
    run = LabRun(MOONS)
    run.go_to(40)
    surface = slice_of(run, "way", 0)
    assert run.step == 40
    began = run.go_to(0).state.theta.copy()
    loss, penalty = cost(run, began)
    assert surface.value(np.array(surface.start)) == pytest.approx(loss + penalty, rel=1e-6)
    there = np.linalg.norm(began.astype(np.float64) - run.go_to(40).state.theta)
    assert np.hypot(*surface.start) == pytest.approx(
        there, rel=1e-9
    )  # its axes are at right angles, of length 1
    with pytest.raises(ArgumentError, match="two steps"):
        slice_of(LabRun(MOONS), "way", 0)


VALLEY = Ground("valley", 10.0, "random", 0)
DESCEND = {"start": [1.0, -0.5], "optimizers": ["Adam(lr=0.1)", "SGD(lr=9)"], "schedule": None}


def test_a_page_gets_a_surface_and_the_paths_on_it():
    values, arrays = read_frame(Look(VALLEY).answer(None))
    assert (values["minima"], values["lowest"], values["cut"]) == ([[0, 0]], 0, None)
    np.testing.assert_array_equal(arrays["grid"], Valley(10.0).grid(len(arrays["grid"])))
    values, arrays = read_frame(Descend(VALLEY, **DESCEND, batch_size=None, seed=0, steps=20).answer(None))
    assert [path["diverged"] for path in values["paths"]] == [False, True]
    expected = descend(Valley(10.0), parse("Adam(lr=0.1)", REGISTRY), np.array([1.0, -0.5]), 21)
    np.testing.assert_array_equal(arrays["0.points"], expected.points)
    np.testing.assert_array_equal(arrays["0.slot.v"], expected.slots["v"])
    assert values["curvature"] == pytest.approx(10)


def test_a_slice_is_described_with_the_step_of_its_run():
    run = LabRun(MOONS)
    run.go_to(7)
    ground = Ground("slice", 1.0, "random", 0)
    values, arrays = read_frame(Look(ground).answer(run))
    assert values["lowest"] is None
    parameters = run.network.theta.size
    assert values["cut"] == {
        "parameters": parameters,
        "instances": len(run.train),
        "all": len(run.train),
        "step": 7,
        "first": 0,
    }
    side = len(arrays["grid"])
    assert arrays["grid"][side // 2, side // 2] == pytest.approx(sum(cost(run, run.snapshot.state.theta)))
    answer = Descend(ground, **DESCEND, batch_size=8, seed=1, steps=5).answer(run)
    assert read_frame(answer)[1]["0.points"].shape == (7, 2)


@pytest.mark.parametrize("t", [1, 2, 9])
def test_every_rule_is_written_with_its_slots_and_theta(t):
    names = list(REGISTRY)
    answer = Rules([f"{name}(lr=0.1)" for name in names], t).answer(None)
    for name, lines in zip(names, answer["rules"], strict=True):
        slots = parse(f"{name}(lr=0.1)", REGISTRY).initial_slots(np.zeros(2))
        assert len(lines) == len(slots) + 1
        assert all("<math" in line for line in lines)
        assert "&#x003B1;" in lines[-1]  # α


def test_every_concept_of_the_registries_is_offered_with_an_example_that_reads():
    answer = Concepts().answer(None)
    assert [one["name"] for one in answer["optimizers"]] == list(REGISTRY)
    for one in answer["schedules"]:
        parse(one["example"], SCHEDULES)
    adam = next(one for one in answer["optimizers"] if one["name"] == "Adam")
    types = {field["name"]: (field["type"], field["default"]) for field in adam["fields"]}
    assert types["betas"] == ("pair", "(0.9, 0.999)")
    assert types["amsgrad"] == ("flag", "False")
    assert "maximize" not in types


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps": 0}, "1 to 2000 steps"),
        ({"start": [1e9, 0.0]}, "near the surface"),
        ({"start": [0.0]}, "near the surface"),
        ({"optimizers": ["SGD"] * 11}, "10 optimizers"),
        ({"optimizers": ["Adamm"]}, "Adam"),
        ({"optimizers": ["Adam(lr=-1)"]}, "lr"),
        ({"schedule": "StepLR()"}, "step_size"),
        ({"schedule": "OneCycleLR(0.1, total_steps=9)"}, "momentum"),
        ({"batch_size": 0}, "batch_size"),
        ({"ground": Ground("valley", 0.5, "random", 0)}, "at least 1"),
        ({"ground": Ground("slice", 1.0, "random", 0)}, "no run"),
    ],
)
def test_what_cannot_be_descended_is_said(changes, words):
    good = {"ground": VALLEY, **DESCEND, "batch_size": None, "seed": 0, "steps": 5}
    with pytest.raises(ArgumentError, match=re.escape(words)):
        Descend(**{**good, **changes}).answer(None)


def test_the_questions_of_the_page_are_messages():
    ground = {"kind": "beale", "conditioning": 50, "directions": "way", "seed": 0}
    asked = {"do": "descend", "ground": ground, **DESCEND, "batch_size": None, "seed": 0, "steps": 5}
    assert message_of(asked) == Descend(Ground(**ground), **DESCEND, batch_size=None, seed=0, steps=5)
    with pytest.raises(ArgumentError):
        message_of({**asked, "ground": {**ground, "kind": "hill"}})
