import csv
import json

import numpy as np
import pytest

import gradiente as gr
from gradiente.training import History
from gradiente.training.history import LARGER_IS_BETTER, larger_is_better


@pytest.fixture
def history():
    generator = np.random.default_rng(0)
    return History(
        [
            {
                "epoch": epoch,
                "lr": 0.1,
                "loss": float(generator.random()),
                "accuracy": float(generator.random()),
                "gradient_norms": {"0.weight": float(generator.random()), "0.bias": 1e-300},
            }
            for epoch in range(1, 8)
        ]
    )


def test_a_history_reads_like_a_list_and_like_a_table(history):
    assert len(history) == 7
    assert list(history) == history.records
    assert history["epoch"] == [1, 2, 3, 4, 5, 6, 7]
    assert "loss" in history
    assert "val_loss" not in history
    assert "loss" not in History()
    with pytest.raises(KeyError, match="val_loss"):
        history["val_loss"]


def test_the_best_epoch_has_the_smallest_loss_or_the_largest_accuracy(history):
    assert history.best("loss")["epoch"] == 1 + np.argmin(history["loss"])
    assert history.best("accuracy")["epoch"] == 1 + np.argmax(history["accuracy"])


def test_of_two_equal_epochs_the_last_is_the_best():
    history = History([{"epoch": 1, "loss": 2.0}, {"epoch": 2, "loss": 1.0}, {"epoch": 3, "loss": 1.0}])
    assert history.best("loss")["epoch"] == 3


@pytest.mark.parametrize("measure", sorted(LARGER_IS_BETTER))
def test_scores_grow_also_on_validation_data(measure):
    assert larger_is_better(measure)
    assert larger_is_better(f"val_{measure}")


@pytest.mark.parametrize("measure", ["loss", "val_loss", "mae", "mse", "val_mape"])
def test_losses_fall(measure):
    assert not larger_is_better(measure)


def test_json_lines_hold_every_bit(history):
    lines = history.to_json_lines().splitlines()
    assert [json.loads(line) for line in lines] == history.records


def test_csv_holds_every_bit(history):
    rows = list(csv.DictReader(history.to_csv().splitlines()))
    names = ["epoch", "lr", "loss", "accuracy", "gradient_norms/0.weight", "gradient_norms/0.bias"]
    assert all(list(row) == names for row in rows)
    for row, record in zip(rows, history, strict=True):
        assert float(row["loss"]) == record["loss"]
        assert float(row["gradient_norms/0.weight"]) == record["gradient_norms"]["0.weight"]
        assert row["epoch"] == str(record["epoch"])


def test_csv_has_a_column_for_what_only_some_epochs_have():
    rows = list(csv.DictReader(History([{"epoch": 1}, {"epoch": 2, "val_loss": 0.5}]).to_csv().splitlines()))
    assert rows == [{"epoch": "1", "val_loss": ""}, {"epoch": "2", "val_loss": "0.5"}]


def test_an_empty_history_is_an_empty_file():
    assert History().to_json_lines() == ""
    assert History().to_csv().strip() == ""


def test_a_plot_has_the_records_of_every_measure(clouds):
    from matplotlib import pyplot

    network = gr.Network([gr.Linear(2, 3)])
    trainer = gr.Trainer(network, gr.CrossEntropyLoss(), gr.Adam(lr=0.1), metrics=["CohenKappa"])
    history = trainer.fit(clouds, validation=0.2, epochs=3)
    axes = history.plot()
    lines = [[line.get_ydata().tolist() for line in plot.lines] for plot in axes]
    assert lines == [
        [history["loss"], history["val_loss"]],
        [history["accuracy"], history["val_accuracy"]],
        [history["val_CohenKappa"]],
        [history["lr"]],
    ]
    assert [plot.get_title() for plot in axes] == ["loss", "accuracy", "CohenKappa", "learning rate"]
    pyplot.close(axes[0].figure)
    with pytest.raises(gr.ArgumentError, match="epoch"):
        History().plot()
