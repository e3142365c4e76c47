"""ONNX's own test cases for its operators, which are in its wheel: onnx.backend.test.case.node."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from gradiente.quiet import ignored_warnings

from .building import described, require
from .onnx_nodes import Node
from .onnx_operators import OPERATORS
from .vector import Quantity, Vector, Wanted, all_of_them


def onnx_vectors(seed: int = 0, wanted: Wanted = all_of_them) -> Iterator[Vector]:
    """Every case of one node whose operator means what a concept of ours, or of PyTorch's, means.

    A case named "…_expanded" is another case once more, its operator written in terms of simpler ones.
    """
    with ignored_warnings():
        from onnx.backend.test.case.node import collect_testcases

        np.random.seed(seed)  # noqa: NPY002  (what the cases draw from)
        cases = collect_testcases(None)
    case: Any
    for case in cases:
        nodes = case.model.graph.node
        if len(nodes) == 1 and nodes[0].op_type in OPERATORS and not case.name.endswith("_expanded"):
            vector = _vector(case)
            if wanted(vector.concept):
                yield vector


def _vector(case: Any) -> Vector:
    node = read(case)
    pattern, compared = OPERATORS[node.operator]
    concept = pattern.format(rank=node.rank)

    def shown() -> str:
        given = dict(zip(case.model.graph.node[0].input, node.inputs, strict=False))
        return f"{node.operator} of {described(given)} with {described(node.attributes)}"

    def quantities() -> Sequence[Quantity]:
        require(concept)
        return compared(node)

    return Vector(node.operator, case.name.removeprefix("test_"), concept, shown, quantities)


def read(case: Any) -> Node:
    """The node of a case with its inputs in their places, None for one that is left out."""
    from onnx import helper

    proto = case.model.graph.node[0]
    attributes = {entry.name: helper.get_attribute_value(entry) for entry in proto.attribute}
    words = {key: value.decode() if isinstance(value, bytes) else value for key, value in attributes.items()}
    inputs, outputs = case.data_sets[0]
    given = iter(inputs)
    return Node(proto.op_type, words, [next(given) if name else None for name in proto.input], list(outputs))
