import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from gradiente import Adam, CrossEntropyLoss, Linear, Network, Tanh
from gradiente.locale import set_language
from gradiente.parity import Difference, Parity, TrainingSetup, compare_concepts, follow
from gradiente.storage import json_text


@cache
def everything():
    """All concepts and a small trajectory; it is only read."""
    generator = np.random.default_rng(0)
    setup = TrainingSetup(
        network=Network([Linear(5, 4), Tanh(), Linear(4, 3)], dtype="float64"),
        loss=CrossEntropyLoss(),
        optimizer=Adam(),
        data=None,
        x=generator.normal(size=(20, 5)),
        y=generator.integers(3, size=20),
        batch_size=8,
    )
    return Parity(compare_concepts(), [follow(setup, 12)])


WRONG = Difference("∂J/∂x", (1, 2), 0.25, 0.5, 0.25, 0.25)


def with_mistakes():
    """Tanh and the trajectory exceed their bounds."""
    concepts = list(everything().concepts)
    place = [concept.name for concept in concepts].index("Tanh")
    example = replace(concepts[place].examples[0], differences=(WRONG,))
    concepts[place] = replace(concepts[place], examples=(example,))
    trajectory = everything().trajectories[0]
    drift = (*trajectory.drift[:4], replace(WRONG, quantity="0.weight"), *trajectory.drift[5:])
    return Parity(concepts, [replace(trajectory, drift=drift)])


def test_all_is_equal_and_it_says_so():
    done = everything()
    assert done.passed
    assert done.agreeing() == f"{len(done.concepts)}/{len(done.concepts)}"
    assert done.failures() == []
    assert done.verdict().startswith(
        f"✓ NumPy's closed forms and PyTorch are equal: the {len(done.concepts)}"
    )
    assert "over 12 training steps" in done.verdict()


def test_a_mistake_is_named_with_its_numbers():
    done = with_mistakes()
    assert not done.passed
    assert done.agreeing() == f"{len(done.concepts) - 1}/{len(done.concepts)}"
    concept, trajectory = done.failures()
    assert concept == (
        "✗ layer Tanh(), in training: ∂J/∂x[1, 2] is 0.25 by the closed form and 0.5 in PyTorch; "
        "relative difference 0.25, bound 10⁻¹²"
    )
    assert "after step 5, W[1][1, 2] (0.weight) is 0.25 by the closed form" in trajectory
    assert done.verdict().startswith("✗")
    assert "Tanh, random numbers: Linear(5, 4)" in done.verdict()


def test_in_spanish():
    set_language("es")
    concept, trajectory = with_mistakes().failures()
    assert concept.startswith("✗ capa Tanh(), en entrenamiento: ∂J/∂x[1, 2] es 0.25 por la forma cerrada")
    assert "después del paso 5" in trajectory
    assert "son iguales" in everything().verdict()


@pytest.mark.parametrize("make", [everything, with_mistakes])
def test_every_figure_is_in_the_data(make):
    done = make()
    data = json.loads(json_text(done.to_dict()))
    assert data["passed"] == done.passed
    assert set(data["versions"]) == {"gradiente", "numpy", "torch"}
    for entry, concept in zip(data["concepts"], done.concepts, strict=True):
        assert (entry["kind"], entry["name"], entry["passed"]) == (concept.kind, concept.name, concept.passed)
        every = [one for example in entry["examples"] for one in example["differences"]]
        assert len(every) == sum(len(example.differences) for example in concept.examples)
        assert entry["worst"]["relative"] == max(one["relative"] for one in every)
        assert entry["passed"] == (entry["worst"]["relative"] <= entry["bound"])
    for entry, trajectory in zip(data["trajectories"], done.trajectories, strict=True):
        assert entry["losses"]["closed_form"] == trajectory.losses[:, 0].tolist()
        assert entry["losses"]["pytorch"] == trajectory.losses[:, 1].tolist()
        assert [one["relative"] for one in entry["drift"]] == [one.relative for one in trajectory.drift]
        assert entry["worst"]["relative"] == max(one["relative"] for one in entry["drift"])
        assert len(entry["drift"]) == entry["steps"]
        assert {one["quantity"] for one in entry["differences"]} == {
            "0.weight",
            "0.bias",
            "2.weight",
            "2.bias",
        }


def test_nothing_there_is_no_number_in_json():
    example = everything().concepts[0].examples[0]
    worst = replace(example.differences[0], closed_form=float("nan"), relative=float("inf"))
    concept = replace(everything().concepts[0], examples=(replace(example, differences=(worst,)),))
    data = json.loads(json_text(Parity([concept], everything().trajectories).to_dict()))
    assert data["passed"] is False
    assert data["concepts"][0]["worst"]["relative"] is None
