"""The graph of a sequence of layers: its computations one after the other, those inside composite layers too."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np

from gradiente.errors import ShapeError
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, written_shape
from gradiente.parameters import ParameterSpec


@dataclass(frozen=True)
class Node:
    """One computation: a layer of one value, or the sum of the branches of a composite layer.

    `path` is PyTorch's name of the layer, "3.layers.0". `inputs` are values: value 0 is the input of the graph, value
    i + 1 the output of node i.
    """

    path: str
    layer: Layer
    inputs: tuple[int, ...]

    @cached_property
    def is_sum(self) -> bool:
        return bool(self.layer.branches())

    def parameters(self) -> dict[str, ParameterSpec]:
        """Those of the layer itself; the branches of a composite layer have nodes of their own."""
        return {} if self.is_sum else self.layer.parameters()

    def buffers(self) -> dict[str, Array]:
        return {} if self.is_sum else self.layer.buffers()

    def forward(self, parameters: Arrays, values: Sequence[Array], context: Context) -> tuple[Array, Any]:
        """The output and the cache, from all values so far."""
        if not self.is_sum:
            return self.layer.forward(parameters, values[self.inputs[0]], context)
        outputs = [values[k] for k in self.inputs]
        self.require_one_shape([y.shape for y in outputs])
        return reduce(np.add, outputs), None

    def input_gradient(self, parameters: Arrays, cache: Any, dy: Array) -> Array:
        """∂J/∂ any of the inputs: a sum passes δ to each of its branches."""
        return dy if self.is_sum else self.layer.input_gradient(parameters, cache, dy)

    def require_one_shape(self, shapes: Sequence[Sequence[int | str]]) -> None:
        """The branches of a sum give the same shape: nothing is broadcast."""
        if len(set(map(tuple, shapes))) > 1:
            names = zip(self.layer.branches(), shapes, strict=True)
            each = ", ".join(f"{name} → {written_shape(shape)}" for name, shape in names)
            raise ShapeError("graph.shapes", layer=type(self.layer).__name__, shapes=each)


def graph_of(layers: Sequence[Layer]) -> tuple[Node, ...]:
    """The nodes of layers that follow one another, in the order in which they are computed."""
    nodes = list[Node]()
    _extend(nodes, layers, "", 0)
    return tuple(nodes)


def graph_of_branches(branches: Mapping[str, Sequence[Layer]], layer: Layer) -> tuple[Node, ...]:
    """The nodes of the branches of a composite layer, and their sum as the last one."""
    nodes = list[Node]()
    _close(nodes, branches, layer, "", "", 0)
    return tuple(nodes)


def walk(
    nodes: Sequence[Node], parameters: Sequence[Arrays], x: Array, context: Callable[[int], Context]
) -> Iterator[tuple[Array, Any]]:
    """The forward pass node by node: output and cache of each.

    Arguments:
        parameters: of every node
        context: of a node by its number
    """
    last_use = {k: i for i, node in enumerate(nodes) for k in node.inputs}
    values: list[Any] = [x]
    for i, node in enumerate(nodes):
        y, cache = node.forward(parameters[i], values, context(i))
        values.append(y)
        for k in node.inputs:
            if last_use[k] == i:
                values[k] = None  # its memory is free as soon as no cache holds it
        yield y, cache


def needed(nodes: Sequence[Node], learns: Sequence[bool], *, input_gradient: bool) -> tuple[bool, ...]:
    """Of every value, whether ∂J/∂value is needed: where something that learns comes before it.

    Arguments:
        learns: of every node, whether its parameters do
        input_gradient: whether that of the graph's input is
    """
    values = [input_gradient]
    for node, learning in zip(nodes, learns, strict=True):
        values.append(learning or any(values[k] for k in node.inputs))
    return tuple(values)


def walk_back(
    nodes: Sequence[Node],
    parameters: Sequence[Arrays],
    caches: Sequence[Any],
    dy: Array,
    needs: Sequence[bool],
    gradients: Sequence[Arrays | None],
) -> Iterator[tuple[int, Array]]:
    """The backward pass: value by value, from the last, its number and ∂J/∂value, of those that are needed.

    Arguments:
        needs: of every value, whether its gradient is needed
        gradients: the arrays that ∂J/∂parameter of every node is written to; None where it does not learn
    """
    deltas = {len(nodes): dy}
    for i in range(len(nodes) - 1, -1, -1):
        if not needs[i + 1]:
            continue
        delta = deltas.pop(i + 1)
        yield i + 1, delta
        node, out = nodes[i], gradients[i]
        if out is not None:
            node.layer.parameter_gradients(parameters[i], caches[i], delta, out)
        if any(needs[k] for k in node.inputs):
            dx = node.input_gradient(parameters[i], caches[i], delta)
            for k in node.inputs:
                if needs[k]:
                    deltas[k] = deltas[k] + dx if k in deltas else dx
    if needs[0]:
        yield 0, deltas[0]


def shapes_of(nodes: Sequence[Node], shape: Shape) -> Iterator[tuple[Node, Shape]]:
    """Every node with the shape of one instance of its output.

    Errors: ShapeError where a layer cannot follow another
    """
    shapes = [shape]
    for node in nodes:
        first, *others = (shapes[k] for k in node.inputs)
        if node.is_sum:
            node.require_one_shape([("batch", *shape) for shape in (first, *others)])
        shapes.append(first if node.is_sum else node.layer.output_shape(first))
        yield node, shapes[-1]


def changed(layers: Sequence[Layer], change: Callable[[str, Layer], Layer], prefix: str = "") -> list[Layer]:
    """The layers, each replaced by what `change` makes of it and its path; those inside composite layers too."""

    def branched(path: str, layer: Layer) -> Layer:
        branches = layer.branches()
        inner = {name: changed(branch, change, f"{path}.{name}.") for name, branch in branches.items()}
        return replace(layer, **inner) if branches else change(path, layer)

    return [branched(f"{prefix}{index}", layer) for index, layer in enumerate(layers)]


def _extend(nodes: list[Node], layers: Sequence[Layer], prefix: str, value: int) -> int:
    """Append the nodes of layers that follow one another from a value; return the value that they end with."""
    for index, layer in enumerate(layers):
        path, branches = f"{prefix}{index}", layer.branches()
        if branches:
            _close(nodes, branches, layer, path, f"{path}.", value)
        else:
            nodes.append(Node(path, layer, (value,)))
        value = len(nodes)
    return value


def _close(
    nodes: list[Node],
    branches: Mapping[str, Sequence[Layer]],
    layer: Layer,
    path: str,
    prefix: str,
    value: int,
) -> None:
    ends = tuple(_extend(nodes, branch, f"{prefix}{name}.", value) for name, branch in branches.items())
    nodes.append(Node(path, layer, ends))
