"""What is compared: for every registered name a few examples, in the notation of the command line."""

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Shape = tuple[int, ...]

# A layer, and the shape of a batch for it.
LAYERS: list[tuple[str, Shape]] = [
    ("Linear(5, 3)", (7, 5)),
    ("Linear(1, 4)", (1, 1)),
    ("Linear(33, 17, bias=False)", (3, 33)),
    ("Sigmoid()", (7, 5)),
    ("Sigmoid()", (2, 3, 4, 5)),
    ("Tanh()", (7, 5)),
    ("Tanh()", (2, 3, 4, 5)),
    ("ReLU()", (7, 5)),
    ("ReLU()", (2, 3, 4, 5)),
    ("LeakyReLU()", (7, 5)),
    ("LeakyReLU(0.3)", (2, 3, 4, 5)),
    ("LeakyReLU(-0.5)", (3, 11)),
    ("Softmax()", (7, 5)),
    ("Softmax(dim=1)", (2, 3, 4, 5)),
    ("Softmax(dim=-2)", (3, 4, 7)),
    ("Flatten()", (2, 3, 4, 5)),
    ("Flatten()", (7, 5)),
    ("Unflatten(1, (2, 3, 5))", (3, 30)),
    ("Unflatten(1, (1, 7))", (2, 7)),
    ("Identity()", (2, 3, 4)),
    ("Conv1d(3, 4, 3)", (5, 3, 9)),
    ("Conv1d(4, 6, 5, stride=2, padding=2, groups=2)", (3, 4, 11)),
    ("Conv1d(2, 3, 3, padding='same', dilation=2, bias=False)", (2, 2, 7)),
    ("Conv2d(3, 4, 3)", (5, 3, 7, 8)),
    ("Conv2d(1, 5, (5, 3), padding=(2, 1))", (2, 1, 9, 7)),
    ("Conv2d(4, 6, 3, stride=2, padding=1, groups=2)", (3, 4, 9, 9)),
    ("Conv2d(2, 4, 3, dilation=2, padding='same', bias=False)", (2, 2, 7, 5)),
    ("Conv2d(3, 3, 3, groups=3)", (4, 3, 6, 6)),
    ("Conv3d(2, 3, 3)", (3, 2, 5, 6, 4)),
    ("Conv3d(2, 4, (1, 3, 2), stride=(1, 2, 1), padding=(0, 1, 1), groups=2)", (2, 2, 3, 7, 5)),
    ("MaxPool1d(2)", (3, 2, 9)),
    ("MaxPool1d(3, stride=2, padding=1, dilation=2)", (2, 3, 11)),
    ("MaxPool2d(2)", (3, 2, 9, 7)),
    ("MaxPool2d(3, stride=2, padding=1, ceil_mode=True)", (2, 3, 8, 8)),
    ("MaxPool2d((2, 3), stride=1)", (2, 2, 5, 7)),
    ("MaxPool3d(2)", (2, 2, 5, 4, 7)),
    ("MaxPool3d((1, 2, 3), stride=2, padding=(0, 1, 1))", (2, 1, 4, 5, 6)),
    ("AvgPool1d(2)", (3, 2, 9)),
    ("AvgPool1d(3, stride=2, padding=1, count_include_pad=False)", (2, 3, 10)),
    ("AvgPool2d(2)", (3, 2, 9, 7)),
    ("AvgPool2d(3, stride=2, padding=1, ceil_mode=True)", (2, 3, 8, 8)),
    ("AvgPool2d((2, 3), padding=1, count_include_pad=False)", (2, 2, 5, 7)),
    ("AvgPool3d(2)", (2, 2, 5, 4, 7)),
    ("AvgPool3d(3, stride=2, padding=1, count_include_pad=False)", (2, 1, 5, 6, 4)),
    ("BatchNorm1d(4)", (9, 4)),
    ("BatchNorm1d(3, momentum=None, affine=False)", (5, 3, 6)),
    ("BatchNorm1d(2, eps=0.01, momentum=0.7)", (4, 2)),
    ("BatchNorm2d(3)", (4, 3, 5, 6)),
    ("BatchNorm2d(2, momentum=None)", (2, 2, 3, 3)),
    ("BatchNorm2d(4, eps=0.01, affine=False)", (3, 4, 1, 7)),
    ("BatchNorm3d(2)", (3, 2, 3, 4, 5)),
    ("BatchNorm3d(3, momentum=1.0, affine=False)", (2, 3, 2, 3, 2)),
    ("Dropout()", (7, 5)),
    ("Dropout(0.2)", (2, 3, 4, 5)),
    ("Dropout(0.0)", (3, 4)),
    ("Dropout2d()", (4, 6, 3, 3)),
    ("Dropout2d(0.9)", (2, 5, 4, 3)),
]

# A loss, the shape of a prediction for it, and how prediction and target are drawn.
LOSSES: list[tuple[str, Shape, str, str]] = [
    ("MSELoss()", (7, 3), "numbers", "numbers"),
    ("MSELoss(reduction='sum')", (2, 3, 4), "numbers", "numbers"),
    ("MSLELoss()", (7, 3), "above-minus-one", "above-minus-one"),
    ("MSLELoss(reduction='sum')", (11, 1), "above-minus-one", "above-minus-one"),
    ("BCELoss()", (7, 3), "probabilities", "binary"),
    ("BCELoss(reduction='sum')", (7, 3), "probabilities", "probabilities"),
    ("BCELoss()", (9, 1), "binary", "binary"),
    ("BCEWithLogitsLoss()", (7, 3), "numbers", "binary"),
    ("BCEWithLogitsLoss(reduction='sum')", (7, 3), "numbers", "probabilities"),
    ("BCEWithLogitsLoss()", (9, 1), "large-numbers", "binary"),
    ("CrossEntropyLoss()", (7, 3), "numbers", "classes"),
    ("CrossEntropyLoss(reduction='sum')", (7, 3), "numbers", "classes"),
    ("CrossEntropyLoss()", (9, 11), "large-numbers", "classes"),
    ("CrossEntropyLoss()", (7, 3), "numbers", "distributions"),
    ("CrossEntropyLoss(reduction='sum')", (5, 10), "numbers", "distributions"),
    ("NLLLoss()", (7, 3), "log-probabilities", "classes"),
    ("NLLLoss(reduction='sum')", (9, 10), "log-probabilities", "classes"),
]

DRAWN: dict[str, Callable[["np.random.Generator", Shape], Array]] = {
    "numbers": lambda generator, shape: generator.normal(0, 2, shape),
    "large-numbers": lambda generator, shape: generator.normal(0, 1000, shape),
    "above-minus-one": lambda generator, shape: generator.exponential(2, shape) - 0.9,
    "probabilities": lambda generator, shape: generator.uniform(0.01, 0.99, shape),
    "binary": lambda generator, shape: generator.integers(2, size=shape).astype(np.float64),
    "distributions": lambda generator, shape: generator.dirichlet(np.ones(shape[1]), shape[0]),
    "log-probabilities": lambda generator, shape: np.log(generator.dirichlet(np.ones(shape[1]), shape[0])),
    "classes": lambda generator, shape: generator.integers(shape[1], size=shape[0]),
}

OPTIMIZERS = [
    "SGD(lr=0.01)",
    "SGD(lr=0.01, momentum=0.9, weight_decay=0.05)",
    "SGD(lr=0.01, momentum=0.9, dampening=0.3)",
    "SGD(lr=0.01, momentum=0.8, nesterov=True)",
    "SGD(lr=0.001, maximize=True)",
    "Adagrad(lr=0.05)",
    "Adagrad(lr=0.05, lr_decay=0.05, weight_decay=0.01, initial_accumulator_value=0.3)",
    "Adadelta()",
    "Adadelta(lr=0.5, rho=0.7, weight_decay=0.01)",
    "RMSprop(lr=0.01)",
    "RMSprop(lr=0.01, alpha=0.8, momentum=0.9, centered=True, weight_decay=0.01)",
    "Adam(lr=0.01)",
    "Adam(lr=0.01, betas=(0.7, 0.95), amsgrad=True, weight_decay=0.01)",
    "Adam(lr=0.001, maximize=True)",
    "AdamW(lr=0.01)",
    "AdamW(lr=0.01, weight_decay=0.1, amsgrad=True)",
    "course.Momentum(lr=0.01)",
    "course.Momentum(lr=0.05, beta=0.5)",
    "course.Nesterov(lr=0.01)",
    "course.Nesterov(lr=0.05, beta=0.5)",
    "course.Adagrad(lr=0.05)",
    "course.Adagrad(lr=0.05, eps=0.001)",
    "course.Adadelta(lr=0.01)",
    "course.Adadelta(lr=0.01, beta=0.5, eps=0.001)",
    "course.RMSprop(lr=0.01)",
    "course.RMSprop(lr=0.01, beta=0.5, eps=0.001)",
    "course.Adam(lr=0.01)",
    "course.Adam(lr=0.01, betas=(0.7, 0.95), eps=0.001)",
]

SCHEDULES = [
    "StepLR(step_size=10)",
    "StepLR(step_size=7, gamma=0.8)",
    "ExponentialLR(gamma=0.95)",
    "InverseTimeLR(decay_rate=0.1)",
    "InverseTimeLR(decay_rate=2.0)",
    "LinearLR()",
    "LinearLR(start_factor=1.0, end_factor=0.0, total_iters=60)",
    "PolynomialLR()",
    "PolynomialLR(total_iters=80, power=2.5)",
    "CosineAnnealingLR(T_max=100)",
    "CosineAnnealingLR(T_max=30, eta_min=0.001)",
    "WarmupLR()",
    "WarmupLR(total_iters=9, start_factor=0.2, after=CosineAnnealingLR(T_max=90))",
    "WarmupLR(after=StepLR(step_size=20, gamma=0.5))",
    "ReduceLROnPlateau(patience=3)",
    "ReduceLROnPlateau(mode='max', patience=2, factor=0.5, cooldown=2, threshold_mode='abs', threshold=0.1)",
    "ReduceLROnPlateau(patience=0, threshold=0.1, min_lr=0.001)",
]


def name_of(notation: str) -> str:
    """The registered name that an example begins with.

    >>> name_of("course.Adam(lr=0.01)")
    'course.Adam'
    """
    return notation.partition("(")[0]
