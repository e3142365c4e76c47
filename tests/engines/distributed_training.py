"""Trainings that any number of processes must end in the same way; imported by a test, and run by each process.

Each is run with two names: FOLDER, where it writes, and ENVIRONMENT, what a launcher would say.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gradiente import (
    L1,
    L2,
    SGD,
    Adam,
    AdamW,
    ArgumentError,
    BatchNorm1d,
    BatchNorm2d,
    BCEWithLogitsLoss,
    Callback,
    Checkpoint,
    Clip,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    EarlyStopping,
    Flatten,
    GroupNorm,
    InstanceNorm2d,
    LayerNorm,
    Linear,
    MaxPool2d,
    MSELoss,
    Network,
    ReLU,
    Scheduler,
    StepLR,
    Tanh,
    Torch,
    Trainer,
    Unflatten,
    course,
)
from gradiente.data import Dataset, GaussianNoise
from gradiente.engines import launched
from gradiente.storage import save_tensors
from gradiente.training import Requested
from gradiente.training.checkpoint import LAST


def classified(rows: int, classes: int = 3) -> Dataset:
    generator = np.random.default_rng(1)
    x = generator.normal(size=(rows, 16))
    return Dataset(x, np.arange(rows) % classes, "classification", "drawn")


def dense(*, outputs: int = 3, seed: int = 5) -> Network:
    return Network([Linear(16, 9), Tanh(), Linear(9, outputs)], seed=seed, dtype="float64")


def normalized() -> Network:
    layers = [
        Linear(16, 9, bias=False),
        BatchNorm1d(9),
        ReLU(),
        Linear(9, 3, bias=False),
        BatchNorm1d(3, momentum=None),
    ]
    return Network(layers, seed=6, dtype="float64")


def convolutional() -> Network:
    layers = [
        Unflatten(1, (1, 4, 4)),
        Conv2d(1, 3, 3, padding=1, bias=False),
        BatchNorm2d(3),
        ReLU(),
        MaxPool2d(2),
    ]
    return Network([*layers, Flatten(), Linear(12, 3)], seed=7, dtype="float64")


def of_all_normalizations(frozen: tuple[int, ...] = ()) -> Network:
    layers = [
        Unflatten(1, (1, 4, 4)),
        Conv2d(1, 4, 3, padding=1, bias=False),
        InstanceNorm2d(4, momentum=0.3, affine=True, track_running_stats=True),
        ReLU(),
        Conv2d(4, 4, 3),
        GroupNorm(2, 4, bias=False),
        InstanceNorm2d(4, affine=True),
        ReLU(),
        Flatten(),
        LayerNorm(16, bias=False),
        Linear(16, 9, bias=False),
        BatchNorm1d(9, track_running_stats=False),
        Tanh(),
        Linear(9, 3),
    ]
    network = Network(layers, seed=4, dtype="float64")
    network.freeze(*frozen)
    return network


def with_a_frozen_layer() -> Network:
    network = normalized()
    network.freeze(0, 1)
    return network


# 27 rows in batches of 8 leave 3 for the last; 25 leave a single one, which no two processes can share.
Made = tuple[Trainer, Dataset, dict[str, Any]]
TRAININGS: dict[str, Callable[[Any], Made]] = {
    "Adam": lambda engine: (
        Trainer(dense(), CrossEntropyLoss(), Adam(lr=0.01), engine=engine),
        classified(27),
        {"epochs": 2, "batch_size": 8},
    ),
    "a last batch of one": lambda engine: (
        Trainer(dense(), CrossEntropyLoss(), course.RMSprop(lr=0.01), engine=engine),
        classified(25),
        {"epochs": 2, "batch_size": 8},
    ),
    "class weights, ignored targets": lambda engine: (
        Trainer(
            dense(),
            CrossEntropyLoss((0.5, 2.0, 3.0), ignore_index=1, label_smoothing=0.1),
            Adam(lr=0.01),
            engine=engine,
        ),
        classified(27),
        {"epochs": 2, "batch_size": 4},
    ),
    "weights of instances": lambda engine: (
        Trainer(dense(), CrossEntropyLoss((0.5, 2.0, 3.0), ignore_index=1), Adam(lr=0.01), engine=engine),
        replace(classified(27), weights=0.25 * (1 + np.arange(27) % 5), class_weight=(1.0, 2.0, 0.5)),
        {"epochs": 2, "batch_size": 8, "validation": 0.3},
    ),
    "weights of outputs": lambda engine: (
        Trainer(dense(), BCEWithLogitsLoss((0.5, 2.0, 3.0), pos_weight=4.0), Adam(lr=0.01), engine=engine),
        classified(27),
        {"epochs": 2, "batch_size": 8},
    ),
    "sum, penalties, clip": lambda engine: (
        Trainer(
            dense(outputs=1),
            BCEWithLogitsLoss(reduction="sum"),
            SGD(lr=0.05, momentum=0.9),
            penalties=[L1(0.01), L2(0.02)],
            clip=Clip(norm=0.7),
            engine=engine,
        ),
        classified(27, classes=2),
        {"epochs": 2, "batch_size": 8},
    ),
    "validation, squared error": lambda engine: (
        Trainer(
            dense(), MSELoss(), Adam(lr=0.02), callbacks=[EarlyStopping(patience=2)], engine=engine, seed=3
        ),
        classified(30),
        {"epochs": 8, "batch_size": 7, "validation": 0.3},
    ),
    "batch normalization": lambda engine: (
        Trainer(normalized(), CrossEntropyLoss(), Adam(lr=0.01), engine=engine),
        classified(27),
        {"epochs": 2, "batch_size": 8},
    ),
    "all normalizations": lambda engine: (
        Trainer(of_all_normalizations(), CrossEntropyLoss(), Adam(lr=0.01), engine=engine),
        classified(25),
        {"epochs": 2, "batch_size": 8, "validation": 0.28},
    ),
    "frozen normalizations": lambda engine: (
        Trainer(of_all_normalizations((2, 6, 11)), CrossEntropyLoss(), Adam(lr=0.01), engine=engine),
        classified(27),
        {"epochs": 2, "batch_size": 8},
    ),
    "convolutions": lambda engine: (
        Trainer(convolutional(), CrossEntropyLoss(), Adam(lr=0.01), engine=engine),
        classified(27),
        {"epochs": 2, "batch_size": 8},
    ),
    "rates by layer": lambda engine: (
        Trainer(
            dense(),
            CrossEntropyLoss(),
            AdamW(lr=0.05, weight_decay=0.5),
            lr_factors={0: 0.1, -1: 2},
            weight_decay_on="weights",
            callbacks=[Scheduler(StepLR(step_size=1))],
            engine=engine,
        ),
        classified(27),
        {"epochs": 2, "batch_size": 8},
    ),
    "a frozen layer": lambda engine: (
        Trainer(with_a_frozen_layer(), CrossEntropyLoss(), Adam(lr=0.01), engine=engine),
        classified(27),
        {"epochs": 2, "batch_size": 8},
    ),
}


def train(name: str, engine: str | Torch) -> dict[str, np.ndarray]:
    """Every number that a training ends with."""
    trainer, data, options = TRAININGS[name](engine)
    history = trainer.fit(data, **options)
    measures = [
        value for record in history for value in record.values() if isinstance(value, float) and value < 1e3
    ]
    seconds = {record["seconds"] for record in history}
    state = trainer.engine.state()
    return {
        "theta": trainer.network.theta.copy(),
        "measures": np.array([value for value in measures if value not in seconds]),
        "norms": np.array([list(record["gradient_norms"].values()) for record in history]),
        "prediction": trainer.engine.predict(data.x),
        **{f"buffer {key}": np.array(value) for key, value in trainer.network.buffers.items()},
        **{f"slot {key}": value for key, value in state.slots.items()},
    }


class StopOnce(Callback):
    """Ask to stop before a step: the first process alone, which alone has this callback."""

    asked = False

    def step_begin(self, state, step):
        if (state.epoch, step, self.asked) == (1, 3, False):
            self.asked, state.stop = True, Requested("enough")


def stopped(folder: Path) -> list[bytes]:
    """A training of all that draws, whole and in two parts: the bits that each ends with."""
    x = np.random.default_rng(2).normal(size=(75, 16))
    data = Dataset(x, np.arange(75) % 3, "classification", "drawn", image_shape=(4, 4))
    ends = []
    for stops in (False, True):
        layers = [Linear(16, 9), ReLU(), Dropout(0.4), Linear(9, 3)]
        trainer = Trainer(
            Network(layers, seed=8, dtype="float64"),
            CrossEntropyLoss(),
            Adam(lr=0.01),
            augmentation=GaussianNoise(sigma=0.1, clip=False),
            callbacks=[Checkpoint(folder), *([StopOnce()] if stops else [])],
            engine=Torch(device="cpu"),
        )
        options = {"epochs": 2, "batch_size": 3, "validation": 0.2}
        history = trainer.fit(data, **options)
        if stops:
            assert trainer.stopped == Requested("enough")
            assert trainer.last is not None
            assert (trainer.last.epoch, trainer.last.step) == (1, 16)
            history = trainer.fit(data, **options, resume=folder / LAST)
        assert trainer.stopped is None
        ends.append(
            trainer.network.theta.tobytes() + np.array(history["loss"] + history["accuracy"]).tobytes()
        )
    return ends


def main(folder: Path) -> None:
    group = launched()
    rank = group.rank
    for shard in (False, True)[group.world_size > 2 :]:
        for name in TRAININGS:
            numbers = train(name, Torch(device="cpu", shard=shard))
            if rank == 0:
                save_tensors(folder / f"{name}, {'shard' if shard else 'copies'}.safetensors", numbers, {})
    half = Network([Linear(16, 9), BatchNorm1d(9), ReLU(), Linear(9, 3)], seed=1)
    trainer = Trainer(half, CrossEntropyLoss(), Adam(lr=0.05), engine=Torch(device="cpu", precision="bf16"))
    losses = trainer.fit(classified(64), epochs=8, batch_size=32)["loss"]
    if rank == 0:
        (folder / "bf16.txt").write_text(f"{losses[0]} {losses[-1]}")
    try:
        Trainer(dense(), CrossEntropyLoss(), Adam(), engine="torch").fit(classified(9), batch_size=1)
    except ArgumentError as error:
        (folder / f"batch of one {rank}.txt").write_text(str(error))
    own = folder / f"stopped {rank}"
    own.mkdir()
    whole, parts = stopped(folder)
    (own / "whole").write_bytes(whole)
    (own / "parts").write_bytes(parts)


if __name__ == "__main__":
    os.environ |= globals()["ENVIRONMENT"]
    main(Path(globals()["FOLDER"]))
