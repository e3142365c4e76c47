"""`gradiente workshop`: the commands about the workshops of the course."""

from functools import partial

from gradiente.cli.base import LazyGroup

command = partial(LazyGroup, "workshop", ("list", "new"))
