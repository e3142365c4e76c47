"""`gradiente data`: the commands about data sets."""

from gradiente.cli.base import LazyGroup

command = LazyGroup("data", ("show",))
