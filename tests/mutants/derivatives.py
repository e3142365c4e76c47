"""31 mistakes in derivatives: what a network computes is right, and what it learns from that is wrong."""

from dataclasses import replace
from importlib import import_module

import numpy as np

from gradiente.layers import (
    Embedding,
    GroupNorm,
    LayerNorm,
    Linear,
    LogSoftmax,
    PReLU,
    ReLU,
    Residual,
    Sigmoid,
    Softmax,
    Softplus,
    Tanh,
    Upsample,
    padding,
)
from gradiente.layers import conv as conv_module
from gradiente.layers.adaptive_max_pool import _AdaptiveMaxPool
from gradiente.layers.avg_pool import _AvgPool
from gradiente.layers.batch_norm import BatchNorm
from gradiente.layers.conv import Conv
from gradiente.layers.conv_transpose import ConvTranspose
from gradiente.layers.correlation import correlate
from gradiente.layers.dropout import _Dropout
from gradiente.layers.gelu import GELU, ROOT
from gradiente.layers.instance_norm import InstanceNorm
from gradiente.layers.max_pool import _MaxPool
from gradiente.losses import BCEWithLogitsLoss, CrossEntropyLoss, KLDivLoss, MSELoss
from gradiente.losses.base import Loss

from .mutant import Mutants

DERIVATIVES = Mutants()
mutant = DERIVATIVES.of
network_module = import_module("gradiente.network")


def steps(layer):
    """Whether a convolution moves by more than one entry."""
    return max(np.atleast_1d(layer.stride)) > 1


@mutant(Linear, "parameter_gradients")
def weight_averaged_over_the_batch_twice(right, self, parameters, cache, dy, out):
    right(self, parameters, cache, dy, out)
    out["weight"][...] /= len(dy)


@mutant(Linear, "parameter_gradients", where=lambda layer: layer.bias)
def bias_of_the_first_instance_only(right, self, parameters, cache, dy, out):
    right(self, parameters, cache, dy, out)
    if self.bias:
        out["bias"][...] = dy[0].reshape(-1, self.out_features).sum(axis=0)


@mutant(
    Linear,
    "input_gradient",
    where=lambda layer: layer.in_features == layer.out_features > 1,
    example=("Linear(3, 3)", (5, 3)),
)
def transpose_forgotten(right, self, parameters, cache, dy):
    square = self.in_features == self.out_features
    return right(self, {"weight": parameters["weight"].T} if square else parameters, cache, dy)


@mutant(Sigmoid, "input_gradient")
def sigmoid_without_1_minus_a(right, self, parameters, cache, dy):
    return dy * cache


@mutant(Tanh, "input_gradient")
def tanh_without_the_square(right, self, parameters, cache, dy):
    return dy * (1 - cache)


@mutant(ReLU, "input_gradient")
def relu_where_the_gradient_is_positive(right, self, parameters, cache, dy):
    return dy * (dy > 0)


@mutant(PReLU, "parameter_gradients")
def slope_learns_from_positive_numbers_too(right, self, parameters, cache, dy, out):
    by_slope = dy * cache
    axes = tuple(axis for axis in range(dy.ndim) if axis != 1 or self.num_parameters == 1)
    out["weight"][...] = by_slope.sum(axis=axes)


@mutant(GELU, "input_gradient", where=lambda layer: layer.approximate == "tanh")
def gelu_without_the_derivative_of_the_cube(right, self, parameters, cache, dy):
    if self.approximate == "none":
        return right(self, parameters, cache, dy)
    x, phi = cache
    return dy * (phi + x * 2 * phi * (1 - phi) * ROOT)


@mutant(Softplus, "input_gradient", where=lambda layer: layer.beta != 1)
def softplus_without_beta(right, self, parameters, cache, dy):
    return right(replace(self, beta=1.0, threshold=np.inf), parameters, cache, dy)


@mutant(Softmax, "input_gradient")
def softmax_without_the_sum(right, self, parameters, cache, dy):
    return cache * (1 - cache) * dy


@mutant(LogSoftmax, "input_gradient")
def log_softmax_without_the_sum(right, self, parameters, cache, dy):
    return dy - np.exp(cache) * dy


@mutant(conv_module, "weight_gradient", Conv, where=steps)
def convolution_with_stride_ignored(right, x, y, at, groups, out):
    right(x, y, replace(at, stride=(1,) * len(at.stride)), groups, out)


@mutant(Conv, "input_gradient", where=lambda layer: max(np.atleast_1d(layer.kernel_size)) > 1)
def convolution_with_its_kernel_mirrored(right, self, parameters, cache, dy):
    mirrored = np.flip(parameters["weight"], axis=tuple(range(2, dy.ndim)))
    return right(self, {**parameters, "weight": mirrored}, cache, dy)


@mutant(
    padding,
    "fold",
    Conv,
    where=lambda layer: layer.padding_mode != "zeros" and layer.padding not in (0, "valid"),
)
def copies_without_a_gradient(right, padded, axes, interior):
    return padded[(..., *interior)]


@mutant(ConvTranspose, "input_gradient", where=steps)
def transposed_convolution_with_stride_ignored(right, self, parameters, cache, dy):
    at = self._windows(cache.shape)
    return correlate(dy, parameters["weight"], replace(at, stride=(1,) * self.rank), self.groups)


@mutant(_MaxPool, "input_gradient")
def maximum_one_entry_further(right, self, parameters, cache, dy):
    return np.roll(right(self, parameters, cache, dy), 1, axis=-1)


@mutant(_AvgPool, "input_gradient", where=lambda layer: max(np.atleast_1d(layer.kernel_size)) > 1)
def average_without_its_divisor(right, self, parameters, cache, dy):
    return right(self, parameters, cache, dy * self._count(self._windows(cache)))


@mutant(_AdaptiveMaxPool, "input_gradient")
def maximum_of_two_windows_learns_from_one(right, self, parameters, cache, dy):
    shape, where = cache
    dx = np.zeros((*shape[:2], int(np.prod(shape[2:]))))
    instances, channels = np.ogrid[: shape[0], : shape[1]]
    for p, _ in self._windows(shape):
        dx[instances, channels, where[(..., *p)]] = dy[(..., *p)]
    return dx.reshape(shape)


@mutant(Upsample, "input_gradient", where=lambda layer: layer.mode in ("linear", "bilinear", "trilinear"))
def corners_aligned_otherwise(right, self, parameters, cache, dy):
    if self.mode not in ("linear", "bilinear", "trilinear"):
        return right(self, parameters, cache, dy)
    return right(replace(self, align_corners=not self.align_corners), parameters, cache, dy)


def gamma(parameters, at):
    return parameters["weight"].reshape(at.parameters) if "weight" in parameters else 1.0


@mutant(BatchNorm, "input_gradient")
def batch_norm_without_the_path_through_the_mean(right, self, parameters, cache, dy):
    dx, at = right(self, parameters, cache, dy), self._layout(dy.shape)
    if cache.variance is None:
        return dx
    path = cache.inverse_std * (dy.reshape(at.shape) * gamma(parameters, at)).mean(at.together, keepdims=True)
    return dx + np.broadcast_to(path, at.shape).reshape(dy.shape)


@mutant(GroupNorm, "input_gradient")
def group_norm_without_the_path_through_the_variance(right, self, parameters, cache, dy):
    dx, at = right(self, parameters, cache, dy), self._layout(dy.shape)
    mean = (dy.reshape(at.shape) * gamma(parameters, at) * cache.x_hat).mean(at.together, keepdims=True)
    return dx + (cache.inverse_std * cache.x_hat * mean).reshape(dy.shape)


@mutant(LayerNorm, "input_gradient", where=lambda layer: layer.elementwise_affine)
def layer_norm_without_gamma(right, self, parameters, cache, dy):
    return right(self, {}, cache, dy)


@mutant(
    InstanceNorm,
    "input_gradient",
    where=lambda layer: layer.eps >= 1e-3,
    example=("InstanceNorm1d(2, eps=0.1)", (3, 2, 5)),
)
def instance_norm_without_epsilon(right, self, parameters, cache, dy):
    if cache.variance is None:
        return right(self, parameters, cache, dy)
    inverse_std = 1 / np.sqrt(np.maximum(cache.variance, 1e-12))
    return right(self, parameters, cache._replace(inverse_std=inverse_std), dy)


@mutant(Embedding, "parameter_gradients")
def an_index_learns_where_it_is_last(right, self, parameters, cache, dy, out):
    out["weight"][...] = 0
    out["weight"][cache.reshape(-1)] = dy.reshape(-1, self.embedding_dim)
    if self.padding_idx is not None:
        out["weight"][self.padding_idx] = 0


@mutant(_Dropout, "input_gradient", where=lambda layer: layer.p > 0)
def dropped_entries_without_their_scale(right, self, parameters, cache, dy):
    return dy if cache is None else dy * (cache != 0)


@mutant(network_module, "walk_back", Residual)
def skip_connection_that_learns_from_one_branch(right, nodes, parameters, caches, dy, needs, gradients):
    deltas = {len(nodes): dy}
    for i in reversed(range(len(nodes))):
        if needs[i + 1]:
            delta = deltas.pop(i + 1)
            yield i + 1, delta
            if gradients[i] is not None:
                nodes[i].layer.parameter_gradients(parameters[i], caches[i], delta, gradients[i])
            dx = nodes[i].input_gradient(parameters[i], caches[i], delta)
            deltas |= {k: dx for k in nodes[i].inputs if needs[k]}
    if needs[0]:
        yield 0, deltas[0]


@mutant(MSELoss, "unreduced_gradient")
def squares_without_their_2(right, self, prediction, target):
    return right(self, prediction, target) / 2


@mutant(CrossEntropyLoss, "unreduced_gradient", where=lambda loss: loss.label_smoothing > 0)
def smoothing_forgotten(right, self, prediction, target):
    return right(replace(self, label_smoothing=0.0), prediction, target)


@mutant(BCEWithLogitsLoss, "unreduced_gradient", where=lambda loss: loss.pos_weight is not None)
def weight_of_a_yes_forgotten(right, self, prediction, target):
    return right(replace(self, pos_weight=None), prediction, target)


@mutant(KLDivLoss, "unreduced_gradient", where=lambda loss: loss.log_target)
def logarithm_of_the_target_taken_for_it(right, self, prediction, target):
    return -target if self.log_target else right(self, prediction, target)


@mutant(Loss, "gradient", where=lambda loss: loss.averages)
def sum_over_the_batch_for_the_mean(right, self, prediction, target, weights=None):
    return self.unreduced_gradient(prediction, target)
