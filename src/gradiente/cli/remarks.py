"""Remarks of the library, printed by a command."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@contextmanager
def remarks(out: "Console") -> Iterator[None]:
    """Context manager: what the library says by the way, as that it compiles something, is printed."""
    log, handler = logging.getLogger("gradiente"), _Printed(out)
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


class _Printed(logging.Handler):
    def __init__(self, out: "Console") -> None:
        super().__init__()
        self.out = out

    def emit(self, record: logging.LogRecord) -> None:
        self.out.print(record.getMessage(), style="dim", soft_wrap=True)
