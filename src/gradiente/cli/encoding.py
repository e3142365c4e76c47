"""Output on streams whose encoding lacks a character, as ASCII lacks ✓ and Latin-1 lacks α."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def escaped_output() -> Iterator[None]:
    """While it lasts, standard output and error print an escape, as \\u2713, for what their encoding lacks.

    An error handler that the user chose, as in PYTHONIOENCODING=ascii:replace, is kept.
    """
    changed: list[tuple[io.TextIOWrapper, str]] = []
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and (before := stream.errors) in (
            "strict",
            "surrogateescape",
        ):
            stream.reconfigure(errors="backslashreplace")
            changed.append((stream, before))
    try:
        yield
    finally:
        for stream, before in changed:
            stream.reconfigure(errors=before)


def is_unicode() -> bool:
    """Whether every character can be printed on the standard output."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").casefold().startswith("utf")
