"""The layout of all parameters in one flat array: layer after layer, in the order of PyTorch's state_dict."""

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, TypeVar

import numpy as np

from gradiente.errors import FileError
from gradiente.parameters import ParameterSpec

Array = np.ndarray
T = TypeVar("T")
Arrays = Mapping[str, Array]
Specs = Sequence[Mapping[str, ParameterSpec]]


def size_of(specs: Specs) -> int:
    """The total size of the parameters of all layers."""
    return sum(math.prod(spec.shape) for layer in specs for spec in layer.values())


def views_of(flat: Array, specs: Specs) -> list[dict[str, Array]]:
    """The parameters of every layer as views of the flat array."""
    views, start = [], 0
    for layer in specs:
        views.append({})
        for name, spec in layer.items():
            stop = start + math.prod(spec.shape)
            views[-1][name] = flat[start:stop].reshape(spec.shape)
            start = stop
    return views


def slices_of(views: Arrays, names: Container[str] | None = None) -> dict[str, slice]:
    """Where in the flat array every parameter is, by name.

    Arguments:
        names: which of them; None: all
    """
    stops = accumulate(view.size for view in views.values())
    places = {name: slice(stop - views[name].size, stop) for name, stop in zip(views, stops, strict=True)}
    return {name: place for name, place in places.items() if names is None or name in names}


def named(paths: Iterable[str], own: Iterable[Mapping[str, T]]) -> dict[str, T]:
    """What every layer has by name, under PyTorch's names: "0.weight" is layer 0's weight."""
    each = zip(paths, own, strict=True)
    return {f"{path}.{name}": value for path, layer in each for name, value in layer.items()}


def typed(buffers: Arrays, dtype: np.dtype) -> dict[str, Array]:
    """Copies of buffers: real numbers in the network's dtype, counts unchanged."""
    return {name: np.array(b, dtype if b.dtype.kind == "f" else None) for name, b in buffers.items()}


def checked(state: Mapping[str, Any], views: Arrays) -> dict[str, Array]:
    """The arrays of a state_dict, each of the name, shape and type of a view.

    Errors: FileError that names the missing and unexpected keys, a shape that differs, what is not numbers, or a
        number beyond the range of the type
    """
    if not isinstance(state, Mapping):
        raise FileError("network.no_state", got=type(state).__name__)
    missing, unexpected = views.keys() - state.keys(), state.keys() - views.keys()
    if missing or unexpected:
        shown = (", ".join(sorted(names)) or "–" for names in (missing, unexpected))
        raise FileError("network.keys", **dict(zip(("missing", "unexpected"), shown, strict=True)))
    arrays = {name: np.asarray(state[name]) for name in views}
    for name, view in views.items():
        if arrays[name].shape != view.shape:
            raise FileError("network.shape", name=name, expected=view.shape, got=arrays[name].shape)
        if arrays[name].dtype.kind not in "fiu":
            raise FileError("network.parameter_dtype", name=name, got=arrays[name].dtype)
    return {name: _cast(name, array, views[name].dtype) for name, array in arrays.items()}


def trainable_slices(views: Sequence[Arrays], frozen: Iterable[int]) -> list[slice]:
    """The slices of the flat array with the parameters of layers that are not frozen, adjacent ones merged."""
    pieces, stop = list[slice](), 0
    for index, layer in enumerate(views):
        start, stop = stop, stop + sum(view.size for view in layer.values())
        if index not in frozen:
            pieces.append(slice(start, stop))
    return merged(pieces)


def merged(pieces: Iterable[slice]) -> list[slice]:
    """Slices in their order, adjacent ones made one and empty ones left out.

    >>> merged([slice(0, 3), slice(3, 3), slice(3, 4), slice(6, 8)])
    [slice(0, 4, None), slice(6, 8, None)]
    """
    result = list[slice]()
    for piece in pieces:
        if result and result[-1].stop == piece.start:
            result[-1] = slice(result[-1].start, piece.stop)
        elif piece.stop > piece.start:
            result.append(piece)
    return result


def _cast(name: str, array: Array, dtype: np.dtype) -> Array:
    with np.errstate(over="ignore"):
        new = array.astype(dtype, copy=False)
    overflow = np.isinf(new) & np.isfinite(array)
    if overflow.any():
        raise FileError("network.overflow", name=name, value=float(array[overflow][0]), dtype=dtype)
    return new
