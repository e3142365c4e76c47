"""Which opener opens which quantity, and what it is given."""

from functools import partial

import numpy as np

from gradiente.errors import DataError
from gradiente.trace import losses, updates
from gradiente.trace.kinds import kind_of
from gradiente.trace.losses import Judged
from gradiente.trace.naming import ESTIMATE, INPUT, TARGET, gradient_of, letter_of, slot_of
from gradiente.trace.orientation import Orientation
from gradiente.trace.quantities import Builder, has_estimate
from gradiente.trace.quantity import Array, Quantity, Role
from gradiente.trace.step import Step, central_difference
from gradiente.trace.terms import Around, Factor, Index, Numbers, Opening


class Opener:
    """Opens the quantities of one step; places are those of the rows form, symbols those of the form that is shown."""

    def __init__(self, step: Step, orientation: Orientation, builder: Builder) -> None:
        self.step, self.orientation = step, orientation
        self.names, self.activations = builder.names, builder.activations

    def stored(self, quantity: Quantity, index: Index) -> Index:
        """The place in the rows form of a place in the form that is shown."""
        parameters = self.step.network.parameters
        ndim = parameters[quantity.parameter].ndim if quantity.parameter else len(index)
        return self.orientation.stored(quantity.role, ndim, index)

    def open(self, quantity: Quantity, index: Index) -> Opening | None:
        """The terms of one number; None where there are none, or no opener yet."""
        if quantity.role in ("slot", "new parameter"):
            return self._update(quantity, index)
        if quantity.role in ("cost", "estimate"):
            return self._judgement(quantity, index)
        if quantity.role == "output gradient":
            return self._delta(quantity, index)
        place = quantity.place
        if place is None:
            return None
        kind = kind_of(quantity.layer)
        if quantity.role == "output" and kind.output:
            return kind.output(self._around(place), index)
        opener = kind.parameter_gradients.get(_key(quantity))
        if quantity.role == "parameter gradient" and opener:
            return opener(self._around(place), index)
        return None

    def finite_difference(self, quantity: Quantity, index: Index) -> float | None:
        """That of J, with the quantity whose gradient it is changed at that place.

        None for what is no gradient, and on the edge of what the loss takes: a probability of 0 or 1.
        """
        step = self.step
        if quantity.role == "parameter gradient" and quantity.place is not None:
            place, x = quantity.place, step.activations[quantity.place]
            values = step.network.layer_parameters(place)[_key(quantity)]
        elif quantity.role == "output gradient":
            place = 0 if quantity.place is None else quantity.place + 1
            values = x = step.activations[place].copy()
        else:
            return None
        try:
            return central_difference(values, index, partial(step.cost_from, place, x))
        except DataError:
            return None

    def _delta(self, quantity: Quantity, index: Index) -> Opening | None:
        """∂J/∂ what goes into the next layer; that of the last output by the loss."""
        following = 0 if quantity.place is None else quantity.place + 1
        if following == len(self.step.layers):
            opener = losses.OPENERS.get(type(self.step.loss))
            return opener and losses.gradient(opener, self._judged(), index)
        opener = kind_of(self.step.layers[following]).input_gradient
        return opener and opener(self._around(following), index)

    def _judgement(self, quantity: Quantity, index: Index) -> Opening | None:
        opener = losses.OPENERS.get(type(self.step.loss))
        if opener is None or quantity.role == "cost":
            return opener and losses.value(opener, self._judged())
        if opener.estimate is None:
            return losses.power(self._judged(), index)
        judged = self._judged()
        around = Around(opener.estimate, None, judged.prediction, judged.estimate, judged.estimate)
        output = kind_of(opener.estimate).output
        return output and output(around, index)

    def _judged(self) -> Judged:
        step, last = self.step, len(self.step.layers)
        prediction = self._activation(last)
        estimate = prediction
        if has_estimate(step.loss):
            estimate = self._numbers("ŷ", ESTIMATE, "estimate", step.loss.estimate(step.prediction))
        return Judged(step.loss, prediction, estimate, self._numbers("y", TARGET, "target", step.target))

    def _around(self, place: int) -> Around:
        step, names = self.step, self.names[place]
        delta = self._numbers("δ", gradient_of(names.output), "output gradient", step.deltas[place + 1])
        return Around(
            step.layers[place],
            step.caches[place],
            self._activation(place),
            self._activation(place + 1),
            delta,
            {
                key: self._numbers(
                    letter_of(names.parameters[key]), names.parameters[key], "parameter", value
                )
                for key, value in step.network.layer_parameters(place).items()
            },
            step.buffers(place),
        )

    def _update(self, quantity: Quantity, index: Index) -> Opening | None:
        step, full = self.step, quantity.parameter
        if step.optimizer is None or quantity.place is None or full is None:
            return None
        parameter = self.names[quantity.place].parameters[_key(quantity)]

        def factor(letter: str, name: str | None, values: Array) -> Factor:
            return self._numbers(letter, name, "parameter", values)[index]

        found = updates.results(
            step.optimizer,
            factor(letter_of(parameter), parameter, step.network.parameters[full]),
            factor("g", gradient_of(parameter), step.gradients[full]),
            {slot: factor(f"{slot}⁻", None, values) for slot, values in step.slots_before[full].items()},
            {
                slot: factor(slot, slot_of(slot, parameter), values)
                for slot, values in step.slots_after[full].items()
            },
            step.t,
        )
        return found[quantity.slot or ""].opening if found else None

    def _activation(self, place: int) -> Numbers:
        name = self.activations[place]
        role: Role = "input" if name == INPUT else "output"
        return self._numbers(letter_of(name), name, role, self.step.activations[place])

    def _numbers(self, letter: str, name: str | None, role: Role, values: Array) -> Numbers:
        return Numbers(letter, name, values, self.orientation.shown(role, np.ndim(values)))


def _key(quantity: Quantity) -> str:
    """The layer's own name of the parameter."""
    return (quantity.parameter or "").partition(".")[2]
