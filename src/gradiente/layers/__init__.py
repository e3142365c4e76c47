"""The layers, one concept, one file. A layer named in REGISTRY can be saved, loaded and written on a command line."""

from gradiente.layers.adaptive_avg_pool import AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d
from gradiente.layers.adaptive_max_pool import AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d
from gradiente.layers.avg_pool import AvgPool1d, AvgPool2d, AvgPool3d
from gradiente.layers.base import Context, Layer
from gradiente.layers.batch_norm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from gradiente.layers.conv import Conv1d, Conv2d, Conv3d
from gradiente.layers.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from gradiente.layers.dropout import Dropout, Dropout1d, Dropout2d, Dropout3d
from gradiente.layers.elu import ELU
from gradiente.layers.embedding import Embedding
from gradiente.layers.flatten import Flatten
from gradiente.layers.gelu import GELU
from gradiente.layers.group_norm import GroupNorm
from gradiente.layers.hardswish import Hardswish
from gradiente.layers.hardtanh import Hardtanh
from gradiente.layers.identity import Identity
from gradiente.layers.instance_norm import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from gradiente.layers.layer_norm import LayerNorm
from gradiente.layers.leaky_relu import LeakyReLU
from gradiente.layers.linear import Linear
from gradiente.layers.log_sigmoid import LogSigmoid
from gradiente.layers.log_softmax import LogSoftmax
from gradiente.layers.max_pool import MaxPool1d, MaxPool2d, MaxPool3d
from gradiente.layers.mish import Mish
from gradiente.layers.prelu import PReLU
from gradiente.layers.relu import ReLU
from gradiente.layers.relu6 import ReLU6
from gradiente.layers.residual import Residual
from gradiente.layers.selu import SELU
from gradiente.layers.sigmoid import Sigmoid
from gradiente.layers.silu import SiLU
from gradiente.layers.softmax import Softmax
from gradiente.layers.softplus import Softplus
from gradiente.layers.softsign import Softsign
from gradiente.layers.tanh import Tanh
from gradiente.layers.unflatten import Unflatten
from gradiente.layers.upsample import Upsample

REGISTRY: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Linear,
        Sigmoid,
        Tanh,
        ReLU,
        LeakyReLU,
        PReLU,
        ELU,
        SELU,
        GELU,
        SiLU,
        Softplus,
        Mish,
        ReLU6,
        Hardtanh,
        Hardswish,
        Softsign,
        LogSigmoid,
        Softmax,
        LogSoftmax,
        Flatten,
        Unflatten,
        Identity,
        Conv1d,
        Conv2d,
        Conv3d,
        ConvTranspose1d,
        ConvTranspose2d,
        ConvTranspose3d,
        MaxPool1d,
        MaxPool2d,
        MaxPool3d,
        AvgPool1d,
        AvgPool2d,
        AvgPool3d,
        AdaptiveAvgPool1d,
        AdaptiveAvgPool2d,
        AdaptiveAvgPool3d,
        AdaptiveMaxPool1d,
        AdaptiveMaxPool2d,
        AdaptiveMaxPool3d,
        Upsample,
        BatchNorm1d,
        BatchNorm2d,
        BatchNorm3d,
        InstanceNorm1d,
        InstanceNorm2d,
        InstanceNorm3d,
        LayerNorm,
        GroupNorm,
        Dropout,
        Dropout1d,
        Dropout2d,
        Dropout3d,
        Embedding,
        Residual,
    )
}

__all__ = [
    "ELU",
    "GELU",
    "REGISTRY",
    "SELU",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Context",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "Embedding",
    "Flatten",
    "GroupNorm",
    "Hardswish",
    "Hardtanh",
    "Identity",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "Mish",
    "PReLU",
    "ReLU",
    "ReLU6",
    "Residual",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "Tanh",
    "Unflatten",
    "Upsample",
]
