"""A loop that may stand anywhere: how the file trains is recognized, and its steps are held against the exercise."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from gradiente.checker.exercises.exercise import Exercise
from gradiente.checker.exercises.loops import scale
from gradiente.checker.judging.network import judged, structure
from gradiente.checker.judging.network_places import update_line
from gradiente.checker.observing.recognition import Recognition, recognize
from gradiente.checker.observing.steps import changes_of
from gradiente.checker.observing.values import BIAS
from gradiente.checker.reading.submission import Submission
from gradiente.checker.reading.vocabulary import meanings
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.rules.search import Search
from gradiente.checker.rules.wrong_forms import meant
from gradiente.checker.running.sandbox import Limits, Sandbox
from gradiente.checker.verdict import Finding


def judged_training(exercise: Exercise, submission: Submission, limits: Limits) -> list[Finding] | None:
    """The findings on how the file trains; None where none of its training steps is understood."""
    with Sandbox(submission.source, cells=submission.cells, limits=limits) as sandbox:
        loaded = sandbox.load(observe=True) is None
        found = recognize(sandbox, submission.source) if loaded else None
    if found is None:
        return None
    found = _with_loss(found, exercise.network.kind)
    verdicts = judged(found, submission.source, submission.path)
    if not verdicts:
        return None
    where, penalty = verdicts[-1].name, list(_penalty(found, exercise, submission.source, verdicts[-1].name))
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    if penalty:  # says more than that the layers differ
        findings = [finding for finding in findings if finding.mistake != "regularization_unlike"]
    return findings or [*_unlike(found, exercise, where)] or [*_factor(found, exercise, where), *penalty]


def _with_loss(found: Recognition, loss: str) -> Recognition:
    """The steps, explained by the loss of the exercise."""
    if found.steps[0].loss == loss:
        return found
    steps = [replace(step, loss=loss) for step in found.steps]
    return replace(found, steps=steps, explanation=Search(steps, [*map(changes_of, steps)]).best(2))


def _unlike(found: Recognition, exercise: Exercise, where: str) -> Iterator[Finding]:
    """The network of the file, where it is another than that of the exercise, whatever its sizes.

    A bias that is 0 in the step cannot be told from none: only where no layer has one are they missing.
    """
    wanted, own = exercise.network.layers, found.steps[0].layers
    activations = [layer.activation for layer in wanted] == [meant(layer.activation) for layer in own]
    named = any(found.values.named(place, BIAS) for place in range(len(found.values.arrays)))
    without = all(layer.bias for layer in wanted) and not (named or any(layer.b is not None for layer in own))
    if not activations or without:
        values = {"got": structure(found), "expected": exercise.network.notation()}
        yield Finding("network_unlike", where, values=values)


def _factor(found: Recognition, exercise: Exercise, where: str) -> Iterator[Finding]:
    """What is wrong with the scale of all gradients, where the code has one learning rate by which it can be told."""
    rates = found.values.numbers("lr")
    if len(rates) == 1 and not found.explanation.unsteady:
        problem = _in_sizes_of(found, exercise).problem(m=found.steps[0].m)
        yield from scale(found, problem, where, rates[0])


def _in_sizes_of(found: Recognition, exercise: Exercise) -> Exercise:
    """The exercise with the sizes that the file's network has."""
    layers = found.steps[0].layers
    sizes = [len(layers[0].X), *(len(layer.Z) for layer in layers)]
    return replace(exercise, network=exercise.network.sized(sizes), sizes="fixed")


def _penalty(found: Recognition, exercise: Exercise, source: str, where: str) -> Iterator[Finding]:
    """A penalty that is missing, subtracted, or not asked for; how large λ is, the file may choose."""
    shares = {f"dW{layer.number}": 0.0 for layer in found.steps[0].layers}
    shares |= {name: d for name, (key, d) in found.explanation.extra.items() if key == "weight_decay"}
    wanted = exercise.problem().numbers["l2"] > 0
    smaller, larger = ([name for name, d in shares.items() if sign * d > 0] for sign in (-1, 1))
    weights, biases = ([name for name in shares if name[1] == letter] for letter in "Wb")
    given = found.plan and found.values.numbers("reg")  # λ is what the call was given
    names, key = biases if wanted else [] if given else smaller, "weight_decay"
    if wanted and not names and larger == weights:
        names, key = weights, "penalty_subtracted"
    elif wanted and not (smaller or larger or _may_be_zero(found, source)):
        names, key = weights, "penalty_not_in_gradients"
    if names:
        values = {"where": label(names[0]), "names": ", ".join(label(name[1:]) for name in names)}
        yield Finding(key, where, label(names[0]), update_line(found, names[0]), values)


def _may_be_zero(found: Recognition, source: str) -> bool:
    """Whether the code has a λ, and it was never seen to be more than 0."""
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    names |= {node.arg for node in ast.walk(ast.parse(source)) if isinstance(node, ast.arg)}
    has = any("reg" in meanings(name) for name in names)
    return has and not found.values.numbers("reg")
