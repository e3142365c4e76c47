"""A session without a page: what it is asked, and what it sends."""

import numpy as np
import pytest
from tests.lab.runs import SPIRALS, Page, trained

from gradiente import SGD, Trainer
from gradiente.data import Dataset
from gradiente.errors import ArgumentError
from gradiente.lab.choices import choices
from gradiente.lab.limits import Limits
from gradiente.lab.messages import message_of
from gradiente.lab.run import LabRun
from gradiente.training.build import plan
from gradiente.training.capture import capture_step
from gradiente.training.config import Config
from gradiente.training.load_for import load_for


def test_a_run_is_described_and_seen(page):
    described = page.open()
    assert described["layers"] == ["Linear", "Tanh", "Linear"]
    assert described["stepsPerEpoch"] == 5
    values, arrays = page.state()
    assert (values["step"], values["playing"]) == (0, False)
    assert arrays["map.1"].shape == (6, 48, 48)
    np.testing.assert_array_equal(arrays["w.0.weight"], trained(0).parameters["0.weight"])


def test_it_goes_to_a_step_forward_and_back_to_the_same_bits(page):
    page.open()
    page.ask(do="advance", steps=23, epoch=False)
    values, arrays = page.state()
    assert (values["step"], values["epoch"]) == (23, 4)
    page.ask(do="go-to", step=7)
    earlier, _ = page.state()
    assert (earlier["step"], earlier["furthest"]) == (7, 23)
    page.ask(do="go-to", step=23)
    _, again = page.state()
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)
    np.testing.assert_array_equal(arrays["w.2.weight"], trained(23).parameters["2.weight"])


def test_an_epoch_ends_where_it_ends(page):
    page.open()
    page.ask(do="advance", steps=3, epoch=False)
    page.ask(do="advance", steps=0, epoch=True)
    values, arrays = page.state()
    assert (values["step"], values["epoch"]) == (5, 1)
    assert len(arrays["curve.loss"]) == 1


def test_it_plays_until_it_is_paused(page):
    page.open()
    page.ask(do="play", speed=None)
    steps = [page.state()[0]["step"] for _ in range(5)]
    assert steps == sorted(set(steps))
    page.ask(do="pause")
    values, _ = page.state()
    assert not values["playing"]
    page.ask(do="go-to", step=values["step"])
    assert page.state()[0]["step"] == values["step"]


def test_a_slow_page_gets_the_newest_state_only(page):
    page.open()
    page.ask(do="play", speed=None)
    page.ask(do="go-to", step=0)
    page.ask(do="advance", steps=40, epoch=False)
    assert page.state()[0]["step"] == 40
    assert page.answers.empty()


def test_a_step_that_was_not_reached_is_not_gone_to(page):
    page.open()
    page.ask(do="go-to", step=999_999)
    assert page.state()[0]["step"] == 0


def test_what_is_wrong_is_said_and_the_session_lives(page):
    assert (
        page.open({"data": {"name": "spirals"}, "network": {"layers": ["linear(3, 2)"]}})["kind"] == "error"
    )
    small = Page(Limits(parameters=10))
    error = small.open()
    assert "10 parameters" in error["text"]
    small.session.close()
    assert "layers" in page.open()
    exploding = {
        "data": {"name": "spirals"},
        "network": {"hidden": [6], "activation": "ReLU()"},
        "descent": {"optimizer": "SGD(lr=1e30)", "batch_size": 16},
    }
    page.open(exploding)
    page.ask(do="play", speed=None)
    values, _ = next(state for state in iter(page.state, None) if state[0]["ended"])
    assert not values["playing"]
    assert "learning rate" in values["ended"]
    page.ask(do="go-to", step=0)
    assert page.state()[0]["ended"] == ""


def test_two_instances_too_many_are_refused():
    with pytest.raises(ArgumentError, match="at most 50 instances"):
        LabRun(Config.from_dict(SPIRALS), Limits(instances=50))


def changed(**settings):
    return {**SPIRALS, "descent": {**SPIRALS["descent"], **settings}}


def test_the_past_edited_goes_on_with_the_same_batches(page):
    page.open()
    page.ask(do="advance", steps=8, epoch=False)
    page.ask(do="fork", architecture=None, config=SPIRALS, edit=None)
    assert [run["first"] for run in page.answer()["runs"]] == [0, 8]
    page.ask(do="advance", steps=9, epoch=False)
    (_, arrays), (_, others) = page.states()
    for name, array in arrays.items():
        np.testing.assert_array_equal(others[name], array)
    edit = {"parameter": "0.weight", "index": [1, 0], "value": 3.0}
    page.ask(do="go-to", step=8)
    page.ask(do="fork", architecture=None, config=changed(optimizer="SGD(lr=0.5)"), edit=edit)
    page.answer()
    (_, arrays), _, (values, others) = page.states()
    assert values["step"] == 8
    differ = np.argwhere(arrays["w.0.weight"] != others["w.0.weight"])
    assert (differ.tolist(), others["w.0.weight"][1, 0]) == ([[1, 0]], 3)


def test_an_edited_run_is_the_one_that_a_trainer_resumes(page):
    """Plain descent with another rate from step 8 on, by a trainer that is given the parameters of then."""
    page.open(changed(optimizer="SGD(lr=0.1)"))
    page.ask(do="advance", steps=8, epoch=False)
    page.ask(do="fork", architecture=None, config=changed(optimizer="SGD(lr=0.4)"), edit=None)
    page.answer()
    page.ask(do="advance", steps=2, epoch=False)
    _, (_, arrays) = page.states()
    config = Config.from_dict(changed(optimizer="SGD(lr=0.1)"))
    train, _ = load_for(config)
    trainer = plan(config, train).trainer([])
    trainer.fit(train, validation=0.1, epochs=9, batch_size=16, max_steps=8)
    captured = capture_step(config.changed(epochs=9), train, 9)
    other = Trainer(captured.network, trainer.loss, SGD(lr=0.4))
    for step in (9, 10):  # the batches of the run that was left
        captured = capture_step(config.changed(epochs=9), train, step)
        other.partial_fit(
            Dataset(captured.x, captured.y.ravel().astype(np.int64), "classification", "batch", train.classes)
        )
    np.testing.assert_allclose(arrays["w.0.weight"], other.network.parameters["0.weight"], rtol=2e-6)


def test_a_race_begins_at_the_beginning_and_ends_when_it_is_dropped(page):
    page.open()
    page.ask(do="advance", steps=5, epoch=False)
    page.ask(
        do="race",
        architecture=None,
        config={**changed(optimizer="SGD(lr=0.5)"), "network": {"hidden": [3, 3]}},
    )
    assert len(page.answer()["runs"]) == 2
    assert [values["step"] for values, _ in page.states()] == [0, 0]
    page.ask(do="advance", steps=5, epoch=False)
    assert [values["step"] for values, _ in page.states()] == [5, 5]
    page.ask(do="drop", run=1)
    assert len(page.answer()["runs"]) == 1
    for _ in range(3):
        page.ask(do="race", architecture=None, config=SPIRALS)
        page.answer()
    page.ask(do="race", architecture=None, config=SPIRALS)
    assert "At most 4 runs" in page.answer()["text"]


def test_an_edit_of_nothing_and_a_fork_of_another_network_are_refused(page):
    page.open()
    page.ask(do="fork", architecture=None, config={**SPIRALS, "network": {"hidden": [7]}}, edit=None)
    assert "the same network" in page.answer()["text"]
    page.ask(
        do="fork",
        architecture=None,
        config=SPIRALS,
        edit={"parameter": "0.weight", "index": [6, 0], "value": 1.0},
    )
    assert "[6, 0]" in page.answer()["text"]


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        {"do": "fly"},
        {"do": ["play"]},
        {"do": "go-to"},
        {"do": "go-to", "step": "3"},
        {"do": "go-to", "step": -1},
        {"do": "go-to", "step": 1.5},
        {"do": "play", "speed": float("nan")},
        {"do": "play", "speed": 1e9},
        {"do": "pause", "more": 1},
        {"do": "speak", "language": "fr"},
        {"do": "open", "architecture": None, "config": "xor"},
        {"do": "open", "architecture": None, "config": {"data": {"nam": "xor"}}},
        {
            "do": "fork",
            "architecture": None,
            "config": {},
            "edit": {"parameter": "0.weight", "index": [0, 0]},
        },
        {
            "do": "fork",
            "architecture": None,
            "config": {},
            "edit": {"parameter": "0.weight", "index": ["0"], "value": 1},
        },
        {"do": "open-number", "quantity": "W[1]", "index": 3, "columns": False},
    ],
)
def test_a_message_that_is_none_is_refused(message):
    with pytest.raises(ArgumentError):
        message_of(message)


NOISY = {
    "data": {"name": "moons", "samples": 80, "noise": 0.5},
    "network": {"hidden": [8]},
    "descent": {"batch_size": 16, "optimizer": "Adam(lr=0.1)", "patience": 3},
}


def stopped_early(config=NOISY, **more):
    """The same run, trained at once to its end."""
    config = Config.from_dict(config)
    train, _ = load_for(config)
    planned = plan(config, train)
    trainer = planned.trainer([])
    trainer.fit(train, validation=0.1, epochs=1000, batch_size=planned.config.descent.batch_size, **more)
    return trainer


def test_it_stops_early_where_a_trainer_does_and_is_scrubbed_all_the_same(page):
    page.open(NOISY)
    page.ask(do="play", speed=None)
    values, arrays = next(state for state in iter(page.state, None) if state[0]["ended"])
    trainer = stopped_early()
    assert trainer.last is not None
    assert (values["step"], values["playing"]) == (trainer.last.state.t, False)
    assert values["ended"] == str(trainer.stopped)
    assert "early stopping" in values["ended"]
    theta = trainer.network.named(trainer.last.state.theta)
    np.testing.assert_array_equal(arrays["w.0.weight"], theta["0.weight"])
    page.ask(do="go-to", step=4)
    earlier, _ = page.state()
    assert (earlier["step"], earlier["ended"]) == (4, "")
    page.ask(do="go-to", step=values["step"])
    again, others = page.state()
    assert (again["step"], again["ended"]) == (values["step"], values["ended"])
    np.testing.assert_array_equal(others["w.0.weight"], arrays["w.0.weight"])
    page.ask(do="advance", steps=5, epoch=False)
    assert page.state()[0]["step"] == values["step"]
    page.ask(do="go-to", step=values["best"])
    best, arrays = page.state()
    assert best["best"] is None
    np.testing.assert_array_equal(arrays["w.0.weight"], trainer.network.parameters["0.weight"])


def test_what_it_says_is_in_the_language_of_the_page(page):
    page.open(NOISY)
    page.ask(do="advance", steps=10_000, epoch=False)
    assert "early stopping" in page.state()[0]["ended"]
    page.ask(do="speak", language="es")
    assert "parada temprana" in page.state()[0]["ended"]
    page.ask(do="fork", architecture=None, config={**NOISY, "network": {"hidden": [7]}}, edit=None)
    assert "la misma red" in page.answer()["text"]


def test_a_fork_with_more_patience_goes_on_where_the_first_run_stopped_early(page):
    page.open(NOISY)
    page.ask(do="advance", steps=10_000, epoch=False)
    end = page.state()[0]["step"]
    patient = {**NOISY, "descent": {**NOISY["descent"], "patience": 6}}
    page.ask(do="fork", architecture=None, config=patient, edit=None)
    page.answer()
    (first, _), (other, _) = page.states()
    assert (first["step"], other["step"], other["ended"]) == (end, end, "")
    page.ask(do="advance", steps=10_000, epoch=False)
    (first, _), (other, arrays) = page.states()
    trainer = stopped_early(patient)
    assert trainer.last is not None
    assert (first["step"], other["step"]) == (end, trainer.last.state.t)
    assert other["ended"] == str(trainer.stopped)
    np.testing.assert_array_equal(
        arrays["w.0.weight"], trainer.network.named(trainer.last.state.theta)["0.weight"]
    )
    page.ask(do="go-to", step=end + 1)
    assert [values["step"] for values, _ in page.states()] == [end, end + 1]
    page.ask(do="advance", steps=1, epoch=False)
    assert [values["step"] for values, _ in page.states()] == [end, end + 2]


@pytest.mark.parametrize("notation", choices()["augmentations"])
def test_augmented_images_are_those_of_a_trainer(page, notation):
    config = {"data": {"name": "digits", "augment": [notation]}, "network": {"hidden": [8]}}
    page.open(config)
    page.ask(do="advance", steps=4, epoch=False)
    _, arrays = page.state()
    trainer = stopped_early(config, max_steps=4)
    np.testing.assert_array_equal(arrays["w.0.weight"], trainer.network.parameters["0.weight"])
    del config["data"]["augment"]
    plain = stopped_early(config, max_steps=4).network.parameters["0.weight"]
    assert (plain != arrays["w.0.weight"]).any()


def test_a_request_is_answered_by_the_run_that_it_is_about(page):
    page.open()
    page.ask(do="race", architecture=None, config={**SPIRALS, "network": {"hidden": [3, 3]}})
    page.answer()
    estimates = []
    for number in range(3):
        page.ask(do="at-point", run=number, x=[0.1, 0.2])
        estimates.append(page.answer()["estimate"])
    assert estimates[0] != estimates[1]
    assert estimates[2] is None
