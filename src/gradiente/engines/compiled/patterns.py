"""How convolutions are cut into tiles, and what a step adds to each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from gradiente.engines.compiled.lanes import vector_bytes
from gradiente.engines.compiled.register_products import runs
from gradiente.engines.compiled.tiles import Pattern
from gradiente.layers.windows import Windows

Cut = Callable[[int, int], tuple[Pattern, int]]  # first place, size → pattern, the place it counts from


@dataclass(frozen=True)
class Tiles:
    """Some tiles beside each other along the last axis, with the same pattern.

    Arguments:
        size: the places of each
        first, base: the sources of the first place of tile i, and of the place that its pattern counts from
        count: how many tiles
    """

    pattern: Pattern
    size: int
    first: str
    base: str
    count: int


def beside(width: int, size: int, cut: Cut) -> Iterator[Tiles]:
    """Tiles of that size over a width, the last one smaller; those of the same pattern together."""
    tiles = list[tuple[int, int, Pattern, int]]()
    for first in range(0, width, size):
        places = min(size, width - first)
        tiles.append((first, places, *cut(first, places)))
    while tiles:
        first, places, pattern, base = tiles[0]
        further = tiles[1][3] - base if len(tiles) > 1 else 0
        alike = [(first + i * size, places, pattern, base + i * further) for i in range(len(tiles))]
        count = next((i for i in range(len(tiles)) if tiles[i] != alike[i]), len(tiles))
        yield Tiles(pattern, places, f"{first} + i * {size}", f"{base} + i * {further}", count)
        tiles = tiles[count:]


def read(at: Windows) -> Cut:
    """What places of y beside each other read in a row of x."""
    s, d, taps = at.stride[-1], at.dilation[-1], range(at.kernel[-1])

    def cut(first: int, size: int) -> tuple[Pattern, int]:
        return tuple((i, k, i * s + k * d) for k in taps for i in range(size)), first * s

    return cut


def given(at: Windows) -> Cut:
    """What places of x beside each other are given by a row of δ."""
    s, d, before, windows = at.stride[-1], at.dilation[-1], at.before[-1], at.output[-1]

    def cut(first: int, size: int) -> tuple[Pattern, int]:
        triples = [
            (i, k, place // s)
            for k in range(at.kernel[-1])
            for i in range(size)
            if (place := first + i + before - k * d) % s == 0 and 0 <= place < windows * s
        ]
        base = min((p for *_, p in triples), default=0)
        return tuple((i, k, p - base) for i, k, p in triples), base

    return cut


def summed(at: Windows, entries: list[int]) -> Cut:
    """What windows beside each other add to entries of the kernels, each with its place in x."""
    s = at.stride[-1]

    def cut(first: int, size: int) -> tuple[Pattern, int]:
        triples = [(e, i, place + i * s) for e, place in enumerate(entries) for i in range(size)]
        return tuple(sorted(triples, key=lambda triple: triple[2])), first * s

    return cut


def offsets(at: Windows) -> Iterator[int]:
    """The places of the taps in an array of the shape of x with its padding."""
    for tap in product(*map(range, at.kernel)):
        place = 0
        for size, k, d in zip(at.padded, tap, at.dilation, strict=True):
            place = place * size + k * d
        yield place


def registers() -> int:
    """How many vectors this processor holds."""
    return 32 if vector_bytes() == 64 else 16


def results() -> int:
    """The most vectors of a tile: with those that are multiplied they fit the registers."""
    return registers() * 25 // 32


def shape(channels: int, width: int, taps: int) -> tuple[int, int]:
    """How many channels and places a tile of values has: so that it fits the registers and few loads are needed."""
    held = min(taps, 5) - 1  # vectors of x beside those of the places

    def cost(candidate: tuple[int, int]) -> float:
        tall, wide = candidate
        tiles = product(runs(channels, tall), runs(width, wide))
        return sum(
            (stop - start)
            // height
            * ((last - first) // places)
            * (taps * max(height * places, 4) + (places + held + taps * height) / 2)
            for (start, stop, height), (first, last, places) in tiles
        )

    fitting = [
        (tall, wide)
        for tall in range(1, min(channels, results()) + 1)
        for wide in range(1, min(width, results()) + 1)
        if tall * wide <= results() and tall * wide + wide + held < registers()
    ]
    return min(fitting, key=cost)


def sums(outputs: int, inputs: int, taps: int) -> tuple[int, int]:
    """How many output and input channels a tile of ∂J/∂W has, with so many taps."""
    fitting = [
        (tall, deep)
        for tall in range(1, min(outputs, results()) + 1)
        for deep in range(1, min(inputs, results()) + 1)
        if tall * deep * taps <= results()
    ]
    return max(fitting, key=lambda pair: (pair[0] * pair[1], -pair[0] - pair[1]))
