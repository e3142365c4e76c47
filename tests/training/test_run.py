import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from gradiente import Adam, ArgumentError, Checkpoint, CrossEntropyLoss, FileError, Linear, Network, Trainer
from gradiente.data import load
from gradiente.training.checkpoint import BEST, LAST
from gradiente.training.config import Config
from gradiente.training.lock import RunLock
from gradiente.training.run import DataDescription, KeepRun, Run, claimed_folder, default_folder

ENVIRONMENT = {"python": "3", "sistema": "ñandú"}


@pytest.fixture
def description(clouds):
    return DataDescription.of(clouds)


@pytest.fixture
def run(tmp_path, description):
    run = Run(tmp_path / "runs" / "one")
    run.create(Config().changed(epochs=3), description, ENVIRONMENT)
    return run


def contents(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def test_a_new_run_holds_what_is_known_before_the_training(run, description):
    assert contents(run.folder) == {"run.toml", "environment.json", "data.json", "checkpoints"}
    assert json.loads((run.folder / "environment.json").read_text(encoding="utf-8")) == ENVIRONMENT
    again = Run.open(run.folder)
    assert again.config() == Config().changed(epochs=3)
    assert again.description() == description
    assert os.listdir(run.folder.parent) == ["one"]


def test_a_folder_that_exists_is_left_as_it_is(run, description):
    before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    with pytest.raises(ArgumentError, match=r"one already exists.*--resume"):
        run.create(Config().changed(epochs=4), description, ENVIRONMENT)
    assert {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()} == before
    assert os.listdir(run.folder.parent) == ["one"]


@pytest.mark.parametrize("kind", ["empty folder", "file"])
def test_whatever_is_there_is_not_overwritten(tmp_path, description, kind):
    folder = tmp_path / "taken"
    folder.mkdir() if kind == "empty folder" else folder.write_text("mine")
    with pytest.raises(ArgumentError, match="taken already exists"):
        Run(folder).create(Config(), description, ENVIRONMENT)
    assert contents(tmp_path) == {"taken"}


def test_a_file_in_the_way_of_the_folder_is_said(tmp_path, description):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileError, match=r"cannot write .*one: .*Choose another folder"):
        Run(tmp_path / "file" / "one").create(Config(), description, ENVIRONMENT)
    assert (tmp_path / "file").read_text() == "mine"
    assert contents(tmp_path) == {"file"}


@pytest.mark.parametrize("failing", ["run.toml", "environment.json", "data.json"])
def test_a_write_that_fails_leaves_nothing(tmp_path, description, monkeypatch, failing):
    replace = os.replace

    def full(source, target):
        if Path(target).name == failing:
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(FileError, match=rf"cannot write .*{failing}: the disk is full"):
        Run(tmp_path / "one").create(Config(), description, ENVIRONMENT)
    assert contents(tmp_path) == set()


def test_a_full_disk_leaves_nothing(tmp_path):
    """A process that may not write more than a hundred bytes into a file."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from gradiente.errors import FileError\n"
        "from gradiente.training.config import Config\n"
        "from gradiente.training.run import DataDescription, Run\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "description = DataDescription('n', 'classification', [str(i) for i in range(200)], None, None)\n"
        "try:\n"
        "    Run(Path(sys.argv[1])).create(Config(), description, {})\n"
        "except FileError as error:\n"
        "    print(error)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code, tmp_path / "one"], capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("cannot write ")
    assert "the file would be too large" in ended.stdout
    assert contents(tmp_path) == set()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere: run the tests as another user")
def test_a_folder_without_permission_is_said(tmp_path, description):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FileError, match=r"cannot write .*one: permission denied"):
            Run(tmp_path / "one").create(Config(), description, ENVIRONMENT)
    finally:
        tmp_path.chmod(0o700)


def test_what_is_no_run_is_not_opened(tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(FileError, match=r"is not a run: expected a folder .* with a run\.toml"):
            Run.open(folder)
    (tmp_path / "run.toml").mkdir()
    with pytest.raises(FileError, match="is not a run"):
        Run.open(tmp_path)


def test_a_run_is_opened_from_a_relative_path_and_keeps_its_place(run, monkeypatch, tmp_path):
    monkeypatch.chdir(run.folder.parent)
    again = Run.open("one")
    monkeypatch.chdir(tmp_path)
    assert again.config() == Config().changed(epochs=3)


@pytest.mark.parametrize("content", [None, "{", "[]", '{"name": "n"}', '{"name": "n", "more": 1}'])
def test_a_broken_description_is_said_by_its_path(run, content):
    path = run.folder / "data.json"
    path.unlink() if content is None else path.write_text(content)
    with pytest.raises(FileError, match=r"(cannot read|there is no file) .*data\.json"):
        run.description()


def test_the_description_of_a_table_carries_its_encoder(tmp_path):
    train, _ = load("iris")
    run = Run(tmp_path / "iris")
    run.create(Config().changed(name="iris"), DataDescription.of(train), ENVIRONMENT)
    description = Run.open(tmp_path / "iris").description()
    assert (description.name, description.task) == ("iris", "classification")
    assert tuple(description.classes) == train.classes
    assert description.table_encoder() == train.encoder


def test_the_description_of_images_carries_their_shape():
    train, _ = load("digits")
    description = DataDescription.of(train)
    assert description.image_shape == [8, 8]
    assert description.table_encoder() is None


def network(seed):
    return Network([Linear(2, 3)], seed=seed)


def test_the_network_is_the_trained_one_else_the_best_else_the_last(run):
    with pytest.raises(FileError, match="contains no network yet"):
        run.network()
    for seed, path in enumerate((run.last_checkpoint, run.checkpoints / BEST)):
        network(seed).save(path)
        np.testing.assert_array_equal(run.network().theta, network(seed).theta)
    run.finish(network(2), {"accuracy": 0.5})
    np.testing.assert_array_equal(run.network().theta, network(2).theta)
    assert json.loads((run.folder / "test.json").read_text(encoding="utf-8")) == {"accuracy": 0.5}


def test_a_network_cut_short_is_said(run):
    run.finish(network(0), {})
    path = run.folder / "network.safetensors"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(FileError, match="not a complete safetensors file"):
        run.network()


def trainer(run, config, description, *, new):
    keep = KeepRun(run, config, description, ENVIRONMENT, RunLock(), new=new)
    return Trainer(
        network(0), CrossEntropyLoss(), Adam(), callbacks=[keep, Checkpoint(run.checkpoints, seconds=0)]
    )


def test_the_folder_is_made_when_the_training_begins(tmp_path, clouds, description):
    run = Run(tmp_path / "one")
    one = trainer(run, Config(), description, new=True)
    assert contents(tmp_path) == set()
    one.fit(clouds, epochs=1)
    assert (run.checkpoints / LAST).is_file()
    assert run.network().theta.tolist() == one.network.theta.tolist()


@pytest.mark.parametrize(
    "options", [{"batch_size": 0}, {"epochs": -1}, {"validation": 2.0}, {"resume": "none"}]
)
def test_a_mistake_leaves_no_folder_behind(tmp_path, clouds, description, options):
    one = trainer(Run(tmp_path / "one"), Config(), description, new=True)
    with pytest.raises((ArgumentError, FileError)):
        one.fit(clouds, **options)
    assert contents(tmp_path) == set()


def test_a_run_that_is_taken_up_again_keeps_its_new_config(run, clouds, description):
    trainer(run, Config().changed(epochs=9), description, new=False).fit(clouds, epochs=1)
    assert run.config() == Config().changed(epochs=9)


def test_the_default_folder_is_the_first_free_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = []
    for _ in range(3):
        folder = default_folder("tables/wine.csv")
        folder.mkdir(parents=True)
        names.append(str(folder))
    assert names == [f"runs{os.sep}{name}" for name in ("wine", "wine-2", "wine-3")]


def test_every_one_that_starts_at_once_has_its_own_default_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    together = Barrier(8)

    def claim(_):
        together.wait()
        return claimed_folder("xor").name

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(claim, range(8))) == sorted(["xor", *(f"xor-{n}" for n in range(2, 9))])


def test_the_claimed_folder_becomes_the_run(tmp_path, monkeypatch, description):
    monkeypatch.chdir(tmp_path)
    run = Run(claimed_folder("xor").absolute())
    run.create(Config(), description, ENVIRONMENT, claimed=True)
    assert Run.open(run.folder).config() == Config()
    with pytest.raises(ArgumentError, match="already exists"):
        run.create(Config(), description, ENVIRONMENT, claimed=True)
    assert os.listdir(tmp_path / "runs") == ["xor"]


def test_where_no_folder_can_be_claimed_it_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(FileError, match=r"cannot write .*not a folder"):
        claimed_folder("xor")


def test_a_link_that_leads_nowhere_is_not_free(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "xor").symlink_to(tmp_path / "gone")
    assert default_folder("xor").name == "xor-2"
