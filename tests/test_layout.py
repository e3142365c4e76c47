"""One flat array and what lies where in it."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradiente import FileError, Network
from gradiente.layers import BatchNorm1d, Conv2d, Linear, Tanh
from gradiente.layout import named, size_of, trainable_slices, typed, views_of

LAYERS = [Conv2d(2, 3, 2), Tanh(), Linear(4, 5), BatchNorm1d(5), Linear(5, 1, bias=False)]
SPECS = [layer.parameters() for layer in LAYERS]


def test_views_lie_as_pytorch_flattens_its_parameters():
    flat = np.arange(float(size_of(SPECS)))
    paths = map(str, range(len(LAYERS)))
    views = named(paths, views_of(flat, SPECS))
    module = torch.nn.Sequential(*(layer.to_torch() for layer in LAYERS)).double()
    torch.nn.utils.vector_to_parameters(torch.from_numpy(flat), module.parameters())
    assert list(views) == [name for name, _ in module.named_parameters()]
    for name, parameter in module.named_parameters():
        assert np.shares_memory(views[name], flat)
        np.testing.assert_array_equal(views[name], parameter.detach().numpy())


@given(frozen=st.sets(st.integers(0, len(LAYERS) - 1)))
def test_the_learning_pieces_are_the_places_of_what_is_not_frozen(frozen):
    flat = np.zeros(size_of(SPECS))
    views = views_of(flat, SPECS)
    for index, layer in enumerate(views):
        for view in layer.values():
            view[...] = index not in frozen
    learns = np.zeros_like(flat)
    pieces = trainable_slices(views, frozen)
    for piece in pieces:
        learns[piece] += 1
    np.testing.assert_array_equal(learns, flat)
    assert all(one.stop < other.start for one, other in pairwise(pieces))


def test_buffers_take_the_type_of_the_network_and_counts_stay_whole():
    given = {"mean": np.zeros(3), "count": np.array(7)}
    own = typed(given, np.dtype(np.float32))
    assert (own["mean"].dtype, own["count"].dtype) == (np.float32, given["count"].dtype)
    own["count"] += 1
    assert given["count"] == 7


@pytest.mark.parametrize("name", ["0.weight", "1.running_var"])
def test_a_number_beyond_the_type_is_an_error_and_nothing_is_loaded(name):
    network = Network([Linear(2, 3), BatchNorm1d(3)])
    before = {key: value.copy() for key, value in network.state_dict().items()}
    state = {
        key: value.astype(np.float64) if value.dtype.kind == "f" else value for key, value in before.items()
    }
    state[name].flat[0] = 1e300
    with pytest.raises(FileError, match=rf"{name} contains 1e\+300.*float32"):
        network.load_state_dict(state)
    for key, value in network.state_dict().items():
        np.testing.assert_array_equal(value, before[key])
    wide = network.astype("float64")
    wide.load_state_dict(state)
    with pytest.raises(FileError, match=name):
        wide.astype("float32")
    state[name].flat[0] = np.inf  # no overflow, but what the file says
    network.load_state_dict(state)
    assert np.isinf(network.state_dict()[name].flat[0])
