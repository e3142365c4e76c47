import math
import re

import numpy as np
import pytest
import torch

from gradiente import (
    SGD,
    Adam,
    BatchNorm1d,
    Callback,
    Checkpoint,
    CrossEntropyLoss,
    DivergenceError,
    EarlyStopping,
    Identity,
    Linear,
    MSELoss,
    Network,
    ReLU,
    Trainer,
    set_language,
)
from gradiente.data import Dataset
from gradiente.training import load_checkpoint
from gradiente.training.checkpoint import LAST


class Plant(Callback):
    """Put a value into a parameter before a step of an epoch, and keep the parameters of every epoch's end."""

    def __init__(self, name=None, value=None, epoch=2, step=1):
        self.name, self.value, self.at = name, value, (epoch, step)
        self.kept = []

    def fit_begin(self, state):
        self.kept = [state.network.theta.copy()]

    def step_begin(self, state, step):
        if self.name is not None and (state.epoch + 1, step + 1) == self.at:
            state.network.parameters[self.name].flat[-1] = self.value

    def epoch_end(self, state):
        self.kept.append(state.network.theta.copy())


def network(dtype="float32"):
    return Network([Linear(3, 5), ReLU(), Linear(5, 4), ReLU(), Linear(4, 1)], seed=0, dtype=dtype)


def diverge(trainer, data, **options):
    with pytest.raises(DivergenceError) as caught:
        trainer.fit(data, **options)
    return caught.value


@pytest.mark.parametrize("name", ["0.weight", "0.bias", "2.weight", "4.weight", "4.bias"])
@pytest.mark.parametrize("value", [math.inf, math.nan])
def test_a_parameter_that_is_not_finite_is_named_with_its_epoch_and_step(line, name, value):
    plant = Plant(name, value, epoch=3, step=2)
    trainer = Trainer(network(), MSELoss(), SGD(lr=0.01), callbacks=[plant])
    error = diverge(trainer, line, epochs=5, batch_size=20)
    message = str(error)
    assert re.search(
        rf"the loss became (nan|inf) in epoch 3, step 2: .*in the parameter \w\[\d\] \({re.escape(name)}\) of Linear,",
        message,
    )
    assert "The learning rate is 0.01, and the largest gradient of the previous step was" in message
    assert "What to try: a smaller learning rate, such as 0.001; gradient clipping" in message
    assert len(plant.kept) == 3
    np.testing.assert_array_equal(trainer.network.theta, plant.kept[-1])


def test_the_same_words_in_spanish(line):
    set_language("es")
    trainer = Trainer(
        network(), MSELoss(), SGD(lr=0.01), callbacks=[Plant("2.weight", math.inf, epoch=1, step=3)]
    )
    message = str(diverge(trainer, line, epochs=5, batch_size=20))
    assert re.search(
        r"la pérdida se volvió (nan|inf) en la época 1, paso 3: .*el parámetro W\[2\] \(2.weight\) de Linear",
        message,
    )
    assert "La tasa de aprendizaje es 0.01 y el mayor gradiente del paso anterior fue" in message
    assert "Qué intentar: una tasa de aprendizaje menor, por ejemplo 0.001; recorte del gradiente" in message


def test_the_largest_gradient_is_that_of_the_step_before(line):
    """Against PyTorch's gradients for the one batch that was learned from."""
    net = network("float64")
    module = torch.nn.Sequential(*(layer.to_torch() for layer in net.layers)).double()
    module.load_state_dict({name: torch.from_numpy(value) for name, value in net.state_dict().items()})
    trainer = Trainer(net, MSELoss(), SGD(lr=0.01), callbacks=[Plant("4.bias", math.inf, epoch=2, step=1)])
    error = diverge(trainer, line, epochs=5, batch_size="all")
    target = torch.from_numpy(line.y[:, None])
    torch.nn.functional.mse_loss(module(torch.from_numpy(line.x)), target).backward()
    largest = {name: p.grad.abs().max().item() for name, p in module.named_parameters() if p.grad is not None}
    name = max(largest, key=lambda name: largest[name])
    assert error.values["gradient_name"] == name
    assert error.values["gradient"] == f"{largest[name]:.3g}"


def test_a_learning_rate_far_too_large(line):
    plant = Plant()
    trainer = Trainer(network(), MSELoss(), SGD(lr=50.0), callbacks=[plant])
    error = diverge(trainer, line, epochs=30, batch_size=25)
    assert error.values["lr"] == 50
    assert "a smaller learning rate, such as 5;" in str(error)
    assert error.values["epoch"] == len(plant.kept)
    np.testing.assert_array_equal(trainer.network.theta, plant.kept[-1])
    assert np.isfinite(trainer.network.theta).all()


@pytest.mark.parametrize("batch_size", [10, "all"])
def test_the_network_is_never_left_with_what_the_last_update_of_an_epoch_broke(line, tmp_path, batch_size):
    trainer = Trainer(
        Network([Linear(3, 1)]), MSELoss(), SGD(lr=1e39), callbacks=[Checkpoint(tmp_path, seconds=0)]
    )
    before = trainer.network.theta.copy()
    error = diverge(trainer, line, epochs=9, batch_size=batch_size)
    assert error.values["epoch"] == 1
    assert "in the parameter W[1] (0.weight) of Linear, which the previous update made too large" in str(
        error
    )
    np.testing.assert_array_equal(trainer.network.theta, before)
    np.testing.assert_array_equal(Network.load(tmp_path / LAST).theta, before)


def test_what_the_last_update_broke_behind_a_batch_normalization_is_named(line):
    layers = [Linear(3, 4), BatchNorm1d(4, affine=False), Linear(4, 1)]
    model = Network(layers, seed=0)
    model.freeze(0)
    error = diverge(Trainer(model, MSELoss(), SGD(lr=1e39)), line, epochs=1, batch_size="all")
    assert "in the parameter W[2] (2.weight) of Linear" in str(error)


@pytest.mark.parametrize(("scale", "layer"), [(1e37, 4), (3e37, 2), (1e39, 0)])
def test_inputs_far_too_large_are_followed_to_the_layer_that_overflows(scale, layer):
    """Every layer gives a few times what it gets; PyTorch says which of them is the first to overflow."""
    x = scale * np.ones((20, 3))
    data = Dataset(x, np.arange(20.0), "regression", "huge")
    net = Network([Linear(3, 3), ReLU(), Linear(3, 3), ReLU(), Linear(3, 1)])
    for name, parameter in net.parameters.items():
        parameter[...] = 1.0 if name.endswith("weight") else 0.0
    net.parameters["2.weight"][...] = 2.0
    with np.errstate(over="ignore", invalid="ignore"):
        outputs, a = [], torch.from_numpy(x.astype(np.float32))
        for index, one in enumerate(net.layers):
            module = one.to_torch()
            module.load_state_dict(
                {name: torch.from_numpy(value) for name, value in net.node_parameters(index).items()}
            )
            a = module(a)
            outputs.append(bool(torch.isfinite(a).all()))
    assert outputs.index(False) == layer
    trainer = Trainer(net, MSELoss(), SGD(lr=0.1))
    message = str(diverge(trainer, data, epochs=1, batch_size=5))
    assert (
        f"in epoch 1, step 1: the first value that is not finite is in the output of layer {layer} (Linear)"
        in message
    )
    assert (
        f"What to try: standardized inputs (they now reach {scale:.3g}); a smaller learning rate" in message
    )


def test_a_loss_that_overflows_behind_finite_layers():
    data = Dataset(np.full((20, 3), 1e25), np.arange(20.0), "regression", "large")
    message = str(diverge(Trainer(network(), MSELoss(), SGD(lr=0.1)), data, epochs=1))
    assert re.search(
        r"the loss became inf in epoch 1, step 1: the output of every layer is still finite, up to \d",
        message,
    )
    assert "standardized inputs (they now reach 1e+25" in message


def test_the_run_can_be_used_and_taken_up_again(line, tmp_path):
    plant = Plant("2.weight", math.nan, epoch=3, step=2)
    broken = Trainer(network(), MSELoss(), Adam(lr=0.01), callbacks=[plant, Checkpoint(tmp_path, seconds=0)])
    diverge(broken, line, epochs=6, batch_size=20)
    saved = load_checkpoint(tmp_path / LAST)
    assert len(saved.history) == 2
    np.testing.assert_array_equal(saved.state.theta, plant.kept[-1])
    np.testing.assert_array_equal(Network.load(tmp_path / LAST).theta, plant.kept[-1])
    resumed = Trainer(network(), MSELoss(), Adam(lr=0.01))
    resumed.fit(line, epochs=6, batch_size=20, resume=tmp_path / LAST)
    alone = Trainer(network(), MSELoss(), Adam(lr=0.01))
    alone.fit(line, epochs=6, batch_size=20)
    np.testing.assert_array_equal(resumed.network.theta, alone.network.theta)


def test_the_step_that_broke_leaves_no_trace_in_the_optimizer(line):
    plant = Plant("2.weight", math.nan, epoch=2, step=3)
    trainer = Trainer(network(), MSELoss(), Adam(lr=0.01), callbacks=[plant])
    diverge(trainer, line, epochs=6, batch_size=20)
    healthy = Trainer(network(), MSELoss(), Adam(lr=0.01))
    healthy.fit(line, epochs=1, batch_size=20)
    one, other = trainer.engine.state(), healthy.engine.state()
    assert one.t == other.t
    for name, slot in one.slots.items():
        np.testing.assert_array_equal(slot, other.slots[name])


def test_early_stopping_ends_a_divergence_with_the_best_parameters(line):
    plant = Plant("0.bias", math.nan, epoch=4, step=1)
    trainer = Trainer(network(), MSELoss(), SGD(lr=0.01), callbacks=[plant, EarlyStopping()])
    diverge(trainer, line, epochs=6, batch_size=20)
    np.testing.assert_array_equal(trainer.network.theta, plant.kept[3])


def test_a_classifier_diverges_too(clouds):
    net = Network([Linear(2, 3), Identity()])
    trainer = Trainer(
        net, CrossEntropyLoss(), SGD(lr=0.1), callbacks=[Plant("0.weight", math.inf, epoch=1, step=1)]
    )
    assert "in the parameter W[1] (0.weight) of Linear" in str(diverge(trainer, clouds, epochs=2))


def test_the_error_carries_its_numbers_as_data(line):
    trainer = Trainer(
        network(), MSELoss(), SGD(lr=0.01), callbacks=[Plant("4.bias", math.inf, epoch=2, step=3)]
    )
    error = diverge(trainer, line, epochs=5, batch_size=20)
    said = {name: error.values[name] for name in ("value", "epoch", "step", "lr")}
    assert said == {"value": math.inf, "epoch": 2, "step": 3, "lr": 0.01}
    assert error.values["gradient_name"] in network().parameters
    assert error.exit_status == 1


def test_a_validation_loss_that_is_not_finite_stops_with_a_diagnosis(line):
    """The training rows are tame; one row that is only watched overflows."""
    wild = Dataset(np.full((2, 3), 1e200), np.zeros(2), "regression", "wild")
    trainer = Trainer(Network([Linear(3, 1)], dtype="float64"), MSELoss(), SGD(lr=0.1))
    with pytest.raises(DivergenceError, match="epoch 1"):
        trainer.fit(line, validation=wild, epochs=3)
    assert np.isfinite(trainer.network.theta).all()
