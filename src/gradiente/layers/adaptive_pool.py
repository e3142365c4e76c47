"""The contract of an adaptive pool: its windows follow from how many outputs there are to be."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

from gradiente.errors import require
from gradiente.layers.base import Layer, Shape
from gradiente.layers.windows import canonical, require_channels_first, require_entries
from gradiente.terms import Index, LayerStep, Term, term


@dataclass(frozen=True)
class AdaptivePool(Layer):
    """On an axis of n entries and o outputs, window p goes from ⌊p·n/o⌋ to ⌈(p+1)·n/o⌉, which is not in it any more.

    The windows are of one size where o divides n; else they differ by one entry, and neighbours may share one.
    """

    output_size: int | tuple[int | None, ...] | None

    rank: ClassVar[int]
    symbols = {"x": "X", "y": "Y"}
    letter = "P"

    def __post_init__(self) -> None:
        object.__setattr__(self, "output_size", canonical(self.output_size))
        sizes = self._sizes()
        may_keep = self.rank > 1  # PyTorch's, too
        valid = all((n is None and may_keep) or (type(n) is int and n >= 1) for n in sizes)
        require(
            valid and len(sizes) == self.rank,
            "adaptive_pool.size" if may_keep else "windows.numbers",
            layer=type(self).__name__,
            name="output_size",
            rank=self.rank,
            least=1,
            value=repr(self.output_size),
        )

    def output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], *map(len, self._spans(("batch", *input_shape))))

    def entries(self, at: LayerStep, index: Index) -> list[Term]:
        """The entries of x in the window of y[index]."""
        i, c, *window = index
        axes = zip(self._spans(at.x.values.shape), window, strict=True)
        return [term(at.x[(i, c, *q)]) for q in product(*(spans[p] for spans, p in axes))]

    def windows_over(self, at: LayerStep, index: Index) -> Iterator[Index]:
        """The windows that x[index] lies in."""
        _, _, *place = index
        axes = zip(self._spans(at.x.values.shape), place, strict=True)
        return product(*([p for p, span in enumerate(spans) if q in span] for spans, q in axes))

    def _spans(self, shape: tuple[Any, ...]) -> list[list[range]]:
        """For every axis the windows on it, in x of that shape."""
        name = f"{type(self).__name__}({self.output_size})"
        require_channels_first(name, self.rank, shape)
        require_entries(name, shape[2:])
        return [
            [range(p * n // (o or n), -(-(p + 1) * n // (o or n))) for p in range(o or n)]
            for n, o in zip(shape[2:], self._sizes(), strict=True)
        ]

    def _sizes(self) -> tuple[int | None, ...]:
        """How many outputs there are to be on every axis; None: as many as entries."""
        size = self.output_size
        return size if isinstance(size, tuple) else (size,) * self.rank

    def to_torch(self):
        import torch

        size = self._sizes() if self.output_size is None else self.output_size
        return getattr(torch.nn, type(self).__name__)(size)
