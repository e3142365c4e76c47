import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sklearn.datasets import load_iris

from gradiente.data import Dataset
from gradiente.losses import BCEWithLogitsLoss, CrossEntropyLoss
from gradiente.reporting.samples import (
    is_drawing,
    is_image_data,
    least_certain,
    most_confident_mistakes,
    pixels,
    samples,
)
from gradiente.training.targets import probabilities


def random_case(seed, n=40, k=4):
    generator = np.random.default_rng(seed)
    scores = generator.standard_normal((n, k))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return p, generator.integers(0, k, n)


@given(st.integers(0, 1000), st.integers(1, 50))
def test_mistakes_are_the_wrong_ones_surest_first(seed, most):
    p, truth = random_case(seed)
    expected = sorted(
        (i for i in range(len(p)) if max(range(4), key=lambda k: p[i, k]) != truth[i]),
        key=lambda i: -max(p[i]),
    )
    assert most_confident_mistakes(p, truth, most).tolist() == expected[:most]


@given(st.integers(0, 1000), st.integers(1, 50), st.integers(2, 5))
def test_the_least_certain_have_the_smallest_margin(seed, most, k):
    p, _ = random_case(seed, k=k)
    margins = [sorted(row)[-1] - sorted(row)[-2] for row in p]
    expected = sorted(range(len(p)), key=lambda i: margins[i])
    assert least_certain(p, most).tolist() == expected[:most]


def test_one_output_is_the_probability_of_class_1():
    p = probabilities(BCEWithLogitsLoss(), np.array([[0.0], [2.0]]))
    assert np.allclose(p, [[0.5, 0.5], [1 / (1 + np.exp(2)), 1 / (1 + np.exp(-2))]])
    assert np.allclose(probabilities(CrossEntropyLoss(), np.zeros((3, 5))), 0.2)


def test_pictures_show_the_mistakes_in_their_order(run):
    case = run("digits")
    p = probabilities(case["loss"], case["prediction"])
    mistakes, unsure = samples(case["test"], p, case["test"].classes)
    said = p.argmax(axis=1)
    wrong = [i for i in range(len(p)) if said[i] != case["test"].y[i]]
    wrong.sort(key=lambda i: -p[i].max())
    captions = re.findall(r'alt="Test instance (\d+): (\d), predicted as (\d)"', mistakes)
    expected = [(str(i), str(case["test"].y[i]), str(said[i])) for i in wrong[:24]]
    assert captions == expected
    assert f"{len(wrong)} of {len(p)} test instances are misclassified" in mistakes
    assert unsure.count("<img") == 12


def test_a_table_shows_features_in_their_own_units(run):
    case = run("iris")
    p = probabilities(case["loss"], case["prediction"])
    _, unsure = samples(case["test"], p, case["test"].classes)
    rows = re.findall(r'<tr><td class="n">(\d+)</td>((?:<td class="n">[^<]*</td>){4})', unsure)
    assert len(rows) == 10
    shown = [[float(cell) for cell in re.findall(r">([^<]+)<", cells)] for _, cells in rows]
    flowers = np.asarray(load_iris(return_X_y=True)[0])
    distances = np.abs(np.array(shown)[:, None] - flowers[None]).max(axis=2)
    assert np.all(distances.min(axis=1) < 1e-9)


def test_wide_tables_show_eight_columns():
    data = Dataset(np.random.default_rng(0).random((4, 20)), np.array([0, 1, 0, 1]), "classification", "wide")
    section, _ = samples(data, np.tile([0.9, 0.1], (4, 1)), data.classes)
    assert "Columns not shown: 12." in section
    assert section.count("<th") - section.count("<thead") == 1 + 8 + 3


def test_no_mistakes_are_said_so():
    data = Dataset(np.eye(2), np.array([0, 1]), "classification", "two")
    section, _ = samples(data, np.eye(2), data.classes)
    assert "all 2 test instances" in section


def test_drawings_are_ink_and_photographs_are_not():
    drawing = np.zeros((8, 8))
    drawing[2:4] = 1
    assert is_drawing(drawing)
    assert not is_drawing(np.random.default_rng(0).random((8, 8)))
    assert pixels(np.array([0.0, 1.0]), 0, 1, ink=True).tolist() == [255, 0]
    assert pixels(np.array([0.0, 0.5, 1.0]), 0, 1, ink=False).tolist() == [0, 128, 255]
    assert pixels(np.array([3.0]), 3, 3, ink=False).tolist() == [0]


def images(shape):
    x = np.random.default_rng(0).integers(0, 256, (2, int(np.prod(shape)))) / 255
    x[0, :2] = 0, 1
    return Dataset(x, np.array([0, 1]), "classification", "p", image_shape=shape)


def test_grey_and_rgb_are_pictures():
    assert is_image_data(images((4, 4)))
    assert is_image_data(images((1, 4, 4)))
    assert is_image_data(images((3, 4, 4)))
    assert not is_image_data(images((5, 4, 4)))
    assert not is_image_data(images((3, 2, 4, 4)))


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "LA"), (3, "RGB"), (4, "RGBA")])
def test_colours_are_those_of_the_data(channels, mode):
    data = images((channels, 3, 5))
    section, _ = samples(data, np.array([[0.1, 0.9], [0.9, 0.1]]), ("a", "b"))
    shown = [Image.open(BytesIO(b64decode(png))) for png in re.findall(r"base64,([^\"]*)", section)]
    assert [(image.mode, image.size) for image in shown] == [(mode, (5, 3))] * 2
    bytes_ = np.stack([np.asarray(image).reshape(3, 5, channels) for image in shown])
    expected = np.rint(255 * data.x).reshape(2, channels, 3, 5)
    assert np.array_equal(np.moveaxis(bytes_, -1, 1), expected)
