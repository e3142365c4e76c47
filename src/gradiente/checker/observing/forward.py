"""The forward passes in a recording: chains of Z = W A + b and A = g(Z) among its values, from an input on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gradiente.checker.observing.outputs import MOST_COMPARED
from gradiente.checker.observing.values import BIAS, Array, Values
from gradiente.checker.rules.activations import ACTIVATIONS, IDENTITY, activated
from gradiente.checker.rules.wrong_forms import WRONG_FORMS

DEEPEST = 8  # layers
CLOSE = 1e-7  # of the largest number


@dataclass(frozen=True)
class Input:
    """The input of a forward pass: the instances as columns, which of the data they are, its place if it has one."""

    place: int | None
    columns: Array
    instances: tuple[int, ...]
    ones: bool = False  # a row of ones was added to the features


@dataclass(frozen=True)
class LayerPass:
    """One layer of a forward pass, as it was computed.

    `weight`, `bias`, `z` and `output` are places of values, None where there is none; W is (out, in), b (out, 1), and
    X and Z have the instances as columns. `out_in`: whether W is stored so.
    """

    weight: int
    bias: int | None
    z: int | None
    output: int | None
    W: Array
    b: Array | None
    X: Array
    Z: Array
    activation: str
    out_in: bool
    ones: bool = False  # the input has a row of ones for the bias that is in W
    subtracted: bool = False  # Z = W X − b, as with a threshold: b is −1 times the value

    @property
    def A(self) -> Array:
        return activated(self.activation, self.Z)

    @property
    def places(self) -> list[int]:
        """Where what it computed stands."""
        return [place for place in (self.z, self.output) if place is not None]


@dataclass(frozen=True)
class ForwardPass:
    """A chain of layers from an input to an output; `start` and `end` are the events of its first and last value."""

    input: Input
    layers: tuple[LayerPass, ...]
    start: int
    end: int

    @property
    def key(self) -> tuple[tuple[int, int | None], ...]:
        """The parameters that it was computed with."""
        return tuple((layer.weight, layer.bias) for layer in self.layers)


def forward_passes(values: Values, inputs: Sequence[Input]) -> list[ForwardPass]:
    """Every forward pass from these inputs, in the order in which they were computed; the deepest of each."""
    found: dict[tuple, ForwardPass] = {}
    deepest: dict[tuple, int] = {}
    computed: set[int] = set()  # what a layer gave is the input of no network
    seen: set[tuple] = set()  # one pass may be read with two forms of its weights
    for source in inputs:
        if source.place in computed:
            continue
        after = 0 if source.place is None else values.first[source.place]
        for first in _layers(values, source.columns, after, len(values.events), ones=source.ones):
            for chain in _longest(values, (first,)):
                places = tuple(place for layer in chain for place in layer.places)
                if (source.instances, places) in seen:
                    continue
                seen.add((source.instances, places))
                computed |= set(places)
                times = [values.first[place] for place in places]
                entry = ForwardPass(source, chain, min(times), max(times))
                of_first = source.instances, entry.key[0]
                deepest[of_first] = max(deepest.get(of_first, 0), len(chain))
                found.setdefault((source.instances, entry.key), entry)
    kept = [entry for (of, key), entry in found.items() if len(entry.layers) == deepest[of, key[0]]]
    return _one_after_another(values, kept)


def _one_after_another(values: Values, passes: Sequence[ForwardPass]) -> list[ForwardPass]:
    """In the order in which they were computed; a first layer that never changes has its values from the first pass."""
    found: list[ForwardPass] = []
    end = -1
    for entry in sorted(passes, key=lambda entry: entry.end):
        times = [values.first[place] for layer in entry.layers for place in layer.places]
        found.append(replace(entry, start=min([time for time in times if time > end] or times)))
        end = entry.end
    return sorted(found, key=lambda entry: entry.start)


def _longest(values: Values, chain: tuple[LayerPass, ...]) -> list[tuple[LayerPass, ...]]:
    """The chain with as many layers after it as can be found: of one length, with other parameters."""
    best = [chain]
    if len(chain) == DEEPEST:
        return best
    last = chain[-1]
    after = max(values.first[place] for place in last.places)
    until = min(values.until[entry.weight] for entry in chain)
    for head in _heads(values, last, after):
        if head.activation != last.activation and last.output is not None and len(best[0]) > len(chain):
            break  # what goes on from the layer's own output
        a = head.A
        row = np.ones((1, a.shape[1]))
        with_ones = [x for x in (np.vstack([row, a]), np.vstack([a, row])) if values.equal(x)]
        if chain[0].ones and not with_ones:  # the bias is the last of the weights
            with_ones = [np.vstack([a, row])]
        for x, ones in ((a, False), *((x, True) for x in with_ones)):
            for layer in _layers(values, x, after, until, ones=ones):
                if layer.weight not in {entry.weight for entry in chain}:
                    found = _longest(values, (*chain[:-1], head, layer))
                    longer = len(found[0]) - len(best[0])
                    best = found if longer > 0 else [*best, *found] if not longer else best
    return best


def _heads(values: Values, last: LayerPass, after: int) -> Iterator[LayerPass]:
    """The layer with every output that the next one may have as its input."""
    if last.output is not None:
        yield from (last, replace(last, activation=IDENTITY)) if last.activation else (last,)
    else:
        yield from (replace(last, activation=name) for name in (IDENTITY, *ACTIVATIONS))
    yield from (
        replace(last, activation=name, output=place) for name, place in wrong_forms(values, last, after)
    )


def wrong_forms(values: Values, layer: LayerPass, after: int = 0) -> Iterator[tuple[str, int]]:
    """The wrong forms of an activation that are among the values, and where."""
    for name in WRONG_FORMS:
        a = activated(name, layer.Z)
        if np.isfinite(a).all() and np.ptp(a):
            places = [place for place in values.equal(a, after) if place != layer.weight]
            if places:
                yield name, places[0]


def _layers(values: Values, x: Array, after: int, before: int, *, ones: bool) -> Iterator[LayerPass]:
    """The layers among the values whose input is x (n, m), with weights that were there between two events.

    Weights that stay have one with every bias.
    """
    for place, w, out_in in values.weights(len(x)):
        if values.until[place] <= after or values.first[place] > before:
            continue
        with np.errstate(all="ignore"):
            z = w @ x
        layer = LayerPass(place, None, None, None, w, None, x, z, IDENTITY, out_in, ones)
        found = _computed(values, layer, max(after, values.first[place]))
        known: set[int | None] = set()
        while found is not None and found.bias not in known:
            yield found
            known.add(found.bias)
            if found.bias is None or values.until[place] < len(values.events):
                break
            found = _computed(values, layer, max(values.first[place] for place in found.places))


def _computed(values: Values, layer: LayerPass, after: int) -> LayerPass | None:
    """The layer with its bias and activation, where Z or g(Z) is among the values; else None."""
    values.left -= 1
    if values.left < 0:
        return None
    outputs = values.outputs((len(layer.Z), layer.Z.shape[1]))
    # What came about while the parameter had this value. A parameter is no output, and zeros are those of too many:
    # of biases, of ReLU where every z is negative.
    then = (after < outputs.first) & (outputs.first <= values.until[layer.weight])
    later = np.flatnonzero(then & outputs.nonzero & (outputs.places != layer.weight))
    if not len(later):
        return None
    found = None
    z, size = layer.Z[:, :MOST_COMPARED], CLOSE * (1 + np.abs(layer.Z).max())
    with np.errstate(all="ignore"):
        fitting = outputs.fitting(z, size)[:, later]
        for (name, inverted), fits in zip(outputs.inverted.items(), fitting, strict=True):
            near = later[fits]
            if not len(near) or (name == "softmax" and len(layer.Z) == 1):  # 1 whatever Z is
                continue
            difference = inverted[near] - z
            known = np.isfinite(difference)
            count = known.sum(axis=2, keepdims=True)
            b = np.where(known, difference, 0).sum(axis=2, keepdims=True) / np.maximum(count, 1)
            if name == "softmax":  # known but for one number for each instance
                b = b - b.mean(axis=1, keepdims=True)
            hits = np.flatnonzero(_spread(name, difference, b, known) <= size)
            for index, made in _with_biases(values, layer, hits, b[:, :, 0], size):
                made = replace(made, activation=name)
                array, place = outputs.arrays[near[index]], int(outputs.places[near[index]])
                if np.abs(made.A - array).max() > CLOSE * (1 + np.abs(array).max()):
                    continue
                if found is not None and place == found.z:
                    continue  # what is positive is its own ReLU
                if name == IDENTITY:
                    found = replace(made, z=place)
                    break
                return replace(made, z=found.z if found else None, output=place)
    return found and _activated(values, found, after)


def _spread(name: str, difference: Array, b: Array, known: Array) -> Array:
    """How far the instances differ in what their bias would be."""
    rest = np.where(known, difference - b, 0)
    if name == "softmax":
        rest = rest - rest.mean(axis=1, keepdims=True)
    return np.abs(rest).max(axis=(1, 2))


def _with_biases(
    values: Values, layer: LayerPass, hits: Array, b: Array, tolerance: float
) -> Iterator[tuple[int, LayerPass]]:
    """For every hit the layer with its bias, where a vector of the recording is it; without one where it is 0."""
    if not len(hits):
        return
    zero = values.zeros(b.shape[1])
    nothing = np.abs(b).max(axis=1) <= tolerance
    added, taken_off = values.among(b[hits], tolerance), values.among(-b[hits], tolerance)
    for index, place, negative in zip(hits, added, taken_off, strict=True):
        if nothing[index]:
            none = np.zeros((b.shape[1], 1))
            yield int(index), layer if zero is None else replace(layer, bias=zero, b=none)
        elif place is not None:
            vector = values.arrays[place].reshape(-1, 1)
            yield int(index), replace(layer, bias=place, b=vector, Z=layer.Z + vector)
        elif negative is not None and values.named(negative, BIAS):
            vector = -values.arrays[negative].reshape(-1, 1)
            yield int(index), replace(layer, bias=negative, b=vector, Z=layer.Z + vector, subtracted=True)


def _activated(values: Values, layer: LayerPass, after: int) -> LayerPass:
    """The layer with its activation, where g(Z) is among the values."""
    for name in ACTIVATIONS:
        if name == "softmax" and len(layer.Z) == 1:
            continue
        outputs = [
            place
            for place in values.equal(activated(name, layer.Z), after)
            if place not in (layer.weight, layer.z)
        ]
        if outputs:
            return replace(layer, activation=name, output=outputs[0])
    return layer
