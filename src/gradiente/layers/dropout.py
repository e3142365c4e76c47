"""Dropout of single entries, or of whole channels of sequences, images and volumes."""

from dataclasses import InitVar, dataclass
from typing import ClassVar

import numpy as np

from gradiente.errors import ArgumentError, require_flag, require_in
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape
from gradiente.layers.windows import require_channels_first
from gradiente.terms import Factor, Index, LayerStep, Opening, opening, term

TINY = float(np.finfo(np.float32).tiny)  # in place of 1 − p = 0, where nothing is kept


@dataclass(frozen=True)
class _Dropout(Layer):
    """The base class of all; the mask is their cache."""

    p: float = 0.5
    inplace: InitVar[bool] = False

    rank: ClassVar[int] = (
        0  # of what a dropped channel is: a sequence, an image, a volume; 0 drops single entries
    )
    symbols = {"x": "X", "y": "Y"}
    letter = "D"
    stochastic = copies = True
    equation = r"Y = \frac{M \odot X}{1 - p}, \quad M_{i} \sim \operatorname{Bernoulli}(1 - p)"
    derivative = {"x": r"\frac{\partial J}{\partial X} = \frac{M \odot \delta}{1 - p}"}

    def __post_init__(self, inplace: bool) -> None:
        require_in("[0, 1]", type(self).__name__, p=self.p)
        require_flag(type(self).__name__, inplace=inplace)

    def output_shape(self, input_shape: Shape) -> Shape:
        self._require_channels(("batch", *input_shape))
        return input_shape

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array | None]:
        self._require_channels(x.shape)
        shape = (*x.shape[:2], *(1,) * self.rank) if self.rank else x.shape  # of M
        if not context.training or self.p == 0:
            return x, None
        if context.generator is None:
            raise ArgumentError("dropout.generator", layer=type(self).__name__)
        p = self.p * context.dropout
        kept = context.generator.random(shape, dtype=np.float32) >= p
        mask = np.multiply(kept, 1 / np.maximum(1 - p, TINY), dtype=x.dtype)  # M / (1 − p)
        return x * mask, mask

    def input_gradient(self, parameters: Arrays, cache: Array | None, dy: Array) -> Array:
        mask = cache
        return dy if mask is None else dy * mask

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        if not training or self.p == 0:
            return "Y = X"
        return self.equation if self.p < 1 else "Y = 0"

    def derivative_with(self, name: str, *, columns: bool = False, training: bool = True) -> str:
        if not training or self.p == 0:
            return r"\frac{\partial J}{\partial X} = \delta"
        return super().derivative_with(name) if self.p < 1 else r"\frac{\partial J}{\partial X} = 0"

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y = x·m/(1 − p); x itself where nothing is dropped"""
        return opening([term(at.x[index], *self._mask(at, index))])

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x = δ·m/(1 − p)"""
        return opening([term(at.delta[index], *self._mask(at, index))])

    def _mask(self, at: LayerStep, index: Index) -> tuple[Factor, ...]:
        """m/(1 − p) at that place; one number a channel where whole channels are dropped."""
        if at.cache is None:
            return ()
        place = tuple(i if n > 1 else 0 for i, n in zip(index, at.cache.shape, strict=True))
        where, scale = (
            ",".join(map(str, at.x.shown(place))),
            float(at.cache.max()),
        )  # 1/(1 − p), unless all are 0
        p = 1 - 1 / scale if scale else self.p
        symbol = f"m[{where}]/(1−{p:.6g})" if p < 1 else "0"
        return (Factor(symbol, float(at.cache[place])),)

    def _require_channels(self, shape: tuple[int | str, ...]) -> None:
        if self.rank:
            require_channels_first(type(self).__name__, self.rank, shape)

    def to_torch(self):
        import torch

        return getattr(torch.nn, type(self).__name__)(self.p)


@dataclass(frozen=True)
class Dropout(_Dropout):
    r"""In training, sets every entry to 0 with probability p, and scales the others to compensate.

    Equation:   y = M ⊙ x / (1 − p),   with M 1 or 0, drawn anew for every batch; y = x when not training
    Derivative: ∂J/∂x = M ⊙ δ / (1 − p),   with δ = ∂J/∂y

    Because of the division the expected y is x, so inference needs no correction. With p = 1 everything is 0.

    Arguments:
        p: the probability of an entry to be dropped, in [0, 1]
        inplace: as in PyTorch, without effect here

    Shapes: any → the same; the cache is M / (1 − p)
    Errors: ArgumentError for a probability out of range, or training without a generator

    >>> import numpy as np
    >>> x = np.ones((1, 8))
    >>> Dropout(0.5).forward({}, x, Context(training=True, generator=np.random.default_rng(5)))[0]
    array([[2., 2., 0., 2., 0., 2., 2., 0.]])

    Source: the lecture, "Overfitting" and "PyTorch" (nn.Dropout); Srivastava et al., 2014; torch.nn.Dropout
    """

    examples = (("Dropout()", (7, 5)), ("Dropout(0.2)", (2, 3, 4, 5)), ("Dropout(0.0)", (3, 4)))


@dataclass(frozen=True)
class Dropout1d(_Dropout):
    r"""Dropout of whole channels of sequences, since neighboring steps are strongly correlated.

    Equation:   y = M ⊙ x / (1 − p),   with one 1 or 0 for every channel of every instance; y = x when not training
    Derivative: ∂J/∂x = M ⊙ δ / (1 − p),   with δ = ∂J/∂y

    Arguments:
        p: the probability of a channel to be dropped, in [0, 1]
        inplace: as in PyTorch, without effect here

    Shapes: (batch, channels, length) → the same; the cache is M / (1 − p), (batch, channels, 1)
    Errors: ArgumentError for a probability out of range, or training without a generator; ShapeError for x of
        another rank

    >>> import numpy as np
    >>> context = Context(training=True, generator=np.random.default_rng(5))
    >>> Dropout1d(0.5).forward({}, np.ones((2, 4, 5)), context)[0][:, :, 0]
    array([[2., 2., 0., 2.],
           [0., 2., 2., 0.]])

    Source: Tompson et al., 2015; torch.nn.Dropout1d
    """

    rank = 1
    examples = (("Dropout1d()", (4, 6, 3)), ("Dropout1d(0.9)", (2, 5, 4)))


@dataclass(frozen=True)
class Dropout2d(_Dropout):
    r"""Dropout of whole channels, since neighboring pixels are strongly correlated.

    Equation:   y = M ⊙ x / (1 − p),   with one 1 or 0 for every channel of every instance; y = x when not training
    Derivative: ∂J/∂x = M ⊙ δ / (1 − p),   with δ = ∂J/∂y

    Arguments:
        p: the probability of a channel to be dropped, in [0, 1]
        inplace: as in PyTorch, without effect here

    Shapes: (batch, channels, height, width) → the same; the cache is M / (1 − p), (batch, channels, 1, 1)
    Errors: ArgumentError for a probability out of range, or training without a generator; ShapeError for x of
        another rank

    >>> import numpy as np
    >>> context = Context(training=True, generator=np.random.default_rng(5))
    >>> Dropout2d(0.5).forward({}, np.ones((2, 4, 5, 5)), context)[1].reshape(2, 4)
    array([[2., 2., 0., 2.],
           [0., 2., 2., 0.]])

    Source: Tompson et al., 2015; torch.nn.Dropout2d
    """

    rank = 2
    examples = (("Dropout2d()", (4, 6, 3, 3)), ("Dropout2d(0.9)", (2, 5, 4, 3)))


@dataclass(frozen=True)
class Dropout3d(_Dropout):
    r"""Dropout of whole channels of videos or volumes.

    Equation:   y = M ⊙ x / (1 − p),   with one 1 or 0 for every channel of every instance; y = x when not training
    Derivative: ∂J/∂x = M ⊙ δ / (1 − p),   with δ = ∂J/∂y

    Arguments:
        p: the probability of a channel to be dropped, in [0, 1]
        inplace: as in PyTorch, without effect here

    Shapes: (batch, channels, depth, height, width) → the same; the cache is M / (1 − p), (batch, channels, 1, 1, 1)
    Errors: ArgumentError for a probability out of range, or training without a generator; ShapeError for x of
        another rank

    >>> import numpy as np
    >>> context = Context(training=True, generator=np.random.default_rng(5))
    >>> Dropout3d(0.5).forward({}, np.ones((2, 4, 5, 5, 5)), context)[1].reshape(2, 4)
    array([[2., 2., 0., 2.],
           [0., 2., 2., 0.]])

    Source: Tompson et al., 2015; torch.nn.Dropout3d
    """

    rank = 3
    examples = (("Dropout3d()", (4, 6, 2, 3, 2)), ("Dropout3d(0.9)", (2, 5, 2, 2, 3)))
