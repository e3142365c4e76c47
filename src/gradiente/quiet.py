"""Warnings of other packages, silenced."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

_filters = RLock()


@contextmanager
def ignored_warnings(message: str = "") -> Iterator[None]:
    """Context manager: ignore warnings.

    Python's filters belong to the whole process (before Python 3.14): two threads that changed them at once could
    leave them changed. So one thread at a time is inside.

    Arguments:
        message: a regular expression for the beginning of those that are ignored; all of them by default
    """
    with _filters, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message)
        yield
