"""What a layer normalizes together, and where one number is in it: for the terms of a normalization."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from gradiente.layers.base import Array, Shape
from gradiente.terms import Factor, Index, LayerStep


class Layout(NamedTuple):
    """The axes in which a layer normalizes.

    shape       x's shape, several of its axes as one or one as several
    together    the axes over which numbers share a mean and a variance
    parameters  the shape of γ and β there: 1 for every axis along which they are the same
    """

    shape: Shape
    together: tuple[int, ...]
    parameters: Shape

    @property
    def numbers(self) -> int:
        """How many numbers share a mean; 1 where there are none."""
        return max(1, math.prod(self.shape[axis] for axis in self.together))

    @property
    def shares_scale(self) -> bool:
        """Whether the numbers that share a mean also share their γ."""
        return all(self.parameters[axis] == 1 for axis in self.together)


class NormalizedPlace:
    """One number of x, with its mean, its variance, its γ and β, and the numbers that it is normalized with.

    Arguments:
        at: the step of a Normalization
        index: the number's place in x
    """

    def __init__(self, layout: Layout, at: LayerStep, index: Index) -> None:
        self.layout, self.at, self.index = layout, at, index
        self.place = _moved(index, at.x.values.shape, layout.shape)
        own = [axis for axis in range(len(layout.shape)) if axis not in layout.together]
        running = at.cache.variance is None  # then it is the same for all instances
        self.label = f"[{','.join(str(self.place[axis]) for axis in own if axis or not running)}]"

    @property
    def centred(self) -> Factor:
        """(x − μ)"""
        value = float(self.at.x.values[self.index]) - self._of(self.at.cache.mean)
        return self.at.x.derived(self.index, "(", value, f"−μ{self.label})")

    @property
    def root(self) -> Factor:
        """1/√(σ² + ε)"""
        return Factor(f"1/√(σ²{self.label}+ε)", self._of(self.at.cache.inverse_std))

    @property
    def x_hat(self) -> Factor:
        """x̂"""
        x, where = self.at.x, self.at.x.shown(self.index)
        value = float(self.at.cache.x_hat[self.place])
        return Factor(f"x̂[{','.join(map(str, where))}]", value, x.name, where)

    def parameter(self, name: str) -> tuple[Factor, ...]:
        """Its γ or β; nothing where there is none."""
        if name not in self.at.parameters:
            return ()
        numbers = self.at.parameters[name]
        there = _met(self.place, self.layout.parameters)
        return (numbers[_moved(there, self.layout.parameters, numbers.values.shape)],)

    def means(self) -> tuple[Factor, Factor]:
        """⟨δ⟩ and ⟨δ·x̂⟩, with γ in them where what is normalized together does not share it."""
        delta, times = self.at.delta.values.reshape(self.layout.shape), ""
        if "weight" in self.at.parameters and not self.layout.shares_scale:
            delta, times = delta * self.at.parameters["weight"].values.reshape(self.layout.parameters), "γ·"
        together = tuple(
            slice(None) if axis in self.layout.together else i for axis, i in enumerate(self.place)
        )
        delta, x_hat = delta[together], self.at.cache.x_hat[together]
        name = self.at.delta.name
        return (
            Factor(f"⟨{times}δ⟩{self.label}", float(np.mean(delta)), name),
            Factor(f"⟨{times}δ·x̂⟩{self.label}", float(np.mean(delta * x_hat)), name),
        )

    def _of(self, statistic: Array) -> float:
        return float(statistic[_met(self.place, statistic.shape)])


def places_of(layout: Layout, at: LayerStep, name: str, index: Index) -> Iterator[Index]:
    """The places in x of the numbers that have this γ or β."""
    there = _moved(index, at.parameters[name].values.shape, layout.parameters)
    chosen = tuple(slice(None) if n == 1 else i for i, n in zip(there, layout.parameters, strict=True))
    shape = at.x.values.shape
    for flat in np.arange(at.x.values.size).reshape(layout.shape)[chosen].flat:
        yield tuple(int(i) for i in np.unravel_index(flat, shape))


def _met(place: Index, shape: Shape) -> Index:
    """The place in an array that is broadcast along its axes of 1."""
    return tuple(0 if n == 1 else i for i, n in zip(place, shape, strict=True))


def _moved(index: Any, before: Shape, after: Shape) -> Index:
    """The same number's place, where the numbers are laid out along other axes."""
    flat = np.ravel_multi_index(index, before)
    return tuple(int(i) for i in np.unravel_index(flat, after))
