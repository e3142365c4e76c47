"""Random sequences of layers, each of which fits what the one before it gives."""

import math
from typing import Any

from gradiente.errors import GradienteError
from gradiente.layers import REGISTRY, Identity, Layer, Linear, Residual, Tanh, Upsample
from gradiente.summary import output_shapes

from .draws import Draws, Shape
from .layers import Maker, fits, maker

NUMBERS, AXES = 160, 4  # of one instance, at most
TRIES = 20
DEPTH = 2  # of residual connections inside one another
# How likely a layer is, by the letter of its output; with any other letter, 1.
LETTERS = {"Z": 4, "A": 3, "N": 2, "P": 2, "S": 1.5, "D": 0.7}


def chain(draws: Draws, shape: Shape, length: int, *, axes: int | None = None, depth: int = 0) -> list[Layer]:
    """So many layers.

    Arguments:
        shape: of an instance before them
        axes: how many axes an instance keeps; None: any number
        depth: of the residual connections around them
    """
    layers: list[Layer] = []
    while len(layers) < length:
        for layer in drawn(draws, any_kind(draws, len(shape)), shape, depth):
            if axes in (None, len(layer.output_shape(shape))):
                layers.append(layer)
                shape = layer.output_shape(shape)
    return layers


def any_kind(draws: Draws, axes: int) -> type[Layer]:
    """A kind of layer for numbers with so many axes."""
    kinds = [kind for kind in REGISTRY.values() if fits(kind, axes) and not takes_indices(kind)]
    letters = sorted({kind.letter for kind in kinds})
    letter = draws.one(letters, [LETTERS.get(each, 1) for each in letters])
    return draws.one([kind for kind in kinds if kind.letter == letter])


def takes_indices(kind: type[Layer]) -> bool:
    return kind.index_count is not Layer.index_count


def is_known(kind: type[Layer]) -> bool:
    """Whether layers of that kind can be drawn for a shape."""
    return kind is Residual or maker(kind) is not None


def drawn(draws: Draws, kind: type[Layer], shape: Shape, depth: int = 0) -> list[Layer]:
    """One layer of that kind for instances of that shape; none where none was found."""
    make = residual(depth) if kind is Residual else maker(kind)
    if make is None or not fits(kind, len(shape)):
        return []
    for _ in range(TRIES):
        try:
            layer = make(draws, kind, shape)
            end = layer.output_shape(shape) if layer else ()
        except GradienteError:  # options that contradict one another, or the shape
            continue
        if layer and len(end) <= AXES and 0 < math.prod(end) <= NUMBERS:
            return [layer]
    return []


def residual(depth: int) -> Maker | None:
    """What draws a skip connection inside so many others."""

    def make(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
        layers = chain(draws, shape, draws.whole(1, 3), axes=len(shape), depth=depth + 1)
        return kind(layers, shortcut(draws, shape, output_shapes(layers, shape)[-1]))

    return make if depth < DEPTH else None


def shortcut(draws: Draws, shape: Shape, end: Shape) -> list[Layer]:
    """Layers from one shape to another with as many axes; none, as a rule, where they are the same."""
    rank = len(shape) - 1
    if shape == end:
        return draws.one([[], [], [], [Tanh()], [Identity()], [Linear(end[-1], end[-1])]])
    if rank == 0:
        return [Linear(*shape, *end, bias=draws.flag())]
    layers: list[Layer] = []
    if shape[0] != end[0]:
        conv: Any = REGISTRY[f"Conv{rank}d"]
        layers.append(conv(shape[0], end[0], 1, bias=draws.flag()))
    if shape[1:] != end[1:]:
        pool: Any = REGISTRY[f"Adaptive{draws.one(['Avg', 'Max'])}Pool{rank}d"]
        layers.append(draws.one([pool(end[1:]), Upsample(end[1:])]))
    return layers
