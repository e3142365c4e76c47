"""A chart as SVG: two scales with their ticks, and lines, points and pictures between them.

Drawn here and not by matplotlib, whose import alone takes many times as long as the whole report of a small
run; and what is drawn takes its colours from the page, so that one picture serves on light and on dark.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from gradiente.reporting.html import Markup, join, tag
from gradiente.words import short

Array = np.ndarray
Range = tuple[float, float]

LEFT, RIGHT, TOP, BOTTOM = 52, 12, 10, 42  # pixels around the plot
_MOST_POINTS = 600  # of a line: more than there are pixels


@dataclass(frozen=True)
class Scale:
    """Values low … high onto pixels start … stop, evenly or by their logarithms.

    >>> Scale(0, 10, 0.0, 100.0)(np.array([0, 5, 10])).tolist()
    [0.0, 50.0, 100.0]
    """

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def __call__(self, values: Array) -> Array:
        values = np.asarray(values, dtype=np.float64)
        low, high = self.low, self.high
        if self.log:
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.log10(values)
            low, high = math.log10(low), math.log10(high)
        return self.start + (values - low) / (high - low) * (self.stop - self.start)

    def ticks(self, most: int) -> list[float]:
        """Round numbers between low and high."""
        return log_ticks(self.low, self.high, most) if self.log else linear_ticks(self.low, self.high, most)


def linear_ticks(low: float, high: float, most: int) -> list[float]:
    """At most about `most` multiples of 1, 2 or 5 times a power of ten.

    >>> linear_ticks(0, 1, 6)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.12g}") for i in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Powers of ten, so many apart that there are at most `most`; in a narrow range 2 and 5 times them too.

    >>> log_ticks(0.009, 20, 6)
    [0.01, 0.1, 1.0, 10.0]
    """
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    narrow = math.log10(high / low) < 2
    stride = 1 if narrow else math.ceil((last - first) / most)
    exponents = range(math.ceil(first / stride) * stride, last + 1, stride)
    ticks = [float(f"{m}e{e}") for e in exponents for m in ((1, 2, 5) if narrow else (1,))]
    return [tick for tick in ticks if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]


def spans(values: Array, decades: float) -> bool:
    """Whether positive values reach over more than so many powers of ten."""
    positive = values[np.isfinite(values) & (values > 0)]
    return positive.size > 0 and math.log10(positive.max()) - math.log10(positive.min()) > decades


def padded(values: Array, *, log: bool = False, share: float = 0.05) -> Range:
    """The range of the finite values (of the positive ones for a logarithm), with some air around."""
    values = np.asarray(values, dtype=np.float64).ravel()
    values = values[np.isfinite(values) & (values > 0)] if log else values[np.isfinite(values)]
    if not values.size:
        return (0.1, 10.0) if log else (0.0, 1.0)
    low, high = np.log10([values.min(), values.max()]) if log else (values.min(), values.max())
    air = share * (high - low) or (0.3 if log else abs(high) * 0.1 or 1.0)
    return (
        (float(10 ** (low - air)), float(10 ** (high + air)))
        if log
        else (float(low - air), float(high + air))
    )


@dataclass
class Chart:
    """A plot of x against y; the methods draw, one over the other, and `svg` gives the picture."""

    x_range: Range
    y_range: Range
    x_label: str
    y_label: str
    alt: str
    log_y: bool = False
    whole_x: bool = False
    percent_y: bool = False
    x_ticks: Sequence[tuple[float, str]] | None = None
    y_ticks: Sequence[tuple[float, str]] | None = None
    width: int = 460
    height: int = 280
    _drawn: list[Markup] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.x = Scale(*self.x_range, LEFT, self.width - RIGHT)
        self.y = Scale(*self.y_range, self.height - BOTTOM, TOP, self.log_y)

    def line(self, x: Array, y: Array, *, class_: str, style: str | None = None) -> None:
        """A line through the points, broken where y is not a number or has no logarithm."""
        x, y = thinned(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64))
        px, py = self.x(x), self.y(y)
        path, pen_down = [], False
        for i, finite in enumerate(np.isfinite(py)):
            if finite:
                path.append(f"{'L' if pen_down else 'M'}{px[i]:.1f} {py[i]:.1f}")
            pen_down = bool(finite)
        if len(path) == 1:  # a single epoch is a point
            path.append("h0")
        self._drawn.append(tag("path", d="".join(path), class_=f"line {class_}", style=style))

    def dots(self, x: Array, y: Array, *, class_: str, size: float, style: str | None = None) -> None:
        """Points: round ends of strokes that have no length, all in one path."""
        path = "".join(
            f"M{a:.1f} {b:.1f}h0" for a, b in zip(self.x(x), self.y(y), strict=True) if np.isfinite(b)
        )
        self._drawn.append(tag("path", d=path, class_=f"dots {class_}", stroke_width=size, style=style))

    def rings(self, x: Array, y: Array, *, radius: float, style: str | None = None) -> None:
        """Circles around points, all in one path."""
        r = f"{radius:g}"
        path = "".join(
            f"M{a - radius:.1f} {b:.1f}a{r} {r} 0 1 0 {2 * radius:g} 0a{r} {r} 0 1 0 {-2 * radius:g} 0"
            for a, b in zip(self.x(x), self.y(y), strict=True)
        )
        self._drawn.append(tag("path", d=path, class_="rings", style=style))

    def vertical(self, x: float, label: str, *, below: bool = False) -> None:
        """A thin line at x, with its label at the top or the foot, on the side where there is room."""
        px = float(self.x(np.array(x)))
        left = px > (LEFT + self.width - RIGHT) / 2
        y = self.height - BOTTOM - 8 if below else TOP + 11
        self._drawn += [
            tag("path", d=f"M{px:.1f} {TOP}V{self.height - BOTTOM}", class_="mark"),
            tag("text", label, x=f"{px + (-6 if left else 6):.1f}", y=y, class_="end" if left else None),
        ]

    def straight(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """A thin straight line, such as y = x."""
        (x0, x1), (y0, y1) = self.x(np.array([start[0], end[0]])), self.y(np.array([start[1], end[1]]))
        self._drawn.append(tag("path", d=f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}", class_="mark"))

    def picture(self, uri: str) -> None:
        """A picture that fills the plot."""
        width, height = self.width - LEFT - RIGHT, self.height - TOP - BOTTOM
        self._drawn.append(
            tag("image", href=uri, x=LEFT, y=TOP, width=width, height=height, preserveAspectRatio="none")
        )

    def hints(self, x: Array, labels: Sequence[str]) -> None:
        """Invisible columns that show a text under the pointer."""
        width = (self.width - LEFT - RIGHT) / max(len(labels), 1)
        for px, label in zip(self.x(x), labels, strict=True):
            box = {"x": f"{px - width / 2:.1f}", "y": TOP, "width": f"{width:.1f}"}
            self._drawn.append(
                tag("rect", tag("title", label), **box, height=self.height - TOP - BOTTOM, class_="hint")
            )

    def svg(self) -> Markup:
        """The picture."""
        bottom, right = self.height - BOTTOM, self.width - RIGHT
        parts = []
        for value, label in self._ticks(self.y, 5, self.y_ticks, self.percent_y):
            py = float(self.y(np.array(value)))
            parts.append(tag("path", d=f"M{LEFT} {py:.1f}H{right}", class_="grid"))
            parts.append(tag("text", label, x=LEFT - 7, y=f"{py + 4:.1f}", class_="end"))
        for value, label in self._ticks(self.x, 6, self.x_ticks, False):
            px = float(self.x(np.array(value)))
            parts.append(tag("path", d=f"M{px:.1f} {bottom}v4", class_="tick"))
            parts.append(tag("text", label, x=f"{px:.1f}", y=bottom + 17, class_="middle"))
        middle = (TOP + bottom) / 2
        names = [
            tag("text", self.x_label, x=(LEFT + right) / 2, y=self.height - 5, class_="middle name"),
            tag(
                "text", self.y_label, transform=f"translate(11 {middle:g}) rotate(-90)", class_="middle name"
            ),
        ]
        frame = tag("path", d=f"M{LEFT} {bottom}H{right}", class_="axis")
        content = join([*parts, frame, *self._drawn, *names])
        size = f"0 0 {self.width} {self.height}"
        return tag("svg", content, viewBox=size, role="img", aria_label=self.alt, class_="chart")

    def _ticks(
        self, scale: Scale, most: int, given: Sequence[tuple[float, str]] | None, percent: bool
    ) -> Sequence[tuple[float, str]]:
        if given is not None:
            return given
        ticks = scale.ticks(most)
        if self.whole_x and scale is self.x:
            ticks = [tick for tick in ticks if tick == int(tick)]
        return [(tick, f"{short(100 * tick)}\u202f%" if percent else short(tick)) for tick in ticks]


def thinned(x: Array, y: Array) -> tuple[Array, Array]:
    """No more points than a line can show: of each run of points, the first, the lowest and the highest.

    Shapes: (n,) and (n,) → (k,) and (k,), k about 600 at most; the last point stays
    """
    if len(x) <= _MOST_POINTS:
        return x, y
    kept = {0, len(x) - 1}
    for run in np.array_split(np.arange(len(x)), _MOST_POINTS // 3):
        kept |= {int(run[0])}
        if np.isfinite(y[run]).any():
            kept |= {int(run[np.nanargmin(y[run])]), int(run[np.nanargmax(y[run])])}
    order = np.array(sorted(kept))
    return x[order], y[order]
