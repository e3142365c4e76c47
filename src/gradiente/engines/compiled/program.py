"""A compiled training step: its form, its machine code and the memory that it works in."""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.engines.compiled import team
from gradiente.engines.compiled.by_neurons import ByNeurons
from gradiente.engines.compiled.by_rows import ByRows
from gradiente.engines.compiled.drawing import keep_state, state_of
from gradiente.engines.compiled.form import Form
from gradiente.engines.compiled.native import native

Array = np.ndarray
WIDE = 256  # neurons of a layer that is worth cutting by neurons
MOST_ROWS = 2048  # of a batch whose values are all kept at once


@dataclass(frozen=True)
class Code:
    """The machine code of a form, how much memory it works in, and whether it keeps θ after every step."""

    function: Callable[..., None]
    numbers: int
    classes: int
    sums: int
    pieces: int
    keeps: bool


def code_of(form: Form) -> Code:
    """The machine code of a form; forms with the same source share it.

    Errors: those of `native`
    """
    program = (ByNeurons if by_neurons(form) else ByRows)(form)
    source = program.text()
    keeps = form.can_keep and isinstance(program, ByRows)
    sums = program.sum_count if isinstance(program, ByRows) else 0
    function = native(source, list(form.arguments().values()), fastmath=not form.float64)
    return Code(function, program.numbers(), program.class_count, sums, program.pieces, keeps)


def by_neurons(form: Form) -> bool:
    """Whether the layers are cut by their neurons, not the batch by its rows."""
    if any(stage.windows is not None or stage.positions > 1 for stage in form.stages):
        return False
    if form.sums_rows or form.stages[0].waves:
        return True
    widest = max((stage.outputs for stage in form.stages if stage.weight), default=0)
    return widest >= WIDE and form.batch_size <= MOST_ROWS


@dataclass(frozen=True)
class Taken:
    """How many steps were taken, whether the next one's data are valid, J of each, and the output for each row.

    `thetas` and `gradients` are those after every step, where they are kept.
    """

    count: int
    valid: bool
    values: Array
    prediction: Array
    thetas: Array
    gradients: Array


class Program:
    """A form's machine code, and memory for it."""

    def __init__(self, form: Form) -> None:
        self.form, self.code = form, code_of(form)
        dtype = np.dtype(form.number)
        self.work = np.zeros(self.code.numbers, dtype)
        self.classes = np.zeros(self.code.classes, np.int64)
        self.sums = np.zeros(self.code.sums)

    def run(
        self,
        x: Array,
        targets: Array,
        weights: Array | None,
        rows: Array,
        bounds: Array,
        state: Sequence[Array],
        constants: Array,
        dropout: float,
        divisors: Array,
        penalties: Array,
        generator: "np.random.Generator | None",
        threads: int,
        *,
        keep: bool,
    ) -> Taken:
        """Take steps.

        Arguments:
            x, targets, weights: of all instances, contiguous, of the network's type; no weights where the loss has none
            rows, bounds: the instances of all steps, and where in `rows` each step begins, and the last ends
            state: θ, the gradient, the optimizer's slots and the running statistics, which change
            constants: of the rules, for each step
            dropout: the factor of every dropout's p
            divisors, penalties: what the loss is divided by, and the penalties' part of J, for each step
            generator: that layers draw from
            threads: how many work together
            keep: whether θ and the gradient are kept after every step
        """
        steps, form = len(bounds) - 1, self.form
        predictions = np.empty((len(rows), form.outputs), self.work.dtype)
        values = np.full(steps, np.nan)
        thetas, gradients = np.empty((2, steps if keep else 0, form.parameters), self.work.dtype)
        numbers = team.new_team(steps)
        calls = team.addresses().copy()
        own = None if generator is None else state_of(generator)
        drawn_from: Any = 0 if own is None else own
        if generator is not None and own is None:
            interface = generator.bit_generator.ctypes
            drawn_from = interface.state_address
            calls[team.UNIFORM] = ctypes.cast(interface.next_uint32, ctypes.c_void_p).value or 0
        arguments: list[Any] = [
            x,
            targets,
            *([] if weights is None else [weights]),
            rows,
            bounds,
            *state,
            constants,
            constants.shape[1],
            np.array([dropout], self.work.dtype),
            divisors,
            penalties,
        ]
        arguments += [self.work, self.classes, predictions, values, thetas, gradients, int(keep)]
        arguments += [self.sums, drawn_from, numbers, calls]
        values_of = [each.ctypes.data if isinstance(each, np.ndarray) else each for each in arguments]
        team.run_together(lambda: self.code.function(*values_of), threads if self.code.pieces > 1 else 1)
        if generator is not None and own is not None:
            keep_state(generator, own)
        valid = numbers[team.FAILED] != team.INVALID
        return Taken(int(numbers[team.STEPS]), bool(valid), values, predictions, thetas, gradients)
