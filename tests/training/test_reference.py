"""docs/config.md and docs/config.es.md are what the declarations say."""

import re
import tomllib
from pathlib import Path

import pytest

from gradiente import set_language
from gradiente.training.config import Config
from gradiente.training.reference import reference
from gradiente.training.sections import SETTINGS

DOCS = Path(__file__).parents[2] / "docs"
pages = pytest.mark.parametrize(("language", "name"), [("en", "config.md"), ("es", "config.es.md")])


@pages
def test_the_page_is_made_from_the_declarations(language, name):
    set_language(language)
    wrong = f"write it anew: python -m gradiente.training.reference {language} > docs/{name}"
    assert (DOCS / name).read_text(encoding="utf-8") == reference(), wrong


@pages
def test_it_has_every_setting_with_its_option_its_range_and_its_default(language, name):
    set_language(language)
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", reference(), re.MULTILINE)
    assert [key for key, _ in rows] == list(SETTINGS)
    for key, row in rows:
        setting = SETTINGS[key]
        said = [*setting.options, *setting.choices, *([setting.interval] if setting.interval else [])]
        assert all(f"`{word}`" in row for word in said)
        for names in setting.by_data:
            assert ", ".join(names) in row


@pages
def test_its_example_is_a_config(language, name):
    (example,) = re.findall("```toml\n(.*?)```", (DOCS / name).read_text(encoding="utf-8"), re.DOTALL)
    values = tomllib.loads(example)
    read = Config.from_dict(values).to_dict()
    assert all(read[section].items() >= values[section].items() for section in values)
