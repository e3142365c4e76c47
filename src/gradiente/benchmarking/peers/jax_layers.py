"""A network of PyTorch's layers in JAX, images with their channels last: initial parameters, and the forward pass."""

# What it measures need not be installed.
# pyright: reportMissingImports=false

import math
from collections.abc import Sequence
from typing import Any

Layers = Sequence[tuple[Any, ...]]


def initial(layers: Layers, key: Any) -> tuple[list[Any], list[Any]]:
    """Parameters by layer, distributed as in PyTorch, and running statistics by layer."""
    import jax
    import jax.numpy as jnp

    parameters, statistics = [], []
    for place, (name, *arguments) in enumerate(layers):
        own: dict[str, Any] = {}
        running: dict[str, Any] = {}
        if name in ("Linear", "Conv2d"):
            inputs, outputs, *kernel = arguments
            size = (kernel[0], kernel[0]) if kernel else ()
            bound = 1 / math.sqrt(inputs * math.prod(size))
            draw = jax.random.split(jax.random.fold_in(key, place))
            own["weight"] = jax.random.uniform(draw[0], (*size, inputs, outputs), minval=-bound, maxval=bound)
            own["bias"] = jax.random.uniform(draw[1], (outputs,), minval=-bound, maxval=bound)
        elif name == "BatchNorm1d":
            own = {"weight": jnp.ones(arguments[0]), "bias": jnp.zeros(arguments[0])}
            running = {"mean": jnp.zeros(arguments[0]), "var": jnp.ones(arguments[0])}
        parameters.append(own)
        statistics.append(running)
    return parameters, statistics


def forward(
    layers: Layers, parameters: Sequence[Any], statistics: Sequence[Any], x: Any, key: Any = None
) -> tuple[Any, list[Any]]:
    """The output, and the running statistics then. With a key for what is drawn, it is a training step's."""
    after = []
    for place, (name, *arguments) in enumerate(layers):
        own, running = parameters[place], statistics[place]
        if name == "BatchNorm1d":
            x, running = _batch_norm(own, running, x, training=key is not None)
        elif name == "Dropout":
            x = x if key is None else _dropout(arguments[0], x, key, place)
        else:
            x = _LAYERS[name](own, x, *arguments)
        after.append(running)
    return x, after


def _linear(own: Any, x: Any, *_: Any) -> Any:
    return x @ own["weight"] + own["bias"]


def _conv(own: Any, x: Any, *_: Any) -> Any:
    from jax import lax

    names = ("NHWC", "HWIO", "NHWC")
    return lax.conv_general_dilated(x, own["weight"], (1, 1), "VALID", dimension_numbers=names) + own["bias"]


def _max_pool(_own: Any, x: Any, size: int) -> Any:
    """Of windows that do not overlap: a maximum over two axes, whose derivative XLA computes faster than a window's."""
    n, height, width, channels = x.shape
    rows, columns = height // size, width // size
    inside = x[:, : rows * size, : columns * size]
    return inside.reshape(n, rows, size, columns, size, channels).max((2, 4))


def _batch_norm(own: Any, running: Any, x: Any, *, training: bool) -> tuple[Any, Any]:
    from jax import lax

    mean, var = (x.mean(0), x.var(0)) if training else (running["mean"], running["var"])
    y = (x - mean) * lax.rsqrt(var + 1e-5) * own["weight"] + own["bias"]
    if not training:
        return y, running
    unbiased = var * len(x) / (len(x) - 1)
    return y, {"mean": 0.9 * running["mean"] + 0.1 * mean, "var": 0.9 * running["var"] + 0.1 * unbiased}


def _dropout(p: float, x: Any, key: Any, place: int) -> Any:
    import jax
    import jax.numpy as jnp

    kept = jax.random.bernoulli(jax.random.fold_in(key, place), 1 - p, x.shape)
    return jnp.where(kept, x / (1 - p), 0)


def _elementwise(name: str) -> Any:
    def apply(_own: Any, x: Any) -> Any:
        import jax

        return getattr(jax.nn, name)(x)

    return apply


def _unflatten(_own: Any, x: Any, _dimension: int, shape: tuple[int, ...]) -> Any:
    channels, *size = shape
    return x.reshape(len(x), channels, *size).transpose(0, 2, 3, 1)


_LAYERS = {
    "Linear": _linear,
    "Conv2d": _conv,
    "MaxPool2d": _max_pool,
    "Flatten": lambda _own, x: x.reshape(len(x), -1),
    "Unflatten": _unflatten,
    **{name: _elementwise(name.lower()) for name in ("Tanh", "ReLU", "Sigmoid")},
}
