"""A convolutional network for pictures, sized by them: what is trained where no layers are asked for."""

import math

from gradiente.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Unflatten,
)

FILTERS = 16  # of the first block; twice as many in each that follows
MOST_FILTERS = 128
MOST_BLOCKS = 5
SMALLEST = 2  # pixels a side
LAST_MAP = 4  # pixels a side, about, that the last block leaves


def convolutional(image_shape: tuple[int, ...], outputs: int) -> list[Layer]:
    """Blocks of Conv2d, MaxPool2d, BatchNorm2d and ReLU, the mean of each filter over what is left, and a Linear.

    Each block halves the sides, as often as leaves about 4 pixels. The pool stands before the normalization, which has
    a quarter of the numbers to normalize then.

    Arguments:
        image_shape: (rows, columns) or (channels, rows, columns), each side at least 2
        outputs: of the last layer

    Shapes: its network's x (m, channels · rows · columns) → (m, outputs)

    >>> [type(layer).__name__ for layer in convolutional((8, 8), 10)]
    ['Unflatten', 'Conv2d', 'MaxPool2d', 'BatchNorm2d', 'ReLU', 'AvgPool2d', 'Flatten', 'Linear']
    >>> sum(isinstance(layer, Conv2d) for layer in convolutional((3, 64, 48), 10))
    4
    """
    channels, rows, columns = (1, *image_shape)[-3:]
    blocks = min(MOST_BLOCKS, max(1, round(math.log2(min(rows, columns) / LAST_MAP))))
    layers: list[Layer] = [Unflatten(1, (channels, rows, columns))]
    for block in range(blocks):
        filters = min(MOST_FILTERS, FILTERS * 2**block)
        layers += [
            Conv2d(channels, filters, 3, padding=1, bias=False),
            MaxPool2d(2),
            BatchNorm2d(filters),
            ReLU(),
        ]
        channels, rows, columns = filters, rows // 2, columns // 2
    return [*layers, AvgPool2d((rows, columns)), Flatten(), Linear(channels, outputs)]
