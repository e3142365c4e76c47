"""The facts that concepts declare: true of what they compute, and enough to try every one of them."""

import math
from dataclasses import fields

import numpy as np
import pytest
from scipy.special import expit, softmax

from gradiente import DataError, layers, losses, optimizers, schedules
from gradiente.examples import (
    draw_input,
    draw_prediction,
    draw_target,
    layer_examples,
    loss_examples,
    rule_examples,
)
from gradiente.layers import Context
from gradiente.notation import parse
from gradiente.trace.formulas import symbols_in

REGISTRIES = {
    "layer": (layers.REGISTRY, layer_examples),
    "loss": (losses.REGISTRY, loss_examples),
    "optimizer": (optimizers.REGISTRY, rule_examples),
    "schedule": (schedules.REGISTRY, rule_examples),
}
LAYERS = [
    (name, *example) for name, kind in layers.REGISTRY.items() for example in layer_examples(name, kind)
]
every_layer = pytest.mark.parametrize(("name", "notation", "shape"), LAYERS)
every_loss = pytest.mark.parametrize("kind", losses.REGISTRY.values(), ids=losses.REGISTRY)
LINKS = {
    "identity": lambda z: z,
    "logistic": expit,
    "softmax": lambda z: softmax(z, axis=1),
    "exponential": np.exp,
}


def notations(kind, name):
    registry, examples = REGISTRIES[kind]
    found = examples(name, registry[name])
    return [example if isinstance(example, str) else example[0] for example in found]


@pytest.mark.parametrize(
    ("kind", "name"), [(k, n) for k, (registry, _) in REGISTRIES.items() for n in registry]
)
def test_examples_are_of_the_class_and_try_its_options(kind, name):
    registry = REGISTRIES[kind][0]
    tried = {parse(notation, registry) for notation in notations(kind, name)}
    assert {type(one) for one in tried} == {registry[name]}
    only_one_option = {"ExponentialLR"}
    assert len(tried) > 1 or not fields(registry[name]) or name in only_one_option


@every_layer
def test_a_batch_of_the_examples_shape_fits(name, notation, shape):
    layer = parse(notation, layers.REGISTRY)
    parameters = {key: np.ones(spec.shape) for key, spec in layer.parameters().items()}
    y, _ = layer.forward(parameters, np.ones(shape), Context(buffers=layer.buffers()))
    assert y.shape == (shape[0], *layer.output_shape(shape[1:]))


def run(layer, x, seed=1):
    parameters = {key: np.full(spec.shape, 0.7) for key, spec in layer.parameters().items()}
    context = Context(training=True, generator=np.random.default_rng(seed), buffers=layer.buffers())
    return layer.forward(parameters, x, context)


@every_layer
def test_what_a_layer_says_of_itself_is_so(name, notation, shape):
    layer = parse(notation, layers.REGISTRY)
    if shape[0] < 2:
        return
    generator = np.random.default_rng(0)
    x = draw_input(layer, shape, generator)
    y, cache = run(layer, x)
    other = x.copy()
    other[-1] = draw_input(layer, shape[1:], generator)
    assert np.allclose(run(layer, other)[0][:-1], y[:-1]) == (not layer.depends_on_batch)
    drawn = layer.stochastic and cache is not None
    assert np.array_equal(run(layer, x, seed=2)[0], y) != drawn
    if drawn:
        np.testing.assert_array_equal(x * cache, y)
    if layer.copies:
        parameters = {key: np.full(spec.shape, 0.7) for key, spec in layer.parameters().items()}
        quiet, _ = layer.forward(parameters, x, Context(buffers=layer.buffers()))
        np.testing.assert_array_equal(quiet.ravel(), x.ravel())
    if layer.elementwise:
        changed = x.copy()
        changed.flat[0] += 1.0
        assert y.shape == x.shape
        np.testing.assert_array_equal(run(layer, changed)[0].ravel()[1:], y.ravel()[1:])


@pytest.mark.parametrize("kind", layers.REGISTRY.values(), ids=layers.REGISTRY)
def test_the_symbols_of_a_layer_are_in_its_formulas(kind):
    assert {"x", "y"} <= set(kind.symbols)
    everything = " ".join([kind.equation, *kind.derivative.values()])
    assert set(symbols_in(everything, list(kind.symbols.values()))) == set(kind.symbols.values())
    assert set(kind.derivative) == set(kind.symbols) - {"y"}


@every_loss
def test_the_link_makes_the_estimate(kind):
    prediction = draw_prediction(kind, (7, 4), np.random.default_rng(0))
    np.testing.assert_allclose(kind().estimate(prediction), LINKS[kind.link](prediction), rtol=1e-12)


@every_loss
def test_losses_are_tried_with_every_option_and_every_kind_of_target(kind):
    examples = loss_examples(kind.__name__, kind)
    tried = [parse(notation, losses.REGISTRY) for notation, *_ in examples]
    assert {loss.reduction for loss in tried} == set(kind.reductions)
    for field in fields(kind):
        assert any(getattr(loss, field.name) != field.default for loss in tried), field.name
    assert ("classes" in {target for *_, target in examples}) == kind.is_multiclass


@every_loss
def test_numbers_outside_the_intervals_are_refused(kind):
    generator = np.random.default_rng(0)
    for name, interval in (("ŷ", kind.interval), ("y", kind.target_interval)):
        prediction = draw_prediction(kind, (5, 3), generator)
        target = draw_target(kind, loss_examples(kind.__name__, kind)[0][3], (5, 3), generator)
        low, high = (float(end) for end in interval[1:-1].split(","))
        for outside in [low - 0.5] * math.isfinite(low) + [high + 0.5] * math.isfinite(high):
            (prediction if name == "ŷ" else target)[0, 0] = outside
            for call in (kind().value, kind().gradient):
                with pytest.raises(DataError, match=f"{kind.__name__}: {name}"):
                    call(prediction, target)
