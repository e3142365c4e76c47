"""Examples of every concept for tests, parity and random checks: its own, or derived from its facts."""

from collections.abc import Sequence

import numpy as np

from gradiente.layers import Layer
from gradiente.losses import Loss
from gradiente.optimizers import Optimizer
from gradiente.schedules import Schedule

Array = np.ndarray
Shape = tuple[int, ...]


def layer_examples(name: str, layer: type[Layer]) -> Sequence[tuple[str, Shape]]:
    """The layer in the notation, and the shape of a batch for it; without examples of its own, of any shape.

    >>> from gradiente.layers import Tanh
    >>> layer_examples("Tanh", Tanh)
    (('Tanh()', (7, 5)), ('Tanh()', (2, 3, 4, 5)))
    """
    return layer.examples or ((f"{name}()", (7, 5)), (f"{name}()", (2, 3, 4, 5)))


def draw_input(layer: Layer, shape: Shape, generator: "np.random.Generator") -> Array:
    """A random batch for a layer: normally distributed numbers, or indices where it takes those."""
    if layer.index_count is not None:
        return generator.integers(layer.index_count, size=shape)
    return generator.normal(0, 1.5, shape)


def rule_examples(name: str, rule: type[Optimizer] | type[Schedule]) -> Sequence[str]:
    """The optimizer or schedule in the notation."""
    return rule.examples or (f"{name}()",)


def target_kinds(loss: type[Loss]) -> tuple[str, ...]:
    """The kinds of targets that a loss takes: class numbers, distributions, yes or no, probabilities, numbers …

    >>> from gradiente.losses import CrossEntropyLoss
    >>> target_kinds(CrossEntropyLoss)
    ('classes', 'distributions')
    """
    if loss.is_multiclass:
        return ("classes", "distributions") if loss.soft_targets else ("classes",)
    if loss.target_interval == "[0, 1]":
        return ("binary", "probabilities")
    return ("distributions",) if loss.link == "exponential" else ("numbers",)


def loss_examples(name: str, loss: type[Loss]) -> list[tuple[str, Shape, str, str]]:
    """The loss in the notation, the shape of a prediction for it, where that lies in its interval, a kind of target."""
    examples = [
        (notation, shape, "inside", kind)
        for notation in (f"{name}()", f"{name}(reduction='sum')", f"{name}(reduction='none')")
        for kind in target_kinds(loss)
        for shape in ((7, 3), (9, 11) if loss.is_multiclass else (9, 1))
    ]
    examples += [(notation, shape, "inside", kind) for notation, shape, kind in loss.examples]
    if loss.interval == "(-inf, inf)" and loss.link in (
        "logistic",
        "softmax",
    ):  # where e^z over- and underflows
        examples += [(f"{name}()", (9, 11), "large", kind) for kind in target_kinds(loss)]
    if loss.interval == "[0, 1]":
        examples += [(f"{name}()", (9, 1), "ends", "binary")]
    return examples


def draw_prediction(
    loss: type[Loss], shape: Shape, generator: "np.random.Generator", where: str = "inside"
) -> Array:
    """A random prediction: inside the interval of the loss, at its ends, or large; log-probabilities for e^ŷ."""
    if loss.link == "exponential":
        return np.log(_distributions(shape, generator))
    if where == "ends":
        return generator.integers(2, size=shape).astype(np.float64)
    return _draw(loss.interval, shape, generator) * (500 if where == "large" else 1)


def draw_target(loss: type[Loss], kind: str, shape: Shape, generator: "np.random.Generator") -> Array:
    """A random target of that kind for a prediction of that shape; a class is one number along its axis 1."""
    if kind == "classes":
        return generator.integers(shape[1], size=(shape[0], *shape[2:]))
    if kind == "distributions":
        return _distributions(shape, generator)
    if kind == "amounts":
        return generator.uniform(0, 2, shape)
    if kind == "logarithms":
        return np.log(_distributions(shape, generator))
    if kind == "binary":
        return generator.integers(2, size=shape).astype(np.float64)
    return _draw(loss.target_interval, shape, generator)


def _distributions(shape: Shape, generator: "np.random.Generator") -> Array:
    """Random probabilities that sum to 1 along axis 1."""
    rows = generator.dirichlet(np.ones(shape[1]), (shape[0], *shape[2:]))
    return np.ascontiguousarray(np.moveaxis(rows, -1, 1))


def _draw(interval: str, shape: Shape, generator: "np.random.Generator") -> Array:
    """Random numbers inside an interval, not at its ends: "[0, 1]", "(-1, inf)"."""
    low, high = (float(end) for end in interval[1:-1].split(","))
    if np.isfinite(low) and np.isfinite(high):
        margin = (high - low) / 100
        return generator.uniform(low + margin, high - margin, shape)
    if np.isfinite(low):
        return low + 0.1 + generator.exponential(2, shape)
    if np.isfinite(high):
        return high - 0.1 - generator.exponential(2, shape)
    return generator.normal(0, 2, shape)
