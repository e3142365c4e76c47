"""What is said of the figures: means, spreads, and no winner where there is none."""

import statistics
from dataclasses import replace

import numpy as np
import pytest

from gradiente.comparison import Row, SeedResult
from gradiente.layers import Linear
from gradiente.network import Network

from .conftest import by_name, everything


def test_mean_and_standard_deviation():
    for data in everything().to_dict()["rows"]:
        for part in ("train", "validation", "test", "gap"):
            values = [seed[part] if part == "gap" else seed[part]["accuracy"] for seed in data["seeds"]]
            assert data["mean"][part] == pytest.approx(statistics.mean(values))
            assert data["sd"][part] == pytest.approx(statistics.stdev(values))
        losses = [seed["test"]["loss"] for seed in data["seeds"]]
        assert data["mean"]["test_loss"] == pytest.approx(statistics.mean(losses))


def of_scores(**scores):
    """A comparison with those test accuracies."""
    network = Network([Linear(1, 1)])
    rows = [
        Row(
            by_name[name],
            "accuracy",
            [
                SeedResult(seed, network, 1, {"train": {"accuracy": 1.0}, "test": {"accuracy": value}}, {})
                for seed, value in enumerate(values)
            ],
        )
        for name, values in scores.items()
    ]
    return replace(everything(), rows=rows)


def test_a_winner_leads_by_more_than_the_spread():
    done = of_scores(none=[0.80, 0.90], l2=[0.85, 0.96])  # leads 0.05 and 0.06
    assert (done.best().remedy.name, done.not_clearly_behind()) == ("l2", [])
    assert "Best: L2." in (done.verdict() or "")


def test_no_winner_is_crowned_within_the_spread():
    done = of_scores(none=[0.80, 0.90], l1=[0.70, 0.70], l2=[0.90, 0.85])  # leads 0.10 and −0.05 over none
    assert [row.remedy.name for row in done.not_clearly_behind()] == ["none"]
    verdict = done.verdict() or ""
    assert verdict.startswith("No winner: L2")
    assert verdict.endswith(": no remedy.")
    equal = of_scores(none=[0.9, 0.9], l2=[0.9, 0.9])
    assert len(equal.not_clearly_behind()) == 1


def test_one_seed_has_no_spread_and_one_remedy_no_rival():
    one = of_scores(none=[0.5], l2=[0.9])
    assert "One seed" in (one.verdict() or "")
    assert one.rows[0].words("gap") == "50.0"
    assert np.isnan(one.rows[0].sd("test"))
    assert of_scores(l2=[0.5, 0.9]).verdict() is None


def test_what_is_written_of_a_row():
    done = of_scores(none=[0.80, 0.90])
    assert done.rows[0].words("test") == "85.0 ± 7.1"
    assert done.rows[0].words("gap") == "15.0 ± 7.1"
    assert by_name["l2"].label() == f"L2, λ = {by_name['l2'].values['strength']}"
