"""What torchmetrics measures of classes and of numbers, and how it is asked for: FBetaScore(beta=0.5)."""

from dataclasses import field, fields, make_dataclass
from functools import cache
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any, Literal

from gradiente.concept import Concept
from gradiente.errors import ArgumentError, did_you_mean, require
from gradiente.notation import parse

if TYPE_CHECKING:
    from torchmetrics import Metric

Task = Literal["classification", "regression", "multilabel"]

PREFIXES = ("Binary", "Multiclass")
FROM_THE_DATA = ("task", "num_classes", "num_labels", "num_outputs")
# What torchmetrics calls the two. In KL(p‖q), p is what is so and q what approximates it.
ROLES = {"preds": "estimate", "target": "truth", "targets": "truth", "p": "truth", "q": "estimate"}
MANY_FORECASTS = ("ContinuousRankedProbabilityScore",)


class _Arguments(metaclass=Concept):
    """The base of the arguments of a metric."""


def read(source: str) -> tuple[str, dict[str, Any]]:
    """The metric that the notation names, and those of its arguments that are not torchmetrics' defaults.

    Errors: ArgumentError for what is no metric of a truth and an estimate, or has no such argument

    >>> read("fbetascore(0.5)")
    ('FBetaScore', {'beta': 0.5})
    """
    kind = _find(source.partition("(")[0].strip())
    try:
        arguments = parse(source, {kind: _arguments(kind)})
    except ArgumentError as error:
        argument = error.values.get("option")
        if argument in FROM_THE_DATA:
            raise ArgumentError("torch_metric.derived", name=kind, argument=argument) from None
        raise
    entries = [(entry.name, getattr(arguments, entry.name), entry.default) for entry in fields(arguments)]
    return kind, {name: value for name, value, usual in entries if value != usual}


@cache
def known() -> dict[str, "type[Metric]"]:
    from torchmetrics import classification, regression

    modules = (classification, regression)
    return {name: getattr(module, name) for module in modules for name in module.__all__}


def task_of(kind: str) -> Task:
    return "regression" if ".regression." in known()[kind].__module__ else "classification"


def is_general(kind: str) -> bool:
    """Whether it takes the task: F1Score, not MulticlassF1Score."""
    return not _prefix(kind) and "task" in signature(known()[kind]).parameters


def is_of_labels(kind: str) -> bool:
    """Whether it takes the task, and that of several labels is one."""
    return is_general(kind) and f"Multilabel{kind}" in known()


def _find(name: str) -> str:
    """The name as torchmetrics writes it, of a metric that asks for a truth and an estimate, no more."""
    kind = {kind.casefold(): kind for kind in known()}.get(name.casefold())
    if kind is None:
        alike = [other for other in known() if _fits(other) and _prefix(other) == _prefix(name)]
        raise ArgumentError("notation.name", name=name, hint=did_you_mean(name, alike))
    general = kind.removeprefix("Multilabel")
    require(general == kind or general not in known(), "torch_metric.labels", name=kind, general=general)
    require(_fits(kind), "torch_metric.unfit", name=kind)
    return kind


def _prefix(name: str) -> str:
    return next((prefix for prefix in PREFIXES if name.casefold().startswith(prefix.casefold())), "")


def _fits(kind: str) -> bool:
    asked = signature(known()[kind].update).parameters.keys() - {"self"}
    more = kind.startswith("Multilabel") or kind in MANY_FORECASTS
    return not more and (is_general(kind) or asked <= ROLES.keys())


def _arguments(kind: str) -> type:
    """The arguments that are the user's to give, as a class that the notation can make."""
    hidden = (*FROM_THE_DATA, "validate_args", "kwargs")
    own = [entry for name, entry in signature(known()[kind]).parameters.items() if name not in hidden]
    defaults = [
        field() if entry.default is Parameter.empty else field(default=entry.default) for entry in own
    ]
    entries = [(entry.name, entry.annotation, d) for entry, d in zip(own, defaults, strict=True)]
    return make_dataclass(kind, entries, bases=(_Arguments,))
