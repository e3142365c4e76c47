"""The network, loss, optimizer and penalty that the parameters of an estimator describe."""

from collections.abc import Mapping
from itertools import chain
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.errors import ArgumentError, require, require_one_of
from gradiente.layers import REGISTRY as LAYERS
from gradiente.layers import Layer
from gradiente.losses import REGISTRY as LOSSES
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.notation import parse, parse_list
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import SGD, Adam, Optimizer
from gradiente.penalties import L2, Penalty
from gradiente.penalties import REGISTRY as PENALTIES
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.schedules import Schedule
from gradiente.training.defaults import dense, output_activation
from gradiente.training.targets import default_outputs

# scikit-learn's names of activations, which are ours with another name.
_ACTIVATIONS = {"logistic": "Sigmoid"}
_SOLVERS = ("adam", "sgd")
LARGEST_BATCH = 200


def batch_size_of(estimator: Any, instances: int) -> int:
    """The instances of a batch: with "auto" a twentieth of all, between 16 and 200."""
    if estimator.batch_size == "auto":
        return min(instances, max(16, min(LARGEST_BATCH, instances // 20)))
    return min(estimator.batch_size, instances)


def given_loss(estimator: Any) -> Loss | None:
    """The loss that is given.

    Errors: ArgumentError for anything else
    """
    return None if estimator.loss is None else _made(estimator, "loss", LOSSES, Loss)


def optimizer_of(estimator: Any) -> Optimizer:
    """The optimizer that is given, or that of the solver.

    Errors: ArgumentError for anything else
    """
    if estimator.optimizer is not None:
        return _made(estimator, "optimizer", OPTIMIZERS, Optimizer)
    require_one_of(_SOLVERS, type(estimator).__name__, solver=estimator.solver)
    lr = estimator.learning_rate_init
    return Adam(lr=lr) if estimator.solver == "adam" else SGD(lr=lr, momentum=0.9, nesterov=True)


def schedule_of(estimator: Any) -> Schedule | None:
    """The schedule of the learning rate.

    Errors: ArgumentError for anything else
    """
    return None if estimator.schedule is None else _made(estimator, "schedule", SCHEDULES, Schedule)


def penalties_of(estimator: Any, batch_size: int) -> list[Penalty]:
    """The penalties that are given, or that of alpha: α/2m Σ w² of m instances, as scikit-learn has it.

    Errors: ArgumentError for anything else
    """
    given = estimator.penalty
    if given is None:
        return [L2(estimator.alpha / batch_size)] if estimator.alpha else []
    return _several(estimator, "penalty", PENALTIES, Penalty)


def network_of(estimator: Any, train: Dataset, loss: Loss, seed: int) -> Network:
    """The network of the layers that are given, or of hidden layers of these sizes, as it begins.

    Errors: ArgumentError for what are no layers; ShapeError for layers that do not fit
    """
    if estimator.layers is not None:
        layers = _several(estimator, "layers", LAYERS, Layer)
    else:
        activation = estimator.activation
        if isinstance(activation, str):
            activation = parse(_ACTIVATIONS.get(activation, activation), LAYERS)
        require(isinstance(activation, Layer), "sklearn.kind", name="activation", got=repr(activation))
        hidden = np.atleast_1d(np.asarray(estimator.hidden_layer_sizes, dtype=object)).tolist()
        sizes = [train.x.shape[1], *hidden, default_outputs(train, loss)]
        layers = dense(sizes, activation) + output_activation(train, loss)
    return Network(layers, seed=seed, dtype=train.x.dtype.name, input_shape=train.x.shape[1:])


def _several(estimator: Any, name: str, registry: Mapping[str, type], kind: type) -> list[Any]:
    """A list of objects, of their notations, or the notation of all of them."""
    given = getattr(estimator, name)
    entries = given if isinstance(given, list | tuple) else [given]
    made = chain.from_iterable(
        parse_list(entry, registry) if isinstance(entry, str) else [entry] for entry in entries
    )
    return [_checked(entry, name, kind) for entry in made]


def _made(estimator: Any, name: str, registry: Mapping[str, type], kind: type) -> Any:
    """An object, also of its notation."""
    given = getattr(estimator, name)
    return _checked(parse(given, registry) if isinstance(given, str) else given, name, kind)


def _checked(entry: Any, name: str, kind: type) -> Any:
    if not isinstance(entry, kind):
        raise ArgumentError("sklearn.kind", name=name, got=repr(entry))
    return entry
