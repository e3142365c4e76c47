"""The closed forms and a plain loop of PyTorch train the same random network: every number of every step."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gradiente.engines import NumpyEngine
from gradiente.parity.difference import Difference, difference, largest

from .networks import RandomNetwork
from .plain_loop import PlainLoop

Array = np.ndarray
BOUND = 1e-9
SMALL = 1e-3  # a derivative below this part of the largest is measured against that part
ROUNDED = 1e-6  # a derivative below this part of the largest lacks digits, and some rules divide by it
RUNAWAY = 1e8  # a training beyond that J is not followed further
JUMP, POINTS = (
    1e-6,
    8,
)  # how much derivatives jump where rounding decides them, and how many points nearby are tried


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
    to the largest of its own or to a thousandth of the step's largest, since some are rounding error and nothing else:
    that of a bias before a normalization, which subtracts it again. A step whose derivatives differ is the last.
    """
    objective = case.objective()
    network, engine = objective.network, NumpyEngine(objective, case.optimizer)
    loop = PlainLoop(case, network)
    for step in range(case.steps):
        x, y = case.batch(step)
        done = objective.forward(x, y, case.context(step))
        dy = case.loss.gradient(done.prediction, y)
        deltas = dict(network.walk_back(done.caches, dy, input_gradient=True))
        objective.add_penalties()
        derivatives = {"ŷ": dy, "x": deltas[0], **_copies(network.trainable_gradients())}
        values, expected = loop.backward(x, y, done.caches)
        top = max(largest(numbers, 0.0) for numbers in [*deltas.values(), *derivatives.values()])
        least = SMALL * top or 1.0
        yield from _compared(step, "", {"ŷ": done.prediction, "J": np.array(done.value)}, values)
        if abs(values["J"]) > RUNAWAY:
            return
        compared = [*_compared(step, "∂J/∂", derivatives, expected, least)]
        if any(map(_too_large, compared)):
            if not _hangs_on_rounding(loop, expected, least, (x, y, done.caches)):
                yield from compared
            return
        yield from compared

        engine.step(x, y, case.context(step), case.optimizer)
        yield from _compared(step, "", network.buffers, loop.buffers())
        # An entry of a gradient that is rounding error becomes a step of full length where a rule divides by its size:
        # there PyTorch's optimizer is given ours.
        rounded = {name: np.abs(expected[name]) < ROUNDED * top for name in network.trainable_gradients()}
        clipped = network.trainable_gradients()
        yield from _compared(step, "clipped ∂J/∂", clipped, loop.clip(), least)
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


def _hangs_on_rounding(
    loop: PlainLoop, expected: Mapping[str, Array], least: float, batch: tuple[Array, Array, Sequence[Any]]
) -> bool:
    """Whether PyTorch's own derivatives jump where all numbers are larger or smaller by a trillionth.

    So they do where numbers that are equal but for rounding are the maxima of a window, or lie at a kink: before a
    ReLU, what is left of a constant after its mean is subtracted. Numbers that are exactly 0 stay so.
    """
    for _ in range(POINTS):
        nearby = loop.nearby(*batch)
        jumps = (difference(n, nearby[n], e, largest(e, least)).relative for n, e in expected.items())
        if max(jumps) > JUMP:
            return True
    return False


def _copies(arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name: array.copy() for name, array in arrays.items()}
