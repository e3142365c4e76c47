"""The layers of a network from the few numbers that a page has controls for."""

from dataclasses import dataclass
from math import prod

from gradiente.data import Dataset
from gradiente.errors import require, require_in
from gradiente.layers import (
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool2d,
    Unflatten,
)
from gradiente.training.config import Config
from gradiente.training.defaults import output_activation
from gradiente.training.sections import SETTINGS
from gradiente.training.targets import default_loss, default_outputs


@dataclass(frozen=True)
class Architecture:
    """Convolutions with a pool behind each, then layers of neurons.

    Arguments:
        convolutions: the channels of each 3 × 3 convolution; only for images
        hidden: the neurons of each hidden layer
        activations: one for each hidden layer; that of the first is the convolutions' too
        batch_norm: whether each is normalized before its activation
        dropout: the probability of Dropout behind each hidden layer, in [0, 1)
    """

    convolutions: list[int]
    hidden: list[int]
    activations: list[str]
    batch_norm: bool
    dropout: float

    def applied(self, config: Config, train: Dataset) -> Config:
        """The config with these layers, for its data and loss.

        Errors: ArgumentError for convolutions of what are no images, or numbers out of range

        >>> from gradiente.data import load
        >>> architecture = Architecture([], [8], ["Tanh()"], batch_norm=False, dropout=0.5)
        >>> architecture.applied(Config(), load("moons")[0]).network.layers
        ['Linear(2, 8, bias=True)', 'Tanh()', 'Dropout(p=0.5)', 'Linear(8, 1, bias=True)']
        """
        asked, got = len(self.hidden), len(self.activations)
        require(got == max(1, asked), "lab.activations", layers=asked, got=got)
        require_in("[0, 1)", "lab", dropout=self.dropout)
        smallest = min((*self.hidden, *self.convolutions), default=1)
        require(smallest >= 1, "lab.sizes", got=smallest)
        loss = config.make("loss") or default_loss(train)
        layers, features = self._convolutional(train)
        for neurons, name in zip(self.hidden, self.activations, strict=False):
            layers.append(Linear(features, neurons))
            layers += [BatchNorm1d(neurons)] if self.batch_norm else []
            layers.append(SETTINGS["activation"].make(name))
            layers += [Dropout(p=self.dropout)] if self.dropout else []
            features = neurons
        layers += [Linear(features, default_outputs(train, loss)), *output_activation(train, loss)]
        return config.changed(hidden=None, activation=None, layers=SETTINGS["layers"].write(layers))

    def _convolutional(self, train: Dataset) -> tuple[list[Layer], int]:
        """The layers before the hidden ones, and how many features come out of them."""
        features = prod(train.x.shape[1:])
        if not self.convolutions:
            return [], features
        shape = train.image_shape
        require(shape is not None and train.x.ndim == 2, "lab.convolutions", name=train.name)
        assert shape is not None
        channels, (height, width) = (shape[0], shape[1:]) if len(shape) == 3 else (1, shape)
        layers: list[Layer] = [Unflatten(1, (channels, height, width))]
        for filters in self.convolutions:
            require(min(height, width) >= 2, "lab.deep", name=train.name)
            layers.append(Conv2d(channels, filters, 3, padding=1))
            layers += [BatchNorm2d(filters)] if self.batch_norm else []
            layers += [SETTINGS["activation"].make(self.activations[0]), MaxPool2d(2)]
            channels, height, width = filters, height // 2, width // 2
        return [*layers, Flatten()], channels * height * width
