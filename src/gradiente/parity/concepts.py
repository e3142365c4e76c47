"""Every layer, loss, optimizer and schedule on its own: the closed form against PyTorch, in float64."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.errors import is_whole, require, require_installed
from gradiente.examples import (
    draw_input,
    draw_prediction,
    draw_target,
    layer_examples,
    loss_examples,
    rule_examples,
)
from gradiente.layers import REGISTRY as LAYERS
from gradiente.layers import Context, Layer
from gradiente.locale import text
from gradiente.losses import REGISTRY as LOSSES
from gradiente.losses import Loss
from gradiente.losses.weights import torch_weighted_sum
from gradiente.notation import parse
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Optimizer
from gradiente.parity.difference import Difference, difference, largest
from gradiente.pytorch.optimizer_state import torch_optimizer
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.schedules import Schedule
from gradiente.streams import torch_generator_kept

Array = np.ndarray

BOUNDS = {"layer": 1e-12, "loss": 1e-12, "optimizer": 1e-10, "schedule": 1e-10}
STEPS, EPOCHS = 200, 100


@dataclass(frozen=True)
class Example:
    """A concept with its options, in a setting (in training; with class numbers as targets), and what was compared."""

    notation: str
    setting: str | None
    differences: tuple[Difference, ...]

    def label(self) -> str:
        """The example in the reader's language."""
        return ", ".join([self.notation, *([text(f"parity.setting.{self.setting}")] if self.setting else [])])


@dataclass(frozen=True)
class Concept:
    """One registered name: every quantity of every example of it. `kind` is a key of BOUNDS."""

    kind: str
    name: str
    examples: tuple[Example, ...]

    @property
    def bound(self) -> float:
        return BOUNDS[self.kind]

    @property
    def worst(self) -> tuple[Example, Difference]:
        """The largest relative difference, and where it is."""
        pairs = [(example, entry) for example in self.examples for entry in example.differences]
        return max(pairs, key=lambda pair: pair[1].relative)

    @property
    def passed(self) -> bool:
        return self.worst[1].relative <= self.bound


def compare_concepts(seed: int = 0) -> list[Concept]:
    """Compare every registered layer, loss, optimizer and schedule with its equivalent in PyTorch, in float64.

    Of a layer: y, every derivative and the running statistics, in training and in inference; PyTorch is given the
    mask of Dropout. Of a loss: J and ∂J/∂ŷ, or every L and ∂(Σ L)/∂ŷ. Of an optimizer: θ after each of
    200 steps down a slope that keeps moving. Of a schedule: α in each of 100 epochs, and the momentum where it sets
    that too.

    A difference is relative to the largest number of its quantity, or to 1 where that is smaller (to 1/m for the
    gradient of a mean of m terms; to the first α).

    Arguments:
        seed: of the numbers that are compared, ≥ 0

    Errors: ArgumentError where PyTorch is not installed, or for a seed below 0
    """
    require(is_whole(seed, 0), "load.seed", value=repr(seed))
    require_installed("torch", extra="torch")
    with torch_generator_kept():
        return [
            *_concepts("layer", LAYERS, _layer_examples, seed),
            *_concepts("loss", LOSSES, _loss_examples, seed),
            *_concepts("optimizer", OPTIMIZERS, _optimizer_examples, seed),
            *_concepts("schedule", SCHEDULES, _schedule_examples, seed),
        ]


def title(kind: str) -> str:
    """What is compared of the concepts of a kind, in the reader's language."""
    return text(f"parity.kind.{kind}", steps=STEPS, epochs=EPOCHS)


def _concepts(
    kind: str, registry: Mapping[str, Any], compared: Callable[[str, Any, int], Iterator[Example]], seed: int
) -> list[Concept]:
    """Every registered name with its examples; one without to_torch() is left out, save an optimizer."""
    without = (Layer.to_torch, Loss.to_torch, Schedule.to_torch)
    return [
        Concept(kind, name, tuple(compared(name, concept, seed)))
        for name, concept in registry.items()
        if getattr(concept, "to_torch", None) not in without
    ]


def _layer_examples(name: str, kind: type[Layer], seed: int) -> Iterator[Example]:
    for notation, shape in layer_examples(name, kind):
        layer = parse(notation, LAYERS)
        for training in (True, False):
            differences = tuple(_layer(layer, shape, training, np.random.default_rng(seed)))
            yield Example(notation, "training" if training else "inference", differences)


def _layer(
    layer: Layer, shape: tuple[int, ...], training: bool, generator: "np.random.Generator"
) -> Iterator[Difference]:
    import torch

    x = draw_input(layer, shape, generator)
    x[generator.random(shape) < 0.1] = 0  # where ReLU has its kink, and maxima are shared
    parameters = {name: generator.normal(size=spec.shape) for name, spec in layer.parameters().items()}
    buffers = {
        name: np.asarray(value + generator.random(value.shape), value.dtype)
        for name, value in layer.buffers().items()
    }
    y, cache = layer.forward(parameters, x, Context(training, generator, buffers))
    dy = generator.normal(size=y.shape)
    dx, gradients = layer.backward(parameters, cache, dy)

    module = layer.to_torch().double().train(training)
    module.load_state_dict({name: torch.tensor(value) for name, value in (parameters | buffers).items()})
    leaf = torch.tensor(x, requires_grad=x.dtype.kind == "f")
    drawn = training and layer.stochastic and cache is not None
    torch_y = leaf * torch.tensor(cache) if drawn else module(leaf)
    torch_y.backward(torch.tensor(dy))

    theirs = {"y": torch_y.detach()} | ({} if leaf.grad is None else {"∂J/∂x": leaf.grad})
    theirs |= {f"∂J/∂{name}": parameter.grad for name, parameter in module.named_parameters()}
    theirs |= dict(module.named_buffers())
    ours = {"y": y, "∂J/∂x": dx, **{f"∂J/∂{name}": gradient for name, gradient in gradients.items()}}
    ours |= layer.new_buffers(buffers, cache)
    for quantity, tensor in theirs.items():
        yield difference(quantity, ours[quantity], tensor.numpy(), largest(tensor.numpy()))


def _loss_examples(name: str, kind: type[Loss], seed: int) -> Iterator[Example]:
    for notation, shape, where, targeted in loss_examples(name, kind):
        generator = np.random.default_rng(seed)
        prediction = draw_prediction(kind, shape, generator, where)
        target = draw_target(kind, targeted, shape, generator)
        yield Example(notation, targeted, tuple(_loss(parse(notation, LOSSES), prediction, target)))


def _loss(loss: Loss, prediction: Array, target: Array) -> Iterator[Difference]:
    import torch

    leaf = torch.tensor(prediction, requires_grad=True)
    J = loss.to_torch()(leaf, torch.tensor(target))
    J.sum().backward()
    assert leaf.grad is not None
    dy = leaf.grad.numpy()
    least = 1 / loss.divisor(target)
    value = np.asarray(loss.value(prediction, target))
    yield difference("J", value, J.detach().numpy(), largest(J.detach().numpy()))
    yield difference("∂J/∂ŷ", loss.gradient(prediction, target), dy, largest(dy, least))
    if loss.reduction != "none":
        yield from _weighted(loss, prediction, target)


def _weighted(loss: Loss, prediction: Array, target: Array) -> Iterator[Difference]:
    """The same where the instances have weights."""
    import torch

    weights = np.linspace(0.5, 2, len(target))
    leaf, divisor = torch.tensor(prediction, requires_grad=True), loss.divisor(target, weights)
    total = torch_weighted_sum(loss)(leaf, torch.tensor(target), torch.tensor(weights))
    (total / divisor).backward()
    assert leaf.grad is not None
    J, dy = np.asarray(total.item() / divisor), leaf.grad.numpy()
    value = np.asarray(loss.value(prediction, target, weights))
    yield difference("J, w", value, J, largest(J))
    yield difference("∂J/∂ŷ, w", loss.gradient(prediction, target, weights), dy, largest(dy, 1 / divisor))


def _optimizer_examples(name: str, kind: type[Optimizer], seed: int) -> Iterator[Example]:
    for notation in rule_examples(name, kind):
        ours, theirs = _descents(parse(notation, OPTIMIZERS), np.random.default_rng(seed))
        yield Example(notation, None, (difference("θ", ours, theirs, largest(theirs)),))


def _descents(optimizer: Optimizer, generator: "np.random.Generator") -> tuple[Array, Array]:
    """θ after each of the steps, by the rule and by its equivalent in PyTorch.

    The slope is a quadratic of condition 10⁵ whose minimum keeps moving: every step has another gradient.

    Shapes: → twice (STEPS, 7)
    """
    import torch

    basis = np.linalg.qr(generator.normal(size=(7, 7)))[0]
    H = basis * np.logspace(-4, 1, 7) @ basis.T
    theta, pushes = generator.normal(size=7), generator.normal(size=(STEPS, 7))
    leaf = torch.tensor(theta, requires_grad=True)
    reference = torch_optimizer(optimizer, [leaf])
    slots = optimizer.initial_slots(theta)
    ours, theirs = np.empty((2, STEPS, 7))
    for t, push in enumerate(pushes, start=1):
        theta, slots = optimizer.rule(theta, H @ theta + push, slots, t)
        leaf.grad = torch.tensor(H @ leaf.detach().numpy() + push)
        reference.step()
        ours[t - 1], theirs[t - 1] = theta, leaf.detach().numpy()
    return ours, theirs


def _schedule_examples(name: str, kind: type[Schedule], seed: int) -> Iterator[Example]:
    generator = np.random.default_rng(seed)
    # Rough values, so that ties happen: what the schedule that watches a measure is shown.
    metrics = (np.linspace(3, 0, EPOCHS) + generator.normal(0, 0.3, EPOCHS)).round(1).tolist()
    for notation in rule_examples(name, kind):
        ours, theirs = _rates(parse(notation, SCHEDULES), 0.3, metrics)
        differences = [difference("α", ours[0], theirs[0], largest(theirs[0], 0.3))]
        if not np.isnan(ours[1]).any():
            differences.append(difference("μ", ours[1], theirs[1], largest(theirs[1])))
        yield Example(notation, None, tuple(differences))


def _rates(schedule: Schedule, base_lr: float, metrics: list[float]) -> tuple[Array, Array]:
    """The learning rate and the momentum of every epoch, by the formula and as PyTorch's scheduler sets them.

    A schedule that leaves the momentum alone has NaN for it.

    Shapes: → twice (2, EPOCHS)
    """
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base_lr)
    scheduler = schedule.to_torch(optimizer)
    ours, theirs = np.full((2, 2, EPOCHS), np.nan)
    for t, value in enumerate(metrics):
        group, momentum = optimizer.param_groups[0], schedule.momentum(t)
        ours[0, t], theirs[0, t] = schedule.lr(base_lr, t, metrics[:t]), group["lr"]
        if momentum is not None:
            ours[1, t], theirs[1, t] = momentum, group["momentum"]
        optimizer.step()
        scheduler.step(*([value] if schedule.watches else []))
    return ours, theirs
