"""Convolutions as source: tiles of results stay in registers over channels and taps; no columns in memory.

A tile of values is some channels × some places beside each other, of one vector of rows; a tile of ∂J/∂W is some output
channels × some entries of their kernels, each a sum of vectors. x is read with its padding around it.
"""

from collections.abc import Mapping
from math import ceil, prod

from gradiente.engines.compiled.formulas import nested
from gradiente.engines.compiled.patterns import (
    Tiles,
    beside,
    given,
    offsets,
    read,
    results,
    shape,
    summed,
    sums,
)
from gradiente.engines.compiled.register_products import runs
from gradiente.engines.compiled.source import Source, place_in, within
from gradiente.engines.compiled.tiles import Pattern
from gradiente.layers.conv import Conv
from gradiente.layers.windows import Windows

ADDED = 16  # vectors that are added in the network's type, before their sums are in float64
PRODUCTS = 128  # of a step, about


class Convolution:
    """The source of one convolution's products: lines that call functions made for its sizes.

    Arguments:
        source: where the functions go
        layer, at: the layer, and its windows
        rows: of the arrays, M, a multiple of lanes
    """

    def __init__(self, source: Source, layer: Conv, at: Windows, rows: int, lanes: int) -> None:
        self.source, self.at, self.M, self.lanes, self.groups = source, at, rows, lanes, layer.groups
        self.inputs, self.outputs = layer.in_channels // layer.groups, layer.out_channels // layer.groups
        self.taps = prod(at.kernel)
        self.outer = range(len(at.kernel) - 1)  # the axes before the last one
        self.x, self.padded_x, self.y = (
            channels * prod(shape) * rows
            for channels, shape in (
                (self.inputs, at.input),
                (self.inputs, at.padded),
                (self.outputs, at.output),
            )
        )

    def forward(self, x: str, weight: str, bias: str | None, out: str) -> list[str]:
        """y at the pointer out."""
        at, lines = self.at, list[str]()
        window = [f"p{a} * {at.stride[a]} + k{a} * {at.dilation[a]}" for a in self.outer]
        tall, wide = shape(self.outputs, at.output[-1], at.kernel[-1])
        for start, stop, height in runs(self.outputs, tall):
            row = list[str]()
            for some in beside(at.output[-1], wide, read(at)):
                tile = self._tile(height, some.size)
                step = self._step(height, some.size, some.pattern, self.inputs * self.taps, numbers=True)
                there, to = (
                    place_in(at.padded, "c", *window, some.base),
                    place_in(at.output, "o", *self._p, some.first),
                )
                products = f"t = {step}(t, {self._weight()}, at(source, ({there}) * {self.M} + r))"
                body = [f"t = begun_{tile}(at(bias, o))" if bias else f"t = empty_{tile}()"]
                body += within(
                    [f"for c in range({self.inputs}):", *self._each("k", at.kernel[:-1])], [products]
                )
                body.append(
                    f"put_{tile}(t, at(to, ({to}) * {self.M} + r), {prod(at.output) * self.M}, {self.M})"
                )
                row += within(self._strips(some), body)
            over = [f"for o in range({start}, {stop}, {height}):", *self._each("p", at.output[:-1])]
            lines += within(over, row)
        pointers = {"source": (x, self.padded_x), "weight": (weight, self._weights), "to": (out, self.y)}
        if bias:
            pointers["bias"] = (bias, self.outputs)
        return self._called("convolve", pointers, lines)

    def input_gradient(self, delta: str, weight: str, dx: str) -> list[str]:
        """∂J/∂x without the padding, at the pointer dx: every place gathers what it is given."""
        at, lines = self.at, list[str]()
        tall, wide = shape(self.inputs, at.input[-1], at.kernel[-1])
        window, met = list[str](), list[str]()
        for a in self.outer:
            distance = f"q{a} + {at.before[a]} - k{a} * {at.dilation[a]}"
            whole = f"({distance}) % {at.stride[a]} == 0 and " if at.stride[a] > 1 else ""
            window.append(f"({distance}) // {at.stride[a]}")
            met += [
                f"for k{a} in range({at.kernel[a]}):",
                f"if {whole}0 <= {distance} < {at.output[a] * at.stride[a]}:",
            ]
        for start, stop, height in runs(self.inputs, tall):
            row = list[str]()
            for some in beside(at.input[-1], wide, given(at)):
                tile = self._tile(height, some.size)
                step = self._step(height, some.size, some.pattern, self.taps, numbers=True)
                there = place_in(at.output, "o", *window, some.base)
                to = place_in(at.input, "c", *(f"q{a}" for a in self.outer), some.first)
                products = f"t = {step}(t, {self._weight()}, at(delta, ({there}) * {self.M} + r))"
                body = [
                    f"t = empty_{tile}()",
                    *within([*met, f"for o in range({self.outputs}):"], [products]),
                ]
                body.append(
                    f"put_{tile}(t, at(to, ({to}) * {self.M} + r), {prod(at.input) * self.M}, {self.M})"
                )
                row += within(self._strips(some), body)
            lines += within(
                [f"for c in range({start}, {stop}, {height}):", *self._each("q", at.input[:-1])], row
            )
        pointers = {"delta": (delta, self.y), "weight": (weight, self._weights), "to": (dx, self.x)}
        return self._called("spread", pointers, lines)

    def weight_gradient(self, delta: str, x: str, to: str, add: str) -> list[str]:
        """∂J/∂W at the pointer to, or added to what is there.

        Arguments:
            add: the source of whether it is added
        """
        at, lines = self.at, list[str]()
        whole = self.taps <= results()  # whether a tile has all taps, else some of the last axis
        taps = list(offsets(at)) if whole else [k * at.dilation[-1] for k in range(at.kernel[-1])]
        tall, deep = sums(self.outputs, self.inputs if whole else 1, min(len(taps), results()))
        window, tap = [f"p{a} * {at.stride[a]}" for a in self.outer], ["0" for _ in self.outer]
        if not whole:
            tap = [f"k{a}" for a in self.outer]
            window = [f"{p} + k{a} * {at.dilation[a]}" for a, p in zip(self.outer, window, strict=True)]
        for start, stop, height in runs(self.outputs, tall):
            for first, last, channels in runs(self.inputs, deep):
                for begin in range(0, len(taps), results()):
                    own = taps[begin : begin + results()]
                    entries = [c * prod(at.padded) + tap for c in range(channels) for tap in own]
                    tile, row = self._tile(height, len(entries)), list[str]()
                    for some in beside(at.output[-1], self._span(height * len(entries)), summed(at, entries)):
                        step = self._step(
                            height, len(entries), some.pattern, prod(at.output) * self.M, numbers=False
                        )
                        d = place_in(at.output, "o", *self._p, some.first)
                        there = place_in(at.padded, "c", *window, some.base)
                        pointers = f"at(delta, ({d}) * {self.M} + r), at(source, ({there}) * {self.M} + r)"
                        row += within(self._strips(some), [f"t = {step}(t, {pointers})"])
                    g = place_in(at.kernel, f"o * {self.inputs} + c", *tap, str(begin))
                    body = [f"t = empty_{tile}()", *within(self._each("p", at.output[:-1]), row)]
                    body.append(f"total_{tile}(t, at(to, {g}), {self.inputs * self.taps}, add)")
                    over = [f"for o in range({start}, {stop}, {height}):"]
                    over += [f"for c in range({first}, {last}, {channels}):"]
                    over += [] if whole else self._each("k", at.kernel[:-1])
                    lines += within(over, body)
        pointers = {"delta": (delta, self.y), "source": (x, self.padded_x), "to": (to, self._weights)}
        return self._called("correlate", pointers, lines, add=add)

    def bias_gradient(self, delta: str, to: str, add: str) -> list[str]:
        """∂J/∂b at the pointer to, or added to what is there: sums of some vectors, and their sums in float64."""
        count = prod(self.at.output) * self.M
        summing = nested(
            f"for i in range(start, min(count, start + {ADDED * self.lanes}), {self.lanes}):",
            ["v = fma(one, vload(delta, j * count + i), v)"],
        )
        parts = ["v = splat(T(0))", *summing, "total += float(vsum(v))"]
        lines = ["total = 0.0", *nested(f"for start in range(0, count, {ADDED * self.lanes}):", parts)]
        lines.append("to[j] = to[j] + T(total) if add else T(total)")
        lines = ["one = splat(T(1))", *nested("for j in range(channels):", lines)]
        self.source.helper("channel_sums", "delta, to, channels, count, add", lines)
        return [f"channel_sums({delta}, {to}, {self.outputs * self.groups}, {count}, {add})"]

    @property
    def _p(self) -> list[str]:
        return [f"p{a}" for a in self.outer]

    @property
    def _weights(self) -> int:
        """The weights of a group."""
        return self.outputs * self.inputs * self.taps

    def _weight(self) -> str:
        """The pointer to the first weight of a row of taps."""
        row = place_in(self.at.kernel, f"o * {self.inputs} + c", *(f"k{a}" for a in self.outer), "0")
        return f"at(weight, {row})"

    def _each(self, letter: str, sizes: tuple[int, ...]) -> list[str]:
        return [f"for {letter}{a} in range({size}):" for a, size in enumerate(sizes)]

    def _strips(self, some: Tiles) -> list[str]:
        """The loops over tiles beside each other, and over vectors of rows."""
        return [f"for i in range({some.count}):", f"for r in range(0, {self.M}, {self.lanes}):"]

    def _span(self, results: int) -> int:
        """How many windows beside each other one step takes."""
        most = max(1, PRODUCTS // results)
        return ceil(self.at.output[-1] / ceil(self.at.output[-1] / most))

    def _tile(self, height: int, width: int) -> str:
        """The end of the names of functions on such tiles."""
        number = f'"{self.source.number}", {self.lanes}'
        names = ", ".join(f"{each}_{height}_{width}" for each in ("empty", "begun", "put", "total"))
        self.source.define(f"{names} = tile({number}, {height}, {width})")
        return f"{height}_{width}"

    def _step(self, height: int, width: int, pattern: Pattern, factor: int, *, numbers: bool) -> str:
        """The name of such a step."""
        sizes = f'"{self.source.number}", {self.lanes}, {height}, {width}'
        return self.source.name("step", f"tile_step({sizes}, {pattern}, {factor}, {self.M}, {numbers})")

    def _called(
        self, what: str, pointers: Mapping[str, tuple[str, int]], lines: list[str], **others: str
    ) -> list[str]:
        """The call of a function of these lines for every group.

        Arguments:
            pointers: by the names of its arguments, with how many numbers a group has
            others: likewise, what all groups have alike
        """
        sizes = (
            self.outputs,
            self.inputs,
            *self.at.kernel,
            *self.at.stride,
            *self.at.dilation,
            *self.at.before,
        )
        name = "_".join([what, *map(str, (*sizes, *self.at.padded)), str(len(pointers))])
        self.source.helper(name, ", ".join([*pointers, *others]), lines)
        arguments = [f"at({pointer}, group * {size})" for pointer, size in pointers.values()]
        call = f"{name}({', '.join([*arguments, *others.values()])})"
        return nested(f"for group in range({self.groups}):", [call])
