"""The parameters with which a right training ends, and whether a student's loop ends with those."""

import numpy as np

from gradiente.checker.exercises.comparison import as_numbers
from gradiente.checker.exercises.exercise import Exercise
from gradiente.checker.exercises.probes import Answer
from gradiente.checker.exercises.problem import EPOCHS, LEARNING_RATE, Problem, own_network
from gradiente.checker.reference.layout import Layout

Array = np.ndarray
CLOSE, CLOSE_SINGLE = 1e-6, 1e-3  # of the largest change of a parameter


def trained(
    exercise: Exercise, problem: Problem, batch_size: int, *, biases: bool = True
) -> dict[str, Array]:
    """W1, b1, W2 … after EPOCHS epochs of gradient descent, every batch in the order of the instances.

    Arguments:
        biases: whether b moves too
    """
    network = exercise.network.free() if exercise.sizes == "free" else exercise.network
    own, target = own_network(network, problem.step, problem.labels.tolist())
    x, m = problem.values["X"].T, problem.numbers["m"]
    names = [name for name in problem.values if name[0] in "Wb"]
    for start in list(range(0, m, batch_size)) * EPOCHS:
        part = slice(start, start + batch_size)
        scale, l2 = exercise.factors(network, len(x[part]))
        output, caches = own.forward(x[part])
        own.backward(caches, network.loss.gradient(output, target[part]))
        for name, (key, theta) in zip(names, own.parameters.items(), strict=True):
            if name[0] == "b" and not biases:
                continue
            penalty = l2 * theta if name[0] == "W" else 0.0
            theta -= LEARNING_RATE * (scale * own.gradients[key] + penalty)
    values = zip(names, own.parameters.values(), strict=True)
    return {name: value.reshape(problem.values[name].shape) for name, value in values}


def ends_right(problem: Problem, right: dict[str, Array], layout: Layout, answer: Answer) -> bool:
    """Whether a loop gave all W, and these and the b that it gave are the right ones."""
    given = [name for name in right if name in answer.found]
    pairs = [(as_numbers(answer.found[name]), layout.to_student(name, right[name])) for name in given]
    moves = [float(np.abs(right[name] - problem.values[name]).max(initial=0.0)) for name in given]
    weights = {name for name in right if name[0] == "W"}
    return answer.finished and weights <= set(given) and all(map(_near, pairs, moves))


def _near(pair: tuple[Array | None, Array], move: float) -> bool:
    found, right = pair
    if found is None or found.size != right.size or np.squeeze(found).shape != np.squeeze(right).shape:
        return False
    close = CLOSE_SINGLE if found.dtype in (np.float32, np.float16) else CLOSE
    return bool(np.abs(found.reshape(right.shape) - right).max(initial=0.0) <= close * max(move, 1e-8))
