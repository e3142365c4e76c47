import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape
from gradiente.layers.graph import Node, graph_of_branches, needed, shapes_of, walk, walk_back
from gradiente.parameters import ParameterSpec


@dataclass(frozen=True)
class Residual(Layer):
    r"""A skip connection: the output of some layers, plus their input.

    Equation:   y = F(x) + S(x),   F the layers one after the other, S the shortcut: x itself where it is empty
    Derivative: ∂J/∂x = ∂J/∂x through F + ∂J/∂x through S,   both from the same δ = ∂J/∂y

    Because S passes δ on unchanged, a deep network's first layers get a gradient however many layers follow. A network
    that contains a Residual computes, traces, saves and freezes its inner layers like any others, under PyTorch's
    names: 3.layers.0.weight, 3.shortcut.0.weight. An activation after the sum is the next layer of the network.

    Arguments:
        layers: F, at least one layer, which may be a Residual too
        shortcut: S; a Conv2d of one tap, where F changes the channels or the size

    Shapes: x (batch, …) → y as F gives it; S gives the same
    Errors: ArgumentError for no layers or what is not a layer; ShapeError where F and S give other shapes

    >>> import numpy as np
    >>> from gradiente.layers.relu import ReLU
    >>> Residual([ReLU()]).forward({}, np.array([[1.0, -2.0]]), Context())[0]
    array([[ 2., -2.]])

    Source: He et al., 2016
    """

    layers: Sequence[Layer]
    shortcut: Sequence[Layer] = field(default=())

    symbols = {"x": "X", "y": "S"}
    letter = "S"
    examples = (
        ("Residual([Linear(5, 4), Softsign(), Linear(4, 5)])", (7, 5)),
        ("Residual([Linear(3, 6), Residual([ReLU()])], shortcut=[Linear(3, 6, bias=False)])", (4, 3)),
        (
            "Residual([Conv2d(2, 4, 3, stride=2, padding=1, bias=False), BatchNorm2d(4)],"
            " shortcut=[Conv2d(2, 4, 1, stride=2)])",
            (3, 2, 6, 5),
        ),
    )
    equation = r"S = F(X) + X"
    derivative = {"x": r"\frac{\partial J}{\partial X} = F'(X)^{\top} \delta + \delta"}

    def __post_init__(self) -> None:
        for name in ("layers", "shortcut"):
            branch = getattr(self, name)
            entries = (
                tuple(branch) if isinstance(branch, Sequence) and not isinstance(branch, str) else (branch,)
            )
            for entry in entries:
                if not isinstance(entry, Layer):
                    raise ArgumentError("residual.not_a_layer", name=name, got=repr(entry))
            object.__setattr__(self, name, entries)
        if not self.layers:
            raise ArgumentError("residual.empty")

    @property
    def depends_on_batch(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        return any(layer.depends_on_batch for layer in (*self.layers, *self.shortcut))

    @property
    def whole_batch(self) -> bool:
        return any(layer.whole_batch for layer in (*self.layers, *self.shortcut))

    def branches(self) -> dict[str, Sequence[Layer]]:
        return {"layers": self.layers, "shortcut": self.shortcut}

    def parameters(self) -> dict[str, ParameterSpec]:
        return {f"{n.path}.{name}": spec for n in self._nodes for name, spec in n.parameters().items()}

    def buffers(self) -> dict[str, Array]:
        return {f"{n.path}.{name}": array for n in self._nodes for name, array in n.buffers().items()}

    def new_buffers(self, buffers: Arrays, cache: Sequence[Any]) -> dict[str, Array]:
        each = zip(self._nodes, self._own(buffers), cache, strict=True)
        new = [(node.path, node.layer.new_buffers(own, inner)) for node, own, inner in each if own]
        return {f"{path}.{name}": array for path, arrays in new for name, array in arrays.items()}

    def input_shape(self) -> Shape | None:
        return self.layers[0].input_shape()

    def output_shape(self, input_shape: Shape) -> Shape:
        *_, (_, shape) = shapes_of(self._nodes, input_shape)
        return shape

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, list[Any]]:
        buffers = self._own(context.buffers)
        outputs = list(
            walk(
                self._nodes,
                self._own(parameters),
                x,
                lambda i: replace(context, buffers=buffers[i]),
            )
        )
        return outputs[-1][0], [cache for _, cache in outputs]

    def input_gradient(self, parameters: Arrays, cache: list[Any], dy: Array) -> Array:
        needs = needed(self._nodes, [False] * len(self._nodes), input_gradient=True)
        nothing = [None] * len(self._nodes)
        deltas = walk_back(self._nodes, self._own(parameters), cache, dy, needs, nothing)
        return dict(deltas)[0]

    def parameter_gradients(self, parameters: Arrays, cache: list[Any], dy: Array, out: Arrays) -> None:
        own, gradients = self._own(parameters), [views or None for views in self._own(out)]
        needs = needed(self._nodes, [views is not None for views in gradients], input_gradient=False)
        for _ in walk_back(self._nodes, own, cache, dy, needs, gradients):
            pass

    def to_torch(self):
        import torch
        from torch import fx

        root = torch.nn.Module()
        graph = fx.Graph()
        x, ends = graph.placeholder("x"), []
        for name, branch in self.branches().items():
            root.add_module(name, torch.nn.Sequential(*(layer.to_torch() for layer in branch)))
            ends.append(graph.call_module(name, (x,)))
        graph.output(graph.call_function(operator.add, tuple(ends)))
        return fx.GraphModule(root, graph, "Residual")

    @cached_property
    def _nodes(self) -> tuple[Node, ...]:
        return graph_of_branches(self.branches(), self)

    def _own(self, arrays: Arrays) -> list[Mapping[str, np.ndarray]]:
        """Of every node its own arrays, under their own names."""
        return [
            {name[len(node.path) + 1 :]: array for name, array in arrays.items() if _of(name, node)}
            for node in self._nodes
        ]


def _of(name: str, node: Node) -> bool:
    return bool(node.path) and name.rpartition(".")[0] == node.path
