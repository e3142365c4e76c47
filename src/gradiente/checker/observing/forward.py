"""The forward passes in a recording: chains of Z = W A + b and A = g(Z) among its values, from an input on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gradiente.checker.observing.values import Array, Values
from gradiente.checker.rules.activations import ACTIVATIONS, IDENTITY, INVERSES, activated

DEEPEST = 8  # layers
CLOSE = 1e-7  # of the largest number
MOST_COMPARED = 24  # instances, before all of them are


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
    found: dict[tuple[tuple[int, ...], int, int | None], ForwardPass] = {}
    computed: set[int] = set()  # what a layer gave is the input of no network
    for source in inputs:
        if source.place in computed:
            continue
        after = 0 if source.place is None else values.first[source.place]
        for first in _layers(values, source.columns, after, len(values.events), ones=source.ones):
            chain = _longest(values, (first,))
            computed |= {place for layer in chain for place in layer.places}
            times = [values.first[place] for layer in chain for place in layer.places]
            entry = ForwardPass(source, chain, min(times), max(times))
            key = source.instances, first.weight, first.bias
            if key not in found or len(entry.layers) > len(found[key].layers):
                found[key] = entry
    return sorted(found.values(), key=lambda entry: entry.start)


def _longest(values: Values, chain: tuple[LayerPass, ...]) -> tuple[LayerPass, ...]:
    """The chain with as many layers after it as can be found."""
    if len(chain) == DEEPEST:
        return chain
    best, last = chain, chain[-1]
    after = max(values.first[place] for place in last.places)
    before = min(values.until[layer.weight] for layer in chain)
    names = [last.activation] if last.output is not None else [IDENTITY, *ACTIVATIONS]
    for head in [replace(last, activation=name) for name in names]:
        a = head.A
        row = np.ones((1, a.shape[1]))
        with_ones = [x for x in (np.vstack([row, a]), np.vstack([a, row])) if values.equal(x)]
        if chain[0].ones and not with_ones:  # the bias is the last of the weights
            with_ones = [np.vstack([a, row])]
        for x, ones in ((a, False), *((x, True) for x in with_ones)):
            for layer in _layers(values, x, after, before, ones=ones):
                if layer.weight not in {entry.weight for entry in chain}:
                    found = _longest(values, (*chain[:-1], head, layer))
                    best = found if len(found) > len(best) else best
    return best


def _layers(values: Values, x: Array, after: int, before: int, *, ones: bool) -> Iterator[LayerPass]:
    """The layers among the values whose input is x (n, m), with weights that were there between two events."""
    for place, w, out_in in values.weights(len(x)):
        if values.until[place] <= after or values.first[place] > before:
            continue
        with np.errstate(all="ignore"):
            z = w @ x
        layer = LayerPass(place, None, None, None, w, None, x, z, IDENTITY, out_in, ones)
        found = _computed(values, layer, max(after, values.first[place]))
        if found is not None:
            yield found


def _computed(values: Values, layer: LayerPass, after: int) -> LayerPass | None:
    """The layer with its bias and activation, where Z or g(Z) is among the values; else None."""
    values.left -= 1
    if values.left < 0:
        return None
    places, arrays = values.of_shape((len(layer.Z), layer.Z.shape[1]))
    # What came about while the parameter had this value. A parameter is no output, and zeros are those of too many:
    # of biases, of ReLU where every z is negative.
    until = values.until[layer.weight]
    later = [
        index
        for index, place in enumerate(places)
        if after < values.first[place] <= until and arrays[index].any() and place != layer.weight
    ]
    if not later:
        return None
    places = places[later]
    part = arrays[later, :, :MOST_COMPARED]
    found = None
    with np.errstate(all="ignore"):
        for name, inverse in {IDENTITY: lambda a: a, **INVERSES}.items():
            if name == "softmax" and len(layer.Z) == 1:
                continue  # 1 whatever Z is
            difference = inverse(part) - layer.Z[:, :MOST_COMPARED]
            known = np.isfinite(difference)
            count = known.sum(axis=2, keepdims=True)
            b = np.where(known, difference, 0).sum(axis=2, keepdims=True) / np.maximum(count, 1)
            if name == "softmax":  # known but for one number for each instance
                b = b - b.mean(axis=1, keepdims=True)
            size = CLOSE * (1 + np.abs(layer.Z).max())
            hits = np.flatnonzero(_spread(name, difference, b, known) <= size)
            for index, made in _with_biases(values, layer, hits, b[:, :, 0], size):
                made = replace(made, activation=name)
                array = arrays[later[index]]
                if np.abs(made.A - array).max() > CLOSE * (1 + np.abs(array).max()):
                    continue
                if found is not None and places[index] == found.z:
                    continue  # what is positive is its own ReLU
                if name == IDENTITY:
                    found = replace(made, z=int(places[index]))
                    break
                return replace(made, z=found.z if found else None, output=int(places[index]))
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
    zero = values.zeros(b.shape[1])
    nothing = np.abs(b).max(axis=1) <= tolerance
    for index, place in zip(hits, values.among(b[hits], tolerance), strict=True):
        if nothing[index]:
            none = np.zeros((b.shape[1], 1))
            yield int(index), layer if zero is None else replace(layer, bias=zero, b=none)
        elif place is not None:
            vector = values.arrays[place].reshape(-1, 1)
            yield int(index), replace(layer, bias=place, b=vector, Z=layer.Z + vector)


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


def wrong_softmax(values: Values, last: LayerPass) -> str | None:
    """The mistake by which the scores of a last layer become what stands for their softmax; None without one."""
    z = last.Z
    if last.activation or len(z) < 2 or z.shape[1] < 2:
        return None
    powers = np.exp(z - z.max())
    forms = {
        "softmax_axis": powers / powers.sum(axis=1, keepdims=True),
        "softmax_total": powers / powers.sum(),
    }
    return next((key for key, a in forms.items() if values.equal(a)), None)
