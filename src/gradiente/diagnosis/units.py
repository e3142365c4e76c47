"""Units that no longer learn: dead ones answer 0 to every instance, saturated ones are at the end of their range."""

import numpy as np

from gradiente.layers import Layer, ReLU, Sigmoid, Tanh

Array = np.ndarray
# Distance from the middle of its values, beyond which the derivative is below 2 % of its largest: 1 − 0.99² = 0.02.
SATURATED: dict[type[Layer], float] = {Tanh: 0.99, Sigmoid: 0.495}


def dead(layer: Layer, output: Array) -> int:
    """How many units of a ReLU answer 0 to every instance; 0 for other layers.

    >>> dead(ReLU(), np.array([[0.0, 1.0], [0.0, 0.0]]))
    1
    """
    return int((_rows(output) == 0).all(axis=0).sum()) if isinstance(layer, ReLU) else 0


def saturated(layer: Layer, output: Array) -> Array:
    """Which numbers of a Tanh or a Sigmoid are beyond 0.99 of its range; none for other layers.

    Shapes: (n, …) → (n, units)
    """
    rows = _rows(output)
    if type(layer) not in SATURATED:
        return np.zeros(rows.shape, bool)
    middle = 0.5 if isinstance(layer, Sigmoid) else 0.0
    return np.abs(rows - middle) > SATURATED[type(layer)]


def _rows(output: Array) -> Array:
    return output.reshape(len(output), -1)
