"""A config applied to a data set: the network, the loss, the optimizer."""

import logging
import os
from dataclasses import dataclass, replace
from typing import Any

from gradiente.clip import Clip
from gradiente.data import Augmentation, Compose, Dataset
from gradiente.errors import ArgumentError, ShapeError, require
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups
from gradiente.penalties import Penalty
from gradiente.plain import names_parameter
from gradiente.schedules import Schedule
from gradiente.training import table_preset
from gradiente.training.callbacks import Callback, EarlyStopping, Scheduler
from gradiente.training.config import Config
from gradiente.training.defaults import (
    engine_of,
    is_for_pictures,
    layers_of,
    with_defaults,
    with_preset_rates,
)
from gradiente.training.run import Run
from gradiente.training.sections import SETTINGS
from gradiente.training.targets import default_outputs
from gradiente.training.trainer import Trainer

SCHEDULES = {"lr": "schedule", "weight_decay": "weight_decay_schedule", "dropout": "dropout_schedule"}
log = logging.getLogger("gradiente")


@dataclass(frozen=True)
class Plan:
    """A complete config, and the objects that it describes; `schedules` by what they change."""

    config: Config
    network: Network
    loss: Loss
    optimizer: Optimizer
    parameter_groups: ParameterGroups
    schedules: dict[str, Schedule]
    penalties: list[Penalty]
    augmentation: Augmentation | None

    def trainer(self, callbacks: list[Callback]) -> Trainer:
        """The trainer of this plan: its own callbacks first, then those given."""
        descent, execution = self.config.descent, self.config.execution
        own: list[Callback] = []
        for name, schedule in self.schedules.items():
            own.append(Scheduler(schedule, every=descent.schedule_every, hyperparameter=name))
        if descent.patience is not None:
            own.append(EarlyStopping(patience=descent.patience))
        return Trainer(
            self.network,
            self.loss,
            self.optimizer,
            lr_factors=self.parameter_groups.lr_factors,
            weight_decay_on=self.parameter_groups.weight_decay_on,
            callbacks=[*own, *callbacks],
            clip=Clip(norm=descent.clip_norm, value=descent.clip_value),
            penalties=self.penalties,
            augmentation=self.augmentation,
            average=self.config.make("average"),
            metrics=descent.metric or (),
            engine=execution.torch_settings() if execution.engine == "torch" else execution.engine,
            seed=descent.seed,
            monitor=descent.monitor,
        )


def plan(config: Config, train: Dataset, *, resumed: bool = False) -> Plan:
    """Resolve the defaults of a config for a data set, and build what it describes.

    Arguments:
        resumed: a checkpoint will be loaded, so a pretrained network is not read

    Errors: ArgumentError for an unknown name or a value out of range; ShapeError for layers that do not fit
    """
    config = _in_full(with_defaults(config, train))
    loss, penalties = config.make("loss"), config.make("penalty") or []
    changes = config.make("augment")
    if is_for_pictures(config, train) and config.network.pretrained is None:
        log.info(text("build.convolutional"))
    network, keep = _network(config, train, loss, resumed)
    network.freeze(*(config.network.freeze or ()))
    if config.network.preset == "table":
        config = with_preset_rates(config, network)
        if not resumed and config.network.pretrained is None:
            table_preset.initialize_by_data(network, train.x, config.descent.seed)
    given = (config.descent.lr_factors or {}).items()
    factors = {place if names_parameter(place) else int(place): factor for place, factor in given}
    layers = SETTINGS["layers"].write(list(network.layers))
    by_class = train.class_weight
    class_weight = None if by_class is None else dict(zip(train.classes, by_class, strict=True))
    return Plan(
        config=config.changed(
            layers=layers,
            keep=keep,
            engine=engine_of(config, network, train),
            class_weight=class_weight,
        ),
        network=network,
        loss=loss,
        optimizer=config.make("optimizer"),
        parameter_groups=ParameterGroups.of(network, factors, config.descent.weight_decay_on),
        schedules={
            name: schedule for name, setting in SCHEDULES.items() if (schedule := config.make(setting))
        },
        penalties=penalties,
        augmentation=Compose(changes) if changes else None,
    )


def _in_full(config: Config) -> Config:
    """The config with every argument of every notation, so that a later default cannot change it."""
    written = {
        name: SETTINGS[name].write(config.make(name))
        for name, value in config.values().items()
        if value is not None and SETTINGS[name].registry is not None
    }
    return config.changed(**written)


def _network(config: Config, train: Dataset, loss: Loss, resumed: bool) -> tuple[Network, int | None]:
    """The network to train, and the number of its pretrained layers."""
    asked = config.network
    options: Any = {"seed": config.descent.seed, "initializer": config.make("initializer")}
    features = train.x.shape[1:]
    if asked.pretrained is None or resumed:
        layers = layers_of(config, train, loss)
        return Network(layers, dtype=asked.dtype, input_shape=features, **options), asked.keep
    base = _trained(asked.pretrained).astype(asked.dtype)
    base.unfreeze()
    if base.input_shape not in (None, features):
        raise ShapeError(
            "build.pretrained",
            path=asked.pretrained,
            expected=base.input_shape,
            name=train.name,
            got=features,
        )
    head = base.head
    if (asked.layers, asked.hidden, asked.activation) != (None, None, None):
        layers = layers_of(config, train, loss)
    elif head is not None:
        layers = [*base.layers[:head], replace(base.layers[head], out_features=default_outputs(train, loss))]
        layers += base.layers[head + 1 :]
    else:
        raise ArgumentError("build.no_head", path=asked.pretrained)
    same = [ours == theirs for ours, theirs in zip(layers, base.layers, strict=False)]
    common = same.index(False) if False in same else len(same)
    require(common > 0, "build.nothing_kept", path=asked.pretrained)
    keep = asked.keep if asked.keep is not None else min(common, len(layers) if head is None else head)
    require(0 < keep <= common, "build.keep", keep=keep, path=asked.pretrained, common=common)
    return base.with_head(layers[keep:], keep=keep, **options), keep


def _trained(path: str) -> Network:
    return Run.open(path).network() if os.path.isdir(path) else Network.load(path)
