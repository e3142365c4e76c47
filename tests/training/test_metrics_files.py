import csv
import json

import pytest

from gradiente import (
    SGD,
    Adam,
    Callback,
    CrossEntropyLoss,
    DivergenceError,
    FileError,
    Linear,
    MSELoss,
    Network,
    Trainer,
)
from gradiente.training.metrics_files import MetricsFiles


def fit(data, *callbacks, epochs=5):
    trainer = Trainer(Network([Linear(2, 3)]), CrossEntropyLoss(), Adam(lr=0.1), callbacks=callbacks)
    return trainer.fit(data, validation=0.2, epochs=epochs, batch_size=20)


def read(folder):
    lines = (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        return [json.loads(line) for line in lines], list(csv.DictReader(file))


@pytest.mark.parametrize("seconds", [0, 1e9])
def test_both_files_hold_the_history_in_the_end(clouds, tmp_path, seconds):
    history = fit(clouds, MetricsFiles(tmp_path, seconds=seconds))
    records, rows = read(tmp_path)
    assert records == history.records
    assert [float(row["val_loss"]) for row in rows] == history["val_loss"]
    assert {path.name for path in tmp_path.iterdir()} == {"metrics.jsonl", "metrics.csv"}


@pytest.mark.parametrize(("seconds", "expected"), [(0, [1, 2, 3, 4, 5]), (1e9, [1, 1, 1, 1, 1])])
def test_they_grow_while_the_training_runs_not_more_often_than_asked(clouds, tmp_path, seconds, expected):
    lengths = []

    class Look(Callback):
        def epoch_end(self, state):
            records, rows = read(tmp_path)
            assert len(records) == len(rows)
            lengths.append(len(records))

    fit(clouds, MetricsFiles(tmp_path, seconds=seconds), Look())
    assert lengths == expected


def test_a_divergence_leaves_the_epochs_before_it(line, tmp_path):
    trainer = Trainer(
        Network([Linear(3, 1)]), MSELoss(), SGD(lr=40.0), callbacks=[MetricsFiles(tmp_path, seconds=1e9)]
    )
    with pytest.raises(DivergenceError) as caught:
        trainer.fit(line, epochs=50, batch_size="all")
    records, rows = read(tmp_path)
    assert len(records) == len(rows) > 2
    assert caught.value.values["epoch"] == len(records) + 1


def test_no_epochs_are_two_files_without_a_row(clouds, tmp_path):
    fit(clouds, MetricsFiles(tmp_path), epochs=0)
    assert read(tmp_path) == ([], [])


def test_a_folder_that_cannot_be_written_is_said(clouds, tmp_path):
    with pytest.raises(FileError, match=r"cannot write .*metrics.jsonl"):
        fit(clouds, MetricsFiles(tmp_path / "none"))
