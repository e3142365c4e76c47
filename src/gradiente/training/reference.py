"""The reference of the settings as a page, docs/config.md: `python -m gradiente.training.reference en`."""

import json
import sys
from collections.abc import Iterable
from typing import Any

import tomli_w

from gradiente.locale import set_language, text
from gradiente.training.sections import SECTIONS, SETTINGS
from gradiente.training.setting import Setting, settings_of

EXAMPLE = {
    "data": {"name": "mnist", "validation": 0.1},
    "network": {"layers": ["Linear(784, 512)", "Tanh()", "Linear(512, 10)"]},
    "descent": {"optimizer": "Adam(lr=0.001)", "epochs": 10},
    "execution": {"engine": "compiled"},
}


def reference() -> str:
    """Every setting as Markdown, one table a section, in the language in use."""
    columns = [
        text(f"config.page.{name}") for name in ("key", "option", "kind", "range", "default", "meaning")
    ]
    parts = [text("config.page", example=tomli_w.dumps(EXAMPLE))]
    for section, kind in SECTIONS.items():
        rows = [columns, ["---"] * len(columns), *map(_row, settings_of(kind).values())]
        table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        parts.append(f"## [{section}]\n\n{text(f'config.page.{section}')}\n\n{table}")
    resumable = _codes(name for name, setting in SETTINGS.items() if setting.resumable)
    torch = _codes(name for name, setting in SETTINGS.items() if setting.any_engine)
    parts.append(text("config.page.notes", resumable=resumable, torch=torch))
    return "\n\n".join(parts) + "\n"


def _row(setting: Setting) -> list[str]:
    switch = f" `--no-{setting.options[0][2:]}`" if setting.negatable else ""
    options = " ".join(map(_code, setting.options)) + switch
    form = setting.value_in_words() or ""
    words = " ".join(map(_code, form.split("|"))) if "|" in form or setting.choices else ""
    values = _code(setting.interval) if setting.interval else words
    cells = _code(setting.name), options or _code(form), _kind(setting)
    return [*cells, values, _default(setting), setting.meaning()]


def _kind(setting: Setting) -> str:
    if setting.registry is None:
        return setting.kind_in_words()
    return text("config.page.notation" if setting.kind is str else "config.page.notations")


def _default(setting: Setting) -> str:
    """What stands where nothing is given, in TOML; by data set where it goes by that."""
    if setting.default is not None:
        return _code(_toml(setting.default))
    if setting.otherwise is None:
        return ""
    cases = [f"{', '.join(names)}: {_code(_toml(value))}" for names, value in setting.by_data.items()]
    rest = _code(_toml(setting.otherwise))
    return "; ".join([*cases, f"{text('config.page.others')}: {rest}"]) if cases else rest


def _toml(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _code(word: str) -> str:
    return f"`{word}`"


def _codes(words: Iterable[str]) -> str:
    return ", ".join(map(_code, words))


if __name__ == "__main__":
    set_language(sys.argv[1])
    sys.stdout.write(reference())
