"""What every setting must satisfy, found by reflection."""

from dataclasses import fields

import pytest

from gradiente import ArgumentError
from gradiente.data import NAMES
from gradiente.engines import Torch
from gradiente.locale import catalogue
from gradiente.training.config import Config
from gradiente.training.sections import PICTURES, SECTIONS, SETTINGS
from gradiente.training.setting import KINDS, settings_of

every_setting = pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)


def test_the_sections_are_the_fields_of_a_config_and_no_name_stands_in_two():
    assert [field.name for field in fields(Config)] == list(SECTIONS)
    names = [field.name for section in SECTIONS.values() for field in fields(section)]
    assert names == list(SETTINGS)
    assert len(names) == len(set(names))
    assert not set(names) & set(SECTIONS)
    options = [option for setting in SETTINGS.values() for option in setting.options]
    assert len(options) == len(set(options))


@every_setting
def test_it_has_a_kind_that_toml_has_and_a_help_text(setting):
    assert SECTIONS[setting.section] in [
        kind for kind in SECTIONS.values() if setting.name in settings_of(kind)
    ]
    assert setting.kind in KINDS
    assert f"cli.train.{setting.name}" in catalogue("en")
    with pytest.raises(ArgumentError, match=f"{setting.name} must be"):
        Config.from_dict({setting.section: {setting.name: {"a": "table"}}})


@every_setting
def test_its_defaults_are_values_that_it_may_have(setting):
    setting.check(setting.default)
    for value in (*setting.by_data.values(), setting.otherwise):
        if value is not None:
            setting.check(value)
    for names in setting.by_data:
        assert set(names) <= {*NAMES, PICTURES}
    chosen = [setting.default_for(name) for name in (*NAMES, "table.csv")]
    assert setting.otherwise in chosen


def test_a_default_goes_by_the_data_set():
    assert SETTINGS["lr"].default_for("xor") == 0.1
    assert SETTINGS["lr"].default_for("iris") == 0.01
    assert SETTINGS["lr"].default_for("a.csv") == SETTINGS["lr"].otherwise


@every_setting
def test_a_notation_is_made_and_written(setting):
    if setting.registry is None:
        return
    value = {
        "augment": ["GaussianNoise()"],
        "activation": "tanh",
        "layers": ["linear(2, 3)", "tanh"],
        "initializer": "he",
        "loss": "mseloss",
        "optimizer": "sgd",
        "schedule": "StepLR(step_size=3)",
        "weight_decay_schedule": "StepLR(step_size=3)",
        "dropout_schedule": "StepLR(step_size=3)",
        "penalty": ["l2(0.1)"],
        "average": "EMA(decay=0.9)",
    }[setting.name]
    setting.check(value)
    made = setting.make(value)
    again = setting.make(setting.write(made))
    assert made == again
    wrong = ["Nothing"] if isinstance(value, list) else "Nothing"
    with pytest.raises(ArgumentError, match="Nothing"):
        setting.check(wrong)


def test_only_the_engine_torch_knows_its_settings():
    assert {name for name, setting in SETTINGS.items() if setting.any_engine} == {
        field.name for field in fields(Torch)
    }
    for name in ("precision", "compile", "cuda_graphs", "shard"):
        assert SETTINGS[name].any_engine == (SETTINGS[name].default,)
