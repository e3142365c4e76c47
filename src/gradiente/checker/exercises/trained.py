"""The parameters with which a training ends, a right one or one with a mistake: what a student's loop ends with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradiente.checker.exercises.comparison import as_numbers
from gradiente.checker.exercises.exercise import Exercise, Role
from gradiente.checker.exercises.probes import Answer
from gradiente.checker.exercises.problem import BATCH, EPOCHS, LEARNING_RATE, Problem, own_network
from gradiente.checker.reference.layout import Layout
from gradiente.layers import Linear
from gradiente.network import Network

Array = np.ndarray
CLOSE, CLOSE_SINGLE = 1e-6, 1e-3  # of the largest change of a parameter


@dataclass(frozen=True)
class Training:
    """Gradient descent, every batch in the order of the instances; the right one, or one with a mistake.

    Arguments:
        biases: whether b moves too
        stale: whether the activations are those of the first step in all steps
        own_slopes: whether g′ of the hidden layers is that of the step all the same, from Z that is computed anew
        whole_mean: whether the gradients of a batch are divided by the number of all instances
    """

    epochs: int = EPOCHS
    rate: float = LEARNING_RATE
    biases: bool = True
    stale: bool = False
    own_slopes: bool = False
    whole_mean: bool = False


WRONG: Sequence[tuple[str, Training]] = (
    ("stale", Training(stale=True)),
    ("stale", Training(stale=True, own_slopes=True)),
    ("uphill", Training(rate=-LEARNING_RATE)),
    ("lr_missing", Training(rate=1.0)),
    ("lr_twice", Training(rate=LEARNING_RATE**2)),
    ("full_mean", Training(whole_mean=True)),
    *(("epochs_wrong", Training(epochs=count)) for count in range(1, 2 * EPOCHS) if count != EPOCHS),
)


def trained(exercise: Exercise, problem: Problem, batch_size: int, training: Training) -> dict[str, Array]:
    """W1, b1, W2 … after a training."""
    network = exercise.network.free() if exercise.sizes == "free" else exercise.network
    own, target = own_network(network, problem.step, problem.labels.tolist())
    x, m = problem.values["X"].T, problem.numbers["m"]
    names = [name for name in problem.values if name[0] in "Wb"]
    first = own.forward(x)
    for start in list(range(0, m, batch_size)) * training.epochs:
        part = slice(start, start + batch_size)
        count = len(x[part])
        scale, l2 = exercise.factors(network, count)
        scale *= count / m if training.whole_mean else 1.0
        output, caches = own.forward(x[part])
        if training.stale:
            output, caches = first[0], _stale(own, first[1], caches if training.own_slopes else first[1])
        own.backward(caches, network.loss.gradient(output, target if training.stale else target[part]))
        for name, (key, theta) in zip(names, own.parameters.items(), strict=True):
            if name[0] == "b" and not training.biases:
                continue
            penalty = l2 * theta if name[0] == "W" else 0.0
            theta -= training.rate * (scale * own.gradients[key] + penalty)
    values = zip(names, own.parameters.values(), strict=True)
    return {name: value.reshape(problem.values[name].shape) for name, value in values}


def _stale(own: Network, first: Sequence[Any], caches: Sequence[Any]) -> list[Any]:
    """The caches of the first step; those of hidden activations from `caches`."""
    hidden = [not isinstance(node, Linear) for node in own.nodes[:-1]] + [False]
    return [new if inside else old for inside, old, new in zip(hidden, first, caches, strict=True)]


def right_ends(exercise: Exercise, problem: Problem, role: Role) -> list[dict[str, Array]]:
    """The parameters with which a right loop ends; where b = 0 is agreed, also those of one that leaves b so."""
    return [_end(exercise, problem, role, Training(biases=biases)) for biases in _moving(exercise)]


def wrong_end(
    exercise: Exercise, problem: Problem, role: Role, answers: Mapping[Layout, Answer]
) -> tuple[str, Training] | None:
    """The mistake with which a loop ends as it did in one of the layouts; None where none is known."""
    for key, training in WRONG:
        if training.stale and role.kind == "minibatch":
            continue  # the activations of all instances have not the shape of a batch
        for biases in _moving(exercise):
            end = _end(exercise, problem, role, replace(training, biases=biases))
            if any(ends_with(end, problem, layout, answer) for layout, answer in answers.items()):
                return key, training
    return None


def _moving(exercise: Exercise) -> tuple[bool, ...]:
    return (True, False) if exercise.biases == "zero" else (True,)


def _end(exercise: Exercise, problem: Problem, role: Role, training: Training) -> dict[str, Array]:
    return trained(exercise, problem, BATCH if role.kind == "minibatch" else problem.numbers["m"], training)


def ends_with(end: dict[str, Array], problem: Problem, layout: Layout, answer: Answer) -> bool:
    """Whether a loop gave all W, and these and the b that it gave are those."""
    given = [name for name in end if name in answer.found]
    pairs = [(as_numbers(answer.found[name]), layout.to_student(name, end[name])) for name in given]
    moves = [float(np.abs(end[name] - problem.values[name]).max(initial=0.0)) for name in given]
    weights = {name for name in end if name[0] == "W"}
    return answer.finished and weights <= set(given) and all(map(_near, pairs, moves))


def _near(pair: tuple[Array | None, Array], move: float) -> bool:
    found, right = pair
    if found is None or found.size != right.size or np.squeeze(found).shape != np.squeeze(right).shape:
        return False
    close = CLOSE_SINGLE if found.dtype in (np.float32, np.float16) else CLOSE
    return bool(np.abs(found.reshape(right.shape) - right).max(initial=0.0) <= close * max(move, 1e-8))
