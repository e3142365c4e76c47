import pytest

from gradiente.reporting.headline import headline, kept_epoch, result_measure
from gradiente.training.history import History


def facts(case, **changes):
    case = {**case, **changes}
    given = {name: case[name] for name in ("network", "history", "train", "test", "metrics")}
    return headline(**given, stopped=changes.get("stopped"))


def test_the_result_is_in_large_type(run):
    case = run("digits")
    assert f"<strong>{100 * case['metrics']['accuracy']:.2f}\u202f%</strong>" in facts(case)
    assert "0.40" in facts(case)  # 40 epochs of 0.01 s
    assert f"<dd>{case['network'].theta.size}</dd>" in facts(case)


def test_why_it_stopped_is_said_when_it_did(run):
    case = run("moons")
    assert "stopped" not in facts(case)
    assert "no better for 3 epochs &lt;" in facts(case, stopped="no better for 3 epochs <")


EPOCHS = [
    {"epoch": epoch, "loss": 1 / epoch, "val_loss": loss}
    for epoch, loss in enumerate((0.5, 0.2, 0.3), start=1)
]


@pytest.mark.parametrize(
    ("monitor", "facts", "kept", "best"),
    [
        (None, {}, "epoch 3, the last.", "The best by validation loss was epoch 2 (0.2000)."),
        (
            None,
            {"saved": True},
            "(network.safetensors): that of epoch 3",
            "(0.2000), in checkpoints/best.safetensors.",
        ),
        (None, {"restored": True}, "that of epoch 2", "the best by validation loss (0.2000)."),
        ("loss", {}, "that of epoch 3, the last and the best by loss (0.3333).", ""),
        (None, {"steps": 7}, "step 7 of epoch 4, where training stopped", "epoch 2"),
    ],
)
def test_it_says_which_network_was_kept_and_which_was_the_best(monitor, facts, kept, best):
    words = kept_epoch(History(EPOCHS), monitor, **{"restored": False, **facts})
    assert words is not None
    assert kept in words
    assert best in words
    assert ("checkpoints" in words) == ("saved" in facts)


def test_without_an_epoch_nothing_was_kept():
    assert kept_epoch(History(), None, restored=False) is None


def test_without_a_finite_measure_there_is_no_result(run):
    assert result_measure({}) is None
    assert "<strong>" not in facts(run("moons"), metrics={})


def test_an_average_of_the_parameters_is_named():
    words = kept_epoch(History(EPOCHS), None, restored=False, average="EMA(decay=0.9)")
    plain = kept_epoch(History(EPOCHS), None, restored=False)
    assert words == f"{plain} Its parameters are the average EMA(decay=0.9)."
