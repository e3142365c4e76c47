"""The weights of a loss: stored as plain tuples, used as arrays or as tensors of PyTorch."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gradiente.errors import ArgumentError, ShapeError
from gradiente.terms import Factor, Index, subscript

if TYPE_CHECKING:
    import torch

    from gradiente.losses.base import Loss

Array = np.ndarray
WEIGHTS = ("weight", "pos_weight")


def store_weights(loss: "Loss") -> None:
    """Store every weight of a loss as numbers in tuples, which are hashable, comparable and can be written.

    Errors: ArgumentError for anything but finite numbers
    """
    for name in WEIGHTS:
        given = getattr(loss, name, None)
        if given is None:
            continue
        plain = given.tolist() if hasattr(given, "tolist") else given
        try:
            numbers = np.array(plain)
        except ValueError:  # rows of different lengths
            numbers = np.array(None)
        if numbers.dtype.kind not in "iuf" or not np.isfinite(numbers).all():
            raise ArgumentError("loss.weights", loss=type(loss).__name__, name=name, value=repr(given))
        object.__setattr__(loss, name, _tuples(numbers.astype(np.float64).tolist()))


def require_broadcast(loss: "Loss", shape: tuple[int, ...]) -> None:
    """Every weight of a loss can be broadcast to predictions of that shape, or a ShapeError that compares the two."""
    for name in WEIGHTS:
        given = getattr(loss, name, None)
        weight = () if given is None else np.shape(given)
        fits = len(weight) <= len(shape) and all(
            n in (1, m) for n, m in zip(weight[::-1], shape[::-1], strict=False)
        )
        if not fits:
            raise ShapeError(
                "loss.broadcast", loss=type(loss).__name__, name=name, weight=weight, prediction=shape
            )


def like(weight: Any, values: Array) -> Array:
    """A weight as an array of the type of others."""
    return np.array(weight, values.dtype)


def weight_factors(weight: Any, letter: str, index: Index) -> tuple[Factor, ...]:
    """The factor that a weight is at one place of the predictions that it is broadcast to; none without a weight."""
    if weight is None:
        return ()
    numbers = np.array(weight)
    last = index[len(index) - numbers.ndim :]
    place = tuple(i if n > 1 else 0 for i, n in zip(last, numbers.shape, strict=True))
    return (Factor(letter + subscript(place), float(numbers[place])),)


def torch_loss(name: str, loss: "Loss") -> "torch.nn.Module":
    """The loss of that name in torch.nn, with the options of ours.

    Its weights take the type and the device of the predictions that it is given.
    """
    import torch

    options: dict[str, Any] = dict(vars(loss))
    weights = {
        key: torch.tensor(options[key], dtype=torch.float64)
        for key in WEIGHTS
        if options.get(key) is not None
    }
    module = getattr(torch.nn, name)(**options | weights)
    if weights:
        module.register_forward_pre_hook(_follow)
    return module


def torch_weighted_sum(loss: "Loss") -> "Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]":
    """Σ wᵢ Lᵢ by PyTorch, as a function of prediction, target and the weights of the instances.

    Errors: those of `to_torch`; ArgumentError for a custom loss without the field `reduction`
    """
    every = replace(loss, reduction="none").to_torch()  # pyright: ignore[reportCallIssue]

    def weighted(
        prediction: "torch.Tensor", target: "torch.Tensor", weights: "torch.Tensor"
    ) -> "torch.Tensor":
        terms = every(prediction, target)
        return (weights.to(terms).reshape(-1, *(1,) * (terms.dim() - 1)) * terms).sum()

    return weighted


def _follow(module: "torch.nn.Module", inputs: tuple[Any, ...]) -> None:
    module.to(inputs[0])


def _tuples(numbers: Any) -> Any:
    return tuple(map(_tuples, numbers)) if isinstance(numbers, list) else numbers
