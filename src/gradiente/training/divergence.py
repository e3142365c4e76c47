"""The diagnosis of a divergence: where the first value that is not finite occurred, and what to try."""

import math

import numpy as np

from gradiente.errors import DivergenceError
from gradiente.layers import Context
from gradiente.locale import text
from gradiente.mapped import MappedArray, pieces
from gradiente.network import Network
from gradiente.trace.naming import both_names, lecture_names

Array = np.ndarray


def diagnose(
    network: Network,
    x: Array,
    context: Context,
    *,
    value: float,
    epoch: int,
    step: int,
    lr: float,
    penalty: float = 0.0,
) -> DivergenceError:
    """The error for a training run whose loss became NaN or infinite.

    The network is as it was before the step that failed, the generator too, and the gradient is that of the step
    before.
    """
    if isinstance(x, MappedArray):
        x = _failing_rows(network, x)
    largest_name, largest = _largest(network.gradients)
    return DivergenceError(
        "divergence",
        value=value,
        epoch=epoch,
        step=step,
        where=_first_place(network, x, context, penalty),
        lr=lr,
        gradient=f"{largest:.3g}",
        gradient_name=largest_name,
        gradient_letter=lecture_names(network.nodes)[largest_name],
        advice=_advice(x, lr),
    )


def _failing_rows(network: Network, x: MappedArray) -> Array:
    """A few megabytes of x: the first whose output is not finite, or the first of all."""
    found = (rows for rows in pieces(x) if not np.isfinite(network.predict(x[rows])).all())
    return x[next(found, next(pieces(x)))]


def _first_place(network: Network, x: Array, context: Context, penalty: float) -> str:
    """The first layer that has, or gives, a value that is not finite; or the part of J that overflows."""
    a = network.as_batch(x)
    outputs = network.walk(a, context)
    for index, node in enumerate(network.nodes):
        layer = type(node.layer).__name__
        for name, values in network.node_parameters(index).items():
            if not np.isfinite(values).all():
                full = both_names(f"{node.path}.{name}", lecture_names(network.nodes))
                return text("divergence.parameter", name=full, layer=layer)
        a, _ = next(outputs)
        if not np.isfinite(a).all():
            return text("divergence.output", index=node.path, layer=layer)
    if not math.isfinite(penalty):
        return text("divergence.penalty", largest=f"{np.abs(network.theta).max():.3g}")
    return text("divergence.loss", largest=f"{np.abs(a).max(initial=0):.3g}")


def _largest(gradients: dict[str, Array]) -> tuple[str, float]:
    sizes = {name: float(np.abs(gradient).max()) for name, gradient in gradients.items()}
    # NaN is larger than any number here: it is what one looks for.
    name = max(sizes, key=lambda name: np.inf if np.isnan(sizes[name]) else sizes[name])
    return name, sizes[name]


def _advice(x: Array, lr: float) -> str:
    advice = [text("divergence.try_lr", lr=f"{lr / 10:.3g}"), text("divergence.try_clip")]
    if np.abs(x).max(initial=0) > 10:
        advice.insert(0, text("divergence.try_scale", largest=f"{np.abs(x).max():.3g}"))
    return "; ".join(advice)
