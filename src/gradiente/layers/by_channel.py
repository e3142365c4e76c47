"""A parameter of an activation: a single number, or one for each channel, axis 1."""

from gradiente.layers.base import Array
from gradiente.layers.sums import channel_sums
from gradiente.terms import Index


def by_channel(parameter: Array, x: Array) -> Array:
    """The parameter, to be met by x."""
    return parameter.reshape((-1, *(1,) * (x.ndim - 2)) if len(parameter) > 1 else ())


def channel_of(index: Index, count: int) -> Index:
    """Where the parameter of a number stands, of so many."""
    return (index[1],) if count > 1 else (0,)


def sum_by_channel(values: Array, out: Array) -> None:
    """The sum over what has the same parameter."""
    if len(out) == 1:
        out[...] = values.sum()
    else:
        channel_sums(values, out)


def has_channels(shape: tuple[int | str, ...], count: int) -> bool:
    """Whether a batch of that shape has so many channels; a single parameter suits any."""
    return count == 1 or (len(shape) > 1 and shape[1] == count)
