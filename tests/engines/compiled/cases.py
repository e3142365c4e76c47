"""Trainings of every kind of network that is compiled."""

from typing import Any

import numpy as np

from gradiente import (
    GELU,
    L1,
    L2,
    PBLD,
    SGD,
    Adam,
    AdamW,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    BCELoss,
    BCEWithLogitsLoss,
    Conv1d,
    Conv2d,
    Conv3d,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    LeakyReLU,
    Linear,
    LogSoftmax,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    MSELoss,
    Network,
    NLLLoss,
    NTKLinear,
    ParametricActivation,
    PReLU,
    ReLU,
    Scale,
    Sigmoid,
    Softmax,
    Tanh,
)
from gradiente.clip import Clip
from gradiente.engines import REGISTRY
from gradiente.objective import Objective
from gradiente.parameter_groups import ParameterGroups

ROWS = 90
BATCH = 16  # the last one of an epoch has fewer rows


class Case:
    """A training: what it is made of, and whether its layers are cut by neurons; or the rows of a batch in pieces."""

    def __init__(self, layers, loss, optimizer, *, inputs=(5,), neurons=False, **options):
        self.layers, self.loss, self.optimizer, self.inputs, self.neurons = (
            layers,
            loss,
            optimizer,
            inputs,
            neurons,
        )
        self.frozen = options.pop("frozen", ())
        self.soft = options.pop("soft", False)
        self.batch, self.cut = options.pop("batch", BATCH), options.pop("cut", False)
        self.groups = options.pop("groups", {})
        self.options = options

    def engine(self, name, dtype) -> Any:
        network = Network(self.layers, seed=3, dtype=dtype, input_shape=self.inputs)
        network.freeze(*self.frozen)
        objective = Objective(network, self.loss, **self.options)
        groups = ParameterGroups.of(network, **self.groups)
        engine = REGISTRY[name](objective, self.optimizer, parameter_groups=groups)
        engine.batch_size = self.batch
        return engine

    def data(self, dtype):
        generator = np.random.default_rng(5)
        x = generator.normal(size=(ROWS, *self.inputs)).astype(dtype)
        outputs = Network(self.layers, input_shape=self.inputs).forward(x[:2])[0].shape[1]
        if self.loss.is_multiclass and not self.soft:
            return x, generator.integers(0, outputs, ROWS)
        return x, generator.random((ROWS, outputs)).astype(dtype)


CASES = {
    "xor": Case([Linear(2, 3), Tanh(), Linear(3, 1), Sigmoid()], BCELoss(), SGD(lr=0.5), inputs=(2,)),
    "frozen": Case(
        [Linear(5, 4), LeakyReLU(), Linear(4, 6), Tanh(), Linear(6, 3)], MSELoss(), SGD(lr=0.1), frozen=[0]
    ),
    "dropout": Case(
        [Flatten(), Dropout(0.2), Linear(6, 19), ReLU(), Dropout(0.5), Linear(19, 1)],
        BCEWithLogitsLoss(),
        Adam(lr=0.01),
        inputs=(2, 3),
    ),
    "penalties": Case(
        [Linear(5, 33, bias=False), GELU(), Linear(33, 4)],
        CrossEntropyLoss(reduction="sum"),
        SGD(lr=0.01, momentum=0.9),
        penalties=(L1(0.01), L2(0.02)),
        clip=Clip(value=0.05),
    ),
    "smoothing": Case(
        [Linear(5, 7), Tanh(), Linear(7, 4)],
        CrossEntropyLoss(label_smoothing=0.1),
        SGD(lr=0.05, momentum=0.9),
    ),
    "distributions": Case(
        [Linear(5, 7), Tanh(), Linear(7, 4)],
        CrossEntropyLoss(label_smoothing=0.1, reduction="sum"),
        SGD(lr=0.05),
        soft=True,
    ),
    "log probabilities": Case([Linear(5, 7), Tanh(), Linear(7, 4), LogSoftmax()], NLLLoss(), SGD(lr=0.5)),
    "groups": Case(
        [Linear(5, 7), Tanh(), Linear(7, 3), Softmax()],
        MSELoss(),
        Adam(lr=0.01, weight_decay=0.1),
        groups={"lr_factors": {0: 0.1}, "weight_decay_on": "weights"},
        clip=Clip(norm=0.02),
    ),
    "convolutions": Case(
        [
            Conv2d(2, 5, 3, stride=(1, 2), padding=(2, 1), dilation=(2, 1)),
            Tanh(),
            MaxPool2d(3, stride=2, padding=1, ceil_mode=True),
            LeakyReLU(),
            Conv2d(5, 6, (2, 3), padding="same", bias=False),
            AvgPool2d(2, padding=1, count_include_pad=False, ceil_mode=True),
            Flatten(),
            Dropout(0.2),
            Linear(54, 3),
        ],
        CrossEntropyLoss(),
        Adam(lr=0.01),
        inputs=(2, 9, 11),
    ),
    "groups of channels": Case(
        [
            Conv2d(4, 6, (6, 5), stride=2, groups=2),
            ReLU(),
            MaxPool2d((2, 1), stride=1),
            Flatten(),
            Linear(12, 70),
            Tanh(),
        ],
        MSELoss(),
        SGD(lr=0.1),
        inputs=(4, 9, 7),
        penalties=(L2(0.01),),
        frozen=[4],
    ),
    "one and three axes": Case(
        [
            Conv3d(1, 2, (2, 3, 2), padding=(1, 0, 1), stride=(2, 1, 1)),
            ReLU(),
            AvgPool3d((1, 2, 2), divisor_override=3),
            MaxPool3d((2, 1, 1)),
            Flatten(2),
            Conv1d(2, 19, 7, padding=3, stride=2),
            MaxPool1d(2, stride=1, dilation=2),
            AvgPool1d(2, stride=1),
            Flatten(),
        ],
        MSELoss(reduction="sum"),
        SGD(lr=0.001, momentum=0.9),
        inputs=(1, 4, 7, 7),
    ),
    "neurons": Case(
        [Linear(5, 150), Tanh(), Linear(150, 3)], CrossEntropyLoss(), Adam(lr=0.01), neurons=True
    ),
    "neurons, deep": Case(
        [Dropout(0.1), Linear(5, 140), ReLU(), Dropout(0.5), Linear(140, 130), Tanh(), Linear(130, 2)],
        MSELoss(),
        SGD(lr=0.05),
        neurons=True,
        clip=Clip(norm=0.1),
        penalties=(L2(0.1),),
    ),
    "batch norm": Case(
        [
            BatchNorm1d(5, bias=False),
            Linear(5, 140),
            BatchNorm1d(140, momentum=0.3),
            PReLU(),
            Dropout(0.5),
            Linear(140, 20, bias=False),
            Tanh(),
            BatchNorm1d(20, affine=False),
            PReLU(20),
            Linear(20, 3),
            BatchNorm1d(3, track_running_stats=False),
        ],
        MSELoss(),
        SGD(lr=0.05, momentum=0.9),
        neurons=True,
        clip=Clip(norm=0.1),
        penalties=(L2(0.1),),
    ),
    "batch norm, frozen": Case(
        [Linear(5, 7), BatchNorm1d(7), ReLU(), Linear(7, 4), BatchNorm1d(4, affine=False), Linear(4, 3)],
        CrossEntropyLoss(),
        Adam(lr=0.01),
        neurons=True,
        frozen=[0, 3],
    ),
    "frozen batch norm": Case(
        [Linear(5, 6), BatchNorm1d(6), Tanh(), Linear(6, 3)], MSELoss(), SGD(lr=0.1), frozen=[1]
    ),
    "batch norm of images": Case(
        [
            Conv2d(2, 6, 3, padding=1),
            BatchNorm2d(6),
            ReLU(),
            MaxPool2d(2),
            Conv2d(6, 9, 3, bias=False),
            BatchNorm2d(9, momentum=0.3),
            ReLU(),
            MaxPool2d(2),
            Flatten(),
            Dropout(0.3),
            Linear(18, 20),
            BatchNorm1d(20),
            ReLU(),
            Linear(20, 3),
        ],
        CrossEntropyLoss(),
        SGD(lr=0.002),
        inputs=(2, 12, 11),
        batch=40,
        cut=True,
    ),
    "batch norm of sequences": Case(
        [
            BatchNorm1d(3),
            PReLU(3),
            Conv1d(3, 8, 3, bias=False),
            Dropout(0.2),
            BatchNorm1d(8, affine=False),
            PReLU(),
            AvgPool1d(2),
            BatchNorm1d(8, track_running_stats=False),
            Flatten(),
            BatchNorm1d(40),
            Tanh(),
            Linear(40, 2),
            BatchNorm1d(2, bias=False),
        ],
        MSELoss(),
        SGD(lr=0.005, momentum=0.9),
        inputs=(3, 12),
        batch=24,
        clip=Clip(norm=0.5),
        penalties=(L2(0.1),),
    ),
    "batch norm of volumes, frozen": Case(
        [
            Conv3d(1, 4, 2),
            BatchNorm3d(4),
            PReLU(4),
            MaxPool3d(2),
            Conv3d(4, 5, 2),
            PReLU(5),
            BatchNorm3d(5),
            LeakyReLU(),
            Flatten(),
            Linear(10, 3),
        ],
        CrossEntropyLoss(),
        SGD(lr=0.005),
        inputs=(1, 5, 7, 5),
        batch=30,
        cut=True,
        frozen=[1, 2],
    ),
    "batch norm of positions": Case(
        [Tanh(), BatchNorm1d(4), Flatten(), Linear(24, 5), PReLU(5), Linear(5, 3)],
        MSELoss(),
        SGD(lr=0.1),
        inputs=(4, 6),
        batch=50,
    ),
    "NTK parametrization": Case(
        [
            Scale(5),
            NTKLinear(5, 33),
            Tanh(),
            NTKLinear(33, 20, bias=False),
            Scale(20),
            ReLU(),
            NTKLinear(20, 3),
        ],
        CrossEntropyLoss(label_smoothing=0.1),
        Adam(lr=0.01, betas=(0.9, 0.95)),
        penalties=(L2(0.1),),
        groups={"lr_factors": {0: 6.0, "1.bias": 0.1, "6.bias": 0.1}},
    ),
    "parametric activations": Case(
        [
            NTKLinear(5, 33),
            ParametricActivation("Mish", 33),
            Linear(33, 20),
            ParametricActivation(),
            Linear(20, 3),
        ],
        CrossEntropyLoss(),
        SGD(lr=0.05, momentum=0.9),
        groups={"lr_factors": {1: 0.1, 3: 0.1}},
    ),
    "NTK parametrization of neurons": Case(
        [Scale(5), NTKLinear(5, 140), Tanh(), NTKLinear(140, 20), PReLU(20), NTKLinear(20, 3)],
        MSELoss(),
        SGD(lr=0.05, momentum=0.9),
        neurons=True,
        clip=Clip(norm=0.1),
    ),
    "waves": Case(
        [
            PBLD(3, n_frequencies=5, others=2, frequency_scale=0.5),
            Scale(14),
            NTKLinear(14, 140),
            ParametricActivation("Mish", 140),
            Dropout(0.2),
            NTKLinear(140, 2),
        ],
        MSELoss(),
        AdamW(lr=0.01, weight_decay=0.1),
        neurons=True,
        groups={"lr_factors": {"0.weight": 0.5, 1: 6.0, 3: 0.1}, "weight_decay_on": "weights"},
    ),
    "waves alone": Case(
        [Flatten(), PBLD(20, n_frequencies=3, d_embedding=2, frequency_scale=2.0)],
        MSELoss(reduction="sum"),
        SGD(lr=0.001, momentum=0.9),
        inputs=(5, 4),
        neurons=True,
        clip=Clip(norm=0.5),
        penalties=(L1(0.01), L2(0.02)),
    ),
    "frozen waves": Case(
        [PBLD(5), Tanh(), BatchNorm1d(20), Linear(20, 3)],
        CrossEntropyLoss(),
        Adam(lr=0.01),
        neurons=True,
        frozen=[0],
    ),
    "slopes of channels": Case(
        [Conv2d(1, 7, 3), PReLU(7), AvgPool2d(2), Conv2d(7, 4, 2), PReLU(), Flatten(), Linear(16, 3)],
        CrossEntropyLoss(),
        Adam(lr=0.01),
        inputs=(1, 8, 8),
        batch=40,
        cut=True,
    ),
}
