"""The whole step compiled: forward, loss, back-propagation and update in one function, recorded from the formulas."""

import logging
import math
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from gradiente.engines.base import RepeatedSteps, StepResult, Steps
from gradiente.engines.closed_form import ClosedFormEngine
from gradiente.engines.compiled.form import Form
from gradiente.engines.compiled.formulas import supported
from gradiente.engines.compiled.native import native
from gradiente.engines.compiled.operands import WEIGHT, Place
from gradiente.engines.compiled.program import Program, Taken
from gradiente.engines.compiled.recording import ROWS, NotRecordable, operand, recorded
from gradiente.engines.compiled.rules import Rule, record_rule
from gradiente.engines.compiled.source import Source
from gradiente.engines.compiled.stages import Stage, record_loss, stages_of
from gradiente.engines.compiled.threads import Threads
from gradiente.errors import ArgumentError, require_installed
from gradiente.layers import Context
from gradiente.locale import text
from gradiente.mapped import MappedArray, is_mapped
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups
from gradiente.symbolic import Symbol

Array = np.ndarray
log = logging.getLogger("gradiente")
GATHERED_BYTES = 4_000_000  # of a memory map at once, for a block of steps


class CompiledEngine(ClosedFormEngine):
    """Steps by machine code made of the layers', the loss's and the rule's own formulas.

    Compiled are networks of Linear, NTKLinear, convolutions and pools without copies in the padding, batch
    normalization, element-wise layers, and PBLD as the first layer; what else there is NumPy executes, and only the
    rule is compiled. Results are the same to rounding, and do not depend on the number of threads. Machine code is kept
    on disk.

    Errors: ArgumentError where llvmlite is not installed
    """

    name = "compiled"

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        *,
        parameter_groups: ParameterGroups | None = None,
    ) -> None:
        require_installed("llvmlite", extra="compiled")
        super().__init__(objective, optimizer, parameter_groups=parameter_groups)
        self.threads_to_use = Threads()
        self._stages: dict[Any, tuple[Stage, ...] | None] = {}
        self._said = False
        self._programs: dict[Any, Program | None] = {}
        self._checked: Array | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Of a copy, or a pickle: machine code belongs to the process."""
        return {**self.__dict__, "_programs": {}}

    def step(
        self,
        x: Array,
        y: Array,
        context: Context,
        optimizer: Optimizer,
        *,
        divisor: float | None = None,
        weights: Array | None = None,
    ) -> StepResult:
        divisor = self.objective.loss.divisor(y, weights) if divisor is None else divisor
        done = self.steps(x, y, [np.arange(len(x))], context, optimizer, [divisor], weights)
        if done is None or not done.valid:
            return super().step(x, y, context, optimizer, divisor=divisor, weights=weights)
        return StepResult(float(done.values[0]), float(done.penalties[0]), done.prediction)

    def steps(
        self,
        x: Array,
        y: Array,
        rows: Sequence[Array],
        context: Context,
        optimizer: Optimizer,
        divisors: Sequence[float],
        weights: Array | None = None,
    ) -> Steps | None:
        done = self._taken(x, y, rows, context, optimizer, divisors, weights)
        if done is None:
            return None
        taken, penalties = done
        seen = min(taken.count + 1, len(penalties))
        stop = sum(map(len, rows[:seen]))
        return Steps(taken.count, taken.valid, taken.values[:seen], penalties[:seen], taken.prediction[:stop])

    def repeated(
        self,
        x: Array,
        y: Array,
        rows: Array,
        context: Context,
        optimizer: Optimizer,
        divisor: float,
        times: int,
        weights: Array | None = None,
    ) -> RepeatedSteps | None:
        if self._draws(x.shape[1:]) or self.objective.penalties:
            return None
        given = [rows] * times, context, optimizer, [divisor] * times
        done = self._taken(x, y, *given, weights, keep=True)
        if done is None:
            return None
        taken, _ = done
        count = taken.count
        prediction = taken.prediction[: count * len(rows)].reshape(
            count, len(rows), taken.prediction.shape[1]
        )
        return RepeatedSteps(taken.values[:count], prediction, taken.thetas[:count], taken.gradients[:count])

    def _taken(
        self,
        x: Array,
        y: Array,
        rows: Sequence[Array],
        context: Context,
        optimizer: Optimizer,
        divisors: Sequence[float],
        weights: Array | None,
        *,
        keep: bool = False,
    ) -> tuple[Taken, Array] | None:
        """What steps gave, and the penalties' part of J at each; None where something cannot be recorded."""
        if not context.training or (context.generator is None and self._draws(x.shape[1:])):
            return None
        if isinstance(x, MappedArray) or is_mapped(x):
            each = len(rows[0]) * math.prod(x.shape[1:]) * x.dtype.itemsize
            rows = rows[: max(1, GATHERED_BYTES // max(1, each))]
        count = 1 if self.objective.penalties else len(rows)
        found = self._program(x.shape[1:], max(map(len, rows)), y, weights is not None, optimizer, count)
        if found is None:
            return None
        program, constants = found
        if keep and not program.code.keeps:
            return None
        self._check(y, program)
        rows, divided = rows[: len(constants)], np.array(divisors[: len(constants)], np.float64)
        fewest = program.form.fewest_rows
        few = next((place for place, each in enumerate(rows) if len(each) < fewest), len(rows))
        if few == 0:
            return None
        rows, constants, divided = rows[:few], constants[:few], divided[:few]
        given = x, y, weights, np.concatenate(rows)
        x, y, weights, all_rows = self._arrays(*given, labels=program.form.loss.labels)
        bounds = np.array([0, *accumulate(map(len, rows))], np.int64)
        penalties = np.full(len(rows), float(self.objective.penalty()))
        buffers = self._buffers(program.form)
        state = [self.network.theta, self.network.gradient, *self.slots.values(), buffers]
        generator = context.generator if self._draws(x.shape[1:]) else None
        drawn: Any = None if generator is None else generator.bit_generator.state
        threads = self.threads_to_use.next(program.code.pieces)
        started = time.perf_counter()
        taken = program.run(
            x,
            y,
            weights,
            all_rows,
            bounds,
            state,
            constants,
            context.dropout,
            divided,
            penalties,
            generator,
            threads,
            keep=keep,
        )
        self.threads_to_use.took(threads, (time.perf_counter() - started) / len(rows))
        self.t += taken.count
        self._keep_buffers(program.form, buffers, taken.count)
        if taken.count < len(rows) and generator is not None:
            generator.bit_generator.state = drawn
            for size in np.diff(bounds[: taken.count + 1]):
                self.network.forward(x[: int(size)], context)
        return taken, penalties

    def _arrays(
        self, x: Array, y: Array, weights: Array | None, rows: Array, *, labels: bool
    ) -> tuple[Array, Array, Array | None, Array]:
        """The data as the program reads them, and the rows of all steps: of another type or layout, only those rows."""
        dtype, kind = self.network.dtype, np.dtype(np.int64) if labels else self.network.dtype
        own = x.dtype == dtype and y.dtype == kind and not isinstance(x, MappedArray)
        w = None if weights is None else np.ascontiguousarray(weights, dtype)
        if own and x.flags.c_contiguous and y.flags.c_contiguous:
            return x, y, w, np.ascontiguousarray(rows, np.int64)
        x, y = self.network.as_batch(x[rows]), y[rows].astype(kind, copy=False)
        w = None if w is None else w[rows]
        return np.ascontiguousarray(x), np.ascontiguousarray(y), w, np.arange(len(rows))

    def _check(self, y: Array, program: Program) -> None:
        """Targets that are no class numbers, checked by the loss's own code, once."""
        if program.form.loss.labels or self._checked is y:
            return
        low, high = (float(end) for end in self.objective.loss.interval[1:-1].split(","))
        neutral = (
            0.0
            if low < 0 < high
            else 0.5
            if (low, high) == (0, 1)
            else low + 1
            if low > -np.inf
            else high - 1
        )
        self.objective.loss.unreduced(np.full_like(y, neutral, self.network.dtype), y)
        self._checked = y

    def _buffers(self, form: Form) -> Array:
        """The network's running statistics, side by side."""
        names = [name for stage in form.stages for name in stage.buffers.values()]
        return np.concatenate([np.empty(0, self.network.dtype), *(self.network.buffers[n] for n in names)])

    def _keep_buffers(self, form: Form, buffers: Array, steps: int) -> None:
        """The network's running statistics after so many steps."""
        for stage in form.stages:
            for name, own in stage.buffers.items():
                place = form.buffers[name]
                self.network.buffers[own][...] = buffers[place.start : place.stop]
            for name in stage.counters:
                self.network.buffers[name] += steps

    def _draws(self, shape: tuple[int, ...]) -> bool:
        stages = self._recorded_stages(shape)
        return stages is not None and any(stage.draws for stage in stages)

    def _recorded_stages(self, shape: tuple[int, ...]) -> tuple[Stage, ...] | None:
        """The network as stages, for instances of that shape; None where it cannot be recorded."""
        key = (self.network.frozen, shape)
        if key not in self._stages:
            try:
                self._stages[key] = tuple(stages_of(self.network, shape))
            except NotRecordable as error:
                self._stages[key] = self._by_numpy(error)
        return self._stages[key]

    def _by_numpy(self, reason: NotRecordable) -> None:
        """Say once that NumPy executes the steps, and what is not compiled."""
        if not self._said:
            log.info(text("engine.by_numpy", layer=str(reason)))
        self._said = True

    def _program(
        self, shape: tuple[int, ...], rows: int, y: Array, weighted: bool, optimizer: Optimizer, steps: int
    ) -> tuple[Program, Array] | None:
        """The program for the next steps, and the constants of each; of one step where the rule is not the same at all.

        None where something cannot be recorded.
        """
        stages = self._recorded_stages(shape)
        if stages is None:
            return None
        groups = self.parameter_groups.slices(self.network, optimizer)
        rules, steps = self._rules([rule for rule, _ in groups], steps)
        batch_size = max(rows, self.batch_size)
        lines = tuple(rule.lines for rule in rules)
        key = (self.network.frozen, shape, batch_size, y.ndim, y.dtype.kind, weighted, lines)
        if key not in self._programs:
            slices = [pieces for _, pieces in groups]
            self._programs[key] = self._new_program(stages, rules, slices, batch_size, y, weighted=weighted)
        program = self._programs[key]
        if program is None:
            return None
        numbers = [number for rule in rules for number in rule.constants]
        constants = np.empty((steps, len(numbers)), self.network.dtype)
        for place, number in enumerate(numbers):
            constants[:, place] = number
        return program, constants

    def _rules(self, optimizers: list[Optimizer], steps: int) -> tuple[list[Rule], int]:
        """The rules of the next steps, and of how many: of one where they are not the same at all, as at t = 1."""
        following = range(self.t + 1, self.t + 1 + steps)
        try:
            return [record_rule(each, list(self.slots), following) for each in optimizers], steps
        except ArgumentError:
            if steps == 1:
                raise
            return self._rules(optimizers, 1)

    def _new_program(
        self,
        stages: tuple[Stage, ...],
        rules: list[Rule],
        slices: list[list[slice]],
        batch_size: int,
        y: Array,
        *,
        weighted: bool,
    ) -> Program | None:
        """None where something cannot be recorded, or be compiled."""
        objective, network = self.objective, self.network
        try:
            loss = record_loss(objective.loss, stages[-1].outputs, y, weighted=weighted)
            weight = operand(Symbol(WEIGHT), (ROWS, 1), network.dtype)
            penalties = tuple(
                recorded(type(p).__name__, lambda p=p: p.gradient(weight)).symbol for p in objective.penalties
            )
            supported(penalties)
            return Program(
                Form(
                    stages=stages,
                    loss=loss,
                    rules=tuple(rules),
                    groups=tuple(_groups(stages, slices)),
                    penalties=penalties,
                    clip_value=objective.clip.value,
                    clip_norm=objective.clip.norm,
                    parameters=network.theta.size,
                    batch_size=batch_size,
                    float64=network.dtype == np.float64,
                    slots=tuple(self.slots),
                )
            )
        except NotRecordable as error:
            return self._by_numpy(error)
        except Exception as error:  # whatever the translation or LLVM raises
            reason = str(error).strip().split("\n")[0]
            warnings.warn(text("engine.not_compiled", reason=reason), stacklevel=2)
            return None

    def _update(self, optimizer: Optimizer) -> None:
        """The rule alone, compiled, where NumPy executes the rest of the step."""
        for rule, slices in self.parameter_groups.slices(self.network, optimizer):
            recorded_rule = record_rule(rule, list(self.slots), range(self.t, self.t + 1))
            constants = np.array(recorded_rule.constants, self.network.dtype)
            update = rule_alone(recorded_rule.lines, tuple(self.slots), self.network.dtype.name)
            for piece in slices:
                arrays = [self.network.theta, self.network.gradient, *self.slots.values()]
                pointers = [array[piece].ctypes.data for array in arrays]
                update(*pointers, constants.ctypes.data, piece.stop - piece.start)


def rule_alone(lines: tuple[str, ...], slots: tuple[str, ...], dtype: str) -> Callable[..., None]:
    """The compiled loop of a recorded rule over parameters."""
    pointers = ["theta", "gradient", *(f"slot_{name}" for name in slots), "c"]
    source = Source({**dict.fromkeys(pointers, f"{dtype}*"), "count": "int64"}, dtype == "float64")
    return native(source.program(lines), list(source.arguments.values()), fastmath=dtype != "float64")


def _groups(stages: tuple[Stage, ...], slices: list[list[slice]]) -> Iterator[tuple[Place, int]]:
    """Every parameter that learns, and the number of its group."""
    for stage in stages:
        own = [stage.places[name] for name in stage.parameter_gradients]
        for place in (*(stage.head_places if stage.learns else ()), *own):
            yield (
                place,
                next(
                    number
                    for number, pieces in enumerate(slices)
                    if any(piece.start <= place.start < piece.stop for piece in pieces)
                ),
            )
