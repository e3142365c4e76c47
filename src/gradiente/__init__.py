"""Neural networks one can see through."""

from gradiente import data, metrics
from gradiente.engines import Clip
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
    Context,
    Flatten,
    Identity,
    Layer,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from gradiente.locale import set_language
from gradiente.losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, Loss, MSELoss, MSLELoss, NLLLoss
from gradiente.network import Network
from gradiente.optimizers import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, RMSprop, course
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
from gradiente.training import (
    Callback,
    Checkpoint,
    EarlyStopping,
    History,
    Progress,
    Scheduler,
    Trainer,
)
