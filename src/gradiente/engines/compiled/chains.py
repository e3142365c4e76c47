"""The layers behind a head, recorded together: element-wise ones, and normalizations over the batch."""

from dataclasses import dataclass, field
from math import prod
from typing import Any

from gradiente.engines.compiled.formulas import supported
from gradiente.engines.compiled.operands import DELTA, DROPOUT
from gradiente.engines.compiled.recording import (
    TOTAL,
    Draws,
    NotRecordable,
    Rows,
    feature_counts,
    feature_sum,
    operand,
    recorded,
    reduces,
    sums_rows,
)
from gradiente.engines.compiled.row_counts import COUNTS, for_any_count
from gradiente.layers import Context
from gradiente.layers.base import Layer, Shape
from gradiente.layers.batch_norm import BatchNorm
from gradiente.network import Network
from gradiente.symbolic import Symbol

COUNTED = "num_batches_tracked"


@dataclass(kw_only=True)
class Chain:
    """Layers, each with a number for each number of the one before; parameters have one for each channel, or only one.

    Without positions every feature is a channel.

    Arguments:
        channels: how many
        output: from the operands of what is before, parameters, buffers, and what is drawn
        raw_gradient: ∂J/∂(what is before) from DELTA = ∂J/∂output and what is kept
        kept: the numbers on the way that gradients need, by name
        statistics: those that all rows and positions share, such as 1 / √(σ² + ε), that gradients or new buffers need
        draws: the names of what is drawn, for each layer that draws
        own: the names of operands that are parameters or buffers, and the network's names of those
        weights: those of the parameters that penalties act on
        parameter_gradients: ∂J/∂parameter of those that learn, by the operand's name
        totals: the parameters of a single number, whose gradient is the sum of what is given there for each channel
        new_buffers: from buffers and statistics, by the operand's name
        counters: the network's names of the buffers that count batches
        sums_rows: whether a sum over the rows of the batch is needed: to normalize, or for a parameter's gradient
    """

    channels: int
    output: Symbol
    raw_gradient: Symbol
    kept: dict[str, Symbol] = field(default_factory=dict)
    statistics: dict[str, Symbol] = field(default_factory=dict)
    draws: tuple[str, ...] = ()
    own: dict[str, str] = field(default_factory=dict)
    weights: tuple[str, ...] = ()
    parameter_gradients: dict[str, Symbol] = field(default_factory=dict)
    totals: tuple[str, ...] = ()
    new_buffers: dict[str, Symbol] = field(default_factory=dict)
    counters: tuple[str, ...] = ()
    sums_rows: bool = False


def chain_of(network: Network, nodes: range, raw: Symbol, shape: Shape, channels: int) -> Chain:
    """Those layers of a network, recorded.

    Arguments:
        raw, shape: of what is before them
        channels: that parameters and statistics have a number for

    Errors: NotRecordable
    """
    recordings = [_Recording(network, nodes, raw, shape, channels, count) for count in COUNTS]
    formulas = for_any_count([each.formulas for each in recordings])
    supported(formulas.values())
    counts = set[int]().union(*map(feature_counts, formulas.values()))
    last = recordings[-1]
    by_channel = counts or (last.own and prod(last.shapes[-1]) != channels)
    if counts - {channels} or (by_channel and any(map(reduces, formulas.values()))):
        raise NotRecordable(type(network.nodes[nodes.start].layer).__name__)

    def of(part: str) -> dict[str, Symbol]:
        return {name: symbol for (kind, name), symbol in formulas.items() if kind == part}

    return Chain(
        channels=channels,
        output=formulas["output", ""],
        raw_gradient=formulas["raw_gradient", ""],
        kept=of("kept"),
        statistics=of("statistics"),
        draws=tuple(last.draws),
        own=last.own,
        weights=tuple(last.weights),
        parameter_gradients=of("parameter_gradients"),
        totals=tuple(last.totals),
        new_buffers=of("new_buffers"),
        counters=tuple(last.counters),
        sums_rows=bool(counts or of("parameter_gradients")),
    )


class _Recording:
    """Layers recorded with so many rows: `formulas`, by what they are and their names."""

    def __init__(
        self, network: Network, nodes: range, raw: Symbol, shape: Shape, channels: int, count: int
    ) -> None:
        self.network, self.channels, self.count = network, channels, count
        self.values, self.shapes, self.caches = [raw], [shape], list[Any]()
        self.draws, self.counters, self.weights = list[str](), list[str](), list[str]()
        self.own, self.totals, self.single = dict[str, str](), list[str](), list[str]()
        self.buffers = dict[int, dict[str, Any]]()
        self.parameters = dict[int, dict[str, Any]]()
        for index in nodes:
            self._forward(index)
        found = {("raw_gradient", ""): Symbol(DELTA)}
        for place in reversed(range(len(nodes))):
            self._back(place, nodes[place], found)
        self.formulas = {("output", ""): self.values[-1], **self._from_kept(found)}

    def _forward(self, index: int) -> None:
        node, shape = self.network.nodes[index], self.shapes[-1]
        layer, frozen, name = node.layer, self.network.is_frozen(index), type(node.layer).__name__
        self.shapes.append(layer.output_shape(shape))
        self.parameters[index] = {
            key: self._operand(index, key, spec.shape) for key, spec in node.parameters().items()
        }
        self.weights += [f"{key}_{index}" for key, spec in node.parameters().items() if spec.is_weight]
        self.buffers[index] = self._buffers(index, layer)
        if layer.copies and not layer.stochastic:
            self.values.append(self.values[-1])
            self.caches.append(None)
            return
        x = operand(self.values[-1], (self.count, *shape), self.network.dtype)
        drawn: Any = Draws(f"draw_{index}", x.shape)
        factor: Any = operand(Symbol(DROPOUT), (), self.network.dtype, shared=True)
        context = Context(not frozen, drawn, self.buffers[index], dropout=factor)
        y, cache = recorded(name, lambda: layer.forward(self.parameters[index], x, context))
        if (
            not isinstance(y, Rows)
            or y.shared
            or y.shape != (self.count, *self.shapes[-1])
            or y.size != x.size
        ):
            raise NotRecordable(name)
        self.draws += [drawn.name] if drawn.used else []
        self.values.append(y.symbol)
        self.caches.append(cache)

    def _back(self, place: int, index: int, found: dict[tuple[str, str], Symbol]) -> None:
        """∂J/∂x of a layer in place of ∂J/∂y; what it gives for its parameters and buffers."""
        layer, cache, frozen = (
            self.network.nodes[index].layer,
            self.caches[place],
            self.network.is_frozen(index),
        )
        name, own, buffers = type(layer).__name__, self.parameters[index], self.buffers[index]
        dy = operand(found["raw_gradient", ""], (self.count, *self.shapes[place + 1]), self.network.dtype)
        if own and not frozen:
            out = {key: operand(Symbol(), each.shape, each.dtype, shared=True) for key, each in own.items()}
            recorded(name, lambda: layer.parameter_gradients(own, cache, dy, out))
            for key, each in out.items():
                self._gradient(f"{key}_{index}", each.symbol, found)
        if buffers and not frozen:
            new = recorded(name, lambda: layer.new_buffers(buffers, cache))
            found |= {
                ("new_buffers", f"{key}_{index}"): new[key].symbol
                for key, each in buffers.items()
                if isinstance(each, Rows)
            }
        if cache is not None or not layer.copies:
            dx = recorded(name, lambda: layer.input_gradient(own, cache, dy))
            found["raw_gradient", ""] = dx.symbol

    def _gradient(self, name: str, gradient: Symbol, found: dict[tuple[str, str], Symbol]) -> None:
        """∂J/∂parameter: a sum for each channel, or the sum of those."""
        if gradient.function == TOTAL:
            self.totals.append(name)
            gradient = feature_sum(gradient.arguments[0], self.channels)
        elif name in self.single:
            raise NotRecordable(name)
        found["parameter_gradients", name] = gradient

    def _operand(self, index: int, key: str, shape: Shape) -> Rows:
        """A parameter or a buffer: a number for each channel, or a single one."""
        node, name = self.network.nodes[index], f"{key}_{index}"
        if shape != (self.channels,):
            self.single.append(name)
            if shape != (1,):
                raise NotRecordable(type(node.layer).__name__)
        self.own[name] = f"{node.path}.{key}"
        return operand(Symbol(name), shape, self.network.dtype, shared=True)

    def _buffers(self, index: int, layer: Layer) -> dict[str, Any]:
        buffers = layer.buffers()
        if not buffers:
            return {}
        if not isinstance(layer, BatchNorm) or layer.momentum is None:
            raise NotRecordable(type(layer).__name__)
        if not self.network.is_frozen(index):
            self.counters.append(f"{self.network.nodes[index].path}.{COUNTED}")
        return {
            key: array if key == COUNTED else self._operand(index, key, array.shape)
            for key, array in buffers.items()
        }

    def _from_kept(self, found: dict[tuple[str, str], Symbol]) -> dict[tuple[str, str], Symbol]:
        """Those formulas from the outputs of layers and from cached numbers that need sums over rows; and these."""
        kept = [
            ("kept", f"value_{place}", value) for place, value in enumerate(self.values) if not value.constant
        ]
        names = {id(value): (kind, name, value) for kind, name, value in kept}
        for place, cache in enumerate(self.caches):
            for number, entry in enumerate(cache if isinstance(cache, tuple) else [cache]):
                if isinstance(entry, Rows) and sums_rows(entry.symbol):
                    kind = "statistics" if entry.shared else "kept"
                    names.setdefault(id(entry.symbol), (kind, f"cached_{place}_{number}", entry.symbol))
        used, made = dict[tuple[str, str], Symbol](), dict[int, Symbol]()

        def replaced(symbol: Symbol) -> Symbol:
            if id(symbol) in names:
                kind, name, value = names[id(symbol)]
                used[kind, name] = value
                return Symbol(name)
            if not symbol.function:
                return symbol
            if id(symbol) not in made:
                arguments = tuple(replaced(each) for each in symbol.arguments)
                made[id(symbol)] = Symbol(function=symbol.function, arguments=arguments)
            return made[id(symbol)]

        return {**{key: replaced(symbol) for key, symbol in found.items()}, **used}
