"""The products, convolutions and pools of a chunk of rows, as source."""

from math import prod

from gradiente.engines.compiled.convolutions import Convolution
from gradiente.engines.compiled.formulas import nested
from gradiente.engines.compiled.pieces import Cut
from gradiente.engines.compiled.pools import Pooling
from gradiente.engines.compiled.source import place_in, within
from gradiente.engines.compiled.stages import Stage
from gradiente.engines.compiled.writer import Writer
from gradiente.layers.conv import Conv
from gradiente.layers.pool import Pool


class RowProducts(Writer):
    """What a stage's head does with all its features of a chunk of rows."""

    def raw(self, stage: Stage, x: str, cut: Cut) -> list[str]:
        if isinstance(stage.head, Pool):
            return self.pooling(stage).forward(x, "out")
        assert stage.weight is not None
        weight = f"at(theta, {stage.weight.start})"
        if isinstance(stage.head, Conv):
            bias = None if stage.bias is None else f"at(theta, {stage.bias.start})"
            return self.convolution(stage).forward(x, weight, bias, "out")
        return super().raw(stage, x, cut)

    def input_gradient(self, stage: Stage, delta: str, dx: str, cut: Cut) -> list[str]:
        assert stage.weight is not None
        weight = f"at(theta, {stage.weight.start})"
        if isinstance(stage.head, Conv):
            return self.convolution(stage).input_gradient(delta, weight, dx)
        return super().input_gradient(stage, delta, dx, cut)

    def weight_gradient(
        self, stage: Stage, delta: str, x: str, x_rows: str | None, to: str, cut: Cut, add: str = "False"
    ) -> list[str]:
        lines = super().weight_gradient(stage, delta, x, x_rows, to, cut, add)
        if isinstance(stage.head, Conv) and stage.bias is not None:
            lines += self.convolution(stage).bias_gradient(delta, f"at({to}, {stage.bias.start})", add)
        return lines

    def matrix_gradient(
        self, stage: Stage, delta: str, x: str, x_rows: str | None, to: str, cut: Cut, add: str
    ) -> list[str]:
        assert stage.weight is not None
        own = f"at({to}, {stage.weight.start})"
        if isinstance(stage.head, Conv):
            return self.convolution(stage).weight_gradient(delta, x, own, add)
        return super().matrix_gradient(stage, delta, x, x_rows, to, cut, add)

    def convolution(self, stage: Stage) -> Convolution:
        assert isinstance(stage.head, Conv)
        assert stage.windows is not None
        return Convolution(self.source, stage.head, stage.windows, self.M, self.lanes)

    def pooling(self, stage: Stage) -> Pooling:
        assert isinstance(stage.head, Pool)
        assert stage.windows is not None
        channels = stage.inputs // prod(stage.windows.input)
        return Pooling(self.source, stage.head, stage.windows, channels, self.M, self.lanes)

    def padded_array(self, stage: Stage) -> int:
        """The place of an array for x of a convolution with its padding."""
        assert stage.windows is not None
        at = stage.windows
        return self.array(stage.inputs // prod(at.input) * prod(at.padded))

    def pad(self, stage: Stage, x: str, padded: str) -> list[str]:
        """A copy of x with zeros around it."""
        assert stage.windows is not None
        at = stage.windows
        channels, row, outer = stage.inputs // prod(at.input), at.input[-1] * self.M, range(len(at.input) - 1)
        source = place_in(at.input, "c", *(f"q{a}" for a in outer), "0")
        to = place_in(at.padded, "c", *(f"q{a} + {at.before[a]}" for a in outer), str(at.before[-1]))
        copied = f"to[({to}) * {self.M} + i] = source[({source}) * {self.M} + i]"
        heads = [f"for q{a} in range({at.input[a]}):" for a in outer]
        lines = [f"source = {x}", f"to = {padded}"]
        lines += nested(f"for i in range({channels * prod(at.padded) * self.M}):", ["to[i] = T(0)"])
        return lines + within([f"for c in range({channels}):", *heads, f"for i in range({row}):"], [copied])
