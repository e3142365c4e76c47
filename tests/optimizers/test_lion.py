"""Lion, which PyTorch does not have, against the paper's algorithm written out for one number in plain Python."""

import numpy as np
import pytest
import torch

from gradiente import Lion
from gradiente.pytorch import torch_optimizer

PARAMETERS, STEPS = 5, 200
OPTIONS = [
    {},
    {"lr": 0.01, "betas": (0.8, 0.95)},
    {"lr": 0.003, "betas": (0.0, 0.5), "weight_decay": 0.1},
    {"lr": 0.003, "weight_decay": 0.3, "maximize": True},
]


def paper(start, gradients, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
    """Algorithm 2 of Chen et al., parameter by parameter."""
    ends = []
    for theta, own in zip(start, gradients.T, strict=True):
        average = 0.0
        for g in own:
            slope = -g if maximize else g
            mixed = betas[0] * average + (1 - betas[0]) * slope
            sign = 1.0 if mixed > 0 else -1.0 if mixed < 0 else 0.0
            theta = theta - lr * (sign + weight_decay * theta)
            average = betas[1] * average + (1 - betas[1]) * slope
        ends.append(theta)
    return np.array(ends)


@pytest.mark.parametrize("options", OPTIONS, ids=repr)
def test_its_steps_are_the_papers(options):
    rng = np.random.default_rng(3)
    start, gradients = rng.normal(size=PARAMETERS), rng.normal(size=(STEPS, PARAMETERS))
    gradients[:, 0] = 0  # one that never moves but for its decay
    rule = Lion(**options)
    theta, slots = start, rule.initial_slots(start)
    leaf = torch.tensor(start, requires_grad=True)
    in_pytorch = torch_optimizer(rule, [leaf])
    for t, gradient in enumerate(gradients, start=1):
        theta, slots = rule.rule(theta, gradient, slots, t)
        leaf.grad = torch.tensor(gradient)
        in_pytorch.step()
    expected = paper(start, gradients, **options)
    np.testing.assert_allclose(theta, expected, rtol=1e-12)
    np.testing.assert_allclose(leaf.detach().numpy(), expected, rtol=1e-12)
