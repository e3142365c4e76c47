"""Digits: what a page gets of a drawing, against the library, a closed form and finite differences."""

import numpy as np
import pytest
from PIL import Image

from gradiente.data import framed, read_image
from gradiente.errors import ArgumentError
from gradiente.lab.architecture import Architecture
from gradiente.lab.drawing import PEN, ink_of
from gradiente.lab.frame import read_frame
from gradiente.lab.messages import message_of
from gradiente.lab.rooms.digits import ReadDrawing, ReadInstance
from gradiente.lab.run import LabRun
from gradiente.lab.spoke import spoke
from gradiente.layers import Flatten, Linear, MaxPool2d, ReLU, Sigmoid, Softmax, Tanh, Unflatten
from gradiente.layers.conv import Conv2d
from gradiente.network import Network
from gradiente.training.config import Config
from gradiente.training.targets import probabilities

DIGITS = Config().changed(name="digits", optimizer="Adam(lr=0.003)", batch_size=64)
ONE = [[140, 30, 140, 250]]
SEVEN = [[80, 50, 200, 50, 120, 240], [100, 150, 190, 150]]  # crossed, as in the data


@pytest.fixture(scope="module")
def run():
    """Trained for six epochs."""
    made = LabRun(DIGITS.changed(hidden=[32], activation="ReLU()"))
    made.go_to(6 * made.steps_per_epoch)
    return made


def read(answer):
    values, arrays = read_frame(answer)
    assert values["kind"] == "reading"
    return values, arrays


def test_a_drawing_is_brought_into_the_form_that_a_picture_file_gets(run, tmp_path):
    _, arrays = read(ReadDrawing(SEVEN, None).answer(run))
    Image.fromarray((255 * (1 - ink_of(SEVEN))).astype(np.uint8)).save(tmp_path / "seven.png")
    np.testing.assert_allclose(arrays["input"].ravel(), read_image(tmp_path / "seven.png", (8, 8)), atol=1e-6)


def test_what_is_drawn_is_read(run):
    for strokes, digit in [(ONE, 1), (SEVEN, 7)]:
        values, _ = read(ReadDrawing(strokes, None).answer(run))
        assert (np.argmax(values["probabilities"]), values["chosen"], values["drawn"]) == (digit, digit, True)


def test_the_pen_is_as_wide_as_it_says_and_round_at_its_ends():
    ink = ink_of(ONE)
    assert ink[140].sum() == pytest.approx(PEN, abs=1)
    assert ink.any(axis=1).sum() == pytest.approx(250 - 30 + PEN, abs=2)
    assert ink_of([[5, 5]]).any()
    assert not ink_of([]).any()


@pytest.mark.parametrize("shape", [(8, 8), (28, 28)])
def test_where_it_is_drawn_does_not_matter(shape):
    here = framed(ink_of([[60, 60, 60, 120, 100, 120]]), shape)
    there = framed(ink_of([[160, 140, 160, 200, 200, 200]]), shape)
    np.testing.assert_array_equal(here, there)


def test_an_instance_is_read_as_the_network_predicts_it(run):
    values, arrays = read(ReadInstance(17, None).answer(run))
    x = run.test.x[17]
    np.testing.assert_array_equal(arrays["input"].ravel(), x)
    expected = probabilities(run.loss, run.network.predict(x[None]))[0]
    np.testing.assert_allclose(values["probabilities"], expected, rtol=1e-6)
    assert values["label"] == run.test.y[17]
    y, caches = run.network.forward(x[None])
    np.testing.assert_array_equal(arrays["layer.2"], y[0])
    assert values["layers"] == ["Linear", "ReLU", "Linear"]
    np.testing.assert_array_equal(arrays["layer.1"], np.maximum(arrays["layer.0"], 0))
    assert len(caches) == 3


def test_nothing_drawn_is_an_empty_input(run):
    values, arrays = read(ReadDrawing([], 3).answer(run))
    assert (values["drawn"], values["total"], values["chosen"]) == (False, 0, 3)
    assert not arrays["input"].any()


def test_the_maps_of_a_convolution_come_as_maps():
    architecture = Architecture([6], [16], ["ReLU()"], batch_norm=True, dropout=0.2)
    made = LabRun(DIGITS, architecture=architecture)
    values, arrays = read(ReadInstance(0, 4).answer(made))
    assert values["layers"][:4] == ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d"]
    assert "Dropout" not in values["layers"]
    assert [arrays[f"layer.{i}"].shape for i in (0, 3)] == [(6, 8, 8), (6, 4, 4)]
    assert arrays["spoke"].shape == (8, 8)


def test_pixels_say_all_of_a_score_of_a_linear_network():
    network = Network([Linear(6, 5), Linear(5, 4)], seed=1, dtype="float64")
    x = np.random.default_rng(0).normal(size=6)
    bias = network.parameters["1.weight"] @ network.parameters["0.bias"] + network.parameters["1.bias"]
    for k in range(4):
        found = spoke(network, x, k)
        assert found.total + bias[k] == pytest.approx(found.scores[k], rel=1e-12)


def test_pixels_say_all_of_a_score_where_everything_is_proportional_to_the_input():
    layers = [
        Unflatten(1, (1, 6, 6)),
        Conv2d(1, 3, 3, bias=False),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(12, 2, bias=False),
    ]
    network = Network(layers, seed=3, dtype="float64")
    x = np.random.default_rng(1).random(36)
    found = spoke(network, x, 1)
    assert found.total == pytest.approx(found.scores[1], rel=1e-12)


@pytest.mark.parametrize("end", [(), (Softmax(),)])
def test_pixels_of_a_network_that_bends_by_finite_differences(end):
    network = Network(
        [Linear(7, 6), Tanh(), Linear(6, 5), Sigmoid(), Linear(5, 3), *end], seed=2, dtype="float64"
    )
    scores = Network(network.layers[:5], dtype="float64")
    scores.load_state_dict(network.state_dict())
    x = np.random.default_rng(4).normal(size=7)
    for k in range(3):
        found = spoke(network, x, k)
        for i in range(7):
            h = np.zeros(7)
            h[i] = 1e-5
            difference = (scores.predict((x + h)[None]) - scores.predict((x - h)[None]))[0, k] / 2e-5
            assert found.parts[i] == pytest.approx(x[i] * difference, rel=1e-7, abs=1e-12)


def test_one_output_speaks_for_the_second_of_two_classes_and_against_the_first():
    network = Network([Linear(4, 3), Tanh(), Linear(3, 1)], seed=0)
    x = np.array([0.5, -1.0, 0.25, 2.0])
    against, speaks_for = spoke(network, x, 0), spoke(network, x, 1)
    np.testing.assert_array_equal(against.parts, -speaks_for.parts)
    assert speaks_for.scores[1] == network.predict(x[None])[0, 0] == -speaks_for.scores[0]


def test_reading_changes_nothing_of_the_run(run):
    gradient, theta = run.network.gradient.copy(), run.network.theta.copy()
    ReadDrawing(SEVEN, 2).answer(run)
    np.testing.assert_array_equal(run.network.gradient, gradient)
    np.testing.assert_array_equal(run.network.theta, theta)


def test_what_cannot_be_read_is_said(run):
    with pytest.raises(ArgumentError, match="no run yet"):
        ReadDrawing(ONE, None).answer(None)
    with pytest.raises(ArgumentError, match="no images"):
        ReadDrawing(ONE, None).answer(LabRun(Config().changed(name="xor", batch_size=4)))
    for strokes in ([[1, 2, 3]], [[1, 400]], [[0, 0] * 20_000]):
        with pytest.raises(ArgumentError, match="coordinates"):
            ReadDrawing(strokes, None).answer(run)
    with pytest.raises(ArgumentError, match="instances 0 to 358"):
        ReadInstance(359, None).answer(run)
    with pytest.raises(ArgumentError, match="classes 0 to 9"):
        ReadInstance(0, 10).answer(run)


def test_a_page_may_ask_for_it():
    assert message_of({"do": "read-drawing", "strokes": ONE, "chosen": None}) == ReadDrawing(ONE, None)
    assert message_of({"do": "read-instance", "instance": 3, "chosen": 2}) == ReadInstance(3, 2)
    for wrong in ({"strokes": [[1.5, 2]]}, {"strokes": "x"}, {"strokes": ONE, "chosen": -1}):
        with pytest.raises(ArgumentError, match="know this message"):
            message_of({"do": "read-drawing", "chosen": None, **wrong})
