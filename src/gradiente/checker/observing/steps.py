"""The training steps in a recording: forward passes with the same parameters, and what those become after them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from gradiente.checker.observing.forward import ForwardPass, LayerPass
from gradiente.checker.observing.values import BIAS, Array, Values, parts
from gradiente.checker.rules.dataflow import Layer, Step

Target = Callable[[ForwardPass], Array | None]


@dataclass(frozen=True)
class ObservedStep:
    """One training step.

    Arguments:
        passes: its forward passes, which all have the same parameters
        after: of every layer W and b after the step, in the form of `LayerPass`; b is None where there is none
        end: the event before which the step ends
    """

    passes: tuple[ForwardPass, ...]
    after: tuple[tuple[Array, Array | None], ...]
    end: int

    @property
    def start(self) -> int:
        return self.passes[0].start

    @property
    def changes_all(self) -> bool:
        """Whether every parameter is another one after the step."""
        layers = self.passes[-1].layers
        pairs = [(layer.W, w) for layer, (w, _) in zip(layers, self.after, strict=True)]
        pairs += [
            (layer.b, b) for layer, (_, b) in zip(layers, self.after, strict=True) if layer.b is not None
        ]
        return all(b is not None and not np.array_equal(a, b) for a, b in pairs)

    def batches(self) -> Iterator[tuple[ForwardPass, ...]]:
        """The passes whose instances the step may be computed from: one, or all with different instances."""
        one_by_one = {entry.input.instances: entry for entry in self.passes}
        if len(one_by_one) > 1 and _disjoint(one_by_one):
            yield tuple(one_by_one.values())
        yield (self.passes[-1],)
        if len(one_by_one) > 1:
            yield (self.passes[0],)


def with_output(observed: ObservedStep, activation: str, place: int | None) -> ObservedStep:
    """The step with another activation of its last layer, whose output is that value."""
    passes = tuple(
        replace(one, layers=(*one.layers[:-1], replace(one.layers[-1], activation=activation, output=place)))
        for one in observed.passes
    )
    return replace(observed, passes=passes)


def _disjoint(groups: Sequence[tuple[int, ...]] | dict) -> bool:
    every = [instance for group in groups for instance in group]
    return len(every) == len(set(every))


def observed_steps(values: Values, passes: Sequence[ForwardPass]) -> list[ObservedStep]:
    """The steps of the network that most passes belong to."""
    if not passes:
        return []
    depth = max(len(entry.layers) for entry in passes)
    deep = [entry for entry in passes if len(entry.layers) == depth]
    groups = [tuple(group) for _, group in groupby(deep, key=lambda entry: entry.key)]
    found = []
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        if following is not None:
            after = tuple((layer.W, layer.b) for layer in following[0].layers)
            end = following[0].start
        else:
            after, end = _after(values, group[-1]), len(values.events)
        if after is not None and _fits(group[0], after):
            found.append(ObservedStep(group, after, end))
    return found


def _fits(entry: ForwardPass, after: Sequence[tuple[Array, Array | None]]) -> bool:
    return all(layer.W.shape == w.shape for layer, (w, _) in zip(entry.layers, after, strict=True))


def _after(values: Values, entry: ForwardPass) -> tuple[tuple[Array, Array | None], ...] | None:
    """The parameters after the last pass: what stands next under the names that they have."""
    found = []
    shared = _shared(values, entry)
    for layer in entry.layers:
        w = _next_value(values, layer.weight, entry.end, shared)
        if w is None or w.ndim not in (1, 2):
            return None
        w = np.atleast_2d(w)
        b = None
        if layer.bias is not None:
            b = _next_value(values, layer.bias, entry.end, shared, grown=True)
            b = layer.b if b is None else _column(-b if layer.subtracted else b, len(layer.Z))
        found.append((w if layer.out_in else w.T, b))
    return tuple(found)


def _shared(values: Values, entry: ForwardPass) -> set[tuple[str, str]]:
    """The variables that hold one parameter after another, as those of a loop over the layers do."""
    parameters = {place for layer in entry.layers for place in (layer.weight, layer.bias)}
    held: dict[tuple[str, str], set[int]] = {}
    for event in values.events[: entry.end]:
        if values.place(event) in parameters:
            held.setdefault(event.variable, set()).add(values.place(event))
    return {variable for variable, places in held.items() if len(places) > 1}


def _column(b: Array, size: int) -> Array:
    """A bias as a column; one that has grown to a matrix with its neurons as rows."""
    if b.size == size:
        return b.reshape(-1, 1)
    return b if b.ndim == 2 and len(b) == size else b.T


def _next_value(
    values: Values, place: int, after: int, shared: set[tuple[str, str]], *, grown: bool = False
) -> Array | None:
    """The first other value, after an event, of a variable that held this one; of the same shape, or `grown`."""
    held: set[tuple[str, str]] = set()
    shape = values.arrays[place].shape
    for index, event in enumerate(values.events):
        if event.variable in shared:
            continue
        if values.place(event) == place:
            held.add(event.variable)
        elif event.variable in held:
            held.discard(event.variable)
            fits = event.value.shape == shape or (grown and event.value.ndim == 2 and _own_name(event.name))
            if index > after and fits:
                return event.value.astype(float)
    return None


def _own_name(name: str) -> bool:
    """Whether a variable is one parameter's, not that of a loop over all of them."""
    return "[" in name or any(BIAS.fullmatch(word) for word in parts(name))


def step_of(entries: Sequence[ForwardPass], observed: ObservedStep, target: Target, loss: str) -> Step | None:
    """A step with the instances of these passes; None where their targets are not known."""
    targets = [target(entry) for entry in entries]
    if any(y is None for y in targets):
        return None
    y = np.concatenate([y for y in targets if y is not None], axis=1)
    layers = []
    for number in range(len(entries[0].layers)):
        passed = [entry.layers[number] for entry in entries]
        w_after, b_after = observed.after[number]
        layers.append(_layer(number + 1, passed, w_after, b_after))
    return Step(tuple(layers), y, loss) if len(y) == len(layers[-1].Z) else None


def _layer(number: int, passed: Sequence[LayerPass], w_after: Array, b_after: Array | None) -> Layer:
    """The layer for all instances together; a bias that stands in W as a column apart from it."""
    first = passed[0]
    x, z = (np.concatenate([getattr(one, name) for one in passed], axis=1) for name in "XZ")
    a = np.concatenate([one.A for one in passed], axis=1)
    w, b = first.W, first.b
    if first.ones:
        at = 0 if (x[0] == 1).all() else len(x) - 1
        x, b, b_after = np.delete(x, at, axis=0), w[:, [at]], w_after[:, [at]]
        w, w_after = np.delete(w, at, axis=1), np.delete(w_after, at, axis=1)
    return Layer(number, x, w, b, z, a, first.activation, w_after, b_after)


def changes_of(step: Step) -> dict[str, Array]:
    """What the step adds to every parameter, by the name of its gradient."""
    found = {}
    for layer in step.layers:
        found[f"dW{layer.number}"] = layer.W_after - layer.W
        if layer.b is not None:
            after = layer.b_after if layer.b_after is not None else np.zeros_like(layer.b)
            found[f"db{layer.number}"] = after - layer.b
    return found
