"""Step by step: what a page gets of a step is what the trace has of it."""

import time

import numpy as np
import pytest

from gradiente import trace
from gradiente.errors import ArgumentError
from gradiente.lab.frame import read_frame
from gradiente.lab.rooms.steps import Look, OpenNumber
from gradiente.lab.run import LabRun
from gradiente.training.capture import capture_step
from gradiente.training.config import Config
from gradiente.training.targets import default_loss

MOONS = Config().changed(name="moons", samples=60, hidden=[3], batch_size=8, optimizer="Adam(lr=0.02)")


def traced(run, step, columns=False):
    """The same step, trained anew and traced."""
    captured = capture_step(run.config, run.train, step + 1)
    return trace(
        captured.network,
        default_loss(run.train),
        captured.x,
        captured.y,
        optimizer=captured.optimizer,
        slots=captured.state.slots if step else None,
        t=step + 1,
        seed=captured.generator,
        columns=columns,
    )


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("step", [0, 13])
def test_the_quantities_are_those_of_the_trace(step, columns):
    run = LabRun(MOONS)
    run.go_to(20)
    run.go_to(step)
    values, arrays = read_frame(Look(columns).answer(run))
    expected = traced(run, step, columns)
    assert (values["step"], [one["name"] for one in values["quantities"]]) == (step, expected.names)
    for place, quantity in enumerate(expected):
        np.testing.assert_array_equal(arrays[str(place)], np.atleast_2d(quantity.value))
    assert "<math" in values["quantities"][3]["formula"]


def test_a_number_is_opened_and_waits_for_pytorch_without_holding_up_the_page():
    run = LabRun(MOONS)
    run.go_to(5)
    first = OpenNumber("dW[1]", [2, 1], False).answer(run)
    while (answer := OpenNumber("dW[1]", [2, 1], False).answer(run))["waiting"]:
        time.sleep(0.05)
    expected = traced(run, 5).entry("dW[1]", 2, 1)
    assert (first["value"], answer["value"]) == (expected.value, expected.value)
    assert sum(term["value"] for term in answer["terms"]) == pytest.approx(expected.value, rel=1e-12)
    assert answer["finite_difference"] == pytest.approx(expected.value, rel=1e-5)
    assert answer["torch"] == expected.torch


def test_a_large_quantity_comes_as_a_picture_and_opens_all_the_same():
    run = LabRun(Config().changed(name="digits", hidden=[40], batch_size=64))
    values, arrays = read_frame(Look(False).answer(run))
    place = [one["name"] for one in values["quantities"]].index("W[1]")
    assert (arrays[str(place)].dtype, arrays[str(place)].shape) == (np.float32, (40, 64))
    answer = OpenNumber("dW[1]", [7, 30], False).answer(run)
    assert len(answer["terms"]) == 64


def test_without_a_run_or_a_number_there_is_nothing_to_see():
    with pytest.raises(ArgumentError, match="no run yet"):
        Look(False).answer(None)
    with pytest.raises(ArgumentError, match=r"W\[1\]"):
        OpenNumber("W[1]", [99, 0], False).answer(LabRun(MOONS))
