"""One set of settings: the fields of a config, the keys of its TOML, the options of the command line."""

import tomllib
from dataclasses import fields

import click
import pytest

from gradiente import ArgumentError, set_language
from gradiente.cli.train import command
from gradiente.training.config import Config
from gradiente.training.sections import SECTIONS, SETTINGS
from gradiente.training.setting import ClassWeights, LayerNumbers, ShareOrFile

from .conftest import gradiente

BEYOND = {"custom", "config_file", "run_folder", "resume", "report", "tensorboard", "as_json", "lang"}


def test_options_keys_and_fields_are_one_set(tmp_path):
    options = {str(parameter.name): parameter for parameter in command().params}
    assert options.keys() == SETTINGS.keys() | BEYOND
    assert {field.name for kind in SECTIONS.values() for field in fields(kind)} == SETTINGS.keys()
    for in_full in (True, False):  # layers in full and in short exclude each other
        left_out = {"hidden", "activation"} if in_full else {"layers"}
        keys = {section: {} for section in SECTIONS}
        for name in SETTINGS.keys() - left_out:
            keys[SETTINGS[name].section][name] = _some(SETTINGS[name])
        Config.from_dict(keys).write(tmp_path / "all.toml")
        assert tomllib.loads((tmp_path / "all.toml").read_text(encoding="utf-8")) == keys
        assert Config.read(tmp_path / "all.toml").to_dict() == keys
    for name, setting in SETTINGS.items():
        parameter = options[name]
        if isinstance(parameter, click.Argument):
            assert name == "name"
            continue
        expected = {"layers": "--network"}.get(name, f"--{name.replace('_', '-')}")
        assert parameter.opts[0] == expected == setting.options[0]
        assert bool(parameter.secondary_opts) == (setting.kind is bool and setting.default is not False)


def _some(setting):
    """A value that it may have."""
    if setting.default is not None:
        return setting.default
    if setting.choices:
        return setting.choices[0]
    if setting.registry is not None:
        some = {
            "loss": "MSELoss()",
            "optimizer": "SGD()",
            "schedule": "StepLR(step_size=3)",
            "weight_decay_schedule": "StepLR(step_size=3)",
            "dropout_schedule": "StepLR(step_size=3)",
            "average": "EMA()",
        }
        return [] if setting.kind == list[str] else some.get(setting.name, "Tanh()")
    if setting.name == "split":
        return "group:word"
    kinds = {
        bool: True,
        str: "word",
        str | list[str]: "word",
        float: 0.5,
        list[int]: [1],
        list[str]: ["word"],
        LayerNumbers: {"0": 0.5},
        ClassWeights: {"0": 0.5},
    }
    return kinds.get(setting.kind, 10)


def _outside(interval):
    """A number just below an interval, the ends that it leaves out, and what is no number."""
    low, high = interval[1:-1].split(", ")
    yield int(low) - 1
    if interval[0] == "(":
        yield int(low)
    if interval[-1] == ")" and high != "inf":
        yield int(high)


RANGES = [
    (name, value)
    for name, setting in SETTINGS.items()
    if setting.interval is not None
    for value in _outside(setting.interval)
]


def message(action, *arguments, **values):
    with pytest.raises(ArgumentError) as caught:
        action(*arguments, **values)
    return str(caught.value)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("name", "outside"), RANGES)
def test_a_range_is_the_same_from_python_toml_and_the_command_line(name, outside, language, own_folder):
    setting = SETTINGS[name]
    number = (
        float(outside) if setting.kind in (float, ShareOrFile, LayerNumbers, ClassWeights) else int(outside)
    )
    value = {list[int]: [number], LayerNumbers: {"0": number}, ClassWeights: {"0": number}}.get(
        setting.kind, number
    )
    table = setting.kind in (LayerNumbers, ClassWeights)
    sign = "=" if setting.kind == ClassWeights else ": "
    written, option = (f"{{0 = {number}}}", f"0{sign}{number}") if table else (value, number)
    (own_folder / "own.toml").write_text(f"[{setting.section}]\n{name} = {written}\n")
    set_language(language)
    said = message(SECTIONS[setting.section], **{name: value})
    assert f"{setting.section}: {name} " in said
    assert str(setting.interval) in said
    assert message(Config.read, own_folder / "own.toml") == said
    assert message(Config().changed, **{name: value}) == said
    for given in (["--config", "own.toml"], [setting.options[0], option]):
        answer = gradiente("train", *given, "--lang", language)
        assert (answer.status, answer.err) == (2, f"error: {said}\n")


CHOICES = [name for name, setting in SETTINGS.items() if setting.choices]


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_is_the_same_from_python_toml_and_the_command_line(name, own_folder):
    setting = SETTINGS[name]
    (own_folder / "own.toml").write_text(f'[{setting.section}]\n{name} = "other"\n')
    set_language("en")
    said = message(SECTIONS[setting.section], **{name: "other"})
    assert said.startswith(f"{setting.section}: {name} cannot be 'other': ")
    assert all(choice in said for choice in setting.choices)
    assert message(Config.read, own_folder / "own.toml") == said
    for given in (["--config", "own.toml"], [setting.options[0], "other"]):
        answer = gradiente("train", *given, "--lang", "en")
        assert (answer.status, answer.err) == (2, f"error: {said}\n")
