"""The terms of every quantity of a step, and its finite difference."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError, DataError
from gradiente.penalties import Penalty
from gradiente.symbolic import Symbol, run_rule
from gradiente.terms import Closing, Factor, Index, LayerStep, LossStep, Numbers, Opening, Term, opening, term
from gradiente.trace import layer_terms, loss_terms
from gradiente.trace.expression import expand
from gradiente.trace.jacobian import Jacobian
from gradiente.trace.naming import (
    ESTIMATE,
    INPUT,
    LOSS,
    PENALTY,
    TARGET,
    WEIGHTS,
    clipped_of,
    gradient_of,
    letter_of,
    slot_of,
)
from gradiente.trace.orientation import Orientation
from gradiente.trace.quantities import Builder
from gradiente.trace.quantity import Array, Quantity, Role
from gradiente.trace.step import TracedStep, central_difference


class Opener:
    """Opens the quantities of one step; places are those of the rows form, symbols those of the form that is shown."""

    def __init__(self, step: TracedStep, orientation: Orientation, builder: Builder) -> None:
        self.step, self.orientation = step, orientation
        self.names, self.values = builder.names, builder.values
        self._jacobian = cache(self._new_jacobian)
        self._layer_step = cache(self._new_layer_step)

    def stored(self, quantity: Quantity, index: Index) -> Index:
        """The place in the rows form of a place in the form that is shown."""
        parameters = self.step.network.parameters
        ndim = parameters[quantity.parameter].ndim if quantity.parameter else len(index)
        return self.orientation.stored(quantity.role, ndim, index)

    def open(self, quantity: Quantity, index: Index) -> Opening | None:
        """The terms of one number; None for what is given: X, y, the parameters."""
        place = quantity.place
        if quantity.role == "cost":
            return self._cost()
        if quantity.role == "loss":
            return loss_terms.value_terms(self.step.loss, self._loss_step())
        if quantity.role == "penalty":
            return self._penalty()
        if quantity.role == "estimate":
            return loss_terms.estimate_terms(self.step.loss, self._loss_step(), index)
        if quantity.role == "output gradient":
            return self._delta(0 if place is None else place + 1, index)
        if place is None:
            return None
        if quantity.role == "output":
            return self._output(place, index)
        if quantity.role == "parameter gradient":
            return self._parameter_gradient(place, quantity, index)
        if quantity.role == "clipped gradient":
            return self._clipped(place, quantity, index)
        if quantity.role in ("slot", "new parameter"):
            return self._update(place, quantity, index)
        return None

    def finite_difference(self, quantity: Quantity, index: Index) -> float | None:
        """That of J, with the quantity whose gradient it is changed at that place.

        None for what is no gradient, for indices and the vector of a padding index, and on the edge of what the loss
        takes: a probability of 0 or 1.
        """
        step = self.step
        if quantity.role == "parameter gradient" and quantity.place is not None:
            if index[:1] == (step.network.specs[quantity.parameter or ""].zero_row,):
                return None
            step = step.apart()
            changed = step.network.node_parameters(quantity.place)[_key(quantity)]
            cost = partial(step.cost_from, quantity.place)
        elif quantity.role == "output gradient":
            value = 0 if quantity.place is None else quantity.place + 1
            changed = step.values[value].copy()
            cost = partial(step.cost_from, value, {value: changed})
        else:
            return None
        if changed.dtype.kind == "i":
            return None
        try:
            return central_difference(changed, index, cost)
        except DataError:
            return None

    def _cost(self) -> Opening:
        """J, or J = L + R where there are penalties."""
        step = self.step
        if not step.objective.penalties:
            return loss_terms.value_terms(step.loss, self._loss_step())
        return opening(
            [term(Factor(LOSS, step.loss_value, LOSS)), term(Factor(PENALTY, step.penalty, PENALTY))]
        )

    def _penalty(self) -> Opening:
        """A term for every penalty of every weight."""
        step = self.step
        terms = []
        for place, names in enumerate(self.names):
            for key, name in names.parameters.items():
                if step.is_penalized(f"{step.nodes[place].path}.{key}"):
                    weight = step.network.node_parameters(place)[key]
                    terms += [
                        term(Factor(f"{penalty}({name})", penalty.value(weight), name))
                        for penalty in step.objective.penalties
                    ]
        return opening(terms)

    def _output(self, place: int, index: Index) -> Opening:
        """The terms of a node's output."""
        node = self.step.nodes[place]
        if node.is_sum:
            return opening([term(self._value(k)[index]) for k in node.inputs])
        return layer_terms.output_terms(node.layer, self._layer_step(place), index)

    def _delta(self, value: int, index: Index) -> Opening:
        """∂J/∂ a value: by the loss, or by every node that it goes into."""
        step, users = self.step, self.step.users(value)
        whole = float(step.deltas[value][index])
        if not users:
            return loss_terms.gradient_terms(step.loss, self._loss_step(), index, whole)
        if len(users) == 1:
            return self._delta_through(users[0], index, whole)
        parts = []
        for place in users:
            parameters = step.network.node_parameters(place)
            part = step.nodes[place].input_gradient(parameters, step.caches[place], step.deltas[place + 1])
            parts.append(self._delta_through(place, index, float(part[index])))
        if any(part.closing for part in parts):
            paths = [Factor(f"∂J/∂{self.values[value]}", part.total) for part in parts]
            return opening(
                [term(each, path=self.values[k + 1]) for each, k in zip(paths, users, strict=True)]
            )
        return opening([entry for part in parts for entry in part.terms])

    def _delta_through(self, place: int, index: Index, part: float) -> Opening:
        """What one node adds to ∂J/∂ of its input, which is `part`."""
        node, at = self.step.nodes[place], self._layer_step(place)
        if node.is_sum:
            return opening([term(at.delta[index])])
        return layer_terms.input_gradient_terms(node.layer, at, index, partial(self._jacobian, place), part)

    def _parameter_gradient(self, place: int, quantity: Quantity, index: Index) -> Opening:
        """The terms by back-propagation, then those of the penalties."""
        step, key = self.step, _key(quantity)
        weight = self._layer_step(place).parameters[key]
        value = float(step.gradients[quantity.parameter or ""][index])
        if step.is_penalized(quantity.parameter or ""):
            value -= sum(float(p.gradient(weight.values)[index]) for p in step.objective.penalties)
        found = layer_terms.parameter_gradient_terms(
            step.nodes[place].layer,
            self._layer_step(place),
            key,
            index,
            partial(self._jacobian, place),
            value,
        )
        if not step.is_penalized(quantity.parameter or ""):
            return found
        pulls = (_penalty_terms(penalty, weight, index) for penalty in step.objective.penalties)
        return opening([*found.terms, *(entry for pull in pulls for entry in pull)], found.closing)

    def _clipped(self, place: int, quantity: Quantity, index: Index) -> Opening:
        """The gradient's entry, cut where it is too large, times what shortens the whole gradient."""
        step, full = self.step, quantity.parameter or ""
        name = gradient_of(self.names[place].parameters[_key(quantity)])
        entry = self._numbers(letter_of(name), name, "parameter", step.gradients[full])[index]
        bound = step.objective.clip.value
        if bound is not None:
            cut = float(np.clip(entry.value, -bound, bound))
            entry = Factor(f"clip({entry.symbol},±{bound:g})", cut, entry.source, entry.index)
        norm = step.objective.clip.norm
        scale = [] if norm is None else [Factor(f"min(1,{norm:g}/‖∇J‖)", step.clip_scale)]
        return opening([term(entry, *scale)])

    def _loss_step(self) -> LossStep:
        step = self.step
        prediction = estimate = self._value(len(step.nodes))
        if step.loss.link != "identity":
            estimate = self._numbers("ŷ", ESTIMATE, "estimate", step.loss.estimate(step.prediction))
        target = self._numbers("y", TARGET, "target", step.target)
        divisor = step.loss.divisor(step.target, step.weights)
        weights = None if step.weights is None else self._numbers("w", WEIGHTS, "weights", step.weights)
        return LossStep(prediction, estimate, target, divisor, weights)

    def _new_layer_step(self, place: int) -> LayerStep:
        step, names = self.step, self.names[place]
        name = gradient_of(names.output)
        return LayerStep(
            step.caches[place],
            self._value(step.input_of(place)),
            self._value(place + 1),
            self._numbers(letter_of(name), name, "output gradient", step.deltas[place + 1]),
            {
                key: self._numbers(
                    letter_of(names.parameters[key]), names.parameters[key], "parameter", value
                )
                for key, value in step.network.node_parameters(place).items()
            },
            step.node_context(place).buffers,
        )

    def _new_jacobian(self, place: int) -> Jacobian:
        step = self.step
        parameters = step.network.node_parameters(place)
        return Jacobian(
            step.nodes[place].layer, parameters, step.node_context(place), self._layer_step(place)
        )

    def _update(self, place: int, quantity: Quantity, index: Index) -> Opening:
        """The optimizer's rule at one number: run on symbols instead of arrays."""
        step, full = self.step, quantity.parameter
        assert full is not None
        parameter = self.names[place].parameters[_key(quantity)]

        def operand(letter: str, name: str | None, values: Array) -> Symbol:
            factor = self._numbers(letter, name, "parameter", values)[index]
            return Symbol(letter, factor.value, payload=factor)

        gradient = clipped_of(parameter) if step.objective.clip else gradient_of(parameter)
        after = {
            slot: self._numbers(slot, slot_of(slot, parameter), "parameter", values)[index]
            for slot, values in step.slots_after[full].items()
        }
        wanted = quantity.slot or "theta"
        try:
            results = run_rule(
                step.rules[full],
                operand(letter_of(parameter), parameter, step.network.parameters[full]),
                operand("g", gradient, step.clipped[full]),
                {slot: operand(f"{slot}⁻", None, values) for slot, values in step.slots_before[full].items()},
                step.t,
            )
        except ArgumentError:  # a rule that is more than arithmetic
            value = step.slots_after[full][quantity.slot] if quantity.slot else step.updated[full]
            g = operand("g", gradient, step.clipped[full]).payload
            return opening([term(g)], Closing(type(step.rules[full]).__name__, float(value[index])))
        named = {id(results[slot]): factor for slot, factor in after.items() if slot != wanted}
        return expand(results[wanted], named)

    def _value(self, value: int) -> Numbers:
        name = self.values[value]
        role: Role = "input" if name == INPUT else "output"
        return self._numbers(letter_of(name), name, role, self.step.values[value])

    def _numbers(self, letter: str, name: str | None, role: Role, values: Array) -> Numbers:
        return Numbers(letter, name, values, self.orientation.shown(role, np.ndim(values)))


def _penalty_terms(penalty: Penalty, weight: Numbers, index: Index) -> Sequence[Term]:
    """What a penalty adds to the gradient of one weight, by its own formula on a symbol."""
    symbol = Symbol("w", weight[index].value, payload=weight[index], place=index)
    try:
        pull: Any = penalty.gradient(symbol)  # pyright: ignore[reportArgumentType]
        return expand(pull).terms
    except (TypeError, AttributeError, ValueError):
        value = float(penalty.gradient(weight.values)[index])
        return (term(Factor(f"∂{penalty}/∂{weight[index].symbol}", value, weight.name, weight[index].index)),)


def _key(quantity: Quantity) -> str:
    """The layer's own name of the parameter."""
    return (quantity.parameter or "").rpartition(".")[2]
