"""The setup of a training run on both engines: a network, its data, and everything a step depends on."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gradiente.clip import Clip
from gradiente.data import Augmentation, Dataset, augment_rows, batches
from gradiente.formatting import count
from gradiente.layers import REGISTRY as LAYERS
from gradiente.layers import Context, Identity, Layer
from gradiente.layers.graph import changed
from gradiente.locale import text
from gradiente.losses import REGISTRY as LOSSES
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.notation import write
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups
from gradiente.penalties import Penalty
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.schedules import Schedule
from gradiente.streams import Purpose, stream
from gradiente.trace.naming import both_names, lecture_names
from gradiente.training.build import Plan
from gradiente.training.callbacks import scheduled
from gradiente.training.config import Config
from gradiente.training.targets import targets

Array = np.ndarray

# What is trained where nothing else is asked for: a dense and a convolutional network that read digits.
DEFAULTS = (
    Config().changed(
        layers=["Linear(64, 32)", "Tanh()", "Linear(32, 10)"],
        optimizer="Adam(lr=0.003)",
    ),
    Config().changed(
        layers=[
            "Unflatten(1, (1, 8, 8))",
            "Conv2d(1, 6, 3, padding=1, bias=False)",
            "BatchNorm2d(6)",
            "ReLU()",
            "MaxPool2d(2)",
            "Flatten()",
            "Linear(96, 10)",
        ],
        optimizer="Adam(lr=0.003)",
    ),
)


@dataclass(frozen=True, kw_only=True)
class TrainingSetup:
    """A training run that both engines can repeat: in float64, without random layers.

    Arguments:
        network: with its initial parameters
        data: the name of the data; None: random numbers
        x, y: the instances, and the targets as the loss takes them
        image_shape: of an instance, where there is an augmentation
        weights: of the instances; None: all count alike
        the others: as in Trainer and Config
    """

    network: Network
    loss: Loss
    optimizer: Optimizer
    data: str | None
    x: Array
    y: Array
    batch_size: int
    seed: int = 0
    parameter_groups: ParameterGroups = field(default_factory=ParameterGroups)
    schedule: Schedule | None = None
    schedule_every: str = "epoch"
    clip: Clip = field(default_factory=Clip)
    penalties: Sequence[Penalty] = ()
    augmentation: Augmentation | None = None
    image_shape: tuple[int, ...] | None = None
    weights: Array | None = None

    @classmethod
    def of(cls, plan: Plan, train: Dataset) -> "TrainingSetup":
        """The training run of a config, on its training instances."""
        data, descent = plan.config.data, plan.config.descent
        outputs = plan.network.forward(train.x[:2])[0].shape[1]
        y = targets(train, plan.loss, outputs)
        rows = np.arange(len(train))
        if data.validation:
            rows, _ = train.hold_out(data.validation, descent.seed)
        weights = train.loss_weights
        if weights is not None:
            rows = rows[weights[rows] > 0]
        return cls(
            network=plan.network,
            loss=plan.loss,
            optimizer=plan.optimizer,
            data=train.name,
            x=train.x[rows],
            y=y[rows],
            batch_size=descent.batch_size if isinstance(descent.batch_size, int) else len(rows),
            seed=descent.seed,
            parameter_groups=plan.parameter_groups,
            schedule=plan.schedules.get("lr"),
            schedule_every=descent.schedule_every,
            clip=Clip(norm=descent.clip_norm, value=descent.clip_value),
            penalties=plan.penalties,
            augmentation=plan.augmentation,
            image_shape=train.image_shape,
            weights=None if weights is None else weights[rows],
        )

    @property
    def drawing(self) -> list[Layer]:
        """The random layers, which an Identity replaces."""
        return [node.layer for node in self.network.nodes if node.layer.stochastic]

    @property
    def subtracted(self) -> list[str]:
        """The biases that a following normalization subtracts again, with the mean; they are left out.

        ∂J/∂b = 0, and its computed value is rounding error, which differs between machines: a rule that divides a
        gradient by its own size, as Adam does, amplifies it.
        """
        network = self.network.astype(np.float64)
        if not any(node.layer.subtracts_mean for node in network.nodes):
            return []

        def predict() -> Array:
            context = Context(training=True, generator=stream(Purpose.LAYERS, self.seed))
            return network.forward(self.x[: self.batch_size], context)[0]

        before, generator, subtracted = predict(), stream(Purpose.LAYERS, self.seed), []
        biased = {f"{node.path}.bias" for node in network.nodes if getattr(node.layer, "bias", False)}
        for name in network.trainable_gradients():
            if name in biased:
                bias = network.parameters[name]
                kept = bias.copy()
                bias += generator.normal(size=bias.shape)
                if np.allclose(predict(), before, rtol=1e-9, atol=1e-9):
                    subtracted.append(name)
                bias[...] = kept
        return subtracted

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.x) // self.batch_size)

    def start(self) -> Network:
        """A copy of the network in float64, without what is left out."""
        subtracted = self.subtracted

        def kept(path: str, layer: Layer) -> Layer:
            if layer.stochastic:
                return Identity()
            if f"{path}.bias" in subtracted:
                return replace(layer, bias=False)  # pyright: ignore[reportCallIssue]
            return layer

        copy = Network(
            changed(self.network.layers, kept), dtype=np.float64, input_shape=self.network.input_shape
        )
        state = self.network.state_dict()
        copy.load_state_dict({name: state[name] for name in (copy.parameters | copy.buffers)})
        copy.freeze(*self.network.frozen)
        return copy

    def batches(self) -> Iterator[tuple[Array, Array, Array | None]]:
        """x, y and the weights of every batch, epoch after epoch, without end, in the order of a Trainer."""
        for epoch in itertools.count(1):
            augmenting = stream(Purpose.AUGMENTATION, self.seed, epoch)
            order = stream(Purpose.ORDER, self.seed, epoch)
            for rows in batches(np.arange(len(self.x)), self.batch_size, order):
                x = self.x[rows]
                if self.augmentation is not None:
                    x = augment_rows(x, self.image_shape, self.augmentation, augmenting)
                weights = None if self.weights is None else self.weights[rows]
                yield x.astype(np.float64), self.y[rows], weights

    def rule(self, step: int, losses: Array) -> Optimizer:
        """The optimizer of a step, with its learning rate; a schedule that monitors gets the losses.

        Arguments:
            step: counted from 0
            losses: of the steps before
        """
        if self.schedule is None:
            return self.optimizer
        each = self.steps_per_epoch
        epoch = step // each
        watched = losses[: epoch * each].reshape(epoch, each).mean(axis=1).tolist()
        t = epoch if self.schedule_every == "epoch" else step
        return scheduled(self.optimizer, self.schedule, t, watched)

    def heading(self) -> str:
        """The data, and the layers as they are written: digits: Linear(64, 32), Tanh(), Linear(32, 10)."""
        data = text("parity.random") if self.data is None else self.data
        return f"{data}: {_written(self.network.layers)}"

    def facts(self) -> str:
        """The configuration of the training run, in one line."""
        own = [str(self.parameter_groups)] if self.parameter_groups else []
        own += [] if self.schedule is None else [write(self.schedule, SCHEDULES, brief=True)]
        return text(
            "parity.facts",
            parameters=count(self.network.theta.size),
            loss=write(self.loss, LOSSES, brief=True),
            rule=", ".join([write(self.optimizer, OPTIMIZERS, brief=True), *own]),
            size=count(self.batch_size),
        )

    def left_out(self) -> list[str]:
        """What is left out on both engines, and why."""
        lines = []
        if self.drawing:
            lines.append(text("parity.drawing", layers=_written(self.drawing)))
        if self.subtracted:
            names = lecture_names(self.network.nodes)
            subtracted = ", ".join(both_names(name, names) for name in self.subtracted)
            lines.append(text("parity.subtracted", names=subtracted))
        return lines


def _written(layers: Sequence[Layer]) -> str:
    return ", ".join(write(layer, LAYERS, brief=True) for layer in layers)
