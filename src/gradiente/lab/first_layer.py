"""The first layer of a network whose parameters move in a plane, on data that stay."""

from collections.abc import Sequence

import numpy as np

from gradiente.layers import Context, Linear
from gradiente.penalties import Penalty

Array = np.ndarray


class FirstLayer:
    r"""A Linear layer, which is linear in the point of the plane too: its products are made once, not at every point.

    Equation:   Z(θ₁, θ₂) = Z₀ + θ₁ Z₁ + θ₂ Z₂, the outputs of w, d₁ and d₂
    Derivative: ∂J/∂θᵢ = Σ ∂J/∂Z ⊙ Zᵢ

    Arguments:
        layer: of the network
        x: the data, instances first
        origin: w, its parameters, one after the other
        directions: d₁ and d₂, as rows
        penalties: of its weights
    """

    def __init__(
        self, layer: Linear, x: Array, origin: Array, directions: Array, penalties: Sequence[Penalty]
    ) -> None:
        self._weights = layer.out_features * layer.in_features
        self._origin, self._directions, self._penalties = origin, directions, penalties
        self._base, *along = (
            layer.forward(self._named(layer, flat), x, Context())[0] for flat in (origin, *directions)
        )
        self._along = np.array(along)

    def _named(self, layer: Linear, flat: Array) -> dict[str, Array]:
        weight = flat[: self._weights].reshape(layer.out_features, layer.in_features)
        return {"weight": weight, **({"bias": flat[self._weights :]} if layer.bias else {})}

    def output(self, point: Array, rows: Array | None = None) -> Array:
        """Z at a point, of all instances or of some."""
        base, (one, two) = (
            (self._base, self._along) if rows is None else (self._base[rows], self._along[:, rows])
        )
        return base + point[0] * one + point[1] * two

    def gradient(self, dz: Array, point: Array, rows: Array | None = None) -> Array:
        """∂J/∂θ of what goes through this layer: from ∂J/∂Z, and of its penalties."""
        along = self._along if rows is None else self._along[:, rows]
        gradient = np.tensordot(along, dz, dz.ndim)
        if self._penalties:
            weight = self._weight(point)
            for penalty in self._penalties:
                gradient = gradient + self._directions[:, : self._weights] @ penalty.gradient(weight)
        return gradient

    def penalty(self, point: Array) -> float:
        """The penalties of its weights at a point."""
        if not self._penalties:
            return 0.0
        weight = self._weight(point)
        return sum(penalty.value(weight) for penalty in self._penalties)

    def _weight(self, point: Array) -> Array:
        return self._origin[: self._weights] + point @ self._directions[:, : self._weights]
