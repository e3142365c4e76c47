"""The texts a person reads, in Spanish and English, from one catalogue: `es.json` and `en.json`.

The language belongs to the context (`contextvars`): two threads, or two tasks of asyncio, may each have their own. A
new thread follows the environment until it chooses, unless it runs in a copy of its creator's context
(`contextvars.copy_context().run`).
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from string import Formatter
from typing import Any

LANGUAGES = ("en", "es")
_chosen: ContextVar[str | None] = ContextVar("language", default=None)


def set_language(code: str | None) -> None:
    """Choose the language of every message in the current context: "es", "en", or None to follow the environment.

    Errors: ValueError for any other language
    """
    _chosen.set(_known(code))


def get_language() -> str:
    """The language in use: the chosen one, else that of GRADIENTE_LANG, LC_ALL, LC_MESSAGES or LANG.

    >>> set_language("es")
    >>> get_language()
    'es'
    >>> set_language(None)
    """
    chosen = _chosen.get()
    if chosen is not None:
        return chosen
    variables = ("GRADIENTE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    code = next((os.environ[name] for name in variables if os.environ.get(name)), "en")
    return "es" if code.lower().startswith("es") else "en"


@contextmanager
def language(code: str | None) -> Iterator[None]:
    """A context manager: inside its block messages are in that language, afterwards in the one before.

    Errors: ValueError for any other language

    >>> with language("es"):
    ...     text("summary.layer")
    'capa'
    """
    token = _chosen.set(_known(code))
    try:
        yield
    finally:
        _chosen.reset(token)


@cache
def catalogue(code: str) -> dict[str, str]:
    """Every message of one language, by key."""
    with open(os.path.join(os.path.dirname(__file__), f"{code}.json"), encoding="utf-8") as file:
        return json.load(file)


def text(key: str, /, **values: object) -> str:
    """The message of that key in the language in use, its {places} filled with the values.

    A place such as {count:row|rows} is the first of the two words where the value is 1.

    >>> text("predict.written", count=1, path="iris.csv")
    '1 prediction in iris.csv'
    """
    message = catalogue(get_language())[key]
    return _FORMATTER.vformat(message, (), values) if "|" in message else message.format(**values)


class _Numbered(Formatter):
    """Fills a message in which a word depends on a number."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        one, divided, several = format_spec.partition("|")
        if divided:
            return one if str(value) == "1" else several
        return super().format_field(value, format_spec)


_FORMATTER = _Numbered()


def texts_of(prefix: str, code: str) -> dict[str, str]:
    """The messages of one language whose keys begin like that."""
    return {key: message for key, message in catalogue(code).items() if key.startswith(prefix)}


def _known(code: str | None) -> str | None:
    if code is not None and code not in LANGUAGES:
        raise ValueError(f"language {code!r}: expected one of {', '.join(LANGUAGES)}")
    return code
