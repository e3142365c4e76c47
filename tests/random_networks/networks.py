"""A whole training from one number: a network, its loss, its optimizer, its data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.clip import Clip
from gradiente.examples import draw_target, layer_examples
from gradiente.layers import REGISTRY as LAYERS
from gradiente.layers import Context, Flatten, Identity, Layer, Linear
from gradiente.layers.graph import graph_of
from gradiente.losses import REGISTRY as LOSSES
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.notation import parse, write
from gradiente.objective import Objective
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Optimizer
from gradiente.penalties import REGISTRY as PENALTIES
from gradiente.penalties import Penalty
from gradiente.summary import output_shapes

from . import training
from .chains import chain, drawn, is_known, takes_indices
from .draws import Draws, Shape

Array = np.ndarray
REGISTRIES = (LAYERS, LOSSES, OPTIMIZERS, PENALTIES)
FEWEST = 3  # instances in a batch: of two, batch normalization makes ±1


@dataclass(frozen=True)
class RandomNetwork:
    """A network and everything that it is trained with.

    `input_shape` and `output_shape` are those of an instance, `targets` is the kind of them, `frozen` the layers that
    do not learn.
    """

    seed: int
    layers: Sequence[Layer]
    input_shape: Shape
    output_shape: Shape
    loss: Loss
    targets: str
    optimizer: Optimizer
    penalties: Sequence[Penalty]
    clip: Clip
    frozen: Sequence[int]
    training: bool
    steps: int

    def objective(self) -> Objective:
        """J of the network in float64, all parameters and running statistics at random."""
        network = Network(self.layers, seed=self.seed, dtype="float64", input_shape=self.input_shape)
        generator = np.random.default_rng([self.seed, 1])
        network.theta += 0.2 * generator.normal(size=network.theta.shape)
        for buffer in network.buffers.values():
            counts = buffer.dtype.kind == "i"
            buffer[...] = generator.integers(4) if counts else buffer + generator.random(buffer.shape)
        network.freeze(*self.frozen)
        return Objective(network, self.loss, self.penalties, self.clip)

    def batch(self, step: int) -> tuple[Array, Array]:
        """x and y of a step: normally distributed numbers, some of them 0, or indices; and targets of the kind."""
        generator = np.random.default_rng([self.seed, 2, step])
        shape = (int(generator.integers(FEWEST, 7)), *self.input_shape)
        counts = [node.layer.index_count for node in graph_of(self.layers) if node.layer.index_count]
        if counts:
            x = generator.integers(counts[0], size=shape)
        else:
            x = generator.normal(0, 1.5, shape)
            # 0 is where ReLU has its kink, and where maxima are shared. Not all numbers of a row: what is made of them
            # alone is equal but for rounding, and that would decide which is the maximum.
            x[..., 1:][generator.random(x[..., 1:].shape) < 0.15] = 0
        y = draw_target(type(self.loss), self.targets, (len(x), *self.output_shape), generator)
        if self.targets == "classes" and (y == getattr(self.loss, "ignore_index", None)).all():
            y.flat[0] = (y.flat[0] + 1) % self.output_shape[0]
        return x, y

    def context(self, step: int) -> Context:
        """That of a step, new every time: it draws the same."""
        return Context(self.training, np.random.default_rng([self.seed, 3, step]))

    def concepts(self) -> list[Any]:
        """All that it is made of: its layers, those inside others too, its loss, optimizer, penalties and clip."""
        layers = [node.layer for node in graph_of(self.layers)]
        return [*layers, self.loss, self.optimizer, *self.penalties, self.clip]

    def names(self) -> set[str]:
        """The registered names among them."""
        kinds = {type(concept) for concept in self.concepts()}
        return {name for registry in REGISTRIES for name, kind in registry.items() if kind in kinds}

    def __str__(self) -> str:
        mode = "training" if self.training else "inference"
        lines = [
            f"network {self.seed}, of x (batch, {', '.join(map(str, self.input_shape))}), {self.steps} steps in {mode}"
        ]
        for i, layer in enumerate(self.layers):
            lines.append(f"    {i}: {_written(layer)}{', frozen' if i in self.frozen else ''}")
        lines.append(f"    {_written(self.loss)} of {self.targets}, {_written(self.optimizer)}")
        bounds = [repr(self.clip)] if self.clip else []
        if self.penalties or bounds:
            lines.append(f"    {', '.join([*map(_written, self.penalties), *bounds])}")
        return "\n".join(lines)


def random_network(seed: int) -> RandomNetwork:
    """The network of that number.

    Number 0 is sure to have the first layer of the registry, number 1 the second, and so on, around and around.
    """
    draws = Draws(seed)
    kind = list(LAYERS.values())[seed % len(LAYERS)]
    begun = None
    while begun is None:
        begun = beginning(draws, kind)
    layers, input_shape = begun
    layers += chain(draws, end_of(layers, input_shape), draws.whole(0, 3))
    loss_kind = draws.one([*LOSSES.values()])
    learns = any(layer.parameters() for layer in layers)
    layers += ending(draws, loss_kind, end_of(layers, input_shape), head=draws.flag(0.6) or not learns)
    output_shape = end_of(layers, input_shape)
    loss, targets = training.loss(draws, loss_kind, output_shape)
    may_freeze = [i for i, layer in enumerate(layers) if layer.parameters() and layer.index_count is None]
    return RandomNetwork(
        seed=seed,
        layers=layers,
        input_shape=input_shape,
        output_shape=output_shape,
        loss=loss,
        targets=targets,
        optimizer=training.optimizer(draws),
        penalties=training.penalties(draws),
        clip=training.clip(draws),
        frozen=[i for i in may_freeze if draws.flag(0.3)] if draws.flag(0.25) else [],
        training=draws.flag(0.8),
        steps=draws.one([3, 8], [4, 1]),  # RAdam changes its rule at step 6 or 7
    )


def beginning(draws: Draws, kind: type[Layer]) -> tuple[list[Layer], Shape] | None:
    """Layers of which the last is of that kind, and the shape of an instance for them; None where it does not fit."""
    if not is_known(kind):
        notation, shape = draws.one(layer_examples(kind.__name__, kind))
        return [parse(notation, LAYERS)], shape[1:]
    if takes_indices(kind) or draws.flag(0.1):
        shape = draws.one([(draws.whole(1, 4),), (2, 3)])
        layers: list[Layer] = [draws.one([Flatten(), Identity()])] if draws.flag(0.2) else []
        first = kind if takes_indices(kind) else draws.one([*filter(takes_indices, LAYERS.values())])
        layers += drawn(draws, first, end_of(layers, shape))
    else:
        shape, layers = tuple(draws.whole(1, 5) for _ in range(draws.whole(1, 4))), []
    if not takes_indices(kind):
        layers += chain(draws, end_of(layers, shape), draws.whole(0, 2))
        layers += drawn(draws, kind, end_of(layers, shape))
    return (layers, shape) if layers and type(layers[-1]) is kind else None


def ending(draws: Draws, kind: type[Loss], shape: Shape, *, head: bool) -> list[Layer]:
    """Layers from instances of that shape to outputs that the loss takes; with a head, a Linear is among them."""
    layers: list[Layer] = []
    if head or (kind.is_multiclass and shape[0] < 2):
        if len(shape) > 1 and (kind.is_multiclass or draws.flag()):
            layers.append(Flatten())
        features = end_of(layers, shape)[-1]
        layers.append(Linear(features, draws.whole(2, 4), bias=draws.flag(0.8)))
    return layers + training.last_layer(draws, kind, end_of(layers, shape))


def end_of(layers: Sequence[Layer], shape: Shape) -> Shape:
    """The shape of an instance behind the layers."""
    return output_shapes(layers, shape)[-1] if layers else shape


def _written(concept: object) -> str:
    registry = next(registry for registry in REGISTRIES if type(concept) in registry.values())
    return write(concept, registry, brief=True)
