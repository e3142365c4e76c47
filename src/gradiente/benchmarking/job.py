"""What every peer of a work does: one description as plain data, for a process of its own."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Job:
    """The network, the data and the training of one round.

    Arguments:
        layers: names and arguments as of PyTorch's modules: ("Linear", 784, 512)
        folder: with train_x.npy, train_y.npy, test_x.npy and test_y.npy
        loss: "CrossEntropyLoss" or "MSELoss"
        optimizer: "Adam" or "SGD"
        lr: the learning rate
        batch_size: the last batch of an epoch may be smaller
        epochs: of one round
        samples: train on the first so many; None: on all
        predictions: of one row each, in one round
        initial: values of every parameter, in the order of the layers, the same for all peers; None: each its own, from
            the distribution that PyTorch's layers begin with
        fresh: every round begins with a new network; otherwise a round continues the one before
        threads: that the peer may use
        option: which of the peer's ways: another optimizer, another engine
        mnist: the folder of MNIST's files, read in place of `folder` as a user does; "" is the user's cache

    >>> Job.from_json(Job((("Linear", 2, 1),)).to_json()).layers
    (('Linear', 2, 1),)
    """

    layers: tuple[tuple[Any, ...], ...]
    folder: str = ""
    loss: str = "CrossEntropyLoss"
    optimizer: str = "Adam"
    lr: float = 1e-3
    batch_size: int | Literal["all"] = 128
    epochs: int = 1
    samples: int | None = None
    predictions: int = 0
    initial: tuple[Any, ...] | None = None
    fresh: bool = False
    seed: int = 0
    threads: int = 1
    option: str = ""
    mnist: str | None = None

    def to_json(self) -> str:
        """As one line of text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, line: str) -> "Job":
        """From its line of text."""
        return cls(**{name: _tuples(value) for name, value in json.loads(line).items()})


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
