"""The functions that an exported Python file may need: each is copied into it as it stands."""

import math

import numpy as np


def erf(x):
    """The error function, number by number."""
    return np.vectorize(math.erf, otypes=[x.dtype])(x)


def softmax(x, axis):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(x, axis):
    z = x - x.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


def batch_norm(x, mean, variance, eps, weight=1, bias=0):
    return (x - mean) / np.sqrt(variance + eps) * weight + bias


def padded(x, pads, value=0.0):
    """x with entries of one value around its spatial axes: a pair (before, after) for each."""
    return np.pad(x, [(0, 0), (0, 0), *pads], constant_values=value)


def windows(x, kernel, stride, dilation):
    """What every window sees: (rows, channels, *windows, *kernel)."""
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    axes = tuple(range(2, x.ndim))
    seen = np.lib.stride_tricks.sliding_window_view(x, spans, axes)
    steps = [slice(None, None, s) for s in stride]
    taps = [slice(None, None, d) for d in dilation]
    return seen[(slice(None), slice(None), *steps, *taps)]


def convolution(x, weight, stride, dilation, groups):
    """y[o, p] = Σ_c Σ_t weight[o, c, t] · x[c, s·p + d·t]"""
    rank, outputs = x.ndim - 2, len(weight) // groups
    channels = x.shape[1] // groups
    parts = []
    for g in range(groups):
        seen = windows(x[:, g * channels : (g + 1) * channels], weight.shape[2:], stride, dilation)
        own = weight[g * outputs : (g + 1) * outputs]
        summed = [1, *range(2 + rank, 2 + 2 * rank)], [1, *range(2, 2 + rank)]
        parts.append(np.moveaxis(np.tensordot(seen, own, summed), -1, 1))
    return np.concatenate(parts, axis=1)


def transposed_convolution(x, weight, size, stride, dilation, padding, groups):
    """y[o, q] = Σ_c Σ_t weight[c, o, t] · x[c, p] over the p with s·p + d·t = q"""
    channels, outputs = x.shape[1] // groups, weight.shape[1]
    whole = [n + 2 * p for n, p in zip(size, padding, strict=True)]
    y = np.zeros((len(x), outputs * groups, *whole), x.dtype)
    for tap in np.ndindex(*weight.shape[2:]):
        axes = zip(tap, dilation, stride, x.shape[2:], strict=True)
        places = tuple(slice(t * d, t * d + s * (n - 1) + 1, s) for t, d, s, n in axes)
        for g in range(groups):
            own = slice(g * channels, (g + 1) * channels)
            part = np.tensordot(x[:, own], weight[(own, slice(None), *tap)], (1, 0))
            y[(slice(None), slice(g * outputs, (g + 1) * outputs), *places)] += np.moveaxis(part, -1, 1)
    return y[(..., *(slice(p, p + n) for n, p in zip(size, padding, strict=True)))]


def max_pool(x, kernel, stride, dilation):
    return windows(x, kernel, stride, dilation).max(axis=tuple(range(x.ndim, 2 * x.ndim - 2)))


def sum_pool(x, kernel, stride):
    return windows(x, kernel, stride, [1] * len(kernel)).sum(axis=tuple(range(x.ndim, 2 * x.ndim - 2)))
