"""What is exported: a network, and of a run also what goes into it and what comes out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradiente.data import Encoder
from gradiente.errors import ArgumentError
from gradiente.export.walk import input_shape_of
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.operations import Operations, Value
from gradiente.training.run import DataDescription, Run
from gradiente.training.targets import class_names, target_names

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Subject:
    """A network with what its numbers mean.

    Arguments:
        name: of the run or of the file, for the texts in the exported file
        input_shape: of one instance of x
        description, loss: of a run; None: the network's output is all there is
    """

    network: Network
    name: str
    input_shape: Shape
    description: DataDescription | None = None
    loss: Loss | None = None

    @property
    def encoder(self) -> Encoder | None:
        return None if self.description is None else self.description.table_encoder()

    @property
    def classifies(self) -> bool:
        return self.description is not None and self.description.task == "classification"

    @property
    def target(self) -> str | tuple[str, ...] | None:
        return None if self.encoder is None else self.encoder.target

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Of several labels, by name: what is said where a row has one not, and where it has; {} of anything else."""
        if self.description is None or self.description.task != "multilabel":
            return {}
        written = {} if self.encoder is None else self.encoder.labels
        return {name: written.get(name, ("0", "1")) for name in self.description.classes}

    def targets(self, outputs: int) -> list[str]:
        """The names of the targets of a regression with so many outputs."""
        return target_names(self.encoder, outputs)

    def classes(self, outputs: int) -> list[str]:
        """The names of the classes of a network with so many outputs."""
        assert self.description is not None
        return class_names(self.description.classes, max(outputs, 2))

    def estimate(self, to: Operations, y: Value) -> Value:
        """ŷ from the network's output, noted in another program: probabilities, or numbers."""
        assert self.loss is not None
        if self.loss.link == "softmax":
            return to.softmax(y, 1)
        p: Any = self.loss.estimate(y)  # pyright: ignore[reportArgumentType]
        return Value(to, to.value(p).code, y.shape)

    def of_all_classes(self, to: Operations, p: Value) -> Value:
        """A probability for every class, where one output alone is that of class 1."""
        return to.concatenate([1 - p, p], 1) if self.is_binary(p) else p

    def is_binary(self, p: Value) -> bool:
        """Whether one output alone stands for two classes."""
        return self.classifies and p.shape[1] == 1


def subject_of(source: "Subject | Run | Network | str | Path", input_shape: Shape | None = None) -> Subject:
    """A run, its folder, or a network alone.

    Arguments:
        input_shape: of one instance, where a network does not fix it

    Errors: FileError for a folder without a run, or a run without a network; ArgumentError for anything else;
        ShapeError where the shape of an instance is not known
    """
    if isinstance(source, Subject):
        return source
    if isinstance(source, Network):
        return Subject(source, "network", input_shape_of(source, input_shape))
    if not isinstance(source, Run | str | Path):
        raise ArgumentError("export.source", got=type(source).__name__)
    run = source if isinstance(source, Run) else Run.open(source)
    network = run.network()
    shape = input_shape_of(network, input_shape)
    return Subject(network, run.folder.name, shape, run.description(), run.loss())
