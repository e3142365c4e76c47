"""A network: layers in order, with all parameters in one flat array and all gradients in another."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from gradiente.batch import as_batch, batches_of, instance_shape, require_no_nan
from gradiente.errors import ArgumentError, FileError, is_whole, require, require_installed
from gradiente.formatting import count
from gradiente.initializers import Initializer, PyTorchDefault
from gradiente.layers import Context, Layer, Linear, NTKLinear
from gradiente.layers.graph import graph_of, needed, walk, walk_back
from gradiente.layout import checked, named, size_of, trainable_slices, typed, views_of
from gradiente.locale import text
from gradiente.serialization import layer_from_dict, layer_to_dict
from gradiente.storage import load_tensors, save_tensors
from gradiente.streams import Purpose, stream, torch_generator_kept
from gradiente.summary import Summary, output_shapes, summarize

if TYPE_CHECKING:
    import torch

Array = np.ndarray
T = TypeVar("T")
Shape = tuple[int, ...]
METADATA_KEY = "gradiente"


class Network:
    r"""Layers applied one after the other, y = f_L(… f₂(f₁(x))).

    Equation:   A[0] = x,   A[l] = f_l(A[l−1]),   y = A[L]
    Derivative: ∂J/∂A[l−1] from ∂J/∂A[l], layer after layer from the last to the first

    `theta` holds every parameter in one flat array, `gradient` every ∂J/∂parameter in the same places;
    `parameters` and `gradients` are views of them, under the names that PyTorch's state_dict uses. `buffers` are
    the running statistics, `frozen` the places of the layers that do not learn, `trainable` the slices of `theta` that
    do. `nodes` are the computations: the layers, and those inside composite layers (Residual). With `whole_batch` an
    output depends on what is predicted with it.

    Arguments:
        layers: at least one layer, from input to output
        seed: of the generator of the initial parameters, ≥ 0
        initializer: of the parameters; None is PyTorch's default
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
        require(isinstance(layers, Iterable), "network.layers", got=layers)
        self.layers = tuple(layers)
        require(len(self.layers) > 0, "network.empty")
        for index, layer in enumerate(self.layers):
            if not isinstance(layer, Layer):
                raise ArgumentError("network.not_a_layer", index=index, got=repr(layer))
        self.nodes = graph_of(self.layers)
        self._layer_of = [int(node.path.partition(".")[0]) for node in self.nodes]
        self.whole_batch = any(node.layer.whole_batch for node in self.nodes)
        try:
            self.dtype = np.dtype(dtype)
        except TypeError:
            raise ArgumentError("network.dtype", got=dtype) from None
        require(self.dtype in (np.float32, np.float64), "network.dtype", got=self.dtype)
        shape = input_shape if input_shape is not None else self.layers[0].input_shape()
        self.input_shape = None if shape is None else instance_shape(shape)
        if self.input_shape is not None:
            output_shapes(self.layers, self.input_shape)

        specs = [node.parameters() for node in self.nodes]
        self.specs = self._named(specs)
        size = size_of(specs)
        if size * self.dtype.itemsize > sys.maxsize:
            raise MemoryError(f"{count(size)} {text('summary.parameters')}")
        self.theta = np.empty(size, self.dtype)
        self.gradient = np.zeros(size, self.dtype)
        self._parameters = views_of(self.theta, specs)
        self._gradients = views_of(self.gradient, specs)
        self._buffers = [typed(node.buffers(), self.dtype) for node in self.nodes]
        self.parameters = self._named(self._parameters)
        self.gradients = self._named(self._gradients)
        self.buffers = self._named(self._buffers)
        self._set_frozen(frozenset())

        generator = stream(Purpose.PARAMETERS, seed)
        draw = initializer or PyTorchDefault()
        for views, layer_specs in zip(self._parameters, specs, strict=True):
            for name, spec in layer_specs.items():
                views[name][...] = draw(spec, generator)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or the network from a pickle, has arrays of its own, and views of those."""
        arrays = {"theta": self.theta, "gradient": self.gradient, "buffers": self.buffers}
        make = partial(Network, self.layers, dtype=self.dtype, input_shape=self.input_shape)
        return make, (), {**arrays, "frozen": self.frozen}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.restore(state["theta"], state["buffers"])
        self.gradient[...] = state["gradient"]
        self._set_frozen(state["frozen"])

    def __repr__(self) -> str:
        return f"Network([{', '.join(map(repr, self.layers))}])"

    def forward(self, x: Any, context: Context | None = None) -> tuple[Array, list[Any]]:
        """The output for a batch, and the cache of every layer. The network is not changed."""
        y, caches = self.as_batch(x), []
        for output, cache in self.walk(y, context or Context()):
            y = output
            caches.append(cache)
        return y, caches

    def walk(self, x: Array, context: Context) -> Iterator[tuple[Array, Any]]:
        """The forward pass node by node: output and cache of each.

        Arguments:
            x: a batch, as `as_batch` makes it
        """
        return walk(self.nodes, self._parameters, x, lambda index: self.node_context(index, context))

    def backward(self, caches: Sequence[Any], dy: Array, *, input_gradient: bool = False) -> Array | None:
        """Fill `gradients` from dy = ∂J/∂y; return ∂J/∂x only on request, since it costs a product.

        The gradients of frozen layers are not computed, nor is anything before the first layer that learns.
        """
        dx = None
        for value, delta in self.walk_back(caches, dy, input_gradient=input_gradient):
            dx = delta if value == 0 else None
        return dx

    def walk_back(
        self, caches: Sequence[Any], dy: Array, *, input_gradient: bool = False
    ) -> Iterator[tuple[int, Array]]:
        """The backward pass, from the last: each value's number and its gradient; fills `gradients` on the way.

        Value 0 is x, value i + 1 the output of node i.
        """
        learns = [bool(views) and not self.is_frozen(i) for i, views in enumerate(self._parameters)]
        needs = needed(self.nodes, learns, input_gradient=input_gradient)
        gradients = [views if learn else None for views, learn in zip(self._gradients, learns, strict=True)]
        return walk_back(self.nodes, self._parameters, caches, dy, needs, gradients)

    def update_buffers(self, caches: Sequence[Any]) -> None:
        """Update the running statistics after a forward pass in training; those of frozen layers stay."""
        for index, (node, buffers) in enumerate(zip(self.nodes, self._buffers, strict=True)):
            if buffers and not self.is_frozen(index):
                for name, value in node.layer.new_buffers(buffers, caches[index]).items():
                    buffers[name][...] = value

    def node_context(self, index: int, context: Context) -> Context:
        """The context of one node: with its own buffers, and in inference mode if it is frozen."""
        if not self._buffers[index] and not self.is_frozen(index):
            return context
        training = context.training and not self.is_frozen(index)
        return replace(context, training=training, buffers=self._buffers[index])

    def is_frozen(self, index: int) -> bool:
        """Whether a node belongs to a layer that is frozen."""
        return self._layer_of[index] in self.frozen

    def freeze(self, *layers: int) -> None:
        """Freeze layers: no gradient, no update, and fixed running statistics.

        Arguments:
            layers: their indices in the network, from 0; −1 is the last

        Errors: ArgumentError for a layer that is not there
        """
        self._set_frozen(self.frozen | {self.place(layer) for layer in layers})
        self.gradient[...] = 0

    def unfreeze(self, *layers: int) -> None:
        """Unfreeze layers; all of them if none is given."""
        self._set_frozen(self.frozen - {self.place(layer) for layer in layers} if layers else frozenset())

    def trainable_gradients(self) -> dict[str, Array]:
        """Those of `gradients` that are computed: not those of frozen layers."""
        trainable = [{} if self.is_frozen(i) else views for i, views in enumerate(self._gradients)]
        return self._named(trainable)

    def weights(self) -> list[tuple[Array, Array]]:
        """Every weight that learns with its gradient, as views: what penalties act on, biases and scales left out."""
        return [(self.parameters[name], self.gradients[name]) for name in self.weight_names]

    @property
    def head(self) -> int | None:
        """The index of the last Linear or NTKLinear, the head; None where there is none."""
        places = [index for index, layer in enumerate(self.layers) if isinstance(layer, Linear | NTKLinear)]
        return places[-1] if places else None

    def with_head(
        self,
        head: Sequence[Layer],
        *,
        keep: int | None = None,
        seed: int = 0,
        initializer: Initializer | None = None,
    ) -> "Network":
        """Transfer learning: a network of the first layers of this one, followed by new layers.

        Arguments:
            head: the new layers; may be empty
            keep: the number of layers to keep; None: all before the last Linear
            seed, initializer: of the head's parameters

        Errors: ArgumentError for more layers than there are; ShapeError where the head does not fit
        """
        keep = self.head if keep is None else keep
        if keep is None or not is_whole(keep, 0) or keep > len(self.layers):
            raise ArgumentError("network.keep", keep=repr(keep), layers=len(self.layers))
        network = Network(
            [*self.layers[:keep], *head],
            seed=seed,
            initializer=initializer,
            dtype=self.dtype,
            input_shape=self.input_shape,
        )
        kept = self._state()
        for name, view in network._state().items():
            if int(name.split(".")[0]) < keep:
                view[...] = kept[name]
        network.freeze(*(index for index in self.frozen if index < keep))
        return network

    def node_parameters(self, index: int) -> dict[str, Array]:
        """The parameters of one node, under their own names: views of `theta`."""
        return self._parameters[index]

    def named(self, flat: Array) -> dict[str, Array]:
        """Another flat array laid out as `theta` is: its views, under the names of `parameters`."""
        return self._named(views_of(flat, [node.parameters() for node in self.nodes]))

    def predict(self, x: Any, batch_size: int = 256) -> Array:
        """The output for any number of instances, without caches; in parts, unless `whole_batch`."""
        require(is_whole(batch_size, 1), "batch_size.positive", value=batch_size)
        outputs = []
        for y in batches_of(x, self.as_batch, None if self.whole_batch else batch_size):
            for output, _ in self.walk(y, Context()):
                y = output
            outputs.append(y)
        return require_no_nan(x, np.concatenate(outputs))

    def summary(self, input_shape: Shape | None = None) -> Summary:
        """A table of the layers: output shape, number of parameters, and whether it is frozen."""
        shape = self.input_shape if input_shape is None else instance_shape(input_shape)
        counts = [sum(view.size for view in views.values()) for views in self._parameters]
        frozen = [self.is_frozen(index) for index in range(len(self.nodes))]
        return summarize(self.nodes, output_shapes(self.layers, shape) if shape else None, counts, frozen)

    def state_dict(self) -> dict[str, Array]:
        """A copy of every parameter and buffer, under PyTorch's names, in PyTorch's shapes and order."""
        return {name: view.copy() for name, view in self._state().items()}

    def restore(self, theta: Array, buffers: Mapping[str, Array]) -> None:
        """Restore parameters, as one flat array, and buffers, by name."""
        self.theta[...] = theta
        for name, value in buffers.items():
            self.buffers[name][...] = value

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Load the parameters and buffers of a network of the same architecture; on an error, none of them.

        Errors: FileError that names the missing and unexpected keys, or the shape that differs
        """
        views = self._state()
        for name, array in checked(state, views).items():
            views[name][...] = array

    def astype(self, dtype: Any) -> "Network":
        """A copy that computes in float32 or float64.

        Errors: FileError for a number beyond the range of float32
        """
        copy = Network(self.layers, dtype=dtype, input_shape=self.input_shape)
        copy.load_state_dict(self._state())
        copy.freeze(*self.frozen)
        return copy

    def to_torch(self) -> "torch.nn.Sequential":
        """The same network as PyTorch modules: same dtype, copies of parameters and buffers.

        The parameters of frozen layers do not require a gradient. In your own training loop, put those layers in
        eval() after every train(), so that their running statistics do not change either.

        Errors: ArgumentError where PyTorch is not installed

        >>> from gradiente.layers import Linear, Tanh
        >>> Network([Linear(2, 3), Tanh()]).to_torch()
        Sequential(
          (0): Linear(in_features=2, out_features=3, bias=True)
          (1): Tanh()
        )
        """
        require_installed("torch", extra="torch")
        import torch

        with torch_generator_kept():  # modules draw parameters, which are replaced
            module = torch.nn.Sequential(*(layer.to_torch() for layer in self.layers))
        module.to(getattr(torch, self.dtype.name))
        module.load_state_dict({name: torch.from_numpy(array) for name, array in self._state().items()})
        for index in self.frozen:
            module[index].requires_grad_(False)
        return module

    def to_dict(self) -> dict[str, Any]:
        """The architecture of the network as plain data: layer names with their hyperparameters."""
        layers = [layer_to_dict(layer) for layer in self.layers]
        shape = None if self.input_shape is None else list(self.input_shape)
        form = {"layers": layers, "dtype": self.dtype.name, "input_shape": shape}
        return {**form, "frozen": sorted(self.frozen)} if self.frozen else form

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> "Network":
        """A network of that architecture, with newly drawn parameters."""
        layers = [layer_from_dict(entry) for entry in form["layers"]]
        shape = form["input_shape"]
        network = cls(layers, dtype=form["dtype"], input_shape=tuple(shape) if shape else None)
        network.freeze(*form.get("frozen", ()))
        return network

    def save(self, path: str | Path) -> None:
        """Write architecture, parameters and buffers to a safetensors file; PyTorch reads the same names and shapes."""
        save_tensors(path, self._state(), self.metadata())

    def metadata(self, **more: Any) -> dict[str, str]:
        """The metadata of a network's file, and additional entries."""
        return {METADATA_KEY: json.dumps({"network": self.to_dict(), **more})}

    @classmethod
    def load(cls, path: str | Path) -> "Network":
        """Load the network of a file that `save` wrote, or of a training checkpoint.

        Errors: FileError where the file is missing, corrupt, or holds no network of gradiente
        """
        tensors, metadata = load_tensors(path)
        try:
            network = cls.from_dict(json.loads(metadata[METADATA_KEY])["network"])
        except (AttributeError, KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
            raise FileError("network.not_ours", path=path) from error
        network.load_state_dict({name: tensors[name] for name in network._state() if name in tensors})
        return network

    def _state(self) -> dict[str, Array]:
        return self._named([{**p, **b} for p, b in zip(self._parameters, self._buffers, strict=True)])

    def _named(self, own: Iterable[Mapping[str, T]]) -> dict[str, T]:
        """What every node has by name, under PyTorch's names."""
        return named((node.path for node in self.nodes), own)

    def _set_frozen(self, frozen: frozenset[int]) -> None:
        """Set `frozen`, and what follows from it: `trainable`, and the names of the weights that learn."""
        self.frozen = frozen
        kept = [index for index in range(len(self.nodes)) if self.is_frozen(index)]
        self.trainable = trainable_slices(self._parameters, kept)
        self.weight_names = [name for name in self.trainable_gradients() if self.specs[name].is_weight]

    def place(self, layer: int) -> int:
        """The index of a layer counted from 0; −1 is the last."""
        whole = isinstance(layer, int | np.integer) and not isinstance(layer, bool)
        layers = len(self.layers)
        if not whole or not -layers <= layer < layers:
            raise ArgumentError("network.no_layer", layer=repr(layer), last=layers - 1, count=layers)
        return int(layer) % layers

    def as_batch(self, x: Any) -> Array:
        """An array-like as the network computes with it: numbers of its type, instances along the first axis."""
        return as_batch(x, np.dtype(np.int64) if self.takes_indices else self.dtype)

    @cached_property
    def takes_indices(self) -> bool:
        """Whether x is indices: an Embedding is the first layer that does more than rearrange numbers."""
        first = next((node.layer for node in self.nodes if not node.layer.copies), None)
        return first is not None and first.index_count is not None
