"""Copies and pickles of a network and of a Trainer: they learn as the original does, and nothing is shared."""

import copy
import pickle

import numpy as np
import pytest

import gradiente as gr
from gradiente import Network

COPIES = {"deepcopy": copy.deepcopy, "pickle": lambda thing: pickle.loads(pickle.dumps(thing))}
copies = pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)


def network():
    inner = [gr.Linear(8, 8, bias=False), gr.BatchNorm1d(8), gr.Tanh()]
    return Network([gr.Linear(4, 8), gr.Residual(inner), gr.Dropout(0.2), gr.Linear(8, 3)], seed=5)


def trainer(net, engine="numpy"):
    return gr.Trainer(net, gr.CrossEntropyLoss(), gr.Adam(lr=0.01), engine=engine, lr_factors={1: 0.3})


@copies
def test_a_copy_of_a_network_has_arrays_of_its_own_and_views_of_them(copied):
    net = network()
    net.buffers["1.layers.1.running_mean"][...] = 3
    net.gradient[...] = 2
    net.freeze(1)
    twin = copied(net)
    assert twin.layers == net.layers
    assert twin.frozen == {1}
    assert twin.theta.tobytes() == net.theta.tobytes()
    assert twin.gradient.tobytes() == net.gradient.tobytes()
    assert not np.shares_memory(twin.theta, net.theta)
    for name, view in twin.parameters.items():
        assert np.shares_memory(view, twin.theta)
        assert np.shares_memory(twin.gradients[name], twin.gradient)
    for name, buffer in twin.buffers.items():
        assert np.array_equal(buffer, net.buffers[name])
        assert not np.shares_memory(buffer, net.buffers[name])


@copies
@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
def test_a_copy_of_a_trainer_goes_on_as_one_that_was_never_copied(copied, engine):
    train, _ = gr.data.load("iris")
    first, never_copied = trainer(network(), engine), trainer(network(), engine)
    first.fit(train, epochs=2)
    twin = copied(first)
    assert twin.network is twin.objective.network is twin.engine.network
    twin.fit(train, epochs=4, resume=twin.last)
    never_copied.fit(train, epochs=4)
    assert twin.network.theta.tobytes() == never_copied.network.theta.tobytes()
    assert first.network.theta.tobytes() != twin.network.theta.tobytes()


def test_a_network_of_a_layer_that_is_not_registered_can_be_copied():
    class Own(gr.Tanh):
        pass

    net = Network([gr.Linear(2, 1), Own()])
    assert copy.deepcopy(net).layers == net.layers
