"""Pools as source: loops over windows and their taps, on vectors of rows."""

from math import prod

from gradiente.engines.compiled.formulas import nested
from gradiente.engines.compiled.source import Source, place_in, within
from gradiente.layers import MaxPool1d, MaxPool2d, MaxPool3d
from gradiente.layers.pool import Pool
from gradiente.layers.windows import Windows

MAXIMA = (MaxPool1d, MaxPool2d, MaxPool3d)


class Pooling:
    """The source of one pool: lines that call functions made for its sizes.

    Arguments:
        source: where the functions go
        layer, at: the layer, and its windows
        channels: how many
        rows: of the arrays, M, a multiple of lanes
    """

    def __init__(
        self, source: Source, layer: Pool, at: Windows, channels: int, rows: int, lanes: int
    ) -> None:
        self.source, self.layer, self.at, self.channels, self.M = source, layer, at, channels, rows
        self.windows = [f"for c in range({channels}):", *self._each("p", at.output)]
        self.windows.append(f"for r in range(0, {rows}, {lanes}):")
        self.apart = at.kernel == at.stride and at.padded == at.input and not at.overlap
        self.apart &= tuple(k * n for k, n in zip(at.kernel, at.output, strict=True)) == at.input
        axes = range(len(at.kernel))
        self.place = [f"p{a} * {at.stride[a]} + k{a} * {at.dilation[a]} - {at.before[a]}" for a in axes]
        self.x = f"({place_in(at.input, 'c', *self.place)}) * {rows} + r"
        self.y = f"({place_in(at.output, 'c', *(f'p{a}' for a in axes))}) * {rows} + r"

    def forward(self, x: str, out: str) -> list[str]:
        """y at the pointer out."""
        if isinstance(self.layer, MAXIMA):
            taps = self._taps([f"v = vmax(v, vload(source, {self.x}))"])
            body = ["v = splat(T(-np.inf))", *taps, f"vstore(to, {self.y}, v)"]
        else:
            taps = self._taps([f"v = fma(one, vload(source, {self.x}), v)"])
            body = ["v = splat(T(0))", *taps]
            body.append(f"vstore(to, {self.y}, fma(splat({self._share()}), v, splat(T(0))))")
        lines = ["one = splat(T(1))", *within(self.windows, body)]
        return self._called("pool", {"source": x, "to": out}, lines)

    def input_gradient(self, x: str, out: str, delta: str, dx: str) -> list[str]:
        """∂J/∂x at the pointer dx."""
        there = "splat(T(0))" if self.apart else f"vload(to, {self.x})"

        def given(value: str, there: str = there) -> str:
            return f"vstore(to, {self.x}, fma(one, {value}, {there}))"

        if isinstance(self.layer, MAXIMA):
            one = ["x = vload(source, " + self.x + ")", given("equal(x, y, d)"), "d = unequal(x, y, d)"]
            of_nan = [one[0], given("unequal(x, x, d)", f"vload(to, {self.x})"), "d = equal(x, x, d)"]
            body = [f"d = vload(delta, {self.y})", f"y = vload(largest, {self.y})", *self._taps(one)]
            body += nested("if has_nan(y):", self._taps(of_nan, backwards=True))
            pointers = {"source": x, "largest": out, "delta": delta, "to": dx}
        else:
            body = [f"d = fma(splat({self._share()}), vload(delta, {self.y}), splat(T(0)))"]
            body += self._taps([given("d")])
            pointers = {"delta": delta, "to": dx}
        entries = self.channels * prod(self.at.input) * self.M
        empty = [] if self.apart else nested(f"for i in range({entries}):", ["to[i] = T(0)"])
        return self._called("unpool", pointers, ["one = splat(T(1))", *empty, *within(self.windows, body)])

    def _share(self) -> str:
        """The source of what every entry of a window counts."""
        counts = self.layer._count(self.at)  # pyright: ignore[reportAttributeAccessIssue]
        if (counts == counts.flat[0]).all():
            return f"T({1 / int(counts.flat[0])!r})"
        shares = self.source.name("shares", f"np.array({[1 / n for n in counts.ravel().tolist()]}, T)")
        return f"{shares}[{place_in(self.at.output, '0', *(f'p{a}' for a in range(counts.ndim)))}]"

    def _taps(self, lines: list[str], *, backwards: bool = False) -> list[str]:
        """Lines for every tap that is not in the padding."""
        heads = list[str]()
        for a, (taps, size) in enumerate(zip(self.at.kernel, self.at.input, strict=True)):
            heads.append(f"for k{a} in range({f'{taps - 1}, -1, -1' if backwards else taps}):")
            if self.at.before[a] or self.at.after[a]:
                heads.append(f"if 0 <= {self.place[a]} < {size}:")
        return within(heads, lines)

    def _each(self, letter: str, sizes: tuple[int, ...]) -> list[str]:
        return [f"for {letter}{a} in range({size}):" for a, size in enumerate(sizes)]

    def _called(self, what: str, pointers: dict[str, str], lines: list[str]) -> list[str]:
        at = self.at
        sizes = (self.channels, *at.input, *at.kernel, *at.stride, *at.dilation, *at.before, *at.output)
        kind = "max" if isinstance(self.layer, MAXIMA) else "mean"
        name = "_".join([kind, what, *map(str, sizes)])
        self.source.helper(name, ", ".join(pointers), lines)
        return [f"{name}({', '.join(pointers.values())})"]
