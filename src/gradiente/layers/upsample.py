import math
from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from itertools import product
from numbers import Real
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError, ShapeError, did_you_mean, require, require_flag
from gradiente.layers.base import (
    Array,
    Arrays,
    Context,
    Layer,
    Shape,
    require_default,
    written_shape,
)
from gradiente.layers.separable import along_axes
from gradiente.layers.windows import canonical, require_entries
from gradiente.operations import Operations, Value
from gradiente.terms import Factor, Index, LayerStep, Opening, Term, opening, term

AXES = (("length",), ("height", "width"), ("depth", "height", "width"))
# How many spatial axes each mode is for.
RANKS = {
    "nearest": (1, 2, 3),
    "nearest-exact": (1, 2, 3),
    "linear": (1,),
    "bilinear": (2,),
    "trilinear": (3,),
    "bicubic": (2,),
}
# Where ⌊s·n⌋ is n, PyTorch's backward pass takes s for 1, and in "nearest" for 2 where ⌊s·n⌋ is 2n; its forward pass
# does so for small images only.
TWO_MAPS = {"nearest": (1, 2), "bicubic": (1,)}


@dataclass(frozen=True)
class Upsample(Layer):
    r"""A sequence, image or volume with more entries on its axes, or fewer: every new one from its neighbours.

    Equation:   y = A x along every axis; of an image, y = A_h x A_wᵀ
    Derivative: ∂J/∂x = Aᵀ δ along every axis; of an image, A_hᵀ δ A_w,   with δ = ∂J/∂y

    Row i of A says which of an axis's n entries make entry i of the new o. With s = scale_factor, or o/n where size is
    given, entry i lies at u = (i + ½)/s − ½, or at u = i·(n − 1)/(o − 1) with align_corners:

    - "nearest": 1 at ⌊i/s⌋; "nearest-exact": 1 at ⌊(i + ½)/s⌋
    - "linear", "bilinear", "trilinear": 1 − t at ⌊u⌋ and t at ⌊u⌋ + 1, with t = u − ⌊u⌋ and u ≥ 0
    - "bicubic": the cubic convolution with a = −0.75 at the four entries around u, those beyond the edge at the edge

    Arguments:
        size: o, how many entries the axes get, one number where they are equal, ≥ 1
        scale_factor: s, by how much they grow, one number where they are equal, > 0; either size or this
        mode: "nearest" or "nearest-exact" for 1 to 3 axes, "linear" for 1, "bilinear" or "bicubic" for 2, "trilinear"
            for 3
        align_corners: not for the nearest: the first and last entries of x and y coincide; None is False
        recompute_scale_factor: accepted as None only; size gives what True would

    Shapes: x (batch, channels, n …) → y (batch, channels, o …),   o = ⌊s·n⌋ with scale_factor
    Errors: ArgumentError for size and scale_factor together, or neither, or one out of range; for another mode;
        ShapeError for another number of axes than the mode's, or an axis without entries, before or after; and in
        "nearest" and "bicubic" where ⌊s·n⌋ = n though s is not 1 (in "nearest" also 2n and 2): there the forward and
        backward passes of PyTorch read different entries

    >>> import numpy as np
    >>> x = np.array([[[1.0, 3.0]]])
    >>> Upsample(scale_factor=2).forward({}, x, Context())[0]
    array([[[1., 1., 3., 3.]]])
    >>> Upsample(scale_factor=2, mode="linear").forward({}, x, Context())[0]
    array([[[1. , 1.5, 2.5, 3. ]]])

    Source: Keys, "Cubic convolution interpolation for digital image processing"; torch.nn.Upsample
    """

    size: int | Shape | None = None
    scale_factor: float | tuple[float, ...] | None = None
    mode: str = "nearest"
    align_corners: bool | None = None
    recompute_scale_factor: InitVar[bool | None] = None

    symbols = {"x": "X", "y": "Y"}
    letter = "U"
    equation = r"Y_{c,p} = \sum_{q} A_{p,q} \, X_{c,q}, \quad A_{p,q} = \prod_{a} A^{(a)}_{p_a,q_a}"
    derivative = {"x": r"\frac{\partial J}{\partial X_{c,q}} = \sum_{p} A_{p,q} \, \delta_{c,p}"}
    examples = (
        ("Upsample(scale_factor=2)", (2, 2, 3, 4)),
        ("Upsample(size=5)", (3, 2, 3)),
        ("Upsample(scale_factor=1.5, mode='nearest-exact')", (2, 1, 3, 2, 5)),
        ("Upsample(scale_factor=2.5, mode='linear')", (2, 2, 4)),
        ("Upsample(scale_factor=2, mode='bilinear')", (2, 2, 3, 4)),
        ("Upsample(size=(7, 3), mode='bilinear', align_corners=True)", (2, 2, 4, 5)),
        ("Upsample(size=(5, 4), mode='bicubic')", (2, 1, 3, 6)),
        ("Upsample(scale_factor=(2.0, 1.0, 0.5), mode='trilinear')", (2, 1, 2, 3, 4)),
    )

    def __post_init__(self, recompute_scale_factor: bool | None) -> None:
        require_default("Upsample", recompute_scale_factor=(recompute_scale_factor, None))
        object.__setattr__(self, "size", canonical(self.size))
        object.__setattr__(self, "scale_factor", _floats(self.scale_factor))
        one = (self.size is None) != (self.scale_factor is None)
        require(one, "upsample.one", size=self.size, scale_factor=self.scale_factor)
        if not isinstance(self.mode, str) or self.mode not in RANKS:
            hint = did_you_mean(str(self.mode), RANKS)
            raise ArgumentError(
                "config.choice", owner="Upsample", name="mode", value=repr(self.mode), hint=hint
            )
        if self.align_corners is not None:
            require_flag("Upsample", align_corners=self.align_corners)
            require(not self._is_nearest, "upsample.align_corners", mode=self.mode)
        for size in _each(self.size):
            require(type(size) is int and size >= 1, "upsample.size", size=repr(self.size))
        for factor in _each(self.scale_factor):
            valid = isinstance(factor, float) and 0 < factor < math.inf
            require(valid, "upsample.scale_factor", scale_factor=repr(self.scale_factor))

    def output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], *(o for _, o, _ in self._axes(("batch", *input_shape))))

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Shape]:
        if not self._is_nearest:
            return along_axes(self._matrices(x.shape, x.dtype), x), x.shape
        y = x
        for axis, place in enumerate(self._axes(x.shape), start=2):
            y = np.take(y, self._nearest(*place), axis)
        return y, x.shape

    def input_gradient(self, parameters: Arrays, cache: Shape, dy: Array) -> Array:
        return along_axes([matrix.T for matrix in self._matrices(cache, dy.dtype)], dy)

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        if not self._is_nearest:
            return self.equation
        return rf"Y_{{c,p}} = X_{{c,\, {self._nearest_entry()}}}"

    def derivative_with(self, name: str, *, columns: bool = False, training: bool = True) -> str:
        if not self._is_nearest:
            return self.derivative[name]
        return (
            r"\frac{\partial J}{\partial X_{c,q}} ="
            rf" \sum_{{p \,:\, {self._nearest_entry()} = q}} \delta_{{c,p}}"
        )

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y[i,c,p] = Σ_q A[p,q]·x[i,c,q], of the entries that have a part in it"""
        i, c, *p = index
        matrices = self._matrices(at.x.values.shape, at.x.values.dtype)
        rows = [matrix[j] for matrix, j in zip(matrices, p, strict=True)]
        return opening([_part(weight, at.x[(i, c, *q)]) for q, weight in _entries(rows)])

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x[i,c,q] = Σ_p A[p,q]·δ[i,c,p]"""
        i, c, *q = index
        matrices = self._matrices(at.x.values.shape, at.x.values.dtype)
        columns = [matrix[:, j] for matrix, j in zip(matrices, q, strict=True)]
        return opening([_part(weight, at.delta[(i, c, *p)]) for p, weight in _entries(columns)])

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        if not self._is_nearest:
            return to.along_axes(self._matrices(x.shape, np.float64), x)
        for axis, place in enumerate(self._axes(x.shape), start=2):
            x = to.take(x, to.constant(self._nearest(*place)), axis)
        return x

    def to_torch(self):
        import torch

        return torch.nn.Upsample(**vars(self))

    @property
    def _is_nearest(self) -> bool:
        return self.mode in ("nearest", "nearest-exact")

    def _axes(self, shape: tuple[Any, ...]) -> list[tuple[int, int, float | None]]:
        """For every axis of x of that shape: its entries n, those of y o, and the factor where it is given."""
        rank, spatial = len(shape) - 2, shape[2:]
        if rank not in RANKS[self.mode]:
            expected = ", ".join(written_shape(("batch", "channels", *AXES[r - 1])) for r in RANKS[self.mode])
            raise ShapeError("upsample.mode", mode=self.mode, expected=expected, shape=written_shape(shape))
        require_entries("Upsample", spatial)
        name = "size" if self.scale_factor is None else "scale_factor"
        given: Any = getattr(self, name)
        numbers = given if isinstance(given, tuple) else (given,) * rank
        if len(numbers) != rank:
            raise ShapeError("upsample.axes", name=name, value=given, rank=rank, shape=written_shape(shape))
        if self.scale_factor is None:
            return [(n, o, None) for n, o in zip(spatial, numbers, strict=True)]
        return [(n, self._grown(n, s), s) for n, s in zip(spatial, numbers, strict=True)]

    def _grown(self, n: int, scale: float) -> int:
        """How many entries become of n."""
        o = math.floor(n * scale)
        if o < 1:
            raise ShapeError("upsample.nothing", scale_factor=scale, n=n)
        factors = () if self.align_corners else TWO_MAPS.get(self.mode, ())
        if n > 1 and any(o == factor * n and scale != factor for factor in factors):
            raise ShapeError("upsample.two_maps", scale_factor=scale, n=n, o=o, mode=self.mode)
        return o

    def _matrices(self, shape: Shape, dtype: Any) -> list[Array]:
        """A for every axis."""
        matrices = []
        for n, o, scale in self._axes(shape):
            matrix = np.zeros((o, n), dtype)
            for entries, weights in self._taps(n, o, scale, dtype):
                np.add.at(matrix, (np.arange(o), np.clip(entries, 0, n - 1)), weights)
            matrices.append(matrix)
        return matrices

    def _taps(self, n: int, o: int, scale: float | None, dtype: Any) -> list[tuple[Array, Any]]:
        """The entries of x that have a part in every entry of y, and how large a part."""
        if self._is_nearest:
            return [(self._nearest(n, o, scale), 1)]
        if self.mode != "bicubic":
            u = np.maximum(self._places(n, o, scale if o != n else None, dtype), 0)
            first = np.minimum(u.astype(int), n - 1)
            t = np.clip(u - first, 0, 1)
            return [(first, 1 - t), (first + 1, t)]
        u = self._places(n, o, scale, dtype)
        first = np.floor(u).astype(int)
        return [(first + k, _cubic(np.abs(u - first - k))) for k in (-1, 0, 1, 2)]

    def _places(self, n: int, o: int, scale: float | None, dtype: Any) -> Array:
        """u, where the entries of y lie on the axis of x, with the precision of x as in PyTorch."""
        i = np.arange(o, dtype=dtype)
        if self.align_corners:
            return i * (i.dtype.type(n - 1) / max(o - 1, 1))
        return (i + 0.5) * _step(n, o, scale, i.dtype.type) - 0.5

    def _nearest(self, n: int, o: int, scale: float | None) -> Array:
        """The entry of x that every entry of y is, with single precision as in PyTorch, whatever that of x is."""
        i = np.arange(o, dtype=np.float32) + (0.5 if self.mode == "nearest-exact" else 0)
        return np.minimum((i * _step(n, o, scale, np.float32)).astype(int), n - 1)

    def _nearest_entry(self) -> str:
        inner = r"p / s" if self.mode == "nearest" else r"(p + \frac{1}{2}) / s"
        return rf"\lfloor {inner} \rfloor"


def _step(n: int, o: int, scale: float | None, kind: Any) -> Any:
    """1/s, how far entries of y are apart on the axis of x."""
    return kind(1 / scale) if scale else kind(n) / kind(o)


def _cubic(distance: Array) -> Array:
    """The weight of an entry at a distance of up to 2, by cubic convolution."""
    d, a = distance, -0.75
    near = ((a + 2) * d - (a + 3)) * d * d + 1
    far = ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
    return np.where(d <= 1, near, far)


def _entries(weights: list[Array]) -> list[tuple[Index, float]]:
    """The entries with a weight, from those on every axis."""
    places = product(*(np.flatnonzero(row).tolist() for row in weights))
    return [(q, math.prod(float(row[j]) for row, j in zip(weights, q, strict=True))) for q in places]


def _part(weight: float, number: Factor) -> Term:
    return term(number) if weight == 1 else term(Factor(f"{weight:.4g}", weight), number)


def _each(value: Any) -> tuple[Any, ...]:
    return () if value is None else value if isinstance(value, tuple) else (value,)


def _floats(value: Any) -> Any:
    """Numbers as Python's floats, lists as tuples; what is neither, unchanged."""
    if isinstance(value, list | tuple):
        return tuple(_floats(entry) for entry in value)
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else value
