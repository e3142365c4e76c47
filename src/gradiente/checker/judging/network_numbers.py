"""One number of a wrong quantity of a network of the file's own, worked out in the names and the layout of its code."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gradiente.checker.judging.network_places import held
from gradiente.checker.observing.recognition import Recognition
from gradiente.checker.observing.values import Array
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.rules.activations import activated, slope
from gradiente.checker.rules.dataflow import Layer, link
from gradiente.checker.rules.wrong_forms import meant
from gradiente.checker.verdict import WorkedExample

MOST_TERMS = 8
CLOSE = 1e-4  # of the largest number: what is the same
Terms = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Shown:
    """A quantity as the code has it.

    Arguments:
        name: the code's, or the lecture's where no variable holds it
        array: its numbers, instances as columns, W as (out, in)
        factor: by which they are larger than the quantity with 1/m
        turned, flat: whether the code has the transpose, or one dimension
    """

    name: str
    array: Array
    factor: float
    turned: bool
    flat: bool = False

    def place(self, row: int, column: int) -> tuple[int, ...]:
        """Where a number stands in the code's array."""
        if self.flat:
            return (row,) if self.array.shape[1] == 1 else (column,)
        return (column, row) if self.turned else (row, column)

    def at(self, row: int, column: int) -> str:
        return f"{self.name}[{','.join(map(str, self.place(row, column)))}]"

    def shape(self) -> tuple[int, ...]:
        rows, columns = self.array.shape
        return (rows * columns,) if self.flat else (columns, rows) if self.turned else (rows, columns)


class Numbers:
    """The quantities of the first step that was explained."""

    def __init__(self, found: Recognition) -> None:
        self.found = found
        self.step = found.steps[0]
        explanation = found.explanation
        self.values: Mapping[str, Array] = explanation.values[0] if explanation.values else {}
        self.base = explanation.base[0] if explanation.base else None

    def worked(self, quantity: str, factor: float = 1.0) -> WorkedExample | None:
        """The first number of a quantity that is wrong.

        Arguments:
            factor: by which the code's quantity is larger than it has to be, where nothing else is wrong
        """
        if quantity == "Y":
            quantity = f"dZ{len(self.step.layers)}"
        letter, number = quantity.rstrip("0123456789"), int(quantity[-1])
        right = self._right(letter, number)
        if right is None:
            return None
        own = self.shown(quantity)
        if own is None and letter in ("dZ", "dA"):  # no variable holds it: it is seen in the gradient
            layer = number
            if letter == "dA":
                right = self._right("dZ", layer, {f"dA{layer}": right})
            more = {} if right is None else {f"dZ{layer}": right}
            gradient = self._right("dW", layer, more)
            seen = self.shown(f"dW{layer}")
            if seen is None or gradient is None:
                return None
            return self._example("dW", layer, gradient, seen, factor, more)
        return own and self._example(letter, number, right, own, factor, {})

    def worked_update(self, gradient: str) -> WorkedExample | None:
        """The first number of a parameter after the step."""
        letter, number = gradient[1], int(gradient[2:])
        layer = self.step.layers[number - 1]
        before, after = getattr(layer, letter), getattr(layer, f"{letter}_after")
        wanted, own = self.values.get(gradient), self.shown(f"{letter}{number}")
        if self.found.explanation.extra:  # which is part of the step
            return None
        if self.base is None or wanted is None or own is None or before is None or after is None:
            return None
        if not before.shape == after.shape == wanted.shape:
            return None
        expected = before - abs(self.base) * wanted
        row, column = _first_wrong(expected, after)
        step = abs(self.base) * wanted[row, column]
        slope_of = replace(own, name=label(gradient)).at(row, column)
        numbers = f"{before[row, column]:.4g} − {step:.4g}"
        terms = ((f"{own.at(row, column)} − α · {slope_of}", numbers, f"{expected[row, column]:.6g}"),)
        return WorkedExample(
            own.name,
            own.place(row, column),
            terms,
            "",
            float(expected[row, column]),
            float(after[row, column]),
        )

    def _example(
        self,
        letter: str,
        number: int,
        right: Array,
        own: Shown,
        factor: float,
        more: Mapping[str, Array],
    ) -> WorkedExample | None:
        expected = right * own.factor / factor
        layer = self.step.layers[number - 1]
        if own.array.shape != expected.shape:
            wanted = replace(own, array=expected, flat=own.flat and 1 in expected.shape)
            row, column = 0, 0
            terms, total = self._terms(letter, layer, row, column, more, own.factor)
            value = float(expected[row, column])
            return WorkedExample(
                own.name,
                wanted.place(row, column),
                *_shown(terms, total, value, self.step.m),
                value,
                None,
                own.shape(),
                wanted.shape(),
            )
        row, column = _first_wrong(expected, own.array)
        terms, total = self._terms(letter, layer, row, column, more, own.factor)
        value, got = float(expected[row, column]) + 0.0, float(own.array[row, column])
        if np.isclose(value, got, rtol=CLOSE):
            return None
        return WorkedExample(
            own.name, own.place(row, column), *_shown(terms, total, value, self.step.m), value, got
        )

    def _right(self, letter: str, number: int, more: Mapping[str, Array] | None = None) -> Array | None:
        """A quantity by the right rule, from what the code has before it."""
        layer, values = self.step.layers[number - 1], {**self.values, **(more or {})}
        if letter == "Z":
            z = layer.W @ layer.X
            bias = self._bias(number)
            return z if bias is None else z + bias.array
        if letter == "A":
            return activated(meant(layer.activation), layer.Z) if layer.activation else None
        last = number == len(self.step.layers)
        if letter == "dZ" and last:
            values = {name: value for name, value in values.items() if name != "Y"}
        kind, at = {"dA": ("dA", number + 1), "dZ": ("output" if last else "dZ", number)}.get(
            letter, (letter, number)
        )
        try:
            return link(self.step, kind, at, values)
        except ValueError:
            return None

    def _bias(self, number: int) -> Shown | None:
        """The bias that belongs to a layer, where it is not used too."""
        return self.shown(f"b{number}")

    def shown(self, quantity: str) -> Shown | None:
        """A quantity as the code has it; None where that is not known."""
        letter, number = quantity.rstrip("0123456789"), int(quantity[-1])
        layer, passed = self.step.layers[number - 1], self.found.forward.layers[number - 1]
        if letter in ("W", "b", "Z", "A", "X"):
            return self._of_forward(letter, number)
        value = self.values.get(quantity)
        if value is not None and (seen := self._recorded(quantity, value)) is not None:
            return seen
        if letter in ("dW", "db") and self.base is not None and quantity not in self.found.explanation.extra:
            after = getattr(layer, f"{letter[1]}_after")
            change = after - getattr(layer, letter[1])
            return Shown(label(quantity), change / self.base, 1.0, turned=not passed.out_in)
        return None

    def factor_of(self, gradient: str) -> float | None:
        """By how much a variable of the code that holds a gradient is larger than it; None where none holds it."""
        value = self.values.get(gradient)
        seen = None if value is None else self._recorded(gradient, value)
        return seen and seen.factor

    def _recorded(self, quantity: str, value: Array) -> Shown | None:
        """The first variable of the step that holds a multiple of a quantity."""
        first = self.found.values.first
        for place, c in sorted(held(self.found, value), key=lambda pair: first[pair[0]]):
            if name := self._name(place, last=quantity[:2] != "dA"):
                return self._as_in(place, name, c * value, c)
        return None

    def _of_forward(self, letter: str, number: int) -> Shown | None:
        layer, passed = self.step.layers[number - 1], self.found.forward.layers[number - 1]
        places = {"W": passed.weight, "b": passed.bias, "Z": passed.z, "A": passed.output}
        array: Array | None = getattr(layer, letter)
        if letter == "X":
            before = self.found.forward.layers[number - 2]
            places["X"] = self.found.forward.input.place if number == 1 else before.output
        if array is None:
            return None
        place = places[letter]
        name = None if place is None else self._name(place)
        if place is not None and name and self.found.values.arrays[place].size == array.size:
            return self._as_in(place, name, array, 1.0)
        known = {"X": label(f"A{number - 1}") if number > 1 else "X"}.get(letter, label(f"{letter}{number}"))
        return Shown(known, array, 1.0, turned=not passed.out_in)

    def _as_in(self, place: int, name: str, array: Array, factor: float) -> Shown:
        held = self.found.values.arrays[place]
        same = held.shape == array.shape and np.allclose(held, array)
        return Shown(name, array, factor, turned=not same, flat=held.ndim < 2)

    def _name(self, place: int, *, last: bool = False) -> str | None:
        """The first or the last name of an array, in the function that has one for it first."""
        values = self.found.values
        named = [
            event
            for event in values.events
            if values.place(event) == place and not event.name.startswith("return")
        ]
        own = [event.name for event in named if event.function == named[0].function]
        return own[-1 if last else 0] if own else None

    def _terms(
        self, letter: str, layer: Layer, row: int, column: int, more: Mapping[str, Array], factor: float
    ) -> tuple[Terms, float]:
        """The terms of one number, and their sum.

        Arguments:
            factor: of the quantity; those before it that no variable holds have it too
        """
        n = layer.number
        pairs: Iterator[tuple[Shown | None, tuple[int, int], Shown | None, tuple[int, int]]]
        if letter == "dW":
            dz, x = self._known(f"dZ{n}", more), self._of_forward("X", n)
            pairs = ((dz, (row, i), x, (column, i)) for i in range(self.step.m))
        elif letter == "db":
            dz = self._known(f"dZ{n}", more)
            pairs = ((dz, (row, i), None, (0, 0)) for i in range(self.step.m))
        elif letter == "dA":
            above = self.step.layers[n]
            w, dz = self._of_forward("W", n + 1), self._known(f"dZ{n + 1}", more, factor)
            pairs = ((w, (j, row), dz, (j, column)) for j in range(len(above.Z)))
        elif letter == "Z":
            w, x, b = self._of_forward("W", n), self._of_forward("X", n), self._bias(n)
            products = [(w, (row, k), x, (k, column)) for k in range(len(layer.X))]
            pairs = iter([*products, *([(b, (row, 0), None, (0, 0))] if b else [])])
        else:
            return self._of_element(letter, layer, row, column, factor)
        terms: Terms = []
        total = 0.0
        for one, at, other, there in pairs:
            if one is None:
                return [], 0.0
            value, symbol, numbers = one.array[at], one.at(*at), f"{one.array[at]:.4g}"
            if other is not None:
                value = value * other.array[there]
                symbol, numbers = (
                    f"{symbol} · {other.at(*there)}",
                    f"{numbers} · {other.array[there]:.4g}",
                )
            total += float(value)
            terms.append((symbol, numbers, f"{value + 0.0:.6g}"))
        return terms, total

    def _known(self, quantity: str, more: Mapping[str, Array], factor: float = 1.0) -> Shown | None:
        """A quantity of the way back: as the code has it, or as it has to be."""
        seen = None if quantity in more else self.shown(quantity)
        value = more.get(quantity, self.values.get(quantity))
        if seen is not None or value is None:
            return seen
        rows = not self.found.forward.layers[0].out_in
        return Shown(label(quantity), factor * value, factor, turned=rows)

    def _of_element(
        self, letter: str, layer: Layer, row: int, column: int, factor: float
    ) -> tuple[Terms, float]:
        """The one term of a number that is computed from one other."""
        n, z = layer.number, layer.Z
        if letter == "A":
            return self._of_activation(layer, row, column)
        if n == len(self.step.layers):
            a, y = self._of_forward("A", n), self.step.Y[row, column]
            if a is None:
                return [], 0.0
            value = float(a.array[row, column] - y)
            symbol = f"{a.at(row, column)} − y"
            numbers = f"{a.array[row, column]:.4g} − {y:.4g}"
            if self.step.loss == "cross_entropy" or not layer.activation:
                return [(symbol, numbers, f"{value:.6g}")], value
            error, symbol, numbers = value, f"({symbol})", f"({numbers})"
        else:
            da = self._known(f"dA{n}", {}, factor)
            if da is None:
                return [], 0.0
            error = float(da.array[row, column])
            symbol, numbers = da.at(row, column), f"{error:.4g}"
        try:
            g = float(slope(layer.activation, layer.A)[row, column])
        except ValueError:
            return [], 0.0
        here = self._of_forward("Z", n) or Shown(label(f"Z{n}"), z, 1.0, turned=False)
        value = error * g
        return [
            (f"{symbol} · g′({here.at(row, column)})", f"{numbers} · {g:.4g}", f"{value + 0.0:.6g}")
        ], value

    def _of_activation(self, layer: Layer, row: int, column: int) -> tuple[Terms, float]:
        z = self._of_forward("Z", layer.number)
        name, right = meant(layer.activation), activated(meant(layer.activation), layer.Z)
        if z is None or name != "softmax":
            return [], float(right[row, column])
        powers = np.exp(layer.Z[:, column])
        terms = [
            (f"e^{z.at(j, column)}", f"e^{layer.Z[j, column]:.4g}", f"{power:.6g}")
            for j, power in enumerate(powers)
        ]
        return terms, float(powers.sum())


def _shown(
    terms: Sequence[tuple[str, str, str]], total: float, value: float, m: int
) -> tuple[tuple[tuple[str, str, str], ...], str]:
    """As many terms as one can read, and how the number is made of their sum."""
    if not terms:
        return (), ""
    left_out = len(terms) - MOST_TERMS
    kept = tuple(terms[:MOST_TERMS])
    closing = f"… (+{left_out})   Σ = {total:.6g}" if left_out > 0 else f"Σ = {total:.6g}"
    if len(terms) > 1 and terms[0][0].startswith("e^"):
        return kept, closing
    if np.isclose(value, total):
        return kept, closing if len(terms) > 1 else ""
    share = value / total if total else 0.0
    if np.isclose(share, 1 / m):
        return kept, f"{closing}   · 1/m = {value:.6g}, m = {m}"
    return kept, f"{closing}   · {share:.4g} = {value:.6g}"


def _first_wrong(expected: Array, got: Array) -> tuple[int, int]:
    """The place of the first number that is wrong; where one of them is not 0, of such a one."""
    wrong = np.abs(expected - got) > CLOSE * np.abs(expected).max()
    for where in (wrong & (np.abs(expected) > CLOSE * np.abs(expected).max()), wrong):
        if where.any():
            row, column = np.argwhere(where)[0]
            return int(row), int(column)
    return 0, 0
