"""One mistake in back-propagation: the link of the chain in which it is made, and the wrong rules that it may be."""

from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.checker.rules.dataflow import Array, Rule, View


@dataclass(frozen=True)
class WrongRule:
    """A wrong rule at a kind of link (`KINDS` in dataflow.py). `losses` are those with which it is wrong."""

    kind: str
    rule: Rule
    losses: Sequence[str] = ("cross_entropy", "squared_error")


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Arguments:
        key: its name; its words are `mistake.KEY` and `mistake.KEY.why`, written for a network of two layers
        rules: the ways in which it is made; of two that give the same numbers the first mistake of the list is named
        plant: an edit of the example network (example.py) that makes it, the right text and the wrong one; None where
            it needs sizes that the example does not have, or shows there as a parameter that never moves
        loss: of the example
    """

    key: str
    rules: Sequence[WrongRule]
    plant: tuple[str, str] | None
    loss: str = "cross_entropy"


def of_the_output(rule: Rule) -> Rule:
    """A rule of the last layer only."""

    def of_last(q: View) -> Array:
        if not q.last:
            raise ValueError
        return rule(q)

    return of_last
