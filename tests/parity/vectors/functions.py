"""What a function of PyTorch is as a class: its options, and which of its tensors are parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from .vector import Missing, axes

Options = dict[str, Any]
Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Call:
    """A call of a function, read as the constructor of a concept and the tensors of its forward pass."""

    x: torch.Tensor
    options: Options = field(default_factory=dict)
    arguments: Sequence[Any] = ()
    parameters: Tensors = field(default_factory=dict)
    buffers: Tensors = field(default_factory=dict)
    training: bool = False
    target: torch.Tensor | None = None


@dataclass(frozen=True)
class Function:
    """A function of PyTorch: its class (with the rank of x for {rank}), the names of its arguments after x."""

    concept: str
    names: str
    read: Callable[[torch.Tensor, Options], Call]

    def concept_for(self, x: torch.Tensor) -> str:
        return self.concept.format(rank=max(1, x.ndim - 2))

    def concepts(self) -> set[str]:
        """The classes that it can be."""
        return {self.concept.format(rank=rank) for rank in (1, 2, 3)}

    def call(self, x: torch.Tensor, arguments: Sequence[Any], options: Mapping[str, Any]) -> Call:
        """The call that these arguments are; an option of None is one that was not given."""
        named = dict(zip(self.names.split(), arguments, strict=False), **options)
        return self.read(x, {key: value for key, value in named.items() if value is not None})


def layer(x: torch.Tensor, named: Options) -> Call:
    """A layer without parameters: its options have the names of the function's."""
    training = named.pop("training", False)
    if named.get("dtype") == x.dtype:
        del named["dtype"]  # a conversion of x that changes nothing
    return Call(x, named, training=training)


def dropout(x: torch.Tensor, named: Options) -> Call:
    """The functions drop numbers unless they are told that this is no training."""
    return layer(x, {"training": True} | named)


def loss(x: torch.Tensor, named: Options) -> Call:
    return Call(x, named, target=named.pop("target"))


def pool(x: torch.Tensor, named: Options) -> Call:
    if named.get("stride") == ():  # PyTorch's way of writing none
        del named["stride"]
    return Call(x, named)


def conv(x: torch.Tensor, named: Options) -> Call:
    outputs, per_group, *kernel = named["weight"].shape
    made = per_group * named.get("groups", 1), outputs, tuple(kernel)
    parameters = _taken(named, "weight", "bias")
    return Call(x, named | _bias(parameters), made, parameters)


def conv_transpose(x: torch.Tensor, named: Options) -> Call:
    inputs, per_group, *kernel = named["weight"].shape
    made = inputs, per_group * named.get("groups", 1), tuple(kernel)
    parameters = _taken(named, "weight", "bias")
    return Call(x, named | _bias(parameters), made, parameters)


def linear(x: torch.Tensor, named: Options) -> Call:
    parameters = _taken(named, "weight", "bias")
    weight = parameters["weight"]
    if weight.ndim != 2:
        raise Missing(f"weight with {axes(weight.ndim)}")
    return Call(x, _bias(parameters), (weight.shape[1], weight.shape[0]), parameters)


def batch_norm(x: torch.Tensor, named: Options) -> Call:
    parameters, buffers = _taken(named, "weight", "bias"), _taken(named, "running_mean", "running_var")
    training = named.pop("training", False)
    if not buffers:
        named["track_running_stats"] = False
    made = (x.shape[min(1, x.ndim - 1)],)
    return Call(x, named | _affine(parameters), made, parameters, buffers, training)


def instance_norm(x: torch.Tensor, named: Options) -> Call:
    parameters, buffers = _taken(named, "weight", "bias"), _taken(named, "running_mean", "running_var")
    training = named.pop("use_input_stats", True)
    if buffers:
        named["track_running_stats"] = True
    return Call(x, named | _affine(parameters), (x.shape[1],), parameters, buffers, training)


def group_norm(x: torch.Tensor, named: Options) -> Call:
    parameters = _taken(named, "weight", "bias")
    made = named.pop("num_groups"), x.shape[1]
    return Call(x, named | _affine(parameters), made, parameters)


def layer_norm(x: torch.Tensor, named: Options) -> Call:
    parameters = _taken(named, "weight", "bias")
    made = (named.pop("normalized_shape"),)
    return Call(x, named | _affine(parameters, "elementwise_affine"), made, parameters)


def prelu(x: torch.Tensor, named: Options) -> Call:
    weight = named["weight"]
    if weight.ndim == 0:
        raise Missing("weight without an axis")
    return Call(x, arguments=(weight.numel(),), parameters={"weight": weight})


def embedding(table: torch.Tensor, named: Options) -> Call:
    """The operator is given the table first, then the rows to take from it."""
    return Call(named.pop("index"), named, tuple(table.shape), {"weight": table})


def upsample(x: torch.Tensor, named: Options) -> Call:
    if named.get("recompute_scale_factor") is False:  # as when it is not given
        del named["recompute_scale_factor"]
    if named.get("mode") == "area":
        raise Missing("mode='area'")
    return Call(x, named)


def upsample_nearest(x: torch.Tensor, named: Options) -> Call:
    return Call(x, named | {"mode": "nearest"})


def upsample_bilinear(x: torch.Tensor, named: Options) -> Call:
    return Call(x, named | {"mode": "bilinear", "align_corners": True})


def flatten(x: torch.Tensor, named: Options) -> Call:
    return Call(x, {"start_dim": 0} | named)  # the module begins at 1


def unflatten(x: torch.Tensor, named: Options) -> Call:
    return Call(x, arguments=(named["dim"], named["sizes"]))


def _taken(named: Options, *names: str) -> Tensors:
    return {name: named.pop(name) for name in names if name in named}


def _bias(parameters: Tensors) -> Options:
    return {} if "bias" in parameters else {"bias": False}


def _affine(parameters: Tensors, name: str = "affine") -> Options:
    if not parameters:
        return {name: False}
    if "weight" not in parameters:
        raise Missing("bias without a weight")
    return {name: True} | _bias(parameters)


CONV = "weight bias stride padding dilation groups"
CONV_TRANSPOSE = "weight bias stride padding output_padding groups dilation"
MAX_POOL = "kernel_size stride padding dilation ceil_mode return_indices"
AVG_POOL = "kernel_size stride padding ceil_mode count_include_pad divisor_override"
NORM = "running_mean running_var weight bias"
UPSAMPLE = "size scale_factor mode align_corners"
LOSS = "target size_average reduce reduction"
WEIGHTED = "target weight size_average reduce reduction"
LABELS = "target weight size_average ignore_index reduce reduction"

FUNCTIONS: dict[str, Function] = {
    "relu": Function("ReLU", "inplace", layer),
    "leaky_relu": Function("LeakyReLU", "negative_slope inplace", layer),
    "elu": Function("ELU", "alpha inplace", layer),
    "celu": Function("CELU", "alpha inplace", layer),
    "selu": Function("SELU", "inplace", layer),
    "silu": Function("SiLU", "inplace", layer),
    "mish": Function("Mish", "inplace", layer),
    "relu6": Function("ReLU6", "inplace", layer),
    "rrelu": Function("RReLU", "lower upper training inplace", layer),
    "prelu": Function("PReLU", "weight", prelu),
    "hardswish": Function("Hardswish", "inplace", layer),
    "hardsigmoid": Function("Hardsigmoid", "inplace", layer),
    "hardtanh": Function("Hardtanh", "min_val max_val inplace", layer),
    "hardshrink": Function("Hardshrink", "lambd", layer),
    "softplus": Function("Softplus", "beta threshold", layer),
    "softsign": Function("Softsign", "", layer),
    "softshrink": Function("Softshrink", "lambd", layer),
    "tanhshrink": Function("Tanhshrink", "", layer),
    "threshold": Function("Threshold", "threshold value inplace", layer),
    "gelu": Function("GELU", "approximate", layer),
    "glu": Function("GLU", "dim", layer),
    "sigmoid": Function("Sigmoid", "", layer),
    "logsigmoid": Function("LogSigmoid", "", layer),
    "tanh": Function("Tanh", "", layer),
    "softmax": Function("Softmax", "dim", layer),
    "log_softmax": Function("LogSoftmax", "dim", layer),
    "softmin": Function("Softmin", "dim", layer),
    "dropout": Function("Dropout", "p training inplace", dropout),
    "dropout2d": Function("Dropout2d", "p training inplace", dropout),
    "dropout3d": Function("Dropout3d", "p training inplace", dropout),
    "alpha_dropout": Function("AlphaDropout", "p training inplace", dropout),
    "feature_alpha_dropout": Function("FeatureAlphaDropout", "p training inplace", dropout),
    "pixel_shuffle": Function("PixelShuffle", "upscale_factor", layer),
    "pixel_unshuffle": Function("PixelUnshuffle", "downscale_factor", layer),
    "local_response_norm": Function("LocalResponseNorm", "size alpha beta k", layer),
    "flatten": Function("Flatten", "start_dim end_dim", flatten),
    "unflatten": Function("Unflatten", "dim sizes", unflatten),
    "linear": Function("Linear", "weight bias", linear),
    "embedding": Function("Embedding", "index", embedding),
    "batch_norm": Function("BatchNorm{rank}d", f"{NORM} training momentum eps", batch_norm),
    "instance_norm": Function("InstanceNorm{rank}d", f"{NORM} use_input_stats momentum eps", instance_norm),
    "group_norm": Function("GroupNorm", "num_groups weight bias eps", group_norm),
    "layer_norm": Function("LayerNorm", "normalized_shape weight bias eps", layer_norm),
    "interpolate": Function("Upsample", UPSAMPLE, upsample),
    "upsample_nearest": Function("Upsample", UPSAMPLE, upsample_nearest),
    "upsample_bilinear": Function("Upsample", UPSAMPLE, upsample_bilinear),
    "cross_entropy": Function("CrossEntropyLoss", f"{LABELS} label_smoothing", loss),
    "nll_loss": Function("NLLLoss", LABELS, loss),
    "binary_cross_entropy": Function("BCELoss", WEIGHTED, loss),
    "binary_cross_entropy_with_logits": Function("BCEWithLogitsLoss", f"{WEIGHTED} pos_weight", loss),
    "mse_loss": Function("MSELoss", f"{LOSS} weight", loss),
    "l1_loss": Function("L1Loss", f"{LOSS} weight", loss),
    "smooth_l1_loss": Function("SmoothL1Loss", f"{LOSS} beta", loss),
    "huber_loss": Function("HuberLoss", "target reduction delta weight", loss),
    "kl_div": Function("KLDivLoss", f"{LOSS} log_target", loss),
    "soft_margin_loss": Function("SoftMarginLoss", LOSS, loss),
    "poisson_nll_loss": Function(
        "PoissonNLLLoss", "target log_input full size_average eps reduce reduction", loss
    ),
    "multilabel_soft_margin_loss": Function("MultiLabelSoftMarginLoss", WEIGHTED, loss),
}
for _rank in (1, 2, 3):
    FUNCTIONS |= {
        f"conv{_rank}d": Function(f"Conv{_rank}d", CONV, conv),
        f"conv_transpose{_rank}d": Function(f"ConvTranspose{_rank}d", CONV_TRANSPOSE, conv_transpose),
        f"max_pool{_rank}d": Function(f"MaxPool{_rank}d", MAX_POOL, pool),
        f"avg_pool{_rank}d": Function(f"AvgPool{_rank}d", AVG_POOL, pool),
        f"adaptive_avg_pool{_rank}d": Function(f"AdaptiveAvgPool{_rank}d", "output_size", pool),
        f"adaptive_max_pool{_rank}d": Function(
            f"AdaptiveMaxPool{_rank}d", "output_size return_indices", pool
        ),
    }
