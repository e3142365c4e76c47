"""BatchNorm: forward (x − μ)/√(σ² + ε)·γ + β; back on three paths: direct, through the mean, through the variance.

⟨δ⟩ and ⟨δ·x̂⟩ are means over the batch (and the places of an image), a number a channel.
"""

from typing import Any

import numpy as np

from gradiente.trace.terms import MINUS, Around, Factor, Index, Opening, opening, term


def output(at: Around, index: Index) -> Opening:
    """y = (x − μ)·1/√(σ² + ε)·γ + β"""
    c = index[1]
    mean = at.buffers["running_mean"] if at.cache.mean is None else at.cache.mean
    centred = float(at.x.values[index] - mean[c])
    terms = [term(at.x.made(index, "(", centred, f"−μ[{c}])"), *_scale(at, c))]
    if at.layer.affine:
        terms.append(term(at.parameters["bias"][(c,)]))
    return opening(terms)


def input_gradient(at: Around, index: Index) -> Opening:
    """∂J/∂x = γ/√(σ² + ε)·δ − γ/√(σ² + ε)·⟨δ⟩ − γ/√(σ² + ε)·x̂·⟨δ·x̂⟩; not in training only the first"""
    c, scale = index[1], _scale(at, index[1])
    direct = term(*scale, at.delta[index], path="direct")
    if at.cache.mean is None:
        return opening([direct])
    delta, x_hat = at.delta.values[:, c], at.cache.x_hat[:, c]
    mean = Factor(f"⟨δ⟩[{c}]", float(np.mean(delta)), at.delta.name)
    variance = Factor(f"⟨δ·x̂⟩[{c}]", float(np.mean(delta * x_hat)), at.delta.name)
    return opening(
        [
            direct,
            term(MINUS, *scale, mean, path="mean"),
            term(MINUS, *scale, _x_hat(at, index), variance, path="variance"),
        ]
    )


def weight(at: Around, index: Index) -> Opening:
    """∂J/∂γ = Σ δ·x̂"""
    return opening([term(at.delta[place], _x_hat(at, place)) for place in _channel(at, index[0])])


def bias(at: Around, index: Index) -> Opening:
    """∂J/∂β = Σ δ"""
    return opening([term(at.delta[place]) for place in _channel(at, index[0])])


def _scale(at: Around, c: int) -> tuple[Factor, ...]:
    root = Factor(f"1/√(σ²[{c}]+ε)", float(at.cache.inverse_std[c]))
    return (root, at.parameters["weight"][(c,)]) if at.layer.affine else (root,)


def _x_hat(at: Around, index: Index) -> Factor:
    where = ",".join(map(str, at.x.shown(index)))
    return Factor(f"x̂[{where}]", float(at.cache.x_hat[index]), at.x.name, at.x.shown(index))


def _channel(at: Around, c: int) -> Any:
    instances, _, *places = at.x.values.shape
    return ((i, c, *place) for i in range(instances) for place in np.ndindex(*places))
