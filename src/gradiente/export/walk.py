"""A network, layer by layer, in the operations of another program."""

from collections.abc import Callable, Mapping
from typing import Any

from gradiente.errors import ArgumentError, ShapeError
from gradiente.layers.graph import Node
from gradiente.network import Network
from gradiente.operations import Operations, Value

Shape = tuple[int, ...]


def written_in(
    to: Operations,
    network: Network,
    x: Value,
    parameter: Callable[[str, Any], Value],
    finished: Callable[[Node, Value, int], Value],
) -> Value:
    """The network's output for x.

    Arguments:
        parameter: an array under its name as a value
        finished: what becomes of a node's output, given the number of that value; 0 is x

    Errors: ArgumentError that names the layer for which there is no such form
    """
    arrays = {**network.parameters, **network.buffers}
    values = [x]
    for number, node in enumerate(network.nodes, start=1):
        inputs = [values[k] for k in node.inputs]
        if node.is_sum:
            y = sum(inputs[1:], start=inputs[0])
            shape = inputs[0].shape
        else:
            own = {
                name: parameter(f"{node.path}.{name}", arrays[f"{node.path}.{name}"]) for name in _names(node)
            }
            y = _exported(to, node, inputs[0], own)
            shape = ("batch", *node.layer.output_shape(inputs[0].shape[1:]))
        values.append(finished(node, Value(to, y.code, shape), number))
    return values[-1]


def _names(node: Node) -> list[str]:
    return [*node.parameters(), *node.buffers()]


def _exported(to: Operations, node: Node, x: Value, parameters: Mapping[str, Value]) -> Value:
    try:
        return node.layer.exported(to, x, parameters)
    except ArgumentError as error:
        raise ArgumentError("export.layer", index=node.path, reason=str(error)) from error


def input_shape_of(network: Network, given: Shape | None = None) -> Shape:
    """The shape of one instance of x.

    Errors: ShapeError where neither the network nor the caller says it
    """
    shape = network.input_shape if given is None else tuple(given)
    if shape is None:
        raise ShapeError("export.input_shape")
    return shape
