"""Every registered name has its examples, and they are of many kinds."""

from dataclasses import fields

import numpy as np
import pytest

from gradiente import layers, losses, optimizers, schedules
from gradiente.layers import Context
from gradiente.notation import parse
from gradiente.parity import examples

NOTATIONS = {
    "layers": (layers.REGISTRY, [notation for notation, _ in examples.LAYERS]),
    "losses": (losses.REGISTRY, [notation for notation, *_ in examples.LOSSES]),
    "optimizers": (optimizers.REGISTRY, examples.OPTIMIZERS),
    "schedules": (schedules.REGISTRY, examples.SCHEDULES),
}


@pytest.mark.parametrize(("registry", "notations"), NOTATIONS.values(), ids=NOTATIONS)
def test_every_registered_name_has_an_example(registry, notations):
    assert {examples.name_of(notation) for notation in notations} == set(registry)
    for notation in notations:
        assert type(parse(notation, registry)) is registry[examples.name_of(notation)]


@pytest.mark.parametrize(("registry", "notations"), NOTATIONS.values(), ids=NOTATIONS)
def test_what_has_options_is_tried_with_some(registry, notations):
    plain = {name for name, kind in registry.items() if not fields(kind)}
    for name in registry.keys() - plain - {"ExponentialLR", "Flatten", "Unflatten"}:
        tried = {parse(notation, registry) for notation in notations if examples.name_of(notation) == name}
        assert len(tried) > 1, name


def test_layers_are_tried_with_batches_that_fit():
    for notation, shape in examples.LAYERS:
        layer = parse(notation, layers.REGISTRY)
        parameters = {name: np.ones(spec.shape) for name, spec in layer.parameters().items()}
        y, _ = layer.forward(parameters, np.ones(shape), Context(buffers=layer.buffers()))
        assert y.shape == (shape[0], *layer.output_shape(shape[1:]))


def test_losses_are_tried_with_both_reductions_and_every_kind_of_target():
    tried = {
        (examples.name_of(notation), parse(notation, losses.REGISTRY).reduction)
        for notation, *_ in examples.LOSSES
    }
    assert tried == {(name, reduction) for name in losses.REGISTRY for reduction in ("mean", "sum")}
    for name, kind in losses.REGISTRY.items():
        kinds = {target for notation, *_, target in examples.LOSSES if examples.name_of(notation) == name}
        assert ("classes" in kinds) == kind.integer_targets
    assert {target for *_, target in examples.LOSSES} <= set(examples.DRAWN)
