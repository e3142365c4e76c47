import sys

import pytest

from gradiente import Adam, ArgumentError, Checkpoint, CrossEntropyLoss, Linear, Network, Trainer
from gradiente.training.checkpoint import LAST
from gradiente.training.tensorboard import TensorBoard


def fit(data, folder, *callbacks, epochs, resume=None):
    trainer = Trainer(
        Network([Linear(2, 3)]), CrossEntropyLoss(), Adam(lr=0.1), callbacks=[TensorBoard(folder), *callbacks]
    )
    return trainer.fit(data, validation=0.2, epochs=epochs, batch_size=20, resume=resume)


def read(folder):
    """Every measure as TensorBoard itself reads it: {name: {epoch: value}}."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {
        name: {event.step: event.value for event in events.Scalars(name)} for name in events.Tags()["scalars"]
    }


def expected(history):
    measures = {}
    for record in history:
        norms = {f"gradient_norms/{name}": norm for name, norm in record["gradient_norms"].items()}
        for name, value in (record | norms).items():
            if name not in ("epoch", "gradient_norms"):
                measures.setdefault(name, {})[record["epoch"]] = pytest.approx(value, rel=1e-6)
    return measures


def test_tensorboard_reads_back_every_measure_of_every_epoch(clouds, tmp_path):
    history = fit(clouds, tmp_path / "events", epochs=4)
    assert read(tmp_path / "events") == expected(history)


def test_a_training_that_is_taken_up_again_is_one_curve(clouds, tmp_path):
    fit(clouds, tmp_path / "events", Checkpoint(tmp_path), epochs=2)
    history = fit(clouds, tmp_path / "events", epochs=5, resume=tmp_path / LAST)
    assert read(tmp_path / "events") == expected(history)


def test_epochs_that_were_lost_and_computed_again_count_once(clouds, tmp_path):
    """The events of a process that was killed after epoch 4, when its checkpoint held epoch 2."""
    fit(clouds, tmp_path / "other", Checkpoint(tmp_path), epochs=2)
    fit(clouds, tmp_path / "events", epochs=4)
    history = fit(clouds, tmp_path / "events", epochs=5, resume=tmp_path / LAST)
    measured = read(tmp_path / "events")
    assert {name: list(curve) for name, curve in measured.items()} == {
        name: [1, 2, 3, 4, 5] for name in expected(history)
    }


def test_the_folder_is_made_when_the_training_begins(tmp_path):
    TensorBoard(tmp_path / "events")
    assert not (tmp_path / "events").exists()


def test_a_package_that_is_missing_is_said_with_the_command_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(
        ArgumentError, match=r"needs the package tensorboardX, which is not installed: pip install"
    ):
        TensorBoard(tmp_path)
