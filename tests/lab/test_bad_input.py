"""What is asked of a session and cannot be done: said, once, and the runs are what they were."""

import numpy as np
import pytest
from tests.lab.runs import SPIRALS, trained

from gradiente.errors import ArgumentError
from gradiente.lab.limits import Limits
from gradiente.lab.run import LabRun
from gradiente.training.config import Config

XOR = {"data": {"name": "xor"}, "descent": {"batch_size": 4}}


def test_a_request_that_fails_pauses_no_run(page):
    page.open()
    page.ask(do="play", speed=None)
    page.ask(do="open-number", quantity="W[9]", index=[0, 0], columns=False)
    page.ask(do="fork", architecture=None, config={**SPIRALS, "network": {"hidden": [7]}}, edit=None)
    first, second = page.answer(), page.answer()
    assert (first["kind"], first["of"]) == ("error", "open-number")
    assert (second["kind"], second["of"]) == ("error", "fork")
    before, _ = page.state()
    after, _ = page.state()
    assert before["playing"]
    assert after["step"] > before["step"]


def test_a_state_that_cannot_be_shown_is_said_once_and_the_session_lives(page, monkeypatch):
    page.open()

    def fail(run, plane):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("gradiente.lab.session.seen", fail)
        page.ask(do="ready")
        assert page.answer()["kind"] == "error"
        page.ask(do="open-number", quantity="W[9]", index=[0, 0], columns=False)
        assert page.answer()["of"] == "open-number"  # and nothing else before
    page.ask(do="advance", steps=1, epoch=False)
    values, _ = page.frame()
    assert values["runs"][0]["step"] == 1


def test_a_run_that_is_refused_leaves_none_that_is_played_in_its_place(page):
    page.open()
    page.ask(do="play", speed=None)
    page.open({"data": {"name": "spirals"}, "network": {"layers": ["Linear(3, 2)"]}})
    page.ask(do="play", speed=None)
    page.ask(do="ready")
    page.open()
    assert page.frame()[0]["runs"][0]["step"] == 0


def test_a_far_step_is_not_waited_for_once_another_run_is_opened(page):
    page.open()
    page.ask(do="advance", steps=1_000_000, epoch=False)
    page.ask(do="fork", architecture=None, config=SPIRALS, edit=None)
    page.ask(do="open", config=XOR, architecture=None)
    answers = [page.answer(), page.answer()]
    assert [len(answer["runs"]) for answer in answers] == [2, 1]
    assert answers[1]["runs"][0]["config"]["data"]["name"] == "xor"
    assert page.state()[0]["step"] == 0


def test_what_follows_a_step_is_done_there(page):
    page.open()
    page.ask(do="advance", steps=300, epoch=False)
    page.ask(do="fork", architecture=None, config=SPIRALS, edit=None)
    page.ask(do="go-to", step=100)
    page.ask(do="advance", steps=100, epoch=False)
    assert page.answer()["runs"][1]["first"] == 300
    (values, arrays), _ = page.states()
    assert values["step"] == 200
    np.testing.assert_array_equal(arrays["w.0.weight"], trained(200).parameters["0.weight"])


def limited(**limits):
    def opened(config):
        with pytest.raises(ArgumentError) as refused:
            LabRun(Config.from_dict(config), Limits(**limits))
        return str(refused.value)

    return opened


def test_what_is_too_large_is_refused_before_it_takes_memory():
    huge = {"network": {"hidden": [200_000, 200_000]}}  # 160 GB
    assert "this one has 40,00" in limited()({**XOR, **huge})
    layers = {
        "network": {"layers": ["Linear(2, 200000)", "Tanh()", "Linear(200000, 200000)", "Linear(200000, 1)"]}
    }
    assert "at most 2,000,000 parameters" in limited()({**XOR, **layers})
    many = {"data": {"name": "moons", "samples": 10**12}}
    assert "at most 100,000 instances; this data set has 1,000,000,000,000" in limited()(many)
    wide = {"network": {"hidden": [400_000]}}  # in each of 48 × 48 points of the plane
    assert "With 4 instances" in limited()({**XOR, **wide})
    batch = {"data": {"name": "digits"}, "descent": {"batch_size": "all"}}
    assert "Choose a smaller batch" in limited(outputs=10_000)(batch)
