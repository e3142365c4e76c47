import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gradiente.errors import ShapeError, require_in, require_whole
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, require_positive, written_shape
from gradiente.layers.torch_graph import module_of
from gradiente.operations import Operations, Value
from gradiente.parameters import ParameterSpec
from gradiente.terms import Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class PBLD(Layer):
    r"""Periodic embeddings of the numbers of a table: beside every number some waves of it, learned for each column.

    Equation:   y = (x, e₁, …, e_F),   e_f = V_f cos(2π w_f x_f + b_f) + c_f for each of the first F columns
    Derivative: with δ = ∂J/∂y, split as y is:   ∂J/∂c_f = Σ δ_f,   ∂J/∂V_f = Σ δ_f cos(u_f)ᵀ,
                g_f = −sin(u_f) ⊙ V_fᵀ δ_f,   ∂J/∂b_f = Σ g_f,   ∂J/∂w_f = 2π Σ g_f x_f,   sums over the batch,
                ∂J/∂x_f = δ_x + 2π w_f · g_f,   with u_f = 2π w_f x_f + b_f

    P, periodic: the waves; B, with a bias in them; L, a linear layer for each column after them; D, as in a DenseNet: x
    itself stays beside. A small network can then bend sharply along a column, which is where trees are strong. The
    columns after the first F, ones and zeros of categories, are only passed on.

    Arguments:
        features: F ≥ 1, columns with waves: the first ones
        n_frequencies: waves of each column, ≥ 1
        d_embedding: numbers that are made of them, ≥ 1; with x itself one more stands for each column
        frequency_scale: σ > 0, w begins as N(0, σ²); b begins as U(−π, π), V and c as those of a Linear
        others: columns after the first F, ≥ 0

    Shapes: x (batch, features + others) → y (batch, features + others + features · d_embedding); frequency and phase
        (features, n_frequencies), weight (features, d_embedding, n_frequencies), bias (features, d_embedding)
    Errors: ArgumentError for a number out of range; ShapeError for an x of another width

    >>> import numpy as np
    >>> layer = PBLD(1, n_frequencies=1, d_embedding=1)
    >>> ones = {name: np.ones(spec.shape) for name, spec in layer.parameters().items()}
    >>> layer.forward(ones | {"phase": np.zeros((1, 1))}, np.array([[0.0], [0.5]]), Context())[0]
    array([[0. , 2. ],
           [0.5, 0. ]])

    Source: Gorishniy et al., "On Embeddings for Numerical Features", 2022; Holzmüller et al., "Better by Default", 2024
    """

    features: int
    n_frequencies: int = 16
    d_embedding: int = 3
    frequency_scale: float = 0.1
    others: int = 0

    symbols = {"x": "X", "y": "Y", "frequency": "w", "phase": "b", "weight": "V", "bias": "c"}
    examples = (
        ("PBLD(3, n_frequencies=4, d_embedding=2)", (5, 3)),
        ("PBLD(2)", (2, 2)),
        ("PBLD(2, n_frequencies=3, d_embedding=1, frequency_scale=0.5, others=3)", (4, 5)),
    )
    equation = (
        r"Y = \left( X, E_1, \ldots, E_F \right),"
        r" \quad E_f = \cos\left( 2 \pi X_f w_f + b_f \right) V_f^{\top} + c_f"
    )
    derivative = {
        "x": r"\frac{\partial J}{\partial X_f} = \delta_{X_f} + 2 \pi \, G_f w_f^{\top},"
        r" \quad G_f = -\sin(U_f) \odot (\delta_{E_f} V_f), \quad U_f = 2 \pi X_f w_f + b_f",
        "frequency": r"\frac{\partial J}{\partial w_f} = 2 \pi \, X_f^{\top} G_f",
        "phase": r"\frac{\partial J}{\partial b_f} = \sum_{i=1}^{m} G_{f,i}",
        "weight": r"\frac{\partial J}{\partial V_f} = \delta_{E_f}^{\top} \cos(U_f)",
        "bias": r"\frac{\partial J}{\partial c_f} = \sum_{i=1}^{m} \delta_{E_f,i}",
    }

    def __post_init__(self) -> None:
        sizes = {"n_frequencies": self.n_frequencies, "d_embedding": self.d_embedding}
        require_positive("PBLD", features=self.features, **sizes)
        require_in("(0, inf)", "PBLD", frequency_scale=self.frequency_scale)
        require_whole(0, "PBLD", others=self.others)

    def parameters(self) -> dict[str, ParameterSpec]:
        F, k, n = self.features, self.n_frequencies, self.d_embedding
        return {
            "frequency": ParameterSpec(
                (F, k), fan_in=1, fan_out=k, std=self.frequency_scale, is_penalized=False
            ),
            "phase": ParameterSpec((F, k), fan_in=1, fan_out=k, is_bias=True, bound=math.pi),
            "weight": ParameterSpec((F, n, k), fan_in=k, fan_out=n, is_penalized=False),
            "bias": ParameterSpec((F, n), fan_in=k, fan_out=n, is_bias=True),
        }

    def input_shape(self) -> Shape:
        return (self._width,)

    def output_shape(self, input_shape: Shape) -> Shape:
        self._require(("batch", *input_shape))
        return (self._width + self.features * self.d_embedding,)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, tuple[Array, Array]]:
        self._require(x.shape)
        u = 2 * np.pi * x[:, : self.features, None] * parameters["frequency"] + parameters["phase"]
        waves = np.cos(u).swapaxes(0, 1)  # (features, batch, frequencies)
        made = waves @ parameters["weight"].swapaxes(1, 2) + parameters["bias"][:, None]
        return np.concatenate([x, self._flat(made)], axis=1), (x, u)

    def input_gradient(self, parameters: Arrays, cache: tuple[Array, Array], dy: Array) -> Array:
        dx = dy[:, : self._width].copy()
        through = self._through(parameters, cache, dy) * parameters["frequency"][:, None]
        dx[:, : self.features] += 2 * np.pi * through.sum(axis=2).T
        return dx

    def parameter_gradients(
        self, parameters: Arrays, cache: tuple[Array, Array], dy: Array, out: Arrays
    ) -> None:
        x, u = cache
        delta, g = self._split(dy), self._through(parameters, cache, dy)
        np.matmul(delta.swapaxes(1, 2), np.cos(u).swapaxes(0, 1), out=out["weight"])
        out["bias"][...] = delta.sum(axis=1)
        out["phase"][...] = g.sum(axis=1)
        columns = x[:, : self.features].T[:, None]  # (features, 1, batch)
        out["frequency"][...] = 2 * np.pi * (columns @ g)[:, 0]

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """x[i,j], or Σₖ v[f,j,k]·cos(2π·w[f,k]·x[i,f] + b[f,k]) + c[f,j]"""
        i, place = index
        if place < self._width:
            return opening([term(at.x[index])])
        f, j = divmod(place - self._width, self.d_embedding)
        u = at.cache[1][i, f]
        waves = [
            at.x.derived((i, f), f"cos(2π·w[{f},{k}]·", float(np.cos(u[k])), f"+b[{f},{k}])")
            for k in range(self.n_frequencies)
        ]
        weight, bias = at.parameters["weight"], at.parameters["bias"]
        return opening([*(term(weight[f, j, k], wave) for k, wave in enumerate(waves)), term(bias[f, j])])

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        F, n = self.features, self.d_embedding
        u = (
            2 * np.pi * to.part(x, 1, 0, F).reshape("batch", F, 1) * parameters["frequency"]
            + parameters["phase"]
        )
        waves = to.transpose(np.cos(u), (1, 0, 2))  # (features, batch, frequencies)
        made = to.matmul(waves, to.transpose(parameters["weight"], (0, 2, 1)))
        made = to.transpose(made, (1, 0, 2)) + parameters["bias"]
        return to.concatenate([x, made.reshape("batch", F * n)], 1)

    def to_torch(self):
        import torch

        def formula(x, frequency, phase, weight, bias):
            u = 2 * math.pi * x[:, : self.features].unsqueeze(-1) * frequency + phase
            made = torch.einsum("ifk,fnk->ifn", torch.cos(u), weight) + bias
            return torch.cat([x, made.flatten(1)], dim=1)

        return module_of(self, formula)

    @property
    def _width(self) -> int:
        return self.features + self.others

    def _through(self, parameters: Arrays, cache: tuple[Array, Array], dy: Array) -> Array:
        """g: ∂J/∂u, (features, batch, frequencies)."""
        return -np.sin(cache[1]).swapaxes(0, 1) * (self._split(dy) @ parameters["weight"])

    def _split(self, dy: Array) -> Array:
        """∂J/∂e, (features, batch, numbers)."""
        return dy[:, self._width :].reshape(len(dy), self.features, self.d_embedding).swapaxes(0, 1)

    def _flat(self, made: Array) -> Array:
        """(features, batch, numbers) as columns."""
        return made.swapaxes(0, 1).reshape(made.shape[1], self.features * self.d_embedding)

    def _require(self, shape: tuple[int | str, ...]) -> None:
        if len(shape) != 2 or shape[1] != self._width:
            raise ShapeError("pbld.shape", width=self._width, shape=written_shape(shape))
