"""The experiment: the same network, the same few instances, with every remedy and every seed."""

from collections.abc import Callable, Sequence
from itertools import pairwise, product

from gradiente.comparison.comparison import PARTS, Comparison, Row, SeedResult
from gradiente.comparison.remedies import REMEDIES, Remedy
from gradiente.data import Dataset, stratified_split
from gradiente.errors import DataError, is_whole, require
from gradiente.layers import Layer, Linear
from gradiente.losses import Loss
from gradiente.metrics import undefined_metrics
from gradiente.network import Network
from gradiente.notation import write
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Adam
from gradiente.training import Callback, Trainer, TrainingState, evaluate
from gradiente.training.stopping import Interrupted
from gradiente.training.targets import default_loss, default_outputs, targets

EPOCHS = 100
BATCH_SIZE = 32
OPTIMIZER = Adam(lr=3e-3)
MOST_SAMPLES = 0.8  # of the training part: the rest validates
_FEW = {"iris": 30, "moons": 40, "circles": 40, "spirals": 80, "blobs": 40}


def default_samples(train: Dataset) -> int:
    """So few training instances that a network of the default size overfits."""
    return _FEW.get(train.name, min(200, len(train) // 2))


def compare(
    train: Dataset,
    test: Dataset,
    remedies: Sequence[Remedy] = REMEDIES,
    *,
    samples: int | None = None,
    seeds: Sequence[int] = range(5),
    epochs: int = EPOCHS,
    hidden: Sequence[int] = (128, 128),
    finished: Callable[[Remedy, SeedResult], None] = lambda remedy, outcome: None,
) -> Comparison:
    """Train the same network with every remedy and every seed.

    A seed determines the training instances, the validation instances (as many, or all that are left),
    the first weights, which are the same for every remedy, and of the batches.

    Arguments:
        train: the data set from which training and validation instances are drawn, stratified by class
        test: used only to evaluate every network at the end
        remedies: at least one; those that need images are left out where there are none
        samples: the number of training instances, at most four fifths of train; None is few enough to overfit
        seeds: at least one, each ≥ 0
        epochs: ≥ 1
        hidden: neurons of the hidden layers, at least one
        finished: called after every run

    Errors: ArgumentError for a number out of range, or nothing to compare; DataError for too few instances

    >>> from gradiente.comparison import remedies_named
    >>> from gradiente.data import load
    >>> done = compare(*load("iris"), remedies_named(["none", "l2"]), seeds=[0], epochs=2, hidden=[8])
    >>> [row.remedy.name for row in done.rows], done.samples, done.validation
    (['none', 'l2'], 30, 30)
    """
    from threadpoolctl import threadpool_limits

    chosen = [remedy for remedy in remedies if train.image_shape is not None or not remedy.images]
    require(bool(chosen), "compare.nothing", name=train.name)
    require(len(seeds) >= 1, "compare.seeds", value=len(seeds))
    require(is_whole(epochs, 1), "compare.epochs", value=repr(epochs))
    require(len(hidden) >= 1, "compare.hidden")
    samples = _samples(train, samples)
    parts = {seed: draw(train, samples, seed) for seed in seeds}
    loss = default_loss(train)
    outcomes: dict[str, list[SeedResult]] = {remedy.name: [] for remedy in chosen}
    with threadpool_limits(1):  # products so small cost several threads more than they save
        for remedy, seed in product(chosen, seeds):
            few, held_out = parts[seed]
            outcome = _run(remedy, loss, few, held_out, test, hidden=hidden, epochs=epochs, seed=seed)
            outcomes[remedy.name].append(outcome)
            finished(remedy, outcome)
    measure = "accuracy" if train.classifies else "r2"
    sizes = [int(train.x[0].size), *hidden, default_outputs(train, loss)]
    return Comparison(
        data=train.name,
        measure=measure,
        layers=" → ".join(map(str, sizes)),
        samples=samples,
        validation=len(parts[seeds[0]][1]),
        test=len(test),
        epochs=epochs,
        batch_size=_batch_size(samples),
        optimizer=write(OPTIMIZER, OPTIMIZERS, brief=True),
        rows=[Row(remedy, measure, outcomes[remedy.name]) for remedy in chosen],
        left_out=[remedy for remedy in remedies if remedy not in chosen],
    )


def draw(train: Dataset, samples: int, seed: int) -> tuple[Dataset, Dataset]:
    """Training instances, and as many validation instances, or all that are left, stratified by class."""
    rest, chosen = stratified_split(train.y, samples / len(train), seed)
    if len(rest) > samples:
        rest = rest[stratified_split(train.y[rest], samples / len(rest), seed)[1]]
    return train.subset(chosen), train.subset(rest)


class _Measured(Callback):
    """The loss on the training instances in inference mode, after every epoch: the same measure for every remedy."""

    def __init__(self, train: Dataset) -> None:
        self.train = train
        self.losses: list[float] = []

    def epoch_end(self, state: TrainingState) -> None:
        prediction = state.engine.predict(self.train.x)
        y = targets(self.train, state.loss, prediction.shape[1])
        self.losses.append(float(state.loss.value(prediction, y, self.train.loss_weights)))


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
) -> SeedResult:
    network = Network(_layers(remedy, train, loss, hidden), seed=seed)
    measured = _Measured(train)
    options = remedy.trainer(**remedy.values)
    callbacks = [measured, *options.pop("callbacks", [])]
    trainer = Trainer(network, loss, OPTIMIZER, callbacks=callbacks, seed=seed, **options)
    size = _batch_size(len(train))
    history = trainer.fit(train, validation=validation, epochs=epochs, batch_size=size)
    if isinstance(trainer.stopped, Interrupted):
        raise KeyboardInterrupt
    parts = zip(PARTS, (train, validation, test), strict=True)
    with undefined_metrics():  # only the loss and accuracy or R² are compared
        measures = {name: evaluate(network.predict(part.x), part, loss) for name, part in parts}
    return SeedResult(
        seed=seed,
        network=network,
        best_epoch=history.best("val_loss")["epoch"],
        measures=measures,
        curves={"train": measured.losses, "validation": history["val_loss"]},
    )


def _layers(remedy: Remedy, train: Dataset, loss: Loss, hidden: Sequence[int]) -> list[Layer]:
    sizes = [int(train.x[0].size), *hidden]
    layers: list[Layer] = []
    for inputs, neurons in pairwise(sizes):
        layers += [Linear(inputs, neurons), *remedy.hidden(neurons, **remedy.values)]
    return [*layers, Linear(sizes[-1], default_outputs(train, loss))]


def _batch_size(samples: int) -> int:
    """The largest that leaves no batch of a single instance, for which batch normalization has no variance."""
    return next(size for size in range(min(BATCH_SIZE, samples), 1, -1) if samples % size != 1)


def _samples(train: Dataset, asked: int | None) -> int:
    low = 2 * train.outputs if train.task == "classification" else 2
    high = int(MOST_SAMPLES * len(train))
    if high < low:
        raise DataError("compare.too_few", name=train.name, count=len(train))
    samples = default_samples(train) if asked is None else asked
    fits = is_whole(samples, low) and samples <= high
    require(fits, "compare.samples", name=train.name, low=low, high=high, value=repr(samples))
    return samples
