import tomllib
from dataclasses import fields

import pytest

from gradiente import ArgumentError, FileError, set_language
from gradiente.training.config import Config

FULL = {
    "data": "moons",
    "test": 0.25,
    "validation": 0.1,
    "standardize": False,
    "samples": 300,
    "noise": 0.2,
    "network": ["Linear(2, 4)", "Tanh()", "Linear(4, 1)"],
    "dtype": "float64",
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "SGD(lr=0.1)",
    "schedule": "StepLR(step_size=3)",
    "schedule_every": "step",
    "epochs": 7,
    "batch_size": "all",
    "clip_norm": 1.5,
    "patience": 3,
    "monitor": "val_accuracy",
    "seed": 4,
    "threads": 2,
}


def test_a_config_from_plain_data_has_it_and_defaults_for_the_rest():
    config = Config.from_dict(FULL)
    assert {key: getattr(config, key) for key in FULL} == FULL
    assert FULL.items() <= config.to_dict().items()
    assert config.clip_value is None
    assert "clip_value" not in config.to_dict()


@pytest.mark.parametrize("values", [{}, FULL])
def test_what_is_written_is_toml_and_reads_back_as_the_same_config(tmp_path, values):
    config = Config.from_dict(values)
    path = tmp_path / "run.toml"
    config.write(path)
    assert tomllib.loads(path.read_text(encoding="utf-8")) == config.to_dict()
    assert Config.read(path) == config


def test_whole_numbers_are_real_numbers_too():
    config = Config.from_dict({"lr": 1, "clip_norm": 2, "batch_size": 16})
    assert (config.lr, config.clip_norm, config.batch_size) == (1, 2, 16)


@pytest.mark.parametrize(
    ("key", "nearest"), [("epoch", "epochs"), ("batchsize", "batch_size"), ("Optimiser", "optimizer")]
)
def test_an_unknown_key_is_answered_with_the_nearest_one(key, nearest):
    with pytest.raises(ArgumentError, match=f"unknown key {key}.*{nearest}"):
        Config.from_dict({key: 3})


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("epochs", "ten", "int"),
        ("epochs", 2.5, "int"),
        ("epochs", True, "int"),
        ("seed", "0", "int"),
        ("lr", "0.1", "float"),
        ("lr", True, "float"),
        ("bias", 1, "bool"),
        ("bias", "yes", "bool"),
        ("data", 3, "str"),
        ("optimizer", ["Adam"], "str"),
        ("hidden", 64, r"list\[int\]"),
        ("hidden", [64, "32"], r"list\[int\]"),
        ("hidden", [64.0], r"list\[int\]"),
        ("network", "Linear(2, 1)", r"list\[str\]"),
        ("batch_size", 2.5, r"int \| str"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_key(key, value, expected):
    with pytest.raises(ArgumentError, match=f"{key} must be {expected}, got") as caught:
        Config.from_dict({key: value})
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"batch_size": "everything"}, 'whole number or "all", got everything'),
        ({"seed": -1}, "seed.*at least 0, got -1"),
        ({"threads": 0}, "threads must be at least 1, got 0"),
        ({"device": "gpu"}, "the device is one of auto, cpu, cuda, mps"),
        ({"engine": "numpy", "device": "cuda"}, "--device needs the engine torch"),
        ({"engine": "compiled", "compile": True, "shard": True}, "--compile, --shard needs"),
    ],
)
def test_a_value_that_cannot_be_is_refused(values, words):
    with pytest.raises(ArgumentError, match=words):
        Config.from_dict(values)
    with pytest.raises(ArgumentError, match=words):
        Config().changed(**values)


def test_the_words_in_spanish():
    set_language("es")
    with pytest.raises(ArgumentError, match=r"epoch.*epochs"):
        Config.from_dict({"epoch": 3})


@pytest.mark.parametrize(
    "content", [b"epochs = ", b"epochs = ten", b"[[[", b"\xff\xfe\x00", b"epochs = 3\nepochs = 4"]
)
def test_a_file_that_is_no_toml_is_refused_by_its_path(tmp_path, content):
    path = tmp_path / "run.toml"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"cannot read .*run\.toml as TOML"):
        Config.read(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(FileError, match=r"there is no file .*run\.toml"):
        Config.read(tmp_path / "run.toml")
    with pytest.raises(FileError, match="cannot read"):
        Config.read(tmp_path)


def test_a_file_with_an_unknown_key_is_refused(tmp_path):
    path = tmp_path / "run.toml"
    path.write_text("epochs = 3\nlearning_rate = 0.1\n")
    with pytest.raises(ArgumentError, match="unknown key learning_rate"):
        Config.read(path)


def test_a_changed_config_differs_in_what_was_said_only():
    config = Config.from_dict(FULL)
    changed = config.changed(epochs=20, lr=0.5)
    assert changed.to_dict() == config.to_dict() | {"epochs": 20, "lr": 0.5}
    assert config.epochs == 7


@pytest.mark.parametrize("values", [{"hidden": [8]}, {"activation": "ReLU"}, {"bias": False}])
def test_a_network_in_short_replaces_one_in_full(values):
    assert Config.from_dict(FULL).changed(**values).network is None


def test_a_network_in_full_replaces_one_in_short():
    changed = Config(hidden=[8], activation="ReLU").changed(network=["Linear(2, 1)"])
    assert (changed.network, changed.hidden, changed.activation) == (["Linear(2, 1)"], None, None)


@pytest.mark.parametrize("values", [{"hidden": [8]}, {"activation": "ReLU"}])
def test_a_network_in_full_and_in_short_at_once_is_an_error(values):
    with pytest.raises(ArgumentError, match="give one of the two"):
        Config().changed(network=["Linear(2, 1)"], **values)


def test_a_change_is_checked_as_the_rest():
    with pytest.raises(ArgumentError, match="unknown key epoch"):
        Config().changed(epoch=3)
    with pytest.raises(ArgumentError, match="epochs must be int"):
        Config().changed(epochs="3")


def test_a_portable_config_means_the_same_from_another_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = Config(data="tables/wine.csv", data_dir="cache").portable()
    assert config.data == str(tmp_path / "tables/wine.csv")
    assert config.data_dir == str(tmp_path / "cache")
    assert Config().portable() == Config()


def test_every_choice_is_documented_by_a_kind_that_toml_has():
    for field in fields(Config):
        with pytest.raises(ArgumentError, match=f"{field.name} must be"):
            Config.from_dict({field.name: {"a": "table"}})
