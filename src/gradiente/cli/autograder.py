"""`gradiente autograder`: the commands for systems that check every submission by themselves."""

from functools import partial

from gradiente.cli.base import LazyGroup

command = partial(LazyGroup, "autograder", ("new", "run"))
