"""The arrays of a recording, searched by their numbers: whichever way round they are written, under whatever name."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from gradiente.checker.observing.outputs import Outputs
from gradiente.checker.reading.vocabulary import meanings
from gradiente.checker.running.calls import Event

Array = np.ndarray
# Words in the names of parameters; not those of their gradients or of an optimizer's state.
NOT = r"(?!d[_A-Z]|d[wb](\d|$)|.*(grad|delta|nabla|vel|moment))"
BIAS = re.compile(
    rf"{NOT}(.*_)?(b[a-z]?|bias(es)?|sesgos?|umbral(es)?|vi[eé]s(es)?|biais|schwellen?|thresholds?)(_?\w{{0,8}})?",
    re.IGNORECASE,
)
WEIGHT = re.compile(
    rf"{NOT}(.*_)?(w[a-z]{{0,2}}|weights?|pesos?|syn\w*|theta|poids|gewichte?|kernel|coefs?|u|v)(_\w*|\d*)?",
    re.IGNORECASE,
)
MOST_TRIED = 3000  # layers that are looked for in one recording
CLOSE = 1e-9  # of the largest number: what rounding leaves of equality
CLOSE_SINGLE = 1e-4  # the same in single precision


class Values:
    """The distinct arrays of a recording by their place, in the order in which they came about.

    `arrays` are the values as numbers, `first` the index of the event that each came with, `names` the names that each
    had, `until` the event at which it was held no more. Parameters are looked for among the arrays that have a usual
    name for one, as long as `by_name`.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.arrays: list[Array] = []
        self.first: list[int] = []
        self.names: list[list[str]] = []
        self._places: dict[int, int] = {}
        for index, event in enumerate(events):
            place = self._places.setdefault(id(event.value), len(self.arrays))
            if place == len(self.arrays):
                self.arrays.append(event.value.astype(float))
                self.first.append(index)
                self.names.append([])
            self.names[place].append(event.name)
        self.until = self._lives()
        groups: dict[int, list[int]] = defaultdict(list)
        for place, array in enumerate(self.arrays):
            if np.isfinite(array).all():
                groups[array.size].append(place)
        self._groups = {
            size: (np.array(places), np.stack([self.arrays[place].ravel() for place in places]))
            for size, places in groups.items()
        }
        self._shaped: dict[tuple[int, int], tuple[Array, Array]] = {}
        self._outputs: dict[tuple[int, int], Outputs] = {}
        written = self._written_over()
        self._matrices = [
            place
            for place, array in enumerate(self.arrays)
            if place not in written
            and (array.ndim == 2 or (array.ndim == 1 and array.size > 1))
            and np.isfinite(array).all()
            and array.any()
        ]
        self._weights = [place for place in self._matrices if self.named(place, WEIGHT)]
        self.by_name = True
        self._sorted: dict[int, tuple[Array, ...]] = {}
        self._zeros: dict[int, int | None] = {}
        self.left = MOST_TRIED
        single = any(event.value.dtype in (np.float32, np.float16) for event in events)
        self._tolerance = CLOSE_SINGLE if single else CLOSE

    def _written_over(self) -> set[int]:
        """The arrays that stood only until the next number was written into them, as loops over elements do."""
        arrays = [event for event in self.events if event.value.ndim]
        return {self.place(one) for one, following in pairwise(arrays) if one.variable == following.variable}

    def _lives(self) -> list[int]:
        """For every value the event at which the last variable that held it got another."""
        until = [0] * len(self.arrays)
        held: dict[tuple[str, str], int] = {}
        for index, event in enumerate(self.events):
            if event.name != "return":
                place = self.place(event)
                if event.variable in held:
                    until[held[event.variable]] = index
                held[event.variable] = place
        for place in held.values():
            until[place] = len(self.events)
        return [end or len(self.events) for end in until]

    def equal(self, wanted: Array, after: int = 0) -> list[int]:
        """The places of the arrays that are a matrix or its transpose, first seen at event `after` or later."""
        return [place for place, c in self.multiples(wanted, after) if abs(c - 1) <= self._tolerance]

    def multiples(self, wanted: Array, after: int = 0) -> list[tuple[int, float]]:
        """The same for c times the matrix, with c; none of a matrix of zeros. Of one number c is 1 or −1."""
        places, rows = self._groups.get(wanted.size, (np.array([], int), np.zeros((0, wanted.size))))
        found: dict[int, float] = {}
        for form in (wanted, wanted.T):
            flat = form.ravel()
            with np.errstate(over="ignore"):
                square = flat @ flat
            if not len(places) or not square or not np.isfinite(square):
                return []
            with np.errstate(over="ignore", invalid="ignore"):
                scale = rows @ flat / square
                error = np.abs(rows - scale[:, None] * flat).max(axis=1)
            for hit in np.flatnonzero(error <= self._tolerance * np.abs(rows).max(axis=1)):
                place = int(places[hit])
                fits = np.squeeze(self.arrays[place]).shape == np.squeeze(form).shape
                one = flat.size > 1 or abs(abs(scale[hit]) - 1) <= self._tolerance
                if fits and one and scale[hit] and self.first[place] >= after:
                    found.setdefault(place, float(scale[hit]))
        return list(found.items())

    def by_numbers(self) -> None:
        """From now on any array may be a parameter, whatever its name."""
        self.by_name, self.left = False, MOST_TRIED
        self._sorted.clear()

    def of_shape(self, shape: tuple[int, int]) -> tuple[Array, Array]:
        """The arrays that can be a matrix of that shape, whichever way round they are: their places, and a stack."""
        if shape not in self._shaped:
            found = []
            for place in self._groups.get(shape[0] * shape[1], ((),))[0]:
                array = self.arrays[place]
                forms = [array, array.T] if array.ndim == 2 else [array.reshape(shape)] if 1 in shape else []
                found += [(place, form) for form in forms if form.shape == shape][
                    : 1 if shape[0] != shape[1] else 2
                ]
            places = np.array([place for place, _ in found], int)
            self._shaped[shape] = places, np.stack([f for _, f in found]) if found else np.zeros((0, *shape))
        return self._shaped[shape]

    def outputs(self, shape: tuple[int, int]) -> Outputs:
        """The arrays of that shape as what a layer may have computed."""
        if shape not in self._outputs:
            places, arrays = self.of_shape(shape)
            first = np.array([self.first[place] for place in places], int)
            self._outputs[shape] = Outputs.of(places, arrays, first)
        return self._outputs[shape]

    def among(self, wanted: Array, tolerance: float) -> list[int | None]:
        """Of several vectors (n, size), the place of each among the biases of that size; None where it is not there."""
        size = wanted.shape[1]
        if size not in self._sorted:
            places, rows = self.of_shape((size, 1))
            if self.by_name:
                kept = [index for index, place in enumerate(places) if self.named(place, BIAS)]
                places, rows = places[kept], rows[kept]
            weights = np.cos(np.arange(size))
            order = np.argsort(rows[:, :, 0] @ weights, kind="stable")
            sums = rows[order, :, 0] @ weights
            self._sorted[size] = places[order], rows[order, :, 0], sums, weights
        places, rows, sums, weights = self._sorted[size]
        at, near = wanted @ weights, tolerance * size
        first, last = np.searchsorted(sums, at - near), np.searchsorted(sums, at + near, side="right")
        found: list[int | None] = [None] * len(wanted)
        for index in np.flatnonzero(first < last):
            error = np.abs(rows[first[index] : last[index]] - wanted[index]).max(axis=1)
            if error.min() <= tolerance:
                found[index] = int(places[first[index] + error.argmin()])
        return found

    def zeros(self, size: int) -> int | None:
        """The place of a vector of so many zeros with a name that a bias may have."""
        if size not in self._zeros:
            places, rows = self.of_shape((size, 1))
            nothing = [int(place) for place in places[~rows.any(axis=(1, 2))] if self.named(place, BIAS)]
            self._zeros[size] = nothing[0] if nothing else None
        return self._zeros[size]

    def weights(self, size: int) -> Iterator[tuple[int, Array, bool]]:
        """The matrices with a name of weights and a side of that size, as (…, size); square ones both ways.

        Whether they are stored so, too. A vector is the one row of a matrix.
        """
        for place in self._weights if self.by_name else self._matrices:
            array = np.atleast_2d(self.arrays[place])
            if array.shape[1] == size:
                yield place, array, True
            if array.shape[0] == size:
                yield place, array.T, False

    def named(self, place: int, names: re.Pattern[str]) -> bool:
        """Whether one of the names that an array had, or the last part of it, is one of these."""
        return any(names.fullmatch(piece) for name in self.names[place] for piece in parts(name))

    def numbers(self, meaning: str) -> list[float]:
        """The positive numbers whose name has that meaning, each once, in their order."""
        single = [event for event in self.events if event.value.size == 1 and event.value.ravel()[0] > 0]
        named = [event for event in single if meaning in meanings(parts(event.name)[-1])]
        return list(dict.fromkeys(float(event.value.ravel()[0]) for event in named))

    def place(self, event: Event) -> int:
        return self._places[id(event.value)]


def parts(name: str) -> list[str]:
    """The words of a name: `self.params['W1']` has `self`, `params` and `W1`."""
    return re.findall(r"[A-Za-z_]\w*", name)
