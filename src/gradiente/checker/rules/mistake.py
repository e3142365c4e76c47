"""One mistake in a training step: the link of the chain in which it is made, and the wrong rules that it may be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gradiente.checker.rules.dataflow import Array, Rule, View
from gradiente.checker.rules.wrong_forms import WRONG_FORMS

CROSS_ENTROPY = ("cross_entropy",)


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
            the example does not show it: other sizes, a parameter that never moves, a forward pass that is no network's
        loss: of the example
    """

    key: str
    rules: Sequence[WrongRule]
    plant: tuple[str, str] | None
    loss: str = "cross_entropy"


def only(condition: Callable[[View], bool], rule: Rule) -> Rule:
    """A rule of those layers only for which the condition holds."""

    def restricted(q: View) -> Array:
        if not condition(q):
            raise ValueError
        return rule(q)

    return restricted


def of_the_output(rule: Rule) -> Rule:
    """A rule of the last layer only."""
    return only(lambda q: q.last, rule)


def of_softmax(*rules: Rule) -> tuple[WrongRule, ...]:
    """Wrong rules for A of a layer whose activation is softmax."""
    return tuple(WrongRule("A", only(lambda q: q.activation == "softmax", rule)) for rule in rules)


def of_units(*rules: Rule) -> tuple[WrongRule, ...]:
    """Wrong rules for A of a layer whose activation is that of every neuron by itself."""
    return tuple(WrongRule("A", only(lambda q: q.activation != "softmax", rule)) for rule in rules)


def of_wrong_forms(key: str) -> tuple[WrongRule, ...]:
    """The wrong forms of an activation that are this mistake, as wrong rules for A."""
    return tuple(
        WrongRule(
            "A", only(lambda q, form=form: q.activation == form.meant, lambda q, form=form: form.form(q.Z))
        )
        for form in WRONG_FORMS.values()
        if form.mistake == key
    )
