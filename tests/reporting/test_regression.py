import re

import numpy as np

from gradiente.data import Dataset, Encoder
from gradiente.reporting.regression import columns, regression


def data(y):
    return Dataset(np.arange(len(y), dtype=float)[:, None], y, "regression", "r")


def test_every_target_has_a_pair_of_pictures_up_to_three():
    y = np.random.default_rng(0).random((20, 5))
    assert regression(data(y[:, 0]), y[:, :1]).count("<svg") == 2
    assert regression(data(y[:, :2]), y[:, :2]).count("<svg") == 4
    assert regression(data(y), y).count("<svg") == 6


def test_every_point_is_drawn():
    y = np.random.default_rng(0).random(30)
    pictures = regression(data(y), y[:, None] + 0.1).split("<svg")[1:]
    assert [len(re.findall(r"<use[^>]*accent", picture)) for picture in pictures] == [30, 30]


def test_standardized_targets_are_shown_in_their_own_units():
    y, encoder = np.array([-1.0, 0.0, 1.0]), Encoder(("x",), target_mean=(5e6,), target_scale=(1e6,))
    x = np.arange(3.0)[:, None]
    standardized = Dataset(x, y, "regression", "r", encoder=encoder)
    own = Dataset(x, 5e6 + 1e6 * y, "regression", "r")
    assert regression(standardized, y[:, None]) == regression(own, own.y[:, None])


def test_many_rows_are_thinned_evenly():
    y = np.arange(50_000.0)
    truth, predicted = columns(y, y[:, None])
    assert len(truth) == 1000
    assert (truth[0, 0], truth[-1, 0]) == (0, 49_999)
    assert np.array_equal(truth, predicted)


def test_a_perfect_and_a_constant_prediction():
    y = np.array([2.0, 2.0, 2.0])
    assert "nan" not in regression(data(y), y[:, None])
