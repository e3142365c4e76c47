"""A network as stages: a product with the weights of a Linear, then the element-wise layers behind it, recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradiente.engines.compiled.formulas import supported
from gradiente.engines.compiled.recording import (
    ROW_MAX,
    ROW_SUM,
    ROWS,
    Draws,
    NotRecordable,
    Rows,
    operand,
    recorded,
)
from gradiente.layers import Context, Linear
from gradiente.layers.base import Array
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.symbolic import Symbol

RAW, BIAS, DELTA, TARGET, WEIGHT = "raw", "bias", "delta", "target", "weight"  # names of operands


@dataclass(frozen=True)
class Place:
    """Where a parameter is in the flat arrays."""

    start: int
    stop: int


@dataclass
class Stage:
    """A part of the network: z = W x + b where it has a Linear, and what the element-wise layers make of it.

    `output` is recorded from the operands RAW (W x, or x where there is no Linear) and BIAS, and what is drawn; `kept`
    are the numbers on the way that `raw_gradient`, ∂J/∂raw from DELTA = ∂J/∂output, needs, by name.

    Arguments:
        inputs, outputs: features before and after
        weight, bias: of the Linear; None where there is none
        learns: whether its parameters do
        draws: the names of what is drawn, for each layer that draws
    """

    inputs: int
    outputs: int
    weight: Place | None
    bias: Place | None
    learns: bool
    output: Symbol
    raw_gradient: Symbol
    kept: dict[str, Symbol] = field(default_factory=dict)
    draws: tuple[str, ...] = ()

    @property
    def reduces(self) -> bool:
        """Whether a number depends on the other features of its row."""
        return _reduces(self.output) or _reduces(self.raw_gradient)

    @property
    def changes(self) -> bool:
        """Whether its output is another number than RAW."""
        return self.output.name != RAW


@dataclass(frozen=True)
class RecordedLoss:
    """A loss from the operands RAW, the network's output, and TARGET or the right class.

    Arguments:
        terms: L, of every number or every row
        gradient: ∂(Σ L)/∂output
        labels: whether the targets are class numbers
        interval: where predictions may lie, as in `Loss.interval`
    """

    terms: Symbol
    gradient: Symbol
    labels: bool
    interval: str


def stages_of(network: Network) -> list[Stage]:
    """The stages of a network.

    Errors: NotRecordable where a layer is of another kind
    """
    shape = network.input_shape
    if shape is None or any(node.is_sum for node in network.nodes) or network.takes_indices:
        raise NotRecordable("the form of the network")
    places, stop = {}, 0
    for name, view in network.parameters.items():
        places[name] = Place(stop, stop := stop + view.size)
    stages, index = list[Stage](), 0
    while index < len(network.nodes):
        start = index
        index += isinstance(network.nodes[start].layer, Linear)
        while index < len(network.nodes) and not isinstance(network.nodes[index].layer, Linear):
            index += 1
        stage = _stage(network, range(start, index), shape, places)
        if stage.weight is not None or stage.changes:
            stages.append(stage)
        for node in network.nodes[start:index]:
            shape = node.layer.output_shape(shape)
    return stages


def record_loss(loss: Loss, outputs: int, targets: Array) -> RecordedLoss:
    """A loss for targets of that kind.

    Errors: NotRecordable
    """
    labels = targets.ndim == 1 and targets.dtype.kind in "iu"
    if type(loss).value is not Loss.value or type(loss).gradient is not Loss.gradient:
        raise NotRecordable("its own value or gradient")

    def symbols() -> tuple[Any, Any]:
        output = operand(Symbol(RAW), (ROWS, outputs), np.float32)
        shape, dtype = ((ROWS,), np.int64) if labels else ((ROWS, outputs), np.float32)
        return output, operand(Symbol(TARGET), shape, dtype, labels=labels)

    terms = recorded(lambda: loss.unreduced(*symbols()))
    gradient = recorded(lambda: loss.unreduced_gradient(*symbols()))
    supported([terms.symbol, gradient.symbol])
    return RecordedLoss(terms.symbol, gradient.symbol, labels, loss.interval)


def _stage(network: Network, nodes: range, shape: tuple[int, ...], places: Mapping[str, Place]) -> Stage:
    first = network.nodes[nodes.start]
    inputs, weight, bias = int(np.prod(shape)), None, None
    raw = Symbol(RAW)
    start, shapes = nodes.start, shape
    if isinstance(first.layer, Linear):
        if len(shape) != 1:
            raise NotRecordable("a Linear over several axes")
        weight, bias = places[f"{first.path}.weight"], places.get(f"{first.path}.bias")
        raw = Symbol(function="add", arguments=(raw, Symbol(BIAS))) if bias else raw
        start, shapes = start + 1, first.layer.output_shape(shape)
    values, caches, after, draws = [raw], [], [], list[str]()
    for index in range(start, nodes.stop):
        node = network.nodes[index]
        if node.parameters() or node.buffers():
            raise NotRecordable(type(node.layer).__name__)
        x = operand(values[-1], (ROWS, *shapes), network.dtype)
        shapes = node.layer.output_shape(shapes)
        after.append((ROWS, *shapes))
        if node.layer.copies and not node.layer.stochastic:
            values.append(values[-1])
            caches.append(None)
            continue
        drawn = Draws(f"draw_{index}", x.shape)
        context = Context(training=not network.is_frozen(index), generator=drawn)  # pyright: ignore[reportArgumentType]
        y, cache = recorded(lambda node=node, x=x, context=context: node.layer.forward({}, x, context))
        if not isinstance(y, Rows) or y.shape != x.shape:
            raise NotRecordable(type(node.layer).__name__)
        draws += [drawn.name] if drawn.used else []
        values.append(y.symbol)
        caches.append(cache)
    delta = Symbol(DELTA)
    for index in reversed(range(start, nodes.stop)):
        cache, layer = caches[index - start], network.nodes[index].layer
        if cache is not None or not layer.copies:
            dy = operand(delta, after[index - start], network.dtype)
            delta = recorded(
                lambda layer=layer, cache=cache, dy=dy: layer.input_gradient({}, cache, dy)
            ).symbol
    gradient, kept = _from_kept(delta, values)
    supported([values[-1], gradient])
    learns = weight is not None and not network.is_frozen(nodes.start)
    outputs = int(np.prod(shapes))
    return Stage(inputs, outputs, weight, bias, learns, values[-1], gradient, kept, tuple(draws))


def _reduces(symbol: Symbol) -> bool:
    return symbol.function in (ROW_SUM, ROW_MAX) or any(map(_reduces, symbol.arguments))


def _from_kept(gradient: Symbol, values: list[Symbol]) -> tuple[Symbol, dict[str, Symbol]]:
    """A gradient from the outputs of layers, instead of what those are computed from; and the outputs it needs."""
    names = {id(value): f"value_{place}" for place, value in enumerate(values) if not value.constant}
    kept, made = dict[str, Symbol](), dict[int, Symbol]()

    def replaced(symbol: Symbol) -> Symbol:
        if id(symbol) in names:
            kept[names[id(symbol)]] = symbol
            return Symbol(names[id(symbol)])
        if not symbol.function:
            return symbol
        if id(symbol) not in made:
            arguments = tuple(replaced(each) for each in symbol.arguments)
            made[id(symbol)] = Symbol(function=symbol.function, arguments=arguments)
        return made[id(symbol)]

    return replaced(gradient), kept
