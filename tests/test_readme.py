"""The two READMEs say the same, and what they show runs."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch

import gradiente
from gradiente import layers, losses, optimizers, schedules
from gradiente.cli.base import COMMANDS
from gradiente.training.config import Config

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.es.md")


def blocks(name, language):
    """The fenced blocks of one language in a README."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)


def test_both_have_the_same_code_and_the_same_sections():
    english, spanish = ((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    assert blocks("README.md", "python") == blocks("README.es.md", "python")
    assert len(re.findall("^## ", english, re.MULTILINE)) == len(re.findall("^## ", spanish, re.MULTILINE))
    assert english.count("| `") == spanish.count("| `")


def test_the_library_in_ten_lines_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    ten_lines = blocks("README.md", "python")[0]
    assert len([line for line in ten_lines.splitlines() if line]) <= 10
    exec(ten_lines, {})
    assert float(capsys.readouterr().out.split()[0]) >= 0.95
    assert (tmp_path / "net.safetensors").is_file()


@pytest.mark.parametrize("name", READMES)
def test_its_table_has_every_command(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `gradiente ([\w-]+)", text, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("name", READMES)
def test_it_names_every_layer_loss_optimizer_and_schedule(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    families = re.sub(r"`(\w+)1d`–`3d`", r"`\g<1>1d`, `\g<1>2d`, `\g<1>3d`", text)
    named = set(re.findall(r"`([\w.]+)`", families))
    registered = {*layers.REGISTRY, *losses.REGISTRY, *optimizers.REGISTRY, *schedules.REGISTRY}
    assert {entry for entry in registered if not entry.startswith("course.")} <= named


def test_the_residual_network_computes_what_it_does_in_pytorch():
    scope = {"gr": gradiente}
    exec(next(block for block in blocks("README.md", "python") if "Residual" in block), scope)
    x = np.random.default_rng(0).random((2, 1, 8, 8), np.float32)
    with torch.no_grad():
        expected = scope["net"].to_torch().eval()(torch.from_numpy(x))
    np.testing.assert_allclose(scope["net"].predict(x), expected, rtol=1e-5, atol=1e-6)


def test_the_estimator_learns_what_no_column_alone_says(capsys):
    exec(
        next(block for block in blocks("README.md", "python") if "MLPClassifier" in block), {"gr": gradiente}
    )
    assert capsys.readouterr().out.startswith("1.0 ")


@pytest.mark.parametrize("name", READMES)
def test_what_it_links_to_is_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    headings = {title.lower().replace(" ", "-") for title in re.findall("^#+ (.*)$", text, re.MULTILINE)}
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert target[1:] in headings if target.startswith("#") else (ROOT / target).is_file(), target


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.toml")), ids=lambda path: path.name)
def test_every_example_config_is_one(path):
    read = Config.read(path).to_dict()
    for section, values in tomllib.loads(path.read_text(encoding="utf-8")).items():
        assert read[section].items() >= values.items()
