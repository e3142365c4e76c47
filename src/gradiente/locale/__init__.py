"""The words a person reads, in Spanish and English, from one catalogue: `es.json` and `en.json`."""

import json
import os
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "es")
_FOLDER = Path(__file__).parent
_chosen: str | None = None


def set_language(code: str | None) -> None:
    """Choose the language of every message: "es", "en", or None to follow the environment."""
    if code is not None and code not in LANGUAGES:
        raise ValueError(f"language {code!r}: expected one of {', '.join(LANGUAGES)}")
    global _chosen
    _chosen = code


def language() -> str:
    """The language in use: the chosen one, else that of GRADIENTE_LANG, LC_ALL, LC_MESSAGES or LANG."""
    if _chosen is not None:
        return _chosen
    variables = ("GRADIENTE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    code = next((os.environ[name] for name in variables if os.environ.get(name)), "en")
    return "es" if code.lower().startswith("es") else "en"


@cache
def catalogue(code: str) -> dict[str, str]:
    """Every message of one language, by key."""
    return json.loads((_FOLDER / f"{code}.json").read_text(encoding="utf-8"))


def text(key: str, /, **values: object) -> str:
    """The message of that key in the language in use, its {places} filled with the values."""
    return catalogue(language())[key].format(**values)
