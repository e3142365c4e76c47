"""EMA and SWA: PyTorch's AveragedModel over the same steps; what is validated, kept, resumed, left in the network."""

import numpy as np
import pytest
import torch
from torch.optim import swa_utils

import gradiente as gr
from gradiente import EMA, SWA, Network
from gradiente.training.checkpoint import LAST

ENGINES = ["numpy", "compiled", "torch"]
EPOCHS, BATCH = 4, 16


def network():
    inner = [gr.Linear(8, 8, bias=False), gr.BatchNorm1d(8), gr.Tanh()]
    return Network([gr.Linear(2, 8), gr.BatchNorm1d(8), gr.Residual(inner), gr.Linear(8, 3)], seed=5)


def trainer(net, average, engine="numpy", **options):
    return gr.Trainer(net, gr.CrossEntropyLoss(), gr.Adam(lr=0.02), average=average, engine=engine, **options)


class Steps(gr.Callback):
    """The network after every step, and the number of steps before every epoch's end."""

    def __init__(self):
        self.states, self.ends = [], []

    def step_begin(self, state, step):
        if step:
            self.keep(state)

    def epoch_end(self, state):
        self.keep(state)
        self.ends.append(len(self.states))

    def keep(self, state):
        state.engine.download()
        self.states.append(state.network.state_dict())


def torch_average(net, states, function=None):
    """AveragedModel of a module that has those states, one after the other."""
    module = net.to_torch()
    averaged = swa_utils.AveragedModel(module, multi_avg_fn=function)
    for state in states:
        module.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in state.items()})
        averaged.update_parameters(module)
    return averaged


def assert_same(net, averaged):
    ours = net.state_dict()
    theirs = {name: value.numpy() for name, value in averaged.module.state_dict().items()}
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=2e-5, atol=2e-6, err_msg=name)


@pytest.mark.parametrize("engine", ENGINES)
def test_ema_is_that_of_pytorch_over_the_same_steps(clouds, engine):
    net, steps = network(), Steps()
    trainer(net, EMA(decay=0.9), engine, callbacks=[steps]).fit(clouds, epochs=EPOCHS, batch_size=BATCH)
    assert len(steps.states) == EPOCHS * 5
    averaged = torch_average(net, steps.states, swa_utils.get_ema_multi_avg_fn(0.9))
    assert_same(net, averaged)


@pytest.mark.parametrize("engine", ENGINES)
def test_swa_is_that_of_pytorch_with_the_statistics_of_update_bn(clouds, engine):
    net, steps = network(), Steps()
    trainer(net, SWA(start=2), engine, callbacks=[steps]).fit(clouds, epochs=EPOCHS, batch_size=BATCH)
    averaged = torch_average(net, [steps.states[end - 1] for end in steps.ends[1:]])
    batches = [torch.from_numpy(np.float32(clouds.x[i : i + BATCH])) for i in range(0, len(clouds), BATCH)]
    swa_utils.update_bn(batches, averaged)
    assert_same(net, averaged)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("average", [EMA(decay=0.9), SWA(start=2)], ids=["ema", "swa"])
def test_the_network_that_is_left_is_the_one_that_was_validated(clouds, engine, average):
    net = network()
    train, held_out = clouds.subset(np.arange(50)), clouds.subset(np.arange(50, 69))
    plain = network()
    history = trainer(net, average, engine).fit(train, validation=held_out, epochs=EPOCHS, batch_size=BATCH)
    without = trainer(plain, None, engine).fit(train, validation=held_out, epochs=EPOCHS, batch_size=BATCH)
    value = gr.CrossEntropyLoss().value(net.predict(held_out.x), held_out.y)
    np.testing.assert_allclose(history.records[-1]["val_loss"], value, rtol=1e-5)
    assert history["val_loss"][-1] != without["val_loss"][-1]
    np.testing.assert_allclose(history["loss"], without["loss"], rtol=1e-6)  # what learns is not averaged


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("average", [EMA(decay=0.9), SWA(start=2)], ids=["ema", "swa"])
@pytest.mark.parametrize("steps", [5, 7])
def test_a_resumed_training_has_the_same_average(clouds, tmp_path, engine, average, steps):
    whole, parted = network(), network()
    options = {"validation": 0.2, "epochs": EPOCHS, "batch_size": BATCH}
    trainer(whole, average, engine).fit(clouds, **options)
    trainer(parted, average, engine, callbacks=[gr.Checkpoint(tmp_path)]).fit(
        clouds, max_steps=steps, **options
    )
    other = network()
    trainer(other, average, engine).fit(clouds, resume=tmp_path / LAST, **options)
    assert other.theta.tobytes() == whole.theta.tobytes()
    for name, values in whole.buffers.items():
        assert other.buffers[name].tobytes() == values.tobytes()


def test_the_best_epoch_is_one_of_the_average(clouds):
    net = network()
    train, held_out = clouds.subset(np.arange(50)), clouds.subset(np.arange(50, 69))
    stopping = gr.EarlyStopping(patience=3)
    taught = trainer(net, EMA(decay=0.8), callbacks=[stopping])
    history = taught.fit(train, validation=held_out, epochs=40, batch_size=BATCH)
    value = gr.CrossEntropyLoss().value(net.predict(held_out.x), held_out.y)
    np.testing.assert_allclose(min(history["val_loss"]), value, rtol=1e-5)


def test_a_training_with_another_average_is_not_resumed(clouds):
    first = trainer(network(), EMA(decay=0.9))
    first.fit(clouds, epochs=1)
    with pytest.raises(gr.FileError, match="average"):
        trainer(network(), SWA(start=1)).fit(clouds, epochs=2, resume=first.last)


def test_full_batches_and_epochs_before_the_start(clouds):
    """Epochs of one step, which the compiled engine takes at once where nothing is averaged."""
    results = []
    for engine in ("numpy", "compiled"):
        net = Network([gr.Linear(2, 4), gr.Tanh(), gr.Linear(4, 3)], seed=1, dtype="float64")
        trainer(net, SWA(start=20), engine).fit(clouds, epochs=30, batch_size="all")
        results.append(net.theta.copy())
    np.testing.assert_allclose(*results, rtol=1e-9)
    early, plain = (Network([gr.Linear(2, 3)], seed=1) for _ in range(2))
    trainer(early, SWA(start=9)).fit(clouds, epochs=5)
    trainer(plain, None).fit(clouds, epochs=5)
    assert early.theta.tobytes() == plain.theta.tobytes()


def test_frozen_layers_keep_their_statistics(clouds):
    net = network()
    trainer(net, None).fit(clouds, epochs=2, batch_size=BATCH)
    net.freeze(1)
    kept = net.buffers["1.running_mean"].copy()
    trainer(net, SWA(start=1)).fit(clouds, epochs=2, batch_size=BATCH)
    assert net.buffers["1.running_mean"].tobytes() == kept.tobytes()
    assert net.buffers["2.layers.1.num_batches_tracked"] == 5  # counted from the beginning


@pytest.mark.parametrize("wrong", [{"decay": 1.0}, {"decay": -0.1}])
def test_a_decay_out_of_range_is_refused(wrong):
    with pytest.raises(gr.ArgumentError, match="decay"):
        EMA(**wrong)


def test_a_start_out_of_range_and_what_is_no_average_are_refused(clouds):
    with pytest.raises(gr.ArgumentError, match="start"):
        SWA(start=0)
    with pytest.raises(gr.ArgumentError, match="EMA"):
        trainer(network(), "ema")
