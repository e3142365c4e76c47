"""The forward passes in a recording: chains of Z = W A + b and A = g(Z) among its values, from an input to an output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gradiente.checker.rules.activations import ACTIVATIONS, IDENTITY, activated
from gradiente.checker.observing.values import Array, Values

DEEPEST = 8  # layers
BIASES = 24  # of one size, that are tried


@dataclass(frozen=True)
class Input:
    """The input of a forward pass: its place, the instances as columns, which instances of the data they are."""

    place: int
    columns: Array
    instances: tuple[int, ...]
    ones: bool = False  # a row of ones was added to the features


@dataclass(frozen=True)
class LayerPass:
    """One layer of a forward pass, as it was computed.

    `weight`, `bias`, `z` and `output` are places of values, None where there is none; W is (out, in), b (out, 1), and
    X, Z and A have the instances as columns. `out_in`: whether W is stored so.
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
    def A(self) -> Array:  # noqa: N802, the lecture's letter
        return activated(self.activation, self.Z)

    @property
    def key(self) -> tuple[int, int | None]:
        return self.weight, self.bias


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
        return tuple(layer.key for layer in self.layers)


def forward_passes(values: Values, inputs: Sequence[Input]) -> list[ForwardPass]:
    """Every forward pass from these inputs, in the order in which they were computed; the deepest of each."""
    found: dict[tuple[int, int], ForwardPass] = {}
    for source in inputs:
        for first, _ in _layers(values, source.columns, values.first[source.place], source.ones):
            chain = _longest(values, (first,))
            times = [t for layer in chain for t in _times(values, layer)]
            if not times:
                continue
            entry = ForwardPass(source, chain, min(times), max(times))
            known = found.get((source.place, first.weight))
            if known is None or _better(entry, known):
                found[source.place, first.weight] = entry
    return sorted(found.values(), key=lambda entry: entry.start)


def _better(entry: ForwardPass, other: ForwardPass) -> bool:
    return (len(entry.layers), _biases(entry)) > (len(other.layers), _biases(other))


def _biases(entry: ForwardPass) -> int:
    return sum(layer.bias is not None for layer in entry.layers)


def _times(values: Values, layer: LayerPass) -> list[int]:
    return [values.first[place] for place in (layer.z, layer.output) if place is not None]


def _longest(values: Values, chain: tuple[LayerPass, ...]) -> tuple[LayerPass, ...]:
    """The chain with as many layers after it as can be found."""
    if len(chain) == DEEPEST:
        return chain
    best, last = chain, chain[-1]
    after = max(_times(values, last), default=0)
    for name in (last.activation,) if last.output is not None else ("", *ACTIVATIONS):
        head = (*chain[:-1], _with(last, name)) if name != last.activation else chain
        a = head[-1].A
        for form, ones in ((a, False), *((with_ones, True) for with_ones in _ones(a))):
            for layer, _ in _layers(values, form, after, ones):
                if layer.weight in {entry.weight for entry in chain}:
                    continue
                found = _longest(values, (*head, layer))
                if len(found) > len(best):
                    best = found
    return best


def _with(layer: LayerPass, activation: str) -> LayerPass:
    return LayerPass(**{**layer.__dict__, "activation": activation})


def _ones(a: Array) -> Iterator[Array]:
    """The activations with a row of ones before or behind them."""
    row = np.ones((1, a.shape[1]))
    yield np.vstack([row, a])
    yield np.vstack([a, row])


def _layers(values: Values, x: Array, after: int, ones: bool) -> Iterator[tuple[LayerPass, int]]:
    """The layers among the values whose input is x (n, m)."""
    for place, w in values.matrices(len(x)):
        if not np.any(w):
            continue
        z = w @ x
        out_in = values.arrays[place].shape == w.shape and w is values.arrays[place]
        for bias, b in _biases_of(values, len(z)):
            found = _outputs(values, z if b is None else z + b, max(after, values.first[place]))
            if found is None:
                continue
            name, at, output = found
            zb = z if b is None else z + b
            yield LayerPass(place, bias, at, output, w, b, x, zb, name, out_in, ones), place
            break


def _biases_of(values: Values, size: int) -> Iterator[tuple[int | None, Array | None]]:
    """What may be added to W A: the vectors of that size, then nothing."""
    zero: tuple[int, Array] | None = None
    count = 0
    for place, b in values.vectors(size):
        if not np.any(b):
            zero = zero or (place, b)
        elif count < BIASES:
            count += 1
            yield place, b
    if zero is not None:
        yield zero
    yield None, None


def _outputs(values: Values, z: Array, after: int) -> tuple[str, int | None, int | None] | None:
    """The activation of Z, the place of Z, that of g(Z); None where neither is there."""
    places = values.equal(z, after)
    for name in ACTIVATIONS:
        outputs = values.equal(activated(name, z), after)
        if outputs:
            return name, places[0] if places else None, outputs[0]
    return (IDENTITY, places[0], None) if places else None
