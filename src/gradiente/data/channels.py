"""Channels first: the axes of images, sequences and videos in PyTorch's order."""

import numpy as np

from gradiente.errors import ArgumentError, ShapeError, did_you_mean
from gradiente.locale import text

# The orders that are read, and PyTorch's for the same axes.
ORDERS = {
    "NCL": "NCL",
    "NLC": "NCL",
    "NCHW": "NCHW",
    "NHWC": "NCHW",
    "NCDHW": "NCDHW",
    "NDHWC": "NCDHW",
    "NDCHW": "NCDHW",
}
COLOURS = (1, 2, 3, 4)  # grey, grey with opacity, RGB, RGB with opacity
_AXES = {"N": "instances", "C": "channels", "D": "frames", "H": "height", "W": "width", "L": "time"}


def channels_first(x: np.ndarray, order: str) -> np.ndarray:
    """Images, sequences or videos with their channels right after the instances, as PyTorch has them.

    The letters: N instances, C channels (of a sequence: its features), L time, D frames, H height, W width. The
    lecture writes sequences as NLC and videos as NDCHW; files of pictures usually come as NHWC.

    Arguments:
        x: any array
        order: what the axes of x are, one letter each: "NCL" or "NLC"; "NCHW" or "NHWC"; "NCDHW", "NDHWC" or "NDCHW"

    Shapes: → (N, C, L), (N, C, H, W) or (N, C, D, H, W), C-contiguous; not a copy where x is so already
    Errors: ArgumentError for an order that is not one of these; ShapeError for an x of another rank, and for images
        or videos with other than 1 to 4 channels

    >>> channels_first(np.zeros((10, 32, 48, 3)), "NHWC").shape
    (10, 3, 32, 48)

    Source: the lecture, "Tensores"; torch.nn.Conv1d, Conv2d and Conv3d
    """
    if order not in ORDERS:
        raise ArgumentError("channels.order", order=repr(order), hint=did_you_mean(str(order), ORDERS))
    x = np.asarray(x)
    if x.ndim != len(order):
        names = ", ".join(_axis(letter, order) for letter in order)
        raise ShapeError("channels.rank", order=order, axes=names, expected=len(order), shape=x.shape)
    if "L" not in order and x.shape[order.index("C")] not in COLOURS:
        axes = ", ".join(
            f"{_axis(letter, order)} {size}" for letter, size in zip(order, x.shape, strict=True)
        )
        raise ShapeError("channels.colours", order=order, axes=axes, todo=_other_order(x, order))
    return np.ascontiguousarray(x.transpose([order.index(letter) for letter in ORDERS[order]]))


def _axis(letter: str, order: str) -> str:
    return text("axis.features" if letter == "C" and "L" in order else f"axis.{_AXES[letter]}")


def _other_order(x: np.ndarray, order: str) -> str:
    """What to do: the orders of the same axes whose channels would be as many as a picture has."""
    fitting = [
        other
        for other, target in ORDERS.items()
        if target == ORDERS[order] and x.shape[other.index("C")] in COLOURS
    ]
    if fitting:
        return text("error.channels.todo_order", orders=", ".join(fitting))
    return text("error.channels.todo_none", shape=x.shape)
