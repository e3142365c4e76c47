"""The option --unsafe: a student's code runs for a teacher only where bubblewrap contains it, or with this word."""

import click

from gradiente.checker.running.isolation import bubblewrap_is_installed, isolation
from gradiente.cli.base import option
from gradiente.errors import require


def unsafe_option() -> click.Option:
    """The option."""
    return option("--unsafe", "cli.unsafe", is_flag=True)


def require_isolation(unsafe: bool) -> None:
    """Errors: ArgumentError where only a process would stand between a student's code and this machine"""
    found = "refused" if bubblewrap_is_installed() else "missing"
    require(unsafe or isolation() == "bubblewrap", f"isolation.{found}")
