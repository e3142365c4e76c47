import tomllib

import pytest

from gradiente import ArgumentError, FileError, set_language
from gradiente.training.config import Config
from gradiente.training.sections import SECTIONS, DataConfig, DescentConfig

FULL = {
    "data": {
        "name": "moons",
        "test": 0.25,
        "validation": 0.1,
        "standardize": False,
        "samples": 300,
        "noise": 0.2,
    },
    "network": {"layers": ["Linear(2, 4)", "Tanh()", "Linear(4, 1)"], "dtype": "float64"},
    "descent": {
        "loss": "BCEWithLogitsLoss()",
        "optimizer": "SGD(lr=0.1)",
        "lr_factors": {"0": 0.1, "-1": 2.0, "0.bias": 3.0},
        "weight_decay_on": "weights",
        "schedule": "StepLR(step_size=3)",
        "schedule_every": "step",
        "epochs": 7,
        "batch_size": "all",
        "clip_norm": 1.5,
        "patience": 3,
        "monitor": "val_accuracy",
        "seed": 4,
    },
    "execution": {"threads": 2},
}


def test_a_config_from_plain_data_has_it_and_defaults_for_the_rest():
    config = Config.from_dict(FULL)
    for section, values in FULL.items():
        assert {key: getattr(getattr(config, section), key) for key in values} == values
        assert values.items() <= config.to_dict()[section].items()
    assert config.descent.clip_value is None
    assert "clip_value" not in config.to_dict()["descent"]


def test_it_is_made_of_its_sections():
    config = Config(data=DataConfig(name="moons"), descent=DescentConfig(epochs=7))
    assert config == Config.from_dict({"data": {"name": "moons"}, "descent": {"epochs": 7}})
    assert config == Config().changed(name="moons", epochs=7)


@pytest.mark.parametrize("values", [{}, FULL])
def test_what_is_written_is_toml_and_reads_back_as_the_same_config(tmp_path, values):
    config = Config.from_dict(values)
    path = tmp_path / "run.toml"
    config.write(path)
    assert tomllib.loads(path.read_text(encoding="utf-8")) == config.to_dict()
    assert Config.read(path) == config


def test_a_layer_may_be_a_number_in_python():
    assert Config().changed(lr_factors={0: 0.1, -1: 2}).descent.lr_factors == {"0": 0.1, "-1": 2}


def test_whole_numbers_are_real_numbers_too():
    descent = Config.from_dict({"descent": {"lr": 1, "clip_norm": 2, "batch_size": 16}}).descent
    assert (descent.lr, descent.clip_norm, descent.batch_size) == (1, 2, 16)


@pytest.mark.parametrize(
    ("key", "nearest"), [("epoch", "epochs"), ("batchsize", "batch_size"), ("Optimiser", "optimizer")]
)
def test_an_unknown_key_is_answered_with_the_nearest_one(key, nearest):
    for values in ({key: 3}, {"descent": {key: 3}}, {"data": {key: 3}}):
        with pytest.raises(ArgumentError, match=f"unknown key {key}.*did you mean {nearest}"):
            Config.from_dict(values)


def test_an_unknown_table_is_answered_with_the_nearest_one():
    with pytest.raises(ArgumentError, match=r"unknown key decent.*did you mean descent"):
        Config.from_dict({"decent": {"epochs": 3}})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"epochs": 3}, r"epochs belongs in the table \[descent\]"),
        ({"network": {"lr": 0.1}}, r"lr belongs in the table \[descent\]"),
        ({"descent": {"threads": 1}}, r"threads belongs in the table \[execution\]"),
        ({"data": "moons"}, r"data is a table: write \[data\] on its own line.*\(name, .*got 'moons'"),
        ({"network": ["Linear(2, 1)"]}, r"network is a table: write \[network\].*layers"),
    ],
)
def test_a_key_outside_its_section_is_answered_with_its_section(values, words):
    with pytest.raises(ArgumentError, match=words):
        Config.from_dict(values)


@pytest.mark.parametrize(
    ("section", "key", "value", "expected"),
    [
        ("descent", "epochs", "ten", "a whole number"),
        ("descent", "epochs", 2.5, "a whole number"),
        ("descent", "epochs", True, "a whole number"),
        ("descent", "seed", "0", "a whole number"),
        ("descent", "lr", "0.1", "a number"),
        ("descent", "lr", True, "a number"),
        ("network", "bias", 1, "true or false"),
        ("network", "bias", "yes", "true or false"),
        ("data", "name", 3, "a string"),
        ("descent", "optimizer", ["Adam"], "a string"),
        ("network", "hidden", 64, "a list of whole numbers"),
        ("network", "hidden", [64, "32"], "a list of whole numbers"),
        ("network", "hidden", [64.0], "a list of whole numbers"),
        ("network", "layers", "Linear(2, 1)", "a list of strings"),
        ("descent", "lr_factors", 0.1, "a table of numbers by layer, such as {0 = 0.1, -1 = 2.0}"),
        ("descent", "lr_factors", {"0": "0.1"}, "a table of numbers by layer, such as {0 = 0.1, -1 = 2.0}"),
        ("descent", "lr_factors", {"first": 0.1}, "a table of numbers by layer, such as {0 = 0.1, -1 = 2.0}"),
        ("descent", "lr_factors", {"bias": 0.1}, "a table of numbers by layer, such as {0 = 0.1, -1 = 2.0}"),
        ("descent", "lr_factors", {"0.5": 0.1}, "a table of numbers by layer, such as {0 = 0.1, -1 = 2.0}"),
        ("descent", "batch_size", 2.5, 'a whole number or "all"'),
        ("descent", "batch_size", "everything", 'a whole number or "all"'),
        ("descent", "batch_size", True, 'a whole number or "all"'),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_key(section, key, value, expected):
    with pytest.raises(ArgumentError, match=f"{key} must be {expected}, got") as caught:
        Config.from_dict({section: {key: value}})
    assert repr(value) in str(caught.value)
    with pytest.raises(ArgumentError, match=f"{key} must be {expected}, got"):
        SECTIONS[section](**{key: value})


@pytest.mark.parametrize(
    ("section", "values", "words"),
    [
        ("execution", {"device": "gpu"}, "the device must be one of auto, cpu, cuda, mps"),
        ("execution", {"engine": "numpy", "device": "cuda"}, "--device needs the engine torch"),
        ("execution", {"engine": "compiled", "compile": True, "shard": True}, "--compile, --shard needs"),
        ("network", {"keep": 2}, "give pretrained too"),
    ],
)
def test_values_that_cannot_be_together_are_refused(section, values, words):
    with pytest.raises(ArgumentError, match=words):
        Config.from_dict({section: values})
    with pytest.raises(ArgumentError, match=words):
        Config().changed(**values)


def test_the_words_in_spanish():
    set_language("es")
    with pytest.raises(ArgumentError, match=r"epoch.*epochs"):
        Config.from_dict({"descent": {"epoch": 3}})
    with pytest.raises(ArgumentError, match=r"la clave epochs va en la tabla \[descent\]"):
        Config.from_dict({"epochs": 3})


@pytest.mark.parametrize(
    "content", [b"epochs = ", b"epochs = ten", b"[[[", b"epochs = 3\nepochs = 4", b"x = " + b"[" * 20_000]
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
    path.write_text("[descent]\nepochs = 3\nlearning_rate = 0.1\n")
    with pytest.raises(ArgumentError, match="unknown key learning_rate"):
        Config.read(path)


def test_a_changed_config_differs_in_what_was_said_only():
    config = Config.from_dict(FULL)
    changed = config.changed(epochs=20, lr=0.5)
    descent = config.to_dict()["descent"] | {"epochs": 20, "lr": 0.5}
    assert changed.to_dict() == config.to_dict() | {"descent": descent}
    assert config.descent.epochs == 7


@pytest.mark.parametrize("values", [{"hidden": [8]}, {"activation": "ReLU"}, {"bias": False}])
def test_a_network_in_short_replaces_one_in_full(values):
    assert Config.from_dict(FULL).changed(**values).network.layers is None


def test_a_network_in_full_replaces_one_in_short():
    network = Config().changed(hidden=[8], activation="ReLU").changed(layers=["Linear(2, 1)"]).network
    assert (network.layers, network.hidden, network.activation) == (["Linear(2, 1)"], None, None)


@pytest.mark.parametrize("values", [{"hidden": [8]}, {"activation": "ReLU"}])
def test_a_network_in_full_and_in_short_at_once_is_an_error(values):
    with pytest.raises(ArgumentError, match="give only one of the two"):
        Config().changed(layers=["Linear(2, 1)"], **values)


def test_a_change_is_checked_as_the_rest():
    with pytest.raises(ArgumentError, match="unknown key epoch"):
        Config().changed(epoch=3)
    with pytest.raises(ArgumentError, match="epochs must be a whole number"):
        Config().changed(epochs="3")


def test_a_portable_config_means_the_same_from_another_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = {"name": "tables/wine.csv", "data_dir": "cache", "pretrained": "runs/wine"}
    config = Config().changed(**given).portable()
    assert {key: config.values()[key] for key in given} == {
        key: str(tmp_path / path) for key, path in given.items()
    }
    assert Config().changed(name="mnist", data_dir="mnist").portable().data == DataConfig(
        name="mnist", data_dir=str(tmp_path / "mnist")
    )
    assert Config().portable() == Config()
