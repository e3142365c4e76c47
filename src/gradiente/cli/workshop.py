"""`gradiente workshop`: the commands about the workshops of the course."""

from gradiente.cli.base import LazyGroup

command = LazyGroup("workshop", ("list", "new"))
