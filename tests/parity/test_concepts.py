from functools import cache

import pytest

from gradiente import ArgumentError, layers, losses, optimizers, schedules
from gradiente.parity import BOUNDS, compare_concepts

from . import broken

REGISTRIES = {
    "layer": layers.REGISTRY,
    "loss": losses.REGISTRY,
    "optimizer": optimizers.REGISTRY,
    "schedule": schedules.REGISTRY,
}


@cache
def found(seed=0):
    """Every concept; it is only read."""
    return compare_concepts(seed)


def concept(name, concepts=None):
    return next(entry for entry in concepts or found() if entry.name == name)


def quantities(name):
    return {entry.quantity for example in concept(name).examples for entry in example.differences}


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_every_registered_concept_is_within_its_bound(seed):
    assert [(entry.kind, entry.name) for entry in found(seed)] == [
        (kind, name) for kind, registry in REGISTRIES.items() for name in registry
    ]
    assert BOUNDS == {"layer": 1e-12, "loss": 1e-12, "optimizer": 1e-10, "schedule": 1e-10}
    for entry in found(seed):
        assert entry.passed, entry.worst
        assert entry.bound == BOUNDS[entry.kind]
        every = [one for example in entry.examples for one in example.differences]
        assert entry.worst[1].relative == max(one.relative for one in every)


def test_every_quantity_is_compared():
    assert quantities("Linear") == {"y", "∂J/∂x", "∂J/∂weight", "∂J/∂bias"}
    statistics = {"running_mean", "running_var", "num_batches_tracked"}
    assert quantities("BatchNorm2d") == {"y", "∂J/∂x", "∂J/∂weight", "∂J/∂bias", *statistics}
    assert quantities("CrossEntropyLoss") == {"J", "∂J/∂ŷ", "J, w", "∂J/∂ŷ, w"}
    assert (quantities("Adam"), quantities("StepLR")) == ({"θ"}, {"α"})


@pytest.mark.parametrize("name", layers.REGISTRY)
def test_layers_are_compared_in_training_and_in_inference(name):
    settings = [example.setting for example in concept(name).examples]
    assert settings.count("training") == settings.count("inference") > 0


def test_another_seed_is_other_numbers():
    assert concept("Linear").worst[1] != concept("Linear", found(1)).worst[1]


@pytest.mark.parametrize(
    ("kind", "name", "wrong", "place"),
    [
        ("layer", "Tanh", broken.WrongTanh, "∂J/∂x["),
        ("layer", "Tanh", broken.SubtleTanh, "y[0, 1]"),
        ("loss", "MSELoss", broken.WrongMSELoss, "∂J/∂ŷ"),
        ("optimizer", "SGD", broken.WrongSGD, "θ["),
        ("schedule", "ExponentialLR", broken.WrongExponentialLR, "α[1]"),
    ],
)
def test_a_mistake_is_found_and_named(kind, name, wrong, place, monkeypatch):
    monkeypatch.setitem(REGISTRIES[kind], name, wrong)
    concepts = compare_concepts()
    assert [(entry.kind, entry.name) for entry in concepts if not entry.passed] == [(kind, name)]
    example, worst = concept(name, concepts).worst
    assert worst.place().startswith(place)
    assert example.notation.startswith(name)
    assert worst.relative > BOUNDS[kind]


def test_a_rule_of_the_lecture_that_is_not_the_lectures_is_found(monkeypatch):
    from gradiente.pytorch import optim

    monkeypatch.setitem(optimizers.REGISTRY, "course.Momentum", broken.WrongMomentum)
    monkeypatch.setitem(optim.TORCH_OPTIMIZERS, broken.WrongMomentum, optim.Momentum)
    assert [entry.name for entry in compare_concepts() if not entry.passed] == ["course.Momentum"]


def test_a_seed_below_0_is_an_error():
    for seed in (-1, 0.5):
        with pytest.raises(ArgumentError, match=f"whole number.*{seed}"):
            compare_concepts(seed)  # pyright: ignore[reportArgumentType]
