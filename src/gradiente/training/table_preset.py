"""The preset `table`: a network for tables and its training, RealMLP-TD made of the library's parts.

There is no dropout, and the weight decay is constant: RealMLP's, which fall to 0 in the second half of the training,
took longer for no better results. A tenth of the rows validates, and large tables get fewer epochs.

Source: Holzmüller et al., "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data", 2024
"""

from itertools import pairwise
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.layers import (
    PBLD,
    Context,
    Layer,
    NTKLinear,
    ParametricActivation,
    Scale,
)
from gradiente.losses import CrossEntropyLoss
from gradiente.network import Network
from gradiente.optimizers import AdamW
from gradiente.schedules import CosLogLR
from gradiente.streams import Purpose, stream

HIDDEN = [256, 256, 256]
BATCH_SIZE, VALIDATION = 256, 0.1
STEPS, LEAST_EPOCHS, MOST_EPOCHS = 4096, 64, 256  # as many epochs as make so many steps, within those bounds
SIMPLEX = 5  # rows whose mixture is where a unit's bias begins


def defaults(train: Dataset) -> dict[str, Any]:
    """What the settings are that are not given, as objects, but for the layers and what depends on them.

    The weights of the best of all epochs are kept.
    """
    classifies = train.classifies
    has_classes = train.task == "classification"
    optimizer = AdamW(lr=0.04 if classifies else 0.2, betas=(0.9, 0.95), weight_decay=0.02)
    return {
        "validation": VALIDATION,
        "batch_size": BATCH_SIZE,
        "optimizer": optimizer,
        "weight_decay_on": "weights",
    } | ({"loss": CrossEntropyLoss(label_smoothing=0.1), "monitor": "val_accuracy"} if has_classes else {})


def epochs(steps: int) -> int:
    """How many there are, from the steps of each.

    >>> [epochs(steps) for steps in (1, 20, 1000)]
    [256, 205, 64]
    """
    return max(LEAST_EPOCHS, min(MOST_EPOCHS, -(-STEPS // steps)))


def schedule(steps: int) -> CosLogLR:
    """Of the learning rate, by step."""
    return CosLogLR(T_max=steps)


def layers(
    train: Dataset, hidden: list[int] | None, activation: Layer | None, outputs: int, *, bias: bool
) -> list[Layer]:
    """PBLD, Scale, then an NTKLinear and a parametric activation for each hidden layer, and the output layer.

    Arguments:
        activation: in place of the parametric SELU of a classification, or Mish of a regression
    """
    columns = train.x.shape[1]
    waves = PBLD(real := _real(train), others=columns - real)
    sizes = [waves.output_shape((columns,))[0], *(HIDDEN if hidden is None else hidden)]
    made: list[Layer] = [waves, Scale(sizes[0])]
    name = "SELU" if train.classifies else "Mish"
    for inputs, neurons in pairwise(sizes):
        made += [NTKLinear(inputs, neurons, bias=bias), activation or ParametricActivation(name, neurons)]
    return [*made, NTKLinear(sizes[-1], outputs, bias=bias)]


def lr_factors(layers: list[Layer]) -> dict[str, float]:
    """The learning rates of the layers' parameters, as factors of the optimizer's."""
    factors: dict[str, float] = {}
    for index, layer in enumerate(layers):
        if isinstance(layer, Scale):
            factors[str(index)] = 6.0
        elif isinstance(layer, NTKLinear) and layer.bias:
            factors[f"{index}.bias"] = 0.1
        elif isinstance(layer, PBLD | ParametricActivation):
            factors[str(index)] = 0.1
    return factors


def initialize_by_data(network: Network, x: np.ndarray, seed: int) -> None:
    r"""Begin with every W x of a dense layer of variance 1 over the rows, and its zero among their values.

    Equation:   w′ = w / σ(c w x),   b = −Σₖ qₖ c w′ xₖ,   of five rows xₖ with q from Dirichlet(1, …, 1)

    Source: Steinwart, "A Sober Look at Neural Network Initializations", 2019
    """
    generator, a = stream(Purpose.PARAMETERS, seed), x.astype(network.dtype)
    for index, layer in enumerate(network.layers):
        own = network.node_parameters(index)
        if isinstance(layer, NTKLinear):
            z, _ = layer.forward({**own, "bias": np.zeros(layer.out_features, a.dtype)}, a, Context())
            spread = np.where(z.std(axis=0) > 0, z.std(axis=0), 1)
            own["weight"][...] /= spread[:, None]
            if layer.bias:
                rows = generator.integers(len(z), size=(SIMPLEX, z.shape[1]))
                shares = generator.dirichlet(np.ones(SIMPLEX), z.shape[1]).T
                own["bias"][...] = -(shares * np.take_along_axis(z / spread, rows, axis=0)).sum(axis=0)
        a, _ = layer.forward(own, a, Context())


def _real(train: Dataset) -> int:
    """How many columns there are up to the last one of numbers: the rest are ones and zeros; at least 1."""
    if train.encoder is None:
        return train.x.shape[1]
    places, numeric = 0, 1
    for column in train.encoder.columns:
        kinds = train.encoder.categories.get(column)
        places += 1 if kinds is None else len(kinds)
        numeric = places if kinds is None else numeric
    return numeric
