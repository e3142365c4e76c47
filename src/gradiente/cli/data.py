"""`gradiente data`: the commands about data sets."""

from functools import partial

from gradiente.cli.base import LazyGroup

command = partial(LazyGroup, "data", ("check", "show"))
