"""All mistakes: every file in mistakes/ has one, `MISTAKE`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from gradiente.checker.rules import mistakes
from gradiente.checker.rules.mistake import Mistake


@cache
def all_mistakes() -> tuple[Mistake, ...]:
    """In the order of the names of their files."""
    names = sorted(entry.name for entry in iter_modules(mistakes.__path__))
    return tuple(import_module(f"{mistakes.__name__}.{name}").MISTAKE for name in names)
