"""PyTorch's inputs for its modules: torch.testing._internal.common_modules."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch

from gradiente.quiet import ignored_warnings

from .building import LOSSES, build, described
from .layers import LayerCase
from .losses import LossCase
from .vector import Missing, Quantity, Vector, Wanted, all_of_them

NAMES = ("input", "target")  # what PyTorch calls what a forward pass takes, where it is given by name


def module_vectors(seed: int = 0, wanted: Wanted = all_of_them) -> Iterator[Vector]:
    """Every input of every module, in training and in inference."""
    with ignored_warnings():
        from torch.testing._internal.common_modules import module_db

    for info in module_db:
        for training in (True, False) if wanted(info.module_cls.__name__) else ():
            with ignored_warnings():
                sow(seed)
                inputs = info.module_inputs_func(
                    info, device="cpu", dtype=torch.float64, requires_grad=False, training=training
                )
            for index, entry in enumerate(inputs):
                if entry.forward_input is not None:
                    yield _vector(info.module_cls, index, training, entry, seed)


def sow(seed: int) -> None:
    """All that PyTorch's lists of inputs draw from."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    torch.manual_seed(seed)


def _vector(kind: type, index: int, training: bool, entry: Any, seed: int) -> Vector:
    name, made, given = kind.__name__, entry.constructor_input, entry.forward_input

    def compared() -> Sequence[Quantity]:
        concept = build(name, made.args, made.kwargs)
        values = dict(zip(NAMES, given.args, strict=False)) | given.kwargs
        if len(given.args) > len(NAMES) or not values.keys() <= set(NAMES):
            raise Missing("more inputs")
        torch.manual_seed(seed)  # PyTorch draws the parameters
        module = kind(*made.args, **made.kwargs).double().train(training)
        if name in LOSSES:
            target = values["target"]
            return LossCase(concept, values["input"], target, lambda x: module(x, target)).compared()
        return LayerCase(
            concept,
            values["input"],
            lambda x, parameters, buffers: torch.func.functional_call(
                module, {**parameters, **buffers}, (x,)
            ),
            dict(module.named_parameters()),
            dict(module.named_buffers()),
            training,
        ).compared()

    mode = "training" if training else "inference"

    def shown() -> str:
        inside = ", ".join(filter(None, [*map(described, made.args), described(made.kwargs)]))
        inputs = ", ".join(filter(None, [*map(described, given.args), described(given.kwargs)]))
        return f"torch.nn.{name}({inside})({inputs}) in {mode}"

    return Vector(f"nn.{name}", f"{mode} {index}", name, shown, compared)
