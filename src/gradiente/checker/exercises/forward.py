"""Wrong forward passes: a mistake in one layer, or the same in all, as a loop over layers makes it."""

from collections.abc import Iterator, Mapping, Sequence

from gradiente.checker.exercises.comparison import Compared
from gradiente.checker.exercises.named import Array, Named, near
from gradiente.checker.rules.catalogue import all_mistakes
from gradiente.checker.rules.dataflow import Step, link, name_of
from gradiente.checker.rules.mistake import Mistake, WrongRule

KINDS = ("Z", "A")
Values = Sequence[Mapping[str, Array]]


def named_forward(one: Compared) -> list[Named]:
    """The mistake that gives what came; "unknown" where none does."""
    steps = [problem.step for problem in one.problems]
    for mistake, wrong, layers in _ways(steps[0]):
        values = [_computed(step, wrong, layers) for step in steps]
        known = [found for found in values if found is not None]
        if len(known) == len(steps) and all(_gives(one, place, found) for place, found in enumerate(known)):
            shift = layers[0] - 2 if wrong.kind == "A" else 0
            more = {"layers_on": shift, "activation": steps[0].layers[layers[0] - 1].activation}
            return [Named(mistake.key, name_of(wrong.kind, layers[0]), more, known[0])]
    return [Named("unknown", one.wrong[0])]


def _ways(step: Step) -> Iterator[tuple[Mistake, WrongRule, Sequence[int]]]:
    """Every mistake in one layer, then in all."""
    numbers = [layer.number for layer in step.layers]
    rules = [(mistake, wrong) for mistake in all_mistakes() for wrong in mistake.rules if wrong.kind in KINDS]
    for layers in (*([number] for number in numbers), numbers):
        for mistake, wrong in rules:
            yield mistake, wrong, layers


def _computed(step: Step, wrong: WrongRule, layers: Sequence[int]) -> Mapping[str, Array] | None:
    """Every Z and A with the wrong rule in these layers, where it can be made there; None where it can in none."""
    values: dict[str, Array] = {}
    made = False
    for layer in step.layers:
        for kind in KINDS:
            right = link(step, kind, layer.number, values)
            if kind == wrong.kind and layer.number in layers:
                try:
                    found = link(step, kind, layer.number, values, wrong.rule)
                    made = made or found.shape != right.shape or not near(found, right)
                    right = found if found.shape == right.shape else right
                except ValueError:
                    pass
            values[name_of(kind, layer.number)] = right
    return values if made else None


def _gives(one: Compared, place: int, values: Mapping[str, Array]) -> bool:
    """Whether all that came is what a mistake gives."""
    return all(name in values and near(one.canonical(place, name), values[name]) for name in one.names)
