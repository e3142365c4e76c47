"""Embedding beyond the contract of all layers: indices in a single axis, and what is not an index."""

import numpy as np
import pytest
import torch

from gradiente import CrossEntropyLoss, DataError, Embedding, Linear, Network, ShapeError, gradcheck, trace


def test_a_network_takes_one_index_for_each_instance_as_pytorch_does():
    network = Network([Embedding(5, 3), Linear(3, 2)], seed=0, dtype="float64")
    x, y = np.array([0, 1, 4, 4]), np.array([0, 1, 1, 0])
    expected = network.to_torch()(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(network.predict(x), expected, rtol=0, atol=1e-15)
    assert gradcheck(network, CrossEntropyLoss(), x, y).passed
    step = trace(network, CrossEntropyLoss(), x, y)
    assert step["E[0]"].shape == (4, 3)


def test_numbers_still_need_an_axis_of_instances_and_one_of_features():
    with pytest.raises(ShapeError, match="fewer than two axes"):
        Network([Linear(3, 2)]).predict(np.zeros(3))


@pytest.mark.parametrize(("index", "said"), [(5, "5"), (-1, "-1"), (0.5, "0.5")])
def test_what_is_not_an_index(index, said):
    with pytest.raises(DataError, match=said):
        Network([Embedding(5, 3)]).predict(np.array([[index]]))
