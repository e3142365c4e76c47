"""What a finding's remedy is as settings: of the config of a run, and better than before."""

import pytest

from gradiente.diagnosis import Diagnosis, Finding
from gradiente.locale import catalogue
from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.load_for import load_for
from gradiente.training.mending import MENDS, mend_of

DATA = {
    "rate_large": {"new": "0.001"},
    "rate_small": {"new": "0.1"},
    "rate_rough": {"new": "0.5"},
    "few_updates": {"more": "200"},
    "undertrained": {"more": "200"},
    "batch_noise": {"new": 64},
    "small_validation": {"wanted": 0.25},
    "penalty_ceiling": {"new": "L2(0.001)"},
    "loss_task": {"better": "CrossEntropyLoss()"},
    "linear_twice": {"first": "0", "second": "1"},
    "leak": {"column": "city=Cali"},
    "constant_column": {"column": "size"},
    "same_column": {"column": "size"},
}


def config(**changes):
    chosen = {
        "name": "iris",
        "layers": ["Linear(4, 6)", "Tanh()", "Dropout(0.9)", "Linear(6, 3)", "Softmax()"],
    }
    asked = Config().changed(**{**chosen, "epochs": 1, "lr": 2.0, **changes})
    return plan(asked, load_for(asked)[0]).config


def mended(key, evidence=None, **changes):
    return mend_of(config(**changes), Diagnosis((Finding(key, evidence or DATA.get(key, {})),)))


@pytest.mark.parametrize(
    "key", sorted(set(MENDS) - {"leak", "constant_column", "same_column", "inputs_unscaled", "bottleneck"})
)
def test_the_settings_that_mend_make_another_training_that_can_be_planned(key):
    before = config()
    mend = mended(key)
    assert mend is not None
    after = before.changed(**mend.changes)
    assert after != before
    assert mend.options().startswith("--")
    assert plan(after, load_for(after)[0]).network.theta.size


def test_every_finding_that_is_mended_is_one_that_is_made():
    keys = {key.split(".")[1] for key in catalogue("en") if key.startswith("diagnosis.")}
    assert set(MENDS) <= keys


@pytest.mark.parametrize(
    ("key", "changes", "expected"),
    [
        ("contained", {}, ["Linear(4, 6, bias=True)", "Tanh()", "Dropout(p=0.9)", "Linear(6, 3, bias=True)"]),
        ("loss_task", {}, ["Linear(4, 6, bias=True)", "Tanh()", "Dropout(p=0.9)", "Linear(6, 3, bias=True)"]),
        (
            "dropout",
            {"layers": ["Linear(4, 3)", "Dropout(0.9)"]},
            ["Linear(4, 3, bias=True)", "Dropout(p=0.2)"],
        ),
        (
            "linear_twice",
            {"layers": ["Linear(4, 6)", "Linear(6, 3)"]},
            ["Linear(4, 6, bias=True)", "ReLU()", "Linear(6, 3, bias=True)"],
        ),
        (
            "bottleneck",
            {"layers": ["Linear(4, 1)", "Tanh()", "Linear(1, 3)"]},
            ["Linear(4, 64, bias=True)", "Tanh()", "Linear(64, 3, bias=True)"],
        ),
        (
            "vanishing",
            {"layers": ["Linear(4, 6)", "Sigmoid()", "Linear(6, 3)"]},
            ["Linear(4, 6, bias=True)", "ReLU()", "Linear(6, 3, bias=True)"],
        ),
    ],
)
def test_layers_are_mended_as_the_finding_says(key, changes, expected):
    mend = mended(key, **changes)
    assert mend is not None
    assert mend.changes["layers"] == expected


def test_units_that_died_of_a_large_rate_are_mended_by_the_rate():
    found = Diagnosis((Finding("dead_units"), Finding("rate_large", {"new": "0.001"})))
    mend = mend_of(config(), found)
    assert mend is not None
    assert (mend.finding.key, mend.options()) == ("rate_large", "--lr 0.001")


def test_what_no_setting_mends_and_what_is_set_already_is_not_mended():
    assert mended("contradictory") is None
    assert mended("best_earlier", patience=10) is None
    assert mended("leak") is None  # iris is no table of the user's own
    found = Diagnosis((Finding("contradictory"), Finding("rate_rough", {"new": "0.5"}, remark=True)))
    mend = mend_of(config(), found)
    assert mend is not None
    assert mend.finding.key == "rate_rough"


def test_a_penalty_and_a_decay_are_weakened():
    mend = mended("penalty", penalty=["L2(10.0)"])
    assert mend is not None
    assert mend.changes == {"penalty": ["L2(0.0001)"]}
    decayed = mended("penalty", optimizer="AdamW(weight_decay=30.0)")
    assert decayed is not None
    assert "weight_decay=0.01" in decayed.changes["optimizer"]
