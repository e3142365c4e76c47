"""The two READMEs say the same, and what they show runs."""

import re
import tomllib
from pathlib import Path

import pytest

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
    assert set(re.findall(r"^\| `gradiente (\w+)", text, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("name", READMES)
def test_what_it_links_to_is_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (ROOT / target).is_file(), target


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.toml")), ids=lambda path: path.name)
def test_every_example_config_is_one(path):
    read = Config.read(path).to_dict()
    for section, values in tomllib.loads(path.read_text(encoding="utf-8")).items():
        assert read[section].items() >= values.items()
