"""Wrong forms of an activation: what a forward pass computes where the activation belongs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class WrongForm:
    """One wrong form.

    Arguments:
        mistake: its key; its words are `mistake.KEY`
        meant: the activation in whose place it stands, whose derivative the backward pass has
        form: of Z (n, m), instances as columns
    """

    mistake: str
    meant: str
    form: Callable[[Array], Array]


def _powers(z: Array, axis: int | None = None) -> Array:
    """e^z; with an axis, the largest along it taken off first."""
    return np.exp(z if axis is None else z - z.max(axis=axis, keepdims=True))


def _softmax(z: Array) -> Array:
    return _powers(z, 0) / _powers(z, 0).sum(axis=0, keepdims=True)


def _sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def _over(powers: Array, axis: int | None) -> Array:
    return powers / powers.sum(axis=axis, keepdims=True)


def _without_axis(z: Array, axis: int) -> Array:
    """A sum that has lost its axis: with as many classes as instances it divides the wrong numbers."""
    if len(z) != z.shape[1]:
        return np.full_like(z, np.nan)
    sums = _powers(z).sum(axis=axis)
    return _powers(z) / (sums if axis else sums[:, None])


_FORMS = (
    WrongForm("softmax_axis", "softmax", lambda z: _over(_powers(z), 1)),
    WrongForm("softmax_axis", "softmax", lambda z: _over(_powers(z, 0), 1)),
    WrongForm("softmax_total", "softmax", lambda z: _over(_powers(z), None)),
    WrongForm("softmax_total", "softmax", lambda z: _over(_powers(z, 0), None)),
    WrongForm("softmax_total", "softmax", lambda z: _over(_powers(z, 1), None)),
    WrongForm("softmax_broadcast", "softmax", lambda z: _without_axis(z, 0)),
    WrongForm("softmax_broadcast", "softmax", lambda z: _without_axis(z, 1)),
    WrongForm("softmax_missing_sum", "softmax", _powers),
    WrongForm("softmax_missing_sum", "softmax", lambda z: _powers(z, 0)),
    WrongForm("softmax_missing_sum", "softmax", lambda z: np.exp(z - z.max())),
    WrongForm("softmax_missing_exp", "softmax", lambda z: _over(z, 0)),
    WrongForm("softmax_precedence", "softmax", lambda z: _over(_powers(z) - z.max(axis=0, keepdims=True), 0)),
    WrongForm("softmax_precedence", "softmax", lambda z: _over(_powers(z) - z.max(), 0)),
    WrongForm("softmax_shift", "softmax", lambda z: np.exp(z) / _powers(z, 0).sum(axis=0, keepdims=True)),
    WrongForm("softmax_shift", "softmax", lambda z: _powers(z, 0) / np.exp(z).sum(axis=0, keepdims=True)),
    WrongForm(
        "softmax_shift", "softmax", lambda z: np.exp(z) / np.exp(z - z.max()).sum(axis=0, keepdims=True)
    ),
    WrongForm(
        "softmax_shift", "softmax", lambda z: np.exp(z - z.max()) / np.exp(z).sum(axis=0, keepdims=True)
    ),
    WrongForm("softmax_sign", "softmax", lambda z: _softmax(-z)),
    WrongForm("softmax_log", "softmax", lambda z: np.log(_softmax(z))),
    WrongForm("softmax_twice", "softmax", lambda z: _softmax(_softmax(z))),
    WrongForm("activation_wrong", "sigmoid", lambda z: 1 / (1 + np.exp(z))),
    WrongForm("activation_wrong", "sigmoid", lambda z: 1 / (1 - np.exp(-z))),
    WrongForm("activation_wrong", "sigmoid", lambda z: 1 + np.exp(-z)),
    WrongForm("activation_wrong", "sigmoid", lambda z: 1 / (1 + np.exp(-z)) ** 2),
    WrongForm("activation_wrong", "tanh", lambda z: 1 / np.tanh(z)),
    WrongForm("activation_wrong", "tanh", np.sinh),
    WrongForm("activation_wrong", "tanh", lambda z: -np.tanh(z)),
    WrongForm("activation_wrong", "tanh", lambda z: np.exp(z) - np.exp(-z) / (np.exp(z) + np.exp(-z))),
    WrongForm("activation_wrong", "relu", lambda z: np.minimum(z, 0)),
    WrongForm("activation_wrong", "relu", np.abs),
    WrongForm("derivative_for_activation", "sigmoid", lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
    WrongForm("derivative_for_activation", "tanh", lambda z: 1 - np.tanh(z) ** 2),
    WrongForm("activation_twice", "sigmoid", lambda z: _sigmoid(_sigmoid(z))),
    WrongForm("activation_twice", "tanh", lambda z: np.tanh(np.tanh(z))),
)
WRONG_FORMS = {f"{form.mistake} {number}": form for number, form in enumerate(_FORMS)}


def meant(activation: str) -> str:
    """The activation itself, or the one that a wrong form of it stands for.

    >>> meant("tanh"), meant("softmax_axis 0")
    ('tanh', 'softmax')
    """
    return WRONG_FORMS[activation].meant if activation in WRONG_FORMS else activation
