"""Conv1d, Conv2d, Conv3d: a window of the input times the kernel, and the windows that saw a number."""

import numpy as np

from gradiente.trace.sliding import seen, taps, window_of
from gradiente.trace.terms import Around, Index, Opening, opening, term


def output(at: Around, index: Index) -> Opening:
    """y[i,o,p] = Σ_c Σ_t w[o,c,t]·x[i,c,s·p + d·t] + b[o]; what lies in the padding is 0 and left out"""
    i, o, *window = index
    windows, w = at.layer._windows(at.x.values.shape), at.parameters["weight"]
    terms = [
        term(w[(o, c, *tap)], at.x[(i, _first_channel(at, o) + c, *place)])
        for c in range(w.values.shape[1])
        for tap in taps(windows)
        if (place := seen(windows, tuple(window), tap)) is not None
    ]
    if at.layer.bias:
        terms.append(term(at.parameters["bias"][(o,)]))
    return opening(terms)


def input_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂x[i,c,q] = Σ_o Σ_t w[o,c,t]·δ[i,o,p] over the windows p whose tap t meets q"""
    i, channel, *place = index
    windows, w = at.layer._windows(at.x.values.shape), at.parameters["weight"]
    per_group = w.values.shape[1]
    group, c = divmod(channel, per_group)
    outputs = at.layer.out_channels // at.layer.groups
    return opening(
        [
            term(w[(o, c, *tap)], at.delta[(i, o, *window)])
            for o in range(group * outputs, (group + 1) * outputs)
            for tap in taps(windows)
            if (window := window_of(windows, tuple(place), tap)) is not None
        ]
    )


def weight(at: Around, index: Index) -> Opening:
    """∂J/∂w[o,c,t] = Σᵢ Σ_p δ[i,o,p]·x[i,c,s·p + d·t]"""
    o, c, *tap = index
    windows = at.layer._windows(at.x.values.shape)
    channel = _first_channel(at, o) + c
    return opening(
        [
            term(at.delta[(i, o, *window)], at.x[(i, channel, *place)])
            for i in range(len(at.x.values))
            for window in np.ndindex(*windows.output)
            if (place := seen(windows, window, tuple(tap))) is not None
        ]
    )


def bias(at: Around, index: Index) -> Opening:
    """∂J/∂b[o] = Σᵢ Σ_p δ[i,o,p]"""
    (o,) = index
    images, _, *places = at.delta.values.shape
    return opening([term(at.delta[(i, o, *p)]) for i in range(images) for p in np.ndindex(*places)])


def _first_channel(at: Around, o: int) -> int:
    """The first of the input's channels that output channel o sees."""
    group = o // (at.layer.out_channels // at.layer.groups)
    return group * (at.layer.in_channels // at.layer.groups)
