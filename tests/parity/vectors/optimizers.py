"""PyTorch's inputs for its optimizers and schedulers: torch.testing._internal.common_optimizers."""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.quiet import ignored_warnings
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.schedules import Schedule

from .building import described, require
from .vector import Quantity, Vector, Wanted, all_of_them

STEPS, EPOCHS, BOUND = 60, 60, 1e-10


def optimizer_vectors(seed: int = 0, wanted: Wanted = all_of_them) -> Iterator[Vector]:
    """Every input of every optimizer: θ after each of the steps down a slope that keeps moving."""
    for info in _database():
        if wanted(info.optim_cls.__name__):
            for index, entry in enumerate(info.optim_inputs_func(device="cpu", dtype=torch.float64)):
                yield _optimizer(info.optim_cls, index, entry.kwargs, seed)


def schedule_vectors(seed: int = 0, wanted: Wanted = all_of_them) -> Iterator[Vector]:
    """Every list of schedulers that an optimizer is tried with: α in each of the epochs."""
    for info in _database():
        for index, factories in enumerate(info.scheduler_inputs):
            vector = _schedule(info.optim_cls, index, factories, seed)
            if wanted(vector.concept):
                yield vector


def _database() -> Sequence[Any]:
    with ignored_warnings():
        from torch.testing._internal.common_optimizers import optim_db

    return optim_db


def _optimizer(kind: type, index: int, options: Mapping[str, Any], seed: int) -> Vector:
    name = kind.__name__

    def compared() -> Sequence[Quantity]:
        require(name)
        given = {
            key: value.item() if isinstance(value, torch.Tensor) else value for key, value in options.items()
        }
        rule = OPTIMIZERS[name](**given)
        generator = np.random.default_rng(seed)
        basis = np.linalg.qr(generator.normal(size=(7, 7)))[0]
        H = basis * np.logspace(-4, 1, 7) @ basis.T
        theta, pushes = generator.normal(size=7), generator.normal(size=(STEPS, 7))
        leaf = torch.tensor(theta, requires_grad=True)
        reference = kind([leaf], **options)
        slots = rule.initial_slots(theta)
        ours, theirs = np.empty((2, STEPS, 7))
        for t, push in enumerate(pushes, start=1):
            theta, slots = rule.rule(theta, H @ theta + push, slots, t)
            leaf.grad = torch.tensor(H @ leaf.detach().numpy() + push)
            reference.step()
            ours[t - 1], theirs[t - 1] = theta, leaf.detach().numpy()
        return [Quantity("θ", ours, theirs, BOUND)]

    return Vector(
        f"optim.{name}", str(index), name, lambda: f"torch.optim.{name}({described(options)})", compared
    )


def _schedule(kind: type, index: int, factories: Sequence[Any], seed: int) -> Vector:
    """The schedulers are stepped one after the other, each on what those before it made of α."""

    def made() -> tuple[torch.optim.Optimizer, list[Any]]:
        optimizer = kind([torch.nn.Parameter(torch.zeros(1, 1, dtype=torch.float64))])
        return optimizer, [factory(optimizer) for factory in factories]

    _, schedulers = made()
    names = [type(scheduler).__name__ for scheduler in schedulers]
    concept = names[0] if len(names) == 1 else "ChainedScheduler"

    def compared() -> Sequence[Quantity]:
        parts = [_read(scheduler) for scheduler in schedulers]
        schedule = parts[0] if len(parts) == 1 else _chained(parts)
        # Rough values, so that ties happen: what a schedule that watches a measure is shown.
        rough = np.linspace(3, 0, EPOCHS) + np.random.default_rng(seed).normal(0, 0.3, EPOCHS)
        metrics = rough.round(1).tolist()
        optimizer, stepped = made()
        base_lr = optimizer.defaults["lr"]
        theirs = np.empty(EPOCHS)
        with ignored_warnings():  # PyTorch misses the steps of the optimizer
            for t, value in enumerate(metrics):
                theirs[t] = optimizer.param_groups[0]["lr"]
                for scheduler, name in zip(stepped, names, strict=True):
                    scheduler.step(*([value] if name == "ReduceLROnPlateau" else []))
        ours = np.array([schedule.lr(base_lr, t, metrics[:t]) for t in range(EPOCHS)])
        return [Quantity("α", ours, theirs, BOUND, least=base_lr)]

    def shown() -> str:
        calls = [f"{name}({described(_options(s))})" for name, s in zip(names, schedulers, strict=True)]
        return " then ".join(calls)

    return Vector(f"lr_scheduler.{' + '.join(names)}", f"{kind.__name__} {index}", concept, shown, compared)


def _read(scheduler: Any) -> Schedule:
    name = type(scheduler).__name__
    require(name)
    return SCHEDULES[name](**_options(scheduler))


def _chained(parts: Sequence[Schedule]) -> Schedule:
    require("ChainedScheduler")
    chained: Any = SCHEDULES["ChainedScheduler"]
    return chained(schedulers=list(parts))


def _options(scheduler: Any) -> dict[str, Any]:
    """The arguments that a scheduler was made with and that are not the default, read from its attributes."""
    parameters = inspect.signature(type(scheduler).__init__).parameters
    read = {
        name: getattr(scheduler, name)
        for name in parameters
        if name not in ("self", "optimizer", "last_epoch") and hasattr(scheduler, name)
    }
    return {name: value for name, value in read.items() if value != parameters[name].default}
