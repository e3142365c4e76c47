"""What the room Train says of a point, and of a weight's last change."""

import numpy as np
import pytest

from gradiente.errors import ArgumentError
from gradiente.lab.messages import message_of
from gradiente.lab.rooms.train import AtPoint, LastChange
from gradiente.lab.run import LabRun
from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.load_for import load_for

MOONS = Config.from_dict(
    {
        "data": {"name": "moons", "samples": 100},
        "network": {"hidden": [5], "activation": "Tanh()"},
        "descent": {"optimizer": "Adam(lr=0.03)", "batch_size": 16},
    }
)


@pytest.fixture
def run():
    run = LabRun(MOONS)
    run.go_to(40)
    return run


def output(network, x):
    """The scores of a network with one hidden layer, by hand."""
    p = {name: values.astype(float) for name, values in network.parameters.items()}
    return np.tanh(x @ p["0.weight"].T + p["0.bias"]) @ p["2.weight"].T + p["2.bias"]


def test_the_estimate_at_a_point_and_the_loss_of_the_instance_near_it(run):
    x = run.train.x[7].astype(float)
    answer = AtPoint([x[0] + 0.004, x[1] - 0.003], 0).answer(run)
    z = output(run.network, np.array(answer["x"]))
    np.testing.assert_allclose(answer["estimate"], 1 / (1 + np.exp(-z)), rtol=1e-5)
    near = answer["near"]
    np.testing.assert_allclose(near["x"], x, rtol=1e-6)
    assert near["y"] == str(run.train.y[7])
    estimate = 1 / (1 + np.exp(-output(run.network, x)))
    np.testing.assert_allclose(near["estimate"], estimate, rtol=1e-5)
    right = estimate if run.train.y[7] else 1 - estimate
    np.testing.assert_allclose(near["loss"], -np.log(right), rtol=1e-4)


def test_far_from_every_instance_there_is_none(run):
    assert AtPoint([40.0, -40.0], 0).answer(run)["near"] is None


def test_of_several_classes_every_probability():
    run = LabRun(Config().changed(name="blobs", samples=90, hidden=[4]))
    run.go_to(30)
    x = run.train.x[3].astype(float)
    answer = AtPoint(x.tolist(), 0).answer(run)
    scores = run.network.predict(run.train.x[3:4])[0].astype(float)
    p = np.exp(scores - scores.max())
    np.testing.assert_allclose(answer["estimate"], p / p.sum(), rtol=1e-5)
    np.testing.assert_allclose(answer["near"]["loss"], -np.log((p / p.sum())[run.train.y[3]]), rtol=1e-4)


def test_what_has_no_plane_has_no_estimate():
    run = LabRun(Config().changed(name="digits", hidden=[4]))
    assert AtPoint([0.0, 0.0], 0).answer(run)["estimate"] is None
    assert AtPoint([0.0, 0.0], 3).answer(None)["estimate"] is None
    for wrong in ([0.0], [0.0, float("nan")], [0.0, float("inf")]):
        with pytest.raises(ArgumentError):
            AtPoint(wrong, 0).answer(run)
    with pytest.raises(ArgumentError):
        message_of({"do": "at-point", "x": ["0", "1"], "run": 0})


def test_the_last_change_of_a_weight_is_what_a_trainer_did(run):
    def theta(steps):
        train, _ = load_for(MOONS)
        planned = plan(MOONS, train)
        planned.trainer([]).fit(train, validation=0.1, epochs=99, batch_size=16, max_steps=steps)
        return planned.network.parameters["0.weight"].astype(float)

    for step in (40, 23):
        run.go_to(step)
        answer = LastChange("0.weight", [3, 1]).answer(run)
        assert answer["change"] == (theta(step) - theta(step - 1))[3, 1]
        assert run.step == step
        np.testing.assert_array_equal(run.network.parameters["0.weight"], theta(step).astype(np.float32))


def test_where_a_run_begins_nothing_has_changed_and_what_is_not_there_has_no_change(run):
    for parameter, index in (
        ("0.weight", [5, 0]),
        ("0.weight", [-1, 0]),
        ("0.weight", [0]),
        ("9.weight", [0, 0]),
    ):
        assert LastChange(parameter, index).answer(run)["change"] is None
    run.go_to(0)
    assert LastChange("0.weight", [0, 0]).answer(run)["change"] is None
    assert LastChange("0.weight", [0, 0]).answer(None)["change"] is None
