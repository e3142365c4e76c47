"""The path of an optimizer down a surface, by the library's own rule."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradiente.data import batches
from gradiente.lab.surfaces import Array, Surface
from gradiente.optimizers import Optimizer
from gradiente.schedules import Schedule
from gradiente.streams import Purpose, stream
from gradiente.training.callbacks import scheduled


@dataclass(frozen=True)
class Path:
    """Where an optimizer went in n steps, and what it knew on the way.

    points      θ before the first step and after each, of shape (n + 1, 2)
    losses      J there, over all instances, of shape (n + 1,)
    gradients   what each step was taken with, of shape (n, 2)
    slots       the optimizer's slots after each step, each of shape (n, 2)
    rates       the learning rate of each step, of shape (n,)
    diverged    whether it ended because θ was no longer finite, or far away from the surface
    """

    points: Array
    losses: Array
    gradients: Array
    slots: dict[str, Array]
    rates: Array
    diverged: bool


def descend(
    surface: Surface,
    optimizer: Optimizer,
    start: Array,
    steps: int,
    *,
    schedule: Schedule | None = None,
    batch_size: int | None = None,
    seed: int = 0,
) -> Path:
    """The path of so many steps, or of those until it diverges.

    Arguments:
        schedule: of the learning rate, by step; of J where it watches the loss
        batch_size: of the instances that each gradient is of; None: all
        seed: of the order of the instances

    Errors: ArgumentError for a schedule that the optimizer cannot follow

    >>> from gradiente.lab.surfaces import Valley
    >>> from gradiente.optimizers import SGD
    >>> path = descend(Valley(conditioning=4.0), SGD(lr=0.25), np.array([1.0, 1.0]), 2)
    >>> path.points.tolist(), path.losses.tolist()
    ([[1.0, 1.0], [0.75, 0.0], [0.5625, 0.0]], [2.5, 0.28125, 0.158203125])
    """
    theta = np.asarray(start, np.float64)
    slots = optimizer.initial_slots(theta)
    points, losses, gradients, rates = [theta], [surface.value(theta)], list[Array](), list[float]()
    kept = {name: list[Array]() for name in slots}
    diverged = False
    with np.errstate(all="ignore"):
        for t, rows in zip(range(1, steps + 1), _batches(surface, batch_size, seed), strict=False):
            rule = optimizer if schedule is None else scheduled(optimizer, schedule, t - 1, losses[1:])
            g = surface.gradient(theta, rows)
            theta, slots = rule.rule(theta, g, slots, t)
            diverged = not surface.is_near(theta)
            if diverged:
                break
            points.append(theta)
            losses.append(surface.value(theta))
            gradients.append(g)
            rates.append(rule.lr)
            for name, slot in slots.items():
                kept[name].append(slot)
    return Path(
        np.array(points),
        np.array(losses),
        np.array(gradients).reshape(-1, 2),
        {name: np.array(values).reshape(-1, 2) for name, values in kept.items()},
        np.array(rates, np.float64),
        diverged,
    )


def _batches(surface: Surface, size: int | None, seed: int) -> Iterator[Array | None]:
    """The row numbers of every step's batch, epoch after epoch; None where a gradient is of all."""
    count = surface.instances
    if size is None or count == 0 or size >= count:
        yield from itertools.repeat(None)
    for epoch in itertools.count(1):
        yield from batches(np.arange(count), size, stream(Purpose.ORDER, seed, epoch))  # pyright: ignore[reportArgumentType]
