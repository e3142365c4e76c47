"""gradiente, as a user writes it: a Trainer whose `fit` keeps the history. The option is the engine."""

import numpy as np

from gradiente.benchmarking import arrays
from gradiente.benchmarking.child import serve
from gradiente.benchmarking.job import Job
from gradiente.data import Dataset, load
from gradiente.layers import REGISTRY as LAYERS
from gradiente.losses import REGISTRY as LOSSES
from gradiente.network import Network
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.training.trainer import Trainer


class Training:
    """Epochs of one trainer, from where it is."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.train, self.test = _data(job)
        self.trainer = Trainer(
            network(job),
            LOSSES[job.loss](),
            OPTIMIZERS[job.optimizer](lr=job.lr),
            engine=job.option,
            seed=job.seed,
        )

    def run(self) -> None:
        """Resumed where there are batches: in a new training they would come in the order of its first epoch again."""
        size = self.job.batch_size
        resume = None if size == "all" else self.trainer.last
        epochs = self.job.epochs + (0 if resume is None else resume.epoch)
        self.history = self.trainer.fit(self.train, epochs=epochs, batch_size=size, resume=resume)

    def accuracy(self) -> float:
        prediction = self.trainer.predict(self.test.x)
        classes = prediction.argmax(1) if prediction.shape[1] > 1 else prediction[:, 0] > 0.5
        return float(np.mean(classes == self.test.y))


def network(job: Job) -> Network:
    """The network of a job, with the parameters that it names or PyTorch's distribution."""
    net = Network([LAYERS[name](*arguments) for name, *arguments in job.layers], seed=job.seed)
    if job.initial is not None:
        state = net.state_dict()
        net.load_state_dict({name: np.array(value) for name, value in zip(state, job.initial, strict=True)})
    return net


def _data(job: Job) -> tuple[Dataset, Dataset]:
    if job.mnist is not None:
        return load("mnist", data_dir=job.mnist or None)
    train_x, train_y, test_x, test_y = arrays.read(job)
    classes = tuple(map(str, range(int(test_y.max()) + 1)))
    train, test = (
        Dataset(x, y, "classification", "benchmark", classes)
        for x, y in ((train_x, train_y), (test_x, test_y))
    )
    return train, test


if __name__ == "__main__":
    serve(Training)
