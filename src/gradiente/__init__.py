"""Neural networks one can see through."""

from gradiente import data, metrics, pytorch
from gradiente.clip import Clip
from gradiente.engines import Torch
from gradiente.errors import (
    ArgumentError,
    DataError,
    DivergenceError,
    FileError,
    GradienteError,
    ShapeError,
)
from gradiente.gradcheck import gradcheck
from gradiente.initializers import Glorot, He, Initializer, Normal, PyTorchDefault, Zeros
from gradiente.layers import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    Context,
    Conv1d,
    Conv2d,
    Conv3d,
    Dropout,
    Dropout2d,
    Flatten,
    Identity,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
    Unflatten,
)
from gradiente.locale import get_language, language, set_language
from gradiente.losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, Loss, MSELoss, MSLELoss, NLLLoss
from gradiente.network import Network
from gradiente.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop, course
from gradiente.penalties import L1, L2, Penalty
from gradiente.pytorch import from_torch
from gradiente.schedules import (
    CosineAnnealingLR,
    ExponentialLR,
    InverseTimeLR,
    LinearLR,
    PolynomialLR,
    ReduceLROnPlateau,
    Schedule,
    StepLR,
    WarmupLR,
)
from gradiente.trace import Trace, trace
from gradiente.training import (
    Callback,
    Checkpoint,
    EarlyStopping,
    History,
    Progress,
    Scheduler,
    Trainer,
)
