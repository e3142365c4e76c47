"""A network as stages: a dense layer, a convolution, a pool or waves, then the layers behind it, recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from gradiente.engines.compiled.chains import Chain, chain_of
from gradiente.engines.compiled.formulas import supported
from gradiente.engines.compiled.operands import BIAS, RAW, SHARE, TARGET, Place
from gradiente.engines.compiled.recording import (
    ROWS,
    NotRecordable,
    operand,
    recorded,
    reduces,
    sums_rows,
)
from gradiente.layers import (
    PBLD,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    Conv1d,
    Conv2d,
    Conv3d,
    Linear,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    NTKLinear,
)
from gradiente.layers.base import Array, Layer, Shape
from gradiente.layers.conv import Conv
from gradiente.layers.pool import Pool
from gradiente.layers.windows import Windows
from gradiente.layout import slices_of
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.symbolic import Symbol

POOLS = (MaxPool1d, MaxPool2d, MaxPool3d, AvgPool1d, AvgPool2d, AvgPool3d)
DENSE = (Linear, NTKLinear)
HEADS = (*DENSE, Conv1d, Conv2d, Conv3d, *POOLS, PBLD)  # layers that a stage begins with


@dataclass(kw_only=True)
class Stage(Chain):
    """A part of the network: what its head makes of x, and what the layers behind the head make of that.

    The chain's operands are RAW (W x of a dense head, y of another, x where there is none) and BIAS of a dense head.
    Behind a pool, whose output its gradient needs, another stage begins; so it does where parameters or sums over the
    batch have other channels.

    Arguments:
        head: a dense layer, a convolution, a pool, PBLD of the first stage, or None
        windows: of a convolution or a pool; None for another head
        inputs, outputs: features before and after
        weight, bias: of the head; None where there is none, and of PBLD
        waves: the parameters of PBLD, by name
        gain: what W x is multiplied by; ∂J/∂raw has it too
        learns: whether its parameters do
        places: of the chain's parameters, by the operand's name
    """

    head: Layer | None
    windows: Windows | None
    inputs: int
    outputs: int
    weight: Place | None
    bias: Place | None
    waves: dict[str, Place]
    gain: float
    learns: bool
    places: dict[str, Place]

    @property
    def buffers(self) -> dict[str, str]:
        """The network's names of its running statistics, by the operand's name."""
        return {name: own for name, own in self.own.items() if name not in self.places}

    @property
    def is_dense(self) -> bool:
        """Whether the head is a product with a matrix alone."""
        return isinstance(self.head, DENSE)

    @property
    def trains(self) -> bool:
        """Whether any of its parameters learns."""
        return self.learns or bool(self.parameter_gradients)

    @property
    def head_places(self) -> list[Place]:
        """Of the head's parameters."""
        return [each for each in (self.weight, self.bias, *self.waves.values()) if each is not None]

    @property
    def positions(self) -> int:
        """Of a channel."""
        return self.outputs // self.channels

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
        return reduces(self.output) or reduces(self.raw_gradient)

    @property
    def normalizes(self) -> bool:
        """Whether a number depends on the other rows of the batch."""
        return sums_rows(self.output)

    @property
    def by_channel(self) -> bool:
        """Whether its chain is computed a channel after the other: what rows and positions share is in it."""
        return self.sums_rows or (bool(self.own) and self.positions > 1)

    @property
    def changes(self) -> bool:
        """Whether its output is another number than RAW."""
        return self.output.name != RAW


@dataclass(frozen=True)
class RecordedLoss:
    """A loss from the operands RAW, the network's output, and TARGET or the right class; SHARE if it is weighted.

    Arguments:
        terms: L, of every number or every row; w L if it is weighted
        gradient: ∂(Σ L)/∂output, or ∂(Σ w L)/∂output
        labels: whether the targets are class numbers
        weighted: whether the instances have weights
        interval: where predictions may lie, as in `Loss.interval`
    """

    terms: Symbol
    gradient: Symbol
    labels: bool
    weighted: bool
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
    shapes = [shape]
    for node in network.nodes:
        shapes.append(node.layer.output_shape(shapes[-1]))
    stages, start = list[Stage](), 0
    while start < len(network.nodes):
        stop = _stop(network, start, shapes)
        stage = _stage(network, range(start, stop), shapes, places)
        if stage.head is not None or stage.changes:
            stages.append(stage)
        start = stop
    _require_waves_first(stages)
    return stages


def record_loss(loss: Loss, outputs: int, targets: Array, *, weighted: bool) -> RecordedLoss:
    """A loss for targets of that kind.

    Arguments:
        weighted: whether the instances have weights

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
    each, derivative = (_weighted(each.symbol) if weighted else each.symbol for each in (terms, gradient))
    return RecordedLoss(each, derivative, labels, weighted, loss.interval)


def _weighted(symbol: Symbol) -> Symbol:
    """A formula of a row times the weight of its instance."""
    return Symbol(function="multiply", arguments=(Symbol(SHARE), symbol))


def _require_waves_first(stages: Sequence[Stage]) -> None:
    """PBLD is compiled as the first layer, whose ∂J/∂x nobody needs, of a network without positions.

    Errors: NotRecordable
    """
    beyond = any(stage.windows is not None or stage.positions > 1 for stage in stages)
    if any(stage.waves and (number or beyond) for number, stage in enumerate(stages)):
        raise NotRecordable(PBLD.__name__)


def _stage(network: Network, nodes: range, all_shapes: Sequence[Shape], places: Mapping[str, Place]) -> Stage:
    first, shape, after = network.nodes[nodes.start], all_shapes[nodes.start], all_shapes[nodes.stop]
    inputs, weight, bias, gain = prod(shape), None, None, 1.0
    raw, windows = Symbol(RAW), None
    head = first.layer if _is_head(first.layer) else None
    waves = dict[str, Place]()
    if isinstance(head, PBLD):
        waves = {name: places[f"{first.path}.{name}"] for name in head.parameters()}
    elif head is not None:
        weight, bias = places.get(f"{first.path}.weight"), places.get(f"{first.path}.bias")
    if isinstance(head, DENSE):
        if len(shape) != 1:
            raise NotRecordable(type(head).__name__)
        gain = head.gain if isinstance(head, NTKLinear) else 1.0
        raw = _times(raw, gain)
        raw = Symbol(function="add", arguments=(raw, Symbol(BIAS))) if bias else raw
    elif isinstance(head, Conv | Pool):
        windows = head._windows((ROWS, *shape))
        if windows.mode != "zeros" and windows.padded != windows.input:
            raise NotRecordable(type(head).__name__)
    others = range(nodes.start + (head is not None), nodes.stop)
    own = (prod(all_shapes[index][:1]) for index in others if _has_channels(network, index))
    channels = next(own, prod(after))
    chain = chain_of(network, others, raw, all_shapes[others.start], channels)
    chain = replace(chain, raw_gradient=_times(chain.raw_gradient, gain))
    return Stage(
        **vars(chain),
        head=head,
        windows=windows,
        inputs=inputs,
        outputs=prod(after),
        weight=weight,
        bias=bias,
        waves=waves,
        gain=gain,
        learns=(weight is not None or bool(waves)) and not network.is_frozen(nodes.start),
        places={name: places[own] for name, own in chain.own.items() if own in places},
    )


def _stop(network: Network, start: int, shapes: Sequence[Shape]) -> int:
    """Where the stage ends that begins there."""
    head, channels = network.nodes[start].layer, set[Shape]()
    if type(head) in POOLS:
        return start + 1
    for index in range(start + _is_head(head), len(network.nodes)):
        if _has_channels(network, index):
            channels.add(shapes[index][:1])
        if _is_head(network.nodes[index].layer) or len(channels) > 1:
            return index
    return len(network.nodes)


def _has_channels(network: Network, index: int) -> bool:
    """Whether a layer has numbers for each channel: parameters, or sums over the batch."""
    node = network.nodes[index]
    return bool(node.parameters()) or node.layer.depends_on_batch


def _times(symbol: Symbol, gain: float) -> Symbol:
    factor = Symbol(value=gain)
    return symbol if gain == 1 else Symbol(function="multiply", arguments=(factor, symbol))


def _is_head(layer: Layer) -> bool:
    return type(layer) in HEADS
