"""The layers, one concept, one file. A layer named in REGISTRY can be saved, loaded and written on a command line."""

from gradiente.layers.adaptive_avg_pool import AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d
from gradiente.layers.adaptive_max_pool import AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d
from gradiente.layers.avg_pool import AvgPool1d, AvgPool2d, AvgPool3d
from gradiente.layers.base import Context, Layer
from gradiente.layers.batch_norm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from gradiente.layers.conv import Conv1d, Conv2d, Conv3d
from gradiente.layers.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from gradiente.layers.dropout import Dropout, Dropout2d
from gradiente.layers.embedding import Embedding
from gradiente.layers.flatten import Flatten
from gradiente.layers.gelu import GELU
from gradiente.layers.group_norm import GroupNorm
from gradiente.layers.identity import Identity
from gradiente.layers.instance_norm import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d
from gradiente.layers.layer_norm import LayerNorm
from gradiente.layers.leaky_relu import LeakyReLU
from gradiente.layers.linear import Linear
from gradiente.layers.max_pool import MaxPool1d, MaxPool2d, MaxPool3d
from gradiente.layers.relu import ReLU
from gradiente.layers.residual import Residual
from gradiente.layers.sigmoid import Sigmoid
from gradiente.layers.softmax import Softmax
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
        GELU,
        Softmax,
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
        Dropout2d,
        Embedding,
        Residual,
    )
}

__all__ = [
    "GELU",
    "REGISTRY",
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
    "Dropout2d",
    "Embedding",
    "Flatten",
    "GroupNorm",
    "Identity",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "ReLU",
    "Residual",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Unflatten",
    "Upsample",
]
