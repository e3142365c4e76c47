"""A training that is long enough to be interrupted; also a program: work.py FOLDER [EPOCHS]."""

import sys
from pathlib import Path

import numpy as np

from gradiente import (
    Adam,
    Callback,
    Checkpoint,
    CrossEntropyLoss,
    Linear,
    Network,
    Scheduler,
    StepLR,
    Tanh,
    Trainer,
)
from gradiente.data import Dataset
from gradiente.training.checkpoint import LAST

EPOCHS = 200


class Say(Callback):
    """Print the number of every finished epoch, which the checkpoint before it has kept."""

    def epoch_end(self, state):
        print(state.epoch, flush=True)


def work(folder, epochs=EPOCHS, callbacks=()):
    """Begin the training, or take it up where the checkpoint in the folder left it."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(240, 20))
    data = Dataset(x, np.argmax(x[:, :4], axis=1), "classification", "work")
    trainer = Trainer(
        Network([Linear(20, 32), Tanh(), Linear(32, 4)], seed=1),
        CrossEntropyLoss(),
        Adam(lr=0.01),
        callbacks=[
            Scheduler(StepLR(step_size=400, gamma=0.5), every="step"),
            Checkpoint(folder, seconds=0),
            *callbacks,
        ],
        seed=2,
    )
    last = Path(folder) / LAST
    resume = last if last.exists() else None
    return trainer, trainer.fit(data, validation=0.2, epochs=epochs, batch_size=16, resume=resume)


if __name__ == "__main__":
    trainer, history = work(sys.argv[1], *map(int, sys.argv[2:]), callbacks=[Say()])
    print("stopped:", trainer.stopped, len(history))
