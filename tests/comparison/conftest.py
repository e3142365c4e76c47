"""One small comparison of every remedy."""

from functools import cache

from gradiente.comparison import REMEDIES, Comparison, compare
from gradiente.data import load

EPOCHS = 25
SMALL = {"samples": 60, "hidden": (32,), "epochs": EPOCHS}
SEEDS = [3, 4]
by_name = {remedy.name: remedy for remedy in REMEDIES}


@cache
def digits():
    return load("digits")


@cache
def everything() -> Comparison:
    """Every remedy, small; it is only read."""
    return compare(*digits(), seeds=SEEDS, **SMALL)


def row(name):
    return next(row for row in everything().rows if row.remedy.name == name)
