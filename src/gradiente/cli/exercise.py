"""`gradiente exercise`: the commands for a teacher's own exercises."""

from functools import partial

from gradiente.cli.base import LazyGroup

command = partial(LazyGroup, "exercise", ("new", "try"))
