"""A small network trained by the checker's chain of links, one of which may be computed by a wrong rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from gradiente.checker.rules.chains import Made
from gradiente.checker.rules.dataflow import Layer, Step, link, name_of
from gradiente.data import Dataset, batches
from gradiente.errors import DataError, require
from gradiente.lab.places import gradients
from gradiente.losses import BCELoss, NLLLoss
from gradiente.streams import Purpose, stream
from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.load_for import load_for

Array = np.ndarray
Parameters = Sequence[tuple[Array, Array]]  # W (h, n) and b (h, 1) of each layer
DATA = ("xor", "circles", "moons", "blobs")
LOSS = "cross_entropy"
ACTIVATIONS = {
    "tanh": "Tanh()",
    "sigmoid": "Sigmoid()",
    "relu": "ReLU()",
}  # the checker's names, the library's
UNITS, SAMPLES, BATCH, SEED = 8, 240, 32, 0
RATES = {"tanh": 0.5, "sigmoid": 2.0, "relu": 0.5}
BACKWARD = (("target", 2), ("output", 2), ("dW", 2), ("db", 2), ("dA", 2), ("dZ", 1), ("dW", 1), ("db", 1))


def config_of(data: str, activation: str) -> Config:
    """What is trained: two inputs, one hidden layer, descent by the gradient alone.

    Errors: ArgumentError for other data, or another activation
    """
    require(data in DATA and activation in ACTIVATIONS, "lab.broken", data=data, activation=activation)
    toy = {} if data == "xor" else {"samples": SAMPLES}
    return Config().changed(
        name=data,
        hidden=[UNITS],
        activation=ACTIVATIONS[activation],
        optimizer=f"SGD(lr={RATES[activation]})",
        batch_size="all" if data == "xor" else BATCH,
        validation=0.0,
        dtype="float64",
        seed=SEED,
        **toy,
    )


@dataclass(frozen=True, eq=False)
class Problem:
    """What a right run and a wrong one have in common: the data, the first parameters, the order of the batches.

    Arguments:
        data: instances as rows
        y: the targets as columns, (k, m)
        activations: of both layers, as the checker names them
        first: the initial parameters
    """

    data: Dataset
    y: Array
    activations: tuple[str, str]
    first: Parameters
    rate: float
    batch_size: int

    @classmethod
    def of(cls, data: str, activation: str) -> Self:
        config = config_of(data, activation)
        train, _ = load_for(config)
        planned = plan(config, train)
        given = planned.network.parameters
        first = [(given[f"{i}.weight"].copy(), given[f"{i}.bias"][:, None].copy()) for i in (0, 2)]
        outputs = len(first[1][0])
        y = train.y[None].astype(float) if outputs == 1 else np.eye(outputs)[train.y].T
        size = planned.config.descent.batch_size
        return cls(
            data=train,
            y=y,
            activations=(activation, "sigmoid" if outputs == 1 else "softmax"),
            first=first,
            rate=RATES[activation],
            batch_size=len(train) if size == "all" else int(size or 0),
        )

    def rows(self) -> Iterator[Array]:
        """The rows of every batch, epoch after epoch, as a training run takes them."""
        epoch = 0
        while True:
            epoch += 1
            order = stream(Purpose.ORDER, SEED, epoch)
            yield from batches(np.arange(len(self.data)), self.batch_size, order)

    def forward(self, parameters: Parameters, x: Array, y: Array, made: Made | None = None) -> Step:
        """The forward pass; x (2, m), y (k, m).

        Errors: ValueError where a wrong rule gives no numbers
        """
        layers: tuple[Layer, ...] = ()
        values: dict[str, Array] = {}
        for number, ((w, b), activation) in enumerate(zip(parameters, self.activations, strict=True), 1):
            given = layers[-1].A if layers else x
            layers += (Layer(number, given, w, b, x, x, activation, w, b),)  # Z and A are not there yet
            for kind in ("Z", "A"):
                step = Step(layers, y, LOSS)
                values[f"{kind}{number}"] = value = _linked(step, kind, number, values, made)
                layers = (*layers[:-1], replace(layers[-1], **{kind: value}))
        return Step(layers, y, LOSS)

    def passed(
        self, parameters: Parameters, rows: Array, made: Made | None = None
    ) -> tuple[Step, dict[str, Array]]:
        """A step, and its quantities in the order in which they are computed, gradients as the update takes them.

        Errors: ValueError where a wrong rule gives no numbers
        """
        x, y = self.data.x[rows].T, self.y[:, rows]
        step = self.forward(parameters, x, y, made)
        found = {f"{kind}{layer.number}": getattr(layer, kind) for layer in step.layers for kind in "ZA"}
        values: dict[str, Array] = {}
        for kind, number in BACKWARD:
            value = _linked(step, kind, number, values, made)
            if kind in ("dW", "db"):
                step = self._updated(step, kind[1], number, value)
                value = np.broadcast_to(value, getattr(step.layers[number - 1], kind[1]).shape)
            values[name_of(kind, number)] = value
        return step, {**found, **values}

    def gradients(self, parameters: Parameters, rows: Array, made: Made | None = None) -> Mapping[str, Array]:
        """The gradients of a step, the same as of `passed`.

        Errors: ValueError where a wrong rule gives no numbers
        """
        x, y = self.data.x[rows].T, self.y[:, rows]
        with np.errstate(all="ignore"):
            return gradients(parameters, x, y, self.activations, self.rate, made)

    def _updated(self, step: Step, letter: str, number: int, gradient: Array) -> Step:
        """The step with a parameter as it is after its update."""
        layer = step.layers[number - 1]
        after = getattr(layer, letter) - self.rate * gradient
        if after.shape != getattr(layer, letter).shape:
            raise ValueError(letter)
        layers = list(step.layers)
        layers[number - 1] = replace(layer, **{f"{letter}_after": after})
        return replace(step, layers=tuple(layers))

    def cost(self, step: Step) -> float:
        """J of its predictions; NaN where they are no probabilities."""
        a = step.layers[-1].A.T
        try:
            if len(step.Y) == 1:
                return BCELoss().value(a, step.Y.T)
            with np.errstate(all="ignore"):
                return NLLLoss().value(np.log(a), step.Y.argmax(axis=0))
        except DataError:
            return np.nan

    def accuracy(self, step: Step) -> float:
        """The share of the instances whose class is right."""
        a = step.layers[-1].A
        classes = a[0] > 0.5 if len(a) == 1 else a.argmax(axis=0)
        return float(np.mean(classes == (step.Y[0] if len(a) == 1 else step.Y.argmax(axis=0))))


def _linked(step: Step, kind: str, number: int, values: Mapping[str, Array], made: Made | None) -> Array:
    if made is None or (made.wrong.kind, made.layer) != (kind, number):
        return link(step, kind, number, values)
    return link(step, kind, number, values, made.wrong.rule)


def gradient_of(quantities: Mapping[str, Array]) -> Array:
    """All gradients of the parameters, one after the other."""
    return np.concatenate([quantities[name].ravel() for name in ("dW1", "db1", "dW2", "db2")])


@dataclass(frozen=True, eq=False)
class Trained:
    """A run, every so many steps.

    Arguments:
        moments: the parameters at each of them; fewer where numbers became infinite
        costs, accuracies: of all the data, by the run's own forward pass
    """

    moments: Sequence[Parameters]
    costs: Sequence[float]
    accuracies: Sequence[float]


def trained(problem: Problem, made: Made | None, moments: int, every: int) -> Trained:
    """Train from the first parameters, and look every so many steps.

    Arguments:
        made: a wrong rule, and the link that it computes
    """
    parameters, rows = problem.first, problem.rows()
    seen: list[tuple[Parameters, float, float]] = []
    try:
        for moment in range(moments):
            for _ in range(every if moment else 0):
                parameters = stepped(problem, parameters, next(rows), made)
            whole = problem.forward(parameters, problem.data.x.T, problem.y, made)
            seen.append((parameters, problem.cost(whole), problem.accuracy(whole)))
    except ValueError:
        pass  # numbers are no longer finite
    kept, costs, accuracies = zip(*seen, strict=True) if seen else ((), (), ())
    return Trained(kept, costs, accuracies)


def stepped(problem: Problem, parameters: Parameters, rows: Array, made: Made | None) -> Parameters:
    """The parameters after one step.

    Errors: ValueError where numbers are not finite
    """
    found = problem.gradients(parameters, rows, made)
    return [
        (w - problem.rate * found[f"dW{number}"], b - problem.rate * found[f"db{number}"])
        for number, (w, b) in enumerate(parameters, 1)
    ]
