"""The remedies against overfitting: one remedy, one entry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradiente.data import RandomAffine
from gradiente.errors import ArgumentError, did_you_mean
from gradiente.formatting import short
from gradiente.layers import BatchNorm1d, Dropout, Layer, ReLU
from gradiente.locale import text
from gradiente.penalties import L1, L2
from gradiente.training import EarlyStopping


@dataclass(frozen=True)
class Remedy:
    """A remedy against overfitting: an entry of REMEDIES.

    Arguments:
        name: on the command line; its texts are the messages compare.name.NAME and compare.does.NAME
        values: its strengths by name, passed to both functions; shown as compare.value.NAME
        hidden: the layers after every hidden Linear, given its number of neurons
        trainer: additional arguments of the Trainer
        images: whether it needs images
    """

    name: str
    values: Mapping[str, float] = field(default_factory=dict)
    hidden: Callable[..., list[Layer]] = lambda neurons, **_: [ReLU()]
    trainer: Callable[..., dict[str, Any]] = lambda **_: {}
    images: bool = False

    def title(self) -> str:
        """The remedy in the reader's language."""
        return text(f"compare.name.{self.name}")

    def label(self) -> str:
        """The remedy with its strengths: L2, λ = 0.003."""
        strengths = [text(f"compare.value.{name}", value=short(value)) for name, value in self.values.items()]
        return ", ".join([self.title(), *strengths])

    def does(self) -> str:
        """What it does, in a sentence."""
        return text(f"compare.does.{self.name}")


# In the lecture's order. The strengths were chosen on the validation data of the digits, seeds 100 to 104.
REMEDIES = (
    Remedy("none"),
    Remedy(
        "early-stopping",
        {"patience": 10},
        trainer=lambda patience: {"callbacks": [EarlyStopping(patience=patience)]},
    ),
    Remedy("l1", {"strength": 3e-4}, trainer=lambda strength: {"penalties": [L1(strength)]}),
    Remedy("l2", {"strength": 3e-3}, trainer=lambda strength: {"penalties": [L2(strength)]}),
    Remedy("dropout", {"p": 0.5}, hidden=lambda neurons, p: [ReLU(), Dropout(p)]),
    Remedy("batch-norm", hidden=lambda neurons: [BatchNorm1d(neurons), ReLU()]),
    Remedy(
        "augmentation",
        {"degrees": 10, "shift": 0.1},
        trainer=lambda degrees, shift: {
            "augmentation": RandomAffine(degrees=degrees, translate=(shift, shift))
        },
        images=True,
    ),
)


def remedies_named(names: Sequence[str]) -> list[Remedy]:
    """The remedies of those names, in the lecture's order.

    Errors: ArgumentError that offers the nearest name

    >>> [remedy.name for remedy in remedies_named(["Dropout", "none"])]
    ['none', 'dropout']
    """
    known = {remedy.name: remedy for remedy in REMEDIES}
    asked = [name.strip().casefold() for name in names]
    for name in asked:
        if name not in known:
            raise ArgumentError("compare.remedy", name=name, hint=did_you_mean(name, known))
    return [remedy for remedy in REMEDIES if remedy.name in asked]
