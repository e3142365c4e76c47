import json
import os
import random
import signal
import time

import numpy as np
import pytest

from gradiente import (
    SGD,
    Adam,
    AdamW,
    ArgumentError,
    Callback,
    Checkpoint,
    CrossEntropyLoss,
    CyclicLR,
    EarlyStopping,
    FileError,
    LambdaLR,
    Linear,
    LinearLR,
    Lion,
    NAdam,
    Network,
    OneCycleLR,
    ReduceLROnPlateau,
    RMSprop,
    Scheduler,
    SequentialLR,
    StepLR,
    Tanh,
    Trainer,
    WarmupLR,
)
from gradiente.storage import load_tensors, save_tensors
from gradiente.training import Interrupted, load_checkpoint
from gradiente.training.checkpoint import BEST, LAST

ENDLESS = 100_000
STEPS = 12  # of an epoch of work.py

every_way = pytest.mark.parametrize(
    ("optimizer", "callbacks"),
    [
        (SGD(lr=0.1), lambda: []),
        (SGD(lr=0.05, momentum=0.9, nesterov=True), lambda: []),
        (Adam(lr=0.05, amsgrad=True), lambda: []),
        (RMSprop(lr=0.01, momentum=0.5, centered=True), lambda: []),
        (NAdam(lr=0.05, weight_decay=0.01), lambda: []),
        (SGD(lr=0.05, momentum=0.9), lambda: [Scheduler(OneCycleLR(0.2, total_steps=70), every="step")]),
        (Adam(lr=0.05), lambda: [Scheduler(CyclicLR(0.01, 0.1, step_size_up=7), every="step")]),
        (Adam(lr=0.05), lambda: [Scheduler(SequentialLR([LinearLR(), LambdaLR("0.9 ** t")], [3]))]),
        (Lion(lr=0.01), lambda: []),
        (AdamW(lr=0.05), lambda: [Scheduler(StepLR(step_size=2, gamma=0.5))]),
        (Adam(lr=0.05), lambda: [Scheduler(WarmupLR(total_iters=25), every="step")]),
        (Adam(lr=0.3), lambda: [Scheduler(ReduceLROnPlateau(patience=0, factor=0.5))]),
        (Adam(lr=0.3), lambda: [EarlyStopping(patience=2)]),
        (Adam(lr=0.3), lambda: [EarlyStopping(patience=2, restore_best=False, min_delta=0.02)]),
    ],
)


def trainer(optimizer, callbacks, *, seed=1, hidden=6, network_seed=0, **options):
    network = Network([Linear(2, hidden), Tanh(), Linear(hidden, 3)], seed=network_seed)
    return Trainer(network, CrossEntropyLoss(), optimizer, callbacks=callbacks, seed=seed, **options)


def without_seconds(history):
    return [{name: value for name, value in record.items() if name != "seconds"} for record in history]


def same_training(one, first, other, second):
    assert without_seconds(first) == without_seconds(second)
    assert one.stopped == other.stopped
    here, there = one.engine.state(), other.engine.state()
    assert here.t == there.t
    np.testing.assert_array_equal(here.theta, there.theta, strict=True)
    assert here.slots.keys() == there.slots.keys()
    for name, slot in here.slots.items():
        np.testing.assert_array_equal(slot, there.slots[name], strict=True)


def same_files(folder, other):
    """The checkpoints hold the same, apart from how long the epochs took."""
    one, two = load_checkpoint(folder / LAST), load_checkpoint(other / LAST)
    np.testing.assert_array_equal(one.state.theta, two.state.theta)
    assert one.state.t == two.state.t
    assert one.state.slots.keys() == two.state.slots.keys()
    for name, slot in one.state.slots.items():
        np.testing.assert_array_equal(slot, two.state.slots[name])
    assert without_seconds(one.history) == without_seconds(two.history)
    assert one.best is not None
    assert two.best is not None
    assert (one.best.epoch, one.best.value) == (two.best.epoch, two.best.value)
    assert (folder / BEST).read_bytes() == (other / BEST).read_bytes()


@every_way
@pytest.mark.parametrize("stops", [(3,), (0, 1, 2, 3, 4, 5)])
def test_a_training_in_parts_ends_with_the_bits_of_one_in_a_piece(
    clouds, tmp_path, optimizer, callbacks, stops
):
    def fit(folder, epochs, resume=None):
        one = trainer(optimizer, [*callbacks(), Checkpoint(folder)])
        return one, one.fit(clouds, validation=0.25, epochs=epochs, batch_size=10, resume=resume)

    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    alone, first = fit(whole, 8)
    fit(parts, stops[0])
    for epochs in stops[1:]:
        fit(parts, epochs, parts / LAST)
    resumed, second = fit(parts, 8, parts / LAST)
    same_training(alone, first, resumed, second)
    same_files(whole, parts)


def test_the_network_it_is_resumed_with_may_have_other_parameters(clouds, tmp_path):
    def fit(network_seed, epochs, resume=None):
        one = trainer(Adam(lr=0.05), [Checkpoint(tmp_path)], network_seed=network_seed)
        return one, one.fit(clouds, epochs=epochs, batch_size=10, resume=resume)

    alone, first = fit(0, 4)
    (tmp_path / LAST).unlink()
    fit(0, 2)
    resumed, second = fit(7, 4, tmp_path / LAST)
    same_training(alone, first, resumed, second)


def test_a_training_that_is_done_is_left_as_it_is(clouds, tmp_path):
    callbacks = [EarlyStopping(patience=1), Checkpoint(tmp_path)]
    alone = trainer(Adam(lr=0.5), callbacks)
    first = alone.fit(clouds, epochs=30, batch_size=10)
    assert alone.stopped is not None
    assert len(first) < 30
    again = trainer(Adam(lr=0.5), callbacks)
    second = again.fit(clouds, epochs=60, batch_size=10, resume=tmp_path / LAST)
    same_training(alone, first, again, second)
    longer = trainer(Adam(lr=0.5), [])
    third = longer.fit(clouds, epochs=1, batch_size=10, resume=tmp_path / LAST)
    assert without_seconds(third) == without_seconds(first)


def read_epochs(process, count):
    """Wait until a process has said that many more epochs; how many it did say before it ended."""
    return sum(1 for _ in zip(range(count), process.stdout, strict=False))


def test_a_training_killed_again_and_again_ends_with_the_bits_of_one_left_alone(tmp_path, work, start):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    whole.mkdir()
    killed.mkdir()
    alone, first = work(whole)
    moments = random.Random(0)
    said = 0
    for _ in range(8):
        process = start(killed)
        said += read_epochs(process, moments.randint(0, 12))
        time.sleep(moments.uniform(0, 0.01))
        process.kill()
        process.wait()
        if (killed / LAST).exists():
            assert len(load_checkpoint(killed / LAST).history) >= said
            Network.load(killed / LAST)
    process = start(killed)
    assert process.communicate()[0].splitlines()[-1] == f"stopped: None {len(first)}"
    assert process.returncode == 0
    same_files(whole, killed)
    resumed, second = work(killed)
    same_training(alone, first, resumed, second)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_training_at_a_step_and_it_is_resumed_there(tmp_path, work, start, number):
    whole, interrupted = tmp_path / "whole", tmp_path / "interrupted"
    whole.mkdir()
    interrupted.mkdir()
    process = start(interrupted, ENDLESS)
    assert read_epochs(process, 5) == 5
    process.send_signal(number)
    output, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    kept = load_checkpoint(interrupted / LAST)
    done = len(kept.history)
    assert done >= 5
    assert output.splitlines()[-1] == f"stopped: {Interrupted(done, kept.step)} {done}"
    assert kept.state.t == done * STEPS + kept.step
    resumed, second = work(interrupted, done + 10)
    alone, first = work(whole, done + 10)
    assert without_seconds(kept.history) == without_seconds(first)[:done]
    same_training(alone, first, resumed, second)
    same_files(whole, interrupted)


def test_a_checkpoint_can_be_read_at_any_moment_of_its_being_written(tmp_path, start):
    process = start(tmp_path, ENDLESS)
    read_epochs(process, 1)
    epochs = []
    while len(set(epochs)) < 60:
        epochs.append(len(load_checkpoint(tmp_path / LAST).history))
        Network.load(tmp_path / LAST)
        Network.load(tmp_path / BEST)
        assert process.poll() is None
    assert epochs == sorted(epochs)


def refused(path, words, clouds, *, optimizer=None, error=FileError, **options):
    one = trainer(optimizer or Adam(lr=0.05), [Checkpoint(path.parent / "new")], **options)
    (path.parent / "new").mkdir(exist_ok=True)
    before = one.engine.state()
    with pytest.raises(error, match=words):
        one.fit(clouds, epochs=4, batch_size=10, resume=path)
    after = one.engine.state()
    assert after.t == before.t == 0
    np.testing.assert_array_equal(after.theta, before.theta)
    assert not any(slot.any() for slot in after.slots.values())
    assert os.listdir(path.parent / "new") == []


@pytest.fixture
def saved(clouds, tmp_path):
    one = trainer(Adam(lr=0.05), [Checkpoint(tmp_path)])
    one.fit(clouds, epochs=2, batch_size=10)
    return tmp_path / LAST


def test_the_checkpoint_of_another_network_is_refused(saved, clouds):
    refused(saved, f"{saved.name} is the checkpoint of another network", clouds, hidden=7)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"optimizer": Adam(lr=0.04)}, r"optimizer = Adam\(lr=0.05.*now it is Adam\(lr=0.04"),
        ({"optimizer": SGD(lr=0.05)}, "optimizer = Adam.*now it is SGD"),
        ({"seed": 2}, "seed = 1, and now it is 2"),
        ({"monitor": "accuracy"}, "monitor = loss, and now it is accuracy"),
    ],
)
def test_the_checkpoint_of_other_settings_is_refused(saved, clouds, options, words):
    refused(saved, words, clouds, **options)


def test_another_loss_or_another_batch_size_is_refused(saved, clouds):
    network = Network([Linear(2, 6), Tanh(), Linear(6, 3)], seed=0)
    one = Trainer(network, CrossEntropyLoss(reduction="sum"), Adam(lr=0.05), seed=1)
    with pytest.raises(FileError, match=r"loss = CrossEntropyLoss.*mean.*now it is CrossEntropyLoss.*sum"):
        one.fit(clouds, epochs=4, batch_size=10, resume=saved)
    with pytest.raises(FileError, match="batch_size = 10, and now it is 11"):
        trainer(Adam(lr=0.05), []).fit(clouds, epochs=4, batch_size=11, resume=saved)


def test_a_checkpoint_cut_short_anywhere_is_refused(saved, clouds):
    whole = saved.read_bytes()
    for length in [*range(0, len(whole), len(whole) // 9), len(whole) - 1]:
        saved.write_bytes(whole[:length])
        refused(saved, "not a complete safetensors file", clouds)
    saved.write_bytes(whole)
    assert len(load_checkpoint(saved).history) == 2


def test_a_file_of_another_kind_is_refused(saved, clouds):
    saved.write_bytes(b"epoch,loss\n1,0.5\n" * 50)
    refused(saved, "not a complete safetensors file", clouds)
    saved.unlink()
    refused(saved, "there is no file", clouds)
    saved.mkdir()
    refused(saved, "it is a folder", clouds)


def test_a_network_without_its_training_is_refused(saved, clouds):
    refused(saved.with_name(BEST), "best.safetensors is not a training checkpoint", clouds)
    Network.load(saved).save(saved)
    refused(saved, "last.safetensors is not a training checkpoint", clouds)


@pytest.mark.parametrize("missing", ["0.weight", "best.theta"])
def test_a_checkpoint_that_lacks_a_tensor_is_refused(saved, clouds, missing):
    tensors, metadata = load_tensors(saved)
    save_tensors(saved, {name: tensor for name, tensor in tensors.items() if name != missing}, metadata)
    refused(saved, "not a training checkpoint", clouds)


def test_bad_usage_is_said_before_the_checkpoint_is_read(saved, clouds):
    with pytest.raises(ArgumentError, match="batch size"):
        trainer(Adam(lr=0.05), []).fit(clouds, epochs=4, batch_size=0, resume=saved.parent / "none")


def test_a_checkpoint_holds_the_last_epoch_and_the_best_one_as_networks(clouds, tmp_path):
    after = {}

    class Keep(Callback):
        def epoch_end(self, state):
            after[state.epoch] = state.network.theta.copy()

    one = trainer(Adam(lr=0.5), [Keep(), Checkpoint(tmp_path, seconds=0)])
    history = one.fit(clouds, epochs=12, batch_size=10, validation=0.25)
    best = history.best("val_loss")["epoch"]
    assert best < 12
    np.testing.assert_array_equal(Network.load(tmp_path / LAST).theta, after[12])
    np.testing.assert_array_equal(Network.load(tmp_path / BEST).theta, after[best])
    saved = load_checkpoint(tmp_path / LAST)
    assert saved.history == history
    assert saved.best is not None
    assert saved.best.epoch == best


def test_the_first_checkpoint_is_there_before_the_first_epoch(clouds, tmp_path):
    one = trainer(Adam(lr=0.05), [Checkpoint(tmp_path)])
    one.fit(clouds, epochs=0, batch_size=10)
    np.testing.assert_array_equal(Network.load(tmp_path / LAST).theta, one.network.theta)
    assert not (tmp_path / BEST).exists()


@pytest.mark.parametrize(("seconds", "writes"), [(0, 6), (1e9, 2)])
def test_checkpoints_are_not_written_more_often_than_asked(clouds, tmp_path, monkeypatch, seconds, writes):
    written = []
    monkeypatch.setattr(
        "gradiente.training.checkpoint.save_checkpoint",
        lambda path, network, snapshot: written.append(snapshot.epoch),
    )
    trainer(Adam(lr=0.05), [Checkpoint(tmp_path, seconds=seconds)]).fit(clouds, epochs=4, batch_size=10)
    assert len(written) == writes
    assert (written[0], written[-1]) == (0, 4)


def test_a_checkpoint_used_for_a_second_training_keeps_its_best_one(clouds, tmp_path):
    one = trainer(Adam(lr=0.05), [Checkpoint(tmp_path, seconds=1e9)])
    one.fit(clouds, epochs=1, batch_size=10)
    one.fit(clouds, epochs=1, batch_size=10)
    np.testing.assert_array_equal(Network.load(tmp_path / BEST).theta, one.network.theta)


def test_a_folder_that_is_not_there_is_said_before_the_first_epoch(clouds, tmp_path):
    one = trainer(Adam(lr=0.05), [Checkpoint(tmp_path / "none")])
    before = one.network.theta.copy()
    with pytest.raises(FileError, match=r"cannot write .*none"):
        one.fit(clouds, epochs=3, batch_size=10)
    np.testing.assert_array_equal(one.network.theta, before)


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_a_time_below_0_is_refused(tmp_path, seconds):
    with pytest.raises(ArgumentError, match=r"Checkpoint.*seconds"):
        Checkpoint(tmp_path, seconds=seconds)


def test_a_checkpoint_is_plain_data(saved):
    _, metadata = load_tensors(saved)
    assert set(json.loads(metadata["gradiente"])) == {"network", "training"}
