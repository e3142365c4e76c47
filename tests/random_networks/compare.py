"""The closed forms and a plain loop of PyTorch train the same random network: every number of every step."""

from collections.abc import Iterator, Mapping

import numpy as np

from gradiente.engines import NumpyEngine
from gradiente.parity.difference import Difference, difference, largest

from .networks import RandomNetwork
from .plain_loop import PlainLoop

Array = np.ndarray
BOUND = 1e-9
SMALL = 1e-3  # a derivative below this part of the largest is measured against that part
ROUNDED = 1e-6  # a derivative below this part of the largest lacks digits, and some rules divide by it


def failures(case: RandomNetwork) -> list[str]:
    """What differs by more than the bound, in words."""
    return [
        f"{found.place()}: {found.closed_form!r}, in PyTorch {found.pytorch!r}, relative difference {found.size()}"
        for found in differences(case)
        if not found.relative <= BOUND
    ]


def differences(case: RandomNetwork) -> Iterator[Difference]:
    """ŷ, J, every derivative, the running statistics and the parameters of each step; then a prediction.

    A difference is relative to the largest number of its quantity, or to 1 where that is smaller; that of a derivative,
    to the largest of its own or to a thousandth of the step's largest, since some are rounding error and nothing else:
    that of a bias before a normalization, which subtracts it again.
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
        yield from _compared(step, "", {"ŷ": done.prediction, "J": np.array(done.value)}, values)
        yield from _compared(step, "∂J/∂", derivatives, expected, SMALL * top or 1.0)

        engine.step(x, y, case.context(step), case.optimizer)
        yield from _compared(step, "", network.buffers, loop.buffers())
        # An entry of a gradient that is rounding error becomes a step of full length where a rule divides by its size:
        # there PyTorch's optimizer is given ours.
        rounded = {name: np.abs(expected[name]) < ROUNDED * top for name in network.trainable_gradients()}
        clipped = network.trainable_gradients()
        yield from _compared(step, "clipped ∂J/∂", clipped, loop.clip(), SMALL * top or 1.0)
        loop.replace(clipped, rounded)
        yield from _compared(step, "", network.parameters, loop.update())
    x, _ = case.batch(case.steps)
    yield from _compared(case.steps, "", {"prediction": network.predict(x)}, {"prediction": loop.predict(x)})


def _compared(
    step: int, prefix: str, ours: Mapping[str, Array], theirs: Mapping[str, Array], least: float = 1.0
) -> Iterator[Difference]:
    for name, numbers in theirs.items():
        yield difference(f"step {step}: {prefix}{name}", ours[name], numbers, largest(numbers, least))


def _copies(arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {name: array.copy() for name, array in arrays.items()}
