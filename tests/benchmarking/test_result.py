"""Medians, ratios and targets from given rounds."""

import json
import math

import pytest

from gradiente.benchmarking.job import Job
from gradiente.benchmarking.process import Answer
from gradiente.benchmarking.result import Measured, Row
from gradiente.benchmarking.work import Entry, Target, Work
from gradiente.storage import json_text


def row(rounds, *targets, **facts):
    """A work with these rounds of each entry."""
    work = Work("mlp", Job((), epochs=2), tuple(map(Entry, rounds)), targets, **facts)
    measured = [Measured(entry) for entry in work.entries]
    for one in measured:
        for seconds in rounds[one.entry.name]:
            one.add(
                work,
                1,
                Answer(
                    seconds,
                    core_seconds=10 * seconds,
                    accuracy=0.9,
                    memory=None if math.isnan(seconds) else int(1e6 * seconds),
                ),
            )
    return Row(work, measured, rounds=3)


ROUNDS = {"gradiente": [1.0, 2.0, 3.0], "jax": [2.0, 2.0, 4.0], "torch-fused": [1.0, 9.0, 9.0], "numpy": []}


def test_the_ratio_is_the_median_of_the_rounds_ratios():
    assert row(ROUNDS).ratio("gradiente", "jax") == 0.75  # of 1/2, 2/2, 3/4; that of the medians would be 1
    assert row(ROUNDS).ratio("gradiente", "numpy") is None


def test_a_target_is_held_against_the_fastest_that_it_names():
    everyone = row(ROUNDS, Target(0.74, ("torch-fused", "numpy", "jax")))
    (outcome,) = everyone.outcomes()
    assert (outcome.fastest, outcome.ratio, outcome.reached) == ("jax", 0.75, False)
    (outcome,) = row(ROUNDS, Target(0.75, ("jax",))).outcomes()
    assert outcome.reached
    (outcome,) = row(ROUNDS, Target(0.5, ("torch-fused",))).outcomes()
    assert outcome.ratio == pytest.approx(1 / 3)  # of 1, 2/9, 1/3
    assert outcome.reached


def test_nothing_is_reached_where_nothing_can_be_compared():
    for named in ("numpy",), ("onnxruntime",):
        (outcome,) = row(ROUNDS, Target(0.5, named)).outcomes()
        assert (outcome.fastest, outcome.ratio, outcome.reached) == (None, None, None)
    (outcome,) = row({"gradiente": [], "jax": [1.0]}, Target(0.5, ("jax",))).outcomes()
    assert outcome.ratio is None


def learned(accuracies, *targets, **facts):
    """Every entry takes one second and learns so much."""
    given = row({name: [1.0] for name in accuracies}, *targets, **facts)
    for one, accuracy in zip(given.measured, accuracies.values(), strict=True):
        one.answers = [Answer(1.0, core_seconds=10.0, accuracy=accuracy)]
    return given


def test_nobody_wins_by_learning_less():
    target = Target(1.0, ("jax", "numpy"))
    alike = learned({"gradiente": 0.96, "jax": 0.97, "sgemm": None}, target)
    assert alike.behind() == []
    assert alike.outcomes()[0].reached
    ours = learned({"gradiente": 0.93, "jax": 0.97}, target)
    assert ours.behind() == ["gradiente"]
    assert ours.outcomes()[0].reached is False
    theirs = learned({"gradiente": 0.97, "jax": 0.5, "numpy": 0.97}, target)
    assert theirs.behind() == ["jax"]
    assert theirs.outcomes()[0].fastest == "numpy"
    assert learned({"600": 0.8, "60000": 0.97}, grows="samples").behind() == []


def test_a_target_may_ask_for_an_accuracy():
    for accuracy, reached in ((0.979, False), (0.98, True)):
        published = learned(
            {"gradiente": accuracy}, Target(1.0, published=21.0, accuracy=0.98), measure="core_seconds"
        )
        assert published.outcomes()[0].reached is reached


def test_only_rounds_that_both_have_are_compared():
    assert row({"gradiente": [1.0, 2.0, 8.0], "jax": [4.0, 4.0]}).ratio("gradiente", "jax") == 0.375


def test_a_published_value_takes_the_place_of_others():
    published = row(ROUNDS, Target(1.0, published=25.0), measure="core_seconds")
    (outcome,) = published.outcomes()
    assert (outcome.ratio, outcome.reached) == (0.8, True)  # the median of 10, 20, 30 core-seconds


def test_the_measure_may_be_the_memory():
    memory = row(
        {"gradiente": [1.0, 1.5], "torch-fused": [2.0, 3.0]}, Target(0.5, ("torch-fused",)), measure="memory"
    )
    assert memory.of("gradiente").median == 1_250_000
    assert memory.outcomes()[0].ratio == 0.5


def test_the_value_is_that_of_one_unit():
    """Two epochs a round, a process, so many predictions."""
    job = Job((), epochs=2, predictions=500)
    for unit, units in {"epoch": 2, "step": 2, "process": 1, "prediction": 500}.items():
        assert Work("mlp", job, (), unit=unit).units(job) == units
    assert Work("mlp", job, (), measure="core_seconds").units(job) == 1


def test_rounds_far_apart_are_told():
    assert row({"A": [1.0, 1.2], "B": [1.0, 1.4], "C": []}).restless() == ["B"]
    assert row({"B": [1.0, 1.4]}, busy=True).restless() == []


def test_of_how_many_rounds_a_median_is_is_told():
    given = row({"A": [1.0, 2.0, 3.0], "B": [1.0, 4.0], "C": []})
    assert given.fewer() == ["B"]
    entries = given.to_dict()["entries"]
    assert [(entry["median"], entry["median_of"]) for entry in entries] == [(2.0, 3), (2.5, 2), (None, 0)]


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_is_found(power):
    sizes = (100, 1_000, 10_000)
    work = Work(
        "growth-samples", Job(()), tuple(Entry("gradiente", str(n), size=n) for n in sizes), grows="samples"
    )
    measured = [Measured(entry, [3.0 * (entry.size or 0) ** power]) for entry in work.entries]
    assert Row(work, measured, rounds=1).exponent() == pytest.approx(power)
    assert Row(work, measured[:1], rounds=1).exponent() is None


def test_as_data_it_is_plain_and_has_every_round():
    undefined = row({"gradiente": [1.0, math.nan], "numpy": []}, Target(0.5, ("numpy",)))
    data = json.loads(json_text(undefined.to_dict()))
    assert data["entries"][0]["rounds"] == [1.0, None]
    assert data["targets"][0]["ratio"] is None
    assert row(ROUNDS).to_dict()["entries"][1]["rounds"] == ROUNDS["jax"]
