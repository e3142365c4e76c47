"""Output on streams whose encoding lacks a character, such as ✓ in ASCII or α in Latin-1."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def escaped_output() -> Iterator[None]:
    """Context manager: standard output and error escape, as \\u2713, characters that their encoding lacks.

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
    """Whether standard output can print every character."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").casefold().startswith("utf")
