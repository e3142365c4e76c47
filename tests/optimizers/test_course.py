"""The lecture's optimizers, each against its slide written out for one number in plain Python."""

from math import sqrt

import numpy as np
import pytest
import torch

import gradiente as gr
from gradiente import course
from gradiente.optimizers import REGISTRY

rng = np.random.default_rng(5)
GRADIENTS = rng.normal(0, 1, 60) * np.geomspace(10, 0.01, 60)
A, B1, B2, E = 0.03, 0.8, 0.95, 1e-3


def momentum(theta, g, memory):
    memory["m"] = B1 * memory.get("m", 0) + (1 - B1) * g
    return theta - A * memory["m"]


def nesterov(theta, g, memory):
    memory["m"] = B1 * memory.get("m", 0) + (1 - B1) * g
    ahead = B1 * memory["m"] + (1 - B1) * g  # the average with the gradient of the moment
    return theta - A * ahead


def adagrad(theta, g, memory):
    memory["S"] = memory.get("S", 0) + g**2
    return theta - A * g / (sqrt(memory["S"]) + E)


def adadelta(theta, g, memory):
    memory["S"] = B1 * memory.get("S", 0) + (1 - B1) * g**2
    return theta - A * g / (sqrt(memory["S"]) + E)


def rmsprop(theta, g, memory):
    memory["S"] = B1 * memory.get("S", 0) + (1 - B1) * g**2
    return theta - A * g * 1 / sqrt(memory["S"] + E)


def adam(theta, g, memory):
    memory["m"] = B1 * memory.get("m", 0) + (1 - B1) * g
    memory["S"] = B2 * memory.get("S", 0) + (1 - B2) * g**2
    return theta - A * memory["m"] * 1 / sqrt(memory["S"] + E)


SLIDES = [
    (course.Momentum(lr=A, beta=B1), momentum),
    (course.Nesterov(lr=A, beta=B1), nesterov),
    (course.Adagrad(lr=A, eps=E), adagrad),
    (course.Adadelta(lr=A, beta=B1, eps=E), adadelta),
    (course.RMSprop(lr=A, beta=B1, eps=E), rmsprop),
    (course.Adam(lr=A, betas=(B1, B2), eps=E), adam),
]


def test_every_rule_of_the_lecture_has_its_slide():
    named = {name for name in REGISTRY if name.startswith("course.")}
    assert named == {f"course.{type(rule).__name__}" for rule, _ in SLIDES}


@pytest.mark.parametrize(("rule", "slide"), SLIDES, ids=lambda part: getattr(part, "__name__", None))
def test_the_rule_is_the_slide(rule, slide):
    theta: float = 1.5
    memory: dict[str, float] = {}
    array = np.array([1.5])
    slots = rule.initial_slots(array)
    for t, g in enumerate(GRADIENTS.tolist(), start=1):
        theta = slide(theta, g, memory)
        array, slots = rule.rule(array, np.array([g]), slots, t)
        assert array[0] == pytest.approx(theta, rel=1e-13, abs=1e-13)


def test_the_defaults_are_the_slides():
    assert course.Momentum().beta == course.Nesterov().beta == 0.9
    assert course.Adam().betas == (0.9, 0.99)


def test_momentum_takes_the_steps_of_pytorchs_at_alpha_times_one_minus_beta():
    """PyTorch adds where the lecture averages; the factor makes up for it, at the first step too."""
    alpha, beta = 0.1, 0.9
    ours = course.Momentum(lr=alpha, beta=beta)
    leaf = torch.tensor([1.5], dtype=torch.float64, requires_grad=True)
    reference = torch.optim.SGD([leaf], lr=alpha * (1 - beta), momentum=beta)
    theta = np.array([1.5])
    slots = ours.initial_slots(theta)
    for t, g in enumerate(GRADIENTS.tolist(), start=1):
        theta, slots = ours.rule(theta, np.array([g]), slots, t)
        leaf.grad = torch.tensor([g], dtype=torch.float64)
        reference.step()
        assert theta[0] == pytest.approx(leaf.item(), rel=1e-12)


def test_the_misprinted_square_climbs_and_the_sign_restored_descends():
    """J = θ² from θ < 0: the slide's numerator g² moves θ to the left whatever the slope."""
    printed = restored = np.array([-1.0])
    S, slots = np.zeros(1), course.Adagrad().initial_slots(restored)
    printed_costs, restored_costs = [1.0], [1.0]
    for t in range(1, 51):
        g = 2 * printed
        S = S + g**2
        printed = printed - 0.1 * g**2 / (np.sqrt(S) + 1e-8)
        restored, slots = course.Adagrad(lr=0.1).rule(restored, 2 * restored, slots, t)
        printed_costs.append(printed.item() ** 2)
        restored_costs.append(restored.item() ** 2)
    assert np.all(np.diff(printed_costs) > 0)
    assert np.all(np.diff(restored_costs) < 0)


def test_adam_without_correction_takes_longer_steps_up_to_2_1_times():
    """A constant gradient, where nothing but the correction makes the difference."""
    lectures, papers = course.Adam(lr=1.0, eps=1e-30), gr.Adam(lr=1.0, betas=(0.9, 0.99), eps=0.0)
    ratios = []
    theta, g = np.zeros(1), np.array([3.0])
    slots, paper_slots = lectures.initial_slots(theta), papers.initial_slots(theta)
    for t in range(1, 1001):
        step, slots = lectures.rule(theta, g, slots, t)
        paper_step, paper_slots = papers.rule(theta, g, paper_slots, t)
        ratios.append(float(step[0] / paper_step[0]))
    assert ratios[0] == pytest.approx(1, rel=1e-12)
    assert min(ratios) >= 1 - 1e-12
    assert round(max(ratios), 1) == 2.1
    assert ratios[-1] == pytest.approx(1, rel=1e-4)
