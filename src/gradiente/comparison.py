"""The remedies against overfitting, side by side: the same network, the same few instances, several seeds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from gradiente.data import Dataset, RandomAffine, stratified_split
from gradiente.errors import ArgumentError, DataError, did_you_mean, require
from gradiente.layers import BatchNorm1d, Dropout, Layer, Linear, ReLU
from gradiente.locale import text
from gradiente.losses import BCEWithLogitsLoss, CrossEntropyLoss, Loss, MSELoss
from gradiente.network import Network
from gradiente.optimizers import Adam
from gradiente.penalties import L1, L2
from gradiente.training import Callback, EarlyStopping, Trainer, TrainingState, evaluate
from gradiente.training.targets import targets
from gradiente.words import short

PARTS = ("train", "validation", "test")
EPOCHS = 100
BATCH_SIZE = 32
MOST_SAMPLES = 0.8  # of the training part: the rest validates
_FEW = {"iris": 30, "moons": 40, "circles": 40, "spirals": 80, "blobs": 40}


def default_samples(train: Dataset) -> int:
    """So few training instances that a network of the usual size learns them by heart."""
    return _FEW.get(train.name, min(200, len(train) // 2))


@dataclass(frozen=True)
class Remedy:
    """One thing done against overfitting: an entry of REMEDIES.

    Arguments:
        name: on the command line; its words are the messages compare.remedy.NAME and compare.says.NAME
        values: its strengths by name, which both functions are given
        hidden: the layers behind every hidden Linear, for so many neurons
        trainer: what the Trainer is given besides
        images: whether it needs images
    """

    name: str
    values: Mapping[str, float] = field(default_factory=dict)
    hidden: Callable[..., list[Layer]] = lambda neurons, **_: [ReLU()]
    trainer: Callable[..., dict[str, Any]] = lambda **_: {}
    images: bool = False

    def label(self) -> str:
        """The remedy and its strength, as they are read."""
        return text(
            f"compare.remedy.{self.name}", **{name: short(value) for name, value in self.values.items()}
        )


# In the lecture's order. The strengths were chosen on the validation data of the digits, seeds 100 to 104.
REMEDIES = (
    Remedy("none"),
    Remedy(
        "early-stopping",
        {"patience": 5},
        trainer=lambda patience: {"callbacks": [EarlyStopping(patience=patience)]},
    ),
    Remedy("l1", {"strength": 1e-3}, trainer=lambda strength: {"penalties": [L1(strength)]}),
    Remedy("l2", {"strength": 1e-2}, trainer=lambda strength: {"penalties": [L2(strength)]}),
    Remedy("dropout", {"p": 0.5}, hidden=lambda neurons, p: [ReLU(), Dropout(p)]),
    Remedy("batch-norm", hidden=lambda neurons: [BatchNorm1d(neurons), ReLU()]),
    Remedy(
        "augmentation",
        {"degrees": 10, "shift": 0.1},
        trainer=lambda degrees, shift: {
            "augmentation": RandomAffine(degrees=degrees, translate=(shift, shift))
        },
        images=True,
    ),
)


def remedies_named(names: Sequence[str]) -> list[Remedy]:
    """The remedies of those names, in the lecture's order.

    Errors: ArgumentError that offers the nearest name

    >>> [remedy.name for remedy in remedies_named(["Dropout", "none"])]
    ['none', 'dropout']
    """
    known = {remedy.name: remedy for remedy in REMEDIES}
    asked = [name.strip().casefold() for name in names]
    for name in asked:
        if name not in known:
            raise ArgumentError("compare.remedy", name=name, hint=did_you_mean(name, known))
    return [remedy for remedy in REMEDIES if remedy.name in asked]


@dataclass(frozen=True)
class Outcome:
    """One remedy with one seed: the network, and its measures by part of the data.

    `curves` has the loss after every epoch: "train", of the training instances as they are, without dropout,
    augmentation or penalty, and "validation".
    """

    seed: int
    network: Network
    best_epoch: int
    measures: Mapping[str, Mapping[str, float]]
    curves: Mapping[str, list[float]]


@dataclass(frozen=True)
class Row:
    """One remedy with every seed."""

    remedy: Remedy
    measure: str
    outcomes: Sequence[Outcome]

    def scores(self, part: str) -> np.ndarray:
        """The measure for every seed on a part of the data, or its "gap": train − test."""
        if part == "gap":
            return self.scores("train") - self.scores("test")
        return np.array([outcome.measures[part][self.measure] for outcome in self.outcomes])

    def mean(self, part: str) -> float:
        """The mean over the seeds."""
        return float(self.scores(part).mean())

    def sd(self, part: str) -> float:
        """The standard deviation over the seeds; NaN for one seed alone."""
        return float(self.scores(part).std(ddof=1)) if len(self.outcomes) > 1 else float("nan")


@dataclass(frozen=True)
class Comparison:
    """What came of every remedy. `measure` is accuracy for classes, R² for a regression."""

    data: str
    measure: str
    layers: str
    samples: int
    validation: int
    test: int
    epochs: int
    rows: Sequence[Row]
    left_out: Sequence[Remedy]

    @property
    def seeds(self) -> int:
        return len(self.rows[0].outcomes)

    def best(self) -> Row:
        """The remedy with the best mean on the test data."""
        return max(self.rows, key=lambda row: row.mean("test"))

    def rivals(self) -> list[Row]:
        """The remedies behind the best by no more than the spread: the larger standard deviation of the two."""
        best = self.best()
        others = [row for row in self.rows if row is not best]
        return [
            row
            for row in others
            if not best.mean("test") - row.mean("test") > max(best.sd("test"), row.sd("test"))
        ]

    def to_dict(self) -> dict[str, Any]:
        """Everything but the networks, as plain data."""
        return {
            "data": self.data,
            "measure": self.measure,
            "network": self.layers,
            "samples": self.samples,
            "validation": self.validation,
            "test": self.test,
            "epochs": self.epochs,
            "seeds": self.seeds,
            "rows": [_row_as_data(row) for row in self.rows],
            "best": self.best().remedy.name,
            "within_spread": [row.remedy.name for row in self.rivals()],
            "left_out": [remedy.name for remedy in self.left_out],
        }


def compare(
    train: Dataset,
    test: Dataset,
    remedies: Sequence[Remedy] = REMEDIES,
    *,
    samples: int | None = None,
    seeds: Sequence[int] = range(5),
    epochs: int = EPOCHS,
    hidden: Sequence[int] = (128, 128),
    finished: Callable[[Remedy, Outcome], None] = lambda remedy, outcome: None,
) -> Comparison:
    """Train the same network with every remedy and every seed.

    A seed is that of the few instances to learn from, of those that validate (as many, or all that are left), of
    the first weights, which are the same for every remedy, and of the batches.

    Arguments:
        train: where the instances to learn from, and those that validate, are drawn from, class by class
        test: what every network is measured on at the end, and nothing else
        remedies: at least one; those that need images are left out where there are none
        samples: how many instances to learn from, at most four fifths of train; None is few enough to overfit
        seeds: at least one, each ≥ 0
        epochs: ≥ 1
        hidden: neurons of the hidden layers, at least one
        finished: called after every run

    Errors: ArgumentError for a number out of range, or nothing to compare; DataError for too few instances

    >>> from gradiente.data import load
    >>> done = compare(*load("iris"), remedies_named(["none", "l2"]), seeds=[0], epochs=2, hidden=[8])
    >>> [row.remedy.name for row in done.rows], done.samples, done.validation
    (['none', 'l2'], 30, 30)
    """
    chosen = [remedy for remedy in remedies if train.image_shape is not None or not remedy.images]
    require(bool(chosen), "compare.nothing", name=train.name)
    require(len(seeds) >= 1, "compare.seeds", value=len(seeds))
    require(isinstance(epochs, int) and epochs >= 1, "compare.epochs", value=epochs)
    require(len(hidden) >= 1, "compare.hidden")
    samples = _samples(train, samples)
    parts = {seed: _parts(train, samples, seed) for seed in seeds}
    loss = _loss(train)
    outcomes: dict[str, list[Outcome]] = {remedy.name: [] for remedy in chosen}
    for remedy in chosen:
        for seed in seeds:
            few, held_out = parts[seed]
            outcome = _run(remedy, loss, few, held_out, test, hidden=hidden, epochs=epochs, seed=seed)
            outcomes[remedy.name].append(outcome)
            finished(remedy, outcome)
    measure = "accuracy" if train.task == "classification" else "r2"
    sizes = [int(train.x[0].size), *hidden, _outputs(train)]
    return Comparison(
        data=train.name,
        measure=measure,
        layers=" → ".join(map(str, sizes)),
        samples=samples,
        validation=len(parts[seeds[0]][1]),
        test=len(test),
        epochs=epochs,
        rows=[Row(remedy, measure, outcomes[remedy.name]) for remedy in chosen],
        left_out=[remedy for remedy in remedies if remedy not in chosen],
    )


class _Measured(Callback):
    """The loss on the training instances as they are, after every epoch: the same measure for every remedy."""

    def __init__(self, train: Dataset) -> None:
        self.train = train
        self.losses: list[float] = []

    def epoch_end(self, state: TrainingState) -> None:
        prediction = state.engine.predict(self.train.x)
        y = targets(self.train, state.loss, prediction.shape[1])
        self.losses.append(float(state.loss.value(prediction, y)))


def _run(
    remedy: Remedy,
    loss: Loss,
    train: Dataset,
    validation: Dataset,
    test: Dataset,
    *,
    hidden: Sequence[int],
    epochs: int,
    seed: int,
) -> Outcome:
    network = Network(_layers(remedy, train, hidden), seed=seed)
    measured = _Measured(train)
    options = remedy.trainer(**remedy.values)
    callbacks = [measured, *options.pop("callbacks", [])]
    trainer = Trainer(network, loss, Adam(), callbacks=callbacks, seed=seed, **options)
    size = _batch_size(len(train))
    history = trainer.fit(train, validation=validation, epochs=epochs, batch_size=size)
    if trainer.stopped == text("stop.interrupted", epoch=len(history)):
        raise KeyboardInterrupt
    parts = zip(PARTS, (train, validation, test), strict=True)
    return Outcome(
        seed=seed,
        network=network,
        best_epoch=history.best("val_loss")["epoch"],
        measures={name: evaluate(network.predict(part.x), part, loss) for name, part in parts},
        curves={"train": measured.losses, "validation": history["val_loss"]},
    )


def _layers(remedy: Remedy, train: Dataset, hidden: Sequence[int]) -> list[Layer]:
    sizes = [int(train.x[0].size), *hidden]
    layers: list[Layer] = []
    for inputs, neurons in pairwise(sizes):
        layers += [Linear(inputs, neurons), *remedy.hidden(neurons, **remedy.values)]
    return [*layers, Linear(sizes[-1], _outputs(train))]


def _outputs(train: Dataset) -> int:
    """A score for each class; two classes are one question."""
    return 1 if train.task == "classification" and train.outputs == 2 else train.outputs


def _loss(train: Dataset) -> Loss:
    if train.task == "regression":
        return MSELoss()
    return BCEWithLogitsLoss() if train.outputs == 2 else CrossEntropyLoss()


def _batch_size(samples: int) -> int:
    """The largest that leaves no batch of a single instance, which batch normalization cannot learn from."""
    return next(size for size in range(min(BATCH_SIZE, samples), 1, -1) if samples % size != 1)


def _samples(train: Dataset, asked: int | None) -> int:
    low = 2 * train.outputs if train.task == "classification" else 2
    high = int(MOST_SAMPLES * len(train))
    if high < low:
        raise DataError("compare.too_few", name=train.name, count=len(train))
    samples = default_samples(train) if asked is None else asked
    require(low <= samples <= high, "compare.samples", name=train.name, low=low, high=high, value=samples)
    return samples


def _parts(train: Dataset, samples: int, seed: int) -> tuple[Dataset, Dataset]:
    """The instances to learn from, and those that validate, drawn from a training part by the seed."""
    rest, chosen = stratified_split(train.y, samples / len(train), seed)
    if len(rest) > samples:
        rest = rest[stratified_split(train.y[rest], samples / len(rest), seed)[1]]
    return train.subset(chosen), train.subset(rest)


def _row_as_data(row: Row) -> dict[str, Any]:
    names = (*PARTS, "gap")
    return {
        "remedy": row.remedy.name,
        "values": dict(row.remedy.values),
        "mean": {name: row.mean(name) for name in names},
        "sd": {name: row.sd(name) for name in names},
        "seeds": [
            {
                "seed": outcome.seed,
                **{name: dict(outcome.measures[name]) for name in PARTS},
                "gap": float(gap),
                "epochs": len(outcome.curves["train"]),
                "best_epoch": outcome.best_epoch,
                "curves": dict(outcome.curves),
            }
            for outcome, gap in zip(row.outcomes, row.scores("gap"), strict=True)
        ],
    }
