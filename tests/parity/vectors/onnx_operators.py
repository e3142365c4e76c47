"""The operators of ONNX that mean what a concept here means, and what they ask of it."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradiente.layers import Context

from .building import build
from .onnx_nodes import Array, Node, applied, through
from .onnx_resize import resize
from .onnx_rules import adagrad, adam, momentum
from .vector import Missing, Quantity, axes


def elementwise(concept: str, **renamed: str) -> tuple[str, Callable[[Node], Sequence[Quantity]]]:
    """A layer without parameters, its options by ONNX's names; those it is given are the only ones."""

    def compared(node: Node) -> Sequence[Quantity]:
        node.only(*renamed)
        options = {renamed[name]: value for name, value in node.attributes.items()}
        return applied(node, concept, **options)

    return concept, compared


def identity(node: Node) -> Sequence[Quantity]:
    return applied(node, "Identity")


def selu(node: Node) -> Sequence[Quantity]:
    node.only()  # alpha and gamma are constants of the definition in PyTorch
    return applied(node, "SELU")


def swish(node: Node) -> Sequence[Quantity]:
    if node.attribute("alpha", 1.0) != 1:
        raise Missing("alpha")
    return applied(node, "SiLU")


def prelu(node: Node) -> Sequence[Quantity]:
    """ONNX's slope is broadcast from the last axis, PyTorch's lies along axis 1."""
    x, slope = node.x(), node.inputs[1]
    if slope.size == 1:
        weight = slope.reshape(1)
    elif slope.ndim == x.ndim - 1 and slope.shape == (x.shape[1], *(1,) * (x.ndim - 2)):
        weight = slope.ravel()
    else:
        raise Missing("a slope that is not one for each channel")
    return [node.value(0, through(build("PReLU", (weight.size,)), x, {"weight": weight})[0])]


def softmax(concept: str) -> tuple[str, Callable[[Node], Sequence[Quantity]]]:
    return concept, lambda node: applied(node, concept, dim=node.attribute("axis", -1))


def flatten(node: Node) -> Sequence[Quantity]:
    """Two axes: those before `axis` laid end to end, and those from it on."""
    x = node.x()
    axis = node.attribute("axis", 1) % x.ndim
    if axis == 0:
        raise Missing("axis=0")
    if axis == 1:
        return applied(node, "Flatten")
    y = through(build("Flatten", (axis, -1)), x)[0]
    return [node.value(0, through(build("Flatten", (0, axis - 1)), y)[0])]


def reshape(node: Node) -> Sequence[Quantity]:
    """A new shape in which one axis is split, or neighbours are laid end to end."""
    x, after = node.x(), node.outputs[0].shape
    front = _common(x.shape, after)
    back = _common(x.shape[front:][::-1], after[front:][::-1])
    before, new = x.shape[front : x.ndim - back], after[front : len(after) - back]
    if len(before) == 1:
        return applied(node, "Unflatten", front, tuple(new))
    if len(new) == 1:
        return applied(node, "Flatten", front, x.ndim - back - 1)
    raise Missing("a shape that neither splits an axis nor joins neighbors")


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many sizes are the same from the beginning."""
    return next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def dropout(node: Node) -> Sequence[Quantity]:
    """The mask, where it is a second output, is where the cache of the layer is not 0."""
    ratio = node.input(1) if node.input(1) is not None else node.attribute("ratio", 0.5)
    training = bool(node.input(2)) if node.input(2) is not None else False
    if training and float(ratio):
        raise Missing("the mask that another generator draws")
    x = node.x()
    y, mask = build("Dropout", (float(ratio),)).forward({}, x, Context(training))
    kept = np.ones(x.shape, bool) if mask is None else mask != 0
    return [
        node.value(i, ours, name)
        for i, (ours, name) in enumerate([(y, "y"), (kept, "mask")][: len(node.outputs)])
    ]


def gemm(node: Node) -> Sequence[Quantity]:
    node.only("transA", "transB", *(name for name in ("alpha", "beta") if node.attribute(name) == 1))
    if node.attribute("transA"):
        raise Missing("transA")
    b, c = node.inputs[1], node.input(2)
    return _linear(node, b if node.attribute("transB") else b.T, c)


def matmul(node: Node) -> Sequence[Quantity]:
    b = node.inputs[1]
    if b.ndim != 2:
        raise Missing(f"a second factor with {axes(b.ndim)}")
    return _linear(node, b.T, None)


def _linear(node: Node, weight: Array, bias: Array | None) -> Sequence[Quantity]:
    if bias is not None and bias.shape not in ((len(weight),), (1, len(weight))):
        raise Missing("a bias that is not one number for each output")
    layer = build("Linear", (weight.shape[1], weight.shape[0]), {"bias": bias is not None})
    parameters = {"weight": weight} | ({} if bias is None else {"bias": bias.ravel()})
    return [node.value(0, through(layer, node.x(), parameters)[0])]


def gather(node: Node) -> Sequence[Quantity]:
    table, index = node.inputs
    if table.ndim != 2 or node.attribute("axis", 0) != 0:
        raise Missing("a table that does not have two axes" if table.ndim != 2 else "axis")
    return [node.value(0, through(build("Embedding", table.shape), index, {"weight": table})[0])]


def conv(node: Node) -> Sequence[Quantity]:
    x, weight = node.x(), node.inputs[1]
    options = _windows(node, weight.shape[2:], transposed=False)
    groups = node.attribute("group", 1)
    made = weight.shape[1] * groups, len(weight), weight.shape[2:]
    return _weighted(node, f"Conv{node.rank}d", made, options | {"groups": groups}, x)


def conv_transpose(node: Node) -> Sequence[Quantity]:
    x, weight = node.x(), node.inputs[1]
    if node.attribute("output_shape"):
        raise Missing("output_shape")
    options = _windows(node, weight.shape[2:], transposed=True)
    if node.attribute("output_padding"):
        options["output_padding"] = tuple(node.attribute("output_padding"))
    groups = node.attribute("group", 1)
    made = len(weight), weight.shape[1] * groups, weight.shape[2:]
    return _weighted(node, f"ConvTranspose{node.rank}d", made, options | {"groups": groups}, x)


def _weighted(node: Node, name: str, made: Any, options: dict[str, Any], x: Array) -> Sequence[Quantity]:
    bias = node.input(2)
    layer = build(name, made, options | {"bias": bias is not None})
    parameters = {"weight": node.inputs[1]} | ({} if bias is None else {"bias": bias})
    return [node.value(0, through(layer, x, parameters)[0])]


def max_pool(node: Node) -> Sequence[Quantity]:
    if len(node.outputs) > 1:
        raise Missing("return_indices")
    kernel = tuple(node.attributes["kernel_shape"])
    options = _windows(node, kernel, transposed=False)
    return applied(
        node, f"MaxPool{node.rank}d", kernel, **options, ceil_mode=bool(node.attribute("ceil_mode", 0))
    )


def average_pool(node: Node) -> Sequence[Quantity]:
    kernel = tuple(node.attributes["kernel_shape"])
    options = _windows(node, kernel, transposed=False)
    if options["dilation"] == (1,) * node.rank:
        del options["dilation"]  # PyTorch's has none
    options |= {name: bool(node.attribute(name, 0)) for name in ("ceil_mode", "count_include_pad")}
    return applied(node, f"AvgPool{node.rank}d", kernel, **options)


def _windows(node: Node, kernel: Sequence[int], *, transposed: bool) -> dict[str, Any]:
    """Stride, padding and dilation; Missing where more is padded on one side than on the other."""
    rank = node.rank
    stride = tuple(node.attribute("strides", (1,) * rank))
    dilation = tuple(node.attribute("dilations", (1,) * rank))
    pads = node.attribute("pads", [0] * 2 * rank)
    how = node.attribute("auto_pad", "NOTSET")
    if how.startswith("SAME"):
        if transposed:
            raise Missing(f"auto_pad={how}")
        pads = _same(node.inputs[0].shape[2:], kernel, stride, dilation, last=how == "SAME_UPPER")
    before, after = tuple(pads[:rank]), tuple(pads[rank:])
    if before != after:
        raise Missing("more padding on one side")
    return {"stride": stride, "padding": before, "dilation": dilation}


def _same(
    sizes: Sequence[int], kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int], *, last: bool
) -> list[int]:
    """The padding with which ⌈size / stride⌉ windows fit, an odd one more at the end or at the beginning."""
    axes = zip(sizes, kernel, stride, dilation, strict=True)
    totals = [max(0, (-(-n // s) - 1) * s + d * (k - 1) + 1 - n) for n, k, s, d in axes]
    small, large = [total // 2 for total in totals], [total - total // 2 for total in totals]
    return small + large if last else large + small


def global_pool(concept: str) -> tuple[str, Callable[[Node], Sequence[Quantity]]]:
    return f"{concept}{{rank}}d", lambda node: applied(node, f"{concept}{node.rank}d", 1)


def batch_norm(node: Node) -> Sequence[Quantity]:
    """In training the running variance is that of the definition here, with n − 1, corrected to ONNX's n."""
    x, scale, bias, mean, variance = node.inputs
    training = bool(node.attribute("training_mode", 0))
    share = 1 - node.attribute("momentum", 0.9)
    layer = build(
        f"BatchNorm{node.rank}d", (x.shape[1],), {"eps": node.attribute("epsilon", 1e-5), "momentum": share}
    )
    buffers = {"running_mean": mean, "running_var": variance}
    y, after = through(layer, x, {"weight": scale, "bias": bias}, buffers, training=training)
    if not training:
        return [node.value(0, y)]
    n = x.size // x.shape[1]
    kept = (1 - share) * variance
    biased = kept + (after["running_var"] - kept) * (n - 1) / n
    return [
        node.value(0, y),
        node.value(1, after["running_mean"], "running_mean"),
        node.value(2, biased, "running_var · (n − 1) / n"),
    ]


def instance_norm(node: Node) -> Sequence[Quantity]:
    x, scale, bias = node.inputs
    options = {"eps": node.attribute("epsilon", 1e-5), "affine": True}
    layer = build(f"InstanceNorm{node.rank}d", (x.shape[1],), options)
    return [node.value(0, through(layer, x, {"weight": scale, "bias": bias})[0])]


def group_norm(node: Node) -> Sequence[Quantity]:
    x, scale, bias = node.inputs
    made = node.attributes["num_groups"], x.shape[1]
    layer = build("GroupNorm", made, {"eps": node.attribute("epsilon", 1e-5)})
    return [node.value(0, through(layer, x, {"weight": scale, "bias": bias})[0])]


def layer_norm(node: Node) -> Sequence[Quantity]:
    """Y; the mean and the inverse deviation that ONNX gives beside it are no output of the layer."""
    x, scale, bias = node.x(), node.inputs[1], node.input(2)
    options = {"eps": node.attribute("epsilon", 1e-5)} | ({} if bias is not None else {"bias": False})
    layer = build("LayerNorm", (x.shape[node.attribute("axis", -1) :],), options)
    parameters = {"weight": scale} | ({} if bias is None else {"bias": bias})
    return [node.value(0, through(layer, x, parameters)[0])]


def label_loss(concept: str) -> tuple[str, Callable[[Node], Sequence[Quantity]]]:
    """A loss of class numbers; the logarithms of ŷ, where they are an output too, are those of LogSoftmax."""

    def compared(node: Node) -> Sequence[Quantity]:
        x, labels, weight = node.x(), node.inputs[1], node.input(2)
        options = {"reduction": node.attribute("reduction", "mean")}
        if weight is not None:
            options["weight"] = tuple(weight.tolist())
        if "ignore_index" in node.attributes:
            options["ignore_index"] = node.attributes["ignore_index"]
        found = [node.value(0, build(concept, (), options).value(x, labels), "J")]
        if len(node.outputs) > 1:
            found.append(node.value(1, through(build("LogSoftmax", (), {"dim": 1}), x)[0], "log ŷ"))
        return found

    return concept, compared


OPERATORS: dict[str, tuple[str, Callable[[Node], Sequence[Quantity]]]] = {
    "Relu": elementwise("ReLU"),
    "LeakyRelu": elementwise("LeakyReLU", alpha="negative_slope"),
    "Elu": elementwise("ELU", alpha="alpha"),
    "Celu": elementwise("CELU", alpha="alpha"),
    "Gelu": elementwise("GELU", approximate="approximate"),
    "Sigmoid": elementwise("Sigmoid"),
    "Softplus": elementwise("Softplus"),
    "Softsign": elementwise("Softsign"),
    "Tanh": elementwise("Tanh"),
    "Mish": elementwise("Mish"),
    "HardSwish": elementwise("Hardswish"),
    "Selu": ("SELU", selu),
    "Swish": ("SiLU", swish),
    "PRelu": ("PReLU", prelu),
    "Softmax": softmax("Softmax"),
    "LogSoftmax": softmax("LogSoftmax"),
    "Identity": ("Identity", identity),
    "Flatten": ("Flatten", flatten),
    "Reshape": ("Unflatten", reshape),
    "Dropout": ("Dropout", dropout),
    "Gemm": ("Linear", gemm),
    "MatMul": ("Linear", matmul),
    "Gather": ("Embedding", gather),
    "Conv": ("Conv{rank}d", conv),
    "ConvTranspose": ("ConvTranspose{rank}d", conv_transpose),
    "MaxPool": ("MaxPool{rank}d", max_pool),
    "AveragePool": ("AvgPool{rank}d", average_pool),
    "GlobalAveragePool": global_pool("AdaptiveAvgPool"),
    "GlobalMaxPool": global_pool("AdaptiveMaxPool"),
    "BatchNormalization": ("BatchNorm{rank}d", batch_norm),
    "InstanceNormalization": ("InstanceNorm{rank}d", instance_norm),
    "GroupNormalization": ("GroupNorm", group_norm),
    "LayerNormalization": ("LayerNorm", layer_norm),
    "Resize": ("Upsample", resize),
    "Upsample": ("Upsample", resize),
    "SoftmaxCrossEntropyLoss": label_loss("CrossEntropyLoss"),
    "NegativeLogLikelihoodLoss": label_loss("NLLLoss"),
    "Adagrad": ("Adagrad", adagrad),
    "Adam": ("Adam", adam),
    "Momentum": ("SGD", momentum),
}
