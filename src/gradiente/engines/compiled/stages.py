"""A network as stages: a Linear, a convolution or a pool, then the element-wise layers behind it, recorded."""

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
from gradiente.layers import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    Context,
    Conv1d,
    Conv2d,
    Conv3d,
    Linear,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)
from gradiente.layers.base import Array, Layer
from gradiente.layers.conv import Conv
from gradiente.layers.pool import Pool
from gradiente.layers.windows import Windows
from gradiente.layout import slices_of
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.symbolic import Symbol

POOLS = (MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d)
HEADS = (Linear, Conv1d, Conv2d, Conv3d, *POOLS)  # layers that a stage begins with
RAW, BIAS, DELTA, TARGET, WEIGHT = "raw", "bias", "delta", "target", "weight"  # names of operands


@dataclass(frozen=True)
class Place:
    """Where a parameter is in the flat arrays."""

    start: int
    stop: int


@dataclass
class Stage:
    """A part of the network: what its head makes of x, and what the element-wise layers make of that.

    `output` is recorded from the operands RAW (W x of a Linear, y of another head, x where there is none), BIAS of a
    Linear, and what is drawn; `kept` are the numbers on the way that `raw_gradient`, ∂J/∂raw from DELTA = ∂J/∂output,
    needs, by name. Behind a pool, whose output its gradient needs, another stage begins.

    Arguments:
        head: a Linear, a convolution or a pool, or None
        windows: of a convolution or a pool; None for another head
        inputs, outputs: features before and after
        weight, bias: of the head; None where there is none
        learns: whether its parameters do
        draws: the names of what is drawn, for each layer that draws
    """

    head: Layer | None
    windows: Windows | None
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
    def multiplications(self) -> int:
        """Those of the head, for one instance."""
        if isinstance(self.head, Conv) and self.windows is not None:
            return self.outputs * self.head.in_channels // self.head.groups * len(self.windows.taps)
        return self.inputs * self.outputs if self.weight is not None else 0

    @property
    def pads(self) -> bool:
        """Whether its x is read with padding around it."""
        at = self.windows
        return isinstance(self.head, Conv) and at is not None and at.padded != at.input

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


def stages_of(network: Network, shape: tuple[int, ...]) -> list[Stage]:
    """The stages of a network.

    Arguments:
        shape: of an instance

    Errors: NotRecordable, with the name of a layer that is of another kind
    """
    for node in network.nodes:
        if node.is_sum or node.layer.index_count is not None:
            raise NotRecordable(type(node.layer).__name__)
    places = {name: Place(at.start, at.stop) for name, at in slices_of(network.parameters).items()}
    stages, index = list[Stage](), 0
    while index < len(network.nodes):
        start, kind = index, type(network.nodes[index].layer)
        index += kind in HEADS
        while index < len(network.nodes) and kind not in POOLS and not _is_head(network.nodes[index].layer):
            index += 1
        stage = _stage(network, range(start, index), shape, places)
        if stage.head is not None or stage.changes:
            stages.append(stage)
        for node in network.nodes[start:index]:
            shape = node.layer.output_shape(shape)
    return stages


def record_loss(loss: Loss, outputs: int, targets: Array) -> RecordedLoss:
    """A loss for targets of that kind.

    Errors: NotRecordable
    """
    name, labels = type(loss).__name__, targets.ndim == 1 and targets.dtype.kind in "iu"
    if type(loss).value is not Loss.value or type(loss).gradient is not Loss.gradient:
        raise NotRecordable(name)

    def symbols() -> tuple[Any, Any]:
        output = operand(Symbol(RAW), (ROWS, outputs), np.float32)
        shape, dtype = ((ROWS,), np.int64) if labels else ((ROWS, outputs), np.float32)
        return output, operand(Symbol(TARGET), shape, dtype, labels=labels)

    terms = recorded(name, lambda: loss.unreduced(*symbols()))
    gradient = recorded(name, lambda: loss.unreduced_gradient(*symbols()))
    supported([terms.symbol, gradient.symbol])
    return RecordedLoss(terms.symbol, gradient.symbol, labels, loss.interval)


def _stage(network: Network, nodes: range, shape: tuple[int, ...], places: Mapping[str, Place]) -> Stage:
    first = network.nodes[nodes.start]
    inputs, weight, bias = int(np.prod(shape)), None, None
    raw, windows = Symbol(RAW), None
    start, shapes, head = nodes.start, shape, first.layer if _is_head(first.layer) else None
    if head is not None:
        weight, bias = places.get(f"{first.path}.weight"), places.get(f"{first.path}.bias")
        start, shapes = start + 1, head.output_shape(shape)
    if isinstance(head, Linear):
        if len(shape) != 1:
            raise NotRecordable("Linear")
        raw = Symbol(function="add", arguments=(raw, Symbol(BIAS))) if bias else raw
    elif isinstance(head, Conv | Pool):
        windows = head._windows((ROWS, *shape))
        if windows.mode != "zeros" and windows.padded != windows.input:
            raise NotRecordable(type(head).__name__)
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
        name = type(node.layer).__name__
        y, cache = recorded(name, lambda node=node, x=x, context=context: node.layer.forward({}, x, context))
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
            name = type(layer).__name__
            delta = recorded(name, lambda a=layer, cache=cache, dy=dy: a.input_gradient({}, cache, dy)).symbol
    gradient, kept = _from_kept(delta, values)
    supported([values[-1], gradient])
    learns = weight is not None and not network.is_frozen(nodes.start)
    outputs = int(np.prod(shapes))
    return Stage(
        head, windows, inputs, outputs, weight, bias, learns, values[-1], gradient, kept, tuple(draws)
    )


def _is_head(layer: Layer) -> bool:
    return type(layer) in HEADS


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
