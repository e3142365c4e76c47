"""What a setting is that is not given: of the preset, of the data set, of the machine; nowhere else."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import pairwise
from math import prod

import numpy as np

from gradiente.data import NAMES, Dataset
from gradiente.engines import launched
from gradiente.errors import ArgumentError
from gradiente.layers import Layer, Linear, LogSoftmax, Sigmoid
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.schedules import CosineAnnealingLR
from gradiente.summary import output_shapes
from gradiente.training import table_preset
from gradiente.training.config import Config
from gradiente.training.convolutional import SMALLEST, convolutional
from gradiente.training.prepared import DEFAULT_BATCH_SIZE
from gradiente.training.sections import PICTURES, SETTINGS
from gradiente.training.targets import default_loss, default_outputs

# Products of a forward pass over the data; below, compiling takes longer than it saves.
WORTH_COMPILING = 500_000_000
LEAST_BATCH, STEPS = 16, 8  # of an own table: the smallest default batch, and the steps that an epoch has
ENOUGH_STEPS, MOST_EPOCHS = 500, 100  # of a network for pictures, where they are few


def with_defaults(config: Config, train: Dataset) -> Config:
    """The config with the defaults of the preset, then of the data set, all but the layers."""
    if config.network.preset == "table":
        config = _with_preset(config, train)
    data, descent = config.data, config.descent
    kind = PICTURES if is_for_pictures(config, train) else data.name
    defaults = {
        name: SETTINGS[name].default_for(kind)
        for name in ("validation", "optimizer", "epochs", "batch_size")
        if config.values()[name] is None
    }
    if descent.loss is None:
        defaults["loss"] = SETTINGS["loss"].write(default_loss(train))
    schedule = config.make("schedule")
    if descent.lr is not None and schedule is not None and schedule.absolute:
        raise ArgumentError("config.schedule_lr", schedule=type(schedule).__name__)
    if "optimizer" in defaults or descent.lr is not None:
        lr = SETTINGS["lr"].default_for(kind) if descent.lr is None else descent.lr
        optimizer = SETTINGS["optimizer"].make(defaults.get("optimizer", descent.optimizer))
        defaults |= {"optimizer": SETTINGS["optimizer"].write(replace(optimizer, lr=lr)), "lr": None}
    config = config.changed(**defaults)
    if "batch_size" in defaults:
        learned = _learned(config, train)
        is_known = data.name in NAMES or is_for_pictures(config, train)
        size = defaults["batch_size"] if is_known else _batch_size(learned)
        config = config.changed(batch_size=min(size, learned))
    return _for_pictures(config, train, "epochs" in defaults) if is_for_pictures(config, train) else config


def _learned(config: Config, train: Dataset) -> int:
    """How many rows are learned from, without those that validate or weigh nothing; at least 1."""
    share = config.data.validation
    rows = train.hold_out(share, config.descent.seed)[0] if share else np.arange(len(train))
    weights = train.loss_weights
    return max(1, len(rows) if weights is None else int(np.count_nonzero(weights[rows])))


def _for_pictures(config: Config, train: Dataset, may_last: bool) -> Config:
    """The config with a cosine for its rate, unless it has a schedule; of few pictures with more epochs, if it may."""
    epochs, size = config.descent.epochs or 0, config.descent.batch_size
    if may_last and isinstance(size, int):
        steps = -(-_learned(config, train) // size)
        epochs = max(epochs, min(MOST_EPOCHS, -(-ENOUGH_STEPS // steps)))
        config = config.changed(epochs=epochs)
    if config.descent.schedule is not None or not epochs:
        return config
    return config.changed(schedule=SETTINGS["schedule"].write(CosineAnnealingLR(T_max=epochs)))


def _batch_size(learned: int) -> int:
    """A power of two, so that an epoch has eight steps or more."""
    return max(LEAST_BATCH, min(DEFAULT_BATCH_SIZE, 2 ** int(np.log2(max(1, learned / STEPS)))))


def _with_preset(config: Config, train: Dataset) -> Config:
    """The config with the defaults of the preset, all but the layers and their learning rates."""
    if train.x.ndim != 2 or train.image_shape is not None:
        raise ArgumentError("build.preset", preset=config.network.preset, name=train.name)
    values, descent = config.values(), config.descent
    defaults = {
        name: SETTINGS[name].write(value) if SETTINGS[name].registry else value
        for name, value in table_preset.defaults(train).items()
        if values[name] is None
    }
    if descent.weight_decay_on == "all":
        defaults["weight_decay_on"] = "weights"
    config = config.changed(**defaults)
    learned, size, epochs = _learned(config, train), config.descent.batch_size, config.descent.epochs
    size = learned if size == "all" else min(size or learned, learned)
    steps = -(-learned // size)
    epochs = table_preset.epochs(steps) if epochs is None else epochs
    config = config.changed(batch_size=size, epochs=epochs)
    if descent.schedule is None and epochs:
        schedule = table_preset.schedule(epochs * steps)
        config = config.changed(schedule=SETTINGS["schedule"].write(schedule), schedule_every="step")
    return config if descent.patience or not epochs else config.changed(patience=epochs)


def with_preset_rates(config: Config, network: Network) -> Config:
    """The config with the learning rates of the preset's layers, unless others are given."""
    if config.descent.lr_factors is not None:
        return config
    return config.changed(lr_factors=table_preset.lr_factors(list(network.layers)))


def layers_of(config: Config, train: Dataset, loss: Loss) -> list[Layer]:
    """The layers that a config names, or of its hidden layers for a data set; without their parameters."""
    if config.network.layers is not None:
        return config.make("layers")
    if config.network.preset == "table":
        activation = None if config.network.activation is None else config.make("activation")
        outputs, asked = default_outputs(train, loss), config.network
        return table_preset.layers(train, asked.hidden, activation, outputs, bias=asked.bias)
    if is_for_pictures(config, train):
        blocks = convolutional(train.image_shape or (), default_outputs(train, loss))
        return blocks + output_activation(train, loss)
    short = {name: SETTINGS[name].default_for(config.data.name) for name in ("hidden", "activation")}
    short |= {name: value for name in short if (value := getattr(config.network, name)) is not None}
    activation = SETTINGS["activation"].make(short["activation"])
    if isinstance(activation, Linear):
        raise ArgumentError("build.activation", name="Linear")
    sizes = [int(train.x[0].size), *short["hidden"], default_outputs(train, loss)]
    return dense(sizes, activation, bias=config.network.bias) + output_activation(train, loss)


def dense(sizes: Sequence[int], activation: Layer, *, bias: bool = True) -> list[Layer]:
    """Linear layers from each size to the next, with the activation between them.

    >>> from gradiente.layers import Tanh
    >>> dense([4, 8, 3], Tanh(), bias=False)
    [Linear(in_features=4, out_features=8, bias=False), Tanh(), Linear(in_features=8, out_features=3, bias=False)]
    """
    layers: list[Layer] = []
    for inputs, neurons in pairwise(sizes):
        layers += [Linear(inputs, neurons, bias=bias), activation]
    return layers[:-1]


def is_for_pictures(config: Config, train: Dataset) -> bool:
    """Whether the network is the convolutional one: for pictures in files or in colour, without layers of one's own."""
    asked, shape = config.network, train.image_shape
    if shape is None or (asked.layers, asked.hidden, asked.activation) != (None, None, None):
        return False
    in_colour = len(shape) == 3 and shape[0] in (3, 4) and min(shape) >= SMALLEST
    return train.picture_files or in_colour


def output_activation(train: Dataset, loss: Loss) -> list[Layer]:
    """The layer behind the last Linear that a loss of probabilities needs; none where the loss takes scores."""
    if loss.link == "exponential":
        return [LogSoftmax()]
    scores = loss.link != "identity" or (train.task == "regression" and loss.interval != "[0, 1]")
    return [] if scores else [Sigmoid()]


def engine_of(config: Config, network: Network, train: Dataset) -> str:
    """torch if an option needs it; else the faster of the two engines of the closed forms."""
    if config.execution.engine != "auto":
        return config.execution.engine
    if config.execution.needs_torch() or launched().world_size > 1:
        return "torch"
    if find_spec("llvmlite") is None:
        return "numpy"
    many_products = multiplications(network, train.x.shape[1:]) * len(train) >= WORTH_COMPILING
    return "compiled" if many_products or _is_one_step(config, train) else "numpy"


def _is_one_step(config: Config, train: Dataset) -> bool:
    """Whether an epoch is one step: thousands of them are taken at once then, where NumPy takes one after another."""
    size = config.descent.batch_size
    return not config.data.validation and (size == "all" or (size or 0) >= len(train))


def multiplications(network: Network, shape: tuple[int, ...]) -> int:
    """How many numbers of an instance are multiplied by a weight in a forward pass.

    >>> multiplications(Network([Linear(784, 512), Linear(512, 10)]), (784,))
    406528
    """
    total = 0
    for node, output in zip(network.nodes, output_shapes(network.layers, shape), strict=True):
        for spec in node.layer.parameters().values():
            if len(spec.shape) > 1:
                total += prod(spec.shape[1:]) * prod(output)
    return total
