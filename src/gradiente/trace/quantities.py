"""All quantities of a step, in the order in which they are computed."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from gradiente.layers import Layer
from gradiente.losses import Loss
from gradiente.trace import updates
from gradiente.trace.kinds import kind_of
from gradiente.trace.losses import OPENERS
from gradiente.trace.naming import (
    COST,
    ESTIMATE,
    INPUT,
    NEW,
    TARGET,
    LayerNames,
    gradient_of,
    latex_of,
    layer_names,
    slot_of,
)
from gradiente.trace.orientation import Orientation
from gradiente.trace.quantity import Array, Quantity, Role
from gradiente.trace.step import Step


def has_estimate(loss: Loss) -> bool:
    """Whether ŷ is another quantity than the network's output."""
    return type(loss).estimate is not Loss.estimate


class Builder:
    """Names, formulas and sources of one step's quantities."""

    def __init__(self, step: Step, orientation: Orientation) -> None:
        self.step, self.orientation = step, orientation
        self.names: list[LayerNames] = layer_names(step.layers)
        self.activations = [INPUT, *(names.output for names in self.names)]

    def quantities(self) -> Iterator[Quantity]:
        yield self._named(INPUT, "input", self.step.activations[0])
        yield from self._forward()
        yield from self._cost()
        yield from self._backward()
        yield from self._updates()

    def _forward(self) -> Iterator[Quantity]:
        for place, (layer, names) in enumerate(zip(self.step.layers, self.names, strict=True)):
            for key, value in self.step.network.layer_parameters(place).items():
                full = f"{place}.{key}"
                yield self._of(place, names.parameters[key], "parameter", value, parameter=full)
            yield self._of(
                place,
                names.output,
                "output",
                self.step.activations[place + 1],
                formula=self.orientation.equation(layer),
                sources=(self.activations[place], *names.parameters.values()),
            )

    def _cost(self) -> Iterator[Quantity]:
        step, last = self.step, self.activations[-1]
        if has_estimate(step.loss):
            opener = OPENERS.get(type(step.loss))
            estimate: Layer | None = opener.estimate if opener else None
            formula = self.orientation.equation(estimate) if estimate else ""
            value = step.loss.estimate(step.prediction)
            yield self._named(ESTIMATE, "estimate", value, formula=formula, sources=(last,))
        yield self._named(TARGET, "target", step.target)
        value, equation = np.array(step.cost), step.loss.equation
        yield self._named(COST, "cost", value, formula=equation, sources=self._judged())

    def _backward(self) -> Iterator[Quantity]:
        step, layers = self.step, self.step.layers
        formula, sources = step.loss.derivative, self._judged()
        for place in reversed(range(len(layers))):
            yield self._gradient(place, self.activations[place + 1], step.deltas[place + 1], formula, sources)
            names, kind = self.names[place], kind_of(layers[place])
            delta = gradient_of(names.output)
            for key, name in names.parameters.items():
                full = f"{place}.{key}"
                if full in step.gradients:
                    needs = self._needs(place, kind.parameter_needs.get(key, ()))
                    yield self._of(
                        place,
                        gradient_of(name),
                        "parameter gradient",
                        step.gradients[full],
                        formula=self.orientation.derivative(layers[place], key),
                        sources=(delta, *needs),
                        parameter=full,
                    )
            formula = self.orientation.derivative(layers[place], "x")
            sources = (delta, *self._needs(place, kind.needs))
        yield self._gradient(None, INPUT, step.deltas[0], formula, sources)

    def _updates(self) -> Iterator[Quantity]:
        optimizer = self.step.optimizer
        if optimizer is None:
            return
        for place, names in enumerate(self.names):
            for key, name in names.parameters.items():
                full = f"{place}.{key}"
                if full not in self.step.updated:
                    continue
                sources = updates.sources(
                    optimizer,
                    name,
                    tuple(self.step.slots_after[full]),
                    self.step.slots_before[full],
                    self.step.t,
                )
                common: dict[str, Any] = {"formula": optimizer.equation, "parameter": full}
                for slot, value in self.step.slots_after[full].items():
                    yield self._of(
                        place, slot_of(slot, name), "slot", value, slot=slot, sources=sources[slot], **common
                    )
                new = self.step.updated[full]
                yield self._of(place, name + NEW, "new parameter", new, sources=sources[""], **common)

    def _judged(self) -> tuple[str, ...]:
        """What J and its first gradient are made of."""
        last = self.activations[-1]
        return (last, ESTIMATE, TARGET) if has_estimate(self.step.loss) else (last, TARGET)

    def _needs(self, place: int, needs: tuple[str, ...]) -> tuple[str, ...]:
        names = self.names[place]
        known = {"input": self.activations[place], "output": names.output, **names.parameters}
        return tuple(known[need] for need in needs if need in known)

    def _gradient(
        self, place: int | None, name: str, value: Array, formula: str, sources: tuple[str, ...]
    ) -> Quantity:
        layer = None if place is None else self.step.layers[place]
        return self._named(
            gradient_of(name),
            "output gradient",
            value,
            formula=formula,
            sources=sources,
            place=place,
            layer=layer,
        )

    def _of(self, place: int, name: str, role: Role, value: Array, **more: Any) -> Quantity:
        return self._named(name, role, value, place=place, layer=self.step.layers[place], **more)

    def _named(self, name: str, role: Role, value: Array, *, formula: str = "", **more: Any) -> Quantity:
        label, latex = name, latex_of(name)
        if role in ("output gradient", "parameter gradient"):
            of = name.removeprefix("d")
            label, latex = f"∂J/∂{of}", rf"\frac{{\partial J}}{{\partial {latex_of(of)}}}"
        return Quantity(
            name=name,
            label=label,
            latex=latex,
            formula=formula,
            role=role,
            value=self.orientation.value(role, np.asarray(value)),
            **more,
        )
