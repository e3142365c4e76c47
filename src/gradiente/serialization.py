"""A layer as plain data, and back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from gradiente.errors import FileError, did_you_mean, require
from gradiente.layers import REGISTRY, Layer
from gradiente.layers.graph import Node
from gradiente.notation import describe


def layer_to_dict(layer: Layer) -> dict[str, Any]:
    """Its name and its hyperparameters, as JSON has them: no tuples, no numbers of NumPy.

    Errors: ArgumentError for a layer that is not in the registry, which could not be loaded again

    >>> from gradiente.layers import Linear
    >>> layer_to_dict(Linear(3, 2))
    {'layer': 'Linear', 'in_features': 3, 'out_features': 2, 'bias': True}
    """
    name = type(layer).__name__
    require(REGISTRY.get(name) is type(layer), "network.unregistered", name=name)
    return {"layer": name} | {field.name: _plain(getattr(layer, field.name)) for field in fields(layer)}


def layer_from_dict(entry: Mapping[str, Any]) -> Layer:
    """The layer of that data.

    Errors: FileError for a name that is no layer's
    """
    options = dict(entry)
    name = options.pop("layer")
    if not isinstance(name, str) or name not in REGISTRY:
        raise FileError("network.unknown_layer", name=name, hint=did_you_mean(str(name), REGISTRY))
    return REGISTRY[name](**{key: _unplain(value) for key, value in options.items()})


def written(layer: Layer) -> str:
    """The layer in the notation of the command line, without defaults; an unregistered one has its repr."""
    return describe(layer, REGISTRY, brief=True)


def written_node(node: Node) -> str:
    """A node likewise; the sum of a composite layer by its name alone, since its layers are nodes of their own."""
    return type(node.layer).__name__ if node.is_sum else written(node.layer)


def _plain(value: Any) -> Any:
    if isinstance(value, Layer):
        return layer_to_dict(value)
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value.item() if isinstance(value, np.generic) else value


def _unplain(value: Any) -> Any:
    if isinstance(value, list):
        return [_unplain(entry) for entry in value]
    return layer_from_dict(value) if isinstance(value, dict) else value
