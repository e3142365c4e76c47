"""A network: layers in order, with all parameters in one flat array and all gradients in another."""

import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError, FileError, ShapeError, did_you_mean, require
from gradiente.initializers import Initializer, PyTorchDefault
from gradiente.layers import REGISTRY, Context, Layer
from gradiente.locale import text
from gradiente.notation import write
from gradiente.storage import load_tensors, save_tensors

Array = np.ndarray
Shape = tuple[int, ...]
METADATA_KEY = "gradiente"


class Network:
    r"""Layers applied one after the other, y = f_L(… f₂(f₁(x))).

    Equation:   A[0] = x,   A[l] = f_l(A[l−1]),   y = A[L]
    Derivative: ∂J/∂A[l−1] from ∂J/∂A[l], layer after layer from the last to the first

    `theta` holds every parameter in one flat array, `gradient` every ∂J/∂parameter in the same places;
    `parameters` and `gradients` are views of them, under the names that PyTorch's state_dict uses.

    Arguments:
        layers: at least one layer, from input to output
        seed: of the generator that draws the first parameters
        initializer: how they are drawn; None is PyTorch's way
        dtype: "float32" or "float64", of parameters and all that is computed
        input_shape: of one instance, where the first layers do not fix it: (28, 28) before a Flatten

    Shapes: x (batch, …) → y (batch, …)
    Errors: ArgumentError for no layers or what is not a layer; ShapeError where a layer cannot follow another

    >>> from gradiente.layers import Linear, Tanh
    >>> net = Network([Linear(2, 3), Tanh(), Linear(3, 1)], seed=0)
    >>> y, caches = net.forward([[0.0, 1.0], [1.0, 1.0]])
    >>> y.shape, list(net.parameters)
    ((2, 1), ['0.weight', '0.bias', '2.weight', '2.bias'])

    Source: the lecture, "Feed Forward para múltiples registros" and "Back-propagation"; torch.nn.Sequential
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        *,
        seed: int = 0,
        initializer: Initializer | None = None,
        dtype: Any = "float32",
        input_shape: Shape | None = None,
    ) -> None:
        self.layers = tuple(layers)
        require(len(self.layers) > 0, "network.empty")
        for index, layer in enumerate(self.layers):
            require(isinstance(layer, Layer), "network.not_a_layer", index=index, got=repr(layer))
        try:
            self.dtype = np.dtype(dtype)
        except TypeError:
            raise ArgumentError("network.dtype", got=dtype) from None
        require(self.dtype in (np.float32, np.float64), "network.dtype", got=self.dtype)
        self.input_shape = _input_shape(self.layers, input_shape)
        if self.input_shape is not None:
            _output_shapes(self.layers, self.input_shape)

        specs = [layer.parameters() for layer in self.layers]
        size = sum(math.prod(spec.shape) for layer in specs for spec in layer.values())
        if size * self.dtype.itemsize > sys.maxsize:
            raise MemoryError(f"{size:,} parameters")
        self.theta = np.empty(size, self.dtype)
        self.gradient = np.zeros(size, self.dtype)
        self._parameters = _views(self.theta, specs)
        self._gradients = _views(self.gradient, specs)
        self.parameters = _named(self._parameters)
        self.gradients = _named(self._gradients)

        generator = np.random.default_rng(seed)
        draw = initializer or PyTorchDefault()
        for views, layer_specs in zip(self._parameters, specs, strict=True):
            for name, spec in layer_specs.items():
                views[name][...] = draw(spec, generator)

    def __repr__(self) -> str:
        return f"Network([{', '.join(map(repr, self.layers))}])"

    def forward(self, x: Any, context: Context | None = None) -> tuple[Array, list[Any]]:
        """The output for a batch, and the cache of every layer."""
        a = self._batch(x)
        context = context or Context()
        caches = []
        for layer, parameters in zip(self.layers, self._parameters, strict=True):
            a, cache = layer.forward(parameters, a, context)
            caches.append(cache)
        return a, caches

    def backward(self, caches: Sequence[Any], dy: Array, *, input_gradient: bool = False) -> Array | None:
        """Fill `gradients` from dy = ∂J/∂y; return ∂J/∂x only where it is asked for, since it costs a product."""
        with_parameters = [index for index, views in enumerate(self._parameters) if views]
        last_needed = 0 if input_gradient or not with_parameters else with_parameters[0] + 1
        for index in reversed(range(len(self.layers))):
            layer, parameters = self.layers[index], self._parameters[index]
            if parameters:
                layer.parameter_gradients(parameters, caches[index], dy, self._gradients[index])
            if index >= last_needed:
                dy = layer.input_gradient(parameters, caches[index], dy)
        return dy if input_gradient else None

    def layer_parameters(self, index: int) -> dict[str, Array]:
        """The parameters of one layer, under their own names: views of `theta`."""
        return self._parameters[index]

    def named(self, flat: Array) -> dict[str, Array]:
        """Another flat array laid out as `theta` is: its views, under the names of `parameters`."""
        return _named(_views(flat, [layer.parameters() for layer in self.layers]))

    def predict(self, x: Any, batch_size: int = 1024) -> Array:
        """The output for any number of instances, a part at a time, nothing kept of the way there."""
        require(batch_size >= 1, "batch_size.positive", value=batch_size)
        x = self._batch(x)
        starts = range(0, max(len(x), 1), batch_size)
        return np.concatenate([self.forward(x[start : start + batch_size])[0] for start in starts])

    def summary(self, input_shape: Shape | None = None) -> "Summary":
        """Layer by layer: what comes out of it, and how many parameters it has."""
        shape = input_shape or self.input_shape
        shapes: Sequence[Shape | None] = (
            _output_shapes(self.layers, shape) if shape else [None] * len(self.layers)
        )
        counts = [sum(view.size for view in views.values()) for views in self._parameters]
        rows = [
            SummaryRow(str(index), _written(layer), out, count)
            for index, (layer, out, count) in enumerate(zip(self.layers, shapes, counts, strict=True))
        ]
        return Summary(rows, sum(counts))

    def state_dict(self) -> dict[str, Array]:
        """A copy of every parameter, under PyTorch's names, in PyTorch's shapes."""
        return {name: view.copy() for name, view in self.parameters.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the parameters of another network of the same form; all of them or, at an error, none.

        Errors: FileError that names what is missing, what is too much, or which shape differs
        """
        missing, unexpected = self.parameters.keys() - state.keys(), state.keys() - self.parameters.keys()
        if missing or unexpected:
            raise FileError(
                "network.keys",
                missing=", ".join(sorted(missing)) or "–",
                unexpected=", ".join(sorted(unexpected)) or "–",
            )
        arrays = {name: np.asarray(state[name]) for name in self.parameters}
        for name, view in self.parameters.items():
            if arrays[name].shape != view.shape:
                raise FileError("network.shape", name=name, expected=view.shape, got=arrays[name].shape)
            if arrays[name].dtype.kind not in "fiu":
                raise FileError("network.parameter_dtype", name=name, got=arrays[name].dtype)
        for name, view in self.parameters.items():
            view[...] = arrays[name]

    def astype(self, dtype: Any) -> "Network":
        """A copy that computes in float32 or float64."""
        twin = Network(self.layers, dtype=dtype, input_shape=self.input_shape)
        twin.theta[...] = self.theta
        return twin

    def to_dict(self) -> dict[str, Any]:
        """The form of the network as plain data: layer names with their hyperparameters."""
        layers = [{"layer": _registered(layer), **_hyperparameters(layer)} for layer in self.layers]
        shape = None if self.input_shape is None else list(self.input_shape)
        return {"layers": layers, "dtype": self.dtype.name, "input_shape": shape}

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> "Network":
        """A network of that form, its parameters drawn anew."""
        layers = []
        for entry in form["layers"]:
            options = dict(entry)
            name = options.pop("layer")
            if name not in REGISTRY:
                raise FileError("network.unknown_layer", name=name, hint=did_you_mean(name, REGISTRY))
            layers.append(REGISTRY[name](**options))
        shape = form["input_shape"]
        return cls(layers, dtype=form["dtype"], input_shape=tuple(shape) if shape else None)

    def save(self, path: str | Path) -> None:
        """Write form and parameters as one safetensors file; PyTorch reads the same names and shapes."""
        save_tensors(path, self.parameters, self.metadata())

    def metadata(self, **more: Any) -> dict[str, str]:
        """What a file says of its network besides the parameters, and whatever else goes with it."""
        return {METADATA_KEY: json.dumps({"network": self.to_dict(), **more})}

    @classmethod
    def load(cls, path: str | Path) -> "Network":
        """The network of a file that `save` wrote, or of a training's checkpoint.

        Errors: FileError where the file is missing, corrupt, or holds no network of gradiente
        """
        tensors, metadata = load_tensors(path)
        try:
            network = cls.from_dict(json.loads(metadata[METADATA_KEY])["network"])
        except (KeyError, TypeError, ValueError) as error:
            raise FileError("network.not_ours", path=path) from error
        network.load_state_dict({name: tensors[name] for name in network.parameters if name in tensors})
        return network

    def _batch(self, x: Any) -> Array:
        try:
            x = np.asarray(x)
        except ValueError:
            raise ShapeError("network.ragged") from None
        if x.dtype.kind not in "fiub":
            raise ShapeError("network.input_dtype", got=x.dtype)
        if x.ndim < 2:
            raise ShapeError("network.batch", got=x.shape)
        return x.astype(self.dtype, copy=False)


@dataclass(frozen=True)
class SummaryRow:
    """One layer: its index, itself, the shape of one output instance where known, its parameters' count."""

    index: str
    layer: str
    output_shape: Shape | None
    parameters: int


@dataclass(frozen=True)
class Summary:
    """The layers of a network, with the total of its parameters; printed, it is a table."""

    rows: list[SummaryRow]
    total: int

    def __str__(self) -> str:
        header = [text(f"summary.{column}") for column in ("index", "layer", "output", "parameters")]
        cells = [
            [
                row.index,
                row.layer,
                "?" if row.output_shape is None else str(("m", *row.output_shape)).replace("'", ""),
                f"{row.parameters:,}",
            ]
            for row in self.rows
        ]
        widths = [max(len(line[column]) for line in [header, *cells]) for column in range(4)]
        lines = [
            "  ".join(
                [*(c.ljust(w) for c, w in zip(line[:3], widths, strict=False)), line[3].rjust(widths[3])]
            )
            for line in [header, *cells]
        ]
        rule = "─" * len(lines[0])
        total = f"{text('summary.total')}: {self.total:,}"
        return "\n".join([lines[0], rule, *lines[1:], rule, total.rjust(len(rule))])


def _input_shape(layers: Sequence[Layer], given: Shape | None) -> Shape | None:
    shape = given if given is not None else layers[0].input_shape()
    return None if shape is None else tuple(int(size) for size in shape)


def _output_shapes(layers: Sequence[Layer], shape: Shape) -> list[Shape]:
    shapes = []
    for index, layer in enumerate(layers):
        try:
            shape = layer.output_shape(shape)
        except ShapeError as error:
            raise ShapeError("network.chain", index=index, reason=error) from error
        shapes.append(shape)
    return shapes


def _views(flat: Array, specs: Sequence[Mapping[str, Any]]) -> list[dict[str, Array]]:
    """The parameters of every layer as pieces of the flat array, in order."""
    views, start = [], 0
    for layer in specs:
        views.append({})
        for name, spec in layer.items():
            stop = start + math.prod(spec.shape)
            views[-1][name] = flat[start:stop].reshape(spec.shape)
            start = stop
    return views


def _named(views: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    return {f"{index}.{name}": view for index, layer in enumerate(views) for name, view in layer.items()}


def _written(layer: Layer) -> str:
    return write(layer, REGISTRY) if REGISTRY.get(type(layer).__name__) is type(layer) else repr(layer)


def _registered(layer: Layer) -> str:
    name = type(layer).__name__
    require(REGISTRY.get(name) is type(layer), "network.unregistered", name=name)
    return name


def _hyperparameters(layer: Layer) -> dict[str, Any]:
    """As plain data: JSON knows no numbers of NumPy."""
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in asdict(layer).items()
    }
