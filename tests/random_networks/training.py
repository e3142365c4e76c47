"""Everything else of a training at random: loss and targets, optimizer, penalties, clip."""

from dataclasses import fields
from typing import Any

from gradiente.clip import Clip
from gradiente.examples import target_kinds
from gradiente.layers import ELU, Layer, LogSigmoid, LogSoftmax, ReLU, ReLU6, Sigmoid, Softmax, Softplus
from gradiente.losses import CrossEntropyLoss, KLDivLoss, Loss
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Optimizer
from gradiente.penalties import REGISTRY as PENALTIES
from gradiente.penalties import Penalty

from .draws import Draws, Shape

# What each hyperparameter of an optimizer may be; one that is not here keeps its default.
HYPERPARAMETERS: dict[str, tuple[Any, ...]] = {
    "momentum": (0.0, 0.5, 0.9),
    "dampening": (0.0, 0.3),
    "weight_decay": (0.0, 0.1, 0.3),
    "nesterov": (False, True),
    "maximize": (False, False, True),
    "lr_decay": (0.0, 0.1),
    "initial_accumulator_value": (0.0, 0.5),
    "eps": (1e-8, 1e-3),
    "rho": (0.5, 0.9),
    "alpha": (0.9, 0.99),
    "beta": (0.5, 0.9),
    "centered": (False, True),
    "amsgrad": (False, True),
    "decoupled_weight_decay": (False, True),
    "momentum_decay": (4e-3, 0.5),
    "betas": ((0.9, 0.999), (0.5, 0.9), (0.7, 0.6)),
}


def optimizer(draws: Draws) -> Optimizer:
    kind: Any = draws.one([*OPTIMIZERS.values()])
    if draws.flag(0.3):
        return kind()
    names = [field.name for field in fields(kind) if field.name in HYPERPARAMETERS]
    options = {name: draws.one(HYPERPARAMETERS[name]) for name in names}
    if options.get("nesterov"):
        options |= {"momentum": 0.8, "dampening": 0.0}
    return kind(lr=draws.rate(1e-3, 0.1), **options)


def penalties(draws: Draws) -> list[Penalty]:
    return [kind(draws.rate(1e-3, 0.3)) for kind in PENALTIES.values() if draws.flag(0.3)]


def clip(draws: Draws) -> Clip:
    bounds = {name: draws.rate(1e-3, 1) for name in ("norm", "value") if draws.flag(0.3)}
    return Clip(**bounds)


def last_layer(draws: Draws, kind: type[Loss], shape: Shape) -> list[Layer]:
    """What puts outputs of that shape where the loss takes them; nothing where it takes any number."""
    if kind.link == "exponential":
        return [draws.one([LogSoftmax(dim=1), LogSigmoid()], [3, 1])]
    if kind.interval == "(-inf, inf)":
        return []
    below_1: list[Layer] = [Sigmoid(), *[Softmax(dim=1)] * (shape[0] > 1)]
    above: list[Layer] = [Softplus(), ReLU(), ReLU6(), ELU(0.5)]
    return [draws.one(below_1 if kind.interval == "[0, 1]" else below_1 + above)]


def loss(draws: Draws, kind: Any, shape: Shape) -> tuple[Loss, str]:
    """A loss of that kind for outputs of that shape, and a kind of its targets."""
    names = [field.name for field in fields(kind)]
    options: dict[str, Any] = {"reduction": draws.one([name for name in kind.reductions if name != "none"])}
    targets = draws.one(target_kinds(kind))
    if kind is CrossEntropyLoss:
        targets = draws.one(["classes", "distributions", "amounts"], [2, 1, 1])
    if "ignore_index" in names and targets == "classes":
        options["ignore_index"] = draws.one([-100, draws.whole(0, shape[0] - 1)])
    if kind is KLDivLoss:
        options["log_target"] = draws.flag()
        targets = "logarithms" if options["log_target"] else targets
    for name in ("weight", "pos_weight"):
        if name in names and draws.flag():
            like = shape[:1] if kind.is_multiclass else shape[draws.whole(0, len(shape)) :]
            options[name] = draws.generator.uniform(0.2, 3, like).round(2)
    choices = {"label_smoothing": (0.0, 0.1, 0.3), "delta": (0.3, 1.0), "beta": (0.0, 0.3, 1.0)}
    options |= {name: draws.one(values) for name, values in choices.items() if name in names}
    return kind(**{name: value for name, value in options.items() if name in names}), targets
