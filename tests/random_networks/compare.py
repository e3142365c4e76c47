"""The closed forms and a plain loop of PyTorch train the same random network: every number of every step."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from gradiente.engines import NumpyEngine
from gradiente.layers import Context
from gradiente.objective import Objective
from gradiente.parity.difference import Difference, difference, largest

from .networks import RandomNetwork
from .plain_loop import PlainLoop

Array = np.ndarray
BOUND = 1e-9
SMALL = 1e-2  # a derivative below this part of the largest is measured against that part
ROUNDED = 1e-6  # a derivative below this part of the largest lacks digits, and some rules divide by it
RUNAWAY = 1e8  # a training beyond that J is not followed further
JUMP = 1e-6  # how much derivatives change at least where rounding decides them
POINTS = 8  # that are tried nearby to see it


class Pass(NamedTuple):
    """Forward and backward: ŷ and J, the derivatives of J, the largest of them and of those inside, the caches."""

    values: dict[str, Array]
    derivatives: dict[str, Array]
    top: float
    caches: list[Any]


def failures(case: RandomNetwork) -> list[str]:
    """What differs by more than the bound, in words."""
    return [
        f"{found.place()}: {found.closed_form!r}, in PyTorch {found.pytorch!r}, relative difference {found.size()}"
        for found in differences(case)
        if _too_large(found)
    ]


def differences(case: RandomNetwork) -> Iterator[Difference]:
    """ŷ, J, every derivative, the running statistics and the parameters of each step; then a prediction.

    A difference is relative to the largest number of its quantity, or to 1 where that is smaller; that of a derivative,
    to the largest of its own or to a hundredth of the step's largest, since some are rounding error and nothing else:
    that of a bias before a normalization, which subtracts it again. A step whose derivatives differ is the last.
    """
    objective = case.objective()
    network, engine = objective.network, NumpyEngine(objective, case.optimizer)
    loop = PlainLoop(case, network)
    for step in range(case.steps):
        x, y = case.batch(step)
        ours = _pass(objective, x, y, case.context(step))
        values, expected = loop.backward(x, y, ours.caches)
        yield from _compared(step, "", ours.values, values)
        if abs(values["J"]) > RUNAWAY:
            return
        least = SMALL * ours.top or 1.0
        compared = [*_compared(step, "∂J/∂", ours.derivatives, expected, least)]
        if any(map(_too_large, compared)):
            if not _hangs_on_rounding(objective, loop, case, step):
                yield from compared
            return
        yield from compared

        engine.step(x, y, case.context(step), case.optimizer)
        yield from _compared(step, "", network.buffers, loop.buffers())
        clipped = network.trainable_gradients()
        yield from _compared(step, "clipped ∂J/∂", clipped, loop.clip(), least)
        # An entry of a gradient that is rounding error becomes a step of full length where a rule divides by its size:
        # there PyTorch's optimizer is given ours.
        rounded = {name: np.abs(expected[name]) < ROUNDED * ours.top for name in clipped}
        loop.replace(clipped, rounded)
        yield from _compared(step, "", network.parameters, loop.update())
    x, _ = case.batch(case.steps)
    yield from _compared(case.steps, "", {"prediction": network.predict(x)}, {"prediction": loop.predict(x)})


def _compared(
    step: int, prefix: str, ours: Mapping[str, Array], theirs: Mapping[str, Array], least: float = 1.0
) -> Iterator[Difference]:
    for name, numbers in theirs.items():
        yield difference(f"step {step}: {prefix}{name}", ours[name], numbers, largest(numbers, least))


def _too_large(found: Difference) -> bool:
    return not found.relative <= BOUND


def _pass(objective: Objective, x: Array, y: Array, context: Context) -> Pass:
    """Forward and backward by the closed forms."""
    network = objective.network
    done = objective.forward(x, y, context)
    dy = objective.loss.gradient(done.prediction, y)
    deltas = dict(network.walk_back(done.caches, dy, input_gradient=True))
    objective.add_penalties()
    gradients = {name: gradient.copy() for name, gradient in network.trainable_gradients().items()}
    top = max(largest(numbers, 0.0) for numbers in [*deltas.values(), *gradients.values()])
    values = {"ŷ": done.prediction, "J": np.array(done.value)}
    return Pass(values, {"ŷ": dy, "x": deltas[0], **gradients}, top, done.caches)


def _hangs_on_rounding(objective: Objective, loop: PlainLoop, case: RandomNetwork, step: int) -> bool:
    """Whether derivatives jump where all numbers are larger or smaller by a trillionth, ours or PyTorch's.

    So they do where numbers that are equal but for rounding are the maxima of a window, or lie at a kink: before a
    ReLU, what is left of a constant after its mean is subtracted. Numbers that are exactly 0 stay so.
    """
    x, y = case.batch(step)
    network, generator, first = objective.network, np.random.default_rng(step), None
    for _ in range(POINTS):
        ours = _pass(objective, x, y, case.context(step))
        loop.load(network.parameters)
        both = ours.derivatives, loop.backward(x, y, ours.caches)[1]
        first = first or both
        if any(map(partial(_jump, least=SMALL * ours.top or 1.0), first, both)):
            return True
        network.theta *= _nearly_1(generator, network.theta)
        x = x * _nearly_1(generator, x) if x.dtype.kind == "f" else x
    return False


def _jump(here: Mapping[str, Array], there: Mapping[str, Array], *, least: float) -> bool:
    changes = (difference(name, there[name], here[name], largest(here[name], least)) for name in here)
    return any(JUMP < change.relative < np.inf for change in changes)


def _nearly_1(generator: "np.random.Generator", like: Array) -> Array:
    return 1 + 1e-12 * generator.standard_normal(like.shape)
