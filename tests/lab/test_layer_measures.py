"""Histograms of what a network holds, against NumPy's."""

import numpy as np
import pytest

from gradiente import Linear, MSELoss, Network, ReLU
from gradiente.data import Dataset
from gradiente.lab.layer_measures import BINS, LayerMeasures


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_histogram_is_that_of_numpy(dtype):
    network = Network([Linear(60, 50), ReLU(), Linear(50, 1)], seed=3, dtype=dtype)
    generator = np.random.default_rng(0)
    data = Dataset(
        generator.normal(size=(9, 60)).astype(dtype),
        generator.normal(size=9).astype(dtype),
        task="regression",
        name="random",
    )
    measured = LayerMeasures(network, MSELoss(), data)
    arrays = measured.arrays()
    for name, values in [
        ("h.w.0.weight", network.parameters["0.weight"]),
        ("h.g.0.weight", measured.gradients["0.weight"]),
        ("h.a.1", measured.outputs[1]),
    ]:
        largest = float(np.abs(values).max())
        counts, _ = np.histogram(values, BINS, (-largest, largest))
        assert arrays[name][-1] == np.float32(largest)
        # A number at the edge of two bins may round into either.
        assert np.abs(np.cumsum(arrays[name][:-1]) - np.cumsum(counts)).max() <= 1
        assert arrays[name][:-1].sum() == values.size


def test_numbers_that_are_not_finite_are_not_counted():
    network = Network([Linear(2, 3), ReLU(), Linear(3, 1)])
    network.parameters["0.weight"][0] = [np.nan, np.inf]
    data = Dataset(np.ones((4, 2), np.float32), np.ones(4, np.float32), task="regression", name="random")
    with np.errstate(all="ignore"):
        arrays = LayerMeasures(network, MSELoss(), data).arrays()
    assert arrays["h.w.0.weight"][:-1].sum() == 4
