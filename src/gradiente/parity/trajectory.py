"""One network trained by both engines, from the same weights, with the same batches."""

import math
from dataclasses import dataclass
from itertools import islice

import numpy as np

from gradiente.engines import NumpyEngine, Torch, TorchEngine
from gradiente.errors import DivergenceError, is_whole, require
from gradiente.formatting import count, number, short
from gradiente.layers import Context
from gradiente.locale import text
from gradiente.network import Network
from gradiente.objective import Objective
from gradiente.parity.difference import Difference, difference, largest
from gradiente.parity.setup import TrainingSetup
from gradiente.trace.naming import lecture_names

Array = np.ndarray

BOUND = 1e-9
SMALL = 1e-2  # of the largest entry of a parameter: what is smaller is measured against that


@dataclass(frozen=True)
class Trajectory:
    """The training run of a setup on both engines.

    `losses` is J before every step, by the closed form and by PyTorch; `drift` the difference of the weight or running
    statistic that differs most after every step; `differences` those of each parameter and buffer after the last.

    Shapes: losses (steps, 2)
    """

    setup: TrainingSetup
    losses: Array
    drift: tuple[Difference, ...]
    differences: tuple[Difference, ...]

    bound = BOUND

    @property
    def steps(self) -> int:
        return len(self.drift)

    @property
    def worst(self) -> tuple[int, Difference]:
        """The largest difference of all steps, and the step after which it was there, counted from 1."""
        step = max(range(self.steps), key=lambda step: self.drift[step].relative)
        return step + 1, self.drift[step]

    @property
    def passed(self) -> bool:
        """Whether the bound held after every step."""
        return self.worst[1].relative <= self.bound

    def place(self, entry: Difference) -> str:
        """Where a difference is, by the lecture's name and by PyTorch's."""
        return entry.place(lecture_names(self.setup.network.nodes))

    def outcome(self) -> str:
        """The largest difference between the engines, in one line."""
        step, worst = self.worst
        return text(
            "parity.drift" if self.passed else "parity.drift_apart",
            steps=count(self.steps),
            first=number(float(self.losses[0, 0])),
            last=number(float(self.losses[-1, 0])),
            other=number(float(self.losses[-1, 1])),
            place=self.place(worst),
            step=step,
            difference=worst.size(),
            bound=short(self.bound),
        )


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def follow(setup: TrainingSetup, steps: int = 200) -> Trajectory:
    """Train the network with NumPy's closed forms and with PyTorch's automatic differentiation, side by side.

    Equation:   drift = max_i |a_i − b_i| / max(|a_i|, |b_i|, s/100),   s the largest entry of a_i's array

    A weight may cross zero, where it has no significant digits: entries below a hundredth of the largest of their own
    array are measured against that hundredth.

    Arguments:
        steps: ≥ 1

    Errors: ArgumentError where PyTorch is not installed, for fewer steps than one, or where nothing is trainable;
        DivergenceError where the loss becomes NaN or infinite

    >>> from gradiente.layers import Linear
    >>> from gradiente.losses import MSELoss
    >>> from gradiente.optimizers import Adam
    >>> given = {"network": Network([Linear(3, 2)]), "loss": MSELoss(), "optimizer": Adam()}
    >>> done = follow(TrainingSetup(**given, data=None, x=np.eye(3), y=np.ones((3, 2)), batch_size=2), steps=5)
    >>> done.passed, done.losses.shape
    (True, (5, 2))
    """
    require(is_whole(steps, 1), "parity.steps", value=repr(steps))
    numpy_network, torch_network = setup.start(), setup.start()
    require(bool(numpy_network.trainable), "trainer.no_parameters")
    rest = (setup.loss, setup.penalties, setup.clip)
    ours, theirs = Objective(numpy_network, *rest), Objective(torch_network, *rest)
    groups = setup.parameter_groups
    closed_form = NumpyEngine(ours, setup.optimizer, parameter_groups=groups)
    pytorch = TorchEngine(theirs, setup.optimizer, Torch(device="cpu"), parameter_groups=groups)
    losses, drift = np.empty((steps, 2)), list[Difference]()
    differences: tuple[Difference, ...] = ()
    for step, (x, y, weights) in enumerate(islice(setup.batches(), steps)):
        rule = setup.rule(step, losses[:step, 0])
        for column, engine in enumerate((closed_form, pytorch)):
            done = engine.step(x, y, Context(training=True), rule, weights=weights)
            losses[step, column] = done.value
        if not math.isfinite(losses[step, 0]):
            raise DivergenceError("parity.diverged", step=step + 1, value=losses[step, 0], lr=rule.lr)
        pytorch.download()
        differences = compare_networks(numpy_network, torch_network)
        drift.append(max(differences, key=lambda entry: entry.relative))
    return Trajectory(setup, losses, tuple(drift), differences)


def compare_networks(closed_form: Network, pytorch: Network) -> tuple[Difference, ...]:
    """The differences of every parameter and buffer of two networks of one form."""
    theirs = pytorch.parameters | pytorch.buffers
    return tuple(
        difference(name, ours, theirs[name], _scale(ours, theirs[name]))
        for name, ours in (closed_form.parameters | closed_form.buffers).items()
    )


def _scale(a: Array, b: Array) -> Array:
    larger = np.maximum(np.abs(a), np.abs(b))
    return np.maximum(larger, SMALL * largest(larger, least=0.0) or 1.0)
