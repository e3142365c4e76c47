"""Mistakes that no derivative shows: in rules, running statistics, penalties, clip, and in what is computed."""

from dataclasses import replace

import numpy as np

from gradiente.clip import Clip
from gradiente.layers import Embedding, LeakyReLU
from gradiente.layers.batch_norm import BatchNorm
from gradiente.layers.channel_norm import ChannelNorm
from gradiente.layers.conv import Conv
from gradiente.layers.dropout import _Dropout
from gradiente.layers.max_pool import _MaxPool
from gradiente.losses.class_loss import ClassLoss
from gradiente.network import Network
from gradiente.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    NAdam,
    RAdam,
    RMSprop,
    course,
)
from gradiente.optimizers import radam as radam_module
from gradiente.penalties import L1, L2, Penalty

from ..random_networks import RandomNetwork
from .mutant import Mutants

STEPS = Mutants()
mutant = STEPS.of


# What is computed


@mutant(ClassLoss, "count", where=lambda loss: loss.weight is not None and loss.averages)
def class_weights_not_in_the_divisor(right, self, target):
    return right(replace(self, weight=None), target)


@mutant(_Dropout, "forward", where=lambda layer: layer.p > 0)
def dropout_that_does_not_compensate(right, self, parameters, x, context):
    y, mask = right(self, parameters, x, context)
    return (y, mask) if mask is None else (x * (mask != 0), (mask != 0) * 1.0)


@mutant(
    Conv, "_windows", where=lambda layer: layer.padding == "same" and 2 in np.atleast_1d(layer.kernel_size)
)
def the_odd_entry_of_padding_put_before(right, self, shape):
    at = right(self, shape)
    return replace(at, before=at.after, after=at.before) if self.padding == "same" else at


@mutant(Embedding, "parameter_gradients", where=lambda layer: layer.padding_idx is not None)
def padding_that_learns(right, self, parameters, cache, dy, out):
    right(replace(self, padding_idx=None), parameters, cache, dy, out)


# At ties and kinks, where a derivative is what PyTorch says


@mutant(LeakyReLU, "input_gradient")
def the_other_slope_at_0(right, self, parameters, cache, dy):
    return np.where(cache >= 0, dy, self.negative_slope * dy)


@mutant(_MaxPool, "input_gradient")
def every_maximum_learns(right, self, parameters, cache, dy):
    x, y = cache
    at = self._windows(x.shape)
    padded = at.pad(x, np.nan)
    dx = np.zeros(padded.shape)
    for tap in at.tap_slices():
        dx[(..., *tap)] += dy * (padded[(..., *tap)] == y)
    return dx[(..., *at.interior)]


# Running statistics


@mutant(ChannelNorm, "new_buffers", BatchNorm, where=lambda layer: layer.track_running_stats)
def running_variance_biased(right, self, buffers, cache):
    if cache.variance is None:
        return right(self, buffers, cache)
    n = cache.x_hat.size // cache.mean.size
    return right(self, buffers, cache._replace(variance=cache.variance * (n - 1) / n))


@mutant(BatchNorm, "_share", where=lambda layer: layer.track_running_stats and layer.momentum is not None)
def momentum_is_the_share_that_is_kept(right, self, batches):
    return 1 - right(self, batches)


@mutant(BatchNorm, "_uses_running", where=lambda layer: layer.track_running_stats)
def batch_statistics_in_inference(right, self, training):
    return False


@mutant(
    Network,
    "node_context",
    RandomNetwork,
    where=lambda case: case.training and any(case.layers[i].buffers() for i in case.frozen),
)
def frozen_layers_in_training_mode(right, self, index, context):
    return replace(right(self, index, context), training=context.training)


# Penalties and clip


@mutant(L2, "gradient")
def square_penalty_with_its_2(right, self, weight):
    return 2 * right(self, weight)


@mutant(L1, "gradient")
def absolute_penalty_without_its_sign(right, self, weight):
    return self.strength * np.ones_like(weight)


@mutant(Network, "weights", Penalty)
def biases_penalized(right, self):
    return [(self.parameters[name], gradient) for name, gradient in self.trainable_gradients().items()]


@mutant(Clip, "apply", where=lambda clip: clip.value is not None and clip.norm is not None)
def clipped_by_norm_before_value(right, self, gradient):
    right(replace(self, value=None), gradient)
    return right(replace(self, norm=None), gradient)


@mutant(Clip, "apply", where=lambda clip: clip.norm is not None)
def clipped_without_epsilon(right, self, gradient):
    right(replace(self, norm=None), gradient)
    if self.norm is not None:
        gradient *= min(1.0, self.norm / np.linalg.norm(gradient))


# Optimizers


@mutant(SGD, "rule", where=lambda rule: rule.momentum and rule.dampening)
def dampened_at_the_first_step_too(right, self, theta, gradient, slots, t):
    return right(self, theta, gradient, slots, t + 1)


@mutant(SGD, "rule", where=lambda rule: rule.nesterov)
def no_look_ahead(right, self, theta, gradient, slots, t):
    return right(replace(self, nesterov=False), theta, gradient, slots, t)


@mutant(Adam, "rule")
def no_bias_correction(right, self, theta, gradient, slots, t):
    return right(self, theta, gradient, slots, 10**6)


@mutant(AdamW, "rule", where=lambda rule: rule.weight_decay)
def decay_in_the_gradient(right, self, theta, gradient, slots, t):
    return Adam(**vars(self)).rule(theta, gradient, slots, t)


@mutant(Adamax, "rule")
def first_beta_for_the_second(right, self, theta, gradient, slots, t):
    return right(replace(self, betas=self.betas[:1] * 2), theta, gradient, slots, t)


@mutant(NAdam, "rule")
def momentum_without_its_decay(right, self, theta, gradient, slots, t):
    return right(replace(self, momentum_decay=0.0), theta, gradient, slots, t)


@mutant(
    radam_module,
    "rectification",
    RandomNetwork,
    where=lambda case: isinstance(case.optimizer, RAdam) and case.steps > 5 and case.optimizer.betas[1] > 0.8,
)
def never_rectified(right, beta2, t):
    return 0.0


@mutant(Adagrad, "rule", where=lambda rule: rule.lr_decay)
def rate_that_falls_one_step_early(right, self, theta, gradient, slots, t):
    return right(self, theta, gradient, slots, t + 1)


@mutant(Adadelta, "rule", where=lambda rule: not rule.weight_decay)
def gradients_averaged_in_the_place_of_steps(right, self, theta, gradient, slots, t):
    theta, new = right(self, theta, gradient, slots, t)
    return theta, {**new, "D": self.rho * slots["D"] + (1 - self.rho) * gradient**2}


@mutant(
    RMSprop,
    "rule",
    where=lambda rule: not (rule.momentum or rule.centered or rule.weight_decay or rule.maximize),
)
def epsilon_inside_the_root(right, self, theta, gradient, slots, t):
    _, new = right(self, theta, gradient, slots, t)
    return theta - self.lr * gradient / np.sqrt(new["S"] + self.eps), new


@mutant(course.RMSprop, "rule")
def epsilon_outside_the_root(right, self, theta, gradient, slots, t):
    _, new = right(self, theta, gradient, slots, t)
    return theta - self.lr * gradient / (np.sqrt(new["S"]) + self.eps), new


@mutant(course.Momentum, "rule")
def momentum_that_adds(right, self, theta, gradient, slots, t):
    m = self.beta * slots["m"] + gradient
    return theta - self.lr * m, {"m": m}


@mutant(Lion, "rule")
def one_beta_for_both_averages(right, self, theta, gradient, slots, t):
    return right(replace(self, betas=self.betas[:1] * 2), theta, gradient, slots, t)
