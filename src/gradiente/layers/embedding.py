from collections.abc import Mapping
from dataclasses import InitVar, dataclass

import numpy as np

from gradiente.errors import DataError, require
from gradiente.layers.base import (
    Array,
    Arrays,
    Context,
    Layer,
    Shape,
    require_default,
    require_positive,
)
from gradiente.operations import Operations, Value
from gradiente.parameters import ParameterSpec
from gradiente.terms import Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class Embedding(Layer):
    r"""A learned vector for every index: row k of the weight stands for word, user or category k.

    Equation:   y[i] = W[x[i]]
    Derivative: ∂J/∂W[k] = Σ δ[i] over the i with x[i] = k,   with δ = ∂J/∂y;   an index has no derivative, ∂J/∂x = 0

    A network that begins with it takes whole numbers.

    Arguments:
        num_embeddings: how many indices there are, ≥ 1
        embedding_dim: the length of each vector, ≥ 1
        padding_idx: an index whose vector begins at 0 and does not learn: its ∂J/∂W is set to 0; −1 is the last

    Shapes: x (batch, …) of whole numbers from 0 to num_embeddings − 1 → y (batch, …, embedding_dim); weight
        (num_embeddings, embedding_dim)
    Errors: ArgumentError for a number out of range; DataError for what is not an index

    >>> import numpy as np
    >>> Embedding(3, 2).forward({"weight": np.eye(3, 2)}, np.array([[1, 0]]), Context())[0]
    array([[[0., 1.],
            [1., 0.]]])

    Source: Bengio et al., 2003; torch.nn.Embedding
    """

    num_embeddings: int
    embedding_dim: int
    padding_idx: int | None = None
    max_norm: InitVar[float | None] = None
    norm_type: InitVar[float] = 2.0
    scale_grad_by_freq: InitVar[bool] = False
    sparse: InitVar[bool] = False

    symbols = {"x": "X", "y": "E", "weight": "W"}
    letter = "E"
    examples = (
        ("Embedding(5, 3)", (4, 6)),
        ("Embedding(3, 2, padding_idx=-1)", (3, 2, 4)),
    )
    equation = r"E_{i} = W_{X_{i}}"
    derivative = {
        "x": r"\frac{\partial J}{\partial X} = 0",
        "weight": r"\frac{\partial J}{\partial W_{k}} = \sum_{i \,:\, X_{i} = k} \delta_{i}",
    }

    def __post_init__(
        self, max_norm: float | None, norm_type: float, scale_grad_by_freq: bool, sparse: bool
    ) -> None:
        require_positive("Embedding", num_embeddings=self.num_embeddings, embedding_dim=self.embedding_dim)
        scaled = {"scale_grad_by_freq": (scale_grad_by_freq, False)}
        require_default("Embedding", max_norm=(max_norm, None), sparse=(sparse, False), **scaled)
        place, count = self.padding_idx, self.num_embeddings
        if place is not None:
            inside = isinstance(place, int) and not isinstance(place, bool) and -count <= place < count
            require(inside, "embedding.padding", value=repr(place), count=count)
            object.__setattr__(self, "padding_idx", place % count)

    @property
    def index_count(self) -> int:
        return self.num_embeddings

    def parameters(self) -> dict[str, ParameterSpec]:
        shape = (self.num_embeddings, self.embedding_dim)
        spec = ParameterSpec(
            shape, fan_in=self.num_embeddings, fan_out=self.embedding_dim, std=1.0, zero_row=self.padding_idx
        )
        return {"weight": spec}

    def output_shape(self, input_shape: Shape) -> Shape:
        return (*input_shape, self.embedding_dim)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        indices = self._indices(x)
        return parameters["weight"][indices], indices

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        return np.zeros(cache.shape, dy.dtype)

    def parameter_gradients(self, parameters: Arrays, cache: Array, dy: Array, out: Arrays) -> None:
        k, gradient = cache.reshape(-1), out["weight"]
        gradient[...] = 0
        np.add.at(gradient, k, dy.reshape(-1, self.embedding_dim))
        if self.padding_idx is not None:
            gradient[self.padding_idx] = 0

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """e[i,j] = w[x[i],j]"""
        *place, j = index
        return opening([term(at.parameters["weight"][int(at.x.values[tuple(place)]), j])])

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """An index has no derivative: no term"""
        return opening([])

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening:
        """∂J/∂w[k,j] = Σ δ[i,j] over the i with x[i] = k"""
        k, j = index
        places = [] if k == self.padding_idx else np.argwhere(at.x.values == k)
        return opening([term(at.delta[(*map(int, place), j)]) for place in places])

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        return to.take(parameters["weight"], x, 0)

    def to_torch(self):
        import torch

        return torch.nn.Embedding(**vars(self))

    def _indices(self, x: Array) -> Array:
        """x as whole numbers, each of them an index."""
        with np.errstate(invalid="ignore"):
            indices = x.astype(np.int64, copy=False)
        wrong = (indices != x) | (indices < 0) | (indices >= self.num_embeddings)
        if wrong.any():
            value = x[wrong][0].item()
            raise DataError("embedding.index", value=value, last=self.num_embeddings - 1)
        return indices
