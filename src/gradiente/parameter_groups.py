"""Parameter groups: a learning rate for each layer, and weight decay of the weights alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from gradiente.errors import ArgumentError, require, require_in, require_one_of
from gradiente.layout import merged, slices_of
from gradiente.network import Network
from gradiente.optimizers import Optimizer

T = TypeVar("T")
DECAYED = ("all", "weights")


@dataclass(frozen=True, kw_only=True)
class ParameterGroups:
    r"""The learning rate and the weight decay of an update, where they are not the same for all parameters.

    Equation:   α_l = c_l α for the parameters of layer l;   λ = 0 for those that are not weights, on request

    The rule stays the optimizer's; each group is updated by it with its own α and λ. c_l multiplies whatever a schedule
    makes of α, at every step. With c_l = 0 the parameters stay as they are, but their gradients, momentum and running
    statistics are computed; those of a frozen layer are not.

    Arguments:
        lr_factors: c_l by the index of a layer, from 0, or by the name of one parameter, such as "0.bias", which goes
            before its layer's; 1 for all others. A Residual is one layer
        weight_decay_on: "all", or "weights": those that penalties act on, not biases, nor the scale and shift of a
            normalization

    >>> from gradiente.layers import Linear
    >>> from gradiente.optimizers import SGD
    >>> network = Network([Linear(2, 1), Linear(1, 1)])
    >>> groups = ParameterGroups.of(network, {0: 0.1})
    >>> {name: rule.lr for name, rule in groups.rules(network, SGD(lr=0.5)).items()}
    {'0.weight': 0.05, '0.bias': 0.05, '1.weight': 0.5, '1.bias': 0.5}

    Source: torch.optim, "Per-parameter options"
    """

    lr_factors: Mapping[int | str, float] = field(default_factory=dict)
    weight_decay_on: str = "all"

    @classmethod
    def of(
        cls,
        network: Network,
        lr_factors: Mapping[int | str, float] | None = None,
        weight_decay_on: str = "all",
    ) -> "ParameterGroups":
        """The groups of a network's parameters; of lr_factors, layer −1 is the last.

        Errors: ArgumentError for a layer that is not there, is given twice, or has no parameters, and for a factor that
            is negative or not finite
        """
        factors: dict[int | str, float] = {}
        if not isinstance(lr_factors, Mapping | None):
            raise ArgumentError("groups.lr_factors", value=repr(lr_factors))
        for layer, factor in (lr_factors or {}).items():
            require_in("[0, inf)", "lr_factors", **{str(layer): factor})
            if layer in network.parameters:
                factors[layer] = float(factor)
                continue
            place = network.place(layer)  # pyright: ignore[reportArgumentType]
            require(place not in factors, "groups.twice", layer=place)
            if not network.layers[place].parameters():
                raise ArgumentError("groups.no_parameters", layer=place, name=repr(network.layers[place]))
            factors[place] = float(factor)
        require_one_of(DECAYED, "weight_decay_on", value=weight_decay_on)
        return cls(
            lr_factors=dict(sorted(factors.items(), key=lambda item: (isinstance(item[0], str), item[0]))),
            weight_decay_on=weight_decay_on,
        )

    def __bool__(self) -> bool:
        """Whether there is more than one group."""
        return bool(self.lr_factors) or self.weight_decay_on != "all"

    def __str__(self) -> str:
        parts = [f"lr_factors={self.lr_factors}"] if self.lr_factors else []
        parts += [f"weight_decay_on={self.weight_decay_on!r}"] if self.weight_decay_on != "all" else []
        return ", ".join(parts)

    def factor(self, name: str) -> float:
        """c_l of a parameter, by its name in the network."""
        of_layer = self.lr_factors.get(int(name.partition(".")[0]), 1.0)
        return self.lr_factors.get(name, of_layer)

    def rules(self, network: Network, optimizer: Optimizer) -> dict[str, Optimizer]:
        """The rule of every parameter of the network, by its name; those of one group have the same object."""
        groups: dict[tuple[float, bool], Optimizer] = {(1.0, True): optimizer}
        rules = {}
        for name, spec in network.specs.items():
            group = self.factor(name), self.weight_decay_on == "all" or spec.is_weight
            if group not in groups:
                groups[group] = _of_group(optimizer, *group)
            rules[name] = groups[group]
        return rules

    def split(
        self, network: Network, optimizer: Optimizer, parts: Mapping[str, T]
    ) -> list[tuple[Optimizer, list[T]]]:
        """What belongs to the parameters, by their names, group by group, each with its rule."""
        if not self:
            return [(optimizer, list(parts.values()))]
        rules, groups = self.rules(network, optimizer), dict[int, tuple[Optimizer, list[T]]]()
        for name, part in parts.items():
            groups.setdefault(id(rules[name]), (rules[name], []))[1].append(part)
        return list(groups.values())

    def slices(self, network: Network, optimizer: Optimizer) -> list[tuple[Optimizer, list[slice]]]:
        """The slices of the network's theta that learn, group by group, each with its rule."""
        if not self:
            return [(optimizer, network.trainable)]
        parts = slices_of(network.parameters, network.trainable_gradients())
        return [(rule, merged(pieces)) for rule, pieces in self.split(network, optimizer, parts)]


def _of_group(optimizer: Optimizer, factor: float, decays: bool) -> Optimizer:
    own: dict[str, Any] = {"lr": factor * optimizer.lr}
    if not decays and hasattr(optimizer, "weight_decay"):
        own["weight_decay"] = 0.0
    return replace(optimizer, **own)
