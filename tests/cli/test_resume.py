"""A training repeated, taken up again, killed, and left alone: the same bits."""

import json
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from .conftest import (
    CTRL_C,
    FILES,
    KILL,
    config_of,
    contents,
    finish,
    gradiente,
    interrupt_when,
    same_bits,
    start,
    train,
    weights,
    write_table,
)


def test_a_run_is_repeated_from_its_own_file(own_folder, monkeypatch):
    write_table("garden.csv")
    chosen = [
        "--hidden",
        "9,4",
        "--optimizer",
        "SGD(momentum=0.9)",
        "--schedule",
        "StepLR(step_size=2)",
        "--seed",
        5,
    ]
    train("garden.csv", "--epochs", 4, *chosen, run="first")
    elsewhere = own_folder / "somewhere" / "else"
    elsewhere.mkdir(parents=True)
    monkeypatch.chdir(elsewhere)
    train("--config", own_folder / "first" / "run.toml", run="second")
    assert same_bits(weights(own_folder / "first"), weights("second"))
    assert config_of(own_folder / "first") == config_of(elsewhere / "second")
    assert (own_folder / "first" / "test.json").read_text() == (
        elsewhere / "second" / "test.json"
    ).read_text()


def test_the_command_line_wins_over_the_file(own_folder):
    train("iris", "--hidden", "6", "--activation", "tanh", "--epochs", 2, "--seed", 3, run="first")
    train("--config", "first/run.toml", "--epochs", 3, "--lr", 0.5, run="second")
    config = config_of(own_folder / "second")
    assert (config["epochs"], config["seed"]) == (3, 3)
    assert config["optimizer"].startswith("Adam(lr=0.5,")
    train("--config", "first/run.toml", "--hidden", 11, run="third")
    assert [array.shape for array in weights("third").values()] == [(11,), (11, 4), (3,), (3, 11)]
    train("moons", "--config", "first/run.toml", "--hidden", 6, run="fourth")
    assert config_of(own_folder / "fourth")["name"] == "moons"


def test_a_file_of_ones_own(own_folder):
    (own_folder / "mine.toml").write_text(
        '[data]\nname = "iris"\n[network]\nhidden = [5]\n[descent]\nepochs = 1\nlr = 0.25\n', encoding="utf-8"
    )
    train("--config", "mine.toml")
    assert config_of(own_folder / "run")["layers"][0] == "Linear(4, 5, bias=True)"


CHOSEN = [
    "digits",
    "--seed",
    4,
    "--hidden",
    60,
    "--batch-size",
    20,
    "--schedule",
    "CosineAnnealingLR(T_max=90)",
]
EPOCHS = 90


@pytest.fixture(scope="module")
def left_alone(tmp_path_factory):
    """The run that nobody disturbed."""
    run = tmp_path_factory.mktemp("alone") / "run"
    train(*CHOSEN, "--epochs", EPOCHS, run=run)
    return run


def duration(run):
    """Seconds that its epochs took."""
    return sum(json.loads(line)["seconds"] for line in (run / "metrics.jsonl").read_text().splitlines())


def resumed_equals(left_alone, run, *more):
    answer = gradiente("train", "--resume", run, "--no-report", "--json", *more)
    assert answer.status == 0, answer.err
    assert same_bits(weights(run), weights(left_alone))
    best = "checkpoints/best.safetensors"
    assert same_bits(weights(run, best), weights(left_alone, best))
    assert (run / "test.json").read_text() == (left_alone / "test.json").read_text()
    times = {"seconds": None}
    histories = [
        [json.loads(line) | times for line in (folder / "metrics.jsonl").read_text().splitlines()]
        for folder in (run, left_alone)
    ]
    assert histories[0] == histories[1]
    assert contents(run) == FILES


def test_a_finished_run_goes_on(own_folder, left_alone):
    train(*CHOSEN, "--epochs", 20)
    resumed_equals(left_alone, own_folder / "run", "--epochs", EPOCHS)
    assert config_of(own_folder / "run") == config_of(left_alone)


@pytest.mark.parametrize("share", [0.0, *np.random.default_rng(0).uniform(0, 0.7, size=2).round(3)])
def test_a_run_that_was_killed_ends_as_one_left_alone(share, own_folder, left_alone):
    process = start("train", *CHOSEN, "--epochs", EPOCHS, "--run", "run", "--no-report")
    answer = interrupt_when(process, own_folder / "run", KILL, after=share * duration(left_alone))
    assert answer.status == -KILL
    assert not (own_folder / "run" / "test.json").exists()
    resumed_equals(left_alone, own_folder / "run")


@pytest.mark.parametrize(
    ("number", "status", "language", "words"),
    [
        (CTRL_C, 130, "en", "interrupted after epoch"),
        (signal.SIGTERM, 143, "es", "interrumpido después de la época"),
    ],
)
def test_a_signal_ends_it_cleanly_and_it_can_be_taken_up_again(
    number, status, language, words, own_folder, left_alone
):
    arguments = ["--epochs", EPOCHS, "--run", "run", "--no-report", "--json", "--lang", language]
    process = start("train", *CHOSEN, *arguments)
    last = own_folder / "run" / "checkpoints" / "last.safetensors"
    answer = interrupt_when(process, last, number, after=0.2 * duration(left_alone))
    assert answer.status == status, answer.err
    assert answer.data["stopped"].startswith(words)
    assert words in answer.err
    assert answer.data["epochs"] < EPOCHS
    assert "Traceback" not in answer.err
    assert contents(own_folder / "run") == FILES
    resumed_equals(left_alone, own_folder / "run")


def test_a_run_is_trained_by_one_process_at_a_time(own_folder, left_alone):
    process = start("train", *CHOSEN, "--epochs", 100_000, "--run", "run", "--no-report")
    last = own_folder / "run" / "checkpoints" / "last.safetensors"
    until = time.monotonic() + 60
    while not last.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.005)
    for language, words in (("en", "is being trained by another process"), ("es", "otro proceso está")):
        answer = gradiente("train", "--resume", "run", "--lang", language)
        assert (answer.status, answer.out) == (1, "")
        assert words in answer.err
    assert gradiente("evaluate", "run").status == 0
    process.send_signal(KILL)  # the lock ends with it
    finish(process)
    trained = json.loads((own_folder / "run" / "metrics.jsonl").read_text().splitlines()[-1])["epoch"]
    answer = gradiente("train", "--resume", "run", "--epochs", trained + 1, "--no-report")
    assert answer.status == 0, answer.err
    assert contents(own_folder / "run") == FILES


def test_two_that_start_at_once_with_the_default_name_both_have_a_run(own_folder):
    processes = [start("train", "or", "--epochs", 3, "--no-report", "--json") for _ in range(2)]
    answers = [finish(process) for process in processes]
    assert [answer.status for answer in answers] == [0, 0], [answer.err for answer in answers]
    assert {Path(answer.data["run"]).name for answer in answers} == {"or", "or-2"}


def test_a_training_that_does_not_begin_leaves_no_folder(own_folder):
    answer = gradiente("train", "or", "--batch-size", 5, "--no-report")
    assert answer.status == 2
    assert list(own_folder.iterdir()) == []
    (own_folder / "runs").mkdir()
    assert gradiente("train", "or", "--batch-size", 5, "--no-report").status == 2
    assert [path.name for path in own_folder.rglob("*")] == ["runs"]


@pytest.mark.parametrize(
    "more", [["iris"], ["--lr", "0.5"], ["--hidden", "3"], ["--config", "run/run.toml"], ["--run", "other"]]
)
def test_what_was_begun_cannot_be_changed(more, own_folder):
    train("or", "--epochs", 2)
    before = {path: path.read_bytes() for path in own_folder.rglob("*") if path.is_file()}
    for language, words in (
        ("en", "cannot be changed when a run is resumed"),
        ("es", "no se puede cambiar al reanudar una corrida"),
    ):
        answer = gradiente("train", "--resume", "run", *more, "--lang", language)
        assert answer.status == 2
        assert words in answer.err
        assert more[0] in answer.err
    assert {path: path.read_bytes() for path in own_folder.rglob("*") if path.is_file()} == before


def test_a_full_disk_while_it_runs_leaves_what_was_there(own_folder, left_alone):
    import resource

    train(*CHOSEN, "--epochs", 20)
    before = {path: path.read_bytes() for path in own_folder.rglob("*") if path.is_file()}
    largest = 4096  # bytes: the checkpoint is larger

    def fill_the_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    arguments = ["train", "--resume", "run", "--epochs", EPOCHS, "--no-report", "--lang", "en"]
    answer = finish(start(*arguments, preexec_fn=fill_the_disk))
    assert answer.status == 1
    assert "error: cannot write" in answer.err
    assert "Traceback" not in answer.err
    kept = own_folder / "run" / "checkpoints" / "last.safetensors"
    assert kept.read_bytes() == before[kept]
    assert contents(own_folder / "run") == FILES
    resumed_equals(left_alone, own_folder / "run", "--epochs", EPOCHS)
