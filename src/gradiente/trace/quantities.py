"""All quantities of a step, in the order in which they are computed, each with its formula and its sources."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError
from gradiente.symbolic import Symbol, run_rule
from gradiente.trace.formulas import (
    canceled,
    cost_formula,
    gradient_formula,
    latex_name,
    layer_symbols,
    mean_of,
    renamed,
    right_side,
    symbols_in,
)
from gradiente.trace.loss_terms import LINK_LAYERS
from gradiente.trace.naming import (
    COST,
    ESTIMATE,
    INPUT,
    LOSS,
    NEW,
    PENALTY,
    TARGET,
    WEIGHTS,
    NodeNames,
    clipped_of,
    gradient_of,
    node_names,
    slot_of,
)
from gradiente.trace.orientation import Orientation
from gradiente.trace.quantity import Array, Quantity, Role
from gradiente.trace.rule_formula import rule_formulas
from gradiente.trace.step import TracedStep


class Builder:
    """Names, formulas and sources of one step's quantities."""

    def __init__(self, step: TracedStep, orientation: Orientation) -> None:
        self.step, self.orientation = step, orientation
        self.names: list[NodeNames] = node_names(step.nodes)
        self.values = [INPUT, *(names.output for names in self.names)]
        weighted = step.weights is not None
        self.mean = mean_of(step.loss, step.target, weights=weighted)
        self.scale = (
            f"{self.mean} w_{{i}}".strip() if weighted else self.mean
        )  # what ∂L/∂prediction is multiplied by
        estimate = {} if step.loss.link == "identity" else {r"\hat{y}": ESTIMATE}
        self.loss_symbols = {step.loss.symbol: self.values[-1], **estimate, "y": TARGET}

    def quantities(self) -> Iterator[Quantity]:
        yield self._named(INPUT, "input", self.step.values[0])
        yield from self._forward()
        yield from self._cost()
        yield from self._backward()
        yield from self._clipped()
        yield from self._updates()

    def _forward(self) -> Iterator[Quantity]:
        for place, (node, names) in enumerate(zip(self.step.nodes, self.names, strict=True)):
            for key, value in self.step.network.node_parameters(place).items():
                full = f"{node.path}.{key}"
                yield self._of(place, names.parameters[key], "parameter", value, parameter=full)
            inputs = tuple(self.values[k] for k in node.inputs)
            yield self._of(
                place,
                names.output,
                "output",
                self.step.values[place + 1],
                formula=self._equation(place),
                sources=(*inputs, *names.parameters.values()),
            )

    def _equation(self, place: int) -> str:
        node = self.step.nodes[place]
        if node.is_sum:
            terms = " + ".join(latex_name(self.values[k]) for k in node.inputs)
            return f"{latex_name(self.values[place + 1])} = {terms}"
        equation = node.layer.equation_with(columns=self.orientation.columns, training=self._trains(place))
        return renamed(equation, self._symbols(place))

    def _cost(self) -> Iterator[Quantity]:
        step, last = self.step, self.values[-1]
        equation = step.loss.equation_with(step.target)
        weighted = step.weights is not None
        loss_sources = self._loss_sources
        if step.loss.link != "identity":
            value = step.loss.estimate(step.prediction)
            yield self._named(ESTIMATE, "estimate", value, formula=self._estimate(), sources=(last,))
        yield self._named(TARGET, "target", step.target)
        if step.weights is not None:
            yield self._named(WEIGHTS, "weights", step.weights)
        penalties = [
            rf"\sum_{{W}} {renamed(penalty.equation, {})}" if penalty.equation else str(penalty)
            for penalty in step.objective.penalties
        ]
        if not step.objective.penalties:
            formula = renamed(
                cost_formula(equation, self.mean, COST, "L", weights=weighted), self.loss_symbols
            )
            yield self._named(COST, "cost", np.array(step.cost), formula=formula, sources=loss_sources)
            return
        weights = tuple(name for _, full, name in self._parameters() if step.is_penalized(full))
        formula = renamed(
            cost_formula(equation, self.mean, LOSS, r"\ell", weights=weighted), self.loss_symbols
        )
        yield self._named(LOSS, "loss", np.array(step.loss_value), formula=formula, sources=loss_sources)
        yield self._named(
            PENALTY,
            "penalty",
            np.array(step.penalty),
            formula=f"{PENALTY} = {' + '.join(penalties)}",
            sources=weights,
        )
        yield self._named(
            COST,
            "cost",
            np.array(step.cost),
            formula=f"{COST} = {LOSS} + {PENALTY}",
            sources=(LOSS, PENALTY),
        )

    @property
    def _loss_sources(self) -> tuple[str, ...]:
        """The quantities that the loss, and its derivative, are computed from."""
        return (*self.loss_symbols.values(), *([] if self.step.weights is None else [WEIGHTS]))

    def _estimate(self) -> str:
        layer, last = LINK_LAYERS.get(self.step.loss.link), self.values[-1]
        if layer is None:
            return rf"\hat{{y}} = e^{{{latex_name(last)}}}"
        equation = layer.equation_with(columns=self.orientation.columns)
        return renamed(equation, {layer.symbols["x"]: last, layer.symbols["y"]: ESTIMATE})

    def _backward(self) -> Iterator[Quantity]:
        step = self.step
        for value in range(len(step.nodes), 0, -1):
            place = value - 1
            formula, sources = self._output_gradient(value)
            yield self._gradient(place, self.values[value], step.deltas[value], formula, sources)
            for key, parameter in self.names[place].parameters.items():
                full = f"{step.nodes[place].path}.{key}"
                if full in step.gradients:
                    formula, sources = self._derivative(place, key)
                    if step.is_penalized(full):
                        pulls = [renamed(p.derivative, {"w": parameter}) for p in step.objective.penalties]
                        formula, sources = " + ".join([formula, *pulls]), (*sources, parameter)
                    yield self._of(
                        place,
                        gradient_of(parameter),
                        "parameter gradient",
                        step.gradients[full],
                        formula=formula,
                        sources=tuple(dict.fromkeys(sources)),
                        parameter=full,
                    )
        yield self._gradient(None, INPUT, step.deltas[0], *self._output_gradient(0))

    def _output_gradient(self, value: int) -> tuple[str, tuple[str, ...]]:
        """The formula of ∂J/∂ a value, and its sources: by the loss, or by the nodes that the value goes into."""
        step, users = self.step, self.step.users(value)
        left = latex_name(gradient_of(self.values[value]))
        if not users:
            steps = renamed(step.loss.derivative_with(step.target), self.loss_symbols)
            return gradient_formula(left, steps, self.scale), self._loss_sources
        formulas, sources = list[str](), list[str]()
        for place in users:
            delta = gradient_of(self.names[place].output)
            passed = f"{left} = {latex_name(delta)}", (delta,)
            formula, names = passed if step.nodes[place].is_sum else self._derivative(place, "x")
            formulas.append(formula)
            sources.extend(names)
        last = step.nodes[-1].layer
        if users == [len(step.nodes) - 1] and step.loss.cancels == type(last).__name__:
            cancellation = renamed(step.loss.cancellation_with(), self.loss_symbols)
            formulas = [canceled(formulas[0], cancellation, self.scale)]
        if len(formulas) > 1:
            formulas = [f"{left} = {' + '.join(map(right_side, formulas))}"]
        return formulas[0], tuple(dict.fromkeys(sources))

    def _clipped(self) -> Iterator[Quantity]:
        """What the optimizer gets, where that is not the gradient itself."""
        clip = self.step.objective.clip
        if not clip:
            return
        for place, full, name in self._parameters():
            gradient = latex_name(gradient_of(name))
            if full not in self.step.clipped:
                continue
            if clip.value is not None:
                gradient = rf"\operatorname{{clip}}\left( {gradient}, \pm {clip.value:g} \right)"
            scale = (
                rf"\min\left( 1, \frac{{{clip.norm:g}}}{{\lVert \nabla J \rVert}} \right)"
                if clip.norm
                else ""
            )
            yield self._of(
                place,
                clipped_of(name),
                "clipped gradient",
                self.step.clipped[full],
                formula=f"{latex_name(clipped_of(name))} = {gradient} {scale}".rstrip(),
                sources=(gradient_of(name),),
                parameter=full,
            )

    def _updates(self) -> Iterator[Quantity]:
        optimizer = self.step.optimizer
        if optimizer is None:
            return
        for place, full, name in self._parameters():
            if full in self.step.updated:
                yield from self._update(place, full, name)

    def _parameters(self) -> Iterator[tuple[int, str, str]]:
        """Every parameter: the place of its node, PyTorch's name, the name of the quantity."""
        for place, (node, names) in enumerate(zip(self.step.nodes, self.names, strict=True)):
            for key, name in names.parameters.items():
                yield place, f"{node.path}.{key}", name

    def _update(self, place: int, full: str, name: str) -> Iterator[Quantity]:
        step = self.step
        gradient = clipped_of(name) if step.objective.clip else gradient_of(name)
        after = {slot: slot_of(slot, name) for slot in step.slots_after[full]}
        before = {slot: latex_name(slot_of(f"{slot}⁻", name)) for slot in step.slots_before[full]}
        formulas = rule_formulas(
            step.rules[full],
            before,
            {slot: latex_name(called) for slot, called in after.items()},
            latex_name(name),
            latex_name(gradient),
            step.t,
            lr_factor=step.parameter_groups.factor(full),
        )
        sources = self._rule_sources(full, name, gradient, after)
        for slot, called in after.items():
            yield self._of(
                place,
                called,
                "slot",
                step.slots_after[full][slot],
                slot=slot,
                formula=f"{latex_name(called)} = {formulas[slot]}",
                sources=sources[slot],
                parameter=full,
            )
        yield self._of(
            place,
            name + NEW,
            "new parameter",
            step.updated[full],
            formula=f"{latex_name(name + NEW)} = {formulas['theta']}",
            sources=sources["theta"],
            parameter=full,
        )

    def _rule_sources(
        self, full: str, name: str, gradient: str, after: Mapping[str, str]
    ) -> dict[str, tuple[str, ...]]:
        """The quantities that every slot, and the new parameter under "theta", are computed from."""
        step = self.step
        everything = dict.fromkeys(("theta", *after), (name, gradient))
        operands = {slot: Symbol(f"{slot}⁻", 1.0) for slot in step.slots_before[full]}
        try:
            results = run_rule(step.rules[full], Symbol(name, 1.0), Symbol(gradient, 1.0), operands, step.t)
        except ArgumentError:
            return everything
        known = {id(results[slot]): called for slot, called in after.items()}
        return {
            wanted: tuple(dict.fromkeys(_operands(result, known, {name, gradient}, root=True)))
            for wanted, result in results.items()
        }

    def _derivative(self, place: int, key: str) -> tuple[str, tuple[str, ...]]:
        """The formula of ∂J/∂x or ∂J/∂parameter, and the quantities whose symbols occur in it."""
        layer, names = self.step.nodes[place].layer, self.names[place]
        columns, training = self.orientation.columns, self._trains(place)
        latex = layer.derivative_with(key, columns=columns, training=training)
        symbols = self._symbols(place)
        delta = gradient_of(names.output)
        if key not in layer.symbols or not latex:
            everything = (self.values[self.step.input_of(place)], names.output, *names.parameters.values())
            return renamed(latex, symbols), (delta, *everything)
        used = (symbols[symbol] for symbol in symbols_in(right_side(latex), list(symbols)))
        return renamed(latex, symbols), tuple(dict.fromkeys((delta, *used)))

    def _symbols(self, place: int) -> dict[str, str]:
        names = self.names[place]
        x = self.values[self.step.input_of(place)]
        return layer_symbols(self.step.nodes[place].layer, x, names.output, names.parameters)

    def _trains(self, place: int) -> bool:
        return self.step.training and not self.step.network.is_frozen(place)

    def _gradient(
        self, place: int | None, name: str, value: Array, formula: str, sources: tuple[str, ...]
    ) -> Quantity:
        layer = None if place is None else self.step.nodes[place].layer
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
        layer = self.step.nodes[place].layer
        return self._named(name, role, value, place=place, layer=layer, **more)

    def _named(self, name: str, role: Role, value: Array, *, formula: str = "", **more: Any) -> Quantity:
        gradient = role in ("output gradient", "parameter gradient")
        return Quantity(
            name=name,
            label=f"∂J/∂{name.removeprefix('d')}" if gradient else name,
            latex=latex_name(name),
            formula=formula,
            role=role,
            value=self.orientation.value(role, np.asarray(value)),
            **more,
        )


def _operands(
    symbol: Symbol, known: Mapping[int, str], wanted: set[str], *, root: bool = False
) -> Iterator[str]:
    """The quantities that a recorded result is computed from; another result with a name of its own is one of them."""
    if id(symbol) in known and not root:
        yield known[id(symbol)]
    elif symbol.name in wanted:
        yield symbol.name
    else:
        for argument in symbol.arguments:
            yield from _operands(argument, known, wanted)
