"""PyTorch's inputs for its operators: torch.testing._internal.common_methods_invocations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from unittest.mock import patch

import torch

from gradiente.quiet import ignored_warnings

from .building import build, described, needed, require
from .functions import FUNCTIONS, Function
from .layers import LayerCase
from .losses import LossCase
from .modules import sow
from .vector import Quantity, Vector, Wanted, all_of_them

OTHERS = ("softmax", "log_softmax", "sigmoid", "tanh", "flatten", "unflatten")  # not in torch.nn.functional


def operator_vectors(seed: int = 0, wanted: Wanted = all_of_them) -> Iterator[Vector]:
    """Every input of every function of torch.nn.functional, and of those that stand elsewhere."""
    with ignored_warnings():
        from torch.testing._internal.common_methods_invocations import op_db

    for operator in op_db:
        name = operator.name.removeprefix("nn.functional.")
        if name == operator.name and name not in OTHERS:
            continue
        read = FUNCTIONS.get(name)
        if not any(map(wanted, read.concepts() if read else [name])):
            continue
        # The lists sow before every draw; torch.manual_seed would write down the stack for each GPU that is not there.
        quick = patch.object(torch, "manual_seed", torch.default_generator.manual_seed)
        with ignored_warnings(), quick:
            sow(seed)
            samples = list(operator.sample_inputs("cpu", torch.float64))
        for index, sample in enumerate(samples):
            concept = read.concept_for(sample.input) if read else name
            if wanted(concept):
                yield _vector(operator, read, concept, index, sample, seed)


def _vector(
    operator: Any, read: Function | None, concept_name: str, index: int, sample: Any, seed: int
) -> Vector:
    def function(leaves: Mapping[int, torch.Tensor]) -> torch.Tensor:
        """The function of the same arguments, with leaves in the place of tensors."""
        torch.manual_seed(seed)
        arguments = [leaves.get(id(value), value) for value in (sample.input, *sample.args)]
        options = {key: leaves.get(id(value), value) for key, value in sample.kwargs.items()}
        return operator.op(*arguments, **options)

    def compared() -> Sequence[Quantity]:
        require(concept_name)
        assert read is not None, "a class whose function nobody reads"
        call = read.call(sample.input, sample.args, sample.kwargs)
        concept = build(concept_name, call.arguments, needed(concept_name, call.options))
        if call.target is not None:
            return LossCase(concept, call.x, call.target, lambda x: function({id(call.x): x})).compared()
        given = call.parameters | call.buffers

        def reference(x: torch.Tensor, *leaves: Mapping[str, torch.Tensor]) -> torch.Tensor:
            named = {id(given[key]): leaf for part in leaves for key, leaf in part.items()}
            return function({id(call.x): x} | named)

        case = LayerCase(concept, call.x, reference, call.parameters, call.buffers, call.training)
        return case.compared()

    def shown() -> str:
        given = ", ".join(map(described, (sample.input, *sample.args)))
        return f"torch.{operator.name}({', '.join(filter(None, [given, described(sample.kwargs)]))})"

    return Vector(operator.full_name, str(index), concept_name, shown, compared)
